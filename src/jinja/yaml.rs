//! YAML as `PyYAML` writes it.

use std::fmt::Write as _;

use super::error::{Eval, python_error, value_error};
use super::interp::Interp;
use super::print::float_text;
use super::value::Value;

/// The column after which `PyYAML` breaks a line at the next blank.
const WIDTH: usize = 80;

/// `yaml.safe_dump(value)` in block style. `is_text` says whether a plain scalar is read back as text.
pub fn dump(interp: &mut Interp, value: &Value, sort_keys: bool, is_text: fn(&str) -> bool) -> Eval<String> {
    let mut writer = Writer { out: String::new(), line: 0, sort_keys, is_text };
    if writer.node(interp, value, None, false)? {
        // The end of a document that is one plain scalar is marked.
        writer.out.push_str("\n...");
    }
    if !writer.out.ends_with('\n') {
        writer.out.push('\n');
    }
    Ok(writer.out)
}

struct Writer {
    out: String,
    /// Where the line that is written starts.
    line: usize,
    sort_keys: bool,
    is_text: fn(&str) -> bool,
}

/// In which ways a text can be written.
struct Styles {
    plain: bool,
    single: bool,
    lines: bool,
}

fn is_break(char: char) -> bool {
    matches!(char, '\n' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

fn is_blank(char: Option<char>) -> bool {
    char.is_none_or(|char| is_break(char) || matches!(char, '\0' | ' ' | '\t' | '\r'))
}

fn styles(text: &str) -> Styles {
    let chars: Vec<char> = text.chars().collect();
    let mut indicators = text.starts_with("---") || text.starts_with("...");
    let (mut lines, mut special, mut break_blank, mut blank_break) = (false, false, false, false);
    let (mut after_blank, mut after_break) = (false, false);
    for (n, &char) in chars.iter().enumerate() {
        let before = n.checked_sub(1).map(|n| chars[n]);
        let blank_follows = is_blank(chars.get(n + 1).copied());
        indicators |= match char {
            '#' | ',' | '[' | ']' | '{' | '}' | '&' | '*' | '!' | '|' | '>' | '\'' | '"' | '%' | '@' | '`'
                if n == 0 =>
            {
                true
            }
            '?' | ':' | '-' if n == 0 => blank_follows,
            ':' => blank_follows,
            '#' => is_blank(before),
            _ => false,
        };
        lines |= is_break(char);
        special |= !(char == '\n' || (' '..='~').contains(&char));
        break_blank |= char == ' ' && after_break;
        blank_break |= is_break(char) && after_blank;
        after_blank = char == ' ';
        after_break = is_break(char);
    }
    let edge = |char: Option<&char>| char.is_some_and(|&char| char == ' ' || is_break(char));
    let single = !(break_blank || blank_break || special);
    let plain = single && !indicators && !lines && !edge(chars.first()) && !edge(chars.last());
    Styles { plain, single, lines }
}

impl Writer {
    fn column(&self) -> usize {
        self.out[self.line..].chars().count()
    }

    fn new_line(&mut self, indent: usize) {
        self.out.push('\n');
        self.line = self.out.len();
        self.out.push_str(&" ".repeat(indent));
    }

    /// Writes a value after what stands on the line: `indent` is that of the collection it is in. Gives
    /// whether it is a plain scalar.
    fn node(&mut self, interp: &mut Interp, value: &Value, indent: Option<usize>, in_list: bool) -> Eval<bool> {
        interp.step()?;
        if indent.is_some_and(|indent| indent > 400) {
            return Err(value_error("a value is nested too deeply"));
        }
        match value {
            Value::Dict(dict) => {
                let dict = dict.borrow().clone();
                let entries: Vec<(Value, Value)> =
                    dict.iter().map(|(key, value)| (key.clone(), value.clone())).collect();
                self.mapping(interp, entries, indent, in_list)?;
                Ok(false)
            }
            Value::List(_) | Value::Tuple(_) => {
                let items = interp.items_of(value)?;
                self.sequence(interp, &items, indent, in_list)?;
                Ok(false)
            }
            scalar => self.scalar(interp, scalar, indent.map_or(2, |indent| indent + 2), false),
        }
    }

    fn mapping(
        &mut self,
        interp: &mut Interp,
        mut entries: Vec<(Value, Value)>,
        indent: Option<usize>,
        in_list: bool,
    ) -> Eval<()> {
        if entries.is_empty() {
            self.out.push_str("{}");
            return Ok(());
        }
        if self.sort_keys {
            let keyed = entries.into_iter().map(|(key, value)| (key.clone(), Value::tuple(vec![key, value]))).collect();
            entries = Vec::new();
            for pair in interp.sorted(keyed, false)? {
                if let Value::Tuple(pair) = pair {
                    entries.push((pair[0].clone(), pair[1].clone()));
                }
            }
        }
        let own = indent.map_or(0, |indent| indent + 2);
        for (n, (key, value)) in entries.iter().enumerate() {
            if n > 0 || (indent.is_some() && !in_list) {
                self.new_line(own);
            }
            self.scalar(interp, key, own + 2, true)?;
            self.out.push(':');
            let nested = match value {
                Value::Dict(inner) => !inner.borrow().is_empty(),
                Value::List(inner) => !inner.borrow().is_empty(),
                Value::Tuple(inner) => !inner.is_empty(),
                _ => false,
            };
            if !nested {
                self.out.push(' ');
            }
            self.node(interp, value, Some(own), false)?;
        }
        Ok(())
    }

    fn sequence(&mut self, interp: &mut Interp, items: &[Value], indent: Option<usize>, in_list: bool) -> Eval<()> {
        if items.is_empty() {
            self.out.push_str("[]");
            return Ok(());
        }
        // The dashes of a list in a mapping stand below its key.
        let own = match indent {
            None => 0,
            Some(indent) if in_list => indent + 2,
            Some(indent) => indent,
        };
        for (n, item) in items.iter().enumerate() {
            if n > 0 || (indent.is_some() && !in_list) {
                self.new_line(own);
            }
            self.out.push_str("- ");
            self.node(interp, item, Some(own), true)?;
        }
        Ok(())
    }

    fn scalar(&mut self, interp: &mut Interp, value: &Value, indent: usize, is_key: bool) -> Eval<bool> {
        let plain = match value {
            Value::None => "null".to_owned(),
            Value::Bool(value) => value.to_string(),
            Value::Float(float) if float.is_nan() => ".nan".to_owned(),
            Value::Float(float) if float.is_infinite() => if *float > 0.0 { ".inf" } else { "-.inf" }.to_owned(),
            Value::Float(float) => {
                let text = float_text(*float);
                // YAML reads a number with an exponent only where it has a point.
                if text.contains('.') { text } else { text.replacen('e', ".0e", 1) }
            }
            Value::Int(_) | Value::BigInt(_) | Value::Moment(_) => interp.str_of(value)?.text.to_string(),
            Value::Unknown(unknown) => interp.placeholder(unknown),
            Value::Str(text) => {
                let text = text.text.to_string();
                interp.made(text.len())?;
                let styles = styles(&text);
                if styles.plain && !text.is_empty() && (self.is_text)(&text) {
                    self.folded(&text, indent, !is_key);
                    return Ok(true);
                }
                if styles.single && !(is_key && styles.lines) {
                    self.single(&text, indent, !is_key);
                } else {
                    self.double(&text, indent, !is_key);
                }
                return Ok(false);
            }
            other => {
                let shown = interp.repr_of(other)?;
                return Err(python_error("RepresenterError", format!("('cannot represent an object', {shown})")));
            }
        };
        self.out.push_str(&plain);
        Ok(true)
    }

    /// Text with its long lines broken at single blanks.
    fn folded(&mut self, text: &str, indent: usize, split: bool) {
        let mut rest = text;
        while let Some(at) = rest.find(' ') {
            let (word, blanks) = rest.split_at(at);
            self.out.push_str(word);
            let count = blanks.len() - blanks.trim_start_matches(' ').len();
            let inner = at > 0 && count < blanks.len();
            if count == 1 && split && inner && self.column() > WIDTH {
                self.new_line(indent);
            } else {
                self.out.push_str(&blanks[..count]);
            }
            rest = &blanks[count..];
        }
        self.out.push_str(rest);
    }

    fn single(&mut self, text: &str, indent: usize, split: bool) {
        self.out.push('\'');
        let mut rest = text;
        while !rest.is_empty() {
            let breaks = rest.len() - rest.trim_start_matches('\n').len();
            if breaks > 0 {
                // A line break that is not doubled would be read as a blank.
                self.out.push_str(&"\n".repeat(breaks));
                self.new_line(indent);
                rest = &rest[breaks..];
                continue;
            }
            let (line, after) = rest.split_at(rest.find('\n').unwrap_or(rest.len()));
            self.folded(&line.replace('\'', "''"), indent, split);
            rest = after;
        }
        self.out.push('\'');
    }

    fn double(&mut self, text: &str, indent: usize, split: bool) {
        self.out.push('"');
        let len = text.chars().count();
        // What is not written yet: a line breaks after an escape, or before a blank.
        let mut pending = String::new();
        for (n, char) in text.chars().enumerate() {
            let escaped = escape(char);
            if let Some(escaped) = &escaped {
                self.out.push_str(&pending);
                pending.clear();
                self.out.push_str(escaped);
            }
            let may_break = char == ' ' || escaped.is_some();
            if n > 0 && n + 1 < len && may_break && split && self.column() + pending.chars().count() > WIDTH {
                self.out.push_str(&pending);
                pending.clear();
                self.out.push('\\');
                self.new_line(indent);
                let next = if escaped.is_some() { text.chars().nth(n + 1) } else { Some(char) };
                if next == Some(' ') {
                    self.out.push('\\');
                }
            }
            if escaped.is_none() {
                pending.push(char);
            }
        }
        self.out.push_str(&pending);
        self.out.push('"');
    }
}

fn escape(char: char) -> Option<String> {
    let letter = match char {
        '\0' => '0',
        '\u{7}' => 'a',
        '\u{8}' => 'b',
        '\t' => 't',
        '\n' => 'n',
        '\u{b}' => 'v',
        '\u{c}' => 'f',
        '\r' => 'r',
        '\u{1b}' => 'e',
        '"' => '"',
        '\\' => '\\',
        '\u{85}' => 'N',
        '\u{a0}' => '_',
        '\u{2028}' => 'L',
        '\u{2029}' => 'P',
        ' '..='~' => return None,
        _ => {
            let code = u32::from(char);
            let mut out = String::new();
            let _ = match code {
                0..=0xff => write!(out, "\\x{code:02X}"),
                0x100..=0xffff => write!(out, "\\u{code:04X}"),
                _ => write!(out, "\\U{code:08X}"),
            };
            return Some(out);
        }
    };
    Some(format!("\\{letter}"))
}
