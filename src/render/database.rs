//! What a rendering asks of a database and does there, where there is one: that of a rehearsal.

use std::rc::Rc;

use super::relation::Relation;
use super::results::Outcome;
use super::table::Table;

/// A database that answers while hooks and nodes render.
pub trait Database {
    /// Executes a text as `adapter.execute` does. Its rows, none where they are not known; the error is what dbt
    /// would report.
    fn execute(&self, text: &str, by: &'static str) -> Result<Option<Table>, String>;

    /// What stands under a name; a part that is `None` is that of the target.
    fn find(&self, database: Option<&str>, schema: Option<&str>, identifier: Option<&str>) -> Found;

    /// dbt begins a transaction with the next text, where its adapter sends BEGIN.
    fn begins(&self) {}

    /// dbt has dropped a relation: it strikes it off its list.
    fn dropped(&self, _relation: &Relation) {}

    /// dbt has given a relation another name, in its list as well.
    fn renamed(&self, _from: &Relation, _to: &Relation) {}

    /// dbt has dropped the schema of a relation, with what its list has there.
    fn schema_dropped(&self, _relation: &Relation) {}

    /// The columns of a relation with their types; none where they are not all known.
    fn columns(&self, relation: &Relation) -> Option<Vec<(String, String)>>;

    /// `invocation_id` of the run that is rehearsed.
    fn invocation_id(&self) -> &str;

    /// When that run started, in UTC, as [`super::context::RUN_STARTED_AT`] is written.
    fn run_started_at(&self) -> &str;

    /// How the nodes of the run ended that have ended by now.
    fn outcome(&self) -> Rc<Outcome>;
}

/// What a database has under a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// Nothing.
    Absent,
    /// A relation, with dbt's word for what it is.
    Relation(&'static str),
    /// That cannot be told.
    Unknown,
}
