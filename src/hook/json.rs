//! JSON as Python's `json.loads` takes it, each string with its place.

use crate::datum::{Datum, Kind};
use crate::source::{Text, TextBuilder};

/// How deep values may nest; Python gives up near a thousand.
const DEEPEST: usize = 500;

/// The value of a text that is JSON to Python; `None` for any other text.
///
/// `NaN` and the infinities count, a number may be of any size, control characters in strings do not
/// pass, and of equal keys the last one is kept.
pub(super) fn load(text: &Text) -> Option<Datum> {
    let mut reader = Reader { text, at: 0, depth: 0 };
    reader.blanks();
    // Most hooks are SQL, and show it at once.
    if !matches!(reader.peek()?, b'{' | b'[' | b'"' | b'-' | b'0'..=b'9' | b't' | b'f' | b'n' | b'N' | b'I') {
        return None;
    }
    let value = reader.value()?;
    reader.blanks();
    (reader.at == text.value.len()).then_some(value)
}

struct Reader<'t> {
    text: &'t Text,
    at: usize,
    depth: usize,
}

impl Reader<'_> {
    fn peek(&self) -> Option<u8> {
        self.text.value.as_bytes().get(self.at).copied()
    }

    fn blanks(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    /// Goes over these bytes, where they come next.
    fn eat(&mut self, expected: &str) -> bool {
        let found = self.text.value.as_bytes()[self.at..].starts_with(expected.as_bytes());
        if found {
            self.at += expected.len();
        }
        found
    }

    fn value(&mut self) -> Option<Datum> {
        const WORDS: [(&str, Kind); 6] = [
            ("null", Kind::Null),
            ("true", Kind::Bool(true)),
            ("false", Kind::Bool(false)),
            ("NaN", Kind::Float(f64::NAN)),
            ("Infinity", Kind::Float(f64::INFINITY)),
            ("-Infinity", Kind::Float(f64::NEG_INFINITY)),
        ];
        let start = self.at;
        let kind = match self.peek()? {
            b'"' => Kind::Str(self.string()?),
            b'{' => self.nested(Reader::object)?,
            b'[' => self.nested(Reader::array)?,
            _ => match WORDS.into_iter().find(|(word, _)| self.eat(word)) {
                Some((_, kind)) => kind,
                None => self.number()?,
            },
        };
        Some(Datum { kind, place: self.text.place_of(start..self.at) })
    }

    fn nested(&mut self, read: fn(&mut Self) -> Option<Kind>) -> Option<Kind> {
        self.at += 1;
        self.depth += 1;
        if self.depth > DEEPEST {
            return None;
        }
        let kind = read(self)?;
        self.depth -= 1;
        Some(kind)
    }

    fn object(&mut self) -> Option<Kind> {
        let mut entries: Vec<(Datum, Datum)> = Vec::new();
        self.blanks();
        if self.eat("}") {
            return Some(Kind::Map(entries));
        }
        loop {
            self.blanks();
            let start = self.at;
            let key = self.string()?;
            let key_place = self.text.place_of(start..self.at);
            self.blanks();
            if !self.eat(":") {
                return None;
            }
            self.blanks();
            let value = self.value()?;
            match entries.iter_mut().find(|(known, _)| known.as_str() == Some(key.as_str())) {
                Some(entry) => entry.1 = value,
                None => entries.push((Datum { kind: Kind::Str(key), place: key_place }, value)),
            }
            self.blanks();
            if self.eat("}") {
                return Some(Kind::Map(entries));
            }
            if !self.eat(",") {
                return None;
            }
        }
    }

    fn array(&mut self) -> Option<Kind> {
        let mut items = Vec::new();
        self.blanks();
        if self.eat("]") {
            return Some(Kind::List(items));
        }
        loop {
            self.blanks();
            items.push(self.value()?);
            self.blanks();
            if self.eat("]") {
                return Some(Kind::List(items));
            }
            if !self.eat(",") {
                return None;
            }
        }
    }

    fn number(&mut self) -> Option<Kind> {
        let start = self.at;
        self.eat("-");
        if !self.eat("0") {
            self.digits()?;
        }
        let mut whole = true;
        for (mark, signed) in [(".", false), ("eE", true)] {
            let before = self.at;
            if !mark.bytes().any(|byte| self.peek() == Some(byte)) {
                continue;
            }
            self.at += 1;
            if signed && matches!(self.peek(), Some(b'+' | b'-')) {
                self.at += 1;
            }
            // `1.` is the number 1 with something behind it, and so no JSON as a whole.
            if self.digits().is_none() {
                self.at = before;
                break;
            }
            whole = false;
        }
        let written = &self.text.value[start..self.at];
        Some(match written.parse::<i64>() {
            Ok(number) if whole => Kind::Int(number),
            _ if whole => Kind::Other { type_name: "int".to_owned(), shown: written.to_owned() },
            _ => Kind::Float(written.parse().ok()?),
        })
    }

    fn digits(&mut self) -> Option<()> {
        let start = self.at;
        while matches!(self.peek(), Some(b'0'..=b'9')) {
            self.at += 1;
        }
        (self.at > start).then_some(())
    }

    fn string(&mut self) -> Option<Text> {
        if !self.eat("\"") {
            return None;
        }
        let mut built = TextBuilder::default();
        let mut from = self.at;
        loop {
            match self.peek()? {
                b'"' => {
                    built.push_slice(self.text, from..self.at);
                    self.at += 1;
                    return Some(built.finish());
                }
                b'\\' => {
                    built.push_slice(self.text, from..self.at);
                    let start = self.at;
                    self.at += 1;
                    let made = self.escape()?;
                    built.push_made(made.encode_utf8(&mut [0; 4]), self.text.place_of(start..self.at), None);
                    from = self.at;
                }
                0..=0x1f => return None,
                _ => self.at += 1,
            }
        }
    }

    fn escape(&mut self) -> Option<char> {
        let byte = self.peek()?;
        self.at += 1;
        Some(match byte {
            b'"' | b'\\' | b'/' => char::from(byte),
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => {
                let first = self.unit()?;
                let before = self.at;
                if (0xd800..0xdc00).contains(&first) && self.eat("\\u") {
                    let second = self.unit()?;
                    if (0xdc00..0xe000).contains(&second) {
                        return char::from_u32(0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00));
                    }
                    self.at = before;
                }
                // Python keeps half a pair; no driver would take it.
                char::from_u32(first).unwrap_or(char::REPLACEMENT_CHARACTER)
            }
            _ => return None,
        })
    }

    fn unit(&mut self) -> Option<u32> {
        let digits = self.text.value.get(self.at..self.at + 4)?;
        if !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return None;
        }
        self.at += 4;
        u32::from_str_radix(digits, 16).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{FileId, Place};

    fn kind(text: &str) -> Option<String> {
        load(&Text::plain(text)).map(|datum| format!("{} {:?}", datum.type_name(), datum.as_str()))
    }

    #[test]
    fn what_python_takes_for_json() {
        for (text, type_name) in [
            ("1", "int"),
            (" -0 ", "int"),
            ("12345678901234567890123", "int"),
            ("1e5", "float"),
            ("NaN", "float"),
            ("-Infinity", "float"),
            ("null", "NoneType"),
            ("[1, {\"a\": []}]", "list"),
            ("\n{}\n", "dict"),
        ] {
            assert_eq!(kind(text), Some(format!("{type_name} None")), "{text}");
        }
        assert_eq!(kind("\"a\\n\\u00e9\\ud83d\\ude00\\/\""), Some("str Some(\"a\\né😀/\")".to_owned()));
    }

    #[test]
    fn what_it_does_not() {
        for text in [
            "", " ", "select 1", "None", "True", "1.", ".5", "01", "1 2", "{'a': 1}", "[1,]", "{\"a\"}", "\"a\nb\"",
            "+1",
        ] {
            assert_eq!(kind(text), None, "{text:?}");
        }
    }

    #[test]
    fn strings_keep_their_places() {
        let written = r#"{"sql": "a \"b\" c"}"#;
        let place = Place { file: FileId(0), start: 100, end: 100 + written.len() as u32 };
        let datum = load(&Text::verbatim(written, place)).unwrap();
        let sql = datum.get("sql").and_then(Datum::as_text).unwrap();
        assert_eq!(sql.as_str(), "a \"b\" c");
        let at = 100 + written.find('c').unwrap() as u32;
        assert_eq!(sql.place_of(6..7), Some(Place { file: FileId(0), start: at, end: at + 1 }));
    }
}
