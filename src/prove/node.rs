//! How nodes are made in a rehearsal: from their own SQL where it can be executed, else as empty tables with the
//! columns that are known of them.

use std::collections::HashSet;
use std::rc::Rc;
use std::sync::Arc;

use super::exchange;
use super::increment;
use super::run::Rehearsal;
use super::seed;
use super::snapshot;
use super::stage::Stage;
use super::warehouse::{
    Certainty, Column, Effect, Expectation, Kind, REFERENCED, Relation, RelationName, Replaced, Type, Verdict,
};
use crate::datum::Datum;
use crate::project::{Language, Resource};
use crate::render::database::Database;
use crate::sql::Dialect;

/// What building a node gave.
pub(super) struct Built {
    /// How it was made.
    pub(super) how: String,
    /// What was executed.
    pub(super) effects: Vec<Effect>,
    /// dbt's message, where it fails.
    pub(super) failed: Option<String>,
    /// dbt's message, where it is built.
    pub(super) message: String,
    /// How many rows were written.
    pub(super) rows: Option<u64>,
    /// The name that what it took the place of has until the transaction has ended.
    pub(super) aside: Option<RelationName>,
    /// What dbt puts on its list of relations when the node has ended.
    pub(super) made: Option<(RelationName, Kind)>,
}

impl Built {
    pub(super) fn well(how: impl Into<String>, effects: Vec<Effect>) -> Built {
        let rows = effects.iter().filter_map(|effect| effect.affected).next_back();
        let message = rows.map_or_else(|| "SUCCESS".to_owned(), |rows| format!("SUCCESS {rows}"));
        Built { how: how.into(), effects, failed: None, message, rows, aside: None, made: None }
    }
}

/// Builds a node.
pub(super) fn build(rehearsal: &Rehearsal<'_>, stage: &Rc<Stage>, at: usize, step: usize) -> Built {
    let node = &rehearsal.project.nodes[at];
    let Some(name) = rehearsal.relation(at).map(|relation| stage.name(relation)) else {
        return Built::well("nothing is made of it here", Vec::new());
    };
    if let Some(cause) = rehearsal.mistaken(stage, &name, at) {
        return exchange::failed(&cause);
    }
    let is_there = rehearsal.warehouse.borrow().catalog().relation(&name).is_some();
    let old = rehearsal.replaced(&name, at, step);
    let readers = rehearsal.warehouse.borrow().readers(&name);
    let mut built = match node.resource {
        Resource::Seed => seeded(rehearsal, stage, at),
        Resource::Model | Resource::Snapshot if node.language == Language::Sql => modelled(rehearsal, stage, at, &old),
        Resource::Model => kept_or_stub(rehearsal, stage, at, "its Python is not executed", &old),
        _ => return Built::well("nothing is made of it here", Vec::new()),
    };
    let kind = rehearsal.warehouse.borrow().catalog().relation(&name).map(|relation| relation.kind);
    if let Some(kind) = kind.filter(|_| built.failed.is_none()) {
        if rehearsal.is_exchanged(at, is_there) {
            built.aside = exchange::listed(stage, &name, kind, &old);
            rehearsal.strike_off(stage, &readers);
        } else {
            built.made = Some((name, kind));
        }
    }
    built
}

/// A node that the command leaves out: another command has made it before.
pub(super) fn put_before(rehearsal: &Rehearsal<'_>, stage: &Rc<Stage>, at: usize) {
    match rehearsal.project.nodes[at].resource {
        Resource::Seed => {
            seeded(rehearsal, stage, at);
        }
        _ => {
            stub(rehearsal, stage, at, None, "this command does not build it", &Replaced::Dropped);
        }
    }
}

/// A table of a source: it is there, with the columns that are declared and perhaps others.
pub(super) fn put_source(rehearsal: &Rehearsal<'_>, stage: &Rc<Stage>, relation: &crate::render::relation::Relation) {
    let name = stage.name(relation);
    // A source may be what a node of the project makes.
    if rehearsal.warehouse.borrow().catalog().relation(&name).is_some() || rehearsal.warehouse.borrow().expects(&name) {
        return;
    }
    rehearsal.warehouse.borrow_mut().expect(name, Expectation::Outside);
}

/// The columns that a properties file declares.
fn declared(rehearsal: &Rehearsal<'_>, entry: Option<&Datum>) -> Vec<Column> {
    let list = entry.and_then(|entry| entry.get("columns")).and_then(Datum::as_list).unwrap_or_default();
    let warehouse = rehearsal.warehouse.borrow();
    let column = |datum: &Datum| {
        let name = datum.get("name").and_then(Datum::as_str)?;
        let quoted = datum.get("quote").and_then(Datum::as_bool).unwrap_or(false);
        let declared = datum.get("data_type").and_then(Datum::as_str).map(str::to_owned);
        let name = warehouse.folded(name, quoted);
        Some(match declared {
            Some(declared) => warehouse.column_of(name, &declared),
            None => Column::new(name, Type::Unknown),
        })
    };
    list.iter().filter_map(column).collect()
}

/// The columns that the properties files of a node declare, and whether a contract makes them all there are.
fn declared_of_node(rehearsal: &Rehearsal<'_>, at: usize) -> (Vec<Column>, bool) {
    let node = &rehearsal.project.nodes[at];
    let mut columns = Vec::new();
    for &entry in &node.properties {
        let entry = &rehearsal.project.properties[entry].datum;
        columns.extend(declared(rehearsal, Some(entry)));
    }
    let state = rehearsal.renderer.state(rehearsal.target, at);
    let contract = state.settings.get("contract").and_then(|contract| contract.get("enforced"));
    (columns, contract.and_then(Datum::as_bool) == Some(true))
}

/// An empty table with the columns that are known, in place of what a model gives.
fn stub(
    rehearsal: &Rehearsal<'_>,
    stage: &Rc<Stage>,
    at: usize,
    query: Option<&str>,
    why: &str,
    old: &Replaced,
) -> Built {
    let Some(relation) = rehearsal.relation(at) else { return Built::well("it has no relation", Vec::new()) };
    let (mut columns, enforced) = declared_of_node(rehearsal, at);
    let selected = query.and_then(|query| rehearsal.warehouse.borrow_mut().columns_of(query));
    let certainty = if enforced { Certainty::Known } else { Certainty::Inferred };
    if let Some(selected) = selected {
        if !enforced {
            let of =
                |name: &str| columns.iter().find(|column| column.name == name && column.declared.is_some()).cloned();
            columns = selected.into_iter().map(|column| of(&column.name).unwrap_or(column)).collect();
        }
    }
    let is_view = rehearsal.renderer.state(rehearsal.target, at).materialized == "view";
    let kind = if is_view { Kind::View } else { Kind::Table };
    stand_in(rehearsal, Relation::new(stage.name(relation), kind, columns, certainty), why, old)
}

/// An empty relation of whose rows nothing is known, whatever is known of its columns.
fn stand_in(rehearsal: &Rehearsal<'_>, mut made: Relation, why: &str, old: &Replaced) -> Built {
    // A query may name two columns alike; a table of SQLite has each name once, in whatever case.
    let mut names = HashSet::new();
    made.columns.retain(|column| names.insert(column.name.to_ascii_lowercase()));
    let name = made.name.clone();
    let mut warehouse = rehearsal.warehouse.borrow_mut();
    let how = match warehouse.put_beside(made, old) {
        Ok(()) => {
            warehouse.guess(&name);
            format!("an empty table stands for it: {why}")
        }
        Err(cause) => {
            // dbt makes it all the same: a hook that needs it does not fail for that.
            warehouse.expect(name, Expectation::Outside);
            format!("nothing stands for it: {why}; {cause}")
        }
    };
    Built::well(how, Vec::new())
}

/// The table that an incremental model has, with the rows that are known of it; else an empty table.
fn kept_or_stub(rehearsal: &Rehearsal<'_>, stage: &Rc<Stage>, at: usize, why: &str, old: &Replaced) -> Built {
    let name = rehearsal.relation(at).map(|relation| stage.name(relation));
    let Some(name) = name.filter(|name| rehearsal.adds(name, at)) else {
        return stub(rehearsal, stage, at, None, why, old);
    };
    rehearsal.warehouse.borrow_mut().guess(&name);
    Built::well(format!("it keeps its rows, what this run would add is not known: {why}"), Vec::new())
}

/// A seed with its rows.
fn seeded(rehearsal: &Rehearsal<'_>, stage: &Rc<Stage>, at: usize) -> Built {
    let node = &rehearsal.project.nodes[at];
    let Some(relation) = rehearsal.relation(at) else { return Built::well("it has no relation", Vec::new()) };
    let Some(path) = &node.data else {
        return stub(rehearsal, stage, at, None, "its file is not known", &Replaced::Dropped);
    };
    let settings = &rehearsal.renderer.state(rehearsal.target, at).settings;
    let types = settings.get("column_types");
    let own = |name: &str| types.and_then(|types| types.get(name)).and_then(Datum::as_str);
    let delimiter = settings.text("delimiter").and_then(|text| text.bytes().next()).unwrap_or(b',');
    let seed = match seed::read(path, &rehearsal.options.overlay, delimiter, |name| own(name).is_some()) {
        Ok(seed) => seed,
        Err(cause) => return stub(rehearsal, stage, at, None, &cause, &Replaced::Dropped),
    };
    let quotes = settings.get("quote_columns").and_then(Datum::as_bool).unwrap_or(false);
    let (rows, cut) = (seed.rows.len() as u64, seed.cut);
    let columns = {
        let warehouse = rehearsal.warehouse.borrow();
        let column = |(name, of): (String, Type)| match own(&name) {
            Some(declared) => warehouse.column_of(warehouse.folded(&name, quotes), declared),
            None => Column::new(warehouse.folded(&name, quotes), of),
        };
        seed.columns.into_iter().map(column).collect()
    };
    let made = Relation::new(stage.name(relation), Kind::Table, columns, Certainty::Known);
    let kept = kept_seed(rehearsal, &made);
    if kept.is_some() && !rehearsal.warehouse.borrow().referrers(&made.name).is_empty() {
        return exchange::failed(REFERENCED);
    }
    let mut warehouse = rehearsal.warehouse.borrow_mut();
    let loaded = match &kept {
        Some(kept) => warehouse.reload(kept, seed.rows.into_iter()),
        None => warehouse.put(made.clone(), seed.rows.into_iter()),
    };
    if cut {
        warehouse.guess(&made.name);
    }
    drop(warehouse);
    match loaded {
        Ok(()) => {
            let part = if cut { format!("the first {rows} rows of its file") } else { "its file".to_owned() };
            Built {
                how: format!("loaded from {part}"),
                effects: Vec::new(),
                failed: None,
                message: format!("INSERT {rows}"),
                rows: Some(rows),
                aside: None,
                made: None,
            }
        }
        // It is emptied as one whose rows are known would be, so that what reads it stays.
        Err(cause) => {
            let old = if kept.is_some() { Replaced::Refreshed } else { Replaced::Dropped };
            stand_in(rehearsal, made, &cause, &old)
        }
    }
}

/// The table of a seed that is there and is emptied, so that its constraints and indexes stay; none where it is made
/// anew: with `--full-refresh`, where its columns are others, on adapters that replace it.
fn kept_seed(rehearsal: &Rehearsal<'_>, made: &Relation) -> Option<Arc<Relation>> {
    let warehouse = rehearsal.warehouse.borrow();
    let empties =
        matches!(rehearsal.dialect, Dialect::Postgres | Dialect::Redshift | Dialect::Snowflake | Dialect::DuckDb);
    let kept = warehouse.catalog().relation(&made.name).filter(|kept| {
        let same = kept.columns.iter().map(|column| &column.name).eq(made.columns.iter().map(|column| &column.name));
        same && kept.kind == Kind::Table && kept.certainty == Certainty::Known
    })?;
    let full_refresh = rehearsal.renderer.shared(rehearsal.target).invocation.full_refresh;
    (empties && !full_refresh).then(|| Arc::clone(kept))
}

/// A model or a snapshot from its own SQL.
fn modelled(rehearsal: &Rehearsal<'_>, stage: &Rc<Stage>, at: usize, old: &Replaced) -> Built {
    let Some(relation) = rehearsal.relation(at) else { return Built::well("it has no relation", Vec::new()) };
    let database = Rc::clone(stage) as Rc<dyn Database>;
    let rendered = rehearsal.renderer.rehearse_node(at, rehearsal.target, &database);
    let mut effects: Vec<Effect> = stage.take_calls().into_iter().flatten().collect();
    let Some(code) = rendered.code else {
        let why = match &rendered.error {
            Some(error) => format!("its SQL does not render here: {}", error.message),
            None => rendered.unknown.first().cloned().unwrap_or_else(|| "its SQL does not render here".to_owned()),
        };
        return kept_or_stub(rehearsal, stage, at, &why, old);
    };
    let code = code.trim().trim_end_matches(';').trim_end();
    if code.contains(crate::sql::UNKNOWN) {
        return kept_or_stub(rehearsal, stage, at, "its SQL holds what is not known before the run", old);
    }
    let name = stage.name(relation);
    let state = rehearsal.renderer.state(rehearsal.target, at);
    let (kind, how) = match (state.materialized.as_str(), rehearsal.project.nodes[at].resource) {
        (_, Resource::Snapshot) => {
            return match snapshot::run(rehearsal, stage, at, &name, code, effects) {
                Ok(built) => built,
                Err(why) => stub(rehearsal, stage, at, Some(code), &why, old),
            };
        }
        ("incremental", _) if rehearsal.adds(&name, at) => {
            if let Some(built) = increment::run(rehearsal, stage, at, code, std::mem::take(&mut effects)) {
                return built;
            }
            (Kind::Table, "from its own SQL")
        }
        ("view", _) => (Kind::View, "from its own SQL"),
        ("materialized_view", _) => (Kind::MaterializedView, "from its own SQL"),
        ("dynamic_table", _) => (Kind::DynamicTable, "from its own SQL"),
        ("table" | "incremental" | "external", _) => (Kind::Table, "from its own SQL"),
        _ => (Kind::Table, "from its own SQL, as a table: its materialization is not executed"),
    };
    finish(rehearsal, stage, at, &name, kind, code, how, effects, old)
}

#[expect(clippy::too_many_arguments, reason = "what a build is made of")]
fn finish(
    rehearsal: &Rehearsal<'_>,
    stage: &Rc<Stage>,
    at: usize,
    name: &super::warehouse::RelationName,
    kind: Kind,
    code: &str,
    how: &str,
    mut effects: Vec<Effect>,
    old: &Replaced,
) -> Built {
    let effect = rehearsal.warehouse.borrow_mut().build(name, kind, code, old);
    if matches!(effect.verdict, Verdict::NotProved | Verdict::Refuted) {
        // What a model itself does wrong is not for a rehearsal of hooks to say.
        let why = effect.cause.unwrap_or_else(|| "its SQL is not executed here".to_owned());
        return stub(rehearsal, stage, at, Some(code), &why, old);
    }
    let how = match effect.cause.as_deref().filter(|_| effect.verdict == Verdict::Assumed) {
        Some(cause) => format!("{how}, as far as it is executed: {cause}"),
        None => how.to_owned(),
    };
    effects.push(effect);
    Built::well(how, effects)
}
