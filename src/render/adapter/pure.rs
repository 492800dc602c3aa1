//! Methods of the adapter that ask nothing of the warehouse.

use std::rc::Rc;

use crate::jinja::{Args, Dict, Eval, Interp, Object, Value, python_error};
use crate::render::arguments::Signature;
use crate::render::context::{Scene, host_error};
use crate::render::relation::{Record, Relation};
use crate::render::table::Table;

/// Calls a method; none where it asks the warehouse.
pub(super) fn call(scene: &Rc<Scene>, interp: &mut Interp, name: &str, args: &Args) -> Eval<Option<Value>> {
    Ok(Some(match name {
        "quote" => {
            let class = match scene.adapter() {
                "bigquery" => "BigQueryAdapter.quote",
                "databricks" => "DatabricksAdapter.quote",
                "spark" => "SparkAdapter.quote",
                "athena" => "AthenaAdapter.quote",
                _ => "SQLAdapter.quote",
            };
            let bound = Signature::method(class, &["identifier"], 1).bind(args)?;
            let part = bound.into_iter().next().flatten().unwrap_or(Value::None);
            quoted(scene, interp, &part)?
        }
        "quote_as_configured" => {
            let params = ["identifier", "quote_key"];
            let bound = Signature::method("BaseAdapter.quote_as_configured", &params, 2).bind(args)?;
            let part = bound[0].clone().unwrap_or(Value::None);
            let key = interp.str_of(&bound[1].clone().unwrap_or(Value::None))?;
            let policy = scene.printing().quote;
            let quote = match &*key.text {
                "database" => policy.database,
                "schema" => policy.schema,
                "identifier" => policy.identifier,
                _ => false,
            };
            if quote { quoted(scene, interp, &part)? } else { part }
        }
        "quote_seed_column" => {
            let params = ["column", "quote_config"];
            let bound = Signature::method("BaseAdapter.quote_seed_column", &params, 2).bind(args)?;
            let part = bound[0].clone().unwrap_or(Value::None);
            let quote = match bound[1].clone().unwrap_or(Value::None) {
                Value::Bool(quote) => quote,
                Value::None => scene.adapter() != "snowflake",
                Value::Unknown(_) => return Ok(None),
                other => {
                    return Err(host_error(
                        "adapter",
                        format!(
                            "The seed configuration value of \"quote_columns\" has an invalid type <class '{}'>",
                            other.type_name()
                        ),
                    ));
                }
            };
            if quote { quoted(scene, interp, &part)? } else { part }
        }
        "cache_added" | "cache_dropped" | "cache_renamed" => cache(scene, interp, name, args)?,
        "get_hard_deletes_behavior" => hard_deletes(interp, args)?,
        "verify_database" => return verify_database(scene, interp, args),
        "standardize_grants_dict" => return grants(scene, interp, args),
        "parse_index" => return parse_index(scene, interp, args),
        "convert_type" => return super::types::convert_type(scene, interp, args),
        "drop_without_cascade" | "use_show_apis" | "use_grants_extended" if scene.adapter() == "redshift" => {
            match scene.target.fields.iter().find(|(field, _)| *field == option_of(name)) {
                None => Value::Bool(false),
                Some(_) => return Ok(None),
            }
        }
        "valid_incremental_strategies" if scene.adapter() == "databricks" => {
            let names = ["append", "merge", "insert_overwrite", "replace_where", "delete+insert", "microbatch"];
            Value::list(names.map(Value::str).to_vec())
        }
        "is_list" if scene.adapter() == "athena" => {
            let [value] = args.bind("is_list", ["value"], 1)?;
            Value::Bool(matches!(value, Some(Value::List(_))))
        }
        "escape_sql_string" if scene.adapter() == "duckdb" => {
            let [value] = args.bind("escape_sql_string", ["value"], 1)?;
            let text = interp.str_of(&value.unwrap_or(Value::None))?;
            Value::str(text.text.replace('\'', "''"))
        }
        "clean_sql" if scene.adapter() == "databricks" => {
            let [sql] = args.bind("clean_sql", ["sql"], 1)?;
            let text = interp.str_of(&sql.unwrap_or(Value::None))?;
            let text = text.text.trim();
            Value::str(text.strip_suffix(';').unwrap_or(text))
        }
        _ => return Ok(None),
    }))
}

fn option_of(method: &str) -> &str {
    method.strip_prefix("use_").unwrap_or(method)
}

fn quoted(scene: &Scene, interp: &mut Interp, part: &Value) -> Eval<Value> {
    let text = interp.str_of(part)?;
    Ok(Value::str(match scene.adapter() {
        "databricks" if text.text.contains('`') => text.text.to_string(),
        "bigquery" | "databricks" | "spark" | "mysql" => format!("`{}`", text.text),
        _ => format!("\"{}\"", text.text),
    }))
}

fn cache(scene: &Scene, interp: &mut Interp, name: &str, args: &Args) -> Eval<Value> {
    // dbt names the node whose connection is at work; a hook's own text has none.
    let node = "<None>";
    let params: &[&str] = if name == "cache_renamed" { &["from_relation", "to_relation"] } else { &["relation"] };
    let function = format!("BaseAdapter.{name}");
    let bound = Signature::method(&function, params, params.len()).bind(args)?;
    if bound.iter().all(|value| value.as_ref().is_some_and(|value| !value.is_none())) {
        return Ok(Value::str(""));
    }
    let mut shown = Vec::with_capacity(2);
    for value in bound {
        let value = value.unwrap_or(Value::None);
        shown.push(match Relation::of(&value) {
            Some(relation) => relation.render(),
            None => interp.str_of(&value)?.text.to_string(),
        });
    }
    let _ = scene;
    Err(host_error(
        "adapter",
        match name {
            "cache_added" => format!("Attempted to cache a null relation for {node}"),
            "cache_dropped" => format!("Attempted to drop a null relation for {node}"),
            _ if shown[0] == "None" => format!("Attempted to rename null relation to {} for {node}", shown[1]),
            _ => format!("Attempted to rename {} to null for {node}", shown[0]),
        },
    ))
}

fn hard_deletes(interp: &mut Interp, args: &Args) -> Eval<Value> {
    let bound = Signature::method("BaseAdapter.get_hard_deletes_behavior", &["config"], 1).bind(args)?;
    let config = bound.into_iter().next().flatten().unwrap_or(Value::None);
    let mut get = |key: &str| interp.call_method(&config, "get", Args::of(vec![Value::str(key), Value::None]));
    let (invalidate, deletes) = (get("invalidate_hard_deletes")?, get("hard_deletes")?);
    if !invalidate.is_none() && !deletes.is_none() {
        return Err(host_error(
            "adapter",
            "You cannot set both the invalidate_hard_deletes and hard_deletes config properties on the same snapshot.",
        ));
    }
    let deletes_given = interp.truth(&deletes)?;
    if interp.truth(&invalidate)? || matches!(deletes.as_str(), Some("invalidate")) {
        return Ok(Value::str("invalidate"));
    }
    match deletes.as_str() {
        Some(known @ ("new_record" | "ignore")) => Ok(Value::str(known)),
        None if !deletes_given => Ok(Value::str("ignore")),
        _ => Err(host_error("adapter", "Invalid setting for property hard_deletes.")),
    }
}

fn verify_database(scene: &Scene, interp: &mut Interp, args: &Args) -> Eval<Option<Value>> {
    if scene.adapter() != "postgres" {
        return Ok(None);
    }
    let bound = Signature::method("PostgresAdapter.verify_database", &["database"], 1).bind(args)?;
    let database = bound.into_iter().next().flatten().unwrap_or(Value::None);
    let database = interp.str_of(&database)?;
    let database = database.text.trim_matches('"');
    let expected = scene.target.database.as_deref().unwrap_or_default();
    if database.to_lowercase() != expected.to_lowercase() {
        return Err(host_error(
            "adapter",
            format!("ERROR: Cross-db references not allowed in postgres ({database} vs {expected})"),
        ));
    }
    Ok(Some(Value::str("")))
}

fn parse_index(scene: &Scene, interp: &mut Interp, args: &Args) -> Eval<Option<Value>> {
    let class = match scene.adapter() {
        "postgres" | "redshift" => "PostgresIndexConfig",
        "duckdb" => "DuckDBIndexConfig",
        _ => return Ok(None),
    };
    let bound = Signature::method("PostgresAdapter.parse_index", &["raw_index"], 1).bind(args)?;
    let raw = bound.into_iter().next().flatten().unwrap_or(Value::None);
    if raw.is_none() {
        return Ok(Some(Value::None));
    }
    let Value::Dict(raw) = &raw else { return Ok(None) };
    let raw = raw.borrow();
    let Some(columns) = raw.get_str("columns") else { return Ok(None) };
    let get = |key: &str, otherwise: Value| raw.get_str(key).cloned().unwrap_or(otherwise);
    let mut fields = vec![("columns", columns.clone()), ("unique", get("unique", Value::Bool(false)))];
    if class == "PostgresIndexConfig" {
        fields.push(("type", get("type", Value::None)));
    }
    let _ = interp;
    Ok(Some(Record::of(class, fields)))
}

/// The grantees of each privilege; none where the table is not known, or the adapter reads it otherwise.
fn grants(scene: &Scene, interp: &mut Interp, args: &Args) -> Eval<Option<Value>> {
    let bound = Signature::method("BaseAdapter.standardize_grants_dict", &["grants_table"], 1).bind(args)?;
    let Some(Some(Value::Object(object))) = bound.first() else { return Ok(None) };
    let Some(table) = object.as_any().downcast_ref::<Table>() else { return Ok(None) };
    let rows = table.items(interp)?.unwrap_or_default();
    if !rows.is_empty() && !matches!(scene.adapter(), "postgres" | "duckdb" | "redshift" | "bigquery") {
        return Ok(None);
    }
    let mut granted = Dict::default();
    for row in rows {
        let grantee = interp.attribute(&row, "grantee")?;
        let privilege = interp.attribute(&row, "privilege_type")?;
        match granted.get(&privilege)? {
            Some(Value::List(grantees)) => grantees.borrow_mut().push(grantee),
            _ => granted.set(privilege, Value::list(vec![grantee]))?,
        }
    }
    Ok(Some(Value::dict(granted)))
}

/// What dbt says of the argument that `dispatch` no longer takes.
pub(super) fn packages_argument(name: &str) -> String {
    format!(
        "        The \"packages\" argument of adapter.dispatch() has been deprecated.\n        Use the \"macro_namespace\" argument instead.\n\n        Raised during dispatch for: {name}\n\n        For more information, see:\n\n        https://docs.getdbt.com/reference/dbt-jinja-functions/dispatch\n        "
    )
}

/// An attribute of `None` that Python code asks for.
pub(super) fn no_attribute(value: &Value, name: &str) -> crate::jinja::Flow {
    python_error("AttributeError", format!("'{}' object has no attribute '{name}'", value.type_name()))
}
