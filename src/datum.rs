//! A value with its place: what YAML files, `config()` calls and variables hold.

use std::sync::Arc;

use crate::source::{Place, Text};

/// A value and where it was written.
#[derive(Debug, Clone)]
pub struct Datum {
    /// The value.
    pub kind: Kind,
    /// Where it stands, when that is known.
    pub place: Option<Place>,
}

/// What a [`Datum`] can be.
#[derive(Debug, Clone)]
pub enum Kind {
    /// YAML's null, Python's None.
    Null,
    /// A boolean.
    Bool(bool),
    /// An integer that fits; larger ones are [`Kind::Other`] with type `int`.
    Int(i64),
    /// A floating-point number.
    Float(f64),
    /// Text, with the place of each byte.
    Str(Text),
    /// A sequence.
    List(Vec<Datum>),
    /// A mapping, in the file's order; of equal keys only the last is kept.
    Map(Vec<(Datum, Datum)>),
    /// A value of another type of Python, by the type's name and how `str()` prints it: a date, a tuple,
    /// a set, a macro, an undefined name.
    Other {
        /// Python's name of the type: `tuple`, `date`, `Undefined`.
        type_name: String,
        /// How it prints.
        shown: String,
    },
}

impl Datum {
    /// A value of no known place.
    #[must_use]
    pub fn new(kind: Kind) -> Datum {
        Datum { kind, place: None }
    }

    /// The text, when this is text.
    #[must_use]
    pub fn as_text(&self) -> Option<&Text> {
        match &self.kind {
            Kind::Str(text) => Some(text),
            _ => None,
        }
    }

    /// How many bytes of text it holds.
    #[must_use]
    pub(crate) fn bytes(&self) -> usize {
        match &self.kind {
            Kind::Str(text) => text.value.len(),
            Kind::List(items) => items.iter().map(Datum::bytes).sum(),
            Kind::Map(entries) => entries.iter().map(|(key, value)| key.bytes() + value.bytes()).sum(),
            _ => 0,
        }
    }

    /// Takes its texts from a value that has the same ones. Gives how many bytes of text it does not share.
    pub(crate) fn share(&mut self, known: &Datum) -> usize {
        match (&mut self.kind, &known.kind) {
            (Kind::Str(own), Kind::Str(known)) if own == known => {
                own.value = Arc::clone(&known.value);
                if own.pieces == known.pieces {
                    own.pieces = Arc::clone(&known.pieces);
                }
                0
            }
            (Kind::List(own), Kind::List(known)) if own.len() == known.len() => {
                own.iter_mut().zip(known).map(|(own, known)| own.share(known)).sum()
            }
            (Kind::Map(own), Kind::Map(known)) if own.len() == known.len() => {
                own.iter_mut().zip(known).map(|(own, known)| own.0.share(&known.0) + own.1.share(&known.1)).sum()
            }
            _ => self.bytes(),
        }
    }

    /// The text as a slice, when this is text.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        self.as_text().map(Text::as_str)
    }

    /// The boolean, when this is one.
    #[must_use]
    pub fn as_bool(&self) -> Option<bool> {
        match self.kind {
            Kind::Bool(value) => Some(value),
            _ => None,
        }
    }

    /// The items, when this is a list.
    #[must_use]
    pub fn as_list(&self) -> Option<&[Datum]> {
        match &self.kind {
            Kind::List(items) => Some(items),
            _ => None,
        }
    }

    /// The entries, when this is a mapping.
    #[must_use]
    pub fn as_map(&self) -> Option<&[(Datum, Datum)]> {
        match &self.kind {
            Kind::Map(entries) => Some(entries),
            _ => None,
        }
    }

    /// Null, or nothing at all.
    #[must_use]
    pub fn is_null(&self) -> bool {
        matches!(self.kind, Kind::Null)
    }

    /// The value of a key, when this is a mapping that has it.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Datum> {
        self.entry(key).map(|(_, value)| value)
    }

    /// The entry of a key, with the key's own place.
    #[must_use]
    pub fn entry(&self, key: &str) -> Option<(&Datum, &Datum)> {
        self.as_map()?.iter().find(|(name, _)| name.as_str() == Some(key)).map(|(name, value)| (name, value))
    }

    /// Whether one of its texts is so, keys of mappings among them.
    #[must_use]
    pub fn has_text(&self, is_so: &dyn Fn(&str) -> bool) -> bool {
        match &self.kind {
            Kind::Str(text) => is_so(text.as_str()),
            Kind::List(items) => items.iter().any(|item| item.has_text(is_so)),
            Kind::Map(entries) => entries.iter().any(|(key, value)| key.has_text(is_so) || value.has_text(is_so)),
            Kind::Null | Kind::Bool(_) | Kind::Int(_) | Kind::Float(_) | Kind::Other { .. } => false,
        }
    }

    /// The value without its places: those of a text that is no file of the project.
    #[must_use]
    pub fn without_places(self) -> Datum {
        let pair = |(key, value): (Datum, Datum)| (key.without_places(), value.without_places());
        Datum::new(match self.kind {
            Kind::Str(text) => Kind::Str(Text::plain(text.value)),
            Kind::List(items) => Kind::List(items.into_iter().map(Datum::without_places).collect()),
            Kind::Map(entries) => Kind::Map(entries.into_iter().map(pair).collect()),
            other => other,
        })
    }

    /// Python's name of the type.
    #[must_use]
    pub fn type_name(&self) -> &str {
        match &self.kind {
            Kind::Null => "NoneType",
            Kind::Bool(_) => "bool",
            Kind::Int(_) => "int",
            Kind::Float(_) => "float",
            Kind::Str(_) => "str",
            Kind::List(_) => "list",
            Kind::Map(_) => "dict",
            Kind::Other { type_name, .. } => type_name,
        }
    }
}
