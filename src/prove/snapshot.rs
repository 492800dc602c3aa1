//! Snapshots: the columns that dbt adds, and what a run does about rows that are new, changed or gone.

use std::rc::Rc;

use super::exchange::{Scratch, failed};
use super::node::Built;
use super::run::Rehearsal;
use super::stage::Stage;
use super::warehouse::{Certainty, Effect, Kind, RelationName, Replaced, Verdict};
use crate::datum::Datum;
use crate::manifest::Settings;
use crate::sql::Dialect;

/// What becomes of rows that the query gives no more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Gone {
    /// They stay as they are.
    Ignored,
    /// They end.
    Invalidated,
    /// They end, and one that says that they are deleted begins.
    Recorded,
}

/// The names of the columns that dbt adds.
struct Names {
    scd_id: String,
    updated_at: String,
    valid_from: String,
    valid_to: String,
    is_deleted: String,
}

/// A snapshot's settings.
struct Shape<'a> {
    settings: &'a Settings,
    dialect: Dialect,
    names: Names,
    keys: Vec<String>,
    /// When a row was changed last, as SQL.
    updated_at: String,
    gone: Gone,
    /// What stands where a row has no end, as SQL.
    open_end: Option<String>,
}

/// The type of texts.
fn text_type(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::BigQuery | Dialect::Databricks | Dialect::Spark | Dialect::ClickHouse => "string",
        _ => "varchar",
    }
}

fn list(value: Option<&Datum>) -> Vec<String> {
    let Some(value) = value else { return Vec::new() };
    match (value.as_str(), value.as_list()) {
        (Some(one), _) => vec![one.to_owned()],
        (None, Some(list)) => list.iter().filter_map(Datum::as_str).map(str::to_owned).collect(),
        (None, None) => Vec::new(),
    }
}

impl Shape<'_> {
    fn of(settings: &Settings, dialect: Dialect) -> Shape<'_> {
        let named = settings.get("snapshot_meta_column_names");
        let name = |key: &str| named.and_then(|named| named.get(key)).and_then(Datum::as_str).unwrap_or(key).to_owned();
        let gone = match settings.text("hard_deletes") {
            Some("invalidate") => Gone::Invalidated,
            Some("new_record") => Gone::Recorded,
            None if settings.get("invalidate_hard_deletes").and_then(Datum::as_bool) == Some(true) => Gone::Invalidated,
            _ => Gone::Ignored,
        };
        let updated_at = match settings.text("strategy") {
            Some("timestamp") => settings.text("updated_at").unwrap_or("current_timestamp").to_owned(),
            _ => "current_timestamp".to_owned(),
        };
        Shape {
            settings,
            dialect,
            names: Names {
                scd_id: name("dbt_scd_id"),
                updated_at: name("dbt_updated_at"),
                valid_from: name("dbt_valid_from"),
                valid_to: name("dbt_valid_to"),
                is_deleted: name("dbt_is_deleted"),
            },
            keys: list(settings.get("unique_key")),
            updated_at,
            gone,
            open_end: settings.text("dbt_valid_to_current").map(str::to_owned),
        }
    }

    /// What tells a row from every other, of its keys and a time.
    fn scd_id(&self, keys: &[String], at: &str) -> String {
        let of = text_type(self.dialect);
        let parts = keys.iter().map(String::as_str).chain([at]);
        let parts: Vec<String> = parts.map(|part| format!("coalesce(cast({part} as {of}), '')")).collect();
        format!("md5({})", parts.join(" || '|' || "))
    }

    fn end(&self) -> &str {
        self.open_end.as_deref().unwrap_or("null")
    }

    /// The query of the first run.
    fn first(&self, code: &str) -> String {
        let Names { scd_id, updated_at, valid_from, valid_to, is_deleted } = &self.names;
        let (at, id) = (&self.updated_at, self.scd_id(&self.keys, &self.updated_at));
        let deleted = if self.gone == Gone::Recorded { format!(", 'False' as {is_deleted}") } else { String::new() };
        format!(
            "select sbq.*, {id} as {scd_id}, {at} as {updated_at}, {at} as {valid_from}, coalesce(nullif({at}, {at}), {}) \
             as {valid_to}{deleted} from ({code}) as sbq",
            self.end()
        )
    }

    /// Whether a row of the table is the last of its key.
    fn is_open(&self) -> String {
        let to = &self.names.valid_to;
        match &self.open_end {
            Some(end) => format!("({to} = {end} or {to} is null)"),
            None => format!("{to} is null"),
        }
    }
}

/// Runs a snapshot: the first time, or on the table that it has.
pub(super) fn run(
    rehearsal: &Rehearsal<'_>,
    stage: &Rc<Stage>,
    at: usize,
    name: &RelationName,
    code: &str,
    mut effects: Vec<Effect>,
) -> Result<Built, String> {
    let settings = &rehearsal.renderer.state(rehearsal.target, at).settings;
    let shape = Shape::of(settings, rehearsal.dialect);
    let there = rehearsal.warehouse.borrow().catalog().relation(name).cloned();
    let Some(there) = there else {
        let effect = rehearsal.warehouse.borrow_mut().build(name, Kind::Table, &shape.first(code), &Replaced::Dropped);
        if matches!(effect.verdict, Verdict::NotProved | Verdict::Refuted) {
            return Err(effect.cause.unwrap_or_else(|| "its SQL is not executed here".to_owned()));
        }
        effects.push(effect);
        return Ok(Built::well("a first snapshot", effects));
    };
    if there.certainty == Certainty::Known {
        let needed = [&shape.names.scd_id, &shape.names.valid_from, &shape.names.valid_to];
        let folded = |column: &&String| rehearsal.warehouse.borrow().folded(column, false);
        if let Some(missing) = needed.into_iter().find(|column| there.column(&folded(column)).is_none()) {
            return Ok(failed(&format!(
                "Compilation Error\n  Snapshot target is missing configured columns: missing column \"{missing}\""
            )));
        }
    }
    let mut again = Again { stage, shape: &shape, rehearsal, at, name, effects: Vec::new() };
    let done = again.run(code);
    let added = again.effects;
    match done {
        Ok(()) => {
            effects.extend(added);
            Ok(Built::well("new and changed rows were added to the snapshot", effects))
        }
        Err(why) => {
            rehearsal.warehouse.borrow_mut().guess(name);
            Ok(Built::well(format!("it keeps its rows, what this run would change is not known: {why}"), effects))
        }
    }
}

/// A snapshot that is run on its table.
struct Again<'a> {
    rehearsal: &'a Rehearsal<'a>,
    stage: &'a Rc<Stage>,
    shape: &'a Shape<'a>,
    at: usize,
    name: &'a RelationName,
    effects: Vec<Effect>,
}

impl Again<'_> {
    fn run(&mut self, code: &str) -> Result<(), String> {
        let given = Scratch::of(self.rehearsal, self.stage, self.at, "__dbt_tmp").ok_or("it has no relation")?;
        let rows = Scratch::of(self.rehearsal, self.stage, self.at, "__dbt_tmp_rows").ok_or("it has no relation")?;
        let ended = Scratch::of(self.rehearsal, self.stage, self.at, "__dbt_tmp_ended").ok_or("it has no relation")?;
        let done = self.merged(code, &given, &rows, &ended);
        // Of these only one is dbt's own.
        for scratch in [&rows, &ended] {
            scratch.drop(self.rehearsal, true);
        }
        given.drop(self.rehearsal, false);
        done
    }

    fn build(&mut self, scratch: &Scratch, query: &str) -> Result<(), String> {
        let built = self.rehearsal.warehouse.borrow_mut().build(&scratch.name, Kind::Table, query, &Replaced::Dropped);
        if matches!(built.verdict, Verdict::NotProved | Verdict::Refuted) {
            return Err(built.cause.unwrap_or_else(|| "its SQL is not executed here".to_owned()));
        }
        self.effects.push(built);
        Ok(())
    }

    fn execute(&mut self, sql: &str) -> Result<(), String> {
        let done = self.stage.run(sql);
        let bad = done.iter().find(|effect| matches!(effect.verdict, Verdict::Refuted | Verdict::NotProved));
        if let Some(effect) = bad {
            return Err(effect.cause.clone().unwrap_or_default());
        }
        self.effects.extend(done);
        Ok(())
    }

    fn columns(&self, name: &RelationName) -> Result<Vec<(String, String)>, String> {
        let warehouse = self.rehearsal.warehouse.borrow();
        let relation = warehouse.catalog().relation(name).ok_or("its table is not there")?;
        let of = |column: &super::warehouse::Column| {
            let of = column.declared.clone().unwrap_or_else(|| column.of.name().to_owned());
            (column.name.clone(), of)
        };
        Ok(relation.columns.iter().map(of).collect())
    }

    /// Whether a row of the query (`s`) is another than the last that the table has of its key (`t`).
    fn is_changed(&self, given: &[String], there: &[String]) -> Result<String, String> {
        let names = &self.shape.names;
        let changed = match self.shape.settings.text("strategy") {
            Some("timestamp") => format!("t.{} < s.dbt_given_at", names.valid_from),
            Some("check") => {
                let all = self.shape.settings.text("check_cols") == Some("all");
                let columns = if all { given.to_vec() } else { list(self.shape.settings.get("check_cols")) };
                let folded = |column: &String| self.rehearsal.warehouse.borrow().folded(column, false);
                if all && columns.iter().any(|column| !there.contains(column)) {
                    "1 = 1".to_owned()
                } else {
                    let one = |column: &String| {
                        let column = if all { column.clone() } else { folded(column) };
                        let column = self.quoted(&column);
                        format!(
                            "s.{column} <> t.{column} or (s.{column} is null and t.{column} is not null) or \
                             (s.{column} is not null and t.{column} is null)"
                        )
                    };
                    columns.iter().map(one).collect::<Vec<_>>().join(" or ")
                }
            }
            _ => return Err("its strategy is one of the project's own".to_owned()),
        };
        let again = match self.shape.gone {
            Gone::Recorded => format!(" or t.{} = 'True'", names.is_deleted),
            Gone::Ignored | Gone::Invalidated => String::new(),
        };
        Ok(format!("({changed}{again})"))
    }

    fn quoted(&self, column: &str) -> String {
        self.rehearsal.quoted(self.at, column)
    }

    fn merged(&mut self, code: &str, given: &Scratch, rows: &Scratch, ended: &Scratch) -> Result<(), String> {
        let shape = self.shape;
        if shape.keys.is_empty() {
            return Err("it has no unique_key".to_owned());
        }
        let target =
            self.rehearsal.relation(self.at).map(crate::render::relation::Relation::render).unwrap_or_default();
        let keys = |prefix: &str| -> Vec<String> {
            (1..=shape.keys.len()).map(|n| format!("{prefix}dbt_unique_key_{n}")).collect()
        };
        let keyed: Vec<String> =
            shape.keys.iter().zip(keys("")).map(|(key, name)| format!("{key} as {name}")).collect();
        let keyed = keyed.join(", ");
        let same = |one: &str, other: &str| {
            let pairs = keys(one).into_iter().zip(keys(other)).map(|(one, other)| format!("{one} = {other}"));
            pairs.collect::<Vec<_>>().join(" and ")
        };
        let at = &shape.updated_at;
        self.build(given, &format!("select sbq.*, {keyed}, {at} as dbt_given_at from ({code}) as sbq"))?;
        let is_own = |column: &String| {
            let lower = column.to_ascii_lowercase();
            !lower.starts_with("dbt_unique_key_") && lower != "dbt_given_at"
        };
        let columns: Vec<(String, String)> =
            self.columns(&given.name)?.into_iter().filter(|(column, _)| is_own(column)).collect();
        let there: Vec<String> = self.columns(self.name)?.into_iter().map(|(column, _)| column).collect();
        let own: Vec<String> = columns.iter().map(|(column, _)| column.clone()).collect();
        let changed = self.is_changed(&own, &there)?;
        for (column, of) in columns.iter().filter(|(column, _)| !there.contains(column)) {
            self.execute(&format!("alter table {target} add column {} {of}", self.quoted(column)))?;
        }
        let (source, rows_text, ended_text) = (given.text(), rows.text(), ended.text());
        let open = shape.is_open();
        let last = format!("(select tt.*, {keyed} from {target} as tt where {open}) as t");
        self.build(
            rows,
            &format!(
                "select s.*, t.{} as dbt_ended_id from {source} as s left join {last} on {} where t.dbt_unique_key_1 is null or {changed}",
                shape.names.scd_id,
                same("s.", "t.")
            ),
        )?;
        if shape.gone != Gone::Ignored {
            let left_out = match shape.gone {
                Gone::Recorded => format!(" and t.{} <> 'True'", shape.names.is_deleted),
                _ => String::new(),
            };
            self.build(
                ended,
                &format!(
                    "select t.* from {last} left join {source} as s on {} where s.dbt_unique_key_1 is null{left_out}",
                    same("t.", "s.")
                ),
            )?;
        }
        self.end(&target, &rows_text, &ended_text, &open)?;
        self.begin(&target, &own, &rows_text, &ended_text)
    }

    /// Ends the rows that have changed or are gone.
    fn end(&mut self, target: &str, rows: &str, ended: &str, open: &str) -> Result<(), String> {
        let Names { scd_id, valid_to, .. } = &self.shape.names;
        self.execute(&format!(
            "update {target} set {valid_to} = (select max(r.dbt_given_at) from {rows} as r where r.dbt_ended_id = {scd_id}) \
             where {open} and {scd_id} in (select dbt_ended_id from {rows})"
        ))?;
        if self.shape.gone == Gone::Ignored {
            return Ok(());
        }
        self.execute(&format!(
            "update {target} set {valid_to} = current_timestamp where {open} and {scd_id} in (select {scd_id} from {ended})"
        ))
    }

    /// Adds the rows that begin.
    fn begin(&mut self, target: &str, own: &[String], rows: &str, ended: &str) -> Result<(), String> {
        let shape = self.shape;
        let Names { scd_id, updated_at, valid_from, valid_to, is_deleted } = &shape.names;
        let list: Vec<String> = own.iter().map(|column| self.quoted(column)).collect();
        let list = list.join(", ");
        let keys: Vec<String> = (1..=shape.keys.len()).map(|n| format!("dbt_unique_key_{n}")).collect();
        let (mut into, mut value) = (String::new(), String::new());
        if shape.gone == Gone::Recorded {
            (into, value) = (format!(", {is_deleted}"), ", 'False'".to_owned());
        }
        self.execute(&format!(
            "insert into {target} ({list}, {scd_id}, {updated_at}, {valid_from}, {valid_to}{into}) select {list}, {}, \
             dbt_given_at, dbt_given_at, {}{value} from {rows}",
            shape.scd_id(&keys, "dbt_given_at"),
            shape.end()
        ))?;
        if shape.gone != Gone::Recorded {
            return Ok(());
        }
        self.execute(&format!(
            "insert into {target} ({list}, {scd_id}, {updated_at}, {valid_from}, {valid_to}, {is_deleted}) select {list}, \
             {}, current_timestamp, current_timestamp, {}, 'True' from {ended}",
            shape.scd_id(std::slice::from_ref(scd_id), "current_timestamp"),
            shape.end()
        ))
    }
}
