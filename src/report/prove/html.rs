//! The rehearsal as one page that needs nothing else: the run as a timeline, every hook with its source, its SQL,
//! what ran on `SQLite`, what that proves and what it did, then who may do what, and what was assumed.

use std::fmt::Write as _;

use super::text::{cell, doubled, failing, given};
use super::{Outcome, Proved, owner, positions, tally};
use crate::plan::StepKind;
use crate::prove::warehouse::Verdict;
use crate::prove::{Drift, Executed, Noticed, Proof, Run, Step, fates};
use crate::report::{Positions, counted};
use crate::source::Place;

/// How the page looks: no script, nothing that is fetched, light or dark as the reader has it.
const STYLE: &str = include_str!("style.css");

/// What a retry is called.
const SAME_ID: &str = "a run that is repeated with the same invocation_id";

/// The rehearsals of projects as a page of HTML.
#[must_use]
pub fn html(all: &[Proved]) -> String {
    let mut body = String::new();
    let proofs: usize = all.iter().map(|proved| proved.proofs.len()).sum();
    if proofs > 1 {
        contents(all, &mut body);
    }
    let mut number = 0;
    for proved in all {
        for proof in &proved.proofs {
            number += 1;
            let drawing = Drawing { positions: positions(proved), number };
            drawing.proof(proof, &proved.project, Outcome::of(proof, proved.strict), &mut body);
        }
    }
    let title = match all {
        [one] => format!("hookproof: {}", escaped(&one.project)),
        _ => "hookproof".to_owned(),
    };
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>{title}</title>\n\
         <style>\n{STYLE}</style>\n</head>\n<body>\n<main>\n{body}</main>\n</body>\n</html>\n"
    )
}

/// A line for each rehearsal, which leads to it.
fn contents(all: &[Proved], out: &mut String) {
    out.push_str("<nav>\n<ul>\n");
    let proofs = all.iter().flat_map(|proved| proved.proofs.iter().map(move |proof| (proved, proof)));
    for (number, (proved, proof)) in (1..).zip(proofs) {
        let outcome = Outcome::of(proof, proved.strict);
        let (verdict, of) = (outcome.words(), badge(outcome));
        let _ = writeln!(
            out,
            "<li><a href=\"#proof-{number}\">{} in {}</a> <span class=\"badge {of}\">{verdict}</span></li>",
            escaped(&proved.project),
            escaped(&proof.target)
        );
    }
    out.push_str("</ul>\n</nav>\n");
}

/// The class of an outcome in the page's style.
fn badge(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Holds => class(Some(Verdict::Proved)),
        Outcome::Empty => class(Some(Verdict::NotProved)),
        Outcome::Fails => class(Some(Verdict::Refuted)),
    }
}

/// Whether each step of two runs came out alike.
fn ends_alike(one: &Run, other: &Run) -> bool {
    let how = |step: &Step| (step.hook, step.verdict(), step.status, step.is_skipped);
    one.steps.iter().map(how).eq(other.steps.iter().map(how))
}

/// A text in HTML, also between quotes.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for char in text.chars() {
        match char {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            _ => out.push(char),
        }
    }
    out
}

/// The class of a verdict in the page's style.
fn class(verdict: Option<Verdict>) -> &'static str {
    match verdict {
        Some(Verdict::Proved) => "proved",
        Some(Verdict::Simulated) => "simulated",
        Some(Verdict::Assumed) => "assumed",
        Some(Verdict::NotProved) => "not-proved",
        Some(Verdict::Refuted) => "refuted",
        None => "nothing",
    }
}

struct Drawing<'a> {
    positions: Positions<'a>,
    /// Which rehearsal of the page it is, from 1.
    number: usize,
}

impl Drawing<'_> {
    fn proof(&self, proof: &Proof, project: &str, outcome: Outcome, out: &mut String) {
        let (verdict, of) = (outcome.words(), badge(outcome));
        let _ = writeln!(
            out,
            "<section id=\"proof-{}\">\n<h1>{} <small>dbt {} in {} ({})</small></h1>\n<p class=\"verdict {of}\">{verdict}</p>",
            self.number,
            escaped(project),
            escaped(&proof.command),
            escaped(&proof.target),
            escaped(&proof.adapter)
        );
        self.summary(proof, out);
        for run in &proof.runs {
            // What runs a second time is of interest where it ends differently.
            let is_repeated = proof.runs.first().is_some_and(|first| run.number > 1 && ends_alike(first, run));
            let (open, how) = if is_repeated { ("", ", each step as before") } else { (" open", "") };
            let _ = writeln!(
                out,
                "<details class=\"run\"{open}><summary><h2>Run {} <small>invocation_id {}{how}</small></h2></summary>\n<ol class=\"timeline\">",
                run.number,
                escaped(&run.invocation_id)
            );
            for (index, step) in run.steps.iter().enumerate() {
                self.step(&self.anchor(run.number, index), step, proof, out);
            }
            out.push_str("</ol>\n</details>\n");
        }
        self.drills(proof, out);
        self.validations(proof, out);
        self.notes(proof, out);
        assumptions(proof, out);
        access(proof, out);
        out.push_str("</section>\n");
    }

    /// The id of a step in the page.
    fn anchor(&self, run: usize, step: usize) -> String {
        format!("step-{}-{run}-{step}", self.number)
    }

    /// How many statements came out how, and everything that is refuted.
    fn summary(&self, proof: &Proof, out: &mut String) {
        let counts = tally(proof);
        let of: Vec<String> = counts
            .iter()
            .map(|(of, count)| format!("<span class=\"badge {}\">{count} {}</span>", class(Some(*of)), of.name()))
            .collect();
        let statements = counted(counts.values().sum(), "statement");
        let _ = match of.as_slice() {
            [] => writeln!(out, "<p>No hook executes anything.</p>"),
            of => {
                writeln!(out, "<p>{}, {statements} of hooks: {}</p>", counted(proof.runs.len(), "run"), of.join(", "))
            }
        };
        let mut refuted = Vec::new();
        for run in &proof.runs {
            for (index, step) in
                run.steps.iter().enumerate().filter(|(_, step)| step.verdict() == Some(Verdict::Refuted))
            {
                let of_statement = step.statements.iter().find(|one| one.verdict == Verdict::Refuted);
                let why = of_statement.and_then(|one| one.error.as_deref());
                let why = why.or(step.trouble.as_ref().map(|trouble| trouble.message.as_str())).unwrap_or_default();
                let when = if run.number == 1 { "" } else { " when it runs again" };
                refuted.push(format!(
                    "<a href=\"#{}\"><code>{}</code></a>{when}: {}",
                    self.anchor(run.number, index),
                    escaped(owner(step, proof)),
                    escaped(why.lines().next().unwrap_or_default())
                ));
            }
        }
        for (index, drill) in proof.drills.iter().enumerate().filter(|(_, drill)| !drill.misreports.is_empty()) {
            let wrong = drill.misreports.iter().map(|wrong| escaped(&wrong.message)).collect::<Vec<_>>().join("; ");
            let what = escaped(&failing(&drill.failing, proof));
            refuted.push(format!("<a href=\"#{}\">when <code>{what}</code> fails</a>: {wrong}", self.drill(index)));
        }
        for one in proof.validations.iter().filter(|one| one.noticed == Noticed::No) {
            let id = escaped(&proof.hooks[one.hook].id);
            refuted.push(format!("<code>{id}</code> does not fail {}: it proves nothing", escaped(&given(one))));
        }
        if !refuted.is_empty() {
            let _ = writeln!(out, "<ul class=\"refuted-list\">\n<li>{}</li>\n</ul>", refuted.join("</li>\n<li>"));
        }
    }

    /// The id of a drill in the page.
    fn drill(&self, index: usize) -> String {
        format!("drill-{}-{index}", self.number)
    }

    fn place(&self, place: Option<Place>) -> Option<String> {
        let place = place?;
        let at = self.positions.start(place);
        Some(format!("{}:{}:{}", self.positions.path(place), at.line, at.column))
    }

    fn step(&self, anchor: &str, step: &Step, proof: &Proof, out: &mut String) {
        let verdict = step.verdict();
        let of = if step.is_skipped { "skipped" } else { class(verdict) };
        let hook = step.hook.map(|hook| &proof.hooks[hook]);
        let name = owner(step, proof);
        // The hooks of a node stand around it.
        let kind = if matches!(step.kind, StepKind::PreHook | StepKind::PostHook) { " of-node" } else { "" };
        let word = match (step.is_skipped, verdict) {
            (true, _) => "skipped",
            (false, Some(verdict)) => verdict.name(),
            (false, None) => "",
        };
        let summary = format!(
            "<span class=\"kind\">{}</span> <code>{}</code> <span class=\"badge {of}\">{word}</span>",
            step.kind.name(),
            escaped(name)
        );
        let has_more = hook.is_some() || !step.statements.is_empty() || step.trouble.is_some() || step.note.is_some();
        if !has_more {
            let _ = writeln!(out, "<li id=\"{anchor}\" class=\"{of}{kind}\">{summary}</li>");
            return;
        }
        let open = if verdict == Some(Verdict::Refuted) { " open" } else { "" };
        let _ = writeln!(out, "<li id=\"{anchor}\" class=\"{of}{kind}\"><details{open}><summary>{summary}</summary>");
        if let Some(note) = &step.note {
            let _ = writeln!(out, "<p>{}</p>", escaped(note));
        }
        if let Some(trouble) = &step.trouble {
            let at =
                self.place(trouble.place).map(|at| format!(" <small>{}</small>", escaped(&at))).unwrap_or_default();
            let _ = writeln!(out, "<p class=\"cause\">{}{at}</p>", escaped(&trouble.message));
        }
        if let Some(hook) = hook {
            let at = self.place(hook.place).unwrap_or_default();
            let _ = writeln!(
                out,
                "<h3>source <small>{}</small></h3>\n<pre>{}</pre>",
                escaped(&at),
                escaped(hook.raw.as_str().trim())
            );
        }
        for one in &step.statements {
            self.statement(one, out);
        }
        out.push_str("</details></li>\n");
    }

    fn statement(&self, one: &Executed, out: &mut String) {
        let when = if one.while_rendering { "executed while it renders" } else { "sent" };
        let rows = one.rows.map(|rows| format!(", {}", counted(rows as usize, "row"))).unwrap_or_default();
        let at = self.place(one.place).map(|at| format!(" <small>{}</small>", escaped(&at))).unwrap_or_default();
        let _ = writeln!(
            out,
            "<h3>{when}: <span class=\"badge {}\">{}</span>{rows}{at}</h3>\n<pre>{}</pre>",
            class(Some(one.verdict)),
            one.verdict.name(),
            escaped(one.sql.trim())
        );
        if let Some(error) = &one.error {
            let _ = writeln!(out, "<p class=\"cause\">{}</p>", escaped(error));
        }
        if !one.sqlite.is_empty() {
            let _ = writeln!(out, "<h3>on SQLite</h3>\n<pre>{}</pre>", escaped(&one.sqlite.join(";\n")));
        }
    }

    fn drills(&self, proof: &Proof, out: &mut String) {
        for (index, drill) in proof.drills.iter().enumerate() {
            let _ = writeln!(
                out,
                "<h2 id=\"{}\">Drill: {} fails <small>{} succeed, {} failed, {} skipped</small></h2>\n<ul>",
                self.drill(index),
                escaped(&failing(&drill.failing, proof)),
                drill.truth.well,
                drill.truth.failed,
                drill.truth.skipped
            );
            for (hook, is_undone) in fates(drill) {
                let fate = if is_undone { "is rolled back with its transaction" } else { "stays: it is committed" };
                let _ = writeln!(out, "<li>what <code>{}</code> did {fate}</li>", escaped(&proof.hooks[hook].id));
            }
            for line in &drill.left_behind {
                let _ = writeln!(out, "<li>left behind: {}</li>", escaped(line));
            }
            for wrong in &drill.misreports {
                let at = self.place(wrong.place).unwrap_or_default();
                let id = escaped(&proof.hooks[wrong.hook].id);
                let _ = writeln!(
                    out,
                    "<li class=\"cause\"><code>{id}</code>: {} <small>{}</small></li>",
                    escaped(&wrong.message),
                    escaped(&at)
                );
            }
            out.push_str("</ul>\n");
        }
    }

    /// Whether the hooks that validate noticed the row that they were given.
    fn validations(&self, proof: &Proof, out: &mut String) {
        if proof.validations.is_empty() {
            return;
        }
        out.push_str("<h2>Validations, each with a bad row</h2>\n<ul>\n");
        for one in &proof.validations {
            let id = escaped(&proof.hooks[one.hook].id);
            let (of, what) = match &one.noticed {
                Noticed::Yes(message) => ("", format!("fails, as it should, {}: {message}", given(one))),
                Noticed::No => (" class=\"cause\"", format!("does not fail {}: it proves nothing", given(one))),
                Noticed::NotChecked(why) => ("", format!("not checked: {why}")),
            };
            let query = escaped(&one.query);
            let _ = writeln!(out, "<li{of}><code>{id}</code> {}<pre>{query}</pre></li>", escaped(&what));
        }
        out.push_str("</ul>\n");
    }

    fn notes(&self, proof: &Proof, out: &mut String) {
        let of_retry = proof.retry.as_ref().is_some_and(|retry| !retry.failed.is_empty() || !retry.doubled.is_empty());
        if proof.notes.is_empty() && proof.second_run.is_empty() && !of_retry {
            return;
        }
        out.push_str("<h2>Worth a look</h2>\n<ul>\n");
        for note in &proof.notes {
            let at = self.place(note.place).unwrap_or_default();
            let _ = writeln!(out, "<li>{} <small>{}</small></li>", escaped(&note.message), escaped(&at));
        }
        for drift in &proof.second_run {
            self.drift("a second run", drift, proof, out);
        }
        if let Some(retry) = &proof.retry {
            for step in &retry.failed {
                let _ = writeln!(out, "<li>{SAME_ID} fails in <code>{}</code>", escaped(owner(step, proof)));
                for one in step.statements.iter().filter(|one| one.verdict == Verdict::Refuted) {
                    self.statement(one, out);
                }
                out.push_str("</li>\n");
            }
            for drift in &retry.doubled {
                self.drift(SAME_ID, drift, proof, out);
            }
        }
        out.push_str("</ul>\n");
    }
}

impl Drawing<'_> {
    /// Rows that a run wrote again.
    fn drift(&self, run: &str, drift: &Drift, proof: &Proof, out: &mut String) {
        let by = drift.hook().map(|hook| format!(", by {}", proof.hooks[hook].id)).unwrap_or_default();
        let at = drift.written.as_ref().and_then(|written| self.place(written.place)).unwrap_or_default();
        let _ = writeln!(
            out,
            "<li>{run} leaves <code>{}</code>: {}{} <small>{}</small>",
            escaped(&drift.object.to_string()),
            doubled(drift.doubled),
            escaped(&by),
            escaped(&at)
        );
        if let Some(written) = &drift.written {
            let _ = writeln!(out, "<pre>{}</pre>", escaped(written.sql.trim()));
        }
        out.push_str("<div class=\"wide\"><table><tr>");
        for column in &drift.columns {
            let _ = write!(out, "<th>{}</th>", escaped(column));
        }
        out.push_str("</tr>");
        for row in &drift.rows {
            out.push_str("<tr>");
            for value in row {
                let _ = write!(out, "<td>{}</td>", escaped(&cell(value)));
            }
            out.push_str("</tr>");
        }
        out.push_str("</table></div></li>\n");
    }
}

fn assumptions(proof: &Proof, out: &mut String) {
    if proof.assumptions.is_empty() {
        return;
    }
    out.push_str(
        "<h2>Assumed to be there</h2>\n<table>\n<tr><th></th><th>what</th><th>name</th><th>columns</th><th>needed by</th></tr>\n",
    );
    for one in &proof.assumptions {
        let _ = writeln!(
            out,
            "<tr><td>{}</td><td>{}</td><td><code>{}</code></td><td>{}</td><td>{}</td></tr>",
            if one.is_confirmed { "confirmed" } else { "" },
            one.kind.name(),
            escaped(&one.name),
            escaped(&one.columns.join(", ")),
            escaped(&one.needed_by.iter().map(AsRef::as_ref).collect::<Vec<&str>>().join(", "))
        );
    }
    out.push_str("</table>\n");
}

fn access(proof: &Proof, out: &mut String) {
    if proof.access.is_empty() {
        return;
    }
    out.push_str(
        "<h2>Who may do what after the run</h2>\n<table>\n<tr><th>who</th><th>may</th><th>on</th><th>by</th></tr>\n",
    );
    for one in &proof.access {
        let _ = writeln!(
            out,
            "<tr><td><code>{}</code></td><td>{}</td><td><code>{}</code></td><td>{}</td></tr>",
            escaped(&one.grantee),
            escaped(&one.privilege),
            escaped(&one.object),
            escaped(&one.by)
        );
    }
    out.push_str("</table>\n");
}
