//! Reads YAML the way dbt does, libyaml's grammar and the YAML 1.1 types of `PyYAML`, with the place of every
//! byte of every value.

mod parse;
mod resolve;
mod scalar;
mod scan;
mod written;

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use parse::{Content, NodeId, Tree};
use scan::Style;

use crate::datum::{Datum, Kind};
use crate::source::{FileId, Place, Text};

/// How many values aliases may multiply a document to; less where less is written.
const MOST_VALUES: usize = 500_000;
/// How many values may be written in one document.
const MOST_WRITTEN: usize = 2_000_000;
/// As many values as one with Jinja takes.
const JINJA: u64 = 50;
/// How deep a value may nest once aliases are followed.
const DEEPEST: usize = 150;

/// Why a text is no YAML that dbt would read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct YamlFault {
    /// Where reading stopped.
    pub place: Place,
    /// What `PyYAML` has against it, in its words.
    pub message: String,
}

/// A key that stands twice in one mapping; the last one counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DuplicateKey {
    /// The key as it prints.
    pub key: String,
    /// Where it first stands.
    pub first: Place,
    /// Where it stands again.
    pub again: Place,
}

/// What a YAML text holds.
#[derive(Debug, Clone)]
pub struct Yaml {
    /// The value; null for an empty text.
    pub datum: Datum,
    /// Keys that stand twice, in the order of the file.
    pub duplicates: Vec<DuplicateKey>,
    /// How many values there are, those that aliases make included.
    pub values: u64,
}

/// How many values aliases may make of so many that are written.
fn multiplied(written: usize) -> usize {
    written.max(MOST_VALUES.min(20_000 + 40 * written))
}

/// How many values a text has at least, and at most, by a look at its bytes: what it takes to read it. A value with
/// Jinja is as many as it takes.
pub(crate) fn work(text: &str) -> Range<u64> {
    let (mut marks, mut jinja, mut anchors, mut last) = (0_u64, 0, 0, b' ');
    for byte in text.bytes() {
        marks += u64::from(matches!(byte, b'\n' | b',' | b':' | b'[' | b'{' | b'-' | b'?'));
        jinja += u64::from(last == b'{' && matches!(byte, b'{' | b'%'));
        anchors |= u64::from(byte == b'&') | u64::from(byte == b'*') << 1;
        last = byte;
    }
    let written = marks + text.len() as u64 / 64;
    let most = if anchors == 3 { multiplied(written as usize) as u64 } else { written };
    written + JINJA * jinja..most + JINJA * jinja
}

/// Reads the one document of a text. `base` is the byte of the file at which the text begins.
///
/// Strings know the place of each of their bytes; a value that comes through an alias keeps the place
/// of its anchor. Never panics, and is bounded in depth and in what aliases multiply.
pub fn read(text: &str, file: FileId, base: usize) -> Result<Yaml, YamlFault> {
    let (text, base) = match text.strip_prefix('\u{feff}') {
        Some(rest) => (rest, base + 3),
        None => (text, base),
    };
    refuse_controls(text, file, base)?;
    let tree = parse::parse(text, file, base, MOST_WRITTEN)?;
    let most = multiplied(tree.nodes.len());
    let mut builder = Builder { tree: &tree, duplicates: Vec::new(), seen: HashSet::new(), made: 0, most };
    let start = Place { file, start: base as u32, end: base as u32 };
    let datum = match tree.root {
        Some(root) => builder.datum(root, 0)?,
        None => Datum { kind: Kind::Null, place: Some(start) },
    };
    let (mut duplicates, values) = (builder.duplicates, builder.made as u64);
    duplicates.sort_by_key(|duplicate| duplicate.again);
    Ok(Yaml { datum, duplicates, values })
}

/// Refuses the characters that libyaml's reader refuses.
fn refuse_controls(text: &str, file: FileId, base: usize) -> Result<(), YamlFault> {
    let suspect = |byte: u8| {
        byte < 0x20 && !matches!(byte, b'\t' | b'\n' | b'\r') || byte == 0x7F || byte == 0xC2 || byte == 0xEF
    };
    if !text.bytes().any(suspect) {
        return Ok(());
    }
    let bad = text.char_indices().find(|&(_, c)| {
        matches!(c, '\0'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{7f}'..='\u{84}' | '\u{86}'..='\u{9f}'
            | '\u{feff}' | '\u{fffe}' | '\u{ffff}')
    });
    match bad {
        None => Ok(()),
        Some((at, c)) => {
            let place = Place { file, start: (base + at) as u32, end: (base + at + c.len_utf8()) as u32 };
            Err(YamlFault { place, message: "control characters are not allowed".to_owned() })
        }
    }
}

struct Builder<'t> {
    tree: &'t Tree,
    duplicates: Vec<DuplicateKey>,
    seen: HashSet<(u32, u32)>,
    made: usize,
    /// How many there may be.
    most: usize,
}

/// A key by its value, as Python's dict compares keys.
#[derive(PartialEq, Eq, Hash, Clone)]
enum KeyValue {
    Null,
    Number(String),
    Str(String),
    Other(String),
}

impl Builder<'_> {
    fn datum(&mut self, id: NodeId, depth: usize) -> Result<Datum, YamlFault> {
        let node = &self.tree.nodes[id];
        let fault = |message: String| YamlFault { place: node.place, message };
        self.made += 1;
        if self.made > self.most {
            return Err(fault("aliases multiply this document beyond all measure".to_owned()));
        }
        if depth > DEEPEST {
            return Err(fault("values nest too deeply".to_owned()));
        }
        let tag = node.tag.as_deref();
        let known = tag.and_then(|tag| tag.strip_prefix("tag:yaml.org,2002:"));
        let unknown = || fault(format!("could not determine a constructor for the tag '{}'", tag.unwrap_or_default()));
        let kind = match &node.content {
            Content::Scalar { text, style } => match (tag, known) {
                (tag, _) if tag == Some("!") || (tag.is_none() && *style == Style::Plain) => {
                    match resolve::resolve(text.as_str()).map_err(fault)? {
                        Some(kind) => kind,
                        None => Kind::Str(text.clone()),
                    }
                }
                (None, _) | (_, Some("str")) => Kind::Str(text.clone()),
                (_, Some(name @ ("int" | "float" | "bool" | "null" | "timestamp"))) => {
                    resolve::resolve_as(name, text.as_str()).map_err(fault)?
                }
                (_, Some("binary")) => Kind::Other { type_name: "bytes".to_owned(), shown: text.as_str().to_owned() },
                _ => return Err(unknown()),
            },
            Content::Sequence(items) => match known {
                Some("seq" | "omap" | "pairs") => Kind::List(self.items(items, depth)?),
                None if tag.is_none_or(|tag| tag == "!") => Kind::List(self.items(items, depth)?),
                _ => return Err(unknown()),
            },
            Content::Mapping(_) => match known {
                Some("map") => Kind::Map(self.entries(id, depth)?),
                Some("set") => {
                    let entries = self.entries(id, depth)?;
                    let shown = entries.iter().map(|(key, _)| shown(key)).collect::<Vec<_>>().join(", ");
                    Kind::Other { type_name: "set".to_owned(), shown: format!("{{{shown}}}") }
                }
                None if tag.is_none_or(|tag| tag == "!") => Kind::Map(self.entries(id, depth)?),
                _ => return Err(unknown()),
            },
        };
        Ok(Datum { kind, place: Some(node.place) })
    }

    fn items(&mut self, items: &[NodeId], depth: usize) -> Result<Vec<Datum>, YamlFault> {
        items.iter().map(|&item| self.datum(item, depth + 1)).collect()
    }

    /// The entries of a mapping: those that `<<` brings first, its own over them, as `PyYAML` builds it.
    fn entries(&mut self, id: NodeId, depth: usize) -> Result<Vec<(Datum, Datum)>, YamlFault> {
        let mut pairs = Vec::new();
        let own_from = self.flatten(id, &mut pairs, depth)?;
        let mut entries: Vec<(Datum, Datum)> = Vec::with_capacity(pairs.len());
        let mut at: HashMap<KeyValue, (usize, bool)> = HashMap::with_capacity(pairs.len());
        for (n, (key, value)) in pairs.into_iter().enumerate() {
            let own = n >= own_from;
            let key = self.key(key, depth)?;
            let value = self.datum(value, depth + 1)?;
            let hash = key_value(&key);
            if let Some((first, first_own)) = at.get_mut(&hash) {
                if own && *first_own {
                    self.duplicate(&entries[*first].0, &key);
                }
                *first_own |= own;
                // `1` and `true` are one key to Python, which keeps the one that came first.
                let same = std::mem::discriminant(&entries[*first].0.kind) == std::mem::discriminant(&key.kind);
                let key = if same { key } else { entries[*first].0.clone() };
                entries[*first] = (key, value);
            } else {
                at.insert(hash, (entries.len(), own));
                entries.push((key, value));
            }
        }
        Ok(entries)
    }

    fn duplicate(&mut self, first: &Datum, again: &Datum) {
        if let (Some(first_place), Some(place)) = (first.place, again.place)
            && self.seen.insert((place.start, place.end))
        {
            self.duplicates.push(DuplicateKey { key: shown(again), first: first_place, again: place });
        }
    }

    /// Gathers a mapping's pairs, merged ones first; gives how many were merged.
    fn flatten(&mut self, id: NodeId, out: &mut Vec<(NodeId, NodeId)>, depth: usize) -> Result<usize, YamlFault> {
        let node = &self.tree.nodes[id];
        let refuse = |what: &str, place: Place| YamlFault {
            place,
            message: format!("while constructing a mapping: expected a mapping{what} for merging"),
        };
        if depth > DEEPEST || out.len() > MOST_VALUES {
            return Err(YamlFault { place: node.place, message: "values nest too deeply".to_owned() });
        }
        let Content::Mapping(pairs) = &node.content else {
            return Err(refuse("", node.place));
        };
        let mut own = Vec::with_capacity(pairs.len());
        let before = out.len();
        for &(key, value) in pairs {
            if !self.is_merge(key) {
                own.push((key, value));
                continue;
            }
            let target = &self.tree.nodes[value];
            match &target.content {
                Content::Mapping(_) => {
                    self.flatten(value, out, depth + 1)?;
                }
                Content::Sequence(items) => {
                    // The first mapping of the list wins, so it comes last.
                    for &item in items.iter().rev() {
                        self.flatten(item, out, depth + 1)?;
                    }
                }
                Content::Scalar { .. } => return Err(refuse(" or list of mappings", target.place)),
            }
        }
        let merged = out.len() - before;
        out.extend(own);
        Ok(merged)
    }

    fn is_merge(&self, key: NodeId) -> bool {
        let node = &self.tree.nodes[key];
        match (&node.content, node.tag.as_deref()) {
            (Content::Scalar { text, style: Style::Plain }, None) => text.as_str() == "<<",
            (_, tag) => tag == Some("tag:yaml.org,2002:merge"),
        }
    }

    fn key(&mut self, id: NodeId, depth: usize) -> Result<Datum, YamlFault> {
        let node = &self.tree.nodes[id];
        match &node.content {
            // As a key `=` is text.
            Content::Scalar { text, style: Style::Plain } if node.tag.is_none() && text.as_str() == "=" => {
                Ok(Datum { kind: Kind::Str(text.clone()), place: Some(node.place) })
            }
            Content::Scalar { .. } => self.datum(id, depth + 1),
            _ => Err(YamlFault {
                place: node.place,
                message: "while constructing a mapping: found unhashable key".to_owned(),
            }),
        }
    }
}

fn key_value(key: &Datum) -> KeyValue {
    match &key.kind {
        Kind::Null => KeyValue::Null,
        Kind::Bool(value) => KeyValue::Number(i64::from(*value).to_string()),
        Kind::Int(value) => KeyValue::Number(value.to_string()),
        Kind::Float(value) => KeyValue::Number(value.to_string()),
        Kind::Str(text) => KeyValue::Str(text.as_str().to_owned()),
        _ => KeyValue::Other(shown(key)),
    }
}

/// A scalar as Python's `str()` prints it, near enough for a message.
pub(crate) fn shown(datum: &Datum) -> String {
    match &datum.kind {
        Kind::Null => "None".to_owned(),
        Kind::Bool(true) => "True".to_owned(),
        Kind::Bool(false) => "False".to_owned(),
        Kind::Int(value) => value.to_string(),
        Kind::Float(value) => format!("{value:?}"),
        Kind::Str(text) => text.as_str().to_owned(),
        Kind::List(_) => "a list".to_owned(),
        Kind::Map(_) => "a mapping".to_owned(),
        Kind::Other { shown, .. } => shown.clone(),
    }
}

/// Whether a plain scalar is text: no number, date, boolean or null.
#[must_use]
pub fn is_text(plain: &str) -> bool {
    matches!(resolve::resolve(plain), Ok(None))
}

/// The part of a file's text that dbt hands to its parsers: without white space at both ends, as
/// Python's `strip` has it. Gives the part and where it begins.
#[must_use]
pub fn stripped(text: &str) -> (&str, usize) {
    let from_start = text.trim_start_matches(crate::jinja::is_space);
    (from_start.trim_end_matches(crate::jinja::is_space), text.len() - from_start.len())
}

/// A file's text, stripped as dbt strips it, each byte with its place.
#[must_use]
pub fn stripped_text(text: &std::sync::Arc<str>, file: FileId) -> Text {
    let (part, from) = stripped(text);
    let place = Place { file, start: from as u32, end: (from + part.len()) as u32 };
    if part.len() == text.len() {
        return Text::verbatim(std::sync::Arc::clone(text), place);
    }
    Text::verbatim(part, place)
}
