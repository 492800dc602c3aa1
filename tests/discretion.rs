//! No password, token or key leaves the tool: a project that is full of them, and every command in every format.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::fs;
use std::path::Path;
use std::process::Command;

/// Stands in every value that nobody should see.
const MARKER: &str = "Xyzzy";

const PROJECT: &str = "\
name: shop
version: '1.0'
profile: shop
seeds:
  shop:
    +post-hook: insert into log (who, password) select 'seed', password from {{ this }}
on-run-start:
  - \"create table if not exists log (id text, who text, password text)\"
  - \"insert into log values ('{{ env_var('API_TOKEN') }}', '{{ var('api_token') }}', null)\"
  - \"create user x password '{{ env_var('WAREHOUSE_PASSWORD') }}'\"
  - \"select {{ env_var('STORAGE_KEY') }}\"
on-run-end:
  - \"{% if execute %}{{ exceptions.raise_compiler_error('no ' ~ env_var('API_TOKEN')) }}{% endif %}\"
  - \"select '{{ target }}', '{{ target.password }}', '{{ target.private_key }}'\"
  - \"drop table {{ dbt_metadata_envs['TOKEN'] }}\"
  - \"{{ log(env_var('API_TOKEN') | upper, info=true) }}\"
";

const PROFILES: &str = "\
shop:
  target: dev
  outputs:
    dev: {type: postgres, host: h, user: u, password: XyzzyA, port: 5432, dbname: d, schema: dev}
    prod:
      type: snowflake
      account: a
      user: u
      password: \"{{ env_var('DBT_ENV_SECRET_PW') }}\"
      private_key: |
        XyzzyB
        XyzzyC: more
      private_key_passphrase: XyzzyD
      token: XyzzyE
      oauth_client_secret: XyzzyF
      database: d
      warehouse: w
      schema: prod
    lake: {type: bigquery, method: service-account-json, project: p, dataset: x, keyfile_json: {private_key: XyzzyG, client_email: e}}
    bricks: {type: databricks, host: h, http_path: p, token: XyzzyH, schema: s, client_secret: XyzzyI}
";

fn project(profiles: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in [
        ("dbt_project.yml", PROJECT),
        ("profiles.yml", profiles),
        (
            "models/m.sql",
            "{{ config(post_hook=\"{% if execute %}grant select on {{ this }} to {{ env_var('DBT_ENV_SECRET_ROLE') }}{% endif %}\") }} select 1 as id",
        ),
        ("seeds/s.csv", "id,password\n1,XyzzyJ\n1,XyzzyJ\n"),
    ] {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    folder
}

/// What a command says, on stdout and stderr.
fn said(root: &Path, arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_hookproof"))
        .args(arguments)
        .current_dir(root)
        .env("DBT_ENV_SECRET_PW", "XyzzyK")
        .env("DBT_ENV_SECRET_ROLE", "XyzzyL")
        .env("DBT_ENV_CUSTOM_ENV_TOKEN", "XyzzyM")
        .env("API_TOKEN", "XyzzyN")
        .env("WAREHOUSE_PASSWORD", "XyzzyO")
        .env("STORAGE_KEY", "XyzzyP")
        .output()
        .unwrap();
    assert!(matches!(output.status.code(), Some(0..=2)), "{arguments:?}: {:?}", output.status);
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

fn commands() -> Vec<Vec<&'static str>> {
    let mut all = Vec::new();
    for format in ["text", "concise", "json", "jsonl", "sarif", "github", "gitlab", "azure", "junit"] {
        all.push(vec!["check", "--format", format]);
    }
    for command in ["compile", "list", "plan"] {
        all.extend(["text", "json"].map(|format| vec![command, "--format", format]));
    }
    all.push(vec!["plan", "--format", "mermaid"]);
    for format in ["text", "json", "html"] {
        all.push(vec!["prove", "--drill", "--format", format]);
    }
    all.extend([
        vec!["check", "--verbose", "--statistics"],
        vec!["check", "--branches"],
        vec!["check", "--diff", "--unsafe-fixes"],
    ]);
    for arguments in &mut all {
        arguments.extend(["--vars", "{api_token: XyzzyQ}"]);
    }
    all.push(vec!["check", "--vars", "{api_token: XyzzyQ"]);
    all
}

/// Where the marker stands in what a command says.
fn leaks(root: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for arguments in commands() {
        let text = said(root, &arguments);
        let lower = text.to_lowercase();
        if let Some(at) = lower.find(&MARKER.to_lowercase()) {
            let from = text.floor_char_boundary(at.saturating_sub(60));
            let to = text.ceil_char_boundary((at + 40).min(text.len()));
            found.push(format!("{arguments:?}: …{}…", &text[from..to]));
        }
    }
    found
}

#[test]
fn nothing_secret_is_said() {
    let folder = project(PROFILES);
    let text = said(folder.path(), &["compile", "--vars", "{api_token: x}"]);
    assert!(text.contains("*****") && text.contains("drop table"), "{text}");
    let found = leaks(folder.path());
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn nor_of_profiles_that_are_broken() {
    for (whole, broken) in [
        ("token: XyzzyE", "token: \"XyzzyE"),
        ("token: XyzzyE", "token: XyzzyE: b"),
        ("token: XyzzyE", "token: {{ XyzzyE }}"),
        ("token: XyzzyE", "token: \"{{ XyzzyE }}\""),
        ("token: XyzzyE", "token: \"{{ env_var('A', 'XyzzyE' }}\""),
        ("token: XyzzyE", "token: \"{{ 1 + 'XyzzyE' }}\""),
        ("token: XyzzyE", "token: *XyzzyE"),
        ("token: XyzzyE", "token: !XyzzyE x"),
        ("type: snowflake", "type: XyzzyE"),
        ("token: XyzzyE", "  token: XyzzyE"),
        ("      token: XyzzyE", "token: XyzzyE"),
        ("token: XyzzyE", "XyzzyE"),
        ("target: dev", "target: dev\n  token: XyzzyE\n  token: XyzzyE"),
    ] {
        assert!(PROFILES.contains(whole), "{whole}");
        let folder = project(&PROFILES.replace(whole, broken));
        let found = leaks(folder.path());
        // The name of an adapter that is not known is told.
        let of_type = whole.starts_with("type");
        assert!(of_type || found.is_empty(), "{broken}\n{}", found.join("\n"));
    }
}

#[cfg(unix)]
#[test]
fn what_is_kept_is_its_owners_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = project(PROFILES);
    let text = said(folder.path(), &["prove", "--target", "dev", "--db", "kept.db", "--vars", "{api_token: XyzzyQ}"]);
    assert!(folder.path().join("kept.db").is_file(), "{text}");
    said(
        folder.path(),
        &["prove", "--target", "dev", "--format", "html", "--output", "proof.html", "--vars", "{api_token: x}"],
    );
    for name in ["kept.db", "proof.html"] {
        let mode = fs::metadata(folder.path().join(name)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }
    let kept = fs::read(folder.path().join("kept.db")).unwrap();
    let text = String::from_utf8_lossy(&kept);
    // A seed's rows are in the database that is made of them.
    for marker in ('A'..='I').chain('K'..='P') {
        assert!(!text.contains(&format!("{MARKER}{marker}")), "{marker}");
    }
}
