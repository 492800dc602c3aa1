//! The cases of the catalogue: each rule's folder under `rules/` holds `bad/` and `good/`.
//!
//! A case is a model (`NAME.sql`), lines of `dbt_project.yml` (`NAME.yml`), or a folder that is laid over a
//! small project; its own `dbt_project.yml` adds lines, every other file replaces. `«` and `»` mark what the
//! rule has to underline.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// A byte range of a file, by the file's path from the project's root.
pub(crate) type Mark = (String, u32, u32);

/// One case of one rule.
pub(crate) struct Case {
    /// The rule's name.
    pub rule: String,
    /// Whether the rule has to find something.
    pub is_bad: bool,
    /// Where it stands, from the catalogue's folder.
    pub name: String,
    /// The project's files, by their paths from its root.
    pub files: BTreeMap<String, String>,
    /// What is marked.
    pub marks: BTreeSet<Mark>,
}

const PROJECT: &str = "name: shop\nversion: '1.0'\nprofile: shop\n\n";

const PROFILES: &str = "\
shop:
  target: dev
  outputs:
    dev: {type: postgres, host: localhost, port: 5432, user: dbt, password: dbt, dbname: shop, schema: dev, threads: 4}
    prod: {type: postgres, host: db, port: 5432, user: dbt, password: dbt, dbname: shop, schema: analytics, threads: 8}
";

/// The catalogue's folder.
pub(crate) fn catalogue() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("rules")
}

/// Every case, sorted.
pub(crate) fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for rule in rule_folders() {
        for kind in ["bad", "good"] {
            let folder = rule.join(kind);
            let found = if folder.is_dir() { entries(&folder) } else { Vec::new() };
            cases.extend(found.iter().map(|path| case(&rule, kind, path)));
        }
    }
    cases
}

/// The folder of every rule, sorted.
pub(crate) fn rule_folders() -> Vec<PathBuf> {
    let families = entries(&catalogue()).into_iter().filter(|path| path.is_dir());
    families.flat_map(|family| entries(&family)).filter(|path| path.is_dir()).collect()
}

/// A path's last part.
pub(crate) fn name_of(path: &Path) -> String {
    path.file_name().unwrap().to_string_lossy().into_owned()
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths
}

fn case(rule: &Path, kind: &str, path: &Path) -> Case {
    let stem = path.file_stem().unwrap().to_string_lossy().into_owned();
    let mut marked = BTreeMap::new();
    match path.extension().and_then(|extension| extension.to_str()) {
        Some("sql") => drop(marked.insert(format!("models/{stem}.sql"), read(path))),
        Some("yml") => drop(marked.insert("dbt_project.yml".to_owned(), read(path))),
        _ => lay_over(path, path, &mut marked),
    }
    let lines = marked.remove("dbt_project.yml").unwrap_or_default();
    marked.insert("dbt_project.yml".to_owned(), format!("{PROJECT}{lines}"));
    marked.entry("profiles.yml".to_owned()).or_insert_with(|| PROFILES.to_owned());
    let mut marks = BTreeSet::new();
    let files = marked.into_iter().map(|(path, text)| (path.clone(), without_marks(&path, &text, &mut marks)));
    let files = files.collect();
    let (family, name) = (name_of(rule.parent().unwrap()), name_of(rule));
    let place = format!("{family}/{name}/{kind}/{}", name_of(path));
    Case { rule: name, is_bad: kind == "bad", name: place, files, marks }
}

fn lay_over(root: &Path, folder: &Path, files: &mut BTreeMap<String, String>) {
    for path in entries(folder) {
        if path.is_dir() {
            lay_over(root, &path, files);
        } else {
            let relative = path.strip_prefix(root).unwrap().to_string_lossy().replace('\\', "/");
            files.insert(relative, read(&path));
        }
    }
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The text without its marks, which are taken down.
fn without_marks(path: &str, text: &str, marks: &mut BTreeSet<Mark>) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut opened = None;
    for one in text.chars() {
        match one {
            '«' => opened = Some(plain.len() as u32),
            '»' => {
                let start = opened.take().unwrap_or_else(|| panic!("{path}: » without «"));
                marks.insert((path.to_owned(), start, plain.len() as u32));
            }
            _ => plain.push(one),
        }
    }
    assert!(opened.is_none(), "{path}: « without »");
    plain
}

impl Case {
    /// Writes the project into a folder.
    pub(crate) fn write(&self, folder: &Path) {
        for (path, text) in &self.files {
            let path = folder.join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
    }

    /// A place as a person reads it: file, line and the bytes.
    pub(crate) fn shown(&self, (path, start, end): &Mark) -> String {
        let Some(text) = self.files.get(path) else { return format!("{path}:{start}..{end}") };
        let line = text.bytes().take(*start as usize).filter(|byte| *byte == b'\n').count() + 1;
        format!("{path}:{line} {:?}", text.get(*start as usize..*end as usize).unwrap_or("?"))
    }
}
