//! Finds an insert that the constraints of a table which the project's hooks create do not let in.

use crate::lint::{Findings, Sink};
use crate::sql::bind::ProblemKind;

pub(in crate::lint) fn check<'f>(findings: &'f Findings<'f>, sink: &mut Sink<'f>) {
    for (step, problem) in findings.problems() {
        let (message, help) = match &problem.kind {
            ProblemKind::NoKey { table, columns, keys } => {
                let columns = columns.join(", ");
                let message = format!(
                    "ON CONFLICT ({columns}) needs a unique key of these columns, and the table `{table}` is created \
                     without one: the statement fails."
                );
                let help = match keys.first() {
                    Some(key) => format!("its keys are ({}); add the one that is meant", keys_of(key, keys)),
                    None => format!("add `unique ({columns})` where the table is created"),
                };
                (message, help)
            }
            ProblemKind::Missing { table, column } => (
                format!(
                    "The column `{column}` of the table `{table}` is NOT NULL without a default, and this insert gives \
                     it no value: the statement fails."
                ),
                format!("give `{column}` a value, or a default where the table is created"),
            ),
            ProblemKind::Null { table, column } => (
                format!("The column `{column}` of the table `{table}` takes no null: the statement fails."),
                format!("give `{column}` a value"),
            ),
            _ => continue,
        };
        sink.add(step.sql.finding(problem.range.clone(), message).help(help).sql(step.text()));
    }
}

fn keys_of(first: &[String], keys: &[Vec<String>]) -> String {
    let rest = keys.iter().skip(1).map(|key| format!("), ({}", key.join(", ")));
    std::iter::once(first.join(", ")).chain(rest).collect()
}
