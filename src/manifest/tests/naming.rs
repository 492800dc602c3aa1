//! What dbt calls a test of a properties file: its name, that of its file, and the end of its id.

use std::fmt::Write as _;

use md5::Digest as _;

use crate::datum::{Datum, Kind};
use crate::jinja::print::{float_text, write_str_repr};
use crate::source::Text;

/// A value of an argument.
pub(super) enum Python<'a> {
    Text(&'a str),
    Datum(&'a Datum),
}

impl Python<'_> {
    pub(super) fn datum(&self) -> Datum {
        match self {
            Python::Text(text) => Datum::new(Kind::Str(Text::plain((*text).to_owned()))),
            Python::Datum(datum) => (*datum).clone(),
        }
    }
}

/// `str()` of a value.
pub(super) fn text(datum: &Datum) -> String {
    match &datum.kind {
        Kind::Str(text) => text.as_str().to_owned(),
        _ => repr(datum, false),
    }
}

/// `repr()` of a value; with every leaf as text where `leaves` is set.
pub(super) fn repr(datum: &Datum, leaves: bool) -> String {
    let mut out = String::new();
    let joined = |items: Vec<String>| items.join(", ");
    match &datum.kind {
        Kind::List(items) => {
            let _ = write!(out, "[{}]", joined(items.iter().map(|item| repr(item, leaves)).collect()));
        }
        Kind::Map(entries) => {
            let mut entries: Vec<&(Datum, Datum)> = entries.iter().collect();
            if leaves {
                entries.sort_by_key(|(key, _)| text(key));
            }
            let entry = |(key, value): &&(Datum, Datum)| format!("{}: {}", repr(key, false), repr(value, leaves));
            let _ = write!(out, "{{{}}}", joined(entries.iter().map(entry).collect()));
        }
        Kind::Str(text) => write_str_repr(&mut out, text.as_str()),
        scalar => {
            let shown = match scalar {
                Kind::Null => "None".to_owned(),
                Kind::Bool(value) => if *value { "True" } else { "False" }.to_owned(),
                Kind::Int(value) => value.to_string(),
                Kind::Float(value) => float_text(*value),
                Kind::Other { shown, .. } => shown.clone(),
                Kind::Str(_) | Kind::List(_) | Kind::Map(_) => String::new(),
            };
            if leaves { write_str_repr(&mut out, &shown) } else { out.push_str(&shown) }
        }
    }
    out
}

/// A test's name from its macro, what it is on, and its arguments; and the name of its file, which is shorter where
/// that is long.
pub(super) fn synthesised(
    namespace: Option<&str>,
    test: &str,
    on: &str,
    kwargs: &[(String, Python<'_>)],
) -> (String, String) {
    let mut parts: Vec<String> = Vec::new();
    for (_, value) in kwargs {
        match value {
            Python::Text(value) => parts.push((*value).to_owned()),
            Python::Datum(datum) => match &datum.kind {
                Kind::List(items) => parts.extend(items.iter().map(text)),
                Kind::Map(entries) => parts.extend(entries.iter().map(|(_, value)| text(value))),
                _ => parts.push(text(datum)),
            },
        }
    }
    let cleaned: Vec<String> = parts.iter().map(|part| clean(part)).collect();
    let namespace = namespace.map(|name| format!("{name}_")).unwrap_or_default();
    let identifier = format!("{namespace}{test}_{on}");
    let name = format!("{identifier}_{}", cleaned.join("__"));
    if name.len() < 64 {
        return (name.clone(), name);
    }
    let digest = md5::Md5::digest(name.as_bytes());
    let hex: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    let head: String = identifier.chars().take(30).collect();
    (name, format!("{head}_{hex}"))
}

/// Runs of what is no letter, digit or underscore become one underscore.
fn clean(part: &str) -> String {
    let mut out = String::with_capacity(part.len());
    let mut gap = false;
    for char in part.chars() {
        let plain = char.is_ascii_alphanumeric() || char == '_';
        if plain {
            out.push(char);
        } else if !gap {
            out.push('_');
        }
        gap = !plain;
    }
    out
}

/// The end of a test's id: the digest of its name and of what calls it.
pub(super) fn hash(name: &str, test: &str, namespace: Option<&str>, kwargs: &[(String, Python<'_>)]) -> String {
    let mut shown = String::from("{'kwargs': {");
    for (n, (key, value)) in kwargs.iter().enumerate() {
        if n > 0 {
            shown.push_str(", ");
        }
        write_str_repr(&mut shown, key);
        shown.push_str(": ");
        match value {
            Python::Text(text) => write_str_repr(&mut shown, text),
            Python::Datum(datum) => shown.push_str(&repr(datum, true)),
        }
    }
    shown.push_str("}, 'name': ");
    write_str_repr(&mut shown, test);
    shown.push_str(", 'namespace': ");
    write_str_repr(&mut shown, namespace.unwrap_or("None"));
    shown.push('}');
    let digest = md5::Md5::digest(format!("{name}{shown}").as_bytes());
    let hex: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    hex[hex.len() - 10..].to_owned()
}
