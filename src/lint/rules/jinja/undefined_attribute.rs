//! Finds an attribute that dbt's object does not have: it prints as nothing.

use crate::diagnostic::{Edit, Fix, Safety, Severity};
use crate::jinja::tree::ExprKind;
use crate::jinja::{JinjaError, MissingRead, Use};
use crate::lint::rules::nearest;
use crate::lint::syntax::{Seen, is_var};
use crate::lint::{Finding, Findings, Scene, Sink, origin};
use crate::render::attributes;
use crate::source::Place;

/// Whether an error ends the rendering because of an attribute that is found here.
pub(in crate::lint) fn ends(scene: &Scene<'_>, error: &JinjaError) -> bool {
    let at = |read: &MissingRead| {
        let holds = |one: Place, other: Place| origin::holds(one, other) || origin::holds(other, one);
        error.place.zip(read.place).is_some_and(|(one, other)| holds(one, other))
    };
    error.message.contains("has no attribute") && passes(scene).any(|read| at(read) && is_told(read))
}

fn passes<'f>(scene: &Scene<'f>) -> impl Iterator<Item = &'f MissingRead> {
    let rendering = &scene.judged.rendering;
    rendering.parse.missing.iter().chain(rendering.run.iter().flat_map(|run| &run.missing))
}

/// What is asked for its truth only may be there in another version of dbt; then only what looks like a slip counts.
fn is_told(read: &MissingRead) -> bool {
    read.usage != Use::Condition || nearest(&read.name, attributes::names(read.of).into_iter()).is_some()
}

fn finding<'f>(scene: &Scene<'f>, read: &MissingRead) -> Finding<'f> {
    let (name, of) = (&read.name, shown(read.of));
    let fails = scene.error().filter(|error| ends(scene, error));
    let message = match (fails, read.usage) {
        (Some(error), _) => format!(
            "dbt's {of} has no `{name}`, and what is done with it fails with \"{}\".",
            crate::lint::rules::said(&error.message),
        ),
        (None, Use::Condition) => {
            format!("dbt's {of} has no `{name}`: it is undefined, and the condition never holds. No error is printed.")
        }
        (None, _) => format!("dbt's {of} has no `{name}`: it is undefined and prints as nothing, without an error."),
    };
    let severity = if read.usage == Use::Condition { Severity::Warning } else { Severity::Error };
    Finding::of(scene, read.place, read.through.as_ref(), message)
        .sql(scene.sql_of(read.place))
        .severity(severity)
        .help(help(read))
        .fix(fix(scene, read))
}

/// `model.config.post_hook`: the keys of hooks have a hyphen there.
fn check_hook_keys<'f>(findings: &'f Findings<'f>, sink: &mut Sink<'f>) {
    for part in findings.syntax().parts() {
        part.walk(&mut |seen, around| {
            let Seen::Expr(expr) = seen else { return };
            let ExprKind::Attr(owner, name) = &expr.kind else { return };
            let of_model =
                matches!(&owner.kind, ExprKind::Attr(model, config) if is_var(model, "model") && &**config == "config");
            if of_model && matches!(&**name, "pre_hook" | "post_hook") && part.is_of_hooks(around) {
                let key = name.replace('_', "-");
                let message =
                    format!("`model.config` has no `{name}`: it is undefined and prints as nothing, without an error.");
                sink.add(part.finding(findings, expr.span, message).help(format!("write `model.config['{key}']`")));
            }
        });
    }
}

pub(in crate::lint) fn check<'f>(findings: &'f Findings<'f>, sink: &mut Sink<'f>) {
    check_hook_keys(findings, sink);
    for scene in findings.scenes() {
        for read in passes(&scene).filter(|read| is_told(read)) {
            sink.add(finding(&scene, read));
        }
    }
}

/// What people call the object.
fn shown(of: &'static str) -> &'static str {
    match of {
        "result" => "item of `results`",
        "node" => "node",
        "relation" => "relation",
        "flags" => "`flags`",
        "graph" => "`graph`",
        "target" => "`target`",
        "config" => "`config`",
        "function" => "function",
        "loop" => "`loop`",
        "adapter" => "`adapter`",
        "response" => "`adapter_response`",
        other => other,
    }
}

/// What a node has in its `config`.
const SETTINGS: &[&str] =
    &["materialized", "enabled", "unique_key", "incremental_strategy", "on_schema_change", "full_refresh", "grants"];

/// The way to what is meant, where another part of the object has it.
fn elsewhere(read: &MissingRead) -> Option<String> {
    let name = &read.name;
    match read.of {
        "result" if attributes::names("node").contains(&&**name) => Some(format!("node.{name}")),
        "node" if SETTINGS.contains(&&**name) => Some(format!("config.{name}")),
        "node" if matches!(&**name, "raw_sql" | "compiled_sql") => Some(name.replace("_sql", "_code")),
        "config" => Some(format!("get('{name}')")),
        _ => None,
    }
}

fn meant(read: &MissingRead) -> Option<String> {
    let near = || nearest(&read.name, attributes::names(read.of).into_iter()).map(str::to_owned);
    elsewhere(read).or_else(near)
}

fn help(read: &MissingRead) -> String {
    match meant(read) {
        Some(meant) => format!("change `{}` to `{meant}`", read.name),
        None if read.of == "target" && &*read.name == "password" => {
            "read the secret where it is needed: dbt keeps it out of what templates see".to_owned()
        }
        None if read.of == "function" => "call the function: its arguments stand in parentheses".to_owned(),
        None => format!("change `{}` to an attribute that there is, or remove it", read.name),
    }
}

/// Writes the name that is meant, where the attribute is written as `.name`.
fn fix(scene: &Scene<'_>, read: &MissingRead) -> Option<Fix> {
    let (meant, place) = (meant(read)?, read.place?);
    let written = scene.findings.project.sources.slice(place);
    let at = written.rfind(&format!(".{}", read.name)).filter(|at| {
        let rest = &written[at + 1 + read.name.len()..];
        !rest.starts_with(|char: char| char.is_alphanumeric() || char == '_')
    })?;
    let start = place.start + at as u32 + 1;
    let place = Place { start, end: start + read.name.len() as u32, ..place };
    let title = format!("change `{}` to `{meant}`", read.name);
    Some(Fix { title, safety: Safety::Unsafe, edits: vec![Edit { place, text: meant }] })
}
