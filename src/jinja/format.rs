//! Python's `%` formatting and `str.format`.

use std::iter::Peekable;
use std::str::Chars;

use num_traits::ToPrimitive;

use super::error::{ErrorKind, Eval, error, python_error, type_error, value_error};
use super::interp::Interp;
use super::print::float_text;
use super::value::{Args, Str, Value};

/// The widest field that is made.
const MAX_WIDTH: usize = 100_000;

/// `format % args`
pub(super) fn percent(interp: &mut Interp, format: &Str, args: &Value) -> Eval<Value> {
    let positional: Vec<Value> = match args {
        Value::Tuple(items) => items.to_vec(),
        other => vec![other.clone()],
    };
    let mut used = 0;
    let mut named = false;
    let mut parts: Vec<Str> = Vec::new();
    let text = &*format.text;
    let mut at = 0;
    while let Some(found) = text[at..].find('%') {
        let start = at + found;
        parts.push(format.slice(at..start));
        let mut chars = text[start + 1..].chars().peekable();
        let mut consumed = 1;
        let mut next = |chars: &mut Peekable<Chars<'_>>| {
            let char = chars.next();
            consumed += char.map_or(0, char::len_utf8);
            char
        };
        let mut key = None;
        if chars.peek() == Some(&'(') {
            next(&mut chars);
            let mut name = String::new();
            loop {
                match next(&mut chars) {
                    Some(')') => break,
                    Some(char) => name.push(char),
                    None => return Err(value_error("incomplete format key")),
                }
            }
            key = Some(name);
        }
        let mut spec = Spec::default();
        let mut left = false;
        while let Some(&flag) = chars.peek() {
            match flag {
                '-' => left = true,
                '+' => spec.sign = '+',
                ' ' => spec.sign = if spec.sign == '+' { '+' } else { ' ' },
                '0' => spec.zero = true,
                '#' => spec.alternate = true,
                _ => break,
            }
            next(&mut chars);
        }
        let mut star = |chars: &mut Peekable<Chars<'_>>, used: &mut usize| -> Eval<Option<usize>> {
            if chars.peek() == Some(&'*') {
                next(chars);
                let value = positional.get(*used).and_then(Value::as_int);
                *used += 1;
                return value.map(|value| Some(value.unsigned_abs() as usize)).ok_or_else(|| type_error("* wants int"));
            }
            let mut number = None;
            while let Some(digit) = chars.peek().and_then(|char| char.to_digit(10)) {
                number = Some(number.unwrap_or(0usize).saturating_mul(10).saturating_add(digit as usize));
                next(chars);
            }
            Ok(number)
        };
        spec.width = bounded(star(&mut chars, &mut used)?.unwrap_or(0))?;
        if chars.peek() == Some(&'.') {
            chars.next();
            let precision = {
                let mut digits = star(&mut chars, &mut used)?;
                digits.get_or_insert(0);
                digits
            };
            spec.precision = precision.map(bounded).transpose()?;
        }
        let consumed_before_conversion = text.len() - start - chars.clone().map(char::len_utf8).sum::<usize>();
        let Some(conversion) = chars.next() else { return Err(value_error("incomplete format")) };
        at = start + consumed_before_conversion + conversion.len_utf8();
        if conversion == '%' {
            parts.push(Str::plain("%"));
            continue;
        }
        let value = match &key {
            Some(key) => {
                named = true;
                match args {
                    Value::Dict(dict) => match dict.borrow().get_str(key) {
                        Some(value) => value.clone(),
                        None => return Err(python_error("KeyError", format!("'{key}'"))),
                    },
                    _ => return Err(type_error("format requires a mapping")),
                }
            }
            None => match positional.get(used) {
                Some(value) => {
                    used += 1;
                    value.clone()
                }
                None => return Err(type_error("not enough arguments for format string")),
            },
        };
        if left {
            spec.align = '<';
        }
        parts.push(converted(interp, &value, conversion, spec)?);
    }
    parts.push(format.slice(at..text.len()));
    let whole_mapping = matches!(args, Value::Dict(_));
    if !named && !whole_mapping && used < positional.len() && !args.is_undefined() {
        return Err(type_error("not all arguments converted during string formatting"));
    }
    interp.made(parts.iter().map(|part| part.text.len()).sum())?;
    Ok(Value::Str(interp.joined(&parts)))
}

fn converted(interp: &mut Interp, value: &Value, conversion: char, mut spec: Spec) -> Eval<Str> {
    if let Value::Unknown(_) = value {
        return interp.str_of(value);
    }
    match conversion {
        's' | 'r' | 'a' => {
            let text = if conversion == 's' { interp.str_of(value)? } else { Str::plain(interp.repr_of(value)?) };
            let text = match spec.precision {
                Some(precision) => {
                    let end = text.text.char_indices().nth(precision).map_or(text.text.len(), |(at, _)| at);
                    text.slice(0..end)
                }
                None => text,
            };
            if spec.width <= text.text.chars().count() {
                return Ok(text);
            }
            let align = if spec.align == '<' { '<' } else { '>' };
            Ok(Str::plain(padded(&text.text, spec.width, ' ', align)))
        }
        'd' | 'i' | 'u' | 'x' | 'X' | 'o' => {
            let int = match value {
                Value::Float(float) if matches!(conversion, 'd' | 'i' | 'u') => {
                    num_traits::FromPrimitive::from_f64(float.trunc())
                }
                Value::Decimal(decimal) if matches!(conversion, 'd' | 'i' | 'u') => {
                    Some(decimal.with_scale(0).into_bigint_and_exponent().0)
                }
                other => other.as_big(),
            };
            let Some(int) = int else {
                let wanted = if matches!(conversion, 'd' | 'i' | 'u') { "a real number" } else { "an integer" };
                return Err(type_error(format!(
                    "%{conversion} format: {wanted} is required, not {}",
                    value.type_name()
                )));
            };
            spec.kind = if matches!(conversion, 'i' | 'u') { 'd' } else { conversion };
            Ok(Str::plain(number(interp, &Value::big(int), spec)?))
        }
        'f' | 'F' | 'e' | 'E' | 'g' | 'G' => {
            let Some(float) = float_of(value) else {
                return Err(type_error(format!("must be real number, not {}", value.type_name())));
            };
            spec.kind = conversion;
            Ok(Str::plain(number(interp, &Value::Float(float), spec)?))
        }
        'c' => match value {
            Value::Str(text) if text.text.chars().count() == 1 => Ok(text.clone()),
            other => match other.as_int().and_then(|code| char::from_u32(u32::try_from(code).ok()?)) {
                Some(char) => Ok(Str::plain(char.to_string())),
                None => Err(type_error("%c requires int or char")),
            },
        },
        other => Err(value_error(format!("unsupported format character '{other}' (0x{:x})", other as u32))),
    }
}

fn float_of(value: &Value) -> Option<f64> {
    match value {
        Value::Decimal(decimal) => decimal.to_f64(),
        other => other.as_float(),
    }
}

/// `text.format(…)`
pub(super) fn str_format(interp: &mut Interp, text: &Str, args: &Args) -> Eval<Value> {
    let mut auto = 0;
    let parts = format_parts(interp, text, args, &mut auto, 0)?;
    interp.made(parts.iter().map(|part| part.text.len()).sum())?;
    Ok(Value::Str(interp.joined(&parts)))
}

fn format_parts(interp: &mut Interp, format: &Str, args: &Args, auto: &mut usize, depth: usize) -> Eval<Vec<Str>> {
    if depth > 2 {
        return Err(value_error("Max string recursion exceeded"));
    }
    let text = &*format.text;
    let bytes = text.as_bytes();
    let mut parts = Vec::new();
    let (mut at, mut from) = (0, 0);
    while at < bytes.len() {
        match bytes[at] {
            brace @ (b'{' | b'}') if bytes.get(at + 1) == Some(&brace) => {
                parts.push(format.slice(from..at + 1));
                at += 2;
                from = at;
            }
            b'{' => {
                parts.push(format.slice(from..at));
                let mut level = 1;
                let mut end = at + 1;
                while level > 0 {
                    match bytes.get(end) {
                        Some(b'{') => level += 1,
                        Some(b'}') => level -= 1,
                        None => return Err(value_error("expected '}' before end of string")),
                        _ => {}
                    }
                    end += 1;
                }
                parts.push(field(interp, &format.slice(at + 1..end - 1), args, auto, depth)?);
                at = end;
                from = at;
            }
            b'}' => return Err(value_error("Single '}' encountered in format string")),
            _ => at += 1,
        }
    }
    parts.push(format.slice(from..text.len()));
    Ok(parts)
}

fn field(interp: &mut Interp, field: &Str, args: &Args, auto: &mut usize, depth: usize) -> Eval<Str> {
    let text = &*field.text;
    let (head, spec) = match text.find(':') {
        Some(at) => (&text[..at], &text[at + 1..]),
        None => (text, ""),
    };
    let (name, conversion) = match head.split_once('!') {
        Some((name, conversion)) => (name, conversion.chars().next()),
        None => (head, None),
    };
    let first_end = name.find(['.', '[']).unwrap_or(name.len());
    let first = &name[..first_end];
    let mut value = if first.is_empty() {
        *auto += 1;
        args.positional.get(*auto - 1).cloned()
    } else if let Ok(position) = first.parse::<usize>() {
        args.positional.get(position).cloned()
    } else {
        match args.named(first) {
            Some(value) => Some(value.clone()),
            None => return Err(python_error("KeyError", format!("'{first}'"))),
        }
    }
    .ok_or_else(|| python_error("IndexError", "Replacement index 0 out of range for positional args tuple"))?;
    let mut path = &name[first_end..];
    while !path.is_empty() {
        if let Some(rest) = path.strip_prefix('.') {
            let end = rest.find(['.', '[']).unwrap_or(rest.len());
            value = interp.attribute(&value, &rest[..end])?;
            path = &rest[end..];
        } else if let Some((key, rest)) = path.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
            let key = key.parse::<i64>().map_or_else(|_| Value::str(key), Value::Int);
            value = interp.subscript(&value, &key)?;
            path = rest;
        } else {
            return Err(value_error("Only '.' or '[' may follow ']' in format field specifier"));
        }
    }
    value = match conversion {
        Some('s') => Value::Str(interp.str_of(&value)?),
        Some('r' | 'a') => Value::str(interp.repr_of(&value)?),
        _ => value,
    };
    if spec.is_empty() || matches!(value, Value::Unknown(_)) {
        return interp.str_of(&value);
    }
    let spec: String = if spec.contains('{') {
        let parts = format_parts(interp, &Str::plain(spec), args, auto, depth + 1)?;
        parts.iter().map(|part| &*part.text).collect()
    } else {
        spec.to_owned()
    };
    if let Value::Moment(moment) = &value {
        return Ok(Str::plain(moment.strftime(&spec)?));
    }
    formatted(interp, &value, &spec).map(Str::plain)
}

/// A format specification.
#[derive(Debug, Clone, Copy, Default)]
struct Spec {
    fill: char,
    align: char,
    sign: char,
    alternate: bool,
    zero: bool,
    width: usize,
    grouping: char,
    precision: Option<usize>,
    kind: char,
}

/// A width or a precision, which text is made of.
fn bounded(width: usize) -> Eval<usize> {
    if width > MAX_WIDTH {
        Err(error(ErrorKind::Limit("output"), "the template makes text without end"))
    } else {
        Ok(width)
    }
}

fn and_digit(number: usize, digit: char) -> usize {
    number.saturating_mul(10).saturating_add(digit.to_digit(10).unwrap_or(0) as usize)
}

fn parse_spec(text: &str) -> Eval<Spec> {
    let chars: Vec<char> = text.chars().collect();
    let mut spec = Spec { fill: ' ', ..Spec::default() };
    let mut at = 0;
    if chars.len() > 1 && matches!(chars[1], '<' | '>' | '^' | '=') {
        spec.fill = chars[0];
        spec.align = chars[1];
        at = 2;
    } else if chars.first().is_some_and(|char| matches!(char, '<' | '>' | '^' | '=')) {
        spec.align = chars[0];
        at = 1;
    }
    let mut take = |wanted: &[char]| {
        let found = chars.get(at).copied().filter(|char| wanted.contains(char));
        at += usize::from(found.is_some());
        found
    };
    spec.sign = take(&['+', '-', ' ']).unwrap_or_default();
    spec.alternate = take(&['#']).is_some();
    if take(&['0']).is_some() {
        spec.zero = spec.align == char::default();
    }
    let digits = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'];
    let mut number = None;
    while let Some(digit) = take(&digits) {
        number = Some(and_digit(number.unwrap_or(0), digit));
    }
    spec.width = bounded(number.unwrap_or(0))?;
    spec.grouping = take(&[',', '_']).unwrap_or_default();
    if take(&['.']).is_some() {
        let mut precision = 0usize;
        while let Some(digit) = take(&digits) {
            precision = and_digit(precision, digit);
        }
        spec.precision = Some(bounded(precision)?);
    }
    spec.kind = chars.get(at).copied().unwrap_or_default();
    if chars.len() > at + 1 {
        return Err(value_error("Invalid format specifier"));
    }
    Ok(spec)
}

fn formatted(interp: &mut Interp, value: &Value, text: &str) -> Eval<String> {
    let spec = parse_spec(text)?;
    match value {
        Value::Int(_) | Value::BigInt(_) | Value::Float(_) | Value::Decimal(_) => number(interp, value, spec),
        Value::Bool(flag) if spec.kind != char::default() && spec.kind != 's' => {
            number(interp, &Value::Int(i64::from(*flag)), spec)
        }
        Value::Str(_) | Value::Bool(_) => {
            if !matches!(spec.kind, 's' | '\0') {
                return Err(value_error(format!(
                    "Unknown format code '{}' for object of type '{}'",
                    spec.kind,
                    value.type_name()
                )));
            }
            let text = interp.str_of(value)?;
            let cut: String = match spec.precision {
                Some(precision) => text.text.chars().take(precision).collect(),
                None => text.text.to_string(),
            };
            let align = if spec.align == char::default() { '<' } else { spec.align };
            Ok(padded(&cut, spec.width, spec.fill, align))
        }
        other => Err(type_error(format!("unsupported format string passed to {}.__format__", other.type_name()))),
    }
}

fn padded(text: &str, width: usize, fill: char, align: char) -> String {
    let missing = width.saturating_sub(text.chars().count());
    let left = match align {
        '<' => 0,
        '^' => missing / 2,
        _ => missing,
    };
    let pad = |count: usize| std::iter::repeat_n(fill, count).collect::<String>();
    format!("{}{text}{}", pad(left), pad(missing - left))
}

fn number(interp: &mut Interp, value: &Value, spec: Spec) -> Eval<String> {
    let kind = spec.kind;
    let (negative, mut digits) = match (kind, value) {
        ('f' | 'F' | 'e' | 'E' | 'g' | 'G' | '%', _) | (_, Value::Float(_)) => {
            let float =
                float_of(value).ok_or_else(|| python_error("OverflowError", "int too large to convert to float"))?;
            (float.is_sign_negative() && !float.is_nan(), float_digits(float.abs(), spec))
        }
        (_, Value::Decimal(decimal)) => {
            let text = match spec.precision {
                Some(precision) => super::print::decimal_text(
                    &decimal.with_scale_round(precision as i64, bigdecimal::RoundingMode::HalfEven),
                ),
                None => super::print::decimal_text(decimal),
            };
            (text.starts_with('-'), text.trim_start_matches('-').to_owned())
        }
        _ => {
            let int = value.as_big().unwrap_or_default();
            let magnitude = int.magnitude();
            let digits = match kind {
                'x' => magnitude.to_str_radix(16),
                'X' => magnitude.to_str_radix(16).to_uppercase(),
                'o' => magnitude.to_str_radix(8),
                'b' => magnitude.to_str_radix(2),
                'd' | 'n' | '\0' => magnitude.to_str_radix(10),
                'c' => int.to_u32().and_then(char::from_u32).map(String::from).unwrap_or_default(),
                other => {
                    return Err(value_error(format!("Unknown format code '{other}' for object of type 'int'")));
                }
            };
            (int.sign() == num_bigint::Sign::Minus, digits)
        }
    };
    let sign = match (negative, spec.sign) {
        (true, _) => "-",
        (false, '+') => "+",
        (false, ' ') => " ",
        _ => "",
    };
    let prefix = match (spec.alternate, kind) {
        (true, 'x') => "0x",
        (true, 'X') => "0X",
        (true, 'o') => "0o",
        (true, 'b') => "0b",
        _ => "",
    };
    if spec.grouping != char::default() {
        digits = grouped(&digits, spec.grouping);
    }
    interp.made(spec.width)?;
    let taken = sign.len() + prefix.len() + digits.chars().count();
    if spec.zero || spec.align == '=' {
        let fill = if spec.zero { '0' } else { spec.fill };
        let zeros: String = std::iter::repeat_n(fill, spec.width.saturating_sub(taken)).collect();
        return Ok(format!("{sign}{prefix}{zeros}{digits}"));
    }
    let align = if spec.align == char::default() { '>' } else { spec.align };
    let fill = if spec.fill == char::default() { ' ' } else { spec.fill };
    Ok(padded(&format!("{sign}{prefix}{digits}"), spec.width, fill, align))
}

fn float_digits(value: f64, spec: Spec) -> String {
    if !value.is_finite() {
        return float_text(value);
    }
    let scientific = |precision: usize| {
        let text = format!("{value:.precision$e}");
        let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
        let exponent: i32 = exponent.parse().unwrap_or(0);
        let sign = if exponent < 0 { '-' } else { '+' };
        (mantissa.to_owned(), exponent, format!("e{sign}{:02}", exponent.abs()))
    };
    match spec.kind {
        'f' | 'F' => format!("{value:.*}", spec.precision.unwrap_or(6)),
        '%' => format!("{:.*}%", spec.precision.unwrap_or(6), value * 100.0),
        'e' | 'E' => {
            let (mantissa, _, exponent) = scientific(spec.precision.unwrap_or(6));
            let text = format!("{mantissa}{exponent}");
            if spec.kind == 'E' { text.to_uppercase() } else { text }
        }
        'g' | 'G' | '\0' | 'n' if spec.kind != '\0' || spec.precision.is_some() => {
            let precision = spec.precision.unwrap_or(6).max(1);
            let (mantissa, exponent, shown) = scientific(precision - 1);
            let trim = |text: String| {
                if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
            };
            let text = if (-4..precision as i32).contains(&exponent) {
                trim(format!("{value:.*}", (precision as i32 - 1 - exponent).max(0) as usize))
            } else {
                format!("{}{shown}", trim(mantissa))
            };
            if spec.kind == 'G' { text.to_uppercase() } else { text }
        }
        _ => float_text(value),
    }
}

fn grouped(digits: &str, separator: char) -> String {
    let (whole, fraction) = match digits.find(['.', 'e']) {
        Some(at) => digits.split_at(at),
        None => (digits, ""),
    };
    let mut out = String::new();
    let len = whole.chars().count();
    for (n, digit) in whole.chars().enumerate() {
        if n > 0 && (len - n) % 3 == 0 {
            out.push(separator);
        }
        out.push(digit);
    }
    out.push_str(fraction);
    out
}
