//! Values that are written out, and intervals.

use sqlparser::ast::{DateTimeField, Expr, Interval, Value};

use crate::prove::warehouse::functions::interval::{self, Span};
use crate::prove::warehouse::sqlite;
use crate::prove::warehouse::stop::{Done, Stop};
use crate::prove::warehouse::types::Type;
use crate::prove::warehouse::value::SqlValue;
use crate::sql::Dialect;

use super::{Translator, Typed, known};

impl Translator<'_> {
    pub(super) fn value(&mut self, value: &Value) -> Done<Typed> {
        Ok(match value {
            Value::Number(digits, _) => number(digits),
            Value::Boolean(truth) => {
                Typed::constant(SqlValue::Integer(i64::from(*truth)), Type::Boolean).labelled("bool")
            }
            Value::Null => Typed::null(),
            Value::SingleQuotedString(text)
            | Value::EscapedStringLiteral(text)
            | Value::UnicodeStringLiteral(text)
            | Value::NationalStringLiteral(text)
            | Value::TripleSingleQuotedString(text)
            | Value::TripleDoubleQuotedString(text)
            | Value::SingleQuotedRawStringLiteral(text)
            | Value::DoubleQuotedRawStringLiteral(text)
            | Value::DoubleQuotedString(text) => Typed::text(text.clone()),
            Value::DollarQuotedString(text) => Typed::text(text.value.clone()),
            Value::QuoteDelimitedStringLiteral(text) => Typed::text(text.value.clone()),
            Value::HexStringLiteral(digits) => Typed::new(format!("x'{}'", digits.replace('\'', "")), Type::Binary),
            Value::Placeholder(name) => {
                known(name)?;
                return self.variable(name);
            }
            other => return Err(Stop::not_proved(format!("the value {other} is not rewritten"))),
        })
    }

    /// A session variable, `$name`, or a column by its place, `$1`.
    fn variable(&mut self, name: &str) -> Done<Typed> {
        let key = name.trim_start_matches(['$', ':', '@', '?']).to_lowercase();
        if let Some(column) = key.parse().ok().and_then(|place| self.by_place(place)) {
            return Ok(column);
        }
        match self.warehouse.shared.state().variables.get(&key) {
            Some(value) => Ok(value.parse::<i64>().map_or_else(|_| Typed::text(value.clone()), Typed::integer)),
            None => Err(Stop::not_proved(format!("the value of {name} is not known"))),
        }
    }

    /// An interval that is written out, or of an expression and a unit.
    pub(super) fn interval(&mut self, given: &Interval) -> Done<Typed> {
        let value = self.expression(&given.value)?;
        let unit = given.leading_field.as_ref().map(unit_of);
        if let (Some(text), None) = (value.as_text(), &unit) {
            let span = interval::parse(text);
            return match span {
                Some(span) => {
                    Ok(Typed::constant(SqlValue::Text(span.to_string()), Type::Interval).labelled("interval"))
                }
                None if self.speaks(&[Dialect::Postgres]) && !text.contains(|c: char| c.is_ascii_digit()) => {
                    Err(Stop::refuted(format!("invalid input syntax for type interval: \"{text}\"")))
                }
                None => Err(Stop::not_proved(format!("the interval '{text}' is not read"))),
            };
        }
        let Some(unit) = unit else {
            return Ok(Typed::new(format!("to_interval({})", value.sql), Type::Interval).labelled("interval"));
        };
        if given.last_field.is_some() {
            return Err(Stop::not_proved(format!("the interval {given} is not rewritten")));
        }
        let amount = match &value.constant {
            Some(SqlValue::Integer(amount)) => Some(*amount),
            Some(SqlValue::Text(text)) => text.trim().parse().ok(),
            _ => None,
        };
        if let Some(span) = amount.and_then(|amount| Span::of(&unit, amount)) {
            return Ok(Typed::constant(SqlValue::Text(span.to_string()), Type::Interval).labelled("interval"));
        }
        Ok(Typed::new(format!("make_interval({}, {})", sqlite::text(&unit), value.sql), Type::Interval))
    }
}

/// The name of a unit of time.
pub(super) fn unit_of(field: &DateTimeField) -> String {
    match field {
        DateTimeField::Week(Some(day)) => format!("week({})", day.value.to_lowercase()),
        other => other.to_string().to_lowercase(),
    }
}

/// The name of the unit of time that an argument gives: a word, or a text.
pub(super) fn unit_argument(expr: &Expr) -> Option<String> {
    match expr {
        Expr::Identifier(ident) => Some(ident.value.to_lowercase()),
        Expr::Value(value) => match &value.value {
            Value::SingleQuotedString(text) | Value::DoubleQuotedString(text) => Some(text.to_lowercase()),
            _ => None,
        },
        Expr::Function(function) => Some(function.to_string().to_lowercase().replace(' ', "")),
        _ => None,
    }
}

fn number(digits: &str) -> Typed {
    if let Ok(integer) = digits.parse::<i64>() {
        return Typed::integer(integer);
    }
    let real = digits.parse::<f64>().unwrap_or_default();
    let after_point = digits.split_once('.').filter(|(_, rest)| rest.bytes().all(|byte| byte.is_ascii_digit()));
    let shown = after_point.and_then(|(_, rest)| u32::try_from(rest.len()).ok());
    Typed { sql: digits.to_owned(), ..Typed::constant(SqlValue::Real(real), Type::Decimal) }.with_digits(shown)
}
