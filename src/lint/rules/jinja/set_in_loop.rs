//! Finds a variable that a loop adds to and that is read behind the loop, where it still has its first value.

use crate::jinja::tree::{Expr, ExprKind, For, Name, Stmt, Target};
use crate::jinja::walk;
use crate::lint::syntax::{Part, Seen, is_var};
use crate::lint::{Findings, Sink};

pub(in crate::lint) fn check<'f>(findings: &'f Findings<'f>, sink: &mut Sink<'f>) {
    for part in findings.syntax().parts() {
        part.walk(&mut |seen, around| {
            let Seen::Stmt(Stmt::For(each)) = seen else { return };
            if around.in_loop() || !part.is_of_hooks(around) {
                return;
            }
            for (name, value) in added(each) {
                if set_before(part, name, each) && read_behind(part, name, each) && !read_inside(each, name) {
                    let message = format!(
                        "What a loop sets ends with each turn of it: `{name}` is set anew each time, and behind the loop it has \
                         the value from before."
                    );
                    let help = format!(
                        "keep it in a namespace: `{{% set found = namespace({name}=…) %}}`, and in the loop \
                         `{{% set found.{name} = … %}}`"
                    );
                    sink.add(part.finding(findings, value.span, message).help(help));
                }
            }
        });
    }
}

/// What the loop sets from its own value.
fn added(each: &For) -> Vec<(&Name, &Expr)> {
    let mut found = Vec::new();
    sets(&each.body, &mut |name, value| {
        if reads(value, name) && !changes(value, name) {
            found.push((name, value));
        }
    });
    found
}

fn sets<'t>(stmts: &'t [Stmt], visit: &mut dyn FnMut(&'t Name, &'t Expr)) {
    for stmt in stmts {
        match stmt {
            Stmt::Set(Target::Name(name), value) => visit(name, value),
            Stmt::If { then, otherwise, .. } => {
                sets(then, visit);
                sets(otherwise, visit);
            }
            Stmt::For(each) => sets(&each.body, visit),
            _ => {}
        }
    }
}

/// Whether a method of the value is called: `roles.append(x)` changes the list itself, whatever is set.
fn changes(expr: &Expr, name: &str) -> bool {
    let mut found = false;
    walk::within(expr, &mut |expr| {
        if let ExprKind::Call(callee, _) = &expr.kind
            && let ExprKind::Attr(owner, _) = &callee.kind
        {
            found |= is_var(owner, name);
        }
    });
    found
}

fn reads(expr: &Expr, name: &str) -> bool {
    let mut found = false;
    walk::within(expr, &mut |expr| found |= is_var(expr, name));
    found
}

/// Whether the name has a value before the loop.
fn set_before(part: &Part, name: &Name, each: &For) -> bool {
    let mut found = false;
    part.walk(&mut |seen, around| {
        if let Seen::Stmt(Stmt::Set(Target::Name(set), value)) = seen {
            found |= set == name && !around.in_loop() && value.span.end <= each.iter.span.start;
        }
    });
    found
}

/// Whether the name is read behind the loop, before it is set again.
fn read_behind(part: &Part, name: &Name, each: &For) -> bool {
    let end = last(&each.body).max(each.iter.span.end);
    let mut first = None;
    part.walk(&mut |seen, around| {
        let (at, is_read) = match seen {
            Seen::Stmt(Stmt::Set(Target::Name(set), value)) if set == name && !reads(value, name) => {
                (value.span.start, false)
            }
            Seen::Expr(expr) if is_var(expr, name) => (expr.span.start, true),
            _ => return,
        };
        if at > end && !around.in_loop() && first.is_none() {
            first = Some(is_read);
        }
    });
    first == Some(true)
}

/// Where the last expression of the statements ends.
fn last(stmts: &[Stmt]) -> u32 {
    let mut end = 0;
    walk::exprs(stmts, &mut |expr| end = end.max(expr.span.end));
    end
}

/// Whether the loop itself reads the name, but for the values that it sets it to.
fn read_inside(each: &For, name: &Name) -> bool {
    let mut count = 0;
    walk::exprs(&each.body, &mut |expr| count += usize::from(is_var(expr, name)));
    let mut own = 0;
    sets(&each.body, &mut |set, value| {
        if set == name {
            walk::within(value, &mut |expr| own += usize::from(is_var(expr, name)));
        }
    });
    count > own
}
