//! What is wrong in queries and expressions, wherever they stand in a statement.

use super::super::faults::near;
use super::super::token::{Kind, Token};
use super::super::{Fault, FaultKind};
use super::types::unknown_type;

/// What is wrong anywhere in a statement of rows.
pub(super) fn fault(tokens: &[Token<'_>]) -> Option<Fault> {
    let first = tokens.first()?;
    if !first.is_any(&["select", "insert", "update", "delete", "with", "merge", "values", "create"]) {
        return None;
    }
    let rows = !first.is("create");
    let pairs = tokens.windows(2).enumerate().find_map(|(at, pair)| {
        let (token, next) = (&pair[0], &pair[1]);
        if rows { neighbours(tokens, at, token, next) } else { None }.or_else(|| types(tokens, at))
    });
    if !rows {
        return pairs;
    }
    pairs
        .or_else(|| ending(tokens))
        .or_else(|| unfinished(tokens))
        .or_else(|| joins(tokens))
        .or_else(|| clauses(tokens))
        .or_else(|| names(tokens))
}

/// Reserved words that cannot follow themselves.
const RESERVED: [&str; 16] = [
    "select", "from", "where", "and", "or", "group", "order", "having", "into", "on", "in", "then", "else", "when",
    "limit", "distinct",
];

/// Two tokens that cannot stand side by side.
fn neighbours(tokens: &[Token<'_>], at: usize, token: &Token<'_>, next: &Token<'_>) -> Option<Fault> {
    let both = token.start..next.end();
    let before = at.checked_sub(1).map(|at| &tokens[at]);
    if before.is_some_and(|before| before.is_symbol(".") || before.is("as")) {
        return None;
    }
    let literal = |token: &Token<'_>| matches!(token.kind, Kind::Number | Kind::Text | Kind::Dollar);
    let texts = token.kind == Kind::Text && next.kind == Kind::Text;
    if literal(token) && literal(next) && !texts && token.end() < next.start {
        let message = format!("no comma or operator between `{}` and `{}`", token.text, next.text);
        return Some(Fault::certain(both, message).help("add what is missing"));
    }
    if token.is_symbol("==") {
        return Some(Fault::certain(token.range(), "Postgres has no operator `==`").help("write `=`"));
    }
    if token.is_any(&RESERVED) && next.is(token.text) {
        return Some(Fault::certain(both, format!("`{}` stands twice", token.text)).help("remove one"));
    }
    if token.is("is") && next.kind == Kind::Word {
        let known = [
            "null",
            "not",
            "true",
            "false",
            "unknown",
            "distinct",
            "document",
            "json",
            "normalized",
            "nfc",
            "nfd",
            "nfkc",
            "nfkd",
            "of",
        ];
        if !next.is_any(&known) && before.is_some_and(|before| before.is_name() || before.is_symbol(")")) {
            let fault = Fault::certain(next.range(), format!("`{}` does not belong behind IS", next.text));
            return Some(fault.help("IS takes NULL, NOT NULL, TRUE or FALSE; write `=` for a value"));
        }
    }
    if token.is("in") && literal(next) && before.is_some_and(Token::is_name) && !in_position(tokens, at) {
        return Some(Fault::certain(both, "IN takes a list in parentheses").help("put the values into parentheses"));
    }
    let follows = tokens.get(at + 2);
    if token.is("from")
        && next.is("dual")
        && follows.is_none_or(|after| after.kind != Kind::Symbol || after.is_symbol(")"))
    {
        return Some(Fault::foreign(next.range(), "Postgres has no table DUAL").help("leave FROM out"));
    }
    if token.is("minus") && next.is("select") {
        return Some(Fault::foreign(token.range(), "Postgres has no MINUS").help("write EXCEPT"));
    }
    if token.is("by")
        && next.is("all")
        && before.is_some_and(|before| before.is("group"))
        && follows.is_none_or(|after| after.is_any(&["order", "having", "limit"]) || after.is_symbol(")"))
    {
        return Some(Fault::foreign(both, "Postgres has no GROUP BY ALL").help("name the columns"));
    }
    let letters = |token: &Token<'_>| token.kind == Kind::Text && !token.text.bytes().any(|byte| byte.is_ascii_digit());
    if token.is_symbol("+")
        && (letters(next) || before.is_some_and(letters))
        && follows.is_none_or(|after| !after.is_symbol("::"))
        && !before.is_some_and(|before| before.text.eq_ignore_ascii_case("'infinity'"))
    {
        let cast = before.is_some_and(|_| at >= 2 && tokens[at - 2].is_name());
        if !cast || letters(next) {
            return Some(Fault::certain(token.range(), "texts are not added up").help("write `||` between texts"));
        }
    }
    let merges = tokens[0].is("merge");
    if merges && ((token.is("insert") && next.is_symbol("*")) || (token.is("set") && next.is_symbol("*"))) {
        return Some(
            Fault::foreign(both, format!("Postgres has no {} *", token.text.to_uppercase())).help("name the columns"),
        );
    }
    let from_list = token.is_any(&["from", "join"]) && next.text.starts_with('@');
    from_list.then(|| Fault::foreign(next.range(), "Postgres has no stages").help("load the file with COPY … FROM"))
}

/// Whether IN is that of `position('a' in b)`.
fn in_position(tokens: &[Token<'_>], at: usize) -> bool {
    let mut depth = 0_usize;
    for back in (0..at).rev() {
        match tokens[back].text {
            ")" => depth += 1,
            "(" if depth == 0 => return back > 0 && tokens[back - 1].is("position"),
            "(" => depth -= 1,
            _ => {}
        }
    }
    false
}

/// The type of a cast.
fn types(tokens: &[Token<'_>], at: usize) -> Option<Fault> {
    let token = &tokens[at];
    let name = |at: usize| tokens.get(at).filter(|name| name.kind == Kind::Word);
    if token.is_symbol("::") {
        return unknown_type(name(at + 1)?, tokens.get(at + 2));
    }
    if !token.is("cast") || !tokens.get(at + 1)?.is_symbol("(") || (at > 0 && tokens[at - 1].is("create")) {
        return None;
    }
    let mut depth = 0_usize;
    for (inside, token) in tokens.iter().enumerate().skip(at + 1) {
        match token.text {
            "(" => depth += 1,
            ")" => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    let message = "CAST without AS";
                    return Some(Fault::certain(tokens[at].start..token.end(), message).help("write CAST(… AS …)"));
                }
            }
            _ if depth == 1 && token.is("as") => return unknown_type(name(inside + 1)?, tokens.get(inside + 2)),
            _ => {}
        }
    }
    None
}

/// A last word that needs something behind it.
fn ending(tokens: &[Token<'_>]) -> Option<Fault> {
    let last = tokens.last()?;
    let before = tokens.get(tokens.len().checked_sub(2)?)?;
    let open = last.is_any(&["limit", "offset", "not", "select", "where", "then", "else", "when"]);
    let named = before.is_symbol(".") || before.is("as");
    // A query of no columns is one.
    let nothing = last.is("select") && before.is_any(&["union", "intersect", "except", "all", "distinct"]);
    (open && !named && !nothing).then(|| {
        Fault::certain(last.range(), format!("the statement ends after `{}`", last.text))
            .help("add what is missing, or remove it")
    })
}

/// CASE without END, BETWEEN without AND.
fn unfinished(tokens: &[Token<'_>]) -> Option<Fault> {
    let word = |at: usize, word: &str| tokens[at].is(word) && !(at > 0 && tokens[at - 1].is_symbol("."));
    let count = |what: &str| (0..tokens.len()).filter(|&at| word(at, what)).count();
    if count("case") > count("end") {
        let case = tokens.iter().rfind(|token| token.is("case"))?;
        return Some(Fault::certain(case.range(), "CASE without END").help("add END"));
    }
    let between = (0..tokens.len()).rfind(|&at| word(at, "between"))?;
    let closed = tokens[between..].iter().any(|token| token.is("and"));
    (!closed)
        .then(|| Fault::certain(tokens[between].range(), "BETWEEN without AND").help("add AND and the upper bound"))
}

/// What is known of the parentheses that a token stands in.
#[derive(Clone, Copy, Default)]
struct Level<'t, 'a> {
    /// The last clause and its place in their order.
    last: Option<(usize, &'t Token<'a>)>,
    /// An aggregate may stand here: in the list of a SELECT, in HAVING, in ORDER BY.
    aggregates: bool,
    /// One of a query around this one may: a query inside of it may call its aggregates.
    outer: bool,
    /// The parentheses of FILTER, whose WHERE has an aggregate where the call is a window's.
    filter: bool,
}

/// Clauses in the wrong order, or twice, and aggregates in WHERE.
fn clauses(tokens: &[Token<'_>]) -> Option<Fault> {
    let first = tokens.first()?;
    if first.is_any(&["merge", "insert"]) && !tokens.iter().any(|token| token.is("select")) {
        return None;
    }
    let mut levels = vec![Level::default()];
    for (at, token) in tokens.iter().enumerate() {
        let next = tokens.get(at + 1);
        let around = *levels.last()?;
        match token.text {
            "(" => levels.push(Level {
                outer: around.outer || around.aggregates,
                filter: at > 0 && tokens[at - 1].is("filter"),
                ..Level::default()
            }),
            ")" if levels.len() > 1 => drop(levels.pop()),
            _ => {}
        }
        let named = at > 0 && (tokens[at - 1].is_symbol(".") || tokens[at - 1].is("as"));
        if token.kind != Kind::Word || named {
            continue;
        }
        let top = levels.len() == 1;
        let here = levels.last_mut()?;
        if token.is_any(&NEW_ORDER) {
            here.last = None;
            here.aggregates = token.is("select");
            continue;
        }
        let by = next.is_some_and(|next| next.is("by"));
        let rank = match token.text.to_ascii_lowercase().as_str() {
            "from" => {
                here.aggregates &= at > 0 && tokens[at - 1].is("distinct");
                continue;
            }
            "where" => 1,
            "group" if by => 2,
            "having" => 3,
            "order" if by => 4,
            "limit" if next.is_some_and(|next| next.kind != Kind::Symbol) => 5,
            "sum" | "count" | "avg" | "max" | "min" if next.is_some_and(|next| next.is_symbol("(")) => {
                if matches!(here.last, Some((1, _))) && !here.outer && !here.filter {
                    let message = format!("the aggregate {}() in WHERE", token.text.to_lowercase());
                    return Some(
                        Fault::certain(token.range(), message)
                            .help("write the condition in HAVING, or ask in a query of its own"),
                    );
                }
                continue;
            }
            _ => continue,
        };
        let changes = first.is_any(&["delete", "update"]) && !tokens.iter().any(|token| token.is("select"));
        if rank == 5 && top && changes {
            let what = format!("Postgres has no LIMIT in {}", first.text.to_uppercase());
            return Some(
                Fault::foreign(token.range(), what).help("choose the rows in a query: WHERE ctid IN (SELECT …)"),
            );
        }
        if let Some((before, clause)) = here.last.filter(|(before, _)| *before >= rank) {
            return Some(disordered(token, rank, clause, before));
        }
        here.aggregates = matches!(rank, 3 | 4);
        here.last = Some((rank, token));
    }
    None
}

/// Words after which the order of clauses begins anew.
const NEW_ORDER: [&str; 13] = [
    "select",
    "union",
    "except",
    "intersect",
    "do",
    "conflict",
    "when",
    "on",
    "returning",
    "values",
    "update",
    "delete",
    "insert",
];

/// A clause behind one that it stands before, or twice.
fn disordered(token: &Token<'_>, rank: usize, clause: &Token<'_>, before: usize) -> Fault {
    let message = if before == rank {
        format!("`{}` stands twice in one query", token.text)
    } else {
        format!("`{}` stands behind `{}`", token.text, clause.text)
    };
    Fault::certain(token.range(), message)
        .help("put the clauses in their order: WHERE, GROUP BY, HAVING, ORDER BY, LIMIT")
}

/// Joins without a condition.
fn joins(tokens: &[Token<'_>]) -> Option<Fault> {
    let mut joins = Vec::new();
    let mut conditions = 0_usize;
    for (at, token) in tokens.iter().enumerate() {
        let before = at.checked_sub(1).map(|at| &tokens[at]);
        if token.is("join") {
            // `natural left outer join`.
            let free = tokens[at.saturating_sub(3)..at].iter().any(|word| word.is_any(&["cross", "natural"]));
            if !free && before.is_some_and(|before| !before.is_symbol(".")) {
                joins.push(token);
            }
        } else if token.is_any(&["on", "using"]) {
            conditions += 1;
        }
    }
    let last = joins.last()?;
    (joins.len() > conditions).then(|| {
        Fault::certain(last.range(), "JOIN without a condition").help("add ON and the condition, or write CROSS JOIN")
    })
}

/// Builtin functions that hooks call.
const FUNCTIONS: [&str; 84] = [
    "abs",
    "age",
    "any_value",
    "array_agg",
    "array_append",
    "array_length",
    "array_to_string",
    "avg",
    "bool_and",
    "bool_or",
    "btrim",
    "cardinality",
    "ceil",
    "char_length",
    "clock_timestamp",
    "coalesce",
    "concat",
    "concat_ws",
    "count",
    "current_database",
    "current_schema",
    "current_setting",
    "date_part",
    "date_trunc",
    "dense_rank",
    "encode",
    "extract",
    "first_value",
    "floor",
    "format",
    "gen_random_uuid",
    "generate_series",
    "greatest",
    "initcap",
    "json_agg",
    "json_build_object",
    "jsonb_agg",
    "jsonb_build_object",
    "jsonb_set",
    "lag",
    "last_value",
    "lead",
    "least",
    "left",
    "length",
    "lower",
    "lpad",
    "ltrim",
    "make_date",
    "max",
    "md5",
    "min",
    "mod",
    "nextval",
    "now",
    "ntile",
    "nullif",
    "overlay",
    "pg_sleep",
    "position",
    "power",
    "random",
    "rank",
    "regexp_matches",
    "regexp_replace",
    "repeat",
    "replace",
    "reverse",
    "right",
    "round",
    "row_number",
    "row_to_json",
    "rpad",
    "rtrim",
    "setval",
    "split_part",
    "string_agg",
    "strpos",
    "substr",
    "substring",
    "sum",
    "to_char",
    "to_date",
    "to_timestamp",
];

/// Functions of the server that are near others.
const OTHERS: [&str; 45] = [
    "array_cat",
    "array_dims",
    "array_lower",
    "array_ndims",
    "array_prepend",
    "array_remove",
    "array_upper",
    "bit_and",
    "bit_or",
    "cast",
    "ceiling",
    "chr",
    "corr",
    "cos",
    "current_schemas",
    "dround",
    "icount",
    "cot",
    "decode",
    "div",
    "crc32",
    "every",
    "exists",
    "exp",
    "grouping",
    "isfinite",
    "json_each",
    "jsonb_each",
    "justify_days",
    "ln",
    "log",
    "make_time",
    "norm",
    "pi",
    "pow",
    "quote_ident",
    "sha256",
    "sign",
    "sin",
    "sqrt",
    "tan",
    "to_json",
    "trim",
    "trunc",
    "unnest",
];

/// Names without parentheses that are worth a suggestion.
const CONSTANTS: [&str; 5] = ["current_timestamp", "current_date", "current_user", "session_user", "localtimestamp"];

/// A function or constant whose name is misspelt.
fn names(tokens: &[Token<'_>]) -> Option<Fault> {
    for (at, token) in tokens.iter().enumerate().filter(|(_, token)| token.kind == Kind::Word && token.text.len() > 2) {
        let before = at.checked_sub(1).map(|at| &tokens[at]);
        let named = before.is_none_or(|before| {
            before.is_symbol(".")
                || before.is_any(&[
                    "into",
                    "as",
                    "with",
                    "recursive",
                    "from",
                    "join",
                    "update",
                    "on",
                    "exists",
                    "references",
                    "table",
                    "only",
                    "using",
                ])
        });
        let next = tokens.get(at + 1);
        if named || next.is_some_and(|next| next.is_symbol(".")) {
            continue;
        }
        let called = next.is_some_and(|next| next.is_symbol("("));
        let known = |list: &[&str]| token.is_any(list);
        let meant = if called && !known(&FUNCTIONS) && !known(&OTHERS) && !is_alias(tokens, at) {
            misspelt(token.text, &FUNCTIONS)
        } else if !called
            && !known(&CONSTANTS)
            && before.is_some_and(|before| {
                before.kind == Kind::Symbol
                    || before.is_any(&["select", "and", "or", "where", "then", "else", "between", "when"])
            })
        {
            near(token.text, CONSTANTS, 2).filter(|meant| !is_part(token.text, meant))
        } else {
            None
        };
        let Some(meant) = meant else { continue };
        let what = if called { "function" } else { "value" };
        let fault = Fault::certain(token.range(), format!("Postgres has no {what} `{}`", token.text));
        return Some(Fault { kind: FaultKind::Function, ..fault }.help(format!("did you mean {meant}?")));
    }
    None
}

/// Whether what is called may be the name of a common table expression with its columns.
fn is_alias(tokens: &[Token<'_>], at: usize) -> bool {
    let close = tokens[at..].iter().position(|token| token.is_symbol(")"));
    close.is_some_and(|close| {
        tokens.get(at + close + 1).is_some_and(|token| token.is("as"))
            && tokens.get(at + close + 2).is_some_and(|token| token.is_symbol("("))
    })
}

/// The function that a name is one slip away from.
fn misspelt(name: &str, known: &[&'static str]) -> Option<&'static str> {
    let slip =
        |meant: &&str| meant.len() > 2 && !is_part(name, meant) && (name.len() > 4 || super::is_swapped(name, meant));
    known.iter().copied().find(|meant| slip(meant) && super::is_slip(name, meant))
}

/// Whether one of the names begins with the other: `concat2`, `sums`.
fn is_part(name: &str, other: &str) -> bool {
    let name = name.to_ascii_lowercase();
    name.starts_with(other) || other.starts_with(&name)
}
