//! What expressions name, and what kinds of values they give.

use sqlparser::ast::{
    BinaryOperator, CaseWhen, Expr, Function, FunctionArg, FunctionArgExpr, FunctionArguments, Ident, ObjectName,
    Spanned as _, UnaryOperator, Value,
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
                Value::Number(digits, _) if digits.bytes().all(|digit| digit.is_ascii_digit()) => Type::Integer,
                Value::Number(..) => Type::Numeric,
                Value::Boolean(_) => Type::Boolean,
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
                Type::Boolean
            }
            Expr::IsDistinctFrom(left, right) | Expr::IsNotDistinctFrom(left, right) => {
                self.compared(left, &BinaryOperator::Eq, right, expr, scope)
            }
            Expr::BinaryOp { left, op, right } => self.binary(left, op, right, expr, scope),
            Expr::UnaryOp { op, expr: inner } => {
                let kind = self.expr(inner, scope);
                if *op == UnaryOperator::Not { Type::Boolean } else { kind }
            }
            Expr::InList { expr: one, list, .. } => {
                let kind = self.expr(one, scope);
                for item in list {
                    let value = self.expr(item, scope);
                    self.judge(&kind, &BinaryOperator::Eq, &value, item);
                }
                Type::Boolean
            }
            Expr::InSubquery { expr: one, subquery, .. } => {
                let kind = self.expr(one, scope);
                let columns = self.query(subquery, Some(scope));
                if let Some([column]) = columns.as_deref() {
                    self.judge(&kind, &BinaryOperator::Eq, &column.kind.clone(), expr);
                }
                Type::Boolean
            }
            Expr::Between { expr: one, low, high, .. } => {
                let kind = self.expr(one, scope);
                for (bound, operator) in [(low, BinaryOperator::GtEq), (high, BinaryOperator::LtEq)] {
                    let value = self.expr(bound, scope);
                    self.judge(&kind, &operator, &value, expr);
                }
                Type::Boolean
            }
            Expr::Like { expr: one, pattern, .. } | Expr::ILike { expr: one, pattern, .. } => {
                let kind = self.expr(one, scope);
                self.expr(pattern, scope);
                let is_other = matches!(kind, Type::Integer | Type::Numeric | Type::Date | Type::Timestamp);
                if let (true, Some(name)) = (is_other, kind.name()) {
                    self.refused(expr, format!("LIKE compares texts, and the value is of type {name}"));
                }
                Type::Boolean
            }
            Expr::Exists { subquery, .. } => {
                self.query(subquery, Some(scope));
                Type::Boolean
            }
            Expr::Subquery(query) => match self.query(query, Some(scope)).as_deref() {
                Some([column]) => column.kind.clone(),
                _ => Type::Unknown,
            },
            Expr::Cast { expr: inner, data_type, .. } => {
                let value = self.expr(inner, scope);
                let kind = Type::of(data_type);
                if matches!(value, Type::Constant(_))
                    && let Some(reason) = kind.refuses(&value)
                {
                    self.refused(expr, reason);
                }
                kind
            }
            Expr::AtTimeZone { timestamp, time_zone } => {
                self.expr(timestamp, scope);
                self.expr(time_zone, scope);
                Type::Timestamp
            }
            Expr::Extract { expr: inner, .. } => {
                self.expr(inner, scope);
                Type::Numeric
            }
            Expr::Ceil { expr: inner, .. } | Expr::Floor { expr: inner, .. } => {
                self.expr(inner, scope);
                Type::Numeric
            }
            Expr::Position { expr: left, r#in: right } => {
                self.expr(left, scope);
                self.expr(right, scope);
                Type::Integer
            }
            Expr::Substring { expr: inner, substring_from, substring_for, .. } => {
                for part in [Some(inner), substring_from.as_ref(), substring_for.as_ref()].into_iter().flatten() {
                    self.expr(part, scope);
                }
                Type::Text
            }
            Expr::Trim { expr: inner, .. } => {
                self.expr(inner, scope);
                Type::Text
            }
            Expr::TypedString(typed) => Type::of(&typed.data_type),
            Expr::Interval(_) => Type::Interval,
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
        // `x -> x + 1` is a function in DuckDB.
        // `f(days := 3)`: the name of an argument.
        if matches!(op, BinaryOperator::Assignment) {
            return self.expr(right, scope);
        }
        if matches!(op, BinaryOperator::Arrow) {
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
        left.with(op, right).unwrap_or_else(|reason| {
            self.refused(place, reason);
            Type::Unknown
        })
    }

    /// Looks at a condition.
    pub(super) fn condition(&mut self, expr: &Expr, scope: &Scope<'_>) {
        if let Some(reason) = self.expr(expr, scope).no_condition() {
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
                None => self.condition(&when.condition, scope),
            }
            kinds.push(self.expr(&when.result, scope));
        }
        if let Some(otherwise) = otherwise {
            kinds.push(self.expr(otherwise, scope));
        }
        let known = kinds.iter().find(|kind| !matches!(kind, Type::Constant(_)) && kind.name().is_some());
        let reason = known.and_then(|known| kinds.iter().find_map(|kind| known.parts_from(kind)));
        let place = conditions.first().map(|when| &when.result);
        if let (Some(reason), Some(place)) = (reason, place) {
            self.refused(place, format!("the branches of CASE do not fit: {reason}"));
        }
        // A branch that gives null has no kind of its own.
        kinds.into_iter().reduce(Type::either).unwrap_or(Type::Unknown)
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
        let mut plain = function.over.is_none() && function.within_group.is_empty();
        match &function.args {
            FunctionArguments::None => plain = false,
            FunctionArguments::Subquery(query) => {
                self.query(query, Some(scope));
                plain = false;
            }
            FunctionArguments::List(list) => {
                plain &= list.clauses.is_empty() && list.duplicate_treatment.is_none();
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
            self.expr(filter, scope);
        }
        let Some(name) = name else { return Type::Unknown };
        if plain
            && self.dialect == Dialect::Postgres
            && let Some(reason) = functions::refusal(&name, &kinds)
        {
            self.problem(function.name.span(), ProblemKind::Type(reason));
        }
        functions::kind(&name, &kinds)
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
