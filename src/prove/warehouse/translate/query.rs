//! Queries: common table expressions, set operations, order and limits.

use sqlparser::ast::{
    Cte, Expr, LimitClause, OrderBy, OrderByExpr, OrderByKind, OrderByOptions, OrderBySort, Query, SetExpr,
    SetOperator, SetQuantifier, Values, With,
};

use crate::prove::warehouse::name::RelationName;
use crate::prove::warehouse::sqlite::quoted;
use crate::prove::warehouse::stop::{Done, Stop};
use crate::prove::warehouse::types::Type;
use crate::sql::Dialect;

use super::{Common, Given, Scope, Source, Translated, Translator, Typed};

impl Translator<'_> {
    /// A query, with everything that may stand around its body.
    pub(in crate::prove::warehouse) fn query(&mut self, query: &Query) -> Done<Translated> {
        self.deeper(|this| {
            let (commons, aggregates) = (this.commons.len(), this.aggregates);
            let done = this.whole(query);
            this.aggregates = aggregates;
            this.commons.truncate(commons);
            done
        })
    }

    fn whole(&mut self, query: &Query) -> Done<Translated> {
        if !query.pipe_operators.is_empty() || query.for_clause.is_some() {
            return Err(Stop::not_proved("a query with FOR or with pipes is not rewritten"));
        }
        let with = query.with.as_ref().map(|with| self.with(with)).transpose()?.unwrap_or_default();
        let mut translated = match &*query.body {
            SetExpr::Select(select) => self.select(select, query.order_by.as_ref())?,
            body => {
                let mut translated = self.body(body)?;
                if let Some(order_by) = &query.order_by {
                    self.scopes.push(Scope { sources: vec![output(&translated)], ..Scope::default() });
                    let order = self.order_by(order_by, &translated.columns);
                    self.scopes.pop();
                    translated.sql += &order?;
                }
                translated
            }
        };
        translated.sql = with + &translated.sql + &self.limits(query)?;
        Ok(translated)
    }

    fn limits(&mut self, query: &Query) -> Done<String> {
        let (limit, offset) = match &query.limit_clause {
            None => (None, None),
            Some(LimitClause::LimitOffset { limit, offset, limit_by }) => {
                if !limit_by.is_empty() {
                    return Err(Stop::not_proved("LIMIT … BY is not rewritten"));
                }
                (limit.as_ref(), offset.as_ref().map(|offset| &offset.value))
            }
            Some(LimitClause::OffsetCommaLimit { offset, limit }) => (Some(limit), Some(offset)),
        };
        let fetch = match &query.fetch {
            Some(fetch) if fetch.with_ties || fetch.percent => {
                return Err(Stop::not_proved("FETCH WITH TIES is not rewritten"));
            }
            Some(fetch) => {
                Some(fetch.quantity.as_ref().map_or(Ok("1".to_owned()), |n| self.expression(n).map(|n| n.sql))?)
            }
            None => None,
        };
        let limit = match (limit, fetch) {
            (Some(limit), _) => Some(self.expression(limit)?.sql),
            (None, fetch) => fetch,
        };
        let limit = limit.filter(|limit| limit != "NULL");
        Ok(match (limit, offset) {
            (None, None) => String::new(),
            (Some(limit), None) => format!(" LIMIT {limit}"),
            (limit, Some(offset)) => {
                format!(" LIMIT {} OFFSET {}", limit.unwrap_or_else(|| "-1".to_owned()), self.expression(offset)?.sql)
            }
        })
    }

    /// WITH, whose names hold until the query ends.
    pub(in crate::prove::warehouse) fn with(&mut self, with: &With) -> Done<String> {
        let recursive = with.recursive || self.speaks(&[Dialect::SqlServer, Dialect::Snowflake, Dialect::Oracle]);
        let mut texts = Vec::new();
        for common in &with.cte_tables {
            texts.push(self.common(common, recursive)?);
        }
        Ok(format!("WITH {}{} ", if recursive { "RECURSIVE " } else { "" }, texts.join(", ")))
    }

    fn common(&mut self, common: &Cte, recursive: bool) -> Done<String> {
        let name = self.fold(&common.alias.name);
        let home = &self.warehouse.opened;
        let plain =
            RelationName { database: home.database.clone(), schema: home.schema.clone(), identifier: name.clone() };
        let taken = self.warehouse.catalog.relation(&plain).is_some();
        let sql_name = if taken { format!("{name} (with)") } else { name.clone() };
        let scopes = std::mem::take(&mut self.scopes);
        let renamed: Vec<String> = common.alias.columns.iter().map(|column| self.fold(&column.name)).collect();
        let mark = self.commons.len();
        if recursive
            && let SetExpr::SetOperation { left, .. } = &*common.query.body
            && common.query.to_string().to_lowercase().matches(&name.to_lowercase()).count() > 0
        {
            let anchor = self.body(left);
            if let Ok(anchor) = anchor {
                let columns = rename(anchor.columns, &renamed);
                let common = Common { name: name.clone(), sql_name: sql_name.clone(), columns, open: anchor.open };
                self.commons.push(common);
            }
        }
        let translated = self.query(&common.query);
        self.commons.truncate(mark);
        self.scopes = scopes;
        let translated = translated?;
        let columns = rename(translated.columns, &renamed);
        let list = if columns.is_empty() { String::new() } else { format!("({})", names(&columns)) };
        let text = format!("{}{list} AS ({})", quoted(&sql_name), translated.sql);
        self.commons.push(Common { name, sql_name, columns, open: translated.open });
        Ok(text)
    }

    /// What stands between WITH and ORDER BY.
    fn body(&mut self, body: &SetExpr) -> Done<Translated> {
        match body {
            SetExpr::Select(select) => self.select(select, None),
            SetExpr::Query(query) => {
                let inner = self.query(query)?;
                Ok(Translated { sql: format!("SELECT * FROM ({})", inner.sql), ..inner })
            }
            SetExpr::Values(values) => self.values(values),
            SetExpr::SetOperation { left, op, set_quantifier, right } => {
                self.deeper(|this| this.set_operation(left, *op, *set_quantifier, right))
            }
            SetExpr::Table(table) => {
                let name = table.table_name.clone().unwrap_or_default();
                Err(Stop::not_proved(format!("TABLE {name} as a query is not rewritten")))
            }
            _ => Err(Stop::not_proved("a statement that writes, inside of a query, is not rewritten")),
        }
    }

    fn set_operation(
        &mut self,
        left: &SetExpr,
        op: SetOperator,
        quantifier: SetQuantifier,
        right: &SetExpr,
    ) -> Done<Translated> {
        let word = match (op, quantifier) {
            (SetOperator::Union, SetQuantifier::All) => "UNION ALL",
            (SetOperator::Union, SetQuantifier::Distinct | SetQuantifier::None) => "UNION",
            (SetOperator::Except | SetOperator::Minus, SetQuantifier::Distinct | SetQuantifier::None) => "EXCEPT",
            (SetOperator::Intersect, SetQuantifier::Distinct | SetQuantifier::None) => "INTERSECT",
            _ => return Err(Stop::not_proved(format!("{op} {quantifier} is not rewritten"))),
        };
        let nested = |side: &SetExpr| matches!(side, SetExpr::SetOperation { .. });
        // SQLite's set operations have one precedence and no parentheses; a chain of the same stays flat.
        let flat = matches!(left, SetExpr::SetOperation { op: inner, set_quantifier, .. } if *inner == op && *set_quantifier == quantifier);
        let first = self.body(left)?;
        let second = self.body(right)?;
        if first.columns.len() != second.columns.len() {
            let (longer, shorter) =
                if first.columns.len() > second.columns.len() { (&first, &second) } else { (&second, &first) };
            let Some(open) = shorter.open.first().cloned() else {
                return Err(Stop::refuted(match self.dialect() {
                    Dialect::DuckDb => {
                        "Binder Error: Set operations can only apply to expressions with the same number \
                                        of result columns"
                            .to_owned()
                    }
                    Dialect::Snowflake => format!(
                        "SQL compilation error: invalid number of result columns for set operator input branches, \
                         expected {}, got {}",
                        first.columns.len(),
                        second.columns.len()
                    ),
                    _ => format!("each {op} query must have the same number of columns"),
                }));
            };
            let lacking = longer.columns.iter().filter(|column| shorter.columns.iter().all(|c| c.name != column.name));
            let lacking: Vec<String> = lacking.map(|column| column.name.clone()).collect();
            if lacking.is_empty() {
                return Err(Stop::not_proved("the columns of a set operation are not known"));
            }
            for column in lacking {
                self.miss(open.clone(), column);
            }
        }
        let columns = first.columns.iter().zip(&second.columns);
        let columns = columns
            .map(|(a, b)| Given {
                of: a.of.either(b.of),
                certain: a.certain && b.certain && a.of == b.of,
                digits: a.digits.max(b.digits),
                ..a.clone()
            })
            .collect();
        let wrapped = |sql: &str| format!("SELECT * FROM ({sql})");
        let left_sql = if nested(left) && !flat { wrapped(&first.sql) } else { first.sql };
        let right_sql = if nested(right) { wrapped(&second.sql) } else { second.sql };
        Ok(Translated { sql: format!("{left_sql} {word} {right_sql}"), columns, open: first.open })
    }

    /// VALUES as a query.
    fn values(&mut self, values: &Values) -> Done<Translated> {
        let mut rows = Vec::new();
        let mut columns: Vec<Given> = Vec::new();
        for (at, row) in values.rows.iter().enumerate() {
            let mut texts = Vec::new();
            for (place, value) in row.content.iter().enumerate() {
                let value = self.expression(value)?;
                if at == 0 {
                    let name = self.values_name(place);
                    columns.push(Given {
                        shown: name.clone(),
                        name,
                        of: value.of,
                        certain: value.certain,
                        digits: value.digits,
                    });
                } else if let Some(column) = columns.get_mut(place) {
                    column.certain = column.certain && value.of == column.of;
                    column.of = column.of.either(value.of);
                    column.digits = column.digits.max(value.digits);
                }
                texts.push(value.sql);
            }
            if texts.len() != columns.len() {
                return Err(Stop::refuted("VALUES lists must all be the same length"));
            }
            rows.push(format!("({})", texts.join(", ")));
        }
        let named: Vec<String> = columns
            .iter()
            .enumerate()
            .map(|(at, column)| format!("column{} AS {}", at + 1, quoted(&column.name)))
            .collect();
        let sql = format!("SELECT {} FROM (VALUES {})", named.join(", "), rows.join(", "));
        Ok(Translated { sql, columns, open: Vec::new() })
    }

    fn values_name(&self, place: usize) -> String {
        match self.dialect() {
            Dialect::Snowflake => format!("COLUMN{}", place + 1),
            Dialect::DuckDb => format!("col{place}"),
            Dialect::Spark | Dialect::Databricks => format!("col{}", place + 1),
            Dialect::Trino | Dialect::Athena => format!("_col{place}"),
            _ => format!("column{}", place + 1),
        }
    }

    /// ORDER BY of a query with these columns.
    pub(super) fn order_by(&mut self, order_by: &OrderBy, columns: &[Given]) -> Done<String> {
        let items = match &order_by.kind {
            OrderByKind::All(options) => {
                let direction = self.direction(options);
                (1..=columns.len()).map(|at| format!("{at}{direction}")).collect()
            }
            OrderByKind::Expressions(items) => {
                let mut texts = Vec::new();
                for item in items {
                    texts.push(self.order_item(item, columns)?);
                }
                texts
            }
        };
        Ok(if items.is_empty() { String::new() } else { format!(" ORDER BY {}", items.join(", ")) })
    }

    pub(super) fn order_item(&mut self, item: &OrderByExpr, columns: &[Given]) -> Done<String> {
        if item.with_fill.is_some() {
            return Err(Stop::not_proved("ORDER BY … WITH FILL is not rewritten"));
        }
        let direction = self.direction(&item.options);
        if let Expr::Identifier(ident) = &item.expr {
            let name = self.fold(ident);
            if columns.iter().filter(|column| column.name == name).count() == 1 {
                return Ok(format!("{}{direction}", quoted(&name)));
            }
        }
        let typed = self.expression(&item.expr)?;
        Ok(format!("{}{direction}", typed.sql))
    }

    /// The direction, with the place of NULL where the dialect's own differs from `SQLite`'s, where NULL is least.
    fn direction(&self, options: &OrderByOptions) -> String {
        let down = matches!(options.sort, Some(OrderBySort::Desc));
        let greatest = self.speaks(&[Dialect::Postgres, Dialect::Redshift, Dialect::Snowflake, Dialect::Oracle]);
        let last = self.speaks(&[Dialect::DuckDb, Dialect::Trino, Dialect::Athena, Dialect::ClickHouse]);
        let first = options.nulls_first.unwrap_or(if last { false } else { greatest == down });
        format!("{}{}", if down { " DESC" } else { "" }, if first { " NULLS FIRST" } else { " NULLS LAST" })
    }
}

/// A source of the columns that a query gives.
fn output(translated: &Translated) -> Source {
    Source { columns: translated.columns.clone(), ..Source::default() }
}

/// Columns under the names of an alias's list.
pub(super) fn rename(mut columns: Vec<Given>, names: &[String]) -> Vec<Given> {
    for (column, name) in columns.iter_mut().zip(names) {
        column.name.clone_from(name);
        column.shown.clone_from(name);
    }
    columns
}

/// The quoted names of columns, with commas.
pub(super) fn names(columns: &[Given]) -> String {
    columns.iter().map(|column| quoted(&column.name)).collect::<Vec<_>>().join(", ")
}

/// Whether an expression is a number that means a column of the select list.
pub(super) fn is_ordinal(typed: &Typed) -> bool {
    typed.of == Type::Integer && typed.constant.is_some()
}
