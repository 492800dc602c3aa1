//! Which hooks have to be rendered where only what some files cause is told.
//!
//! A finding about a hook comes from its own renderings, and some rules look at other hooks as well. Most of these
//! then find less: another hook makes what this one needs. Of those that find more, each looks at what is rendered
//! here too: hooks that may make tables or columns, the other hooks of a node, the lists of on-run hooks. What is
//! reached is judged by words alone, before anything is rendered, so that it is rather too much than too little; where
//! that is not enough, or rules that look at other hooks find something, every hook is rendered.

use std::cell::{OnceCell, RefCell};
use std::collections::{BTreeSet, HashMap, HashSet};
use std::path::Path;

use crate::diagnostic::Diagnostic;
use crate::hook::{Declared, Hook, HookKind, Hooks};
use crate::lint::{Findings, is_of_several, of_node};
use crate::project::Project;
use crate::render::Renderer;
use crate::render::context::is_shipped;
use crate::source::{FileId, Sources};
use crate::sql::Verb;

use super::CheckOptions;

/// What a hook is looked at for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    /// Nothing that is told can be about it.
    Left,
    /// It is there, as one of the on-run hooks, and is not rendered.
    Listed,
    /// It is rendered.
    Rendered,
}

/// What is looked at of a project.
#[derive(Debug)]
pub(super) struct Parts {
    /// What each hook is looked at for.
    pub(super) of_hooks: Vec<Part>,
    /// The macros that hooks may call, by their place in the project's macros.
    called: Vec<usize>,
}

/// What is looked at; none where all hooks are rendered.
pub(super) fn of_files(
    renderer: &Renderer,
    hooks: &Hooks,
    files: &BTreeSet<String>,
    options: &CheckOptions,
) -> Option<Parts> {
    if renderer.shared(0).invocation.selection.names_nodes() {
        return None;
    }
    let reach = Reach::new(renderer, hooks, files, options);
    let mut nodes = HashSet::new();
    let mut kinds = HashSet::new();
    let said: Vec<Said> = hooks.hooks.iter().map(|hook| reach.of_hook(hook)).collect();
    for (hook, _) in hooks.hooks.iter().zip(&said).filter(|(_, said)| said.has(Said::REACHED)) {
        nodes.extend(hook.node);
        kinds.extend(hook.node.is_none().then_some(hook.kind));
    }
    let reads_env = said.iter().any(|said| said.has(Said::REACHED) && said.has(Said::READS_ENV));
    let is_rendered =
        |said: &Said| said.has(Said::REACHED) || said.has(Said::MAKES) || (reads_env && said.has(Said::READS_ENV));
    let part = |said: &Said| if is_rendered(said) { Part::Rendered } else { Part::Left };
    let mut parts: Vec<Part> = said.iter().map(part).collect();
    for (part, hook) in parts.iter_mut().zip(&hooks.hooks) {
        if hook.node.map_or(kinds.contains(&hook.kind), |node| nodes.contains(&node)) {
            *part = Part::Rendered;
        } else if hook.kind.is_on_run() && *part == Part::Left {
            *part = Part::Listed;
        }
    }
    let rendered = || parts.iter().zip(&hooks.hooks).filter(|(part, _)| **part == Part::Rendered);
    // What the run did is known by the order of all nodes, which the hooks of all of them have a part in.
    let reads_results = rendered().any(|(_, hook)| hook.kind == HookKind::OnRunEnd) && renderer.reads_results(hooks);
    let is_part = !reads_results && rendered().count() * 2 <= hooks.hooks.len();
    is_part.then(|| Parts { called: reach.called_by_any(), of_hooks: parts })
}

impl Parts {
    /// Whether hooks that are not rendered might have a target added, by a comparison in a macro that they call.
    pub(super) fn may_add_targets(&self, renderer: &Renderer) -> bool {
        let project = renderer.project();
        let speaks = |at: &usize| project.sources.slice(project.macros[*at].block).contains("target");
        renderer.compares_unseen(self.called.iter().copied().filter(speaks))
    }
}

/// Whether nothing of these hooks is judged by what others do, but for what [`of_files`] knows.
pub(super) fn is_enough(findings: &Findings<'_>) -> bool {
    !findings.steps().any(|step| {
        let outline = step.outline();
        let updates_all = outline.verb == Verb::Update && outline.where_clause.is_none();
        let is_start = step.sql.scene.hook().kind == HookKind::OnRunStart;
        updates_all || (is_start && outline.verb == Verb::Create && outline.temporary)
    })
}

/// Whether a finding is the same where every hook is rendered: no other hook has a part in it.
pub(super) fn is_sure(sources: &Sources, found: &Diagnostic, files: &BTreeSet<String>) -> bool {
    !is_of_several(found.rule) && files.contains(&sources.get(found.place.file).path)
}

/// What the words of a text may lead to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Said(u8);

impl Said {
    /// What is named has a part in it.
    const REACHED: Said = Said(1);
    /// It may make a table, or add columns to one.
    const MAKES: Said = Said(2);
    /// It prints what is not in its text: settings of nodes, variables.
    const READS_DATA: Said = Said(4);
    /// It reads a variable of the environment.
    const READS_ENV: Said = Said(8);
    /// Which macro it calls, nobody can say.
    const CALLS_ANY: Said = Said(16);

    fn has(self, what: Said) -> bool {
        self.0 & what.0 == what.0
    }

    fn add(&mut self, what: Said, holds: bool) {
        if holds {
            self.0 |= what.0;
        }
    }
}

struct Reach<'a> {
    project: &'a Project,
    hooks: &'a Hooks,
    options: &'a CheckOptions,
    named: HashSet<FileId>,
    /// The nodes that the files are of, or say something of.
    nodes: HashSet<usize>,
    names_macros: bool,
    /// The names of the nodes that the files are of.
    names: HashSet<&'a str>,
    /// The macros that a word may call, by a name or by what dispatch puts a prefix to.
    called: HashMap<&'a str, Vec<usize>>,
    /// What each macro says itself, and the macros that it may call.
    macros: Vec<OnceCell<(Said, Vec<usize>)>>,
    /// What was said of a text.
    texts: RefCell<HashMap<&'a str, Said>>,
    /// The macros that hooks may call, so far.
    reached: RefCell<HashSet<usize>>,
    data_makes: OnceCell<bool>,
}

impl<'a> Reach<'a> {
    fn new(renderer: &'a Renderer, hooks: &'a Hooks, files: &BTreeSet<String>, options: &'a CheckOptions) -> Reach<'a> {
        let project = renderer.project();
        let named: HashSet<FileId> =
            project.sources.iter().filter(|(_, file)| files.contains(&file.path)).map(|(id, _)| id).collect();
        let mut called: HashMap<&str, Vec<usize>> = HashMap::new();
        for (at, one) in project.macros.iter().enumerate() {
            called.entry(&one.name).or_default().push(at);
            for (prefix, _) in one.name.match_indices("__") {
                called.entry(&one.name[prefix + 2..]).or_default().push(at);
            }
        }
        let mut names = HashSet::new();
        let nodes: HashSet<usize> = (0..project.nodes.len()).filter(|&at| of_node(project, at, files)).collect();
        for node in nodes.iter().map(|&at| &project.nodes[at]) {
            names.insert(node.name.as_str());
            names.extend(node.unique_id.split('.').nth(2));
        }
        Reach {
            names_macros: project.macros.iter().any(|one| named.contains(&one.block.file)),
            macros: project.macros.iter().map(|_| OnceCell::new()).collect(),
            project,
            hooks,
            options,
            named,
            nodes,
            names,
            called,
            texts: RefCell::default(),
            reached: RefCell::default(),
            data_makes: OnceCell::new(),
        }
    }

    fn of_hook(&self, hook: &'a Hook) -> Said {
        let mut said = self.of_text(hook.raw.as_str());
        said.add(Said::REACHED, hook.place.is_some_and(|place| self.named.contains(&place.file)));
        said.add(Said::REACHED, hook.node.is_some_and(|at| self.nodes.contains(&at)));
        let code = hook.node.and_then(|at| self.project.nodes[at].code.as_ref());
        if let Some(code) = code.filter(|_| self.names_macros && hook.declared == Declared::Config) {
            // A macro may have a part in the value that `config()` was given.
            said.add(Said::REACHED, self.of_text(code.as_str()).has(Said::REACHED));
        }
        if said.has(Said::READS_DATA) && !said.has(Said::MAKES) {
            said.add(Said::MAKES, self.data_makes() || code.is_some_and(|code| makers(code.as_str()) > 0));
        }
        said
    }

    /// What a text may lead to, with the macros that it may call.
    fn of_text(&self, text: &'a str) -> Said {
        if let Some(&known) = self.texts.borrow().get(text) {
            return known;
        }
        let (mut said, mut open) = self.read(text);
        let mut seen: HashSet<usize> = open.iter().copied().collect();
        while let Some(at) = open.pop() {
            let block = self.project.macros[at].block;
            let (own, calls) = self.macros[at].get_or_init(|| self.read(self.project.sources.slice(block)));
            said.add(*own, true);
            said.add(Said::REACHED, self.named.contains(&block.file));
            open.extend(calls.iter().copied().filter(|call| seen.insert(*call)));
        }
        self.reached.borrow_mut().extend(seen);
        self.texts.borrow_mut().insert(text, said);
        said
    }

    /// The macros that the hooks which were looked at may call, and those that dbt's own may call.
    fn called_by_any(&self) -> Vec<usize> {
        let calls_any = self.texts.borrow().values().any(|said| said.has(Said::CALLS_ANY));
        let reached = self.reached.borrow();
        let is_called = |at: &usize| {
            let name = self.project.macros[*at].name.as_str();
            let own = name.split_once("__").map_or(name, |(_, rest)| rest);
            calls_any || reached.contains(at) || is_shipped(self.project.adapter(), own)
        };
        (0..self.project.macros.len()).filter(is_called).collect()
    }

    /// What a text says itself, and the macros that its words may call.
    fn read(&self, text: &'a str) -> (Said, Vec<usize>) {
        let mut said = Said::default();
        let mut calls = Vec::new();
        for (at, word) in words(text) {
            let rest = text[at + word.len()..].trim_start();
            match word {
                "ref" => {
                    let is_named = |given: Vec<&str>| given.last().is_none_or(|name| self.names.contains(name));
                    said.add(Said::REACHED, !self.names.is_empty() && texts_given(rest).is_none_or(is_named));
                }
                "context" | "dispatch" if texts_given(rest).is_none() => {
                    said.add(Said::REACHED, !self.names.is_empty());
                    said.add(Said::MAKES, true);
                    said.add(Said::CALLS_ANY, true);
                }
                "env_var" => {
                    said.add(Said::READS_ENV, true);
                    said.add(Said::READS_DATA, true);
                }
                "config" | "graph" | "meta" | "model" | "node" | "nodes" | "var" => said.add(Said::READS_DATA, true),
                _ => {}
            }
            said.add(Said::MAKES, is_maker(word) || (rest.starts_with('(') && may_make(word)));
            said.add(Said::MAKES, may_make(word) && is_shipped(self.project.adapter(), word));
            calls.extend(self.called.get(word).into_iter().flatten().copied());
        }
        (said, calls)
    }

    /// Whether what is not written in hooks and macros may make a table: settings of nodes, variables.
    fn data_makes(&self) -> bool {
        *self.data_makes.get_or_init(|| {
            let options = self.options;
            let makes = |text: &str| makers(text) > 0;
            let answers = options.answers.given.iter().map(|(_, answer)| answer);
            if answers.chain([&options.vars]).any(|given| given.has_text(&makes))
                || options.env.values().any(|of| makes(of))
            {
                return true;
            }
            let mut in_hooks: HashMap<FileId, usize> = HashMap::new();
            let mut seen = HashSet::new();
            for hook in &self.hooks.hooks {
                if let Some(place) = hook.place.filter(|place| seen.insert(*place)) {
                    *in_hooks.entry(place.file).or_default() += makers(hook.raw.as_str());
                }
            }
            let is_template = |path: &str| Path::new(path).extension().is_some_and(|ending| ending == "sql");
            let mut files = self.project.sources.iter().filter(|(_, file)| !is_template(&file.path));
            files.any(|(id, file)| makers(&file.text) > in_hooks.get(&id).copied().unwrap_or_default())
        })
    }
}

/// The words of a text with where they begin.
fn words(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80;
    let bytes = text.as_bytes();
    let mut from = 0;
    std::iter::from_fn(move || {
        let start = from + bytes[from..].iter().position(|&byte| is_part(byte))?;
        let len = bytes[start..].iter().position(|&byte| !is_part(byte)).unwrap_or(bytes.len() - start);
        from = start + len;
        Some((start, &text[start..from]))
    })
}

fn is_maker(word: &str) -> bool {
    word.eq_ignore_ascii_case("create") || word.eq_ignore_ascii_case("alter")
}

fn makers(text: &str) -> usize {
    words(text).filter(|(_, word)| is_maker(word)).count()
}

/// Whether a function of that name may give SQL that makes a table or changes its columns.
fn may_make(word: &str) -> bool {
    const PARTS: [&str; 12] = [
        "add_remove",
        "alter",
        "backup",
        "clone",
        "create",
        "csv",
        "existing",
        "get_replace",
        "intermediate",
        "materialization",
        "schema_changes",
        "sync",
    ];
    PARTS.iter().any(|part| word.contains(part)) || (word.contains("snapshot") && word != "snapshot_get_time")
}

/// The texts that a call is given, or an index is, where it is given nothing else; `rest` is what follows the name.
fn texts_given(rest: &str) -> Option<Vec<&str>> {
    let mut rest = rest.strip_prefix(['(', '['])?;
    let mut given = Vec::new();
    loop {
        rest = rest.trim_start();
        let quote = rest.chars().next().filter(|quote| matches!(quote, '"' | '\''))?;
        let (text, after) = rest[1..].split_once(quote)?;
        if text.contains('\\') {
            return None;
        }
        given.push(text);
        rest = after.trim_start();
        if rest.starts_with([')', ']']) {
            return Some(given);
        }
        rest = rest.strip_prefix(',')?;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_that_are_given_are_known_where_nothing_else_is() {
        assert_eq!(texts_given("( 'a' , \"b\" )"), Some(vec!["a", "b"]));
        assert_eq!(texts_given("['a']"), Some(vec!["a"]));
        for open in ["(a)", "('a' ~ b)", "('a', v=1)", "", " = 1", "('a"] {
            assert_eq!(texts_given(open), None, "{open}");
        }
    }

    #[test]
    fn what_makes_a_table_is_known_by_its_word() {
        assert_eq!(makers("CREATE TABLE a; alter table b; recreate, created_at"), 2);
        assert!(may_make("create_schema") && !may_make("current_timestamp"));
    }
}
