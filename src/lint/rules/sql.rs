//! The SQL that is sent.

pub(in crate::lint) mod sql_syntax;

use crate::lint::Rule;

/// The rules, by name.
pub(in crate::lint) const RULES: &[Rule] = family! { "sql";
    "sql-syntax", Error, High, Default, sql_syntax;
};
