//! What a hook's text, and the macros that it reaches, speak of.

use std::collections::HashSet;

use super::Findings;
use super::syntax::{Owner, Seen};
use crate::jinja::tree::ExprKind;

/// The hooks, by their place among the checked ones, that read one of some names or attributes anywhere: in their own
/// text or in a macro that they reach.
pub(crate) fn hooks_that_read(findings: &Findings<'_>, names: &[&str]) -> HashSet<usize> {
    let mut found = HashSet::new();
    for part in findings.syntax().parts() {
        if matches!(part.owner, Owner::File(_)) {
            continue;
        }
        let mut reads = false;
        part.walk(&mut |seen, _| {
            if let Seen::Expr(expr) = seen {
                reads |= match &expr.kind {
                    ExprKind::Var(name) | ExprKind::Attr(_, name) => names.contains(&&**name),
                    ExprKind::Str(text) => names.contains(&&*text.value),
                    _ => false,
                };
            }
        });
        if reads {
            found.extend(part.hooks.iter().copied());
        }
    }
    found
}
