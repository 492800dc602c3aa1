//! `modules.datetime` and `modules.pytz`: dates, times, durations, time zones.

mod class;
mod format;

use std::cmp::Ordering;
use std::fmt;
use std::fmt::Write as _;
use std::rc::Rc;

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::{Offset, TimeZone};

use super::error::{Eval, Flow, python_error, type_error, value_error};
use super::tree::BinaryOp;
use super::value::{Args, Value};

pub use class::Zone;
pub(super) use class::{Class, zone};
pub(crate) use format::MONTHS;

const DAY: i128 = 86_400_000_000;

/// A date, a time, both with or without a zone, or a duration.
#[derive(Debug, Clone)]
pub enum Moment {
    /// `datetime.date`
    Date(Date),
    /// `datetime.datetime`; aware where it has a zone
    DateTime(DateTime, Option<TimeZone>),
    /// `datetime.time`
    Time(Time),
    /// `datetime.timedelta`, in microseconds
    Delta(i128),
}

impl PartialEq for Moment {
    fn eq(&self, other: &Moment) -> bool {
        match (self, other) {
            (Moment::Date(left), Moment::Date(right)) => left == right,
            (Moment::DateTime(left, None), Moment::DateTime(right, None)) => left == right,
            (Moment::DateTime(..), Moment::DateTime(..)) => self.order(other) == Some(Ordering::Equal),
            (Moment::Time(left), Moment::Time(right)) => left == right,
            (Moment::Delta(left), Moment::Delta(right)) => left == right,
            _ => false,
        }
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.iso(' '))
    }
}

fn micros(subsec_nanosecond: i32) -> i32 {
    subsec_nanosecond / 1000
}

fn time_text(time: Time) -> String {
    let micros = micros(time.subsec_nanosecond());
    let seconds = format!("{:02}:{:02}:{:02}", time.hour(), time.minute(), time.second());
    if micros == 0 { seconds } else { format!("{seconds}.{micros:06}") }
}

fn offset_text(seconds: i32, colon: bool) -> String {
    let sign = if seconds < 0 { '-' } else { '+' };
    let seconds = seconds.abs();
    let colon = if colon { ":" } else { "" };
    format!("{sign}{:02}{colon}{:02}", seconds / 3600, seconds / 60 % 60)
}

fn overflow() -> Flow {
    python_error("OverflowError", "date value out of range")
}

impl Moment {
    pub(super) fn type_name(&self) -> &'static str {
        match self {
            Moment::Date(_) => "datetime.date",
            Moment::DateTime(..) => "datetime.datetime",
            Moment::Time(_) => "datetime.time",
            Moment::Delta(_) => "datetime.timedelta",
        }
    }

    pub(super) fn truth(&self) -> bool {
        !matches!(self, Moment::Delta(0))
    }

    pub(super) fn negated(&self) -> Option<Moment> {
        match self {
            Moment::Delta(micros) => Some(Moment::Delta(-micros)),
            _ => None,
        }
    }

    fn offset(&self) -> Option<Offset> {
        match self {
            Moment::DateTime(at, Some(zone)) => Some(
                zone.to_ambiguous_timestamp(*at)
                    .compatible()
                    .ok()
                    .map_or(Offset::UTC, |timestamp| zone.to_offset(timestamp)),
            ),
            _ => None,
        }
    }

    /// The microseconds since the epoch, of an aware datetime.
    fn instant(&self) -> Option<i128> {
        match self {
            Moment::DateTime(at, Some(zone)) => {
                let timestamp = zone.to_ambiguous_timestamp(*at).compatible().ok()?;
                Some(timestamp.as_nanosecond() / 1000)
            }
            _ => None,
        }
    }

    fn iso(&self, separator: char) -> String {
        match self {
            Moment::Date(date) => format!("{:04}-{:02}-{:02}", date.year(), date.month(), date.day()),
            Moment::Time(time) => time_text(*time),
            Moment::DateTime(at, _) => {
                let date = Moment::Date(at.date()).iso(' ');
                let offset = self.offset().map(|offset| offset_text(offset.seconds(), true)).unwrap_or_default();
                format!("{date}{separator}{}{offset}", time_text(at.time()))
            }
            Moment::Delta(micros) => {
                let (days, rest) = (micros.div_euclid(DAY), micros.rem_euclid(DAY));
                let (seconds, micros) = (rest / 1_000_000, rest % 1_000_000);
                let days = match days {
                    0 => String::new(),
                    1 | -1 => format!("{days} day, "),
                    _ => format!("{days} days, "),
                };
                let fraction = if micros == 0 { String::new() } else { format!(".{micros:06}") };
                format!("{days}{}:{:02}:{:02}{fraction}", seconds / 3600, seconds / 60 % 60, seconds % 60)
            }
        }
    }

    pub(super) fn repr(&self) -> String {
        let clock = |time: Time| {
            let mut parts = format!("{}, {}", time.hour(), time.minute());
            let micros = micros(time.subsec_nanosecond());
            if time.second() != 0 || micros != 0 {
                let _ = write!(parts, ", {}", time.second());
            }
            if micros != 0 {
                let _ = write!(parts, ", {micros}");
            }
            parts
        };
        match self {
            Moment::Date(date) => format!("datetime.date({}, {}, {})", date.year(), date.month(), date.day()),
            Moment::Time(time) => format!("datetime.time({})", clock(*time)),
            Moment::DateTime(at, zone) => {
                let zone = match zone {
                    None => String::new(),
                    Some(zone) if *zone == TimeZone::UTC => ", tzinfo=<UTC>".to_owned(),
                    Some(zone) => format!(", tzinfo=<DstTzInfo '{}'>", zone.iana_name().unwrap_or("offset")),
                };
                format!("datetime.datetime({}, {}, {}, {}{zone})", at.year(), at.month(), at.day(), clock(at.time()))
            }
            Moment::Delta(0) => "datetime.timedelta(0)".to_owned(),
            Moment::Delta(micros) => {
                let (days, rest) = (micros.div_euclid(DAY), micros.rem_euclid(DAY));
                let parts = [("days", days), ("seconds", rest / 1_000_000), ("microseconds", rest % 1_000_000)];
                let parts: Vec<String> =
                    parts.iter().filter(|(_, n)| *n != 0).map(|(name, n)| format!("{name}={n}")).collect();
                format!("datetime.timedelta({})", parts.join(", "))
            }
        }
    }

    pub(super) fn order(&self, other: &Moment) -> Option<Ordering> {
        match (self, other) {
            (Moment::Date(left), Moment::Date(right)) => Some(left.cmp(right)),
            (Moment::Time(left), Moment::Time(right)) => Some(left.cmp(right)),
            (Moment::Delta(left), Moment::Delta(right)) => Some(left.cmp(right)),
            (Moment::DateTime(left, None), Moment::DateTime(right, None)) => Some(left.cmp(right)),
            (Moment::DateTime(_, Some(_)), Moment::DateTime(_, Some(_))) => {
                Some(self.instant()?.cmp(&other.instant()?))
            }
            _ => None,
        }
    }

    pub(super) fn combine(&self, op: BinaryOp, other: &Moment) -> Option<Eval<Moment>> {
        Some(match (op, self, other) {
            (BinaryOp::Add, Moment::Delta(left), Moment::Delta(right)) => Ok(Moment::Delta(left + right)),
            (BinaryOp::Sub, Moment::Delta(left), Moment::Delta(right)) => Ok(Moment::Delta(left - right)),
            (BinaryOp::Add, Moment::Delta(delta), at) | (BinaryOp::Add, at, Moment::Delta(delta)) => at.shifted(*delta),
            (BinaryOp::Sub, at, Moment::Delta(delta)) => at.shifted(-*delta),
            (BinaryOp::Sub, Moment::Date(left), Moment::Date(right)) => {
                Ok(Moment::Delta(i128::from(left.since(*right).ok()?.get_days()) * DAY))
            }
            (BinaryOp::Sub, Moment::DateTime(..), Moment::DateTime(..)) => {
                let instants = match (self.instant(), other.instant()) {
                    (Some(left), Some(right)) => Some((left, right)),
                    (None, None) => {
                        let utc = |moment: &Moment| match moment {
                            Moment::DateTime(at, _) => Moment::DateTime(*at, Some(TimeZone::UTC)).instant(),
                            _ => None,
                        };
                        utc(self).zip(utc(other))
                    }
                    _ => None,
                };
                instants
                    .map(|(left, right)| Moment::Delta(left - right))
                    .ok_or_else(|| type_error("can't subtract offset-naive and offset-aware datetimes"))
            }
            _ => return None,
        })
    }

    /// A duration times or by a number. Python rounds half to even.
    pub(super) fn scale(&self, op: BinaryOp, number: &Value) -> Option<Eval<Value>> {
        let Moment::Delta(micros) = self else { return None };
        let zero = || python_error("ZeroDivisionError", "integer division or modulo by zero");
        let made = match (op, number.as_int(), number.as_float()) {
            (BinaryOp::Mul, Some(times), _) => micros.saturating_mul(i128::from(times)),
            (BinaryOp::Mul, None, Some(times)) => (*micros as f64 * times).round_ties_even() as i128,
            (BinaryOp::Div | BinaryOp::FloorDiv, Some(0), _) => return Some(Err(zero())),
            (BinaryOp::FloorDiv, Some(by), _) => micros.div_euclid(i128::from(by)),
            (BinaryOp::Div, _, Some(by)) => (*micros as f64 / by).round_ties_even() as i128,
            _ => return None,
        };
        Some(Ok(Value::Moment(Rc::new(Moment::Delta(made)))))
    }

    /// A duration by a duration.
    pub(super) fn ratio(&self, op: BinaryOp, other: &Moment) -> Option<Eval<Value>> {
        let (Moment::Delta(left), Moment::Delta(right)) = (self, other) else { return None };
        if matches!(op, BinaryOp::Div | BinaryOp::FloorDiv | BinaryOp::Rem) && *right == 0 {
            return Some(Err(python_error("ZeroDivisionError", "division by zero")));
        }
        Some(Ok(match op {
            BinaryOp::Div => Value::Float(*left as f64 / *right as f64),
            BinaryOp::FloorDiv => Value::Int(left.div_euclid(*right) as i64),
            BinaryOp::Rem => Value::Moment(Rc::new(Moment::Delta(left.rem_euclid(*right)))),
            _ => return None,
        }))
    }

    fn shifted(&self, micros: i128) -> Eval<Moment> {
        let span = |micros: i128| i64::try_from(micros).ok().map(jiff::SignedDuration::from_micros);
        match self {
            Moment::Date(date) => {
                let days = jiff::SignedDuration::from_hours(
                    i64::try_from(micros.div_euclid(DAY)).unwrap_or(i64::MAX / 100).saturating_mul(24),
                );
                date.checked_add(days).map(Moment::Date).map_err(|_| overflow())
            }
            Moment::DateTime(at, zone) => span(micros)
                .and_then(|span| at.checked_add(span).ok())
                .map(|at| Moment::DateTime(at, zone.clone()))
                .ok_or_else(overflow),
            Moment::Time(_) | Moment::Delta(_) => Err(type_error("unsupported operand type(s) for +")),
        }
    }

    pub(super) fn attribute(&self, name: &str) -> Option<Value> {
        let int = |value: i64| Some(Value::Int(value));
        match (self, name) {
            (_, "year") => int(i64::from(date_of(self)?.year())),
            (_, "month") => int(i64::from(date_of(self)?.month())),
            (_, "day") => int(i64::from(date_of(self)?.day())),
            (_, "hour") => int(i64::from(time_of(self)?.hour())),
            (_, "minute") => int(i64::from(time_of(self)?.minute())),
            (_, "second") => int(i64::from(time_of(self)?.second())),
            (_, "microsecond") => int(i64::from(micros(time_of(self)?.subsec_nanosecond()))),
            (Moment::DateTime(_, zone), "tzinfo") => Some(match zone {
                Some(zone) => Value::Object(Rc::new(Zone(zone.clone()))),
                None => Value::None,
            }),
            (Moment::Delta(micros), "days") => int(micros.div_euclid(DAY) as i64),
            (Moment::Delta(micros), "seconds") => int((micros.rem_euclid(DAY) / 1_000_000) as i64),
            (Moment::Delta(micros), "microseconds") => int((micros.rem_euclid(DAY) % 1_000_000) as i64),
            _ => None,
        }
    }

    pub(super) fn call_method(&self, name: &str, args: &Args) -> Eval<Option<Value>> {
        let moment = |moment: Moment| Ok(Some(Value::Moment(Rc::new(moment))));
        match (self, name) {
            (_, "strftime") => {
                let [format] = args.bind("strftime", ["format"], 1)?;
                match format.as_ref() {
                    Some(Value::Str(format)) => Ok(Some(Value::str(self.strftime(&format.text)?))),
                    _ => Err(type_error("strftime() argument 1 must be str")),
                }
            }
            (Moment::Delta(micros), "total_seconds") => Ok(Some(Value::Float(*micros as f64 / 1e6))),
            (Moment::Delta(_), _) => Ok(None),
            (_, "isoformat") => {
                let separator = args.get(0, "sep").and_then(Value::as_str).and_then(|sep| sep.chars().next());
                Ok(Some(Value::str(self.iso(separator.unwrap_or('T')))))
            }
            (_, "weekday") => {
                Ok(date_of(self).map(|date| Value::Int(i64::from(date.weekday().to_monday_zero_offset()))))
            }
            (_, "isoweekday") => {
                Ok(date_of(self).map(|date| Value::Int(i64::from(date.weekday().to_monday_one_offset()))))
            }
            (_, "isocalendar") => Ok(date_of(self).map(|date| {
                let week = date.iso_week_date();
                Value::tuple(vec![
                    Value::Int(i64::from(week.year())),
                    Value::Int(i64::from(week.week())),
                    Value::Int(i64::from(week.weekday().to_monday_one_offset())),
                ])
            })),
            (Moment::DateTime(at, _), "date") => moment(Moment::Date(at.date())),
            (Moment::DateTime(at, _), "time") => moment(Moment::Time(at.time())),
            (Moment::DateTime(..), "timestamp") => {
                let instant = self.instant().or_else(|| match self {
                    Moment::DateTime(at, _) => Moment::DateTime(*at, Some(TimeZone::UTC)).instant(),
                    _ => None,
                });
                Ok(instant.map(|micros| Value::Float(micros as f64 / 1e6)))
            }
            (Moment::DateTime(at, zone), "astimezone") => {
                let target = match args.get(0, "tz") {
                    Some(Value::Object(object)) => match object.as_any().downcast_ref::<Zone>() {
                        Some(zone) => zone.0.clone(),
                        None => return Err(type_error("tz argument must be an instance of tzinfo")),
                    },
                    _ => TimeZone::UTC,
                };
                let zone = zone.clone().unwrap_or(TimeZone::UTC);
                let timestamp = zone.to_ambiguous_timestamp(*at).compatible().map_err(|_| overflow())?;
                moment(Moment::DateTime(target.to_datetime(timestamp), Some(target)))
            }
            (Moment::DateTime(..) | Moment::Date(_) | Moment::Time(_), "replace") => self.replaced(args).map(Some),
            (Moment::DateTime(..), "utcoffset") => Ok(Some(match self.offset() {
                Some(offset) => Value::Moment(Rc::new(Moment::Delta(i128::from(offset.seconds()) * 1_000_000))),
                None => Value::None,
            })),
            _ => Ok(None),
        }
    }

    fn replaced(&self, args: &Args) -> Eval<Value> {
        let number = |name: &str, otherwise: i64| args.named(name).and_then(Value::as_int).unwrap_or(otherwise);
        let date = date_of(self).unwrap_or_default();
        let time = time_of(self).unwrap_or_default();
        let date = civil_date(
            number("year", i64::from(date.year())),
            number("month", i64::from(date.month())),
            number("day", i64::from(date.day())),
        )?;
        let time = civil_time(
            number("hour", i64::from(time.hour())),
            number("minute", i64::from(time.minute())),
            number("second", i64::from(time.second())),
            number("microsecond", i64::from(micros(time.subsec_nanosecond()))),
        )?;
        Ok(Value::Moment(Rc::new(match self {
            Moment::Date(_) => Moment::Date(date),
            Moment::Time(_) => Moment::Time(time),
            Moment::DateTime(_, zone) => {
                let zone = match args.named("tzinfo") {
                    Some(Value::None) => None,
                    Some(Value::Object(object)) => object.as_any().downcast_ref::<Zone>().map(|zone| zone.0.clone()),
                    _ => zone.clone(),
                };
                Moment::DateTime(DateTime::from_parts(date, time), zone)
            }
            Moment::Delta(micros) => Moment::Delta(*micros),
        })))
    }
}

fn weekday(date: Date) -> usize {
    date.weekday().to_monday_zero_offset() as usize
}

fn date_of(moment: &Moment) -> Option<Date> {
    match moment {
        Moment::Date(date) => Some(*date),
        Moment::DateTime(at, _) => Some(at.date()),
        _ => None,
    }
}

fn time_of(moment: &Moment) -> Option<Time> {
    match moment {
        Moment::Time(time) => Some(*time),
        Moment::DateTime(at, _) => Some(at.time()),
        _ => None,
    }
}

fn civil_date(year: i64, month: i64, day: i64) -> Eval<Date> {
    let part = |value: i64, message: &'static str| i8::try_from(value).map_err(|_| value_error(message));
    let (Ok(year), month, day) =
        (i16::try_from(year), part(month, "month must be in 1..12")?, part(day, "day is out of range for month")?)
    else {
        return Err(value_error(format!("year {year} is out of range")));
    };
    if !(1..=9999).contains(&year) {
        return Err(value_error(format!("year {year} is out of range")));
    }
    if !(1..=12).contains(&month) {
        return Err(value_error("month must be in 1..12"));
    }
    Date::new(year, month, day).map_err(|_| value_error("day is out of range for month"))
}

fn civil_time(hour: i64, minute: i64, second: i64, micros: i64) -> Eval<Time> {
    let part = |value: i64, message: &'static str| i8::try_from(value).map_err(|_| value_error(message));
    let (hour, minute, second) = (
        part(hour, "hour must be in 0..23")?,
        part(minute, "minute must be in 0..59")?,
        part(second, "second must be in 0..59")?,
    );
    let nanos = i32::try_from(micros * 1000).map_err(|_| value_error("microsecond must be in 0..999999"))?;
    Time::new(hour, minute, second, nanos).map_err(|_| value_error("hour must be in 0..23"))
}
