//! Finds a grant to everyone: to PUBLIC, or to all users of a cloud.

use crate::lint::{Findings, Sink, Step};
use crate::sql::{Dialect, Grantee, ObjectKind, Verb};

pub(in crate::lint) fn check<'f>(findings: &'f Findings<'f>, sink: &mut Sink<'f>) {
    for step in findings.steps_of([Verb::Grant, Verb::Alter]) {
        let outline = step.outline();
        let grants = matches!(outline.verb, Verb::Grant | Verb::Alter) && !outline.opaque;
        let revokes = outline.verb == Verb::Alter
            && crate::lint::existence::words(step.text()).any(|word| word.eq_ignore_ascii_case("revoke"));
        // A function holds no data, and PostgreSQL lets everyone call it anyway.
        let of_function = outline.object == Some(ObjectKind::Function);
        if !grants || revokes || of_function {
            continue;
        }
        for grantee in &outline.grantees {
            let Some(everyone) = everyone(&step, grantee) else { continue };
            let message = format!("This grants to `{}`, which is {everyone}.", grantee.name.last());
            sink.add(step.finding(message).help("name the role or the group that needs it"));
        }
    }
}

/// Who that is, where it is everyone.
fn everyone(step: &Step<'_>, grantee: &Grantee) -> Option<&'static str> {
    let name = grantee.name.last();
    let is = |word: &str| name.eq_ignore_ascii_case(word);
    match step.dialect() {
        Dialect::BigQuery => {
            let member = name.rsplit(':').next().unwrap_or_default();
            match member {
                "allUsers" => Some("anyone on the internet"),
                "allAuthenticatedUsers" => Some("anyone with a Google account"),
                _ => None,
            }
        }
        Dialect::Databricks | Dialect::Spark => (is("account users") || is("users")).then_some(if is("users") {
            "every user of the workspace"
        } else {
            "every user of the account"
        }),
        Dialect::Snowflake => is("public").then_some("the role that every user of the account has"),
        Dialect::DuckDb | Dialect::Sqlite => None,
        _ => is("public").then_some("every user of the database, those of later included"),
    }
}
