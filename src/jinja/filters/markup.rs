//! The filters that make or unmake HTML.

use std::collections::{BTreeSet, HashMap};
use std::sync::LazyLock;

use fancy_regex::Regex;

use crate::jinja::error::{ErrorKind, Eval, error, type_error, value_error};
use crate::jinja::interp::Interp;
use crate::jinja::methods::text::is_space;
use crate::jinja::value::{Args, Str, StrKind, Value};

/// The named characters of HTML 5, a line each: the name, with its semicolon where it must have one, and the
/// code points in hexadecimal. From Python's `html.entities.html5`.
static ENTITIES: LazyLock<HashMap<&'static str, String>> = LazyLock::new(|| {
    let mut entities = HashMap::new();
    for line in include_str!("entities.txt").lines() {
        let mut words = line.split(' ');
        let Some(name) = words.next() else { continue };
        let chars: String =
            words.filter_map(|word| u32::from_str_radix(word, 16).ok().and_then(char::from_u32)).collect();
        entities.insert(name, chars);
    }
    entities
});

/// What `\w` is to Python, inside brackets.
const WORD: &str = r"\p{L}\p{N}_";

static LINK: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let scheme = "https?://";
    let labelled = format!(r"(?:{scheme}|www\.)(?:[{WORD}%-]+\.)*(?:[a-z]{{2,63}}|xn--[{WORD}%]{{2,59}})");
    let known = format!(r"(?:[{WORD}%-]{{2,63}}\.)+(?:com|net|int|edu|gov|org|info|mil)");
    let numbered =
        format!(r"{scheme}(?:\d{{1,3}}(?:\.\d{{1,3}}){{3}}|\[(?:[\da-f]{{0,4}}:){{2}}(?:[\da-f]{{0,4}}:?){{1,6}}\])");
    Regex::new(&format!(r"(?i)^(?:{labelled}|{known}|{numbered})(?::\d{{1,5}})?(?:[/?#]\S*)?$")).ok()
});

static ADDRESS: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(&format!(r"^\S+@[{WORD}][{WORD}.-]*\.[{WORD}]+$")).ok());

fn is_match(regex: &LazyLock<Option<Regex>>, text: &str) -> bool {
    regex.as_ref().is_some_and(|regex| regex.is_match(text).unwrap_or(false))
}

impl Interp {
    /// The text of a value in HTML: markup as it is, anything else escaped.
    fn markup_of(&mut self, value: &Value) -> Eval<String> {
        let text = self.str_of(value)?;
        Ok(if text.kind == StrKind::Markup { text.text.to_string() } else { escaped(&text.text) })
    }

    pub(super) fn striptags_filter(&mut self, value: &Value) -> Eval<Value> {
        let text = self.str_of(value)?;
        let bare = unescaped(&without_tags(&text.text));
        Ok(Value::Str(Str { kind: StrKind::Plain, ..text.remade(bare) }))
    }

    pub(super) fn xmlattr_filter(&mut self, value: &Value, args: &Args) -> Eval<Value> {
        let [autospace] = args.bind("do_xmlattr", ["autospace"], 0)?;
        let items = self.call_method(value, "items", Args::default())?;
        let mut parts = Vec::new();
        for pair in self.items_of(&items)? {
            let pair = self.items_of(&pair)?;
            let [key, value] = pair.as_slice() else { continue };
            if value.is_none() || value.is_undefined() {
                continue;
            }
            let Value::Str(name) = key else {
                let type_name = key.type_name();
                return Err(type_error(format!("expected string or bytes-like object, got '{type_name}'")));
            };
            if name.text.contains([' ', '\t', '\n', '\r', '\u{b}', '\u{c}', '/', '>', '=']) {
                let shown = self.repr_of(key)?;
                return Err(value_error(format!("Invalid character in attribute name: {shown}")));
            }
            parts.push(format!("{}=\"{}\"", self.markup_of(key)?, self.markup_of(value)?));
        }
        self.made(parts.iter().map(String::len).sum())?;
        let spaced = autospace.map_or(Ok(true), |autospace| self.truth(&autospace))?;
        let attributes = parts.join(" ");
        Ok(Value::str(if spaced && !attributes.is_empty() { format!(" {attributes}") } else { attributes }))
    }

    pub(super) fn urlize_filter(&mut self, value: &Value, args: &Args) -> Eval<Value> {
        let [limit, nofollow, target, rel, schemes] =
            args.bind("do_urlize", ["trim_url_limit", "nofollow", "target", "rel", "extra_schemes"], 0)?;
        let mut relations = BTreeSet::from(["noopener".to_owned()]);
        if self.flag(nofollow.as_ref())? {
            relations.insert("nofollow".to_owned());
        }
        if let Some(rel) = rel {
            if self.truth(&rel)? {
                let words = self.call_method(&rel, "split", Args::default())?;
                for word in self.items_of(&words)? {
                    relations.insert(self.str_of(&word)?.text.to_string());
                }
            }
        }
        let relations: Vec<String> = relations.into_iter().collect();
        let rel = format!(" rel=\"{}\"", escaped(&relations.join(" ")));
        let target = match target {
            Some(target) if self.truth(&target)? => format!(" target=\"{}\"", self.markup_of(&target)?),
            _ => String::new(),
        };
        let attributes = rel + &target;
        let limit = match limit.filter(|limit| !limit.is_none()) {
            Some(limit) => match limit.as_int() {
                Some(limit) => Some(limit),
                None => {
                    let type_name = limit.type_name();
                    return Err(type_error(format!("'>' not supported between instances of 'int' and '{type_name}'")));
                }
            },
            None => None,
        };
        let schemes = match schemes.filter(|schemes| !schemes.is_none()) {
            Some(schemes) => self.schemes(&schemes)?,
            None => Vec::new(),
        };
        let links = Links { attributes, limit, schemes };
        let (text, shown) = (self.str_of(value)?, self.markup_of(value)?);
        let mut linked = String::with_capacity(shown.len());
        let mut rest = shown.as_str();
        while let Some(first) = rest.chars().next() {
            let end = rest.find(|char| is_space(char) != is_space(first)).unwrap_or(rest.len());
            if is_space(first) {
                linked.push_str(&rest[..end]);
            } else {
                links.write(&rest[..end], &mut linked);
            }
            rest = &rest[end..];
        }
        self.made(linked.len())?;
        Ok(Value::Str(Str { kind: StrKind::Plain, ..text.remade(linked) }))
    }

    /// The schemes that count beside those of the web and of mail.
    fn schemes(&mut self, given: &Value) -> Eval<Vec<String>> {
        let mut schemes = Vec::new();
        for scheme in self.items_of(given)? {
            let Value::Str(text) = &scheme else {
                let type_name = scheme.type_name();
                return Err(type_error(format!("expected string or bytes-like object, got '{type_name}'")));
            };
            let bare = (0..2).fold(&*text.text, |bare, _| bare.strip_suffix('/').unwrap_or(bare));
            let valid = bare.strip_suffix(':').is_some_and(|name| {
                name.chars().count() >= 2
                    && name.chars().all(|char| char.is_alphanumeric() || matches!(char, '_' | '.' | '+' | '-'))
            });
            if !valid {
                let shown = self.repr_of(&scheme)?;
                let message = format!("{shown} is not a valid URI scheme prefix.");
                return Err(error(ErrorKind::Python("FilterArgumentError"), message));
            }
            schemes.push(text.text.to_string());
        }
        Ok(schemes)
    }
}

/// What `urlize` makes of a word.
struct Links {
    attributes: String,
    /// How many characters of an address are shown; from the end where it is negative.
    limit: Option<i64>,
    schemes: Vec<String>,
}

impl Links {
    fn write(&self, word: &str, out: &mut String) {
        let opening = ["(", "<", "&lt;"];
        let mut start = word;
        while let Some(rest) = opening.iter().find_map(|open| start.strip_prefix(open)) {
            start = rest;
        }
        let head = &word[..word.len() - start.len()];
        let mut middle = start;
        while let Some(rest) = [")", ">", ".", ",", "&gt;"].iter().find_map(|close| middle.strip_suffix(close)) {
            middle = rest;
        }
        // Closing brackets belong to the address as far as it has opening ones.
        for (open, close) in [("(", ")"), ("<", ">"), ("&lt;", "&gt;")] {
            let opened = middle.matches(open).count();
            if opened <= middle.matches(close).count() {
                continue;
            }
            let tail = &start[middle.len()..];
            if let Some((at, _)) = tail.match_indices(close).take(opened).last() {
                middle = &start[..middle.len() + at + close.len()];
            }
        }
        let tail = &start[middle.len()..];
        out.push_str(head);
        out.push_str(&self.linked(middle));
        out.push_str(tail);
    }

    fn linked(&self, middle: &str) -> String {
        let attributes = &self.attributes;
        if is_match(&LINK, middle) {
            let scheme = if middle.starts_with("https://") || middle.starts_with("http://") { "" } else { "https://" };
            return format!("<a href=\"{scheme}{middle}\"{attributes}>{}</a>", self.trimmed(middle));
        }
        if let Some(address) = middle.strip_prefix("mailto:").filter(|address| is_match(&ADDRESS, address)) {
            return format!("<a href=\"{middle}\">{address}</a>");
        }
        let may_be_address = !middle.starts_with("www.") && !middle.starts_with('@') && !middle.contains(':');
        if may_be_address && is_match(&ADDRESS, middle) {
            return format!("<a href=\"mailto:{middle}\">{middle}</a>");
        }
        let mut linked = middle.to_owned();
        for scheme in &self.schemes {
            if linked != *scheme && linked.starts_with(scheme.as_str()) {
                linked = format!("<a href=\"{linked}\"{attributes}>{linked}</a>");
            }
        }
        linked
    }

    fn trimmed(&self, address: &str) -> String {
        let len = address.chars().count() as i64;
        match self.limit {
            Some(limit) if len > limit => {
                let kept = if limit < 0 { (len + limit).max(0) } else { limit };
                format!("{}...", address.chars().take(kept as usize).collect::<String>())
            }
            _ => address.to_owned(),
        }
    }
}

pub(in crate::jinja) fn escaped(value: &str) -> String {
    value.replace('&', "&amp;").replace('>', "&gt;").replace('<', "&lt;").replace('\'', "&#39;").replace('"', "&#34;")
}

/// Without tags and comments, each run of blanks as one space. What is not closed stays.
fn without_tags(value: &str) -> String {
    let mut kept = String::with_capacity(value.len());
    let mut rest = value;
    while let Some(start) = rest.find('<') {
        let tag = &rest[start..];
        let end = match tag.strip_prefix("<!--") {
            Some(comment) => comment.find("-->").map(|at| at + "<!---->".len()),
            None => tag.find('>').map(|at| at + 1),
        };
        let Some(end) = end else { break };
        kept.push_str(&rest[..start]);
        rest = &tag[end..];
    }
    kept.push_str(rest);
    kept.split(is_space).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

/// Python's `html.unescape`.
fn unescaped(value: &str) -> String {
    let mut out = String::with_capacity(value.len());
    let mut rest = value;
    while let Some(at) = rest.find('&') {
        out.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        let taken = match rest.strip_prefix('#') {
            Some(number) => numbered(number, &mut out).map(|taken| taken + 1),
            None => named(rest, &mut out),
        };
        match taken {
            Some(taken) => rest = &rest[taken..],
            None => out.push('&'),
        }
    }
    out.push_str(rest);
    out
}

/// The character of a number after `&#`; gives the bytes it took.
fn numbered(text: &str, out: &mut String) -> Option<usize> {
    let (digits, radix) = match text.strip_prefix(['x', 'X']) {
        Some(digits) => (digits, 16),
        None => (text, 10),
    };
    let len = digits.find(|char: char| !char.is_digit(radix)).unwrap_or(digits.len());
    if len == 0 {
        return None;
    }
    // What does not fit the type is no character either.
    let number = u32::from_str_radix(&digits[..len], radix).unwrap_or(u32::MAX);
    match number {
        0 => out.push('\u{fffd}'),
        0x80..=0x9f => out.push(windows_1252(number)),
        // Controls and what Unicode keeps free of characters.
        0x1..=0x8 | 0xb | 0xe..=0x1f | 0x7f | 0xfdd0..=0xfdef => {}
        _ if number <= 0x10_ffff && number & 0xfffe == 0xfffe => {}
        _ => out.push(char::from_u32(number).unwrap_or('\u{fffd}')),
    }
    let semicolon = usize::from(digits[len..].starts_with(';'));
    Some(text.len() - digits.len() + len + semicolon)
}

/// HTML takes the numbers of C1 controls for bytes of Windows-1252.
fn windows_1252(number: u32) -> char {
    const CHARS: &str = "€\u{81}‚ƒ„…†‡ˆ‰Š‹Œ\u{8d}Ž\u{8f}\u{90}‘’“”•–—˜™š›œ\u{9d}žŸ";
    CHARS.chars().nth(number as usize - 0x80).unwrap_or('\u{fffd}')
}

/// The characters of a name after `&`, or of the longest start of it that is a name; gives the bytes it took.
fn named(text: &str, out: &mut String) -> Option<usize> {
    let ends = |char: char| matches!(char, '\t' | '\n' | '\u{c}' | ' ' | '<' | '&' | '#' | ';');
    let end = text.char_indices().enumerate().find(|(n, (_, char))| *n == 32 || ends(*char));
    let end = end.map_or(text.len(), |(_, (at, _))| at);
    if end == 0 {
        return None;
    }
    let name = &text[..end];
    if text[end..].starts_with(';') {
        if let Some(chars) = ENTITIES.get(name).or_else(|| ENTITIES.get(&text[..=end])) {
            out.push_str(chars);
            return Some(end + 1);
        }
    }
    // A start of one character is no name.
    for (at, char) in name.char_indices().rev() {
        let end = at + char.len_utf8();
        if at == 0 {
            break;
        }
        if let Some(chars) = ENTITIES.get(&name[..end]) {
            out.push_str(chars);
            return Some(end);
        }
    }
    None
}
