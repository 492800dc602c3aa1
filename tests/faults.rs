//! What goes wrong around the tool: full disks, folders that can't be written, kills, interrupts, pipes, two runs at
//! once. It says so, ends with 2, and what was there before is still there, whole.

#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stderr)]

use std::fs;
use std::io::Read as _;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use hookproof::fix::{self, Changed};
use tempfile::TempDir;

const BINARY: &str = env!("CARGO_BIN_EXE_hookproof");
/// Beyond this a command hangs.
const HANGS: Duration = Duration::from_mins(1);

const PROJECT: &str = "name: p\nversion: '1.0'\nprofile: p\non-run-start:\n  - create table log (id int)\non-run-end:\n  \
                       - \"drop table staging.orders_today\"\n  - \"drop table staging.orders_of_the_day_before\"\n";
const PROFILES: &str = "p:\n  outputs:\n    default: {type: postgres, host: h, user: u, password: p, port: 5432, dbname: d, schema: dev}\n";
const PACKAGE: &str = "name: q\nversion: '1.0'\non-run-end:\n  - \"{{ q.done() }}\"\n";

fn put(root: &Path, path: &str, text: impl AsRef<[u8]>) {
    let path = root.join(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

fn project() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let rows: String = (0..1_000).map(|n| format!("{n},row number {n}\n")).collect();
    let grants: String = (0..40).map(|n| format!("  - grant select on table_{n}\n")).collect();
    for (path, text) in [
        ("dbt_project.yml", format!("{PROJECT}{grants}")),
        ("profiles.yml", PROFILES.to_owned()),
        ("models/m.sql", "select 1 as id".to_owned()),
        ("seeds/s.csv", format!("id,name\n{rows}")),
        ("packages.yml", "packages:\n  - {package: me/q, version: 1.0.0}\n".to_owned()),
        ("dbt_packages/q/dbt_project.yml", PACKAGE.to_owned()),
        ("dbt_packages/q/macros/done.sql", "{% macro done() %}select 1{% endmacro %}".to_owned()),
    ] {
        put(folder.path(), path, text);
    }
    folder
}

/// A command that writes a file.
struct Writer {
    arguments: &'static [&'static str],
    /// The file, from the project's root.
    file: &'static str,
    /// What is there before; none where the command makes the file only.
    old: Option<String>,
    /// What the command writes.
    new: Vec<u8>,
}

impl Writer {
    fn all() -> Vec<Writer> {
        let old = || Some("what was there before\n".repeat(300));
        let cases: [(&[&str], &str, Option<String>); 8] = [
            (&["check", "--format", "json", "--output", "found.json"], "found.json", old()),
            (&["prove", "--format", "html", "--output", "proof.html"], "proof.html", old()),
            (&["prove", "--format", "json", "--output", "proof.json"], "proof.json", old()),
            (&["prove", "--db", "kept.db"], "kept.db", old()),
            (&["check", "--write-baseline", "known.json"], "known.json", old()),
            (&["lock"], "hookproof.lock", Some("{\"schema_version\": 1, \"hooks\": [], \"macros\": []}".to_owned())),
            (&["check", "--fix"], "dbt_project.yml", None),
            (&["init"], "hookproof.yml", None),
        ];
        let of = |(arguments, file, old): (&'static [&'static str], &'static str, _)| {
            let folder = project();
            let status = start(folder.path(), arguments).wait().unwrap();
            assert!(matches!(status.code(), Some(0 | 1)), "{arguments:?}: {status}");
            let new = fs::read(folder.path().join(file)).unwrap();
            Writer { arguments, file, old, new }
        };
        cases.into_iter().map(of).collect()
    }

    /// A project as it is before the command.
    fn before(&self) -> (TempDir, Option<Vec<u8>>) {
        let folder = project();
        if let Some(old) = &self.old {
            put(folder.path(), self.file, old);
        }
        let old = fs::read(folder.path().join(self.file)).ok();
        (folder, old)
    }

    /// What is wrong with the file after the command.
    fn wrong(&self, root: &Path, old: Option<&Vec<u8>>) -> Option<String> {
        let left = fs::read(root.join(self.file)).ok();
        let is_whole = left.as_ref() == old || left.as_ref() == Some(&self.new);
        (!is_whole).then(|| format!("{:?} left {} bytes", self.arguments, left.map_or(0, |left| left.len())))
    }
}

fn start(root: &Path, arguments: &[&str]) -> Child {
    let mut command = Command::new(BINARY);
    command.args(arguments).current_dir(root).stdin(Stdio::null()).stdout(Stdio::null());
    command.stderr(fs::File::create(root.join("said.log")).unwrap()).spawn().unwrap()
}

/// How a command ended; none where it hangs, and is ended.
fn ended(child: &mut Child) -> Option<ExitStatus> {
    let start = Instant::now();
    while start.elapsed() < HANGS {
        if let Some(status) = child.try_wait().unwrap() {
            return Some(status);
        }
        thread::sleep(Duration::from_millis(2));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    None
}

fn is_staged(root: &Path) -> bool {
    let names = fs::read_dir(root).unwrap().map(|entry| entry.unwrap().file_name());
    names.into_iter().any(|name| name.to_str().is_some_and(|name| name.starts_with(".hookproof-")))
}

/// Runs what is given through a shell that changes something first.
fn through_shell(root: &Path, first: &str, arguments: &[&str]) -> (Option<i32>, String) {
    let script = format!("{first}; exec \"$0\" \"$@\"");
    let mut command = Command::new("sh");
    command.args(["-c", &script, BINARY]).args(arguments).current_dir(root).stdin(Stdio::null());
    let output = command.output().unwrap();
    (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
}

/// Numbers that look like chance, the same each time.
struct Chance(u64);

impl Chance {
    fn below(&mut self, most: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % most
    }
}

/// More kills, from another beginning: `HOOKPROOF_KILLS=600 HOOKPROOF_SEED=2 cargo test --test faults kill`.
fn asked(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(otherwise)
}

#[test]
fn a_kill_leaves_the_old_file_or_the_new_one() {
    let kills = asked("HOOKPROOF_KILLS", 48);
    let mut chance = Chance(asked("HOOKPROOF_SEED", 1));
    let writers = Writer::all();
    let (mut hit, mut late, mut staged, mut told, mut old_left, mut wrong) = (0, 0, 0, 0, 0, Vec::new());
    for n in 0..kills {
        let writer = &writers[n as usize % writers.len()];
        let (folder, old) = writer.before();
        let mut child = start(folder.path(), writer.arguments);
        let began = Instant::now();
        // Half of them at any time, half once something is being written.
        let at = Duration::from_micros(chance.below(250_000));
        let on_sight = chance.below(2) == 0;
        let mut is_over = false;
        while began.elapsed() < HANGS && !is_over {
            if if on_sight { is_staged(folder.path()) } else { began.elapsed() >= at } {
                break;
            }
            is_over = child.try_wait().unwrap().is_some();
        }
        let signal = ["KILL", "TERM", "INT"][chance.below(3) as usize];
        if is_over {
            late += 1;
        } else {
            let sent = Command::new("kill").args([&format!("-{signal}"), &child.id().to_string()]).status().unwrap();
            hit += u64::from(sent.success());
        }
        let status = ended(&mut child);
        let said = fs::read_to_string(folder.path().join("said.log")).unwrap();
        staged += u64::from(is_staged(folder.path()));
        old_left += u64::from(fs::read(folder.path().join(writer.file)).ok() == old);
        wrong.extend(writer.wrong(folder.path(), old.as_ref()));
        match status {
            None => wrong.push(format!("{:?} hangs after {signal}", writer.arguments)),
            Some(status) if status.code() == Some(2) => {
                told += 1;
                let is_clear = said.contains("interrupted: nothing is half-written") || said.contains("was stopped");
                if !is_clear || signal == "KILL" {
                    wrong.push(format!("{:?} after {signal}: {said}", writer.arguments));
                }
            }
            Some(_) if said.contains("panicked") => wrong.push(said),
            Some(_) => {}
        }
        // What is left over is in nobody's way.
        if is_staged(folder.path()) {
            let again = ended(&mut start(folder.path(), writer.arguments));
            let is_there = fs::read(folder.path().join(writer.file)).ok().as_ref() == Some(&writer.new);
            if !again.is_some_and(|status| matches!(status.code(), Some(0 | 1))) && !is_there {
                wrong.push(format!("{:?} does not run after {signal}", writer.arguments));
            }
        }
    }
    eprintln!(
        "{kills} runs: {hit} killed, {late} were over before; {told} ended with 2 and a message, {staged} left a file \
         beside, {old_left} the old file, {} wrong",
        wrong.len()
    );
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_full_disk_leaves_what_was_there() {
    for writer in Writer::all() {
        let (folder, old) = writer.before();
        let (code, said) = through_shell(folder.path(), "trap '' XFSZ; ulimit -f 0", writer.arguments);
        assert_eq!(code, Some(2), "{:?}: {said}", writer.arguments);
        assert!(said.starts_with("hookproof: ") && !said.contains("panicked"), "{said}");
        assert_eq!(fs::read(folder.path().join(writer.file)).ok(), old, "{:?}", writer.arguments);
        assert!(!is_staged(folder.path()), "{:?}", writer.arguments);
    }
}

#[test]
fn a_full_device_is_told() {
    let full = Path::new("/dev/full");
    if !full.exists() {
        eprintln!("skipped: this system has no /dev/full");
        return;
    }
    let folder = project();
    for arguments in [vec!["check"], vec!["check", "--output", "/dev/full"], vec!["prove"], vec!["rules"], vec!["list"]]
    {
        let mut command = Command::new(BINARY);
        let out = fs::OpenOptions::new().write(true).open(full).unwrap();
        let output = command.args(&arguments).current_dir(folder.path()).stdout(out).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {said}");
        assert!(said.contains("can't be written: "), "{said}");
    }
}

#[test]
fn where_nothing_can_be_written_it_says_so() {
    for writer in Writer::all().iter().filter(|writer| writer.arguments.contains(&writer.file)) {
        let (folder, _) = writer.before();
        let aim = |file: &str| -> Vec<String> {
            writer.arguments.iter().map(|one| if *one == writer.file { file } else { one }.to_owned()).collect()
        };
        for (file, why) in [("missing/file", "its folder does not exist"), ("models", "it is no file")] {
            let arguments = aim(file);
            let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
            let (code, said) = through_shell(folder.path(), ":", &arguments);
            assert_eq!(code, Some(2), "{arguments:?}: {said}");
            assert!(said.contains(file) && said.contains(why), "{arguments:?}: {said}");
        }
    }
}

/// What runs a command as a user who may not do everything; none where that can't be arranged.
fn as_nobody(root: &Path) -> Option<Command> {
    let is_bound = |command: &mut Command| {
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok_and(|end| end.success())
    };
    let mut command = Command::new("setpriv");
    command.args(["--reuid=65534", "--regid=65534", "--clear-groups"]);
    let is_root = fs::read(root.join("locked")).is_ok();
    let mut own = if is_root { command } else { Command::new("env") };
    let mut tried = Command::new(own.get_program());
    tried.args(own.get_args()).args([BINARY, "list"]).arg(root);
    own.current_dir(root);
    is_bound(&mut tried).then_some(own)
}

/// A project whose folders others may read, with a file that nobody may.
fn for_others() -> TempDir {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = project();
    put(folder.path(), "locked", "x");
    fs::set_permissions(folder.path().join("locked"), fs::Permissions::from_mode(0o000)).unwrap();
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
    folder
}

#[test]
fn a_folder_that_is_read_only_is_left_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    for writer in Writer::all() {
        let folder = for_others();
        if let Some(old) = &writer.old {
            put(folder.path(), writer.file, old);
        }
        let before = fs::read(folder.path().join(writer.file)).ok();
        let Some(mut command) = as_nobody(folder.path()) else {
            eprintln!("skipped: no other user can run the binary here");
            return;
        };
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o555)).unwrap();
        let output = command.arg(BINARY).args(writer.arguments).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{:?}: {said}", writer.arguments);
        assert!(said.to_lowercase().contains("permission denied"), "{:?}: {said}", writer.arguments);
        assert_eq!(fs::read(folder.path().join(writer.file)).ok(), before, "{:?}", writer.arguments);
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
    }
}

#[test]
fn a_file_that_may_not_be_read_ends_with_2() {
    use std::os::unix::fs::PermissionsExt as _;
    for path in [
        "models/m.sql",
        "profiles.yml",
        "dbt_project.yml",
        "hookproof.yml",
        "hookproof.lock",
        "dbt_packages/q/macros/done.sql",
    ] {
        let folder = for_others();
        let Some(mut command) = as_nobody(folder.path()) else {
            eprintln!("skipped: no other user can run the binary here");
            return;
        };
        if !folder.path().join(path).exists() {
            put(folder.path(), path, "");
        }
        fs::set_permissions(folder.path().join(path), fs::Permissions::from_mode(0o000)).unwrap();
        let output = command.args([BINARY, "check"]).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{path}: {said}");
        assert!(
            said.contains(path.rsplit('/').next().unwrap()) && said.to_lowercase().contains("permission denied"),
            "{said}"
        );
    }
}

#[test]
fn pipes_and_devices_in_a_project_are_not_read() {
    let paths = [
        "models/pipe.sql",
        "models/pipe.yml",
        "macros/pipe.sql",
        "seeds/pipe.csv",
        "snapshots/pipe.sql",
        "tests/pipe.sql",
        "profiles.yml",
        "hookproof.yml",
        "hookproof.lock",
        "packages.yml",
        "dependencies.yml",
        ".dbtignore",
        "dbt_packages/q/macros/pipe.sql",
        "package-lock.yml",
        "selectors.yml",
    ];
    for path in paths {
        let folder = project();
        let file = folder.path().join(path);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        let _ = fs::remove_file(&file);
        assert!(Command::new("mkfifo").arg(&file).status().unwrap().success());
        for arguments in [["check"].as_slice(), &["prove"], &["list"], &["lock"]] {
            let status =
                ended(&mut start(folder.path(), arguments)).unwrap_or_else(|| panic!("{path}: {arguments:?} hangs"));
            assert!(matches!(status.code(), Some(0..=2)), "{path}: {arguments:?}: {status}");
        }
    }
}

#[test]
fn a_link_to_nothing_is_told() {
    let folder = project();
    std::os::unix::fs::symlink("nowhere", folder.path().join("models/gone.sql")).unwrap();
    let output = Command::new(BINARY).args(["check", "--format=concise"]).current_dir(folder.path()).output().unwrap();
    let out = String::from_utf8_lossy(&output.stdout);
    assert!(out.contains("models/gone.sql can't be read: it does not exist"), "{out}");
}

#[test]
fn what_changed_meanwhile_is_not_fixed_nor_what_belongs_with_it() {
    let folder = tempfile::tempdir().unwrap();
    let of = |name: &str, before: &str| {
        put(folder.path(), name, "old");
        let path = folder.path().join(name);
        Changed { path, shown: name.to_owned(), before: Arc::from(before), after: Arc::from("new") }
    };
    let changed = [of("a.sql", "old"), of("b.sql", "older")];
    let failure = fix::write(&changed).unwrap_err().to_string();
    assert_eq!(failure, "b.sql is left as it was: it has changed meanwhile, or is not UTF-8: run again");
    fs::remove_file(&changed[1].path).unwrap();
    assert!(fix::write(&changed).unwrap_err().to_string().starts_with("b.sql is left as it was: "));
    assert_eq!(fs::read_to_string(&changed[0].path).unwrap(), "old");
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let folder = project();
    for arguments in [["check"].as_slice(), &["prove"], &["compile"], &["rules"], &["--help"]] {
        let mut command = Command::new(BINARY);
        command.args(arguments).current_dir(folder.path()).stdin(Stdio::null());
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        drop(child.stdout.take());
        let mut said = String::new();
        child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
        let status = child.wait().unwrap();
        assert!(matches!(status.code(), Some(0 | 1)) && !said.contains("panicked"), "{arguments:?}: {status} {said}");
    }
}

#[test]
fn runs_at_once_leave_one_whole_file() {
    for writer in Writer::all() {
        let (folder, old) = writer.before();
        let mut runs: Vec<Child> = (0..4).map(|_| start(folder.path(), writer.arguments)).collect();
        let codes: Vec<Option<i32>> = runs.iter_mut().map(|run| run.wait().unwrap().code()).collect();
        // Another one was faster, or has changed what was to be mended.
        let only_one = matches!(writer.arguments, ["init"] | ["check", "--fix"]);
        let is_fine = |code: &Option<i32>| matches!(code, Some(0 | 1)) || (only_one && *code == Some(2));
        assert!(
            codes.iter().all(is_fine) && codes.iter().any(|code| *code != Some(2)),
            "{:?}: {codes:?}",
            writer.arguments
        );
        assert!(!is_staged(folder.path()));
        assert_eq!(writer.wrong(folder.path(), old.as_ref().filter(|_| false)), None);
    }
}

#[test]
fn a_database_that_is_no_database_is_told() {
    let folder = project();
    for (name, text) in [("empty.db", ""), ("text.db", "x"), ("broken.db", "SQLite format 3\0 and no more")] {
        put(folder.path(), name, text);
        let (code, said) = through_shell(folder.path(), ":", &["query", "--db", name, "select 1"]);
        assert_eq!(code, Some(2), "{said}");
        assert!(said.contains(name) && said.contains("prove --db"), "{said}");
    }
}
