//! Finds a comment to hookproof that names no rule, or one that does not exist.

use crate::lint::{Finding, Findings, Sink};

pub(in crate::lint) fn check<'f>(findings: &'f Findings<'f>, sink: &mut Sink<'f>) {
    for comment in findings.policy.comments.iter() {
        if let Some(fault) = comment.fault {
            let message = format!("This comment silences nothing: {fault}.");
            sink.add(Finding::at(Some(comment.place), message));
        }
        for (place, name) in &comment.names {
            if let Err(why) = name {
                sink.add(Finding::at(Some(*place), format!("This comment silences nothing: {why}.")));
            }
        }
    }
}
