//! Finds a comparison that is never true: with a word that dbt never gives, or with a value of another sort.

use std::collections::HashSet;

use crate::diagnostic::{Confidence, Edit, Fix, Safety, Severity};
use crate::jinja::Odd;
use crate::jinja::tree::{CompareOp, Expr, ExprKind};
use crate::lint::domain::{self, Domain, Words};
use crate::lint::syntax::{Owner, Part, Seen};
use crate::lint::{Finding, Findings, Scene, Sink};
use crate::source::Place;

pub(in crate::lint) fn check<'f>(findings: &'f Findings<'f>, sink: &mut Sink<'f>) {
    for part in findings.syntax().parts() {
        if matches!(part.owner, Owner::Macro(at) if findings.project.macros[at].package != 0) {
            continue;
        }
        let bound = domain::bindings(part);
        part.walk(&mut |seen, around| {
            let Seen::Expr(expr) = seen else { return };
            if !part.is_of_hooks(around) {
                return;
            }
            for (words, op, asked) in comparisons(expr, &bound) {
                check_words(findings, part, expr, (words, op), asked, sink);
            }
            if let Some(literal) = constant(expr) {
                sink.add(constant_finding(findings, part, expr, literal));
            }
        });
    }
    let mut told = HashSet::new();
    for scene in findings.scenes() {
        let Some(run) = &scene.judged.rendering.run else { continue };
        for odd in &run.odd {
            let Some(place) = odd.place.filter(|&place| findings.is_own(place)) else { continue };
            if let Some(finding) = of_values(&scene, &odd.what, place)
                && told.insert((place, scene.at))
            {
                let Told { message, help, severity, confidence } = finding;
                let finding = Finding::of(&scene, Some(place), odd.through.as_ref(), message);
                sink.add(finding.help(help).severity(severity).confidence(confidence));
            }
        }
    }
}

/// Every comparison of words of dbt's with texts: what is compared, how, and the right side.
fn comparisons<'t>(
    expr: &'t Expr,
    bound: &std::collections::HashMap<&str, Words>,
) -> Vec<(Words, CompareOp, &'t Expr)> {
    let words = |side: &Expr| domain::words_of(side, bound);
    match &expr.kind {
        ExprKind::Compare(left, rest) => {
            let [(op, right)] = rest.as_slice() else { return Vec::new() };
            let turned =
                matches!(op, CompareOp::Eq | CompareOp::Ne).then(|| words(right).map(|words| (words, &**left)));
            let straight = words(left).map(|words| (words, right));
            let found = straight.or_else(|| turned.flatten());
            found.map(|(words, asked)| (words, *op, asked)).into_iter().collect()
        }
        ExprKind::Filter(name, Some(_), args) if matches!(&**name, "selectattr" | "rejectattr") => {
            let Some(args) = domain::positional(args) else { return Vec::new() };
            let [attribute, test, asked] = args.as_slice() else { return Vec::new() };
            let is_kind = domain::text(attribute).rsplit('.').next() == Some("resource_type");
            let op = if domain::text(test) == "in" { CompareOp::In } else { CompareOp::Eq };
            let is_asked = matches!(domain::text(test), "equalto" | "eq" | "==" | "in");
            let words = Words { of: Some(Domain::Resource), lower: None };
            (is_kind && is_asked).then_some((words, op, *asked)).into_iter().collect()
        }
        _ => Vec::new(),
    }
}

fn check_words<'f>(
    findings: &'f Findings<'f>,
    part: &Part,
    expr: &Expr,
    (words, op): (Words, CompareOp),
    asked: &Expr,
    sink: &mut Sink<'f>,
) {
    let is_in = matches!(op, CompareOp::In | CompareOp::NotIn);
    if !is_in && !matches!(op, CompareOp::Eq | CompareOp::Ne) {
        return;
    }
    if is_in && matches!(asked.kind, ExprKind::Str(_)) {
        let text = domain::text(asked);
        if text.contains([',', ' ', '|', ';']) && words.of.is_some() {
            sink.add(in_text(findings, part, asked, text));
        }
        return;
    }
    let Some(texts) = domain::asked(asked) else { return };
    let written = part.template.text.as_str();
    let subject = match &expr.kind {
        ExprKind::Compare(left, rest) if left.span != asked.span || rest.is_empty() => {
            &written[left.span.start as usize..left.span.end as usize]
        }
        ExprKind::Compare(_, rest) => &written[rest[0].1.span.start as usize..rest[0].1.span.end as usize],
        _ => "resource_type",
    };
    if let Some(lower) = words.lower {
        let fits = |text: &str| text == if lower { text.to_lowercase() } else { text.to_uppercase() };
        if !texts.iter().any(|expr| fits(domain::text(expr))) {
            let case = if lower { "lower" } else { "upper" };
            let message = format!("`{subject}` is in {case} case and never {}: {}.", shown(&texts), outcome(op));
            let finding = part.finding(findings, asked.span, message);
            sink.add(finding.help(format!("write the text in {case} case")));
        }
        return;
    }
    let Some(of) = words.of else { return };
    if of == Domain::Target && findings.project.targets.iter().any(|target| target.place.is_none()) {
        return;
    }
    let known = of.words(findings);
    let is_known = |expr: &&Expr| known.contains(&domain::text(expr));
    let has_known = texts.iter().any(is_known);
    for one in texts.iter().copied().filter(|expr| !is_known(expr)) {
        let text = domain::text(one);
        let meant = of.meant(findings, text);
        let beside = meant.is_some_and(|meant| texts.iter().any(|other| domain::text(other) == meant));
        // Beside a word that is right, another one may be for another version or another profile.
        let slip = meant.is_some_and(|meant| has_known && near(meant, text));
        if beside || (has_known && !slip) || (meant.is_none() && !of.is_closed()) {
            continue;
        }
        let sure = of.is_closed() && !has_known && matches!(op, CompareOp::Eq | CompareOp::In);
        let finding = part.finding(findings, one.span, message(of, subject, text, op, has_known));
        let finding = finding.help(help(of, meant)).fix(meant.and_then(|meant| fix(part, one, meant)));
        sink.add(if sure { finding } else { finding.severity(Severity::Warning).confidence(Confidence::Medium) });
    }
}

/// Whether a word differs from another one by its case or a slip alone.
fn near(meant: &str, text: &str) -> bool {
    meant.eq_ignore_ascii_case(text) || crate::lint::rules::nearest(text, std::iter::once(meant)).is_some()
}

fn shown(texts: &[&Expr]) -> String {
    let texts: Vec<String> = texts.iter().map(|expr| format!("`{}`", domain::text(expr))).collect();
    texts.join(" or ")
}

fn outcome(op: CompareOp) -> &'static str {
    if matches!(op, CompareOp::Ne | CompareOp::NotIn) { "this always holds" } else { "this never holds" }
}

fn message(of: Domain, subject: &str, text: &str, op: CompareOp, in_part: bool) -> String {
    let outcome = if in_part { "it is of no effect here" } else { outcome(op) };
    match of {
        Domain::Status => format!("No status of dbt is `{text}`: {outcome}."),
        Domain::Command => format!("`{subject}` is never `{text}`: {outcome}."),
        Domain::Resource => format!("No node of dbt is a `{text}` by its `resource_type`: {outcome}."),
        Domain::Adapter => format!("No adapter of dbt is called `{text}`: {outcome}."),
        Domain::Target => format!("No target of the profile is called `{text}`: {outcome} in any of them."),
    }
}

fn help(of: Domain, meant: Option<&str>) -> String {
    match (meant, of) {
        (Some(meant), _) => format!("change it to `{meant}`"),
        (None, Domain::Status) => {
            "compare with `success`, `error` or `skipped` for nodes, with `pass`, `fail`, `warn` or `error` for tests"
                .to_owned()
        }
        (None, Domain::Command) => {
            "compare with the command's name: `run`, `build`, `test`, `generate` for docs".to_owned()
        }
        (None, _) => "compare with a word that dbt gives: `model`, `seed`, `snapshot`, `test`".to_owned(),
    }
}

fn fix(part: &Part, literal: &Expr, meant: &str) -> Option<Fix> {
    let place = part.place(literal.span)?;
    let written = &part.template.text.as_str()[literal.span.start as usize..literal.span.end as usize];
    let quote = written.chars().next().filter(|quote| matches!(quote, '\'' | '"'))?;
    let title = format!("change `{}` to `{meant}`", domain::text(literal));
    let plain = written.len() == domain::text(literal).len() + 2;
    plain.then(|| Fix {
        title,
        safety: Safety::Unsafe,
        edits: vec![Edit { place, text: format!("{quote}{meant}{quote}") }],
    })
}

fn in_text<'f>(findings: &'f Findings<'f>, part: &Part, asked: &Expr, text: &str) -> Finding<'f> {
    let message = format!(
        "`in` on a text asks for a part of it: every word and every letter in `{text}` counts, not only those between \
         the commas."
    );
    let items: Vec<String> =
        text.split([',', ' ', '|', ';']).filter(|item| !item.is_empty()).map(|item| format!("'{item}'")).collect();
    part.finding(findings, asked.span, message)
        .severity(Severity::Warning)
        .help(format!("write a list: `[{}]`", items.join(", ")))
}

/// The left text of a comparison of two texts, which is the same each time.
fn constant(expr: &Expr) -> Option<&Expr> {
    let ExprKind::Compare(left, rest) = &expr.kind else { return None };
    let [(CompareOp::Eq | CompareOp::Ne | CompareOp::In | CompareOp::NotIn, right)] = rest.as_slice() else {
        return None;
    };
    let is_text = matches!(left.kind, ExprKind::Str(_)) && domain::asked(right).is_some();
    is_text.then_some(left)
}

fn constant_finding<'f>(findings: &'f Findings<'f>, part: &Part, expr: &Expr, literal: &Expr) -> Finding<'f> {
    let text = domain::text(literal);
    let first = text.split('.').next().unwrap_or_default();
    let is_name =
        ["target", "this", "flags", "model", "env", "invocation_args_dict", "var", "execute"].contains(&first);
    let message = "Two texts are compared here: the result is the same each time.";
    let place = part.place(literal.span).filter(|_| is_name);
    let fix = place.map(|place| Fix {
        title: format!("take the quotes off `{text}`"),
        safety: Safety::Unsafe,
        edits: vec![Edit { place, text: text.to_owned() }],
    });
    let severity = if is_name { Severity::Error } else { Severity::Warning };
    let help = if is_name { format!("write `{text}` without quotes") } else { "compare a name or a value".to_owned() };
    part.finding(findings, expr.span, message).severity(severity).help(help).fix(fix)
}

struct Told {
    message: String,
    help: String,
    severity: Severity,
    confidence: Confidence,
}

/// What is told of values that were compared in a rendering.
fn of_values(scene: &Scene<'_>, odd: &Odd, place: Place) -> Option<Told> {
    let findings = scene.findings;
    let written = || findings.project.sources.slice(place);
    match odd {
        Odd::Member { repr, with } if repr.starts_with("<RunStatus") || repr.starts_with("<TestStatus") => {
            let known = Domain::Status.words(findings);
            let has_known = with.iter().any(|text| known.contains(&&**text));
            let slip = |text: &&std::sync::Arc<str>| {
                let meant = Domain::Status.meant(findings, text).filter(|meant| near(meant, text));
                !has_known || meant.is_some_and(|meant| with.iter().all(|other| **other != *meant))
            };
            let wrong = with.iter().filter(|text| !known.contains(&&***text)).find(slip)?;
            let meant = Domain::Status.meant(findings, wrong);
            let op =
                if written().contains("!=") || written().contains("not in") { CompareOp::Ne } else { CompareOp::Eq };
            let sure = !has_known && op == CompareOp::Eq;
            let (severity, confidence) =
                if sure { (Severity::Error, Confidence::High) } else { (Severity::Warning, Confidence::Medium) };
            let message = message(Domain::Status, "", wrong, op, has_known);
            Some(Told { message, help: help(Domain::Status, meant), severity, confidence })
        }
        // A variable or the environment may give text here and a number elsewhere.
        Odd::NeverEqual(left, right) if !written().contains("var(") => {
            let name = written().split(['=', '!']).next().unwrap_or_default().trim().to_owned();
            let help = match name.as_str() {
                "target" => "compare `target.name`".to_owned(),
                "this" => "compare `this.identifier` or `this.name`".to_owned(),
                "model" => "compare `model.name`".to_owned(),
                _ => "make both sides the same sort of value: `| string`, `| int`, or an attribute".to_owned(),
            };
            let message = format!("This compares {left} with {right}: they are never equal.");
            Some(Told { message, help, severity: Severity::Warning, confidence: Confidence::Medium })
        }
        Odd::Cell { query, column, with } => {
            let selected = super::super::timing::unknown_result_column::columns(scene, *query)?;
            let column = super::super::timing::unknown_result_column::find(&selected, column)?;
            cell(column, with)
        }
        _ => None,
    }
}

/// What is told of a column of a query that is compared with texts.
fn cell(column: &crate::sql::Selected, with: &[std::sync::Arc<str>]) -> Option<Told> {
    let warned = |message: String, help: String| {
        Some(Told { message, help, severity: Severity::Warning, confidence: Confidence::Medium })
    };
    let asked: Vec<String> = with.iter().map(|text| format!("`{text}`")).collect();
    if column.is_count {
        let message = format!("The query gives a number, and {} is text: they are never equal.", asked.join(" or "));
        return warned(message, "write the number without quotes".to_owned());
    }
    let texts = column.texts.as_ref()?;
    if with.iter().any(|text| texts.iter().any(|known| **known == **text)) {
        return None;
    }
    let given: Vec<String> = texts.iter().map(|text| format!("`{text}`")).collect();
    let message = format!("The query gives {} and never {}.", given.join(" or "), asked.join(" or "));
    let near = with.iter().find_map(|text| texts.iter().find(|known| near(known, text)));
    warned(message, near.or(texts.first()).map(|text| format!("compare with `{text}`")).unwrap_or_default())
}
