//! Finds a table that nothing makes and that is nearly one that the project makes: another name, no schema, another
//! schema.

use std::collections::{HashMap, HashSet};

use crate::lint::rules::nearest;
use crate::lint::{Findings, Sink, Step};
use crate::sql::{Dialect, Name, ObjectKind, UNKNOWN, Verb};

#[derive(Default)]
/// What is known to be there: the tables that hooks create with the schemas that they name, and every name that may be
/// something's.
struct Known {
    created: HashMap<String, HashSet<Option<String>>>,
    names: HashSet<String>,
    /// Whatever else is created or renamed to: views, temporary tables.
    made: HashSet<String>,
    /// The schemas of nodes, sources and statements that make something.
    schemas: HashSet<String>,
    /// A hook sets where Postgres looks for names.
    sets_path: bool,
}

fn schema(name: &Name) -> Option<String> {
    let parts = &name.parts;
    parts.len().checked_sub(2).and_then(|at| parts.get(at)).map(|part| part.to_lowercase())
}

fn known(findings: &Findings<'_>) -> Known {
    let mut known = Known::default();
    for step in findings.steps() {
        let outline = step.outline();
        known.sets_path |= step.text().to_lowercase().contains("search_path");
        if outline.verb == Verb::Create
            && let Some(name) = &outline.name
        {
            let is_schema = outline.object == Some(ObjectKind::Schema);
            known.schemas.extend(if is_schema { Some(name.last().to_lowercase()) } else { schema(name) });
        }
        let words = step.text().split(|one: char| !(one.is_alphanumeric() || one == '_'));
        match (outline.verb.clone(), &outline.name) {
            (Verb::Create, Some(name)) => {
                if outline.object == Some(ObjectKind::Table) && !name.text.contains(UNKNOWN) {
                    known.created.entry(name.last().to_lowercase()).or_default().insert(schema(name));
                } else {
                    known.made.insert(name.last().to_lowercase());
                }
                known.names.insert(name.last().to_lowercase());
            }
            // What is renamed, called or run in a block may make any name in it.
            (Verb::Alter | Verb::Call | Verb::Execute | Verb::Copy | Verb::Block | Verb::Drop, _) => {
                let words: Vec<String> = words.map(str::to_lowercase).collect();
                known.made.extend(words.iter().cloned());
                known.names.extend(words);
            }
            _ if outline.opaque => known.names.extend(words.map(str::to_lowercase)),
            _ => {}
        }
    }
    known.names.extend(findings.project.nodes.iter().map(|node| node.name.to_lowercase()));
    for target in 0..findings.targets.len() {
        known.schemas.extend(findings.built().map(|at| findings.renderer.state(target, at).schema.to_lowercase()));
        known.schemas.extend(findings.renderer.targets().get(target).map(|target| target.schema.to_lowercase()));
    }
    known.schemas.extend(findings.project.source_tables.iter().map(|table| table.schema.to_lowercase()));
    known.names.extend(findings.project.source_tables.iter().map(|table| table.name.to_lowercase()));
    known
}

fn check_step(step: &Step<'_>, name: &Name, known: &Known, sink: &mut Sink<'_>) {
    let last = name.last().to_lowercase();
    if last.len() < 6 || name.text.contains(UNKNOWN) || known.created.contains_key(&last) || known.names.contains(&last)
    {
        return;
    }
    let own = schema(name);
    let same_schema = |other: &&String| known.created[*other].contains(&own);
    // `runs_2023` beside `runs_2024` may well be there.
    let digits = |name: &str| name.chars().filter(char::is_ascii_digit).collect::<String>();
    let candidates = known.created.keys().filter(same_schema).filter(|other| digits(other) == digits(&last));
    let Some(meant) = nearest(&last, candidates.map(String::as_str)) else { return };
    let message = format!(
        "Nothing makes the table `{}`, and the project's hooks create `{meant}`: the statement fails.",
        name.text
    );
    let written = name.text.rsplit('.').next().map_or(0, str::len);
    let range = name.range.end.saturating_sub(written)..name.range.end;
    let finding = step.sql.finding(range, message).help(format!("did you mean `{meant}`?"));
    sink.add(finding.sql(step.text()));
}

/// A name without a schema, where what the project makes under it is in a schema that Postgres does not look in.
fn check_unqualified(step: &Step<'_>, name: &Name, known: &Known, sink: &mut Sink<'_>) {
    let findings = step.sql.scene.findings;
    let Some(&at) = step.sql.scene.judged.rendering.targets.first() else { return };
    let Some(target) = findings.renderer.targets().get(at) else { return };
    let field = |key: &str| target.fields.iter().find(|(name, _)| name == key).map(|(_, value)| value);
    let own_schema = field("user").and_then(crate::datum::Datum::as_str).is_none_or(|user| user != target.schema);
    if step.dialect() != Dialect::Postgres
        || known.sets_path
        || field("search_path").is_some_and(|path| path.as_str().is_some_and(|path| !path.is_empty()))
        || !own_schema
    {
        return;
    }
    let last = name.last().to_lowercase();
    if name.text.contains(UNKNOWN)
        || name.parts.len() != 1
        || last.starts_with("__dbt__cte__")
        || last.starts_with("pg_")
    {
        return;
    }
    let is_public = |schema: &str| schema.eq_ignore_ascii_case("public");
    let created = known
        .created
        .get(&last)
        .filter(|schemas| schemas.iter().all(|one| one.as_deref().is_some_and(|one| !is_public(one))));
    let is_node = || {
        let mut states = findings.built().map(|node| findings.renderer.state(at, node));
        states.any(|state| state.alias.eq_ignore_ascii_case(&last) && !is_public(&state.schema) && state.enabled)
    };
    let source = findings.project.source_tables.iter().any(|table| table.identifier.eq_ignore_ascii_case(&last));
    if source
        || (known.created.contains_key(&last) && created.is_none())
        || (created.is_none() && (known.made.contains(&last) || !is_node()))
    {
        return;
    }
    let what = if created.is_some() { "the project's hooks create it" } else { "dbt builds it" };
    let message = format!(
        "`{}` stands without a schema, and {what} in a schema that Postgres does not look in by itself: \"relation does \
         not exist\".",
        name.text
    );
    let help = "write the schema before the name, as `{{ target.schema }}.`, or take `ref` or `this`";
    sink.add(step.sql.finding(name.range.clone(), message).help(help).sql(step.text()));
}

/// A table that hooks create, in a schema that nothing in the project has.
fn check_schema(step: &Step<'_>, name: &Name, known: &Known, sink: &mut Sink<'_>) {
    let (Some(own), Some(schemas)) = (schema(name), known.created.get(&name.last().to_lowercase())) else { return };
    if name.text.contains(UNKNOWN)
        || schemas.contains(&Some(own.clone()))
        || schemas.contains(&None)
        || known.schemas.contains(&own)
    {
        return;
    }
    let Some(there) = schemas.iter().flatten().min() else { return };
    let message = format!(
        "Nothing in the project speaks of the schema `{own}` but this, and its hooks create the table as `{there}.{}`: \
         the statement fails.",
        name.last()
    );
    let help = "write `{{ target.schema }}` or the schema that the table is created in";
    sink.add(step.sql.finding(name.range.clone(), message).help(help).sql(step.text()));
}

pub(in crate::lint) fn check<'f>(findings: &'f Findings<'f>, sink: &mut Sink<'f>) {
    let mut known = None;
    let writing = [Verb::Insert, Verb::Update, Verb::Delete, Verb::Merge, Verb::Replace, Verb::Upsert, Verb::Truncate];
    for step in findings.steps_of(writing) {
        let outline = step.outline();
        if outline.opaque {
            continue;
        }
        if let Some(name) = &outline.name {
            let known = known.get_or_insert_with(|| self::known(findings));
            check_step(&step, name, known, sink);
            check_unqualified(&step, name, known, sink);
            check_schema(&step, name, known, sink);
        }
    }
}
