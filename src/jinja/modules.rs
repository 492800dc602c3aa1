//! `modules`: the parts of Python's library that dbt gives templates.

use std::any::Any;
use std::rc::Rc;

use fancy_regex::{Captures, Regex};

use super::error::{ErrorKind, Eval, error, python_error, type_error, value_error};
use super::interp::Interp;
use super::itertools;
use super::moment::{Class, Zone};
use super::unknown::{Unknown, derived};
use super::value::{Args, Object, Str, Value};

/// The value of `modules`.
#[must_use]
pub fn modules() -> Value {
    Value::record([
        ("datetime", Value::Object(Rc::new(Module("datetime")))),
        ("re", Value::Object(Rc::new(Module("re")))),
        ("pytz", Value::Object(Rc::new(Module("pytz")))),
        ("itertools", Value::Object(Rc::new(Module("itertools")))),
    ])
}

struct Module(&'static str);

/// What dbt exports of `datetime` (`get_context_modules`).
const CLASSES: &[&str] = &["date", "datetime", "time", "timedelta", "tzinfo"];
/// What it exports of `pytz` besides functions.
const PYTZ_DATA: &[&str] = &[
    "AmbiguousTimeError",
    "BaseTzInfo",
    "InvalidTimeError",
    "NonExistentTimeError",
    "UnknownTimeZoneError",
    "all_timezones",
    "all_timezones_set",
    "common_timezones",
    "common_timezones_set",
    "country_names",
    "country_timezones",
];
/// The functions of `re`, and the methods of its patterns and matches.
const RE: &[&str] =
    &["compile", "escape", "findall", "finditer", "fullmatch", "match", "purge", "search", "split", "sub", "subn"];

impl Object for Module {
    fn type_name(&self) -> &str {
        // What dbt exports of a module is a dict.
        "dict"
    }

    fn methods(&self) -> &[&'static str] {
        match self.0 {
            "re" => RE,
            "pytz" => &["FixedOffset", "timezone"],
            "itertools" => itertools::NAMES,
            _ => &[],
        }
    }

    fn attr(&self, _interp: &mut Interp, name: &str) -> Eval<Option<Value>> {
        Ok(match (self.0, name) {
            ("datetime", "date" | "datetime" | "time" | "timedelta" | "tzinfo") => {
                let class = CLASSES.iter().find(|class| **class == name);
                class.map(|class| Value::Object(Rc::new(Class(class))))
            }
            ("pytz", "utc") => Some(Value::Object(Rc::new(Zone::Utc))),
            ("pytz", _) if PYTZ_DATA.contains(&name) => Some(Value::Unknown(Rc::new(Unknown::new(
                format!("modules.pytz.{name}"),
                "it is another one in each version of pytz",
            )))),
            ("re", "Match" | "Pattern" | "RegexFlag" | "error" | "template") => Some(Value::Unknown(Rc::new(
                Unknown::new(format!("modules.re.{name}"), "hookproof does not know what templates do with it"),
            ))),
            ("re", flag) => flag_bit(flag).map(Value::Int),
            _ => None,
        })
    }

    fn call_method(&self, interp: &mut Interp, name: &str, args: &Args) -> Eval<Option<Value>> {
        match (self.0, name) {
            ("pytz", "timezone") => match args.get(0, "zone") {
                Some(Value::Str(name)) => Ok(Some(Value::Object(Rc::new(Zone::of_name(&name.text)?)))),
                Some(Value::Unknown(unknown)) => Ok(Some(derived(unknown, format!("timezone({})", unknown.label)))),
                _ => Err(error(ErrorKind::Python("UnknownTimeZoneError"), "None")),
            },
            ("pytz", "FixedOffset") => match args.get(0, "offset") {
                Some(Value::Unknown(unknown)) => Ok(Some(derived(unknown, format!("FixedOffset({})", unknown.label)))),
                given => match given.and_then(Value::as_int).and_then(|minutes| i32::try_from(minutes).ok()) {
                    Some(0) => Ok(Some(Value::Object(Rc::new(Zone::Utc)))),
                    Some(minutes) if minutes.abs() < 1440 => Ok(Some(Value::Object(Rc::new(Zone::Fixed(minutes))))),
                    _ => Err(value_error("('absolute offset is too large', {minutes})")),
                },
            },
            ("re", _) => re(interp, name, args),
            ("itertools", _) if itertools::NAMES.contains(&name) => itertools::call(interp, name, args),
            _ => Ok(None),
        }
    }

    fn text(&self, _interp: &mut Interp) -> Eval<Str> {
        Ok(Str::plain(format!("<module '{}'>", self.0)))
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

impl Interp {
    /// What the clock would say: it differs in each run.
    pub(super) fn clock(&mut self, call: &str) -> Value {
        Value::Unknown(Rc::new(Unknown::new(call, "the clock says something else in each run")))
    }
}

fn flag_bit(name: &str) -> Option<i64> {
    Some(match name {
        "NOFLAG" => 0,
        "I" | "IGNORECASE" => 2,
        "L" | "LOCALE" => 4,
        "M" | "MULTILINE" => 8,
        "S" | "DOTALL" => 16,
        "U" | "UNICODE" => 32,
        "X" | "VERBOSE" => 64,
        "A" | "ASCII" => 256,
        _ => return None,
    })
}

struct Pattern {
    source: String,
    regex: Regex,
}

/// Compiles a pattern. Python and the regex crate differ in names of groups and a few escapes.
fn compile(pattern: &str, flags: i64) -> Eval<Rc<Pattern>> {
    let mut prefix = String::new();
    for (bit, letter) in [(2, 'i'), (8, 'm'), (16, 's'), (64, 'x')] {
        if flags & bit != 0 {
            prefix.push(letter);
        }
    }
    let translated = pattern.replace("\\Z", "\\z");
    let translated = if prefix.is_empty() { translated } else { format!("(?{prefix}){translated}") };
    match fancy_regex::RegexBuilder::new(&translated).backtrack_limit(200_000).build() {
        Ok(regex) => Ok(Rc::new(Pattern { source: pattern.to_owned(), regex })),
        Err(failure) => Err(python_error("re.error", failure.to_string())),
    }
}

fn re(interp: &mut Interp, name: &str, args: &Args) -> Eval<Option<Value>> {
    if name == "purge" {
        return Ok(Some(Value::None));
    }
    if name == "escape" {
        let [text] = args.bind("escape", ["pattern"], 1)?;
        let text = interp.str_of(&text.unwrap_or(Value::None))?;
        let mut escaped = String::new();
        for char in text.text.chars() {
            if char.is_ascii() && !char.is_ascii_alphanumeric() && char != '_' {
                let plain =
                    matches!(char, '!' | '"' | '%' | '\'' | ',' | '/' | ':' | ';' | '<' | '=' | '>' | '@' | '`');
                if !plain {
                    escaped.push('\\');
                }
            }
            escaped.push(char);
        }
        return Ok(Some(Value::Str(text.remade(escaped))));
    }
    let (pattern_args, flags_at) = match name {
        "match" | "search" | "fullmatch" | "findall" | "finditer" => (2, 2),
        "split" => (2, 3),
        "sub" | "subn" => (3, 4),
        "compile" => (1, 1),
        _ => return Ok(None),
    };
    if let Some(Value::Unknown(unknown)) = args.positional.iter().find(|value| matches!(value, Value::Unknown(_))) {
        return Ok(Some(derived(unknown, format!("re.{name}({})", unknown.label))));
    }
    let flags = args.get(flags_at, "flags").and_then(Value::as_int).unwrap_or(0);
    let pattern = match args.get(0, "pattern") {
        Some(Value::Str(pattern)) => compile(&pattern.text, flags)?,
        Some(Value::Object(object)) => match object.as_any().downcast_ref::<PatternObject>() {
            Some(object) => Rc::clone(&object.0),
            None => return Err(type_error("first argument must be string or compiled pattern")),
        },
        _ => return Err(type_error("first argument must be string or compiled pattern")),
    };
    let rest = Args { positional: args.positional.iter().skip(1).cloned().collect(), keyword: args.keyword.clone() };
    if pattern_args == 1 {
        return Ok(Some(Value::Object(Rc::new(PatternObject(pattern)))));
    }
    apply(interp, &pattern, name, &rest).map(Some)
}

fn apply(interp: &mut Interp, pattern: &Rc<Pattern>, name: &str, args: &Args) -> Eval<Value> {
    let failed = |failure: fancy_regex::Error| error(ErrorKind::Limit("regex"), failure.to_string());
    let text_at = usize::from(matches!(name, "sub" | "subn"));
    let text = match args.get(text_at, "string") {
        Some(Value::Str(text)) => text.clone(),
        Some(other) => {
            return Err(type_error(format!("expected string or bytes-like object, got '{}'", other.type_name())));
        }
        None => return Err(type_error(format!("{name}() missing 1 required positional argument: 'string'"))),
    };
    let value = &*text.text;
    let found = |captures: Captures<'_, str>| -> Value {
        Value::Object(Rc::new(Match::new(&text, pattern, &pattern.regex, &captures)))
    };
    Ok(match name {
        "search" | "match" | "fullmatch" => {
            let anchored = match name {
                "search" => None,
                "match" => Some(format!("\\A(?:{})", pattern.regex.as_str())),
                _ => Some(format!("\\A(?:{})\\z", pattern.regex.as_str())),
            };
            let regex = match &anchored {
                Some(source) => compile(source, 0)?.regex.clone(),
                None => pattern.regex.clone(),
            };
            match regex.captures(value).map_err(failed)? {
                Some(captures) => found(captures),
                None => Value::None,
            }
        }
        "findall" | "finditer" => {
            let mut items = Vec::new();
            for captures in pattern.regex.captures_iter(value) {
                interp.step()?;
                let captures = captures.map_err(failed)?;
                if name == "finditer" {
                    items.push(found(captures));
                    continue;
                }
                let group = |n: usize| Value::str(captures.get(n).map_or("", |group| group.as_str()));
                items.push(match captures.len() {
                    1 => group(0),
                    2 => group(1),
                    len => Value::tuple((1..len).map(group).collect()),
                });
            }
            if name == "finditer" { Value::generator(items) } else { Value::list(items) }
        }
        "split" => {
            let limit = args.get(1, "maxsplit").and_then(Value::as_int).filter(|&n| n > 0);
            let mut items = Vec::new();
            let mut from = 0;
            for captures in pattern.regex.captures_iter(value).take(limit.map_or(usize::MAX, |n| n as usize)) {
                interp.step()?;
                let captures = captures.map_err(failed)?;
                let Some(whole) = captures.get(0) else { continue };
                items.push(Value::Str(text.slice(from..whole.start())));
                for n in 1..captures.len() {
                    items.push(captures.get(n).map_or(Value::None, |group| Value::str(group.as_str())));
                }
                from = whole.end();
            }
            items.push(Value::Str(text.slice(from..value.len())));
            Value::list(items)
        }
        _ => {
            let count = args.get(2, "count").and_then(Value::as_int).filter(|&n| n > 0);
            let replacement = args.get(0, "repl").cloned().unwrap_or(Value::None);
            let mut parts: Vec<Str> = Vec::new();
            let (mut from, mut replaced) = (0, 0);
            for captures in pattern.regex.captures_iter(value).take(count.map_or(usize::MAX, |n| n as usize)) {
                interp.step()?;
                let captures = captures.map_err(failed)?;
                let Some(whole) = captures.get(0) else { continue };
                parts.push(text.slice(from..whole.start()));
                parts.push(match &replacement {
                    Value::Str(template) => Str::plain(expand(&template.text, &|key| {
                        let group = match key {
                            GroupKey::Number(number) => captures.get(number),
                            GroupKey::Name(name) => captures.name(name),
                        };
                        group.map(|group| group.as_str())
                    })),
                    callable => {
                        let found = Value::Object(Rc::new(Match::new(&text, pattern, &pattern.regex, &captures)));
                        let made = interp.call(callable, Args::of(vec![found]))?;
                        interp.str_of(&made)?
                    }
                });
                from = whole.end();
                replaced += 1;
            }
            parts.push(text.slice(from..value.len()));
            interp.made(parts.iter().map(|part| part.text.len()).sum())?;
            let result = if replaced == 0 { Value::Str(text.clone()) } else { Value::Str(interp.joined(&parts)) };
            if name == "subn" { Value::tuple(vec![result, Value::Int(replaced)]) } else { result }
        }
    })
}

/// How a template of a replacement names a group.
enum GroupKey<'a> {
    Number(usize),
    Name(&'a str),
}

/// Python's template of a replacement: `\1`, `\g<name>`, escapes.
fn expand<'t>(template: &str, group: &dyn Fn(GroupKey<'_>) -> Option<&'t str>) -> String {
    let mut out = String::new();
    let mut chars = template.chars().peekable();
    while let Some(char) = chars.next() {
        if char != '\\' {
            out.push(char);
            continue;
        }
        match chars.next() {
            Some('g') if chars.peek() == Some(&'<') => {
                let name: String = chars.by_ref().skip(1).take_while(|&char| char != '>').collect();
                let key = name.parse::<usize>().map_or(GroupKey::Name(&name), GroupKey::Number);
                out.push_str(group(key).unwrap_or_default());
            }
            Some(digit @ '1'..='9') => {
                let mut number = digit as usize - '0' as usize;
                if let Some(next) = chars.peek().and_then(|char| char.to_digit(10)) {
                    number = number * 10 + next as usize;
                    chars.next();
                }
                out.push_str(group(GroupKey::Number(number)).unwrap_or_default());
            }
            Some('n') => out.push('\n'),
            Some('t') => out.push('\t'),
            Some('r') => out.push('\r'),
            Some('\\') => out.push('\\'),
            Some(other) => {
                out.push('\\');
                out.push(other);
            }
            None => out.push('\\'),
        }
    }
    out
}

struct PatternObject(Rc<Pattern>);

impl Object for PatternObject {
    fn type_name(&self) -> &str {
        "re.Pattern"
    }

    fn attr(&self, _interp: &mut Interp, name: &str) -> Eval<Option<Value>> {
        Ok((name == "pattern").then(|| Value::str(self.0.source.as_str())))
    }

    fn methods(&self) -> &[&'static str] {
        &["findall", "finditer", "fullmatch", "match", "search", "split", "sub", "subn"]
    }

    fn call_method(&self, interp: &mut Interp, name: &str, args: &Args) -> Eval<Option<Value>> {
        match name {
            "match" | "search" | "fullmatch" | "findall" | "finditer" | "split" | "sub" | "subn" => {
                apply(interp, &self.0, name, args).map(Some)
            }
            _ => Ok(None),
        }
    }

    fn text(&self, interp: &mut Interp) -> Eval<Str> {
        let shown = interp.repr_of(&Value::str(self.0.source.as_str()))?;
        Ok(Str::plain(format!("re.compile({shown})")))
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// A group: its name, and where it matched.
type Group = (Option<String>, Option<(usize, usize)>);

struct Match {
    pattern: Rc<Pattern>,
    text: Str,
    groups: Vec<Group>,
}

impl Match {
    fn new(text: &Str, pattern: &Rc<Pattern>, regex: &Regex, captures: &Captures<'_, str>) -> Match {
        let names: Vec<Option<String>> = regex.capture_names().map(|name| name.map(str::to_owned)).collect();
        let groups = (0..captures.len())
            .map(|n| {
                let name = names.get(n).cloned().flatten();
                (name, captures.get(n).map(|group| (group.start(), group.end())))
            })
            .collect();
        Match { pattern: Rc::clone(pattern), text: text.clone(), groups }
    }

    fn find(&self, key: &Value) -> Eval<&Group> {
        let found = match key {
            Value::Str(name) => self.groups.iter().find(|(known, _)| known.as_deref() == Some(&*name.text)),
            other => other.as_int().and_then(|n| self.groups.get(usize::try_from(n).ok()?)),
        };
        found.ok_or_else(|| python_error("IndexError", "no such group"))
    }

    fn group(&self, key: &Value) -> Eval<Value> {
        self.find(key).map(|(_, range)| self.part(*range))
    }

    fn part(&self, range: Option<(usize, usize)>) -> Value {
        range.map_or(Value::None, |(start, end)| Value::Str(self.text.slice(start..end)))
    }
}

impl Object for Match {
    fn type_name(&self) -> &str {
        "re.Match"
    }

    // What has no such group is undefined to Jinja2, which looks for an attribute by the same way.
    fn item(&self, _interp: &mut Interp, key: &Value) -> Eval<Option<Value>> {
        Ok(self.group(key).ok())
    }

    fn attr(&self, _interp: &mut Interp, name: &str) -> Eval<Option<Value>> {
        // The group that closed last is the one that ends last, the outer one of two.
        let last = || {
            let closed = self.groups.iter().enumerate().skip(1).filter_map(|(n, group)| Some((n, group.1?)));
            closed.max_by_key(|(n, (_, end))| (*end, usize::MAX - n)).map(|(n, _)| n)
        };
        let chars = |offset: usize| Value::Int(self.text.text[..offset].chars().count() as i64);
        Ok(Some(match name {
            "string" => Value::Str(self.text.clone()),
            "re" => Value::Object(Rc::new(PatternObject(Rc::clone(&self.pattern)))),
            "pos" => Value::Int(0),
            "endpos" => chars(self.text.text.len()),
            "lastindex" => last().map_or(Value::None, |n| Value::Int(n as i64)),
            "lastgroup" => last().and_then(|n| self.groups[n].0.clone()).map_or(Value::None, Value::str),
            "regs" => {
                let span = |range: Option<(usize, usize)>| match range {
                    Some((start, end)) => vec![chars(start), chars(end)],
                    None => vec![Value::Int(-1), Value::Int(-1)],
                };
                Value::tuple(self.groups.iter().map(|(_, range)| Value::tuple(span(*range))).collect())
            }
            _ => return Ok(None),
        }))
    }

    fn methods(&self) -> &[&'static str] {
        &["end", "expand", "group", "groupdict", "groups", "span", "start"]
    }

    fn call_method(&self, _interp: &mut Interp, name: &str, args: &Args) -> Eval<Option<Value>> {
        Ok(Some(match name {
            "group" => match args.positional.as_slice() {
                [] => self.group(&Value::Int(0))?,
                [key] => self.group(key)?,
                keys => Value::tuple(keys.iter().map(|key| self.group(key)).collect::<Eval<Vec<_>>>()?),
            },
            "expand" => {
                let Some(template) = args.get(0, "template").and_then(Value::as_str) else { return Ok(None) };
                Value::str(expand(template, &|key| {
                    let found = match key {
                        GroupKey::Number(number) => self.groups.get(number),
                        GroupKey::Name(name) => self.groups.iter().find(|(known, _)| known.as_deref() == Some(name)),
                    };
                    found.and_then(|(_, range)| *range).map(|(start, end)| &self.text.text[start..end])
                }))
            }
            "groups" => Value::tuple(self.groups.iter().skip(1).map(|(_, range)| self.part(*range)).collect()),
            "groupdict" => {
                let mut dict = super::value::Dict::default();
                for (name, range) in &self.groups {
                    if let Some(name) = name {
                        dict.set_str(name, self.part(*range));
                    }
                }
                Value::dict(dict)
            }
            "start" | "end" | "span" => {
                let (_, range) = self.find(args.get(0, "group").unwrap_or(&Value::Int(0)))?;
                let chars = |offset: usize| Value::Int(self.text.text[..offset].chars().count() as i64);
                match (name, *range) {
                    (_, None) => Value::Int(-1),
                    ("start", Some((start, _))) => chars(start),
                    ("end", Some((_, end))) => chars(end),
                    (_, Some((start, end))) => Value::tuple(vec![chars(start), chars(end)]),
                }
            }
            _ => return Ok(None),
        }))
    }

    fn text(&self, interp: &mut Interp) -> Eval<Str> {
        let whole = self.group(&Value::Int(0))?;
        let shown = interp.repr_of(&whole)?;
        let (start, end) = self.groups.first().and_then(|(_, range)| *range).unwrap_or_default();
        let chars = |offset: usize| self.text.text[..offset].chars().count();
        let (start, end) = (chars(start), chars(end));
        Ok(Str::plain(format!("<re.Match object; span=({start}, {end}), match={shown}>")))
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}
