//! What relations are kept in: how statements name it, how reports show it, and how tables are made, emptied and used
//! again. `SQLite` looks at every table it has where one is made, dropped or renamed, so that this is done seldom.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

use super::catalog::{Relation, Storage, ViewText, next_name};
use super::sqlite::{self, quoted};
use super::stop::{Done, Stop};
use super::{RelationName, Warehouse};

impl Warehouse {
    /// What a relation is called in reports and in files: plainly in the target's own schema, with schema and database
    /// elsewhere.
    pub(super) fn plain_name(&self, name: &RelationName) -> String {
        let home = &self.opened;
        let plain = if name.database == home.database && name.schema == home.schema {
            name.identifier.clone()
        } else if name.database == home.database || name.database.is_none() {
            format!("{}.{}", name.schema, name.identifier)
        } else {
            name.to_string()
        };
        if plain.to_ascii_lowercase().starts_with("sqlite_") { format!("_{plain}") } else { plain }
    }

    /// What a relation is kept in, in quotes.
    pub(super) fn stored(&self, name: &RelationName) -> Done<String> {
        let relation = self.catalog.relation(name);
        relation.map(|one| one.storage.quoted()).ok_or_else(|| Stop::not_proved(format!("{name} is not there")))
    }

    /// A text with relations under their plain names.
    pub(super) fn shown(&self, text: &str) -> String {
        let mut shown = String::with_capacity(text.len());
        let mut at = 0;
        while let Some((from, to)) = next_name(text, at) {
            shown += &text[at..from];
            match self.catalog.kept_in(&text[from..to]) {
                Some(relation) => shown += &self.plain_name(&relation.name).replace('"', "\"\""),
                None => shown += &text[from..to],
            }
            at = to;
        }
        shown + &text[at..]
    }

    /// A text with the queries of the views that it reads.
    pub(super) fn with_views<'t>(&self, sql: &'t str) -> Done<Cow<'t, str>> {
        let mut whole = String::new();
        let (mut copied, mut at) = (0, 0);
        while let Some((from, to)) = next_name(sql, at) {
            at = to;
            let view = self.catalog.kept_in(&sql[from..to]).filter(|relation| relation.is_made_view());
            // It stands in quotes.
            if let Some(view) = view
                && let Some(before) = sql[copied..from].strip_suffix('"')
            {
                whole += before;
                whole += &self.query_of(view)?;
                copied = to + 1;
            }
        }
        if copied == 0 {
            return Ok(Cow::Borrowed(sql));
        }
        whole += sql.get(copied..).unwrap_or_default();
        Ok(Cow::Owned(whole))
    }

    /// The query of a view, with those of the views that it reads before it.
    fn query_of(&self, view: &Relation) -> Done<String> {
        let mut gathered = Gathered::default();
        self.gather(view, &mut gathered)?;
        Ok(format!("(WITH {} SELECT * FROM {})", gathered.queries.join(", "), view.storage.quoted()))
    }

    /// Puts a view and those that it reads into a list, each after what it reads.
    fn gather<'w>(&'w self, view: &'w Relation, gathered: &mut Gathered<'w>) -> Done<()> {
        match gathered.is_done.insert(view.storage.name(), false) {
            Some(true) => {
                gathered.is_done.insert(view.storage.name(), true);
                return Ok(());
            }
            Some(false) => return Err(Stop::not_proved(format!("the view {} reads itself", view.name))),
            None => {}
        }
        let unknown = || Stop::not_proved(format!("the query of the view {} is not known", view.name));
        let sql = view.text.as_ref().ok_or_else(unknown)?.with_names(|name| {
            let gone = || Stop::not_proved(format!("the view {} reads {name}, which is not there", view.name));
            let relation = self.catalog.relation(name).ok_or_else(gone)?;
            if relation.is_made_view() {
                self.gather(relation, gathered)?;
            }
            Ok(Cow::Borrowed(relation.storage.name()))
        })?;
        gathered.is_done.insert(view.storage.name(), true);
        gathered.queries.push(format!("{}({}) AS ({sql})", view.storage.quoted(), listed(view)));
        Ok(())
    }

    /// An empty table of columns and constraints; where it is one that is taken back, it goes back by itself.
    pub(super) fn empty_table(&mut self, declaration: &str, is_taken_back: bool) -> Done<Storage> {
        if let Some(storage) = self.catalog.take_storage(declaration) {
            return Ok(storage);
        }
        let storage = self.catalog.new_storage();
        let sql = format!("CREATE TABLE {} {declaration}", storage.quoted());
        if is_taken_back {
            self.reversibly(&sql, vec![format!("DROP TABLE {}", storage.quoted())])?;
        } else {
            self.quietly(&sql)?;
        }
        self.catalog.made_storage(&storage, declaration);
        Ok(storage)
    }

    /// What a relation was kept in is no longer needed.
    pub(super) fn unstore(&mut self, relation: &Relation, is_empty: bool) -> Done<()> {
        let table = relation.storage.quoted();
        let is_indexed = relation.indexes.iter().any(|index| index.sqlite.is_some());
        if is_indexed || self.catalog.declaration(&relation.storage).is_none() {
            return self.quietly(&format!("DROP TABLE IF EXISTS {table}"));
        }
        if !is_empty {
            self.quietly(&format!("DELETE FROM {table}"))?;
        }
        self.catalog.keep_storage(&relation.storage);
        Ok(())
    }

    /// Whether a table has rows.
    pub(super) fn has_rows(&self, relation: &Relation) -> Done<bool> {
        let sql = format!("SELECT EXISTS (SELECT 1 FROM {})", relation.storage.quoted());
        self.db.query_row(&sql, [], |row| row.get(0)).map_err(|error| self.stopped(&error))
    }

    /// What an error of `SQLite` means, with relations under their plain names.
    pub(super) fn stopped(&self, error: &rusqlite::Error) -> Stop {
        match sqlite::stop(error) {
            // Other rows may be there, which the warehouse takes.
            Stop::Refuted(cause) if self.touched.read_guessed => {
                Stop::NotProved(format!("{}; {}", self.shown(&cause), super::execute::GUESSED))
            }
            Stop::Refuted(cause) => Stop::Refuted(self.shown(&cause)),
            Stop::NotProved(cause) => Stop::NotProved(self.shown(&cause)),
            missing @ Stop::Missing(_) => missing,
        }
    }
}

/// The queries of views.
#[derive(Default)]
struct Gathered<'w> {
    /// Whether the query of each is among them, or still waits for those of what it reads.
    is_done: HashMap<&'w str, bool>,
    queries: Vec<String>,
}

impl ViewText {
    /// The text with what it reads under the names that are given for it.
    pub(super) fn with_names<'n>(
        &'n self,
        mut named: impl FnMut(&'n RelationName) -> Done<Cow<'n, str>>,
    ) -> Done<String> {
        let mut whole = String::with_capacity(self.sql.len());
        let mut at = 0;
        while let Some((from, to)) = next_name(&self.sql, at) {
            let token = &self.sql[from..to];
            whole += &self.sql[at..from];
            match self.reads.iter().find(|(storage, _)| storage.name() == token) {
                Some((_, name)) => whole += &named(name)?,
                None => whole += token,
            }
            at = to;
        }
        Ok(whole + &self.sql[at..])
    }

    /// The relation that was read under one name is read under another.
    pub(super) fn renamed(&mut self, from: &RelationName, to: &RelationName) {
        self.reads.iter_mut().filter(|(_, name)| name == from).for_each(|(_, name)| name.clone_from(to));
    }

    /// A column of a relation that it reads has another name, under which it goes on being read.
    pub(super) fn with_column(&mut self, of: &RelationName, old: &str, new: &str) {
        for (storage, _) in self.reads.iter().filter(|(_, name)| name == of) {
            let table = storage.quoted();
            let both = format!("(SELECT *, {} AS {} FROM {table})", quoted(new), quoted(old));
            self.sql = Arc::from(self.sql.replace(&table, &both));
        }
    }
}

/// The columns of a relation, as a list.
pub(super) fn listed(relation: &Relation) -> String {
    let columns: Vec<String> = relation.columns.iter().map(|column| quoted(&column.name)).collect();
    if columns.is_empty() { "\"?\"".to_owned() } else { columns.join(", ") }
}
