//! hookproof reads a dbt project from its files, renders every hook to exactly the SQL that dbt would
//! send, in every target and down every branch, and checks that SQL.

pub mod datum;
pub mod diagnostic;
pub mod discover;
pub mod jinja;
pub mod project;
pub mod source;
