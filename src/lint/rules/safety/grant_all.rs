//! Finds a grant of all privileges on a relation that dbt makes.

use crate::lint::relations::What;
use crate::lint::{Findings, Sink};
use crate::sql::{Dialect, ObjectKind, Verb};

pub(in crate::lint) fn check<'f>(findings: &'f Findings<'f>, sink: &mut Sink<'f>) {
    for step in findings.steps_of([Verb::Grant]) {
        let outline = step.outline();
        let of_relation = matches!(outline.object, None | Some(ObjectKind::Table | ObjectKind::View));
        let all = outline.privileges.iter().any(|one| matches!(one.as_str(), "all" | "all privileges"));
        if outline.verb != Verb::Grant || outline.opaque || outline.on_all || !of_relation || !all {
            continue;
        }
        let Some(name) = &outline.name else { continue };
        let Some(relation) = findings.relation(&step.sql.scene, name) else { continue };
        if !matches!(relation.what, What::Node(_)) {
            continue;
        }
        let more = match step.dialect() {
            Dialect::Postgres | Dialect::Redshift => "write, truncate and put triggers on",
            _ => "write and empty",
        };
        let message = format!(
            "This lets the role {more} {}, which dbt builds, and not only read it.",
            relation.described(&step.sql.scene)
        );
        sink.add(step.finding(message).help("grant SELECT where reading is meant"));
    }
}
