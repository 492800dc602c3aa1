//! What Postgres computes while it plans, whether or not a row comes to it: a constant divided by nothing fails there.

use sqlparser::ast::{
    BinaryOperator, Expr, Function, FunctionArg, FunctionArgExpr, FunctionArguments, Query, SelectItem, SetExpr,
    Spanned as _, Value,
};

use super::expressions::plain_name;
use super::functions::AGGREGATES;
use super::{Binder, ProblemKind};
use crate::sql::dialect::Dialect;

impl Binder<'_> {
    /// Looks at what a statement's own query gives. What inner queries give may be left out of the plan.
    pub(super) fn folded_query(&mut self, query: &Query) {
        let SetExpr::Select(select) = &*query.body else { return };
        for item in &select.projection {
            if let SelectItem::UnnamedExpr(expr) | SelectItem::ExprWithAlias { expr, .. } = item {
                self.folded(expr);
            }
        }
    }

    /// Looks at an expression all of which is planned.
    pub(super) fn folded(&mut self, expr: &Expr) {
        match expr {
            Expr::Nested(inner) | Expr::Cast { expr: inner, .. } | Expr::UnaryOp { expr: inner, .. } => {
                self.folded(inner);
            }
            // Either side may leave the other out.
            Expr::BinaryOp { op: BinaryOperator::And | BinaryOperator::Or, .. } => {}
            Expr::BinaryOp { left, op, right } => {
                let divides = matches!(op, BinaryOperator::Divide | BinaryOperator::Modulo);
                if divides && self.dialect == Dialect::Postgres && number(left).is_some() && number(right) == Some(0.0)
                {
                    self.problem(expr.span(), ProblemKind::Type("division by zero".to_owned()));
                }
                self.folded(left);
                self.folded(right);
            }
            // Where a condition is known while it is planned, the other branches are left out.
            Expr::Case { operand: None, conditions, else_result, .. }
                if conditions.iter().all(|when| self.waits(&when.condition)) =>
            {
                let results = conditions.iter().map(|when| &when.result).chain(else_result.as_deref());
                for result in results {
                    self.folded(result);
                }
            }
            Expr::Function(function) => self.folded_arguments(function),
            _ => {}
        }
    }

    fn folded_arguments(&mut self, function: &Function) {
        let FunctionArguments::List(list) = &function.args else { return };
        let is_coalesce = plain_name(&function.name, self.dialect).as_deref() == Some("coalesce");
        for argument in list.args.iter().take(if is_coalesce { 1 } else { usize::MAX }) {
            if let FunctionArg::Unnamed(FunctionArgExpr::Expr(expr)) = argument {
                self.folded(expr);
            }
        }
    }

    /// Whether a condition is only known when rows have been read.
    fn waits(&self, condition: &Expr) -> bool {
        match condition {
            Expr::Nested(inner) => self.waits(inner),
            Expr::Exists { .. } | Expr::Subquery(_) => true,
            Expr::BinaryOp { left, op, right } if !matches!(op, BinaryOperator::And | BinaryOperator::Or) => {
                self.waits(left) || self.waits(right)
            }
            Expr::Function(function) => {
                let name = plain_name(&function.name, self.dialect);
                name.is_some_and(|name| AGGREGATES.contains(&name.as_str()))
            }
            _ => false,
        }
    }
}

/// A number that is written out.
fn number(expr: &Expr) -> Option<f64> {
    match expr {
        Expr::Nested(inner) => number(inner),
        Expr::Value(value) => match &value.value {
            Value::Number(digits, _) => digits.parse().ok(),
            _ => None,
        },
        _ => None,
    }
}
