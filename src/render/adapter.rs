//! The objects of dbt's context: `target`, `flags`, `adapter`, `api`, `exceptions`, `config`, `dbt`.

use std::any::Any;
use std::rc::Rc;

use super::Query;
use super::context::{ConfigArgument, Moment, Scene, Subject, host_error, unknown, value_of};
use super::relation::{self, Parts, Relation};
use crate::command::Command;
use crate::jinja::{Args, Dict, ErrorKind, Eval, Interp, Object, Str, Value, error, type_error};
use crate::project::Target;

/// The adapters whose macros and dispatch prefixes an adapter inherits.
#[must_use]
pub fn parents(adapter: &str) -> &'static [&'static str] {
    match adapter {
        "redshift" => &["postgres"],
        "databricks" => &["spark"],
        "sqlserver" | "synapse" => &["fabric"],
        _ => &[],
    }
}

/// `target` (facts C10).
pub(super) fn target(target: &Target) -> Value {
    let mut dict = Dict::default();
    for (name, value) in &target.fields {
        dict.set_str(name, value_of(value));
    }
    let set = |dict: &mut Dict, name: &str, value: Value| dict.set_str(name, value);
    set(&mut dict, "type", Value::str(target.adapter.as_str()));
    set(&mut dict, "threads", Value::Int(target.threads));
    set(&mut dict, "name", Value::str(target.name.as_str()));
    set(&mut dict, "target_name", Value::str(target.name.as_str()));
    set(&mut dict, "profile_name", Value::str(target.profile.as_str()));
    if dict.get_str("schema").is_none() {
        set(&mut dict, "schema", Value::str(target.schema.as_str()));
    }
    if let (None, Some(database)) = (dict.get_str("database"), &target.database) {
        set(&mut dict, "database", Value::str(database.as_str()));
    }
    Value::dict(dict)
}

/// `invocation_args_dict` of a command without options.
pub(super) fn invocation_args(command: Command) -> Value {
    Value::record([
        ("which", Value::str(command.which())),
        ("full_refresh", Value::Bool(false)),
        ("invocation_command", Value::str(format!("dbt {}", command.name()))),
        ("vars", Value::dict(Dict::default())),
        ("select", Value::list(Vec::new())),
        ("exclude", Value::list(Vec::new())),
    ])
}

macro_rules! plain_object {
    ($type_name:literal) => {
        fn type_name(&self) -> &str {
            $type_name
        }

        fn text(&self, _interp: &mut Interp) -> Eval<Str> {
            Ok(Str::plain(concat!("<", $type_name, " object>")))
        }

        fn as_any(&self) -> &dyn Any {
            self
        }
    };
}

/// `flags` of a `dbt build` (facts C8); a flag that does not exist prints nothing.
pub(super) struct Flags(pub(super) Command);

impl Object for Flags {
    plain_object!("Flags");

    fn attr(&self, interp: &mut Interp, name: &str) -> Eval<Option<Value>> {
        Ok(Some(match name {
            "WHICH" => Value::str(self.0.which()),
            "FULL_REFRESH" => Value::Bool(interp.ask_bool("flags.FULL_REFRESH".to_owned(), false)?),
            "STORE_FAILURES" | "DEBUG" | "FAIL_FAST" | "EMPTY" | "WARN_ERROR" | "QUIET" | "DEFER" => Value::Bool(false),
            "USE_COLORS" | "PARTIAL_PARSE" | "VERSION_CHECK" | "INTROSPECT" => Value::Bool(true),
            _ => return Ok(None),
        }))
    }

    fn call_method(&self, interp: &mut Interp, name: &str, args: &Args) -> Eval<Option<Value>> {
        if name != "get" {
            return Ok(None);
        }
        let [key, otherwise] = args.bind("get", ["key", "default"], 1)?;
        let key = interp.str_of(&key.unwrap_or(Value::None))?;
        Ok(Some(self.attr(interp, &key.text.to_uppercase())?.or(otherwise).unwrap_or(Value::None)))
    }
}

/// `adapter`
pub(super) struct Adapter(pub(super) Rc<Scene>);

const SCHEMA_AS_IT_IS: &str = "what the warehouse holds is not known before the run";

impl Adapter {
    fn execute(&self, interp: &mut Interp, args: &Args) -> Eval<Value> {
        let [sql, ..] = args.bind("execute", ["sql", "auto_begin", "fetch", "limit"], 1)?;
        let sql = interp.str_of(&sql.unwrap_or(Value::None))?;
        record(&self.0, interp, &sql, "adapter.execute");
        Ok(unknown(
            format!("adapter.execute({})", short(&sql.text)),
            "what a query returns is not known before the run",
        ))
    }
}

impl Object for Adapter {
    plain_object!("DatabaseWrapper");

    fn attr(&self, _interp: &mut Interp, name: &str) -> Eval<Option<Value>> {
        Ok(match name {
            "Relation" => Some(Value::Object(Rc::new(RelationClass(Rc::clone(&self.0))))),
            "config" | "behavior" | "connections" => {
                Some(unknown(format!("adapter.{name}"), "hookproof does not model this part of the adapter"))
            }
            _ => None,
        })
    }

    fn call_method(&self, interp: &mut Interp, name: &str, args: &Args) -> Eval<Option<Value>> {
        let scene = &self.0;
        let runs = scene.executes();
        let shown = |interp: &mut Interp| -> Eval<String> {
            let mut parts = Vec::new();
            for value in &args.positional {
                parts.push(match Relation::of(value) {
                    Some(relation) => relation.render(),
                    None => interp.repr_of(value)?,
                });
            }
            for (name, value) in &args.keyword {
                parts.push(format!("{name}={}", interp.repr_of(value)?));
            }
            Ok(format!("adapter.{name}({})", parts.join(", ")))
        };
        Ok(Some(match name {
            "dispatch" => {
                let [macro_name, namespace, _] =
                    args.bind("dispatch", ["macro_name", "macro_namespace", "packages"], 1)?;
                let macro_name = interp.str_of(&macro_name.unwrap_or(Value::None))?;
                let namespace = match namespace {
                    Some(namespace) if !namespace.is_none() => Some(interp.str_of(&namespace)?.text.to_string()),
                    _ => None,
                };
                if macro_name.text.contains('.') {
                    return Err(host_error(
                        "dispatch",
                        format!(
                            "In adapter.dispatch, got a macro name of \"{}\", but \".\" is not a valid macro name component.",
                            macro_name.text
                        ),
                    ));
                }
                if let Some(found) = scene.dispatched(interp, &macro_name.text, namespace.as_deref())? {
                    return Ok(Some(found));
                }
                let internal = scene.dispatched_internal(&macro_name.text);
                if let Some(found) = internal.or_else(|| scene.shipped(&macro_name.text)) {
                    return Ok(Some(found));
                }
                if let Some(listed) = namespace.as_ref().and_then(|name| scene.shared.missing.get(name)) {
                    let cause = format!("package {listed} is listed but not installed");
                    scene.not_known(&cause);
                    return Ok(Some(unknown(&*macro_name.text, &cause)));
                }
                return Err(host_error(
                    "dispatch",
                    format!(
                        "In dispatch: No macro named '{0}' found within namespace: '{1}'\n    Searched for: '{2}__{0}', 'default__{0}'",
                        macro_name.text,
                        namespace.as_deref().unwrap_or("None"),
                        scene.adapter(),
                    ),
                ));
            }
            "get_relation"
            | "load_relation"
            | "get_columns_in_relation"
            | "check_schema_exists"
            | "get_missing_columns"
            | "list_relations_without_caching"
            | "list_schemas"
            | "get_partitions_metadata"
                if !runs =>
            {
                match name {
                    "get_relation" | "load_relation" => Value::None,
                    "check_schema_exists" => Value::Bool(false),
                    _ => Value::list(Vec::new()),
                }
            }
            "get_relation" => {
                let [database, schema, identifier] =
                    args.bind("get_relation", ["database", "schema", "identifier"], 0)?;
                let mut found = Relation::new(scene.printing(), None, None, None);
                let named = [("database", database), ("schema", schema), ("identifier", identifier)];
                let keyword = named.into_iter().filter_map(|(name, value)| Some((name.into(), value?))).collect();
                relation::set_parts(interp, &mut found, &Args { positional: Vec::new(), keyword })?;
                found.kind = Some("table".to_owned());
                if interp.ask_bool(format!("{} exists", found.render()), false)? { found.value() } else { Value::None }
            }
            "get_columns_in_relation" | "get_missing_columns" | "list_relations_without_caching" | "list_schemas" => {
                unknown(shown(interp)?, SCHEMA_AS_IT_IS)
            }
            "check_schema_exists" => {
                let question = shown(interp)?;
                Value::Bool(interp.ask_bool(question, true)?)
            }
            "execute" if runs => self.execute(interp, args)?,
            "execute" => Value::tuple(vec![Value::str(""), Value::None]),
            "quote" => {
                let [part] = args.bind("quote", ["identifier"], 1)?;
                let part = interp.str_of(&part.unwrap_or(Value::None))?;
                let (open, close) = relation::printing(scene.adapter()).marks;
                Value::str(format!("{open}{}{close}", part.text))
            }
            "type" => Value::str(scene.adapter()),
            "drop_relation"
            | "truncate_relation"
            | "rename_relation"
            | "create_schema"
            | "drop_schema"
            | "expand_target_column_types"
            | "cache_added"
            | "cache_dropped"
            | "cache_renamed"
            | "commit"
            | "add_query"
            | "commit_if_has_connection"
            | "log_warning" => {
                if runs && !name.starts_with("cache") && !matches!(name, "commit" | "commit_if_has_connection") {
                    let call = shown(interp)?;
                    scene.not_known(&format!("{call} is done by dbt's adapter; its SQL is not made here"));
                }
                Value::None
            }
            _ if !runs => Value::None,
            _ => unknown(shown(interp)?, "hookproof does not model this method of the adapter"),
        }))
    }
}

/// Notes a statement that is executed while rendering.
pub(super) fn record(scene: &Scene, interp: &Interp, sql: &Str, by: &'static str) {
    scene.seen.borrow_mut().queries.push(Query {
        text: sql.to_text(),
        by,
        place: interp.site,
        through: interp.within.clone(),
    });
}

/// A statement in a label: its start, on one line.
pub(super) fn short(sql: &str) -> String {
    let mut words = sql.split_whitespace().collect::<Vec<_>>().join(" ");
    if words.chars().count() > 60 {
        words = words.chars().take(57).collect::<String>() + "…";
    }
    format!("\"{words}\"")
}

/// `api`
pub(super) struct Api(pub(super) Rc<Scene>);

impl Object for Api {
    plain_object!("DatabaseWrapper");

    fn attr(&self, _interp: &mut Interp, name: &str) -> Eval<Option<Value>> {
        Ok(match name {
            "Relation" => Some(Value::Object(Rc::new(RelationClass(Rc::clone(&self.0))))),
            "Column" => Some(unknown("api.Column", "hookproof does not model api.Column")),
            _ => None,
        })
    }
}

/// `api.Relation`
struct RelationClass(Rc<Scene>);

impl Object for RelationClass {
    plain_object!("Relation");

    fn attr(&self, _interp: &mut Interp, name: &str) -> Eval<Option<Value>> {
        let kinds = ["Table", "View", "CTE", "MaterializedView", "External"];
        Ok(kinds.contains(&name).then(|| Value::str(name.to_lowercase())))
    }

    fn call_method(&self, interp: &mut Interp, name: &str, args: &Args) -> Eval<Option<Value>> {
        match name {
            "create" => {
                let mut made = Relation::new(self.0.printing(), None, None, None);
                relation::set_parts(interp, &mut made, args)?;
                if let Some(policy) = args.named("quote_policy") {
                    made.quote = parts_of(interp, policy, made.quote)?;
                }
                Ok(Some(made.value()))
            }
            "add_ephemeral_prefix" => {
                let [name] = args.bind("add_ephemeral_prefix", ["name"], 1)?;
                let name = interp.str_of(&name.unwrap_or(Value::None))?;
                Ok(Some(Value::str(format!("__dbt__cte__{}", name.text))))
            }
            _ => Ok(Some(unknown(format!("api.Relation.{name}()"), "hookproof does not model this method"))),
        }
    }

    fn call(&self, interp: &mut Interp, args: Args) -> Eval<Option<Value>> {
        self.call_method(interp, "create", &args)
    }
}

fn parts_of(interp: &mut Interp, policy: &Value, otherwise: Parts) -> Eval<Parts> {
    let Value::Dict(dict) = policy else { return Ok(otherwise) };
    let dict = dict.borrow().clone();
    let mut part = |name: &str, otherwise: bool| match dict.get_str(name) {
        Some(value) => interp.truth(value),
        None => Ok(otherwise),
    };
    Ok(Parts {
        database: part("database", otherwise.database)?,
        schema: part("schema", otherwise.schema)?,
        identifier: part("identifier", otherwise.identifier)?,
    })
}

/// `exceptions`
pub(super) struct Exceptions(pub(super) Rc<Scene>);

impl Object for Exceptions {
    plain_object!("dict");

    fn call_method(&self, interp: &mut Interp, name: &str, args: &Args) -> Eval<Option<Value>> {
        let _ = &self.0;
        match name {
            "warn" | "warn_snapshot_timestamp_data_types" => Ok(Some(Value::str(""))),
            _ if name.starts_with("raise_")
                || matches!(
                    name,
                    "missing_config"
                        | "missing_materialization"
                        | "missing_relation"
                        | "relation_wrong_type"
                        | "column_type_missing"
                ) =>
            {
                let message = match args.positional.first().or_else(|| args.keyword.first().map(|(_, value)| value)) {
                    Some(message) => interp.str_of(message)?.text.to_string(),
                    None => return Err(type_error(format!("{name}() missing 1 required positional argument: 'msg'"))),
                };
                Err(error(ErrorKind::Raised, message))
            }
            _ => Ok(None),
        }
    }
}

/// `config`
pub(super) struct Config(pub(super) Rc<Scene>);

impl Object for Config {
    plain_object!("Config");

    fn call(&self, interp: &mut Interp, args: Args) -> Eval<Option<Value>> {
        if matches!(self.0.subject, Subject::Node(_) | Subject::OnRun(..)) {
            let mut given: Vec<(String, Value)> = Vec::new();
            for value in &args.positional {
                match value {
                    Value::Dict(dict) => {
                        for (key, value) in dict.borrow().iter() {
                            given.push((interp_text(key), value.clone()));
                        }
                    }
                    Value::Unknown(_) => {}
                    _ => return Err(host_error("config", "Invalid inline model config")),
                }
            }
            given.extend(args.keyword.iter().map(|(name, value)| (name.to_string(), value.clone())));
            let sites = std::mem::take(&mut interp.argument_sites);
            let call = interp.site;
            let mut seen = self.0.seen.borrow_mut();
            for (name, value) in given {
                let site = sites.iter().find(|site| site.name == name);
                seen.config.push(ConfigArgument {
                    key: site.and_then(|site| site.key).or(call),
                    place: site.and_then(|site| site.value).or(call),
                    name,
                    value,
                });
            }
        }
        Ok(Some(Value::str("")))
    }

    fn call_method(&self, interp: &mut Interp, name: &str, args: &Args) -> Eval<Option<Value>> {
        let scene = &self.0;
        let found = |key: &str| -> Option<Value> {
            let state = scene.state()?;
            match key {
                "materialized" => Some(Value::str(state.materialized.as_str())),
                _ => state.settings.get(key).map(value_of),
            }
        };
        match name {
            "get" | "require" | "meta_get" | "meta_require" => {
                let [key, otherwise, _] = args.bind(name, ["name", "default", "validator"], 1)?;
                let key = interp.str_of(&key.unwrap_or(Value::None))?;
                if scene.moment == Moment::Parse {
                    return Ok(Some(Value::str("")));
                }
                let value = match name {
                    "get" | "require" => found(&key.text).filter(|value| !value.is_none()),
                    _ => match found("meta") {
                        Some(Value::Dict(meta)) => meta.borrow().get_str(&key.text).cloned(),
                        _ => None,
                    },
                };
                match (value.or(otherwise), name) {
                    (Some(value), _) => Ok(Some(value)),
                    (None, "get" | "meta_get") => Ok(Some(Value::None)),
                    (None, _) => Err(host_error(
                        "config",
                        format!("does not define a required config parameter '{}'.", key.text),
                    )),
                }
            }
            "set" | "persist_relation_docs" | "persist_column_docs" => Ok(Some(Value::str(""))),
            _ => Ok(None),
        }
    }

    fn is_callable(&self) -> bool {
        true
    }
}

fn interp_text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// `dbt`: the name space of dbt's own macros.
pub(super) struct Internal(pub(super) Rc<Scene>);

impl Object for Internal {
    plain_object!("dict");

    fn attr(&self, _interp: &mut Interp, name: &str) -> Eval<Option<Value>> {
        Ok(self.0.shipped(name))
    }
}
