//! `api.Relation`: the class of an adapter's relations, behind the project's quoting.

use std::any::Any;
use std::rc::Rc;

use super::class::Class;
use super::{Parts, Printing, create, methods};
use crate::jinja::{Args, Eval, Interp, Object, Str, Unknown, Value, value_error};
use crate::render::arguments::Signature;
use crate::render::context::unknown;

/// `api.Relation`, and `adapter.Relation`.
pub(in crate::render) struct RelationClass(pub(in crate::render) Printing);

/// A constant of the class: a type, or the enumeration of them.
pub(super) fn constant(class: &'static Class, name: &str) -> Option<Value> {
    const BASE: [&str; 7] = ["Table", "View", "CTE", "MaterializedView", "External", "PointerTable", "Function"];
    const OWN: [&str; 3] = ["DynamicTable", "InteractiveTable", "StreamingTable"];
    if name == "get_relation_type" {
        // ClickHouse has an enumeration of its own, and still gives that of all.
        let of = if class.name == "ClickHouseRelation" { super::class("") } else { class };
        return Some(Value::Object(Rc::new(Enumeration(of))));
    }
    if BASE.contains(&name) {
        let snake = match name {
            "MaterializedView" => "materialized_view".to_owned(),
            "PointerTable" => "pointer_table".to_owned(),
            other => other.to_lowercase(),
        };
        return Some(Value::str(snake));
    }
    let own = class.types.iter().find(|(known, _)| *known == name && OWN.contains(known));
    own.map(|(_, value)| Value::str(*value))
}

/// A method of the class itself; none where there is none.
pub(super) fn class_method(interp: &mut Interp, printing: Printing, name: &str, args: &Args) -> Eval<Option<Value>> {
    let class = printing.class;
    Ok(Some(match name {
        "create" => create(interp, printing, args)?.value(),
        "add_ephemeral_prefix" => {
            let bound = Signature::function("BaseRelation.add_ephemeral_prefix", &["name"], 1).bind(args)?;
            let name = interp.str_of(&bound.into_iter().next().flatten().unwrap_or(Value::None))?;
            Value::str(format!("__dbt__cte__{}", name.text))
        }
        "scd_args" => {
            let bound = Signature::method("BaseRelation.scd_args", &["primary_key", "updated_at"], 2).bind(args)?;
            let mut items = match bound.first().cloned().flatten() {
                Some(Value::List(keys)) => keys.borrow().clone(),
                other => vec![other.unwrap_or(Value::None)],
            };
            items.push(bound.get(1).cloned().flatten().unwrap_or(Value::None));
            Value::list(items)
        }
        "get_default_quote_policy" => {
            let name = match class.name {
                "SparkRelation" => "SparkQuotePolicy",
                "DatabricksRelation" => "DatabricksQuotePolicy",
                "ClickHouseRelation" => "ClickHouseQuotePolicy",
                _ => class.quote_class,
            };
            class.quote.policy(name)
        }
        "get_default_include_policy" => class.include.policy(class.include_class),
        "get_relation_type" => match constant(class, name) {
            Some(enumeration) => interp.call(&enumeration, args.clone())?,
            None => return Ok(None),
        },
        "create_from"
        | "create_ephemeral_from"
        | "create_from_source"
        | "from_config"
        | "get_function_config"
        | "get_function_macro_name"
        | "materialized_view_config_changeset"
        | "from_dict"
        | "validate" => unknown(format!("api.Relation.{name}(…)"), "hookproof does not model this method of relations"),
        "get_on_cluster" if class.name == "ClickHouseRelation" => {
            unknown("api.Relation.get_on_cluster(…)", "hookproof does not model this method of relations")
        }
        _ => return Ok(None),
    }))
}

impl Object for RelationClass {
    fn type_name(&self) -> &str {
        "RelationProxy"
    }

    fn module(&self) -> &str {
        "dbt.context.providers"
    }

    fn attr(&self, _interp: &mut Interp, name: &str) -> Eval<Option<Value>> {
        Ok(constant(self.0.class, name))
    }

    fn call_method(&self, interp: &mut Interp, name: &str, args: &Args) -> Eval<Option<Value>> {
        if name != "create" {
            return class_method(interp, self.0, name, args);
        }
        // The project's quoting stands unless the call says otherwise.
        let mut args = args.clone();
        let given = args.keyword.iter().position(|(name, _)| &**name == "quote_policy");
        let own: Parts = match given {
            Some(at) => {
                let (_, policy) = args.keyword.remove(at);
                methods::policy(interp, &policy, self.0.quote)?
            }
            None => self.0.quote,
        };
        create(interp, Printing { quote: own, ..self.0 }, &args).map(|made| Some(made.value()))
    }

    fn text(&self, interp: &mut Interp) -> Eval<Str> {
        Ok(Str::plain(interp.placeholder(&Unknown::new("api.Relation", "it prints its address"))))
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// The enumeration of the types of relations.
struct Enumeration(&'static Class);

impl Object for Enumeration {
    fn type_name(&self) -> &str {
        "EnumType"
    }

    fn module(&self) -> &str {
        "enum"
    }

    fn attr(&self, _interp: &mut Interp, name: &str) -> Eval<Option<Value>> {
        Ok(self.0.types.iter().find(|(known, _)| *known == name).map(|(_, value)| Value::str(*value)))
    }

    fn call(&self, interp: &mut Interp, args: Args) -> Eval<Option<Value>> {
        let given = args.positional.first().cloned().unwrap_or(Value::None);
        if let Value::Unknown(_) = given {
            return Ok(Some(given));
        }
        match given.as_str().filter(|name| self.0.types.iter().any(|(_, value)| value == name)) {
            Some(_) => Ok(Some(given)),
            None => {
                let shown = interp.repr_of(&given)?;
                Err(value_error(format!("{shown} is not a valid {}", self.0.enumeration)))
            }
        }
    }

    fn items(&self, _interp: &mut Interp) -> Eval<Option<Vec<Value>>> {
        Ok(Some(self.0.types.iter().map(|(_, value)| Value::str(*value)).collect()))
    }

    fn is_callable(&self) -> bool {
        true
    }

    fn text(&self, _interp: &mut Interp) -> Eval<Str> {
        Ok(Str::plain(format!("<enum '{}'>", self.0.enumeration)))
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}
