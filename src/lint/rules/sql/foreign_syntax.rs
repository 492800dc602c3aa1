//! Finds statements and clauses of another warehouse.

use crate::lint::{Findings, Sink};
use crate::sql::FaultKind;

pub(in crate::lint) fn check<'f>(findings: &'f Findings<'f>, sink: &mut Sink<'f>) {
    for (sql, fault, text) in super::faults(findings, &[FaultKind::Foreign]) {
        let message = format!("{}: the statement is refused, and the hook fails.", super::sentence(&fault.message));
        let help = fault.help.as_deref().unwrap_or("write it as the project's warehouse has it");
        sink.add(sql.finding(fault.range.clone(), message).help(help).sql(text));
    }
}
