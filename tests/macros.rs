//! dbt's own macros against what dbt makes of the same calls: `data/macro_cases.json` has, for each adapter, the text
//! of hooks, with what it prints, the error it ends with and what it executes. tests/oracle/README.md says how it is
//! made.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::collections::BTreeMap;
use std::fs;

use hookproof::{CheckOptions, compile};
use serde::Deserialize;

#[derive(Deserialize)]
struct Case {
    adapter: String,
    hook: String,
    text: Option<String>,
    error: Option<String>,
    #[serde(default)]
    queries: Vec<String>,
}

/// What the profile of an adapter must say besides its type and schema.
fn profile(adapter: &str) -> &'static str {
    match adapter {
        "bigquery" => "project: zqtgtdb, dataset: zqtgtsc",
        "databricks" => "catalog: zqtgtdb, schema: zqtgtsc",
        "spark" | "clickhouse" => "schema: zqtgtsc",
        "duckdb" => "path: /tmp/zqtgtdb.duckdb, schema: zqtgtsc",
        "postgres" | "redshift" => "dbname: zqtgtdb, schema: zqtgtsc",
        _ => "database: zqtgtdb, schema: zqtgtsc",
    }
}

#[test]
fn macros_give_what_dbt_gives() {
    let cases: Vec<Case> = serde_json::from_str(include_str!("data/macro_cases.json")).unwrap();
    assert!(cases.len() >= 800);
    let mut by_adapter: BTreeMap<&str, Vec<&Case>> = BTreeMap::new();
    for case in &cases {
        by_adapter.entry(&case.adapter).or_default().push(case);
    }
    for (adapter, cases) in by_adapter {
        let dir = tempfile::tempdir().unwrap();
        let hooks: Vec<&str> = cases.iter().map(|case| case.hook.as_str()).collect();
        let settings =
            serde_json::json!({"name": "zqproject", "version": "1.0", "profile": "p", "on-run-start": hooks});
        let profiles = format!("p: {{target: t, outputs: {{t: {{type: {adapter}, {}}}}}}}", profile(adapter));
        fs::create_dir(dir.path().join("models")).unwrap();
        fs::write(dir.path().join("dbt_project.yml"), settings.to_string()).unwrap();
        fs::write(dir.path().join("profiles.yml"), profiles).unwrap();
        let mut options = CheckOptions::at(dir.path());
        options.profiles_dir = Some(dir.path().to_owned());
        let compiled = compile(&options).unwrap();
        assert_eq!(compiled[0].hooks.len(), cases.len());
        for (case, (_, renderings, _)) in cases.iter().zip(&compiled[0].hooks) {
            let run = renderings[0].run.as_ref().unwrap_or(&renderings[0].parse);
            let at = format!("{adapter}: {}", case.hook);
            if let Some(told) = &case.error {
                // dbt puts where it happened around some messages.
                let error = run.error.as_ref().map(|error| error.message.as_str());
                assert!(error.is_some_and(|error| told.contains(error)), "{at}\n{error:?}\n{told}");
                continue;
            }
            // The text may still be one that dbt cannot send as a hook.
            let text = run.text.as_ref().map(hookproof::source::Text::as_str);
            assert_eq!(text, case.text.as_deref(), "{at}: {:?}", run.error);
            let queries: Vec<&str> = run.queries.iter().map(|query| query.text.as_str()).collect();
            assert_eq!(queries, case.queries, "{at}");
        }
    }
}

/// A project, and a Python environment with two macros of dbt's and one of an adapter.
fn with_environment() -> (tempfile::TempDir, CheckOptions) {
    let dir = tempfile::tempdir().unwrap();
    let put = |path: &str, text: &str| {
        let path = dir.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    put(
        "project/dbt_project.yml",
        "name: shop\nprofile: p\non-run-start: [\"{{ hail('x') }} {{ dbt.greet('y', mark='?') }}\"]",
    );
    put("project/profiles.yml", "p: {target: t, outputs: {t: {type: postgres, dbname: d, schema: s}}}");
    let packages = "venv/lib/python3.11/site-packages/dbt/include";
    put(
        &format!("{packages}/global_project/macros/greet.sql"),
        "{% macro greet(who, mark='!') %}{{ return(adapter.dispatch('greet', 'dbt')(who, mark)) }}{% endmacro %}\n\
         {% macro default__greet(who, mark) %}hello {{ who ~ mark }}{% endmacro %}\n\
         {% macro hail(who) %}{{ greet(who) }}{% endmacro %}",
    );
    put(
        &format!("{packages}/postgres/macros/greet.sql"),
        "{% macro postgres__greet(who, mark) %}hi {{ who ~ mark }}{% endmacro %}",
    );
    let mut options = CheckOptions::at(dir.path().join("project"));
    options.profiles_dir = Some(dir.path().join("project"));
    options.python_environment = Some(dir.path().join("venv"));
    (dir, options)
}

fn first_text(options: &CheckOptions) -> String {
    let compiled = compile(options).unwrap();
    let (_, renderings, _) = &compiled[0].hooks[0];
    renderings[0].run.as_ref().and_then(|run| run.text.as_ref()).unwrap().as_str().to_owned()
}

#[test]
fn macros_of_a_python_environment_are_used() {
    let (dir, mut options) = with_environment();
    assert_eq!(first_text(&options), "hi x! hi y?");
    // The project's own comes first, and the settings may name the environment.
    let macros = dir.path().join("project/macros");
    fs::create_dir(&macros).unwrap();
    fs::write(macros.join("m.sql"), "{% macro postgres__greet(who, mark) %}ahoy {{ who }}{% endmacro %}").unwrap();
    fs::write(dir.path().join("project/hookproof.yml"), "python-environment: ../venv").unwrap();
    options.python_environment = None;
    assert_eq!(first_text(&options), "ahoy x ahoy y");
}

#[test]
fn an_environment_without_the_adapter_is_refused() {
    let (dir, mut options) = with_environment();
    fs::remove_dir_all(dir.path().join("venv/lib/python3.11/site-packages/dbt/include/postgres")).unwrap();
    assert!(compile(&options).unwrap_err().0.contains("no macros of postgres"));
    options.python_environment = Some(dir.path().join("project"));
    assert!(compile(&options).unwrap_err().0.contains("no Python environment with dbt"));
}
