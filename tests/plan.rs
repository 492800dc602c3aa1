//! The plan: its order against what dbt did, its reasons, its reports.

#![allow(clippy::expect_used)]

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use hookproof::command::Command;
use hookproof::plan::{Plan, StepKind};
use hookproof::report::plan::{Planned, json, mermaid, text};
use hookproof::{CheckOptions, PlanOptions};
use serde_json::Value;

fn planned_in(path: &Path, command: Command, target: Option<&str>, env: &[(String, String)]) -> Planned {
    let mut options = CheckOptions::at(path);
    options.profiles_dir = Some(path.to_path_buf());
    options.target = target.map(str::to_owned);
    options.env = env.iter().cloned().collect();
    let wanted = PlanOptions { command: command.into(), every_target: false };
    hookproof::plan(&options, &wanted).expect("the project is planned").remove(0)
}

fn planned(path: &Path, command: Command) -> Planned {
    planned_in(path, command, None, &[])
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A project made on the spot.
struct Made(tempfile::TempDir);

impl Made {
    fn new(adapter: &str, files: &[(&str, &str)]) -> Made {
        let dir = tempfile::tempdir().expect("a folder");
        let made = Made(dir);
        let output = format!("{{type: {adapter}, database: db, schema: sc}}");
        made.write("profiles.yml", &format!("p: {{target: dev, outputs: {{dev: {output}}}}}\n"));
        if !files.iter().any(|(path, _)| *path == "dbt_project.yml") {
            made.write("dbt_project.yml", "name: ops\nprofile: p\n");
        }
        for (path, text) in files {
            made.write(path, text);
        }
        made
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.0.path().join(path);
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        std::fs::write(path, text).expect("a file");
    }

    fn plan(&self, command: Command) -> Plan {
        planned(self.0.path(), command).plans.remove(0)
    }
}

/// Steps as short words: hook ids, `begin`, `commit`, `build` and test names.
fn words(plan: &Plan) -> Vec<String> {
    plan.steps
        .iter()
        .map(|step| match (step.kind, step.hook) {
            (_, Some(hook)) => plan.hooks[hook].id.clone(),
            (StepKind::Begin | StepKind::Commit, None) => step.kind.name().to_owned(),
            (_, None) => step.node.as_deref().unwrap_or_default().to_owned(),
        })
        .collect()
}

fn never(plan: &Plan) -> Vec<(&str, &str)> {
    plan.never.iter().map(|never| (plan.hooks[never.hook].id.as_str(), never.reason.as_str())).collect()
}

/// Without what a materialization does besides: dropping a backup may take transactions of its own.
fn own(order: &[Value]) -> Vec<Value> {
    let is = |at: Option<&Value>, word: &str| at.is_some_and(|step| step["step"] == word);
    let mut kept: Vec<Value> = Vec::new();
    let mut at = 0;
    while let Some(step) = order.get(at) {
        at += 1;
        if step["step"] != "node" || step["part"] == "build" {
            kept.push(step.clone());
            continue;
        }
        if step["part"] == "after" {
            if is(kept.last(), "begin") {
                kept.pop();
            }
            while order.get(at).is_some_and(|step| step["sent"] == "COMMIT") && is(order.get(at + 1), "begin") {
                at += 2;
            }
        }
    }
    kept
}

/// The nodes that failed or were skipped, and the on-run hooks that one which failed kept from running.
fn failed(run: &Value) -> Vec<String> {
    let of = |key: &str, good: &[&str]| -> Vec<String> {
        let all = run[key].as_array().into_iter().flatten();
        let bad = all.filter(|one| !good.contains(&one["status"].as_str().unwrap_or_default()));
        bad.filter_map(|one| one["id"].as_str().map(str::to_owned)).collect()
    };
    let mut failed = of("results", &["success", "pass"]);
    failed.retain(|id| !id.starts_with("operation."));
    failed.extend(of("hooks", &["success", "error", "rendered", "not run"]));
    failed
}

/// What dbt did, as far as a plan speaks of it: the hooks it sent, each node's build, and where a transaction
/// began and ended. A plan is of a run in which nothing fails: what failed nodes did is left out.
fn recorded(run: &Value, plan: &Plan) -> Vec<(String, String)> {
    let text = |step: &Value, key: &str| step[key].as_str().unwrap_or_default().to_owned();
    let all = |key: &str| run[key].as_array().cloned().unwrap_or_default();
    let unsent = |id: &str| {
        let hooks = all("hooks");
        let hook = hooks.iter().find(|hook| hook["id"] == id).expect("the hook is recorded");
        hook["status"] == "success" && hook["sent"].as_array().is_some_and(Vec::is_empty)
    };
    let idle: Vec<&str> = plan.never.iter().map(|never| plan.hooks[never.hook].id.as_str()).collect();
    let has_transactions = plan.steps.iter().any(|step| step.kind == StepKind::Begin);
    let mut found: Vec<(String, String)> = Vec::new();
    for step in own(&all("order")) {
        let (kind, whose) = match text(&step, "step").as_str() {
            "hook" => {
                let id = text(&step, "id");
                if idle.contains(&id.as_str()) && unsent(&id) {
                    continue;
                }
                ("hook", id)
            }
            "node" if text(&step, "part") == "build" => ("node", text(&step, "id")),
            "begin" if has_transactions => ("begin", text(&step, "node")),
            // Without transactions there is only what run_hooks sends.
            "commit" if has_transactions || text(&step, "sent").trim().trim_end_matches(';') == "commit" => {
                ("commit", text(&step, "node"))
            }
            _ => continue,
        };
        let of_failed = failed(run).iter().any(|one| whose == *one || whose.starts_with(&format!("{one}.")));
        let without_hooks = ["operation.", "test.", "unit_test."].iter().any(|kind| whose.starts_with(kind));
        let of_operation = kind != "hook" && (whose.is_empty() || without_hooks);
        let step = (kind.to_owned(), whose);
        // A snapshot stages its rows before the transaction: its build begins there all the same.
        if step.0 == "begin" && found.last().is_some_and(|(kind, id)| kind == "node" && *id == step.1) {
            found.pop();
        }
        if !of_failed && !of_operation && (step.0 != "node" || found.last() != Some(&step)) {
            found.push(step);
        }
    }
    found
}

/// The plan in the words of a recording.
fn foretold(plan: &Plan) -> Vec<(String, String)> {
    plan.steps
        .iter()
        .map(|step| {
            let node = step.node.as_deref().unwrap_or_default().to_owned();
            match (step.kind, step.hook) {
                (_, Some(hook)) => ("hook".to_owned(), plan.hooks[hook].id.clone()),
                (StepKind::Begin, None) => ("begin".to_owned(), node),
                (StepKind::Commit, None) => ("commit".to_owned(), node),
                (_, None) => ("node".to_owned(), node),
            }
        })
        .collect()
}

fn cases() -> Vec<PathBuf> {
    let folder = root().join("tests/oracle/cases");
    let mut cases: Vec<PathBuf> = std::fs::read_dir(folder)
        .expect("the oracle's cases")
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.join("recorded.json").is_file())
        .collect();
    cases.sort();
    cases
}

/// Runs that are not the first, which a plan is of: relations are there already.
const OTHER_RUNS: &[(&str, &str)] =
    &[("frozen-is-incremental", "second"), ("postgres-materialized-view-kept", "default")];

fn command_of(args: &Value) -> Option<Command> {
    let args: Vec<&str> = args.as_array()?.iter().filter_map(Value::as_str).collect();
    Command::ALL.iter().copied().find(|command| command.name() == args.join(" "))
}

#[test]
fn the_order_is_what_dbt_did() {
    let mut compared = 0;
    let mut wrong = String::new();
    for case in cases() {
        let read = |name: &str| -> Value {
            let text = std::fs::read_to_string(case.join(name)).unwrap_or_else(|_| "{}".to_owned());
            serde_json::from_str(&text).expect("JSON")
        };
        let settings = read("oracle.json");
        let env: Vec<(String, String)> = settings["env"]
            .as_object()
            .into_iter()
            .flatten()
            .filter_map(|(name, value)| Some((name.clone(), value.as_str()?.to_owned())))
            .collect();
        for run in read("recorded.json")["runs"].as_array().expect("runs") {
            let Some(command) = command_of(&run["args"]) else { continue };
            if OTHER_RUNS.contains(&(
                case.file_name().and_then(|name| name.to_str()).unwrap_or_default(),
                run["name"].as_str().unwrap_or_default(),
            )) {
                continue;
            }
            if run["results"].as_array().is_none_or(Vec::is_empty) || !run["exception"].is_null() {
                continue;
            }
            let planned = planned_in(&case, command, run["target"].as_str(), &env);
            let name = format!("{} {}", case.file_name().unwrap_or_default().display(), run["name"]);
            let plan = &planned.plans[0];
            let theirs = recorded(run, plan);
            let mut ours = foretold(plan);
            let failed = failed(run);
            ours.retain(|(_, id)| !failed.iter().any(|one| id == one || id.starts_with(&format!("{one}."))));
            // A recording has no steps of tests; their place among the results is compared below.
            ours.retain(|(kind, id)| kind != "node" || !(id.starts_with("test.") || id.starts_with("unit_test.")));
            compared += 1;
            let results = |kept: &dyn Fn(&str) -> bool| -> Vec<(String, String)> {
                let all = run["results"].as_array().into_iter().flatten();
                let ids = all.filter_map(|one| one["id"].as_str()).filter(|id| kept(id));
                ids.map(|id| ("result".to_owned(), id.to_owned())).collect()
            };
            let of_node = |id: &str| !id.starts_with("operation.") && !id.starts_with("exposure.");
            if command.only_renders() {
                let ours: Vec<_> = ours.iter().map(|(_, id)| ("result".to_owned(), id.clone())).collect();
                let theirs = results(&|id| ours.iter().any(|(_, one)| one == id));
                assert_eq!(theirs, ours, "{name}");
                continue;
            }
            let theirs_done = results(&of_node);
            let nodes = plan.steps.iter().filter(|step| matches!(step.kind, StepKind::Node | StepKind::Test));
            let ours_done: Vec<_> =
                nodes.map(|step| ("result".to_owned(), step.node.as_deref().unwrap_or_default().to_owned())).collect();
            if theirs_done != ours_done {
                wrong.push_str(&difference(&name, &theirs_done, &ours_done));
            }
            if theirs != ours {
                wrong.push_str(&difference(&name, &theirs, &ours));
            }
        }
    }
    assert!(compared > 5, "the oracle's cases are there");
    assert!(wrong.is_empty(), "{wrong}");
}

fn difference(name: &str, theirs: &[(String, String)], ours: &[(String, String)]) -> String {
    let mut out = format!("\n== {name}\n");
    for n in 0..theirs.len().max(ours.len()) {
        let shown =
            |steps: &[(String, String)]| steps.get(n).map_or(String::new(), |(kind, id)| format!("{kind} {id}"));
        let (theirs, ours) = (shown(theirs), shown(ours));
        let mark = if theirs == ours { ' ' } else { '!' };
        let _ = writeln!(out, "{mark} {theirs:55} {ours}");
    }
    out
}

fn write(of: &Planned, width: usize) -> String {
    text(of, width, false)
}

const GUIDE: &str = "tests/projects/operational-hooks";

macro_rules! shown {
    ($name:literal, $text:expr) => {
        insta::with_settings!({ snapshot_path => concat!(env!("CARGO_MANIFEST_DIR"), "/snapshots/plan"), prepend_module_to_snapshot => false,
            omit_expression => true }, { insta::assert_snapshot!($name, $text) });
    };
}

#[test]
fn the_guide_s_project_as_text_mermaid_and_json() {
    let build = planned(&root().join(GUIDE), Command::Build);
    shown!("text", write(&build, 100));
    shown!("mermaid", mermaid(&build));
    shown!("json", json(&build));
    shown!("compile", write(&planned(&root().join(GUIDE), Command::Compile), 100));
}

const EVERYTHING: &[(&str, &str)] = &[
    (
        "dbt_project.yml",
        "name: ops\nprofile: p\non-run-start: [\"select 's {{ flags.WHICH }}'\", \"{{ '' }}\"]\n\
         on-run-end: \"{% do run_query('select 1') %}\"\nmodels: {+post-hook: \"select 'm'\"}\n\
         seeds: {+post-hook: \"select 's'\"}\nsnapshots: {+post-hook: \"select 'n'\"}\n",
    ),
    ("models/a.sql", "select 1 as id"),
    ("models/e.sql", "{{ config(materialized='ephemeral') }}select 1 as id"),
    ("models/off.sql", "{{ config(enabled=false) }}select 1 as id"),
    ("models/mine.sql", "{{ config(materialized='mine') }}select 1 as id"),
    (
        "models/sources.yml",
        "sources: [{name: src, tables: [{name: t, freshness: {warn_after: {count: 1, period: day}}}]}]\n",
    ),
    ("macros/mine.sql", "{% materialization mine, default %}{{ return({'relations': []}) }}{% endmaterialization %}"),
    ("seeds/s.csv", "id\n1\n"),
    ("snapshots/n.sql", "{% snapshot n %}{{ config(unique_key='id') }}select * from {{ ref('a') }}{% endsnapshot %}"),
    ("tests/t.sql", "{{ config(pre_hook='select 1') }}select * from {{ ref('a') }}"),
    ("analyses/q.sql", "{{ config(post_hook='select 1') }}select 1"),
];

#[test]
fn each_command_runs_its_hooks() {
    let made = Made::new("duckdb", EVERYTHING);
    let hooks = |command| -> Vec<String> {
        let plan = made.plan(command);
        plan.steps.iter().filter_map(|step| step.hook).map(|hook| plan.hooks[hook].id.clone()).collect()
    };
    let (start, end) = ("operation.ops.ops-on-run-start-0", "operation.ops.ops-on-run-end-0");
    let (model, seed, snapshot) = ("model.ops.a.post-hook.0", "seed.ops.s.post-hook.0", "snapshot.ops.n.post-hook.0");
    assert_eq!(hooks(Command::Run), [start, model, end]);
    assert_eq!(hooks(Command::Build), [start, model, seed, snapshot, end]);
    assert_eq!(hooks(Command::Test), [start, end]);
    assert_eq!(hooks(Command::Seed), [start, seed, end]);
    assert_eq!(hooks(Command::Snapshot), [start, snapshot, end]);
    assert_eq!(hooks(Command::SourceFreshness), [start, end]);
    assert_eq!(hooks(Command::Compile), [end]);
    assert_eq!(hooks(Command::DocsGenerate), [end]);
    let compile = made.plan(Command::Compile);
    assert!(compile.steps[0].sent.is_empty());
    assert_eq!(compile.steps[0].queries, ["select 1"]);
    let freshness = made.plan(Command::SourceFreshness);
    assert_eq!(freshness.steps[0].sent, ["select 's freshness'".into()]);
    assert_eq!(freshness.steps[1].node.as_deref(), Some("source.ops.src.t"));
}

#[test]
fn hooks_that_never_run_say_why() {
    let made = Made::new("duckdb", EVERYTHING);
    assert_eq!(
        never(&made.plan(Command::Build)),
        [
            ("operation.ops.ops-on-run-start-1", "it renders to nothing here, and nothing is sent"),
            ("model.ops.e.post-hook.0", "an ephemeral model is not run: its SQL is put into the models that ref it"),
            ("model.ops.mine.post-hook.0", "the materialization mine in macros/mine.sql calls no run_hooks"),
            ("model.ops.off.post-hook.0", "the model is disabled"),
            ("analysis.ops.q.post-hook.0", "an analysis has no hooks: dbt ignores the setting"),
            ("test.ops.t.pre-hook.0", "a test has no hooks: dbt ignores the setting"),
        ]
    );
    let test = made.plan(Command::Test);
    assert!(never(&test).contains(&("model.ops.a.post-hook.0", "dbt test runs no hooks of nodes")));
    let run = made.plan(Command::Run);
    assert!(never(&run).contains(&("seed.ops.s.post-hook.0", "dbt run runs no seeds")));
    let compile = made.plan(Command::Compile);
    let rendered = ("operation.ops.ops-on-run-start-0", "dbt compile renders it, and does not send its text");
    assert!(never(&compile).contains(&rendered));
}

#[test]
fn without_a_node_no_hook_runs() {
    let project = "name: ops\nprofile: p\non-run-start: select 1\n";
    let made = Made::new("postgres", &[("dbt_project.yml", project)]);
    let plan = made.plan(Command::Build);
    assert!(plan.steps.is_empty());
    let reason = "the project has no enabled node: then dbt runs no hook at all";
    assert_eq!(never(&plan), [("operation.ops.ops-on-run-start-0", reason)]);
}

#[test]
fn on_run_hooks_of_the_root_project_come_before_those_of_packages() {
    let package = |name: &str| format!("name: {name}\non-run-start: select 1\n");
    let made = Made::new(
        "postgres",
        &[
            ("dbt_project.yml", "name: ops\nprofile: p\non-run-start: select 1\n"),
            ("packages.yml", "packages: [{local: pkgs/zzz}, {local: pkgs/aaa}]\n"),
            ("dbt_packages/zzz/dbt_project.yml", &package("zzz")),
            ("dbt_packages/aaa/dbt_project.yml", &package("aaa")),
            ("models/m.sql", "select 1 as id"),
        ],
    );
    let ids = ["operation.ops.ops", "operation.aaa.aaa", "operation.zzz.zzz"].map(|id| format!("{id}-on-run-start-0"));
    assert_eq!(words(&made.plan(Command::Run))[..3], ids);
}

const OUTSIDE: &str = "{{ config(materialized='table',
    pre_hook=['select 1', {'sql': 'select 2', 'transaction': false}],
    post_hook=[{'sql': 'select 3', 'transaction': false}, 'select 4']) }}select 1 as id";

#[test]
fn a_hook_outside_the_transaction_stands_where_the_adapter_runs_it() {
    let order = |adapter: &str| {
        let plan = Made::new(adapter, &[("models/m.sql", OUTSIDE)]).plan(Command::Run);
        let word = |word: String| word.trim_start_matches("model.ops.m.").to_owned();
        words(&plan).into_iter().map(word).collect::<Vec<_>>().join(" ")
    };
    let whole = "commit pre-hook.1 begin pre-hook.0 model.ops.m post-hook.1 commit commit post-hook.0";
    assert_eq!(order("postgres"), whole);
    assert_eq!(order("redshift"), whole);
    assert_eq!(order("sqlserver"), whole);
    assert_eq!(order("duckdb"), "pre-hook.1 begin pre-hook.0 model.ops.m post-hook.1 commit post-hook.0");
    assert_eq!(order("clickhouse"), "commit pre-hook.1 pre-hook.0 model.ops.m post-hook.1 commit post-hook.0");
    for adapter in ["snowflake", "bigquery", "spark", "databricks", "athena", "trino"] {
        assert_eq!(order(adapter), "pre-hook.0 model.ops.m post-hook.1", "{adapter}");
        let plan = Made::new(adapter, &[("models/m.sql", OUTSIDE)]).plan(Command::Run);
        let reason = format!("transaction: false: the materialization table of {adapter} runs only the hooks inside");
        let left = [("model.ops.m.pre-hook.1", reason.as_str()), ("model.ops.m.post-hook.0", reason.as_str())];
        assert_eq!(never(&plan), left);
    }
}

#[test]
fn on_postgres_a_hook_outside_before_the_build_ends_the_transaction_for_good() {
    let plan = Made::new("postgres", &[("models/m.sql", OUTSIDE)]).plan(Command::Run);
    let inside: Vec<Option<bool>> = plan.steps.iter().map(|step| step.inside).collect();
    assert!(!inside.contains(&Some(true)));
    assert!(plan.steps[2].reason.contains("every statement is committed by itself"), "{}", plan.steps[2].reason);
    let plan = Made::new("duckdb", &[("models/m.sql", OUTSIDE)]).plan(Command::Run);
    assert_eq!(plan.steps[2].inside, Some(true));
}

#[test]
fn a_materialization_of_the_project_is_read() {
    let files = [
        ("models/m.sql", "{{ config(materialized='mine', pre_hook='select 1', post_hook='select 2') }}select 1"),
        (
            "macros/mine.sql",
            "{% materialization mine, default %}{{ run_hooks(pre_hooks) }}\
             {% call statement('main') %}select 1{% endcall %}{% do adapter.commit() %}\
             {{ return({'relations': []}) }}{% endmaterialization %}",
        ),
    ];
    let plan = Made::new("postgres", &files).plan(Command::Run);
    assert_eq!(words(&plan), ["begin", "model.ops.m.pre-hook.0", "model.ops.m", "commit"]);
    let reason = "the materialization mine of the project runs no post-hook inside a transaction";
    assert_eq!(never(&plan), [("model.ops.m.post-hook.0", reason)]);
}

#[test]
fn microbatches_and_materialized_views_say_when_their_hooks_run() {
    let hooks = "pre_hook='select 1', post_hook='select 2'";
    let model = |settings: &str| format!("{{{{ config({settings}, {hooks}) }}}}select 1 as id");
    let files = [
        ("models/b.sql", model("materialized='incremental', incremental_strategy='microbatch'")),
        ("models/v.sql", model("materialized='materialized_view'")),
    ];
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (*path, text.as_str())).collect();
    let plan = Made::new("postgres", &files).plan(Command::Run);
    let reasons: Vec<&str> =
        plan.steps.iter().filter(|step| step.hook.is_some()).map(|step| step.reason.as_str()).collect();
    assert!(reasons[0].ends_with("with the first batch only"), "{reasons:?}");
    assert!(reasons[1].ends_with("with the last batch only"), "{reasons:?}");
    assert!(reasons[2].ends_with("left out where there is nothing to do"), "{reasons:?}");
}

#[test]
fn what_a_hook_refs_is_built_first_and_a_cycle_is_said() {
    let made = Made::new(
        "postgres",
        &[
            ("models/a.sql", "{{ config(pre_hook=\"select * from {{ ref('b') }}\") }}select 1 as id"),
            ("models/b.sql", "select 1 as id"),
        ],
    );
    let nodes = |plan: &Plan| -> Vec<String> {
        let nodes = plan.steps.iter().filter(|step| step.kind == StepKind::Node);
        nodes.map(|step| step.node.as_deref().unwrap_or_default().to_owned()).collect()
    };
    let plan = made.plan(Command::Run);
    assert_eq!(nodes(&plan), ["model.ops.b", "model.ops.a"]);
    assert!(plan.notes.is_empty());
    made.write("models/b.sql", "select * from {{ ref('a') }}");
    let note = "dbt stops before the first step: model.ops.a waits for itself, a cycle of refs";
    assert!(made.plan(Command::Run).notes.iter().any(|one| one == note));
}

#[test]
fn many_nodes_with_the_same_hooks_are_shown_once() {
    let project = "name: ops\nprofile: p\nmodels: {+post-hook: \"grant select on {{ this }} to reporter\"}\n";
    let made = Made::new("postgres", &[("dbt_project.yml", project)]);
    for n in 0..200 {
        made.write(&format!("models/model_{n:03}.sql"), "select 1 as id");
    }
    let out = write(&planned(made.0.path(), Command::Build), 80);
    assert!(out.lines().count() < 16, "{out}");
    assert!(out.contains("200 nodes with the same hooks; the SQL is that of model_000"), "{out}");
    assert!(out.lines().all(|line| line.chars().count() <= 80), "{out}");
}

#[test]
fn labels_of_the_flowchart_are_escaped() {
    let hook = "select 'a \"b\"; <c> # `d` & [e]'";
    let model = format!("{{{{ config(post_hook={hook:?}) }}}}select 1 as id");
    let made = Made::new("postgres", &[("models/m.sql", &model)]);
    let out = mermaid(&planned(made.0.path(), Command::Run));
    let label = "post-hook: select 'a #quot;b#quot;#59; #lt;c#gt; #35; #96;d#96; #amp; [e]'";
    assert!(out.contains(label), "{out}");
    assert!(out.contains("subgraph t0[\"transaction\"]"), "{out}");
}
