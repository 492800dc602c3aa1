//! Which models dbt reads without rendering them: its static parser (dbt-extractor 0.6) takes files that hold
//! nothing but calls of `ref`, `source` and `config` with literal arguments, and no hooks among these. The hooks of these are parsed
//! when the model's settings are known; those of other models before that.

use crate::jinja::tree::{Arg, Expr, ExprKind, Stmt, Template};

/// Whether dbt's static parser takes a model.
pub(super) fn is_static(template: &Template) -> bool {
    let text = template.text.as_str();
    !["{%", "{{-", "-}}"].iter().any(|tag| text.contains(tag))
        && template.body.iter().all(|stmt| match stmt {
            Stmt::Raw(_) => true,
            Stmt::Print(expr, _) => is_call(template, expr) || is_number(expr),
            _ => false,
        })
}

fn is_number(expr: &Expr) -> bool {
    matches!(expr.kind, ExprKind::Int(_) | ExprKind::Str(_))
}

fn is_call(template: &Template, expr: &Expr) -> bool {
    let ExprKind::Call(callee, args) = &expr.kind else { return false };
    let ExprKind::Var(name) = &callee.kind else { return false };
    let is_text = |arg: &Arg| matches!(arg, Arg::Positional(Expr { kind: ExprKind::Str(_), .. }));
    match &**name {
        "config" => {
            let is_hook = |name: &str| matches!(name, "pre_hook" | "post_hook");
            let is_setting = |arg: &Arg| match arg {
                Arg::Keyword(name, value, _) => !is_hook(name) && is_value(template, value),
                _ => false,
            };
            !args.is_empty() && args.iter().all(is_setting)
        }
        "source" => args.len() == 2 && args.iter().all(is_text),
        "ref" => {
            let is_version = |arg: &Arg| match arg {
                Arg::Keyword(name, value, _) => matches!(&**name, "v" | "version") && is_number(value),
                _ => false,
            };
            !args.is_empty() && args.iter().all(|arg| is_text(arg) || is_version(arg))
        }
        _ => false,
    }
}

/// Text, `True`, `False`, and lists and dicts of these.
fn is_value(template: &Template, expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Str(_) => true,
        ExprKind::Bool(_) => {
            template.text.as_str().get(expr.span.start as usize..).is_some_and(|text| text.starts_with(['T', 'F']))
        }
        ExprKind::List(items) => items.iter().all(|item| is_value(template, item)),
        ExprKind::Dict(entries) => {
            entries.iter().all(|(key, value)| matches!(key.kind, ExprKind::Str(_)) && is_value(template, value))
        }
        _ => false,
    }
}
