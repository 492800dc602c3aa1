//! Names that Jinja2 takes for unset although the context has them.
//!
//! Jinja2 decides per frame (a template, a macro, the body of a loop, of `with`, of a block) where each name comes from,
//! before anything runs. Where the first that a frame does with a name is to set it, the frame begins with the name unset:
//! a body inside the frame that reads it earlier, as in
//! `{% for t in tables %}{{ schema }}{% endfor %}{% set schema = 'x' %}`, finds nothing, whatever the context holds. A name
//! that a branch of an `if` sets is looked up in the context first (Jinja2 3.1, `idtracking.py`).

use std::collections::HashSet;
use std::sync::Arc;

use super::tree::{Expr, ExprKind, Macro, Name, Stmt, Target};
use super::walk;

/// Begins each frame of a template with the names that are unset in it, where that can be noticed.
pub(super) fn mark(template: &mut Vec<Stmt>) {
    frame(template, Symbols::default(), None);
}

/// The names of one frame.
#[derive(Default)]
struct Symbols {
    /// Names that the frame knows.
    refs: HashSet<Name>,
    /// Those of them that begin unset.
    unset: HashSet<Name>,
}

/// A frame and those around it.
struct Scope<'a> {
    symbols: Symbols,
    around: Option<&'a Scope<'a>>,
}

impl Scope<'_> {
    fn knows(&self, name: &Name) -> bool {
        self.symbols.refs.contains(name) || self.around.is_some_and(|around| around.knows(name))
    }

    fn load(&mut self, name: &Name) {
        if !self.knows(name) {
            self.symbols.refs.insert(Arc::clone(name));
        }
    }

    fn store(&mut self, name: &Name, is_branch: bool) {
        if !self.symbols.refs.insert(Arc::clone(name)) {
            return;
        }
        if !is_branch && !self.around.is_some_and(|around| around.knows(name)) {
            self.symbols.unset.insert(Arc::clone(name));
        }
    }

    fn target(&mut self, target: &Target, is_branch: bool) {
        match target {
            Target::Name(name) => self.store(name, is_branch),
            Target::Attr(name, ..) => self.load(name),
            Target::Tuple(targets, _) => targets.iter().for_each(|target| self.target(target, is_branch)),
        }
    }

    fn expr(&mut self, expr: &Expr) {
        walk::within(expr, &mut |expr| {
            if let ExprKind::Var(name) = &expr.kind {
                self.load(name);
            }
        });
    }

    /// What the statements of the frame itself do with names; bodies with a frame of their own are left out.
    fn stmts(&mut self, stmts: &[Stmt], is_branch: bool) {
        for stmt in stmts {
            match stmt {
                Stmt::Print(expr, _) | Stmt::Do(expr) | Stmt::Filter(expr, _) => self.expr(expr),
                Stmt::Call { call, .. } => self.expr(call),
                Stmt::Set(target, expr) => {
                    self.expr(expr);
                    self.target(target, is_branch);
                }
                Stmt::SetBlock { target, .. } => self.target(target, is_branch),
                Stmt::With(assignments, _) => assignments.iter().for_each(|(_, expr)| self.expr(expr)),
                Stmt::For(for_loop) => self.expr(&for_loop.iter),
                Stmt::If { test, then, otherwise } => {
                    self.expr(test);
                    self.stmts(then, true);
                    self.stmts(otherwise, true);
                }
                Stmt::Raw(_)
                | Stmt::Macro(_)
                | Stmt::Block(_)
                | Stmt::Break
                | Stmt::Continue
                | Stmt::Loader(_)
                | Stmt::AutoEscape(_)
                | Stmt::Unset(_) => {}
            }
        }
    }
}

/// Marks a frame and those in it, and gives the names that they read.
fn frame(body: &mut Vec<Stmt>, parameters: Symbols, around: Option<&Scope<'_>>) -> HashSet<Name> {
    let mut scope = Scope { symbols: parameters, around };
    scope.stmts(body, false);
    let mut seen = Seen::default();
    seen.stmts(body, &scope);
    let mut unset: Vec<Name> = seen.early.intersection(&scope.symbols.unset).map(Arc::clone).collect();
    if !unset.is_empty() {
        unset.sort_unstable();
        body.insert(0, Stmt::Unset(unset));
    }
    seen.read
}

/// What the bodies inside a frame read.
#[derive(Default)]
struct Seen {
    /// Every name.
    read: HashSet<Name>,
    /// Those that are read before the frame has set them.
    early: HashSet<Name>,
    /// The names that the frame has set so far, in no branch.
    set: HashSet<Name>,
}

impl Seen {
    fn inner(&mut self, body: &mut Vec<Stmt>, parameters: Symbols, scope: &Scope<'_>) {
        for name in frame(body, parameters, Some(scope)) {
            if !self.set.contains(&name) {
                self.early.insert(Arc::clone(&name));
            }
            self.read.insert(name);
        }
    }

    fn expr(&mut self, expr: &Expr) {
        walk::within(expr, &mut |expr| {
            if let ExprKind::Var(name) = &expr.kind {
                self.read.insert(Arc::clone(name));
            }
        });
    }

    fn target(&mut self, target: &Target) {
        match target {
            Target::Name(name) => {
                self.set.insert(Arc::clone(name));
            }
            Target::Attr(name, ..) => {
                self.read.insert(Arc::clone(name));
            }
            Target::Tuple(targets, _) => targets.iter().for_each(|target| self.target(target)),
        }
    }

    fn macro_decl(&mut self, decl: &mut Arc<Macro>, scope: &Scope<'_>) {
        // Nothing else holds the macro while its template is read.
        let Some(decl) = Arc::get_mut(decl) else { return };
        let mut parameters = Symbols::default();
        parameters.refs.extend(decl.params.iter().map(|param| Arc::clone(&param.name)));
        for default in decl.params.iter().filter_map(|param| param.default.as_ref()) {
            self.expr(default);
        }
        self.inner(&mut decl.body, parameters, scope);
    }

    fn stmts(&mut self, stmts: &mut [Stmt], scope: &Scope<'_>) {
        for stmt in stmts {
            match stmt {
                Stmt::Print(expr, _) | Stmt::Do(expr) => self.expr(expr),
                Stmt::Set(target, expr) => {
                    self.expr(expr);
                    self.target(target);
                }
                Stmt::SetBlock { target, filter, body } => {
                    if let Some(filter) = filter {
                        self.expr(filter);
                    }
                    self.inner(body, Symbols::default(), scope);
                    self.target(target);
                }
                Stmt::With(assignments, body) => {
                    let mut parameters = Symbols::default();
                    for (target, expr) in assignments {
                        self.expr(expr);
                        names(target, &mut parameters.refs);
                    }
                    self.inner(body, parameters, scope);
                }
                Stmt::For(for_loop) => {
                    self.expr(&for_loop.iter);
                    if let Some(filter) = &for_loop.filter {
                        self.expr(filter);
                    }
                    let mut parameters = Symbols::default();
                    names(&for_loop.target, &mut parameters.refs);
                    self.inner(&mut for_loop.body, parameters, scope);
                    self.inner(&mut for_loop.otherwise, Symbols::default(), scope);
                }
                Stmt::Filter(filter, body) => {
                    self.expr(filter);
                    self.inner(body, Symbols::default(), scope);
                }
                Stmt::Block(body) => self.inner(body, Symbols::default(), scope),
                Stmt::Macro(decl) => self.macro_decl(decl, scope),
                Stmt::Call { call, block } => {
                    self.expr(call);
                    self.macro_decl(block, scope);
                }
                Stmt::If { test, then, otherwise } => {
                    self.expr(test);
                    // What a branch sets, it may not have set.
                    let set = self.set.clone();
                    self.stmts(then, scope);
                    self.set.clone_from(&set);
                    self.stmts(otherwise, scope);
                    self.set = set;
                }
                Stmt::Raw(_)
                | Stmt::Break
                | Stmt::Continue
                | Stmt::Loader(_)
                | Stmt::AutoEscape(_)
                | Stmt::Unset(_) => {}
            }
        }
    }
}

fn names(target: &Target, into: &mut HashSet<Name>) {
    match target {
        Target::Name(name) => {
            into.insert(Arc::clone(name));
        }
        Target::Attr(..) => {}
        Target::Tuple(targets, _) => targets.iter().for_each(|target| names(target, into)),
    }
}
