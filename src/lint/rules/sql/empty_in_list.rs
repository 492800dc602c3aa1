//! Finds `in ()`: a list that a loop left empty.

use crate::diagnostic::Severity;
use crate::lint::{Findings, Sink, Sql};
use crate::sql::FaultKind;

/// Whether the first rendering in the same target, that of a run in which all goes well, has the empty list.
fn is_usual(sql: &Sql<'_>) -> bool {
    let own = &sql.scene.judged.rendering.targets;
    let mut others = sql.scene.checked().renderings.iter();
    let first = others.find(|other| other.rendering.targets.iter().any(|target| own.contains(target)));
    first.is_some_and(|first| {
        let queries = first.queries.iter().map(|(_, script)| script);
        let empty = |fault: &&crate::sql::Fault| fault.kind == FaultKind::EmptyList;
        queries.chain([&first.script]).any(|script| script.all_faults().iter().any(empty))
    })
}

pub(in crate::lint) fn check<'f>(findings: &'f Findings<'f>, sink: &mut Sink<'f>) {
    for (sql, fault, text) in super::faults(findings, &[FaultKind::EmptyList]) {
        let what = super::sentence(&fault.message);
        let finding = if is_usual(&sql) {
            sql.finding(fault.range.clone(), format!("{what}: the hook fails."))
        } else {
            sql.finding(fault.range.clone(), format!("{what}: the hook fails when there is nothing to list."))
                .severity(Severity::Warning)
        };
        sink.add(finding.help("leave the condition or the statement out where the list is empty").sql(text));
    }
}
