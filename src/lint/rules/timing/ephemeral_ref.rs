//! Finds a hook that reads an ephemeral model where dbt does not put its query in front.

use crate::lint::{Finding, Findings, Scene, Sink, Step};

/// What the name of an ephemeral model begins with in SQL.
const PREFIX: &str = "__dbt__cte__";

/// The ephemeral model that a statement names.
fn model<'s>(step: &Step<'s>) -> Option<&'s str> {
    let (_, rest) = step.text().split_once(PREFIX)?;
    let end = rest.find(|char: char| !(char.is_alphanumeric() || char == '_')).unwrap_or(rest.len());
    Some(&rest[..end])
}

/// Whether the statement has the model's query in itself.
fn defines(step: &Step<'_>, model: &str) -> bool {
    step.text().contains(&format!("{PREFIX}{model} as ("))
}

fn absent<'f>(scene: &Scene<'f>, step: &Step<'f>, model: &str) -> Finding<'f> {
    let (place, through) = site(scene, model);
    let message = format!(
        "`{model}` is ephemeral: there is no table of it, and dbt does not put its query in front of this. The statement \
         reads `{PREFIX}{model}` and fails with \"does not exist\"."
    );
    let finding = match place {
        Some(_) => Finding::of(scene, place, through, message).sql(step.text()),
        None => step.finding(message),
    };
    finding.help(format!("materialize `{model}` as a view or a table, or read the tables that it reads"))
}

fn misplaced<'f>(scene: &Scene<'f>, step: &Step<'f>, model: &str, verb: &str) -> Finding<'f> {
    let (place, through) = site(scene, model);
    let message = format!(
        "`{model}` is ephemeral: dbt puts `with {PREFIX}{model} as (…)` in front of the whole hook, and the warehouse \
         answers with a syntax error at `{verb}`."
    );
    Finding::of(scene, place, through, message)
        .sql(step.text())
        .help(format!("materialize `{model}` as a view or a table, or read the tables that it reads"))
}

/// Where the model is ref'd.
fn site<'f>(
    scene: &Scene<'f>,
    model: &str,
) -> (Option<crate::source::Place>, Option<&'f std::sync::Arc<crate::source::Call>>) {
    let nodes = &scene.findings.project.nodes;
    let is_of = |node: Option<usize>| node.is_some_and(|node| nodes[node].name == model);
    match scene.pass().referred.iter().find(|one| is_of(one.node)) {
        Some(one) => (one.place, one.through.as_ref()),
        None => (None, None),
    }
}

pub(in crate::lint) fn check<'f>(findings: &'f Findings<'f>, sink: &mut Sink<'f>) {
    for scene in findings.scenes() {
        for step in scene.steps() {
            let Some(model) = model(&step) else { continue };
            if !defines(&step, model) {
                sink.add(absent(&scene, &step, model));
            } else if let Some(verb) = refuses_with(&step) {
                sink.add(misplaced(&scene, &step, model, verb));
            }
        }
    }
}

/// The verb behind the model's query, where it takes no WITH in front of it in any dialect.
fn refuses_with<'s>(step: &Step<'s>) -> Option<&'s str> {
    let rest = behind_with(step.text())?;
    let end = rest.find(|char: char| !char.is_alphabetic()).unwrap_or(rest.len());
    let verb = &rest[..end];
    let refuses = ["create", "alter", "drop", "grant", "revoke", "truncate", "call", "comment", "analyze", "vacuum"];
    refuses.iter().any(|word| word.eq_ignore_ascii_case(verb)).then_some(verb)
}

/// What follows `with a as (…), b as (…)`.
fn behind_with(text: &str) -> Option<&str> {
    let starts = text.get(..4).is_some_and(|word| word.eq_ignore_ascii_case("with"));
    let mut rest = text.get(4..).filter(|_| starts)?;
    loop {
        let open = rest.find(" as (")? + 4;
        let (mut depth, mut quote, mut end) = (0, None, None);
        for (at, char) in rest[open..].char_indices() {
            match (quote, char) {
                (Some(open), _) if char == open => quote = None,
                (Some(_), _) => {}
                (None, '\'' | '"') => quote = Some(char),
                (None, '(') => depth += 1,
                (None, ')') => depth -= 1,
                (None, _) => {}
            }
            if depth == 0 {
                end = Some(open + at + 1);
                break;
            }
        }
        rest = rest.get(end?..)?.trim_start();
        match rest.strip_prefix(',') {
            Some(more) => rest = more,
            None => return Some(rest),
        }
    }
}
