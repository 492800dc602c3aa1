//! The design's fourth invariant, held against the source: which module may name which crate.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::fs;
use std::path::{Path, PathBuf};

/// A crate, as the source names it, and the modules that may.
const ALLOWED: &[(&str, &[&str])] = &[
    ("miette", &["report/text.rs"]),
    ("minijinja", &["jinja/"]),
    ("sqlparser", &["sql.rs", "sql/", "prove.rs", "prove/"]),
    ("rusqlite", &["prove.rs", "prove/"]),
    ("clap", &["main.rs", "cli.rs", "cli/"]),
    ("mimalloc", &["main.rs"]),
    (
        "rayon",
        &[
            "main.rs",
            "run.rs",
            "run/",
            "project/",
            "manifest/",
            "discover.rs",
            "hook/effective.rs",
            "lint.rs",
            "lint/catalogue.rs",
        ],
    ),
];

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            found.push(path);
        }
    }
}

/// Whether a line of code names a crate: a path that starts with it, comments aside.
fn names(line: &str, name: &str) -> bool {
    let code = line.split("//").next().unwrap_or_default();
    code.match_indices(name).any(|(at, _)| {
        let before = code[..at].chars().next_back();
        let after = &code[at + name.len()..];
        !before.is_some_and(|char| char.is_alphanumeric() || char == '_' || char == ':')
            && (after.starts_with("::") || (code.trim_start().starts_with("use ") && after.starts_with([' ', ';'])))
    })
}

#[test]
fn only_the_modules_that_may_name_a_crate_do() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    sources(&root, &mut files);
    files.sort();
    assert!(files.len() > 30, "the source was not found");
    let mut broken = Vec::new();
    let mut used = vec![0; ALLOWED.len()];
    for file in &files {
        let path = file.strip_prefix(&root).unwrap().to_string_lossy().replace('\\', "/");
        for (n, line) in fs::read_to_string(file).unwrap().lines().enumerate() {
            for (at, (name, modules)) in ALLOWED.iter().enumerate() {
                if names(line, name) {
                    used[at] += 1;
                    if !modules.iter().any(|module| path.starts_with(module)) {
                        broken.push(format!("{path}:{}: names {name}", n + 1));
                    }
                }
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
    for name in ["miette", "minijinja", "sqlparser", "clap", "rayon"] {
        let at = ALLOWED.iter().position(|(known, _)| *known == name).unwrap();
        assert!(used[at] > 0, "nothing names {name}: the test no longer sees the source");
    }
}

#[test]
fn the_library_prints_nothing() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    sources(&root, &mut files);
    for file in files {
        let path = file.strip_prefix(&root).unwrap().to_string_lossy().replace('\\', "/");
        if path == "main.rs" || path.starts_with("cli") {
            continue;
        }
        let text = fs::read_to_string(&file).unwrap();
        for word in ["println!(", "eprintln!(", "print!(", "std::env::var", "SystemTime::now", "Instant::now"] {
            assert!(!text.contains(word), "{path} has {word}");
        }
    }
}
