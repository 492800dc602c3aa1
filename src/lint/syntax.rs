//! The syntax trees that hooks are made of, each once: every distinct hook text, every macro that a hook
//! reaches, and the files of nodes whose `config()` declares hooks.
//!
//! `findings.syntax()` gives them, made on first use. A rule goes through [`Syntax::parts`], calls
//! [`Part::walk`], gets every statement and expression with what is around it (conditions, loops, the argument
//! of a call that it stands in), and reports with [`Part::finding`], which knows the place, the hooks that get there
//! and the calls on the way:
//!
//! ```text
//! for part in findings.syntax().parts() {
//!     part.walk(&mut |seen, around| {
//!         if let Seen::Expr(expr) = seen && around.in_loop() { sink.add(part.finding(findings, expr.span, "…")) }
//!     });
//! }
//! ```
//!
//! What is reached is judged by names alone, in every branch: a rule that needs values looks at the renderings.

use std::collections::{BTreeSet, HashMap, HashSet, VecDeque};
use std::sync::Arc;

use super::{Finding, Findings};
use crate::hook::{Declared, Hook};
use crate::jinja::tree::{Arg, Expr, ExprKind, Macro, Span, Stmt, Template};
use crate::jinja::walk;
use crate::project::Project;
use crate::render::adapter;
use crate::render::library::Library;
use crate::source::{Call, Place};

/// The trees.
#[derive(Debug, Default)]
pub(crate) struct Syntax {
    parts: Vec<Part>,
}

/// Whose text a tree is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Owner {
    /// A hook's: of all hooks with that text at that place.
    Hook,
    /// A macro's, by its place in the project's macros. The tree has the one statement that declares it.
    Macro(usize),
    /// A node's file, by its place in the project's nodes. Only what stands in `config()` has to do with hooks.
    File(usize),
}

/// A tree.
#[derive(Debug)]
pub(crate) struct Part {
    /// Whose it is.
    pub(crate) owner: Owner,
    /// The package whose macros bare names mean first: that of the first hook that gets here.
    pub(crate) package: usize,
    /// The tree.
    pub(crate) template: Arc<Template>,
    /// The hooks that it is of or that reach it, by their place among the checked ones, in order.
    pub(crate) hooks: Vec<usize>,
    /// Whether a hook's own text is it or calls it, not only the expression that a frozen hook is computed by.
    pub(crate) in_text: bool,
    /// The calls that lead here from the first hook, innermost last call first.
    pub(crate) through: Option<Arc<Call>>,
}

/// What a walk comes to; outer ones first.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Seen<'t> {
    /// A statement.
    Stmt(&'t Stmt),
    /// An expression.
    Expr(&'t Expr),
}

/// Something that a statement or expression stands in.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Outer<'t> {
    /// Where a condition holds (true) or does not (false): in a branch of `if`, behind an `if` that returns, in a
    /// conditional expression, or on the right side of `and` and `or`.
    Condition(&'t Expr, bool),
    /// A loop's body.
    Loop,
    /// A macro's body or parameters.
    Macro,
    /// An argument of a call, with its name where it has one.
    Argument(&'t Expr, Option<&'t str>),
    /// An item of a list or tuple.
    Item,
    /// A value in a dict, with its key.
    Entry(&'t Expr),
    /// The block of `{% call %}`.
    CallBlock,
    /// `{% set name %}…{% endset %}`
    SetBlock,
    /// `{{ … }}`: what stands in it is printed or makes what is printed.
    Print,
}

/// What is around a place, outermost first.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Around<'a, 't>(pub(crate) &'a [Outer<'t>]);

impl<'t> Around<'_, 't> {
    /// The conditions that hold there or do not, outermost first.
    pub(crate) fn conditions(&self) -> impl DoubleEndedIterator<Item = (&'t Expr, bool)> {
        self.0.iter().filter_map(|outer| match outer {
            Outer::Condition(test, holds) => Some((*test, *holds)),
            _ => None,
        })
    }

    /// Whether it stands in a loop.
    pub(crate) fn in_loop(&self) -> bool {
        self.0.iter().any(|outer| matches!(outer, Outer::Loop))
    }

    /// The name of the argument of `config()` that it stands in: empty for one without a name.
    pub(crate) fn config_argument(&self) -> Option<&'t str> {
        self.0.iter().find_map(|outer| match outer {
            Outer::Argument(callee, name) if is_var(callee, "config") => Some(name.unwrap_or_default()),
            _ => None,
        })
    }

    /// Whether it stands in the value of a hook of a `config()` call.
    pub(crate) fn in_config_hook(&self) -> bool {
        let is_hook = |name: &str| matches!(name, "pre_hook" | "post_hook" | "pre-hook" | "post-hook");
        let in_entry = || {
            self.0.iter().any(
                |outer| matches!(outer, Outer::Entry(Expr { kind: ExprKind::Str(key), .. }) if is_hook(&key.value)),
            )
        };
        self.config_argument().is_some_and(|name| is_hook(name) || (name.is_empty() && in_entry()))
    }
}

/// Whether the expression is that name.
pub(crate) fn is_var(expr: &Expr, name: &str) -> bool {
    matches!(&expr.kind, ExprKind::Var(var) if &**var == name)
}

impl Part {
    /// Where a part of it is written.
    pub(crate) fn place(&self, span: Span) -> Option<Place> {
        self.template.place(span)
    }

    /// Calls `visit` with every statement and expression, and what it stands in.
    pub(crate) fn walk<'t>(&'t self, visit: &mut dyn FnMut(Seen<'t>, Around<'_, 't>)) {
        Walk { around: Vec::new(), visit }.stmts(&self.template.body);
    }

    /// Whether what stands there has to do with hooks: of a node's file only the values of hooks in `config()`.
    pub(crate) fn is_of_hooks(&self, around: Around<'_, '_>) -> bool {
        !matches!(self.owner, Owner::File(_)) || around.in_config_hook()
    }

    /// Whether it sets a name itself, or has it as a parameter or a loop's variable: then it is not dbt's, nor a macro.
    pub(crate) fn assigns(&self, name: &str) -> bool {
        self.template.assigns(name)
    }

    /// A finding about a part of it, of every hook that gets here.
    pub(crate) fn finding<'f>(
        &self,
        findings: &'f Findings<'f>,
        span: Span,
        message: impl Into<String>,
    ) -> Finding<'f> {
        self.finding_at(findings, self.place(span), message)
    }

    /// A finding at a place in it.
    pub(crate) fn finding_at<'f>(
        &self,
        findings: &'f Findings<'f>,
        place: Option<Place>,
        message: impl Into<String>,
    ) -> Finding<'f> {
        Finding::of_hooks(findings, &self.hooks, place, self.through.as_ref(), message)
    }
}

struct Walk<'t, 'v> {
    around: Vec<Outer<'t>>,
    visit: &'v mut dyn FnMut(Seen<'t>, Around<'_, 't>),
}

impl<'t> Walk<'t, '_> {
    fn within(&mut self, outer: Outer<'t>, go: impl FnOnce(&mut Self)) {
        self.around.push(outer);
        go(self);
        self.around.pop();
    }

    fn stmts(&mut self, stmts: &'t [Stmt]) {
        let depth = self.around.len();
        for stmt in stmts {
            (self.visit)(Seen::Stmt(stmt), Around(&self.around));
            self.stmt(stmt);
            // Behind an `if` that returns its condition does not hold.
            if let Stmt::If { test, then, otherwise } = stmt
                && otherwise.is_empty()
                && returns(then)
            {
                self.around.push(Outer::Condition(test, false));
            }
        }
        self.around.truncate(depth);
    }

    fn stmt(&mut self, stmt: &'t Stmt) {
        match stmt {
            Stmt::Raw(_) | Stmt::Break | Stmt::Continue | Stmt::Loader(_) | Stmt::AutoEscape(_) | Stmt::Unset(_) => {}
            Stmt::Print(expr, _) => self.within(Outer::Print, |walk| walk.expr(expr)),
            Stmt::Do(expr) | Stmt::Set(_, expr) => self.expr(expr),
            Stmt::If { test, then, otherwise } => {
                self.expr(test);
                self.within(Outer::Condition(test, true), |walk| walk.stmts(then));
                self.within(Outer::Condition(test, false), |walk| walk.stmts(otherwise));
            }
            Stmt::For(each) => {
                self.expr(&each.iter);
                self.within(Outer::Loop, |walk| {
                    each.filter.iter().for_each(|filter| walk.expr(filter));
                    walk.stmts(&each.body);
                });
                self.stmts(&each.otherwise);
            }
            Stmt::SetBlock { filter, body, .. } => {
                if let Some(filter) = filter {
                    self.expr(filter);
                }
                self.within(Outer::SetBlock, |walk| walk.stmts(body));
            }
            Stmt::With(assignments, body) => {
                for (_, expr) in assignments {
                    self.expr(expr);
                }
                self.stmts(body);
            }
            Stmt::Filter(filter, body) => {
                self.expr(filter);
                self.stmts(body);
            }
            Stmt::Macro(decl) => self.decl(decl),
            Stmt::Call { call, block } => {
                self.expr(call);
                self.within(Outer::CallBlock, |walk| walk.decl(block));
            }
            Stmt::Block(body) => self.stmts(body),
        }
    }

    fn decl(&mut self, decl: &'t Macro) {
        self.within(Outer::Macro, |walk| {
            decl.params.iter().filter_map(|param| param.default.as_ref()).for_each(|default| walk.expr(default));
            walk.stmts(&decl.body);
        });
    }

    fn expr(&mut self, expr: &'t Expr) {
        (self.visit)(Seen::Expr(expr), Around(&self.around));
        match &expr.kind {
            ExprKind::List(items) | ExprKind::Tuple(items) => {
                for item in items {
                    self.within(Outer::Item, |walk| walk.expr(item));
                }
            }
            ExprKind::Dict(entries) => entries.iter().for_each(|(key, value)| {
                self.expr(key);
                self.within(Outer::Entry(key), |walk| walk.expr(value));
            }),
            ExprKind::And(left, right) => {
                self.expr(left);
                self.within(Outer::Condition(left, true), |walk| walk.expr(right));
            }
            ExprKind::Or(left, right) => {
                self.expr(left);
                self.within(Outer::Condition(left, false), |walk| walk.expr(right));
            }
            ExprKind::If(test, then, otherwise) => {
                self.expr(test);
                self.within(Outer::Condition(test, true), |walk| walk.expr(then));
                if let Some(otherwise) = otherwise {
                    self.within(Outer::Condition(test, false), |walk| walk.expr(otherwise));
                }
            }
            ExprKind::Call(callee, args) => {
                self.expr(callee);
                for arg in args {
                    let name = if let Arg::Keyword(name, ..) = arg { Some(&**name) } else { None };
                    self.within(Outer::Argument(callee, name), |walk| walk.expr(arg.value()));
                }
            }
            _ => walk::parts(expr, &mut |part| self.expr(part)),
        }
    }
}

/// The expression of an argument.
pub(crate) fn value(arg: &Arg) -> &Expr {
    arg.value()
}

/// Whether the statements end with `return(…)` or an error of their own.
fn returns(stmts: &[Stmt]) -> bool {
    let ends = |expr: &Expr| match &expr.kind {
        ExprKind::Call(callee, _) => match &callee.kind {
            ExprKind::Var(name) => &**name == "return",
            ExprKind::Attr(owner, name) => is_var(owner, "exceptions") && &**name == "raise_compiler_error",
            _ => false,
        },
        _ => false,
    };
    stmts.iter().any(|stmt| matches!(stmt, Stmt::Print(expr, _) | Stmt::Do(expr) if ends(expr)))
}

impl Syntax {
    /// Every tree: the hooks' own, then macros in the order in which hooks come to them, then files.
    pub(crate) fn parts(&self) -> &[Part] {
        &self.parts
    }

    /// Reads them. A text that does not parse has no tree.
    pub(super) fn new(findings: &Findings<'_>) -> Syntax {
        let mut reading = Reading { findings, edges: HashMap::new(), macros: HashMap::new(), order: Vec::new() };
        let mut parts = reading.texts();
        let files = reading.files();
        for part in parts.iter().chain(&files) {
            reading.reach(part);
        }
        let Reading { mut macros, order, .. } = reading;
        parts.extend(order.into_iter().filter_map(|at| {
            let mut part = macros.remove(&at)?;
            part.hooks.sort_unstable();
            part.hooks.dedup();
            Some(part)
        }));
        parts.extend(files);
        Syntax { parts }
    }
}

/// A macro that is named in a tree, and where.
#[derive(Clone)]
struct Edge {
    to: usize,
    name: Arc<str>,
    place: Option<Place>,
}

struct Reading<'a> {
    findings: &'a Findings<'a>,
    /// What each macro names, by the macro and the package that bare names mean.
    edges: HashMap<(usize, usize), Arc<[Edge]>>,
    macros: HashMap<usize, Part>,
    order: Vec<usize>,
}

impl Reading<'_> {
    /// The hooks' own texts, in dbt's order.
    fn texts(&self) -> Vec<Part> {
        let mut known: HashMap<(Option<Place>, &str, usize), Option<usize>> = HashMap::new();
        let mut parts: Vec<Part> = Vec::new();
        for (at, checked) in self.findings.checked.iter().enumerate() {
            let Hook { raw, package, .. } = checked.hook;
            let place = raw.place_of(0..raw.as_str().len());
            let part = *known.entry((place, raw.as_str(), *package)).or_insert_with(|| {
                let template = self.findings.library.template(raw).ok()?;
                parts.push(Part {
                    owner: Owner::Hook,
                    package: *package,
                    template,
                    hooks: Vec::new(),
                    in_text: true,
                    through: None,
                });
                Some(parts.len() - 1)
            });
            if let Some(part) = part {
                parts[part].hooks.push(at);
            }
        }
        parts
    }

    /// The files of nodes that declare hooks in `config()`.
    fn files(&self) -> Vec<Part> {
        let mut hooks: HashMap<usize, Vec<usize>> = HashMap::new();
        for (at, checked) in self.findings.checked.iter().enumerate() {
            if let (Some(node), Declared::Config) = (checked.hook.node, checked.hook.declared) {
                hooks.entry(node).or_default().push(at);
            }
        }
        let mut files: Vec<(usize, Vec<usize>)> = hooks.into_iter().collect();
        files.sort_unstable();
        let part = |(node, hooks): (usize, Vec<usize>)| {
            let declared = &self.findings.project.nodes[node];
            let template = self.findings.library.template(declared.code.as_ref()?).ok()?;
            Some(Part {
                owner: Owner::File(node),
                package: declared.package,
                template,
                hooks,
                in_text: false,
                through: None,
            })
        };
        files.into_iter().filter_map(part).collect()
    }

    /// Goes from a tree through every macro that it comes to, nearest first.
    fn reach(&mut self, from: &Part) {
        let in_file = matches!(from.owner, Owner::File(_));
        let first = named(self.findings, from, in_file);
        let mut seen = HashSet::new();
        let mut open: VecDeque<(Edge, Option<Arc<Call>>)> = first.into_iter().map(|edge| (edge, None)).collect();
        while let Some((edge, within)) = open.pop_front() {
            if !seen.insert(edge.to) {
                continue;
            }
            let through = Arc::new(Call { name: edge.name, place: edge.place, within });
            let Some(part) = self.part(edge.to, from.package, &through) else { continue };
            part.hooks.extend(&from.hooks);
            part.in_text |= from.in_text;
            let edges = self.edges_of(edge.to, from.package);
            open.extend(edges.iter().map(|edge| (edge.clone(), Some(Arc::clone(&through)))));
        }
    }

    fn part(&mut self, at: usize, package: usize, through: &Arc<Call>) -> Option<&mut Part> {
        if !self.macros.contains_key(&at) {
            let (_, template) = self.findings.library.parsed(self.findings.project, at).as_ref().ok()?;
            let part = Part {
                owner: Owner::Macro(at),
                package,
                template: Arc::clone(template),
                hooks: Vec::new(),
                in_text: false,
                through: Some(Arc::clone(through)),
            };
            self.order.push(at);
            self.macros.insert(at, part);
        }
        self.macros.get_mut(&at)
    }

    fn edges_of(&mut self, at: usize, package: usize) -> Arc<[Edge]> {
        if let Some(known) = self.edges.get(&(at, package)) {
            return Arc::clone(known);
        }
        let part = &self.macros[&at];
        let edges: Arc<[Edge]> = named(self.findings, part, false).into();
        self.edges.insert((at, package), Arc::clone(&edges));
        edges
    }
}

/// The macros of the project that a tree names, called or not, each once.
fn named(findings: &Findings<'_>, part: &Part, only_config_hooks: bool) -> Vec<Edge> {
    let names = Names { library: &findings.library, project: findings.project, package: part.package };
    let mut edges: Vec<Edge> = Vec::new();
    part.walk(&mut |seen, around| {
        let Seen::Expr(expr) = seen else { return };
        if only_config_hooks && !around.in_config_hook() {
            return;
        }
        for (to, name) in names.meant(expr) {
            if edges.iter().all(|edge| edge.to != to) {
                edges.push(Edge { to, name: Arc::from(name), place: part.place(expr.span) });
            }
        }
    });
    edges
}

/// What names of macros mean in a package.
pub(crate) struct Names<'a> {
    pub(crate) library: &'a Library,
    pub(crate) project: &'a Project,
    /// The package of the hook.
    pub(crate) package: usize,
}

impl Names<'_> {
    /// The macros of the project that an expression names, with the name as it is written: a bare one, one with its
    /// package, or all that `adapter.dispatch` may find.
    pub(crate) fn meant(&self, expr: &Expr) -> Vec<(usize, String)> {
        match &expr.kind {
            ExprKind::Var(name) => self.bare(name).map(|at| (at, name.to_string())).into_iter().collect(),
            ExprKind::Attr(owner, name) => match &owner.kind {
                ExprKind::Var(package) => self.of_package(package, name).into_iter().collect(),
                _ => Vec::new(),
            },
            ExprKind::Item(owner, key) if is_var(owner, "context") => match &key.kind {
                ExprKind::Str(name) => {
                    self.bare(&name.value).map(|at| (at, name.value.to_string())).into_iter().collect()
                }
                _ => Vec::new(),
            },
            ExprKind::Call(callee, args) if is_dispatch(callee) => match args.first().map(|arg| &arg.value().kind) {
                Some(ExprKind::Str(name)) => self.dispatched(&name.value),
                _ => Vec::new(),
            },
            _ => Vec::new(),
        }
    }

    /// A macro by its bare name: the package's own, else the root project's (facts M1).
    pub(crate) fn bare(&self, name: &str) -> Option<usize> {
        self.library.find(self.package, name).or_else(|| self.library.find(0, name))
    }

    fn of_package(&self, package: &str, name: &str) -> Option<(usize, String)> {
        let at = self.library.find(self.library.package(package)?, name)?;
        Some((at, format!("{package}.{name}")))
    }

    /// Whatever `adapter.dispatch` may find for an adapter of the project, in any package.
    fn dispatched(&self, name: &str) -> Vec<(usize, String)> {
        let adapters: BTreeSet<&str> = self.project.targets.iter().map(|target| target.adapter.as_str()).collect();
        let parents = adapters.iter().flat_map(|adapter| adapter::parents(adapter).iter().copied());
        let prefixes: BTreeSet<&str> = adapters.iter().copied().chain(parents).chain(["default"]).collect();
        let full = prefixes.into_iter().map(|prefix| format!("{prefix}__{name}"));
        let found = full.flat_map(|full| {
            let packages = self.library.holders(&full);
            packages.into_iter().filter_map(move |package| Some((self.library.find(package, &full)?, full.clone())))
        });
        found.collect()
    }
}

pub(crate) fn is_dispatch(callee: &Expr) -> bool {
    matches!(&callee.kind, ExprKind::Attr(owner, name) if is_var(owner, "adapter") && &**name == "dispatch")
}

impl Findings<'_> {
    /// The syntax trees of the hooks, and of the macros and files that they come from.
    pub(crate) fn syntax(&self) -> &Syntax {
        self.syntax.get_or_init(|| Syntax::new(self))
    }

    /// The macros that hooks reach, by their place in the project's macros, with their trees.
    pub(crate) fn macro_parts(&self) -> impl Iterator<Item = (usize, &Part)> {
        self.syntax().parts().iter().filter_map(|part| match part.owner {
            Owner::Macro(at) => Some((at, part)),
            Owner::Hook | Owner::File(_) => None,
        })
    }
}
