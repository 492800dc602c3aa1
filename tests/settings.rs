//! `hookproof.yml`, the options that change it, baselines, and what has changed since a revision of git.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

const PROFILES: &str = "shop:\n  target: dev\n  outputs:\n    dev: {type: postgres, host: h, user: u, password: p, \
                        port: 5432, dbname: db, schema: dev, threads: 1}\n";
const SETTINGS: &str = "name: shop\nprofile: shop\nvars: {days: 3, months: 1}\nmodels:\n  shop:\n    one:\n      \
                        +post-hook: \"{{ clean() }}\"\n";
const MACROS: &str = "{% macro clean() %}\n  drop table gone\n{% endmacro %}\n\n{% macro keep() %}\n  delete from log \
                      where day < {{ var('days') }}; drop table kept\n{% endmacro %}\n";

/// Three models: the hook of `one` calls `clean`, that of `two` calls `keep`, which reads a variable, and that of
/// `three` is text. Each has a finding.
fn shop() -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    put(&dir, "dbt_project.yml", SETTINGS);
    put(&dir, "profiles.yml", PROFILES);
    put(&dir, "macros/m.sql", MACROS);
    put(&dir, "models/one/one.sql", "select 1 as id");
    put(&dir, "models/two/two.sql", "{{ config(post_hook=\"{{ keep() }}\") }}\nselect 1 as id");
    put(&dir, "models/two/three.sql", "{{ config(post_hook=\"drop table three_before\") }}\nselect 1 as id");
    dir
}

fn put(dir: &TempDir, path: &str, text: &str) {
    let path = dir.path().join(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

fn run(dir: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_hookproof"));
    command.current_dir(dir).args(arguments).env_clear().stdin(Stdio::null());
    command.env("PATH", std::env::var_os("PATH").unwrap()).output().unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// `rule file:line` of everything that is found, and how many findings are silenced.
fn found(dir: &TempDir, arguments: &[&str]) -> (Vec<String>, u64) {
    let output = run(dir.path(), &[&["check", "--format", "json"], arguments].concat());
    let json: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", stderr(&output)));
    let shown = |one: &Value| {
        let (rule, file, line) = (&one["rule"], &one["file"], &one["start"]["line"]);
        format!("{} {}:{line}", rule.as_str().unwrap(), file.as_str().unwrap())
    };
    let found = json["diagnostics"].as_array().unwrap().iter().map(shown).collect();
    (found, json["summary"]["suppressed"].as_u64().unwrap())
}

fn drops(dir: &TempDir, arguments: &[&str]) -> Vec<String> {
    let with = [&["--select", "drop-without-if-exists"], arguments].concat();
    found(dir, &with).0.iter().map(|one| one.split(' ').nth(1).unwrap().to_owned()).collect()
}

const ALL: [&str; 3] = ["macros/m.sql:2", "macros/m.sql:6", "models/two/three.sql:1"];

#[test]
fn options_stand_for_settings() {
    let dir = shop();
    put(&dir, "hookproof.yml", "select: [sql]\nignore: [repeatable]\n");
    assert_eq!(found(&dir, &[]).0.len(), 0);
    assert_eq!(drops(&dir, &[]), ALL);
    assert_eq!(found(&dir, &["--extend-select", "drop-without-if-exists"]).0.len(), 3);
    assert_eq!(found(&dir, &["--select", "repeatable", "--ignore", "drop-without-if-exists"]).0.len(), 0);
    let output = run(dir.path(), &["check", "--select", "drop-without-if-exist"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("--select: there is no rule `drop-without-if-exist`: did you mean"));
    put(&dir, "hookproof.yml", "ignor: [repeatable]\n");
    let output = run(dir.path(), &["check"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("hookproof.yml:1:1: there is no setting `ignor`: did you mean `ignore`?"));
}

#[test]
fn paths_and_comments_silence() {
    let dir = shop();
    put(&dir, "hookproof.yml", "select: drop-without-if-exists\nper-path:\n  macros: [repeatable]\n");
    assert_eq!(found(&dir, &[]), (vec!["drop-without-if-exists models/two/three.sql:1".to_owned()], 2));
    put(&dir, "hookproof.yml", "select: drop-without-if-exists\n");
    put(
        &dir,
        "macros/m.sql",
        &MACROS.replace("  drop table gone", "  -- hookproof: ignore[repeatable] old\n  drop table gone"),
    );
    assert_eq!(found(&dir, &[]).1, 1);
}

#[test]
fn a_baseline_knows_findings_again_where_they_move() {
    let dir = shop();
    let output = run(dir.path(), &["check", "--write-baseline", "known.json"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let all = found(&dir, &[]).0.len() as u64;
    assert_eq!(found(&dir, &["--baseline", "known.json"]), (vec![], all));
    // Moved down, and into another file.
    put(&dir, "macros/m.sql", &format!("{{# a comment #}}\n\n{MACROS}"));
    put(&dir, "models/two/four.sql", &fs::read_to_string(dir.path().join("models/two/three.sql")).unwrap());
    fs::remove_file(dir.path().join("models/two/three.sql")).unwrap();
    assert_eq!(found(&dir, &["--baseline", "known.json"]), (vec![], all));
    // A second one of the same kind is new.
    put(&dir, "models/two/five.sql", "{{ config(post_hook=\"drop table three_before\") }}\nselect 1 as id");
    assert_eq!(found(&dir, &["--baseline", "known.json"]).0.len(), 1);
    fs::remove_file(dir.path().join("models/two/five.sql")).unwrap();
    // What is gone is said, and taken out.
    put(&dir, "macros/m.sql", &MACROS.replace("drop table gone", "select 1"));
    let output = run(dir.path(), &["check", "--baseline", "known.json"]);
    assert!(
        stderr(&output).contains("of known.json no more found: take out with --prune-baseline"),
        "{}",
        stderr(&output)
    );
    run(dir.path(), &["check", "--baseline", "known.json", "--prune-baseline"]);
    assert_eq!(stderr(&run(dir.path(), &["check", "--baseline", "known.json"])), "");
    put(&dir, "macros/m.sql", MACROS);
    assert!(!found(&dir, &["--baseline", "known.json"]).0.is_empty());
}

#[test]
fn a_baseline_that_is_none_is_refused() {
    let dir = shop();
    let refused = |says: &str| {
        let output = run(dir.path(), &["check", "--baseline", "known.json"]);
        assert_eq!(output.status.code(), Some(2));
        assert!(stderr(&output).contains(says), "{}", stderr(&output));
    };
    refused("write one with --write-baseline");
    put(&dir, "known.json", "{}");
    refused("is no baseline");
    put(&dir, "known.json", "{\"schema_version\": 7, \"findings\": []}");
    refused("version 7");
}

fn git(dir: &TempDir, arguments: &[&str]) {
    let identity = ["-c", "user.name=a", "-c", "user.email=a@b", "-c", "commit.gpgsign=false"];
    let output = Command::new("git").current_dir(dir.path()).args(identity).args(arguments).output().unwrap();
    assert!(output.status.success(), "{}", stderr(&output));
}

#[test]
fn only_hooks_that_a_change_reaches_are_told() {
    let dir = shop();
    git(&dir, &["init", "-q"]);
    let output = run(dir.path(), &["check", "--changed-since", "HEAD"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("git knows no revision `HEAD`"), "{}", stderr(&output));
    git(&dir, &["add", "-A"]);
    git(&dir, &["commit", "-qm", "all"]);
    let since = |reached: &[&str]| assert_eq!(drops(&dir, &["--changed-since", "HEAD"]), reached);
    since(&[]);
    // A macro: the hook that calls it, not the one that calls another macro of the file.
    put(&dir, "macros/m.sql", &MACROS.replace("table gone", "table  gone"));
    since(&[ALL[0]]);
    put(&dir, "macros/m.sql", &format!("{{# moved #}}\n{MACROS}"));
    since(&[]);
    put(&dir, "macros/m.sql", MACROS);
    // A variable: the hook that reads it.
    put(&dir, "dbt_project.yml", &SETTINGS.replace("days: 3", "days: 4"));
    since(&[ALL[1]]);
    put(&dir, "dbt_project.yml", &SETTINGS.replace("months: 1", "months: 2"));
    since(&[]);
    // A setting that gives more models the hook.
    put(
        &dir,
        "dbt_project.yml",
        &SETTINGS.replace("    one:\n      +post", "    +post").replace("      +post", "    +post"),
    );
    since(&[ALL[0]]);
    put(&dir, "dbt_project.yml", SETTINGS);
    // A hook's own text, in a file that git does not know yet; and a file that is gone.
    put(&dir, "models/two/four.sql", "{{ config(post_hook=\"drop table four_before\") }}\nselect 1 as id");
    since(&["models/two/four.sql:1"]);
    fs::remove_file(dir.path().join("models/two/four.sql")).unwrap();
    fs::remove_file(dir.path().join("models/two/three.sql")).unwrap();
    since(&[]);
    // Nothing of it is written anywhere.
    let status = Command::new("git").current_dir(dir.path()).args(["status", "--porcelain"]).output().unwrap();
    assert_eq!(String::from_utf8(status.stdout).unwrap(), " D models/two/three.sql\n");
}

#[test]
fn init_writes_a_file_that_is_read_and_no_second_one() {
    let dir = shop();
    assert_eq!(run(dir.path(), &["init"]).status.code(), Some(0));
    assert_eq!(drops(&dir, &[]), ALL);
    let again = run(dir.path(), &["init"]);
    assert_eq!(again.status.code(), Some(2));
    assert!(stderr(&again).contains("is there already"));
}

#[test]
fn what_packages_bring_is_accepted_until_it_changes() {
    let dir = shop();
    put(&dir, "packages.yml", "packages:\n  - package: acme/acme_log\n    version: 1.0.0\n");
    let (settings, hook) =
        ("dbt_packages/acme_log/dbt_project.yml", "on-run-start: \"create schema if not exists log\"\n");
    put(&dir, settings, &format!("name: acme_log\nversion: '1.0.0'\n{hook}"));
    let told = || {
        let output = run(dir.path(), &["check", "--select", "unaccepted-package-hook", "--format", "concise", "-q"]);
        String::from_utf8(output.stdout).unwrap()
    };
    assert_eq!(told(), "");
    let locked = run(dir.path(), &["lock"]);
    assert!(String::from_utf8_lossy(&locked.stdout).starts_with("1 hook and 0 macros of packages are accepted: "));
    assert_eq!(told(), "");
    put(&dir, settings, &format!("name: acme_log\nversion: '1.1.0'\n{hook}on-run-end: \"drop schema log\"\n"));
    assert!(told().contains("This on-run-end of the package acme_log is new since"));
    put(&dir, settings, "name: acme_log\nversion: '1.2.0'\non-run-start: \"create schema log\"\n");
    assert!(told().contains("This on-run-start of the package acme_log has changed since"));
    run(dir.path(), &["lock"]);
    assert_eq!(told(), "");
    put(&dir, "hookproof.lock", "{}");
    let output = run(dir.path(), &["check"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("hookproof.lock is not what hookproof writes"));
}
