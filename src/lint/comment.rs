//! Comments that silence findings where a hook stands: `hookproof: ignore[rule] reason`, as a comment of YAML,
//! Jinja or SQL.
//!
//! A comment behind something speaks of its line; one that has the line for itself, of what begins on the next
//! line that is no such comment: in YAML with all that is indented deeper, elsewhere up to the end of a tag that
//! begins there.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering};

use super::{Rule, Selector};
use crate::source::{FileId, Place, Sources};

const WORD: &str = "hookproof:";
const OPENERS: &[&str] = &["#", "--", "{#", "{#-", "/*", "//"];

/// A comment that speaks to hookproof.
#[derive(Debug)]
pub(crate) struct Comment {
    /// Where it says what is silenced, from `hookproof:` on.
    pub(crate) place: Place,
    /// What it names, each with its bytes in the file; a sentence where nothing is called so.
    pub(crate) names: Vec<(Place, Result<Selector, String>)>,
    /// What is wrong with it as a whole.
    pub(crate) fault: Option<&'static str>,
    /// The bytes of the file that it speaks of.
    covers: Range<u32>,
    /// Which of the names have silenced something.
    used: Vec<AtomicBool>,
}

impl Comment {
    /// The names that have silenced nothing.
    pub(crate) fn unused(&self) -> impl Iterator<Item = (Place, Selector)> {
        let names = self.names.iter().zip(&self.used).filter(|(_, used)| !used.load(Ordering::Relaxed));
        names.filter_map(|((place, name), _)| Some((*place, *name.as_ref().ok()?)))
    }
}

/// Every comment that speaks to hookproof, by file.
#[derive(Debug, Default)]
pub(crate) struct Comments {
    of: HashMap<FileId, Vec<Comment>>,
}

impl Comments {
    /// Reads the comments of every file.
    pub(crate) fn read(sources: &Sources) -> Comments {
        let all = sources.iter().filter(|(_, file)| file.text.contains(WORD));
        let of = all.map(|(id, file)| (id, of_file(id, &file.path, &file.text)));
        Comments { of: of.filter(|(_, comments)| !comments.is_empty()).collect() }
    }

    /// Every comment, by file and place.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Comment> {
        let mut files: Vec<_> = self.of.iter().collect();
        files.sort_by_key(|(id, _)| **id);
        files.into_iter().flat_map(|(_, comments)| comments)
    }

    /// Whether a comment silences what a rule finds at a place. Where it does, it has been of use.
    pub(crate) fn silence(&self, rule: &Rule, place: Place) -> bool {
        if self.of.is_empty() {
            return false;
        }
        let mut silenced = false;
        for comment in self.of.get(&place.file).into_iter().flatten() {
            if comment.covers.contains(&place.start) {
                for ((_, name), used) in comment.names.iter().zip(&comment.used) {
                    if name.as_ref().is_ok_and(|selector| selector.names(rule)) {
                        used.store(true, Ordering::Relaxed);
                        silenced = true;
                    }
                }
            }
        }
        silenced
    }
}

/// The comments of a file.
fn of_file(file: FileId, path: &str, text: &str) -> Vec<Comment> {
    let mut comments = Vec::new();
    let mut from = 0;
    while let Some(found) = text[from..].find(WORD) {
        let at = from + found;
        from = at + WORD.len();
        let line = text[..at].rfind('\n').map_or(0, |end| end + 1);
        let before = text[line..at].trim_end();
        let Some(opener) = OPENERS.iter().rev().filter(|opener| before.ends_with(**opener)).max_by_key(|one| one.len())
        else {
            continue;
        };
        let alone = before.len() - opener.len();
        let alone = text[line..line + alone].trim().is_empty();
        let end = text[at..].find('\n').map_or(text.len(), |end| at + end);
        let covers = if alone { below(path, text, end) } else { line..end };
        comments.push(comment(file, text, at..end, covers));
    }
    comments
}

/// Reads what a comment says: `ignore[rule, rule] reason`.
fn comment(file: FileId, text: &str, range: Range<usize>, covers: Range<usize>) -> Comment {
    let place = |range: Range<usize>| Place { file, start: range.start as u32, end: range.end as u32 };
    let said = &text[range.start + WORD.len()..range.end];
    let mut names = Vec::new();
    let mut fault = None;
    let mut end = range.start + WORD.len() + said.len() - said.trim_start().len();
    match said.trim_start().strip_prefix("ignore") {
        Some(rest) => match rest.strip_prefix('[').and_then(|inner| inner.split_once(']')) {
            Some((inner, _)) => {
                let mut at = end + "ignore[".len();
                end = at + inner.len() + 1;
                for word in inner.split(',') {
                    let start = at + word.len() - word.trim_start().len();
                    at += word.len() + 1;
                    let word = word.trim();
                    names.push((place(start..start + word.len()), Selector::parse(word)));
                }
            }
            None => {
                end += "ignore".len();
                fault = Some("it names no rule: write `hookproof: ignore[rule] reason`");
            }
        },
        None => {
            end += said.split_whitespace().next().map_or(0, str::len);
            fault = Some("it says nothing that hookproof knows: write `hookproof: ignore[rule] reason`");
        }
    }
    let used = names.iter().map(|_| AtomicBool::new(false)).collect();
    let covers = covers.start as u32..covers.end as u32;
    Comment { place: place(range.start..end), names, fault, covers, used }
}

/// What begins on the next line that holds something else than such a comment.
fn below(path: &str, text: &str, end: usize) -> Range<usize> {
    let mut start = (end + 1).min(text.len());
    let line_end = |start: usize| text[start..].find('\n').map_or(text.len(), |end| start + end);
    loop {
        let line = &text[start..line_end(start)];
        let skipped = line.trim().is_empty() || line.contains(WORD);
        if !skipped || start >= text.len() {
            break;
        }
        start = (line_end(start) + 1).min(text.len());
    }
    let first = line_end(start);
    let is_yaml = matches!(path.rsplit('.').next(), Some("yml" | "yaml"));
    let end = if is_yaml { block_end(text, start, first) } else { tag_end(text, start, first) };
    start..end
}

/// The end of the lines that are indented deeper than the first.
fn block_end(text: &str, start: usize, first: usize) -> usize {
    let indent = |line: &str| line.len() - line.trim_start().len();
    let own = indent(&text[start..first]);
    let is_item = text[start..first].trim_start().starts_with('-');
    let mut end = first;
    for line in text[first..].split_inclusive('\n').skip(1) {
        let content = line.trim();
        // The items of a list may stand as deep as its key.
        let deeper = indent(line) > own || (!is_item && indent(line) == own && content.starts_with("- "));
        if !content.is_empty() && !deeper {
            break;
        }
        end = text.len().min(end + line.len());
    }
    end
}

/// The end of the line, or of a tag that begins on it and ends further down.
fn tag_end(text: &str, start: usize, first: usize) -> usize {
    let line = &text[start..first];
    let open = [("{{", "}}"), ("{%", "%}")].into_iter().filter_map(|(open, close)| Some((line.rfind(open)?, close)));
    match open.max() {
        Some((at, close)) => text[start + at..].find(close).map_or(first, |end| first.max(start + at + end)),
        None => first,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn silenced<'t>(path: &str, text: &'t str) -> Vec<&'t str> {
        let comments = of_file(FileId(0), path, text);
        comments.iter().map(|one| &text[one.covers.start as usize..one.covers.end as usize]).collect()
    }

    #[test]
    fn a_comment_speaks_of_its_line_or_of_what_begins_below() {
        let line = "post-hook: \"drop table a\" # hookproof: ignore[drop-without-if-exists] it is there";
        assert_eq!(silenced("a.yml", line), [line]);
        let block = "# hookproof: ignore[sql]\n\non-run-end:\n- |\n  a\n\n  b\nname: x\n";
        assert_eq!(silenced("a.yml", block), ["on-run-end:\n- |\n  a\n\n  b"]);
        let item = "h:\n  # hookproof: ignore[sql]\n  - >\n    a\n  - b\n";
        assert_eq!(silenced("a.yml", item), ["  - >\n    a"]);
        let tag = "{# hookproof: ignore[sql] #}\n{{ config(\n  post_hook='a'\n) }}\nselect 1";
        assert_eq!(silenced("a.sql", tag), ["{{ config(\n  post_hook='a'\n) "]);
        let two = "-- hookproof: ignore[sql]\n-- hookproof: ignore[jinja]\ndrop a;\ndrop b;";
        assert_eq!(silenced("a.sql", two), ["drop a;", "drop a;"]);
        assert!(silenced("a.sql", "select 'hookproof: ignore[sql]'").is_empty());
    }

    #[test]
    fn names_are_read_with_their_places() {
        let text = "{#- hookproof: ignore[missing-var, nothing] because #}\nx";
        let comments = of_file(FileId(0), "a.sql", text);
        let names: Vec<_> = comments[0].names.iter().map(|(at, name)| (at.start, name.is_ok())).collect();
        assert_eq!(names, [(22, true), (35, false)]);
        assert!(of_file(FileId(0), "a.sql", "-- hookproof: ignore\nx")[0].fault.is_some());
        assert!(of_file(FileId(0), "a.sql", "-- hookproof: off\nx")[0].fault.is_some());
    }
}
