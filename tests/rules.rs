//! Every rule against the cases of its folder, and the catalogue against the registry.

#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "rules/cases.rs"]
mod cases;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use cases::{Case, Mark, cases, catalogue, name_of, rule_folders};
use hookproof::CheckOptions;
use hookproof::diagnostic::{Diagnostic, Severity};
use hookproof::lint::{Preset, SelectionChange, Selector, rules};
use hookproof::report::CheckReport;

/// Runs the tool on a case.
fn checked(case: &Case) -> Result<CheckReport, String> {
    let folder = tempfile::tempdir().unwrap();
    case.write(folder.path());
    let all = SelectionChange { select: vec![Selector::Preset(Preset::All)], ..SelectionChange::default() };
    let mut reports = hookproof::check(&CheckOptions { rules: all, ..CheckOptions::at(folder.path()) })
        .map_err(|error| error.to_string())?;
    match reports.pop() {
        Some(report) if reports.is_empty() => Ok(report),
        _ => Err("not one project was found".to_owned()),
    }
}

fn mark(report: &CheckReport, found: &Diagnostic) -> Mark {
    (report.sources.get(found.place.file).path.clone(), found.place.start, found.place.end)
}

/// What is wrong with what the tool says of a case.
fn complaints(case: &Case) -> Vec<String> {
    let report = match checked(case) {
        Ok(report) => report,
        Err(error) => return vec![format!("{}: {error}", case.name)],
    };
    let complaint = |what: &str, place: &Mark| format!("{}: {what} {}", case.name, case.shown(place));
    let own = report.diagnostics.iter().filter(|found| found.rule == case.rule);
    let places: BTreeSet<Mark> = own.map(|found| mark(&report, found)).collect();
    let missed = case.marks.difference(&places).map(|place| complaint("nothing found at", place));
    let others = places.difference(&case.marks).map(|place| complaint("found at", place));
    let mut complaints: Vec<String> = missed.chain(others).collect();
    if case.is_bad && case.marks.is_empty() {
        complaints.push(format!("{}: nothing is marked", case.name));
    }
    if !case.is_bad {
        let errors =
            report.diagnostics.iter().filter(|found| found.severity == Severity::Error && found.rule != case.rule);
        complaints.extend(
            errors.map(|found| complaint(&format!("{}: {}:", found.rule, found.message), &mark(&report, found))),
        );
    }
    complaints
}

#[test]
fn every_bad_case_is_found_where_it_is_marked_and_every_good_one_is_silent() {
    let complaints: Vec<String> = cases().iter().flat_map(complaints).collect();
    assert!(complaints.is_empty(), "{} complaints:\n{}", complaints.len(), complaints.join("\n"));
}

/// All that is told.
fn parts(one: &CheckReport) -> String {
    format!("{:#?} {:#?} {:#?} {} {:?}", one.diagnostics, one.coverage, one.branches, one.suppressed, one.targets)
}

/// The files of which something else is told where only the hooks are rendered that their findings are known by.
fn differing<'a>(root: &Path, files: impl Iterator<Item = &'a String>) -> Vec<&'a String> {
    let all = SelectionChange { select: vec![Selector::Preset(Preset::All)], ..SelectionChange::default() };
    let told = |file: &String, every_hook: bool| {
        let files = Some(BTreeSet::from([file.clone()]));
        let options = CheckOptions { rules: all.clone(), files, every_hook, ..CheckOptions::at(root) };
        hookproof::check(&options)
            .map_err(|error| error.to_string())
            .map(|reports| reports.iter().map(parts).collect::<Vec<_>>())
    };
    files.filter(|file| told(file, false) != told(file, true)).collect()
}

#[test]
fn what_a_file_causes_is_the_same_where_every_hook_is_rendered() {
    let mut differences = Vec::new();
    for case in cases() {
        let folder = tempfile::tempdir().unwrap();
        case.write(folder.path());
        let found = differing(folder.path(), case.files.keys());
        differences.extend(found.iter().map(|file| format!("{}: {file}", case.name)));
    }
    let mut chance = Chance(7);
    for root in projects() {
        let mut files = files_of(&root);
        let of = files.swap_remove(chance.below(files.len()));
        let found = differing(&root, std::iter::once(&of));
        differences.extend(found.iter().map(|file| format!("{}: {file}", root.display())));
    }
    assert!(differences.is_empty(), "{} differences:\n{}", differences.len(), differences.join("\n"));
}

/// The projects that dbt's own answers are kept for.
fn projects() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/oracle/cases");
    let mut found: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    found.retain(|path| path.join("dbt_project.yml").is_file());
    found.sort();
    found
}

/// The files of a project that dbt reads, from its root.
fn files_of(root: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for entry in walkdir::WalkDir::new(root).sort_by_file_name() {
        let path = entry.unwrap().into_path();
        if path.extension().is_some_and(|ending| ending == "sql" || ending == "yml") {
            found.push(path.strip_prefix(root).unwrap().to_str().unwrap().replace('\\', "/"));
        }
    }
    found
}

/// Numbers that look like chance, and are the same in each run.
struct Chance(u64);

impl Chance {
    fn below(&mut self, most: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % most.max(1)
    }

    /// A text with a small change: a part of it is taken out, written twice or put elsewhere, or something is added.
    fn edited(&mut self, text: &str) -> String {
        let chars: Vec<char> = text.chars().collect();
        let (from, len) = (self.below(chars.len()), self.below(12));
        let (before, rest) = chars.split_at(from.min(chars.len()));
        let (part, after) = rest.split_at(len.min(rest.len()));
        let added = ["x", " ", "\n", "'", "{{ this }}", "{% endif %}", "drop table a.b", "-- ", "{{ nope() }}", ": "];
        let part: String = part.iter().collect();
        let middle = match self.below(3) {
            0 => String::new(),
            1 => part.repeat(2),
            _ => format!("{}{part}", added[self.below(added.len())]),
        };
        before.iter().collect::<String>() + &middle + &after.iter().collect::<String>()
    }
}

#[test]
fn after_any_edit_what_was_kept_of_earlier_checks_changes_nothing() {
    let mut chance = Chance(11);
    let all = cases();
    for _ in 0..40 {
        let case = &all[chance.below(all.len())];
        let folder = tempfile::tempdir().unwrap();
        case.write(folder.path());
        let mut options = CheckOptions::at(folder.path());
        let mut files: Vec<(String, String)> = case.files.clone().into_iter().collect();
        for _ in 0..10 {
            let at = chance.below(files.len());
            files[at].1 = chance.edited(&files[at].1);
            options.overlay.set(folder.path().join(&files[at].0), files[at].1.clone());
            let told = |options: &CheckOptions| {
                let reports = hookproof::check(options).map_err(|error| error.to_string());
                reports.map(|all| all.iter().map(parts).collect::<Vec<_>>())
            };
            let fresh = CheckOptions { store: std::sync::Arc::default(), ..options.clone() };
            assert_eq!(told(&options), told(&fresh), "{}: {}", case.name, files[at].0);
        }
    }
}

/// The case with the edits of every fix of its rule applied, and how many there were.
fn fixed(case: &Case, report: &CheckReport) -> (Case, usize) {
    let own = report.diagnostics.iter().filter(|found| found.rule == case.rule);
    let edits = own.filter_map(|found| found.fix.as_ref()).flat_map(|fix| &fix.edits);
    let mut edits: Vec<(Mark, &str)> = edits
        .map(|edit| {
            ((report.sources.get(edit.place.file).path.clone(), edit.place.start, edit.place.end), edit.text.as_str())
        })
        .collect();
    edits.sort();
    let mut files = case.files.clone();
    for ((path, start, end), text) in edits.iter().rev() {
        files.get_mut(path).unwrap().replace_range(*start as usize..*end as usize, text);
    }
    let case =
        Case { rule: case.rule.clone(), name: case.name.clone(), files, marks: BTreeSet::new(), is_bad: case.is_bad };
    (case, edits.len())
}

#[test]
fn a_fix_clears_its_finding_and_brings_no_other() {
    let mut count = 0;
    for case in cases().iter().filter(|case| case.is_bad) {
        let before = checked(case).unwrap();
        let (mended, edits) = fixed(case, &before);
        if edits == 0 {
            continue;
        }
        count += edits;
        let after = checked(&mended).unwrap();
        // Advice may come up once a mistake no longer hides what it is about.
        let of = |report: &CheckReport| -> Vec<&str> {
            let found = report.diagnostics.iter();
            found
                .filter(|found| found.severity > Severity::Info || found.rule == case.rule)
                .map(|found| found.rule)
                .collect()
        };
        let left: Vec<&str> = of(&before).into_iter().filter(|rule| *rule != case.rule).collect();
        // What one rule mends may be what another one found as well.
        assert!(of(&after).iter().all(|rule| left.contains(rule)), "{}: {:#?}", case.name, mended.files);
    }
    assert!(count > 10, "only {count} fixes");
}

#[test]
fn every_rule_has_its_folder_and_every_folder_its_rule() {
    let ruled: BTreeSet<String> = rules().map(|rule| format!("{}/{}", rule.family, rule.name)).collect();
    let folders = rule_folders();
    let found: BTreeSet<String> =
        folders.iter().map(|path| format!("{}/{}", name_of(path.parent().unwrap()), name_of(path))).collect();
    assert_eq!(ruled, found);
    for folder in folders {
        for part in ["README.md", "bad", "good"] {
            assert!(folder.join(part).exists(), "{} has no {part}", folder.display());
        }
    }
}

#[test]
fn rules_are_sorted_and_their_names_are_unique() {
    let names: Vec<(&str, &str)> = rules().map(|rule| (rule.family, rule.name)).collect();
    assert!(names.is_sorted());
    let unique: BTreeSet<&str> = rules().map(|rule| rule.name).collect();
    assert_eq!(unique.len(), rules().count());
}

#[test]
fn a_page_begins_with_the_rules_name_and_says_in_one_sentence_what_it_finds() {
    for rule in rules() {
        assert_eq!(rule.page.lines().next(), Some(format!("# {}", rule.name).as_str()));
        let summary = rule.summary();
        assert!(summary.starts_with("Finds ") && summary.ends_with('.'), "{}: {summary}", rule.name);
        for section in ["## What it finds", "## Why", "## Fix", "## When it is fine"] {
            assert!(rule.page.contains(section), "{} has no {section}", rule.name);
        }
    }
}

#[test]
fn the_index_is_that_of_the_registry() {
    let index = fs::read_to_string(catalogue().join("README.md")).unwrap();
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_hookproof"));
    let printed = command.args(["rules", "--format", "markdown"]).output().unwrap().stdout;
    assert_eq!(index, String::from_utf8(printed).unwrap());
}
