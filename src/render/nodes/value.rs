//! A node as a value of a template: a dict, or the object that a result has.

use std::any::Any;
use std::cell::RefCell;
use std::rc::{Rc, Weak};

use super::{Form, Kind, Source, node};
use crate::jinja::{Args, Dict, ErrorKind, Eval, Interp, Object, Str, Value, error};
use crate::project::Resource;
use crate::render::context::{Of, Scene, unknown};

/// A node. A project has thousands, and a hook reads a few keys of them: each value is made when it is
/// asked for.
pub(super) struct NodeValue {
    pub(super) scene: Weak<Scene>,
    pub(super) of: Of,
    pub(super) form: Form,
    pub(super) part: Part,
    /// The dict, once something asked for the whole, or changed it.
    pub(super) whole: RefCell<Option<Value>>,
}

/// Which part of a node a value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    /// The whole of it.
    Node,
    /// Its `config`.
    Config,
}

impl NodeValue {
    fn with<T>(&self, work: impl for<'a, 'b> FnOnce(&'a Source<'b>) -> Option<T>) -> Option<T> {
        let scene = self.scene.upgrade()?;
        let manifest = scene.manifest.as_deref();
        // `model` is as it was when the context was made; the object is dbt's own, which changes.
        let is_live = matches!(self.form, Form::Result | Form::ResultDict);
        let known = if is_live { scene.known_by_now() } else { scene.known() };
        let source = match self.of {
            Of::Node(at) => {
                let node = scene.project().nodes.get(at)?;
                let state = match node.resource {
                    Resource::Test => {
                        manifest.and_then(|manifest| manifest.singular(&scene.shared, &scene.target).get(&at))
                    }
                    _ => manifest.and_then(|manifest| manifest.nodes.get(at)),
                };
                Source { known, scene: &scene, form: self.form, kind: Kind::Node(at, node), state }
            }
            Of::Test(at) => {
                let test = manifest?.tests(&scene.shared).all.get(at)?;
                let kind = Kind::Test(test, test.declared.as_ref()?);
                Source { known, scene: &scene, form: self.form, kind, state: Some(&test.state) }
            }
            Of::Operation(at) => {
                let operation = manifest?.operations.get(at)?;
                Source {
                    known,
                    scene: &scene,
                    form: self.form,
                    kind: Kind::Operation(at, operation),
                    state: Some(&operation.state),
                }
            }
        };
        work(&source)
    }

    /// The value of a key; what is None is no key of `model`.
    fn get(&self, key: &str) -> Option<Value> {
        if let Some(Value::Dict(whole)) = &*self.whole.borrow() {
            return whole.borrow().get_str(key).cloned();
        }
        let found = match self.part {
            Part::Node if key == "config" => {
                Value::Object(Rc::new(NodeValue { part: Part::Config, whole: RefCell::default(), ..self.copy() }))
            }
            Part::Node => self.with(|source| source.has(key).then(|| source.field(key)).flatten())?,
            Part::Config => self.with(|source| source.config_field(key))?,
        };
        (self.form != Form::Model || !found.is_none()).then_some(found)
    }

    /// The same value, of which nothing is made yet.
    fn copy(&self) -> NodeValue {
        NodeValue { scene: Weak::clone(&self.scene), whole: RefCell::default(), ..*self }
    }

    fn whole(&self) -> Value {
        if let Some(whole) = &*self.whole.borrow() {
            return whole.clone();
        }
        let keys: Vec<String> = match self.part {
            Part::Node => self.with(|source| Some(source.keys().into_iter().map(str::to_owned).collect())),
            Part::Config => self.with(|source| Some(source.config_keys())),
        }
        .unwrap_or_default();
        let made = Value::record(keys.iter().filter_map(|key| Some((key.as_str(), self.get(key)?))));
        *self.whole.borrow_mut() = Some(made.clone());
        made
    }

    fn resource(&self) -> Option<Resource> {
        #[allow(clippy::redundant_closure_for_method_calls)] // a method's lifetimes are not general enough
        self.with(|source| source.resource())
    }

    /// Python's name of the class of a result's node.
    fn class(&self) -> &'static str {
        match self.resource() {
            _ if self.part == Part::Config => "NodeConfig",
            _ if matches!(self.of, Of::Test(_)) => "GenericTestNode",
            Some(Resource::Seed) => "SeedNode",
            Some(Resource::Snapshot) => "SnapshotNode",
            Some(Resource::Test) => "SingularTestNode",
            Some(Resource::Analysis) => "AnalysisNode",
            Some(Resource::Function) => "FunctionNode",
            Some(Resource::Model) => "ModelNode",
            None => "HookNode",
        }
    }

    /// What a config has, by its name in Python.
    fn set(&self, name: &str) -> Option<Value> {
        self.get(name).or_else(|| self.get(&name.replace('_', "-")))
    }

    /// An attribute of a result's node, which is an object.
    fn attribute(&self, name: &str) -> Option<Value> {
        let state = |wanted: &str| {
            self.with(|source| Some(source.state.is_some_and(|state| state.materialized == wanted))).unwrap_or(false)
        };
        if self.part == Part::Config {
            return self.set(name);
        }
        match name {
            "identifier" => return self.get("alias"),
            "search_name" => return self.get("name"),
            "is_ephemeral" | "is_ephemeral_model" => return Some(Value::Bool(state("ephemeral"))),
            "empty" => return Some(Value::Bool(false)),
            "is_relational" | "is_refable" => {
                let resource = self.resource();
                let is = match resource {
                    Some(Resource::Model | Resource::Seed | Resource::Snapshot) => true,
                    Some(Resource::Test) if name == "is_relational" => {
                        self.with(|source| source.stores_failures().0.as_bool()).unwrap_or(false)
                    }
                    _ => false,
                };
                return Some(Value::Bool(is));
            }
            "depends_on_nodes" | "depends_on_macros" => {
                let part = name.trim_start_matches("depends_on_");
                let Some(Value::Dict(depends_on)) = self.get("depends_on") else { return None };
                return depends_on.borrow().get_str(part).cloned();
            }
            _ => {}
        }
        self.get(name)
    }
}

impl Object for NodeValue {
    fn type_name(&self) -> &str {
        if self.form == Form::Result { self.class() } else { "dict" }
    }

    fn attr(&self, _interp: &mut Interp, name: &str) -> Eval<Option<Value>> {
        if self.form != Form::Result {
            return Ok(self.get(name));
        }
        // What a config does not have is None: it is asked like a dict (dbt's `BaseConfig.get`).
        let found = self.attribute(name).or((self.part == Part::Config).then_some(Value::None));
        Ok(found.map(|value| match (name, value) {
            // Objects with the same names as attributes.
            ("contract" | "docs" | "checksum" | "depends_on" | "test_metadata", Value::Dict(dict)) => {
                Value::Object(Rc::new(Attributes { dict }))
            }
            (_, value) => value,
        }))
    }

    fn item(&self, interp: &mut Interp, key: &Value) -> Eval<Option<Value>> {
        let Some(key) = key.as_str() else { return Ok(None) };
        if self.form == Form::Result { self.attr(interp, key) } else { Ok(self.get(key)) }
    }

    fn call_method(&self, interp: &mut Interp, name: &str, args: &Args) -> Eval<Option<Value>> {
        if self.form == Form::Result {
            match (self.part, name) {
                (Part::Node, "to_dict") => {
                    return Ok(self.scene.upgrade().map(|scene| node(&scene, self.of, Form::ResultDict)));
                }
                (Part::Config, "to_dict") => return Ok(Some(self.whole())),
                (Part::Config, "get") => {
                    return args.look_up(name, |key| Ok(key.as_str().and_then(|key| self.set(key))));
                }
                _ => return Ok(None),
            }
        }
        match name {
            "items" | "keys" | "values" | "update" | "pop" | "popitem" | "setdefault" | "copy" | "clear" => {
                interp.call_method(&self.whole(), name, args.clone()).map(Some)
            }
            _ => args.look_up(name, |key| Ok(key.as_str().and_then(|key| self.get(key)))),
        }
    }

    fn items(&self, interp: &mut Interp) -> Eval<Option<Vec<Value>>> {
        if self.form == Form::Result {
            return Err(error(ErrorKind::Python("TypeError"), format!("'{}' object is not iterable", self.class())));
        }
        interp.items_of(&self.whole()).map(Some)
    }

    fn len(&self) -> Option<usize> {
        match (self.form, self.whole()) {
            (Form::Result, _) => None,
            (_, Value::Dict(dict)) => Some(dict.borrow().len()),
            _ => None,
        }
    }

    fn truth(&self) -> bool {
        true
    }

    fn as_dict(&self) -> Option<Value> {
        (self.form != Form::Result).then(|| self.whole())
    }

    fn text(&self, interp: &mut Interp) -> Eval<Str> {
        match self.form {
            Form::Result => interp.str_of(&unknown("results[…].node", "how dbt prints a whole node is not made here")),
            _ => interp.repr_of(&self.whole()).map(Str::plain),
        }
    }

    fn is_mapping(&self) -> bool {
        self.form != Form::Result
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// What the `config` of a node has under a name; none where it has nothing, which a template would see as None.
pub(in crate::render) fn own_setting(config: &Value, name: &str) -> Option<Value> {
    let Value::Object(object) = config else { return None };
    object.as_any().downcast_ref::<NodeValue>().filter(|value| value.part == Part::Config)?.set(name)
}

/// An object of dbt's whose attributes are known: a node's contract, docs, checksum or dependencies, a result's
/// timing.
struct Attributes {
    dict: Rc<RefCell<Dict>>,
}

/// A dict as an object whose attributes are its keys.
pub(in crate::render) fn attributes(dict: Value) -> Value {
    match dict {
        Value::Dict(dict) => Value::Object(Rc::new(Attributes { dict })),
        other => other,
    }
}

impl Object for Attributes {
    fn type_name(&self) -> &str {
        "NodePart"
    }

    fn attr(&self, _interp: &mut Interp, name: &str) -> Eval<Option<Value>> {
        Ok(self.dict.borrow().get_str(name).cloned())
    }

    fn item(&self, interp: &mut Interp, key: &Value) -> Eval<Option<Value>> {
        match key.as_str() {
            Some(key) => self.attr(interp, key),
            None => Ok(None),
        }
    }

    fn call_method(&self, _interp: &mut Interp, name: &str, _args: &Args) -> Eval<Option<Value>> {
        match name {
            "to_dict" => Ok(Some(Value::Dict(Rc::clone(&self.dict)))),
            _ => Ok(None),
        }
    }

    fn text(&self, interp: &mut Interp) -> Eval<Str> {
        interp.str_of(&unknown("results[…].node", "how dbt prints a part of a node is not made here"))
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}
