//! A real Neovim, without a window, with the server: what it shows of a project. Where there is no `nvim`, this is
//! said and nothing is tested.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stderr)]

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// When an editor that says nothing is ended.
const PATIENCE: Duration = Duration::from_mins(3);

const SETTINGS: &str = "name: shop\nversion: '1.0'\nprofile: shop\n";
const PROFILES: &str = "shop:\n  target: dev\n  outputs:\n    dev: {type: postgres, host: h, user: u, password: p, \
                        port: 5432, dbname: db, schema: dev, threads: 1}\n";

#[test]
fn neovim_shows_findings_hovers_and_fixes() {
    if Command::new("nvim").arg("--version").stdout(Stdio::null()).status().is_err() {
        eprintln!("not tested: there is no nvim (Debian has it as the package neovim)");
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path().canonicalize().unwrap();
    fs::create_dir(root.join("models")).unwrap();
    fs::write(root.join("dbt_project.yml"), SETTINGS).unwrap();
    fs::write(root.join("profiles.yml"), PROFILES).unwrap();
    let model = "{{ config(post_hook=\"drop table old_orders\") }}\nselect 1 as id\n";
    fs::write(root.join("models/orders.sql"), model).unwrap();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/editor/neovim.lua");
    let log = root.join("said");
    let mut child = Command::new("nvim")
        .args(["--clean", "--headless", "-n", "-c"])
        .arg(format!("luafile {}", script.display()))
        .env("HOOKPROOF", env!("CARGO_BIN_EXE_hookproof"))
        .env("PROJECT", &root)
        .env("HOME", &root)
        .current_dir(&root)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(fs::File::create(&log).unwrap())
        .spawn()
        .unwrap();
    let began = Instant::now();
    let status = loop {
        match child.try_wait().unwrap() {
            Some(status) => break Some(status),
            None if began.elapsed() > PATIENCE => break None,
            None => std::thread::sleep(Duration::from_millis(50)),
        }
    };
    if status.is_none() {
        child.kill().unwrap();
        child.wait().unwrap();
    }
    // Without a window Neovim prints to stderr, and no blank lines.
    let said = fs::read_to_string(&log).unwrap().replace('\r', "");
    assert!(status.is_some_and(|status| status.success()), "{said}");
    for part in [
        "findings: 0:21 drop-without-if-exists",
        "hover: **post-hook** model.shop.orders\n*dev*\n```sql\ndrop table old_orders\n```",
        "fix: add IF EXISTS",
        "text: {{ config(post_hook=\"drop table if exists old_orders\") }}",
        "typed: 0:",
    ] {
        assert!(said.contains(part), "{part}\nin\n{said}");
    }
}
