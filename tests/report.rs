//! The formats of a check, all over one set of sample findings. The pictures are in `snapshots/report`.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::sync::Arc;
use std::time::Instant;

use hookproof::diagnostic::{
    Confidence, Coverage, Diagnostic, Edit, Fix, HookRef, NotChecked, Related, Safety, Severity,
};
use hookproof::report::{
    CheckReport, TextOptions, azure, concise, github, gitlab, json, jsonl, junit, sarif, statistics, text,
};
use hookproof::source::{FileId, Place, Sources};

const PROJECT: &str = "\
name: shop
version: '1.0'
profile: shop

on-run-start:
  - \"{{ log_run_start() }}\"
on-run-end:
  - \"drop table {{ target.schema }}.temp_table\"
  - \"insert into audit_run select '{{ invocation_id }}', {{ (models | selectattr('status', 'equalto', 'success') | list) | length }}, count(*) from audit_model where run_id = '{{ invocation_id }}' group by 1\"

models:
  shop:
    marts:
      +post-hooks:
        - grant select on {{ this }} to reporter
";

const VALIDATION: &str = "\
{% macro validate_order_totals() %}
{% set validation_query %}
    select count(*) as bad
    from {{ this }}
    where order_total < 0
{% endset %}

{% set result = run_query(validation_query) %}

{% if result.columns[0].values()[0] > 0 %}
    {{ exceptions.raise_compiler_error('Negative order totals found!') }}
{% endif %}
{% endmacro %}
";

const ORDERS: &str = "\
{{ config(
    materialized='incremental',
    post_hook=[
        \"{{ validate_order_totals() }}\",
        \"grant select on {{ this }} to reporter)\",
    ]
) }}

select * from {{ ref('stg_orders') }}
";

const ARCHIVE: &str = "\
{% macro archive_orders() %}
    insert into {{ target.schema }}.orders_archive
    select o.order_id, o.customer_id, sum(i.amount) as amount
    from {{ ref('orders') }} o
    join {{ ref('order_items') }} i on i.order_id = o.order_id
    group by o.order_id, o.customer_id
{% endmacro %}
";

const CUSTOMERS: &str = "-- café ☕ 日本\r\n{{ config(\r\n\tpost_hook=\"comment on table {{ this }} is 'café 日本 {{ enviroment }}'\"\r\n) }}\r\nselect 1 as id";

struct Samples {
    sources: Sources,
}

impl Samples {
    fn place(&self, file: FileId, marked: &str) -> Place {
        let start = self.sources.get(file).text.find(marked).unwrap_or_else(|| panic!("no {marked}")) as u32;
        Place { file, start, end: start + marked.len() as u32 }
    }
}

fn on_run(index: usize, kind: &'static str) -> HookRef {
    HookRef { id: format!("operation.shop.shop-{kind}-{index}"), kind, node: None }
}

fn post_hook(index: usize, node: &str) -> HookRef {
    HookRef { id: format!("{node}.post-hook.{index}"), kind: "post-hook", node: Some(node.to_owned()) }
}

fn finding(rule: &'static str, family: &'static str, severity: Severity, place: Place, message: &str) -> Diagnostic {
    Diagnostic {
        rule,
        family,
        severity,
        confidence: Confidence::High,
        message: message.to_owned(),
        help: None,
        place,
        hook: None,
        hooks: 0,
        targets: vec![],
        sql: None,
        related: vec![],
        fix: None,
    }
}

/// Every shape that a finding can have.
fn samples() -> CheckReport {
    let mut samples = Samples { sources: Sources::default() };
    let project = samples.sources.add("dbt_project.yml", PROJECT);
    let archive = samples.sources.add("macros/archive.sql", ARCHIVE);
    let validation = samples.sources.add("macros/validation.sql", VALIDATION);
    let customers = samples.sources.add("models/marts/dim_customers.sql", CUSTOMERS);
    let orders = samples.sources.add("models/marts/fct_orders.sql", ORDERS);

    let drop = samples.place(project, "drop table {{ target.schema }}.temp_table");
    let drop = Diagnostic {
        help: Some("add IF EXISTS".to_owned()),
        hook: Some(on_run(0, "on-run-end")),
        hooks: 1,
        targets: vec!["prod".to_owned()],
        sql: Some(Arc::from("drop table analytics.temp_table")),
        fix: Some(Fix {
            title: "add IF EXISTS".to_owned(),
            safety: Safety::Safe,
            edits: vec![Edit {
                place: Place { start: drop.start + 10, end: drop.start + 10, ..drop },
                text: " if exists".to_owned(),
            }],
        }),
        ..finding(
            "drop-without-if-exists",
            "repeatable",
            Severity::Error,
            drop,
            "`drop table temp_table` has no IF EXISTS: nothing in the project makes the table again, so the second run \
             fails with \"table temp_table does not exist\".",
        )
    };

    let models = Diagnostic {
        help: Some("change `models` to `results`".to_owned()),
        hook: Some(on_run(1, "on-run-end")),
        hooks: 1,
        sql: Some(Arc::from(
            "insert into audit_run select '00000000-0000-4000-8000-000000000000', 0, count(*) from audit_model \
             where run_id = '00000000-0000-4000-8000-000000000000' group by 1",
        )),
        fix: Some(Fix {
            title: "change `models` to `results`".to_owned(),
            safety: Safety::Unsafe,
            edits: vec![Edit { place: samples.place(project, "models"), text: "results".to_owned() }],
        }),
        ..finding(
            "wrong-context-name",
            "timing",
            Severity::Error,
            samples.place(project, "models"),
            "dbt has no `models` in on-run-end: it is undefined, its length is 0, and no error is printed.",
        )
    };

    let misspelled = Diagnostic {
        help: Some("change `+post-hooks` to `+post-hook`".to_owned()),
        ..finding(
            "misspelled-hook-key",
            "placement",
            Severity::Error,
            samples.place(project, "+post-hooks"),
            "dbt knows no key `+post-hooks`: the hook is kept as custom config and never runs.",
        )
    };

    let archived = Diagnostic {
        confidence: Confidence::Low,
        help: Some("move the query to an incremental model, which dbt builds, tests and documents".to_owned()),
        hook: Some(post_hook(2, "model.shop.fct_orders")),
        hooks: 1,
        sql: Some(Arc::from(
            "\n        insert into analytics.orders_archive\n    select o.order_id, o.customer_id, sum(i.amount) as \
             amount\n    from \"shop\".\"analytics\".\"orders\" o\n    join \"shop\".\"analytics\".\"order_items\" i on \
             i.order_id = o.order_id\n    group by o.order_id, o.customer_id\n      ",
        )),
        ..finding(
            "transformation-in-hook",
            "purpose",
            Severity::Info,
            Place {
                start: samples.place(archive, "insert into").start,
                end: samples.place(archive, "o.customer_id\n{%").start + 13,
                file: archive,
            },
            "This hook builds data with a join and an aggregate: that is a model's work.",
        )
    };

    let unguarded = Diagnostic {
        help: Some("add `{% if execute %}` around the lines that read the result".to_owned()),
        hook: Some(post_hook(0, "model.shop.fct_orders")),
        hooks: 42,
        related: vec![
            Related {
                place: samples.place(validation, "run_query(validation_query)"),
                message: "the query".to_owned(),
            },
            Related { place: samples.place(orders, "validate_order_totals()"), message: "called from here".to_owned() },
        ],
        ..finding(
            "unguarded-query",
            "timing",
            Severity::Error,
            samples.place(validation, "result.columns"),
            "The result of run_query is read although `execute` may be false: dbt parses every hook so, and the whole \
             project fails with `'None' has no attribute 'table'`.",
        )
    };

    let undefined = Diagnostic {
        help: Some("set `enviroment`, or remove it".to_owned()),
        hook: Some(post_hook(0, "model.shop.dim_customers")),
        hooks: 1,
        sql: Some(Arc::from("comment on table \"shop\".\"analytics\".\"dim_customers\" is 'café 日本 '")),
        ..finding(
            "undefined-name",
            "jinja",
            Severity::Warning,
            samples.place(customers, "enviroment"),
            "Nothing defines `enviroment` here: it prints as nothing.",
        )
    };

    let syntax = Diagnostic {
        hook: Some(post_hook(1, "model.shop.fct_orders")),
        hooks: 1,
        targets: vec!["dev".to_owned(), "ci".to_owned()],
        help: Some("remove `)`".to_owned()),
        sql: Some(Arc::from("grant select on \"shop\".\"analytics\".\"fct_orders\" to reporter)")),
        ..finding("sql-syntax", "sql", Severity::Error, samples.place(orders, ")\""), "A `)` closes no parenthesis.")
    };

    CheckReport {
        project: "shop".to_owned(),
        folder: "transform/".to_owned(),
        adapter: "postgres".to_owned(),
        targets: vec!["dev".to_owned(), "ci".to_owned(), "prod".to_owned()],
        sources: Arc::new(samples.sources),
        coverage: Coverage {
            hooks: 51,
            declarations: 8,
            renderings: 31,
            statements: 40,
            parsed: 38,
            not_checked: vec![NotChecked {
                what: "3 hooks".to_owned(),
                why: "package dbt_utils is listed but not installed (run dbt deps)".to_owned(),
            }],
        },
        branches: Vec::new(),
        diagnostics: vec![drop, models, misspelled, archived, unguarded, undefined, syntax],
        suppressed: 2,
    }
}

fn clean() -> CheckReport {
    CheckReport {
        diagnostics: vec![],
        suppressed: 0,
        coverage: Coverage {
            hooks: 12,
            declarations: 8,
            renderings: 31,
            statements: 40,
            parsed: 40,
            not_checked: vec![],
        },
        ..samples()
    }
}

fn picture(name: &str, content: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(concat!(env!("CARGO_MANIFEST_DIR"), "/snapshots/report"));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, content));
}

/// A report of one finding in a file of its own.
fn one(path: &str, content: &str, range: std::ops::Range<usize>) -> CheckReport {
    let mut sources = Sources::default();
    let file = sources.add(path, content);
    let place = Place { file, start: range.start as u32, end: range.end as u32 };
    CheckReport {
        sources: Arc::new(sources),
        diagnostics: vec![finding("template-syntax", "jinja", Severity::Error, place, "Something is wrong here.")],
        ..clean()
    }
}

#[test]
fn text_plain() {
    picture("text_plain", &text(&samples(), &TextOptions::default()));
}

#[test]
fn text_colour() {
    let drawn = text(&samples(), &TextOptions { colour: true, ..TextOptions::default() });
    picture("text_colour", &drawn.replace('\u{1b}', "␛"));
}

#[test]
fn text_wide() {
    picture("text_wide", &text(&samples(), &TextOptions { width: 120, ..TextOptions::default() }));
}

#[test]
fn text_narrow() {
    picture("text_narrow", &text(&samples(), &TextOptions { width: 50, ..TextOptions::default() }));
}

#[test]
fn text_clean() {
    picture("text_clean", &text(&clean(), &TextOptions::default()));
}

#[test]
fn text_odd_places() {
    let long = format!("  - \"{} and nonsense {}\"\n", "select 1;".repeat(300), "select 2;".repeat(300));
    let at = long.find("nonsense").unwrap();
    let body = format!("{{% macro m() %}}\n{}{{% endmacro %}}\n", "select 1;\n".repeat(20));
    let cases = [
        ("the end of a file", one("models/a.sql", "select {{", 9..9)),
        ("after the last newline", one("models/a.sql", "select {{\n", 10..10)),
        ("beyond the end", one("models/a.sql", "select 1\n", 90..99)),
        ("an empty file", one("models/empty.sql", "", 0..0)),
        ("an empty range", one("models/a.sql", "select 1\nselect  from t\nselect 2\n", 16..16)),
        ("a newline", one("models/a.sql", "select 1\nselect 2\n", 8..9)),
        ("tabs, CRLF, wide letters", one("models/a.sql", "\tselect 1,\r\n\t'日本' é\tas x\r\nfrom t\r\n", 13..26)),
        ("several lines", one("models/a.sql", "select 1\nfrom (\n  select 2\n)\nwhere x\n", 14..29)),
        ("many lines", one("macros/m.sql", &body, 0..body.len())),
        ("a long line", one("dbt_project.yml", &long, at..at + 8)),
        ("control characters", one("models/a.sql", "select '\u{1b}[31m', x\n", 15..16)),
    ];
    let drawn: Vec<String> =
        cases.iter().map(|(what, report)| format!("--- {what}\n{}", text(report, &TextOptions::default()))).collect();
    let drawn = drawn.join("\n");
    picture("text_odd_places", &drawn);
}

#[test]
fn text_long_sql() {
    let mut report = one("macros/audit.sql", "insert into audit_run values ({{ x }},)\n", 37..38);
    let inserts = (1..=40).map(|n| format!("    insert into audit_run values ({n}, {n});"));
    let sql = inserts.collect::<Vec<_>>().join("\n");
    report.diagnostics[0].sql = Some(Arc::from(sql));
    let mut wide = one("macros/audit.sql", "where status = 'failed' and {{ x }},\n", 0..23);
    let sql = format!("delete from audit where id in ({}) and where status = 'failed' and 1,", "1234, ".repeat(90));
    wide.diagnostics[0].sql = Some(Arc::from(sql));
    let options = TextOptions::default();
    picture("text_long_sql", &format!("{}\n{}", text(&report, &options), text(&wide, &options)));
}

#[test]
fn concise_lines() {
    picture("concise", &concise(&samples(), true));
}

#[test]
fn json_version_1() {
    picture("json", &json(&samples()));
}

#[test]
fn formats_of_programs() {
    let reports = [samples(), CheckReport { project: "clean".to_owned(), ..clean() }];
    picture("jsonl", &jsonl(&reports));
    let mut log: serde_json::Value = serde_json::from_str(&sarif(&reports)).unwrap();
    for rule in log["runs"][0]["tool"]["driver"]["rules"].as_array_mut().unwrap() {
        assert!(rule["help"]["markdown"].as_str().unwrap().contains("## Fix"));
        rule["help"] = "the rule's page".into();
    }
    picture("sarif", &format!("{log:#}\n"));
    picture("github", &github(&reports, true));
    picture("gitlab", &gitlab(&reports));
    picture("azure", &azure(&reports, true));
    picture("junit", &junit(&reports));
    picture("statistics", &statistics(&reports, true));
}

#[test]
fn json_clean() {
    picture("json_clean", &json(&clean()));
}

#[test]
fn no_line_is_wider_than_asked() {
    for width in [50, 80, 120] {
        let options = TextOptions { width, ..TextOptions::default() };
        for line in text(&samples(), &options).lines().filter(|line| line.is_ascii() || line.contains('│')) {
            assert!(line.chars().count() <= width, "{line}");
        }
    }
}

#[test]
fn no_line_ends_in_a_blank() {
    let drawn = text(&samples(), &TextOptions::default());
    assert!(drawn.lines().all(|line| line.trim_end() == line));
}

#[test]
fn a_large_file_is_drawn_quickly() {
    let content = "select 1; -- a line of a large file\n".repeat(150_000);
    let mut report = one("models/large.sql", &content, content.len() - 20..content.len() - 10);
    report.diagnostics = vec![report.diagnostics[0].clone(); 200];
    let before = Instant::now();
    let drawn = text(&report, &TextOptions::default());
    assert!(drawn.contains("models/large.sql:150000:"));
    assert!(before.elapsed().as_secs() < 10, "{:?}", before.elapsed());
}
