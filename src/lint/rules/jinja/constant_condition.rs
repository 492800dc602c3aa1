//! Finds a text literal as a part of a condition, which is always true: `x == 'a' or 'b'`.

use crate::diagnostic::{Edit, Fix, Safety};
use crate::jinja::tree::{CompareOp, Expr, ExprKind, Stmt};
use crate::lint::syntax::{Part, Seen};
use crate::lint::{Findings, Sink};

pub(in crate::lint) fn check<'f>(findings: &'f Findings<'f>, sink: &mut Sink<'f>) {
    for part in findings.syntax().parts() {
        part.walk(&mut |seen, around| {
            let test = match seen {
                Seen::Stmt(Stmt::If { test, .. }) => test,
                Seen::Expr(Expr { kind: ExprKind::If(test, ..), .. }) => test,
                _ => return,
            };
            if !part.is_of_hooks(around) {
                return;
            }
            literals(test, &mut |left, literal| {
                let shown = &part.template.text.as_str()[literal.span.start as usize..literal.span.end as usize];
                let message = format!(
                    "`{shown}` is a condition of its own here, and a text that is not empty is always true. It is compared with \
                     nothing."
                );
                let finding = part.finding(findings, literal.span, message);
                sink.add(finding.help("compare it as well, or write `x in ['a', 'b']`").fix(fix(part, left, literal)));
            });
        });
    }
}

/// Calls `visit` with every literal that is a side of `or` or `and` in a condition, and what stands before it.
fn literals<'t>(test: &'t Expr, visit: &mut dyn FnMut(&'t Expr, &'t Expr)) {
    match &test.kind {
        ExprKind::Or(left, right) | ExprKind::And(left, right) => {
            let is_text = |expr: &Expr| matches!(&expr.kind, ExprKind::Str(text) if !text.value.is_empty());
            literals(left, visit);
            if is_text(right) {
                visit(left, right);
            }
            if is_text(left) {
                visit(right, left);
            }
            literals(right, visit);
        }
        ExprKind::Not(inner) => literals(inner, visit),
        _ => {}
    }
}

/// Compares the literal with what the other side is compared with.
fn fix(part: &Part, other: &Expr, literal: &Expr) -> Option<Fix> {
    let ExprKind::Compare(subject, ops) = &other.kind else { return None };
    let [(CompareOp::Eq, Expr { kind: ExprKind::Str(_), .. })] = ops.as_slice() else { return None };
    let text = part.template.text.as_str();
    let subject = &text[subject.span.start as usize..subject.span.end as usize];
    let place = part.place(literal.span)?;
    let written = &text[literal.span.start as usize..literal.span.end as usize];
    let edits = vec![Edit { place, text: format!("{subject} == {written}") }];
    Some(Fix { title: format!("compare `{subject}` with it"), safety: Safety::Unsafe, edits })
}
