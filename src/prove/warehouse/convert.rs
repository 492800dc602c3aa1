//! What a warehouse makes of a value where another type is wanted, or how it refuses it.

use jiff::civil::{Date, DateTime, Time};

use crate::sql::Dialect;

use super::types::Type;
use super::value::SqlValue;

/// A value as a type, in the form in which the rehearsal keeps it; the warehouse's words where it is none.
///
/// Booleans are kept as 0 and 1, points in time as texts whose order is theirs, in UTC.
pub(super) fn convert(value: &SqlValue, to: Type, dialect: Dialect) -> Result<SqlValue, String> {
    if *value == SqlValue::Null {
        return Ok(SqlValue::Null);
    }
    let converted = match to {
        Type::Integer => integer(value, dialect),
        Type::Decimal | Type::Float => number(value),
        Type::Boolean => boolean(value, dialect),
        Type::Date => moment(value).map(|moment| SqlValue::Text(date_text(moment.date()))),
        Type::Timestamp => moment(value).map(|moment| SqlValue::Text(timestamp_text(moment))),
        Type::Time => time(value),
        Type::Text => Some(SqlValue::Text(text(value))),
        Type::Uuid => uuid(value),
        Type::Json => json(value),
        Type::Interval | Type::Binary | Type::Array | Type::Unknown => Some(value.clone()),
    };
    converted.ok_or_else(|| {
        if is_beyond(value, to) {
            return format!("{UNJUDGED}the rehearsal does not read '{}' as {}", text(value), to.name());
        }
        refusal(value, to, dialect)
    })
}

/// How a message begins that blames the rehearsal, not the statement.
pub(super) const UNJUDGED: char = '~';

/// Whether a warehouse may read a value that the rehearsal does not.
fn is_beyond(value: &SqlValue, to: Type) -> bool {
    let text = text(value).to_ascii_lowercase();
    match to {
        Type::Date | Type::Timestamp | Type::Time => {
            let has_digits = text.bytes().any(|byte| byte.is_ascii_digit());
            (has_digits && !is_usual(&text)) || VAGUE.iter().any(|word| text.contains(word))
        }
        Type::Integer | Type::Decimal | Type::Float => {
            ["nan", "inf", "0x", "_", "$", ","].iter().any(|part| text.contains(part))
        }
        Type::Json => !matches!(value, SqlValue::Text(_)),
        _ => false,
    }
}

/// Whether a text is written as dates usually are: year, month, day, and perhaps a time, with nothing else.
fn is_usual(text: &str) -> bool {
    let date = text.split([' ', 't']).next().unwrap_or_default();
    let parts: Vec<&str> = date.split('-').collect();
    let short = |part: &str| (1..=2).contains(&part.len());
    let sizes = matches!(parts.as_slice(), [year, month, day] if year.len() == 4 && short(month) && short(day));
    sizes && text.bytes().all(|byte| byte.is_ascii_digit() || b"-:. t+z".contains(&byte))
}

/// Words in dates that some warehouse knows.
const VAGUE: [&str; 19] = [
    "jan",
    "feb",
    "mar",
    "apr",
    "may",
    "jun",
    "jul",
    "aug",
    "sep",
    "oct",
    "nov",
    "dec",
    "now",
    "today",
    "tomorrow",
    "yesterday",
    "infinity",
    "epoch",
    "allballs",
];

/// The warehouse's words for a value that is none of a type.
pub(super) fn refusal(value: &SqlValue, to: Type, dialect: Dialect) -> String {
    let shown = text(value);
    match dialect {
        Dialect::DuckDb => {
            let name = match to {
                Type::Integer => "INT32",
                Type::Boolean => "BOOL",
                Type::Decimal => "DECIMAL(18,3)",
                Type::Float => "DOUBLE",
                _ => {
                    return match to {
                        Type::Date => format!(
                            "Conversion Error: invalid date field format: \"{shown}\", expected format is (YYYY-MM-DD)"
                        ),
                        Type::Timestamp => format!(
                            "Conversion Error: invalid timestamp field format: \"{shown}\", expected format is \
                             (YYYY-MM-DD HH:MM[:SS[.US]][±HH[:MM[:SS]]| ZONE])"
                        ),
                        _ => format!("Conversion Error: Could not convert string '{shown}' to {}", upper(to)),
                    };
                }
            };
            format!("Conversion Error: Could not convert string '{shown}' to {name}")
        }
        Dialect::Snowflake => match to {
            Type::Integer | Type::Decimal | Type::Float => format!("Numeric value '{shown}' is not recognized"),
            Type::Boolean => format!("Boolean value '{shown}' is not recognized"),
            Type::Date => format!("Date '{shown}' is not recognized"),
            Type::Timestamp => format!("Timestamp '{shown}' is not recognized"),
            _ => format!("Failed to cast '{shown}' to {}", upper(to)),
        },
        Dialect::BigQuery => match to {
            Type::Integer => format!("Bad int64 value: {shown}"),
            Type::Float | Type::Decimal => format!("Bad double value: {shown}"),
            Type::Boolean => format!("Bad bool value: {shown}"),
            Type::Date => format!("Invalid date: '{shown}'"),
            Type::Timestamp => format!("Invalid timestamp: '{shown}'"),
            _ => format!("Could not cast '{shown}' to {}", upper(to)),
        },
        Dialect::Databricks | Dialect::Spark => format!(
            "[CAST_INVALID_INPUT] The value '{shown}' of the type \"STRING\" cannot be cast to \"{}\" because it is malformed.",
            upper(to)
        ),
        _ if to.is_moment()
            && shown.as_bytes().get(4) == Some(&b'-')
            && shown.starts_with(|c: char| c.is_ascii_digit()) =>
        {
            format!("date/time field value out of range: \"{shown}\"")
        }
        _ if to == Type::Json => "invalid input syntax for type json".to_owned(),
        _ => format!("invalid input syntax for type {}: \"{shown}\"", to.name()),
    }
}

fn upper(of: Type) -> String {
    of.name().to_uppercase()
}

/// A value as a text, as it is shown.
pub(super) fn text(value: &SqlValue) -> String {
    match value {
        SqlValue::Null => String::new(),
        SqlValue::Integer(number) => number.to_string(),
        SqlValue::Real(number) => real_text(*number),
        SqlValue::Text(text) => text.clone(),
        SqlValue::Blob(bytes) => bytes.iter().map(|byte| format!("{byte:02x}")).collect(),
    }
}

/// A floating point number as a text: without a point where it is whole.
pub(super) fn real_text(number: f64) -> String {
    if number.fract() == 0.0 && number.abs() < 1e15 {
        format!("{number:.0}")
    } else {
        let rounded = (number * 1e10).round() / 1e10;
        if (rounded - number).abs() < f64::EPSILON * number.abs() * 8.0 {
            rounded.to_string()
        } else {
            number.to_string()
        }
    }
}

fn integer(value: &SqlValue, dialect: Dialect) -> Option<SqlValue> {
    match value {
        SqlValue::Integer(number) => Some(SqlValue::Integer(*number)),
        SqlValue::Real(number) if number.is_finite() => Some(SqlValue::Integer(whole(*number, dialect))),
        SqlValue::Text(text) => {
            let text = text.trim();
            if let Ok(number) = text.parse::<i64>() {
                return Some(SqlValue::Integer(number));
            }
            let number = plain_number(text)?;
            // PostgreSQL reads no integer from a text with a point.
            let strict = matches!(dialect, Dialect::Postgres | Dialect::Redshift | Dialect::BigQuery);
            (!strict).then(|| SqlValue::Integer(whole(number, dialect)))
        }
        _ => None,
    }
}

/// A number without its digits after the point, as the warehouse's cast makes it.
fn whole(number: f64, dialect: Dialect) -> i64 {
    let cuts = matches!(dialect, Dialect::Databricks | Dialect::Spark | Dialect::Hive | Dialect::Sqlite)
        || matches!(dialect, Dialect::SqlServer | Dialect::ClickHouse);
    let number = if cuts { number.trunc() } else { number.round() };
    number as i64
}

/// A decimal number, with an exponent or without; no `inf`, no `nan`, no blanks.
fn plain_number(text: &str) -> Option<f64> {
    let plain = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit() || b"+-.eE".contains(&byte));
    if plain { text.parse().ok() } else { None }
}

fn number(value: &SqlValue) -> Option<SqlValue> {
    match value {
        SqlValue::Integer(_) | SqlValue::Real(_) => Some(value.clone()),
        SqlValue::Text(text) => {
            let text = text.trim();
            match text.parse::<i64>() {
                Ok(number) => Some(SqlValue::Integer(number)),
                Err(_) => plain_number(text).map(SqlValue::Real),
            }
        }
        _ => None,
    }
}

fn boolean(value: &SqlValue, dialect: Dialect) -> Option<SqlValue> {
    let truth = match value {
        SqlValue::Integer(number) => *number != 0,
        SqlValue::Real(number) => *number != 0.0,
        // DuckDB takes neither beginnings of the words nor blanks around them.
        SqlValue::Text(text) if dialect == Dialect::DuckDb => match text.to_ascii_lowercase().as_str() {
            "true" | "t" | "yes" | "y" | "1" => true,
            "false" | "f" | "no" | "n" | "0" => false,
            _ => return None,
        },
        SqlValue::Text(text) => match text.trim().to_ascii_lowercase().as_str() {
            "true" | "tru" | "tr" | "t" | "yes" | "ye" | "y" | "on" | "1" => true,
            "false" | "fals" | "fal" | "fa" | "f" | "no" | "n" | "off" | "of" | "0" => false,
            _ => return None,
        },
        _ => return None,
    };
    Some(SqlValue::Integer(i64::from(truth)))
}

fn uuid(value: &SqlValue) -> Option<SqlValue> {
    let SqlValue::Text(text) = value else { return None };
    let digits: String = text.chars().filter(|digit| !matches!(digit, '-' | '{' | '}')).collect();
    let right = digits.len() == 32 && digits.bytes().all(|digit| digit.is_ascii_hexdigit());
    right.then(|| {
        let digits = digits.to_ascii_lowercase();
        let parts = [&digits[..8], &digits[8..12], &digits[12..16], &digits[16..20], &digits[20..]];
        SqlValue::Text(parts.join("-"))
    })
}

fn json(value: &SqlValue) -> Option<SqlValue> {
    match value {
        SqlValue::Text(text) => serde_json::from_str::<serde::de::IgnoredAny>(text).ok().map(|_| value.clone()),
        other => Some(other.clone()),
    }
}

fn time(value: &SqlValue) -> Option<SqlValue> {
    let SqlValue::Text(given) = value else { return None };
    let time = clock_time(given.trim()).or_else(|| moment(value).map(DateTime::time))?;
    Some(SqlValue::Text(time_text(time)))
}

/// A value as a point in time, in UTC.
pub(super) fn moment(value: &SqlValue) -> Option<DateTime> {
    match value {
        SqlValue::Text(text) => parse_moment(text),
        _ => None,
    }
}

/// The point in time that a text means.
pub(super) fn parse_moment(text: &str) -> Option<DateTime> {
    let text = text.trim();
    let text = text.strip_suffix(" UTC").or_else(|| text.strip_suffix(" utc")).unwrap_or(text);
    let date_end = text.find([' ', 'T', 't']).unwrap_or(text.len());
    let date = parse_date(&text[..date_end])?;
    if date_end == text.len() {
        return Some(date.at(0, 0, 0, 0));
    }
    let rest = text[date_end + 1..].trim();
    let (time, offset) = split_offset(rest)?;
    let at = date.to_datetime(clock_time(time)?);
    at.checked_sub(jiff::SignedDuration::from_secs(offset)).ok()
}

/// A time of day and its offset from UTC in seconds.
fn split_offset(text: &str) -> Option<(&str, i64)> {
    if let Some(time) = text.strip_suffix(['Z', 'z']) {
        return Some((time.trim_end(), 0));
    }
    let Some(at) = text.find(['+', '-']) else { return Some((text, 0)) };
    let (time, offset) = text.split_at(at);
    let sign = if offset.starts_with('-') { -1 } else { 1 };
    let digits: String = offset[1..].chars().filter(|digit| *digit != ':').collect();
    if !matches!(digits.len(), 2 | 4) || !digits.bytes().all(|digit| digit.is_ascii_digit()) {
        return None;
    }
    let hours: i64 = digits[..2].parse().ok()?;
    let minutes: i64 = digits.get(2..4).map_or(Some(0), |digits| digits.parse().ok())?;
    Some((time.trim_end(), sign * (hours * 3600 + minutes * 60)))
}

/// The date that a text means: year, month, day, or eight digits.
pub(super) fn parse_date(text: &str) -> Option<Date> {
    let parts: Vec<&str> = if text.len() == 8 && text.bytes().all(|digit| digit.is_ascii_digit()) {
        vec![&text[..4], &text[4..6], &text[6..]]
    } else {
        text.split(if text.contains('/') { '/' } else { '-' }).collect()
    };
    let [year, month, day] = parts.as_slice() else { return None };
    // The American order, which warehouses take too.
    let (year, month, day) = if year.len() <= 2 && day.len() == 4 { (day, year, month) } else { (year, month, day) };
    if year.len() != 4 || month.len() > 2 || day.len() > 2 {
        return None;
    }
    Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?).ok()
}

fn clock_time(text: &str) -> Option<Time> {
    let mut parts = text.split(':');
    let hour: i8 = parts.next()?.parse().ok()?;
    let minute: i8 = parts.next().map_or(Some(0), |part| part.parse().ok())?;
    let (second, nanosecond) = match parts.next() {
        None => (0, 0),
        Some(seconds) => {
            let (whole, fraction) = seconds.split_once('.').unwrap_or((seconds, ""));
            let digits: String = fraction.chars().chain("000000000".chars()).take(9).collect();
            (whole.parse::<i8>().ok()?, digits.parse::<i32>().ok()?)
        }
    };
    if parts.next().is_some() {
        return None;
    }
    Time::new(hour, minute, second, nanosecond).ok()
}

/// A date as it is kept.
pub(super) fn date_text(date: Date) -> String {
    date.to_string()
}

/// A point in time as it is kept: to the microsecond, without zeros at the end.
pub(super) fn timestamp_text(moment: DateTime) -> String {
    format!("{} {}", moment.date(), time_text(moment.time()))
}

/// A time of day as it is kept.
pub(super) fn time_text(time: Time) -> String {
    let whole = format!("{:02}:{:02}:{:02}", time.hour(), time.minute(), time.second());
    let micros = time.subsec_nanosecond() / 1000;
    if micros == 0 {
        return whole;
    }
    format!("{whole}.{micros:06}").trim_end_matches('0').to_owned()
}
