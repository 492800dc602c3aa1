//! `.dbtignore`: the patterns of a .gitignore, matched against paths from the project's root.
//!
//! `*`, `?`, `[…]`, `**`, a leading or inner slash that anchors, a trailing slash for folders, `!` that
//! takes back, `\` that escapes. The last pattern that matches decides. Unlike git, and like dbt, a file
//! can be taken back out of an ignored folder.

/// The patterns of a `.dbtignore`.
#[derive(Debug, Clone, Default)]
pub struct Ignore {
    patterns: Vec<Pattern>,
}

#[derive(Debug, Clone)]
struct Pattern {
    ignores: bool,
    /// Tried at every folder, where the pattern has no slash but at its end.
    anywhere: bool,
    folders_only: bool,
    segments: Vec<Vec<char>>,
}

impl Ignore {
    /// Reads the patterns of a file.
    #[must_use]
    pub fn parse(text: &str) -> Ignore {
        Ignore { patterns: text.lines().filter_map(Pattern::parse).collect() }
    }

    /// Whether a file is left out; the path counts from the project's root and has `/` between folders.
    #[must_use]
    pub fn is_ignored(&self, path: &str) -> bool {
        if self.patterns.is_empty() {
            return false;
        }
        let segments: Vec<Vec<char>> = path.split('/').map(|segment| segment.chars().collect()).collect();
        self.patterns.iter().rev().find(|pattern| pattern.matches(&segments)).is_some_and(|pattern| pattern.ignores)
    }
}

impl Pattern {
    fn parse(line: &str) -> Option<Pattern> {
        let mut rest = line.trim_start();
        // Blanks at the end do not count unless they are escaped.
        while rest.ends_with(char::is_whitespace) && !rest.ends_with("\\ ") {
            rest = &rest[..rest.len() - rest.chars().next_back().map_or(0, char::len_utf8)];
        }
        if rest.is_empty() || rest.starts_with('#') {
            return None;
        }
        let ignores = !rest.starts_with('!');
        rest = rest.strip_prefix('!').unwrap_or(rest);
        let folders_only = rest.ends_with('/');
        let body = rest.strip_suffix('/').unwrap_or(rest);
        let anywhere = !body.contains('/');
        let body = body.strip_prefix('/').unwrap_or(body);
        if body.is_empty() {
            return None;
        }
        let segments = body.split('/').map(|segment| segment.chars().collect()).collect();
        Some(Pattern { ignores, anywhere, folders_only, segments })
    }

    /// A pattern that matches a folder matches all below it.
    fn matches(&self, path: &[Vec<char>]) -> bool {
        let longest = if self.folders_only { path.len() - 1 } else { path.len() };
        let starts = if self.anywhere { path.len() } else { 1 };
        (0..starts).any(|start| (start + 1..=longest).any(|end| match_path(&self.segments, &path[start..end])))
    }
}

fn match_path(pattern: &[Vec<char>], path: &[Vec<char>]) -> bool {
    match pattern.split_first() {
        None => path.is_empty(),
        Some((first, rest)) if first.as_slice() == ['*', '*'] => {
            if rest.is_empty() {
                return !path.is_empty();
            }
            (0..=path.len()).any(|skip| match_path(rest, &path[skip..]))
        }
        Some((first, rest)) => {
            path.split_first().is_some_and(|(head, tail)| match_segment(first, head) && match_path(rest, tail))
        }
    }
}

fn match_segment(pattern: &[char], text: &[char]) -> bool {
    match pattern {
        [] => text.is_empty(),
        ['*', rest @ ..] => (0..=text.len()).any(|skip| match_segment(rest, &text[skip..])),
        ['?', rest @ ..] => text.split_first().is_some_and(|(_, tail)| match_segment(rest, tail)),
        ['[', rest @ ..] => match_set(rest, text),
        ['\\', escaped, rest @ ..] => {
            text.split_first().is_some_and(|(head, tail)| head == escaped && match_segment(rest, tail))
        }
        [plain, rest @ ..] => text.split_first().is_some_and(|(head, tail)| head == plain && match_segment(rest, tail)),
    }
}

fn match_set(pattern: &[char], text: &[char]) -> bool {
    let negated = matches!(pattern.first(), Some('!' | '^'));
    let body = &pattern[usize::from(negated)..];
    // A bracket right at the start is itself part of the set.
    let Some(close) = body.iter().skip(1).position(|&c| c == ']').map(|at| at + 1) else {
        return text.first() == Some(&'[') && match_segment(pattern, &text[1..]);
    };
    let Some((&head, tail)) = text.split_first() else {
        return false;
    };
    let set = &body[..close];
    let mut inside = false;
    let mut n = 0;
    while n < set.len() {
        if n + 2 < set.len() && set[n + 1] == '-' {
            inside |= (set[n]..=set[n + 2]).contains(&head);
            n += 3;
        } else {
            inside |= set[n] == head;
            n += 1;
        }
    }
    inside != negated && match_segment(&body[close + 1..], tail)
}
