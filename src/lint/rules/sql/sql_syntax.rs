//! Finds SQL that is wrong in every dialect, or that no dialect parses.

use crate::diagnostic::{Confidence, Severity};
use crate::lint::{Finding, Findings, Sink, Sql};
use crate::sql::{Fault, UNKNOWN};

fn finding<'f>(sql: &Sql<'f>, fault: &Fault) -> Finding<'f> {
    let mut what = fault.message.clone();
    if let Some(first) = what.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    let finding = if fault.certain {
        sql.finding(fault.range.clone(), format!("{what}: the warehouse refuses the statement, and the hook fails."))
    } else {
        sql.finding(fault.range.clone(), format!("{what}: the hook most likely fails when it runs."))
            .severity(Severity::Warning)
            .confidence(Confidence::Medium)
    };
    match &fault.help {
        Some(help) => finding.help(help.as_str()),
        None => finding.help("change the SQL"),
    }
}

pub(in crate::lint) fn check<'f>(findings: &'f Findings<'f>, sink: &mut Sink<'f>) {
    for sql in findings.scenes().flat_map(crate::lint::Scene::sqls) {
        for statement in &sql.script.statements {
            let text = &sql.text.as_str()[statement.range.clone()];
            let faults = statement.faults.iter().filter(|fault| !is_of_profile(&sql, fault));
            if !text.contains(UNKNOWN) {
                faults.for_each(|fault| sink.add(finding(&sql, fault).sql(text)));
            }
        }
        if !sql.text.as_str().contains(UNKNOWN) {
            sql.script.faults.iter().for_each(|fault| sink.add(finding(&sql, fault).sql(sql.text.as_str())));
        }
    }
}

/// Whether the fault lies in a value of profiles.yml: `<your_database>` in an example of one.
fn is_of_profile(sql: &Sql<'_>, fault: &Fault) -> bool {
    let (place, _) = sql.origin(fault.range.clone());
    let targets = &sql.scene.findings.project.targets;
    place.is_some_and(|place| targets.iter().filter_map(|target| target.place).any(|target| target.file == place.file))
}
