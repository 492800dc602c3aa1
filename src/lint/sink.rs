//! Takes what a rule finds, and makes one diagnostic of what many hooks show in the same way.

use std::collections::hash_map::RandomState;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::fmt::Write as _;
use std::hash::BuildHasher as _;
use std::sync::Arc;

use super::{Findings, Found, Rule, Scene};
use crate::diagnostic::{Confidence, Diagnostic, Fix, HookRef, Related, Severity};
use crate::hook::Hook;
use crate::limits::Unit;
use crate::source::{Call, FileId, Place};

/// What a rule found in one rendering of one hook, or in the project.
pub(crate) struct Finding<'f> {
    hook: Option<(usize, &'f Hook)>,
    others: Vec<usize>,
    targets: Vec<usize>,
    place: Option<Place>,
    through: Option<Arc<Call>>,
    message: String,
    help: Option<String>,
    sql: Option<Arc<str>>,
    severity: Option<Severity>,
    confidence: Option<Confidence>,
    fix: Option<Fix>,
    more: Vec<Related>,
}

impl<'f> Finding<'f> {
    /// A finding about the project, at a place.
    pub(crate) fn at(place: Option<Place>, message: impl Into<String>) -> Finding<'f> {
        Finding {
            hook: None,
            others: Vec::new(),
            targets: Vec::new(),
            place,
            through: None,
            message: message.into(),
            help: None,
            sql: None,
            severity: None,
            confidence: None,
            fix: None,
            more: Vec::new(),
        }
    }

    /// A finding about a hook, at a place that some macro calls led to. Where the place is not known it is
    /// the hook's own.
    pub(crate) fn of(
        scene: &Scene<'f>,
        place: Option<Place>,
        through: Option<&Arc<Call>>,
        message: impl Into<String>,
    ) -> Finding<'f> {
        let hook = scene.hook();
        Finding {
            hook: Some((scene.at, hook)),
            targets: scene.judged.rendering.targets.clone(),
            through: through.filter(|_| place.is_some()).cloned(),
            ..Finding::at(place.or(hook.place), message)
        }
    }

    /// A finding about several hooks, by their place among the checked ones, in every target that they are rendered in.
    pub(crate) fn of_hooks(
        findings: &'f Findings<'f>,
        hooks: &[usize],
        place: Option<Place>,
        through: Option<&Arc<Call>>,
        message: impl Into<String>,
    ) -> Finding<'f> {
        let first = hooks.first().map(|&at| (at, findings.checked[at].hook));
        Finding {
            hook: first,
            others: hooks.get(1..).unwrap_or_default().to_vec(),
            targets: rendered(findings, hooks.iter().copied()).into_iter().collect(),
            through: through.filter(|_| place.is_some()).cloned(),
            ..Finding::at(place.or(first.and_then(|(_, hook)| hook.place)), message)
        }
    }

    /// What to do about it.
    pub(crate) fn help(mut self, help: impl Into<String>) -> Finding<'f> {
        self.help = Some(help.into());
        self
    }

    /// The rendered SQL that it is about.
    pub(crate) fn sql<'s>(mut self, sql: impl Into<Option<&'s str>>) -> Finding<'f> {
        self.sql = sql.into().map(Arc::from);
        self
    }

    /// Another severity than the rule's.
    pub(crate) fn severity(mut self, severity: Severity) -> Finding<'f> {
        self.severity = Some(severity);
        self
    }

    /// Another confidence than the rule's.
    pub(crate) fn confidence(mut self, confidence: Confidence) -> Finding<'f> {
        self.confidence = Some(confidence);
        self
    }

    /// How to mend it, where that can be said.
    pub(crate) fn fix(mut self, fix: Option<Fix>) -> Finding<'f> {
        self.fix = fix;
        self
    }

    /// Another place that explains it.
    pub(crate) fn see(mut self, place: Option<Place>, message: impl Into<String>) -> Finding<'f> {
        self.more.extend(place.map(|place| Related { place, message: message.into() }));
        self
    }

    /// The targets, where they are not those of the rendering.
    pub(crate) fn targets(mut self, targets: &[usize]) -> Finding<'f> {
        self.targets = targets.to_vec();
        self
    }

    /// The hooks, by their place among the checked ones.
    fn hooks(&self) -> impl Iterator<Item = usize> {
        self.hook.map(|(at, _)| at).into_iter().chain(self.others.iter().copied())
    }

    /// The calls that led to the place, innermost first; of a recursion each call once.
    fn related(&self) -> Vec<Related> {
        let calls = self.through.iter().flat_map(|call| call.chain());
        let mut seen = HashSet::new();
        let called = calls
            .filter_map(|call| call.place)
            .filter(|place| seen.insert(*place))
            .map(|place| Related { place, message: "called from here".to_owned() });
        self.more.iter().cloned().chain(called).collect()
    }
}

/// Where a rule's findings go.
pub(crate) struct Sink<'f> {
    rule: &'static Rule,
    findings: &'f Findings<'f>,
    known: HashMap<Key, usize>,
    merged: Vec<Merged>,
    /// Of each file with more than are told one by one, the finding that the rest of them are.
    rest: HashMap<FileId, usize>,
    /// What comments silence, and whether it would be told otherwise.
    silenced: HashMap<Key, bool>,
    hasher: RandomState,
}

/// A finding by its place and a hash of its message.
type Key = (Place, u64);

struct Merged {
    diagnostic: Diagnostic,
    /// How many more it stands for.
    more: usize,
    hooks: HashSet<usize>,
    targets: BTreeSet<usize>,
}

impl<'f> Sink<'f> {
    pub(super) fn new(rule: &'static Rule, findings: &'f Findings<'f>) -> Sink<'f> {
        Sink {
            rule,
            findings,
            known: HashMap::new(),
            merged: Vec::new(),
            rest: HashMap::new(),
            silenced: HashMap::new(),
            hasher: RandomState::new(),
        }
    }

    /// Takes a finding in. The same message at the same place is the same finding.
    pub(crate) fn add(&mut self, finding: Finding<'_>) {
        let nowhere = Place { file: FileId(0), start: 0, end: 0 };
        let place = finding.place.unwrap_or(nowhere);
        let key = (place, self.hasher.hash_one(&finding.message));
        if self.is_silenced(place, finding.through.as_deref()) {
            let places = std::iter::once(place).chain(finding.related().into_iter().map(|related| related.place));
            let is_told = is_told(self.findings, &finding.hooks().collect(), places);
            *self.silenced.entry(key).or_default() |= is_told;
            return;
        }
        let at = self.known.get(&key).copied().unwrap_or_else(|| self.place_of(key, &finding));
        let merged = &mut self.merged[at];
        merged.hooks.extend(finding.hooks());
        merged.targets.extend(finding.targets);
        if let Some(severity) = finding.severity {
            merged.diagnostic.severity = merged.diagnostic.severity.max(severity);
        }
    }

    /// Where a finding that is not known yet stands among the merged ones.
    fn place_of(&mut self, key: Key, finding: &Finding<'_>) -> usize {
        let (place, new) = (key.0, self.merged.len());
        let is_more = new as u64 >= self.findings.policy.settings.limits.findings;
        let at = if is_more { *self.rest.entry(place.file).or_insert(new) } else { new };
        self.known.insert(key, at);
        if at == new {
            let diagnostic = self.diagnostic(place, finding);
            self.merged.push(Merged { diagnostic, more: 0, hooks: HashSet::new(), targets: BTreeSet::new() });
        } else {
            self.merged[at].more += 1;
        }
        at
    }

    /// Whether a comment silences what is found at a place that some macro calls led to.
    fn is_silenced(&self, place: Place, through: Option<&Call>) -> bool {
        let comments = &self.findings.policy.comments;
        let calls = through.into_iter().flat_map(Call::chain).filter_map(|call| call.place);
        // Each is asked: a comment at any of them is of use.
        std::iter::once(place).chain(calls).filter(|place| comments.silence(self.rule, *place)).count() > 0
    }

    fn diagnostic(&self, place: Place, finding: &Finding<'_>) -> Diagnostic {
        Diagnostic {
            rule: self.rule.name,
            family: self.rule.family,
            severity: finding.severity.unwrap_or(self.rule.severity),
            confidence: finding.confidence.unwrap_or(self.rule.confidence),
            message: finding.message.clone(),
            help: finding.help.clone(),
            place,
            hook: finding.hook.map(|(_, hook)| HookRef {
                id: hook.id.clone(),
                kind: hook.kind.name(),
                node: hook.node_id.clone(),
            }),
            hooks: 0,
            targets: Vec::new(),
            sql: finding.sql.clone(),
            related: finding.related(),
            fix: finding.fix.clone(),
        }
    }

    /// The diagnostics, in the order in which they were first found. What one hook silences and another does not
    /// is among them.
    pub(super) fn found(self) -> Found {
        let Sink { findings, merged, known, silenced, .. } = self;
        let suppressed = silenced.into_iter().filter(|(one, is_told)| *is_told && !known.contains_key(one)).count();
        if merged.is_empty() {
            return Found { diagnostics: Vec::new(), suppressed };
        }
        let own = findings.rendered_in.get_or_init(|| {
            let every_hook = rendered(findings, 0..findings.checked.len());
            every_hook.into_iter().filter(|&at| at < findings.project.targets.len()).collect()
        });
        let finish = |Merged { mut diagnostic, more, hooks, targets }| {
            if more > 0 {
                let more = Unit::Count.shown(more as u64);
                let _ = write!(diagnostic.message, " ({more} more of them in this file are not told one by one)");
            }
            // A hook that differs between targets is there more than once.
            let ids: HashSet<&str> = hooks.iter().map(|&at| findings.checked[at].hook.id.as_str()).collect();
            diagnostic.hooks = ids.len();
            let mut all = rendered(findings, hooks);
            all.extend(own);
            if targets != all {
                diagnostic.targets = targets.iter().filter_map(|&at| findings.targets.get(at).cloned()).collect();
            }
            diagnostic
        };
        let is_told = |merged: &Merged| {
            let related = merged.diagnostic.related.iter().map(|related| related.place);
            is_told(findings, &merged.hooks, std::iter::once(merged.diagnostic.place).chain(related))
        };
        let told = merged.into_iter().filter(is_told);
        Found { diagnostics: told.map(finish).collect(), suppressed }
    }
}

/// Whether what is found in some hooks, at a place and those that explain it, is told: where only what has changed is
/// told, or what some files cause, it has to do with that.
fn is_told(findings: &Findings<'_>, hooks: &HashSet<usize>, mut places: impl Iterator<Item = Place>) -> bool {
    findings.changed.as_ref().is_none_or(|changed| {
        let mut in_file = || places.any(|place| changed.files.contains(&findings.sources.get(place.file).path));
        !hooks.is_disjoint(&changed.hooks) || (hooks.is_empty() && in_file())
    })
}

/// The targets that some hooks were rendered in.
fn rendered(findings: &Findings<'_>, hooks: impl IntoIterator<Item = usize>) -> BTreeSet<usize> {
    let renderings = hooks.into_iter().flat_map(|at| &findings.checked[at].renderings);
    renderings.flat_map(|judged| judged.rendering.targets.iter().copied()).collect()
}
