//! The rules, one file each. Each one's page and cases are in `rules/<family>/<rule>`.

pub(super) mod create_without_if_not_exists;
pub(super) mod drop_without_if_exists;
pub(super) mod duplicate_key;
pub(super) mod hook_frozen_at_parse;
pub(super) mod invalid_hook_value;
pub(super) mod missing_var;
pub(super) mod misspelled_hook_key;
pub(super) mod render_error;
pub(super) mod sql_syntax;
pub(super) mod template_syntax;
pub(super) mod transformation_in_hook;
pub(super) mod undefined_macro;
pub(super) mod undefined_name;
pub(super) mod unguarded_query;
pub(super) mod unreadable_file;
pub(super) mod wrong_context_name;

/// What dbt says, in one line and without the full stop.
fn said(message: &str) -> &str {
    message.trim().lines().next().unwrap_or_default().trim_end_matches('.')
}

/// Text on one line, cut where it is long.
fn one_line(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= 120 {
        return line;
    }
    line.chars().take(119).chain(['…']).collect()
}

/// The nearest of some names, where one is near enough to be meant.
fn nearest<'n>(name: &str, names: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    let most = (name.chars().count() / 4).clamp(1, 3);
    names
        .map(|known| (strsim::osa_distance(name, known), known))
        .filter(|&(distance, _)| distance > 0 && distance <= most)
        .min()
        .map(|(_, known)| known)
}
