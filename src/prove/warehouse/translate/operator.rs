//! Operators between two expressions.

use sqlparser::ast::{BinaryOperator, Expr};

use crate::prove::warehouse::convert::{UNJUDGED, convert};
use crate::prove::warehouse::stop::{Done, Stop};
use crate::prove::warehouse::types::Type;
use crate::prove::warehouse::value::SqlValue;
use crate::sql::Dialect;

use super::expression::truth;
use super::{Translator, Typed};

impl Translator<'_> {
    pub(super) fn binary(&mut self, left: &Expr, op: &BinaryOperator, right: &Expr) -> Done<Typed> {
        if matches!(op, BinaryOperator::And | BinaryOperator::Or) {
            return self.chain(left, op, right);
        }
        let (a, b) = (self.expression(left)?, self.expression(right)?);
        match op {
            BinaryOperator::Plus => Ok(self.plus(&a, &b)),
            BinaryOperator::Minus => Ok(self.minus(&a, &b)),
            BinaryOperator::Multiply => Ok(self.times(&a, &b)),
            BinaryOperator::Divide => Ok(self.divided(&a, &b)),
            BinaryOperator::Modulo => {
                let sql = format!("modulo({}, {})", a.sql, b.sql);
                Ok(Typed::new(sql, if a.of == b.of { a.of } else { Type::Decimal }))
            }
            BinaryOperator::DuckIntegerDivide | BinaryOperator::MyIntegerDivide => {
                Ok(Typed::new(format!("(CAST({} AS INTEGER) / CAST({} AS INTEGER))", a.sql, b.sql), Type::Integer))
            }
            BinaryOperator::StringConcat => self.concatenation(a, b),
            BinaryOperator::Eq => self.comparison(a, "=", b),
            BinaryOperator::NotEq => self.comparison(a, "<>", b),
            BinaryOperator::Lt => self.comparison(a, "<", b),
            BinaryOperator::LtEq => self.comparison(a, "<=", b),
            BinaryOperator::Gt => self.comparison(a, ">", b),
            BinaryOperator::GtEq => self.comparison(a, ">=", b),
            BinaryOperator::Spaceship => {
                let (a, b) = self.comparable(a, b, "=")?;
                Ok(truth(format!("({} IS {})", a.sql, b.sql)))
            }
            BinaryOperator::Xor => Ok(truth(format!("({} <> {})", a.sql, b.sql))),
            BinaryOperator::BitwiseAnd => Ok(Typed::new(format!("({} & {})", a.sql, b.sql), Type::Integer)),
            BinaryOperator::BitwiseOr => Ok(Typed::new(format!("({} | {})", a.sql, b.sql), Type::Integer)),
            BinaryOperator::PGBitwiseShiftLeft => Ok(Typed::new(format!("({} << {})", a.sql, b.sql), Type::Integer)),
            BinaryOperator::PGBitwiseShiftRight => Ok(Typed::new(format!("({} >> {})", a.sql, b.sql), Type::Integer)),
            BinaryOperator::PGExp => Ok(Typed::new(format!("pow({}, {})", a.sql, b.sql), Type::Float)),
            BinaryOperator::PGRegexMatch | BinaryOperator::Regexp | BinaryOperator::Match => {
                Ok(truth(format!("regexp_matches({}, {}, '')", a.sql, b.sql)))
            }
            BinaryOperator::PGRegexIMatch => Ok(truth(format!("regexp_matches({}, {}, 'i')", a.sql, b.sql))),
            BinaryOperator::PGRegexNotMatch => Ok(truth(format!("(NOT regexp_matches({}, {}, ''))", a.sql, b.sql))),
            BinaryOperator::PGRegexNotIMatch => Ok(truth(format!("(NOT regexp_matches({}, {}, 'i'))", a.sql, b.sql))),
            BinaryOperator::PGLikeMatch => Ok(truth(format!("text_like({}, {})", a.sql, b.sql))),
            BinaryOperator::PGILikeMatch => Ok(truth(format!("text_ilike({}, {})", a.sql, b.sql))),
            BinaryOperator::PGNotLikeMatch => Ok(truth(format!("(NOT text_like({}, {}))", a.sql, b.sql))),
            BinaryOperator::PGNotILikeMatch => Ok(truth(format!("(NOT text_ilike({}, {}))", a.sql, b.sql))),
            BinaryOperator::PGStartsWith => Ok(truth(format!("(instr({}, {}) = 1)", a.sql, b.sql))),
            BinaryOperator::Glob => Ok(truth(format!("({} GLOB {})", a.sql, b.sql))),
            BinaryOperator::Arrow => Ok(Typed::new(format!("({} -> {})", a.sql, b.sql), Type::Json)),
            BinaryOperator::LongArrow => Ok(Typed::new(format!("json_text({}, {})", a.sql, b.sql), Type::Text)),
            BinaryOperator::HashLongArrow => {
                Ok(Typed::new(format!("json_path_text({}, {})", a.sql, b.sql), Type::Text))
            }
            BinaryOperator::AtArrow if a.of == Type::Json || b.of == Type::Json => {
                Ok(truth(format!("json_contains({}, {})", a.sql, b.sql)))
            }
            BinaryOperator::Question => Ok(truth(format!("(json_type({}, '$.' || {}) IS NOT NULL)", a.sql, b.sql))),
            other => Err(Stop::not_proved(format!("the operator {other} is not rewritten"))),
        }
    }

    /// AND and OR, whose chains are long and lean to the left.
    fn chain(&mut self, left: &Expr, op: &BinaryOperator, right: &Expr) -> Done<Typed> {
        let mut terms = vec![right];
        let mut rest = left;
        while let Expr::BinaryOp { left, op: inner, right } = rest
            && inner == op
        {
            terms.push(right);
            rest = left;
        }
        terms.push(rest);
        let mut texts = Vec::new();
        for term in terms.into_iter().rev() {
            texts.push(self.condition(term)?);
        }
        let word = if *op == BinaryOperator::And { " AND " } else { " OR " };
        Ok(truth(format!("({})", texts.join(word))))
    }

    fn comparison(&mut self, a: Typed, operator: &str, b: Typed) -> Done<Typed> {
        let (a, b) = self.comparable(a, b, operator)?;
        Ok(truth(format!("({} {operator} {})", a.sql, b.sql)))
    }

    /// Two expressions in a form in which `SQLite` compares them as the warehouse does.
    pub(super) fn comparable(&mut self, a: Typed, b: Typed, operator: &str) -> Done<(Typed, Typed)> {
        let (a, b) = (self.to_type_of(a, &b)?, b);
        let b = self.to_type_of(b, &a)?;
        if self.dialect() == Dialect::Postgres
            && a.certain
            && b.certain
            && a.as_text().is_none()
            && b.as_text().is_none()
        {
            let text = |of: Type| of == Type::Text;
            let fits = a.of == b.of
                || a.of == Type::Unknown
                || b.of == Type::Unknown
                || (a.of.is_number() && b.of.is_number())
                || (a.of.is_moment() && b.of.is_moment());
            if !fits && (text(a.of) || text(b.of)) && !matches!((a.of, b.of), (Type::Json, _) | (_, Type::Json)) {
                return Err(Stop::refuted(format!(
                    "operator does not exist: {} {operator} {}",
                    a.of.name(),
                    b.of.name()
                )));
            }
        }
        Ok(match (a.of, b.of) {
            (Type::Date, Type::Timestamp) => (moment(a), b),
            (Type::Timestamp, Type::Date) => (a, moment(b)),
            (Type::Text, of) if of.is_number() && a.constant.is_none() => {
                (Typed::new(format!("as_number({})", a.sql), of), b)
            }
            (of, Type::Text) if of.is_number() && b.constant.is_none() => {
                let b = Typed::new(format!("as_number({})", b.sql), of);
                (a, b)
            }
            (Type::Text, of) if of.is_moment() => (moment(a), moment(b)),
            (of, Type::Text) if of.is_moment() => (moment(a), moment(b)),
            _ => (a, b),
        })
    }

    /// A text that is written out, read as the type of what it is compared with.
    fn to_type_of(&self, value: Typed, other: &Typed) -> Done<Typed> {
        let Some(text) = value.as_text() else { return Ok(value) };
        let to = other.of;
        if !(to.is_number() || to.is_moment() || matches!(to, Type::Boolean | Type::Uuid)) || other.constant.is_some() {
            return Ok(value);
        }
        match convert(&SqlValue::Text(text.to_owned()), to, self.dialect()) {
            Ok(converted) => Ok(Typed::constant(converted, to)),
            Err(cause) if cause.starts_with(UNJUDGED) => Ok(value),
            Err(cause) if other.certain && self.speaks(&[Dialect::Postgres, Dialect::DuckDb]) => {
                Err(Stop::refuted(cause))
            }
            Err(_) => Ok(value),
        }
    }

    fn plus(&self, a: &Typed, b: &Typed) -> Typed {
        match (a.of, b.of) {
            (of, Type::Interval) if of.is_moment() => self.shifted(a, b, 1),
            (Type::Interval, of) if of.is_moment() => self.shifted(b, a, 1),
            (Type::Interval, Type::Interval) => {
                Typed::new(format!("interval_sum({}, {}, 1)", a.sql, b.sql), Type::Interval)
            }
            (of, Type::Integer) if of.is_moment() => days(a, &b.sql, "+"),
            (Type::Integer, of) if of.is_moment() => days(b, &a.sql, "+"),
            (x, y) if x.is_number() && y.is_number() => {
                exactly(format!("({} + {})", a.sql, b.sql), x.either(y)).with_digits(a.digits.max(b.digits))
            }
            (Type::Text, Type::Text) if self.speaks(&[Dialect::SqlServer]) => {
                Typed::new(format!("({} || {})", a.sql, b.sql), Type::Text)
            }
            (x, _) => Typed::new(format!("plus({}, {})", a.sql, b.sql), if x.is_moment() { x } else { Type::Unknown }),
        }
    }

    fn minus(&self, a: &Typed, b: &Typed) -> Typed {
        match (a.of, b.of) {
            (of, Type::Interval) if of.is_moment() => self.shifted(a, b, -1),
            (Type::Interval, Type::Interval) => {
                Typed::new(format!("interval_sum({}, {}, -1)", a.sql, b.sql), Type::Interval)
            }
            (of, Type::Integer) if of.is_moment() => days(a, &b.sql, "-"),
            (Type::Date, Type::Date) if !self.speaks(&[Dialect::BigQuery, Dialect::Databricks, Dialect::Spark]) => {
                Typed::new(format!("date_diff('day', {}, {})", b.sql, a.sql), Type::Integer)
            }
            (x, y) if x.is_moment() && y.is_moment() => {
                Typed::new(format!("interval_between({}, {})", b.sql, a.sql), Type::Interval)
            }
            (x, y) if x.is_number() && y.is_number() => {
                exactly(format!("({} - {})", a.sql, b.sql), x.either(y)).with_digits(a.digits.max(b.digits))
            }
            (x, _) => {
                let of = if x.is_moment() && b.of != Type::Unknown { x } else { Type::Unknown };
                Typed::new(format!("minus({}, {})", a.sql, b.sql), of)
            }
        }
    }

    /// A date or a point in time and an interval.
    pub(super) fn shifted(&self, at: &Typed, by: &Typed, sign: i8) -> Typed {
        let date_stays = at.of == Type::Date
            && self.speaks(&[
                Dialect::Snowflake,
                Dialect::BigQuery,
                Dialect::Databricks,
                Dialect::Spark,
                Dialect::Trino,
                Dialect::Athena,
            ]);
        let function = if at.of == Type::Date && !date_stays { "timestamp_shift" } else { "interval_add" };
        Typed::new(
            format!("{function}({}, {}, {sign})", at.sql, by.sql),
            if date_stays { Type::Date } else { Type::Timestamp },
        )
    }

    fn times(&self, a: &Typed, b: &Typed) -> Typed {
        match (a.of, b.of) {
            (Type::Interval, _) => Typed::new(format!("interval_multiply({}, {})", a.sql, b.sql), Type::Interval),
            (_, Type::Interval) => Typed::new(format!("interval_multiply({}, {})", b.sql, a.sql), Type::Interval),
            (x, y) => {
                let digits = match (a.digits, b.digits) {
                    (Some(one), Some(other)) => Some(one + other),
                    (one, None) if y == Type::Integer => one,
                    (None, other) if x == Type::Integer => other,
                    _ => None,
                };
                exactly(format!("({} * {})", a.sql, b.sql), x.either(y)).with_digits(digits)
            }
        }
    }

    /// A quotient: whole for whole numbers or not, NULL by zero or an error, as the dialect has it.
    fn divided(&self, a: &Typed, b: &Typed) -> Typed {
        let whole_dialect = self.speaks(&[
            Dialect::Postgres,
            Dialect::Redshift,
            Dialect::Sqlite,
            Dialect::SqlServer,
            Dialect::Trino,
            Dialect::Athena,
        ]);
        let null_by_zero = self.speaks(&[
            Dialect::DuckDb,
            Dialect::Sqlite,
            Dialect::MySql,
            Dialect::Spark,
            Dialect::Hive,
            Dialect::ClickHouse,
            Dialect::Generic,
        ]);
        let function = if null_by_zero { "quotient" } else { "divide" };
        let (how, of) = match (whole_dialect, a.of, b.of) {
            (true, Type::Integer, Type::Integer) => (1, Type::Integer),
            (true, Type::Unknown | Type::Integer, Type::Unknown | Type::Integer) => (2, Type::Unknown),
            (_, x, y) => (0, if x == Type::Float || y == Type::Float { Type::Float } else { Type::Decimal }),
        };
        Typed::new(format!("{function}({}, {}, {how})", a.sql, b.sql), of)
    }

    fn concatenation(&mut self, a: Typed, b: Typed) -> Done<Typed> {
        if a.of == Type::Json && b.of == Type::Json {
            return Ok(Typed::new(format!("json_patch({}, {})", a.sql, b.sql), Type::Json));
        }
        if a.of == Type::Array || b.of == Type::Array {
            return Err(Stop::not_proved("|| of arrays is not rewritten"));
        }
        let (a, b) = (self.to_text(a), self.to_text(b));
        Ok(Typed::new(format!("({} || {})", a.sql, b.sql), Type::Text))
    }
}

/// What an operation gives: of decimals it is exact.
pub(super) fn exactly(sql: String, of: Type) -> Typed {
    if of == Type::Decimal { Typed::new(format!("exact({sql})"), of) } else { Typed::new(sql, of) }
}

/// A point in time of a date or a text.
fn moment(typed: Typed) -> Typed {
    if typed.of == Type::Timestamp {
        return typed;
    }
    Typed::new(format!("to_timestamp({})", typed.sql), Type::Timestamp)
}

/// A date some days later or earlier.
fn days(date: &Typed, count: &str, sign: &str) -> Typed {
    let count = if sign == "-" { format!("-({count})") } else { count.to_owned() };
    Typed::new(format!("date_add('day', {count}, {})", date.sql), date.of)
}
