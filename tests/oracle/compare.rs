//! One recorded run against what hookproof says of the same project.

use std::collections::BTreeMap;

use hookproof::datum::{Datum, Kind};
use hookproof::diagnostic::{Diagnostic, Severity};
use hookproof::hook::Hook;
use hookproof::render::{Query, Rendering};
use hookproof::report::compile::Compiled;
use hookproof::settings::Answers;
use hookproof::source::Text;
use hookproof::{CheckOptions, check, compile};

use crate::command;
use crate::recorded::{Case, Recorded, Run};

/// The id under which differences stand that are no single hook's.
pub(crate) const PROJECT: &str = "project";

/// Where hookproof and dbt part.
pub(crate) struct Difference {
    pub(crate) id: String,
    pub(crate) text: String,
}

/// How many hooks were compared, and how well they agree.
#[derive(Default)]
pub(crate) struct Tally {
    pub(crate) runs: usize,
    pub(crate) refused: usize,
    /// Hooks whose run pass was compared.
    pub(crate) rendered: usize,
    /// Hooks that dbt did not get to in the run: their text, place and parse pass were compared.
    pub(crate) parsed_only: usize,
    /// Of the rendered ones, those that agree with the first rendering.
    pub(crate) first: usize,
    /// Of the rendered ones, those that agree where something unknown stands for dbt's text.
    pub(crate) with_unknown: usize,
    /// Hooks that fail in both.
    pub(crate) failing: usize,
    /// Of these, those whose message is dbt's.
    pub(crate) same_message: usize,
}

/// Compares a run.
pub(crate) fn compare(case: &Case, run: &Run, tally: &mut Tally) -> Vec<Difference> {
    tally.runs += 1;
    let options = options(case, run);
    let mut comparison = Comparison { found: Vec::new() };
    let compiled = match compile(&options) {
        Ok(compiled) => compiled,
        Err(_) if run.is_refused() => Vec::new(),
        Err(failure) => {
            comparison.differs(PROJECT, format!("hookproof cannot work: {failure}"));
            return comparison.found;
        }
    };
    // A folder of packages holds projects of its own; the case is the first.
    let compiled = compiled.first();
    if run.is_refused() {
        tally.refused += 1;
        comparison.refused(run, compiled, &options);
    } else if let Some(compiled) = compiled {
        comparison.ran(case, run, compiled, tally);
    }
    comparison.found
}

fn options(case: &Case, run: &Run) -> CheckOptions {
    let mut options = CheckOptions::at(case.folder.clone());
    options.env = case.env.clone();
    options.command = command::invocation(&run.args);
    options.vars = command::vars(&run.args);
    // What fails is told; what is skipped for it, hookproof has to know.
    let failed = run.results.iter().filter(|ended| !matches!(ended.status.as_str(), "success" | "pass" | "skipped"));
    let given = failed
        .map(|ended| (format!("status of {}", ended.id), Datum::new(Kind::Str(Text::plain(ended.status.as_str())))));
    options.answers = Answers { given: given.collect() };
    options
}

struct Comparison {
    found: Vec<Difference>,
}

impl Comparison {
    fn differs(&mut self, id: &str, text: String) {
        self.found.push(Difference { id: id.to_owned(), text });
    }

    /// dbt refuses the project: hookproof must say so, at the hook where dbt names one.
    fn refused(&mut self, run: &Run, compiled: Option<&Compiled>, options: &CheckOptions) {
        let hooks = compiled.map(|compiled| &compiled.hooks[..]).unwrap_or_default();
        let fails = |id: &str| {
            let of_id = hooks.iter().filter(|(hook, ..)| hook.id == id);
            of_id.flat_map(|(_, renderings, _)| renderings).any(|rendering| error_of(rendering).is_some())
        };
        // Where hookproof itself cannot go on, it refuses the project as well.
        let Ok(reports) = check(options) else { return };
        let found = reports.into_iter().flat_map(|report| report.diagnostics);
        let errors: Vec<Diagnostic> = found.filter(|found| found.severity == Severity::Error).collect();
        let failing: Vec<&str> =
            run.hooks.iter().filter(|hook| hook.parse_error.is_some()).map(|hook| hook.id.as_str()).collect();
        for id in &failing {
            let is_told = errors.iter().any(|found| found.hook.as_ref().is_some_and(|hook| hook.id == *id));
            if !fails(id) && !is_told {
                self.differs(id, format!("dbt fails while it parses, hookproof renders it: {:?}", run.exception));
            }
        }
        if failing.is_empty() && errors.is_empty() {
            self.differs(PROJECT, format!("dbt refuses the project, hookproof finds no error: {:?}", run.exception));
        }
    }

    fn ran(&mut self, case: &Case, run: &Run, compiled: &Compiled, tally: &mut Tally) {
        let target = run.target.clone().unwrap_or_else(|| case.default_target());
        let Some(at) = compiled.targets.iter().position(|name| *name == target) else {
            self.differs(PROJECT, format!("hookproof does not know target {target}"));
            return;
        };
        let ours: BTreeMap<&str, (&Hook, &[Rendering])> = compiled
            .hooks
            .iter()
            .filter(|(hook, ..)| hook.targets.contains(&at))
            .map(|(hook, renderings, _)| (hook.id.as_str(), (hook, &renderings[..])))
            .collect();
        for id in ours.keys() {
            if !run.hooks.iter().any(|recorded| recorded.id == *id) {
                self.differs(id, "dbt does not have this hook".to_owned());
            }
        }
        self.order(run, compiled, at);
        for recorded in &run.hooks {
            match ours.get(recorded.id.as_str()) {
                Some((hook, renderings)) => {
                    let renderings: Vec<&Rendering> =
                        renderings.iter().filter(|rendering| rendering.targets.contains(&at)).collect();
                    self.hook(run, recorded, hook, &renderings, tally);
                }
                None => self.differs(&recorded.id, "hookproof does not have this hook".to_owned()),
            }
        }
    }

    /// On-run hooks stand in the order in which dbt runs them.
    fn order(&mut self, run: &Run, compiled: &Compiled, at: usize) {
        for kind in ["on-run-start", "on-run-end"] {
            let of_kind = |id: &str| run.hooks.iter().any(|hook| hook.id == id && hook.kind == kind);
            let dbt: Vec<&str> = run
                .order
                .iter()
                .filter(|step| step.step == "hook")
                .filter_map(|step| step.id.as_deref())
                .filter(|id| of_kind(id))
                .collect();
            let ours: Vec<&str> = compiled
                .hooks
                .iter()
                .filter(|(hook, ..)| hook.kind.name() == kind && hook.targets.contains(&at))
                .map(|(hook, ..)| hook.id.as_str())
                .filter(|id| dbt.contains(id))
                .collect();
            if ours != dbt {
                self.differs(PROJECT, format!("order of {kind}\n       dbt {dbt:?}\n hookproof {ours:?}"));
            }
        }
    }

    fn hook(&mut self, run: &Run, recorded: &Recorded, hook: &Hook, renderings: &[&Rendering], tally: &mut Tally) {
        if hook.raw.as_str() != recorded.raw {
            self.differs(&recorded.id, pair("raw", &recorded.raw, &hook.raw.as_str()));
            return;
        }
        if recorded.transaction.is_some_and(|transaction| transaction != hook.transaction) {
            self.differs(&recorded.id, pair("transaction", &recorded.transaction, &hook.transaction));
        }
        let Some(first) = renderings.first() else {
            self.differs(&recorded.id, "hookproof has no rendering of it in this target".to_owned());
            return;
        };
        // Both passes have to agree on the same way, unless none agrees on the parse pass.
        let mut ways: Vec<&Rendering> =
            renderings.iter().copied().filter(|rendering| parses_alike(recorded, rendering)).collect();
        if ways.is_empty() {
            let text = first.parse.text.as_ref().map(Text::as_str);
            let got = text.map_or_else(|| format!("{:?}", error_of(first)), |text| format!("{text:?}"));
            self.differs(&recorded.id, format!("parse\n       dbt {:?}\n hookproof {got}", recorded.parse));
            ways = renderings.to_vec();
        }
        let is_first = |rendering: &Rendering| std::ptr::eq(rendering, *first);
        if !recorded.was_reached() {
            tally.parsed_only += 1;
            return;
        }
        tally.rendered += 1;
        let sends = !matches!(run.args.first().map(String::as_str), Some("compile" | "docs"));
        let agrees = |rendering: &Rendering| agrees(recorded, rendering, sends);
        let matching = ways.iter().find(|rendering| agrees(rendering) == Some(Agreement::Exact));
        let near = matching.or_else(|| ways.iter().find(|rendering| agrees(rendering).is_some()));
        let Some(near) = near else {
            self.differs(&recorded.id, unlike(recorded, renderings));
            return;
        };
        if is_first(near) {
            tally.first += 1;
        }
        if matching.is_none() {
            tally.with_unknown += 1;
        }
        if fails(recorded) {
            tally.failing += 1;
            let message = recorded.error.as_deref().unwrap_or_default();
            let ours = error_of(near).unwrap_or_default();
            tally.same_message += usize::from(!ours.is_empty() && message.contains(&ours));
        }
    }
}

/// Whether dbt fails before anything is sent.
fn fails(recorded: &Recorded) -> bool {
    recorded.status == "error" && recorded.sent.is_empty()
}

#[derive(PartialEq, Eq)]
enum Agreement {
    Exact,
    /// Something unknown stands where dbt has text.
    Unknown,
}

/// Whether the parse pass of a rendering is dbt's.
fn parses_alike(recorded: &Recorded, rendering: &Rendering) -> bool {
    let text = rendering.parse.text.as_ref().map(Text::as_str);
    let Some(dbt) = &recorded.parse else { return true };
    text.is_some_and(|text| text == dbt || stands_for(text, dbt))
}

/// Whether a rendering is what dbt did: text, calls and queries together.
fn agrees(recorded: &Recorded, rendering: &Rendering, sends: bool) -> Option<Agreement> {
    let run = rendering.run.as_ref()?;
    let queries: Vec<String> = run.queries.iter().map(executed).collect();
    let mut pairs: Vec<(&str, &str)> = Vec::new();
    if queries.len() != recorded.queries.len() {
        return None;
    }
    pairs.extend(queries.iter().map(String::as_str).zip(recorded.queries.iter().map(String::as_str)));
    if fails(recorded) {
        error_of(rendering)?;
    } else {
        pairs.push((run.text.as_ref()?.as_str(), recorded.sql.as_deref()?));
        if sends {
            if rendering.sent.len() != recorded.sent.len() {
                return None;
            }
            pairs.extend(rendering.sent.iter().map(|sent| &**sent).zip(recorded.sent.iter().map(String::as_str)));
        }
    }
    if pairs.iter().all(|(ours, dbt)| ours == dbt) {
        Some(Agreement::Exact)
    } else {
        pairs.iter().all(|(ours, dbt)| ours == dbt || stands_for(ours, dbt)).then_some(Agreement::Unknown)
    }
}

/// What the adapter is given to execute: `run_query` indents what it was given (facts R22).
fn executed(query: &Query) -> String {
    match query.by {
        "run_query" => format!("\n    {}\n  ", query.text.as_str()),
        _ => query.text.as_str().to_owned(),
    }
}

/// Whether a text with `__unknown_N` or `__unknown_number_N` in it is the other one, with anything in those places.
fn stands_for(ours: &str, dbt: &str) -> bool {
    let mut parts: Vec<&str> = Vec::new();
    for (n, part) in ours.split("__unknown_").enumerate() {
        let part = part.strip_prefix("number_").unwrap_or(part);
        let digits = part.bytes().take_while(u8::is_ascii_digit).count();
        parts.push(if n == 0 { part } else { &part[digits..] });
    }
    let [first, middle @ .., last] = &parts[..] else { return false };
    let Some(rest) = dbt.strip_prefix(first) else { return false };
    let mut rest = rest;
    for part in middle {
        let Some(at) = rest.find(part) else { return false };
        rest = &rest[at + part.len()..];
    }
    rest.ends_with(last)
}

/// What fails, where dbt gets there.
fn error_of(rendering: &Rendering) -> Option<String> {
    let run = rendering.run.as_ref().and_then(|run| run.error.as_ref());
    rendering.parse.error.as_ref().or(run).map(|failure| failure.message.clone())
}

fn pair(what: &str, dbt: &dyn std::fmt::Debug, ours: &dyn std::fmt::Debug) -> String {
    format!("{what}\n       dbt {dbt:?}\n hookproof {ours:?}")
}

fn unlike(recorded: &Recorded, renderings: &[&Rendering]) -> String {
    let mut parts = vec!["run".to_owned()];
    match (&recorded.sql, &recorded.error) {
        (_, Some(error)) if fails(recorded) => parts.push(format!("      dbt fails: {error:?}")),
        (sql, _) => {
            parts.push(format!("      dbt {:?}", sql.as_deref().unwrap_or_default()));
            parts.push(format!("     sent {:?}", recorded.sent));
        }
    }
    if !recorded.queries.is_empty() {
        parts.push(format!("  queries {:?}", recorded.queries));
    }
    for rendering in renderings {
        let run = rendering.run.as_ref();
        match (error_of(rendering), run.and_then(|run| run.text.as_ref())) {
            (Some(error), _) => parts.push(format!("hookproof fails: {error:?}")),
            (None, Some(sql)) => {
                parts.push(format!("hookproof {:?}", sql.as_str()));
                parts.push(format!("     sent {:?}", rendering.sent));
            }
            (None, None) => parts.push(format!("hookproof does not know: {:?}", run.map(|run| &run.unknown))),
        }
        let queries: Vec<String> = run.iter().flat_map(|run| &run.queries).map(executed).collect();
        if !queries.is_empty() {
            parts.push(format!("  queries {queries:?}"));
        }
    }
    parts.join("\n ")
}
