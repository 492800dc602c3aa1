//! Projects that mean harm: each ends soon, without a panic, with the bound or the refusal that it meets.

#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "hostile/attacks.rs"]
mod attacks;

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// Beyond this a command hangs: a watchdog far above what any case needs, not a measure.
const HANGS: Duration = Duration::from_mins(3);

const PROFILES: &str = "p:\n  target: dev\n  outputs:\n    dev: {type: postgres, host: h, user: u, password: p, port: 5432, dbname: d, schema: dev}\n";

struct Case {
    name: &'static str,
    /// The text of an on-run-end hook.
    hook: String,
    /// A file besides.
    file: Option<(&'static str, String)>,
    /// What `check` says of it.
    says: &'static str,
}

fn hook(name: &'static str, hook: impl Into<String>, says: &'static str) -> Case {
    Case { name, hook: hook.into(), file: None, says }
}

fn file(name: &'static str, path: &'static str, text: impl Into<String>, says: &'static str) -> Case {
    Case { name, hook: "select 1".to_owned(), file: Some((path, text.into())), says }
}

fn with_macro(name: &'static str, call: &str, text: impl Into<String>, says: &'static str) -> Case {
    Case { name, hook: call.to_owned(), file: Some(("macros/a.sql", text.into())), says }
}

fn list<T: ToString>(items: impl Iterator<Item = T>, separator: &str) -> String {
    items.map(|item| item.to_string()).collect::<Vec<_>>().join(separator)
}

const ENDLESS: &str = "the template does not come to an end";
const BOUNDLESS: &str = "the template makes text without end";
const DEEP: &str = "template exceeds maximum recursion limits";
const NO_TREE: &str = "no tree for 1";
const WORKS: &str = "the template works through more text than a check does";

/// A template that does something with a value again and again.
fn each_time(value: &str, does: &str) -> String {
    format!("{{% set value = {value} %}}{{% for i in range(99999) %}}{{% set made = {does} %}}{{% endfor %}}select 1")
}

fn yaml() -> Vec<Case> {
    let mut bomb = "a: &a [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for (from, to) in ('a'..='i').zip('b'..='j') {
        let aliases = vec![format!("*{from}"); 10].join(", ");
        writeln!(bomb, "{to}: &{to} [{aliases}]").unwrap();
    }
    let nested = list((0..3_000).map(|depth| format!("{}a:", " ".repeat(depth))), "\n");
    vec![
        file("aliases", "models/s.yml", bomb, "aliases multiply this document"),
        file(
            "flow",
            "models/s.yml",
            format!("models: {}{}", "[".repeat(20_000), "]".repeat(20_000)),
            "nest too deeply",
        ),
        file("blocks", "models/s.yml", nested, "nest too deeply"),
    ]
}

fn templates() -> Vec<Case> {
    let doubled =
        "{% set ns = namespace(s='x') %}{% for i in range(60) %}{% set ns.s = ns.s ~ ns.s %}{% endfor %}{{ ns.s }}";
    let loops = "{% for i in range(99999) %}{% for j in range(99999) %}{% for k in range(99999) %}x{% endfor %}{% endfor %}{% endfor %}";
    let ifs =
        format!("{{% macro a() %}}{}x{}{{% endmacro %}}", "{% if true %}".repeat(3_000), "{% endif %}".repeat(3_000));
    let ways = list((0..200).map(|n| format!("{{% if env_var('E{n}') == 'x' %}}a{{% endif %}}")), "");
    let itself = "{% macro a(n) %}{{ a(n + 1) }}{% endmacro %}";
    let dispatched =
        "{% macro a() %}{{ adapter.dispatch('a')() }}{% endmacro %}{% macro default__a() %}{{ a() }}{% endmacro %}";
    vec![
        hook("loops", loops, ENDLESS),
        hook("doubled text", doubled, BOUNDLESS),
        hook("text times", "{{ 'x' * 10000000000 }}", BOUNDLESS),
        hook("list times", "{{ [1] * 99999999999 }}", BOUNDLESS),
        hook("center", "{{ 'x'|center(99999999999) }}", BOUNDLESS),
        hook("power", "{{ 9 ** (9 ** 9) }}", "a number becomes too large"),
        hook("format", "{{ '{:>99999999999}'.format(1) }}", BOUNDLESS),
        hook("a width that no number holds", format!("{{{{ '{{:>{}}}'.format(1) }}}}", "9".repeat(40)), BOUNDLESS),
        hook("a precision", "{{ '%.99999999f' | format(1.5) }}", BOUNDLESS),
        hook("regex", "{{ modules.re.match('(a+)+$', 'a' * 60 ~ 'b') }}", ""),
        hook("a list in itself", "{% set l = [] %}{% do l.append(l) %}{{ l }}{{ l == l }}{{ tojson(l) }}", ""),
        hook("products of large numbers", each_time("2 ** 500000", "value * value"), WORKS),
        hook("large numbers as text", each_time("2 ** 500000", "value ~ ''"), WORKS),
        hook("a search in a long text", each_time("'ab' * 5000000", "value.count('x')"), WORKS),
        hook("a part of a long text", each_time("'ab' * 5000000", "'x' in value"), WORKS),
        hook("long texts compared", each_time("'ab' * 5000000", "value == 'ab' * 5000000"), ""),
        hook("parentheses", format!("{{{{ {}1{} }}}}", "(".repeat(5_000), ")".repeat(5_000)), DEEP),
        hook("ways", ways, "has no default"),
        with_macro("conditions", "{{ a() }}", ifs, DEEP),
        with_macro("recursion", "{{ a(1) }}", itself, "nested macro calls"),
        with_macro("dispatch", "{{ a() }}", dispatched, "nested macro calls"),
        file("braces", "models/b.sql", "{{".repeat(200_000), DEEP),
        file("comments", "models/b.sql", "{#".repeat(200_000), "does not render"),
        file("raw blocks", "models/b.sql", "{% raw %}".repeat(50_000), "does not render"),
        file("macros", "macros/b.sql", "{% macro a() %}".repeat(20_000), "can't cut macros/b.sql"),
    ]
}

fn sql() -> Vec<Case> {
    let cross = list((0..12).map(|n| format!("a a{n}")), ", ");
    let nested = format!("select * from {}t{}", "(select * from ".repeat(2_000), ") x".repeat(2_000));
    let cases = format!("select {}1{}", "case when 1 = 1 then ".repeat(3_000), " end".repeat(3_000));
    let ands = list((0..20_000).map(|n| format!("a{n} = 1")), " and ");
    let columns = list((0..100_000).map(|n| format!("c{n} + {n}")), ", ");
    vec![
        hook("parentheses of SQL", format!("select {}1{}", "(".repeat(20_000), ")".repeat(20_000)), NO_TREE),
        hook("statements", vec!["select 1"; 20_000].join(";"), ""),
        hook("columns", format!("select {columns} from t"), NO_TREE),
        hook("a list of values", format!("delete from t where id in ({})", list(0..200_000, ",")), NO_TREE),
        hook("conditions of SQL", format!("delete from t where {ands}"), NO_TREE),
        hook("joined texts", format!("select {}", vec!["'a'"; 20_000].join(" || ")), NO_TREE),
        hook("cases", cases, NO_TREE),
        hook("subqueries", nested, NO_TREE),
        hook("comments of SQL", "/*".repeat(50_000), "is never closed"),
        hook("quotes", "'".repeat(50_001), "is never closed"),
        hook("dollars", "select $a$".repeat(20_000), "does not take this statement"),
        hook(
            "rows without end",
            "create table x as with recursive r(n) as (select 1 union all select n + 1 from r) select * from r",
            "",
        ),
        hook(
            "a product",
            format!(
                "create table x as with a(n) as (values (1), (2), (3), (4), (5), (6), (7), (8)) select count(*) from {cross}"
            ),
            "",
        ),
        hook("a long text", "create table x as select repeat('x', 2000000000)", ""),
        hook("a long series", "create table x as select * from generate_series(1, 10000000000)", ""),
    ]
}

fn files() -> Vec<Case> {
    let names = list((0..5_000).map(|n| format!("c{n}")), ",");
    let row = vec!["1"; 5_000].join(",");
    vec![
        file("a wide seed", "seeds/s.csv", format!("{names}\n{}", format!("{row}\n").repeat(50)), ""),
        file("a long seed", "seeds/s.csv", format!("a,b\n{}", "1,2\n".repeat(1_000_000)), ""),
        file("an open quote", "seeds/s.csv", format!("a,b\n\"{}", "x".repeat(5_000_000)), ""),
        file("a nul", "models/n.sql", "select '\0' as id {{ config(post_hook='select \0') }}", ""),
        file("a large file", "models/big.sql", format!("select 1 -- {}", "x".repeat(9_000_000)), "more than 8 MB"),
        file("a huge file", "models/big.sql", format!("select 1 -- {}", "x".repeat(20_000_000)), "more than 16 MB"),
        file("a cycle", "models/n.sql", "select * from {{ ref('n') }}", ""),
    ]
}

fn write(root: &Path, case: &Case) {
    let hook = serde_json::to_string(&case.hook).unwrap();
    let project = format!("name: p\nversion: '1.0'\nprofile: p\non-run-end:\n  - {hook}\n");
    let mut all =
        vec![("dbt_project.yml", project.as_str()), ("profiles.yml", PROFILES), ("models/m.sql", "select 1 as id")];
    all.extend(case.file.as_ref().map(|(path, text)| (*path, text.as_str())));
    for (path, text) in all {
        let path = root.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
}

/// Runs a command, and ends it where it hangs.
fn run(root: &Path, arguments: &[&str]) -> Option<Output> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_hookproof"));
    let (out, err) = (root.join("out.log"), root.join("err.log"));
    command.args(arguments).arg(root).stdin(Stdio::null());
    command.stdout(fs::File::create(&out).unwrap()).stderr(fs::File::create(&err).unwrap());
    let mut child = command.spawn().unwrap();
    let start = Instant::now();
    loop {
        if let Some(status) = child.try_wait().unwrap() {
            return Some(Output { status, stdout: fs::read(out).unwrap(), stderr: fs::read(err).unwrap() });
        }
        if start.elapsed() > HANGS {
            child.kill().unwrap();
            child.wait().unwrap();
            return None;
        }
        thread::sleep(Duration::from_millis(5));
    }
}

fn hold(cases: &[Case]) {
    let mut wrong = Vec::new();
    for case in cases {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path(), case);
        for arguments in [["check", "--format=concise"], ["prove", "--quiet"]] {
            let Some(output) = run(folder.path(), &arguments) else {
                wrong.push(format!("{}: {} hangs", case.name, arguments[0]));
                continue;
            };
            let out = String::from_utf8_lossy(&output.stdout);
            let err = String::from_utf8_lossy(&output.stderr);
            let is_said = arguments[0] == "prove" || out.contains(case.says);
            if !matches!(output.status.code(), Some(0..=2)) || !is_said {
                let shown: String = format!("{out}{err}").chars().take(600).collect();
                wrong.push(format!("{}: {} ends with {}: {shown}", case.name, arguments[0], output.status));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Each hook is within its bounds, and all of them together are not: they are checked in part, the same each time.
#[test]
fn all_templates_together_are_bounded() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), &file("together", "models/m.sql", "select 1 as id", ""));
    let long = "{% set text = 'x' * 30000000 %}";
    for n in 0..150 {
        let text = format!("{{{{ config(post_hook=\"{long} select {n}\") }}}} select 1 as id");
        fs::write(folder.path().join(format!("models/m{n}.sql")), text).unwrap();
    }
    fs::write(folder.path().join("models/short.sql"), "{{ config(post_hook='drop table a') }} select 1 as id").unwrap();
    let outputs: Vec<Output> = (0..2).map(|_| run(folder.path(), &["check", "--format=concise"]).unwrap()).collect();
    let out = String::from_utf8_lossy(&outputs[0].stdout);
    assert!(out.contains("not checked: what long templates give: all templates of the project together"), "{out}");
    assert!(out.contains("models/short.sql:1:22") && !out.contains("render-error"), "{out}");
    assert_eq!(outputs[0].stdout, outputs[1].stdout);
}

/// Thousands of files, each within its bounds: small ones here, under bounds that the settings lower.
///
/// `HOOKPROOF_MEASURE=target/release/hookproof cargo test --test hostile all_files -- --nocapture` writes those of 1,000
/// files instead and checks them within the bounds that hold by themselves, with what each takes.
#[test]
fn all_files_together_are_bounded() {
    if let Some(binary) = std::env::var_os("HOOKPROOF_MEASURE") {
        return measure(Path::new(&binary));
    }
    let mut wrong = Vec::new();
    for attack in attacks::ATTACKS.iter().filter(|attack| !attack.limits.is_empty()) {
        let folder = tempfile::tempdir().unwrap();
        (attack.write)(folder.path(), 8);
        fs::write(folder.path().join("hookproof.yml"), format!("limits: {{{}}}\n", attack.limits)).unwrap();
        let outputs: Vec<Output> =
            (0..2).filter_map(|_| run(folder.path(), &["check", "--format=concise", "--fail-on=never"])).collect();
        let said: Vec<_> = outputs.iter().map(|output| String::from_utf8_lossy(&output.stdout)).collect();
        let is_same = said.len() == 2 && said[0] == said[1];
        if !is_same || !said[0].contains(attack.says) || said[0].matches(attack.says).count() != 1 {
            let shown: String = said.iter().flat_map(|said| said.chars().take(600)).collect();
            wrong.push(format!("{}: {shown}", attack.name));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Macros may stand in files that are left out: what calls them is not blamed.
#[test]
fn what_is_left_out_is_not_missed() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), &with_macro("left out", "{{ z() }} {{ ref('z') }}", "{% macro a() %}{% endmacro %}", ""));
    fs::write(folder.path().join("macros/z.sql"), "{% macro z() %}select 1{% endmacro %}").unwrap();
    fs::write(folder.path().join("models/z.sql"), "select 1 as id").unwrap();
    for limits in ["macros: 1", "files: 2"] {
        fs::write(folder.path().join("hookproof.yml"), format!("limits: {{{limits}}}\n")).unwrap();
        let output = run(folder.path(), &["check", "--format=concise"]).unwrap();
        let out = String::from_utf8_lossy(&output.stdout);
        assert!(out.contains("left out") && !out.contains("error["), "{limits}: {out}");
    }
}

/// A table of what each kind of project takes.
#[allow(clippy::print_stdout)]
fn measure(binary: &Path) {
    println!("| project of 1,000 files | seconds | CPU seconds | MB | said |\n|---|---|---|---|---|");
    for attack in attacks::ATTACKS {
        let folder = tempfile::tempdir().unwrap();
        (attack.write)(folder.path(), 1_000);
        let start = Instant::now();
        let output = Command::new("/usr/bin/time")
            .args(["-f", "%U %S %M"])
            .arg(binary)
            .args(["check", "--format=concise", "--fail-on=never"])
            .arg(folder.path())
            .output()
            .unwrap();
        let took = start.elapsed().as_secs_f64();
        let told = String::from_utf8_lossy(&output.stderr);
        let numbers: Vec<f64> =
            told.lines().last().unwrap_or_default().split(' ').filter_map(|one| one.parse().ok()).collect();
        let [user, system, size] = numbers[..] else { panic!("{}: {told}", attack.name) };
        let out = String::from_utf8_lossy(&output.stdout);
        let said = if out.contains(attack.says) { attack.says } else { "—" };
        println!("| {} | {took:.1} | {:.1} | {:.0} | {said} |", attack.name, user + system, size / 1024.0);
    }
}

#[test]
fn yaml_is_bounded() {
    hold(&yaml());
}

#[test]
fn templates_are_bounded() {
    hold(&templates());
}

#[test]
fn sql_is_bounded() {
    hold(&sql());
}

#[test]
fn files_are_bounded() {
    hold(&files());
}
