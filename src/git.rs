//! What a project was at another revision, as git has it. Only reads; the work tree and the index stay as they
//! are.

use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};

use crate::project::Overlay;
use crate::run::Failure;

/// The endings of files that a project is made of.
const ENDINGS: &[&str] = &[".sql", ".yml", ".yaml", ".csv", ".py", ".dbtignore"];

/// A project at another revision.
#[derive(Debug, Clone, Default)]
pub struct Past {
    /// What was otherwise then.
    pub overlay: Overlay,
    /// The files that are not the same since, by their paths from the project's root, with `/`.
    pub changed: BTreeSet<String>,
}

/// The top of the repository that a folder is in.
#[must_use]
pub fn top(folder: &Path) -> Option<&Path> {
    // A work tree and a submodule have a file of this name.
    folder.ancestors().find(|folder| folder.join(".git").exists())
}

/// What the project in a folder was at a revision.
///
/// # Errors
/// A sentence that says what to do, where git is not there, the folder is in no repository, or there is no such
/// revision.
pub fn past(root: &Path, revision: &str) -> Result<Past, Failure> {
    let commit = format!("{revision}^{{commit}}");
    let commit = git(root, &["rev-parse", "--verify", "--quiet", "--end-of-options", &commit], |why| {
        if why.is_empty() {
            format!("git knows no revision `{revision}`: name a branch, a tag or a commit, and fetch it first")
        } else {
            format!("the changes since `{revision}` can't be told: git says \"{why}\"")
        }
    })?;
    let commit = commit.trim();
    let failed = |why: &str| format!("the changes since `{revision}` can't be told: git says \"{why}\"");
    let status = git(
        root,
        &["diff", "--name-status", "-z", "--no-renames", "--no-ext-diff", "--relative", commit, "--", "."],
        failed,
    )?;
    let untracked = git(root, &["ls-files", "-z", "--others", "--exclude-standard", "--", "."], failed)?;
    let mut past = Past::default();
    let mut were_there = Vec::new();
    let is_ours = |path: &str| ENDINGS.iter().any(|ending| path.to_lowercase().ends_with(ending));
    let mut parts = status.split('\0').filter(|part| !part.is_empty());
    while let (Some(state), Some(path)) = (parts.next(), parts.next()) {
        past.changed.insert(path.to_owned());
        if !is_ours(path) {
            continue;
        }
        if state == "A" {
            past.overlay.remove(root.join(path));
        } else {
            were_there.push(path.to_owned());
        }
    }
    for path in untracked.split('\0').filter(|path| !path.is_empty()) {
        past.changed.insert(path.to_owned());
        if is_ours(path) {
            past.overlay.remove(root.join(path));
        }
    }
    let texts = texts(root, commit, &were_there).map_err(|why| Failure(failed(&why.to_string())))?;
    for (path, text) in were_there.into_iter().zip(texts) {
        match text {
            Some(text) => past.overlay.set(root.join(&path), text),
            None => past.overlay.remove(root.join(&path)),
        }
    }
    Ok(past)
}

fn command(root: &Path) -> Command {
    let mut command = Command::new("git");
    // No lock is taken and no terminal is asked.
    command.arg("-C").arg(root).env("GIT_OPTIONAL_LOCKS", "0").env("GIT_TERMINAL_PROMPT", "0").stdin(Stdio::null());
    command
}

fn git(root: &Path, arguments: &[&str], failed: impl Fn(&str) -> String) -> Result<String, Failure> {
    let output = command(root).args(arguments).output().map_err(|reason| Failure(failed(&reason.to_string())))?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    Err(Failure(failed(said.lines().next().unwrap_or_default().trim_start_matches("fatal: "))))
}

/// The texts that files had at a commit; none where a file is no text that git has.
fn texts(root: &Path, commit: &str, paths: &[String]) -> std::io::Result<Vec<Option<String>>> {
    if paths.is_empty() {
        return Ok(Vec::new());
    }
    let mut child = command(root).args(["cat-file", "--batch"]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
    let (Some(mut input), Some(output)) = (child.stdin.take(), child.stdout.take()) else { return Ok(Vec::new()) };
    let asked: String = paths.iter().map(|path| format!("{commit}:./{}\n", path.replace('\n', " "))).collect();
    // What is asked may be more than a pipe holds while the answers wait to be read.
    let asking = std::thread::spawn(move || input.write_all(asked.as_bytes()));
    let mut output = BufReader::new(output);
    let mut texts = Vec::with_capacity(paths.len());
    for _ in paths {
        let mut head = String::new();
        output.read_line(&mut head)?;
        let size = head.trim_end().rsplit_once(" blob ").and_then(|(_, size)| size.parse::<usize>().ok());
        let Some(size) = size else {
            texts.push(None);
            continue;
        };
        let mut bytes = vec![0; size + 1];
        output.read_exact(&mut bytes)?;
        bytes.pop();
        texts.push(Some(String::from_utf8_lossy(&bytes).into_owned()));
    }
    // Where asking failed, so did reading.
    let _ = asking.join();
    child.wait()?;
    Ok(texts)
}
