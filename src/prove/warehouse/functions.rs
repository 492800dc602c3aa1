//! The functions of warehouses, registered with `SQLite`.
//!
//! They take and give values in the form in which the rehearsal keeps them: booleans as 0 and 1, points in time,
//! intervals and JSON as texts.

mod format;
pub(super) mod interval;
mod json;
mod moment;
mod number;
pub(super) use number::rounded;
mod text;

use rusqlite::functions::{Aggregate, Context, FunctionFlags};
use rusqlite::types::{Value, ValueRef};
use rusqlite::{Connection, Error, Result};

use crate::sql::Dialect;

use super::clock::Shared;
use super::convert::{self, UNJUDGED};
use super::types::Type;
use super::value::SqlValue;

/// What a function gives, or the warehouse's words for why it fails.
pub(super) type Answer = std::result::Result<SqlValue, String>;

/// How a message begins that is the warehouse's, so that it is told from `SQLite`'s.
pub(super) const REFUSED: char = '!';

/// Registers every function.
pub(super) fn register(db: &Connection, shared: &Shared, dialect: Dialect) -> Result<()> {
    conversions(db, dialect)?;
    session(db, shared)?;
    text::register(db)?;
    number::register(db, dialect)?;
    moment::register(db, dialect)?;
    interval::register(db)?;
    json::register(db)?;
    db.create_aggregate_function("median", 1, FunctionFlags::SQLITE_UTF8, Numbers { of: median })?;
    db.create_aggregate_function("stddev_sample", 1, FunctionFlags::SQLITE_UTF8, Numbers { of: deviation })?;
    db.create_aggregate_function("variance_sample", 1, FunctionFlags::SQLITE_UTF8, Numbers { of: variance })
}

/// Registers a function that gives the same for the same arguments. With a NULL among them it gives NULL.
fn strict(db: &Connection, name: &str, act: impl Fn(&[SqlValue]) -> Answer + Send + Sync + 'static) -> Result<()> {
    lax(
        db,
        name,
        move |arguments| {
            if arguments.contains(&SqlValue::Null) { Ok(SqlValue::Null) } else { act(arguments) }
        },
    )
}

/// Registers a function that gives the same for the same arguments.
fn lax(db: &Connection, name: &str, act: impl Fn(&[SqlValue]) -> Answer + Send + Sync + 'static) -> Result<()> {
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC;
    db.create_scalar_function(name, -1, flags, move |context| answer(act(&arguments(context))))
}

/// Registers a function that reads the session.
fn living(db: &Connection, name: &str, act: impl Fn(&[SqlValue]) -> Answer + Send + Sync + 'static) -> Result<()> {
    db.create_scalar_function(name, -1, FunctionFlags::SQLITE_UTF8, move |context| answer(act(&arguments(context))))
}

fn arguments(context: &Context<'_>) -> Vec<SqlValue> {
    (0..context.len()).map(|at| value(context.get_raw(at))).collect()
}

/// A value of `SQLite`.
pub(super) fn value(raw: ValueRef<'_>) -> SqlValue {
    match raw {
        ValueRef::Null => SqlValue::Null,
        ValueRef::Integer(number) => SqlValue::Integer(number),
        ValueRef::Real(number) => SqlValue::Real(number),
        ValueRef::Text(bytes) => SqlValue::Text(String::from_utf8_lossy(bytes).into_owned()),
        ValueRef::Blob(bytes) => SqlValue::Blob(bytes.to_vec()),
    }
}

/// A value for `SQLite`.
pub(super) fn given(value: SqlValue) -> Value {
    match value {
        SqlValue::Null => Value::Null,
        SqlValue::Integer(number) => Value::Integer(number),
        SqlValue::Real(number) => Value::Real(number),
        SqlValue::Text(text) => Value::Text(text),
        SqlValue::Blob(bytes) => Value::Blob(bytes),
    }
}

fn answer(answer: Answer) -> Result<Value> {
    answer.map(given).map_err(|cause| {
        let marked = if cause.starts_with(UNJUDGED) { cause } else { format!("{REFUSED}{cause}") };
        Error::UserFunctionError(marked.into())
    })
}

/// The functions that casts become.
fn conversions(db: &Connection, dialect: Dialect) -> Result<()> {
    let kinds = [
        ("boolean", Type::Boolean),
        ("integer", Type::Integer),
        ("number", Type::Decimal),
        ("date", Type::Date),
        ("time", Type::Time),
        ("timestamp", Type::Timestamp),
        ("json", Type::Json),
        ("uuid", Type::Uuid),
        ("binary", Type::Binary),
        ("array", Type::Array),
        ("text", Type::Text),
    ];
    for (name, to) in kinds {
        strict(db, &format!("as_{name}"), move |a| first(a).and_then(|value| convert::convert(value, to, dialect)))?;
        strict(db, &format!("try_as_{name}"), move |a| {
            Ok(first(a).and_then(|value| convert::convert(value, to, dialect)).unwrap_or(SqlValue::Null))
        })?;
    }
    strict(db, "within", move |a| match a {
        [value, SqlValue::Integer(length)] => {
            let text = convert::text(value);
            let length = u32::try_from(*length).unwrap_or(u32::MAX);
            if text.chars().count() <= length as usize {
                return Ok(SqlValue::Text(text));
            }
            Err(super::translate::too_long(dialect, &text, length))
        }
        _ => Err(few("within")),
    })?;
    strict(db, "refuse", |a| Err(first(a).map(convert::text)?))
}

/// The functions that read the session.
fn session(db: &Connection, shared: &Shared) -> Result<()> {
    let state = shared.clone();
    living(db, "current_moment", move |_| Ok(SqlValue::Text(convert::timestamp_text(state.state().now))))?;
    let state = shared.clone();
    living(db, "current_day", move |_| Ok(SqlValue::Text(convert::date_text(state.state().now.date()))))?;
    let state = shared.clone();
    living(db, "current_clock", move |_| Ok(SqlValue::Text(convert::time_text(state.state().now.time()))))?;
    let state = shared.clone();
    living(db, "unique_uuid", move |_| {
        let mut state = state.state();
        state.unique += 1;
        Ok(SqlValue::Text(format!("00000000-0000-4000-8000-{:012x}", state.unique)))
    })?;
    let state = shared.clone();
    living(db, "unique_number", move |_| {
        let mut state = state.state();
        state.unique += 1;
        // Fractions of the golden ratio: spread evenly, never the same.
        Ok(SqlValue::Real((state.unique as f64 * 0.618_033_988_749_894_9).fract()))
    })?;
    let state = shared.clone();
    living(db, "next_value", move |a| {
        let name = first(a).map(convert::text)?;
        let mut state = state.state();
        let value = state.sequences.entry(name).or_insert(0);
        *value += 1;
        Ok(SqlValue::Integer(*value))
    })?;
    let state = shared.clone();
    living(db, "last_value_of", move |a| {
        let name = first(a).map(convert::text)?;
        Ok(state.state().sequences.get(&name).map_or(SqlValue::Null, |value| SqlValue::Integer(*value)))
    })
}

fn first(arguments: &[SqlValue]) -> std::result::Result<&SqlValue, String> {
    arguments.first().ok_or_else(|| few("the function"))
}

/// What is said of a call that no function takes.
fn few(name: &str) -> String {
    format!("{UNJUDGED}the arguments of {name}() are not known to the rehearsal")
}

/// An aggregate of numbers.
struct Numbers<F> {
    of: F,
}

impl<F: Fn(&mut [f64]) -> Option<f64> + std::panic::UnwindSafe + std::panic::RefUnwindSafe>
    Aggregate<Vec<f64>, Option<f64>> for Numbers<F>
{
    fn init(&self, _: &mut Context<'_>) -> Result<Vec<f64>> {
        Ok(Vec::new())
    }

    fn step(&self, context: &mut Context<'_>, numbers: &mut Vec<f64>) -> Result<()> {
        match value(context.get_raw(0)) {
            SqlValue::Integer(number) => numbers.push(number as f64),
            SqlValue::Real(number) => numbers.push(number),
            _ => {}
        }
        Ok(())
    }

    fn finalize(&self, _: &mut Context<'_>, numbers: Option<Vec<f64>>) -> Result<Option<f64>> {
        Ok(numbers.and_then(|mut numbers| (self.of)(&mut numbers)))
    }
}

fn median(numbers: &mut [f64]) -> Option<f64> {
    numbers.sort_by(f64::total_cmp);
    let half = numbers.len() / 2;
    match numbers.len() {
        0 => None,
        length if length % 2 == 1 => numbers.get(half).copied(),
        _ => Some(f64::midpoint(numbers[half - 1], numbers[half])),
    }
}

fn deviation(numbers: &mut [f64]) -> Option<f64> {
    variance(numbers).map(f64::sqrt)
}

fn variance(numbers: &mut [f64]) -> Option<f64> {
    if numbers.len() < 2 {
        return None;
    }
    let mean = numbers.iter().sum::<f64>() / numbers.len() as f64;
    let squares: f64 = numbers.iter().map(|number| (number - mean).powi(2)).sum();
    Some(squares / (numbers.len() - 1) as f64)
}
