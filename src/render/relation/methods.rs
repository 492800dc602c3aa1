//! What templates can ask of a relation.

use std::any::Any;

use super::class::Default;
use super::{Information, PARTS, Parts, Record, Relation, change_parts, class, entries, text};
use crate::jinja::{Args, ErrorKind, Eval, Flow, Interp, Object, Str, Value, error};
use crate::render::arguments::Signature;
use crate::render::context::{host_error, unknown};

/// Methods that every relation has.
const METHODS: &[&str] = &[
    "add_ephemeral_prefix",
    "create",
    "create_ephemeral_from",
    "create_from",
    "get",
    "get_default_include_policy",
    "get_default_quote_policy",
    "get_function_config",
    "get_function_macro_name",
    "include",
    "incorporate",
    "information_schema",
    "information_schema_only",
    "items",
    "keys",
    "matches",
    "quote",
    "quoted",
    "render",
    "render_event_time_filtered",
    "render_limited",
    "replace",
    "replace_path",
    "scd_args",
    "to_dict",
    "validate",
    "values",
    "without_identifier",
];

impl Relation {
    /// The methods that only its class has, and whether what they give depends on the warehouse.
    fn own_method(&self, name: &str) -> bool {
        let own: &[&str] = match self.class.name {
            _ if self.information.is_some() => &[],
            "PostgresRelation" => &["relation_max_name_length", "get_materialized_view_config_change_collection"],
            "RedshiftRelation" => &["relation_max_name_length", "from_config", "materialized_view_config_changeset"],
            "SnowflakeRelation" => &[
                "as_case_sensitive",
                "dynamic_table_config_changeset",
                "from_config",
                "get_ddl_prefix_for_alter",
                "get_ddl_prefix_for_create",
                "get_iceberg_ddl_options",
                "interactive_table_config_changeset",
                "needs_to_drop",
            ],
            "BigQueryRelation" => &["materialized_view_config_changeset", "materialized_view_from_relation_config"],
            "DatabricksRelation" => &[
                "add_constraint",
                "enrich",
                "has_information",
                "is_hive_metastore",
                "relation_max_name_length",
                "render_constraints_for_create",
            ],
            "AthenaRelation" => &["render_hive", "render_pure"],
            "ClickHouseRelation" => &["derivative", "get_on_cluster"],
            _ => &[],
        };
        own.contains(&name)
    }

    fn is_kind(&self, wanted: &str) -> bool {
        self.kind.as_deref() == Some(wanted)
    }

    fn is_iceberg(&self) -> bool {
        matches!(self.given("table_format"), Some(Value::Str(format)) if &*format.text == "ICEBERG")
    }

    /// A field, a property or a constant.
    fn property(&self, name: &str) -> Option<Value> {
        let is = |wanted: &str| Some(Value::Bool(self.is_kind(wanted)));
        let class = self.class;
        match name {
            "database" | "schema" | "identifier" => return Some(text(self.part(name))),
            "name" | "table" => return Some(text(self.identifier.as_deref())),
            "type" => return Some(text(self.kind.as_deref())),
            "path" => {
                return Some(Record::of("Path", PARTS.map(|name| (name, text(self.part(name)))).to_vec()));
            }
            "quote_policy" => return Some(self.quote.policy(class.quote_class)),
            "include_policy" => return Some(self.include.policy(self.include_class)),
            "quote_character" => return Some(Value::str(self.marks.0)),
            "dbt_created" | "limit" | "event_time_filter" | "require_alias" | "catalog" => {
                return Some(self.given(name).cloned().unwrap_or(match name {
                    "dbt_created" => Value::Bool(false),
                    "require_alias" => Value::Bool(class.require_alias || self.information.is_some()),
                    _ => Value::None,
                }));
            }
            "is_table" => return is("table"),
            "is_view" => return is("view"),
            "is_cte" => return is("cte"),
            "is_pointer" => return is("pointer_table"),
            "is_function" => return is("function"),
            "is_materialized_view" => {
                return is(if class.name == "SnowflakeRelation" { "dynamic_table" } else { "materialized_view" });
            }
            "renameable_relations" | "replaceable_relations" => {
                let kinds = if name.starts_with("rename") { class.renameable } else { class.replaceable };
                let kinds = if self.information.is_some() { &[] } else { kinds };
                return Some(Value::tuple(kinds.iter().map(|kind| Value::str(*kind)).collect()));
            }
            "can_be_renamed" => {
                let listed = self.kind.as_deref().is_some_and(|kind| class.renameable.contains(&kind));
                return Some(Value::Bool(listed && !self.is_iceberg()));
            }
            "can_be_replaced" => return Some(Value::Bool(self.can_be_replaced())),
            _ => {}
        }
        if let Some(information) = &self.information {
            return match name {
                "information_schema_view" => Some(text(information.view.as_deref())),
                "location" if class.name == "BigQueryRelation" => {
                    Some(self.given("location").cloned().unwrap_or(Value::None))
                }
                _ => None,
            };
        }
        if let Some((_, default)) = class.fields.iter().find(|(known, _)| *known == name) {
            return Some(self.given(name).cloned().unwrap_or_else(|| match default {
                Default::None => Value::None,
                Default::False => Value::Bool(false),
                Default::Text(text) => Value::str(*text),
                Default::List => Value::list(Vec::new()),
            }));
        }
        self.own_property(name).or_else(|| super::api::constant(class, name))
    }

    fn can_be_replaced(&self) -> bool {
        let listed = self.kind.as_deref().is_some_and(|kind| self.class.replaceable.contains(&kind));
        if self.class.name != "DatabricksRelation" {
            return listed;
        }
        let delta = matches!(self.given("is_delta"), Some(Value::Bool(true)));
        listed && (!self.is_kind("table") || delta)
    }

    fn own_property(&self, name: &str) -> Option<Value> {
        let yes = |value: bool| Some(Value::Bool(value));
        let metadata = |key: &str| match self.given("metadata") {
            Some(Value::Dict(metadata)) => metadata.borrow().get_str(key).cloned(),
            _ => None,
        };
        let table_type = |wanted: &[&str]| {
            let given = self.given("databricks_table_type").and_then(Value::as_str);
            yes(given.is_some_and(|given| wanted.contains(&given)))
        };
        match (self.class.name, name) {
            ("SnowflakeRelation", "is_dynamic_table") => yes(self.is_kind("dynamic_table")),
            ("SnowflakeRelation", "is_interactive_table") => yes(self.is_kind("interactive_table")),
            ("SnowflakeRelation", "is_iceberg_format") => yes(self.is_iceberg()),
            ("BigQueryRelation", "project") => Some(text(self.database.as_deref())),
            ("BigQueryRelation", "dataset") => Some(text(self.schema.as_deref())),
            ("DatabricksRelation", "is_streaming_table") => yes(self.is_kind("streaming_table")),
            ("DatabricksRelation", "is_metric_view") => yes(self.is_kind("metric_view")),
            ("DatabricksRelation", "is_foreign_table") => yes(self.is_kind("foreign")),
            ("DatabricksRelation", "is_dlt") => {
                yes(self.is_kind("materialized_view") || self.is_kind("streaming_table"))
            }
            ("DatabricksRelation", "is_external_table") => table_type(&["external"]),
            ("DatabricksRelation", "is_shallow_clone") => {
                table_type(&["managed_shallow_clone", "external_shallow_clone"])
            }
            ("DatabricksRelation", "is_hudi" | "is_iceberg") => {
                let provider = metadata("Provider");
                yes(provider.as_ref().and_then(Value::as_str) == Some(&name[3..]))
            }
            ("DatabricksRelation", "owner") => Some(metadata("Owner").unwrap_or(Value::None)),
            ("DatabricksRelation", "stats") => Some(metadata("Statistics").unwrap_or(Value::None)),
            ("ClickHouseRelation", "should_on_cluster") => Some(if self.include.identifier {
                self.given("can_on_cluster").cloned().unwrap_or(Value::None)
            } else {
                Value::Bool(true)
            }),
            _ => None,
        }
    }

    fn policy_change(&self, interp: &mut Interp, name: &str, args: &Args, parts: Parts) -> Eval<Parts> {
        let bound = Signature::method(name, &PARTS, 0).bind(args)?;
        let given: Vec<(String, Value)> =
            PARTS.iter().zip(bound).filter_map(|(name, value)| Some(((*name).to_owned(), value?))).collect();
        let mut changed = parts;
        change_parts(interp, &mut changed, &given)?;
        Ok(changed)
    }

    /// `include` and `quote`.
    fn changed_policy(&self, interp: &mut Interp, name: &str, args: &Args) -> Eval<Value> {
        Ok(if name == "include" {
            let parts = self.policy_change(interp, "BaseRelation.include", args, self.include)?;
            // Spark refuses to print both.
            self.with(|relation| relation.include = parts)
        } else {
            let parts = self.policy_change(interp, "BaseRelation.quote", args, self.quote)?;
            self.with(|relation| relation.quote = parts)
        })
    }

    fn incorporated(&self, interp: &mut Interp, args: &Args) -> Eval<Value> {
        if !args.positional.is_empty() {
            let given = args.positional.len() + 1;
            return Err(crate::jinja::type_error(format!(
                "FakeAPIObject.incorporate() takes 1 positional argument but {given} were given"
            )));
        }
        let mut changed = self.clone();
        changed.include_class = "Policy";
        let given: Vec<(String, Value)> =
            args.keyword.iter().map(|(name, value)| (name.to_string(), value.clone())).collect();
        changed.set_fields(interp, &given)?;
        Ok(changed.checked()?.value())
    }

    fn replaced(&self, interp: &mut Interp, args: &Args) -> Eval<Value> {
        let known = |name: &str| {
            let base = [
                "path",
                "type",
                "quote_policy",
                "include_policy",
                "quote_character",
                "dbt_created",
                "limit",
                "event_time_filter",
                "require_alias",
                "catalog",
                "renameable_relations",
                "replaceable_relations",
            ];
            base.contains(&name)
                || self.class.fields.iter().any(|(field, _)| *field == name)
                || (name == "information_schema_view" && self.information.is_some())
        };
        if let Some((name, _)) = args.keyword.iter().find(|(name, _)| !known(name)) {
            return Err(crate::jinja::type_error(format!(
                "{}.__init__() got an unexpected keyword argument '{name}'",
                self.class_name()
            )));
        }
        let mut changed = self.clone();
        let given: Vec<(String, Value)> =
            args.keyword.iter().map(|(name, value)| (name.to_string(), value.clone())).collect();
        changed.set_fields(interp, &given)?;
        Ok(changed.checked()?.value())
    }

    fn information_schema(&self, args: &Args) -> Eval<Value> {
        let bigquery = self.class.name == "BigQueryRelation";
        let bound = if bigquery {
            Signature::method("BigQueryRelation.information_schema", &["identifier"], 0).bind(args)?
        } else {
            Signature::method("BaseRelation.information_schema", &["view_name"], 0).bind(args)?
        };
        let view = match bound.into_iter().next().flatten() {
            Some(Value::Str(view)) => Some(view.text.to_string()),
            Some(Value::Undefined(_)) if bigquery => {
                return Err(host_error("relation", "Got an invalid name: "));
            }
            _ => None,
        };
        let mut schema = self.clone();
        let class = match self.class.name {
            "BigQueryRelation" => "BigQueryInformationSchema",
            "DatabricksRelation" => "DatabricksInformationSchema",
            _ => "InformationSchema",
        };
        schema.kind = Some("view".to_owned());
        schema.identifier = Some("INFORMATION_SCHEMA".to_owned());
        schema.quote.identifier = false;
        schema.include_class = "Policy";
        schema.fields.retain(|(name, _)| !matches!(name.as_str(), "limit" | "event_time_filter"));
        if bigquery {
            let shown = view.as_deref();
            schema.include.schema = !matches!(shown, None | Some("SCHEMATA" | "SCHEMATA_OPTIONS"));
            schema.include.identifier = shown != Some("__TABLES__");
            let location = self.given("location").filter(|location| location.as_str().is_some());
            if matches!(shown, Some("OBJECT_PRIVILEGES" | "TABLE_STORAGE")) {
                if location.is_none() {
                    let view = shown.unwrap_or_default();
                    return Err(host_error(
                        "relation",
                        format!("No location/region found when trying to retrieve \"{view}\""),
                    ));
                }
            } else {
                schema.fields.clear();
            }
        } else {
            schema.schema = None;
            schema.fields.clear();
            schema.include = Parts { database: self.database.is_some(), schema: false, identifier: true };
            if self.class.name != "DatabricksRelation" {
                schema.marks = ("\"", "\"");
            }
        }
        schema.information = Some(Information { class, view });
        Ok(schema.value())
    }

    fn matches(&self, interp: &mut Interp, args: &Args) -> Eval<Value> {
        let bound = Signature::method("BaseRelation.matches", &PARTS, 0).bind(args)?;
        if self.class.name == "ClickHouseRelation" {
            return self.matches_clickhouse(interp, &bound);
        }
        let mut search = Vec::new();
        for (name, value) in PARTS.iter().zip(bound) {
            match value {
                None | Some(Value::None) => {}
                Some(Value::Unknown(_)) => {
                    return Ok(unknown(format!("{}.matches(…)", self.render()), "what is searched for is not known"));
                }
                Some(value) => search.push((*name, interp.str_of(&value)?.text.to_string())),
            }
        }
        let lax = self.class.name == "BigQueryRelation";
        if search.is_empty() && !lax {
            return Err(host_error("relation", "Tried to match relation, but no search path was passed!"));
        }
        let strip = |part: &str| part.trim_matches(|char| self.marks.0.contains(char)).to_owned();
        let (mut exact, mut near) = (true, true);
        let created = self.given("dbt_created").is_some_and(|value| matches!(value, Value::Bool(true)));
        for (name, wanted) in &search {
            let own = self.part(name);
            let lowered = own.map(str::to_lowercase);
            let loose = self.class.name == "TrinoRelation" || (created && self.quote.get(name) == Some(false));
            exact &= if loose { lowered == Some(wanted.to_lowercase()) } else { own == Some(wanted.as_str()) };
            let shown = lowered.unwrap_or_else(|| "None".to_owned());
            near &= strip(&shown) == strip(&wanted.to_lowercase());
        }
        if lax {
            return Ok(Value::Bool(exact));
        }
        if self.class.name == "DatabricksRelation" {
            return Ok(Value::Bool(near));
        }
        if near && !exact {
            let printing = super::Printing {
                quote: self.class.quote,
                include: self.class.include,
                marks: self.marks,
                class: self.class,
            };
            let mut target = Relation::new(printing, None, None, None);
            for (name, wanted) in search {
                target.set_part(name, Some(wanted));
            }
            return Err(host_error(
                "relation",
                format!(
                    "When searching for a relation, dbt found an approximate match. Instead of guessing \nwhich relation to use, dbt will move on. Please delete {0}, or rename it to be less ambiguous.\nSearched for: {1}\nFound: {0}",
                    self.render(),
                    target.render()
                ),
            ));
        }
        Ok(Value::Bool(exact))
    }

    fn matches_clickhouse(&self, interp: &mut Interp, bound: &[Option<Value>]) -> Eval<Value> {
        if let Some(Some(schema)) = bound.get(1) {
            if interp.truth(schema)? {
                let schema = interp.str_of(schema)?;
                return Err(host_error(
                    "relation",
                    format!("Passed unexpected schema value {} to Relation.matches", schema.text),
                ));
            }
        }
        let database = bound.first().cloned().flatten().unwrap_or_else(|| Value::str(""));
        let identifier = bound.get(2).cloned().flatten().unwrap_or(Value::None);
        let same = interp.equal(&text(self.database.as_deref()), &database)?;
        Ok(Value::Bool(same && interp.equal(&text(self.identifier.as_deref()), &identifier)?))
    }

    fn to_dict(&self, omit_none: bool) -> Value {
        let mut dict = crate::jinja::Dict::default();
        let keep = |value: &Value| !(omit_none && value.is_none());
        let path = PARTS.map(|name| (name, text(self.part(name))));
        dict.set_str("path", Value::record(path.into_iter().filter(|(_, value)| keep(value))));
        let mut names = vec!["type", "quote_character", "include_policy", "quote_policy", "dbt_created", "limit"];
        names.extend([
            "event_time_filter",
            "require_alias",
            "catalog",
            "renameable_relations",
            "replaceable_relations",
        ]);
        names.extend(self.class.fields.iter().map(|(name, _)| *name));
        if self.information.is_some() {
            names.push("information_schema_view");
        }
        for name in names {
            let value = match name {
                "include_policy" => self.include.dict(),
                "quote_policy" => self.quote.dict(),
                _ => self.property(name).unwrap_or(Value::None),
            };
            let value = match value {
                Value::Tuple(items) => Value::list(items.to_vec()),
                other => other,
            };
            if keep(&value) {
                dict.set_str(name, value);
            }
        }
        Value::dict(dict)
    }

    fn not_a_dict(&self) -> Flow {
        host_error("relation", not_a_dict(&self.render()))
    }

    /// Methods that only its class has.
    fn call_own(&self, interp: &mut Interp, name: &str, args: &Args) -> Eval<Value> {
        Ok(match name {
            "relation_max_name_length" => Value::Int(self.class.max_name.unwrap_or(0) as i64),
            "render_hive" | "render_pure" => {
                let mut shown = self.clone();
                if name == "render_hive" {
                    shown.marks = ("`", "`");
                    shown.include = Parts { database: false, schema: true, identifier: true };
                } else {
                    shown.marks = ("", "");
                }
                Value::str(shown.render())
            }
            "as_case_sensitive" => self.with(|relation| {
                for name in PARTS {
                    let loose = relation.include.get(name) == Some(true) && relation.quote.get(name) == Some(false);
                    if let Some(part) = relation.part(name).filter(|part| loose && !part.is_empty()) {
                        let upper = part.to_uppercase();
                        relation.set_part(name, Some(upper));
                    }
                }
            }),
            "get_ddl_prefix_for_alter" => Value::str(if self.is_iceberg() { "iceberg" } else { "" }),
            "get_ddl_prefix_for_create" => {
                let signature =
                    Signature::method("SnowflakeRelation.get_ddl_prefix_for_create", &["config", "temporary"], 2);
                let bound = signature.bind(args)?;
                let temporary = match bound.get(1) {
                    Some(Some(temporary)) => interp.truth(temporary)?,
                    _ => false,
                };
                if temporary {
                    return Ok(Value::str("temporary"));
                }
                if self.is_iceberg() {
                    return Ok(Value::str("iceberg"));
                }
                let config = bound.into_iter().next().flatten().unwrap_or(Value::None);
                let args = Args::of(vec![Value::str("transient"), Value::Bool(true)]);
                let transient = interp.call_method(&config, "get", args)?;
                Value::str(if interp.truth(&transient)? { "transient" } else { "" })
            }
            "needs_to_drop" => match args.positional.first() {
                None | Some(Value::None) => Value::Bool(false),
                Some(other) => match Relation::of(other) {
                    Some(old) => Value::Bool(!old.is_kind("table") || old.is_iceberg() != self.is_iceberg()),
                    None => unknown(format!("{}.needs_to_drop(…)", self.render()), WAREHOUSE),
                },
            },
            "has_information" => Value::Bool(self.given("metadata").is_some_and(|value| !value.is_none())),
            "is_hive_metastore" => {
                let hive = self.database.as_deref().is_none_or(|name| name.eq_ignore_ascii_case("hive_metastore"));
                Value::Bool(hive && !matches!(self.given("temporary"), Some(Value::Bool(true))))
            }
            "render_constraints_for_create" if self.given("create_constraints").is_none() => Value::str(""),
            "derivative" => {
                let params = ["suffix", "relation_type", "interpret_suffix_as_full_identifier"];
                let bound = Signature::method("ClickHouseRelation.derivative", &params, 1).bind(args)?;
                let suffix = match bound.first() {
                    Some(Some(suffix)) => interp.str_of(suffix)?.text.to_string(),
                    _ => String::new(),
                };
                let whole = match bound.get(2) {
                    Some(Some(whole)) => interp.truth(whole)?,
                    _ => false,
                };
                let mut made = self.clone();
                if let Some(Some(kind)) = bound.get(1) {
                    made.set_kind(interp, kind)?;
                }
                let own = self.identifier.as_deref().unwrap_or_default();
                made.identifier = Some(if whole { suffix } else { format!("{own}{suffix}") });
                made.value()
            }
            _ => unknown(format!("{}.{name}(…)", self.render()), "hookproof does not model this method of relations"),
        })
    }
}

const WAREHOUSE: &str = "what the warehouse holds is not known before the run";

/// What dbt says where a relation is walked like a dict.
pub(in crate::render) fn not_a_dict(shown: &str) -> String {
    format!(
        "The object (\"{shown}\") was used as a dictionary. This capability has been removed from objects of this type."
    )
}

impl Object for Relation {
    fn type_name(&self) -> &str {
        self.class_name()
    }

    fn module(&self) -> &str {
        match &self.information {
            Some(information) if information.class == "InformationSchema" => "dbt.adapters.base.relation",
            _ => self.class.module,
        }
    }

    fn attr(&self, interp: &mut Interp, name: &str) -> Eval<Option<Value>> {
        let of_type = name == "type" || name.starts_with("is_") || name.starts_with("can_be_");
        if self.open && of_type {
            let table = interp.ask_bool(format!("{} is a table", self.render()), true)?;
            let mut settled = self.clone();
            settled.kind = Some(if table { "table" } else { "view" }.to_owned());
            return Ok(settled.property(name));
        }
        Ok(self.property(name))
    }

    fn call_method(&self, interp: &mut Interp, name: &str, args: &Args) -> Eval<Option<Value>> {
        Ok(Some(match name {
            "include" | "quote" => self.changed_policy(interp, name, args)?,
            "incorporate" => self.incorporated(interp, args)?,
            "replace" => self.replaced(interp, args)?,
            "replace_path" => {
                let given: Vec<(String, Value)> =
                    args.keyword.iter().map(|(name, value)| (name.to_string(), value.clone())).collect();
                let mut changed = self.clone();
                changed.set_path(interp, &given)?;
                changed.checked()?.value()
            }
            "render" => Value::str(self.checked_render()?),
            "render_limited" => Value::str(self.limited(self.checked_render()?, self.wants_alias(interp)?)),
            "render_event_time_filtered" => {
                let bound =
                    Signature::method("BaseRelation.render_event_time_filtered", &["rendered"], 0).bind(args)?;
                let rendered = match bound.into_iter().next().flatten() {
                    Some(given) if interp.truth(&given)? => interp.str_of(&given)?.text.to_string(),
                    _ => self.checked_render()?,
                };
                Value::str(self.filtered(interp, rendered)?)
            }
            "without_identifier" => self.with(|relation| {
                relation.include.identifier = false;
                relation.identifier = None;
            }),
            "information_schema" => self.information_schema(args)?,
            "information_schema_only" => self.information_schema(&Args::default())?,
            "matches" => self.matches(interp, args)?,
            "quoted" => {
                let bound = Signature::method("BaseRelation.quoted", &["identifier"], 1).bind(args)?;
                let part = interp.str_of(&bound.into_iter().next().flatten().unwrap_or(Value::None))?;
                Value::str(self.quoted(&part.text))
            }
            "get" => {
                let bound = Signature::method("BaseRelation.get", &["key", "default"], 1).bind(args)?;
                let key = bound.first().cloned().flatten();
                match key.as_ref().and_then(Value::as_str) {
                    Some("metadata") => Value::record([("type", Value::str(self.class_name()))]),
                    Some(key) => self.property(key).or_else(|| bound.get(1).cloned().flatten()).unwrap_or(Value::None),
                    None => bound.get(1).cloned().flatten().unwrap_or(Value::None),
                }
            }
            "to_dict" => {
                let omit = match args.named("omit_none").or(args.positional.first()) {
                    Some(omit) => interp.truth(&omit.clone())?,
                    None => false,
                };
                self.to_dict(omit)
            }
            "keys" => Value::str(format!("KeysView(<{} {}>)", self.class_name(), self.render())),
            "items" | "values" => return Err(self.not_a_dict()),
            "__contains__" => {
                let key = args.positional.first().and_then(Value::as_str).unwrap_or_default();
                let method = METHODS.contains(&key) || self.own_method(key);
                Value::Bool(method || self.property(key).is_some())
            }
            _ if self.own_method(name) => self.call_own(interp, name, args)?,
            _ => {
                let printing = class_printing(self.class);
                return super::api::class_method(interp, printing, name, args);
            }
        }))
    }

    fn items(&self, _interp: &mut Interp) -> Eval<Option<Vec<Value>>> {
        Err(self.not_a_dict())
    }

    fn len_in(&self, _interp: &mut Interp) -> Eval<Option<usize>> {
        Err(self.not_a_dict())
    }

    fn truth(&self) -> bool {
        true
    }

    fn is_mapping(&self) -> bool {
        true
    }

    fn key(&self) -> Option<String> {
        Some(self.identity())
    }

    fn text(&self, interp: &mut Interp) -> Eval<Str> {
        let rendered = self.checked_render()?;
        if !self.is_narrowed() {
            return Ok(Str::plain(rendered));
        }
        let limited = self.limited(rendered, self.wants_alias(interp)?);
        Ok(Str::plain(self.filtered(interp, limited)?))
    }

    fn repr(&self, _interp: &mut Interp) -> Eval<String> {
        Ok(format!("<{} {}>", self.class_name(), self.checked_render()?))
    }

    fn equals_in(&self, interp: &mut Interp, other: &Value) -> Eval<bool> {
        let Some(other) = Relation::of(other) else { return Ok(false) };
        if self.class_name() != other.class_name() {
            return Ok(false);
        }
        interp.equal(&self.to_dict(true), &other.to_dict(true))
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

fn class_printing(of: &'static class::Class) -> super::Printing {
    super::Printing { quote: of.quote, include: of.include, marks: (of.mark, of.mark), class: of }
}

impl Relation {
    fn checked_render(&self) -> Eval<String> {
        if self.class.name == "SparkRelation" && self.include.database && self.include.schema {
            return Err(error(
                ErrorKind::Host("relation"),
                "Got a spark relation with schema and database set to include, but only one can be set",
            ));
        }
        Ok(self.render())
    }

    fn wants_alias(&self, interp: &mut Interp) -> Eval<bool> {
        interp.truth(&self.property("require_alias").unwrap_or(Value::None))
    }

    /// The subquery of a batch's rows, in place of a text.
    fn filtered(&self, interp: &mut Interp, rendered: String) -> Eval<String> {
        let Some(Value::Unknown(filter)) = self.given("event_time_filter") else { return Ok(rendered) };
        let time = interp.placeholder(filter);
        let alias = self.alias_of("et_filter", self.wants_alias(interp)?);
        Ok(format!("(select * from {rendered} where {time}){alias}"))
    }

    /// Equal relations have it alike.
    fn identity(&self) -> String {
        format!("{} {} {:?} {:?} {:?}", self.class_name(), self.render(), self.kind, self.quote, self.include)
    }
}

/// The entries of a policy that a template gives.
pub(super) fn policy(interp: &mut Interp, value: &Value, otherwise: Parts) -> Eval<Parts> {
    let mut parts = otherwise;
    change_parts(interp, &mut parts, &entries(value))?;
    Ok(parts)
}
