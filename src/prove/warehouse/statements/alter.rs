//! ALTER TABLE: its columns, constraints and names.

use std::sync::Arc;

use sqlparser::ast::{
    AlterColumnOperation, AlterTable, AlterTableOperation, Ident, ObjectName, RenameTable, RenameTableNameKind,
    TableConstraint,
};

use super::reserved;
use crate::prove::warehouse::catalog::{Certainty, Column, ForeignKey, Relation, Rule};
use crate::prove::warehouse::execute::Outcome;
use crate::prove::warehouse::name::RelationName;
use crate::prove::warehouse::sqlite::{self, quoted};
use crate::prove::warehouse::stop::{Done, MissingColumn, Stop};
use crate::prove::warehouse::translate::{Translator, Typed};
use crate::prove::warehouse::types::{Declared, Type};
use crate::prove::warehouse::{Change, Warehouse};
use crate::sql::Dialect;

/// Whether an operation changes columns, constraints or names, and so is executed.
pub(super) fn is_executed(operation: &AlterTableOperation) -> bool {
    use AlterTableOperation as A;
    matches!(
        operation,
        A::AddConstraint { .. }
            | A::AddColumn { .. }
            | A::DropConstraint { .. }
            | A::DropColumn { .. }
            | A::DropPrimaryKey { .. }
            | A::RenameColumn { .. }
            | A::RenameTable { .. }
            | A::AlterColumn { .. }
            | A::SwapWith { .. }
            | A::ChangeColumn { .. }
            | A::ModifyColumn { .. }
    )
}

impl Warehouse {
    pub(super) fn alter_table(&mut self, alter: &AlterTable) -> Done<Outcome> {
        if alter.if_exists {
            let (full, relation) = self.find(&alter.name)?;
            if relation.is_none() {
                return Ok(Outcome::noted(format!("{full} is not there: nothing is done")));
            }
        }
        let mut outcome = Outcome::default();
        let mut name = alter.name.clone();
        for operation in &alter.operations {
            let relation = self.relation_of(&name)?;
            if let Some(note) = self.alter_one(&relation, operation)? {
                outcome.note = Some(note);
            }
            if let AlterTableOperation::RenameTable {
                table_name: RenameTableNameKind::As(to) | RenameTableNameKind::To(to),
            } = operation
            {
                name = to.clone();
            }
        }
        Ok(outcome)
    }

    pub(super) fn rename_tables(&mut self, renames: &[RenameTable]) -> Done<Outcome> {
        for rename in renames {
            let relation = self.relation_of(&rename.old_name)?;
            self.rename(&relation, &rename.new_name)?;
        }
        Ok(Outcome::default())
    }

    fn alter_one(&mut self, relation: &Arc<Relation>, operation: &AlterTableOperation) -> Done<Option<String>> {
        use AlterTableOperation as A;
        match operation {
            A::AddColumn { if_not_exists, column_def, .. } => {
                reserved::refuse(&column_def.name, self.session.dialect)?;
                let mut new = (**relation).clone();
                let column = self.column(column_def, &mut new)?;
                let name = column.name.clone();
                let known = relation.column(&name).is_some();
                if known && *if_not_exists {
                    return Ok(Some(format!("the column {name} is there already: nothing is done")));
                }
                if known {
                    if relation.is_open() {
                        return Err(Stop::not_proved(format!(
                            "whether {} has a column {name} is not known",
                            relation.name
                        )));
                    }
                    return Err(Stop::refuted(self.column_is_there(relation, &name)));
                }
                new.columns.push(column);
                let has_rows = column_def
                    .options
                    .iter()
                    .any(|option| matches!(option.option, sqlparser::ast::ColumnOption::NotNull));
                self.refill(relation, new, has_rows, &name, None)?;
            }
            A::DropColumn { column_names, if_exists, .. } => {
                for ident in column_names {
                    let Some(name) = self.own_column(relation, ident, *if_exists)? else {
                        return Ok(Some(format!("there is no column {}: nothing is done", ident.value)));
                    };
                    let current = self.current(relation)?;
                    let mut new = (*current).clone();
                    new.columns.retain(|column| column.name != name);
                    new.constraints.retain(|constraint| match &constraint.rule {
                        Rule::PrimaryKey(columns)
                        | Rule::Unique(columns)
                        | Rule::ForeignKey(ForeignKey { columns, .. }) => !columns.contains(&name),
                        Rule::Check(sql) => !sql.contains(&quoted(&name)),
                    });
                    new.indexes.retain(|index| index.sqlite.as_ref().is_none_or(|sql| !sql.contains(&quoted(&name))));
                    self.refill(&current, new, false, "", None)?;
                    self.follow(&Change::ColumnDropped { relation: relation.name.clone(), column: name });
                }
            }
            A::RenameColumn { old_column_name, new_column_name } => {
                let Some(old) = self.own_column(relation, old_column_name, false)? else { return Ok(None) };
                let new_name = Translator::new(self).fold(new_column_name);
                if relation.column(&new_name).is_some() {
                    if relation.is_open() {
                        return Err(Stop::not_proved(format!(
                            "whether {} has a column {new_name} is not known",
                            relation.name
                        )));
                    }
                    return Err(Stop::refuted(self.column_is_there(relation, &new_name)));
                }
                let mut new = (**relation).clone();
                rename_column(&mut new, &old, &new_name);
                let fill = quoted(&old);
                self.refill(relation, new, false, &new_name, Some(&fill))?;
                // Views go on reading the column under its new name.
                for reader in self.catalog.readers(&relation.name) {
                    let mut changed = (*reader).clone();
                    if let Some(text) = &mut changed.text {
                        text.with_column(&relation.name, &old, &new_name);
                        self.catalog.insert(changed);
                    }
                }
                self.follow(&Change::ColumnRenamed { relation: relation.name.clone(), from: old, to: new_name });
            }
            A::RenameTable { table_name: RenameTableNameKind::As(to) | RenameTableNameKind::To(to) } => {
                self.rename(relation, to)?;
            }
            A::AddConstraint { constraint, not_valid } => {
                if let Some(name) = self.taken_key(relation, constraint) {
                    return Err(Stop::refuted(format!("relation \"{name}\" already exists")));
                }
                let mut new = (**relation).clone();
                if self.session.dialect == Dialect::DuckDb
                    && let Some(kind) = unsupported(constraint)
                {
                    return Err(Stop::refuted(format!(
                        "Not implemented Error: No support for adding {kind} constraints with ALTER TABLE"
                    )));
                }
                self.constrain(constraint, &mut new)?;
                if let Some(Rule::ForeignKey(key)) = new.constraints.last_mut().map(|added| &mut added.rule) {
                    // Rows that are there are not looked at.
                    key.is_enforced &= !not_valid;
                }
                let added = new.constraints.last().map(|constraint| constraint.name.clone());
                if let Some(name) = &added
                    && relation.constraints.iter().any(|constraint| constraint.name == *name)
                {
                    let table = &relation.name.identifier;
                    return Err(Stop::refuted(match new.constraints.last().map(|constraint| &constraint.rule) {
                        Some(Rule::PrimaryKey(_)) => {
                            format!("multiple primary keys for table \"{table}\" are not allowed")
                        }
                        _ => format!("constraint \"{name}\" for relation \"{table}\" already exists"),
                    }));
                }
                let refilled = self.refill(relation, new, false, "", None);
                return match (refilled, added) {
                    (Err(Stop::Refuted(_)), _) if *not_valid => Err(Stop::not_proved(
                        "rows that a constraint is not validated for are not kept in the rehearsal",
                    )),
                    (Err(Stop::Refuted(cause)), Some(name)) if self.session.dialect == Dialect::Postgres => {
                        Err(Stop::Refuted(violated_by_old(&cause, &name, &relation.name.identifier)))
                    }
                    (done, _) => done.map(|()| None),
                };
            }
            A::DropConstraint { .. } if self.session.dialect == Dialect::DuckDb => {
                return Err(Stop::refuted("Not implemented Error: No support for that ALTER TABLE option yet!"));
            }
            A::DropConstraint { if_exists, name, .. } => {
                let known =
                    relation.constraints.iter().any(|constraint| constraint.name.eq_ignore_ascii_case(&name.value));
                if !known {
                    if *if_exists {
                        return Ok(Some(format!("there is no constraint {}: nothing is done", name.value)));
                    }
                    if relation.is_open() {
                        self.touched.assumed = true;
                        return Ok(None);
                    }
                    let table = &relation.name.identifier;
                    return Err(Stop::refuted(format!(
                        "constraint \"{}\" of relation \"{table}\" does not exist",
                        name.value
                    )));
                }
                let mut new = (**relation).clone();
                new.constraints.retain(|constraint| !constraint.name.eq_ignore_ascii_case(&name.value));
                self.refill(relation, new, false, "", None)?;
            }
            A::DropPrimaryKey { .. } => {
                let mut new = (**relation).clone();
                new.constraints.retain(|constraint| !matches!(constraint.rule, Rule::PrimaryKey(_)));
                self.refill(relation, new, false, "", None)?;
            }
            A::AlterColumn { column_name, op } => self.change_column(relation, column_name, op)?,
            A::SwapWith { table_name } => {
                let other = self.relation_of(table_name)?;
                self.swap(relation, &other)?;
            }
            other => {
                let text: String = other.to_string().chars().take(60).collect();
                return Err(Stop::not_proved(format!("ALTER TABLE … {text} is not rewritten")));
            }
        }
        Ok(None)
    }

    /// The folded name of a column that the relation has; none where it may lack it.
    fn own_column(&mut self, relation: &Relation, ident: &Ident, guarded: bool) -> Done<Option<String>> {
        let name = Translator::new(self).fold(ident);
        if relation.column(&name).is_some() {
            return Ok(Some(name));
        }
        if guarded {
            return Ok(None);
        }
        if relation.is_open() {
            return Err(Stop::Missing(vec![MissingColumn { relation: relation.name.clone(), column: name }]));
        }
        Err(self.lacks(relation, &ident.value))
    }

    fn current(&self, relation: &Relation) -> Done<Arc<Relation>> {
        self.catalog.relation(&relation.name).cloned().ok_or_else(|| Stop::not_proved("the table is gone"))
    }

    fn column_is_there(&self, relation: &Relation, name: &str) -> String {
        let table = &relation.name.identifier;
        match self.session.dialect {
            Dialect::DuckDb => format!("Catalog Error: Column with name \"{name}\" already exists!"),
            Dialect::Snowflake => format!("SQL compilation error: column '{name}' already exists"),
            Dialect::Sqlite => format!("duplicate column name: {name}"),
            _ => format!("column \"{name}\" of relation \"{table}\" already exists"),
        }
    }

    /// Puts a changed table in place of the old one with its rows; `changed` is a column that a fill is given for.
    fn refill(&mut self, old: &Relation, new: Relation, strict: bool, changed: &str, fill: Option<&str>) -> Done<()> {
        if old.is_view() {
            let name = &old.name.identifier;
            return Err(Stop::refuted(format!("\"{name}\" is not a table")));
        }
        let mut filled = Vec::new();
        for column in new.columns.iter().filter(|column| column.generated.is_none()) {
            if column.name == changed
                && let Some(fill) = fill
            {
                filled.push((column.name.clone(), fill.to_owned()));
            } else if old.column(&column.name).is_some() {
                filled.push((column.name.clone(), quoted(&column.name)));
            } else if let Some(default) = &column.default {
                filled.push((column.name.clone(), default.clone()));
            }
        }
        let done = self.rebuild(old, new, &filled);
        match done {
            Err(Stop::Refuted(cause)) if strict && cause.starts_with("null value") => {
                let table = &old.name.identifier;
                Err(Stop::refuted(format!("column \"{changed}\" of relation \"{table}\" contains null values")))
            }
            done => done,
        }
    }

    fn change_column(&mut self, relation: &Arc<Relation>, ident: &Ident, op: &AlterColumnOperation) -> Done<()> {
        let Some(name) = self.own_column(relation, ident, false)? else { return Ok(()) };
        let mut new = (**relation).clone();
        let mut column = relation.column(&name).cloned().unwrap_or_else(|| Column::new(name.clone(), Type::Unknown));
        let mut fill = None;
        let strict = matches!(op, AlterColumnOperation::SetNotNull);
        match op {
            AlterColumnOperation::SetNotNull => column.not_null = true,
            AlterColumnOperation::DropNotNull => column.not_null = false,
            AlterColumnOperation::SetDefault { value } => column.default = Some(self.default(value, &column)?),
            AlterColumnOperation::DropDefault => column.default = None,
            AlterColumnOperation::SetDataType { data_type, using, .. } => {
                let declared = Declared::of(data_type, self.session.dialect);
                let value = match using {
                    Some(using) => Typed::new(self.own_expression(using, relation)?, Type::Unknown),
                    None => Typed::new(quoted(&name), column.of),
                };
                if using.is_none() && self.session.dialect == Dialect::Postgres && needs_using(column.of, declared.of) {
                    return Err(Stop::refuted(format!(
                        "column \"{name}\" cannot be cast automatically to type {}",
                        data_type.to_string().to_lowercase()
                    )));
                }
                column = Column {
                    of: declared.of,
                    declared: Some(data_type.to_string()),
                    exact: true,
                    length: declared.length,
                    scale: declared.scale,
                    ..column
                };
                let plain = Column { declared: None, ..column.clone() };
                let mut translator = Translator::new(self);
                let typed = translator.assigned(value, &plain)?;
                fill = Some(translator.finish(typed.sql)?);
            }
            AlterColumnOperation::AddGenerated { .. } => {
                column.default = Some(format!("next_value({})", sqlite::text(&format!("{}.{name}", relation.name))));
            }
        }
        for old in new.columns.iter_mut().filter(|old| old.name == name) {
            *old = column.clone();
        }
        self.refill(relation, new, strict, &name, fill.as_deref())
    }

    fn rename(&mut self, relation: &Arc<Relation>, to: &ObjectName) -> Done<()> {
        let plain = to.0.len() == 1;
        let mut name = self.resolve(to)?;
        if plain {
            name.schema.clone_from(&relation.name.schema);
            name.database.clone_from(&relation.name.database);
        }
        if let Some(taken) = self.catalog.relation(&name) {
            if taken.certainty == Certainty::Assumed {
                return Err(Stop::not_proved(format!("{name} is assumed to be there already")));
            }
            return Err(Stop::refuted(self.is_there(&name, relation.kind)));
        }
        self.rename_to(relation, &name)
    }

    /// Gives a relation another name.
    pub(in crate::prove::warehouse) fn rename_to(&mut self, relation: &Arc<Relation>, name: &RelationName) -> Done<()> {
        if self.catalog.relation(name).is_some() {
            return Err(Stop::not_proved(format!("{name} is there already")));
        }
        let word = if relation.is_made_view() { "VIEW" } else { "TABLE" };
        let (from, to) = (self.plain_name(&relation.name), self.plain_name(name));
        self.executed.push(format!("ALTER {word} {} RENAME TO {}", quoted(&from), quoted(&to)));
        // PostgreSQL's views follow the table to its new name; elsewhere they go on naming the old one.
        if matches!(self.session.dialect, Dialect::Postgres | Dialect::Redshift) {
            for reader in self.catalog.readers(&relation.name) {
                let mut changed = (*reader).clone();
                changed.reads.iter_mut().filter(|read| **read == relation.name).for_each(|read| *read = name.clone());
                if let Some(text) = &mut changed.text {
                    text.renamed(&relation.name, name);
                }
                self.catalog.insert(changed);
            }
        }
        let label = Arc::clone(&self.label);
        self.catalog.remove(&relation.name, &label);
        self.catalog.insert(Relation { name: name.clone(), ..(**relation).clone() });
        self.move_keys(&relation.name, name);
        self.follow(&Change::Renamed { from: relation.name.clone(), to: name.clone() });
        Ok(())
    }

    fn swap(&mut self, one: &Arc<Relation>, other: &Arc<Relation>) -> Done<()> {
        let aside = RelationName { identifier: format!("{} (swapped)", one.name.identifier), ..one.name.clone() };
        self.rename_to(one, &aside)?;
        self.rename_to(other, &one.name)?;
        let set_aside = self.catalog.relation(&aside).cloned().ok_or_else(|| Stop::not_proved("the table is gone"))?;
        self.rename_to(&set_aside, &other.name)
    }
}

/// Whether `PostgreSQL` changes a column's type only with USING.
fn needs_using(from: Type, to: Type) -> bool {
    let known = from != Type::Unknown && to != Type::Unknown;
    known
        && from != to
        && to != Type::Text
        && !(from.is_number() && to.is_number())
        && !(from.is_moment() && to.is_moment())
        && !matches!((from, to), (Type::Json | Type::Array | Type::Binary, _) | (_, Type::Array | Type::Binary))
}

fn rename_column(relation: &mut Relation, old: &str, new: &str) {
    relation.columns.iter_mut().filter(|column| column.name == old).for_each(|column| new.clone_into(&mut column.name));
    for constraint in &mut relation.constraints {
        match &mut constraint.rule {
            Rule::PrimaryKey(columns) | Rule::Unique(columns) | Rule::ForeignKey(ForeignKey { columns, .. }) => {
                columns.iter_mut().filter(|column| **column == old).for_each(|column| new.clone_into(column));
            }
            Rule::Check(sql) => *sql = sql.replace(&quoted(old), &quoted(new)),
        }
    }
    for index in &mut relation.indexes {
        index.sqlite = index.sqlite.as_ref().map(|sql| sql.replace(&quoted(old), &quoted(new)));
    }
}

/// `PostgreSQL`'s words for a new constraint that rows violate which are there already.
fn violated_by_old(cause: &str, name: &str, table: &str) -> String {
    if cause.starts_with("new row for relation") {
        format!("check constraint \"{name}\" of relation \"{table}\" is violated by some row")
    } else if cause.starts_with("duplicate key value") {
        format!("could not create unique index \"{name}\"")
    } else if let Some((column, _)) =
        cause.strip_prefix("null value in column \"").and_then(|rest| rest.split_once('"'))
    {
        format!("column \"{column}\" of relation \"{table}\" contains null values")
    } else {
        cause.to_owned()
    }
}

/// What `DuckDB` calls a constraint that it does not add to a table.
fn unsupported(constraint: &TableConstraint) -> Option<&'static str> {
    match constraint {
        TableConstraint::ForeignKey(_) => Some("FOREIGN_KEY"),
        _ => None,
    }
}
