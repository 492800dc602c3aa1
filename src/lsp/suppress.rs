//! The comment that silences one finding: where it may stand is tried, and what silences more than that, or breaks
//! something, is not taken.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use crate::diagnostic::Diagnostic;
use crate::report::CheckReport;
use crate::run::{CheckOptions, check};

/// How many places are tried.
const MOST_TRIED: usize = 6;

/// The text of the file with such a comment; none where no place for it is found.
pub(super) fn silenced(
    options: &CheckOptions,
    report: &CheckReport,
    found: &Diagnostic,
    path: &Path,
) -> Option<Arc<str>> {
    let text = &report.sources.get(found.place.file).text;
    let is_yaml = matches!(path.extension().and_then(|ending| ending.to_str()), Some("yml" | "yaml"));
    let starts = if is_yaml { of_yaml(text, found.place.start) } else { of_sql(text, found.place.start) };
    starts.into_iter().take(MOST_TRIED).find_map(|start| {
        let after = with_comment(text, start, found.rule, is_yaml);
        let mut options = options.clone();
        options.overlay.set(path, Arc::clone(&after));
        let now = check(&options).ok()?.pop()?;
        is_silenced(report, &now, found).then_some(after)
    })
}

/// Whether the finding is gone, and nothing else is there that was not.
fn is_silenced(before: &CheckReport, now: &CheckReport, found: &Diagnostic) -> bool {
    let count = |report: &CheckReport| {
        let mut counts: BTreeMap<(&str, String), usize> = BTreeMap::new();
        for one in &report.diagnostics {
            *counts.entry((one.rule, one.message.clone())).or_default() += 1;
        }
        counts
    };
    let (before, now) = (count(before), count(now));
    let key = (found.rule, found.message.clone());
    let of = |counts: &BTreeMap<_, usize>, key: &(&str, String)| counts.get(key).copied().unwrap_or_default();
    of(&now, &key) < of(&before, &key) && now.keys().all(|key| of(&now, key) <= of(&before, key))
}

/// The text with a comment on a line of its own before the line that begins at `start`.
fn with_comment(text: &str, start: usize, rule: &str, is_yaml: bool) -> Arc<str> {
    let line = text[start..].split('\n').next().unwrap_or_default();
    let indent = &line[..line.len() - line.trim_start().len()];
    let end = if line.ends_with('\r') { "\r\n" } else { "\n" };
    let said = format!("hookproof: ignore[{rule}]");
    let comment = if is_yaml { format!("# {said}") } else { format!("{{# {said} #}}") };
    format!("{}{indent}{comment}{end}{}", &text[..start], &text[start..]).into()
}

fn line_start(text: &str, at: usize) -> usize {
    text[..at].rfind('\n').map_or(0, |end| end + 1)
}

/// The line of the finding, then those above it that it is indented below: inside a block of text no comment can
/// stand.
fn of_yaml(text: &str, at: u32) -> Vec<usize> {
    let mut start = line_start(text, at as usize);
    let mut starts = vec![start];
    let indent = |start: usize| {
        let line = text[start..].split('\n').next().unwrap_or_default();
        (!line.trim().is_empty()).then(|| line.len() - line.trim_start().len())
    };
    let mut least = indent(start).unwrap_or(usize::MAX);
    while start > 0 && least > 0 {
        start = line_start(text, start - 1);
        if let Some(indent) = indent(start).filter(|&indent| indent < least) {
            least = indent;
            starts.push(start);
        }
    }
    starts
}

/// The line of the finding, then those above it on which a tag begins: inside a tag no comment can stand.
fn of_sql(text: &str, at: u32) -> Vec<usize> {
    let at = at as usize;
    let first = line_start(text, at);
    let mut starts = vec![first];
    let tags = text[..first]
        .rmatch_indices('{')
        .filter(|(at, _)| text[*at..].starts_with("{{") || text[*at..].starts_with("{%"));
    for (tag, _) in tags {
        let start = line_start(text, tag);
        if starts.last() != Some(&start) {
            starts.push(start);
        }
        if starts.len() >= MOST_TRIED {
            break;
        }
    }
    starts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_for_a_comment_are_lines_that_hold_the_finding() {
        let text = "on-run-end:\n  - a\n  - |\n    drop\n\n    table x\n";
        let at = text.find("table").unwrap_or_default() as u32;
        let lines: Vec<&str> =
            of_yaml(text, at).iter().map(|&start| text[start..].lines().next().unwrap_or("")).collect();
        assert_eq!(lines, ["    table x", "  - |", "on-run-end:"]);
        let text = "{{ config(\n  post_hook='drop'\n) }}\nselect 1";
        let lines = of_sql(text, text.find("drop").unwrap_or_default() as u32);
        assert_eq!(lines, [11, 0]);
        assert_eq!(
            &*with_comment(text, 11, "r", false),
            "{{ config(\n  {# hookproof: ignore[r] #}\n  post_hook='drop'\n) }}\nselect 1"
        );
        assert_eq!(&*with_comment("a: b\r\n", 0, "r", true), "# hookproof: ignore[r]\r\na: b\r\n");
    }
}
