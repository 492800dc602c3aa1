//! Checks the hooks of a project: renders them, reads their SQL, lets the rules judge.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::Ordering;

use rayon::prelude::*;

use super::part::{self, Part};
use super::scripts::Scripts;
use super::{CheckOptions, Failure, each, on_big_stack, set_aside};
use crate::diagnostic::{Diagnostic, NotChecked, counted};
use crate::hook::{self, Hook, Hooks};
use crate::limits::{Limits, Unit};
use crate::lint::{self, Changed, Checked, Findings, Fingerprints, Judged, Policy};
use crate::lock::Lock;
use crate::project::Resource;
use crate::render::{Pass, References, Rendered, Renderer, Rendering, Taken};
use crate::report::CheckReport;
use crate::settings::{self, Settings};
use crate::sql::{Dialect, Script};
use crate::{discover, git, manifest, plan};

/// Checks the hooks of every project at a path.
pub fn check(options: &CheckOptions) -> Result<Vec<CheckReport>, Failure> {
    let Some(revision) = &options.changed_since else {
        let in_part = options.files.is_some() && !options.every_hook;
        return if in_part { checked_in_part(options) } else { checked(options, None, |_, report| report) };
    };
    let roots = discover::roots(&options.path).map_err(|failure| Failure(failure.to_string()))?;
    let mut reports = Vec::with_capacity(roots.len());
    for root in roots {
        let past = git::past(&root, revision)?;
        let now = CheckOptions { path: root, ..options.clone() };
        let then = CheckOptions { overlay: past.overlay, ..now.clone() };
        // Where there was no project then, all of it is new.
        let prints = checked(&then, None, |findings, _| Fingerprints::of(findings)).ok().and_then(|mut all| all.pop());
        let since = Since { prints: prints.unwrap_or_default(), files: past.changed };
        reports.extend(checked(&now, Some(&since), |_, report| report)?);
    }
    Ok(reports)
}

/// Whether every hook of a project may depend on a file.
fn reaches_all(path: &str) -> bool {
    const ALL: &[&str] = &[
        "dbt_project.yml",
        "profiles.yml",
        "packages.yml",
        "dependencies.yml",
        "package-lock.yml",
        "selectors.yml",
        ".dbtignore",
        settings::FILE,
    ];
    ALL.contains(&path)
}

/// A project's folder from the top of its repository, or else from where the tool was started; with a `/` at its end,
/// empty where it is that.
fn folder(root: &Path, working_dir: Option<&Path>) -> String {
    let whole = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_path_buf());
    let root = whole(root);
    let top = git::top(&root).map(Path::to_path_buf).or_else(|| working_dir.map(whole)).unwrap_or_default();
    let rest = root.strip_prefix(&top).unwrap_or(&root).to_string_lossy().replace('\\', "/");
    if rest.is_empty() { rest } else { format!("{rest}/") }
}

/// What a project was, to tell what has changed.
struct Since {
    prints: Fingerprints,
    files: BTreeSet<String>,
}

fn checked<T: Send>(
    options: &CheckOptions,
    since: Option<&Since>,
    give: impl Fn(&Findings<'_>, CheckReport) -> T + Send + Sync,
) -> Result<Vec<T>, Failure> {
    each(options, |mut renderer, settings| {
        let hooks = renderer.hooks();
        let rendered = rendered(&mut renderer, &hooks);
        let kept = renderer.kept_hooks(&hooks);
        let judge = Judge { options, settings, since, renderer: &renderer, hooks: &hooks, kept: &kept };
        let given = judge.all(rendered, &give);
        set_aside((renderer, hooks));
        given
    })
}

/// Checks what some files of a project can cause, with those of its hooks that this is known by.
fn checked_in_part(options: &CheckOptions) -> Result<Vec<CheckReport>, Failure> {
    let reports: Option<Vec<CheckReport>> = each(options, |mut renderer, settings| {
        let hooks = renderer.hooks();
        let report = match in_part(options, settings, &mut renderer, &hooks) {
            Outcome::Known(report) => {
                options.store.of(&renderer.project().root().dir).next_round();
                Some(*report)
            }
            Outcome::Open(_) => {
                let rendered = rendered(&mut renderer, &hooks);
                let kept = renderer.kept_hooks(&hooks);
                let judge = Judge { options, settings, since: None, renderer: &renderer, hooks: &hooks, kept: &kept };
                Some(judge.all(rendered, |_, report| report))
            }
            Outcome::Anew => None,
        };
        set_aside((renderer, hooks));
        report
    })?
    .into_iter()
    .collect();
    reports.map_or_else(|| checked(options, None, |_, report| report), Ok)
}

/// What a part of the hooks says.
enum Outcome {
    /// What all of them would say.
    Known(Box<CheckReport>),
    /// All of them have to be rendered; what this part says all the same.
    Open(Option<Box<CheckReport>>),
    /// The same, with a renderer that knows of none of them.
    Anew,
}

fn in_part(options: &CheckOptions, settings: &Settings, renderer: &mut Renderer, hooks: &Hooks) -> Outcome {
    let Some(files) = asked_files(options) else { return Outcome::Open(None) };
    let Some(parts) = part::of_files(renderer, hooks, files, options) else { return Outcome::Open(None) };
    renderer.take_hooks(hooks);
    let mut each: Vec<(&Hook, Rendered)> = Vec::new();
    let mut listed: Vec<(usize, &Hook)> = Vec::new();
    for (hook, part) in hooks.hooks.iter().zip(&parts.of_hooks) {
        match part {
            Part::Left => {}
            Part::Listed => listed.push((each.len() + listed.len(), hook)),
            Part::Rendered => each.push((hook, Rendered::default())),
        }
    }
    let rounds = render_all(renderer, hooks, each.iter_mut().map(|(hook, rendered)| (*hook, rendered)).collect());
    if rounds > 1 {
        return Outcome::Anew;
    }
    let mut outcome = Outcome::Open(None);
    if !parts.may_add_targets(renderer) {
        for (at, hook) in listed {
            each.insert(at, (hook, Rendered::default()));
        }
        let kept = renderer.kept_hooks(hooks);
        let judge = Judge { options, settings, since: None, renderer, hooks, kept: &kept };
        let mut case = judge.case(each);
        if part::is_enough(&case.findings) {
            let found = Box::new(judge.report(&mut case));
            let is_sure = found.diagnostics.iter().all(|one| part::is_sure(&case.findings.sources, one, files));
            outcome = if is_sure { Outcome::Known(found) } else { Outcome::Open(Some(found)) };
        }
        case.set_aside();
    }
    if matches!(outcome, Outcome::Open(_)) {
        renderer.drop_added_targets();
    }
    outcome
}

/// The files, where only what they cause is told.
fn asked_files(options: &CheckOptions) -> Option<&BTreeSet<String>> {
    options.files.as_ref().filter(|files| !files.iter().any(|file| reaches_all(file)))
}

/// What hooks are judged with.
struct Judge<'a> {
    options: &'a CheckOptions,
    settings: &'a Settings,
    since: Option<&'a Since>,
    renderer: &'a Renderer,
    hooks: &'a Hooks,
    /// The hooks that dbt keeps and never runs.
    kept: &'a [Hook],
}

/// A hook with the texts of it that are read.
type Texts<'a> = (&'a Hook, Vec<Rendering>, Vec<(usize, Pass)>);

/// Hooks that are judged.
struct Case<'a> {
    findings: Findings<'a>,
    /// Of which hooks ways were left out, by their place among the checked ones.
    cut: Vec<bool>,
    /// The hooks that the files have a part in, where only these are told of.
    of_files: Option<BTreeSet<usize>>,
    /// The questions of `--answers` that no hook asks.
    unused: Vec<String>,
}

impl Case<'_> {
    fn set_aside(self) {
        let parts = self.findings.checked.into_iter().map(|checked| (checked.renderings, checked.compiled));
        set_aside(parts.collect::<Vec<_>>());
    }
}

impl<'a> Judge<'a> {
    /// Judges hooks, and gives what is asked for of it.
    fn all<T>(&self, rendered: Vec<Rendered>, give: impl Fn(&Findings<'_>, CheckReport) -> T) -> T {
        let mut case = self.case(self.hooks.hooks.iter().zip(rendered).collect());
        self.options.store.of(&self.renderer.project().root().dir).next_round();
        let report = self.report(&mut case);
        let given = give(&case.findings, report);
        case.set_aside();
        given
    }

    /// What the rules see of hooks.
    fn case(&self, rendered: Vec<(&'a Hook, Rendered)>) -> Case<'a> {
        let Judge { options, settings, since, renderer, hooks, kept } = *self;
        let project = renderer.project();
        // A text is SQL of the target that it is rendered for: a profile may have targets of several adapters.
        let targets = renderer.targets();
        let dialect_in = |target: Option<&usize>| {
            let adapter = target.and_then(|&at| targets.get(at)).map_or(project.adapter(), |target| &target.adapter);
            Dialect::of_adapter(adapter)
        };
        let cut = rendered.iter().map(|(_, rendered)| rendered.cut).collect();
        let texts = |hook, renderings: Vec<Rendering>| -> Texts<'a> { (hook, renderings, renderer.compiled(hook)) };
        let mut texts_of: Vec<Texts<'a>> =
            rendered.into_par_iter().map(|(hook, rendered)| texts(hook, rendered.renderings)).collect();
        let unparsed = kept.par_iter().map(|hook| texts(hook, renderer.unparsed(hook)));
        texts_of.par_extend(unparsed.filter(|(_, renderings, _)| !renderings.is_empty()));
        let wanted = texts_of.iter().flat_map(|(_, renderings, compiled)| {
            let of_rendering = renderings.iter().flat_map(|one| {
                let dialect = dialect_in(one.targets.first());
                one.run.iter().flat_map(texts_of_run).map(move |text| (dialect, text))
            });
            of_rendering.chain(compiled.iter().flat_map(|(target, pass)| {
                let dialect = dialect_in(Some(target));
                pass.queries.iter().map(move |query| (dialect, &query.text.value))
            }))
        });
        let store = options.store.of(&project.root().dir);
        let most = Limits::of_files(settings.limits.sql_work, project.sources.len());
        let scripts = Scripts::read(wanted, &store, most);
        let judge = |rendering: Rendering| {
            let dialect = dialect_in(rendering.targets.first());
            judged(rendering, &|text| scripts.of(text, dialect))
        };
        let compile = |(target, pass)| {
            let dialect = dialect_in(Some(&target));
            compiled((target, pass), &|text| scripts.of(text, dialect))
        };
        let checked = |(hook, renderings, compiled): Texts<'a>| Checked {
            hook,
            renderings: renderings.into_iter().map(judge).collect(),
            compiled: compiled.into_iter().map(compile).collect(),
        };
        let all: Vec<Checked<'a>> = texts_of.into_par_iter().map(checked).collect();
        let unasked: Vec<String> = renderer.unused_answers().into_iter().map(str::to_owned).collect();
        let given: Vec<&str> = settings.questions.iter().map(|question| question.name.as_str()).collect();
        let unused = unasked.iter().filter(|one| !given.iter().any(|known| known == one)).cloned().collect();
        let mut sources = project.sources.clone();
        let policy = Policy::new(settings.clone(), &options.rules, unasked, &mut sources);
        let mut findings = Findings::new(renderer, hooks, all, policy, sources);
        findings.ignored = ignored(renderer);
        findings.changed =
            since.map(|since| Changed { hooks: since.prints.changed(&findings), files: since.files.clone() });
        let mut of_files = None;
        if let Some(files) = asked_files(options) {
            let hooks = lint::of_files(&findings, files);
            of_files = Some(hooks.iter().copied().collect());
            findings.changed = Some(match findings.changed.take() {
                None => Changed { hooks, files: files.clone() },
                Some(changed) => Changed {
                    hooks: changed.hooks.intersection(&hooks).copied().collect(),
                    files: changed.files.intersection(files).cloned().collect(),
                },
            });
        }
        findings.lock.clone_from(&settings.lock);
        Case { findings, cut, of_files, unused }
    }

    /// What the rules find. Where only what some files cause is told, what is said of the whole is said of the hooks
    /// that they have a part in.
    fn report(&self, case: &mut Case<'a>) -> CheckReport {
        let Judge { options, settings, renderer, .. } = *self;
        let Case { findings, cut, of_files, unused } = case;
        let is_counted = |at: usize| of_files.as_ref().is_none_or(|hooks| hooks.contains(&at));
        let (mut coverage, found) =
            rayon::join(|| lint::coverage(findings, of_files.as_ref()), || lint::check(findings));
        coverage.not_checked.extend(unread_nodes(renderer));
        coverage.not_checked.extend(left_out(renderer));
        let cut = cut.iter().enumerate().filter(|(at, cut)| **cut && is_counted(*at)).count();
        if renderer.is_tight() {
            coverage.not_checked.push(NotChecked {
                what: "what long templates give".to_owned(),
                why: "all templates of the project together do more work than a check waits for: each is evaluated in \
                      part only"
                    .to_owned(),
            });
        }
        if cut > 0 {
            coverage.not_checked.push(NotChecked {
                what: if cut == 1 { "1 hook".to_owned() } else { format!("{cut} hooks") },
                why: format!(
                    "more ways through it than are rendered: {} in a target, fewer where each is long",
                    settings.limits.ways
                ),
            });
        }
        let open = findings.left_open().into_iter().filter(|at| is_counted(*at)).count();
        if open > 0 {
            coverage.not_checked.push(NotChecked {
                what: format!(
                    "what {} to objects",
                    if open == 1 { "1 hook does".to_owned() } else { format!("{open} hooks do") }
                ),
                why: "too many statements are about the same ones".to_owned(),
            });
        }
        // What other hooks ask is not known then.
        let unused = unused.drain(..).filter(|_| of_files.is_none());
        coverage.not_checked.extend(unused.map(|question| NotChecked {
            what: format!("the answer to `{question}`"),
            why: "no hook asks this".to_owned(),
        }));
        coverage.not_checked.sort();
        let project = renderer.project();
        let mut branches = renderer.branches();
        if let Some(files) = asked_files(options) {
            branches.retain(|branch| files.contains(&project.sources.get(branch.place.file).path));
        }
        CheckReport {
            project: project.root().name.clone(),
            folder: folder(&project.root().dir, options.working_dir.as_deref()),
            adapter: project.adapter().to_owned(),
            targets: findings.targets.clone(),
            sources: Arc::new(findings.sources.clone()),
            coverage,
            branches,
            diagnostics: found.diagnostics,
            suppressed: found.suppressed,
        }
    }
}

/// What packages bring into the hooks of every project.
pub(super) fn locks(options: &CheckOptions) -> Result<Vec<(PathBuf, Lock)>, Failure> {
    checked(options, None, |findings, _| (findings.project.root().dir.clone(), Lock::of(findings)))
}

/// A project that was checked, with what hooks are rendered with: to ask more about it.
#[derive(Debug)]
pub(crate) struct Examined {
    /// What the check gave.
    pub(crate) report: CheckReport,
    /// What renders the hooks.
    pub(crate) renderer: Renderer,
    /// The effective hooks.
    pub(crate) hooks: Hooks,
}

/// A project that is read, before its hooks are checked.
#[derive(Debug)]
pub(crate) struct Begun {
    /// What some of its files cause, where a part of the hooks says that.
    pub(crate) early: Option<CheckReport>,
    /// What they cause as long as no other hook has a part in it.
    pub(crate) unsure: Vec<Diagnostic>,
    /// None where the hooks that were rendered for it are in the way of the others.
    rest: Option<(Renderer, Hooks, Settings)>,
}

/// Reads every project at a path, and says what some files of it cause where that is soon known.
pub(crate) fn begin(options: &CheckOptions, files: BTreeSet<String>) -> Result<Vec<Begun>, Failure> {
    let options = &CheckOptions { files: Some(files), ..options.clone() };
    each(options, |mut renderer, settings| {
        let hooks = renderer.hooks();
        let (mut early, is_open) = match in_part(options, settings, &mut renderer, &hooks) {
            Outcome::Known(report) => (Some(*report), true),
            Outcome::Open(report) => (report.map(|report| *report), true),
            Outcome::Anew => (None, false),
        };
        let mut unsure = Vec::new();
        if let (Some(report), Some(files)) = (&mut early, &options.files) {
            let found = std::mem::take(&mut report.diagnostics);
            (report.diagnostics, unsure) =
                found.into_iter().partition(|one| part::is_sure(&report.sources, one, files));
        }
        renderer.drop_added_targets();
        Begun { early, unsure, rest: is_open.then(|| (renderer, hooks, settings.clone())) }
    })
}

impl Begun {
    /// Checks all hooks, and keeps what they are rendered with.
    pub(crate) fn finish(self, options: &CheckOptions) -> Result<Option<Examined>, Failure> {
        let Some((renderer, hooks, settings)) = self.rest else {
            return Ok(examine(options)?.pop());
        };
        on_big_stack(|| Some(examined(options, &settings, renderer, hooks)))
    }
}

/// Checks the hooks of every project at a path, and keeps what they are rendered with.
pub(crate) fn examine(options: &CheckOptions) -> Result<Vec<Examined>, Failure> {
    each(options, |renderer, settings| {
        let hooks = renderer.hooks();
        examined(options, settings, renderer, hooks)
    })
}

fn examined(options: &CheckOptions, settings: &Settings, mut renderer: Renderer, hooks: Hooks) -> Examined {
    let rendered = rendered(&mut renderer, &hooks);
    let kept = renderer.kept_hooks(&hooks);
    let judge = Judge { options, settings, since: None, renderer: &renderer, hooks: &hooks, kept: &kept };
    let report = judge.all(rendered, |_, report| report);
    Examined { report, renderer, hooks }
}

/// Tells a renderer what is known of the run. What is rendered of the hooks on the way is kept where they are
/// rendered after it.
pub(super) fn take(renderer: &mut Renderer, hooks: &Hooks, mut rendered: Option<&mut [Rendered]>) {
    renderer.take_hooks(hooks);
    let names_nodes = renderer.shared(0).invocation.selection.names_nodes();
    if !names_nodes && !renderer.reads_results(hooks) {
        return;
    }
    let mut known: Vec<(Vec<References>, Vec<Taken>)> = Vec::new();
    for target in 0..renderer.manifests().len() {
        let here = |hook: &&Hook| hook.targets.contains(&target);
        let references: Vec<References> = match &mut rendered {
            Some(rendered) => {
                let of_target = hooks.hooks.par_iter().zip(rendered.par_iter_mut()).filter(|(hook, _)| here(hook));
                of_target.map(|(hook, rendered)| renderer.begin(hook, target, rendered)).collect()
            }
            None => hooks.hooks.par_iter().filter(here).map(|hook| renderer.references(hook, target)).collect(),
        };
        let of_target: Vec<&Hook> = hooks.hooks.iter().filter(here).collect();
        let is_same = |other: &usize| {
            known[*other].0 == references
                && hooks
                    .hooks
                    .iter()
                    .filter(|hook| hook.targets.contains(other))
                    .map(|hook| hook.node)
                    .eq(of_target.iter().map(|hook| hook.node))
                && plan::takes_the_same(renderer, *other, target)
        };
        let taken = match (0..target).find(is_same) {
            Some(other) => known[other].1.clone(),
            None => plan::taken(renderer, of_target.into_iter().zip(&references), target),
        };
        known.push((references, taken));
    }
    let names = renderer.targets().iter().map(|target| target.name.clone());
    let taken = names.zip(known.into_iter().map(|(_, taken)| taken)).collect();
    renderer.take_order(hooks, taken);
}

/// The hooks of singular tests and analyses, which dbt ignores.
pub(super) fn ignored(renderer: &Renderer) -> Vec<Hook> {
    let mut found = Vec::new();
    for target in 0..renderer.manifests().len() {
        let shared = renderer.shared(target);
        let speaks = |at: &usize| {
            let node = &shared.project.nodes[*at];
            matches!(node.resource, Resource::Test | Resource::Analysis)
                && node.code.as_ref().is_some_and(|code| code.as_str().contains("_hook"))
        };
        for at in (0..shared.project.nodes.len()).filter(speaks) {
            let state = manifest::of_test(shared, &renderer.targets()[target], at);
            found.extend(hook::ignored(&shared.project, at, &state, target));
        }
    }
    found
}

/// The hooks with their renderings, those in targets that comparisons add included.
pub(super) fn rendered(renderer: &mut Renderer, hooks: &Hooks) -> Vec<Rendered> {
    let mut rendered: Vec<Rendered> = hooks.hooks.iter().map(|_| Rendered::default()).collect();
    take(renderer, hooks, Some(&mut rendered));
    render_all(renderer, hooks, hooks.hooks.iter().zip(&mut rendered).collect());
    rendered
}

/// Renders some of the hooks. Gives how often targets were added after it.
fn render_all(renderer: &mut Renderer, hooks: &Hooks, mut each: Vec<(&Hook, &mut Rendered)>) -> usize {
    let mut from = 0;
    // A macro that is only reached in an added target may compare with another name again.
    for round in 0..3 {
        each.par_iter_mut().for_each(|(hook, rendered)| renderer.render(hook, from, rendered));
        from = renderer.target_count();
        if renderer.add_compared_targets(hooks) == 0 {
            return round;
        }
    }
    3
}

/// The texts of SQL of a run pass.
fn texts_of_run(run: &Pass) -> impl Iterator<Item = &Arc<str>> {
    run.text.iter().chain(run.queries.iter().map(|query| &query.text)).map(|text| &text.value)
}

fn compiled((target, pass): (usize, Pass), script: &impl Fn(&Arc<str>) -> Arc<Script>) -> lint::Compiled {
    let scripts = pass.queries.iter().map(|query| script(&query.text.value)).collect();
    lint::Compiled { target, pass, scripts }
}

fn judged(rendering: Rendering, script: &impl Fn(&Arc<str>) -> Arc<Script>) -> Judged {
    let text = rendering.run.as_ref().and_then(|run| run.text.as_ref());
    let own = text.map_or_else(|| script(&Arc::from("")), |text| script(&text.value));
    let queries = rendering.run.iter().flat_map(|run| &run.queries);
    let queries = queries.map(|query| (query.clone(), script(&query.text.value))).collect();
    Judged { rendering, script: own, queries }
}

/// What there is more of than a check renders.
fn left_out(renderer: &Renderer) -> Vec<NotChecked> {
    let shared = renderer.shared(0);
    let (limits, left) = (&shared.limits, &shared.left_out);
    let mut told = Vec::new();
    let targets = left.targets.load(Ordering::Relaxed);
    if targets > 0 {
        let why = format!("more than {} are not looked at", limits.targets);
        told.push(NotChecked { what: counted(targets, "target"), why });
    }
    if left.hooks.load(Ordering::Relaxed) {
        let most = Limits::of_files(limits.hooks, shared.project.sources.len());
        let what = format!("hooks after the first {}", Unit::Count.shown(most));
        told.push(NotChecked { what, why: "a check renders no more of them".to_owned() });
    }
    told
}

/// Nodes whose file does not render in the parse pass: what their `config()` declares may not be known.
fn unread_nodes(renderer: &Renderer) -> Vec<NotChecked> {
    let project = renderer.project();
    let Some(manifest) = renderer.manifests().first() else { return Vec::new() };
    let mut by_cause: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (node, state) in project.nodes.iter().zip(&manifest.nodes) {
        if let Some(fault) = &state.fault {
            let package = &project.packages[node.package];
            let cause = fault.message.lines().next().unwrap_or_default();
            let files = by_cause.entry(cause).or_default();
            if package.root.is_empty() || files.is_empty() {
                files.push(&node.original_file_path);
            }
        }
    }
    by_cause
        .into_iter()
        .map(|(cause, files)| NotChecked {
            what: match files.as_slice() {
                [file] => format!("hooks in {file}"),
                [first, rest @ ..] => format!("hooks in {first} and {} more files", rest.len()),
                [] => "hooks in files".to_owned(),
            },
            why: format!("the file does not render while dbt parses: {cause}"),
        })
        .collect()
}
