//! A node's settings, merged from every place that configures it.

use crate::datum::{Datum, Kind};

/// Settings by key, in the order they were first set.
#[derive(Debug, Default, Clone)]
pub struct Settings {
    entries: Vec<(String, Datum)>,
}

/// A hook's key, in any of its spellings.
fn is_hook_key(key: &str) -> bool {
    matches!(key, "pre-hook" | "post-hook" | "pre_hook" | "post_hook")
}

impl Settings {
    /// The value of a key.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Datum> {
        self.entries.iter().find(|(known, _)| known == key).map(|(_, value)| value)
    }

    /// The text of a key; none where it is null or no text.
    #[must_use]
    pub fn text(&self, key: &str) -> Option<&str> {
        self.get(key).and_then(Datum::as_str)
    }

    /// Every key with its value.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Datum)> {
        self.entries.iter().map(|(key, value)| (key.as_str(), value))
    }

    /// Sets a key as dbt merges it: tags add up, `meta` and the like are merged, the rest is replaced.
    pub fn merge(&mut self, key: &str, value: &Datum) {
        if is_hook_key(key) {
            return;
        }
        let Some((_, known)) = self.entries.iter_mut().find(|(known, _)| known == key) else {
            self.entries.push((key.to_owned(), value.clone()));
            return;
        };
        match key {
            "tags" => {
                let mut all = listed(known);
                all.extend(listed(value));
                known.kind = Kind::List(all);
            }
            "meta" | "quoting" | "column_types" | "docs" => {
                if let (Kind::Map(entries), Some(more)) = (&mut known.kind, value.as_map()) {
                    for (key, value) in more {
                        match entries.iter_mut().find(|(known, _)| known.as_str() == key.as_str()) {
                            Some(entry) => entry.1 = value.clone(),
                            None => entries.push((key.clone(), value.clone())),
                        }
                    }
                } else {
                    *known = value.clone();
                }
            }
            _ => *known = value.clone(),
        }
    }

    /// Sets a key anew.
    pub(crate) fn replace(&mut self, key: &str, value: Datum) {
        match self.entries.iter_mut().find(|(known, _)| known == key) {
            Some((_, known)) => *known = value,
            None => self.entries.push((key.to_owned(), value)),
        }
    }

    /// Merges a level of `dbt_project.yml`: keys with a plus sign, and those whose value is no map.
    pub fn merge_level(&mut self, level: &Datum) {
        for (key, value) in level.as_map().unwrap_or_default() {
            let Some(key) = key.as_str() else { continue };
            if key.starts_with('+') || value.as_map().is_none() {
                self.merge(key.trim_start_matches('+').trim(), value);
            }
        }
    }
}

pub(super) fn listed(value: &Datum) -> Vec<Datum> {
    match value.as_list() {
        Some(items) => items.to_vec(),
        None => vec![value.clone()],
    }
}
