//! A check's findings for a person. miette draws the lines of the files; the rest is drawn to fit.

use std::fmt::{self, Write as _};
use std::ops::Range;

use miette::{
    GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteError, MietteSpanContents, SourceCode, SourceSpan,
    SpanContents, ThemeCharacters, ThemeStyles,
};

use super::excerpt::{self, Window, sql_rows, width_of, wrapped};
use super::{CheckReport, Positions};
use crate::diagnostic::{Confidence, Diagnostic, Fix, HookRef, Safety, Severity};
use crate::source::{LineColumn, Place};

/// Below this width nothing sensible can be drawn.
const LEAST_WIDTH: usize = 40;

/// How the text is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TextOptions {
    /// With the colours of a terminal.
    pub colour: bool,
    /// The columns that it may take.
    pub width: usize,
    /// The rules' names are links to their pages, as terminals understand them.
    pub links: bool,
    /// Below the findings, what was checked and what was not.
    pub closing: bool,
}

impl Default for TextOptions {
    fn default() -> TextOptions {
        TextOptions { colour: false, width: 80, links: false, closing: true }
    }
}

/// Every finding with the lines that it is about, then the closing lines.
#[must_use]
pub fn text(report: &CheckReport, options: &TextOptions) -> String {
    let positions = Positions::of(report);
    let drawing = Drawing { options: TextOptions { width: options.width.max(LEAST_WIDTH), ..*options }, positions };
    let mut out = String::new();
    for found in &report.diagnostics {
        out.push_str(&drawing.finding(found));
        out.push('\n');
    }
    for line in report.closing().iter().filter(|_| options.closing) {
        for row in wrapped(line, drawing.options.width, "", "  ") {
            out.push_str(&row);
            out.push('\n');
        }
    }
    out
}

struct Drawing<'a> {
    options: TextOptions,
    positions: Positions<'a>,
}

impl Drawing<'_> {
    /// The rule and the message; the person's lines; the SQL; the other places; the facts; the way out.
    fn finding(&self, found: &Diagnostic) -> String {
        let kind = found.hook.as_ref().map(|hook| hook.kind);
        let (lines, labelled) = self.snippet(found.place, 1, kind, found.severity);
        let mut out = self.head(found);
        out.push_str(&lines.text);
        if let Some(sql) = found.sql.as_ref().filter(|sql| !lines.shows(sql)) {
            out.push_str(&self.sql(sql, found, lines.gutter()));
        }
        for related in &found.related {
            let (lines, labelled) = self.snippet(related.place, 0, Some(&related.message), found.severity);
            if !labelled {
                out.push_str(&self.note("", &format!("{}:", related.message)));
            }
            out.push_str(&lines.text);
        }
        if let Some(fact) = found.hook.as_ref().and_then(|hook| hook_fact(hook, found.hooks, labelled)) {
            out.push_str(&self.note("hook: ", &fact));
        }
        if !found.targets.is_empty() {
            let name = if found.targets.len() == 1 { "only in target: " } else { "only in targets: " };
            out.push_str(&self.note(name, &found.targets.join(", ")));
        }
        let fixed_by = found.fix.as_ref().map(|fix| &fix.title);
        if let Some(help) = found.help.as_ref().filter(|&help| fixed_by != Some(help)) {
            out.push_str(&self.note("help: ", help));
        }
        if let Some(fix) = &found.fix {
            out.push_str(&self.note("fix: ", &fix_fact(fix)));
        }
        trimmed(&out)
    }

    /// The rule's name and the message, as miette draws them.
    fn head(&self, found: &Diagnostic) -> String {
        let sure = if found.confidence == Confidence::Low { ", low confidence" } else { "" };
        let page = super::page(found).filter(|_| self.options.links);
        let shown = Shown {
            message: found.message.clone(),
            severity: found.severity,
            code: Some(format!("{}[{}]{sure}", found.severity.name(), found.rule)),
            page,
            source: None,
        };
        self.drawn(&shown)
    }

    /// The lines of a place, and whether the label could be put to them.
    fn snippet(&self, place: Place, context: usize, label: Option<&str>, severity: Severity) -> (Snippet, bool) {
        let at = self.positions.start(place);
        let source = self.positions.text(place);
        let gutter = (at.line as usize + 1).to_string().len() + 2;
        // The gutter, its bar, and the arrow of a place over several lines.
        let width = self.options.width.saturating_sub(gutter + 6);
        let range = place.start as usize..place.end as usize;
        let window = Window::around(source, range, at.line, context, width);
        let goes_on = (window.hidden > 0).then(|| format!("goes on for {}", super::counted(window.hidden, "line")));
        let label = match (label, goes_on) {
            (Some(label), Some(goes_on)) => Some(format!("{label}, {goes_on}")),
            (label, goes_on) => goes_on.or(label.map(str::to_owned)),
        };
        let label = label.filter(|label| window.label_at + 4 + width_of(label) <= width);
        let labelled = label.is_some();
        let source = Lines { path: self.positions.path(place).to_owned(), start: at, window, label };
        let shown = Shown { message: String::new(), severity, code: None, page: None, source: Some(source) };
        let drawn = self.drawn(&shown);
        // What comes before the first line is the empty message.
        let text = drawn.split_once('\n').map_or(String::new(), |(_, lines)| lines.to_owned());
        (Snippet { text, source: shown.source }, labelled)
    }

    /// The SQL in a box of its own, under the lines of the file.
    fn sql(&self, sql: &str, found: &Diagnostic, gutter: usize) -> String {
        let width = self.options.width.saturating_sub(gutter + 2);
        let rows = sql_rows(sql, self.positions.sources.slice(found.place), width);
        let margin = " ".repeat(gutter);
        let mut out = format!("{margin}╭─ {}\n", self.painted("36", "rendered SQL"));
        for row in rows {
            let _ = writeln!(out, "{margin}│ {row}");
        }
        let _ = writeln!(out, "{margin}╰────");
        out
    }

    /// A line of the end of a finding: what it says, then the words, under each other.
    fn note(&self, name: &str, words: &str) -> String {
        let first = format!("  {name}");
        let mut rows = wrapped(words, self.options.width, &first, &" ".repeat(first.len()));
        if let (Some(row), false) = (rows.first_mut(), name.is_empty()) {
            let rest = row.split_off(first.len().min(row.len()));
            *row = format!("  {}{rest}", self.painted("36", name));
        }
        rows.push(String::new());
        rows.join("\n")
    }

    fn painted(&self, code: &str, words: &str) -> String {
        if self.options.colour { format!("\u{1b}[{code}m{words}\u{1b}[0m") } else { words.to_owned() }
    }

    fn drawn(&self, shown: &Shown) -> String {
        let mut out = String::new();
        // Writing to a String does not fail, and every read of the source succeeds.
        let _ = self.handler(shown.severity).render_report(&mut out, shown);
        out
    }

    fn handler(&self, severity: Severity) -> GraphicalReportHandler {
        let mut styles = if self.options.colour { ThemeStyles::ansi() } else { ThemeStyles::none() };
        styles.highlights = vec![match severity {
            Severity::Error => styles.error,
            Severity::Warning => styles.warning,
            Severity::Info => styles.advice,
        }];
        let characters =
            ThemeCharacters { warning: "!".to_owned(), advice: "i".to_owned(), ..ThemeCharacters::unicode() };
        GraphicalReportHandler::new_themed(GraphicalTheme { characters, styles })
            .with_links(self.options.links)
            .with_link_display_text("")
            .with_context_lines(1)
            .with_width(self.options.width)
            .without_syntax_highlighting()
    }
}

/// The node, and how many more have the hook. A hook that the lines already name needs no words.
fn hook_fact(hook: &HookRef, hooks: usize, labelled: bool) -> Option<String> {
    let more = hooks.saturating_sub(1);
    let of = hook.node.as_ref().map(|node| format!(" of {node}")).unwrap_or_default();
    let and = if more > 0 { format!(", and {more} more") } else { String::new() };
    (!of.is_empty() || more > 0 || !labelled).then(|| format!("{}{of}{and}", hook.kind))
}

fn fix_fact(fix: &Fix) -> String {
    match fix.safety {
        Safety::Safe => fix.title.clone(),
        Safety::Unsafe => format!("{} (look at it before applying it)", fix.title),
    }
}

/// Without blanks at the ends of lines.
fn trimmed(text: &str) -> String {
    text.lines().flat_map(|line| [line.trim_end(), "\n"]).collect()
}

/// The drawn lines of a place.
struct Snippet {
    text: String,
    source: Option<Lines>,
}

impl Snippet {
    /// The width of the numbers before the lines' bar, with the blanks around them.
    fn gutter(&self) -> usize {
        let last = self
            .source
            .as_ref()
            .map_or(1, |source| source.window.first_line as usize + source.window.text.matches('\n').count() - 1);
        last.to_string().len() + 2
    }

    /// Whether these lines already are the SQL.
    fn shows(&self, sql: &str) -> bool {
        self.source.as_ref().is_some_and(|source| excerpt::shows(&source.window, sql))
    }
}

/// What miette is given to draw.
#[derive(Debug)]
struct Shown {
    message: String,
    severity: Severity,
    code: Option<String>,
    page: Option<String>,
    source: Option<Lines>,
}

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Shown {}

impl miette::Diagnostic for Shown {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.code.as_ref().map(|code| Box::new(code) as Box<dyn fmt::Display>)
    }

    fn severity(&self) -> Option<miette::Severity> {
        Some(match self.severity {
            Severity::Error => miette::Severity::Error,
            Severity::Warning => miette::Severity::Warning,
            Severity::Info => miette::Severity::Advice,
        })
    }

    fn url<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.page.as_ref().map(|page| Box::new(page) as Box<dyn fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.source.as_ref().map(|source| source as &dyn SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let source = self.source.as_ref()?;
        let Range { start, end } = source.window.mark;
        Some(Box::new(std::iter::once(LabeledSpan::new(source.label.clone(), start, end - start))))
    }
}

/// A window of a file that says where in the file it is: miette counts the lines of a source from its start for
/// each thing that it draws, and a file may be large.
#[derive(Debug)]
struct Lines {
    path: String,
    start: LineColumn,
    window: Window,
    label: Option<String>,
}

impl SourceCode for Lines {
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        lines_before: usize,
        lines_after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        // Without lines around it is asked where the mark is, with lines what is to be drawn.
        let whole = lines_before + lines_after > 0;
        let line = if whole { self.window.first_line } else { self.start.line };
        let column = if whole { 0 } else { self.start.column as usize - 1 };
        let data = self.window.text.as_bytes();
        let span = if whole { SourceSpan::from(0..data.len()) } else { *span };
        let lines = self.window.text.matches('\n').count();
        let path = self.path.clone();
        Ok(Box::new(MietteSpanContents::new_named(path, data, span, line as usize - 1, column, lines)))
    }
}
