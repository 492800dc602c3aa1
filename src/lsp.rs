//! The server of an editor, over the Language Server Protocol: findings while one types, what hooks become, fixes.
//!
//! One thread reads and keeps the texts as the editor has them; another one checks, tells and answers. It calls what
//! the commands call, on texts that are not saved, and alone knows the protocol.

mod actions;
mod answers;
mod client;
mod commands;
mod definition;
mod desk;
mod diagnostics;
mod documents;
mod hover;
mod position;
mod spot;
mod suppress;
mod symbols;
mod uri;
mod view;
mod wire;
mod worker;

use std::io::{self, BufRead, Write};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use lsp_server::{ErrorCode, Message, Notification, Request, RequestId, Response};
use lsp_types::notification::{
    Cancel, DidChangeTextDocument, DidChangeWatchedFiles, DidChangeWorkspaceFolders, DidCloseTextDocument,
    DidOpenTextDocument, DidSaveTextDocument, Exit, Initialized, LogMessage, Notification as _,
};
use lsp_types::request::{Initialize, RegisterCapability, Request as _, Shutdown};
use lsp_types::{
    CodeActionKind, CodeActionOptions, CodeActionProviderCapability, CodeLensOptions,
    DidChangeWatchedFilesRegistrationOptions, ExecuteCommandOptions, FileSystemWatcher, GlobPattern,
    HoverProviderCapability, InitializeResult, LogMessageParams, MessageType, NumberOrString, OneOf, Registration,
    RegistrationParams, SaveOptions, ServerCapabilities, ServerInfo, TextDocumentSyncCapability, TextDocumentSyncKind,
    TextDocumentSyncOptions, Uri, WorkspaceFoldersServerCapabilities, WorkspaceServerCapabilities,
};
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::run::CheckOptions;
use client::{Ability, Client};
use desk::{Desk, Job};
use documents::Document;
use wire::Incoming;
use worker::Worker;

/// How long what is under way may still take when the editor is gone.
const LAST_ROUND: Duration = Duration::from_secs(10);
/// The files that projects are read from.
const WATCHED: &str = "**/{*.sql,*.yml,*.yaml,*.csv,*.py,.dbtignore}";

/// Serves an editor until it goes. Gives whether it took its leave as the protocol wants it.
///
/// `options` hold for every project; their path is not looked at.
///
/// # Errors
/// What the editor says cannot be read.
pub fn serve(mut input: impl BufRead, output: impl Write + Send + 'static, options: &CheckOptions) -> io::Result<bool> {
    let mut output = Some(output);
    let mut session: Option<Session> = None;
    let mut told_to_stop = false;
    let outcome = loop {
        let incoming = match wire::read(&mut input) {
            Ok(Some(incoming)) => incoming,
            Ok(None) => break Ok(told_to_stop),
            Err(reason) => break Err(reason),
        };
        match (incoming, &session) {
            (Incoming::Message(Message::Notification(note)), _) if note.method == Exit::METHOD => {
                break Ok(told_to_stop);
            }
            (Incoming::Message(Message::Request(request)), None) if request.method == Initialize::METHOD => {
                if let Some(output) = output.take() {
                    session = Some(Session::start(&request, output, options.clone())?);
                }
            }
            (Incoming::Message(Message::Request(request)), Some(open)) => {
                told_to_stop |= request.method == Shutdown::METHOD;
                open.request(request);
            }
            (Incoming::Message(Message::Notification(note)), Some(open)) => open.notification(note),
            (Incoming::Broken(id, why), Some(open)) => open.broken(id, why),
            (Incoming::Message(Message::Request(request)), None) => {
                if let Some(output) = &mut output {
                    let code = ErrorCode::ServerNotInitialized as i32;
                    let answer = Response::new_err(request.id, code, "say initialize first".to_owned());
                    Message::from(answer).write(output)?;
                }
            }
            (Incoming::Message(Message::Response(_)), _) | (Incoming::Message(_) | Incoming::Broken(..), None) => {}
        }
    };
    if let Some(session) = session {
        session.desk.put(|state| state.closed = true);
        session.desk.wait(LAST_ROUND);
    }
    outcome
}

/// An editor that has said what it is.
struct Session {
    desk: Arc<Desk>,
    client: Client,
}

impl Session {
    /// Answers `initialize` and starts to work.
    fn start(request: &Request, output: impl Write + Send + 'static, options: CheckOptions) -> io::Result<Session> {
        let client = Client::of(&request.params);
        let desk = Arc::new(Desk::default());
        let session = Session { desk: Arc::clone(&desk), client: client.clone() };
        session.say(Response::new_ok(request.id.clone(), welcome(&client)));
        std::thread::Builder::new().name("worker".to_owned()).spawn(move || {
            // Where the editor takes nothing more, there is nobody to tell.
            let _ = Worker::new(client, options, &desk, output).work(&desk);
            desk.finish();
        })?;
        Ok(session)
    }

    fn say(&self, message: impl Into<Message>) {
        let message = message.into();
        self.desk.put(|state| state.jobs.push_back(Job::Say(message)));
    }

    fn request(&self, request: Request) {
        if request.method == Shutdown::METHOD {
            self.say(Response::new_ok(request.id, Value::Null));
        } else if request.method == Initialize::METHOD {
            let code = ErrorCode::InvalidRequest as i32;
            self.say(Response::new_err(request.id, code, "initialize was said already".to_owned()));
        } else {
            self.desk.put(|state| state.jobs.push_back(Job::Answer(request)));
        }
    }

    /// Tells of bytes that are no message.
    fn broken(&self, id: Option<RequestId>, why: String) {
        match id {
            Some(id) => self.say(Response::new_err(id, ErrorCode::InvalidRequest as i32, why)),
            None => {
                let params = LogMessageParams { typ: MessageType::ERROR, message: why };
                self.say(Notification::new(LogMessage::METHOD.to_owned(), params));
            }
        }
    }

    /// Takes in what the editor tells. What cannot be understood is left.
    fn notification(&self, note: Notification) {
        let params = note.params;
        match note.method.as_str() {
            // Before this nothing but the answer to `initialize` may be said.
            Initialized::METHOD => {
                if self.client.can(Ability::Watch) {
                    self.say(watch());
                }
                self.desk.put(|state| state.touched.extend(self.client.folders.iter().cloned()));
            }
            Cancel::METHOD => {
                if let Some(params) = read::<lsp_types::CancelParams>(params) {
                    self.desk.cancel(&match params.id {
                        NumberOrString::Number(id) => id.into(),
                        NumberOrString::String(id) => id.into(),
                    });
                }
            }
            DidOpenTextDocument::METHOD => {
                if let Some(params) = read::<lsp_types::DidOpenTextDocumentParams>(params) {
                    let lsp_types::TextDocumentItem { uri, version, text, .. } = params.text_document;
                    self.touch(&uri.clone(), |state, path| {
                        state.documents.open(path.clone(), Document { uri, version, text: text.into() });
                    });
                }
            }
            DidChangeTextDocument::METHOD => {
                if let Some(params) = read::<lsp_types::DidChangeTextDocumentParams>(params) {
                    let lsp_types::VersionedTextDocumentIdentifier { uri, version } = params.text_document;
                    self.touch(&uri, |state, path| {
                        state.documents.change(path, version, params.content_changes, self.client.encoding);
                    });
                }
            }
            DidSaveTextDocument::METHOD => {
                if let Some(params) = read::<lsp_types::DidSaveTextDocumentParams>(params) {
                    self.touch(&params.text_document.uri, |_, _| {});
                }
            }
            DidCloseTextDocument::METHOD => {
                if let Some(params) = read::<lsp_types::DidCloseTextDocumentParams>(params) {
                    self.touch(&params.text_document.uri, |state, path| state.documents.close(path));
                }
            }
            DidChangeWatchedFiles::METHOD => {
                if let Some(params) = read::<lsp_types::DidChangeWatchedFilesParams>(params) {
                    for change in &params.changes {
                        self.touch(&change.uri, |_, _| {});
                    }
                }
            }
            DidChangeWorkspaceFolders::METHOD => {
                if let Some(params) = read::<lsp_types::DidChangeWorkspaceFoldersParams>(params) {
                    for folder in &params.event.added {
                        self.touch(&folder.uri, |_, _| {});
                    }
                }
            }
            _ => {}
        }
    }

    /// Changes what is known of a file, which is looked at again.
    fn touch(&self, uri: &Uri, change: impl FnOnce(&mut desk::State, &PathBuf)) {
        let Some(path) = uri::path(uri) else { return };
        self.desk.put(|state| {
            change(state, &path);
            state.touched.insert(path);
        });
    }
}

fn read<T: DeserializeOwned>(params: Value) -> Option<T> {
    serde_json::from_value(params).ok()
}

/// What the server does.
fn welcome(client: &Client) -> InitializeResult {
    let sync = TextDocumentSyncOptions {
        open_close: Some(true),
        change: Some(TextDocumentSyncKind::INCREMENTAL),
        save: Some(SaveOptions { include_text: Some(false) }.into()),
        ..TextDocumentSyncOptions::default()
    };
    let folders =
        WorkspaceFoldersServerCapabilities { supported: Some(true), change_notifications: Some(OneOf::Left(true)) };
    let actions = CodeActionOptions {
        code_action_kinds: Some(vec![CodeActionKind::QUICKFIX, CodeActionKind::new(actions::FIX_ALL)]),
        resolve_provider: Some(client.can(Ability::Resolve)),
        ..CodeActionOptions::default()
    };
    InitializeResult {
        capabilities: ServerCapabilities {
            position_encoding: Some(client.encoding.kind()),
            text_document_sync: Some(TextDocumentSyncCapability::Options(sync)),
            code_action_provider: Some(CodeActionProviderCapability::Options(actions)),
            code_lens_provider: Some(CodeLensOptions { resolve_provider: Some(false) }),
            execute_command_provider: Some(ExecuteCommandOptions {
                commands: vec![commands::COMPILE.to_owned(), commands::PROVE.to_owned()],
                ..ExecuteCommandOptions::default()
            }),
            hover_provider: Some(HoverProviderCapability::Simple(true)),
            definition_provider: Some(OneOf::Left(true)),
            document_symbol_provider: Some(OneOf::Left(true)),
            workspace_symbol_provider: Some(OneOf::Left(true)),
            workspace: Some(WorkspaceServerCapabilities { workspace_folders: Some(folders), file_operations: None }),
            ..ServerCapabilities::default()
        },
        server_info: Some(ServerInfo {
            name: env!("CARGO_PKG_NAME").to_owned(),
            version: Some(env!("CARGO_PKG_VERSION").to_owned()),
        }),
    }
}

/// Asks the editor to tell of files that change on disk.
fn watch() -> Request {
    let watcher = FileSystemWatcher { glob_pattern: GlobPattern::String(WATCHED.to_owned()), kind: None };
    let options = DidChangeWatchedFilesRegistrationOptions { watchers: vec![watcher] };
    let registration = Registration {
        id: "files".to_owned(),
        method: DidChangeWatchedFiles::METHOD.to_owned(),
        register_options: serde_json::to_value(options).ok(),
    };
    let params = RegistrationParams { registrations: vec![registration] };
    Request::new("watch".to_owned().into(), RegisterCapability::METHOD.to_owned(), params)
}
