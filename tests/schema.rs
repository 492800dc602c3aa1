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
