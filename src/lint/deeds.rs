//! What the statements of a project do to the same table, before and after one another.

use std::collections::HashMap;

use super::existence::{Compared, any_before, same_object, shares_target, words};
use super::{Findings, Step};
use crate::sql::{Name, Outline, Verb};

/// Which statements write to, change, make or remove which tables.
pub(crate) struct Deeds<'f> {
    findings: &'f Findings<'f>,
    by_name: HashMap<String, Vec<Step<'f>>>,
    compared: Compared<'f>,
}

impl<'f> Deeds<'f> {
    /// Those of every statement, by the last part of the names.
    pub(crate) fn new(findings: &'f Findings<'f>) -> Deeds<'f> {
        let mut by_name: HashMap<String, Vec<Step<'f>>> = HashMap::new();
        for step in findings.steps() {
            let outline = step.outline();
            if outline.is_query() {
                continue;
            }
            if is_vague(outline) {
                for word in words(step.text()) {
                    by_name.entry(word.to_lowercase()).or_default().push(step);
                }
            } else {
                for name in outline.name.iter().chain(&outline.more_names) {
                    by_name.entry(name.last().to_lowercase()).or_default().push(step);
                }
            }
        }
        Deeds { findings, by_name, compared: Compared::new(findings) }
    }

    /// Whether another statement on the table, or one that may be, is such a one and comes before or after.
    pub(crate) fn any(&self, step: &Step<'f>, name: &Name, when: When, is: impl Fn(&Step<'f>) -> bool) -> bool {
        let scene = step.sql.scene;
        let comes = |other: &Step<'f>| {
            let theirs = other.sql.scene;
            if std::ptr::eq(theirs.judged, scene.judged) {
                return match when {
                    When::Before => other.at < step.at,
                    When::After => other.at > step.at,
                    When::Ever => other.at != step.at,
                };
            }
            theirs.at != scene.at
                && shares_target(theirs.judged, scene.judged)
                && match when {
                    When::Before => any_before(self.findings, theirs.at, scene.at),
                    When::After => any_before(self.findings, scene.at, theirs.at),
                    When::Ever => true,
                }
        };
        let on = |other: &Step<'f>| {
            let outline = other.outline();
            is_vague(outline) || outline.name.iter().chain(&outline.more_names).any(|theirs| same_object(theirs, name))
        };
        let candidates = self.by_name.get(&name.last().to_lowercase()).map_or(&[][..], Vec::as_slice);
        let is_one = |other: &Step<'f>| comes(other) && on(other) && (is_vague(other.outline()) || is(other));
        self.compared.any(step, candidates, is_one)
    }
}

/// Where in a run another statement comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum When {
    /// Before this one, or maybe so.
    Before,
    /// After this one, or maybe so.
    After,
    /// At any time.
    Ever,
}

/// Whether a statement may do anything to what it mentions.
fn is_vague(outline: &Outline) -> bool {
    outline.opaque || matches!(outline.verb, Verb::Call | Verb::Execute)
}

/// Whether a statement takes the rows of its table away, or makes it anew.
pub(crate) fn clears(step: &Step<'_>) -> bool {
    let outline = step.outline();
    match outline.verb {
        Verb::Delete | Verb::Truncate | Verb::Drop => true,
        Verb::Create => !outline.if_not_exists,
        Verb::Alter => outline.action.iter().any(|word| matches!(word.as_str(), "rename" | "swap")),
        _ => false,
    }
}

/// Whether a statement puts rows into its table.
pub(crate) fn fills(step: &Step<'_>) -> bool {
    let verb = &step.outline().verb;
    let makes = *verb == Verb::Create && step.outline().writes_query;
    makes || matches!(verb, Verb::Insert | Verb::Replace | Verb::Upsert | Verb::Merge | Verb::Copy | Verb::Load)
}

/// Whether a statement does not come in every run: in another way through the hook it is not there. One that
/// needs `is_incremental()` comes in every run but the first.
pub(crate) fn is_seldom(step: &Step<'_>) -> bool {
    let scene = step.sql.scene;
    let own = &scene.judged.rendering;
    let is_later = |answers: &[(String, crate::jinja::Answer)], wanted: bool| {
        answers
            .iter()
            .any(|(question, answer)| question == "is_incremental()" && *answer == crate::jinja::Answer::Bool(wanted))
    };
    let mut others = scene.checked().renderings.iter().filter(|other| shares_target(other, scene.judged));
    others.any(|other| {
        let lacks = !super::Scene { judged: other, ..scene }.steps().any(|other| other.text() == step.text());
        let first_run = is_later(&own.answers, true) && is_later(&other.rendering.answers, false);
        lacks && other.rendering.run.as_ref().is_some_and(|run| run.error.is_none()) && !first_run
    })
}
