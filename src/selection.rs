//! Which nodes a command of dbt takes: `--select`, `--exclude` and their grammar.

/// Which nodes a command takes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Selection {
    /// `--select`; everything where it is not given.
    pub select: Option<Union>,
    /// `--exclude`.
    pub exclude: Union,
    /// `--resource-type`; all that the command takes where it is not given.
    pub types: Vec<String>,
    /// `--exclude-resource-type`.
    pub excluded_types: Vec<String>,
    /// `--indirect-selection`.
    pub indirect: Indirect,
}

impl Selection {
    /// Whether it leaves the choice to the command.
    #[must_use]
    pub fn is_everything(&self) -> bool {
        self.select.is_none()
            && self.exclude.parts.is_empty()
            && self.types.is_empty()
            && self.excluded_types.is_empty()
    }

    /// Whether it goes by more than the kind of a node.
    #[must_use]
    pub fn names_nodes(&self) -> bool {
        self.select.is_some() || !self.exclude.parts.is_empty()
    }

    /// Whether it leaves a kind of nodes in, by dbt's word.
    #[must_use]
    pub fn takes(&self, kind: &str) -> bool {
        let has = |list: &[String]| list.iter().any(|one| one == kind);
        let all = self.types.is_empty() || self.types.iter().any(|one| matches!(one.as_str(), "all" | "default"));
        (all || has(&self.types)) && !has(&self.excluded_types)
    }
}

/// Which tests come with the nodes that are selected.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Indirect {
    /// Those of which one parent is selected.
    #[default]
    Eager,
    /// Those of which all parents are.
    Cautious,
    /// Those of which all parents are selected or above what is.
    Buildable,
    /// None.
    Empty,
}

impl Indirect {
    /// By dbt's word.
    #[must_use]
    pub fn of(word: &str) -> Option<Indirect> {
        Some(match word.to_lowercase().as_str() {
            "eager" => Indirect::Eager,
            "cautious" => Indirect::Cautious,
            "buildable" => Indirect::Buildable,
            "empty" => Indirect::Empty,
            _ => return None,
        })
    }
}

/// What any of its parts takes: words with blanks between.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Union {
    /// Each part is what all of its criteria take: words with commas between.
    pub parts: Vec<Vec<Criterion>>,
}

impl Union {
    /// Reads words.
    ///
    /// # Errors
    /// A sentence that says what is wrong or not modelled.
    pub fn parse(words: &[String]) -> Result<Union, String> {
        let part = |word: &String| word.split(',').map(Criterion::parse).collect::<Result<Vec<_>, _>>();
        Ok(Union { parts: words.iter().map(part).collect::<Result<Vec<_>, _>>()? })
    }

    /// Takes in the parts of another.
    pub fn extend(&mut self, other: Union) {
        self.parts.extend(other.parts);
    }

    /// The words it was read from.
    #[must_use]
    pub fn raw(&self) -> Vec<String> {
        let word = |part: &Vec<Criterion>| part.iter().map(|one| one.raw.as_str()).collect::<Vec<_>>().join(",");
        self.parts.iter().map(word).collect()
    }
}

/// One criterion, such as `2+tag:nightly`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Criterion {
    /// As it is written.
    pub raw: String,
    /// What the value is compared with.
    pub method: Method,
    /// The value; `*`, `?` and `[…]` are wildcards in most.
    pub value: String,
    /// `@` before it: what stands below, and everything above that.
    pub with_childrens_parents: bool,
    /// `+` before it, and how many steps.
    pub parents: Option<Option<usize>>,
    /// `+` behind it, and how many steps.
    pub children: Option<Option<usize>>,
}

/// What a value is compared with.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Method {
    Fqn,
    Tag,
    Group,
    Access,
    Source,
    Exposure,
    Path,
    File,
    Package,
    /// With the way to the setting.
    Config(Vec<String>),
    TestName,
    TestType,
    ResourceType,
    UnitTest,
}

impl Criterion {
    fn parse(raw: &str) -> Result<Criterion, String> {
        let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
        let depth = |text: &str| if text.is_empty() { Ok(None) } else { text.parse().map(Some) };
        let too_deep = |_| format!("`{raw}` names too many steps");
        let (with_childrens_parents, mut rest) = match raw.strip_prefix('@') {
            Some(rest) => (true, rest),
            None => (false, raw),
        };
        let mut parents = None;
        if let Some(behind) = rest[digits(rest)..].strip_prefix('+') {
            parents = Some(depth(&rest[..digits(rest)]).map_err(too_deep)?);
            rest = behind;
        }
        let is_word = |text: &str| {
            !text.is_empty() && text.chars().all(|char| char.is_alphanumeric() || matches!(char, '_' | '.'))
        };
        let (method, mut value) = match rest.split_once(':') {
            Some((method, value)) if is_word(method) => (Some(method), value),
            _ => (None, rest),
        };
        let mut children = None;
        if let Some((before, steps)) = value.rsplit_once('+').filter(|(_, steps)| digits(steps) == steps.len()) {
            children = Some(depth(steps).map_err(too_deep)?);
            value = before;
        }
        if with_childrens_parents && children.is_some() {
            return Err(format!("`{raw}`: dbt takes no `+` behind what begins with `@`"));
        }
        let method = match method {
            Some(method) => Method::named(method, value, raw)?,
            None if value.contains('/') => Method::Path,
            None if [".sql", ".py", ".csv"].iter().any(|end| value.to_lowercase().ends_with(end)) => Method::File,
            None => Method::Fqn,
        };
        let (raw, value) = (raw.to_owned(), value.to_owned());
        Ok(Criterion { raw, method, value, with_childrens_parents, parents, children })
    }
}

impl Method {
    fn named(written: &str, value: &str, raw: &str) -> Result<Method, String> {
        let mut parts = written.split('.');
        let name = parts.next().unwrap_or_default();
        Ok(match name {
            "fqn" => Method::Fqn,
            "tag" => Method::Tag,
            "group" => Method::Group,
            "access" => Method::Access,
            "source" => Method::Source,
            "exposure" => Method::Exposure,
            "path" => Method::Path,
            "file" => Method::File,
            "package" => Method::Package,
            "config" => Method::Config(parts.map(str::to_owned).collect()),
            "test_name" => Method::TestName,
            "test_type" if !matches!(value, "generic" | "schema" | "singular" | "data" | "unit") => {
                return Err(format!("`{raw}`: a test_type is generic, singular, unit or data"));
            }
            "test_type" => Method::TestType,
            "resource_type" => Method::ResourceType,
            "unit_test" => Method::UnitTest,
            "state" | "result" | "source_status" => {
                return Err(format!(
                    "`{raw}`: dbt's method {name} needs the results of an earlier run, and is not modelled"
                ));
            }
            "metric" | "semantic_model" | "saved_query" | "version" => {
                return Err(format!("`{raw}`: dbt's method {name} is not modelled"));
            }
            _ => return Err(format!("`{raw}`: dbt has no method {name} to select by")),
        })
    }
}

/// A part of a pattern.
enum Piece {
    /// Any text.
    Any,
    /// One character.
    One,
    /// This one.
    Char(char),
    /// One of, or none of, these ranges.
    Set(bool, Vec<(char, char)>),
}

impl Piece {
    fn fits(&self, char: char) -> bool {
        match self {
            Piece::Any | Piece::One => true,
            Piece::Char(own) => *own == char,
            Piece::Set(negated, ranges) => {
                ranges.iter().any(|(first, last)| (*first..=*last).contains(&char)) != *negated
            }
        }
    }
}

fn pieces(pattern: &str) -> Vec<Piece> {
    let pattern: Vec<char> = pattern.chars().collect();
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(&char) = pattern.get(at) {
        at += 1;
        match char {
            '*' => found.push(Piece::Any),
            '?' => found.push(Piece::One),
            '[' => {
                let negated = pattern.get(at) == Some(&'!');
                let set = &pattern[at + usize::from(negated)..];
                // A bracket right at the beginning stands for itself.
                let Some(end) = set.iter().skip(1).position(|char| *char == ']').map(|before| before + 1) else {
                    found.push(Piece::Char('['));
                    continue;
                };
                let mut ranges = Vec::new();
                let mut set = &set[..end];
                while let [first, rest @ ..] = set {
                    match rest {
                        ['-', last, rest @ ..] => {
                            ranges.push((*first, *last));
                            set = rest;
                        }
                        _ => {
                            ranges.push((*first, *first));
                            set = rest;
                        }
                    }
                }
                found.push(Piece::Set(negated, ranges));
                at += usize::from(negated) + end + 1;
            }
            other => found.push(Piece::Char(other)),
        }
    }
    found
}

/// Whether a name fits a pattern of Python's `fnmatch`: `*`, `?`, `[abc]`, `[!a-c]`.
#[must_use]
pub fn fnmatch(name: &str, pattern: &str) -> bool {
    let name: Vec<char> = name.chars().collect();
    let pattern = pieces(pattern);
    let (mut at, mut piece) = (0, 0);
    // The last `*`, and how far it reaches: what fails behind it is tried one character further on.
    let mut star: Option<(usize, usize)> = None;
    loop {
        match (pattern.get(piece), name.get(at)) {
            (Some(Piece::Any), _) => {
                star = Some((piece, at));
                piece += 1;
            }
            (Some(one), Some(&char)) if one.fits(char) => (at, piece) = (at + 1, piece + 1),
            (None, None) => return true,
            _ => match &mut star {
                Some((of, reach)) if *reach < name.len() => {
                    *reach += 1;
                    (at, piece) = (*reach, *of + 1);
                }
                _ => return false,
            },
        }
    }
}

/// Whether a path fits a pattern of Python's `Path.glob`, in which `**` stands for any number of folders.
#[must_use]
pub fn glob(path: &str, pattern: &str) -> bool {
    let parts = |text: &str| -> Vec<String> {
        text.split('/').filter(|part| !matches!(*part, "" | ".")).map(str::to_owned).collect()
    };
    let (path, wanted) = (parts(path), parts(pattern));
    !pattern.starts_with('/') && !wanted.is_empty() && glob_parts(&path, &wanted)
}

fn glob_parts(path: &[String], pattern: &[String]) -> bool {
    match (path, pattern) {
        ([], []) => true,
        (_, [first, rest @ ..]) if first == "**" => (0..=path.len()).any(|from| glob_parts(&path[from..], rest)),
        ([part, path @ ..], [first, rest @ ..]) => fnmatch(part, first) && glob_parts(path, rest),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[allow(clippy::unwrap_used)]
    fn criteria_are_read() {
        let read = |raw: &str| Criterion::parse(raw).unwrap();
        let one = read("2+config.meta.owner:me+");
        assert_eq!(one.method, Method::Config(vec!["meta".to_owned(), "owner".to_owned()]));
        assert_eq!((one.value.as_str(), one.parents, one.children), ("me", Some(Some(2)), Some(None)));
        assert_eq!(read("models/a.sql").method, Method::Path);
        assert_eq!(read("a.sql").method, Method::File);
        assert_eq!(read("shop.a+3").children, Some(Some(3)));
        assert!(read("@a").with_childrens_parents);
        assert_eq!(read("a+b").value, "a+b");
        assert!(Criterion::parse("@a+").is_err());
    }

    #[test]
    fn patterns_are_pythons() {
        assert!(fnmatch("stg_orders", "stg_*") && fnmatch("a1", "a[0-9]") && !fnmatch("a1", "a[!0-9]"));
        assert!(!fnmatch("A", "a") && fnmatch("a", "?") && fnmatch("[", "["));
        assert!(glob("models/stg/a.sql", "models/*/*.sql") && glob("models/stg", "models/**"));
        assert!(glob("models", "models/") && !glob("models/stg/a.sql", "models/*.sql"));
    }
}
