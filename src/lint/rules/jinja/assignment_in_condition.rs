//! Finds a condition with `=`, which sets, where `==` compares.

use super::syntax_faults::{Mistake, mistake};
use crate::diagnostic::{Edit, Fix, Safety};
use crate::lint::{Finding, Findings, Sink};

pub(in crate::lint) fn check<'f>(findings: &'f Findings<'f>, sink: &mut Sink<'f>) {
    for scene in findings.scenes() {
        let Some(error) = scene.error() else { continue };
        if let Some(Mistake::AssignmentInCondition(place)) = mistake(&scene, error) {
            let message = "`=` sets a value, and a condition can only compare: this is no valid Jinja, and every dbt command \
                           stops with \"expected token 'end of statement block', got '='\".";
            let edits = vec![Edit { place, text: "==".to_owned() }];
            let fix = Fix { title: "change `=` to `==`".to_owned(), safety: Safety::Safe, edits };
            let finding = Finding::of(&scene, Some(place), error.through.as_ref(), message);
            sink.add(finding.help("change `=` to `==`").fix(Some(fix)));
        }
    }
}
