//! Finds a long hook that is written out where it is declared.

use std::collections::HashSet;

use crate::lint::{Finding, Findings, Sink};

/// How many lines, statements and tags of control a hook may have.
const MOST: (usize, usize, usize) = (12, 3, 3);

pub(in crate::lint) fn check<'f>(findings: &'f Findings<'f>, sink: &mut Sink<'f>) {
    let mut seen = HashSet::new();
    for (at, checked) in findings.checked.iter().enumerate() {
        let hook = checked.hook;
        // One that is made by an expression is a macro's work already.
        let written = hook.frozen.is_none() && hook.raw.place_of(0..hook.raw.as_str().len()).is_some();
        if hook.package != 0 || !written || !seen.insert(hook.place) {
            continue;
        }
        if let Some(much) = much(hook.raw.as_str()) {
            let message = format!("This hook has {much} where it is declared, where nobody can test or reuse it.");
            let finding = Finding::of_hooks(findings, &[at], None, None, message);
            sink.add(finding.help("move the text to a macro, and call the macro in the hook"));
        }
    }
}

/// What a text has too much of.
fn much(text: &str) -> Option<String> {
    let lines = text.lines().filter(|line| !line.trim().is_empty()).count();
    let tags = ["if", "elif", "for", "set", "macro"];
    let control = text.split("{%").skip(1).filter(|tag| {
        let word = tag.trim_start_matches('-').split_whitespace().next().unwrap_or_default();
        tags.contains(&word)
    });
    let control = control.count();
    let statements = text.split(';').filter(|statement| !statement.trim().is_empty()).count();
    if lines > MOST.0 {
        Some(format!("{lines} lines"))
    } else if control > MOST.2 {
        Some(format!("{control} conditions, loops and variables"))
    } else if statements > MOST.1 {
        Some(format!("{statements} statements"))
    } else {
        None
    }
}
