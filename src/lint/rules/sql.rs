//! The SQL that is sent.

pub(in crate::lint) mod comment_swallows_sql;
pub(in crate::lint) mod comparison_with_null;
pub(in crate::lint) mod empty_hook;
pub(in crate::lint) mod empty_in_list;
pub(in crate::lint) mod foreign_function;
pub(in crate::lint) mod foreign_syntax;
pub(in crate::lint) mod insert_column_count;
pub(in crate::lint) mod missing_column;
pub(in crate::lint) mod missing_table;
pub(in crate::lint) mod python_value_in_sql;
pub(in crate::lint) mod several_statements;
pub(in crate::lint) mod sql_syntax;
pub(in crate::lint) mod swallowed_yaml;
pub(in crate::lint) mod unescaped_value;
pub(in crate::lint) mod ungrouped_column;
pub(in crate::lint) mod unknown_setting;
pub(in crate::lint) mod unquoted_text;
pub(in crate::lint) mod violated_constraint;
pub(in crate::lint) mod wrong_object_kind;
pub(in crate::lint) mod wrong_type;

use crate::lint::{Findings, Rule, Sql};
use crate::sql::{self, Fault, FaultKind, UNKNOWN};

/// The rules, by name.
pub(in crate::lint) const RULES: &[Rule] = family! { "sql";
    "comment-swallows-sql", Error, High, Default, comment_swallows_sql;
    "comparison-with-null", Error, High, Default, comparison_with_null;
    "empty-hook", Error, High, Default, empty_hook;
    "empty-in-list", Error, High, Default, empty_in_list;
    "foreign-function", Error, High, Default, foreign_function;
    "foreign-syntax", Error, High, Default, foreign_syntax;
    "insert-column-count", Error, High, Default, insert_column_count;
    "missing-column", Error, Medium, Default, missing_column;
    "missing-table", Error, Medium, Default, missing_table;
    "python-value-in-sql", Error, High, Default, python_value_in_sql;
    "several-statements", Error, High, Default, several_statements;
    "sql-syntax", Error, High, Default, sql_syntax;
    "swallowed-yaml", Error, Medium, Default, swallowed_yaml;
    "unescaped-value", Error, High, Default, unescaped_value;
    "ungrouped-column", Error, High, Default, ungrouped_column;
    "unknown-setting", Error, High, Default, unknown_setting;
    "unquoted-text", Error, High, Default, unquoted_text;
    "violated-constraint", Error, Medium, Default, violated_constraint;
    "wrong-object-kind", Error, High, Default, wrong_object_kind;
    "wrong-type", Error, Medium, Default, wrong_type;
};

/// The faults of some kinds in the SQL of every rendering, with the statement or text that they are in. Left out
/// are those of text that isn't known, of values of profiles.yml, and those that another rule explains.
fn faults<'f>(findings: &'f Findings<'f>, kinds: &'static [FaultKind]) -> Vec<(Sql<'f>, &'f Fault, &'f str)> {
    let mut found = Vec::new();
    for sql in findings.faulty() {
        let statements = sql.script.statements.iter().map(|one| (&one.faults, &sql.text.as_str()[one.range.clone()]));
        let whole = (&sql.script.faults, sql.text.as_str());
        for (faults, text) in statements.chain([whole]) {
            let mut faults = faults.iter().filter(|fault| kinds.contains(&fault.kind)).peekable();
            if faults.peek().is_none() || sql::with_numbers(text).contains(UNKNOWN) || is_explained(&sql) {
                continue;
            }
            found.extend(faults.filter(|fault| !is_of_profile(&sql, fault)).map(|fault| (sql, fault, text)));
        }
    }
    found
}

/// Whether a rule that looks at how the text came about says what is wrong with it.
fn is_explained(sql: &Sql<'_>) -> bool {
    !python_value_in_sql::values(sql).is_empty()
        || !unescaped_value::breaks(sql).is_empty()
        || swallowed_yaml::cut(&sql.scene).is_some()
        || !comment_swallows_sql::swallowed(sql).is_empty()
}

/// Whether the fault lies in a value of profiles.yml: `<your_database>` in an example of one.
fn is_of_profile(sql: &Sql<'_>, fault: &Fault) -> bool {
    let text = sql.text.as_str().get(fault.range.clone()).unwrap_or_default();
    if text.chars().all(|one| one.is_alphanumeric() || one == '_' || one.is_whitespace()) {
        return false;
    }
    let (place, _) = sql.origin(fault.range.clone());
    let targets = &sql.scene.findings.project.targets;
    place.is_some_and(|place| targets.iter().filter_map(|target| target.place).any(|target| target.file == place.file))
}

/// A fault's message as the beginning of a sentence.
fn sentence(message: &str) -> String {
    let mut sentence = message.to_owned();
    if let Some(first) = sentence.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    sentence
}

/// Whether a path is that of a YAML file, as dbt reads them.
fn is_yaml(path: &str) -> bool {
    std::path::Path::new(path).extension().is_some_and(|extension| extension == "yml" || extension == "yaml")
}
