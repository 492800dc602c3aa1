//! Which grammar accepts a statement, and what it means that none does.

use std::ops::Range;

use sqlparser::ast;
use sqlparser::parser::{Parser, ParserError};

use super::dialect::Dialect;
use super::outline::Outline;
use super::token::{Kind, Token};
use super::unicode;
use super::verb::Verb;
use super::work::Work;
use super::{Fault, FaultKind, MOST_TOKENS, Parse};

/// The deepest nesting that is worth a try: grammars give up near it.
const DEEPEST: usize = 48;

/// Why a grammar refused a statement.
pub(super) enum Refusal {
    /// It found something that it didn't expect.
    Syntax(String),
    /// It gave up, which says nothing.
    GaveUp,
}

/// What grammars say of a statement.
pub(super) struct Parsed {
    /// Which accepts it.
    pub(super) parse: Parse,
    /// What is wrong with it; ranges count from the statement's first byte.
    pub(super) faults: Vec<Fault>,
    /// Its tree, from the grammar that accepts it.
    pub(super) tree: Option<Box<ast::Statement>>,
}

impl Parsed {
    fn not(faults: Vec<Fault>) -> Parsed {
        Parsed { parse: Parse::Not, faults, tree: None }
    }
}

/// Parses a statement in its own dialect, then in others where that tells something.
pub(super) fn parse(
    text: &str,
    tokens: &[Token<'_>],
    outline: &Outline,
    (dialect, judged): (Dialect, bool),
    work: &Work,
) -> Parsed {
    if depth(tokens) > DEEPEST || !is_asked(tokens, work) {
        return Parsed::not(Vec::new());
    }
    let text = &*unicode::written_plainly(text, dialect);
    let refusal = match accepts(text, dialect) {
        Ok(tree) => return Parsed { parse: Parse::Own, faults: Vec::new(), tree: Some(tree) },
        Err(refusal) => refusal,
    };
    let reliable = outline.verb.parses_reliably() && !outline.opaque;
    let others = if reliable { &Dialect::ALL[..] } else { &Dialect::ALL[..1] };
    for &other in others {
        let same_grammar = matches!(other, Dialect::Trino | Dialect::Athena);
        if other == dialect || same_grammar || (outline.opaque && outline.verb == Verb::Block) {
            continue;
        }
        if !is_asked(tokens, work) {
            return Parsed::not(Vec::new());
        }
        if let Ok(tree) = accepts(text, other) {
            return Parsed { parse: Parse::Foreign(other), faults: Vec::new(), tree: Some(tree) };
        }
    }
    // What an unknown warehouse takes isn't known, and no grammar knows half of ClickHouse.
    let told = reliable && judged && !matches!(dialect, Dialect::Generic | Dialect::ClickHouse);
    let fault = match refusal {
        Refusal::Syntax(message) if told && !is_beyond_grammars(tokens, dialect) => Some(likely(text, &message)),
        _ => None,
    };
    Parsed::not(fault.into_iter().collect())
}

/// The tree of a statement that its own grammar refuses, from the first other one that accepts it: for who
/// executes statements and judges none by its grammar.
pub(super) fn foreign_tree(
    text: &str,
    tokens: &[Token<'_>],
    dialect: Dialect,
    work: &Work,
) -> Option<Box<ast::Statement>> {
    if depth(tokens) > DEEPEST {
        return None;
    }
    let text = &*unicode::written_plainly(text, dialect);
    let others = Dialect::ALL.into_iter().filter(|&other| other != dialect);
    others.take_while(|_| is_asked(tokens, work)).find_map(|other| accepts(text, other).ok())
}

/// Whether a grammar is asked about a statement of these tokens once more.
pub(super) fn is_asked(tokens: &[Token<'_>], work: &Work) -> bool {
    tokens.len() <= MOST_TOKENS && work.take_tokens(tokens.len())
}

/// The tree of a text that the dialect's grammar reads as one statement.
pub(super) fn accepts(text: &str, dialect: Dialect) -> Result<Box<ast::Statement>, Refusal> {
    let parsed = Parser::new(dialect.grammar()).try_with_sql(text).and_then(|mut parser| parser.parse_statements());
    match parsed {
        Ok(mut statements) => match (statements.pop(), statements.is_empty()) {
            (Some(statement), true) => Ok(Box::new(statement)),
            _ => Err(Refusal::GaveUp),
        },
        Err(ParserError::ParserError(message)) => Err(Refusal::Syntax(message)),
        Err(ParserError::TokenizerError(_) | ParserError::RecursionLimitExceeded) => Err(Refusal::GaveUp),
    }
}

fn depth(tokens: &[Token<'_>]) -> usize {
    let (mut depth, mut deepest) = (0_usize, 0);
    for token in tokens {
        match token.text {
            "(" | "[" => depth += 1,
            ")" | "]" => depth = depth.saturating_sub(1),
            _ if token.is("case") => depth += 1,
            _ if token.is("end") => depth = depth.saturating_sub(1),
            _ => {}
        }
        deepest = deepest.max(depth);
    }
    deepest
}

/// Words of constructs that grammars know badly or not at all.
const BEYOND: &[&str] = &[
    "qualify",
    "lateral",
    "flatten",
    "match_recognize",
    "pivot",
    "unpivot",
    "overwrite",
    "sample",
    "tablesample",
    "changes",
    "connect",
    "prior",
    "asof",
    "format",
    "final",
    "prewhere",
    "array",
    "settings",
    "global",
    "any",
    "semi",
    "anti",
    "top",
    "output",
    "option",
    "nolock",
    "apply",
    "xml",
    "json",
    "exclude",
    "rename",
    "ilike",
    "struct",
    "unnest",
    "ignore",
    "respect",
    "interval",
    "zone",
    "window",
    "distribute",
    "sort",
    "transform",
    "within",
    "grouping",
    "rollup",
    "cube",
    "model",
    "resample",
    "json_table",
    "xmltable",
    "returning",
    "conflict",
    "duplicate",
    "partition",
    "identifier",
    "system",
    "offset",
    "fetch",
    "for",
    "table",
    "function",
    "execute",
    "exec",
    "declare",
    "recursive",
    "search",
    "cycle",
    "materialized",
    "collate",
    "escape",
    "regexp",
    "rlike",
    "similar",
    "glob",
    "overlaps",
    "contains",
    "multiset",
    "cursor",
    "ordinality",
    "go",
    "print",
    "begin",
    "measures",
    "define",
    "lock",
    "nowait",
    "low_priority",
    "delayed",
    "quick",
    "straight_join",
    "force",
    "positional",
    "parallel",
    "errors",
    "directory",
    "overriding",
    "infile",
    "stdin",
    "clone",
    "convert",
    "period",
    "temporal",
    "system_time",
    "portion",
    "bulk",
    "tablock",
    "log",
    "default",
    "operator",
    "isnull",
    "notnull",
    "variadic",
    "xmlelement",
    "xmlserialize",
    "xmlparse",
    "json_array",
    "json_object",
    "json_objectagg",
    "json_value",
    "json_query",
    "keep",
    "safe",
    "approximate",
    "corresponding",
    "directed",
    "paste",
    "semantic_view",
    "indexed",
    "iregexp",
    "percent",
];

/// Pairs of words with the same effect, where each alone may be the name of a column.
const BEYOND_PAIRS: &[(&str, &str)] = &[
    ("by", "name"),
    ("by", "position"),
    ("by", "source"),
    ("by", "target"),
    ("insert", "all"),
    ("insert", "first"),
    ("insert", "or"),
    ("update", "or"),
    ("version", "as"),
    ("timestamp", "as"),
    ("group", "all"),
    ("order", "all"),
    ("by", "all"),
    ("cluster", "by"),
    ("replace", "where"),
    ("delete", "only"),
    ("update", "only"),
    ("cross", "join"),
    ("truncate", "all"),
    ("truncate", "database"),
    ("on", "cluster"),
    ("update", "statistics"),
    ("remove", "duplicates"),
    ("from", "only"),
    ("into", "outfile"),
    ("into", "dumpfile"),
    ("update", "when"),
    ("union", "by"),
    ("limit", "by"),
    ("current", "of"),
    ("except", "distinct"),
    ("intersect", "distinct"),
    ("hash", "join"),
    ("merge", "join"),
    ("loop", "join"),
    ("remote", "join"),
    ("as", "row"),
    ("as", "object"),
    ("year", "to"),
    ("day", "to"),
    ("with", "label"),
    ("not", "match"),
    ("not", "indexed"),
    ("end", "case"),
    ("null", "on"),
    ("from", "first"),
    ("from", "last"),
    ("character", "set"),
    ("rows", "from"),
    ("sounds", "like"),
    ("leading", "from"),
    ("trailing", "from"),
    ("both", "from"),
];

/// Operators that every grammar knows.
const COMMON: [&str; 20] =
    ["(", ")", ",", ".", "=", "<", ">", "<=", ">=", "<>", "!=", "+", "-", "*", "/", "%", "||", "::", "==", ";"];

/// Whether a statement has something in it that grammars are known not to know, so that their refusal
/// says nothing.
pub(super) fn is_beyond_grammars(tokens: &[Token<'_>], dialect: Dialect) -> bool {
    let foreign_token = |token: &Token<'_>| match token.kind {
        Kind::Symbol => !COMMON.contains(&token.text),
        Kind::Stage | Kind::Dollar => true,
        Kind::Word => token.text.starts_with(['@', '#', '$']) || token.is_any(BEYOND),
        Kind::Text => !(token.text.starts_with('\'') || token.text.starts_with('"')) || token.text.contains('\\'),
        Kind::Number => !token.text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.'),
        Kind::Quoted | Kind::Comment => false,
    };
    // SQL Server needs no semicolon between statements.
    let several = dialect == Dialect::SqlServer
        && tokens.iter().skip(1).any(|token| {
            token.is_any(&[
                "insert", "update", "delete", "drop", "create", "alter", "truncate", "exec", "set", "select", "if",
            ])
        });
    let paired = |pair: &[Token<'_>]| {
        let called = pair[0].is_any(&["at", "before", "except", "replace", "using", "rows"]) && pair[1].is_symbol("(");
        let bare = pair[0].is_any(&["with", "values"]) && matches!(pair[1].kind, Kind::Number | Kind::Text);
        let starred = pair[1].is_symbol("*") && (pair[0].is_any(&["update", "insert"]) || pair[0].is_symbol("*"));
        // `x.1`, `(x).f()`, `..t`, `* like 'a%'`.
        let dotted = pair[1].is_symbol(".") && (pair[0].is_symbol(")") || pair[0].is_symbol("."))
            || (pair[0].is_symbol(".") && pair[1].kind == Kind::Number);
        let chosen = pair[0].is_symbol("*") && pair[1].is_any(&["like", "not"]);
        let coded = pair[0].kind == Kind::Number && pair[1].is("using");
        called
            || bare
            || coded
            || starred
            || dotted
            || chosen
            || of_one(pair, dialect)
            || BEYOND_PAIRS.iter().any(|&(first, second)| pair[0].is(first) && pair[1].is(second))
    };
    let part = |four: &[Token<'_>]| four[0].is("date_part") && four[1].is_symbol("(") && four[3].is("from");
    several
        || tokens.iter().any(foreign_token)
        || tokens.windows(2).any(paired)
        || tokens.windows(4).any(part)
        || (dialect == Dialect::MySql && changes_several(tokens))
}

/// Two tokens that one dialect alone has side by side.
fn of_one(pair: &[Token<'_>], dialect: Dialect) -> bool {
    let (token, next) = (&pair[0], &pair[1]);
    match dialect {
        Dialect::Sqlite => {
            let known =
                ["null", "not", "true", "false", "distinct", "in", "like", "between", "exists", "regexp", "glob"];
            token.is_any(&["is", "not"]) && next.kind != Kind::Symbol && !next.is_any(&known)
        }
        Dialect::Oracle => matches!(token.text, "<" | ">") && next.is_symbol("="),
        Dialect::DuckDb => {
            (token.is("filter") && next.is_symbol("("))
                || (token.is_symbol("(") && next.is_any(&["order", "from"]))
                || next.is("columns")
        }
        Dialect::MySql => {
            next.is_any(&["using", "mod", "asc", "desc"]) || (token.is_symbol(".") && next.is_symbol("*"))
        }
        _ => false,
    }
}

/// UPDATE and DELETE of several tables.
fn changes_several(tokens: &[Token<'_>]) -> bool {
    let before = tokens.iter().take_while(|token| !token.is_any(&["set", "where", "select"]));
    tokens[0].is_any(&["update", "delete"]) && before.into_iter().any(|token| token.is_symbol(","))
}

/// The likely fault that a grammar's refusal means.
fn likely(text: &str, message: &str) -> Fault {
    let (said, place) = match message.rsplit_once(" at Line: ") {
        Some((said, place)) => (said, byte_at(text, place)),
        None => (message, None),
    };
    let range = place.map_or(0..text.len(), |at| at..word_end(text, at));
    let reason = match said.strip_prefix("Expected: ").and_then(|rest| rest.rsplit_once(", found: ")) {
        Some((expected, "EOF")) => format!("the statement ends where {expected} is expected"),
        Some((expected, found)) => format!("{expected} is expected where `{found}` stands"),
        None => said.to_owned(),
    };
    Fault {
        range,
        message: format!("no SQL dialect's grammar accepts this statement: {reason}"),
        help: None,
        kind: FaultKind::Syntax,
        certain: false,
    }
}

/// The byte of `1, Column: 7`.
pub(super) fn byte_at(text: &str, place: &str) -> Option<usize> {
    let (line, column) = place.split_once(", Column: ")?;
    let (line, column): (usize, usize) = (line.trim().parse().ok()?, column.trim().parse().ok()?);
    let start = match line.checked_sub(2) {
        None => 0,
        Some(newline) => text.match_indices('\n').nth(newline)?.0 + 1,
    };
    let ahead = text[start..].char_indices().nth(column.checked_sub(1)?)?.0;
    Some(start + ahead)
}

fn word_end(text: &str, at: usize) -> usize {
    let rest = &text[at..];
    let word: Range<usize> = 0..rest.find(|c: char| !(c == '_' || c.is_alphanumeric())).unwrap_or(rest.len());
    at + word.end.max(rest.chars().next().map_or(0, char::len_utf8))
}
