//! The work that reading a text takes: a unit is a token that a grammar is asked about once.

use std::cell::Cell;

/// How many bytes of a text are a unit: it is held, and each rule goes through it.
const BYTES: u64 = 32;

/// How many of its tokens are a unit, besides what grammars make of them.
const TOKENS: u64 = 8;

/// What a statement takes besides its tokens: it is held until the rules have seen it.
const STATEMENT: u64 = 16;

/// How often grammars are asked about one statement at most: every dialect, the server's own grammar, and each change
/// that is tried.
const TIMES: u64 = 60;

/// Every text of so many bytes takes as much.
pub(super) fn least(bytes: usize) -> u64 {
    bytes as u64 / BYTES
}

/// No text of so many bytes takes more.
pub(super) fn most(bytes: usize) -> u64 {
    (bytes as u64).saturating_mul(TIMES + STATEMENT)
}

/// The work that is done, and how much may be.
#[derive(Debug)]
pub(super) struct Work {
    done: Cell<u64>,
    most: u64,
    is_spent: Cell<bool>,
}

impl Work {
    pub(super) fn new(most: u64) -> Work {
        Work { done: Cell::new(0), most, is_spent: Cell::new(false) }
    }

    /// Takes what every text takes.
    pub(super) fn take_text(&self, bytes: usize, tokens: usize) {
        self.done.set(self.done.get() + least(bytes) + tokens as u64 / TOKENS);
    }

    /// Takes what every statement takes.
    pub(super) fn take_statement(&self) {
        self.done.set(self.done.get() + STATEMENT);
    }

    /// Takes so many tokens once more, where that may be done.
    pub(super) fn take_tokens(&self, tokens: usize) -> bool {
        let after = self.done.get() + tokens as u64;
        if after > self.most {
            self.is_spent.set(true);
            return false;
        }
        self.done.set(after);
        true
    }

    /// The work that was done.
    pub(super) fn done(&self) -> u64 {
        self.done.get()
    }

    /// Whether more was to be done than may be.
    pub(super) fn is_spent(&self) -> bool {
        self.is_spent.get()
    }
}
