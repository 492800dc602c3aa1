//! The macros of a project's packages.

use std::collections::HashMap;

use super::files::Found;
use super::problem::{Problem, ProblemKind};
use super::yaml;
use crate::jinja::blocks::{self, Block};
use crate::source::{FileId, Place, Sources};

/// A macro, generic test or materialization.
#[derive(Debug, Clone)]
pub struct Macro {
    /// dbt's name: `grant_all`, `test_is_even`, `materialization_table_default`.
    pub name: String,
    /// The package, by its place in the project's packages.
    pub package: usize,
    /// The file.
    pub file: FileId,
    /// The whole block, tags included.
    pub block: Place,
    /// The path from the package's root.
    pub path: String,
}

/// The blocks of a file that dbt takes macros from.
pub(crate) const MACRO_BLOCKS: &[&str] = &["macro", "materialization", "test", "data_test"];
/// The blocks of a file below `tests/generic`.
pub(crate) const TEST_BLOCKS: &[&str] = &["test", "data_test"];

/// The blocks of a file in the file's own offsets, with the problem that ended the cutting.
pub(crate) fn cut(sources: &Sources, file: FileId, allowed: &[&str]) -> (Vec<Block>, Option<Problem>) {
    let source = sources.get(file);
    let (text, base) = yaml::stripped(&source.text);
    let (mut blocks, problem) = match blocks::blocks(text, allowed) {
        Ok(blocks) => (blocks, None),
        Err(fault) => {
            let place = Place { file, start: (base + fault.range.start) as u32, end: (base + fault.range.end) as u32 };
            let message = format!("dbt can't cut {} into blocks: {}", source.path, fault.message);
            (fault.blocks, Some(Problem::new(ProblemKind::Blocks, Some(place), message)))
        }
    };
    for block in &mut blocks {
        for range in [&mut block.full, &mut block.contents, &mut block.header] {
            *range = range.start + base..range.end + base;
        }
    }
    (blocks, problem)
}

/// The macros that a file's blocks are.
pub(crate) fn of_blocks(sources: &Sources, file: FileId, found: &Found, blocks: &[Block]) -> Vec<Macro> {
    let text = &sources.get(file).text;
    let macro_of = |block: &Block| {
        let name = block.name.as_deref()?;
        let name = match block.kind.as_str() {
            "test" | "data_test" => format!("test_{name}"),
            "materialization" => {
                format!("materialization_{name}_{}", materialization_adapter(&text[block.header.clone()]))
            }
            _ => name.to_owned(),
        };
        let block = Place { file, start: block.full.start as u32, end: block.full.end as u32 };
        Some(Macro { name, package: found.package, file, block, path: found.original.clone() })
    };
    blocks.iter().filter_map(macro_of).collect()
}

/// The adapter that a materialization's tag names, else `default`.
fn materialization_adapter(header: &str) -> &str {
    header
        .split(',')
        .find_map(|part| {
            let value = part.trim().strip_prefix("adapter")?.trim_start().strip_prefix('=')?.trim_start();
            let quote = value.chars().next().filter(|c| matches!(c, '\'' | '"'))?;
            value[1..].split(quote).next()
        })
        .unwrap_or("default")
}

/// Reports names that one package has twice.
pub(crate) fn duplicates(macros: &[Macro], packages: &[String], sources: &Sources, problems: &mut Vec<Problem>) {
    let mut first: HashMap<(usize, &str), usize> = HashMap::with_capacity(macros.len());
    for (n, one) in macros.iter().enumerate() {
        let Some(&earlier) = first.get(&(one.package, one.name.as_str())) else {
            first.insert((one.package, &one.name), n);
            continue;
        };
        let other = &sources.get(macros[earlier].file).path;
        let message = format!(
            "dbt found two macros named \"{}\" in the project \"{}\": the other is in {other}; dbt stops here",
            one.name, packages[one.package]
        );
        let problem = Problem::new(ProblemKind::DuplicateMacro, Some(one.block), message);
        problems.push(problem.help("rename or remove one of them"));
    }
}
