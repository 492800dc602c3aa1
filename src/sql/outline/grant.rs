//! Who is granted what on which object.

use super::super::token::{Kind, Token};
use super::super::verb::{ObjectKind, Verb};
use super::cursor::Cursor;
use super::{Grantee, Outline};

/// GRANT, REVOKE and DENY, after the verb.
pub(super) fn grant(cursor: &mut Cursor<'_, '_>, outline: &mut Outline) {
    let ending: &[&str] = if outline.verb == Verb::Grant { &["to"] } else { &["from", "to"] };
    if cursor.eat("grant") || cursor.eat("admin") {
        cursor.eat("option");
        cursor.eat("for");
    }
    let mut clauses = *cursor;
    let mut on = None;
    let mut to = None;
    while let Some(token) = clauses.peek() {
        if token.is_symbol("(") {
            clauses.parenthesis();
            continue;
        }
        if token.is("on") && on.is_none() && to.is_none() {
            if clauses.peek_at(1).is_some_and(|next| next.is("cluster")) && clauses.at == cursor.at {
                clauses.at += 3;
                cursor.at = clauses.at;
                continue;
            }
            on = Some(clauses.at);
        } else if token.is_any(ending) && to.is_none() {
            to = Some(clauses.at);
        } else if token.is("option") && to.is_some() {
            outline.grant_option = true;
        }
        clauses.advance();
    }
    let privileges_end = on.or(to).unwrap_or(cursor.tokens.len());
    if let Some(on) = on {
        outline.privileges = privileges(&cursor.tokens[cursor.at.min(privileges_end)..privileges_end]);
        let mut target = Cursor { at: on + 1, ..*cursor };
        outline.on_all = target.eat("all");
        outline.on_future = target.eat("future");
        outline.object = target.eat_object();
        if outline.on_all || outline.on_future {
            target.eat("in");
            target.eat_object();
        }
        if target.peek_at(1).is_some_and(|next| next.is_symbol("::")) {
            target.at += 2;
        }
        target.names(outline);
    } else {
        let mut target = Cursor { at: cursor.at, ..*cursor };
        outline.object = Some(target.eat_object().unwrap_or(ObjectKind::Role));
        target.names(outline);
    }
    if let Some(to) = to {
        let mut target = Cursor { at: to + 1, ..*cursor };
        loop {
            let kinds = ["role", "user", "group", "share", "datashare", "database", "application", "account"];
            let mut kind = None;
            while let Some(token) = target.peek()
                && token.is_any(&kinds)
                && target.peek_at(1).is_some_and(|next| next.is_name() || next.kind == Kind::Text)
            {
                kind = Some(token.text.to_lowercase());
                target.advance();
            }
            let Some(name) = target.name().or_else(|| target.place_name()) else { break };
            outline.grantees.push(Grantee { kind, name });
            if !target.eat_symbol(",") {
                break;
            }
        }
    }
    outline.cascade = cursor.tokens.last().is_some_and(|token| token.is("cascade"));
}

/// The items of a list of privileges: their words, without columns.
fn privileges(tokens: &[Token<'_>]) -> Vec<String> {
    let mut items = vec![String::new()];
    let mut depth = 0_usize;
    for token in tokens {
        match token.text {
            "(" => depth += 1,
            ")" => depth = depth.saturating_sub(1),
            "," if depth == 0 => items.push(String::new()),
            text if depth == 0 => {
                if let Some(item) = items.last_mut() {
                    if !item.is_empty() {
                        item.push(' ');
                    }
                    item.push_str(&text.to_lowercase());
                }
            }
            _ => {}
        }
    }
    items.retain(|item| !item.is_empty());
    items
}
