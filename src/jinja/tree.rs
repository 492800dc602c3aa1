//! The syntax tree that is evaluated. It is plain data: it can be shared by threads.

use std::collections::HashSet;
use std::sync::{Arc, OnceLock};

use super::walk;
use crate::source::{Piece, Place, Text};

/// A byte range of a template.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Span {
    /// The first byte.
    pub start: u32,
    /// The byte after the last.
    pub end: u32,
}

impl Span {
    pub(super) fn to(self, other: Span) -> Span {
        Span { start: self.start.min(other.start), end: self.end.max(other.end) }
    }
}

/// A template that was parsed.
#[derive(Debug)]
pub struct Template {
    /// Its source.
    pub text: Text,
    /// Its statements.
    pub body: Vec<Stmt>,
    /// What compiling it would refuse, although it parses: filters and tests that do not exist.
    pub refused: Option<(Span, String)>,
    /// It is made on the way and dropped after it: the addresses of its bodies will be those of others.
    pub is_passing: bool,
    /// The names that its statements assign, once they were asked for.
    pub assigned: OnceLock<HashSet<Name>>,
}

impl Template {
    /// Whether any statement assigns the name.
    #[must_use]
    pub fn assigns(&self, name: &str) -> bool {
        let assigned = self.assigned.get_or_init(|| {
            let mut names = HashSet::new();
            walk::assigned(&self.body, &mut |name| {
                names.insert(Arc::clone(name));
            });
            names
        });
        assigned.contains(name)
    }

    /// Where a part of the template was written.
    #[must_use]
    pub fn place(&self, span: Span) -> Option<Place> {
        self.text.place_of(span.start as usize..span.end as usize)
    }
}

/// A name in a template.
pub type Name = Arc<str>;

/// A statement.
#[derive(Debug)]
pub enum Stmt {
    /// Text between tags, its newlines normalised.
    Raw(Literal),
    /// `{{ expr }}`, with the whole tag.
    Print(Expr, Span),
    /// `{% do expr %}`
    Do(Expr),
    /// `{% if %}` with one condition; `elif` stands in `otherwise`.
    If {
        /// The condition.
        test: Expr,
        /// The statements when it holds.
        then: Vec<Stmt>,
        /// The statements when it does not.
        otherwise: Vec<Stmt>,
    },
    /// `{% for %}`
    For(Box<For>),
    /// `{% set a = b %}`
    Set(Target, Expr),
    /// `{% set a %}…{% endset %}`
    SetBlock {
        /// What is set.
        target: Target,
        /// The filters on it.
        filter: Option<Expr>,
        /// The statements that make the text.
        body: Vec<Stmt>,
    },
    /// `{% with %}`
    With(Vec<(Target, Expr)>, Vec<Stmt>),
    /// `{% filter %}`
    Filter(Expr, Vec<Stmt>),
    /// `{% macro %}`
    Macro(Arc<Macro>),
    /// `{% call %}`
    Call {
        /// What is called.
        call: Expr,
        /// The block, as the macro `caller`.
        block: Arc<Macro>,
    },
    /// `{% block %}`: its body is printed where it stands.
    Block(Vec<Stmt>),
    /// `{% break %}`
    Break,
    /// `{% continue %}`
    Continue,
    /// These names are unset from here on, whatever is known of them outside.
    Unset(Vec<Name>),
    /// A tag that needs a loader of templates, which dbt does not give.
    Loader(Span),
    /// `{% autoescape %}`
    AutoEscape(Span),
}

/// A loop.
#[derive(Debug)]
pub struct For {
    /// The loop's variables.
    pub target: Target,
    /// What is iterated.
    pub iter: Expr,
    /// The condition on items.
    pub filter: Option<Expr>,
    /// Whether `loop(…)` may be called.
    pub recursive: bool,
    /// The statements for each item.
    pub body: Vec<Stmt>,
    /// The statements when there was no item.
    pub otherwise: Vec<Stmt>,
}

/// What an assignment sets.
#[derive(Debug)]
pub enum Target {
    /// A name.
    Name(Name),
    /// `ns.attribute`
    Attr(Name, Name, Span),
    /// Several, unpacked.
    Tuple(Vec<Target>, Span),
}

/// A macro, or the block of a call.
#[derive(Debug)]
pub struct Macro {
    /// Its name.
    pub name: Name,
    /// Its parameters.
    pub params: Vec<Param>,
    /// Its statements.
    pub body: Vec<Stmt>,
    /// The whole, from its tag's keyword to the last tag.
    pub span: Span,
    /// Whether the body names `varargs`: only then may positional arguments be left over.
    pub varargs: bool,
    /// Whether the body names `kwargs`.
    pub kwargs: bool,
    /// Whether the body names `caller`.
    pub caller: bool,
}

/// A macro's parameter.
#[derive(Debug)]
pub struct Param {
    /// Its name.
    pub name: Name,
    /// Its default.
    pub default: Option<Expr>,
}

/// Text of a template with its origin.
#[derive(Debug, Clone)]
pub struct Literal {
    /// The text.
    pub value: Arc<str>,
    /// Its origin.
    pub pieces: Option<Arc<[Piece]>>,
}

/// An expression with its place.
#[derive(Debug)]
pub struct Expr {
    /// Where it stands in the template.
    pub span: Span,
    /// What it is.
    pub kind: ExprKind,
}

/// An expression.
#[derive(Debug)]
pub enum ExprKind {
    /// A name.
    Var(Name),
    /// A string literal.
    Str(Literal),
    /// An integer, in decimal digits when it does not fit.
    Int(i64),
    /// An integer that does not fit, in decimal digits.
    BigInt(Box<str>),
    /// A floating-point number.
    Float(f64),
    /// `true` or `false`
    Bool(bool),
    /// `none`
    None,
    /// `[…]`
    List(Vec<Expr>),
    /// `(…,)`
    Tuple(Vec<Expr>),
    /// `{…}`
    Dict(Vec<(Expr, Expr)>),
    /// `not x`
    Not(Box<Expr>),
    /// `-x`
    Neg(Box<Expr>),
    /// `a + b` and the like.
    Binary(BinaryOp, Box<Expr>, Box<Expr>),
    /// `a < b <= c`
    Compare(Box<Expr>, Vec<(CompareOp, Expr)>),
    /// `a and b`
    And(Box<Expr>, Box<Expr>),
    /// `a or b`
    Or(Box<Expr>, Box<Expr>),
    /// `a if test else b`
    If(Box<Expr>, Box<Expr>, Option<Box<Expr>>),
    /// `x | name(args)`; without `x` in the chain of a filter block.
    Filter(Name, Option<Box<Expr>>, Vec<Arg>),
    /// `x is name(args)`
    Test(Name, Box<Expr>, Vec<Arg>),
    /// `x.name`
    Attr(Box<Expr>, Name),
    /// `x[key]`
    Item(Box<Expr>, Box<Expr>),
    /// `x[start:stop:step]`
    Slice(Box<Expr>, Box<[Option<Expr>; 3]>),
    /// `x(args)`
    Call(Box<Expr>, Vec<Arg>),
}

impl Expr {
    /// Whether Jinja2 works it out when it compiles the template: it has no names and no calls, and no filter
    /// that looks at the context.
    #[must_use]
    pub fn is_constant(&self) -> bool {
        let all = |exprs: &[Expr]| exprs.iter().all(Expr::is_constant);
        let arguments = |args: &[Arg]| {
            args.iter().all(|arg| match arg {
                Arg::Positional(expr) | Arg::Keyword(_, expr, _) | Arg::Splat(expr) | Arg::KeywordSplat(expr) => {
                    expr.is_constant()
                }
            })
        };
        match &self.kind {
            ExprKind::Str(_)
            | ExprKind::Int(_)
            | ExprKind::BigInt(_)
            | ExprKind::Float(_)
            | ExprKind::Bool(_)
            | ExprKind::None => true,
            ExprKind::Var(_) | ExprKind::Call(..) => false,
            ExprKind::List(items) | ExprKind::Tuple(items) => all(items),
            ExprKind::Dict(entries) => entries.iter().all(|(key, value)| key.is_constant() && value.is_constant()),
            ExprKind::Not(expr) | ExprKind::Neg(expr) | ExprKind::Attr(expr, _) => expr.is_constant(),
            ExprKind::Binary(_, left, right)
            | ExprKind::And(left, right)
            | ExprKind::Or(left, right)
            | ExprKind::Item(left, right) => left.is_constant() && right.is_constant(),
            ExprKind::Compare(first, rest) => first.is_constant() && rest.iter().all(|(_, expr)| expr.is_constant()),
            ExprKind::If(test, then, otherwise) => {
                test.is_constant()
                    && then.is_constant()
                    && otherwise.as_ref().is_some_and(|otherwise| otherwise.is_constant())
            }
            ExprKind::Filter(name, subject, args) => {
                let of_context = matches!(
                    &**name,
                    "as_bool"
                        | "as_native"
                        | "as_number"
                        | "as_text"
                        | "map"
                        | "random"
                        | "reject"
                        | "rejectattr"
                        | "select"
                        | "selectattr"
                );
                !of_context && subject.as_ref().is_some_and(|subject| subject.is_constant()) && arguments(args)
            }
            ExprKind::Test(_, subject, args) => subject.is_constant() && arguments(args),
            ExprKind::Slice(subject, bounds) => subject.is_constant() && bounds.iter().flatten().all(Expr::is_constant),
        }
    }
}

/// An argument of a call.
#[derive(Debug)]
pub enum Arg {
    /// `x`
    Positional(Expr),
    /// `name=x`, with the place of the name.
    Keyword(Name, Expr, Span),
    /// `*x`
    Splat(Expr),
    /// `**x`
    KeywordSplat(Expr),
}

impl Arg {
    /// Its expression.
    #[must_use]
    pub fn value(&self) -> &Expr {
        match self {
            Arg::Positional(expr) | Arg::Keyword(_, expr, _) | Arg::Splat(expr) | Arg::KeywordSplat(expr) => expr,
        }
    }
}

/// An operator on two values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum BinaryOp {
    Add,
    Sub,
    Mul,
    Div,
    FloorDiv,
    Rem,
    Pow,
    Concat,
}

/// A comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum CompareOp {
    Eq,
    Ne,
    Lt,
    Lte,
    Gt,
    Gte,
    In,
    NotIn,
}
