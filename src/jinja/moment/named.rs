//! Tuples whose items have names: `isocalendar()`, `timetuple()`.

use std::rc::Rc;

use jiff::civil::{Date, Time};

use crate::jinja::error::Eval;
use crate::jinja::interp::Interp;
use crate::jinja::ops::index;
use crate::jinja::value::{Object, Str, Value};

/// A tuple of integers with names.
struct Named {
    type_name: &'static str,
    fields: &'static [&'static str],
    values: Vec<i64>,
}

const CALENDAR: &[&str] = &["year", "week", "weekday"];
const TIME: &[&str] =
    &["tm_year", "tm_mon", "tm_mday", "tm_hour", "tm_min", "tm_sec", "tm_wday", "tm_yday", "tm_isdst"];

/// `datetime.IsoCalendarDate`
pub(super) fn calendar(year: i16, week: i8, weekday: i8) -> Value {
    let values = vec![i64::from(year), i64::from(week), i64::from(weekday)];
    Value::Object(Rc::new(Named { type_name: "datetime.IsoCalendarDate", fields: CALENDAR, values }))
}

/// `time.struct_time`
pub(super) fn struct_time(date: Date, time: Time, dst: i64) -> Value {
    let values = vec![
        i64::from(date.year()),
        i64::from(date.month()),
        i64::from(date.day()),
        i64::from(time.hour()),
        i64::from(time.minute()),
        i64::from(time.second()),
        i64::from(date.weekday().to_monday_zero_offset()),
        i64::from(date.day_of_year()),
        dst,
    ];
    Value::Object(Rc::new(Named { type_name: "time.struct_time", fields: TIME, values }))
}

/// The days since the one before the first of Python's years.
pub(super) fn ordinal(date: Date) -> i64 {
    let zero = Date::constant(1, 1, 1);
    date.since(zero).map_or(0, |span| i64::from(span.get_days())) + 1
}

impl Object for Named {
    fn type_name(&self) -> &str {
        self.type_name
    }

    fn attr(&self, _interp: &mut Interp, name: &str) -> Eval<Option<Value>> {
        if self.fields == TIME && matches!(name, "tm_zone" | "tm_gmtoff") {
            return Ok(Some(Value::None));
        }
        Ok(self.fields.iter().position(|field| *field == name).map(|at| Value::Int(self.values[at])))
    }

    fn item(&self, _interp: &mut Interp, key: &Value) -> Eval<Option<Value>> {
        Ok(index(self.values.len(), key).map(|at| Value::Int(self.values[at])))
    }

    fn items(&self, _interp: &mut Interp) -> Eval<Option<Vec<Value>>> {
        Ok(Some(self.values.iter().map(|value| Value::Int(*value)).collect()))
    }

    fn len(&self) -> Option<usize> {
        Some(self.values.len())
    }

    fn equals(&self, other: &Value) -> bool {
        let same = |items: &[Value]| {
            items.len() == self.values.len()
                && items.iter().zip(&self.values).all(|(item, value)| item.as_int() == Some(*value))
        };
        match other {
            Value::Tuple(items) => same(items),
            Value::Object(object) => {
                object.as_any().downcast_ref::<Named>().is_some_and(|other| other.values == self.values)
            }
            _ => false,
        }
    }

    fn text(&self, _interp: &mut Interp) -> Eval<Str> {
        let parts: Vec<String> =
            self.fields.iter().zip(&self.values).map(|(field, value)| format!("{field}={value}")).collect();
        Ok(Str::plain(format!("{}({})", self.type_name, parts.join(", "))))
    }

    fn as_any(&self) -> &dyn std::any::Any {
        self
    }
}
