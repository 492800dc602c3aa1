//! SELECT: the list, its names, and the clauses around it.

use sqlparser::ast::{
    Distinct, ExcludeSelectItem, Expr, GroupByExpr, Ident, NamedWindowExpr, ObjectName, OrderBy, OrderByKind,
    RenameSelectItem, Select, SelectFlavor, SelectItem, SelectItemQualifiedWildcardKind, TopQuantity,
    WildcardAdditionalOptions,
};

use crate::prove::warehouse::catalog::Rule;
use crate::prove::warehouse::name::RelationName;
use crate::prove::warehouse::sqlite::quoted;
use crate::prove::warehouse::stop::{Done, Stop};
use crate::prove::warehouse::types::Type;
use crate::sql::Dialect;

use super::query::is_ordinal;
use super::{Given, Scope, Translated, Translator, Typed};

/// An item of a select list.
pub(in crate::prove::warehouse) struct Item {
    /// What is selected.
    pub(in crate::prove::warehouse) typed: Typed,
    /// What it is called.
    pub(in crate::prove::warehouse) given: Given,
    /// Whether it calls an aggregate function.
    aggregate: bool,
}

/// The clauses after the list, in `SQLite`'s SQL.
#[derive(Default)]
struct Clauses {
    group: String,
    having: String,
    window: String,
    /// The condition of QUALIFY.
    qualify: Option<String>,
    /// DISTINCT ON, as a number of each row in its group.
    first: Option<String>,
    order: String,
    limit: String,
}

impl Translator<'_> {
    /// A SELECT, with the ORDER BY of the query around it.
    pub(super) fn select(&mut self, select: &Select, order_by: Option<&OrderBy>) -> Done<Translated> {
        if !select.connect_by.is_empty() || select.into.is_some() {
            return Err(Stop::not_proved("CONNECT BY or INTO in a query is not rewritten"));
        }
        if select.value_table_mode.is_some() || select.exclude.is_some() {
            return Err(Stop::not_proved("SELECT AS STRUCT or EXCLUDE after the list is not rewritten"));
        }
        self.scopes.push(Scope::default());
        let done = self.deeper(|this| this.select_in_scope(select, order_by));
        self.scopes.pop();
        done
    }

    fn select_in_scope(&mut self, select: &Select, order_by: Option<&OrderBy>) -> Done<Translated> {
        let mut from = self.from(&select.from)?;
        for view in &select.lateral_views {
            from += &self.lateral_view(view)?;
        }
        // `from t` alone, in DuckDB.
        let star = [SelectItem::Wildcard(WildcardAdditionalOptions::default())];
        let has_list = select.flavor != SelectFlavor::FromFirstNoSelect;
        let (items, open) = self.items(if has_list { &select.projection } else { &star })?;
        let mut conditions = Vec::new();
        for condition in select.prewhere.iter().chain(&select.selection) {
            conditions.push(self.condition(condition)?);
        }
        let clauses = self.clauses(select, &items, order_by)?;
        let mut sql = "SELECT ".to_owned();
        if matches!(select.distinct, Some(Distinct::Distinct)) {
            sql += "DISTINCT ";
        }
        let mut list: Vec<String> =
            items.iter().map(|item| format!("{} AS {}", item.typed.sql, quoted(&item.given.name))).collect();
        if list.is_empty() {
            list.push("NULL AS \"?\"".to_owned());
        }
        let wrapped = clauses.qualify.as_ref().or(clauses.first.as_ref());
        if let Some(kept) = wrapped {
            list.push(format!("{kept} AS \"kept\""));
        }
        sql += &list.join(", ");
        if !from.is_empty() {
            sql += &format!(" FROM {from}");
        }
        if !conditions.is_empty() {
            sql += &format!(" WHERE {}", conditions.join(" AND "));
        }
        sql += &clauses.group;
        sql += &clauses.having;
        sql += &clauses.window;
        if wrapped.is_some() {
            let names: Vec<String> = if items.is_empty() {
                vec!["\"?\"".to_owned()]
            } else {
                items.iter().map(|item| quoted(&item.given.name)).collect()
            };
            let condition = if clauses.first.is_some() { "\"kept\" = 1" } else { "\"kept\"" };
            sql = format!("SELECT {} FROM ({sql}) WHERE {condition}", names.join(", "));
        }
        sql += &clauses.order;
        sql += &clauses.limit;
        let columns = items.into_iter().map(|item| item.given).collect();
        Ok(Translated { sql, columns, open })
    }

    fn clauses(&mut self, select: &Select, items: &[Item], order_by: Option<&OrderBy>) -> Done<Clauses> {
        let mut clauses = Clauses::default();
        let columns: Vec<Given> = items.iter().map(|item| item.given.clone()).collect();
        let (group, grouped) = self.group_by(&select.group_by, items)?;
        clauses.group = group;
        self.all_grouped(select, items, grouped.as_deref())?;
        if let Some(having) = &select.having {
            clauses.having = format!(" HAVING {}", self.condition(having)?);
        }
        if !select.named_window.is_empty() {
            let mut windows = Vec::new();
            for window in &select.named_window {
                let text = match &window.1 {
                    NamedWindowExpr::NamedWindow(name) => quoted(&self.fold(name)),
                    NamedWindowExpr::WindowSpec(spec) => self.window(spec)?,
                };
                windows.push(format!("{} AS {text}", quoted(&self.fold(&window.0))));
            }
            clauses.window = format!(" WINDOW {}", windows.join(", "));
        }
        if let Some(qualify) = &select.qualify {
            clauses.qualify = Some(self.condition(qualify)?);
        }
        if let Some(Distinct::On(expressions)) = &select.distinct {
            let mut by = Vec::new();
            for expression in expressions {
                let typed = self.expression(expression)?;
                by.push(self.ordinal_or(&typed, items));
            }
            let order = match order_by.map(|order_by| &order_by.kind) {
                Some(OrderByKind::Expressions(expressions)) => {
                    let mut texts = Vec::new();
                    for item in expressions {
                        texts.push(self.order_item(item, &[])?);
                    }
                    format!(" ORDER BY {}", texts.join(", "))
                }
                _ => String::new(),
            };
            clauses.first = Some(format!("row_number() OVER (PARTITION BY {}{order})", by.join(", ")));
        }
        if let Some(order_by) = order_by {
            let wrapped = clauses.qualify.is_some() || clauses.first.is_some();
            if wrapped {
                // The rows come out of a subquery: only its columns are left to order by.
                let outside = Scope {
                    sources: vec![super::Source { columns: columns.clone(), ..super::Source::default() }],
                    ..Scope::default()
                };
                self.scopes.push(outside);
                let order = self.order_by(order_by, &columns);
                self.scopes.pop();
                clauses.order = order.map_err(|stop| match stop {
                    Stop::Refuted(_) => {
                        Stop::not_proved("ORDER BY of what is not selected, with QUALIFY, is not rewritten")
                    }
                    other => other,
                })?;
            } else {
                clauses.order = self.order_by(order_by, &columns)?;
            }
        }
        if let Some(top) = &select.top {
            clauses.limit = match &top.quantity {
                Some(TopQuantity::Constant(count)) if !top.percent && !top.with_ties => format!(" LIMIT {count}"),
                Some(TopQuantity::Expr(expr)) if !top.percent && !top.with_ties => {
                    format!(" LIMIT {}", self.expression(expr)?.sql)
                }
                _ => return Err(Stop::not_proved("TOP by percent or with ties is not rewritten")),
            };
        }
        Ok(clauses)
    }

    /// Refuses a column that stands beside aggregates, or beside GROUP BY, and is not grouped by.
    fn all_grouped(&mut self, select: &Select, items: &[Item], grouped: Option<&[String]>) -> Done<()> {
        let tolerant = self.speaks(&[Dialect::MySql, Dialect::Sqlite, Dialect::Generic, Dialect::ClickHouse]);
        let Some(grouped) = grouped.filter(|_| !tolerant) else { return Ok(()) };
        if grouped.is_empty() && select.having.is_none() && !items.iter().any(|item| item.aggregate) {
            return Ok(());
        }
        let plain = select.projection.len() == items.len();
        for (written, item) in select.projection.iter().zip(items).filter(|_| plain) {
            let (SelectItem::UnnamedExpr(expr) | SelectItem::ExprWithAlias { expr, .. }) = written else { continue };
            if !matches!(expr, Expr::Identifier(_) | Expr::CompoundIdentifier(_)) || grouped.contains(&item.typed.sql) {
                continue;
            }
            let scope = self.scopes.last().cloned().unwrap_or_default();
            if !scope.merged.is_empty() {
                return Ok(());
            }
            let of = scope.sources.iter().find(|source| {
                source.open.is_empty() && source.columns.iter().any(|column| source.sql(&column.name) == item.typed.sql)
            });
            let Some(source) = of else { continue };
            // The columns of a row whose key is grouped by are those of the group.
            if self.is_keyed(source, grouped) {
                continue;
            }
            let shown = item.typed.label.clone().unwrap_or_default();
            let alias = &source.alias;
            return Err(Stop::refuted(match self.dialect() {
                Dialect::DuckDb => format!(
                    "Binder Error: column \"{shown}\" must appear in the GROUP BY clause or must be part of an aggregate \
                     function."
                ),
                Dialect::Snowflake => {
                    format!("SQL compilation error: '{alias}.{shown}' is not a valid group by expression")
                }
                Dialect::BigQuery => {
                    format!("SELECT list expression references column {shown} which is neither grouped nor aggregated")
                }
                _ => format!(
                    "column \"{alias}.{shown}\" must appear in the GROUP BY clause or be used in an aggregate function"
                ),
            }));
        }
        Ok(())
    }

    /// Whether the primary key of a source is among what is grouped by.
    fn is_keyed(&self, source: &super::Source, grouped: &[String]) -> bool {
        let relations = self.reads.iter().filter_map(|name| self.warehouse.catalog.relation(name));
        let mut keys =
            relations.flat_map(|relation| &relation.constraints).filter_map(|constraint| match &constraint.rule {
                Rule::PrimaryKey(columns) => Some(columns),
                _ => None,
            });
        keys.any(|columns| columns.iter().all(|column| grouped.contains(&source.sql(column))))
    }

    /// GROUP BY, and what is grouped by; none of the latter where it is not known one by one.
    fn group_by(&mut self, group_by: &GroupByExpr, items: &[Item]) -> Done<(String, Option<Vec<String>>)> {
        let (expressions, modifiers) = match group_by {
            GroupByExpr::Expressions(expressions, modifiers) => (expressions.as_slice(), modifiers),
            GroupByExpr::All(modifiers) => {
                let plain = items.iter().enumerate().filter(|(_, item)| !item.aggregate);
                let by: Vec<String> = plain.map(|(at, _)| (at + 1).to_string()).collect();
                if !modifiers.is_empty() {
                    return Err(Stop::not_proved("GROUP BY with ROLLUP or CUBE is not rewritten"));
                }
                let text = if by.is_empty() { String::new() } else { format!(" GROUP BY {}", by.join(", ")) };
                return Ok((text, None));
            }
        };
        if !modifiers.is_empty() {
            return Err(Stop::not_proved("GROUP BY with ROLLUP or CUBE is not rewritten"));
        }
        let mut texts = Vec::new();
        let mut grouped = Vec::new();
        for expression in expressions {
            if matches!(expression, Expr::GroupingSets(_) | Expr::Cube(_) | Expr::Rollup(_)) {
                return Err(Stop::not_proved("GROUP BY with ROLLUP or CUBE is not rewritten"));
            }
            let typed = self.expression(expression)?;
            grouped.push(self.ordinal_or(&typed, items));
            texts.push(typed.sql);
        }
        Ok((if texts.is_empty() { String::new() } else { format!(" GROUP BY {}", texts.join(", ")) }, Some(grouped)))
    }

    fn ordinal_or(&self, typed: &Typed, items: &[Item]) -> String {
        let at = if is_ordinal(typed) { typed.sql.parse::<usize>().ok() } else { None };
        at.and_then(|at| items.get(at.wrapping_sub(1))).map_or_else(|| typed.sql.clone(), |item| item.typed.sql.clone())
    }

    /// A select list, and the relations of which it selects all that there may be.
    pub(in crate::prove::warehouse) fn items(
        &mut self,
        projection: &[SelectItem],
    ) -> Done<(Vec<Item>, Vec<RelationName>)> {
        let mut items = Vec::new();
        let mut open = Vec::new();
        for (at, item) in projection.iter().enumerate() {
            match item {
                SelectItem::UnnamedExpr(expr) => {
                    let (typed, aggregate) = self.counted(expr)?;
                    let shown = match &typed.label {
                        Some(label) => label.clone(),
                        None => self.nameless(expr, at),
                    };
                    let name = match expr {
                        Expr::Identifier(ident) => self.fold(ident),
                        Expr::CompoundIdentifier(parts) => parts.last().map_or(String::new(), |part| self.fold(part)),
                        _ => shown.clone(),
                    };
                    let given = Given { name, shown, of: typed.of, certain: lasting(&typed), digits: typed.digits };
                    items.push(Item { typed, given, aggregate });
                }
                SelectItem::ExprWithAlias { expr, alias } => {
                    let (typed, aggregate) = self.counted(expr)?;
                    items.push(Item { given: self.named(alias, &typed), typed, aggregate });
                }
                SelectItem::ExprWithAliases { .. } => {
                    return Err(Stop::not_proved("an expression with several names is not rewritten"));
                }
                SelectItem::Wildcard(options) => self.wildcard(None, options, &mut items, &mut open)?,
                SelectItem::QualifiedWildcard(SelectItemQualifiedWildcardKind::ObjectName(name), options) => {
                    self.wildcard(Some(name), options, &mut items, &mut open)?;
                }
                SelectItem::QualifiedWildcard(SelectItemQualifiedWildcardKind::Expr(_), _) => {
                    return Err(Stop::not_proved("the fields of an expression are not rewritten"));
                }
            }
            if let Some(scope) = self.scopes.last_mut()
                && let Some(item) = items.last()
                && !matches!(item_name(item), "?column?" | "")
            {
                scope.aliases.push((item.given.name.clone(), item.typed.clone()));
            }
        }
        Ok((items, open))
    }

    fn named(&self, alias: &Ident, typed: &Typed) -> Given {
        let name = self.fold(alias);
        let shown = match self.dialect() {
            Dialect::Postgres | Dialect::Redshift | Dialect::Snowflake | Dialect::Oracle => name.clone(),
            _ => alias.value.clone(),
        };
        Given { name, shown, of: typed.of, certain: lasting(typed), digits: typed.digits }
    }

    /// An expression, and whether it calls an aggregate function.
    fn counted(&mut self, expr: &Expr) -> Done<(Typed, bool)> {
        let before = self.aggregates;
        let typed = self.expression(expr)?;
        Ok((typed, self.aggregates > before))
    }

    /// What the warehouse calls a column without a name.
    fn nameless(&self, expr: &Expr, at: usize) -> String {
        match self.dialect() {
            Dialect::Postgres | Dialect::Redshift => "?column?".to_owned(),
            Dialect::Snowflake => expr.to_string().to_uppercase(),
            Dialect::BigQuery => format!("f{at}_"),
            Dialect::Trino | Dialect::Athena => format!("_col{at}"),
            Dialect::SqlServer => String::new(),
            _ => expr.to_string(),
        }
    }

    fn wildcard(
        &mut self,
        of: Option<&ObjectName>,
        options: &WildcardAdditionalOptions,
        items: &mut Vec<Item>,
        open: &mut Vec<RelationName>,
    ) -> Done<()> {
        if options.opt_ilike.is_some() || options.opt_alias.is_some() {
            return Err(Stop::not_proved("a wildcard with ILIKE or a name is not rewritten"));
        }
        let scope = self.scopes.last().cloned().unwrap_or_default();
        let wanted: Option<Vec<String>> = of.map(|name| {
            name.0.iter().map(|part| part.as_ident().map_or(String::new(), |ident| self.fold(ident))).collect()
        });
        let mut selected: Vec<(Given, Typed)> = Vec::new();
        let mut seen = false;
        if wanted.is_none() {
            for (given, sql) in &scope.merged {
                selected.push((given.clone(), Typed::new(sql.clone(), given.of)));
            }
        }
        for source in &scope.sources {
            let right = wanted.as_ref().is_none_or(|wanted| {
                wanted.last() == Some(&source.alias)
                    || source.whole.as_ref().is_some_and(|whole| Some(&whole.identifier) == wanted.last())
            });
            if !right {
                continue;
            }
            seen = true;
            for column in &source.columns {
                if wanted.is_none() && scope.merged.iter().any(|(merged, _)| merged.name == column.name) {
                    continue;
                }
                selected.push((column.clone(), source.typed(column)));
            }
            open.extend(source.open.iter().cloned());
        }
        if !seen {
            return Err(match of {
                Some(name) => Stop::refuted(format!("missing FROM-clause entry for table \"{name}\"")),
                None => Stop::refuted("SELECT * with no tables specified is not valid"),
            });
        }
        self.change(options, &mut selected)?;
        items.extend(selected.into_iter().map(|(given, typed)| Item { typed, given, aggregate: false }));
        Ok(())
    }

    /// EXCLUDE, EXCEPT, REPLACE and RENAME of a wildcard.
    fn change(&mut self, options: &WildcardAdditionalOptions, selected: &mut Vec<(Given, Typed)>) -> Done<()> {
        let mut left_out: Vec<String> = Vec::new();
        match &options.opt_exclude {
            Some(ExcludeSelectItem::Single(name)) => left_out.push(self.column_name(name)?),
            Some(ExcludeSelectItem::Multiple(names)) => {
                for name in names {
                    left_out.push(self.column_name(name)?);
                }
            }
            None => {}
        }
        if let Some(except) = &options.opt_except {
            left_out.push(self.fold(&except.first_element));
            left_out.extend(except.additional_elements.iter().map(|element| self.fold(element)));
        }
        selected.retain(|(given, _)| !left_out.contains(&given.name));
        if let Some(replace) = &options.opt_replace {
            for item in &replace.items {
                let (typed, name) = (self.expression(&item.expr)?, self.fold(&item.column_name));
                for (given, old) in selected.iter_mut().filter(|(given, _)| given.name == name) {
                    given.of = typed.of;
                    *old = typed.clone();
                }
            }
        }
        let renamed = match &options.opt_rename {
            Some(RenameSelectItem::Single(item)) => vec![item.clone()],
            Some(RenameSelectItem::Multiple(items)) => items.clone(),
            None => Vec::new(),
        };
        for item in renamed {
            let (from, to) = (self.fold(&item.ident), self.fold(&item.alias));
            for (given, _) in selected.iter_mut().filter(|(given, _)| given.name == from) {
                given.name.clone_from(&to);
                given.shown.clone_from(&to);
            }
        }
        Ok(())
    }

    /// RETURNING, in the scope of the table that is written.
    pub(in crate::prove::warehouse) fn returning(&mut self, projection: &[SelectItem]) -> Done<(String, Vec<Given>)> {
        let (items, _) = self.items(projection)?;
        let list: Vec<String> =
            items.iter().map(|item| format!("{} AS {}", item.typed.sql, quoted(&item.given.name))).collect();
        if list.is_empty() {
            return Ok((" RETURNING NULL AS \"?\"".to_owned(), Vec::new()));
        }
        Ok((format!(" RETURNING {}", list.join(", ")), items.into_iter().map(|item| item.given).collect()))
    }

    /// A condition, as `SQLite` tests it.
    pub(in crate::prove::warehouse) fn condition(&mut self, expr: &Expr) -> Done<String> {
        let typed = self.expression(expr)?;
        if typed.certain && self.speaks(&[Dialect::Postgres]) && !matches!(typed.of, Type::Boolean | Type::Unknown) {
            if typed.as_text().is_none() {
                return Err(Stop::refuted(format!(
                    "argument of WHERE must be type boolean, not type {}",
                    typed.of.name()
                )));
            }
        }
        Ok(typed.sql)
    }
}

/// Whether the type is beyond doubt for who reads the column: a text that is written out may yet become what it is
/// written to.
fn lasting(typed: &Typed) -> bool {
    typed.certain && typed.as_text().is_none()
}

fn item_name(item: &Item) -> &str {
    &item.given.name
}
