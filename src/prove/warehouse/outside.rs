//! What those who rehearse ask of a warehouse besides SQL.

use std::sync::Arc;

use sqlparser::ast::{self, Expr, SelectItem, SetExpr};
use sqlparser::parser::Parser;

use super::catalog::object::Object;
use super::types::Declared;
use super::{Column, Expectation, NotMade, RelationName, Rows, Type, Warehouse, sqlite};
use crate::sql;

impl Warehouse {
    /// Another run begins: what was only assumed to be there, and was dropped, may be there again.
    pub fn begin_run(&mut self) {
        self.catalog.forget_lost();
        self.not_made.clear();
    }

    /// Something that would make a relation does not, in this run.
    pub fn give_up(&mut self, by: &str, how: NotMade) {
        self.not_made.insert(by.to_owned(), how);
    }

    /// Why a relation that `by` makes is not there.
    pub(super) fn not_yet(&self, by: &str) -> String {
        match self.not_made.get(by) {
            Some(NotMade::Failed) => format!("{by}, which makes it, failed"),
            Some(NotMade::Skipped) => format!("{by}, which makes it, was skipped"),
            None => format!("{by} makes it later"),
        }
    }

    /// A schema is there: dbt has made it.
    pub fn provide_schema(&mut self, name: &RelationName) {
        let schema = Object::schema(name.database.as_deref(), &name.schema);
        if !self.is_built_in(&schema) {
            let label = Arc::clone(&self.label);
            self.catalog.ledger_mut().make(schema, &label);
        }
    }

    /// A name of a column or another part, folded.
    #[must_use]
    pub fn folded(&self, name: &str, quoted: bool) -> String {
        self.folding().fold(name, quoted)
    }

    /// Whether something makes a relation of that name that is not there yet.
    #[must_use]
    pub fn expects(&self, name: &RelationName) -> bool {
        matches!(self.expected.get(name), Some(Expectation::NotBuiltYet { .. }))
    }

    /// Whether a relation of that name may be there though the rehearsal has none.
    #[must_use]
    pub fn is_outside(&self, name: &RelationName) -> bool {
        !self.expects(name) && self.catalog.dropped_by(name).is_none()
    }

    /// The rows of a relation are not known from now on.
    pub fn guess(&mut self, name: &RelationName) {
        self.guessed.insert(name.clone());
    }

    /// The name of a relation that ends with the session.
    #[must_use]
    pub fn temporary(&self, identifier: &str) -> RelationName {
        self.temporary_name(identifier)
    }

    /// Forgets that a relation was ever there.
    pub fn forget(&mut self, name: &RelationName) {
        self.catalog.forget(name);
    }

    /// The views that read a relation, and those that read them.
    #[must_use]
    pub fn readers(&self, name: &RelationName) -> Vec<RelationName> {
        self.dependents(name).iter().map(|reader| reader.name.clone()).collect()
    }

    /// The warehouse's words where a relation is to be made under a name that another one has.
    #[must_use]
    pub fn there_already(&self, name: &RelationName, kind: super::Kind) -> String {
        self.is_there(name, kind)
    }

    /// The warehouse's words where there is no relation of a name.
    #[must_use]
    pub fn not_there(&self, name: &RelationName) -> String {
        let parts = [name.schema.as_str(), name.identifier.as_str()].map(ast::Ident::new);
        self.no_relation(&ast::ObjectName::from(parts.to_vec()), name)
    }

    /// A column of a type's name in SQL, which keeps what values of it keep.
    #[must_use]
    pub fn column_of(&self, name: String, declared: &str) -> Column {
        let parsed = Parser::new(self.session.dialect.grammar())
            .try_with_sql(declared)
            .and_then(|mut parser| parser.parse_data_type());
        let of = parsed.map(|parsed| Declared::of(&parsed, self.session.dialect)).ok();
        let mut column = Column::new(name, of.as_ref().map_or(Type::Unknown, |of| of.of));
        column.declared = Some(declared.to_owned());
        column.length = of.as_ref().and_then(|of| of.length);
        column.scale = of.as_ref().and_then(|of| of.scale);
        column
    }

    /// The columns that a query gives, where its select list names all of them.
    #[must_use]
    pub fn columns_of(&self, query: &str) -> Option<Vec<Column>> {
        let (_, trees) = sql::script_with_trees(query, self.session.dialect);
        let Some(Some(tree)) = trees.first() else { return None };
        let ast::Statement::Query(query) = &**tree else { return None };
        let mut body = &*query.body;
        loop {
            match body {
                SetExpr::Select(select) => return select.projection.iter().map(|item| self.selected(item)).collect(),
                SetExpr::SetOperation { left, .. } => body = left,
                SetExpr::Query(inner) => body = &inner.body,
                _ => return None,
            }
        }
    }

    fn selected(&self, item: &SelectItem) -> Option<Column> {
        let name = match item {
            SelectItem::ExprWithAlias { alias, .. } => alias,
            SelectItem::UnnamedExpr(Expr::Identifier(name)) => name,
            SelectItem::UnnamedExpr(Expr::CompoundIdentifier(parts)) => parts.last()?,
            _ => return None,
        };
        let of = match item {
            SelectItem::ExprWithAlias { expr: Expr::Cast { data_type, .. }, .. } => {
                Declared::of(data_type, self.session.dialect).of
            }
            _ => Type::Unknown,
        };
        Some(Column::new(self.folded(&name.value, name.quote_style.is_some()), of))
    }

    /// Every row of a relation; none where it has none of that name, or they cannot be read.
    pub fn rows_of(&mut self, name: &RelationName) -> Option<Rows> {
        let relation = self.catalog.relation(name)?.clone();
        if self.mirror.is_viewed {
            self.mirrored().ok()?;
        }
        let columns = super::translate::given(&relation);
        let list: Vec<String> = columns.iter().map(|column| sqlite::quoted(&column.name)).collect();
        let list = if list.is_empty() { "NULL".to_owned() } else { list.join(", ") };
        let sql = format!("SELECT {list} FROM {}", relation.storage.quoted());
        let sql = self.with_views(&sql).ok()?;
        self.fetched(&sql, &columns).ok()
    }

    /// How many rows a relation has; none where they cannot be counted.
    #[must_use]
    pub fn count_of(&self, name: &RelationName) -> u64 {
        let Ok(table) = self.stored(name) else { return 0 };
        let sql = format!("SELECT count(*) FROM {table}");
        let Ok(sql) = self.with_views(&sql) else { return 0 };
        self.units.begin();
        let counted = self.db.query_row(&sql, [], |row| row.get::<_, i64>(0));
        counted.ok().and_then(|rows| u64::try_from(rows).ok()).unwrap_or(0)
    }
}
