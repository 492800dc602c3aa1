//! dbt's own macros: natively where they are logic, else from what was measured of the real ones.

mod native;
mod recorded;
mod tests;

use std::rc::Rc;

use serde_json::Value as Json;

use super::adapter::{self, execute};
use super::context::{Scene, unknown};
use super::relation::{Parts, Relation};
use crate::jinja::{Args, Dict, ErrorKind, Eval, Interp, Str, Value, error};
use crate::source::TextBuilder;
use recorded::{Outcome, Recorded, Variant};

pub(in crate::render) use native::is_native;
pub(in crate::render) use tests::is_test;

/// Whether a macro of dbt's own is modelled for an adapter.
#[must_use]
pub fn is_modelled(adapter: &str, name: &str) -> bool {
    native::is_native(name) || recorded::find(adapter, name).is_some()
}

/// Calls one of dbt's own macros.
pub(super) fn call(scene: &Rc<Scene>, interp: &mut Interp, name: &str, args: &Args) -> Eval<Value> {
    if let Some(value) = native::call(scene, interp, name, args)? {
        return Ok(value);
    }
    let Some(recorded) = recorded::find(scene.adapter(), name) else {
        // A project may override what dispatches.
        if let Some(overridden) = scene.dispatched(interp, name, Some("dbt"))? {
            return interp.call(&overridden, args.clone());
        }
        if let Some(value) = native::fallback(scene, interp, name, args)? {
            return Ok(value);
        }
        return match tests::call(interp, name, args)? {
            Some(value) => Ok(value),
            None => not_modelled(scene, interp, name, args),
        };
    };
    let bound = bind(&recorded, args)?;
    if recorded.dispatches {
        if let Some(overridden) = scene.dispatched(interp, name, Some("dbt"))? {
            let positional = bound.into_iter().map_while(|(_, value)| value).collect();
            return interp.call(&overridden, Args::of(positional));
        }
    }
    if let Some(overridden) = recorded.calls.iter().find(|called| scene.overrides(called)) {
        let cause = format!("the project overrides {overridden}, which dbt's macro {name} calls");
        scene.not_known(&cause);
        return Ok(unknown(shown(interp, name, args)?, &cause));
    }
    if recorded.uses_this && scene.node().is_none() {
        return not_modelled(scene, interp, name, args);
    }
    // What was measured does not tell a relation's name from what it prints as.
    if bound.iter().any(|(_, value)| value.as_ref().and_then(Relation::of).is_some_and(Relation::is_narrowed)) {
        return not_modelled(scene, interp, name, args);
    }
    for variant in &recorded.variants {
        if fits(scene, interp, variant, &bound)? {
            if let (Some(_), true) = (&variant.run.unknown, variant.run.queries.is_empty()) {
                break;
            }
            let arguments = Arguments { bound: &bound, relation: first_relation(&bound) };
            return apply(scene, interp, &recorded, variant, &arguments);
        }
    }
    match native::fallback(scene, interp, name, args)? {
        Some(value) => Ok(value),
        None => not_modelled(scene, interp, name, args),
    }
}

fn shown(interp: &mut Interp, name: &str, args: &Args) -> Eval<String> {
    let mut shown = Vec::with_capacity(args.len());
    for value in &args.positional {
        shown.push(interp.repr_of(value)?);
    }
    for (key, value) in &args.keyword {
        shown.push(format!("{key}={}", interp.repr_of(value)?));
    }
    Ok(format!("{name}({})", shown.join(", ")))
}

fn not_modelled(scene: &Scene, interp: &mut Interp, name: &str, args: &Args) -> Eval<Value> {
    scene.not_known(&format!("dbt's macro {name} is not modelled"));
    Ok(unknown(shown(interp, name, args)?, "hookproof does not model this macro of dbt, or not with these arguments"))
}

type Bound = Vec<(String, Option<Value>)>;

/// The arguments by the macro's parameters, with its defaults; none for a default that is computed (facts M7).
fn bind(recorded: &Recorded, args: &Args) -> Eval<Bound> {
    let shown = format!("dbt_macro__{}", recorded.name);
    let refuse = |message: String| error(ErrorKind::MacroArguments, message);
    let mut bound = Vec::with_capacity(recorded.params.len());
    let mut used = 0;
    for (at, param) in recorded.params.iter().enumerate() {
        let name = Recorded::param(param);
        let keyword = args.named(name);
        used += usize::from(keyword.is_some());
        let value = match (args.positional.get(at), keyword) {
            (Some(_), Some(_)) => {
                return Err(refuse(format!("macro '{shown}' got multiple values for argument '{name}'")));
            }
            (Some(value), None) | (None, Some(value)) => Some(value.clone()),
            (None, None) => match param.as_slice() {
                [_] => Some(Value::undefined(format!("parameter '{name}' was not provided"))),
                [_, default] => Some(value_of(default)),
                _ => None,
            },
        };
        bound.push((name.to_owned(), value));
    }
    if used < args.keyword.len() {
        if let Some((name, _)) = args.keyword.iter().find(|(name, _)| bound.iter().all(|(param, _)| **name != **param))
        {
            return Err(refuse(if &**name == "caller" {
                format!(
                    "macro '{shown}' was invoked with two values for the special caller argument. This is most likely a bug."
                )
            } else {
                format!("macro '{shown}' takes no keyword argument '{name}'")
            }));
        }
    }
    if args.positional.len() > bound.len() {
        return Err(refuse(format!("macro '{shown}' takes not more than {} argument(s)", bound.len())));
    }
    Ok(bound)
}

fn value_of(json: &Json) -> Value {
    match json {
        Json::Null => Value::None,
        Json::Bool(value) => Value::Bool(*value),
        Json::Number(value) => match (value.as_i64(), value.as_f64()) {
            (Some(value), _) => Value::Int(value),
            (None, Some(value)) => Value::Float(value),
            (None, None) => Value::None,
        },
        Json::String(text) => Value::str(text.as_str()),
        Json::Array(items) => Value::list(items.iter().map(value_of).collect()),
        Json::Object(entries) => {
            let mut dict = Dict::default();
            for (key, value) in entries {
                dict.set_str(key, value_of(value));
            }
            Value::dict(dict)
        }
    }
}

/// The arguments of a call, and the relation that a returned one is made from.
struct Arguments<'a> {
    bound: &'a Bound,
    relation: Option<&'a Relation>,
}

impl Arguments<'_> {
    fn get(&self, name: &str) -> Option<&Value> {
        self.bound.iter().find(|(param, _)| param == name)?.1.as_ref()
    }
}

fn first_relation(bound: &Bound) -> Option<&Relation> {
    bound.iter().find_map(|(_, value)| Relation::of(value.as_ref()?))
}

/// Whether a variant is for these arguments. What is asked of an argument that is not known, is asked as the
/// macro would ask it; where that takes more than one question, no variant fits.
fn fits(scene: &Rc<Scene>, interp: &mut Interp, variant: &Variant, bound: &Bound) -> Eval<bool> {
    for (name, value) in bound {
        let when = variant.when.get(name).map(Vec::as_slice);
        let fits = match (value, when) {
            (None, when) => when.and_then(|when| when.first()?.as_str()) == Some("absent"),
            (Some(_), None) => true,
            (Some(value), Some(when)) => argument_fits(interp, value, when)?,
        };
        if !fits {
            return Ok(false);
        }
    }
    if scene.executes() {
        for (key, otherwise) in &variant.run.config {
            if !is_unset(scene, interp, key, otherwise)? {
                return Ok(false);
            }
        }
        for (question, answer) in &variant.asks {
            if interp.ask_bool(question.clone(), true)? != *answer {
                return Ok(false);
            }
        }
    }
    Ok(true)
}

/// Whether `config.get(key)` is what it is where nothing sets it.
fn is_unset(scene: &Rc<Scene>, interp: &mut Interp, key: &str, otherwise: &Json) -> Eval<bool> {
    if scene.node().is_none() && scene.way.test.is_none() {
        return Ok(true);
    }
    let config = Value::Object(Rc::new(adapter::Config(Rc::clone(scene))));
    let value = interp.call_method(&config, "get", Args::of(vec![Value::str(key)]))?;
    if let Value::Unknown(_) = value {
        return Ok(false);
    }
    Ok(value.is_none()
        || value.is_undefined()
        || interp.equal(&value, &value_of(otherwise))?
        || !interp.truth(&value)?)
}

fn argument_fits(interp: &mut Interp, value: &Value, when: &[Json]) -> Eval<bool> {
    let kind = when.first().and_then(Json::as_str).unwrap_or_default();
    let fits = match kind {
        "not" => {
            let tests = when.get(1).and_then(Json::as_array).map(Vec::as_slice).unwrap_or_default();
            is_plain(interp, value, tests)?
        }
        "is" => match (value, when) {
            (Value::Unknown(_), _) => false,
            (_, [_, form, wanted, ..]) => is(interp, value, form, wanted)?,
            _ => false,
        },
        "none" => value.is_none(),
        "number" => match value {
            Value::Int(number) => when
                .get(1)
                .and_then(Json::as_array)
                .is_some_and(|tests| tests.iter().all(|test| compares(*number, test).unwrap_or(false))),
            _ => false,
        },
        "falsy" => match when.get(1).and_then(Json::as_array) {
            Some(values) => {
                let mut any = false;
                for wanted in values {
                    any |= same(interp, value, wanted)?;
                }
                any
            }
            None => !interp.truth(value)?,
        },
        "list" => match (value, when.get(1).and_then(Json::as_u64)) {
            (Value::List(items), wanted) => count_fits(items.borrow().len(), wanted),
            (Value::Tuple(items), wanted) => count_fits(items.len(), wanted),
            _ => false,
        },
        "relation" => Relation::of(value).is_some_and(|relation| match when.get(1).and_then(Json::as_array) {
            Some(kinds) => kinds.iter().any(|kind| kind.as_str() == relation.kind.as_deref()),
            None => true,
        }),
        _ => false,
    };
    let with = when.last().and_then(|last| last.get("with")).and_then(Json::as_array);
    Ok(fits
        && with.is_none_or(|parts| {
            Relation::of(value).is_none_or(|relation| {
                parts
                    .iter()
                    .filter_map(Json::as_str)
                    .all(|part| part_of(relation, part).is_some_and(|text| !text.is_empty()))
            })
        }))
}

/// Whether a comparison such as `[">=", 0, true]` came out so.
fn compares(number: i64, test: &Json) -> Option<bool> {
    let other = test.get(1)?.as_i64()?;
    let answer = match test.get(0)?.as_str()? {
        "<" => number < other,
        "<=" => number <= other,
        ">" => number > other,
        ">=" => number >= other,
        _ => number == other,
    };
    Some(answer == test.get(2)?.as_bool()?)
}

fn count_fits(count: usize, wanted: Option<u64>) -> bool {
    match wanted {
        Some(wanted) => count as u64 == wanted,
        None => count > 0,
    }
}

/// Whether an argument is text of which all these tests are untrue, but for its truth.
fn is_plain(interp: &mut Interp, value: &Value, tests: &[Json]) -> Eval<bool> {
    let word = |test: &Json, at: usize| test.get(at).and_then(Json::as_str).unwrap_or_default().to_owned();
    if let Value::Unknown(_) = value {
        if tests.iter().any(|test| word(test, 0) == "is") {
            return Ok(false);
        }
    }
    for test in tests {
        let passes = match word(test, 0).as_str() {
            "truth" => interp.truth(value)?,
            "is" => match (test.get(1), test.get(2)) {
                (Some(form), Some(wanted)) => !is(interp, value, form, wanted)?,
                _ => false,
            },
            "type" => match (word(test, 1).as_str(), value) {
                (_, Value::Unknown(_)) => true,
                ("none", value) => !value.is_none(),
                ("number", value) => {
                    !matches!(value, Value::Int(_) | Value::Float(_) | Value::Bool(_) | Value::Decimal(_))
                }
                ("mapping", value) => !matches!(value, Value::Dict(_) | Value::Object(_)),
                ("boolean", value) => !matches!(value, Value::Bool(_)),
                (_, value) => matches!(value, Value::Str(_)),
            },
            _ => matches!(value, Value::Str(_) | Value::Unknown(_)),
        };
        if !passes {
            return Ok(false);
        }
    }
    Ok(true)
}

fn is(interp: &mut Interp, value: &Value, form: &Json, wanted: &Json) -> Eval<bool> {
    let form = form.as_str().unwrap_or_default();
    if form.is_empty() {
        return same(interp, value, wanted);
    }
    match value {
        Value::Str(text) => Ok(wanted.as_str() == Some(formed(&text.text, form.split('|')).as_str())),
        _ => Ok(false),
    }
}

fn same(interp: &mut Interp, value: &Value, wanted: &Json) -> Eval<bool> {
    interp.equal(value, &value_of(wanted))
}

/// A number with what a macro did to it.
fn calculated(number: i64, forms: &[&str]) -> i64 {
    forms.iter().fold(number, |number, form| match *form {
        "abs" => number.saturating_abs(),
        "neg" => number.saturating_neg(),
        _ => match form.strip_prefix("add:").and_then(|other| other.parse::<i64>().ok()) {
            Some(other) => number.saturating_add(other),
            None => number,
        },
    })
}

/// Text with what a macro did to it.
fn formed<'a>(text: &str, forms: impl IntoIterator<Item = &'a str>) -> String {
    let mut text = text.to_owned();
    for form in forms {
        text = match form {
            "lower" => text.to_lowercase(),
            "upper" => text.to_uppercase(),
            "trim" => text.trim().to_owned(),
            _ => {
                match form.strip_prefix("replace:").and_then(|pair| serde_json::from_str::<(String, String)>(pair).ok())
                {
                    Some((old, new)) => text.replace(&old, &new),
                    None => text,
                }
            }
        };
    }
    text
}

/// What a variant says, with these arguments.
fn apply(
    scene: &Rc<Scene>,
    interp: &mut Interp,
    recorded: &Recorded,
    variant: &Variant,
    arguments: &Arguments<'_>,
) -> Eval<Value> {
    let outcome: &Outcome = match &variant.parse {
        Some(parse) if !scene.executes() => parse,
        _ => &variant.run,
    };
    if scene.executes() {
        let asks = recorded.calls.iter().any(|called| called == "run_query");
        for query in &outcome.queries {
            let sql = text_of(scene, interp, query, arguments)?;
            // What was measured is what the driver gets: run_query puts a line and an indent around it (facts R22).
            let inner = sql.text.strip_prefix("\n    ").and_then(|rest| rest.strip_suffix("\n  ")).filter(|_| asks);
            match inner {
                Some(inner) => {
                    let at = "\n    ".len();
                    execute(scene, interp, &sql.slice(at..at + inner.len()), "run_query")?;
                }
                None => {
                    execute(scene, interp, &sql, "statement")?;
                }
            }
        }
    }
    if let Some(message) = &outcome.error {
        let message = text_of(scene, interp, message, arguments)?.text.to_string();
        let kind = if message.contains("has no attribute") || message.ends_with("is undefined") {
            ErrorKind::Undefined { name: None, called: false }
        } else if message.starts_with("macro 'dbt_macro__") {
            ErrorKind::MacroArguments
        } else {
            ErrorKind::Raised
        };
        return Err(error(kind, message));
    }
    let label = format!("{}(…)", recorded.name);
    if let Some(cause) = &outcome.unknown {
        let cause = format!("dbt's macro {} depends on the warehouse or the run: {cause}", recorded.name);
        scene.not_known(&cause);
        return Ok(unknown(label, &cause));
    }
    match &outcome.gives {
        Some(gives) => returned(scene, interp, gives, arguments, &label),
        None => Ok(unknown(label, "hookproof does not model this macro of dbt")),
    }
}

fn returned(
    scene: &Rc<Scene>,
    interp: &mut Interp,
    gives: &Json,
    arguments: &Arguments<'_>,
    label: &str,
) -> Eval<Value> {
    if let Json::Array(pieces) = gives {
        return text_of(scene, interp, pieces, arguments).map(Value::Str);
    }
    if let Some(value) = gives.get("value") {
        return Ok(value_of(value));
    }
    if let Some(items) = gives.get("list").and_then(Json::as_array) {
        let items = items.iter().map(|item| returned(scene, interp, item, arguments, label));
        return Ok(Value::list(items.collect::<Eval<Vec<_>>>()?));
    }
    if let Some(source) = gives.get("relation").and_then(Json::as_str) {
        let of = match source {
            "this" => scene.node().map(|node| scene.relation_of(node)),
            _ => arguments.get(source).and_then(Relation::of).or(arguments.relation).cloned(),
        };
        if let Some(mut relation) = of {
            let mut part = |name: &str| -> Eval<Option<String>> {
                match gives.get(name).and_then(Json::as_array) {
                    Some(pieces) => Ok(Some(text_of(scene, interp, pieces, arguments)?.text.to_string())),
                    None => Ok(None),
                }
            };
            let copied = |name: &str| gives.get(name) == Some(&serde_json::json!([[source, name]]));
            let of = relation.clone();
            relation.database = if copied("database") { of.database } else { part("database")? };
            relation.schema = if copied("schema") { of.schema } else { part("schema")? };
            relation.identifier = if copied("identifier") { of.identifier } else { part("identifier")? };
            match gives.get("type").and_then(Json::as_str) {
                Some("same") => {}
                kind => relation.kind = kind.map(str::to_owned),
            }
            return Ok(relation.value());
        }
    }
    Ok(unknown(label, super::adapter::QUERY))
}

fn text_of(scene: &Rc<Scene>, interp: &mut Interp, pieces: &[Json], arguments: &Arguments<'_>) -> Eval<Str> {
    let mut out = TextBuilder::default();
    for piece in pieces {
        match piece {
            Json::String(text) => out.push_plain(text),
            Json::Array(place) => {
                let words: Vec<&str> = place.iter().filter_map(Json::as_str).collect();
                push_place(scene, interp, &mut out, &words, arguments)?;
            }
            _ => {}
        }
    }
    Ok(Str::from(&out.finish()))
}

fn push(out: &mut TextBuilder, text: &Str) {
    out.push_pieces(&text.text, text.pieces.as_deref().unwrap_or_default(), None, None);
}

/// Writes what stands for an argument: `[name]`, `[name, form…]`, `[list, "join", separator]`,
/// `[relation, part]`, `[relation, "include", parts]`.
fn push_place(
    scene: &Rc<Scene>,
    interp: &mut Interp,
    out: &mut TextBuilder,
    words: &[&str],
    arguments: &Arguments<'_>,
) -> Eval<()> {
    let (Some(&name), forms) = (words.first(), words.get(1..).unwrap_or_default()) else { return Ok(()) };
    match name {
        "target" | "context" => {
            let target = &scene.target;
            let text = match (name, forms.first()) {
                ("target", Some(&"name")) => Some(target.name.clone()),
                ("target", Some(&"schema")) => Some(target.schema.clone()),
                ("target", _) => target.database.clone(),
                (_, part) => {
                    let read = if part == Some(&"schema") { "schema" } else { "database" };
                    let value = crate::jinja::Host::lookup(&**scene, interp, read)?.unwrap_or(Value::None);
                    Some(interp.str_of(&value)?.text.to_string())
                }
            };
            out.push_plain(text.as_deref().unwrap_or("None"));
            return Ok(());
        }
        _ => {}
    }
    let this = if name == "this" { scene.node().map(|node| scene.relation_of(node).value()) } else { None };
    let undefined = Value::None;
    let value = this.as_ref().or_else(|| arguments.get(name)).unwrap_or(&undefined);
    if let ([first, ..], Some(relation)) = (forms, Relation::of(value)) {
        out.push_plain(&relation_text(relation, first, &forms[1..]));
        return Ok(());
    }
    if let ["join", separator] = forms {
        for (at, item) in interp.items_of(value)?.iter().enumerate() {
            if at > 0 {
                out.push_plain(separator);
            }
            let text = interp.str_of(item)?;
            push(out, &text);
        }
        return Ok(());
    }
    if let (Value::Int(number), false) = (value, forms.is_empty()) {
        out.push_plain(&calculated(*number, forms).to_string());
        return Ok(());
    }
    let text = interp.str_of(value)?;
    if forms.is_empty() {
        push(out, &text);
    } else {
        push(out, &text.remade(formed(&text.text, forms.iter().copied())));
    }
    Ok(())
}

fn part_of<'a>(relation: &'a Relation, part: &str) -> Option<&'a str> {
    match part {
        "database" => relation.database.as_deref(),
        "schema" => relation.schema.as_deref(),
        _ => relation.identifier.as_deref(),
    }
}

fn relation_text(relation: &Relation, first: &str, rest: &[&str]) -> String {
    if first == "include" {
        let parts = rest.first().copied().unwrap_or_default();
        let has = |part: &str| parts.split(',').any(|one| one == part);
        let mut shown = relation.clone();
        shown.include = Parts { database: has("database"), schema: has("schema"), identifier: has("identifier") };
        match rest.get(1) {
            Some(&"quoted") => shown.quote = Parts::all(true),
            Some(_) => shown.quote = Parts::all(false),
            None => {}
        }
        // dbt-databricks puts some names together itself, in the case that they have.
        return if shown.include == relation.include { shown.render() } else { shown.parts() };
    }
    let text = part_of(relation, first).unwrap_or("None");
    if rest == ["quoted"] {
        return format!("{}{text}{}", relation.marks.0, relation.marks.1);
    }
    formed(text, rest.iter().copied())
}
