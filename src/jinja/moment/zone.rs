//! Time zones: those of `modules.pytz`, and what `fromisoformat` makes.
//!
//! A datetime of `pytz` keeps the offset that its zone had when it was made, also when time is added to it;
//! `normalize` takes the one that holds then. A zone that nothing was localized with has its first offset, which is
//! local mean time: `replace(tzinfo=…)` is off by minutes.

use std::rc::Rc;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::{AmbiguousOffset, Offset, TimeZone};

use super::{Moment, Tz, micros_of, moment};
use crate::jinja::error::{ErrorKind, Eval, error, type_error, value_error};
use crate::jinja::interp::Interp;
use crate::jinja::value::{Args, Object, Str, Value};

/// A time zone, with the offset that it has for one datetime.
#[derive(Debug, Clone)]
pub enum Zone {
    /// `pytz.utc`
    Utc,
    /// `pytz.FixedOffset`, in minutes
    Fixed(i32),
    /// `datetime.timezone`, in seconds
    Standard(i32),
    /// A zone of `pytz` by its name
    Named {
        /// Its rules.
        rules: TimeZone,
        /// Seconds east of Greenwich.
        offset: i32,
        /// How many of them are daylight saving time.
        saved: i32,
        /// The short name, such as `CET`.
        abbreviation: Rc<str>,
    },
}

/// `pytz` knows no change after this day, whose rules hold for ever then.
fn last_known() -> Timestamp {
    Timestamp::from_second(2_145_916_800).unwrap_or(Timestamp::MAX)
}

/// `pytz` counts whole minutes.
fn whole_minutes(offset: Offset) -> i32 {
    (offset.seconds() + 30).div_euclid(60) * 60
}

/// The seconds of daylight saving time that are in an offset: what it has over the standard time beside it.
fn saved(rules: &TimeZone, at: Timestamp, offset: i32) -> i32 {
    let over = |standard: Option<i32>| standard.map(|standard| offset - standard).filter(|over| *over > 0);
    let before = rules.preceding(at).find(|one| one.dst().is_std()).map(|one| whole_minutes(one.offset()));
    let after = || rules.following(at).find(|one| one.dst().is_std()).map(|one| whole_minutes(one.offset()));
    over(before).or_else(|| over(after())).unwrap_or(3600)
}

fn is_fixed(rules: &TimeZone) -> bool {
    rules.preceding(Timestamp::MAX).next().is_none()
}

fn seconds(seconds: i32) -> Moment {
    Moment::Delta(i128::from(seconds) * 1_000_000)
}

impl Zone {
    /// The zone of an IANA name, as `pytz.timezone` gives it.
    pub(in crate::jinja) fn of_name(name: &str) -> Eval<Zone> {
        if name.eq_ignore_ascii_case("utc") {
            return Ok(Zone::Utc);
        }
        match TimeZone::get(name) {
            Ok(rules) => Ok(Zone::at(&rules, Timestamp::MIN)),
            Err(_) => Err(error(ErrorKind::Python("UnknownTimeZoneError"), format!("'{name}'"))),
        }
    }

    fn at(rules: &TimeZone, at: Timestamp) -> Zone {
        let at = at.min(last_known());
        let info = rules.to_offset_info(at);
        let offset = whole_minutes(info.offset());
        Zone::Named {
            rules: rules.clone(),
            offset,
            saved: if info.dst().is_dst() { saved(rules, at, offset) } else { 0 },
            abbreviation: info.abbreviation().into(),
        }
    }

    /// `utcoffset()`, in seconds.
    pub(super) fn offset(&self) -> i32 {
        match self {
            Zone::Utc => 0,
            Zone::Fixed(minutes) => minutes * 60,
            Zone::Standard(seconds) => *seconds,
            Zone::Named { offset, .. } => *offset,
        }
    }

    /// `dst()`
    pub(super) fn dst(&self) -> Value {
        match self {
            Zone::Utc | Zone::Fixed(_) => moment(seconds(0)),
            Zone::Standard(_) => Value::None,
            Zone::Named { saved, .. } => moment(seconds(*saved)),
        }
    }

    /// `tzname()`
    pub(super) fn name(&self) -> Option<String> {
        match self {
            Zone::Utc => Some("UTC".to_owned()),
            Zone::Fixed(_) => None,
            Zone::Standard(0) => Some("UTC".to_owned()),
            Zone::Standard(seconds) => Some(format!("UTC{}", super::offset_text(*seconds, true))),
            Zone::Named { abbreviation, .. } => Some(abbreviation.to_string()),
        }
    }

    /// What an aware time without a date has as its offset: a zone with changes has none.
    pub(super) fn offset_without_date(&self) -> Option<i32> {
        match self {
            Zone::Named { rules, .. } if !is_fixed(rules) => None,
            _ => Some(self.offset()),
        }
    }

    /// The datetime in this zone at an instant, in microseconds.
    pub(super) fn datetime(&self, instant: i128) -> Option<Moment> {
        let at = Timestamp::from_microsecond(i64::try_from(instant).ok()?).ok()?;
        let zone = match self {
            Zone::Named { rules, .. } => Zone::at(rules, at),
            other => other.clone(),
        };
        let offset = Offset::from_seconds(zone.offset()).ok()?;
        Some(Moment::DateTime(offset.to_datetime(at), Some(Rc::new(zone))))
    }

    /// What `localize` gives a datetime that stands on a clock of this zone. `is_dst` decides where the clock shows that twice or never.
    fn localized(&self, at: DateTime, is_dst: Option<bool>) -> Eval<Rc<Zone>> {
        let Zone::Named { rules, .. } = self else {
            return Ok(Rc::new(self.clone()));
        };
        let unclear = |kind| error(ErrorKind::Python(kind), Moment::DateTime(at, None).to_string());
        let found =
            match (rules.to_ambiguous_timestamp(at).offset(), is_dst) {
                (AmbiguousOffset::Unambiguous { offset }, _) => offset,
                (AmbiguousOffset::Gap { .. }, None) => return Err(unclear("NonExistentTimeError")),
                (AmbiguousOffset::Fold { .. }, None) => return Err(unclear("AmbiguousTimeError")),
                (AmbiguousOffset::Gap { before, .. }, Some(false))
                | (AmbiguousOffset::Fold { before, .. }, Some(true)) => before,
                (AmbiguousOffset::Gap { after, .. }, Some(true))
                | (AmbiguousOffset::Fold { after, .. }, Some(false)) => after,
            };
        let stamp = |offset: Offset| offset.to_timestamp(at).unwrap_or(Timestamp::MAX);
        let mut zone = Zone::at(rules, stamp(found));
        if zone.offset() != whole_minutes(found) {
            // In a gap: the zone of the side that was asked for.
            let hours = jiff::SignedDuration::from_hours(if is_dst == Some(true) { 6 } else { -6 });
            zone = Zone::at(rules, stamp(found).checked_add(hours).unwrap_or(Timestamp::MAX));
        }
        Ok(Rc::new(zone))
    }

    pub(super) fn repr(&self) -> String {
        match self {
            Zone::Utc => "<UTC>".to_owned(),
            Zone::Fixed(minutes) => format!("pytz.FixedOffset({minutes})"),
            Zone::Standard(0) => "datetime.timezone.utc".to_owned(),
            Zone::Standard(offset) => format!("datetime.timezone({})", seconds(*offset).repr()),
            Zone::Named { rules, .. } if is_fixed(rules) => format!("<StaticTzInfo '{}'>", self.text()),
            Zone::Named { offset, saved, abbreviation, .. } => {
                let plus = if *offset > 0 { "+" } else { "" };
                let kind = if *saved == 0 { "STD" } else { "DST" };
                format!("<DstTzInfo '{}' {abbreviation}{plus}{} {kind}>", self.text(), seconds(*offset))
            }
        }
    }

    fn text(&self) -> String {
        match self {
            Zone::Utc => "UTC".to_owned(),
            Zone::Fixed(_) => self.repr(),
            Zone::Standard(_) => self.name().unwrap_or_default(),
            Zone::Named { rules, .. } => rules.iana_name().unwrap_or_default().to_owned(),
        }
    }

    fn is_of_pytz(&self) -> bool {
        !matches!(self, Zone::Standard(_))
    }
}

/// The methods of zones; `localize` and `normalize` are those of `pytz`.
const METHODS: &[&str] = &["dst", "fromutc", "localize", "normalize", "tzname", "utcoffset"];

impl Object for Zone {
    fn type_name(&self) -> &str {
        "tzinfo"
    }

    fn attr(&self, _interp: &mut Interp, name: &str) -> Eval<Option<Value>> {
        Ok(match (self, name) {
            (Zone::Fixed(_), "zone") => Some(Value::None),
            (Zone::Utc | Zone::Named { .. }, "zone") => Some(Value::str(self.text())),
            _ => None,
        })
    }

    fn methods(&self) -> &[&'static str] {
        METHODS
    }

    fn call_method(&self, _interp: &mut Interp, name: &str, args: &Args) -> Eval<Option<Value>> {
        if !METHODS.contains(&name) || (!self.is_of_pytz() && matches!(name, "localize" | "normalize")) {
            return Ok(None);
        }
        let (at, zone) = match args.get(0, "dt") {
            Some(Value::Moment(of)) => match &**of {
                Moment::DateTime(at, zone) => (*at, zone.clone()),
                other => return Err(type_error(format!("expected datetime, got {}", other.type_name()))),
            },
            Some(Value::None) if matches!(name, "dst" | "tzname" | "utcoffset") => return Ok(Some(Value::None)),
            Some(other) => return Err(type_error(format!("expected datetime, got {}", other.type_name()))),
            None => return Err(type_error(format!("{name}() missing 1 required positional argument: 'dt'"))),
        };
        let is_dst = match args.get(1, "is_dst") {
            Some(Value::None) => None,
            Some(value) => Some(value.as_int() != Some(0)),
            None => matches!(name, "localize" | "normalize").then_some(false),
        };
        let aware = || value_error("Not naive datetime (tzinfo is already set)");
        let localized = || match (&zone, self) {
            (Some(zone), Zone::Named { .. }) => {
                if zone.repr() == self.repr() {
                    Ok(Rc::clone(zone))
                } else {
                    Err(aware())
                }
            }
            _ => self.localized(at, is_dst),
        };
        Ok(Some(match name {
            "localize" if zone.is_some() => return Err(aware()),
            "localize" => moment(Moment::DateTime(at, Some(self.localized(at, is_dst)?))),
            "normalize" => match zone {
                None => return Err(value_error("Naive time - no tzinfo set")),
                Some(zone) => self.moved(micros_of(at) - i128::from(zone.offset()) * 1_000_000)?,
            },
            "fromutc" => self.moved(micros_of(at))?,
            "dst" => localized()?.dst(),
            "tzname" => localized()?.name().map_or(Value::None, Value::str),
            _ => moment(seconds(localized()?.offset())),
        }))
    }

    fn text(&self, _interp: &mut Interp) -> Eval<Str> {
        Ok(Str::plain(Zone::text(self)))
    }

    fn repr(&self, _interp: &mut Interp) -> Eval<String> {
        Ok(Zone::repr(self))
    }

    fn as_any(&self) -> &dyn std::any::Any {
        self
    }
}

impl Zone {
    fn moved(&self, instant: i128) -> Eval<Value> {
        self.datetime(instant).map(moment).ok_or_else(super::overflow)
    }
}

/// The zone that a value is, for what takes a `tzinfo`.
pub(super) fn of_value(value: Option<&Value>) -> Eval<Tz> {
    match value {
        None | Some(Value::None) => Ok(None),
        Some(Value::Object(object)) if object.as_any().is::<Zone>() => {
            Ok(object.as_any().downcast_ref::<Zone>().map(|zone| Rc::new(zone.clone())))
        }
        Some(other) => Err(type_error(format!(
            "tzinfo argument must be None or of a tzinfo subclass, not type '{}'",
            other.type_name()
        ))),
    }
}
