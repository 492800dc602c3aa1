//! The SQL of every hook, as bytes: for a person, for a program.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::sync::Arc;

use serde::Serialize;

use super::Positions;
use super::list::{Entry, Paint, hit, indented, place, positions, totals};
use crate::hook::Hook;
use crate::jinja::{Answer, JinjaError};
use crate::render::{Pass, Rendering};
use crate::source::{Sources, Text};

/// The hooks of one project with their renderings.
#[derive(Debug, Clone)]
pub struct Compiled {
    /// The project's name.
    pub project: String,
    /// The files that the places are in.
    pub sources: Arc<Sources>,
    /// The names of the targets.
    pub targets: Vec<String>,
    /// The effective hooks in dbt's order, each with its renderings and its package's name.
    pub hooks: Vec<(Hook, Vec<Rendering>, String)>,
}

/// The compilation's JSON, version 1, indented, with a newline at its end.
#[must_use]
pub fn json(compiled: &Compiled) -> String {
    let positions = positions(&compiled.sources, compiled.hooks.iter().map(|(hook, ..)| hook));
    let hooks = compiled.hooks.iter().map(|(hook, renderings, package)| Compilation {
        hook: Entry::of(hook, package, &positions),
        renderings: renderings.iter().map(|rendering| Rendered::of(rendering, &compiled.targets)).collect(),
    });
    indented(&Whole { schema_version: 1, hooks: hooks.collect() })
}

/// Each hook with what becomes of it in every target and branch. Hooks of one declaration that become the
/// same are shown once.
#[must_use]
pub fn text(compiled: &Compiled, colour: bool) -> String {
    let drawing = Drawing {
        positions: positions(&compiled.sources, compiled.hooks.iter().map(|(hook, ..)| hook)),
        targets: &compiled.targets,
        paint: Paint { colour },
    };
    let mut groups: Vec<(String, Vec<&Hook>)> = Vec::new();
    let mut at: HashMap<(_, _, String), usize> = HashMap::new();
    for (hook, renderings, _) in &compiled.hooks {
        let mut body = String::new();
        for rendering in renderings {
            drawing.rendering(rendering, &mut body);
        }
        let n = *at.entry((hook.kind, hook.place, body.clone())).or_insert(groups.len());
        match groups.get_mut(n) {
            Some((_, hooks)) => hooks.push(hook),
            None => groups.push((body, vec![hook])),
        }
    }
    let mut out = String::new();
    for (body, hooks) in &groups {
        let _ = writeln!(out, "{}\n{body}", drawing.header(hooks));
    }
    let mut declared: Vec<_> = compiled.hooks.iter().map(|(hook, ..)| (hook.kind, hook.place)).collect();
    declared.sort_unstable();
    declared.dedup();
    let _ = writeln!(out, "{}: {}", compiled.project, totals(compiled.hooks.len(), declared.len()));
    out
}

struct Drawing<'a> {
    positions: Positions<'a>,
    targets: &'a [String],
    paint: Paint,
}

impl Drawing<'_> {
    /// The kind, the place, and whose it is.
    fn header(&self, hooks: &[&Hook]) -> String {
        let hook = hooks[0];
        let owner = match hooks {
            [one] => one.node_id.clone().unwrap_or_else(|| one.id.clone()),
            many => hit(many),
        };
        let kind = self.paint.bold(hook.kind.name());
        let transaction = if hook.transaction { "" } else { ", outside the transaction" };
        match hook.place {
            Some(_) => format!("{kind}  {}  {owner}{transaction}", place(hook, &self.positions)),
            None => format!("{kind}  {owner}{transaction}"),
        }
    }

    /// Where it is so, what is sent, what is executed on the way, and what fails.
    fn rendering(&self, rendering: &Rendering, out: &mut String) {
        let _ = writeln!(out, "  {}", self.paint.dim(&self.scenario(rendering)));
        let queries = queries(rendering);
        if !queries.is_empty() {
            let _ = writeln!(out, "  {}", self.paint.dim("while rendering:"));
        }
        for query in queries {
            sql(query.text.as_str(), out);
        }
        if let Some((when, error)) = failure(rendering) {
            let error = format!("error {when}: {}", error.message.trim());
            for (n, line) in error.lines().enumerate() {
                let indent = if n == 0 { "    " } else { "      " };
                let _ = writeln!(out, "{indent}{}", self.paint.red(line));
            }
            return;
        }
        for why in unknown(rendering) {
            let _ = writeln!(out, "    {}", self.paint.dim(&format!("not known: {why}")));
        }
        if !queries.is_empty() {
            let _ = writeln!(out, "  {}", self.paint.dim("the hook:"));
        }
        for sent in &rendering.sent {
            sql(sent, out);
        }
        if rendering.sent.is_empty() && unknown(rendering).next().is_none() {
            let _ = writeln!(out, "    {}", self.paint.dim("nothing is sent"));
        }
    }

    fn scenario(&self, rendering: &Rendering) -> String {
        let all = self.targets.len() > 1 && rendering.targets.len() == self.targets.len();
        let targets = if all { "every target".to_owned() } else { names(rendering, self.targets).join(", ") };
        std::iter::once(targets).chain(answers(rendering)).collect::<Vec<_>>().join("; ")
    }
}

/// What was answered on the way through the hook.
fn answers(rendering: &Rendering) -> impl Iterator<Item = String> {
    rendering.answers.iter().map(|(question, answer)| match answer {
        Answer::Bool(answer) => format!("{question} is {answer}"),
        Answer::Count(count) => format!("{question} gives {count}"),
        Answer::Word(word) => format!("{question} is {word}"),
    })
}

/// What a rendering executes and sends, as SQL whose comments say the rest: for comparisons.
pub(crate) fn sent(rendering: &Rendering, out: &mut String) {
    let answers: Vec<String> = answers(rendering).collect();
    if !answers.is_empty() {
        let _ = writeln!(out, "-- {}", answers.join("; "));
    }
    let mut body = String::new();
    for query in queries(rendering) {
        body.push_str("    -- while rendering:\n");
        sql(query.text.as_str(), &mut body);
    }
    if let Some((when, error)) = failure(rendering) {
        let message = error.message.trim().replace('\n', "\n    -- ");
        let _ = writeln!(body, "    -- error {when}: {message}");
    } else {
        if !queries(rendering).is_empty() && !rendering.sent.is_empty() {
            body.push_str("    -- the hook:\n");
        }
        unknown(rendering).for_each(|why| {
            let _ = writeln!(body, "    -- not known: {why}");
        });
        rendering.sent.iter().for_each(|sent| sql(sent, &mut body));
    }
    for line in body.lines() {
        let _ = writeln!(out, "{}", line.strip_prefix("    ").unwrap_or(line));
    }
}

/// SQL without the indentation that dbt and YAML gave it.
fn sql(sql: &str, out: &mut String) {
    let rows: Vec<&str> = sql.lines().map(str::trim_end).collect();
    let blank = |row: &&&str| row.is_empty();
    let from = rows.iter().take_while(blank).count();
    let rows = &rows[from..];
    let rows = &rows[..rows.len() - rows.iter().rev().take_while(blank).count()];
    let indent = |row: &&str| row.len() - row.trim_start().len();
    // dbt indents the first line only.
    let (first, rest) = match rows {
        [] => return,
        [first, rest @ ..] => (first.trim_start(), rest),
    };
    let common = rest.iter().filter(|row| !row.is_empty()).map(indent).min().unwrap_or_default();
    let _ = writeln!(out, "    {first}");
    for row in rest {
        let row = row.get(common..).unwrap_or_default();
        let _ = writeln!(out, "{}", format!("    {row}").trim_end());
    }
}

fn names<'a>(rendering: &Rendering, targets: &'a [String]) -> Vec<&'a str> {
    rendering.targets.iter().filter_map(|&target| targets.get(target)).map(String::as_str).collect()
}

/// The pass that dbt gets to.
fn last_pass(rendering: &Rendering) -> &Pass {
    rendering.run.as_ref().unwrap_or(&rendering.parse)
}

fn queries(rendering: &Rendering) -> &[crate::render::Query] {
    &last_pass(rendering).queries
}

fn unknown(rendering: &Rendering) -> impl Iterator<Item = &str> {
    last_pass(rendering).unknown.iter().map(String::as_str)
}

/// The first error and when dbt meets it.
fn failure(rendering: &Rendering) -> Option<(&'static str, &JinjaError)> {
    let parse = rendering.parse.error.as_ref().map(|error| ("while dbt parses", error));
    parse.or_else(|| rendering.run.as_ref()?.error.as_ref().map(|error| ("when the hook runs", error)))
}

#[derive(Serialize)]
struct Whole<'a> {
    schema_version: u32,
    hooks: Vec<Compilation<'a>>,
}

#[derive(Serialize)]
struct Compilation<'a> {
    #[serde(flatten)]
    hook: Entry<'a>,
    renderings: Vec<Rendered<'a>>,
}

#[derive(Serialize)]
struct Rendered<'a> {
    targets: Vec<&'a str>,
    answers: Vec<Answered<'a>>,
    parse: Option<&'a str>,
    sql: Option<&'a str>,
    sent: &'a [String],
    queries: Vec<&'a str>,
    error: Option<&'a str>,
}

#[derive(Serialize)]
struct Answered<'a> {
    question: &'a str,
    answer: Given,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Given {
    Bool(bool),
    Count(usize),
    Word(&'static str),
}

impl<'a> Rendered<'a> {
    fn of(rendering: &'a Rendering, targets: &'a [String]) -> Rendered<'a> {
        let answers = rendering.answers.iter().map(|(question, answer)| Answered {
            question,
            answer: match answer {
                Answer::Bool(answer) => Given::Bool(*answer),
                Answer::Count(count) => Given::Count(*count),
                Answer::Word(word) => Given::Word(word),
            },
        });
        Rendered {
            targets: names(rendering, targets),
            answers: answers.collect(),
            parse: rendering.parse.text.as_ref().map(Text::as_str),
            sql: rendering.run.as_ref().and_then(|run| run.text.as_ref()).map(Text::as_str),
            sent: &rendering.sent,
            queries: queries(rendering).iter().map(|query| query.text.as_str()).collect(),
            error: failure(rendering).map(|(_, error)| error.message.as_str()),
        }
    }
}
