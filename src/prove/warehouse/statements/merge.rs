//! MERGE: what is to be done with each row is worked out first, then done.

use std::sync::Arc;

use sqlparser::ast::{
    Merge, MergeAction, MergeClause, MergeClauseKind, MergeInsertExpr, MergeInsertKind, MergeUpdateKind, TableFactor,
    With,
};

use super::view::Writing;
use crate::prove::warehouse::Warehouse;
use crate::prove::warehouse::catalog::{Column, Relation};
use crate::prove::warehouse::execute::Outcome;
use crate::prove::warehouse::sqlite::quoted;
use crate::prove::warehouse::stop::{Done, Stop};
use crate::prove::warehouse::translate::{Given, Scope, Source, Translator, Typed, source_of};
use crate::prove::warehouse::types::Type;
use crate::sql::Dialect;

/// A clause in `SQLite`'s SQL.
struct Clause {
    kind: MergeClauseKind,
    /// Which rows it takes, of those that no clause before it took.
    condition: String,
    action: Action,
}

enum Action {
    Nothing,
    Delete,
    /// The columns that are set, and to what.
    Update(Vec<(String, String)>),
    /// The columns of the new row, and their values.
    Insert(Vec<(String, String)>),
}

impl Action {
    fn values(&self) -> &[(String, String)] {
        match self {
            Action::Update(values) | Action::Insert(values) => values,
            Action::Nothing | Action::Delete => &[],
        }
    }
}

/// The name of the table in which the work is written down.
const WORK: &str = "merged rows";

impl Warehouse {
    pub(super) fn merge(&mut self, merge: &Merge, with: Option<&With>) -> Done<Outcome> {
        if merge.output.is_some() {
            return Err(Stop::not_proved("MERGE with OUTPUT or RETURNING is not rewritten"));
        }
        let TableFactor::Table { name, alias, .. } = &merge.table else {
            return Err(Stop::not_proved("MERGE into something that is no table is not rewritten"));
        };
        let (relation, behind) = self.written(name, Writing::Merge)?;
        if behind.is_some() {
            return Err(Stop::not_proved(format!("{name} is a view: writing to it is not rewritten")));
        }
        let mut translator = Translator::new(self);
        let with = with.map(|with| translator.with(with)).transpose()?.unwrap_or_default();
        let called =
            alias.as_ref().map_or_else(|| relation.name.identifier.clone(), |alias| translator.fold(&alias.name));
        let own = source_of(&relation, called.clone(), Some(called.clone()), alias.is_none());
        translator.scopes = vec![Scope { sources: vec![own.clone()], ..Scope::default() }];
        let source = translator.factor(&merge.source)?;
        let of_source = translator.scopes.first().and_then(|scope| scope.sources.get(1)).cloned();
        let Some(of_source) = of_source else { return Err(Stop::not_proved("MERGE from this is not rewritten")) };
        let on = translator.condition(&merge.on)?;
        let mut clauses = Vec::new();
        for clause in &merge.clauses {
            clauses.push(self::clause(&mut translator, clause, &relation, &own, &of_source)?);
        }
        translator.finish(())?;
        let target = format!("{} AS {}", relation.storage.quoted(), quoted(&called));
        self.work(&with, &target, &called, &source, &of_source, &on, &clauses)?;
        let done = self.apply(&relation, &clauses);
        self.run(&format!("DROP TABLE temp.{}", quoted(WORK)))?;
        done.map(Outcome::wrote)
    }

    /// Writes down, for each row, which clause takes it, and with what values.
    #[expect(clippy::too_many_arguments, reason = "the parts of one statement")]
    fn work(
        &mut self,
        with: &str,
        target: &str,
        called: &str,
        source: &str,
        of_source: &Source,
        on: &str,
        clauses: &[Clause],
    ) -> Done<()> {
        let row = format!("{}.rowid", quoted(called));
        let list = |matched: bool| -> String {
            let mut chosen = "CASE".to_owned();
            let mut any = false;
            let mut columns = Vec::new();
            for (at, clause) in clauses.iter().enumerate() {
                let of_rows = match clause.kind {
                    MergeClauseKind::Matched => Some(format!("{row} IS NOT NULL")),
                    MergeClauseKind::NotMatched | MergeClauseKind::NotMatchedByTarget => Some(format!("{row} IS NULL")),
                    MergeClauseKind::NotMatchedBySource => None,
                };
                let takes = match (of_rows, matched) {
                    (Some(rows), true) => Some(format!("({rows} AND {})", clause.condition)),
                    (None, false) => Some(clause.condition.clone()),
                    _ => None,
                };
                if let Some(takes) = &takes {
                    chosen += &format!(" WHEN {takes} THEN {at}");
                    any = true;
                }
                for (place, (_, value)) in clause.action.values().iter().enumerate() {
                    let value = match &takes {
                        Some(takes) => format!("CASE WHEN {takes} THEN {value} END"),
                        None => "NULL".to_owned(),
                    };
                    columns.push(format!("{value} AS v{at}_{place}"));
                }
            }
            chosen = if any { format!("{chosen} END") } else { "NULL".to_owned() };
            let rest = columns.iter().map(|column| format!(", {column}")).collect::<String>();
            format!("{row} AS place, {chosen} AS clause{rest}")
        };
        let by_source = clauses.iter().any(|clause| matches!(clause.kind, MergeClauseKind::NotMatchedBySource));
        let mut sql = format!("SELECT {} FROM {source} LEFT JOIN {target} ON {on}", list(true));
        if by_source {
            sql += &format!(
                " UNION ALL SELECT {} FROM {target} WHERE NOT EXISTS (SELECT 1 FROM {source} WHERE {on})",
                list(false)
            );
        }
        let _ = of_source;
        self.run(&format!("CREATE TEMP TABLE {} AS {with}{sql}", quoted(WORK))).map(drop)
    }

    fn apply(&mut self, relation: &Arc<Relation>, clauses: &[Clause]) -> Done<u64> {
        let target = relation.storage.quoted();
        let work = format!("temp.{}", quoted(WORK));
        let changing: Vec<String> = clauses
            .iter()
            .enumerate()
            .filter(|(_, clause)| matches!(clause.action, Action::Update(_) | Action::Delete))
            .map(|(at, _)| at.to_string())
            .collect();
        let twice: i64 = self
            .db
            .query_row(
                &format!(
                    "SELECT count(*) FROM (SELECT 1 FROM {work} WHERE clause IN ({}) GROUP BY place HAVING count(*) > 1)",
                    changing.join(", ")
                ),
                [],
                |row| row.get(0),
            )
            .map_err(|error| crate::prove::warehouse::sqlite::stop(&error))?;
        if twice > 0 {
            return Err(Stop::refuted(match self.session.dialect {
                Dialect::Snowflake => "Duplicate row detected during DML action".to_owned(),
                Dialect::BigQuery => "UPDATE/MERGE must match at most one source row for each target row".to_owned(),
                Dialect::Databricks | Dialect::Spark => "[DELTA_MULTIPLE_SOURCE_ROW_MATCHING_TARGET_ROW_IN_MERGE] Cannot perform \
                                                         Merge as multiple source rows matched and attempted to modify the same \
                                                         target row in the Delta table in possibly conflicting ways."
                    .to_owned(),
                _ => "MERGE command cannot affect row a second time".to_owned(),
            }));
        }
        let mut count = 0;
        for (at, clause) in clauses.iter().enumerate() {
            let sql = match &clause.action {
                Action::Nothing => continue,
                Action::Delete => {
                    format!("DELETE FROM {target} WHERE rowid IN (SELECT place FROM {work} WHERE clause = {at})")
                }
                Action::Update(values) => {
                    let set: Vec<String> = values
                        .iter()
                        .enumerate()
                        .map(|(place, (column, _))| format!("{} = m.v{at}_{place}", quoted(column)))
                        .collect();
                    format!(
                        "UPDATE {target} SET {} FROM {work} AS m WHERE m.place = {target}.rowid AND m.clause = {at}",
                        set.join(", ")
                    )
                }
                Action::Insert(values) => {
                    let columns: Vec<String> = values.iter().map(|(column, _)| quoted(column)).collect();
                    let taken: Vec<String> = (0..values.len()).map(|place| format!("v{at}_{place}")).collect();
                    format!(
                        "INSERT INTO {target} ({}) SELECT {} FROM {work} WHERE clause = {at}",
                        columns.join(", "),
                        taken.join(", ")
                    )
                }
            };
            count += self.run_on(&sql, relation)?;
        }
        Ok(count)
    }
}

fn clause(
    translator: &mut Translator<'_>,
    clause: &MergeClause,
    relation: &Relation,
    own: &Source,
    source: &Source,
) -> Done<Clause> {
    let sources = match clause.clause_kind {
        MergeClauseKind::Matched => vec![own.clone(), source.clone()],
        MergeClauseKind::NotMatched | MergeClauseKind::NotMatchedByTarget => vec![source.clone()],
        MergeClauseKind::NotMatchedBySource => vec![own.clone()],
    };
    translator.scopes = vec![Scope { sources, ..Scope::default() }];
    let mut conditions = Vec::new();
    if let Some(predicate) = &clause.predicate {
        conditions.push(translator.condition(predicate)?);
    }
    let action = match &clause.action {
        MergeAction::DoNothing { .. } => Action::Nothing,
        MergeAction::Delete { .. } => Action::Delete,
        MergeAction::Update(update) => {
            if update.delete_predicate.is_some() {
                return Err(Stop::not_proved("MERGE … UPDATE … DELETE WHERE is not rewritten"));
            }
            if let Some(predicate) = &update.update_predicate {
                conditions.push(translator.condition(predicate)?);
            }
            match &update.kind {
                MergeUpdateKind::Wildcard => Action::Update(by_name(translator, relation, source)?),
                MergeUpdateKind::Set(assignments) => {
                    let mut values = Vec::new();
                    for assignment in assignments {
                        let sqlparser::ast::AssignmentTarget::ColumnName(name) = &assignment.target else {
                            return Err(Stop::not_proved("SET of several columns at once is not rewritten"));
                        };
                        let name = translator.column_name(name)?;
                        let column = column_of(translator, relation, &name)?;
                        let typed = translator.expression(&assignment.value)?;
                        values.push((name, translator.assigned(typed, &column)?.sql));
                    }
                    Action::Update(values)
                }
            }
        }
        MergeAction::Insert(insert) => {
            if let Some(predicate) = &insert.insert_predicate {
                conditions.push(translator.condition(predicate)?);
            }
            Action::Insert(inserted(translator, insert, relation, source)?)
        }
    };
    let condition = if conditions.is_empty() { "true".to_owned() } else { conditions.join(" AND ") };
    Ok(Clause { kind: clause.clause_kind, condition, action })
}

fn inserted(
    translator: &mut Translator<'_>,
    insert: &MergeInsertExpr,
    relation: &Relation,
    source: &Source,
) -> Done<Vec<(String, String)>> {
    let mut columns = Vec::new();
    for name in &insert.columns {
        let name = translator.column_name(name)?;
        columns.push(column_of(translator, relation, &name)?);
    }
    if columns.is_empty() {
        columns = relation.columns.iter().filter(|column| column.generated.is_none()).cloned().collect();
    }
    match &insert.kind {
        MergeInsertKind::Wildcard => by_name(translator, relation, source),
        MergeInsertKind::Row => {
            let taken = columns.iter().zip(&source.columns);
            let mut values = Vec::new();
            for (column, given) in taken {
                let typed = of_source(source, given);
                values.push((column.name.clone(), translator.assigned(typed, column)?.sql));
            }
            Ok(values)
        }
        MergeInsertKind::Values(list) => {
            let [row] = list.rows.as_slice() else {
                return Err(Stop::not_proved("MERGE … INSERT of several rows is not rewritten"));
            };
            // PostgreSQL leaves the last ones to their defaults, as in an INSERT.
            let is_filled = insert.columns.is_empty()
                && row.content.len() < columns.len()
                && matches!(translator.dialect(), Dialect::Postgres | Dialect::Redshift);
            if row.content.len() != columns.len() && !is_filled {
                if relation.is_open() && insert.columns.is_empty() {
                    return Err(Stop::not_proved("the columns of the table are not all known"));
                }
                return Err(Stop::refuted(if row.content.len() > columns.len() {
                    "INSERT has more expressions than target columns"
                } else {
                    "INSERT has more target columns than expressions"
                }));
            }
            let mut values = Vec::new();
            for (column, value) in columns.iter().zip(&row.content) {
                let typed = translator.expression(value)?;
                values.push((column.name.clone(), translator.assigned(typed, column)?.sql));
            }
            Ok(values)
        }
    }
}

/// Every column that both sides have, from the source.
fn by_name(translator: &mut Translator<'_>, relation: &Relation, source: &Source) -> Done<Vec<(String, String)>> {
    let mut values = Vec::new();
    for given in &source.columns {
        let column = column_of(translator, relation, &given.name)?;
        values.push((column.name.clone(), translator.assigned(of_source(source, given), &column)?.sql));
    }
    Ok(values)
}

fn of_source(source: &Source, given: &Given) -> Typed {
    Typed { certain: given.certain, ..Typed::new(source.sql(&given.name), given.of) }
}

fn column_of(translator: &mut Translator<'_>, relation: &Relation, name: &str) -> Done<Column> {
    match relation.column(name) {
        Some(column) => Ok(column.clone()),
        None if relation.is_open() => {
            translator.miss(relation.name.clone(), name.to_owned());
            Ok(Column::new(name, Type::Unknown))
        }
        None => Err(translator.warehouse.lacks(relation, name)),
    }
}
