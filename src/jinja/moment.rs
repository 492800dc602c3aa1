//! `modules.datetime` and `modules.pytz`: dates, times, durations, time zones.

mod class;
mod format;
mod named;
mod zone;

use std::cmp::Ordering;
use std::fmt;
use std::fmt::Write as _;
use std::rc::Rc;

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;

use super::error::{Eval, Flow, python_error, type_error, value_error};
use super::interp::Interp;
use super::tree::BinaryOp;
use super::unknown::{Unknown, derived};
use super::value::{Args, Value};

pub(super) use class::Class;
pub(crate) use format::MONTHS;
pub use zone::Zone;

const DAY: i128 = 86_400_000_000;

/// The zone of an aware datetime or time.
type Tz = Option<Rc<Zone>>;

/// A date, a time, both with or without a zone, or a duration.
#[derive(Debug, Clone)]
pub enum Moment {
    /// `datetime.date`
    Date(Date),
    /// `datetime.datetime`; aware where it has a zone
    DateTime(DateTime, Option<Rc<Zone>>),
    /// `datetime.time`; aware where it has a zone
    Time(Time, Option<Rc<Zone>>),
    /// `datetime.timedelta`, in microseconds
    Delta(i128),
}

impl PartialEq for Moment {
    fn eq(&self, other: &Moment) -> bool {
        match (self, other) {
            (Moment::Date(left), Moment::Date(right)) => left == right,
            (Moment::DateTime(left, None), Moment::DateTime(right, None)) => left == right,
            (Moment::DateTime(..), Moment::DateTime(..)) => self.order(other) == Some(Ordering::Equal),
            (Moment::Time(left, _), Moment::Time(right, _)) => left == right,
            (Moment::Delta(left), Moment::Delta(right)) => left == right,
            _ => false,
        }
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.iso(' ', Timespec::Auto))
    }
}

fn micros(subsec_nanosecond: i32) -> i32 {
    subsec_nanosecond / 1000
}

/// The parts of a time that `isoformat` shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Timespec {
    Auto,
    Hours,
    Minutes,
    Seconds,
    Milliseconds,
    Microseconds,
}

impl Timespec {
    fn of(value: Option<&Value>) -> Eval<Timespec> {
        Ok(match value.map(Value::as_str) {
            None | Some(Some("auto")) => Timespec::Auto,
            Some(Some("hours")) => Timespec::Hours,
            Some(Some("minutes")) => Timespec::Minutes,
            Some(Some("seconds")) => Timespec::Seconds,
            Some(Some("milliseconds")) => Timespec::Milliseconds,
            Some(Some("microseconds")) => Timespec::Microseconds,
            Some(_) => return Err(value_error("Unknown timespec value")),
        })
    }

    fn text(self, time: Time) -> String {
        let micros = micros(time.subsec_nanosecond());
        let (hour, minute, second) = (time.hour(), time.minute(), time.second());
        match self {
            Timespec::Hours => format!("{hour:02}"),
            Timespec::Minutes => format!("{hour:02}:{minute:02}"),
            Timespec::Milliseconds => format!("{hour:02}:{minute:02}:{second:02}.{:03}", micros / 1000),
            Timespec::Microseconds => format!("{hour:02}:{minute:02}:{second:02}.{micros:06}"),
            Timespec::Auto if micros != 0 => format!("{hour:02}:{minute:02}:{second:02}.{micros:06}"),
            Timespec::Auto | Timespec::Seconds => format!("{hour:02}:{minute:02}:{second:02}"),
        }
    }
}

fn offset_text(seconds: i32, colon: bool) -> String {
    let sign = if seconds < 0 { '-' } else { '+' };
    let seconds = seconds.abs();
    let colon = if colon { ":" } else { "" };
    let text = format!("{sign}{:02}{colon}{:02}", seconds / 3600, seconds / 60 % 60);
    if seconds % 60 == 0 { text } else { format!("{text}{colon}{:02}", seconds % 60) }
}

/// The microseconds since the epoch of what a clock of UTC shows.
fn micros_of(at: DateTime) -> i128 {
    TimeZone::UTC.to_timestamp(at).map_or(0, |at| at.as_nanosecond() / 1000)
}

fn moment(moment: Moment) -> Value {
    Value::Moment(Rc::new(moment))
}

/// A datetime without a zone stands on the clock of the machine, and nobody knows which zone that has.
fn local(call: &str) -> Value {
    Value::Unknown(Rc::new(Unknown::new(call, "the time zone of the machine is not known")))
}

fn overflow() -> Flow {
    python_error("OverflowError", "date value out of range")
}

impl Moment {
    pub(super) fn type_name(&self) -> &'static str {
        match self {
            Moment::Date(_) => "datetime.date",
            Moment::DateTime(..) => "datetime.datetime",
            Moment::Time(..) => "datetime.time",
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

    /// `abs()`
    pub(super) fn absolute(&self) -> Option<Moment> {
        match self {
            Moment::Delta(micros) => Some(Moment::Delta(micros.abs())),
            _ => None,
        }
    }

    fn zone(&self) -> Option<&Rc<Zone>> {
        match self {
            Moment::DateTime(_, zone) | Moment::Time(_, zone) => zone.as_ref(),
            Moment::Date(_) | Moment::Delta(_) => None,
        }
    }

    /// The seconds east of Greenwich, where they are known.
    fn offset(&self) -> Option<i32> {
        match self {
            Moment::Time(..) => self.zone()?.offset_without_date(),
            _ => Some(self.zone()?.offset()),
        }
    }

    /// The microseconds since the epoch, of an aware datetime.
    fn instant(&self) -> Option<i128> {
        match self {
            Moment::DateTime(at, Some(zone)) => Some(micros_of(*at) - i128::from(zone.offset()) * 1_000_000),
            _ => None,
        }
    }

    fn iso(&self, separator: char, spec: Timespec) -> String {
        let offset = || self.offset().map(|offset| offset_text(offset, true)).unwrap_or_default();
        match self {
            Moment::Date(date) => format!("{:04}-{:02}-{:02}", date.year(), date.month(), date.day()),
            Moment::Time(time, _) => spec.text(*time) + &offset(),
            Moment::DateTime(at, _) => {
                let date = Moment::Date(at.date()).iso(separator, spec);
                format!("{date}{separator}{}{}", spec.text(at.time()), offset())
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
        let zone = || self.zone().map(|zone| format!(", tzinfo={}", zone.repr())).unwrap_or_default();
        match self {
            Moment::Date(date) => format!("datetime.date({}, {}, {})", date.year(), date.month(), date.day()),
            Moment::Time(time, _) => format!("datetime.time({}{})", clock(*time), zone()),
            Moment::DateTime(at, _) => {
                format!(
                    "datetime.datetime({}, {}, {}, {}{})",
                    at.year(),
                    at.month(),
                    at.day(),
                    clock(at.time()),
                    zone()
                )
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
            (Moment::Time(left, _), Moment::Time(right, _)) => Some(left.cmp(right)),
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
                    (None, None) => match (self, other) {
                        (Moment::DateTime(left, _), Moment::DateTime(right, _)) => {
                            Some((micros_of(*left), micros_of(*right)))
                        }
                        _ => None,
                    },
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
            Moment::Time(..) | Moment::Delta(_) => Err(type_error("unsupported operand type(s) for +")),
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
            (Moment::DateTime(_, zone) | Moment::Time(_, zone), "tzinfo") => Some(match zone {
                Some(zone) => Value::Object(Rc::<Zone>::clone(zone)),
                None => Value::None,
            }),
            (Moment::DateTime(..) | Moment::Time(..), "fold") => int(0),
            (Moment::Delta(micros), "days") => int(micros.div_euclid(DAY) as i64),
            (Moment::Delta(micros), "seconds") => int((micros.rem_euclid(DAY) / 1_000_000) as i64),
            (Moment::Delta(micros), "microseconds") => int((micros.rem_euclid(DAY) % 1_000_000) as i64),
            _ => self.class().constant(name),
        }
    }

    fn class(&self) -> Class {
        Class(match self {
            Moment::Date(_) => "date",
            Moment::DateTime(..) => "datetime",
            Moment::Time(..) => "time",
            Moment::Delta(_) => "timedelta",
        })
    }

    /// The names of its methods, those of its class among them.
    pub(super) fn has_method(&self, name: &str) -> bool {
        self.class().method_names().contains(&name)
    }

    pub(super) fn call_method(&self, interp: &mut Interp, name: &str, args: &Args) -> Eval<Option<Value>> {
        if let Some(unknown) = class::unknown_in(args) {
            let call = format!("{}.{name}({})", self.type_name(), unknown.label);
            return Ok(self.has_method(name).then(|| derived(unknown, call)));
        }
        if let Some(made) = self.class().make(interp, name, args)? {
            return Ok(Some(made));
        }
        if let Moment::Delta(micros) = self {
            return Ok((name == "total_seconds").then(|| Value::Float(*micros as f64 / 1e6)));
        }
        match name {
            "strftime" => {
                let [format] = args.bind("strftime", ["format"], 1)?;
                match format.as_ref() {
                    Some(Value::Str(format)) => Ok(Some(Value::str(self.strftime(&format.text)?))),
                    _ => Err(type_error("strftime() argument 1 must be str")),
                }
            }
            "replace" => self.replaced(args).map(Some),
            "isoformat" => {
                let at = usize::from(!matches!(self, Moment::Time(..)));
                let separator = match args.get(0, "sep").filter(|_| at == 1) {
                    None => 'T',
                    Some(value) => {
                        let sep = value.as_str().filter(|sep| sep.chars().count() == 1);
                        let wrong = || type_error("isoformat() argument 1 must be a unicode character, not str");
                        sep.and_then(|sep| sep.chars().next()).ok_or_else(wrong)?
                    }
                };
                Ok(Some(Value::str(self.iso(separator, Timespec::of(args.get(at, "timespec"))?))))
            }
            "utcoffset" => Ok(Some(
                self.offset().map_or(Value::None, |offset| moment(Moment::Delta(i128::from(offset) * 1_000_000))),
            )),
            "dst" => Ok(Some(self.zone().filter(|_| self.offset().is_some()).map_or(Value::None, |zone| zone.dst()))),
            "tzname" => {
                let name = self.zone().filter(|_| self.offset().is_some()).and_then(|zone| zone.name());
                Ok(Some(name.map_or(Value::None, Value::str)))
            }
            _ => Ok(self.method_of_date(name).or(self.method_of_datetime(name, args)?)),
        }
    }

    fn method_of_date(&self, name: &str) -> Option<Value> {
        let date = date_of(self)?;
        let week = date.iso_week_date();
        let int = |number: i8| Value::Int(i64::from(number));
        Some(match name {
            "weekday" => int(date.weekday().to_monday_zero_offset()),
            "isoweekday" => int(date.weekday().to_monday_one_offset()),
            "isocalendar" => named::calendar(week.year(), week.week(), week.weekday().to_monday_one_offset()),
            "toordinal" => Value::Int(named::ordinal(date)),
            "timetuple" => {
                let dst = match self.zone().map(|zone| zone.dst()) {
                    Some(Value::Moment(saved)) => i64::from(saved.truth()),
                    _ => -1,
                };
                named::struct_time(date, time_of(self).unwrap_or_default(), dst)
            }
            "ctime" => Value::str(self.strftime("%c").ok()?),
            _ => return None,
        })
    }

    fn method_of_datetime(&self, name: &str, args: &Args) -> Eval<Option<Value>> {
        let Moment::DateTime(at, zone) = self else { return Ok(None) };
        Ok(Some(match (name, self.instant()) {
            ("date", _) => moment(Moment::Date(at.date())),
            ("time", _) => moment(Moment::Time(at.time(), None)),
            ("timetz", _) => moment(Moment::Time(at.time(), zone.clone())),
            ("timestamp" | "astimezone", None) => local(&format!("datetime.{name}()")),
            ("timestamp", Some(micros)) => Value::Float(micros as f64 / 1e6),
            ("astimezone", Some(micros)) => match zone::of_value(args.get(0, "tz"))? {
                Some(target) => moment(target.datetime(micros).ok_or_else(overflow)?),
                None => local("datetime.astimezone()"),
            },
            ("utctimetuple", instant) => {
                let at = instant.and_then(|micros| Zone::Utc.datetime(micros));
                match at {
                    Some(Moment::DateTime(at, _)) => named::struct_time(at.date(), at.time(), 0),
                    _ => named::struct_time(at_date(self), time_of(self).unwrap_or_default(), 0),
                }
            }
            _ => return Ok(None),
        }))
    }

    fn replaced(&self, args: &Args) -> Eval<Value> {
        const DATE: [&str; 3] = ["year", "month", "day"];
        const TIME: [&str; 6] = ["hour", "minute", "second", "microsecond", "tzinfo", "fold"];
        let (date, time) = (at_date(self), time_of(self).unwrap_or_default());
        let ([year, month, day], [hour, minute, second, micro, tz, _]) = match self {
            Moment::Date(_) => (args.bind("replace", DATE, 0)?, [const { None }; 6]),
            Moment::Time(..) => ([const { None }; 3], args.bind("replace", TIME, 0)?),
            _ => {
                let names = [DATE[0], DATE[1], DATE[2], TIME[0], TIME[1], TIME[2], TIME[3], TIME[4], TIME[5]];
                let [year, month, day, hour, minute, second, micro, tz, fold] = args.bind("replace", names, 0)?;
                ([year, month, day], [hour, minute, second, micro, tz, fold])
            }
        };
        let date = civil_date(
            number(year.as_ref(), i64::from(date.year()))?,
            number(month.as_ref(), i64::from(date.month()))?,
            number(day.as_ref(), i64::from(date.day()))?,
        )?;
        let time = civil_time(
            number(hour.as_ref(), i64::from(time.hour()))?,
            number(minute.as_ref(), i64::from(time.minute()))?,
            number(second.as_ref(), i64::from(time.second()))?,
            number(micro.as_ref(), i64::from(micros(time.subsec_nanosecond())))?,
        )?;
        let zone = || if tz.is_some() { zone::of_value(tz.as_ref()) } else { Ok(self.zone().cloned()) };
        Ok(moment(match self {
            Moment::Date(_) => Moment::Date(date),
            Moment::Time(..) => Moment::Time(time, zone()?),
            Moment::DateTime(..) => Moment::DateTime(DateTime::from_parts(date, time), zone()?),
            Moment::Delta(micros) => Moment::Delta(*micros),
        }))
    }
}

/// An argument that must be an integer.
fn number(value: Option<&Value>, otherwise: i64) -> Eval<i64> {
    match value {
        None => Ok(otherwise),
        Some(value) => value
            .as_int()
            .ok_or_else(|| type_error(format!("'{}' object cannot be interpreted as an integer", value.type_name()))),
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
        Moment::Time(time, _) => Some(*time),
        Moment::DateTime(at, _) => Some(at.time()),
        _ => None,
    }
}

/// Its date, or a day that stands for none.
fn at_date(moment: &Moment) -> Date {
    date_of(moment).unwrap_or(Date::constant(1900, 1, 1))
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
