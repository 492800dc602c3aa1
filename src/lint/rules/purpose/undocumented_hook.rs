//! Finds a hook in `dbt_project.yml` that no comment and no description explains.

use std::collections::HashSet;

use crate::datum::Datum;
use crate::hook::{Declared, Hook};
use crate::jinja::tree::{Expr, ExprKind, Stmt};
use crate::lint::{Finding, Findings, Sink};
use crate::source::Place;

pub(in crate::lint) fn check<'f>(findings: &'f Findings<'f>, sink: &mut Sink<'f>) {
    let described: HashSet<&str> = findings
        .project
        .properties
        .iter()
        .filter(|entry| entry.section == "macros")
        .filter(|entry| entry.description().and_then(Datum::as_str).is_some_and(|text| !text.trim().is_empty()))
        .map(|entry| entry.name.as_str())
        .collect();
    let mut seen = HashSet::new();
    for (at, checked) in findings.checked.iter().enumerate() {
        let hook = checked.hook;
        let in_root = hook.place.is_some_and(|place| place.file == findings.project.root().file);
        if hook.declared != Declared::Project || !in_root || !seen.insert(hook.place) {
            continue;
        }
        if !has_comment(findings, hook) && !calls_described(findings, hook, &described) {
            let message = "Nothing says what this hook is for: it has no comment, and no macro of it a description.";
            let finding = Finding::of_hooks(findings, &[at], None, None, message);
            sink.add(finding.help("add a comment above it, or describe its macro in a properties file"));
        }
    }
}

/// Whether there is a comment in the hook, in its line, above it or above the list that it is in.
fn has_comment(findings: &Findings<'_>, hook: &Hook) -> bool {
    let raw = hook.raw.as_str();
    if ["{#", "--", "/*"].iter().any(|opening| raw.contains(opening)) {
        return true;
    }
    let Some(Place { file, start, end }) = hook.place else { return true };
    let text = &findings.project.sources.get(file).text;
    let (Some(before), Some(after)) = (text.get(..start as usize), text.get(end as usize..)) else { return true };
    let line_end = after.find('\n').unwrap_or(after.len());
    if after[..line_end].contains(" #") {
        return true;
    }
    let mut above = before.lines().rev().skip(usize::from(!before.ends_with('\n')));
    let own_line = before.rsplit('\n').next().unwrap_or_default();
    let previous = above.next().unwrap_or_default().trim_start();
    // The first item of a list may be explained above the list's key.
    let of_list = previous.trim_end().ends_with(':') && own_line.trim_start().starts_with('-');
    // What is said above a pre-hook is often said of the post-hook below it too.
    let of_pair = ["pre-hook", "pre_hook"].iter().any(|key| previous.trim_start_matches('+').starts_with(key));
    let commented = |line: &str| line.starts_with('#') || line.contains(" #");
    commented(previous) || ((of_list || of_pair) && above.next().is_some_and(|line| commented(line.trim_start())))
}

/// Whether the hook is the call of a macro that is described, in a properties file or in its own file.
fn calls_described(findings: &Findings<'_>, hook: &Hook, described: &HashSet<&str>) -> bool {
    let Ok(template) = findings.library.template(&hook.raw) else { return true };
    template.body.iter().any(|stmt| match stmt {
        Stmt::Print(expr, _) | Stmt::Do(expr) => called(expr).is_some_and(|name| {
            let project = findings.project;
            let own = project.macros.iter().find(|one| one.name == name);
            let explained = |block: Place| {
                let text = &project.sources.get(block.file).text;
                let before = text.get(..block.start as usize).unwrap_or_default().trim_end();
                before.ends_with("#}") || before.ends_with("-#}") || project.sources.slice(block).contains("{#")
            };
            // The macros of packages have pages of their own.
            described.contains(name) || own.is_none_or(|one| one.package != 0 || explained(one.block))
        }),
        _ => false,
    })
}

/// The macro that an expression calls.
fn called(expr: &Expr) -> Option<&str> {
    let ExprKind::Call(callee, _) = &expr.kind else { return None };
    match &callee.kind {
        ExprKind::Var(name) | ExprKind::Attr(_, name) => Some(name),
        _ => None,
    }
}
