//! What stands at a byte of a file: the hook, the macro or the node, and the innermost expression of its Jinja.

use std::sync::Arc;

use crate::hook::Hook;
use crate::jinja::tree::{Arg, Expr, ExprKind, Template};
use crate::jinja::walk;
use crate::run::Examined;
use crate::source::{FileId, Place, Text};

/// What a byte of a file belongs to.
#[derive(Debug, Clone)]
pub(super) enum Owner<'a> {
    /// The hooks of one declaration.
    Hooks(Vec<&'a Hook>),
    /// A macro, by its place in the project's macros.
    Macro(usize),
    /// A node's code, by its place in the project's nodes.
    Node(usize),
}

/// What stands at a byte of a file.
#[derive(Debug)]
pub(super) struct Spot<'a> {
    pub(super) owner: Owner<'a>,
    /// The template, where it can be read.
    template: Option<Arc<Template>>,
    /// The byte in the template.
    at: u32,
}

/// An expression, and how it is used.
pub(super) struct Subject<'t> {
    /// The expression itself with what is done to it: `target.name`, `grant('x')`.
    pub(super) whole: &'t Expr,
    /// The call that it is or that it names something for: `ref('orders')`.
    pub(super) call: Option<(&'t Expr, &'t [Arg])>,
}

impl<'a> Spot<'a> {
    /// What stands at a byte of a file; none where it is nothing that dbt renders.
    pub(super) fn find(examined: &'a Examined, file: FileId, offset: u32) -> Option<Spot<'a>> {
        let project = examined.renderer.project();
        let library = examined.renderer.library();
        let is_here = |place: Place| place.file == file && place.start <= offset && offset <= place.end;
        let of_hook = |hook: &&Hook| at(&hook.raw, file, offset).is_some() || hook.place.is_some_and(is_here);
        let hooks: Vec<&Hook> = examined.hooks.hooks.iter().filter(of_hook).collect();
        let macros = &project.macros;
        let (owner, text, template) = if let Some(first) = hooks.first().copied() {
            // Where hooks of several declarations meet, the smallest is meant.
            let size = |hook: &Hook| hook.place.map_or(u32::MAX, |place| place.end - place.start);
            let least = hooks.iter().map(|hook| size(hook)).min()?;
            let hooks: Vec<&Hook> = hooks.iter().copied().filter(|hook| size(hook) == least).collect();
            let first = hooks.first().copied().unwrap_or(first);
            (Owner::Hooks(hooks), first.raw.clone(), library.template(&first.raw).ok())
        } else if let Some(found) = macros.iter().position(|one| is_here(one.block)) {
            match library.parsed(project, found) {
                Ok((_, template)) => (Owner::Macro(found), template.text.clone(), Some(Arc::clone(template))),
                Err((_, text)) => (Owner::Macro(found), text.clone(), None),
            }
        } else {
            let has = |code: &Text| at(code, file, offset).is_some();
            let found = project.nodes.iter().position(|node| node.code.as_ref().is_some_and(has))?;
            let code = project.nodes[found].code.as_ref()?;
            (Owner::Node(found), code.clone(), library.template(code).ok())
        };
        let at = at(&text, file, offset);
        Some(Spot { owner, template: template.filter(|_| at.is_some()), at: at.unwrap_or_default() })
    }

    /// The expression at the spot.
    pub(super) fn subject(&self) -> Option<Subject<'_>> {
        let template = self.template.as_ref()?;
        let mut around: Vec<&Expr> = Vec::new();
        walk::exprs(&template.body, &mut |expr| {
            if expr.span.start <= self.at && self.at <= expr.span.end {
                around.push(expr);
            }
        });
        // Of two that meet at the spot, the first one's parts are not in the second.
        let mut whole = *around.iter().min_by_key(|expr| expr.span.end - expr.span.start)?;
        let mut call = None;
        if let ExprKind::Str(_) = whole.kind {
            call = around.iter().copied().rev().find_map(|outer| argument_of(outer, whole));
            if let Some((outer, _)) = call {
                whole = outer;
            }
        }
        while let Some(outer) = around.iter().copied().find(|outer| is_subject_of(outer, whole)) {
            whole = outer;
        }
        if let (None, ExprKind::Call(_, args)) = (call, &whole.kind) {
            call = Some((whole, args));
        }
        Some(Subject { whole, call })
    }

    /// An expression as it is written.
    pub(super) fn written(&self, expr: &Expr) -> Option<&str> {
        let text = self.template.as_ref()?.text.as_str();
        text.get(expr.span.start as usize..expr.span.end as usize)
    }

    /// Where an expression is written.
    pub(super) fn place(&self, expr: &Expr) -> Option<Place> {
        self.template.as_ref()?.place(expr.span)
    }
}

/// The byte of a text that stands at a byte of a file.
fn at(text: &Text, file: FileId, offset: u32) -> Option<u32> {
    let is_here = |place: Place, end: u32| place.file == file && place.start <= offset && offset < place.end + end;
    let pieces = || text.pieces.iter();
    let found =
        pieces().find(|piece| is_here(piece.place, 0)).or_else(|| pieces().find(|piece| is_here(piece.place, 1)));
    let piece = found?;
    Some(if piece.verbatim { piece.at + (offset - piece.place.start) } else { piece.at })
}

/// Whether an expression is what another one is done to.
fn is_subject_of(outer: &Expr, inner: &Expr) -> bool {
    match &outer.kind {
        ExprKind::Attr(subject, _) | ExprKind::Item(subject, _) | ExprKind::Call(subject, _) => {
            std::ptr::eq(&raw const **subject, &raw const *inner)
        }
        _ => false,
    }
}

/// The call that an expression is an argument of.
fn argument_of<'t>(outer: &'t Expr, inner: &Expr) -> Option<(&'t Expr, &'t [Arg])> {
    let ExprKind::Call(_, args) = &outer.kind else { return None };
    args.iter().any(|arg| std::ptr::eq(arg.value(), inner)).then_some((outer, args.as_slice()))
}

/// The name of what is called, with what stands before it: `ref`, `dbt_utils.star`, `adapter.dispatch`.
pub(super) fn callee(expr: &Expr) -> Option<(Option<&str>, &str)> {
    let named = match &expr.kind {
        ExprKind::Call(callee, _) => callee,
        _ => expr,
    };
    match &named.kind {
        ExprKind::Var(name) => Some((None, name)),
        ExprKind::Attr(of, name) => match &of.kind {
            ExprKind::Var(of) => Some((Some(of), name)),
            _ => None,
        },
        _ => None,
    }
}

/// The texts among the arguments that have no name.
pub(super) fn texts(args: &[Arg]) -> Vec<&str> {
    args.iter()
        .filter_map(|arg| match arg {
            Arg::Positional(Expr { kind: ExprKind::Str(text), .. }) => Some(&*text.value),
            _ => None,
        })
        .collect()
}
