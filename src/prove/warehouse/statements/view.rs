//! Writing to a view: `PostgreSQL` writes to the table behind one that selects from a single table and does nothing to
//! its rows; other warehouses refuse it.

use std::ops::ControlFlow;
use std::sync::Arc;

use sqlparser::ast::{
    Distinct, Expr, GroupByExpr, Query, Select, SelectItem, SetExpr, TableFactor, TableWithJoins, visit_expressions,
};

use crate::prove::warehouse::Warehouse;
use crate::prove::warehouse::catalog::object::Class;
use crate::prove::warehouse::catalog::{Certainty, Column, Kind, Relation};
use crate::prove::warehouse::sqlite::quoted;
use crate::prove::warehouse::stop::{Done, Stop};
use crate::prove::warehouse::translate::{Scope, Translator, is_aggregate, source_of};
use crate::sql::Dialect;

/// What is to be done to a view.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Writing {
    Insert,
    Update,
    Delete,
    Merge,
}

/// The table behind a view.
#[derive(Debug, Clone)]
pub(super) struct Behind {
    /// The view's name.
    view: String,
    /// The table.
    pub(super) table: Arc<Relation>,
    /// Each column of the view, with that of the table where it is one, and its value in `SQLite`'s SQL.
    columns: Vec<(String, Option<String>, String)>,
    /// Which rows the view has.
    condition: Option<String>,
}

impl Behind {
    /// The column of the table that a column of the view is; none where its value is computed.
    pub(super) fn column(&self, name: &str) -> Option<&Column> {
        let of = self.columns.iter().find(|(known, ..)| known == name)?.1.as_deref()?;
        self.table.column(of)
    }

    /// The columns of the table that columns of the view are.
    pub(super) fn columns_of(&self, columns: &[Column], writing: Writing, unlisted: bool) -> Done<Vec<Column>> {
        let of = |column: &Column| match self.column(&column.name) {
            Some(own) => Ok(own.clone()),
            None if unlisted => Err(Stop::not_proved("whether a computed column is written is not looked at")),
            None => {
                let verb = if writing == Writing::Insert { "insert into" } else { "update" };
                Err(Stop::refuted(format!("cannot {verb} column \"{}\" of view \"{}\"", column.name, self.view)))
            }
        };
        columns.iter().map(of).collect()
    }

    /// The rows of the view with those of the table that they are, as a query.
    pub(super) fn rows(&self) -> String {
        let columns: Vec<String> =
            self.columns.iter().map(|(name, _, value)| format!("{value} AS {}", quoted(name))).collect();
        let condition = self.condition.as_ref().map_or(String::new(), |condition| format!(" WHERE {condition}"));
        format!("SELECT rowid AS \"?row\", {} FROM {}{condition}", columns.join(", "), self.table.storage.quoted())
    }
}

impl Warehouse {
    /// The table behind a view that is written to; refused where the warehouse refuses it.
    pub(super) fn behind(&mut self, view: &Relation, writing: Writing) -> Done<Behind> {
        let name = view.name.identifier.clone();
        if let Some(cause) = self.refuses(view, writing) {
            return Err(Stop::refuted(cause));
        }
        let unknown = |why: &str| Stop::not_proved(format!("{name} is a view: {why}"));
        if self.session.dialect != Dialect::Postgres || view.kind != Kind::View {
            return Err(unknown("writing to it is not rewritten"));
        }
        let part = [view.name.database.clone().unwrap_or_default(), view.name.schema.clone(), name.clone()];
        let ledger = self.catalog.ledger();
        if [Class::Trigger, Class::Rule].iter().any(|class| ledger.there(*class, &part).next().is_some()) {
            return Err(unknown("a trigger or a rule says what writing to it does"));
        }
        let Some(definition) = view.definition.clone() else { return Err(unknown("its query is not known")) };
        let select = match plain(&definition.0) {
            Ok(select) => select,
            Err(Plain::No) => return Err(Stop::refuted(cannot(writing, &name))),
            Err(Plain::Unknown) => return Err(unknown("whether it can be written to is not known")),
        };
        self.behind_select(view, select, writing)
    }

    /// The words of a warehouse that never writes to such a relation.
    fn refuses(&self, view: &Relation, writing: Writing) -> Option<String> {
        let name = &view.name.identifier;
        match (self.session.dialect, view.kind, writing) {
            (_, Kind::View | Kind::MaterializedView, _) if view.certainty == Certainty::Assumed => None,
            (Dialect::DuckDb, Kind::View, Writing::Insert) => Some(format!("Catalog Error: {name} is not an table")),
            (Dialect::DuckDb, Kind::View, Writing::Update) => {
                Some("Binder Error: Can only update base table".to_owned())
            }
            (Dialect::DuckDb, Kind::View, Writing::Delete) => {
                Some("Binder Error: Can only delete from base table".to_owned())
            }
            (Dialect::DuckDb, Kind::View, Writing::Merge) => {
                Some("Binder Error: Can only merge into base tables!".to_owned())
            }
            (Dialect::Postgres, Kind::MaterializedView | Kind::View, Writing::Merge) => {
                Some(format!("cannot execute MERGE on relation \"{name}\""))
            }
            (Dialect::Postgres, Kind::MaterializedView, _) => {
                Some(format!("cannot change materialized view \"{name}\""))
            }
            (Dialect::Redshift, Kind::View, _) => Some(cannot(writing, name)),
            _ => None,
        }
    }

    fn behind_select(&mut self, view: &Relation, select: &Select, writing: Writing) -> Done<Behind> {
        let name = &view.name.identifier;
        let unknown = || Stop::not_proved(format!("{name} is a view: writing to it is not rewritten"));
        let [TableWithJoins { relation: TableFactor::Table { name: from, alias, args: None, .. }, joins }] =
            select.from.as_slice()
        else {
            return Err(Stop::refuted(cannot(writing, name)));
        };
        if !joins.is_empty() {
            return Err(Stop::refuted(cannot(writing, name)));
        }
        let mut table = self.relation_of(from)?;
        let called = alias.as_ref().map(|alias| Translator::new(self).fold(&alias.name));
        let condition = match &select.selection {
            Some(condition) => Some(self.value(condition, &table, called.as_deref()).map_err(|_| unknown())?),
            None => None,
        };
        let mut columns = Vec::new();
        for item in &select.projection {
            let expr = match item {
                SelectItem::UnnamedExpr(expr) | SelectItem::ExprWithAlias { expr, .. } => expr,
                SelectItem::Wildcard(_) | SelectItem::QualifiedWildcard(..) => {
                    columns.extend(table.columns.iter().map(|one| (Some(one.name.clone()), quoted(&one.name))));
                    continue;
                }
                SelectItem::ExprWithAliases { .. } => return Err(unknown()),
            };
            let own = match expr {
                Expr::Identifier(ident) => Some(Translator::new(self).fold(ident)),
                Expr::CompoundIdentifier(parts) => parts.last().map(|ident| Translator::new(self).fold(ident)),
                _ => None,
            };
            let own = own.filter(|own| table.column(own).is_some());
            columns.push((own, self.value(expr, &table, called.as_deref()).map_err(|_| unknown())?));
        }
        if columns.len() != view.columns.len() || view.is_open() || table.is_open() {
            return Err(unknown());
        }
        let named = view.columns.iter().zip(columns);
        let mut columns: Vec<_> = named.map(|(column, (own, value))| (column.name.clone(), own, value)).collect();
        let mut condition = condition;
        if table.is_view() || table.kind == Kind::MaterializedView {
            // A view of a view: the columns of both have to be those of the table.
            let inner = self.behind(&table, writing)?;
            let is_same = |(name, own, _): &(String, Option<String>, String)| own.as_ref() == Some(name);
            if !inner.columns.iter().all(is_same) {
                return Err(unknown());
            }
            columns.retain(|(_, own, _)| own.is_some());
            if columns.len() != view.columns.len() {
                return Err(unknown());
            }
            condition = match (condition, inner.condition) {
                (Some(one), Some(other)) => Some(format!("({one}) AND ({other})")),
                (one, other) => one.or(other),
            };
            table = inner.table;
        }
        Ok(Behind { view: view.name.identifier.clone(), table, columns, condition })
    }

    /// An expression of a table's columns.
    fn value(&mut self, expr: &Expr, table: &Relation, called: Option<&str>) -> Done<String> {
        let alias = called.unwrap_or(&table.name.identifier).to_owned();
        let mut translator = Translator::new(self);
        translator.scopes =
            vec![Scope { sources: vec![source_of(table, alias, None, called.is_none())], ..Scope::default() }];
        let typed = translator.expression(expr)?;
        translator.finish(typed.sql)
    }
}

/// The words of `PostgreSQL` for a view that is not to be written to.
fn cannot(writing: Writing, name: &str) -> String {
    match writing {
        Writing::Insert => format!("cannot insert into view \"{name}\""),
        Writing::Update => format!("cannot update view \"{name}\""),
        Writing::Delete => format!("cannot delete from view \"{name}\""),
        Writing::Merge => format!("cannot execute MERGE on relation \"{name}\""),
    }
}

/// Why a query is not one that selects some rows of a single table.
enum Plain {
    No,
    Unknown,
}

/// The SELECT of a query that `PostgreSQL` writes through.
fn plain(query: &Query) -> Result<&Select, Plain> {
    if query.with.is_some() || query.limit_clause.is_some() || query.fetch.is_some() {
        return Err(Plain::No);
    }
    let select = match &*query.body {
        SetExpr::Select(select) => select,
        // In brackets.
        SetExpr::Query(inner) if query.order_by.is_none() => return plain(inner),
        SetExpr::SetOperation { .. } | SetExpr::Values(_) => return Err(Plain::No),
        _ => return Err(Plain::Unknown),
    };
    let is_grouped = match &select.group_by {
        GroupByExpr::All(_) => true,
        GroupByExpr::Expressions(list, more) => !list.is_empty() || !more.is_empty(),
    };
    let is_distinct = matches!(select.distinct, Some(Distinct::Distinct | Distinct::On(_)));
    if is_grouped || is_distinct || select.having.is_some() {
        return Err(Plain::No);
    }
    for item in &select.projection {
        if let Some(why) = gathers(item) {
            return Err(why);
        }
    }
    Ok(select)
}

/// Whether a value is made of several rows.
fn gathers(item: &SelectItem) -> Option<Plain> {
    let found = visit_expressions(item, |expr| match expr {
        Expr::Subquery(_) | Expr::Exists { .. } | Expr::InSubquery { .. } => ControlFlow::Break(Plain::Unknown),
        Expr::Function(function) => {
            let arguments = match &function.args {
                sqlparser::ast::FunctionArguments::List(list) => list.args.len(),
                _ => 0,
            };
            let name = function.name.to_string().to_lowercase();
            if function.over.is_some() || is_aggregate(&name, arguments) {
                ControlFlow::Break(Plain::No)
            } else {
                ControlFlow::Continue(())
            }
        }
        _ => ControlFlow::Continue(()),
    });
    found.break_value()
}
