//! What a hook should not do to data, or show to everyone.

pub(in crate::lint) mod delete_without_where;
pub(in crate::lint) mod drop_of_data;
pub(in crate::lint) mod grant_all;
pub(in crate::lint) mod grant_to_everyone;
pub(in crate::lint) mod secret_in_sql;
pub(in crate::lint) mod truncate;
pub(in crate::lint) mod unaccepted_package_hook;
pub(in crate::lint) mod update_without_where;

use crate::hook::HookKind;
use crate::lint::deeds::{Deeds, When, fills};
use crate::lint::relations::{Relation, What};
use crate::lint::{Findings, Rule, Step};
use crate::project::Resource;
use crate::sql::{Name, UNKNOWN};

/// The rules, by name.
pub(in crate::lint) const RULES: &[Rule] = family! { "safety";
    "delete-without-where", Error, High, Default, delete_without_where;
    "drop-of-data", Error, High, Default, drop_of_data;
    "grant-all", Warning, High, Default, grant_all;
    "grant-to-everyone", Warning, High, Default, grant_to_everyone;
    "secret-in-sql", Warning, High, Default, secret_in_sql;
    "truncate", Warning, High, Default, truncate;
    "unaccepted-package-hook", Warning, High, Default, unaccepted_package_hook;
    "update-without-where", Warning, Medium, Default, update_without_where;
};

/// Whose rows a statement takes away.
enum Loses<'f> {
    /// Those that the node's own build has just made.
    Own(Relation<'f>),
    /// Those of a relation of the project.
    Relation(Relation<'f>),
    /// Those of a table that dbt knows nothing of.
    Table,
}

/// What is lost where a statement takes all rows out of a table; none where they are put in again, or are there to
/// be taken.
fn loses<'f>(findings: &'f Findings<'f>, deeds: &Deeds<'f>, step: &Step<'f>, name: &Name) -> Option<Loses<'f>> {
    if name.text.contains(UNKNOWN) || is_passing(name) || (!is_log(name) && deeds.any(step, name, When::After, fills)) {
        return None;
    }
    let scene = &step.sql.scene;
    let Some(relation) = findings.relation(scene, name) else { return Some(Loses::Table) };
    let own = relation.is_own(scene);
    match scene.hook().kind {
        HookKind::PostHook if own => Some(Loses::Own(relation)),
        // The build that follows puts the rows in again; only a snapshot has some that its query no longer gives.
        HookKind::PreHook if own && !is_snapshot(findings, &relation) => None,
        HookKind::OnRunStart if matches!(relation.what, What::Node(_)) && !is_snapshot(findings, &relation) => None,
        _ => Some(Loses::Relation(relation)),
    }
}

fn is_snapshot(findings: &Findings<'_>, relation: &Relation<'_>) -> bool {
    matches!(relation.what, What::Node(at) if findings.project.nodes[at].resource == Resource::Snapshot)
}

/// Whether a table keeps what happened, as its name says: what is written later does not bring back what was lost.
fn is_log(name: &Name) -> bool {
    name.last().split('_').any(|part| ["log", "logs", "audit", "history"].contains(&part.to_lowercase().as_str()))
}

/// Whether a table holds rows only for a while, as its name says: a staging or temporary table, a queue, a log.
fn is_passing(name: &Name) -> bool {
    const PARTS: [&str; 17] = [
        "stg", "stage", "staging", "tmp", "temp", "work", "wrk", "scratch", "buffer", "queue", "landing", "inbox",
        "incoming", "cache", "delta", "changes", "batch",
    ];
    let is_part = |part: &str| PARTS.iter().any(|known| part.eq_ignore_ascii_case(known));
    let parts = name.parts.iter().flat_map(|part| part.split(['_', '-', ' ']));
    name.last().starts_with('#') || parts.into_iter().any(is_part)
}
