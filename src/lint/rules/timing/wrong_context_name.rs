//! Finds a name that looks like one of dbt's but that dbt does not give at this place.

use super::unguarded_query::NO_RESULT;
use crate::diagnostic::{Edit, Fix, Safety, Severity};
use crate::jinja::tree::ExprKind;
use crate::jinja::{UndefinedRead, Use};
use crate::lint::syntax::{Owner, Seen, is_var};
use crate::lint::{Finding, Findings, Scene, Sink, origin};
use crate::render::Misread;
use crate::source::Place;

/// What is meant by a name that dbt does not give to a hook.
pub(in crate::lint::rules) fn meant(scene: &Scene<'_>, name: &str) -> Option<String> {
    let moved = |name: &str| format!("move the hook to on-run-end, where `{name}` is");
    Some(match name {
        "models" | "nodes" | "run_results" if scene.has_results() => format!("change `{name}` to `results`"),
        "models" | "nodes" | "run_results" => format!("change `{name}` to `results`, and {}", moved("results")),
        "results" | "schemas" | "database_schemas" if !scene.has_results() => moved(name),
        "dispatch" => "change `dispatch` to `adapter.dispatch`".to_owned(),
        "doc" => "write the text itself, or set `persist_docs` so that dbt writes the description".to_owned(),
        "source_node" => "change `source_node` to `source`".to_owned(),
        _ => return None,
    })
}

pub(super) fn undefined<'f>(scene: &Scene<'f>, read: &UndefinedRead, meant: String) -> Finding<'f> {
    let (name, kind) = (&read.name, scene.hook().kind.name());
    let message = match read.usage {
        Use::Called => format!("dbt has no `{name}` in {kind}: the call fails with \"'{name}' is undefined\"."),
        _ => format!(
            "dbt has no `{name}` in {kind}: it is undefined, renders as nothing and has the length 0, so that every \
             count of it is 0, and no error is printed."
        ),
    };
    Finding::of(scene, read.place, read.through.as_ref(), message)
        .sql(scene.sql_of(read.place))
        .help(meant)
        .fix(fix(scene, read))
}

/// Writes `results` where a name is read that means the results of the run.
fn fix(scene: &Scene<'_>, read: &UndefinedRead) -> Option<Fix> {
    let means_results = matches!(&*read.name, "models" | "nodes" | "run_results") && scene.has_results();
    let place = read.place.filter(|&place| scene.findings.project.sources.slice(place) == &*read.name)?;
    means_results.then(|| Fix {
        title: format!("change `{}` to `results`", read.name),
        safety: Safety::Unsafe,
        edits: vec![Edit { place, text: "results".to_owned() }],
    })
}

fn misread<'f>(scene: &Scene<'f>, misread: &Misread) -> Finding<'f> {
    let (name, holds, kind) = (misread.name, misread.holds, scene.hook().kind.name());
    let (message, help) = if scene.hook().operation.is_some() {
        let message = format!(
            "dbt parses this {kind} for the on-run hooks of the project as well, where `{name}` holds {holds}: every \
             command stops in the parse."
        );
        (message, "set the hook for a folder of the models, or ask whether `execute` is true first")
    } else {
        let message = format!(
            "There is no model in {kind}: `{name}` holds {holds}, prints `{holds}`, and its attributes print as \
             nothing."
        );
        (message, "write the relation out, or move the hook to a post-hook")
    };
    Finding::of(scene, misread.place, misread.through.as_ref(), message).sql(scene.sql_of(misread.place)).help(help)
}

/// Whether the parse ends by what is asked of the name: a hook that is only parsed sends nothing, so None that is
/// printed does no harm.
fn ends_by(scene: &Scene<'_>, misread: &Misread) -> bool {
    let (Some(error), Some(read)) = (&scene.judged.rendering.parse.error, misread.place) else { return false };
    let mut calls = error.through.iter().flat_map(|call| call.chain());
    let around = |place: Place| origin::holds(place, read);
    !error.message.contains(NO_RESULT)
        && (error.place.is_some_and(around) || calls.any(|call| call.place.is_some_and(around)))
}

/// Whether the name is only asked for its truth or kind: `{% if this and … %}` reckons with None.
fn is_tested(scene: &Scene<'_>, misread: &Misread) -> bool {
    let Some(place) = misread.place else { return false };
    let text = &scene.findings.project.sources.get(place.file).text;
    let rest = text.get(place.end as usize..).unwrap_or_default().trim_start();
    let word = rest.split(|char: char| !char.is_alphanumeric()).next().unwrap_or_default();
    matches!(word, "and" | "or" | "is" | "else" | "in" | "not")
        || ["%}", "-%}", "+%}", "==", "!="].iter().any(|tag| rest.starts_with(tag))
}

/// `model.name` and its like in the own text of on-run hooks, where `model` is the hook.
fn check_model<'f>(findings: &'f Findings<'f>, sink: &mut Sink<'f>) {
    for part in findings.syntax().parts() {
        let on_run = part.hooks.iter().all(|&at| findings.checked[at].hook.kind.is_on_run());
        let own = matches!(part.owner, Owner::Hook) && part.package == 0 && on_run;
        if !own || part.assigns("model") {
            continue;
        }
        part.walk(&mut |seen, _| {
            let Seen::Expr(expr) = seen else { return };
            let ExprKind::Attr(owner, name) = &expr.kind else { return };
            if is_var(owner, "model") && matches!(&**name, "name" | "alias" | "schema" | "database" | "relation_name") {
                let message = format!(
                    "In an on-run hook `model` is the hook itself, not a model: `model.{name}` is that of the hook."
                );
                let help = "walk `results` in on-run-end, or make it a post-hook";
                sink.add(part.finding(findings, expr.span, message).severity(Severity::Warning).help(help));
            }
        });
    }
}

pub(in crate::lint) fn check<'f>(findings: &'f Findings<'f>, sink: &mut Sink<'f>) {
    check_model(findings, sink);
    for scene in findings.scenes() {
        let pass = scene.pass();
        let reads = pass.undefined.iter().filter(|read| read.usage != Use::Guarded && !read.assigned);
        for read in reads.filter(|read| !super::results_outside_run_end::NAMES.contains(&&*read.name)) {
            if let Some(meant) = meant(&scene, &read.name) {
                sink.add(undefined(&scene, read, meant));
            }
        }
        let is_blamed = |one: &&Misread| {
            let harms = scene.hook().operation.is_none() || ends_by(&scene, one);
            one.name == "this" && harms && !is_tested(&scene, one)
        };
        for one in pass.misread.iter().filter(is_blamed) {
            sink.add(misread(&scene, one));
        }
    }
}
