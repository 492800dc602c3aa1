//! The four tests that come with dbt: the rows that each of them looks for.

use std::fmt::Write as _;

use crate::jinja::{Args, Eval, Interp, Value};

/// Whether a macro is one of the tests that come with dbt.
pub(in crate::render) fn is_test(name: &str) -> bool {
    matches!(name, "test_unique" | "test_not_null" | "test_accepted_values" | "test_relationships")
}

/// The SQL of one of dbt's own tests; none where it is another macro.
pub(super) fn call(interp: &mut Interp, name: &str, args: &Args) -> Eval<Option<Value>> {
    let name = name.strip_prefix("default__").unwrap_or(name);
    let text = match name {
        "test_unique" => {
            let [model, column] = texts(interp, name, args, ["model", "column_name"])?;
            format!(
                "select {column} as unique_field, count(*) as n_records\nfrom {model}\nwhere {column} is not null\n\
                 group by {column}\nhaving count(*) > 1"
            )
        }
        "test_not_null" => {
            let [model, column] = texts(interp, name, args, ["model", "column_name"])?;
            format!("select {column}\nfrom {model}\nwhere {column} is null")
        }
        "test_accepted_values" => {
            let [model, column, values, quote] = args.bind(name, ["model", "column_name", "values", "quote"], 3)?;
            let (model, column) = (text(interp, model)?, text(interp, column)?);
            let quotes = match quote {
                Some(quote) => interp.truth(&quote)?,
                None => true,
            };
            let mut list = String::new();
            for value in interp.items_of(&values.unwrap_or(Value::None))? {
                let value = interp.str_of(&value)?;
                let comma = if list.is_empty() { "" } else { ", " };
                let mark = if quotes { "'" } else { "" };
                let _ = write!(list, "{comma}{mark}{}{mark}", value.text);
            }
            format!(
                "with all_values as (\n  select {column} as value_field, count(*) as n_records\n  from {model}\n  \
                 group by {column}\n)\nselect * from all_values\nwhere value_field not in ({list})"
            )
        }
        "test_relationships" => {
            let [model, column, to, field] = texts(interp, name, args, ["model", "column_name", "to", "field"])?;
            format!(
                "with child as (\n  select {column} as from_field from {model} where {column} is not null\n),\n\
                 parent as (\n  select {field} as to_field from {to}\n)\nselect from_field\nfrom child\n\
                 left join parent on child.from_field = parent.to_field\nwhere parent.to_field is null"
            )
        }
        _ => return Ok(None),
    };
    Ok(Some(Value::str(text)))
}

fn text(interp: &mut Interp, value: Option<Value>) -> Eval<String> {
    Ok(interp.str_of(&value.unwrap_or(Value::None))?.text.to_string())
}

/// The arguments of a call as texts.
fn texts<const N: usize>(interp: &mut Interp, name: &str, args: &Args, params: [&'static str; N]) -> Eval<[String; N]> {
    let mut found = [const { String::new() }; N];
    for (found, value) in found.iter_mut().zip(args.bind(name, params, N)?) {
        *found = text(interp, value)?;
    }
    Ok(found)
}
