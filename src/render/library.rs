//! The macros of a project and its packages, parsed when they are first needed.

use std::collections::{BTreeSet, HashMap};
use std::hash::{Hash, Hasher};
use std::ops::Range;
use std::rc::Rc;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use crate::jinja::tree::{CompareOp, ExprKind, Macro, Span, Stmt, Template};
use crate::jinja::{self, MacroValue, SyntaxFault, Value, walk};
use crate::memo::Memo;
use crate::project::{Problem, ProblemKind, Project};
use crate::source::{Text, TextBuilder};

/// A macro's declaration and the template that it is.
pub type Parsed = Result<(Arc<Macro>, Arc<Template>), (SyntaxFault, Text)>;

/// Where a text and its pieces stand in memory.
type Identity = (usize, usize);

/// A text that was read as a template.
type Read = (Text, Result<Arc<Template>, SyntaxFault>);

/// The macros of a project, by package and name.
#[derive(Debug)]
pub struct Library {
    by_package: Vec<HashMap<String, usize>>,
    package_names: HashMap<String, usize>,
    parsed: Vec<OnceLock<Parsed>>,
    compared: Mutex<BTreeSet<String>>,
    texts: Mutex<HashMap<Identity, Read>>,
    templates: Arc<Templates>,
}

/// Templates by what they are read from.
pub(crate) type Templates = Memo<Written, Result<Arc<Template>, SyntaxFault>>;

/// What the text of a macro is not parsed for.
pub(crate) type Faults = Memo<Arc<str>, Option<SyntaxFault>>;

/// A text with the place of each of its bytes.
#[derive(Debug)]
pub(crate) struct Written(Text);

impl PartialEq for Written {
    fn eq(&self, other: &Written) -> bool {
        self.0.value == other.0.value && self.0.pieces == other.0.pieces
    }
}

impl Eq for Written {}

impl Hash for Written {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.value.hash(state);
        // Many nodes have the same text, each in its own file.
        self.0.pieces.first().map(|piece| piece.place).hash(state);
    }
}

impl Library {
    /// Indexes the macros of a project.
    #[must_use]
    pub fn new(project: &Project) -> Library {
        Library::with_templates(project, Arc::default())
    }

    /// The same with templates that were read before.
    pub(crate) fn with_templates(project: &Project, templates: Arc<Templates>) -> Library {
        let mut by_package = vec![HashMap::new(); project.packages.len()];
        for (n, found) in project.macros.iter().enumerate() {
            // dbt refuses a second macro of one name; the first stands here.
            by_package[found.package].entry(found.name.clone()).or_insert(n);
        }
        let package_names = project.packages.iter().enumerate().map(|(n, package)| (package.name.clone(), n)).collect();
        Library {
            by_package,
            package_names,
            parsed: project.macros.iter().map(|_| OnceLock::new()).collect(),
            compared: Mutex::default(),
            texts: Mutex::default(),
            templates,
        }
    }

    /// The same without the texts that were asked for.
    pub(crate) fn anew(&self, project: &Project) -> Library {
        Library::with_templates(project, Arc::clone(&self.templates))
    }

    /// The template of a text of the project, which is parsed once however often it is asked for: a hook's, or that
    /// of a file with hooks.
    pub fn template(&self, text: &Text) -> Result<Arc<Template>, SyntaxFault> {
        let identity = (text.value.as_ptr().addr(), text.pieces.as_ptr().addr());
        let known = || self.texts.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, template)) = known().get(&identity) {
            return template.clone();
        }
        let template = self.templates.get(Written(text.clone()), |Written(text)| jinja::parse(text).map(Arc::new));
        // The text is kept, so that no other one can come to stand where it does.
        known().entry(identity).or_insert_with(|| (text.clone(), template)).1.clone()
    }

    /// A package by its name.
    #[must_use]
    pub fn package(&self, name: &str) -> Option<usize> {
        self.package_names.get(name).copied()
    }

    /// The macro of a package, by its place in the project's macros.
    #[must_use]
    pub fn find(&self, package: usize, name: &str) -> Option<usize> {
        self.by_package.get(package)?.get(name).copied()
    }

    /// The packages that have a macro of that name, by their places.
    #[must_use]
    pub fn holders(&self, name: &str) -> Vec<usize> {
        (0..self.by_package.len()).filter(|&package| self.by_package[package].contains_key(name)).collect()
    }

    /// A macro, where something asked for it before and it parses.
    pub(super) fn already_parsed(&self, at: usize) -> Option<&(Arc<Macro>, Arc<Template>)> {
        self.parsed[at].get()?.as_ref().ok()
    }

    /// A macro, parsed.
    pub fn parsed(&self, project: &Project, at: usize) -> &Parsed {
        self.parsed[at].get_or_init(|| {
            let parsed = Library::parse(&text_of(project, at));
            if let Ok((_, template)) = &parsed {
                self.note_comparisons(template);
            }
            parsed
        })
    }

    /// The names that a macro compares `target.name` with, where nothing asked for it yet.
    pub(super) fn compared_unseen(&self, project: &Project, at: usize) -> Vec<String> {
        if self.parsed[at].get().is_some() {
            return Vec::new();
        }
        Library::parse(&text_of(project, at)).map_or_else(|_| Vec::new(), |(_, template)| comparisons(&template))
    }

    /// A macro's block, parsed.
    pub fn parse(text: &Text) -> Parsed {
        let template = jinja::parse(text).map_err(|fault| (fault, text.clone()))?;
        let template = Arc::new(template);
        let decl = template.body.iter().find_map(|stmt| match stmt {
            Stmt::Macro(decl) => Some(Arc::clone(decl)),
            _ => None,
        });
        match decl {
            Some(decl) => Ok((decl, template)),
            None => {
                let fault = SyntaxFault { message: "this block is no macro".to_owned(), span: Span::default() };
                Err((fault, text.clone()))
            }
        }
    }

    /// A macro as a value; `shown` is how it was named.
    #[must_use]
    pub fn value((decl, template): &(Arc<Macro>, Arc<Template>), shown: &str) -> Value {
        Value::Macro(Rc::new(MacroValue {
            decl: Arc::clone(decl),
            template: Arc::clone(template),
            closure: Vec::new(),
            catches_return: true,
            shown: Arc::from(shown),
            within: None,
            permissive: false,
        }))
    }

    /// Notes the names that a template compares `target.name` with: branches of targets that profiles.yml
    /// may not have.
    pub fn note_comparisons(&self, template: &Template) {
        let found = comparisons(template);
        if !found.is_empty() {
            self.compared.lock().unwrap_or_else(PoisonError::into_inner).extend(found);
        }
    }

    /// The names that templates compare `target.name` with, so far.
    #[must_use]
    pub fn compared(&self) -> BTreeSet<String> {
        self.compared.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// What dbt's own reading of a macro stops at: it parses every macro before anything runs, those too that nothing
/// calls.
pub(crate) fn fault(project: &Project, at: usize, kept: &Faults) -> Option<Problem> {
    let found = &project.macros[at];
    let install_path = project.root().packages_install_path();
    let within = project.packages[found.package].root.strip_prefix(&install_path);
    if within.is_some_and(|rest| rest.starts_with('/')) {
        // What a package was published with has been parsed before.
        return None;
    }
    let text: Arc<str> = project.sources.slice(found.block).into();
    let fault = kept.get(text, |_| jinja::parse(&text_of(project, at)).err())?;
    // A bound of ours, and what Jinja2 finds only when it compiles, which dbt leaves for the first call.
    let is_later = ["recursion", "must be placed", "block tags"].iter().any(|part| fault.message.contains(part));
    if is_later {
        return None;
    }
    let place = text_of(project, at).place_of(fault.span.start as usize..fault.span.end as usize);
    let message =
        format!("dbt can't parse the macro {}: {}; dbt stops here", found.name, fault.message.trim_end_matches('.'));
    Some(Problem::new(ProblemKind::Macro, place.or(Some(found.block)), message))
}

/// The text that a macro is read from.
fn text_of(project: &Project, at: usize) -> Text {
    let found = &project.macros[at];
    let block = found.block;
    let text = project.sources.text(block.file).slice(block.start as usize..block.end as usize);
    as_macro(&text, &found.name)
}

/// The names that a template compares `target.name` with.
fn comparisons(template: &Template) -> Vec<String> {
    let mut found = Vec::new();
    walk::exprs(&template.body, &mut |expr| {
        let ExprKind::Compare(first, ops) = &expr.kind else { return };
        let [(op, other)] = ops.as_slice() else { return };
        let sides = [&**first, other];
        for (side, against) in [(sides[0], sides[1]), (sides[1], sides[0])] {
            if !is_target_name(&side.kind) {
                continue;
            }
            match (&against.kind, op) {
                (ExprKind::Str(name), CompareOp::Eq | CompareOp::Ne) => found.push(name.value.to_string()),
                (ExprKind::List(items) | ExprKind::Tuple(items), CompareOp::In | CompareOp::NotIn) => {
                    for item in items {
                        if let ExprKind::Str(name) = &item.kind {
                            found.push(name.value.to_string());
                        }
                    }
                }
                _ => {}
            }
        }
    });
    found
}

/// A test or a materialization is a macro by another name to dbt (facts M9): its block with the tags of one.
fn as_macro(text: &Text, name: &str) -> Text {
    let found = header(text.as_str());
    let Some((keyword, own_name)) = found.filter(|(keyword, _)| &text.as_str()[keyword.clone()] != "macro") else {
        return text.clone();
    };
    let whole = text.as_str();
    let is_test = &whole[keyword.clone()] != "materialization";
    let end_word = format!("end{}", &whole[keyword.clone()]);
    let (Some(end), Some(close)) = (whole.rfind(&end_word), whole[own_name.end..].find("%}")) else {
        return text.clone();
    };
    let close = own_name.end + close;
    // What a materialization's tag says besides its name is no parameter.
    let minus = usize::from(whole[..close].ends_with('-'));
    let rest = if is_test { own_name.end } else { close - minus };
    let made = |builder: &mut TextBuilder, word: &str, range: Range<usize>| {
        builder.push_made(word, text.place_of(range), None);
    };
    let mut builder = TextBuilder::default();
    builder.push_slice(text, 0..keyword.start);
    made(&mut builder, "macro", keyword.clone());
    builder.push_slice(text, keyword.end..own_name.start);
    made(&mut builder, name, own_name.clone());
    if !is_test {
        made(&mut builder, "() ", own_name.clone());
    }
    builder.push_slice(text, rest..end);
    made(&mut builder, "endmacro", end..end + end_word.len());
    builder.push_slice(text, end + end_word.len()..whole.len());
    builder.finish()
}

/// Where a block's first tag has its keyword and the name after it.
fn header(text: &str) -> Option<(Range<usize>, Range<usize>)> {
    let word = |from: usize| {
        let start =
            from + text[from..].len() - text[from..].trim_start_matches([' ', '\t', '\n', '\r', '-', '+']).len();
        let len = text[start..].find(|char: char| !char.is_alphanumeric() && char != '_').unwrap_or(0);
        (len > 0).then_some(start..start + len)
    };
    let keyword = word(text.find("{%")? + 2)?;
    let name = word(keyword.end)?;
    Some((keyword, name))
}

fn is_target_name(expr: &ExprKind) -> bool {
    match expr {
        ExprKind::Attr(object, name) => {
            matches!(&object.kind, ExprKind::Var(object) if &**object == "target")
                && matches!(&**name, "name" | "target_name")
        }
        _ => false,
    }
}
