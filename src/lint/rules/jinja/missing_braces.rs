//! Finds one of dbt's names, or a call of a macro, that is written into the SQL without braces.

use crate::diagnostic::{Edit, Fix, Safety, Severity};
use crate::lint::{Finding, Findings, Sink, Step};
use crate::sql::Name;

pub(in crate::lint) fn check<'f>(findings: &'f Findings<'f>, sink: &mut Sink<'f>) {
    for step in findings.steps() {
        if let Some(name) = step.outline().name.as_ref().filter(|name| is_dbts(&step, name)) {
            sink.add(named(&step, name));
        }
        if let Some(found) = called(&step) {
            sink.add(found);
        }
        if let Some(found) = quoted(&step) {
            sink.add(found);
        }
    }
}

/// Whether the name of an object is `this`, or begins as parts of `this` and `target` do.
fn is_dbts(step: &Step<'_>, name: &Name) -> bool {
    let text = &step.sql.text.as_str()[name.range.clone()];
    text == "this"
        || ["this.schema.", "this.identifier", "this.name", "target.schema.", "target.database."]
            .iter()
            .any(|start| text.starts_with(start))
}

fn braced(expression: &str) -> String {
    format!("{{{{ {expression} }}}}")
}

fn named<'f>(step: &Step<'f>, name: &Name) -> Finding<'f> {
    let text = &step.sql.text.as_str()[name.range.clone()];
    let expression = match text.split('.').collect::<Vec<_>>()[..] {
        [owner, part, ..] => format!("{owner}.{part}"),
        _ => text.to_owned(),
    };
    let message = format!(
        "`{text}` stands here without braces: Jinja does not read it, and the warehouse looks for an object of that name."
    );
    let end = name.range.start + expression.len();
    let piece =
        step.sql.text.piece_at(name.range.start as u32).filter(|piece| piece.verbatim && piece.through.is_none());
    let place = piece.map(|piece| piece.part(name.range.start as u32, end as u32));
    let fix = place.map(|place| Fix {
        title: format!("change `{expression}` to `{}`", braced(&expression)),
        safety: Safety::Unsafe,
        edits: vec![Edit { place, text: braced(&expression) }],
    });
    step.sql
        .finding(name.range.clone(), message)
        .help(format!("change `{expression}` to `{}`", braced(&expression)))
        .sql(step.text())
        .fix(fix)
}

/// A statement that is nothing but the call of a macro of the project.
fn called<'f>(step: &Step<'f>) -> Option<Finding<'f>> {
    let text = step.text().trim();
    let (name, rest) = text.split_once('(').map_or((text, ""), |(name, rest)| (name.trim_end(), rest));
    let bare = name.rsplit('.').next().unwrap_or_default();
    let is_call = rest.is_empty() || rest.trim_end().ends_with(')');
    let is_name = name.chars().all(|char| char.is_alphanumeric() || matches!(char, '_' | '.'));
    let findings = step.sql.scene.findings;
    if !is_call || !is_name || findings.library.holders(bare).is_empty() {
        return None;
    }
    let message = format!(
        "`{name}` is a macro of the project, and stands here without braces: Jinja does not read it, and the warehouse gets \
         its name as SQL."
    );
    let help = format!("change it to `{}`", braced(if rest.is_empty() { "…()" } else { "…(…)" }).replace('…', name));
    Some(step.finding(message).help(help))
}

/// A text in quotes that has `this.name` or its like in it.
fn quoted<'f>(step: &Step<'f>) -> Option<Finding<'f>> {
    const PARTS: &[&str] = &[
        "this.name",
        "this.schema",
        "this.identifier",
        "this.database",
        "target.name",
        "target.schema",
        "target.database",
    ];
    let text = step.text();
    if !text.contains("this.") && !text.contains("target.") {
        return None;
    }
    let mut inside = false;
    let mut at = 0;
    for literal in text.split('\'') {
        let found = PARTS.iter().find_map(|part| {
            let start = literal.find(part).filter(|_| inside)?;
            let word = |char: char| char.is_alphanumeric() || matches!(char, '_' | '.');
            let free = !literal[..start].ends_with(word) && !literal[start + part.len()..].starts_with(word);
            free.then_some((start, *part))
        });
        if let Some((start, part)) = found {
            let start = step.statement.range.start + at + start;
            // What an expression gave is no text that somebody wrote: a node as JSON, say, has its hooks in it.
            step.sql.text.piece_at(start as u32).filter(|piece| piece.verbatim)?;
            let message = format!(
                "`{part}` stands in a text without braces: Jinja does not read it, and it is written as it is."
            );
            let help = format!("change `{part}` to `{}`", braced(part));
            return Some(step.sql.finding(start..start + part.len(), message).severity(Severity::Warning).help(help));
        }
        inside = !inside;
        at += literal.len() + 1;
    }
    None
}
