//! Finds an index without a name on a table that is kept from run to run.

use crate::lint::deeds::is_seldom;
use crate::lint::relations::Life;
use crate::lint::{Findings, Sink, Step};
use crate::sql::{Dialect, Name, ObjectKind, Verb};

pub(in crate::lint) fn check<'f>(findings: &'f Findings<'f>, sink: &mut Sink<'f>) {
    for step in findings.steps_of([Verb::Create]) {
        let Some(table) = table_of_unnamed(&step) else { continue };
        let scene = step.sql.scene;
        let Some(relation) = findings.own_relation(&scene, table) else { continue };
        if matches!(relation.life(), Life::Kept | Life::Emptied) && !is_seldom(&step) {
            let described = relation.described(&scene);
            let message = format!(
                "This index has no name, and a run keeps the table of {described}: each run makes another index, and \
                 every write has to keep all of them."
            );
            let help = "give the index a name and add IF NOT EXISTS, or declare it with the `indexes` config";
            sink.add(step.finding(message).help(help));
        }
    }
}

/// The table of an index that the warehouse has to name.
fn table_of_unnamed<'f>(step: &Step<'f>) -> Option<&'f Name> {
    let outline = step.outline();
    let index = outline.verb == Verb::Create && outline.object == Some(ObjectKind::Index) && outline.name.is_none();
    outline.on.as_ref().filter(|_| index && step.dialect() == Dialect::Postgres && !outline.is_guarded())
}
