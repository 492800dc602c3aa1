//! The macros of dbt that are logic: they execute what they are given, ask what a warehouse holds, name nodes.

use std::rc::Rc;

use crate::jinja::{Args, ErrorKind, Eval, Interp, Str, Value, error, json};
use crate::render::adapter::{Config, QUERY, execute, found_relation, given, short};
use crate::render::context::{Scene, unknown};
use crate::render::database::Found;
use crate::render::relation::Relation;
use crate::render::table::Table;

const WAREHOUSE: &str = "what the warehouse holds is not known before the run";

const NAMES: &[&str] = &[
    "after_commit",
    "before_begin",
    "default__get_or_create_relation",
    "get_or_create_relation",
    "in_transaction",
    "is_incremental",
    "load_cached_relation",
    "load_relation",
    "make_hook_config",
    "noop_statement",
    "run_query",
    "should_full_refresh",
    "should_store_failures",
    "statement",
];

/// Whether a macro of dbt's own executes or asks, and so is known without what was measured.
#[must_use]
pub(in crate::render) fn is_native(name: &str) -> bool {
    NAMES.contains(&name)
}

/// Calls a macro that comes before what was measured.
pub(super) fn call(scene: &Rc<Scene>, interp: &mut Interp, name: &str, args: &Args) -> Eval<Option<Value>> {
    Ok(Some(match name {
        "statement" => statement(scene, interp, args)?,
        "noop_statement" => Value::str(""),
        "run_query" => run_query(scene, interp, args)?,
        "is_incremental" => is_incremental(scene, interp)?,
        "should_full_refresh" => flag(scene, interp, "full_refresh", "flags.FULL_REFRESH")?,
        "should_store_failures" => flag(scene, interp, "store_failures", "flags.STORE_FAILURES")?,
        "load_relation" | "load_cached_relation" => load_relation(scene, interp, args)?,
        "get_or_create_relation" => {
            if let Some(overridden) = scene.dispatched(interp, name, Some("dbt"))? {
                return interp.call(&overridden, args.clone()).map(Some);
            }
            get_or_create_relation(scene, interp, args)?
        }
        "default__get_or_create_relation" => get_or_create_relation(scene, interp, args)?,
        "before_begin" | "after_commit" | "in_transaction" | "make_hook_config" => {
            let [sql, inside] = args.bind(name, ["sql", "inside_transaction"], 1)?;
            let inside = match (name, inside) {
                ("in_transaction", _) => Value::Bool(true),
                ("make_hook_config", Some(inside)) => inside,
                _ => Value::Bool(false),
            };
            let config = Value::record([("sql", sql.unwrap_or(Value::None)), ("transaction", inside)]);
            let config = json::dump(interp, &config, None, false)?;
            // Each of the two macros puts a line and an indent around what it prints.
            Value::str(if name == "make_hook_config" {
                format!("\n    {config}\n")
            } else {
                format!("\n    \n    {config}\n\n")
            })
        }
        _ => return Ok(None),
    }))
}

/// Calls a macro that comes after what was measured.
pub(super) fn fallback(scene: &Rc<Scene>, interp: &mut Interp, name: &str, args: &Args) -> Eval<Option<Value>> {
    let given = |value: Option<Value>| value.filter(|value| !value.is_none() && !value.is_undefined());
    Ok(Some(match name {
        "generate_schema_name" | "default__generate_schema_name" => {
            let [custom, _] = args.bind(name, ["custom_schema_name", "node"], 0)?;
            let schema = scene.target.schema.as_str();
            match given(custom) {
                Some(custom) => {
                    let custom = interp.str_of(&custom)?;
                    Value::str(format!("{schema}_{}", custom.text.trim()))
                }
                None => Value::str(schema),
            }
        }
        "generate_schema_name_for_env" => {
            let [custom, _] = args.bind(name, ["custom_schema_name", "node"], 0)?;
            match given(custom) {
                Some(custom) if scene.target.name == "prod" => {
                    let custom = interp.str_of(&custom)?;
                    Value::str(custom.text.trim().to_owned())
                }
                _ => Value::str(scene.target.schema.as_str()),
            }
        }
        "generate_database_name" | "default__generate_database_name" => {
            let [custom, _] = args.bind(name, ["custom_database_name", "node"], 0)?;
            match given(custom) {
                Some(custom) => custom,
                None => scene.target.database.as_deref().map_or(Value::None, Value::str),
            }
        }
        "make_backup_relation" | "default__make_backup_relation" => {
            let [base, kind, suffix] = args.bind(name, ["base_relation", "backup_relation_type", "suffix"], 2)?;
            let Some(base) = base.as_ref().and_then(Relation::of) else { return Ok(None) };
            let suffix = match suffix {
                Some(suffix) => interp.str_of(&suffix)?.text.to_string(),
                None => "__dbt_backup".to_owned(),
            };
            let mut made = base.clone();
            made.identifier = Some(format!("{}{suffix}", base.identifier.as_deref().unwrap_or("None")));
            made.kind = match given(kind) {
                Some(kind) => Some(interp.str_of(&kind)?.text.to_string()),
                None => None,
            };
            made.value()
        }
        "get_where_subquery" | "default__get_where_subquery" => {
            let [relation] = args.bind(name, ["relation"], 1)?;
            let relation = relation.unwrap_or(Value::None);
            let config = Value::Object(Rc::new(Config(Rc::clone(scene))));
            let condition = interp.call_method(&config, "get", Args::of(vec![Value::str("where")]))?;
            if interp.truth(&condition)? {
                let (relation, condition) = (interp.str_of(&relation)?, interp.str_of(&condition)?);
                Value::str(format!("(select * from {} where {}) dbt_subquery", relation.text, condition.text))
            } else {
                relation
            }
        }
        "generate_alias_name" | "default__generate_alias_name" => {
            let [custom, node] = args.bind(name, ["custom_alias_name", "node"], 0)?;
            match custom {
                Some(custom) if interp.truth(&custom)? => custom,
                _ => interp.attribute(&node.unwrap_or(Value::None), "name")?,
            }
        }
        _ => return Ok(None),
    }))
}

/// A setting of the node, else a flag of the command.
fn flag(scene: &Rc<Scene>, interp: &mut Interp, key: &str, flag: &str) -> Eval<Value> {
    if (scene.node().is_some() || scene.way.test.is_some()) && scene.executes() {
        let config = Value::Object(Rc::new(Config(Rc::clone(scene))));
        let set = interp.call_method(&config, "get", Args::of(vec![Value::str(key)]))?;
        if !set.is_none() {
            return Ok(set);
        }
    }
    Ok(Value::Bool(interp.ask_bool(flag.to_owned(), false)?))
}

fn load_relation(scene: &Rc<Scene>, interp: &mut Interp, args: &Args) -> Eval<Value> {
    let [relation] = args.bind("load_relation", ["relation"], 1)?;
    match relation {
        Some(value @ Value::Object(_)) if scene.executes() => match Relation::of(&value) {
            Some(of) => found_relation(scene, interp, of.database.clone(), of.schema.clone(), of.identifier.clone()),
            None => Ok(unknown("load_relation(…)", WAREHOUSE)),
        },
        Some(value @ Value::Unknown(_)) => Ok(value),
        Some(Value::None) if scene.executes() => {
            Err(error(ErrorKind::Undefined { name: None, called: false }, "'None' has no attribute 'database'"))
        }
        _ => Ok(Value::None),
    }
}

/// Whether a relation exists, and it or a new one.
fn get_or_create_relation(scene: &Rc<Scene>, interp: &mut Interp, args: &Args) -> Eval<Value> {
    let [database, schema, identifier, kind] =
        args.bind("get_or_create_relation", ["database", "schema", "identifier", "type"], 4)?;
    let parts = [("database", database), ("schema", schema), ("identifier", identifier)];
    let keyword: Vec<_> = parts.into_iter().filter_map(|(name, value)| Some((name.into(), value?))).collect();
    let api = Value::Object(Rc::new(crate::render::adapter::Api(Rc::clone(scene))));
    let class = interp.attribute(&api, "Relation")?;
    let adapter = Value::Object(Rc::new(crate::render::adapter::Adapter(Rc::clone(scene))));
    let named = Args { positional: Vec::new(), keyword: keyword.clone() };
    let found = interp.call_method(&adapter, "get_relation", named)?;
    if interp.truth(&found)? {
        return Ok(Value::list(vec![Value::Bool(true), found]));
    }
    let mut keyword = keyword;
    keyword.extend(kind.map(|kind| ("type".into(), kind)));
    let made = interp.call_method(&class, "create", Args { positional: Vec::new(), keyword })?;
    Ok(Value::list(vec![Value::Bool(false), made]))
}
fn statement(scene: &Rc<Scene>, interp: &mut Interp, args: &Args) -> Eval<Value> {
    let Some(caller) = args.named("caller") else {
        return Err(error(ErrorKind::Undefined { name: None, called: true }, "No caller defined"));
    };
    if !scene.executes() {
        return Ok(Value::str(""));
    }
    let (site, within) = (interp.site, interp.within.clone());
    let sql = interp.call(caller, Args::default())?;
    let sql = interp.str_of(&sql)?;
    interp.site = site;
    interp.within = within;
    let begins = match args.get(2, "auto_begin") {
        Some(begin) => interp.truth(&begin.clone())?,
        None => true,
    };
    if begins && let Some(database) = &scene.database {
        database.begins();
    }
    let rows = execute(scene, interp, &sql, "statement")?;
    if let Some(query) = scene.seen.borrow_mut().queries.last_mut() {
        query.begins = begins;
    }
    let name = match args.get(0, "name") {
        Some(name) if !name.is_none() => interp.str_of(name)?.text.to_string(),
        _ => return Ok(Value::str("")),
    };
    let fetched = match args.get(1, "fetch_result") {
        Some(fetch) => interp.truth(&fetch.clone())?,
        None => false,
    };
    let label = format!("load_result('{name}')");
    let query = format!("statement({})", short(&sql.text));
    let (data, table) = if fetched {
        given(rows, &query, &sql.text)
    } else {
        (Value::list(Vec::new()), Value::Object(Rc::new(Table::default())))
    };
    let response = unknown(format!("{label}['response']"), QUERY);
    let result = Value::record([("response", response), ("data", data), ("table", table)]);
    scene.stored.borrow_mut().insert(name, result);
    Ok(Value::str(""))
}

fn run_query(scene: &Rc<Scene>, interp: &mut Interp, args: &Args) -> Eval<Value> {
    let sql = args.get(0, "sql").cloned().unwrap_or(Value::None);
    if !scene.executes() {
        // dbt: statement() does nothing, so that there is no result to take the table from (facts U6).
        return Ok(Value::undefined("'None' has no attribute 'table'".to_owned()));
    }
    let sql: Str = interp.str_of(&sql)?;
    let rows = execute(scene, interp, &sql, "run_query")?;
    Ok(given(rows, &format!("run_query({})", short(&sql.text)), &sql.text).1)
}

fn is_incremental(scene: &Rc<Scene>, interp: &mut Interp) -> Eval<Value> {
    if !scene.executes() {
        return Ok(Value::Bool(false));
    }
    let Some(node) = scene.node() else {
        return Err(error(ErrorKind::Undefined { name: None, called: false }, "'None' has no attribute 'database'"));
    };
    let incremental = scene
        .manifest
        .as_ref()
        .and_then(|manifest| manifest.nodes.get(node))
        .is_some_and(|state| state.materialized == "incremental");
    if !incremental {
        return Ok(Value::Bool(false));
    }
    if let Some(database) = &scene.database {
        let own = scene.relation_of(node);
        let found = database.find(own.database.as_deref(), own.schema.as_deref(), own.identifier.as_deref());
        if found != Found::Unknown {
            let full_refresh = flag(scene, interp, "full_refresh", "flags.FULL_REFRESH")?;
            return Ok(Value::Bool(found == Found::Relation("table") && !interp.truth(&full_refresh)?));
        }
    }
    Ok(Value::Bool(interp.ask_bool("is_incremental()".to_owned(), false)?))
}
