//! Finds a macro that is called with arguments it does not take, without one that it prints, or that is not called at all.

use std::collections::{HashMap, HashSet};

use crate::diagnostic::{Edit, Fix, Safety, Severity};
use crate::jinja::tree::{Arg, Expr, ExprKind, Macro, Param, Span, Stmt};
use crate::jinja::{ErrorKind, walk};
use crate::lint::rules::{nearest, said};
use crate::lint::syntax::{Names, Owner, Part, Seen, is_dispatch};
use crate::lint::{Finding, Findings, Sink, origin};
use crate::render::context;
use crate::source::Place;

/// A call of a macro of the project.
struct Called<'t> {
    part: &'t Part,
    /// The whole call.
    expr: &'t Expr,
    args: &'t [Arg],
    /// The macro, by its place in the project's macros.
    at: usize,
    decl: &'t Macro,
    /// What the call is written as.
    name: String,
}

pub(in crate::lint) fn check<'f>(findings: &'f Findings<'f>, sink: &mut Sink<'f>) {
    let calls = calls(findings);
    let mut given: HashSet<(usize, usize)> = HashSet::new();
    for call in &calls {
        given.extend((0..call.decl.params.len()).filter(|&n| gives(call, n)).map(|n| (call.at, n)));
    }
    let mut told: HashSet<Place> = HashSet::new();
    let mut used = HashMap::new();
    for call in &calls {
        if let Some(refused) = refused(findings, call) {
            told.extend(call.part.place(call.expr.span));
            sink.add(refused);
        }
        for found in lacking(findings, call, &given, &mut used) {
            sink.add(found);
        }
    }
    for part in findings.syntax().parts() {
        uncalled(findings, part, sink);
    }
    for scene in findings.scenes() {
        let Some(error) = scene.error().filter(|error| error.kind == ErrorKind::MacroArguments) else { continue };
        let known = |place: Place| told.iter().any(|&one| origin::holds(one, place) || origin::holds(place, one));
        if !error.place.is_some_and(known) {
            let message = wrong(said(&error.message));
            let finding = Finding::of(&scene, error.place, error.through.as_ref(), message);
            sink.add(finding.help("change the arguments to those of the macro"));
        }
    }
}

fn wrong(said: &str) -> String {
    format!("The macro does not take these arguments: dbt stops where it calls it, with \"{said}\".")
}

/// The calls whose macro is certain.
fn calls<'f>(findings: &'f Findings<'f>) -> Vec<Called<'f>> {
    let mut calls = Vec::new();
    for part in findings.syntax().parts() {
        let names = Names { library: &findings.library, project: findings.project, package: part.package };
        part.walk(&mut |seen, around| {
            let Seen::Expr(expr) = seen else { return };
            let ExprKind::Call(callee, args) = &expr.kind else { return };
            if is_dispatched(callee) || !part.is_of_hooks(around) || assigned(part, callee) {
                return;
            }
            let [(at, name)] = &names.meant(callee)[..] else { return };
            if let Ok((decl, _)) = findings.library.parsed(findings.project, *at) {
                calls.push(Called { part, expr, args, at: *at, decl, name: name.clone() });
            }
        });
    }
    calls
}

fn is_dispatched(callee: &Expr) -> bool {
    matches!(&callee.kind, ExprKind::Call(dispatch, _) if is_dispatch(dispatch))
}

/// Whether the template gives the name another meaning.
fn assigned(part: &Part, callee: &Expr) -> bool {
    match &callee.kind {
        ExprKind::Var(name) => part.assigns(name) || matches!(&**name, "caller" | "return"),
        ExprKind::Attr(owner, _) => matches!(&owner.kind, ExprKind::Var(name) if part.assigns(name)),
        _ => true,
    }
}

fn positional(args: &[Arg]) -> usize {
    args.iter().filter(|arg| matches!(arg, Arg::Positional(_))).count()
}

fn is_open(args: &[Arg]) -> bool {
    args.iter().any(|arg| matches!(arg, Arg::Splat(_) | Arg::KeywordSplat(_)))
}

/// Whether a call gives a parameter a value, or may do so.
fn gives(call: &Called<'_>, n: usize) -> bool {
    let named = |arg: &Arg| matches!(arg, Arg::Keyword(name, ..) if *name == call.decl.params[n].name);
    n < positional(call.args) || is_open(call.args) || call.args.iter().any(named)
}

/// Arguments that the macro refuses (facts M7).
fn refused<'f>(findings: &'f Findings<'f>, call: &Called<'f>) -> Option<Finding<'f>> {
    let Called { part, expr, args, decl, .. } = call;
    let report = |said: String, help: String| part.finding(findings, expr.span, wrong(&said)).help(help);
    let shown = format!("dbt_macro__{}", decl.name);
    let params: Vec<&str> = decl.params.iter().map(|param| &*param.name).collect();
    let list = if params.is_empty() { "it takes none".to_owned() } else { format!("it takes {}", params.join(", ")) };
    if positional(args) > params.len() && !decl.varargs && !args.iter().any(|arg| matches!(arg, Arg::Splat(_))) {
        let said = format!("macro '{shown}' takes not more than {} argument(s)", params.len());
        return Some(report(said, format!("remove what is too much: {list}")));
    }
    let unknown = args.iter().find_map(|arg| match arg {
        Arg::Keyword(name, _, span) if !params.contains(&&**name) && &**name != "caller" => Some((name, *span)),
        _ => None,
    });
    let (name, span) = unknown.filter(|_| !decl.kwargs)?;
    let near = nearest(name, params.iter().copied());
    let fix = near.zip(keyword_place(part, name, span)).map(|(near, place)| Fix {
        title: format!("change `{name}` to `{near}`"),
        safety: Safety::Unsafe,
        edits: vec![Edit { place, text: near.to_owned() }],
    });
    let help =
        near.map_or_else(|| format!("change the argument: {list}"), |near| format!("change `{name}` to `{near}`"));
    Some(report(format!("macro '{shown}' takes no keyword argument '{name}'"), help).fix(fix))
}

fn keyword_place(part: &Part, name: &str, span: Span) -> Option<Place> {
    let text = part.template.text.as_str();
    (text.get(span.start as usize..span.end as usize)? == name).then(|| part.place(span))?
}

/// Parameters that the call does not give and that the macro prints or goes through as they are: an error where other
/// calls give them.
fn lacking<'f>(
    findings: &'f Findings<'f>,
    call: &Called<'f>,
    given: &HashSet<(usize, usize)>,
    used: &mut HashMap<usize, Vec<bool>>,
) -> Vec<Finding<'f>> {
    if !call.part.in_text {
        return Vec::new();
    }
    let used = used.entry(call.at).or_insert_with(|| used_bare(findings, call.at, call.decl));
    let lacks = |n: &usize| used.get(*n) == Some(&true) && !gives(call, *n);
    let found = (0..call.decl.params.len()).filter(lacks).map(|n| {
        let (param, name) = (&call.decl.params[n].name, &call.name);
        let message = format!(
            "This call gives `{name}` no `{param}`, which has no default: where the macro uses it there is nothing, and no \
             error is printed."
        );
        let severity = if given.contains(&(call.at, n)) { Severity::Error } else { Severity::Warning };
        let help = format!("add the argument, or give `{param}` a default in the macro");
        call.part.finding(findings, call.expr.span, message).severity(severity).help(help)
    });
    found.collect()
}

/// Of each parameter whether it has no default and is printed or iterated without a question whether it is there.
fn used_bare(findings: &Findings<'_>, at: usize, decl: &Macro) -> Vec<bool> {
    let mut used = vec![false; decl.params.len()];
    let Some(part) = findings.syntax().parts().iter().find(|part| part.owner == Owner::Macro(at)) else { return used };
    // What the macro asks for anywhere may be left out.
    let mut known: HashSet<&str> = HashSet::new();
    walk::assigned(&decl.body, &mut |name| {
        known.insert(&**name);
    });
    let mut asked: HashSet<*const Expr> = HashSet::new();
    part.walk(&mut |seen, _| {
        // What stands in another question was looked at with it.
        if let Some(test) = questions(seen).filter(|test| !asked.contains(&std::ptr::from_ref(*test))) {
            walk::within(test, &mut |expr| {
                asked.insert(std::ptr::from_ref(expr));
                if let ExprKind::Var(name) = &expr.kind {
                    known.insert(&**name);
                }
            });
        }
    });
    let is_open = |param: &Param| param.default.is_none() && !known.contains(&*param.name);
    let open: HashMap<&str, usize> = decl
        .params
        .iter()
        .enumerate()
        .filter(|(_, param)| is_open(param))
        .map(|(n, param)| (&*param.name, n))
        .collect();
    part.walk(&mut |seen, _| {
        let expr = match seen {
            Seen::Stmt(Stmt::Print(expr, _)) => expr,
            Seen::Stmt(Stmt::For(each)) => &each.iter,
            _ => return,
        };
        if let ExprKind::Var(name) = &expr.kind
            && let Some(&n) = open.get(&**name)
        {
            used[n] = true;
        }
    });
    used
}

/// What is asked for its truth, or whether it is there.
fn questions(seen: Seen<'_>) -> Option<&Expr> {
    match seen {
        Seen::Stmt(Stmt::If { test, .. }) => Some(test),
        Seen::Expr(expr) => match &expr.kind {
            ExprKind::If(test, ..) | ExprKind::Or(test, _) | ExprKind::And(test, _) | ExprKind::Not(test) => Some(test),
            ExprKind::Test(_, subject, _) => Some(subject),
            ExprKind::Filter(name, subject, _) if matches!(&**name, "default" | "d") => subject.as_deref(),
            _ => None,
        },
        Seen::Stmt(_) => None,
    }
}

/// Macros that are printed, where their text is meant.
fn uncalled<'f>(findings: &'f Findings<'f>, part: &'f Part, sink: &mut Sink<'f>) {
    let names = Names { library: &findings.library, project: findings.project, package: part.package };
    part.walk(&mut |seen, around| {
        let Seen::Stmt(Stmt::Print(expr, _)) = seen else { return };
        if !part.is_of_hooks(around) || !part.in_text {
            return;
        }
        let name = match &expr.kind {
            ExprKind::Call(callee, _) if is_dispatch(callee) => "adapter.dispatch(…)".to_owned(),
            ExprKind::Var(_) | ExprKind::Attr(..) if assigned(part, expr) => return,
            ExprKind::Var(name) if names.bare(name).is_some() || is_shipped(findings, name) => name.to_string(),
            ExprKind::Attr(owner, name) => match &owner.kind {
                ExprKind::Var(package) if &**package == "dbt" && is_shipped(findings, name) => format!("dbt.{name}"),
                _ => match &names.meant(expr)[..] {
                    [(_, name)] => name.clone(),
                    _ => return,
                },
            },
            _ => return,
        };
        let message = format!(
            "`{name}` is a macro, and it is not called: what is sent is its description, `<dbt.clients.jinja.MacroGenerator \
             …>`, and no SQL."
        );
        let fix = part.place(expr.span).map(|place| Fix {
            title: "call the macro".to_owned(),
            safety: Safety::Unsafe,
            edits: vec![Edit { place: Place { start: place.end, ..place }, text: "()".to_owned() }],
        });
        sink.add(part.finding(findings, expr.span, message).help("add parentheses, with the arguments").fix(fix));
    });
}

/// Whether dbt ships a macro of that name for every target, and nothing else has the name.
fn is_shipped(findings: &Findings<'_>, name: &str) -> bool {
    let mut targets = findings.project.targets.iter();
    !context::NAMES.contains(&name) && targets.all(|target| context::is_shipped(&target.adapter, name))
}
