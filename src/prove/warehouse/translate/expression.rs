//! Expressions.

use sqlparser::ast::{
    Array, BinaryOperator, CaseWhen, CeilFloorKind, Expr, FunctionArguments, GroupByExpr, Query, SelectItem, SetExpr,
    TrimWhereField, UnaryOperator,
};

use crate::prove::warehouse::stop::{Done, Stop};
use crate::prove::warehouse::types::Type;
use crate::prove::warehouse::value::SqlValue;
use crate::sql::Dialect;

use super::literal::unit_of;
use super::{Translator, Typed};

impl Translator<'_> {
    /// An expression in `SQLite`'s SQL.
    pub(in crate::prove::warehouse) fn expression(&mut self, expr: &Expr) -> Done<Typed> {
        match self.deeper(|this| this.node(expr)) {
            Err(Stop::NotProved(cause)) if self.warehouse.stand_ins.is_some() => {
                self.warehouse.stand_in(cause);
                Ok(Typed::new("NULL", Type::Unknown))
            }
            done => done,
        }
    }

    fn node(&mut self, expr: &Expr) -> Done<Typed> {
        match expr {
            Expr::Identifier(ident) => self.identifier(ident),
            Expr::CompoundIdentifier(parts) => self.compound(parts),
            Expr::Value(value) => self.value(&value.value),
            Expr::Nested(inner) => {
                let typed = self.expression(inner)?;
                Ok(Typed { sql: format!("({})", typed.sql), ..typed })
            }
            Expr::BinaryOp { left, op, right } => self.binary(left, op, right),
            Expr::UnaryOp { op, expr } => self.unary(*op, expr),
            Expr::IsNull(inner) => self.suffixed(inner, "IS NULL"),
            Expr::IsNotNull(inner) => self.suffixed(inner, "IS NOT NULL"),
            Expr::IsTrue(inner) => self.suffixed(inner, "IS TRUE"),
            Expr::IsNotTrue(inner) => self.suffixed(inner, "IS NOT TRUE"),
            Expr::IsFalse(inner) => self.suffixed(inner, "IS FALSE"),
            Expr::IsNotFalse(inner) => self.suffixed(inner, "IS NOT FALSE"),
            Expr::IsUnknown(inner) => self.suffixed(inner, "IS NULL"),
            Expr::IsNotUnknown(inner) => self.suffixed(inner, "IS NOT NULL"),
            Expr::IsDistinctFrom(left, right) => self.distinct(left, "IS NOT", right),
            Expr::IsNotDistinctFrom(left, right) => self.distinct(left, "IS", right),
            Expr::InList { expr, list, negated } => self.in_list(expr, list, *negated),
            Expr::InSubquery { expr, subquery, negated } => self.in_subquery(expr, subquery, *negated),
            Expr::Between { expr, negated, low, high } => {
                let value = self.expression(expr)?;
                let (low, high) = (self.expression(low)?, self.expression(high)?);
                let (first, low) = self.comparable(value.clone(), low, "=")?;
                let (second, high) = self.comparable(value, high, "=")?;
                let not = if *negated { "NOT " } else { "" };
                Ok(truth(if first.sql == second.sql {
                    format!("({} {not}BETWEEN {} AND {})", first.sql, low.sql, high.sql)
                } else {
                    format!("({not}({} >= {} AND {} <= {}))", first.sql, low.sql, second.sql, high.sql)
                }))
            }
            Expr::Like { negated, any: false, expr, pattern, escape_char } => {
                let folds = self.speaks(&[Dialect::Sqlite, Dialect::MySql, Dialect::SqlServer]);
                self.like(expr, pattern, escape_char.as_deref(), *negated, folds)
            }
            Expr::ILike { negated, any: false, expr, pattern, escape_char } => {
                self.like(expr, pattern, escape_char.as_deref(), *negated, true)
            }
            Expr::SimilarTo { negated, expr, pattern, escape_char: None } => {
                self.function_of("similar_to", &[expr, pattern], *negated)
            }
            Expr::RLike { negated, expr, pattern, .. } => self.function_of("regexp_like", &[expr, pattern], *negated),
            Expr::AnyOp { left, compare_op: BinaryOperator::Eq, right, .. } => match &**right {
                Expr::Subquery(query) => self.in_subquery(left, query, false),
                Expr::Array(array) => self.in_list(left, &array.elem, false),
                other => {
                    let (left, array) = (self.expression(left)?, self.expression(other)?);
                    Ok(truth(format!("array_contains({}, {})", array.sql, left.sql)))
                }
            },
            Expr::AllOp { left, compare_op: BinaryOperator::NotEq, right } => match &**right {
                Expr::Subquery(query) => self.in_subquery(left, query, true),
                Expr::Array(array) => self.in_list(left, &array.elem, true),
                _ => Err(Stop::not_proved("ALL of an array is not rewritten")),
            },
            Expr::Cast { kind, expr, data_type, format } => self.cast(kind, expr, data_type, format.as_ref()),
            Expr::Convert { is_try, expr, data_type: Some(to), styles, .. } if styles.is_empty() => {
                let value = self.expression(expr)?;
                Ok(self.cast_to(value, to, *is_try))
            }
            Expr::TypedString(typed) => {
                let value = self.value(&typed.value.value)?;
                Ok(self.cast_to(value, &typed.data_type, false))
            }
            Expr::Interval(interval) => self.interval(interval),
            Expr::Extract { field, expr, .. } => {
                let value = self.expression(expr)?;
                Ok(self.date_part(&unit_of(field), &value).labelled("extract"))
            }
            Expr::AtTimeZone { timestamp, time_zone } => self.at_time_zone(timestamp, time_zone),
            Expr::Ceil { expr, field: CeilFloorKind::DateTimeField(_) } => {
                self.simple_call("ceil", expr, Type::Decimal)
            }
            Expr::Floor { expr, field: CeilFloorKind::DateTimeField(_) } => {
                self.simple_call("floor", expr, Type::Decimal)
            }
            Expr::Position { expr, r#in } => {
                let (part, whole) = (self.expression(expr)?, self.expression(r#in)?);
                Ok(Typed::new(format!("instr({}, {})", whole.sql, part.sql), Type::Integer).labelled("position"))
            }
            Expr::Substring { expr, substring_from, substring_for, .. } => {
                let mut sql = format!("substring({}", self.as_text(expr)?.sql);
                let from =
                    substring_from.as_ref().map_or(Ok("1".to_owned()), |from| self.expression(from).map(|f| f.sql))?;
                sql += &format!(", {from}");
                if let Some(length) = substring_for {
                    sql += &format!(", {}", self.expression(length)?.sql);
                }
                Ok(Typed::new(sql + ")", Type::Text).labelled("substring"))
            }
            Expr::Trim { trim_where, trim_what, expr, trim_characters } => {
                let function = match trim_where {
                    Some(TrimWhereField::Leading) => "ltrim",
                    Some(TrimWhereField::Trailing) => "rtrim",
                    _ => "trim",
                };
                let what = trim_what.as_deref().or(trim_characters.as_ref().and_then(|list| list.first()));
                let value = self.as_text(expr)?;
                let what = what.map(|what| self.expression(what)).transpose()?;
                let what = what.map_or(String::new(), |what| format!(", {}", what.sql));
                let label = if function == "trim" { "btrim" } else { function };
                Ok(Typed::new(format!("{function}({}{what})", value.sql), Type::Text).labelled(label))
            }
            Expr::Collate { expr, .. } => self.expression(expr),
            Expr::Function(function) => self.call(function),
            Expr::Case { operand, conditions, else_result, .. } => {
                self.case(operand.as_deref(), conditions, else_result.as_deref())
            }
            Expr::Exists { subquery, negated } => {
                let query = self.query(subquery)?;
                let not = if *negated { "NOT " } else { "" };
                Ok(truth(format!("({not}EXISTS ({}))", query.sql)).labelled("exists"))
            }
            Expr::Subquery(written) => {
                let query = self.query(written)?;
                match query.columns.as_slice() {
                    [column] => {
                        let sql = if gives_one_row(written) { query.sql } else { self.one_row(&query.sql) };
                        let typed = Typed::new(format!("({sql})"), column.of);
                        let typed = typed.labelled(column.shown.clone());
                        Ok(Typed { certain: column.certain, digits: column.digits, ..typed })
                    }
                    [] => Ok(Typed::new(format!("({})", query.sql), Type::Unknown)),
                    _ => Err(Stop::refuted("subquery must return only one column")),
                }
            }
            Expr::Tuple(elements) => {
                let elements = self.all(elements)?;
                let list: Vec<&str> = elements.iter().map(|element| element.sql.as_str()).collect();
                Ok(Typed::new(format!("({})", list.join(", ")), Type::Unknown))
            }
            Expr::Array(Array { elem, .. }) => {
                let elements = self.all(elem)?;
                let list: Vec<String> = elements.iter().map(json_argument).collect();
                Ok(Typed::new(format!("json_array({})", list.join(", ")), Type::Array).labelled("array"))
            }
            Expr::JsonAccess { value, path } => self.json_access(value, path),
            Expr::CompoundFieldAccess { root, access_chain } => self.field_access(root, access_chain),
            Expr::Dictionary(fields) => self.dictionary(fields),
            Expr::Named { expr, .. } => self.expression(expr),
            other => Err(Stop::not_proved(format!("{} is not rewritten", kind(other)))),
        }
    }

    /// Expressions, one after the other.
    pub(super) fn all(&mut self, expressions: &[Expr]) -> Done<Vec<Typed>> {
        expressions.iter().map(|expression| self.expression(expression)).collect()
    }

    fn suffixed(&mut self, inner: &Expr, test: &str) -> Done<Typed> {
        let inner = self.expression(inner)?;
        Ok(truth(format!("({} {test})", inner.sql)))
    }

    fn distinct(&mut self, left: &Expr, operator: &str, right: &Expr) -> Done<Typed> {
        let (left, right) = (self.expression(left)?, self.expression(right)?);
        let (left, right) = self.comparable(left, right, "=")?;
        Ok(truth(format!("({} {operator} {})", left.sql, right.sql)))
    }

    fn simple_call(&mut self, function: &str, expr: &Expr, of: Type) -> Done<Typed> {
        let value = self.expression(expr)?;
        let of = if value.of == Type::Unknown { of } else { value.of };
        Ok(Typed::new(format!("{function}({})", value.sql), of).labelled(function))
    }

    fn function_of(&mut self, function: &str, arguments: &[&Expr], negated: bool) -> Done<Typed> {
        let mut texts = Vec::new();
        for argument in arguments {
            texts.push(self.expression(argument)?.sql);
        }
        let not = if negated { "NOT " } else { "" };
        Ok(truth(format!("({not}{function}({}))", texts.join(", "))))
    }

    fn like(&mut self, expr: &Expr, pattern: &Expr, escape: Option<&Expr>, negated: bool, folds: bool) -> Done<Typed> {
        let (value, pattern) = (self.as_text(expr)?, self.expression(pattern)?);
        let escape = match escape {
            Some(escape) => format!(", {}", self.expression(escape)?.sql),
            None => String::new(),
        };
        let function = if folds { "text_ilike" } else { "text_like" };
        let not = if negated { "NOT " } else { "" };
        Ok(truth(format!("({not}{function}({}, {}{escape}))", value.sql, pattern.sql)))
    }

    fn in_list(&mut self, expr: &Expr, list: &[Expr], negated: bool) -> Done<Typed> {
        let not = if negated { "NOT " } else { "" };
        if let Expr::Tuple(_) = expr {
            let value = self.expression(expr)?;
            let rows = self.all(list)?;
            let rows: Vec<&str> = rows.iter().map(|row| row.sql.as_str()).collect();
            return Ok(truth(format!("({} {not}IN (VALUES {}))", value.sql, rows.join(", "))));
        }
        let value = self.expression(expr)?;
        let mut changed = value.clone();
        let mut texts = Vec::new();
        for item in list {
            let item = self.expression(item)?;
            let (left, right) = self.comparable(value.clone(), item, "=")?;
            changed = left;
            texts.push(right.sql);
        }
        Ok(truth(format!("({} {not}IN ({}))", changed.sql, texts.join(", "))))
    }

    fn in_subquery(&mut self, expr: &Expr, subquery: &Query, negated: bool) -> Done<Typed> {
        let value = self.expression(expr)?;
        let query = self.query(subquery)?;
        let width = if let Expr::Tuple(elements) = expr { elements.len() } else { 1 };
        if !query.columns.is_empty() && query.columns.len() != width && query.open.is_empty() {
            let few = query.columns.len() < width;
            if few && query.columns.len() == 1 && !matches!(self.dialect(), Dialect::Postgres | Dialect::Redshift) {
                return Err(Stop::not_proved("the one column of the subquery may hold rows of several values"));
            }
            return Err(Stop::refuted(match self.dialect() {
                Dialect::Postgres | Dialect::Redshift if few => "subquery has too few columns".to_owned(),
                Dialect::Postgres | Dialect::Redshift => "subquery has too many columns".to_owned(),
                _ => format!("the subquery of IN gives {} columns, and {width} are compared", query.columns.len()),
            }));
        }
        if let [column] = query.columns.as_slice() {
            let other = Typed { certain: column.certain, ..Typed::new("", column.of) };
            self.comparable(value.clone(), other, "=")?;
        }
        let not = if negated { "NOT " } else { "" };
        Ok(truth(format!("({} {not}IN ({}))", value.sql, query.sql)))
    }

    fn case(&mut self, operand: Option<&Expr>, conditions: &[CaseWhen], otherwise: Option<&Expr>) -> Done<Typed> {
        let mut sql = "CASE".to_owned();
        let operand = operand.map(|operand| self.expression(operand)).transpose()?;
        if let Some(operand) = &operand {
            sql += &format!(" {}", operand.sql);
        }
        let mut of: Option<Type> = None;
        let mut certain = true;
        let mut digits = None;
        let mut join = |typed: &Typed| {
            if !typed.is_null() {
                digits = digits.max(typed.digits);
                of = Some(of.map_or(typed.of, |of| of.either(typed.of)));
                certain = certain && typed.certain;
            }
        };
        for when in conditions {
            let condition = match &operand {
                Some(operand) => {
                    let condition = self.expression(&when.condition)?;
                    self.comparable(operand.clone(), condition, "=")?.1.sql
                }
                None => self.condition(&when.condition)?,
            };
            let result = self.expression(&when.result)?;
            join(&result);
            sql += &format!(" WHEN {condition} THEN {}", result.sql);
        }
        if let Some(otherwise) = otherwise {
            let result = self.expression(otherwise)?;
            join(&result);
            sql += &format!(" ELSE {}", result.sql);
        }
        let typed = Typed::new(format!("({sql} END)"), of.unwrap_or(Type::Unknown));
        Ok(Typed { certain, digits, ..typed.labelled("case") })
    }

    /// A query that stands for a value: the warehouse refuses it where it gives several rows.
    fn one_row(&self, query: &str) -> String {
        let words = match self.dialect() {
            Dialect::Sqlite | Dialect::MySql | Dialect::ClickHouse | Dialect::Generic => return query.to_owned(),
            Dialect::DuckDb => {
                "Invalid Input Error: More than one row returned by a subquery used as an expression - scalar \
                 subqueries can only return a single row."
            }
            Dialect::Snowflake => "Single-row subquery returns more than one row.",
            Dialect::BigQuery => "Scalar subquery produced more than one element",
            _ => "more than one row returned by a subquery used as an expression",
        };
        // It is no constant, so that nothing is refused before the rows are there.
        let refused = format!("refuse({} || substr(count(*), 1, 0))", crate::prove::warehouse::sqlite::text(words));
        format!("WITH \"?one\"(c) AS ({query}) SELECT iif(count(*) > 1, {refused}, max(c)) FROM \"?one\"")
    }

    fn unary(&mut self, op: UnaryOperator, expr: &Expr) -> Done<Typed> {
        let value = self.expression(expr)?;
        match op {
            UnaryOperator::Not | UnaryOperator::BangNot => Ok(truth(format!("(NOT {})", value.sql))),
            UnaryOperator::Plus => Ok(value),
            UnaryOperator::Minus => Ok(match value.constant {
                Some(SqlValue::Integer(number)) => Typed::integer(number.wrapping_neg()),
                Some(SqlValue::Real(number)) => {
                    Typed::constant(SqlValue::Real(-number), value.of).with_digits(value.digits)
                }
                _ if value.of == Type::Interval => {
                    Typed::new(format!("interval_multiply({}, -1)", value.sql), Type::Interval)
                }
                _ => Typed::new(format!("(- {})", value.sql), value.of),
            }),
            UnaryOperator::BitwiseNot => Ok(Typed::new(format!("(~ {})", value.sql), Type::Integer)),
            UnaryOperator::PGAbs => Ok(Typed::new(format!("abs({})", value.sql), value.of)),
            other => Err(Stop::not_proved(format!("the operator {other} is not rewritten"))),
        }
    }

    /// An expression that a text is wanted of.
    pub(super) fn as_text(&mut self, expr: &Expr) -> Done<Typed> {
        let typed = self.expression(expr)?;
        Ok(self.to_text(typed))
    }

    fn at_time_zone(&mut self, timestamp: &Expr, zone: &Expr) -> Done<Typed> {
        let (moment, zone) = (self.expression(timestamp)?, self.expression(zone)?);
        let known = zone.as_text().map(str::to_lowercase);
        if !known.as_deref().is_some_and(|zone| matches!(zone, "utc" | "gmt" | "etc/utc" | "z" | "+00:00" | "+00")) {
            let sql = format!("at_time_zone({}, {})", moment.sql, zone.sql);
            return Ok(Typed::new(sql, Type::Timestamp).labelled("timezone"));
        }
        Ok(Typed::new(format!("to_timestamp({})", moment.sql), Type::Timestamp).labelled("timezone"))
    }
}

/// A condition.
pub(super) fn truth(sql: impl Into<String>) -> Typed {
    Typed { certain: true, ..Typed::new(sql, Type::Boolean) }
}

/// An argument of a function that makes JSON: JSON stays what it is, booleans are its own.
pub(super) fn json_argument(typed: &Typed) -> String {
    match typed.of {
        Type::Json | Type::Array => format!("json({})", typed.sql),
        Type::Boolean => format!("json(iif({0}, 'true', iif({0} IS NULL, 'null', 'false')))", typed.sql),
        _ => typed.sql.clone(),
    }
}

/// What kind of expression something is, to name it.
fn kind(expr: &Expr) -> String {
    match expr {
        Expr::Lambda(_) => "a lambda".to_owned(),
        Expr::Struct { .. } => "STRUCT".to_owned(),
        Expr::Map(_) => "MAP".to_owned(),
        Expr::Convert { .. } => "CONVERT with a style".to_owned(),
        Expr::InUnnest { .. } => "IN UNNEST".to_owned(),
        Expr::Wildcard(_) | Expr::QualifiedWildcard(..) => "* as an expression".to_owned(),
        other => {
            let text = other.to_string();
            let cut: String = text.chars().take(60).collect();
            if cut.len() < text.len() { format!("{cut} …") } else { cut }
        }
    }
}

/// Whether a query gives one row at most, whatever there is.
fn gives_one_row(query: &Query) -> bool {
    if query.limit_clause.is_some() || query.fetch.is_some() {
        return true;
    }
    match &*query.body {
        SetExpr::Query(inner) => gives_one_row(inner),
        SetExpr::Select(select) => {
            let is_ungrouped = matches!(&select.group_by, GroupByExpr::Expressions(keys, _) if keys.is_empty());
            let calls = |item: &SelectItem| match item {
                SelectItem::UnnamedExpr(expr) | SelectItem::ExprWithAlias { expr, .. } => is_call_of_aggregate(expr),
                _ => false,
            };
            select.from.is_empty() || select.top.is_some() || (is_ungrouped && select.projection.iter().any(calls))
        }
        _ => false,
    }
}

fn is_call_of_aggregate(expr: &Expr) -> bool {
    match expr {
        Expr::Function(function) => {
            let name = function.name.to_string().to_lowercase();
            let arguments = match &function.args {
                FunctionArguments::List(list) => list.args.as_slice(),
                _ => &[],
            };
            let nested =
                || arguments.iter().any(|argument| super::call::argument(argument).is_some_and(is_call_of_aggregate));
            function.over.is_none() && (super::aggregate::is_aggregate(&name, arguments.len()) || nested())
        }
        Expr::BinaryOp { left, right, .. } => is_call_of_aggregate(left) || is_call_of_aggregate(right),
        Expr::Nested(inner) | Expr::Cast { expr: inner, .. } | Expr::UnaryOp { expr: inner, .. } => {
            is_call_of_aggregate(inner)
        }
        _ => false,
    }
}
