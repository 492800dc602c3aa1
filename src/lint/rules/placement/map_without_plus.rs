//! Finds a hook given as a mapping under a key without the plus sign in `dbt_project.yml`.

use super::renamed;
use crate::hook::KeyFault;
use crate::lint::{Finding, Findings, Sink};

pub(in crate::lint) fn check<'f>(findings: &'f Findings<'f>, sink: &mut Sink<'f>) {
    for odd in findings.hooks.odd_keys.iter().filter(|odd| odd.fault == KeyFault::MapWithoutPlus) {
        let (key, meant) = (&odd.key, odd.meant);
        let message = format!(
            "dbt takes a mapping under `{key}` for the settings of a folder of that name: the hook never runs, and dbt \
             only warns of a configuration path that does not apply to any resources."
        );
        sink.add(
            Finding::at(Some(odd.place), message)
                .help(format!("change `{key}` to `{meant}`"))
                .fix(renamed(findings, odd.place, key, meant)),
        );
    }
}
