//! Finds a `create` that fails when the object is already there.

use crate::diagnostic::{Confidence, Safety, Severity};
use crate::hook::HookKind;
use crate::lint::existence::{Objects, is_asked, is_of_first_build, is_removed_where_asked, single_object};
use crate::lint::relations::Life;
use crate::lint::{Finding, Findings, Sink, Step};
use crate::sql::{Dialect, Name, ObjectKind, Verb};

fn finding<'f>(step: &Step<'f>, name: &Name, object: &ObjectKind, is_dropped_later: bool) -> Finding<'f> {
    let head = step.head();
    let finding = if is_dropped_later {
        let message = format!(
            "`{head}` fails when the {object} is already there: a hook drops it later, but a run that stops between the \
             two leaves it there."
        );
        step.finding(message).severity(Severity::Warning).confidence(Confidence::Medium)
    } else if is_of_first_build(step) {
        let message = format!(
            "`{head}` fails when the {object} is already there: `--full-refresh` makes the table anew, and may find the \
             {object} of the last time."
        );
        step.finding(message).severity(Severity::Warning).confidence(Confidence::Medium)
    } else {
        step.finding(format!(
            "`{head}` fails when the {object} is already there: hooks run with every command, and the second one stops \
             with \"already exists\"."
        ))
    };
    let after_create = step.outline().verb_range.end;
    match guard(step, object) {
        Guard::IfNotExists => {
            // The rows of a query are those of the first run from then on.
            let safety = if step.outline().writes_query { Safety::Unsafe } else { Safety::Safe };
            finding.help("add IF NOT EXISTS").fix(step.insertion("if not exists", name.range.start, safety))
        }
        Guard::OrReplace => {
            let fix = step.insertion("or replace", after_create, Safety::Unsafe);
            finding.help("add OR REPLACE after CREATE").fix(fix)
        }
        Guard::OrAlter => {
            finding.help("add OR ALTER after CREATE").fix(step.insertion("or alter", after_create, Safety::Unsafe))
        }
        Guard::Catalog => finding.help(format!("make the {object} outside of dbt, or ask the catalog before")),
        Guard::DropBefore => finding.help(format!("drop the {object} with IF EXISTS before, in the same hook")),
    }
}

pub(in crate::lint) fn check<'f>(findings: &'f Findings<'f>, sink: &mut Sink<'f>) {
    let mut objects = None;
    for step in findings.steps_of([Verb::Create]) {
        let Some((name, object)) = single_object(&step, &Verb::Create) else { continue };
        let outline = step.outline();
        let guarded = outline.is_guarded() || outline.temporary || is_asked(&step) || super::is_named_by_run(&step);
        let guarded = guarded || goes_with_its_table(&step, object);
        let objects = objects.get_or_insert_with(|| Objects::new(findings));
        let is_removed = || objects.is_removed_before(&step, name) || is_removed_where_asked(objects, &step, name);
        if !guarded && !is_removed() {
            let is_dropped_later = objects.is_removed_after(&step, name);
            sink.add(finding(&step, name, object, is_dropped_later));
        }
    }
}

/// How a statement is made to pass where the object is already there.
enum Guard {
    IfNotExists,
    OrReplace,
    OrAlter,
    Catalog,
    DropBefore,
}

fn guard(step: &Step<'_>, object: &ObjectKind) -> Guard {
    use ObjectKind as Kind;
    let dialect = step.dialect();
    match (object, dialect) {
        (Kind::View | Kind::Function | Kind::Procedure, Dialect::SqlServer) => Guard::OrAlter,
        (_, Dialect::SqlServer | Dialect::Oracle) => Guard::Catalog,
        (Kind::Role | Kind::User | Kind::Group | Kind::Database, Dialect::Postgres | Dialect::Redshift) => {
            Guard::Catalog
        }
        (Kind::View, Dialect::Sqlite) => Guard::IfNotExists,
        (Kind::View | Kind::Function | Kind::Procedure, _) => Guard::OrReplace,
        (Kind::Trigger | Kind::Policy | Kind::Type | Kind::MaterializedView, Dialect::Postgres | Dialect::Redshift) => {
            Guard::DropBefore
        }
        (Kind::Index, Dialect::MySql) => Guard::DropBefore,
        _ => Guard::IfNotExists,
    }
}

/// Whether it is part of a table that the run makes anew, and goes with the old one. `PostgreSQL` keeps an index's
/// name for as long as the old table is there, which is a rule of its own.
fn goes_with_its_table(step: &Step<'_>, object: &ObjectKind) -> bool {
    let scene = step.sql.scene;
    let part = matches!(object, ObjectKind::Index | ObjectKind::Trigger | ObjectKind::Policy);
    let Some(on) = step.outline().on.as_ref().filter(|_| part) else { return false };
    let relation = scene.findings.own_relation(&scene, on);
    relation.is_some_and(|relation| relation.life() == Life::Rebuilt) && scene.hook().kind == HookKind::PostHook
}
