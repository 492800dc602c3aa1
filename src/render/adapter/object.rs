//! `adapter`: what each of its methods gives, in both passes.

use std::any::Any;
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::LazyLock;

use super::{execute, given, pure, short};
use crate::jinja::{Args, Eval, Interp, Object, Str, Unknown, Value};
use crate::project::AdapterFrom;
use crate::render::arguments::Signature;
use crate::render::context::{Scene, host_error, unknown};
use crate::render::database::Found;
use crate::render::relation::{self, Relation};
use crate::render::table::Table;
use crate::render::{builtins, column};

/// `adapter`
pub(in crate::render) struct Adapter(pub(in crate::render) Rc<Scene>);

const WAREHOUSE: &str = "what the warehouse holds is not known before the run";

/// What a method gives in the parse pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Parsed {
    /// What it gives in the run pass.
    Run,
    None,
    List,
    False,
    True,
    Zero,
    Dict,
    Text,
    Pair,
    /// An empty response and an empty table.
    Result,
}

impl Parsed {
    fn value(self) -> Option<Value> {
        Some(match self {
            Parsed::Run => return None,
            Parsed::None => Value::None,
            Parsed::List => Value::list(Vec::new()),
            Parsed::False => Value::Bool(false),
            Parsed::True => Value::Bool(true),
            Parsed::Zero => Value::Int(0),
            Parsed::Dict => Value::record([]),
            Parsed::Text => Value::str(""),
            Parsed::Pair => Value::tuple(vec![Value::None, Value::None]),
            Parsed::Result => Value::tuple(vec![Value::str(""), Table::default().value()]),
        })
    }
}

static METHODS: LazyLock<HashMap<&str, HashMap<&str, Parsed>>> = LazyLock::new(|| {
    let lines = include_str!("methods.txt").lines().filter(|line| !line.starts_with('#'));
    lines
        .filter_map(|line| line.split_once(": "))
        .map(|(adapter, methods)| {
            let methods = methods.split(' ').filter_map(|method| method.split_once('='));
            let parsed = methods.map(|(name, parsed)| {
                let parsed = match parsed {
                    "none" => Parsed::None,
                    "list" => Parsed::List,
                    "false" => Parsed::False,
                    "true" => Parsed::True,
                    "zero" => Parsed::Zero,
                    "dict" => Parsed::Dict,
                    "text" => Parsed::Text,
                    "pair" => Parsed::Pair,
                    "result" => Parsed::Result,
                    _ => Parsed::Run,
                };
                (name, parsed)
            });
            (adapter, parsed.collect())
        })
        .collect()
});

/// Whether the methods of an adapter are known.
pub(in crate::render) fn is_known(adapter: &str) -> bool {
    METHODS.contains_key(adapter)
}

/// The methods of every adapter, sorted.
pub(in crate::render) fn method_names() -> Vec<&'static str> {
    let mut names: Vec<&str> = METHODS.values().flat_map(|methods| methods.keys().copied()).collect();
    names.extend(["dispatch", "type", "commit", "Relation", "config"]);
    names.sort_unstable();
    names.dedup();
    names
}

/// What a method gives in the parse pass; none where the adapter has no such method. An adapter that is not
/// known may have any.
fn method(adapter: &str, name: &str) -> Option<Parsed> {
    let of = |adapter: &str| METHODS.get(adapter).and_then(|methods| methods.get(name)).copied();
    of("all").or_else(|| of(adapter)).or_else(|| {
        let known = METHODS.contains_key(adapter);
        (!known).then(|| METHODS.values().find_map(|methods| methods.get(name)).copied().unwrap_or(Parsed::None))
    })
}

impl Adapter {
    fn shown(&self, interp: &mut Interp, name: &str, args: &Args) -> Eval<String> {
        let mut parts = Vec::new();
        for value in &args.positional {
            parts.push(match Relation::of(value) {
                Some(relation) => relation.render(),
                None => interp.repr_of(value)?,
            });
        }
        for (name, value) in &args.keyword {
            parts.push(format!("{name}={}", interp.repr_of(value)?));
        }
        Ok(format!("adapter.{name}({})", parts.join(", ")))
    }

    fn execute(&self, interp: &mut Interp, args: &Args) -> Eval<Value> {
        let params = ["sql", "auto_begin", "fetch", "limit"];
        let bound = Signature::method("BaseAdapter.execute", &params, 1).bind(args)?;
        let sql = interp.str_of(&bound[0].clone().unwrap_or(Value::None))?;
        let fetch = match &bound[2] {
            Some(fetch) => interp.truth(fetch)?,
            None => false,
        };
        let rows = execute(&self.0, interp, &sql, "adapter.execute")?;
        let label = format!("adapter.execute({})", short(&sql.text));
        let table = if fetch { given(rows, &label, &sql.text).1 } else { Table::default().value() };
        Ok(Value::tuple(vec![unknown(format!("{label}[0]"), super::QUERY), table]))
    }

    fn dispatch(&self, interp: &mut Interp, args: &Args) -> Eval<Value> {
        let scene = &self.0;
        let params = ["macro_name", "macro_namespace", "packages"];
        let bound = Signature::method("BaseDatabaseWrapper.dispatch", &params, 1).bind(args)?;
        let [macro_name, namespace, packages] = [0, 1, 2].map(|n| bound[n].clone().unwrap_or(Value::None));
        let macro_name = interp.str_of(&macro_name)?.text.to_string();
        if let Some((package, name)) = macro_name.split_once('.') {
            return Err(host_error(
                "dispatch",
                format!(
                    "In adapter.dispatch, got a macro name of \"{macro_name}\", but \".\" is not a valid macro name component. Did you mean `adapter.dispatch(\"{name}\", macro_namespace=\"{package}\")`?"
                ),
            ));
        }
        if !packages.is_none() {
            return Err(host_error("dispatch", pure::packages_argument(&macro_name)));
        }
        let namespace = match &namespace {
            Value::None => None,
            Value::Str(name) => Some(name.text.to_string()),
            Value::Unknown(_) => {
                return Ok(unknown(format!("adapter.dispatch('{macro_name}', …)"), "its name space is not known"));
            }
            other => {
                let shown = interp.str_of(other)?;
                return Err(host_error(
                    "dispatch",
                    format!(
                        "In adapter.dispatch, got a <class '{}'> macro_namespace argument (\"{}\"), but macro_namespace should be None or a string.",
                        other.type_name(),
                        shown.text
                    ),
                ));
            }
        };
        if let Some(found) = scene.dispatched(interp, &macro_name, namespace.as_deref())? {
            return Ok(found);
        }
        let internal = scene.dispatched_internal(&macro_name);
        if let Some(found) = internal.or_else(|| scene.shipped(&macro_name)) {
            return Ok(found);
        }
        if let Some(listed) = namespace.as_ref().and_then(|name| scene.shared.missing.get(name)) {
            let cause = format!("package {listed} is listed but not installed");
            scene.not_known(&cause);
            return Ok(unknown(&*macro_name, &cause));
        }
        if let Some(cause) = self.other_adapter(&macro_name) {
            scene.not_known(&cause);
            return Ok(unknown(&*macro_name, &cause));
        }
        Err(host_error("dispatch", self.not_dispatched(&macro_name, namespace.as_deref())))
    }

    /// Why what is not found may be there on the adapter that dbt will run with, where no profile names one.
    fn other_adapter(&self, name: &str) -> Option<String> {
        let project = self.0.project();
        let has_it = |one: &crate::project::Macro| one.name.strip_suffix(name).is_some_and(|rest| rest.ends_with("__"));
        let is_open = match &project.adapter_from {
            AdapterFrom::Profile | AdapterFrom::Option => false,
            AdapterFrom::Guess(_) => project.macros.iter().any(has_it),
            AdapterFrom::None => true,
        };
        is_open.then(|| format!("which `{name}` is called depends on the adapter: name it with --adapter"))
    }

    fn not_dispatched(&self, name: &str, namespace: Option<&str>) -> String {
        let scene = &self.0;
        let mut prefixes = vec![scene.adapter()];
        prefixes.extend(super::parents(scene.adapter()));
        prefixes.push("default");
        let root = scene.project().root().name.as_str();
        let packages: Vec<Option<&str>> = match namespace {
            Some(namespace) if namespace == "dbt" || scene.shared.library.package(namespace).is_some() => {
                vec![Some(root), Some(namespace)]
            }
            _ => vec![None],
        };
        let mut attempts = Vec::new();
        for package in packages {
            for prefix in &prefixes {
                attempts.push(match package {
                    Some(package) => format!("'{package}.{prefix}__{name}'"),
                    None => format!("'{prefix}__{name}'"),
                });
            }
        }
        format!(
            "In dispatch: No macro named '{name}' found within namespace: '{}'\n    Searched for: {}",
            namespace.unwrap_or("None"),
            attempts.join(", ")
        )
    }

    fn get_relation(&self, interp: &mut Interp, args: &Args) -> Eval<Value> {
        let params = ["database", "schema", "identifier"];
        let named = Args {
            positional: args.positional.clone(),
            keyword: args.keyword.iter().filter(|(name, _)| &**name != "needs_information").cloned().collect(),
        };
        let bound = Signature::method("BaseAdapter.get_relation", &params, 3).bind(&named)?;
        let mut parts = Vec::with_capacity(3);
        for part in bound {
            let part = part.unwrap_or(Value::None);
            parts.push(if part.is_none() { None } else { Some(interp.str_of(&part)?.text.to_string()) });
        }
        let mut parts = parts.into_iter();
        let mut part = || parts.next().flatten();
        found_relation(&self.0, interp, part(), part(), part())
    }

    /// The columns of a relation, where there is a database that knows them.
    fn columns(&self, args: &Args) -> Option<Value> {
        let relation = Relation::of(args.get(0, "relation")?)?;
        let columns = self.0.database.as_ref()?.columns(relation)?;
        let made = columns.into_iter().map(|(name, of)| column::made(self.0.adapter(), name, of));
        Some(Value::list(made.collect()))
    }

    /// Methods that run one of dbt's macros.
    fn through_macro(&self, interp: &mut Interp, name: &str, args: &Args) -> Eval<Value> {
        let params: &[&str] = if name == "rename_relation" { &["from_relation", "to_relation"] } else { &["relation"] };
        let function = format!("SQLAdapter.{name}");
        let bound = Signature::method(&function, params, params.len()).bind(args)?;
        let mut given: Vec<Value> = bound.into_iter().map(|value| value.unwrap_or(Value::None)).collect();
        let adapter = self.0.adapter();
        if name == "truncate_relation" && adapter == "bigquery" {
            return Err(host_error("adapter", "ERROR: `truncate` is not implemented for this adapter!"));
        }
        if let Value::None = given[0] {
            if name == "drop_relation" {
                let attribute = if adapter == "bigquery" { "database" } else { "type" };
                return Err(crate::jinja::python_error(
                    "AttributeError",
                    format!("'NoneType' object has no attribute '{attribute}'"),
                ));
            }
        }
        if let Some(relation) = Relation::of(&given[0]) {
            let open = relation.is_open();
            if name == "drop_relation" && relation.kind.is_none() && !open && !matches!(adapter, "bigquery" | "athena")
            {
                return Err(host_error(
                    "adapter",
                    format!("Tried to drop relation {}, but its type is null.", relation.render()),
                ));
            }
        }
        if matches!(name, "create_schema" | "drop_schema") {
            given[0] = match &given[0] {
                Value::Unknown(_) => given[0].clone(),
                relation => interp.call_method(relation, "without_identifier", Args::default())?,
            };
        }
        if adapter == "bigquery" && matches!(name, "drop_relation" | "rename_relation") {
            let call = self.shown(interp, name, args)?;
            self.0.not_known(&format!("{call} is done by dbt's adapter without a statement"));
            return Ok(Value::None);
        }
        let relations: Vec<Relation> = given.iter().filter_map(|value| Relation::of(value).cloned()).collect();
        builtins::call(&self.0, interp, name, &Args::of(given))?;
        if let Some(database) = &self.0.database {
            match (name, relations.as_slice()) {
                ("drop_relation", [relation]) => database.dropped(relation),
                ("drop_schema", [relation]) => database.schema_dropped(relation),
                ("rename_relation", [from, to]) => database.renamed(from, to),
                _ => {}
            }
        }
        Ok(Value::None)
    }

    /// Methods that ask the warehouse, or do something there.
    fn asking(&self, interp: &mut Interp, name: &str, args: &Args) -> Eval<Value> {
        let scene = &self.0;
        Ok(match name {
            "get_relation" => self.get_relation(interp, args)?,
            "execute" => self.execute(interp, args)?,
            "get_columns_in_relation" => match self.columns(args) {
                Some(columns) => columns,
                None => unknown(self.shown(interp, name, args)?, WAREHOUSE),
            },
            "check_schema_exists" => {
                let question = self.shown(interp, name, args)?;
                Value::Bool(interp.ask_bool(question, true)?)
            }
            "add_query" if scene.adapter() == "bigquery" => {
                return Err(host_error("adapter", "ERROR: `add_query` is not implemented for this adapter!"));
            }
            "add_query" | "run_sql_for_tests" | "get_column_schema_from_query" => {
                let sql = args.get(0, "sql").cloned().unwrap_or(Value::None);
                let sql = interp.str_of(&sql)?;
                let by = match name {
                    "add_query" => "adapter.add_query",
                    "run_sql_for_tests" => "adapter.run_sql_for_tests",
                    _ => "adapter.get_column_schema_from_query",
                };
                execute(scene, interp, &sql, by)?;
                unknown(format!("adapter.{name}({})", short(&sql.text)), super::QUERY)
            }
            "create_schema" | "drop_relation" | "drop_schema" | "rename_relation" | "truncate_relation" => {
                self.through_macro(interp, name, args)?
            }
            "expand_target_column_types" | "valid_snapshot_target" | "assert_valid_snapshot_target_given_strategy" => {
                let call = self.shown(interp, name, args)?;
                scene.not_known(&format!("{call} looks at the warehouse"));
                Value::None
            }
            _ => unknown(self.shown(interp, name, args)?, WAREHOUSE),
        })
    }
}

/// The relation that the warehouse holds under a name, as dbt's cache gives it; `None` where it holds none.
pub(in crate::render) fn found_relation(
    scene: &Rc<Scene>,
    interp: &mut Interp,
    database: Option<String>,
    schema: Option<String>,
    identifier: Option<String>,
) -> Eval<Value> {
    if let Some(of) = &scene.database {
        match of.find(database.as_deref(), schema.as_deref(), identifier.as_deref()) {
            Found::Absent => return Ok(Value::None),
            Found::Relation(kind) => {
                let mut found = Relation::new(scene.printing(), database, schema, identifier);
                found.as_listed(scene.adapter(), scene.printing().quote);
                found.kind = Some(kind.to_owned());
                return Ok(found.value());
            }
            Found::Unknown => {}
        }
    }
    let mut found = Relation::new(scene.printing(), database, schema, identifier);
    if !interp.ask_bool(format!("{} exists", found.render()), false)? {
        return Ok(Value::None);
    }
    found.as_listed(scene.adapter(), scene.printing().quote);
    // What the project builds there has the type that the project gives it.
    let (schema, identifier) = (found.schema.clone(), found.identifier.clone());
    let node = scene.manifest.as_ref().and_then(|manifest| manifest.node_of(&schema?, &identifier?));
    let kind = node.and_then(|node| match node.materialized.as_str() {
        "view" => Some("view"),
        "table" | "incremental" | "seed" | "snapshot" => Some("table"),
        "materialized_view" => Some("materialized_view"),
        "dynamic_table" => Some("dynamic_table"),
        _ => None,
    });
    match kind {
        Some(kind) => found.kind = Some(kind.to_owned()),
        None => found.open(),
    }
    Ok(found.value())
}

impl Object for Adapter {
    fn type_name(&self) -> &str {
        if self.0.executes() { "RuntimeDatabaseWrapper" } else { "ParseDatabaseWrapper" }
    }

    fn module(&self) -> &str {
        "dbt.context.providers"
    }

    fn attr(&self, _interp: &mut Interp, name: &str) -> Eval<Option<Value>> {
        Ok(match name {
            "Relation" => Some(Value::Object(Rc::new(relation::api::RelationClass(self.0.printing())))),
            "config" => Some(Value::Object(Rc::new(super::project::ProjectConfig(Rc::clone(&self.0))))),
            "behavior" => Some(unknown("adapter.behavior", "which behaviours of the adapter are switched on")),
            "dispatch" | "type" | "commit" => Some(self.bound(name)),
            _ if method(self.0.adapter(), name).is_some() => Some(self.bound(name)),
            _ => None,
        })
    }

    fn call_method(&self, interp: &mut Interp, name: &str, args: &Args) -> Eval<Option<Value>> {
        let scene = &self.0;
        match name {
            "dispatch" => return self.dispatch(interp, args).map(Some),
            "type" => return Ok(Some(Value::str(scene.adapter()))),
            "commit" => return Ok(Some(Value::None)),
            "Relation" | "config" | "behavior" => return Ok(None),
            _ => {}
        }
        let Some(parsed) = method(scene.adapter(), name) else { return Ok(None) };
        if !scene.executes() {
            if let Some(value) = parsed.value() {
                return Ok(Some(value));
            }
        }
        if let Some(value) = pure::call(scene, interp, name, args)? {
            return Ok(Some(value));
        }
        self.asking(interp, name, args).map(Some)
    }

    fn text(&self, interp: &mut Interp) -> Eval<Str> {
        Ok(Str::plain(interp.placeholder(&Unknown::new("adapter", "it prints its address"))))
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

impl Adapter {
    fn bound(&self, name: &str) -> Value {
        Value::Method(Rc::new((Value::Object(Rc::new(Adapter(Rc::clone(&self.0)))), name.into())))
    }
}

/// `api`
pub(in crate::render) struct Api(pub(in crate::render) Rc<Scene>);

impl Object for Api {
    fn type_name(&self) -> &str {
        "dict"
    }

    fn attr(&self, _interp: &mut Interp, name: &str) -> Eval<Option<Value>> {
        Ok(match name {
            "Relation" => Some(Value::Object(Rc::new(relation::api::RelationClass(self.0.printing())))),
            "Column" => Some(column::class(self.0.adapter())),
            _ => None,
        })
    }

    fn is_mapping(&self) -> bool {
        true
    }

    fn text(&self, interp: &mut Interp) -> Eval<Str> {
        Ok(Str::plain(interp.placeholder(&Unknown::new("api", "it prints addresses"))))
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}
