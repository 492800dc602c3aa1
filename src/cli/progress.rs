//! A rehearsal that is watched: a bar on the terminal where it takes long, and an end in order when it is interrupted.

use std::io::{self, IsTerminal as _};
use std::process;
use std::sync::Arc;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use hookproof::prove::Progress;
use indicatif::{ProgressBar, ProgressStyle};

use super::{COULD_NOT_RUN, Complaint};

/// A rehearsal that is over sooner shows no bar.
const PATIENCE: Duration = Duration::from_millis(700);
/// How often the bar moves.
const TICK: Duration = Duration::from_millis(100);

/// Does the work. The bar is on stderr, and only where that is a terminal. The first interrupt lets the rehearsal end
/// by itself, the second ends the process.
pub(super) fn shown<T>(progress: &Arc<Progress>, work: impl FnOnce() -> T) -> Result<T, Complaint> {
    let stopped = Arc::clone(progress);
    ctrlc::set_handler(move || {
        if stopped.is_stopped() {
            process::exit(i32::from(COULD_NOT_RUN));
        }
        stopped.stop();
    })
    .map_err(|reason| format!("interrupts can't be taken ({reason}): run it again"))?;
    if !io::stderr().is_terminal() {
        return Ok(work());
    }
    let (done, is_done) = mpsc::channel::<()>();
    Ok(thread::scope(|scope| {
        scope.spawn(move || draw(progress, &is_done));
        let result = work();
        drop(done);
        result
    }))
}

/// Draws the bar until the work is done, then takes it away.
fn draw(progress: &Progress, is_done: &mpsc::Receiver<()>) {
    if is_done.recv_timeout(PATIENCE) != Err(RecvTimeoutError::Timeout) {
        return;
    }
    let bar = ProgressBar::new(0);
    if let Ok(style) = ProgressStyle::with_template("rehearsing {wide_bar} {pos} of {len} steps, {elapsed}") {
        bar.set_style(style);
    }
    loop {
        let (steps, all) = progress.steps();
        bar.set_length(all as u64);
        bar.set_position(steps as u64);
        if is_done.recv_timeout(TICK) != Err(RecvTimeoutError::Timeout) {
            break;
        }
    }
    bar.finish_and_clear();
}
