//! `hookproof lsp`, spoken with over its stdin and stdout as an editor does it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::needless_pass_by_value)]

#[path = "lsp/editor.rs"]
mod editor;

use std::fs;
use std::path::Path;

use editor::{Editor, capabilities};
use serde_json::{Value, json};
use tempfile::TempDir;

const SETTINGS: &str = "name: shop
version: '1.0'
profile: shop
on-run-start: \"create table audit_log (id int)\"
models:
  shop:
    +post-hook: \"{{ grant('reporter') }}\"
";
const PROFILES: &str = "shop:
  target: dev
  outputs:
    dev: {type: postgres, host: h, user: u, password: p, port: 5432, dbname: db, schema: dev, threads: 1}
    prod: {type: postgres, host: h, user: u, password: p, port: 5432, dbname: db, schema: prod, threads: 1}
";
const GRANT: &str = "{% macro grant(role) %}
  grant select on {{ this }} to {{ role }}
{% endmacro %}
";
const ORDERS: &str = "{{ config(post_hook=\"drop table old_orders\") }}\nselect 1 as id\n";
const CUSTOMERS: &str = "select id from {{ ref('orders') }}\n";

fn put(root: &Path, path: &str, text: &str) {
    let path = root.join(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

fn shop() -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    put(dir.path(), "dbt_project.yml", SETTINGS);
    put(dir.path(), "profiles.yml", PROFILES);
    put(dir.path(), "macros/grant.sql", GRANT);
    put(dir.path(), "models/orders.sql", ORDERS);
    put(dir.path(), "models/customers.sql", CUSTOMERS);
    dir
}

const DROP: &str = "error drop-without-if-exists 0:21-0:42";

#[test]
fn findings_follow_the_text_that_is_not_saved() {
    let dir = shop();
    let mut editor = Editor::open(dir.path());
    assert_eq!(editor.findings("models/orders.sql"), [DROP]);
    assert_eq!(editor.findings("dbt_project.yml"), ["error create-without-if-not-exists 3:15-3:46"]);

    editor.did_open("models/orders.sql", ORDERS);
    assert_eq!(editor.findings_at("models/orders.sql", 1), [DROP]);
    editor.did_edit("models/orders.sql", 2, (0, 0), (0, 0), "{# 𝄞ä #} ");
    assert_eq!(editor.findings_at("models/orders.sql", 2), ["error drop-without-if-exists 0:31-0:52"]);
    editor.did_change("models/orders.sql", 3, &ORDERS.replace("table", "table if exists"));
    assert_eq!(editor.findings_at("models/orders.sql", 3), [""; 0]);
    editor.did_change("models/orders.sql", 4, ORDERS);
    assert_eq!(editor.findings_at("models/orders.sql", 4), [DROP]);
    editor.did_change("models/orders.sql", 5, "select 1 as id");
    assert_eq!(editor.findings_at("models/orders.sql", 5), [""; 0]);
    // What is not saved is forgotten.
    let document = json!({"textDocument": {"uri": editor.uri("models/orders.sql")}});
    editor.notify("textDocument/didClose", document);
    assert_eq!(editor.findings("models/orders.sql"), [DROP]);
    assert_eq!(editor.leave(), 0);
}

#[test]
fn a_change_of_one_file_is_told_of_all_that_it_reaches() {
    let dir = shop();
    let mut editor = Editor::open(dir.path());
    editor.findings("dbt_project.yml");
    editor.did_open("macros/grant.sql", GRANT);
    editor.did_change("macros/grant.sql", 2, &GRANT.replace("grant select", "gramt select"));
    assert_eq!(editor.findings("macros/grant.sql"), ["error sql-syntax 1:2-1:7"]);
    editor.did_change("macros/grant.sql", 3, "{% macro grand(role) %}grant{% endmacro %}");
    assert_eq!(editor.findings_at("macros/grant.sql", 3), [""; 0]);
    let of_project = editor.findings("dbt_project.yml");
    assert!(of_project.iter().any(|found| found.starts_with("error undefined-macro 6:")), "{of_project:?}");
    // The settings of the tool are read from the editor too.
    editor.did_open("hookproof.yml", "ignore: [undefined-macro, create-without-if-not-exists]\n");
    assert_eq!(editor.findings("dbt_project.yml"), [""; 0]);
    // Where there is no project to work on, that is the finding, and the others stay.
    editor.did_open("dbt_project.yml", "name: [shop\n");
    let of_project = editor.findings_at("dbt_project.yml", 1);
    assert!(of_project.len() == 1 && of_project[0].starts_with("error - "), "{of_project:?}");
    editor.did_change("dbt_project.yml", 2, SETTINGS);
    assert_eq!(editor.findings_at("dbt_project.yml", 2), [""; 0]);
}

#[test]
fn files_that_change_on_disk_are_read_again() {
    let dir = shop();
    let mut editor = Editor::open(dir.path());
    let asked = editor.wait(|message| message["method"] == "client/registerCapability");
    assert_eq!(asked["params"]["registrations"][0]["method"], "workspace/didChangeWatchedFiles");
    editor.send(&json!({"jsonrpc": "2.0", "id": asked["id"], "result": null}));
    editor.findings("models/orders.sql");
    let changed = |editor: &mut Editor, path: &str, kind: u8| {
        let change = json!({"uri": editor.uri(path), "type": kind});
        editor.notify("workspace/didChangeWatchedFiles", json!({"changes": [change]}));
    };
    fs::remove_file(dir.path().join("models/orders.sql")).unwrap();
    changed(&mut editor, "models/orders.sql", 3);
    assert_eq!(editor.findings("models/orders.sql"), [""; 0]);
    put(dir.path(), "models/new.sql", ORDERS);
    changed(&mut editor, "models/new.sql", 1);
    assert_eq!(editor.findings("models/new.sql"), [DROP]);
    // The project itself goes.
    fs::remove_file(dir.path().join("dbt_project.yml")).unwrap();
    changed(&mut editor, "dbt_project.yml", 3);
    assert_eq!(editor.findings("models/new.sql"), [""; 0]);
    put(dir.path(), "dbt_project.yml", SETTINGS);
    changed(&mut editor, "dbt_project.yml", 1);
    assert_eq!(editor.findings("models/new.sql"), [DROP]);
}

#[test]
fn each_file_belongs_to_the_nearest_project() {
    let dir = tempfile::tempdir().unwrap();
    for name in ["one", "two"] {
        put(dir.path(), &format!("{name}/dbt_project.yml"), &SETTINGS.replace("grant('reporter')", "this"));
        put(dir.path(), &format!("{name}/profiles.yml"), PROFILES);
        put(dir.path(), &format!("{name}/models/orders.sql"), ORDERS);
    }
    let mut editor = Editor::start(dir.path(), &[]);
    editor.initialize(&capabilities());
    editor.did_open("two/models/orders.sql", ORDERS);
    assert_eq!(editor.findings("two/models/orders.sql"), [DROP]);
    editor.did_open("one/models/orders.sql", "select 1");
    assert!(editor.findings("one/dbt_project.yml")[0].starts_with("error create-without"));
    editor.did_open("notes.sql", "drop table a");
    assert_eq!(editor.leave(), 0);
}

#[test]
fn positions_are_counted_as_agreed() {
    for (encoding, start) in [("utf-8", 33), ("utf-16", 30), ("utf-32", 29)] {
        let dir = shop();
        let mut editor = Editor::start(dir.path(), &["--profiles-dir", dir.path().to_str().unwrap(), "--stdio"]);
        let mut said = capabilities();
        said["general"]["positionEncodings"] = json!([encoding, "utf-16"]);
        let answer = editor.initialize(&said);
        assert_eq!(answer["capabilities"]["positionEncoding"], encoding);
        editor.did_open("models/orders.sql", &format!("{{# 𝄞ä #}}{ORDERS}"));
        let found = editor.findings_at("models/orders.sql", 1);
        assert_eq!(found, [format!("error drop-without-if-exists 0:{start}-0:{}", start + 21)], "{encoding}");
    }
}

#[test]
fn requests_before_and_after_the_session_are_refused() {
    let dir = shop();
    let mut editor = Editor::start(dir.path(), &[]);
    let answer = editor.answer("textDocument/hover", json!({}));
    assert_eq!(answer["error"]["code"], -32002);
    editor.initialize(&json!({}));
    assert_eq!(editor.answer("initialize", json!({}))["error"]["code"], -32600);
    assert_eq!(editor.answer("no/such", json!({}))["error"]["code"], -32601);
    assert_eq!(editor.vanish(), 1, "an editor that goes without leave");
}

#[test]
fn broken_messages_do_not_end_the_session() {
    let dir = shop();
    let mut editor = Editor::open(dir.path());
    editor.send_bytes(b"nonsense\r\n\r\nContent-Length: 3\r\n\r\n{{{");
    editor.send_bytes(b"Content-Length: 15\r\n\r\n{\"id\": 77, \"x\":");
    editor.send_bytes(b"Content-Length: 10\r\n\r\n{\"id\": 99}");
    editor.send_bytes(b"Content-Length: 4\r\n\r\n\xff\xfe\xfd\xfc");
    let deep = format!("Content-Length: 200000\r\n\r\n{}", "[".repeat(200_000));
    editor.send_bytes(deep.as_bytes());
    assert_eq!(editor.answer_to(99)["error"]["code"], -32600);
    for params in [Value::Null, json!(7), json!({"textDocument": 7}), json!({"textDocument": {"uri": "untitled:a"}})] {
        for method in ["didOpen", "didChange", "didSave", "didClose"] {
            editor.notify(&format!("textDocument/{method}"), params.clone());
        }
        for method in ["hover", "definition", "codeAction", "documentSymbol", "codeLens"] {
            editor.answer(&format!("textDocument/{method}"), params.clone());
        }
        editor.answer("workspace/executeCommand", params.clone());
        editor.answer("codeAction/resolve", params.clone());
        editor.answer("workspace/symbol", params);
    }
    editor.did_edit("models/orders.sql", 9, (5, 5), (2, 2), "not open");
    editor.did_open("models/orders.sql", ORDERS);
    editor.did_edit("models/orders.sql", 2, (4_000_000_000, 7), (0, 4_000_000_000), "");
    assert_eq!(editor.findings_at("models/orders.sql", 2), [DROP]);
    assert_eq!(editor.leave(), 0);
}

#[test]
fn thousands_of_quick_edits_do_not_queue() {
    let dir = shop();
    let mut editor = Editor::open(dir.path());
    editor.did_open("models/orders.sql", ORDERS);
    editor.findings_at("models/orders.sql", 1);
    let typed = "{{ config(post_hook=\"{% if target.name == 'prod' %}drop table a{% endif %}\") }}\nselect 1\n";
    let mut version = 1;
    let mut memory = Vec::new();
    for _ in 0..4 {
        editor.did_change("models/orders.sql", version + 1, "");
        version += 1;
        for _ in 0..10 {
            for (at, letter) in typed.char_indices() {
                version += 1;
                let line = typed[..at].matches('\n').count() as u32;
                let character = at - typed[..at].rfind('\n').map_or(0, |end| end + 1);
                let at = (line, character as u32);
                editor.did_edit("models/orders.sql", version, at, at, &letter.to_string());
            }
            version += 1;
            editor.did_change("models/orders.sql", version, "");
        }
        version += 1;
        editor.did_change("models/orders.sql", version, typed);
        let found = editor.findings_at("models/orders.sql", version);
        assert_eq!(found, ["error drop-without-if-exists 0:51-0:63"]);
        memory.extend(editor.memory());
    }
    if let (Some(first), Some(last)) = (memory.first(), memory.last()) {
        assert!(*last < first + first / 2, "{memory:?} KiB");
    }
    assert_eq!(editor.leave(), 0);
}

/// What is shown at a position, from 0.
fn hover(editor: &mut Editor, path: &str, line: u32, character: u32) -> String {
    let position = json!({"line": line, "character": character});
    let params = json!({"textDocument": {"uri": editor.uri(path)}, "position": position});
    editor.request("textDocument/hover", params)["contents"]["value"].as_str().unwrap_or_default().to_owned()
}

#[test]
fn a_hover_shows_what_a_hook_and_its_names_become() {
    let dir = shop();
    let mut editor = Editor::open(dir.path());
    editor.findings("models/orders.sql");
    let hook = hover(&mut editor, "models/orders.sql", 0, 25);
    assert_eq!(hook, "**post-hook** model.shop.orders\n\n*every target*\n\n```sql\ndrop table old_orders\n```\n");
    let of_call = hover(&mut editor, "dbt_project.yml", 6, 20);
    assert!(of_call.starts_with("`grant('reporter')`\n\n*dev*\n\n```sql\ngrant select on \"db\".\"dev\""), "{of_call}");
    let text = "{{ config(post_hook=\"{{ log(target.name) }}{{ env_var('TOKEN', 'none') }}\") }}\nselect 1 as id\n";
    editor.did_open("models/orders.sql", text);
    let of_name = hover(&mut editor, "models/orders.sql", 0, 36);
    assert_eq!(of_name, "`target.name`\n\n*dev*\n\n```sql\ndev\n```\n*prod*\n\n```sql\nprod\n```\n");
    let of_variable = hover(&mut editor, "models/orders.sql", 0, 55);
    assert_eq!(of_variable, "`env_var('TOKEN', 'none')`\n\n*every target*\n\n```sql\nnone\n```\n");
    // In a macro a name is what a hook that reaches it sees; a parameter is nothing outside of its macro.
    let of_this = hover(&mut editor, "macros/grant.sql", 1, 22);
    assert!(of_this.contains("\"db\".\"prod\".\"customers\"") && of_this.contains("as seen by model"), "{of_this}");
    assert_eq!(hover(&mut editor, "macros/grant.sql", 1, 35), "");
    assert_eq!(hover(&mut editor, "profiles.yml", 0, 1), "");
    assert_eq!(hover(&mut editor, "models/orders.sql", 900, 900), "");
}

#[test]
fn a_definition_is_found_for_macros_refs_variables_and_sources() {
    let dir = shop();
    put(dir.path(), "dbt_project.yml", &format!("{SETTINGS}vars:\n  days: 3\n"));
    put(dir.path(), "models/sources.yml", "sources:\n  - name: raw\n    tables:\n      - name: orders\n");
    let text = "{{ config(post_hook=\"{{ grant('a') }} {{ var('days') }} {{ source('raw', 'orders') }}\") }}\n\
                select * from {{ ref('orders') }}\n";
    put(dir.path(), "models/customers.sql", text);
    let mut editor = Editor::open(dir.path());
    editor.findings("models/orders.sql");
    for (line, character, found) in [
        (0, 26, "macros/grant.sql 0"),
        (0, 46, "dbt_project.yml 8"),
        (0, 70, "models/sources.yml 3"),
        (1, 23, "models/orders.sql 0"),
        (1, 3, ""),
    ] {
        let position = json!({"line": line, "character": character});
        let params = json!({"textDocument": {"uri": editor.uri("models/customers.sql")}, "position": position});
        let answer = editor.request("textDocument/definition", params);
        let shown = answer.as_array().into_iter().flatten().map(|location| {
            let path = location["uri"].as_str().unwrap().strip_prefix(&editor.uri("")).unwrap().to_owned();
            format!("{path} {}", location["range"]["start"]["line"])
        });
        assert_eq!(shown.collect::<Vec<_>>().join(", "), found, "{line}:{character}");
    }
}

#[test]
fn symbols_are_the_hooks_and_macros() {
    let dir = shop();
    let mut editor = Editor::open(dir.path());
    editor.findings("models/orders.sql");
    let of_file = |editor: &mut Editor, path: &str| {
        let params = json!({"textDocument": {"uri": editor.uri(path)}});
        let answer = editor.request("textDocument/documentSymbol", params);
        let shown = answer.as_array().unwrap().iter().map(|one| format!("{}: {}", one["name"], one["detail"]));
        shown.collect::<Vec<_>>()
    };
    assert_eq!(
        of_file(&mut editor, "dbt_project.yml"),
        [
            "\"on-run-start\": \"create table audit_log (id int)\"",
            "\"post-hook\": \"{{ grant('reporter') }} (2 nodes)\"",
        ]
    );
    assert_eq!(of_file(&mut editor, "macros/grant.sql"), ["\"grant\": null"]);
    let answer = editor.request("workspace/symbol", json!({"query": "GRA"}));
    assert_eq!(answer[0]["name"], "grant");
}

/// What was said, both ways, as a log.
#[test]
fn a_session() {
    let dir = shop();
    let mut editor = Editor::open(dir.path());
    editor.findings("dbt_project.yml");
    editor.findings("models/orders.sql");
    editor.did_open("models/orders.sql", ORDERS);
    editor.findings_at("models/orders.sql", 1);
    let position = json!({"line": 0, "character": 25});
    let here = json!({"textDocument": {"uri": editor.uri("models/orders.sql")}, "position": position});
    editor.request("textDocument/hover", here);
    let found = actions(&mut editor, "models/orders.sql", (0, 25), Some("quickfix"));
    editor.request("codeAction/resolve", found[1].clone());
    editor.did_edit("models/orders.sql", 2, (0, 26), (0, 31), "table if exists");
    editor.findings_at("models/orders.sql", 2);
    editor.leave();
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(concat!(env!("CARGO_MANIFEST_DIR"), "/snapshots/lsp"));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!("session", editor.log()));
}

/// The actions at a place of a file, from 0.
fn actions(editor: &mut Editor, path: &str, at: (u32, u32), only: Option<&str>) -> Vec<Value> {
    let position = json!({"line": at.0, "character": at.1});
    let range = json!({"start": position, "end": position});
    let mut context = json!({"diagnostics": []});
    if let Some(kind) = only {
        context["only"] = json!([kind]);
    }
    let params = json!({"textDocument": {"uri": editor.uri(path)}, "range": range, "context": context});
    let answer = editor.request("textDocument/codeAction", params);
    answer.as_array().unwrap().clone()
}

/// The only text that the edits of an action put somewhere, with where that is.
fn edited(action: &Value) -> String {
    let edits = action["edit"]["documentChanges"][0]["edits"].as_array().unwrap();
    let shown = edits.iter().map(|edit| {
        let at = |end: &str| format!("{}:{}", edit["range"][end]["line"], edit["range"][end]["character"]);
        format!("{}-{} {}", at("start"), at("end"), edit["newText"].as_str().unwrap())
    });
    shown.collect::<Vec<_>>().join("|")
}

#[test]
fn findings_are_mended_and_silenced() {
    let dir = shop();
    let mut editor = Editor::open(dir.path());
    editor.did_open("dbt_project.yml", SETTINGS);
    editor.findings_at("dbt_project.yml", 1);
    let found = actions(&mut editor, "dbt_project.yml", (3, 20), None);
    let titles: Vec<&str> = found.iter().map(|action| action["title"].as_str().unwrap()).collect();
    assert_eq!(
        titles,
        ["add IF NOT EXISTS", "ignore create-without-if-not-exists here", "apply all safe fixes of this file"]
    );
    assert_eq!(edited(&found[0]), "3:27-3:27  if not exists");
    assert_eq!(found[0]["edit"]["documentChanges"][0]["textDocument"]["version"], 1);
    assert_eq!(found[0]["isPreferred"], true);
    let ignored = editor.request("codeAction/resolve", found[1].clone());
    let comment = "3:0-3:0 # hookproof: ignore[create-without-if-not-exists]\n";
    assert_eq!(edited(&ignored), comment);
    let fixed = editor.request("codeAction/resolve", found[2].clone());
    let line = "on-run-start: \"create table if not exists audit_log (id int)\"\n";
    assert_eq!(edited(&fixed), format!("3:0-4:0 {line}"));
    assert!(actions(&mut editor, "dbt_project.yml", (0, 0), Some("quickfix")).is_empty());
    assert_eq!(actions(&mut editor, "dbt_project.yml", (0, 0), Some("source.fixAll")).len(), 1);
    // What is resolved too late is refused.
    editor.did_change("dbt_project.yml", 2, &SETTINGS.replace("create table", "create table if not exists"));
    assert_eq!(editor.answer("codeAction/resolve", found[1].clone())["error"]["code"], -32801);
}

#[test]
fn a_comment_that_silences_stands_where_it_may() {
    let dir = shop();
    let block = "{{ config(\n  post_hook='drop table old'\n) }}\nselect 1 as id\n";
    put(dir.path(), "models/orders.sql", block);
    let settings = "name: shop\nprofile: shop\non-run-end:\n  - |\n    drop\n    table old\n";
    put(dir.path(), "dbt_project.yml", settings);
    let mut editor = Editor::open(dir.path());
    editor.did_open("models/orders.sql", block);
    editor.findings_at("models/orders.sql", 1);
    for (path, at, comment) in [
        ("models/orders.sql", (1, 14), "0:0-0:0 {# hookproof: ignore[drop-without-if-exists] #}\n"),
        ("dbt_project.yml", (4, 5), "3:0-3:0   # hookproof: ignore[drop-without-if-exists]\n"),
    ] {
        let found = actions(&mut editor, path, at, Some("quickfix"));
        let action = found.iter().find(|action| action["title"].as_str().unwrap().starts_with("ignore")).unwrap();
        assert_eq!(edited(&editor.request("codeAction/resolve", action.clone())), comment);
    }
    // An editor that wants its edits at once gets them so.
    let mut editor = Editor::start(dir.path(), &["--profiles-dir", dir.path().to_str().unwrap()]);
    editor.initialize(&json!({}));
    let uri = editor.uri("dbt_project.yml");
    editor.did_open("dbt_project.yml", settings);
    let found = actions(&mut editor, "dbt_project.yml", (4, 5), None);
    assert!(found.iter().all(|action| action["edit"]["changes"][&uri].is_array()), "{found:?}");
    assert_eq!(found.len(), 2);
}

#[test]
fn lenses_give_the_sql_and_the_rehearsal() {
    let dir = shop();
    let mut editor = Editor::start(dir.path(), &["--profiles-dir", dir.path().to_str().unwrap()]);
    let mut said = capabilities();
    said["window"] = json!({"showDocument": {"support": true}});
    editor.initialize(&said);
    editor.findings("dbt_project.yml");
    let params = json!({"textDocument": {"uri": editor.uri("dbt_project.yml")}});
    let lenses = editor.request("textDocument/codeLens", params);
    let titles: Vec<&str> =
        lenses.as_array().unwrap().iter().map(|lens| lens["command"]["title"].as_str().unwrap()).collect();
    assert_eq!(titles, ["show SQL", "rehearse", "show SQL of 2 hooks", "rehearse"]);
    let run = |editor: &mut Editor, lens: &Value| {
        let text = editor.request("workspace/executeCommand", lens["command"].clone());
        let shown = editor.wait(|message| message["method"] == "window/showDocument");
        let uri = shown["params"]["uri"].as_str().unwrap().to_owned();
        assert_eq!(fs::read_to_string(uri.strip_prefix("file://").unwrap()).unwrap(), text.as_str().unwrap());
        text.as_str().unwrap().to_owned()
    };
    let sql = run(&mut editor, &lenses[2]);
    assert!(sql.contains("grant select on \"db\".\"prod\".\"orders\" to reporter"), "{sql}");
    let proof = run(&mut editor, &lenses[1]);
    assert!(proof.contains("refuted operation.shop.shop-on-run-start-0 when it runs again"), "{proof}");
    let nothing = json!({"command": "hookproof.compile", "arguments": []});
    assert_eq!(editor.answer("workspace/executeCommand", nothing)["error"]["code"], -32602);
    assert_eq!(editor.leave(), 0);
}

#[test]
fn secrets_are_not_shown() {
    let dir = shop();
    let text = "{{ config(post_hook=\"{{ env_var('API_TOKEN', 'tok-12345') }} {{ env_var('DBT_ENV_SECRET_A', 'b') }}\") }}\nselect 1\n";
    put(dir.path(), "models/orders.sql", text);
    let mut editor =
        Editor::start_with(dir.path(), &[], &[("API_TOKEN", "very-secret"), ("DBT_ENV_SECRET_A", "hidden")]);
    editor.initialize(&capabilities());
    editor.did_open("models/orders.sql", text);
    for character in [30, 80] {
        let shown = hover(&mut editor, "models/orders.sql", 0, character);
        assert!(!shown.is_empty() && !shown.contains("very-secret") && !shown.contains("hidden"), "{shown}");
    }
    let shown = hover(&mut editor, "models/orders.sql", 0, 30);
    assert!(shown.contains("*****"), "{shown}");
}

#[test]
fn huge_files_are_passed_over() {
    let dir = shop();
    let mut editor = Editor::open(dir.path());
    let huge = "-- x\n".repeat(4_000_000);
    editor.did_open("models/huge.sql", &huge);
    editor.did_edit("models/huge.sql", 2, (3_999_999, 0), (3_999_999, 4), "y");
    editor.did_open("models/orders.sql", ORDERS);
    assert_eq!(editor.findings_at("models/orders.sql", 1), [DROP]);
    assert_eq!(hover(&mut editor, "models/orders.sql", 0, 25).lines().next(), Some("**post-hook** model.shop.orders"));
    assert_eq!(editor.leave(), 0);
}

/// Any text may come while one types: cuts, doubled parts and stray characters of files that hold something.
#[test]
fn any_text_is_survived() {
    let dir = shop();
    let mut editor = Editor::open(dir.path());
    let files = [("models/orders.sql", ORDERS), ("macros/grant.sql", GRANT), ("dbt_project.yml", SETTINGS)];
    for (path, text) in files {
        editor.did_open(path, text);
    }
    let mut seed = 7_u64;
    let mut random = move |below: usize| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) as usize % below.max(1)
    };
    let stray = ["{{", "}}", "{%", "%}", "'", "\"", "(", ")", "\n", "\t", "𝄞", "\u{0}", "{#", ": ", "- ", "|\n"];
    for version in 2..150 {
        for (path, text) in files {
            let letters: Vec<char> = text.chars().collect();
            let (from, to) = (random(letters.len()), random(letters.len()));
            let (from, to) = (from.min(to), from.max(to));
            let mut typed: String = letters[..from].iter().collect();
            typed.push_str(stray[random(stray.len())]);
            typed.extend(&letters[if random(2) == 0 { to } else { from }..]);
            editor.did_change(path, version, &typed);
            let at = json!({"line": random(4), "character": random(40)});
            let here = json!({"textDocument": {"uri": editor.uri(path)}, "position": at});
            let (hover, definition) =
                (editor.ask("textDocument/hover", here.clone()), editor.ask("textDocument/definition", here));
            editor.answer_to(hover);
            editor.answer_to(definition);
        }
    }
    assert_eq!(editor.leave(), 0);
}
