//! Visits the expressions of a tree.

use super::tree::{Arg, Expr, ExprKind, Name, Stmt, Target};

/// Calls `visit` with every expression of the statements, outer ones first.
pub fn exprs<'a>(stmts: &'a [Stmt], visit: &mut dyn FnMut(&'a Expr)) {
    for stmt in stmts {
        match stmt {
            Stmt::Raw(_) | Stmt::Break | Stmt::Continue | Stmt::Loader(_) | Stmt::AutoEscape(_) | Stmt::Unset(_) => {}
            Stmt::Print(expr, _) | Stmt::Do(expr) | Stmt::Set(_, expr) => within(expr, visit),
            Stmt::If { test, then, otherwise } => {
                within(test, visit);
                exprs(then, visit);
                exprs(otherwise, visit);
            }
            Stmt::For(for_loop) => {
                within(&for_loop.iter, visit);
                if let Some(filter) = &for_loop.filter {
                    within(filter, visit);
                }
                exprs(&for_loop.body, visit);
                exprs(&for_loop.otherwise, visit);
            }
            Stmt::SetBlock { filter, body, .. } => {
                if let Some(filter) = filter {
                    within(filter, visit);
                }
                exprs(body, visit);
            }
            Stmt::With(assignments, body) => {
                for (_, expr) in assignments {
                    within(expr, visit);
                }
                exprs(body, visit);
            }
            Stmt::Filter(filter, body) => {
                within(filter, visit);
                exprs(body, visit);
            }
            Stmt::Macro(decl) => {
                for default in decl.params.iter().filter_map(|param| param.default.as_ref()) {
                    within(default, visit);
                }
                exprs(&decl.body, visit);
            }
            Stmt::Call { call, block } => {
                within(call, visit);
                exprs(&block.body, visit);
            }
            Stmt::Block(body) => exprs(body, visit),
        }
    }
}

/// Calls `visit` with an expression and every one in it, outer ones first.
pub fn within<'a>(expr: &'a Expr, visit: &mut dyn FnMut(&'a Expr)) {
    visit(expr);
    parts(expr, &mut |part| within(part, visit));
}

/// Calls `visit` with the expressions that an expression is made of, and not with those in them.
pub fn parts<'a>(expr: &'a Expr, visit: &mut dyn FnMut(&'a Expr)) {
    match &expr.kind {
        ExprKind::Var(_)
        | ExprKind::Str(_)
        | ExprKind::Int(_)
        | ExprKind::BigInt(_)
        | ExprKind::Float(_)
        | ExprKind::Bool(_)
        | ExprKind::None => {}
        ExprKind::List(items) | ExprKind::Tuple(items) => items.iter().for_each(visit),
        ExprKind::Dict(entries) => entries.iter().flat_map(|(key, value)| [key, value]).for_each(visit),
        ExprKind::Not(operand) | ExprKind::Neg(operand) | ExprKind::Attr(operand, _) => visit(operand),
        ExprKind::Binary(_, left, right)
        | ExprKind::And(left, right)
        | ExprKind::Or(left, right)
        | ExprKind::Item(left, right) => {
            visit(left);
            visit(right);
        }
        ExprKind::Compare(first, ops) => {
            visit(first);
            for (_, operand) in ops {
                visit(operand);
            }
        }
        ExprKind::If(test, then, otherwise) => {
            visit(test);
            visit(then);
            if let Some(otherwise) = otherwise {
                visit(otherwise);
            }
        }
        ExprKind::Filter(_, operand, args) => {
            if let Some(operand) = operand {
                visit(operand);
            }
            args.iter().map(Arg::value).for_each(visit);
        }
        ExprKind::Test(_, operand, args) | ExprKind::Call(operand, args) => {
            visit(operand);
            args.iter().map(Arg::value).for_each(visit);
        }
        ExprKind::Slice(operand, bounds) => {
            visit(operand);
            bounds.iter().flatten().for_each(visit);
        }
    }
}

/// Whether any statement assigns the name. Of a whole template, [`Template::assigns`](super::tree::Template::assigns)
/// knows it.
#[must_use]
pub fn assigns(stmts: &[Stmt], name: &str) -> bool {
    let mut found = false;
    assigned(stmts, &mut |known| found |= **known == *name);
    found
}

/// Calls `visit` with every name that statements assign.
pub fn assigned<'a>(stmts: &'a [Stmt], visit: &mut dyn FnMut(&'a Name)) {
    for stmt in stmts {
        match stmt {
            Stmt::Set(target, _) => set(target, visit),
            Stmt::SetBlock { target, body, .. } => {
                set(target, visit);
                assigned(body, visit);
            }
            Stmt::If { then, otherwise, .. } => {
                assigned(then, visit);
                assigned(otherwise, visit);
            }
            Stmt::For(for_loop) => {
                set(&for_loop.target, visit);
                assigned(&for_loop.body, visit);
                assigned(&for_loop.otherwise, visit);
            }
            Stmt::With(assignments, body) => {
                for (target, _) in assignments {
                    set(target, visit);
                }
                assigned(body, visit);
            }
            Stmt::Filter(_, body) | Stmt::Block(body) => assigned(body, visit),
            Stmt::Macro(decl) | Stmt::Call { block: decl, .. } => {
                decl.params.iter().for_each(|param| visit(&param.name));
                assigned(&decl.body, visit);
            }
            _ => {}
        }
    }
}

fn set<'a>(target: &'a Target, visit: &mut dyn FnMut(&'a Name)) {
    match target {
        Target::Name(name) => visit(name),
        Target::Attr(..) => {}
        Target::Tuple(targets, _) => targets.iter().for_each(|target| set(target, visit)),
    }
}
