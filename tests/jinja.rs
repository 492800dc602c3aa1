//! The engine against what dbt-core 1.11 gave for each case of `tests/data/jinja_cases.json`.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

use hookproof::jinja::tree::{Stmt, Template};
use hookproof::jinja::{
    Args, ErrorKind, Eval, Flow, Host, Interp, JinjaError, Limits, MacroValue, Str, Value, error, json, modules, parse,
    yaml,
};
use hookproof::source::Text;

/// A host with a case's context and macros, and the few of dbt's functions that the cases use.
struct CaseHost {
    context: HashMap<String, Value>,
    macros: HashMap<String, Value>,
}

impl Host for CaseHost {
    fn lookup(&self, _interp: &mut Interp, name: &str) -> Eval<Option<Value>> {
        if let Some(found) = self.macros.get(name).or_else(|| self.context.get(name)) {
            return Ok(Some(found.clone()));
        }
        Ok(match name {
            "return" => Some(Value::function("return", |_, args| {
                Err(Flow::Return(args.positional.into_iter().next().unwrap_or(Value::None)))
            })),
            "log" => Some(Value::function("log", |_, _| Ok(Value::str("")))),
            "config" => Some(Value::function("config", |interp, args| {
                let mut dict = hookproof::jinja::Dict::default();
                for (name, value) in args.keyword {
                    dict.set_str(&name, value);
                }
                let dumped = json::dump(interp, &Value::dict(dict), None, false)?;
                Ok(Value::str(format!("config:{dumped}")))
            })),
            "tojson" => Some(Value::function("tojson", |interp, args| {
                let sort = match args.named("sort_keys") {
                    Some(sort) => interp.truth(&sort.clone())?,
                    None => false,
                };
                json::dump(interp, &args.positional[0], None, sort).map(Value::str)
            })),
            "fromjson" => Some(Value::function("fromjson", |_, args| {
                Ok(json::load(args.positional[0].as_str().unwrap()).unwrap())
            })),
            "toyaml" => Some(Value::function("toyaml", |interp, args| {
                yaml::dump(interp, &args.positional[0], false, hookproof::project::yaml::is_text).map(Value::str)
            })),
            "local_md5" => Some(Value::function("local_md5", |_, args| {
                use md5::Digest as _;
                let digest = md5::Md5::digest(args.positional[0].as_str().unwrap().as_bytes());
                Ok(Value::str(digest.iter().map(|byte| format!("{byte:02x}")).collect::<String>()))
            })),
            "modules" => Some(modules::modules()),
            "this" => Some(Value::str("THIS")),
            "adapter" => {
                let macros: HashMap<String, Value> = self.macros.clone();
                Some(Value::record([(
                    "dispatch",
                    Value::function("dispatch", move |_, args: Args| {
                        let name = args.positional[0].as_str().unwrap();
                        let found = ["snowflake__", "default__"]
                            .iter()
                            .find_map(|prefix| macros.get(&format!("{prefix}{name}")));
                        found.cloned().ok_or_else(|| error(ErrorKind::Host("dispatch"), "no macro"))
                    }),
                )]))
            }
            _ => None,
        })
    }

    fn macro_prefix(&self) -> &'static str {
        "dbt_macro__"
    }
}

fn macros_of(source: &str) -> Vec<(String, Value)> {
    let template = Arc::new(parse(&Text::plain(source)).expect("macro files of the cases parse"));
    template
        .body
        .iter()
        .filter_map(|stmt| match stmt {
            Stmt::Macro(decl) => {
                let value = MacroValue {
                    decl: Arc::clone(decl),
                    template: Arc::clone(&template),
                    closure: Vec::new(),
                    catches_return: true,
                    shown: Arc::clone(&decl.name),
                    within: None,
                    permissive: false,
                };
                Some((decl.name.to_string(), Value::Macro(Rc::new(value))))
            }
            _ => None,
        })
        .collect()
}

/// Renders as dbt does: text without any tag is returned as it is.
fn render(source: &str, host: CaseHost) -> Result<String, Box<JinjaError>> {
    let template: Template =
        parse(&Text::plain(source)).map_err(|fault| Box::new(JinjaError::new(ErrorKind::Syntax, fault.message)))?;
    let mut interp = Interp::new(Rc::new(host), Limits::default(), Vec::new());
    interp.render(&Arc::new(template), false).map(|text: Str| text.text.to_string())
}

#[test]
fn every_case_gives_what_dbt_gives() {
    let cases: serde_json::Value = serde_json::from_str(include_str!("data/jinja_cases.json")).unwrap();
    let mut failures = Vec::new();
    let all = cases["cases"].as_array().unwrap();
    for case in all {
        let id = case["id"].as_str().unwrap();
        let context = if case["context"] == "$shared" { &cases["shared_context"] } else { &case["context"] };
        let context = context
            .as_object()
            .unwrap()
            .iter()
            .map(|(name, value)| (name.clone(), json::load(&value.to_string()).unwrap()))
            .collect();
        let mut macros = HashMap::new();
        for (package, source) in case["macros"].as_object().unwrap() {
            let found = macros_of(source.as_str().unwrap());
            let namespace = Value::record(found.iter().map(|(name, value)| (name.as_str(), value.clone())));
            macros.insert(package.clone(), namespace);
            macros.extend(found);
        }
        let rendered = render(case["template"].as_str().unwrap(), CaseHost { context, macros });
        let expected = &case["expected"];
        match (&rendered, expected.get("ok")) {
            (Ok(text), Some(ok)) if text == ok.as_str().unwrap() => {}
            (Err(_), None) => {}
            _ => failures.push(format!("{id}: {rendered:?}\n     expected {expected}")),
        }
    }
    assert_eq!(all.len(), 147);
    assert!(failures.is_empty(), "{} of {} differ\n{}", failures.len(), all.len(), failures.join("\n"));
}

/// Against what Jinja2 gave (`tests/oracle/filters.py`).
#[test]
fn every_filter_gives_what_jinja2_gives() {
    let recorded: serde_json::Value = serde_json::from_str(include_str!("data/filter_cases.json")).unwrap();
    let mut failures = Vec::new();
    let all = recorded["cases"].as_array().unwrap();
    for case in all {
        let value = json::load(&case["value"].to_string()).unwrap();
        let host = CaseHost { context: HashMap::from([("value".to_owned(), value)]), macros: HashMap::new() };
        let rendered = render(case["template"].as_str().unwrap(), host);
        match (&rendered, case.get("ok")) {
            (Ok(text), Some(ok)) if text == ok.as_str().unwrap() => {}
            (Err(failure), None) if !matches!(failure.kind, ErrorKind::Host(_)) => {}
            _ => failures.push(format!("{rendered:?}\n     expected {case}")),
        }
    }
    assert!(failures.is_empty(), "{} of {} differ\n{}", failures.len(), all.len(), failures.join("\n"));
}

/// Against what dbt gave for random templates over random contexts (`tests/oracle/templates.py`).
#[test]
fn random_templates_give_what_dbt_gives() {
    let recorded = match std::env::var_os("HOOKPROOF_TEMPLATES") {
        Some(path) => std::fs::read_to_string(path).unwrap(),
        None => include_str!("data/template_cases.json").to_owned(),
    };
    let recorded: serde_json::Value = serde_json::from_str(&recorded).unwrap();
    let contexts = recorded["contexts"].as_array().unwrap();
    let all = recorded["cases"].as_array().unwrap();
    let (mut of_text, mut of_failing) = (Vec::new(), Vec::new());
    let texts = all.iter().filter(|case| case.get("ok").is_some()).count();
    for case in all {
        let context = contexts[case["context"].as_u64().unwrap() as usize].as_object().unwrap();
        let context =
            context.iter().map(|(name, value)| (name.clone(), json::load(&value.to_string()).unwrap())).collect();
        let host = CaseHost { context, macros: HashMap::new() };
        let rendered = render(case["template"].as_str().unwrap(), host);
        let shown = || {
            let rendered = rendered.as_ref().map_err(|failure| format!("{:?}: {}", failure.kind, failure.message));
            format!("{rendered:?}\n     expected {case}")
        };
        match (&rendered, case.get("ok")) {
            (Ok(text), Some(ok)) if text == ok.as_str().unwrap() => {}
            (Err(_), None) => {}
            (_, Some(_)) => of_text.push(shown()),
            (_, None) => of_failing.push(shown()),
        }
    }
    println!("text: {} of {texts} differ; failing: {} of {}", of_text.len(), of_failing.len(), all.len() - texts);
    let differ: Vec<String> = of_text.into_iter().chain(of_failing).collect();
    assert!(differ.is_empty(), "{} of {} differ\n{}", differ.len(), all.len(), differ.join("\n"));
}

/// Against what dbt gave: numbers at their ends, sequences of nothing, bytes, tuples without parentheses, views of dicts.
#[test]
fn what_is_seldom_written_gives_what_dbt_gives() {
    let texts = [
        ("{{ -9223372036854775808 in range(0, -5, -1) }}", "False"),
        ("{{ 9223372036854775807 in range(-5, 5) }}", "False"),
        ("{{ [1, 2][::-9223372036854775808] }}", "[2]"),
        ("{{ [1, 2][::9223372036854775807] }}", "[1]"),
        ("{{ range(10)[::-9223372036854775808] }}", "range(9, -1, -9223372036854775808)"),
        ("{{ [] * 9223372036854775807 }}{{ () * 9223372036854775807 }}{{ '' * 9223372036854775807 }}", "[]()"),
        ("{{ 'a'.ljust(-9223372036854775808) }}{{ 'a'.zfill(-9223372036854775808) }}", "aa"),
        ("{{ 1.5|round(9223372036854775807) }}", "1.5"),
        ("{{ 7.real }}{{ true.numerator }}{{ 7.imag }}{{ 1.5.real }}", "7101.5"),
        ("{{ 1, 2 }}{{ 1, }}", "(1, 2)(1,)"),
        ("{% for i in 1, 2 %}{{ i }}{% endfor %}{% for i in 1, 2 if i > 1 %}{{ i }}{% endfor %}", "122"),
        ("{% if 0, %}x{% endif %}", "x"),
        (
            "{{ 'a b'.encode().split() }}{{ 'ab'.encode() + 'c'.encode() }}{{ 97 in 'ab'.encode() }}",
            "[b'a', b'b']b'abc'True",
        ),
        ("{{ 'é'.encode('latin-1') }}{{ 'a'.encode().upper() }}{{ 'ab'.encode() * 2 }}", "b'\\xe9'b'A'b'abab'"),
        (
            "{% set e = {'a': 1} %}{{ e.keys() == e.keys() }}{{ e.items() == e.items() }}{{ e.values() == e.values() }}",
            "TrueTrueFalse",
        ),
        ("{{ 1[:-1] }}", ""),
    ];
    let none = || CaseHost { context: HashMap::new(), macros: HashMap::new() };
    for (template, text) in texts {
        assert_eq!(render(template, none()).unwrap(), text, "{template}");
    }
    let failing = [
        "{% set v = 5[:-1] %}",
        "{{ (''['a'])[:-1] }}",
        "{{ 1 is number is true }}",
        "{{ 'é'.encode('ascii') }}",
        "{{ 'a'.encode().replace('a', 'b') }}",
        "{{ 10 ** 400 / 3 }}{{ 10 ** 400 * 1.0 }}",
        "{% set e = {'a': 1} %}{% for k in e.keys() %}{% do e.update({'b': 1}) %}{% endfor %}",
    ];
    for template in failing {
        assert!(render(template, none()).is_err(), "{template}");
    }
}

#[test]
fn the_filters_and_tests_are_those_of_dbt() {
    let recorded: serde_json::Value = serde_json::from_str(include_str!("data/filter_cases.json")).unwrap();
    for (kind, names) in [("filter", &recorded["filters"]), ("test", &recorded["tests"])] {
        for name in names.as_array().unwrap().iter().filter_map(serde_json::Value::as_str) {
            let template = format!("{{{{ '{name}' is {kind} }}}}");
            let host = CaseHost { context: HashMap::new(), macros: HashMap::new() };
            assert_eq!(render(&template, host).unwrap(), "True", "{kind} {name}");
        }
    }
}
