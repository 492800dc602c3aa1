//! What each name holds.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::{Arc, PoisonError};

use super::{APPROXIMATE, DBT_VERSION, INVOCATION_ID, NAMES, RUN_STARTED_AT, Scene, Subject, is_shipped, unknown};
use crate::datum::Kind;
use crate::hook::HookKind;
use crate::jinja::{Answer, Budget, Dict, Eval, Host, Interp, Value, modules};
use crate::manifest::Known;
use crate::render::callable::{Callable, Namespace};
use crate::render::library::Library;
use crate::render::{Misread, Referred, adapter, builtins, graph, macros, nodes, results};
use crate::secret;

impl Scene {
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
    pub(in crate::render) fn target_dict(&self) -> Option<Rc<RefCell<Dict>>> {
        match self.cache.borrow().get("target") {
            Some(Value::Dict(dict)) => Some(Rc::clone(dict)),
            _ => None,
        }
    }

    /// Notes that a node, or a source, is referred to where the function that runs now was called.
    pub(in crate::render) fn refer(&self, interp: &Interp, node: Option<usize>) {
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
            _ if self.way.test.is_some() => self.own_relation().value(),
            Some(node) => self.cached("this", || self.relation_of(node).value()),
            None => {
                self.misread(interp, "this", "None");
                Value::None
            }
        }
    }

    /// The names of dbt, besides macros.
    pub(in crate::render) fn name(&self, interp: &mut Interp, name: &str) -> Eval<Option<Value>> {
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
                Value::Moment(Rc::new(crate::jinja::Moment::DateTime(at, Some(Rc::new(crate::jinja::Zone::Utc)))))
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
                Some(scene) if self.executes() => self.cached("graph", || graph::graph(&scene)),
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
                let found = self.shared.env.iter().filter_map(|(name, value)| {
                    Some((name.strip_prefix(prefix)?, Value::str(secret::env_value(name, value))))
                });
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
                Some(scene) => crate::render::whole::builtins(scene),
                None => return Ok(None),
            },
            // Jinja's own reference to the template; nothing of it is of use in a hook.
            "self" => Value::str("<TemplateReference None>"),
            "context" => match self.me.upgrade() {
                Some(scene) => crate::render::whole::context(scene),
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
    fn budget(&self) -> Option<Arc<Budget>> {
        self.shared.budget.clone()
    }

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
        if let Some(outside) = &self.shared.outside {
            let cause = format!("`{name}` may be among what was left out: {outside}");
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
        let from = self.project().packages_left_out()?;
        let cause = format!("`{name}` may be a package that comes with {from}");
        self.not_known(&cause);
        Some(unknown(name, &cause))
    }

    fn lacking(&self, value: &Value, name: &str) -> Option<&'static str> {
        crate::render::attributes::lacking(self, value, name)
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
