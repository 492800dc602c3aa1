//! Which rules are looked at, and how bad what they find is.

use super::{Preset, Rule, rules};
use crate::diagnostic::Severity;

/// What names rules: a rule, a family or a preset.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Selector {
    /// Every rule of a preset and those before it.
    Preset(Preset),
    /// Every rule of a family.
    Family(&'static str),
    /// One rule.
    Rule(&'static str),
}

impl Selector {
    /// What a word names: `drop-without-if-exists`, `repeatable/drop-without-if-exists`, `repeatable`, `strict`.
    ///
    /// # Errors
    /// A sentence that has the nearest name, where nothing is called so.
    pub fn parse(word: &str) -> Result<Selector, String> {
        if let Some(preset) = Preset::named(word) {
            return Ok(Selector::Preset(preset));
        }
        let (family, name) = word.split_once('/').map_or((None, word), |(family, name)| (Some(family), name));
        if let Some(rule) = rules().find(|rule| rule.name == name && family.is_none_or(|family| family == rule.family))
        {
            return Ok(Selector::Rule(rule.name));
        }
        if let Some(rule) = rules().find(|rule| rule.family == word) {
            return Ok(Selector::Family(rule.family));
        }
        let known = rules().flat_map(|rule| [rule.name, rule.family]).chain(Preset::ALL.map(Preset::name));
        let meant = match super::rules::nearest_of_all(name, known) {
            Some(near) => format!("did you mean `{near}`? "),
            None => String::new(),
        };
        Err(format!("there is no rule `{word}`: {meant}`hookproof rules` lists all of them"))
    }

    /// Whether it names a rule.
    #[must_use]
    pub fn names(&self, rule: &Rule) -> bool {
        match self {
            Selector::Preset(preset) => rule.preset <= *preset,
            Selector::Family(family) => rule.family == *family,
            Selector::Rule(name) => rule.name == *name,
        }
    }

    /// How exactly it names a rule: the more exact one counts.
    fn exactness(&self) -> u8 {
        match self {
            Selector::Preset(_) => 1,
            Selector::Family(_) => 2,
            Selector::Rule(_) => 3,
        }
    }
}

/// Which rules are looked at.
#[derive(Debug, Clone)]
pub struct Selection {
    /// What is looked at where nothing else is said: a preset, or what `select` names.
    pub select: Vec<Selector>,
    /// What is looked at besides.
    pub extend: Vec<Selector>,
    /// What is not looked at.
    pub ignore: Vec<Selector>,
    /// How bad the findings of some rules are, the later ones first in force.
    pub severity: Vec<(Selector, Severity)>,
}

/// How a selection changes for one run.
#[derive(Debug, Clone, Default)]
pub struct SelectionChange {
    /// Only these, where there are any: what was selected and ignored before is not asked.
    pub select: Vec<Selector>,
    /// These besides.
    pub extend: Vec<Selector>,
    /// All but these.
    pub ignore: Vec<Selector>,
}

impl Default for Selection {
    fn default() -> Selection {
        Selection::of(Preset::Default)
    }
}

impl Selection {
    /// The rules of a preset.
    #[must_use]
    pub fn of(preset: Preset) -> Selection {
        let select = vec![Selector::Preset(preset)];
        Selection { select, extend: Vec::new(), ignore: Vec::new(), severity: Vec::new() }
    }

    /// The selection with a change.
    #[must_use]
    pub fn changed(&self, change: &SelectionChange) -> Selection {
        let mut selection = self.clone();
        if !change.select.is_empty() {
            selection.select.clone_from(&change.select);
            selection.extend.clear();
            selection.ignore.clear();
        }
        selection.extend.extend(&change.extend);
        selection.ignore.extend(&change.ignore);
        selection
    }

    /// Whether a rule is looked at. Where it is both selected and ignored, the more exact name counts, and
    /// of two that are as exact, the one that ignores.
    #[must_use]
    pub fn has(&self, rule: &Rule) -> bool {
        let selected = exactness(self.select.iter().chain(&self.extend), rule);
        selected > 0 && selected > exactness(&self.ignore, rule)
    }

    /// How bad the findings of a rule are, where that is said: the most exact name counts, of several the last.
    #[must_use]
    pub fn severity(&self, rule: &Rule) -> Option<Severity> {
        severity(&self.severity, rule)
    }
}

/// The severity that the most exact of some names gives a rule.
pub(super) fn severity(given: &[(Selector, Severity)], rule: &Rule) -> Option<Severity> {
    let of_rule = given.iter().filter(|(selector, _)| selector.names(rule));
    of_rule.max_by_key(|(selector, _)| selector.exactness()).map(|(_, severity)| *severity)
}

fn exactness<'s>(selectors: impl IntoIterator<Item = &'s Selector>, rule: &Rule) -> u8 {
    let of_rule = selectors.into_iter().filter(|selector| selector.names(rule));
    of_rule.map(Selector::exactness).max().unwrap_or_default()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn has(select: &[&str], ignore: &[&str], rule: &str) -> bool {
        let parsed = |words: &[&str]| words.iter().map(|word| Selector::parse(word).unwrap()).collect();
        let selection = Selection { select: parsed(select), ignore: parsed(ignore), ..Selection::default() };
        selection.has(Rule::named(rule).unwrap())
    }

    #[test]
    fn the_more_exact_name_counts() {
        assert!(has(&["default"], &[], "missing-var"));
        assert!(!has(&["default"], &["jinja"], "missing-var"));
        assert!(has(&["default", "missing-var"], &["jinja"], "missing-var"));
        assert!(!has(&["missing-var"], &["missing-var"], "missing-var"));
        assert!(!has(&["sql"], &[], "missing-var"));
        assert!(has(&["jinja/missing-var"], &["all"], "missing-var"));
    }

    #[test]
    fn an_unknown_name_gets_the_nearest() {
        let sentence = Selector::parse("drop-without-if-exist").unwrap_err();
        assert!(sentence.contains("did you mean `drop-without-if-exists`?"), "{sentence}");
        assert!(Selector::parse("jinjaa").unwrap_err().contains("`jinja`"));
        assert!(Selector::parse("sql/missing-var").is_err());
    }
}
