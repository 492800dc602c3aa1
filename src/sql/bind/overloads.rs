//! Which operators, functions and casts a warehouse has, and what they give: from what its own catalog lists.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::types::Type;

/// What `PostgreSQL` has.
static POSTGRES: LazyLock<Overloads> = LazyLock::new(|| Overloads::read(include_str!("postgres.txt")));

/// What `PostgreSQL` has of its own.
pub(super) fn postgres() -> &'static Overloads {
    &POSTGRES
}

/// When a cast is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Context {
    /// Wherever it helps.
    Implicit,
    /// When a value is written to a column.
    Assignment,
    /// Only where it is written.
    Explicit,
}

/// What sort of routine a name is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sort {
    /// Its value is one for each row.
    Function,
    /// Its value is one for many rows.
    Aggregate,
    /// Its value is one for each row, and needs OVER.
    Window,
}

/// A type.
#[derive(Debug)]
struct Kind {
    /// The category that Postgres keeps it in.
    category: char,
    is_preferred: bool,
    /// The type of its arrays.
    array: &'static str,
    /// As messages write it.
    words: &'static str,
}

/// One of several operators or functions of a name.
#[derive(Debug)]
pub(super) struct Overload {
    takes: Vec<&'static str>,
    /// Whether the last may come any number of times.
    is_variadic: bool,
    /// How many of the last may be left out.
    defaults: usize,
    gives: &'static str,
}

/// What a call gives.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Call {
    /// The type of its value.
    pub(super) gives: Type,
    /// The types that constants are read as, by their places; empty where that is not known.
    pub(super) reads: Vec<Type>,
}

/// Types, casts, operators and functions.
#[derive(Debug, Default)]
pub(super) struct Overloads {
    types: HashMap<&'static str, Kind>,
    casts: HashMap<(&'static str, &'static str), Context>,
    operators: HashMap<&'static str, Vec<Overload>>,
    functions: HashMap<&'static str, (Sort, Vec<Overload>)>,
}

impl Overloads {
    fn read(text: &'static str) -> Overloads {
        let mut all = Overloads::default();
        for line in text.lines() {
            let Some((what, rest)) = line.split_once(' ') else { continue };
            let Some((name, rest)) = rest.split_once(' ') else { continue };
            let sort = match what {
                "type" => {
                    all.types.extend(kind(rest).map(|kind| (name, kind)));
                    continue;
                }
                "cast" => {
                    let casts = rest.split(' ').filter_map(|cast| cast.split_once(':'));
                    all.casts.extend(casts.map(|(to, context)| ((name, to), context_of(context))));
                    continue;
                }
                "operator" => {
                    all.operators.insert(name, rest.split(' ').filter_map(overload).collect());
                    continue;
                }
                "function" => Sort::Function,
                "aggregate" => Sort::Aggregate,
                "window" => Sort::Window,
                _ => continue,
            };
            all.functions.insert(name, (sort, rest.split(' ').filter_map(overload).collect()));
        }
        all
    }

    /// A type by its short name, as the table itself keeps it.
    pub(super) fn type_named(&self, name: &str) -> Option<&'static str> {
        if let Some(element) = name.strip_prefix('_') {
            return self.types.get(element).map(|kind| kind.array);
        }
        self.types.get_key_value(name).map(|(name, _)| *name)
    }

    /// A type as messages write it.
    pub(super) fn words(&self, name: &str) -> String {
        match name.strip_prefix('_') {
            Some(element) => format!("{}[]", self.words(element)),
            None => self.types.get(name).map_or(name, |kind| kind.words).to_owned(),
        }
    }

    /// The category of a type.
    pub(super) fn category(&self, name: &str) -> Option<char> {
        if name.starts_with('_') {
            return Some('A');
        }
        self.types.get(name).map(|kind| kind.category)
    }

    fn is_preferred(&self, name: &str) -> bool {
        self.types.get(name).is_some_and(|kind| kind.is_preferred)
    }

    /// What sort of function a name is; none where there is none of that name.
    pub(super) fn sort(&self, function: &str) -> Option<Sort> {
        self.functions.get(function).map(|(sort, _)| *sort)
    }

    /// Whether values of a type become those of another.
    pub(super) fn casts(&self, from: &str, to: &str, context: Context) -> bool {
        if from == to {
            return true;
        }
        match to {
            "any" | "anyelement" | "anycompatible" => return true,
            "anynonarray" | "anycompatiblenonarray" => return !from.starts_with('_'),
            "anyarray" | "anycompatiblearray" => return from.starts_with('_'),
            _ => {}
        }
        if let (Some(from), Some(to)) = (from.strip_prefix('_'), to.strip_prefix('_')) {
            return self.casts(from, to, context);
        }
        let is_text = |name: &str| self.category(name) == Some('S');
        let known = self.casts.get(&(from, to)).is_some_and(|cast| *cast <= context);
        known
            || (context >= Context::Assignment && is_text(to))
            || (context == Context::Explicit && (is_text(from) || self.category(to).is_none()))
    }

    /// What an operator gives; none where there is none for such values.
    pub(super) fn operator(&self, symbol: &str, arguments: &[Type]) -> Option<Call> {
        match self.operators.get(symbol) {
            Some(overloads) => self.call(overloads, arguments, true),
            None => Some(Call { gives: Type::Unknown, reads: Vec::new() }),
        }
    }

    /// What a function gives; none where there is none of that name for such values.
    pub(super) fn function(&self, name: &str, arguments: &[Type]) -> Option<Call> {
        match self.functions.get(name) {
            Some((_, overloads)) => self.call(overloads, arguments, false),
            None => Some(Call { gives: Type::Unknown, reads: Vec::new() }),
        }
    }

    /// The choice as Postgres makes it, as far as it does not depend on what is not known.
    fn call(&self, overloads: &[Overload], arguments: &[Type], is_operator: bool) -> Option<Call> {
        let fits = |overload: &&Overload| {
            let takes = overload.at_places(arguments.len());
            takes.is_some_and(|takes| takes.iter().zip(arguments).all(|(to, from)| self.fits(from, to)))
        };
        let open: Vec<&Overload> = overloads.iter().filter(fits).collect();
        let first = open.first()?;
        let is_known = arguments.iter().all(|one| matches!(one, Type::Is(_)));
        let exact = |types: &[&str]| {
            open.iter().copied().find(|one| one.at_places(types.len()).is_some_and(|takes| takes == types))
        };
        let mut chosen = None;
        if is_known {
            let types: Vec<&str> = arguments.iter().filter_map(Type::short).collect();
            chosen = exact(&types).or_else(|| self.best(&open, &types));
        } else if let (true, [Type::Is(one), Type::Constant(_)] | [Type::Constant(_), Type::Is(one)]) =
            (is_operator, arguments)
        {
            // A constant beside a value is first taken for one of the same type.
            chosen = exact(&[one, one]);
        }
        if chosen.is_none() && open.len() == 1 && !arguments.contains(&Type::Unknown) {
            chosen = Some(first);
        }
        let Some(chosen) = chosen else {
            let same = open.iter().all(|one| one.gives == first.gives) && !first.gives.starts_with("any");
            return Some(Call { gives: if same { self.named(first.gives) } else { Type::Unknown }, reads: Vec::new() });
        };
        let takes = chosen.at_places(arguments.len()).unwrap_or_default();
        Some(Call {
            gives: self.given(chosen.gives, &takes, arguments),
            reads: takes.iter().map(|takes| self.named(takes)).collect(),
        })
    }

    fn fits(&self, from: &Type, to: &str) -> bool {
        match from {
            Type::Unknown | Type::Constant(_) => true,
            Type::Is(from) => self.casts(from, to, Context::Implicit),
        }
    }

    /// The overload with the most arguments as they are; of those, with the most that are preferred.
    fn best<'o>(&self, open: &[&'o Overload], types: &[&str]) -> Option<&'o Overload> {
        let most = |open: &[&'o Overload], counts: &dyn Fn(&str, &str) -> bool| -> Vec<&'o Overload> {
            let count = |one: &Overload| {
                let takes = one.at_places(types.len()).unwrap_or_default();
                takes.iter().zip(types).filter(|(takes, of)| counts(takes, of)).count()
            };
            let best = open.iter().map(|one| count(one)).max().unwrap_or(0);
            open.iter().copied().filter(|one| count(one) == best).collect()
        };
        let open = most(open, &|takes, of| takes == of);
        let open =
            if open.len() > 1 { most(&open, &|takes, of| takes == of || self.is_preferred(takes)) } else { open };
        if open.len() == 1 { open.first().copied() } else { None }
    }

    fn named(&self, name: &str) -> Type {
        self.type_named(name).map_or(Type::Unknown, Type::Is)
    }

    /// What is given where that depends on what is taken.
    fn given(&self, gives: &str, takes: &[&str], arguments: &[Type]) -> Type {
        if !gives.starts_with("any") {
            return self.named(gives);
        }
        let mut element: Option<&str> = None;
        for (takes, of) in takes.iter().zip(arguments) {
            let own = match (*takes, of) {
                ("anyarray" | "anycompatiblearray", Type::Is(of)) => of.strip_prefix('_'),
                ("anyelement" | "anynonarray" | "anycompatible" | "anycompatiblenonarray", Type::Is(of)) => Some(*of),
                _ => continue,
            };
            match (element, own) {
                (_, None) => return Type::Unknown,
                (Some(known), Some(own)) if known != own => return Type::Unknown,
                _ => element = own,
            }
        }
        let Some(element) = element else { return Type::Unknown };
        if gives.ends_with("array") && !gives.ends_with("nonarray") {
            return self.named(&format!("_{element}"));
        }
        self.named(element)
    }
}

impl Overload {
    /// The types at each place of so many arguments; none where it does not take as many.
    fn at_places(&self, count: usize) -> Option<Vec<&'static str>> {
        let own = self.takes.len();
        if self.is_variadic && count >= own {
            let (last, before) = self.takes.split_last()?;
            let last = last.strip_prefix('_').unwrap_or(last);
            let last = if last == "anyarray" { "anyelement" } else { last };
            let rest = std::iter::repeat_n(last, count - before.len());
            return Some(before.iter().copied().chain(rest).collect());
        }
        (own - self.defaults..=own).contains(&count).then(|| self.takes[..count].to_vec())
    }
}

/// `N + _int4 integer`
fn kind(text: &'static str) -> Option<Kind> {
    let mut words = text.splitn(4, ' ');
    let category = words.next()?.chars().next()?;
    let is_preferred = words.next()? == "+";
    Some(Kind { category, is_preferred, array: words.next()?, words: words.next()? })
}

/// `text,int4*~1:bool`
fn overload(text: &'static str) -> Option<Overload> {
    let (takes, gives) = text.split_once(':')?;
    let (takes, defaults) = takes.split_once('~').unwrap_or((takes, "0"));
    let is_variadic = takes.ends_with('*');
    let takes = takes.trim_end_matches('*');
    let takes: Vec<&str> = takes.split(',').filter(|one| !one.is_empty()).collect();
    Some(Overload { defaults: defaults.parse().ok()?, is_variadic, takes, gives })
}

fn context_of(letter: &str) -> Context {
    match letter {
        "i" => Context::Implicit,
        "a" => Context::Assignment,
        _ => Context::Explicit,
    }
}
