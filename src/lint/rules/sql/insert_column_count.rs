//! Finds an INSERT whose values do not fit its columns.

use crate::lint::{Findings, Sink};
use crate::sql::FaultKind;

pub(in crate::lint) fn check<'f>(findings: &'f Findings<'f>, sink: &mut Sink<'f>) {
    for (sql, fault, text) in super::faults(findings, &[FaultKind::Columns]) {
        let message = format!("{}: the warehouse refuses the insert.", super::sentence(&fault.message));
        let help = fault.help.as_deref().unwrap_or("give each column one value");
        sink.add(sql.finding(fault.range.clone(), message).help(help).sql(text));
    }
}
