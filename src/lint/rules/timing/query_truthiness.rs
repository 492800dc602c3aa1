//! Finds the result of a query taken for whether it succeeded or what it counted: its truth is whether it has rows.

use std::collections::HashSet;

use crate::diagnostic::Severity;
use crate::jinja::unknown::identity;
use crate::jinja::{Odd, TableRead, TableUse};
use crate::lint::{Finding, Findings, Scene, Sink};
use crate::sql::{Outline, Verb};

/// Why the truth of a result is not what is meant.
enum Always {
    /// The statement gives no rows of its own.
    Writes(String),
    /// It gives one row, whatever it counts.
    OneRow,
}

fn finding<'f>(scene: &Scene<'f>, read: &TableRead, always: &Always) -> Finding<'f> {
    let (message, help) = match always {
        Always::Writes(verb) => (
            format!(
                "The result of a query is true where it has rows. `{verb}` gives none that say anything: the condition \
                 is the same each time, and where the statement fails dbt stops before it gets here."
            ),
            "execute the statement with `{% do run_query(…) %}`, and leave the condition out",
        ),
        Always::OneRow => (
            "The result of a query is true where it has rows, and a query of an aggregate has one row whatever it \
             counts: the condition always holds."
                .to_owned(),
            "compare the value itself: `{% if result.columns[0].values()[0] > 0 %}`",
        ),
    };
    let finding = Finding::of(scene, read.place, read.through.as_ref(), message).help(help);
    if matches!(always, Always::OneRow) { finding.severity(Severity::Error) } else { finding }
}

pub(in crate::lint) fn check<'f>(findings: &'f Findings<'f>, sink: &mut Sink<'f>) {
    let odd = |scene: Scene<'f>| scene.judged.rendering.run.as_ref().map(|run| run.odd.iter()).into_iter().flatten();
    let is_read: HashSet<u64> = findings
        .scenes()
        .flat_map(odd)
        .filter_map(|odd| if let Odd::Column { query, .. } = odd.what { Some(query) } else { None })
        .collect();
    for scene in findings.scenes() {
        let Some(run) = &scene.judged.rendering.run else { continue };
        let tested: Vec<&TableRead> = run.tables.iter().filter(|read| read.usage == TableUse::Tested).collect();
        if tested.is_empty() {
            continue;
        }
        for (query, script) in &scene.judged.queries {
            let [statement] = script.statements.as_slice() else { continue };
            let text = &query.text.as_str()[statement.range.clone()];
            let Some(always) = always(&statement.outline, text) else { continue };
            let of = identity(query.text.as_str());
            // It stands for `execute` where the value itself is read as well: there is no result while dbt parses.
            if matches!(always, Always::OneRow) && is_read.contains(&of) {
                continue;
            }
            for read in tested.iter().filter(|read| read.query == of) {
                sink.add(finding(&scene, read, &always));
            }
        }
    }
}

fn always(outline: &Outline, text: &str) -> Option<Always> {
    let writes = matches!(
        outline.verb,
        Verb::Insert
            | Verb::Update
            | Verb::Delete
            | Verb::Merge
            | Verb::Truncate
            | Verb::Create
            | Verb::Drop
            | Verb::Alter
            | Verb::Grant
            | Verb::Revoke
    );
    let lower = text.to_ascii_lowercase();
    if writes && !lower.contains("returning") {
        return Some(Always::Writes(outline.verb.name().to_owned()));
    }
    (outline.verb == Verb::Select && is_one_aggregate(&lower)).then_some(Always::OneRow)
}

/// Whether a query has one row, whatever there is: aggregates, and nothing that makes groups or takes rows away.
fn is_one_aggregate(lower: &str) -> bool {
    let words: Vec<&str> = lower.split(|char: char| !(char.is_alphanumeric() || char == '_')).collect();
    let has = |word: &str| words.contains(&word);
    let list = lower.trim_start().strip_prefix("select").unwrap_or_default();
    let list = list.split_once("from").map_or(list, |(list, _)| list);
    let aggregates = ["count(", "count (", "sum(", "max(", "min(", "avg(", "bool_or(", "bool_and("];
    let aggregate = aggregates.iter().any(|name| list.contains(name)) && !list.contains("select");
    aggregate
        && !["group", "having", "over", "union", "intersect", "except", "limit", "offset", "qualify"]
            .iter()
            .any(|word| has(word))
}
