//! Finds an object of Python printed where a value is meant: a row, the values of a column, the list of results.

use crate::diagnostic::{Confidence, Severity};
use crate::jinja::{Odd, OddUse};
use crate::lint::rules::sql::python_value_in_sql;
use crate::lint::{Finding, Findings, Scene, Sink};
use crate::source::Place;
use crate::sql::{self, Dialect};

/// How Python prints it, and what to do.
fn advice(what: &str) -> (&'static str, &'static str) {
    match what {
        "a row of a query's result" => ("`<agate.Row: (…)>`", "print a value of the row: `row[0]`, `row['name']`"),
        "the rows of a query's result" => {
            ("`<agate.MappedSequence: (…)>`", "walk the rows, and print a value of each: `row[0]`")
        }
        "the columns of a query's result" => {
            ("`<agate.MappedSequence: (…)>`", "print a value: `columns[0].values()[0]`")
        }
        "a column of a query's result" => {
            ("`<agate.Column: (…)>`", "print a value of the column: `columns[0].values()[0]`")
        }
        "the values of a column" => (
            "`(1,)`, with a comma where there is one",
            "print one of them, `values()[0]`, or join them: `values() | join(', ')`",
        ),
        "a list of what a query gives" => ("`['a', 'b']`", "join the values: `| join(', ')`"),
        "the list of results" => {
            ("`[RunResult(status=…), …]`", "print how many there are, `results | length`, or a part of each")
        }
        "a whole result" => ("`RunResult(status=…)`", "print a part of it: `result.status`, `result.node.name`"),
        "a generator" => ("`<generator object … at 0x…>`", "make a list of it first: `| list`"),
        _ => ("`<function …>`", "call it with parentheses"),
    }
}

/// Whether what is printed there gets into what is sent, and whether between quotes.
fn sent(scene: &Scene<'_>, place: Place) -> Option<bool> {
    let dialect = Dialect::of_adapter(scene.adapter());
    for sql in scene.sqls() {
        let Some(piece) = sql.text.pieces.iter().find(|piece| !piece.verbatim && piece.place == place) else {
            continue;
        };
        let at = piece.at as usize;
        let quoted = sql::quoted_texts(sql.text.as_str(), dialect);
        let quoted = quoted.iter().any(|one| one.start < at && at < one.end);
        // Outside of quotes another rule finds some of them by what they look like.
        return (quoted || python_value_in_sql::values(&sql).is_empty()).then_some(quoted);
    }
    None
}

fn finding<'f>(scene: &Scene<'f>, odd: &OddUse, what: &str, place: Place) -> Option<Finding<'f>> {
    let quoted = sent(scene, place)?;
    let (printed, help) = advice(what);
    let list = matches!(what, "the values of a column" | "a list of what a query gives");
    let message = format!("This prints {what}, as Python writes it: {printed}.");
    let finding = Finding::of(scene, Some(place), odd.through.as_ref(), message).help(help);
    let warns = list && !quoted;
    Some(if warns { finding.severity(Severity::Warning).confidence(Confidence::Medium) } else { finding })
}

pub(in crate::lint) fn check<'f>(findings: &'f Findings<'f>, sink: &mut Sink<'f>) {
    for scene in findings.scenes() {
        let Some(run) = &scene.judged.rendering.run else { continue };
        for odd in &run.odd {
            if let (Odd::Printed(what), Some(place)) = (&odd.what, odd.place)
                && findings.is_own(place)
                && let Some(finding) = finding(&scene, odd, what, place)
            {
                sink.add(finding);
            }
        }
    }
}
