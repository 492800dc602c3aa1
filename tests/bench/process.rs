//! Commands as their users start them: how long one takes, and the most memory it holds.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use std::{fmt, fs, io, thread};

/// What one command took.
#[derive(Clone, Copy)]
pub(crate) struct Cost {
    /// From its start to its end.
    pub(crate) time: Duration,
    /// The most memory that it held, in bytes; its children's is not counted. None where the system does not tell.
    pub(crate) memory: Option<u64>,
}

impl fmt::Display for Cost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:>9.3} s", self.time.as_secs_f64())?;
        self.memory.map_or(Ok(()), |bytes| write!(f, ", {:>5.0} MB", bytes as f64 / 1e6))
    }
}

/// Runs the command in that folder, which may end with findings (exit code 1), and takes the quickest of several runs.
///
/// # Errors
/// The command is not there, or fails.
pub(crate) fn cost(folder: &Path, runs: usize, program: &str, arguments: &[&str]) -> io::Result<Cost> {
    let mut best: Option<Cost> = None;
    for _ in 0..runs {
        let cost = once(folder, program, arguments)?;
        best = Some(best.filter(|best| best.time <= cost.time).unwrap_or(cost));
    }
    best.ok_or_else(|| io::Error::other("no run"))
}

fn once(folder: &Path, program: &str, arguments: &[&str]) -> io::Result<Cost> {
    let start = Instant::now();
    let mut child = Command::new(program)
        .args(arguments)
        .current_dir(folder)
        .env("DO_NOT_TRACK", "1")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()?;
    let status = format!("/proc/{}/status", child.id());
    let mut memory = None;
    let ended = loop {
        memory = peak(&status).or(memory);
        if let Some(ended) = child.try_wait()? {
            break ended;
        }
        thread::sleep(Duration::from_millis(1));
    };
    let time = start.elapsed();
    match ended.code() {
        Some(0 | 1) => Ok(Cost { time, memory }),
        _ => Err(io::Error::other(format!("{program} {}: {ended}", arguments.join(" ")))),
    }
}

/// The most memory that a process has held so far, as Linux tells it.
fn peak(status: &str) -> Option<u64> {
    let text = fs::read_to_string(status).ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok().map(|kilobytes| kilobytes * 1024)
}
