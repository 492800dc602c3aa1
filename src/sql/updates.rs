//! Updates of every row to the same values.

use sqlparser::ast::{AssignmentTarget, Expr, Statement, visit_expressions};
use sqlparser::parser::Parser;

use super::dialect::Dialect;
use super::{UNKNOWN, with_numbers};

/// A column that an UPDATE sets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Set {
    /// Its name, as it is written.
    pub(crate) column: String,
    /// Its value is a constant, not worked out.
    pub(crate) constant: bool,
}

/// What an UPDATE of every row of one table sets, where no value depends on the row; none where one does.
pub(crate) fn sets_all(text: &str, dialect: Dialect) -> Option<Vec<Set>> {
    let text = &*with_numbers(text);
    let mut statements = Parser::new(dialect.grammar()).try_with_sql(text).ok()?.parse_statements().ok()?;
    let Statement::Update(update) = statements.pop().filter(|_| statements.is_empty())? else { return None };
    if update.selection.is_some() || update.from.is_some() || update.limit.is_some() || !update.table.joins.is_empty() {
        return None;
    }
    let mut sets = Vec::new();
    for assignment in &update.assignments {
        let AssignmentTarget::ColumnName(name) = &assignment.target else { return None };
        let depends = visit_expressions(&assignment.value, |expr| match expr {
            Expr::Identifier(ident) if !ident.value.contains(UNKNOWN) => std::ops::ControlFlow::Break(()),
            Expr::CompoundIdentifier(_) | Expr::Subquery(_) | Expr::Exists { .. } => std::ops::ControlFlow::Break(()),
            _ => std::ops::ControlFlow::Continue(()),
        });
        if depends.is_break() {
            return None;
        }
        let column = name.to_string().rsplit('.').next().unwrap_or_default().trim_matches('"').to_owned();
        sets.push(Set { column, constant: matches!(assignment.value, Expr::Value(_)) });
    }
    Some(sets).filter(|sets| !sets.is_empty())
}
