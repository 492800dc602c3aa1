//! `adapter.config`: the project's settings and the target's credentials, as far as templates read them.

use std::any::Any;
use std::rc::Rc;

use crate::jinja::{Eval, Interp, Object, Str, Unknown, Value};
use crate::render::context::{Scene, unknown};

/// `adapter.config`
pub(super) struct ProjectConfig(pub(super) Rc<Scene>);

/// What dbt's project has besides what is given here.
const OTHERS: &[&str] = &[
    "args",
    "cli_vars",
    "dependencies",
    "dispatch",
    "load_dependencies",
    "models",
    "packages",
    "project_env_vars",
    "project_root",
    "project_target_path",
    "query_comment",
    "seeds",
    "snapshots",
    "sources",
    "vars",
    "version",
];

impl Object for ProjectConfig {
    fn type_name(&self) -> &str {
        "RuntimeConfig"
    }

    fn module(&self) -> &str {
        "dbt.config.runtime"
    }

    fn attr(&self, _interp: &mut Interp, name: &str) -> Eval<Option<Value>> {
        let scene = &self.0;
        let target = &scene.target;
        Ok(Some(match name {
            "project_name" => Value::str(scene.project().root().name.as_str()),
            "profile_name" => Value::str(target.profile.as_str()),
            "target_name" => Value::str(target.name.as_str()),
            "threads" => Value::Int(target.threads),
            "quoting" => {
                let quote = scene.printing().quote;
                Value::record([
                    ("database", Value::Bool(quote.database)),
                    ("schema", Value::Bool(quote.schema)),
                    ("identifier", Value::Bool(quote.identifier)),
                ])
            }
            "credentials" => super::target(target),
            _ if OTHERS.contains(&name) => {
                unknown(format!("adapter.config.{name}"), "hookproof does not model this part of the project")
            }
            _ => return Ok(None),
        }))
    }

    fn text(&self, interp: &mut Interp) -> Eval<Str> {
        Ok(Str::plain(interp.placeholder(&Unknown::new("adapter.config", "it prints the whole project"))))
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}
