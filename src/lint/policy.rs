//! What a project says about findings: which rules are looked at and how bad they are, comments where hooks
//! stand, and what holds for some files only.

use super::comment::Comments;
use super::selection::{self, Selection, SelectionChange};
use super::{Rule, Selector};
use crate::diagnostic::{Diagnostic, Severity};
use crate::settings::{self, Settings};
use crate::source::{FileId, Place, Sources};

/// What a project says about findings.
#[derive(Debug)]
pub struct Policy {
    /// Which rules are looked at.
    pub(crate) selection: Selection,
    /// The project's settings.
    pub(crate) settings: Settings,
    /// Where the file of the settings is among the sources.
    pub(crate) file: Option<FileId>,
    /// The comments that speak to hookproof.
    pub(crate) comments: Comments,
    /// The questions of the settings that no hook asks.
    pub(crate) unasked: Vec<String>,
}

impl Policy {
    /// What the settings and the comments of some files say; the settings become one of the files. `rules`
    /// is what changes of them.
    #[must_use]
    pub fn new(settings: Settings, rules: &SelectionChange, unasked: Vec<String>, sources: &mut Sources) -> Policy {
        let comments = Comments::read(sources);
        let file = settings.text.as_ref().map(|text| sources.add(settings::FILE, text.clone()));
        let selection = settings.selection.changed(rules);
        Policy { selection, settings, file, comments, unasked }
    }

    /// A place in the file of the settings.
    pub(crate) fn place(&self, range: &std::ops::Range<usize>) -> Option<Place> {
        Some(Place { file: self.file?, start: range.start as u32, end: range.end as u32 })
    }

    /// How bad a rule's findings in a file are, where that is said; `Err` where they are not looked at there.
    pub(super) fn severity(&self, rule: &Rule, path: &str) -> Result<Option<Severity>, Ignored> {
        let of_path = || self.settings.per_path.iter().filter(|one| one.files.is_ignored(path));
        if of_path().any(|one| one.ignore.iter().any(|selector: &Selector| selector.names(rule))) {
            return Err(Ignored);
        }
        let for_path = of_path().rev().find_map(|one| selection::severity(&one.severity, rule));
        Ok(for_path.or_else(|| self.selection.severity(rule)))
    }

    /// Gives a finding the severity that is asked for; false where it is not looked at.
    pub(super) fn apply(&self, rule: &Rule, found: &mut Diagnostic, sources: &Sources) -> bool {
        match self.severity(rule, &sources.get(found.place.file).path) {
            Ok(severity) => {
                found.severity = severity.unwrap_or(found.severity);
                true
            }
            Err(Ignored) => false,
        }
    }
}

/// A rule is not looked at in a file.
pub(super) struct Ignored;
