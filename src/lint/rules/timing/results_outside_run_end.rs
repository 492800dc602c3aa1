//! Finds `results`, `schemas` and `database_schemas` where dbt does not give them: in other hooks than on-run-end,
//! and in on-run-end under commands that only compile.

use super::wrong_context_name::{meant, undefined};
use crate::diagnostic::Severity;
use crate::hook::HookKind;
use crate::jinja::{ErrorKind, JinjaError, Use};
use crate::lint::{Compiled, Finding, Findings, Scene, Sink};

/// The names that dbt gives to on-run-end alone.
pub(super) const NAMES: &[&str] = &["results", "schemas", "database_schemas"];

fn compiling<'f>(scene: &Scene<'f>, compiled: &'f Compiled, error: &'f JinjaError, name: &str) -> Finding<'f> {
    let message = format!(
        "`dbt compile` and `dbt docs generate` render this hook too, without `{name}`: both commands stop with \
         \"'{name}' is undefined\"."
    );
    let read = compiled.pass.undefined.iter().rfind(|read| &*read.name == name);
    let (place, through) = match read {
        Some(read) => (read.place, read.through.as_ref()),
        None => (error.place, error.through.as_ref()),
    };
    Finding::of(scene, place, through, message)
        .targets(&[compiled.target])
        .severity(Severity::Warning)
        .help(format!("put `{{% if {name} is defined %}}` around it"))
}

fn parsing<'f>(scene: &Scene<'f>, error: &'f JinjaError, name: &str) -> Finding<'f> {
    let message = format!(
        "dbt parses this hook before there is any `{name}`, and every command stops in the parse with \"'{name}' is \
         undefined\"."
    );
    let read = scene.judged.rendering.parse.undefined.iter().rfind(|read| &*read.name == name);
    let (place, through) = match read {
        Some(read) => (read.place, read.through.as_ref()),
        None => (error.place, error.through.as_ref()),
    };
    Finding::of(scene, place, through, message).help(format!("put `{{% if {name} is defined %}}` around it"))
}

pub(in crate::lint) fn check<'f>(findings: &'f Findings<'f>, sink: &mut Sink<'f>) {
    for scene in findings.scenes() {
        if let Some(error) = &scene.judged.rendering.parse.error
            && let ErrorKind::Undefined { name: Some(name), called: false } = &error.kind
            && NAMES.contains(&&**name)
            && scene.has_results()
        {
            sink.add(parsing(&scene, error, name));
        }
        let reads = scene.pass().undefined.iter().filter(|read| read.usage != Use::Guarded && !read.assigned);
        for read in reads.filter(|read| NAMES.contains(&&*read.name)) {
            if let Some(meant) = meant(&scene, &read.name) {
                sink.add(undefined(&scene, read, meant));
            }
        }
    }
    for (at, checked) in findings.checked.iter().enumerate() {
        // What fails when it runs is another rule's.
        let runs = |target: usize| {
            let of_target = |scene: &Scene<'_>| scene.judged.rendering.targets.contains(&target);
            findings.scenes_of(at).filter(of_target).any(|scene| scene.error().is_none())
        };
        for compiled in checked.compiled.iter().filter(|_| checked.hook.kind == HookKind::OnRunEnd) {
            if let Some(error) = &compiled.pass.error
                && let ErrorKind::Undefined { name: Some(name), .. } = &error.kind
                && NAMES.contains(&&**name)
                && runs(compiled.target)
                && let Some(scene) = findings.scenes_of(at).next()
            {
                sink.add(compiling(&scene, compiled, error, name));
            }
        }
    }
}
