//! The methods of `str`.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::LazyLock;

use fancy_regex::Regex;

use super::super::error::{Eval, type_error, value_error};
use super::super::filters::escaped;
use super::super::format;
use super::super::interp::Interp;
use super::super::unknown::derived;
use super::super::value::{Args, Str, StrKind, Value};
use super::{bytes, integer};

pub(super) fn call(interp: &mut Interp, text: &Str, name: &str, args: &Args) -> Eval<Value> {
    let value = &*text.text;
    if !matches!(name, "format" | "join" | "format_map") {
        if let Some(Value::Unknown(unknown)) =
            args.positional.iter().find(|argument| matches!(argument, Value::Unknown(_)))
        {
            return Ok(derived(unknown, format!("{}.{name}({})", shown(value), unknown.label)));
        }
    }
    let remade = |made: String| Ok(Value::Str(text.remade(made)));
    match name {
        "upper" => remade(value.to_uppercase()),
        "lower" => remade(value.to_lowercase()),
        "casefold" => remade(casefold(value)),
        "title" => remade(title(value)),
        "capitalize" => remade(capitalize(value)),
        "swapcase" => remade(
            value
                .chars()
                .flat_map(|char| {
                    if char.is_uppercase() {
                        char.to_lowercase().collect::<Vec<_>>()
                    } else {
                        char.to_uppercase().collect()
                    }
                })
                .collect(),
        ),
        "strip" | "lstrip" | "rstrip" => {
            let [chars] = args.bind(name, ["chars"], 0)?;
            let (left, right) = (name != "rstrip", name != "lstrip");
            Ok(Value::Str(stripped(text, chars.as_ref(), left, right)?))
        }
        "split" | "rsplit" => {
            let [separator, maximum] = args.bind(name, ["sep", "maxsplit"], 0)?;
            let maximum = integer(maximum.as_ref(), -1)?;
            let ranges = match separator {
                None | Some(Value::None) => split_blanks(value, maximum, name == "rsplit"),
                Some(separator) => {
                    let separator = string(&separator)?;
                    if separator.is_empty() {
                        return Err(value_error("empty separator"));
                    }
                    split(value, separator, maximum, name == "rsplit")
                }
            };
            interp.made(ranges.len() * 8)?;
            Ok(Value::list(ranges.into_iter().map(|range| Value::Str(text.slice(range))).collect()))
        }
        "splitlines" => {
            let keep = match args.get(0, "keepends") {
                Some(keep) => interp.truth(&keep.clone())?,
                None => false,
            };
            Ok(Value::list(lines(value, keep).into_iter().map(|range| Value::Str(text.slice(range))).collect()))
        }
        "partition" | "rpartition" => {
            let [separator] = args.bind(name, ["sep"], 1)?;
            let separator = string(required(separator.as_ref())?)?;
            let found = if name == "partition" { value.find(separator) } else { value.rfind(separator) };
            let parts = match found {
                Some(at) => vec![0..at, at..at + separator.len(), at + separator.len()..value.len()],
                None if name == "partition" => vec![0..value.len(), 0..0, 0..0],
                None => vec![0..0, 0..0, 0..value.len()],
            };
            Ok(Value::tuple(parts.into_iter().map(|range| Value::Str(text.slice(range))).collect()))
        }
        "join" => {
            let [items] = args.bind(name, ["iterable"], 1)?;
            let items = interp.items_of(required(items.as_ref())?)?;
            join(interp, text, &items)
        }
        "replace" => {
            let [old, new, count] = args.bind(name, ["old", "new", "count"], 2)?;
            let (old, new) = (required(old.as_ref())?, required(new.as_ref())?);
            let count = integer(count.as_ref(), -1)?;
            replace(interp, text, string(old)?, &as_text(new)?, count)
        }
        "startswith" | "endswith" => {
            let [affix, start, end] = args.bind(name, ["prefix", "start", "end"], 1)?;
            let part = part(value, start.as_ref(), end.as_ref())?;
            let matches =
                |affix: &str| if name == "startswith" { part.starts_with(affix) } else { part.ends_with(affix) };
            Ok(Value::Bool(match required(affix.as_ref())? {
                Value::Tuple(affixes) => {
                    let mut found = false;
                    for affix in affixes.iter() {
                        found |= matches(string(affix)?);
                    }
                    found
                }
                Value::Str(affix) => matches(&affix.text),
                other => {
                    return Err(type_error(format!(
                        "{name} first arg must be str or a tuple of str, not {}",
                        other.type_name()
                    )));
                }
            }))
        }
        "find" | "rfind" | "index" | "rindex" | "count" => {
            let [needle, start, end] = args.bind(name, ["sub", "start", "end"], 1)?;
            let needle = string(required(needle.as_ref())?)?.to_owned();
            let searched = part(value, start.as_ref(), end.as_ref())?;
            let skipped = searched.as_ptr() as usize - value.as_ptr() as usize;
            if name == "count" {
                let count =
                    if needle.is_empty() { searched.chars().count() + 1 } else { searched.matches(&needle).count() };
                return Ok(Value::Int(count as i64));
            }
            let found = if name.starts_with('r') { searched.rfind(&needle) } else { searched.find(&needle) };
            match found {
                Some(at) => Ok(Value::Int(value[..skipped + at].chars().count() as i64)),
                None if name.ends_with("index") => Err(value_error("substring not found")),
                None => Ok(Value::Int(-1)),
            }
        }
        "center" | "ljust" | "rjust" => {
            let [width, fill] = args.bind(name, ["width", "fillchar"], 1)?;
            let width = integer(width.as_ref(), 0)?;
            let fill = match &fill {
                None => ' ',
                Some(fill) => {
                    let mut chars = string(fill)?.chars();
                    match (chars.next(), chars.next()) {
                        (Some(only), None) => only,
                        _ => return Err(type_error("The fill character must be exactly one character long")),
                    }
                }
            };
            let missing = width.saturating_sub(value.chars().count() as i64).max(0) as usize;
            interp.made(missing)?;
            // Python puts the odd blank of a centred text to the left where the width is odd.
            let left = match name {
                "center" => missing / 2 + (missing & (width as usize) & 1),
                "rjust" => missing,
                _ => 0,
            };
            let pad = |count: usize| fill.to_string().repeat(count);
            remade(format!("{}{value}{}", pad(left), pad(missing - left)))
        }
        "zfill" => {
            let [width] = args.bind(name, ["width"], 1)?;
            let missing = integer(width.as_ref(), 0)?.saturating_sub(value.chars().count() as i64).max(0) as usize;
            interp.made(missing)?;
            let (sign, digits) = match value.strip_prefix(['-', '+']) {
                Some(digits) => (&value[..1], digits),
                None => ("", value),
            };
            remade(format!("{sign}{}{digits}", "0".repeat(missing)))
        }
        "format" => format::str_format(interp, text, args),
        "format_map" => {
            let [mapping] = args.bind(name, ["mapping"], 1)?;
            let mut named = Args::default();
            if let Some(Value::Dict(dict)) = mapping {
                for (key, value) in dict.borrow().iter() {
                    if let Some(key) = key.as_str() {
                        named.keyword.push((key.into(), value.clone()));
                    }
                }
            }
            format::str_format(interp, text, &named)
        }
        "encode" => {
            let [encoding, errors] = args.bind(name, ["encoding", "errors"], 0)?;
            let or = |given: &Option<Value>, otherwise: &str| match given {
                None => Ok(otherwise.to_owned()),
                Some(given) => string(given).map(str::to_owned),
            };
            bytes::encode(value, &or(&encoding, "utf-8")?, &or(&errors, "strict")?)
        }
        "expandtabs" => {
            let [size] = args.bind(name, ["tabsize"], 0)?;
            let size = integer(size.as_ref(), 8)?.clamp(0, 1000) as usize;
            let mut out = String::new();
            let mut column = 0;
            for char in value.chars() {
                match char {
                    '\t' if size > 0 => {
                        let blanks = size - column % size;
                        interp.made(blanks)?;
                        out.push_str(&" ".repeat(blanks));
                        column += blanks;
                    }
                    '\t' => {}
                    '\n' | '\r' => {
                        out.push(char);
                        column = 0;
                    }
                    _ => {
                        out.push(char);
                        column += 1;
                    }
                }
            }
            remade(out)
        }
        "removeprefix" | "removesuffix" => {
            let [affix] = args.bind(name, ["prefix"], 1)?;
            let affix = string(required(affix.as_ref())?)?;
            let range = if name == "removeprefix" && value.starts_with(affix) {
                affix.len()..value.len()
            } else if name == "removesuffix" && value.ends_with(affix) {
                0..value.len() - affix.len()
            } else {
                0..value.len()
            };
            Ok(Value::Str(text.slice(range)))
        }
        "translate" => {
            let [table] = args.bind(name, ["table"], 1)?;
            remade(translated(interp, value, &table.unwrap_or(Value::None))?)
        }
        _ => Ok(Value::Bool(is(value, name))),
    }
}

fn is(value: &str, name: &str) -> bool {
    let all = |test: fn(char) -> bool| !value.is_empty() && value.chars().all(test);
    match name {
        "isalnum" => all(char::is_alphanumeric),
        "isalpha" => all(char::is_alphabetic),
        "isascii" => value.is_ascii(),
        "isdecimal" => all(is_decimal),
        "isdigit" => all(is_digit),
        "isnumeric" => all(char::is_numeric),
        "isspace" => all(is_space),
        "islower" => value.chars().any(char::is_lowercase) && !value.chars().any(char::is_uppercase),
        "isupper" => value.chars().any(char::is_uppercase) && !value.chars().any(char::is_lowercase),
        "istitle" => value.chars().any(is_cased) && title(value) == value,
        "isprintable" => value.chars().all(super::super::print::is_printable),
        _ => {
            let mut chars = value.chars();
            chars.next().is_some_and(|first| first == '_' || first.is_alphabetic())
                && chars.all(|char| char == '_' || char.is_alphanumeric())
        }
    }
}

fn shown(value: &str) -> String {
    let mut out = String::new();
    super::super::print::write_str_repr(&mut out, value);
    out
}

/// White space as Python's `str.strip` and `str.split` have it: Unicode's, and the four separators of ASCII
/// (facts P6).
pub(crate) fn is_space(char: char) -> bool {
    char.is_whitespace() || ('\u{1c}'..='\u{1f}').contains(&char)
}

/// Whether a character is small, capital or both: a word of other letters ends before it for `str.title`.
fn is_cased(char: char) -> bool {
    char.is_lowercase() || char.is_uppercase() || matches!(char, '\u{1c5}' | '\u{1c8}' | '\u{1cb}' | '\u{1f2}')
}

/// `str.title`: every run of letters starts with a capital.
pub(in crate::jinja) fn title(value: &str) -> String {
    let mut out = String::with_capacity(value.len());
    let mut in_word = false;
    for char in value.chars() {
        if in_word {
            out.extend(char.to_lowercase());
        } else {
            titlecase(char, &mut out);
        }
        in_word = is_cased(char);
    }
    out
}

pub(in crate::jinja) fn capitalize(value: &str) -> String {
    let mut chars = value.chars();
    match chars.next() {
        Some(first) => {
            let mut out = String::with_capacity(value.len());
            titlecase(first, &mut out);
            out.extend(chars.flat_map(char::to_lowercase));
            out
        }
        None => String::new(),
    }
}

/// A character at the start of a word: of a digraph or ligature only the first letter is large.
pub(in crate::jinja) fn titlecase(char: char, out: &mut String) {
    match char {
        '\u{1c4}'..='\u{1c6}' => out.push('\u{1c5}'),
        '\u{1c7}'..='\u{1c9}' => out.push('\u{1c8}'),
        '\u{1ca}'..='\u{1cc}' => out.push('\u{1cb}'),
        '\u{1f1}'..='\u{1f3}' => out.push('\u{1f2}'),
        'ŉ' => out.push_str("ʼN"),
        _ => {
            let mut upper = char.to_uppercase();
            out.extend(upper.next());
            out.extend(upper.flat_map(char::to_lowercase));
        }
    }
}

/// `str.casefold`: what a character's capital becomes in small letters.
fn casefold(value: &str) -> String {
    let mut out = String::with_capacity(value.len());
    for char in value.chars() {
        match char {
            'ı' => out.push(char),
            _ => out.extend(char.to_uppercase().flat_map(char::to_lowercase)),
        }
    }
    out
}

/// Whether a character is one of a number's digits, circled and raised ones included.
fn is_digit(char: char) -> bool {
    is_decimal(char)
        || matches!(char, '²' | '³' | '¹' | '⁰' | '⁴'..='⁹' | '₀'..='₉' | '①'..='⑨' | '⑴'..='⑼' | '⒈'..='⒐')
        || matches!(char, '⓪' | '⓵'..='⓽' | '⓿' | '❶'..='❾' | '➀'..='➈' | '➊'..='➒')
}

/// Whether a character is a digit of a decimal number, in any script.
fn is_decimal(char: char) -> bool {
    static DECIMAL: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"\A\p{Nd}\z").ok());
    char.is_ascii_digit()
        || (char.is_numeric()
            && DECIMAL.as_ref().is_some_and(|regex| regex.is_match(char.encode_utf8(&mut [0; 4])).unwrap_or(false)))
}

/// `str.translate`: a dict from code points to text, a code point or None.
fn translated(interp: &mut Interp, value: &str, table: &Value) -> Eval<String> {
    let mut out = String::with_capacity(value.len());
    for char in value.chars() {
        match interp.subscript(table, &Value::Int(i64::from(u32::from(char))))? {
            Value::None => {}
            Value::Str(text) => out.push_str(&text.text),
            other => match other.as_int() {
                Some(code) => out.extend(u32::try_from(code).ok().and_then(char::from_u32)),
                None => out.push(char),
            },
        }
    }
    Ok(out)
}

/// `str.strip`: what is left keeps its origin.
pub(in crate::jinja) fn stripped(text: &Str, chars: Option<&Value>, left: bool, right: bool) -> Eval<Str> {
    let set: Option<Vec<char>> = match chars {
        None | Some(Value::None) => None,
        Some(chars) => Some(string(chars)?.chars().collect()),
    };
    let goes = |char: char| set.as_ref().map_or_else(|| is_space(char), |set| set.contains(&char));
    let value = &*text.text;
    let start = if left { value.len() - value.trim_start_matches(goes).len() } else { 0 };
    let end = if right { value.trim_end_matches(goes).len() } else { value.len() };
    Ok(text.slice(start..end.max(start)))
}

fn split(value: &str, separator: &str, maximum: i64, from_right: bool) -> Vec<std::ops::Range<usize>> {
    let maximum = usize::try_from(maximum).unwrap_or(usize::MAX);
    if from_right {
        let mut ends = value.len();
        let mut parts = Vec::new();
        for (at, _) in value.rmatch_indices(separator).take(maximum) {
            parts.push(at + separator.len()..ends);
            ends = at;
        }
        parts.push(0..ends);
        parts.reverse();
        return parts;
    }
    let mut start = 0;
    let mut parts = Vec::new();
    for (at, _) in value.match_indices(separator).take(maximum) {
        parts.push(start..at);
        start = at + separator.len();
    }
    parts.push(start..value.len());
    parts
}

fn split_blanks(value: &str, maximum: i64, from_right: bool) -> Vec<std::ops::Range<usize>> {
    let mut words = Vec::new();
    let mut start = None;
    for (at, char) in value.char_indices() {
        if is_space(char) {
            if let Some(start) = start.take() {
                words.push(start..at);
            }
        } else if start.is_none() {
            start = Some(at);
        }
    }
    if let Some(start) = start {
        words.push(start..value.len());
    }
    let Ok(maximum) = usize::try_from(maximum) else { return words };
    if words.len() <= maximum + 1 {
        return words;
    }
    if from_right {
        let first_kept = words.len() - maximum;
        let head = 0..words[first_kept - 1].end;
        let start = words[0].start.min(head.end);
        let mut parts = vec![if maximum == 0 { start..head.end } else { words[0].start..head.end }];
        parts.extend(words.drain(first_kept..));
        return parts;
    }
    let tail = words[maximum].start..value.trim_end_matches(is_space).len();
    words.truncate(maximum);
    // The rest keeps its trailing blanks.
    words.push(tail.start..value.len());
    words
}

/// `str.splitlines(keep)`, as ranges.
pub(in crate::jinja) fn lines(value: &str, keep: bool) -> Vec<std::ops::Range<usize>> {
    let mut parts = Vec::new();
    let mut start = 0;
    let mut chars = value.char_indices().peekable();
    while let Some((at, char)) = chars.next() {
        if !matches!(char, '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{1c}'..='\u{1e}' | '\u{85}' | '\u{2028}' | '\u{2029}') {
            continue;
        }
        let mut end = at + char.len_utf8();
        if char == '\r' && chars.peek().is_some_and(|&(_, next)| next == '\n') {
            chars.next();
            end += 1;
        }
        parts.push(start..if keep { end } else { at });
        start = end;
    }
    if start < value.len() {
        parts.push(start..value.len());
    }
    parts
}

fn part<'v>(value: &'v str, start: Option<&Value>, end: Option<&Value>) -> Eval<&'v str> {
    if start.is_none() && end.is_none() {
        return Ok(value);
    }
    let len = value.chars().count() as i64;
    let clamp = |at: i64| (if at < 0 { at + len } else { at }).clamp(0, len) as usize;
    let (start, end) = (clamp(integer(start, 0)?), clamp(integer(end, len)?));
    let offset = |at: usize| value.char_indices().nth(at).map_or(value.len(), |(offset, _)| offset);
    Ok(value.get(offset(start)..offset(end.max(start))).unwrap_or_default())
}

/// `separator.join(items)`, each item keeping its origin. Markup makes markup of them.
fn join(interp: &mut Interp, separator: &Str, items: &[Value]) -> Eval<Value> {
    let mut parts = Vec::with_capacity(items.len() * 2);
    for (n, item) in items.iter().enumerate() {
        if n > 0 {
            parts.push(separator.clone());
        }
        match item {
            Value::Str(text) if separator.kind == StrKind::Markup && text.kind != StrKind::Markup => {
                parts.push(text.remade(escaped(&text.text)));
            }
            Value::Str(text) => parts.push(text.clone()),
            Value::Unknown(_) => parts.push(interp.str_of(item)?),
            other => {
                return Err(type_error(format!(
                    "sequence item {n}: expected str instance, {} found",
                    other.type_name()
                )));
            }
        }
    }
    interp.made(parts.iter().map(|part| part.text.len()).sum())?;
    let joined = interp.joined(&parts);
    let kind = if separator.kind == StrKind::Markup { StrKind::Markup } else { joined.kind };
    Ok(Value::Str(Str { kind, ..joined }))
}

/// `text.replace(old, new, count)`; what is not replaced keeps its origin.
pub(in crate::jinja) fn replace(interp: &mut Interp, text: &Str, old: &str, new: &Str, count: i64) -> Eval<Value> {
    let value = &*text.text;
    let limit = usize::try_from(count).unwrap_or(usize::MAX);
    let mut parts = Vec::new();
    let mut from = 0;
    for (at, found) in value.match_indices(old).take(limit) {
        parts.push(text.slice(from..at));
        parts.push(new.clone());
        from = at + found.len();
    }
    if parts.is_empty() {
        return Ok(Value::Str(text.clone()));
    }
    parts.push(text.slice(from..value.len()));
    interp.made(parts.iter().map(|part| part.text.len()).sum())?;
    Ok(Value::Str(interp.joined(&parts)))
}

pub(in crate::jinja) fn required(value: Option<&Value>) -> Eval<&Value> {
    value.ok_or_else(|| type_error("missing 1 required positional argument"))
}

pub(in crate::jinja) fn string(value: &Value) -> Eval<&str> {
    value.as_str().ok_or_else(|| type_error(format!("must be str, not {}", value.type_name())))
}

fn as_text(value: &Value) -> Eval<Str> {
    match value {
        Value::Str(text) => Ok(text.clone()),
        other => Err(type_error(format!("replace() argument 2 must be str, not {}", other.type_name()))),
    }
}

/// A set of these.
pub(in crate::jinja) fn set_of(keys: Vec<Value>) -> Eval<Value> {
    Ok(Value::Set(Rc::new(RefCell::new(super::super::value::Dict::of_keys(keys)?))))
}
