//! Texts and names with Unicode escapes, `U&'…' UESCAPE '!'`, as Postgres writes them and grammars do not read them.

use std::borrow::Cow;

use super::dialect::Dialect;
use super::token::{self, Kind};

/// A statement with such texts and names written plainly, each in the room of the old one.
pub(super) fn written_plainly(text: &str, dialect: Dialect) -> Cow<'_, str> {
    if dialect != Dialect::Postgres || !(text.contains("U&") || text.contains("u&")) {
        return Cow::Borrowed(text);
    }
    let tokens = token::tokens(text, dialect.reading()).code;
    let mut whole = String::with_capacity(text.len());
    let mut copied = 0;
    for (at, window) in tokens.windows(3).enumerate() {
        let [prefix, and, quoted] = window else { continue };
        let is_prefix = prefix.is("u") && and.is_symbol("&") && prefix.end() == and.start && and.end() == quoted.start;
        if !is_prefix || !matches!(quoted.kind, Kind::Text | Kind::Quoted) {
            continue;
        }
        let (mut escape, mut end) = ('\\', quoted.end());
        if let (Some(word), Some(given)) = (tokens.get(at + 3), tokens.get(at + 4))
            && word.is("uescape")
            && let [_, own, _] = given.text.chars().collect::<Vec<_>>().as_slice()
        {
            (escape, end) = (*own, given.end());
        }
        let quote = if quoted.kind == Kind::Text { '\'' } else { '"' };
        let inside = quoted.text.get(1..quoted.text.len().saturating_sub(1)).unwrap_or_default();
        let Some(plain) = decoded(inside, escape, quote) else { continue };
        whole.push_str(&text[copied..prefix.start]);
        let room = text[prefix.start..end].chars().count();
        let taken = plain.chars().count() + 2;
        whole.push(quote);
        whole.push_str(&plain);
        whole.push(quote);
        whole.extend(std::iter::repeat_n(' ', room.saturating_sub(taken)));
        copied = end;
    }
    whole.push_str(&text[copied..]);
    Cow::Owned(whole)
}

/// What stands between the quotes with its escapes resolved; none where the server refuses them.
fn decoded(inside: &str, escape: char, quote: char) -> Option<String> {
    let mut plain = String::with_capacity(inside.len());
    let mut rest = inside;
    while let Some(at) = rest.find(escape) {
        plain.push_str(&rest[..at]);
        rest = &rest[at + escape.len_utf8()..];
        if let Some(after) = rest.strip_prefix(escape) {
            plain.push(escape);
            rest = after;
            continue;
        }
        let (digits, count) = rest.strip_prefix('+').map_or((rest, 4), |digits| (digits, 6));
        let (code, after) = digits.split_at_checked(count)?;
        let code = char::from_u32(u32::from_str_radix(code, 16).ok()?)?;
        if code == quote {
            plain.push(quote);
        }
        plain.push(code);
        rest = after;
    }
    plain.push_str(rest);
    Some(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_are_resolved_in_their_room() {
        // PostgreSQL 15: select U&'d\0061t\+000061' is data, U&'d!0061' uescape '!' is da, U&"d\0061t" names dat.
        let plain = |text| written_plainly(text, Dialect::Postgres).into_owned();
        assert_eq!(plain(r"select U&'d\0061t\+000061', 1"), "select 'data'             , 1");
        assert_eq!(plain("select u&'d!0061' uescape '!'"), format!("select 'da'{}", " ".repeat(18)));
        assert_eq!(plain(r#"select U&"d\0061t" from t"#), r#"select "dat"       from t"#);
        assert_eq!(plain(r"select U&'\0027'"), "select ''''     ");
        assert_eq!(plain(r"select U&'\00zz', u & 'a'"), r"select U&'\00zz', u & 'a'");
    }
}
