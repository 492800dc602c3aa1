//! dbt's own macros as they were measured: for each adapter and macro the text it gives, with places for
//! its arguments, and for which arguments that holds. `recorded.jsonl` beside this file has one macro a line,
//! sorted by name; tests/oracle/README.md says how it is made.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use serde::Deserialize;
use serde_json::Value as Json;

const DATA: &str = include_str!("recorded.jsonl");

/// A measured macro.
#[derive(Debug, Deserialize)]
pub(super) struct Recorded {
    /// Its name.
    #[serde(rename = "macro")]
    pub(super) name: String,
    adapters: Vec<String>,
    /// Its parameters: the name; then the default, where there is one; then `computed` where the default is no
    /// constant.
    pub(super) params: Vec<Vec<Json>>,
    /// The macros that it calls, without prefixes.
    #[serde(default)]
    pub(super) calls: Vec<String>,
    /// Whether it does nothing but dispatch.
    #[serde(default)]
    pub(super) dispatches: bool,
    /// What it gives for which arguments.
    #[serde(default)]
    pub(super) variants: Vec<Variant>,
    /// The macro that gives the same, where the variants are there.
    same: Option<String>,
    /// Whether it prints `this`, which on-run hooks do not have.
    #[serde(skip)]
    pub(super) uses_this: bool,
}

/// What a macro gives for some arguments.
#[derive(Debug, Deserialize)]
pub(super) struct Variant {
    /// What the arguments must be; those that are not named may be anything.
    #[serde(default)]
    pub(super) when: BTreeMap<String, Vec<Json>>,
    /// Answers to what only a warehouse tells.
    #[serde(default)]
    pub(super) asks: BTreeMap<String, bool>,
    /// What it gives with execute true.
    #[serde(flatten)]
    pub(super) run: Outcome,
    /// What it gives with execute false, where that is something else.
    pub(super) parse: Option<Outcome>,
}

/// What a call comes to.
#[derive(Debug, Deserialize)]
pub(super) struct Outcome {
    /// The returned value: pieces of text, or an object that says what else.
    pub(super) gives: Option<Json>,
    /// The message it fails with.
    pub(super) error: Option<Vec<Json>>,
    /// Why the rest is not known.
    pub(super) unknown: Option<String>,
    /// The statements it executes, in order.
    #[serde(default)]
    pub(super) queries: Vec<Vec<Json>>,
    /// The configuration that it reads, with what it takes where nothing is set.
    #[serde(default)]
    pub(super) config: BTreeMap<String, Json>,
}

impl Recorded {
    /// The name of a parameter.
    pub(super) fn param(at: &[Json]) -> &str {
        at.first().and_then(Json::as_str).unwrap_or_default()
    }
}

type Found = HashMap<(String, String), Option<Arc<Recorded>>>;

/// A macro as an adapter has it; it is read when it is first asked for.
pub(super) fn find(adapter: &str, name: &str) -> Option<Arc<Recorded>> {
    static FOUND: LazyLock<Mutex<Found>> = LazyLock::new(Mutex::default);
    let mut found = FOUND.lock().unwrap_or_else(PoisonError::into_inner);
    found.entry((adapter.to_owned(), name.to_owned())).or_insert_with(|| read(adapter, name).map(Arc::new)).clone()
}

fn read(adapter: &str, name: &str) -> Option<Recorded> {
    let mut found = lines_of(name)
        .filter_map(|line| Some((serde_json::from_str::<Recorded>(line).ok()?, line)))
        .find(|(recorded, _)| recorded.name == name && recorded.adapters.iter().any(|has| has == adapter))
        .map(|(recorded, line)| Recorded { uses_this: line.contains("[\"this\""), ..recorded })?;
    if let Some(same) = found.same.take() {
        let other = read(adapter, &same)?;
        found.uses_this = other.uses_this;
        found.variants = other.variants;
    }
    Some(found)
}

/// The name that a line is of.
fn name_of(line: &str) -> &str {
    line.strip_prefix("{\"macro\":\"").and_then(|rest| rest.split('"').next()).unwrap_or_default()
}

/// The lines of a macro: found by halving, as the file is sorted.
fn lines_of(name: &str) -> impl Iterator<Item = &'static str> + use<'_> {
    let (mut low, mut high) = (0, DATA.len());
    while low < high {
        let middle = start_of_line(low.midpoint(high));
        let line = DATA[middle..].lines().next().unwrap_or_default();
        if name_of(line) < name {
            low = (middle + line.len() + 1).min(high);
        } else if middle >= high || middle == low {
            break;
        } else {
            high = middle;
        }
    }
    DATA[low.min(DATA.len())..]
        .lines()
        .skip_while(move |line| name_of(line) < name)
        .take_while(move |line| name_of(line) == name)
}

fn start_of_line(mut at: usize) -> usize {
    let bytes = DATA.as_bytes();
    while at > 0 && bytes[at - 1] != b'\n' {
        at -= 1;
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_is_found() {
        for line in DATA.lines() {
            let recorded: Recorded = serde_json::from_str(line).unwrap();
            for adapter in &recorded.adapters {
                let found = read(adapter, &recorded.name).unwrap();
                assert!(!found.variants.is_empty(), "{adapter} {}", recorded.name);
            }
        }
        assert!(read("postgres", "nothing_of_that_name").is_none());
    }
}
