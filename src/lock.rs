//! The hooks that come with installed packages, and the macros of packages that hooks reach, as a team has accepted
//! them: a file, so that what an update of a package adds or changes is told.

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::disk;
use crate::hook::{Hook, HookKind};
use crate::lint::Findings;
use crate::project::{Macro, Overlay, Package, Project};
use crate::run::Failure;

/// The file's name, beside `dbt_project.yml`.
pub const FILE: &str = "hookproof.lock";

/// A hook that a package declares.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
struct OfPackage {
    package: String,
    kind: String,
    /// The node; none for an on-run hook.
    node: Option<String>,
    /// A digest of its text, and of whether it runs in the transaction.
    digest: String,
}

/// A macro of a package that a hook reaches.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
struct Reached {
    package: String,
    name: String,
    /// A digest of its text.
    digest: String,
}

#[derive(Debug, Default, Serialize, Deserialize)]
struct File {
    schema_version: u32,
    hooks: Vec<OfPackage>,
    macros: Vec<Reached>,
}

/// What is accepted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Lock {
    hooks: Vec<OfPackage>,
    macros: BTreeMap<(String, String), Vec<String>>,
}

/// Something that the file does not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Unaccepted<T> {
    /// What it is: a hook by its place among the checked ones, a macro by its place in the project's macros.
    pub(crate) at: T,
    /// Whether another one stands in the file for it: it has changed.
    pub(crate) has_changed: bool,
}

impl Lock {
    /// What packages bring into the hooks of a project.
    #[must_use]
    pub fn of(findings: &Findings<'_>) -> Lock {
        let project = findings.project;
        let mut hooks: Vec<OfPackage> = declared(findings).map(|(_, hook)| of_package(project, hook)).collect();
        hooks.sort();
        let mut macros: BTreeMap<(String, String), Vec<String>> = BTreeMap::new();
        for at in reached(findings) {
            let Reached { package, name, digest } = of_macro(project, &project.macros[at]);
            macros.entry((package, name)).or_default().push(digest);
        }
        Lock { hooks, macros }
    }

    /// Reads the file of a project; none where there is none.
    ///
    /// # Errors
    /// A sentence that says what to do, where it cannot be read or is no such file.
    pub fn read(root: &Path, overlay: &Overlay) -> Result<Option<Lock>, Failure> {
        let path = root.join(FILE);
        let text = match overlay.get(&path) {
            Some(Some(text)) => text.to_string(),
            Some(None) => return Ok(None),
            None => match disk::read_text(&path) {
                Ok(text) => text,
                Err(reason) if reason.kind() == std::io::ErrorKind::NotFound => return Ok(None),
                Err(reason) => return Err(Failure(format!("{FILE} can't be read: {reason}"))),
            },
        };
        let file: File = serde_json::from_str(&text).map_err(|reason| {
            Failure(format!("{FILE} is not what hookproof writes ({reason}): write it anew with `hookproof lock`"))
        })?;
        if file.schema_version != 1 {
            return Err(Failure(format!(
                "{FILE} is of version {}, and this hookproof knows version 1: write it anew with `hookproof lock`",
                file.schema_version
            )));
        }
        let mut macros: BTreeMap<(String, String), Vec<String>> = BTreeMap::new();
        for Reached { package, name, digest } in file.macros {
            macros.entry((package, name)).or_default().push(digest);
        }
        Ok(Some(Lock { hooks: file.hooks, macros }))
    }

    /// Writes the file of a project, whole or not at all.
    ///
    /// # Errors
    /// A sentence that says why it cannot be written.
    pub fn write(&self, root: &Path) -> Result<(), Failure> {
        let macros = self.macros.iter().flat_map(|((package, name), digests)| {
            let of = |digest: &String| Reached { package: package.clone(), name: name.clone(), digest: digest.clone() };
            digests.iter().map(of)
        });
        let file = File { schema_version: 1, hooks: self.hooks.clone(), macros: macros.collect() };
        // Strings and lists always serialise.
        let mut text = serde_json::to_string_pretty(&file).unwrap_or_default();
        text.push('\n');
        let path = root.join(FILE);
        disk::write(&path, text.as_bytes(), disk::Readers::All)
            .map_err(|reason| Failure(format!("{} can't be written: {}", path.display(), disk::reason(&reason))))
    }

    /// How many hooks and macros are accepted.
    #[must_use]
    pub fn len(&self) -> (usize, usize) {
        (self.hooks.len(), self.macros.values().map(Vec::len).sum())
    }

    /// The hooks of packages that are not accepted, by their place among the checked ones.
    pub(crate) fn unaccepted_hooks(&self, findings: &Findings<'_>) -> Vec<Unaccepted<usize>> {
        let mut left = self.hooks.clone();
        let mut open = Vec::new();
        for (at, hook) in declared(findings) {
            let own = of_package(findings.project, hook);
            match left.iter().position(|known| *known == own) {
                Some(n) => {
                    left.swap_remove(n);
                }
                None => open.push((at, own)),
            }
        }
        let changed = |(at, own): (usize, OfPackage)| {
            let same_list =
                |known: &OfPackage| (&known.package, &known.kind, &known.node) == (&own.package, &own.kind, &own.node);
            let old = left.iter().position(same_list).map(|n| left.swap_remove(n));
            Unaccepted { at, has_changed: old.is_some() }
        };
        open.into_iter().map(changed).collect()
    }

    /// The macros of packages that hooks reach and that are not accepted, by their place in the project's macros.
    pub(crate) fn unaccepted_macros(&self, findings: &Findings<'_>) -> Vec<Unaccepted<usize>> {
        let unaccepted = |at: usize| {
            let Reached { package, name, digest } = of_macro(findings.project, &findings.project.macros[at]);
            let known = self.macros.get(&(package, name));
            let is_known = known.is_some_and(|known| known.contains(&digest));
            (!is_known).then_some(Unaccepted { at, has_changed: known.is_some() })
        };
        reached(findings).into_iter().filter_map(unaccepted).collect()
    }
}

/// The hooks that installed packages declare, each once: one that differs between targets is there more than once.
fn declared<'f>(findings: &'f Findings<'_>) -> impl Iterator<Item = (usize, &'f Hook)> {
    let project = findings.project;
    let mut known = std::collections::HashSet::new();
    let hooks = findings.checked.iter().map(|checked| checked.hook).enumerate();
    hooks.filter(move |(_, hook)| {
        let of = match hook.place {
            Some(place) => owner(project, &project.sources.get(place.file).path),
            None => (hook.package > 0).then(|| &project.packages[hook.package]),
        };
        of.is_some() && known.insert((hook.id.clone(), hook.raw.as_str().to_owned()))
    })
}

/// The installed package whose folder a file is in.
fn owner<'p>(project: &'p Project, path: &str) -> Option<&'p Package> {
    project.packages[1..].iter().find(|package| path.starts_with(&package.prefix()))
}

/// The macros of installed packages that hooks reach, by their place in the project's macros.
fn reached(findings: &Findings<'_>) -> Vec<usize> {
    findings.macro_parts().map(|(at, _)| at).filter(|&at| findings.project.macros[at].package > 0).collect()
}

fn of_package(project: &Project, hook: &Hook) -> OfPackage {
    let kind: HookKind = hook.kind;
    let transaction = if hook.transaction { "in" } else { "outside" };
    OfPackage {
        package: project.packages[hook.package].name.clone(),
        kind: kind.name().to_owned(),
        node: hook.node_id.clone(),
        digest: digest(&[transaction, hook.raw.as_str()]),
    }
}

fn of_macro(project: &Project, one: &Macro) -> Reached {
    Reached {
        package: project.packages[one.package].name.clone(),
        name: one.name.clone(),
        digest: digest(&[project.sources.slice(one.block)]),
    }
}

fn digest(parts: &[&str]) -> String {
    // A checkout may change the ends of lines.
    let text = parts.join("\0").replace("\r\n", "\n");
    let digest = Sha256::digest(text);
    digest[..16].iter().map(|byte| format!("{byte:02x}")).collect()
}
