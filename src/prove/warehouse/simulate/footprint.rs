//! What a statement may do whose inside is not executed: the body of a function, a block, a statement that no grammar
//! reads. Its tokens tell which relations it names to write to; what is put together while it runs may be anything.

use std::collections::BTreeSet;

use super::super::catalog::Certainty;
use super::super::catalog::object::{Class, Object};
use super::super::name::RelationName;
use super::super::{Relation, Warehouse};
use super::reader::{Reader, Written};
use crate::sql::{self, Kind as TokenKind, Token, UNKNOWN, Verb};

/// How deep texts are looked into that hold texts of statements.
const DEEPEST: usize = 4;

/// What may have been done, none of which was executed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::prove::warehouse) struct Footprint {
    /// The relations whose rows may be others.
    rows: BTreeSet<RelationName>,
    /// Whether the rows of any relation may be.
    any_rows: bool,
    /// The relations that may have other columns, or another kind.
    shapes: BTreeSet<RelationName>,
    /// Whether any may.
    any_shapes: bool,
    /// The relations that may have come.
    made: BTreeSet<RelationName>,
    /// The relations that may have gone.
    gone: BTreeSet<RelationName>,
}

impl Footprint {
    /// What nothing is known of may have done everything.
    pub(in crate::prove::warehouse) fn everything() -> Footprint {
        Footprint { any_rows: true, any_shapes: true, ..Footprint::default() }
    }

    /// The rows of every relation.
    fn all_rows() -> Footprint {
        Footprint { any_rows: true, ..Footprint::default() }
    }

    fn add(&mut self, other: &Footprint) {
        self.rows.extend(other.rows.iter().cloned());
        self.shapes.extend(other.shapes.iter().cloned());
        self.made.extend(other.made.iter().cloned());
        self.gone.extend(other.gone.iter().cloned());
        self.any_rows |= other.any_rows;
        self.any_shapes |= other.any_shapes;
    }
}

/// A trigger or a rule: what writing to its table does besides.
#[derive(Debug, Clone)]
pub(in crate::prove::warehouse) struct Fired {
    /// Whether it may change or refuse what is written, before or instead.
    changes: bool,
    /// The function that it calls; none where its own text says what it does.
    function: Option<Object>,
    own: Footprint,
}

impl Warehouse {
    /// What a text may do when it is not executed.
    pub(in crate::prove::warehouse) fn footprint(&self, text: &str) -> Footprint {
        self.footprint_of(&sql::code_tokens(text, self.dialect()))
    }

    fn footprint_of(&self, tokens: &[Token<'_>]) -> Footprint {
        let mut made = Footprint::default();
        self.tread(tokens, &mut made, 0);
        made
    }

    fn tread(&self, tokens: &[Token<'_>], made: &mut Footprint, depth: usize) {
        let mut reader = Reader::new(tokens, self.dialect());
        let mut before: Option<&Token<'_>> = None;
        while let Some(token) = reader.peek() {
            let mut after = reader;
            after.advance();
            match token.kind {
                // The body of a block or a function; any other text is a value.
                TokenKind::Dollar => self.tread_text(reader, made, depth),
                TokenKind::Text if before.is_some_and(|before| before.is_any(&["as", "do"])) => {
                    self.tread_text(reader, made, depth);
                }
                TokenKind::Word | TokenKind::Quoted => self.tread_word(token, before, after, reader, made, depth),
                _ => {}
            }
            before = Some(token);
            reader = after;
        }
    }

    fn tread_text(&self, mut reader: Reader<'_>, made: &mut Footprint, depth: usize) {
        let Some(text) = reader.text() else { return };
        if depth >= DEEPEST {
            made.add(&Footprint::everything());
            return;
        }
        self.tread(&sql::code_tokens(&text, self.dialect()), made, depth + 1);
    }

    fn tread_word(
        &self,
        token: &Token<'_>,
        before: Option<&Token<'_>>,
        after: Reader<'_>,
        at: Reader<'_>,
        made: &mut Footprint,
        depth: usize,
    ) {
        let mut rest = after;
        let word = if token.kind == TokenKind::Word { token.text.to_ascii_lowercase() } else { String::new() };
        match word.as_str() {
            "insert" | "merge" if rest.eat_any(&["into", "overwrite into", "overwrite table", "overwrite"]) => {
                self.wrote(rest.name(), made);
            }
            "insert" if rest.eat("or") => {
                rest.advance();
                if rest.eat("into") {
                    self.wrote(rest.name(), made);
                }
            }
            "delete" if rest.eat("from") => {
                rest.eat("only");
                self.wrote(rest.name(), made);
            }
            "update" => {
                rest.eat("only");
                let name = rest.name();
                // Not `for update`, `do update set`, `after update on`.
                if rest.rest().iter().take(4).any(|token| token.is("set")) && before.is_none_or(|one| !one.is("do")) {
                    self.wrote(name, made);
                }
            }
            "truncate" => {
                rest.eat("table");
                rest.eat("only");
                rest.names().into_iter().for_each(|name| self.wrote(Some(name), made));
            }
            "copy" => {
                rest.eat("into");
                self.wrote(rest.name(), made);
            }
            "refresh" if rest.eat("materialized view") => {
                rest.eat("concurrently");
                self.wrote(rest.name(), made);
            }
            "alter" if rest.eat_any(&["table", "view", "materialized view", "foreign table"]) => {
                rest.if_exists();
                rest.eat("only");
                let name = self.relation_meant(rest.name());
                match &name {
                    Some(name) => made.shapes.insert(name.clone()),
                    None => std::mem::replace(&mut made.any_shapes, true),
                };
                if rest.eat("rename to")
                    && let Some(mut to) = self.relation_meant(rest.name())
                    && let Some(from) = name
                {
                    to.schema.clone_from(&from.schema);
                    to.database.clone_from(&from.database);
                    made.made.insert(to);
                    made.gone.insert(from);
                }
            }
            "drop" if rest.eat_any(&["table", "view", "materialized view", "foreign table"]) => {
                rest.if_exists();
                for name in rest.names() {
                    match self.relation_meant(Some(name)) {
                        Some(name) => made.gone.insert(name),
                        None => std::mem::replace(&mut made.any_shapes, true),
                    };
                }
                made.any_shapes |= rest.eat("cascade");
            }
            "drop" | "alter" if rest.eat("schema") => made.any_shapes = true,
            "create" => self.tread_create(rest, made),
            "execute" if !after.next_is("function") && !after.next_is("procedure") && !after.next_is("on") => {
                rest.eat("immediate");
                self.tread_dynamic(rest, made, depth);
            }
            _ if before.is_none_or(|before| !before.is_symbol(".")) => self.tread_call(at, before, made),
            _ => {}
        }
    }

    fn tread_create(&self, mut rest: Reader<'_>, made: &mut Footprint) {
        let replaces = rest.eat("or replace");
        while rest.eat_any(&["temp", "temporary", "unlogged", "global", "local", "transient", "recursive"]) {}
        if !rest.eat_any(&["table", "view", "materialized view", "foreign table"]) {
            return;
        }
        rest.if_not_exists();
        match self.relation_meant(rest.name()) {
            Some(name) => {
                if replaces {
                    made.shapes.insert(name.clone());
                }
                made.made.insert(name);
            }
            None => made.any_shapes |= replaces,
        }
    }

    /// `execute` of a text that is put together: what is written out of it tells what it does.
    fn tread_dynamic(&self, mut rest: Reader<'_>, made: &mut Footprint, depth: usize) {
        let mut text = String::new();
        let mut is_format = rest.eat("format");
        is_format = rest.eat_symbol("(") && is_format;
        while let Some(token) = rest.peek() {
            if token.is_symbol(";") || token.is_any(&["using", "into", "loop"]) {
                break;
            }
            match rest.text() {
                Some(part) if is_format => {
                    text.push_str(&with_places(&part));
                    break;
                }
                Some(part) => text.push_str(&part),
                None => {
                    if !token.is_symbol("||") && !token.is_symbol(")") && !text.ends_with(UNKNOWN) {
                        text.push_str(UNKNOWN);
                    }
                    rest.advance();
                }
            }
        }
        let is_told = text.trim_start().get(..1).is_some() && !text.trim_start().starts_with(UNKNOWN);
        if !is_told || depth >= DEEPEST {
            made.add(&Footprint::everything());
            return;
        }
        self.tread(&sql::code_tokens(&text, self.dialect()), made, depth + 1);
    }

    /// The call of a function or procedure that is none of the warehouse's own.
    fn tread_call(&self, mut at: Reader<'_>, before: Option<&Token<'_>>, made: &mut Footprint) {
        let is_command = before.is_some_and(|before| before.is_any(&["perform", "call", "exec"]));
        let Some(name) = at.name() else { return };
        if !(at.peek().is_some_and(|next| next.is_symbol("(")) || is_command) {
            return;
        }
        // Names of columns follow there: `insert into s.t (a)`, `references s.t (a)`, `create table s.t (a int)`.
        let names_columns =
            ["into", "table", "references", "on", "exists", "with", "as", "function", "procedure", "index"];
        if !is_command && before.is_some_and(|before| before.is_any(&names_columns)) {
            return;
        }
        let named = self.object(Class::Function, &name).ok();
        let known = named.as_ref().and_then(|named| self.routine_prints.get(&named.path));
        if let Some(known) = known {
            made.add(known);
            return;
        }
        let schema = name.parts.len().checked_sub(2).and_then(|at| name.parts.get(at)).map(|(schema, _)| schema);
        let is_own = schema
            .is_some_and(|one| ["pg_catalog", "information_schema"].iter().any(|own| one.eq_ignore_ascii_case(own)));
        // A column of a composite type looks the same, and does nothing.
        if is_command || (schema.is_some() && !is_own && self.is_postgres()) {
            made.add(&Footprint::all_rows());
        }
    }

    fn relation_meant(&self, name: Option<Written>) -> Option<RelationName> {
        let name = name.filter(|name| !name.is_unknown())?;
        self.meant(&name).ok()
    }

    fn wrote(&self, name: Option<Written>, made: &mut Footprint) {
        match self.relation_meant(name) {
            Some(name) => {
                made.rows.insert(name);
            }
            None => made.any_rows = true,
        }
    }

    /// Notes what something may have done that was not executed.
    pub(in crate::prove::warehouse) fn leave(&mut self, print: &Footprint) {
        if *print == Footprint::default() {
            return;
        }
        let named = [&print.shapes, &print.made, &print.gone];
        self.is_out_of_sight |= print.any_shapes || named.iter().any(|names| !names.is_empty());
        if print.any_rows || print.any_shapes {
            let tables = self.catalog().relations().filter(|one| !one.is_view()).map(|one| one.name.clone());
            self.guessed.extend(tables.collect::<Vec<_>>());
        }
        let shaped: Vec<RelationName> = if print.any_shapes {
            self.catalog.out_of_sight();
            self.catalog().relations().map(|one| one.name.clone()).collect()
        } else {
            print.shapes.iter().cloned().collect()
        };
        for name in shaped {
            self.doubt(&name, Certainty::Inferred);
        }
        for name in &print.gone {
            self.doubt(name, Certainty::Assumed);
        }
        for name in &print.made {
            self.catalog.forget(name);
        }
        let rows = print.rows.iter().chain(&print.shapes).chain(&print.made);
        self.guessed.extend(rows.cloned());
    }

    /// Lets a relation have columns that are not known, or be gone.
    fn doubt(&mut self, name: &RelationName, certainty: Certainty) {
        let Some(relation) = self.catalog.relation(name).filter(|one| one.certainty < certainty) else { return };
        let relation = Relation { certainty, ..(**relation).clone() };
        self.catalog.insert(relation);
    }

    /// Keeps what a function, trigger or rule does, which is made by a statement.
    pub(super) fn keep_print(&mut self, object: &Object, tokens: &[Token<'_>]) {
        match object.class {
            Class::Function | Class::Procedure => {
                let print = self.footprint_of(tokens);
                let mut path = object.path.clone();
                path.truncate(3);
                self.routine_prints.entry(path).or_default().add(&print);
            }
            Class::Trigger => {
                let mut reader = Reader::new(tokens, self.dialect());
                let function = (reader.seek(&["execute"])
                    && reader.eat_any(&["execute function", "execute procedure"]))
                .then(|| reader.name())
                .flatten()
                .and_then(|name| self.object(Class::Function, &name).ok());
                let changes = !tokens.iter().any(|token| token.is("after"));
                self.fired.insert(object.clone(), Fired { changes, function, own: Footprint::default() });
            }
            Class::Rule => {
                let own = self.footprint_of(tokens);
                self.fired.insert(object.clone(), Fired { changes: true, function: None, own });
            }
            _ => {}
        }
    }

    /// The triggers and rules of a table.
    fn fired_by(&self, table: &RelationName) -> Vec<Fired> {
        if self.fired.is_empty() {
            return Vec::new();
        }
        let path = Object::relation(table).path;
        let ledger = self.catalog().ledger();
        let parts = [Class::Trigger, Class::Rule].into_iter().flat_map(|class| ledger.there(class, &path));
        let unknown = || Fired { changes: true, function: None, own: Footprint::everything() };
        parts.map(|part| self.fired.get(part).cloned().unwrap_or_else(unknown)).collect()
    }

    /// Whether a trigger or rule may change what is written to a table, or leave it out.
    pub(in crate::prove::warehouse) fn is_changed_by_trigger(&self, table: &RelationName) -> bool {
        self.fired_by(table).iter().any(|fired| fired.changes)
    }

    /// What the triggers and rules do of the tables that a statement writes to; whether there are any.
    pub(in crate::prove::warehouse) fn fire(&mut self, text: &str, verb: &Verb) -> bool {
        let is_query_with_writes = matches!(verb, Verb::With | Verb::Select);
        let writes = matches!(verb, Verb::Insert | Verb::Update | Verb::Delete | Verb::Truncate | Verb::Merge);
        if self.fired.is_empty() || !(writes || is_query_with_writes || *verb == Verb::Copy) {
            return false;
        }
        let written = self.footprint(text).rows;
        let mut done = Footprint::default();
        let mut open: Vec<RelationName> = written.into_iter().collect();
        let mut seen: BTreeSet<RelationName> = open.iter().cloned().collect();
        let mut is_any = false;
        while let Some(table) = open.pop() {
            // What goes with a row of another table by its foreign key.
            let mut next: Vec<RelationName> = self.catalog().referrers(&table).cloned().collect();
            for fired in self.fired_by(&table) {
                is_any = true;
                if fired.changes {
                    done.rows.insert(table.clone());
                }
                let print = match &fired.function {
                    Some(function) => self.routine_prints.get(&function.path).cloned(),
                    None => Some(fired.own),
                };
                let print = print.unwrap_or_else(Footprint::all_rows);
                next.extend(print.rows.iter().cloned());
                done.add(&print);
            }
            open.extend(next.into_iter().filter(|name| seen.insert(name.clone())));
        }
        if is_any {
            self.leave(&done);
        }
        is_any
    }
}

/// A text of `format()` with something unknown in the place of what it is given.
fn with_places(text: &str) -> String {
    let mut whole = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('%') {
        whole.push_str(&rest[..at]);
        let after = &rest[at + 1..];
        let digits = after.find(|c: char| !(c.is_ascii_digit() || c == '$' || c == '-')).unwrap_or(after.len());
        match after[digits..].chars().next() {
            Some('I' | 's' | 'L') => {
                whole.push_str(UNKNOWN);
                rest = &after[digits + 1..];
            }
            Some('%') => {
                whole.push('%');
                rest = &after[digits + 1..];
            }
            _ => rest = after,
        }
    }
    whole + rest
}
