//! Columns beside aggregates.

use sqlparser::ast::{
    Expr, Function, FunctionArg, FunctionArgExpr, FunctionArguments, GroupByExpr, Select, SelectItem, Spanned as _,
};

use super::expressions::plain_name;
use super::functions::{AGGREGATES, SCALARS};
use super::scope::{Found, Scope, fold};
use super::{Binder, ProblemKind};

impl Binder<'_> {
    /// Columns of a SELECT that has aggregates and groups by nothing.
    pub(super) fn groups(&mut self, select: &Select, scope: &Scope<'_>) {
        let GroupByExpr::Expressions(list, modifiers) = &select.group_by else { return };
        if !list.is_empty() || !modifiers.is_empty() || scope.vague {
            return;
        }
        let expressions: Vec<&Expr> = select
            .projection
            .iter()
            .filter_map(|item| match item {
                SelectItem::UnnamedExpr(expr) | SelectItem::ExprWithAlias { expr, .. } => Some(expr),
                _ => None,
            })
            .collect();
        let mut found = Parts::default();
        for expr in &expressions {
            self.parts(expr, &mut found);
        }
        if !found.aggregates {
            return;
        }
        for (span, table, name) in found.columns {
            let meant = match &table {
                Some(table) => scope.qualified(table, &name),
                None => scope.column(&name),
            };
            let is_own = scope.sources.iter().any(|source| table.as_ref().is_none_or(|table| *table == source.name));
            if matches!(meant, Found::Column(_)) && is_own && scope.outer.is_none() {
                self.problem(span, ProblemKind::Ungrouped { name });
            }
        }
    }

    /// The aggregates of an expression, and the columns outside of them.
    fn parts(&self, expr: &Expr, found: &mut Parts) {
        match expr {
            Expr::Identifier(ident) => found.columns.push((ident.span, None, fold(ident, self.dialect))),
            Expr::CompoundIdentifier(idents) => {
                if let [table, ident] = idents.as_slice() {
                    let table = Some(fold(table, self.dialect));
                    found.columns.push((expr.span(), table, fold(ident, self.dialect)));
                }
            }
            Expr::Nested(inner) | Expr::Cast { expr: inner, .. } | Expr::UnaryOp { expr: inner, .. } => {
                self.parts(inner, found);
            }
            Expr::BinaryOp { left, right, .. } => {
                self.parts(left, found);
                self.parts(right, found);
            }
            Expr::Case { operand, conditions, else_result, .. } => {
                for one in [operand, else_result].into_iter().flatten() {
                    self.parts(one, found);
                }
                for when in conditions {
                    self.parts(&when.condition, found);
                    self.parts(&when.result, found);
                }
            }
            Expr::Function(function) => self.function_parts(function, found),
            _ => {}
        }
    }

    fn function_parts(&self, function: &Function, found: &mut Parts) {
        let name = plain_name(&function.name, self.dialect);
        let is_one_of = |names: &[&str]| name.as_deref().is_some_and(|name| names.contains(&name));
        if function.over.is_some() {
            return;
        }
        if is_one_of(&AGGREGATES) {
            found.aggregates = true;
            return;
        }
        // What is not known may be an aggregate of the warehouse, or of the user's own.
        if !is_one_of(&SCALARS) {
            return;
        }
        let FunctionArguments::List(list) = &function.args else { return };
        for argument in &list.args {
            if let FunctionArg::Unnamed(FunctionArgExpr::Expr(expr)) = argument {
                self.parts(expr, found);
            }
        }
    }
}

/// What an expression is made of.
#[derive(Default)]
struct Parts {
    aggregates: bool,
    columns: Vec<(sqlparser::tokenizer::Span, Option<String>, String)>,
}
