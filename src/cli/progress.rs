//! A rehearsal that is watched: a bar on the terminal where it takes long, and an end in order when it is interrupted.

use std::io::{self, IsTerminal as _};
use std::sync::Arc;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use hookproof::prove::Progress;
use indicatif::{ProgressBar, ProgressStyle};

use super::interrupt;

/// A rehearsal that is over sooner shows no bar.
const PATIENCE: Duration = Duration::from_millis(700);
/// How often the bar moves.
const TICK: Duration = Duration::from_millis(100);

/// Does the work. The bar is on stderr, and only where that is a terminal. The first interrupt lets the rehearsal end
/// by itself, the second ends the process.
pub(super) fn shown<T>(progress: &Arc<Progress>, work: impl FnOnce() -> T) -> T {
    let stopped = Arc::clone(progress);
    interrupt::taken(move || {
        if stopped.is_stopped() {
            interrupt::end();
        }
        stopped.stop();
    });
    if !io::stderr().is_terminal() {
        return work();
    }
    let (done, is_done) = mpsc::channel::<()>();
    thread::scope(|scope| {
        scope.spawn(move || draw(progress, &is_done));
        let result = work();
        drop(done);
        result
    })
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
