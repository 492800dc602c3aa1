//! Finds statuses of tests and models taken for each other: a test that holds is `pass`, never `success`.

use crate::hook::HookKind;
use crate::jinja::tree::{CompareOp, Expr, ExprKind};
use crate::lint::syntax::{Around, Part, Seen};
use crate::lint::{Finding, Findings, Sink};

/// Which kind of result is looked at.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Of {
    Tests,
    Nodes,
}

fn finding<'f>(findings: &'f Findings<'f>, part: &Part, expr: &Expr, of: Of, status: &str) -> Finding<'f> {
    let (what, right) = match of {
        Of::Tests => ("a test", "`pass`, `fail`, `warn` or `error`"),
        Of::Nodes => ("a model, a seed or a snapshot", "`success`, `error` or `skipped`"),
    };
    let message =
        format!("The status of {what} is never `{status}`: nothing is found here, and every count of it is 0.");
    let help = match (of, status) {
        (Of::Tests, "success") => "change `success` to `pass`".to_owned(),
        (Of::Nodes, "pass") => "change `pass` to `success`".to_owned(),
        _ => format!("compare with {right}"),
    };
    part.finding(findings, expr.span, message).help(help)
}

pub(in crate::lint) fn check<'f>(findings: &'f Findings<'f>, sink: &mut Sink<'f>) {
    let at_end = |at: &usize| findings.checked[*at].hook.kind == HookKind::OnRunEnd;
    for part in findings.syntax().parts().iter().filter(|part| part.hooks.iter().any(at_end)) {
        part.walk(&mut |seen, around| {
            if let Seen::Expr(expr) = seen
                && let Some((of, status)) = mistaken(expr, around)
            {
                sink.add(finding(findings, part, expr, of, status));
            }
        });
    }
}

/// The kind of result, and the status that it never has, where an expression asks for that.
fn mistaken<'t>(expr: &'t Expr, around: Around<'_, 't>) -> Option<(Of, &'t str)> {
    let (status, of) = match &expr.kind {
        ExprKind::Filter(name, Some(operand), _) if &**name == "selectattr" => {
            (selected(expr, "status")?, kind_in_chain(operand)?)
        }
        ExprKind::Compare(left, rest) => {
            let [(CompareOp::Eq, right)] = rest.as_slice() else { return None };
            let ExprKind::Attr(result, name) = &left.kind else { return None };
            let ExprKind::Var(result) = &result.kind else { return None };
            let ExprKind::Str(status) = &right.kind else { return None };
            let asked = around.conditions().filter(|(_, holds)| *holds);
            let of = asked.filter_map(|(test, _)| kind_of(test, result)).next_back()?;
            if &**name != "status" {
                return None;
            }
            (&*status.value, of)
        }
        _ => return None,
    };
    let never = match of {
        Of::Tests => matches!(status, "success" | "failed" | "passed"),
        Of::Nodes => matches!(status, "pass" | "passed" | "fail" | "failed"),
    };
    never.then_some((of, status))
}

/// What `selectattr('attribute', 'equalto', 'value')` asks of an attribute.
fn selected<'t>(expr: &'t Expr, attribute: &str) -> Option<&'t str> {
    let ExprKind::Filter(name, _, args) = &expr.kind else { return None };
    let texts: Vec<&str> = args
        .iter()
        .filter_map(|arg| match &arg.value().kind {
            ExprKind::Str(text) => Some(&*text.value),
            _ => None,
        })
        .collect();
    match texts.as_slice() {
        [asked, "equalto" | "==" | "eq", wanted] if &**name == "selectattr" && *asked == attribute => Some(wanted),
        _ => None,
    }
}

/// The kind that a chain of filters keeps.
fn kind_in_chain(expr: &Expr) -> Option<Of> {
    if let Some(kind) = selected(expr, "node.resource_type") {
        return of_word(kind);
    }
    match &expr.kind {
        ExprKind::Filter(_, Some(operand), _) => kind_in_chain(operand),
        _ => None,
    }
}

/// The kind that a condition says a result is of.
fn kind_of(test: &Expr, result: &str) -> Option<Of> {
    match &test.kind {
        ExprKind::And(left, right) => kind_of(left, result).or_else(|| kind_of(right, result)),
        ExprKind::Compare(left, rest) => {
            let [(CompareOp::Eq, right)] = rest.as_slice() else { return None };
            let ExprKind::Attr(node, name) = &left.kind else { return None };
            let ExprKind::Attr(owner, of) = &node.kind else { return None };
            let ExprKind::Str(kind) = &right.kind else { return None };
            let is_of = matches!(&owner.kind, ExprKind::Var(name) if &**name == result);
            (is_of && &**name == "resource_type" && &**of == "node").then(|| of_word(&kind.value))?
        }
        _ => None,
    }
}

fn of_word(kind: &str) -> Option<Of> {
    match kind {
        "test" | "unit_test" => Some(Of::Tests),
        "model" | "seed" | "snapshot" => Some(Of::Nodes),
        _ => None,
    }
}
