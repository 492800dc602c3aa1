//! Functions of texts: parts, patterns, hashes.

#![allow(clippy::format_push_string, reason = "texts are put together piece by piece")]

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use fancy_regex::Regex;
use md5::Digest;
use rusqlite::{Connection, Result};

use crate::prove::warehouse::convert::{self, UNJUDGED};
use crate::prove::warehouse::value::SqlValue;

use super::{Answer, few, lax, strict};

fn text(value: &SqlValue) -> String {
    convert::text(value)
}

#[expect(clippy::unnecessary_wraps, reason = "what functions answer")]
fn given(text: impl Into<String>) -> Answer {
    Ok(SqlValue::Text(text.into()))
}

fn count(value: &SqlValue) -> i64 {
    match value {
        SqlValue::Integer(count) => *count,
        SqlValue::Real(count) => *count as i64,
        other => text(other).trim().parse().unwrap_or(0),
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Whether a text is like a pattern of `%` and `_`.
fn is_like(text: &str, pattern: &str, escape: Option<char>) -> bool {
    let text: Vec<char> = text.chars().collect();
    let mut parts: Vec<Option<char>> = Vec::new();
    let mut kinds = Vec::new();
    let mut letters = pattern.chars();
    while let Some(letter) = letters.next() {
        if Some(letter) == escape {
            parts.push(letters.next());
            kinds.push('=');
        } else {
            parts.push(Some(letter));
            kinds.push(if letter == '%' || letter == '_' { letter } else { '=' });
        }
    }
    let (mut at, mut of) = (0, 0);
    let mut retry: Option<(usize, usize)> = None;
    while at < text.len() {
        let matched = of < kinds.len() && (kinds[of] == '_' || (kinds[of] == '=' && parts[of] == Some(text[at])));
        if of < kinds.len() && kinds[of] == '%' {
            retry = Some((at, of));
            of += 1;
        } else if matched {
            at += 1;
            of += 1;
        } else if let Some((from, star)) = retry {
            retry = Some((from + 1, star));
            at = from + 1;
            of = star + 1;
        } else {
            return false;
        }
    }
    kinds[of..].iter().all(|kind| *kind == '%')
}

fn like(a: &[SqlValue], folds: bool) -> Answer {
    let [value, pattern, rest @ ..] = a else { return Err(few("like")) };
    let escape = match rest.first() {
        Some(escape) => text(escape).chars().next(),
        None => Some('\\'),
    };
    let (mut value, mut pattern) = (text(value), text(pattern));
    if folds {
        value = value.to_lowercase();
        pattern = pattern.to_lowercase();
    }
    Ok(SqlValue::Integer(i64::from(is_like(&value, &pattern, escape))))
}

/// Patterns that were read, by their text.
#[derive(Default)]
struct Patterns(Mutex<HashMap<String, Regex>>);

/// How many patterns are kept.
const KEPT: usize = 256;

impl Patterns {
    fn get(&self, pattern: &str, flags: &str) -> std::result::Result<Regex, String> {
        let mut inline: String = flags.chars().filter(|flag| matches!(flag, 'i' | 'm' | 's' | 'x')).collect();
        if !inline.is_empty() {
            inline = format!("(?{inline})");
        }
        let whole = format!("{inline}{pattern}");
        let mut kept = self.0.lock().map_err(|_| few("regexp"))?;
        if let Some(regex) = kept.get(&whole) {
            return Ok(regex.clone());
        }
        let regex =
            Regex::new(&whole).map_err(|_| format!("{UNJUDGED}the regular expression '{pattern}' is not read"))?;
        if kept.len() >= KEPT {
            kept.clear();
        }
        kept.insert(whole, regex.clone());
        Ok(regex)
    }
}

/// A replacement in which `\1` is written `${1}`.
fn replacement(text: &str) -> String {
    let mut out = String::new();
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        match (letter, letters.peek()) {
            ('\\', Some(digit)) if digit.is_ascii_digit() => {
                out += &format!("${{{digit}}}");
                letters.next();
            }
            ('$', Some(digit)) if digit.is_ascii_digit() => out.push('$'),
            ('$', _) => out += "$$",
            _ => out.push(letter),
        }
    }
    out
}

fn patterns(db: &Connection) -> Result<()> {
    let shared = Arc::new(Patterns::default());
    let kept = Arc::clone(&shared);
    strict(db, "regexp_matches", move |a| match a {
        [value, pattern, flags] => {
            let found = kept.get(&text(pattern), &text(flags))?.is_match(&text(value));
            Ok(SqlValue::Integer(i64::from(found.unwrap_or(false))))
        }
        _ => Err(few("regexp_like")),
    })?;
    let kept = Arc::clone(&shared);
    strict(db, "similar_to", move |a| match a {
        [value, pattern] => {
            let mut regex = "^(?:".to_owned();
            for letter in text(pattern).chars() {
                match letter {
                    '%' => regex += ".*",
                    '_' => regex.push('.'),
                    '.' | '^' | '$' | '\\' => regex += &format!("\\{letter}"),
                    other => regex.push(other),
                }
            }
            regex += ")$";
            let found = kept.get(&regex, "s")?.is_match(&text(value));
            Ok(SqlValue::Integer(i64::from(found.unwrap_or(false))))
        }
        _ => Err(few("similar to")),
    })?;
    for (name, all) in [("regexp_replace_once", false), ("regexp_replace_all", true)] {
        let kept = Arc::clone(&shared);
        strict(db, name, move |a| {
            let [value, pattern, rest @ ..] = a else { return Err(few("regexp_replace")) };
            let by = rest.first().map(text).unwrap_or_default();
            let flags = match rest.get(1) {
                Some(SqlValue::Text(flags)) => flags.clone(),
                Some(_) => return Err(few("regexp_replace")),
                None => String::new(),
            };
            let regex = kept.get(&text(pattern), &flags)?;
            let (value, by) = (text(value), replacement(&by));
            let most = usize::from(!(all || flags.contains('g')));
            given(regex.try_replacen(&value, most, by.as_str()).map_err(|_| few("regexp_replace"))?)
        })?;
    }
    let kept = Arc::clone(&shared);
    strict(db, "regexp_substr", move |a| {
        let [value, pattern, rest @ ..] = a else { return Err(few("regexp_substr")) };
        if rest.iter().any(|argument| !matches!(argument, SqlValue::Integer(0 | 1))) {
            return Err(few("regexp_substr"));
        }
        let value = text(value);
        let found = kept.get(&text(pattern), "")?.captures(&value).map_err(|_| few("regexp_substr"))?;
        let Some(found) = found else { return Ok(SqlValue::Null) };
        let group = found.get(1).filter(|_| rest.is_empty() || rest.last() == Some(&SqlValue::Integer(1)));
        Ok(group.or_else(|| found.get(0)).map_or(SqlValue::Null, |part| SqlValue::Text(part.as_str().to_owned())))
    })?;
    let kept = Arc::clone(&shared);
    strict(db, "regexp_count", move |a| match a {
        [value, pattern] => Ok(SqlValue::Integer(kept.get(&text(pattern), "")?.find_iter(&text(value)).count() as i64)),
        _ => Err(few("regexp_count")),
    })
}

fn padded(a: &[SqlValue], left: bool) -> Answer {
    let [value, length, rest @ ..] = a else { return Err(few("lpad")) };
    let value: Vec<char> = text(value).chars().collect();
    let fill: Vec<char> = rest.first().map_or_else(|| " ".to_owned(), text).chars().collect();
    let length = usize::try_from(count(length)).unwrap_or(0).min(1 << 20);
    if value.len() >= length || fill.is_empty() {
        return given(value.into_iter().take(length).collect::<String>());
    }
    let pad: String = fill.iter().cycle().take(length - value.len()).collect();
    let value: String = value.into_iter().collect();
    given(if left { pad + &value } else { value + &pad })
}

/// Some letters from the left, or from the right; a negative number leaves so many out.
fn end(a: &[SqlValue], left: bool) -> Answer {
    let [value, length] = a else { return Err(few("left")) };
    let letters: Vec<char> = text(value).chars().collect();
    let length = count(length);
    let size = letters.len() as i64;
    let taken = if length < 0 { (size + length).max(0) } else { length.min(size) } as usize;
    given(if left {
        letters[..taken].iter().collect::<String>()
    } else {
        letters[letters.len() - taken..].iter().collect()
    })
}

fn split_part(a: &[SqlValue]) -> Answer {
    let [value, separator, at] = a else { return Err(few("split_part")) };
    let (value, separator, at) = (text(value), text(separator), count(at));
    let parts: Vec<&str> = if separator.is_empty() { vec![&value] } else { value.split(separator.as_str()).collect() };
    let index = match at {
        0 => 0,
        at if at > 0 => at - 1,
        at => parts.len() as i64 + at,
    };
    given(usize::try_from(index).ok().and_then(|index| parts.get(index)).copied().unwrap_or(""))
}

fn titled(text: &str) -> String {
    let mut inside = false;
    let letters = text.chars().map(|letter| {
        let titled = if inside { letter.to_lowercase().to_string() } else { letter.to_uppercase().to_string() };
        inside = letter.is_alphanumeric();
        titled
    });
    letters.collect()
}

pub(super) fn register(db: &Connection) -> Result<()> {
    strict(db, "text_like", |a| like(a, false))?;
    strict(db, "text_ilike", |a| like(a, true))?;
    strict(db, "fold_lower", |a| given(text(&a[0]).to_lowercase()))?;
    strict(db, "fold_upper", |a| given(text(&a[0]).to_uppercase()))?;
    strict(db, "initcap", |a| given(titled(&text(&a[0]))))?;
    strict(db, "text_length", |a| match &a[0] {
        SqlValue::Blob(bytes) => Ok(SqlValue::Integer(bytes.len() as i64)),
        other => Ok(SqlValue::Integer(text(other).chars().count() as i64)),
    })?;
    strict(db, "text_left", |a| end(a, true))?;
    strict(db, "text_right", |a| end(a, false))?;
    strict(db, "lpad", |a| padded(a, true))?;
    strict(db, "rpad", |a| padded(a, false))?;
    strict(db, "reverse", |a| given(text(&a[0]).chars().rev().collect::<String>()))?;
    strict(db, "repeat", |a| match a {
        [value, times] => {
            let (value, times) = (text(value), usize::try_from(count(times)).unwrap_or(0));
            if value.len().saturating_mul(times) > 1 << 24 {
                return Err(format!("{UNJUDGED}the text is too long for the rehearsal"));
            }
            given(value.repeat(times))
        }
        _ => Err(few("repeat")),
    })?;
    strict(db, "translate", |a| match a {
        [value, from, to] => {
            let (from, to): (Vec<char>, Vec<char>) = (text(from).chars().collect(), text(to).chars().collect());
            let letters = text(value);
            let letters = letters.chars().filter_map(|letter| match from.iter().position(|f| *f == letter) {
                Some(at) => to.get(at).copied(),
                None => Some(letter),
            });
            given(letters.collect::<String>())
        }
        _ => Err(few("translate")),
    })?;
    strict(db, "split_part", split_part)?;
    strict(db, "concat_strict", |a| given(a.iter().map(text).collect::<String>()))?;
    strict(db, "quote_ident", |a| given(format!("\"{}\"", text(&a[0]).replace('"', "\"\""))))?;
    strict(db, "md5", |a| given(hex(&md5::Md5::digest(text(&a[0])))))?;
    strict(db, "sha256", |a| given(hex(&sha2::Sha256::digest(text(&a[0])))))?;
    strict(db, "sha512", |a| given(hex(&sha2::Sha512::digest(text(&a[0])))))?;
    strict(db, "sha2", |a| match a {
        [value, SqlValue::Integer(512)] => given(hex(&sha2::Sha512::digest(text(value)))),
        [value, SqlValue::Integer(384)] => given(hex(&sha2::Sha384::digest(text(value)))),
        [value, SqlValue::Integer(224)] => given(hex(&sha2::Sha224::digest(text(value)))),
        [value, _] => given(hex(&sha2::Sha256::digest(text(value)))),
        _ => Err(few("sha2")),
    })?;
    // Stands for hashes whose values nobody compares with others from outside.
    for name in ["hash_number", "sha1"] {
        lax(db, name, move |a| {
            let whole: String = a.iter().map(|value| format!("{value:?}")).collect();
            let digest = sha2::Sha256::digest(whole);
            if name == "sha1" {
                return Ok(if a.first() == Some(&SqlValue::Null) {
                    SqlValue::Null
                } else {
                    SqlValue::Text(hex(&digest[..20]))
                });
            }
            let number = digest.iter().take(8).fold(0_i64, |number, byte| (number << 8) | i64::from(*byte));
            Ok(SqlValue::Integer(number))
        })?;
    }
    lax(db, "format_text", |a| {
        let Some(SqlValue::Text(format)) = a.first() else { return Ok(SqlValue::Null) };
        let mut out = String::new();
        let mut values = a[1..].iter();
        let mut letters = format.chars();
        while let Some(letter) = letters.next() {
            if letter != '%' {
                out.push(letter);
                continue;
            }
            match letters.next() {
                Some('%') => out.push('%'),
                Some('s' | 'I') => out += &values.next().map(text).unwrap_or_default(),
                Some('L') => {
                    let literal = values.next().map(|value| format!("'{}'", text(value).replace('\'', "''")));
                    out += &literal.unwrap_or_default();
                }
                _ => return Err(few("format")),
            }
        }
        given(out)
    })?;
    patterns(db)
}
