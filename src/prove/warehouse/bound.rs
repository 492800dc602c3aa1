//! What a statement's names and types mean, before it is executed: the same judgement as of the lint, against the
//! relations that there are.

use std::sync::Arc;

use sqlparser::ast::Query;

use crate::sql::bind::{self, Catalog, ProblemKind};
use crate::sql::{self, Dialect};

use super::catalog::object::Class;
use super::catalog::{Certainty, Relation};
use super::{Given, Warehouse};

impl Warehouse {
    /// Why the warehouse refuses a statement as soon as it reads it: for a type, and for a name. The rehearsal looks
    /// names up by itself where it executes a statement, and tells of them in the words that belong there.
    pub(super) fn refused_when_read(&self, given: &Given<'_>) -> (Option<String>, Option<String>) {
        let own = given.statement.parse == sql::Parse::Own;
        let Some(tree) = given.tree.filter(|_| self.is_bound() && own) else { return (None, None) };
        let tables = |parts: &[String]| self.bound_table(parts);
        let makes = |name: &str| self.makes_routine(name);
        let catalog = Catalog { tables: &tables, makes: &makes };
        let (mut of_type, mut of_name) = (None, None);
        for problem in bind::problems_in(given.text, tree, self.session.dialect, &catalog) {
            let name = match problem.kind {
                ProblemKind::Type(reason) => {
                    of_type.get_or_insert(reason);
                    continue;
                }
                ProblemKind::Column { name, .. } | ProblemKind::AliasInSet { name } => {
                    format!("column \"{name}\" does not exist")
                }
                ProblemKind::Alias { name, .. } => format!("missing FROM-clause entry for table \"{name}\""),
                ProblemKind::Ambiguous { name } => format!("column reference \"{name}\" is ambiguous"),
                ProblemKind::Ungrouped { name } => {
                    format!("column \"{name}\" must appear in the GROUP BY clause or be used in an aggregate function")
                }
                // What rows have to keep is seen to when they are written.
                ProblemKind::NoKey { .. } | ProblemKind::Missing { .. } | ProblemKind::Null { .. } => continue,
            };
            of_name.get_or_insert(name);
        }
        (of_type, of_name)
    }

    /// The types of the columns that a query gives, each as the warehouse names it.
    pub(super) fn types_given(&self, query: &Query) -> Vec<Option<String>> {
        if !self.is_bound() {
            return Vec::new();
        }
        let tables = |parts: &[String]| self.bound_table(parts);
        let makes = |name: &str| self.makes_routine(name);
        let catalog = Catalog { tables: &tables, makes: &makes };
        let columns = bind::columns_in(query, self.session.dialect, &catalog).unwrap_or_default();
        columns.iter().map(|column| column.kind.declared()).collect()
    }

    /// Whether types are told apart as the warehouse does: only `PostgreSQL`'s are.
    fn is_bound(&self) -> bool {
        self.session.dialect == Dialect::Postgres
    }

    /// What is known of the table that a name means, by the folded parts of the name.
    fn bound_table(&self, parts: &[String]) -> Option<Arc<bind::Table>> {
        let quoted: Vec<(&str, bool)> = parts.iter().map(|part| (part.as_str(), true)).collect();
        let full = self.name(&quoted);
        let temporary = self.temporary_name(&full.identifier);
        let relation = match self.catalog.relation(&temporary).filter(|_| parts.len() == 1) {
            Some(relation) => relation,
            None => {
                let full = if parts.len() == 1 { self.on_path(full) } else { full };
                self.catalog.relation(&full)?
            }
        };
        (relation.certainty == Certainty::Known).then(|| Arc::new(described(relation)))
    }

    /// Whether something made a function of that name, in whatever schema.
    fn makes_routine(&self, name: &str) -> bool {
        let ledger = self.catalog.ledger();
        if name == bind::ADDED {
            return [Class::Extension, Class::OtherGlobal]
                .into_iter()
                .any(|class| ledger.there(class, &[]).next().is_some());
        }
        let mut routines =
            [Class::Function, Class::Procedure, Class::Routine].into_iter().flat_map(|class| ledger.there(class, &[]));
        routines.any(|routine| routine.path.get(2).is_some_and(|known| known == name))
    }
}

/// A relation as statements are bound to it: what its rows have to keep is seen to when they are written.
fn described(relation: &Relation) -> bind::Table {
    let columns = relation.columns.iter().map(|column| {
        let kind =
            column.declared.as_deref().filter(|_| column.exact).map_or(bind::Type::Unknown, bind::Type::declared_as);
        bind::Column::of(Some(column.name.clone()), kind)
    });
    bind::Table { columns: columns.collect(), keys: None }
}
