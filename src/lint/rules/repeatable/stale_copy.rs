//! Finds a copy of a query that the first run makes and no later one renews.

use crate::lint::deeds::{Deeds, When, clears, fills};
use crate::lint::existence::{is_asked, words};
use crate::lint::{Findings, Sink, Step};
use crate::sql::{ObjectKind, UNKNOWN, Verb};

pub(in crate::lint) fn check<'f>(findings: &'f Findings<'f>, sink: &mut Sink<'f>) {
    let copies: Vec<Step<'f>> = findings.steps_of([Verb::Create]).filter(is_copy).collect();
    if copies.is_empty() {
        return;
    }
    let deeds = Deeds::new(findings);
    for step in copies {
        let Some(name) = &step.outline().name else { continue };
        let is_other = |other: &Step<'f>| {
            (fills(other) || clears(other) || matches!(other.outline().verb, Verb::Update))
                && other.text() != step.text()
        };
        let named_by_run = crate::lint::rules::repeatable::is_named_by_run(&step);
        if named_by_run || is_asked(&step) || deeds.any(&step, name, When::Ever, is_other) {
            continue;
        }
        let message = format!(
            "IF NOT EXISTS keeps `{}` as the first run made it, and nothing else writes to it: its rows are old from the \
             second run on.",
            step.sql.written(name.range.clone())
        );
        let help = "make it a model, or drop it before and create it without IF NOT EXISTS";
        sink.add(step.finding(message).help(help));
    }
}

/// `create table if not exists t as select … from …`, with rows.
fn is_copy(step: &Step<'_>) -> bool {
    let outline = step.outline();
    let table = outline.object == Some(ObjectKind::Table) && !outline.temporary && !outline.opaque;
    let named = outline.name.as_ref().is_some_and(|name| !name.text.contains(UNKNOWN));
    let empty = || {
        let words: Vec<String> = words(step.text()).map(str::to_lowercase).collect();
        words.windows(2).any(|pair| {
            matches!(
                (pair[0].as_str(), pair[1].as_str()),
                ("limit", "0") | ("where", "false" | "0" | "1") | ("with", "no")
            )
        })
    };
    outline.verb == Verb::Create
        && table
        && named
        && outline.if_not_exists
        && outline.writes_query
        && !outline.reads.is_empty()
        && !empty()
}
