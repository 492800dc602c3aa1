//! Properties files: what they say of models, seeds, snapshots, sources and the rest.

use super::problem::{Problem, ProblemKind};
use super::yaml;
use super::yaml_jinja::{YamlContext, YamlRenderer, render_tree, renders_in_properties};
use crate::datum::Datum;
use crate::source::{FileId, Place, Sources};

/// The sections whose entries are kept.
const SECTIONS: &[&str] = &[
    "models",
    "seeds",
    "snapshots",
    "sources",
    "macros",
    "analyses",
    "functions",
    "exposures",
    "data_tests",
    "tests",
    "unit_tests",
    "metrics",
    "semantic_models",
    "saved_queries",
    "groups",
];
/// The sections that dbt checks before all else: lists of mappings with a name.
const CHECKED: &[&str] = &[
    "models",
    "seeds",
    "snapshots",
    "sources",
    "macros",
    "analyses",
    "exposures",
    "metrics",
    "semantic_models",
    "saved_queries",
    "functions",
];

/// One entry of a properties file.
#[derive(Debug, Clone)]
pub struct Properties {
    /// The key it stands under: `models`, `seeds`, `sources`.
    pub section: &'static str,
    /// Its `name`.
    pub name: String,
    /// The package whose file it is in.
    pub package: usize,
    /// The file.
    pub file: FileId,
    /// The whole entry.
    pub place: Place,
    /// The entry as dbt has it once the file is read: values that dbt renders early are rendered.
    pub datum: Datum,
    /// The entry as it is written, where rendering changed it. What differs between the two was
    /// rendered early: hooks with a hyphen or below `versions` are (facts D20, D21).
    pub raw: Option<Datum>,
    /// The file's path from the searched folder, which names YAML snapshots' folders.
    pub(crate) relative: String,
}

impl Properties {
    /// `config:`, rendered.
    #[must_use]
    pub fn config(&self) -> Option<&Datum> {
        self.datum.get("config")
    }

    /// What it sets: `config:`, and what dbt takes into it from beside it.
    pub fn settings(&self) -> impl Iterator<Item = (&str, &Datum)> {
        let config = self.config().and_then(Datum::as_map).unwrap_or_default();
        let config = config.iter().filter_map(|(key, value)| Some((key.as_str()?, value)));
        let beside = ["meta", "docs", "group", "contract", "access"];
        config.chain(beside.into_iter().filter_map(|key| Some((key, self.datum.get(key)?))))
    }

    /// What it sets for a version of a model alone.
    pub fn settings_of_version(&self, version: Option<usize>) -> impl Iterator<Item = (&str, &Datum)> {
        let config = version.and_then(|version| self.versions().get(version)?.get("config"));
        let config = config.and_then(Datum::as_map).unwrap_or_default();
        config.iter().filter_map(|(key, value)| Some((key.as_str()?, value)))
    }

    /// `columns:`, rendered.
    #[must_use]
    pub fn columns(&self) -> &[Datum] {
        self.datum.get("columns").and_then(Datum::as_list).unwrap_or_default()
    }

    /// `description:`, raw.
    #[must_use]
    pub fn description(&self) -> Option<&Datum> {
        self.datum.get("description")
    }

    /// `versions:`, rendered.
    #[must_use]
    pub fn versions(&self) -> &[Datum] {
        self.datum.get("versions").and_then(Datum::as_list).unwrap_or_default()
    }

    /// The entry as it is written.
    #[must_use]
    pub fn written(&self) -> &Datum {
        self.raw.as_ref().unwrap_or(&self.datum)
    }
}

/// A table of a source.
#[derive(Debug, Clone)]
pub struct Source {
    /// `source.package.source.table`.
    pub unique_id: String,
    /// The package.
    pub package: usize,
    /// The source's name.
    pub source_name: String,
    /// The table's name.
    pub name: String,
    /// The schema: its own word, else the source's name.
    pub schema: String,
    /// The database, where one is said; else the target's.
    pub database: Option<String>,
    /// The table's name in the warehouse.
    pub identifier: String,
    /// The source's entry, by its place in the project's properties.
    pub properties: usize,
    /// The table's place in the source's `tables`.
    pub table: usize,
    /// Where the table is declared.
    pub place: Option<Place>,
}

/// What reading one properties file gave.
pub(crate) struct File {
    pub(crate) entries: Vec<Properties>,
    /// The keys at the top that are no section.
    pub(crate) other_keys: Vec<Datum>,
    pub(crate) problems: Vec<Problem>,
    /// How many values there are, those that aliases make included.
    pub(crate) values: u64,
}

/// Reads a properties file and renders what dbt renders of it.
pub(crate) fn read(
    sources: &Sources,
    file: FileId,
    package: usize,
    relative: &str,
    renderer: &dyn YamlRenderer,
    context: &YamlContext<'_>,
) -> File {
    let source = sources.get(file);
    let (text, base) = yaml::stripped(&source.text);
    let mut out = File { entries: Vec::new(), other_keys: Vec::new(), problems: Vec::new(), values: 0 };
    let whole = match yaml::read(text, file, base) {
        Ok(read) => {
            out.problems.extend(read.duplicates.iter().map(super::duplicate_key));
            out.values = read.values;
            read.datum
        }
        Err(fault) => {
            // As many may have been made before.
            out.values = yaml::work(text).end;
            let message = format!("{} is no YAML that dbt would read: {}", source.path, fault.message);
            out.problems.push(Problem::new(ProblemKind::Yaml, Some(fault.place), message));
            return out;
        }
    };
    if whole.is_null() {
        return out;
    }
    let mut wrong = |place: Option<Place>, why: String| {
        let message = format!("the schema file at {} is invalid because {why}; dbt stops here", source.path);
        out.problems.push(Problem::new(ProblemKind::Properties, place, message));
    };
    if whole.as_map().is_none() {
        wrong(whole.place, "it holds no mapping".to_owned());
        return out;
    }
    let is_other = |key: &Datum| key.as_str().is_some_and(|key| key != "version" && !SECTIONS.contains(&key));
    out.other_keys.extend(whole.as_map().unwrap_or_default().iter().map(|(key, _)| key.clone()).filter(is_other));
    let mut failures = Vec::new();
    for &section in SECTIONS {
        let Some(list) = whole.get(section) else {
            continue;
        };
        let checked = CHECKED.contains(&section);
        let Some(items) = list.as_list() else {
            if checked {
                wrong(list.place, format!("the value of '{section}' is not a list"));
            }
            continue;
        };
        for item in items {
            let (Some(_), Some(place)) = (item.as_map(), item.place) else {
                if checked {
                    wrong(item.place, format!("a list element for '{section}' is not a dictionary"));
                }
                continue;
            };
            let changed =
                render_tree(item, &|path| renders_in_properties(section, path), renderer, context, &mut failures);
            let (datum, raw) = match changed {
                Some(changed) => (changed, Some(item.clone())),
                None => (item.clone(), None),
            };
            let Some(name) = datum.get("name").filter(|name| !name.is_null()).map(yaml::shown) else {
                if checked {
                    wrong(item.place, format!("a list element for '{section}' does not have a name attribute"));
                }
                continue;
            };
            out.entries.push(Properties {
                section,
                name,
                package,
                file,
                place,
                datum,
                raw,
                relative: relative.to_owned(),
            });
        }
    }
    out.problems.extend(failures);
    out
}

/// The tables of the source entries.
pub(crate) fn source_tables(properties: &[Properties], packages: &[String]) -> Vec<Source> {
    let mut tables = Vec::new();
    for (n, entry) in properties.iter().enumerate().filter(|(_, entry)| entry.section == "sources") {
        let text = |datum: &Datum, key: &str| datum.get(key).filter(|value| !value.is_null()).map(yaml::shown);
        for (m, table) in entry.datum.get("tables").and_then(Datum::as_list).unwrap_or_default().iter().enumerate() {
            let Some(name) = text(table, "name") else {
                continue;
            };
            tables.push(Source {
                unique_id: format!("source.{}.{}.{name}", packages[entry.package], entry.name),
                package: entry.package,
                source_name: entry.name.clone(),
                schema: text(&entry.datum, "schema").unwrap_or_else(|| entry.name.clone()),
                database: text(&entry.datum, "database"),
                identifier: text(table, "identifier").unwrap_or_else(|| name.clone()),
                properties: n,
                table: m,
                place: table.place,
                name,
            });
        }
    }
    tables
}
