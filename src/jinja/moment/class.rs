//! The classes of `modules.datetime`, and the zones of `modules.pytz`.

use std::rc::Rc;

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;

use super::{DAY, Moment, civil_date, civil_time, date_of, overflow, time_of};
use crate::jinja::error::{ErrorKind, Eval, error, type_error, value_error};
use crate::jinja::interp::Interp;
use crate::jinja::value::{Args, Object, Str, Value};

/// A time zone of `modules.pytz` or `datetime.timezone`.
pub struct Zone(pub TimeZone);

impl Object for Zone {
    fn type_name(&self) -> &str {
        "tzinfo"
    }

    fn attr(&self, _interp: &mut Interp, name: &str) -> Eval<Option<Value>> {
        Ok((name == "zone").then(|| Value::str(self.0.iana_name().unwrap_or("UTC"))))
    }

    fn call_method(&self, _interp: &mut Interp, name: &str, args: &Args) -> Eval<Option<Value>> {
        match (name, args.positional.first()) {
            ("localize", Some(Value::Moment(moment))) => match &**moment {
                Moment::DateTime(at, None) => {
                    Ok(Some(Value::Moment(Rc::new(Moment::DateTime(*at, Some(self.0.clone()))))))
                }
                _ => Err(value_error("Not naive datetime (tzinfo is already set)")),
            },
            _ => Ok(None),
        }
    }

    fn text(&self, _interp: &mut Interp) -> Eval<Str> {
        Ok(Str::plain(self.0.iana_name().unwrap_or("UTC")))
    }

    fn as_any(&self) -> &dyn std::any::Any {
        self
    }
}

/// A class of `modules.datetime`.
pub(in crate::jinja) struct Class(pub(in crate::jinja) &'static str);

/// Python's years go from 1 to 9999.
fn first_day() -> Option<Date> {
    Date::new(1, 1, 1).ok()
}

fn last_day() -> Option<Date> {
    Date::new(9999, 12, 31).ok()
}

impl Object for Class {
    fn type_name(&self) -> &str {
        "type"
    }

    fn attr(&self, _interp: &mut Interp, name: &str) -> Eval<Option<Value>> {
        Ok(match (self.0, name) {
            ("date", "min") => first_day().map(|day| Value::Moment(Rc::new(Moment::Date(day)))),
            ("date", "max") => last_day().map(|day| Value::Moment(Rc::new(Moment::Date(day)))),
            ("datetime", "min") => {
                first_day().map(|day| Value::Moment(Rc::new(Moment::DateTime(day.at(0, 0, 0, 0), None))))
            }
            ("datetime", "max") => {
                last_day().map(|day| Value::Moment(Rc::new(Moment::DateTime(day.at(23, 59, 59, 999_999_000), None))))
            }
            ("timezone", "utc") => Some(Value::Object(Rc::new(Zone(TimeZone::UTC)))),
            _ => None,
        })
    }

    fn call(&self, _interp: &mut Interp, args: Args) -> Eval<Option<Value>> {
        let number = |value: &Option<Value>, otherwise: i64| -> Eval<i64> {
            match value {
                None => Ok(otherwise),
                Some(value) => value.as_int().ok_or_else(|| {
                    type_error(format!("'{}' object cannot be interpreted as an integer", value.type_name()))
                }),
            }
        };
        let moment = match self.0 {
            "date" => {
                let [year, month, day] = args.bind("date", ["year", "month", "day"], 3)?;
                Moment::Date(civil_date(number(&year, 1)?, number(&month, 1)?, number(&day, 1)?)?)
            }
            "datetime" => {
                let names = ["year", "month", "day", "hour", "minute", "second", "microsecond", "tzinfo"];
                let [year, month, day, hour, minute, second, micros, zone] = args.bind("datetime", names, 3)?;
                let date = civil_date(number(&year, 1)?, number(&month, 1)?, number(&day, 1)?)?;
                let time =
                    civil_time(number(&hour, 0)?, number(&minute, 0)?, number(&second, 0)?, number(&micros, 0)?)?;
                let zone = match &zone {
                    Some(Value::Object(object)) => object.as_any().downcast_ref::<Zone>().map(|zone| zone.0.clone()),
                    _ => None,
                };
                Moment::DateTime(DateTime::from_parts(date, time), zone)
            }
            "time" => {
                let [hour, minute, second, micros] =
                    args.bind("time", ["hour", "minute", "second", "microsecond"], 0)?;
                Moment::Time(civil_time(
                    number(&hour, 0)?,
                    number(&minute, 0)?,
                    number(&second, 0)?,
                    number(&micros, 0)?,
                )?)
            }
            "timedelta" => Moment::Delta(delta(&args)?),
            _ => return Ok(None),
        };
        Ok(Some(Value::Moment(Rc::new(moment))))
    }

    fn call_method(&self, interp: &mut Interp, name: &str, args: &Args) -> Eval<Option<Value>> {
        let text = |at: usize| args.positional.get(at).and_then(Value::as_str);
        let parsed = match (self.0, name) {
            ("datetime", "now" | "utcnow" | "today") | ("date", "today") => {
                let call = format!("modules.datetime.{}.{name}()", self.0);
                return Ok(Some(interp.clock(&call)));
            }
            ("datetime", "strptime") => {
                let (Some(text), Some(format)) = (text(0), text(1)) else {
                    return Err(type_error("strptime() argument 1 must be str"));
                };
                let parsed = jiff::fmt::strtime::parse(format, text).ok().and_then(|parsed| {
                    let time = parsed.to_time().unwrap_or_default();
                    Some(DateTime::from_parts(parsed.to_date().ok()?, time))
                });
                match parsed {
                    Some(at) => Moment::DateTime(at, None),
                    None => {
                        return Err(value_error(format!("time data '{text}' does not match format '{format}'")));
                    }
                }
            }
            ("datetime", "fromisoformat") => match text(0).and_then(|text| text.replace(' ', "T").parse().ok()) {
                Some(at) => Moment::DateTime(at, None),
                None => return Err(value_error("Invalid isoformat string")),
            },
            ("date", "fromisoformat") => match text(0).and_then(|text| text.parse().ok()) {
                Some(date) => Moment::Date(date),
                None => return Err(value_error("Invalid isoformat string")),
            },
            ("datetime", "combine") => match (args.positional.first(), args.positional.get(1)) {
                (Some(Value::Moment(date)), Some(Value::Moment(time))) => match (date_of(date), time_of(time)) {
                    (Some(date), Some(time)) => Moment::DateTime(DateTime::from_parts(date, time), None),
                    _ => return Err(type_error("combine() argument 1 must be datetime.date")),
                },
                _ => return Err(type_error("combine() argument 1 must be datetime.date")),
            },
            ("datetime", "fromtimestamp" | "utcfromtimestamp") => {
                let seconds = args.positional.first().and_then(Value::as_float).unwrap_or(0.0);
                let timestamp = jiff::Timestamp::from_microsecond((seconds * 1e6) as i64).map_err(|_| overflow())?;
                Moment::DateTime(TimeZone::UTC.to_datetime(timestamp), None)
            }
            _ => return Ok(None),
        };
        Ok(Some(Value::Moment(Rc::new(parsed))))
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

/// The zone of an IANA name, as `pytz.timezone` gives it.
pub(in crate::jinja) fn zone(name: &str) -> Eval<Value> {
    if name == "UTC" || name == "utc" {
        return Ok(Value::Object(Rc::new(Zone(TimeZone::UTC))));
    }
    match TimeZone::get(name) {
        Ok(zone) => Ok(Value::Object(Rc::new(Zone(zone)))),
        Err(_) => Err(error(ErrorKind::Python("UnknownTimeZoneError"), format!("'{name}'"))),
    }
}
