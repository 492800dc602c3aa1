//! Where statements begin and end.
//!
//! A semicolon ends a statement, but not inside a scripting block or the body of a routine.

use std::ops::Range;

use super::dialect::Dialect;
use super::token::{Kind, Token};

/// The statements of a text, as ranges of its tokens.
#[derive(Debug, Default)]
pub(crate) struct Split {
    /// The tokens of each statement, without the semicolon.
    pub(crate) statements: Vec<Range<usize>>,
    /// The semicolons with no statement before them.
    pub(crate) lone: Vec<usize>,
}

/// Splits tokens into statements.
pub(crate) fn split(tokens: &[Token<'_>], dialect: Dialect) -> Split {
    let mut split = Split::default();
    let mut at = 0;
    while at < tokens.len() {
        if tokens[at].is_symbol(";") {
            split.lone.push(at);
            at += 1;
            continue;
        }
        // The slash of SQL*Plus, which sends what stands before it.
        if dialect == Dialect::Oracle && tokens[at].is_symbol("/") {
            at += 1;
            continue;
        }
        let end = statement_end(tokens, at, dialect);
        split.statements.push(at..end);
        at = end + 1;
    }
    split
}

/// What `end` closes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Block {
    /// `begin`.
    Begin,
    /// The declarations before a `begin`.
    Declare,
    /// A CASE expression.
    Case,
    /// `if … end if`, a loop, a CASE statement.
    Branch,
}

/// The words that follow `end` to say what is closed.
const AFTER_END: [&str; 8] = ["if", "while", "for", "loop", "repeat", "case", "try", "catch"];

/// Whether the `begin` at a token opens a transaction, not a block.
pub(crate) fn begins_transaction(tokens: &[Token<'_>], at: usize, dialect: Dialect) -> bool {
    let Some(next) = tokens.get(at + 1) else { return true };
    if next.is_symbol(";") || !dialect.has_scripting() {
        return true;
    }
    if next.is("name") {
        return !tokens.get(at + 2).is_some_and(|token| token.is_symbol(":="));
    }
    next.is_any(&["transaction", "tran", "work", "isolation", "read", "distributed"])
}

/// Whether the words from a statement's first on create or change a routine, whose body may be a block.
pub(crate) fn holds_routine(tokens: &[Token<'_>]) -> bool {
    let Some(first) = tokens.first() else { return false };
    if !first.is_any(&["create", "alter", "with"]) {
        return false;
    }
    tokens
        .iter()
        .skip(1)
        .take(8)
        .take_while(|token| token.kind == Kind::Word)
        .any(|token| token.is_any(&["procedure", "proc", "function", "trigger", "task", "event", "package", "alert"]))
}

/// The end of a statement that holds others in parentheses: `create rule … do also (…; …)`.
fn rule_end(tokens: &[Token<'_>], start: usize) -> Option<usize> {
    let rest = &tokens[start..];
    let kind = if rest.get(1)?.is("or") { rest.get(3)? } else { rest.get(1)? };
    (rest[0].is("create") && kind.is("rule")).then_some(())?;
    let mut depth = 0_usize;
    for (at, token) in tokens.iter().enumerate().skip(start) {
        match token.text {
            "(" if token.kind == Kind::Symbol => depth += 1,
            ")" if token.kind == Kind::Symbol => depth = depth.checked_sub(1)?,
            ";" if token.kind == Kind::Symbol && depth == 0 => return Some(at),
            _ => {}
        }
    }
    (depth == 0).then_some(tokens.len())
}

fn statement_end(tokens: &[Token<'_>], start: usize, dialect: Dialect) -> usize {
    if let Some(end) = rule_end(tokens, start) {
        return end;
    }
    let rest = &tokens[start..];
    let routine = holds_routine(rest);
    let transact = dialect == Dialect::SqlServer;
    if routine && matches!(dialect, Dialect::SqlServer | Dialect::Oracle) && rest[0].is_any(&["create", "alter"]) {
        return batch_end(tokens, start);
    }
    let tracked = routine || transact || opens_block(tokens, start, dialect);
    let mut blocks: Vec<Block> = Vec::new();
    let mut at_start = true;
    let mut at = start;
    while at < tokens.len() {
        let token = &tokens[at];
        if token.is_symbol(";") {
            let goes_on =
                transact && (tokens.get(at + 1).is_some_and(|next| next.is("else")) || in_rowset(&tokens[start..at]));
            if blocks.is_empty() && !goes_on {
                return at;
            }
            at_start = true;
        } else if tracked && token.kind == Kind::Word && !(at > start && tokens[at - 1].is_symbol(".")) {
            at_start = step(tokens, &mut at, at_start, &mut blocks, dialect);
        } else {
            at_start = at_start && token.is_symbol(":");
        }
        at += 1;
    }
    tokens.len()
}

/// Whether a semicolon behind these tokens stands between the login and the password of OPENROWSET.
fn in_rowset(before: &[Token<'_>]) -> bool {
    let text = before.last().is_some_and(|token| token.kind == Kind::Text);
    let called = before.iter().rev().take(10).find(|token| token.is_symbol(")") || token.is("openrowset"));
    text && called.is_some_and(|token| token.is("openrowset"))
}

/// Takes one word into account; says whether a statement inside the block begins after it.
fn step(tokens: &[Token<'_>], at: &mut usize, at_start: bool, blocks: &mut Vec<Block>, dialect: Dialect) -> bool {
    let token = &tokens[*at];
    let transact = dialect == Dialect::SqlServer;
    let scripting = !transact;
    if token.is("begin") {
        let inner = tokens
            .get(*at + 1)
            .is_none_or(|next| next.is_symbol(";") || next.is_any(&["transaction", "tran", "work", "distributed"]));
        if !inner {
            if blocks.last() == Some(&Block::Declare) {
                blocks.pop();
            }
            blocks.push(Block::Begin);
        }
        return true;
    }
    if token.is("end") {
        blocks.pop();
        if tokens.get(*at + 1).is_some_and(|next| next.is_any(&AFTER_END)) {
            *at += 1;
        }
        return false;
    }
    if token.is("declare") && matches!(dialect, Dialect::Snowflake | Dialect::Oracle) {
        blocks.push(Block::Declare);
        return true;
    }
    if token.is("case") && (transact || at_start || !blocks.is_empty()) {
        blocks.push(if at_start && scripting { Block::Branch } else { Block::Case });
        return false;
    }
    if at_start && scripting && token.is_any(&["if", "while", "for", "loop", "repeat"]) {
        blocks.push(Block::Branch);
        return token.is_any(&["loop", "repeat"]);
    }
    let opens = token.is_any(&["then", "else", "do", "loop", "repeat", "try", "catch"]);
    opens && blocks.last() != Some(&Block::Case)
}

/// Whether a statement begins with a block of its own.
pub(crate) fn opens_block(tokens: &[Token<'_>], start: usize, dialect: Dialect) -> bool {
    let Some(first) = tokens.get(start) else { return false };
    if !dialect.has_scripting() {
        return false;
    }
    if first.is("begin") {
        return !begins_transaction(tokens, start, dialect);
    }
    if first.is("declare") {
        return matches!(dialect, Dialect::Snowflake | Dialect::Oracle);
    }
    if dialect == Dialect::SqlServer {
        return first.is("while");
    }
    let labelled = tokens.get(start + 1).is_some_and(|token| token.is_symbol(":"));
    let at = if labelled && first.kind == Kind::Word { start + 2 } else { start };
    tokens.get(at).is_some_and(|token| {
        token.is_any(&["if", "while", "for", "loop", "repeat", "case"]) || (labelled && token.is("begin"))
    })
}

/// The end of a batch: a line with nothing but a slash, or the end of the text.
fn batch_end(tokens: &[Token<'_>], start: usize) -> usize {
    let after = |at: usize| tokens[at - 1].is_symbol(";") || tokens[at - 1].is("end");
    let slash = (start + 1..tokens.len()).find(|&at| tokens[at].is_symbol("/") && after(at));
    let mut end = slash.unwrap_or(tokens.len());
    while end > start + 1 && tokens[end - 1].is_symbol(";") {
        end -= 1;
    }
    end
}
