//! The commands as a person runs them: what they print where, and how they end.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::fs;
use std::io::{BufRead as _, Read as _, Write as _};
use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

const SETTINGS: &str = "name: shop
version: '1.0'
profile: shop
on-run-start: \"create schema if not exists {{ target.schema }}\"
models:
  +post-hook:
    - \"grant select on {{ this }} to reporter\"
";
const PROFILES: &str = "shop:
  target: dev
  outputs:
    dev: {type: postgres, host: h, user: u, password: p, port: 5432, dbname: db, schema: dev, threads: 1}
    prod: {type: postgres, host: h, user: u, password: p, port: 5432, dbname: db, schema: prod, threads: 1}
";

fn put(root: &Path, path: &str, text: &str) {
    let path = root.join(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

/// A project with one on-run hook, and one hook of a folder with two models.
fn shop() -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    put(dir.path(), "dbt_project.yml", SETTINGS);
    put(dir.path(), "profiles.yml", PROFILES);
    put(dir.path(), "models/orders.sql", "select 1 as id");
    put(dir.path(), "models/customers.sql", "select 1 as id");
    dir
}

fn command(dir: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_hookproof"));
    command.current_dir(dir).args(arguments).env_clear().stdin(Stdio::null());
    command
}

fn run(dir: &Path, arguments: &[&str]) -> Output {
    command(dir, arguments).output().unwrap()
}

fn stdout(output: &Output) -> &str {
    std::str::from_utf8(&output.stdout).unwrap()
}

/// The exit code, with nothing on stderr but what is expected there.
fn code(output: &Output, on_stderr: &str) -> i32 {
    let said = std::str::from_utf8(&output.stderr).unwrap();
    assert!(said.contains(on_stderr) && said.is_empty() == on_stderr.is_empty(), "{said}");
    output.status.code().unwrap()
}

fn json(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap()
}

fn keys(value: &Value) -> Vec<&str> {
    value.as_object().unwrap().keys().map(String::as_str).collect()
}

const HOOK_KEYS: [&str; 10] =
    ["id", "kind", "package", "node", "position", "transaction", "raw", "file", "start", "end"];

#[test]
fn list_has_a_line_for_each_declaration() {
    let dir = shop();
    let output = run(dir.path(), &["list"]);
    assert_eq!(
        stdout(&output),
        "on-run-start  dbt_project.yml:4:15           create schema if not exists {{ target.schema }}
post-hook     dbt_project.yml:7:7   2 nodes  grant select on {{ this }} to reporter

shop: 3 hooks (2 declarations)
"
    );
    assert_eq!(code(&output, ""), 0);
}

#[test]
fn list_says_which_hooks_are_kept_and_never_run() {
    let dir = shop();
    std::fs::create_dir(dir.path().join("analyses")).unwrap();
    let analysis = "{{ config(post_hook='select 2') }} select 1";
    std::fs::write(dir.path().join("analyses/sums.sql"), analysis).unwrap();
    let output = run(dir.path(), &["list", "--format", "json"]);
    let whole = json(&output);
    let hooks = whole["hooks"].as_array().unwrap();
    let of_analysis = |hook: &&Value| hook["node"] == "analysis.shop.sums";
    let kept: Vec<&Value> = hooks.iter().filter(of_analysis).collect();
    assert_eq!(kept.len(), 2, "the folder's hook and its own");
    assert!(kept.iter().all(|hook| hook["runs"] == false));
    assert!(hooks.iter().filter(|hook| !of_analysis(hook)).all(|hook| hook.get("runs").is_none()));
    let output = run(dir.path(), &["list"]);
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("not listed: 2 hooks of analyses, which dbt keeps and never runs"), "{text}");
}

#[test]
fn list_has_an_object_for_each_effective_hook() {
    let dir = shop();
    let output = run(dir.path(), &["list", "--format", "json"]);
    assert_eq!(code(&output, ""), 0);
    let whole = json(&output);
    assert_eq!(keys(&whole), ["schema_version", "hooks"]);
    assert_eq!(whole["schema_version"], 1);
    let hooks = whole["hooks"].as_array().unwrap();
    assert!(hooks.iter().all(|hook| keys(hook) == HOOK_KEYS));
    let ids: Vec<&str> = hooks.iter().map(|hook| hook["id"].as_str().unwrap()).collect();
    assert_eq!(
        ids,
        ["operation.shop.shop-on-run-start-0", "model.shop.customers.post-hook.0", "model.shop.orders.post-hook.0"]
    );
    assert_eq!(hooks[0]["node"], Value::Null);
    assert_eq!(hooks[1]["node"], "model.shop.customers");
    assert_eq!(hooks[1]["file"], "dbt_project.yml");
    assert_eq!(hooks[1]["start"], serde_json::json!({"line": 7, "column": 7, "offset": 132}));
    assert_eq!(hooks[1]["transaction"], true);
}

#[test]
fn compile_has_the_sql_of_every_target() {
    let dir = shop();
    let output = run(dir.path(), &["compile", "--format", "json"]);
    assert_eq!(code(&output, ""), 0);
    let whole = json(&output);
    assert_eq!(keys(&whole), ["schema_version", "hooks"]);
    let hook = &whole["hooks"][1];
    assert_eq!(keys(hook), [&HOOK_KEYS[..], &["renderings"]].concat());
    let renderings = hook["renderings"].as_array().unwrap();
    assert_eq!(keys(&renderings[0]), ["targets", "answers", "parse", "sql", "sent", "queries", "error"]);
    assert_eq!(renderings.len(), 2);
    assert_eq!(renderings[0]["targets"], serde_json::json!(["dev"]));
    assert_eq!(renderings[0]["sql"], "grant select on \"db\".\"dev\".\"customers\" to reporter");
    assert_eq!(renderings[1]["targets"], serde_json::json!(["prod"]));
    assert_eq!(renderings[1]["sql"], "grant select on \"db\".\"prod\".\"customers\" to reporter");
}

#[test]
fn compile_shows_what_is_selected() {
    let dir = shop();
    let output = run(dir.path(), &["compile", "--select", "orders", "--target", "prod"]);
    assert_eq!(
        stdout(&output),
        "post-hook  dbt_project.yml:7:7  model.shop.orders
  prod
    grant select on \"db\".\"prod\".\"orders\" to reporter

shop: 1 hook
"
    );
    assert_eq!(code(&output, ""), 0);
    assert_eq!(code(&run(dir.path(), &["compile", "--select", "nowhere"]), "no hook's id contains `nowhere`"), 2);
}

#[test]
fn check_ends_by_what_it_found() {
    let dir = shop();
    assert_eq!(code(&run(dir.path(), &["check"]), ""), 0);
    put(dir.path(), "models/orders.sql", "{{ config(post_hooks='select 1') }} select 1 as id");
    let output = run(dir.path(), &["check", "--format", "concise"]);
    assert!(stdout(&output).contains(": error[misspelled-hook-key]"), "{}", stdout(&output));
    assert_eq!(code(&output, ""), 1);
    assert_eq!(code(&run(dir.path(), &["check", "--fail-on", "never"]), ""), 0);
    let whole = json(&run(dir.path(), &["check", "--format", "json"]));
    assert_eq!(whole["summary"]["errors"], 1);
}

#[test]
fn colour_is_there_where_it_is_wanted() {
    let dir = shop();
    let coloured = |command: &mut Command| stdout(&command.output().unwrap()).contains('\u{1b}');
    assert!(!coloured(&mut command(dir.path(), &["list"])));
    assert!(coloured(&mut command(dir.path(), &["list", "--color", "always"])));
    assert!(coloured(command(dir.path(), &["list"]).env("CLICOLOR_FORCE", "1")));
    assert!(!coloured(command(dir.path(), &["list"]).env("CLICOLOR_FORCE", "1").env("NO_COLOR", "1")));
}

#[test]
fn what_keeps_it_from_running_is_said_on_stderr() {
    let dir = shop();
    let nowhere = tempfile::tempdir().unwrap();
    for (arguments, said) in [
        (&["check", "--format", "xml"][..], "xml"),
        (&["check", "--vars", "[1"], "hookproof: --vars is no YAML (column 3:"),
        (&["check", "--vars", "3"], "hookproof: --vars is no mapping but int: give one such as '{days: 3}'"),
        (&["check", "missing"], "hookproof: missing does not exist"),
        (&["explain", "missing-vars"], "there is no rule `missing-vars`: did you mean `missing-var`?"),
        (&["explain", "x"], "there is no rule `x`: `hookproof rules` lists all of them"),
    ] {
        let output = run(dir.path(), arguments);
        assert_eq!(code(&output, said), 2, "{arguments:?}");
        assert_eq!(stdout(&output), "");
    }
    assert_eq!(code(&run(nowhere.path(), &["list"]), "there is no dbt_project.yml"), 2);
}

#[test]
fn several_projects_are_told_one_after_the_other() {
    let dir = tempfile::tempdir().unwrap();
    for name in ["a", "b"] {
        put(dir.path(), &format!("{name}/dbt_project.yml"), &format!("name: {name}\n"));
    }
    let output = run(dir.path(), &["list"]);
    assert_eq!(stdout(&output), "a: no hooks\n\nb: no hooks\n");
    assert_eq!(code(&output, ""), 0);
    let output = run(dir.path(), &["list", "--format", "json"]);
    assert_eq!(code(&output, "there are 2 dbt projects, and JSON is the result of one: name one of them, such as"), 2);
}

#[test]
fn the_catalogue_and_its_pages() {
    let dir = tempfile::tempdir().unwrap();
    let output = run(dir.path(), &["rules"]);
    assert_eq!(code(&output, ""), 0);
    let line = stdout(&output).lines().find(|line| line.starts_with("misspelled-hook-key ")).unwrap();
    assert!(line.contains("  placement  ") && line.contains("  Finds a key that is nearly"), "{line}");
    let output = run(dir.path(), &["explain", "misspelled-hook-key"]);
    assert!(stdout(&output).starts_with("# misspelled-hook-key\n\nplacement, error, preset default\n\nFinds a key"));
    assert_eq!(code(&output, ""), 0);
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let dir = shop();
    let long = "x".repeat(1 << 20);
    put(dir.path(), "dbt_project.yml", &format!("{SETTINGS}on-run-end: select '{long}'\n"));
    let mut child = command(dir.path(), &["list"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let mut said = String::new();
    child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
    assert_eq!((child.wait().unwrap().code(), said.as_str()), (Some(0), ""));
}

#[test]
fn of_files_only_what_they_can_cause_is_told() {
    let dir = shop();
    put(dir.path(), "macros/m.sql", "{% macro m() %}drop table staging{% endmacro %}");
    put(dir.path(), "models/orders.sql", "{{ config(post_hook='{{ m() }}') }} select 1 as id");
    put(dir.path(), "models/customers.sql", "{{ config(post_hook='drop table other') }} select 1 as id");
    put(dir.path(), "elsewhere.yml", "a: 1");
    let told = |files: &[&str]| {
        let arguments = [&["check", "--format", "concise", "--select", "drop-without-if-exists"], files].concat();
        let output = run(dir.path(), &arguments);
        let lines = stdout(&output).lines().filter(|line| line.contains("drop-without-if-exists"));
        lines.map(|line| line.split(':').next().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(told(&["models/customers.sql"]), ["models/customers.sql"]);
    // The hook calls the macro, and stands in the model's file.
    assert_eq!(told(&["models/orders.sql"]), ["macros/m.sql"]);
    assert_eq!(told(&["macros/m.sql"]), ["macros/m.sql"]);
    assert_eq!(told(&["macros/m.sql", "models/customers.sql"]), ["macros/m.sql", "models/customers.sql"]);
    assert_eq!(told(&["elsewhere.yml"]), Vec::<String>::new());
    // Settings reach every hook, and a folder is all of its project.
    assert_eq!(told(&["dbt_project.yml"]).len(), 2);
    assert_eq!(told(&["models", "macros/m.sql"]).len(), 2);
    let outside = tempfile::tempdir().unwrap();
    put(outside.path(), "ci.yml", "a: 1");
    let output = run(outside.path(), &["check", "ci.yml"]);
    assert_eq!(code(&output, "ci.yml lies in no dbt project: not checked"), 0);
}

#[test]
fn the_result_may_go_to_a_file() {
    let dir = shop();
    put(dir.path(), "models/orders.sql", "{{ config(post_hook='grant select to x') }} select 1 as id");
    let output = run(dir.path(), &["check", "--format", "sarif", "--output", "hooks.sarif"]);
    assert_eq!(code(&output, ""), 1);
    assert!(stdout(&output).contains("1 error"));
    let log: Value = serde_json::from_str(&fs::read_to_string(dir.path().join("hooks.sarif")).unwrap()).unwrap();
    assert_eq!(log["runs"][0]["results"].as_array().unwrap().len(), 1);
    let output = run(dir.path(), &["check", "--output", "no/such/folder/hooks.txt"]);
    assert_eq!(code(&output, "no/such/folder/hooks.txt can't be written"), 2);
    // What is no file stays what it is.
    #[cfg(unix)]
    {
        use std::os::unix::fs::FileTypeExt as _;
        let pipe = dir.path().join("pipe");
        Command::new("mkfifo").arg(&pipe).status().unwrap();
        let reader = std::thread::spawn({
            let pipe = pipe.clone();
            move || fs::read_to_string(pipe).unwrap()
        });
        run(dir.path(), &["check", "--output", "pipe", "--format", "concise"]);
        assert!(reader.join().unwrap().contains("1 error"));
        assert!(fs::metadata(&pipe).unwrap().file_type().is_fifo());
        let output = run(dir.path(), &["prove", "--db", "pipe"]);
        assert_eq!(code(&output, "no database can be kept in pipe: it is no file"), 2);
        assert!(fs::metadata(&pipe).unwrap().file_type().is_fifo());
    }
}

#[test]
fn the_format_is_that_of_the_ci_system() {
    let dir = shop();
    put(dir.path(), "models/orders.sql", "{{ config(post_hook='grant select to x') }} select 1 as id");
    let first = |variable: &str, arguments: &[&str]| {
        let output = command(dir.path(), arguments).env(variable, "True").output().unwrap();
        stdout(&output).lines().next().unwrap_or_default().split([' ', '[']).next().unwrap().to_owned()
    };
    assert_eq!(first("GITHUB_ACTIONS", &["check"]), "::error");
    assert_eq!(first("TF_BUILD", &["check"]), "##vso");
    assert_eq!(first("GITLAB_CI", &["check"]), "error");
    assert_eq!(first("GITHUB_ACTIONS", &["check", "--format", "text"]), "error");
}

#[cfg(unix)]
#[test]
fn an_interrupt_ends_a_rehearsal_and_leaves_what_was_there() {
    let dir = shop();
    // It reads a thousand million rows.
    let hook =
        "select count(*) from generate_series(1, 1000) a, generate_series(1, 1000) b, generate_series(1, 1000) c";
    put(dir.path(), "models/orders.sql", &format!("{{{{ config(post_hook=['{hook}'] * 200) }}}} select 1 as id"));
    fs::write(dir.path().join("kept.db"), "what was there").unwrap();
    let child = command(dir.path(), &["prove", "--db", "kept.db"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // Long enough to begin, and far from the end.
    std::thread::sleep(std::time::Duration::from_secs(2));
    Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(code(&output, "the rehearsal was stopped: nothing is kept of it"), 2);
    assert_eq!(fs::read_to_string(dir.path().join("kept.db")).unwrap(), "what was there");
    let names = fs::read_dir(dir.path()).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    assert_eq!(names.filter(|name| name.starts_with(".hookproof-")).count(), 0);
}

#[test]
fn a_check_can_be_short_or_say_more() {
    let dir = shop();
    put(dir.path(), "models/orders.sql", "{{ config(post_hook='grant select to x') }} select 1 as id");
    let quiet = run(dir.path(), &["check", "--quiet", "--format", "concise"]);
    assert_eq!(code(&quiet, ""), 1);
    assert_eq!(stdout(&quiet).lines().count(), 1);
    let verbose = run(dir.path(), &["check", "--verbose"]);
    assert_eq!(code(&verbose, "shop (postgres): 4 files read, targets dev, prod"), 1);
    let statistics = run(dir.path(), &["check", "--statistics", "-q"]);
    assert_eq!(stdout(&statistics), "     1  error    sql-syntax\n");
}

#[test]
fn shells_and_manuals_know_the_commands() {
    let dir = shop();
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let script = run(dir.path(), &["completions", shell]);
        assert_eq!(code(&script, ""), 0);
        assert!(stdout(&script).contains("changed-since"), "{shell}");
    }
    assert_eq!(code(&run(dir.path(), &["man", "pages"]), ""), 0);
    let page = fs::read_to_string(dir.path().join("pages/hookproof-check.1")).unwrap();
    assert!(page.contains("hookproof\\-check") && page.contains("Examples:"), "{page}");
}

#[test]
fn a_check_that_is_watched_sees_what_changes() {
    let dir = shop();
    let mut child =
        command(dir.path(), &["check", "--watch", "--format", "concise"]).stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = std::io::BufReader::new(child.stdout.take().unwrap()).lines();
    let mut next = || lines.next().unwrap().unwrap();
    assert!(next().contains("nothing found"));
    // What is no file of the project is nothing to it.
    put(dir.path(), "target/run.sql", "select 1");
    put(dir.path(), "models/orders.sql", "{{ config(post_hook='grant select to x') }} select 1 as id");
    assert!(next().starts_with("models/orders.sql:1:"));
    assert!(next().contains("1 error"));
    fs::remove_file(dir.path().join("models/orders.sql")).unwrap();
    assert!(next().contains("nothing found"));
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn the_text_of_a_file_may_come_from_stdin() {
    let dir = shop();
    let check = |arguments: &[&str], text: &str| {
        let mut command = command(dir.path(), &[&["check", "--format", "concise"], arguments].concat());
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
        child.wait_with_output().unwrap()
    };
    let text = "{{ config(post_hook=\"drop table old\") }}\nselect 1 as id\n";
    for (name, path) in [("models/orders.sql", "-"), ("models/new/one.sql", "-"), ("./models/orders.sql", ".")] {
        let output = check(&["--stdin-filename", name, path], text);
        let shown = stdout(&output);
        let place = format!("{}:1:22: error[drop-without-if-exists]", name.trim_start_matches("./"));
        assert!(shown.starts_with(&place) && shown.lines().count() >= 2, "{shown}");
        assert_eq!(code(&output, ""), 1);
    }
    // What is found elsewhere is not told.
    let output = check(&["--stdin-filename", "models/orders.sql", "-"], "select 1 as id");
    assert!(stdout(&output).starts_with("shop: "), "{}", stdout(&output));
    assert_eq!(code(&output, ""), 0);
    assert_eq!(code(&check(&["--stdin-filename", "models/a.sql", "models", "-"], ""), "--stdin-filename"), 2);
    assert_eq!(code(&check(&["--stdin-filename", "/no/such.sql", "-"], ""), "lies in no dbt project"), 2);
}

#[test]
fn macros_of_a_file_that_cannot_be_cut_are_not_called_undefined_and_nothing_is_proved() {
    let dir = shop();
    put(dir.path(), "macros/audit.sql", "{% macro audit_start() %}select 1{% endmacr %}");
    let hooks = SETTINGS.replace("create schema if not exists {{ target.schema }}", "{{ audit_start() }}");
    put(dir.path(), "dbt_project.yml", &hooks);
    let checked = run(dir.path(), &["check", "--format", "json"]);
    let report = json(&checked);
    let rules: Vec<_> = report["diagnostics"].as_array().unwrap().iter().map(|one| &one["rule"]).collect();
    assert_eq!(rules, ["unreadable-file"]);
    let proved = run(dir.path(), &["prove", "--target", "dev"]);
    assert_eq!(code(&proved, ""), 1);
    assert!(
        stdout(&proved).contains("dbt stops before the first step: dbt can't cut macros/audit.sql"),
        "{}",
        stdout(&proved)
    );
    assert!(!stdout(&proved).contains("undefined"), "{}", stdout(&proved));
    let report = json(&run(dir.path(), &["prove", "--target", "dev", "--format", "json"]));
    let step = &report["targets"][0]["runs"][0]["steps"][0];
    assert_eq!(
        (&step["kind"], &step["verdict"], &step["file"]),
        (&"parse".into(), &"refuted".into(), &"macros/audit.sql".into())
    );
}

#[test]
fn a_proof_fails_where_dbt_does_not_start() {
    let dir = shop();
    put(dir.path(), "macros/one.sql", "{% macro audit() %}select 1{% endmacro %}");
    put(dir.path(), "macros/two.sql", "{% macro audit() %}select 2{% endmacro %}");
    for format in ["text", "json", "html"] {
        let proved = run(dir.path(), &["prove", "--target", "dev", "--format", format]);
        assert_eq!(code(&proved, ""), 1, "{format}");
        assert!(
            stdout(&proved).contains("dbt stops before the first step: dbt found two macros"),
            "{}",
            stdout(&proved)
        );
        assert!(format == "json" || stdout(&proved).contains("macros/two.sql:1:1"), "{}", stdout(&proved));
    }
}

#[test]
fn no_command_works_with_a_folder_of_profiles_that_is_not_there() {
    let dir = shop();
    for name in ["check", "list", "compile", "plan", "prove"] {
        let ended = run(dir.path(), &[name, "--profiles-dir", "nope"]);
        assert_eq!(
            code(&ended, "--profiles-dir: there is no nope: name a folder that holds profiles.yml"),
            2,
            "{name}"
        );
    }
}

#[test]
fn what_cannot_fail_a_check_is_no_error() {
    let dir = shop();
    put(dir.path(), "dbt_project.yml", &SETTINGS.replace("to reporter", "to {{ env_var('REPORTER') }}"));
    let checked = run(dir.path(), &["check", "--format", "concise"]);
    assert_eq!(code(&checked, ""), 0);
    assert!(stdout(&checked).contains("warning[env-var-without-default]"), "{}", stdout(&checked));
    assert!(!stdout(&checked).contains("error"), "{}", stdout(&checked));
}

#[test]
fn a_name_that_ends_nothing_is_not_blamed() {
    let dir = shop();
    let printed = "to {{ run_query('select current_role').columns[0].values()[0] }}";
    put(dir.path(), "dbt_project.yml", &SETTINGS.replace("to reporter", printed));
    let report = json(&run(dir.path(), &["check", "--format", "json"]));
    let found = report["diagnostics"].as_array().unwrap();
    let rules: Vec<_> = found.iter().map(|one| &one["rule"]).collect();
    assert_eq!(rules, ["unguarded-query"]);
}
