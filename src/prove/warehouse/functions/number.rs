//! Functions of numbers, and comparisons among arguments.

use std::cmp::Ordering;
use std::str::FromStr;

use rusqlite::{Connection, Result};

use crate::prove::warehouse::convert::{self, UNJUDGED};
use crate::prove::warehouse::value::SqlValue;
use crate::sql::Dialect;

use super::{Answer, few, lax, strict};

/// A function of one number, with its name.
type Plain = (&'static str, fn(f64) -> f64);

fn number(value: &SqlValue) -> std::result::Result<f64, String> {
    match value {
        SqlValue::Integer(number) => Ok(*number as f64),
        SqlValue::Real(number) => Ok(*number),
        SqlValue::Text(text) => text.trim().parse().map_err(|_| format!("{UNJUDGED}'{text}' is not read as a number")),
        _ => Err(few("the operation")),
    }
}

/// The words for a division by zero.
fn by_zero(dialect: Dialect) -> String {
    match dialect {
        Dialect::Snowflake => "Division by zero",
        Dialect::Trino | Dialect::Athena => "Division by zero",
        Dialect::Databricks => {
            "[DIVIDE_BY_ZERO] Division by zero. Use `try_divide` to tolerate divisor being 0 and return NULL instead."
        }
        Dialect::SqlServer => "Divide by zero error encountered.",
        _ => "division by zero",
    }
    .to_owned()
}

/// A quotient; `how` is 1 for whole numbers, 2 where that depends on the values.
fn quotient(a: &[SqlValue], zero: impl Fn() -> Answer) -> Answer {
    let [x, y, how] = a else { return Err(few("/")) };
    let whole = match how {
        SqlValue::Integer(1) => true,
        SqlValue::Integer(2) => matches!((x, y), (SqlValue::Integer(_), SqlValue::Integer(_))),
        _ => false,
    };
    let (left, right) = (number(x)?, number(y)?);
    if right == 0.0 {
        return zero();
    }
    if whole && let (SqlValue::Integer(x), SqlValue::Integer(y)) = (x, y) {
        return Ok(SqlValue::Integer(x.wrapping_div(*y)));
    }
    Ok(SqlValue::Real(left / right))
}

pub(super) fn compare(x: &SqlValue, y: &SqlValue) -> Ordering {
    match (number(x), number(y)) {
        (Ok(x), Ok(y)) => x.total_cmp(&y),
        _ => convert::text(x).cmp(&convert::text(y)),
    }
}

/// A number without the noise of binary fractions: with the digits that all of its like have.
fn exact(number: f64) -> f64 {
    if number.fract() == 0.0 { number } else { format!("{number:.14e}").parse().unwrap_or(number) }
}

/// A number as it is written with at least so many digits after the point.
pub(in crate::prove::warehouse) fn decimal_text(value: &SqlValue, digits: u32) -> String {
    let shown = convert::text(value);
    match bigdecimal::BigDecimal::from_str(&shown) {
        Ok(number) if number.fractional_digit_count() < i64::from(digits) => {
            number.with_scale(i64::from(digits)).to_plain_string()
        }
        _ => shown,
    }
}

/// A number with so many digits after the point, rounded as it is written.
pub(in crate::prove::warehouse) fn rounded(number: f64, scale: u32) -> f64 {
    if number.fract() == 0.0 {
        return number;
    }
    let written = bigdecimal::BigDecimal::from_str(&exact(number).to_string());
    let rounded = written.map(|one| one.with_scale_round(i64::from(scale), bigdecimal::RoundingMode::HalfUp));
    rounded.ok().and_then(|one| one.to_string().parse().ok()).unwrap_or(number)
}

pub(super) fn register(db: &Connection, dialect: Dialect) -> Result<()> {
    strict(db, "exact", |a| match a {
        [SqlValue::Real(number)] => Ok(SqlValue::Real(exact(*number))),
        [other] => Ok(other.clone()),
        _ => Err(few("the operation")),
    })?;
    strict(db, "decimal_text", |a| match a {
        [value, SqlValue::Integer(digits)] => {
            Ok(SqlValue::Text(decimal_text(value, u32::try_from(*digits).unwrap_or(0))))
        }
        _ => Err(few("the cast")),
    })?;
    strict(db, "to_scale", |a| match a {
        [SqlValue::Real(number), SqlValue::Integer(scale)] => {
            Ok(SqlValue::Real(rounded(*number, u32::try_from(*scale).unwrap_or(0))))
        }
        [other, _] => Ok(other.clone()),
        _ => Err(few("the cast")),
    })?;
    strict(db, "divide", move |a| quotient(a, || Err(by_zero(dialect))))?;
    strict(db, "quotient", |a| quotient(a, || Ok(SqlValue::Null)))?;
    strict(db, "modulo", move |a| match a {
        [_, SqlValue::Integer(0)] if dialect == Dialect::Postgres => Err(by_zero(dialect)),
        [_, SqlValue::Integer(0)] => Ok(SqlValue::Null),
        [SqlValue::Integer(x), SqlValue::Integer(y)] => Ok(SqlValue::Integer(x.wrapping_rem(*y))),
        [x, y] => Ok(SqlValue::Real(number(x)? % number(y)?)),
        _ => Err(few("mod")),
    })?;
    strict(db, "truncate_number", |a| match a {
        [x, SqlValue::Integer(digits)] => {
            let by = 10_f64.powi(i32::try_from(*digits).unwrap_or(0));
            Ok(SqlValue::Real((number(x)? * by).trunc() / by))
        }
        _ => Err(few("trunc")),
    })?;
    strict(db, "format_number", |a| match a {
        [x, SqlValue::Text(format)] if format.trim_start_matches("FM").bytes().all(|b| b == b'9' || b == b'0') => {
            Ok(SqlValue::Text(format!("{:.0}", number(x)?)))
        }
        [_, format] => Err(format!("{UNJUDGED}the format '{}' is not known to the rehearsal", convert::text(format))),
        _ => Err(few("to_char")),
    })?;
    let whole: [Plain; 3] = [("ceil", f64::ceil), ("floor", f64::floor), ("trunc", f64::trunc)];
    for (name, act) in whole {
        strict(db, name, move |a| match a {
            [SqlValue::Integer(x)] => Ok(SqlValue::Integer(*x)),
            [x] => Ok(SqlValue::Real(act(number(x)?))),
            _ => Err(few(name)),
        })?;
    }
    let plain: [Plain; 13] = [
        ("sqrt", f64::sqrt),
        ("exp", f64::exp),
        ("ln", f64::ln),
        ("log10", f64::log10),
        ("log2", f64::log2),
        ("sin", f64::sin),
        ("cos", f64::cos),
        ("tan", f64::tan),
        ("asin", f64::asin),
        ("acos", f64::acos),
        ("atan", f64::atan),
        ("radians", f64::to_radians),
        ("degrees", f64::to_degrees),
    ];
    for (name, act) in plain {
        strict(db, name, move |a| match a {
            [x] => {
                let result = act(number(x)?);
                if result.is_finite() { Ok(SqlValue::Real(result)) } else { Err(few(name)) }
            }
            _ => Err(few(name)),
        })?;
    }
    strict(db, "pow", |a| match a {
        [x, y] => Ok(SqlValue::Real(number(x)?.powf(number(y)?))),
        _ => Err(few("power")),
    })?;
    strict(db, "log", |a| match a {
        [x] => Ok(SqlValue::Real(number(x)?.log10())),
        [base, x] => Ok(SqlValue::Real(number(x)?.log(number(base)?))),
        _ => Err(few("log")),
    })?;
    lax(db, "pi", |_| Ok(SqlValue::Real(std::f64::consts::PI)))?;
    for (name, wanted) in [("greatest", Ordering::Greater), ("least", Ordering::Less)] {
        let best = move |a: &[SqlValue]| {
            let values = a.iter().filter(|value| **value != SqlValue::Null);
            let best = values.reduce(|best, value| if compare(value, best) == wanted { value } else { best });
            Ok(best.cloned().unwrap_or(SqlValue::Null))
        };
        lax(db, &format!("{name}_known"), best)?;
        strict(db, &format!("{name}_of"), best)?;
    }
    Ok(())
}
