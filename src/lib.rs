//! hookproof reads a dbt project from its files, renders every hook to exactly the SQL that dbt would
//! send, in every target and down every branch, and checks that SQL.

pub mod baseline;
pub mod command;
pub mod datum;
pub mod diagnostic;
pub mod difference;
pub mod discover;
pub mod disk;
pub mod fix;
pub mod git;
pub mod hook;
pub mod invocation;
pub mod jinja;
pub mod limits;
pub mod lint;
pub mod lock;
pub mod lsp;
pub mod manifest;
pub mod materialization;
mod memo;
pub mod plan;
pub mod project;
pub mod prove;
pub mod render;
pub mod report;
mod run;
pub mod secret;
pub mod selection;
pub mod settings;
pub mod source;
mod spelling;
pub mod sql;
pub mod store;

pub use run::{CheckOptions, Failure, PlanOptions, ProveOptions, check, compile, diff, list, lock, plan, prove, query};
