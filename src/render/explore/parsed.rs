//! The parse passes of a hook: one for each answer about a flag, which is the same in both passes of a way.

use super::{Asked, Begun, Renderer, answer};
use crate::jinja::Answer;
use crate::jinja::branches::Reached;
use crate::render::context::{Moment, Subject, Way};
use crate::render::{Pass, refs};

/// How a question begins that both passes answer alike.
const FLAG: &str = "flags.";

/// The parse passes of a hook.
#[derive(Default)]
pub(super) struct Parsed {
    /// The flags that the first of them asked for, with their answers.
    first: Vec<(String, Answer)>,
    /// Each with the answers that were settled for it: those that differ from the first one's.
    passes: Vec<(Vec<(String, Answer)>, Pass)>,
    /// The first of them, where it was made before.
    begun: Option<Begun>,
}

impl Parsed {
    /// Those of a hook of which the first may have been made before.
    pub(super) fn after(begun: Option<Begun>) -> Parsed {
        Parsed { begun, ..Parsed::default() }
    }

    /// The answers of a run pass to what the parse pass asks for as well, where they differ.
    pub(super) fn asked_by_both(&self, answers: &[(String, Answer)]) -> Vec<(String, Answer)> {
        let differs = |(text, answer): &&(String, Answer)| {
            self.first.iter().any(|(known, first)| known == text && first != answer)
        };
        answers.iter().filter(differs).cloned().collect()
    }
}

impl Renderer {
    /// The parse pass of a way, with what dbt finds out right after it.
    pub(super) fn parsed(
        &self,
        asked: &Asked<'_>,
        settled: Vec<(String, Answer)>,
        parsed: &mut Parsed,
        reached: &mut Reached,
    ) -> Pass {
        if let Some((_, known)) = parsed.passes.iter().find(|(known, _)| *known == settled) {
            return known.clone();
        }
        let (mut parse, questions) = match parsed.begun.take() {
            Some(begun) if settled.is_empty() => {
                reached.extend(begun.reached);
                (begun.pass, begun.questions)
            }
            _ => {
                let way = Way { settled: settled.clone(), ..Way::default() };
                self.pass(asked, Moment::Parse, way, reached)
            }
        };
        if parse.error.is_none() {
            let (project, manifest) = (&self.shared[asked.target].project, &self.manifests[asked.target]);
            parse.error = match (asked.hook.node, asked.subject) {
                (Some(node), _) => refs::refused(project, manifest, node, &parse.referred),
                (None, Subject::OnRun(kind, package, index)) => {
                    let operation = manifest.operation(package, kind, index);
                    operation.and_then(|one| refs::refused_operation(project, manifest, one, &parse.referred))
                }
                (None, _) => None,
            };
        }
        if parsed.passes.is_empty() {
            parsed.first = questions.iter().map(answer).filter(|(text, _)| text.starts_with(FLAG)).collect();
        }
        parsed.passes.push((settled, parse.clone()));
        parse
    }
}
