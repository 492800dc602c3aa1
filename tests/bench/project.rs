//! Generates dbt projects of any size, the same ones each time. The real dbt parses them too.

use std::fmt::Write as _;
use std::path::Path;
use std::{fs, io};

/// The models of one folder, which share a properties file.
const FOLDER: usize = 100;

/// The macros that the hooks call.
const MACROS: &str = "\
{% macro audit(kind) %}
    {%- if execute -%}
        insert into audit.log (model, kind, at)
        values ('{{ this.name }}', '{{ kind }}', current_timestamp)
    {%- endif -%}
{% endmacro %}

{% macro log_end() %}
    {%- if execute -%}
        insert into audit.runs values ('{{ invocation_id }}', {{ results | length }})
    {%- endif -%}
{% endmacro %}
";

const PROJECT: &str = "\
name: scale
version: '1.0'
profile: scale
models:
  scale:
    +post-hook: \"grant select on {{ this }} to reporter\"
on-run-end:
  - \"{{ log_end() }}\"
";

const PROFILES: &str = "\
scale:
  target: dev
  outputs:
    dev: {type: postgres, host: h, user: u, password: p, port: 5432, dbname: d, schema: dev}
    prod: {type: postgres, host: h, user: u, password: p, port: 5432, dbname: d, schema: prod}
";

/// Writes a project with that many models: tables, each of which reads another, with a hook of its own and one of
/// the project file, in folders of a hundred with a properties file each.
///
/// # Errors
/// A file cannot be written.
pub(crate) fn generate(root: &Path, models: usize) -> io::Result<()> {
    let write = |path: &str, text: &str| {
        let path = root.join(path);
        path.parent().map_or(Ok(()), fs::create_dir_all)?;
        fs::write(path, text)
    };
    write("dbt_project.yml", PROJECT)?;
    write("profiles.yml", PROFILES)?;
    write("macros/audit.sql", MACROS)?;
    for folder in 0..models.div_ceil(FOLDER) {
        let mut properties = String::from("models:\n");
        for model in folder * FOLDER..((folder + 1) * FOLDER).min(models) {
            let query = match model {
                0 => "select 1 as id".to_owned(),
                _ => format!("select id from {{{{ ref('m{}') }}}}", model / 2),
            };
            let config = "{{ config(materialized='table', post_hook=\"{{ audit('done') }}\") }}";
            write(&path_of(model), &format!("{config}\n{query}\n"))?;
            let _ = writeln!(
                properties,
                "  - name: m{model}\n    description: model {model}\n    columns:\n      - name: id"
            );
        }
        write(&format!("models/f{folder}/schema.yml"), &properties)?;
    }
    Ok(())
}

/// Where that model stands in the project.
pub(crate) fn path_of(model: usize) -> String {
    format!("models/f{}/m{model}.sql", model / FOLDER)
}
