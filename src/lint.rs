//! Judges hooks: takes them with their renderings and scripts, and gives diagnostics, sorted by place and
//! rule. Knows nothing of report formats.
//!
//! A rule is a function over [`Findings`] that puts what it finds into a [`Sink`]; the sink makes one
//! diagnostic of what many hooks, targets and branches show in the same way.

/// The rules of a family: name, worst severity, best confidence, preset, module.
macro_rules! family {
    ($family:literal; $($name:literal, $severity:ident, $confidence:ident, $preset:ident, $module:ident;)+) => {
        &[$(Rule {
            name: $name,
            family: $family,
            severity: $crate::diagnostic::Severity::$severity,
            confidence: $crate::diagnostic::Confidence::$confidence,
            preset: $crate::lint::Preset::$preset,
            page: include_str!(concat!("../../../rules/", $family, "/", $name, "/README.md")),
            check: $module::check,
        }),+]
    };
}

mod catalogue;
mod comment;
mod coverage;
mod deeds;
mod domain;
mod existence;
mod nodes;
mod origin;
mod policy;
mod reach;
mod reads;
mod relations;
mod rules;
mod scene;
pub mod selection;
mod sink;
mod syntax;

use std::collections::{BTreeSet, HashSet};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use rayon::prelude::*;

use crate::diagnostic::{Confidence, Diagnostic, Fix, Severity};
use crate::hook::{Hook, Hooks};
use crate::project::Project;
use crate::render::library::Library;
use crate::render::{Pass, Query, Renderer, Rendering};
use crate::source::Sources;
use crate::sql::Script;

pub use coverage::coverage;
pub use policy::Policy;
pub(crate) use reach::of_node;
pub use reach::{Fingerprints, of_files};
pub(crate) use rules::is_of_several;
pub use selection::{Selection, SelectionChange, Selector};

use crate::lock::Lock;
use relations::Relations;
use scene::{Scene, Spot, Sql, Step};
use sink::{Finding, Sink};
use syntax::Syntax;

/// A hook with everything that is known of it.
#[derive(Debug)]
pub struct Checked<'a> {
    /// The hook.
    pub hook: &'a Hook,
    /// Its renderings, each once.
    pub renderings: Vec<Judged>,
    /// What commands that only compile make of an on-run hook.
    pub compiled: Vec<Compiled>,
}

impl Checked<'_> {
    /// Every text of SQL that it sends.
    pub(crate) fn scripts(&self) -> impl Iterator<Item = &Script> {
        let of_run = self
            .renderings
            .iter()
            .flat_map(|judged| std::iter::once(&judged.script).chain(judged.queries.iter().map(|(_, script)| script)));
        of_run.chain(self.compiled.iter().flat_map(|compiled| &compiled.scripts)).map(Arc::as_ref)
    }
}

/// What `dbt compile` makes of an on-run hook on one way through it.
#[derive(Debug)]
pub struct Compiled {
    /// The target, by its place among the targets.
    pub target: usize,
    /// The pass.
    pub pass: Pass,
    /// The SQL of its queries.
    pub scripts: Vec<Arc<Script>>,
}

/// A rendering with its SQL.
#[derive(Debug)]
pub struct Judged {
    /// The rendering.
    pub rendering: Rendering,
    /// The hook's own text in the run pass; blank where there is none.
    pub script: Arc<Script>,
    /// What it executes while it renders: of the run pass, in order.
    pub queries: Vec<(Query, Arc<Script>)>,
}

/// What the rules see.
#[derive(Debug)]
pub struct Findings<'a> {
    /// The project.
    pub project: &'a Project,
    /// The hooks' keys and values that dbt does not take.
    pub hooks: &'a Hooks,
    /// The hooks with their renderings.
    pub checked: Vec<Checked<'a>>,
    /// What knows the nodes' settings, and which branches were rendered.
    pub renderer: &'a Renderer,
    /// The hooks of singular tests and analyses, which dbt never runs.
    pub ignored: Vec<Hook>,
    /// The names of the targets, the added ones last.
    pub targets: Vec<String>,
    /// What the project says about findings.
    pub policy: Policy,
    /// What has changed, where only that is told.
    pub changed: Option<Changed>,
    /// What is accepted of packages, where the project says so.
    pub lock: Option<Lock>,
    /// Every file: those of the project, and that of the settings.
    pub sources: Sources,
    library: Arc<Library>,
    spots: OnceLock<Vec<Spot>>,
    /// The texts of SQL with faults: the hook, the rendering and the text, each by its place.
    faulty: OnceLock<Vec<(usize, usize, usize)>>,
    syntax: OnceLock<Syntax>,
    relations: OnceLock<Relations>,
    catalogue: OnceLock<catalogue::Catalogue>,
    problems: OnceLock<catalogue::Problems>,
    /// The declared targets that hooks are rendered in.
    rendered_in: OnceLock<BTreeSet<usize>>,
    /// The hooks of which something is not known, as too many others have to do with the same objects.
    open: Mutex<BTreeSet<usize>>,
}

impl<'a> Findings<'a> {
    /// What the rules see of a project: its hooks with their renderings, and what knows its nodes and macros.
    #[must_use]
    pub fn new(
        renderer: &'a Renderer,
        hooks: &'a Hooks,
        checked: Vec<Checked<'a>>,
        policy: Policy,
        sources: Sources,
    ) -> Findings<'a> {
        Findings {
            project: renderer.project(),
            hooks,
            checked,
            targets: renderer.target_names(),
            policy,
            changed: None,
            lock: None,
            sources,
            renderer,
            ignored: Vec::new(),
            library: renderer.library(),
            spots: OnceLock::new(),
            faulty: OnceLock::new(),
            syntax: OnceLock::new(),
            relations: OnceLock::new(),
            catalogue: OnceLock::new(),
            problems: OnceLock::new(),
            rendered_in: OnceLock::new(),
            open: Mutex::default(),
        }
    }

    /// Notes that something is not known of a hook.
    fn leave_open(&self, hook: usize) {
        self.open.lock().unwrap_or_else(PoisonError::into_inner).insert(hook);
    }

    /// The hooks of which something was not known, by their place among the checked ones.
    pub(crate) fn left_open(&self) -> BTreeSet<usize> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// What has changed since another time.
#[derive(Debug, Clone, Default)]
pub struct Changed {
    /// The hooks, by their place among the checked ones.
    pub hooks: HashSet<usize>,
    /// The files, by their paths from the project's root.
    pub files: BTreeSet<String>,
}

/// Which rules are looked at where nothing else is said; each has those before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Preset {
    /// What fails, goes silently wrong or will hurt, and advice that is nearly always taken.
    Default,
    /// Advice on how a team may want its hooks.
    Strict,
    /// Advice that suits some teams only.
    All,
}

impl Preset {
    /// Every preset, the smallest first.
    pub const ALL: [Preset; 3] = [Preset::Default, Preset::Strict, Preset::All];

    /// The preset of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Preset> {
        Preset::ALL.into_iter().find(|preset| preset.name() == name)
    }

    /// The word in reports and settings.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Preset::Default => "default",
            Preset::Strict => "strict",
            Preset::All => "all",
        }
    }
}

/// A rule: what it is called, how bad its findings are, its page, and how it finds them.
pub struct Rule {
    /// Its name, such as `drop-without-if-exists`.
    pub name: &'static str,
    /// Its family, such as `repeatable`.
    pub family: &'static str,
    /// How bad its findings are at worst.
    pub severity: Severity,
    /// How sure its findings are at best.
    pub confidence: Confidence,
    /// The smallest preset that it is in.
    pub preset: Preset,
    /// Its page, in Markdown.
    pub page: &'static str,
    /// Finds.
    check: for<'f> fn(&'f Findings<'f>, &mut Sink<'f>),
}

impl Rule {
    /// What it finds, in one sentence: the first line of its page below the title.
    #[must_use]
    pub fn summary(&self) -> &'static str {
        self.page.lines().skip(1).find(|line| !line.is_empty()).unwrap_or_default()
    }

    /// The rule of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<&'static Rule> {
        rules().find(|rule| rule.name == name)
    }
}

/// The rules of each family, by family.
static FAMILIES: &[&[Rule]] = &[
    rules::jinja::RULES,
    rules::placement::RULES,
    rules::project::RULES,
    rules::purpose::RULES,
    rules::repeatable::RULES,
    rules::safety::RULES,
    rules::settings::RULES,
    rules::sql::RULES,
    rules::timing::RULES,
    rules::transaction::RULES,
];

/// Every rule, by family and name.
pub fn rules() -> impl Iterator<Item = &'static Rule> + Clone {
    FAMILIES.iter().copied().flatten()
}

/// What a check found.
#[derive(Debug, Default)]
pub struct Found {
    /// The findings, sorted by place, then rule.
    pub diagnostics: Vec<Diagnostic>,
    /// How many more there were that the project's settings and comments silence.
    pub suppressed: usize,
}

/// Makes a warning of what an adapter refuses that the project is likely not meant for: its profile stands in for
/// another one.
fn doubt(findings: &Findings<'_>, found: &mut Diagnostic) {
    let Some((adapter, evidence)) = &findings.project.speaks_of else { return };
    let of_adapter = matches!(found.family, "sql" | "transaction") || found.rule == "undefined-macro";
    if of_adapter && found.severity == Severity::Error {
        found.severity = Severity::Warning;
        found.confidence = Confidence::Low;
        let own = findings.project.adapter();
        let note = format!("the profile is for {own}, and the project's files speak of {adapter}: {evidence}");
        found.help = Some(found.help.take().map_or(note.clone(), |help| format!("{help} ({note})")));
    }
}

/// Whether a fix changes files of the project itself: packages are not its own to change.
fn is_own(findings: &Findings<'_>, fix: &Fix) -> bool {
    let packages = &findings.project.packages[1..];
    let is_of_package = |path: &str| packages.iter().any(|package| path.starts_with(&package.prefix()));
    fix.edits.iter().all(|edit| !is_of_package(&findings.sources.get(edit.place.file).path))
}

/// What a rule finds.
fn found_by(rule: &'static Rule, findings: &Findings<'_>) -> Found {
    let mut sink = Sink::new(rule, findings);
    (rule.check)(findings, &mut sink);
    let Found { diagnostics, suppressed } = sink.found();
    let mut found = Found { diagnostics: Vec::new(), suppressed };
    for mut diagnostic in diagnostics {
        diagnostic.fix = diagnostic.fix.filter(|fix| is_own(findings, fix));
        doubt(findings, &mut diagnostic);
        if findings.policy.apply(rule, &mut diagnostic, &findings.sources) {
            diagnostic.severity = diagnostic.sure_severity();
            found.diagnostics.push(diagnostic);
        } else {
            found.suppressed += 1;
        }
    }
    found
}

/// Everything that the rules find.
#[must_use]
pub fn check(findings: &Findings<'_>) -> Found {
    let Findings { policy, sources, .. } = findings;
    // What many rules look at is made before them: then none of them waits for another one.
    findings.spots();
    rayon::join(|| findings.problem_list(), || findings.syntax());
    // What silences nothing is known when everything else is found.
    let (last, first): (Vec<_>, Vec<_>) =
        rules().filter(|rule| policy.selection.has(rule)).partition(|rule| rule.family == rules::settings::FAMILY);
    let mut found = Found::default();
    for rules in [first, last] {
        let each: Vec<Found> = rules.into_par_iter().with_max_len(1).map(|rule| found_by(rule, findings)).collect();
        for one in each {
            found.diagnostics.extend(one.diagnostics);
            found.suppressed += one.suppressed;
        }
    }
    found.diagnostics.sort_by(|left, right| {
        let key = |one: &Diagnostic| (one.place.start, one.place.end, one.rule);
        let path = |one: &Diagnostic| sources.get(one.place.file).path.as_str();
        (path(left), key(left), &left.message).cmp(&(path(right), key(right), &right.message))
    });
    found
}
