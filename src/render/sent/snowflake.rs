//! How Snowflake's connector for Python splits a text into statements, and what dbt-snowflake drops of them.
//!
//! The connector reads line by line. It knows quotes (a backslash escapes in them), `$$` bodies, block and
//! line comments (`--` and `//`) and commands (`!…`); it does not know scripting blocks.

use super::{QueryComment, python_trim, without_comments};

/// The calls that dbt-snowflake makes for a text.
pub(super) fn calls(comment: QueryComment, sql: &str) -> Vec<String> {
    let parts: Vec<String> = split(sql).into_iter().filter(|part| !without_comments(part).is_empty()).collect();
    let is_control = |part: &str| matches!(part.to_lowercase().as_str(), "begin;" | "commit;");
    let only_control = parts.iter().all(|part| is_control(part));
    parts
        .into_iter()
        .map(|part| {
            // Beside other statements these two become dbt's own (facts 5.4).
            if !only_control && is_control(&part) {
                return part.trim_end_matches(';').to_uppercase();
            }
            comment.applied(&part).to_owned()
        })
        .collect()
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Within {
    Nothing,
    Comment,
    Dollars,
    Quote(u8),
}

/// The statements, each without white space around it.
pub(super) fn split(sql: &str) -> Vec<String> {
    let mut splitter = Splitter { within: Within::Nothing, statement: String::new(), open: false, found: Vec::new() };
    for line in sql.split_inclusive('\n') {
        splitter.line(line);
    }
    if splitter.open {
        splitter.end();
    }
    splitter.found
}

struct Splitter {
    within: Within,
    statement: String,
    /// Whether a statement was begun, be it with nothing but white space.
    open: bool,
    found: Vec<String>,
}

impl Splitter {
    fn end(&mut self) {
        self.found.push(python_trim(&self.statement).to_owned());
        self.statement.clear();
        self.open = false;
    }

    fn take(&mut self, text: &str) {
        self.statement.push_str(text);
        self.open = true;
    }

    fn line(&mut self, line: &str) {
        let bytes = line.as_bytes();
        let (mut at, mut from) = (0, 0);
        while at < bytes.len() {
            let rest = &bytes[at..];
            match self.within {
                Within::Comment if rest.starts_with(b"*/") => {
                    self.within = Within::Nothing;
                    at += 2;
                }
                Within::Dollars if rest.starts_with(b"$$") => {
                    self.within = Within::Nothing;
                    at += 2;
                }
                Within::Comment | Within::Dollars => at += 1,
                Within::Quote(quote) => at += self.quoted(quote, rest),
                Within::Nothing => match rest[0] {
                    quote @ (b'\'' | b'"') => {
                        self.within = Within::Quote(quote);
                        at += 1;
                    }
                    b' ' | b'\t' => {
                        at += 1;
                        self.take(&line[from..at]);
                        from = at;
                    }
                    b'-' | b'/' if is_line_comment(rest) && !is_url(bytes, from, at) => {
                        self.take(&line[from..]);
                        return;
                    }
                    b'/' if rest.starts_with(b"/*") && !is_url(bytes, from, at) => {
                        self.within = Within::Comment;
                        at += 2;
                    }
                    b'$' if rest.starts_with(b"$$") => {
                        self.within = Within::Dollars;
                        at += 2;
                    }
                    b';' => {
                        at = self.delimited(line, from, at);
                        from = at;
                    }
                    b'!' if at == 0 => {
                        if self.open {
                            self.end();
                        }
                        let command = python_trim(line);
                        let command = command.strip_suffix(';').unwrap_or(command);
                        self.found.push(python_trim(command).to_owned());
                        return;
                    }
                    _ => at += 1,
                },
            }
        }
        if from < bytes.len() {
            self.take(&line[from..]);
        }
    }

    /// How far to go on inside quotes.
    fn quoted(&mut self, quote: u8, rest: &[u8]) -> usize {
        let next = rest.get(1).copied();
        if rest[0] == b'\\' && next.is_some_and(|next| next == quote || next == b'\\') {
            return 2;
        }
        if rest[0] == quote {
            if next == Some(quote) {
                return 2;
            }
            self.within = Within::Nothing;
        }
        1
    }

    /// Ends a statement at a semicolon; a comment behind it on the same line is still its own.
    fn delimited(&mut self, line: &str, from: usize, semicolon: usize) -> usize {
        let mut at = semicolon + 1;
        if line[at..].starts_with('>') {
            at += 1;
        }
        self.take(&line[from..at]);
        let rest = python_trim(&line[at..]);
        if rest.is_empty() || rest.starts_with("--") {
            self.take(&line[at..]);
            at = line.len();
        }
        at += line[at..].bytes().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
        self.end();
        at
    }
}

fn is_line_comment(rest: &[u8]) -> bool {
    rest.starts_with(b"--") || rest.starts_with(b"//")
}

/// Whether the slashes are those of `https://`.
fn is_url(line: &[u8], from: usize, at: usize) -> bool {
    line[from..(at + 3).min(line.len())].windows(3).any(|window| window == b"://")
}
