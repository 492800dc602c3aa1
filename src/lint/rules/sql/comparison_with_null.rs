//! Finds a comparison with null, which is never true.

use crate::lint::{Findings, Sink};
use crate::sql;

pub(in crate::lint) fn check<'f>(findings: &'f Findings<'f>, sink: &mut Sink<'f>) {
    for step in findings.steps() {
        if step.outline().opaque || !step.text().to_ascii_lowercase().contains("null") {
            continue;
        }
        let start = step.statement.range.start;
        for (range, negated) in sql::null_comparisons(step.text(), step.dialect()) {
            let range = start + range.start..start + range.end;
            let test = if negated { "is not null" } else { "is null" };
            let message = "Nothing equals null, and nothing differs from it: this condition is never true.";
            let finding = step.sql.finding(range, message);
            sink.add(finding.help(format!("write `{test}`")).sql(step.text()));
        }
    }
}
