//! What `DuckDB` has no statements for (measured on version 2.0).

use super::Said;
use crate::sql::{ObjectKind, Verb};

/// Why `DuckDB` refuses a statement that others know; none where it may not.
pub(super) fn refuses(said: &Said<'_>) -> Option<String> {
    let outline = said.outline;
    let syntax = |word: &str| Some(format!("Parser Error: syntax error at or near \"{word}\""));
    let verb = said.tokens.first()?.text;
    match (&outline.verb, outline.object.as_ref()) {
        // MotherDuck grants on its shares.
        (Verb::Grant | Verb::Revoke, object) if object != Some(&ObjectKind::Share) && !said.has("share") => {
            syntax(verb)
        }
        (
            Verb::Savepoint
            | Verb::Release
            | Verb::Reindex
            | Verb::Cluster
            | Verb::Lock
            | Verb::Listen
            | Verb::Unlisten
            | Verb::Notify
            | Verb::Optimize,
            _,
        ) => syntax(verb),
        (Verb::Refresh, Some(ObjectKind::MaterializedView)) => syntax(verb),
        (Verb::Rollback, _) if said.after_verb().next_is("to") => syntax(said.after_verb().peek()?.text),
        (Verb::Create | Verb::Drop | Verb::Alter, Some(ObjectKind::Role | ObjectKind::User | ObjectKind::Group)) => {
            syntax(said.after_verb().peek()?.text)
        }
        (Verb::Create | Verb::Drop | Verb::Alter, Some(ObjectKind::Policy | ObjectKind::Procedure))
            if !outline.or_replace =>
        {
            syntax(said.after_verb().peek()?.text)
        }
        (Verb::Alter, Some(ObjectKind::Schema)) => {
            Some("Not implemented Error: Altering schemas is not yet supported".to_owned())
        }
        (Verb::Alter, Some(ObjectKind::DefaultPrivileges)) => syntax(said.after_verb().peek()?.text),
        (Verb::Alter, Some(ObjectKind::Table | ObjectKind::View)) => {
            let mut reader = said.at_name()?;
            reader.name()?;
            let word = reader.peek()?.text;
            (reader.eat("owner to") || reader.eat("enable row level security")).then(|| syntax(word)).flatten()
        }
        (Verb::Comment, Some(ObjectKind::Schema)) => {
            Some("Not implemented Error: Adding comments to schemas is not implemented".to_owned())
        }
        _ => None,
    }
}
