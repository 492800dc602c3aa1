//! What all renderings of a project share, and what is known of the run before the first hook is rendered.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use super::Taken;
use super::internal::Internal;
use super::library::{Library, Templates};
use crate::command::Command;
use crate::hook::{Declared, HookKind, Hooks};
use crate::invocation::Invocation;
use crate::jinja::Budget;
use crate::limits::Limits;
use crate::project::{Project, Resource};
use crate::settings::Answers;
use crate::source::Text;

/// What all renderings of a project share.
#[derive(Debug, Clone)]
pub struct Shared {
    /// The project.
    pub project: Arc<Project>,
    /// Its macros.
    pub library: Arc<Library>,
    /// The environment.
    pub env: BTreeMap<String, String>,
    /// The command that is rendered for.
    pub command: Command,
    /// The same with its options.
    pub invocation: Arc<Invocation>,
    /// The commands that hooks and macros tell from it by `flags.WHICH`, and one that they do not name.
    pub other_commands: Vec<Command>,
    /// The names that packages which are not installed may have, with the listing.
    pub missing: HashMap<String, String>,
    /// What of the project's own folders was not read: names that are not found may be there.
    pub(super) outside: Option<String>,
    /// Nodes by unique id.
    pub by_id: HashMap<String, usize>,
    /// Nodes by name.
    pub by_name: HashMap<String, Vec<usize>>,
    /// The nodes in the order in which dbt parses them: package by package, kind by kind.
    pub parse_order: Vec<usize>,
    /// Source tables by source and table.
    pub sources: HashMap<(String, String), usize>,
    /// Answers that were given beforehand.
    pub answers: Answers,
    /// The questions that they answered.
    pub answered: Arc<Mutex<BTreeSet<String>>>,
    /// dbt's own macros, where its own files are used.
    pub internal: Option<Arc<Internal>>,
    /// The work of all its templates; none where it has no bound.
    pub budget: Option<Arc<Budget>>,
    /// The bounds of what is rendered.
    pub limits: Limits,
    /// What these left out.
    pub(crate) left_out: Arc<LeftOut>,
}

/// What is not rendered, since there is more of it than a check renders.
#[derive(Debug, Default)]
pub(crate) struct LeftOut {
    /// How many targets, those that comparisons add included.
    pub(crate) targets: AtomicUsize,
    /// Whether hooks are.
    pub(crate) hooks: AtomicBool,
}

impl LeftOut {
    /// Whether anything is.
    pub(crate) fn is_any(&self) -> bool {
        self.hooks.load(Ordering::Relaxed) || self.targets.load(Ordering::Relaxed) > 0
    }
}

impl Shared {
    /// The same project as dbt reads it for another target: with other values in its YAML files.
    #[must_use]
    pub fn of_target(&self, project: Arc<Project>) -> Shared {
        let mut other = Shared::new(project, self.env.clone(), self.answers.clone());
        other.library = Arc::clone(&self.library);
        other.answered = Arc::clone(&self.answered);
        other.internal.clone_from(&self.internal);
        other.budget.clone_from(&self.budget);
        other.limits = self.limits;
        other.left_out = Arc::clone(&self.left_out);
        other.command = self.command;
        other.invocation = Arc::clone(&self.invocation);
        other.other_commands.clone_from(&self.other_commands);
        other
    }

    /// Indexes a project.
    #[must_use]
    pub fn new(project: Arc<Project>, env: BTreeMap<String, String>, answers: Answers) -> Shared {
        let library = Arc::new(Library::new(&project));
        let mut by_name: HashMap<String, Vec<usize>> = HashMap::new();
        for (n, node) in project.nodes.iter().enumerate() {
            by_name.entry(node.name.clone()).or_default().push(n);
        }
        let by_id = project.nodes.iter().enumerate().map(|(n, node)| (node.unique_id.clone(), n)).collect();
        let sources = project
            .source_tables
            .iter()
            .enumerate()
            .map(|(n, table)| ((table.source_name.clone(), table.name.clone()), n))
            .collect();
        let missing = project
            .missing_packages
            .iter()
            .flat_map(|missing| missing.guessed_names.iter().map(|name| (name.clone(), missing.listed_as.clone())))
            .collect();
        let outside = project.outside().or_else(|| project.unread_macros()).map(|problem| problem.message.clone());
        let command = Command::default();
        let other_commands = other_commands(&project, command);
        let answered = Arc::default();
        let mut parse_order: Vec<usize> = (0..project.nodes.len()).collect();
        parse_order.sort_by_key(|&at| {
            let node = &project.nodes[at];
            let kind = match node.resource {
                Resource::Model => 0,
                Resource::Snapshot => 1,
                Resource::Analysis => 2,
                Resource::Test => 3,
                Resource::Seed => 4,
                Resource::Function => 5,
            };
            (node.package, kind)
        });
        Shared {
            project,
            library,
            env,
            command,
            invocation: Arc::new(command.into()),
            other_commands,
            missing,
            outside,
            by_id,
            by_name,
            parse_order,
            sources,
            answers,
            answered,
            internal: None,
            budget: None,
            limits: Limits::default(),
            left_out: Arc::default(),
        }
    }

    /// The same with templates that were read before.
    #[must_use]
    pub(crate) fn with_templates(self, templates: Arc<Templates>) -> Shared {
        let library = Arc::new(Library::with_templates(&self.project, templates));
        Shared { library, ..self }
    }

    /// The same for a command that is asked for: no other is thought of then.
    #[must_use]
    pub fn for_command(self, invocation: Invocation) -> Shared {
        let command = invocation.command;
        Shared { command, invocation: Arc::new(invocation), other_commands: Vec::new(), ..self }
    }
}

/// What the manifest has as a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Of {
    /// A node, by its place in the project's nodes.
    Node(usize),
    /// An on-run hook, by its place in the manifest's operations.
    Operation(usize),
    /// A test without a file, by its place among the manifest's; it has no hooks.
    Test(usize),
}

/// What is known of the run before the first hook is rendered: the hooks of every node, as dbt has them in its
/// manifest, and in which order the command takes nodes and tests.
#[derive(Debug, Default)]
pub struct HookLists {
    of: HashMap<(Of, HookKind), Vec<Listed>>,
    /// By the target's name; a target that was added has none.
    taken: HashMap<String, Vec<Taken>>,
}

/// A hook in a node's list.
#[derive(Debug)]
pub struct Listed {
    /// Its text before rendering.
    pub raw: Text,
    /// Whether it runs inside the transaction.
    pub transaction: bool,
    /// In what kind of place it is declared.
    pub declared: Declared,
    /// The targets that have it, by their place in the project's targets.
    targets: Vec<usize>,
}

impl HookLists {
    /// The lists of the effective hooks.
    #[must_use]
    pub fn new(hooks: &Hooks) -> HookLists {
        let mut lists: HashMap<(Of, HookKind), Vec<Listed>> = HashMap::new();
        for hook in hooks.hooks.iter().chain(&hooks.of_operations) {
            let Some(of) = hook.node.map(Of::Node).or(hook.operation.map(Of::Operation)) else { continue };
            lists.entry((of, hook.kind)).or_default().push(Listed {
                raw: hook.raw.clone(),
                transaction: hook.transaction,
                declared: hook.declared,
                targets: hook.targets.clone(),
            });
        }
        HookLists { of: lists, taken: HashMap::new() }
    }

    /// The same, with what the command takes in each target.
    #[must_use]
    pub fn with_taken(self, taken: HashMap<String, Vec<Taken>>) -> HookLists {
        HookLists { taken, ..self }
    }

    /// What the command takes in a target, in its order; nothing where that is not known.
    #[must_use]
    pub fn taken(&self, target: &str) -> &[Taken] {
        self.taken.get(target).map(Vec::as_slice).unwrap_or_default()
    }

    /// The texts of all hooks of a node or an on-run hook.
    pub fn texts(&self, of: Of) -> impl Iterator<Item = &str> {
        let lists =
            [HookKind::PreHook, HookKind::PostHook].into_iter().filter_map(move |kind| self.of.get(&(of, kind)));
        lists.flatten().map(|listed| listed.raw.as_str())
    }

    /// The list of a node or an on-run hook in a target.
    pub fn list(&self, of: Of, kind: HookKind, target: usize) -> impl Iterator<Item = &Listed> {
        let all = self.of.get(&(of, kind)).map(Vec::as_slice).unwrap_or_default();
        all.iter().filter(move |listed| listed.targets.contains(&target))
    }
}

/// The question which command runs.
pub(super) const WHICH: &str = "flags.WHICH";

/// The commands that a project's hooks and macros name where they read `flags.WHICH`, and one that they do not.
fn other_commands(project: &Project, command: Command) -> Vec<Command> {
    let mut named = BTreeSet::new();
    let mut reads = false;
    for (_, source) in project.sources.iter() {
        let text = &*source.text;
        if !["flags.WHICH", "args_dict.which", "flags.which"].iter().any(|flag| text.contains(flag)) {
            continue;
        }
        reads = true;
        for other in Command::ALL.iter().filter(|other| **other != command) {
            if [format!("'{}'", other.which()), format!("\"{}\"", other.which())].iter().any(|word| text.contains(word))
            {
                named.insert(*other);
            }
        }
    }
    if reads {
        named.extend(Command::ALL.iter().find(|other| **other != command && !named.contains(other)).copied());
    }
    named.into_iter().collect()
}
