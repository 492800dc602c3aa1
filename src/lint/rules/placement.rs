//! Where a hook stands: keys, values and kinds of nodes that dbt does not take, or takes for something else, and
//! moments at which it runs other than meant.

pub(in crate::lint) mod disabled_run_hooks;
pub(in crate::lint) mod duplicate_hook;
pub(in crate::lint) mod gate_that_does_not_stop;
pub(in crate::lint) mod hook_on_ephemeral;
pub(in crate::lint) mod hook_on_test;
pub(in crate::lint) mod invalid_hook_value;
pub(in crate::lint) mod key_outside_config;
pub(in crate::lint) mod map_without_plus;
pub(in crate::lint) mod misspelled_hook_key;
pub(in crate::lint) mod pre_hook_before_first_build;
pub(in crate::lint) mod relied_on_order;
pub(in crate::lint) mod runs_after_failure;
pub(in crate::lint) mod runs_in_every_command;
pub(in crate::lint) mod session_state_lost;
pub(in crate::lint) mod unknown_node_in_properties;
pub(in crate::lint) mod unmatched_config_path;

use crate::diagnostic::{Edit, Fix, Safety};
use crate::lint::{Findings, Rule};
use crate::source::Place;

/// The rules, by name.
pub(in crate::lint) const RULES: &[Rule] = family! { "placement";
    "disabled-run-hooks", Error, High, Default, disabled_run_hooks;
    "duplicate-hook", Warning, High, Default, duplicate_hook;
    "gate-that-does-not-stop", Warning, High, Default, gate_that_does_not_stop;
    "hook-on-ephemeral", Error, High, Default, hook_on_ephemeral;
    "hook-on-test", Error, High, Default, hook_on_test;
    "invalid-hook-value", Error, High, Default, invalid_hook_value;
    "key-outside-config", Error, High, Default, key_outside_config;
    "map-without-plus", Error, High, Default, map_without_plus;
    "misspelled-hook-key", Error, High, Default, misspelled_hook_key;
    "pre-hook-before-first-build", Error, Medium, Default, pre_hook_before_first_build;
    "relied-on-order", Error, Medium, Default, relied_on_order;
    "runs-after-failure", Warning, Medium, Default, runs_after_failure;
    "runs-in-every-command", Info, Medium, Strict, runs_in_every_command;
    "session-state-lost", Error, High, Default, session_state_lost;
    "unknown-node-in-properties", Error, High, Default, unknown_node_in_properties;
    "unmatched-config-path", Error, High, Default, unmatched_config_path;
};

/// The fix that writes another word in the place of one, where the place is that of the word alone.
fn renamed(findings: &Findings<'_>, place: Place, from: &str, to: &str) -> Option<Fix> {
    let written = findings.project.sources.slice(place);
    (written.trim_matches(['\'', '"']) == from).then(|| Fix {
        title: format!("change `{from}` to `{to}`"),
        safety: Safety::Unsafe,
        edits: vec![Edit { place, text: written.replace(from, to) }],
    })
}
