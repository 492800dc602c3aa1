//! What nobody should see: values that are withheld from the first, so that no output can hold them.

use crate::datum::{Datum, Kind};
use crate::source::Text;

/// What stands for a value that is withheld.
pub const WITHHELD: &str = "*****";

/// Words of a name that say that the value is secret.
const WORDS: &[&str] = &[
    "secret",
    "secrets",
    "token",
    "tokens",
    "password",
    "passwd",
    "passphrase",
    "pwd",
    "pass",
    "credential",
    "credentials",
];

/// Words before `key` that say it of keys: other keys are columns.
const OF_KEYS: &[&str] =
    &["access", "account", "api", "encryption", "private", "secret", "service", "shared", "signing"];

/// The keys of profiles.yml whose values are shown, where the file itself is.
const SHOWN: &[&str] = &[
    "adapter",
    "catalog",
    "database",
    "dataset",
    "dbname",
    "location",
    "method",
    "port",
    "project",
    "role",
    "schema",
    "target",
    "threads",
    "type",
    "warehouse",
];

/// The words of a name in lower case: `DBT_API-Token` has three.
fn words(name: &str) -> Vec<String> {
    name.split(|char: char| !char.is_alphanumeric()).map(str::to_lowercase).collect()
}

/// Whether a variable of dbt of that name holds what nobody should see.
#[must_use]
pub fn is_secret(name: &str) -> bool {
    let words = words(name);
    let of_key = |pair: &[String]| matches!(&*pair[1], "key" | "keys") && OF_KEYS.contains(&&*pair[0]);
    words.iter().any(|word| WORDS.contains(&&**word)) || words.windows(2).any(of_key)
}

/// Whether an environment variable of that name does. A key in the environment is one that opens something.
#[must_use]
pub fn is_secret_env(name: &str) -> bool {
    is_secret(name) || words(name).iter().any(|word| matches!(&**word, "key" | "keyfile"))
}

/// What is to be known of an environment variable's value.
#[must_use]
pub fn env_value<'a>(name: &str, value: &'a str) -> &'a str {
    if !value.is_empty() && is_secret_env(name) { WITHHELD } else { value }
}

/// The variables of the command line without the values of those that are secret.
#[must_use]
pub fn vars(given: Datum) -> Datum {
    let Kind::Map(entries) = given.kind else { return given };
    let entries = entries
        .into_iter()
        .map(|(key, value)| {
            let is_hidden = key.as_str().is_some_and(is_secret) && !value.is_null();
            let value = if is_hidden { Datum { kind: Kind::Str(Text::plain(WITHHELD)), ..value } } else { value };
            (key, value)
        })
        .collect();
    Datum { kind: Kind::Map(entries), ..given }
}

/// The text of profiles.yml as it may be shown: of the same length, and without the values of other keys than those that
/// say where something is.
#[must_use]
pub fn profiles(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    // How far the key is indented whose text stands in the lines below it.
    let mut block: Option<usize> = None;
    for line in text.split_inclusive('\n') {
        let body = line.trim_end_matches(['\n', '\r']);
        let indent = body.len() - body.trim_start_matches([' ', '-']).len();
        let (key, value) = body[indent..].split_once(':').unwrap_or(("", &body[indent..]));
        block = block.filter(|&of| indent > of || body.trim().is_empty());
        let is_key =
            block.is_none() && !key.is_empty() && !key.contains(' ') && (value.is_empty() || value.starts_with(' '));
        if is_key && value.trim_start().starts_with(['|', '>']) {
            block = Some(indent);
        }
        let from = if is_key { body.len() - value.len() } else { indent };
        // A mapping in one line, Jinja with a default, a comment: any of them may hold more than the key says.
        let is_plain = !value.contains(['{', '[', '#']);
        let is_shown = is_key && is_plain && SHOWN.contains(&key.trim_matches(['"', '\'', ' ']));
        let shown = if is_shown { body.len() } else { from };
        out.push_str(&body[..shown]);
        for char in body[shown..].chars() {
            if char.is_whitespace() {
                out.push(char);
            } else {
                (0..char.len_utf8()).for_each(|_| out.push('*'));
            }
        }
        out.push_str(&line[body.len()..]);
    }
    out
}

/// A message without what it quotes.
#[must_use]
pub fn unquoted(message: &str) -> String {
    let mut out = String::with_capacity(message.len());
    // One more is an apostrophe, and nobody knows which.
    let is_paired = message.matches('\'').count().is_multiple_of(2);
    for (n, part) in message.split('\'').enumerate() {
        if n > 0 {
            out.push('\'');
        }
        let is_quoted = n % 2 == 1 || (n > 0 && !is_paired);
        out.push_str(if is_quoted { WITHHELD } else { part });
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_say_it() {
        for name in ["DBT_ENV_SECRET_X", "SNOWFLAKE_PASSWORD", "github-token", "api_key", "PRIVATE_KEY_PATH", "db_pass"]
        {
            assert!(is_secret(name), "{name}");
        }
        for name in ["unique_key", "passed_tests", "BYPASS_CHECKS", "tokenizer", "compass", "key_columns"] {
            assert!(!is_secret(name), "{name}");
        }
        assert!(is_secret_env("STORAGE_KEY") && !is_secret_env("KEYSPACE"));
    }

    #[test]
    fn what_is_quoted_is_withheld() {
        assert_eq!(unquoted("found 'a' and 'b' here"), "found '*****' and '*****' here");
        assert!(!unquoted("can't find 'hidden'").contains("hidden"));
    }

    #[test]
    fn a_shown_key_hides_what_is_more_than_a_word() {
        for line in [
            "outputs: {dev: {password: hidden}}",
            "type: postgres # hidden",
            "schema: \"{{ env_var('A', 'hidden') }}\"",
        ] {
            assert!(!profiles(line).contains("hidden"), "{line}");
        }
    }

    #[test]
    fn profiles_keep_their_length_and_their_keys() {
        let text = "shop:\n  target: dev\n  outputs:\n    dev: {type: postgres, password: hidden}\n    prod:\n      \
                    type: postgres\n      password: \"hídden\"\n      private_key: |\n        hidden line: two\n        ----\n";
        let shown = profiles(text);
        assert_eq!(shown.len(), text.len());
        assert!(!shown.contains("den") && !shown.contains("two"), "{shown}");
        assert!(
            shown.contains("target: dev") && shown.contains("      type: postgres") && shown.contains("password: *")
        );
    }
}
