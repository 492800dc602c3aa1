//! The functions that Postgres has of its own: what they give, and what they take.

use sqlparser::ast::BinaryOperator;

use super::overloads::{Sort, postgres};
use super::types::Type;

/// Functions whose value is one for many rows.
pub(super) const AGGREGATES: [&str; 20] = [
    "count",
    "sum",
    "avg",
    "min",
    "max",
    "string_agg",
    "array_agg",
    "bool_and",
    "bool_or",
    "every",
    "stddev",
    "stddev_pop",
    "stddev_samp",
    "variance",
    "var_pop",
    "var_samp",
    "json_agg",
    "jsonb_agg",
    "json_object_agg",
    "jsonb_object_agg",
];

/// The type of the value that a function of Postgres' own gives, or why there is none for such arguments.
pub(super) fn call(name: &str, arguments: &[Type]) -> Result<Type, String> {
    if let Some(reason) = misused(name, arguments) {
        return Err(reason);
    }
    match name {
        "coalesce" | "greatest" | "least" => {
            let named = |reason: String| match reason.strip_prefix("types ") {
                Some(types) => format!("{} types {types}", name.to_uppercase()),
                None => reason,
            };
            return Type::common(arguments).map_err(named);
        }
        "nullif" => {
            let [first, second] = arguments else { return Ok(Type::Unknown) };
            first.with(&BinaryOperator::Eq, second)?;
            return Ok(if matches!(second, Type::Constant(_)) { first.clone() } else { Type::Unknown });
        }
        _ => {}
    }
    let Some(call) = postgres().function(name, arguments) else {
        let types: Vec<String> = arguments.iter().map(Type::told).collect();
        return Err(format!("function {name}({}) does not exist", types.join(", ")));
    };
    for (value, read) in arguments.iter().zip(&call.reads) {
        if let Some(reason) = read.misread(value) {
            return Err(reason);
        }
    }
    Ok(call.gives)
}

/// Whether a function needs OVER.
pub(super) fn is_window(name: &str) -> bool {
    postgres().sort(name) == Some(Sort::Window)
}

/// The type of a name that is called without parentheses.
pub(super) fn bare(name: &str) -> Type {
    match name {
        "current_date" => Type::DATE,
        "current_timestamp" => Type::TIMESTAMPTZ,
        "localtimestamp" => Type::TIMESTAMP,
        "localtime" => Type::TIME,
        _ => Type::Unknown,
    }
}

/// Functions whose value is one for each row, in every warehouse that has them.
pub(super) const SCALARS: [&str; 26] = [
    "abs",
    "coalesce",
    "concat",
    "date_part",
    "date_trunc",
    "greatest",
    "initcap",
    "least",
    "left",
    "length",
    "lower",
    "lpad",
    "ltrim",
    "md5",
    "nullif",
    "replace",
    "right",
    "round",
    "rpad",
    "rtrim",
    "split_part",
    "substr",
    "substring",
    "to_char",
    "trim",
    "upper",
];

/// Units of time.
pub(super) const UNITS: [&str; 14] = [
    "microseconds",
    "milliseconds",
    "second",
    "minute",
    "hour",
    "day",
    "week",
    "month",
    "quarter",
    "year",
    "decade",
    "century",
    "millennium",
    "epoch",
];

/// What is wrong with the arguments of a function beside their types.
fn misused(name: &str, arguments: &[Type]) -> Option<String> {
    let is_unit = |kind: &Type| matches!(kind, Type::Constant(text) if UNITS.iter().any(|unit| text.trim_end_matches('s') == unit.trim_end_matches('s')));
    match (name, arguments) {
        ("date_trunc" | "date_part", [first, second, ..]) => {
            let other = matches!(first, Type::Is(of) if !matches!(*of, "text" | "varchar" | "bpchar" | "name"));
            if other
                || (is_unit(second)
                    && !matches!(first, Type::Constant(_) | Type::Is("text" | "varchar" | "bpchar" | "name")))
            {
                return Some(format!("`{name}` takes the unit first, then the time"));
            }
            if let Type::Constant(unit) = first
                && !unit.contains(crate::sql::UNKNOWN)
            {
                let plain = unit.trim().to_lowercase();
                let known = UNITS.iter().any(|unit| plain.trim_end_matches('s') == unit.trim_end_matches('s'));
                let other = [
                    "dow",
                    "isodow",
                    "doy",
                    "isoyear",
                    "julian",
                    "timezone",
                    "timezone_hour",
                    "timezone_minute",
                    "mon",
                    "mons",
                    "min",
                    "mins",
                    "sec",
                    "secs",
                    "hr",
                    "hrs",
                    "yr",
                    "yrs",
                    "y",
                    "m",
                    "d",
                    "h",
                    "s",
                    "w",
                    "c",
                    "us",
                    "usec",
                    "usecs",
                    "ms",
                    "msec",
                    "msecs",
                    "dec",
                    "decs",
                    "mil",
                    "mils",
                    "qtr",
                    "cent",
                    "centuries",
                    "millennia",
                    "tz",
                    "tz_h",
                    "tz_m",
                    "useconds",
                    "mseconds",
                    "hh",
                    "j",
                    "jd",
                ];
                if !known && !other.contains(&plain.as_str()) {
                    return Some(format!("'{unit}' is no unit of time"));
                }
            }
            None
        }
        _ => None,
    }
}
