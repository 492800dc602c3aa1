//! Finds a password, a key or a token in the SQL of a hook. Its value is never told.

mod scan;

use std::ops::Range;

use crate::diagnostic::Confidence;
use crate::lint::{Findings, Sink, Sql};
use crate::source::Piece;

pub(in crate::lint) fn check<'f>(findings: &'f Findings<'f>, sink: &mut Sink<'f>) {
    for scene in findings.scenes() {
        for sql in scene.sqls() {
            for secret in scan::secrets(sql.text.as_str(), sql.script) {
                let from = from_where(&sql, &secret.value);
                let what = secret.what;
                let (message, help) = match from {
                    From::Written => (
                        format!(
                            "The value of {what} stands in the hook: whoever reads the repository, dbt's logs or the \
                             warehouse's history of queries has it."
                        ),
                        "take it out and change it; let the warehouse hold it: a role, a storage integration, a secret \
                         object that is made outside of dbt",
                    ),
                    From::Computed => (
                        format!(
                            "The value of {what} is written into the SQL: dbt's logs and the warehouse's history of queries \
                             have it in plain text."
                        ),
                        "let the warehouse hold it: a role, a storage integration, a secret object that is made outside \
                         of dbt",
                    ),
                };
                sink.add(sql.finding(secret.range, message).help(help));
            }
            of_environment(&sql, sink);
        }
    }
}

/// Where a value comes from.
enum From {
    /// It was written as it is.
    Written,
    /// Jinja gave it.
    Computed,
}

fn from_where(sql: &Sql<'_>, value: &Range<usize>) -> From {
    let inside = |piece: &&Piece| (piece.at as usize) < value.end && (piece.at + piece.len) as usize > value.start;
    if sql.text.pieces.iter().filter(inside).all(|piece| piece.verbatim) { From::Written } else { From::Computed }
}

/// Values of environment variables that are secret by their names.
fn of_environment<'f>(sql: &Sql<'f>, sink: &mut Sink<'f>) {
    let sources = &sql.scene.findings.project.sources;
    for piece in sql.text.pieces.iter().filter(|piece| !piece.verbatim) {
        let written = sources.slice(piece.place);
        let Some(name) = secret_variable(written) else { continue };
        let range = piece.at as usize..(piece.at + piece.len) as usize;
        let beside = scan::secrets(sql.text.as_str(), sql.script);
        if beside.iter().any(|secret| secret.value.start < range.end && range.start < secret.value.end) {
            continue;
        }
        let message = format!(
            "The value of the environment variable {name} is written into the SQL: dbt's logs and the warehouse's history \
             of queries have it in plain text."
        );
        let help =
            "let the warehouse hold it: a role, a storage integration, a secret object that is made outside of dbt";
        sink.add(sql.finding(range, message).help(help).confidence(Confidence::Medium));
    }
}

/// The name of the variable that an expression reads, where the name says that it is secret.
fn secret_variable(written: &str) -> Option<&str> {
    const PARTS: [&str; 8] =
        ["PASSWORD", "PASSWD", "SECRET", "TOKEN", "API_KEY", "APIKEY", "PRIVATE_KEY", "ACCESS_KEY"];
    // A name that tells where a secret is kept, or what kind it is, is none.
    const NOT: [&str; 12] =
        ["SCHEMA", "DATABASE", "TABLE", "ROLE", "NAME", "PATH", "_ID", "SCOPE", "ARN", "URL", "EXPIR", "TYPE"];
    let (_, rest) = written.split_once("env_var(")?;
    let rest = rest.trim_start();
    let quote = rest.chars().next().filter(|one| matches!(one, '"' | '\''))?;
    let name = rest[1..].split(quote).next()?;
    let upper = name.to_uppercase();
    (PARTS.iter().any(|part| upper.contains(part)) && !NOT.iter().any(|part| upper.contains(part))).then_some(name)
}
