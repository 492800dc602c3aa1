//! Words that cannot be the name of a column unless they are quoted.

use sqlparser::ast::Ident;

use crate::prove::warehouse::stop::{Done, Stop};
use crate::sql::Dialect;

/// What `pg_get_keywords()` of `PostgreSQL` 15 calls reserved, or a function or a type, and `duckdb_keywords()` too.
const BOTH: &str = "all analyse analyze and any array as asc asymmetric authorization binary both case cast check \
    collate collation column concurrently constraint create cross default deferrable desc distinct do else end except \
    false fetch for foreign freeze from full group having ilike in initially inner intersect into is isnull join lateral \
    leading left like limit natural not notnull null offset on only or order outer overlaps placing primary references \
    returning right select similar some symmetric table tablesample then to trailing true union unique using variadic \
    verbose when where window with";

/// Those of `PostgreSQL` alone.
const POSTGRES: &str = "current_catalog current_date current_role current_schema current_time current_timestamp \
    current_user grant localtime localtimestamp session_user user";

/// Those of `DuckDB` alone, and those that only newer versions have.
const DUCKDB: &str =
    "anti asof describe glob pivot pivot_longer pivot_wider positional qualify semi show summarize unpivot";
const NEWER_DUCKDB: &str = "at lambda unpack";

/// Refuses a column's name that the warehouse does not read as one.
pub(super) fn refuse(name: &Ident, dialect: Dialect) -> Done<()> {
    if name.quote_style.is_some() {
        return Ok(());
    }
    let word = name.value.to_ascii_lowercase();
    let is_in = |list: &str| list.split_whitespace().any(|reserved| reserved == word);
    let syntax_error = || Stop::refuted(format!("syntax error at or near \"{}\"", name.value));
    match dialect {
        Dialect::Postgres if is_in(BOTH) || is_in(POSTGRES) => Err(syntax_error()),
        Dialect::DuckDb if is_in(BOTH) || is_in(DUCKDB) => {
            Err(Stop::refuted(format!("Parser Error: syntax error at or near \"{}\"", name.value)))
        }
        Dialect::DuckDb if is_in(NEWER_DUCKDB) => {
            Err(Stop::not_proved(format!("`{}` is a reserved word in newer versions of DuckDB", name.value)))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::refuse;
    use crate::prove::warehouse::stop::Stop;
    use crate::sql::Dialect;
    use sqlparser::ast::Ident;

    #[test]
    fn reserved_words_are_names_only_in_quotes() {
        assert!(matches!(refuse(&Ident::new("User"), Dialect::Postgres), Err(Stop::Refuted(_))));
        assert!(refuse(&Ident::with_quote('"', "user"), Dialect::Postgres).is_ok());
        assert!(refuse(&Ident::new("user"), Dialect::DuckDb).is_ok());
        assert!(matches!(refuse(&Ident::new("at"), Dialect::DuckDb), Err(Stop::NotProved(_))));
        assert!(refuse(&Ident::new("order"), Dialect::Snowflake).is_ok());
    }
}
