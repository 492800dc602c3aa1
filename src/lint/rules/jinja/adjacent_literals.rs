//! Finds two text literals side by side, which Jinja joins into one: a comma or a quote is missing.

use std::ops::Range;

use crate::diagnostic::{Edit, Fix, Safety, Severity};
use crate::jinja::tree::{Expr, ExprKind, Span};
use crate::lint::rules::one_line;
use crate::lint::syntax::{Around, Outer, Part, Seen};
use crate::lint::{Finding, Findings, Sink};

/// Two literals side by side.
struct Pair<'t> {
    left: &'t str,
    right: &'t str,
    /// Both with their quotes.
    span: Span,
    /// The byte behind the left one.
    between: u32,
    /// Nothing stands between them, and they have the same quotes: `'it''s'`.
    touches: bool,
}

pub(in crate::lint) fn check<'f>(findings: &'f Findings<'f>, sink: &mut Sink<'f>) {
    for part in findings.syntax().parts() {
        part.walk(&mut |seen, around| {
            if let Seen::Expr(expr) = seen
                && matches!(expr.kind, ExprKind::Str(_))
                && part.is_of_hooks(around)
            {
                pairs(part, expr)
                    .iter()
                    .filter_map(|pair| finding(findings, part, pair, around))
                    .for_each(|found| sink.add(found));
            }
        });
    }
}

/// The literals that Jinja joins in one expression, two by two.
fn pairs<'t>(part: &'t Part, expr: &Expr) -> Vec<Pair<'t>> {
    let text = part.template.text.as_str();
    let (start, end) = (expr.span.start as usize, expr.span.end as usize);
    let inner = |range: &Range<usize>| &text[range.start + 1..range.end - 1];
    let mut literals = literals(text, start..end);
    // Three quotes, as in Python, are an empty text before another.
    literals.retain(|range| !inner(range).is_empty());
    let pair = |two: &[Range<usize>]| {
        let [left, right] = two else { return None };
        Some(Pair {
            left: inner(left),
            right: inner(right),
            span: Span { start: left.start as u32, end: right.end as u32 },
            between: left.end as u32,
            touches: left.end == right.start && text[left.clone()].ends_with(&text[right.start..=right.start]),
        })
    };
    literals.windows(2).filter_map(pair).collect()
}

/// The literals in a range, each with its quotes.
fn literals(text: &str, range: Range<usize>) -> Vec<Range<usize>> {
    let bytes = text.as_bytes();
    let mut found = Vec::new();
    let mut at = range.start;
    while at < range.end {
        let quote = bytes[at];
        if !matches!(quote, b'\'' | b'"') {
            at += 1;
            continue;
        }
        let start = at;
        at += 1;
        while at < range.end && bytes[at] != quote {
            at += if bytes[at] == b'\\' { 2 } else { 1 };
        }
        if at >= range.end {
            break;
        }
        at += 1;
        found.push(start..at);
    }
    found
}

fn finding<'f>(
    findings: &'f Findings<'f>,
    part: &Part,
    pair: &Pair<'_>,
    around: Around<'_, '_>,
) -> Option<Finding<'f>> {
    let joined = format!("{}{}", pair.left, pair.right);
    if pair.touches {
        let message = format!(
            "Jinja joins two literals that stand side by side: this is `{}`, without the quote. Doubling a quote \
             escapes it in SQL, not in Jinja.",
            one_line(&joined),
        );
        return Some(
            part.finding(findings, pair.span, message)
                .help("write the text in the other kind of quotes, or write `\\'`"),
        );
    }
    // Who breaks a long text over lines leaves a blank at the break.
    let is_word = |char: char| char.is_alphanumeric() || matches!(char, '_' | ')' | '(' | '"' | '\'' | '}' | '{');
    let glued = pair.left.ends_with(is_word) && pair.right.starts_with(is_word);
    let in_list = matches!(around.0.last(), Some(Outer::Item));
    let two_hooks = in_list && around.in_config_hook() && are_statements(pair);
    if !glued && !two_hooks {
        return None;
    }
    let message = if in_list {
        format!(
            "A comma is missing: Jinja joins the two literals into one, and the list has one item `{}` in place of two.",
            one_line(&joined),
        )
    } else {
        format!("Jinja joins two literals that stand side by side: this is the one text `{}`.", one_line(&joined))
    };
    let severity = if in_list { Severity::Error } else { Severity::Warning };
    Some(
        part.finding(findings, pair.span, message)
            .severity(severity)
            .help("add the comma, or a blank where the text is meant to go on")
            .fix(in_list.then(|| comma(part, pair)).flatten()),
    )
}

/// Whether both literals begin as statements of their own, or a comment of the left one takes the right one in.
fn are_statements(pair: &Pair<'_>) -> bool {
    const VERBS: &[&str] = &[
        "alter", "analyze", "comment", "create", "drop", "grant", "insert", "merge", "refresh", "revoke", "truncate",
        "update", "vacuum",
    ];
    let begins = |text: &str| {
        let word = text.split_whitespace().next().unwrap_or_default().to_lowercase();
        VERBS.contains(&word.as_str())
    };
    // With a semicolon between them they are two statements of one hook.
    let ends = pair.left.trim_end().ends_with(';');
    let comment = pair.left.rsplit('\n').next().is_some_and(|line| line.contains("--"));
    begins(pair.right) && (comment || (begins(pair.left) && !ends))
}

fn comma(part: &Part, pair: &Pair<'_>) -> Option<Fix> {
    let last = part.place(Span { start: pair.between - 1, end: pair.between })?;
    let place = crate::source::Place { start: last.end, ..last };
    let title = "add the comma".to_owned();
    Some(Fix { title, safety: Safety::Unsafe, edits: vec![Edit { place, text: ",".to_owned() }] })
}
