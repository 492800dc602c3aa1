//! Which branches of hooks, and of the macros that they reach, some rendering goes through.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use super::library::Library;
use crate::jinja::branches::{self, Reached};
use crate::jinja::tree::Template;
use crate::project::Project;
use crate::source::Place;

/// A branch of a hook, or of a macro that a hook reaches.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Branch {
    /// Its condition, or what is iterated; of an `else` the last condition before it.
    pub place: Place,
    /// `if`, `elif`, `else` or `for`.
    pub tag: &'static str,
    /// The macro that it is in; none where it is in the hook's own text.
    pub macro_name: Option<String>,
    /// Whether some rendering goes through it.
    pub reached: bool,
}

/// What renderings went through.
#[derive(Debug, Default)]
pub(super) struct Seen {
    /// Bodies of macros: these live as long as the library.
    macros: Mutex<Reached>,
    /// Branches in hooks' own texts.
    hooks: Mutex<BTreeMap<(Place, &'static str), bool>>,
}

impl Seen {
    /// Takes in what the renderings of one hook went through.
    pub(super) fn note(&self, template: Option<&Template>, reached: &Reached) {
        if reached.is_empty() {
            return;
        }
        {
            let mut macros = self.macros.lock().unwrap_or_else(PoisonError::into_inner);
            macros.extend(reached);
        }
        let Some(template) = template else { return };
        let found = branches::branches(&template.body);
        if found.is_empty() {
            return;
        }
        let mut hooks = self.hooks.lock().unwrap_or_else(PoisonError::into_inner);
        for branch in found {
            if let Some(place) = template.place(branch.span) {
                *hooks.entry((place, branch.tag)).or_default() |= branch.is_reached(reached);
            }
        }
    }

    /// Every branch that was gone through or might have been, by place.
    pub(super) fn all(&self, project: &Project, library: &Library) -> Vec<Branch> {
        let hooks = self.hooks.lock().unwrap_or_else(PoisonError::into_inner);
        let mut found: Vec<Branch> =
            hooks.iter().map(|(&(place, tag), &reached)| Branch { place, tag, macro_name: None, reached }).collect();
        let macros = self.macros.lock().unwrap_or_else(PoisonError::into_inner);
        for (at, declared) in project.macros.iter().enumerate() {
            let Some((decl, template)) = library.already_parsed(at) else { continue };
            if !branches::is_reached(&decl.body, &macros) {
                continue;
            }
            for branch in branches::branches(&decl.body) {
                let Some(place) = template.place(branch.span) else { continue };
                let macro_name = Some(declared.name.clone());
                found.push(Branch { place, tag: branch.tag, macro_name, reached: branch.is_reached(&macros) });
            }
        }
        found.sort();
        found
    }
}
