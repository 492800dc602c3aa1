//! `hookproof check`.

use std::collections::BTreeSet;
use std::io;
use std::iter;
use std::mem::ManuallyDrop;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use hookproof::CheckOptions;
use hookproof::baseline::Baseline;
use hookproof::diagnostic::{Confidence, Severity};
use hookproof::fix::{self, Fixed};
use hookproof::report::{self, CheckReport, TextOptions};

use super::arguments::{CheckArguments, CheckFormat, FailOn};
use super::terminal::Terminal;
use super::{Complaint, FOUND, Manner, Outcome, complain, counted, joined, only_one, paths, print, watch};

/// Checks what the arguments name: once, or for as long as it is watched.
pub(super) fn check(arguments: &CheckArguments, manner: Manner) -> Result<Outcome, Complaint> {
    let given: Vec<&Path> = iter::once(&arguments.project.path).chain(&arguments.more).map(PathBuf::as_path).collect();
    let of_stdin = arguments.stdin_filename.as_deref().map(|file| paths::of_stdin(file, &given)).transpose()?;
    let wanted = match &of_stdin {
        Some((root, inside)) => vec![(root.clone(), Some(BTreeSet::from([inside.clone()])))],
        None => paths::wanted(&given),
    };
    // What shows findings beside their lines in a CI system is taken there by itself.
    let format = arguments.format.unwrap_or_else(|| CheckFormat::of_environment(|name| std::env::var(name).ok()));
    if format == CheckFormat::Json {
        only_one(&wanted)?;
    }
    let mut options = arguments.project.options()?;
    if let Some((root, inside)) = &of_stdin {
        let text = io::read_to_string(io::stdin().lock());
        let text = text.map_err(|reason| format!("the text on stdin can't be read: {reason}"))?;
        options.overlay.set(root.join(inside), text);
    }
    options.rules = arguments.rules.change()?;
    options.changed_since.clone_from(&arguments.known.changed_since);
    let each = wanted.into_iter().map(|(path, files)| CheckOptions { path, files, ..options.clone() });
    let only = of_stdin.map(|(_, inside)| inside);
    // The process ends after it: what checks leave for the next ones is not taken apart.
    let check = ManuallyDrop::new(Check { arguments, manner, format, each: each.collect(), only });
    if arguments.watch { check.watch() } else { check.once() }
}

struct Check<'a> {
    arguments: &'a CheckArguments,
    manner: Manner,
    format: CheckFormat,
    /// What is asked for, project by project.
    each: Vec<CheckOptions>,
    /// The file of the project that stdin stands for: what is found elsewhere is not told.
    only: Option<String>,
}

impl Check<'_> {
    /// Checks again whenever a file changes. Ends only by an interrupt, or where nothing can be watched.
    fn watch(&self) -> Result<Outcome, Complaint> {
        let roots: Vec<&Path> = self.each.iter().map(|one| one.path.as_path()).collect();
        watch::watch(&roots, || {
            let shown = match self.once() {
                Ok(outcome) => outcome.out,
                Err(complaint) => format!("hookproof: {complaint}\n"),
            };
            let clear = if self.manner.terminal.interactive { "\x1b[2J\x1b[H" } else { "" };
            print(&format!("{clear}{shown}")).map_err(|reason| format!("the result can't be written: {reason}"))
        })
    }

    fn once(&self) -> Result<Outcome, Complaint> {
        let CheckArguments { fixing, known, fail_on, .. } = self.arguments;
        if fixing.unsafe_fixes && !fixing.fix && !fixing.diff {
            return Err("--unsafe-fixes says which fixes are applied: add --fix or --diff".to_owned());
        }
        if fixing.diff {
            let fixed = fixed(&self.each, fixing.unsafe_fixes)?;
            let code = if fixed.changed.is_empty() { 0 } else { FOUND };
            self.note(&mended(&fixed, "would mend", fixing.unsafe_fixes));
            return Ok(Outcome { out: fix::diff(&fixed.changed), code });
        }
        let began = Instant::now();
        let mut reports = if fixing.fix {
            let fixed = fixed(&self.each, fixing.unsafe_fixes)?;
            fix::write(&fixed.changed).map_err(|failure| failure.to_string())?;
            self.note(&mended(&fixed, "mended", fixing.unsafe_fixes));
            fixed.reports
        } else {
            let mut reports = Vec::new();
            for one in &self.each {
                reports.extend(hookproof::check(one).map_err(|failure| failure.to_string())?);
            }
            reports
        };
        if let Some(only) = &self.only {
            for report in &mut reports {
                let sources = Arc::clone(&report.sources);
                report.diagnostics.retain(|found| sources.get(found.place.file).path == *only);
            }
        }
        if self.manner.is_verbose {
            for report in &reports {
                complain(&read(report));
            }
            complain(&format!("checked in {:.2} s", began.elapsed().as_secs_f64()));
        }
        if let Some(path) = &known.write_baseline {
            let baseline = Baseline::of(&reports);
            baseline.write(path).map_err(|failure| failure.to_string())?;
            self.note(&format!("{} written to {}", counted(baseline.len(), "finding"), path.display()));
            return Ok(Outcome::ok(String::new()));
        }
        if let Some(path) = &known.baseline {
            self.leave_out(&mut reports, path)?;
        }
        let code = if reports.iter().any(|report| fails(report, *fail_on)) { FOUND } else { 0 };
        let terminal = self.manner.terminal;
        let file = self.arguments.output.as_ref();
        let mut out = self.told(&reports, self.format, if file.is_some() { terminal.plain() } else { terminal });
        if let Some(path) = file {
            super::put(path, &out)?;
            out = self.told(&reports, CheckFormat::Text, terminal);
        }
        Ok(Outcome { out, code })
    }

    /// Says something on stderr that is no reason to fail.
    fn note(&self, note: &str) {
        if !self.manner.is_quiet {
            complain(note);
        }
    }

    /// Leaves out the findings that a baseline holds, and says on stderr what it holds in vain.
    ///
    /// Where only a part of the project is looked at, what is not found may be there all the same.
    fn leave_out(&self, reports: &mut [CheckReport], path: &Path) -> Result<(), Complaint> {
        let known = &self.arguments.known;
        let is_part = known.changed_since.is_some() || self.each.iter().any(|one| one.files.is_some());
        if known.prune_baseline && is_part {
            return Err("--prune-baseline needs the whole project: leave out the files and --changed-since".to_owned());
        }
        let baseline = Baseline::read(path).map_err(|failure| failure.to_string())?;
        let gone = baseline.apply(reports);
        if gone.is_empty() || is_part {
            return Ok(());
        }
        let (shown, findings) = (path.display(), counted(gone.len(), "finding"));
        if known.prune_baseline {
            baseline.without(&gone).write(path).map_err(|failure| failure.to_string())?;
            self.note(&format!("{findings} taken out of {shown}"));
        } else {
            self.note(&format!("{findings} of {shown} no more found: take out with --prune-baseline"));
        }
        Ok(())
    }

    fn told(&self, reports: &[CheckReport], format: CheckFormat, terminal: Terminal) -> String {
        let closing = !self.manner.is_quiet;
        if self.arguments.statistics && matches!(format, CheckFormat::Text | CheckFormat::Concise) {
            return report::statistics(reports, closing);
        }
        let mut out = match format {
            CheckFormat::Json => return reports.iter().map(report::json).collect(),
            CheckFormat::Jsonl => return report::jsonl(reports),
            CheckFormat::Sarif => return report::sarif(reports),
            CheckFormat::Github => return report::github(reports, closing),
            CheckFormat::Gitlab => return report::gitlab(reports),
            CheckFormat::Azure => return report::azure(reports, closing),
            CheckFormat::Junit => return report::junit(reports),
            CheckFormat::Concise => reports.iter().map(|one| report::concise(one, closing)).collect(),
            CheckFormat::Text => {
                let Terminal { colour, width, links, .. } = terminal;
                joined(reports.iter().map(|one| report::text(one, &TextOptions { colour, width, links, closing })))
            }
        };
        if self.arguments.branches {
            for line in reports.iter().flat_map(CheckReport::unreached_lines) {
                out.push_str(&line);
                out.push('\n');
            }
        }
        out
    }
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

/// What fixes did.
fn mended(fixed: &Fixed, did: &str, unsafe_too: bool) -> String {
    let (mended, files) = (counted(fixed.mended, "finding"), counted(fixed.changed.len(), "file"));
    let left = match fixed.left {
        0 => String::new(),
        _ if unsafe_too => String::new(),
        left => format!("; {} more with --unsafe-fixes, to be looked at", counted(left, "finding")),
    };
    format!("{did} {mended} in {files}{left}")
}

/// What was read of a project.
fn read(report: &CheckReport) -> String {
    let (files, targets) = (counted(report.sources.iter().count(), "file"), report.targets.join(", "));
    format!("{} ({}): {files} read, targets {targets}", report.project, report.adapter)
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
