//! Finds `{{ }}` inside `{{ }}`: a name needs no braces there.

use super::syntax_faults::{Mistake, mistake};
use crate::diagnostic::{Edit, Fix, Safety};
use crate::jinja::tree::{Expr, ExprKind, Stmt};
use crate::lint::syntax::{Around, Outer, Part, Seen};
use crate::lint::{Finding, Findings, Sink};
use crate::source::Place;

pub(in crate::lint) fn check<'f>(findings: &'f Findings<'f>, sink: &mut Sink<'f>) {
    for scene in findings.scenes() {
        let Some(error) = scene.error() else { continue };
        if let Some(Mistake::NestedCurlies(place)) = mistake(&scene, error) {
            let said = crate::lint::rules::said(&error.message);
            let message = format!(
                "Braces stand in braces: this is no valid Jinja, and every dbt command stops here (\"{said}\"). Between the \
                 outer braces everything is an expression already."
            );
            let finding = Finding::of(&scene, Some(place), error.through.as_ref(), message);
            sink.add(finding.help("remove the inner braces").fix(without_braces(findings, place, Safety::Safe)));
        }
    }
    literals(findings, &mut |part, literal, in_statement| {
        if !in_statement {
            sink.add(literal_finding(findings, part, literal));
        }
    });
}

/// A literal with a tag in it: the literal, with its quotes, and the name of the first tag.
pub(super) struct Literal<'t> {
    expr: &'t Expr,
    tag: &'t str,
}

impl Literal<'_> {
    /// Where it stands, with its quotes.
    pub(super) fn span(&self) -> crate::jinja::tree::Span {
        self.expr.span
    }
}

/// Calls `visit` with every literal that is printed or executed and has `{{ }}` of a name in it, and whether it stands in
/// `{% %}`.
pub(super) fn literals<'f>(findings: &'f Findings<'f>, visit: &mut dyn FnMut(&'f Part, &Literal<'f>, bool)) {
    for part in findings.syntax().parts().iter().filter(|part| part.in_text) {
        part.walk(&mut |seen, around| {
            if let Seen::Expr(expr) = seen
                && let ExprKind::Str(literal) = &expr.kind
                && let Some(tag) = tag_in(&literal.value)
                && !is_kept(around)
            {
                visit(part, &Literal { expr, tag }, !around.0.iter().any(|outer| matches!(outer, Outer::Print)));
            }
        });
    }
}

/// The first tag in a text that speaks of a name of dbt's or calls something.
fn tag_in(text: &str) -> Option<&str> {
    let start = text.find("{{")?;
    let end = start + text[start..].find("}}")? + 2;
    let inside = text[start + 2..end - 2].trim_matches(['-', ' ', '\n']);
    let word = inside.split(|char: char| !(char.is_alphanumeric() || char == '_')).next().unwrap_or_default();
    let is_name = word.starts_with(|char: char| char.is_alphabetic() || char == '_');
    is_name.then_some(&text[start..end])
}

/// Where text with braces is meant to be text: in what is logged or rendered later.
fn is_kept(around: Around<'_, '_>) -> bool {
    around.config_argument().is_some()
        || around.0.iter().any(|outer| match outer {
            Outer::Argument(callee, _) => match &callee.kind {
                ExprKind::Var(name) => matches!(&**name, "render" | "log" | "print" | "return"),
                ExprKind::Attr(_, name) => {
                    matches!(
                        &**name,
                        "replace" | "warn" | "raise_compiler_error" | "split" | "match" | "search" | "find"
                    )
                }
                _ => false,
            },
            _ => false,
        })
}

fn message(tag: &str) -> String {
    format!(
        "Inside a text literal Jinja reads no braces: `{tag}` is sent as it stands. dbt renders a hook once, and not what it \
         prints."
    )
}

/// The finding for a literal.
pub(super) fn literal_finding<'f>(findings: &'f Findings<'f>, part: &Part, literal: &Literal<'_>) -> Finding<'f> {
    part.finding(findings, literal.expr.span, message(literal.tag))
        .help("close the text and join the value with `~`: `'…' ~ name ~ '…'`")
        .fix(joined(part, literal))
}

/// The literal as texts and names that are joined.
fn joined(part: &Part, literal: &Literal<'_>) -> Option<Fix> {
    let span = literal.expr.span;
    let written = &part.template.text.as_str()[span.start as usize..span.end as usize];
    let quote = written.chars().next()?;
    let inner = written.strip_prefix(quote)?.strip_suffix(quote)?;
    if inner.contains(['\\', quote]) || inner.contains("{%") {
        return None;
    }
    let mut pieces = Vec::new();
    let mut rest = inner;
    while let Some(start) = rest.find("{{") {
        let end = start + rest[start..].find("}}")?;
        if start > 0 {
            pieces.push(format!("{quote}{}{quote}", &rest[..start]));
        }
        pieces.push(rest[start + 2..end].trim_matches(['-', ' ', '\n']).to_owned());
        rest = &rest[end + 2..];
    }
    if !rest.is_empty() {
        pieces.push(format!("{quote}{rest}{quote}"));
    }
    let text = pieces.join(" ~ ");
    let place = part.place(span)?;
    let whole = if pieces.len() > 1 && !stands_alone(part, literal) { format!("({text})") } else { text };
    let title = "join the text and the values".to_owned();
    Some(Fix { title, safety: Safety::Unsafe, edits: vec![Edit { place, text: whole }] })
}

/// Whether the literal is all of a `set` or of a print.
fn stands_alone(part: &Part, literal: &Literal<'_>) -> bool {
    let mut alone = false;
    part.walk(&mut |seen, _| {
        if let Seen::Stmt(Stmt::Set(_, expr) | Stmt::Print(expr, _)) = seen {
            alone |= std::ptr::eq(expr, literal.expr);
        }
    });
    alone
}

/// The fix that takes the braces of an inner tag away.
pub(super) fn without_braces(findings: &Findings<'_>, place: Place, safety: Safety) -> Option<Fix> {
    let written = findings.project.sources.slice(place);
    let inner = written.strip_prefix("{{")?.strip_suffix("}}")?.trim_matches(['-', ' ']);
    let edits = vec![Edit { place, text: inner.to_owned() }];
    Some(Fix { title: "remove the inner braces".to_owned(), safety, edits })
}
