//! `exceptions`: the errors that templates raise (facts C14).

use std::any::Any;
use std::rc::Rc;

use crate::jinja::{Args, ErrorKind, Eval, Flow, Interp, Object, Str, Unknown, Value, error};
use crate::render::arguments::Signature;
use crate::render::context::Scene;
use crate::render::relation::{Relation, not_a_dict};
use crate::render::table::Table;

/// `exceptions`
pub(in crate::render) struct Exceptions(pub(in crate::render) Rc<Scene>);

/// The functions with their parameters, and how many of these must be given.
const FUNCTIONS: &[(&str, &[&str], usize)] = &[
    ("warn", &["msg", "node"], 1),
    ("missing_config", &["model", "name"], 2),
    ("missing_materialization", &["model", "adapter_type"], 2),
    ("missing_relation", &["relation", "model"], 1),
    ("raise_ambiguous_alias", &["node_1", "node_2", "duped_name"], 2),
    ("raise_ambiguous_catalog_match", &["unique_id", "match_1", "match_2"], 3),
    ("raise_cache_inconsistent", &["message"], 1),
    ("raise_dataclass_not_dict", &["obj"], 1),
    ("raise_compiler_error", &["msg", "node"], 1),
    ("raise_database_error", &["msg", "node"], 1),
    ("raise_dep_not_found", &["node", "node_description", "required_pkg"], 3),
    ("raise_dependency_error", &["msg"], 1),
    ("raise_duplicate_patch_name", &["patch_1", "existing_patch_path"], 2),
    ("raise_duplicate_resource_name", &["node_1", "node_2"], 2),
    ("raise_invalid_property_yml_version", &["path", "issue"], 2),
    ("raise_not_implemented", &["msg"], 1),
    ("relation_wrong_type", &["relation", "expected_type", "model"], 2),
    ("raise_contract_error", &["yaml_columns", "sql_columns"], 2),
    ("column_type_missing", &["column_names"], 1),
    ("raise_fail_fast_error", &["msg", "node"], 1),
    ("warn_snapshot_timestamp_data_types", &["snapshot_time_data_type", "updated_at_data_type"], 2),
];

fn raised(message: impl Into<String>) -> Flow {
    error(ErrorKind::Raised, message)
}

impl Object for Exceptions {
    fn type_name(&self) -> &str {
        "dict"
    }

    fn attr(&self, _interp: &mut Interp, name: &str) -> Eval<Option<Value>> {
        let found = FUNCTIONS.iter().find(|(known, _, _)| *known == name);
        let me = Exceptions(Rc::clone(&self.0));
        Ok(found.map(|(known, _, _)| {
            let me = Rc::new(me);
            Value::function(known, move |interp, args| {
                me.call_method(interp, known, &args).map(|value| value.unwrap_or(Value::None))
            })
        }))
    }

    fn call_method(&self, interp: &mut Interp, name: &str, args: &Args) -> Eval<Option<Value>> {
        let Some((name, params, required)) = FUNCTIONS.iter().find(|(known, _, _)| *known == name) else {
            return match name {
                "keys" | "values" | "items" | "get" => {
                    let whole = Value::record(FUNCTIONS.iter().map(|(name, _, _)| (*name, Value::None)));
                    interp.call_method(&whole, name, args.clone()).map(Some)
                }
                _ => Ok(None),
            };
        };
        let bound = Signature::function(name, params, *required).bind(args)?;
        let mut shown = Vec::with_capacity(bound.len());
        for value in &bound {
            shown.push(match value {
                Some(value) => interp.str_of(value)?.text.to_string(),
                None => "None".to_owned(),
            });
        }
        Err(match *name {
            "warn" => return Ok(Some(Value::str(""))),
            "warn_snapshot_timestamp_data_types" => return Ok(Some(Value::None)),
            "raise_compiler_error" | "raise_database_error" | "raise_dependency_error" | "raise_fail_fast_error" => {
                raised(shown.swap_remove(0))
            }
            "raise_not_implemented" => raised(format!("ERROR: {}", shown[0])),
            "raise_cache_inconsistent" => {
                raised(format!("Internal Error\n  Cache inconsistency detected: {}", shown[0]))
            }
            "raise_dataclass_not_dict" => raised(not_a_dict(&shown[0])),
            "missing_relation" => raised(format!("Relation {} not found!", shown[0])),
            "relation_wrong_type" => {
                let kind = match bound[0].as_ref().and_then(Relation::of) {
                    Some(relation) => relation.kind.clone().unwrap_or_else(|| "None".to_owned()),
                    None => String::new(),
                };
                raised(format!(
                    "Trying to create {1} {0}, but it currently exists as a {kind}. Either drop {0} manually, or run dbt with `--full-refresh` and dbt will drop it for you.",
                    shown[0], shown[1]
                ))
            }
            "column_type_missing" => raised(format!(
                "Contracted models require data_type to be defined for each column. Please ensure that the column name and data_type are defined within the YAML configuration for the {} column(s).",
                shown[0]
            )),
            "raise_dep_not_found" => raised(format!(
                "Error while parsing {}.\nThe required package \"{}\" was not found. Is the package installed?\nHint: You may need to run `dbt deps`.",
                shown[1], shown[2]
            )),
            "raise_invalid_property_yml_version" => raised(format!(
                "The yml property file at {} is invalid because {}. Please consult the documentation for more information on yml property file syntax:\n\nhttps://docs.getdbt.com/reference/configs-and-properties",
                shown[0], shown[1]
            )),
            "raise_contract_error" => raised(contract(interp, &bound)?),
            // dbt reads attributes of what is a dict in templates.
            _ => {
                let attribute = match *name {
                    "missing_config" => "unique_id",
                    "missing_materialization" => "config",
                    "raise_ambiguous_alias" => "database",
                    "raise_duplicate_resource_name" => "name",
                    _ => "unique_id",
                };
                match &bound[0] {
                    Some(Value::Str(_)) | None => raised(shown.swap_remove(0)),
                    Some(Value::Object(object)) if object.is_mapping() => {
                        super::pure::no_attribute(&Value::record([]), attribute)
                    }
                    Some(value) => super::pure::no_attribute(value, attribute),
                }
            }
        })
    }

    fn len(&self) -> Option<usize> {
        Some(FUNCTIONS.len())
    }

    fn is_mapping(&self) -> bool {
        true
    }

    fn items(&self, _interp: &mut Interp) -> Eval<Option<Vec<Value>>> {
        Ok(Some(FUNCTIONS.iter().map(|(name, _, _)| Value::str(*name)).collect()))
    }

    fn text(&self, interp: &mut Interp) -> Eval<Str> {
        Ok(Str::plain(interp.placeholder(&Unknown::new("exceptions", "it prints addresses"))))
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// The message about a contract that a model does not keep: a table of the columns that differ.
fn contract(interp: &mut Interp, bound: &[Option<Value>]) -> Eval<String> {
    let mut lists = Vec::with_capacity(2);
    for value in bound.iter().take(2) {
        lists.push(match value {
            Some(value) => interp.items_of(value)?,
            None => Vec::new(),
        });
    }
    let [wanted, found] = &lists[..] else { return Ok(String::new()) };
    if wanted.is_empty() {
        return Ok("This model has an enforced contract, and its 'columns' specification is missing".to_owned());
    }
    let mut part = |column: &Value, key: &str| -> Eval<String> {
        let value = interp.attribute(column, key)?;
        Ok(interp.str_of(&value)?.text.to_string())
    };
    let mut rows = Vec::new();
    let mut open: Vec<(String, String)> = Vec::new();
    for column in wanted {
        open.push((part(column, "name")?, part(column, "data_type")?));
    }
    for column in found {
        let (name, kind) = (part(column, "name")?, part(column, "data_type")?);
        match open.iter().position(|(known, _)| *known == name) {
            Some(at) => {
                let (_, contracted) = open.remove(at);
                if !contracted.eq_ignore_ascii_case(&kind) {
                    rows.push([name, kind, contracted, "data type mismatch".to_owned()]);
                }
            }
            None => rows.push([name, kind, String::new(), "missing in contract".to_owned()]),
        }
    }
    for (name, kind) in open {
        rows.push([name, String::new(), kind, "missing in definition".to_owned()]);
    }
    rows.sort();
    let names = ["column_name", "definition_type", "contract_type", "mismatch_reason"].map(str::to_owned);
    let rows = rows.into_iter().map(|row| row.into_iter().map(Value::str).collect()).collect();
    let shown = Table::of_rows(names.to_vec(), rows).shown(interp)?;
    Ok(format!(
        "This model has an enforced contract that failed.\nPlease ensure the name, data_type, and number of columns in your contract match the columns in your model's definition.\n\n{shown}"
    ))
}
