//! The objects of dbt's context against what real dbt made of each template of `tests/data/object_cases.json`
//! (recorded by `tests/oracle/objects.py`), in both passes and on each adapter.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::rc::Rc;
use std::sync::Arc;

use hookproof::hook::HookKind;
use hookproof::jinja::{self, ErrorKind, Interp, Limits, Moment, Value};
use hookproof::manifest::{self, Manifest};
use hookproof::project::{self, LoadOptions, Target};
use hookproof::render::Outcome;
use hookproof::render::context::{self, Scene, Shared, Subject, Way};
use hookproof::render::database::{Database, Found};
use hookproof::render::relation::Relation;
use hookproof::render::table::Table;
use hookproof::render::yaml::Native;
use hookproof::settings::Answers;
use hookproof::source::Text;
use serde_json::Value as Json;

const PROFILES: &[(&str, &str)] = &[
    ("athena", "s3_staging_dir: s3://b/p/, region_name: eu-west-1, database: db, schema: sc"),
    ("bigquery", "method: oauth, project: db, dataset: sc"),
    ("clickhouse", "host: h, schema: sc, user: u"),
    ("databricks", "host: h, http_path: /sql/1, token: t, catalog: db, schema: sc"),
    ("duckdb", "path: ':memory:', schema: sc"),
    ("postgres", "host: h, user: u, password: p, port: 5432, dbname: db, schema: sc"),
    ("redshift", "host: h, user: u, password: p, port: 5439, dbname: db, schema: sc"),
    ("snowflake", "account: a, user: u, password: p, database: db, schema: sc, warehouse: wh"),
    ("spark", "method: session, host: h, schema: sc"),
    ("trino", "method: none, user: u, host: h, port: 80, database: db, schema: sc"),
];

/// The project of the recording, on one adapter.
struct Recorded {
    shared: Arc<Shared>,
    target: Arc<Target>,
    manifest: Arc<Manifest>,
    node: usize,
}

fn recorded(adapter: &str) -> Recorded {
    let files: BTreeMap<String, String> = read("tests/oracle/objects_project.json");
    let dir = tempfile::tempdir().unwrap();
    let (_, fields) = PROFILES.iter().find(|(name, _)| *name == adapter).unwrap();
    let profiles = format!("p: {{target: dev, outputs: {{dev: {{type: {adapter}, threads: 1, {fields}}}}}}}\n");
    for (path, text) in files.iter().chain([(&"profiles.yml".to_owned(), &profiles)]) {
        let path = dir.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    let project = project::load(dir.path(), &LoadOptions::new(&Native)).unwrap();
    let shared = Arc::new(Shared::new(Arc::new(project), BTreeMap::new(), Answers::default()));
    let target = Arc::new(shared.project.targets[0].clone());
    let manifest = Arc::new(manifest::build(&shared, &target));
    let node = shared.project.nodes.iter().position(|node| node.name == "orders").unwrap();
    Recorded { shared, target, manifest, node }
}

fn read<T: serde::de::DeserializeOwned>(path: &str) -> T {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

/// The rows that the recording answered queries with.
fn rows_of(sql: &str) -> Table {
    let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    let pair = |id: i64, name: &str| vec![if id == 0 { Value::None } else { Value::Int(id) }, Value::str(name)];
    let moment = |text: &str| Value::Moment(Rc::new(Moment::DateTime(text.parse().unwrap(), None)));
    let day = || Value::Moment(Rc::new(Moment::Date("2024-01-02".parse().unwrap())));
    let decimal = |text: &str| Value::Decimal(Rc::new(text.parse().unwrap()));
    if sql.contains("typed") {
        let first = vec![
            Value::Int(1),
            Value::Float(1.5),
            decimal("2.50"),
            Value::str("x"),
            day(),
            moment("2024-01-02T03:04:05"),
            Value::Bool(true),
            Value::None,
        ];
        let none = Value::None;
        let second = vec![
            Value::Int(2),
            Value::Float(2.5),
            decimal("3.00"),
            Value::str("it's"),
            none.clone(),
            none.clone(),
            Value::Bool(false),
            none,
        ];
        return Table::of_rows(names(&["i", "f", "d", "t", "day", "at", "b", "n"]), vec![first, second]);
    }
    if sql.contains("names") {
        let rows = [(3, "c"), (1, "a"), (2, "b"), (2, "b"), (0, "z"), (5, "e")];
        return Table::of_rows(names(&["id", "name"]), rows.map(|(id, name)| pair(id, name)).to_vec());
    }
    if sql.contains("none") {
        return Table::of_rows(names(&["id", "name"]), Vec::new());
    }
    Table::default()
}

/// A database that answers queries and knows nothing else.
struct Queries;

impl Database for Queries {
    fn execute(&self, text: &str, _by: &'static str) -> Result<Option<Table>, String> {
        Ok(Some(rows_of(text)))
    }

    fn find(&self, _: Option<&str>, _: Option<&str>, _: Option<&str>) -> Found {
        Found::Unknown
    }

    fn columns(&self, _: &Relation) -> Option<Vec<(String, String)>> {
        None
    }

    fn invocation_id(&self) -> &str {
        context::INVOCATION_ID
    }

    fn run_started_at(&self) -> &str {
        context::RUN_STARTED_AT
    }

    fn outcome(&self) -> Rc<Outcome> {
        Rc::default()
    }
}

/// What a template becomes: text, or a message; none where hookproof says that it does not know.
fn outcome(on: &Recorded, template: &str, moment: context::Moment) -> Option<Result<String, String>> {
    let subject = Subject::NodeHook(on.node, HookKind::PostHook);
    let (shared, target) = (Arc::clone(&on.shared), Arc::clone(&on.target));
    let (manifest, way) = (Some(Arc::clone(&on.manifest)), Way::default());
    let scene = Scene::on_way(shared, target, manifest, Arc::default(), moment, subject, way, Some(Rc::new(Queries)));
    let template = match jinja::parse(&Text::plain(template)) {
        Ok(template) => Arc::new(template),
        Err(fault) => return Some(Err(fault.message)),
    };
    let mut interp = Interp::new(scene, Limits::default(), Vec::new());
    match interp.render(&template, moment == context::Moment::Parse) {
        Ok(text) if text.text.contains("__unknown_") => None,
        Ok(text) => Some(Ok(text.text.to_string())),
        Err(failure) if failure.kind == ErrorKind::Host("unsupported") => None,
        Err(failure) => Some(Err(failure.message)),
    }
}

/// Templates that do not agree, by the adapter (`*` for all) and why.
const KNOWN: &[(&str, &str, &str)] = &[
    ("*", "{{ this.renameable_relations | list | sort }}", ENUM),
    ("*", "{{ [this.incorporate(type='table').type] }}", ENUM),
    ("*", "{{ this.incorporate(type='table').type.value }}", ENUM),
    ("databricks", "{{ this.incorporate(type='streaming_table').type.render() }}", ENUM),
    ("*", "{{ this == ref('orders') }}", "a ref that is first met in the run pass is not refused"),
];

const ENUM: &str = "a type is text here, and a member of an enumeration in dbt";

#[test]
#[allow(clippy::print_stdout)]
fn objects_are_those_of_dbt() {
    let cases: BTreeMap<String, Vec<Json>> = read("tests/data/object_cases.json");
    let (mut total, mut unknown, mut failures) = (0, Vec::new(), Vec::new());
    let mut met = BTreeSet::new();
    for (adapter, cases) in &cases {
        let on = recorded(adapter);
        for case in cases {
            let template = case["template"].as_str().unwrap();
            for (pass, moment) in [("parse", context::Moment::Parse), ("run", context::Moment::Run)] {
                let expected = case.get(pass).or_else(|| case.get("both")).unwrap();
                let expected = match expected.get("text") {
                    Some(text) => Ok(text.as_str().unwrap().to_owned()),
                    None => Err(expected["error"].as_str().unwrap().to_owned()),
                };
                total += 1;
                let listed = KNOWN.iter().find(|(on, of, _)| (*on == "*" || on == adapter) && *of == template);
                match outcome(&on, template, moment) {
                    None => unknown.push(format!("{adapter} {template}")),
                    Some(made) if made == expected => {}
                    Some(made) => match listed {
                        Some(known) => drop(met.insert(*known)),
                        None => failures
                            .push(format!("{adapter} {pass} {template}\n   dbt  {expected:?}\n   here {made:?}")),
                    },
                }
            }
        }
    }
    println!("{total} renderings, {} of them not known here", unknown.len());
    for one in &unknown {
        println!("not known: {one}");
    }
    assert!(failures.is_empty(), "{} of {total} differ:\n{}", failures.len(), failures.join("\n"));
    let stale: Vec<_> = KNOWN.iter().filter(|known| !met.contains(*known)).collect();
    assert!(stale.is_empty(), "these agree now: {stale:?}");
    assert!(unknown.len() * 20 < total, "{} of {total} are not known", unknown.len());
}
