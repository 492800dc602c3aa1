//! The catalogue of rules: a line for each, or the page of one.

use std::fmt::Write as _;

use hookproof::lint::{Rule, rules};

/// A line for each rule: name, family, severity, what it finds.
pub(super) fn table() -> String {
    let width = |of: fn(&Rule) -> &str| rules().map(|rule| of(rule).len()).max().unwrap_or_default();
    let names = width(|rule| rule.name);
    let families = width(|rule| rule.family);
    let severities = width(|rule| rule.severity.name());
    let mut out = String::new();
    for rule in rules() {
        let (name, family, severity, summary) = (rule.name, rule.family, rule.severity.name(), rule.summary());
        let _ = writeln!(out, "{name:names$}  {family:families$}  {severity:severities$}  {summary}");
    }
    out
}

/// The catalogue's index: `rules/README.md`.
pub(super) fn index() -> String {
    let mut out = String::from(INDEX);
    for rule in rules() {
        let (name, family, severity) = (rule.name, rule.family, rule.severity.name());
        let (preset, summary) = (rule.preset.name(), rule.summary());
        let _ = writeln!(out, "| {family} | [{name}]({family}/{name}/README.md) | {severity} | {preset} | {summary} |");
    }
    out
}

/// What stands above the index.
const INDEX: &str = "\
# Rules

Each rule has a folder: its page, and cases. A case under `bad/` is found at the place between `«` and `»`; a case under
`good/` is silent. A case is a model, lines of `dbt_project.yml`, or a folder laid over a small project.

The severity is that of a rule's worst finding. The preset is the smallest that has the rule: each one has those before it,
default, strict and all. This page is what `hookproof rules --format markdown` prints.

| family | rule | severity | preset | what it finds |
|---|---|---|---|---|
";

/// The page of a rule, with its family and severity.
pub(super) fn page(name: &str) -> Result<String, String> {
    let Some(rule) = rules().find(|rule| rule.name == name) else {
        let nearest = rules().map(|rule| (strsim::damerau_levenshtein(rule.name, name), rule.name)).min();
        let meant = match nearest {
            Some((far, nearest)) if far <= nearest.len() / 2 => format!("did you mean `{nearest}`? "),
            _ => String::new(),
        };
        return Err(format!("there is no rule `{name}`: {meant}`hookproof rules` lists all of them"));
    };
    let title = format!("# {}", rule.name);
    let body = rule.page.strip_prefix(title.as_str()).unwrap_or(rule.page);
    let (family, severity, preset) = (rule.family, rule.severity.name(), rule.preset.name());
    Ok(format!("{title}\n\n{family}, {severity}, preset {preset}\n\n{}\n", body.trim()))
}
