//! The tables that an expression can name columns of.

use std::sync::Arc;

use sqlparser::ast::{Ident, ObjectName, ObjectNamePart};

use super::types::Type;
use crate::sql::dialect::Dialect;

/// A column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Column {
    /// Its name as the warehouse keeps it; none where that is not plain to see.
    pub(crate) name: Option<String>,
    /// What it holds.
    pub(crate) kind: Type,
    /// It takes no null and has no default.
    pub(crate) required: bool,
    /// A query takes it from a column of a table, and does not make it.
    pub(crate) taken: bool,
}

impl Column {
    /// A column of which the name is all that is known.
    pub(crate) fn named(name: impl Into<String>) -> Column {
        Column::of(Some(name.into()), Type::Unknown)
    }

    /// A column of a query.
    pub(crate) fn of(name: Option<String>, kind: Type) -> Column {
        Column { name, kind, required: false, taken: false }
    }
}

/// What is known of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Table {
    /// Its columns, all of them.
    pub(crate) columns: Vec<Column>,
    /// The columns of its unique and primary keys; none where there may be others.
    pub(crate) keys: Option<Vec<Vec<String>>>,
}

/// What is known beside the statement.
#[derive(Clone, Copy)]
pub(crate) struct Catalog<'c> {
    /// Finds a table by the parts of its name.
    pub(crate) tables: &'c dyn Fn(&[String]) -> Option<Arc<Table>>,
    /// Whether the project makes something of that name itself, as a function; of [`super::ADDED`], whether it adds to
    /// what there is of casts and operators.
    pub(crate) makes: &'c dyn Fn(&str) -> bool,
}

impl Catalog<'_> {
    /// Nothing is known.
    pub(crate) const EMPTY: Catalog<'static> = Catalog { tables: &|_| None, makes: &|_| false };
}

/// A table in FROM.
#[derive(Debug, Clone)]
pub(super) struct Source {
    /// Its alias, or the last part of its name.
    pub(super) name: String,
    /// Its columns; none where they are not known.
    pub(super) columns: Option<Arc<Vec<Column>>>,
}

impl Source {
    fn column(&self, name: &str) -> Found<'_> {
        let Some(columns) = &self.columns else { return Found::Unknown };
        if let Some(column) = columns.iter().find(|column| column.name.as_deref() == Some(name)) {
            return Found::Column(column);
        }
        if columns.iter().any(|column| column.name.is_none()) { Found::Unknown } else { Found::Nothing }
    }
}

/// What a name may mean.
pub(super) enum Found<'s> {
    /// A column.
    Column(&'s Column),
    /// Nothing that is there.
    Nothing,
    /// Nothing is there that it may be qualified with.
    NoTable,
    /// That is not known.
    Unknown,
}

/// What an expression can name.
#[derive(Default)]
pub(super) struct Scope<'s> {
    /// The tables.
    pub(super) sources: Vec<Source>,
    /// Columns that a join made one of.
    pub(super) merged: Vec<String>,
    /// Names of the SELECT list.
    pub(super) aliases: Vec<String>,
    /// There may be more than is known.
    pub(super) vague: bool,
    /// What the query stands in.
    pub(super) outer: Option<&'s Scope<'s>>,
}

impl Scope<'_> {
    /// What an unqualified name means.
    pub(super) fn column(&self, name: &str) -> Found<'_> {
        let mut scope = Some(self);
        while let Some(here) = scope {
            for source in &here.sources {
                match source.column(name) {
                    Found::Nothing if source.name == name => return Found::Unknown,
                    Found::Nothing => {}
                    found => return found,
                }
            }
            if here.vague || here.aliases.iter().any(|alias| alias == name) {
                return Found::Unknown;
            }
            scope = here.outer;
        }
        Found::Nothing
    }

    /// What `table.name` means.
    pub(super) fn qualified(&self, table: &str, name: &str) -> Found<'_> {
        let mut scope = Some(self);
        while let Some(here) = scope {
            if let Some(source) = here.sources.iter().find(|source| source.name == table) {
                return source.column(name);
            }
            // It may be a field of a column.
            if here.vague || here.sources.iter().any(|source| !matches!(source.column(table), Found::Nothing)) {
                return Found::Unknown;
            }
            scope = here.outer;
        }
        Found::NoTable
    }

    /// Whether several of the tables here have a column of that name.
    pub(super) fn is_ambiguous(&self, name: &str) -> bool {
        let has = |source: &&Source| matches!(source.column(name), Found::Column(_));
        let known = self.sources.iter().all(|source| source.columns.is_some());
        known
            && !self.vague
            && !self.merged.iter().any(|merged| merged == name)
            && !self.aliases.iter().any(|alias| alias == name)
            && self.sources.iter().filter(has).count() > 1
    }

    /// The tables that are known, with their columns.
    pub(super) fn tables(&self) -> Vec<(String, Vec<String>)> {
        let names = |source: &Source| {
            let columns = source.columns.iter().flat_map(|columns| columns.iter());
            (source.name.clone(), columns.filter_map(|column| column.name.clone()).collect())
        };
        self.sources.iter().map(names).collect()
    }
}

/// A name as the warehouse keeps it.
pub(super) fn fold(ident: &Ident, dialect: Dialect) -> String {
    if ident.quote_style.is_some() && dialect == Dialect::Postgres {
        return ident.value.clone();
    }
    ident.value.to_lowercase()
}

/// The parts of a name; none where one is computed.
pub(super) fn parts(name: &ObjectName) -> Option<Vec<&Ident>> {
    fn part(part: &ObjectNamePart) -> Option<&Ident> {
        match part {
            ObjectNamePart::Identifier(ident) => Some(ident),
            ObjectNamePart::Function(_) => None,
        }
    }
    name.0.iter().map(part).collect()
}
