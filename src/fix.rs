//! Mends what findings say how to mend: the edits of their fixes, in rounds, each looked at again.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;

use crate::diagnostic::{Diagnostic, Edit, Fix, Safety, Severity};
use crate::discover;
use crate::disk;
use crate::report::CheckReport;
use crate::run::{CheckOptions, Failure, check};
use crate::source::FileId;

/// How often the project is looked at again after a round of fixes.
const MOST_ROUNDS: usize = 10;
/// How many fixes are tried one at a time, where those of a round do harm together.
const MOST_SINGLE: usize = 100;

/// A file that fixes change.
#[derive(Debug, Clone)]
pub struct Changed {
    /// Where it is.
    pub path: PathBuf,
    /// The path from the project's root, with `/`.
    pub shown: String,
    /// The text that it has.
    pub before: Arc<str>,
    /// The text that it is to have.
    pub after: Arc<str>,
}

/// What fixing gave.
#[derive(Debug, Clone, Default)]
pub struct Fixed {
    /// What is found once the fixes are applied.
    pub reports: Vec<CheckReport>,
    /// The files that change, by path.
    pub changed: Vec<Changed>,
    /// How many findings were mended.
    pub mended: usize,
    /// How many findings have a fix that a person should look at, and that was not applied.
    pub left: usize,
}

/// Applies the safe fixes of what is found in every project at a path, the others too where they are wanted.
/// Nothing is written.
pub fn fix(options: &CheckOptions, unsafe_too: bool) -> Result<Fixed, Failure> {
    fix_some(options, unsafe_too, None)
}

/// Applies the safe fixes that change one file only, by its path from the project's root. Nothing is written.
pub fn fix_file(options: &CheckOptions, shown: &str) -> Result<Fixed, Failure> {
    fix_some(options, false, Some(shown))
}

fn fix_some(options: &CheckOptions, unsafe_too: bool, only: Option<&str>) -> Result<Fixed, Failure> {
    let roots = discover::roots(&options.path).map_err(|failure| Failure(failure.to_string()))?;
    let mut fixed = Fixed::default();
    for root in roots {
        let mut project = Project { options: CheckOptions { path: root, ..options.clone() }, before: BTreeMap::new() };
        let report = project.fix(unsafe_too, only, &mut fixed.mended)?;
        let is_left = |found: &&Diagnostic| found.fix.as_ref().is_some_and(|fix| fix.safety == Safety::Unsafe);
        fixed.left += report.diagnostics.iter().filter(is_left).count();
        fixed.changed.extend(project.changed());
        fixed.reports.push(report);
    }
    Ok(fixed)
}

struct Project {
    options: CheckOptions,
    /// The texts as they were, by their paths from the root.
    before: BTreeMap<String, Arc<str>>,
}

impl Project {
    fn check(&self) -> Result<CheckReport, Failure> {
        let mut reports = check(&self.options)?;
        reports.pop().ok_or_else(|| Failure("the project is gone".to_owned()))
    }

    fn fix(&mut self, unsafe_too: bool, only: Option<&str>, mended: &mut usize) -> Result<CheckReport, Failure> {
        let mut report = self.check()?;
        let mut singles = 0;
        // What did harm is not tried again.
        let mut harmful: BTreeSet<(String, String)> = BTreeSet::new();
        for _ in 0..MOST_ROUNDS {
            let key = |found: &Diagnostic| {
                (report.sources.get(found.place.file).path.clone(), format!("{} {}", found.rule, found.message))
            };
            let wanted: Vec<&Diagnostic> = report
                .diagnostics
                .iter()
                .filter(|found| found.fix.as_ref().is_some_and(|fix| unsafe_too || fix.safety == Safety::Safe))
                .filter(|found| only.is_none_or(|only| is_in_file(&report, found, only)))
                .filter(|found| !harmful.contains(&key(found)))
                .collect();
            let round = without_overlaps(&wanted);
            if round.is_empty() {
                break;
            }
            if let Some(after) = self.tried(&report, &round)? {
                *mended += round.len();
                report = after;
                continue;
            }
            let mut next = None;
            for one in round {
                singles += 1;
                if singles > MOST_SINGLE {
                    break;
                }
                if let Some(after) = self.tried(&report, &[one])? {
                    *mended += 1;
                    next = Some(after);
                    break;
                }
                harmful.insert(key(one));
            }
            match next {
                Some(after) => report = after,
                None => break,
            }
        }
        Ok(report)
    }

    /// What is found with some fixes applied; none, and nothing changed, where they do harm.
    fn tried(&mut self, report: &CheckReport, round: &[&Diagnostic]) -> Result<Option<CheckReport>, Failure> {
        let overlay = self.options.overlay.clone();
        let before = self.before.clone();
        for (place_file, edits) in by_file(round) {
            let file = report.sources.get(place_file);
            self.before.entry(file.path.clone()).or_insert_with(|| Arc::clone(&file.text));
            self.options.overlay.set(self.options.path.join(&file.path), applied(&file.text, edits));
        }
        let after = self.check()?;
        if is_better(report, &after, round) {
            return Ok(Some(after));
        }
        self.options.overlay = overlay;
        self.before = before;
        Ok(None)
    }

    fn changed(&self) -> Vec<Changed> {
        let of = |(shown, before): (&String, &Arc<str>)| {
            let path = self.options.path.join(shown);
            let after = Arc::clone(self.options.overlay.get(&path).flatten()?);
            (after != *before).then(|| Changed { path, shown: shown.clone(), before: Arc::clone(before), after })
        };
        self.before.iter().filter_map(of).collect()
    }
}

/// Whether the fix of a finding changes that file only.
fn is_in_file(report: &CheckReport, found: &Diagnostic, shown: &str) -> bool {
    let edits = found.fix.iter().flat_map(|fix| &fix.edits);
    edits.map(|edit| &report.sources.get(edit.place.file).path).all(|path| path == shown)
}

/// Whether what was to be mended is gone and nothing broke.
fn is_better(before: &CheckReport, after: &CheckReport, round: &[&Diagnostic]) -> bool {
    let count = |report: &CheckReport, rule: &str| report.diagnostics.iter().filter(|one| one.rule == rule).count();
    let rules: BTreeSet<&str> = round.iter().map(|found| found.rule).collect();
    let errors = |report: &CheckReport| {
        let others = report.diagnostics.iter().filter(|one| !rules.contains(one.rule));
        others.filter(|one| one.severity == Severity::Error).count()
    };
    rules.iter().all(|rule| count(after, rule) < count(before, rule)) && errors(after) <= errors(before)
}

/// The findings whose fixes can be applied together, by place; of those that overlap the first.
fn without_overlaps<'d>(wanted: &[&'d Diagnostic]) -> Vec<&'d Diagnostic> {
    let mut taken: BTreeMap<FileId, BTreeMap<(u32, u32), &str>> = BTreeMap::new();
    let mut round = Vec::new();
    for found in wanted {
        let edits = || found.fix.iter().flat_map(|fix| &fix.edits);
        if edits().all(|edit| taken.get(&edit.place.file).is_none_or(|taken| is_free(taken, edit))) {
            for edit in edits() {
                taken.entry(edit.place.file).or_default().insert((edit.place.start, edit.place.end), &edit.text);
            }
            round.push(*found);
        }
    }
    round
}

/// Whether an edit is one of those that are taken, or overlaps none of them.
fn is_free(taken: &BTreeMap<(u32, u32), &str>, edit: &Edit) -> bool {
    let (start, end) = (edit.place.start, edit.place.end);
    if let Some(text) = taken.get(&(start, end)) {
        return *text == edit.text;
    }
    let before = taken.range(..(start, end)).next_back().is_none_or(|((_, end), _)| *end <= start);
    let after = taken.range((start, end)..).next().is_none_or(|((start, _), _)| *start >= end);
    before && after
}

/// The edits of some findings, each once, by file and from its end to its beginning.
fn by_file<'d>(round: &[&'d Diagnostic]) -> BTreeMap<FileId, Vec<&'d Edit>> {
    let mut files: BTreeMap<_, Vec<&Edit>> = BTreeMap::new();
    for edit in round.iter().filter_map(|found| found.fix.as_ref()).flat_map(|fix: &Fix| &fix.edits) {
        let edits = files.entry(edit.place.file).or_default();
        if !edits.contains(&edit) {
            edits.push(edit);
        }
    }
    for edits in files.values_mut() {
        edits.sort_by_key(|edit| std::cmp::Reverse((edit.place.start, edit.place.end)));
    }
    files
}

fn applied(text: &str, edits: Vec<&Edit>) -> String {
    let mut text = text.to_owned();
    for edit in edits {
        text.replace_range(edit.place.start as usize..edit.place.end as usize, &edit.text);
    }
    text
}

/// Writes the files that change: all of them, or none where one cannot be written.
///
/// # Errors
/// A sentence that says which file could not be written, and why.
pub fn write(changed: &[Changed]) -> Result<(), Failure> {
    let failed = |one: &Changed, why: &str| Failure(format!("{} is left as it was: {why}", one.shown));
    for one in changed {
        match disk::read(&one.path) {
            Ok(bytes) if bytes == one.before.as_bytes() => {}
            Ok(_) => return Err(failed(one, "it has changed meanwhile, or is not UTF-8: run again")),
            Err(reason) => return Err(failed(one, &disk::reason(&reason))),
        }
    }
    disk::write_all(changed.iter().map(|one| (&*one.path, one.after.as_bytes())))
        .map_err(|(n, reason)| failed(&changed[n], &disk::reason(&reason)))
}

/// The changes as a unified diff, as `git apply` takes it.
#[must_use]
pub fn diff(changed: &[Changed]) -> String {
    let of = |one: &Changed| {
        let diff = similar::TextDiff::from_lines(&*one.before, &*one.after);
        let headers = (format!("a/{}", one.shown), format!("b/{}", one.shown));
        diff.unified_diff().header(&headers.0, &headers.1).to_string()
    };
    changed.iter().map(of).collect()
}
