//! Finds a call of a macro that does not exist, or that exists in another package and is called without its
//! prefix.

use crate::jinja::{ErrorKind, JinjaError, Use};
use crate::lint::{Finding, Findings, Scene, Sink};
use crate::render::context;

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
