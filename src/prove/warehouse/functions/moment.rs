//! Functions of dates and times.

use jiff::civil::{Date, DateTime};
use rusqlite::{Connection, Result};

use crate::prove::warehouse::convert::{self, UNJUDGED};
use crate::prove::warehouse::types::Type;
use crate::prove::warehouse::value::SqlValue;
use crate::sql::Dialect;

use super::interval::{self, Span, unit};
use super::{Answer, few, format, lax, strict};

/// The seconds since 1970.
pub(super) fn seconds(at: DateTime) -> i64 {
    at.duration_since(epoch()).as_secs()
}

fn epoch() -> DateTime {
    jiff::civil::date(1970, 1, 1).at(0, 0, 0, 0)
}

fn moment(value: &SqlValue) -> std::result::Result<DateTime, String> {
    convert::moment(value).ok_or_else(|| format!("{UNJUDGED}'{}' is not read as a date", convert::text(value)))
}

fn is_date(value: &SqlValue) -> bool {
    matches!(value, SqlValue::Text(text) if text.len() <= 10)
}

#[expect(clippy::unnecessary_wraps, reason = "what functions answer")]
fn timestamp(at: DateTime) -> Answer {
    Ok(SqlValue::Text(convert::timestamp_text(at)))
}

fn count(value: &SqlValue) -> std::result::Result<i64, String> {
    match value {
        SqlValue::Integer(count) => Ok(*count),
        SqlValue::Real(count) => Ok(count.round() as i64),
        SqlValue::Text(text) => text.trim().parse().map_err(|_| few("date_add")),
        _ => Err(few("date_add")),
    }
}

/// The beginning of the unit of time that a point lies in.
fn truncated(word: &str, at: DateTime) -> Option<DateTime> {
    let date = at.date();
    let midnight = |date: Date| date.at(0, 0, 0, 0);
    let time = at.time();
    Some(match unit(word)? {
        "millennium" => midnight(Date::new((date.year() - 1) / 1000 * 1000 + 1, 1, 1).ok()?),
        "century" => midnight(Date::new((date.year() - 1) / 100 * 100 + 1, 1, 1).ok()?),
        "decade" => midnight(Date::new(date.year() / 10 * 10, 1, 1).ok()?),
        "year" => midnight(Date::new(date.year(), 1, 1).ok()?),
        "quarter" => midnight(Date::new(date.year(), (date.month() - 1) / 3 * 3 + 1, 1).ok()?),
        "month" => midnight(date.first_of_month()),
        "week" => {
            let back = if word.contains("sunday") {
                date.weekday().to_sunday_zero_offset()
            } else {
                date.weekday().to_monday_zero_offset()
            };
            midnight(date.checked_sub(jiff::Span::new().days(back)).ok()?)
        }
        "day" => midnight(date),
        "hour" => date.at(time.hour(), 0, 0, 0),
        "minute" => date.at(time.hour(), time.minute(), 0, 0),
        "second" => date.at(time.hour(), time.minute(), time.second(), 0),
        "millisecond" => {
            date.at(time.hour(), time.minute(), time.second(), time.subsec_nanosecond() / 1_000_000 * 1_000_000)
        }
        _ => at,
    })
}

/// How many boundaries of a unit lie between two points.
fn boundaries(word: &str, start: DateTime, end: DateTime) -> Option<i64> {
    let months = |at: DateTime| i64::from(at.year()) * 12 + i64::from(at.month()) - 1;
    let days = |at: DateTime| seconds(at.date().at(0, 0, 0, 0)) / 86_400;
    let years = |at: DateTime, by: i16| i64::from(at.year().div_euclid(by));
    let named = unit(word)?;
    Some(match named {
        "millennium" => years(end, 1000) - years(start, 1000),
        "century" => years(end, 100) - years(start, 100),
        "decade" => years(end, 10) - years(start, 10),
        "year" => years(end, 1) - years(start, 1),
        "quarter" => months(end).div_euclid(3) - months(start).div_euclid(3),
        "month" => months(end) - months(start),
        "week" => (days(truncated(word, end)?) - days(truncated(word, start)?)) / 7,
        "day" => days(end) - days(start),
        "microsecond" => i64::try_from(end.duration_since(start).as_micros()).ok()?,
        "nanosecond" => i64::try_from(end.duration_since(start).as_nanos()).ok()?,
        "millisecond" => {
            let start = truncated(word, start)?;
            i64::try_from(truncated(word, end)?.duration_since(start).as_millis()).ok()?
        }
        _ => {
            let per = match named {
                "hour" => 3600,
                "minute" => 60,
                _ => 1,
            };
            seconds(truncated(word, end)?).div_euclid(per) - seconds(truncated(word, start)?).div_euclid(per)
        }
    })
}

/// How many whole units lie between two points.
fn complete(word: &str, start: DateTime, end: DateTime) -> Option<i64> {
    let count = boundaries(word, start, end)?;
    let sign = count.signum();
    let reached = Span::of(word, count)?.shift(start, 1)?;
    let over = if sign >= 0 { reached > end } else { reached < end };
    Some(if over { count - sign } else { count })
}

fn part(word: &str, at: DateTime) -> Option<SqlValue> {
    let date = at.date();
    let number = match word.to_ascii_lowercase().as_str() {
        "dow" | "dayofweek" | "day_of_week" | "weekday" | "dw" => i64::from(date.weekday().to_sunday_zero_offset()),
        "dow_one" => i64::from(date.weekday().to_sunday_zero_offset()) + 1,
        "isodow" | "dayofweekiso" | "dayofweek_iso" => i64::from(date.weekday().to_monday_one_offset()),
        "doy" | "dayofyear" | "day_of_year" => i64::from(date.day_of_year()),
        "dayofmonth" | "day_of_month" => i64::from(date.day()),
        "week" | "weekofyear" | "isoweek" | "weekiso" | "week_iso" | "wk" | "ww" => {
            i64::from(date.iso_week_date().week())
        }
        "isoyear" | "yearofweek" | "yearofweekiso" => i64::from(date.iso_week_date().year()),
        "epoch" | "epoch_second" | "epoch_seconds" => {
            let micros = at.subsec_nanosecond() / 1_000;
            return Some(if micros == 0 {
                SqlValue::Integer(seconds(at))
            } else {
                SqlValue::Real(seconds(at) as f64 + f64::from(micros) / 1e6)
            });
        }
        "epoch_millisecond" | "epoch_milliseconds" => {
            seconds(at) * 1000 + i64::from(at.subsec_nanosecond() / 1_000_000)
        }
        "date" => return Some(SqlValue::Text(convert::date_text(date))),
        "time" => return Some(SqlValue::Text(convert::time_text(at.time()))),
        "timezone" | "timezone_hour" | "timezone_minute" => 0,
        word => match unit(word)? {
            "millennium" => i64::from((date.year() - 1) / 1000 + 1),
            "century" => i64::from((date.year() - 1) / 100 + 1),
            "decade" => i64::from(date.year() / 10),
            "year" => i64::from(date.year()),
            "quarter" => i64::from((date.month() - 1) / 3 + 1),
            "month" => i64::from(date.month()),
            "day" => i64::from(date.day()),
            "hour" => i64::from(at.hour()),
            "minute" => i64::from(at.minute()),
            "second" => i64::from(at.second()),
            "millisecond" => i64::from(at.subsec_nanosecond() / 1_000_000),
            "microsecond" => i64::from(at.subsec_nanosecond() / 1_000),
            _ => i64::from(at.subsec_nanosecond()),
        },
    };
    Some(SqlValue::Integer(number))
}

fn zoned(at: DateTime, zone: &str, into: bool) -> Option<DateTime> {
    let zone = jiff::tz::TimeZone::get(zone).ok()?;
    if into {
        return Some(at.to_zoned(jiff::tz::TimeZone::UTC).ok()?.with_time_zone(zone).datetime());
    }
    Some(at.to_zoned(zone).ok()?.with_time_zone(jiff::tz::TimeZone::UTC).datetime())
}

/// A text as a date or a point in time, by a format or without.
fn read(a: &[SqlValue], to: Type, dialect: Dialect) -> Answer {
    match a {
        [value] => convert::convert(value, to, dialect),
        [value, SqlValue::Text(given), style] => {
            if is_already(value)
                && !matches!(value, SqlValue::Text(text) if text.len() == 8)
                && convert::moment(value).is_some()
            {
                return convert::convert(value, to, dialect);
            }
            let text = convert::text(value);
            match format::parse(&text, given, &convert::text(style)) {
                Ok(Some(at)) if to == Type::Date => Ok(SqlValue::Text(convert::date_text(at.date()))),
                Ok(Some(at)) => timestamp(at),
                Ok(None) => Err(format!("{UNJUDGED}the format '{given}' is not known to the rehearsal")),
                Err(()) => Err(format!("{UNJUDGED}'{text}' does not fit the format '{given}'")),
            }
        }
        _ => Err(few("to_date")),
    }
}

/// Whether a value is in the form in which dates are kept.
fn is_already(value: &SqlValue) -> bool {
    matches!(value, SqlValue::Text(text) if text.as_bytes().get(4) == Some(&b'-') && text.as_bytes().get(7) == Some(&b'-'))
}

pub(super) fn register(db: &Connection, dialect: Dialect) -> Result<()> {
    for (name, to) in [("to_date", Type::Date), ("to_timestamp", Type::Timestamp)] {
        strict(db, name, move |a| read(a, to, dialect))?;
        strict(db, &format!("try_{name}"), move |a| Ok(read(a, to, dialect).unwrap_or(SqlValue::Null)))?;
    }
    strict(db, "date_add", |a| match a {
        [SqlValue::Text(word), by, at] => {
            let span = Span::of(word, count(by)?).ok_or("timestamp out of range")?;
            interval::added(at, span, 1, true)
        }
        _ => Err(few("date_add")),
    })?;
    for (name, whole) in [("date_diff", false), ("date_diff_complete", true)] {
        strict(db, name, move |a| match a {
            [SqlValue::Text(word), start, end] => {
                let (start, end) = (moment(start)?, moment(end)?);
                let count = if whole { complete(word, start, end) } else { boundaries(word, start, end) };
                count.map(SqlValue::Integer).ok_or_else(|| few("datediff"))
            }
            _ => Err(few("datediff")),
        })?;
    }
    for (name, date_stays) in [("date_trunc", true), ("timestamp_trunc", false)] {
        strict(db, name, move |a| match a {
            [SqlValue::Text(word), value] => {
                let at = truncated(word, moment(value)?).ok_or_else(|| few("date_trunc"))?;
                if date_stays && is_date(value) {
                    Ok(SqlValue::Text(convert::date_text(at.date())))
                } else {
                    timestamp(at)
                }
            }
            _ => Err(few("date_trunc")),
        })?;
    }
    strict(db, "date_part", |a| match a {
        [SqlValue::Text(word), value] => part(word, moment(value)?).ok_or_else(|| few("date_part")),
        _ => Err(few("date_part")),
    })?;
    strict(db, "months_between", |a| match a {
        [end, start] => {
            let (end, start) = (moment(end)?, moment(start)?);
            let whole = f64::from(end.year() - start.year()) * 12.0 + f64::from(end.month() - start.month());
            Ok(SqlValue::Real(whole + f64::from(end.day() - start.day()) / 31.0))
        }
        _ => Err(few("months_between")),
    })?;
    strict(db, "last_day", |a| match a {
        [value] => Ok(SqlValue::Text(convert::date_text(moment(value)?.date().last_of_month()))),
        _ => Err(few("last_day")),
    })?;
    strict(db, "epoch", |a| match a {
        [value] => Ok(SqlValue::Integer(seconds(moment(value)?))),
        _ => Err(few("epoch")),
    })?;
    strict(db, "from_epoch", |a| match a {
        [value, SqlValue::Integer(per_second)] => {
            let number: f64 = convert::text(value).parse().map_err(|_| few("from_epoch"))?;
            let micros = (number * 1e6 / *per_second as f64).round() as i64;
            let at =
                epoch().checked_add(jiff::SignedDuration::from_micros(micros)).map_err(|_| "timestamp out of range")?;
            timestamp(at)
        }
        _ => Err(few("from_epoch")),
    })?;
    strict(db, "format_moment", |a| match a {
        [value, SqlValue::Text(given), style] => {
            let text = format::format(moment(value)?, given, &convert::text(style));
            text.map(SqlValue::Text)
                .ok_or_else(|| format!("{UNJUDGED}the format '{given}' is not known to the rehearsal"))
        }
        _ => Err(few("to_char")),
    })?;
    for (name, into) in [("at_time_zone", true), ("from_zone", false)] {
        strict(db, name, move |a| match a {
            [value, SqlValue::Text(zone)] => {
                let at = zoned(moment(value)?, zone, into);
                at.map_or_else(|| Err(format!("{UNJUDGED}the time zone '{zone}' is not known")), timestamp)
            }
            _ => Err(few("at_time_zone")),
        })?;
    }
    for (name, sign) in [("plus", 1), ("minus", -1)] {
        lax(db, name, move |a| match a {
            [x, y] => arithmetic(x, y, sign),
            _ => Err(few(name)),
        })?;
    }
    Ok(())
}

/// A sum or a difference of values whose types are known only now.
fn arithmetic(x: &SqlValue, y: &SqlValue, sign: i64) -> Answer {
    use SqlValue::{Integer, Null, Real, Text};
    let as_number = |value: &SqlValue| match value {
        Integer(number) => Some(*number as f64),
        Real(number) => Some(*number),
        Text(text) => text.trim().parse().ok(),
        _ => None,
    };
    match (x, y) {
        (Null, _) | (_, Null) => Ok(Null),
        (Integer(x), Integer(y)) => {
            x.checked_add(y * sign).map(Integer).ok_or_else(|| "integer out of range".to_owned())
        }
        (Text(_), Integer(days)) if convert::moment(x).is_some() && as_number(x).is_none() => {
            let span = Span::of("day", *days * sign).ok_or("timestamp out of range")?;
            interval::added(x, span, 1, true)
        }
        (Text(_), Text(text)) if convert::moment(x).is_some() && as_number(x).is_none() => {
            match (interval::parse(text), convert::moment(y)) {
                (_, Some(other)) if sign < 0 && is_date(x) && is_date(y) => {
                    Ok(Integer((seconds(moment(x)?) - seconds(other)) / 86_400))
                }
                (_, Some(other)) if sign < 0 => Ok(Text(interval::between(other, moment(x)?).to_string())),
                (Some(span), _) => interval::added(x, span, sign, true),
                _ => Err(format!("{UNJUDGED}the types of an operation are not known")),
            }
        }
        (x, y) => match (as_number(x), as_number(y)) {
            (Some(x), Some(y)) => Ok(Real(x + y * sign as f64)),
            _ => Err(format!("{UNJUDGED}the types of an operation are not known")),
        },
    }
}
