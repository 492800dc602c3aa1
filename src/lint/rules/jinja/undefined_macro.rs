//! Finds a call of a macro that does not exist, or that exists in another package and is called without its
//! prefix.

use crate::jinja::tree::ExprKind;
use crate::jinja::{ErrorKind, JinjaError, Use};
use crate::lint::syntax::{Seen, is_dispatch};
use crate::lint::{Finding, Findings, Scene, Sink};
use crate::project::AdapterFrom;
use crate::render::{adapter, context};

fn finding<'f>(scene: &Scene<'f>, error: &JinjaError, name: &str) -> Finding<'f> {
    let parsed = scene.judged.rendering.parse.error.is_none();
    let when = if parsed { "the hook fails when it runs" } else { "every command stops in the parse" };
    let message = format!(
        "There is no macro `{name}`: {when}, with \"'{name}' is undefined. This can happen when calling a macro that \
         does not exist.\""
    );
    let read = scene.reads().rfind(|read| &*read.name == name && read.usage == Use::Called);
    let (place, through) = match read {
        Some(read) => (read.place, read.through.as_ref()),
        None => (error.place, error.through.as_ref()),
    };
    Finding::of(scene, place, through, message).help(meant(scene, name))
}

pub(in crate::lint) fn check<'f>(findings: &'f Findings<'f>, sink: &mut Sink<'f>) {
    for scene in findings.scenes() {
        if let Some(error) = scene.error()
            && let ErrorKind::Undefined { name: Some(name), called: true } = &error.kind
            && crate::lint::rules::timing::wrong_context_name::meant(&scene, name).is_none()
            && !scene.unknown_because_of(name)
            && !context::is_shipped(scene.adapter(), name)
        {
            sink.add(finding(&scene, error, name));
        }
    }
    dispatched(findings, sink);
}

/// `adapter.dispatch('x')` where no package has an `x` for any adapter (facts M4).
fn dispatched<'f>(findings: &'f Findings<'f>, sink: &mut Sink<'f>) {
    let project = findings.project;
    if !project.is_whole() {
        return;
    }
    for part in findings.syntax().parts() {
        part.walk(&mut |seen, around| {
            if let Seen::Expr(expr) = seen
                && let ExprKind::Call(callee, args) = &expr.kind
                && is_dispatch(callee)
                && part.is_of_hooks(around)
                && let Some(ExprKind::Str(name)) = args.first().map(|arg| &arg.value().kind)
                && !is_dispatchable(findings, &name.value)
            {
                let name = &name.value;
                let message = format!(
                    "No package has a macro `default__{name}`, or one with an adapter's name before the two underscores: dbt \
                     stops with \"In dispatch: No macro named '{name}' found\"."
                );
                let known = project.macros.iter().filter_map(|one| Some(one.name.split_once("__")?.1));
                let help = match crate::lint::rules::nearest(name, known) {
                    Some(near) => format!("change `{name}` to `{near}`"),
                    None => format!("define a macro `default__{name}`"),
                };
                sink.add(part.finding(findings, expr.span, message).help(help));
            }
        });
    }
}

/// Whether a macro ends in the name behind two underscores: of the project, or of dbt for its adapters.
fn is_dispatchable(findings: &Findings<'_>, name: &str) -> bool {
    let project = findings.project;
    let known = matches!(project.adapter_from, AdapterFrom::Profile | AdapterFrom::Option);
    let prefixes: Vec<&str> = project
        .targets
        .iter()
        .flat_map(|target| adapter::parents(&target.adapter).iter().copied().chain([target.adapter.as_str()]))
        .chain(["default"])
        .collect();
    let own = |full: &str| {
        full.strip_suffix(name)
            .and_then(|rest| rest.strip_suffix("__"))
            .is_some_and(|prefix| !known || prefixes.contains(&prefix))
    };
    let shipped = |adapter: &str| {
        let parents = crate::render::adapter::parents(adapter).iter().copied();
        let mut prefixes = parents.chain([adapter, "default"]);
        prefixes.any(|prefix| context::is_shipped(adapter, &format!("{prefix}__{name}")))
    };
    project.macros.iter().any(|one| own(&one.name)) || project.targets.iter().any(|target| shipped(&target.adapter))
}

/// What may be meant: a macro of another package, or one with nearly that name.
fn meant(scene: &Scene<'_>, name: &str) -> String {
    let project = scene.findings.project;
    if let Some(elsewhere) = project.macros.iter().find(|one| one.name == name) {
        return format!("add the package's prefix: `{}.{name}`", project.packages[elsewhere.package].name);
    }
    let written = |one: &&str| !one.starts_with("test_") && !one.starts_with("materialization_");
    let macros = project.macros.iter().map(|one| one.name.as_str()).filter(written);
    match crate::lint::rules::nearest(name, macros.chain(context::NAMES.iter().copied())) {
        Some(near) => match project.macros.iter().find(|one| one.name == near) {
            Some(one) if one.package != 0 && one.package != scene.hook().package => {
                format!("change it to `{}.{near}`", project.packages[one.package].name)
            }
            _ => format!("change it to `{near}`"),
        },
        None => format!("define a macro `{name}`, or install its package with `dbt deps` and add the package's prefix"),
    }
}
