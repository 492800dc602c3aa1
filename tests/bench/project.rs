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

/// A macro that asks the database for the model before it writes.
const ASKING: &str = "\
{% macro ask() %}
    {%- if execute -%}
        {%- set found = run_query(\"select table_name from information_schema.tables where table_name = '\" ~ this.name ~ \"'\") -%}
        {%- set columns = adapter.get_columns_in_relation(this) -%}
        insert into audit.asked (model, tables, columns)
        values ('{{ this.name }}', {{ found | length }}, {{ columns | length }})
    {%- endif -%}
{% endmacro %}
";

/// What the models of a project are, and what their hooks do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Tables: each hook writes a row, another grants on the model.
    Audited,
    /// Tables: each hook grants on all tables of the schema.
    Granted,
    /// Tables: each hook asks the database for the model, and writes a row.
    Asking,
    /// Tables, views and incremental models with tests, snapshots and seeds: each hook grants on the model.
    Mixed,
}

impl Kind {
    /// The hook of every model, in the project file.
    fn hook(self) -> &'static str {
        match self {
            Kind::Audited | Kind::Mixed => "grant select on {{ this }} to reporter",
            Kind::Granted => "grant select on all tables in schema {{ this.schema }} to reporter",
            Kind::Asking => "{{ ask() }}",
        }
    }

    /// The first line of a model.
    fn config(self, model: usize) -> &'static str {
        match (self, model % 4) {
            (Kind::Audited, _) => "{{ config(materialized='table', post_hook=\"{{ audit('done') }}\") }}",
            (Kind::Mixed, 1) => "{{ config(materialized='view') }}",
            (Kind::Mixed, 2) => "{{ config(materialized='incremental', unique_key='id') }}",
            _ => "{{ config(materialized='table') }}",
        }
    }
}

const PROFILES: &str = "\
scale:
  target: dev
  outputs:
    dev: {type: postgres, host: h, user: u, password: p, port: 5432, dbname: d, schema: dev}
    prod: {type: postgres, host: h, user: u, password: p, port: 5432, dbname: d, schema: prod}
";

/// Writes a project with that many models, each of which reads another, in folders of a hundred with a properties file
/// each.
///
/// # Errors
/// A file cannot be written.
pub(crate) fn generate(root: &Path, models: usize, kind: Kind) -> io::Result<()> {
    let write = |path: &str, text: &str| {
        let path = root.join(path);
        path.parent().map_or(Ok(()), fs::create_dir_all)?;
        fs::write(path, text)
    };
    let hook = kind.hook();
    write(
        "dbt_project.yml",
        &format!(
            "name: scale\nversion: '1.0'\nprofile: scale\nmodels:\n  scale:\n    +post-hook: \"{hook}\"\n\
             on-run-end:\n  - \"{{{{ log_end() }}}}\"\n"
        ),
    )?;
    write("profiles.yml", PROFILES)?;
    write("macros/audit.sql", MACROS)?;
    if kind == Kind::Asking {
        write("macros/ask.sql", ASKING)?;
    }
    for folder in 0..models.div_ceil(FOLDER) {
        let mut properties = String::from("models:\n");
        for model in folder * FOLDER..((folder + 1) * FOLDER).min(models) {
            let query = match model {
                0 => "select 1 as id".to_owned(),
                _ => format!("select id from {{{{ ref('m{}') }}}}", model / 2),
            };
            let config = kind.config(model);
            write(&path_of(model), &format!("{config}\n{query}\n"))?;
            let _ = writeln!(
                properties,
                "  - name: m{model}\n    description: model {model}\n    columns:\n      - name: id"
            );
            if kind == Kind::Mixed {
                properties += "        tests: [unique, not_null]\n";
                if model % 20 == 0 {
                    write(&format!("seeds/s{model}.csv"), "id,name\n1,a\n2,b\n")?;
                    let config =
                        "{{ config(target_schema='dev', unique_key='id', strategy='check', check_cols='all') }}";
                    let query = format!("select * from {{{{ ref('m{model}') }}}}");
                    let block = format!("{{% snapshot p{model} %}}{config}{query}{{% endsnapshot %}}\n");
                    write(&format!("snapshots/p{model}.sql"), &block)?;
                }
            }
        }
        write(&format!("models/f{folder}/schema.yml"), &properties)?;
    }
    Ok(())
}

/// Where that model stands in the project.
pub(crate) fn path_of(model: usize) -> String {
    format!("models/f{}/m{model}.sql", model / FOLDER)
}
