//! What names of columns mean at a place in a query.

use sqlparser::ast::Ident;

use crate::prove::warehouse::name::RelationName;
use crate::prove::warehouse::sqlite::quoted;
use crate::prove::warehouse::stop::{Done, Stop};
use crate::prove::warehouse::types::Type;
use crate::sql::Dialect;

use super::{Given, Translator, Typed, known};

/// A table, a subquery or the like whose columns can be named.
#[derive(Debug, Clone, Default)]
pub(in crate::prove::warehouse) struct Source {
    /// The folded name by which its columns are qualified.
    pub(in crate::prove::warehouse) alias: String,
    /// The relation, where it is one without an alias: its whole name qualifies too.
    pub(in crate::prove::warehouse) whole: Option<RelationName>,
    /// What it is called in `SQLite`'s SQL; none where columns stand alone.
    pub(in crate::prove::warehouse) sql_alias: Option<String>,
    /// Its columns.
    pub(in crate::prove::warehouse) columns: Vec<Given>,
    /// The relations that may have further columns.
    pub(in crate::prove::warehouse) open: Vec<RelationName>,
    /// The columns that are something else in `SQLite`'s SQL than their names.
    pub(in crate::prove::warehouse) written: Vec<(String, String)>,
    /// Whether the values of its last column may be objects, whose fields are named like columns.
    pub(in crate::prove::warehouse) fields: bool,
    /// Whether it is a table of the warehouse's own, which has columns that the rehearsal does not keep.
    pub(in crate::prove::warehouse) partial: bool,
}

impl Source {
    fn find(&self, name: &str) -> Option<&Given> {
        self.columns.iter().find(|column| column.name == name)
    }

    /// One of its columns in `SQLite`'s SQL.
    pub(in crate::prove::warehouse) fn sql(&self, column: &str) -> String {
        match (self.written.iter().find(|(name, _)| name == column), &self.sql_alias) {
            (Some((_, sql)), _) => sql.clone(),
            (None, Some(alias)) => format!("{}.{}", quoted(alias), quoted(column)),
            (None, None) => quoted(column),
        }
    }

    /// A field of its values, where these may be objects.
    fn field(&self, name: &str) -> Option<Typed> {
        let value = self.columns.last().filter(|_| self.fields)?;
        let path = crate::prove::warehouse::sqlite::text(&format!("$.{name}"));
        let sql = format!("json_field({}, {path})", self.sql(&value.name));
        Some(Typed::new(sql, Type::Unknown).labelled(name))
    }

    pub(in crate::prove::warehouse) fn typed(&self, column: &Given) -> Typed {
        let typed = Typed::new(self.sql(&column.name), column.of);
        Typed { certain: column.certain, digits: column.digits, ..typed.labelled(column.shown.clone()) }
    }
}

/// The names that are known at a place.
#[derive(Debug, Clone, Default)]
pub(in crate::prove::warehouse) struct Scope {
    /// The tables of FROM.
    pub(in crate::prove::warehouse) sources: Vec<Source>,
    /// Columns that a join has merged, by name.
    pub(in crate::prove::warehouse) merged: Vec<(Given, String)>,
    /// What the select list names, for the clauses that may use it.
    pub(in crate::prove::warehouse) aliases: Vec<(String, Typed)>,
    /// Whether those names come before the columns of the sources.
    pub(in crate::prove::warehouse) aliases_first: bool,
}

impl Translator<'_> {
    /// The column, or what else a name without a qualifier means.
    pub(super) fn identifier(&mut self, ident: &Ident) -> Done<Typed> {
        known(&ident.value)?;
        let name = self.fold(ident);
        for at in (0..self.scopes.len()).rev() {
            if let Some(found) = self.in_scope(at, &name, ident)? {
                return Ok(found);
            }
        }
        let lower = ident.value.to_lowercase();
        let stands_alone = BARE.contains(&lower.as_str()) || (lower == "user" && self.speaks(&[Dialect::Postgres]));
        if ident.quote_style.is_none()
            && stands_alone
            && let Some(special) = self.nullary(&lower)
        {
            return Ok(special);
        }
        let is_text = self.dialect().reading().text_in_double_quotes || self.dialect() == Dialect::Sqlite;
        if ident.quote_style == Some('"') && is_text {
            return Ok(Typed::text(ident.value.clone()));
        }
        for at in (0..self.scopes.len()).rev() {
            let open = self.scopes[at].sources.iter().find_map(|source| source.open.first().map(|open| (open, source)));
            if let Some((open, source)) = open {
                let (open, sql) = (open.clone(), source.sql(&name));
                self.miss(open, name.clone());
                return Ok(Typed::new(sql, Type::Unknown).labelled(name));
            }
        }
        let field =
            self.scopes.iter().rev().flat_map(|scope| &scope.sources).find_map(|source| source.field(&ident.value));
        match field {
            Some(field) => Ok(field),
            None => Err(self.not_found(ident, &name)),
        }
    }

    /// A column of the only table of FROM by its place, from 1: Snowflake's `$1`.
    pub(super) fn by_place(&self, place: usize) -> Option<Typed> {
        let [source] = self.scopes.last().filter(|_| self.speaks(&[Dialect::Snowflake]))?.sources.as_slice() else {
            return None;
        };
        let is_whole = source.open.is_empty() && !source.partial;
        let column = source.columns.get(place.checked_sub(1)?).filter(|_| is_whole)?;
        Some(source.typed(column))
    }

    /// Why a name without a qualifier means nothing: it may be something else than a column.
    fn not_found(&self, ident: &Ident, name: &str) -> Stop {
        let lower = name.to_lowercase();
        if SYSTEM.contains(&lower.as_str()) || lower.starts_with("metadata$") || lower.starts_with(['@', '$']) {
            return Stop::not_proved(format!("the warehouse's own column {name} is not kept by the rehearsal"));
        }
        if self.scopes.iter().flat_map(|scope| &scope.sources).any(|source| source.partial) {
            return not_kept(name);
        }
        if self.scopes.iter().flat_map(|scope| &scope.sources).any(|source| source.alias == name) {
            return Stop::not_proved(format!("the whole row {name} as a value is not rewritten"));
        }
        if self.warehouse.scripted {
            return Stop::not_proved(format!("{name} may be a variable, whose value is not known"));
        }
        self.no_column(&ident.value, None)
    }

    fn in_scope(&self, at: usize, name: &str, ident: &Ident) -> Done<Option<Typed>> {
        let scope = &self.scopes[at];
        let alias = || scope.aliases.iter().find(|(alias, _)| alias == name).map(|(_, typed)| typed.clone());
        if scope.aliases_first
            && let Some(typed) = alias()
        {
            return Ok(Some(typed));
        }
        if let Some((column, sql)) = scope.merged.iter().find(|(column, _)| column.name == name) {
            return Ok(Some(Typed::new(sql.clone(), column.of).labelled(column.shown.clone())));
        }
        let mut found = scope.sources.iter().filter_map(|source| source.find(name).map(|column| (source, column)));
        if let Some((source, column)) = found.next() {
            let certain = found.next().is_some() && scope.sources.iter().all(|source| source.open.is_empty());
            if certain && let Some(named) = alias() {
                return Ok(Some(named));
            }
            if certain && !self.speaks(&[Dialect::Generic, Dialect::ClickHouse, Dialect::Sqlite]) {
                return Err(Stop::refuted(match self.dialect() {
                    Dialect::Snowflake => format!("SQL compilation error: ambiguous column name '{name}'"),
                    Dialect::DuckDb => format!("Binder Error: Ambiguous reference to column name \"{}\"", ident.value),
                    _ => format!("column reference \"{}\" is ambiguous", ident.value),
                }));
            }
            return Ok(Some(source.typed(column)));
        }
        Ok(alias())
    }

    /// The column that a qualified name means.
    pub(super) fn compound(&mut self, parts: &[Ident]) -> Done<Typed> {
        for part in parts {
            known(&part.value)?;
        }
        let [qualifier @ .., column] = parts else { return Err(Stop::not_proved("a name without parts")) };
        let name = self.fold(column);
        let qualifier: Vec<String> = qualifier.iter().map(|part| self.fold(part)).collect();
        for at in (0..self.scopes.len()).rev() {
            let found = self.scopes[at].sources.iter().find(|source| matches(source, &qualifier));
            let Some(source) = found else { continue };
            if let Some(found) = source.find(&name) {
                return Ok(source.typed(found));
            }
            if let Some(open) = source.open.first().cloned() {
                let typed = Typed::new(source.sql(&name), Type::Unknown).labelled(name.clone());
                self.miss(open, name);
                return Ok(typed);
            }
            if let Some(field) = source.field(&column.value) {
                return Ok(field);
            }
            if source.partial {
                return Err(not_kept(&name));
            }
            let alias = source.alias.clone();
            return Err(self.no_column(&column.value, Some(&alias)));
        }
        let last = column.value.to_lowercase();
        if matches!(last.as_str(), "nextval" | "currval") {
            let sequence: Vec<&str> = qualifier.iter().map(String::as_str).collect();
            let function = if last == "nextval" { "next_value" } else { "last_value_of" };
            let sql = format!("{function}({})", crate::prove::warehouse::sqlite::text(&sequence.join(".")));
            return Ok(Typed::new(sql, Type::Integer).labelled(name));
        }
        if let Some(field) = self.field(parts) {
            return Ok(field);
        }
        let written = parts[..parts.len() - 1].iter().map(|part| part.value.as_str()).collect::<Vec<_>>().join(".");
        let open = self.scopes.iter().flat_map(|scope| &scope.sources).any(|source| !source.open.is_empty());
        if open && !self.speaks(&[Dialect::Postgres, Dialect::Redshift]) {
            return Err(Stop::not_proved(format!("{written} may be a column with fields, which is not rewritten")));
        }
        Err(Stop::refuted(match self.dialect() {
            Dialect::DuckDb => format!("Binder Error: Referenced table \"{written}\" not found!"),
            Dialect::Snowflake => {
                format!("SQL compilation error: invalid identifier '{}.{name}'", written.to_uppercase())
            }
            Dialect::BigQuery => format!("Unrecognized name: {written}"),
            Dialect::Postgres | Dialect::Redshift => format!("missing FROM-clause entry for table \"{written}\""),
            _ => format!("there is no table {written} in the FROM clause"),
        }))
    }

    /// A field of a column that holds an object: `column.field`.
    fn field(&self, parts: &[Ident]) -> Option<Typed> {
        if !self.speaks(&[Dialect::BigQuery, Dialect::Databricks, Dialect::Spark, Dialect::DuckDb, Dialect::Redshift]) {
            return None;
        }
        let first = self.fold(&parts[0]);
        let column = self
            .scopes
            .iter()
            .rev()
            .flat_map(|scope| &scope.sources)
            .find_map(|source| source.find(&first).map(|column| source.typed(column)));
        let column = column.filter(|column| matches!(column.of, Type::Json | Type::Unknown))?;
        let path: String = parts[1..].iter().map(|part| format!(".{}", part.value)).collect();
        let sql = format!("json_field({}, {})", column.sql, crate::prove::warehouse::sqlite::text(&format!("${path}")));
        Some(Typed::new(sql, Type::Unknown).labelled(parts[parts.len() - 1].value.clone()))
    }

    /// The warehouse's words for a column that is not there.
    pub(in crate::prove::warehouse) fn no_column(&self, written: &str, table: Option<&str>) -> Stop {
        Stop::refuted(match (self.dialect(), table) {
            (Dialect::DuckDb, Some(table)) => {
                format!("Binder Error: Table \"{table}\" does not have a column named \"{written}\"")
            }
            (Dialect::DuckDb, None) => {
                format!("Binder Error: Referenced column \"{written}\" not found in FROM clause!")
            }
            (Dialect::Snowflake, Some(table)) => {
                format!("SQL compilation error: invalid identifier '{table}.{}'", written.to_uppercase())
            }
            (Dialect::Snowflake, None) => {
                format!("SQL compilation error: invalid identifier '{}'", written.to_uppercase())
            }
            (Dialect::BigQuery, Some(table)) => format!("Name {written} not found inside {table}"),
            (Dialect::BigQuery, None) => format!("Unrecognized name: {written}"),
            (Dialect::Databricks | Dialect::Spark, _) => format!(
                "[UNRESOLVED_COLUMN.WITH_SUGGESTION] A column, variable, or function parameter with name `{written}` \
                 cannot be resolved."
            ),
            (_, Some(table)) => format!("column {table}.{written} does not exist"),
            (_, None) => format!("column \"{written}\" does not exist"),
        })
    }
}

fn not_kept(name: &str) -> Stop {
    Stop::not_proved(format!("the column {name} of a table of the warehouse's own is not kept by the rehearsal"))
}

/// Functions that are called without parentheses.
const BARE: [&str; 14] = [
    "current_timestamp",
    "current_date",
    "current_time",
    "current_datetime",
    "localtimestamp",
    "localtime",
    "current_user",
    "session_user",
    "current_role",
    "current_schema",
    "current_catalog",
    "sysdate",
    "systimestamp",
    "system_user",
];

/// Columns that warehouses have beside those of a table.
const SYSTEM: [&str; 20] = [
    "_partitiontime",
    "_partitiondate",
    "_table_suffix",
    "_file_name",
    "ctid",
    "xmin",
    "xmax",
    "cmin",
    "cmax",
    "tableoid",
    "oid",
    "rowid",
    "rownum",
    "level",
    "_metadata",
    "_rowid_",
    "filename",
    "_change_type",
    "_commit_version",
    "file_row_number",
];

/// Whether a source is what a qualifier means.
fn matches(source: &Source, qualifier: &[String]) -> bool {
    match qualifier {
        [alias] => source.alias == *alias,
        [schema, name] => {
            source.whole.as_ref().is_some_and(|whole| whole.identifier == *name && whole.schema == *schema)
        }
        [database, schema, name] => source.whole.as_ref().is_some_and(|whole| {
            whole.identifier == *name
                && whole.schema == *schema
                && whole.database.as_ref().is_none_or(|d| d == database)
        }),
        _ => false,
    }
}
