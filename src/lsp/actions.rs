//! What can be done about findings: their fixes, all safe ones of a file, a comment that silences one.

use std::sync::Arc;

use lsp_types::{
    CodeAction, CodeActionKind, CodeActionOrCommand, CodeActionParams, DocumentChanges, OneOf,
    OptionalVersionedTextDocumentIdentifier, Range, TextDocumentEdit, TextEdit, Uri, WorkspaceEdit,
};
use serde::{Deserialize, Serialize};
use similar::{DiffOp, TextDiff};

use super::answers::{Looked, Projects};
use super::client::Ability;
use super::position::Encoding;
use super::view::{self, View};
use super::{diagnostics, suppress};
use crate::diagnostic::{Diagnostic, Edit, Safety};
use crate::fix;
use crate::source::Lines;

/// The kind of the action that applies all safe fixes of a file.
pub(super) const FIX_ALL: &str = "source.fixAll.hookproof";
/// How many findings are silenced at once for an editor that wants the edits beforehand: each takes checks.
const MOST_EAGER: usize = 3;

/// What an action needs to know when it is chosen.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "camelCase")]
pub(super) enum Later {
    /// Apply all safe fixes of a file.
    FixAll {
        /// The file.
        uri: Uri,
    },
    /// Silence a finding.
    Ignore {
        /// The file.
        uri: Uri,
        /// The rule.
        rule: String,
        /// What the finding says.
        message: String,
        /// Where it begins.
        start: u32,
    },
}

/// What can be done in a range of a file.
pub(super) fn actions(known: &Projects<'_>, params: &CodeActionParams) -> Vec<CodeActionOrCommand> {
    let uri = &params.text_document.uri;
    let Some(looked) = known.look(uri) else { return Vec::new() };
    let wants = |kind: &str| match &params.context.only {
        Some(only) => only.iter().any(|asked| is_of(kind, asked.as_str())),
        None => true,
    };
    let mut actions = Vec::new();
    if wants("quickfix") {
        let found = || in_range(&looked, params.range);
        actions.extend(found().filter_map(|found| quick_fix(known, &looked, found)));
        let shown = if known.client.can(Ability::Resolve) { usize::MAX } else { MOST_EAGER };
        actions.extend(found().take(shown).filter_map(|found| ignore(known, &looked, uri, found)));
    }
    let is_safe = |found: &Diagnostic| found.fix.as_ref().is_some_and(|fix| fix.safety == Safety::Safe);
    let has_safe = looked.examined.report.diagnostics.iter().any(|one| one.place.file == looked.file && is_safe(one));
    // Without being asked for it the edit is only made where it is cheap.
    if wants(FIX_ALL) && has_safe && (known.client.can(Ability::Resolve) || params.context.only.is_some()) {
        let action = CodeAction {
            title: "apply all safe fixes of this file".to_owned(),
            kind: Some(CodeActionKind::new(FIX_ALL)),
            ..CodeAction::default()
        };
        actions.extend(known.now_or_later(action, Later::FixAll { uri: uri.clone() }));
    }
    actions.into_iter().map(CodeActionOrCommand::CodeAction).collect()
}

/// Whether a kind of action is one of those that are asked for: `quickfix`, `source.fixAll`.
fn is_of(kind: &str, asked: &str) -> bool {
    kind.strip_prefix(asked).is_some_and(|rest| asked.is_empty() || rest.is_empty() || rest.starts_with('.'))
}

/// The findings that touch a range.
fn in_range<'a>(looked: &'a Looked<'_>, range: Range) -> impl Iterator<Item = &'a Diagnostic> {
    let lines = looked.view.lines(looked.file);
    let start = looked.view.encoding.offset(&lines, range.start);
    let end = looked.view.encoding.offset(&lines, range.end).max(start);
    let touches = move |found: &&Diagnostic| {
        found.place.file == looked.file && found.place.start <= end && start <= found.place.end
    };
    looked.examined.report.diagnostics.iter().filter(touches)
}

/// The fix of a finding.
fn quick_fix(known: &Projects<'_>, looked: &Looked<'_>, found: &Diagnostic) -> Option<CodeAction> {
    let fix = found.fix.as_ref()?;
    let note = if fix.safety == Safety::Safe { "" } else { " (look at it)" };
    Some(CodeAction {
        title: format!("{}{note}", fix.title),
        kind: Some(CodeActionKind::QUICKFIX),
        diagnostics: Some(vec![diagnostics::of(found, &looked.view, known.client)]),
        is_preferred: Some(fix.safety == Safety::Safe),
        edit: Some(known.workspace_edit(of_fix(&fix.edits, &looked.view))),
        ..CodeAction::default()
    })
}

/// The comment that silences a finding.
fn ignore(known: &Projects<'_>, looked: &Looked<'_>, uri: &Uri, found: &Diagnostic) -> Option<CodeAction> {
    let action = CodeAction {
        title: format!("ignore {} here", found.rule),
        kind: Some(CodeActionKind::QUICKFIX),
        diagnostics: Some(vec![diagnostics::of(found, &looked.view, known.client)]),
        ..CodeAction::default()
    };
    let (rule, message) = (found.rule.to_owned(), found.message.clone());
    known.now_or_later(action, Later::Ignore { uri: uri.clone(), rule, message, start: found.place.start })
}

/// The edits of a fix, by file.
fn of_fix(edits: &[Edit], view: &View<'_>) -> Vec<(Uri, Vec<TextEdit>)> {
    let mut files: Vec<(Uri, Vec<TextEdit>)> = Vec::new();
    for edit in edits {
        let Some(location) = view.location(edit.place) else { continue };
        let new = TextEdit { range: location.range, new_text: edit.text.clone() };
        match files.iter_mut().find(|(uri, _)| *uri == location.uri) {
            Some((_, of_file)) => of_file.push(new),
            None => files.push((location.uri, vec![new])),
        }
    }
    files
}

/// The lines that differ, as edits.
fn of_lines(before: &str, after: &str, encoding: Encoding) -> Vec<TextEdit> {
    let diff = TextDiff::from_lines(before, after);
    let lines = Lines::new(before);
    let start_of = |line: usize| lines.line(line as u32 + 1).map_or(lines.end(), |(start, _)| start);
    let new_text = |range: std::ops::Range<usize>| diff.new_slices()[range].concat();
    let changed = diff.ops().iter().filter(|op| !matches!(op, DiffOp::Equal { .. }));
    changed
        .map(|op| {
            let old = op.old_range();
            let range = encoding.range(&lines, start_of(old.start)..start_of(old.end));
            TextEdit { range, new_text: new_text(op.new_range()) }
        })
        .collect()
}

impl Projects<'_> {
    /// An action with its edit, which is made when the action is chosen where the editor can do that. None where
    /// there is no such edit.
    fn now_or_later(&self, action: CodeAction, later: Later) -> Option<CodeAction> {
        if self.client.can(Ability::Resolve) {
            return Some(CodeAction { data: serde_json::to_value(later).ok(), ..action });
        }
        let edit = self.edit(&later)?;
        Some(CodeAction { edit: Some(edit), ..action })
    }

    /// Makes the edit of an action; none where there is none any more.
    pub(super) fn edit(&self, later: &Later) -> Option<WorkspaceEdit> {
        let (Later::FixAll { uri } | Later::Ignore { uri, .. }) = later;
        let looked = self.look(uri)?;
        let options = self.options_of(looked.view.root);
        let file = looked.examined.report.sources.get(looked.file);
        let path = view::on_disk(looked.view.root, &file.path);
        let after: Arc<str> = match later {
            Later::FixAll { .. } => {
                let fixed = fix::fix_file(&options, &file.path).ok()?;
                fixed.changed.into_iter().find(|changed| changed.shown == file.path)?.after
            }
            Later::Ignore { rule, message, start, .. } => {
                let is_it =
                    |one: &&Diagnostic| one.place.file == looked.file && one.rule == rule && one.message == *message;
                let nearest = |one: &&Diagnostic| one.place.start.abs_diff(*start);
                let report = &looked.examined.report;
                let found = report.diagnostics.iter().filter(is_it).min_by_key(nearest)?;
                suppress::silenced(&options, report, found, &path)?
            }
        };
        let edits = of_lines(&file.text, &after, self.client.encoding);
        Some(self.workspace_edit(vec![(uri.clone(), edits)]))
    }

    /// The edits of files, in the shape that the editor takes.
    #[allow(clippy::mutable_key_type)]
    fn workspace_edit(&self, files: Vec<(Uri, Vec<TextEdit>)>) -> WorkspaceEdit {
        if !self.client.can(Ability::Versions) {
            return WorkspaceEdit { changes: Some(files.into_iter().collect()), ..WorkspaceEdit::default() };
        }
        let of_file = |(uri, edits): (Uri, Vec<TextEdit>)| {
            let open = super::uri::path(&uri).and_then(|path| Some(self.documents.get(&path)?.version));
            TextDocumentEdit {
                text_document: OptionalVersionedTextDocumentIdentifier { uri, version: open },
                edits: edits.into_iter().map(OneOf::Left).collect(),
            }
        };
        let changes = DocumentChanges::Edits(files.into_iter().map(of_file).collect());
        WorkspaceEdit { document_changes: Some(changes), ..WorkspaceEdit::default() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_asked_for_by_their_beginning() {
        assert!(is_of(FIX_ALL, "source.fixAll") && is_of(FIX_ALL, "source") && is_of(FIX_ALL, ""));
        assert!(!is_of(FIX_ALL, "source.fix") && !is_of(FIX_ALL, "quickfix"));
    }

    #[test]
    fn only_lines_that_differ_are_replaced() {
        let edits = of_lines("a\nb\r\nc\n", "a\nx\r\nc\nd", Encoding::Utf16);
        let shown: Vec<_> =
            edits.iter().map(|one| (one.range.start.line, one.range.end.line, &*one.new_text)).collect();
        assert_eq!(shown, [(1, 2, "x\r\n"), (3, 3, "d")]);
    }
}
