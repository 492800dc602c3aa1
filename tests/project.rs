//! Reading of dbt projects: YAML with places, discovery, and the project as a whole.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::float_cmp)]

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use hookproof::datum::{Datum, Kind};
use hookproof::discover;
use hookproof::jinja::blocks::blocks;
use hookproof::project::yaml::{self, Yaml};
use hookproof::project::yaml_jinja::{RenderFault, YamlContext, YamlKind, YamlRenderer};
use hookproof::project::{self, AdapterFrom, Ignore, LoadError, LoadOptions, ProblemKind, Project, Resource};
use hookproof::source::{FileId, Text};
use tempfile::TempDir;

/// Renders `{{ env_var('X', 'd') }}`, `{{ target.name }}` and `{{ var('x') }}`, and nothing else.
struct Small;

impl YamlRenderer for Small {
    fn render(&self, text: &Text, context: &YamlContext<'_>) -> Result<Datum, RenderFault> {
        let fault = |message: &str| RenderFault { message: message.to_owned(), place: None };
        let value = text.as_str();
        let inner = value
            .split("{{")
            .nth(1)
            .and_then(|rest| rest.split("}}").next())
            .ok_or_else(|| fault("no expression"))?
            .trim();
        let words: Vec<&str> = inner.split('\'').collect();
        let result = if inner.starts_with("env_var(") {
            context
                .env
                .get(words[1])
                .cloned()
                .or_else(|| words.get(3).map(ToString::to_string))
                .ok_or_else(|| fault("Env var required but not provided"))?
        } else if inner == "target.name" {
            context.target.map(|target| target.name.clone()).ok_or_else(|| fault("'target' is undefined"))?
        } else if inner.starts_with("var(") && context.kind == YamlKind::Properties {
            return context.vars.get(words[1]).cloned().ok_or_else(|| fault("Required var not found"));
        } else {
            return Err(fault("'this' is undefined"));
        };
        let start = value.find("{{").unwrap_or(0);
        let end = value.find("}}").map_or(value.len(), |at| at + 2);
        Ok(Datum::new(Kind::Str(Text::plain(format!("{}{result}{}", &value[..start], &value[end..])))))
    }
}

fn folder(files: &[(&str, &str)]) -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    for (path, text) in files {
        put(dir.path(), path, text.as_bytes());
    }
    dir
}

fn put(root: &Path, path: &str, bytes: &[u8]) {
    let path = root.join(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, bytes).unwrap();
}

fn load(dir: &TempDir) -> Project {
    project::load(dir.path(), &LoadOptions::new(&Small)).unwrap()
}

fn problems(project: &Project) -> Vec<ProblemKind> {
    project.problems.iter().map(|problem| problem.kind).collect()
}

fn read(text: &str) -> Yaml {
    yaml::read(text, FileId(0), 0).unwrap_or_else(|fault| panic!("{text:?}: {fault:?}"))
}

fn names(project: &Project) -> Vec<&str> {
    project.nodes.iter().map(|node| node.unique_id.as_str()).collect()
}

const PROFILES: &str = "p:\n  target: \"{{ env_var('T', 'dev') }}\"\n  outputs:\n    dev: {type: postgres, host: h, user: u, password: s3cret, port: 5432, dbname: db, schema: sc, threads: 4}\n    prod:\n      type: postgres\n      dbname: db\n      schema: main\n";

// ----- YAML

/// Every string of a tree with its text.
fn strings<'a>(datum: &'a Datum, out: &mut Vec<&'a Text>) {
    match &datum.kind {
        Kind::Str(text) => out.push(text),
        Kind::List(items) => items.iter().for_each(|item| strings(item, out)),
        Kind::Map(entries) => entries.iter().for_each(|(key, value)| {
            strings(key, out);
            strings(value, out);
        }),
        _ => {}
    }
}

#[test]
fn every_byte_of_a_string_has_its_place() {
    let styles = [
        "a: plain text here # comment\n",
        "a: plain\n  on two\n\n  lines\n",
        "a: 'it''s ''quoted'' '\n",
        "a: 'folded\n  once\n\n\n  thrice  '\n",
        "a: \"tab\\there \\\\ \\\" \\x41 \\u00e9 \\U0001F600 \\/ \\e\\0\"\n",
        "a: \"joined \\\n   lines \\n and\n  folded\"\n",
        "a: |\n  one\n   two\n\n  three\n",
        "a: |-\n  one\n\n\n",
        "a: |+\n  one\n\n\nb: x\n",
        "a: |2\n    indented\n   less\n",
        "a: >\n  fold\n  this\n\n  but\n    not\n    that\n  one\n\n",
        "a: >-\n\n\n  leading\n  blanks",
        "a: >2-\n   x\n  y\n",
        "a: |\r\n  windows\r\n  lines\r\nb: two\r\n  words\r\n",
        "a: 'windows\r\n\r\n  lines'\r\n",
        "é: [ü, 'ß', \"ö\\n\", {日本: 語}]\n",
        "a: &x !!str 010\nb: *x\nc: &y\n  d: |\n    z\n",
        "- - a\n  - 'b'\n- ? c\n  : d\n",
        "a: |\n  no newline at the end",
        "{a: b, 'c': \"d\", e: [f g, h]}",
    ];
    for source in styles {
        for (prefix, text) in [("", source.to_owned()), ("\n\n  \n", format!("\n\n  \n{source}"))] {
            let whole = format!("{prefix}{source}");
            let parsed =
                if prefix.is_empty() { read(&text) } else { yaml::read(source, FileId(0), prefix.len()).unwrap() };
            let mut found = Vec::new();
            strings(&parsed.datum, &mut found);
            assert!(!found.is_empty());
            for value in found {
                let mut at = 0;
                for piece in value.pieces.iter() {
                    assert_eq!(piece.at, at, "pieces of {:?} in {source:?} follow each other", value.as_str());
                    at += piece.len;
                    let written = &whole[piece.place.start as usize..piece.place.end as usize];
                    let given = &value.as_str()[piece.at as usize..at as usize];
                    if piece.verbatim {
                        assert_eq!(written, given, "in {source:?}");
                    } else {
                        let made = written.starts_with(['\\', '\'', ' ', '\r', '\n']);
                        assert!(made, "{written:?} makes {given:?} in {source:?}");
                    }
                }
                assert_eq!(at as usize, value.as_str().len(), "{:?} in {source:?} is covered", value.as_str());
            }
        }
    }
}

#[test]
fn the_place_of_a_byte_in_a_block_scalar_is_its_own() {
    let source = "on-run-end:\n  - |\n    grant select\n    on {{ x }} to r\n";
    let parsed = read(source);
    let text = parsed.datum.get("on-run-end").unwrap().as_list().unwrap()[0].as_text().unwrap();
    assert_eq!(text.as_str(), "grant select\non {{ x }} to r\n");
    let at = text.as_str().find("{{ x }}").unwrap();
    let place = text.place_of(at..at + 7).unwrap();
    assert_eq!(&source[place.start as usize..place.end as usize], "{{ x }}");
}

#[test]
fn scalars_are_what_pyyaml_makes_of_them() {
    let recorded: serde_json::Value = serde_json::from_str(include_str!("data/yaml_scalars.json")).unwrap();
    for case in recorded.as_array().unwrap() {
        let (raw, kind, shown) = (&case["raw"], &case["type"], &case["shown"]);
        let raw = raw.as_str().unwrap();
        let outcome = yaml::read(&format!("v: {raw}\n"), FileId(0), 0);
        if kind == "error" {
            assert!(outcome.is_err(), "{raw} is refused");
            continue;
        }
        let parsed = outcome.unwrap_or_else(|fault| panic!("{raw}: {fault:?}"));
        let value = parsed.datum.get("v").unwrap();
        assert_eq!(value.type_name(), kind.as_str().unwrap(), "type of {raw}");
        let got = match &value.kind {
            Kind::Null => "None".to_owned(),
            Kind::Bool(value) => if *value { "True" } else { "False" }.to_owned(),
            Kind::Int(value) => value.to_string(),
            Kind::Float(value) => {
                let expected: f64 = shown.as_str().unwrap().parse().unwrap();
                assert!(*value == expected || value.is_nan() && expected.is_nan(), "{raw}: {value} is not {shown}");
                continue;
            }
            Kind::Str(text) => text.as_str().to_owned(),
            Kind::Other { shown, .. } => shown.clone(),
            other => panic!("{raw}: {other:?}"),
        };
        assert_eq!(got, shown.as_str().unwrap(), "{raw}");
    }
}

#[test]
fn what_pyyaml_refuses_is_refused_in_its_words() {
    let cases = [
        ("a: {{ x }}", "found unhashable key", 4),
        ("a:\n\tb: 1", "found character that cannot start any token", 3),
        ("a: %x", "found character that cannot start any token", 3),
        ("a: b: c", "mapping values are not allowed in this context", 4),
        ("a: [1, 2", "did not find expected ',' or ']'", 8),
        ("a: 'x", "found unexpected end of stream", 3),
        ("a: !env x", "could not determine a constructor for the tag '!env'", 8),
        ("a: =", "could not determine a constructor for the tag 'tag:yaml.org,2002:value'", 3),
        ("a: *x", "found undefined alias 'x'", 3),
        ("a: 1\n---\nb: 2", "but found another document", 5),
        ("a: \u{1}", "control characters are not allowed", 3),
        ("a: 1\n b: 2", "mapping values are not allowed in this context", 7),
        ("a:\n  - b\n c", "did not find expected", 11),
        ("a: \"\\q\"", "found unknown escape character", 4),
        ("- &a [*a]", "found unconstructable recursive node", 6),
        ("<<: 1", "expected a mapping or list of mappings for merging", 4),
    ];
    for (source, message, _) in cases {
        let fault = yaml::read(source, FileId(0), 0).expect_err(source);
        assert!(fault.message.contains(message), "{source:?}: {}", fault.message);
        assert!(fault.place.start as usize <= source.len());
    }
}

#[test]
fn hostile_yaml_ends_in_a_fault() {
    let mut bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for n in 1..12 {
        let inner = vec![format!("*a{}", n - 1); 10].join(", ");
        writeln!(bomb, "a{n}: &a{n} [{inner}]").unwrap();
    }
    assert!(yaml::read(&bomb, FileId(0), 0).is_err());
    assert!(yaml::read(&"[".repeat(100_000), FileId(0), 0).is_err());
    assert!(yaml::read(&"- ".repeat(100_000), FileId(0), 0).is_err());
    assert!(yaml::read(&"{a: ".repeat(100_000), FileId(0), 0).is_err());
    for source in
        ["", " ", "#", "\u{feff}", "---", "...", "&a", "!!str", "*", "|", ">", "'", "\"", "- |", "a: >9\n", "? ", ": "]
    {
        let _ = yaml::read(source, FileId(0), 0);
    }
}

#[test]
fn merges_anchors_and_duplicate_keys() {
    let parsed =
        read("base: &b {x: 1, y: 2}\none:\n  <<: *b\n  y: 3\n  z: 4\ntwo: &t\n  <<: [{x: 8}, *b]\nk: 1\nk: 2\n");
    let one = parsed.datum.get("one").unwrap();
    let shown: Vec<String> = one
        .as_map()
        .unwrap()
        .iter()
        .map(|(key, value)| format!("{}={:?}", key.as_str().unwrap(), value.kind))
        .collect();
    assert_eq!(shown, ["x=Int(1)", "y=Int(3)", "z=Int(4)"]);
    assert!(matches!(parsed.datum.get("two").unwrap().get("x").unwrap().kind, Kind::Int(8)));
    assert!(matches!(parsed.datum.get("k").unwrap().kind, Kind::Int(2)));
    assert_eq!(parsed.duplicates.len(), 1);
    assert_eq!(parsed.duplicates[0].key, "k");
    let place = parsed.datum.get("base").unwrap().get("x").unwrap().place;
    assert_eq!(one.get("x").unwrap().place, place, "a merged value keeps its place");
}

// ----- blocks

#[test]
fn blocks_are_cut_as_dbt_cuts_them() {
    let text = "{{ broken\n' }} {# {% macro no() %} #}{% macro a(x='%}') %} {% if x %}1{% endif %} {{ '{% endmacro %}' }}{% endmacro %}\n{% set junk = %}\n  {%- macro b() -%}\n  2 {% raw %}{% endmacro %}{% endraw %}\n {%- endmacro -%}  tail";
    let text = text.replace("{{ broken\n' }}", "broken");
    let found = blocks(&text, &["macro"]).unwrap();
    assert_eq!(found.len(), 2);
    assert_eq!(found[0].name.as_deref(), Some("a"));
    assert_eq!(&text[found[0].contents.clone()], " {% if x %}1{% endif %} {{ '{% endmacro %}' }}");
    assert_eq!(
        &text[found[1].full.clone()],
        "\n  {%- macro b() -%}\n  2 {% raw %}{% endmacro %}{% endraw %}\n {%- endmacro -%}  "
    );
    assert_eq!(&text[found[1].contents.clone()], "2 {% raw %}{% endmacro %}{% endraw %}");
    assert_eq!(&text[found[1].header.clone()], "{%- macro b() -%}\n  ");
}

#[test]
fn a_fault_keeps_the_blocks_before_it() {
    let cases = [
        ("{% macro b() %}{% macro c() %}{% endmacro %}", "Got nested tags"),
        ("{% macro b() %}", "Reached EOF without finding a close tag for macro"),
        ("{% endif %}", "never saw a preceeding if"),
        ("{% if x %}{% endfor %}", "expected endif next"),
        ("{% if x %}{% macro b() %}{% endmacro %}{% endif %}", "must be at the top level"),
        ("{# open", "expected #}"),
        ("{{ 'open", "unexpected EOF"),
        ("{% raw %}", "unexpected EOF"),
    ];
    for (bad, message) in cases {
        let text = format!("{{% macro a() %}}{{% endmacro %}}{bad}");
        let fault = blocks(&text, &["macro"]).expect_err(bad);
        assert!(fault.message.contains(message), "{bad}: {}", fault.message);
        assert_eq!(fault.blocks.len(), 1, "{bad}");
        assert!(fault.range.end <= text.len());
    }
}

// ----- discovery

#[test]
fn a_project_is_found_from_inside_and_from_above() {
    let dir = folder(&[
        ("one/dbt_project.yml", "name: one\n"),
        ("one/models/m.sql", "select 1"),
        ("one/dbt_packages/p/dbt_project.yml", "name: p\n"),
        ("one/dbt_packages/p/macros/x.sql", ""),
        ("two/deep/dbt_project.yml", "name: two\n"),
        ("node_modules/x/dbt_project.yml", "name: x\n"),
        ("empty/readme.md", ""),
    ]);
    let at = |path: &str| discover::roots(&dir.path().join(path));
    assert_eq!(at("one").unwrap(), [dir.path().join("one")]);
    assert_eq!(at("one/models").unwrap(), [dir.path().join("one")]);
    assert_eq!(at("one/models/m.sql").unwrap(), [dir.path().join("one")]);
    assert_eq!(at("one/dbt_packages/p/macros/x.sql").unwrap(), [dir.path().join("one")]);
    assert_eq!(at("").unwrap(), [dir.path().join("one"), dir.path().join("two/deep")]);
    assert!(at("empty").unwrap_err().to_string().contains("there is no dbt_project.yml"));
    assert!(at("nowhere").unwrap_err().to_string().contains("does not exist"));
}

#[test]
fn dbtignore_has_gitignore_patterns() {
    let ignore = Ignore::parse(
        "# c\n*.bak.sql\n/models/old/\nstaging/*/tmp\n**/deep/**\n!models/old/keep.sql\na[bc]?.sql\n\\#x.sql\n",
    );
    for path in
        ["models/x.bak.sql", "models/old/a.sql", "staging/x/tmp/a.sql", "models/deep/a.sql", "models/abz.sql", "#x.sql"]
    {
        assert!(ignore.is_ignored(path), "{path}");
    }
    for path in [
        "models/x.sql",
        "x/models/old/a.sql",
        "staging/x/y/tmp/a.sql",
        "models/old/keep.sql",
        "models/adz.sql",
        "models/ab.sql",
    ] {
        assert!(!ignore.is_ignored(path), "{path}");
    }
}

// ----- projects

#[test]
fn a_whole_project() {
    let dir = folder(&[
        (
            "dbt_project.yml",
            "name: ops\nversion: '1.0'\nprofile: p\nvars: {g: 1, ops: {g: 2}, pkg: {only: 3}}\non-run-end:\n  - \"grant {{ target.name }}\"\nmodels:\n  +post-hook: \"select {{ this }}\"\n  ops:\n    staging: {+schema: \"{{ target.name }}\"}\n  pkg: {+enabled: true}\n",
        ),
        ("profiles.yml", PROFILES),
        (
            "packages.yml",
            "packages:\n  - package: dbt-labs/dbt_utils\n    version: 1.0.0\n  - package: x/pkg\n    version: 1.0.0\n  - git: https://github.com/org/dbt-tools.git\n  - local: ../shared\n",
        ),
        ("dbt_packages/pkg/dbt_project.yml", "name: pkg\nvars: {g: 9, own: 5}\nmodels: {pkg: {+tags: [x]}}\n"),
        ("dbt_packages/pkg/models/pm.sql", "select 1"),
        ("dbt_packages/pkg/macros/m.sql", "{% macro pm() %}{% endmacro %}"),
        ("models/staging/stg_a.sql", "  select 1\n\n"),
        ("models/py.py", "def model(dbt, session): return 1"),
        ("models/dim_v1.sql", "select 1"),
        ("models/dim.sql", "select 2"),
        (
            "models/schema.yml",
            "models:\n  - name: stg_a\n    description: \"{{ doc('x') }}\"\n    config:\n      post_hook: \"select {{ this }}\"\n      pre-hook: \"select {{ env_var('A', 'b') }}\"\n      alias: \"{{ var('g') }}\"\n  - name: dim\n    versions: [{v: 1}, {v: 2}]\n  - name: nobody\nsources:\n  - name: raw\n    schema: lake\n    tables: [{name: t, identifier: T1}, {name: u}]\nsnapshots:\n  - name: snap_yml\n    relation: ref('stg_a')\n",
        ),
        (
            "snapshots/sub/snaps.sql",
            "{% snapshot s1 %}select 1{% endsnapshot %} junk {% snapshot s2 %}select 2{% endsnapshot %}",
        ),
        ("seeds/codes.csv", "id,name\n1,a\n"),
        ("tests/one.sql", "select 1"),
        ("tests/generic/is_even.sql", "{% test is_even(model) %}{% endtest %}"),
        ("analyses/what.sql", "select 1"),
        (
            "macros/m.sql",
            "text {% if %} {% endif %}{% macro grant_all(a) %}{% endmacro %}{% materialization view, adapter='duckdb' %}{% endmaterialization %}{% materialization lake, default %}{% endmaterialization %}",
        ),
        (".dbtignore", "models/ignored/\n"),
        ("models/ignored/x.sql", "select 1"),
        ("target/compiled/y.sql", "select 1"),
    ]);
    let project = load(&dir);
    assert_eq!(problems(&project), [], "{:?}", project.problems);
    assert_eq!(
        names(&project),
        [
            "model.ops.dim.v2",
            "model.ops.dim.v1",
            "model.ops.py",
            "model.ops.stg_a",
            "seed.ops.codes",
            "snapshot.ops.snap_yml",
            "snapshot.ops.s1",
            "snapshot.ops.s2",
            "analysis.ops.what",
            "test.ops.one",
            "model.pkg.pm",
        ]
    );
    let node = |id: &str| project.nodes.iter().find(|node| node.unique_id == id).unwrap();
    assert_eq!(node("model.ops.stg_a").fqn, ["ops", "staging", "stg_a"]);
    assert_eq!(node("model.ops.stg_a").code.as_ref().unwrap().as_str(), "select 1");
    assert_eq!(node("model.ops.dim.v2").fqn, ["ops", "dim", "v2"]);
    assert_eq!(node("snapshot.ops.s2").fqn, ["ops", "sub", "snaps", "s2"]);
    assert_eq!(node("snapshot.ops.s2").code.as_ref().unwrap().as_str(), "select 2");
    assert_eq!(node("snapshot.ops.snap_yml").fqn, ["ops", "snap_yml"]);
    assert_eq!(node("snapshot.ops.snap_yml").code.as_ref().unwrap().as_str(), "select * from {{ ref('stg_a') }}");
    assert_eq!(node("analysis.ops.what").fqn, ["ops", "analysis", "what"]);
    assert_eq!(node("seed.ops.codes").header.as_deref(), Some("id,name"));
    assert_eq!(node("seed.ops.codes").resource, Resource::Seed);

    let macros: Vec<&str> = project.macros.iter().map(|one| one.name.as_str()).collect();
    assert_eq!(
        macros,
        ["grant_all", "materialization_view_duckdb", "materialization_lake_default", "test_is_even", "pm"]
    );

    let entry = &project.properties[node("model.ops.stg_a").properties[0]];
    let config = entry.config().unwrap();
    assert_eq!(config.get("post_hook").unwrap().as_str(), Some("select {{ this }}"));
    assert_eq!(config.get("pre-hook").unwrap().as_str(), Some("select b"));
    assert_eq!(
        entry.written().get("config").unwrap().get("pre-hook").unwrap().as_str(),
        Some("select {{ env_var('A', 'b') }}")
    );
    assert!(matches!(config.get("alias").unwrap().kind, Kind::Int(2)));
    assert_eq!(project.unattached.len(), 1);
    assert_eq!(project.properties[project.unattached[0]].name, "nobody");

    let sources: Vec<&str> = project.source_tables.iter().map(|source| source.unique_id.as_str()).collect();
    assert_eq!(sources, ["source.ops.raw.t", "source.ops.raw.u"]);
    assert_eq!(
        (project.source_tables[0].schema.as_str(), project.source_tables[0].identifier.as_str()),
        ("lake", "T1")
    );

    let levels = project.config_levels("models", 0, &node("model.ops.stg_a").fqn);
    let paths: Vec<String> = levels.iter().map(|level| level.path.join("/")).collect();
    assert_eq!(paths, ["", "ops", "ops/staging"]);
    assert_eq!(levels[2].datum.get("+schema").unwrap().as_str(), Some("dev"));
    assert_eq!(levels[0].datum.get("+post-hook").unwrap().as_str(), Some("select {{ this }}"));
    let package_levels = project.config_levels("models", 1, &node("model.pkg.pm").fqn);
    let owners: Vec<(usize, String)> =
        package_levels.iter().map(|level| (level.package, level.path.join("/"))).collect();
    assert_eq!(owners, [(1, String::new()), (1, "pkg".to_owned()), (0, String::new()), (0, "pkg".to_owned())]);

    let int = |package: usize, name: &str| match project.var(package, name).map(|datum| &datum.kind) {
        Some(Kind::Int(value)) => Some(*value),
        _ => None,
    };
    assert_eq!(
        (int(0, "g"), int(1, "g"), int(1, "only"), int(1, "own"), int(0, "own")),
        (Some(2), Some(1), Some(3), Some(5), None)
    );

    assert_eq!(project.adapter_from, AdapterFrom::Profile);
    let target = project.default_target();
    assert_eq!(
        (target.name.as_str(), target.database.as_deref(), target.schema.as_str(), target.threads),
        ("dev", Some("db"), "sc", 4)
    );
    assert!(target.fields.iter().any(|(key, value)| key == "dbname" && value.as_str() == Some("db")));
    assert!(!format!("{:?}", target.fields).contains("s3cret"));
    assert_eq!(project.targets.len(), 2);

    let missing: Vec<(&str, &str)> =
        project.missing_packages.iter().map(|one| (one.listed_as.as_str(), one.guessed_names[0].as_str())).collect();
    assert_eq!(
        missing,
        [
            ("dbt-labs/dbt_utils", "dbt_utils"),
            ("https://github.com/org/dbt-tools.git", "dbt_tools"),
            ("../shared", "shared")
        ]
    );
}

#[test]
fn a_local_package_is_read_where_it_lies() {
    let dir = folder(&[
        ("app/dbt_project.yml", "name: app\n"),
        ("app/packages.yml", "packages: [{local: ../shared}]\n"),
        ("shared/dbt_project.yml", "name: common\n"),
        ("shared/macros/m.sql", "{% macro m() %}{% endmacro %}"),
    ]);
    let project = project::load(&dir.path().join("app"), &LoadOptions::new(&Small)).unwrap();
    assert_eq!(project.packages[1].name, "common");
    assert_eq!(project.macros[0].package, 1);
    assert_eq!(project.sources.get(project.macros[0].file).path, "../shared/macros/m.sql");
    assert!(project.missing_packages.is_empty());
}

#[test]
fn the_adapter_is_told_from_the_files() {
    let guess = |files: &[(&str, &str)]| load(&folder(files));
    let project = guess(&[("dbt_project.yml", "name: a\nmodels: {a: {+snowflake_warehouse: W}}\n")]);
    assert_eq!(project.adapter(), "snowflake");
    assert!(matches!(&project.adapter_from, AdapterFrom::Guess(evidence) if evidence.contains("snowflake_warehouse")));
    let project = guess(&[("dbt_project.yml", "name: a\n")]);
    assert_eq!((project.adapter(), &project.adapter_from), ("generic", &AdapterFrom::None));
    assert_eq!(project.default_target().schema, "dbt_schema");
    let dir = folder(&[("dbt_project.yml", "name: a\nprofile: p\n"), ("profiles.yml", PROFILES)]);
    let mut options = LoadOptions::new(&Small);
    options.adapter = Some("redshift".to_owned());
    options.target = Some("prod".to_owned());
    let project = project::load(dir.path(), &options).unwrap();
    assert_eq!((project.adapter(), project.default_target().name.as_str()), ("redshift", "prod"));
    assert_eq!(project.adapter_from, AdapterFrom::Option);
}

#[test]
fn bad_files_are_problems_and_stop_nothing() {
    let dir = folder(&[
        ("dbt_project.yml", "name: a\nname: ops\n"),
        ("models/good.sql", "select 1"),
        ("models/empty.sql", ""),
        ("models/a/twin.sql", "select 1"),
        ("models/b/twin.sql", "select 2"),
        ("models/broken.yml", "models:\n\t- name: x\n"),
        ("models/list.yml", "- a\n"),
        ("models/shape.yml", "models:\n  - nameless: 1\n  - name: good\n"),
        ("models/empty.yml", "\n"),
        ("macros/outside.sql", "{% if %} {{ broken }} {% endif %}{% macro fine() %}{% endmacro %}"),
        ("macros/open.sql", "{% macro first() %}{% endmacro %}{% macro open() %}"),
        ("macros/again.sql", "{% macro fine() %}{% endmacro %}"),
    ]);
    put(dir.path(), "models/latin.sql", b"select '\xe9'");
    put(dir.path(), "models/big.sql", format!("select 1 {}", "-- x\n".repeat(1_000_000)).as_bytes());
    put(dir.path(), "models/huge.sql", &vec![b' '; 17 * 1024 * 1024]);
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink(dir.path().join("models"), dir.path().join("models/loop")).unwrap();
        std::os::unix::fs::symlink("self.sql", dir.path().join("models/self.sql")).unwrap();
    }
    let project = load(&dir);
    let mut kinds = problems(&project);
    kinds.sort();
    let mut expected = vec![
        ProblemKind::Yaml,
        ProblemKind::DuplicateKey,
        ProblemKind::Encoding,
        ProblemKind::TooLarge,
        ProblemKind::Blocks,
        ProblemKind::DuplicateMacro,
        ProblemKind::DuplicateNode,
        ProblemKind::Properties,
        ProblemKind::Properties,
    ];
    if cfg!(unix) {
        expected.extend([ProblemKind::Unreadable, ProblemKind::LinkedFolder]);
    }
    expected.sort();
    assert_eq!(kinds, expected, "{:#?}", project.problems);
    assert_eq!(
        names(&project),
        ["model.ops.twin", "model.ops.twin", "model.ops.big", "model.ops.empty", "model.ops.good"]
    );
    let macros: Vec<&str> = project.macros.iter().map(|one| one.name.as_str()).collect();
    assert_eq!(macros, ["fine", "first", "fine"]);
    assert_eq!(project.root().name, "ops");
}

#[test]
fn no_project_to_work_on_is_an_error() {
    let load = |files: &[(&str, &str)]| project::load(folder(files).path(), &LoadOptions::new(&Small)).unwrap_err();
    assert!(matches!(load(&[("x", "")]), LoadError::NoProject { .. }));
    assert!(matches!(load(&[("dbt_project.yml", "name: [")]), LoadError::Invalid { line: Some(1), .. }));
    assert!(matches!(load(&[("dbt_project.yml", "- a")]), LoadError::Invalid { .. }));
    assert!(matches!(load(&[("dbt_project.yml", "")]), LoadError::Invalid { .. }));
}

#[test]
fn a_render_failure_is_a_problem_and_the_value_stays() {
    let dir = folder(&[
        ("dbt_project.yml", "name: ops\nmodels: {+schema: \"{{ nope }}\", +post-hook: \"{{ this }}\"}\nprofile: p\n"),
        ("profiles.yml", PROFILES),
    ]);
    let project = load(&dir);
    assert_eq!(problems(&project), [ProblemKind::Render]);
    assert_eq!(project.sources.slice(project.problems[0].place.unwrap()), "\"{{ nope }}\"");
    assert_eq!(project.root().setting("models").unwrap().get("+schema").unwrap().as_str(), Some("{{ nope }}"));
}

#[test]
fn profiles_that_do_not_fit_are_problems() {
    let load = |settings: &str, profiles: &str, target: Option<&str>| {
        let dir = folder(&[("dbt_project.yml", settings), ("profiles.yml", profiles)]);
        let mut options = LoadOptions::new(&Small);
        options.target = target.map(str::to_owned);
        project::load(dir.path(), &options).unwrap()
    };
    for (settings, profiles, target, words) in [
        ("name: a\nprofile: q\n", PROFILES, None, "no profile named q"),
        ("name: a\n", PROFILES, None, "names no profile"),
        ("name: a\nprofile: p\n", PROFILES, Some("qa"), "does not have a target named 'qa'"),
        ("name: a\nprofile: p\n", "p: {}\n", None, "outputs not specified"),
    ] {
        let project = load(settings, profiles, target);
        assert_eq!(problems(&project), [ProblemKind::Profile], "{settings}");
        assert!(project.problems[0].message.contains(words), "{}", project.problems[0].message);
        assert!(!project.targets.is_empty());
    }
}

#[test]
fn loading_is_deterministic() {
    let dir = folder(&[("dbt_project.yml", "name: ops\n")]);
    for n in 0..200 {
        put(dir.path(), &format!("models/d{}/m{n}.sql", n % 7), format!("select {n}").as_bytes());
        put(dir.path(), &format!("models/d{}/m{n}.yml", n % 7), format!("models: [{{name: m{n}}}]").as_bytes());
    }
    let first = format!("{:?}", load(&dir));
    for _ in 0..3 {
        assert_eq!(first, format!("{:?}", load(&dir)));
    }
}

#[test]
fn an_overlay_stands_for_the_disk() {
    let dir = folder(&[
        ("dbt_project.yml", "name: shop\nprofile: shop\n"),
        ("models/a.sql", "select 1"),
        ("models/b.sql", "select 2"),
        ("seeds/s.csv", "id\n"),
    ]);
    let mut options = LoadOptions::new(&Small);
    let path = |path: &str| dir.path().join(path);
    options.overlay.set(path("models/a.sql"), "select 'other'");
    options.overlay.remove(path("models/b.sql"));
    options.overlay.set(path("models/new/c.sql"), "select 3");
    options.overlay.set(path("target/run/d.sql"), "select 4");
    options.overlay.set(path("macros/m.sql"), "{% macro m() %}{% endmacro %}");
    options.overlay.set(path("seeds/s.csv"), "other_id\n");
    let project = project::load(dir.path(), &options).unwrap();
    assert_eq!(names(&project), ["model.shop.a", "model.shop.c", "seed.shop.s"]);
    assert_eq!(project.macros.iter().map(|one| one.name.as_str()).collect::<Vec<_>>(), ["m"]);
    let texts: Vec<&str> = project.sources.iter().map(|(_, file)| &*file.text).collect();
    assert!(texts.contains(&"select 'other'") && !texts.contains(&"select 1"));
    assert!(load(&dir).nodes.iter().any(|node| node.name == "b"));
}
