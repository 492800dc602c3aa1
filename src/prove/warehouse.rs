//! `SQLite` plays the warehouse: SQL of any dialect in, what it did and what that proves out. Knows nothing of dbt.
//!
//! A text is split into statements. Each is either executed, after a rewrite into `SQLite`'s SQL, or checked against
//! the simulated catalog and remembered there, or neither, and then the cause is said.

mod assumption;
mod bound;
mod build;
mod catalog;
mod clock;
mod convert;
mod described;
mod execute;
mod foreign;
mod functions;
mod mirror;
mod name;
mod outside;
mod path;
mod relations;
mod simulate;
mod sqlite;
mod statements;
mod stop;
mod storage;
mod transaction;
mod translate;
mod types;
mod value;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use jiff::civil::DateTime;
use rusqlite::Connection;

use crate::Failure;
use crate::sql::{self, Dialect};

use assumption::Assumptions;
use catalog::object::Object as Made;
use clock::Shared;
use mirror::Mirror;
use simulate::{Fired, Footprint};
use transaction::{Progress, Savepoint};

pub use assumption::{Assumption, AssumptionKind, Expectation, NotMade};
pub use build::Replaced;
pub use catalog::access::{Access, Coming, Grant, Grantee};
pub use catalog::ledger::{Ledger, State};
pub use catalog::object::{Class, Object};
pub use catalog::{Catalog, Certainty, Column, Constraint, Index, Kind, Relation, Rule};
pub use foreign::REFERENCED;
pub use name::{Folding, RelationName};
pub use types::Type;
pub use value::{Rows, SqlValue};

/// What a statement's run proves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verdict {
    /// It ran on `SQLite`, as written or after a rewrite that is listed.
    Proved,
    /// It was checked against the simulated catalog.
    Simulated,
    /// It ran against something that had to be assumed.
    Assumed,
    /// It could not be judged.
    NotProved,
    /// It failed, and dbt would fail.
    Refuted,
}

impl Verdict {
    /// As reports name it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Verdict::Proved => "proved",
            Verdict::Simulated => "simulated",
            Verdict::Assumed => "assumed",
            Verdict::NotProved => "not proved",
            Verdict::Refuted => "refuted",
        }
    }
}

/// What a statement did.
#[derive(Debug, Clone)]
pub struct Effect {
    /// The statement, as written.
    pub sql: String,
    /// What was executed for it on `SQLite`, with relations under their plain names.
    pub sqlite: Vec<String>,
    /// What that proves.
    pub verdict: Verdict,
    /// Why it failed, in the warehouse's words where they are known, or why it could not be judged.
    pub cause: Option<String>,
    /// How many rows it wrote, where it writes.
    pub affected: Option<u64>,
    /// What it gave, where it is a query.
    pub rows: Option<Rows>,
    /// Whether the warehouse gives rows for it that are not made here: `show`, `describe`, `call`.
    pub has_other_rows: bool,
    /// Whether it read rows that are not those of the warehouse: what stands for them is empty, or was made of
    /// something that is.
    pub guessed: bool,
    /// The relation that its tokens name, where it is no query.
    pub writes: Option<RelationName>,
}

impl Effect {
    /// An effect without rows.
    #[must_use]
    pub fn new(sql: impl Into<String>, verdict: Verdict) -> Effect {
        Effect {
            sql: sql.into(),
            sqlite: Vec::new(),
            verdict,
            cause: None,
            affected: None,
            rows: None,
            has_other_rows: false,
            guessed: false,
            writes: None,
        }
    }

    /// With a cause.
    #[must_use]
    pub fn because(mut self, cause: impl Into<String>) -> Effect {
        self.cause = Some(cause.into());
        self
    }
}

/// What names without a schema or database mean. Both as the catalog keeps names: folded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// The dialect that statements are written in.
    pub dialect: Dialect,
    /// The database.
    pub database: Option<String>,
    /// The schema.
    pub schema: String,
}

/// A statement that is to be carried out.
pub(crate) struct Given<'a> {
    /// Its text.
    pub(crate) text: &'a str,
    /// What its tokens say.
    pub(crate) statement: &'a sql::Statement,
    /// Whether other statements are sent with it.
    pub(crate) together: bool,
    /// Its tree, where a grammar accepts it.
    pub(crate) tree: Option<&'a sqlparser::ast::Statement>,
}

/// What happens to a relation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Change {
    /// It was made, perhaps in place of one of the same name.
    Created {
        /// Its name.
        name: RelationName,
        /// What it is.
        kind: Kind,
        /// Whether it took the place of another.
        replaced: bool,
    },
    /// It was dropped.
    Dropped {
        /// Its name.
        name: RelationName,
    },
    /// A column was dropped.
    ColumnDropped {
        /// Of which relation.
        relation: RelationName,
        /// Its name, folded.
        column: String,
    },
    /// A column has another name.
    ColumnRenamed {
        /// Of which relation.
        relation: RelationName,
        /// The name it had, folded.
        from: String,
        /// The name it has, folded.
        to: String,
    },
    /// It has another name.
    Renamed {
        /// The name it had.
        from: RelationName,
        /// The name it has.
        to: RelationName,
    },
}

/// What a statement touched that is not known.
#[derive(Debug, Default, Clone, Copy)]
struct Touched {
    /// Something that is not certain.
    assumed: bool,
    /// Rows that are not known.
    guessed: bool,
    /// Such rows, and not only to write to where they are.
    read_guessed: bool,
}

/// A warehouse that is played by `SQLite`.
#[derive(Debug)]
pub struct Warehouse {
    db: Connection,
    catalog: Catalog,
    session: Session,
    /// The session as it was opened.
    opened: Session,
    shared: Shared,
    expected: HashMap<RelationName, Expectation>,
    /// What makes relations and has not in this run.
    not_made: HashMap<String, NotMade>,
    assumptions: Assumptions,
    label: Arc<str>,
    savepoints: Vec<Savepoint>,
    /// What was done in the open transaction.
    progress: Progress,
    /// What the statement at hand touched.
    touched: Touched,
    /// The relations whose rows are not known.
    guessed: HashSet<RelationName>,
    /// Whether something may have made, changed or dropped relations that was not executed.
    is_out_of_sight: bool,
    /// What functions and procedures may do, by their names.
    routine_prints: HashMap<Vec<String>, Footprint>,
    /// What triggers and rules do.
    fired: HashMap<Made, Fired>,
    /// Where NULL stands for expressions that are not executed: why, each cause once.
    stand_ins: Option<Vec<String>>,
    /// Where names without a schema are looked for.
    paths: path::Paths,
    /// The name that what is replaced is to have.
    aside: Option<RelationName>,
    /// What was executed on `SQLite` for the statement at hand.
    executed: Vec<String>,
    /// Whether a statement of a script may have made variables, which look like columns.
    scripted: bool,
    /// The warehouse's own tables about itself.
    mirror: Mirror,
    /// How much work the statement at hand has done.
    units: Arc<sqlite::Work>,
}

impl Warehouse {
    /// A warehouse without relations.
    pub fn new(session: Session) -> Result<Warehouse, Failure> {
        let shared = Shared::new();
        let failed =
            |error: rusqlite::Error| Failure(format!("the database of the rehearsal cannot be opened: {error}"));
        let mut db = sqlite::open().map_err(failed)?;
        functions::register(&db, &shared, session.dialect).map_err(failed)?;
        let units = sqlite::guard(&mut db).map_err(failed)?;
        Ok(Warehouse {
            db,
            catalog: Catalog::default(),
            paths: path::Paths::of(&session.schema),
            opened: session.clone(),
            session,
            shared,
            expected: HashMap::new(),
            not_made: HashMap::new(),
            assumptions: Assumptions::default(),
            label: Arc::from(""),
            savepoints: Vec::new(),
            progress: Progress::default(),
            touched: Touched::default(),
            is_out_of_sight: false,
            routine_prints: HashMap::new(),
            fired: HashMap::new(),
            stand_ins: None,
            aside: None,
            guessed: HashSet::new(),
            executed: Vec::new(),
            scripted: false,
            mirror: Mirror::default(),
            units,
        })
    }

    /// Bounds what all statements do together, in instructions of the database: none is executed after that.
    pub fn bound(&mut self, instructions: u64) {
        self.units.bound(instructions);
    }

    /// Lets a statement that is being executed end as soon as the flag is up.
    pub fn end_with(&mut self, flag: Arc<AtomicBool>) -> Result<(), Failure> {
        sqlite::bound(&mut self.db, &self.units, flag)
            .map_err(|error| Failure(format!("the database of the rehearsal cannot be watched: {error}")))
    }

    /// Sets what time it is, in UTC, until it is set again.
    pub fn set_clock(&mut self, now: DateTime) {
        self.shared.state().now = now;
    }

    /// Who executes what follows: those who need an assumption, who dropped a relation.
    pub fn label(&mut self, by: impl Into<Arc<str>>) {
        self.label = by.into();
    }

    /// Tells what a name means as long as no relation has it.
    pub fn expect(&mut self, name: RelationName, expectation: Expectation) {
        self.expected.insert(name, expectation);
    }

    /// What had to be assumed so far.
    #[must_use]
    pub fn assumptions(&self) -> &[Assumption] {
        self.assumptions.list()
    }

    /// What there is.
    #[must_use]
    pub fn catalog(&self) -> &Catalog {
        &self.catalog
    }

    /// What names mean now.
    #[must_use]
    pub fn session(&self) -> &Session {
        &self.session
    }

    /// Notes that something is assumed, and who needs it.
    pub(crate) fn assume(&mut self, kind: AssumptionKind, name: impl Into<String>) {
        self.touched.assumed = true;
        self.assumptions.add(kind, name.into(), &self.label);
    }

    fn folding(&self) -> Folding {
        Folding::of(self.session.dialect)
    }
}
