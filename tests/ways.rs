//! The ways through a hook: what steers them, how a person settles them, and what is said of those left out.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::fs;
use std::path::Path;

use hookproof::CheckOptions;
use hookproof::command::Command;
use hookproof::datum::{Datum, Kind};
use hookproof::diagnostic::Confidence;
use hookproof::jinja::Answer;
use hookproof::project::yaml;
use hookproof::render::Rendering;
use hookproof::settings::Answers;
use hookproof::source::{FileId, Text};
use tempfile::TempDir;

fn project(files: &[(&str, &str)]) -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    let head = [
        ("dbt_project.yml", "name: shop\nversion: '1.0'\nprofile: p\n"),
        (
            "profiles.yml",
            "p:\n  target: dev\n  outputs:\n    dev: {type: postgres, host: h, user: u, password: p, port: 1, dbname: db, schema: s}\n",
        ),
        ("models/a.sql", "select 1 as id"),
        ("models/b.sql", "select * from {{ ref('a') }}"),
    ];
    for (path, text) in head.iter().chain(files) {
        let path = dir.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    dir
}

fn on_run_end(hook: &str) -> String {
    format!("name: shop\nversion: '1.0'\nprofile: p\non-run-end:\n  - |-\n    {hook}\n")
}

/// The renderings of the first hook.
fn renderings(options: &CheckOptions) -> Vec<Rendering> {
    hookproof::compile(options).unwrap().remove(0).hooks.remove(0).1
}

/// What each rendering sends, with its answers.
fn ways(found: &[Rendering]) -> Vec<(Vec<Answer>, &str)> {
    let answers = |one: &Rendering| one.answers.iter().map(|(_, answer)| answer.clone()).collect();
    found.iter().map(|one| (answers(one), one.sent.first().map_or("", |sent| sent.trim()))).collect()
}

fn answers(text: &str) -> Answers {
    Answers::of(&yaml::read(text, FileId(0), 0).unwrap().datum.without_places()).unwrap()
}

const INCREMENTAL: &str = "{{ config(materialized='incremental', post_hook=\"{{ 'delete' if is_incremental() else 'analyze' }}\") }} select 1";

#[test]
fn a_question_goes_both_ways_until_it_is_settled() {
    let dir = project(&[("models/a.sql", INCREMENTAL)]);
    let mut options = CheckOptions::at(dir.path());
    let (no, yes) = (vec![Answer::Bool(false)], vec![Answer::Bool(true)]);
    assert_eq!(ways(&renderings(&options)), [(no, "analyze"), (yes.clone(), "delete")]);
    options.answers = answers("{is_incremental(): true}");
    assert_eq!(ways(&renderings(&options)), [(yes.clone(), "delete")]);
    options.answers = Answers::default();
    fs::write(dir.path().join("hookproof.yml"), "answers:\n  is_incremental(): true\n").unwrap();
    assert_eq!(ways(&renderings(&options)), [(yes, "delete")]);
    // The command line comes before the file.
    options.answers = answers("{is_incremental(): false}");
    assert_eq!(ways(&renderings(&options)), [(vec![Answer::Bool(false)], "analyze")]);
}

#[test]
fn answers_give_variables_and_the_environment() {
    let hook = on_run_end("select '{{ var('days') }}', '{{ env_var('STAGE') }}'");
    let dir = project(&[("dbt_project.yml", &hook)]);
    let mut options = CheckOptions::at(dir.path());
    options.answers = answers("{\"var('days')\": 3, \"env_var('STAGE')\": ci}");
    assert_eq!(ways(&renderings(&options)), [(vec![], "select '3', 'ci'")]);
    // What is given as a variable comes first.
    let entry = (Datum::new(Kind::Str(Text::plain("days"))), Datum::new(Kind::Int(5)));
    options.vars = Datum::new(Kind::Map(vec![entry]));
    assert_eq!(ways(&renderings(&options)), [(vec![], "select '5', 'ci'")]);
}

#[test]
fn an_answer_that_nothing_asks_for_is_said() {
    let dir = project(&[("models/a.sql", INCREMENTAL)]);
    let mut options = CheckOptions::at(dir.path());
    options.answers = answers("{is_incrmental(): true}");
    let report = hookproof::check(&options).unwrap().remove(0);
    let said = |what: &str| report.coverage.not_checked.iter().any(|missed| missed.what.contains(what));
    assert!(said("is_incrmental()"), "{:?}", report.coverage.not_checked);
}

#[test]
fn settings_that_are_not_known_end_the_run() {
    let dir = project(&[("hookproof.yml", "anwsers: {}\n")]);
    let failure = hookproof::check(&CheckOptions::at(dir.path())).unwrap_err();
    assert!(failure.0.contains("`anwsers`"), "{failure}");
}

#[test]
fn the_command_is_varied_where_a_hook_tells_it() {
    let hook = on_run_end("{% if flags.WHICH in ['run', 'build'] %}select 1{% else %}select 2{% endif %}");
    let dir = project(&[("dbt_project.yml", &hook)]);
    let mut options = CheckOptions::at(dir.path());
    let found = renderings(&options);
    let sent: Vec<&str> = ways(&found).into_iter().map(|(_, sent)| sent).collect();
    assert_eq!(sent[0], "select 1", "the first is that of a build");
    assert!(sent.contains(&"select 2"), "{sent:?}");
    options.command = Some(Command::Test.into());
    assert_eq!(ways(&renderings(&options)), [(vec![], "select 2")]);
    // dbt compile renders and sends nothing.
    options.command = Some(Command::Compile.into());
    assert_eq!(ways(&renderings(&options)), [(vec![], "")]);
}

#[test]
fn a_run_in_which_a_node_fails_is_a_way() {
    let hook = on_run_end("select '{% for r in results %}{{ r.node.name }}={{ r.status }};{% endfor %}'");
    let dir = project(&[("dbt_project.yml", &hook), ("models/c.sql", "select * from {{ ref('b') }}")]);
    let sent: Vec<String> =
        renderings(&CheckOptions::at(dir.path())).iter().map(|one| one.sent[0].to_string()).collect();
    let all = "select 'a=success;b=success;c=success;'";
    let some = "select 'a=success;b=error;c=skipped;'";
    let none = "select 'a=error;b=skipped;c=skipped;'";
    assert_eq!(sent, [all, some, none]);
}

#[test]
fn a_variable_that_is_not_set_is_a_way() {
    let dir = project(&[("dbt_project.yml", &on_run_end("select '{{ env_var('STAGE') }}'"))]);
    let found = renderings(&CheckOptions::at(dir.path()));
    assert_eq!(found.len(), 2);
    let failure = found[1].parse.error.as_ref().unwrap();
    assert_eq!(failure.message, "Env var required but not provided: 'STAGE'");
    // Whether it is set where dbt runs, nobody here can say: the finding fails no run.
    let found = &hookproof::check(&CheckOptions::at(dir.path())).unwrap()[0].diagnostics;
    assert!(found.iter().all(|one| one.rule == "env-var-without-default" && one.confidence == Confidence::Low));
}

#[test]
fn long_ways_are_bounded_by_their_work_and_it_is_said() {
    let asks: String = (0..10)
        .map(|n| format!("{{% if load_relation(api.Relation.create(identifier='t{n}')) %}}{n}{{% endif %}}"))
        .collect();
    let hook = on_run_end(&format!(
        "{{% for i in range(90000) %}}{{% for j in range(4) %}}{{% set x = j %}}{{% endfor %}}{{% endfor %}}{asks}select 1"
    ));
    let dir = project(&[("dbt_project.yml", &hook)]);
    let found = renderings(&CheckOptions::at(dir.path()));
    assert!(!found.is_empty() && found.len() < 20, "{} ways", found.len());
    let report = hookproof::check(&CheckOptions::at(dir.path())).unwrap().remove(0);
    let said = |why: &str| report.coverage.not_checked.iter().any(|missed| missed.why.contains(why));
    assert!(said("more ways through it than are rendered"), "{:?}", report.coverage.not_checked);
}

#[test]
fn branches_that_nothing_goes_through_are_named() {
    let macros = "{% macro log() %}{% if is_incremental() %}select 1{% elif 1 > 2 %}select 2{% else %}select 3{% endif %}\
                  {% for x in [] %}{{ x }}{% endfor %}{% endmacro %}{% macro unused() %}{% if true %}x{% endif %}{% endmacro %}";
    let model = "{{ config(materialized='incremental', post_hook='{{ log() }}') }} select 1";
    let dir = project(&[("macros/log.sql", macros), ("models/a.sql", model)]);
    let report = hookproof::check(&CheckOptions::at(dir.path())).unwrap().remove(0);
    let (all, reached) = report.branch_counts();
    assert_eq!((all, reached), (4, 2), "{:?}", report.branches);
    let lines = report.unreached_lines();
    assert_eq!(lines.len(), 2);
    assert!(lines[0].contains("this `elif` of macro log"), "{lines:?}");
    assert!(lines[1].contains("this `for` of macro log"), "{lines:?}");
    assert!(lines.iter().all(|line| line.starts_with(&format!("{}:1:", Path::new("macros/log.sql").display()))));
}

#[test]
fn a_status_that_is_told_settles_how_the_run_ends() {
    let hook = on_run_end("select '{% for r in results %}{{ r.node.name }}={{ r.status }};{% endfor %}'");
    let dir = project(&[("dbt_project.yml", &hook), ("models/c.sql", "select 1")]);
    let mut options = CheckOptions::at(dir.path());
    options.answers = answers("'status of model.shop.a': error");
    let found = renderings(&options);
    assert_eq!(ways(&found), [(vec![], "select 'a=error;c=success;b=skipped;'")]);
    options.command = Some(hookproof::invocation::Invocation::parse("run --select a b").unwrap());
    options.answers = answers("'status of model.shop.*': success");
    assert_eq!(ways(&renderings(&options)), [(vec![], "select 'a=success;b=success;'")]);
    options.answers = answers("'status of model.shop.a': broken");
    assert!(hookproof::compile(&options).unwrap_err().0.contains("is one of success, pass"));
}
