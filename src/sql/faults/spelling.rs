//! Words that are no words of SQL, and the nearest that are.

use super::super::Fault;
use super::super::dialect::Dialect;
use super::super::outline::Outline;
use super::super::token::{Kind, Token};
use super::super::verb::Verb;
use crate::spelling::distance_within;

/// The longest word that is compared.
const LONGEST: usize = 24;

/// The nearest of some words, if one is at most that many edits away (a swap of neighbours is one).
pub(crate) fn near<'w>(word: &str, words: impl IntoIterator<Item = &'w str>, most: usize) -> Option<&'w str> {
    if word.len() > LONGEST || !word.is_ascii() {
        return None;
    }
    let word = word.to_ascii_lowercase();
    words
        .into_iter()
        .filter_map(|known| Some((distance_within(&word, known, most)?, known)))
        .filter(|&(distance, _)| distance > 0)
        .min_by_key(|&(distance, _)| distance)
        .map(|(_, known)| known)
}

/// A first word that is no verb, and close to one.
pub(super) fn verb(tokens: &[Token<'_>], outline: &Outline, dialect: Dialect) -> Option<Fault> {
    let Verb::Other(word) = &outline.verb else { return None };
    let first = tokens.iter().find(|token| !token.is_symbol("("))?;
    if first.kind != Kind::Word || word.len() < 4 || Verb::is_known(word) {
        return None;
    }
    let second = tokens.get(1);
    // An assignment, a label, a name; and SQL Server calls a procedure by its name alone.
    let other = second.is_some_and(|next| {
        next.kind == Kind::Symbol && !matches!(next.text, "*" | "(")
            || (next.is_symbol("(") && !matches!(dialect, Dialect::Snowflake | Dialect::BigQuery | Dialect::Redshift))
    });
    let procedure = dialect == Dialect::SqlServer
        && second.is_none_or(|next| !next.is_name() || next.text.starts_with('@') || tokens.len() == 2);
    if other || procedure {
        return None;
    }
    let most = if word.len() >= 5 { 2 } else { 1 };
    let meant = near(word, Verb::words(), most)?;
    // One word may be anything: a value that was printed, a note.
    if second.is_none() && near(word, [meant], 1).is_none() {
        return None;
    }
    let fault = Fault::certain(first.range(), format!("no statement begins with `{}`", first.text));
    Some(fault.help(format!("did you mean {}?", meant.to_uppercase())))
}
