//! What an incremental model does to the table that it has: by its strategy, and by `on_schema_change` where the table
//! has other columns than its query, which hooks may have brought about.

use std::rc::Rc;

use super::exchange::{Scratch, failed};
use super::node::Built;
use super::run::Rehearsal;
use super::stage::Stage;
use super::warehouse::{Certainty, Column, Effect, Kind, Relation, RelationName, Replaced, Verdict};
use crate::datum::Datum;
use crate::manifest::Settings;
use crate::render::relation::Relation as Printed;
use crate::sql::Dialect;

/// What is done with the rows that a query gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Strategy {
    /// They are added.
    Append,
    /// Rows with their keys are deleted, and they are added.
    DeleteInsert,
    /// Rows with their keys get their values, the others are added.
    Merge,
    /// The whole table gives way to them.
    Overwrite,
}

/// Why an increment is not made.
enum Halt {
    /// dbt fails, in these words.
    Fails(String),
    /// That cannot be told.
    Unknown(String),
}

/// A model at its second run.
struct Increment<'a> {
    rehearsal: &'a Rehearsal<'a>,
    stage: &'a Rc<Stage>,
    at: usize,
    settings: &'a Settings,
    /// The table as dbt prints it, and what stands beside it for the rows of the query.
    target: Printed,
    source: Scratch,
    name: RelationName,
    effects: Vec<Effect>,
}

/// Runs an incremental model on the table that it has.
pub(super) fn run(
    rehearsal: &Rehearsal<'_>,
    stage: &Rc<Stage>,
    at: usize,
    code: &str,
    mut effects: Vec<Effect>,
) -> Option<Built> {
    let target = rehearsal.relation(at)?.clone();
    let name = stage.name(&target);
    let source = Scratch::of(rehearsal, stage, at, "__dbt_tmp")?;
    let settings = &rehearsal.renderer.state(rehearsal.target, at).settings;
    let mut increment = Increment { rehearsal, stage, at, settings, target, source, name, effects: Vec::new() };
    let done = increment.increment(code);
    let (name, done_effects) = (increment.name, increment.effects);
    increment.source.drop(rehearsal, false);
    Some(match done {
        Ok(()) => {
            effects.extend(done_effects);
            Built::well("what its own SQL gives was added", effects)
        }
        Err(Halt::Fails(cause)) => failed(&cause),
        Err(Halt::Unknown(why)) => {
            rehearsal.warehouse.borrow_mut().guess(&name);
            Built::well(format!("it keeps its rows, what this run would add is not known: {why}"), effects)
        }
    })
}

impl Increment<'_> {
    fn increment(&mut self, code: &str) -> Result<(), Halt> {
        let strategy = self.strategy()?;
        let built =
            self.rehearsal.warehouse.borrow_mut().build(&self.source.name, Kind::Table, code, &Replaced::Dropped);
        if matches!(built.verdict, Verdict::NotProved | Verdict::Refuted) {
            return Err(Halt::Unknown(built.cause.unwrap_or_else(|| "its SQL is not executed here".to_owned())));
        }
        self.effects.push(built);
        let written = self.columns_written(strategy)?;
        self.write(strategy, &written)
    }

    fn relation(&self, name: &RelationName) -> Result<Relation, Halt> {
        let warehouse = self.rehearsal.warehouse.borrow();
        let found = warehouse.catalog().relation(name).map(|relation| (**relation).clone());
        found.ok_or_else(|| Halt::Unknown("its table is not there".to_owned()))
    }

    /// What the adapter does where the model's settings say nothing.
    fn strategy(&self) -> Result<Strategy, Halt> {
        let adapter = self.rehearsal.adapter();
        let has_key = !self.keys().is_empty();
        let named = self.settings.text("incremental_strategy").unwrap_or("default");
        let strategy = match (named, adapter) {
            ("append", _) | ("default", "spark" | "trino") => Strategy::Append,
            ("default", "postgres" | "redshift" | "duckdb") if has_key => Strategy::DeleteInsert,
            ("default", "postgres" | "redshift" | "duckdb") => Strategy::Append,
            ("delete+insert", _) => Strategy::DeleteInsert,
            ("merge", _) | ("default", "snowflake" | "bigquery" | "databricks") => Strategy::Merge,
            ("insert_overwrite", "snowflake") => Strategy::Overwrite,
            ("insert_overwrite", "spark" | "databricks" | "athena") | ("default", "athena")
                if !self.is_partitioned() =>
            {
                Strategy::Overwrite
            }
            _ => return Err(Halt::Unknown(format!("the strategy {named} is not rehearsed"))),
        };
        Ok(match strategy {
            Strategy::DeleteInsert if !has_key => Strategy::Append,
            strategy => strategy,
        })
    }

    fn is_partitioned(&self) -> bool {
        ["partition_by", "partitioned_by"].iter().any(|key| self.settings.get(key).is_some_and(|by| !by.is_null()))
    }

    fn list(&self, key: &str) -> Vec<String> {
        let Some(value) = self.settings.get(key) else { return Vec::new() };
        match (value.as_str(), value.as_list()) {
            (Some(one), _) => vec![one.to_owned()],
            (None, Some(list)) => list.iter().filter_map(Datum::as_str).map(str::to_owned).collect(),
            (None, None) => Vec::new(),
        }
    }

    fn keys(&self) -> Vec<String> {
        self.list("unique_key")
    }

    fn quoted(&self, column: &str) -> String {
        self.rehearsal.quoted(self.at, column)
    }

    /// The columns that are written, after what `on_schema_change` does about those that differ.
    fn columns_written(&mut self, strategy: Strategy) -> Result<Vec<String>, Halt> {
        let (source, target) = (self.relation(&self.source.name)?, self.relation(&self.name)?);
        let is_known = source.certainty == Certainty::Known && target.certainty == Certainty::Known;
        let names = |columns: &[Column]| -> Vec<String> { columns.iter().map(|column| column.name.clone()).collect() };
        let (given, there) = (names(&source.columns), names(&target.columns));
        let added: Vec<&Column> = source.columns.iter().filter(|column| !there.contains(&column.name)).collect();
        let gone: Vec<&String> = there.iter().filter(|column| !given.contains(column)).collect();
        let setting = self.settings.text("on_schema_change").unwrap_or("ignore").to_owned();
        if added.is_empty() && gone.is_empty() {
            return Ok(given);
        }
        if !is_known {
            return match (setting.as_str(), gone.is_empty()) {
                // Columns that a table turns out to have are found out one by one.
                ("ignore", _) | (_, true) => Ok(there.into_iter().filter(|column| given.contains(column)).collect()),
                _ => Err(Halt::Unknown("whether its columns have changed is not known".to_owned())),
            };
        }
        match setting.as_str() {
            "fail" => Err(Halt::Fails(
                "Compilation Error\n  The source and target schemas on this incremental model are out of sync!"
                    .to_owned(),
            )),
            "append_new_columns" | "sync_all_columns" => {
                let removed = if setting == "sync_all_columns" { gone } else { Vec::new() };
                self.alter(&added, &removed)?;
                Ok(given)
            }
            // dbt-duckdb merges by name.
            _ if strategy == Strategy::Merge && self.rehearsal.dialect == Dialect::DuckDb => {
                if added.is_empty() {
                    Ok(given)
                } else {
                    Err(self.lacks(&self.name, &added[0].name))
                }
            }
            _ if gone.is_empty() => Ok(there),
            _ => Err(self.lacks(&self.source.name, gone[0])),
        }
    }

    /// A column of the table that the model's query does not give, or the other way round.
    fn lacks(&self, relation: &RelationName, column: &str) -> Halt {
        match self.rehearsal.adapter() {
            "postgres" | "redshift" | "duckdb" | "snowflake" | "bigquery" => {
                let of = if *relation == self.name { "its table" } else { "its query" };
                let dialect_words = match self.rehearsal.dialect {
                    Dialect::Snowflake => {
                        format!("SQL compilation error: invalid identifier '{}'", self.quoted(column))
                    }
                    Dialect::BigQuery => format!("Unrecognized name: {column}"),
                    Dialect::DuckDb => format!("Binder Error: Referenced column \"{column}\" not found"),
                    _ => format!("column \"{column}\" does not exist"),
                };
                Halt::Fails(format!(
                    "{dialect_words}: {of} has no such column, and `on_schema_change` is not set for it"
                ))
            }
            _ => Halt::Unknown(format!("the column {column} stands in its table or its query only")),
        }
    }

    fn alter(&mut self, added: &[&Column], removed: &[&String]) -> Result<(), Halt> {
        let target = self.target.render();
        for column in added {
            let of = column.declared.clone().unwrap_or_else(|| column.of.name().to_owned());
            self.execute(&format!("alter table {target} add column {} {of}", self.quoted(&column.name)))?;
        }
        for column in removed {
            self.execute(&format!("alter table {target} drop column {}", self.quoted(column)))?;
        }
        Ok(())
    }

    /// Executes a statement of dbt's. What it refuses is the model's own fault, except where the table has rules that
    /// its query cannot have made.
    fn execute(&mut self, sql: &str) -> Result<(), Halt> {
        let done = self.stage.run(sql);
        let cause = |effect: &Effect| effect.cause.clone().unwrap_or_default();
        if let Some(effect) = done.iter().find(|effect| effect.verdict == Verdict::Refuted) {
            let ruled = self.relation(&self.name)?;
            let is_ruled = !ruled.constraints.is_empty()
                || ruled.indexes.iter().any(|index| index.unique)
                || ruled.columns.iter().any(|column| column.not_null);
            let is_sure = is_ruled && !effect.guessed && cause(effect).contains("violate");
            return Err(if is_sure { Halt::Fails(cause(effect)) } else { Halt::Unknown(cause(effect)) });
        }
        if let Some(effect) = done.iter().find(|effect| effect.verdict == Verdict::NotProved) {
            return Err(Halt::Unknown(cause(effect)));
        }
        self.effects.extend(done);
        Ok(())
    }

    fn write(&mut self, strategy: Strategy, columns: &[String]) -> Result<(), Halt> {
        let (target, source) = (self.target.render(), self.source.text());
        let list: Vec<String> = columns.iter().map(|column| self.quoted(column)).collect();
        let list = list.join(", ");
        let keys = self.keys();
        match strategy {
            Strategy::Append => {}
            Strategy::Merge => return self.merge(&target, &source, columns),
            Strategy::Overwrite => self.execute(&format!("delete from {target} where true"))?,
            Strategy::DeleteInsert => {
                if !self.predicates().is_empty() {
                    return Err(Halt::Unknown("incremental_predicates are not rehearsed".to_owned()));
                }
                let sql = match keys.as_slice() {
                    [key] => format!("delete from {target} where ({key}) in (select {key} from {source})"),
                    keys => {
                        let same: Vec<String> =
                            keys.iter().map(|key| format!("dbt_source.{key} = {target}.{key}")).collect();
                        let same = same.join(" and ");
                        format!("delete from {target} where exists (select 1 from {source} as dbt_source where {same})")
                    }
                };
                self.execute(&sql)?;
            }
        }
        self.execute(&format!("insert into {target} ({list}) select {list} from {source}"))
    }

    fn predicates(&self) -> Vec<String> {
        let mut predicates = self.list("incremental_predicates");
        predicates.extend(self.list("predicates"));
        predicates
    }

    fn merge(&mut self, target: &str, source: &str, columns: &[String]) -> Result<(), Halt> {
        let keys = self.keys();
        let mut on: Vec<String> = self.predicates().iter().map(|predicate| format!("({predicate})")).collect();
        on.extend(keys.iter().map(|key| format!("(DBT_INTERNAL_SOURCE.{key} = DBT_INTERNAL_DEST.{key})")));
        if keys.is_empty() {
            // Nothing has the same key: all is added.
            let list: Vec<String> = columns.iter().map(|column| self.quoted(column)).collect();
            let list = list.join(", ");
            return self.execute(&format!("insert into {target} ({list}) select {list} from {source}"));
        }
        let excluded = self.list("merge_exclude_columns");
        let mut updated = self.list("merge_update_columns");
        if updated.is_empty() {
            let is_kept = |column: &&String| excluded.iter().all(|other| !other.eq_ignore_ascii_case(column));
            updated = columns.iter().filter(is_kept).map(|column| self.quoted(column)).collect();
        }
        let set: Vec<String> =
            updated.iter().map(|column| format!("{column} = DBT_INTERNAL_SOURCE.{column}")).collect();
        let list: Vec<String> = columns.iter().map(|column| self.quoted(column)).collect();
        let values: Vec<String> = list.iter().map(|column| format!("DBT_INTERNAL_SOURCE.{column}")).collect();
        let matched =
            if set.is_empty() { String::new() } else { format!(" when matched then update set {}", set.join(", ")) };
        self.execute(&format!(
            "merge into {target} as DBT_INTERNAL_DEST using {source} as DBT_INTERNAL_SOURCE on {}{matched} when not \
             matched then insert ({}) values ({})",
            on.join(" and "),
            list.join(", "),
            values.join(", ")
        ))
    }
}
