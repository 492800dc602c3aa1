//! Finds SQL that a hook makes and never sends: a variable that nothing reads, a text that is only logged or thrown
//! away, a hook that is a comment.

use std::collections::HashMap;

use crate::diagnostic::Severity;
use crate::jinja::Odd;
use crate::jinja::tree::{BinaryOp, Expr, ExprKind, Span, Stmt, Target};
use crate::lint::syntax::{Names, Outer, Owner, Part, Seen, is_var, value};
use crate::lint::{Finding, Findings, Scene, Sink};

/// The verb of a text that is written like a statement; what stands for an expression in it is `x`.
fn verb(text: &str) -> Option<&'static str> {
    const HEADS: &[(&str, &[&str])] = &[
        ("insert", &["into", "overwrite"]),
        ("update", &["set"]),
        ("delete", &["from"]),
        ("merge", &["into"]),
        ("create", OBJECTS),
        ("drop", OBJECTS),
        ("alter", OBJECTS),
        ("grant", &["to"]),
        ("revoke", &["from"]),
        ("truncate", &["table", "x"]),
        ("call", &["x"]),
        ("vacuum", &["x"]),
        ("analyze", &["x"]),
        ("copy", &["from", "into", "to"]),
        ("refresh", &["materialized", "table"]),
        ("select", &["from"]),
        ("with", &["select"]),
    ];
    let lines = text.lines().map(str::trim).filter(|line| !line.starts_with("--"));
    let words: Vec<String> = lines
        .flat_map(|line| line.split(|char: char| !(char.is_alphanumeric() || char == '_')))
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect();
    let first = words.first()?;
    let (verb, needs) = HEADS.iter().find(|(verb, _)| verb == first)?;
    let near = if *verb == "with" || *verb == "select" { words.len() } else { 40 };
    words.iter().skip(1).take(near).any(|word| needs.contains(&word.as_str())).then_some(*verb)
}

const OBJECTS: &[&str] = &[
    "table",
    "view",
    "schema",
    "index",
    "database",
    "role",
    "user",
    "function",
    "procedure",
    "sequence",
    "policy",
    "trigger",
    "type",
    "extension",
    "task",
    "stage",
    "stream",
    "warehouse",
    "materialized",
];

fn writes(verb: &str) -> bool {
    !matches!(verb, "select" | "with")
}

/// The text that some statements print, with `x` for each expression.
fn printed(stmts: &[Stmt], text: &mut String) {
    for stmt in stmts {
        match stmt {
            Stmt::Raw(raw) => text.push_str(&raw.value),
            Stmt::Print(expr, _) if is_plain_return(expr) => {}
            Stmt::Print(..) => text.push_str(" x "),
            Stmt::If { then, otherwise, .. } => {
                printed(then, text);
                printed(otherwise, text);
            }
            Stmt::For(each) => printed(&each.body, text),
            Stmt::With(_, body) | Stmt::Block(body) => printed(body, text),
            _ => {}
        }
    }
}

/// Whether what is printed is nothing: `log`, and what raises.
fn is_plain_return(expr: &Expr) -> bool {
    matches!(&expr.kind, ExprKind::Call(callee, _) if is_log(callee) || matches!(callee.kind, ExprKind::Attr(..)))
}

/// The verb of what some statements print.
fn begins(stmts: &[Stmt]) -> Option<&'static str> {
    let mut text = String::new();
    printed(stmts, &mut text);
    verb(&text)
}

/// The texts of an expression that joins some, with `x` for what is none.
fn joined(expr: &Expr, text: &mut String) {
    match &expr.kind {
        ExprKind::Str(literal) => text.push_str(&literal.value),
        ExprKind::Binary(BinaryOp::Concat | BinaryOp::Add, left, right) => {
            joined(left, text);
            joined(right, text);
        }
        _ => text.push_str(" x "),
    }
}

/// The verb of the text that an expression makes: a text, texts that are joined, a macro of the project.
fn made(findings: &Findings<'_>, macros: &Macros, part: &Part, expr: &Expr) -> Option<&'static str> {
    match &expr.kind {
        ExprKind::Str(_) | ExprKind::Binary(..) => {
            let mut text = String::new();
            joined(expr, &mut text);
            verb(&text)
        }
        ExprKind::Call(callee, _) => {
            let names = Names { library: &findings.library, project: findings.project, package: part.package };
            let (at, _) = names.meant(callee).into_iter().next()?;
            macros.get(&at).copied()
        }
        _ => None,
    }
}

/// The macros that print a statement, with its verb.
type Macros = HashMap<usize, &'static str>;

fn macros(findings: &Findings<'_>) -> Macros {
    let of = |part: &Part| {
        let Owner::Macro(at) = part.owner else { return None };
        let mut body = part.template.body.iter();
        let verb = body.find_map(|stmt| if let Stmt::Macro(decl) = stmt { begins(&decl.body) } else { None })?;
        Some((at, verb))
    };
    findings.syntax().parts().iter().filter_map(of).collect()
}

/// A text in a variable.
struct Kept<'t> {
    name: &'t str,
    span: Option<Span>,
    verb: &'static str,
}

/// How a name is read in a tree.
#[derive(Default)]
struct Reads {
    logged: usize,
    other: usize,
}

fn written<'t>(part: &'t Part, expr: &Expr) -> &'t str {
    &part.template.text.as_str()[expr.span.start as usize..expr.span.end as usize]
}

fn is_log(callee: &Expr) -> bool {
    is_var(callee, "log") || is_var(callee, "print")
}

fn check_part<'f>(findings: &'f Findings<'f>, macros: &Macros, part: &'f Part, sink: &mut Sink<'f>) {
    let mut kept: Vec<Kept<'f>> = Vec::new();
    let mut reads: HashMap<&str, Reads> = HashMap::new();
    let mut logged: Vec<(&Expr, &Expr, &'static str)> = Vec::new();
    let mut calls: HashMap<&str, usize> = HashMap::new();
    part.walk(&mut |seen, around| match seen {
        Seen::Stmt(Stmt::SetBlock { target: Target::Name(name), body, .. }) => {
            let verb = begins(body);
            let span = body.iter().find_map(first_print);
            kept.extend(verb.map(|verb| Kept { name, span, verb }));
        }
        Seen::Stmt(Stmt::Set(Target::Name(name), expr)) => {
            let verb = made(findings, macros, part, expr);
            kept.extend(verb.map(|verb| Kept { name, span: Some(expr.span), verb }));
        }
        Seen::Expr(expr) => match &expr.kind {
            ExprKind::Var(name) => {
                let is_logged = matches!(around.0.last(), Some(Outer::Argument(callee, _)) if is_log(callee));
                let read = reads.entry(name).or_default();
                if is_logged { read.logged += 1 } else { read.other += 1 }
            }
            ExprKind::Call(callee, args) if is_log(callee) => {
                let first = args.first().map(value);
                let call = first.filter(|first| matches!(first.kind, ExprKind::Call(..)));
                logged.extend(call.and_then(|call| Some((expr, call, made(findings, macros, part, call)?))));
            }
            ExprKind::Call(callee, _) => *calls.entry(written(part, callee)).or_default() += 1,
            _ => {}
        },
        Seen::Stmt(_) => {}
    });
    for one in kept {
        let none = Reads::default();
        let read = reads.get(one.name).unwrap_or(&none);
        if read.other == 0 {
            sink.add(finding(findings, part, &one, read.logged > 0));
        }
    }
    for (expr, call, verb) in logged {
        let ExprKind::Call(callee, _) = &call.kind else { continue };
        let only = calls.get(written(part, callee)) == Some(&1);
        if only && writes(verb) && part.owner == Owner::Hook {
            let message = format!(
                "The {} that this macro gives is only logged: `log` and `print` give back nothing, so that nothing is sent.",
                verb.to_uppercase()
            );
            sink.add(part.finding(findings, expr.span, message).help("print the macro itself: `{{ … }}`"));
        }
    }
}

/// Where the first expression of a statement stands.
fn first_print(stmt: &Stmt) -> Option<Span> {
    match stmt {
        Stmt::Print(_, span) => Some(*span),
        Stmt::If { test, .. } => Some(test.span),
        Stmt::For(each) => Some(each.iter.span),
        _ => None,
    }
}

fn finding<'f>(findings: &'f Findings<'f>, part: &Part, kept: &Kept<'_>, is_logged: bool) -> Finding<'f> {
    let (name, verb) = (kept.name, kept.verb.to_uppercase());
    let (message, help) = if is_logged {
        (
            format!("The {verb} in `{name}` is only logged: nothing is sent."),
            format!("`{{% do run_query({name}) %}}` executes it"),
        )
    } else {
        (
            format!("Nothing reads `{name}`: the {verb} in it is never sent."),
            format!("execute it with `{{% do run_query({name}) %}}`, print it with `{{{{ {name} }}}}`, or remove it"),
        )
    };
    let found = match kept.span {
        Some(span) => part.finding(findings, span, message),
        None => part.finding_at(findings, set_place(part, name), message),
    };
    let severity = if writes(kept.verb) && !is_logged { Severity::Error } else { Severity::Warning };
    found.severity(severity).help(help)
}

/// Where `{% set name %}` is written.
fn set_place(part: &Part, name: &str) -> Option<crate::source::Place> {
    let text = part.template.text.as_str();
    let at = text.match_indices("set").find_map(|(at, _)| {
        let after = text[at + 3..].trim_start();
        let rest = after.strip_prefix(name)?;
        let start = text.len() - after.len();
        rest.trim_start().starts_with(['%', '-', '|']).then_some(start)
    })?;
    let (start, end) = (u32::try_from(at).ok()?, u32::try_from(at + name.len()).ok()?);
    part.place(Span { start, end })
}

/// Whether a text is executed in a rendering all the same.
fn is_executed(scene: &Scene<'_>, text: &str) -> bool {
    let words = |text: &str| text.trim_end_matches(';').split_whitespace().map(str::to_lowercase).collect::<Vec<_>>();
    let wanted = words(text);
    scene.sqls().any(|sql| words(sql.text.as_str()) == wanted || sql.text.as_str().contains(text.trim()))
}

fn check_dropped<'f>(findings: &'f Findings<'f>, sink: &mut Sink<'f>) {
    for scene in findings.scenes() {
        let Some(run) = &scene.judged.rendering.run else { continue };
        for odd in &run.odd {
            let (Odd::Dropped(text), Some(place)) = (&odd.what, odd.place) else { continue };
            let Some(verb) = verb(text).filter(|verb| writes(verb)) else { continue };
            if !findings.is_own(place) || is_executed(&scene, text) {
                continue;
            }
            let message = format!("`do` throws away what it calls gives: the {} is never sent.", verb.to_uppercase());
            let finding = Finding::of(&scene, Some(place), odd.through.as_ref(), message).sql(text.trim());
            sink.add(finding.help("print it instead: `{{ … }}`"));
        }
    }
}

fn check_comments<'f>(findings: &'f Findings<'f>, sink: &mut Sink<'f>) {
    for (at, checked) in findings.checked.iter().enumerate() {
        let raw = checked.hook.raw.as_str().trim();
        let is_comment =
            raw.starts_with("{#") && raw.ends_with("#}") && raw.matches("{#").count() == raw.matches("#}").count();
        let outside = || {
            raw.split("{#").skip(1).filter_map(|part| part.split_once("#}")).all(|(_, after)| after.trim().is_empty())
        };
        if is_comment && outside() && findings.checked[at].hook.place.is_none_or(|place| findings.is_own(place)) {
            let message = "The whole hook is a Jinja comment: nothing is ever sent.";
            let place = checked.hook.raw.place_of(0..checked.hook.raw.as_str().len());
            let finding = Finding::of_hooks(findings, &[at], place, None, message).severity(Severity::Warning);
            sink.add(finding.help("close the comment before the statement, or remove the hook"));
        }
    }
}

pub(in crate::lint) fn check<'f>(findings: &'f Findings<'f>, sink: &mut Sink<'f>) {
    let macros = macros(findings);
    for part in findings.syntax().parts() {
        let own = match part.owner {
            Owner::Hook => part.package == 0,
            Owner::Macro(at) => findings.project.macros[at].package == 0,
            Owner::File(_) => false,
        };
        if own {
            check_part(findings, &macros, part, sink);
        }
    }
    check_dropped(findings, sink);
    check_comments(findings, sink);
}
