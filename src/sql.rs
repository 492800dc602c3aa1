//! SQL: text and its dialect in, statements out, each with an outline, whether a grammar accepts it, and what
//! is wrong with it.
//!
//! The text is tokenised once and split into statements on its tokens. The outline of a statement (verb,
//! object, name, guards, grantees …) is read from its tokens too, so that it is there for every statement
//! of every dialect. Then the statement is parsed, in its own dialect and, where that may tell something,
//! in the others.
//!
//! A statement that no grammar accepts is seldom wrong: sqlparser knows about two thirds of the statements
//! that hooks are made of. A [`Fault`] therefore needs a cause that can be named, or a verb whose
//! statements parse reliably; everything else is [`Parse::Not`], without blame.
//!
//! Trees are deep. Callers run on threads with stacks of 64 MiB, also where trees are dropped.
//!
//! All ranges are byte ranges of the given text.

pub(crate) mod bind;
pub(crate) mod columns;
mod dialect;
mod faults;
mod foreign;
mod inserts;
mod nulls;
mod outline;
mod parse;
mod postgres;
mod repair;
mod split;
mod token;
mod transaction;
mod unicode;
mod updates;
mod verb;
mod work;

use std::borrow::Cow;
use std::ops::Range;

use sqlparser::ast;

use parse::Parsed;
use token::Tokens;
use work::Work;

pub(crate) use token::{Kind, Token};
pub(crate) use transaction::{Refused, refused_in_transaction};

pub(crate) use columns::Selected;
pub use dialect::Dialect;
pub(crate) use nulls::null_comparisons;
pub(crate) use outline::cursor::Cursor;
pub use outline::{Grantee, Name, Outline};
pub(crate) use postgres::PRIVILEGES;
pub(crate) use updates::{Set, sets_all};
pub use verb::{ObjectKind, Verb};

/// How the name of a thing that could not be known begins, also inside a longer name or a text.
pub const UNKNOWN: &str = "__unknown_";

/// How the name of an unknown number begins, where the number stands by itself.
const NUMBER: &str = "__unknown_number_";

/// A text with some number in the place of each unknown one: as long, so that places stay what they are.
pub(crate) fn with_numbers(text: &str) -> Cow<'_, str> {
    if !text.contains(NUMBER) {
        return Cow::Borrowed(text);
    }
    let mut settled = String::with_capacity(text.len());
    let mut rest = text;
    let joins = |one: char| one.is_alphanumeric() || "_.\"`$".contains(one);
    while let Some(at) = rest.find(NUMBER) {
        let digits = rest[at + NUMBER.len()..].bytes().take_while(u8::is_ascii_digit).count();
        let end = at + NUMBER.len() + digits;
        let alone = !settled.chars().chain(rest[..at].chars()).last().is_some_and(joins)
            && !rest[end..].starts_with(|one: char| joins(one) || one == '(');
        settled.push_str(&rest[..at]);
        if alone {
            settled.push_str("1.");
            settled.extend(std::iter::repeat_n('0', end - at - 2));
        } else {
            settled.push_str(&rest[at..end]);
        }
        rest = &rest[end..];
    }
    settled.push_str(rest);
    Cow::Owned(settled)
}

/// The statements of a text.
#[derive(Debug)]
pub struct Script {
    /// The statements, in order.
    pub statements: Vec<Statement>,
    /// What is wrong and belongs to no statement: a quote or a comment that is never closed.
    pub faults: Vec<Fault>,
    /// Where the comments are.
    pub comments: Vec<Range<usize>>,
    /// Semicolons with no statement before them.
    pub lone_semicolons: Vec<Range<usize>>,
    /// The work that reading it took.
    pub work: u64,
    /// Why not all of it was read.
    pub cut: Option<Cut>,
}

/// What was left out of a text for the work that it takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cut {
    /// No grammar was asked about its last statements: they are judged by their words.
    Grammar,
    /// All of it.
    Whole,
}

impl Script {
    /// Whether there is no statement: nothing, blanks, comments, lone semicolons. What is not read is not blank.
    #[must_use]
    pub fn is_blank(&self) -> bool {
        self.statements.is_empty() && self.cut != Some(Cut::Whole)
    }

    /// A text that is not read.
    pub(crate) fn unread() -> Script {
        Script {
            statements: Vec::new(),
            faults: Vec::new(),
            comments: Vec::new(),
            lone_semicolons: Vec::new(),
            work: 0,
            cut: Some(Cut::Whole),
        }
    }

    /// Every fault, those of the statements included, in order.
    #[must_use]
    pub fn all_faults(&self) -> Vec<&Fault> {
        let mut faults: Vec<&Fault> =
            self.faults.iter().chain(self.statements.iter().flat_map(|statement| &statement.faults)).collect();
        faults.sort_by_key(|fault| (fault.range.start, fault.range.end));
        faults
    }
}

/// A statement.
#[derive(Debug)]
pub struct Statement {
    /// From its first token to its last, without the semicolon.
    pub range: Range<usize>,
    /// What its tokens say.
    pub outline: Outline,
    /// Which grammar accepts it.
    pub parse: Parse,
    /// What is wrong with it.
    pub faults: Vec<Fault>,
}

/// Which grammar accepts a statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Parse {
    /// That of its own dialect.
    Own,
    /// That of another.
    Foreign(Dialect),
    /// None that was tried; which by itself is no fault.
    Not,
}

/// Something wrong in SQL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Where.
    pub range: Range<usize>,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
    /// What is wrong with it, by its kind.
    pub kind: FaultKind,
    /// Wrong beyond doubt, by a cause that is named. Otherwise no grammar accepts the statement, and that
    /// makes it likely.
    pub certain: bool,
}

/// What is wrong with a piece of SQL.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FaultKind {
    /// It is no statement.
    Syntax,
    /// It is that of another dialect.
    Foreign,
    /// It calls a function that the dialect lacks and another has.
    Function,
    /// The values of an INSERT do not fit its columns, or each other.
    Columns,
    /// `in ()`.
    EmptyList,
}

impl Fault {
    fn certain(range: Range<usize>, message: impl Into<String>) -> Fault {
        Fault { range, message: message.into(), help: None, kind: FaultKind::Syntax, certain: true }
    }

    /// Something that another dialect has.
    fn foreign(range: Range<usize>, message: impl Into<String>) -> Fault {
        Fault { kind: FaultKind::Foreign, ..Fault::certain(range, message) }
    }

    fn help(mut self, help: impl Into<String>) -> Fault {
        self.help = Some(help.into());
        self
    }
}

/// The most tokens that a statement is parsed with: longer trees overflow stacks.
const MOST_TOKENS: usize = 20_000;

/// The tokens of a text in a dialect, without comments.
pub(crate) fn code_tokens(text: &str, dialect: Dialect) -> Vec<Token<'_>> {
    token::tokens(text, dialect.reading()).code
}

/// The texts between quotes or dollars, with these, as a dialect reads them.
pub(crate) fn quoted_texts(text: &str, dialect: Dialect) -> Vec<Range<usize>> {
    let tokens = token::tokens(text, dialect.reading());
    tokens.code.iter().filter(|token| matches!(token.kind, Kind::Text | Kind::Dollar)).map(Token::range).collect()
}

/// The quoted names of a text.
pub(crate) fn quoted_names(text: &str, dialect: Dialect) -> Vec<Range<usize>> {
    let tokens = token::tokens(text, dialect.reading());
    tokens.code.iter().filter(|token| token.kind == Kind::Quoted).map(Token::range).collect()
}

/// The words outside of quotes and comments that a test takes.
pub(crate) fn words(text: &str, dialect: Dialect, takes: impl Fn(&str) -> bool) -> Vec<Range<usize>> {
    let tokens = token::tokens(text, dialect.reading());
    tokens.code.iter().filter(|token| token.kind == Kind::Word && takes(token.text)).map(Token::range).collect()
}

/// Reads SQL text in a dialect. Never fails, whatever the text.
#[must_use]
pub fn script(text: &str, dialect: Dialect) -> Script {
    script_within(text, dialect, u64::MAX)
}

/// The same, with no more work than may be done: no grammar is asked about what comes after it.
pub(crate) fn script_within(text: &str, dialect: Dialect, most: u64) -> Script {
    read(text, dialect, &Work::new(most), |_, _| ())
}

/// The work that every text takes, by its length.
pub(crate) fn least_work(text: &str) -> u64 {
    work::least(text.len())
}

/// No text takes more work than this, by its length.
pub(crate) fn most_work(text: &str) -> u64 {
    work::most(text.len())
}

/// The same, with the tree of each statement that a grammar accepts.
pub(crate) fn script_with_trees(text: &str, dialect: Dialect) -> (Script, Vec<Option<Box<ast::Statement>>>) {
    let mut trees = Vec::new();
    let work = Work::new(u64::MAX);
    let script = read(text, dialect, &work, |tree, (own, tokens)| {
        trees.push(tree.or_else(|| parse::foreign_tree(own, tokens, dialect, &work)));
    });
    (script, trees)
}

/// Reads a text, and hands the tree of each statement to a function, with its text and tokens.
fn read(
    text: &str,
    dialect: Dialect,
    work: &Work,
    mut take: impl FnMut(Option<Box<ast::Statement>>, (&str, &[Token<'_>])),
) -> Script {
    let text = &*with_numbers(text);
    let (tokens, fault) = closed_tokens(text, dialect);
    work.take_text(text.len(), tokens.code.len());
    let split = split::split(&tokens.code, dialect);
    let last = split.statements.len().saturating_sub(1);
    let statements = split
        .statements
        .into_iter()
        .enumerate()
        .map(|(at, range)| {
            let whole = tokens.unclosed.is_none() || at < last;
            let reach = tokens.code.get(range.end).map_or(text.len(), |semicolon| semicolon.start);
            let tokens = &tokens.code[range];
            work.take_statement();
            let (statement, tree) = statement(&text[..reach], tokens, dialect, whole, work);
            take(tree, (&text[statement.range.clone()], tokens));
            statement
        })
        .collect();
    Script {
        statements,
        faults: fault.into_iter().collect(),
        comments: tokens.comments.iter().map(Token::range).collect(),
        lone_semicolons: split.lone.into_iter().map(|at| tokens.code[at].range()).collect(),
        work: work.done(),
        cut: work.is_spent().then_some(Cut::Grammar),
    }
}

/// The tokens of a text as its dialect reads it; as another does where only that closes every quote. A
/// fault where no dialect does.
fn closed_tokens(text: &str, dialect: Dialect) -> (Tokens<'_>, Option<Fault>) {
    let reading = dialect.reading();
    let tokens = token::tokens(text, reading);
    let Some(unclosed) = tokens.unclosed else { return (tokens, None) };
    for other in reading.others() {
        let other = token::tokens(text, other);
        if other.unclosed.is_none() {
            let backslash = text[unclosed.start..].contains("\\'") || text[..unclosed.start].contains("\\'");
            let certain = dialect == Dialect::Postgres && unclosed.kind == Kind::Text && backslash;
            if !certain || text.contains(UNKNOWN) || faults::holds_template(text) {
                return (other, None);
            }
            let at = text.find("\\'").unwrap_or(unclosed.start);
            let fault =
                Fault::certain(at..at + 2, "a backslash does not keep a quote from ending its text in Postgres");
            return (tokens, Some(fault.help("write the quote twice: ''")));
        }
    }
    // SQLite closes a comment at the end of the text.
    let tolerated = unclosed.kind == Kind::Comment && matches!(dialect, Dialect::Sqlite | Dialect::Generic);
    if tolerated || text.contains(UNKNOWN) || faults::holds_template(text) {
        return (tokens, None);
    }
    let line = text[unclosed.start..].find('\n').map_or(text.len(), |at| unclosed.start + at);
    let opened = match unclosed.kind {
        Kind::Comment => "comment",
        Kind::Quoted => "quoted name",
        Kind::Dollar => "dollar-quoted text",
        _ => "text",
    };
    let fault = Fault::certain(unclosed.start..line, format!("the {opened} that begins here is never closed"));
    (tokens, Some(fault.help(format!("close the {opened}"))))
}

/// The statement of some tokens. The text ends before the semicolon, so that it still holds what follows
/// the last token and is a comment in this dialect only.
fn statement(
    text: &str,
    tokens: &[Token<'_>],
    dialect: Dialect,
    whole: bool,
    work: &Work,
) -> (Statement, Option<Box<ast::Statement>>) {
    let range = tokens[0].start..tokens.last().map_or(tokens[0].end(), Token::end);
    let outline = outline::outline(tokens, dialect);
    let own = &text[range.clone()];
    let judged = whole && !outline.placeholder && !faults::holds_template(own);
    let Parsed { parse, mut faults, tree } = parse::parse(own, tokens, &outline, (dialect, judged), work);
    for fault in &mut faults {
        fault.range = fault.range.start + range.start..fault.range.end + range.start;
    }
    let rest = &text[range.start..];
    let own_grammar = parse == Parse::Own;
    // It is read once more to be bound.
    let parse =
        if own_grammar && bind::is_bound(dialect) && !work.take_tokens(tokens.len()) { Parse::Not } else { parse };
    let found = if judged { named(rest, tokens, &outline, (dialect, own_grammar), work) } else { Vec::new() };
    if !found.is_empty() {
        faults = found;
    } else if judged && !own_grammar && dialect == Dialect::Postgres && parse::is_asked(tokens, work) {
        let refused = postgres::refused(own)
            .map(|fault| Fault { range: fault.range.start + range.start..fault.range.end + range.start, ..fault });
        // What this grammar takes is right, whatever others make of it.
        faults = refused.into_iter().collect();
    }
    (Statement { range, outline, parse, faults }, tree)
}

/// The faults of a statement whose causes have names: the first kind of them that it has.
fn named(
    text: &str,
    tokens: &[Token<'_>],
    outline: &Outline,
    (dialect, own_grammar): (Dialect, bool),
    work: &Work,
) -> Vec<Fault> {
    let mut found = foreign::faults(tokens, outline, dialect);
    found.extend(inserts::faults(tokens, outline, dialect));
    if outline.opaque && found.is_empty() && dialect == Dialect::Postgres {
        return postgres::opaque(tokens);
    }
    if !found.is_empty() || outline.opaque {
        return found;
    }
    if !own_grammar || dialect == Dialect::Postgres {
        found = faults::faults(text, tokens, outline, dialect);
    }
    if found.is_empty() && dialect == Dialect::Postgres {
        found = postgres::faults(tokens);
    }
    if found.is_empty() && !own_grammar {
        found.extend(repair::fault(text, tokens, outline, dialect, work));
    }
    found
}
