//! What stdout can show.

use std::io::{self, IsTerminal as _};

use super::arguments::Color;

/// The columns of a terminal that does not tell.
const WIDTH: usize = 100;
/// The columns of a file or a pipe.
const PLAIN_WIDTH: usize = 80;

/// How text may look.
#[derive(Debug, Clone, Copy)]
pub(super) struct Terminal {
    /// With colours.
    pub(super) colour: bool,
    /// How many columns wide.
    pub(super) width: usize,
    /// With links.
    pub(super) links: bool,
    /// Whether a person is at the other end.
    pub(super) interactive: bool,
}

impl Terminal {
    /// The same without what only a terminal understands.
    pub(super) fn plain(self) -> Terminal {
        Terminal { colour: false, links: false, ..self }
    }

    /// What stdout can show, and what is wanted.
    pub(super) fn of_stdout(when: Color) -> Terminal {
        let is_terminal = io::stdout().is_terminal();
        let colour = match when {
            Color::Always => true,
            Color::Never => false,
            Color::Auto => colour_by_environment(is_terminal, |name| std::env::var(name).ok()),
        };
        let columns = std::env::var("COLUMNS").ok().and_then(|columns| columns.trim().parse().ok());
        let width = columns.filter(|&columns| columns > 0).unwrap_or(if is_terminal { WIDTH } else { PLAIN_WIDTH });
        Terminal { colour, width, links: colour && is_terminal, interactive: is_terminal }
    }
}

/// `NO_COLOR` wins over `CLICOLOR_FORCE`, which wins over what stdout is.
fn colour_by_environment(is_terminal: bool, variable: impl Fn(&str) -> Option<String>) -> bool {
    let set = |name: &str| variable(name).filter(|value| !value.is_empty());
    if set("NO_COLOR").is_some() {
        return false;
    }
    if set("CLICOLOR_FORCE").is_some_and(|value| value != "0") {
        return true;
    }
    is_terminal && set("CLICOLOR").is_none_or(|value| value != "0") && set("TERM").is_none_or(|term| term != "dumb")
}

#[cfg(test)]
mod tests {
    use super::colour_by_environment;

    #[test]
    fn colour_follows_the_environment() {
        let with = |is_terminal, set: &'static [(&str, &str)]| {
            colour_by_environment(is_terminal, |name| {
                set.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
            })
        };
        assert!(with(true, &[]));
        assert!(!with(false, &[]));
        assert!(!with(true, &[("NO_COLOR", "1"), ("CLICOLOR_FORCE", "1")]));
        assert!(with(true, &[("NO_COLOR", "")]));
        assert!(with(false, &[("CLICOLOR_FORCE", "1")]));
        assert!(!with(false, &[("CLICOLOR_FORCE", "0")]));
        assert!(!with(true, &[("TERM", "dumb")]));
    }
}
