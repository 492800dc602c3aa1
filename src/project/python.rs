//! The `dbt.config(…)` calls of a Python model: dbt reads them from the code and takes literals only
//! (facts D18).

use crate::datum::{Datum, Kind};
use crate::source::{Place, Text};

/// How deep lists and dicts may nest.
const DEEPEST: usize = 50;

/// The arguments of the calls in a Python file, in order, each with the place of its name. An argument that
/// is no literal is left out: dbt does not take it.
#[must_use]
pub fn config_calls(code: &Text) -> Vec<(String, Datum, Option<Place>)> {
    let mut reader = Reader { code, text: code.as_str(), at: 0 };
    let mut found = Vec::new();
    while reader.at < reader.text.len() {
        if reader.skip_string().is_some() || reader.skip_comment() {
            continue;
        }
        match reader.word() {
            Some("dbt") if reader.is_config_call() => reader.arguments(&mut found),
            Some(_) => {}
            None => reader.bump(),
        }
    }
    found
}

struct Reader<'a> {
    code: &'a Text,
    text: &'a str,
    at: usize,
}

impl<'a> Reader<'a> {
    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn bump(&mut self) {
        self.at += self.peek().map_or(1, char::len_utf8);
    }

    fn take(&mut self, token: &str) -> bool {
        self.blank();
        let found = self.rest().starts_with(token);
        if found {
            self.at += token.len();
        }
        found
    }

    /// Passes white space, line continuations and comments.
    fn blank(&mut self) {
        loop {
            let rest = self.rest();
            let white = rest.len() - rest.trim_start_matches([' ', '\t', '\n', '\r', '\u{c}', '\\']).len();
            self.at += white;
            if white == 0 && !self.skip_comment() {
                return;
            }
        }
    }

    fn skip_comment(&mut self) -> bool {
        let rest = self.rest();
        if !rest.starts_with('#') {
            return false;
        }
        self.at += rest.find('\n').unwrap_or(rest.len());
        true
    }

    /// A name or a number's digits.
    fn word(&mut self) -> Option<&'a str> {
        let rest = self.rest();
        let len = rest.find(|char: char| !(char.is_alphanumeric() || char == '_')).unwrap_or(rest.len());
        self.at += len;
        (len > 0).then(|| &rest[..len])
    }

    fn is_config_call(&mut self) -> bool {
        let from = self.at;
        let is_call = self.take(".")
            && {
                self.blank();
                self.word() == Some("config")
            }
            && self.take("(");
        if !is_call {
            self.at = from;
        }
        is_call
    }

    fn arguments(&mut self, found: &mut Vec<(String, Datum, Option<Place>)>) {
        loop {
            self.blank();
            if self.take(")") {
                return;
            }
            let from = self.at;
            let Some(name) = self.word() else { return };
            let place = self.code.place_of(from..self.at);
            if !self.take("=") {
                return;
            }
            match self.value(0) {
                Some(value) => found.push((name.to_owned(), value, place)),
                None => return,
            }
            if !self.take(",") {
                return;
            }
        }
    }

    fn value(&mut self, depth: usize) -> Option<Datum> {
        if depth > DEEPEST {
            return None;
        }
        self.blank();
        let from = self.at;
        let kind = match self.peek()? {
            '[' => {
                self.bump();
                Kind::List(self.items("]", depth)?)
            }
            '(' => {
                self.bump();
                let items = self.items(")", depth)?;
                match <[Datum; 1]>::try_from(items) {
                    // Parentheses around one value are no tuple.
                    Ok([one]) if !self.text[from..self.at].trim_end_matches(')').trim_end().ends_with(',') => {
                        return Some(one);
                    }
                    _ => Kind::Other { type_name: "tuple".to_owned(), shown: self.text[from..self.at].to_owned() },
                }
            }
            '{' => {
                self.bump();
                let mut entries = Vec::new();
                while !self.take("}") {
                    let key = self.value(depth + 1)?;
                    if !self.take(":") {
                        return None;
                    }
                    entries.push((key, self.value(depth + 1)?));
                    if !self.take(",") {
                        self.blank();
                        if self.peek() != Some('}') {
                            return None;
                        }
                    }
                }
                Kind::Map(entries)
            }
            '-' | '+' | '.' | '0'..='9' => self.number()?,
            _ => self.text_or_name()?,
        };
        let place = self.code.place_of(from..self.at);
        Some(Datum { kind, place })
    }

    fn items(&mut self, close: &str, depth: usize) -> Option<Vec<Datum>> {
        let mut items = Vec::new();
        while !self.take(close) {
            items.push(self.value(depth + 1)?);
            if !self.take(",") {
                return self.take(close).then_some(items);
            }
        }
        Some(items)
    }

    fn number(&mut self) -> Option<Kind> {
        let rest = self.rest();
        let is_part = |char: char| char.is_ascii_alphanumeric() || matches!(char, '-' | '+' | '.' | '_');
        let len = rest.find(|char| !is_part(char)).unwrap_or(rest.len());
        let digits = rest[..len].replace('_', "");
        self.at += len;
        let int = digits.parse().ok().map(Kind::Int);
        int.or_else(|| digits.parse().ok().map(Kind::Float))
    }

    fn text_or_name(&mut self) -> Option<Kind> {
        let Some(mut text) = self.string() else {
            return Some(match self.word()? {
                "True" => Kind::Bool(true),
                "False" => Kind::Bool(false),
                "None" => Kind::Null,
                _ => return None,
            });
        };
        loop {
            let from = self.at;
            self.blank();
            match self.string() {
                Some(more) => {
                    let joined = format!("{}{}", text.as_str(), more.as_str());
                    let place = text.place_of(0..text.value.len());
                    text = place.map_or_else(|| Text::plain(joined.as_str()), |at| Text::made_at(joined.as_str(), at));
                }
                None => {
                    self.at = from;
                    return Some(Kind::Str(text));
                }
            }
        }
    }

    /// Passes a string, of whatever kind.
    fn skip_string(&mut self) -> Option<()> {
        self.quoted().map(|_| ())
    }

    /// A string: where its contents stand, and the letters before it.
    fn quoted(&mut self) -> Option<(std::ops::Range<usize>, &'a str)> {
        let rest = self.rest();
        let open = rest.find(|char: char| !char.is_ascii_alphabetic()).filter(|&open| open <= 2)?;
        let before = self.text[..self.at].chars().next_back();
        if open > 0 && before.is_some_and(|char| char.is_alphanumeric() || char == '_') {
            return None;
        }
        let prefix = &rest[..open];
        let quote = rest[open..].chars().next().filter(|char| matches!(char, '"' | '\''))?;
        let triple: String = std::iter::repeat_n(quote, 3).collect();
        let close = if rest[open..].starts_with(&triple) { triple } else { quote.to_string() };
        let from = self.at + open + close.len();
        let mut at = from;
        while at < self.text.len() {
            let here = &self.text[at..];
            if here.starts_with(&close) {
                self.at = at + close.len();
                return Some((from..at, prefix));
            }
            let escaped = here.starts_with('\\');
            let char = here.chars().nth(usize::from(escaped));
            if close.len() == 1 && here.starts_with('\n') {
                return None;
            }
            at += usize::from(escaped) + char.map_or(1, char::len_utf8);
        }
        None
    }

    fn string(&mut self) -> Option<Text> {
        let from = self.at;
        let (contents, prefix) = self.quoted()?;
        let raw = prefix.eq_ignore_ascii_case("r");
        if !(prefix.is_empty() || raw || prefix.eq_ignore_ascii_case("u")) {
            // Bytes and f-strings are no literals of text.
            self.at = from;
            return None;
        }
        let text = self.code.slice(contents.clone());
        if raw || !text.as_str().contains('\\') {
            return Some(text);
        }
        let value = unescaped(text.as_str())?;
        Some(match self.code.place_of(contents) {
            Some(place) => Text::made_at(value.as_str(), place),
            None => Text::plain(value.as_str()),
        })
    }
}

/// A string's contents without Python's escapes; none where one is not closed.
fn unescaped(text: &str) -> Option<String> {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(char) = chars.next() {
        if char != '\\' {
            out.push(char);
            continue;
        }
        let digits = match chars.next()? {
            '\n' => continue,
            'n' => '\n',
            't' => '\t',
            'r' => '\r',
            'a' => '\u{7}',
            'b' => '\u{8}',
            'f' => '\u{c}',
            'v' => '\u{b}',
            '0' => '\0',
            same @ ('\\' | '\'' | '"') => same,
            kind @ ('x' | 'u' | 'U') => {
                let len = match kind {
                    'x' => 2,
                    'u' => 4,
                    _ => 8,
                };
                let digits: String = chars.by_ref().take(len).collect();
                char::from_u32(u32::from_str_radix(&digits, 16).ok()?)?
            }
            other => {
                out.push('\\');
                other
            }
        };
        out.push(digits);
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::FileId;

    #[test]
    #[allow(clippy::unwrap_used)]
    fn literals_of_calls() {
        let code = "# dbt.config(pre_hook='no')\ndef model(dbt, session):\n    '''dbt.config(pre_hook=\"no\")'''\n    \
                    dbt.config(materialized='table', pre_hook=[\"a\" 'b', r'\\n', {'sql': 'c', \"transaction\": False},],\n        \
                    post_hook=('only'), n=-1, t=(1,))  # end\n    x = 'dbt.config(y=1)'\n    mydbt.config(z=1)\n    dbt.config(last='\\u00e9\\n')\n";
        let place = Place { file: FileId(0), start: 0, end: code.len() as u32 };
        let found = config_calls(&Text::verbatim(code, place));
        let names: Vec<&str> = found.iter().map(|(name, ..)| name.as_str()).collect();
        assert_eq!(names, ["materialized", "pre_hook", "post_hook", "n", "t", "last"]);
        let hooks = found[1].1.as_list().unwrap();
        assert_eq!((hooks[0].as_str(), hooks[1].as_str()), (Some("ab"), Some("\\n")));
        assert_eq!(hooks[2].get("transaction").and_then(Datum::as_bool), Some(false));
        assert_eq!(found[2].1.as_str(), Some("only"));
        assert_eq!(found[4].1.type_name(), "tuple");
        assert_eq!(found[5].1.as_str(), Some("é\n"));
        assert_eq!(found[1].2.map(|place| &code[place.start as usize..place.end as usize]), Some("pre_hook"));
    }
}
