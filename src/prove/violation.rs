//! Rows that a query looks for: made from the conditions of its own tree.

use sqlparser::ast::{
    BinaryOperator, Expr, FunctionArg, FunctionArgExpr, FunctionArguments, GroupByExpr, Ident, ObjectName, Query,
    Select, SetExpr, TableFactor, UnaryOperator, Value,
};

use super::warehouse::{SqlValue, Type};

/// A row that a query looks for.
#[derive(Debug)]
pub(super) struct Sought {
    /// The table that it is to stand in.
    pub(super) table: ObjectName,
    /// What its columns have to be; the others may have any value.
    pub(super) columns: Vec<(Ident, Wanted)>,
    /// How often it has to stand there at least.
    pub(super) times: usize,
}

/// What a column has to be.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Wanted {
    /// This value.
    Value(SqlValue),
    /// Any value but null.
    Something,
    /// A value that is nowhere else.
    Stranger,
    /// More, or less, than another column of the row.
    Beside(Ident, bool),
}

/// A row that makes a query find something; none where its conditions are not read.
pub(super) fn sought(query: &Query) -> Option<Sought> {
    let common = query.with.iter().flat_map(|with| &with.cte_tables);
    let common: Vec<(&str, &Query)> = common.map(|cte| (cte.alias.name.value.as_str(), &*cte.query)).collect();
    of_body(&query.body, &common)
}

fn of_body(body: &SetExpr, common: &[(&str, &Query)]) -> Option<Sought> {
    match body {
        SetExpr::Select(select) => of_select(select, common),
        SetExpr::Query(query) => sought(query),
        SetExpr::SetOperation { left, .. } => of_body(left, common),
        _ => None,
    }
}

fn of_select(select: &Select, common: &[(&str, &Query)]) -> Option<Sought> {
    let [from] = select.from.as_slice() else { return None };
    let mut columns = Vec::new();
    if let Some(condition) = &select.selection {
        columns = solved(condition, true)?;
    }
    let times = match (&select.having, grouped(select)) {
        (Some(having), keys) => {
            for key in keys {
                put(&mut columns, key, Wanted::Something)?;
            }
            times(having)?
        }
        (None, _) => 1,
    };
    let inner = match &from.relation {
        TableFactor::Derived { subquery, .. } => Some(sought(subquery)?),
        TableFactor::Table { name, .. } => {
            let of = name.0.last().and_then(|part| part.as_ident())?;
            match common.iter().find(|(known, _)| name.0.len() == 1 && known.eq_ignore_ascii_case(&of.value)) {
                Some((_, query)) => Some(of_body(&query.body, common)?),
                None => None,
            }
        }
        _ => return None,
    };
    // What comes of another query is what that query finds.
    if let Some(mut inner) = inner {
        if from.joins.is_empty() && columns.is_empty() && select.having.is_none() {
            return Some(inner);
        }
        if inner.columns.is_empty() && from.joins.is_empty() {
            (inner.columns, inner.times) = (columns, times);
            return Some(inner);
        }
        return None;
    }
    let TableFactor::Table { name, alias, .. } = &from.relation else { return None };
    if !from.joins.is_empty() {
        // An anti join: what is not found beside the row is null.
        let own = alias.as_ref().map_or_else(
            || name.0.last().and_then(|part| part.as_ident()).map(|ident| ident.value.clone()),
            |alias| Some(alias.name.value.clone()),
        )?;
        let mut key = None;
        for join in &from.joins {
            key = key.or_else(|| joined(&join.join_operator, &own));
        }
        let condition = select.selection.as_ref()?;
        let is_anti =
            own_columns(condition).iter().any(|of| of.as_deref().is_some_and(|of| !of.eq_ignore_ascii_case(&own)));
        columns = if is_anti { vec![(key?, Wanted::Stranger)] } else { columns };
    }
    (!columns.is_empty() || times > 1).then(|| Sought { table: name.clone(), columns, times })
}

fn grouped(select: &Select) -> Vec<Ident> {
    match &select.group_by {
        GroupByExpr::Expressions(keys, _) => keys.iter().filter_map(column).collect(),
        GroupByExpr::All(_) => Vec::new(),
    }
}

/// How many rows HAVING wants in a group.
fn times(having: &Expr) -> Option<usize> {
    let Expr::BinaryOp { left, op, right } = having else { return None };
    let is_count =
        matches!(&**left, Expr::Function(function) if function.name.to_string().eq_ignore_ascii_case("count"));
    let Some(SqlValue::Integer(count)) = constant(right) else { return None };
    let count = usize::try_from(count).ok().filter(|count| is_count && *count < 100)?;
    match op {
        BinaryOperator::Gt => Some(count + 1),
        BinaryOperator::GtEq | BinaryOperator::Eq => Some(count),
        BinaryOperator::NotEq if count == 1 => Some(2),
        _ => None,
    }
}

/// The column of the outer table that a join compares.
fn joined(join: &sqlparser::ast::JoinOperator, own: &str) -> Option<Ident> {
    use sqlparser::ast::{JoinConstraint, JoinOperator};
    let (JoinOperator::Left(on) | JoinOperator::LeftOuter(on)) = join else { return None };
    match on {
        JoinConstraint::On(condition) => compared(condition, own),
        JoinConstraint::Using(names) => names.first().and_then(|name| name.0.last()?.as_ident().cloned()),
        _ => None,
    }
}

/// The column of a table that a condition compares with another one.
fn compared(condition: &Expr, own: &str) -> Option<Ident> {
    match condition {
        Expr::Nested(inner) => compared(inner, own),
        Expr::BinaryOp { left, op: BinaryOperator::And, right } => compared(left, own).or_else(|| compared(right, own)),
        Expr::BinaryOp { left, op: BinaryOperator::Eq, right } => [left, right].into_iter().find_map(|side| {
            let Expr::CompoundIdentifier(parts) = &**side else { return None };
            let [.., of, name] = parts.as_slice() else { return None };
            of.value.eq_ignore_ascii_case(own).then(|| name.clone())
        }),
        _ => None,
    }
}

/// The tables that a condition says its columns are of.
fn own_columns(condition: &Expr) -> Vec<Option<String>> {
    match condition {
        Expr::Nested(inner) | Expr::IsNull(inner) => own_columns(inner),
        Expr::BinaryOp { left, op: BinaryOperator::And, right } => {
            let mut of = own_columns(left);
            of.extend(own_columns(right));
            of
        }
        Expr::CompoundIdentifier(parts) => {
            vec![parts.len().checked_sub(2).map(|at| parts[at].value.clone())]
        }
        _ => Vec::new(),
    }
}

type Columns = Vec<(Ident, Wanted)>;

/// Adds what a column has to be; none where it cannot be both.
fn put(columns: &mut Columns, name: Ident, wanted: Wanted) -> Option<()> {
    let known = columns.iter_mut().find(|(known, _)| known.value.eq_ignore_ascii_case(&name.value));
    match known {
        None => columns.push((name, wanted)),
        Some((_, known)) if *known == Wanted::Something => *known = wanted,
        Some((_, known)) if *known == wanted || wanted == Wanted::Something => {}
        Some(_) => return None,
    }
    Some(())
}

/// What columns have to be so that a condition is as it should be.
fn solved(condition: &Expr, holds: bool) -> Option<Columns> {
    let one = |name: Ident, wanted: Wanted| Some(vec![(name, wanted)]);
    match condition {
        Expr::Nested(inner) => solved(inner, holds),
        Expr::UnaryOp { op: UnaryOperator::Not, expr } => solved(expr, !holds),
        Expr::BinaryOp { left, op: op @ (BinaryOperator::And | BinaryOperator::Or), right } => {
            let both = (*op == BinaryOperator::And) == holds;
            if !both {
                return solved(left, holds).or_else(|| solved(right, holds));
            }
            let mut columns = solved(left, holds)?;
            for (name, wanted) in solved(right, holds)? {
                put(&mut columns, name, wanted)?;
            }
            Some(columns)
        }
        Expr::IsNull(inner) | Expr::IsNotNull(inner) => {
            let is_null = matches!(condition, Expr::IsNull(_)) == holds;
            one(column(inner)?, if is_null { Wanted::Value(SqlValue::Null) } else { Wanted::Something })
        }
        Expr::IsTrue(inner) | Expr::IsNotFalse(inner) => solved(inner, holds),
        Expr::IsFalse(inner) | Expr::IsNotTrue(inner) => solved(inner, !holds),
        Expr::InList { expr, list, negated } => {
            let name = column(expr)?;
            if *negated == holds {
                return one(name, Wanted::Stranger);
            }
            one(name, Wanted::Value(constant(list.first()?)?))
        }
        Expr::InSubquery { expr, negated, .. } if *negated == holds => one(column(expr)?, Wanted::Stranger),
        Expr::Exists { subquery, negated } if *negated == holds => {
            let SetExpr::Select(inner) = &*subquery.body else { return None };
            one(outer_column(inner)?, Wanted::Stranger)
        }
        Expr::Between { expr, negated, low, high } => {
            let (name, low, high) = (column(expr)?, constant(low)?, constant(high)?);
            one(name, Wanted::Value(if *negated == holds { shifted(&high, 1) } else { low }))
        }
        Expr::Like { negated, expr, pattern, .. } | Expr::ILike { negated, expr, pattern, .. } => {
            let Some(SqlValue::Text(pattern)) = constant(pattern) else { return None };
            let like = pattern.replace('%', "").replace('_', "x");
            one(column(expr)?, if *negated == holds { Wanted::Stranger } else { Wanted::Value(SqlValue::Text(like)) })
        }
        Expr::BinaryOp { left, op, right } => comparison(left, op, right, holds),
        Expr::Identifier(_) | Expr::CompoundIdentifier(_) => {
            one(column(condition)?, Wanted::Value(SqlValue::Integer(i64::from(holds))))
        }
        _ => None,
    }
}

/// The column of the outer table in a subquery that looks for the same value.
fn outer_column(inner: &Select) -> Option<Ident> {
    let [from] = inner.from.as_slice() else { return None };
    let TableFactor::Table { name, alias, .. } = &from.relation else { return None };
    let own = match alias {
        Some(alias) => alias.name.value.clone(),
        None => name.0.last()?.as_ident()?.value.clone(),
    };
    let Expr::BinaryOp { left, op: BinaryOperator::Eq, right } = inner.selection.as_ref()? else { return None };
    [left, right].into_iter().find_map(|side| match &**side {
        Expr::CompoundIdentifier(parts) => match parts.as_slice() {
            [.., of, name] => (!of.value.eq_ignore_ascii_case(&own)).then(|| name.clone()),
            _ => None,
        },
        _ => None,
    })
}

fn comparison(left: &Expr, op: &BinaryOperator, right: &Expr, holds: bool) -> Option<Columns> {
    use BinaryOperator::{Eq, Gt, GtEq, Lt, LtEq, NotEq};
    let (left, op, right) = match (column(left), column(right)) {
        (None, Some(_)) => {
            let turned = match op {
                Gt => Lt,
                GtEq => LtEq,
                Lt => Gt,
                LtEq => GtEq,
                other => other.clone(),
            };
            (right, turned, left)
        }
        _ => (left, op.clone(), right),
    };
    let op = match (holds, op) {
        (true, op) => op,
        (false, Eq) => NotEq,
        (false, NotEq) => Eq,
        (false, Gt) => LtEq,
        (false, GtEq) => Lt,
        (false, Lt) => GtEq,
        (false, LtEq) => Gt,
        _ => return None,
    };
    let name = column(left)?;
    if let Some(other) = column(right) {
        let wanted = match op {
            Gt | NotEq => Wanted::Beside(other, true),
            Lt => Wanted::Beside(other, false),
            _ => return None,
        };
        return Some(vec![(name, wanted)]);
    }
    let value = match constant(right) {
        Some(value) => value,
        None if is_now(right) => SqlValue::Text("2024-01-01".to_owned()),
        None => return None,
    };
    let now = constant(right).is_none();
    let wanted = match op {
        Eq | GtEq | LtEq if !now => Wanted::Value(value),
        NotEq => Wanted::Value(shifted(&value, 1)),
        Gt | GtEq if now => Wanted::Value(SqlValue::Text("9999-12-31".to_owned())),
        Lt | LtEq if now => Wanted::Value(SqlValue::Text("1900-01-01".to_owned())),
        Gt => Wanted::Value(shifted(&value, 1)),
        Lt => Wanted::Value(shifted(&value, -1)),
        _ => return None,
    };
    // The length of an empty text, and the like.
    if let (Expr::Function(function), Wanted::Value(SqlValue::Integer(length))) = (left, &wanted)
        && matches!(function.name.to_string().to_lowercase().as_str(), "length" | "len" | "char_length")
    {
        let text = "x".repeat(usize::try_from(*length).ok().filter(|length| *length < 10_000)?);
        return Some(vec![(name, Wanted::Value(SqlValue::Text(text)))]);
    }
    Some(vec![(name, wanted)])
}

/// Whether an expression is what time it is, or is made of it.
fn is_now(expr: &Expr) -> bool {
    let text = expr.to_string().to_lowercase();
    ["current_date", "current_timestamp", "now()", "getdate()", "sysdate"].iter().any(|word| text.contains(word))
}

/// A value that comes after, or before, another.
fn shifted(value: &SqlValue, by: i64) -> SqlValue {
    match value {
        SqlValue::Integer(number) => SqlValue::Integer(number.saturating_add(by)),
        SqlValue::Real(number) => SqlValue::Real(number + by as f64),
        SqlValue::Text(text) if text.parse::<jiff::civil::Date>().is_ok() => {
            SqlValue::Text(if by > 0 { "9999-12-31" } else { "1900-01-01" }.to_owned())
        }
        SqlValue::Text(text) => SqlValue::Text(if by > 0 { format!("{text}~") } else { String::new() }),
        other => other.clone(),
    }
}

/// The column that an expression is, or is made of without another value that could matter.
fn column(expr: &Expr) -> Option<Ident> {
    match expr {
        Expr::Identifier(name) => Some(name.clone()),
        Expr::CompoundIdentifier(parts) => parts.last().cloned(),
        Expr::Nested(inner) | Expr::Cast { expr: inner, .. } => column(inner),
        Expr::Function(function) => {
            let name = function.name.to_string().to_lowercase();
            let kept =
                ["coalesce", "nullif", "ifnull", "trim", "lower", "upper", "length", "len", "char_length", "date"];
            if !kept.contains(&name.as_str()) {
                return None;
            }
            let FunctionArguments::List(list) = &function.args else { return None };
            match list.args.first()? {
                FunctionArg::Unnamed(FunctionArgExpr::Expr(first)) => column(first),
                _ => None,
            }
        }
        Expr::Trim { expr, .. } => column(expr),
        _ => None,
    }
}

fn constant(expr: &Expr) -> Option<SqlValue> {
    match expr {
        Expr::Nested(inner) | Expr::Cast { expr: inner, .. } => constant(inner),
        Expr::TypedString(typed) => typed.value.value.clone().into_string().map(SqlValue::Text),
        Expr::UnaryOp { op: UnaryOperator::Minus, expr } => match constant(expr)? {
            SqlValue::Integer(number) => Some(SqlValue::Integer(-number)),
            SqlValue::Real(number) => Some(SqlValue::Real(-number)),
            _ => None,
        },
        Expr::Value(value) => match &value.value {
            Value::Number(text, _) => match text.parse::<i64>() {
                Ok(number) => Some(SqlValue::Integer(number)),
                Err(_) => text.parse().ok().map(SqlValue::Real),
            },
            Value::SingleQuotedString(text) => Some(SqlValue::Text(text.clone())),
            Value::Boolean(value) => Some(SqlValue::Integer(i64::from(*value))),
            _ => None,
        },
        _ => None,
    }
}

/// A value of a type that means nothing.
pub(super) fn anything(of: Type) -> SqlValue {
    match of {
        Type::Boolean | Type::Integer | Type::Decimal | Type::Float => SqlValue::Integer(1),
        Type::Date | Type::Timestamp => SqlValue::Text("2024-01-01".to_owned()),
        _ => SqlValue::Text("x".to_owned()),
    }
}

/// A value of a type that hardly stands anywhere.
pub(super) fn stranger(of: Type) -> SqlValue {
    match of {
        Type::Integer | Type::Decimal | Type::Float => SqlValue::Integer(-987_654_321),
        Type::Date | Type::Timestamp => SqlValue::Text("1901-02-03".to_owned()),
        Type::Boolean => SqlValue::Integer(1),
        _ => SqlValue::Text("hookproof~".to_owned()),
    }
}

/// Two values of a type, the greater one first.
pub(super) fn two(of: Type) -> (SqlValue, SqlValue) {
    match of {
        Type::Date | Type::Timestamp => {
            (SqlValue::Text("2024-02-02".to_owned()), SqlValue::Text("2024-01-01".to_owned()))
        }
        Type::Text => (SqlValue::Text("y".to_owned()), SqlValue::Text("x".to_owned())),
        _ => (SqlValue::Integer(2), SqlValue::Integer(1)),
    }
}
