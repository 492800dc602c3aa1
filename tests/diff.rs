//! `hookproof diff`: what a change does to the hooks, with git as it is.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;
use tempfile::TempDir;

const SETTINGS: &str = "name: shop
version: '1.0'
profile: shop
on-run-start: \"{{ log_start() }}\"
models:
  +post-hook:
    - \"{{ grants('reporter') }}\"
    - \"analyze {{ this }}\"
";
const PROFILES: &str = "shop:
  target: dev
  outputs:
    dev: {type: postgres, host: h, user: u, password: p, port: 5432, dbname: db, schema: dev, threads: 1}
    prod: {type: postgres, host: h, user: u, password: p, port: 5432, dbname: db, schema: prod, threads: 1}
";
const MACROS: &str = "{% macro grants(role) %}grant select on {{ this }} to {{ role }}{% endmacro %}
{% macro log_start() %}insert into audit values ('{{ invocation_id }}'){% endmacro %}
";

fn put(root: &Path, path: &str, text: &str) {
    let path = root.join(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

fn git(root: &Path, arguments: &[&str]) {
    let names = ["GIT_AUTHOR_NAME", "GIT_COMMITTER_NAME", "GIT_AUTHOR_EMAIL", "GIT_COMMITTER_EMAIL"];
    let mut command = Command::new("git");
    command.current_dir(root).args(arguments).envs(names.map(|name| (name, "test@example.org")));
    let done = command.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1").output().unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
}

/// A project with three models, committed.
fn shop() -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    put(dir.path(), "dbt_project.yml", SETTINGS);
    put(dir.path(), "profiles.yml", PROFILES);
    put(dir.path(), "macros/hooks.sql", MACROS);
    for model in ["orders", "customers", "items"] {
        put(dir.path(), &format!("models/{model}.sql"), "select 1 as id");
    }
    git(dir.path(), &["init", "--quiet", "."]);
    git(dir.path(), &["add", "."]);
    git(dir.path(), &["commit", "--quiet", "-m", "all"]);
    dir
}

fn run(dir: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_hookproof")).current_dir(dir).args(arguments).output().unwrap()
}

fn diff(dir: &TempDir) -> Value {
    let output = run(dir.path(), &["diff", "HEAD", "--format", "json"]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// What happened, to which hook.
fn told(diff: &Value) -> Vec<String> {
    let word = |hook: &Value, key: &str| hook[key].as_str().unwrap_or_default().to_owned();
    diff["hooks"].as_array().unwrap().iter().map(|hook| word(hook, "change") + " " + &word(hook, "id")).collect()
}

#[test]
fn nothing_is_told_where_nothing_changed() {
    let dir = shop();
    put(dir.path(), "macros/hooks.sql", &format!("{{# a comment #}}\n{MACROS}"));
    let diff = diff(&dir);
    assert_eq!(told(&diff), Vec::<String>::new());
    assert_eq!(diff["summary"]["unchanged"], 7);
    assert_eq!(run(dir.path(), &["diff", "HEAD", "--exit-code"]).status.code(), Some(0));
}

#[test]
fn a_macro_changes_exactly_the_hooks_that_it_reaches() {
    let dir = shop();
    put(dir.path(), "macros/hooks.sql", &MACROS.replace("grant select on", "grant select, insert on"));
    let diff = diff(&dir);
    let expected = ["customers", "items", "orders"].map(|model| format!("changed model.shop.{model}.post-hook.0"));
    assert_eq!(told(&diff), expected);
    let of = &diff["hooks"][0]["diffs"][0];
    assert_eq!(of["targets"], serde_json::json!(["dev"]));
    assert_eq!(
        of["unified"],
        "@@ -1 +1 @@\n-grant select on \"db\".\"dev\".\"customers\" to reporter\n\
         +grant select, insert on \"db\".\"dev\".\"customers\" to reporter\n"
    );
    assert_eq!(run(dir.path(), &["diff", "HEAD", "--exit-code"]).status.code(), Some(1));
    // Hooks of one declaration are told once.
    let text = String::from_utf8(run(dir.path(), &["diff", "HEAD"]).stdout).unwrap();
    assert_eq!(text.matches("changed post-hook").count(), 1, "{text}");
    assert!(text.contains("3 nodes") && text.ends_with("shop: 3 changed, 4 hooks as before\n"), "{text}");
}

#[test]
fn a_branch_of_one_target_changes_that_target_alone() {
    let dir = shop();
    let new =
        MACROS.replace("('{{ invocation_id }}')", "('{{ invocation_id }}{{ \"!\" if target.name == \"prod\" }}')");
    put(dir.path(), "macros/hooks.sql", &new);
    let diff = diff(&dir);
    assert_eq!(told(&diff), ["changed operation.shop.shop-on-run-start-0"]);
    assert_eq!(diff["hooks"][0]["diffs"][0]["targets"], serde_json::json!(["prod"]));
}

#[test]
fn a_hook_that_comes_first_changes_no_other() {
    let dir = shop();
    let new = SETTINGS.replace("  +post-hook:\n", "  +post-hook:\n    - \"comment on table {{ this }} is 'x'\"\n");
    put(dir.path(), "dbt_project.yml", &new);
    let diff = diff(&dir);
    let expected = ["customers", "items", "orders"].map(|model| format!("added model.shop.{model}.post-hook.0"));
    assert_eq!(told(&diff), expected);
    assert_eq!(diff["summary"]["unchanged"], 7);
}

#[test]
fn what_changes_places_has_moved_and_what_goes_is_removed() {
    let dir = shop();
    let (first, second) = ("    - \"{{ grants('reporter') }}\"\n", "    - \"analyze {{ this }}\"\n");
    let new = SETTINGS.replace(&format!("{first}{second}"), &format!("{second}{first}"));
    put(dir.path(), "dbt_project.yml", &new.replace("on-run-start: \"{{ log_start() }}\"\n", ""));
    fs::remove_file(dir.path().join("models/items.sql")).unwrap();
    let diff = diff(&dir);
    assert_eq!(
        told(&diff),
        [
            "moved model.shop.customers.post-hook.0",
            "moved model.shop.orders.post-hook.0",
            "removed operation.shop.shop-on-run-start-0",
            "removed model.shop.items.post-hook.0",
            "removed model.shop.items.post-hook.1",
        ]
    );
}

#[test]
fn a_comment_for_a_pull_request_is_markdown() {
    let dir = shop();
    put(dir.path(), "macros/hooks.sql", &MACROS.replace("insert into audit", "insert into ```audit"));
    let output = run(dir.path(), &["diff", "HEAD", "--format", "markdown"]);
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.starts_with("### Hooks of `shop` since `HEAD`\n\n1 changed, 6 hooks as before\n"), "{text}");
    // The fence is longer than what is in it.
    assert!(text.contains("\n````diff\n@@ -1 +1 @@\n"), "{text}");
}

#[test]
fn a_revision_that_is_none_is_told() {
    let output = run(shop().path(), &["diff", "nonsense"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("git knows no revision `nonsense`"));
}
