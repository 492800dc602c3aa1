//! What a plain scalar is: the rules of YAML 1.1 as `PyYAML` applies them.

use num_bigint::BigInt;
use num_traits::{Num as _, ToPrimitive as _};

use crate::datum::Kind;

/// A plain scalar as `PyYAML` reads it. `None` for text; an error where `PyYAML` raises one.
pub(super) fn resolve(raw: &str) -> Result<Option<Kind>, String> {
    Ok(match raw {
        "" | "~" | "null" | "Null" | "NULL" => Some(Kind::Null),
        "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => Some(Kind::Bool(true)),
        "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => Some(Kind::Bool(false)),
        "=" => {
            return Err("could not determine a constructor for the tag 'tag:yaml.org,2002:value'".to_owned());
        }
        "<<" => {
            return Err("could not determine a constructor for the tag 'tag:yaml.org,2002:merge'".to_owned());
        }
        _ if is_float(raw) => Some(float(raw)?),
        _ if is_int(raw) => Some(int(raw)?),
        _ => timestamp(raw)?,
    })
}

/// A scalar under `!!int`, `!!float`, `!!bool` or `!!null`.
pub(super) fn resolve_as(name: &str, raw: &str) -> Result<Kind, String> {
    match name {
        "int" => int(raw),
        "float" => float(raw),
        "null" => Ok(Kind::Null),
        "bool" => match raw.to_lowercase().as_str() {
            "yes" | "true" | "on" => Ok(Kind::Bool(true)),
            "no" | "false" | "off" => Ok(Kind::Bool(false)),
            _ => Err(format!("'{raw}' is no boolean")),
        },
        _ => timestamp(raw)?.ok_or_else(|| format!("'{raw}' is no timestamp")),
    }
}

fn unsigned(raw: &str) -> &str {
    raw.strip_prefix(['-', '+']).unwrap_or(raw)
}

fn all(text: &str, holds: impl Fn(u8) -> bool) -> bool {
    text.bytes().all(holds)
}

fn digit(byte: u8) -> bool {
    byte.is_ascii_digit()
}

fn digit_or_underscore(byte: u8) -> bool {
    digit(byte) || byte == b'_'
}

fn is_int(raw: &str) -> bool {
    let body = unsigned(raw);
    let Some(first) = body.bytes().next() else {
        return false;
    };
    if !digit(first) {
        return false;
    }
    if let Some(bits) = body.strip_prefix("0b") {
        return !bits.is_empty() && all(bits, |b| matches!(b, b'0' | b'1' | b'_'));
    }
    if let Some(hex) = body.strip_prefix("0x") {
        return !hex.is_empty() && all(hex, |b| b.is_ascii_hexdigit() || b == b'_');
    }
    if first == b'0' {
        return all(&body[1..], |b| matches!(b, b'0'..=b'7' | b'_'));
    }
    let mut parts = body.split(':');
    parts.next().is_some_and(|head| all(head, digit_or_underscore)) && parts.all(sixtieth)
}

/// A part of a number in base 60: 0 to 59.
fn sixtieth(part: &str) -> bool {
    match part.as_bytes() {
        [one] => digit(*one),
        [ten, one] => matches!(ten, b'0'..=b'5') && digit(*one),
        _ => false,
    }
}

fn int(raw: &str) -> Result<Kind, String> {
    let text: String = raw.chars().filter(|&c| c != '_').collect();
    let negative = text.starts_with('-');
    let body = unsigned(&text);
    let fault = || format!("'{raw}' is no integer");
    let number = if body == "0" {
        BigInt::from(0)
    } else if let Some(bits) = body.strip_prefix("0b") {
        BigInt::from_str_radix(bits, 2).map_err(|_| fault())?
    } else if let Some(hex) = body.strip_prefix("0x") {
        BigInt::from_str_radix(hex, 16).map_err(|_| fault())?
    } else if body.starts_with('0') {
        BigInt::from_str_radix(body, 8).map_err(|_| fault())?
    } else {
        let mut sum = BigInt::from(0);
        for part in body.split(':') {
            sum = sum * 60 + BigInt::from_str_radix(part, 10).map_err(|_| fault())?;
        }
        sum
    };
    let number = if negative { -number } else { number };
    Ok(match number.to_i64() {
        Some(small) => Kind::Int(small),
        None => Kind::Other { type_name: "int".to_owned(), shown: number.to_string() },
    })
}

fn is_float(raw: &str) -> bool {
    if matches!(raw, ".nan" | ".NaN" | ".NAN") {
        return true;
    }
    let body = unsigned(raw);
    if matches!(body, ".inf" | ".Inf" | ".INF") {
        return true;
    }
    let Some((whole, rest)) = body.split_once('.') else {
        return false;
    };
    let (fraction, exponent) = match rest.find(['e', 'E']) {
        Some(at) => (&rest[..at], Some(&rest[at + 1..])),
        None => (rest, None),
    };
    let good_exponent = exponent.is_none_or(|exponent| {
        exponent.strip_prefix(['-', '+']).is_some_and(|digits| !digits.is_empty() && all(digits, digit))
    });
    if whole.is_empty() {
        // No sign before a bare point.
        return raw.starts_with('.')
            && fraction.bytes().next().is_some_and(digit)
            && all(fraction, digit_or_underscore)
            && good_exponent;
    }
    if !whole.bytes().next().is_some_and(digit) || !all(fraction, digit_or_underscore) {
        return false;
    }
    match whole.split_once(':') {
        None => all(whole, digit_or_underscore) && good_exponent,
        Some((head, rest)) => exponent.is_none() && all(head, digit_or_underscore) && rest.split(':').all(sixtieth),
    }
}

fn float(raw: &str) -> Result<Kind, String> {
    let text = raw.replace('_', "").to_lowercase();
    let negative = text.starts_with('-');
    let body = unsigned(&text);
    let fault = || format!("'{raw}' is no number");
    let number = match body {
        ".inf" => f64::INFINITY,
        ".nan" => f64::NAN,
        _ if body.contains(':') => {
            let mut sum = 0.0;
            for part in body.split(':') {
                sum = sum * 60.0 + part.parse::<f64>().map_err(|_| fault())?;
            }
            sum
        }
        _ => body.parse().map_err(|_| fault())?,
    };
    Ok(Kind::Float(if negative { -number } else { number }))
}

/// Reads digits off the front, between `least` and `most` of them.
fn digits(text: &str, least: usize, most: usize) -> Option<(u32, &str)> {
    let count = text.bytes().take(most).take_while(|&b| digit(b)).count();
    if count < least {
        return None;
    }
    Some((text[..count].parse().ok()?, &text[count..]))
}

/// A date or a time as `PyYAML`'s pattern has it; `None` where it does not match.
fn timestamp(raw: &str) -> Result<Option<Kind>, String> {
    let Some(parts) = timestamp_parts(raw) else {
        return Ok(None);
    };
    let other = |type_name: &str, shown: String| Ok(Some(Kind::Other { type_name: type_name.to_owned(), shown }));
    let (year, month, day) = (parts.year as i16, parts.month as i8, parts.day as i8);
    let date = jiff::civil::Date::new(year, month, day)
        .ok()
        .filter(|_| parts.year > 0)
        .ok_or_else(|| format!("'{raw}' is no date"))?;
    let Some(time) = parts.time else {
        return other("date", date.to_string());
    };
    let clock = jiff::civil::Time::new(time.hour as i8, time.minute as i8, time.second as i8, 0)
        .map_err(|_| format!("'{raw}' is no time"))?;
    let moment = date.to_datetime(clock);
    let fraction = if time.micro == 0 { String::new() } else { format!(".{:06}", time.micro) };
    let stamp = |moment: jiff::civil::DateTime| format!("{}{fraction}", moment.strftime("%Y-%m-%d %H:%M:%S"));
    let shown = match time.offset {
        None => stamp(moment),
        Some(minutes) => {
            let sign = if minutes < 0 { '-' } else { '+' };
            format!("{}{sign}{:02}:{:02}", stamp(moment), minutes.abs() / 60, minutes.abs() % 60)
        }
    };
    other("datetime", shown)
}

struct Clock {
    hour: u32,
    minute: u32,
    second: u32,
    micro: u32,
    /// Minutes east of UTC, where a zone is written.
    offset: Option<i32>,
}

struct Stamp {
    year: u32,
    month: u32,
    day: u32,
    time: Option<Clock>,
}

fn timestamp_parts(raw: &str) -> Option<Stamp> {
    let (year, rest) = digits(raw, 4, 4)?;
    let (month, rest) = digits(rest.strip_prefix('-')?, 1, 2)?;
    let (day, rest) = digits(rest.strip_prefix('-')?, 1, 2)?;
    if rest.is_empty() {
        return (raw.len() == 10).then_some(Stamp { year, month, day, time: None });
    }
    let rest = rest.strip_prefix(['T', 't']).or_else(|| {
        let trimmed = rest.trim_start_matches([' ', '\t']);
        (trimmed.len() < rest.len()).then_some(trimmed)
    })?;
    let (hour, rest) = digits(rest, 1, 2)?;
    let (minute, rest) = digits(rest.strip_prefix(':')?, 2, 2)?;
    let (second, mut rest) = digits(rest.strip_prefix(':')?, 2, 2)?;
    let mut micro = 0;
    if let Some(after) = rest.strip_prefix('.') {
        let count = after.bytes().take_while(|&b| digit(b)).count();
        let six: String = after[..count].chars().chain("000000".chars()).take(6).collect();
        micro = six.parse().unwrap_or(0);
        rest = &after[count..];
    }
    let zone = rest.trim_start_matches([' ', '\t']);
    let offset = if zone.is_empty() {
        if !rest.is_empty() {
            return None;
        }
        None
    } else if zone == "Z" {
        Some(0)
    } else {
        let sign = match zone.as_bytes()[0] {
            b'-' => -1,
            b'+' => 1,
            _ => return None,
        };
        let (hours, rest) = digits(&zone[1..], 1, 2)?;
        let minutes = match rest.strip_prefix(':') {
            Some(rest) => digits(rest, 2, 2).filter(|(_, rest)| rest.is_empty())?.0,
            None if rest.is_empty() => 0,
            None => return None,
        };
        Some(sign * (hours as i32 * 60 + minutes as i32))
    };
    Some(Stamp { year, month, day, time: Some(Clock { hour, minute, second, micro, offset }) })
}
