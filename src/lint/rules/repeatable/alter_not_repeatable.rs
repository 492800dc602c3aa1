//! Finds an `alter table` that works once and fails, or adds up, in each later run.

mod change;

use crate::diagnostic::{Confidence, Safety, Severity};
use crate::hook::HookKind;
use crate::lint::deeds::{Deeds, When, clears, is_seldom};
use crate::lint::relations::{Life, Relation};
use crate::lint::{Finding, Findings, Sink, Step};
use crate::project::Resource;
use crate::sql::{Dialect, Name, UNKNOWN, Verb};

use change::{Change, Kind};

pub(in crate::lint) fn check<'f>(findings: &'f Findings<'f>, sink: &mut Sink<'f>) {
    let changes: Vec<(Step<'f>, &'f Name, Change<'f>)> = findings
        .steps_of([Verb::Alter])
        .filter_map(|step| {
            let name = step.outline().name.as_ref().filter(|name| !name.text.contains(UNKNOWN))?;
            Some((step, name, change::of(&step)?))
        })
        .collect();
    if changes.is_empty() {
        return;
    }
    let deeds = Deeds::new(findings);
    for (step, name, change) in changes {
        if is_seldom(&step) || super::is_named_by_run(&step) {
            continue;
        }
        let found = match findings.relation(&step.sql.scene, name) {
            Some(relation) => of_relation(&step, &relation, &change, &deeds, name),
            None => of_other_table(&step, &change, &deeds, name),
        };
        if let Some(found) = found {
            sink.add(found);
        }
    }
}

/// A change of a relation that dbt makes or reads.
fn of_relation<'f>(
    step: &Step<'f>,
    relation: &Relation<'f>,
    change: &Change<'f>,
    deeds: &Deeds<'f>,
    name: &Name,
) -> Option<Finding<'f>> {
    let scene = &step.sql.scene;
    let own = relation.is_own(scene);
    let what = relation.described(&step.sql.scene);
    let shown = change.shown(step);
    let life = relation.life();
    if own && life != Life::Unknown && change.kind == Kind::RenameTable {
        return (!change.is_guarded).then(|| {
            step.finding(format!(
                "`{shown}` takes the relation of {what} away from dbt: the next run makes it again, and the rename fails \
                 because the new name is taken."
            ))
            .help("set the `alias` config to the name that the relation is to have")
        });
    }
    match life {
        Life::Rebuilt if own && change.has_index && super::index_on_rebuilt_table::is_shadowed(step) => {
            Some(of_rebuilt(step, &shown, change.part.unwrap_or_default()))
        }
        Life::Kept | Life::Emptied if is_undone(step, deeds, name) => None,
        Life::Kept | Life::Emptied => of_kept(step, relation, change, &shown),
        Life::Rebuilt | Life::Unknown => None,
    }
}

/// A key with a name, on a table that is made anew while the old one still has the key's index.
fn of_rebuilt<'f>(step: &Step<'f>, shown: &str, key: &str) -> Finding<'f> {
    step.finding(format!(
        "`{shown}` works once: dbt makes the table anew and drops the old one only after this hook, so that the name \
         `{key}` is still taken by the old table's index. The second run fails with \"relation \"{key}\" already exists\"."
    ))
    .help("leave the name of the constraint out: PostgreSQL then finds a free one; or declare it under `constraints`")
}

fn of_kept<'f>(step: &Step<'f>, relation: &Relation<'f>, change: &Change<'f>, shown: &str) -> Option<Finding<'f>> {
    let what = relation.described(&step.sql.scene);
    let state = relation.state()?;
    let incremental = state.materialized == "incremental";
    let on_change = state.settings.text("on_schema_change").unwrap_or("ignore");
    if change.kind == Kind::AddColumn && incremental {
        // With append_new_columns or sync_all_columns dbt compares the columns itself.
        let post = step.sql.scene.hook().kind == HookKind::PostHook;
        let selects = change.part.is_none_or(|part| model_says(step, part));
        if post && on_change == "ignore" && !selects {
            return Some(
                step.finding(format!(
                    "`{shown}` adds a column that the query of {what} does not give. From the second run on dbt inserts \
                     into every column that the table has, and the run fails because the query lacks this one."
                ))
                .help("select the column in the model's query and remove the hook"),
            );
        }
        if on_change == "sync_all_columns" {
            return None;
        }
    }
    if change.is_guarded {
        return None;
    }
    if change.kind == Kind::AddAnother {
        return Some(
            step.finding(format!(
                "`{shown}` gives the constraint no name, and a run keeps the table of {what}: each run adds another one."
            ))
            .help("give the constraint a name and drop it with IF EXISTS before, or declare it under `constraints`")
            .severity(Severity::Warning),
        );
    }
    let says = change.kind.fails_with();
    let message =
        format!("`{shown}` works once: a run keeps the table of {what}, and the second run fails with \"{says}\".");
    Some(advised(step, change, step.finding(message)))
}

/// A change of a table that dbt does not make.
fn of_other_table<'f>(step: &Step<'f>, change: &Change<'f>, deeds: &Deeds<'f>, name: &Name) -> Option<Finding<'f>> {
    let anew = deeds.any(step, name, When::Ever, clears) || is_undone(step, deeds, name);
    let local = name.parts.len() == 1 || step.outline().temporary;
    if change.is_guarded || anew || local || matches!(change.kind, Kind::AddAnother | Kind::RenameTable) {
        return None;
    }
    let (shown, says) = (change.shown(step), change.kind.fails_with());
    let message = format!(
        "`{shown}` works once: hooks run with every command, and where nothing makes the table anew the second run fails \
         with \"{says}\"."
    );
    let finding = step.finding(message);
    // A hook makes the table once, and it stays.
    let is_kept = deeds.any(step, name, When::Before, |other| other.outline().if_not_exists);
    let finding = if is_kept { finding } else { finding.severity(Severity::Warning).confidence(Confidence::Medium) };
    Some(advised(step, change, finding))
}

/// The finding with what to do.
fn advised<'f>(step: &Step<'f>, change: &Change<'f>, finding: Finding<'f>) -> Finding<'f> {
    use Dialect::{BigQuery, ClickHouse, Databricks, DuckDb, Postgres, Snowflake, SqlServer, Trino};
    let dialect = step.dialect();
    let (words, knows) = match change.kind {
        Kind::AddColumn => {
            ("if not exists", matches!(dialect, Postgres | Snowflake | BigQuery | DuckDb | ClickHouse | Trino))
        }
        Kind::DropColumn => (
            "if exists",
            matches!(dialect, Postgres | Snowflake | BigQuery | DuckDb | ClickHouse | Trino | SqlServer | Databricks),
        ),
        Kind::DropConstraint => ("if exists", matches!(dialect, Postgres | SqlServer | BigQuery | Databricks)),
        _ => ("", false),
    };
    if let (true, Some(at)) = (knows, change.part_at) {
        let fix = step.insertion(words, at, Safety::Safe);
        return finding.help(format!("add {}", words.to_uppercase())).fix(fix);
    }
    finding.help(match change.kind {
        Kind::AddConstraint | Kind::AddPrimaryKey => {
            "declare it under `constraints` in the model's properties, or drop it with IF EXISTS before, in the same hook"
        }
        Kind::RenameColumn => "give the column its name in the model's query",
        _ => "ask the catalog before, or make the change outside of dbt",
    })
}

/// Whether something that runs before takes the same thing off the table, or may do so.
fn is_undone(step: &Step<'_>, deeds: &Deeds<'_>, name: &Name) -> bool {
    let undoes = |other: &Step<'_>| {
        let outline = other.outline();
        let first = outline.action.first().map(String::as_str);
        clears_table(other) || (outline.verb == Verb::Alter && matches!(first, Some("drop" | "add" | "rename")))
    };
    let opposite = |other: &Step<'_>| {
        let own = step.outline().action.first();
        undoes(other) && (clears_table(other) || other.outline().action.first() != own)
    };
    deeds.any(step, name, When::Before, opposite)
}

fn clears_table(step: &Step<'_>) -> bool {
    matches!(step.outline().verb, Verb::Drop) || (step.outline().verb == Verb::Create && !step.outline().if_not_exists)
}

/// Whether the code of the hook's own model has a word.
fn model_says(step: &Step<'_>, word: &str) -> bool {
    let scene = &step.sql.scene;
    let Some(node) = scene.hook().node.map(|at| &scene.findings.project.nodes[at]) else { return true };
    let Some(code) = node.code.as_ref().filter(|_| node.resource == Resource::Model) else { return true };
    let code = code.as_str();
    // A query with a star may give any column.
    let after = code.find("}}").map_or(code, |at| &code[at..]);
    after.contains('*') || crate::lint::existence::words(after).any(|known| known.eq_ignore_ascii_case(word))
}
