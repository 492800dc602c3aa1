//! The columns of the tables that the project makes: its hooks' own and those of its nodes.
//!
//! A table is known when all of its columns are: from a CREATE TABLE, from the query of a model, from the first line
//! of a seed. What other hooks may do to it makes it unknown again.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};

use rayon::prelude::*;

use super::existence::words;
use super::scene::Spot;
use super::{Findings, Step};
use crate::project::{Node, Resource};
use crate::render::materialized::Owner;
use crate::sql::bind::{self, Catalog, Column, Table};
use crate::sql::{self, Cut, Dialect, Parse, Script, UNKNOWN, Verb};

/// How many statements are read to be bound before they are, and how many bytes they have together.
const READ_AT_ONCE: (usize, usize) = (4096, 1 << 20);

/// What is known of tables.
#[derive(Debug, Default)]
pub(super) struct Catalogue {
    /// The tables that hooks create, by the last part of their names; none where not all columns are known.
    created: HashMap<String, Option<Arc<Table>>>,
    /// The columns that hooks add to tables, by the last part of the tables' names.
    added: HashMap<String, Vec<String>>,
    /// Tables that a hook may change in a way that is not known, by the last part of their names.
    vague: HashSet<String>,
    /// Nodes with hooks of which not even the verb is known.
    odd: HashSet<usize>,
    /// Hooks may change any table in a way that is not known.
    all_vague: bool,
    /// Hooks add casts, operators or extensions, which bring some.
    adds: bool,
    /// The names of the project's nodes, in lower case.
    names: HashSet<String>,
    /// Macros of the project make nodes' tables in a way of their own.
    own_way: bool,
    /// The tables of nodes that were looked for, by target and node.
    nodes: Mutex<HashMap<(usize, usize), Looked>>,
}

/// What looking for a table gave.
type Looked = Option<Arc<Table>>;

impl Catalogue {
    fn new(findings: &Findings<'_>) -> Catalogue {
        let makes = |name: &str| {
            ["create_table_as", "create_view_as", "create_csv_table", "load_csv", "snapshot_staging", "build_snapshot"]
                .iter()
                .any(|known| name.contains(known))
        };
        let mut catalogue = Catalogue {
            names: findings.project.nodes.iter().map(|node| node.name.to_ascii_lowercase()).collect(),
            own_way: findings.project.macros.iter().any(|one| makes(&one.name)),
            ..Catalogue::default()
        };
        for step in findings.steps() {
            catalogue.note(&step);
        }
        let is_unread = |script: &Script| script.cut == Some(Cut::Whole);
        catalogue.all_vague |= findings.checked.iter().any(|checked| checked.scripts().any(is_unread));
        // CREATE may come before or after ALTER in the order of hooks.
        for (name, columns) in &catalogue.added {
            if let Some(Some(table)) = catalogue.created.get_mut(name) {
                let table = Arc::make_mut(table);
                for column in &mut table.columns {
                    column.required = false;
                }
                table.keys = None;
                table.columns.extend(columns.iter().map(Column::named));
            }
        }
        let vague: Vec<String> = catalogue.vague.iter().cloned().collect();
        for name in vague {
            catalogue.created.insert(name, None);
        }
        catalogue
    }

    fn note(&mut self, step: &Step<'_>) {
        let outline = step.outline();
        let unknown = step.text().contains(UNKNOWN);
        if outline.opaque || matches!(outline.verb, Verb::Call | Verb::Execute) {
            if words(step.text()).any(|word| word.eq_ignore_ascii_case("alter")) {
                self.vague.extend(words(step.text()).map(str::to_lowercase));
                self.all_vague |= words(step.text()).any(|word| word.eq_ignore_ascii_case("execute"));
            }
            return;
        }
        if unknown && matches!(outline.verb, Verb::Other(_)) {
            match step.sql.scene.hook().node {
                Some(node) => drop(self.odd.insert(node)),
                None => self.all_vague = true,
            }
            return;
        }
        let Some(name) = &outline.name else { return };
        let key = name.last().to_lowercase();
        match outline.verb {
            Verb::Create if outline.object == Some(sql::ObjectKind::Index) => {
                if let Some(on) = &outline.on {
                    self.added.entry(on.last().to_lowercase()).or_default();
                }
            }
            Verb::Create => {
                let second = words(step.text()).nth(1).unwrap_or_default();
                let adds = ["cast", "operator", "extension"].iter().any(|word| second.eq_ignore_ascii_case(word));
                self.adds |= adds || outline.object == Some(sql::ObjectKind::Extension);
                let table = outline.object == Some(sql::ObjectKind::Table) && !unknown;
                let table = if table { created(step) } else { None };
                let known = self.created.entry(key);
                known.and_modify(|known| *known = merged(known.take(), table.clone())).or_insert(table);
            }
            Verb::Alter => {
                if name.text.contains(UNKNOWN) {
                    self.all_vague |= !outline.action.iter().any(|word| matches!(word.as_str(), "owner" | "set"));
                } else if unknown {
                    self.vague.insert(key);
                } else {
                    let added = sql::columns::added(step.text(), step.dialect());
                    self.added.entry(key).or_default().extend(added);
                }
            }
            _ => {}
        }
    }

    /// The table that a name means in a target, by the parts of the name.
    pub(super) fn table(&self, findings: &Findings<'_>, target: usize, parts: &[String]) -> Option<Arc<Table>> {
        let last = parts.last()?.to_lowercase();
        if last.contains(UNKNOWN) {
            return None;
        }
        if let Some(name) = last.strip_prefix("__dbt__cte__") {
            return self.node(findings, target, findings.ephemeral_named(target, name)?);
        }
        match findings.node_named(target, parts) {
            Some(node) => self.node(findings, target, node),
            None => self.created(&last),
        }
    }

    /// The table of that name that hooks create, and nothing else does.
    pub(super) fn created(&self, last: &str) -> Option<Arc<Table>> {
        let table = self.created.get(last)?.clone()?;
        // What dbt builds, or what has a source of its own, is not the hooks' alone.
        let is_node = self.names.contains(&last.to_ascii_lowercase());
        (!is_node && !self.all_vague).then_some(table)
    }

    /// Whether a hook creates something of that name, as a function.
    fn makes(&self, name: &str) -> bool {
        self.all_vague
            || self.created.contains_key(name)
            || self.names.contains(name)
            || (name == bind::ADDED && self.adds)
    }

    /// The table of a node.
    pub(super) fn node(&self, findings: &Findings<'_>, target: usize, node: usize) -> Option<Arc<Table>> {
        let lock = || self.nodes.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = lock().get(&(target, node)) {
            return known.clone();
        }
        // A model that reads itself is not known while it is looked for.
        lock().insert((target, node), None);
        let table = self.of_node(findings, target, node).map(Arc::new);
        lock().insert((target, node), table.clone());
        table
    }

    fn of_node(&self, findings: &Findings<'_>, target: usize, at: usize) -> Option<Table> {
        let node = &findings.project.nodes[at];
        let state = findings.renderer.state(target, at);
        let dialect = Dialect::of_adapter(findings.adapter_of(target));
        let last = state.alias.to_lowercase();
        let unknown = self.own_way || self.all_vague || self.vague.contains(&last) || self.odd.contains(&at);
        if unknown || !bind::is_bound(dialect) || state.fault.is_some() || !state.unknown.is_empty() {
            return None;
        }
        let is_shipped = findings.renderer.materialization(target, at).owner == Owner::Shipped;
        if !is_shipped && state.materialized != "ephemeral" {
            return None;
        }
        let mut columns = match node.resource {
            Resource::Seed => seed(node, state)?,
            Resource::Model | Resource::Snapshot => self.queried(findings, target, at, dialect)?,
            _ => return None,
        };
        if node.resource == Resource::Snapshot {
            let own = ["snapshot_meta_column_names", "hard_deletes", "invalidate_hard_deletes"];
            if own.iter().any(|key| state.settings.get(key).is_some()) {
                return None;
            }
            let meta = ["dbt_scd_id", "dbt_updated_at", "dbt_valid_from", "dbt_valid_to"];
            columns.extend(meta.into_iter().map(Column::named));
        }
        let added = self.added.get(&last).into_iter().flatten();
        columns.extend(added.map(Column::named));
        Some(Table { columns, keys: None })
    }

    /// The columns of a node's query, the same on every way through it.
    fn queried(&self, findings: &Findings<'_>, target: usize, at: usize, dialect: Dialect) -> Option<Vec<Column>> {
        let texts = findings.renderer.code(target, at)?;
        let tables = |parts: &[String]| self.table(findings, target, parts);
        let catalog = Catalog { tables: &tables, makes: &|name| self.makes(name) };
        let mut columns: Option<Vec<Column>> = None;
        for text in texts {
            let own = bind::columns(text.trim().trim_end_matches(';'), dialect, &catalog)?;
            columns = Some(match columns {
                None => own,
                Some(known) => {
                    let same =
                        known.len() == own.len() && known.iter().zip(&own).all(|(one, two)| one.name == two.name);
                    same.then_some(own)?
                }
            });
        }
        columns
    }
}

impl Findings<'_> {
    /// What is known of the columns of tables.
    pub(super) fn catalogue(&self) -> &Catalogue {
        self.catalogue.get_or_init(|| Catalogue::new(self))
    }

    /// The table that a name means where a statement stands.
    pub(crate) fn table(&self, step: &Step<'_>, parts: &[String]) -> Option<Arc<Table>> {
        let target = *step.sql.scene.judged.rendering.targets.first()?;
        self.catalogue().table(self, target, parts)
    }

    /// What is wrong with the names and values of statements, against the tables that are known.
    pub(crate) fn problems(&self) -> impl Iterator<Item = (Step<'_>, &bind::Problem)> {
        let all = self.problem_list().iter();
        all.filter_map(|(at, problem)| Some((self.step(&self.spots()[*at])?, problem)))
    }

    /// The same, by the statements' places among all of them. They are bound one after another: what is known of
    /// tables that read each other depends on which is looked for first.
    pub(super) fn problem_list(&self) -> &Problems {
        self.problems.get_or_init(|| {
            let mut found = Problems::new();
            let spots: Vec<(usize, &Spot)> = self.spots().iter().enumerate().collect();
            // Trees are big: some at a time.
            let mut rest = &spots[..];
            while !rest.is_empty() {
                let mut bytes = 0;
                let fits = |(_, spot): &&(usize, &Spot)| {
                    bytes += self.step(spot).map_or(0, |step| step.text().len());
                    bytes <= READ_AT_ONCE.1
                };
                let count = rest.iter().take(READ_AT_ONCE.0).take_while(fits).count();
                let (some, after) = rest.split_at(count.max(1));
                rest = after;
                let read: Vec<_> = some
                    .par_iter()
                    .filter_map(|(at, spot)| self.read(self.step(spot)?).map(|read| (*at, read)))
                    .collect();
                for (at, (step, statement)) in &read {
                    found.extend(self.problems_of(step, statement).into_iter().map(|problem| (*at, problem)));
                }
            }
            found
        })
    }

    /// A statement that may have problems.
    fn read<'f>(&'f self, step: Step<'f>) -> Option<(Step<'f>, bind::Read)> {
        // One mistake is told once.
        let is_told = step.statement.faults.iter().any(|fault| fault.certain);
        // Most hooks are grants, and those name no columns that are bound.
        let verb = &step.outline().verb;
        let names_none = matches!(verb, Verb::Grant | Verb::Revoke | Verb::Drop | Verb::Vacuum | Verb::Truncate);
        let is_cut = step.sql.script.cut.is_some() && step.statement.parse != Parse::Own;
        if is_cut || names_none || step.outline().opaque || is_told {
            return None;
        }
        let statement = bind::read(step.text(), step.dialect())?;
        Some((step, statement))
    }

    fn problems_of(&self, step: &Step<'_>, statement: &bind::Read) -> Vec<bind::Problem> {
        let start = step.statement.range.start;
        let tables = |parts: &[String]| self.table(step, parts);
        let catalog = Catalog { tables: &tables, makes: &|name| self.catalogue().makes(name) };
        let mut found = bind::problems(step.text(), statement, step.dialect(), &catalog);
        for problem in &mut found {
            problem.range = problem.range.start + start..problem.range.end + start;
        }
        found
    }
}

/// What is wrong with the names and values of statements, by the statements' places, in their order.
pub(super) type Problems = Vec<(usize, bind::Problem)>;

/// The table that a statement creates.
fn created(step: &Step<'_>) -> Option<Arc<Table>> {
    if let Some(table) = bind::created(step.text(), step.dialect(), &Catalog::EMPTY) {
        return Some(Arc::new(table));
    }
    let columns = sql::columns::created(step.text(), step.dialect())?;
    Some(Arc::new(Table { columns: columns.into_iter().map(Column::named).collect(), keys: None }))
}

/// One table that is created in two ways: it may have the columns of either.
fn merged(known: Option<Arc<Table>>, other: Option<Arc<Table>>) -> Option<Arc<Table>> {
    let (known, other) = (known?, other?);
    if known == other {
        return Some(known);
    }
    let mut columns = known.columns.clone();
    for column in &mut columns {
        column.required = false;
    }
    for column in &other.columns {
        match columns.iter_mut().find(|one| one.name == column.name) {
            Some(one) if one.kind != column.kind => one.kind = bind::Type::Unknown,
            Some(_) => {}
            None => columns.push(Column { required: false, ..column.clone() }),
        }
    }
    Some(Arc::new(Table { columns, keys: None }))
}

/// The columns of a seed's first line.
fn seed(node: &Node, state: &crate::manifest::NodeState) -> Option<Vec<Column>> {
    let own = ["delimiter", "quote_columns"];
    if own.iter().any(|key| state.settings.get(key).is_some()) {
        return None;
    }
    let header = node.header.as_ref()?.trim_start_matches('\u{feff}').trim_end();
    let is_plain = |name: &str| {
        let mut characters = name.chars();
        characters.next().is_some_and(|first| first.is_ascii_alphabetic() || first == '_')
            && characters.all(|one| one.is_ascii_alphanumeric() || one == '_')
    };
    let names = header.split(',').map(|name| name.trim_matches('"'));
    names.map(|name| is_plain(name).then(|| Column::named(name.to_lowercase()))).collect()
}
