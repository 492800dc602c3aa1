//! Finds a key that is nearly `pre-hook`, `post-hook`, `on-run-start` or `on-run-end`, and that dbt does not
//! take for one.

use crate::diagnostic::{Edit, Fix, Safety};
use crate::hook::{KeyFault, OddKey};
use crate::lint::{Finding, Findings, Sink};

fn finding<'f>(findings: &Findings<'_>, odd: &OddKey) -> Finding<'f> {
    let OddKey { key, meant, .. } = odd;
    let (message, help) = match odd.fault {
        KeyFault::Ignored => (
            format!("dbt knows no key `{key}`: it keeps it as configuration of your own, and the hook never runs."),
            format!("change `{key}` to `{meant}`"),
        ),
        KeyFault::Refused => (
            format!(
                "dbt knows no key `{key}` at the top of dbt_project.yml, and every command stops with \"Additional \
                 properties are not allowed ('{key}' was unexpected)\"."
            ),
            format!("change `{key}` to `{meant}`"),
        ),
        KeyFault::OutsideConfig => (
            format!("dbt reads `{key}` only below `config:`: beside it the hook never runs."),
            format!("move it below `config:`, as `{meant}`"),
        ),
        KeyFault::MapWithoutPlus => (
            format!("dbt takes a mapping under `{key}` for a folder of that name: the hook never runs."),
            format!("change `{key}` to `{meant}`"),
        ),
    };
    Finding::at(Some(odd.place), message).help(help).fix(fix(findings, odd))
}

pub(in crate::lint) fn check<'f>(findings: &'f Findings<'f>, sink: &mut Sink<'f>) {
    findings.hooks.odd_keys.iter().for_each(|odd| sink.add(finding(findings, odd)));
}

/// Writes the key that is meant, where the place is that of the key alone. The hook then begins to run.
fn fix(findings: &Findings<'_>, odd: &OddKey) -> Option<Fix> {
    let written = findings.project.sources.slice(odd.place);
    let renames = matches!(odd.fault, KeyFault::Ignored | KeyFault::Refused | KeyFault::MapWithoutPlus);
    let quotes = |one: char| matches!(one, '\'' | '"');
    (renames && written.trim_matches(quotes) == odd.key).then(|| Fix {
        title: format!("change `{}` to `{}`", odd.key, odd.meant),
        safety: Safety::Unsafe,
        edits: vec![Edit { place: odd.place, text: written.replace(odd.key.as_str(), odd.meant) }],
    })
}
