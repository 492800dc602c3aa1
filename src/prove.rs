//! The rehearsal: executes the plan of a dbt command on an embedded `SQLite`, and says what that proves.

pub mod warehouse;
