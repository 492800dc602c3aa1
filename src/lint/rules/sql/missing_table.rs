//! Finds a table that is nearly one that the project's hooks create, and that nothing makes.

use std::collections::{HashMap, HashSet};

use crate::lint::rules::nearest;
use crate::lint::{Findings, Sink, Step};
use crate::sql::{Name, ObjectKind, UNKNOWN, Verb};

/// What is known to be there: the tables that hooks create with the schemas that they name, and every name that may be
/// something's.
struct Known {
    created: HashMap<String, HashSet<Option<String>>>,
    names: HashSet<String>,
}

fn schema(name: &Name) -> Option<String> {
    let parts = &name.parts;
    parts.len().checked_sub(2).and_then(|at| parts.get(at)).map(|part| part.to_lowercase())
}

fn known(findings: &Findings<'_>) -> Known {
    let mut known = Known { created: HashMap::new(), names: HashSet::new() };
    for step in findings.steps() {
        let outline = step.outline();
        let words = step.text().split(|one: char| !(one.is_alphanumeric() || one == '_'));
        match (outline.verb.clone(), &outline.name) {
            (Verb::Create, Some(name)) => {
                if outline.object == Some(ObjectKind::Table) && !name.text.contains(UNKNOWN) {
                    known.created.entry(name.last().to_lowercase()).or_default().insert(schema(name));
                }
                known.names.insert(name.last().to_lowercase());
            }
            // What is renamed, called or run in a block may make any name in it.
            (Verb::Alter | Verb::Call | Verb::Execute | Verb::Copy | Verb::Block | Verb::Drop, _) => {
                known.names.extend(words.map(str::to_lowercase));
            }
            _ if outline.opaque => known.names.extend(words.map(str::to_lowercase)),
            _ => {}
        }
    }
    known.names.extend(findings.project.nodes.iter().map(|node| node.name.to_lowercase()));
    known.names.extend(findings.project.source_tables.iter().map(|table| table.name.to_lowercase()));
    known
}

fn check_step(step: &Step<'_>, name: &Name, known: &Known, sink: &mut Sink<'_>) {
    let last = name.last().to_lowercase();
    if last.len() < 6 || name.text.contains(UNKNOWN) || known.created.contains_key(&last) || known.names.contains(&last)
    {
        return;
    }
    let own = schema(name);
    let same_schema = |other: &&String| known.created[*other].contains(&own);
    // `runs_2023` beside `runs_2024` may well be there.
    let digits = |name: &str| name.chars().filter(char::is_ascii_digit).collect::<String>();
    let candidates = known.created.keys().filter(same_schema).filter(|other| digits(other) == digits(&last));
    let Some(meant) = nearest(&last, candidates.map(String::as_str)) else { return };
    let message = format!(
        "Nothing makes the table `{}`, and the project's hooks create `{meant}`: the statement fails.",
        name.text
    );
    let written = name.text.rsplit('.').next().map_or(0, str::len);
    let range = name.range.end.saturating_sub(written)..name.range.end;
    let finding = step.sql.finding(range, message).help(format!("did you mean `{meant}`?"));
    sink.add(finding.sql(step.text()));
}

pub(in crate::lint) fn check<'f>(findings: &'f Findings<'f>, sink: &mut Sink<'f>) {
    let known = known(findings);
    if known.created.is_empty() {
        return;
    }
    for step in findings.steps() {
        let outline = step.outline();
        if outline.opaque || !outline.verb.writes_rows() {
            continue;
        }
        if let Some(name) = &outline.name {
            check_step(&step, name, &known, sink);
        }
    }
}
