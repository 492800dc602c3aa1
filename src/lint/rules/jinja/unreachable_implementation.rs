//! Finds an implementation of a dispatched macro whose name `adapter.dispatch` does not look for.

use crate::diagnostic::{Edit, Fix, Safety};
use crate::jinja::tree::ExprKind;
use crate::lint::domain::Domain;
use crate::lint::syntax::{Owner, Part, Seen, is_dispatch, value};
use crate::lint::{Finding, Findings, Sink};
use crate::project::Macro;
use crate::source::Place;

/// What a macro's name is meant to be, as an implementation of a dispatched name.
fn meant(findings: &Findings<'_>, name: &str, dispatched: &str) -> Option<String> {
    let known = |prefix: &str| prefix == "default" || Domain::Adapter.words(findings).contains(&prefix);
    let before = name.strip_suffix(dispatched)?;
    if let Some(prefix) = before.strip_suffix("__") {
        let near = || Domain::Adapter.meant(findings, prefix).filter(|_| prefix.len() > 2);
        let default = || (strsim::damerau_levenshtein(prefix, "default") <= 2).then_some("default");
        let meant = (!known(prefix)).then(|| default().or_else(near)).flatten()?;
        return Some(format!("{meant}__{dispatched}"));
    }
    let prefix = before.trim_end_matches('_');
    let underscores = before.len() - prefix.len();
    (underscores != 2 && underscores > 0 && known(prefix)).then(|| format!("{prefix}__{dispatched}"))
}

/// Where a macro's name is written.
fn place_of(findings: &Findings<'_>, one: &Macro) -> Place {
    let block = findings.project.sources.slice(one.block);
    let at = block.find(&one.name).unwrap_or_default();
    let start = one.block.start + u32::try_from(at).unwrap_or_default();
    Place { start, end: start + u32::try_from(one.name.len()).unwrap_or_default(), ..one.block }
}

fn check_dispatch<'f>(findings: &'f Findings<'f>, part: &Part, dispatched: &str, sink: &mut Sink<'f>) {
    let own = || findings.project.macros.iter().filter(|one| one.package == 0);
    for one in own() {
        let Some(meant) = meant(findings, &one.name, dispatched) else { continue };
        if own().any(|other| other.name == meant) {
            continue;
        }
        let place = place_of(findings, one);
        let message = format!(
            "`adapter.dispatch('{dispatched}')` looks for `{meant}`, with two underscores and the adapter's name, and never \
             for `{}`: the default is used in its place, or none is found.",
            one.name
        );
        let fix = Fix {
            title: format!("rename the macro to `{meant}`"),
            safety: Safety::Unsafe,
            edits: vec![Edit { place, text: meant.clone() }],
        };
        let finding = Finding::of_hooks(findings, &part.hooks, Some(place), None, message);
        sink.add(finding.help(format!("rename it to `{meant}`")).fix(Some(fix)));
    }
}

pub(in crate::lint) fn check<'f>(findings: &'f Findings<'f>, sink: &mut Sink<'f>) {
    for part in findings.syntax().parts() {
        if matches!(part.owner, Owner::Macro(at) if findings.project.macros[at].package != 0) {
            continue;
        }
        part.walk(&mut |seen, _| {
            if let Seen::Expr(expr) = seen
                && let ExprKind::Call(callee, args) = &expr.kind
                && is_dispatch(callee)
                && let Some(ExprKind::Str(name)) = args.first().map(|arg| &value(arg).kind)
            {
                check_dispatch(findings, part, &name.value, sink);
            }
        });
    }
}
