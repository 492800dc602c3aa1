//! The command-line tool.

mod cli;

use std::process::ExitCode;

use mimalloc::MiMalloc;

/// A check makes millions of small values, on all threads.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

/// Templates and SQL are trees that are walked, and dropped, by recursion.
const STACK: usize = 64 << 20;

fn main() -> ExitCode {
    match std::thread::Builder::new().stack_size(STACK).spawn(cli::run) {
        Ok(work) => match work.join() {
            Ok(code) => ExitCode::from(code),
            Err(panic) => std::panic::resume_unwind(panic),
        },
        Err(reason) => {
            cli::complain(&format!("no thread can be started ({reason}): free some memory and run again"));
            ExitCode::from(cli::COULD_NOT_RUN)
        }
    }
}
