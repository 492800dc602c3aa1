//! INSERT.

use std::borrow::Cow;
use std::sync::Arc;

use sqlparser::ast::{
    Assignment, AssignmentTarget, ConflictTarget, Expr, Insert, ObjectNamePart, OnConflictAction, OnInsert, Query,
    SetExpr, SqliteOnConflict, TableObject, With,
};

use super::reserved;
use super::view::{Behind, Writing};
use crate::prove::warehouse::Warehouse;
use crate::prove::warehouse::catalog::{Column, Kind, Relation};
use crate::prove::warehouse::execute::Outcome;
use crate::prove::warehouse::name::RelationName;
use crate::prove::warehouse::sqlite::quoted;
use crate::prove::warehouse::stop::{Done, Stop};
use crate::prove::warehouse::translate::{Scope, Source, Translator, Typed, given, source_of};
use crate::prove::warehouse::types::Type;
use crate::sql::Dialect;

impl Warehouse {
    pub(super) fn insert(&mut self, insert: &Insert, with: Option<&With>) -> Done<Outcome> {
        let TableObject::TableName(name) = &insert.table else {
            return Err(Stop::not_proved("INSERT into a function is not rewritten"));
        };
        if !insert.multi_table_into_clauses.is_empty() || !insert.multi_table_when_clauses.is_empty() {
            return Err(Stop::not_proved("INSERT into several tables is not rewritten"));
        }
        if insert.partitioned.is_some() || insert.output.is_some() {
            return Err(Stop::not_proved("INSERT with PARTITION or OUTPUT is not rewritten"));
        }
        let (named, behind) = self.written(name, Writing::Insert)?;
        let relation = behind.as_ref().map_or_else(|| Arc::clone(&named), |behind| Arc::clone(&behind.table));
        if behind.is_some() && (insert.on.is_some() || insert.returning.is_some() || insert.overwrite) {
            return Err(Stop::not_proved(format!("{name} is a view: this is not rewritten")));
        }
        let target = relation.storage.quoted();
        let mut translator = Translator::new(self);
        let with = with.map(|with| translator.with(with)).transpose()?.unwrap_or_default();
        let insert = &*without_computed(&translator, insert, &relation);
        let mut columns = target_columns(&mut translator, insert, &named)?;
        if let Some(behind) = &behind {
            columns = behind.columns_of(&columns, Writing::Insert, insert.columns.is_empty())?;
        }
        if translator.dialect() == Dialect::Postgres
            && behind.is_none()
            && let Some(words) = refused_value(insert, &columns)
        {
            return Err(Stop::Refuted(words));
        }
        let source = match &insert.source {
            None if insert.assignments.is_empty() => "DEFAULT VALUES".to_owned(),
            None => return Err(Stop::not_proved("INSERT … SET is not rewritten")),
            Some(query) => source(&mut translator, query, &columns, &relation, insert.columns.is_empty())?,
        };
        let conflict = conflict(&mut translator, insert, &relation)?;
        translator.scopes = vec![Scope {
            sources: vec![source_of(&relation, relation.name.identifier.clone(), None, true)],
            ..Scope::default()
        }];
        let returning = insert.returning.as_deref().map(|items| translator.returning(items)).transpose()?;
        let source = translator.finish(source)?;
        let verb = match (&insert.or, insert.replace_into, insert.ignore) {
            (Some(SqliteOnConflict::Replace), ..) | (_, true, _) => "INSERT OR REPLACE",
            (Some(SqliteOnConflict::Ignore), ..) | (.., true) => "INSERT OR IGNORE",
            _ => "INSERT",
        };
        let listed: Vec<String> = columns.iter().map(|column| quoted(&column.name)).collect();
        let list = if source == "DEFAULT VALUES" || listed.is_empty() {
            String::new()
        } else {
            format!(" ({})", listed.join(", "))
        };
        let sql = format!("{with}{verb} INTO {target}{list} {source}{conflict}");
        if insert.overwrite {
            // What is written may be read from the table: it is set aside first.
            let aside = format!("CREATE TEMP TABLE \"rows\" AS {with}{}", source_of_rows(&source));
            self.run(&aside)?;
            self.run(&format!("DELETE FROM {target}"))?;
            let rows = self.run_on(&format!("INSERT INTO {target}{list} SELECT * FROM temp.\"rows\""), &relation);
            self.run("DROP TABLE temp.\"rows\"")?;
            return rows.map(Outcome::wrote);
        }
        if let Some((returning, columns)) = returning {
            let rows = self
                .fetch(&(sql + &returning), &columns, Some(&relation))
                .map_err(|stop| open_conflict(stop, &relation))?;
            return Ok(Outcome { affected: Some(rows.rows.len() as u64), rows: Some(rows), note: None });
        }
        self.run_on(&sql, &relation).map(Outcome::wrote).map_err(|stop| open_conflict(stop, &relation))
    }

    /// The relation that a statement writes to, and the table behind it where it is a view.
    pub(super) fn written(
        &mut self,
        name: &sqlparser::ast::ObjectName,
        writing: Writing,
    ) -> Done<(Arc<Relation>, Option<Behind>)> {
        let has_read = self.touched.read_guessed;
        let relation = self.relation_of(name)?;
        let is_table = !matches!(relation.kind, Kind::View | Kind::MaterializedView);
        if is_table && matches!(writing, Writing::Insert) {
            self.touched.read_guessed = has_read;
        }
        let behind = if is_table { None } else { Some(self.behind(&relation, writing)?) };
        if let Some(behind) = &behind
            && self.touched.guessed
        {
            let table = behind.table.name.clone();
            self.wrote_to(table, false);
        }
        Ok((relation, behind))
    }

    /// The words for a column that the written relation lacks.
    pub(super) fn lacks(&self, relation: &Relation, column: &str) -> Stop {
        let table = &relation.name.identifier;
        Stop::refuted(match self.session.dialect {
            Dialect::DuckDb => {
                format!("Binder Error: Table \"{table}\" does not have a column with name \"{column}\"")
            }
            Dialect::Snowflake => format!("SQL compilation error: invalid identifier '{}'", column.to_uppercase()),
            Dialect::BigQuery => format!("Column {column} is not present in table {}", relation.name),
            Dialect::Databricks | Dialect::Spark => format!(
                "[UNRESOLVED_COLUMN.WITH_SUGGESTION] A column, variable, or function parameter with name `{column}` \
                 cannot be resolved."
            ),
            Dialect::Sqlite => format!("table {table} has no column named {column}"),
            _ => format!("column \"{column}\" of relation \"{table}\" does not exist"),
        })
    }
}

/// The words for ON CONFLICT without a key; where the table is assumed, so is its key.
fn open_conflict(stop: Stop, relation: &Relation) -> Stop {
    match stop {
        Stop::NotProved(cause) if cause.contains("ON CONFLICT clause does not match") => {
            if relation.is_open() {
                Stop::not_proved(format!("the keys of {} are not known", relation.name))
            } else {
                Stop::refuted("there is no unique or exclusion constraint matching the ON CONFLICT specification")
            }
        }
        other => other,
    }
}

fn source_of_rows(source: &str) -> &str {
    if source == "DEFAULT VALUES" { "SELECT NULL" } else { source }
}

/// The columns that are written: those that are listed, or all.
fn target_columns(translator: &mut Translator<'_>, insert: &Insert, relation: &Relation) -> Done<Vec<Column>> {
    let mut columns = Vec::new();
    if insert.columns.is_empty() {
        return Ok(relation.columns.iter().filter(|column| column.generated.is_none()).cloned().collect());
    }
    for name in &insert.columns {
        if let Some(ObjectNamePart::Identifier(name)) = name.0.last() {
            reserved::refuse(name, translator.warehouse.session.dialect)?;
        }
        let folded = translator.column_name(name)?;
        match relation.column(&folded) {
            Some(column) if columns.iter().any(|known: &Column| known.name == column.name) => {
                return Err(Stop::refuted(format!("column \"{folded}\" specified more than once")));
            }
            Some(column) => columns.push(column.clone()),
            None if relation.is_open() => {
                translator.miss(relation.name.clone(), folded.clone());
                columns.push(Column::new(folded, Type::Unknown));
            }
            None => return Err(translator.warehouse.lacks(relation, &folded)),
        }
    }
    Ok(columns)
}

/// Whether a column takes no value.
fn refuses(column: &Column) -> bool {
    column.always_counts || column.generated.is_some()
}

/// The statement without DEFAULT for columns that are computed.
fn without_computed<'i>(translator: &Translator<'_>, insert: &'i Insert, relation: &Relation) -> Cow<'i, Insert> {
    if relation.columns.iter().all(|column| column.generated.is_none()) {
        return Cow::Borrowed(insert);
    }
    let places: Vec<usize> = if insert.columns.is_empty() {
        let all = relation.columns.iter().enumerate();
        all.filter(|(_, column)| column.generated.is_some()).map(|(at, _)| at).collect()
    } else {
        let names = insert.columns.iter().map(|name| translator.column_name(name).ok());
        let is_computed = |name: &String| relation.column(name).is_some_and(|column| column.generated.is_some());
        names.enumerate().filter(|(_, name)| name.as_ref().is_some_and(is_computed)).map(|(at, _)| at).collect()
    };
    let mut given = insert.clone();
    let Some(SetExpr::Values(values)) = given.source.as_deref_mut().map(|source| &mut *source.body) else {
        return Cow::Borrowed(insert);
    };
    let is_plain = |row: &[Expr]| places.iter().all(|at| row.get(*at).is_none_or(is_default));
    if !values.rows.iter().all(|row| is_plain(&row.content)) {
        return Cow::Borrowed(insert);
    }
    for at in places.into_iter().rev() {
        for row in values.rows.iter_mut().filter(|row| row.content.len() > at) {
            row.content.remove(at);
        }
        if at < given.columns.len() {
            given.columns.remove(at);
        }
    }
    Cow::Owned(given)
}

/// The words for a value that is given for a column which refuses every value but DEFAULT.
fn refused_value(insert: &Insert, columns: &[Column]) -> Option<String> {
    let source = insert.source.as_deref()?;
    let is_given = |at: usize| match &*source.body {
        SetExpr::Values(values) => {
            values.rows.iter().any(|row| row.content.get(at).is_some_and(|value| !is_default(value)))
        }
        _ => true,
    };
    let (_, column) = columns.iter().enumerate().find(|(at, column)| refuses(column) && is_given(*at))?;
    Some(format!("cannot insert a non-DEFAULT value into column \"{}\"", column.name))
}

/// What is written: VALUES or a query, in the form in which the columns take it.
fn source(
    translator: &mut Translator<'_>,
    query: &Query,
    columns: &[Column],
    relation: &Relation,
    unlisted: bool,
) -> Done<String> {
    if let SetExpr::Values(values) = &*query.body
        && query.with.is_none()
        && query.order_by.is_none()
    {
        let mut rows = Vec::new();
        for row in &values.rows {
            fits(translator, row.content.len(), columns, relation, unlisted)?;
            let mut texts = Vec::new();
            for (value, column) in row.content.iter().zip(columns) {
                let typed = match value {
                    value if is_default(value) => {
                        let default = column.default.clone().unwrap_or_else(|| "NULL".to_owned());
                        Typed::new(default, column.of)
                    }
                    value => {
                        let typed = translator.expression(value)?;
                        translator.assigned(typed, column)?
                    }
                };
                texts.push(typed.sql);
            }
            if texts.len() < columns.len() && unlisted {
                let rest = &columns[texts.len()..];
                texts.extend(rest.iter().map(|column| column.default.clone().unwrap_or_else(|| "NULL".to_owned())));
            }
            rows.push(format!("({})", texts.join(", ")));
        }
        return Ok(format!("VALUES {}", rows.join(", ")));
    }
    let translated = translator.query(query)?;
    if translated.columns.len() < columns.len()
        && let Some(open) = translated.open.first()
    {
        for column in &columns[translated.columns.len()..] {
            if translated.columns.iter().all(|given| given.name != column.name) {
                translator.miss(open.clone(), column.name.clone());
            }
        }
    } else {
        fits(translator, translated.columns.len(), columns, relation, unlisted)?;
    }
    let mut texts = Vec::new();
    for (at, (given, column)) in translated.columns.iter().zip(columns).enumerate() {
        let typed = Typed { certain: given.certain, ..Typed::new(format!("c{at}"), given.of) };
        texts.push(translator.assigned(typed, column)?.sql);
    }
    if texts.is_empty() {
        return Ok(format!("SELECT * FROM ({}) WHERE true", translated.sql));
    }
    if texts.len() < columns.len() && unlisted {
        let rest = &columns[texts.len()..];
        texts.extend(rest.iter().map(|column| column.default.clone().unwrap_or_else(|| "NULL".to_owned())));
    }
    let names: Vec<String> = (0..translated.columns.len()).map(|at| format!("c{at}")).collect();
    // A condition keeps ON CONFLICT from being read as that of a join.
    Ok(format!(
        "SELECT {} FROM (WITH q({}) AS ({}) SELECT * FROM q) WHERE true",
        texts.join(", "),
        names.join(", "),
        translated.sql
    ))
}

/// Whether so many values go into the columns; where the table's columns are not all known, there are more.
fn fits(
    translator: &mut Translator<'_>,
    values: usize,
    columns: &[Column],
    relation: &Relation,
    unlisted: bool,
) -> Done<()> {
    if values == columns.len() {
        return Ok(());
    }
    if unlisted && relation.is_open() {
        for at in columns.len()..values {
            translator.miss(relation.name.clone(), format!("column_{}", at + 1));
        }
        return if values > columns.len() {
            Ok(())
        } else {
            Err(Stop::not_proved("the columns of the table are not all known"))
        };
    }
    let dialect = translator.dialect();
    if unlisted && values < columns.len() && matches!(dialect, Dialect::Postgres | Dialect::Redshift) {
        return Ok(());
    }
    let fills = [Dialect::Databricks, Dialect::Spark, Dialect::Hive, Dialect::ClickHouse];
    if unlisted && values < columns.len() && fills.contains(&dialect) {
        return Err(Stop::not_proved("whether the columns that get no value are filled is not known"));
    }
    Err(Stop::refuted(match dialect {
        Dialect::Postgres | Dialect::Redshift if values > columns.len() => {
            "INSERT has more expressions than target columns".to_owned()
        }
        Dialect::Postgres | Dialect::Redshift => "INSERT has more target columns than expressions".to_owned(),
        Dialect::DuckDb if unlisted => format!(
            "Binder Error: table \"{}\" has {} columns but {values} values were supplied",
            relation.name.identifier,
            columns.len()
        ),
        Dialect::DuckDb => format!(
            "Binder Error: Column name/value mismatch for insert on \"{}\": expected {} columns but {values} values were \
             supplied",
            relation.name.identifier,
            columns.len()
        ),
        Dialect::Snowflake => format!(
            "SQL compilation error: Insert value list does not match column list expecting {} but got {values}",
            columns.len()
        ),
        _ => format!("{} columns are written and {values} values are given", columns.len()),
    }))
}

/// ON CONFLICT.
fn conflict(translator: &mut Translator<'_>, insert: &Insert, relation: &Relation) -> Done<String> {
    let on = match &insert.on {
        None => return Ok(String::new()),
        Some(OnInsert::OnConflict(on)) => on,
        Some(_) => return Err(Stop::not_proved("ON DUPLICATE KEY UPDATE is not rewritten")),
    };
    let columns = match &on.conflict_target {
        None => String::new(),
        Some(ConflictTarget::Columns(columns)) => {
            let mut names = Vec::new();
            for column in columns {
                let name = translator.fold(column);
                if relation.column(&name).is_none() {
                    if !relation.is_open() {
                        return Err(translator.no_column(&column.value, None));
                    }
                    translator.miss(relation.name.clone(), name.clone());
                }
                names.push(quoted(&name));
            }
            format!(" ({})", names.join(", "))
        }
        Some(ConflictTarget::OnConstraint(name)) => {
            let folded = translator.column_name(name)?;
            let found = relation.constraints.iter().find(|constraint| constraint.name == folded);
            match found.map(|constraint| &constraint.rule) {
                Some(
                    crate::prove::warehouse::Rule::PrimaryKey(columns) | crate::prove::warehouse::Rule::Unique(columns),
                ) => {
                    let names: Vec<String> = columns.iter().map(|column| quoted(column)).collect();
                    format!(" ({})", names.join(", "))
                }
                _ if relation.is_open() => return Err(Stop::not_proved("the constraints of the table are not known")),
                _ => {
                    return Err(Stop::refuted(format!(
                        "constraint \"{folded}\" for table \"{}\" does not exist",
                        relation.name.identifier
                    )));
                }
            }
        }
    };
    let OnConflictAction::DoUpdate(update) = &on.action else {
        return Ok(format!(" ON CONFLICT{columns} DO NOTHING"));
    };
    let open: Vec<RelationName> = if relation.is_open() { vec![relation.name.clone()] } else { Vec::new() };
    let target = source_of(
        relation,
        insert
            .table_alias
            .as_ref()
            .map_or_else(|| relation.name.identifier.clone(), |alias| translator.fold(&alias.alias)),
        Some(relation.storage.name().to_owned()),
        true,
    );
    let excluded = translator.fold(&sqlparser::ast::Ident::new("excluded"));
    let proposed = Source {
        alias: excluded,
        sql_alias: Some("excluded".to_owned()),
        columns: given(relation),
        open,
        ..Source::default()
    };
    // Names without a qualifier are the table's own: the proposed row comes second and hides none.
    translator.scopes.push(Scope { sources: vec![proposed], ..Scope::default() });
    translator.scopes.push(Scope { sources: vec![target], ..Scope::default() });
    let set = assignments(translator, &update.assignments, relation, None)?;
    let condition = match &update.selection {
        Some(condition) => format!(" WHERE {}", translator.condition(condition)?),
        None => String::new(),
    };
    translator.scopes.clear();
    Ok(format!(" ON CONFLICT{columns} DO UPDATE SET {set}{condition}"))
}

/// What SET sets, in `SQLite`'s SQL.
pub(super) fn assignments(
    translator: &mut Translator<'_>,
    list: &[Assignment],
    relation: &Relation,
    behind: Option<&Behind>,
) -> Done<String> {
    let mut texts = Vec::new();
    for assignment in list {
        let names = match &assignment.target {
            AssignmentTarget::ColumnName(name) => vec![translator.column_name(name)?],
            AssignmentTarget::Tuple(names) => {
                names.iter().map(|name| translator.column_name(name)).collect::<Done<Vec<_>>>()?
            }
        };
        let mut columns = Vec::new();
        for name in names {
            columns.push(match relation.column(&name) {
                Some(column) if refuses(column) && translator.dialect() == Dialect::Postgres => {
                    if is_default(&assignment.value) {
                        return Err(Stop::not_proved(
                            "UPDATE to DEFAULT of a column that is computed is not rewritten",
                        ));
                    }
                    return Err(Stop::refuted(format!("column \"{name}\" can only be updated to DEFAULT")));
                }
                Some(column) => column.clone(),
                None if relation.is_open() => {
                    translator.miss(relation.name.clone(), name.clone());
                    Column::new(name, Type::Unknown)
                }
                None => return Err(translator.warehouse.lacks(relation, &name)),
            });
        }
        if let Some(behind) = behind {
            columns = behind.columns_of(&columns, Writing::Update, false)?;
        }
        let list: Vec<String> = columns.iter().map(|column| quoted(&column.name)).collect();
        match (columns.as_slice(), &assignment.value) {
            ([column], value) if is_default(value) => {
                let default = column.default.clone().unwrap_or_else(|| "NULL".to_owned());
                texts.push(format!("{} = {default}", list[0]));
            }
            ([column], value) => {
                let typed = translator.expression(value)?;
                let typed = translator.assigned(typed, column)?;
                texts.push(format!("{} = {}", list[0], typed.sql));
            }
            (columns, Expr::Tuple(values)) if values.len() == columns.len() => {
                for (column, value) in columns.iter().zip(values) {
                    let typed = translator.expression(value)?;
                    let typed = translator.assigned(typed, column)?;
                    texts.push(format!("{} = {}", quoted(&column.name), typed.sql));
                }
            }
            (_, Expr::Subquery(query)) => {
                let translated = translator.query(query)?;
                texts.push(format!("({}) = ({})", list.join(", "), translated.sql));
            }
            _ => return Err(Stop::not_proved("SET of several columns at once is not rewritten")),
        }
    }
    Ok(texts.join(", "))
}

/// Whether a value is DEFAULT.
fn is_default(expr: &Expr) -> bool {
    matches!(expr, Expr::Identifier(ident) if ident.quote_style.is_none() && ident.value.eq_ignore_ascii_case("default"))
}

/// The columns that RETURNING gives of a relation.
pub(super) fn own_scope(relation: &Relation, alias: String) -> Scope {
    Scope { sources: vec![source_of(relation, alias, None, true)], ..Scope::default() }
}
