//! `DO $$ … $$`: statements that stand in it as they would on their own are carried out, up to the first of
//! PL/pgSQL's own.

use crate::sql::{self, Dialect};

use super::super::stop::{Done, Stop};
use super::super::{Verdict, Warehouse};
use super::Said;

/// What is said of the rest.
const INSIDE: &str = "the inside of a block is not executed in the rehearsal";

/// The statements of SQL that a block takes as they are.
const PLAIN: [&str; 11] =
    ["insert", "update", "delete", "merge", "create", "drop", "alter", "grant", "revoke", "truncate", "comment"];

impl Warehouse {
    pub(super) fn block(&mut self, said: &Said<'_>) -> Done<()> {
        let Some((statements, is_whole)) = body(said).and_then(|body| plain(body, said.dialect)) else {
            self.catalog.out_of_sight();
            return Err(Stop::not_proved(INSIDE));
        };
        let (mut is_assumed, mut is_guessed) = (false, false);
        let done = self.atomically(|warehouse| {
            for text in &statements {
                for effect in warehouse.execute(text) {
                    is_assumed |= effect.verdict == Verdict::Assumed;
                    is_guessed |= effect.guessed;
                    let cause = effect.cause.unwrap_or_default();
                    match effect.verdict {
                        Verdict::Refuted => return Err(Stop::refuted(cause)),
                        Verdict::NotProved => return Err(Stop::not_proved(cause)),
                        _ => {}
                    }
                }
            }
            if is_whole { Ok(()) } else { Err(Stop::not_proved(INSIDE)) }
        });
        self.touched.assumed |= is_assumed;
        self.touched.guessed |= is_guessed;
        if matches!(done, Err(Stop::NotProved(_))) {
            self.catalog.out_of_sight();
        }
        done
    }
}

/// The text between the dollars, where it is PL/pgSQL.
fn body<'t>(said: &Said<'t>) -> Option<&'t str> {
    if said.dialect != Dialect::Postgres || (said.has("language") && !said.has("language plpgsql")) {
        return None;
    }
    let text = said.tokens.iter().find(|token| token.kind == sql::Kind::Dollar)?.text;
    let tag = text.get(..=text.get(1..)?.find('$')? + 1)?;
    text.strip_prefix(tag)?.strip_suffix(tag)
}

/// The statements that a block begins with, and whether they are all of it; none where it catches what fails, or names
/// variables.
fn plain(body: &str, dialect: Dialect) -> Option<(Vec<String>, bool)> {
    let tokens = sql::code_tokens(body, dialect);
    let catches = tokens.windows(2).any(|pair| pair[0].is("exception") && pair[1].is("when"));
    let (first, rest) = tokens.split_first()?;
    if !first.is("begin") || catches {
        return None;
    }
    let mut statements = Vec::new();
    for tokens in rest.split(|token| token.is_symbol(";")) {
        let (Some(first), Some(last)) = (tokens.first(), tokens.last()) else { continue };
        if tokens.len() == 1 && first.is("end") {
            return Some((statements, true));
        }
        let text = &body[first.start..last.end()];
        let gives = tokens.iter().any(|token| token.is("returning") || token.is("into")) && !first.is("insert");
        let returns = tokens.iter().any(|token| token.is("returning"));
        if first.is("perform") && !gives {
            statements.push(format!("select{}", &text["perform".len()..]));
        } else if PLAIN.iter().any(|verb| first.is(verb)) && !returns && (!gives || first.is("merge")) {
            statements.push(text.to_owned());
        } else {
            return (!statements.is_empty()).then_some((statements, false));
        }
    }
    // It does not end.
    None
}
