//! What is no dbt project, or a broken one: a clear diagnostic or a clear refusal, and the rest is checked.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::fs;
use std::path::Path;

use hookproof::report::{self, CheckReport};
use hookproof::{CheckOptions, check, compile};

/// A project of one working hook, with more files.
fn project(files: &[(&str, &[u8])]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let base: [(&str, &[u8]); 2] = [
        ("dbt_project.yml", b"name: p\nversion: '1.0'\non-run-end:\n  - \"drop table scratch\"\n"),
        ("models/fine.sql", b"{{ config(post_hook='grant select on {{ this }} to') }}\nselect 1 as id\n"),
    ];
    for (path, bytes) in base.iter().chain(files) {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
    folder
}

fn checked(root: &Path) -> CheckReport {
    check(&CheckOptions::at(root)).unwrap().remove(0)
}

/// Whether the hooks of the base are still judged.
fn still_checked(report: &CheckReport) {
    let rules: Vec<&str> = report.diagnostics.iter().map(|diagnostic| diagnostic.rule).collect();
    assert!(rules.contains(&"drop-without-if-exists"), "{}", report::concise(report, true));
    assert!(rules.contains(&"sql-syntax"), "{}", report::concise(report, true));
}

#[test]
fn a_folder_without_a_project_is_refused_with_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let failure = check(&CheckOptions::at(folder.path())).unwrap_err().to_string();
    assert!(failure.contains("dbt_project.yml"), "{failure}");
}

#[test]
fn a_project_file_that_is_no_yaml_is_refused_at_its_line() {
    let folder = project(&[("dbt_project.yml", b"name: p\nmodels: [\n")]);
    let failure = check(&CheckOptions::at(folder.path())).unwrap_err().to_string();
    assert!(failure.contains("dbt_project.yml"), "{failure}");
}

#[test]
fn a_broken_properties_file_leaves_the_rest_checked() {
    let folder = project(&[("models/schema.yml", b"models:\n  - name: fine\n   config: {\n")]);
    let report = checked(folder.path());
    still_checked(&report);
    let text = report::text(&report, &report::TextOptions::default());
    assert!(text.contains("models/schema.yml"), "{text}");
}

#[test]
fn bytes_that_are_no_utf_8_leave_the_rest_checked() {
    let folder = project(&[("models/latin.sql", b"select 'caf\xe9' as name"), ("macros/bad.sql", b"\xff\xfe")]);
    let report = checked(folder.path());
    still_checked(&report);
    let text = report::text(&report, &report::TextOptions::default());
    assert!(text.contains("models/latin.sql:1:12") && text.contains("macros/bad.sql:1:1"), "{text}");
    assert!(text.contains("error[unreadable-file]"), "{text}");
}

#[test]
fn empty_files_are_fine() {
    let folder = project(&[
        ("models/empty.sql", b""),
        ("models/empty.yml", b""),
        ("macros/empty.sql", b""),
        ("seeds/empty.csv", b""),
        ("packages.yml", b""),
        ("profiles.yml", b""),
    ]);
    still_checked(&checked(folder.path()));
}

#[test]
fn a_macro_that_calls_itself_for_ever_ends_as_a_diagnostic() {
    let folder = project(&[
        ("macros/endless.sql", b"{% macro endless(n) %}{{ endless(n + 1) }}{% endmacro %}"),
        ("macros/loops.sql", b"{% macro loops() %}{% for a in range(100000) %}{% for b in range(100000) %}{% set x = a * b %}{% endfor %}{% endfor %}{% endmacro %}"),
        ("macros/grows.sql", b"{% macro grows() %}{% set ns = namespace(s='x') %}{% for a in range(100000) %}{% set ns.s = ns.s ~ ns.s %}{% endfor %}{% endmacro %}"),
        ("models/a.sql", b"{{ config(post_hook='{{ endless(1) }}') }} select 1"),
        ("models/b.sql", b"{{ config(post_hook='{{ loops() }}') }} select 1"),
        ("models/c.sql", b"{{ config(post_hook='{{ grows() }}') }} select 1"),
    ]);
    let report = checked(folder.path());
    still_checked(&report);
    let text = report::text(&report, &report::TextOptions { width: 400, ..report::TextOptions::default() });
    for word in ["maximum recursion depth exceeded", "does not come to an end", "text without end"] {
        assert!(text.contains(word), "{word} is not in\n{text}");
    }
    // The chain of a recursion names each call once.
    assert!(text.matches("called from here").count() < 8, "{text}");
}

#[test]
fn a_model_of_five_megabytes_is_read() {
    let mut model = String::from("{{ config(post_hook='grant select on {{ this }} to') }}\n");
    while model.len() < 5 << 20 {
        model.push_str("select 1 as a_column_with_a_rather_long_name union all\n");
    }
    model.push_str("select 2\n");
    let folder = project(&[("models/large.sql", model.as_bytes())]);
    let report = checked(folder.path());
    still_checked(&report);
    let large = report
        .diagnostics
        .iter()
        .filter(|diagnostic| report.sources.get(diagnostic.place.file).path == "models/large.sql");
    assert_eq!(large.count(), 1);
}

#[cfg(unix)]
#[test]
fn a_cycle_of_links_is_no_hang() {
    let folder = project(&[]);
    std::os::unix::fs::symlink(folder.path(), folder.path().join("models/again")).unwrap();
    std::os::unix::fs::symlink(folder.path().join("b"), folder.path().join("a")).unwrap();
    std::os::unix::fs::symlink(folder.path().join("a"), folder.path().join("b")).unwrap();
    still_checked(&checked(folder.path()));
}

#[test]
fn broken_jinja_outside_macros_is_none_of_dbts_business() {
    let folder = project(&[
        (
            "macros/mixed.sql",
            b"{% ##### %} {% https://example.com %}\n{% macro good() %}drop table other{% endmacro %}\n",
        ),
        ("models/a.sql", b"{{ config(post_hook='{{ good() }}') }} select 1"),
    ]);
    let report = checked(folder.path());
    still_checked(&report);
    assert!(!report.diagnostics.iter().any(|diagnostic| diagnostic.rule == "template-syntax"));
    let compiled = compile(&CheckOptions::at(folder.path())).unwrap().remove(0);
    let rendered = compiled.hooks.iter().any(|(_, renderings, _)| {
        renderings.iter().any(|rendering| rendering.sent.iter().any(|sent| sent.trim() == "drop table other"))
    });
    assert!(rendered);
}

#[test]
fn a_model_that_does_not_parse_does_not_hide_the_others() {
    let folder = project(&[("models/broken.sql", b"{{ config(post_hook='x' }} select {% if %}")]);
    let report = checked(folder.path());
    still_checked(&report);
    let text = report::text(&report, &report::TextOptions::default());
    assert!(text.contains("models/broken.sql") || text.contains("broken"), "{text}");
}

#[test]
fn values_that_hold_themselves_end() {
    let folder = project(&[(
        "models/a.sql",
        b"{% set l = [] %}{% do l.append(l) %}{% set m = [] %}{% do m.append(m) %}{{ config(meta={'l': l}) }}{% if l == m %}{% endif %}select {{ l }} {{ tojson(l) }}",
    )]);
    still_checked(&checked(folder.path()));
}

#[cfg(unix)]
#[test]
fn what_leads_out_of_the_repository_is_told_and_not_followed() {
    let outside = tempfile::tempdir().unwrap();
    let macros = outside.path().join("macros");
    fs::create_dir(&macros).unwrap();
    fs::write(macros.join("shared.sql"), "{% macro shared() %}drop table hidden{% endmacro %}").unwrap();
    let absolute = macros.to_string_lossy().into_owned();
    for (paths, link) in
        [(absolute.as_str(), false), ("../../../../../../../../etc", false), ("/", false), ("linked", true)]
    {
        let settings = format!(
            "name: p\nversion: '1.0'\nmacro-paths: ['{paths}']\non-run-end:\n  - \"drop table scratch\"\n  - \"{{{{ shared() }}}}\"\n"
        );
        let folder = project(&[("dbt_project.yml", settings.as_bytes())]);
        if link {
            std::os::unix::fs::symlink(&macros, folder.path().join("linked")).unwrap();
        }
        let report = checked(folder.path());
        still_checked(&report);
        let text = report::concise(&report, true);
        assert!(text.contains(&format!("not checked: files: {paths} leads out of the repository")), "{text}");
        assert!(!text.contains("hidden") && !text.contains("undefined"), "{text}");
    }
}

#[cfg(unix)]
#[test]
fn a_link_to_a_file_outside_is_not_read() {
    let outside = tempfile::tempdir().unwrap();
    fs::write(outside.path().join("passwords"), "{{ config(post_hook='drop table hidden') }} select 1").unwrap();
    let folder = project(&[]);
    std::os::unix::fs::symlink(outside.path().join("passwords"), folder.path().join("models/linked.sql")).unwrap();
    let report = checked(folder.path());
    still_checked(&report);
    let text = report::concise(&report, true);
    assert!(text.contains("models/linked.sql leads out of the repository") && !text.contains("hidden"), "{text}");
}
