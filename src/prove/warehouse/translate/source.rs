//! FROM: tables, subqueries, joins.

use sqlparser::ast::{
    Expr, Ident, Join, JoinConstraint, JoinOperator, ObjectName, ObjectNamePart, TableAlias, TableFactor,
    TableWithJoins,
};

use crate::prove::warehouse::catalog::Relation;
use crate::prove::warehouse::name::RelationName;
use crate::prove::warehouse::sqlite::quoted;
use crate::prove::warehouse::stop::{Done, Stop};
use crate::prove::warehouse::types::Type;

use super::query::{names, rename};
use super::{Given, Source, Translated, Translator, Typed, known};

impl Translator<'_> {
    /// The tables of FROM; their sources are put into the innermost scope.
    pub(in crate::prove::warehouse) fn from(&mut self, tables: &[TableWithJoins]) -> Done<String> {
        let mut texts = Vec::new();
        for table in tables {
            texts.push(self.table_with_joins(table)?);
        }
        Ok(texts.join(", "))
    }

    fn table_with_joins(&mut self, table: &TableWithJoins) -> Done<String> {
        let before = self.sources();
        let mut text = self.factor(&table.relation)?;
        for join in &table.joins {
            text = format!("{text} {}", self.join(join, before)?);
        }
        Ok(text)
    }

    fn sources(&self) -> usize {
        self.scopes.last().map_or(0, |scope| scope.sources.len())
    }

    /// A table, a subquery or the like.
    pub(in crate::prove::warehouse) fn factor(&mut self, factor: &TableFactor) -> Done<String> {
        match factor {
            TableFactor::Table { name, alias, args, version, sample, json_path, partitions, .. } => {
                if version.is_some() || sample.is_some() || json_path.is_some() || !partitions.is_empty() {
                    return Err(Stop::not_proved(format!("the rows of {name} at a time or by sample are not known")));
                }
                match args {
                    Some(args) => self.function_table(&args.args, name, alias.as_ref()),
                    None => self.table(name, alias.as_ref()),
                }
            }
            TableFactor::Derived { lateral, subquery, alias, sample } => {
                if *lateral || sample.is_some() {
                    return Err(Stop::not_proved("LATERAL is not rewritten"));
                }
                let scope = self.scopes.pop();
                let translated = self.query(subquery);
                self.scopes.extend(scope);
                self.derived(translated?, alias.as_ref())
            }
            TableFactor::NestedJoin { table_with_joins, alias: None } => {
                Ok(format!("({})", self.table_with_joins(table_with_joins)?))
            }
            TableFactor::UNNEST { with_ordinality: true, .. } => {
                Err(Stop::not_proved("UNNEST with ordinality is not rewritten"))
            }
            TableFactor::UNNEST { alias, array_exprs, with_offset, with_offset_alias, .. } => {
                let default = Ident::new("offset");
                let offset = with_offset.then(|| with_offset_alias.as_ref().unwrap_or(&default));
                self.unnest(array_exprs, offset, alias.as_ref())
            }
            TableFactor::Function { name, args, with_ordinality: false, alias, .. } => {
                self.function_table(args, name, alias.as_ref())
            }
            TableFactor::TableFunction { expr: Expr::Function(function), alias } => {
                let args = match &function.args {
                    sqlparser::ast::FunctionArguments::List(list) => list.args.clone(),
                    _ => Vec::new(),
                };
                self.function_table(&args, &function.name, alias.as_ref())
            }
            TableFactor::Pivot { .. } => Err(Stop::not_proved("PIVOT is not rewritten")),
            TableFactor::Unpivot { .. } => Err(Stop::not_proved("UNPIVOT is not rewritten")),
            other => Err(Stop::not_proved(format!("{} in FROM is not rewritten", first_words(&other.to_string())))),
        }
    }

    fn table(&mut self, name: &ObjectName, alias: Option<&TableAlias>) -> Done<String> {
        if let [ObjectNamePart::Identifier(ident)] = name.0.as_slice() {
            let folded = self.fold(ident);
            if let Some(common) = self.commons.iter().rev().find(|common| common.name == folded).cloned() {
                let alias_name = alias.map_or(folded, |alias| self.fold(&alias.name));
                let sql_alias = self.free_alias(&alias_name);
                let text = format!("{} AS {}", quoted(&common.sql_name), quoted(&sql_alias));
                self.add_source(Source {
                    alias: alias_name,
                    whole: None,
                    sql_alias: Some(sql_alias),
                    columns: common.columns,
                    open: common.open,
                    ..Source::default()
                });
                return Ok(text);
            }
            if folded.eq_ignore_ascii_case("dual") {
                return Ok("(SELECT 'X' AS \"DUMMY\")".to_owned());
            }
        }
        if let Some(translated) = self.information(name)? {
            let default = TableAlias {
                explicit: false,
                name: name.0.last().and_then(ObjectNamePart::as_ident).cloned().unwrap_or_else(|| Ident::new("t")),
                columns: Vec::new(),
                at: None,
            };
            let text = self.derived(translated, Some(alias.unwrap_or(&default)));
            if let Some(source) = self.scopes.last_mut().and_then(|scope| scope.sources.last_mut()) {
                source.partial = true;
            }
            return text;
        }
        let relation = self.warehouse.relation_of(name)?;
        if relation.is_view() && self.warehouse.mirror.is_viewed {
            self.warehouse.mirrored()?;
        }
        self.reads.push(relation.name.clone());
        let table = relation.storage.quoted();
        if let Some(alias) = alias.filter(|alias| !alias.columns.is_empty()) {
            let columns = given(&relation);
            let sql = format!("SELECT {} FROM {table}", names(&columns));
            return self.derived(Translated { sql, columns, open: Vec::new() }, Some(alias));
        }
        let alias_name = alias.map_or_else(|| relation.name.identifier.clone(), |alias| self.fold(&alias.name));
        let sql_alias = self.free_alias(&alias_name);
        let text = format!("{table} AS {}", quoted(&sql_alias));
        self.add_source(source_of(&relation, alias_name, Some(sql_alias), alias.is_none()));
        Ok(text)
    }

    /// A name in `SQLite`'s SQL that no other source of the scope has.
    pub(super) fn free_alias(&self, alias: &str) -> String {
        let taken = |alias: &str| {
            let sources = self.scopes.last().map_or(&[][..], |scope| &scope.sources);
            sources
                .iter()
                .any(|source| source.sql_alias.as_deref().is_some_and(|taken| taken.eq_ignore_ascii_case(alias)))
        };
        let mut free = alias.to_owned();
        let mut count = 1;
        while taken(&free) {
            count += 1;
            free = format!("{alias} {count}");
        }
        free
    }

    pub(in crate::prove::warehouse) fn add_source(&mut self, source: Source) {
        match self.scopes.last_mut() {
            Some(scope) => scope.sources.push(source),
            None => self.scopes.push(super::Scope { sources: vec![source], ..super::Scope::default() }),
        }
    }

    /// A query in FROM under a name.
    pub(super) fn derived(&mut self, translated: Translated, alias: Option<&TableAlias>) -> Done<String> {
        let renamed: Vec<String> =
            alias.into_iter().flat_map(|alias| &alias.columns).map(|column| self.fold(&column.name)).collect();
        let name = alias.map_or_else(|| "subquery".to_owned(), |alias| self.fold(&alias.name));
        known(&name)?;
        if renamed.len() > translated.columns.len() && translated.open.is_empty() {
            return Err(Stop::refuted(format!(
                "table \"{name}\" has {} columns available but {} columns specified",
                translated.columns.len(),
                renamed.len()
            )));
        }
        let sql_alias = self.free_alias(&name);
        let sql = if renamed.is_empty() {
            translated.sql
        } else {
            let columns = rename(translated.columns.clone(), &renamed);
            format!("WITH \"t\"({}) AS ({}) SELECT * FROM \"t\"", names(&columns), translated.sql)
        };
        self.add_source(Source {
            alias: name,
            whole: None,
            sql_alias: Some(sql_alias.clone()),
            columns: rename(translated.columns, &renamed),
            open: translated.open,
            ..Source::default()
        });
        Ok(format!("({sql}) AS {}", quoted(&sql_alias)))
    }

    fn join(&mut self, join: &Join, before: usize) -> Done<String> {
        use JoinOperator as J;
        let (word, constraint, keeps_right) = match &join.join_operator {
            J::Join(constraint) | J::Inner(constraint) | J::StraightJoin(constraint) => ("JOIN", constraint, false),
            J::Left(constraint) | J::LeftOuter(constraint) => ("LEFT JOIN", constraint, false),
            J::Right(constraint) | J::RightOuter(constraint) => ("RIGHT JOIN", constraint, true),
            J::FullOuter(constraint) => ("FULL JOIN", constraint, true),
            J::CrossJoin(constraint) => ("CROSS JOIN", constraint, false),
            _ => return Err(Stop::not_proved("a semi, anti, ASOF or APPLY join is not rewritten")),
        };
        let boundary = self.sources();
        let relation = self.factor(&join.relation)?;
        let on = match constraint {
            JoinConstraint::On(condition) => format!(" ON {}", self.condition(condition)?),
            JoinConstraint::Using(columns) => {
                let names = columns.iter().map(|column| self.column_name(column)).collect::<Done<Vec<_>>>()?;
                self.using(&names, before, boundary, keeps_right)?
            }
            JoinConstraint::Natural => {
                let scope = self.scopes.last().cloned().unwrap_or_default();
                let right = scope.sources.get(boundary..).unwrap_or_default();
                let left = scope.sources.get(before..boundary).unwrap_or_default();
                let of = |sources: &[Source]| -> Vec<String> {
                    sources.iter().flat_map(|source| &source.columns).map(|column| column.name.clone()).collect()
                };
                let right = of(right);
                let shared: Vec<String> = of(left).into_iter().filter(|name| right.contains(name)).collect();
                if shared.is_empty() { String::new() } else { self.using(&shared, before, boundary, keeps_right)? }
            }
            JoinConstraint::None => String::new(),
        };
        Ok(format!("{word} {relation}{on}"))
    }

    /// The condition of USING; the columns are merged.
    fn using(&mut self, names: &[String], before: usize, boundary: usize, keeps_right: bool) -> Done<String> {
        let mut conditions = Vec::new();
        for name in names {
            let left = self.side(name, before, boundary)?;
            let right = self.side(name, boundary, usize::MAX)?;
            conditions.push(format!("{} = {}", left.sql, right.sql));
            let sql = if keeps_right { format!("coalesce({}, {})", left.sql, right.sql) } else { left.sql };
            let given = Given {
                name: name.clone(),
                shown: name.clone(),
                of: left.of.either(right.of),
                certain: false,
                digits: left.digits.max(right.digits),
            };
            if let Some(scope) = self.scopes.last_mut() {
                scope.merged.retain(|(column, _)| column.name != *name);
                scope.merged.push((given, sql));
            }
        }
        Ok(format!(" ON {}", conditions.join(" AND ")))
    }

    fn side(&mut self, name: &str, from: usize, to: usize) -> Done<Typed> {
        let scope = self.scopes.last().cloned().unwrap_or_default();
        if from < to
            && let Some((given, sql)) = scope.merged.iter().find(|(column, _)| column.name == name)
            && to != usize::MAX
        {
            return Ok(Typed::new(sql.clone(), given.of));
        }
        let sources = scope.sources.get(from..to.min(scope.sources.len())).unwrap_or_default();
        for source in sources {
            if let Some(column) = source.columns.iter().find(|column| column.name == name) {
                return Ok(source.typed(column));
            }
        }
        for source in sources {
            if let Some(open) = source.open.first() {
                self.miss(open.clone(), name.to_owned());
                return Ok(Typed::new(source.sql(name), Type::Unknown));
            }
        }
        Err(self.no_column(name, None))
    }
}

/// The columns of a relation.
pub(in crate::prove::warehouse) fn given(relation: &Relation) -> Vec<Given> {
    let columns = relation.columns.iter().map(|column| Given {
        name: column.name.clone(),
        shown: column.name.clone(),
        of: column.of,
        certain: column.declared.is_some() && relation.certainty == crate::prove::warehouse::Certainty::Known,
        digits: column.digits.or(column.scale),
    });
    columns.collect()
}

/// The source that a relation is.
pub(in crate::prove::warehouse) fn source_of(
    relation: &Relation,
    alias: String,
    sql_alias: Option<String>,
    whole: bool,
) -> Source {
    let open: Vec<RelationName> = if relation.is_open() { vec![relation.name.clone()] } else { Vec::new() };
    let whole = whole.then(|| relation.name.clone());
    Source { alias, whole, sql_alias, columns: given(relation), open, ..Source::default() }
}

/// The first words of a text, to name it.
fn first_words(text: &str) -> String {
    text.split_whitespace().take(3).collect::<Vec<_>>().join(" ")
}
