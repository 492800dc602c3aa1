//! Functions of dates and times, whose names and orders of arguments differ by dialect.

use sqlparser::ast::Expr;

use crate::prove::warehouse::sqlite::text;
use crate::prove::warehouse::stop::{Done, Stop};
use crate::prove::warehouse::types::Type;
use crate::sql::Dialect;

use super::literal::unit_argument;
use super::{Translator, Typed};

/// The units of time that functions take.
fn is_unit(word: &str) -> bool {
    crate::prove::warehouse::functions::interval::unit(word).is_some()
}

impl Translator<'_> {
    /// A call of a function of dates and times; none where it is none.
    pub(super) fn moment_call(&mut self, name: &str, args: &[&Expr]) -> Done<Option<Typed>> {
        let typed = match (name, args) {
            (
                "dateadd" | "date_add" | "timestampadd" | "timestamp_add" | "datetime_add" | "timeadd",
                [unit, count, at],
            ) => {
                let Some(unit) = self.unit(unit)? else { return Ok(None) };
                let (count, at) = (self.expression(count)?, self.expression(at)?);
                self.added(&unit, &count.sql, &at)
            }
            (
                "dateadd" | "date_add" | "timestamp_add" | "datetime_add" | "adddate" | "date_sub" | "timestamp_sub"
                | "datetime_sub" | "subdate" | "days_add",
                [at, by],
            ) => {
                let sign: i8 = if name.contains("sub") { -1 } else { 1 };
                let (at, by) = (self.expression(at)?, self.expression(by)?);
                if by.of == Type::Interval && at.of == Type::Date && self.speaks(&[Dialect::DuckDb]) {
                    self.shifted(&at, &by, sign)
                } else if by.of == Type::Interval {
                    let of = if name.starts_with("timestamp") || name.starts_with("datetime") {
                        Type::Timestamp
                    } else {
                        at.of
                    };
                    Typed::new(format!("interval_add({}, {}, {sign})", at.sql, by.sql), of)
                } else {
                    let count = if sign == 1 { by.sql } else { format!("-({})", by.sql) };
                    self.added("day", &count, &at)
                }
            }
            ("add_months", [at, count]) => {
                let (at, count) = (self.expression(at)?, self.expression(count)?);
                self.added("month", &count.sql, &at)
            }
            (
                "datediff" | "date_diff" | "timestampdiff" | "timestamp_diff" | "datetime_diff" | "timediff",
                [a, b, c],
            ) => self.difference(name, a, b, c)?,
            ("datediff" | "date_diff", [end, start]) => {
                let (end, start) = (self.expression(end)?, self.expression(start)?);
                Typed::new(format!("date_diff('day', {}, {})", start.sql, end.sql), Type::Integer)
            }
            ("months_between", [end, start]) => {
                let (end, start) = (self.expression(end)?, self.expression(start)?);
                Typed::new(format!("months_between({}, {})", end.sql, start.sql), Type::Decimal)
            }
            ("age", [end, start]) => {
                let (end, start) = (self.expression(end)?, self.expression(start)?);
                Typed::new(format!("interval_between({}, {})", start.sql, end.sql), Type::Interval)
            }
            ("date_trunc" | "timestamp_trunc" | "datetime_trunc" | "datetrunc", [a, b, ..]) => {
                let unit_last = self.speaks(&[Dialect::BigQuery]) || (name != "date_trunc" && name != "datetrunc");
                let (unit, at) = if unit_last { (b, a) } else { (a, b) };
                let Some(unit) = self.unit(unit)? else { return Ok(None) };
                let at = self.expression(at)?;
                let date =
                    at.of == Type::Date && !self.speaks(&[Dialect::Postgres, Dialect::Databricks, Dialect::Spark]);
                let of = if date { Type::Date } else { Type::Timestamp };
                let function = if date || at.of == Type::Unknown { "date_trunc" } else { "timestamp_trunc" };
                Typed::new(format!("{function}({}, {})", text(&unit), at.sql), of)
            }
            ("trunc", [at, unit]) => {
                let value = self.expression(at)?;
                let unit = unit_argument(unit).and_then(|unit| long_unit(&unit));
                match (value.of, unit) {
                    (Type::Date | Type::Timestamp | Type::Unknown, Some(unit)) => {
                        Typed::new(format!("date_trunc('{unit}', to_date({}))", value.sql), Type::Date)
                    }
                    _ => return Ok(None),
                }
            }
            ("date_part" | "datepart" | "extract" | "date_extract", [unit, at]) => {
                let Some(unit) = self.unit(unit)? else { return Ok(None) };
                let at = self.expression(at)?;
                self.date_part(&unit, &at)
            }
            (
                "year" | "month" | "day" | "hour" | "minute" | "second" | "quarter" | "week" | "dayofweek"
                | "dayofyear" | "dayofmonth" | "weekofyear" | "yearofweek" | "day_of_week" | "day_of_month"
                | "day_of_year" | "weekday" | "isodow" | "dayofweekiso" | "weekiso" | "millisecond" | "microsecond"
                | "epoch",
                [at],
            ) => {
                let at = self.expression(at)?;
                if name == "epoch" && at.of == Type::Interval {
                    return Ok(Some(Typed::new(format!("interval_seconds({})", at.sql), Type::Float)));
                }
                self.date_part(name, &at)
            }
            ("dayname" | "monthname", [at]) => {
                let at = self.expression(at)?;
                let format = match (name, self.speaks(&[Dialect::Snowflake])) {
                    ("dayname", true) => "%a",
                    ("dayname", false) => "%A",
                    (_, true) => "%b",
                    _ => "%B",
                };
                Typed::new(format!("format_moment({}, '{format}', 'c')", at.sql), Type::Text)
            }
            ("last_day" | "eomonth", [at] | [at, _]) => {
                let at = self.expression(at)?;
                Typed::new(format!("last_day({})", at.sql), Type::Date)
            }
            ("date" | "to_date" | "try_to_date" | "toDate" | "todate" | "safe_to_date", [at]) => {
                let at = self.expression(at)?;
                let tries = if name.starts_with("try") { "try_" } else { "" };
                Typed { certain: true, ..Typed::new(format!("{tries}to_date({})", at.sql), Type::Date) }
            }
            (
                "timestamp"
                | "to_timestamp"
                | "to_timestamp_ntz"
                | "to_timestamp_ltz"
                | "to_timestamp_tz"
                | "datetime"
                | "try_to_timestamp"
                | "try_to_timestamp_ntz"
                | "try_to_timestamp_tz"
                | "try_to_timestamp_ltz"
                | "todatetime"
                | "from_iso8601_timestamp"
                | "to_datetime",
                [at],
            ) => {
                let at = self.expression(at)?;
                let tries = if name.starts_with("try") { "try_" } else { "" };
                if at.of.is_number() {
                    Typed::new(format!("from_epoch({}, 1)", at.sql), Type::Timestamp)
                } else {
                    Typed { certain: true, ..Typed::new(format!("{tries}to_timestamp({})", at.sql), Type::Timestamp) }
                }
            }
            (
                "to_date"
                | "to_timestamp"
                | "to_timestamp_ntz"
                | "to_timestamp_tz"
                | "to_timestamp_ltz"
                | "try_to_date"
                | "try_to_timestamp"
                | "try_to_timestamp_ntz"
                | "strptime"
                | "date_parse"
                | "str_to_date"
                | "try_strptime",
                [at, format],
            ) => {
                let (at, format) = (self.expression(at)?, self.expression(format)?);
                if format.of != Type::Text {
                    return Ok(None);
                }
                let tries = if name.starts_with("try") { "try_" } else { "" };
                let (function, of) =
                    if name.ends_with("to_date") { ("to_date", Type::Date) } else { ("to_timestamp", Type::Timestamp) };
                let style = self.style(name);
                Typed::new(format!("{tries}{function}({}, {}, '{style}')", at.sql, format.sql), of)
            }
            ("parse_date" | "parse_timestamp" | "parse_datetime", [format, at])
                if self.speaks(&[Dialect::BigQuery]) =>
            {
                let (at, format) = (self.expression(at)?, self.expression(format)?);
                let (function, of) =
                    if name == "parse_date" { ("to_date", Type::Date) } else { ("to_timestamp", Type::Timestamp) };
                Typed::new(format!("{function}({}, {}, 'c')", at.sql, format.sql), of)
            }
            (
                "strftime" | "format_date" | "format_timestamp" | "format_datetime" | "date_format" | "to_char"
                | "to_varchar" | "format",
                [a, b],
            ) => {
                let (a, b) = (self.expression(a)?, self.expression(b)?);
                let format_first = self.speaks(&[Dialect::BigQuery, Dialect::Sqlite])
                    || (name == "strftime" && a.as_text().is_some_and(|format| format.contains('%')));
                let (at, format) = if format_first { (b, a) } else { (a, b) };
                if name == "format" && !at.of.is_moment() {
                    return Ok(None);
                }
                if at.of.is_number() {
                    return Ok(Some(Typed::new(format!("format_number({}, {})", at.sql, format.sql), Type::Text)));
                }
                let style = self.style(name);
                Typed::new(format!("format_moment({}, {}, '{style}')", at.sql, format.sql), Type::Text)
            }
            ("from_unixtime" | "timestamp_seconds" | "epoch_to_timestamp", [at]) => self.since_epoch(at, 1)?,
            ("timestamp_millis" | "epoch_ms", [at]) => self.since_epoch(at, 1_000)?,
            ("timestamp_micros", [at]) => self.since_epoch(at, 1_000_000)?,
            ("unix_seconds" | "to_unixtime" | "unix_timestamp" | "to_unix_timestamp" | "epoch_seconds", [at]) => {
                let at = self.expression(at)?;
                Typed::new(format!("epoch({})", at.sql), Type::Integer)
            }
            ("unix_millis", [at]) => {
                let at = self.expression(at)?;
                Typed::new(format!("CAST(date_part('epoch', {}) * 1000 AS INTEGER)", at.sql), Type::Integer)
            }
            ("unix_micros", [at]) => {
                let at = self.expression(at)?;
                Typed::new(format!("CAST(date_part('epoch', {}) * 1000000 AS INTEGER)", at.sql), Type::Integer)
            }
            ("convert_timezone" | "from_utc_timestamp" | "timezone" | "to_utc_timestamp", [a, b]) => {
                let (a, b) = (self.expression(a)?, self.expression(b)?);
                let (zone, at) = if name.contains("utc") { (b, a) } else { (a, b) };
                let back = if name == "to_utc_timestamp" { "from_zone" } else { "at_time_zone" };
                Typed::new(format!("{back}({}, {})", at.sql, zone.sql), Type::Timestamp)
            }
            ("convert_timezone", [from, to, at]) => {
                let (from, to, at) = (self.expression(from)?, self.expression(to)?, self.expression(at)?);
                Typed::new(format!("at_time_zone(from_zone({}, {}), {})", at.sql, from.sql, to.sql), Type::Timestamp)
            }
            ("date_from_parts" | "datefromparts" | "make_date" | "date", [y, m, d]) => {
                let (y, m, d) = (self.expression(y)?, self.expression(m)?, self.expression(d)?);
                Typed::new(format!("to_date(format('%04d-%02d-%02d', {}, {}, {}))", y.sql, m.sql, d.sql), Type::Date)
            }
            ("make_interval", [_, ..]) => return Ok(None),
            (
                "current_timestamp" | "now" | "localtimestamp" | "current_date" | "current_time" | "current_datetime"
                | "getdate" | "systimestamp" | "localtime" | "sysdate",
                [_],
            ) => {
                let Some(typed) = self.nullary(name) else { return Ok(None) };
                typed
            }
            _ => return Ok(None),
        };
        Ok(Some(typed))
    }

    /// The unit that an argument names; none where it names none.
    fn unit(&mut self, expr: &Expr) -> Done<Option<String>> {
        match unit_argument(expr) {
            Some(unit) if is_unit(&unit) => Ok(Some(unit)),
            Some(unit) => match long_unit(&unit) {
                Some(unit) => Ok(Some(unit.to_owned())),
                None => Err(Stop::not_proved(format!("the unit {unit} is not known to the rehearsal"))),
            },
            None => Ok(None),
        }
    }

    fn added(&self, unit: &str, count: &str, at: &Typed) -> Typed {
        let keeps = !matches!(
            crate::prove::warehouse::functions::interval::unit(unit),
            Some("hour" | "minute" | "second" | "millisecond" | "microsecond" | "nanosecond")
        );
        let of = match at.of {
            Type::Date if keeps => Type::Date,
            Type::Unknown => Type::Unknown,
            _ => Type::Timestamp,
        };
        Typed::new(format!("date_add({}, {count}, {})", text(unit), at.sql), of)
    }

    fn difference(&mut self, name: &str, a: &Expr, b: &Expr, c: &Expr) -> Done<Typed> {
        let last = self.speaks(&[Dialect::BigQuery])
            || (unit_argument(c).is_some_and(|unit| is_unit(&unit))
                && !unit_argument(a).is_some_and(|unit| is_unit(&unit)));
        let (unit, start, end) = if last { (c, b, a) } else { (a, b, c) };
        let Some(unit) = self.unit(unit)? else {
            return Err(Stop::not_proved(format!("the unit of {name}() is not known")));
        };
        let (start, end) = (self.expression(start)?, self.expression(end)?);
        let complete =
            self.speaks(&[Dialect::Trino, Dialect::Athena, Dialect::Databricks, Dialect::Spark, Dialect::MySql])
                || (last && name == "timestamp_diff");
        let function = if complete { "date_diff_complete" } else { "date_diff" };
        Ok(Typed::new(format!("{function}({}, {}, {})", text(&unit), start.sql, end.sql), Type::Integer))
    }

    /// A part of a date or a time.
    pub(super) fn date_part(&self, unit: &str, at: &Typed) -> Typed {
        if at.of == Type::Interval {
            return Typed::new(format!("interval_part({}, {})", text(unit), at.sql), Type::Decimal);
        }
        let from_sunday_one =
            self.speaks(&[Dialect::BigQuery, Dialect::Databricks, Dialect::Spark, Dialect::MySql, Dialect::SqlServer]);
        let unit = match unit {
            "dayofweek" | "dow" | "day_of_week" | "weekday" | "dw" if from_sunday_one => "dow_one",
            "day_of_week" if self.speaks(&[Dialect::Trino, Dialect::Athena]) => "isodow",
            other => other,
        };
        let of = match unit {
            "epoch" if self.speaks(&[Dialect::Postgres, Dialect::DuckDb]) => Type::Float,
            "second" | "seconds" if self.speaks(&[Dialect::Postgres]) => Type::Decimal,
            "date" => Type::Date,
            "time" => Type::Time,
            _ => Type::Integer,
        };
        Typed::new(format!("date_part({}, {})", text(unit), at.sql), of)
    }

    fn since_epoch(&mut self, at: &Expr, per_second: i64) -> Done<Typed> {
        let at = self.expression(at)?;
        Ok(Typed::new(format!("from_epoch({}, {per_second})", at.sql), Type::Timestamp))
    }

    /// Whose letters a format is written in.
    fn style(&self, name: &str) -> &'static str {
        match (name, self.dialect()) {
            ("strftime" | "strptime" | "try_strptime" | "format_date" | "format_timestamp", _) => "c",
            ("format_datetime", Dialect::BigQuery) => "c",
            ("date_format" | "str_to_date" | "date_parse", Dialect::Trino | Dialect::Athena | Dialect::MySql) => {
                "mysql"
            }
            (_, Dialect::Databricks | Dialect::Spark | Dialect::Hive) => "java",
            ("format_datetime", _) | ("format", Dialect::SqlServer) => "java",
            _ => "sql",
        }
    }
}

/// The unit of a letter code of `trunc`.
fn long_unit(code: &str) -> Option<&'static str> {
    Some(match code {
        "mm" | "mon" | "month" | "rm" => "month",
        "yyyy" | "yy" | "y" | "yr" | "year" | "syyyy" => "year",
        "q" | "qtr" | "quarter" => "quarter",
        "ww" | "iw" | "w" | "wk" | "week" | "weekday" => "week",
        "dd" | "d" | "ddd" | "day" | "j" => "day",
        "hh" | "hh24" | "hh12" | "hour" => "hour",
        "mi" | "n" | "minute" => "minute",
        "ss" | "s" | "second" => "second",
        "ms" => "millisecond",
        "mcs" | "us" => "microsecond",
        _ => return None,
    })
}
