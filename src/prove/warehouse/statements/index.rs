//! CREATE INDEX.

use sqlparser::ast::{CreateIndex, Expr};

use crate::prove::warehouse::Warehouse;
use crate::prove::warehouse::catalog::Index;
use crate::prove::warehouse::execute::Outcome;
use crate::prove::warehouse::name::RelationName;
use crate::prove::warehouse::sqlite::quoted;
use crate::prove::warehouse::stop::{Done, Stop};
use crate::prove::warehouse::translate::{Scope, Translator, source_of};
use crate::sql::Dialect;

impl Warehouse {
    pub(super) fn create_index(&mut self, create: &CreateIndex) -> Done<Outcome> {
        let relation = self.relation_of(&create.table_name)?;
        if relation.is_view() {
            let name = &relation.name.identifier;
            return Err(Stop::refuted(format!("cannot create index on relation \"{name}\"")));
        }
        let mut translator = Translator::new(self);
        translator.scopes = vec![Scope {
            sources: vec![source_of(&relation, relation.name.identifier.clone(), None, true)],
            ..Scope::default()
        }];
        let mut columns = Vec::new();
        let mut plain = Vec::new();
        for column in &create.columns {
            if let Expr::Identifier(ident) = &column.column.expr {
                plain.push(translator.fold(ident));
            } else {
                plain.push("expr".to_owned());
            }
            columns.push(translator.expression(&column.column.expr)?.sql);
        }
        for column in &create.include {
            translator.expression(&Expr::Identifier(column.clone()))?;
        }
        let condition = match &create.predicate {
            Some(predicate) => format!(" WHERE {}", translator.condition(predicate)?),
            None => String::new(),
        };
        let name = match &create.name {
            Some(name) => translator.column_name(name)?,
            None => {
                let wanted = format!("{}_{}_idx", relation.name.identifier, plain.join("_"));
                translator.warehouse.free_index(&relation.name, &wanted)
            }
        };
        translator.finish(())?;
        let taken = self.catalog.index(&RelationName { identifier: name.clone(), ..relation.name.clone() }).is_some();
        if taken {
            if create.if_not_exists {
                return Ok(Outcome::noted(format!("the index {name} is there already: nothing is done")));
            }
            return Err(Stop::refuted(match self.session.dialect {
                Dialect::DuckDb => format!("Catalog Error: Index with name \"{name}\" already exists!"),
                _ => format!("relation \"{name}\" already exists"),
            }));
        }
        let unique = if create.unique { "UNIQUE " } else { "" };
        let sql = format!(
            "CREATE {unique}INDEX {} ON {} ({}){condition}",
            quoted(&self.index_name(&relation.name, &name)),
            relation.storage.quoted(),
            columns.join(", ")
        );
        let made = match self.run(&sql) {
            Ok(_) => Some(sql),
            // A key that rows violate; an expression that SQLite takes no index of is only remembered.
            Err(Stop::Refuted(_)) => {
                return Err(Stop::refuted(format!("could not create unique index \"{name}\"")));
            }
            Err(_) if !create.unique => {
                self.executed.pop();
                None
            }
            Err(stop) => return Err(stop),
        };
        let mut changed = (*relation).clone();
        changed.indexes.push(Index { name, unique: create.unique, sqlite: made });
        self.catalog.insert(changed);
        Ok(Outcome::default())
    }

    /// A name that no index of the table's schema has.
    fn free_index(&self, table: &RelationName, name: &str) -> String {
        let is_taken =
            |name: &String| self.catalog.index(&RelationName { identifier: name.clone(), ..table.clone() }).is_some();
        let mut names = std::iter::once(name.to_owned()).chain((1..).map(|count| format!("{name}{count}")));
        names.find(|name| !is_taken(name)).unwrap_or_default()
    }

    /// What an index is called in `SQLite`.
    pub(in crate::prove::warehouse) fn index_name(&self, table: &RelationName, index: &str) -> String {
        self.plain_name(&RelationName { identifier: format!("{index} (index)"), ..table.clone() })
    }
}
