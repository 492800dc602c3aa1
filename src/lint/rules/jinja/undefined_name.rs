//! Finds a name that nothing defines at that place and that prints as nothing.

use crate::diagnostic::Severity;
use crate::jinja::tree::Stmt;
use crate::jinja::{ErrorKind, JinjaError, UndefinedRead, Use, parse, walk};
use crate::lint::syntax::{Seen, is_var};
use crate::lint::{Finding, Findings, Scene, Sink};
use crate::render::context;

fn printed<'f>(scene: &Scene<'f>, read: &UndefinedRead) -> Finding<'f> {
    let name = &read.name;
    let why = if read.assigned { ": what a loop sets ends with the loop" } else { "" };
    let message =
        format!("Nothing defines `{name}` here{why}. It renders as nothing, without an error, and the hook runs so.");
    Finding::of(scene, read.place, read.through.as_ref(), message)
        .sql(scene.sql_of(read.place))
        .severity(if read.usage == Use::Value && !read.assigned { Severity::Error } else { Severity::Warning })
        .help(meant(scene, read))
}

fn attribute<'f>(scene: &Scene<'f>, error: &JinjaError, name: &str) -> Finding<'f> {
    let message =
        format!("Nothing defines `{name}` here, and reading a part of it fails with \"'{name}' is undefined\".");
    let read = scene.reads().rfind(|read| &*read.name == name);
    let (place, through) = match read {
        Some(read) => (read.place, read.through.as_ref()),
        None => (error.place, error.through.as_ref()),
    };
    let finding = Finding::of(scene, place, through, message).severity(Severity::Error);
    finding.help(read.map_or_else(|| format!("set `{name}` before it is read"), |read| meant(scene, read)))
}

pub(in crate::lint) fn check<'f>(findings: &'f Findings<'f>, sink: &mut Sink<'f>) {
    for part in findings.syntax().parts().iter().filter(|part| part.in_text && !part.assigns("self")) {
        part.walk(&mut |seen, _| {
            if let Seen::Stmt(Stmt::Print(expr, _)) = seen
                && is_var(expr, "self")
            {
                let message = "`self` is the template itself to Jinja: it prints as `<TemplateReference None>`, and that is sent.";
                sink.add(part.finding(findings, expr.span, message).help("change it to `this`, the relation of the node"));
            }
        });
    }
    for scene in findings.scenes() {
        let pass = scene.pass();
        let failed = match scene.error().map(|error| (error, &error.kind)) {
            Some((error, ErrorKind::Undefined { name: Some(name), called: false })) => Some((error, &**name)),
            _ => None,
        };
        let elsewhere =
            |name: &str| is_dbts(name) || crate::lint::rules::timing::wrong_context_name::meant(&scene, name).is_some();
        for read in &pass.undefined {
            let used = match read.usage {
                Use::Value => !read.assigned || only_in_loops(&scene, read),
                Use::Condition => !read.assigned,
                Use::Guarded | Use::Called => false,
            };
            if used && !elsewhere(&read.name) && failed.is_none_or(|(_, name)| *name != *read.name) {
                sink.add(printed(&scene, read));
            }
        }
        if let Some((error, name)) = failed
            && !elsewhere(name)
            && findings.project.is_whole()
        {
            sink.add(attribute(&scene, error, name));
        }
    }
}

/// Whether the name is one that dbt gives at some time.
fn is_dbts(name: &str) -> bool {
    context::NAMES.contains(&name) || matches!(name, "results" | "schemas" | "database_schemas")
}

fn meant(scene: &Scene<'_>, read: &UndefinedRead) -> String {
    let name = &read.name;
    if read.assigned {
        return format!("keep it in a `namespace()`, as in `{{% set found.{name} = … %}}`");
    }
    if scene.model_has(name) {
        return format!("change it to `model.{name}`");
    }
    if &**name == "run_id" {
        return "change it to `invocation_id`".to_owned();
    }
    match crate::lint::rules::nearest(name, context::NAMES.iter().copied()) {
        Some(near) => format!("change it to `{near}`, or set `{name}` before it is read"),
        None if read.through.is_some() => {
            format!("pass `{name}` to the macro as an argument: a macro does not see the variables of its caller")
        }
        None => format!("set `{name}` before it is read, or say `{name} | default('…')`"),
    }
}

/// Whether every `set` of the name stands in a loop, so that none of them reaches the place behind it. One
/// that stands in a branch may do so on another way.
fn only_in_loops(scene: &Scene<'_>, read: &UndefinedRead) -> bool {
    let project = scene.findings.project;
    let text = match read.place.filter(|_| read.through.is_some()) {
        Some(place) => {
            let holds = |block: crate::source::Place| {
                block.file == place.file && block.start <= place.start && place.end <= block.end
            };
            let Some(one) = project.macros.iter().find(|one| holds(one.block)) else { return false };
            project.sources.text(one.file).slice(one.block.start as usize..one.block.end as usize)
        }
        None => scene.hook().raw.clone(),
    };
    parse(&text).is_ok_and(|template| !sets_outside_loops(&template.body, &read.name))
}

fn sets_outside_loops(stmts: &[Stmt], name: &str) -> bool {
    stmts.iter().any(|stmt| match stmt {
        Stmt::For(_) => false,
        Stmt::If { then, otherwise, .. } => sets_outside_loops(then, name) || sets_outside_loops(otherwise, name),
        Stmt::Macro(decl) => {
            decl.params.iter().any(|param| &*param.name == name) || sets_outside_loops(&decl.body, name)
        }
        other => walk::assigns(std::slice::from_ref(other), name),
    })
}
