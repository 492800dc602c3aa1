//! What the fuzz targets do with their bytes. Beside that nothing panics, hangs or eats memory, places lie within the
//! text and on the borders of characters, and bytes that are said to stand in a place do.

pub mod coverage;
mod grammar;

use std::cell::RefCell;
use std::io::BufReader;
use std::path::PathBuf;
use std::rc::Rc;
use std::sync::{Arc, OnceLock};

use grammar::Choices;
use hookproof::datum::{Datum, Kind};
use hookproof::invocation::Invocation;
use hookproof::jinja::{self, Dict, Eval, Host, Interp, Limits, Value, blocks};
use hookproof::project::yaml;
use hookproof::prove::warehouse::{Session, Warehouse};
use hookproof::report;
use hookproof::source::{Piece, Sources, Text};
use hookproof::sql::{self, Dialect};
use hookproof::{CheckOptions, PlanOptions, ProveOptions, lsp};

/// Where the parts of an input go that stands for a project; they are divided by NUL.
const FILES: [&str; 9] = [
    "dbt_project.yml",
    "macros/a.sql",
    "models/m.sql",
    "models/s.yml",
    "seeds/s.csv",
    "hookproof.yml",
    "profiles.yml",
    "models/n.sql",
    "snapshots/o.sql",
];

/// What the profile of a project that is made holds, and `DBT_ENV_SECRET_MARK`: no output may.
const SECRET: &str = "hk5Qz7Wm2Xv9";

/// The commands that a project is rehearsed for.
const COMMANDS: [&str; 8] = [
    "build",
    "run",
    "run --full-refresh",
    "seed",
    "snapshot --select o",
    "test --select m+",
    "build --exclude tag:a",
    "docs generate",
];

const PROJECT: &str = "name: p\nprofile: p\nversion: '1.0'\n";

/// The bytes as text; after a byte 1, what the grammar makes of them for that name.
fn text_or(name: &str, data: &[u8]) -> String {
    match data.split_first() {
        Some((1, rest)) => Choices::new(rest).make(name),
        _ => text(data),
    }
}

fn text(data: &[u8]) -> String {
    String::from_utf8_lossy(data).into_owned()
}

fn dialect(choice: u8) -> Dialect {
    Dialect::ALL[choice as usize % Dialect::ALL.len()]
}

fn holds(source: &str, text: &str, pieces: &[Piece]) {
    for piece in pieces {
        let made = &text[piece.at as usize..(piece.at + piece.len) as usize];
        let written = &source[piece.place.start as usize..piece.place.end as usize];
        assert!(!piece.verbatim || made == written, "{made:?} is said to be {written:?}");
    }
}

fn walk(source: &str, datum: &Datum) {
    if let Some(place) = datum.place {
        let _ = &source[place.start as usize..place.end as usize];
    }
    match &datum.kind {
        Kind::Str(text) => holds(source, text.as_str(), &text.pieces),
        Kind::List(items) => items.iter().for_each(|item| walk(source, item)),
        Kind::Map(entries) => entries.iter().for_each(|(key, value)| {
            walk(source, key);
            walk(source, value);
        }),
        _ => {}
    }
}

/// The reader of YAML, and the places of what it gives.
pub fn yaml(data: &[u8]) {
    let source = text(data);
    let mut sources = Sources::default();
    let file = sources.add("a.yml", source.as_str());
    if let Ok(read) = yaml::read(&source, file, 0) {
        walk(&source, &read.datum);
    }
}

/// The cutter of files into blocks.
pub fn cut(data: &[u8]) {
    let source = text_or("macro-file", data);
    for allowed in [["macro", "materialization", "test"].as_slice(), &["snapshot"], &["docs"], &[]] {
        let found = blocks::blocks(&source, allowed).unwrap_or_else(|fault| fault.blocks);
        for block in found {
            let _ = (&source[block.full.clone()], &source[block.contents.clone()]);
        }
    }
}

fn source_text(data: &[u8]) -> (Sources, Text) {
    let mut sources = Sources::default();
    let file = sources.add("a.sql", text_or("body", data));
    let text = sources.text(file);
    (sources, text)
}

/// The parser of templates, with what comes before it.
pub fn template(data: &[u8]) {
    let (_, text) = source_text(data);
    let _ = jinja::parse(&text);
}

struct Names(RefCell<Vec<(String, Value)>>);

impl Host for Names {
    fn lookup(&self, _: &mut Interp, name: &str) -> Eval<Option<Value>> {
        Ok(self.0.borrow().iter().find(|(known, _)| known == name).map(|(_, value)| value.clone()))
    }
}

fn names() -> Rc<Names> {
    let mut dict = Dict::default();
    dict.set_str("a", Value::Int(1));
    dict.set_str("b", Value::str("text"));
    let given = [
        ("modules", jinja::modules::modules()),
        ("d", Value::dict(dict)),
        ("l", Value::list(vec![Value::Int(3), Value::str("x"), Value::None])),
        ("s", Value::str("select 1 as Ä")),
        ("n", Value::Int(7)),
    ];
    Rc::new(Names(RefCell::new(given.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())))
}

/// The evaluator.
pub fn evaluate(data: &[u8]) {
    let (sources, text) = source_text(data);
    let Ok(template) = jinja::parse(&text) else { return };
    let template = Arc::new(template);
    let limits = Limits { steps: 50_000, output: 1 << 20, ..Limits::default() };
    if let Ok(made) = Interp::new(names(), limits, Vec::new()).render(&template, true) {
        let (_, file) = sources.iter().next().unwrap();
        let made = made.to_text();
        holds(&file.text, made.as_str(), &made.pieces);
    }
    let _ = Interp::new(names(), limits, Vec::new()).render_native(&template);
}

/// The splitter of SQL, the outlines, and the parsers. The first byte chooses the dialect.
pub fn statements(data: &[u8]) {
    let Some((choice, rest)) = data.split_first() else { return };
    let text = text_or("sql", rest);
    let script = sql::script(&text, dialect(*choice));
    for statement in &script.statements {
        let _ = &text[statement.range.clone()];
    }
}

/// The translation to `SQLite`, and what is simulated.
pub fn execute(data: &[u8]) {
    let Some((choice, rest)) = data.split_first() else { return };
    let session = Session { dialect: dialect(*choice), database: Some("db".to_owned()), schema: "dev".to_owned() };
    let Ok(mut warehouse) = Warehouse::new(session) else { return };
    warehouse.execute("create table t (id int, name varchar, at timestamp)");
    warehouse.execute("insert into t values (1, 'a', null), (2, 'b', current_timestamp)");
    warehouse.execute(&text_or("sql", rest));
}

/// A folder with a project that checks are told is otherwise.
fn root() -> &'static PathBuf {
    static ROOT: OnceLock<(tempfile::TempDir, PathBuf)> = OnceLock::new();
    &ROOT
        .get_or_init(|| {
            let folder = tempfile::tempdir().unwrap();
            std::fs::write(folder.path().join("dbt_project.yml"), PROJECT).unwrap();
            let path = folder.path().to_path_buf();
            (folder, path)
        })
        .1
}

fn options(files: impl IntoIterator<Item = (&'static str, String)>) -> CheckOptions {
    let mut options = CheckOptions::at(root());
    for (path, text) in files {
        options.overlay.set(root().join(path), text);
    }
    options
}

/// The files of a project, divided by NUL; after a byte 1, as many as the grammar makes of the next, from the rest.
fn project(data: &[u8]) -> CheckOptions {
    let Some((1, rest)) = data.split_first() else {
        let parts = data.split(|byte| *byte == 0).map(text);
        return options(FILES.into_iter().zip(parts).filter(|(_, text)| !text.is_empty()));
    };
    let mut choices = Choices::new(rest);
    let wanted = u16::from_le_bytes([choices.byte(), choices.byte()]);
    let files: Vec<_> = FILES.into_iter().enumerate().filter(|(n, _)| *n == 0 || wanted & (1 << n) != 0).collect();
    options(files.into_iter().map(|(_, path)| (path, choices.make(path).replace("XPASSWORDX", SECRET))))
}

/// An output does not show the secret, unless the input holds it too.
fn shown(data: &[u8], out: &str) {
    assert!(!out.contains(SECRET) || text(data).contains(SECRET), "a secret is shown");
}

fn checked(data: &[u8], options: &CheckOptions) {
    for report in hookproof::check(options).into_iter().flatten() {
        for found in &report.diagnostics {
            let _ = report.sources.slice(found.place);
        }
        let width = report::TextOptions { colour: false, width: 80, links: false, closing: true };
        shown(data, &report::json(&report));
        shown(data, &report::text(&report, &width));
        let reports = [report];
        shown(data, &report::sarif(&reports));
        let _ = (report::junit(&reports), report::gitlab(&reports), report::github(&reports, true));
    }
}

/// `check` on a whole project.
pub fn check(data: &[u8]) {
    checked(data, &project(data));
}

fn invocation(data: &[u8]) -> Invocation {
    let choice = data.last().map_or(0, |last| *last as usize % COMMANDS.len());
    Invocation::parse(COMMANDS[choice]).unwrap_or_default()
}

/// `prove` on a whole project. The last byte chooses the command.
pub fn prove(data: &[u8]) {
    let drill = data.len() % 4 == 0;
    let wanted = ProveOptions { command: invocation(data), drill, ..ProveOptions::default() };
    for proved in hookproof::prove(&project(data), &wanted).into_iter().flatten() {
        shown(data, &report::prove::json(&proved));
        shown(data, &report::prove::text(&proved, 80, false, false));
        shown(data, &report::prove::html(&[proved]));
    }
}

/// `compile`, `list` and `plan` on a whole project. The last byte chooses the command.
pub fn commands(data: &[u8]) {
    let mut options = project(data);
    for listed in hookproof::list(&options).into_iter().flatten() {
        shown(data, &report::list::json(&listed));
        shown(data, &report::list::text(&listed, false));
    }
    let wanted = PlanOptions { command: invocation(data), every_target: true };
    for planned in hookproof::plan(&options, &wanted).into_iter().flatten() {
        shown(data, &report::plan::json(&planned));
        shown(data, &report::plan::text(&planned, 80, false));
        shown(data, &report::plan::mermaid(&planned));
    }
    options.command = Some(invocation(data));
    for compiled in hookproof::compile(&options).into_iter().flatten() {
        shown(data, &report::compile::json(&compiled));
        shown(data, &report::compile::text(&compiled, false));
        let _ = report::compile::markdown(&compiled, 1_000);
    }
}

/// `check --fix`, written nowhere.
pub fn fix(data: &[u8]) {
    let _ = hookproof::fix::fix(&project(data), true);
}

/// The settings.
pub fn settings(data: &[u8]) {
    checked(
        data,
        &options([
            ("hookproof.yml", text_or("hookproof.yml", data)),
            ("models/m.sql", "{{ config(post_hook='drop table a') }}".into()),
        ]),
    );
}

/// Comments that silence.
pub fn comments(data: &[u8]) {
    let text = text(data);
    let yaml: String = text.lines().map(|line| format!("  # {line}\n  - drop table a\n")).collect();
    let model = format!("{{# {text} #}}{{{{ config(post_hook='drop table a') }}}} -- {text}");
    checked(data, &options([("dbt_project.yml", format!("{PROJECT}on-run-end:\n{yaml}")), ("models/m.sql", model)]));
}

/// Seeds, and their settings.
pub fn seeds(data: &[u8]) {
    let hook = "select * from {{ ref('s') }}";
    let files = [
        ("seeds/s.csv", text_or("seeds/s.csv", data)),
        ("models/m.sql", format!("{{{{ config(post_hook=\"{hook}\") }}}} {hook}")),
    ];
    let _ = hookproof::prove(&options(files), &ProveOptions::default());
}

/// What an editor sends: lines that are JSON are messages, after those that open a project.
pub fn editor(data: &[u8]) {
    let uri = format!("file://{}/models/m.sql", root().display());
    let open = format!(
        "{{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"initialize\",\"params\":{{\"capabilities\":{{}}}}}}\n\
         {{\"jsonrpc\":\"2.0\",\"method\":\"initialized\",\"params\":{{}}}}\n\
         {{\"jsonrpc\":\"2.0\",\"method\":\"textDocument/didOpen\",\"params\":{{\"textDocument\":{{\"uri\":\"{uri}\",\
         \"languageId\":\"sql\",\"version\":1,\"text\":\"{{{{ config(post_hook='drop table a') }}}} select 1\"}}}}}}"
    );
    let mut sent = Vec::new();
    let own = text(data).replace("URI", &uri);
    for line in open.lines().chain(own.lines()) {
        if line.starts_with('{') {
            sent.extend(format!("Content-Length: {}\r\n\r\n{line}", line.len()).bytes());
        } else {
            sent.extend(line.bytes());
        }
    }
    let _ = lsp::serve(BufReader::new(&*sent), std::io::sink(), &CheckOptions::at(root()));
}
