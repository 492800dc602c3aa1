//! Finds a hook whose Jinja parses and then fails when dbt renders it.

use super::{undefined_attribute, wrong_operand_types};
use crate::jinja::{ErrorKind, JinjaError};
use crate::lint::{Finding, Findings, Scene, Sink};
use crate::render::{BOTH_SPELLINGS, REF_ARGUMENTS, REFUSED, Rendering};

fn finding<'f>(scene: &Scene<'f>, error: &JinjaError) -> Finding<'f> {
    let said = crate::lint::rules::said(&error.message);
    let parsed = scene.judged.rendering.parse.error.is_none();
    let when = if parsed { "the hook fails when it runs" } else { "every command stops in the parse" };
    let help = match error.kind {
        ErrorKind::Host(REFUSED) => "ref the node in a place that dbt reaches while it parses, or name its table",
        ErrorKind::Host(BOTH_SPELLINGS) => "put the hooks into one list, in one spelling",
        ErrorKind::Host("missing-ref" | "missing-source") => {
            "change the name to that of a node or source of the project"
        }
        ErrorKind::Host(REF_ARGUMENTS) => {
            "write `ref('model')` or `ref('package', 'model')`, `source('source', 'table')`"
        }
        ErrorKind::Host(_) => "write what it returns in its place, or put it into a macro",
        ErrorKind::Limit(_) => "end the recursion or the loop",
        _ => "change the expression",
    };
    Finding::of(scene, error.place, error.through.as_ref(), format!("This does not render: {when}, with \"{said}\"."))
        .help(help)
}

/// Whether a rendering ends with an error of dbt's that no other rule finds, and not for something that is
/// not known.
pub(in crate::lint) fn is_found(scene: &Scene<'_>, error: &JinjaError) -> bool {
    !wrong_operand_types::is(error) && !undefined_attribute::ends(scene, error) && is_sure(scene, error)
}

/// Whether dbt certainly fails with an error of this sort, and not for something that is not known.
pub(in crate::lint) fn is_sure(scene: &Scene<'_>, error: &JinjaError) -> bool {
    let fails = match &error.kind {
        ErrorKind::Python(_) | ErrorKind::Limit(_) => true,
        ErrorKind::Undefined { name: None, .. } => {
            !error.message.contains(crate::lint::rules::timing::unguarded_query::NO_RESULT)
        }
        // A node that is not there fails in every run that gets here.
        ErrorKind::Host("missing-ref" | "missing-source" | REF_ARGUMENTS | REFUSED) => return true,
        ErrorKind::Host(code) => matches!(*code, "return-outside-macro" | "relation" | BOTH_SPELLINGS),
        _ => false,
    };
    // An error of a value may come from what hookproof's value lacks.
    let of_values = matches!(error.kind, ErrorKind::Python(_) | ErrorKind::Undefined { .. });
    let pass = scene.pass();
    let known = pass.unknown.is_empty() && scene.findings.project.is_whole();
    let known = known && !(of_values && (pass.approximate || pass.has_unknown) && !is_of_types(scene, error));
    fails && known && !passes_elsewhere(scene)
}

/// Whether an error is due to the types of values alone, which are known where the values are not.
fn is_of_types(scene: &Scene<'_>, error: &JinjaError) -> bool {
    let written = || error.place.map(|place| scene.findings.project.sources.slice(place)).unwrap_or_default();
    // Models have no failures, and dbt says None.
    let of_none = error.message.contains("NoneType") && !written().contains("failures");
    let is_known = error.kind == ErrorKind::Python("TypeError") && !of_none && !error.message.contains("Undefined");
    is_known || error.message.contains("was used as a dictionary")
}

/// Whether another answer about what the run finds lets the hook pass in the same target.
fn passes_elsewhere(scene: &Scene<'_>) -> bool {
    let own = &scene.judged.rendering;
    let same_target = |other: &&Rendering| other.targets.iter().any(|target| own.targets.contains(target));
    let others = scene.checked().renderings.iter().map(|judged| &judged.rendering).filter(same_target);
    others.filter_map(|other| other.run.as_ref()).any(|run| run.error.is_none())
}

pub(in crate::lint) fn check<'f>(findings: &'f Findings<'f>, sink: &mut Sink<'f>) {
    for scene in findings.scenes() {
        if let Some(error) = scene.error().filter(|error| is_found(&scene, error)) {
            sink.add(finding(&scene, error));
        }
    }
}
