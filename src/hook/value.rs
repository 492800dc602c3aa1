//! What a hook's value holds: text, a mapping, JSON in a string, or a list of these; and what dbt does
//! not take.

use super::json;
use std::sync::Arc;

use crate::datum::{Datum, Kind};
use crate::project::Resource;
use crate::project::yaml_jinja::has_jinja;
use crate::source::{Place, Text};

/// A value as it is given, before it is taken apart.
#[derive(Debug, Clone)]
pub(super) struct Given {
    /// The value as dbt has it.
    pub(super) value: Datum,
    /// The value as it is written, where that may differ.
    pub(super) written: Option<Datum>,
    /// Whether dbt renders it when it reads the file.
    pub(super) early: bool,
}

/// One hook of a list.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    /// Its text.
    pub(super) raw: Text,
    /// `transaction`, true where nothing is said.
    pub(super) transaction: bool,
    /// The whole value.
    pub(super) place: Option<Place>,
    /// The text as written, where dbt renders it early.
    pub(super) early: Option<Text>,
    /// The text was a JSON object's `sql`.
    pub(super) from_json: bool,
}

impl Entry {
    /// The entry with a place for its text, where what made the text left none: a dict, JSON of a macro.
    pub(super) fn placed(mut self, place: Option<Place>) -> Entry {
        if let (Some(place), true) = (place, self.raw.pieces.is_empty()) {
            self.raw = Text::made_at(Arc::clone(&self.raw.value), place);
        }
        self
    }
}

/// Why dbt does not take a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Refusal {
    /// Python raises a `TypeError` with this text.
    Python(String),
    /// The value is no hook.
    NoHook(String),
    /// A field of the hook has another type: the field, and what the schema has against it.
    Field(&'static str, String),
}

impl Refusal {
    /// What dbt prints, for the hook at a position of a node's list.
    pub(super) fn message(&self, underscored: &str, position: usize, resource: Resource) -> String {
        match self {
            Refusal::Python(text) => text.clone(),
            Refusal::NoHook(shown) => {
                let config = match resource {
                    Resource::Seed => "SeedConfig",
                    Resource::Snapshot => "SnapshotConfig",
                    Resource::Function => "FunctionConfig",
                    _ => "ModelConfig",
                };
                format!("Field \"{underscored}\" of type List[Hook] in {config} has invalid value [{shown}]")
            }
            Refusal::Field(field, why) => {
                format!("at path ['{}'][{position}]['{field}']: {why}", underscored.replace('_', "-"))
            }
        }
    }
}

/// What `json.loads` has against a value that is no text.
fn no_text(type_name: &str) -> Refusal {
    Refusal::Python(format!("the JSON object must be str, bytes or bytearray, not {type_name}"))
}

impl Given {
    /// A value that is written as it is.
    pub(super) fn plain(value: &Datum) -> Given {
        Given { value: value.clone(), written: None, early: false }
    }

    /// The hooks of a value: a list's items, else the value alone.
    pub(super) fn items(self) -> Vec<Given> {
        let early = self.early;
        let Kind::List(items) = self.value.kind else {
            return vec![self];
        };
        let mut written = match self.written.map(|written| written.kind) {
            Some(Kind::List(written)) if written.len() == items.len() => written.into_iter().map(Some).collect(),
            _ => vec![None; items.len()],
        };
        items
            .into_iter()
            .zip(&mut written)
            .map(|(value, written)| Given { value, written: written.take(), early })
            .collect()
    }

    /// What Python's `list()` makes of it.
    fn iterated(self) -> Result<Vec<Given>, Refusal> {
        let early = self.early;
        let one = |value: Datum| Given { value, written: None, early };
        match &self.value.kind {
            Kind::List(_) => Ok(self.items()),
            Kind::Str(text) => Ok(text
                .value
                .char_indices()
                .map(|(at, c)| {
                    let text = text.slice(at..at + c.len_utf8());
                    one(Datum { place: self.value.place, kind: Kind::Str(text) })
                })
                .collect()),
            Kind::Map(entries) => Ok(entries.iter().map(|(key, _)| one(key.clone())).collect()),
            _ => Err(Refusal::Python(format!("'{}' object is not iterable", self.value.type_name()))),
        }
    }

    /// A model's value with that of one of its versions, as dbt's `deep_merge` has it: a version's list
    /// comes before the model's, a version's mapping is laid over the model's, all else replaces (facts
    /// D23). A text that a list comes before falls apart into its characters.
    pub(super) fn with_version(self, version: Given) -> Result<Vec<Given>, Refusal> {
        match &version.value.kind {
            Kind::List(_) => {
                let mut items = version.items();
                items.extend(self.iterated()?);
                Ok(items)
            }
            Kind::Map(over) => match self.value.kind {
                Kind::Map(mut entries) => {
                    // The text is rendered early where it is the version's.
                    let early = if version.value.get("sql").is_some() { version.early } else { self.early };
                    for (key, value) in over {
                        match entries.iter_mut().find(|(known, _)| known.as_str() == key.as_str()) {
                            Some(entry) => entry.1 = value.clone(),
                            None => entries.push((key.clone(), value.clone())),
                        }
                    }
                    let value = Datum { kind: Kind::Map(entries), place: version.value.place };
                    Ok(vec![Given { value, written: version.written, early }])
                }
                Kind::List(_) => Err(Refusal::Python("list indices must be integers or slices, not str".to_owned())),
                _ => Err(Refusal::Python(format!(
                    "'{}' object does not support item assignment",
                    self.value.type_name()
                ))),
            },
            _ => Ok(vec![version]),
        }
    }

    /// The hook that an item is. `None` for a value that is not known.
    pub(super) fn entry(&self) -> Result<Option<Entry>, Refusal> {
        let place = self.value.place;
        let (found, from_json) = match &self.value.kind {
            Kind::Str(text) => match json::load(text) {
                None => {
                    let early = self.early_text(Datum::as_text, text);
                    let place = place.or_else(|| text.place_of(0..text.value.len()));
                    return Ok(Some(Entry { raw: text.clone(), transaction: true, place, early, from_json: false }));
                }
                Some(loaded) => (loaded, true),
            },
            Kind::Map(_) => (self.value.clone(), false),
            Kind::Other { type_name, .. } if type_name.eq_ignore_ascii_case("unknown") => return Ok(None),
            _ => return Err(no_text(self.value.type_name())),
        };
        let Some(sql) = found.get("sql").filter(|_| found.as_map().is_some()) else {
            return Err(Refusal::NoHook(shown(&found)));
        };
        let wrong = |field, value: &Datum, wanted: &str| {
            Err(Refusal::Field(field, format!("{} is not {wanted}", shown(value))))
        };
        let Some(raw) = sql.as_text() else {
            return wrong("sql", sql, "of type 'string'");
        };
        let transaction = match found.get("transaction") {
            None => true,
            Some(value) => match value.as_bool() {
                Some(transaction) => transaction,
                None => return wrong("transaction", value, "of type 'boolean'"),
            },
        };
        match found.get("index") {
            Some(index) if !matches!(index.kind, Kind::Int(_) | Kind::Null) => {
                return wrong("index", index, "valid under any of the given schemas");
            }
            _ => {}
        }
        let early = self.early_text(|written| written.get("sql").unwrap_or(written).as_text(), raw);
        let place = place.or(sql.place).or_else(|| raw.place_of(0..raw.value.len()));
        Ok(Some(Entry { raw: raw.clone(), transaction, place, early, from_json }.placed(place)))
    }

    /// The text as written, where dbt renders it when it reads the file.
    fn early_text<'d>(&'d self, of: impl Fn(&'d Datum) -> Option<&'d Text>, now: &Text) -> Option<Text> {
        match self.written.as_ref().and_then(of) {
            Some(written) if written != now => Some(written.clone()),
            // It did not render: dbt fails there, whatever the hook would have been.
            _ if self.early && has_jinja(now.as_str()) => Some(now.clone()),
            _ => None,
        }
    }
}

/// A value as Python's `repr()` prints it.
pub(super) fn shown(datum: &Datum) -> String {
    match &datum.kind {
        Kind::Null => "None".to_owned(),
        Kind::Bool(true) => "True".to_owned(),
        Kind::Bool(false) => "False".to_owned(),
        Kind::Int(value) => value.to_string(),
        Kind::Float(value) => format!("{value:?}"),
        Kind::Str(text) => quoted(text.as_str()),
        Kind::List(items) => format!("[{}]", items.iter().map(shown).collect::<Vec<_>>().join(", ")),
        Kind::Map(entries) => {
            let entries = entries.iter().map(|(key, value)| format!("{}: {}", shown(key), shown(value)));
            format!("{{{}}}", entries.collect::<Vec<_>>().join(", "))
        }
        Kind::Other { shown, .. } => shown.clone(),
    }
}

fn quoted(text: &str) -> String {
    let quote = if text.contains('\'') && !text.contains('"') { '"' } else { '\'' };
    let mut out = String::from(quote);
    for c in text.chars() {
        match c {
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\\' => out.push_str("\\\\"),
            c if c == quote => out.extend(['\\', c]),
            c => out.push(c),
        }
    }
    out.push(quote);
    out
}
