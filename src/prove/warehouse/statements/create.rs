//! CREATE TABLE and CREATE VIEW.

use std::sync::Arc;

use sqlparser::ast::{
    ColumnDef, ColumnOption, CreateTable, CreateTableLikeKind, CreateView, Expr, GeneratedAs, GeneratedExpressionMode,
    Ident, IndexColumn, ObjectName, Query, SetExpr, TableConstraint,
};

use super::reserved;
use crate::prove::warehouse::Warehouse;
use crate::prove::warehouse::catalog::object::Object;
use crate::prove::warehouse::catalog::{Certainty, Column, Constraint, Kind, Relation, Rule, ViewText};
use crate::prove::warehouse::execute::Outcome;
use crate::prove::warehouse::name::RelationName;
use crate::prove::warehouse::sqlite::{quoted, text};
use crate::prove::warehouse::stop::{Done, Stop};
use crate::prove::warehouse::storage::listed;
use crate::prove::warehouse::translate::{Scope, Source, Translator, given};
use crate::prove::warehouse::types::{Declared, Type};
use crate::sql::Dialect;

impl Warehouse {
    pub(super) fn create_table(&mut self, create: &CreateTable) -> Done<Outcome> {
        let temporary = create.temporary || create.volatile || starts_with_hash(&create.name);
        for column in &create.columns {
            reserved::refuse(&column.name, self.session.dialect)?;
        }
        let name = self.made_name(&create.name, temporary)?;
        if let Some(done) = self.in_the_way(&name, Kind::Table, create.or_replace, create.if_not_exists)? {
            return Ok(done);
        }
        // Rows of a part are rows of the whole, whichever they were written to.
        for whole in create.partition_of.iter().chain(create.inherits.iter().flatten()) {
            self.touched.guessed = true;
            let whole = self.resolve(whole)?;
            self.guessed.insert(whole);
        }
        let kind = if create.external {
            Kind::External
        } else if create.dynamic {
            Kind::DynamicTable
        } else {
            Kind::Table
        };
        if let Some(query) = &create.query {
            let names: Vec<String> = {
                let translator = Translator::new(self);
                create.columns.iter().map(|column| translator.fold(&column.name)).collect()
            };
            let affected = self.make_counted(&name, kind, query, &names, temporary)?;
            return Ok(Outcome::wrote(affected));
        }
        let other = match (&create.like, &create.clone) {
            (Some(CreateTableLikeKind::Parenthesized(like) | CreateTableLikeKind::Plain(like)), _) => {
                Some((&like.name, false))
            }
            (None, Some(clone)) => Some((clone, true)),
            (None, None) => None,
        };
        if let Some((other, with_rows)) = other {
            return self.copy_table(other, &name, temporary, with_rows);
        }
        if create.columns.is_empty() && create.constraints.is_empty() {
            if kind == Kind::External || create.inherits.is_some() || create.partition_of.is_some() {
                return self.without_columns(name, kind);
            }
            return Err(Stop::not_proved("CREATE TABLE without columns is not rewritten"));
        }
        let mut relation = Relation::new(name, kind, Vec::new(), Certainty::Known);
        relation.temporary = temporary;
        for definition in &create.columns {
            let column = self.column(definition, &mut relation)?;
            if relation.column(&column.name).is_some() {
                return Err(Stop::refuted(format!("column \"{}\" specified more than once", column.name)));
            }
            relation.columns.push(column);
        }
        // Checks may name columns that come later.
        for definition in &create.columns {
            for option in &definition.options {
                if let ColumnOption::Check(check) = &option.option {
                    let sql = self.own_condition(&check.expr, &relation)?;
                    let column = Translator::new(self).fold(&definition.name);
                    let name = option.name.as_ref().or(check.name.as_ref()).map_or_else(
                        || format!("{}_{column}_check", relation.name.identifier),
                        |name| name.value.clone(),
                    );
                    relation.constraints.push(Constraint { name, rule: Rule::Check(sql) });
                }
            }
        }
        for constraint in &create.constraints {
            self.constrain(constraint, &mut relation)?;
        }
        if create.partition_of.is_some() || create.inherits.is_some() {
            relation.certainty = Certainty::Inferred;
        }
        self.create(relation)?;
        Ok(Outcome::default())
    }

    /// The name of what is made, in a schema that is there or taken to be.
    pub(super) fn made_name(&mut self, name: &ObjectName, temporary: bool) -> Done<RelationName> {
        let full = self.resolve(name)?;
        if temporary {
            return Ok(self.temporary_name(&full.identifier));
        }
        self.need(&Object::schema(full.database.as_deref(), &full.schema))?;
        Ok(full)
    }

    /// What a relation that has the name already means for one that is to be made: that nothing is done, or an error.
    fn in_the_way(&mut self, name: &RelationName, kind: Kind, replaces: bool, guarded: bool) -> Done<Option<Outcome>> {
        let Some(old) = self.catalog.relation(name).cloned() else { return Ok(None) };
        if replaces {
            let same = old.is_view() == (kind == Kind::View);
            if !same && self.session.dialect == Dialect::Postgres {
                return Err(Stop::refuted(format!("\"{}\" is not a view", name.identifier)));
            }
            if !same
                && old.certainty != Certainty::Assumed
                && !matches!(self.session.dialect, Dialect::BigQuery | Dialect::DuckDb)
            {
                return Err(Stop::not_proved(format!(
                    "{name} is a {}: what takes its place is another kind",
                    old.kind.name()
                )));
            }
            return Ok(None);
        }
        if guarded {
            self.touch(&old);
            return Ok(Some(Outcome::noted(format!("{name} is there already: nothing is done"))));
        }
        if old.certainty == Certainty::Assumed {
            return Err(Stop::not_proved(format!("{name} is assumed to be there already")));
        }
        Err(Stop::refuted(self.is_there(name, kind)))
    }

    /// A table whose columns no statement tells.
    fn without_columns(&mut self, name: RelationName, kind: Kind) -> Done<Outcome> {
        self.touched.assumed = true;
        self.create(Relation::new(name, kind, Vec::new(), Certainty::Inferred))?;
        Ok(Outcome::default())
    }

    /// CREATE TABLE … LIKE, CLONE.
    fn copy_table(
        &mut self,
        other: &ObjectName,
        name: &RelationName,
        temporary: bool,
        with_rows: bool,
    ) -> Done<Outcome> {
        let other = self.relation_of(other)?;
        let mut relation = Relation {
            name: name.clone(),
            temporary,
            indexes: Vec::new(),
            reads: Vec::new(),
            definition: None,
            ..(*other).clone()
        };
        relation.kind = Kind::Table;
        if relation.certainty == Certainty::Assumed {
            relation.certainty = Certainty::Inferred;
        }
        if !with_rows && self.session.dialect == Dialect::Postgres {
            // Only NOT NULL is taken over where nothing is said of the rest.
            relation.constraints.clear();
            relation.columns.iter_mut().for_each(|column| column.default = None);
        }
        let columns: Vec<String> =
            relation.columns.iter().filter(|c| c.generated.is_none()).map(|c| quoted(&c.name)).collect();
        self.create(relation)?;
        if with_rows && !columns.is_empty() {
            let list = columns.join(", ");
            let (from, to) = (other.storage.quoted(), self.stored(name)?);
            let rows = self.run(&format!("INSERT INTO {to} ({list}) SELECT {list} FROM {from}"))?;
            return Ok(Outcome::wrote(rows));
        }
        Ok(Outcome::default())
    }

    /// A column of CREATE TABLE or ADD COLUMN; its keys are put among the relation's constraints.
    pub(super) fn column(&mut self, definition: &ColumnDef, relation: &mut Relation) -> Done<Column> {
        let dialect = self.session.dialect;
        let declared = Declared::of(&definition.data_type, dialect);
        let name = Translator::new(self).fold(&definition.name);
        let table = relation.name.identifier.clone();
        let mut column = Column::new(name.clone(), declared.of);
        column.declared = Some(definition.data_type.to_string());
        column.exact = true;
        column.length = declared.length;
        column.scale = declared.scale;
        let counts = |column: &mut Column| {
            column.default = Some(format!("next_value({})", text(&format!("{}.{}", relation.name, name))));
        };
        if dialect == Dialect::DuckDb
            && let Some(cause) = unknown_to_duckdb(definition, declared.serial)
        {
            return Err(Stop::refuted(cause));
        }
        if declared.serial {
            counts(&mut column);
            column.not_null = true;
        }
        for option in &definition.options {
            match &option.option {
                ColumnOption::NotNull => column.not_null = true,
                ColumnOption::Default(value) => column.default = Some(self.default(value, &column)?),
                ColumnOption::PrimaryKey(key) => {
                    column.not_null = true;
                    let named = option.name.as_ref().or(key.name.as_ref());
                    let key = named.map_or_else(|| format!("{table}_pkey"), |name| name.value.clone());
                    relation.constraints.push(Constraint { name: key, rule: Rule::PrimaryKey(vec![name.clone()]) });
                    if dialect == Dialect::Sqlite && declared.of == Type::Integer && column.default.is_none() {
                        counts(&mut column);
                    }
                }
                ColumnOption::Unique(key) => {
                    let named = option.name.as_ref().or(key.name.as_ref());
                    let key = named.map_or_else(|| format!("{table}_{name}_key"), |name| name.value.clone());
                    relation.constraints.push(Constraint { name: key, rule: Rule::Unique(vec![name.clone()]) });
                }
                ColumnOption::Generated { generation_expr: Some(expr), .. } => {
                    let partial = Relation { columns: relation.columns.clone(), ..relation.clone() };
                    column.generated = Some(self.own_expression(expr, &partial)?);
                }
                ColumnOption::Generated { generated_as, .. } => {
                    counts(&mut column);
                    column.not_null |= dialect == Dialect::Postgres;
                    column.always_counts = dialect == Dialect::Postgres && *generated_as == GeneratedAs::Always;
                }
                ColumnOption::Identity(_) => counts(&mut column),
                ColumnOption::ForeignKey(key) if matches!(dialect, Dialect::Postgres | Dialect::DuckDb) => {
                    let named = option.name.as_ref().or(key.name.as_ref());
                    let called = named.map_or_else(|| format!("{table}_{name}_fkey"), |name| name.value.clone());
                    let key = self.foreign_key(key, vec![name.clone()], relation)?;
                    relation.constraints.push(Constraint { name: called, rule: Rule::ForeignKey(key) });
                }
                ColumnOption::DialectSpecific(tokens)
                    if tokens.iter().any(|token| token.to_string().to_lowercase().starts_with("auto")) =>
                {
                    counts(&mut column);
                }
                _ => {}
            }
        }
        Ok(column)
    }

    /// A default in `SQLite`'s SQL, in the form in which the column takes it.
    pub(super) fn default(&mut self, value: &Expr, column: &Column) -> Done<String> {
        let mut translator = Translator::new(self);
        let typed = translator.expression(value)?;
        let typed = translator.assigned(typed, column)?;
        translator.finish(typed.sql)
    }

    /// An expression of a relation's own columns, which stand alone.
    pub(super) fn own_expression(&mut self, expr: &Expr, relation: &Relation) -> Done<String> {
        let source = Source {
            alias: relation.name.identifier.clone(),
            whole: Some(relation.name.clone()),
            sql_alias: None,
            columns: given(relation),
            open: if relation.is_open() { vec![relation.name.clone()] } else { Vec::new() },
            ..Source::default()
        };
        let mut translator = Translator::new(self);
        translator.scopes = vec![Scope { sources: vec![source], ..Scope::default() }];
        let typed = translator.expression(expr)?;
        translator.finish(typed.sql)
    }

    fn own_condition(&mut self, expr: &Expr, relation: &Relation) -> Done<String> {
        self.own_expression(expr, relation)
    }

    /// Puts a constraint of a table among the relation's.
    pub(super) fn constrain(&mut self, constraint: &TableConstraint, relation: &mut Relation) -> Done<()> {
        let table = relation.name.identifier.clone();
        let named = |name: Option<&Ident>, otherwise: String| name.map_or(otherwise, |name| name.value.clone());
        let constraint = match constraint {
            TableConstraint::PrimaryKey(key) => {
                let columns = self.key_columns(&key.columns, relation)?;
                for column in relation.columns.iter_mut().filter(|column| columns.contains(&column.name)) {
                    column.not_null = true;
                }
                Constraint { name: named(key.name.as_ref(), format!("{table}_pkey")), rule: Rule::PrimaryKey(columns) }
            }
            TableConstraint::Unique(key) => {
                let columns = self.key_columns(&key.columns, relation)?;
                let otherwise = format!("{table}_{}_key", columns.join("_"));
                Constraint { name: named(key.name.as_ref(), otherwise), rule: Rule::Unique(columns) }
            }
            TableConstraint::Check(check) => {
                let sql = self.own_condition(&check.expr, relation)?;
                Constraint { name: named(check.name.as_ref(), format!("{table}_check")), rule: Rule::Check(sql) }
            }
            TableConstraint::ForeignKey(key) => {
                let mut columns = Vec::new();
                for column in &key.columns {
                    columns.push(self.key_column(column, relation)?);
                }
                let name = named(key.name.as_ref(), format!("{table}_{}_fkey", columns.join("_")));
                Constraint { name, rule: Rule::ForeignKey(self.foreign_key(key, columns, relation)?) }
            }
            _ => return Ok(()),
        };
        relation.constraints.push(constraint);
        Ok(())
    }

    fn key_columns(&mut self, columns: &[IndexColumn], relation: &Relation) -> Done<Vec<String>> {
        let mut names = Vec::new();
        for column in columns {
            match &column.column.expr {
                Expr::Identifier(ident) => names.push(self.key_column(ident, relation)?),
                _ => return Err(Stop::not_proved("a key of an expression is not rewritten")),
            }
        }
        Ok(names)
    }

    fn key_column(&mut self, ident: &Ident, relation: &Relation) -> Done<String> {
        let name = Translator::new(self).fold(ident);
        if relation.column(&name).is_some() {
            return Ok(name);
        }
        if relation.is_open() {
            return Err(Stop::Missing(vec![crate::prove::warehouse::stop::MissingColumn {
                relation: relation.name.clone(),
                column: name,
            }]));
        }
        Err(Stop::refuted(match self.session.dialect {
            Dialect::Postgres | Dialect::Redshift => format!("column \"{}\" named in key does not exist", ident.value),
            _ => format!("column \"{}\" does not exist", ident.value),
        }))
    }

    pub(super) fn create_view(&mut self, create: &CreateView) -> Done<Outcome> {
        let name = self.made_name(&create.name, create.temporary)?;
        let kind = if create.materialized { Kind::MaterializedView } else { Kind::View };
        if let Some(done) = self.in_the_way(&name, kind, create.or_replace || create.or_alter, create.if_not_exists)? {
            return Ok(done);
        }
        let names: Vec<String> = {
            let translator = Translator::new(self);
            create.columns.iter().map(|column| translator.fold(&column.name)).collect()
        };
        self.make(&name, kind, &create.query, &names, create.temporary)?;
        Ok(Outcome::default())
    }

    /// SELECT … INTO.
    pub(super) fn select_into(&mut self, query: &Query) -> Done<Outcome> {
        let mut query = query.clone();
        let SetExpr::Select(select) = &mut *query.body else { return Err(Stop::not_proved("SELECT INTO")) };
        let Some(into) = select.into.take() else { return Err(Stop::not_proved("SELECT INTO")) };
        let [target] = into.targets.as_slice() else {
            return Err(Stop::not_proved("SELECT INTO several targets is not rewritten"));
        };
        let name = match target {
            Expr::Identifier(ident) => ObjectName::from(vec![ident.clone()]),
            Expr::CompoundIdentifier(parts) => ObjectName::from(parts.clone()),
            _ => return Err(Stop::not_proved("SELECT INTO a variable is not rewritten")),
        };
        let temporary = into.temporary || starts_with_hash(&name);
        let name = self.made_name(&name, temporary)?;
        if let Some(done) = self.in_the_way(&name, Kind::Table, false, false)? {
            return Ok(done);
        }
        self.make_counted(&name, Kind::Table, &query, &[], temporary).map(Outcome::wrote)
    }

    /// Makes a relation from a query, in place of what has its name.
    pub(in crate::prove::warehouse) fn make(
        &mut self,
        name: &RelationName,
        kind: Kind,
        query: &Query,
        names: &[String],
        temporary: bool,
    ) -> Done<()> {
        for _ in 0..40 {
            match self.make_counted(name, kind, query, names, temporary) {
                Err(Stop::Missing(missing)) => self.add_columns(missing)?,
                done => return done.map(drop),
            }
        }
        Err(Stop::not_proved("the columns that it needs are not found out"))
    }

    pub(in crate::prove::warehouse) fn make_counted(
        &mut self,
        name: &RelationName,
        kind: Kind,
        query: &Query,
        names: &[String],
        temporary: bool,
    ) -> Done<u64> {
        let types = self.types_given(query);
        let mut translator = Translator::new(self);
        let translated = translator.query(query)?;
        let reads = std::mem::take(&mut translator.reads);
        let mirrors = translator.mirrors;
        let translated = translator.finish(translated)?;
        if names.len() > translated.columns.len() && translated.open.is_empty() {
            return Err(Stop::refuted("too many column names were specified"));
        }
        let mut columns: Vec<Column> = translated.relation_columns();
        for (column, given) in columns.iter_mut().zip(&translated.columns) {
            column.declared = given.certain.then(|| given.of.name().to_owned());
        }
        for (column, of) in columns.iter_mut().zip(types) {
            if let (Some(of), true) = (of, column.declared.is_some()) {
                (column.declared, column.exact) = (Some(of), true);
            }
        }
        for (column, name) in columns.iter_mut().zip(names) {
            column.name.clone_from(name);
        }
        for (at, column) in columns.iter().enumerate() {
            if columns[..at].iter().any(|known| known.name == column.name) {
                return Err(match self.session.dialect {
                    Dialect::DuckDb | Dialect::Generic | Dialect::Sqlite | Dialect::ClickHouse => {
                        Stop::not_proved(format!("two columns are called {}", column.name))
                    }
                    _ => Stop::refuted(format!("column \"{}\" specified more than once", column.name)),
                });
            }
        }
        let certainty = if translated.open.is_empty() { Certainty::Known } else { Certainty::Inferred };
        let mut relation = Relation::new(name.clone(), kind, columns, certainty);
        relation.temporary = temporary;
        if matches!(kind, Kind::View | Kind::MaterializedView) {
            relation.reads.clone_from(&reads);
            relation.definition = Some(Arc::new((query.clone(), names.to_vec())));
        }
        let list = listed(&relation);
        if kind == Kind::View {
            let mut names: Vec<_> = reads
                .iter()
                .filter_map(|name| Some((self.catalog.relation(name)?.storage.clone(), name.clone())))
                .collect();
            names.dedup();
            // What SQLite does not read is told here, and not by those who read the view.
            let whole = self.with_views(&translated.sql)?;
            self.db.prepare(&whole).map(drop).map_err(|error| self.stopped(&error))?;
            let shown = self.shown(&translated.sql);
            self.set_aside(name)?;
            let old = self.catalog.relation(name).cloned();
            if let Some(old) = &old {
                if self.stand_ins.is_none() {
                    self.keeps_columns(old, &relation)?;
                }
                if relation.reads.contains(name) {
                    return Err(Stop::refuted(format!(
                        "infinite recursion detected in rules for relation \"{}\"",
                        name.identifier
                    )));
                }
            }
            if let Some(old) = &old {
                self.drop_in_sqlite(old)?;
            }
            self.executed.push(format!("CREATE VIEW {} ({list}) AS {shown}", quoted(&self.plain_name(name))));
            self.mirror.is_viewed |= mirrors;
            relation.text = Some(ViewText { sql: Arc::from(translated.sql), reads: names });
            relation.storage = self.catalog.new_storage();
            self.register(relation, old.is_some());
            return Ok(0);
        }
        if self.stand_ins.is_some() {
            return self.make_some(relation, &list, &translated.sql);
        }
        // The rows may come from the relation that is replaced.
        let reads_it = |reads: &[RelationName]| {
            reads.contains(name) || self.dependents(name).iter().any(|reader| reads.contains(&reader.name))
        };
        if self.catalog.relation(name).is_none() || !reads_it(&reads) {
            self.create(relation)?;
            let table = self.stored(name)?;
            return self.run(&format!("INSERT INTO {table} ({list}) {}", translated.sql));
        }
        self.run(&format!("CREATE TEMP TABLE \"rows\" AS {}", translated.sql))?;
        self.create(relation)?;
        let table = self.stored(name)?;
        let rows = self.run(&format!("INSERT INTO {table} ({list}) SELECT * FROM temp.\"rows\""))?;
        self.run("DROP TABLE temp.\"rows\"")?;
        Ok(rows)
    }

    /// `PostgreSQL` replaces a view only by one that has its columns first.
    fn keeps_columns(&self, old: &Arc<Relation>, new: &Relation) -> Done<()> {
        if self.session.dialect != Dialect::Postgres || !old.is_view() || old.is_open() || new.is_open() {
            return Ok(());
        }
        if new.columns.len() < old.columns.len() {
            return Err(Stop::refuted("cannot drop columns from view"));
        }
        for (old, new) in old.columns.iter().zip(&new.columns) {
            if old.name != new.name {
                return Err(Stop::refuted(format!(
                    "cannot change name of view column \"{}\" to \"{}\"",
                    old.name, new.name
                )));
            }
        }
        Ok(())
    }
}

/// Why `DuckDB` refuses a column that counts up, or is computed, as other warehouses have it.
fn unknown_to_duckdb(definition: &ColumnDef, is_serial: bool) -> Option<String> {
    if is_serial {
        let name = definition.data_type.to_string().to_lowercase();
        return Some(format!("Catalog Error: Type with name {name} does not exist!"));
    }
    definition.options.iter().find_map(|option| match &option.option {
        ColumnOption::Generated { generation_expr: None, .. } | ColumnOption::Identity(_) => {
            Some("Parser Error: syntax error at or near \"identity\"".to_owned())
        }
        ColumnOption::Generated { generation_expr_mode: Some(GeneratedExpressionMode::Stored), .. } => {
            Some("Invalid Input Error: Can not create a STORED generated column!".to_owned())
        }
        _ => None,
    })
}

/// Whether a table of Transact-SQL ends with the session.
fn starts_with_hash(name: &ObjectName) -> bool {
    name.0.last().and_then(|part| part.as_ident()).is_some_and(|ident| ident.value.starts_with('#'))
}
