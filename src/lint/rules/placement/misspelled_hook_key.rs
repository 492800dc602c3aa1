//! Finds a key that is nearly `pre-hook`, `post-hook`, `on-run-start` or `on-run-end`, and that dbt does not
//! take for one.

use super::renamed;
use crate::hook::{KeyFault, OddKey};
use crate::lint::{Finding, Findings, Sink};

fn finding<'f>(findings: &Findings<'_>, odd: &OddKey, refused: bool) -> Finding<'f> {
    let OddKey { key, meant, .. } = odd;
    let message = if refused {
        format!(
            "dbt knows no key `{key}` at the top of dbt_project.yml, and every command stops with \"Additional \
             properties are not allowed ('{key}' was unexpected)\"."
        )
    } else {
        format!("dbt knows no key `{key}`: it keeps it as configuration of your own, and the hook never runs.")
    };
    // The hook then begins to run.
    Finding::at(Some(odd.place), message)
        .help(format!("change `{key}` to `{meant}`"))
        .fix(renamed(findings, odd.place, key, meant))
}

pub(in crate::lint) fn check<'f>(findings: &'f Findings<'f>, sink: &mut Sink<'f>) {
    for odd in &findings.hooks.odd_keys {
        match odd.fault {
            KeyFault::Ignored => sink.add(finding(findings, odd, false)),
            KeyFault::Refused => sink.add(finding(findings, odd, true)),
            _ => {}
        }
    }
}
