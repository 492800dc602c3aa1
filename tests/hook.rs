//! The effective hooks of small projects: what dbt-core 1.11 has in its manifest, and in which order.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::collections::BTreeMap;
use std::fs;
use std::sync::Arc;
use std::time::{Duration, Instant};

use hookproof::datum::{Datum, Kind};
use hookproof::hook::{self, ConfigHook, Declared, Hook, HookKind, Hooks, KeyFault};
use hookproof::manifest::{Manifest, NodeState};
use hookproof::project::yaml_jinja::{RenderFault, YamlContext, YamlRenderer};
use hookproof::project::{self, LoadOptions, Project};
use hookproof::render::context::Shared;
use hookproof::settings::Answers;
use hookproof::source::{Call, Place, Text, TextBuilder};
use tempfile::TempDir;

/// Makes nothing of every expression.
struct Blank;

impl YamlRenderer for Blank {
    fn render(&self, text: &Text, _: &YamlContext<'_>) -> Result<Datum, RenderFault> {
        let mut out = String::new();
        let mut rest = text.as_str();
        while let Some((before, after)) = rest.split_once("{{") {
            out.push_str(before);
            rest = after.split_once("}}").map_or("", |(_, rest)| rest);
        }
        out.push_str(rest);
        Ok(Datum::new(Kind::Str(Text::plain(out))))
    }
}

const HEAD: &str = "name: root\nversion: '1.0'\nprofile: p\n";
const PROFILES: &str =
    "p:\n  target: dev\n  outputs:\n    dev: {type: postgres, schema: s}\n    prod: {type: postgres, schema: s}\n";

fn project(files: &[(&str, &str)]) -> Project {
    let dir: TempDir = tempfile::tempdir().unwrap();
    let head = ("profiles.yml", PROFILES);
    for (path, text) in std::iter::once(&head).chain(files) {
        let path = dir.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    project::load(dir.path(), &LoadOptions::new(&Blank)).unwrap()
}

/// A manifest for each target, in which every node is enabled and has no `config()` call.
fn manifests(project: &Project) -> Vec<Manifest> {
    let state = NodeState { enabled: true, ..NodeState::default() };
    let nodes = vec![state; project.nodes.len()];
    project.targets.iter().map(|_| Manifest::new(nodes.clone(), Vec::new())).collect()
}

fn effective(project: &Project, manifests: Vec<Manifest>) -> Hooks {
    let manifests: Vec<Arc<Manifest>> = manifests.into_iter().map(Arc::new).collect();
    let projects: Vec<&Project> = manifests.iter().map(|_| project).collect();
    hook::hooks(&projects, &manifests)
}

fn hooks(project: &Project) -> Hooks {
    effective(project, manifests(project))
}

/// The hooks of one kind of one node, or of the run.
fn texts<'h>(hooks: &'h Hooks, node: Option<&str>, kind: HookKind) -> Vec<&'h str> {
    let of = |hook: &&Hook| hook.node_id.as_deref() == node && hook.kind == kind;
    hooks.hooks.iter().filter(of).map(|hook| hook.raw.as_str()).collect()
}

fn ids(hooks: &Hooks) -> Vec<&str> {
    hooks.hooks.iter().map(|hook| hook.id.as_str()).collect()
}

fn bad(hooks: &Hooks) -> Vec<&str> {
    hooks.bad_values.iter().map(|bad| bad.message.as_str()).collect()
}

/// A hook of a `config()` call, by what it holds.
fn call(kind: HookKind, value: Datum) -> ConfigHook {
    ConfigHook { kind, value, at_run: None }
}

fn plain(text: &str) -> Datum {
    Datum::new(Kind::Str(Text::plain(text)))
}

fn find(project: &Project, path: &str, text: &str) -> Place {
    let (file, source) = project.sources.iter().find(|(_, source)| source.path == path).unwrap();
    let start = source.text.find(text).unwrap() as u32;
    Place { file, start, end: start + text.len() as u32 }
}

#[test]
fn a_packages_node_takes_its_own_project_then_properties_then_calls_then_the_root() {
    let root = format!(
        "{HEAD}on-run-start: root start\nmodels:\n  +pre-hook: root top\n  root:\n    +pre-hook: [root package]\n    sub:\n      \
         pre_hook: root folder\n  zpkg:\n    m:\n      +pre-hook: root for the package's node\n"
    );
    let project = project(&[
        ("dbt_project.yml", &root),
        ("packages.yml", "packages:\n  - local: ../zpkg\n"),
        ("models/sub/m.sql", "select 1"),
        ("models/sub/s.yml", "models:\n  - name: m\n    config: {pre_hook: 'properties {{ this }}'}\n"),
        (
            "dbt_packages/zpkg/dbt_project.yml",
            "name: zpkg\non-run-start: [zpkg start]\nmodels:\n  +pre-hook: package project\n",
        ),
        ("dbt_packages/zpkg/models/zm.sql", "select 1"),
        ("dbt_packages/zpkg/models/s.yml", "models:\n  - name: zm\n    config: {pre_hook: package properties}\n"),
        ("dbt_packages/a_first/dbt_project.yml", "name: zz_last\non-run-start: last start\n"),
    ]);
    let mut manifests = manifests(&project);
    for manifest in &mut manifests {
        for (node, state) in project.nodes.iter().zip(&mut manifest.nodes) {
            let text = |n: usize| plain(&format!("{} call {n}", node.name));
            let list = Datum::new(Kind::List(vec![text(2), text(3)]));
            state.config_hooks = vec![call(HookKind::PreHook, text(1)), call(HookKind::PreHook, list)];
        }
    }
    let hooks = effective(&project, manifests);
    assert_eq!(
        texts(&hooks, Some("model.root.m"), HookKind::PreHook),
        ["root top", "root package", "root folder", "properties {{ this }}", "m call 1", "m call 2", "m call 3"]
    );
    assert_eq!(
        texts(&hooks, Some("model.zpkg.zm"), HookKind::PreHook),
        ["package project", "package properties", "zm call 1", "zm call 2", "zm call 3", "root top"]
    );
    assert_eq!(texts(&hooks, None, HookKind::OnRunStart), ["root start", "zpkg start", "last start"]);
    let positions: Vec<usize> = hooks.hooks.iter().take(3).map(|hook| hook.position).collect();
    assert_eq!(positions, [0, 1, 2]);
    assert_eq!(
        &ids(&hooks)[..4],
        [
            "operation.root.root-on-run-start-0",
            "operation.zpkg.zpkg-on-run-start-0",
            "operation.zz_last.zz_last-on-run-start-0",
            "model.root.m.pre-hook.0"
        ]
    );
    assert!(hooks.hooks.iter().all(|hook| hook.targets == [0, 1]));
}

#[test]
fn one_level_has_one_value() {
    let settings = format!(
        "{HEAD}models:\n  pre-hook:\n  +pre_hook: under\n  +pre-hook: later hyphen\n  +post-hook: plus\n  post-hook: no plus, \
         later\n  root:\n    pre-hook: {{sql: map without plus}}\n    +post-hook: {{sql: map, transaction: false, index: 2}}\n    \
         m:\n      pre_hook: [a, {{sql: b}}]\n      '+ post-hook': blank\n"
    );
    let project = project(&[("dbt_project.yml", &settings), ("models/m.sql", "select 1")]);
    let hooks = hooks(&project);
    assert_eq!(texts(&hooks, Some("model.root.m"), HookKind::PreHook), ["under", "a", "b"]);
    assert_eq!(texts(&hooks, Some("model.root.m"), HookKind::PostHook), ["no plus, later", "map", "blank"]);
    let outside: Vec<&str> =
        hooks.hooks.iter().filter(|hook| !hook.transaction).map(|hook| hook.raw.as_str()).collect();
    assert_eq!(outside, ["map"]);
    assert_eq!(hooks.odd_keys.len(), 1);
    assert_eq!((hooks.odd_keys[0].fault, hooks.odd_keys[0].meant), (KeyFault::MapWithoutPlus, "+pre-hook"));
    assert!(bad(&hooks).is_empty());
}

#[test]
fn versions_lie_over_their_model() {
    let project = project(&[
        ("dbt_project.yml", HEAD),
        ("models/m_v1.sql", "select 1"),
        ("models/m_v2.sql", "select 1"),
        ("models/m_v3.sql", "select 1"),
        (
            "models/s.yml",
            "models:
  - name: m
    config: {post_hook: ['outer {{ this.name }}'], pre_hook: {sql: outer map, transaction: false}}
    versions:
      - {v: 1, config: {post_hook: 'inner {{ this }}', pre_hook: {transaction: true}}}
      - {v: 2, config: {post_hook: [inner list], pre_hook: [inner list]}}
      - {v: 3, config: {post-hook: ['hyphen {{ this }}']}}
  - name: chars
    config: {post_hook: ab}
    versions:
      - {v: 1, config: {post_hook: [inner]}}
",
        ),
        ("models/chars_v1.sql", "select 1"),
    ]);
    let hooks = hooks(&project);
    let of = |node: &str, kind| texts(&hooks, Some(&format!("model.root.{node}")), kind);
    assert_eq!(of("m.v1", HookKind::PreHook), ["outer map"]);
    assert_eq!(of("m.v1", HookKind::PostHook), ["inner "]);
    assert_eq!(of("m.v2", HookKind::PreHook), ["inner list", "sql", "transaction"]);
    assert_eq!(of("m.v2", HookKind::PostHook), ["inner list", "outer {{ this.name }}"]);
    assert_eq!(of("m.v3", HookKind::PostHook), ["outer {{ this.name }}"]);
    assert_eq!(of("chars.v1", HookKind::PostHook), ["inner", "a", "b"]);
    let early: Vec<&str> = hooks.hooks.iter().filter_map(|hook| hook.early.as_ref()).map(Text::as_str).collect();
    assert_eq!(early, ["inner {{ this }}"]);
    assert!(hooks.hooks[0].transaction);
}

#[test]
fn a_hyphen_in_properties_and_functions_are_rendered_early() {
    let project = project(&[
        (
            "dbt_project.yml",
            &format!("{HEAD}functions:\n  +pre-hook: 'f {{{{ this }}}}'\nseeds:\n  +pre-hook: 's {{{{ this }}}}'\n"),
        ),
        ("functions/f.sql", "select 1"),
        ("seeds/s.csv", "id\n1\n"),
        ("models/m.sql", "select 1"),
        ("tests/t.sql", "select 1"),
        ("analyses/a.sql", "select 1"),
        (
            "models/s.yml",
            "models:\n  - name: m\n    config: {post-hook: [\"a {{ this }} b\", plain], pre_hook: 'c {{ this }}'}\n",
        ),
    ]);
    let hooks = hooks(&project);
    let seen: Vec<(&str, &str, Option<&str>)> = hooks
        .hooks
        .iter()
        .map(|hook| (hook.id.as_str(), hook.raw.as_str(), hook.early.as_ref().map(Text::as_str)))
        .collect();
    assert_eq!(
        seen,
        [
            ("model.root.m.pre-hook.0", "c {{ this }}", None),
            ("model.root.m.post-hook.0", "a  b", Some("a {{ this }} b")),
            ("model.root.m.post-hook.1", "plain", None),
            ("seed.root.s.pre-hook.0", "s {{ this }}", None),
            ("function.root.f.pre-hook.0", "f ", Some("f {{ this }}")),
        ]
    );
    let declared: Vec<Declared> = hooks.hooks.iter().map(|hook| hook.declared).collect();
    assert_eq!(declared[..4], [Declared::Properties, Declared::Properties, Declared::Properties, Declared::Project]);
}

#[test]
fn json_in_a_string_is_a_hook_and_other_json_is_none() {
    let settings = format!(
        "{HEAD}on-run-start: '{{\"sql\": \"select 7\"}}'\nmodels:\n  +post-hook:\n    - '{{\"sql\": \"select 7\", \"transaction\": \
         false}}'\n    - '[1]'\n    - 3\n    - [nested]\n    - {{transaction: false}}\n    - {{sql: x, transaction: 'false'}}\n    - \
         select 8\n"
    );
    let project =
        project(&[("dbt_project.yml", &settings), ("models/m.sql", "select 1"), ("models/n.sql", "select 1")]);
    let hooks = hooks(&project);
    let of_m: Vec<(&str, bool)> = hooks
        .hooks
        .iter()
        .filter(|hook| hook.id.starts_with("model.root.m."))
        .map(|hook| (hook.raw.as_str(), hook.transaction))
        .collect();
    assert_eq!(of_m, [("select 7", false), ("select 8", true)]);
    assert_eq!(hooks.hooks[2].id, "model.root.m.post-hook.6");
    let place = find(&project, "dbt_project.yml", "select 7\", \"transaction");
    assert_eq!(hooks.hooks[1].raw.place_of(0..1).unwrap().start, place.start);
    assert_eq!(texts(&hooks, None, HookKind::OnRunStart), ["{\"sql\": \"select 7\"}"]);
    assert_eq!(
        bad(&hooks),
        [
            "Field \"post_hook\" of type List[Hook] in ModelConfig has invalid value [[1]]",
            "the JSON object must be str, bytes or bytearray, not int",
            "the JSON object must be str, bytes or bytearray, not list",
            "Field \"post_hook\" of type List[Hook] in ModelConfig has invalid value [{'transaction': False}]",
            "at path ['post-hook'][5]['transaction']: 'false' is not of type 'boolean'",
        ]
    );
}

#[test]
fn nothing_is_tolerated_at_one_place_only() {
    let of = |settings: &str| {
        let project = project(&[("dbt_project.yml", &format!("{HEAD}{settings}")), ("models/m.sql", "select 1")]);
        hooks(&project).bad_values.len()
    };
    assert_eq!(of("models:\n  pre-hook:\n"), 0);
    assert_eq!(of("models:\n  root:\n    +post-hook: []\n"), 0);
    assert_eq!(of("models:\n  +pre-hook:\n"), 1);
    assert_eq!(of("models:\n  pre_hook:\n"), 1);
    assert_eq!(of("models:\n  root:\n    pre-hook:\n"), 1);
    assert_eq!(of("models:\n  other:\n    pre-hook:\n"), 0);
}

#[test]
fn on_run_hooks_count_blank_ones_and_follow_the_settings_of_models() {
    let of = |settings: &str| {
        let project = project(&[
            ("dbt_project.yml", &format!("{HEAD}on-run-start: ['', a]\non-run-end: x\n{settings}")),
            ("dbt_packages/pkg/dbt_project.yml", "name: pkg\non-run-end: [y, z]\n"),
        ]);
        let project = Arc::new(project);
        let shared = Arc::new(Shared::new(Arc::clone(&project), BTreeMap::new(), Answers::default()));
        let manifest = hookproof::manifest::build(&shared, &Arc::new(project.targets[0].clone()));
        ids(&effective(&project, vec![manifest])).into_iter().map(str::to_owned).collect::<Vec<_>>()
    };
    let all = [
        "operation.root.root-on-run-start-0",
        "operation.root.root-on-run-start-1",
        "operation.root.root-on-run-end-0",
        "operation.pkg.pkg-on-run-end-0",
        "operation.pkg.pkg-on-run-end-1",
    ];
    assert_eq!(of(""), all);
    assert_eq!(of("seeds: {+enabled: false}\n"), all);
    assert_eq!(of("models: {+enabled: false}\n").len(), 0);
    assert_eq!(of("models: {root: {+enabled: false}}\n"), all[3..]);
    assert_eq!(of("models: {root: {enabled: false, hooks: {enabled: true}}}\n"), all);
    assert_eq!(of("models: {pkg: {hooks: {+enabled: false}}}\n"), all[..3]);
    assert_eq!(of("models: {root: {hooks: {root-on-run-start-0: {+enabled: false}}}}\n"), all[1..]);
}

#[test]
fn on_run_hooks_are_text_or_a_list_of_it() {
    let settings = format!("{HEAD}on-run-start: [a, {{sql: x, transaction: false}}, null]\non-run-end: {{sql: x}}\n");
    let hooks = hooks(&project(&[("dbt_project.yml", &settings)]));
    assert_eq!(ids(&hooks), ["operation.root.root-on-run-start-0"]);
    assert_eq!(
        bad(&hooks),
        [
            "at path ['on-run-start']: ['a', {'sql': 'x', 'transaction': False}, None] is not valid under any of the given \
             schemas",
            "at path ['on-run-end']: {'sql': 'x'} is not valid under any of the given schemas",
        ]
    );
}

#[test]
fn targets_share_what_is_the_same() {
    let project = project(&[
        ("dbt_project.yml", &format!("{HEAD}models:\n  +post-hook: all\n")),
        ("models/m.sql", "select 1"),
        ("models/off.sql", "select 1"),
    ]);
    let mut manifests = manifests(&project);
    manifests[0].nodes[0].config_hooks = vec![call(HookKind::PostHook, plain("in dev"))];
    manifests[1].nodes[0].config_hooks = vec![call(HookKind::PostHook, plain("in prod"))];
    manifests[0].nodes[1].enabled = false;
    let hooks = effective(&project, manifests);
    let seen: Vec<(&str, &str, &[usize])> =
        hooks.hooks.iter().map(|hook| (hook.id.as_str(), hook.raw.as_str(), hook.targets.as_slice())).collect();
    assert_eq!(
        seen,
        [
            ("model.root.m.post-hook.0", "all", &[0, 1][..]),
            ("model.root.m.post-hook.1", "in dev", &[0]),
            ("model.root.m.post-hook.1", "in prod", &[1]),
            ("model.root.off.post-hook.0", "all", &[1]),
        ]
    );
}

#[test]
fn what_is_computed_at_parse_time_is_frozen() {
    let code = "{{ config(post_hook=[\"it\\'s {{ this }}\", 'a' ~ \"b\", 'grant ' ~ this, mac(), 'x\\ty']) }} select 1";
    let project = project(&[
        ("dbt_project.yml", HEAD),
        ("models/m.sql", code),
        ("macros/mac.sql", "{% macro mac() %}select 9{% endmacro %}"),
    ]);
    let at = |text: &str| find(&project, "models/m.sql", text);
    let verbatim = |text: &str| Text::verbatim(text, at(text));
    let mut joined = TextBuilder::default();
    joined.push_slice(&verbatim("a"), 0..1);
    joined.push_slice(&verbatim("b"), 0..1);
    let mut granted = TextBuilder::default();
    granted.push_slice(&verbatim("grant "), 0..6);
    granted.push_made("\"s\".\"m\"", Some(at("this,")), None);
    let mut tabbed = TextBuilder::default();
    tabbed.push_slice(&verbatim("x"), 0..1);
    tabbed.push_made("\t", Some(at("\\t")), None);
    tabbed.push_slice(&verbatim("y"), 0..1);
    let through = Arc::new(Call { name: "mac".into(), place: Some(at("mac()")), within: None });
    let mut made = TextBuilder::default();
    let body = find(&project, "macros/mac.sql", "select 9");
    made.push_pieces("select 9", &Text::verbatim("select 9", body).pieces, None, Some(&through));
    let deferred = Text::plain("it's {{ this }}");
    let json = Text::plain("{\"sql\": \"vacuum\", \"transaction\": false}");

    let texts = [deferred, joined.finish(), granted.finish(), made.finish(), tabbed.finish(), json];
    let items = |texts: &[Text]| texts.iter().map(|text| Datum::new(Kind::Str(text.clone()))).collect();
    let value = Datum::new(Kind::List(items(&texts)));
    let mut then = texts.clone();
    then[3] = Text::plain("select 10");
    let config_hook =
        ConfigHook { kind: HookKind::PostHook, value, at_run: Some(Datum::new(Kind::List(items(&then)))) };
    let mut manifests = manifests(&project);
    for manifest in &mut manifests {
        manifest.nodes[0].config_hooks = vec![config_hook.clone()];
    }
    let hooks = effective(&project, manifests);
    let frozen: Vec<(usize, &str, Option<&str>)> = hooks
        .hooks
        .iter()
        .filter_map(|hook| {
            let frozen = hook.frozen.as_ref()?;
            Some((hook.position, project.sources.slice(frozen.place), frozen.at_run.as_deref()))
        })
        .collect();
    assert_eq!(frozen, [(2, "'grant ' ~ this,", None), (3, "mac()", Some("select 10"))]);
    assert_eq!(hooks.hooks[5].raw.as_str(), "vacuum");
    assert!(!hooks.hooks[5].transaction);
}

#[test]
fn nothing_at_parse_time_and_something_later_is_frozen() {
    let project = project(&[("dbt_project.yml", HEAD), ("models/m.sql", "{{ config(post_hook=mac()) }} select 1")]);
    let mut manifests = manifests(&project);
    let at_run = Some(plain("grant"));
    manifests[0].nodes[0].config_hooks = vec![ConfigHook { kind: HookKind::PostHook, value: plain(""), at_run }];
    let hooks = effective(&project, manifests);
    assert_eq!(hooks.hooks[0].frozen.as_ref().unwrap().at_run.as_deref(), Some("grant"));
}

#[test]
fn keys_that_are_nearly_right() {
    let settings = format!(
        "{HEAD}on_run_start: x\n+on-run-end: x\non-run-ends: x\npre-hook: x\nmodels:\n  +pre_hooks: x\n  +materialized: table\n  \
         root:\n    posthook: x\n    hook_owner: x\n    on-run-end: x\n    +meta: {{post_hooks: x}}\n    meta: {{post_hooks: x}}\n    \
         prehook:\n      +tags: x\n"
    );
    let project = project(&[
        ("dbt_project.yml", &settings),
        ("models/prehook/m.sql", "select 1"),
        (
            "models/s.yml",
            "models:
  - name: m
    post-hook: x
    config: {+pre-hook: x, post_hooks: x, pre_hook: y, post-hook: z, meta: {pre_hooks: x}}
sources:
  - name: s
    config: {pre_hooks: x}
",
        ),
    ]);
    let mut manifests = manifests(&project);
    for manifest in &mut manifests {
        let place = find(&project, "models/prehook/m.sql", "select");
        let keys = ["pre_hook", "post-hook", "pre-hooks", "materialized", "hooks"];
        manifest.nodes[0].config_keys = keys.map(|key| (key.to_owned(), Some(place))).to_vec();
    }
    let hooks = effective(&project, manifests);
    let seen: Vec<(&str, &str, KeyFault, bool)> =
        hooks.odd_keys.iter().map(|odd| (odd.key.as_str(), odd.meant, odd.fault, odd.node_id.is_some())).collect();
    let (ignored, refused) = (KeyFault::Ignored, KeyFault::Refused);
    assert_eq!(
        seen,
        [
            ("on_run_start", "on-run-start", refused, false),
            ("+on-run-end", "on-run-end", refused, false),
            ("on-run-ends", "on-run-end", refused, false),
            ("pre-hook", "+pre-hook", KeyFault::TopOfProject, false),
            ("+pre_hooks", "+pre-hook", ignored, false),
            ("posthook", "post-hook", ignored, false),
            ("on-run-end", "on-run-end", KeyFault::NotOfNodes, false),
            ("pre-hooks", "pre_hook", ignored, true),
            ("post-hook", "post_hook", KeyFault::OutsideConfig, true),
            ("+pre-hook", "pre_hook", ignored, true),
            ("post_hooks", "post_hook", ignored, true),
        ]
    );
}

#[test]
fn ten_thousand_nodes_are_no_work() {
    let dir = tempfile::tempdir().unwrap();
    fs::create_dir_all(dir.path().join("models/a/b")).unwrap();
    let settings = format!(
        "{HEAD}models:\n  +post-hook: grant select on {{{{ this }}}} to r\n  root:\n    a:\n      +pre-hook: ['x', {{sql: y}}]\n"
    );
    fs::write(dir.path().join("dbt_project.yml"), settings).unwrap();
    for n in 0..10_000 {
        fs::write(dir.path().join(format!("models/a/b/m{n}.sql")), "select 1").unwrap();
    }
    let project = project::load(dir.path(), &LoadOptions::new(&Blank)).unwrap();
    let manifests = manifests(&project);
    let start = Instant::now();
    let hooks = effective(&project, manifests);
    assert_eq!(hooks.hooks.len(), 30_000);
    // Unoptimised and on a busy machine; a square would take minutes.
    assert!(start.elapsed() < Duration::from_secs(5), "{:?}", start.elapsed());
}
