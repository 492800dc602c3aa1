//! Renders the values of YAML files: the small contexts of facts C1 to C3.

use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use super::adapter;
use super::builtins::env_value;
use super::context::{DBT_VERSION, INVOCATION_ID, datum_of, host_error, value_of};
use crate::datum::Datum;
use crate::jinja::{self, Eval, Host, Interp, Limits, Value};
use crate::project::yaml_jinja::{RenderFault, YamlContext, YamlKind, YamlRenderer};
use crate::source::Text;

/// How many statements and expressions a value may evaluate, and how many more for each byte of it.
const STEPS: u64 = 2_000;
const STEPS_OF_BYTE: u64 = 10;

/// Renders YAML values with the engine.
#[derive(Debug, Default, Clone, Copy)]
pub struct Native;

impl YamlRenderer for Native {
    fn render(&self, text: &Text, context: &YamlContext<'_>) -> Result<Datum, RenderFault> {
        let template = jinja::parse(text).map_err(|fault| RenderFault {
            message: fault.message,
            place: text.place_of(fault.span.start as usize..fault.span.end as usize),
        })?;
        let vars = |name: &str| context.vars.get(name).map(value_of);
        let host = YamlHost {
            env: context.env.clone(),
            target: context.target.map(adapter::target),
            project_name: context.project_name.map(str::to_owned),
            secrets: matches!(context.kind, YamlKind::Profiles | YamlKind::Packages),
            vars: used_vars(&template, vars),
        };
        // There are many of these, and none has more to do than to look something up.
        let steps = STEPS + STEPS_OF_BYTE * text.value.len() as u64;
        let limits = Limits { steps, output: 64 << 10, ..Limits::default() };
        let mut interp = Interp::new(Rc::new(host), limits, Vec::new());
        let value = interp
            .render_native(&Arc::new(template))
            .map_err(|failure| RenderFault { message: failure.message.clone(), place: failure.place })?;
        match datum_of(&mut interp, &value) {
            Ok(mut datum) => {
                datum.place = text.place_of(0..text.value.len()).or(datum.place);
                Ok(datum)
            }
            Err(_) => Err(RenderFault { message: "the value has no form in YAML".to_owned(), place: None }),
        }
    }
}

/// The variables that a template names, looked up beforehand: a host outlives the borrowed project.
fn used_vars(template: &jinja::tree::Template, vars: impl Fn(&str) -> Option<Value>) -> BTreeMap<String, Value> {
    let mut used = BTreeMap::new();
    jinja::walk::exprs(&template.body, &mut |expr| {
        if let jinja::tree::ExprKind::Str(name) = &expr.kind {
            if let Some(value) = vars(&name.value) {
                used.insert(name.value.to_string(), value);
            }
        }
    });
    used
}

struct YamlHost {
    env: BTreeMap<String, String>,
    target: Option<Value>,
    project_name: Option<String>,
    secrets: bool,
    vars: BTreeMap<String, Value>,
}

impl Host for YamlHost {
    fn lookup(&self, _interp: &mut Interp, name: &str) -> Eval<Option<Value>> {
        Ok(Some(match name {
            "target" => match &self.target {
                Some(target) => target.clone(),
                None => return Ok(None),
            },
            "project_name" => match &self.project_name {
                Some(name) => Value::str(name.as_str()),
                None => return Ok(None),
            },
            "dbt_version" => Value::str(DBT_VERSION),
            "invocation_id" => Value::str(INVOCATION_ID),
            "modules" => jinja::modules::modules(),
            "env_var" => {
                let (env, secrets) = (self.env.clone(), self.secrets);
                Value::function("env_var", move |interp, args| {
                    let [name, otherwise] = args.bind("env_var", ["var", "default"], 1)?;
                    let name = interp.str_of(&name.unwrap_or(Value::None))?;
                    env_value(&env, &name.text, otherwise, secrets)
                })
            }
            "var" => {
                let vars = self.vars.clone();
                Value::function("var", move |interp, args| {
                    let [name, otherwise] = args.bind("var", ["var_name", "default"], 1)?;
                    let name = interp.str_of(&name.unwrap_or(Value::None))?;
                    match vars.get(&*name.text).cloned().or(otherwise) {
                        Some(value) => Ok(value),
                        None => {
                            Err(host_error("missing-var", format!("Required var '{}' not found in config", name.text)))
                        }
                    }
                })
            }
            "log" | "print" => Value::function(name, |_, _| Ok(Value::str(""))),
            _ => return Ok(None),
        }))
    }
}
