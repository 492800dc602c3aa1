//! The context of a rendering: what each name holds in dbt, in both passes and in every place.

use std::cell::{OnceCell, RefCell};
use std::collections::{BTreeSet, HashMap};
use std::rc::{Rc, Weak};
use std::sync::{Arc, PoisonError};

use super::callable::{Callable, Namespace};
use super::database::Database;
use super::library::Library;
use super::relation::{self, Printing, Relation};
use super::{Misread, Query, Referred, adapter, builtins, macros, nodes, results};
use crate::command::Command;
use crate::datum::{Datum, Kind};
use crate::hook::{Declared, HookKind};
use crate::jinja::{
    self, Answer, Dict, ErrorKind, Eval, Host, Interp, JinjaError, Limits, Str, Unknown, Value, error, modules,
};
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
            Subject::OnRun(_, package, _) => package,
        }
    }

    /// The node, where one is rendered.
    #[must_use]
    pub fn node(&self) -> Option<usize> {
        match self.subject {
            Subject::Node(node) | Subject::NodeHook(node, _) => Some(node),
            Subject::OnRun(..) => None,
        }
    }

    /// The state of what is rendered: a node's, or that of an on-run hook, which is a node to dbt as well.
    #[must_use]
    pub fn state(&self) -> Option<&NodeState> {
        let manifest = self.manifest.as_ref()?;
        match self.subject {
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

    /// The relation of what is rendered: while dbt parses, every ref and source is this one (facts G4).
    #[must_use]
    pub fn own_relation(&self) -> Relation {
        match self.subject {
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

    fn callable(&self, name: &str) -> Option<Value> {
        let scene = self.me.upgrade()?;
        Some(Value::Object(Rc::new(Callable { scene, name: name.to_owned() })))
    }

    fn cached(&self, name: &'static str, make: impl FnOnce() -> Value) -> Value {
        if let Some(known) = self.cache.borrow().get(name) {
            return known.clone();
        }
        let made = make();
        self.cache.borrow_mut().insert(name, made.clone());
        made
    }

    /// `target`, once something read it.
    pub(super) fn target_dict(&self) -> Option<Rc<RefCell<Dict>>> {
        match self.cache.borrow().get("target") {
            Some(Value::Dict(dict)) => Some(Rc::clone(dict)),
            _ => None,
        }
    }

    /// Notes that a node, or a source, is referred to where the function that runs now was called.
    pub(super) fn refer(&self, interp: &Interp, node: Option<usize>) {
        let referred = Referred { node, place: interp.site, through: interp.within.clone() };
        self.seen.borrow_mut().referred.push(referred);
    }

    /// Notes that a name was read that does not hold what was meant.
    fn misread(&self, interp: &Interp, name: &'static str, holds: &'static str) {
        let misread = Misread { name, holds, place: interp.site, through: interp.within.clone() };
        self.seen.borrow_mut().misread.push(misread);
    }

    fn this(&self, interp: &mut Interp) -> Value {
        match self.node() {
            Some(node) => self.cached("this", || self.relation_of(node).value()),
            None => {
                self.misread(interp, "this", "None");
                Value::None
            }
        }
    }

    /// The names of dbt, besides macros.
    pub(super) fn name(&self, interp: &mut Interp, name: &str) -> Eval<Option<Value>> {
        let me = self.me.upgrade();
        let state = self.state();
        let guessed_target = matches!(name, "target" | "env") && self.target.place.is_none();
        if guessed_target || APPROXIMATE.contains(&name) {
            self.seen.borrow_mut().approximate = true;
        }
        Ok(Some(match name {
            "execute" => Value::Bool(self.executes()),
            "this" => self.this(interp),
            "target" | "env" => self.cached("target", || adapter::target(&self.target)),
            "invocation_id" => {
                Value::str(self.database.as_ref().map_or(INVOCATION_ID, |database| database.invocation_id()))
            }
            "run_started_at" => {
                let at = self.database.as_ref().map_or(RUN_STARTED_AT, |database| database.run_started_at());
                let at = at.parse().unwrap_or_default();
                Value::Moment(Rc::new(crate::jinja::Moment::DateTime(at, Some(jiff::tz::TimeZone::UTC))))
            }
            "dbt_version" => Value::str(DBT_VERSION),
            "thread_id" => Value::str("MainThread"),
            "project_name" => Value::str(self.project().root().name.as_str()),
            "schema" => match state.filter(|_| self.known() > Known::ProjectFile) {
                Some(state) => Value::str(state.schema.as_str()),
                None => Value::str(self.target.schema.as_str()),
            },
            "database" => match state
                .filter(|_| self.known() > Known::ProjectFile)
                .and_then(|state| state.database.as_ref())
                .or(self.target.database.as_ref())
            {
                Some(database) => Value::str(database.as_str()),
                None => Value::None,
            },
            "sql" | "compiled_code" => {
                if name == "sql" && self.executes() {
                    let holds = if self.node().is_some() { "the model's own query" } else { "None" };
                    self.misread(interp, "sql", holds);
                }
                match (self.executes(), self.subject) {
                    (true, Subject::NodeHook(node, _)) if self.project().nodes[node].code.is_some() => {
                        self.cached("sql", || self.compiled_code(node))
                    }
                    _ => Value::None,
                }
            }
            "model" => match me {
                Some(scene) => self.cached("model", || nodes::model(&scene)),
                None => return Ok(None),
            },
            "pre_hooks" | "post_hooks" => {
                let kind = if name == "pre_hooks" { HookKind::PreHook } else { HookKind::PostHook };
                let list = |of| self.hook_list(of, kind, self.known(), false);
                nodes::subject(self).map_or_else(|| Value::list(Vec::new()), list)
            }
            "graph" => match me {
                Some(scene) if self.executes() => self.cached("graph", || results::graph(&scene)),
                _ => Value::dict(Dict::default()),
            },
            "selected_resources" if self.executes() => self.cached("selected_resources", || results::selected(self)),
            "selected_resources" => Value::list(Vec::new()),
            "results" if self.has_results(interp) => match me {
                Some(scene) => self.cached("results", || results::results(&scene, interp)),
                None => return Ok(None),
            },
            "schemas" if self.has_results(interp) => results::schemas(self, interp, false),
            "database_schemas" if self.has_results(interp) => results::schemas(self, interp, true),
            "flags" => match me {
                Some(scene) => Value::Object(Rc::new(adapter::Flags(scene))),
                None => return Ok(None),
            },
            "invocation_args_dict" => {
                let command = adapter::which(self, interp)?;
                self.cached("invocation_args_dict", || adapter::invocation_args(&self.shared.invocation, command))
            }
            "dbt_metadata_envs" => {
                let prefix = "DBT_ENV_CUSTOM_ENV_";
                let found = self
                    .shared
                    .env
                    .iter()
                    .filter_map(|(name, value)| Some((name.strip_prefix(prefix)?, Value::str(value.as_str()))));
                Value::record(found)
            }
            "validation" => self.cached("validation", adapter::validation),
            "modules" => self.cached("modules", modules::modules),
            "adapter" => match me {
                Some(scene) => Value::Object(Rc::new(adapter::Adapter(scene))),
                None => return Ok(None),
            },
            "api" => match me {
                Some(scene) => Value::Object(Rc::new(adapter::Api(scene))),
                None => return Ok(None),
            },
            "exceptions" => match me {
                Some(scene) => Value::Object(Rc::new(adapter::Exceptions(scene))),
                None => return Ok(None),
            },
            "config" => match me {
                Some(scene) => Value::Object(Rc::new(adapter::Config(scene))),
                None => return Ok(None),
            },
            "dbt" => match me {
                Some(scene) => Value::Object(Rc::new(adapter::Internal(scene))),
                None => return Ok(None),
            },
            "builtins" => match me {
                Some(scene) => super::whole::builtins(scene),
                None => return Ok(None),
            },
            // Jinja's own reference to the template; nothing of it is of use in a hook.
            "self" => Value::str("<TemplateReference None>"),
            "context" => match self.me.upgrade() {
                Some(scene) => super::whole::context(scene),
                None => return Ok(None),
            },
            _ if builtins::is_function(name) => match self.callable(name) {
                Some(callable) => callable,
                None => return Ok(None),
            },
            _ if NAMES.contains(&name) => unknown(name, "hookproof does not model this name of dbt's context"),
            _ => return Ok(None),
        }))
    }

    /// One of dbt's own macros, by the name it has in the name space `dbt`.
    pub fn shipped(&self, name: &str) -> Option<Value> {
        if let Some(internal) = &self.shared.internal {
            // What executes or asks stays native: it speaks of what hookproof knows.
            if !macros::is_native(name) {
                if let Some(Ok(parsed)) = internal.find(self.adapter(), name) {
                    return Some(Library::value(parsed, name));
                }
            }
        }
        (is_shipped(self.adapter(), name) || macros::is_modelled(self.adapter(), name))
            .then(|| self.callable(name))
            .flatten()
    }
}

impl Host for Scene {
    fn lookup(&self, interp: &mut Interp, name: &str) -> Eval<Option<Value>> {
        // What is given to one hook only comes before everything (facts M3).
        if self.has_results(interp) && matches!(name, "results" | "schemas" | "database_schemas") {
            return self.name(interp, name);
        }
        if let Some(found) = self.bare_macro(interp, name)? {
            return Ok(Some(found));
        }
        if name != self.project().root().name || !NAMES.contains(&name) {
            if let Some(package) = self.shared.library.package(name) {
                if let Some(scene) = self.me.upgrade() {
                    return Ok(Some(Value::Object(Rc::new(Namespace { scene, package }))));
                }
            }
        }
        if let Some(found) = self.name(interp, name)? {
            return Ok(Some(found));
        }
        if let Some(found) = self.shipped(name) {
            return Ok(Some(found));
        }
        if let Some(listed) = self.shared.missing.get(name) {
            let cause = format!("package {listed} is listed but not installed");
            self.not_known(&cause);
            return Ok(Some(unknown(name, &cause)));
        }
        Ok(None)
    }

    fn wants_argument_sites(&self, name: &str) -> bool {
        name == "config" && matches!(self.subject, Subject::Node(_))
    }

    fn namespace(&self, name: &str) -> Option<Value> {
        // A package that is listed may be called otherwise, and brings packages that are not listed.
        let listed = self.project().missing_packages.first()?;
        let cause = format!("`{name}` may be a package that comes with {}, which is not installed", listed.listed_as);
        self.not_known(&cause);
        Some(unknown(name, &cause))
    }

    fn lacking(&self, value: &Value, name: &str) -> Option<&'static str> {
        super::attributes::lacking(self, value, name)
    }

    fn pinned(&self, question: &str, options: &[Answer]) -> Option<Answer> {
        if let Some((_, settled)) = self.way.settled.iter().find(|(text, _)| text == question) {
            return Some(settled.clone());
        }
        if question == adapter::FULL_REFRESH && self.shared.invocation.full_refresh {
            return Some(Answer::Bool(true));
        }
        let answer = match (&self.shared.answers.to(question)?.kind, options.first()?) {
            (Kind::Bool(answer), Answer::Bool(_)) => Answer::Bool(*answer),
            (Kind::Str(word), Answer::Word(_)) => {
                options.iter().find(|one| matches!(one, Answer::Word(known) if *known == word.as_str()))?.clone()
            }
            (Kind::Int(count), Answer::Count(_)) => Answer::Count(usize::try_from(*count).ok()?),
            _ => return None,
        };
        self.shared.answered.lock().unwrap_or_else(PoisonError::into_inner).insert(question.to_owned());
        Some(answer)
    }

    fn parsed_node(&self) -> Option<Value> {
        nodes::current(&self.me.upgrade()?)
    }

    fn macro_prefix(&self) -> &'static str {
        "dbt_macro__"
    }
}

/// An error of dbt's own, by a code that rules know.
pub fn host_error(code: &'static str, message: impl Into<String>) -> crate::jinja::Flow {
    error(ErrorKind::Host(code), message)
}
