//! The context of a rendering: what each name holds in dbt, in both passes and in every place.

mod lookup;

use std::cell::{OnceCell, RefCell};
use std::collections::{BTreeSet, HashMap};
use std::rc::{Rc, Weak};
use std::sync::Arc;

use super::database::Database;
use super::explore::DataTest;
use super::library::Library;
use super::relation::{self, Printing, Relation};
use super::{Misread, Query, Referred, adapter, macros, results};
use crate::command::Command;
use crate::datum::Datum;
use crate::hook::{Declared, HookKind};
use crate::jinja::{self, Answer, ErrorKind, Eval, Host, Interp, JinjaError, Limits, Str, Unknown, Value, error};
use crate::manifest::{Known, Manifest, NodeState, Operation};
use crate::project::{Language, Project, Source, Target};
use crate::source::Place;

pub use super::names::{NAMES, is_shipped};
pub(super) use super::shared::WHICH;
pub use super::shared::{HookLists, Listed, Of, Shared};
pub use super::values::{datum_of, value_of};

/// `run_started_at` in every rendering.
pub const RUN_STARTED_AT: &str = "2024-01-02T03:04:05.678901";
/// `invocation_id` in every rendering.
pub const INVOCATION_ID: &str = "00000000-0000-4000-8000-000000000000";
/// The version of dbt whose behaviour is rendered.
pub const DBT_VERSION: &str = "1.11.16";

/// Which of dbt's two passes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    /// execute is false; the text is thrown away.
    Parse,
    /// execute is true; the text is the SQL.
    Run,
}

/// What is rendered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject {
    /// A node's own file.
    Node(usize),
    /// A hook of a node.
    NodeHook(usize, HookKind),
    /// An on-run hook of a package, by its place in the package's list.
    OnRun(HookKind, usize, usize),
    /// A test of a package that has no file of its own: [`Way::test`].
    Test(usize),
}

/// An argument of a `config()` call.
pub struct ConfigArgument {
    /// The key.
    pub name: String,
    /// The value.
    pub value: Value,
    /// Where the key stands.
    pub key: Option<Place>,
    /// Where the value's expression stands.
    pub place: Option<Place>,
}

/// What was seen while rendering.
#[derive(Default)]
pub struct Seen {
    /// Statements that were executed.
    pub queries: Vec<Query>,
    /// Names that hold something else than meant.
    pub misread: Vec<Misread>,
    /// Arguments of `config()` calls, in order.
    pub config: Vec<ConfigArgument>,
    /// Nodes that were ref'd.
    pub refs: Vec<usize>,
    /// Tables of sources that were read.
    pub sources: Vec<usize>,
    /// Where nodes and sources were referred to.
    pub referred: Vec<Referred>,
    /// Environment variables without a value or default.
    pub unset: BTreeSet<String>,
    /// Causes of what is not known.
    pub unknown: Vec<String>,
    /// Whether a name was read whose value here lacks parts that dbt's has.
    pub approximate: bool,
}

/// A way through a hook, and what is known of it before it is gone.
#[derive(Debug, Default, Clone)]
pub struct Way {
    /// The answers to what is asked, by their places among the options.
    pub script: Vec<usize>,
    /// The nodes that dbt knew to be ref'd once it had parsed; none where any may be.
    pub known_refs: Option<Vec<usize>>,
    /// Answers of the other pass: a flag is the same in both.
    pub settled: Vec<(String, Answer)>,
    /// The test that is rendered: the manifest has no state of it.
    pub test: Option<Arc<DataTest>>,
}

/// The context of one rendering.
pub struct Scene {
    me: Weak<Scene>,
    /// What all renderings share.
    pub shared: Arc<Shared>,
    /// The target.
    pub target: Arc<Target>,
    /// The manifest; none while it is being built.
    pub manifest: Option<Arc<Manifest>>,
    /// The pass.
    pub moment: Moment,
    /// What is rendered.
    pub subject: Subject,
    /// The hooks of every node; none while they are being gathered.
    pub hooks: Arc<HookLists>,
    /// The way through it.
    pub way: Way,
    /// What was seen.
    pub seen: RefCell<Seen>,
    /// Results that `statement` stored.
    pub stored: RefCell<HashMap<String, Value>>,
    /// The database of the rehearsal, where one is rehearsed.
    pub database: Option<Rc<dyn Database>>,
    cache: RefCell<HashMap<&'static str, Value>>,
    failure: OnceCell<Option<results::Outcome>>,
    failure_of_all: OnceCell<Option<results::Outcome>>,
    told: OnceCell<Option<Rc<results::Outcome>>>,
}

/// Names whose values here lack parts that dbt's have.
const APPROXIMATE: &[&str] = &[
    "builtins",
    "context",
    "database_schemas",
    "flags",
    "graph",
    "invocation_args_dict",
    "model",
    "results",
    "schemas",
    "selected_resources",
];

/// A value that dbt has and hookproof does not know.
pub fn unknown(label: impl Into<String>, cause: &str) -> Value {
    Value::Unknown(Rc::new(Unknown::new(label, cause)))
}

impl Scene {
    /// A context for one rendering.
    #[must_use]
    pub fn new(
        shared: Arc<Shared>,
        target: Arc<Target>,
        manifest: Option<Arc<Manifest>>,
        hooks: Arc<HookLists>,
        moment: Moment,
        subject: Subject,
    ) -> Rc<Scene> {
        Scene::on_way(shared, target, manifest, hooks, moment, subject, Way::default(), None)
    }

    /// The context of another node's file, which is rendered on the way.
    #[must_use]
    pub fn of_node(&self, node: usize) -> Rc<Scene> {
        Scene::on_way(
            Arc::clone(&self.shared),
            Arc::clone(&self.target),
            self.manifest.clone(),
            Arc::clone(&self.hooks),
            Moment::Run,
            Subject::Node(node),
            Way::default(),
            self.database.clone(),
        )
    }

    /// A context for the rendering of one way through a hook.
    #[expect(clippy::too_many_arguments, reason = "what a context is made of")]
    #[must_use]
    pub fn on_way(
        shared: Arc<Shared>,
        target: Arc<Target>,
        manifest: Option<Arc<Manifest>>,
        hooks: Arc<HookLists>,
        moment: Moment,
        subject: Subject,
        way: Way,
        database: Option<Rc<dyn Database>>,
    ) -> Rc<Scene> {
        Rc::new_cyclic(|me| Scene {
            me: me.clone(),
            hooks,
            shared,
            target,
            manifest,
            moment,
            subject,
            way,
            seen: RefCell::default(),
            stored: RefCell::default(),
            database,
            cache: RefCell::default(),
            failure: OnceCell::new(),
            failure_of_all: OnceCell::new(),
            told: OnceCell::new(),
        })
    }

    /// The project.
    #[must_use]
    pub fn project(&self) -> &Project {
        &self.shared.project
    }

    /// The adapter.
    #[must_use]
    pub fn adapter(&self) -> &str {
        &self.target.adapter
    }

    /// How relations print.
    #[must_use]
    pub fn printing(&self) -> Printing {
        let mut printing = relation::printing(self.adapter());
        if let Some(quoting) = self.project().root().setting("quoting") {
            let part = |name: &str, otherwise: bool| quoting.get(name).and_then(Datum::as_bool).unwrap_or(otherwise);
            printing.quote.database = part("database", printing.quote.database);
            printing.quote.schema = part("schema", printing.quote.schema);
            printing.quote.identifier = part("identifier", printing.quote.identifier);
        }
        printing
    }

    /// Whether execute is true.
    #[must_use]
    pub fn executes(&self) -> bool {
        self.moment == Moment::Run
    }

    /// The package whose code is rendered.
    #[must_use]
    pub fn package(&self) -> usize {
        match self.subject {
            Subject::Node(node) | Subject::NodeHook(node, _) => self.project().nodes[node].package,
            Subject::OnRun(_, package, _) | Subject::Test(package) => package,
        }
    }

    /// The node, where one is rendered.
    #[must_use]
    pub fn node(&self) -> Option<usize> {
        match self.subject {
            Subject::Node(node) | Subject::NodeHook(node, _) => Some(node),
            Subject::OnRun(..) | Subject::Test(_) => None,
        }
    }

    /// The state of what is rendered: a node's, or that of an on-run hook, which is a node to dbt as well.
    #[must_use]
    pub fn state(&self) -> Option<&NodeState> {
        if let Some(test) = &self.way.test {
            return Some(&test.state);
        }
        let manifest = self.manifest.as_ref()?;
        match self.subject {
            Subject::Test(_) => None,
            Subject::Node(node) | Subject::NodeHook(node, _) => manifest.nodes.get(node),
            Subject::OnRun(kind, package, index) => {
                manifest.operation(package, kind, index).map(|operation| &operation.state)
            }
        }
    }

    /// The node that the on-run hook is, where one is rendered.
    #[must_use]
    pub fn operation(&self) -> Option<&Operation> {
        match self.subject {
            Subject::OnRun(kind, package, index) => self.manifest.as_ref()?.operation(package, kind, index),
            _ => None,
        }
    }

    /// The command that runs: the one that is rendered for, or the one that `flags.WHICH` was said to be.
    #[must_use]
    pub fn command(&self, interp: &Interp) -> Command {
        match interp.answer(WHICH) {
            Some(Answer::Word(word)) => Command::of_which(word).unwrap_or(self.shared.command),
            _ => self.shared.command,
        }
    }

    /// The run in which a node fails, as `results` may tell of it.
    pub(super) fn failure(&self) -> Option<&results::Outcome> {
        self.failure.get_or_init(|| results::Outcome::of_one_failure(self)).as_ref()
    }

    /// The run in which nothing is built, where that is another.
    pub(super) fn failure_of_all(&self) -> Option<&results::Outcome> {
        self.failure_of_all.get_or_init(|| results::Outcome::of_nothing_built(self)).as_ref()
    }

    /// How the run ends, where answers or a rehearsal say that.
    pub(super) fn told(&self) -> Option<&results::Outcome> {
        let told = || match &self.database {
            Some(database) => Some(database.outcome()),
            None => results::Outcome::of_answers(self).map(Rc::new),
        };
        self.told.get_or_init(told).as_deref()
    }

    /// Whether `results` and its like are there.
    #[must_use]
    pub fn has_results(&self, interp: &Interp) -> bool {
        let at_end = matches!(self.subject, Subject::OnRun(HookKind::OnRunEnd, ..));
        // A command that only renders has run nothing (facts C5).
        self.executes() && at_end && !self.command(interp).only_renders()
    }

    /// Notes why something is not known.
    pub fn not_known(&self, cause: &str) {
        let mut seen = self.seen.borrow_mut();
        if !seen.unknown.iter().any(|known| known == cause) {
            seen.unknown.push(cause.to_owned());
        }
    }

    /// A macro by the rules for a bare name (facts M1): the package's own, then the root project's.
    fn bare_macro(&self, interp: &mut Interp, name: &str) -> Eval<Option<Value>> {
        let package = self.package();
        for owner in if package == 0 { [Some(0), None] } else { [Some(package), Some(0)] }.into_iter().flatten() {
            if let Some(at) = self.shared.library.find(owner, name) {
                return self.macro_value(interp, at, name).map(Some);
            }
        }
        Ok(None)
    }

    /// A macro as a value; an error where it does not parse.
    pub fn macro_value(&self, _interp: &mut Interp, at: usize, shown: &str) -> Eval<Value> {
        match self.shared.library.parsed(self.project(), at) {
            Ok(parsed) => Ok(Library::value(parsed, shown)),
            Err((fault, text)) => {
                let mut failure = JinjaError::new(ErrorKind::Syntax, fault.message.clone());
                failure.place = text.place_of(fault.span.start as usize..fault.span.end as usize);
                Err(failure.into())
            }
        }
    }

    /// What `adapter.dispatch(name, namespace)` finds among the project's macros (facts M4).
    pub fn dispatched(&self, interp: &mut Interp, name: &str, namespace: Option<&str>) -> Eval<Option<Value>> {
        match self.found_by_dispatch(name, namespace) {
            Some((at, full)) => self.macro_value(interp, at, &full).map(Some),
            None => Ok(None),
        }
    }

    /// What `adapter.dispatch(name, namespace)` finds among dbt's own macros.
    pub fn dispatched_internal(&self, name: &str) -> Option<Value> {
        let internal = self.shared.internal.as_ref()?;
        if macros::is_native(name) {
            return None;
        }
        let (parsed, full) = internal.dispatched(self.adapter(), name)?;
        parsed.as_ref().ok().map(|parsed| Library::value(parsed, &full))
    }

    /// Whether the project has a macro that one of dbt's own, which calls `name`, would come to instead.
    #[must_use]
    pub fn overrides(&self, name: &str) -> bool {
        let bare = [self.package(), 0].iter().any(|&owner| self.shared.library.find(owner, name).is_some());
        bare || self.found_by_dispatch(name, Some("dbt")).is_some()
    }

    fn found_by_dispatch(&self, name: &str, namespace: Option<&str>) -> Option<(usize, String)> {
        let library = &self.shared.library;
        let configured = self.project().root().setting("dispatch").and_then(Datum::as_list).and_then(|entries| {
            entries
                .iter()
                .find(|entry| entry.get("macro_namespace").and_then(Datum::as_str) == namespace)
                .and_then(|entry| entry.get("search_order"))
                .and_then(Datum::as_list)
                .map(|order| order.iter().filter_map(Datum::as_str).map(str::to_owned).collect::<Vec<_>>())
        });
        let owners: Vec<usize> = match (configured, namespace) {
            (Some(order), _) => order.iter().filter_map(|name| library.package(name)).collect(),
            (None, Some(namespace)) if library.package(namespace).is_some() => {
                [Some(0), library.package(namespace)].into_iter().flatten().collect()
            }
            _ => {
                let own = self.package();
                if own == 0 { vec![0] } else { vec![own, 0] }
            }
        };
        let adapter = [self.adapter()];
        let prefixes = adapter.iter().chain(adapter::parents(self.adapter())).chain(&["default"]);
        for owner in owners {
            for prefix in prefixes.clone() {
                let full = format!("{prefix}__{name}");
                if let Some(at) = library.find(owner, &full) {
                    return Some((at, full));
                }
            }
        }
        None
    }

    /// What dbt knew of the node, or on-run hook, that is rendered when it made the context (facts G6).
    #[must_use]
    pub fn known(&self) -> Known {
        match (self.moment, self.subject) {
            (Moment::Run, _) => Known::All,
            (Moment::Parse, Subject::NodeHook(..)) => {
                self.state().and_then(|state| state.parsed_with).unwrap_or(Known::ProjectFile)
            }
            (Moment::Parse, _) => Known::ProjectFile,
        }
    }

    /// What dbt knows of it by now: when it parses the hooks of a node, the node itself has its settings, whatever
    /// the context holds.
    #[must_use]
    pub fn known_by_now(&self) -> Known {
        match (self.moment, self.subject) {
            (Moment::Parse, Subject::NodeHook(..)) => Known::Settings,
            _ => self.known(),
        }
    }

    /// The relation that a node is named, as far as dbt knows it in this context.
    #[must_use]
    pub fn relation_of(&self, node: usize) -> Relation {
        self.relation_at(node, self.known())
    }

    fn relation_at(&self, node: usize, known: Known) -> Relation {
        let found = &self.project().nodes[node];
        let state = self.manifest.as_ref().and_then(|manifest| manifest.nodes.get(node));
        let state = state.filter(|_| known > Known::ProjectFile);
        let database = state.and_then(|state| state.database.clone()).or_else(|| self.target.database.clone());
        let schema = state.map_or_else(|| self.target.schema.clone(), |state| state.schema.clone());
        let alias = state.map_or_else(|| found.name.clone(), |state| state.alias.clone());
        Relation::new(self.printing(), database, Some(schema), Some(alias))
    }

    /// The relation that a state names.
    pub(super) fn relation_of_state(&self, state: &NodeState) -> Relation {
        let database = state.database.clone().or_else(|| self.target.database.clone());
        Relation::new(self.printing(), database, Some(state.schema.clone()), Some(state.alias.clone()))
    }

    /// The relation of what is rendered: while dbt parses, every ref and source is this one (facts G4).
    #[must_use]
    pub fn own_relation(&self) -> Relation {
        if let Some(test) = &self.way.test {
            return self.relation_of_state(&test.state);
        }
        match self.subject {
            Subject::Test(_) => Relation::new(self.printing(), None, None, None),
            Subject::Node(node) | Subject::NodeHook(node, _) => self.relation_at(node, self.known_by_now()),
            Subject::OnRun(kind, package, index) => {
                let name = format!("{}-{}-{index}", self.project().packages[package].name, kind.name());
                let schema = self.target.schema.clone();
                Relation::new(self.printing(), self.target.database.clone(), Some(schema), Some(name))
            }
        }
    }

    /// The relation of a table of a source: only its own quoting counts (facts 2.7).
    #[must_use]
    pub fn relation_of_source(&self, table: &Source) -> Relation {
        let database = table.database.clone().or_else(|| self.target.database.clone());
        let printing = relation::printing(self.adapter());
        let mut relation =
            Relation::new(printing, database, Some(table.schema.clone()), Some(table.identifier.clone()));
        let whole = &self.project().properties[table.properties].datum;
        let own = whole.get("tables").and_then(Datum::as_list).and_then(|tables| tables.get(table.table));
        for quoting in [Some(whole), own].into_iter().flatten().filter_map(|entry| entry.get("quoting")) {
            let part = |name: &str, otherwise: bool| quoting.get(name).and_then(Datum::as_bool).unwrap_or(otherwise);
            relation.quote.database = part("database", relation.quote.database);
            relation.quote.schema = part("schema", relation.quote.schema);
            relation.quote.identifier = part("identifier", relation.quote.identifier);
        }
        relation
    }

    /// The list of a node's or an on-run hook's hooks, as `pre_hooks` and `config` show it.
    pub(super) fn hook_list(&self, of: Of, kind: HookKind, known: Known, with_index: bool) -> Value {
        let is_known = |listed: &&Listed| known > Known::ProjectFile || listed.declared == Declared::Project;
        let shown = self.hooks.list(of, kind, self.place_of_target()).filter(is_known).map(|listed| {
            let sql = Value::Str(Str::from(&listed.raw));
            let mut hook = vec![("sql", sql), ("transaction", Value::Bool(listed.transaction))];
            if with_index {
                hook.push(("index", Value::None));
            }
            Value::record(hook)
        });
        Value::list(shown.collect())
    }

    /// What a node's own code renders to when dbt executes; unknown where that asks the warehouse.
    pub(super) fn compiled_code(&self, node: usize) -> Value {
        let label = "compiled_code";
        let found = &self.project().nodes[node];
        let Some(code) = found.code.as_ref().filter(|_| found.language == Language::Sql) else {
            return unknown(label, "the compiled code of Python models is not made here");
        };
        if !crate::project::yaml_jinja::has_jinja(code.as_str()) {
            return Value::Str(Str::from(code));
        }
        let scene = self.of_node(node);
        let Ok(template) = jinja::parse(code) else { return unknown(label, "the node's file does not parse") };
        let mut interp = Interp::new(Rc::clone(&scene) as Rc<dyn Host>, Limits::default(), Vec::new());
        match interp.render(&Arc::new(template), false) {
            Err(_) => unknown(label, "the node's file does not render"),
            Ok(_) if interp.printed_unknown() || !interp.questions().is_empty() => {
                unknown(label, "the node's file depends on what is not known before the run")
            }
            Ok(text) => match super::ephemeral::injected(&scene, &text) {
                Some(text) => Value::Str(text),
                None => unknown(label, "an ephemeral model that it reads does not render"),
            },
        }
    }
}

/// An error of dbt's own, by a code that rules know.
pub fn host_error(code: &'static str, message: impl Into<String>) -> crate::jinja::Flow {
    error(ErrorKind::Host(code), message)
}
