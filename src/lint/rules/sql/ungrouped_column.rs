//! Finds a column beside an aggregate in a query that groups by nothing.

use crate::lint::{Findings, Sink};
use crate::sql::bind::ProblemKind;

pub(in crate::lint) fn check<'f>(findings: &'f Findings<'f>, sink: &mut Sink<'f>) {
    for (step, problem) in findings.problems() {
        let ProblemKind::Ungrouped { name } = &problem.kind else { continue };
        let message = format!(
            "The column `{name}` stands beside an aggregate, and the query has no GROUP BY: the warehouse refuses it."
        );
        let help = format!("add `group by {name}`, or put it into an aggregate such as max()");
        sink.add(step.sql.finding(problem.range.clone(), message).help(help).sql(step.text()));
    }
}
