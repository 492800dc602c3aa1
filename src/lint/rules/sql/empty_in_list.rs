//! Finds `in ()`: a list that a loop left empty.

use crate::diagnostic::Severity;
use crate::lint::{Findings, Sink, Sql};
use crate::sql::FaultKind;

/// Whether every rendering in the same target has the empty list.
fn is_always(sql: &Sql<'_>) -> bool {
    let own = &sql.scene.judged.rendering.targets;
    let others = sql.scene.checked().renderings.iter();
    others.filter(|other| other.rendering.targets.iter().any(|target| own.contains(target))).all(|other| {
        let queries = other.queries.iter().map(|(_, script)| script);
        queries
            .chain([&other.script])
            .any(|script| script.all_faults().iter().any(|one| one.kind == FaultKind::EmptyList))
    })
}

pub(in crate::lint) fn check<'f>(findings: &'f Findings<'f>, sink: &mut Sink<'f>) {
    for (sql, fault, text) in super::faults(findings, &[FaultKind::EmptyList]) {
        let what = super::sentence(&fault.message);
        let finding = if is_always(&sql) {
            sql.finding(fault.range.clone(), format!("{what}: the hook fails."))
        } else {
            sql.finding(fault.range.clone(), format!("{what}: the hook fails when there is nothing to list."))
                .severity(Severity::Warning)
        };
        sink.add(finding.help("leave the condition or the statement out where the list is empty").sql(text));
    }
}
