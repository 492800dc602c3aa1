//! Finds a hook that stands twice in the list of one node, or of one end of the run.

use std::collections::HashMap;

use crate::hook::{Declared, Hook, HookKind};
use crate::lint::{Finding, Findings, Sink};

fn finding<'f>(findings: &'f Findings<'f>, at: usize, first: &Hook) -> Finding<'f> {
    let hook = findings.checked[at].hook;
    let kind = hook.kind.name();
    let of = if hook.node.is_some() { format!("a {kind} of the same node") } else { format!("an {kind} hook") };
    let where_first = match first.declared {
        _ if first.place.map(|place| place.file) == hook.place.map(|place| place.file) => "",
        Declared::Project => " in dbt_project.yml",
        Declared::Properties => " in the properties file",
        Declared::Config => " in config()",
    };
    let message = format!("The same text is {of} already{where_first}. Hooks of all places add up: dbt runs it twice.");
    Finding::of_hooks(findings, &[at], None, None, message)
        .help("remove one of the two")
        .see(first.place, "the first stands here")
}

pub(in crate::lint) fn check<'f>(findings: &'f Findings<'f>, sink: &mut Sink<'f>) {
    let mut known: HashMap<(Option<usize>, HookKind, &str), usize> = HashMap::new();
    for (at, checked) in findings.checked.iter().enumerate() {
        let hook = checked.hook;
        let text = hook.raw.as_str().trim().trim_end_matches(';').trim_end();
        if text.is_empty() || is_control(text) {
            continue;
        }
        let first = *known.entry((hook.node, hook.kind, text)).or_insert(at);
        let earlier = findings.checked[first].hook;
        let both = hook.targets.iter().any(|target| earlier.targets.contains(target));
        // A bare macro name may mean another macro in another package.
        let same_names = hook.package == earlier.package || !text.contains("{{");
        if first != at && hook.position != earlier.position && both && same_names {
            sink.add(finding(findings, at, earlier));
        }
    }
}

/// Whether a text controls the transaction or the session, which may well be done twice.
fn is_control(text: &str) -> bool {
    let word = text.split(|one: char| !one.is_alphanumeric()).next().unwrap_or_default().to_lowercase();
    matches!(word.as_str(), "begin" | "commit" | "end" | "reset" | "rollback" | "set" | "start" | "use")
}
