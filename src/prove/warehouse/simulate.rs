//! Statements that need no rows: checked against the catalog as the warehouse would check them, and remembered there.

mod alter;
mod block;
mod clash;
mod comment;
mod duckdb;
mod footprint;
mod grant;
mod maintenance;
mod objects;
mod privileges;
mod reader;
mod routine;
mod session;
mod site;
mod words;

use std::sync::Arc;

use crate::sql::{self, Dialect, Name, ObjectKind, Outline, Token, Verb};

use super::catalog::Kind;
use super::catalog::ledger::{Ledger, Making};
use super::catalog::object::{Class, Object};
use super::stop::{Done, Stop};
use super::{Certainty, Change, Effect, Given, Relation, RelationName, Verdict, Warehouse};

pub(super) use footprint::{Fired, Footprint};
use reader::Reader;

/// A statement, and its tokens to read it from.
struct Said<'t> {
    outline: &'t Outline,
    tokens: &'t [Token<'t>],
    /// Where the statement begins in the text that the outline's places count from.
    start: usize,
    dialect: Dialect,
    /// Whether other statements are sent with it.
    together: bool,
}

impl<'t> Said<'t> {
    fn new(given: &Given<'t>, tokens: &'t [Token<'t>], dialect: Dialect) -> Said<'t> {
        let statement = given.statement;
        let (start, together) = (statement.range.start, given.together);
        Said { outline: &statement.outline, tokens, start, dialect, together }
    }

    /// At a place that the outline gives.
    fn at(&self, name: Option<&Name>) -> Option<Reader<'t>> {
        let start = name?.range.start.checked_sub(self.start)?;
        let from = self.tokens.partition_point(|token| token.start < start);
        Some(Reader::new(self.tokens.get(from..)?, self.dialect))
    }

    /// At the object's name.
    fn at_name(&self) -> Option<Reader<'t>> {
        self.at(self.outline.name.as_ref())
    }

    /// At the name of the table of a trigger or policy.
    fn at_on(&self) -> Option<Reader<'t>> {
        self.at(self.outline.on.as_ref())
    }

    /// At the name of the table that something is made on. A rule names the event first: `on insert to t`.
    fn at_table(&self, class: Class) -> Option<Reader<'t>> {
        if class != Class::Rule {
            return self.at_on();
        }
        let mut reader = self.after_verb();
        (reader.seek(&["to"]) && reader.eat("to")).then_some(reader)
    }

    /// Whether it calls a function or procedure a routine.
    fn is_of_routine(&self) -> bool {
        self.after_verb().next_is("routine")
    }

    /// After the verb.
    fn after_verb(&self) -> Reader<'t> {
        let start = self.outline.verb_range.start.saturating_sub(self.start);
        let from = self.tokens.partition_point(|token| token.start <= start);
        Reader::new(self.tokens.get(from..).unwrap_or_default(), self.dialect)
    }

    /// Whether words stand somewhere in it.
    fn has(&self, words: &str) -> bool {
        let first = words.split(' ').next().unwrap_or_default();
        let mut reader = Reader::new(self.tokens, self.dialect);
        while reader.seek(&[first]) {
            if reader.eat(words) {
                return true;
            }
            reader.advance();
        }
        false
    }
}

/// What is done with a statement.
enum Act {
    Grant,
    DefaultPrivileges,
    Comment,
    Create(Class),
    Drop(Class),
    Alter(Class),
    Maintain,
    Copy,
    Call,
    Block,
    Use,
    Set,
    Show,
    /// A statement of `PostgreSQL`'s server, by its word.
    Server(&'static str),
    /// Nothing that the catalog could tell.
    Nothing,
}

impl Warehouse {
    /// Carries a statement out on the catalog alone; none where it is no such statement.
    pub(super) fn simulate(&mut self, given: &Given<'_>) -> Option<Effect> {
        let dialect = self.session().dialect;
        let tokens = sql::code_tokens(given.text, dialect);
        let said = Said::new(given, &tokens, dialect);
        let done = match self.refused_here(&said) {
            Some(stop) => Err(stop),
            None => self.carried_out(&said)?,
        };
        let has_other_rows = matches!(
            given.statement.outline.verb,
            Verb::Show | Verb::Describe | Verb::List | Verb::Explain | Verb::Call | Verb::Execute
        );
        let effect = Effect { has_other_rows, ..Effect::new(given.text, Verdict::Simulated) };
        Some(match done {
            Ok(()) if self.touched.assumed => Effect { verdict: Verdict::Assumed, ..effect },
            Ok(()) => effect,
            Err(Stop::Refuted(cause)) => Effect { verdict: Verdict::Refuted, ..effect }.because(cause),
            Err(Stop::NotProved(cause)) => Effect { verdict: Verdict::NotProved, ..effect }.because(cause),
            Err(Stop::Missing(_)) => Effect { verdict: Verdict::NotProved, ..effect }.because("a column is not known"),
        })
    }

    /// Whether a statement changes no rows and columns although its tree says so: `add search optimization` adds no
    /// column.
    pub(super) fn is_simulated(&self, given: &Given<'_>) -> bool {
        let outline = &given.statement.outline;
        if altered_relation(outline).is_none() {
            return false;
        }
        let dialect = self.session().dialect;
        let tokens = sql::code_tokens(given.text, dialect);
        alter::leaves_rows(&Said::new(given, &tokens, dialect))
    }

    /// Why a statement that is executed cannot be, as far as other objects than relations tell.
    pub(super) fn clash(&mut self, given: &Given<'_>) -> Option<String> {
        if !matches!(given.statement.outline.verb, Verb::Create | Verb::Drop) {
            return None;
        }
        let dialect = self.session().dialect;
        let tokens = sql::code_tokens(given.text, dialect);
        self.clash_of_relation(&Said::new(given, &tokens, dialect))
    }

    fn carried_out(&mut self, said: &Said<'_>) -> Option<Done<()>> {
        let outline = said.outline;
        if said.dialect == Dialect::DuckDb
            && let Some(cause) = duckdb::refuses(said)
        {
            return Some(Err(Stop::Refuted(cause)));
        }
        if let Some(done) = self.control(said, &mut said.after_verb()) {
            return Some(done);
        }
        if let Some(kind) = altered_relation(outline) {
            return self.all_or_nothing(|warehouse| warehouse.alter_relation(said, kind));
        }
        let act = act(outline, said.dialect)?;
        self.all_or_nothing(|warehouse| Some(warehouse.act(said, &act)))
    }

    /// Does something, and takes back what it noted where it fails.
    fn all_or_nothing(&mut self, does: impl FnOnce(&mut Warehouse) -> Option<Done<()>>) -> Option<Done<()>> {
        let mark = self.ledger().mark();
        let done = does(self)?;
        if matches!(done, Err(Stop::Refuted(_))) {
            self.ledger().back_to(mark);
        }
        Some(done)
    }

    fn act(&mut self, said: &Said<'_>, act: &Act) -> Done<()> {
        let verb = &said.outline.verb;
        let mut reader = said.after_verb();
        match *act {
            Act::Grant => self.grant(verb, &mut reader),
            Act::DefaultPrivileges => {
                reader.eat("default privileges");
                self.alter_default_privileges(&mut reader)
            }
            Act::Comment => self.comment(&mut reader),
            Act::Create(class) => self.create_object(said, class),
            Act::Drop(class) => self.drop_objects(said, class),
            Act::Alter(class) => self.alter_object(said, class),
            Act::Maintain => self.maintain(verb, &mut reader, said.together),
            Act::Copy => self.copy(verb, &mut reader),
            Act::Call => {
                let done = self.call(verb, &mut reader);
                self.catalog.out_of_sight();
                done
            }
            Act::Block => self.block(said),
            Act::Use => self.use_of(&mut reader),
            Act::Set => self.set(verb, &mut reader),
            Act::Show => self.show(verb, &mut reader),
            Act::Server(word) => self.server(word, &mut reader, said.together),
            Act::Nothing => Ok(()),
        }
    }

    /// What the warehouse refuses for where it stands: in a transaction, or together with others.
    fn refused_here(&self, said: &Said<'_>) -> Option<Stop> {
        let refused = sql::refused_in_transaction(said.outline, said.dialect)?;
        let together = said.together && said.dialect == Dialect::Postgres;
        (self.in_transaction() || together).then_some(Stop::Refuted(refused.says))
    }

    /// What is noted beside relations, to be changed.
    pub(super) fn ledger(&mut self) -> &mut Ledger {
        self.catalog.ledger_mut()
    }

    /// An index, by its name in a schema: the table that it is on.
    fn indexed(&self, name: &RelationName) -> Option<RelationName> {
        self.catalog.index(name)
    }

    /// Lets what hangs on a relation follow what happens to it.
    pub(super) fn follow(&mut self, change: &Change) {
        let by = self.label.clone();
        match change {
            Change::Created { name, kind, replaced } => {
                let schema = Object::schema(name.database.as_deref(), &name.schema);
                let assumed = |relation: &Arc<Relation>| relation.certainty == Certainty::Assumed;
                if self.catalog.relation(name).is_some_and(assumed) {
                    // It was there before, and its schema.
                    self.ledger().assume(schema);
                    self.ledger().relation_known(name, *kind);
                    return;
                }
                if !self.catalog.ledger().is_there(&schema) {
                    self.ledger().make(schema, &by);
                }
                // PostgreSQL replaces a view in place; Snowflake and others make another.
                let in_place = *replaced && *kind == Kind::View && self.session.dialect == Dialect::Postgres;
                let making = if in_place { Making::InPlace } else { Making::Anew };
                self.ledger().relation_made(name, *kind, making, &by);
            }
            Change::Dropped { name } => self.ledger().relation_dropped(name),
            Change::ColumnDropped { relation, column } => {
                self.ledger().drop_object(&Object::on(Class::Column, relation, column.as_str()), &by);
            }
            Change::ColumnRenamed { relation, from, to } => {
                let column = |name: &String| Object::on(Class::Column, relation, name.as_str());
                self.ledger().rename(&column(from), &column(to));
            }
            Change::Renamed { from, to } => {
                if self.guessed.remove(from) {
                    self.guessed.insert(to.clone());
                }
                self.ledger().relation_renamed(from, to);
            }
        }
    }
}

/// The kind of relation that ALTER is about.
fn altered_relation(outline: &Outline) -> Option<Kind> {
    match (&outline.verb, outline.object.as_ref()?) {
        (Verb::Alter, kind) => grant::kind_of(kind),
        _ => None,
    }
}

/// What is done with a statement; none where it is executed, or not known.
fn act(outline: &Outline, dialect: Dialect) -> Option<Act> {
    let kept = outline.object.as_ref().and_then(|kind| objects::kept(kind, dialect));
    Some(match &outline.verb {
        Verb::Grant | Verb::Revoke | Verb::Deny => Act::Grant,
        Verb::Alter if outline.object == Some(ObjectKind::DefaultPrivileges) => Act::DefaultPrivileges,
        Verb::Comment => Act::Comment,
        // A guard of Transact-SQL may hold several statements.
        _ if outline.condition.is_some() => Act::Block,
        Verb::Create if kept == Some(Class::Index) => return None,
        Verb::Create => Act::Create(kept?),
        Verb::Drop if kept == Some(Class::Index) => return None,
        Verb::Drop if outline.object == Some(ObjectKind::Other("owned".to_owned())) => Act::Server("owned"),
        Verb::Drop | Verb::Undrop => Act::Drop(kept?),
        Verb::Alter => match outline.object.as_ref() {
            Some(ObjectKind::Session) => Act::Set,
            Some(ObjectKind::System | ObjectKind::Account) => Act::Nothing,
            _ => Act::Alter(kept?),
        },
        Verb::Analyze
        | Verb::Vacuum
        | Verb::Optimize
        | Verb::Refresh
        | Verb::Cluster
        | Verb::Reindex
        | Verb::Lock
        | Verb::Cache
        | Verb::Uncache
        | Verb::Msck
        | Verb::Repair => Act::Maintain,
        Verb::Copy | Verb::Unload | Verb::Load | Verb::Export | Verb::Import | Verb::Put | Verb::Get | Verb::Remove => {
            Act::Copy
        }
        Verb::Call | Verb::Execute => Act::Call,
        Verb::Block | Verb::If => Act::Block,
        Verb::Declare if outline.opaque => Act::Block,
        Verb::Declare if dialect == Dialect::Postgres => Act::Server("declare"),
        Verb::Use => Act::Use,
        Verb::Set | Verb::Unset | Verb::Reset => Act::Set,
        Verb::Show | Verb::Describe | Verb::List => Act::Show,
        Verb::Notify | Verb::Listen | Verb::Unlisten | Verb::Unlock | Verb::Checkpoint | Verb::Print => Act::Nothing,
        Verb::Other(word) if dialect == Dialect::Postgres => match word.as_str() {
            "prepare" => Act::Server("prepare"),
            "deallocate" => Act::Server("deallocate"),
            "reassign" => Act::Server("reassign"),
            "discard" | "security" => Act::Nothing,
            _ => return None,
        },
        _ => return None,
    })
}
