//! Finds a comment that silences a rule which finds nothing there.

use crate::diagnostic::{Edit, Fix, Safety};
use crate::lint::{Finding, Findings, Sink, rules};
use crate::source::Place;

pub(in crate::lint) fn check<'f>(findings: &'f Findings<'f>, sink: &mut Sink<'f>) {
    for comment in findings.policy.comments.iter() {
        for (place, selector) in comment.unused() {
            // A rule that is not looked at may find something.
            let named = || rules().filter(|rule| selector.names(rule));
            if named().all(|rule| findings.policy.selection.has(rule)) {
                let name = findings.sources.slice(place);
                let message = format!(
                    "This comment silences `{name}`, which finds nothing here: a finding that comes \
                     later would be lost."
                );
                let others = comment.names.len() > 1;
                let finding = Finding::at(Some(place), message).help(format!("take `{name}` out of the comment"));
                sink.add(finding.fix(others.then(|| fix(findings, place, name))));
            }
        }
    }
}

/// Takes the name out, with the comma behind it, or before it where it is the last one.
fn fix(findings: &Findings<'_>, place: Place, name: &str) -> Fix {
    let text = &findings.sources.get(place.file).text;
    let (start, end) = (place.start as usize, place.end as usize);
    let after = text[end..].strip_prefix(',').map(|rest| end + 1 + rest.len() - rest.trim_start_matches(' ').len());
    let range = match after {
        Some(after) => start..after,
        None => text[..start].trim_end().trim_end_matches(',').len()..end,
    };
    let place = Place { start: range.start as u32, end: range.end as u32, ..place };
    let edits = vec![Edit { place, text: String::new() }];
    Fix { title: format!("take `{name}` out of the comment"), safety: Safety::Safe, edits }
}
