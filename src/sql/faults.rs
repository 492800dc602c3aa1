//! What is wrong in a statement beyond doubt.
//!
//! Every rule here names a cause that no reader of SQL would argue about, and that holds in the dialect at
//! hand whatever else the statement says. A statement that its own grammar accepts is never asked.

mod heads;
mod spelling;

use super::Fault;
use super::dialect::Dialect;
use super::outline::Outline;
use super::token::{self, Kind, Token};
use super::verb::{ObjectKind, Verb};

pub(crate) use spelling::near;

/// Whether text holds what is left of a template.
pub(super) fn holds_template(text: &str) -> bool {
    ["{{", "}}", "{%", "%}", "{#"].iter().any(|mark| text.contains(mark))
}

/// The certain faults of a statement, given its text up to the semicolon. A fault counts only if every way
/// to read quotes and comments finds one.
pub(super) fn faults(text: &str, tokens: &[Token<'_>], outline: &Outline, dialect: Dialect) -> Vec<Fault> {
    let found = judge(tokens, outline, dialect);
    if found.is_empty() {
        return found;
    }
    for reading in dialect.reading().others() {
        let other = token::tokens(text, reading);
        if other.unclosed.is_none() && (other.code.is_empty() || judge(&other.code, outline, dialect).is_empty()) {
            return Vec::new();
        }
    }
    found
}

fn judge(tokens: &[Token<'_>], outline: &Outline, dialect: Dialect) -> Vec<Fault> {
    if let Some(fault) = spelling::verb(tokens, outline, dialect) {
        return vec![fault];
    }
    if is_raw(&outline.verb) {
        return Vec::new();
    }
    let mut faults: Vec<Fault> = Vec::new();
    faults.extend(heads::fault(tokens, outline, dialect));
    faults.extend(unbalanced(tokens, dialect));
    faults.extend(neighbours(tokens, outline, dialect));
    if faults.is_empty() {
        faults.extend(broken_off(tokens, outline, dialect));
    }
    faults.sort_by_key(|fault| (fault.range.start, fault.range.end));
    faults.dedup_by_key(|fault| fault.range.clone());
    faults
}

/// Whether what follows the verb may be anything: paths, patterns, values without quotes.
fn is_raw(verb: &Verb) -> bool {
    matches!(
        verb,
        Verb::Other(_)
            | Verb::Put
            | Verb::Get
            | Verb::List
            | Verb::Remove
            | Verb::Set
            | Verb::Unset
            | Verb::Reset
            | Verb::Use
            | Verb::System
            | Verb::Block
            | Verb::If
            | Verb::Show
    )
}

/// Whether it is a statement whose words cannot be options or names that a warehouse made up.
fn is_plain(outline: &Outline) -> bool {
    matches!(
        outline.verb,
        Verb::Select | Verb::With | Verb::Insert | Verb::Update | Verb::Delete | Verb::Merge | Verb::Values
    )
}

/// A bracket without its partner.
fn unbalanced(tokens: &[Token<'_>], dialect: Dialect) -> Option<Fault> {
    let mut open: Vec<&Token<'_>> = Vec::new();
    // What follows is another language's.
    if tokens[0].is("create") && tokens.iter().take(5).any(|token| token.is("script")) {
        return None;
    }
    let never = |token: &Token<'_>| {
        let fault = Fault::certain(token.range(), format!("the bracket `{}` is never closed", token.text));
        fault.help("add the closing bracket")
    };
    for (at, token) in tokens.iter().enumerate().filter(|(_, token)| token.kind == Kind::Symbol) {
        match token.text {
            // A range without its end, of Doris: `values [('2017-01-01'), ('2017-02-01'))`.
            "[" if at > 0 && tokens[at - 1].is("values") && dialect == Dialect::MySql => return None,
            "(" | "[" => open.push(token),
            ")" | "]" => {
                let partner = if token.text == ")" { "(" } else { "[" };
                match open.pop() {
                    Some(opened) if opened.text == partner => {}
                    Some(opened) => return Some(never(opened)),
                    None => {
                        let message = format!("the bracket `{}` closes nothing", token.text);
                        return Some(
                            Fault::certain(token.range(), message).help("remove it, or add the opening bracket"),
                        );
                    }
                }
            }
            _ => {}
        }
    }
    open.pop().map(never)
}

/// Whether the word at `at` is a keyword that begins a clause: `where`, `group by`.
fn is_clause(tokens: &[Token<'_>], at: usize) -> bool {
    let Some(token) = tokens.get(at) else { return false };
    let next = tokens.get(at + 1);
    if token.is_any(&["group", "order"]) {
        return next.is_some_and(|next| next.is("by"));
    }
    let alone = next.is_none_or(|next| next.kind != Kind::Symbol || next.is_symbol("("));
    token.is_any(&["where", "having"]) && alone
}

/// Whether the word at `at` is a keyword, not the name of a column: `t.from`, `x as from`.
fn is_keyword(tokens: &[Token<'_>], at: usize) -> bool {
    let before = at.checked_sub(1).map(|before| &tokens[before]);
    !before.is_some_and(|before| before.is_symbol(".") || before.is_symbol(":") || before.is("as"))
}

/// Comparisons; `<` and `>` also hold the types of arrays.
const COMPARISONS: [&str; 5] = ["=", "<=", ">=", "<>", "!="];

/// Two tokens that cannot stand side by side.
fn neighbours(tokens: &[Token<'_>], outline: &Outline, dialect: Dialect) -> Vec<Fault> {
    let mut faults = Vec::new();
    let plain = is_plain(outline);
    // Teradata, which is generic here, takes values that are left out: `insert into t (1,,2)`.
    let may_leave_out = dialect == Dialect::Generic && outline.verb == Verb::Insert;
    for at in 0..tokens.len().saturating_sub(1) {
        let (token, next) = (&tokens[at], &tokens[at + 1]);
        let both = token.start..next.end();
        if token.is_symbol(",") {
            // `f(a => 1, , b => 2)` stands in Snowflake's reference.
            let named = dialect == Dialect::Snowflake && tokens.get(at + 3).is_some_and(|arrow| arrow.is_symbol("=>"));
            if next.is_symbol(",") && !may_leave_out && !named {
                faults.push(Fault::certain(both, "two commas in a row").help("remove one, or add what is missing"));
            } else if next.is_symbol(")") && dialect.refuses_comma_before_parenthesis() {
                faults.push(stray_comma(token, "the closing parenthesis", dialect));
            } else if plain && is_clause(tokens, at + 1) && !dialect.may_end_lists_with_comma() {
                faults.push(stray_comma(token, &next.text.to_uppercase(), dialect));
            } else if plain && next.is("from") && dialect.refuses_comma_before_from() && at + 2 < tokens.len() {
                faults.push(stray_comma(token, "FROM", dialect));
            }
        } else if token.is_symbol("(") && next.is_symbol(",") && !may_leave_out {
            faults.push(Fault::certain(both, "a list begins with a comma").help("remove the comma"));
        } else if token.is_symbol("=") && next.is_symbol("=") && !names_operator(tokens, at) {
            faults.push(Fault::certain(both, "two equals signs with a blank between them").help("remove one"));
        } else if plain && let Some(missing) = missing_between(tokens, at) {
            faults.push(Fault::certain(both, format!("{missing} is missing after `{}`", token.text)));
        }
        if plain && let Some(fault) = misspelt_from(tokens, at) {
            faults.push(fault);
        }
    }
    if outline.verb == Verb::Insert {
        faults.extend(columns_without_comma(tokens));
    }
    faults
}

/// Whether the sign at `at` stands before the name of an operator: `commutator = =`.
fn names_operator(tokens: &[Token<'_>], at: usize) -> bool {
    at > 0 && tokens[at - 1].is_any(&["commutator", "negator"])
}

fn stray_comma(comma: &Token<'_>, before: &str, dialect: Dialect) -> Fault {
    let message = format!("a comma before {before}, which {} does not accept", dialect.name());
    Fault::certain(comma.range(), message).help("remove the comma")
}

/// What is missing between a token and the next one.
fn missing_between(tokens: &[Token<'_>], at: usize) -> Option<&'static str> {
    let (token, next) = (&tokens[at], &tokens[at + 1]);
    let closes = next.is_symbol(")") || next.is_symbol(",");
    if token.kind == Kind::Symbol {
        let before = at.checked_sub(1).map(|before| &tokens[before])?;
        let operand = !matches!(before.kind, Kind::Symbol) || matches!(before.text, ")" | "]");
        let named = before.is_any(&["using", "with", "operator"]);
        let ends = closes || is_clause(tokens, at + 1) || (next.is_any(&["and", "or"]) && is_bare(tokens, at + 1));
        return (COMPARISONS.contains(&token.text) && operand && !named && ends).then_some("a value");
    }
    if token.kind != Kind::Word || !is_keyword(tokens, at) {
        return None;
    }
    let connects = next.is_any(&["and", "or"]) && is_bare(tokens, at + 1);
    if token.is("where") && (closes || connects || is_clause(tokens, at + 1)) {
        return Some("the condition");
    }
    if token.is_any(&["and", "or"]) && at > 0 && (closes || connects || is_clause(tokens, at + 1)) {
        return Some("a condition");
    }
    if token.is("from") && at > 0 && (closes || is_clause(tokens, at + 1)) {
        return Some("a table");
    }
    if token.is("join") && (next.is("on") || next.is("using") || is_clause(tokens, at + 1)) && at > 0 {
        return Some("a table");
    }
    if token.is("select") && next.is_symbol(",") {
        return Some("a column");
    }
    if token.is("set") && tokens[0].is("update") && (next.is_symbol(",") || is_clause(tokens, at + 1)) {
        return Some("an assignment");
    }
    if token.is("by") && at > 0 && tokens[at - 1].is_any(&["group", "order", "partition"]) {
        let nothing = closes || is_clause(tokens, at + 1);
        return nothing.then_some("an expression");
    }
    None
}

/// Whether the word at `at` isn't called and isn't qualified: an operator, not `and(a, b)`.
fn is_bare(tokens: &[Token<'_>], at: usize) -> bool {
    tokens.get(at + 1).is_none_or(|next| !(next.is_symbol(".") || next.is_symbol(",") || next.is_symbol("=")))
}

/// `select * form t`.
fn misspelt_from(tokens: &[Token<'_>], at: usize) -> Option<Fault> {
    let star = tokens[at].is_symbol("*")
        && at > 0
        && (tokens[at - 1].is_any(&["select", "distinct"]) || tokens[at - 1].is_symbol(","));
    let word = tokens.get(at + 1)?;
    let named = tokens.get(at + 2)?.is_name();
    let misspelt = ["form", "fom", "frm", "fron", "frmo", "fromm", "ffrom", "rfom", "fro", "frrom"];
    (star && named && word.is_any(&misspelt))
        .then(|| Fault::certain(word.range(), format!("`{}` is no keyword", word.text)).help("did you mean FROM?"))
}

/// `insert into t (a b) values …`.
fn columns_without_comma(tokens: &[Token<'_>]) -> Option<Fault> {
    let open = tokens.iter().take(12).position(|token| token.is_symbol("("))?;
    let close = open + tokens[open..].iter().position(|token| token.is_symbol(")"))?;
    let columns = &tokens[open + 1..close];
    let writes = tokens.get(close + 1)?.is_any(&["values", "select"]);
    let only_names = columns.iter().all(|token| token.is_name() || token.is_symbol(","));
    let into = tokens[..open].iter().all(|token| (token.is_name() && !token.is("with")) || token.is_symbol("."));
    let query = columns.iter().any(|token| token.is_any(&["select", "with", "from", "values", "table", "show"]));
    if !writes || !only_names || !into || query {
        return None;
    }
    let pair = columns.windows(2).find(|pair| pair[0].is_name() && pair[1].is_name())?;
    let message = format!("no comma between `{}` and `{}`", pair[0].text, pair[1].text);
    Some(Fault::certain(pair[0].start..pair[1].end(), message).help("add the comma"))
}

/// A statement that ends where it cannot.
fn broken_off(tokens: &[Token<'_>], outline: &Outline, dialect: Dialect) -> Option<Fault> {
    let at = tokens.len() - 1;
    let last = &tokens[at];
    let before = at.checked_sub(1).map(|before| &tokens[before])?;
    let plain = is_plain(outline);
    let missing = if last.kind == Kind::Symbol {
        match last.text {
            "=" | "<=" | ">=" | "<>" | "!=" | "||" | "+" | "::"
                if plain || matches!(outline.object, Some(ObjectKind::Table | ObjectKind::Session)) =>
            {
                "a value"
            }
            "." if plain => "the rest of the name",
            "," => {
                let select = tokens.iter().any(|token| token.is("select"));
                let accepted = dialect.may_end_lists_with_comma() || (select && !dialect.refuses_comma_before_from());
                if accepted || !(plain || outline.verb == Verb::Drop) {
                    return None;
                }
                "an item"
            }
            _ => return None,
        }
    } else if last.kind == Kind::Word && plain && is_keyword(tokens, at) {
        let after_list = before.is_symbol(",");
        match last.text.to_ascii_lowercase().as_str() {
            "from" | "join" => "a table",
            // `set nocount on` needs no semicolon before it.
            "on" if dialect == Dialect::SqlServer => return None,
            "where" | "having" | "and" | "or" | "on" => "a condition",
            "by" if before.is_any(&["group", "order", "partition"]) => "an expression",
            "set" if outline.verb == Verb::Update => "an assignment",
            "values" if outline.verb == Verb::Insert && !before.is("default") && !after_list => "a row",
            "into" if outline.verb == Verb::Insert => "a table",
            "in" | "like" | "between" if !after_list => "a value",
            "union" => "a query",
            _ => return None,
        }
    } else {
        return None;
    };
    let message = format!("the statement ends after `{}`: {missing} is missing", last.text);
    Some(Fault::certain(last.range(), message).help(format!("add {missing}, or remove `{}`", last.text)))
}
