//! The arguments of each command, with the names that dbt gives them.

use std::path::{Path, PathBuf};

use clap::{Args, Parser, Subcommand, ValueEnum};
use hookproof::CheckOptions;
use hookproof::datum::{Datum, Kind};
use hookproof::invocation::Invocation;
use hookproof::lint::{SelectionChange, Selector};
use hookproof::project::yaml;
use hookproof::secret;
use hookproof::settings::Answers;
use hookproof::source::{FileId, Lines};

const CHECK_EXAMPLES: &str = "Examples:
  hookproof check                                  every project below the current folder
  hookproof check models/orders.sql                what this file can cause
  hookproof check --target prod --fail-on warning
  hookproof check --diff                           what --fix would change
  hookproof check --changed-since main             only hooks that are not as on main
  hookproof check --format sarif --output hooks.sarif";
const COMPILE_EXAMPLES: &str = "Examples:
  hookproof compile --select orders
  hookproof compile --target prod --command 'run --full-refresh'
  hookproof compile --answers '{is_incremental(): true}'";
const DIFF_EXAMPLES: &str = "Examples:
  hookproof diff main
  hookproof diff HEAD~1 --format markdown > comment.md";
const PLAN_EXAMPLES: &str = "Examples:
  hookproof plan --command 'run --select orders+'
  hookproof plan --command snapshot --format mermaid";
const PROVE_EXAMPLES: &str = "Examples:
  hookproof prove
  hookproof prove --command run --target prod --drill
  hookproof prove --strict --format html --output proof.html
  hookproof prove --db run.db && hookproof query --db run.db 'select * from audit_run'";

/// Renders, lints and rehearses the hooks of a dbt project, from its files alone.
#[derive(Debug, Parser)]
#[command(name = "hookproof", version, about, max_term_width = 100)]
pub(super) struct Cli {
    #[command(subcommand)]
    pub(super) command: Command,
    /// When to use colours; `NO_COLOR` and `CLICOLOR_FORCE` decide too
    #[arg(long, global = true, value_enum, default_value_t = Color::Auto, value_name = "WHEN")]
    pub(super) color: Color,
    /// Only the result: nothing of what was and was not checked, and no notes
    #[arg(long, short, global = true)]
    pub(super) quiet: bool,
    /// Say on stderr what is read, and how long it takes
    #[arg(long, short, global = true, conflicts_with = "quiet")]
    pub(super) verbose: bool,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Check every hook in every target and branch; exits with 1 if something is found
    #[command(after_help = CHECK_EXAMPLES)]
    Check(Box<CheckArguments>),
    /// Show the SQL that dbt would send for every hook
    #[command(after_help = COMPILE_EXAMPLES)]
    Compile {
        #[command(flatten)]
        project: ProjectArguments,
        /// What to print
        #[arg(long, value_enum, default_value_t = Format::Text)]
        format: Format,
        /// The dbt command to render for, such as run or 'run --select orders+'; otherwise a build, and the
        /// others that `flags.WHICH` tells from it
        #[arg(long, short, value_parser = Invocation::parse, value_name = "COMMAND")]
        command: Option<Invocation>,
        /// Only hooks whose id, such as model.shop.orders.post-hook.0, contains this text
        #[arg(long, short, value_name = "TEXT")]
        select: Option<String>,
    },
    /// List every hook with the place where it is declared
    List {
        #[command(flatten)]
        project: ProjectArguments,
        /// What to print
        #[arg(long, value_enum, default_value_t = Format::Text)]
        format: Format,
    },
    /// Show what runs when: hooks, nodes and transactions of a dbt command, in order
    #[command(after_help = PLAN_EXAMPLES)]
    Plan {
        #[command(flatten)]
        project: ProjectArguments,
        /// The dbt command, such as run or 'run --select orders+'; a build runs every node and every hook, and
        /// the tests between
        #[arg(long, short, value_parser = Invocation::parse, default_value = "build", value_name = "COMMAND")]
        command: Invocation,
        /// What to print: of the default target, or in JSON of all, if --target names none
        #[arg(long, value_enum, default_value_t = PlanFormat::Text)]
        format: PlanFormat,
    },
    /// Show what a change does to the SQL of hooks: those added, removed, moved, and those that send something else
    #[command(after_help = DIFF_EXAMPLES)]
    Diff {
        /// The revision of git to compare with, such as main or HEAD~1
        #[arg(value_name = "REV")]
        revision: String,
        #[command(flatten)]
        project: ProjectArguments,
        /// What to print
        #[arg(long, value_enum, default_value_t = DiffFormat::Text)]
        format: DiffFormat,
        /// Exit with 1 if a hook is not as it was
        #[arg(long)]
        exit_code: bool,
    },
    /// Rehearse a dbt command on an embedded database, twice, in every target: prove that the hooks work
    #[command(after_help = PROVE_EXAMPLES)]
    Prove {
        #[command(flatten)]
        project: ProjectArguments,
        /// The dbt command, such as run or 'run --select orders+'
        #[arg(long, short, value_parser = Invocation::parse, default_value = "build", value_name = "COMMAND")]
        command: Invocation,
        /// What to print
        #[arg(long, value_enum, default_value_t = ProveFormat::Text)]
        format: ProveFormat,
        /// Write the result to this file, for its owner alone, and a text to the terminal
        #[arg(long, short, value_name = "FILE")]
        output: Option<PathBuf>,
        /// Rehearse as well what happens when a model, a hook or an on-run-start hook fails
        #[arg(long)]
        drill: bool,
        /// Keep the database of the default target, or of --target, in a file
        #[arg(long, value_name = "FILE")]
        db: Option<PathBuf>,
        /// Fail on what had to be assumed, unless `assume` in hookproof.yml says that it is there, and where nothing is proved
        #[arg(long)]
        strict: bool,
    },
    /// Ask a database that `prove --db` has kept, in the project's own SQL
    Query {
        /// The query, such as 'select * from `audit_run`'
        sql: String,
        /// The database
        #[arg(long, value_name = "FILE")]
        db: PathBuf,
        /// What to print
        #[arg(long, value_enum, default_value_t = Format::Text)]
        format: Format,
    },
    /// Write a hookproof.yml that shows every setting, all of them commented out
    Init {
        /// The project that it is for
        #[arg(default_value = ".")]
        path: PathBuf,
    },
    /// Print a JSON schema: of a command's JSON, or of hookproof.yml for editors
    Schema {
        /// What it is of
        of: SchemaOf,
    },
    /// Accept the hooks of installed packages, and the macros of theirs that hooks call, as they are: they are written
    /// to hookproof.lock, and check tells what is new or has changed since
    Lock {
        #[command(flatten)]
        project: ProjectArguments,
    },
    /// List every rule
    Rules {
        /// What to print
        #[arg(long, value_enum, default_value_t = RulesFormat::Text)]
        format: RulesFormat,
    },
    /// Serve an editor over the Language Server Protocol, on stdin and stdout
    Lsp {
        #[command(flatten)]
        scenario: ScenarioArguments,
        #[command(flatten)]
        rules: RuleArguments,
        /// What there is without it too: many editors say it
        #[arg(long, hide = true)]
        stdio: bool,
    },
    /// Print a script that completes commands and options in a shell
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Write the man pages to a folder
    Man {
        /// The folder
        folder: PathBuf,
    },
    /// Show the page of a rule
    Explain {
        /// The rule's name, such as drop-without-if-exists
        rule: String,
    },
}

/// What is checked, how, and what is told of it.
#[derive(Debug, Args)]
pub(super) struct CheckArguments {
    #[command(flatten)]
    pub(super) project: ProjectArguments,
    /// More of them. Of files, only the findings that they can cause are told, through macros, properties and
    /// settings too
    #[arg(value_name = "PATH")]
    pub(super) more: Vec<PathBuf>,
    /// What to print; by itself what shows findings beside their lines on GitHub Actions (github) and Azure
    /// Pipelines (azure), and text elsewhere
    #[arg(long, value_enum)]
    pub(super) format: Option<CheckFormat>,
    /// Write the result to this file, and a text to the terminal
    #[arg(long, short, value_name = "FILE")]
    pub(super) output: Option<PathBuf>,
    /// Take the text on stdin for that of this file, and tell only what is found in it; the path is then `-`
    #[arg(long, value_name = "FILE", conflicts_with_all = ["fix", "diff", "write_baseline", "changed_since", "watch"])]
    pub(super) stdin_filename: Option<PathBuf>,
    /// The severity from which on findings fail the run
    #[arg(long, value_enum, default_value_t = FailOn::Error, value_name = "SEVERITY")]
    pub(super) fail_on: FailOn,
    #[command(flatten)]
    pub(super) rules: RuleArguments,
    #[command(flatten)]
    pub(super) fixing: FixArguments,
    #[command(flatten)]
    pub(super) known: KnownArguments,
    /// List the branches of hooks and macros that no rendering goes through
    #[arg(long)]
    pub(super) branches: bool,
    /// Count the findings of each rule in place of showing them
    #[arg(long)]
    pub(super) statistics: bool,
    /// Check again whenever a file of the project changes, until it is interrupted
    #[arg(long, conflicts_with_all = ["fix", "diff", "write_baseline", "prune_baseline"])]
    pub(super) watch: bool,
}

/// The project, and how dbt would run it.
#[derive(Debug, Args)]
pub(super) struct ProjectArguments {
    /// A dbt project, a file or folder in one, or a folder that holds several
    #[arg(default_value = ".")]
    pub(super) path: PathBuf,
    #[command(flatten)]
    scenario: ScenarioArguments,
}

/// How dbt would run a project.
#[derive(Debug, Args)]
pub(super) struct ScenarioArguments {
    /// Only this target of the profile; otherwise all of them
    #[arg(long, short, env = "DBT_TARGET", hide_env_values = true)]
    target: Option<String>,
    /// The profile to use in place of the project's own
    #[arg(long, env = "DBT_PROFILE", hide_env_values = true)]
    profile: Option<String>,
    /// The folder of profiles.yml
    #[arg(long, value_name = "DIR")]
    profiles_dir: Option<PathBuf>,
    /// The adapter to assume, such as postgres or snowflake, whatever the profile says
    #[arg(long)]
    adapter: Option<String>,
    /// Variables in YAML, such as '{days: 3}'
    #[arg(long, value_name = "YAML")]
    vars: Option<String>,
    #[arg(
        long,
        value_name = "YAML",
        help = "Answers to what cannot be known before the run, such as '{is_incremental(): true}'"
    )]
    answers: Option<String>,
    /// A Python environment with dbt and its adapter: dbt's own macros are taken from its files
    #[arg(long, value_name = "DIR", env = "HOOKPROOF_PYTHON_ENVIRONMENT", hide_env_values = true)]
    python_environment: Option<PathBuf>,
}

/// Whether what is found is mended.
#[derive(Debug, Clone, Copy, Args)]
pub(super) struct FixArguments {
    /// Apply the safe fixes to the files, then show what is left
    #[arg(long)]
    pub(super) fix: bool,
    /// With --fix or --diff: the fixes too that a person should look at
    #[arg(long)]
    pub(super) unsafe_fixes: bool,
    /// Show what --fix would change, and change nothing; exits with 1 where it would change something
    #[arg(long, conflicts_with = "fix")]
    pub(super) diff: bool,
}

/// Which findings are known already.
#[derive(Debug, Args)]
pub(super) struct KnownArguments {
    /// Do not tell the findings that this file holds
    #[arg(long, value_name = "FILE")]
    pub(super) baseline: Option<PathBuf>,
    /// Write what is found to this file, for --baseline
    #[arg(long, value_name = "FILE", conflicts_with = "baseline")]
    pub(super) write_baseline: Option<PathBuf>,
    /// Take what is found no more out of the baseline
    #[arg(long, requires = "baseline")]
    pub(super) prune_baseline: bool,
    /// Only the findings of hooks that have changed since this revision of git, by their own text or by what they use
    #[arg(long, value_name = "REV")]
    pub(super) changed_since: Option<String>,
}

/// Which rules are looked at, besides or instead of those of hookproof.yml.
#[derive(Debug, Args)]
pub(super) struct RuleArguments {
    /// Only these rules, families or presets, with commas between: drop-without-if-exists,sql,strict
    #[arg(long, value_name = "RULES", value_delimiter = ',')]
    select: Vec<String>,
    /// These rules, families or presets besides
    #[arg(long, value_name = "RULES", value_delimiter = ',')]
    extend_select: Vec<String>,
    /// All but these rules, families or presets
    #[arg(long, value_name = "RULES", value_delimiter = ',')]
    ignore: Vec<String>,
}

impl RuleArguments {
    /// How the rules of the settings change.
    pub(super) fn change(&self) -> Result<SelectionChange, String> {
        let parsed = |option: &str, words: &[String]| -> Result<Vec<Selector>, String> {
            let words = words.iter().map(|word| word.trim()).filter(|word| !word.is_empty());
            words.map(|word| Selector::parse(word).map_err(|why| format!("--{option}: {why}"))).collect()
        };
        Ok(SelectionChange {
            select: parsed("select", &self.select)?,
            extend: parsed("extend-select", &self.extend_select)?,
            ignore: parsed("ignore", &self.ignore)?,
        })
    }
}

impl ProjectArguments {
    /// What the library is asked for.
    pub(super) fn options(&self) -> Result<CheckOptions, String> {
        self.scenario.options(&self.path)
    }
}

impl ScenarioArguments {
    /// What the library is asked for of the project at a path.
    pub(super) fn options(&self, path: &Path) -> Result<CheckOptions, String> {
        let given = |value: &Option<String>| value.clone().filter(|value| !value.is_empty());
        let mut options = CheckOptions::at(path);
        options.target = given(&self.target);
        options.profile = given(&self.profile);
        options.profiles_dir.clone_from(&self.profiles_dir);
        options.adapter = given(&self.adapter).map(|adapter| adapter.to_lowercase());
        options.vars =
            self.vars.as_deref().map_or(Ok(Datum::new(Kind::Null)), |text| mapping("vars", "{days: 3}", text))?;
        options.vars = secret::vars(options.vars);
        options.python_environment = self.python_environment.clone().filter(|folder| !folder.as_os_str().is_empty());
        if let Some(text) = &self.answers {
            let datum = mapping("answers", "{is_incremental(): true}", text)?;
            options.answers = Answers::of(&datum).map_err(|why| format!("--answers: {why}"))?;
        }
        options.env = std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .collect();
        options.working_dir = std::env::current_dir().ok();
        Ok(options)
    }
}

/// Reads a mapping in YAML that an option gives.
fn mapping(option: &str, example: &str, text: &str) -> Result<Datum, String> {
    let read = yaml::read(text, FileId(0), 0).map_err(|fault| {
        let at = Lines::new(text).at(fault.place.start);
        let line = if at.line > 1 { format!("line {}, ", at.line) } else { String::new() };
        let column = at.column;
        format!("--{option} is no YAML ({line}column {column}: {}): give a mapping such as '{example}'", fault.message)
    })?;
    match read.datum.kind {
        Kind::Null | Kind::Map(_) => Ok(read.datum.without_places()),
        _ => Err(format!("--{option} is no mapping but {}: give one such as '{example}'", read.datum.type_name())),
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Color {
    /// If stdout is a terminal
    Auto,
    Always,
    Never,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum CheckFormat {
    /// For a person
    Text,
    /// One line for each finding
    Concise,
    /// For a program
    Json,
    /// For a program: a line of JSON for each finding
    Jsonl,
    /// SARIF 2.1.0, for code scanning
    Sarif,
    /// Annotations of GitHub Actions
    Github,
    /// GitLab's code quality report
    Gitlab,
    /// Issues of Azure Pipelines
    Azure,
    /// Test results in `JUnit`'s XML
    Junit,
}

impl CheckFormat {
    /// The format that shows findings beside their lines in the CI system that the environment tells of; text where
    /// there is none.
    pub(super) fn of_environment(variable: impl Fn(&str) -> Option<String>) -> CheckFormat {
        let says_true = |name| variable(name).is_some_and(|value| value.eq_ignore_ascii_case("true"));
        if says_true("GITHUB_ACTIONS") {
            CheckFormat::Github
        } else if says_true("TF_BUILD") {
            CheckFormat::Azure
        } else {
            CheckFormat::Text
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// For a person
    Text,
    /// For a program
    Json,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum ProveFormat {
    /// For a person
    Text,
    /// For a program
    Json,
    /// One page that needs nothing else, for a person
    Html,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum DiffFormat {
    /// For a person
    Text,
    /// For a program
    Json,
    /// For a comment on a pull request
    Markdown,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum PlanFormat {
    /// For a person
    Text,
    /// For a program
    Json,
    /// A flowchart for Markdown
    Mermaid,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum RulesFormat {
    /// A line for each rule
    Text,
    /// The index of the catalogue
    Markdown,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum SchemaOf {
    Check,
    Compile,
    Diff,
    List,
    Plan,
    Prove,
    /// The file hookproof.yml
    Settings,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum FailOn {
    Error,
    Warning,
    Info,
    Never,
}
