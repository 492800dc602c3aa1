//! What is said to hookproof itself: settings and comments that name nothing.

pub(in crate::lint) mod unknown_rule;
pub(in crate::lint) mod unused_setting;
pub(in crate::lint) mod unused_suppression;

use crate::lint::Rule;

/// The family's name. Its rules come last: what silences nothing is known then.
pub(in crate::lint) const FAMILY: &str = "settings";

/// The rules, by name.
pub(in crate::lint) const RULES: &[Rule] = family! { "settings";
    "unknown-rule", Warning, High, Default, unknown_rule;
    "unused-setting", Warning, High, Default, unused_setting;
    "unused-suppression", Warning, High, Default, unused_suppression;
};
