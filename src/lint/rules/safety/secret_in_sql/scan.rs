//! Where secrets stand in SQL.

use std::ops::Range;

use crate::sql::{Outline, Script, Verb};

/// A secret in a text.
pub(super) struct Secret {
    /// What it is, as messages name it; never its value.
    pub(super) what: String,
    /// The word that announces it, and the value.
    pub(super) range: Range<usize>,
    /// The value.
    pub(super) value: Range<usize>,
}

/// Words that announce a secret where a text follows.
const WORDS: [&str; 20] = [
    "password",
    "passwd",
    "pwd",
    "identified by",
    "aws_secret_key",
    "aws_secret_access_key",
    "secret_access_key",
    "secret_key",
    "aws_token",
    "azure_sas_token",
    "sas_token",
    "master_key",
    "api_key",
    "apikey",
    "access_token",
    "auth_token",
    "client_secret",
    "private_key",
    "session_token",
    "secret",
];

/// The secrets in statements that deal with users, stages, connections and the like.
pub(super) fn secrets(text: &str, script: &Script) -> Vec<Secret> {
    let mut found = Vec::new();
    for statement in &script.statements {
        let own = &text[statement.range.clone()];
        access_keys(own, statement.range.start, &mut found);
        if !may_hold(&statement.outline) {
            continue;
        }
        let lower = own.to_ascii_lowercase();
        for word in WORDS {
            for (at, _) in lower.match_indices(word) {
                if let Some((end, value)) = value_after(own, &lower, at, word) {
                    let base = statement.range.start;
                    let secret = Secret {
                        what: format!("`{word}`"),
                        range: base + at..base + end,
                        value: base + value.start..base + value.end,
                    };
                    let known =
                        |other: &Secret| other.value.start < secret.value.end && secret.value.start < other.value.end;
                    if !found.iter().any(known) {
                        found.push(secret);
                    }
                }
            }
        }
    }
    found
}

/// Whether the statement may be given a secret: a query or a write of rows that speaks of a password means a column.
fn may_hold(outline: &Outline) -> bool {
    matches!(
        outline.verb,
        Verb::Create
            | Verb::Alter
            | Verb::Copy
            | Verb::Unload
            | Verb::Load
            | Verb::Set
            | Verb::Attach
            | Verb::Export
            | Verb::Grant
            | Verb::Block
    )
}

/// The end of the value behind an announcing word, and the value.
fn value_after(own: &str, lower: &str, at: usize, word: &str) -> Option<(usize, Range<usize>)> {
    let is_word = |one: char| one.is_alphanumeric() || one == '_';
    if own[..at].chars().next_back().is_some_and(is_word) {
        return None;
    }
    let mut end = at + word.len();
    if own[end..].chars().next().is_some_and(is_word) {
        return None;
    }
    let skip = |end: usize| end + own[end..].len() - own[end..].trim_start_matches([' ', '\t', '\n', '\r']).len();
    end = skip(end);
    // In a text of its own: `credentials 'aws_secret_access_key=…'`, a connection string.
    let inside = own[..at].matches('\'').count() % 2 == 1;
    if let Some(rest) = own[end..].strip_prefix("=>").or_else(|| own[end..].strip_prefix('=')) {
        end = own.len() - rest.len();
        end = skip(end);
    } else if inside {
        return None;
    } else if lower[end..].starts_with("by ") {
        end = skip(end + 3);
    }
    let (start, stop, closed) = if inside {
        let length = own[end..].find(['\'', ';', ' ', '&']).unwrap_or(own.len() - end);
        (end, end + length, end + length)
    } else {
        let quote = own[end..].chars().next()?;
        let quoted = quote == '\'' || (quote == '"' && word == "identified by");
        let length = own.get(end + 1..).filter(|_| quoted)?.find(quote)?;
        (end + 1, end + 1 + length, end + 2 + length)
    };
    (!is_placeholder(&own[start..stop])).then_some((closed, start..stop))
}

/// Keys of AWS, which have a form of their own.
fn access_keys(own: &str, base: usize, found: &mut Vec<Secret>) {
    for (at, prefix) in own.match_indices("AKIA") {
        let rest = &own[at + prefix.len()..];
        let length = rest.find(|one: char| !(one.is_ascii_uppercase() || one.is_ascii_digit())).unwrap_or(rest.len());
        let starts = !own[..at].chars().next_back().is_some_and(char::is_alphanumeric);
        if length == 16 && starts && !rest.starts_with("IOSFODNN7EXAMPLE") {
            let value = base + at..base + at + prefix.len() + length;
            found.push(Secret { what: "an AWS access key".to_owned(), range: value.clone(), value });
        }
    }
}

/// Whether a value only stands for one.
fn is_placeholder(value: &str) -> bool {
    let value = value.trim();
    let marked = value.starts_with(['<', '$', '{', '%']) || value.contains("...");
    let masked = value.chars().all(|one| matches!(one, '*' | 'x' | 'X' | '.'));
    value.is_empty() || marked || masked
}
