//! Functions and procedures: they are told apart by the types of their arguments.

use super::super::Warehouse;
use super::super::catalog::object::{Class, Object};
use super::super::stop::{Done, Stop};
use super::reader::{Reader, Written, items};
use super::site::assumption;
use super::words;

/// Types of more than one word.
const LONG: [&str; 10] = [
    "double precision",
    "character varying",
    "timestamp with time zone",
    "timestamp without time zone",
    "time with time zone",
    "time without time zone",
    "bit varying",
    "national character varying",
    "any type",
    "char varying",
];

/// The types of a list of arguments, each as `PostgreSQL` names it.
pub(super) fn types(inside: &Reader<'_>) -> Vec<String> {
    items(inside.rest()).into_iter().filter_map(|item| argument(&inside.of(item))).collect()
}

/// The type of an argument: what its name, mode and default leave. None for what only comes out.
fn argument(item: &Reader<'_>) -> Option<String> {
    let mut item = *item;
    if item.eat("out") || item.eat("table") {
        return None;
    }
    item.eat_any(&["inout", "in", "variadic"]);
    let mut words = Vec::new();
    while let Some(token) = item.peek() {
        if token.is("default") || token.is_symbol("=") || token.is_symbol(":=") {
            break;
        }
        if token.is_symbol("(") {
            item.parenthesis();
            continue;
        }
        words.push(token.text.to_lowercase());
        item.advance();
    }
    let whole = words.join(" ");
    if words.len() > 1 && !LONG.iter().any(|long| whole.starts_with(long)) {
        words.remove(0);
    }
    let array = words.iter().any(|word| word == "[");
    let name = words.iter().take_while(|word| *word != "[").cloned().collect::<Vec<_>>().join(" ");
    (!name.is_empty()).then(|| if array { format!("{}[]", canonical(&name)) } else { canonical(&name).to_owned() })
}

/// A type's own name.
fn canonical(name: &str) -> &str {
    match name {
        "int" | "int4" => "integer",
        "int8" => "bigint",
        "int2" => "smallint",
        "bool" => "boolean",
        "varchar" | "char varying" => "character varying",
        "char" => "character",
        "float8" | "float" => "double precision",
        "float4" => "real",
        "decimal" => "numeric",
        "timestamptz" => "timestamp with time zone",
        "timestamp" => "timestamp without time zone",
        "timetz" => "time with time zone",
        "string" => "text",
        other => other,
    }
}

impl Warehouse {
    /// A routine that a statement cannot do without.
    pub(super) fn need_routine(&mut self, class: Class, name: &Written, arguments: Option<&[String]>) -> Done<Object> {
        self.need_schema_of(name)?;
        let named = self.object(class, name)?;
        let mut found = self.routines(&named, arguments);
        if class == Class::Routine {
            for class in [Class::Function, Class::Procedure] {
                found.extend(self.routines(&Object::new(class, named.path.clone()), arguments));
            }
        }
        match found.as_slice() {
            [one] => return Ok(one.clone()),
            [] => {}
            _ if arguments.is_none() && self.is_postgres() => {
                let cause = format!("{} name \"{}\" is not unique", class.word(), named.path[2]);
                return Err(Stop::refuted(cause));
            }
            [first, ..] => return Ok(first.clone()),
        }
        let mut exact = named.clone();
        exact.path.extend(arguments.map(|arguments| arguments.join(", ")));
        if self.is_postgres() && class != Class::Routine {
            // `on procedure f` of what is a function.
            let other = if class == Class::Function { Class::Procedure } else { Class::Function };
            let other = Object::new(other, named.path.clone());
            if let (Some(arguments), [_, ..]) = (arguments, self.routines(&other, arguments).as_slice()) {
                let cause = format!("{}({}) is not a {}", named.path[2], arguments.join(", "), class.word());
                return Err(Stop::refuted(cause));
            }
        }
        if self.has_dropped(&named, arguments) {
            return Err(Stop::refuted(words::missing(self.dialect(), &exact)));
        }
        self.assume(assumption(class), named.to_string());
        self.ledger().assume(exact.clone());
        Ok(exact)
    }

    /// The routines of a name that are there, of these arguments where they are given.
    pub(super) fn routines(&self, named: &Object, arguments: Option<&[String]>) -> Vec<Object> {
        let wanted = arguments.map(|arguments| arguments.join(", "));
        let fits = |object: &&Object| match (&wanted, object.path.get(3)) {
            (Some(wanted), Some(arguments)) => wanted == arguments,
            // One that was assumed without a list.
            (_, None) | (None, _) => true,
        };
        self.catalog().ledger().there(named.class, &named.path).filter(fits).cloned().collect()
    }

    /// Whether a routine of the name, and these arguments, was dropped.
    pub(super) fn has_dropped(&self, named: &Object, arguments: Option<&[String]>) -> bool {
        let wanted = arguments.map(|arguments| arguments.join(", "));
        self.catalog().ledger().gone(named.class, &named.path).any(|object| match &wanted {
            Some(wanted) => object.path.get(3).is_none_or(|arguments| arguments == wanted),
            None => true,
        })
    }
}
