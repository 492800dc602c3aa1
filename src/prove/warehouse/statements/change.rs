//! UPDATE, DELETE and TRUNCATE.

use sqlparser::ast::{
    Delete, Expr, FromTable, Ident, JoinConstraint, JoinOperator, ObjectName, TableAlias, TableFactor, TableWithJoins,
    Truncate, Update, UpdateTableFromKind, With,
};

use crate::prove::warehouse::Warehouse;
use crate::prove::warehouse::execute::Outcome;
use crate::prove::warehouse::sqlite::quoted;
use crate::prove::warehouse::stop::{Done, Stop};
use crate::prove::warehouse::translate::{Scope, Translator, source_of};
use crate::prove::warehouse::{REFERENCED, RelationName};
use crate::sql::Dialect;

use super::insert::{assignments, own_scope};
use super::view::Writing;

/// The table that is written, its alias, what else is read, and the conditions of its joins.
struct Target<'a> {
    name: &'a ObjectName,
    alias: Option<&'a TableAlias>,
    others: Vec<TableWithJoins>,
    conditions: Vec<&'a Expr>,
}

/// The parts of the first table of a statement and of what it is joined to.
fn target<'a>(table: &'a TableWithJoins, others: &'a [TableWithJoins]) -> Done<Target<'a>> {
    let TableFactor::Table { name, alias, .. } = &table.relation else {
        return Err(Stop::not_proved("writing to something that is no table is not rewritten"));
    };
    let mut target = Target { name, alias: alias.as_ref(), others: others.to_vec(), conditions: Vec::new() };
    for join in &table.joins {
        let (JoinOperator::Join(constraint) | JoinOperator::Inner(constraint)) = &join.join_operator else {
            return Err(Stop::not_proved("an outer join with the table that is written is not rewritten"));
        };
        match constraint {
            JoinConstraint::On(condition) => target.conditions.push(condition),
            JoinConstraint::None => {}
            _ => return Err(Stop::not_proved("USING with the table that is written is not rewritten")),
        }
        target.others.push(TableWithJoins { relation: join.relation.clone(), joins: Vec::new() });
    }
    // Transact-SQL writes to an alias of FROM.
    if let [ident] = name.0.as_slice()
        && alias.is_none()
        && let Some(ident) = ident.as_ident()
        && let Some(at) = target.others.iter().position(|other| is_called(&other.relation, ident))
        && let Some(other) = others.get(at)
    {
        let mut swapped = self::target(other, &[])?;
        swapped
            .others
            .extend(others.iter().enumerate().filter(|(place, _)| *place != at).map(|(_, other)| other.clone()));
        return Ok(swapped);
    }
    Ok(target)
}

fn is_called(factor: &TableFactor, name: &Ident) -> bool {
    matches!(factor, TableFactor::Table { alias: Some(alias), .. } if alias.name.value.eq_ignore_ascii_case(&name.value))
}

impl Warehouse {
    pub(super) fn update(&mut self, update: &Update, with: Option<&With>) -> Done<Outcome> {
        if update.output.is_some() || !update.order_by.is_empty() || update.limit.is_some() {
            return Err(Stop::not_proved("UPDATE with OUTPUT, ORDER BY or LIMIT is not rewritten"));
        }
        let others: &[TableWithJoins] = match &update.from {
            Some(UpdateTableFromKind::AfterSet(tables) | UpdateTableFromKind::BeforeSet(tables)) => tables,
            None => &[],
        };
        let target = target(&update.table, others)?;
        let (relation, behind) = self.written(target.name, Writing::Update)?;
        let table = behind.as_ref().map_or(&relation, |behind| &behind.table).storage.quoted();
        let mut translator = Translator::new(self);
        let with = with.map(|with| translator.with(with)).transpose()?.unwrap_or_default();
        let alias = target.alias.map_or_else(|| relation.name.identifier.clone(), |alias| translator.fold(&alias.name));
        let own = source_of(&relation, alias.clone(), Some(alias.clone()), target.alias.is_none());
        translator.scopes = vec![Scope { sources: vec![own], ..Scope::default() }];
        let from = translator.from(&target.others)?;
        let set = assignments(&mut translator, &update.assignments, &relation, behind.as_ref())?;
        let mut conditions = Vec::new();
        for condition in target.conditions.iter().copied().chain(&update.selection) {
            conditions.push(translator.condition(condition)?);
        }
        if behind.is_some() && update.returning.is_some() {
            return Err(Stop::not_proved("UPDATE of a view with RETURNING is not rewritten"));
        }
        if let Some(behind) = behind {
            let rows = behind.rows();
            let more = if from.is_empty() { String::new() } else { format!(", {from}") };
            conditions.insert(0, format!("{}.\"?row\" = \"?base\".rowid", quoted(&alias)));
            let sql = translator.finish(format!(
                "{with}UPDATE {} AS \"?base\" SET {set} FROM ({rows}) AS {}{more} WHERE {}",
                table,
                quoted(&alias),
                conditions.join(" AND ")
            ))?;
            return self.run_on(&sql, &behind.table).map(Outcome::wrote);
        }
        let mut sql = format!("{with}UPDATE {} AS {} SET {set}", table, quoted(&alias));
        if !from.is_empty() {
            sql += &format!(" FROM {from}");
        }
        if !conditions.is_empty() {
            sql += &format!(" WHERE {}", conditions.join(" AND "));
        }
        translator.scopes = vec![own_scope(&relation, alias)];
        let returning = update.returning.as_deref().map(|items| translator.returning(items)).transpose()?;
        let sql = translator.finish(sql)?;
        if let Some((returning, columns)) = returning {
            let rows = self.fetch(&(sql + &returning), &columns, Some(&relation))?;
            return Ok(Outcome { affected: Some(rows.rows.len() as u64), rows: Some(rows), note: None });
        }
        self.run_on(&sql, &relation).map(Outcome::wrote)
    }

    pub(super) fn delete(&mut self, delete: &Delete, with: Option<&With>) -> Done<Outcome> {
        if delete.output.is_some() || !delete.order_by.is_empty() || delete.limit.is_some() || delete.tables.len() > 1 {
            return Err(Stop::not_proved("DELETE with OUTPUT, ORDER BY, LIMIT or several tables is not rewritten"));
        }
        let (FromTable::WithFromKeyword(from) | FromTable::WithoutKeyword(from)) = &delete.from;
        let using: &[TableWithJoins] = delete.using.as_deref().unwrap_or_default();
        let target = match (from.as_slice(), delete.tables.first()) {
            ([first], None) => target(first, using)?,
            ([first, ..], Some(name)) => {
                let named = name.0.last().and_then(|part| part.as_ident());
                match &first.relation {
                    TableFactor::Table { .. } if named.is_some_and(|named| is_called(&first.relation, named)) => {
                        target(first, using)?
                    }
                    TableFactor::Table { name: own, .. } if own == name => target(first, using)?,
                    _ => return Err(Stop::not_proved("DELETE from one of several tables is not rewritten")),
                }
            }
            _ => return Err(Stop::not_proved("DELETE from several tables is not rewritten")),
        };
        let (relation, behind) = self.written(target.name, Writing::Delete)?;
        let table = behind.as_ref().map_or(&relation, |behind| &behind.table).storage.quoted();
        let mut translator = Translator::new(self);
        let with = with.map(|with| translator.with(with)).transpose()?.unwrap_or_default();
        let alias = target.alias.map_or_else(|| relation.name.identifier.clone(), |alias| translator.fold(&alias.name));
        let own = source_of(&relation, alias.clone(), Some(alias.clone()), target.alias.is_none());
        translator.scopes = vec![Scope { sources: vec![own], ..Scope::default() }];
        let from = translator.from(&target.others)?;
        let mut conditions = Vec::new();
        for condition in target.conditions.iter().copied().chain(&delete.selection) {
            conditions.push(translator.condition(condition)?);
        }
        if behind.is_some() && delete.returning.is_some() {
            return Err(Stop::not_proved("DELETE from a view with RETURNING is not rewritten"));
        }
        if let Some(behind) = behind {
            let rows = behind.rows();
            let more = if from.is_empty() { String::new() } else { format!(", {from}") };
            conditions.push("true".to_owned());
            let sql = translator.finish(format!(
                "{with}DELETE FROM {} WHERE rowid IN (SELECT {}.\"?row\" FROM ({rows}) AS {}{more} WHERE {})",
                table,
                quoted(&alias),
                quoted(&alias),
                conditions.join(" AND ")
            ))?;
            return self.run_on(&sql, &behind.table).map(Outcome::wrote);
        }
        let mut sql = format!("{with}DELETE FROM {} AS {}", table, quoted(&alias));
        let condition = conditions.join(" AND ");
        match (from.is_empty(), condition.is_empty()) {
            (true, true) => {}
            (true, false) => sql += &format!(" WHERE {condition}"),
            (false, true) => sql += &format!(" WHERE EXISTS (SELECT 1 FROM {from})"),
            (false, false) => sql += &format!(" WHERE EXISTS (SELECT 1 FROM {from} WHERE {condition})"),
        }
        translator.scopes = vec![own_scope(&relation, alias)];
        let returning = delete.returning.as_deref().map(|items| translator.returning(items)).transpose()?;
        let sql = translator.finish(sql)?;
        if let Some((returning, columns)) = returning {
            let rows = self.fetch(&(sql + &returning), &columns, Some(&relation))?;
            return Ok(Outcome { affected: Some(rows.rows.len() as u64), rows: Some(rows), note: None });
        }
        self.run_on(&sql, &relation).map(Outcome::wrote)
    }

    pub(super) fn truncate(&mut self, truncate: &Truncate) -> Done<Outcome> {
        if truncate.partitions.is_some() {
            return Err(Stop::not_proved("TRUNCATE of partitions is not rewritten"));
        }
        for table in &truncate.table_names {
            if truncate.if_exists && self.find(&table.name)?.1.is_none() {
                continue;
            }
            let relation = self.relation_of(&table.name)?;
            if relation.is_view() {
                let name = &relation.name.identifier;
                return Err(Stop::refuted(match self.session.dialect {
                    Dialect::DuckDb => "Binder Error: Can only delete from base table".to_owned(),
                    _ => format!("\"{name}\" is not a table"),
                }));
            }
            let is_emptied = |other: &RelationName| {
                truncate.table_names.iter().any(|table| self.resolve(&table.name).is_ok_and(|name| name == *other))
            };
            if truncate.cascade.is_none() && !self.referrers(&relation.name).iter().all(is_emptied) {
                return Err(Stop::refuted(REFERENCED));
            }
            self.run(&format!("DELETE FROM {}", relation.storage.quoted()))?;
            if truncate.cascade.is_some() {
                for other in self.emptied_with(&relation.name) {
                    let table = self.stored(&other)?;
                    self.run(&format!("DELETE FROM {table}"))?;
                }
            }
        }
        Ok(Outcome::default())
    }
}
