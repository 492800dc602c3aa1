//! Finds values of a type that an operator, a function or a column of Postgres does not take.

use crate::lint::rules::sql::sentence;
use crate::lint::{Findings, Sink};
use crate::sql::bind::ProblemKind;

pub(in crate::lint) fn check<'f>(findings: &'f Findings<'f>, sink: &mut Sink<'f>) {
    for (step, problem) in findings.problems() {
        let ProblemKind::Type(reason) = &problem.kind else { continue };
        let reason = if reason.starts_with('`') { reason.clone() } else { sentence(reason) };
        let help = if reason.contains("does not join texts") {
            "texts are joined with `||`"
        } else if reason.starts_with("operator does not exist: timestamp") && reason.ends_with(" integer") {
            "take an interval: `now() - interval '30 days'`"
        } else if reason.contains("takes the unit first") {
            "write the unit as the first argument: `date_trunc('day', ordered_at)`"
        } else if reason.starts_with("function ") {
            "look the function's arguments up, or cast them with `::`"
        } else {
            "give a value of that type, or cast it with `::`"
        };
        let message = format!("{reason}: Postgres refuses the statement.");
        sink.add(step.sql.finding(problem.range.clone(), message).help(help).sql(step.text()));
    }
}
