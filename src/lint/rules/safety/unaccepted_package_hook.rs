//! Finds a hook of an installed package, or a macro of one that a hook reaches, that the project's lock does not hold.

use std::collections::HashMap;

use crate::lint::{Finding, Findings, Sink};
use crate::source::Place;

pub(in crate::lint) fn check<'f>(findings: &'f Findings<'f>, sink: &mut Sink<'f>) {
    let Some(lock) = &findings.lock else { return };
    let since = |has_changed: bool| if has_changed { "has changed" } else { "is new" };
    let package = |at: usize| findings.project.packages[at].name.as_str();
    for one in lock.unaccepted_hooks(findings) {
        let hook = findings.checked[one.at].hook;
        let message = format!(
            "This {} of the package {} {} since hooks of packages were accepted: it runs with your rights.",
            hook.kind.name(),
            package(hook.package),
            since(one.has_changed)
        );
        let finding = Finding::of_hooks(findings, &[one.at], None, None, message);
        sink.add(finding.help("read it, then accept it with `hookproof lock`"));
    }
    let unaccepted = lock.unaccepted_macros(findings);
    let has_changed: HashMap<usize, bool> = unaccepted.into_iter().map(|one| (one.at, one.has_changed)).collect();
    for (at, part) in findings.macro_parts() {
        let Some(&has_changed) = has_changed.get(&at) else { continue };
        let of = &findings.project.macros[at];
        let message = format!(
            "The macro `{}` of the package {}, which hooks call, {} since packages were accepted.",
            of.name,
            package(of.package),
            since(has_changed)
        );
        let place = Place { end: of.block.start + first_line(findings, of.block), ..of.block };
        sink.add(part.finding_at(findings, Some(place), message).help("read it, then accept it with `hookproof lock`"));
    }
}

/// How many bytes the first line of a place has.
fn first_line(findings: &Findings<'_>, place: Place) -> u32 {
    findings.project.sources.slice(place).lines().next().unwrap_or_default().trim_end().len() as u32
}
