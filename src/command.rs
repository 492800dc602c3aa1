//! The commands of dbt that touch hooks, and what each of them runs.

use crate::project::Resource;

/// A command of dbt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Command {
    /// `dbt run`: the models.
    Run,
    /// `dbt build`: everything, tests between.
    #[default]
    Build,
    /// `dbt test`: the tests.
    Test,
    /// `dbt seed`: the seeds.
    Seed,
    /// `dbt snapshot`: the snapshots.
    Snapshot,
    /// `dbt compile`: renders, and sends nothing but what rendering executes.
    Compile,
    /// `dbt docs generate`: compiles, then reads the catalog.
    DocsGenerate,
    /// `dbt source freshness`: asks how old the sources are.
    SourceFreshness,
}

impl Command {
    /// Every command.
    pub const ALL: &[Command] = &[
        Command::Run,
        Command::Build,
        Command::Test,
        Command::Seed,
        Command::Snapshot,
        Command::Compile,
        Command::DocsGenerate,
        Command::SourceFreshness,
    ];

    /// As it is typed after `dbt`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Command::Run => "run",
            Command::Build => "build",
            Command::Test => "test",
            Command::Seed => "seed",
            Command::Snapshot => "snapshot",
            Command::Compile => "compile",
            Command::DocsGenerate => "docs generate",
            Command::SourceFreshness => "source freshness",
        }
    }

    /// `flags.WHICH` (facts C8).
    #[must_use]
    pub fn which(self) -> &'static str {
        match self {
            Command::DocsGenerate => "generate",
            Command::SourceFreshness => "freshness",
            other => other.name(),
        }
    }

    /// The command of a `flags.WHICH`.
    #[must_use]
    pub fn of_which(which: &str) -> Option<Command> {
        Command::ALL.iter().copied().find(|command| command.which() == which)
    }

    /// Whether it only renders: on-run hooks are rendered as when they run, and their text is not sent
    /// (facts 5.6).
    #[must_use]
    pub fn only_renders(self) -> bool {
        matches!(self, Command::Compile | Command::DocsGenerate)
    }

    /// Whether it executes nodes of a kind, with their hooks where they have any.
    #[must_use]
    pub fn runs(self, resource: Resource) -> bool {
        match self {
            Command::Run => resource == Resource::Model,
            Command::Build => resource != Resource::Analysis,
            Command::Test => resource == Resource::Test,
            Command::Seed => resource == Resource::Seed,
            Command::Snapshot => resource == Resource::Snapshot,
            Command::Compile | Command::DocsGenerate | Command::SourceFreshness => false,
        }
    }
}
