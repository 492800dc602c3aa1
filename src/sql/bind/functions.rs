//! The functions that Postgres has of its own: what they give, and what they take.

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

/// The kind of value that a function gives.
pub(super) fn kind(name: &str, arguments: &[Type]) -> Type {
    let first = || arguments.first().cloned().unwrap_or(Type::Unknown);
    match name {
        "now"
        | "current_timestamp"
        | "clock_timestamp"
        | "statement_timestamp"
        | "transaction_timestamp"
        | "localtimestamp"
        | "to_timestamp"
        | "make_timestamp" => Type::Timestamp,
        "current_date" | "to_date" | "make_date" => Type::Date,
        "date" if arguments.len() == 1 => Type::Date,
        "count" | "length" | "char_length" | "character_length" | "octet_length" | "strpos" | "row_number" | "rank"
        | "dense_rank" | "pg_backend_pid" => Type::Integer,
        "avg" | "random" | "extract" | "date_part" | "round" | "ceil" | "ceiling" | "floor" | "sqrt" | "power"
        | "ln" => Type::Numeric,
        "upper" | "lower" | "concat" | "concat_ws" | "to_char" | "md5" | "left" | "right" | "split_part"
        | "string_agg" | "initcap" | "lpad" | "rpad" | "btrim" | "ltrim" | "rtrim" | "format" | "quote_literal"
        | "quote_ident" | "reverse" | "repeat" | "translate" | "regexp_replace" | "chr" | "version" => Type::Text,
        "replace" | "trim" | "substring" | "substr" => Type::Text,
        "date_trunc" => match arguments.get(1) {
            Some(Type::Interval) => Type::Interval,
            Some(Type::Date | Type::Timestamp) => Type::Timestamp,
            _ => Type::Unknown,
        },
        "age" | "make_interval" | "justify_days" | "justify_hours" | "justify_interval" => Type::Interval,
        "bool_and" | "bool_or" | "every" => Type::Boolean,
        "min" | "max" | "nullif" | "lag" | "lead" | "first_value" | "last_value" => match first() {
            Type::Constant(_) => Type::Text,
            kind => kind,
        },
        "abs" => first(),
        "sum" => match first() {
            Type::Integer | Type::Numeric => Type::Numeric,
            Type::Interval => Type::Interval,
            _ => Type::Unknown,
        },
        "coalesce" | "greatest" | "least" => arguments.iter().cloned().reduce(Type::either).unwrap_or(Type::Unknown),
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

/// How many arguments a function takes: at least, at most.
const COUNTS: [(&str, usize, usize); 49] = [
    ("now", 0, 0),
    ("clock_timestamp", 0, 0),
    ("statement_timestamp", 0, 0),
    ("transaction_timestamp", 0, 0),
    ("gen_random_uuid", 0, 0),
    ("row_number", 0, 0),
    ("rank", 0, 0),
    ("dense_rank", 0, 0),
    ("count", 1, 1),
    ("sum", 1, 1),
    ("avg", 1, 1),
    ("min", 1, 1),
    ("max", 1, 1),
    ("array_agg", 1, 1),
    ("string_agg", 2, 2),
    ("bool_and", 1, 1),
    ("bool_or", 1, 1),
    ("upper", 1, 1),
    ("lower", 1, 1),
    ("initcap", 1, 1),
    ("length", 1, 2),
    ("char_length", 1, 1),
    ("md5", 1, 1),
    ("reverse", 1, 1),
    ("left", 2, 2),
    ("right", 2, 2),
    ("repeat", 2, 2),
    ("strpos", 2, 2),
    ("split_part", 3, 3),
    ("replace", 3, 3),
    ("translate", 3, 3),
    ("lpad", 2, 3),
    ("rpad", 2, 3),
    ("btrim", 1, 2),
    ("ltrim", 1, 2),
    ("rtrim", 1, 2),
    ("substr", 2, 3),
    ("to_char", 2, 2),
    ("to_date", 2, 2),
    ("to_timestamp", 1, 2),
    ("to_number", 2, 2),
    ("date_trunc", 2, 3),
    ("date_part", 2, 2),
    ("age", 1, 2),
    ("abs", 1, 1),
    ("round", 1, 2),
    ("sqrt", 1, 1),
    ("power", 2, 2),
    ("mod", 2, 2),
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

/// Why a function of Postgres' own does not take some arguments.
pub(super) fn refusal(name: &str, arguments: &[Type]) -> Option<String> {
    if matches!(name, "coalesce" | "greatest" | "least" | "nullif") {
        let known = arguments.iter().position(|kind| !matches!(kind, Type::Constant(_)) && kind.name().is_some())?;
        let reason = arguments.iter().find_map(|kind| arguments[known].parts_from(kind))?;
        return Some(format!("`{name}`: {reason}"));
    }
    let (_, least, most) = COUNTS.iter().find(|(known, ..)| *known == name)?;
    let given = arguments.len();
    if !(*least..=*most).contains(&given) {
        let wanted = if least == most { least.to_string() } else { format!("{least} or {most}") };
        let noun = if *most == 1 { "argument" } else { "arguments" };
        return Some(format!("`{name}` takes {wanted} {noun}, and is given {given}"));
    }
    let is_unit = |kind: &Type| matches!(kind, Type::Constant(text) if UNITS.iter().any(|unit| text.trim_end_matches('s') == unit.trim_end_matches('s')));
    match (name, arguments) {
        ("date_trunc" | "date_part", [first, second, ..]) => {
            let other = matches!(first, Type::Date | Type::Timestamp | Type::Interval | Type::Integer | Type::Numeric);
            if other || (is_unit(second) && !matches!(first, Type::Constant(_) | Type::Text)) {
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
        (
            "upper" | "lower" | "initcap" | "left" | "right" | "md5" | "split_part" | "replace" | "reverse",
            [first, ..],
        ) => {
            let kind = first.name()?;
            let other = matches!(
                first,
                Type::Integer | Type::Numeric | Type::Date | Type::Timestamp | Type::Boolean | Type::Interval
            );
            other.then(|| format!("`{name}` takes a text, and is given a value of type {kind}"))
        }
        ("sum" | "avg" | "abs" | "round" | "sqrt", [first, ..]) => {
            let kind = first.name()?;
            let times = matches!(first, Type::Interval) && !matches!(name, "sum" | "avg");
            let other = times || matches!(first, Type::Text | Type::Date | Type::Timestamp | Type::Boolean);
            other.then(|| format!("`{name}` takes a number, and is given a value of type {kind}"))
        }
        ("string_agg", [first, _]) => {
            let kind = first.name()?;
            let other = matches!(first, Type::Integer | Type::Numeric | Type::Date | Type::Timestamp | Type::Boolean);
            other.then(|| format!("`string_agg` takes a text, and is given a value of type {kind}"))
        }
        _ => None,
    }
}
