//! Finds a pre-hook outside the transaction, after which `PostgreSQL` builds the model without one.

use crate::hook::HookKind;
use crate::lint::{Finding, Findings, Sink};
use crate::materialization::Slot;
use crate::render::materialized::Owner;

pub(in crate::lint) fn check<'f>(findings: &'f Findings<'f>, sink: &mut Sink<'f>) {
    for scene in findings.scenes() {
        let hook = scene.hook();
        let outside = hook.kind == HookKind::PreHook && !hook.transaction && scene.adapter() == "postgres";
        if !outside || scene.judged.rendering.sent.is_empty() {
            continue;
        }
        let Some(materialization) = scene.materialization().filter(|one| one.owner == Owner::Shipped) else { continue };
        if materialization.slots.contains(&Slot::PreOutside) {
            let message = "dbt sends `commit;` before a pre-hook with `transaction: false`, and on PostgreSQL no \
                           transaction is begun after it: the node is built statement by statement, and where it fails \
                           half way what is done by then stays.";
            sink.add(
                Finding::of(&scene, None, None, message)
                    .help("move it to on-run-start or, where it can wait, to a post-hook; or let it run inside"),
            );
        }
    }
}
