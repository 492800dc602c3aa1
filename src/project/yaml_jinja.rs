//! Which values of YAML files dbt renders when it reads them, and the hook for the engine that does it.

use std::collections::BTreeMap;

use super::problem::{Problem, ProblemKind};
use super::profile::Target;
use super::vars::Vars;
use crate::datum::{Datum, Kind};
use crate::source::{Place, Text};

/// The kind of file a value stands in; it decides the names that its Jinja sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum YamlKind {
    /// profiles.yml: the base context, secrets allowed, CLI variables only.
    Profiles,
    /// `dbt_project.yml`: the base context and `target`; CLI variables only.
    ProjectFile,
    /// packages.yml: as profiles.yml.
    Packages,
    /// Properties files: the base context, `target`, `project_name` and the project's variables.
    Properties,
}

/// What the Jinja of a YAML value can see.
#[derive(Debug, Clone, Copy)]
pub struct YamlContext<'a> {
    /// The file's kind.
    pub kind: YamlKind,
    /// `target`, where the file's kind has it and one is known.
    pub target: Option<&'a Target>,
    /// The variables of the command line; null or a mapping.
    pub cli_vars: &'a Datum,
    /// What `var()` finds; CLI variables included.
    pub vars: Vars<'a>,
    /// The environment.
    pub env: &'a BTreeMap<String, String>,
    /// The root project's name, where the file's kind has it.
    pub project_name: Option<&'a str>,
}

/// Why a value could not be rendered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RenderFault {
    /// What dbt would say.
    pub message: String,
    /// Where in the value.
    pub place: Option<Place>,
}

/// Renders a YAML value as dbt does it: natively, so that `{{ 1 }}` is an integer.
pub trait YamlRenderer: Sync {
    /// Renders a value that holds Jinja.
    fn render(&self, text: &Text, context: &YamlContext<'_>) -> Result<Datum, RenderFault>;
}

/// Leaves every value as it is written.
#[derive(Debug, Clone, Copy, Default)]
pub struct Unrendered;

impl YamlRenderer for Unrendered {
    fn render(&self, text: &Text, _: &YamlContext<'_>) -> Result<Datum, RenderFault> {
        Ok(Datum { place: text.place_of(0..text.value.len()), kind: Kind::Str(text.clone()) })
    }
}

/// Whether a text holds Jinja at all.
#[must_use]
pub fn has_jinja(text: &str) -> bool {
    text.contains("{{") || text.contains("{%") || text.contains("{#")
}

/// Decides by the way to a value, keys and positions, whether dbt renders it early.
pub(crate) type Renders<'a> = &'a dyn Fn(&[String]) -> bool;

/// Renders the values of a tree; `None` where that changes nothing. What fails becomes a problem and
/// stays as it is written.
pub(crate) fn render_tree(
    datum: &Datum,
    renders: Renders<'_>,
    renderer: &dyn YamlRenderer,
    context: &YamlContext<'_>,
    problems: &mut Vec<Problem>,
) -> Option<Datum> {
    Walk { renders, renderer, context, problems, path: Vec::new() }.datum(datum)
}

/// Renders one value.
pub(crate) fn render_value(
    datum: &Datum,
    renderer: &dyn YamlRenderer,
    context: &YamlContext<'_>,
    problems: &mut Vec<Problem>,
) -> Datum {
    render_tree(datum, &|_| true, renderer, context, problems).unwrap_or_else(|| datum.clone())
}

struct Walk<'a, 'p> {
    renders: Renders<'a>,
    renderer: &'a dyn YamlRenderer,
    context: &'a YamlContext<'a>,
    problems: &'p mut Vec<Problem>,
    path: Vec<String>,
}

impl Walk<'_, '_> {
    fn datum(&mut self, datum: &Datum) -> Option<Datum> {
        match &datum.kind {
            Kind::Str(text) if has_jinja(text.as_str()) => {
                if !(self.renders)(&self.path) {
                    return None;
                }
                match self.renderer.render(text, self.context) {
                    Ok(value) => Some(Datum { place: value.place.or(datum.place), ..value }),
                    Err(fault) => {
                        self.problems.push(Problem {
                            kind: ProblemKind::Render,
                            place: fault.place.or(datum.place),
                            message: format!(
                                "dbt can't render this value of `{}`: {}",
                                self.path.join("."),
                                fault.message
                            ),
                            help: None,
                        });
                        None
                    }
                }
            }
            // A date becomes text on the way.
            Kind::Other { type_name, shown } if matches!(type_name.as_str(), "date" | "datetime") => {
                if !(self.renders)(&self.path) {
                    return None;
                }
                let shown = shown.replacen(' ', "T", 1);
                let text = match datum.place {
                    Some(place) => Text::made_at(shown, place),
                    None => Text::plain(shown),
                };
                Some(Datum { kind: Kind::Str(text), place: datum.place })
            }
            Kind::List(items) => {
                let mut changed: Option<Vec<Datum>> = None;
                for (n, item) in items.iter().enumerate() {
                    self.path.push(n.to_string());
                    if let Some(value) = self.datum(item) {
                        changed.get_or_insert_with(|| items.clone())[n] = value;
                    }
                    self.path.pop();
                }
                changed.map(|items| Datum { kind: Kind::List(items), place: datum.place })
            }
            Kind::Map(entries) => {
                let mut changed: Option<Vec<(Datum, Datum)>> = None;
                for (n, (key, value)) in entries.iter().enumerate() {
                    self.path.push(super::yaml::shown(key));
                    if let Some(value) = self.datum(value) {
                        changed.get_or_insert_with(|| entries.clone())[n].1 = value;
                    }
                    self.path.pop();
                }
                changed.map(|entries| Datum { kind: Kind::Map(entries), place: datum.place })
            }
            _ => None,
        }
    }
}

/// Whether dbt renders a value of `dbt_project.yml` when it reads the file.
pub(crate) fn renders_in_project_file(path: &[String]) -> bool {
    let Some(first) = path.first() else {
        return true;
    };
    match first.as_str() {
        "on-run-start" | "on-run-end" | "query-comment" | "vars" => false,
        "seeds" | "models" | "snapshots" | "tests" | "data_tests" => !path.iter().any(|key| {
            matches!(key.trim_start_matches(['+', ' ']), "pre-hook" | "post-hook" | "pre_hook" | "post_hook")
        }),
        _ => true,
    }
}

/// Whether dbt renders a value of an entry of a properties file when it reads the file. `section` is
/// the key the entry stands under.
pub(crate) fn renders_in_properties(section: &str, path: &[String]) -> bool {
    let at = |n: usize| path.get(n).map(String::as_str).unwrap_or_default();
    match section {
        "sources" => {
            let own =
                matches!(at(0), "description" | "loaded_at_query") || (at(0) == "config" && at(1) == "loaded_at_query");
            let of_table = at(0) == "tables" && path.len() > 2 && stays_raw(&path[2..]);
            !(own || of_table)
        }
        "macros" if at(0) == "arguments" => !stays_raw(&path[1..]),
        "metrics" if path.iter().rev().take(2).any(|key| key == "filter") => false,
        "saved_queries" if at(0) == "query_params" && at(1) == "where" => false,
        _ => !stays_raw(path),
    }
}

/// Tests and descriptions, and hooks spelled with an underscore right under `config`.
fn stays_raw(path: &[String]) -> bool {
    let at = |n: usize| path.get(n).map(String::as_str).unwrap_or_default();
    let tests_or_words = |key: &str| matches!(key, "tests" | "data_tests" | "description");
    let late = |key: &str| tests_or_words(key) || key == "loaded_at_query";
    late(at(0))
        || (path.len() == 2 && late(at(1)))
        || (at(0) == "config" && matches!(at(1), "pre_hook" | "post_hook" | "loaded_at_query"))
        || (path.len() == 5 && at(4) == "description")
        || (matches!(at(0), "columns" | "dimensions" | "measures" | "entities") && tests_or_words(at(2)))
}
