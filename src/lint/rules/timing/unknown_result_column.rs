//! Finds a column of a query's result that the query does not give.

use crate::diagnostic::{Confidence, Severity};
use crate::jinja::Odd;
use crate::jinja::unknown::identity;
use crate::lint::{Finding, Findings, Scene, Sink};
use crate::sql::{self, Dialect, Selected, UNKNOWN};

/// The columns that a query of a rendering gives; none where they are not known.
pub(in crate::lint) fn columns(scene: &Scene<'_>, query: u64) -> Option<Vec<Selected>> {
    let (query, _) = scene.judged.queries.iter().find(|(one, _)| identity(one.text.as_str()) == query)?;
    let text = query.text.as_str();
    let dialect = Dialect::of_adapter(scene.adapter());
    let columns = sql::columns::selected(text, dialect)?;
    // What is not known may be several columns.
    let lower = text.to_ascii_lowercase();
    let list = lower.split_once("from").map_or(lower.as_str(), |(list, _)| list);
    (!list.contains(UNKNOWN)).then_some(columns)
}

/// The column of a key as it is written: `0`, `'name'`.
pub(in crate::lint) fn find<'c>(columns: &'c [Selected], key: &str) -> Option<&'c Selected> {
    match name(key) {
        Some(name) => columns.iter().find(|one| one.name.as_deref().is_some_and(|own| own.eq_ignore_ascii_case(name))),
        None => at(columns, key.parse().ok()?),
    }
}

fn name(key: &str) -> Option<&str> {
    let quote = key.chars().next().filter(|quote| matches!(quote, '\'' | '"'))?;
    key.strip_prefix(quote)?.strip_suffix(quote)
}

fn at(columns: &[Selected], index: i64) -> Option<&Selected> {
    let index = if index < 0 { index.checked_add(i64::try_from(columns.len()).ok()?)? } else { index };
    columns.get(usize::try_from(index).ok()?)
}

/// What is wrong with a key.
fn lacks(columns: &[Selected], key: &str, folds: bool) -> bool {
    match name(key) {
        Some(name) => {
            // What has no name is named by the warehouse.
            let is = |one: &Selected| {
                one.name.as_deref().is_none_or(|own| own == name || (folds && own.eq_ignore_ascii_case(name)))
            };
            !columns.iter().any(is) && !["values", "keys", "items", "get", "dict", "print_table"].contains(&name)
        }
        None => key.parse().is_ok_and(|index| at(columns, index).is_none()),
    }
}

pub(in crate::lint) fn check<'f>(findings: &'f Findings<'f>, sink: &mut Sink<'f>) {
    for scene in findings.scenes() {
        let Some(run) = &scene.judged.rendering.run else { continue };
        for odd in &run.odd {
            let Odd::Column { query, key } = &odd.what else { continue };
            let Some(place) = odd.place.filter(|&place| findings.is_own(place)) else { continue };
            let Some(columns) = columns(&scene, *query).filter(|columns| lacks(columns, key, true)) else { continue };
            let message = format!(
                "The query gives {}, and no column {key}: it is undefined, prints as nothing, and what is taken of it fails.",
                shown(&columns)
            );
            let finding = Finding::of(&scene, Some(place), odd.through.as_ref(), message);
            sink.add(finding.severity(Severity::Error).confidence(Confidence::Medium).help(help(&columns, key)));
        }
    }
}

fn shown(columns: &[Selected]) -> String {
    let names: Vec<String> =
        columns.iter().filter_map(|one| Some(format!("`{}`", one.name.as_ref()?))).take(6).collect();
    match (columns.len(), names.as_slice()) {
        (1, [name]) => format!("one column, {name}"),
        (1, _) => "one column".to_owned(),
        (count, names) if names.len() == count => names.join(", "),
        (count, _) => format!("{count} columns"),
    }
}

fn help(columns: &[Selected], key: &str) -> String {
    let names = || columns.iter().filter_map(|one| one.name.as_deref());
    let near = name(key).and_then(|key| crate::lint::rules::nearest_of_all(key, names()));
    match near {
        Some(near) => format!("change it to '{near}'"),
        None if name(key).is_some() => "read the column by a name that the query gives it, or by its number".to_owned(),
        None => "columns are counted from 0: the first one is `columns[0]`".to_owned(),
    }
}
