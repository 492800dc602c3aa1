//! Finds hooks that need an order that dbt does not keep: of packages, of a list of hooks, of `schemas`.

use std::collections::HashMap;

use crate::diagnostic::{Confidence, Severity};
use crate::hook::HookKind;
use crate::jinja::tree::{Expr, ExprKind};
use crate::lint::existence::{Objects, is_asked, makes};
use crate::lint::syntax::{Seen, is_var};
use crate::lint::{Finding, Findings, Sink, Step};
use crate::sql::{Name, ObjectKind, UNKNOWN, Verb};

pub(in crate::lint) fn check<'f>(findings: &'f Findings<'f>, sink: &mut Sink<'f>) {
    schemas(findings, sink);
    made_later(findings, sink);
}

/// `schemas[0]` and the like: the list is made from a set (facts C26).
fn schemas<'f>(findings: &'f Findings<'f>, sink: &mut Sink<'f>) {
    for part in findings.syntax().parts() {
        let at_end = |at: &usize| findings.checked[*at].hook.kind == HookKind::OnRunEnd;
        if !part.hooks.iter().any(at_end) {
            continue;
        }
        part.walk(&mut |seen, _| {
            let Seen::Expr(expr) = seen else { return };
            if let Some(name) = picked(expr) {
                let message = format!(
                    "The order of `{name}` changes from run to run: dbt makes it from a set. With more than one schema in the \
                     run this is sometimes one and sometimes another."
                );
                let finding = part.finding(findings, expr.span, message).severity(Severity::Warning);
                sink.add(
                    finding.confidence(Confidence::Medium).help(format!("loop over `{name}`, or name the schema: `target.schema`")),
                );
            }
        });
    }
}

/// The list whose first or last item an expression picks.
fn picked(expr: &Expr) -> Option<&'static str> {
    let list = match &expr.kind {
        ExprKind::Item(list, at) => match &at.kind {
            ExprKind::Int(_) | ExprKind::Neg(_) => list,
            _ => return None,
        },
        ExprKind::Filter(name, Some(list), _) if matches!(&**name, "first" | "last") => list,
        _ => return None,
    };
    let list = match &list.kind {
        ExprKind::Filter(name, Some(list), _) if &**name == "list" => list,
        _ => list,
    };
    ["schemas", "database_schemas"].into_iter().find(|name| is_var(list, name))
}

/// Tables that only a later hook makes.
fn made_later<'f>(findings: &'f Findings<'f>, sink: &mut Sink<'f>) {
    // The first maker of each table, by the last part of its name.
    let mut makers: HashMap<String, Vec<Step<'f>>> = HashMap::new();
    for step in findings.steps_of([Verb::Create]).filter(makes_table) {
        if let Some(name) = &step.outline().name {
            makers.entry(name.last().to_ascii_lowercase()).or_default().push(step);
        }
    }
    if makers.is_empty() {
        return;
    }
    let mut objects = None;
    let nodes: std::collections::HashSet<&str> =
        findings.built().map(|at| findings.project.nodes[at].name.as_str()).collect();
    for step in findings.steps() {
        let Some((name, maker)) = needed(&step).find_map(|name| Some((name, maker(findings, &makers, &step, name)?)))
        else {
            continue;
        };
        let objects = objects.get_or_insert_with(|| Objects::new(findings));
        let there = objects.is_made_before(&step, name)
            || nodes.contains(name.last())
            || findings.is_source(name)
            || is_asked(&step);
        if !there {
            sink.add(finding(findings, &step, &maker, name));
        }
    }
}

fn finding<'f>(findings: &'f Findings<'f>, step: &Step<'f>, maker: &Step<'f>, name: &Name) -> Finding<'f> {
    let (own, its) = (step.sql.scene.hook(), maker.sql.scene.hook());
    let kind = own.kind.name();
    let (place, _) = maker.sql.origin(maker.statement.range.clone());
    let (why, help) = if own.package == its.package {
        (format!("which only a later {kind} hook makes"), "move the hook that makes it before this one".to_owned())
    } else {
        let package = &findings.project.packages[its.package].name;
        (
            format!(
                "which only the package `{package}` makes: dbt runs the {kind} hooks of the project before those of packages"
            ),
            "make the table in the project's own hooks as well, with IF NOT EXISTS, before this one".to_owned(),
        )
    };
    step.finding(format!(
        "This needs `{}`, {why}. In the first run it fails with \"does not exist\", and the hooks after it are skipped.",
        name.text
    ))
    .help(help)
    .see(place, "made here")
}

/// Whether a statement makes a table that was not there before.
fn makes_table(step: &Step<'_>) -> bool {
    let outline = step.outline();
    let lasting = !outline.or_replace && !outline.or_alter && !outline.opaque;
    outline.verb == Verb::Create && outline.object == Some(ObjectKind::Table) && lasting
}

/// The later hook of the same list that makes a table.
fn maker<'f>(
    findings: &Findings<'f>,
    makers: &HashMap<String, Vec<Step<'f>>>,
    step: &Step<'f>,
    name: &Name,
) -> Option<Step<'f>> {
    let own = &step.sql.scene;
    let same_list = |other: &&Step<'f>| {
        let its = &other.sql.scene;
        let (left, right) = (findings.checked[own.at].hook, findings.checked[its.at].hook);
        let targets = &own.judged.rendering.targets;
        its.at > own.at
            && (left.kind, left.node) == (right.kind, right.node)
            && its.judged.rendering.targets.iter().any(|target| targets.contains(target))
    };
    let candidates = makers.get(&name.last().to_ascii_lowercase())?;
    candidates.iter().filter(same_list).find(|other| makes(other, name)).copied()
}

/// The tables that have to be there for a statement.
fn needed<'f>(step: &Step<'f>) -> impl Iterator<Item = &'f Name> + use<'f> {
    let outline = step.outline();
    let works = matches!(
        outline.verb,
        Verb::Insert | Verb::Update | Verb::Delete | Verb::Merge | Verb::Truncate | Verb::Alter | Verb::Comment
    ) || (outline.verb == Verb::Grant && outline.object == Some(ObjectKind::Table));
    let judged = !outline.is_guarded() && !outline.opaque;
    let worked = outline.name.iter().filter(move |_| works);
    worked.chain(&outline.reads).filter(move |name| judged && !name.text.contains(UNKNOWN))
}
