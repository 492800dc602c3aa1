//! Finds `env_var('X')` without a default, where X is not set.

use std::collections::HashSet;

use crate::jinja::tree::{ExprKind, Span};
use crate::lint::syntax::{Part, Seen, is_var};
use crate::lint::{Findings, Sink};

/// Calls `visit` with every `env_var()` of a name that is written out: the part, the call, the name and how many
/// arguments there are.
pub(super) fn calls<'f>(findings: &'f Findings<'f>, visit: &mut dyn FnMut(&'f Part, Span, &'f str, usize)) {
    for part in findings.syntax().parts() {
        part.walk(&mut |seen, around| {
            if let Seen::Expr(expr) = seen
                && let ExprKind::Call(callee, args) = &expr.kind
                && is_var(callee, "env_var")
                && part.is_of_hooks(around)
                && let Some(ExprKind::Str(name)) = args.first().map(|arg| &arg.value().kind)
            {
                visit(part, expr.span, &name.value, args.len());
            }
        });
    }
}

pub(in crate::lint) fn check<'f>(findings: &'f Findings<'f>, sink: &mut Sink<'f>) {
    let passes = findings.scenes().map(|scene| &scene.judged.rendering.parse);
    let unset: HashSet<&str> = passes.flat_map(|pass| &pass.unset).map(String::as_str).collect();
    if unset.is_empty() {
        return;
    }
    calls(findings, &mut |part, call, name, arguments| {
        if arguments == 1 && unset.contains(name) {
            let message = format!(
                "`{name}` has no default, and it is not set here: where it is not set every dbt command stops while it \
                 parses, with \"Env var required but not provided: '{name}'\"."
            );
            let help = format!("add a default: `env_var('{name}', '…')`, or set the variable wherever dbt runs");
            sink.add(part.finding(findings, call, message).help(help));
        }
    });
}
