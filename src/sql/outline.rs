//! What a statement's tokens say of it, whether or not a grammar knows it.

pub(super) mod cursor;
mod grant;
mod query;

use std::ops::Range;

use super::UNKNOWN;
use super::dialect::Dialect;
use super::split;
use super::token::{Kind, Token};
use super::verb::{ObjectKind, Verb};

use cursor::Cursor;
use grant::grant;

/// The name of an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Name {
    /// The name as it is written, quotes included.
    pub text: String,
    /// Its parts, without quotes.
    pub parts: Vec<String>,
    /// Where it stands.
    pub range: Range<usize>,
}

impl Name {
    /// Its last part.
    #[must_use]
    pub fn last(&self) -> &str {
        self.parts.last().map_or("", String::as_str)
    }
}

/// Who is granted something, or loses it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grantee {
    /// The word before the name, in lower case: `role`, `user`, `group`, `share` …
    pub kind: Option<String>,
    /// The name.
    pub name: Name,
}

/// What a statement does, to what, and under which guards.
#[expect(clippy::struct_excessive_bools, reason = "facts that do not depend on each other")]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outline {
    /// What it does. After WITH, what follows; after a guard of Transact-SQL (`if not exists (…) create …`),
    /// what is guarded.
    pub verb: Verb,
    /// Where the verb stands.
    pub verb_range: Range<usize>,
    /// The kind of object it acts on. For a grant of privileges, what they are on; for a grant of a role,
    /// the role.
    pub object: Option<ObjectKind>,
    /// The object: what is created, dropped, altered, written to, called, granted on; the variable or
    /// parameter that is set.
    pub name: Option<Name>,
    /// The further objects of a list: `drop table a, b`.
    pub more_names: Vec<Name>,
    /// The table of an index, a trigger or a policy.
    pub on: Option<Name>,
    /// What ALTER does, as the words after the name, in lower case: `add`, `column`.
    pub action: Vec<String>,
    /// IF EXISTS before the name.
    pub if_exists: bool,
    /// IF NOT EXISTS before the name.
    pub if_not_exists: bool,
    /// IF EXISTS or IF NOT EXISTS anywhere after the name: `add column if not exists`.
    pub inner_guard: bool,
    /// CREATE OR REPLACE.
    pub or_replace: bool,
    /// CREATE OR ALTER.
    pub or_alter: bool,
    /// The condition of the `if` that the statement stands under (Transact-SQL).
    pub condition: Option<Range<usize>>,
    /// TEMPORARY, VOLATILE, a name that begins with `#`.
    pub temporary: bool,
    /// CONCURRENTLY.
    pub concurrently: bool,
    /// CASCADE.
    pub cascade: bool,
    /// Privileges in lower case, without their columns. Empty for a grant of roles.
    pub privileges: Vec<String>,
    /// Who gets or loses them.
    pub grantees: Vec<Grantee>,
    /// A grant on all objects of a schema or database.
    pub on_all: bool,
    /// A grant on future objects.
    pub on_future: bool,
    /// WITH GRANT OPTION, WITH ADMIN OPTION.
    pub grant_option: bool,
    /// The WHERE of the statement itself, not that of a query in parentheses: the keyword's place.
    pub where_clause: Option<Range<usize>>,
    /// Writes rows that are given as VALUES.
    pub values: bool,
    /// Writes the result of a query: INSERT … SELECT, CREATE … AS SELECT, MERGE USING a query.
    pub writes_query: bool,
    /// The tables that its queries read, common table expressions left out.
    pub reads: Vec<Name>,
    /// How many joins its queries have, those by comma included.
    pub joins: usize,
    /// Its queries call aggregate functions.
    pub aggregates: bool,
    /// Its queries have GROUP BY.
    pub group_by: bool,
    /// Its queries call window functions.
    pub windows: bool,
    /// A scripting block, a loop, the body of a routine: what is inside isn't judged.
    pub opaque: bool,
    /// Holds something that could not be known.
    pub placeholder: bool,
}

impl Outline {
    fn new(verb: Verb, verb_range: Range<usize>) -> Outline {
        Outline {
            verb,
            verb_range,
            object: None,
            name: None,
            more_names: Vec::new(),
            on: None,
            action: Vec::new(),
            if_exists: false,
            if_not_exists: false,
            inner_guard: false,
            or_replace: false,
            or_alter: false,
            condition: None,
            temporary: false,
            concurrently: false,
            cascade: false,
            privileges: Vec::new(),
            grantees: Vec::new(),
            on_all: false,
            on_future: false,
            grant_option: false,
            where_clause: None,
            values: false,
            writes_query: false,
            reads: Vec::new(),
            joins: 0,
            aggregates: false,
            group_by: false,
            windows: false,
            opaque: false,
            placeholder: false,
        }
    }

    /// Whether it only reads.
    #[must_use]
    pub fn is_query(&self) -> bool {
        matches!(self.verb, Verb::Select | Verb::From | Verb::Values)
    }

    /// Whether running it again does no harm by its own words: IF EXISTS, IF NOT EXISTS, OR REPLACE, OR
    /// ALTER, or a condition around it.
    #[must_use]
    pub fn is_guarded(&self) -> bool {
        self.if_exists || self.if_not_exists || self.or_replace || self.or_alter || self.condition.is_some()
    }
}

/// The outline of a statement.
pub(crate) fn outline(tokens: &[Token<'_>], dialect: Dialect) -> Outline {
    let mut outline = read(tokens, dialect);
    outline.placeholder = tokens.iter().any(|token| token.text.contains(UNKNOWN));
    outline
}

fn read(tokens: &[Token<'_>], dialect: Dialect) -> Outline {
    let mut cursor = Cursor::new(tokens, dialect);
    while cursor.eat_symbol("(") {}
    let Some(first) = cursor.peek() else {
        return Outline::new(Verb::Other(String::new()), tokens[0].range());
    };
    if first.kind != Kind::Word {
        return Outline::new(Verb::Other(first.text.to_lowercase()), first.range());
    }
    if split::opens_block(tokens, cursor.at, dialect) && !(dialect == Dialect::SqlServer && first.is("if")) {
        let mut outline = Outline::new(Verb::Block, first.range());
        outline.opaque = true;
        return outline;
    }
    let mut outline = Outline::new(Verb::of(first.text), first.range());
    cursor.advance();
    match outline.verb {
        Verb::With => return with(tokens, cursor, outline),
        Verb::If => return conditional(tokens, cursor, outline),
        Verb::Block | Verb::Declare if dialect == Dialect::SqlServer => outline.opaque = true,
        Verb::Block => outline.opaque = true,
        Verb::Create => create(&mut cursor, &mut outline),
        Verb::Drop | Verb::Undrop => drop(&mut cursor, &mut outline),
        Verb::Alter => alter(&mut cursor, &mut outline),
        Verb::Truncate => {
            outline.object = Some(cursor.eat_object().unwrap_or(ObjectKind::Table));
            cursor.eat("only");
            cursor.guards(&mut outline);
            cursor.names(&mut outline);
        }
        Verb::Comment => comment(&mut cursor, &mut outline),
        Verb::Grant | Verb::Revoke | Verb::Deny => grant(&mut cursor, &mut outline),
        Verb::Insert | Verb::Replace | Verb::Upsert => insert(&mut cursor, &mut outline),
        Verb::Update => {
            cursor.eat("or").then(|| cursor.advance());
            cursor.eat_any(&["only", "ignore", "low_priority"]);
            top(&mut cursor);
            outline.object = Some(ObjectKind::Table);
            outline.name = cursor.name();
        }
        Verb::Delete => {
            top(&mut cursor);
            cursor.eat_any(&["ignore", "quick", "low_priority"]);
            cursor.eat("from");
            cursor.eat("only");
            outline.object = Some(ObjectKind::Table);
            outline.name = cursor.name();
        }
        Verb::Merge => {
            top(&mut cursor);
            cursor.eat("into");
            outline.object = Some(ObjectKind::Table);
            outline.name = cursor.name();
        }
        Verb::Call => {
            outline.object = Some(ObjectKind::Procedure);
            outline.name = cursor.name();
        }
        Verb::Execute => execute(&mut cursor, &mut outline),
        Verb::Use => {
            if cursor.peek_at(1).is_some_and(|next| !next.is_symbol(".")) {
                outline.object = cursor.eat_object();
            }
            outline.name = cursor.name();
        }
        Verb::Set | Verb::Unset | Verb::Reset | Verb::Pragma => {
            cursor.eat_any(&["session", "local", "global"]);
            cursor.eat("variable");
            outline.name = cursor.name();
        }
        Verb::Copy => {
            cursor.eat("into");
            outline.name = cursor.name().or_else(|| cursor.place_name());
        }
        Verb::Show | Verb::Load | Verb::Unload | Verb::List | Verb::Put | Verb::Get | Verb::Remove => {}
        Verb::Cluster if cursor.peek().is_none() => {}
        Verb::Select | Verb::From | Verb::Values => {}
        _ => maintenance(&mut cursor, &mut outline),
    }
    query::facts(tokens, dialect, &mut outline);
    outline
}

/// A query that begins with WITH: the verb is that of the first statement word outside of parentheses.
fn with(tokens: &[Token<'_>], mut cursor: Cursor<'_, '_>, mut outline: Outline) -> Outline {
    let dialect = cursor.dialect;
    let mut depth = 0_usize;
    while let Some(token) = cursor.peek() {
        match token.text {
            "(" if token.kind == Kind::Symbol => depth += 1,
            ")" if token.kind == Kind::Symbol => depth = depth.saturating_sub(1),
            _ if depth == 0
                && token.is_any(&["select", "insert", "update", "delete", "merge", "values", "from", "call"])
                && !cursor.before().is_some_and(|before| before.is("as") || before.is_symbol(".")) =>
            {
                let inner = read(&tokens[cursor.at..], dialect);
                outline = Outline { opaque: outline.opaque, ..inner };
                break;
            }
            _ => {}
        }
        cursor.advance();
    }
    outline.opaque = outline.opaque || split::holds_routine(tokens);
    query::facts(tokens, dialect, &mut outline);
    outline
}

/// `if … statement` of Transact-SQL; the statement's outline, under a condition.
fn conditional(tokens: &[Token<'_>], mut cursor: Cursor<'_, '_>, mut outline: Outline) -> Outline {
    let dialect = cursor.dialect;
    let from = cursor.at;
    let mut depth = 0_usize;
    while let Some(token) = cursor.peek() {
        match token.text {
            "(" if token.kind == Kind::Symbol => depth += 1,
            ")" if token.kind == Kind::Symbol => depth = depth.saturating_sub(1),
            _ if depth == 0 && cursor.at > from && token.is("begin") => break,
            _ if depth == 0
                && cursor.at > from
                && token.kind == Kind::Word
                && !cursor.before().is_some_and(|before| before.is_symbol("."))
                && CONDITIONAL.iter().any(|word| token.is(word)) =>
            {
                let condition = tokens[from].start..tokens[cursor.at - 1].end();
                // A further statement or an ELSE may follow: what is inside isn't judged.
                return Outline { condition: Some(condition), opaque: true, ..read(&tokens[cursor.at..], dialect) };
            }
            _ => {}
        }
        cursor.advance();
    }
    outline.verb = Verb::Block;
    outline.opaque = true;
    outline
}

/// The words that begin the statement after a condition.
const CONDITIONAL: [&str; 16] = [
    "create",
    "drop",
    "alter",
    "insert",
    "update",
    "delete",
    "merge",
    "truncate",
    "exec",
    "execute",
    "grant",
    "revoke",
    "select",
    "print",
    "set",
    "raiserror",
];

/// `top (10)`.
fn top(cursor: &mut Cursor<'_, '_>) {
    if cursor.eat("top") {
        cursor.parenthesis();
    }
}

fn create(cursor: &mut Cursor<'_, '_>, outline: &mut Outline) {
    if cursor.eat("or") {
        // Databricks says OR REFRESH of streaming tables and materialized views.
        outline.or_replace = cursor.eat("replace") || cursor.eat("refresh");
        outline.or_alter = !outline.or_replace && cursor.eat("alter");
    }
    let routine = split::holds_routine(cursor.tokens);
    loop {
        if let Some(token) = cursor.peek()
            && token.is_any(&["temp", "temporary", "volatile"])
        {
            outline.temporary = true;
            cursor.advance();
            continue;
        }
        let known = cursor.peek_object();
        if known.is_some() || !cursor.eat_any(&CREATE_MODIFIERS) {
            break;
        }
    }
    outline.object = cursor.eat_object().or_else(|| cursor.eat_other_object());
    cursor.guards(outline);
    if cursor.eat("concurrently") {
        outline.concurrently = true;
        cursor.guards(outline);
    }
    if !cursor.peek().is_some_and(|token| token.is("on")) {
        outline.name = cursor.name();
    }
    if outline.if_exists || outline.if_not_exists {
        // Some dialects write the guard after the name.
    } else if cursor.peek().is_some_and(|token| token.is("if")) {
        cursor.guards(outline);
    }
    if let Some(name) = &outline.name
        && name.last().starts_with('#')
    {
        outline.temporary = true;
    }
    if matches!(
        outline.object,
        Some(
            ObjectKind::Index
                | ObjectKind::Trigger
                | ObjectKind::Policy
                | ObjectKind::RowAccessPolicy
                | ObjectKind::Clustering
                | ObjectKind::Other(_)
        )
    ) {
        while let Some(token) = cursor.peek() {
            cursor.advance();
            if token.is("on") {
                cursor.eat("only");
                outline.on = cursor.name();
                break;
            }
        }
    }
    outline.opaque = routine;
}

/// Words between CREATE and the kind of object that say more about the object.
const CREATE_MODIFIERS: [&str; 32] = [
    "transient",
    "local",
    "global",
    "unlogged",
    "secure",
    "recursive",
    "unique",
    "clustered",
    "nonclustered",
    "fulltext",
    "spatial",
    "bitmap",
    "external",
    "iceberg",
    "hybrid",
    "private",
    "public",
    "streaming",
    "live",
    "event",
    "snapshot",
    "search",
    "vector",
    "force",
    "noforce",
    "editionable",
    "foreign",
    "virtual",
    "bloomfilter",
    "xml",
    "stored",
    "managed",
];

fn drop(cursor: &mut Cursor<'_, '_>, outline: &mut Outline) {
    outline.temporary = cursor.eat_any(&["temporary", "temp"]);
    cursor.eat("all");
    cursor.eat_any(&["external", "iceberg", "foreign", "snapshot", "search", "vector"]);
    outline.object = cursor.eat_object().or_else(|| cursor.eat_other_object());
    cursor.guards(outline);
    if cursor.eat("concurrently") {
        outline.concurrently = true;
        cursor.guards(outline);
    }
    if !cursor.peek().is_some_and(|token| token.is("on")) {
        cursor.names(outline);
    }
    cursor.parenthesis();
    if cursor.eat("on") {
        outline.on = cursor.name();
    }
}

fn alter(cursor: &mut Cursor<'_, '_>, outline: &mut Outline) {
    cursor.eat_any(&["external", "iceberg", "foreign"]);
    outline.object = cursor.eat_object().or_else(|| cursor.eat_other_object());
    if outline.object == Some(ObjectKind::DefaultPrivileges) {
        while let Some(token) = cursor.peek() {
            if token.is_any(&["grant", "revoke"]) {
                cursor.advance();
                grant(cursor, outline);
                outline.object = Some(ObjectKind::DefaultPrivileges);
                return;
            }
            cursor.advance();
        }
        return;
    }
    cursor.guards(outline);
    cursor.eat("only");
    if !matches!(outline.object, Some(ObjectKind::Session | ObjectKind::Account | ObjectKind::System)) {
        outline.name = cursor.name();
    }
    if matches!(outline.object, Some(ObjectKind::FileFormat)) {
        cursor.parenthesis();
    }
    let mut words = *cursor;
    while outline.action.len() < 4 {
        match words.peek() {
            Some(token) if token.kind == Kind::Word => outline.action.push(token.text.to_lowercase()),
            _ => break,
        }
        words.advance();
    }
}

fn comment(cursor: &mut Cursor<'_, '_>, outline: &mut Outline) {
    cursor.guards(outline);
    cursor.eat("on");
    outline.object = cursor.eat_object().or_else(|| cursor.eat_other_object());
    outline.name = cursor.name();
}

fn insert(cursor: &mut Cursor<'_, '_>, outline: &mut Outline) {
    cursor.eat("or").then(|| cursor.advance());
    cursor.eat_any(&["ignore", "low_priority", "delayed", "high_priority"]);
    top(cursor);
    cursor.eat_any(&["all", "first"]);
    cursor.eat("overwrite");
    cursor.eat("into");
    cursor.eat("table");
    outline.object = Some(ObjectKind::Table);
    if !cursor.peek().is_some_and(|token| token.is_any(&["values", "select", "directory", "local"])) {
        outline.name = cursor.name();
    }
}

fn execute(cursor: &mut Cursor<'_, '_>, outline: &mut Outline) {
    if cursor.eat("immediate") {
        outline.action.push("immediate".to_owned());
        return;
    }
    if cursor.eat("task") {
        outline.object = Some(ObjectKind::Task);
    } else {
        outline.object = Some(ObjectKind::Procedure);
    }
    if !cursor.peek().is_some_and(|token| token.is_symbol("(")) {
        outline.name = cursor.name();
    }
}

/// VACUUM, ANALYZE, OPTIMIZE, REFRESH and other verbs of the form verb, options, kind, name.
fn maintenance(cursor: &mut Cursor<'_, '_>, outline: &mut Outline) {
    cursor.parenthesis();
    while cursor.eat_any(&[
        "full",
        "freeze",
        "verbose",
        "analyze",
        "compression",
        "repair",
        "sort",
        "delete",
        "reindex",
    ]) {
        cursor.eat("only");
    }
    outline.object = cursor.eat_object();
    outline.concurrently = cursor.eat("concurrently");
    cursor.guards(outline);
    outline.name = cursor.name();
}
