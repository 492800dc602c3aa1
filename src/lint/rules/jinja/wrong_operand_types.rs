//! Finds an operator between values that Python does not let it join or compare.

use std::collections::HashMap;

use crate::diagnostic::{Edit, Fix, Safety};
use crate::jinja::tree::{BinaryOp, ExprKind, Span};
use crate::jinja::{ErrorKind, JinjaError};
use crate::lint::syntax::Seen;
use crate::lint::{Finding, Findings, Scene, Sink};
use crate::source::Place;

use super::render_error;

/// Whether an error is about the operands of an operator.
pub(super) fn is(error: &JinjaError) -> bool {
    error.kind == ErrorKind::Python("TypeError")
        && ["can only concatenate", "unsupported operand type", "not supported between", "bad operand type"]
            .iter()
            .any(|said| error.message.contains(said))
}

pub(in crate::lint) fn check<'f>(findings: &'f Findings<'f>, sink: &mut Sink<'f>) {
    let mut additions = None;
    for scene in findings.scenes() {
        if let Some(error) = scene.error().filter(|error| is(error) && render_error::is_sure(&scene, error)) {
            let additions = additions.get_or_insert_with(|| pluses(findings));
            let plus = error.place.and_then(|place| additions.get(&place).copied());
            sink.add(finding(&scene, error, plus));
        }
    }
}

fn finding<'f>(scene: &Scene<'f>, error: &JinjaError, plus: Option<Place>) -> Finding<'f> {
    let said = crate::lint::rules::said(&error.message);
    let parsed = scene.judged.rendering.parse.error.is_none();
    let when = if parsed { "the hook fails when it runs" } else { "every command stops in the parse" };
    let joins = said.contains("concatenate") || (said.contains("for +") && said.contains("str"));
    let message = if joins {
        format!("`+` joins text with text only: {when}, with \"{said}\".")
    } else {
        format!("The operator does not take these values: {when}, with \"{said}\".")
    };
    let help = if joins {
        "change `+` to `~`, which makes text of both sides"
    } else {
        "change one side with `| int` or `| string`"
    };
    let fix = plus.filter(|_| joins).map(|place| Fix {
        title: "change `+` to `~`".to_owned(),
        safety: Safety::Unsafe,
        edits: vec![Edit { place, text: "~".to_owned() }],
    });
    Finding::of(scene, error.place, error.through.as_ref(), message).help(help).fix(fix)
}

/// The plus of every addition, by the addition's place.
fn pluses(findings: &Findings<'_>) -> HashMap<Place, Place> {
    let mut found = HashMap::new();
    for part in findings.syntax().parts() {
        part.walk(&mut |seen, _| {
            if let Seen::Expr(expr) = seen
                && let ExprKind::Binary(BinaryOp::Add, left, right) = &expr.kind
            {
                let between = &part.template.text.as_str()[left.span.end as usize..right.span.start as usize];
                let start = left.span.end + between.find('+').unwrap_or_default() as u32;
                let plus = part.place(Span { start, end: start + 1 });
                found.extend(part.place(expr.span).zip(plus));
            }
        });
    }
    found
}
