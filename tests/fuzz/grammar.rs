//! Text that `grammar.txt` makes of bytes: each byte takes one way of one name, so that whatever the fuzzer does to the
//! bytes gives another project, and not another syntax error.

use std::collections::HashMap;
use std::sync::OnceLock;

/// Beyond these the first way of each name is taken, which ends.
const DEEPEST: usize = 14;
const LONGEST: usize = 4_000;

enum Part {
    Plain(&'static str),
    Name { quoted: Quoted, name: &'static str },
}

#[derive(Clone, Copy)]
enum Quoted {
    No,
    Double,
    Single,
    Block,
    Jinja,
}

type Grammar = HashMap<&'static str, Vec<Vec<Part>>>;

fn grammar() -> &'static Grammar {
    static GRAMMAR: OnceLock<Grammar> = OnceLock::new();
    GRAMMAR.get_or_init(|| {
        let sections = include_str!("grammar.txt").split("\n\n").filter(|section| !section.starts_with('#'));
        let sections: Vec<_> = sections.filter_map(|section| section.trim_matches('\n').split_once(":\n")).collect();
        let is_name = |name: &str| sections.iter().any(|(known, _)| *known == name) || name == "bytes";
        sections.iter().map(|(name, ways)| (*name, ways.lines().map(|way| parts(way, is_name)).collect())).collect()
    })
}

fn parts(way: &'static str, is_name: impl Fn(&str) -> bool) -> Vec<Part> {
    let (mut parts, mut plain, mut at) = (Vec::new(), 0, 0);
    while let Some(open) = way[at..].find('<').map(|found| at + found) {
        at = open + 1;
        let Some(close) = way[at..].find('>').map(|found| at + found) else { break };
        let (quoted, name) = match way[at..close].split_once(':') {
            Some(("q", name)) => (Quoted::Double, name),
            Some(("s", name)) => (Quoted::Single, name),
            Some(("b", name)) => (Quoted::Block, name),
            Some(("jq", name)) => (Quoted::Jinja, name),
            _ => (Quoted::No, &way[at..close]),
        };
        if is_name(name) {
            parts.push(Part::Plain(&way[plain..open]));
            parts.push(Part::Name { quoted, name });
            (plain, at) = (close + 1, close + 1);
        }
    }
    parts.push(Part::Plain(&way[plain..]));
    parts
}

/// Bytes that are taken one after the other; zeros after the last.
pub struct Choices<'d> {
    data: &'d [u8],
    made: usize,
}

impl<'d> Choices<'d> {
    pub fn new(data: &'d [u8]) -> Choices<'d> {
        Choices { data, made: 0 }
    }

    pub fn byte(&mut self) -> u8 {
        let Some((first, rest)) = self.data.split_first() else { return 0 };
        self.data = rest;
        *first
    }

    fn bytes(&mut self) -> String {
        let length = (self.byte() as usize % 24).min(self.data.len());
        let (taken, rest) = self.data.split_at(length);
        self.data = rest;
        String::from_utf8_lossy(taken).into_owned()
    }

    /// A text that the name stands for.
    pub fn make(&mut self, name: &str) -> String {
        self.made = 0;
        let mut out = String::new();
        self.expand(name, 0, &mut out);
        out
    }

    fn expand(&mut self, name: &str, depth: usize, out: &mut String) {
        if name == "bytes" {
            return out.push_str(&self.bytes());
        }
        let Some(ways) = grammar().get(name) else { return };
        let ends = depth > DEEPEST || self.made > LONGEST || self.data.is_empty();
        let way = if ends { 0 } else { self.byte() as usize % ways.len() };
        for part in &ways[way] {
            match part {
                Part::Plain(text) => {
                    self.made += text.len();
                    out.push_str(&text.replace("\\n", "\n").replace("\\\n", "\\n"));
                }
                Part::Name { quoted, name } => {
                    let mut inner = String::new();
                    self.expand(name, depth + 1, &mut inner);
                    match quoted {
                        Quoted::No => out.push_str(&inner),
                        Quoted::Double => {
                            out.push_str(&format!(
                                "\"{}\"",
                                inner.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
                            ));
                        }
                        Quoted::Single => out.push_str(&format!("'{}'", inner.replace('\'', "''"))),
                        Quoted::Block => out.push_str(&format!("|\n        {}", inner.replace('\n', "\n        "))),
                        Quoted::Jinja => {
                            out.push_str(&format!(
                                "'{}'",
                                inner.replace('\\', "\\\\").replace('\'', "\\'").replace('\n', "\\n")
                            ));
                        }
                    }
                }
            }
        }
    }
}
