//! The guide's project: what dbt would do with it, and what hookproof says of it.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::path::PathBuf;

use hookproof::diagnostic::{Diagnostic, Severity};
use hookproof::report::{CheckReport, TextOptions};
use hookproof::source::Lines;
use hookproof::{CheckOptions, check, compile, report};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/projects/operational-hooks")
}

fn checked() -> CheckReport {
    check(&CheckOptions::at(root())).unwrap().remove(0)
}

fn place(report: &CheckReport, diagnostic: &Diagnostic) -> (String, u32) {
    let file = report.sources.get(diagnostic.place.file);
    (file.path.clone(), Lines::new(&file.text).at(diagnostic.place.start).line)
}

#[test]
fn the_summary_that_counts_models_is_found_at_the_macros_lines() {
    let report = checked();
    let found: Vec<&Diagnostic> =
        report.diagnostics.iter().filter(|diagnostic| diagnostic.rule == "wrong-context-name").collect();
    assert_eq!(found.len(), 3);
    for diagnostic in &found {
        let (file, line) = place(&report, diagnostic);
        let text = report.sources.slice(diagnostic.place);
        assert_eq!((file.as_str(), text), ("macros/audit.sql", "models"), "line {line}");
        assert_eq!(diagnostic.severity, Severity::Error);
        assert!(diagnostic.message.contains("models") && diagnostic.message.contains('0'), "{}", diagnostic.message);
        assert!(diagnostic.help.as_ref().unwrap().contains("results"));
        let hook = diagnostic.hook.as_ref().unwrap();
        assert_eq!(hook.id, "operation.operational_hooks.operational_hooks-on-run-end-0");
        let called = &diagnostic.related[0];
        assert_eq!(report.sources.get(called.place.file).path, "dbt_project.yml");
    }
}

#[test]
fn the_bad_drop_and_the_hook_of_a_comment_are_errors_and_nothing_else_is() {
    let report = checked();
    let errors: Vec<(&str, (String, u32))> = report
        .diagnostics
        .iter()
        .filter(|diagnostic| diagnostic.severity == Severity::Error && diagnostic.rule != "wrong-context-name")
        .map(|diagnostic| (diagnostic.rule, place(&report, diagnostic)))
        .collect();
    let expected = [
        ("drop-without-if-exists", ("models/practices/drop_bad.sql".to_owned(), 5)),
        ("empty-hook", ("models/practices/prod_only.sql".to_owned(), 5)),
    ];
    assert_eq!(errors, expected);
}

#[test]
fn the_notification_is_sent_in_prod_and_nothing_in_dev() {
    let compiled = compile(&CheckOptions::at(root())).unwrap().remove(0);
    let (_, renderings, _) = compiled
        .hooks
        .iter()
        .find(|(hook, ..)| hook.id == "model.operational_hooks.fct_revenue.post-hook.0")
        .expect("the hook of fct_revenue");
    let sent = |target: &str| -> Vec<&str> {
        let at = compiled.targets.iter().position(|name| name == target).unwrap();
        let in_target = renderings.iter().filter(|rendering| rendering.targets.contains(&at));
        in_target.flat_map(|rendering| rendering.sent.iter().map(AsRef::as_ref)).collect()
    };
    assert_eq!(sent("dev"), Vec::<&str>::new());
    let prod = sent("prod");
    assert_eq!(prod.len(), 1);
    assert!(prod[0].starts_with("insert into alerts.model_completions ("), "{}", prod[0]);
    assert!(prod[0].contains("(select count(*) from analytics.mart_core.fct_revenue)"), "{}", prod[0]);
}

#[test]
fn the_validation_renders_down_both_branches() {
    let compiled = compile(&CheckOptions::at(root())).unwrap().remove(0);
    let (_, renderings, _) = compiled
        .hooks
        .iter()
        .find(|(hook, ..)| hook.id == "model.operational_hooks.fct_orders.post-hook.0")
        .expect("the hook of fct_orders");
    let errors: Vec<Option<&str>> = renderings
        .iter()
        .filter(|rendering| rendering.targets.contains(&0))
        .map(|rendering| rendering.run.as_ref().unwrap().error.as_ref().map(|failure| failure.message.as_str()))
        .collect();
    assert_eq!(errors, [None, Some("Negative order totals found!")]);
}

#[test]
fn an_error_in_sql_that_a_macro_made_is_reported_in_the_macro() {
    let folder = tempfile::tempdir().unwrap();
    let write = |path: &str, text: &str| {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    };
    write("dbt_project.yml", "name: p\nversion: '1.0'\non-run-end:\n  - \"{{ share('reporter') }}\"\n");
    write(
        "macros/share.sql",
        "{% macro share(role) %}\n    grant select on orders to {{ role }};\n    grant select on orders to\n{% endmacro %}\n",
    );
    let report = check(&CheckOptions::at(folder.path())).unwrap().remove(0);
    let [diagnostic] = &report.diagnostics[..] else { panic!("{}", report::concise(&report, true)) };
    assert_eq!((diagnostic.rule, place(&report, diagnostic)), ("sql-syntax", ("macros/share.sql".to_owned(), 3)));
    assert_eq!(diagnostic.hook.as_ref().unwrap().id, "operation.p.p-on-run-end-0");
    assert_eq!(place_of(&report, diagnostic.related[0].place), ("dbt_project.yml".to_owned(), 4));
}

fn place_of(report: &CheckReport, place: hookproof::source::Place) -> (String, u32) {
    let file = report.sources.get(place.file);
    (file.path.clone(), Lines::new(&file.text).at(place.start).line)
}

#[test]
fn the_text_report() {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(concat!(env!("CARGO_MANIFEST_DIR"), "/snapshots/operational_hooks"));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| {
        insta::assert_snapshot!("check_text", report::text(&checked(), &TextOptions::default()));
        insta::assert_snapshot!("check_json", report::json(&checked()));
    });
}
