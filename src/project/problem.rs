//! What is wrong with a project's files themselves. Never stops the rest from being read.

use crate::source::Place;

/// What kind of thing is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ProblemKind {
    /// A file that is no YAML that dbt would read.
    Yaml,
    /// A key that stands twice in one mapping; dbt takes the last and warns.
    DuplicateKey,
    /// A file that is not UTF-8; it is left out.
    Encoding,
    /// A file over the size bound; it is left out.
    TooLarge,
    /// The files that come after as many as a project may have; they are left out.
    LeftOut,
    /// A file or folder that could not be read; it is left out.
    Unreadable,
    /// A link to a folder inside a searched folder; dbt does not follow it, nor is it followed here.
    LinkedFolder,
    /// A folder of the settings, or a link, that leads out of the repository; it is not followed.
    Outside,
    /// A file that dbt can't cut into blocks.
    Blocks,
    /// A macro that dbt can't parse; dbt fails, though nothing calls it.
    Macro,
    /// Jinja in the code of a Python model; dbt fails.
    PythonJinja,
    /// Two macros of one name in one package; dbt fails.
    DuplicateMacro,
    /// Two nodes of one name and kind in one package; dbt fails where both are enabled.
    DuplicateNode,
    /// A properties file of the wrong shape; dbt fails.
    Properties,
    /// `dbt_project.yml` of the wrong shape; dbt fails.
    Settings,
    /// A value whose Jinja failed; it is kept as it is written.
    Render,
    /// profiles.yml lacks what the project asks for.
    Profile,
    /// An installed package that is none, or a package file of the wrong shape.
    Package,
    /// A line of `.dbtignore` that can't be followed.
    Ignore,
}

impl ProblemKind {
    /// Whether every command of dbt ends with it before anything runs.
    #[must_use]
    pub fn stops_dbt(self) -> bool {
        matches!(
            self,
            ProblemKind::Yaml
                | ProblemKind::Encoding
                | ProblemKind::Blocks
                | ProblemKind::Macro
                | ProblemKind::PythonJinja
                | ProblemKind::DuplicateMacro
                | ProblemKind::Properties
                | ProblemKind::Settings
        )
    }
}

/// Something wrong with the project's files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// What kind.
    pub kind: ProblemKind,
    /// Where; none for a file that could not be read.
    pub place: Option<Place>,
    /// What, with what dbt makes of it.
    pub message: String,
    /// What to do.
    pub help: Option<String>,
}

impl Problem {
    pub(crate) fn new(kind: ProblemKind, place: Option<Place>, message: impl Into<String>) -> Problem {
        Problem { kind, place, message: message.into(), help: None }
    }

    /// What, without the words that dbt stops.
    pub(crate) fn said(&self) -> &str {
        self.message.trim_end_matches('.').trim_end_matches("; dbt stops here")
    }

    pub(crate) fn help(mut self, help: impl Into<String>) -> Problem {
        self.help = Some(help.into());
        self
    }
}

/// Puts problems in the order of their places, each once.
pub(super) fn sort(problems: &mut Vec<Problem>) {
    problems.sort_by(|a, b| {
        (a.place.is_none(), a.place, a.kind, &a.message).cmp(&(b.place.is_none(), b.place, b.kind, &b.message))
    });
    problems.dedup();
}
