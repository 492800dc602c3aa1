//! `str()` and `repr()` as Python has them.

use std::fmt::Write as _;

use bigdecimal::BigDecimal;

use super::error::Eval;
use super::interp::Interp;
use super::unknown::Unknown;
use super::value::{Str, StrKind, Value, View};

/// How deep containers are printed before they are cut: nothing a hook needs.
const MAX_DEPTH: usize = 60;

impl Interp {
    /// `str()` of a value, with its origin where it is text.
    pub fn str_of(&mut self, value: &Value) -> Eval<Str> {
        Ok(match value {
            Value::Str(text) => text.clone(),
            Value::Undefined(_) => Str::plain(""),
            Value::Object(object) => {
                let object = std::rc::Rc::clone(object);
                object.text(self)?
            }
            Value::Moment(moment) => Str::plain(moment.to_string()),
            Value::Decimal(decimal) => Str::plain(decimal_text(decimal)),
            other => Str::plain(self.repr_of(other)?),
        })
    }

    /// `repr()` of a value.
    pub fn repr_of(&mut self, value: &Value) -> Eval<String> {
        let mut out = String::new();
        self.write_repr(&mut out, value, 0)?;
        Ok(out)
    }

    fn write_repr(&mut self, out: &mut String, value: &Value, depth: usize) -> Eval<()> {
        self.step()?;
        if let Value::BigInt(_) | Value::Decimal(_) = value {
            self.weigh(value)?;
        }
        if depth > MAX_DEPTH {
            out.push_str("...");
            return Ok(());
        }
        match value {
            Value::Undefined(_) => out.push_str("Undefined"),
            Value::None => out.push_str("None"),
            Value::Bool(true) => out.push_str("True"),
            Value::Bool(false) => out.push_str("False"),
            Value::Int(value) => {
                let _ = write!(out, "{value}");
            }
            Value::BigInt(value) => {
                let _ = write!(out, "{value}");
            }
            Value::Float(value) => out.push_str(&float_text(*value)),
            Value::Decimal(value) => {
                let _ = write!(out, "Decimal('{}')", decimal_text(value));
            }
            Value::Str(text) => {
                self.made(text.text.len())?;
                match text.kind {
                    StrKind::Plain => write_str_repr(out, &text.text),
                    StrKind::Member(repr) => out.push_str(repr),
                    StrKind::Markup => {
                        out.push_str("Markup(");
                        write_str_repr(out, &text.text);
                        out.push(')');
                    }
                }
            }
            Value::Bytes(bytes) => write_bytes_repr(out, bytes),
            Value::List(items) => {
                let items = items.borrow().clone();
                self.write_items(out, "[", &items, "]", depth)?;
            }
            Value::Tuple(items) => {
                let close = if items.len() == 1 { ",)" } else { ")" };
                self.write_items(out, "(", items, close, depth)?;
            }
            Value::Dict(dict) => {
                let dict = dict.borrow().clone();
                self.write_entries(out, dict.iter(), depth)?;
            }
            Value::Namespace(dict) => {
                let dict = dict.borrow().clone();
                out.push_str("<Namespace ");
                self.write_entries(out, dict.iter(), depth)?;
                out.push('>');
            }
            Value::Set(set) => {
                let items = set.borrow().keys();
                if items.is_empty() {
                    out.push_str("set()");
                } else {
                    self.write_items(out, "{", &items, "}", depth)?;
                }
            }
            Value::Range(range) => {
                let _ = write!(out, "range({}, {}", range.start, range.stop);
                if range.step != 1 {
                    let _ = write!(out, ", {}", range.step);
                }
                out.push(')');
            }
            Value::View(_, view) => {
                let items = self.items_of(value)?;
                let name = match view {
                    View::Keys => "dict_keys([",
                    View::Values => "dict_values([",
                    View::Items => "dict_items([",
                };
                self.write_items(out, name, &items, "])", depth)?;
            }
            Value::Moment(moment) => out.push_str(&moment.repr()),
            Value::Iterator(iterator) => {
                let _ = write!(out, "<{} object>", iterator.borrow().type_name);
            }
            // dbt wraps its macros in an object that prints its address.
            Value::Macro(of_dbt) if of_dbt.catches_return => {
                let label = format!("the address of {}", of_dbt.shown);
                let address = self.placeholder(&Unknown::new(label, "it is another in each run"));
                let _ = write!(out, "<dbt.clients.jinja.MacroGenerator object at 0x{address}>");
            }
            Value::Macro(decl) => {
                let _ = write!(out, "<Macro '{}'>", decl.decl.name);
            }
            Value::Function(function) => match super::globals::class_repr(&function.name) {
                Some(class) => out.push_str(class),
                None => {
                    let _ = write!(out, "<function {}>", function.name);
                }
            },
            Value::Method(method) => {
                let _ = write!(out, "<built-in method {} of {} object>", method.1, method.0.type_name());
            }
            Value::Object(object) => {
                let object = std::rc::Rc::clone(object);
                out.push_str(&object.repr(self)?);
            }
            Value::Unknown(unknown) if self.is_count_of_nothing(unknown) => out.push('0'),
            Value::Unknown(unknown) => {
                let placeholder = self.placeholder(unknown);
                out.push_str(&placeholder);
            }
        }
        Ok(())
    }

    fn write_items(&mut self, out: &mut String, open: &str, items: &[Value], close: &str, depth: usize) -> Eval<()> {
        out.push_str(open);
        for (n, item) in items.iter().enumerate() {
            if n > 0 {
                out.push_str(", ");
            }
            self.write_repr(out, item, depth + 1)?;
        }
        out.push_str(close);
        Ok(())
    }

    fn write_entries<'v>(
        &mut self,
        out: &mut String,
        entries: impl std::iter::Iterator<Item = (&'v Value, &'v Value)>,
        depth: usize,
    ) -> Eval<()> {
        out.push('{');
        for (n, (key, value)) in entries.enumerate() {
            if n > 0 {
                out.push_str(", ");
            }
            self.write_repr(out, key, depth + 1)?;
            out.push_str(": ");
            self.write_repr(out, value, depth + 1)?;
        }
        out.push('}');
        Ok(())
    }
}

/// `repr()` of text: single quotes unless the text has one and no double quote.
pub fn write_str_repr(out: &mut String, text: &str) {
    let quote = if text.contains('\'') && !text.contains('"') { '"' } else { '\'' };
    out.push(quote);
    for char in text.chars() {
        match char {
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            _ if char == quote => {
                out.push('\\');
                out.push(char);
            }
            _ if is_printable(char) => out.push(char),
            _ => {
                let code = char as u32;
                let _ = match code {
                    0..=0xff => write!(out, "\\x{code:02x}"),
                    0x100..=0xffff => write!(out, "\\u{code:04x}"),
                    _ => write!(out, "\\U{code:08x}"),
                };
            }
        }
    }
    out.push(quote);
}

/// Python's `str.isprintable` for one character, by the categories that are not: controls, format
/// characters, unassigned and private ones, separators other than the blank.
pub(super) fn is_printable(char: char) -> bool {
    if char == ' ' {
        return true;
    }
    if char.is_control() || char.is_whitespace() {
        return false;
    }
    !matches!(char as u32,
        0xad | 0x600..=0x605 | 0x61c | 0x6dd | 0x70f | 0x180e | 0x200b..=0x200f | 0x202a..=0x202e
        | 0x2060..=0x206f | 0xd800..=0xf8ff | 0xfeff | 0xfff0..=0xfffb | 0xe_0000..=0x10_ffff)
}

fn write_bytes_repr(out: &mut String, bytes: &[u8]) {
    let quote = if bytes.contains(&b'\'') && !bytes.contains(&b'"') { '"' } else { '\'' };
    out.push('b');
    out.push(quote);
    for &byte in bytes {
        match byte {
            b'\\' => out.push_str("\\\\"),
            b'\n' => out.push_str("\\n"),
            b'\r' => out.push_str("\\r"),
            b'\t' => out.push_str("\\t"),
            _ if byte == quote as u8 => {
                out.push('\\');
                out.push(quote);
            }
            0x20..=0x7e => out.push(byte as char),
            _ => {
                let _ = write!(out, "\\x{byte:02x}");
            }
        }
    }
    out.push(quote);
}

/// `repr()` of a float: the shortest digits that give it again.
#[must_use]
pub fn float_text(value: f64) -> String {
    if value.is_nan() {
        return "nan".to_owned();
    }
    if value.is_infinite() {
        return if value > 0.0 { "inf" } else { "-inf" }.to_owned();
    }
    let scientific = format!("{value:e}");
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if (-4..16).contains(&exponent) {
        let plain = format!("{value}");
        return if plain.contains('.') { plain } else { format!("{plain}.0") };
    }
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{mantissa}e{sign}{:02}", exponent.abs())
}

/// `str()` of a Decimal: its scale is kept.
#[must_use]
pub fn decimal_text(value: &BigDecimal) -> String {
    let (digits, scale) = value.as_bigint_and_exponent();
    let (sign, digits) = match digits.to_string() {
        negative if negative.starts_with('-') => ("-", negative[1..].to_owned()),
        positive => ("", positive),
    };
    let adjusted = digits.len() as i64 - 1 - scale;
    if scale >= 0 && adjusted >= -6 {
        let scale = scale as usize;
        if scale == 0 {
            return format!("{sign}{digits}");
        }
        let padded = format!("{digits:0>width$}", width = scale + 1);
        let point = padded.len() - scale;
        return format!("{sign}{}.{}", &padded[..point], &padded[point..]);
    }
    let mut mantissa = digits;
    if mantissa.len() > 1 {
        mantissa.insert(1, '.');
    }
    let exponent_sign = if adjusted < 0 { '-' } else { '+' };
    format!("{sign}{mantissa}E{exponent_sign}{}", adjusted.abs())
}
