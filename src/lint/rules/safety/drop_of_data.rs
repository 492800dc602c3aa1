//! Finds a hook that drops a table of another node or of a source, or a schema with such tables in it.

use std::collections::HashMap;

use crate::diagnostic::Severity;
use crate::lint::relations::What;
use crate::lint::{Findings, Scene, Sink, Step};
use crate::project::Resource;
use crate::sql::{Dialect, Name, ObjectKind, UNKNOWN, Verb};

pub(in crate::lint) fn check<'f>(findings: &'f Findings<'f>, sink: &mut Sink<'f>) {
    let mut views = None;
    for step in findings.steps_of([Verb::Drop]) {
        let outline = step.outline();
        if outline.verb != Verb::Drop || outline.temporary || outline.opaque {
            continue;
        }
        for name in outline.name.iter().chain(&outline.more_names).filter(|name| !name.text.contains(UNKNOWN)) {
            let Some((what, help)) = dropped(findings, &step, name) else { continue };
            let head = step.head();
            let views = views.get_or_insert_with(|| Views::new(findings));
            let Some(view) = view_on(findings, views, &step, name) else {
                let message = format!("`{head}` drops {what}.");
                sink.add(step.finding(message).help(help).severity(Severity::Warning));
                continue;
            };
            let message = format!(
                "`{head}` has no CASCADE, and {view} reads it: from the second run on the hook fails with \"cannot drop \
                 table because other objects depend on it\"."
            );
            sink.add(step.finding(message).help(help).severity(Severity::Error));
        }
    }
}

/// What is lost, and what to do.
fn dropped<'f>(findings: &'f Findings<'f>, step: &Step<'f>, name: &Name) -> Option<(String, &'static str)> {
    let scene = &step.sql.scene;
    match step.outline().object.as_ref()? {
        ObjectKind::Table | ObjectKind::View | ObjectKind::MaterializedView | ObjectKind::DynamicTable => {
            let relation = findings.relation(scene, name)?;
            if relation.is_own(scene) {
                return None;
            }
            let after = match relation.what {
                What::Source(_) => "dbt does not load it again",
                What::Node(_) => "it is not there until a run builds it again",
            };
            Some((
                format!("{}: {after}", relation.described(scene)),
                "remove the drop, or name the table that is meant",
            ))
        }
        ObjectKind::Schema | ObjectKind::Dataset if takes_contents(step) && !is_for_tests(scene) => {
            let held = held_in(findings, scene, name)?;
            let what = format!("the schema with all that is in it, and {held} is in it");
            Some((what, "drop the objects that are meant, by name"))
        }
        ObjectKind::Database | ObjectKind::Catalog => {
            let target = *scene.judged.rendering.targets.first()?;
            let database = findings.renderer.targets()[target].database.as_deref()?;
            let same = database.eq_ignore_ascii_case(name.last());
            same.then(|| ("the database that the target builds in".to_owned(), "remove the drop"))
        }
        _ => None,
    }
}

/// The first view that reads each node, by target and node.
struct Views(HashMap<(usize, usize), usize>);

impl Views {
    fn new(findings: &Findings<'_>) -> Views {
        let mut first = HashMap::new();
        for target in 0..findings.targets.len() {
            for (at, node) in findings.project.nodes.iter().enumerate() {
                let state = findings.renderer.state(target, at);
                if node.resource == Resource::Model && state.enabled && state.materialized == "view" {
                    for &read in &state.refs {
                        first.entry((target, read)).or_insert(at);
                    }
                }
            }
        }
        Views(first)
    }
}

/// A view of the project that keeps a node's relation from being dropped.
fn view_on<'f>(findings: &'f Findings<'f>, views: &Views, step: &Step<'f>, name: &Name) -> Option<String> {
    let scene = &step.sql.scene;
    let What::Node(dropped) = findings.relation(scene, name)?.what else { return None };
    if step.outline().cascade || scene.adapter() != "postgres" {
        return None;
    }
    let target = *scene.judged.rendering.targets.first()?;
    let view = *views.0.get(&(target, dropped))?;
    Some(format!("the view {}", findings.project.nodes[view].name))
}

/// Whether all targets of a rendering are made for one check and taken away after it, as their names say.
fn is_for_tests(scene: &Scene<'_>) -> bool {
    const PARTS: [&str; 8] = ["ci", "pr", "test", "tests", "tmp", "temp", "review", "sandbox"];
    let is_for_tests = |name: &str| name.split(['_', '-']).any(|part| PARTS.contains(&part.to_lowercase().as_str()));
    let mut names = scene.judged.rendering.targets.iter().filter_map(|&target| scene.findings.targets.get(target));
    names.all(|name| is_for_tests(name))
}

/// Whether dropping a schema drops what is in it.
fn takes_contents(step: &Step<'_>) -> bool {
    let restrict = crate::lint::existence::words(step.text()).any(|word| word.eq_ignore_ascii_case("restrict"));
    step.outline().cascade || (step.dialect() == Dialect::Snowflake && !restrict)
}

/// A source or a node in the schema.
fn held_in(findings: &Findings<'_>, scene: &Scene<'_>, name: &Name) -> Option<String> {
    let target = *scene.judged.rendering.targets.first()?;
    let named = |schema: &str, database: Option<&str>| {
        let mut parts = name.parts.iter().rev();
        let of_schema = parts.next().is_some_and(|part| part.eq_ignore_ascii_case(schema));
        let other = parts.next().zip(database).is_some_and(|(part, known)| !part.eq_ignore_ascii_case(known));
        of_schema && !other
    };
    let sources = &findings.project.source_tables;
    let source = sources.iter().find(|table| named(&table.schema, table.database.as_deref()));
    if let Some(table) = source {
        return Some(format!("the source {}.{}", table.source_name, table.name));
    }
    let nodes = findings.project.nodes.iter().enumerate();
    let mut built = nodes.filter(|(at, _)| {
        let state = findings.renderer.state(target, *at);
        let lasts = state.enabled && !state.schema.is_empty() && state.materialized != "ephemeral";
        lasts && named(&state.schema, state.database.as_deref())
    });
    let (_, node) =
        built.find(|(_, node)| node.resource.section() != "data_tests" && node.resource.name() != "analysis")?;
    Some(format!("the {} {}", node.resource.name(), node.name))
}
