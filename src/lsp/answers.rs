//! Which request is answered by what.

use std::path::{Path, PathBuf};

use lsp_server::ErrorCode;
use lsp_types::request::{
    CodeActionRequest, CodeActionResolveRequest, CodeLensRequest, DocumentSymbolRequest, ExecuteCommand,
    GotoDefinition, HoverRequest, Request as Method, WorkspaceSymbolRequest,
};
use lsp_types::{
    CodeAction, DocumentSymbolResponse, GotoDefinitionResponse, Hover, HoverContents, MarkupContent, MarkupKind,
    Position, Uri, WorkspaceSymbolResponse,
};
use serde::Serialize;
use serde_json::Value;

use super::actions::Later;
use super::spot::Spot;
use super::view::View;
use super::worker::Known;
use super::{actions, commands, definition, hover, symbols, uri};
use crate::run::{CheckOptions, Examined, Failure, on_big_stack};
use crate::source::FileId;

/// Why a request has no result.
#[derive(Debug)]
pub(super) struct Refusal {
    pub(super) code: ErrorCode,
    pub(super) why: String,
}

impl From<Failure> for Refusal {
    fn from(failure: Failure) -> Refusal {
        Refusal { code: ErrorCode::RequestFailed, why: failure.0 }
    }
}

/// A file of a project that is checked.
pub(super) struct Looked<'a> {
    pub(super) examined: &'a Examined,
    pub(super) view: View<'a>,
    pub(super) file: FileId,
}

/// Answers what is asked of the projects.
pub(super) fn answer(known: &Projects<'_>, method: &str, params: Value) -> Result<Value, Refusal> {
    match method {
        HoverRequest::METHOD => {
            let params = read::<HoverRequest>(params)?.text_document_position_params;
            let hovered = known.at(&params.text_document.uri, params.position, |looked, spot| {
                let (value, place) = hover::hover(looked.examined, spot)?;
                let contents = HoverContents::Markup(MarkupContent { kind: MarkupKind::Markdown, value });
                Some(Hover { contents, range: place.map(|place| looked.view.range(place)) })
            })?;
            given(hovered.flatten())
        }
        GotoDefinition::METHOD => {
            let params = read::<GotoDefinition>(params)?.text_document_position_params;
            let found = known.at(&params.text_document.uri, params.position, |looked, spot| {
                definition::definition(looked.examined, spot, &looked.view)
            })?;
            given(found.filter(|found| !found.is_empty()).map(GotoDefinitionResponse::Array))
        }
        DocumentSymbolRequest::METHOD => {
            let params = read::<DocumentSymbolRequest>(params)?;
            let looked = known.look(&params.text_document.uri);
            let of = |looked: Looked<'_>| symbols::document(looked.examined, &looked.view, looked.file);
            given(looked.map(of).map(DocumentSymbolResponse::Nested))
        }
        WorkspaceSymbolRequest::METHOD => {
            let params = read::<WorkspaceSymbolRequest>(params)?;
            let of = |(examined, view): (&Examined, View<'_>)| symbols::workspace(examined, &view, &params.query);
            given(Some(WorkspaceSymbolResponse::Flat(known.all().flat_map(of).collect())))
        }
        CodeActionRequest::METHOD => {
            let params = read::<CodeActionRequest>(params)?;
            given(Some(actions::actions(known, &params)))
        }
        CodeActionResolveRequest::METHOD => {
            let action = read::<CodeActionResolveRequest>(params)?;
            let later = action.data.clone().and_then(|data| serde_json::from_value::<Later>(data).ok());
            let edit = later.and_then(|later| known.edit(&later));
            if edit.is_none() {
                let why = "the text has changed, or no place for the change is found".to_owned();
                return Err(Refusal { code: ErrorCode::ContentModified, why });
            }
            given(Some(CodeAction { edit, data: None, ..action }))
        }
        CodeLensRequest::METHOD => {
            let uri = read::<CodeLensRequest>(params)?.text_document.uri;
            given(known.look(&uri).map(|looked| commands::lenses(&looked, &uri)))
        }
        other => Err(Refusal { code: ErrorCode::MethodNotFound, why: format!("{other} is not known here") }),
    }
}

/// The command that is asked for, with its arguments.
pub(super) fn command<'p>(method: &str, params: &'p Value) -> Option<(&'p str, &'p [Value])> {
    let name = params.get("command").filter(|_| method == ExecuteCommand::METHOD)?.as_str()?;
    Some((name, params.get("arguments").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()))
}

fn read<M: Method>(params: Value) -> Result<M::Params, Refusal> {
    serde_json::from_value(params).map_err(|fault| Refusal {
        code: ErrorCode::InvalidParams,
        why: format!("the parameters of {} are not understood: {fault}", M::METHOD),
    })
}

fn given<T: Serialize>(result: Option<T>) -> Result<Value, Refusal> {
    serde_json::to_value(result).map_err(|fault| Refusal {
        code: ErrorCode::InternalError,
        why: format!("the result cannot be written: {fault}"),
    })
}

/// The projects that are checked, with the texts that are open.
pub(super) struct Projects<'a> {
    pub(super) known: &'a std::collections::BTreeMap<PathBuf, Known>,
    pub(super) documents: &'a super::documents::Documents,
    pub(super) client: &'a super::client::Client,
    pub(super) options: &'a CheckOptions,
}

impl<'a> Projects<'a> {
    /// How a project is looked at, with the texts that are open.
    pub(super) fn options_of(&self, root: &Path) -> CheckOptions {
        CheckOptions { path: root.to_path_buf(), overlay: self.documents.overlay(), ..self.options.clone() }
    }

    /// Every project that is checked.
    fn all(&self) -> impl Iterator<Item = (&'a Examined, View<'a>)> {
        let (documents, encoding) = (self.documents, self.client.encoding);
        self.known.iter().filter_map(move |(root, known)| {
            let examined = known.examined.as_ref()?;
            Some((examined, View::new(root, &examined.report.sources, documents, encoding)))
        })
    }

    /// A file in the project that reads it; in the innermost where several do.
    pub(super) fn look(&self, uri: &Uri) -> Option<Looked<'a>> {
        let path = uri::path(uri)?;
        let mut found: Option<Looked<'a>> = None;
        for (examined, view) in self.all() {
            let is_nearer = |known: &Looked<'_>| depth(known.view.root) < depth(view.root);
            if found.as_ref().is_none_or(is_nearer) {
                if let Some(file) = view.file(&path) {
                    found = Some(Looked { examined, view, file });
                }
            }
        }
        found
    }

    /// What is to be said of a position; none where there is nothing that dbt renders.
    fn at<T: Send>(
        &self,
        uri: &Uri,
        position: Position,
        say: impl FnOnce(&Looked<'_>, &Spot<'_>) -> T + Send,
    ) -> Result<Option<T>, Refusal> {
        let work = || {
            let looked = self.look(uri)?;
            let offset = looked.view.encoding.offset(&looked.view.lines(looked.file), position);
            let spot = Spot::find(looked.examined, looked.file, offset)?;
            Some(say(&looked, &spot))
        };
        Ok(on_big_stack(work)?)
    }
}

fn depth(path: &Path) -> usize {
    path.components().count()
}
