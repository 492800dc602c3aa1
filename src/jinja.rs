//! dbt's Jinja.

pub mod blocks;
