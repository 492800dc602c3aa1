//! Queries: the columns that they give.

use std::sync::Arc;

use sqlparser::ast::{
    Distinct, Expr, GroupByExpr, JoinConstraint, JoinOperator, OrderBy, OrderByKind, Query, Select, SelectFlavor,
    SelectItem, SelectItemQualifiedWildcardKind, SetExpr, SetQuantifier, Spanned as _, TableAlias, TableFactor,
    TableWithJoins, WildcardAdditionalOptions,
};

use super::expressions::plain_name;
use super::scope::{Column, Found, Scope, Source, fold, parts};
use super::types::Type;
use super::{Binder, ProblemKind};
use crate::sql::dialect::Dialect;

impl Binder<'_> {
    /// The columns of a query; none where they are not all known.
    pub(super) fn query(&mut self, query: &Query, outer: Option<&Scope<'_>>) -> Option<Vec<Column>> {
        let before = self.common.len();
        if let Some(with) = &query.with {
            for common in &with.cte_tables {
                let name = fold(&common.alias.name, self.dialect);
                if with.recursive {
                    self.common.push((name.clone(), None));
                }
                let columns = self.query(&common.query, outer);
                let columns = self.renamed(columns, Some(&common.alias));
                if with.recursive {
                    self.common.pop();
                }
                self.common.push((name, columns.map(Arc::new)));
            }
        }
        let columns = self.body(&query.body, query.order_by.as_ref(), outer);
        self.common.truncate(before);
        columns.filter(|_| query.pipe_operators.is_empty())
    }

    fn body(&mut self, body: &SetExpr, order: Option<&OrderBy>, outer: Option<&Scope<'_>>) -> Option<Vec<Column>> {
        match body {
            SetExpr::Select(select) => self.select(select, order, outer),
            SetExpr::Query(query) => self.query(query, outer),
            SetExpr::SetOperation { op, left, right, set_quantifier } => {
                let columns = self.body(left, None, outer);
                let others = self.body(right, None, outer);
                if let (Some(one), Some(other), true) = (&columns, &others, self.dialect == Dialect::Postgres)
                    && one.len() != other.len()
                {
                    let reason = format!("each {op} query must have the same number of columns");
                    self.problem(right.span(), ProblemKind::Type(reason));
                    return None;
                }
                let by_name = matches!(
                    set_quantifier,
                    SetQuantifier::ByName | SetQuantifier::AllByName | SetQuantifier::DistinctByName
                );
                let mut columns = columns.filter(|_| !by_name)?;
                for (at, column) in columns.iter_mut().enumerate() {
                    let other = others.as_ref().and_then(|others| Some(others.get(at)?.kind.clone()));
                    let other = other.unwrap_or(Type::Unknown);
                    // A constant of an inner part may be a text by now.
                    let is_open = [&column.kind, &other].iter().any(|of| matches!(of, Type::Constant(_)));
                    let both = Type::common([&column.kind, &other]);
                    column.kind = match both {
                        Ok(kind) => kind,
                        Err(reason) if self.dialect == Dialect::Postgres && !is_open => {
                            let reason = format!("{op} {reason}");
                            self.problem(right.span(), ProblemKind::Type(reason));
                            Type::Unknown
                        }
                        Err(_) => Type::Unknown,
                    };
                }
                Some(columns)
            }
            SetExpr::Values(values) => {
                let scope = Scope { outer, ..Scope::default() };
                let mut columns: Vec<Column> = Vec::new();
                for row in &values.rows {
                    for (at, value) in row.iter().enumerate() {
                        let kind = self.expr(value, &scope);
                        match columns.get_mut(at) {
                            Some(column) => column.kind = Type::common([&column.kind, &kind]).unwrap_or(Type::Unknown),
                            None => columns.push(Column::of(None, kind)),
                        }
                    }
                }
                Some(columns)
            }
            _ => None,
        }
    }

    fn select(&mut self, select: &Select, order: Option<&OrderBy>, outer: Option<&Scope<'_>>) -> Option<Vec<Column>> {
        let vague = !select.lateral_views.is_empty()
            || !select.connect_by.is_empty()
            || select.prewhere.is_some()
            || select.value_table_mode.is_some()
            || select.exclude.is_some()
            || select.flavor != SelectFlavor::Standard;
        let mut scope = Scope { vague, outer, ..Scope::default() };
        for tables in &select.from {
            self.tables(tables, &mut scope);
        }
        // DuckDB lets every clause name what the list gives.
        if self.dialect != Dialect::Postgres {
            scope.aliases = aliases(select, self.dialect);
        }
        if let Some(Distinct::On(on)) = &select.distinct {
            for one in on {
                self.expr(one, &scope);
            }
        }
        let columns = self.projection(select, &scope);
        if let Some(selection) = &select.selection {
            self.condition(selection, "WHERE", &scope);
        }
        scope.aliases = aliases(select, self.dialect);
        if let GroupByExpr::Expressions(list, _) = &select.group_by {
            for one in list {
                self.expr(one, &scope);
            }
        }
        if let Some(OrderBy { kind: OrderByKind::Expressions(list), .. }) = order {
            for one in list {
                self.expr(&one.expr, &scope);
            }
        }
        if self.dialect == Dialect::Postgres {
            scope.aliases = Vec::new();
        }
        for clause in [&select.having, &select.qualify].into_iter().flatten() {
            self.condition(clause, "HAVING", &scope);
        }
        self.groups(select, &scope);
        columns.filter(|_| !vague)
    }

    fn projection(&mut self, select: &Select, scope: &Scope<'_>) -> Option<Vec<Column>> {
        let mut columns = Some(Vec::new());
        for item in &select.projection {
            let given = match item {
                SelectItem::UnnamedExpr(expr) => {
                    let kind = self.expr(expr, scope);
                    Some(vec![Column { taken: is_taken(expr), ..Column::of(self.given_name(expr), kind) }])
                }
                SelectItem::ExprWithAlias { expr, alias } => {
                    let kind = self.expr(expr, scope);
                    let name = Some(fold(alias, self.dialect));
                    Some(vec![Column { taken: is_taken(expr), ..Column::of(name, kind) }])
                }
                SelectItem::ExprWithAliases { .. } => None,
                SelectItem::Wildcard(options) => every(scope).filter(|_| is_plain(options)),
                SelectItem::QualifiedWildcard(SelectItemQualifiedWildcardKind::ObjectName(name), options) => {
                    let table = parts(name).and_then(|parts| Some(fold(parts.last()?, self.dialect)));
                    let source = scope.sources.iter().find(|source| Some(&source.name) == table.as_ref());
                    let columns = source.and_then(|source| source.columns.clone()).filter(|_| is_plain(options));
                    columns.map(|columns| columns.to_vec())
                }
                SelectItem::QualifiedWildcard(..) => None,
            };
            columns = columns.zip(given).map(|(mut columns, given)| {
                columns.extend(given);
                columns
            });
        }
        columns
    }

    /// The name of a column that is given none; none where that is not plain to see.
    fn given_name(&self, expr: &Expr) -> Option<String> {
        match expr {
            Expr::Identifier(ident) => Some(fold(ident, self.dialect)),
            Expr::CompoundIdentifier(idents) => Some(fold(idents.last()?, self.dialect)),
            // DuckDB names it after the whole expression.
            _ if self.dialect != Dialect::Postgres => None,
            Expr::Nested(inner) => self.given_name(inner),
            Expr::Cast { expr: inner, .. } => self.given_name(inner),
            Expr::Function(function) => plain_name(&function.name, self.dialect),
            _ => None,
        }
    }

    /// Adds the tables of one item of FROM.
    pub(super) fn tables(&mut self, tables: &TableWithJoins, scope: &mut Scope<'_>) {
        self.factor(&tables.relation, scope);
        for join in &tables.joins {
            self.factor(&join.relation, scope);
            let (JoinOperator::Join(constraint)
            | JoinOperator::Inner(constraint)
            | JoinOperator::Left(constraint)
            | JoinOperator::LeftOuter(constraint)
            | JoinOperator::Right(constraint)
            | JoinOperator::RightOuter(constraint)
            | JoinOperator::FullOuter(constraint)
            | JoinOperator::CrossJoin(constraint)) = &join.join_operator
            else {
                scope.vague = true;
                continue;
            };
            match constraint {
                JoinConstraint::On(on) => self.condition(on, "JOIN/ON", scope),
                JoinConstraint::Using(names) => {
                    let names = names.iter().filter_map(|name| Some(fold(parts(name)?.last()?, self.dialect)));
                    scope.merged.extend(names);
                }
                JoinConstraint::Natural => scope.vague = true,
                JoinConstraint::None => {}
            }
        }
    }

    fn factor(&mut self, factor: &TableFactor, scope: &mut Scope<'_>) {
        let (columns, alias, name) = match factor {
            TableFactor::Table { name, alias, args: None, version: None, with_ordinality: false, .. } => {
                let Some(names) = parts(name) else {
                    scope.vague = true;
                    return;
                };
                let names: Vec<String> = names.into_iter().map(|part| fold(part, self.dialect)).collect();
                let common = self.common.iter().rev().find(|(common, _)| names.len() == 1 && *common == names[0]);
                let columns = match common {
                    Some((_, columns)) => columns.as_deref().cloned(),
                    None => self.known(&names).map(|table| table.columns.clone()),
                };
                (columns, alias.as_ref(), names.last().cloned())
            }
            TableFactor::Table { name, alias, .. } | TableFactor::Function { name, alias, .. } => {
                let last = parts(name).and_then(|parts| Some(fold(parts.last()?, self.dialect)));
                (None, alias.as_ref(), last)
            }
            TableFactor::Derived { lateral, subquery, alias, .. } => {
                let columns = if *lateral || self.dialect != Dialect::Postgres {
                    self.query(subquery, Some(scope))
                } else {
                    self.query(subquery, scope.outer)
                };
                (columns, alias.as_ref(), None)
            }
            TableFactor::NestedJoin { table_with_joins, alias: None } => {
                self.tables(table_with_joins, scope);
                return;
            }
            _ => {
                scope.vague = true;
                return;
            }
        };
        let columns = self.renamed(columns, alias).map(Arc::new);
        let name = alias.map(|alias| fold(&alias.name, self.dialect)).or(name);
        scope.sources.push(Source { name: name.unwrap_or_default(), columns });
    }

    /// Columns under the names that an alias gives them.
    fn renamed(&self, columns: Option<Vec<Column>>, alias: Option<&TableAlias>) -> Option<Vec<Column>> {
        let names = alias.map(|alias| alias.columns.as_slice()).unwrap_or_default();
        let mut columns = columns?;
        if names.len() > columns.len() {
            return None;
        }
        for (column, name) in columns.iter_mut().zip(names) {
            column.name = Some(fold(&name.name, self.dialect));
        }
        Some(columns)
    }
}

/// Whether an expression is a column of a table, or made of one.
fn is_taken(expr: &Expr) -> bool {
    match expr {
        Expr::Identifier(_) | Expr::CompoundIdentifier(_) => true,
        Expr::Nested(inner) | Expr::Cast { expr: inner, .. } => is_taken(inner),
        _ => false,
    }
}

/// The names that the list of a SELECT gives.
fn aliases(select: &Select, dialect: Dialect) -> Vec<String> {
    let alias = |item: &SelectItem| match item {
        SelectItem::ExprWithAlias { alias, .. } => Some(fold(alias, dialect)),
        SelectItem::UnnamedExpr(Expr::Function(function)) => plain_name(&function.name, dialect),
        _ => None,
    };
    select.projection.iter().filter_map(alias).collect()
}

/// Every column of the tables; those that a join made one of come first, once.
fn every(scope: &Scope<'_>) -> Option<Vec<Column>> {
    if scope.vague || scope.sources.is_empty() {
        return None;
    }
    let merged = scope.merged.iter().map(|name| match scope.column(name) {
        Found::Column(column) => Column { required: false, ..column.clone() },
        _ => Column::named(name),
    });
    let mut columns: Vec<Column> = Vec::new();
    for column in merged {
        if !columns.iter().any(|known| known.name == column.name) {
            columns.push(column);
        }
    }
    for source in &scope.sources {
        let own = source.columns.as_ref()?.iter();
        let left = own.filter(|column| !column.name.as_ref().is_some_and(|name| scope.merged.contains(name)));
        columns.extend(left.map(|column| Column { required: false, taken: true, ..column.clone() }));
    }
    Some(columns)
}

fn is_plain(options: &WildcardAdditionalOptions) -> bool {
    options.opt_ilike.is_none()
        && options.opt_exclude.is_none()
        && options.opt_except.is_none()
        && options.opt_replace.is_none()
        && options.opt_rename.is_none()
        && options.opt_alias.is_none()
}
