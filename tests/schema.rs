//! The JSON schemas that are kept are those that the tool prints. Whether what it prints keeps to them is tested with a
//! validator in `tests/counterparts`.

#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::Path;
use std::process::Command;

#[test]
fn the_schemas_that_are_kept_are_those_that_are_printed() {
    for name in ["check", "compile", "diff", "list", "plan", "prove", "settings"] {
        let printed = Command::new(env!("CARGO_BIN_EXE_hookproof")).args(["schema", name]).output().unwrap();
        assert!(printed.status.success());
        let stored = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("rules/schema/{name}.json"));
        let stored = fs::read_to_string(stored).unwrap();
        assert_eq!(
            String::from_utf8(printed.stdout).unwrap(),
            stored,
            "hookproof schema {name} > rules/schema/{name}.json"
        );
    }
}

/// `HOOKPROOF_WRITE=1` writes what the page has to say.
#[test]
fn the_page_has_every_bound() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/rules/bounds.md");
    let page = fs::read_to_string(path).unwrap();
    let (head, rest) = page.split_once("<!-- limits -->\n").unwrap();
    let (_, tail) = rest.split_once("<!-- /limits -->").unwrap();
    let wanted = format!("{head}<!-- limits -->\n{}\n<!-- /limits -->{tail}", hookproof::limits::markdown());
    if std::env::var_os("HOOKPROOF_WRITE").is_some() {
        fs::write(path, &wanted).unwrap();
    }
    assert_eq!(page, wanted);
}
