//! What rules look at: one rendering of one hook, and the SQL in it.

use std::mem::{self, Discriminant};
use std::ops::Range;
use std::sync::Arc;

use super::{Checked, Finding, Findings, Judged, origin};
use crate::diagnostic::{Edit, Fix, Safety};
use crate::hook::{Hook, HookKind};
use crate::jinja::{JinjaError, UndefinedRead};
use crate::render::Pass;
use crate::source::{Call, Place, Text};
use crate::sql::{Dialect, Outline, Script, Statement, Verb};

/// One rendering of one hook.
#[derive(Clone, Copy)]
pub(crate) struct Scene<'f> {
    /// Everything.
    pub(crate) findings: &'f Findings<'f>,
    /// The hook, by its place among the checked ones: dbt's order.
    pub(crate) at: usize,
    /// The rendering.
    pub(crate) judged: &'f Judged,
}

impl<'f> Findings<'f> {
    /// Every rendering of every hook, in dbt's order.
    pub(crate) fn scenes(&'f self) -> impl Iterator<Item = Scene<'f>> {
        (0..self.checked.len()).flat_map(|at| self.scenes_of(at))
    }

    /// Every rendering of one hook.
    pub(crate) fn scenes_of(&'f self, at: usize) -> impl Iterator<Item = Scene<'f>> {
        self.checked[at].renderings.iter().map(move |judged| Scene { findings: self, at, judged })
    }

    /// Every statement of every rendering of every hook.
    pub(crate) fn steps(&'f self) -> impl Iterator<Item = Step<'f>> {
        self.spots().iter().filter_map(|spot| self.step(spot))
    }

    /// Those of them that have one of some verbs.
    pub(crate) fn steps_of<const N: usize>(&'f self, verbs: [Verb; N]) -> impl Iterator<Item = Step<'f>> {
        let wanted = verbs.map(|verb| mem::discriminant(&verb));
        self.spots().iter().filter(move |spot| wanted.contains(&spot.verb)).filter_map(|spot| self.step(spot))
    }

    /// Every text of SQL that has a fault: few have.
    pub(crate) fn faulty(&'f self) -> impl Iterator<Item = Sql<'f>> {
        let places = self.faulty.get_or_init(|| {
            let is_faulty = |sql: &Sql<'_>| {
                let script = sql.script;
                !script.faults.is_empty() || script.statements.iter().any(|statement| !statement.faults.is_empty())
            };
            let mut places = Vec::new();
            for (hook, checked) in self.checked.iter().enumerate() {
                for (rendering, judged) in checked.renderings.iter().enumerate() {
                    let sqls = Scene { findings: self, at: hook, judged }.sqls().enumerate();
                    places.extend(sqls.filter(|(_, sql)| is_faulty(sql)).map(|(script, _)| (hook, rendering, script)));
                }
            }
            places
        });
        places.iter().filter_map(|&(hook, rendering, script)| {
            let judged = self.checked[hook].renderings.get(rendering)?;
            Scene { findings: self, at: hook, judged }.sqls().nth(script)
        })
    }

    /// Where every statement stands: most rules go through all of them.
    pub(super) fn spots(&self) -> &[Spot] {
        self.spots.get_or_init(|| {
            let mut spots = Vec::new();
            for (hook, checked) in self.checked.iter().enumerate() {
                for (rendering, judged) in checked.renderings.iter().enumerate() {
                    let own = judged.rendering.run.as_ref().and_then(|pass| pass.text.as_ref()).map(|_| &judged.script);
                    let scripts = judged.queries.iter().map(|(_, script)| script).chain(own).enumerate();
                    let statements = scripts.flat_map(|(script, one)| {
                        one.statements.iter().enumerate().map(move |(n, one)| (script, n, one))
                    });
                    spots.extend(statements.enumerate().map(|(at, (script, statement, one))| Spot {
                        hook,
                        rendering: rendering as u32,
                        script: script as u32,
                        statement: statement as u32,
                        at: at as u32,
                        verb: mem::discriminant(&one.outline.verb),
                    }));
                }
            }
            spots
        })
    }

    /// The statement that stands there.
    pub(super) fn step(&'f self, spot: &Spot) -> Option<Step<'f>> {
        let judged = self.checked[spot.hook].renderings.get(spot.rendering as usize)?;
        let scene = Scene { findings: self, at: spot.hook, judged };
        let (text, script) = match judged.queries.get(spot.script as usize) {
            Some((query, script)) => (&query.text, script),
            None => (judged.rendering.run.as_ref()?.text.as_ref()?, &judged.script),
        };
        let statement = script.statements.get(spot.statement as usize)?;
        Some(Step { sql: Sql { scene, text, script }, statement, at: spot.at as usize })
    }
}

/// Where a statement stands among those of all hooks.
#[derive(Debug)]
pub(super) struct Spot {
    /// The hook, by its place among the checked ones.
    hook: usize,
    /// The rendering, by its place among the hook's.
    rendering: u32,
    /// The text: a query, or behind them the hook's own.
    script: u32,
    /// The statement's place in it.
    statement: u32,
    /// How many the rendering sends before it.
    at: u32,
    verb: Discriminant<Verb>,
}

impl<'f> Scene<'f> {
    /// The hook with all its renderings.
    pub(crate) fn checked(&self) -> &'f Checked<'f> {
        &self.findings.checked[self.at]
    }

    /// The hook.
    pub(crate) fn hook(&self) -> &'f Hook {
        self.checked().hook
    }

    /// The error that ends the rendering.
    pub(crate) fn error(&self) -> Option<&'f JinjaError> {
        let mut passes = std::iter::once(&self.judged.rendering.parse).chain(&self.judged.rendering.run);
        passes.find_map(|pass| pass.error.as_ref())
    }

    /// The pass whose text is sent; the parse pass where dbt does not get further.
    pub(crate) fn pass(&self) -> &'f Pass {
        let rendering = &self.judged.rendering;
        rendering.run.as_ref().unwrap_or(&rendering.parse)
    }

    /// Every read of a name that nothing defines, in the pass that ends the rendering.
    pub(crate) fn reads(&self) -> impl DoubleEndedIterator<Item = &'f UndefinedRead> {
        self.pass().undefined.iter()
    }

    /// Whether something that could not be known has to do with a name.
    pub(crate) fn unknown_because_of(&self, name: &str) -> bool {
        self.pass().unknown.iter().any(|cause| cause.contains(name))
    }

    /// Whether `model` has an attribute of that name here.
    pub(crate) fn model_has(&self, name: &str) -> bool {
        let known = ["name", "alias", "description", "tags", "meta", "fqn", "unique_id", "resource_type", "path"];
        self.hook().node.is_some() && known.contains(&name)
    }

    /// Whether dbt gives `results` and its like here.
    pub(crate) fn has_results(&self) -> bool {
        self.hook().kind == HookKind::OnRunEnd
    }

    /// The adapter of a target that it is rendered in.
    pub(crate) fn adapter(&self) -> &'f str {
        match self.judged.rendering.targets.first() {
            Some(&target) => self.findings.adapter_of(target),
            None => self.findings.project.adapter(),
        }
    }

    /// The statement that something written at a place went into; else the hook's own text.
    pub(crate) fn sql_of(&self, place: Option<Place>) -> Option<&'f str> {
        let went_into = |step: &Step<'f>| {
            let range = &step.statement.range;
            let pieces = step.sql.text.pieces.iter();
            let mut inside = pieces.filter(|piece| range.contains(&(piece.at as usize)));
            place.is_some_and(|place| inside.any(|piece| !piece.verbatim && origin::holds(piece.place, place)))
        };
        let own = || Some(self.pass().text.as_ref()?.as_str().trim()).filter(|text| !text.is_empty());
        self.steps().find(went_into).map(|step| step.text()).or_else(own)
    }

    /// The SQL in the order in which it is sent: what is executed while rendering, then the hook's own text.
    pub(crate) fn sqls(self) -> impl Iterator<Item = Sql<'f>> {
        let queries = self.judged.queries.iter().map(|(query, script)| (&query.text, script));
        let text = self.judged.rendering.run.as_ref().and_then(|pass| pass.text.as_ref());
        let own = text.map(|text| (text, &self.judged.script));
        queries.chain(own).map(move |(text, script)| Sql { scene: self, text, script })
    }

    /// The statements in the order in which they are sent.
    pub(crate) fn steps(self) -> impl Iterator<Item = Step<'f>> {
        self.sqls()
            .flat_map(|sql| sql.script.statements.iter().map(move |statement| (sql, statement)))
            .enumerate()
            .map(|(at, (sql, statement))| Step { sql, statement, at })
    }
}

/// A text of SQL: a hook's own, or a query that it runs.
#[derive(Clone, Copy)]
pub(crate) struct Sql<'f> {
    /// The rendering that it is of.
    pub(crate) scene: Scene<'f>,
    /// The text.
    pub(crate) text: &'f Text,
    /// Its statements.
    pub(crate) script: &'f Script,
}

impl<'f> Sql<'f> {
    /// Where a range of it was written, and through which macro calls it came.
    pub(crate) fn origin(&self, range: Range<usize>) -> (Option<Place>, Option<&'f Arc<Call>>) {
        origin::origin(self.scene.findings.project, self.scene.hook(), self.text, range)
    }

    /// A finding about a range of it.
    pub(crate) fn finding(&self, range: Range<usize>, message: impl Into<String>) -> Finding<'f> {
        let (place, through) = self.origin(range);
        Finding::of(&self.scene, place, through, message)
    }

    /// A range of it as a person wrote it, on one line; as it is rendered where that is not plain to see.
    pub(crate) fn written(&self, range: Range<usize>) -> String {
        let rendered = &self.text.as_str()[range.clone()];
        let (place, _) = self.origin(range);
        let written = place.map_or(rendered, |place| self.scene.findings.project.sources.slice(place));
        let first = |text: &str| text.split_whitespace().next().map(str::to_lowercase);
        let plain = first(written) == first(rendered) && written.len() <= 120;
        let shown = if plain { written } else { rendered };
        shown.split_whitespace().collect::<Vec<_>>().join(" ")
    }
}

/// A statement in its place among those that a rendering sends.
#[derive(Clone, Copy)]
pub(crate) struct Step<'f> {
    /// The text that it stands in.
    pub(crate) sql: Sql<'f>,
    /// The statement.
    pub(crate) statement: &'f Statement,
    /// How many the rendering sends before it.
    pub(crate) at: usize,
}

impl<'f> Step<'f> {
    /// What it does.
    pub(crate) fn outline(&self) -> &'f Outline {
        &self.statement.outline
    }

    /// Its text.
    pub(crate) fn text(&self) -> &'f str {
        &self.sql.text.as_str()[self.statement.range.clone()]
    }

    /// Its first words as a person wrote them, up to the name of its object.
    pub(crate) fn head(&self) -> String {
        let end = self.outline().name.as_ref().map_or(self.outline().verb_range.end, |name| name.range.end);
        self.sql.written(self.outline().verb_range.start..end)
    }

    /// The dialect that it is in.
    pub(crate) fn dialect(&self) -> Dialect {
        Dialect::of_adapter(self.sql.scene.adapter())
    }

    /// The fix that adds words behind the word that ends before a byte of the text; none where that word is
    /// not written out.
    pub(crate) fn insertion(&self, words: &str, before: usize, safety: Safety) -> Option<Fix> {
        let text = self.sql.text.as_str();
        let end = text[..before].trim_end().len();
        let word = end.checked_sub(1)?..end;
        let piece = self.sql.text.piece_at(word.start as u32).filter(|piece| piece.verbatim)?;
        let at = piece.part(word.start as u32, word.end as u32).end;
        let place = Place { file: piece.place.file, start: at, end: at };
        let capitals = text[self.outline().verb_range.clone()].chars().all(char::is_uppercase);
        let title = format!("add {}", words.to_uppercase());
        let words = if capitals { words.to_uppercase() } else { words.to_owned() };
        Some(Fix { title, safety, edits: vec![Edit { place, text: format!(" {words}") }] })
    }

    /// A finding about the whole statement.
    pub(crate) fn finding(&self, message: impl Into<String>) -> Finding<'f> {
        self.sql.finding(self.statement.range.clone(), message).sql(self.text())
    }
}
