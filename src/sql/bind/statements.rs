//! Statements: the table that they write, and what they write into it.

use std::sync::Arc;

use sqlparser::ast::{
    AlterTable, AlterTableOperation, Assignment, AssignmentTarget, BinaryOperator, ColumnOption, CommentObject,
    ConflictTarget, CreateIndex, CreateTable, Delete, Expr, FromTable, Ident, Insert, Merge, MergeAction,
    MergeInsertKind, MergeUpdateKind, ObjectName, OnConflict, OnConflictAction, OnInsert, SelectItem, SetExpr,
    Spanned as _, Statement, TableConstraint, TableFactor, TableObject, TableWithJoins, Update, UpdateTableFromKind,
    Value,
};

use super::scope::{Column, Scope, Source, Table, fold, parts};
use super::system;
use super::tables::listed_by;
use super::{Binder, ProblemKind};
use crate::sql::dialect::Dialect;

impl Binder<'_> {
    pub(super) fn statement(&mut self, statement: &Statement) {
        match statement {
            Statement::Query(query) => {
                self.query(query, None);
                self.folded_query(query);
            }
            Statement::Insert(insert) => self.insert(insert),
            Statement::Update(update) => self.update(update),
            Statement::Delete(delete) => self.delete(delete),
            Statement::Merge(merge) => self.merge(merge),
            Statement::CreateIndex(index) => self.index(index),
            Statement::CreateView(view) => drop(self.query(&view.query, None)),
            Statement::CreateTable(table) => self.create_table(table),
            Statement::AlterTable(alter) => self.alter(alter),
            Statement::Comment { object_type: CommentObject::Column, object_name, .. } => self.comment(object_name),
            _ => {}
        }
    }

    fn create_table(&mut self, create: &CreateTable) {
        if let Some(query) = &create.query {
            self.query(query, None);
            self.folded_query(query);
            return;
        }
        let Some(last) = parts(&create.name).and_then(|parts| Some(fold(parts.last()?, self.dialect))) else { return };
        let Some(table) = listed_by(create, self.dialect) else { return };
        let scope = Self::scope_of(last, Some(&table));
        for definition in &create.columns {
            for option in &definition.options {
                match &option.option {
                    ColumnOption::Check(check) => self.condition(&check.expr, "CHECK", &scope),
                    ColumnOption::ForeignKey(key) => {
                        let own = std::slice::from_ref(&definition.name);
                        self.foreign_key(own, &table, &key.foreign_table, &key.referred_columns);
                    }
                    _ => {}
                }
            }
        }
        for constraint in &create.constraints {
            match constraint {
                TableConstraint::Check(check) => self.condition(&check.expr, "CHECK", &scope),
                TableConstraint::ForeignKey(key) => {
                    self.foreign_key(&key.columns, &table, &key.foreign_table, &key.referred_columns);
                }
                _ => {}
            }
        }
    }

    /// Whether the columns of a foreign key compare with those that they refer to.
    fn foreign_key(&mut self, own: &[Ident], table: &Table, other: &ObjectName, referred: &[Ident]) {
        let Some((_, other)) = self.table(other) else { return };
        if self.dialect != Dialect::Postgres {
            return;
        }
        for (own, referred) in own.iter().zip(referred) {
            let kind = |ident: &Ident, of: &Table| {
                let name = fold(ident, Dialect::Postgres);
                of.columns.iter().find(|column| column.name.as_ref() == Some(&name)).map(|column| column.kind.clone())
            };
            let (Some(one), Some(key)) = (kind(own, table), kind(referred, &other)) else { continue };
            if key.with(&BinaryOperator::Eq, &one).is_err() {
                let (one, key) = (one.told(), key.told());
                let reason =
                    format!("foreign key constraint cannot be implemented: types {one} and {key} are incompatible");
                self.problem(own.span, ProblemKind::Type(reason));
            }
        }
    }

    /// What is known of a table, with its name.
    fn table(&self, name: &ObjectName) -> Option<(String, Arc<Table>)> {
        let names: Vec<String> = parts(name)?.into_iter().map(|part| fold(part, self.dialect)).collect();
        Some((names.last()?.clone(), self.known(&names)?))
    }

    /// What is known of a table by the parts of its name.
    pub(super) fn known(&self, names: &[String]) -> Option<Arc<Table>> {
        (self.catalog.tables)(names).or_else(|| system::relation(names, self.dialect))
    }

    /// A scope with one table under a name; what is in the table is not known where there is none.
    fn scope_of(name: String, table: Option<&Table>) -> Scope<'static> {
        let columns = table.map(|table| Arc::new(table.columns.clone()));
        Scope { sources: vec![Source { name, columns }], ..Scope::default() }
    }

    /// A column of a table that a statement names.
    fn named<'t>(&mut self, ident: &Ident, name: &str, table: &'t Table) -> Option<&'t Column> {
        let column = fold(ident, self.dialect);
        let found = table.columns.iter().find(|known| known.name.as_ref() == Some(&column));
        if found.is_none() && table.columns.iter().all(|known| known.name.is_some()) {
            let columns = table.columns.iter().filter_map(|known| known.name.clone()).collect();
            let tables = vec![(name.to_owned(), columns)];
            let quoted = ident.quote_style.is_some();
            self.problem(ident.span, ProblemKind::Column { name: column, quoted, tables });
        }
        found
    }

    fn insert(&mut self, insert: &Insert) {
        let TableObject::TableName(name) = &insert.table else { return };
        let table = self.table(name);
        let mut targets: Option<Vec<Option<Column>>> = None;
        if let Some((name, table)) = &table {
            targets = Some(if insert.columns.is_empty() {
                table.columns.iter().cloned().map(Some).collect()
            } else {
                let idents: Vec<&Ident> = insert.columns.iter().filter_map(|one| parts(one)?.pop()).collect();
                idents.into_iter().map(|ident| self.named(ident, name, table).cloned()).collect()
            });
        }
        if let Some(source) = &insert.source {
            self.rows(&source.body, table.as_ref(), targets.as_deref());
            let columns = self.query(source, None);
            self.folded_query(source);
            let is_values = matches!(*source.body, SetExpr::Values(_));
            if let (Some(columns), Some(targets), false) = (columns, &targets, is_values) {
                for (column, target) in columns.iter().zip(targets) {
                    let Some(target) = target else { continue };
                    let name = target.name.as_deref().unwrap_or_default();
                    if let (Some(reason), Dialect::Postgres) = (target.kind.refuses(name, &column.kind), self.dialect) {
                        self.problem(source.body.span(), ProblemKind::Type(reason));
                    }
                }
            }
            if let (Some((name, table)), Some(targets)) = (&table, &targets) {
                self.missing(insert, name, table, targets);
            }
        }
        if let Some(OnInsert::OnConflict(conflict)) = &insert.on {
            self.conflict(conflict, insert, table.as_ref());
        }
        if let Some(returning) = &insert.returning {
            let name = table.as_ref().map(|(name, _)| name.clone()).unwrap_or_default();
            let scope = Self::scope_of(name, table.as_ref().map(|(_, table)| &**table));
            self.returning(returning, &scope);
        }
    }

    /// The values of rows that are written out.
    fn rows(&mut self, body: &SetExpr, table: Option<&(String, Arc<Table>)>, targets: Option<&[Option<Column>]>) {
        let (SetExpr::Values(values), Some((table, _)), Some(targets)) = (body, table, targets) else { return };
        let nothing = Scope { vague: true, ..Scope::default() };
        for row in &values.rows {
            for (value, target) in row.iter().zip(targets) {
                let Some(target) = target else { continue };
                let name = target.name.clone().unwrap_or_default();
                let is_null = matches!(value, Expr::Value(value) if value.value == Value::Null);
                if is_null && target.required {
                    self.problem(value.span(), ProblemKind::Null { table: table.clone(), column: name.clone() });
                }
                // The query's own look at the values tells of their names.
                let before = self.problems.len();
                let kind = self.expr(value, &nothing);
                self.problems.truncate(before);
                if let Some(reason) = target.kind.refuses(&name, &kind) {
                    self.refused(value, reason);
                }
            }
        }
    }

    /// Columns that need a value and get none.
    fn missing(&mut self, insert: &Insert, name: &str, table: &Table, targets: &[Option<Column>]) {
        if insert.columns.is_empty() || targets.iter().any(Option::is_none) {
            return;
        }
        let given = |column: &&Column| targets.iter().flatten().any(|target| target.name == column.name);
        for column in table.columns.iter().filter(|column| column.required).filter(|column| !given(column)) {
            let kind = ProblemKind::Missing { table: name.to_owned(), column: column.name.clone().unwrap_or_default() };
            let span =
                insert.columns.iter().map(sqlparser::ast::Spanned::span).reduce(|left, right| left.union(&right));
            if let Some(span) = span {
                self.problem(span, kind);
            }
        }
    }

    fn conflict(&mut self, conflict: &OnConflict, insert: &Insert, table: Option<&(String, Arc<Table>)>) {
        if let (Some(ConflictTarget::Columns(idents)), Some((name, table))) = (&conflict.conflict_target, table) {
            let known = idents.iter().all(|ident| self.named(ident, name, table).is_some());
            let mut columns: Vec<String> = idents.iter().map(|ident| fold(ident, self.dialect)).collect();
            columns.sort();
            let is_key = |key: &Vec<String>| {
                let mut key = key.clone();
                key.sort();
                key == columns
            };
            if let (true, Some(keys), Some(first), Some(last)) = (known, &table.keys, idents.first(), idents.last())
                && !keys.iter().any(is_key)
            {
                let span = first.span.union(&last.span);
                let kind = ProblemKind::NoKey { table: name.clone(), columns, keys: keys.clone() };
                self.problem(span, kind);
            }
        }
        let OnConflictAction::DoUpdate(update) = &conflict.action else { return };
        let own = insert.table_alias.as_ref().map(|alias| fold(&alias.alias, self.dialect));
        let name = own.or_else(|| table.map(|(name, _)| name.clone())).unwrap_or_default();
        let of = table.map(|(_, table)| &**table);
        let mut scope = Self::scope_of(name.clone(), of);
        scope.sources.extend(Self::scope_of("excluded".to_owned(), of).sources);
        // An unqualified name is the table's own, and not the excluded row's.
        scope.merged = of.iter().flat_map(|table| &table.columns).filter_map(|column| column.name.clone()).collect();
        if table.is_none() {
            scope.vague = true;
        }
        self.assignments(&update.assignments, &name, of, &scope);
        if let Some(selection) = &update.selection {
            self.condition(selection, "WHERE", &scope);
        }
    }

    fn assignments(&mut self, assignments: &[Assignment], alias: &str, table: Option<&Table>, scope: &Scope<'_>) {
        for assignment in assignments {
            let kind = self.expr(&assignment.value, scope);
            let AssignmentTarget::ColumnName(target) = &assignment.target else { continue };
            let Some(names) = parts(target) else { continue };
            match (names.as_slice(), table) {
                ([ident], Some(table)) => {
                    let column = self.named(ident, alias, table).cloned();
                    let name = fold(ident, self.dialect);
                    if let Some(reason) = column.and_then(|column| column.kind.refuses(&name, &kind)) {
                        self.refused(&assignment.value, reason);
                    }
                }
                ([first, _], _) if self.dialect == Dialect::Postgres => {
                    let name = fold(first, self.dialect);
                    let is_column = |table: &Table| table.columns.iter().any(|one| one.name.as_ref() == Some(&name));
                    if name == alias && !table.is_some_and(is_column) {
                        self.problem(first.span, ProblemKind::AliasInSet { name });
                    }
                }
                _ => {}
            }
        }
    }

    fn returning(&mut self, items: &[SelectItem], scope: &Scope<'_>) {
        for item in items {
            if let SelectItem::UnnamedExpr(expr) | SelectItem::ExprWithAlias { expr, .. } = item {
                self.expr(expr, scope);
            }
        }
    }

    /// The table that is written, and the name that it goes by.
    fn target(&self, tables: &TableWithJoins) -> Option<(String, Option<Arc<Table>>)> {
        let TableFactor::Table { name, alias, .. } = &tables.relation else { return None };
        let last = parts(name).and_then(|parts| Some(fold(parts.last()?, self.dialect)))?;
        let called = alias.as_ref().map(|alias| fold(&alias.name, self.dialect));
        Some((called.unwrap_or(last), self.table(name).map(|(_, table)| table)))
    }

    fn update(&mut self, update: &Update) {
        let Some((alias, table)) = self.target(&update.table) else { return };
        let mut scope = Scope::default();
        self.tables(&update.table, &mut scope);
        if let Some(UpdateTableFromKind::BeforeSet(from) | UpdateTableFromKind::AfterSet(from)) = &update.from {
            for tables in from {
                self.tables(tables, &mut scope);
            }
        }
        self.assignments(&update.assignments, &alias, table.as_deref(), &scope);
        if let Some(selection) = &update.selection {
            self.condition(selection, "WHERE", &scope);
        }
        if let Some(returning) = &update.returning {
            self.returning(returning, &scope);
        }
    }

    fn delete(&mut self, delete: &Delete) {
        let (FromTable::WithFromKeyword(from) | FromTable::WithoutKeyword(from)) = &delete.from;
        if !delete.tables.is_empty() {
            return;
        }
        let mut scope = Scope::default();
        for tables in from.iter().chain(delete.using.iter().flatten()) {
            self.tables(tables, &mut scope);
        }
        if let Some(selection) = &delete.selection {
            self.condition(selection, "WHERE", &scope);
        }
        if let Some(returning) = &delete.returning {
            self.returning(returning, &scope);
        }
    }

    fn merge(&mut self, merge: &Merge) {
        let plain = |factor: &TableFactor| TableWithJoins { relation: factor.clone(), joins: Vec::new() };
        let Some((alias, table)) = self.target(&plain(&merge.table)) else { return };
        let mut scope = Scope::default();
        self.tables(&plain(&merge.table), &mut scope);
        self.tables(&plain(&merge.source), &mut scope);
        self.condition(&merge.on, "JOIN/ON", &scope);
        for clause in &merge.clauses {
            if let Some(predicate) = &clause.predicate {
                self.expr(predicate, &scope);
            }
            match &clause.action {
                MergeAction::Insert(insert) => {
                    if let Some(table) = &table {
                        for ident in insert.columns.iter().filter_map(|name| parts(name)?.pop()) {
                            self.named(ident, &alias, table);
                        }
                    }
                    if let MergeInsertKind::Values(values) = &insert.kind {
                        for value in values.rows.iter().flat_map(|row| row.iter()) {
                            self.expr(value, &scope);
                        }
                    }
                }
                MergeAction::Update(update) => {
                    if let MergeUpdateKind::Set(assignments) = &update.kind {
                        self.assignments(assignments, &alias, table.as_deref(), &scope);
                    }
                }
                _ => {}
            }
        }
    }

    fn index(&mut self, index: &CreateIndex) {
        let Some((name, table)) = self.table(&index.table_name) else { return };
        let scope = Self::scope_of(name, Some(&table));
        for column in &index.columns {
            self.expr(&column.column.expr, &scope);
        }
        if let Some(predicate) = &index.predicate {
            self.expr(predicate, &scope);
        }
    }

    fn alter(&mut self, alter: &AlterTable) {
        let Some((name, table)) = self.table(&alter.name) else { return };
        for operation in &alter.operations {
            match operation {
                AlterTableOperation::DropColumn { column_names, if_exists: false, .. } => {
                    for ident in column_names {
                        self.named(ident, &name, &table);
                    }
                }
                AlterTableOperation::AlterColumn { column_name, .. } => drop(self.named(column_name, &name, &table)),
                AlterTableOperation::RenameColumn { old_column_name, .. } => {
                    self.named(old_column_name, &name, &table);
                }
                AlterTableOperation::AddConstraint { constraint, .. } => {
                    let scope = Self::scope_of(name.clone(), Some(&table));
                    let columns = match constraint {
                        TableConstraint::Unique(unique) => &unique.columns,
                        TableConstraint::PrimaryKey(primary) => &primary.columns,
                        TableConstraint::Check(check) => {
                            self.condition(&check.expr, "CHECK", &scope);
                            continue;
                        }
                        TableConstraint::ForeignKey(key) => {
                            self.foreign_key(&key.columns, &table, &key.foreign_table, &key.referred_columns);
                            continue;
                        }
                        _ => continue,
                    };
                    for column in columns {
                        self.expr(&column.column.expr, &scope);
                    }
                }
                _ => {}
            }
        }
    }

    /// `comment on column t.c`.
    fn comment(&mut self, name: &ObjectName) {
        let Some(mut idents) = parts(name) else { return };
        let Some(column) = idents.pop() else { return };
        let names: Vec<String> = idents.into_iter().map(|part| fold(part, self.dialect)).collect();
        let (Some(last), Some(table)) = (names.last(), (self.catalog.tables)(&names)) else { return };
        self.named(column, last, &table);
    }
}

#[cfg(test)]
mod tests {
    use super::super::types::Type;
    use super::super::{Catalog, Column, ProblemKind, Table, problems, read};
    use crate::sql::dialect::Dialect;
    use std::sync::Arc;

    fn found(sql: &str) -> Vec<ProblemKind> {
        let column = |name: &str, kind| Column::of(Some(name.to_owned()), kind);
        let table = Arc::new(Table {
            columns: vec![column("job", Type::TEXT), column("runs", Type::INTEGER), column("done_at", Type::TIMESTAMP)],
            keys: Some(vec![vec!["job".to_owned()]]),
        });
        let tables = |name: &[String]| (name.last()? == "log").then(|| Arc::clone(&table));
        let catalog = &Catalog { tables: &tables, makes: &|_| false };
        let Some(statement) = read(sql, Dialect::Postgres) else { return Vec::new() };
        problems(sql, &statement, Dialect::Postgres, catalog).into_iter().map(|problem| problem.kind).collect()
    }

    #[test]
    fn names_that_are_there_are_no_problem() {
        for sql in [
            "insert into s.log (job, runs) select l.job, count(*) from s.log l group by 1",
            "insert into s.log (job) values ('x') on conflict (job) do update set runs = log.runs + excluded.runs",
            "update s.log as l set runs = 1 from other o where o.job = l.job and anything > 3",
            "delete from s.log where done_at < now() - interval '3 days' and job in (select name from jobs)",
            "with a as (select job, max(done_at) as last from s.log group by job) select last from a order by last",
            "select log.job, current_date, done_at + '1 day' from s.log where exists (select 1 from b where b.x = runs)",
            "create index on s.log (lower(job), runs)",
            "select row_number() over (order by runs), job from s.log",
        ] {
            assert_eq!(found(sql), [], "{sql}");
        }
    }

    #[test]
    fn names_and_values_that_do_not_fit_are_problems() {
        for sql in [
            "insert into s.log (task) values ('x')",
            "insert into s.log (job, runs) values ('x', 'some text')",
            "insert into s.log (job) values ('x') on conflict (runs) do nothing",
            "update s.log as l set l.runs = 1",
            "update s.log set runs = now()",
            "delete from s.log as l where m.runs = 1",
            "delete from s.log where done_at < now() - 30",
            "select job, count(*) from s.log",
            "select 'a text ' + max(runs) from s.log",
            "select date_trunc(done_at, 'day') from s.log",
            "create index on s.log (\"JOB\")",
            "with a as (select job as task from s.log) select job from a",
        ] {
            assert_eq!(found(sql).len(), 1, "{sql}: {:?}", found(sql));
        }
    }
}
