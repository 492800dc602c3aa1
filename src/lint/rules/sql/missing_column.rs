//! Finds columns and aliases that the tables of a statement do not have, where all of them are known.

use crate::lint::rules::nearest;
use crate::lint::{Findings, Sink, Step};
use crate::sql::bind::{self, ProblemKind};
use crate::sql::{self, Name, UNKNOWN, Verb};

/// The columns that a statement names, in warehouses whose names are not bound here, against a table that the
/// project's hooks create.
fn check_step(findings: &Findings<'_>, step: &Step<'_>, name: &Name, sink: &mut Sink<'_>) {
    let Some(table) = findings.catalogue().created(&name.last().to_lowercase()) else { return };
    let known: Vec<&str> = table.columns.iter().filter_map(|column| column.name.as_deref()).collect();
    if known.len() < table.columns.len() {
        return;
    }
    let start = step.statement.range.start;
    if let Some((count, range)) = sql::columns::unnamed_values(step.text(), step.dialect())
        && count > known.len()
    {
        let message = format!(
            "This gives {count} values to the table `{}` that the project's hooks create with {} columns: the statement fails.",
            name.text,
            known.len()
        );
        let finding = step.sql.finding(start + range.start..start + range.end, message);
        sink.add(finding.help(format!("its columns are {}", known.join(", "))).sql(step.text()));
    }
    if bind::is_bound(step.dialect()) && step.statement.parse == sql::Parse::Own {
        return;
    }
    let written = sql::columns::written(step.text(), step.dialect());
    for (column, range) in written.into_iter().chain(sql::columns::asked(step.text(), step.dialect())) {
        if known.contains(&column.as_str()) || column.contains(UNKNOWN) {
            continue;
        }
        let message = format!(
            "The table `{}` that the project's hooks create has no column `{column}`: the statement fails.",
            name.text
        );
        let finding = step.sql.finding(start + range.start..start + range.end, message);
        sink.add(finding.help(help(&column, known.iter().copied())).sql(step.text()));
    }
}

/// What may have been meant.
fn help<'n>(column: &str, known: impl Iterator<Item = &'n str> + Clone) -> String {
    match nearest(column, known.clone()) {
        Some(meant) => format!("did you mean `{meant}`?"),
        None => {
            let known: Vec<&str> = known.collect();
            let more = if known.len() > 12 { ", …" } else { "" };
            format!("its columns are {}{more}", known.iter().take(12).copied().collect::<Vec<_>>().join(", "))
        }
    }
}

/// What a problem with a name says, and what to do.
fn told(kind: &ProblemKind) -> Option<(String, String)> {
    Some(match kind {
        ProblemKind::Column { name, quoted, tables } => {
            let other = tables.iter().flat_map(|(_, columns)| columns).find(|column| column.eq_ignore_ascii_case(name));
            let message = match tables.as_slice() {
                [] => {
                    format!("`{name}` names a column, and there is no table here to take it from: the statement fails.")
                }
                [(table, _)] => format!("The table `{table}` has no column `{name}`: the statement fails."),
                _ => format!("No table of this query has a column `{name}`: the statement fails."),
            };
            let help = match (tables.as_slice(), other) {
                (_, Some(other)) => format!("between double quotes a name keeps its case: the column is `{other}`"),
                ([], _) if *quoted => "a text stands between single quotes".to_owned(),
                ([], _) => "a text stands between single quotes, a name of a column after a FROM".to_owned(),
                _ if *quoted && nearest(name, columns(tables)).is_none() => {
                    format!("{}; a text stands between single quotes", help(name, columns(tables)))
                }
                _ => help(name, columns(tables)),
            };
            (message, help)
        }
        ProblemKind::Ambiguous { name } => (
            format!(
                "Several tables of this query have a column `{name}`: the warehouse refuses the name as ambiguous."
            ),
            "write the table's name or alias before it".to_owned(),
        ),
        ProblemKind::Alias { name, known } => {
            let message = format!("Nothing in this statement is called `{name}`: the statement fails.");
            let help = match (nearest(name, known.iter().map(String::as_str)), known.as_slice()) {
                (Some(meant), _) => format!("did you mean `{meant}`?"),
                (None, []) => "name its table after FROM".to_owned(),
                (None, known) => format!("its tables are called {}", known.join(", ")),
            };
            (message, help)
        }
        ProblemKind::AliasInSet { name } => (
            format!("Postgres takes `{name}` in front of the column for the name of a column: the statement fails."),
            format!("leave `{name}.` out: what SET sets is always a column of the table itself"),
        ),
        _ => return None,
    })
}

fn columns(tables: &[(String, Vec<String>)]) -> impl Iterator<Item = &str> + Clone {
    tables.iter().flat_map(|(_, columns)| columns).map(String::as_str)
}

pub(in crate::lint) fn check<'f>(findings: &'f Findings<'f>, sink: &mut Sink<'f>) {
    for step in findings.steps_of([Verb::Insert, Verb::Update, Verb::Delete]) {
        if let Some(name) = step.outline().name.as_ref().filter(|_| !step.outline().opaque) {
            check_step(findings, &step, name, sink);
        }
    }
    for (step, problem) in findings.problems() {
        let Some((message, help)) = told(&problem.kind) else { continue };
        sink.add(step.sql.finding(problem.range.clone(), message).help(help).sql(step.text()));
    }
}
