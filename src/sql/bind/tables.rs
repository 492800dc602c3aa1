//! What CREATE TABLE says of its table.

use sqlparser::ast::{ColumnOption, CreateTable, DataType, Expr, IndexColumn, Statement, TableConstraint};

use super::scope::{Column, Table, fold};
use super::types::Type;
use super::{Catalog, columns as columns_of, parsed};
use crate::sql::dialect::Dialect;

/// The table that a statement creates; none where its columns are not all known.
pub(crate) fn created(text: &str, dialect: Dialect, catalog: &Catalog<'_>) -> Option<Table> {
    let Statement::CreateTable(create) = parsed(text, dialect)? else { return None };
    let other = create.like.is_some()
        || create.clone.is_some()
        || create.inherits.is_some()
        || create.partition_of.is_some()
        || create.external;
    if other {
        return None;
    }
    if let Some(query) = &create.query {
        let columns = if create.columns.is_empty() {
            columns_of(&query.to_string(), dialect, catalog)?
        } else {
            create.columns.iter().map(|column| Column::named(fold(&column.name, dialect))).collect()
        };
        let columns = columns.into_iter().map(|column| Column { required: false, ..column }).collect();
        return Some(Table { columns, keys: Some(Vec::new()) });
    }
    listed_by(&create, dialect)
}

/// The table of a list of columns; none where it has others too.
pub(super) fn listed_by(create: &CreateTable, dialect: Dialect) -> Option<Table> {
    let other = create.like.is_some() || create.inherits.is_some() || create.partition_of.is_some();
    Some(listed(create, dialect)).filter(|table| !other && !table.columns.is_empty())
}

fn listed(create: &CreateTable, dialect: Dialect) -> Table {
    let (mut columns, mut keys) = (Vec::new(), Vec::new());
    for definition in &create.columns {
        let name = fold(&definition.name, dialect);
        let (mut required, mut filled) = (false, is_serial(&definition.data_type));
        for option in &definition.options {
            match &option.option {
                ColumnOption::NotNull => required = true,
                ColumnOption::PrimaryKey(_) => {
                    required = true;
                    keys.push(vec![name.clone()]);
                }
                ColumnOption::Unique(_) => keys.push(vec![name.clone()]),
                ColumnOption::Default(_) | ColumnOption::Generated { .. } | ColumnOption::Identity(_) => filled = true,
                _ => {}
            }
        }
        let kind = Type::of(&definition.data_type);
        columns.push(Column { required: required && !filled, ..Column::of(Some(name), kind) });
    }
    for constraint in &create.constraints {
        match constraint {
            TableConstraint::Unique(unique) => keys.extend(key(&unique.columns, dialect)),
            TableConstraint::PrimaryKey(primary) => keys.extend(key(&primary.columns, dialect)),
            _ => {}
        }
    }
    Table { columns, keys: Some(keys) }
}

/// The columns of a key; none where it has something else.
fn key(columns: &[IndexColumn], dialect: Dialect) -> Option<Vec<String>> {
    let name = |column: &IndexColumn| match &column.column.expr {
        Expr::Identifier(ident) => Some(fold(ident, dialect)),
        _ => None,
    };
    columns.iter().map(name).collect()
}

fn is_serial(data_type: &DataType) -> bool {
    matches!(data_type, DataType::Custom(name, _) if name.to_string().to_lowercase().contains("serial"))
}
