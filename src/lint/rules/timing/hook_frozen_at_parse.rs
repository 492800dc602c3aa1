//! Finds a hook given to `config()` as a bare expression, so that its text is fixed while dbt parses.

use std::cell::LazyCell;
use std::collections::HashMap;

use crate::diagnostic::{Confidence, Edit, Fix, Safety, Severity};
use crate::hook::Hook;
use crate::jinja::tree::{BinaryOp, Expr, ExprKind, Stmt};
use crate::jinja::{parse, walk};
use crate::lint::reads::hooks_that_read;
use crate::lint::{Finding, Findings, Scene, Sink};
use crate::source::Place;

fn differs(frozen: &str, at_run: &str) -> String {
    let shown = |text: &str| match crate::lint::rules::one_line(text) {
        text if text.is_empty() => "nothing".to_owned(),
        text => format!("`{text}`"),
    };
    format!(
        "This hook's text is fixed while dbt parses, before the node's schema, its alias and other relations are known: \
         dbt sends {}, where {} is meant.",
        shown(frozen),
        shown(at_run),
    )
}

fn same() -> String {
    "This hook's text is fixed while dbt parses. Here it is what the hook would be when it runs; a schema, an alias or \
     a condition that is added later does not reach it."
        .to_owned()
}

fn nothing() -> String {
    "This hook's text is fixed while dbt parses and is empty, so that nothing is ever sent: what it calls asks for \
     `execute`, which is false then, and its queries run while the node is compiled, before it is built."
        .to_owned()
}

pub(in crate::lint) fn check<'f>(findings: &'f Findings<'f>, sink: &mut Sink<'f>) {
    let mut wrong: HashMap<Place, String> = HashMap::new();
    let asks = LazyCell::new(|| hooks_that_read(findings, &["execute", "run_query", "statement"]));
    let mut add = |scene: Scene<'f>, wrongly: bool| {
        let hook = scene.hook();
        let Some(frozen) = &hook.frozen else { return };
        if super::ref_frozen_at_parse::frozen_function(findings, frozen).is_some() {
            return;
        }
        let place = with_quotes(findings, frozen.place);
        let known = wrong.get(&place).cloned();
        let finding = match (&frozen.at_run, known) {
            (Some(at_run), known) if wrongly => {
                let message = known.unwrap_or_else(|| differs(hook.raw.as_str(), at_run));
                wrong.insert(place, message.clone());
                Finding::of(&scene, Some(place), None, message)
            }
            (None, None) if !wrongly && hook.raw.as_str().trim().is_empty() && asks.contains(&scene.at) => {
                Finding::of(&scene, Some(place), None, nothing()).severity(Severity::Warning)
            }
            (None, None) if !wrongly => {
                Finding::of(&scene, Some(place), None, same()).severity(Severity::Info).confidence(Confidence::Low)
            }
            _ => return,
        };
        let finding = finding.targets(&hook.targets).help("change the expression to quoted text that holds it");
        sink.add(finding.fix(fix(findings, hook, place)));
    };
    // What is wrong in one target is not told again as harmless in another.
    for wrongly in [true, false] {
        findings.scenes().for_each(|scene| add(scene, wrongly));
    }
}

/// The place with the quotes of a text that it begins or ends in.
pub(super) fn with_quotes(findings: &Findings<'_>, place: Place) -> Place {
    let sources = &findings.project.sources;
    let text = &sources.get(place.file).text;
    let is_open = |quote: char| matches!(quote, '\'' | '"') && sources.slice(place).matches(quote).count() % 2 == 1;
    let after = text.get(place.end as usize..).and_then(|after| after.chars().next()).is_some_and(is_open);
    let before = text.get(..place.start as usize).and_then(|before| before.chars().next_back()).is_some_and(is_open);
    let (before, after) = (u32::from(before && !after), u32::from(after));
    Place { start: place.start - before, end: place.end + after, ..place }
}

/// Writes the expression as quoted text that holds it. None where it has names that the hook will not have: those
/// that the file sets.
pub(super) fn fix(findings: &Findings<'_>, hook: &Hook, place: Place) -> Option<Fix> {
    let sources = &findings.project.sources;
    let code = findings.project.nodes[hook.node?].code.as_ref()?;
    let file = parse(code).ok()?;
    let from = code.place_of(0..code.as_str().len())?;
    let range = place.start.checked_sub(from.start)? as usize..place.end.checked_sub(from.start)? as usize;
    let written = sources.slice(place);
    if from.file != place.file || code.as_str().get(range)? != written {
        return None;
    }
    let wrapped = crate::source::Text::plain(format!("{{{{ {written} }}}}"));
    let template = parse(&wrapped).ok()?;
    let [Stmt::Print(expr, _)] = template.body.as_slice() else { return None };
    let mut own = false;
    walk::within(expr, &mut |expr| {
        if let ExprKind::Var(name) = &expr.kind {
            own |= file.assigns(name);
        }
    });
    // An item of a list is one hook, a list is several.
    if own || matches!(expr.kind, ExprKind::List(_) | ExprKind::Tuple(_) | ExprKind::Dict(_)) {
        return None;
    }
    let text = quoted(wrapped.as_str(), expr)?;
    let quote = ['"', '\''].into_iter().find(|quote| !text.contains(*quote))?;
    Some(Fix {
        title: "quote the hook, so that it is rendered when it runs".to_owned(),
        safety: Safety::Unsafe,
        edits: vec![Edit { place, text: format!("{quote}{text}{quote}") }],
    })
}

/// The text of a hook that renders to what an expression gives.
fn quoted(source: &str, expr: &Expr) -> Option<String> {
    match &expr.kind {
        ExprKind::Binary(BinaryOp::Concat | BinaryOp::Add, left, right) => {
            Some(quoted(source, left)? + &quoted(source, right)?)
        }
        ExprKind::Str(literal) => {
            let plain = !literal.value.contains(['{', '}', '\\', '\n']);
            plain.then(|| literal.value.to_string())
        }
        _ => {
            let written = source.get(expr.span.start as usize..expr.span.end as usize)?;
            Some(format!("{{{{ {written} }}}}"))
        }
    }
}
