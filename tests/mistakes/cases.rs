//! The cases under `tests/mistakes/`: edits of the project, and what dbt made of them.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use walkdir::WalkDir;

/// A text that stands exactly once in a file, and what stands there instead; without `find` a new file.
struct Edit {
    file: String,
    find: String,
    replace: String,
}

/// One mistake or harmless edit.
pub(crate) struct Case {
    /// Its name.
    pub id: String,
    /// What dbt is expected to do: `fails`, `silent` or `harmless`.
    pub expect: String,
    edits: Vec<Edit>,
}

impl Case {
    /// Writes the project with the edits into a folder.
    pub(crate) fn write(&self, folder: &Path) {
        let project = home().join("project");
        for entry in WalkDir::new(&project) {
            let entry = entry.unwrap();
            let path = folder.join(entry.path().strip_prefix(&project).unwrap());
            if entry.file_type().is_dir() {
                fs::create_dir_all(path).unwrap();
            } else {
                fs::copy(entry.path(), path).unwrap();
            }
        }
        for edit in &self.edits {
            let path = folder.join(&edit.file);
            if edit.find.is_empty() {
                fs::create_dir_all(path.parent().unwrap()).unwrap();
                fs::write(path, format!("{}\n", edit.replace)).unwrap();
                continue;
            }
            let text = fs::read_to_string(&path).unwrap();
            assert_eq!(text.matches(&edit.find).count(), 1, "{}: {} in {}", self.id, edit.find, edit.file);
            fs::write(path, text.replace(&edit.find, &edit.replace)).unwrap();
        }
    }
}

fn home() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/mistakes")
}

/// Every case of every file; the README describes the form.
pub(crate) fn cases() -> Vec<Case> {
    let mut paths: Vec<PathBuf> =
        fs::read_dir(home().join("cases")).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths.iter().flat_map(|path| parsed(&fs::read_to_string(path).unwrap())).collect()
}

fn parsed(text: &str) -> Vec<Case> {
    let mut cases: Vec<Case> = Vec::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        if let Some((id, expect)) = line.strip_prefix("# ").and_then(|head| head.split_once(": ")) {
            cases.push(Case { id: id.to_owned(), expect: expect.to_owned(), edits: Vec::new() });
        } else if let Some(file) = line.strip_prefix("<<<< ") {
            let block: Vec<&str> = lines.by_ref().take_while(|line| *line != ">>>>").collect();
            let (find, replace) = match block.iter().position(|line| *line == "====") {
                Some(at) => (block[..at].join("\n"), block[at + 1..].join("\n")),
                None => (String::new(), block.join("\n")),
            };
            cases.last_mut().unwrap().edits.push(Edit { file: file.to_owned(), find, replace });
        }
    }
    cases
}

/// What dbt made of each case, by its name: `fails`, `silent` or `harmless`.
pub(crate) fn recorded() -> BTreeMap<String, String> {
    let text = fs::read_to_string(home().join("recorded.json")).unwrap();
    let entries: BTreeMap<String, serde_json::Value> = serde_json::from_str(&text).unwrap();
    let measured = |entry: &serde_json::Value| entry["measured"].as_str().unwrap().to_owned();
    entries.iter().map(|(id, entry)| (id.clone(), measured(entry))).collect()
}
