//! Finds columns that the table which a hook of the project creates does not have.

use std::collections::HashMap;

use crate::lint::rules::nearest;
use crate::lint::{Findings, Sink, Step};
use crate::sql::{self, Name, ObjectKind, UNKNOWN, Verb};

/// The tables that hooks create, by their last name: the columns, or that they are not known.
type Tables = HashMap<String, Option<Vec<String>>>;

fn tables(findings: &Findings<'_>) -> Tables {
    let mut tables = Tables::new();
    for step in findings.steps() {
        let outline = step.outline();
        let Some(name) = &outline.name else { continue };
        let key = name.last().to_lowercase();
        match outline.verb {
            Verb::Create => {
                let table = outline.object == Some(ObjectKind::Table) && !step.text().contains(UNKNOWN);
                let columns = if table { sql::columns::created(step.text(), step.dialect()) } else { None };
                let known = tables.entry(key).or_insert_with(|| Some(Vec::new()));
                match (known.as_mut(), columns) {
                    (Some(known), Some(columns)) => {
                        for column in columns {
                            if !known.contains(&column) {
                                known.push(column);
                            }
                        }
                    }
                    _ => *known = None,
                }
            }
            Verb::Alter => {
                let added = sql::columns::added(step.text(), step.dialect());
                if let Some(known) = tables.get_mut(&key).and_then(Option::as_mut) {
                    known.extend(added);
                }
            }
            _ => {}
        }
    }
    // What dbt builds, or what has a source of its own, is not the hooks' alone.
    for node in &findings.project.nodes {
        tables.remove(&node.name.to_lowercase());
    }
    tables
}

/// Columns that ALTER adds before the table is created in a later hook count as well: the order of hooks of
/// different nodes is not known.
fn check_step(step: &Step<'_>, name: &Name, tables: &Tables, sink: &mut Sink<'_>) {
    let Some(Some(known)) = tables.get(&name.last().to_lowercase()) else { return };
    let altered = |column: &String| known.iter().any(|one| one == column);
    if let Some((count, range)) = sql::columns::unnamed_values(step.text(), step.dialect())
        && count > known.len()
    {
        let start = step.statement.range.start;
        let message = format!(
            "This gives {count} values to the table `{}` that the project's hooks create with {} columns: the statement fails.",
            name.text,
            known.len()
        );
        let finding = step.sql.finding(start + range.start..start + range.end, message);
        sink.add(finding.help(format!("its columns are {}", known.join(", "))).sql(step.text()));
    }
    let written = sql::columns::written(step.text(), step.dialect());
    for (column, range) in written.into_iter().chain(sql::columns::asked(step.text(), step.dialect())) {
        if altered(&column) || column.contains(UNKNOWN) {
            continue;
        }
        let start = step.statement.range.start;
        let message = format!(
            "The table `{}` that the project's hooks create has no column `{column}`: the statement fails.",
            name.text
        );
        let help = match nearest(&column, known.iter().map(String::as_str)) {
            Some(meant) => format!("did you mean `{meant}`?"),
            None => format!("its columns are {}", known.join(", ")),
        };
        let finding = step.sql.finding(start + range.start..start + range.end, message).help(help);
        sink.add(finding.sql(step.text()));
    }
}

pub(in crate::lint) fn check<'f>(findings: &'f Findings<'f>, sink: &mut Sink<'f>) {
    let tables = tables(findings);
    if tables.values().all(Option::is_none) {
        return;
    }
    for step in findings.steps() {
        let outline = step.outline();
        if matches!(outline.verb, Verb::Insert | Verb::Update | Verb::Delete)
            && !outline.opaque
            && let Some(name) = &outline.name
        {
            check_step(&step, name, &tables, sink);
        }
    }
}
