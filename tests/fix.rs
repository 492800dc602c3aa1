//! `check --fix`, `--unsafe-fixes` and `--diff`: what they change, and what they leave alone.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

const PROFILES: &str = "shop:\n  target: dev\n  outputs:\n    dev: {type: postgres, host: h, user: u, password: p, \
                        port: 5432, dbname: db, schema: dev, threads: 1}\n";

const SETTINGS: &str = "# The shop.\nname: shop   # its name\nprofile: shop\n\non-run-start:\n  # First the log.\n  \
                        - 'create table   audit_log (id int)'\n  - >-\n    drop table\n    today\non-run-end: \"{{ \
                        log_end() }}\"\n";

const MACROS: &str =
    "{% macro log_end() %}\r\n  insert into audit_log values ({{ models | length }})\r\n{% endmacro %}\r\n";

fn shop() -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    fs::create_dir_all(dir.path().join("macros")).unwrap();
    fs::write(dir.path().join("dbt_project.yml"), SETTINGS).unwrap();
    fs::write(dir.path().join("profiles.yml"), PROFILES).unwrap();
    fs::write(dir.path().join("macros/log.sql"), MACROS).unwrap();
    dir
}

fn check(dir: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_hookproof"));
    command.current_dir(dir).arg("check").args(arguments).env_clear().stdin(Stdio::null()).output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

fn read(dir: &TempDir, path: &str) -> String {
    fs::read_to_string(dir.path().join(path)).unwrap()
}

#[test]
fn safe_fixes_change_their_bytes_and_no_others() {
    let dir = shop();
    let output = check(dir.path(), &["--fix", "--format", "concise"]);
    let fixed = SETTINGS
        .replace("create table   audit_log", "create table if not exists   audit_log")
        .replace("drop table\n    today", "drop table if exists\n    today");
    assert_eq!(read(&dir, "dbt_project.yml"), fixed);
    assert_eq!(read(&dir, "macros/log.sql"), MACROS);
    let said = text(&output.stderr);
    assert!(said.contains("mended 2 findings in 1 file; 1 finding more with --unsafe-fixes"), "{said}");
    assert_eq!(output.status.code(), Some(1), "one error is left: {}", text(&output.stdout));
}

#[test]
fn unsafe_fixes_are_applied_where_they_are_asked_for() {
    let dir = shop();
    let output = check(dir.path(), &["--fix", "--unsafe-fixes", "--format", "concise"]);
    assert_eq!(read(&dir, "macros/log.sql"), MACROS.replace("models", "results"));
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stdout));
    // A second time there is nothing to do.
    let before = read(&dir, "dbt_project.yml");
    let again = check(dir.path(), &["--fix", "--unsafe-fixes"]);
    assert!(text(&again.stderr).contains("mended 0 findings in 0 files"));
    assert_eq!(read(&dir, "dbt_project.yml"), before);
}

#[test]
fn a_diff_is_shown_and_nothing_written() {
    let dir = shop();
    let output = check(dir.path(), &["--diff"]);
    assert_eq!(output.status.code(), Some(1));
    let diff = text(&output.stdout);
    let part = "--- a/dbt_project.yml\n+++ b/dbt_project.yml\n@@ -4,8 +4,8 @@\n \n on-run-start:\n   # First the log.\n\
                -  - 'create table   audit_log (id int)'\n+  - 'create table if not exists   audit_log (id int)'\n";
    assert!(diff.starts_with(part), "{diff}");
    assert_eq!(read(&dir, "dbt_project.yml"), SETTINGS);
    check(dir.path(), &["--fix"]);
    let clean = check(dir.path(), &["--diff"]);
    assert_eq!((clean.status.code(), text(&clean.stdout).as_str()), (Some(0), ""));
}

#[test]
fn a_diff_is_one_that_git_applies() {
    let dir = shop();
    let diff = check(dir.path(), &["--diff", "--unsafe-fixes"]).stdout;
    fs::write(dir.path().join("fixes.patch"), diff).unwrap();
    let applied = Command::new("git").current_dir(dir.path()).args(["apply", "fixes.patch"]).status().unwrap();
    assert!(applied.success());
    assert_eq!(check(dir.path(), &[]).status.code(), Some(0));
}

#[test]
fn installed_packages_are_left_alone() {
    let dir = shop();
    let package = dir.path().join("dbt_packages/log");
    fs::create_dir_all(&package).unwrap();
    fs::write(package.join("dbt_project.yml"), "name: log\non-run-end: drop table yesterday\n").unwrap();
    check(dir.path(), &["--fix"]);
    assert!(fs::read_to_string(package.join("dbt_project.yml")).unwrap().ends_with("drop table yesterday\n"));
}

#[test]
fn unsafe_fixes_alone_are_refused() {
    let output = check(shop().path(), &["--unsafe-fixes"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("add --fix or --diff"));
}
