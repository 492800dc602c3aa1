//! The command of a recorded run, as hookproof is given it.

use hookproof::datum::{Datum, Kind};
use hookproof::invocation::Invocation;
use hookproof::project::yaml;
use hookproof::source::{FileId, Text};

/// The command, without what hookproof is given as options of its own; none where it is `dbt parse`.
pub(crate) fn invocation(args: &[String]) -> Option<Invocation> {
    if args.first().is_some_and(|word| word == "parse") {
        return None;
    }
    let mut words: Vec<&str> = Vec::new();
    let mut rest = args.iter().map(String::as_str);
    while let Some(word) = rest.next() {
        match word {
            "--vars" => drop(rest.next()),
            _ => words.push(word),
        }
    }
    Some(Invocation::of_words(&words).expect("the case's command is known"))
}

/// What `--vars` gives; null where it is not there.
pub(crate) fn vars(args: &[String]) -> Datum {
    let given = args.iter().position(|arg| arg == "--vars").and_then(|at| args.get(at + 1));
    given.map_or_else(
        || Datum::new(Kind::Null),
        |vars| placeless(yaml::read(vars, FileId(0), 0).expect("the case's variables are YAML").datum),
    )
}

fn placeless(datum: Datum) -> Datum {
    Datum::new(match datum.kind {
        Kind::Str(text) => Kind::Str(Text::plain(text.value)),
        Kind::List(items) => Kind::List(items.into_iter().map(placeless).collect()),
        Kind::Map(entries) => {
            Kind::Map(entries.into_iter().map(|(key, value)| (placeless(key), placeless(value))).collect())
        }
        other => other,
    })
}
