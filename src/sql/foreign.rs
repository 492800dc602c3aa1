//! What belongs to another dialect: statements, clauses, quotes and functions that this one certainly lacks.

mod functions;

use super::dialect::Dialect;
use super::outline::Outline;
use super::token::{Kind, Token};
use super::verb::Verb;
use super::{Fault, FaultKind};

/// What in a statement is another dialect's.
pub(super) fn faults(tokens: &[Token<'_>], outline: &Outline, dialect: Dialect) -> Vec<Fault> {
    let mut found: Vec<Fault> = statement(tokens, dialect).into_iter().collect();
    if !found.is_empty() || outline.opaque {
        return found;
    }
    found.extend(quotes(tokens, dialect));
    found.extend(tokens.iter().enumerate().filter_map(|(at, _)| clause(tokens, at, outline, dialect)));
    let plain = matches!(
        outline.verb,
        Verb::Select
            | Verb::With
            | Verb::Insert
            | Verb::Update
            | Verb::Delete
            | Verb::Merge
            | Verb::Values
            | Verb::Create
    );
    if plain {
        found.extend(functions::faults(tokens, dialect));
    }
    found
}

/// First words of statements, and the dialects that certainly have no such statement.
const VERBS: &[(&[&str], &[Dialect])] = {
    use Dialect::{Athena, BigQuery, DuckDb, Postgres, Redshift, Snowflake, Sqlite, Trino};
    &[
        (&["vacuum"], &[Snowflake, BigQuery]),
        (&["optimize"], &[Postgres, Redshift, Snowflake, BigQuery, DuckDb, Sqlite]),
        (&["msck"], &[Postgres, Redshift, Snowflake, BigQuery, DuckDb, Sqlite, Trino]),
        (&["refresh"], &[Snowflake, BigQuery, DuckDb, Sqlite]),
        (&["reindex"], &[Snowflake, BigQuery, Redshift, Trino, Athena, DuckDb]),
        (&["use"], &[Postgres, BigQuery, Sqlite]),
        (&["exec"], &[Postgres, Redshift, BigQuery, DuckDb, Sqlite, Trino, Athena]),
        (&["replace", "into"], &[Postgres, Redshift, Snowflake, BigQuery, Trino, Athena]),
        (&["upsert"], &[Postgres, Redshift, Snowflake, BigQuery, DuckDb, Sqlite, Trino, Athena]),
        (&["describe"], &[Postgres, Sqlite]),
        (&["desc"], &[Postgres, Sqlite]),
        (&["put"], &[Postgres, Redshift, BigQuery, DuckDb, Sqlite, Trino, Athena]),
        (&["unload"], &[Postgres, Snowflake, BigQuery, DuckDb, Sqlite, Trino]),
        (&["comment", "on"], &[Sqlite]),
        (&["merge"], &[Sqlite]),
        (&["copy", "into"], &[Postgres, Redshift, BigQuery, DuckDb, Sqlite, Trino, Athena]),
        (&["execute", "immediate"], &[Postgres, Redshift, DuckDb, Sqlite]),
        (&["insert", "overwrite"], &[Postgres, Redshift, BigQuery, DuckDb, Sqlite, Trino, Athena]),
        (&["insert", "ignore"], &[Postgres, Redshift, Snowflake, BigQuery, DuckDb, Sqlite, Trino, Athena]),
        (&["insert", "or"], &[Postgres, Redshift, Snowflake, BigQuery, Trino, Athena]),
        (&["alter", "session"], &[Postgres, Redshift, BigQuery, DuckDb, Sqlite, Trino, Athena]),
        (&["alter", "warehouse"], &[Postgres, Redshift, BigQuery, DuckDb, Sqlite, Trino, Athena]),
        (&["create", "or", "replace", "table"], &[Postgres, Redshift, Sqlite]),
        (&["create", "or", "replace", "schema"], &[Postgres, Redshift, BigQuery, Sqlite]),
        (&["create", "or", "replace", "temp"], &[Redshift, Sqlite]),
        (&["create", "or", "replace", "materialized"], &[Postgres, Redshift]),
        (&["create", "view", "if"], &[Postgres, Redshift]),
        (&["create", "role", "if"], &[Postgres, Redshift]),
        (&["create", "user", "if"], &[Postgres, Redshift]),
        (&["create", "database", "if"], &[Postgres, Redshift]),
        (&["create", "warehouse"], &[Postgres, Redshift, BigQuery, DuckDb, Sqlite, Trino, Athena]),
        (&["create", "stage"], &[Postgres, Redshift, BigQuery, DuckDb, Sqlite, Trino, Athena]),
        (&["create", "transient"], &[Postgres, Redshift, BigQuery, DuckDb, Sqlite, Trino, Athena]),
        (&["create", "extension"], &[Snowflake, BigQuery, Redshift, DuckDb, Sqlite, Trino, Athena]),
        (&["create", "index"], &[Redshift, BigQuery, Trino, Athena]),
        (&["create", "unique", "index"], &[Snowflake, Redshift, BigQuery, Trino, Athena]),
        (&["drop", "warehouse"], &[Postgres, Redshift, BigQuery, DuckDb, Sqlite, Trino, Athena]),
        (&["truncate", "table", "if"], &[Postgres, Redshift, BigQuery]),
        (&["analyze", "table"], &[Postgres, Snowflake, BigQuery, DuckDb, Sqlite]),
        (&["analyse", "table"], &[Postgres]),
        (&["vacuum", "table"], &[Postgres]),
        (&["vacuum", "delete"], &[Postgres]),
        (&["vacuum", "sort"], &[Postgres]),
        (&["vacuum", "reindex"], &[Postgres]),
        (&["lock", "tables"], &[Postgres, Redshift, Snowflake, BigQuery, DuckDb, Sqlite]),
        (&["show", "tables"], &[Postgres, BigQuery, Sqlite]),
        (&["show", "databases"], &[Postgres, BigQuery, Sqlite]),
        (&["show", "schemas"], &[Postgres, BigQuery, Sqlite]),
        (&["show", "columns"], &[Postgres, BigQuery, Sqlite]),
        (&["show", "grants"], &[Postgres, BigQuery, Sqlite]),
        (&["grant", "role"], &[Postgres]),
        (&["grant", "ownership"], &[Postgres, Redshift, BigQuery, DuckDb]),
        (&["grant", "imported"], &[Postgres, Redshift]),
        (&["grant", "operate"], &[Postgres, Redshift]),
        (&["grant", "monitor"], &[Postgres, Redshift]),
    ]
};

/// A statement that the dialect has not, by its first words.
fn statement(tokens: &[Token<'_>], dialect: Dialect) -> Option<Fault> {
    let begins =
        |words: &[&str]| words.iter().enumerate().all(|(at, word)| tokens.get(at).is_some_and(|token| token.is(word)));
    let (words, _) = VERBS.iter().find(|(words, lack)| lack.contains(&dialect) && begins(words))?;
    let last = words.len() - 1;
    // `use` and `desc` may be columns of a broken statement; the names of options may follow `show`.
    if tokens.len() == 1 && words.len() == 1 {
        return None;
    }
    let written = words.join(" ").to_uppercase();
    let (what, last) = match *words {
        [.., "if"] if tokens.get(last + 1)?.is("not") => (format!("{written} NOT EXISTS"), last + 2),
        [.., "if"] if tokens.get(last + 1)?.is("exists") => (format!("{written} EXISTS"), last + 1),
        [.., "if"] => return None,
        _ => (written, last),
    };
    let end = tokens.get(last)?.end();
    let fault = Fault::foreign(tokens[0].start..end, format!("{} has no {what}", dialect.name()));
    Some(fault.help(instead(words, dialect)))
}

/// What to write in its place.
fn instead(words: &[&str], dialect: Dialect) -> String {
    let text = match words {
        ["create", "or", "replace", "table"] => "drop the table with DROP TABLE IF EXISTS and create it",
        ["create", "or", "replace", ..] | ["create", "view", "if"] => {
            "write DROP … IF EXISTS before it, or CREATE OR REPLACE VIEW for a view"
        }
        ["create", "role" | "user" | "database", "if"] => "ask the catalog first, or create it once by hand",
        ["use"] => "set the search path, or write the schema before the name",
        ["insert", "overwrite"] => "delete the rows first, then insert",
        ["insert", "ignore" | "or"] | ["replace", ..] | ["upsert"] => {
            "write the conflict out: ON CONFLICT, MERGE, or delete before the insert"
        }
        ["exec"] | ["execute", "immediate"] => "use CALL, or the dialect's own way to run a text",
        ["analyze" | "analyse", "table"] if dialect == Dialect::Postgres => "leave the word TABLE out",
        ["vacuum", "table"] => "leave the word TABLE out",
        ["truncate", ..] => "ask for the table first, or let the hook run after it was built",
        ["grant", "role"] => "leave the word ROLE out",
        _ => "write it as the project's warehouse has it",
    };
    text.to_owned()
}

/// Backticks where they are no quotes, and `@stage`.
fn quotes(tokens: &[Token<'_>], dialect: Dialect) -> Option<Fault> {
    let refuses = matches!(
        dialect,
        Dialect::Postgres | Dialect::Redshift | Dialect::Snowflake | Dialect::DuckDb | Dialect::Trino | Dialect::Oracle
    );
    let token = tokens.iter().find(|token| refuses && token.kind == Kind::Quoted && token.text.starts_with('`'))?;
    let message = format!("backticks, which are no quotes in {}", dialect.name());
    Some(Fault::foreign(token.range(), message).help("take double quotes, or none"))
}

/// Functions without parentheses.
const BARE: [&str; 8] = [
    "current_timestamp",
    "current_date",
    "current_time",
    "localtime",
    "localtimestamp",
    "current_user",
    "session_user",
    "current_role",
];

/// A clause at a token that the dialect has not.
fn clause(tokens: &[Token<'_>], at: usize, outline: &Outline, dialect: Dialect) -> Option<Fault> {
    let token = &tokens[at];
    let next = tokens.get(at + 1);
    let after = tokens.get(at + 2);
    let before = at.checked_sub(1).map(|at| &tokens[at]);
    let qualified = before.is_some_and(|before| before.is_symbol("."));
    let fault = |end: usize, what: &str, help: &str| {
        Some(Fault::foreign(token.start..end, format!("{} has no {what}", dialect.name())).help(help))
    };
    if token.is_symbol("::") && dialect == Dialect::BigQuery {
        return fault(token.end(), "`::`", "write CAST(… AS …)");
    }
    if token.kind != Kind::Word || qualified {
        return None;
    }
    let calls_nothing = next.is_some_and(|next| next.is_symbol("(")) && after.is_some_and(|after| after.is_symbol(")"));
    let postgres = dialect == Dialect::Postgres;
    if calls_nothing && postgres && token.is_any(&BARE) {
        let name = token.text.to_uppercase();
        return fault(
            tokens[at + 2].end(),
            &format!("{name}()"),
            &format!("write {name} without parentheses, or now()"),
        );
    }
    let dml = outline.verb.parses_reliably();
    if !dml {
        return of_objects(tokens, at, outline, dialect);
    }
    let top = token.is("top") && before.is_some_and(|before| before.is_any(&["select", "distinct"]));
    let number = next.is_some_and(|next| {
        next.kind == Kind::Number || (next.is_symbol("(") && after.is_some_and(|after| after.kind == Kind::Number))
    });
    if top
        && number
        && !matches!(dialect, Dialect::SqlServer | Dialect::Redshift | Dialect::Snowflake | Dialect::Generic)
        && takes_limit(dialect)
    {
        return fault(tokens[at + 1].end(), "TOP", "write LIMIT at the end");
    }
    if postgres && token.is("interval") && next.is_some_and(|next| next.kind == Kind::Number) {
        return fault(
            tokens[at + 1].end(),
            "INTERVAL with a bare number",
            "write the interval as a text: interval '1 day'",
        );
    }
    let qualify = token.is("qualify")
        && next.is_some_and(|next| next.kind == Kind::Word)
        && after.is_some_and(|after| after.is_symbol("(") || after.is_symbol("="));
    if qualify && matches!(dialect, Dialect::Postgres | Dialect::SqlServer | Dialect::Sqlite | Dialect::Athena) {
        return fault(token.end(), "QUALIFY", "filter in a query around it");
    }
    let star = before.is_some_and(|before| before.is_symbol("*"));
    if postgres
        && star
        && token.is_any(&["except", "exclude", "replace", "rename"])
        && next.is_some_and(|next| next.is_symbol("("))
        && !after.is_some_and(|after| after.is_any(&["select", "with", "values", "table"]) || after.is_symbol("("))
    {
        return fault(tokens[at + 1].end(), &format!("* {}", token.text.to_uppercase()), "name the columns");
    }
    if postgres
        && token.is_any(&["rlike", "regexp"])
        && before.is_some_and(|before| before.kind != Kind::Symbol || before.is_symbol(")"))
        && next.is_some_and(|next| next.kind == Kind::Text)
    {
        return fault(token.end(), &token.text.to_uppercase(), "write ~");
    }
    let limit = token.is("limit")
        && next.is_some_and(|next| next.kind == Kind::Number)
        && after.is_some_and(|after| after.is_symbol(","));
    if limit
        && matches!(
            dialect,
            Dialect::Postgres | Dialect::Redshift | Dialect::Snowflake | Dialect::BigQuery | Dialect::DuckDb
        )
    {
        return fault(tokens[at + 2].end(), "LIMIT with two numbers", "write LIMIT … OFFSET …");
    }
    None
}

fn takes_limit(dialect: Dialect) -> bool {
    matches!(
        dialect,
        Dialect::Postgres
            | Dialect::BigQuery
            | Dialect::DuckDb
            | Dialect::Sqlite
            | Dialect::MySql
            | Dialect::Spark
            | Dialect::Trino
            | Dialect::Athena
    )
}

/// Words that stand behind a table's columns or name in another dialect.
const TABLE_CLAUSES: [&str; 9] =
    ["engine", "distkey", "sortkey", "diststyle", "clustered", "stored", "location", "tblproperties", "auto_increment"];

fn of_objects(tokens: &[Token<'_>], at: usize, outline: &Outline, dialect: Dialect) -> Option<Fault> {
    let token = &tokens[at];
    let postgres = dialect == Dialect::Postgres;
    let before = at.checked_sub(1).map(|at| &tokens[at])?;
    let named = |what: &str, help: &str| {
        Some(Fault::foreign(token.range(), format!("{} has no {what}", dialect.name())).help(help))
    };
    let grants = matches!(outline.verb, Verb::Grant | Verb::Revoke);
    let next_name = tokens.get(at + 1).is_some_and(Token::is_name);
    if grants
        && postgres
        && token.is_any(&["role", "user"])
        && before.is_any(&["to", "from"])
        && next_name
        && !tokens[at + 1].is_any(&["with", "granted", "cascade", "restrict"])
    {
        return named(
            &format!("{} {}", before.text.to_uppercase(), token.text.to_uppercase()),
            "write the name of the role alone",
        );
    }
    if grants
        && postgres
        && before.is("on")
        && token.is_any(&[
            "view",
            "warehouse",
            "stage",
            "future",
            "account",
            "catalog",
            "pipe",
            "task",
            "stream",
            "integration",
            "dataset",
        ])
        && next_name
        && !tokens[at + 1].is("to")
    {
        let what = format!("GRANT … ON {}", token.text.to_uppercase());
        return named(&what, "write the name alone for a table or a view");
    }
    if grants
        && postgres
        && before.is("on")
        && token.is("materialized")
        && tokens.get(at + 1).is_some_and(|next| next.is("view"))
    {
        return named("GRANT … ON MATERIALIZED VIEW", "write the name alone");
    }
    if postgres && outline.verb == Verb::Drop && token.is("constraints") && before.is("cascade") {
        return named("CASCADE CONSTRAINTS", "write CASCADE");
    }
    if postgres
        && outline.verb == Verb::Drop
        && token.is("purge")
        && before.is_name()
        && at + 1 == tokens.len()
        && at > 2
    {
        return named("PURGE", "leave it out");
    }
    let behind =
        before.is_symbol(")") || tokens.get(at + 1).is_some_and(|next| next.is_symbol("=") || next.is_symbol("("));
    let table = outline.verb == Verb::Create && tokens.iter().take(4).any(|token| token.is("table"));
    if postgres
        && table
        && at > 3
        && behind
        && depth(tokens, at) == 0
        && token.is_any(&TABLE_CLAUSES)
        && !before.is("with")
    {
        return named(&format!("{} for tables", token.text.to_uppercase()), "leave it out");
    }
    let cluster = token.is("cluster") && tokens.get(at + 1).is_some_and(|next| next.is("by"));
    if postgres && outline.verb != Verb::Select && cluster && depth(tokens, at) == 0 && at > 2 {
        return named("CLUSTER BY", "make an index, or leave it out");
    }
    if postgres
        && table
        && depth(tokens, at) == 1
        && at > 4
        && before.is_name()
        && !before.is_any(&["as", "including", "excluding"])
        && token.is_any(&["auto_increment", "autoincrement", "identity", "encode"])
    {
        return named(&token.text.to_uppercase(), "write GENERATED ALWAYS AS IDENTITY for a number, else leave it out");
    }
    None
}

fn depth(tokens: &[Token<'_>], at: usize) -> usize {
    let step = |depth: usize, token: &Token<'_>| match token.text {
        "(" if token.kind == Kind::Symbol => depth + 1,
        ")" if token.kind == Kind::Symbol => depth.saturating_sub(1),
        _ => depth,
    };
    tokens[..at].iter().fold(0, step)
}

/// A function that the dialect lacks.
fn function(range: std::ops::Range<usize>, name: &str, dialect: Dialect, help: &str) -> Fault {
    let message = format!("{} has no function {name}()", dialect.name());
    // Those of servers that can be asked are beyond doubt; the others are read from references.
    let certain = matches!(dialect, Dialect::Postgres | Dialect::DuckDb);
    Fault { kind: FaultKind::Function, certain, ..Fault::certain(range, message) }.help(help)
}
