//! The commands: arguments in, results to stdout, everything else to stderr, and the exit code.
//!
//! 0: nothing at or above the failing level. 1: findings. 2: could not run.

mod arguments;
mod paths;
mod progress;
mod rules;
mod terminal;

use std::fs;
use std::io::{self, Write as _};
use std::iter;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Parser as _;
use clap::error::ErrorKind;
use hookproof::baseline::Baseline;
use hookproof::diagnostic::{Confidence, Severity};
use hookproof::difference::Difference;
use hookproof::fix::{self, Fixed};
use hookproof::report::compile::{self, Compiled};
use hookproof::report::diff;
use hookproof::report::list::{self, Listed};
use hookproof::report::plan::{self, Planned};
use hookproof::report::prove::{self, Proved};
use hookproof::report::query;
use hookproof::report::schema::Report;
use hookproof::report::{self, CheckReport, TextOptions};
use hookproof::settings::{self, schema};
use hookproof::{CheckOptions, PlanOptions, ProveOptions, discover, lsp};

use arguments::{
    CheckFormat, Cli, Command, DiffFormat, FailOn, Format, PlanFormat, ProjectArguments, ProveFormat, RulesFormat,
    SchemaOf,
};
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
    let terminal = Terminal::of_stdout(cli.color);
    match outcome(cli.command, terminal) {
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

fn outcome(command: Command, terminal: Terminal) -> Result<Outcome, Complaint> {
    match command {
        Command::Check { project, more, format, output, fail_on, rules, fixing, known, branches } => {
            // What goes to a file is for whoever reads the file.
            let by_itself = || CheckFormat::of_environment(|name| std::env::var(name).ok());
            let format = format.unwrap_or_else(by_itself);
            let given: Vec<&Path> = iter::once(&project.path).chain(&more).map(PathBuf::as_path).collect();
            let wanted = paths::wanted(&given);
            if format == CheckFormat::Json {
                only_one(&wanted)?;
            }
            let mut options = project.options()?;
            options.rules = rules.change()?;
            options.changed_since.clone_from(&known.changed_since);
            let each = wanted.into_iter().map(|(path, files)| CheckOptions { path, files, ..options.clone() });
            let each: Vec<CheckOptions> = each.collect();
            let is_part = options.changed_since.is_some() || each.iter().any(|one| one.files.is_some());
            if fixing.unsafe_fixes && !fixing.fix && !fixing.diff {
                return Err("--unsafe-fixes says which fixes are applied: add --fix or --diff".to_owned());
            }
            if fixing.diff {
                let fixed = fixed(&each, fixing.unsafe_fixes)?;
                let code = if fixed.changed.is_empty() { 0 } else { FOUND };
                note_fixed(&fixed, "would mend", fixing.unsafe_fixes);
                return Ok(Outcome { out: fix::diff(&fixed.changed), code });
            }
            let mut reports = if fixing.fix {
                let fixed = fixed(&each, fixing.unsafe_fixes)?;
                fix::write(&fixed.changed).map_err(|failure| failure.to_string())?;
                note_fixed(&fixed, "mended", fixing.unsafe_fixes);
                fixed.reports
            } else {
                let mut reports = Vec::new();
                for one in &each {
                    reports.extend(hookproof::check(one).map_err(|failure| failure.to_string())?);
                }
                reports
            };
            if let Some(path) = &known.write_baseline {
                let baseline = Baseline::of(&reports);
                baseline.write(path).map_err(|failure| failure.to_string())?;
                complain(&format!("{} written to {}", counted(baseline.len(), "finding"), path.display()));
                return Ok(Outcome::ok(String::new()));
            }
            if let Some(path) = &known.baseline {
                with_baseline(&mut reports, path, known.prune_baseline, is_part)?;
            }
            let code = if reports.iter().any(|report| fails(report, fail_on)) { FOUND } else { 0 };
            let mut out = checked(&reports, format, terminal);
            if let Some(path) = &output {
                write(path, &out)?;
                out = checked(&reports, CheckFormat::Text, terminal);
            }
            if branches && matches!(format, CheckFormat::Text | CheckFormat::Concise) {
                for line in reports.iter().flat_map(CheckReport::unreached_lines) {
                    out.push_str(&line);
                    out.push('\n');
                }
            }
            Ok(Outcome { out, code })
        }
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
        Command::Prove { project, command, format, drill, db, strict } => {
            let options = options(&project, format == ProveFormat::Json || db.is_some())?;
            let wanted = ProveOptions { command, strict, drill, database: db, progress: Arc::default() };
            let proved = progress::shown(&wanted.progress, || hookproof::prove(&options, &wanted))?;
            let proved = proved.map_err(|failure| failure.to_string())?;
            let code = if proved.iter().all(Proved::holds) { 0 } else { FOUND };
            let out = match format {
                ProveFormat::Text => joined(proved.iter().map(|one| prove::text(one, terminal.width, terminal.colour))),
                ProveFormat::Json => joined(proved.iter().map(prove::json)),
                ProveFormat::Html => prove::html(&proved),
            };
            Ok(Outcome { out, code })
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
    let mut opened =
        fs::OpenOptions::new().write(true).create_new(true).open(&file).map_err(|reason| match reason.kind() {
            io::ErrorKind::AlreadyExists => format!("{shown} is there already, and is left as it is"),
            _ => format!("{shown} can't be written: {reason}"),
        })?;
    opened.write_all(schema::TEMPLATE.as_bytes()).map_err(|reason| format!("{shown} can't be written: {reason}"))?;
    Ok(Outcome::ok(format!("{shown} is written: it shows every setting, all of them commented out\n")))
}

/// A number with its noun.
fn counted(count: usize, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}

/// Leaves out the findings that a baseline holds, and says on stderr what it holds in vain.
///
/// Where only a part of the project is looked at, what is not found may be there all the same.
fn with_baseline(reports: &mut [CheckReport], path: &Path, prune: bool, is_part: bool) -> Result<(), Complaint> {
    if prune && is_part {
        return Err("--prune-baseline needs the whole project: leave out the files and --changed-since".to_owned());
    }
    let baseline = Baseline::read(path).map_err(|failure| failure.to_string())?;
    let gone = baseline.apply(reports);
    if gone.is_empty() || is_part {
        return Ok(());
    }
    let shown = path.display();
    if prune {
        baseline.without(&gone).write(path).map_err(|failure| failure.to_string())?;
        complain(&format!("{} taken out of {shown}", counted(gone.len(), "finding")));
    } else {
        complain(&format!(
            "{} of {shown} no more found: take out with --prune-baseline",
            counted(gone.len(), "finding")
        ));
    }
    Ok(())
}

/// Says on stderr what fixes did.
fn note_fixed(fixed: &Fixed, did: &str, unsafe_too: bool) {
    let (mended, files) = (counted(fixed.mended, "finding"), counted(fixed.changed.len(), "file"));
    let left = match fixed.left {
        0 => String::new(),
        _ if unsafe_too => String::new(),
        left => format!("; {} more with --unsafe-fixes, to be looked at", counted(left, "finding")),
    };
    complain(&format!("{did} {mended} in {files}{left}"));
}

/// Mends what is wanted, project by project.
fn fixed(each: &[CheckOptions], unsafe_too: bool) -> Result<Fixed, Complaint> {
    let mut all = Fixed::default();
    for one in each {
        let fixed = fix::fix(one, unsafe_too).map_err(|failure| failure.to_string())?;
        all.changed.extend(fixed.changed);
        all.reports.extend(fixed.reports);
        all.mended += fixed.mended;
        all.left += fixed.left;
    }
    Ok(all)
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

/// Writes a result to a file, whole or not at all.
fn write(path: &Path, out: &str) -> Result<(), Complaint> {
    fix::replace(path, out.as_bytes()).map_err(|reason| format!("{} can't be written: {reason}", path.display()))
}

fn checked(reports: &[CheckReport], format: CheckFormat, terminal: Terminal) -> String {
    match format {
        CheckFormat::Json => reports.iter().map(report::json).collect(),
        CheckFormat::Concise => reports.iter().map(report::concise).collect(),
        CheckFormat::Jsonl => report::jsonl(reports),
        CheckFormat::Sarif => report::sarif(reports),
        CheckFormat::Github => report::github(reports),
        CheckFormat::Gitlab => report::gitlab(reports),
        CheckFormat::Azure => report::azure(reports),
        CheckFormat::Junit => report::junit(reports),
        CheckFormat::Text => {
            let Terminal { colour, width, links } = terminal;
            joined(reports.iter().map(|one| report::text(one, &TextOptions { colour, width, links })))
        }
    }
}

/// The projects' results, with a blank line between them.
fn joined(each: impl Iterator<Item = String>) -> String {
    each.collect::<Vec<_>>().join("\n")
}

/// Whether a finding is bad and sure enough to fail the run. Low confidence never is.
fn fails(report: &CheckReport, fail_on: FailOn) -> bool {
    let least = match fail_on {
        FailOn::Error => Severity::Error,
        FailOn::Warning => Severity::Warning,
        FailOn::Info => Severity::Info,
        FailOn::Never => return false,
    };
    report.diagnostics.iter().any(|found| found.severity >= least && found.confidence > Confidence::Low)
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
