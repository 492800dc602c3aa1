//! `config`: the settings of the node that is rendered (facts 3.2).

use std::any::Any;
use std::rc::Rc;

use crate::jinja::{Args, Eval, Interp, Object, Str, Unknown, Value};
use crate::render::arguments::Signature;
use crate::render::context::{ConfigArgument, Moment, Scene, Subject, host_error};
use crate::render::nodes;
use crate::render::relation::Record;

/// An object of dbt's, made of the dict of it.
fn record(class: &'static str, fields: &[&'static str], value: &Value) -> Value {
    let Value::Dict(dict) = value else { return value.clone() };
    let dict = dict.borrow();
    let get = |name: &str| {
        dict.get_str(name).cloned().unwrap_or(match name {
            "alias_types" | "transaction" => Value::Bool(true),
            _ => Value::None,
        })
    };
    Record::of(class, fields.iter().map(|name| (*name, get(name))).collect())
}

/// The code of the error that one call gives a hook in both spellings.
pub(crate) const BOTH_SPELLINGS: &str = "both-spellings";

/// `config`
pub(in crate::render) struct Config(pub(in crate::render) Rc<Scene>);

impl Config {
    /// Notes what a `config()` call in a node's file or an on-run hook sets.
    fn note(&self, interp: &mut Interp, args: Args) -> Eval<()> {
        let mut given: Vec<(String, Value)> = Vec::new();
        for value in &args.positional {
            match value {
                Value::Dict(dict) => {
                    for (key, value) in dict.borrow().iter() {
                        given.push((key.as_str().unwrap_or_default().to_owned(), value.clone()));
                    }
                }
                Value::Unknown(_) => {}
                _ => return Err(host_error("config", "Invalid inline model config")),
            }
        }
        given.extend(args.keyword.into_iter().map(|(name, value)| (name.to_string(), value)));
        let has = |key: &str| given.iter().any(|(known, _)| known == key);
        for (old, new) in [("pre_hook", "pre-hook"), ("post_hook", "post-hook")] {
            if self.0.moment == Moment::Parse && has(old) && has(new) {
                let message = format!("Invalid config, has conflicting keys \"{old}\" and \"{new}\"");
                return Err(host_error(BOTH_SPELLINGS, message));
            }
        }
        if matches!(self.0.subject, Subject::NodeHook(..)) {
            return Ok(());
        }
        let sites = std::mem::take(&mut interp.argument_sites);
        let call = interp.site;
        let mut seen = self.0.seen.borrow_mut();
        for (name, value) in given {
            let site = sites.iter().find(|site| site.name == name);
            seen.config.push(ConfigArgument {
                key: site.and_then(|site| site.key).or(call),
                place: site.and_then(|site| site.value).or(call),
                name,
                value,
            });
        }
        Ok(())
    }

    /// The settings, with dbt's defaults.
    fn settings(&self, interp: &mut Interp) -> Eval<Value> {
        if let Some(test) = &self.0.way.test {
            return Ok(nodes::test_settings(&test.state));
        }
        match nodes::current(&self.0) {
            Some(node) => interp.attribute(&node, "config"),
            None => Ok(Value::record([])),
        }
    }

    fn found(&self, interp: &mut Interp, name: &str, meta: bool) -> Eval<Option<Value>> {
        // The object that dbt reads has the hooks under their names with an underscore.
        if !meta && matches!(name, "pre-hook" | "post-hook") {
            return Ok(None);
        }
        let mut settings = self.settings(interp)?;
        if meta {
            settings = interp.attribute(&settings, "meta")?;
        }
        let found = match &settings {
            Value::Dict(dict) => dict.borrow().get_str(name).cloned(),
            Value::Object(_) => nodes::own_setting(&settings, name),
            _ => None,
        };
        Ok(match (name, found) {
            ("contract", Some(value)) if !meta => Some(record("ContractConfig", &["enforced", "alias_types"], &value)),
            ("docs", Some(value)) if !meta => Some(record("Docs", &["show", "node_color"], &value)),
            ("pre_hook" | "post_hook", Some(Value::List(hooks))) if !meta => {
                let hooks = hooks.borrow();
                let shown = hooks.iter().map(|hook| record("Hook", &["sql", "transaction", "index"], hook));
                Some(Value::list(shown.collect()))
            }
            (_, found) => found,
        })
    }

    fn persists(&self, interp: &mut Interp, what: &str) -> Eval<Value> {
        match self.found(interp, "persist_docs", false)? {
            Some(Value::Dict(docs)) => Ok(docs.borrow().get_str(what).cloned().unwrap_or(Value::Bool(false))),
            Some(other @ Value::Unknown(_)) => Ok(other),
            Some(other) => Err(host_error(
                "config",
                format!(
                    "Invalid value provided for 'persist_docs'. Expected dict but received <class '{}'>",
                    other.type_name()
                ),
            )),
            None => Ok(Value::Bool(false)),
        }
    }
}

impl Object for Config {
    fn type_name(&self) -> &str {
        if self.0.moment == Moment::Parse { "ParseConfigObject" } else { "RuntimeConfigObject" }
    }

    fn module(&self) -> &str {
        "dbt.context.providers"
    }

    fn call(&self, interp: &mut Interp, args: Args) -> Eval<Option<Value>> {
        self.note(interp, args)?;
        Ok(Some(Value::str("")))
    }

    fn attr(&self, _interp: &mut Interp, name: &str) -> Eval<Option<Value>> {
        Ok(match name {
            "model" => nodes::current(&self.0),
            "get"
            | "require"
            | "meta_get"
            | "meta_require"
            | "set"
            | "persist_relation_docs"
            | "persist_column_docs" => {
                let me: Value = Value::Object(Rc::new(Config(Rc::clone(&self.0))));
                Some(Value::Method(Rc::new((me, name.into()))))
            }
            _ => None,
        })
    }

    fn call_method(&self, interp: &mut Interp, name: &str, args: &Args) -> Eval<Option<Value>> {
        let parse = self.0.moment == Moment::Parse;
        let function = format!("{}.{name}", self.type_name());
        Ok(Some(match name {
            "get" | "meta_get" | "require" | "meta_require" => {
                let params: &[&str] =
                    if name.ends_with("get") { &["name", "default", "validator"] } else { &["name", "validator"] };
                let bound = Signature::method(&function, params, 1).bind(args)?;
                if parse {
                    return Ok(Some(Value::str("")));
                }
                let key = interp.str_of(&bound[0].clone().unwrap_or(Value::None))?;
                let otherwise = if name.ends_with("get") { bound[1].clone() } else { None };
                let validator = bound.last().cloned().flatten().filter(|validator| !validator.is_none());
                let value = self.found(interp, &key.text, name.starts_with("meta"))?;
                let value = match (value, name.ends_with("get")) {
                    (Some(value), _) => value,
                    (None, true) => otherwise.clone().unwrap_or(Value::None),
                    (None, false) => {
                        let node = nodes::current(&self.0).unwrap_or(Value::None);
                        let id = interp.attribute(&node, "unique_id")?;
                        let id = interp.str_of(&id)?;
                        return Err(host_error(
                            "config",
                            format!("Model '{}' does not define a required config parameter '{}'.", id.text, key.text),
                        ));
                    }
                };
                let checks = name.ends_with("require") || otherwise.is_some_and(|otherwise| !otherwise.is_none());
                if let Some(validator) = validator.filter(|_| checks) {
                    interp.call(&validator, Args::of(vec![value.clone()]))?;
                }
                value
            }
            "set" => {
                let bound = Signature::method(&function, &["name", "value"], 2).bind(args)?;
                if let (Subject::Node(_) | Subject::OnRun(..), Some(Some(Value::Str(key))), Some(Some(value))) =
                    (self.0.subject, bound.first(), bound.get(1))
                {
                    let given = Args { positional: Vec::new(), keyword: vec![(key.text.clone(), value.clone())] };
                    self.note(interp, given)?;
                }
                Value::str("")
            }
            "persist_relation_docs" | "persist_column_docs" if parse => Value::Bool(false),
            "persist_relation_docs" => self.persists(interp, "relation")?,
            "persist_column_docs" => self.persists(interp, "columns")?,
            _ => return Ok(None),
        }))
    }

    fn is_callable(&self) -> bool {
        true
    }

    fn text(&self, interp: &mut Interp) -> Eval<Str> {
        Ok(Str::plain(interp.placeholder(&Unknown::new("config", "it prints its address"))))
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}
