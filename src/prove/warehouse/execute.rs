//! From a text to what its statements did.

use rusqlite::types::ValueRef;

use crate::sql::{self, Dialect, FaultKind, Verb};

use super::catalog::Relation;
use super::convert::UNJUDGED;
use super::functions;
use super::simulate::Footprint;
use super::sqlite::{self, Violation};
use super::stop::{Done, Stop};
use super::translate::Given as Column;
use super::types::Type;
use super::value::{Rows, SqlValue};
use super::{Effect, Given, RelationName, Touched, Verdict, Warehouse};

/// The most bytes that the rows of a query may need.
const MOST_FETCHED: usize = 256 << 20;

/// The most rows of a node that are made from its own SQL.
const MOST_NODE_ROWS: usize = 10_000;

/// What an executed statement did.
#[derive(Debug, Default)]
pub(super) struct Outcome {
    /// How many rows it wrote.
    pub(super) affected: Option<u64>,
    /// What it gave.
    pub(super) rows: Option<Rows>,
    /// What is to be said of it although it ran.
    pub(super) note: Option<String>,
}

impl Outcome {
    pub(super) fn wrote(rows: u64) -> Outcome {
        Outcome { affected: Some(rows), ..Outcome::default() }
    }

    pub(super) fn gave(rows: Rows) -> Outcome {
        Outcome { rows: Some(rows), ..Outcome::default() }
    }

    pub(super) fn noted(note: impl Into<String>) -> Outcome {
        Outcome { note: Some(note.into()), ..Outcome::default() }
    }
}

/// How often a statement is tried again after columns were added that it needs.
const MOST_ROUNDS: usize = 40;

/// What is not executed where a table has triggers.
const UNFIRED: &str = "what its triggers and rules do is not executed in the rehearsal";

/// Why an error of rows that are not known proves nothing.
pub(super) const GUESSED: &str = "what it found in the database had to be assumed";

/// Why a statement is not executed that comes late.
const TOGETHER: &str = "all statements together take longer than the rehearsal waits";

impl Warehouse {
    /// Executes a text, statement by statement, as the driver would; stops at the first that is refuted.
    ///
    /// On `PostgreSQL` several statements in one text are one transaction where none is open.
    ///
    /// Trees are deep: callers run on threads with stacks of 64 MiB.
    pub fn execute(&mut self, text: &str) -> Vec<Effect> {
        if !self.units.take(text) {
            return vec![Effect::new(text, Verdict::NotProved).because(TOGETHER)];
        }
        let (script, trees) = sql::script_with_trees(text, self.session.dialect);
        let together =
            self.session.dialect == Dialect::Postgres && script.statements.len() > 1 && !self.in_transaction();
        if together {
            self.begin();
        }
        let mut effects = Vec::new();
        if let Some(fault) = script.faults.iter().find(|fault| fault.certain) {
            effects.push(Effect::new(text, Verdict::Refuted).because(fault.message.clone()));
        } else {
            for (statement, tree) in script.statements.iter().zip(&trees) {
                let given = Given { text: &text[statement.range.clone()], statement, together, tree: tree.as_deref() };
                let mut effect = self.statement(&given);
                effect.writes = self.written_to(&statement.outline);
                let refuted = effect.verdict == Verdict::Refuted;
                effects.push(effect);
                if refuted {
                    break;
                }
            }
        }
        if together {
            let failed = effects.iter().any(|effect| effect.verdict == Verdict::Refuted);
            if failed { self.rollback() } else { self.commit() }
        }
        effects
    }

    /// The relation that a statement names which is no query.
    fn written_to(&self, outline: &sql::Outline) -> Option<RelationName> {
        let name = outline.name.as_ref().filter(|_| !outline.is_query())?;
        let quoted = name.text.contains(['"', '`', '[']);
        let parts: Vec<(&str, bool)> = name.parts.iter().map(|part| (part.as_str(), quoted)).collect();
        Some(self.name(&parts))
    }

    /// Carries a statement out, and notes what of it, or of what it sets off, is not executed.
    fn statement(&mut self, given: &Given<'_>) -> Effect {
        let mut effect = self.judged(given);
        let verb = &given.statement.outline.verb;
        let is_hidden = match effect.verdict {
            Verdict::Refuted => return effect,
            Verdict::NotProved => true,
            _ => matches!(verb, Verb::Call | Verb::Execute | Verb::Copy | Verb::Load | Verb::Import),
        };
        if is_hidden {
            let print = self.footprint(given.text);
            self.leave(&print);
        }
        if *verb == Verb::Alter
            && given
                .statement
                .outline
                .action
                .iter()
                .any(|word| matches!(word.as_str(), "attach" | "detach" | "inherit"))
            && let Some(whole) = self.written_to(&given.statement.outline)
        {
            self.guessed.insert(whole);
        }
        if self.fire(given.text, verb) && effect.verdict == Verdict::Proved {
            effect.verdict = Verdict::Assumed;
            effect.cause.get_or_insert_with(|| UNFIRED.to_owned());
        }
        effect
    }

    /// Something was sent that is not executed: what may be of the rows and relations that are there is not known. Where
    /// its text is not known either, it may have done anything.
    pub fn lose_sight(&mut self, text: Option<&str>) {
        let print = text.map_or_else(Footprint::everything, |text| self.footprint(text));
        self.leave(&print);
    }

    fn judged(&mut self, given: &Given<'_>) -> Effect {
        self.touched = Touched::default();
        self.executed.clear();
        if matches!(given.statement.outline.verb, Verb::Declare | Verb::Set | Verb::Block)
            && !matches!(self.session.dialect, Dialect::Postgres | Dialect::Redshift | Dialect::DuckDb)
        {
            self.scripted = true;
        }
        // Whether values fit their columns is told in the warehouse's words when they are written.
        let told = |fault: &sql::Fault| given.tree.is_some() && fault.kind == FaultKind::Columns;
        if let Some(fault) = given.statement.faults.iter().find(|fault| fault.certain && !told(fault)) {
            return Effect::new(given.text, Verdict::Refuted).because(fault.message.clone());
        }
        if given.statement.outline.placeholder {
            let cause = "it holds something that is not known before the run";
            return Effect::new(given.text, Verdict::NotProved).because(cause);
        }
        let (of_type, of_name) = self.refused_when_read(given);
        // A name that is missing is told first, and in the words that belong to where it stands.
        let effect = match (of_type, of_name.is_some()) {
            (Some(cause), false) => return Effect::new(given.text, Verdict::Refuted).because(cause),
            (of_type, _) => (self.carried(given), of_type.or(of_name)),
        };
        match effect {
            (effect, Some(cause)) if effect.verdict != Verdict::Refuted => {
                Effect { verdict: Verdict::Refuted, ..effect }.because(cause)
            }
            (effect, _) => effect,
        }
    }

    /// Executes a statement of which nothing is wrong to the reader, or has its effect simulated.
    fn carried(&mut self, given: &Given<'_>) -> Effect {
        if let Some(tree) = given.tree
            && super::statements::is_executed(tree)
            && !self.is_simulated(given)
        {
            if let Some(refused) = sql::refused_in_transaction(&given.statement.outline, self.session.dialect)
                && (self.in_transaction() || given.together)
            {
                return Effect::new(given.text, Verdict::Refuted).because(refused.says);
            }
            if let Some(cause) = self.clash(given) {
                return Effect::new(given.text, Verdict::Refuted).because(cause);
            }
            let outline = &given.statement.outline;
            let done = self.atomically(|this| {
                let done = this.tried(tree)?;
                if let Some(written) = this.written_to(outline) {
                    this.keep_keys(&written, &outline.verb)?;
                }
                Ok(done)
            });
            if let (Ok(_), Some(written)) = (&done, self.written_to(&given.statement.outline)) {
                self.wrote_to(written, given.statement.outline.verb == Verb::Create);
            }
            return self.effect(given.text, done);
        }
        if let Some(effect) = self.simulate(given) {
            return effect;
        }
        let outline = &given.statement.outline;
        let object = outline.object.as_ref().map_or(String::new(), |object| format!(" {}", object.name()));
        let what = format!("{}{object}", outline.verb.name());
        let cause = if given.tree.is_none() {
            format!("no grammar of the rehearsal reads this {what}")
        } else {
            format!("{what} is not carried out by the rehearsal")
        };
        Effect::new(given.text, Verdict::NotProved).because(cause)
    }

    /// Carries a statement out, again where it turns out to need columns that are not known yet.
    fn tried(&mut self, tree: &sqlparser::ast::Statement) -> Done<Outcome> {
        for _ in 0..MOST_ROUNDS {
            match self.carry_out(tree) {
                Err(Stop::Missing(missing)) => self.add_columns(missing)?,
                done => return done,
            }
        }
        Err(Stop::not_proved("the columns that it needs are not found out"))
    }

    /// What is said of a statement that was carried out, or not.
    pub(super) fn effect(&mut self, text: &str, done: Done<Outcome>) -> Effect {
        let sqlite = std::mem::take(&mut self.executed);
        let mut effect = Effect::new(text, Verdict::Proved);
        effect.sqlite = sqlite;
        effect.guessed = self.touched.guessed;
        match done {
            Ok(outcome) => {
                if self.touched.assumed {
                    effect.verdict = Verdict::Assumed;
                }
                effect.affected = outcome.affected;
                effect.rows = outcome.rows;
                effect.cause = outcome.note;
            }
            Err(Stop::Refuted(cause)) => {
                effect.verdict = Verdict::Refuted;
                effect.cause = Some(cause);
            }
            Err(Stop::NotProved(cause)) => {
                effect.verdict = Verdict::NotProved;
                effect.cause = Some(cause);
            }
            Err(Stop::Missing(_)) => {
                effect.verdict = Verdict::NotProved;
                effect.cause = Some("the columns that it needs are not known".to_owned());
            }
        }
        effect
    }

    /// Executes a statement on `SQLite`; how many rows it wrote.
    pub(super) fn run(&mut self, sql: &str) -> Done<u64> {
        self.executed.push(self.shown(sql));
        self.unshown(sql)
    }

    /// The same, of one that writes to a relation, whose constraints may be violated.
    pub(super) fn run_on(&mut self, sql: &str, relation: &Relation) -> Done<u64> {
        self.executed.push(self.shown(sql));
        let sql = self.with_views(sql)?;
        self.raw(&sql).map_err(|error| self.broken(&error, Some(relation)))
    }

    /// Executes a statement that is not one of the text's.
    pub(super) fn quietly(&mut self, sql: &str) -> Done<()> {
        self.unshown(sql).map(drop)
    }

    fn unshown(&mut self, sql: &str) -> Done<u64> {
        let sql = self.with_views(sql)?;
        self.raw(&sql).map_err(|error| self.broken(&error, None))
    }

    /// What an error means. Where `SQLite` has ended the transaction for it, the catalog goes back too.
    pub(super) fn broken(&mut self, error: &rusqlite::Error, relation: Option<&Relation>) -> Stop {
        if self.db.is_autocommit() && self.in_transaction() {
            self.rollback();
        }
        self.violation(error, relation)
    }

    pub(super) fn raw(&mut self, sql: &str) -> rusqlite::Result<u64> {
        self.units.begin();
        let rows = self.db.prepare_cached(sql)?.execute([])? as u64;
        self.progress.wrote();
        Ok(rows)
    }

    /// Executes a query on `SQLite`.
    pub(super) fn fetch(&mut self, sql: &str, columns: &[Column], relation: Option<&Relation>) -> Done<Rows> {
        self.executed.push(self.shown(sql));
        let sql = self.with_views(sql)?;
        self.units.begin();
        if relation.is_some() {
            // It writes, and returns what it wrote.
            self.progress.wrote();
        }
        let fetched = self.fetched(&sql, columns);
        fetched.map_err(|error| self.violation(&error, relation))
    }

    pub(super) fn fetched(&self, sql: &str, columns: &[Column]) -> rusqlite::Result<Rows> {
        let mut statement = self.db.prepare_cached(sql)?;
        let mut found = statement.query([])?;
        let mut rows = Vec::new();
        let mut room = MOST_FETCHED;
        while let Some(row) = found.next()? {
            let mut values = Vec::with_capacity(columns.len());
            for (at, column) in columns.iter().enumerate() {
                let value = shown(row.get_ref(at)?, column.of);
                room = room.saturating_sub(size_of::<SqlValue>() + value.heap());
                values.push(value);
            }
            if room == 0 {
                let why = format!("{UNJUDGED}it gives more rows than the rehearsal has room for");
                return Err(rusqlite::Error::UserFunctionError(why.into()));
            }
            rows.push(values);
        }
        let names = columns.iter().map(|column| column.shown.clone()).collect();
        let digits = columns.iter().map(|column| column.digits).collect();
        Ok(Rows { names, types: columns.iter().map(|column| column.of).collect(), digits, rows })
    }

    /// The rows of a query that a node is made from, as many as come in a while, and whether these are all.
    fn some_rows(&self, sql: &str) -> rusqlite::Result<(Vec<Vec<rusqlite::types::Value>>, bool)> {
        let mut statement = self.db.prepare_cached(sql)?;
        let width = statement.column_count();
        self.units.begin_node();
        let mut found = statement.query([])?;
        let mut rows = Vec::new();
        loop {
            match found.next() {
                Ok(Some(row)) => rows.push((0..width).map(|at| row.get(at)).collect::<rusqlite::Result<_>>()?),
                Ok(None) => return Ok((rows, true)),
                Err(error) if error.sqlite_error_code() == Some(rusqlite::ErrorCode::OperationInterrupted) => {
                    return Ok((rows, false));
                }
                Err(error) => return Err(error),
            }
            if rows.len() >= MOST_NODE_ROWS {
                return Ok((rows, false));
            }
        }
    }

    /// Makes the table of a node from its query. A rehearsal needs rows of it, not all of them, however many those
    /// are and however long they take.
    pub(super) fn make_some(&mut self, relation: Relation, list: &str, query: &str) -> Done<u64> {
        let whole = self.with_views(query)?;
        let (rows, all) = self.some_rows(&whole).map_err(|error| self.stopped(&error))?;
        let name = relation.name.clone();
        let read = self.shown(query);
        self.set_aside(&name)?;
        self.create(relation)?;
        self.executed.push(format!("INSERT INTO {} ({list}) {read}", sqlite::quoted(&self.plain_name(&name))));
        let table = self.stored(&name)?;
        let count = rows.len() as u64;
        if let Some(first) = rows.first() {
            let marks = vec!["?"; first.len()].join(", ");
            let sql = format!("INSERT INTO {table} ({list}) VALUES ({marks})");
            self.progress.wrote();
            let mut statement = self.db.prepare_cached(&sql).map_err(|error| self.stopped(&error))?;
            for row in rows {
                self.units.begin();
                let done = statement.execute(rusqlite::params_from_iter(row));
                done.map_err(|error| self.stopped(&error))?;
            }
        }
        if !all {
            self.stand_in(format!("it has more rows than the {count} that were made here"));
        }
        Ok(count)
    }

    /// What an error means for a relation, in the warehouse's words.
    pub(super) fn violation(&self, error: &rusqlite::Error, relation: Option<&Relation>) -> Stop {
        let Some((kind, rest)) = sqlite::violated(error) else { return self.stopped(error) };
        match self.violated(error, relation, kind, &rest) {
            Stop::Refuted(cause) if self.may_hold(relation, kind) => Stop::NotProved(format!("{cause}; {GUESSED}")),
            stop => stop,
        }
    }

    /// Whether a rule that rows violate here may hold in the warehouse: other rows may be there, or a trigger may change
    /// those that come.
    fn may_hold(&self, relation: Option<&Relation>, kind: Violation) -> bool {
        let has_others = if kind == Violation::Unique { self.touched.guessed } else { self.touched.read_guessed };
        has_others || relation.is_some_and(|relation| self.is_changed_by_trigger(&relation.name))
    }

    /// The warehouse's words for a rule that rows violate.
    fn violated(&self, error: &rusqlite::Error, relation: Option<&Relation>, kind: Violation, rest: &str) -> Stop {
        let columns: Vec<String> =
            rest.split(", ").map(|part| part.rsplit('.').next().unwrap_or(part).to_owned()).collect();
        let column = columns.first().cloned().unwrap_or_default();
        let Some(relation) = relation else { return Stop::refuted(self.shown(rest)) };
        let table = &relation.name.identifier;
        let constraint = relation.constraints.iter().find(|constraint| match &constraint.rule {
            super::Rule::PrimaryKey(keys) | super::Rule::Unique(keys) => kind == Violation::Unique && *keys == columns,
            super::Rule::Check(_) => kind == Violation::Check && constraint.name == rest,
            super::Rule::ForeignKey(_) => false,
        });
        let index = relation.indexes.iter().find(|index| index.unique).map(|index| index.name.clone());
        let name = constraint.map(|constraint| constraint.name.clone()).or(index).unwrap_or_else(|| rest.to_owned());
        Stop::refuted(match (self.session.dialect, kind) {
            (Dialect::DuckDb, Violation::NotNull) => {
                format!("Constraint Error: NOT NULL constraint failed: {table}.{column}")
            }
            (Dialect::DuckDb, Violation::Unique) => {
                format!("Constraint Error: Duplicate key \"{column}\" violates unique constraint.")
            }
            (Dialect::DuckDb, Violation::Check) => {
                format!("Constraint Error: CHECK constraint failed on table {table}")
            }
            (Dialect::Snowflake, Violation::NotNull) => format!("NULL result in a non-nullable column: {column}"),
            (Dialect::BigQuery, Violation::NotNull) => format!("Required field {column} cannot be null"),
            (Dialect::Redshift, Violation::NotNull) => format!("Cannot insert a NULL value into column {column}"),
            (Dialect::Databricks | Dialect::Spark, Violation::NotNull) => {
                format!("[DELTA_NOT_NULL_CONSTRAINT_VIOLATED] NOT NULL constraint violated for column: {column}.")
            }
            (Dialect::Sqlite, _) => self.shown(&error.to_string()),
            (_, Violation::NotNull) => {
                format!("null value in column \"{column}\" of relation \"{table}\" violates not-null constraint")
            }
            (_, Violation::Unique) => format!("duplicate key value violates unique constraint \"{name}\""),
            (_, Violation::Check) => {
                format!("new row for relation \"{table}\" violates check constraint \"{name}\"")
            }
        })
    }
}

/// A value that a query gives: numbers that are decimal without the noise of binary fractions.
fn shown(value: ValueRef<'_>, of: Type) -> SqlValue {
    match functions::value(value) {
        SqlValue::Real(number) if of == Type::Decimal => SqlValue::Real((number * 1e10).round() / 1e10),
        value => value,
    }
}
