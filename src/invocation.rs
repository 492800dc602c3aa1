//! A command of dbt with those of its options that change what runs, as it is typed after `dbt`.

use std::fmt::Write as _;

use crate::command::Command;
use crate::project::Resource;
use crate::selection::{Indirect, Selection, Union};

/// A command with its options.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Invocation {
    /// The command.
    pub command: Command,
    /// Which nodes it takes.
    pub selection: Selection,
    /// `--empty`: refs and sources give no rows.
    pub empty: bool,
    /// `--full-refresh`.
    pub full_refresh: bool,
    /// As it is typed after `dbt`, where it has options.
    text: Option<String>,
}

impl From<Command> for Invocation {
    fn from(command: Command) -> Invocation {
        Invocation { command, ..Invocation::default() }
    }
}

/// Options that select by words, up to the next option.
const SELECT: &[&str] = &["--select", "-s", "--models", "--model", "-m"];
const TYPES: &[&str] = &["--resource-type", "--resource-types"];
const EXCLUDED_TYPES: &[&str] = &["--exclude-resource-type", "--exclude-resource-types"];
/// Options with a value that change nothing in what hooks become.
const WITH_VALUE: &[&str] = &["--threads", "--event-time-start", "--event-time-end", "--log-level", "--target-path"];
/// The same without a value.
const ALONE: &[&str] = &["--no-partial-parse", "--partial-parse", "--no-use-colors", "--quiet", "-q", "--debug", "-d"];
/// Options of dbt that are hookproof's own as well.
const OWN: &[&str] = &["--target", "-t", "--profile", "--profiles-dir", "--vars"];

impl Invocation {
    /// Reads a command as it is typed, such as `run --select orders+`, with or without `dbt` before it.
    ///
    /// # Errors
    /// A sentence that says what to write, where it is no command that is known here, or has an option that is
    /// not modelled.
    pub fn parse(text: &str) -> Result<Invocation, String> {
        let words = words(text)?;
        let words: Vec<&str> = words.iter().map(String::as_str).skip_while(|word| *word == "dbt").collect();
        Invocation::of_words(&words)
    }

    /// The same of the words behind `dbt`.
    ///
    /// # Errors
    /// As [`Invocation::parse`].
    pub fn of_words(words: &[&str]) -> Result<Invocation, String> {
        let named = words.iter().take_while(|word| !word.starts_with('-')).count();
        let name = words[..named].join(" ");
        let is = |command: &&Command| command.name() == name || command.name().replace(' ', "-") == name;
        let Some(command) = Command::ALL.iter().find(is) else {
            let known: Vec<&str> = Command::ALL.iter().map(|command| command.name()).collect();
            return Err(format!("`{name}` is no command of dbt that runs hooks: give one of {}", known.join(", ")));
        };
        let mut made = Invocation::from(*command);
        made.options(&words[named..])?;
        made.text = (words.len() > named).then(|| words.join(" "));
        Ok(made)
    }

    fn options(&mut self, words: &[&str]) -> Result<(), String> {
        let mut at = 0;
        while let Some(&word) = words.get(at) {
            at += 1;
            let (option, value) = match word.split_once('=') {
                Some((option, value)) if option.starts_with("--") => (option, Some(value)),
                _ => (word, None),
            };
            // Words up to the next option.
            let mut list = || -> Result<Vec<String>, String> {
                let more = words[at..].iter().take_while(|word| !word.starts_with('-')).count();
                let found = value.iter().chain(&words[at..at + more]).flat_map(|word| word.split(' '));
                let found: Vec<String> = found.filter(|word| !word.is_empty()).map(str::to_owned).collect();
                at += more;
                if found.is_empty() { Err(format!("{option} wants a value")) } else { Ok(found) }
            };
            match option {
                _ if SELECT.contains(&option) => {
                    let more = Union::parse(&list()?)?;
                    self.selection.select.get_or_insert_with(Union::default).extend(more);
                }
                "--exclude" => {
                    let more = Union::parse(&list()?)?;
                    self.selection.exclude.extend(more);
                }
                _ if TYPES.contains(&option) && self.has_types() => self.selection.types.extend(types(&list()?)?),
                _ if EXCLUDED_TYPES.contains(&option) && self.has_types() => {
                    self.selection.excluded_types.extend(types(&list()?)?);
                }
                "--indirect-selection" => {
                    let given = list()?.join(" ");
                    self.selection.indirect = Indirect::of(&given).ok_or_else(|| {
                        format!("--indirect-selection is eager, cautious, buildable or empty, not `{given}`")
                    })?;
                }
                "--empty" if self.has_empty() => self.empty = true,
                "--no-empty" if self.has_empty() => self.empty = false,
                "--full-refresh" | "-f" if self.has_full_refresh() => self.full_refresh = true,
                _ if ALONE.contains(&option) => {}
                _ if WITH_VALUE.contains(&option) => {
                    at += usize::from(value.is_none());
                }
                _ if OWN.contains(&option) => {
                    return Err(format!("give {option} to hookproof itself, behind the command of dbt"));
                }
                _ => {
                    let command = self.command.name();
                    return Err(format!("{option} of dbt {command} is not known here, or it has none"));
                }
            }
        }
        Ok(())
    }

    fn has_types(&self) -> bool {
        matches!(self.command, Command::Build | Command::Test)
    }

    fn has_empty(&self) -> bool {
        matches!(self.command, Command::Run | Command::Build | Command::Compile | Command::Snapshot)
    }

    fn has_full_refresh(&self) -> bool {
        matches!(self.command, Command::Run | Command::Build | Command::Compile | Command::Seed)
    }

    /// As it is typed after `dbt`.
    #[must_use]
    pub fn text(&self) -> &str {
        self.text.as_deref().unwrap_or_else(|| self.command.name())
    }

    /// Whether it executes nodes of a kind, as far as their kind says.
    #[must_use]
    pub fn runs(&self, resource: Resource) -> bool {
        self.command.runs(resource) && self.selection.takes(resource.name())
    }

    /// Whether it executes unit tests.
    #[must_use]
    pub fn runs_unit_tests(&self) -> bool {
        self.command.runs(Resource::Test) && self.selection.takes("unit_test")
    }
}

/// The kinds of `--resource-type` and its like.
fn types(words: &[String]) -> Result<Vec<String>, String> {
    const KNOWN: &[&str] = &[
        "metric",
        "semantic_model",
        "saved_query",
        "source",
        "analysis",
        "function",
        "model",
        "test",
        "unit_test",
        "exposure",
        "snapshot",
        "seed",
        "default",
        "all",
    ];
    match words.iter().find(|word| !KNOWN.contains(&word.as_str())) {
        Some(other) => {
            let mut known = String::new();
            for (n, one) in KNOWN.iter().enumerate() {
                let _ = write!(known, "{}{one}", if n > 0 { ", " } else { "" });
            }
            Err(format!("`{other}` is no type of resources: give some of {known}"))
        }
        None => Ok(words.to_vec()),
    }
}

/// Cuts a line into words as a shell does: at white space outside quotes.
fn words(line: &str) -> Result<Vec<String>, String> {
    let mut found = Vec::new();
    let mut word: Option<String> = None;
    let mut quote = None;
    for char in line.chars() {
        match (quote, char) {
            (Some(open), _) if open == char => quote = None,
            (Some(_), _) => word.get_or_insert_default().push(char),
            (None, '\'' | '"') => {
                quote = Some(char);
                word.get_or_insert_default();
            }
            (None, _) if char.is_whitespace() => found.extend(word.take()),
            (None, _) => word.get_or_insert_default().push(char),
        }
    }
    found.extend(word);
    match quote {
        Some(quote) => Err(format!("a {quote} of the command is not closed")),
        None => Ok(found),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[allow(clippy::unwrap_used)]
    fn commands_are_read_as_they_are_typed() {
        let made = Invocation::parse("dbt build --select a 'b c,tag:x' --exclude=d -f --empty").unwrap();
        assert_eq!(made.command, Command::Build);
        assert_eq!(made.selection.select.as_ref().unwrap().raw(), ["a", "b", "c,tag:x"]);
        assert_eq!(made.selection.exclude.raw(), ["d"]);
        assert!(made.full_refresh && made.empty);
        assert_eq!(Invocation::parse("docs-generate").unwrap(), Command::DocsGenerate.into());
        assert_eq!(Invocation::parse("source freshness").unwrap().command, Command::SourceFreshness);
    }

    #[test]
    fn what_is_not_known_is_refused() {
        let refusal = |text: &str| Invocation::parse(text).err().unwrap_or_default();
        assert!(refusal("fly").contains("give one of run, build"));
        assert!(refusal("run --defer").contains("--defer of dbt run is not known"));
        assert!(refusal("test --empty").contains("--empty of dbt test"));
        assert!(refusal("run --vars '{}'").contains("to hookproof itself"));
        assert!(refusal("run --select").contains("wants a value"));
        assert!(refusal("run --select 'a").contains("not closed"));
        assert!(refusal("run --select state:modified").contains("state"));
        assert!(refusal("build --resource-type table").contains("no type of resources"));
    }
}
