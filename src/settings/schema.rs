//! The JSON schema of `hookproof.yml`, and the file that `hookproof init` writes.

use serde_json::{Value, json};

use crate::limits::{Limits, Unit};
use crate::lint::{Preset, rules};

/// The file that `hookproof init` writes: every setting with what it does, none of them set.
pub const TEMPLATE: &str = include_str!("template.yml");

/// The JSON schema, draft 2020-12, indented, with a newline at its end.
#[must_use]
pub fn schema() -> String {
    // Strings and lists always serialise.
    let mut text = serde_json::to_string_pretty(&document()).unwrap_or_default();
    text.push('\n');
    text
}

fn document() -> Value {
    let mut selectors: Vec<&str> = Preset::ALL.iter().map(|preset| preset.name()).collect();
    for rule in rules() {
        if !selectors.contains(&rule.family) {
            selectors.push(rule.family);
        }
    }
    selectors.extend(rules().map(|rule| rule.name));
    let names = json!({"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]});
    let of = |what: &str, schema: Value| {
        let mut schema = schema;
        schema["description"] = json!(what);
        schema
    };
    let selected =
        json!({"anyOf": [{"$ref": "#/$defs/selector"}, {"type": "array", "items": {"$ref": "#/$defs/selector"}}]});
    let severities = json!({
        "type": "object",
        "propertyNames": {"$ref": "#/$defs/selector"},
        "additionalProperties": {"enum": ["error", "warning", "info"]},
    });
    let limits: serde_json::Map<String, Value> = Limits::ALL
        .iter()
        .map(|limit| {
            let number = json!({"type": "integer", "minimum": 1, "maximum": limit.most});
            let size = json!({"type": "string", "pattern": "^[0-9]+ (bytes|KB|MB|GB)$"});
            let schema = if limit.unit == Unit::Bytes { json!({"anyOf": [number, size]}) } else { number };
            (limit.name.to_owned(), of(limit.what.trim(), schema))
        })
        .collect();
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "hookproof.yml",
        "description": "The settings of hookproof for a dbt project, beside its dbt_project.yml.",
        "type": ["object", "null"],
        "additionalProperties": false,
        "properties": {
            "presets": of("The rules that are looked at: default, strict or all.", json!({
                "anyOf": [{"$ref": "#/$defs/preset"}, {"type": "array", "items": {"$ref": "#/$defs/preset"}}],
            })),
            "select": of("Only these rules, families or presets.", selected.clone()),
            "extend-select": of("These rules, families or presets besides.", selected.clone()),
            "ignore": of("All but these rules, families or presets.", selected.clone()),
            "severity": of("How bad the findings of a rule are.", severities.clone()),
            "per-path": of("What holds only for the files that fit a pattern as in .gitignore.", json!({
                "type": "object",
                "additionalProperties": {"anyOf": [selected.clone(), {
                    "type": "object",
                    "additionalProperties": false,
                    "properties": {"ignore": selected, "severity": severities},
                }]},
            })),
            "targets": of("The targets of the profile that are looked at; all of them otherwise.", names.clone()),
            "adapter": of("The adapter to assume, whatever the profile says.", json!({"type": ["string", "null"]})),
            "answers": of("Answers to what cannot be known before the run.", json!({"type": ["object", "null"]})),
            "assume": of("What is there outside of the project.", json!({
                "type": "object",
                "additionalProperties": false,
                "properties": {
                    "tables": of("Tables, with their columns where that matters.", json!({"anyOf": [
                        names.clone(), {"type": "object", "additionalProperties": names.clone()},
                    ]})),
                    "schemas": of("Schemas.", names.clone()),
                    "roles": of("Roles, users and groups.", names.clone()),
                    "warehouses": of("Warehouses.", names.clone()),
                    "functions": of("Functions and procedures.", names),
                },
            })),
            "limits": of("The bounds of the work, up to what is the most of each.", json!({
                "type": "object",
                "additionalProperties": false,
                "properties": limits,
            })),
            "python-environment": of("The Python environment whose dbt's own macros are used.", json!({
                "type": ["string", "null"],
            })),
        },
        "$defs": {
            "preset": {"enum": Preset::ALL.map(Preset::name)},
            "selector": {"enum": selectors},
        },
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::settings::read::{SETTINGS, read};

    #[test]
    fn the_schema_has_every_setting() {
        let document = document();
        let known: Vec<&str> = document["properties"].as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(known, SETTINGS);
    }

    #[test]
    fn the_template_sets_nothing_and_shows_everything() {
        read(TEMPLATE).unwrap();
        let shown: String = TEMPLATE
            .lines()
            .filter(|line| !line.starts_with("# "))
            .map(|line| line.trim_start_matches('#').to_owned() + "\n")
            .collect();
        read(&shown).unwrap();
        for setting in SETTINGS {
            assert!(TEMPLATE.contains(&format!("#{setting}:")), "{setting}");
        }
    }
}
