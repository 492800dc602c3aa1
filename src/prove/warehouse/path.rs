//! Where names without a schema are looked for: in the schemas of a path, one after the other. What is made stands in the
//! first of them.

use super::Warehouse;
use super::name::RelationName;

/// The paths of a warehouse.
#[derive(Debug, Clone, Default)]
pub(super) struct Paths {
    /// That of a new session.
    opened: Vec<String>,
    /// The one that holds now.
    now: Vec<String>,
    /// The one that holds again when the transaction has been rolled back, or has ended where it was set for it alone.
    before: Vec<String>,
    is_local: bool,
}

impl Paths {
    pub(super) fn of(schema: &str) -> Paths {
        let path = vec![schema.to_owned()];
        Paths { opened: path.clone(), now: path.clone(), before: path, is_local: false }
    }
}

impl Warehouse {
    /// Has every session begin with a path; names folded.
    pub fn open_with_path(&mut self, schemas: Vec<String>) {
        self.paths.opened = schemas;
        self.reset_path();
    }

    /// The path is that of a new session.
    pub(super) fn reset_path(&mut self) {
        let opened = self.paths.opened.clone();
        self.set_path(opened);
    }

    /// Sets the path.
    pub(super) fn set_path(&mut self, schemas: Vec<String>) {
        if let Some(first) = schemas.first() {
            self.session.schema.clone_from(first);
        }
        self.paths.now = schemas;
    }

    /// Sets the path up to the end of the transaction.
    pub(super) fn set_path_for_transaction(&mut self, schemas: Vec<String>) {
        self.paths.is_local = true;
        self.set_path(schemas);
    }

    /// A transaction begins: it may take back what it sets.
    pub(super) fn keep_path(&mut self) {
        self.paths.before.clone_from(&self.paths.now);
        self.paths.is_local = false;
    }

    /// A transaction ends.
    pub(super) fn restore_path(&mut self, rolled_back: bool) {
        if self.paths.now != self.paths.before && (rolled_back || self.paths.is_local) {
            let before = self.paths.before.clone();
            self.set_path(before);
        }
        self.paths.is_local = false;
    }

    /// The relation that a name without a schema means: the first of the path that there is.
    pub(super) fn on_path(&self, name: RelationName) -> RelationName {
        let further = self.paths.now.iter().skip(1);
        if self.paths.now.len() < 2 || self.catalog.relation(&name).is_some() {
            return name;
        }
        let mut candidates = further.map(|schema| RelationName { schema: schema.clone(), ..name.clone() });
        candidates.find(|candidate| self.catalog.relation(candidate).is_some()).unwrap_or(name)
    }
}
