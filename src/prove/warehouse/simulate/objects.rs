//! CREATE, DROP and ALTER of what is no relation: kept as objects that are there or not.

use super::super::Warehouse;
use super::super::catalog::access::{Grantee, Held};
use super::super::catalog::ledger::State;
use super::super::catalog::object::{Class, Object};
use super::super::catalog::{Certainty, Kind};
use super::super::name::RelationName;
use super::super::stop::{Done, Stop};
use super::Said;
use super::grant::class_of;
use super::reader::{Reader, Written};
use super::{routine, words};
use crate::sql::{Dialect, ObjectKind};

impl Warehouse {
    /// CREATE of what is no relation.
    pub(super) fn create_object(&mut self, said: &Said<'_>, class: Class) -> Done<()> {
        let Some(mut reader) = said.at_name() else { return self.create_unnamed(said, class) };
        let Some(name) = reader.name() else { return Err(Stop::not_proved("what it makes has no name")) };
        let outline = said.outline;
        let object = match class {
            Class::Function | Class::Procedure => {
                let mut object = self.object(class, &name)?;
                let arguments = reader.parenthesis().map(|inside| routine::types(&reader.of(inside)));
                let arguments = arguments.filter(|_| self.dialect() != Dialect::DuckDb).unwrap_or_default();
                object.path.push(arguments.join(", "));
                object
            }
            _ if self.is_part(class, said) => {
                let Some(table) = said.at_table(class).and_then(|mut reader| reader.name()) else {
                    return Err(Stop::not_proved("what it is made on is not known"));
                };
                self.relation_for_part(class, &name, &table)?
            }
            _ => self.object(class, &name)?,
        };
        if class.level() == super::super::catalog::object::Level::Schema {
            self.need_schema_of(&name)?;
        }
        self.check_references(class, &mut reader)?;
        let kept = outline.or_replace || outline.or_alter;
        if let Some(cause) = self.object_clash(&object).filter(|_| !kept) {
            if outline.if_not_exists || is_guarded(said) {
                return Ok(());
            }
            return Err(Stop::refuted(cause));
        }
        let by = self.label.clone();
        if outline.or_replace && !self.is_postgres() && !said.has("copy grants") {
            self.ledger().drop_object(&object, &by);
        }
        self.ledger().make(object.clone(), &by);
        self.made(&object, &mut reader);
        self.keep_print(&object, said.tokens);
        Ok(())
    }

    /// `create schema authorization r`, and what has no name.
    fn create_unnamed(&mut self, said: &Said<'_>, class: Class) -> Done<()> {
        if class == Class::Schema {
            return Ok(());
        }
        match said.at_on().and_then(|mut reader| reader.name()) {
            Some(table) => self.need_relation(&table).map(|_| ()),
            None => Ok(()),
        }
    }

    /// Triggers, rules and policies are parts of their table, where the warehouse has them so.
    fn is_part(&self, class: Class, said: &Said<'_>) -> bool {
        let on_table = said.outline.on.is_some();
        match class {
            Class::Trigger | Class::Rule => true,
            Class::Policy => on_table && matches!(self.dialect(), Dialect::Postgres | Dialect::Generic),
            Class::RowAccessPolicy => on_table && self.dialect() == Dialect::BigQuery,
            _ => false,
        }
    }

    fn part_object(&self, class: Class, name: &Written, relation: &RelationName) -> Object {
        let class = match class {
            Class::Policy | Class::RowAccessPolicy => Class::TablePolicy,
            class => class,
        };
        Object::on(class, relation, self.fold(name.last()))
    }

    fn relation_for_part(&mut self, class: Class, name: &Written, table: &Written) -> Done<Object> {
        let relation = self.need_relation(table)?;
        let view = matches!(relation.kind, Kind::View | Kind::MaterializedView);
        if self.is_postgres() && class == Class::Policy && view && relation.certainty == Certainty::Known {
            return Err(Stop::refuted(words::not_a(&relation.name.identifier, "table")));
        }
        Ok(self.part_object(class, name, &relation.name))
    }

    /// A part of a relation that is there. What is on a relation that the rehearsal made was made there too.
    pub(super) fn part(&mut self, class: Class, name: &Written, table: &Written) -> Done<Object> {
        let relation = self.need_relation(table)?;
        let object = self.part_object(class, name, &relation.name);
        let own = object.path.last().cloned().unwrap_or_default();
        if class == Class::Constraint && relation.constraints.iter().any(|constraint| constraint.name == own) {
            return Ok(object);
        }
        let unknown = self.catalog().ledger().state(&object).is_none();
        if unknown && relation.certainty == Certainty::Known && !self.catalog().ledger().is_vague() {
            // The names of constraints that have none in the statement are the warehouse's.
            if self.is_postgres() && class != Class::Constraint {
                return Err(Stop::refuted(words::missing(self.dialect(), &object)));
            }
        }
        self.need(&object)?;
        Ok(object)
    }

    /// What a definition needs: the roles of a policy, the function of a trigger, the table of a stream.
    fn check_references(&mut self, class: Class, reader: &mut Reader<'_>) -> Done<()> {
        let mut rest = *reader;
        match class {
            Class::Schema if rest.eat("authorization") => self.need_role_at(&mut rest),
            Class::Policy if self.is_postgres() => {
                if rest.seek(&["to", "using", "with"]) && rest.eat("to") {
                    for name in rest.names() {
                        let role = self.object(Class::Role, &name)?;
                        self.need(&role)?;
                    }
                }
                Ok(())
            }
            Class::Trigger if self.is_postgres() => {
                if rest.seek(&["execute"]) && rest.eat_any(&["execute function", "execute procedure"]) {
                    if let Some(name) = rest.name() {
                        self.need_routine(Class::Function, &name, None)?;
                    }
                }
                Ok(())
            }
            Class::Stream if rest.seek(&["on"]) && rest.eat("on") => {
                rest.eat_any(&["external table", "dynamic table", "event table", "table", "view"]);
                match rest.name() {
                    Some(name) => self.need_relation(&name).map(|_| ()),
                    None => Ok(()),
                }
            }
            Class::Statistics if rest.seek(&["from"]) && rest.eat("from") => match rest.name() {
                Some(name) => self.need_relation(&name).map(|_| ()),
                None => Ok(()),
            },
            Class::Publication if rest.eat("for table") => {
                for name in rest.names() {
                    self.need_relation(&name)?;
                }
                Ok(())
            }
            _ => Ok(()),
        }
    }

    pub(super) fn need_role_at(&mut self, reader: &mut Reader<'_>) -> Done<()> {
        let Some(name) = reader.name() else { return Ok(()) };
        let role = self.object(Class::Role, &name)?;
        self.need(&role)
    }

    /// What goes with a new object: promised grants, the labels of an enumeration, its owner.
    fn made(&mut self, object: &Object, reader: &mut Reader<'_>) {
        let kinds: &[&str] = match object.class {
            Class::Sequence => &["sequences"],
            Class::Function => &["functions"],
            Class::Procedure => &["procedures", "functions"],
            Class::Schema => &["schemas"],
            Class::Type => &["types"],
            Class::Stage => &["stages"],
            Class::Task => &["tasks"],
            Class::Stream => &["streams"],
            Class::Pipe => &["pipes"],
            Class::FileFormat => &["file formats"],
            _ => &[],
        };
        let by = self.label.clone();
        self.ledger().promised(object, kinds, &by);
        if object.class == Class::Type && reader.eat("as enum") {
            if let Some(inside) = reader.parenthesis() {
                let mut labels = reader.of(inside);
                while let Some(label) = labels.text() {
                    self.ledger().note(object.clone(), format!("value {label}"), "");
                    labels.eat_symbol(",");
                }
            }
        }
    }

    /// DROP of what is no relation.
    pub(super) fn drop_objects(&mut self, said: &Said<'_>, class: Class) -> Done<()> {
        let class = if said.is_of_routine() { Class::Routine } else { class };
        let Some(mut reader) = said.at_name() else { return self.drop_all(said, class) };
        let guarded = said.outline.if_exists || is_guarded(said);
        while let Some(name) = reader.name() {
            let arguments = reader.parenthesis().map(|inside| routine::types(&reader.of(inside)));
            let table = if reader.eat("on") { reader.name() } else { None };
            match (class, table) {
                (Class::Function | Class::Procedure | Class::Routine, _) => {
                    self.drop_routine(class, &name, arguments.as_deref(), guarded)?;
                }
                (Class::Trigger | Class::Rule | Class::Policy | Class::RowAccessPolicy, Some(table)) => {
                    self.drop_part(class, &name, &table, guarded)?;
                }
                _ => {
                    let object = self.object(class, &name)?;
                    self.drop_one(said, &object, &name, guarded)?;
                }
            }
            if !reader.eat_symbol(",") {
                break;
            }
        }
        Ok(())
    }

    /// `drop all row access policies on t`.
    fn drop_all(&mut self, said: &Said<'_>, class: Class) -> Done<()> {
        let table = said.at_on().and_then(|mut reader| reader.name());
        let (Class::RowAccessPolicy, Some(table)) = (class, table) else {
            return Err(Stop::not_proved("what it drops has no name"));
        };
        let relation = self.need_relation(&table)?;
        let path = Object::relation(&relation.name).path;
        let policies: Vec<Object> = self.catalog().ledger().there(Class::TablePolicy, &path).cloned().collect();
        let by = self.label.clone();
        for policy in policies {
            self.ledger().drop_object(&policy, &by);
        }
        Ok(())
    }

    fn drop_one(&mut self, said: &Said<'_>, object: &Object, name: &Written, guarded: bool) -> Done<()> {
        let dialect = self.dialect();
        if self.is_postgres() && object.class == Class::Sequence {
            let meant = self.meant(name)?;
            if self.catalog().relation(&meant).is_some() || self.indexed(&meant).is_some() {
                return Err(Stop::refuted(words::not_a(&meant.identifier, "sequence")));
            }
        }
        match self.catalog().ledger().state(object) {
            Some(State::Dropped { .. }) if guarded => return Ok(()),
            Some(State::Dropped { .. }) if self.is_postgres() && object.class == Class::Sequence => {
                let written = self.meant(name).map(|meant| words::as_written(name, &meant))?;
                return Err(Stop::refuted(format!("sequence \"{written}\" does not exist")));
            }
            Some(State::Dropped { .. }) => return Err(Stop::refuted(words::missing(dialect, object))),
            None if guarded => return Ok(()),
            _ => self.need(object)?,
        }
        if let Some(cause) = self.holds_back(said, object) {
            return Err(Stop::refuted(cause));
        }
        let by = self.label.clone();
        match object.class {
            Class::Schema => {
                for relation in self.relations_of(object) {
                    self.drop_relation(&relation.name);
                    self.ledger().relation_dropped(&relation.name);
                }
                self.ledger().drop_schema(object, &by);
            }
            Class::Role | Class::User | Class::Group | Class::DatabaseRole => {
                let grantee = Grantee { class: object.class, name: object.to_string() };
                for (other, privilege) in self.catalog().ledger().held_by(&grantee) {
                    self.ledger().take(&other, &grantee, &privilege, false);
                }
                self.ledger().unpromise_all(&grantee);
                self.ledger().drop_object(object, &by);
            }
            _ => self.ledger().drop_object(object, &by),
        }
        Ok(())
    }

    /// Why an object cannot be dropped: something needs it.
    fn holds_back(&mut self, said: &Said<'_>, object: &Object) -> Option<String> {
        let own = object.path.last().cloned().unwrap_or_default();
        match object.class {
            Class::Schema if !said.outline.cascade => {
                let full = !self.relations_of(object).is_empty() || self.catalog().ledger().has_content(object);
                match self.dialect() {
                    _ if !full => None,
                    Dialect::Postgres | Dialect::Redshift => {
                        Some(format!("cannot drop schema {own} because other objects depend on it"))
                    }
                    Dialect::DuckDb => Some(format!(
                        "Dependency Error: Cannot drop entry \"{own}\" because there are entries that depend on it."
                    )),
                    Dialect::BigQuery => Some(format!("Dataset {object} is still in use")),
                    _ => None,
                }
            }
            Class::User | Class::Group if self.dialect() == Dialect::Redshift => {
                let class = object.class.word();
                let grantee = Grantee { class: object.class, name: own.clone() };
                let needed =
                    self.catalog().ledger().held_by(&grantee).iter().any(|(_, privilege)| privilege != "membership");
                needed.then(|| {
                    format!("{class} \"{own}\" cannot be dropped because the {class} has a privilege on some object")
                })
            }
            Class::Role if self.is_postgres() => {
                let grantee = Grantee { class: Class::Role, name: own.clone() };
                let ledger = self.catalog().ledger();
                let needed = ledger.held_by(&grantee).iter().any(|(_, privilege)| privilege != "membership")
                    || ledger.notes().any(|(_, what, text)| what == "owner" && text == own)
                    || ledger.has_promises(&grantee);
                needed.then(|| format!("role \"{own}\" cannot be dropped because some objects depend on it"))
            }
            _ => None,
        }
    }

    fn drop_routine(&mut self, class: Class, name: &Written, arguments: Option<&[String]>, guarded: bool) -> Done<()> {
        let named = self.object(class, name)?;
        if guarded && self.routines(&named, arguments).is_empty() {
            return Ok(());
        }
        let object = self.need_routine(class, name, arguments)?;
        let by = self.label.clone();
        self.ledger().drop_object(&object, &by);
        Ok(())
    }

    fn drop_part(&mut self, class: Class, name: &Written, table: &Written, guarded: bool) -> Done<()> {
        if guarded {
            let meant = self.meant(table)?;
            if self.catalog().relation(&meant).is_none() {
                return Ok(());
            }
            let object = self.part_object(class, name, &meant);
            if !self.catalog().ledger().is_there(&object) {
                return Ok(());
            }
        }
        let object = self.part(class, name, table)?;
        let by = self.label.clone();
        self.ledger().drop_object(&object, &by);
        Ok(())
    }

    /// ALTER of what is no relation.
    pub(super) fn alter_object(&mut self, said: &Said<'_>, class: Class) -> Done<()> {
        let Some(mut reader) = said.at_name() else { return Ok(()) };
        let Some(name) = reader.name() else { return Ok(()) };
        let class = if said.is_of_routine() { Class::Routine } else { class };
        let object = match class {
            Class::Function | Class::Procedure | Class::Routine => {
                let arguments = reader.parenthesis().map(|inside| routine::types(&reader.of(inside)));
                self.need_routine(class, &name, arguments.as_deref())?
            }
            Class::Index => self.need_index(&name)?,
            Class::Trigger | Class::Policy | Class::Rule if reader.eat("on") => {
                let Some(table) = reader.name() else { return Ok(()) };
                self.part(class, &name, &table)?
            }
            _ => {
                let object = self.object(class, &name)?;
                if said.outline.if_exists && !self.catalog().ledger().is_there(&object) {
                    return Ok(());
                }
                if class == Class::Sequence {
                    self.need_sequence(&name)?
                } else {
                    self.need(&object).map(|()| object)?
                }
            }
        };
        self.altered(&object, &mut reader)
    }

    /// What ALTER does with an object.
    fn altered(&mut self, object: &Object, reader: &mut Reader<'_>) -> Done<()> {
        if reader.eat("rename to") {
            let Some(name) = reader.name() else { return Ok(()) };
            if object.class == Class::Schema {
                let to = self.fold(name.last());
                return self.rename_schema(object, &to);
            }
            if object.class == Class::Index {
                return Err(Stop::not_proved("indexes are not renamed in the rehearsal"));
            }
            let mut to = object.clone();
            let own = to.path.len() - 1;
            let own = if matches!(object.class, Class::Function | Class::Procedure) { 2.min(own) } else { own };
            to.path[own] = self.fold(name.last());
            let by = self.label.clone();
            self.ledger().rename(object, &to);
            self.ledger().drop_object(object, &by);
            return Ok(());
        }
        if reader.eat("owner to") {
            let grantee = reader.name();
            return grantee.map_or(Ok(()), |name| self.owned(object, &name));
        }
        if object.class == Class::Type && reader.eat("add value") {
            let guarded = reader.if_not_exists();
            let Some(label) = reader.text() else { return Ok(()) };
            let what = format!("value {label}");
            if self.catalog().ledger().noted(object, &what).is_some() && !guarded {
                return Err(Stop::refuted(format!("enum label \"{label}\" already exists")));
            }
            self.ledger().note(object.clone(), what, "");
            return Ok(());
        }
        if matches!(object.class, Class::Role | Class::Group) && (reader.eat("add user") || reader.eat("drop user")) {
            let own = object.to_string();
            for member in reader.names() {
                let user = self.object(Class::User, &member)?;
                self.need(&user)?;
                let grantee = Grantee { class: user.class, name: user.to_string() };
                let held = Held { option: false, by: self.label.clone() };
                let group = Object::global(object.class, own.clone());
                self.ledger().give(group, grantee, "membership".to_owned(), held);
            }
            return Ok(());
        }
        self.options(object, reader)
    }

    /// Renames a schema, with all that is in it.
    fn rename_schema(&mut self, schema: &Object, name: &str) -> Done<()> {
        let to = Object::new(Class::Schema, vec![schema.path[0].clone(), name.to_owned()]);
        if self.catalog().ledger().state(&to).is_some_and(State::is_made) {
            return Err(Stop::refuted(words::exists(self.dialect(), &to)));
        }
        self.atomically(|this| {
            for relation in this.relations_of(schema) {
                let moved = RelationName { schema: name.to_owned(), ..relation.name.clone() };
                this.rename_to(&relation, &moved)?;
            }
            Ok::<(), Stop>(())
        })?;
        let by = self.label.clone();
        for &class in Class::ALL {
            let inside: Vec<Object> = self.catalog().ledger().there(class, &schema.path).cloned().collect();
            for object in inside {
                let moved = object.moved(&schema.path, &to.path);
                self.ledger().rename(&object, &moved);
            }
        }
        self.ledger().drop_object(schema, &by);
        Ok(())
    }

    /// Makes a role the owner of an object, as OWNER TO does.
    pub(super) fn owned(&mut self, object: &Object, name: &Written) -> Done<()> {
        let role = self.object(Class::Role, name)?;
        self.need(&role)?;
        self.ledger().note(object.clone(), "owner", role.to_string());
        Ok(())
    }

    /// SET and UNSET of options, tags and comments, which are remembered in the words of the statement.
    pub(super) fn options(&mut self, object: &Object, reader: &mut Reader<'_>) -> Done<()> {
        if reader.eat("set tag") {
            return self.tags(object, reader, true);
        }
        if reader.eat("unset tag") {
            return self.tags(object, reader, false);
        }
        if reader.eat("set comment") {
            reader.eat_symbol("=");
            if let Some(text) = reader.text() {
                self.ledger().note(object.clone(), "comment", text);
            }
            return Ok(());
        }
        let words = reader.words();
        if !words.is_empty() {
            let what = words.split_whitespace().next().unwrap_or_default().to_lowercase();
            self.ledger().note(object.clone(), what, words);
        }
        Ok(())
    }

    /// A list of tags with values, or without.
    fn tags(&mut self, object: &Object, reader: &mut Reader<'_>, set: bool) -> Done<()> {
        while let Some(name) = reader.name() {
            let tag = self.object(Class::Tag, &name)?;
            self.need(&tag)?;
            if set {
                reader.eat_symbol("=");
                let value = reader.text().unwrap_or_default();
                self.ledger().note(object.clone(), format!("tag {tag}"), value);
            } else {
                self.ledger().unnote(object, &format!("tag {tag}"));
            }
            if !reader.eat_symbol(",") {
                break;
            }
        }
        Ok(())
    }

    /// A sequence that a statement cannot do without, called one.
    pub(super) fn need_sequence(&mut self, name: &Written) -> Done<Object> {
        let meant = self.meant(name)?;
        let other = self.catalog().relation(&meant).is_some() || self.indexed(&meant).is_some();
        if other && self.is_postgres() {
            return Err(Stop::refuted(words::not_a(&meant.identifier, "sequence")));
        }
        self.need_schema_of(name)?;
        let object = Object::in_schema(Class::Sequence, &meant);
        self.need(&object)?;
        Ok(object)
    }

    /// An index that a statement cannot do without, called one.
    pub(super) fn need_index(&mut self, name: &Written) -> Done<Object> {
        let meant = self.meant(name)?;
        let object = Object::in_schema(Class::Index, &meant);
        if self.indexed(&meant).is_some() {
            return Ok(object);
        }
        let sequence = Object::in_schema(Class::Sequence, &meant);
        let other = self.catalog().relation(&meant).is_some() || self.catalog().ledger().is_there(&sequence);
        if other && self.is_postgres() {
            return Err(Stop::refuted(words::not_a(&meant.identifier, "index")));
        }
        self.need(&object)?;
        Ok(object)
    }
}

/// Whether a condition stands before the statement, or a guard somewhere that is not read.
fn is_guarded(said: &Said<'_>) -> bool {
    said.outline.condition.is_some()
}

/// The class that CREATE, DROP or ALTER of a kind is about, where it is no relation and no index that is made in rows.
pub(super) fn kept(kind: &ObjectKind, dialect: Dialect) -> Option<Class> {
    match class_of(kind, dialect)? {
        Class::Relation | Class::Column | Class::Constraint => None,
        class => Some(class),
    }
}
