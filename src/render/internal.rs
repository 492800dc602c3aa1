//! dbt's own macros from its own files: the packages that dbt calls internal (facts C7).

use std::collections::HashMap;
use std::path::Path;
use std::sync::OnceLock;

use super::adapter;
use super::library::{Library, Parsed};
use crate::project::environment::{self, OwnMacro};
use crate::project::{GENERIC, Project};
use crate::source::Text;

const GLOBAL: &str = "global_project";

/// dbt's own macros, parsed when they are first needed. Their text is in no file of the project, so that what
/// they print has the place of their call.
#[derive(Debug, Default)]
pub struct Internal {
    macros: Vec<(OwnMacro, OnceLock<Parsed>)>,
    by_owner: HashMap<(String, String), usize>,
}

impl Internal {
    /// The macros of the project's adapters in a Python environment.
    ///
    /// # Errors
    /// A sentence that says what to do, where the environment lacks them.
    pub fn load(environment: &Path, project: &Project) -> Result<Internal, String> {
        let mut owners = vec![GLOBAL];
        for target in project.targets.iter().filter(|target| target.adapter != GENERIC) {
            owners.push(&target.adapter);
        }
        // A parent's macros are there where the adapter is one that has it as parent.
        let mut found = environment::macros(environment, &unique(owners.clone()))?;
        for parent in unique(owners.iter().flat_map(|owner| adapter::parents(owner)).copied().collect()) {
            if !owners.contains(&parent) {
                found.extend(environment::macros(environment, &[parent]).unwrap_or_default());
            }
        }
        let mut internal = Internal::default();
        for one in found {
            let at = internal.macros.len();
            internal.by_owner.entry((one.owner.clone(), one.name.clone())).or_insert(at);
            internal.macros.push((one, OnceLock::new()));
        }
        Ok(internal)
    }

    /// A macro by its name: the adapter's own, then its parents', then the global one.
    #[must_use]
    pub fn find(&self, adapter: &str, name: &str) -> Option<&Parsed> {
        let owners = [adapter].into_iter().chain(adapter::parents(adapter).iter().copied()).chain([GLOBAL]);
        let mut found = owners.filter_map(|owner| self.by_owner.get(&(owner.to_owned(), name.to_owned())));
        let (one, parsed) = &self.macros[*found.next()?];
        Some(parsed.get_or_init(|| Library::parse(&Text::plain(one.text.as_str()))))
    }

    /// What `adapter.dispatch` comes to, with the name it was found by.
    #[must_use]
    pub fn dispatched(&self, adapter: &str, name: &str) -> Option<(&Parsed, String)> {
        let prefixes = [adapter].into_iter().chain(adapter::parents(adapter).iter().copied()).chain(["default"]);
        prefixes.map(|prefix| format!("{prefix}__{name}")).find_map(|full| Some((self.find(adapter, &full)?, full)))
    }
}

fn unique(mut owners: Vec<&str>) -> Vec<&str> {
    owners.sort_unstable();
    owners.dedup();
    owners
}
