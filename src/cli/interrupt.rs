//! Interrupts (SIGINT, SIGTERM, SIGHUP): no file is left half-written, and somebody is told.

use std::process;
use std::time::Duration;

use hookproof::disk;

use super::{COULD_NOT_RUN, complain};

/// How long an interrupt waits for a file that is being written.
const PATIENCE: Duration = Duration::from_secs(2);

/// Does this at each interrupt. Where the system does not let them be taken they end the process as ever: what is
/// written is whole then too.
pub(super) fn taken(then: impl FnMut() + Send + 'static) {
    let _ = ctrlc::set_handler(then);
}

/// Ends the process.
pub(super) fn end() {
    let _settled = disk::settled(PATIENCE);
    complain("interrupted: nothing is half-written");
    process::exit(i32::from(COULD_NOT_RUN));
}
