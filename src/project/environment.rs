//! dbt's own macro files, as a Python environment with dbt's adapters has them.

use std::fs;
use std::path::{Path, PathBuf};

use walkdir::WalkDir;

use super::macros::MACRO_BLOCKS;
use crate::disk;
use crate::jinja::blocks;

/// A macro of dbt's own.
#[derive(Debug)]
pub struct OwnMacro {
    /// Whose it is: an adapter, or `global_project`.
    pub owner: String,
    /// Its name.
    pub name: String,
    /// The whole block, tags included.
    pub text: String,
}

/// The macros of these owners, each an adapter's name or `global_project`.
///
/// # Errors
/// A sentence that says what to do, where the folder is no Python environment with dbt, lacks one of the
/// owners, or has a file that cannot be read.
pub fn macros(environment: &Path, owners: &[&str]) -> Result<Vec<OwnMacro>, String> {
    let shown = environment.display();
    let folders = include_folders(environment);
    if folders.is_empty() {
        return Err(format!("{shown} is no Python environment with dbt: name a folder such as .venv"));
    }
    let mut found = Vec::new();
    for owner in owners {
        let Some(folder) =
            folders.iter().map(|folder| folder.join(owner).join("macros")).find(|folder| folder.is_dir())
        else {
            return Err(format!(
                "the Python environment {shown} has no macros of {owner}: install dbt-{owner} there, or leave the environment out"
            ));
        };
        for entry in WalkDir::new(&folder).follow_links(true).sort_by_file_name() {
            let path = entry.map(walkdir::DirEntry::into_path).map_err(|failure| format!("{shown}: {failure}"))?;
            if path.extension().is_some_and(|ending| ending == "sql") {
                let text = disk::read_text(&path).map_err(|failure| format!("{}: {failure}", path.display()))?;
                found.extend(of_file(owner, &text));
            }
        }
    }
    Ok(found)
}

/// `dbt/include` below the environment's packages, on Unix and on Windows.
fn include_folders(environment: &Path) -> Vec<PathBuf> {
    let mut packages = vec![environment.join("Lib/site-packages")];
    if let Ok(entries) = fs::read_dir(environment.join("lib")) {
        let mut versions: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
        versions.sort();
        packages.extend(versions.into_iter().map(|version| version.join("site-packages")));
    }
    packages.into_iter().map(|packages| packages.join("dbt/include")).filter(|folder| folder.is_dir()).collect()
}

fn of_file(owner: &str, text: &str) -> Vec<OwnMacro> {
    let blocks = blocks::blocks(text, MACRO_BLOCKS).unwrap_or_else(|fault| fault.blocks);
    blocks
        .into_iter()
        .filter(|block| block.kind == "macro")
        .filter_map(|block| {
            Some(OwnMacro { owner: owner.to_owned(), name: block.name?, text: text[block.full].to_owned() })
        })
        .collect()
}
