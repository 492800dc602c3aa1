//! Relations: what their names mean, and how they are made, changed and dropped in `SQLite` and in the catalog.

#![allow(clippy::format_push_string, reason = "texts are put together piece by piece")]

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use sqlparser::ast::{ObjectName, ObjectNamePart};

use crate::sql::Dialect;

use super::assumption::{AssumptionKind, Expectation};
use super::catalog::{Certainty, Column, Constraint, Relation, Rule};
use super::sqlite::quoted;
use super::stop::{Done, MissingColumn, Stop};
use super::translate::{Translator, known};
use super::{Change, Kind, RelationName, Warehouse};

/// The schema in which temporary relations are kept.
pub(super) const TEMPORARY: &str = "pg_temp";

impl Warehouse {
    /// The whole name that some parts mean, each with whether it is quoted.
    #[must_use]
    pub fn name(&self, parts: &[(&str, bool)]) -> RelationName {
        let folding = self.folding();
        let mut parts = parts.iter().rev().map(|(part, quoted)| folding.fold(part, *quoted));
        let identifier = parts.next().unwrap_or_default();
        let schema = parts.next().unwrap_or_else(|| self.session.schema.clone());
        let database = parts.next().or_else(|| self.session.database.clone());
        RelationName { database, schema, identifier }
    }

    /// The whole name that a name in a tree means.
    pub(super) fn resolve(&self, name: &ObjectName) -> Done<RelationName> {
        let mut parts = Vec::new();
        for part in &name.0 {
            match part {
                ObjectNamePart::Identifier(ident) => {
                    known(&ident.value)?;
                    if ident.value.starts_with(['$', '@', ':']) || ident.value.is_empty() {
                        return Err(Stop::not_proved(format!("the name {name} is not known")));
                    }
                    parts.push((ident.value.as_str(), ident.quote_style.is_some()));
                }
                ObjectNamePart::Function(_) => {
                    return Err(Stop::not_proved(format!("the name {name} is not known")));
                }
            }
        }
        // A name of BigQuery may be quoted whole.
        let split: Vec<(&str, bool)>;
        if let [(whole, true)] = parts.as_slice()
            && self.session.dialect == Dialect::BigQuery
            && whole.contains('.')
        {
            split = whole.split('.').map(|part| (part, true)).collect();
            parts = split;
        }
        let from = parts.len().saturating_sub(3);
        Ok(self.name(&parts[from..]))
    }

    /// The relation that a name means now, if there is one: a temporary one comes first.
    pub(super) fn find(&self, name: &ObjectName) -> Done<(RelationName, Option<Arc<Relation>>)> {
        let full = self.resolve(name)?;
        let temporary = self.temporary_name(&full.identifier);
        let shadowed = name.0.len() == 1 || self.session.dialect == Dialect::Snowflake;
        if shadowed && let Some(relation) = self.catalog.relation(&temporary) {
            return Ok((temporary, Some(Arc::clone(relation))));
        }
        let full = if name.0.len() == 1 { self.on_path(full) } else { full };
        let relation = self.catalog.relation(&full).cloned();
        Ok((full, relation))
    }

    /// The name that a temporary relation is kept under.
    pub(super) fn temporary_name(&self, identifier: &str) -> RelationName {
        let database = self.opened.database.clone();
        RelationName { database, schema: TEMPORARY.to_owned(), identifier: identifier.to_owned() }
    }

    /// The relation that a statement needs: assumed where nothing in the rehearsal makes it.
    pub(super) fn relation_of(&mut self, name: &ObjectName) -> Done<Arc<Relation>> {
        let (full, relation) = self.find(name)?;
        if let Some(relation) = relation {
            self.touch(&relation);
            return Ok(relation);
        }
        if let Some(by) = self.catalog.dropped_by(&full) {
            let by = if by.is_empty() { "it was dropped".to_owned() } else { format!("{by} dropped it") };
            return Err(Stop::refuted(format!("{}: {by}", self.no_relation(name, &full))));
        }
        if let Some(Expectation::NotBuiltYet { by }) = self.expected.get(&full) {
            return Err(Stop::refuted(format!("{}: {}", self.no_relation(name, &full), self.not_yet(by))));
        }
        self.create(Relation::new(full.clone(), Kind::Table, Vec::new(), Certainty::Assumed))?;
        let made = self.catalog.relation(&full).cloned();
        let relation = made.ok_or_else(|| Stop::not_proved(format!("{full} is not there")))?;
        self.touch(&relation);
        Ok(relation)
    }

    /// Notes that a statement uses a relation.
    pub(super) fn touch(&mut self, relation: &Relation) {
        if !(self.touched.guessed && self.touched.read_guessed) && self.is_guessed(&relation.name) {
            (self.touched.guessed, self.touched.read_guessed) = (true, true);
        }
        match relation.certainty {
            Certainty::Known => {}
            Certainty::Inferred => self.touched.assumed = true,
            Certainty::Assumed if is_of_dbt(&relation.name) => self.touched.assumed = true,
            Certainty::Assumed => {
                self.touched.assumed = true;
                let assumption = self.assumptions.add(AssumptionKind::Table, relation.name.to_string(), &self.label);
                if !assumption.columns.iter().eq(relation.columns.iter().map(|column| &column.name)) {
                    assumption.columns = relation.columns.iter().map(|column| column.name.clone()).collect();
                }
            }
        }
    }

    /// Whether the rows of a relation are not known: nothing in the rehearsal has them, or they were made of such.
    pub(in crate::prove) fn is_guessed(&self, name: &RelationName) -> bool {
        let mut open = vec![name.clone()];
        let mut seen = HashSet::new();
        while let Some(name) = open.pop() {
            let relation = self.catalog.relation(&name);
            if self.guessed.contains(&name) || relation.is_some_and(|one| one.certainty == Certainty::Assumed) {
                return true;
            }
            let reads = relation.map(|relation| relation.reads.clone()).unwrap_or_default();
            open.extend(reads.into_iter().filter(|name| seen.insert(name.clone())));
        }
        false
    }

    /// Notes what a statement that wrote to a relation makes of its rows.
    pub(super) fn wrote_to(&mut self, name: RelationName, anew: bool) {
        if self.touched.guessed {
            self.guessed.insert(name);
        } else if anew {
            self.guessed.remove(&name);
        }
    }

    pub(super) fn has_assumed_relations(&self) -> bool {
        self.assumptions.has_tables()
    }

    /// The warehouse's words for a relation that is not there.
    pub(super) fn no_relation(&self, written: &ObjectName, full: &RelationName) -> String {
        let plain: Vec<String> = written
            .0
            .iter()
            .map(|part| part.as_ident().map_or_else(|| part.to_string(), |ident| ident.value.clone()))
            .collect();
        let plain = plain.join(".");
        match self.session.dialect {
            Dialect::DuckDb => format!("Catalog Error: Table with name {} does not exist!", full.identifier),
            Dialect::Snowflake => {
                format!("SQL compilation error: Object '{full}' does not exist or not authorized.")
            }
            Dialect::BigQuery => format!("Not found: Table {full} was not found"),
            Dialect::Databricks | Dialect::Spark => {
                format!("[TABLE_OR_VIEW_NOT_FOUND] The table or view `{plain}` cannot be found.")
            }
            Dialect::Sqlite => format!("no such table: {plain}"),
            _ => format!("relation \"{plain}\" does not exist"),
        }
    }

    /// The warehouse's words for a relation that is there already.
    pub(super) fn is_there(&self, name: &RelationName, kind: Kind) -> String {
        match self.session.dialect {
            Dialect::DuckDb => {
                format!("Catalog Error: {} with name \"{}\" already exists!", title(kind), name.identifier)
            }
            Dialect::Snowflake => format!("SQL compilation error: Object '{}' already exists.", name.identifier),
            Dialect::BigQuery => format!("Already Exists: Table {name}"),
            Dialect::Databricks | Dialect::Spark => {
                format!("[TABLE_OR_VIEW_ALREADY_EXISTS] Cannot create table or view {name} because it already exists.")
            }
            Dialect::Sqlite => format!("{} {} already exists", kind.name(), name.identifier),
            _ => format!("relation \"{}\" already exists", name.identifier),
        }
    }

    /// Makes a table in `SQLite` and in the catalog, in place of what is called so there.
    pub(super) fn create(&mut self, mut relation: Relation) -> Done<()> {
        let declaration = self.declaration(&relation);
        let plain = quoted(&self.plain_name(&relation.name));
        let replaced = self.catalog.relation(&relation.name).cloned();
        if let Some(old) = &replaced {
            let is_indexed = relation.indexes.iter().chain(&old.indexes).any(|index| index.sqlite.is_some());
            let is_same = self.catalog.declaration(&old.storage).is_some_and(|before| **before == *declaration);
            if !old.is_made_view() && !is_indexed && is_same {
                relation.storage = old.storage.clone();
                self.run(&format!("DELETE FROM {}", relation.storage.quoted()))?;
                self.register(relation, true);
                return Ok(());
            }
            self.drop_in_sqlite(old)?;
        }
        let is_assumed = relation.certainty == Certainty::Assumed;
        if !is_assumed {
            self.executed.push(format!("CREATE TABLE {plain} {declaration}"));
        }
        relation.storage = self.empty_table(&declaration, is_assumed && replaced.is_none())?;
        self.register(relation, replaced.is_some());
        Ok(())
    }

    /// Puts a relation that is made in `SQLite` into the catalog.
    pub(super) fn register(&mut self, relation: Relation, replaced: bool) {
        let change = Change::Created { name: relation.name.clone(), kind: relation.kind, replaced };
        self.catalog.insert(relation);
        self.follow(&change);
    }

    pub(super) fn drop_in_sqlite(&mut self, relation: &Relation) -> Done<()> {
        let word = if relation.is_made_view() { "VIEW" } else { "TABLE" };
        self.executed.push(format!("DROP {word} IF EXISTS {}", quoted(&self.plain_name(&relation.name))));
        if relation.is_made_view() { Ok(()) } else { self.unstore(relation, false) }
    }

    /// What stands behind the name of a table in CREATE TABLE.
    pub(super) fn declaration(&self, relation: &Relation) -> String {
        let mut parts: Vec<String> = relation.columns.iter().map(column_text).collect();
        if parts.is_empty() {
            // A table needs a column; this one is never named.
            parts.push("\"?\"".to_owned());
        }
        for constraint in &relation.constraints {
            if let Some(text) = self.constraint_text(constraint) {
                parts.push(text);
            }
        }
        format!("({})", parts.join(", "))
    }

    fn constraint_text(&self, constraint: &Constraint) -> Option<String> {
        let list = |columns: &[String]| columns.iter().map(|column| quoted(column)).collect::<Vec<_>>().join(", ");
        let dialect = self.session.dialect;
        match &constraint.rule {
            // A primary key of one integer would count by itself.
            Rule::PrimaryKey(columns) | Rule::Unique(columns) if enforces_keys(dialect) => {
                Some(format!("CONSTRAINT {} UNIQUE ({})", quoted(&constraint.name), list(columns)))
            }
            Rule::Check(sql) if enforces_keys(dialect) || dialect == Dialect::Databricks => {
                Some(format!("CONSTRAINT {} CHECK ({sql})", quoted(&constraint.name)))
            }
            _ => None,
        }
    }

    /// Puts a changed table in place of the old one; each column of the new one is filled by an expression.
    pub(super) fn rebuild(&mut self, old: &Relation, new: Relation, fill: &[(String, String)]) -> Done<()> {
        let plain = self.plain_name(&old.name);
        let (name, beside) = (quoted(&plain), quoted(&format!("{plain} (new)")));
        self.executed.push(format!("CREATE TABLE {beside} {}", self.declaration(&new)));
        let keeps_rows = !fill.is_empty() && self.has_rows(old)?;
        if keeps_rows {
            self.executed.push(format!("INSERT INTO {beside} {} FROM {name}", filling(fill)));
        }
        self.executed.push(format!("DROP TABLE {name}"));
        self.executed.push(format!("ALTER TABLE {beside} RENAME TO {name}"));
        self.replace(old, new, keeps_rows.then_some(fill))
    }

    /// Keeps a changed table in another one, filled with the rows of the old one, if it has any.
    fn replace(&mut self, old: &Relation, mut new: Relation, fill: Option<&[(String, String)]>) -> Done<()> {
        let declaration = self.declaration(&new);
        new.storage = self.empty_table(&declaration, fill.is_none())?;
        if let Some(fill) = fill {
            let sql = format!("INSERT INTO {} {} FROM {}", new.storage.quoted(), filling(fill), old.storage.quoted());
            self.raw(&sql).map_err(|error| self.broken(&error, Some(&new)))?;
        }
        self.unstore(old, fill.is_none())?;
        for index in &mut new.indexes {
            if let Some(sql) = &mut index.sqlite {
                *sql = sql.replacen(&old.storage.quoted(), &new.storage.quoted(), 1);
                self.quietly(sql)?;
            }
        }
        self.catalog.insert(new);
        Ok(())
    }

    /// Adds columns that relations turn out to have.
    pub(super) fn add_columns(&mut self, missing: Vec<MissingColumn>) -> Done<()> {
        let mut of_tables: BTreeMap<RelationName, Vec<String>> = BTreeMap::new();
        let mut of_views = Vec::new();
        for MissingColumn { relation, column } in missing {
            let Some(old) = self.catalog.relation(&relation) else {
                return Err(Stop::not_proved(format!("the columns of {relation} are not known")));
            };
            if old.is_made_view() {
                of_views.push((relation, column));
            } else if old.column(&column).is_none() {
                let columns = of_tables.entry(relation).or_default();
                if !columns.contains(&column) {
                    columns.push(column);
                }
            }
        }
        for (relation, columns) in of_tables {
            self.widen(&relation, &columns)?;
        }
        for (relation, column) in of_views {
            let view = self.catalog.relation(&relation).cloned();
            if let Some(view) = view.filter(|view| view.column(&column).is_none()) {
                self.widen_view(&view, &column)?;
            }
        }
        Ok(())
    }

    /// Gives a table more columns.
    fn widen(&mut self, name: &RelationName, columns: &[String]) -> Done<()> {
        let Some(old) = self.catalog.relation(name).cloned() else { return Ok(()) };
        let mut new = (*old).clone();
        new.columns.extend(columns.iter().map(|column| Column::new(column.as_str(), super::Type::Unknown)));
        let columns = old.columns.iter().filter(|column| column.generated.is_none());
        let fill: Vec<(String, String)> = columns.map(|column| (column.name.clone(), quoted(&column.name))).collect();
        let keeps_rows = !fill.is_empty() && self.has_rows(&old)?;
        self.touch(&new);
        self.replace(&old, new, keeps_rows.then_some(&fill))
    }

    /// Gives a view of all columns of a relation one more of them.
    fn widen_view(&mut self, view: &Relation, column: &str) -> Done<()> {
        let unknown = || Stop::not_proved(format!("whether the view {} has a column {column} is not known", view.name));
        let definition = view.definition.clone().ok_or_else(unknown)?;
        let mut translator = Translator::new(self);
        let translated = translator.query(&definition.0)?;
        let base = translated.open.first().cloned().ok_or_else(unknown)?;
        if base == view.name {
            return Err(unknown());
        }
        self.add_columns(vec![MissingColumn { relation: base, column: column.to_owned() }])?;
        self.make(&view.name, view.kind, &definition.0, &definition.1, view.temporary)?;
        let widened = self.catalog.relation(&view.name).is_some_and(|view| view.column(column).is_some());
        if widened { Ok(()) } else { Err(unknown()) }
    }

    /// The views that read a relation, and those that read them.
    pub(super) fn dependents(&self, name: &RelationName) -> Vec<Arc<Relation>> {
        let mut found: Vec<Arc<Relation>> = Vec::new();
        let mut asked = vec![name.clone()];
        while let Some(name) = asked.pop() {
            for relation in self.catalog.readers(&name) {
                if !found.iter().any(|known| known.name == relation.name) {
                    asked.push(relation.name.clone());
                    found.push(relation);
                }
            }
        }
        found.sort_by(|a, b| a.name.cmp(&b.name));
        found
    }

    /// Takes a relation out of `SQLite` and the catalog.
    pub(super) fn discard(&mut self, relation: &Relation) -> Done<()> {
        self.drop_in_sqlite(relation)?;
        let label = Arc::clone(&self.label);
        self.catalog.remove(&relation.name, &label);
        self.release_keys(&relation.name);
        self.follow(&Change::Dropped { name: relation.name.clone() });
        Ok(())
    }

    /// Drops a relation, if it is there, with the views that read it where the warehouse drops them; what was dropped.
    pub fn drop_relation(&mut self, name: &RelationName) -> Vec<RelationName> {
        let Some(relation) = self.catalog.relation(name).cloned() else { return Vec::new() };
        let cascades = matches!(self.session.dialect, Dialect::Postgres | Dialect::Redshift);
        let mut gone = if cascades { self.dependents(name) } else { Vec::new() };
        gone.push(relation);
        for relation in &gone {
            // What is left in SQLite where this fails is out of the catalog, and no name leads there.
            let _ = self.discard(relation);
        }
        gone.iter().map(|relation| relation.name.clone()).collect()
    }

    /// Ends the session: temporary relations are gone, names mean what they meant.
    pub fn end_session(&mut self) {
        self.session = self.opened.clone();
        self.reset_path();
        self.scripted = false;
        for relation in self.catalog.temporary() {
            let _ = self.discard(&relation);
            self.catalog.forget(&relation.name);
        }
        self.shared.state().variables.clear();
    }
}

fn title(kind: Kind) -> &'static str {
    match kind {
        Kind::View | Kind::MaterializedView => "View",
        _ => "Table",
    }
}

/// Whether the warehouse keeps keys, and does not only note them.
pub(super) fn enforces_keys(dialect: Dialect) -> bool {
    matches!(
        dialect,
        Dialect::Postgres
            | Dialect::DuckDb
            | Dialect::Sqlite
            | Dialect::MySql
            | Dialect::SqlServer
            | Dialect::Oracle
            | Dialect::Generic
    )
}

/// The columns that are filled, and with what.
fn filling(fill: &[(String, String)]) -> String {
    let columns: Vec<String> = fill.iter().map(|(column, _)| quoted(column)).collect();
    let values: Vec<&str> = fill.iter().map(|(_, value)| value.as_str()).collect();
    format!("({}) SELECT {}", columns.join(", "), values.join(", "))
}

/// A column in CREATE TABLE.
fn column_text(column: &Column) -> String {
    let mut text = format!("{} {}", quoted(&column.name), column.of.declaration());
    if let Some(generated) = &column.generated {
        text += &format!(" GENERATED ALWAYS AS ({generated}) STORED");
    }
    if column.not_null {
        text += " NOT NULL";
    }
    if let Some(default) = &column.default {
        text += &format!(" DEFAULT ({default})");
    }
    text
}

/// Whether a relation is none but what dbt puts in front of a query for an ephemeral model.
fn is_of_dbt(name: &RelationName) -> bool {
    let prefix = "__dbt__cte__";
    name.identifier.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix))
}
