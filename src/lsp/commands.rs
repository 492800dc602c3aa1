//! What an editor can have done: the SQL of hooks, and the rehearsal of a project, as text. Over each declaration of
//! hooks stands what can be had of it.

use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use lsp_server::{ErrorCode, Message, Notification, Request, RequestId, Response};
use lsp_types::notification::{Notification as _, ShowMessage};
use lsp_types::request::{Request as _, ShowDocument};
use lsp_types::{CodeLens, Command, MessageType, Position, ShowDocumentParams, ShowMessageParams, Uri};
use serde_json::{Value, json};
use tempfile::TempDir;

use super::answers::{Looked, Projects, Refusal};
use super::desk::{Desk, Job};
use super::hover::compiled;
use super::spot::{Owner, Spot};
use super::{symbols, uri};
use crate::hook::Hook;
use crate::report::{compile, prove};
use crate::run::ProveOptions;

/// The SQL of the hooks of a file, or of those at a position of it.
pub(super) const COMPILE: &str = "hookproof.compile";
/// The rehearsal of the project that a file belongs to.
pub(super) const PROVE: &str = "hookproof.prove";
/// Columns of a text that is read in an editor.
const WIDTH: usize = 100;

/// What can be had of the hooks of a file.
pub(super) fn lenses(looked: &Looked<'_>, uri: &Uri) -> Vec<CodeLens> {
    let mut lenses = Vec::new();
    for (place, hooks) in symbols::of_file(looked.examined, looked.file) {
        let range = looked.view.range(place);
        let mut lens = |title: String, command: &str, arguments: Vec<Value>| {
            let command = Command { title, command: command.to_owned(), arguments: Some(arguments) };
            lenses.push(CodeLens { range, command: Some(command), data: None });
        };
        let title = if hooks.len() > 1 { format!("show SQL of {} hooks", hooks.len()) } else { "show SQL".to_owned() };
        lens(title, COMPILE, vec![json!(uri), json!(range.start)]);
        lens("rehearse".to_owned(), PROVE, vec![json!(uri)]);
    }
    lenses
}

/// The SQL of hooks, as `hookproof compile` shows it.
pub(super) fn sql(known: &Projects<'_>, arguments: &[Value]) -> Result<String, Refusal> {
    let looked = looked_at(known, arguments)?;
    let of = |hooks: &[&Hook]| compile::text(&compiled(looked.examined, hooks), false);
    let position = arguments.get(1).cloned().and_then(|value| serde_json::from_value::<Position>(value).ok());
    let Some(position) = position else {
        let hooks: Vec<&Hook> =
            symbols::of_file(looked.examined, looked.file).into_iter().flat_map(|(_, hooks)| hooks).collect();
        return Ok(of(&hooks));
    };
    let offset = looked.view.encoding.offset(&looked.view.lines(looked.file), position);
    match Spot::find(looked.examined, looked.file, offset) {
        Some(Spot { owner: Owner::Hooks(hooks), .. }) => Ok(of(&hooks)),
        _ => Err(Refusal { code: ErrorCode::RequestFailed, why: "there is no hook at this place".to_owned() }),
    }
}

fn looked_at<'a>(known: &Projects<'a>, arguments: &[Value]) -> Result<Looked<'a>, Refusal> {
    let refused = |code, why: &str| Refusal { code, why: why.to_owned() };
    let uri = arguments.first().cloned().and_then(|value| serde_json::from_value::<Uri>(value).ok());
    let uri = uri.ok_or_else(|| refused(ErrorCode::InvalidParams, "the first argument is the URI of a file"))?;
    known.look(&uri).ok_or_else(|| refused(ErrorCode::RequestFailed, "the file belongs to no project that is checked"))
}

/// Rehearses on a thread of its own, one project at a time.
#[derive(Debug)]
pub(super) struct Rehearsals {
    desk: Arc<Desk>,
    busy: Arc<AtomicBool>,
}

impl Rehearsals {
    pub(super) fn new(desk: Arc<Desk>) -> Rehearsals {
        Rehearsals { desk, busy: Arc::default() }
    }

    /// Begins to rehearse; what it gives is said when it is there.
    pub(super) fn begin(&self, id: RequestId, known: &Projects<'_>, arguments: &[Value]) -> Result<(), Refusal> {
        let looked = looked_at(known, arguments)?;
        let failed = |why: &str| Refusal { code: ErrorCode::RequestFailed, why: why.to_owned() };
        if self.busy.swap(true, Ordering::Relaxed) {
            return Err(failed("a rehearsal is under way: ask again when it is done"));
        }
        let options = known.options_of(looked.view.root);
        let (desk, busy) = (Arc::clone(&self.desk), Arc::clone(&self.busy));
        let work = move || {
            let proved = crate::run::prove(&options, &ProveOptions::default());
            let text = proved.map(|all| {
                let texts: Vec<String> = all.iter().map(|one| prove::text(one, WIDTH, false, false)).collect();
                texts.join("\n")
            });
            busy.store(false, Ordering::Relaxed);
            desk.put(|state| {
                state.jobs.push_back(Job::Told { id, name: "proof.txt", text: text.map_err(|why| why.0) });
            });
        };
        let started = std::thread::Builder::new().name("rehearsal".to_owned()).spawn(work);
        started.map(drop).map_err(|reason| {
            self.busy.store(false, Ordering::Relaxed);
            failed(&format!("no thread can be started: {reason}"))
        })
    }
}

/// Shows texts to a person: in a file that the editor opens, else in a message.
#[derive(Debug, Default)]
pub(super) struct Shown {
    folder: Option<TempDir>,
    count: usize,
}

impl Shown {
    /// What to say so that a text is seen.
    pub(super) fn show(&mut self, by_file: bool, name: &str, text: &str) -> Option<Message> {
        if !by_file {
            let params = ShowMessageParams { typ: MessageType::INFO, message: text.to_owned() };
            return Some(Notification::new(ShowMessage::METHOD.to_owned(), params).into());
        }
        if self.folder.is_none() {
            self.folder = tempfile::Builder::new().prefix("hookproof-").tempdir().ok();
        }
        let path = self.folder.as_ref()?.path().join(name);
        fs::write(&path, text).ok()?;
        self.count += 1;
        let params = ShowDocumentParams {
            uri: uri::uri(&path)?,
            external: Some(false),
            take_focus: Some(true),
            selection: None,
        };
        let id = format!("show-{}", self.count);
        Some(Request::new(id.into(), ShowDocument::METHOD.to_owned(), params).into())
    }
}

/// What a command gives, as an answer.
pub(super) fn told(id: RequestId, text: Result<String, String>) -> Response {
    match text {
        Ok(text) => Response::new_ok(id, text),
        Err(why) => Response::new_err(id, ErrorCode::RequestFailed as i32, why),
    }
}
