//! Finds a `delete` that has no WHERE, or one that is always true, and so takes every row.

use super::{Loses, loses};
use crate::diagnostic::{Confidence, Severity};
use crate::lint::deeds::Deeds;
use crate::lint::{Findings, Sink, Step};
use crate::sql::{Dialect, Name, Verb};

pub(in crate::lint) fn check<'f>(findings: &'f Findings<'f>, sink: &mut Sink<'f>) {
    let found: Vec<(Step<'f>, &'f Name)> =
        findings.steps_of([Verb::Delete]).filter_map(|step| Some((step, takes_all(&step)?))).collect();
    if found.is_empty() {
        return;
    }
    let deeds = Deeds::new(findings);
    for (step, name) in found {
        let head = step.head();
        if step.dialect() == Dialect::BigQuery && step.outline().where_clause.is_none() {
            let message =
                format!("`{head}` has no WHERE, and BigQuery refuses that: \"DELETE must have a WHERE clause\".");
            let help = "add the condition; `where true` where every row is meant, or TRUNCATE TABLE";
            sink.add(step.finding(message).help(help).confidence(Confidence::Medium));
            continue;
        }
        let Some(loses) = loses(findings, &deeds, &step, name) else { continue };
        let (what, confidence) = match &loses {
            Loses::Own(relation) => (
                format!("every row of {}, which the run has just made", relation.described(&step.sql.scene)),
                Confidence::High,
            ),
            Loses::Relation(relation) => {
                (format!("every row of {}", relation.described(&step.sql.scene)), Confidence::High)
            }
            Loses::Table => ("every row of the table".to_owned(), Confidence::Medium),
        };
        let message =
            format!("`{head}` without a condition deletes {what} in each run, and nothing puts them in again.");
        let finding = step.finding(message).severity(Severity::Warning).confidence(confidence);
        sink.add(finding.help("add a WHERE with the rows that are meant"));
    }
}

/// The table of a delete without a condition.
fn takes_all<'f>(step: &Step<'f>) -> Option<&'f Name> {
    let outline = step.outline();
    if outline.verb != Verb::Delete || outline.opaque || outline.condition.is_some() {
        return None;
    }
    let text = step.sql.text.as_str();
    let always = match &outline.where_clause {
        None => true,
        Some(word) => {
            let condition = text[word.end..step.statement.range.end].split_whitespace().collect::<String>();
            ["true", "1=1", "(true)", "(1=1)"].iter().any(|known| condition.eq_ignore_ascii_case(known))
        }
    };
    // A join says which rows, and so does a limit.
    let joined = crate::lint::existence::words(step.text())
        .any(|word| ["using", "join", "limit", "top", "output"].iter().any(|known| word.eq_ignore_ascii_case(known)));
    outline.name.as_ref().filter(|_| always && !joined && outline.reads.is_empty())
}
