//! The classes of `modules.datetime`.

use std::rc::Rc;

use jiff::civil::{Date, DateTime, ISOWeekDate, Time};
use jiff::fmt::strtime::BrokenDownTime;

use super::zone::{self, Zone};
use super::{DAY, Moment, civil_date, civil_time, date_of, local, moment, number, overflow};
use crate::jinja::error::{Eval, type_error, value_error};
use crate::jinja::interp::Interp;
use crate::jinja::unknown::{Unknown, derived};
use crate::jinja::value::{Args, Object, Str, Value};

/// A class of `modules.datetime`.
pub(in crate::jinja) struct Class(pub(in crate::jinja) &'static str);

const DATE: &[&str] = &[
    "ctime",
    "isocalendar",
    "isoformat",
    "isoweekday",
    "replace",
    "strftime",
    "timetuple",
    "toordinal",
    "weekday",
    "fromisocalendar",
    "fromisoformat",
    "fromordinal",
    "fromtimestamp",
    "today",
];
const DATETIME: &[&str] = &[
    "astimezone",
    "combine",
    "ctime",
    "date",
    "dst",
    "fromisocalendar",
    "fromisoformat",
    "fromordinal",
    "fromtimestamp",
    "isocalendar",
    "isoformat",
    "isoweekday",
    "now",
    "replace",
    "strftime",
    "strptime",
    "time",
    "timestamp",
    "timetuple",
    "timetz",
    "today",
    "toordinal",
    "tzname",
    "utcfromtimestamp",
    "utcnow",
    "utcoffset",
    "utctimetuple",
    "weekday",
];
const TIME: &[&str] = &["dst", "fromisoformat", "isoformat", "replace", "strftime", "tzname", "utcoffset"];

impl Class {
    /// The methods of its instances, and its own.
    pub(super) fn method_names(&self) -> &'static [&'static str] {
        match self.0 {
            "date" => DATE,
            "datetime" => DATETIME,
            "time" => TIME,
            "timedelta" => &["total_seconds"],
            _ => &[],
        }
    }

    /// `min`, `max`, `resolution`; Python's years go from 1 to 9999.
    pub(super) fn constant(&self, name: &str) -> Option<Value> {
        let first = Date::constant(1, 1, 1);
        let last = Date::constant(9999, 12, 31);
        let latest = Time::constant(23, 59, 59, 999_999_000);
        Some(moment(match (self.0, name) {
            ("date", "min") => Moment::Date(first),
            ("date", "max") => Moment::Date(last),
            ("date", "resolution") => Moment::Delta(DAY),
            ("datetime", "min") => Moment::DateTime(first.at(0, 0, 0, 0), None),
            ("datetime", "max") => Moment::DateTime(DateTime::from_parts(last, latest), None),
            ("time", "min") => Moment::Time(Time::midnight(), None),
            ("time", "max") => Moment::Time(latest, None),
            ("datetime" | "time" | "timedelta", "resolution") => Moment::Delta(1),
            ("timedelta", "min") => Moment::Delta(-999_999_999 * DAY),
            ("timedelta", "max") => Moment::Delta(1_000_000_000 * DAY - 1),
            _ => return None,
        }))
    }

    /// What the class itself makes; none where that is a method of its instances.
    pub(super) fn make(&self, interp: &mut Interp, name: &str, args: &Args) -> Eval<Option<Value>> {
        let of = self.0;
        let text = |at: usize, name: &str| args.get(at, name).and_then(Value::as_str);
        let whole = |at: usize, name: &str| -> Eval<i64> { number(args.get(at, name), 0) };
        let wrong = |text: &str| value_error(format!("Invalid isoformat string: '{text}'"));
        Ok(Some(moment(match (of, name) {
            ("datetime", "now" | "utcnow" | "today") | ("date", "today") => {
                return Ok(Some(interp.clock(&format!("modules.datetime.{of}.{name}()"))));
            }
            ("datetime", "strptime") => {
                let (Some(text), Some(format)) = (text(0, "date_string"), text(1, "format")) else {
                    return Err(type_error("strptime() argument 1 must be str"));
                };
                return strptime(text, format).map(Some);
            }
            ("datetime", "fromisoformat") => match text(0, "date_string") {
                Some(text) => iso_datetime(text).ok_or_else(|| wrong(text))?,
                None => return Err(type_error("fromisoformat: argument must be str")),
            },
            ("date", "fromisoformat") => match text(0, "date_string") {
                Some(text) => Moment::Date(text.parse().map_err(|_| wrong(text))?),
                None => return Err(type_error("fromisoformat: argument must be str")),
            },
            ("time", "fromisoformat") => match text(0, "time_string") {
                Some(text) => Moment::Time(text.parse().map_err(|_| wrong(text))?, None),
                None => return Err(type_error("fromisoformat: argument must be str")),
            },
            ("date" | "datetime", "fromisocalendar") => {
                let (year, week, day) = (whole(0, "year")?, whole(1, "week")?, whole(2, "day")?);
                let weekday =
                    i8::try_from(day).ok().and_then(|day| jiff::civil::Weekday::from_monday_one_offset(day).ok());
                let weekday =
                    weekday.ok_or_else(|| value_error(format!("Invalid weekday: {day} (range is [1, 7])")))?;
                let found = i16::try_from(year).ok().zip(i8::try_from(week).ok());
                let found = found.and_then(|(year, week)| ISOWeekDate::new(year, week, weekday).ok());
                self.on_day(found.ok_or_else(|| value_error(format!("Invalid week: {week}")))?.date())
            }
            ("date" | "datetime", "fromordinal") => {
                let days = jiff::Span::new().try_days(whole(0, "ordinal")? - 1).ok();
                let day = days.and_then(|days| Date::constant(1, 1, 1).checked_add(days).ok());
                self.on_day(day.filter(|day| day.year() >= 1).ok_or_else(|| value_error("ordinal must be >= 1"))?)
            }
            ("datetime", "combine") => match (args.get(0, "date"), args.get(1, "time")) {
                (Some(Value::Moment(date)), Some(Value::Moment(time))) => match (date_of(date), &**time) {
                    (Some(date), Moment::Time(time, zone)) => {
                        let zone = match args.get(2, "tzinfo") {
                            None => zone.clone(),
                            given => zone::of_value(given)?,
                        };
                        Moment::DateTime(DateTime::from_parts(date, *time), zone)
                    }
                    _ => return Err(type_error("combine() argument 1 must be datetime.date")),
                },
                _ => return Err(type_error("combine() argument 1 must be datetime.date")),
            },
            ("date" | "datetime", "fromtimestamp") | ("datetime", "utcfromtimestamp") => {
                let zone = match name {
                    "fromtimestamp" => zone::of_value(args.get(1, "tz"))?,
                    _ => Some(Rc::new(Zone::Utc)),
                };
                let Some(zone) = zone else {
                    return Ok(Some(local(&format!("modules.datetime.{of}.fromtimestamp()"))));
                };
                let seconds = args.get(0, "timestamp").and_then(Value::as_float);
                let seconds = seconds.ok_or_else(|| type_error("an integer is required"))?;
                let at = zone.datetime((seconds * 1e6).round_ties_even() as i128).ok_or_else(overflow)?;
                match at {
                    Moment::DateTime(at, _) if name == "utcfromtimestamp" => Moment::DateTime(at, None),
                    at => at,
                }
            }
            _ => return Ok(None),
        })))
    }

    fn on_day(&self, day: Date) -> Moment {
        if self.0 == "date" { Moment::Date(day) } else { Moment::DateTime(day.at(0, 0, 0, 0), None) }
    }

    /// Whether a value is an instance of it.
    fn is_of(&self, value: &Moment) -> bool {
        matches!(
            (self.0, value),
            ("date", Moment::Date(_) | Moment::DateTime(..))
                | ("datetime", Moment::DateTime(..))
                | ("time", Moment::Time(..))
                | ("timedelta", Moment::Delta(_))
        )
    }
}

/// `strptime`. The formats of jiff are C's, as Python's are, but for a few directives.
fn strptime(text: &str, format: &str) -> Eval<Value> {
    let parsed = BrokenDownTime::parse(format, text).ok().and_then(|parsed| {
        let date = match (parsed.year(), parsed.month(), parsed.day()) {
            (None, _, _) if !format.contains("%y") => {
                Date::new(1900, parsed.month().unwrap_or(1), parsed.day().unwrap_or(1))
            }
            (Some(year), None, None) if parsed.day_of_year().is_none() => Date::new(year, 1, 1),
            (Some(year), Some(month), None) => Date::new(year, month, 1),
            _ => parsed.to_date(),
        };
        let zone = parsed.offset().map(|offset| Rc::new(Zone::Standard(offset.seconds())));
        let time = match parsed.hour() {
            Some(_) => parsed.to_time(),
            None => {
                let (minute, second) = (parsed.minute().unwrap_or(0), parsed.second().unwrap_or(0));
                Time::new(0, minute, second, parsed.subsec_nanosecond().unwrap_or(0))
            }
        };
        Some(Moment::DateTime(DateTime::from_parts(date.ok()?, time.ok()?), zone))
    });
    match parsed {
        Some(at) => Ok(moment(at)),
        None if has_only_known_directives(format) => {
            Err(value_error(format!("time data '{text}' does not match format '{format}'")))
        }
        None => {
            Ok(Value::Unknown(Rc::new(Unknown::new("strptime()", "hookproof does not read this format of a date"))))
        }
    }
}

/// Whether jiff takes each directive for what Python takes it for.
fn has_only_known_directives(format: &str) -> bool {
    let mut chars = format.chars();
    while let Some(char) = chars.next() {
        if char == '%' && !chars.next().is_some_and(|one| "aAbBdHIjmMpSyYfz%".contains(one)) {
            return false;
        }
    }
    true
}

/// `datetime.fromisoformat`
fn iso_datetime(text: &str) -> Option<Moment> {
    // Any character may stand between the date and the time.
    let date: Date = text.get(..10)?.parse().ok()?;
    let Some(rest) = text.get(10..).filter(|rest| !rest.is_empty()) else {
        return Some(Moment::DateTime(date.at(0, 0, 0, 0), None));
    };
    let rest = &rest[rest.chars().next()?.len_utf8()..];
    let end = rest.find(['+', '-', 'Z', 'z']).unwrap_or(rest.len());
    let (time, offset) = rest.split_at(end);
    let time: Time = if time.len() == 2 { format!("{time}:00").parse().ok()? } else { time.parse().ok()? };
    let zone = match offset {
        "" => None,
        "Z" | "z" => Some(0),
        _ => {
            let digits: String = offset[1..].chars().filter(|char| *char != ':').collect();
            let part = |at: usize| match digits.get(at..at + 2) {
                Some(two) => two.parse::<i32>().ok(),
                None => (digits.len() == at).then_some(0),
            };
            let seconds = part(0)? * 3600 + part(2)? * 60 + if digits.len() > 4 { part(4)? } else { 0 };
            Some(if offset.starts_with('-') { -seconds } else { seconds })
        }
    };
    Some(Moment::DateTime(DateTime::from_parts(date, time), zone.map(|seconds| Rc::new(Zone::Standard(seconds)))))
}

impl Object for Class {
    fn type_name(&self) -> &str {
        "type"
    }

    fn attr(&self, _interp: &mut Interp, name: &str) -> Eval<Option<Value>> {
        Ok(self.constant(name))
    }

    fn methods(&self) -> &[&'static str] {
        self.method_names()
    }

    fn call(&self, _interp: &mut Interp, args: Args) -> Eval<Option<Value>> {
        if let Some(unknown) = unknown_in(&args) {
            return Ok(Some(derived(unknown, format!("datetime.{}({})", self.0, unknown.label))));
        }
        Ok(Some(moment(match self.0 {
            "date" => {
                let [year, month, day] = args.bind("date", ["year", "month", "day"], 3)?;
                Moment::Date(civil_date(
                    number(year.as_ref(), 1)?,
                    number(month.as_ref(), 1)?,
                    number(day.as_ref(), 1)?,
                )?)
            }
            "datetime" => {
                let names = ["year", "month", "day", "hour", "minute", "second", "microsecond", "tzinfo", "fold"];
                let [year, month, day, hour, minute, second, micros, zone, _] = args.bind("datetime", names, 3)?;
                let date = civil_date(number(year.as_ref(), 1)?, number(month.as_ref(), 1)?, number(day.as_ref(), 1)?)?;
                let time = civil_time(
                    number(hour.as_ref(), 0)?,
                    number(minute.as_ref(), 0)?,
                    number(second.as_ref(), 0)?,
                    number(micros.as_ref(), 0)?,
                )?;
                Moment::DateTime(DateTime::from_parts(date, time), zone::of_value(zone.as_ref())?)
            }
            "time" => {
                let names = ["hour", "minute", "second", "microsecond", "tzinfo", "fold"];
                let [hour, minute, second, micros, zone, _] = args.bind("time", names, 0)?;
                let time = civil_time(
                    number(hour.as_ref(), 0)?,
                    number(minute.as_ref(), 0)?,
                    number(second.as_ref(), 0)?,
                    number(micros.as_ref(), 0)?,
                )?;
                Moment::Time(time, zone::of_value(zone.as_ref())?)
            }
            "timedelta" => Moment::Delta(delta(&args)?),
            _ => return Ok(None),
        })))
    }

    fn call_method(&self, interp: &mut Interp, name: &str, args: &Args) -> Eval<Option<Value>> {
        if let Some(unknown) = unknown_in(args) {
            let call = format!("datetime.{}.{name}({})", self.0, unknown.label);
            return Ok(self.method_names().contains(&name).then(|| derived(unknown, call)));
        }
        if let Some(made) = self.make(interp, name, args)? {
            return Ok(Some(made));
        }
        // A method of its instances, which is given one.
        match args.positional.first() {
            Some(Value::Moment(of)) if self.is_of(of) => {
                let rest = args.positional.iter().skip(1).cloned().collect();
                of.call_method(interp, name, &Args { positional: rest, keyword: args.keyword.clone() })
            }
            _ => Ok(None),
        }
    }

    fn is_callable(&self) -> bool {
        true
    }

    fn text(&self, _interp: &mut Interp) -> Eval<Str> {
        Ok(Str::plain(format!("<class 'datetime.{}'>", self.0)))
    }

    fn as_any(&self) -> &dyn std::any::Any {
        self
    }
}

fn delta(args: &Args) -> Eval<i128> {
    const UNITS: [(&str, i128); 7] = [
        ("days", DAY),
        ("seconds", 1_000_000),
        ("microseconds", 1),
        ("milliseconds", 1000),
        ("minutes", 60_000_000),
        ("hours", 3_600_000_000),
        ("weeks", 7 * DAY),
    ];
    let mut total = 0i128;
    let values = args.bind("timedelta", UNITS.map(|(name, _)| name), 0)?;
    for (value, (_, unit)) in values.iter().zip(UNITS) {
        match value {
            None => {}
            Some(value) => {
                total += match (value.as_int(), value.as_float()) {
                    (Some(whole), _) => i128::from(whole) * unit,
                    (None, Some(float)) => (float * unit as f64).round_ties_even() as i128,
                    _ => {
                        return Err(type_error(format!(
                            "unsupported type for timedelta days component: {}",
                            value.type_name()
                        )));
                    }
                };
            }
        }
    }
    Ok(total)
}

/// What is not known of what a function is given.
pub(super) fn unknown_in(args: &Args) -> Option<&Unknown> {
    args.positional.iter().chain(args.keyword.iter().map(|(_, value)| value)).find_map(|value| match value {
        Value::Unknown(unknown) => Some(&**unknown),
        _ => None,
    })
}
