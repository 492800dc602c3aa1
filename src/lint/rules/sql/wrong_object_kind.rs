//! Finds a statement for one kind of object on an object of another kind: an index on a view, a comment on a table
//! that is a view.

use crate::lint::relations::What;
use crate::lint::{Findings, Sink, Step};
use crate::project::Resource;
use crate::render::materialized::Owner;
use crate::sql::{Dialect, Name, ObjectKind, UNKNOWN, Verb};

/// What a relation is to Postgres.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Table,
    View,
    MaterializedView,
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Kind::Table => "table",
            Kind::View => "view",
            Kind::MaterializedView => "materialized view",
        }
    }
}

/// What dbt makes of the node that a name means, with the words for the node.
fn kind(step: &Step<'_>, name: &Name) -> Option<(Kind, String)> {
    let scene = &step.sql.scene;
    let findings = scene.findings;
    let target = *scene.judged.rendering.targets.first()?;
    let relation = findings.relation(scene, name)?;
    let What::Node(at) = relation.what else { return None };
    let state = findings.renderer.state(target, at);
    let is_known = state.fault.is_none() && state.unknown.is_empty();
    if !is_known || findings.renderer.materialization(target, at).owner != Owner::Shipped {
        return None;
    }
    let kind = match (findings.project.nodes[at].resource, state.materialized.as_str()) {
        (Resource::Model, "view") => Kind::View,
        (Resource::Model, "materialized_view") => Kind::MaterializedView,
        (Resource::Model, "table" | "incremental") | (Resource::Seed | Resource::Snapshot, _) => Kind::Table,
        _ => return None,
    };
    Some((kind, relation.described(scene)))
}

/// Why Postgres refuses a statement on what it names, in its own words, and what to do.
fn refusal(step: &Step<'_>, kind: Kind, name: &Name) -> Option<(String, String)> {
    let outline = step.outline();
    let last = name.last();
    let article = if kind == Kind::MaterializedView { "materialized view" } else { kind.name() };
    let not_a = |wanted: &str| format!("\"{last}\" is not a {wanted}");
    let wants = |wanted: Kind| {
        let help = format!("it is a {article}: write {}", article.to_uppercase());
        (wanted != kind).then(|| (not_a(wanted.name()), help))
    };
    match (&outline.verb, outline.object.as_ref()?) {
        (Verb::Create, ObjectKind::Index) => (kind == Kind::View).then(|| {
            let said = format!("cannot create index on relation \"{last}\"");
            (said, "materialize the node as a table, or put the index on a table".to_owned())
        }),
        (Verb::Comment | Verb::Drop, ObjectKind::Table) => wants(Kind::Table),
        (Verb::Comment | Verb::Drop | Verb::Alter, ObjectKind::View) => wants(Kind::View),
        (Verb::Comment | Verb::Drop | Verb::Alter | Verb::Refresh, ObjectKind::MaterializedView) => {
            wants(Kind::MaterializedView)
        }
        (Verb::Truncate, _) => (kind != Kind::Table)
            .then(|| (not_a("table"), format!("a {article} has no rows of its own: truncate the table behind it"))),
        (Verb::Insert | Verb::Update | Verb::Delete, _) => (kind == Kind::MaterializedView)
            .then(|| (format!("cannot change materialized view \"{last}\""), "refresh it instead".to_owned())),
        (Verb::Alter, ObjectKind::Table) => {
            let action: Vec<&str> = outline.action.iter().map(String::as_str).collect();
            let adds = matches!(action.as_slice(), ["add", second, ..] if *second != "constraint")
                || matches!(action.first(), Some(&"cluster" | &"inherit" | &"enable" | &"disable"))
                || matches!(action.as_slice(), ["drop" | "add", "column" | "constraint" | "primary" | "unique", ..]);
            (kind != Kind::Table && adds).then(|| {
                let said = format!("this action cannot be performed on relation \"{last}\"");
                (said, format!("materialize the node as a table: it is a {article}"))
            })
        }
        _ => None,
    }
}

fn check_step<'f>(step: &Step<'f>, sink: &mut Sink<'f>) {
    let outline = step.outline();
    let named = if matches!(outline.object, Some(ObjectKind::Index)) { &outline.on } else { &outline.name };
    let Some(name) = named.as_ref().filter(|name| !name.text.contains(UNKNOWN)) else { return };
    if matches!(outline.verb, Verb::Grant | Verb::Revoke) {
        grant_on_schema(step, name, sink);
    } else if let Some((said, help)) = kind(step, name).and_then(|(kind, described)| {
        let (said, help) = refusal(step, kind, name)?;
        Some((format!("dbt makes {described} a {}, and Postgres refuses this: {said}.", kind.name()), help))
    }) {
        sink.add(step.finding(said).help(help));
    }
}

/// `grant usage on s`: without SCHEMA the name is that of a table.
fn grant_on_schema<'f>(step: &Step<'f>, name: &Name, sink: &mut Sink<'f>) {
    let outline = step.outline();
    let relations = matches!(outline.object, None | Some(ObjectKind::Table));
    let of_schemas = !outline.privileges.is_empty()
        && outline.privileges.iter().all(|privilege| matches!(privilege.as_str(), "usage" | "create"));
    if !relations || outline.on_all || !of_schemas {
        return;
    }
    let findings = step.sql.scene.findings;
    if let Some(relation) = findings.relation(&step.sql.scene, name) {
        let message = format!(
            "{} is no schema, and Postgres refuses this: invalid privilege type {} for table.",
            relation.described(&step.sql.scene),
            outline.privileges.join(", ").to_uppercase()
        );
        let message = message.replacen("the ", "The ", 1);
        sink.add(step.finding(message).help("grant USAGE on the schema, and SELECT on the relation"));
        return;
    }
    let Some(&target) = step.sql.scene.judged.rendering.targets.first() else { return };
    let mut nodes = findings.built().map(|at| findings.renderer.state(target, at));
    let own = findings.renderer.targets().get(target).map(|target| target.schema.as_str());
    let is_schema = name.parts.len() == 1
        && (own == Some(name.last()) || nodes.any(|state| state.schema.eq_ignore_ascii_case(name.last())));
    if is_schema {
        let message = format!(
            "Without SCHEMA this grants on a relation that is called `{0}`, which is the name of a schema: Postgres \
             says \"relation \"{0}\" does not exist\".",
            name.last()
        );
        sink.add(step.finding(message).help("write ON SCHEMA before the name"));
    }
}

pub(in crate::lint) fn check<'f>(findings: &'f Findings<'f>, sink: &mut Sink<'f>) {
    for step in findings.steps() {
        if step.dialect() == Dialect::Postgres && !step.outline().opaque {
            check_step(&step, sink);
        }
    }
}
