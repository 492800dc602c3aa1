//! The rules: a module for each family, a file for each rule. Each one's page and cases are in `rules/<family>/<rule>`.

pub(super) mod jinja;
pub(super) mod placement;
pub(super) mod project;
pub(super) mod purpose;
pub(super) mod repeatable;
pub(super) mod safety;
pub(super) mod settings;
pub(super) mod sql;
pub(super) mod timing;
pub(super) mod transaction;

use crate::spelling::distance_within;

/// The rules whose findings about one hook depend on what other hooks do.
const OF_SEVERAL: &[&str] = &[
    "alter-not-repeatable",
    "branch-never-reached",
    "create-without-if-not-exists",
    "delete-without-where",
    "drop-without-if-exists",
    "env-var-without-default",
    "foreign-function",
    "index-on-rebuilt-table",
    "insert-column-count",
    "insert-not-repeatable",
    "missing-column",
    "missing-table",
    "pre-hook-before-first-build",
    "relied-on-order",
    "session-state-lost",
    "stale-copy",
    "statement-without-commit",
    "tests-counted-as-success",
    "transaction-control",
    "truncate",
    "unaccepted-package-hook",
    "undocumented-hook",
    "ungrouped-column",
    "unused-suppression",
    "update-without-where",
    "violated-constraint",
    "wrong-context-name",
    "wrong-type",
];

/// Whether the findings of the rule of that name about one hook depend on what other hooks do.
pub(crate) fn is_of_several(rule: &str) -> bool {
    OF_SEVERAL.contains(&rule)
}

/// What dbt says, in one line and without the full stop.
pub(super) fn said(message: &str) -> &str {
    message.trim().lines().next().unwrap_or_default().trim_end_matches('.')
}

/// Text on one line, cut where it is long.
pub(super) fn one_line(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= 120 {
        return line;
    }
    line.chars().take(119).chain(['…']).collect()
}

/// The nearest of some names, where a person may have meant it.
pub(super) fn nearest_of_all<'n>(name: &str, names: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    let near = names.map(|known| (strsim::damerau_levenshtein(known, name), known)).min();
    near.filter(|(distance, known)| *distance <= known.len() / 2).map(|(_, known)| known)
}

/// The nearest of some names, where one is near enough to be meant.
pub(super) fn nearest<'n>(name: &str, names: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    let most = (name.chars().count() / 4).clamp(1, 3);
    names
        .filter_map(|known| Some((distance_within(name, known, most)?, known)))
        .filter(|&(distance, _)| distance > 0)
        .min()
        .map(|(_, known)| known)
}
