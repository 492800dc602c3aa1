//! From a template's text to its tree: minijinja parses, and its tree is lowered to ours.

use std::collections::{HashMap, HashSet};
use std::fmt::Write as _;
use std::ops::Range;
use std::sync::{Arc, OnceLock};

use minijinja::machinery::{self, Span as MiniSpan, ast};
use minijinja::syntax::SyntaxConfig;

use super::tree::{
    Arg, BinaryOp, CompareOp, Expr, ExprKind, For, Literal, Macro, Name, Param, Span, Stmt, Target, Template,
};
use super::{filters, rewrite, tests, unset};
use crate::source::{Text, TextBuilder};

/// A template that does not parse.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyntaxFault {
    /// What is wrong, in Jinja2's words where they are known.
    pub message: String,
    /// Where, in the template.
    pub span: Span,
}

/// Parses a template.
pub fn parse(text: &Text) -> Result<Template, SyntaxFault> {
    let source = text.as_str();
    let rewritten = rewrite::rewrite(source);
    if let Some(tag) = rewritten.unknown_tag {
        let span = Span { start: tag.start as u32, end: tag.end as u32 };
        return Err(SyntaxFault { message: "Encountered unknown tag 'raw'.".to_owned(), span });
    }
    let parsed = machinery::parse(&rewritten.source, "", SyntaxConfig::default()).map_err(|error| {
        let range = error.range().unwrap_or(0..0);
        let (start, end) = (floor_boundary(source, range.start), floor_boundary(source, range.end));
        let detail = error.detail().unwrap_or("syntax error");
        if let Some(fault) = unclosed_block(&rewritten.blocks, source, detail) {
            return fault;
        }
        let message = jinja2_message(detail, source, start);
        SyntaxFault { message, span: Span { start: start as u32, end: end.max(start) as u32 } }
    })?;
    let ast::Stmt::Template(template) = parsed else {
        return Err(SyntaxFault { message: "no template".to_owned(), span: Span::default() });
    };
    let mut lowering = Lowering {
        text,
        base: rewritten.source.as_ptr() as usize,
        dos: &rewritten.dos,
        tuple_subscripts: &rewritten.tuple_subscripts,
        names: HashMap::new(),
        soft: 0,
        refused: None,
    };
    let mut body = lowering.stmts(&template.children)?;
    unset::mark(&mut body);
    let refused = lowering.refused;
    Ok(Template { text: text.clone(), body, refused, is_passing: false, assigned: OnceLock::new() })
}

fn floor_boundary(source: &str, at: usize) -> usize {
    let mut at = at.min(source.len());
    while !source.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// The block that is open where the parser met an end it did not expect, in Jinja2's words.
fn unclosed_block(blocks: &[Range<usize>], source: &str, detail: &str) -> Option<SyntaxFault> {
    let at_end = detail.starts_with("unexpected end of input");
    let wrong_end = detail.strip_prefix("unknown statement ").filter(|tag| tag.starts_with("end") || *tag == "else");
    if !at_end && wrong_end.is_none() {
        return None;
    }
    let mut open: Vec<(&str, &Range<usize>)> = Vec::new();
    let mut met = None;
    for tag in blocks {
        let inside = source[tag.clone()].trim_start_matches("{%").trim_start_matches(['-', '+']).trim_start();
        let word = inside.split(|char: char| !(char == '_' || char.is_alphanumeric())).next().unwrap_or_default();
        match word {
            "if" | "for" | "macro" | "call" | "filter" | "with" | "block" => open.push((word, tag)),
            "set" if !inside.contains('=') => open.push((word, tag)),
            _ => {
                if let Some(closes) = word.strip_prefix("end") {
                    match open.last() {
                        Some((innermost, _)) if *innermost == closes => {
                            open.pop();
                        }
                        Some(_) => {
                            met = Some(word);
                            break;
                        }
                        None => return None,
                    }
                }
            }
        }
    }
    let (word, tag) = open.last()?;
    let wanted = match *word {
        "if" => "'elif' or 'else' or 'endif'".to_owned(),
        "for" => "'endfor' or 'else'".to_owned(),
        other => format!("'end{other}'"),
    };
    let start = match met {
        Some(word) => format!("Encountered unknown tag '{word}'."),
        None => "Unexpected end of template.".to_owned(),
    };
    let message = format!(
        "{start} Jinja was looking for the following tags: {wanted}. The innermost block that needs to be closed is '{word}'."
    );
    Some(SyntaxFault { message, span: Span { start: tag.start as u32, end: tag.end as u32 } })
}

/// Jinja2's message for the same mistake, where it has one that people will have seen.
fn jinja2_message(detail: &str, source: &str, at: usize) -> String {
    if let Some(tag) = detail.strip_prefix("unknown statement ") {
        return format!("Encountered unknown tag '{tag}'.");
    }
    if detail.starts_with("unexpected end of input") {
        let open = source[..at].rfind("{{").max(source[..at].rfind("{%"));
        let closed = source[..at].rfind("}}").max(source[..at].rfind("%}"));
        if open > closed {
            let expected = if source[open.unwrap_or(0)..].starts_with("{{") { "print" } else { "statement block" };
            return if expected == "print" {
                "unexpected end of template, expected 'end of print statement'.".to_owned()
            } else {
                "unexpected end of template, expected 'end of statement block'.".to_owned()
            };
        }
        return "Unexpected end of template: a block is not closed.".to_owned();
    }
    detail.replace('`', "'")
}

struct Lowering<'a> {
    text: &'a Text,
    base: usize,
    dos: &'a [Range<u32>],
    tuple_subscripts: &'a HashSet<u32>,
    names: HashMap<String, Name>,
    soft: usize,
    refused: Option<(Span, String)>,
}

type Lowered<T> = Result<T, SyntaxFault>;

fn span_of(span: MiniSpan) -> Span {
    Span { start: span.start_offset, end: span.end_offset.max(span.start_offset) }
}

impl Lowering<'_> {
    fn name(&mut self, name: &str) -> Name {
        if let Some(known) = self.names.get(name) {
            return Arc::clone(known);
        }
        let interned: Name = Arc::from(name);
        self.names.insert(name.to_owned(), Arc::clone(&interned));
        interned
    }

    fn stmts(&mut self, stmts: &[ast::Stmt<'_>]) -> Lowered<Vec<Stmt>> {
        stmts.iter().map(|stmt| self.stmt(stmt)).collect()
    }

    /// Lowers what stands under a condition, or is one.
    fn softly<T>(&mut self, lower: impl FnOnce(&mut Self) -> Lowered<T>) -> Lowered<T> {
        self.soft += 1;
        let lowered = lower(self);
        self.soft -= 1;
        lowered
    }

    fn soft_stmts(&mut self, stmts: &[ast::Stmt<'_>]) -> Lowered<Vec<Stmt>> {
        self.softly(|lowering| lowering.stmts(stmts))
    }

    /// Lowers what Jinja2 compiles in a frame of its own, which no longer counts as under a condition.
    fn framed<T>(&mut self, lower: impl FnOnce(&mut Self) -> Lowered<T>) -> Lowered<T> {
        let soft = std::mem::take(&mut self.soft);
        let lowered = lower(self);
        self.soft = soft;
        lowered
    }

    fn framed_stmts(&mut self, stmts: &[ast::Stmt<'_>]) -> Lowered<Vec<Stmt>> {
        self.framed(|lowering| lowering.stmts(stmts))
    }

    fn stmt(&mut self, stmt: &ast::Stmt<'_>) -> Lowered<Stmt> {
        Ok(match stmt {
            ast::Stmt::Template(template) => Stmt::Block(self.stmts(&template.children)?),
            ast::Stmt::EmitRaw(raw) => Stmt::Raw(self.raw(raw.raw)),
            ast::Stmt::EmitExpr(emit) => {
                let expr = self.expr(&emit.expr)?;
                let after = self.dos.partition_point(|range| range.start <= expr.span.start);
                match after.checked_sub(1).map(|n| &self.dos[n]) {
                    Some(tag) if expr.span.start < tag.end => Stmt::Do(expr),
                    _ => {
                        let tag = self.tag_around(expr.span);
                        Stmt::Print(expr, tag)
                    }
                }
            }
            ast::Stmt::IfCond(cond) => Stmt::If {
                test: self.softly(|lowering| lowering.expr(&cond.expr))?,
                then: self.soft_stmts(&cond.true_body)?,
                otherwise: self.soft_stmts(&cond.false_body)?,
            },
            ast::Stmt::ForLoop(for_loop) => Stmt::For(Box::new(For {
                target: self.target(&for_loop.target)?,
                iter: self.expr(&for_loop.iter)?,
                filter: self.framed(|lowering| lowering.option(for_loop.filter_expr.as_ref()))?,
                recursive: for_loop.recursive,
                body: self.framed_stmts(&for_loop.body)?,
                otherwise: self.framed_stmts(&for_loop.else_body)?,
            })),
            ast::Stmt::Set(set) => Stmt::Set(self.target(&set.target)?, self.expr(&set.expr)?),
            ast::Stmt::SetBlock(set) => Stmt::SetBlock {
                target: self.target(&set.target)?,
                filter: self.framed(|lowering| lowering.option(set.filter.as_ref()))?,
                body: self.framed_stmts(&set.body)?,
            },
            ast::Stmt::WithBlock(with) => {
                let assignments = with
                    .assignments
                    .iter()
                    .map(|(target, expr)| Ok((self.target(target)?, self.expr(expr)?)))
                    .collect::<Lowered<Vec<_>>>()?;
                Stmt::With(assignments, self.framed_stmts(&with.body)?)
            }
            ast::Stmt::FilterBlock(block) => {
                let filter = self.framed(|lowering| lowering.expr(&block.filter))?;
                Stmt::Filter(filter, self.framed_stmts(&block.body)?)
            }
            ast::Stmt::Macro(decl) => Stmt::Macro(Arc::new(self.framed(|lowering| lowering.macro_decl(decl))?)),
            ast::Stmt::CallBlock(block) => {
                let callee = self.call(&block.call, span_of(block.call_expr_span))?;
                let block = self.framed(|lowering| lowering.macro_decl(&block.macro_decl))?;
                Stmt::Call { call: callee, block: Arc::new(block) }
            }
            ast::Stmt::Do(stmt) => {
                let span = span_of(stmt.call.span());
                Stmt::Do(self.call(&stmt.call, span)?)
            }
            ast::Stmt::Continue(_) => Stmt::Continue,
            ast::Stmt::Break(_) => Stmt::Break,
            ast::Stmt::Block(block) => Stmt::Block(self.framed_stmts(&block.body)?),
            ast::Stmt::AutoEscape(stmt) => Stmt::AutoEscape(span_of(stmt.span())),
            ast::Stmt::Import(stmt) => Stmt::Loader(span_of(stmt.span())),
            ast::Stmt::FromImport(stmt) => Stmt::Loader(span_of(stmt.span())),
            ast::Stmt::Extends(stmt) => Stmt::Loader(span_of(stmt.span())),
            ast::Stmt::Include(stmt) => Stmt::Loader(span_of(stmt.span())),
        })
    }

    /// The tag of a printed expression, from its braces to its braces.
    fn tag_around(&self, span: Span) -> Span {
        let source = self.text.as_str();
        let start = source[..span.start as usize].rfind("{{").map_or(span.start, |at| at as u32);
        let end = source[span.end as usize..].find("}}").map_or(span.end, |at| span.end + at as u32 + 2);
        Span { start, end }
    }

    fn macro_decl(&mut self, decl: &ast::Spanned<ast::Macro<'_>>) -> Lowered<Macro> {
        let defaults_from = decl.args.len() - decl.defaults.len();
        let mut params = Vec::with_capacity(decl.args.len());
        for (n, arg) in decl.args.iter().enumerate() {
            let ast::Expr::Var(var) = arg else {
                return Err(fault("a macro's parameter is a name", span_of(arg.span())));
            };
            let default = n.checked_sub(defaults_from).map(|n| self.expr(&decl.defaults[n])).transpose()?;
            params.push(Param { name: self.name(var.id), default });
        }
        let body = self.stmts(&decl.body)?;
        let mut used = Used::default();
        used.stmts(&body);
        Ok(Macro {
            name: self.name(decl.name),
            params,
            body,
            span: span_of(decl.span()),
            varargs: used.varargs,
            kwargs: used.kwargs,
            caller: used.caller,
        })
    }

    fn option(&mut self, expr: Option<&ast::Expr<'_>>) -> Lowered<Option<Expr>> {
        expr.map(|expr| self.expr(expr)).transpose()
    }

    fn target(&mut self, expr: &ast::Expr<'_>) -> Lowered<Target> {
        match expr {
            ast::Expr::Var(var) => Ok(Target::Name(self.name(var.id))),
            ast::Expr::GetAttr(attr) => match &attr.expr {
                ast::Expr::Var(var) => {
                    let span = span_of(var.span()).to(span_of(attr.span()));
                    Ok(Target::Attr(self.name(var.id), self.name(attr.name), span))
                }
                _ => Err(fault("expected token 'end of statement block', got '.'", span_of(attr.span()))),
            },
            ast::Expr::List(list) => {
                let targets = list.items.iter().map(|item| self.target(item)).collect::<Lowered<Vec<_>>>()?;
                Ok(Target::Tuple(targets, span_of(list.span())))
            }
            other => Err(fault("can't assign to this", span_of(other.span()))),
        }
    }

    fn boxed(&mut self, expr: &ast::Expr<'_>) -> Lowered<Box<Expr>> {
        self.expr(expr).map(Box::new)
    }

    fn exprs(&mut self, exprs: &[ast::Expr<'_>]) -> Lowered<Vec<Expr>> {
        exprs.iter().map(|expr| self.expr(expr)).collect()
    }

    fn args(&mut self, args: &[ast::CallArg<'_>]) -> Lowered<Vec<Arg>> {
        args.iter()
            .map(|arg| {
                Ok(match arg {
                    ast::CallArg::Pos(expr) => Arg::Positional(self.expr(expr)?),
                    ast::CallArg::Kwarg(name, expr) => {
                        let start = (name.as_ptr() as usize - self.base) as u32;
                        let span = Span { start, end: start + name.len() as u32 };
                        Arg::Keyword(self.name(name), self.expr(expr)?, span)
                    }
                    ast::CallArg::PosSplat(expr) => Arg::Splat(self.expr(expr)?),
                    ast::CallArg::KwargSplat(expr) => Arg::KeywordSplat(self.expr(expr)?),
                })
            })
            .collect()
    }

    fn call(&mut self, call: &ast::Call<'_>, span: Span) -> Lowered<Expr> {
        let callee = self.boxed(&call.expr)?;
        let args = self.args(&call.args)?;
        let span = span.to(callee.span);
        if self.tuple_subscripts.contains(&span.end) {
            let items = args
                .into_iter()
                .map(|arg| match arg {
                    Arg::Positional(expr) => Ok(expr),
                    Arg::Keyword(..) | Arg::Splat(_) | Arg::KeywordSplat(_) => {
                        Err(fault("expected token ']', got '='", span))
                    }
                })
                .collect::<Lowered<Vec<_>>>()?;
            let key = Expr { span, kind: ExprKind::Tuple(items) };
            return Ok(Expr { span, kind: ExprKind::Item(callee, Box::new(key)) });
        }
        Ok(Expr { span, kind: ExprKind::Call(callee, args) })
    }

    fn expr(&mut self, expr: &ast::Expr<'_>) -> Lowered<Expr> {
        let own = span_of(expr.span());
        let (span, kind) = match expr {
            ast::Expr::Var(var) => (own, ExprKind::Var(self.name(var.id))),
            ast::Expr::Const(constant) => (own, self.constant(own, &constant.value)),
            ast::Expr::Slice(slice) => {
                let sliced = self.boxed(&slice.expr)?;
                let parts = [
                    self.option(slice.start.as_ref())?,
                    self.option(slice.stop.as_ref())?,
                    self.option(slice.step.as_ref())?,
                ];
                (own.to(sliced.span), ExprKind::Slice(sliced, Box::new(parts)))
            }
            ast::Expr::UnaryOp(op) => {
                let operand = self.boxed(&op.expr)?;
                let span = operand.span.to(own);
                match op.op {
                    // `a not in b` and `x is not y` arrive as a negation around the comparison.
                    ast::UnaryOpKind::Not => (span, ExprKind::Not(operand)),
                    ast::UnaryOpKind::Neg => (span, ExprKind::Neg(operand)),
                }
            }
            ast::Expr::BinOp(op) => {
                let (left, right) = (self.boxed(&op.left)?, self.boxed(&op.right)?);
                let span = left.span.to(right.span);
                let compare = |op, left, right: Box<Expr>| ExprKind::Compare(left, vec![(op, *right)]);
                let binary = |op, left, right| ExprKind::Binary(op, left, right);
                let kind = match op.op {
                    ast::BinOpKind::Eq => compare(CompareOp::Eq, left, right),
                    ast::BinOpKind::Ne => compare(CompareOp::Ne, left, right),
                    ast::BinOpKind::Lt => compare(CompareOp::Lt, left, right),
                    ast::BinOpKind::Lte => compare(CompareOp::Lte, left, right),
                    ast::BinOpKind::Gt => compare(CompareOp::Gt, left, right),
                    ast::BinOpKind::Gte => compare(CompareOp::Gte, left, right),
                    ast::BinOpKind::In => compare(CompareOp::In, left, right),
                    ast::BinOpKind::ScAnd => ExprKind::And(left, right),
                    ast::BinOpKind::ScOr => ExprKind::Or(left, right),
                    ast::BinOpKind::Add => binary(BinaryOp::Add, left, right),
                    ast::BinOpKind::Sub => binary(BinaryOp::Sub, left, right),
                    ast::BinOpKind::Mul => binary(BinaryOp::Mul, left, right),
                    ast::BinOpKind::Div => binary(BinaryOp::Div, left, right),
                    ast::BinOpKind::FloorDiv => binary(BinaryOp::FloorDiv, left, right),
                    ast::BinOpKind::Rem => binary(BinaryOp::Rem, left, right),
                    ast::BinOpKind::Pow => binary(BinaryOp::Pow, left, right),
                    ast::BinOpKind::Concat => binary(BinaryOp::Concat, left, right),
                };
                (span, kind)
            }
            ast::Expr::Compare(compare) => {
                let first = self.boxed(&compare.expr)?;
                let mut span = first.span;
                let mut ops = Vec::with_capacity(compare.ops.len());
                for op in &compare.ops {
                    let operand = self.expr(&op.expr)?;
                    span = span.to(operand.span);
                    ops.push((compare_op(op.op), operand));
                }
                (span, ExprKind::Compare(first, ops))
            }
            ast::Expr::IfExpr(cond) => {
                let (test, then, otherwise) = self.softly(|lowering| {
                    let test = lowering.boxed(&cond.test_expr)?;
                    let then = lowering.boxed(&cond.true_expr)?;
                    let otherwise = cond.false_expr.as_ref().map(|expr| lowering.boxed(expr)).transpose()?;
                    Ok((test, then, otherwise))
                })?;
                let end = otherwise.as_ref().map_or(test.span, |expr| expr.span);
                (then.span.to(end), ExprKind::If(test, then, otherwise))
            }
            ast::Expr::Filter(filter) => {
                let operand = filter.expr.as_ref().map(|expr| self.boxed(expr)).transpose()?;
                let args = self.args(&filter.args)?;
                if !filters::exists(filter.name) {
                    self.refuse(own, &format!("No filter named '{}'.", filter.name));
                }
                let span = operand.as_ref().map_or(own, |operand| operand.span.to(own));
                (span, ExprKind::Filter(self.name(filter.name), operand, args))
            }
            ast::Expr::Test(test) => {
                let operand = self.boxed(&test.expr)?;
                let between = self.text.as_str().get(operand.span.end as usize..own.start as usize);
                if matches!(operand.kind, ExprKind::Test(..)) && between.is_some_and(|between| !between.contains(')')) {
                    return Err(fault("You cannot chain multiple tests with is", own));
                }
                let args = self.args(&test.args)?;
                if !tests::exists(test.name) {
                    self.refuse(own, &format!("No test named '{}'.", test.name));
                }
                (operand.span.to(own), ExprKind::Test(self.name(test.name), operand, args))
            }
            ast::Expr::GetAttr(attr) => {
                let operand = self.boxed(&attr.expr)?;
                (operand.span.to(own), ExprKind::Attr(operand, self.name(attr.name)))
            }
            ast::Expr::GetItem(item) => {
                let operand = self.boxed(&item.expr)?;
                let key = self.boxed(&item.subscript_expr)?;
                (operand.span.to(own), ExprKind::Item(operand, key))
            }
            ast::Expr::Call(call) => return self.call(call, own),
            ast::Expr::List(list) => (own, ExprKind::List(self.exprs(&list.items)?)),
            ast::Expr::Tuple(tuple) => (own, ExprKind::Tuple(self.exprs(&tuple.items)?)),
            ast::Expr::Map(map) => {
                let entries = map
                    .keys
                    .iter()
                    .zip(&map.values)
                    .map(|(key, value)| Ok((self.expr(key)?, self.expr(value)?)))
                    .collect::<Lowered<Vec<_>>>()?;
                (own, ExprKind::Dict(entries))
            }
        };
        Ok(Expr { span, kind })
    }

    /// Jinja2 compiles a template before it runs it and refuses there what is not under a condition.
    fn refuse(&mut self, span: Span, message: &str) {
        if self.soft == 0 && self.refused.is_none() {
            self.refused = Some((span, message.to_owned()));
        }
    }

    /// Literals are read from the source, as Python reads them.
    fn constant(&mut self, span: Span, value: &minijinja::Value) -> ExprKind {
        let source = &self.text.as_str()[span.start as usize..span.end as usize];
        match source.bytes().next() {
            Some(b'\'' | b'"') => ExprKind::Str(self.string(span)),
            Some(b'0'..=b'9') => number(source),
            _ if value.kind() == minijinja::value::ValueKind::Bool => ExprKind::Bool(value.is_true()),
            _ => ExprKind::None,
        }
    }

    fn raw(&self, raw: &str) -> Literal {
        let start = raw.as_ptr() as usize - self.base;
        let mut builder = TextBuilder::default();
        self.normalized(start..start + raw.len(), &mut builder);
        literal(builder)
    }

    /// Adds a range of the template with every kind of line end as a newline.
    fn normalized(&self, range: Range<usize>, builder: &mut TextBuilder) {
        let source = self.text.as_str();
        let mut from = range.start;
        while let Some(found) = source[from..range.end].find('\r') {
            let at = from + found;
            builder.push_slice(self.text, from..at);
            let end = at + if source[at..range.end].starts_with("\r\n") { 2 } else { 1 };
            builder.push_made("\n", self.text.place_of(at..end), None);
            from = end;
        }
        builder.push_slice(self.text, from..range.end);
    }

    /// Adjacent string literals are one string.
    fn string(&self, span: Span) -> Literal {
        let source = self.text.as_str();
        let end = span.end as usize;
        let mut builder = TextBuilder::default();
        let mut at = span.start as usize;
        while let Some(found) = source[at..end].find(['\'', '"']) {
            let quote = source.as_bytes()[at + found];
            at += found + 1;
            let mut from = at;
            while at < end && source.as_bytes()[at] != quote {
                if source.as_bytes()[at] == b'\\' {
                    self.normalized(from..at, &mut builder);
                    let (decoded, len) = escape(&source[at..end]);
                    builder.push_made(&decoded, self.text.place_of(at..at + len), None);
                    at += len;
                    from = at;
                } else {
                    at += 1;
                }
            }
            self.normalized(from..at.min(end), &mut builder);
            at = (at + 1).min(end);
        }
        literal(builder)
    }
}

fn literal(builder: TextBuilder) -> Literal {
    let Text { value, pieces } = builder.finish();
    Literal { value, pieces: if pieces.is_empty() { None } else { Some(pieces) } }
}

fn fault(message: &str, span: Span) -> SyntaxFault {
    SyntaxFault { message: message.to_owned(), span }
}

fn compare_op(op: ast::CompareOpKind) -> CompareOp {
    match op {
        ast::CompareOpKind::Eq => CompareOp::Eq,
        ast::CompareOpKind::Ne => CompareOp::Ne,
        ast::CompareOpKind::Lt => CompareOp::Lt,
        ast::CompareOpKind::Lte => CompareOp::Lte,
        ast::CompareOpKind::Gt => CompareOp::Gt,
        ast::CompareOpKind::Gte => CompareOp::Gte,
        ast::CompareOpKind::In => CompareOp::In,
        ast::CompareOpKind::NotIn => CompareOp::NotIn,
    }
}

fn number(source: &str) -> ExprKind {
    let digits: String = source.chars().filter(|&c| c != '_').collect();
    let radix = match digits.get(..2) {
        Some("0x" | "0X") => 16,
        Some("0o" | "0O") => 8,
        Some("0b" | "0B") => 2,
        _ => 10,
    };
    if radix == 10 && digits.contains(['.', 'e', 'E']) {
        return ExprKind::Float(digits.parse().unwrap_or(f64::INFINITY));
    }
    let digits = if radix == 10 { digits.as_str() } else { &digits[2..] };
    if let Ok(small) = i64::from_str_radix(digits, radix) {
        return ExprKind::Int(small);
    }
    let big = num_bigint::BigInt::parse_bytes(digits.as_bytes(), radix).unwrap_or_default();
    ExprKind::BigInt(big.to_string().into_boxed_str())
}

/// What an escape sequence stands for in Python, and how many bytes of the source it takes.
fn escape(source: &str) -> (String, usize) {
    let mut chars = source.chars();
    chars.next();
    let Some(kind) = chars.next() else { return ("\\".to_owned(), 1) };
    let len = 1 + kind.len_utf8();
    let hex = |digits: usize| {
        let code = source.get(2..2 + digits)?;
        if !code.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return None;
        }
        char::from_u32(u32::from_str_radix(code, 16).ok()?)
    };
    let decoded = match kind {
        '\n' => String::new(),
        '\\' => "\\".to_owned(),
        '\'' => "'".to_owned(),
        '"' => "\"".to_owned(),
        'a' => "\u{7}".to_owned(),
        'b' => "\u{8}".to_owned(),
        'f' => "\u{c}".to_owned(),
        'n' => "\n".to_owned(),
        'r' => "\r".to_owned(),
        't' => "\t".to_owned(),
        'v' => "\u{b}".to_owned(),
        'x' | 'u' | 'U' => {
            let digits = match kind {
                'x' => 2,
                'u' => 4,
                _ => 8,
            };
            return match hex(digits) {
                Some(char) => (char.to_string(), 2 + digits),
                None => (format!("\\{kind}"), len),
            };
        }
        '0'..='7' => {
            let digits = source[1..].bytes().take(3).take_while(|byte| (b'0'..=b'7').contains(byte)).count();
            let code = u32::from_str_radix(&source[1..=digits], 8).unwrap_or(0);
            return (char::from_u32(code).map(String::from).unwrap_or_default(), 1 + digits);
        }
        other => {
            let mut kept = String::from("\\");
            if other.is_ascii() {
                kept.push(other);
            } else {
                // Jinja2 turns characters outside ASCII into escapes before it decodes the literal.
                let _ = write!(kept, "{other}");
            }
            kept
        }
    };
    (decoded, len)
}

/// Which of the special names a macro's body reads.
#[derive(Default)]
struct Used {
    varargs: bool,
    kwargs: bool,
    caller: bool,
}

impl Used {
    fn stmts(&mut self, stmts: &[Stmt]) {
        super::walk::exprs(stmts, &mut |expr| {
            if let ExprKind::Var(name) = &expr.kind {
                match &**name {
                    "varargs" => self.varargs = true,
                    "kwargs" => self.kwargs = true,
                    "caller" => self.caller = true,
                    _ => {}
                }
            }
        });
    }
}
