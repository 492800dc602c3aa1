//! Work that is done again whenever a file of a project changes.

use std::path::Path;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::Duration;

use notify::{Event, EventKind, RecursiveMode, Watcher as _};

use super::{Complaint, Outcome};

/// How long nothing more changes before the work is done again: editors write in several steps.
const SETTLED: Duration = Duration::from_millis(60);
/// The endings of files that a project is made of.
const ENDINGS: &[&str] = &["sql", "yml", "yaml", "csv", "py", "md", "dbtignore"];
/// Folders that dbt and others write to.
const SKIPPED: &[&str] = &["target", "logs", ".git", ".venv", "node_modules"];

/// Does the work, and again whenever a file below the roots changes. Ends only where it fails.
pub(super) fn watch(roots: &[&Path], mut work: impl FnMut() -> Result<(), Complaint>) -> Result<Outcome, Complaint> {
    let (changed, changes) = mpsc::channel();
    let failed = |reason: notify::Error| format!("the files can't be watched: {reason}: leave out --watch");
    let mut watcher = notify::recommended_watcher(move |event: notify::Result<Event>| {
        if event.is_ok_and(|event| matters(&event)) {
            // Nobody is there to be told only when the process ends.
            let _ = changed.send(());
        }
    })
    .map_err(failed)?;
    for root in roots {
        watcher.watch(root, RecursiveMode::Recursive).map_err(failed)?;
    }
    loop {
        work()?;
        if changes.recv().is_err() {
            return Err("the files are watched no more: start it again".to_owned());
        }
        while changes.recv_timeout(SETTLED) != Err(RecvTimeoutError::Timeout) {}
    }
}

/// Whether a change may change what is found.
fn matters(event: &Event) -> bool {
    let is_change = !matches!(event.kind, EventKind::Access(_));
    let is_ours = |path: &std::path::PathBuf| {
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending).to_lowercase();
        // A folder that is moved or removed has no ending.
        let matters = ENDINGS.contains(&&*ending) || !name.contains('.');
        matters && !path.components().any(|part| SKIPPED.iter().any(|skipped| part.as_os_str() == *skipped))
    };
    is_change && event.paths.iter().any(is_ours)
}
