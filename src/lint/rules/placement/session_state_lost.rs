//! Finds SET, USE or a temporary table in on-run-start that is meant for the models: they have other connections.

use crate::diagnostic::Severity;
use crate::hook::HookKind;
use crate::lint::{Findings, Scene, Sink, Step};
use crate::project::{Node, Resource};
use crate::sql::{Name, ObjectKind, UNKNOWN, Verb};

/// What a statement leaves in its session.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Left<'f> {
    /// A temporary table, by its name.
    Table(&'f str),
    /// A setting or a variable.
    Setting,
}

/// The adapters whose models are known to have other sessions than on-run hooks, for temporary tables and for settings.
const TABLES: &[&str] = &["duckdb", "postgres", "redshift", "snowflake", "sqlserver", "fabric", "databricks", "mysql"];
const SETTINGS: &[&str] = &["postgres", "redshift", "snowflake", "sqlserver", "fabric", "databricks", "mysql"];

pub(in crate::lint) fn check<'f>(findings: &'f Findings<'f>, sink: &mut Sink<'f>) {
    let is_start = |at: &usize| findings.checked[*at].hook.kind == HookKind::OnRunStart;
    let starts = (0..findings.checked.len()).filter(is_start);
    let steps: Vec<Step<'f>> = starts.flat_map(|at| findings.scenes_of(at)).flat_map(Scene::steps).collect();
    for step in &steps {
        match left(step) {
            Some(Left::Table(name)) => table(findings, &steps, step, name, sink),
            Some(Left::Setting) if !steps.iter().any(|other| serves(step, other)) => {
                let message = format!(
                    "`{}` sets something for this hook's own session only, and it is not there for what the run builds: \
                     models have sessions of their own.",
                    step.head()
                );
                let help = "move it to a pre-hook of the models, or set it for the role or in profiles.yml";
                sink.add(step.finding(message).severity(Severity::Warning).help(help));
            }
            _ => {}
        }
    }
}

fn left<'f>(step: &Step<'f>) -> Option<Left<'f>> {
    let (outline, adapter) = (step.outline(), step.sql.scene.adapter());
    match outline.verb {
        Verb::Create if outline.temporary && TABLES.contains(&adapter) => {
            let of_rows = matches!(outline.object, Some(ObjectKind::Table | ObjectKind::View));
            let name = outline.name.as_ref().map(Name::last).filter(|name| !name.contains(UNKNOWN))?;
            of_rows.then_some(Left::Table(name))
        }
        Verb::Set | Verb::Use if SETTINGS.contains(&adapter) => Some(Left::Setting),
        Verb::Alter if outline.object == Some(ObjectKind::Session) && SETTINGS.contains(&adapter) => {
            Some(Left::Setting)
        }
        _ => None,
    }
}

/// Whether one statement is sent after another at the start of the run.
fn follows(step: &Step<'_>, other: &Step<'_>) -> bool {
    other.sql.scene.at > step.sql.scene.at || is_same_hook(step, other)
}

/// Whether one statement is sent after another by the same hook.
fn is_same_hook(step: &Step<'_>, other: &Step<'_>) -> bool {
    std::ptr::eq(step.sql.scene.judged, other.sql.scene.judged) && other.at > step.at
}

/// Whether a setting may be there for another statement at the start of the run: one of the same hook, or any where it
/// says who acts and where names are looked up, or one that speaks of it.
fn serves(step: &Step<'_>, other: &Step<'_>) -> bool {
    if left(other).is_some() || !follows(step, other) {
        return false;
    }
    let text = step.text().to_lowercase();
    let mut said = words(&text).skip(1).filter(|word| !matches!(*word, "session" | "global"));
    let setting = said.next().unwrap_or_default();
    let of_names = ["role", "schema", "search_path", "database", "catalog", "warehouse", "authorization"];
    let acts = step.outline().verb == Verb::Use || of_names.contains(&setting);
    // What is set for the transaction ends with the hook.
    is_same_hook(step, other) || (setting != "local" && (acts || mentions(other.text(), setting)))
}

fn table<'f>(findings: &'f Findings<'f>, steps: &[Step<'f>], step: &Step<'f>, name: &str, sink: &mut Sink<'f>) {
    let head = step.head();
    if let Some(other) = node_hook_that_reads(findings, name) {
        let message = format!(
            "`{head}` makes a temporary table for this hook's own session. The {} of `{}` reads it in the session of its \
             node and fails with \"does not exist\".",
            other.sql.scene.hook().kind.name(),
            other.sql.scene.hook().node.map_or("", |node| findings.project.nodes[node].name.as_str()),
        );
        let (place, _) = other.sql.origin(other.statement.range.clone());
        let help = "make it in a pre-hook of the node, or make it a lasting table";
        sink.add(step.finding(message).help(help).see(place, "read here"));
    } else if let Some(node) = findings.built().map(|at| &findings.project.nodes[at]).find(|node| reads(node, name)) {
        let message = format!(
            "`{head}` makes a temporary table for this hook's own session. The model `{}` reads it from a session of its \
             own and fails with \"does not exist\".",
            node.name
        );
        sink.add(step.finding(message).help("make it in a pre-hook of the model, or make it a lasting table"));
    } else if !steps.iter().any(|other| follows(step, other) && mentions(other.text(), name)) {
        let message = format!(
            "`{head}` makes a temporary table for this hook's own session, and nothing at the start of the run reads it: \
             models are built in sessions of their own, where it is not there."
        );
        let help = "make it in a pre-hook of the model that reads it, or make it a lasting table";
        sink.add(step.finding(message).severity(Severity::Warning).help(help));
    }
}

/// The first statement of a node's hook that reads the table where the node's hooks do not make it.
fn node_hook_that_reads<'f>(findings: &'f Findings<'f>, name: &str) -> Option<Step<'f>> {
    let same = |one: &Name| one.parts.len() == 1 && one.last().eq_ignore_ascii_case(name);
    let of_nodes = || findings.steps().filter(|step| step.sql.scene.hook().node.is_some());
    let made = |step: &Step<'_>| step.outline().verb == Verb::Create && step.outline().name.as_ref().is_some_and(same);
    let found = of_nodes().find(|step| step.outline().reads.iter().any(same))?;
    (!of_nodes().any(|step| made(&step))).then_some(found)
}

/// Whether the code of a model speaks of the table, in a place where only a table can stand.
fn reads(node: &Node, name: &str) -> bool {
    let Some(code) = node.code.as_ref().filter(|_| node.resource == Resource::Model && node.name != name) else {
        return false;
    };
    let mut words = words(code.as_str()).map(str::to_lowercase);
    let mut before = words.next().unwrap_or_default();
    let name = name.to_lowercase();
    let mut read = false;
    for word in words {
        // A common table expression of that name is the model's own.
        if word == "as" && before == name {
            return false;
        }
        read |= word == name && matches!(before.as_str(), "from" | "join" | "into");
        before = word;
    }
    read
}

fn mentions(text: &str, name: &str) -> bool {
    words(text).any(|word| word.eq_ignore_ascii_case(name))
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|one: char| !(one.is_alphanumeric() || one == '_')).filter(|word| !word.is_empty())
}
