//! What an editor says of itself when it starts the server.

use std::collections::BTreeSet;
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
    abilities: BTreeSet<Ability>,
}

/// Something that not every editor can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Ability {
    /// It can be asked to tell of files that change on disk.
    Watch,
    /// It shows other places beside a finding.
    Related,
    /// It shows a link on a finding's name.
    Links,
    /// It asks for the edit of an action only when that is chosen.
    Resolve,
    /// It takes edits with the version of each text.
    Versions,
    /// It can be asked to show a file.
    Show,
}

impl Client {
    /// Reads the parameters of `initialize`, in whatever shape they are.
    pub(super) fn of(parameters: &Value) -> Client {
        let at = |pointer: &str| parameters.pointer(pointer);
        let is_true = |pointer: &str| at(&format!("/capabilities/{pointer}")).and_then(Value::as_bool) == Some(true);
        let texts = |pointer: &str| -> Vec<&str> {
            let items = at(&format!("/capabilities/{pointer}")).and_then(Value::as_array).into_iter().flatten();
            items.filter_map(Value::as_str).collect()
        };
        let resolves = is_true("textDocument/codeAction/dataSupport")
            && texts("textDocument/codeAction/resolveSupport/properties").contains(&"edit");
        let abilities = [
            (Ability::Watch, is_true("workspace/didChangeWatchedFiles/dynamicRegistration")),
            (Ability::Related, is_true("textDocument/publishDiagnostics/relatedInformation")),
            (Ability::Links, is_true("textDocument/publishDiagnostics/codeDescriptionSupport")),
            (Ability::Resolve, resolves),
            (Ability::Versions, is_true("workspace/workspaceEdit/documentChanges")),
            (Ability::Show, is_true("window/showDocument/support")),
        ];
        Client {
            encoding: Encoding::of(&texts("general/positionEncodings")),
            folders: folders(parameters),
            abilities: abilities.into_iter().filter(|(_, has)| *has).map(|(ability, _)| ability).collect(),
        }
    }

    /// Whether it can do that.
    pub(super) fn can(&self, ability: Ability) -> bool {
        self.abilities.contains(&ability)
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
        assert!(client.abilities.is_empty() && client.folders.is_empty());
        assert_eq!(client.encoding, Encoding::Utf16);
        let client = Client::of(&serde_json::json!({
            "rootUri": "file:///shop",
            "capabilities": {
                "general": {"positionEncodings": ["utf-16", "utf-8"]},
                "textDocument": {"codeAction": {"dataSupport": true, "resolveSupport": {"properties": ["edit"]}}},
                "window": {"showDocument": 7},
            },
        }));
        assert_eq!(
            (client.encoding, client.can(Ability::Resolve), client.can(Ability::Show)),
            (Encoding::Utf8, true, false)
        );
        assert_eq!(client.folders, [PathBuf::from("/shop")]);
    }
}
