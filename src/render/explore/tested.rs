//! Renders a data test once, on a database: the query for the rows that it does not want, and the one that dbt asks
//! of these.

use std::rc::Rc;
use std::sync::Arc;

use super::Renderer;
use crate::datum::{Datum, Kind};
use crate::jinja::{self, Args, ErrorKind, Eval, Flow, Host, Interp, JinjaError, Limits, Str, Value};
use crate::manifest::NodeState;
use crate::project::yaml_jinja::has_jinja;
use crate::render::context::{Moment, Scene, Subject, Way, datum_of, value_of};
use crate::render::database::Database;
use crate::render::relation::Relation;
use crate::render::{ephemeral, macros};
use crate::source::Text;

/// A data test as dbt has it in its manifest.
#[derive(Debug, Clone)]
pub struct DataTest {
    /// dbt's unique id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// The file that it stands in, from the package's root.
    pub path: String,
    /// The package that has it.
    pub package: usize,
    /// What it executes.
    pub code: TestCode,
    /// Its settings, and the relation that its failures may be stored in.
    pub state: NodeState,
    /// The nodes that it is on, by their place in the project's nodes.
    pub nodes: Vec<usize>,
    /// The nodes that wait for it in a build.
    pub gates: Vec<usize>,
}

/// What a test executes.
#[derive(Debug, Clone)]
pub enum TestCode {
    /// The code of a node's file: a singular test.
    File(usize),
    /// What a macro gives.
    Call {
        /// The package that the macro is said to be in.
        namespace: Option<String>,
        /// The macro.
        name: String,
        /// Its arguments.
        arguments: Vec<(String, Argument)>,
    },
    /// It is a unit test.
    Unit,
}

/// An argument of a test.
#[derive(Debug, Clone)]
pub enum Argument {
    /// Text that dbt gives on as it is written.
    Plain(String),
    /// What dbt renders first, natively.
    Rendered(Datum),
}

/// A data test as it renders in a rehearsal.
#[derive(Default)]
pub struct RehearsedTest {
    /// The query for the rows that it does not want.
    pub rows: Option<String>,
    /// The query that dbt asks of these rows: how many there are, whether that warns, whether it fails.
    pub verdict: Option<String>,
    /// The relation that keeps the rows, and whether it is a view.
    pub stored: Option<(Relation, bool)>,
    /// Its settings by now.
    pub settings: TestSettings,
    /// Why it fails.
    pub error: Option<JinjaError>,
    /// Why it is not known.
    pub unknown: Vec<String>,
}

/// What a test's settings say of its verdict.
#[derive(Debug)]
pub struct TestSettings {
    /// Whether it may fail, or only warn.
    pub is_error: bool,
    /// The condition to warn.
    pub warn_if: String,
    /// The condition to fail.
    pub error_if: String,
}

impl Default for TestSettings {
    fn default() -> TestSettings {
        TestSettings { is_error: true, warn_if: "!= 0".to_owned(), error_if: "!= 0".to_owned() }
    }
}

impl Renderer {
    /// Renders a data test once, on a database.
    #[must_use]
    pub fn rehearse_test(&self, test: &DataTest, target: usize, database: &Rc<dyn Database>) -> RehearsedTest {
        let mut made = RehearsedTest::default();
        let mut test = test.clone();
        let scene = self.test_scene(&test, target, database);
        let mut interp = Interp::new(Rc::clone(&scene) as Rc<dyn Host>, Limits::default(), Vec::new());
        // dbt renders settings when it reads them, before it makes the test's context.
        match settled(&mut interp, &test) {
            Ok(settings) => test.state.settings = settings,
            Err(flow) => {
                made.error = error_of(flow);
                return made;
            }
        }
        let scene = self.test_scene(&test, target, database);
        let mut interp = Interp::new(Rc::clone(&scene) as Rc<dyn Host>, Limits::default(), Vec::new());
        let rendered = rendered(&scene, &mut interp, &test, &mut made);
        made.unknown.extend(std::mem::take(&mut scene.seen.borrow_mut().unknown));
        if let Err(flow) = rendered {
            made.rows = None;
            made.error = error_of(flow);
        } else if (interp.printed_unknown() || interp.left_questions()) && made.unknown.is_empty() {
            made.unknown.push("it depends on what is not known before the run".to_owned());
        }
        made
    }

    fn test_scene(&self, test: &DataTest, target: usize, database: &Rc<dyn Database>) -> Rc<Scene> {
        let subject = match test.code {
            TestCode::File(node) => Subject::Node(node),
            TestCode::Call { .. } | TestCode::Unit => Subject::Test(test.package),
        };
        Scene::on_way(
            Arc::clone(&self.shared[target]),
            Arc::clone(&self.targets[target]),
            Some(Arc::clone(&self.manifests[target])),
            Arc::clone(&self.lists),
            Moment::Run,
            subject,
            Way { test: Some(Arc::new(test.clone())), ..Way::default() },
            Some(Rc::clone(database)),
        )
    }
}

fn error_of(flow: Flow) -> Option<JinjaError> {
    match flow {
        Flow::Error(error) => Some(*error),
        Flow::Return(_) | Flow::Break | Flow::Continue => None,
    }
}

/// The settings of a test, with what is Jinja in them rendered.
fn settled(interp: &mut Interp, test: &DataTest) -> Eval<crate::manifest::Settings> {
    let mut settings = test.state.settings.clone();
    for (key, value) in test.state.settings.iter() {
        if value.as_str().is_some_and(has_jinja) {
            let rendered = native(interp, value)?;
            settings.replace(key, datum_of(interp, &rendered)?);
        }
    }
    Ok(settings)
}

/// A value of a properties file as dbt renders it for a test.
fn native(interp: &mut Interp, datum: &Datum) -> Eval<Value> {
    Ok(match &datum.kind {
        Kind::List(items) => Value::list(items.iter().map(|item| native(interp, item)).collect::<Eval<Vec<Value>>>()?),
        Kind::Map(entries) => {
            let mut made = Vec::with_capacity(entries.len());
            for (key, value) in entries {
                if let Some(key) = key.as_str() {
                    made.push((key, native(interp, value)?));
                }
            }
            Value::record(made)
        }
        Kind::Str(text) => {
            let called = is_call(text.as_str()).then(|| Text::plain(format!("{{{{ {} }}}}", text.as_str())));
            let text = called.as_ref().unwrap_or(text);
            if !has_jinja(text.as_str()) {
                return Ok(value_of(datum));
            }
            let template = jinja::parse(text)
                .map_err(|fault| Flow::Error(Box::new(JinjaError::new(ErrorKind::Syntax, fault.message))))?;
            interp.render_native(&Arc::new(template)).map_err(Flow::Error)?
        }
        _ => value_of(datum),
    })
}

/// Whether a text is a call that dbt renders without curly brackets around it.
fn is_call(text: &str) -> bool {
    let text = text.trim();
    let name = ["env_var", "ref", "var", "source", "doc"].into_iter().find_map(|name| text.strip_prefix(name));
    name.map(str::trim_start).is_some_and(|rest| rest.starts_with('(') && rest.ends_with(')') && rest.len() > 2)
}

/// Renders the test's own query, then those that are made of it.
fn rendered(scene: &Rc<Scene>, interp: &mut Interp, test: &DataTest, made: &mut RehearsedTest) -> Eval<()> {
    let code = match &test.code {
        TestCode::Unit => {
            made.unknown.push("unit tests are not executed".to_owned());
            return Ok(());
        }
        TestCode::File(node) => {
            let Some(code) = &scene.project().nodes[*node].code else { return Ok(()) };
            let template = jinja::parse(code)
                .map_err(|fault| Flow::Error(Box::new(JinjaError::new(ErrorKind::Syntax, fault.message))))?;
            interp.render(&Arc::new(template), false).map_err(Flow::Error)?
        }
        TestCode::Call { namespace, name, arguments } => {
            let called = macro_of(scene, interp, namespace.as_deref(), name)?;
            if called.is_none() && !macros::is_test(name) {
                made.unknown.push(format!("the macro {name} is not known"));
                return Ok(());
            }
            let mut args = Args::default();
            for (key, argument) in arguments {
                let value = match argument {
                    Argument::Plain(text) => Value::str(text.as_str()),
                    Argument::Rendered(datum) => native(interp, datum)?,
                };
                args.keyword.push((key.as_str().into(), value));
            }
            let text = match called {
                Some(called) => interp.call(&called, args)?,
                None => macros::call(scene, interp, name, &args)?,
            };
            interp.str_of(&text)?
        }
    };
    let Some(code) = ephemeral::injected(scene, &code) else {
        made.unknown.push("an ephemeral model that it reads does not render here".to_owned());
        return Ok(());
    };
    queries(scene, interp, &code, test, made)
}

/// The macro that a test calls.
fn macro_of(scene: &Rc<Scene>, interp: &mut Interp, namespace: Option<&str>, name: &str) -> Eval<Option<Value>> {
    let found = match namespace {
        None => scene.lookup(interp, name)?,
        Some(namespace) => match scene.lookup(interp, namespace)? {
            Some(package) => Some(interp.attribute(&package, name)?),
            None => None,
        },
    };
    Ok(found.filter(|found| !found.is_undefined() && !found.is_none()))
}

/// What dbt's materialization of tests makes of a test's query.
fn queries(scene: &Rc<Scene>, interp: &mut Interp, code: &Str, test: &DataTest, made: &mut RehearsedTest) -> Eval<()> {
    let settings = crate::render::nodes::test_settings(&test.state);
    let get = |interp: &mut Interp, key: &str| match &settings {
        Value::Dict(dict) => {
            let value = dict.borrow().get_str(key).cloned().unwrap_or(Value::None);
            Ok::<_, Flow>((interp.str_of(&value)?.text.to_string(), value))
        }
        _ => Ok((String::new(), Value::None)),
    };
    let (severity, _) = get(interp, "severity")?;
    let (fail_calc, calc) = get(interp, "fail_calc")?;
    let (warn_if, warn) = get(interp, "warn_if")?;
    let (error_if, fails) = get(interp, "error_if")?;
    let (limit, limit_value) = get(interp, "limit")?;
    let code = code.text.trim().trim_end_matches(';').trim_end();
    let rows = if limit_value.is_none() { code.to_owned() } else { format!("{code}\nlimit {limit}") };
    let stores = scene.lookup(interp, "should_store_failures")?;
    let stores = match stores {
        Some(stores) => {
            let stores = interp.call(&stores, Args::default())?;
            interp.truth(&stores)?
        }
        None => false,
    };
    let (stored_as, _) = get(interp, "store_failures_as")?;
    if stores && stored_as != "ephemeral" {
        made.stored = Some((scene.own_relation(), stored_as == "view"));
    }
    // A project may have a form of its own.
    let given = vec![Value::str(rows.as_str()), calc, warn, fails, Value::None];
    let own = scene.dispatched(interp, "get_test_sql", Some("dbt"))?;
    made.verdict = Some(match own {
        Some(own) => {
            let text = interp.call(&own, Args::of(given))?;
            interp.str_of(&text)?.text.to_string()
        }
        None => format!(
            "select {fail_calc} as failures, {fail_calc} {warn_if} as should_warn, {fail_calc} {error_if} as \
             should_error\nfrom (\n{rows}\n) dbt_internal_test"
        ),
    });
    made.rows = Some(rows);
    made.settings = TestSettings { is_error: severity.eq_ignore_ascii_case("error"), warn_if, error_if };
    Ok(())
}
