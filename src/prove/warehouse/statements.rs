//! The statements that are executed: each kind from its tree.

#![allow(clippy::format_push_string, reason = "texts are put together piece by piece")]

mod alter;
mod change;
mod create;
mod drop;
mod index;
mod insert;
mod merge;
mod reserved;
mod view;

use sqlparser::ast::{ObjectType, Query, SetExpr, Statement};

use super::Warehouse;
use super::execute::Outcome;
use super::stop::{Done, Stop};
use super::translate::Translator;

/// Whether a statement is one that is executed, not only simulated.
pub(super) fn is_executed(tree: &Statement) -> bool {
    match tree {
        Statement::Query(_)
        | Statement::Insert(_)
        | Statement::Update(_)
        | Statement::Delete(_)
        | Statement::Merge(_)
        | Statement::Truncate(_)
        | Statement::CreateTable(_)
        | Statement::CreateView(_)
        | Statement::CreateIndex(_)
        | Statement::RenameTable(_) => true,
        Statement::AlterTable(alter) => alter.operations.iter().all(alter::is_executed),
        Statement::Drop { object_type, .. } => {
            matches!(
                object_type,
                ObjectType::Table | ObjectType::View | ObjectType::MaterializedView | ObjectType::Index
            )
        }
        _ => false,
    }
}

impl Warehouse {
    /// Carries a statement out.
    pub(super) fn carry_out(&mut self, tree: &Statement) -> Done<Outcome> {
        match tree {
            Statement::Query(query) => self.answer(query),
            Statement::Insert(insert) => self.insert(insert, None),
            Statement::Update(update) => self.update(update, None),
            Statement::Delete(delete) => self.delete(delete, None),
            Statement::Merge(merge) => self.merge(merge, None),
            Statement::Truncate(truncate) => self.truncate(truncate),
            Statement::CreateTable(create) => self.create_table(create),
            Statement::CreateView(create) => self.create_view(create),
            Statement::CreateIndex(create) => self.create_index(create),
            Statement::AlterTable(alter) => self.alter_table(alter),
            Statement::RenameTable(renames) => self.rename_tables(renames),
            Statement::Drop { object_type, if_exists, names, cascade, table, .. } => {
                self.drop_relations(*object_type, *if_exists, names, *cascade, table.as_ref())
            }
            _ => Err(Stop::not_proved("the statement is not carried out by the rehearsal")),
        }
    }

    /// A query, or a statement that writes after WITH.
    fn answer(&mut self, query: &Query) -> Done<Outcome> {
        match &*query.body {
            SetExpr::Insert(Statement::Insert(insert)) => return self.insert(insert, query.with.as_ref()),
            SetExpr::Update(Statement::Update(update)) => return self.update(update, query.with.as_ref()),
            SetExpr::Delete(Statement::Delete(delete)) => return self.delete(delete, query.with.as_ref()),
            SetExpr::Merge(Statement::Merge(merge)) => return self.merge(merge, query.with.as_ref()),
            SetExpr::Select(select) if select.into.is_some() => return self.select_into(query),
            _ => {}
        }
        let mut translator = Translator::new(self);
        let translated = translator.query(query)?;
        let translated = translator.finish(translated)?;
        self.fetch(&translated.sql, &translated.columns, None).map(Outcome::gave)
    }
}
