//! Makes a tree of nodes from tokens: libyaml's grammar, and what `PyYAML`'s composer refuses.

use std::collections::HashMap;

use super::YamlFault;
use super::scan::{Scanner, Style, Token};
use crate::source::{FileId, Place, Text};

/// How deep collections may nest.
const DEEPEST: usize = 120;

/// A node, by its number in the [`Tree`].
pub(super) type NodeId = usize;

/// What a node holds.
pub(super) enum Content {
    Scalar { text: Text, style: Style },
    Sequence(Vec<NodeId>),
    Mapping(Vec<(NodeId, NodeId)>),
}

/// A node of a YAML document.
pub(super) struct Node {
    pub(super) content: Content,
    /// The tag in full, where one was written.
    pub(super) tag: Option<String>,
    /// Where it stands, without anchor and tag.
    pub(super) place: Place,
}

/// Every node of a document; aliases share the node of their anchor.
pub(super) struct Tree {
    pub(super) nodes: Vec<Node>,
    pub(super) root: Option<NodeId>,
}

type Parse<T> = Result<T, YamlFault>;

/// Parses the one document of a text.
pub(super) fn parse(text: &str, file: FileId, base: usize, most: usize) -> Parse<Tree> {
    let mut parser = Parser {
        scanner: Scanner::new(text, file, base),
        nodes: Vec::new(),
        anchors: HashMap::new(),
        handles: HashMap::new(),
        depth: 0,
        most,
    };
    let root = parser.document()?;
    Ok(Tree { nodes: parser.nodes, root })
}

struct Parser<'a> {
    scanner: Scanner<'a>,
    nodes: Vec<Node>,
    anchors: HashMap<String, (NodeId, bool)>,
    handles: HashMap<String, String>,
    depth: usize,
    /// How many nodes there may be.
    most: usize,
}

/// Which token may come next, without its data.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Next {
    StreamEnd,
    Directive,
    DocumentStart,
    DocumentEnd,
    BlockSequence,
    BlockMapping,
    BlockEnd,
    FlowSequence,
    FlowSequenceEnd,
    FlowMapping,
    FlowMappingEnd,
    BlockEntry,
    FlowEntry,
    Key,
    Value,
    Alias,
    Anchor,
    Tag,
    Scalar,
}

impl Parser<'_> {
    fn next(&mut self) -> Parse<Next> {
        Ok(match self.scanner.peek()?.token {
            Token::StreamEnd => Next::StreamEnd,
            Token::Version { .. } | Token::TagDirective { .. } => Next::Directive,
            Token::DocumentStart => Next::DocumentStart,
            Token::DocumentEnd => Next::DocumentEnd,
            Token::BlockSequence => Next::BlockSequence,
            Token::BlockMapping => Next::BlockMapping,
            Token::BlockEnd => Next::BlockEnd,
            Token::FlowSequence => Next::FlowSequence,
            Token::FlowSequenceEnd => Next::FlowSequenceEnd,
            Token::FlowMapping => Next::FlowMapping,
            Token::FlowMappingEnd => Next::FlowMappingEnd,
            Token::BlockEntry => Next::BlockEntry,
            Token::FlowEntry => Next::FlowEntry,
            Token::Key => Next::Key,
            Token::Value => Next::Value,
            Token::Alias(_) => Next::Alias,
            Token::Anchor(_) => Next::Anchor,
            Token::Tag { .. } => Next::Tag,
            Token::Scalar { .. } => Next::Scalar,
        })
    }

    /// Where the next token starts.
    fn here(&mut self) -> Parse<usize> {
        Ok(self.scanner.peek()?.start)
    }

    fn fault_here<T>(&mut self, context: &str, problem: &str) -> Parse<T> {
        let at = self.here()?;
        Err(self.scanner.fault(context, problem, at))
    }

    fn document(&mut self) -> Parse<Option<NodeId>> {
        if self.next()? == Next::StreamEnd {
            return Ok(None);
        }
        let explicit = matches!(self.next()?, Next::Directive | Next::DocumentStart);
        if explicit {
            self.directives()?;
        }
        let empty = matches!(self.next()?, Next::Directive | Next::DocumentStart | Next::DocumentEnd | Next::StreamEnd);
        let root = if explicit && empty { self.empty()? } else { self.node(true, false)? };
        while self.next()? == Next::DocumentEnd {
            self.scanner.next()?;
        }
        match self.next()? {
            Next::StreamEnd => Ok(Some(root)),
            Next::Directive | Next::DocumentStart => {
                self.fault_here("expected a single document in the stream", "but found another document")
            }
            _ => self.fault_here("", "did not find expected <document start>"),
        }
    }

    fn directives(&mut self) -> Parse<()> {
        while self.next()? == Next::Directive {
            let token = self.scanner.next()?;
            match token.token {
                Token::Version { major } if major != 1 => {
                    return Err(self.scanner.fault("", "found incompatible YAML document", token.start));
                }
                Token::TagDirective { handle, prefix } => {
                    let earlier = self.handles.insert(handle, prefix);
                    if earlier.is_some() {
                        return Err(self.scanner.fault("", "found duplicate %TAG directive", token.start));
                    }
                }
                _ => {}
            }
        }
        if self.next()? != Next::DocumentStart {
            return self.fault_here("", "did not find expected <document start>");
        }
        self.scanner.next()?;
        Ok(())
    }

    fn add(&mut self, content: Content, tag: Option<String>, place: Place) -> NodeId {
        self.nodes.push(Node { content, tag, place });
        self.nodes.len() - 1
    }

    /// The node that stands where nothing was written.
    fn empty(&mut self) -> Parse<NodeId> {
        let at = self.here()?;
        Ok(self.empty_at(None, at))
    }

    fn empty_at(&mut self, tag: Option<String>, at: usize) -> NodeId {
        let place = self.scanner.place(at, at);
        self.add(Content::Scalar { text: Text::plain(""), style: Style::Plain }, tag, place)
    }

    fn node(&mut self, block: bool, indentless: bool) -> Parse<NodeId> {
        let start = self.here()?;
        if self.nodes.len() >= self.most {
            return Err(self.scanner.fault("", "there are more values than are read", start));
        }
        if self.next()? == Next::Alias {
            let token = self.scanner.next()?;
            let Token::Alias(name) = token.token else {
                return self.empty();
            };
            return match self.anchors.get(&name) {
                Some(&(node, true)) => Ok(node),
                Some(_) => Err(self.scanner.fault("", "found unconstructable recursive node", token.start)),
                None => Err(self.scanner.fault("", &format!("found undefined alias '{name}'"), token.start)),
            };
        }
        let (mut anchor, mut tag) = (None, None);
        loop {
            match self.next()? {
                Next::Anchor if anchor.is_none() => {
                    let token = self.scanner.next()?;
                    if let Token::Anchor(name) = token.token {
                        if self.anchors.contains_key(&name) {
                            let problem = format!("found duplicate anchor '{name}'");
                            return Err(self.scanner.fault("", &problem, token.start));
                        }
                        self.anchors.insert(name.clone(), (0, false));
                        anchor = Some(name);
                    }
                }
                Next::Tag if tag.is_none() => {
                    let token = self.scanner.next()?;
                    if let Token::Tag { handle, suffix } = token.token {
                        tag = Some(self.full_tag(&handle, &suffix, token.start)?);
                    }
                }
                _ => break,
            }
        }
        let written = anchor.is_some() || tag.is_some();
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(self.scanner.fault("", "collections nest too deeply", start));
        }
        let at = self.here()?;
        let node = match self.next()? {
            Next::BlockEntry if indentless => self.sequence(tag, false, at)?,
            Next::Scalar => {
                let token = self.scanner.next()?;
                let place = self.scanner.place(token.start, token.end);
                match token.token {
                    Token::Scalar { text, style } => self.add(Content::Scalar { text, style }, tag, place),
                    _ => self.empty_at(tag, at),
                }
            }
            Next::FlowSequence => self.flow_sequence(tag)?,
            Next::FlowMapping => self.flow_mapping(tag)?,
            Next::BlockSequence if block => self.sequence(tag, true, at)?,
            Next::BlockMapping if block => self.mapping(tag)?,
            _ if written => self.empty_at(tag, at),
            _ => {
                let context = if block { "while parsing a block node" } else { "while parsing a flow node" };
                return self.fault_here(context, "did not find expected node content");
            }
        };
        self.depth -= 1;
        if let Some(name) = anchor {
            self.anchors.insert(name, (node, true));
        }
        Ok(node)
    }

    fn full_tag(&self, handle: &str, suffix: &str, at: usize) -> Parse<String> {
        if handle.is_empty() {
            return Ok(suffix.to_owned());
        }
        match self.handles.get(handle) {
            Some(prefix) => Ok(format!("{prefix}{suffix}")),
            None if handle == "!" => Ok(format!("!{suffix}")),
            None if handle == "!!" => Ok(format!("tag:yaml.org,2002:{suffix}")),
            None => Err(self.scanner.fault("while parsing a node", "found undefined tag handle", at)),
        }
    }

    fn ends_at(&self, node: NodeId, from: Place) -> Place {
        let end = self.nodes[node].place;
        // An alias stands elsewhere.
        if end.start >= from.start { from.to(end) } else { from }
    }

    fn sequence(&mut self, tag: Option<String>, indented: bool, at: usize) -> Parse<NodeId> {
        let mut place = self.scanner.place(at, at);
        if indented {
            self.scanner.next()?;
        }
        let mut items = Vec::new();
        loop {
            match self.next()? {
                Next::BlockEntry => {
                    let dash = self.scanner.next()?;
                    place = place.to(self.scanner.place(dash.start, dash.end));
                    let next = self.next()?;
                    let nothing = matches!(next, Next::BlockEntry | Next::BlockEnd)
                        || (!indented && matches!(next, Next::Key | Next::Value));
                    let item = if nothing { self.empty_at(None, dash.end) } else { self.node(true, false)? };
                    place = self.ends_at(item, place);
                    items.push(item);
                }
                Next::BlockEnd if indented => {
                    self.scanner.next()?;
                    break;
                }
                _ if !indented => break,
                _ => {
                    return self.fault_here("while parsing a block collection", "did not find expected '-' indicator");
                }
            }
        }
        Ok(self.add(Content::Sequence(items), tag, place))
    }

    fn mapping(&mut self, tag: Option<String>) -> Parse<NodeId> {
        let start = self.scanner.next()?.start;
        let mut place = self.scanner.place(start, start);
        let mut pairs = Vec::new();
        loop {
            match self.next()? {
                Next::Key => {
                    let key_token = self.scanner.next()?;
                    let key = match self.next()? {
                        Next::Key | Next::Value | Next::BlockEnd => self.empty_at(None, key_token.end),
                        _ => self.node(true, true)?,
                    };
                    place = self.ends_at(key, place);
                    let value = if self.next()? == Next::Value {
                        let colon = self.scanner.next()?;
                        place = place.to(self.scanner.place(colon.start, colon.end));
                        match self.next()? {
                            Next::Key | Next::Value | Next::BlockEnd => self.empty_at(None, colon.end),
                            _ => self.node(true, true)?,
                        }
                    } else {
                        let end = self.nodes[key].place.end as usize - self.scanner.base;
                        self.empty_at(None, end)
                    };
                    place = self.ends_at(value, place);
                    pairs.push((key, value));
                }
                Next::BlockEnd => {
                    self.scanner.next()?;
                    break;
                }
                _ => {
                    return self.fault_here("while parsing a block mapping", "did not find expected key");
                }
            }
        }
        Ok(self.add(Content::Mapping(pairs), tag, place))
    }

    fn flow_sequence(&mut self, tag: Option<String>) -> Parse<NodeId> {
        let start = self.scanner.next()?.start;
        let mut items = Vec::new();
        loop {
            if self.next()? == Next::FlowSequenceEnd {
                break;
            }
            if !items.is_empty() {
                if self.next()? != Next::FlowEntry {
                    return self.fault_here("while parsing a flow sequence", "did not find expected ',' or ']'");
                }
                self.scanner.next()?;
            }
            match self.next()? {
                Next::FlowSequenceEnd => break,
                Next::Key => {
                    let at = self.scanner.next()?.start;
                    let key = match self.next()? {
                        Next::Value | Next::FlowEntry | Next::FlowSequenceEnd => self.empty()?,
                        _ => self.node(false, false)?,
                    };
                    let value = self.flow_value(Next::FlowSequenceEnd)?;
                    let place = self.ends_at(value, self.scanner.place(at, at));
                    let pair = self.add(Content::Mapping(vec![(key, value)]), None, place);
                    items.push(pair);
                }
                _ => {
                    let item = self.node(false, false)?;
                    items.push(item);
                }
            }
        }
        let end = self.scanner.next()?.end;
        let place = self.scanner.place(start, end);
        Ok(self.add(Content::Sequence(items), tag, place))
    }

    fn flow_mapping(&mut self, tag: Option<String>) -> Parse<NodeId> {
        let start = self.scanner.next()?.start;
        let mut pairs = Vec::new();
        loop {
            if self.next()? == Next::FlowMappingEnd {
                break;
            }
            if !pairs.is_empty() {
                if self.next()? != Next::FlowEntry {
                    return self.fault_here("while parsing a flow mapping", "did not find expected ',' or '}'");
                }
                self.scanner.next()?;
            }
            match self.next()? {
                Next::FlowMappingEnd => break,
                Next::Key => {
                    self.scanner.next()?;
                    let key = match self.next()? {
                        Next::Value | Next::FlowEntry | Next::FlowMappingEnd => self.empty()?,
                        _ => self.node(false, false)?,
                    };
                    let value = self.flow_value(Next::FlowMappingEnd)?;
                    pairs.push((key, value));
                }
                _ => {
                    let key = self.node(false, false)?;
                    let value = self.empty()?;
                    pairs.push((key, value));
                }
            }
        }
        let end = self.scanner.next()?.end;
        let place = self.scanner.place(start, end);
        Ok(self.add(Content::Mapping(pairs), tag, place))
    }

    fn flow_value(&mut self, close: Next) -> Parse<NodeId> {
        if self.next()? == Next::Value {
            self.scanner.next()?;
            let next = self.next()?;
            if next != Next::FlowEntry && next != close {
                return self.node(false, false);
            }
        }
        self.empty()
    }
}
