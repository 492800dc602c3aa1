//! What an editor says of itself when it starts the server.

use std::path::PathBuf;
use std::str::FromStr as _;

use lsp_types::Uri;
use serde_json::Value;

use super::position::Encoding;
use super::uri;

/// What the editor understands. What it does not say, it does not.
#[derive(Debug, Clone)]
pub(super) struct Client {
    /// How it counts characters.
    pub(super) encoding: Encoding,
    /// The folders that it has open.
    pub(super) folders: Vec<PathBuf>,
    /// It can be asked to tell of files that change on disk.
    pub(super) watches: bool,
    /// It shows other places beside a finding.
    pub(super) related: bool,
    /// It shows a link on a finding's name.
    pub(super) links: bool,
}

impl Client {
    /// Reads the parameters of `initialize`, in whatever shape they are.
    pub(super) fn of(parameters: &Value) -> Client {
        let at = |pointer: &str| parameters.pointer(pointer);
        let can = |pointer: &str| at(&format!("/capabilities/{pointer}")).and_then(Value::as_bool) == Some(true);
        let texts = |value: Option<&Value>| -> Vec<String> {
            let items = value.and_then(Value::as_array).into_iter().flatten();
            items.filter_map(|item| Some(item.as_str()?.to_owned())).collect()
        };
        let offered = texts(at("/capabilities/general/positionEncodings"));
        let offered: Vec<&str> = offered.iter().map(String::as_str).collect();
        Client {
            encoding: Encoding::of(&offered),
            folders: folders(parameters),
            watches: can("workspace/didChangeWatchedFiles/dynamicRegistration"),
            related: can("textDocument/publishDiagnostics/relatedInformation"),
            links: can("textDocument/publishDiagnostics/codeDescriptionSupport"),
        }
    }
}

/// The folders that are open: the editor's list, or the one that older editors name.
fn folders(parameters: &Value) -> Vec<PathBuf> {
    let of = |value: &Value| uri::path(&Uri::from_str(value.as_str()?).ok()?);
    let listed = parameters.pointer("/workspaceFolders").and_then(Value::as_array);
    let listed: Vec<PathBuf> = listed.into_iter().flatten().filter_map(|folder| of(folder.pointer("/uri")?)).collect();
    if listed.is_empty() { parameters.pointer("/rootUri").and_then(of).into_iter().collect() } else { listed }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_said_is_not_understood() {
        let client = Client::of(&Value::Null);
        assert!(!client.watches && !client.related && client.folders.is_empty());
        assert_eq!(client.encoding, Encoding::Utf16);
        let client = Client::of(&serde_json::json!({
            "rootUri": "file:///shop",
            "capabilities": {
                "general": {"positionEncodings": ["utf-16", "utf-8"]},
                "textDocument": {"codeAction": {"dataSupport": true, "resolveSupport": {"properties": ["edit"]}}},
                "window": {"showDocument": 7},
            },
        }));
        assert_eq!((client.encoding, client.links), (Encoding::Utf8, false));
        assert_eq!(client.folders, [PathBuf::from("/shop")]);
    }
}
