//! What changes the session and its transaction: USE, SET, RESET, SHOW, BEGIN, COMMIT, ROLLBACK, SAVEPOINT.

use super::super::Warehouse;
use super::super::catalog::object::{Class, Object};
use super::super::stop::{Done, Stop};
use super::Said;
use super::reader::Reader;
use super::words;
use crate::sql::{Dialect, Verb};

impl Warehouse {
    /// BEGIN, COMMIT, ROLLBACK and savepoints; none where the words begin something else.
    pub(super) fn control(&mut self, said: &Said<'_>, reader: &mut Reader<'_>) -> Option<Done<()>> {
        let done = match said.outline.verb {
            Verb::Begin | Verb::Start if said.outline.opaque => return None,
            Verb::Start if !reader.next_is("transaction") => return None,
            Verb::Begin | Verb::Start => self.open(),
            Verb::Commit => {
                if reader.eat("prepared") {
                    return None;
                }
                self.close(true)
            }
            Verb::End => {
                reader.eat_any(&["transaction", "work"]);
                if !reader.is_done() {
                    return None;
                }
                self.close(true)
            }
            Verb::Rollback | Verb::Abort => {
                reader.eat_any(&["transaction", "tran", "work"]);
                if reader.eat("prepared") {
                    return None;
                }
                if reader.eat("to") {
                    reader.eat("savepoint");
                    self.named(reader, "ROLLBACK TO SAVEPOINT", Warehouse::rollback_to)
                } else {
                    self.close(false)
                }
            }
            Verb::Savepoint => self.save(said, reader),
            Verb::Release => {
                reader.eat("savepoint");
                self.named(reader, "RELEASE SAVEPOINT", Warehouse::release)
            }
            _ => return None,
        };
        Some(done)
    }

    fn open(&mut self) -> Done<()> {
        if self.in_transaction() && self.dialect() == Dialect::DuckDb {
            let cause = "TransactionContext Error: cannot start a transaction within a transaction";
            return Err(Stop::refuted(cause));
        }
        self.begin();
        Ok(())
    }

    fn close(&mut self, keeps: bool) -> Done<()> {
        if !self.in_transaction() {
            let word = if keeps { "commit" } else { "rollback" };
            return match self.dialect() {
                Dialect::DuckDb => {
                    Err(Stop::refuted(format!("TransactionContext Error: cannot {word} - no transaction is active")))
                }
                _ => Ok(()),
            };
        }
        if keeps {
            self.commit();
        } else {
            self.rollback();
        }
        Ok(())
    }

    fn save(&mut self, said: &Said<'_>, reader: &mut Reader<'_>) -> Done<()> {
        if !self.in_transaction() {
            return match self.dialect() {
                Dialect::Postgres => Err(Stop::refuted("SAVEPOINT can only be used in transaction blocks")),
                _ => Err(Stop::not_proved("no transaction is open for the savepoint")),
            };
        }
        let _ = said;
        let Some(name) = reader.name() else { return Ok(()) };
        let name = self.fold(name.last());
        self.savepoint(&name);
        Ok(())
    }

    fn named(&mut self, reader: &mut Reader<'_>, what: &str, act: fn(&mut Warehouse, &str) -> bool) -> Done<()> {
        if !self.in_transaction() {
            return match self.dialect() {
                Dialect::Postgres => Err(Stop::refuted(format!("{what} can only be used in transaction blocks"))),
                _ => Err(Stop::not_proved("no transaction is open for the savepoint")),
            };
        }
        let Some(name) = reader.name() else { return Ok(()) };
        let name = self.fold(name.last());
        if act(self, &name) {
            return Ok(());
        }
        match self.dialect() {
            Dialect::Postgres => Err(Stop::refuted(format!("savepoint \"{name}\" does not exist"))),
            _ => Err(Stop::refuted(format!("savepoint {name} does not exist"))),
        }
    }

    /// USE, after the verb.
    pub(super) fn use_of(&mut self, reader: &mut Reader<'_>) -> Done<()> {
        if reader.eat_any(&["secondary roles", "secondary role"]) {
            return Ok(());
        }
        let start = *reader;
        let class = match reader.word().as_deref() {
            Some("role") => Class::Role,
            Some("warehouse") => Class::Warehouse,
            Some("database" | "catalog") => Class::Database,
            Some("schema" | "dataset") => Class::Schema,
            _ => {
                *reader = start;
                Class::Schema
            }
        };
        let plain = reader.until(&start).is_empty() && start.until(reader).is_empty();
        let Some(name) = reader.name().or_else(|| {
            *reader = start;
            reader.name()
        }) else {
            return Ok(());
        };
        let one_level = matches!(self.dialect(), Dialect::Snowflake | Dialect::SqlServer);
        let class = if plain && name.parts.len() == 1 && one_level { Class::Database } else { class };
        let schemas = !matches!(self.dialect(), Dialect::Snowflake | Dialect::SqlServer | Dialect::DuckDb);
        let class = if class == Class::Database && !plain && schemas && !start.next_is("catalog") {
            Class::Schema
        } else {
            class
        };
        let object = self.object(class, &name)?;
        let own = object.path.last().cloned().unwrap_or_default();
        if self.dialect() == Dialect::DuckDb && self.is_gone(&object) {
            let cause = format!("Catalog Error: SET schema: No catalog + schema named \"{own}\" found.");
            return Err(Stop::refuted(cause));
        }
        self.need(&object)?;
        match class {
            Class::Schema => {
                if let [database, schema] = object.path.as_slice() {
                    self.session.database = (!database.is_empty()).then(|| database.clone());
                    self.set_path(vec![schema.clone()]);
                }
            }
            Class::Database => self.session.database = Some(own),
            _ => self.ledger().set(class.word(), own),
        }
        Ok(())
    }

    /// SET, UNSET and RESET, after the verb.
    pub(super) fn set(&mut self, verb: &Verb, reader: &mut Reader<'_>) -> Done<()> {
        let local = reader.eat("local");
        reader.eat_any(&["session characteristics", "session", "global", "variable"]);
        if *verb != Verb::Set {
            self.reset(reader);
            return Ok(());
        }
        if reader.eat("role") {
            if reader.eat_any(&["none", "all"]) {
                self.ledger().reset("role");
                return Ok(());
            }
            let Some(name) = reader.name() else { return Ok(()) };
            let role = self.object(Class::Role, &name)?;
            self.need(&role)?;
            self.ledger().set("role", role.to_string());
            return Ok(());
        }
        let Some(name) = reader.name() else { return Ok(()) };
        let name: Vec<String> = name.parts.iter().map(|(part, _)| part.to_lowercase()).collect();
        let name = name.join(".");
        if !reader.eat_symbol("=") {
            reader.eat("to");
        }
        if matches!(name.as_str(), "search_path" | "schema" | "current_schema") {
            return self.search(reader, local);
        }
        let value = reader.text().unwrap_or_else(|| reader.words());
        self.ledger().set(&name, value);
        Ok(())
    }

    fn reset(&mut self, reader: &mut Reader<'_>) {
        if reader.eat("all") {
            for name in self.catalog().ledger().settings() {
                self.ledger().reset(&name);
            }
            self.reset_path();
            return;
        }
        let Some(name) = reader.name() else { return };
        let name: Vec<String> = name.parts.iter().map(|(part, _)| part.to_lowercase()).collect();
        let name = name.join(".");
        if name == "search_path" || name == "schema" {
            self.reset_path();
        }
        self.ledger().reset(&name);
    }

    /// The schemas in which names are looked for: the first counts for what has none.
    fn search(&mut self, reader: &mut Reader<'_>, local: bool) -> Done<()> {
        let schemas: Vec<_> = reader.names().into_iter().filter(|name| name.last().0 != "$user").collect();
        let Some(first) = schemas.first() else { return Ok(()) };
        if !first.last().1 && first.last().0.eq_ignore_ascii_case("default") {
            self.reset_path();
            return Ok(());
        }
        let mut path = Vec::new();
        for schema in &schemas {
            path.extend(self.meant_schema(schema)?.path.pop());
        }
        match (local, self.in_transaction()) {
            (true, true) => self.set_path_for_transaction(path),
            // Without a transaction it holds for nothing.
            (true, false) => {}
            (false, _) => self.set_path(path),
        }
        Ok(())
    }

    /// SHOW and DESCRIBE: what they name is there; what they answer is not known.
    pub(super) fn show(&mut self, verb: &Verb, reader: &mut Reader<'_>) -> Done<()> {
        if *verb == Verb::Describe {
            let kind = reader.kind();
            reader.eat_any(&["extended", "formatted", "history", "detail"]);
            let relation = kind.as_ref().is_none_or(|kind| super::grant::kind_of(kind).is_some());
            let select = reader.next_is("select") || reader.next_is("with");
            if let Some(name) = reader.name().filter(|_| relation && !select) {
                let meant = self.meant(&name)?;
                if self.is_missing(&meant) {
                    return Err(Stop::refuted(words::no_relation(self.dialect(), &name, &meant)));
                }
            }
        }
        Ok(())
    }

    /// LISTEN and NOTIFY of `PostgreSQL`, PREPARE and DEALLOCATE, cursors.
    pub(super) fn server(&mut self, word: &str, reader: &mut Reader<'_>, together: bool) -> Done<()> {
        match word {
            "prepare" => {
                let Some(name) = reader.name() else { return Ok(()) };
                let object = self.object(Class::Prepared, &name)?;
                let by = self.label.clone();
                self.ledger().make(object, &by);
            }
            "deallocate" => {
                reader.eat("prepare");
                if reader.eat("all") {
                    return Ok(());
                }
                let Some(name) = reader.name() else { return Ok(()) };
                let object = self.object(Class::Prepared, &name)?;
                if !self.catalog().ledger().is_there(&object) {
                    let own = object.to_string();
                    return Err(Stop::refuted(format!("prepared statement \"{own}\" does not exist")));
                }
                let by = self.label.clone();
                self.ledger().drop_object(&object, &by);
            }
            "declare" if !self.in_transaction() && !together && !reader.has("hold") => {
                return Err(Stop::refuted("DECLARE CURSOR can only be used in transaction blocks"));
            }
            "reassign" | "owned" => {
                let mut ahead = *reader;
                if ahead.eat("owned by") {
                    for name in ahead.names() {
                        let role = self.object(Class::Role, &name)?;
                        self.need(&role)?;
                        self.disown(&role, word);
                    }
                    if ahead.eat("to") {
                        self.need_role_at(&mut ahead)?;
                    }
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// What a role owns is another's, or gone with what it is granted.
    fn disown(&mut self, role: &Object, word: &str) {
        let own = role.to_string();
        let owned: Vec<Object> = {
            let ledger = self.catalog().ledger();
            let theirs = ledger.notes().filter(|(_, what, text)| *what == "owner" && *text == own);
            theirs.map(|(object, _, _)| object.clone()).collect()
        };
        for object in owned {
            self.ledger().unnote(&object, "owner");
        }
        if word == "owned" {
            let grantee = super::super::catalog::access::Grantee { class: role.class, name: own };
            for (object, privilege) in self.catalog().ledger().held_by(&grantee) {
                if privilege != "membership" {
                    self.ledger().take(&object, &grantee, &privilege, false);
                }
            }
            self.ledger().unpromise_all(&grantee);
        }
    }
}
