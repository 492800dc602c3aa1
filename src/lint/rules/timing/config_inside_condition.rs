//! Finds a hook of `config()` under a condition that is settled while dbt parses, such as `is_incremental()`.

use std::collections::HashMap;

use crate::jinja;
use crate::jinja::tree::{Arg, Expr, ExprKind};
use crate::lint::syntax::{Owner, Part, Seen, is_var};
use crate::lint::{Finding, Findings, Sink};

/// What a file must hold to have such a condition.
const ASKED: &[&str] = &["is_incremental", "execute", "run_query", "load_relation", "get_relation"];

fn finding<'f>(
    findings: &'f Findings<'f>,
    part: &Part,
    span: jinja::tree::Span,
    asked: &str,
    runs: Option<bool>,
) -> Finding<'f> {
    let then = match runs {
        Some(true) => "this hook runs every time",
        Some(false) => "this hook never runs",
        None => "the same branch counts every time",
    };
    let message = format!(
        "dbt reads `config()` only while it parses, where `{asked}` is never true: {then}, whatever holds when the model is \
         built."
    );
    part.finding(findings, span, message)
        .help("move the condition into the hook's text: `post_hook=\"{% if is_incremental() %}…{% endif %}\"`")
}

pub(in crate::lint) fn check<'f>(findings: &'f Findings<'f>, sink: &mut Sink<'f>) {
    let mut of_nodes: HashMap<usize, Vec<usize>> = HashMap::new();
    for (at, checked) in findings.checked.iter().enumerate() {
        if let Some(node) = checked.hook.node {
            of_nodes.entry(node).or_default().push(at);
        }
    }
    for (at, node) in findings.project.nodes.iter().enumerate() {
        let Some(code) = &node.code else { continue };
        let text = code.as_str();
        let speaks = text.contains("config") && (text.contains("_hook") || text.contains("-hook"));
        if !speaks || !ASKED.iter().any(|word| text.contains(word)) {
            continue;
        }
        let Ok(template) = findings.library.template(code) else { continue };
        let part = Part {
            owner: Owner::File(at),
            package: node.package,
            template,
            hooks: of_nodes.get(&at).cloned().unwrap_or_default(),
            through: None,
            in_text: false,
        };
        let mut given: HashMap<&str, usize> = HashMap::new();
        part.walk(&mut |seen, _| {
            if let Seen::Expr(expr) = seen {
                for hook in hooks_of(&part, expr) {
                    *given.entry(hook).or_default() += 1;
                }
            }
        });
        part.walk(&mut |seen, around| {
            let Seen::Expr(expr) = seen else { return };
            // What every branch has alike is the same in each.
            let hooks = hooks_of(&part, expr);
            if !hooks.is_empty() && hooks.iter().all(|hook| given.get(hook).is_some_and(|times| *times > 1)) {
                return;
            }
            let (test, holds) = match &expr.kind {
                ExprKind::Call(callee, args) if is_var(callee, "config") && args.iter().any(is_hook) => {
                    match around.conditions().find(|(test, _)| asked(test).is_some()) {
                        Some(found) => found,
                        None => return,
                    }
                }
                ExprKind::If(test, ..) if around.in_config_hook() && asked(test).is_some() => (&**test, true),
                _ => return,
            };
            let Some(what) = asked(test) else { return };
            let inline = matches!(expr.kind, ExprKind::If(..));
            let runs = at_parse(test).filter(|_| !inline).map(|value| value == holds);
            sink.add(finding(findings, &part, expr.span, &what, runs));
        });
    }
}

/// The hooks of a `config()` call, as they are written.
fn hooks_of<'t>(part: &'t Part, expr: &Expr) -> Vec<&'t str> {
    let ExprKind::Call(callee, args) = &expr.kind else { return Vec::new() };
    if !is_var(callee, "config") {
        return Vec::new();
    }
    let text = part.template.text.as_str();
    let written = |arg: &Arg| {
        let span = arg.value().span;
        text.get(span.start as usize..span.end as usize)
    };
    args.iter().filter(|arg| is_hook(arg)).filter_map(written).collect()
}

/// Whether an argument of `config()` is a hook.
fn is_hook(arg: &Arg) -> bool {
    let named = |name: &str| matches!(name, "pre_hook" | "post_hook" | "pre-hook" | "post-hook");
    match arg {
        Arg::Keyword(name, ..) => named(name),
        Arg::Positional(Expr { kind: ExprKind::Dict(entries), .. }) => {
            entries.iter().any(|(key, _)| matches!(&key.kind, ExprKind::Str(key) if named(&key.value)))
        }
        _ => false,
    }
}

/// What a condition asks for that is not there while dbt parses.
fn asked(test: &Expr) -> Option<String> {
    let mut found = None;
    jinja::walk::within(test, &mut |expr| {
        let name = match &expr.kind {
            ExprKind::Var(name) if &**name == "execute" => Some("execute".to_owned()),
            ExprKind::Call(callee, _) => match &callee.kind {
                ExprKind::Var(name) if matches!(&**name, "is_incremental" | "run_query" | "load_relation") => {
                    Some(format!("{name}(…)"))
                }
                ExprKind::Attr(owner, name) if is_var(owner, "adapter") && &**name == "get_relation" => {
                    Some("adapter.get_relation(…)".to_owned())
                }
                _ => None,
            },
            _ => None,
        };
        if found.is_none() {
            found = name.map(|name| if name == "is_incremental(…)" { "is_incremental()".to_owned() } else { name });
        }
    });
    found
}

/// The truth of a condition while dbt parses, where that is plain.
fn at_parse(test: &Expr) -> Option<bool> {
    match &test.kind {
        ExprKind::Not(inner) => at_parse(inner).map(|value| !value),
        ExprKind::And(left, right) => match (at_parse(left), at_parse(right)) {
            (Some(false), _) | (_, Some(false)) => Some(false),
            (Some(true), Some(true)) => Some(true),
            _ => None,
        },
        ExprKind::Or(left, right) => match (at_parse(left), at_parse(right)) {
            (Some(true), _) | (_, Some(true)) => Some(true),
            (Some(false), Some(false)) => Some(false),
            _ => None,
        },
        ExprKind::Var(_) | ExprKind::Call(..) => asked(test).map(|_| false),
        _ => None,
    }
}
