//! Finds `{{ }}` inside `{% %}`: a name needs no braces there.

use super::nested_curlies::{literal_finding, literals, without_braces};
use super::syntax_faults::{Mistake, mistake};
use crate::diagnostic::Safety;
use crate::lint::{Finding, Findings, Sink};

pub(in crate::lint) fn check<'f>(findings: &'f Findings<'f>, sink: &mut Sink<'f>) {
    for scene in findings.scenes() {
        let Some(error) = scene.error() else { continue };
        if let Some(Mistake::CurliesInStatement(place)) = mistake(&scene, error) {
            let said = crate::lint::rules::said(&error.message);
            let message = format!(
                "`{{{{ }}}}` stands in a `{{% %}}` tag: this is no valid Jinja, and every dbt command stops here (\"{said}\"). In a \
                 tag everything is an expression already."
            );
            let finding = Finding::of(&scene, Some(place), error.through.as_ref(), message);
            sink.add(finding.help("remove the braces").fix(without_braces(findings, place, Safety::Safe)));
        }
    }
    literals(findings, &mut |part, literal, in_statement| {
        if in_statement {
            sink.add(literal_finding(findings, part, literal));
        }
    });
}
