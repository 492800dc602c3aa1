//! Down every branch: renders a hook for each target and each answer to what cannot be known.

mod code;
mod compiled;
mod parsed;
mod rehearsed;
mod tested;
mod unparsed;

use std::collections::{BTreeSet, HashMap};
use std::fmt;
use std::rc::Rc;
use std::sync::atomic::Ordering;
use std::sync::{Arc, OnceLock, PoisonError};

use parsed::Parsed;
pub use rehearsed::{Rehearsed, RehearsedNode};
pub use tested::{Argument, DataTest, RehearsedTest, TestCode};

use super::branches::{self, Branch};
use super::context::{HookLists, Moment, Of, Scene, Shared, Subject, WHICH, Way};
use super::database::Database;
use super::library::Library;
use super::materialized::{self, Materialization};
use super::{Pass, References, Rendering, Taken, ephemeral, refs, sent};
use crate::command::Command;
use crate::hook::{self, Hook, HookKind, Hooks};
use crate::jinja::branches::Reached;
use crate::jinja::tree::Template;
use crate::jinja::{self, Answer, ErrorKind, Interp, JinjaError, Question};
use crate::limits::Limits;
use crate::manifest::{self, Manifest, NodeState};
use crate::project::{Project, Resource, Target};
use crate::source::Text;

/// The code of an error that dbt meets after it rendered a hook: the text is nothing that it can execute.
pub(crate) const NOT_SENT: &str = "not-sent";

/// How many statements and expressions are evaluated for the ways through one hook in one target; the way that is
/// begun is always ended.
const MAX_STEPS: u64 = 4_000_000;

/// The code of the error that an environment variable is not set.
pub(crate) const UNSET: &str = "env-var-unset";

/// How many ways through one hook are rendered in one target, where each evaluation has a share only of the work of all.
const TIGHT_WAYS: usize = 2;

/// Renders the hooks of a project.
pub struct Renderer {
    /// The project as dbt reads it for each target.
    shared: Vec<Arc<Shared>>,
    targets: Vec<Arc<Target>>,
    manifests: Vec<Arc<Manifest>>,
    lists: Arc<HookLists>,
    seen: branches::Seen,
    declared: usize,
    /// The project as `dbt compile` has it, for each declared target.
    compiling: OnceLock<Vec<Arc<Shared>>>,
}

impl fmt::Debug for Renderer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Renderer").field("targets", &self.target_names()).finish_non_exhaustive()
    }
}

/// A hook's renderings, and whether ways were left out.
#[derive(Debug, Default)]
pub struct Rendered {
    /// The distinct renderings, in the order in which they were found.
    pub renderings: Vec<Rendering>,
    /// Whether there were more ways than are rendered.
    pub cut: bool,
    /// Parse passes that were made before, by target.
    begun: Vec<(usize, Begun)>,
}

/// A parse pass that was made before the hook is rendered.
#[derive(Debug)]
struct Begun {
    pass: Pass,
    questions: Vec<Question>,
    reached: Reached,
}

impl Renderer {
    /// Builds the manifests of a project's targets; only that of one target where one is asked for. `read`
    /// gives the project as dbt reads it for a target, where that is another than `shared`.
    pub fn new(
        shared: &Arc<Shared>,
        only: Option<&[String]>,
        read: impl Fn(&Target) -> Option<Arc<Shared>>,
    ) -> Renderer {
        let mut targets: Vec<Arc<Target>> = shared
            .project
            .targets
            .iter()
            .filter(|target| only.is_none_or(|only| only.contains(&target.name)))
            .map(|target| Arc::new(target.clone()))
            .collect();
        let most = shared.limits.targets as usize;
        if targets.len() > most {
            // The default target is always looked at.
            let default = &shared.project.default_target().name;
            let (first, others): (Vec<_>, Vec<_>) = targets.into_iter().partition(|target| target.name == *default);
            shared.left_out.targets.fetch_add(first.len() + others.len() - most, Ordering::Relaxed);
            targets = others.into_iter().take(most - first.len()).chain(first).collect();
        }
        if let Some(budget) = &shared.budget {
            budget.share_among(shared.project.nodes.len() * targets.len());
        }
        let of_targets: Vec<Arc<Shared>> =
            targets.iter().map(|target| read(target).unwrap_or_else(|| Arc::clone(shared))).collect();
        let of: Vec<_> = of_targets.iter().map(Arc::clone).zip(targets.iter().map(Arc::clone)).collect();
        Renderer {
            manifests: manifest::build_all(&of).into_iter().map(Arc::new).collect(),
            declared: targets.len(),
            shared: of_targets,
            targets,
            lists: Arc::default(),
            seen: branches::Seen::default(),
            compiling: OnceLock::new(),
        }
    }

    /// The project, as dbt reads it for the first of the targets that are looked at.
    #[must_use]
    pub fn project(&self) -> &Project {
        &self.shared[0].project
    }

    /// Whether the templates do too much together, so that each is evaluated in part only.
    #[must_use]
    pub fn is_tight(&self) -> bool {
        self.shared[0].budget.as_ref().is_some_and(|budget| budget.is_tight())
    }

    /// The project's macros.
    #[must_use]
    pub fn library(&self) -> Arc<Library> {
        Arc::clone(&self.shared[0].library)
    }

    /// The effective hooks of the declared targets.
    #[must_use]
    pub fn hooks(&self) -> Hooks {
        let most = self.most_hooks();
        let (hooks, is_cut) = hook::hooks_within(&self.projects(), self.manifests(), most);
        self.shared[0].left_out.hooks.fetch_or(is_cut, Ordering::Relaxed);
        if let Some(budget) = &self.shared[0].budget {
            // Each is parsed and executed.
            budget.share_among(hooks.hooks.iter().map(|hook| hook.targets.len() * 2).sum());
        }
        hooks
    }

    /// How many hooks are rendered, one in several targets as often.
    fn most_hooks(&self) -> usize {
        let shared = &self.shared[0];
        Limits::of_files(shared.limits.hooks, shared.project.sources.len()) as usize
    }

    /// Takes the effective hooks, which hooks themselves can see.
    pub fn take_hooks(&mut self, hooks: &Hooks) {
        self.lists = Arc::new(HookLists::new(hooks));
    }

    /// Takes the hooks with what the command takes in each target, in its order.
    pub fn take_order(&mut self, hooks: &Hooks, taken: HashMap<String, Vec<Taken>>) {
        self.lists = Arc::new(HookLists::new(hooks).with_taken(taken));
    }

    /// Whether an on-run-end hook may read what the run did: the project speaks of it somewhere.
    #[must_use]
    pub fn reads_results(&self, hooks: &Hooks) -> bool {
        let speaks = |text: &str| text.contains("results") || text.contains("schemas");
        let project = self.project();
        hooks.hooks.iter().any(|hook| hook.kind == HookKind::OnRunEnd)
            && (hooks.hooks.iter().any(|hook| hook.kind == HookKind::OnRunEnd && speaks(hook.raw.as_str()))
                || project.macros.iter().any(|one| speaks(project.sources.slice(one.block))))
    }

    /// The manifests of the declared targets.
    #[must_use]
    pub fn manifests(&self) -> &[Arc<Manifest>] {
        &self.manifests[..self.declared]
    }

    /// The names of the targets: the declared ones, then those that were added.
    #[must_use]
    pub fn target_names(&self) -> Vec<String> {
        self.targets.iter().map(|target| target.name.clone()).collect()
    }

    /// Adds a target for each name that the hooks, or macros they reach, compare `target.name` with and
    /// that is not declared: it is the default target by another name. Gives how many were added.
    pub fn add_compared_targets(&mut self, hooks: &Hooks) -> usize {
        let before = self.targets.len();
        let default = self.project().default_target();
        let base = self.targets.iter().position(|target| target.name == default.name).unwrap_or(0);
        let names = self.compared_targets(hooks);
        let room = (self.shared[0].limits.targets as usize).saturating_sub(self.targets.len());
        let room = room.min(self.most_hooks() / hooks.hooks.len().max(1));
        self.shared[0].left_out.targets.fetch_max(names.len().saturating_sub(room), Ordering::Relaxed);
        for name in names.into_iter().take(room) {
            let mut added = (*self.targets[base]).clone();
            added.name = name;
            added.is_default = false;
            self.targets.push(Arc::new(added));
            // The nodes are those of the default target: only the hooks are rendered for the other name.
            self.manifests.push(Arc::clone(&self.manifests[base]));
            self.shared.push(Arc::clone(&self.shared[base]));
        }
        self.targets.len() - before
    }

    /// The names that the hooks, or macros they reach, compare `target.name` with and no target has.
    #[must_use]
    pub fn compared_targets(&self, hooks: &Hooks) -> Vec<String> {
        let mut texts: Vec<&Text> = Vec::new();
        for hook in &hooks.hooks {
            if hook.raw.as_str().contains("target") {
                texts.push(&hook.raw);
            }
        }
        let mut known: BTreeSet<&str> = BTreeSet::new();
        for text in texts {
            if known.insert(text.as_str()) {
                if let Ok(template) = self.shared[0].library.template(text) {
                    self.shared[0].library.note_comparisons(&template);
                }
            }
        }
        let is_target = |name: &str| {
            self.project().targets.iter().any(|target| target.name == name)
                || self.targets.iter().any(|target| target.name == name)
        };
        let compared = self.shared[0].library.compared().into_iter();
        compared.filter(|name| !name.is_empty() && !is_target(name)).collect()
    }

    /// Forgets the targets that comparisons added.
    pub fn drop_added_targets(&mut self) {
        self.targets.truncate(self.declared);
        self.manifests.truncate(self.declared);
        self.shared.truncate(self.declared);
    }

    /// Whether one of some macros, which nothing asked for yet, compares `target.name` with a name that no target has.
    #[must_use]
    pub fn compares_unseen(&self, mut macros: impl Iterator<Item = usize>) -> bool {
        let (project, library) = (self.project(), &self.shared[0].library);
        let is_target = |name: &String| {
            name.is_empty()
                || project.targets.iter().any(|target| target.name == *name)
                || self.targets.iter().any(|target| target.name == *name)
        };
        macros.any(|at| library.compared_unseen(project, at).iter().any(|name| !is_target(name)))
    }

    /// How many targets there are.
    #[must_use]
    pub fn target_count(&self) -> usize {
        self.targets.len()
    }

    fn template(&self, raw: &Text) -> Result<Option<Arc<Template>>, JinjaError> {
        parse(&self.shared[0].library, raw)
    }

    /// Renders a hook in the targets from `from` on, and adds what is new to what is known.
    pub fn render(&self, hook: &Hook, from: usize, rendered: &mut Rendered) {
        let template = match self.template(&hook.raw) {
            Ok(template) => template,
            Err(failure) => {
                if from == 0 {
                    let pass = Pass { error: Some(failure), ..Pass::default() };
                    rendered.renderings.push(Rendering {
                        targets: hook.targets.clone(),
                        answers: Vec::new(),
                        parse: pass,
                        run: None,
                        sent: Vec::new(),
                    });
                }
                return;
            }
        };
        let added = self.declared..self.targets.len();
        let mut reached = Reached::new();
        for target in hook.targets.iter().copied().chain(added).filter(|&target| target >= from) {
            self.render_target(hook, template.as_ref(), target, rendered, &mut reached);
        }
        self.seen.note(template.as_deref(), &reached);
    }

    fn asked<'a>(&'a self, hook: &'a Hook, template: Option<&'a Arc<Template>>, target: usize) -> Asked<'a> {
        let operation = hook.operation.and_then(|at| self.manifests[target].operations.get(at));
        let subject = match (hook.node, operation) {
            (Some(node), _) => Subject::NodeHook(node, hook.kind),
            // dbt parses what an on-run hook has in its settings in the context of that hook.
            (None, Some(operation)) => Subject::OnRun(operation.kind, operation.package, operation.index),
            (None, None) => Subject::OnRun(hook.kind, hook.package, hook.index()),
        };
        Asked { hook, template, target, subject, shared: &self.shared[target], database: None }
    }

    /// The answers that were given beforehand and that nothing asked for.
    #[must_use]
    pub fn unused_answers(&self) -> Vec<&str> {
        let answered = self.shared[0].answered.lock().unwrap_or_else(PoisonError::into_inner);
        self.shared[0].answers.unused(&answered)
    }

    /// The branches of the hooks, and of the macros that they reach, as far as they are rendered.
    #[must_use]
    pub fn branches(&self) -> Vec<Branch> {
        self.seen.all(self.project(), &self.shared[0].library)
    }

    /// Renders a hook in one target.
    #[must_use]
    pub fn render_in(&self, hook: &Hook, target: usize) -> Rendered {
        let mut rendered = Rendered::default();
        match self.template(&hook.raw) {
            Ok(template) => self.render_target(hook, template.as_ref(), target, &mut rendered, &mut Reached::new()),
            Err(failure) => {
                let parse = Pass { error: Some(failure), ..Pass::default() };
                self.add((hook, &mut rendered), target, Vec::new(), parse, None, Vec::new());
            }
        }
        rendered
    }

    /// What a hook refers to in the parse pass: for a node's hook, edges of the graph (facts R11).
    #[must_use]
    pub fn references(&self, hook: &Hook, target: usize) -> References {
        let Ok(Some(template)) = self.template(&hook.raw) else { return References::default() };
        let asked = self.asked(hook, Some(&template), target);
        References::of(&self.pass(&asked, Moment::Parse, Way::default(), &mut Reached::new()).0)
    }

    /// The same, where the hook is rendered after it: the parse pass is kept for that.
    pub fn begin(&self, hook: &Hook, target: usize, rendered: &mut Rendered) -> References {
        let Ok(Some(template)) = self.template(&hook.raw) else { return References::default() };
        let mut reached = Reached::new();
        let asked = self.asked(hook, Some(&template), target);
        let (pass, questions) = self.pass(&asked, Moment::Parse, Way::default(), &mut reached);
        let references = References::of(&pass);
        rendered.begun.push((target, Begun { pass, questions, reached }));
        references
    }

    /// The materialization of a node in a target.
    #[must_use]
    pub fn materialization(&self, target: usize, node: usize) -> Materialization {
        let state = &self.manifests[target].nodes[node];
        let shared = &self.shared[target];
        let resource = shared.project.nodes[node].resource;
        materialized::materialization(shared, &self.targets[target].adapter, &state.materialized, resource)
    }

    /// A node's state in a target; in one that was added, that of the default target.
    #[must_use]
    pub fn state(&self, target: usize, node: usize) -> &NodeState {
        &self.manifests[target].nodes[node]
    }

    /// What a text becomes on its way to the driver of a target, call by call.
    #[must_use]
    pub fn calls(&self, target: usize, text: &str) -> Vec<String> {
        let adapter = &self.targets[target].adapter;
        let comment = sent::QueryComment::of(&self.shared[target].project, adapter);
        sent::calls(adapter, comment, text).unwrap_or_default()
    }

    /// What all renderings of a target share.
    #[must_use]
    pub fn shared(&self, target: usize) -> &Arc<Shared> {
        &self.shared[target]
    }

    /// The hooks of the declared targets that dbt leaves out.
    #[must_use]
    pub fn idle_hooks(&self) -> Vec<Hook> {
        hook::idle(&self.projects(), self.manifests())
    }

    /// The hooks of analyses, which dbt keeps and never runs.
    #[must_use]
    pub fn analysis_hooks(&self) -> Vec<Hook> {
        let nodes = &self.project().nodes;
        let analyses = (0..nodes.len()).filter(|&at| nodes[at].resource == Resource::Analysis);
        analyses
            .flat_map(|at| {
                let state = |target: usize| manifest::of_test(&self.shared[target], &self.targets[target], at);
                let states: Vec<_> = (0..self.declared).map(state).collect();
                hook::of_analysis(&self.projects(), at, &states)
            })
            .take(self.most_hooks())
            .collect()
    }

    fn projects(&self) -> Vec<&Project> {
        self.shared[..self.declared].iter().map(|shared| &*shared.project).collect()
    }

    /// The targets: the declared ones, then those that were added.
    #[must_use]
    pub fn targets(&self) -> &[Arc<Target>] {
        &self.targets
    }

    fn render_target(
        &self,
        hook: &Hook,
        template: Option<&Arc<Template>>,
        target: usize,
        rendered: &mut Rendered,
        reached: &mut Reached,
    ) {
        let asked = self.asked(hook, template, target);
        let begun = rendered.begun.iter().position(|(of, _)| *of == target);
        let mut parsed = Parsed::after(begun.map(|at| rendered.begun.swap_remove(at).1));
        let parse = self.parsed(&asked, Vec::new(), &mut parsed, reached);
        if parse.error.is_some() {
            self.add((hook, rendered), target, Vec::new(), parse, None, Vec::new());
            return;
        }
        let mut known_refs = self.known_refs(&asked, &parse);
        let mut script: Vec<usize> = Vec::new();
        let (mut ways, mut steps) = (0, 0);
        let most_ways = if self.is_tight() { TIGHT_WAYS } else { self.shared[0].limits.ways as usize };
        loop {
            let way = |known_refs: &Option<Vec<usize>>| Way {
                script: script.clone(),
                known_refs: known_refs.clone(),
                ..Way::default()
            };
            let (mut run, mut questions) = self.pass(&asked, Moment::Run, way(&known_refs), reached);
            let is_hidden =
                |run: &Pass| run.error.as_ref().is_some_and(|failure| failure.kind == ErrorKind::Host(refs::HIDDEN));
            if is_hidden(&run) && hook.node.is_some() {
                // Another hook of the node may have told dbt of it.
                if let Some(known) = &mut known_refs {
                    known.extend(self.refs_of_hooks(&asked));
                }
                (run, questions) = self.pass(&asked, Moment::Run, way(&known_refs), reached);
            }
            let sent = self.sent(&asked, &mut run, &questions);
            let answers: Vec<_> = questions.iter().map(answer).collect();
            steps += run.steps;
            let of_parse = parsed.asked_by_both(&answers);
            let parse = self.parsed(&asked, of_parse, &mut parsed, reached);
            match parse.error {
                None => self.add((hook, rendered), target, answers, parse, Some(run), sent),
                Some(_) => self.add((hook, rendered), target, answers, parse, None, Vec::new()),
            }
            ways += 1;
            match next_script(&questions) {
                Some(next) if ways < most_ways && steps < MAX_STEPS => script = next,
                Some(_) => {
                    rendered.cut = true;
                    break;
                }
                None => break,
            }
        }
        // Where dbt runs without the variable, it stops while it parses (facts 2.6).
        for name in parse.unset.clone() {
            let message = format!("Env var required but not provided: '{name}'");
            let failure = JinjaError::new(ErrorKind::Host(UNSET), message);
            let without = Pass { error: Some(failure), text: None, ..parse.clone() };
            let answers = vec![(format!("env_var('{name}') is set"), Answer::Bool(false))];
            self.add((hook, rendered), target, answers, without, None, Vec::new());
        }
    }

    /// Renderings that are the same are one, in targets of one adapter: another reads the same text otherwise.
    fn add(
        &self,
        (hook, rendered): (&Hook, &mut Rendered),
        target: usize,
        answers: Vec<(String, Answer)>,
        parse: Pass,
        run: Option<Pass>,
        sent: Vec<String>,
    ) {
        let is_alike = |other: &usize| self.targets[*other].adapter == self.targets[target].adapter;
        let same = |known: &Rendering| {
            // In another target it is the same only when the same questions led to it.
            (known.targets.contains(&target) || known.answers == answers && known.targets.iter().all(is_alike))
                && same_pass(&known.parse, &parse)
                && match (&known.run, &run) {
                    (Some(left), Some(right)) => same_pass(left, right),
                    (None, None) => true,
                    _ => false,
                }
                && known.sent.iter().map(|known| &**known).eq(sent.iter().map(String::as_str))
        };
        match rendered.renderings.iter_mut().find(|known| same(known)) {
            Some(known) => {
                if !known.targets.contains(&target) {
                    known.targets.push(target);
                }
                // What another branch reads on its way to the same text is told as well.
                known.parse.take_reads(parse);
                if let (Some(known), Some(run)) = (&mut known.run, run) {
                    known.take_reads(run);
                }
            }
            None => {
                let mut kept = 0;
                // What is sent in another way through the hook, or to another adapter, is often the same.
                let kept_once = |text: String| {
                    let mut known = rendered.renderings.iter().flat_map(|known| &known.sent);
                    known.find(|known| ***known == *text).cloned().unwrap_or_else(|| {
                        kept += text.len();
                        Arc::from(text)
                    })
                };
                let sent = sent.into_iter().map(kept_once).collect();
                if let Some(budget) = &self.shared[0].budget {
                    let of_hook = hook.raw.value.as_ptr();
                    let texts = [Some(&parse), run.as_ref()].into_iter().flatten().flat_map(Pass::texts);
                    let made = texts.filter(|text| text.value.as_ptr() != of_hook);
                    budget.keep(made.map(|text| text.value.len()).sum::<usize>() + kept);
                }
                rendered.renderings.push(Rendering { targets: vec![target], answers, parse, run, sent });
            }
        }
    }

    /// What is given to the driver of a text that is rendered. Where the adapter refuses it, that is the pass's error.
    fn sent(&self, asked: &Asked<'_>, run: &mut Pass, questions: &[Question]) -> Vec<String> {
        let &Asked { hook, target, .. } = asked;
        let command = command_of(questions, self.shared[target].command);
        if hook.kind.is_on_run() && command.only_renders() {
            return Vec::new();
        }
        let Some(text) = run.text.as_ref().map(Text::as_str) else { return Vec::new() };
        let adapter = &self.targets[target].adapter;
        // A node's hooks are sent by its materialization, which may leave them out (facts X9).
        let runs = hook.node.is_none_or(|node| self.materialization(target, node).runs(hook.transaction));
        let comment = sent::QueryComment::of(&self.shared[target].project, adapter);
        sent::sent(adapter, comment, hook, runs, text).unwrap_or_else(|message| {
            run.error = Some(JinjaError::new(ErrorKind::Host(NOT_SENT), message));
            Vec::new()
        })
    }

    /// The nodes that dbt knows a hook's node to ref once it has parsed it; none where not all are known here.
    fn known_refs(&self, asked: &Asked<'_>, parse: &Pass) -> Option<Vec<usize>> {
        let mut known = parse.refs.clone();
        if let Some(node) = asked.hook.node {
            let state = &self.manifests[asked.target].nodes[node];
            if state.fault.is_some() || !state.unknown.is_empty() {
                return None;
            }
            known.extend(&state.refs);
        }
        parse.unknown.is_empty().then_some(known)
    }

    /// The nodes that all hooks of a hook's node ref while dbt parses them.
    fn refs_of_hooks(&self, asked: &Asked<'_>) -> Vec<usize> {
        let Subject::NodeHook(node, _) = asked.subject else { return Vec::new() };
        let mut found = Vec::new();
        for kind in [HookKind::PreHook, HookKind::PostHook] {
            for listed in self.lists.list(Of::Node(node), kind, asked.target) {
                let Ok(Some(template)) = self.template(&listed.raw) else { continue };
                let asked = Asked {
                    template: Some(&template),
                    subject: Subject::NodeHook(node, kind),
                    database: None,
                    ..*asked
                };
                let (pass, _) = self.pass(&asked, Moment::Parse, Way::default(), &mut Reached::new());
                found.extend(pass.refs);
            }
        }
        found
    }

    fn pass(&self, asked: &Asked<'_>, moment: Moment, mut way: Way, reached: &mut Reached) -> (Pass, Vec<Question>) {
        let script = std::mem::take(&mut way.script);
        let &Asked { hook, template, target, subject, shared, .. } = asked;
        let Some(template) = template else {
            return (Pass { text: Some(hook.raw.clone()), ..Pass::default() }, Vec::new());
        };
        let scene = Scene::on_way(
            Arc::clone(shared),
            Arc::clone(&self.targets[target]),
            Some(Arc::clone(&self.manifests[target])),
            Arc::clone(&self.lists),
            moment,
            subject,
            way,
            asked.database.clone(),
        );
        let mut interp = Interp::new(Rc::clone(&scene) as Rc<dyn jinja::Host>, jinja::Limits::default(), script);
        let outcome = interp.render(template, moment == Moment::Parse);
        let outcome = match (outcome, subject, moment) {
            (Ok(text), Subject::OnRun(..), Moment::Run) => ephemeral::injected(&scene, &text).ok_or_else(|| {
                let cause = "an ephemeral model that the hook refs does not render here";
                Box::new(JinjaError::new(ErrorKind::Host("unsupported"), cause))
            }),
            (outcome, ..) => outcome,
        };
        let questions = interp.questions().to_vec();
        reached.extend(interp.take_reached());
        let seen = scene.seen.take();
        let mut pass = Pass {
            steps: interp.steps(),
            queries: seen.queries,
            unset: seen.unset.into_iter().collect(),
            refs: seen.refs,
            referred: seen.referred,
            sources: seen.sources,
            misread: seen.misread,
            unknown: seen.unknown,
            approximate: seen.approximate,
            has_unknown: interp.printed_unknown(),
            undefined: std::mem::take(&mut interp.undefined_reads),
            missing: std::mem::take(&mut interp.missing_reads),
            tables: std::mem::take(&mut interp.table_reads),
            odd: std::mem::take(&mut interp.odd_uses),
            ..Pass::default()
        };
        if interp.left_questions() {
            pass.unknown.push(
                "asks more about what cannot be known than is varied: only the first answers are rendered".to_owned(),
            );
        }
        match outcome {
            Ok(text) => pass.text = Some(text.to_text()),
            Err(failure) if failure.kind == ErrorKind::Host("unsupported") => pass.unknown.push(failure.message),
            Err(failure) => pass.error = Some(*failure),
        }
        (pass, questions)
    }
}

fn answer(question: &Question) -> (String, Answer) {
    (question.text.clone(), question.options[question.chosen].clone())
}

/// The command that runs: the one that is rendered for, or the one that an answer says.
fn command_of(questions: &[Question], command: Command) -> Command {
    let asked = questions.iter().find(|question| question.text == WHICH);
    match asked.map(|question| &question.options[question.chosen]) {
        Some(Answer::Word(word)) => Command::of_which(word).unwrap_or(command),
        _ => command,
    }
}

/// What is to be rendered.
struct Asked<'a> {
    hook: &'a Hook,
    /// None for text without any tag.
    template: Option<&'a Arc<Template>>,
    target: usize,
    subject: Subject,
    shared: &'a Arc<Shared>,
    /// That of the rehearsal, where one is rehearsed.
    database: Option<Rc<dyn Database>>,
}

/// A hook's template; none for text without any tag, which dbt gives back as it is (facts R18).
fn parse(library: &Library, raw: &Text) -> Result<Option<Arc<Template>>, JinjaError> {
    let text = raw.as_str();
    if !["{{", "{%", "{#", "#}", "%}", "}}"].iter().any(|tag| text.contains(tag)) {
        return Ok(None);
    }
    match library.template(raw) {
        Ok(template) => Ok(Some(template)),
        Err(fault) => {
            let mut failure = JinjaError::new(ErrorKind::Syntax, fault.message);
            failure.place = raw.place_of(fault.span.start as usize..fault.span.end as usize);
            Err(failure)
        }
    }
}

/// The answers of the next way, depth first: the last question that has another answer gets it.
fn next_script(questions: &[Question]) -> Option<Vec<usize>> {
    let last = questions.iter().rposition(|question| question.chosen + 1 < question.options.len())?;
    let mut script: Vec<usize> = questions[..last].iter().map(|question| question.chosen).collect();
    script.push(questions[last].chosen + 1);
    Some(script)
}

fn same_pass(left: &Pass, right: &Pass) -> bool {
    let message = |pass: &Pass| pass.error.as_ref().map(|failure| failure.message.clone());
    left.text == right.text
        && message(left) == message(right)
        && left.queries.len() == right.queries.len()
        && left.queries.iter().zip(&right.queries).all(|(left, right)| left.text == right.text)
}
