//! Finds a hook in YAML that dbt renders when it reads the file, before any of the names that hooks use are there.

use crate::diagnostic::{Edit, Fix, Safety};
use crate::hook::{Declared, Hook};
use crate::jinja::tree::{Expr, ExprKind, Template};
use crate::jinja::{parse, walk};
use crate::lint::{Finding, Findings, Sink};
use crate::project::ProblemKind;
use crate::source::{Place, Text};

/// The names that dbt gives to YAML files (facts C0, C3), and those of Jinja.
const NAMES: &[&str] = &[
    "builtins",
    "caller",
    "context",
    "cycler",
    "dbt_version",
    "dict",
    "diff_of_two_dicts",
    "env_var",
    "flags",
    "fromjson",
    "fromyaml",
    "invocation_id",
    "joiner",
    "kwargs",
    "lipsum",
    "local_md5",
    "log",
    "loop",
    "modules",
    "namespace",
    "print",
    "project_name",
    "range",
    "return",
    "run_started_at",
    "self",
    "set",
    "set_strict",
    "target",
    "thread_id",
    "tojson",
    "toyaml",
    "var",
    "varargs",
    "zip",
    "zip_strict",
];

fn finding<'f>(findings: &'f Findings<'f>, at: usize, early: &Text) -> Option<Finding<'f>> {
    let hook = findings.checked[at].hook;
    let template = parse(early).ok()?;
    let name = missing(&template)?;
    let place = template.place(name.span);
    let ExprKind::Var(name) = &name.kind else { return None };
    let whole = early.place_of(0..early.as_str().len());
    let failed = findings.project.problems.iter().find(|problem| {
        let inside = |place: Place| whole.is_some_and(|whole| crate::lint::origin::holds(whole, place));
        problem.kind == ProblemKind::Render && problem.place.is_some_and(inside)
    });
    let then = match failed.and_then(|problem| problem.message.split_once("`: ")) {
        Some((_, said)) => format!("every command stops with \"Could not render …: {said}\""),
        None => format!("`{name}` is not there yet and renders as nothing, without an error"),
    };
    let message = format!("dbt renders this hook when it reads the file, not when the hook runs: {then}.");
    let help = match hook.declared {
        Declared::Properties => format!(
            "write the key as `{}` below the model's own `config:`, outside `versions:`, where dbt leaves it for later",
            hook.kind.name().replace('-', "_")
        ),
        Declared::Project | Declared::Config => "move the hook to the node's own properties or its config()".to_owned(),
    };
    let finding = Finding::of_hooks(findings, &[at], place, None, message);
    Some(finding.help(help).fix(fix(findings, hook, whole)))
}

/// The first name that is not there when dbt reads YAML.
fn missing(template: &Template) -> Option<&Expr> {
    let mut found = None;
    walk::exprs(&template.body, &mut |expr| {
        if let ExprKind::Var(name) = &expr.kind
            && found.is_none()
            && !NAMES.contains(&&**name)
            && !template.assigns(name)
        {
            found = Some(expr);
        }
    });
    found
}

/// Writes the key with an underscore, where it stands right before the value.
fn fix(findings: &Findings<'_>, hook: &Hook, whole: Option<Place>) -> Option<Fix> {
    let whole = whole.filter(|_| hook.declared == Declared::Properties)?;
    let text = &findings.project.sources.get(whole.file).text;
    let before = text.get(..whole.start as usize)?;
    let key = hook.kind.name();
    let start = before.rfind(key)?;
    let between = &before[start + key.len()..];
    let plain = |char: char| char.is_whitespace() || matches!(char, ':' | '\'' | '"' | '|' | '>' | '-' | '[');
    if text.contains("versions:") || !between.chars().all(plain) {
        return None;
    }
    let place = Place { start: start as u32, end: (start + key.len()) as u32, ..whole };
    let meant = key.replace('-', "_");
    let title = format!("change `{key}` to `{meant}`");
    Some(Fix { title, safety: Safety::Unsafe, edits: vec![Edit { place, text: meant }] })
}

pub(in crate::lint) fn check<'f>(findings: &'f Findings<'f>, sink: &mut Sink<'f>) {
    for (at, checked) in findings.checked.iter().enumerate() {
        if let Some(early) = &checked.hook.early
            && let Some(found) = finding(findings, at, early)
        {
            sink.add(found);
        }
    }
}
