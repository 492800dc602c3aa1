//! Projects at the bounds, file by file: no file is large for its kind, and all of them together are.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

/// A kind of project.
pub(crate) struct Attack {
    /// What it does.
    pub(crate) name: &'static str,
    /// What `check` says of it.
    pub(crate) says: &'static str,
    /// Settings under which a small one meets the same bound.
    pub(crate) limits: &'static str,
    /// Writes one of so many files.
    pub(crate) write: fn(&Path, usize),
}

const PROFILES: &str = "p:\n  target: dev\n  outputs:\n    dev: {type: postgres, host: h, user: u, password: p, port: 5432, dbname: d, schema: dev}\n";

fn put(root: &Path, path: &str, text: impl AsRef<[u8]>) {
    let path = root.join(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

fn list<T: ToString>(items: impl Iterator<Item = T>, separator: &str) -> String {
    items.map(|item| item.to_string()).collect::<Vec<_>>().join(separator)
}

/// A project whose settings are these.
fn project(root: &Path, settings: &str) {
    put(root, "dbt_project.yml", format!("name: p\nversion: '1.0'\nprofile: p\n{settings}"));
    put(root, "profiles.yml", PROFILES);
}

/// A model with one hook each.
fn models(root: &Path, files: usize, hook: impl Fn(usize) -> String) {
    project(root, "");
    for n in 0..files {
        let hook = hook(n);
        put(
            root,
            &format!("models/m{n}.sql"),
            format!("{{% set h %}}{hook}{{% endset %}}{{{{ config(post_hook=h) }}}}select 1 as id"),
        );
    }
}

/// One target of each adapter.
fn all_adapters(root: &Path) {
    let mut text = "p:\n  target: postgres\n  outputs:\n".to_owned();
    let of = [
        "postgres",
        "redshift",
        "snowflake",
        "bigquery",
        "databricks",
        "spark",
        "duckdb",
        "trino",
        "athena",
        "sqlserver",
        "clickhouse",
        "mysql",
        "oracle",
        "sqlite",
    ];
    for adapter in of {
        writeln!(text, "    {adapter}: {{type: {adapter}, schema: s, database: d}}").unwrap();
    }
    put(root, "profiles.yml", text);
}

fn conditions(n: usize, count: usize) -> String {
    format!("delete from t{n} where {}", list((0..count).map(|at| format!("a{at} = {n}")), " and "))
}

fn long_statements(root: &Path, files: usize) {
    models(root, files, |n| conditions(n, 4_990));
}

fn refused_statements(root: &Path, files: usize) {
    models(root, files, |n| format!("{} and b ? ? c", conditions(n, 4_980)));
}

fn every_dialect(root: &Path, files: usize) {
    refused_statements(root, files);
    all_adapters(root);
}

/// No text is that of another target.
fn texts_of_targets(root: &Path, files: usize) {
    models(root, files, |n| format!("select '{{{{ target.name }}}}'; {}", conditions(n, 4_980)));
    all_adapters(root);
}

fn large_numbers(root: &Path, files: usize) {
    models(root, files, |n| {
        format!("{{% set a = 2 ** 500000 %}}{{% for i in range(99999) %}}{{% set b = a * a %}}{{% endfor %}}select {n}")
    });
}

fn searches(root: &Path, files: usize) {
    models(root, files, |n| {
        format!(
            "{{% set a = 'ab' * 5000000 %}}{{% for i in range(99999) %}}{{% set b = a.count('x') %}}{{% endfor %}}select {n}"
        )
    });
}

/// Each word is nearly a keyword, and none is the cause.
fn misspelt_words(root: &Path, files: usize) {
    models(root, files, |n| {
        format!("select {} from t{n} where a b c d", list((0..700).map(|at| format!("wher{at} selec")), ", "))
    });
}

fn statements(root: &Path, files: usize) {
    models(root, files, |n| list((0..2_000).map(|at| format!("delete from t{n} where where a = {at}")), ";\n"));
}

fn statements_of_one_hook(root: &Path, _: usize) {
    models(root, 10, |n| format!("{{% for i in range(90000) %}}delete from t{n} where a = {{{{ i }}}};{{% endfor %}}"));
}

fn short_statements(root: &Path, _: usize) {
    models(root, 8, |_| "{{ 'drop table a;' * 2000000 }}".to_owned());
}

fn nested_parentheses(root: &Path, files: usize) {
    models(root, files, |n| {
        format!("select * from {}t{n}{} where a = {}1", "(".repeat(40), ")".repeat(40), "(".repeat(20))
    });
}

fn nested_functions(root: &Path, files: usize) {
    models(root, files, |n| {
        let open = "cast(array[coalesce(nullif(struct(not (interval ";
        format!("select {}{n} from t where", open.repeat(7))
    });
}

fn nested_types(root: &Path, files: usize) {
    models(root, files, |n| format!("create table t{n} (a {}int", "struct<a array<".repeat(500)));
}

fn long_texts(root: &Path, files: usize) {
    models(root, files, |n| format!("{{{{ 'select {n}, ' * 2500000 }}}}"));
}

fn aliases(root: &Path, files: usize) {
    project(root, "");
    for n in 0..files {
        let mut text = format!("version: 2\nx{n}: &a [{}]\n", list(0..1_000, ", "));
        writeln!(text, "y: &b [{}]", vec!["*a"; 20].join(", ")).unwrap();
        put(root, &format!("models/s{n}.yml"), text);
    }
}

fn large_aliases(root: &Path, files: usize) {
    project(root, "");
    for n in 0..files {
        let mut text = format!("version: 2\nx{n}: &a [{}]\n", list(0..40_000, ", "));
        writeln!(text, "y: &b [{}]", vec!["*a"; 40].join(", ")).unwrap();
        put(root, &format!("models/s{n}.yml"), text);
    }
}

fn merges(root: &Path, files: usize) {
    project(root, "");
    for n in 0..files {
        let keys = list((0..1_000).map(|at| format!("k{at}: {at}")), ", ");
        let mut text = format!("version: 2\nx{n}: &a {{{keys}}}\ny:\n");
        for _ in 0..39 {
            text.push_str("- {<<: [*a, *a, *a, *a, *a, *a, *a, *a]}\n");
        }
        put(root, &format!("models/s{n}.yml"), text);
    }
}

fn much_yaml(root: &Path, files: usize) {
    project(root, "");
    for n in 0..files {
        put(root, &format!("models/s{n}.yml"), format!("version: 2\nx: [{}]\n", "a,".repeat(125_000)));
    }
}

fn many_models_in_yaml(root: &Path, files: usize) {
    project(root, "");
    put(root, "models/m.sql", "select 1 as id");
    for n in 0..files {
        let models = list(
            (0..1_500).map(|at| format!("- {{name: m{n}_{at}, config: {{post_hook: 'drop table a{at}'}}}}")),
            "\n",
        );
        put(root, &format!("models/s{n}.yml"), format!("version: 2\nmodels:\n{models}\n"));
    }
}

fn hooks_of_all_models(root: &Path, files: usize) {
    let hooks = list((0..200).map(|n| format!("    - \"delete from t{n} where a = '{{{{ this }}}}'\"")), "\n");
    project(root, &format!("models:\n  +post-hook:\n{hooks}\n"));
    for n in 0..files {
        put(root, &format!("models/m{n}.sql"), "select 1 as id");
    }
}

fn more_hooks_of_all_models(root: &Path, files: usize) {
    let hooks = list((0..20_000).map(|n| format!("    - \"delete from t{n} where a = '{{{{ this }}}}'\"")), "\n");
    project(root, &format!("models:\n  +post-hook:\n{hooks}\n"));
    for n in 0..files {
        put(root, &format!("models/m{n}.sql"), "select 1 as id");
    }
}

fn on_run_hooks(root: &Path, _: usize) {
    let hooks = list((0..200_000).map(|n| format!("  - \"create table t{n} as select * from u{n}\"")), "\n");
    project(root, &format!("on-run-end:\n{hooks}\n"));
}

fn targets(root: &Path, files: usize) {
    models(root, files, |n| format!("{{% if target.name == 'a{n}' %}}drop table a{{% endif %}}"));
    let mut text = "p:\n  target: t0\n  outputs:\n".to_owned();
    for n in 0..files * 2 {
        writeln!(text, "    t{n}: {{type: postgres, schema: s{n}, dbname: d}}").unwrap();
    }
    put(root, "profiles.yml", text);
}

fn ways(root: &Path, files: usize) {
    models(root, files, |n| {
        let asked =
            list((0..20).map(|at| format!("{{% if run_query('select {at}')[0][0] == {n} %}}a{{% endif %}}")), "");
        format!("select '{{{{ 'x' * 1000 }}}}' {asked}")
    });
}

fn loops(root: &Path, files: usize) {
    models(root, files, |n| format!("{{% for i in range(99999) %}}{{% set x = i %}}{{% endfor %}}select {n}"));
}

fn texts(root: &Path, files: usize) {
    models(root, files, |n| format!("{{% set text = 'x' * 30000000 %}}select '{{{{ text }}}}', {n}"));
}

fn patterns(root: &Path, files: usize) {
    models(root, files, |n| format!("{{{{ modules.re.sub('(a|b|ab)*(a?){{200}}c', '', 'ab' * 100000) }}}} select {n}"));
}

fn lists(root: &Path, files: usize) {
    models(root, files, |n| {
        format!(
            "{{% set l = range(99999)|list %}}{{% for i in range(15) %}}{{% set l = l + l %}}{{{{ 'a' if l == l }}}}{{% endfor %}}select {n}"
        )
    });
}

fn large_models(root: &Path, _: usize) {
    project(root, "");
    for n in 0..60 {
        put(root, &format!("models/m{n}.sql"), "select {{ a }} as id,\n".repeat(700_000));
    }
}

fn macros(root: &Path, files: usize) {
    project(root, "");
    put(root, "models/m.sql", "select 1 as id");
    for n in 0..files {
        let all = (0..7_000).map(|at| format!("{{% macro m{n}_{at}() %}}{{% endmacro %}}"));
        put(root, &format!("macros/a{n}.sql"), list(all, ""));
    }
}

fn long_macros(root: &Path, files: usize) {
    project(root, "on-run-end: \"{{ m0() }}\"\n");
    put(root, "models/m.sql", "select 1 as id");
    for n in 0..files {
        let next = if n + 1 < files { format!("{{{{ m{}() }}}}", n + 1) } else { String::new() };
        let text = format!("{{% macro m{n}() %}}{next}{}{{% endmacro %}}", "{% set a = 1 %}".repeat(16_000));
        put(root, &format!("macros/a{n}.sql"), text);
    }
}

fn seeds(root: &Path, files: usize) {
    project(root, "");
    for n in 0..files {
        put(
            root,
            &format!("seeds/s{n}.csv"),
            format!("{}\n{}", list((0..5_000).map(|at| format!("c{at}")), ","), "1,".repeat(100_000)),
        );
    }
}

fn findings(root: &Path, files: usize) {
    models(root, files, |n| list((0..1_000).map(|at| format!("drop table {{{{ missing{at} }}}}_{n}")), ";\n"));
}

fn comments(root: &Path, files: usize) {
    models(root, files, |n| format!("/* {} */ select {n}", "a\n".repeat(100_000)));
}

fn graphs(root: &Path, files: usize) {
    models(root, files, |n| {
        format!(
            "{{% if execute %}}{{% for node in graph.nodes.values() | selectattr('resource_type', 'equalto', 'x{n}') %}}a{{% endfor %}}{{% endif %}}select {n}"
        )
    });
}

fn one_name(root: &Path, files: usize) {
    models(root, files, |_| "create table a (b int);\ndrop table a;\n".repeat(60));
}

fn jinja_in_yaml(root: &Path, files: usize) {
    project(root, "");
    put(root, "models/m.sql", "select 1 as id");
    let value = "{% for i in range(999999) %}{% for j in range(9999) %}{% endfor %}{% endfor %}";
    for n in 0..files {
        let models = list((0..100).map(|at| format!("- {{name: m{n}_{at}, config: {{alias: \"{value}\"}}}}")), "\n");
        put(root, &format!("models/s{n}.yml"), format!("version: 2\nmodels:\n{models}\n"));
    }
}

fn files(root: &Path, files: usize) {
    project(root, "");
    for n in 0..files {
        put(root, &format!("models/m{n}.sql"), "select 1 as id");
    }
}

/// Every kind there is.
pub(crate) const ATTACKS: &[Attack] = &[
    Attack {
        name: "long statements",
        says: "all SQL of the project",
        limits: "sql-work: 20000",
        write: long_statements,
    },
    Attack {
        name: "refused statements",
        says: "all SQL of the project",
        limits: "sql-work: 30000",
        write: refused_statements,
    },
    Attack { name: "every dialect", says: "", limits: "", write: every_dialect },
    Attack { name: "misspelt words", says: "", limits: "", write: misspelt_words },
    Attack { name: "statements", says: "", limits: "", write: statements },
    Attack { name: "statements of one hook", says: "", limits: "", write: statements_of_one_hook },
    Attack { name: "short statements", says: "", limits: "", write: short_statements },
    Attack { name: "nested parentheses", says: "", limits: "", write: nested_parentheses },
    Attack { name: "nested functions", says: "", limits: "", write: nested_functions },
    Attack { name: "nested types", says: "", limits: "", write: nested_types },
    Attack { name: "long texts", says: "", limits: "", write: long_texts },
    Attack {
        name: "aliases",
        says: "the project's YAML files have more than 50,000 values together",
        limits: "yaml-values: 50000",
        write: aliases,
    },
    Attack { name: "large aliases", says: "", limits: "", write: large_aliases },
    Attack { name: "merges", says: "", limits: "", write: merges },
    Attack { name: "much yaml", says: "", limits: "", write: much_yaml },
    Attack {
        name: "many models in yaml",
        says: "1,399 more of them in this file are not told one by one",
        limits: "findings: 100",
        write: many_models_in_yaml,
    },
    Attack {
        name: "hooks of all models",
        says: "hooks after the first 500",
        limits: "hooks: 500",
        write: hooks_of_all_models,
    },
    Attack { name: "more hooks of all models", says: "", limits: "", write: more_hooks_of_all_models },
    Attack { name: "on-run hooks", says: "", limits: "", write: on_run_hooks },
    Attack { name: "targets", says: "more than 3 are not looked at", limits: "targets: 3", write: targets },
    Attack { name: "ways", says: "", limits: "", write: ways },
    Attack { name: "loops", says: "what long templates give", limits: "templates-work: 50000", write: loops },
    Attack { name: "texts", says: "what long templates give", limits: "templates-work: 1000000", write: texts },
    Attack { name: "patterns", says: "", limits: "", write: patterns },
    Attack { name: "lists", says: "", limits: "", write: lists },
    Attack { name: "large models", says: "", limits: "", write: large_models },
    Attack { name: "macros", says: "the project has more than 10,000 macros", limits: "macros: 10000", write: macros },
    Attack { name: "long macros", says: "", limits: "", write: long_macros },
    Attack { name: "seeds", says: "", limits: "", write: seeds },
    Attack { name: "findings", says: "", limits: "", write: findings },
    Attack {
        name: "comments",
        says: "the project has more than 1 MB of files",
        limits: "project-size: 1 MB",
        write: comments,
    },
    Attack { name: "graphs", says: "", limits: "", write: graphs },
    Attack {
        name: "one name",
        says: "too many statements are about the same ones",
        limits: "comparisons: 500",
        write: one_name,
    },
    Attack {
        name: "texts of targets",
        says: "what long templates give",
        limits: "kept-text: 100 KB",
        write: texts_of_targets,
    },
    Attack { name: "large numbers", says: "", limits: "", write: large_numbers },
    Attack { name: "searches", says: "", limits: "", write: searches },
    Attack { name: "jinja in yaml", says: "does not come to an end", limits: "", write: jinja_in_yaml },
    Attack { name: "files", says: "the project has more than 3 files", limits: "files: 3", write: files },
];
