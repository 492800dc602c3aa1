//! Drills: a run in which something fails, after one in which nothing did. What dbt leaves behind, and whether the
//! hooks at the end tell the truth.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::ops::ControlFlow;
use std::sync::Arc;

use sqlparser::ast::{self, AssignmentTarget, Expr, SetExpr, Value};

use super::warehouse::Verdict;
use super::{Executed, Step};
use crate::diagnostic::counted;
use crate::plan::{Plan, StepKind};
use crate::render::Status;
use crate::source::{Call, Place};
use crate::sql::{self, Dialect};

/// What fails in a drill.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failing {
    /// The build of a node, by its unique id.
    Node(Arc<str>),
    /// What a hook sends, by its place in the plan's hooks.
    Hook(usize),
    /// A test, by its unique id: it finds a row.
    Test(Arc<str>),
}

/// A drill.
#[derive(Debug)]
pub struct Drill {
    /// What fails.
    pub failing: Failing,
    /// What the failing run did, step by step.
    pub steps: Vec<Step>,
    /// How many nodes and tests ended how.
    pub truth: Truth,
    /// What the failing run left of relations that hooks write to or nodes become, otherwise than a run that succeeds.
    pub left_behind: Vec<String>,
    /// Where a hook at the end tells something that is not so.
    pub misreports: Vec<Misreport>,
}

/// How a run ended, in numbers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Truth {
    /// Succeeded or passed.
    pub well: i64,
    /// Failed: a node with an error, or a test with rows.
    pub failed: i64,
    /// Skipped.
    pub skipped: i64,
}

impl Truth {
    /// Counts how nodes and tests ended.
    pub(super) fn of<'a>(ended: impl Iterator<Item = &'a Status>) -> Truth {
        let mut truth = Truth::default();
        for status in ended {
            match status {
                Status::Success | Status::Pass | Status::Warn => truth.well += 1,
                Status::Error | Status::Fail | Status::PartialSuccess => truth.failed += 1,
                Status::Skipped => truth.skipped += 1,
                Status::NoOp => {}
            }
        }
        truth
    }
}

/// A value that a hook writes at the end of a run and that is not so.
#[derive(Debug, Clone)]
pub struct Misreport {
    /// The hook, by its place in the plan's hooks.
    pub hook: usize,
    /// What it says and what is so.
    pub message: String,
    /// Where.
    pub place: Option<Place>,
    /// Through which macro calls.
    pub through: Option<Arc<Call>>,
}

/// The drills that a plan has something for: a node in the middle, the first hook of each kind, the first test that
/// something waits for, else the first.
pub(super) fn failures(plan: &Plan) -> Vec<Failing> {
    let mut found = Vec::new();
    let nodes: Vec<&Arc<str>> =
        plan.steps.iter().filter(|step| step.kind == StepKind::Node).filter_map(|step| step.node.as_ref()).collect();
    let is_model = |id: &&&Arc<str>| id.starts_with("model.");
    let models: Vec<&&Arc<str>> = nodes.iter().filter(is_model).collect();
    let middle = models.get(models.len() / 2).map_or_else(|| nodes.get(nodes.len() / 2), |id| Some(*id));
    found.extend(middle.map(|id| Failing::Node(Arc::clone(id))));
    for kind in [StepKind::OnRunStart, StepKind::PreHook, StepKind::PostHook, StepKind::OnRunEnd] {
        let first = plan.steps.iter().find(|step| step.kind == kind).and_then(|step| step.hook);
        found.extend(first.map(Failing::Hook));
    }
    // What a failing test does matters to those who read of it.
    if plan.steps.iter().any(|step| step.kind == StepKind::OnRunEnd) {
        let mut tests =
            plan.steps.iter().filter(|step| step.kind == StepKind::Test).filter_map(|step| step.node.as_ref());
        let gates = |id: &&Arc<str>| plan.tests.get(*id).is_some_and(|test| !test.gates.is_empty());
        let first = tests.clone().find(gates).or_else(|| tests.next());
        found.extend(first.map(|id| Failing::Test(Arc::clone(id))));
    }
    found
}

/// What statements at the end of a failing run say of it that is not so. Only a row that speaks of the run as a whole
/// is judged: not one that names a node, nor one of several that a hook writes into the same columns.
pub(super) fn misreports(steps: &[Step], truth: Truth, failing: &Failing, dialect: Dialect) -> Vec<Misreport> {
    let named: HashSet<String> = steps.iter().filter_map(|step| step.node.as_deref()).flat_map(names).collect();
    let mut found: Vec<Misreport> = Vec::new();
    for step in steps.iter().filter(|step| step.kind == StepKind::OnRunEnd && !step.is_skipped) {
        let Some(hook) = step.hook else { continue };
        let rows: Vec<(&Executed, Row)> = step
            .statements
            .iter()
            .flat_map(|one| written(&one.sql, dialect).into_iter().map(move |row| (one, row)))
            .collect();
        let mut alike: HashMap<Vec<&str>, usize> = HashMap::new();
        for (_, row) in &rows {
            *alike.entry(row.columns()).or_default() += 1;
        }
        let of_run = |row: &Row| alike[&row.columns()] == 1 && !row.names_any(&named);
        for (one, row) in rows.iter().filter(|(_, row)| of_run(row)) {
            for (column, value) in row.values.iter().filter(|(column, _)| speaks_of(column, failing)) {
                if let Some(message) = untrue(column, value, truth) {
                    found.push(Misreport { hook, message, place: one.place, through: one.through.clone() });
                }
            }
        }
    }
    found
}

/// What a node may be called by: its unique id and its name, in lower case.
fn names(id: &str) -> impl Iterator<Item = String> {
    let name = id.split('.').nth(2).map(str::to_lowercase);
    std::iter::once(id.to_lowercase()).chain(name)
}

/// Whether a column of that name may speak of what fails: a count of tests says nothing of a model that fails.
fn speaks_of(column: &str, failing: &Failing) -> bool {
    let is_of_tests = column.to_lowercase().contains("test");
    is_of_tests == matches!(failing, Failing::Test(_))
}

/// A constant that a statement writes.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Constant {
    Number(i64),
    Text(String),
}

/// The constants of a row that a statement writes.
struct Row {
    values: Vec<(String, Constant)>,
    /// Those by which the row is chosen.
    chosen_by: Vec<Constant>,
}

impl Row {
    fn columns(&self) -> Vec<&str> {
        self.values.iter().map(|(column, _)| column.as_str()).collect()
    }

    fn names_any(&self, names: &HashSet<String>) -> bool {
        let all = self.values.iter().map(|(_, value)| value).chain(&self.chosen_by);
        all.into_iter().any(|value| matches!(value, Constant::Text(text) if names.contains(&text.to_lowercase())))
    }
}

/// The rows that a statement writes, as far as they are constants.
fn written(text: &str, dialect: Dialect) -> Vec<Row> {
    let mut found = Vec::new();
    for tree in sql::script_with_trees(text, dialect).1.into_iter().flatten() {
        match *tree {
            ast::Statement::Update(update) => {
                let value = |assignment: &ast::Assignment| {
                    let AssignmentTarget::ColumnName(name) = &assignment.target else { return None };
                    let column = name.0.last()?.as_ident()?.value.clone();
                    Some((column, constant(&assignment.value)?))
                };
                let mut chosen_by = Vec::new();
                if let Some(condition) = &update.selection {
                    let _ = ast::visit_expressions(condition, |part| {
                        chosen_by.extend(constant(part));
                        ControlFlow::<()>::Continue(())
                    });
                }
                found.push(Row { values: update.assignments.iter().filter_map(value).collect(), chosen_by });
            }
            ast::Statement::Insert(insert) => {
                let Some(SetExpr::Values(values)) = insert.source.as_ref().map(|source| &*source.body) else {
                    continue;
                };
                for row in &values.rows {
                    let columns = insert.columns.iter().map(ToString::to_string);
                    let constants =
                        columns.zip(row.iter()).filter_map(|(column, value)| Some((column, constant(value)?)));
                    found.push(Row { values: constants.collect(), chosen_by: Vec::new() });
                }
            }
            _ => {}
        }
    }
    found
}

fn constant(value: &Expr) -> Option<Constant> {
    let Expr::Value(value) = value else { return None };
    match &value.value {
        Value::Number(number, _) => number.parse().ok().map(Constant::Number),
        Value::SingleQuotedString(text) => Some(Constant::Text(text.clone())),
        _ => None,
    }
}

/// What is untrue about a value in a column of that name; none where it may be right.
fn untrue(column: &str, value: &Constant, truth: Truth) -> Option<String> {
    let column = column.to_lowercase();
    let says = |words: &[&str]| words.iter().any(|word| column.contains(word));
    let Truth { well, failed, skipped } = truth;
    if failed == 0 {
        return None;
    }
    match value {
        Constant::Number(0) if says(&["fail", "error"]) => {
            Some(format!("{column} is 0 in a run in which {failed} failed"))
        }
        Constant::Number(count) if says(&["success", "succeed", "pass"]) && *count > well => Some(format!(
            "{column} is {count} in a run in which {well} succeeded, {failed} failed and {skipped} were skipped"
        )),
        Constant::Number(0) if says(&["success", "succeed", "pass"]) && well > 0 => {
            Some(format!("{column} is 0 in a run in which {well} succeeded"))
        }
        Constant::Text(word) if says(&["status", "state", "outcome", "result"]) => {
            let well = ["success", "succeeded", "ok", "passed", "pass"];
            let is_well = well.contains(&word.to_lowercase().as_str());
            is_well.then(|| format!("{column} is '{word}' in a run in which {failed} failed"))
        }
        _ => None,
    }
}

/// What becomes of what the hooks of the failing node did, transaction by transaction: by the place of the hook, and
/// whether it is rolled back.
#[must_use]
pub fn fates(drill: &Drill) -> Vec<(usize, bool)> {
    let own = |step: &&Step| match &drill.failing {
        Failing::Node(id) => step.node.as_ref() == Some(id),
        Failing::Hook(hook) => {
            let of = drill.steps.iter().find(|one| one.hook == Some(*hook)).and_then(|one| one.node.as_ref());
            of.is_some() && step.node.as_ref() == of
        }
        Failing::Test(_) => false,
    };
    let did = |step: &Step| step.statements.iter().any(|one| one.verdict != Verdict::Refuted);
    let hooks = drill.steps.iter().filter(own).filter(|step| did(step));
    hooks.filter_map(|step| Some((step.hook?, step.is_undone))).collect()
}

/// What a failing run left otherwise than one that succeeds: relations that are there or are not, rows.
pub(super) fn left_behind(before: &BTreeMap<String, u64>, after: &BTreeMap<String, u64>) -> Vec<String> {
    let mut found = Vec::new();
    for (name, rows) in after {
        match before.get(name) {
            None => found.push(format!("{name} is there, with {}", counted(*rows as usize, "row"))),
            Some(known) if known < rows => {
                found.push(format!("{name} has {} more", counted((rows - known) as usize, "row")));
            }
            Some(known) if known > rows => {
                found.push(format!("{name} has {} less", counted((known - rows) as usize, "row")));
            }
            Some(_) => {}
        }
    }
    found.extend(before.keys().filter(|name| !after.contains_key(*name)).map(|name| format!("{name} is gone")));
    found
}
