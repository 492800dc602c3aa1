//! What is built in: packages of the registry alone, under licences that let it be passed on. `cargo deny check` says
//! more; this holds where that tool is not at hand.

#![allow(clippy::unwrap_used)]

use std::process::Command;

use serde_json::Value;

/// The licences of `.deny.toml`.
fn allowed() -> Vec<String> {
    let text = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/.deny.toml")).unwrap();
    let line = text.lines().find_map(|line| line.strip_prefix("allow = ")).unwrap();
    serde_json::from_str(line).unwrap()
}

/// Whether an expression leaves a choice that is allowed. A slash is an old way to write `OR`.
fn is_allowed(expression: &str, allowed: &[String]) -> bool {
    let expression = expression.replace('/', " OR ");
    let mut depth = 0;
    let mut parts = vec![(String::new(), "")];
    for word in expression.replace('(', " ( ").replace(')', " ) ").split_whitespace() {
        depth += i32::from(word == "(") - i32::from(word == ")");
        match word {
            "AND" if depth == 0 => parts.push((String::new(), "AND")),
            "OR" if depth == 0 => parts.push((String::new(), "OR")),
            _ => parts.last_mut().unwrap().0.extend([word, " "]),
        }
    }
    let holds = |part: &str| match part.trim().strip_prefix('(').and_then(|part| part.strip_suffix(')')) {
        Some(inside) => is_allowed(inside, allowed),
        None => allowed.iter().any(|licence| licence == part.trim()),
    };
    if parts.len() == 1 {
        return holds(&parts[0].0);
    }
    // AND binds more closely.
    let mut ways = vec![true];
    for (part, by) in &parts {
        if *by == "OR" {
            ways.push(true);
        }
        *ways.last_mut().unwrap() &= holds(part);
    }
    ways.contains(&true)
}

fn said(command: &mut Command) -> String {
    let output = command.current_dir(env!("CARGO_MANIFEST_DIR")).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn every_package_is_of_the_registry_and_may_be_passed_on() {
    let about = said(Command::new("rustc").arg("-vV"));
    let host = about.lines().find_map(|line| line.strip_prefix("host: ")).unwrap();
    // Those of this system: they are here, as the test was built of them.
    let mut command = Command::new(env!("CARGO"));
    command.args(["metadata", "--format-version=1", "--locked", "--offline", "--filter-platform", host]);
    let metadata: Value = serde_json::from_str(&said(&mut command)).unwrap();
    let (allowed, mut wrong) = (allowed(), Vec::new());
    for package in metadata["packages"].as_array().unwrap() {
        let (name, licence) = (package["name"].as_str().unwrap(), package["license"].as_str().unwrap_or("none"));
        let is_of_registry = package["source"].as_str().is_none_or(|source| source.starts_with("registry+"));
        if !is_of_registry || (package["source"].is_null() && name != "hookproof") {
            wrong.push(format!("{name} comes from {}", package["source"]));
        }
        if !is_allowed(licence, &allowed) {
            wrong.push(format!("{name} is under {licence}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn licences_are_read_as_they_are_meant() {
    let allowed = ["MIT".to_owned(), "ISC".to_owned(), "Apache-2.0 WITH LLVM-exception".to_owned()];
    for (expression, is) in [
        ("MIT", true),
        ("GPL-3.0", false),
        ("GPL-3.0 OR MIT", true),
        ("GPL-3.0/MIT", true),
        ("MIT AND GPL-3.0", false),
        ("MIT AND ISC OR GPL-3.0", true),
        ("(MIT OR GPL-3.0) AND ISC", true),
        ("(GPL-3.0 OR GPL-2.0) AND ISC", false),
        ("Apache-2.0 WITH LLVM-exception OR GPL-3.0", true),
    ] {
        assert_eq!(is_allowed(expression, &allowed), is, "{expression}");
    }
}
