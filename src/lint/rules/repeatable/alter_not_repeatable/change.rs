//! What an ALTER TABLE changes.

use crate::lint::Step;
use crate::sql::{ObjectKind, Verb};

/// A change that does not bear being made twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    AddColumn,
    /// A constraint with a name.
    AddConstraint,
    /// A primary key without a name.
    AddPrimaryKey,
    /// A constraint without a name, of which a table can have any number.
    AddAnother,
    RenameTable,
    RenameColumn,
    DropColumn,
    DropConstraint,
}

impl Kind {
    /// What warehouses say to the second time.
    pub(super) fn fails_with(self) -> &'static str {
        match self {
            Kind::AddPrimaryKey => "multiple primary keys for table are not allowed",
            Kind::RenameTable | Kind::RenameColumn | Kind::DropColumn | Kind::DropConstraint => "does not exist",
            _ => "already exists",
        }
    }
}

/// A change.
pub(super) struct Change<'f> {
    pub(super) kind: Kind,
    /// Whether it has IF EXISTS or IF NOT EXISTS, or stands under a condition.
    pub(super) is_guarded: bool,
    /// The column or the constraint, where it is named.
    pub(super) part: Option<&'f str>,
    /// Where its name stands.
    pub(super) part_at: Option<usize>,
    /// Whether it makes an index with the constraint's name.
    pub(super) has_index: bool,
}

impl Change<'_> {
    /// The statement up to what it changes, as it was written.
    pub(super) fn shown(&self, step: &Step<'_>) -> String {
        let outline = step.outline();
        let after_name = outline.name.as_ref().map_or(outline.verb_range.end, |name| name.range.end);
        let end = match (self.part, self.part_at) {
            (Some(part), Some(at)) => at + part.len(),
            _ => after_words(step.sql.text.as_str(), after_name, 2).min(step.statement.range.end),
        };
        step.sql.written(outline.verb_range.start..end)
    }
}

/// The end of some words from a byte on.
fn after_words(text: &str, from: usize, count: usize) -> usize {
    let mut end = from;
    for _ in 0..count {
        end = word(text, end).map_or(end, |word| word.end);
    }
    end
}

/// The word or quoted name that follows a byte.
fn word(text: &str, from: usize) -> Option<std::ops::Range<usize>> {
    let rest = text.get(from..)?;
    let start = from + (rest.len() - rest.trim_start().len());
    let mut chars = text[start..].char_indices();
    let (_, first) = chars.next()?;
    let closing = match first {
        '"' | '`' => Some(first),
        '[' => Some(']'),
        _ => None,
    };
    let end = match closing {
        Some(closing) => chars.find(|(_, one)| *one == closing).map(|(at, one)| at + one.len_utf8()),
        None => text[start..].find(|one: char| one.is_whitespace() || matches!(one, '(' | ')' | ',' | ';')),
    };
    let end = end.map_or(text.len(), |end| start + end);
    (end > start).then_some(start..end)
}

/// The types that may follow the name of a column where COLUMN is left out.
const TYPES: [&str; 26] = [
    "int",
    "integer",
    "bigint",
    "smallint",
    "serial",
    "bigserial",
    "varchar",
    "char",
    "character",
    "text",
    "string",
    "timestamp",
    "timestamptz",
    "date",
    "time",
    "datetime",
    "boolean",
    "bool",
    "numeric",
    "decimal",
    "number",
    "float",
    "double",
    "json",
    "jsonb",
    "uuid",
];

/// What a statement changes.
pub(super) fn of<'f>(step: &Step<'f>) -> Option<Change<'f>> {
    let outline = step.outline();
    if outline.verb != Verb::Alter || outline.object != Some(ObjectKind::Table) {
        return None;
    }
    let name = outline.name.as_ref()?;
    let action: Vec<&str> = outline.action.iter().map(String::as_str).collect();
    let kind = match action.as_slice() {
        ["add", "column" | "columns", ..] => Kind::AddColumn,
        ["add", "constraint", ..] => Kind::AddConstraint,
        ["add", "primary", "key", ..] => Kind::AddPrimaryKey,
        ["add", "unique" | "check", ..] | ["add", "foreign", "key", ..] => Kind::AddAnother,
        ["add", _, kind, ..] if TYPES.contains(kind) => Kind::AddColumn,
        ["rename", "to", ..] => Kind::RenameTable,
        ["rename", "column", ..] | ["rename", _, "to", ..] => Kind::RenameColumn,
        ["drop", "column", ..] => Kind::DropColumn,
        ["drop", "constraint", ..] => Kind::DropConstraint,
        _ => return None,
    };
    let names_part = matches!(action.get(1), Some(&("column" | "constraint")));
    let text = step.sql.text.as_str();
    let mut from = after_words(text, name.range.end, 2);
    let mut part = names_part.then(|| word(text, from)).flatten();
    // IF NOT EXISTS and IF EXISTS stand before the name.
    while let Some(range) = part.clone()
        && ["if", "not", "exists"].iter().any(|guard| text[range.clone()].eq_ignore_ascii_case(guard))
    {
        from = range.end;
        part = word(text, from);
    }
    let has_index = kind == Kind::AddConstraint
        && part.as_ref().is_some_and(|part| {
            let after = word(text, part.end).map_or("", |word| &text[word]);
            after.eq_ignore_ascii_case("primary") || after.eq_ignore_ascii_case("unique")
        });
    Some(Change {
        kind,
        is_guarded: outline.inner_guard || outline.condition.is_some(),
        part: part.clone().map(|part| text[part].trim_matches(['"', '`', '[', ']'])),
        part_at: part.map(|part| part.start),
        has_index,
    })
}
