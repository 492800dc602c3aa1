//! The branches of a template: the bodies of `if`, `elif`, `else` and `for`.

use std::collections::HashSet;

use super::tree::{Span, Stmt};

/// The bodies that evaluations went through, by their address: bodies of templates that are alive.
pub type Reached = HashSet<usize>;

/// The address of a body.
pub(super) fn address(body: &[Stmt]) -> usize {
    body.as_ptr() as usize
}

/// A body that may or may not be gone through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Branch {
    /// `if`, `elif`, `else` or `for`.
    pub tag: &'static str,
    /// The condition, or what is iterated; of an `else` the last condition before it.
    pub span: Span,
    /// The body's address.
    address: usize,
}

impl Branch {
    /// Whether it was gone through.
    #[must_use]
    pub fn is_reached(&self, reached: &Reached) -> bool {
        reached.contains(&self.address)
    }
}

/// Whether a body was gone through.
#[must_use]
pub fn is_reached(body: &[Stmt], reached: &Reached) -> bool {
    reached.contains(&address(body))
}

/// The branches in statements, outer ones first; those of macros that are declared there as well.
#[must_use]
pub fn branches(stmts: &[Stmt]) -> Vec<Branch> {
    let mut found = Vec::new();
    collect(stmts, &mut found);
    found
}

fn collect(stmts: &[Stmt], found: &mut Vec<Branch>) {
    for stmt in stmts {
        match stmt {
            Stmt::If { .. } => collect_if(stmt, "if", found),
            Stmt::For(each) => {
                add("for", each.iter.span, &each.body, found);
                add("else", each.iter.span, &each.otherwise, found);
            }
            Stmt::SetBlock { body, .. } | Stmt::With(_, body) | Stmt::Filter(_, body) | Stmt::Block(body) => {
                collect(body, found);
            }
            Stmt::Macro(decl) => collect(&decl.body, found),
            Stmt::Call { block, .. } => collect(&block.body, found),
            Stmt::Raw(_)
            | Stmt::Print(..)
            | Stmt::Do(_)
            | Stmt::Set(..)
            | Stmt::Break
            | Stmt::Continue
            | Stmt::Loader(_)
            | Stmt::AutoEscape(_)
            | Stmt::Unset(_) => {}
        }
    }
}

fn collect_if(stmt: &Stmt, tag: &'static str, found: &mut Vec<Branch>) {
    let Stmt::If { test, then, otherwise } = stmt else { return };
    add(tag, test.span, then, found);
    match otherwise.as_slice() {
        // The parser makes an `elif` of these.
        [next @ Stmt::If { .. }] => collect_if(next, "elif", found),
        _ => add("else", test.span, otherwise, found),
    }
}

fn add(tag: &'static str, span: Span, body: &[Stmt], found: &mut Vec<Branch>) {
    if body.is_empty() {
        return;
    }
    found.push(Branch { tag, span, address: address(body) });
    collect(body, found);
}
