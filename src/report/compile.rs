//! The SQL of every hook, as bytes: for a person, for a program.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::sync::Arc;

use schemars::{JsonSchema, Schema};
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
    let mut out = String::new();
    for (body, hooks) in drawing.groups(compiled, |blocks| drawing.body(blocks)) {
        let _ = writeln!(out, "{}\n{body}", drawing.header(&hooks));
    }
    let mut declared: Vec<_> = compiled.hooks.iter().map(|(hook, ..)| (hook.kind, hook.place)).collect();
    declared.sort_unstable();
    declared.dedup();
    let _ = writeln!(out, "{}: {}", compiled.project, totals(compiled.hooks.len(), declared.len()));
    out
}

/// The same in Markdown, without what it is a part of. No more than `most` different ones are shown.
#[must_use]
pub fn markdown(compiled: &Compiled, most: usize) -> String {
    let drawing = Drawing {
        positions: positions(&compiled.sources, compiled.hooks.iter().map(|(hook, ..)| hook)),
        targets: &compiled.targets,
        paint: Paint { colour: false },
    };
    let groups = drawing.groups(compiled, in_markdown);
    let parts = groups.iter().take(most).map(|(body, hooks)| {
        let (owner, transaction) = drawing.owner(hooks);
        format!("**{}** {owner}{transaction}\n\n{body}", hooks[0].kind.name())
    });
    let mut out = parts.collect::<Vec<_>>().join("\n");
    if groups.len() > most {
        let _ = writeln!(out, "\n… and {} more that become something else", groups.len() - most);
    }
    out
}

/// A part of what is told of a rendering.
enum Block {
    /// In which targets and with which answers it is so.
    Scenario(String),
    /// What the next part is.
    Label(&'static str),
    /// What is not known or not there.
    Note(String),
    /// SQL, without needless indentation.
    Sql(Vec<String>),
    /// What fails.
    Error(String),
}

fn in_markdown(blocks: &[Block]) -> String {
    let mut out = String::new();
    for block in blocks {
        match block {
            Block::Scenario(said) | Block::Note(said) => drop(writeln!(out, "*{}*\n", escaped(said))),
            Block::Label(said) => drop(writeln!(out, "{said}\n")),
            Block::Sql(rows) => out.push_str(&fenced("sql", &rows.join("\n"))),
            Block::Error(said) => out.push_str(&fenced("text", said)),
        }
    }
    out
}

/// What is no Markdown.
pub(crate) fn escaped(text: &str) -> String {
    let special = |letter: char| matches!(letter, '\\' | '`' | '*' | '_' | '<' | '>' | '[' | ']' | '#' | '|');
    text.chars().flat_map(|letter| special(letter).then_some('\\').into_iter().chain([letter])).collect()
}

/// A block of code, with a fence that it does not hold.
pub(crate) fn fenced(language: &str, code: &str) -> String {
    let longest = code.split(|letter| letter != '`').map(str::len).max().unwrap_or_default();
    let fence = "`".repeat(longest.max(2) + 1);
    format!("{fence}{language}\n{code}\n{fence}\n")
}

struct Drawing<'a> {
    positions: Positions<'a>,
    targets: &'a [String],
    paint: Paint,
}

impl Drawing<'_> {
    /// The hooks that are of one declaration and become the same, with how that is drawn.
    fn groups<'c>(&self, compiled: &'c Compiled, draw: impl Fn(&[Block]) -> String) -> Vec<(String, Vec<&'c Hook>)> {
        let mut groups: Vec<(String, Vec<&Hook>)> = Vec::new();
        let mut at: HashMap<(_, _, String), usize> = HashMap::new();
        for (hook, renderings, _) in &compiled.hooks {
            let blocks: Vec<Block> = renderings.iter().flat_map(|rendering| self.blocks(rendering)).collect();
            let body = draw(&blocks);
            let n = *at.entry((hook.kind, hook.place, body.clone())).or_insert(groups.len());
            match groups.get_mut(n) {
                Some((_, hooks)) => hooks.push(hook),
                None => groups.push((body, vec![hook])),
            }
        }
        groups
    }

    /// The kind, the place, and whose it is.
    fn header(&self, hooks: &[&Hook]) -> String {
        let hook = hooks[0];
        let (owner, transaction) = self.owner(hooks);
        let kind = self.paint.bold(hook.kind.name());
        match hook.place {
            Some(_) => format!("{kind}  {}  {owner}{transaction}", place(hook, &self.positions)),
            None => format!("{kind}  {owner}{transaction}"),
        }
    }

    /// Whose some hooks are, and whether they run in the transaction.
    fn owner(&self, hooks: &[&Hook]) -> (String, &'static str) {
        let hook = hooks[0];
        let owner = match hooks {
            [one] => one.node_id.clone().unwrap_or_else(|| one.id.clone()),
            many => hit(many),
        };
        (owner, if hook.transaction { "" } else { ", outside the transaction" })
    }

    fn body(&self, blocks: &[Block]) -> String {
        let mut out = String::new();
        for block in blocks {
            match block {
                Block::Scenario(said) => drop(writeln!(out, "  {}", self.paint.dim(said))),
                Block::Label(said) => drop(writeln!(out, "  {}", self.paint.dim(said))),
                Block::Note(said) => drop(writeln!(out, "    {}", self.paint.dim(said))),
                Block::Sql(rows) => {
                    for row in rows {
                        let _ = writeln!(out, "{}", format!("    {row}").trim_end());
                    }
                }
                Block::Error(said) => {
                    for (n, line) in said.lines().enumerate() {
                        let indent = if n == 0 { "    " } else { "      " };
                        let _ = writeln!(out, "{indent}{}", self.paint.red(line));
                    }
                }
            }
        }
        out
    }

    /// Where it is so, what is sent, what is executed on the way, and what fails.
    fn blocks(&self, rendering: &Rendering) -> Vec<Block> {
        let mut blocks = vec![Block::Scenario(self.scenario(rendering))];
        let queries = queries(rendering);
        if !queries.is_empty() {
            blocks.push(Block::Label("while rendering:"));
        }
        blocks.extend(queries.iter().map(|query| Block::Sql(rows(query.text.as_str()))));
        if let Some((when, error)) = failure(rendering) {
            blocks.push(Block::Error(format!("error {when}: {}", error.message.trim())));
            return blocks;
        }
        blocks.extend(unknown(rendering).map(|why| Block::Note(format!("not known: {why}"))));
        if !queries.is_empty() {
            blocks.push(Block::Label("the hook:"));
        }
        blocks.extend(rendering.sent.iter().map(|sent| Block::Sql(rows(sent))));
        if rendering.sent.is_empty() && unknown(rendering).next().is_none() {
            blocks.push(Block::Note("nothing is sent".to_owned()));
        }
        blocks
    }

    fn scenario(&self, rendering: &Rendering) -> String {
        let all = self.targets.len() > 1 && rendering.targets.len() == self.targets.len();
        let targets = if all { "every target".to_owned() } else { names(rendering, self.targets).join(", ") };
        std::iter::once(targets).chain(answers(rendering)).collect::<Vec<_>>().join("; ")
    }
}

/// What was answered on the way through the hook.
pub(crate) fn answers(rendering: &Rendering) -> impl Iterator<Item = String> {
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

/// SQL without needless indentation, as a part of an outline.
fn sql(sql: &str, out: &mut String) {
    for row in rows(sql) {
        let _ = writeln!(out, "{}", format!("    {row}").trim_end());
    }
}

/// The rows of SQL without the indentation that dbt and YAML gave it.
fn rows(sql: &str) -> Vec<String> {
    let rows: Vec<&str> = sql.lines().map(str::trim_end).collect();
    let blank = |row: &&&str| row.is_empty();
    let from = rows.iter().take_while(blank).count();
    let rows = &rows[from..];
    let rows = &rows[..rows.len() - rows.iter().rev().take_while(blank).count()];
    let indent = |row: &&str| row.len() - row.trim_start().len();
    // dbt indents the first line only.
    let (first, rest) = match rows {
        [] => return Vec::new(),
        [first, rest @ ..] => (first.trim_start(), rest),
    };
    let common = rest.iter().filter(|row| !row.is_empty()).map(indent).min().unwrap_or_default();
    let rest = rest.iter().map(|row| row.get(common..).unwrap_or_default());
    std::iter::once(first).chain(rest).map(str::to_owned).collect()
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

/// The JSON schema of that JSON.
pub(super) fn schema() -> Schema {
    schemars::schema_for!(Whole<'static>)
}

#[derive(Serialize, JsonSchema)]
#[schemars(title = "hookproof compile --format json")]
struct Whole<'a> {
    schema_version: u32,
    hooks: Vec<Compilation<'a>>,
}

#[derive(Serialize, JsonSchema)]
struct Compilation<'a> {
    #[serde(flatten)]
    hook: Entry<'a>,
    renderings: Vec<Rendered<'a>>,
}

#[derive(Serialize, JsonSchema)]
struct Rendered<'a> {
    targets: Vec<&'a str>,
    answers: Vec<Answered<'a>>,
    parse: Option<&'a str>,
    sql: Option<&'a str>,
    sent: Vec<&'a str>,
    queries: Vec<&'a str>,
    error: Option<&'a str>,
}

#[derive(Serialize, JsonSchema)]
struct Answered<'a> {
    question: &'a str,
    answer: Given,
}

#[derive(Serialize, JsonSchema)]
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
            sent: rendering.sent.iter().map(|sent| &**sent).collect(),
            queries: queries(rendering).iter().map(|query| query.text.as_str()).collect(),
            error: failure(rendering).map(|(_, error)| error.message.as_str()),
        }
    }
}
