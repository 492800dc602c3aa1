//! What the names in a statement mean: the columns and tables that it speaks of, against those that are known.
//!
//! Reads the trees of sqlparser as Postgres and `DuckDB` bind them. Everything that is not known stays so: a table
//! without a catalogue entry, an expression of a kind that is left out here, a name with an unknown piece. A problem
//! is only what holds whatever the unknown turns out to be.

mod expressions;
mod folded;
mod functions;
mod groups;
mod overloads;
mod queries;
mod scope;
mod statements;
mod system;
mod tables;
mod types;

use std::ops::Range;
use std::sync::Arc;

use sqlparser::ast::{Query, Statement};
use sqlparser::parser::Parser;
use sqlparser::tokenizer::{Location, Span};

use super::dialect::Dialect;
use super::token::{self, Kind};
use super::{MOST_TOKENS, UNKNOWN, with_numbers};

pub(crate) use scope::{Catalog, Column, Table};
pub(crate) use system::is_own;
pub(crate) use tables::created;
pub(crate) use types::Type;

/// What is wrong with a name or a value, and where in the statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Problem {
    /// Where, from the statement's first byte on.
    pub(crate) range: Range<usize>,
    /// What.
    pub(crate) kind: ProblemKind,
}

/// What is wrong with a name or a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ProblemKind {
    /// No table here has a column of that name; the tables with their columns.
    Column { name: String, quoted: bool, tables: Vec<(String, Vec<String>)> },
    /// Several tables have a column of that name.
    Ambiguous { name: String },
    /// Nothing here has that alias; what has one.
    Alias { name: String, known: Vec<String> },
    /// SET names its column with the table's alias.
    AliasInSet { name: String },
    /// A value is of a kind that its place does not take, and why.
    Type(String),
    /// A column beside an aggregate that is not grouped by.
    Ungrouped { name: String },
    /// ON CONFLICT names columns that no key of the table is made of.
    NoKey { table: String, columns: Vec<String>, keys: Vec<Vec<String>> },
    /// A row has no value for a column that takes no null and has no default.
    Missing { table: String, column: String },
    /// A row has a null for a column that takes none.
    Null { table: String, column: String },
}

/// What stands for casts, operators and extensions among the names that a project makes itself.
pub(crate) const ADDED: &str = "operator";

/// Binds one statement.
struct Binder<'b> {
    text: &'b str,
    dialect: Dialect,
    catalog: &'b Catalog<'b>,
    /// Common table expressions, the innermost last.
    common: Vec<(String, Option<Arc<Vec<Column>>>)>,
    problems: Vec<Problem>,
}

impl Binder<'_> {
    fn problem(&mut self, span: Span, kind: ProblemKind) {
        // A cast or an operator of the project's own may make anything of a value.
        if matches!(kind, ProblemKind::Type(_)) && (self.catalog.makes)(ADDED) {
            return;
        }
        let range = range(self.text, span).unwrap_or(0..self.text.len());
        let problem = Problem { range, kind };
        if !self.problems.contains(&problem) {
            self.problems.push(problem);
        }
    }
}

/// The most bytes of a text that is read: one of so many has too many tokens, or is a comment.
const MOST_BYTES: usize = 1 << 20;

/// Whether statements of a dialect are bound here.
pub(crate) fn is_bound(dialect: Dialect) -> bool {
    matches!(dialect, Dialect::Postgres | Dialect::DuckDb)
}

/// The only statement of a text, where its own grammar reads it and nothing in it is unknown but texts.
fn parsed(text: &str, dialect: Dialect) -> Option<Statement> {
    if !is_bound(dialect) || text.len() > MOST_BYTES {
        return None;
    }
    let text = &*with_numbers(text);
    let tokens = token::tokens(text, dialect.reading()).code;
    let unknown = |token: &token::Token<'_>| !matches!(token.kind, Kind::Text) && token.text.contains(UNKNOWN);
    if tokens.len() > MOST_TOKENS || tokens.iter().any(unknown) {
        return None;
    }
    let mut statements = Parser::new(dialect.grammar()).try_with_sql(text).ok()?.parse_statements().ok()?;
    let only = statements.pop()?;
    statements.is_empty().then_some(only)
}

/// A statement that is read to be bound.
pub(crate) struct Read(Statement);

/// A statement to be bound; none where it cannot be. It is asked for nothing but its text.
pub(crate) fn read(text: &str, dialect: Dialect) -> Option<Read> {
    parsed(text, dialect).map(Read)
}

/// What is wrong with the names and values of a statement whose tree is at hand.
pub(crate) fn problems_in(text: &str, statement: &Statement, dialect: Dialect, catalog: &Catalog<'_>) -> Vec<Problem> {
    let mut binder = Binder { text, dialect, catalog, common: Vec::new(), problems: Vec::new() };
    binder.statement(statement);
    binder.problems
}

/// The columns that a query gives whose tree is at hand; none where they are not all known.
pub(crate) fn columns_in(query: &Query, dialect: Dialect, catalog: &Catalog<'_>) -> Option<Vec<Column>> {
    let mut binder = Binder { text: "", dialect, catalog, common: Vec::new(), problems: Vec::new() };
    binder.query(query, None)
}

/// What is wrong with the names and values of a statement that was read from a text.
pub(crate) fn problems(text: &str, Read(statement): &Read, dialect: Dialect, catalog: &Catalog<'_>) -> Vec<Problem> {
    problems_in(text, statement, dialect, catalog)
}

/// The columns that a query gives; none where they are not all known.
pub(crate) fn columns(text: &str, dialect: Dialect, catalog: &Catalog<'_>) -> Option<Vec<Column>> {
    let Statement::Query(query) = parsed(text, dialect)? else { return None };
    columns_in(&query, dialect, catalog)
}

/// The bytes of a span.
fn range(text: &str, span: Span) -> Option<Range<usize>> {
    let (start, end) = (offset(text, span.start)?, offset(text, span.end)?);
    (start < end).then_some(start..end)
}

fn offset(text: &str, location: Location) -> Option<usize> {
    let line = usize::try_from(location.line.checked_sub(1)?).ok()?;
    let column = usize::try_from(location.column.checked_sub(1)?).ok()?;
    let start = if line == 0 { 0 } else { text.match_indices('\n').nth(line - 1)?.0 + 1 };
    let rest = text.get(start..)?;
    let length = rest.char_indices().nth(column).map_or(rest.len(), |(at, _)| at);
    Some(start + length)
}
