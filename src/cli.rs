//! The commands: arguments in, results to stdout, everything else to stderr, and the exit code.
//!
//! 0: nothing at or above the failing level. 1: findings. 2: could not run.

mod arguments;
mod check;
mod interrupt;
mod paths;
mod progress;
mod rules;
mod terminal;
mod watch;

use std::fmt::Write as _;
use std::fs;
use std::io::{self, Write as _};
use std::path::Path;
use std::sync::Arc;

use clap::error::ErrorKind;
use clap::{CommandFactory as _, Parser as _};
use hookproof::diagnostic::counted;
use hookproof::difference::Difference;
use hookproof::disk::{self, Readers};
use hookproof::lock;
use hookproof::report;
use hookproof::report::compile::{self, Compiled};
use hookproof::report::diff;
use hookproof::report::list::{self, Listed};
use hookproof::report::plan::{self, Planned};
use hookproof::report::prove::{self, Proved};
use hookproof::report::query;
use hookproof::report::schema::Report;
use hookproof::settings::{self, schema};
use hookproof::{CheckOptions, PlanOptions, ProveOptions, discover, lsp};

use arguments::{Cli, Command, DiffFormat, Format, PlanFormat, ProjectArguments, ProveFormat, RulesFormat, SchemaOf};
use paths::Wanted;
use terminal::Terminal;

/// The exit code of a run that found something.
const FOUND: u8 = 1;
/// The exit code where hookproof could not do its work.
pub(crate) const COULD_NOT_RUN: u8 = 2;

/// What a command gives: its result, and the exit code.
struct Outcome {
    out: String,
    code: u8,
}

impl Outcome {
    fn ok(out: String) -> Outcome {
        Outcome { out, code: 0 }
    }
}

/// How results are given.
#[derive(Debug, Clone, Copy)]
struct Manner {
    terminal: Terminal,
    /// Only the result.
    is_quiet: bool,
    /// What is read, too.
    is_verbose: bool,
}

/// Why a command could not run: a sentence that says what to do.
type Complaint = String;

/// Runs the command that the arguments name; gives the exit code.
pub(crate) fn run() -> u8 {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // Help goes to stdout, the rest to stderr; where that fails there is nobody to tell.
            let _ = error.print();
            let asked = matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion);
            return if asked { 0 } else { COULD_NOT_RUN };
        }
    };
    let manner = Manner { terminal: Terminal::of_stdout(cli.color), is_quiet: cli.quiet, is_verbose: cli.verbose };
    // A rehearsal, and an editor, are ended in an order of their own.
    if !matches!(cli.command, Command::Prove { .. } | Command::Lsp { .. }) {
        interrupt::taken(interrupt::end);
    }
    match outcome(cli.command, manner) {
        Ok(outcome) => match print(&outcome.out) {
            Ok(()) => outcome.code,
            Err(reason) => {
                complain(&format!("the result can't be written: {reason}"));
                COULD_NOT_RUN
            }
        },
        Err(complaint) => {
            complain(&complaint);
            COULD_NOT_RUN
        }
    }
}

/// Says on stderr why there is no result.
pub(crate) fn complain(complaint: &str) {
    let _ = writeln!(io::stderr().lock(), "hookproof: {complaint}");
}

/// Writes a result to stdout. A reader that went away has read enough.
fn print(out: &str) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    match stdout.write_all(out.as_bytes()).and_then(|()| stdout.flush()) {
        Err(reason) if reason.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => other,
    }
}

fn outcome(command: Command, manner: Manner) -> Result<Outcome, Complaint> {
    let terminal = manner.terminal;
    match command {
        Command::Check(arguments) => check::check(&arguments, manner),
        Command::Compile { project, format, command, select } => {
            let mut options = options(&project, format == Format::Json)?;
            options.command = command;
            let mut compiled = hookproof::compile(&options).map_err(|failure| failure.to_string())?;
            if let Some(wanted) = &select {
                selected(&mut compiled, wanted)?;
            }
            let show = match format {
                Format::Text => |one: &Compiled, terminal: Terminal| compile::text(one, terminal.colour),
                Format::Json => |one: &Compiled, _| compile::json(one),
            };
            Ok(Outcome::ok(joined(compiled.iter().map(|one| show(one, terminal)))))
        }
        Command::Diff { revision, project, format, exit_code } => {
            let options = options(&project, format == DiffFormat::Json)?;
            let found = hookproof::diff(&options, &revision).map_err(|failure| failure.to_string())?;
            let show = |one: &Difference| match format {
                DiffFormat::Text => diff::text(one, terminal.colour),
                DiffFormat::Json => diff::json(one, &revision),
                DiffFormat::Markdown => diff::markdown(one, &revision),
            };
            let differs = found.iter().any(|one| !one.hooks.is_empty());
            let code = if exit_code && differs { FOUND } else { 0 };
            Ok(Outcome { out: joined(found.iter().map(show)), code })
        }
        Command::Lock { project } => {
            let locks = hookproof::lock(&project.options()?).map_err(|failure| failure.to_string())?;
            let mut out = String::new();
            for (root, lock) in locks {
                lock.write(&root).map_err(|failure| failure.to_string())?;
                let (hooks, macros) = lock.len();
                let (hooks, macros) = (counted(hooks, "hook"), counted(macros, "macro"));
                let file = root.join(lock::FILE);
                let _ = writeln!(out, "{hooks} and {macros} of packages are accepted: {}", file.display());
            }
            Ok(Outcome::ok(out))
        }
        Command::List { project, format } => {
            let options = options(&project, format == Format::Json)?;
            let listed = hookproof::list(&options).map_err(|failure| failure.to_string())?;
            let show = match format {
                Format::Text => |one: &Listed, terminal: Terminal| list::text(one, terminal.colour),
                Format::Json => |one: &Listed, _| list::json(one),
            };
            Ok(Outcome::ok(joined(listed.iter().map(|one| show(one, terminal)))))
        }
        Command::Plan { project, command, format } => {
            let options = options(&project, format == PlanFormat::Json)?;
            let wanted = PlanOptions { command, every_target: format == PlanFormat::Json };
            let planned = hookproof::plan(&options, &wanted).map_err(|failure| failure.to_string())?;
            let show = |one: &Planned| match format {
                PlanFormat::Text => plan::text(one, terminal.width, terminal.colour),
                PlanFormat::Json => plan::json(one),
                PlanFormat::Mermaid => plan::mermaid(one),
            };
            Ok(Outcome::ok(joined(planned.iter().map(show))))
        }
        Command::Prove { project, command, format, output, drill, db, strict } => {
            let options = options(&project, format == ProveFormat::Json || db.is_some())?;
            let wanted = ProveOptions { command, strict, drill, database: db, progress: Arc::default() };
            let proved = progress::shown(&wanted.progress, || hookproof::prove(&options, &wanted));
            let proved = proved.map_err(|failure| failure.to_string())?;
            let code = if proved.iter().all(Proved::holds) { 0 } else { FOUND };
            let told = |format, Terminal { width, colour, .. }: Terminal| match format {
                ProveFormat::Text => joined(proved.iter().map(|one| prove::text(one, width, colour, manner.is_quiet))),
                ProveFormat::Json => joined(proved.iter().map(prove::json)),
                ProveFormat::Html => prove::html(&proved),
            };
            if let Some(path) = &output {
                put(path, &told(format, terminal.plain()))?;
            }
            let format = if output.is_some() { ProveFormat::Text } else { format };
            Ok(Outcome { out: told(format, terminal), code })
        }
        Command::Query { sql, db, format } => {
            let rows = hookproof::query(&db, &sql).map_err(|failure| failure.to_string())?;
            Ok(Outcome::ok(match format {
                Format::Text => query::text(&rows),
                Format::Json => query::json(&rows),
            }))
        }
        Command::Init { path } => init(&path),
        Command::Schema { of } => Ok(Outcome::ok(match of {
            SchemaOf::Check => report::schema::schema(Report::Check),
            SchemaOf::Compile => report::schema::schema(Report::Compile),
            SchemaOf::Diff => report::schema::schema(Report::Diff),
            SchemaOf::List => report::schema::schema(Report::List),
            SchemaOf::Plan => report::schema::schema(Report::Plan),
            SchemaOf::Prove => report::schema::schema(Report::Prove),
            SchemaOf::Settings => schema::schema(),
        })),
        Command::Rules { format: RulesFormat::Text } => Ok(Outcome::ok(rules::table())),
        Command::Rules { format: RulesFormat::Markdown } => Ok(Outcome::ok(rules::index())),
        Command::Lsp { scenario, rules, stdio: _ } => {
            let mut options = scenario.options(Path::new("."))?;
            options.rules = rules.change()?;
            let left = lsp::serve(io::stdin().lock(), io::stdout(), &options)
                .map_err(|reason| format!("what the editor says can't be read: {reason}"))?;
            Ok(Outcome { out: String::new(), code: u8::from(!left) })
        }
        Command::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Cli::command(), "hookproof", &mut script);
            Ok(Outcome::ok(String::from_utf8_lossy(&script).into_owned()))
        }
        Command::Man { folder } => {
            let written = fs::create_dir_all(&folder).and_then(|()| clap_mangen::generate_to(Cli::command(), &folder));
            written.map_err(|reason| format!("the pages can't be written to {}: {reason}", folder.display()))?;
            Ok(Outcome::ok(String::new()))
        }
        Command::Explain { rule } => rules::page(&rule).map(Outcome::ok),
    }
}

/// Writes the file of the settings beside that of the project.
fn init(path: &Path) -> Result<Outcome, Complaint> {
    let roots = discover::roots(path).map_err(|missing| missing.to_string())?;
    let [root] = roots.as_slice() else {
        return Err(format!("{} holds {} dbt projects: name one of them", path.display(), roots.len()));
    };
    let file = root.join(settings::FILE);
    let shown = file.display();
    disk::write_new(&file, schema::TEMPLATE.as_bytes(), Readers::All).map_err(|reason| match reason.kind() {
        io::ErrorKind::AlreadyExists => format!("{shown} is there already, and is left as it is"),
        _ => format!("{shown} can't be written: {}", disk::reason(&reason)),
    })?;
    Ok(Outcome::ok(format!("{shown} is written: it shows every setting, all of them commented out\n")))
}

/// JSON is the result of one project.
fn only_one(wanted: &[Wanted]) -> Result<(), Complaint> {
    let mut roots = Vec::new();
    for (path, _) in wanted {
        roots.extend(discover::roots(path).map_err(|missing| missing.to_string())?);
    }
    match roots.as_slice() {
        [first, _, ..] => Err(format!(
            "there are {} dbt projects, and JSON is the result of one: name one of them, such as {}",
            roots.len(),
            first.display()
        )),
        _ => Ok(()),
    }
}

/// What the library is asked for. Only one project can be told in JSON.
fn options(project: &ProjectArguments, one_only: bool) -> Result<CheckOptions, Complaint> {
    if one_only {
        only_one(&[(project.path.clone(), None)])?;
    }
    project.options()
}

/// Writes a result to the file that `--output` names.
fn put(path: &Path, result: &str) -> Result<(), Complaint> {
    let written = disk::write(path, result.as_bytes(), Readers::Owner);
    written.map_err(|why| format!("{} can't be written: {}", path.display(), disk::reason(&why)))
}

/// The projects' results, with a blank line between them.
fn joined(each: impl Iterator<Item = String>) -> String {
    each.collect::<Vec<_>>().join("\n")
}

/// Keeps the hooks whose id holds a text; a node's id is a part of its hooks' ids.
fn selected(compiled: &mut [Compiled], wanted: &str) -> Result<(), Complaint> {
    for one in compiled.iter_mut() {
        one.hooks.retain(|(hook, ..)| hook.id.contains(wanted));
    }
    if compiled.iter().all(|one| one.hooks.is_empty()) {
        return Err(format!("no hook's id contains `{wanted}`: see them with `hookproof list --format json`"));
    }
    Ok(())
}
