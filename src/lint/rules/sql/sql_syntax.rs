//! Finds SQL that is no statement of the dialect, or that no dialect parses.

use crate::diagnostic::{Confidence, Severity};
use crate::lint::{Finding, Findings, Sink, Sql};
use crate::sql::{Fault, FaultKind};

fn finding<'f>(sql: &Sql<'f>, fault: &Fault) -> Finding<'f> {
    let what = super::sentence(&fault.message);
    let finding = if fault.certain {
        sql.finding(fault.range.clone(), format!("{what}: the warehouse refuses the statement, and the hook fails."))
    } else {
        sql.finding(fault.range.clone(), format!("{what}: the hook most likely fails when it runs."))
            .severity(Severity::Warning)
            .confidence(Confidence::Medium)
    };
    finding.help(fault.help.as_deref().unwrap_or("change the SQL"))
}

pub(in crate::lint) fn check<'f>(findings: &'f Findings<'f>, sink: &mut Sink<'f>) {
    for (sql, fault, text) in super::faults(findings, &[FaultKind::Syntax]) {
        sink.add(finding(&sql, fault).sql(text));
    }
}
