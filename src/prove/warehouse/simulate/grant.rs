//! GRANT, REVOKE and DENY: what they say, whether the warehouse takes it, and what comes of it.

mod read;

use std::sync::Arc;

use super::super::Warehouse;
use super::super::assumption::AssumptionKind;
use super::super::catalog::access::{Coming, Grantee, Held};
use super::super::catalog::blanket::Kinds;
use super::super::catalog::ledger::State;
use super::super::catalog::object::{Class, Object};
use super::super::catalog::{Kind, Relation};
use super::super::stop::{Done, Stop};
use super::privileges::{On, spelled, unrecognized};
use super::reader::{Reader, Written};
use super::words;
use crate::sql::{Dialect, Verb};

use read::{Said, Target};
pub(super) use read::{class_of, kind_of};

/// A privilege with the columns it is for; none where it is for the whole object.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Privilege {
    name: String,
    columns: Vec<(String, bool)>,
}

impl Privilege {
    /// Whether it is on relations whole and adds to what is granted.
    fn is_plain(&self) -> bool {
        self.columns.is_empty() && self.name != "ownership"
    }
}

/// An object that privileges are granted on.
struct Subject {
    object: Object,
    on: On,
    relation: Option<Arc<Relation>>,
}

impl Warehouse {
    /// GRANT, REVOKE, DENY.
    pub(super) fn grant(&mut self, verb: &Verb, reader: &mut Reader<'_>) -> Done<()> {
        let Some(said) = read::said(reader) else {
            return Err(Stop::not_proved(UNKNOWN_FORM));
        };
        match &said.target {
            Target::Roles(class, roles) => return self.grant_roles(verb, &said, *class, roles),
            Target::Coming { kinds, schemas, databases } => {
                let places = self.places(schemas, databases)?;
                return self.grant_coming(*verb == Verb::Grant, &said, kinds, &places, None);
            }
            Target::Objects { .. } | Target::All { .. } | Target::Global(_) => {}
        }
        if *verb == Verb::Grant
            && let Target::All { kinds, schemas, databases } = &said.target
            && let Some(kinds) = self.kinds_of(kinds).filter(|_| said.privileges.iter().all(Privilege::is_plain))
        {
            let places = self.places(schemas, databases)?;
            for place in &places {
                self.assume_inside(place);
            }
            return self.grant_on_all(&said, &places, kinds);
        }
        let objects = self.targets(&said)?;
        let grantees = self.checked_grantees(verb, &said)?;
        for target in &objects {
            self.grant_on(verb, &said, target, &grantees)?;
        }
        Ok(())
    }

    /// The grantees, where the privileges are some that may be granted to them at all.
    fn checked_grantees(&mut self, verb: &Verb, said: &Said) -> Done<Vec<Grantee>> {
        let grantees = self.grantees(said)?;
        if self.is_postgres() {
            let known = said.privileges.iter().find_map(|privilege| unrecognized(&privilege.name));
            if let Some(cause) = known {
                return Err(Stop::refuted(cause));
            }
            let general = match &said.target {
                Target::Objects { class: Class::Relation, .. } => Some(On::Relation),
                Target::All { kinds, .. } if kinds == "tables" => Some(On::Relation),
                _ => None,
            };
            if let Some(cause) = general.and_then(|on| refusal(&said.privileges, on)) {
                return Err(Stop::refuted(cause));
            }
            if said.option && *verb == Verb::Grant && grantees.iter().any(|grantee| grantee.name == "public") {
                return Err(Stop::refuted("grant options can only be granted to roles"));
            }
        }
        Ok(grantees)
    }

    /// Grants on all relations of some places, or on those of a kind.
    fn grant_on_all(&mut self, said: &Said, places: &[Object], kinds: Kinds) -> Done<()> {
        let grantees = self.checked_grantees(&Verb::Grant, said)?;
        let fits = |relation: &Arc<Relation>| fits(kinds, relation);
        if self.is_postgres()
            && let Some(cause) = refusal(&said.privileges, On::Table)
            && places.iter().any(|place| self.catalog().within(place).any(fits))
        {
            return Err(Stop::refuted(cause));
        }
        let by = self.label.clone();
        for place in places {
            for privilege in &said.privileges {
                for name in self.meaning(&privilege.name, On::Table) {
                    for grantee in &grantees {
                        let held = Held { option: said.option, by: by.clone() };
                        self.ledger().give_all(place, kinds, grantee.clone(), name.clone(), held);
                    }
                }
            }
        }
        Ok(())
    }

    /// Grants on one object.
    fn grant_on(&mut self, verb: &Verb, said: &Said, target: &Subject, grantees: &[Grantee]) -> Done<()> {
        if self.is_postgres() {
            if let Some(cause) = refusal(&said.privileges, target.on) {
                return Err(Stop::refuted(cause));
            }
        }
        let by = self.label.clone();
        for privilege in &said.privileges {
            let mut places = vec![(target.object.clone(), target.on)];
            if !privilege.columns.is_empty() {
                let Some(relation) = &target.relation else { continue };
                if self.is_postgres() {
                    if let Some(cause) =
                        (privilege.name != "all").then(|| On::Column.refuses(&privilege.name)).flatten()
                    {
                        return Err(Stop::refuted(cause));
                    }
                }
                let columns = self.need_columns(&relation.clone(), &privilege.columns)?;
                let on = |column| (Object::on(Class::Column, &relation.name, column), On::Column);
                places = columns.into_iter().map(on).collect();
            }
            for (object, on) in places {
                for grantee in grantees {
                    if *verb == Verb::Grant {
                        if privilege.name == "ownership" {
                            self.own(&object, grantee, said.revokes_current);
                            continue;
                        }
                        for name in self.meaning(&privilege.name, on) {
                            let held = Held { option: said.option, by: by.clone() };
                            self.ledger().give(object.clone(), grantee.clone(), name, held);
                        }
                    } else {
                        self.revoke_on(&object, grantee, &privilege.name, said.option_only);
                    }
                }
            }
        }
        Ok(())
    }

    /// What a privilege stands for: each of ALL where it is known which those are.
    fn meaning(&self, privilege: &str, on: On) -> Vec<String> {
        if privilege == "all" && self.is_postgres() {
            return on.all().iter().map(|&name| name.to_owned()).collect();
        }
        vec![if privilege == "all" { "all privileges".to_owned() } else { privilege.to_owned() }]
    }

    /// Takes a privilege on an object and on its columns.
    fn revoke_on(&mut self, object: &Object, grantee: &Grantee, privilege: &str, only_option: bool) {
        for name in self.catalog().ledger().held(object, grantee) {
            if privilege == "all" || name == privilege {
                self.ledger().take(object, grantee, &name, only_option);
            } else if name.starts_with("all privileges") && privilege != "ownership" && !only_option {
                // All but one: which ones are left depends on the warehouse.
                let by = self.label.clone();
                self.ledger().take(object, grantee, &name, false);
                let joint = if name == "all privileges" { " except " } else { ", " };
                let left = Held { option: false, by };
                self.ledger().give(object.clone(), grantee.clone(), format!("{name}{joint}{privilege}"), left);
            }
        }
        if object.class == Class::Relation {
            for column in self.catalog().ledger().granted_parts(object, grantee) {
                self.revoke_on(&column, grantee, privilege, only_option);
            }
        }
    }

    /// Makes somebody the owner, as Snowflake's GRANT OWNERSHIP does.
    fn own(&mut self, object: &Object, grantee: &Grantee, revokes: bool) {
        let by = self.label.clone();
        for (holder, privilege) in self.catalog().ledger().holders(object) {
            if revokes || privilege == "ownership" {
                self.ledger().take(object, &holder, &privilege, false);
            }
        }
        self.ledger().note(object.clone(), "owner", grantee.name.clone());
        self.ledger().give(object.clone(), grantee.clone(), "ownership".to_owned(), Held { option: false, by });
    }

    /// GRANT of roles to roles and users.
    fn grant_roles(&mut self, verb: &Verb, said: &Said, class: Class, roles: &[Written]) -> Done<()> {
        let mut objects = Vec::new();
        for role in roles {
            let object = self.object(class, role)?;
            self.need(&object)?;
            objects.push(object);
        }
        let grantees = self.grantees(said)?;
        let by = self.label.clone();
        for role in objects {
            for grantee in &grantees {
                if *verb != Verb::Grant {
                    self.ledger().take(&role, grantee, "membership", said.option_only);
                    continue;
                }
                let own = role.path.last().cloned().unwrap_or_default();
                if self.is_postgres() && self.is_member(&grantee.name, &own, 0) {
                    let cause = format!("role \"{own}\" is a member of role \"{}\"", grantee.name);
                    return Err(Stop::refuted(cause));
                }
                let held = Held { option: said.option, by: by.clone() };
                self.ledger().give(role.clone(), grantee.clone(), "membership".to_owned(), held);
            }
        }
        Ok(())
    }

    /// Whether a role is the other, or holds what the other is granted.
    fn is_member(&self, of: &str, role: &str, depth: usize) -> bool {
        if of == role {
            return true;
        }
        let members = self.catalog().ledger().holders(&Object::global(Class::Role, of));
        depth < 32 && members.iter().any(|(member, _)| self.is_member(&member.name, role, depth + 1))
    }

    /// ALTER DEFAULT PRIVILEGES.
    pub(super) fn alter_default_privileges(&mut self, reader: &mut Reader<'_>) -> Done<()> {
        let Some(defaults) = read::defaults(reader) else { return Err(Stop::not_proved(UNKNOWN_FORM)) };
        let Target::Coming { kinds, .. } = &defaults.said.target else { return Err(Stop::not_proved(UNKNOWN_FORM)) };
        let mut makers = Vec::new();
        for maker in defaults.makers.iter().flatten() {
            let role = self.object(Class::Role, maker)?;
            self.need(&role)?;
            makers.push(role.to_string());
        }
        let places = self.places(&defaults.schemas, &[])?;
        if self.is_postgres() {
            if kinds == "schemas" && !places.is_empty() {
                let cause = "cannot use IN SCHEMA clause when using GRANT/REVOKE ON SCHEMAS";
                return Err(Stop::refuted(cause));
            }
            let on = coming_on(kinds);
            let on = if on == On::Table { On::Relation } else { on };
            let refused = |privilege: &Privilege| match privilege.name.as_str() {
                "all" => None,
                "usage" if on == On::Relation => Some("invalid privilege type USAGE for relation".to_owned()),
                name => unrecognized(name).or_else(|| on.refuses(name)),
            };
            if let Some(cause) = defaults.said.privileges.iter().find_map(refused) {
                return Err(Stop::refuted(cause));
            }
        }
        let makers = defaults.makers.is_some().then_some(makers.as_slice());
        self.grant_coming(defaults.gives, &defaults.said, kinds, &places, makers)
    }

    /// The schemas and databases of a list.
    fn places(&mut self, schemas: &[Written], databases: &[Written]) -> Done<Vec<Object>> {
        let mut places = Vec::new();
        for schema in schemas {
            places.push(self.meant_schema(schema)?);
        }
        for database in databases {
            places.push(self.object(Class::Database, database)?);
        }
        for place in &places {
            self.need(place)?;
        }
        Ok(places)
    }

    /// GRANT … ON FUTURE …, ALTER DEFAULT PRIVILEGES.
    fn grant_coming(
        &mut self,
        gives: bool,
        said: &Said,
        kinds: &str,
        places: &[Object],
        makers: Option<&[String]>,
    ) -> Done<()> {
        let grantees = self.grantees(said)?;
        let by = self.label.clone();
        let everywhere = [Object::new(Class::Database, Vec::new())];
        let places = if places.is_empty() { &everywhere[..] } else { places };
        let makers: Vec<Option<String>> =
            makers.map_or_else(|| vec![None], |makers| makers.iter().cloned().map(Some).collect());
        for place in places {
            for grantee in &grantees {
                for maker in &makers {
                    for privilege in &said.privileges {
                        let coming = Coming {
                            kinds: kinds.to_owned(),
                            within: place.path.clone(),
                            maker: maker.clone(),
                            grantee: grantee.clone(),
                            privilege: privilege.name.clone(),
                            overruled: self.dialect() == Dialect::Snowflake,
                        };
                        self.promise(gives, said, &coming, &by);
                    }
                }
            }
        }
        Ok(())
    }

    fn promise(&mut self, gives: bool, said: &Said, coming: &Coming, by: &Arc<str>) {
        if gives {
            for privilege in self.meaning(&coming.privilege, coming_on(&coming.kinds)) {
                let held = Held { option: said.option, by: by.clone() };
                self.ledger().promise(Coming { privilege, ..coming.clone() }, held);
            }
            return;
        }
        for promised in self.catalog().ledger().promises(coming) {
            if coming.privilege == "all" || promised.privilege == coming.privilege {
                self.ledger().unpromise(&promised);
            }
        }
    }

    /// Who is granted something. A role that was dropped is refused; one that nothing makes is assumed.
    pub(super) fn grantees(&mut self, said: &Said) -> Done<Vec<Grantee>> {
        let mut grantees = Vec::new();
        for (class, written) in &said.grantees {
            let class = self.class(class.unwrap_or_else(|| self.bare_grantee()));
            if written.is_unknown() {
                return Err(Stop::not_proved("a name in it is not known before the run"));
            }
            let name = written.last();
            let public = !name.1 && name.0.eq_ignore_ascii_case("public");
            if public {
                grantees.push(Grantee { class: Class::Role, name: "public".to_owned() });
                continue;
            }
            if !name.1
                && ["current_user", "session_user", "current_role"].iter().any(|own| name.0.eq_ignore_ascii_case(own))
            {
                // The session's own role, which may do everything with what it made.
                continue;
            }
            let object = self.object(class, written)?;
            if self.is_postgres() || !matches!(class, Class::Account | Class::OtherGlobal) {
                self.need(&object)?;
            }
            let name = object.to_string();
            grantees.push(Grantee { class, name });
        }
        Ok(grantees)
    }

    /// What a grantee is that no word says the kind of.
    fn bare_grantee(&self) -> Class {
        match self.dialect() {
            Dialect::Redshift | Dialect::MySql | Dialect::BigQuery | Dialect::Trino | Dialect::Athena => Class::User,
            _ => Class::Role,
        }
    }

    /// The objects that privileges are granted on.
    fn targets(&mut self, said: &Said) -> Done<Vec<Subject>> {
        match &said.target {
            Target::Objects { class, kind, names } => {
                names.iter().map(|(name, arguments)| self.target(*class, *kind, name, arguments.as_deref())).collect()
            }
            Target::All { kinds, schemas, databases } => self.all_of(kinds, schemas, databases),
            Target::Global(class) => {
                let object = Object::global(*class, "");
                Ok(vec![Subject { object, on: On::Other(*class), relation: None }])
            }
            Target::Roles(..) | Target::Coming { .. } => Ok(Vec::new()),
        }
    }

    fn target(
        &mut self,
        class: Class,
        kind: Option<Kind>,
        name: &Written,
        arguments: Option<&[String]>,
    ) -> Done<Subject> {
        match class {
            Class::Relation => {
                if name.last().0 == "*" {
                    return Err(Stop::not_proved("grants on all tables by `*` are not followed"));
                }
                let sequence = self.object(Class::Sequence, name)?;
                if kind.is_none_or(|kind| kind == Kind::Table) && self.catalog().ledger().is_there(&sequence) {
                    return Ok(Subject { object: sequence, on: On::Sequence, relation: None });
                }
                let relation = self.need_relation(name)?;
                let object = Object::relation(&relation.name);
                Ok(Subject { object, on: On::Table, relation: Some(relation) })
            }
            Class::Function | Class::Procedure | Class::Routine => {
                let object = self.need_routine(class, name, arguments)?;
                Ok(Subject { object, on: On::Other(Class::Function), relation: None })
            }
            Class::Sequence => {
                let object = self.object(class, name)?;
                let meant = self.meant(name)?;
                if self.catalog().relation(&meant).is_some() {
                    return Err(Stop::refuted(words::not_a(&meant.identifier, "sequence")));
                }
                self.need_schema_of(name)?;
                self.need(&object)?;
                Ok(Subject { object, on: On::Sequence, relation: None })
            }
            _ => {
                let object = self.object(class, name)?;
                self.need(&object)?;
                Ok(Subject { object, on: On::Other(class), relation: None })
            }
        }
    }

    /// Everything of a kind in schemas or databases, as far as it is known.
    fn all_of(&mut self, kinds: &str, schemas: &[Written], databases: &[Written]) -> Done<Vec<Subject>> {
        let mut all = Vec::new();
        for place in self.places(schemas, databases)? {
            self.assume_inside(&place);
            if let Some(kinds) = self.kinds_of(kinds) {
                for relation in self.relations_of(&place).into_iter().filter(|relation| fits(kinds, relation)) {
                    let object = Object::relation(&relation.name);
                    all.push(Subject { object, on: On::Table, relation: Some(relation) });
                }
            }
            let class = match kinds {
                "sequences" => Class::Sequence,
                "functions" => Class::Function,
                "procedures" => Class::Procedure,
                "schemas" => Class::Schema,
                "stages" => Class::Stage,
                "tasks" => Class::Task,
                "streams" => Class::Stream,
                "pipes" => Class::Pipe,
                "file formats" => Class::FileFormat,
                _ => continue,
            };
            let on = if class == Class::Sequence { On::Sequence } else { On::Other(class) };
            let found: Vec<Object> = self.catalog().ledger().there(class, &place.path).cloned().collect();
            all.extend(found.into_iter().map(|object| Subject { object, on, relation: None }));
        }
        Ok(all)
    }

    /// The relations that a word names: those of a kind, or of any; none where it names something else.
    fn kinds_of(&self, kinds: &str) -> Option<Kinds> {
        let wide = matches!(self.dialect(), Dialect::Postgres | Dialect::Redshift | Dialect::Generic);
        Some(match kinds {
            "tables" if wide => Kinds::Any,
            "tables" => Kinds::Only(Kind::Table),
            "views" => Kinds::Only(Kind::View),
            "materialized views" => Kinds::Only(Kind::MaterializedView),
            "external tables" => Kinds::Only(Kind::External),
            "dynamic tables" => Kinds::Only(Kind::DynamicTable),
            _ => return None,
        })
    }

    /// What is in a place beside what the rehearsal made is not known.
    fn assume_inside(&mut self, place: &Object) {
        let is_made = self.catalog().ledger().state(place).is_some_and(State::is_made);
        if is_made || self.is_built_in(place) {
            return;
        }
        let kind = if place.class == Class::Schema { AssumptionKind::Schema } else { AssumptionKind::Database };
        self.assume(kind, place.to_string());
    }
}

/// Whether what is said of all relations is said of one.
fn fits(kinds: Kinds, relation: &Relation) -> bool {
    kinds.mean(relation.kind) && !relation.temporary
}

/// What promised privileges are on.
fn coming_on(kinds: &str) -> On {
    match kinds {
        "relations" => On::Table,
        "sequences" => On::Sequence,
        "functions" => On::Other(Class::Function),
        "schemas" => On::Other(Class::Schema),
        _ => On::Other(Class::Type),
    }
}

const UNKNOWN_FORM: &str = "this form of the statement is not known to the rehearsal";

/// Why a privilege is not one of such objects.
fn refusal(privileges: &[Privilege], on: On) -> Option<String> {
    let whole = privileges.iter().filter(|privilege| privilege.columns.is_empty() && privilege.name != "all");
    whole.into_iter().find_map(|privilege| on.refuses(spelled(&privilege.name)))
}
