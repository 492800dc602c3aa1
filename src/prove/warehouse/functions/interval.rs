//! Intervals: months, days and microseconds, kept as a text that says so.

use std::fmt;

use jiff::Span as Shift;
use jiff::civil::DateTime;
use rusqlite::{Connection, Result};

use crate::prove::warehouse::convert::{self, UNJUDGED};
use crate::prove::warehouse::value::SqlValue;

use super::{Answer, few, strict};

/// A length of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(in crate::prove::warehouse) struct Span {
    months: i64,
    days: i64,
    micros: i64,
}

const SECOND: i64 = 1_000_000;

/// A unit's name, singular and whole; none where a word names no unit.
pub(in crate::prove::warehouse) fn unit(word: &str) -> Option<&'static str> {
    let word = word.trim().to_ascii_lowercase();
    Some(match word.as_str() {
        "year" | "years" | "yr" | "yrs" | "yyyy" | "yy" | "y" => "year",
        "quarter" | "quarters" | "qtr" | "qq" => "quarter",
        "month" | "months" | "mon" | "mons" | "mm" => "month",
        "week" | "weeks" | "wk" | "ww" | "isoweek" | "week_iso" | "weekiso" | "week(monday)" | "week(sunday)" => "week",
        "day" | "days" | "d" | "dd" | "dayofyear" | "doy" | "dayofweek" | "dow" | "isodow" | "dayofmonth"
        | "day_of_week" | "day_of_month" | "day_of_year" | "dayofweekiso" | "dw" => "day",
        "hour" | "hours" | "hr" | "hrs" | "hh" | "h" => "hour",
        "minute" | "minutes" | "min" | "mins" | "mi" | "n" => "minute",
        "second" | "seconds" | "sec" | "secs" | "ss" | "s" => "second",
        "millisecond" | "milliseconds" | "ms" | "msec" => "millisecond",
        "microsecond" | "microseconds" | "us" | "usec" => "microsecond",
        "nanosecond" | "nanoseconds" | "ns" => "nanosecond",
        "decade" | "decades" => "decade",
        "century" | "centuries" => "century",
        "millennium" | "millennia" => "millennium",
        "epoch" | "epoch_second" | "epoch_seconds" => "second",
        "date" | "time" | "isoyear" | "timezone" | "timezone_hour" => "day",
        _ => return None,
    })
}

impl Span {
    /// Some of a unit; none where the word names no unit.
    pub(in crate::prove::warehouse) fn of(word: &str, count: i64) -> Option<Span> {
        let (months, days, micros) = match unit(word)? {
            "millennium" => (12_000, 0, 0),
            "century" => (1_200, 0, 0),
            "decade" => (120, 0, 0),
            "year" => (12, 0, 0),
            "quarter" => (3, 0, 0),
            "month" => (1, 0, 0),
            "week" => (0, 7, 0),
            "day" => (0, 1, 0),
            "hour" => (0, 0, 3600 * SECOND),
            "minute" => (0, 0, 60 * SECOND),
            "second" => (0, 0, SECOND),
            "millisecond" => (0, 0, 1_000),
            "microsecond" => (0, 0, 1),
            _ => return Some(Span { micros: count / 1_000, ..Span::default() }),
        };
        Some(Span {
            months: count.checked_mul(months)?,
            days: count.checked_mul(days)?,
            micros: count.checked_mul(micros)?,
        })
    }

    fn plus(self, other: Span, sign: i64) -> Option<Span> {
        Some(Span {
            months: self.months.checked_add(other.months.checked_mul(sign)?)?,
            days: self.days.checked_add(other.days.checked_mul(sign)?)?,
            micros: self.micros.checked_add(other.micros.checked_mul(sign)?)?,
        })
    }

    fn times(self, by: f64) -> Span {
        let days = self.days as f64 * by;
        let micros = self.micros as f64 * by + days.fract() * 86_400.0 * SECOND as f64;
        Span { months: (self.months as f64 * by) as i64, days: days.trunc() as i64, micros: micros.round() as i64 }
    }

    /// Its length in microseconds, where a month has thirty days.
    fn length(self) -> i64 {
        (self.months * 30 + self.days) * 86_400 * SECOND + self.micros
    }

    /// Whether it has no part shorter than a day.
    fn is_whole_days(self) -> bool {
        self.micros == 0
    }

    /// A point in time that much later, or earlier.
    pub(in crate::prove::warehouse) fn shift(self, at: DateTime, sign: i64) -> Option<DateTime> {
        let span = Shift::new()
            .try_months(self.months * sign)
            .and_then(|span| span.try_days(self.days * sign))
            .and_then(|span| span.try_microseconds(self.micros * sign))
            .ok()?;
        at.checked_add(span).ok()
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut parts = Vec::new();
        let mut part = |count: i64, one: &str, many: &str| {
            if count != 0 {
                parts.push(format!("{count} {}", if count == 1 { one } else { many }));
            }
        };
        part(self.months / 12, "year", "years");
        part(self.months % 12, "mon", "mons");
        part(self.days, "day", "days");
        if self.micros != 0 || parts.is_empty() {
            let (sign, micros) = (if self.micros < 0 { "-" } else { "" }, self.micros.unsigned_abs());
            let seconds = micros / SECOND.unsigned_abs();
            let mut text = format!("{sign}{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
            let rest = micros % SECOND.unsigned_abs();
            if rest != 0 {
                text += format!(".{rest:06}").trim_end_matches('0');
            }
            parts.push(text);
        }
        f.write_str(&parts.join(" "))
    }
}

/// The interval that a text means: `1 day 2 hours`, `3 days 04:05:06`.
pub(in crate::prove::warehouse) fn parse(text: &str) -> Option<Span> {
    let spaced = space(&text.to_ascii_lowercase());
    let mut words = spaced.split_whitespace().filter(|word| *word != "@").peekable();
    let mut span = Span::default();
    let mut any = false;
    let mut sign = 1;
    while let Some(word) = words.next() {
        if word == "ago" {
            sign = -1;
            continue;
        }
        if word.contains(':') {
            span.micros = span.micros.checked_add(clock(word)?)?;
            any = true;
            continue;
        }
        let number: f64 = word.parse().ok()?;
        let unit = match words.peek() {
            Some(next) if unit(next).is_some() => words.next()?,
            Some(_) => return None,
            None => "second",
        };
        let one = Span::of(unit, 1)?;
        span = span.plus(if number.fract() == 0.0 { Span::of(unit, number as i64)? } else { one.times(number) }, 1)?;
        any = true;
    }
    any.then(|| Span::default().plus(span, sign)).flatten()
}

/// Puts blanks between numbers and words.
fn space(text: &str) -> String {
    let mut spaced = String::new();
    let mut before = ' ';
    for letter in text.chars() {
        let apart = (before.is_ascii_digit() && letter.is_alphabetic()) || letter == ',';
        if apart {
            spaced.push(' ');
        }
        if letter != ',' {
            spaced.push(letter);
        }
        before = letter;
    }
    spaced
}

fn clock(text: &str) -> Option<i64> {
    let (sign, text) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text.trim_start_matches('+')),
    };
    let mut parts = text.split(':');
    let hours: i64 = parts.next()?.parse().ok()?;
    let minutes: i64 = parts.next()?.parse().ok()?;
    let seconds: f64 = parts.next().map_or(Some(0.0), |part| part.parse().ok())?;
    Some(sign * ((hours * 3600 + minutes * 60) * SECOND + (seconds * SECOND as f64).round() as i64))
}

fn span(value: &SqlValue) -> std::result::Result<Span, String> {
    let text = convert::text(value);
    parse(&text).ok_or_else(|| format!("{UNJUDGED}the interval '{text}' is not read"))
}

/// A date or a point in time and an interval; a date stays one where the interval is of whole days.
pub(super) fn added(at: &SqlValue, by: Span, sign: i64, date_stays: bool) -> Answer {
    let moment =
        convert::moment(at).ok_or_else(|| format!("{UNJUDGED}'{}' is not read as a date", convert::text(at)))?;
    let shifted = by.shift(moment, sign).ok_or("timestamp out of range")?;
    let date = date_stays && by.is_whole_days() && convert::text(at).len() <= 10;
    Ok(SqlValue::Text(if date { convert::date_text(shifted.date()) } else { convert::timestamp_text(shifted) }))
}

/// The length of time between two points.
pub(super) fn between(start: DateTime, end: DateTime) -> Span {
    let length = end.duration_since(start);
    let micros = i64::try_from(length.as_micros()).unwrap_or(i64::MAX);
    Span { months: 0, days: micros / (86_400 * SECOND), micros: micros % (86_400 * SECOND) }
}

fn sign_of(value: &SqlValue) -> i64 {
    if matches!(value, SqlValue::Integer(sign) if *sign < 0) { -1 } else { 1 }
}

pub(super) fn register(db: &Connection) -> Result<()> {
    strict(db, "to_interval", |a| match a {
        [SqlValue::Integer(days)] => Ok(SqlValue::Text(Span { days: *days, ..Span::default() }.to_string())),
        [value] => span(value).map(|span| SqlValue::Text(span.to_string())),
        _ => Err(few("to_interval")),
    })?;
    strict(db, "make_interval", |a| match a {
        [SqlValue::Text(word), count] => {
            let one = Span::of(word, 1).ok_or_else(|| few("make_interval"))?;
            let count: f64 = convert::text(count).trim().parse().map_err(|_| few("make_interval"))?;
            Ok(SqlValue::Text(one.times(count).to_string()))
        }
        _ => Err(few("make_interval")),
    })?;
    strict(db, "interval_add", |a| match a {
        [at, by, sign] => added(at, span(by)?, sign_of(sign), true),
        _ => Err(few("interval_add")),
    })?;
    strict(db, "timestamp_shift", |a| match a {
        [at, by, sign] => added(at, span(by)?, sign_of(sign), false),
        _ => Err(few("timestamp_shift")),
    })?;
    strict(db, "interval_sum", |a| match a {
        [x, y, sign] => {
            let sum = span(x)?.plus(span(y)?, sign_of(sign)).ok_or("interval out of range")?;
            Ok(SqlValue::Text(sum.to_string()))
        }
        _ => Err(few("interval_sum")),
    })?;
    strict(db, "interval_multiply", |a| match a {
        [x, SqlValue::Integer(by)] => Ok(SqlValue::Text(span(x)?.times(*by as f64).to_string())),
        [x, SqlValue::Real(by)] => Ok(SqlValue::Text(span(x)?.times(*by).to_string())),
        _ => Err(few("interval_multiply")),
    })?;
    strict(db, "interval_between", |a| match a {
        [start, end] => match (convert::moment(start), convert::moment(end)) {
            (Some(start), Some(end)) => Ok(SqlValue::Text(between(start, end).to_string())),
            _ => Err(few("interval_between")),
        },
        _ => Err(few("interval_between")),
    })?;
    strict(db, "interval_seconds", |a| match a {
        [value] => Ok(SqlValue::Real(span(value)?.length() as f64 / SECOND as f64)),
        _ => Err(few("interval_seconds")),
    })?;
    strict(db, "interval_part", |a| match a {
        [SqlValue::Text(word), value] => {
            let span = span(value)?;
            let seconds = span.micros / SECOND;
            Ok(match word.to_ascii_lowercase().as_str() {
                "epoch" => SqlValue::Real(span.length() as f64 / SECOND as f64),
                word => SqlValue::Integer(match unit(word) {
                    Some("year") => span.months / 12,
                    Some("month") => span.months % 12,
                    Some("day") => span.days,
                    Some("hour") => seconds / 3600,
                    Some("minute") => seconds / 60 % 60,
                    Some("second") => seconds % 60,
                    _ => return Err(few("extract")),
                }),
            })
        }
        _ => Err(few("extract")),
    })
}
