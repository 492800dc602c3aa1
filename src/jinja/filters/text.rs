//! The filters of text.

use crate::jinja::error::{Eval, python_error, type_error, value_error};
use crate::jinja::interp::Interp;
use crate::jinja::methods::text;
use crate::jinja::tree::BinaryOp;
use crate::jinja::value::{Args, Str, StrKind, Value};

impl Interp {
    /// Text is quoted for a path; the pairs of a mapping or list make a query.
    pub(super) fn urlencode_filter(&mut self, value: &Value) -> Eval<Value> {
        const KEPT: &percent_encoding::AsciiSet =
            &percent_encoding::NON_ALPHANUMERIC.remove(b'_').remove(b'.').remove(b'-').remove(b'~');
        const KEPT_IN_PATH: &percent_encoding::AsciiSet = &KEPT.remove(b'/');
        let pairs = match value {
            Value::Dict(dict) => {
                let dict = dict.borrow().clone();
                dict.iter().map(|(key, value)| [key.clone(), value.clone()]).collect()
            }
            Value::Bytes(bytes) if !bytes.is_empty() => {
                return Err(type_error("cannot unpack non-iterable int object"));
            }
            Value::List(_) | Value::Tuple(_) => {
                let mut pairs = Vec::new();
                for pair in self.items_of(value)? {
                    match <[Value; 2]>::try_from(self.items_of(&pair)?) {
                        Ok(pair) => pairs.push(pair),
                        Err(items) if items.len() > 2 => {
                            return Err(value_error("too many values to unpack (expected 2)"));
                        }
                        Err(items) => {
                            return Err(value_error(format!(
                                "not enough values to unpack (expected 2, got {})",
                                items.len()
                            )));
                        }
                    }
                }
                pairs
            }
            _ => {
                let text = self.str_of(value)?;
                let encoded = percent_encoding::utf8_percent_encode(&text.text, KEPT_IN_PATH).to_string();
                return Ok(Value::Str(text.remade(encoded)));
            }
        };
        let mut parts = Vec::with_capacity(pairs.len());
        for pair in pairs {
            let mut encoded = Vec::with_capacity(2);
            for value in &pair {
                let text = self.str_of(value)?;
                encoded.push(percent_encoding::utf8_percent_encode(&text.text, KEPT).to_string().replace("%20", "+"));
            }
            parts.push(encoded.join("="));
        }
        Ok(Value::str(parts.join("&")))
    }

    pub(super) fn indent_filter(&mut self, value: &Value, args: &Args) -> Eval<Value> {
        let [width, first, blank] = args.bind("do_indent", ["width", "first", "blank"], 0)?;
        let Value::Str(text) = value else {
            // `value + "\n"` comes first.
            self.binary(BinaryOp::Add, value, &Value::str("\n"))?;
            return Err(type_error(format!("unsupported operand for +=: '{}' and 'str'", value.type_name())));
        };
        let indentation = match width {
            Some(Value::Str(width)) => width.text.to_string(),
            Some(width) => " ".repeat(width.as_int().unwrap_or(4).clamp(0, 10_000) as usize),
            None => "    ".to_owned(),
        };
        let (first, blank) = (self.flag(first.as_ref())?, self.flag(blank.as_ref())?);
        let mut parts = Vec::new();
        let mut before = 0;
        // With a break at its end, the text has one line more.
        for (n, line) in text::lines(&format!("{}\n", text.text), false).into_iter().enumerate() {
            if n > 0 {
                // A break of another kind becomes a plain one.
                let end = text.slice(before..line.start);
                parts.push(if &*end.text == "\n" { end } else { Str::plain("\n") });
            }
            if (n > 0 || first) && (blank || !line.is_empty() || n == 0) {
                self.made(indentation.len())?;
                parts.push(Str::plain(indentation.as_str()));
            }
            before = line.end;
            parts.push(text.slice(line));
        }
        self.made(parts.iter().map(|part| part.text.len()).sum())?;
        let kind = if text.kind == StrKind::Markup { StrKind::Markup } else { StrKind::Plain };
        Ok(Value::Str(Str { kind, ..self.joined(&parts) }))
    }

    pub(super) fn truncate_filter(&mut self, value: &Value, args: &Args) -> Eval<Value> {
        let [length, killwords, end, leeway] = args.bind("do_truncate", ["length", "killwords", "end", "leeway"], 0)?;
        let length = length.as_ref().and_then(Value::as_int).unwrap_or(255);
        let leeway = leeway.as_ref().and_then(Value::as_int).unwrap_or(5);
        let end = match &end {
            Some(end) => self.str_of(end)?,
            None => Str::plain("..."),
        };
        let end_len = end.text.chars().count() as i64;
        if length < end_len {
            return Err(python_error("AssertionError", format!("expected length >= {end_len}, got {length}")));
        }
        if leeway < 0 {
            return Err(python_error("AssertionError", format!("expected leeway >= 0, got {leeway}")));
        }
        let len = self.length(value)?;
        if len.as_int().is_some_and(|len| len <= length.saturating_add(leeway)) {
            return Ok(value.clone());
        }
        let Value::Str(text) = value else {
            return Err(type_error(format!("unsupported operand for +: '{}' and 'str'", value.type_name())));
        };
        let kept: String = text.text.chars().take((length - end_len) as usize).collect();
        let kept = if self.flag(killwords.as_ref())? {
            kept
        } else {
            kept.rsplit_once(' ').map_or(kept.as_str(), |(head, _)| head).to_owned()
        };
        Ok(Value::Str(text.remade(format!("{kept}{}", end.text))))
    }
}

/// Jinja2's `title`: a word starts after a blank, a dash or an opening bracket.
pub(super) fn title(value: &str) -> String {
    let mut out = String::with_capacity(value.len());
    let mut starts = true;
    for char in value.chars() {
        if starts {
            text::titlecase(char, &mut out);
        } else {
            out.extend(char.to_lowercase());
        }
        starts = char.is_whitespace() || matches!(char, '-' | '(' | '{' | '[' | '<');
    }
    out
}
