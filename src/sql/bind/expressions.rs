//! What expressions name, and what kinds of values they give.

use sqlparser::ast::{
    BinaryOperator, CaseWhen, Expr, Function, FunctionArg, FunctionArgExpr, FunctionArgumentClause, FunctionArguments,
    Ident, ObjectName, Spanned as _, UnaryOperator, Value,
};

use super::functions;
use super::scope::{Found, Scope, fold, parts};
use super::types::Type;
use super::{Binder, ProblemKind};
use crate::sql::UNKNOWN;
use crate::sql::dialect::Dialect;

/// Names that mean something without being a column's.
const SPECIAL: [&str; 24] = [
    "default",
    "user",
    "current_user",
    "session_user",
    "system_user",
    "current_role",
    "current_schema",
    "current_catalog",
    "current_database",
    "current_date",
    "current_time",
    "current_timestamp",
    "localtime",
    "localtimestamp",
    "tableoid",
    "ctid",
    "xmin",
    "xmax",
    "cmin",
    "cmax",
    "oid",
    "rowid",
    "filename",
    "value",
];

impl Binder<'_> {
    /// Looks at the names in an expression, and gives what kind of value it is.
    pub(super) fn expr(&mut self, expr: &Expr, scope: &Scope<'_>) -> Type {
        match expr {
            Expr::Identifier(ident) => self.column(ident, scope),
            Expr::CompoundIdentifier(idents) => self.qualified(idents, scope),
            Expr::Nested(inner) | Expr::Collate { expr: inner, .. } => self.expr(inner, scope),
            Expr::Value(value) => match &value.value {
                Value::SingleQuotedString(text) => Type::Constant(text.clone()),
                Value::Number(digits, _) => Type::of_number(digits),
                Value::Boolean(_) => Type::BOOLEAN,
                _ => Type::Unknown,
            },
            Expr::IsFalse(inner)
            | Expr::IsNotFalse(inner)
            | Expr::IsTrue(inner)
            | Expr::IsNotTrue(inner)
            | Expr::IsNull(inner)
            | Expr::IsNotNull(inner)
            | Expr::IsUnknown(inner)
            | Expr::IsNotUnknown(inner) => {
                self.expr(inner, scope);
                Type::BOOLEAN
            }
            Expr::IsDistinctFrom(left, right) | Expr::IsNotDistinctFrom(left, right) => {
                self.compared(left, &BinaryOperator::Eq, right, expr, scope)
            }
            Expr::BinaryOp { left, op, right } => self.binary(left, op, right, expr, scope),
            Expr::UnaryOp { op, expr: inner } => {
                let kind = self.expr(inner, scope);
                if self.dialect != Dialect::Postgres {
                    return if *op == UnaryOperator::Not { Type::BOOLEAN } else { Type::Unknown };
                }
                kind.after(op).unwrap_or_else(|reason| self.unfit(expr, reason))
            }
            Expr::InList { expr: one, list, .. } => {
                let kind = self.expr(one, scope);
                for item in list {
                    let value = self.expr(item, scope);
                    self.judge(&kind, &BinaryOperator::Eq, &value, item);
                }
                Type::BOOLEAN
            }
            Expr::InSubquery { expr: one, subquery, .. } => {
                let kind = self.expr(one, scope);
                let columns = self.query(subquery, Some(scope));
                if let Some([column]) = columns.as_deref() {
                    self.judge(&kind, &BinaryOperator::Eq, &column.kind.clone(), expr);
                }
                Type::BOOLEAN
            }
            Expr::Between { expr: one, low, high, .. } => {
                let kind = self.expr(one, scope);
                for (bound, operator) in [(low, BinaryOperator::GtEq), (high, BinaryOperator::LtEq)] {
                    let value = self.expr(bound, scope);
                    self.judge(&kind, &operator, &value, expr);
                }
                Type::BOOLEAN
            }
            Expr::Like { expr: one, pattern, .. } | Expr::ILike { expr: one, pattern, .. } => {
                let kind = self.expr(one, scope);
                let pattern = self.expr(pattern, scope);
                self.judge(&kind, &BinaryOperator::PGLikeMatch, &pattern, expr);
                Type::BOOLEAN
            }
            Expr::Exists { subquery, .. } => {
                self.query(subquery, Some(scope));
                Type::BOOLEAN
            }
            Expr::Subquery(query) => match self.query(query, Some(scope)).as_deref() {
                Some([column]) => column.kind.clone(),
                _ => Type::Unknown,
            },
            Expr::Cast { expr: inner, data_type, .. } => {
                let value = self.expr(inner, scope);
                let kind = Type::of(data_type);
                if let Some(reason) = kind.refuses_cast_of(&value) {
                    self.refused(expr, reason);
                }
                kind
            }
            Expr::AtTimeZone { timestamp, time_zone } => {
                let time = self.expr(timestamp, scope);
                let zone = self.expr(time_zone, scope);
                self.called("timezone", &[zone, time], expr)
            }
            Expr::Extract { expr: inner, .. } => {
                let value = self.expr(inner, scope);
                // An interval may be a constant behind its type.
                self.called("extract", &[Type::TEXT, value], expr)
            }
            Expr::Ceil { expr: inner, .. } | Expr::Floor { expr: inner, .. } => {
                let value = self.expr(inner, scope);
                self.called("floor", &[value], expr)
            }
            Expr::Position { expr: left, r#in: right } => {
                self.expr(left, scope);
                self.expr(right, scope);
                Type::INTEGER
            }
            Expr::Substring { expr: inner, substring_from, substring_for, .. } => {
                let parts = [Some(inner), substring_from.as_ref(), substring_for.as_ref()].into_iter().flatten();
                let given: Vec<Type> = parts.map(|part| self.expr(part, scope)).collect();
                self.called("substring", &given, expr)
            }
            Expr::Trim { expr: inner, .. } => {
                let value = self.expr(inner, scope);
                self.called("btrim", &[value], expr)
            }
            Expr::AnyOp { left, compare_op, right, .. } | Expr::AllOp { left, compare_op, right } => {
                let one = self.expr(left, scope);
                let element = match &**right {
                    Expr::Subquery(_) => self.expr(right, scope),
                    _ => self.expr(right, scope).element(),
                };
                self.judge(&one, compare_op, &element, expr);
                Type::BOOLEAN
            }
            Expr::TypedString(typed) => Type::of(&typed.data_type),
            Expr::Interval(_) => Type::INTERVAL,
            Expr::Case { operand, conditions, else_result, .. } => {
                self.case(operand.as_deref(), conditions, else_result.as_deref(), scope)
            }
            Expr::Tuple(items) => {
                for item in items {
                    self.expr(item, scope);
                }
                Type::Unknown
            }
            Expr::Function(function) => self.function(function, scope),
            // What is left out here is not judged.
            _ => Type::Unknown,
        }
    }

    fn binary(&mut self, left: &Expr, op: &BinaryOperator, right: &Expr, whole: &Expr, scope: &Scope<'_>) -> Type {
        // `f(days := 3)`: the name of an argument.
        if matches!(op, BinaryOperator::Assignment) {
            return self.expr(right, scope);
        }
        // `x -> x + 1` is a function in DuckDB.
        if matches!(op, BinaryOperator::Arrow) && self.dialect != Dialect::Postgres {
            return Type::Unknown;
        }
        self.compared(left, op, right, whole, scope)
    }

    fn compared(&mut self, left: &Expr, op: &BinaryOperator, right: &Expr, whole: &Expr, scope: &Scope<'_>) -> Type {
        let one = self.expr(left, scope);
        let other = self.expr(right, scope);
        self.judge(&one, op, &other, whole)
    }

    /// The kind of an operator's value; a problem where Postgres has no such operator.
    fn judge(&mut self, left: &Type, op: &BinaryOperator, right: &Type, place: &Expr) -> Type {
        if self.dialect != Dialect::Postgres {
            return Type::Unknown;
        }
        left.with(op, right).unwrap_or_else(|reason| self.unfit(place, reason))
    }

    /// The type of what a function that is written in its own way gives.
    fn called(&mut self, name: &str, arguments: &[Type], place: &Expr) -> Type {
        if self.dialect != Dialect::Postgres {
            return Type::Unknown;
        }
        functions::call(name, arguments).unwrap_or_else(|reason| self.unfit(place, reason))
    }

    fn unfit(&mut self, place: &Expr, reason: String) -> Type {
        self.refused(place, reason);
        Type::Unknown
    }

    /// Looks at a condition, of which messages name the place.
    pub(super) fn condition(&mut self, expr: &Expr, place: &str, scope: &Scope<'_>) {
        if let Some(reason) = self.expr(expr, scope).no_condition(place) {
            self.refused(expr, reason);
        }
    }

    /// A value that its place does not take.
    pub(super) fn refused(&mut self, place: &Expr, reason: String) {
        if self.dialect == Dialect::Postgres {
            self.problem(place.span(), ProblemKind::Type(reason));
        }
    }

    fn case(
        &mut self,
        operand: Option<&Expr>,
        conditions: &[CaseWhen],
        otherwise: Option<&Expr>,
        scope: &Scope<'_>,
    ) -> Type {
        let of = operand.map(|operand| self.expr(operand, scope));
        let mut kinds = Vec::new();
        for when in conditions {
            match &of {
                Some(of) => {
                    let value = self.expr(&when.condition, scope);
                    self.judge(of, &BinaryOperator::Eq, &value, &when.condition);
                }
                None => self.condition(&when.condition, "CASE/WHEN", scope),
            }
            kinds.push(self.expr(&when.result, scope));
        }
        if let Some(otherwise) = otherwise {
            kinds.push(self.expr(otherwise, scope));
        }
        if self.dialect != Dialect::Postgres {
            return Type::Unknown;
        }
        let place = conditions.first().map(|when| &when.result);
        // A branch that gives null has no type of its own.
        Type::common(&kinds).unwrap_or_else(|reason| {
            if let Some(place) = place {
                let reason = if reason.starts_with("types ") { format!("CASE {reason}") } else { reason };
                self.refused(place, reason);
            }
            Type::Unknown
        })
    }

    fn column(&mut self, ident: &Ident, scope: &Scope<'_>) -> Type {
        let name = fold(ident, self.dialect);
        if name.contains(UNKNOWN) || name.starts_with(['$', '@', ':', '#', '?']) {
            return Type::Unknown;
        }
        // `dateadd(day, …)`: another warehouse's function, which is told as such.
        let is_unit = functions::UNITS.contains(&name.trim_end_matches('s'));
        match scope.column(&name) {
            Found::Column(column) => {
                let kind = column.kind.clone();
                if scope.is_ambiguous(&name) {
                    self.problem(ident.span, ProblemKind::Ambiguous { name });
                }
                kind
            }
            Found::Unknown => Type::Unknown,
            Found::Nothing | Found::NoTable => {
                if ident.quote_style.is_some() || !(is_unit || SPECIAL.contains(&name.as_str())) {
                    let quoted = ident.quote_style.is_some();
                    self.problem(ident.span, ProblemKind::Column { name, quoted, tables: scope.tables() });
                }
                Type::Unknown
            }
        }
    }

    fn qualified(&mut self, idents: &[Ident], scope: &Scope<'_>) -> Type {
        let [table, ident] = idents else { return Type::Unknown };
        let (qualifier, name) = (fold(table, self.dialect), fold(ident, self.dialect));
        if name.contains(UNKNOWN) || qualifier.contains(UNKNOWN) {
            return Type::Unknown;
        }
        match scope.qualified(&qualifier, &name) {
            Found::Column(column) => column.kind.clone(),
            Found::Unknown => Type::Unknown,
            Found::NoTable => {
                let known: Vec<String> = scope.tables().into_iter().map(|(name, _)| name).collect();
                self.problem(table.span, ProblemKind::Alias { name: qualifier, known });
                Type::Unknown
            }
            Found::Nothing => {
                if !SPECIAL.contains(&name.as_str()) {
                    let tables = scope.tables().into_iter().filter(|(table, _)| *table == qualifier).collect();
                    let quoted = ident.quote_style.is_some();
                    self.problem(ident.span, ProblemKind::Column { name, quoted, tables });
                }
                Type::Unknown
            }
        }
    }

    fn function(&mut self, function: &Function, scope: &Scope<'_>) -> Type {
        let name = plain_name(&function.name, self.dialect);
        let mut kinds = Vec::new();
        let mut plain = function.within_group.is_empty() && matches!(function.parameters, FunctionArguments::None);
        let mut bare = false;
        match &function.args {
            FunctionArguments::None => bare = true,
            FunctionArguments::Subquery(query) => {
                self.query(query, Some(scope));
                plain = false;
            }
            FunctionArguments::List(list) => {
                let is_order = |clause: &FunctionArgumentClause| matches!(clause, FunctionArgumentClause::OrderBy(_));
                plain &= list.clauses.iter().all(is_order);
                for argument in &list.args {
                    match argument {
                        FunctionArg::Unnamed(FunctionArgExpr::Expr(expr)) => kinds.push(self.expr(expr, scope)),
                        FunctionArg::Named { arg: FunctionArgExpr::Expr(expr), .. } => {
                            self.expr(expr, scope);
                            plain = false;
                        }
                        _ => plain = false,
                    }
                }
            }
        }
        if let Some(filter) = &function.filter {
            self.condition(filter, "FILTER", scope);
        }
        let Some(name) = name.filter(|_| self.dialect == Dialect::Postgres) else { return Type::Unknown };
        if bare {
            return functions::bare(&name);
        }
        // `count(*)`, and a function of the project's own of the same name.
        if !plain || (self.catalog.makes)(&name) {
            return if name == "count" { Type::Is("int8") } else { Type::Unknown };
        }
        let is_window = functions::is_window(&name);
        let called = if is_window && function.over.is_none() {
            Err(format!("window function {name} requires an OVER clause"))
        } else {
            functions::call(&name, &kinds)
        };
        called.unwrap_or_else(|reason| {
            self.problem(function.name.span(), ProblemKind::Type(reason));
            Type::Unknown
        })
    }
}

/// A function's name, where it is one of the warehouse's own.
pub(super) fn plain_name(name: &ObjectName, dialect: Dialect) -> Option<String> {
    match parts(name)?.as_slice() {
        [only] => Some(fold(only, dialect)),
        [schema, last] if fold(schema, dialect) == "pg_catalog" => Some(fold(last, dialect)),
        _ => None,
    }
}
