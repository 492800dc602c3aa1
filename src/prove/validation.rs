//! Whether hooks that validate would notice: each meets a row that it looks for.
//!
//! A hook that asks a table while it renders, and that may raise an error by the answer, is given a row that
//! violates its own condition. What it does then proves it, or that it proves nothing.

use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

use super::run::Rehearsal;
use super::violation::{self, Sought, Wanted};
use super::warehouse::{Certainty, Column, Kind, Relation, RelationName, Rows, SqlValue, Verdict};
use super::{Run, Step};
use crate::jinja::ErrorKind;
use crate::plan::Plan;
use crate::project::Project;
use crate::render::database::Database;
use crate::render::{DATABASE, Outcome};
use crate::source::{Call, Place};
use crate::sql;

/// How many hooks are tried, and how many of those with the same text.
const MOST: usize = 24;
const MOST_ALIKE: usize = 2;

/// How many such rows there are at last: a hook may put up with some.
const MANY: usize = 1000;

/// The most rows of a table that are taken along.
const MOST_ROWS: usize = 20_000;

/// A hook that validates, and the row that it was given.
#[derive(Debug)]
pub struct Validation {
    /// The hook, by its place in the plan's hooks.
    pub hook: usize,
    /// What it asks.
    pub query: String,
    /// Where the query is executed.
    pub place: Option<Place>,
    /// Through which macro calls.
    pub through: Option<Arc<Call>>,
    /// The table that the row was put into.
    pub table: Option<RelationName>,
    /// What the row has that the hook looks for, by column.
    pub row: Vec<(String, SqlValue)>,
    /// What became of it.
    pub noticed: Noticed,
}

/// What a validation does about a row that violates its condition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Noticed {
    /// It fails, with this message.
    Yes(String),
    /// It does not, however many there are.
    No,
    /// That was not tried, or it says nothing; why.
    NotChecked(String),
}

/// The hooks that may raise an error themselves: their text, or a macro that they reach, says so.
pub(super) fn raising(plan: &Plan, project: &Project) -> Vec<usize> {
    let mut known: HashMap<&str, bool> = HashMap::new();
    let raises = |text: &str| {
        let mut open = vec![text.to_owned()];
        let mut seen: Vec<usize> = Vec::new();
        while let Some(text) = open.pop() {
            if text.contains("raise_compiler_error") {
                return true;
            }
            for (at, one) in project.macros.iter().enumerate() {
                if !seen.contains(&at) && is_named(&text, &one.name) {
                    seen.push(at);
                    open.push(project.sources.slice(one.block).to_owned());
                }
            }
        }
        false
    };
    let hooks = plan.hooks.iter().enumerate();
    let found = hooks.filter(|(_, hook)| {
        let text = hook.raw.as_str();
        let may = text.contains("{{") || text.contains("{%");
        may && *known.entry(text).or_insert_with(|| raises(text))
    });
    found.map(|(at, _)| at).collect()
}

/// Whether a text has a name as a word.
fn is_named(text: &str, name: &str) -> bool {
    let is_part = |char: char| char.is_alphanumeric() || char == '_';
    text.match_indices(name)
        .any(|(at, _)| !text[..at].ends_with(is_part) && !text[at + name.len()..].starts_with(is_part))
}

/// Tries the hooks that validate, after a run.
pub(super) fn validations(rehearsal: &Rehearsal<'_>, run: &Run, raising: &[usize]) -> Vec<Validation> {
    let mut alike: HashMap<&str, usize> = HashMap::new();
    let mut found = Vec::new();
    for step in &run.steps {
        let Some(hook) = step.hook.filter(|hook| raising.contains(hook)) else { continue };
        if step.verdict() == Some(Verdict::Refuted) || found.len() >= MOST {
            continue;
        }
        let tried = alike.entry(rehearsal.plan.hooks[hook].raw.as_str()).or_default();
        if *tried >= MOST_ALIKE {
            continue;
        }
        if let Some(one) = tried_on(rehearsal, step, hook) {
            *tried += 1;
            found.push(one);
        }
    }
    found
}

/// A hook that asks something, given a row that it looks for.
fn tried_on(rehearsal: &Rehearsal<'_>, step: &Step, hook: usize) -> Option<Validation> {
    let is_query = |text: &str| {
        let script = sql::script(text, rehearsal.dialect);
        script.statements.len() == 1 && script.statements.iter().all(|one| one.outline.is_query())
    };
    let asked: Vec<_> = step.statements.iter().filter(|one| one.while_rendering).collect();
    let mut last = None;
    for one in asked.iter().filter(|one| is_query(&one.sql)) {
        let mut made = Validation {
            hook,
            query: one.sql.trim().to_owned(),
            place: one.place,
            through: one.through.clone(),
            table: None,
            row: Vec::new(),
            noticed: Noticed::NotChecked("its query has no condition that a row is made for here".to_owned()),
        };
        if asked.iter().any(|one| !is_query(&one.sql)) {
            made.noticed = Noticed::NotChecked("it writes while it renders".to_owned());
            return Some(made);
        }
        let (_, trees) = sql::script_with_trees(&one.sql, rehearsal.dialect);
        let Some(Some(tree)) = trees.into_iter().next() else { continue };
        let sqlparser::ast::Statement::Query(query) = *tree else { continue };
        if let Some(sought) = violation::sought(&query) {
            made.noticed = meet(rehearsal, hook, &mut made, &sought, asked.len() == 1);
            if matches!(made.noticed, Noticed::Yes(_)) {
                return Some(made);
            }
        }
        last = Some(made);
    }
    last
}

/// Puts the row where it is looked for, renders the hook, and takes the row out again.
fn meet(rehearsal: &Rehearsal<'_>, hook: usize, made: &mut Validation, sought: &Sought, is_alone: bool) -> Noticed {
    let not = |why: &str| Noticed::NotChecked(why.to_owned());
    let parts: Vec<(&str, bool)> = sought
        .table
        .0
        .iter()
        .filter_map(|part| part.as_ident())
        .map(|ident| (ident.value.as_str(), ident.quote_style.is_some()))
        .collect();
    let name = rehearsal.warehouse.borrow().name(&parts);
    let Some(relation) = rehearsal.warehouse.borrow().catalog().relation(&name).cloned() else {
        return not("what its query reads is no table here");
    };
    let Some(rows) = rehearsal.warehouse.borrow_mut().rows_of(&name).filter(|rows| rows.rows.len() <= MOST_ROWS) else {
        return not("the rows of its table are not read here");
    };
    let columns = relation.columns.clone();
    let Some(row) = row(&columns, &rows, sought, rehearsal) else {
        return not("no row that its query looks for is made here");
    };
    let is_sought = |column: &Column| {
        let fold = |ident: &sqlparser::ast::Ident| {
            rehearsal.warehouse.borrow().folded(&ident.value, ident.quote_style.is_some())
        };
        sought.columns.iter().any(|(ident, _)| fold(ident) == column.name)
    };
    let shown = columns.iter().zip(&row).filter(|(column, _)| is_sought(column));
    made.row = shown.map(|(column, value)| (column.name.clone(), value.clone())).collect();
    made.table = Some(name.clone());
    for times in [sought.times, MANY.max(sought.times)] {
        match with_rows(rehearsal, hook, made, &relation, &rows, &row, times) {
            Err(why) => return Noticed::NotChecked(why),
            Ok(Some(message)) => return Noticed::Yes(message),
            Ok(None) => {}
        }
    }
    if !is_alone {
        return not("it does not fail on the row; that may take what another of its queries gives");
    }
    // Only a hook that some answer to its query lets fail in this target is one that should have.
    let raises = rehearsal.renderer.render_in(&rehearsal.plan.hooks[hook], rehearsal.target).renderings;
    let raises = raises.iter().filter_map(|one| one.run.as_ref()?.error.as_ref());
    if raises.into_iter().any(|error| error.kind == ErrorKind::Raised) {
        Noticed::No
    } else {
        not("in this target no answer to its query lets it fail")
    }
}

/// The hook's message where it fails with the row there so many times.
fn with_rows(
    rehearsal: &Rehearsal<'_>,
    hook: usize,
    made: &Validation,
    relation: &Relation,
    rows: &Rows,
    row: &[SqlValue],
    times: usize,
) -> Result<Option<String>, String> {
    let stage = rehearsal.stage(1, &Rc::new(Outcome::default()));
    let answer = |made: &Validation| {
        let effects = stage.run(&made.query);
        effects.last().and_then(|effect| effect.rows.as_ref()).map(|rows| rows.rows.clone())
    };
    let before = answer(made);
    rehearsal.warehouse.borrow_mut().begin();
    let all = rows.rows.iter().cloned().chain(std::iter::repeat_n(row.to_vec(), times));
    let table = Relation::new(relation.name.clone(), Kind::Table, relation.columns.clone(), Certainty::Known);
    let put = rehearsal.warehouse.borrow_mut().put(table, all);
    let outcome = match put {
        Err(why) => Err(format!("its table does not take the row: {}", why.lines().next().unwrap_or_default())),
        Ok(()) if answer(made) == before => Err("its query gives the same with the row that was made".to_owned()),
        Ok(()) => {
            let database = Rc::clone(&stage) as Rc<dyn Database>;
            let rehearsed = rehearsal.renderer.rehearse(&rehearsal.plan.hooks[hook], rehearsal.target, &database);
            stage.take_calls();
            match rehearsed.pass.error {
                Some(error) if error.kind == ErrorKind::Host(DATABASE) => {
                    Err("its query fails with the row".to_owned())
                }
                Some(error) => Ok(Some(error.message)),
                None => Ok(None),
            }
        }
    };
    rehearsal.warehouse.borrow_mut().rollback();
    outcome
}

/// The whole row: what is sought, and of the rest what another row has.
fn row(columns: &[Column], rows: &Rows, sought: &Sought, rehearsal: &Rehearsal<'_>) -> Option<Vec<SqlValue>> {
    let mut row: Vec<SqlValue> = match rows.rows.first() {
        Some(first) => first.clone(),
        None => columns
            .iter()
            .map(|column| if column.not_null { violation::anything(column.of) } else { SqlValue::Null })
            .collect(),
    };
    if row.len() != columns.len() {
        return None;
    }
    let at = |ident: &sqlparser::ast::Ident| {
        let name = rehearsal.warehouse.borrow().folded(&ident.value, ident.quote_style.is_some());
        columns.iter().position(|column| column.name == name)
    };
    for (ident, wanted) in &sought.columns {
        let place = at(ident)?;
        let column = &columns[place];
        // What the table itself refuses is nothing that a hook has to look for.
        if column.generated.is_some() || (column.not_null && *wanted == Wanted::Value(SqlValue::Null)) {
            return None;
        }
        row[place] = match wanted {
            Wanted::Value(value) => value.clone(),
            Wanted::Something if row[place] != SqlValue::Null => row[place].clone(),
            Wanted::Something => violation::anything(column.of),
            Wanted::Stranger => violation::stranger(column.of),
            Wanted::Beside(other, is_more) => {
                let (more, less) = violation::two(column.of);
                let beside = at(other)?;
                row[beside] = if *is_more { less.clone() } else { more.clone() };
                if *is_more { more } else { less }
            }
        };
    }
    Some(row)
}
