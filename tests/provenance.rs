//! Where each byte was written: held for every text that the recorded cases and the example project render to.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use hookproof::CheckOptions;
use hookproof::render::Pass;
use hookproof::report::compile::Compiled;
use hookproof::source::{Place, Sources, Text};

fn folders() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    let cases = fs::read_dir(root.join("oracle/cases")).unwrap().map(|entry| entry.unwrap().path());
    let projects = fs::read_dir(root.join("projects")).unwrap().map(|entry| entry.unwrap().path());
    let mut all: Vec<PathBuf> = cases.chain(projects).filter(|path| path.join("dbt_project.yml").is_file()).collect();
    all.sort();
    all
}

fn compiled(folder: &Path) -> Vec<Compiled> {
    let settings = fs::read_to_string(folder.join("oracle.json")).unwrap_or_default();
    let settings: serde_json::Value = serde_json::from_str(&settings).unwrap_or_default();
    let mut options = CheckOptions::at(folder);
    options.env = settings["env"].as_object().into_iter().flatten().fold(BTreeMap::new(), |mut env, (name, value)| {
        env.insert(name.clone(), value.as_str().unwrap_or_default().to_owned());
        env
    });
    hookproof::compile(&options).unwrap_or_default()
}

fn texts(pass: &Pass) -> impl Iterator<Item = &Text> {
    pass.text.iter().chain(pass.queries.iter().map(|query| &query.text))
}

fn lies_in_file(sources: &Sources, place: Place) -> bool {
    let text = &sources.get(place.file).text;
    place.start <= place.end && text.get(place.start as usize..place.end as usize).is_some()
}

/// What is wrong with the origin of a text.
fn broken(sources: &Sources, text: &Text) -> Vec<String> {
    let mut found = Vec::new();
    let whole = text.as_str();
    let mut joined = String::new();
    let mut at = 0;
    for piece in text.pieces.iter() {
        if piece.at < at {
            found.push(format!("pieces overlap at byte {}", piece.at));
        }
        if piece.at > at {
            found.push(format!("nothing says where {:?} was written", &whole[at as usize..piece.at as usize]));
        }
        at = piece.at + piece.len;
        let Some(part) = whole.get(piece.at as usize..at as usize) else {
            found.push(format!("a piece ends at byte {at} of {}", whole.len()));
            break;
        };
        joined.push_str(part);
        if !lies_in_file(sources, piece.place) {
            found.push(format!("{part:?} lies outside its file: {:?}", piece.place));
        } else if piece.verbatim && !stands(sources, piece.place, part) {
            found.push(format!("{part:?} is said to stand as {:?}", sources.slice(piece.place)));
        }
        for call in piece.through.iter().flat_map(|call| call.chain()) {
            if call.place.is_some_and(|place| !lies_in_file(sources, place)) {
                found.push(format!("the call of {} lies outside its file", call.name));
            }
        }
    }
    if (at as usize) < whole.len() {
        found.push(format!("nothing says where {:?} was written", &whole[at as usize..]));
    }
    if found.is_empty() && joined != whole {
        found.push("the pieces do not make the text".to_owned());
    }
    found
}

/// Whether a text stands at a place, or is withheld there: of profiles.yml most values are.
fn stands(sources: &Sources, place: Place, text: &str) -> bool {
    let written = sources.slice(place);
    let is_withheld = || written.len() == text.len() && written.bytes().all(|byte| byte == b'*');
    written == text || (sources.get(place.file).path.ends_with("profiles.yml") && is_withheld())
}

#[test]
#[allow(clippy::print_stdout)]
fn every_byte_is_known_to_its_place_and_its_calls() {
    let (mut bytes, mut pieces, mut through, mut count) = (0, 0, 0, 0);
    let mut failures = Vec::new();
    for folder in folders() {
        for project in compiled(&folder) {
            for (hook, renderings, _) in &project.hooks {
                let passes = renderings.iter().flat_map(|one| std::iter::once(&one.parse).chain(&one.run));
                for text in passes.flat_map(texts) {
                    count += 1;
                    bytes += text.as_str().len();
                    pieces += text.pieces.len();
                    through += text.pieces.iter().filter(|piece| piece.through.is_some()).count();
                    let name = folder.file_name().unwrap().to_string_lossy().into_owned();
                    let said = broken(&project.sources, text);
                    failures.extend(said.into_iter().map(|what| format!("{name} {}: {what}", hook.id)));
                }
            }
        }
    }
    println!("{count} texts, {bytes} bytes, {pieces} pieces, {through} of them through macro calls");
    failures.dedup();
    let shown = failures.iter().take(40).cloned().collect::<Vec<_>>().join("\n");
    assert!(failures.is_empty(), "{} failures\n{shown}", failures.len());
    assert!(count > 2_000, "only {count} texts were looked at");
}
