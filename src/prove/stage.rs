//! The database as the hooks of one run see it while they render.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use super::cache::Cache;
use super::rows;
use super::warehouse::{Effect, Kind, RelationName, Verdict, Warehouse};
use crate::render::Outcome;
use crate::render::database::{Database, Found};
use crate::render::relation::{Printing, Relation};
use crate::render::table::Table;
use crate::sql;

/// The database of one run.
pub(super) struct Stage {
    /// What executes.
    pub(super) warehouse: Rc<RefCell<Warehouse>>,
    /// What the project quotes.
    pub(super) printing: Printing,
    /// The adapter that the project speaks of, where the profile's is another and likely stands in for it: what this
    /// one refuses says nothing then.
    pub(super) stands_in_for: Option<String>,
    /// `invocation_id` of the run.
    pub(super) invocation_id: String,
    /// When it started.
    pub(super) started_at: String,
    /// What was executed since it was last taken, call by call.
    pub(super) calls: RefCell<Vec<Vec<Effect>>>,
    /// What dbt takes to be there.
    pub(super) cache: RefCell<Cache>,
    /// Whether what begins a transaction now begins one that nobody commits: that of a hook that is no node's, where
    /// the adapter sends BEGIN and the driver commits nothing by itself.
    pub(super) begins: Cell<bool>,
    /// How the nodes ended that have ended.
    pub(super) outcome: RefCell<Rc<Outcome>>,
}

impl Stage {
    /// A relation's name in the warehouse.
    pub(super) fn name(&self, relation: &Relation) -> RelationName {
        let quote = relation.quote;
        let parts = [
            (relation.database.as_deref(), quote.database),
            (relation.schema.as_deref(), quote.schema),
            (relation.identifier.as_deref(), quote.identifier),
        ];
        let parts: Vec<(&str, bool)> = parts
            .into_iter()
            .filter_map(|(part, quoted)| part.filter(|part| !part.is_empty()).map(|part| (part, quoted)))
            .collect();
        self.warehouse.borrow().name(&parts)
    }

    /// What dbt takes to stand under a name.
    pub(super) fn known(&self, name: &RelationName) -> Option<Kind> {
        self.cache.borrow_mut().get(name, &self.warehouse.borrow())
    }

    /// Whether something that the rehearsal does not know of may stand under a name.
    fn may_be_there(&self, name: &RelationName) -> bool {
        let warehouse = self.warehouse.borrow();
        warehouse.catalog().relation(name).is_none() && warehouse.is_outside(name)
    }

    /// What was executed since it was last asked, call by call.
    pub(super) fn take_calls(&self) -> Vec<Vec<Effect>> {
        std::mem::take(&mut *self.calls.borrow_mut())
    }

    /// Executes a text; what is not known in it cannot be.
    pub(super) fn run(&self, text: &str) -> Vec<Effect> {
        if text.contains(sql::UNKNOWN) {
            self.warehouse.borrow_mut().lose_sight(Some(text));
            let unknown = Effect::new(text, Verdict::NotProved);
            return vec![unknown.because("it holds a value that is not known before the run")];
        }
        let mut effects = self.warehouse.borrow_mut().execute(text);
        if let Some(own) = &self.stands_in_for {
            for refused in effects.iter_mut().filter(|effect| effect.verdict == Verdict::Refuted) {
                refused.verdict = Verdict::NotProved;
                let cause = refused.cause.take().unwrap_or_default();
                refused.cause = Some(format!("{cause}; the project speaks of {own}, which this profile stands in for"));
            }
        }
        let refuses_nothing = self.warehouse.borrow().session().dialect == sql::Dialect::Postgres;
        if effects.is_empty() && refuses_nothing {
            // psycopg2 says so (facts 5.4).
            return vec![Effect::new(text, Verdict::Refuted).because("can't execute an empty query")];
        }
        effects
    }
}

/// dbt's message of an error of the database.
pub(super) fn database_error(cause: &str) -> String {
    format!("Database Error\n  {}", cause.replace('\n', "\n  "))
}

impl Database for Stage {
    fn execute(&self, text: &str, _by: &'static str) -> Result<Option<Table>, String> {
        let effects = self.run(text);
        let result = match effects.iter().find(|effect| effect.verdict == Verdict::Refuted) {
            Some(refuted) => Err(database_error(refuted.cause.as_deref().unwrap_or_default())),
            None => Ok(match effects.last() {
                None => Some(Table::default()),
                Some(last) if last.verdict == Verdict::NotProved || last.has_other_rows => None,
                Some(last) => Some(last.rows.as_ref().map(rows::table).unwrap_or_default()),
            }),
        };
        self.calls.borrow_mut().push(effects);
        result
    }

    fn find(&self, database: Option<&str>, schema: Option<&str>, identifier: Option<&str>) -> Found {
        let text = |part: Option<&str>| part.map(str::to_owned);
        let relation = Relation::new(self.printing, text(database), text(schema), text(identifier));
        let name = self.name(&relation);
        if !self.cache.borrow().covers(&name) {
            // dbt lists the schema, by a statement that begins a transaction.
            self.begins();
        }
        match self.known(&name) {
            Some(kind) => Found::Relation(match kind {
                Kind::Table => "table",
                Kind::View => "view",
                Kind::MaterializedView => "materialized_view",
                Kind::DynamicTable => "dynamic_table",
                Kind::External => "external",
            }),
            None if self.may_be_there(&name) => Found::Unknown,
            None => Found::Absent,
        }
    }

    fn begins(&self) {
        if self.begins.get() {
            self.warehouse.borrow_mut().begin();
        }
    }

    fn dropped(&self, relation: &Relation) {
        let name = self.name(relation);
        self.cache.borrow_mut().remove(&name);
    }

    fn renamed(&self, from: &Relation, to: &Relation) {
        let (from, to) = (self.name(from), self.name(to));
        self.cache.borrow_mut().rename(&from, to);
    }

    fn schema_dropped(&self, relation: &Relation) {
        let name = self.name(relation);
        self.cache.borrow_mut().remove_schema(&name);
    }

    fn columns(&self, relation: &Relation) -> Option<Vec<(String, String)>> {
        let name = self.name(relation);
        let warehouse = self.warehouse.borrow();
        let found = warehouse.catalog().relation(&name)?;
        if found.certainty != super::warehouse::Certainty::Known && found.columns.is_empty() {
            return None;
        }
        let typed = found.columns.iter().map(|column| {
            let of = column.declared.clone().unwrap_or_else(|| column.of.name().to_owned());
            (column.name.clone(), of)
        });
        Some(typed.collect())
    }

    fn invocation_id(&self) -> &str {
        &self.invocation_id
    }

    fn run_started_at(&self) -> &str {
        &self.started_at
    }

    fn outcome(&self) -> Rc<Outcome> {
        Rc::clone(&self.outcome.borrow())
    }
}
