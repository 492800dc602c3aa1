//! The stations in a row: from a path to reports.

mod check;
mod part;
mod scripts;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, LazyLock};

use rayon::prelude::*;

pub use check::check;
pub(crate) use check::{Examined, begin};
use check::{ignored, rendered, take};

use crate::datum::{Datum, Kind};
use crate::difference::Difference;
use crate::discover;
use crate::git;
use crate::hook::Hook;
use crate::invocation::Invocation;
use crate::jinja::{self, Budget};
use crate::limits::{Limits, Unit};
use crate::lint::SelectionChange;
use crate::lock::Lock;
use crate::plan::{Looked, Planner};
use crate::project::yaml_jinja::{RenderFault, YamlContext, YamlKind, YamlRenderer};
use crate::project::{self, AdapterFrom, LoadOptions, Overlay, Project, Target};
use crate::prove::warehouse::{Rows, Warehouse};
use crate::prove::{Note, Progress};
use crate::render::context::Shared;
use crate::render::internal::Internal;
use crate::render::{Renderer, library, refused_status, yaml::Native};
use crate::report::compile::Compiled;
use crate::report::list::Listed;
use crate::report::plan::Planned;
use crate::report::prove::Proved;
use crate::settings::{self, Answers, Settings};
use crate::source::{LineColumn, Text};
use crate::store::Store;

/// Trees of templates and SQL are walked by recursion, so the threads have big stacks.
const STACK: usize = 256 << 20;

static POOL: LazyLock<Option<rayon::ThreadPool>> =
    LazyLock::new(|| rayon::ThreadPoolBuilder::new().stack_size(STACK).build().ok());

/// What a run depends on besides the files.
#[derive(Debug, Clone)]
pub struct CheckOptions {
    /// A project, a file or folder in one, or a folder that holds several.
    pub path: PathBuf,
    /// `--profiles-dir`.
    pub profiles_dir: Option<PathBuf>,
    /// `--profile`.
    pub profile: Option<String>,
    /// `--target`: only this one is looked at.
    pub target: Option<String>,
    /// `--adapter`.
    pub adapter: Option<String>,
    /// `--vars`: null or a mapping.
    pub vars: Datum,
    /// The environment that `env_var` reads.
    pub env: BTreeMap<String, String>,
    /// Where the tool was started.
    pub working_dir: Option<PathBuf>,
    /// The command of dbt that hooks are rendered for; `dbt build`, and what `flags.WHICH` tells from it, where
    /// none is asked for.
    pub command: Option<Invocation>,
    /// `--python-environment`: dbt's own macros are taken from its files there.
    pub python_environment: Option<PathBuf>,
    /// Only what has changed since this revision of git is told: hooks that are not what they were, by their own
    /// text or by a macro, a setting or a variable that they depend on.
    pub changed_since: Option<String>,
    /// Only the findings that these files can cause: paths from the project's root, with `/`. What is said of the
    /// whole, as how many hooks there are, is then said of the hooks that they have a part in.
    pub files: Option<BTreeSet<String>>,
    /// Whether every hook is rendered even where the findings of some files are asked for: they are the same then, and
    /// it takes longer.
    pub every_hook: bool,
    /// What is read otherwise than it is on disk; the paths begin with the project's root as it was given.
    pub overlay: Overlay,
    /// How the rules of the settings change: `--select`, `--extend-select`, `--ignore`.
    pub rules: SelectionChange,
    /// `--answers`; they come before those of the settings.
    pub answers: Answers,
    /// What checks leave for the next ones.
    pub store: Arc<Store>,
}

impl CheckOptions {
    /// The defaults for a path, with an empty environment.
    #[must_use]
    pub fn at(path: impl Into<PathBuf>) -> CheckOptions {
        CheckOptions {
            path: path.into(),
            profiles_dir: None,
            profile: None,
            target: None,
            adapter: None,
            vars: Datum::new(Kind::Null),
            env: BTreeMap::new(),
            working_dir: None,
            command: None,
            python_environment: None,
            changed_since: None,
            files: None,
            every_hook: false,
            overlay: Overlay::default(),
            rules: SelectionChange::default(),
            answers: Answers::default(),
            store: Arc::default(),
        }
    }
}

/// Why hookproof could not do its work; a sentence that says what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure(pub String);

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Failure {
    /// The file that it speaks of, with line and column from 1, where the sentence begins with them.
    pub(crate) fn at(&self) -> Option<(&str, LineColumn)> {
        let mut parts = self.0.splitn(4, ':');
        let (path, line, column) = (parts.next()?, parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
        Some((path, LineColumn { line, column }))
    }
}

impl std::error::Error for Failure {}

/// Drops what is no longer needed while other work goes on. A process that ends does not wait for it.
pub(crate) fn set_aside(what: impl Send + 'static) {
    match &*POOL {
        Some(pool) => pool.spawn(move || drop(what)),
        None => drop(what),
    }
}

/// Works on a thread with a stack that is big enough for trees.
pub(crate) fn on_big_stack<T: Send>(work: impl FnOnce() -> T + Send) -> Result<T, Failure> {
    match &*POOL {
        Some(pool) => Ok(pool.install(work)),
        None => Err(Failure(NO_THREADS.to_owned())),
    }
}

/// What packages bring into the hooks of every project at a path: the project's folder, and what is to be accepted.
pub fn lock(options: &CheckOptions) -> Result<Vec<(PathBuf, Lock)>, Failure> {
    check::locks(options)
}

/// What became of the hooks of every project at a path since a revision of git.
///
/// # Errors
/// Where a project cannot be read, or git does not know the revision. A project that was not there then is as one
/// without hooks.
pub fn diff(options: &CheckOptions, revision: &str) -> Result<Vec<Difference>, Failure> {
    let roots = discover::roots(&options.path).map_err(|failure| Failure(failure.to_string()))?;
    let mut found = Vec::with_capacity(roots.len());
    for root in roots {
        let past = git::past(&root, revision)?;
        let now = CheckOptions { path: root, ..options.clone() };
        let was_there = past.overlay.get(&now.path.join("dbt_project.yml")) != Some(None);
        let then = CheckOptions { overlay: past.overlay, ..now.clone() };
        let now = compile(&now)?.pop();
        let then = if was_there { compile(&then)?.pop() } else { None };
        let Some(now) = now else { continue };
        let empty = || Compiled { hooks: Vec::new(), ..now.clone() };
        found.push(Difference::between(&then.unwrap_or_else(empty), &now));
    }
    Ok(found)
}

/// The SQL of the hooks of every project at a path.
pub fn compile(options: &CheckOptions) -> Result<Vec<Compiled>, Failure> {
    let scope = Scope { command: options.command.clone(), is_bounded: true, is_whole: true, ..Scope::default() };
    each_in(options, &scope, |mut renderer, _| {
        let hooks = renderer.hooks();
        let rendered = rendered(&mut renderer, &hooks);
        let project = renderer.project();
        Compiled {
            project: project.root().name.clone(),
            sources: Arc::new(project.sources.clone()),
            targets: renderer.target_names(),
            hooks: hooks
                .hooks
                .into_iter()
                .zip(rendered)
                .map(|(hook, rendered)| {
                    let package = project.packages[hook.package].name.clone();
                    (hook, rendered.renderings, package)
                })
                .collect(),
        }
    })
}

/// The hooks of every project at a path.
pub fn list(options: &CheckOptions) -> Result<Vec<Listed>, Failure> {
    let scope = Scope { command: options.command.clone(), is_bounded: true, is_whole: true, ..Scope::default() };
    each_in(options, &scope, |renderer, _| {
        let hooks = renderer.hooks();
        let project = renderer.project();
        let of_package = |hook: Hook| {
            let package = project.packages[hook.package].name.clone();
            (hook, package)
        };
        Listed {
            project: project.root().name.clone(),
            sources: Arc::new(project.sources.clone()),
            targets: renderer.target_names(),
            hooks: hooks.hooks.into_iter().map(of_package).collect(),
            kept: renderer.analysis_hooks().into_iter().map(of_package).collect(),
        }
    })
}

/// Which command is planned, and for which targets.
#[derive(Debug, Clone, Default)]
pub struct PlanOptions {
    /// The command.
    pub command: Invocation,
    /// Every target of the profile, where none is asked for; else only the default one.
    pub every_target: bool,
}

/// What a dbt command does with the hooks of every project at a path, step by step.
pub fn plan(options: &CheckOptions, wanted: &PlanOptions) -> Result<Vec<Planned>, Failure> {
    let scope = Scope {
        command: Some(wanted.command.clone()),
        default_target_only: !wanted.every_target,
        is_bounded: true,
        is_whole: true,
    };
    each_in(options, &scope, |mut renderer, _| {
        let hooks = renderer.hooks();
        take(&mut renderer, &hooks, None);
        let mut idle = renderer.idle_hooks();
        idle.extend(ignored(&renderer));
        let plan = |target| {
            let planner = Planner::new(&renderer, target);
            let mut looked: Vec<Looked<'_>> = hooks.hooks.par_iter().filter_map(|hook| planner.look(hook)).collect();
            looked.extend(idle.iter().filter_map(|hook| planner.look_idle(hook)));
            planner.plan(looked)
        };
        let plans = (0..renderer.manifests().len()).map(plan).collect();
        let project = renderer.project();
        Planned {
            project: project.root().name.clone(),
            sources: Arc::new(project.sources.clone()),
            other_targets: project.targets.len() - renderer.manifests().len(),
            plans,
        }
    })
}

/// What is rehearsed, and how.
#[derive(Debug, Clone, Default)]
pub struct ProveOptions {
    /// The command.
    pub command: Invocation,
    /// Whether what had to be assumed and the settings do not confirm lets the proof fail.
    pub strict: bool,
    /// Whether runs are rehearsed as well in which something fails.
    pub drill: bool,
    /// The file in which the database of the default target is kept.
    pub database: Option<PathBuf>,
    /// How far it is, for whoever watches.
    pub progress: Arc<Progress>,
}

/// Asks a database that a rehearsal has kept, in the project's own dialect.
pub fn query(database: &Path, sql: &str) -> Result<Rows, Failure> {
    let ask = || {
        let mut warehouse = Warehouse::read_back(database)?;
        let effects = warehouse.execute(sql);
        let [effect] = effects.as_slice() else {
            return Err(Failure("a query is one statement: give one, without a semicolon".to_owned()));
        };
        match (&effect.rows, &effect.cause) {
            (Some(rows), _) => Ok(rows.clone()),
            (None, Some(cause)) => Err(Failure(cause.clone())),
            (None, None) => Err(Failure("this is no query: it gives no rows".to_owned())),
        }
    };
    on_big_stack(ask)?
}

/// Where no thread can be started.
const NO_THREADS: &str = "no threads can be started: free some memory and run again";

/// Rehearses a dbt command on an embedded database, twice, for every project at a path and each of its targets.
pub fn prove(options: &CheckOptions, wanted: &ProveOptions) -> Result<Vec<Proved>, Failure> {
    // One database is that of one target.
    let scope = Scope {
        command: Some(wanted.command.clone()),
        default_target_only: wanted.database.is_some(),
        is_whole: true,
        ..Scope::default()
    };
    let proved = each_in(options, &scope, |mut renderer, settings| {
        let hooks = renderer.hooks();
        take(&mut renderer, &hooks, None);
        let rehearsed = |target: usize| {
            let planner = Planner::new(&renderer, target);
            let looked: Vec<Looked<'_>> = hooks.hooks.par_iter().filter_map(|hook| planner.look(hook)).collect();
            let plan = planner.plan(looked);
            let how = crate::prove::Options {
                assume: settings.assume.clone(),
                drill: wanted.drill,
                database: wanted.database.clone(),
                overlay: options.overlay.clone(),
                work: Limits::of_files(settings.limits.rehearsal_work, renderer.project().sources.len()),
                progress: Arc::clone(&wanted.progress),
            };
            crate::prove::prove(&renderer, &plan, target, &how)
        };
        let proofs: Result<Vec<_>, Failure> = (0..renderer.manifests().len()).into_par_iter().map(rehearsed).collect();
        let mut proofs = proofs?;
        let project = renderer.project();
        let all = options.target.is_none() && wanted.database.is_none();
        let compared = if all { renderer.compared_targets(&hooks) } else { Vec::new() };
        let default = &project.default_target().name;
        let at = proofs.iter().position(|proof| proof.target == *default).unwrap_or(0);
        if let (Some(note), Some(proof)) = (not_rehearsed(project, &compared), proofs.get_mut(at)) {
            proof.notes.push(note);
        }
        Ok(Proved {
            project: project.root().name.clone(),
            sources: Arc::new(project.sources.clone()),
            proofs,
            strict: wanted.strict,
        })
    })?;
    proved.into_iter().collect()
}

/// Names that hooks compare the target's with, and no target has: hooks are not rehearsed for them.
fn not_rehearsed(project: &Project, names: &[String]) -> Option<Note> {
    let first = names.first()?;
    let (which, of, are) = match names {
        [one] => ("target", one.clone(), "is"),
        [others @ .., last] => ("targets", format!("{} and {last}", others.join(", ")), "are"),
        [] => return None,
    };
    let how = match project.adapter_from {
        AdapterFrom::Profile => format!("put it into profiles.yml, and `--target {first}` rehearses it"),
        _ => format!("`--target {first}` rehearses it"),
    };
    let message = format!("{which} {of}, which only hooks name, {are} not rehearsed: {how}");
    Some(Note { message, hook: None, place: None, through: None })
}

/// What is worked for.
#[derive(Clone, Default)]
struct Scope {
    command: Option<Invocation>,
    default_target_only: bool,
    /// Whether the work of all templates together has a bound.
    is_bounded: bool,
    /// Whether it is nothing if something is left out.
    is_whole: bool,
}

fn each<T: Send>(
    options: &CheckOptions,
    work: impl Fn(Renderer, &Settings) -> T + Send + Sync,
) -> Result<Vec<T>, Failure> {
    let scope = Scope { command: options.command.clone(), is_bounded: true, ..Scope::default() };
    each_in(options, &scope, work)
}

fn each_in<T: Send>(
    options: &CheckOptions,
    scope: &Scope,
    work: impl Fn(Renderer, &Settings) -> T + Send + Sync,
) -> Result<Vec<T>, Failure> {
    let run = || {
        // dbt does not begin then; a folder without profiles.yml is another thing.
        if let Some(folder) = options.profiles_dir.as_ref().filter(|folder| !folder.exists()) {
            let shown = folder.display();
            return Err(Failure(format!("--profiles-dir: there is no {shown}: name a folder that holds profiles.yml")));
        }
        let roots = discover::roots(&options.path).map_err(|failure| Failure(failure.to_string()))?;
        roots
            .iter()
            .map(|root| {
                let mut settings = settings::load(root, &options.overlay).map_err(Failure)?;
                settings.lock = Lock::read(root, &options.overlay)?;
                let options = &settled(root, options, &settings)?;
                let reads_target = AtomicBool::new(false);
                let mut project = load(root, options, &settings.limits, &Watched(&reads_target))?;
                let kept = options.store.of(root);
                let macros = (0..project.macros.len()).into_par_iter();
                project.add_problems(macros.filter_map(|at| library::fault(&project, at, &kept.faults)).collect());
                if let Some(wanted) = &options.target {
                    if !project.targets.iter().any(|target| target.name == *wanted) {
                        let known: Vec<&str> = project.targets.iter().map(|target| target.name.as_str()).collect();
                        return Err(Failure(format!(
                            "the profile of project {} has no target `{wanted}`: name one of {}",
                            project.root().name,
                            known.join(", ")
                        )));
                    }
                }
                let only = looked_at(&project, options, &settings, scope.default_target_only);
                let templates = Arc::clone(&kept.templates);
                let shared = Shared::new(Arc::new(project), options.env.clone(), options.answers.clone());
                let shared = shared.with_templates(templates);
                let mut shared = match &scope.command {
                    Some(command) => shared.for_command(command.clone()),
                    None => shared,
                };
                if let Some(environment) = &options.python_environment {
                    let internal = Internal::load(environment, &shared.project).map_err(Failure)?;
                    shared.internal = Some(Arc::new(internal));
                }
                let worked = |shared: &Arc<Shared>| {
                    let read = |target: &Target| {
                        let is_default = target.name == shared.project.default_target().name;
                        let same = !reads_target.load(Ordering::Relaxed) || is_default;
                        if same { None } else { read_for(root, options, &settings.limits, target, shared) }
                    };
                    work(Renderer::new(shared, only.as_deref(), read), &settings)
                };
                shared.limits = settings.limits;
                let own = jinja::Limits::of(&settings.limits);
                let most = Limits::of_files(settings.limits.templates_work, shared.project.sources.len());
                let most = if scope.is_bounded { most } else { u64::MAX };
                let of_texts = Limits::of_files(settings.limits.kept_text, shared.project.sources.len());
                let of_texts = if scope.is_bounded { of_texts } else { u64::MAX };
                shared.budget = Some(Arc::new(Budget::whole(own, most, of_texts)));
                let shared = Arc::new(shared);
                let done = worked(&shared);
                // Which templates were too late is chance: all of them again, each with a share.
                if shared.budget.as_ref().is_some_and(|budget| budget.is_spent()) {
                    let mut again = (*shared).clone();
                    again.budget = Some(Arc::new(Budget::shares(own, most, of_texts)));
                    again.library = Arc::new(shared.library.anew(&shared.project));
                    again.left_out = Arc::default();
                    // What was made so far is not held any longer.
                    drop(done);
                    let again = Arc::new(again);
                    let done = worked(&again);
                    return if scope.is_whole { whole(done, &again) } else { Ok(done) };
                }
                if scope.is_whole { whole(done, &shared) } else { Ok(done) }
            })
            .collect()
    };
    on_big_stack(run)?
}

/// What was done with all hooks in all targets.
fn whole<T>(done: T, shared: &Shared) -> Result<T, Failure> {
    if !shared.left_out.is_any() {
        return Ok(done);
    }
    let Limits { hooks, targets, .. } = shared.limits;
    let (hooks, targets) = (Unit::Count.shown(Limits::of_files(hooks, shared.project.sources.len())), targets);
    Err(Failure(format!(
        "the project has more than {hooks} hooks or {targets} targets: name a target, or set limits in hookproof.yml"
    )))
}

/// The targets that are looked at; none where all of them are. Those that the settings name and the profile does
/// not have are a finding; where it has none of them, all are looked at.
fn looked_at(
    project: &Project,
    options: &CheckOptions,
    settings: &Settings,
    default_only: bool,
) -> Option<Vec<String>> {
    if let Some(wanted) = &options.target {
        return Some(vec![wanted.clone()]);
    }
    if default_only {
        return Some(vec![project.default_target().name.clone()]);
    }
    let is_there = |name: &String| project.targets.iter().any(|target| target.name == *name);
    let named: Vec<String> =
        settings.targets.iter().map(|named| named.name.clone()).filter(|name| is_there(name)).collect();
    (!named.is_empty()).then_some(named)
}

/// The options with what the project's settings add.
fn settled(root: &Path, options: &CheckOptions, settings: &Settings) -> Result<CheckOptions, Failure> {
    let mut options = options.clone();
    options.answers.given.splice(0..0, settings.answers.given.iter().cloned());
    if let Some(why) = options.answers.given.iter().find_map(|(question, answer)| refused_status(question, answer)) {
        return Err(Failure(why));
    }
    if options.python_environment.is_none() {
        options.python_environment = settings.python_environment.as_ref().map(|folder| root.join(folder));
    }
    if options.adapter.is_none() {
        options.adapter = settings.adapter.as_ref().map(|adapter| adapter.to_lowercase());
    }
    for (name, answer) in options.answers.of_function("env_var") {
        let text = match &answer.kind {
            Kind::Str(text) => text.as_str().to_owned(),
            Kind::Bool(value) => value.to_string(),
            Kind::Int(value) => value.to_string(),
            _ => return Err(Failure(format!("the answer to env_var('{name}') is no text: write it in quotes"))),
        };
        options.env.insert(name.to_owned(), text);
    }
    let vars: Vec<(Datum, Datum)> = options
        .answers
        .of_function("var")
        .map(|(name, answer)| (Datum::new(Kind::Str(Text::plain(name))), answer.clone()))
        .collect();
    if !vars.is_empty() {
        let given = options.vars.as_map().unwrap_or_default().iter().cloned();
        let new = |key: &Datum| {
            options.vars.as_map().is_none_or(|known| known.iter().all(|(other, _)| other.as_str() != key.as_str()))
        };
        let added: Vec<(Datum, Datum)> = vars.into_iter().filter(|(key, _)| new(key)).collect();
        options.vars = Datum::new(Kind::Map(given.chain(added).collect()));
    }
    Ok(options)
}

/// Renders the Jinja of YAML values, and notes whether any of it may depend on the target.
struct Watched<'a>(&'a AtomicBool);

impl YamlRenderer for Watched<'_> {
    fn render(&self, text: &Text, context: &YamlContext<'_>) -> Result<Datum, RenderFault> {
        let of_target = matches!(context.kind, YamlKind::ProjectFile | YamlKind::Properties);
        if of_target && ["target", "env", "context"].iter().any(|name| text.as_str().contains(name)) {
            self.0.store(true, Ordering::Relaxed);
        }
        Native.render(text, context)
    }
}

/// The project as dbt reads it for another target. Where its files are not the same ones then, it stays as it
/// is read for the default target.
fn read_for(
    root: &Path,
    options: &CheckOptions,
    limits: &Limits,
    target: &Target,
    shared: &Shared,
) -> Option<Arc<Shared>> {
    let options = CheckOptions { target: Some(target.name.clone()), ..options.clone() };
    let project = load(root, &options, limits, &Native).ok()?;
    let known = &shared.project;
    let same = project.nodes.len() == known.nodes.len()
        && project.properties.len() == known.properties.len()
        && project.packages.len() == known.packages.len()
        && project.nodes.iter().zip(&known.nodes).all(|(left, right)| left.unique_id == right.unique_id)
        && project.sources.iter().zip(known.sources.iter()).all(|((_, left), (_, right))| left.path == right.path);
    same.then(|| Arc::new(shared.of_target(Arc::new(project))))
}

fn load(root: &Path, options: &CheckOptions, limits: &Limits, renderer: &dyn YamlRenderer) -> Result<Project, Failure> {
    let load_options = LoadOptions {
        profiles_dir: options.profiles_dir.clone(),
        profile: options.profile.clone(),
        target: options.target.clone(),
        adapter: options.adapter.clone(),
        cli_vars: options.vars.clone(),
        env: options.env.clone(),
        working_dir: options.working_dir.clone(),
        overlay: options.overlay.clone(),
        limits: *limits,
        renderer,
    };
    project::load(root, &load_options).map_err(|failure| Failure(failure.to_string()))
}
