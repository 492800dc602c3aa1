//! The objects of dbt's context: `target`, `flags`, `adapter`, `api`, `exceptions`, `config`, `dbt`.

mod config;
mod exceptions;
mod object;
mod project;
mod pure;
mod types;

pub(crate) use config::BOTH_SPELLINGS;
pub(super) use config::Config;
pub(super) use exceptions::Exceptions;
pub(super) use object::{Adapter, Api, found_relation, is_known, method_names};

use std::any::Any;
use std::rc::Rc;

use super::Query;
use super::context::{Scene, WHICH, host_error, value_of};
use super::table::Table;
use crate::command::Command;
use crate::invocation::Invocation;
use crate::jinja::unknown::{query_result, query_rows};
use crate::jinja::{Answer, Args, Dict, Eval, Interp, Object, Str, Value};
use crate::project::Target;
use crate::selection::Union;

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

/// What an object of the context is called there, where all its attributes are known.
pub(super) fn kind(any: &dyn Any) -> Option<&'static str> {
    if any.is::<Flags>() {
        return Some("flags");
    }
    if any.is::<Config>() {
        return Some("config");
    }
    if any.is::<Exceptions>() {
        return Some("exceptions");
    }
    any.is::<Adapter>().then_some("adapter")
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

/// `validation`: a check that a value is one of some.
pub(super) fn validation() -> Value {
    let any = Value::function("validate_any", |_, args| {
        let allowed = args.positional;
        Ok(Value::function("inner", move |interp, args| {
            let [value] = args.bind("inner", ["value"], 1)?;
            let value = value.unwrap_or(Value::None);
            for one in &allowed {
                if interp.equal(one, &value)? {
                    return Ok(Value::None);
                }
            }
            let mut shown = Vec::with_capacity(allowed.len());
            for one in &allowed {
                shown.push(interp.str_of(one)?.text.to_string());
            }
            let (value, allowed) = (interp.str_of(&value)?.text, shown.join(","));
            Err(host_error("validation", format!("Expected value \"{value}\" to be one of {allowed}")))
        }))
    });
    Value::record([("any", any)])
}

/// `invocation_args_dict`; another command than the one that is rendered for has no options.
pub(super) fn invocation_args(invocation: &Invocation, command: Command) -> Value {
    let is_own = invocation.command == command;
    let text = if is_own { invocation.text() } else { command.name() };
    let words = |union: Option<&Union>| {
        let words = union.filter(|_| is_own).map(Union::raw).unwrap_or_default();
        Value::list(words.into_iter().map(Value::str).collect())
    };
    Value::record([
        ("which", Value::str(command.which())),
        ("full_refresh", Value::Bool(is_own && invocation.full_refresh)),
        ("invocation_command", Value::str(format!("dbt {text}"))),
        ("vars", Value::dict(Dict::default())),
        ("select", words(invocation.selection.select.as_ref())),
        ("exclude", words(Some(&invocation.selection.exclude))),
    ])
}

/// The question whether `--full-refresh` is given.
pub(super) const FULL_REFRESH: &str = "flags.FULL_REFRESH";

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
pub(super) struct Flags(pub(super) Rc<Scene>);

/// The command that runs, asked for by `flags.WHICH`.
pub(super) fn which(scene: &Scene, interp: &mut Interp) -> Eval<Command> {
    let others = &scene.shared.other_commands;
    if others.is_empty() || !scene.executes() {
        return Ok(scene.shared.command);
    }
    let all = std::iter::once(&scene.shared.command).chain(others);
    interp.ask(WHICH.to_owned(), all.map(|command| Answer::Word(command.which())).collect())?;
    Ok(scene.command(interp))
}

impl Object for Flags {
    plain_object!("Flags");

    fn attr(&self, interp: &mut Interp, name: &str) -> Eval<Option<Value>> {
        // Each flag has its name in small letters as well.
        let shouted =
            if name.bytes().any(|byte| byte.is_ascii_uppercase()) { name.to_owned() } else { name.to_uppercase() };
        Ok(Some(match shouted.as_str() {
            "WHICH" => Value::str(which(&self.0, interp)?.which()),
            "FULL_REFRESH" => Value::Bool(interp.ask_bool(FULL_REFRESH.to_owned(), false)?),
            "STORE_FAILURES" | "DEBUG" | "FAIL_FAST" | "WARN_ERROR" | "QUIET" | "DEFER" => Value::Bool(false),
            "EMPTY" => Value::Bool(self.0.shared.invocation.empty),
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

/// The code of an error of the database.
pub(crate) const DATABASE: &str = "database";

/// Notes a statement that is executed while rendering; where there is a database it is executed there. Its rows,
/// none where they are not known.
pub(super) fn execute(scene: &Scene, interp: &Interp, sql: &Str, by: &'static str) -> Eval<Option<Table>> {
    scene.seen.borrow_mut().queries.push(Query {
        text: sql.to_text(),
        by,
        begins: false,
        place: interp.site,
        through: interp.within.clone(),
    });
    match &scene.database {
        Some(database) => database.execute(&sql.text, by).map_err(|message| host_error(DATABASE, message)),
        None => Ok(None),
    }
}

/// Why the result of a query is not known.
pub(super) const QUERY: &str = "what a query returns is not known before the run";

/// What a statement gives: the rows as a list, and the table; both unknown where they are not known.
pub(super) fn given(table: Option<Table>, label: &str, sql: &str) -> (Value, Value) {
    match table {
        Some(table) => (table.data(), table.value()),
        None => (query_rows(label, QUERY, sql), query_result(label, QUERY, sql)),
    }
}

/// A statement in a label: its start, on one line.
pub(super) fn short(sql: &str) -> String {
    let mut words = sql.split_whitespace().collect::<Vec<_>>().join(" ");
    if words.chars().count() > 60 {
        words = words.chars().take(57).collect::<String>() + "…";
    }
    format!("\"{words}\"")
}

/// `dbt`: the name space of dbt's own macros.
pub(super) struct Internal(pub(super) Rc<Scene>);

impl Object for Internal {
    plain_object!("dict");

    fn attr(&self, _interp: &mut Interp, name: &str) -> Eval<Option<Value>> {
        Ok(self.0.shipped(name))
    }
}
