//! Answers to what cannot be known before the run.

use std::collections::BTreeSet;

use crate::datum::{Datum, Kind};

/// Answers to what cannot be known before the run: of a question as `compile` prints it, of a variable as
/// `var('x')`, of an environment variable as `env_var('X')`. A `*` in a question stands for any text.
#[derive(Debug, Clone, Default)]
pub struct Answers {
    /// Each question with its answer, the later ones first in force.
    pub given: Vec<(String, Datum)>,
}

impl Answers {
    /// Answers from a mapping of questions to answers.
    ///
    /// # Errors
    /// A sentence that says what to write, where it is no such mapping.
    pub fn of(datum: &Datum) -> Result<Answers, String> {
        let Some(entries) = datum.as_map() else {
            return match datum.kind {
                Kind::Null => Ok(Answers::default()),
                _ => Err("answers are a mapping such as {is_incremental(): true}".to_owned()),
            };
        };
        let mut given = Vec::with_capacity(entries.len());
        for (question, answer) in entries {
            let Some(question) = question.as_str() else {
                return Err("the question of an answer is text: write it in quotes".to_owned());
            };
            given.push((normal(question), answer.clone()));
        }
        Ok(Answers { given })
    }

    /// The answer to a question; the last one that fits.
    #[must_use]
    pub fn to(&self, question: &str) -> Option<&Datum> {
        let question = normal(question);
        self.given.iter().rev().find(|(known, _)| fits(known, &question)).map(|(_, answer)| answer)
    }

    /// The questions that none of those that were asked fits; what is a variable is no question.
    #[must_use]
    pub fn unused(&self, asked: &BTreeSet<String>) -> Vec<&str> {
        let is_value = |known: &str| known.starts_with("var('") || known.starts_with("env_var('");
        let is_used = |known: &str| asked.iter().any(|question| fits(known, &normal(question)));
        let all = self.given.iter().map(|(known, _)| known.as_str());
        all.filter(|known| !is_value(known) && !is_used(known)).collect()
    }

    /// The values of what a function of one name is asked for: `var` or `env_var`.
    pub fn of_function<'a>(&'a self, function: &'a str) -> impl Iterator<Item = (&'a str, &'a Datum)> {
        self.given.iter().filter_map(move |(question, answer)| {
            let name = question.strip_prefix(function)?.strip_prefix("('")?.strip_suffix("')")?;
            Some((name, answer))
        })
    }
}

/// A question with one kind of quotes.
pub(super) fn normal(question: &str) -> String {
    question.trim().replace('"', "'")
}

/// Whether a question fits a pattern, in which `*` stands for any text.
fn fits(pattern: &str, question: &str) -> bool {
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = question.strip_prefix(first) else { return false };
    let Some(last) = parts.next_back() else { return rest.is_empty() };
    for part in parts {
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_fit_whole_questions() {
        assert!(fits("is_incremental()", "is_incremental()"));
        assert!(!fits("is_incremental()", "is_incremental() "));
        assert!(fits("* exists", "\"db\".\"s\".\"t\" exists"));
        assert!(fits("run_query(*) is *", "run_query('select 1') is empty"));
        assert!(!fits("a*b*c", "a-c"));
        assert!(fits("*", ""));
    }
}
