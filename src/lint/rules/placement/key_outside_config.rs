//! Finds a hook under a key that is spelled right and stands where dbt does not look for it.

use crate::diagnostic::Severity;
use crate::hook::{KeyFault, OddKey};
use crate::lint::{Finding, Findings, Sink};

fn finding<'f>(odd: &OddKey) -> Option<Finding<'f>> {
    let OddKey { key, meant, .. } = odd;
    let (message, help) = match odd.fault {
        KeyFault::OutsideConfig => (
            format!("dbt reads `{key}` only below `config:`: here the hook never runs, and dbt does not say so."),
            format!("move it below `config:`, as `{meant}`"),
        ),
        KeyFault::UnderMeta => (
            format!("Below `meta:` dbt takes `{key}` for a note: it never runs as a hook."),
            format!("move it below `config:`, as `{meant}`"),
        ),
        KeyFault::TopOfProperties => (
            format!("At the top of a properties file `{key}` is nothing that dbt reads: the hook never runs."),
            if meant.starts_with("on-run") {
                format!("move it to the top of dbt_project.yml, as `{meant}`")
            } else {
                format!("move it below the `config:` of an entry, as `{meant}`")
            },
        ),
        KeyFault::TopOfProject => (
            format!(
                "dbt takes no `{key}` at the top of dbt_project.yml, and every command stops with \"Additional \
                 properties are not allowed ('{key}' was unexpected)\"."
            ),
            format!("move it below `models:`, `seeds:` or `snapshots:`, as `{meant}`"),
        ),
        KeyFault::NotOfNodes => (
            format!("A node has no `{key}`: dbt keeps it as configuration of your own, and the hook never runs."),
            format!(
                "move it to the top of dbt_project.yml, as `{meant}`; a hook of the node is `pre_hook` or `post_hook`"
            ),
        ),
        KeyFault::Ignored | KeyFault::Refused | KeyFault::MapWithoutPlus => return None,
    };
    let finding = Finding::at(Some(odd.place), message).help(help);
    // It may be meant as a note.
    Some(if odd.fault == KeyFault::UnderMeta { finding.severity(Severity::Warning) } else { finding })
}

pub(in crate::lint) fn check<'f>(findings: &'f Findings<'f>, sink: &mut Sink<'f>) {
    findings.hooks.odd_keys.iter().filter_map(finding).for_each(|found| sink.add(found));
}
