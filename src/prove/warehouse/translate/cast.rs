//! Casts: of values at once, of expressions when they run.

use std::str::FromStr;

use sqlparser::ast::{CastFormat, CastKind, DataType, Expr};

use crate::prove::warehouse::catalog::Column;
use crate::prove::warehouse::convert::{UNJUDGED, convert};
use crate::prove::warehouse::sqlite;
use crate::prove::warehouse::stop::{Done, Stop};
use crate::prove::warehouse::types::{Declared, Type};
use crate::prove::warehouse::value::SqlValue;
use crate::sql::Dialect;

use super::{Translator, Typed};

impl Translator<'_> {
    pub(super) fn cast(
        &mut self,
        kind: &CastKind,
        expr: &Expr,
        to: &DataType,
        format: Option<&CastFormat>,
    ) -> Done<Typed> {
        let value = self.expression(expr)?;
        let tries = matches!(kind, CastKind::TryCast | CastKind::SafeCast);
        if let Some(format) = format {
            let CastFormat::Value(format) = format else {
                return Err(Stop::not_proved("CAST … FORMAT with a time zone is not rewritten"));
            };
            let format = self.value(&format.value)?;
            let of = Declared::of(to, self.dialect()).of;
            return match of {
                Type::Text => Ok(Typed::new(format!("to_char({}, {})", value.sql, format.sql), Type::Text)),
                Type::Date => Ok(Typed::new(format!("to_date({}, {}, 'sql')", value.sql, format.sql), Type::Date)),
                Type::Timestamp => {
                    Ok(Typed::new(format!("to_timestamp({}, {}, 'sql')", value.sql, format.sql), Type::Timestamp))
                }
                _ => Err(Stop::not_proved("CAST … FORMAT of this type is not rewritten")),
            };
        }
        let label = value.label.clone();
        let typed = self.cast_to(value, to, tries);
        let label = label.unwrap_or_else(|| label_of(to, typed.of));
        Ok(typed.labelled(label))
    }

    /// An expression as a declared type.
    pub(super) fn cast_to(&mut self, value: Typed, to: &DataType, tries: bool) -> Typed {
        let declared = Declared::of(to, self.dialect());
        if declared.of == Type::Unknown {
            return Typed::new(value.sql, Type::Unknown);
        }
        let typed = self.as_type(value, declared.of, tries);
        let certain = typed.certain;
        let typed = match (declared.of, declared.length, declared.scale) {
            (Type::Text, Some(length), _) => Typed::new(format!("substr({}, 1, {length})", typed.sql), Type::Text),
            (Type::Decimal, _, Some(scale)) if scale <= 15 => {
                Typed::new(format!("to_scale({}, {scale})", typed.sql), Type::Decimal).with_digits(Some(scale))
            }
            _ => typed,
        };
        Typed { certain: certain || declared.of != Type::Unknown, ..typed }
    }

    /// An expression as a type, as a cast makes it.
    pub(super) fn as_type(&mut self, value: Typed, to: Type, tries: bool) -> Typed {
        if value.is_null() {
            return Typed::new("NULL", to);
        }
        if value.of == to || to == Type::Unknown {
            return value;
        }
        if to == Type::Text {
            return self.to_text(value);
        }
        if let Some(constant) = &value.constant {
            match convert(constant, to, self.dialect()) {
                Ok(converted) => return Typed::constant(converted, to),
                Err(_) if tries => return Typed::new("NULL", to),
                // A branch that is never taken may hold it: it fails when it runs.
                Err(_) => {}
            }
        }
        if to == Type::Interval {
            return Typed::new(format!("to_interval({})", value.sql), to);
        }
        let name = format!("{}as_{}", if tries { "try_" } else { "" }, name(to));
        Typed::new(format!("{name}({})", value.sql), to)
    }

    /// An expression as a text, as the warehouse writes its type.
    pub(super) fn to_text(&self, value: Typed) -> Typed {
        match value.of {
            Type::Text | Type::Uuid | Type::Json | Type::Array => value,
            Type::Boolean => {
                let sql = format!("CASE {} WHEN 1 THEN 'true' WHEN 0 THEN 'false' END", value.sql);
                Typed::new(format!("({sql})"), Type::Text)
            }
            Type::Timestamp | Type::Date | Type::Time | Type::Interval => Typed { of: Type::Text, ..value },
            _ if value.is_null() => value,
            Type::Decimal if let Some(digits) = value.digits => {
                Typed::new(format!("decimal_text({}, {digits})", value.sql), Type::Text)
            }
            _ => Typed::new(format!("as_text({})", value.sql), Type::Text),
        }
    }

    /// An expression in the form in which a column takes it; the warehouse's refusal where it certainly takes
    /// none of its kind.
    pub(in crate::prove::warehouse) fn assigned(&mut self, value: Typed, column: &Column) -> Done<Typed> {
        let postgres = self.speaks(&[Dialect::Postgres]);
        if value.is_null() || column.of == Type::Unknown {
            return Ok(value);
        }
        if let Some(constant) = &value.constant
            && !(postgres && value.of != Type::Text && !fits(value.of, column.of))
        {
            let constant = if value.of == Type::Boolean && column.of == Type::Text {
                SqlValue::Text(if *constant == SqlValue::Integer(1) { "true" } else { "false" }.to_owned())
            } else {
                constant.clone()
            };
            return match convert(&constant, column.of, self.dialect()) {
                Ok(converted) => self.bounded(Typed::constant(converted, column.of), column),
                Err(cause) => Err(match cause.strip_prefix(UNJUDGED) {
                    Some(cause) => Stop::not_proved(cause),
                    None => Stop::refuted(cause),
                }),
            };
        }
        if postgres && value.certain && !fits(value.of, column.of) && column.declared.is_some() {
            return Err(Stop::refuted(format!(
                "column \"{}\" is of type {} but expression is of type {}",
                column.name,
                shown_type(column),
                value.of.name()
            )));
        }
        let typed = if value.of == column.of { value } else { self.as_type(value, column.of, false) };
        self.bounded(typed, column)
    }

    /// A value within the length and the scale of a column.
    fn bounded(&mut self, value: Typed, column: &Column) -> Done<Typed> {
        match (column.of, column.length, column.scale) {
            (Type::Text, Some(length), _) if self.checks_length() => {
                if let Some(text) = value.as_text() {
                    if text.trim_end().chars().count() <= length as usize {
                        return Ok(value);
                    }
                    return Err(Stop::refuted(too_long(self.dialect(), text, length)));
                }
                Ok(Typed::new(format!("within({}, {length})", value.sql), Type::Text))
            }
            (Type::Decimal, _, Some(scale)) if value.constant.is_some() => {
                let rounded = bigdecimal::BigDecimal::from_str(&value.sql)
                    .map(|number| number.with_scale_round(i64::from(scale), bigdecimal::RoundingMode::HalfUp));
                Ok(match rounded {
                    Ok(number) if self.is_out_of_range(&number, column.length, scale) => {
                        return Err(Stop::refuted(out_of_range(self.dialect(), &number, column.length, scale)));
                    }
                    Ok(number) => Typed::new(number.to_plain_string(), Type::Decimal),
                    Err(_) => value,
                })
            }
            (Type::Decimal, _, Some(scale)) if value.of == Type::Decimal => {
                Ok(Typed::new(format!("to_scale({}, {scale})", value.sql), Type::Decimal))
            }
            _ => Ok(value),
        }
    }

    /// Whether a number has more digits before the point than its column takes.
    fn is_out_of_range(&self, number: &bigdecimal::BigDecimal, digits: Option<u32>, scale: u32) -> bool {
        let told = [Dialect::Postgres, Dialect::Redshift, Dialect::Snowflake, Dialect::DuckDb];
        digits.is_some_and(|digits| {
            let whole = i64::from(digits) - i64::from(scale);
            self.speaks(&told) && number.abs() >= bigdecimal::BigDecimal::new(1.into(), -whole)
        })
    }

    fn checks_length(&self) -> bool {
        self.speaks(&[Dialect::Postgres, Dialect::Redshift, Dialect::Snowflake])
    }
}

/// The words for a text that is longer than its column takes.
pub(in crate::prove::warehouse) fn too_long(dialect: Dialect, text: &str, length: u32) -> String {
    match dialect {
        Dialect::Snowflake => format!("String '{text}' is too long and would be truncated"),
        Dialect::Redshift => "Value too long for character type".to_owned(),
        _ => format!("value too long for type character varying({length})"),
    }
}

/// The words for a number that its column has no room for.
fn out_of_range(dialect: Dialect, number: &bigdecimal::BigDecimal, digits: Option<u32>, scale: u32) -> String {
    match dialect {
        Dialect::DuckDb => {
            let digits = digits.unwrap_or_default();
            format!("Conversion Error: Could not cast value {number} to DECIMAL({digits},{scale})")
        }
        Dialect::Snowflake => format!("Numeric value '{number}' is out of range"),
        _ => "numeric field overflow".to_owned(),
    }
}

/// The type of a column in messages.
fn shown_type(column: &Column) -> String {
    let declared = column.declared.as_deref().map(str::to_lowercase).unwrap_or_default();
    match column.of {
        Type::Text if declared.starts_with("varchar") || declared.starts_with("character varying") => {
            "character varying".to_owned()
        }
        Type::Timestamp if declared.contains("tz") || declared.contains("with time zone") => {
            "timestamp with time zone".to_owned()
        }
        Type::Timestamp => "timestamp without time zone".to_owned(),
        Type::Integer if declared.starts_with("bigint") || declared.starts_with("int8") => "bigint".to_owned(),
        Type::Json if declared.starts_with("jsonb") => "jsonb".to_owned(),
        of => of.name().to_owned(),
    }
}

/// Whether `PostgreSQL` assigns an expression of one type to a column of another.
fn fits(from: Type, to: Type) -> bool {
    from == to
        || from == Type::Unknown
        || to == Type::Unknown
        || to == Type::Text
        || (from.is_number() && to.is_number())
        || matches!((from, to), (Type::Date | Type::Timestamp, Type::Date | Type::Timestamp))
        || matches!((from, to), (Type::Timestamp | Type::Interval, Type::Time) | (Type::Time, Type::Interval))
        || matches!((from, to), (Type::Json | Type::Array | Type::Binary, _) | (_, Type::Array | Type::Binary))
}

/// The name of a type in the functions that convert.
fn name(of: Type) -> &'static str {
    match of {
        Type::Boolean => "boolean",
        Type::Integer => "integer",
        Type::Decimal | Type::Float => "number",
        Type::Date => "date",
        Type::Time => "time",
        Type::Timestamp => "timestamp",
        Type::Json => "json",
        Type::Uuid => "uuid",
        Type::Binary => "binary",
        Type::Array => "array",
        Type::Text | Type::Interval | Type::Unknown => "text",
    }
}

/// What a cast of something without a name is called.
fn label_of(to: &DataType, of: Type) -> String {
    match of {
        Type::Integer => "int4".to_owned(),
        Type::Boolean => "bool".to_owned(),
        Type::Decimal => "numeric".to_owned(),
        Type::Text if matches!(to, DataType::Text) => "text".to_owned(),
        Type::Text => "varchar".to_owned(),
        other => other.name().to_owned(),
    }
}

/// The text of a JSON path in quotes.
pub(super) fn path_text(path: &str) -> String {
    sqlite::text(path)
}
