//! Finds a branch of a hook, or of a macro that it reaches, that no rendering goes through.

use crate::jinja::tree::{ExprKind, Stmt};
use crate::lint::syntax::{Part, Seen};
use crate::lint::{Finding, Findings, Sink};
use crate::source::Place;

/// What differs between commands, machines and warehouses: a branch that depends on it may well be meant for another.
const OUTSIDE: &[&str] = &[
    "adapter",
    "builtins",
    "database_schemas",
    "dbt_version",
    "env_var",
    "flags",
    "graph",
    "invocation_args_dict",
    "load_result",
    "results",
    "schemas",
    "selected_resources",
    "type",
    "var",
];

pub(in crate::lint) fn check<'f>(findings: &'f Findings<'f>, sink: &mut Sink<'f>) {
    let known = findings.scenes().all(|scene| scene.pass().unknown.is_empty() && scene.error().is_none());
    // What was not rendered to the end may go there.
    if !known || !findings.project.is_whole() {
        return;
    }
    for branch in findings.renderer.branches() {
        if branch.reached || !findings.is_own(branch.place) || depends(findings, branch.place) {
            continue;
        }
        let of = branch.macro_name.as_ref().map_or_else(|| "this hook".to_owned(), |name| format!("`{name}`"));
        let (what, why) = match branch.tag {
            "for" => ("The loop over this", "there is nothing to loop over"),
            "else" => ("The `else` of this", "the condition always holds"),
            _ => ("This", "the condition never holds"),
        };
        let message = format!(
            "{what} in {of} is never gone through, in no target and with no answer to what the run finds: {why}."
        );
        sink.add(Finding::at(Some(branch.place), message).help("correct the condition, or remove the branch"));
    }
}

/// Whether a node's file computes how it is materialized: with another variable it may be incremental.
fn materializes_by_setting(findings: &Findings<'_>) -> bool {
    let computes = |text: &str| {
        text.match_indices("materialized").any(|(at, word)| {
            let value = text[at + word.len()..].trim_start().strip_prefix('=').map(str::trim_start);
            value.is_some_and(|value| value.starts_with(|char: char| char.is_alphabetic()))
        })
    };
    findings.project.nodes.iter().filter_map(|node| node.code.as_ref()).any(|code| computes(code.as_str()))
}

/// Whether what the branch stands in depends on what differs from run to run, or on a macro's arguments.
fn depends(findings: &Findings<'_>, place: Place) -> bool {
    let holds = |part: &&Part| {
        let whole = part.template.text.place_of(0..part.template.text.as_str().len());
        whole.is_some_and(|whole| crate::lint::origin::holds(whole, place))
    };
    let mut found = true;
    for part in findings.syntax().parts().iter().filter(holds) {
        found = false;
        let mut reads = false;
        part.walk(&mut |seen, _| match seen {
            Seen::Expr(expr) => {
                reads |= match &expr.kind {
                    ExprKind::Var(name) if &**name == "is_incremental" => materializes_by_setting(findings),
                    ExprKind::Var(name) | ExprKind::Attr(_, name) => OUTSIDE.contains(&&**name),
                    _ => false,
                }
            }
            Seen::Stmt(Stmt::Macro(decl)) => reads |= !decl.params.is_empty(),
            Seen::Stmt(_) => {}
        });
        if reads {
            return true;
        }
    }
    // What no tree holds is not judged.
    found
}
