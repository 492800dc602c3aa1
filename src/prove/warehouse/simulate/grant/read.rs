//! Reads GRANT, REVOKE and DENY after the verb.

use super::super::super::catalog::Kind;
use super::super::super::catalog::object::Class;
use super::super::privileges::spelled;
use super::super::reader::{Reader, Written, items};
use super::super::routine;
use super::Privilege;
use crate::sql::{Dialect, ObjectKind};

/// What a statement grants or takes.
pub(in super::super) struct Said {
    pub(super) privileges: Vec<Privilege>,
    pub(super) target: Target,
    /// Who, with the kind that a word gives.
    pub(super) grantees: Vec<(Option<Class>, Written)>,
    /// WITH GRANT OPTION, WITH ADMIN OPTION.
    pub(super) option: bool,
    /// GRANT OPTION FOR, ADMIN OPTION FOR.
    pub(super) option_only: bool,
    /// REVOKE CURRENT GRANTS.
    pub(super) revokes_current: bool,
}

/// What privileges are on.
pub(in super::super) enum Target {
    /// Objects by name, routines with the types of their arguments.
    Objects { class: Class, kind: Option<Kind>, names: Vec<(Written, Option<Vec<String>>)> },
    /// All that there is of a kind.
    All { kinds: String, schemas: Vec<Written>, databases: Vec<Written> },
    /// All that is made later.
    Coming { kinds: String, schemas: Vec<Written>, databases: Vec<Written> },
    /// Roles, of which somebody becomes a member.
    Roles(Class, Vec<Written>),
    /// The account, the server.
    Global(Class),
}

/// The words before a grantee.
const KINDS: [(&str, Class); 10] = [
    ("database role", Class::DatabaseRole),
    ("application role", Class::Role),
    ("role", Class::Role),
    ("user", Class::User),
    ("group", Class::Group),
    ("share", Class::Share),
    ("datashare", Class::Datashare),
    ("application", Class::OtherGlobal),
    ("account", Class::OtherGlobal),
    ("namespace", Class::OtherGlobal),
];

/// GRANT, REVOKE or DENY after the verb; none where it has a form that is not known.
pub(in super::super) fn said(reader: &mut Reader<'_>) -> Option<Said> {
    let option_only = reader.eat("grant option for") || reader.eat("admin option for");
    if reader.next_is("on") {
        return None;
    }
    let start = *reader;
    reader.seek(&["on", "to", "from"]).then_some(())?;
    let before = start.until(reader);
    let (privileges, target) = if reader.eat("on") {
        (privileges(&start, before), target(reader)?)
    } else {
        (Vec::new(), roles(&mut start.of(before))?)
    };
    if !reader.eat_any(&["to", "from"]) {
        reader.seek(&["to", "from"]).then_some(())?;
        reader.advance();
    }
    let grantees = grantees(reader);
    let option = reader.has("option");
    let revokes_current = {
        let mut copy = *reader;
        copy.seek(&["revoke"]) && copy.eat("revoke current grants")
    };
    (!grantees.is_empty()).then_some(Said { privileges, target, grantees, option, option_only, revokes_current })
}

/// The items of a list of privileges.
fn privileges<'t>(reader: &Reader<'t>, tokens: &'t [crate::sql::Token<'t>]) -> Vec<Privilege> {
    let mut privileges = Vec::new();
    for item in items(tokens) {
        let mut item = reader.of(item);
        let mut words = Vec::new();
        let mut columns = Vec::new();
        while let Some(token) = item.peek() {
            if token.is_symbol("(") {
                columns = item.columns();
            } else if let Some(name) = item.name() {
                words.push(name.parts.iter().map(|(part, _)| part.as_str()).collect::<Vec<_>>().join("."));
            } else {
                item.advance();
            }
        }
        let words = words.join(" ");
        let name = if words.contains('/') { words } else { words.to_lowercase() };
        if !name.is_empty() {
            privileges.push(Privilege { name: spelled(&name).to_owned(), columns });
        }
    }
    privileges
}

fn roles(reader: &mut Reader<'_>) -> Option<Target> {
    let class = if reader.eat("database role") {
        Class::DatabaseRole
    } else {
        reader.eat_any(&["application role", "role"]);
        Class::Role
    };
    let names = reader.names();
    (reader.is_done() && !names.is_empty()).then_some(Target::Roles(class, names))
}

fn target(reader: &mut Reader<'_>) -> Option<Target> {
    let coming = reader.eat("future");
    if coming || reader.eat("all") {
        let mut kinds = Vec::new();
        while !reader.next_is("in") {
            kinds.push(reader.word()?);
        }
        let kinds = kinds.join(" ");
        let kinds = if kinds == "routines" { "functions".to_owned() } else { kinds };
        reader.advance();
        let of_database = reader.eat_any(&["database", "catalog"]);
        if !of_database {
            reader.eat("schema");
        }
        let names = reader.names();
        let (databases, schemas) = if of_database { (names, Vec::new()) } else { (Vec::new(), names) };
        return Some(if coming {
            Target::Coming { kinds, schemas, databases }
        } else {
            Target::All { kinds, schemas, databases }
        });
    }
    if reader.eat("account") {
        return Some(Target::Global(Class::Account));
    }
    reader.eat("object").then(|| eat_twice(reader));
    let start = *reader;
    reader.eat("foreign");
    let kind = reader.kind();
    if reader.eat_symbol("::") {
        // SQL Server's `schema::s`.
    } else if kind.is_none() {
        *reader = start;
    }
    let class = kind.as_ref().map_or(Some(Class::Relation), |kind| class_of(kind, reader.dialect()))?;
    let text = kind.is_none() && reader.peek().is_some_and(|token| token.kind == crate::sql::Kind::Text);
    let class = if text { Class::OtherGlobal } else { class };
    let class = if start.next_is("routine") && kind.is_some() { Class::Routine } else { class };
    let mut names = Vec::new();
    loop {
        let name = reader.name()?;
        let arguments = reader.parenthesis().map(|inside| routine::types(&reader.of(inside)));
        names.push((name, arguments));
        if !reader.eat_symbol(",") {
            break;
        }
    }
    if reader.next_is("to") || reader.next_is("from") {
        return Some(Target::Objects { class, kind: kind.as_ref().and_then(kind_of), names });
    }
    // A kind that is not known, with its name.
    let mut rest = start;
    rest.seek(&["to", "from"]).then_some(())?;
    let text: Vec<&str> = start.until(&rest).iter().map(|token| token.text).collect();
    *reader = rest;
    let name = Written { parts: vec![(text.join(" "), true)] };
    Some(Target::Objects { class: Class::OtherGlobal, kind: None, names: vec![(name, None)] })
}

fn eat_twice(reader: &mut Reader<'_>) {
    reader.eat_symbol("::");
}

/// The class of a kind in a dialect: some call their schemas databases.
pub(in super::super) fn class_of(kind: &ObjectKind, dialect: Dialect) -> Option<Class> {
    let schemas = matches!(
        dialect,
        Dialect::Databricks | Dialect::Spark | Dialect::Hive | Dialect::MySql | Dialect::ClickHouse | Dialect::Athena
    );
    match Class::of(kind)? {
        Class::Database if schemas && *kind == ObjectKind::Database => Some(Class::Schema),
        class => Some(class),
    }
}

/// The kind of relation that a word names.
pub(in super::super) fn kind_of(kind: &ObjectKind) -> Option<Kind> {
    match kind {
        ObjectKind::Table => Some(Kind::Table),
        ObjectKind::View => Some(Kind::View),
        ObjectKind::MaterializedView => Some(Kind::MaterializedView),
        ObjectKind::DynamicTable => Some(Kind::DynamicTable),
        ObjectKind::ExternalTable => Some(Kind::External),
        _ => None,
    }
}

/// The list after TO or FROM.
pub(in super::super) fn grantees(reader: &mut Reader<'_>) -> Vec<(Option<Class>, Written)> {
    let mut grantees = Vec::new();
    loop {
        let mut class = None;
        for (words, of) in KINDS {
            let mut ahead = *reader;
            if ahead.eat(words) && ahead.peek().is_some_and(|next| !next.is_symbol(",")) {
                let ends = ["with", "granted", "cascade", "restrict", "copy"];
                if !ahead.peek().is_some_and(|next| next.is_any(&ends)) {
                    *reader = ahead;
                    class = Some(of);
                    break;
                }
            }
        }
        let Some(name) = reader.name() else { break };
        grantees.push((class, name));
        // The host of a user, as MySQL writes it.
        while reader.peek().is_some_and(|token| token.text.starts_with('@')) {
            reader.advance();
            if reader.peek().is_some_and(|token| !token.is_symbol(",") && !token.is("with")) {
                reader.advance();
            }
        }
        if !reader.eat_symbol(",") {
            break;
        }
    }
    grantees
}

/// ALTER DEFAULT PRIVILEGES after these words.
pub(in super::super) struct Defaults {
    /// FOR ROLE.
    pub(in super::super) makers: Option<Vec<Written>>,
    /// IN SCHEMA.
    pub(in super::super) schemas: Vec<Written>,
    /// GRANT, not REVOKE.
    pub(in super::super) gives: bool,
    /// What on which kinds to whom.
    pub(in super::super) said: Said,
}

/// ALTER DEFAULT PRIVILEGES after these words; none where it has a form that is not known.
pub(in super::super) fn defaults(reader: &mut Reader<'_>) -> Option<Defaults> {
    let mut makers = None;
    let mut schemas = Vec::new();
    loop {
        if reader.eat("for role") || reader.eat("for user") {
            makers = Some(reader.names());
        } else if reader.eat("in schema") {
            schemas = reader.names();
        } else {
            break;
        }
    }
    let gives = reader.eat("grant");
    if !gives && !reader.eat("revoke") {
        return None;
    }
    let option_only = reader.eat("grant option for");
    let start = *reader;
    reader.seek(&["on"]).then_some(())?;
    let before = start.until(reader);
    reader.advance();
    let kinds = match reader.word()?.as_str() {
        "tables" => "relations".to_owned(),
        "routines" => "functions".to_owned(),
        other => other.to_owned(),
    };
    if !reader.eat_any(&["to", "from"]) {
        return None;
    }
    let grantees = grantees(reader);
    let option = reader.has("option");
    let privileges = privileges(&start, before);
    let target = Target::Coming { kinds, schemas: Vec::new(), databases: Vec::new() };
    let said = Said { privileges, target, grantees, option, option_only, revokes_current: false };
    Some(Defaults { makers, schemas, gives, said })
}
