//! Reads `hookproof.yml`.

use std::ops::Range;

use super::answers::normal;
use super::{Answers, Assume, FILE, Named, NamedRule, PerPath, Settings};
use crate::datum::{Datum, Kind};
use crate::diagnostic::Severity;
use crate::limits::Limits;
use crate::lint::{Preset, Selector};
use crate::project::{Ignore, yaml};
use crate::source::{FileId, Lines};

/// Every setting, with what it is; the order is that of the reference.
pub(super) const SETTINGS: &[&str] = &[
    "presets",
    "select",
    "extend-select",
    "ignore",
    "severity",
    "per-path",
    "targets",
    "adapter",
    "answers",
    "assume",
    "limits",
    "python-environment",
];

const PER_PATH: &[&str] = &["ignore", "severity"];
const ASSUME: &[&str] = &["tables", "schemas", "roles", "warehouses", "functions"];

/// Reads the text of the file.
pub(super) fn read(text: &str) -> Result<Settings, String> {
    let file = Reader { lines: Lines::new(text) };
    let read = yaml::read(text, FileId(0), 0).map_err(|fault| {
        let at = file.lines.at(fault.place.start);
        format!("{FILE} is no YAML: line {}, column {}: {}", at.line, at.column, fault.message)
    })?;
    if let Some(twice) = read.duplicates.first() {
        let at = file.lines.at(twice.again.start);
        return Err(format!(
            "{FILE}:{}:{}: the key `{}` stands twice: remove one of them",
            at.line, at.column, twice.key
        ));
    }
    let mut settings = Settings::default();
    match &read.datum.kind {
        Kind::Null => Ok(settings),
        Kind::Map(entries) => {
            let mut selected = None;
            let mut presets = None;
            for (key, value) in entries {
                match file.key(key, SETTINGS, "setting")? {
                    "presets" => presets = Some(file.presets(value)?),
                    "select" => selected = Some(file.selectors("select", value, &mut settings.named_rules)?),
                    "extend-select" => {
                        settings.selection.extend =
                            file.selectors("extend-select", value, &mut settings.named_rules)?;
                    }
                    "ignore" => {
                        settings.selection.ignore = file.selectors("ignore", value, &mut settings.named_rules)?;
                    }
                    "severity" => {
                        settings.selection.severity = file.severities(value, &mut settings.named_rules)?;
                    }
                    "per-path" => settings.per_path = file.per_path(value)?,
                    "targets" => settings.targets = file.names("targets", value)?,
                    "adapter" => settings.adapter = file.text("adapter", "postgres", value)?,
                    "answers" => {
                        settings.questions = file.questions(value);
                        settings.answers =
                            Answers::of(&value.clone().without_places()).map_err(|why| file.fault(value, &why))?;
                    }
                    "assume" => settings.assume = file.assume(value)?,
                    "limits" => settings.limits = file.limits(value)?,
                    _ => settings.python_environment = file.text("python-environment", ".venv", value)?,
                }
            }
            // What is selected by name stands for the preset, unless that is said too.
            let named = selected.unwrap_or_default();
            let presets = presets
                .unwrap_or_else(|| if named.is_empty() { vec![Selector::Preset(Preset::Default)] } else { Vec::new() });
            settings.selection.select = presets.into_iter().chain(named).collect();
            Ok(settings)
        }
        _ => Err(format!("{FILE} is a mapping of settings, such as `ignore: [missing-var]`")),
    }
}

struct Reader<'t> {
    lines: Lines<'t>,
}

impl Reader<'_> {
    /// A sentence about a value, with its place.
    fn fault(&self, datum: &Datum, what: &str) -> String {
        match datum.place {
            Some(place) => {
                let at = self.lines.at(place.start);
                format!("{FILE}:{}:{}: {what}", at.line, at.column)
            }
            None => format!("{FILE}: {what}"),
        }
    }

    /// A key, which has to be one of some.
    fn key<'k>(&self, key: &Datum, known: &[&'k str], what: &str) -> Result<&'k str, String> {
        let name = key.as_str().unwrap_or("?");
        if let Some(known) = known.iter().find(|known| **known == name) {
            return Ok(known);
        }
        let near = known.iter().map(|known| (strsim::damerau_levenshtein(known, name), known)).min();
        let meant = match near {
            Some((far, near)) if far <= near.len() / 2 => format!("did you mean `{near}`? "),
            _ => String::new(),
        };
        let all = known.join(", ");
        Err(self.fault(key, &format!("there is no {what} `{name}`: {meant}The known ones are {all}")))
    }

    /// A text; none where the value is empty.
    fn text(&self, setting: &str, example: &str, value: &Datum) -> Result<Option<String>, String> {
        match (value.as_str(), value.is_null()) {
            (Some(text), _) => Ok(Some(text.to_owned())),
            (None, true) => Ok(None),
            (None, false) => Err(self.fault(value, &format!("{setting} is text, such as {example}"))),
        }
    }

    /// A name or a list of names.
    fn names(&self, setting: &str, value: &Datum) -> Result<Vec<Named>, String> {
        let named = |datum: &Datum| match datum.as_str() {
            Some(name) => Ok(Named { name: name.to_owned(), range: range(datum) }),
            None => Err(self.fault(datum, &format!("{setting} is a list of names: write this one in quotes"))),
        };
        match &value.kind {
            Kind::Null => Ok(Vec::new()),
            Kind::List(items) => items.iter().map(named).collect(),
            Kind::Str(_) => Ok(vec![named(value)?]),
            _ => Err(self.fault(value, &format!("{setting} is a list of names, such as [a, b]"))),
        }
    }

    fn presets(&self, value: &Datum) -> Result<Vec<Selector>, String> {
        let of = |named: &Named, datum: &Datum| {
            Preset::named(&named.name).map(Selector::Preset).ok_or_else(|| {
                self.fault(datum, &format!("there is no preset `{}`: name default, strict or all", named.name))
            })
        };
        self.names("presets", value)?.iter().map(|named| of(named, value)).collect()
    }

    fn selectors(
        &self,
        setting: &'static str,
        value: &Datum,
        named_rules: &mut Vec<NamedRule>,
    ) -> Result<Vec<Selector>, String> {
        let mut selectors = Vec::new();
        for named in self.names(setting, value)? {
            let selector = self.selector(&named)?;
            named_rules.push(NamedRule { setting, selector, range: named.range });
            selectors.push(selector);
        }
        Ok(selectors)
    }

    fn selector(&self, named: &Named) -> Result<Selector, String> {
        Selector::parse(&named.name).map_err(|why| {
            let at = self.lines.at(named.range.start as u32);
            format!("{FILE}:{}:{}: {why}", at.line, at.column)
        })
    }

    fn severities(&self, value: &Datum, named_rules: &mut Vec<NamedRule>) -> Result<Vec<(Selector, Severity)>, String> {
        let mut severities = Vec::new();
        for (key, value) in self.entries("severity", "missing-var: warning", value)? {
            let named = Named { name: key.as_str().unwrap_or("?").to_owned(), range: range(key) };
            let selector = self.selector(&named)?;
            let severity = value
                .as_str()
                .and_then(Severity::named)
                .ok_or_else(|| self.fault(value, "a severity is error, warning or info; `ignore` turns a rule off"))?;
            named_rules.push(NamedRule { setting: "severity", selector, range: named.range });
            severities.push((selector, severity));
        }
        Ok(severities)
    }

    fn entries<'d>(&self, setting: &str, example: &str, value: &'d Datum) -> Result<&'d [(Datum, Datum)], String> {
        match &value.kind {
            Kind::Null => Ok(&[]),
            Kind::Map(entries) => Ok(entries),
            _ => Err(self.fault(value, &format!("{setting} is a mapping, such as {example}"))),
        }
    }

    fn per_path(&self, value: &Datum) -> Result<Vec<PerPath>, String> {
        let mut all = Vec::new();
        for (key, value) in self.entries("per-path", "models/staging: [missing-var]", value)? {
            let Some(pattern) = key.as_str() else {
                return Err(self.fault(key, "a pattern of per-path is text: write it in quotes"));
            };
            let mut one = PerPath {
                pattern: Named { name: pattern.to_owned(), range: range(key) },
                files: Ignore::parse(pattern),
                ignore: Vec::new(),
                severity: Vec::new(),
            };
            if let Kind::Map(entries) = &value.kind {
                for (key, value) in entries {
                    match self.key(key, PER_PATH, "setting of per-path")? {
                        "ignore" => one.ignore = self.selectors("ignore", value, &mut Vec::new())?,
                        _ => one.severity = self.severities(value, &mut Vec::new())?,
                    }
                }
            } else {
                one.ignore = self.selectors("ignore", value, &mut Vec::new())?;
            }
            all.push(one);
        }
        Ok(all)
    }

    fn limits(&self, value: &Datum) -> Result<Limits, String> {
        let mut limits = Limits::default();
        let names: Vec<&str> = Limits::ALL.iter().map(|limit| limit.name).collect();
        for (key, value) in self.entries("limits", "ways: 24", value)? {
            let name = self.key(key, &names, "limit")?;
            let Some(limit) = Limits::ALL.iter().find(|limit| limit.name == name) else { continue };
            let number = match &value.kind {
                Kind::Int(number) => u64::try_from(*number).ok(),
                Kind::Str(text) => limit.unit.read(text.as_str()),
                _ => None,
            };
            let (default, most) = (limit.unit.shown(limit.default), limit.unit.shown(limit.most));
            match number {
                Some(number) if (1..=limit.most).contains(&number) => limit.set(&mut limits, number),
                Some(number) if number > limit.most => {
                    let message = format!("{name} is {most} at most: a project may be a stranger's");
                    return Err(self.fault(value, &message));
                }
                _ => return Err(self.fault(value, &format!("{name} is a number from 1 to {most}, such as {default}"))),
            }
        }
        Ok(limits)
    }

    fn questions(&self, value: &Datum) -> Vec<Named> {
        let entries = value.as_map().unwrap_or_default();
        let named = |(key, _): &(Datum, Datum)| Some(Named { name: normal(key.as_str()?), range: range(key) });
        entries.iter().filter_map(named).collect()
    }

    fn assume(&self, value: &Datum) -> Result<Assume, String> {
        let mut assume = Assume::default();
        for (key, value) in self.entries("assume", "roles: [reporter]", value)? {
            let key = self.key(key, ASSUME, "kind of `assume`")?;
            match key {
                "tables" => assume.tables = self.tables(value)?,
                "schemas" => assume.schemas = self.names(key, value)?,
                "roles" => assume.roles = self.names(key, value)?,
                "warehouses" => assume.warehouses = self.names(key, value)?,
                _ => assume.functions = self.names(key, value)?,
            }
        }
        Ok(assume)
    }

    /// Tables: a list of names, or a mapping of names to their columns.
    fn tables(&self, value: &Datum) -> Result<Vec<(Named, Vec<String>)>, String> {
        let Kind::Map(entries) = &value.kind else {
            return Ok(self.names("tables", value)?.into_iter().map(|named| (named, Vec::new())).collect());
        };
        let of = |(key, value): &(Datum, Datum)| {
            let Some(name) = key.as_str() else {
                return Err(self.fault(key, "the name of a table is text: write it in quotes"));
            };
            let columns = self.names("the columns of a table", value)?;
            let named = Named { name: name.to_owned(), range: range(key) };
            Ok((named, columns.into_iter().map(|column| column.name).collect()))
        };
        entries.iter().map(of).collect()
    }
}

/// The bytes of a value in the file.
fn range(datum: &Datum) -> Range<usize> {
    datum.place.map_or(0..0, |place| place.start as usize..place.end as usize)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::lint::Rule;

    #[test]
    fn settings_are_read() {
        let settings = read(
            "presets: strict\nignore: [missing-var]\nseverity: {jinja: warning}\ntargets: prod\nadapter: snowflake\n\
             answers:\n  is_incremental(): true\n  env_var(\"A\"): b\n\
             per-path:\n  models/staging: [sql]\n  \"*.yml\": {severity: {sql: info}}\n\
             limits: {ways: 3, file-size: 2 MB}\nassume:\n  roles: [reporter]\n  tables: {alerts.done: [id, at]}\n",
        )
        .unwrap();
        assert_eq!(settings.answers.to("is_incremental()").and_then(Datum::as_bool), Some(true));
        assert_eq!(settings.answers.of_function("env_var").map(|(name, _)| name).collect::<Vec<_>>(), ["A"]);
        assert!(!settings.selection.has(Rule::named("missing-var").unwrap()));
        assert_eq!(settings.selection.severity(Rule::named("render-error").unwrap()), Some(Severity::Warning));
        assert_eq!(settings.targets[0].name, "prod");
        assert!(settings.per_path[0].files.is_ignored("models/staging/a.sql"));
        assert_eq!(settings.assume.tables[0].1, ["id", "at"]);
        assert_eq!((settings.limits.ways, settings.limits.file_size), (3, 2 << 20));
        assert!(read("").unwrap().text.is_none());
    }

    #[test]
    fn what_is_wrong_is_said_with_its_place() {
        let wrong = [
            ("answer: {}", "hookproof.yml:1:1: there is no setting `answer`: did you mean `answers`?"),
            ("answers: [1]", "mapping"),
            ("a: [", "line 1"),
            (
                "ignore: [missing-vars]",
                "hookproof.yml:1:10: there is no rule `missing-vars`: did you mean `missing-var`?",
            ),
            ("severity: {sql: fatal}", "error, warning or info"),
            ("presets: [strickt]", "default, strict or all"),
            ("select: 3", "list of names"),
            ("per-path: {a: {ignored: []}}", "did you mean `ignore`?"),
            ("assume: {rolls: [a]}", "did you mean `roles`?"),
            ("ignore: []\nignore: []", "hookproof.yml:2:1: the key `ignore` stands twice"),
            ("- a", "mapping of settings"),
            ("limits: {way: 3}", "hookproof.yml:1:10: there is no limit `way`: did you mean `ways`?"),
            ("limits: {ways: 0}", "hookproof.yml:1:16: ways is a number from 1 to 480, such as 48"),
            ("limits: {file-size: 17 MB}", "hookproof.yml:1:21: file-size is 16 MB at most"),
            ("limits: {file-size: [1]}", "such as 8 MB"),
        ];
        for (text, sentence) in wrong {
            let said = read(text).unwrap_err();
            assert!(said.contains(sentence), "{text}: {said}");
        }
    }
}
