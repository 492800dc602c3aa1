//! Finds one brace where Jinja wants two: `{this}`, `{ { this } }`, `${target.schema}`, `{{ this }`.

use super::syntax_faults::{Mistake, mistake};
use crate::diagnostic::{Edit, Fix, Safety};
use crate::jinja::tree::Span;
use crate::lint::syntax::Part;
use crate::lint::{Finding, Findings, Sink};
use crate::render::attributes;

pub(in crate::lint) fn check<'f>(findings: &'f Findings<'f>, sink: &mut Sink<'f>) {
    for scene in findings.scenes() {
        let Some(error) = scene.error() else { continue };
        if let Some(Mistake::SingleBrace(place)) = mistake(&scene, error) {
            let message = "Two braces open this and one closes it: it is no valid Jinja, and every dbt command stops with \
                           \"unexpected '}'\".";
            let edits = vec![Edit { place, text: "}}".to_owned() }];
            let fix = Fix { title: "close with two braces".to_owned(), safety: Safety::Safe, edits };
            let finding = Finding::of(&scene, Some(place), error.through.as_ref(), message);
            sink.add(finding.help("close with two braces").fix(Some(fix)));
        }
    }
    for part in findings.syntax().parts().iter().filter(|part| part.in_text) {
        for found in braced(part.template.text.as_str()) {
            sink.add(finding(findings, part, &found));
        }
    }
}

/// An expression in braces that Jinja does not read.
struct Braced {
    span: Span,
    expression: String,
}

fn finding<'f>(findings: &'f Findings<'f>, part: &Part, found: &Braced) -> Finding<'f> {
    let Braced { span, expression } = found;
    let written = &part.template.text.as_str()[span.start as usize..span.end as usize];
    let message =
        format!("Jinja reads names between two braces only: `{written}` is sent as it stands, without the value.");
    let text = format!("{{{{ {expression} }}}}");
    let help = format!("change `{written}` to `{text}`");
    let fix = part.place(*span).map(|place| Fix {
        title: help.clone(),
        safety: Safety::Unsafe,
        edits: vec![Edit { place, text }],
    });
    part.finding(findings, *span, message).help(help).fix(fix)
}

/// What stands in single braces outside of Jinja's tags and is plainly one of dbt's names.
fn braced(text: &str) -> Vec<Braced> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(open) = text[at..].find('{').map(|open| at + open) {
        let rest = &text[open + 1..];
        let end = match rest.chars().next() {
            Some('{') => rest.find("}}").map(|end| end + 2),
            Some('#') => rest.find("#}").map(|end| end + 2),
            Some('%') if is_raw(rest) => rest.find("endraw").map(|end| end + "endraw".len()),
            Some('%') => rest.find("%}").map(|end| end + 2),
            _ => {
                let one = single(text, open);
                at = one.as_ref().map_or(open + 1, |one| one.span.end as usize);
                found.extend(one);
                continue;
            }
        };
        let Some(end) = end else { break };
        at = open + 1 + end;
    }
    found
}

fn is_raw(tag: &str) -> bool {
    tag.trim_start_matches(['%', '-', '+']).trim_start().starts_with("raw")
}

/// The expression in the single brace that opens at a byte.
fn single(text: &str, open: usize) -> Option<Braced> {
    let close = open + text[open..].find('}')?;
    let inside = text[open + 1..close].trim_start_matches(['{', ' ']).trim_end();
    if !is_dbts(inside) {
        return None;
    }
    // `{ { this } }` and `{ this }}` end with a second brace.
    let rest = &text[close + 1..];
    let second = rest.trim_start_matches(' ').starts_with('}').then(|| rest.find('}')).flatten();
    let end = close + 1 + second.map_or(0, |at| at + 1);
    let start = open - usize::from(text[..open].ends_with('$'));
    Some(Braced { span: Span { start: start as u32, end: end as u32 }, expression: inside.to_owned() })
}

/// Whether an expression is `this`, or a part of it, of `target` or of `model`, or a call of `ref`, `source`, `var` or
/// `env_var`.
fn is_dbts(inside: &str) -> bool {
    let word = inside.split(|char: char| !(char.is_alphanumeric() || char == '_')).next().unwrap_or_default();
    let rest = &inside[word.len()..];
    let part_of = |of: &str| rest.strip_prefix('.').is_some_and(|part| attributes::names(of).contains(&part));
    match word {
        "this" => rest.is_empty() || part_of("relation"),
        "target" => part_of("target"),
        "model" => part_of("node"),
        "results" | "schemas" => rest.trim_start().starts_with('|'),
        "invocation_id" | "run_started_at" => rest.is_empty(),
        "ref" | "source" | "var" | "env_var" => rest.starts_with('(') && rest.ends_with(')'),
        _ => false,
    }
}
