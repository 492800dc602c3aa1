//! An editor without a window: speaks the protocol with the built binary over its stdin and stdout, and writes down
//! what is said.

use std::fmt::Write as _;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

/// How long an answer may take on a busy machine, in a build that is not optimised.
const PATIENCE: Duration = Duration::from_mins(1);

/// An editor with its server.
pub(crate) struct Editor {
    pub(crate) root: PathBuf,
    server: Child,
    stdin: Option<ChildStdin>,
    messages: Receiver<Value>,
    /// What the server said and nobody has asked for yet.
    unread: Vec<Value>,
    next_id: i64,
    log: String,
}

/// What an editor says of itself, where nothing else is wanted.
pub(crate) fn capabilities() -> Value {
    json!({
        "general": {"positionEncodings": ["utf-16"]},
        "textDocument": {
            "publishDiagnostics": {"relatedInformation": true, "codeDescriptionSupport": true, "versionSupport": true},
            "codeAction": {"dataSupport": true, "resolveSupport": {"properties": ["edit"]}},
        },
        "workspace": {
            "didChangeWatchedFiles": {"dynamicRegistration": true},
            "workspaceEdit": {"documentChanges": true},
        },
    })
}

impl Editor {
    /// Starts the server; nothing is said yet.
    pub(crate) fn start(root: &Path, arguments: &[&str]) -> Editor {
        Editor::start_with(root, arguments, &[])
    }

    /// The same with variables of the environment.
    pub(crate) fn start_with(root: &Path, arguments: &[&str], env: &[(&str, &str)]) -> Editor {
        let mut server = Command::new(env!("CARGO_BIN_EXE_hookproof"))
            .arg("lsp")
            .args(arguments)
            .current_dir(root)
            .env_clear()
            .envs(env.iter().copied())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let stdin = server.stdin.take();
        let mut stdout = BufReader::new(server.stdout.take().unwrap());
        let (sender, messages) = channel();
        std::thread::spawn(move || {
            loop {
                let mut length = 0;
                loop {
                    let mut line = String::new();
                    if stdout.read_line(&mut line).unwrap_or(0) == 0 {
                        return;
                    }
                    if let Some(value) = line.strip_prefix("Content-Length: ") {
                        length = value.trim().parse().unwrap();
                    }
                    if line == "\r\n" {
                        break;
                    }
                }
                let mut body = vec![0; length];
                if stdout.read_exact(&mut body).is_err() || sender.send(serde_json::from_slice(&body).unwrap()).is_err()
                {
                    return;
                }
            }
        });
        let root = root.canonicalize().unwrap();
        Editor { root, server, stdin, messages, unread: Vec::new(), next_id: 0, log: String::new() }
    }

    /// Starts the server and says what the editor is, with its folder open.
    pub(crate) fn open(root: &Path) -> Editor {
        let mut editor = Editor::start(root, &["--profiles-dir", root.to_str().unwrap()]);
        editor.initialize(&capabilities());
        editor
    }

    pub(crate) fn initialize(&mut self, capabilities: &Value) -> Value {
        let folder = json!({"uri": format!("file://{}", self.root.display()), "name": "shop"});
        let params = json!({"processId": null, "workspaceFolders": [folder], "capabilities": capabilities});
        let answer = self.request("initialize", params);
        assert!(self.unread.is_empty(), "the answer comes first");
        self.notify("initialized", json!({}));
        answer
    }

    pub(crate) fn uri(&self, path: &str) -> String {
        format!("file://{}", self.root.join(path).display())
    }

    /// Sends bytes as they are.
    pub(crate) fn send_bytes(&mut self, bytes: &[u8]) {
        self.stdin.as_mut().unwrap().write_all(bytes).unwrap();
    }

    pub(crate) fn send(&mut self, message: &Value) {
        let body = message.to_string();
        self.note("→", message);
        self.send_bytes(format!("Content-Length: {}\r\n\r\n{body}", body.len()).as_bytes());
    }

    pub(crate) fn notify(&mut self, method: &str, params: Value) {
        self.send(&json!({"jsonrpc": "2.0", "method": method, "params": params}));
    }

    /// Sends a request and gives its id.
    pub(crate) fn ask(&mut self, method: &str, params: Value) -> i64 {
        self.next_id += 1;
        let id = self.next_id;
        self.send(&json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params}));
        id
    }

    /// Sends a request and waits for its result.
    pub(crate) fn request(&mut self, method: &str, params: Value) -> Value {
        let answer = self.answer(method, params);
        assert!(answer.get("error").is_none(), "{method}: {answer}");
        answer["result"].clone()
    }

    /// Sends a request and waits for the whole answer.
    pub(crate) fn answer(&mut self, method: &str, params: Value) -> Value {
        let id = self.ask(method, params);
        self.answer_to(id)
    }

    pub(crate) fn answer_to(&mut self, id: i64) -> Value {
        self.wait(|message| message["id"] == json!(id) && message.get("method").is_none())
    }

    /// Waits for a message; those before it are kept.
    pub(crate) fn wait(&mut self, is_it: impl Fn(&Value) -> bool) -> Value {
        if let Some(at) = self.unread.iter().position(&is_it) {
            let message = self.unread.remove(at);
            self.note("←", &message);
            return message;
        }
        let end = Instant::now() + PATIENCE;
        loop {
            match self.messages.recv_timeout(end.saturating_duration_since(Instant::now())) {
                Ok(message) if is_it(&message) => {
                    self.note("←", &message);
                    return message;
                }
                Ok(message) => self.unread.push(message),
                Err(RecvTimeoutError::Timeout) => panic!("no answer; said so far:\n{}", self.log),
                Err(RecvTimeoutError::Disconnected) => panic!("the server is gone; said so far:\n{}", self.log),
            }
        }
    }

    pub(crate) fn did_open(&mut self, path: &str, text: &str) {
        let item = json!({"uri": self.uri(path), "languageId": "sql", "version": 1, "text": text});
        self.notify("textDocument/didOpen", json!({"textDocument": item}));
    }

    /// The whole text is another.
    pub(crate) fn did_change(&mut self, path: &str, version: i64, text: &str) {
        let document = json!({"uri": self.uri(path), "version": version});
        self.notify("textDocument/didChange", json!({"textDocument": document, "contentChanges": [{"text": text}]}));
    }

    /// A part of the text is another.
    pub(crate) fn did_edit(&mut self, path: &str, version: i64, start: (u32, u32), end: (u32, u32), text: &str) {
        let document = json!({"uri": self.uri(path), "version": version});
        let at = |(line, character)| json!({"line": line, "character": character});
        let change = json!({"range": {"start": at(start), "end": at(end)}, "text": text});
        self.notify("textDocument/didChange", json!({"textDocument": document, "contentChanges": [change]}));
    }

    /// The next findings of a file: `severity rule line:character-line:character`, counted from 0.
    pub(crate) fn findings(&mut self, path: &str) -> Vec<String> {
        let uri = self.uri(path);
        let is_of = move |message: &Value| {
            message["method"] == "textDocument/publishDiagnostics" && message["params"]["uri"] == json!(uri)
        };
        let told = self.wait(is_of);
        told["params"]["diagnostics"].as_array().unwrap().iter().map(shown).collect()
    }

    /// The findings of a file at one of its versions.
    pub(crate) fn findings_at(&mut self, path: &str, version: i64) -> Vec<String> {
        let uri = self.uri(path);
        let is_of = move |message: &Value| {
            let params = &message["params"];
            message["method"] == "textDocument/publishDiagnostics"
                && params["uri"] == json!(uri)
                && params["version"] == json!(version)
        };
        let told = self.wait(is_of);
        told["params"]["diagnostics"].as_array().unwrap().iter().map(shown).collect()
    }

    /// Takes leave; gives the exit code.
    pub(crate) fn leave(&mut self) -> i32 {
        self.request("shutdown", Value::Null);
        self.notify("exit", Value::Null);
        self.server.wait().unwrap().code().unwrap()
    }

    /// Goes without a word; gives the exit code.
    pub(crate) fn vanish(&mut self) -> i32 {
        self.stdin = None;
        self.server.wait().unwrap().code().unwrap()
    }

    /// The memory that the server holds, in KiB; none where the system does not tell.
    pub(crate) fn memory(&self) -> Option<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.server.id())).ok()?;
        let line = status.lines().find(|line| line.starts_with("VmRSS:"))?;
        line.split_whitespace().nth(1)?.parse().ok()
    }

    fn note(&mut self, arrow: &str, message: &Value) {
        let mut message = message.clone();
        let object = message.as_object_mut().unwrap();
        object.shift_remove("jsonrpc");
        let head = ["id", "method"].map(|key| object.shift_remove(key).map(|value| value.to_string()));
        let head: Vec<String> = head.into_iter().flatten().map(|part| part.trim_matches('"').to_owned()).collect();
        let body = object.iter().map(|(key, value)| format!("{key} {value:#}")).collect::<Vec<_>>().join("\n");
        let _ = writeln!(self.log, "{arrow} {}\n{body}\n", head.join(" "));
    }

    /// What was said so far, without the folder's name.
    pub(crate) fn log(&self) -> String {
        self.log.replace(&self.root.display().to_string(), "/shop").replace(env!("CARGO_PKG_VERSION"), "VERSION")
    }
}

impl Drop for Editor {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

fn shown(found: &Value) -> String {
    let at = |end: &str| {
        let position = &found["range"][end];
        format!("{}:{}", position["line"], position["character"])
    };
    let severity = ["error", "warning", "info"][found["severity"].as_u64().unwrap() as usize - 1];
    let rule = found["code"].as_str().unwrap_or("-");
    format!("{severity} {rule} {}-{}", at("start"), at("end"))
}
