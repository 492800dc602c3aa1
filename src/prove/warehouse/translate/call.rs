//! Calls of functions: which function of the rehearsal each is, and what it gives.

use sqlparser::ast::{
    DuplicateTreatment, Expr, Function, FunctionArg, FunctionArgExpr, FunctionArguments, ObjectNamePart,
};

use crate::prove::warehouse::stop::{Done, Stop};
use crate::prove::warehouse::types::Type;
use crate::prove::warehouse::value::SqlValue;
use crate::sql::Dialect;

use super::expression::{json_argument, truth};
use super::{Translator, Typed};

impl Translator<'_> {
    pub(super) fn call(&mut self, function: &Function) -> Done<Typed> {
        let parts: Vec<String> = function
            .name
            .0
            .iter()
            .map(|part| part.as_ident().map_or_else(String::new, |ident| ident.value.to_lowercase()))
            .collect();
        let name = parts.last().cloned().unwrap_or_default();
        let qualified = parts.len() > 1 && !matches!(parts[0].as_str(), "pg_catalog" | "safe" | "system" | "builtin");
        let unknown = || Stop::not_proved(format!("the function {}() is not known to the rehearsal", parts.join(".")));
        if qualified || function.name.0.iter().any(|part| matches!(part, ObjectNamePart::Function(_))) {
            if let (FunctionArguments::List(list), true) = (&function.args, self.warehouse.stand_ins.is_some()) {
                // What it is called with is read all the same.
                for arg in &list.args {
                    if let FunctionArg::Unnamed(FunctionArgExpr::Expr(expr)) = arg {
                        self.expression(expr)?;
                    }
                }
            }
            return Err(unknown());
        }
        if let FunctionArguments::Subquery(query) = &function.args {
            if name != "array" {
                return Err(unknown());
            }
            let query = self.query(query)?;
            let column = query.columns.first().map_or("?", |column| column.name.as_str());
            let column = crate::prove::warehouse::sqlite::quoted(column);
            return Ok(Typed::new(format!("(SELECT json_group_array({column}) FROM ({}))", query.sql), Type::Array));
        }
        let FunctionArguments::List(list) = &function.args else {
            return self.nullary(&name).ok_or_else(unknown);
        };
        if let Some(typed) = self.aggregate(&name, function, list)? {
            return Ok(typed.labelled(name));
        }
        if function.over.is_some() || function.filter.is_some() || !function.within_group.is_empty() {
            return Err(unknown());
        }
        if list.duplicate_treatment == Some(DuplicateTreatment::Distinct) {
            return Err(unknown());
        }
        let mut plain = Vec::new();
        for arg in &list.args {
            match arg {
                FunctionArg::Unnamed(FunctionArgExpr::Expr(expr)) => plain.push(expr),
                FunctionArg::Named { arg: FunctionArgExpr::Expr(expr), .. } => plain.push(expr),
                _ => return Err(unknown()),
            }
        }
        if let Some(typed) = self.moment_call(&name, &plain)? {
            return Ok(typed.labelled(name));
        }
        let mut arguments = Vec::new();
        for expr in &plain {
            arguments.push(self.expression(expr)?);
        }
        if arguments.is_empty()
            && let Some(typed) = self.nullary(&name)
        {
            return Ok(typed);
        }
        match self.scalar(&name, &arguments)? {
            Some(typed) => Ok(typed.labelled(name)),
            None => Err(unknown()),
        }
    }

    /// What a name without arguments means: the clock, the session.
    pub(super) fn nullary(&self, name: &str) -> Option<Typed> {
        let session = &self.warehouse.session;
        let typed = match name {
            "current_timestamp"
            | "now"
            | "getdate"
            | "sysdate"
            | "systimestamp"
            | "localtimestamp"
            | "current_datetime"
            | "sysdatetime"
            | "getutcdate"
            | "sysutcdatetime"
            | "systemtimestamp"
            | "transaction_timestamp"
            | "statement_timestamp"
            | "clock_timestamp"
            | "get_current_timestamp"
            | "convert_timezone_now"
            | "unix_now"
            | "utc_timestamp"
            | "current_localtimestamp"
            | "sysdatetimeoffset" => Typed::new("current_moment()", Type::Timestamp),
            "current_date" | "curdate" | "today" | "utc_date" => Typed::new("current_day()", Type::Date),
            "current_time" | "localtime" | "curtime" | "utc_time" => Typed::new("current_clock()", Type::Time),
            "unix_timestamp" => Typed::new("epoch(current_moment())", Type::Integer),
            "current_user" | "session_user" | "user" | "current_role" | "system_user" | "suser_sname" => {
                Typed::text("hookproof")
            }
            "current_schema" | "schema" => Typed::text(session.schema.clone()),
            "current_database" | "current_catalog" | "db_name" | "database" => match &session.database {
                Some(database) => Typed::text(database.clone()),
                None => Typed::text(session.schema.clone()),
            },
            "current_warehouse" => Typed::text("HOOKPROOF"),
            "current_account" | "current_region" => Typed::text("HOOKPROOF"),
            "current_session"
            | "pg_backend_pid"
            | "current_transaction"
            | "current_statement"
            | "last_query_id"
            | "current_client"
            | "connection_id" => Typed::text("1"),
            "version" | "current_version" => Typed::text("hookproof"),
            "gen_random_uuid" | "uuid_string" | "generate_uuid" | "uuid" | "newid" | "uuid_generate_v4"
            | "generateuuidv4" | "newsequentialid" | "uuid_generate_v1" => Typed::new("unique_uuid()", Type::Uuid),
            "random" | "rand" => Typed::new("unique_number()", Type::Float),
            "pi" => Typed::new("pi()", Type::Float),
            "txid_current" | "pg_current_xact_id" => Typed::integer(1),
            _ => return None,
        };
        let constant = None;
        Some(Typed { constant, certain: false, ..typed }.labelled(name))
    }

    /// A function of its arguments alone; none where it is not known.
    fn scalar(&mut self, name: &str, a: &[Typed]) -> Done<Option<Typed>> {
        if let Some(typed) = self.conditional(name, a)? {
            return Ok(Some(typed));
        }
        if let Some(typed) = self.textual(name, a)? {
            return Ok(Some(typed));
        }
        if let Some(typed) = numeric(name, a) {
            return Ok(Some(typed));
        }
        self.json_call(name, a)
    }

    /// Functions that choose among their arguments.
    fn conditional(&mut self, name: &str, a: &[Typed]) -> Done<Option<Typed>> {
        let either = |list: &[Typed]| {
            list.iter()
                .filter(|typed| !typed.is_null())
                .map(|typed| typed.of)
                .reduce(Type::either)
                .unwrap_or(Type::Unknown)
        };
        let certain = |list: &[Typed]| list.iter().all(|typed| typed.certain || typed.is_null());
        Ok(Some(match (name, a) {
            ("coalesce" | "ifnull" | "nvl" | "isnull" | "value", [first]) => first.clone(),
            ("coalesce" | "ifnull" | "nvl" | "isnull" | "value", [_, _, ..]) => {
                let mut list = a.to_vec();
                let of = either(a);
                if of == Type::Timestamp {
                    // A date and a text among points in time are written as these are.
                    for typed in list.iter_mut().filter(|typed| typed.of != Type::Timestamp && !typed.is_null()) {
                        *typed = Typed::new(format!("to_timestamp({})", typed.sql), Type::Timestamp);
                    }
                }
                Typed { certain: certain(a), digits: most_digits(a), ..call("coalesce", &list, of) }
            }
            ("nvl2", [test, then, otherwise]) => Typed::new(
                format!("iif({} IS NOT NULL, {}, {})", test.sql, then.sql, otherwise.sql),
                then.of.either(otherwise.of),
            )
            .with_digits(then.digits.max(otherwise.digits)),
            ("iff" | "if" | "iif", [test, then, otherwise]) => Typed::new(
                format!("iif({}, {}, {})", test.sql, then.sql, otherwise.sql),
                either(&[then.clone(), otherwise.clone()]),
            )
            .with_digits(then.digits.max(otherwise.digits)),
            ("nullif", [x, y]) => {
                let (left, right) = self.comparable(x.clone(), y.clone(), "=")?;
                let typed = Typed::new(format!("nullif({}, {})", left.sql, right.sql), x.of);
                Typed { certain: x.certain, digits: x.digits, ..typed }
            }
            ("zeroifnull", [x]) => Typed::new(format!("coalesce({}, 0)", x.sql), x.of),
            ("nullifzero", [x]) => Typed::new(format!("nullif({}, 0)", x.sql), x.of),
            ("greatest" | "least", [_, ..]) => {
                let skips = self.speaks(&[
                    Dialect::Postgres,
                    Dialect::Redshift,
                    Dialect::DuckDb,
                    Dialect::Databricks,
                    Dialect::Spark,
                ]);
                let function = format!("{name}{}", if skips { "_known" } else { "_of" });
                call(&function, a, either(a)).with_digits(most_digits(a))
            }
            ("decode", [x, pairs @ ..]) if pairs.len() >= 2 && !self.speaks(&[Dialect::Postgres]) => {
                let mut sql = "CASE".to_owned();
                let mut results = Vec::new();
                for pair in pairs.chunks(2) {
                    match pair {
                        [value, result] => {
                            sql += &format!(" WHEN {} IS {} THEN {}", x.sql, value.sql, result.sql);
                            results.push(result.clone());
                        }
                        [otherwise] => {
                            sql += &format!(" ELSE {}", otherwise.sql);
                            results.push(otherwise.clone());
                        }
                        _ => {}
                    }
                }
                Typed::new(format!("({sql} END)"), either(&results))
            }
            ("equal_null", [x, y]) => truth(format!("({} IS {})", x.sql, y.sql)),
            ("boolor", [x, y]) => truth(format!("({} OR {})", x.sql, y.sql)),
            ("booland", [x, y]) => truth(format!("({} AND {})", x.sql, y.sql)),
            ("div0", [x, y]) => {
                Typed::new(format!("iif({1} = 0, 0, divide({0}, {1}, 0))", x.sql, y.sql), Type::Decimal)
            }
            ("div0null", [x, y]) => {
                Typed::new(format!("iif(coalesce({1}, 0) = 0, 0, divide({0}, {1}, 0))", x.sql, y.sql), Type::Decimal)
            }
            ("safe_divide" | "try_divide", [x, y]) => {
                Typed::new(format!("quotient({}, {}, 0)", x.sql, y.sql), Type::Float)
            }
            ("error" | "raise_error" | "fail", [message]) => {
                Typed::new(format!("refuse({})", message.sql), Type::Unknown)
            }
            _ => return Ok(None),
        }))
    }

    /// Functions of texts.
    fn textual(&mut self, name: &str, given: &[Typed]) -> Done<Option<Typed>> {
        let a: Vec<Typed> = given
            .iter()
            .map(|typed| if typed.of == Type::Boolean { self.to_text(typed.clone()) } else { typed.clone() })
            .collect();
        let text = |function: &str| call(function, &a, Type::Text);
        let number = |function: &str| call(function, &a, Type::Integer);
        Ok(Some(match (name, a.as_slice()) {
            ("lower" | "lcase", [_]) => text("fold_lower"),
            ("upper" | "ucase", [_]) => text("fold_upper"),
            ("initcap", [_]) => text("initcap"),
            ("trim" | "btrim" | "ltrim" | "rtrim", [_] | [_, _]) => text(if name == "btrim" { "trim" } else { name }),
            ("length" | "len" | "char_length" | "character_length" | "strlen", [_]) => number("text_length"),
            ("octet_length" | "byte_length" | "bytea_length", [_]) => number("octet_length"),
            ("substr" | "substring", [_, _] | [_, _, _]) => text("substring"),
            ("left" | "right", [_, _]) => text(&format!("text_{name}")),
            ("lpad" | "rpad", [_, _] | [_, _, _]) => text(name),
            ("replace", [_, _, _]) => text("replace"),
            ("replace", [x, part]) => Typed::new(format!("replace({}, {}, '')", x.sql, part.sql), Type::Text),
            ("translate", [_, _, _]) => text("translate"),
            ("reverse", [_]) => text("reverse"),
            ("repeat" | "replicate", [_, _]) => text("repeat"),
            ("space", [_]) => Typed::new(format!("repeat(' ', {})", a[0].sql), Type::Text),
            ("concat", [_, ..]) => {
                let skips = self.speaks(&[
                    Dialect::Postgres,
                    Dialect::DuckDb,
                    Dialect::SqlServer,
                    Dialect::Generic,
                    Dialect::Sqlite,
                ]);
                let list: Vec<Typed> = a.iter().map(|typed| self.to_text(typed.clone())).collect();
                call(if skips { "concat" } else { "concat_strict" }, &list, Type::Text)
            }
            ("concat_ws", [_, ..]) => {
                let list: Vec<Typed> = a.iter().map(|typed| self.to_text(typed.clone())).collect();
                call("concat_ws", &list, Type::Text)
            }
            ("split_part", [_, _, _]) => text("split_part"),
            ("split" | "string_to_array" | "str_split" | "string_split", [_, _]) => call("split", &a, Type::Array),
            ("position" | "charindex" | "locate", [part, whole]) => {
                Typed::new(format!("instr({}, {})", whole.sql, part.sql), Type::Integer)
            }
            ("instr" | "strpos", [whole, part]) => {
                Typed::new(format!("instr({}, {})", whole.sql, part.sql), Type::Integer)
            }
            ("contains" | "contains_substr", [whole, part]) => {
                truth(format!("(instr({}, {}) > 0)", whole.sql, part.sql))
            }
            ("startswith" | "starts_with", [whole, part]) => {
                truth(format!("(substr({0}, 1, length({1})) = {1})", whole.sql, part.sql))
            }
            ("endswith" | "ends_with" | "suffix", [whole, part]) => {
                truth(format!("(text_right({0}, length({1})) = {1})", whole.sql, part.sql))
            }
            ("ascii", [_]) => number("unicode"),
            ("chr" | "char", [_]) => text("char"),
            ("quote_literal", [_]) => text("quote"),
            ("quote_ident", [_]) => text("quote_ident"),
            ("to_varchar" | "to_char" | "text" | "str" | "string", [x]) => self.to_text(x.clone()),
            ("md5" | "md5_hex" | "to_hex_md5", [_]) => text("md5"),
            ("sha1" | "sha1_hex" | "sha", [_]) => text("sha1"),
            ("sha2" | "sha2_hex", [x]) => Typed::new(format!("sha256({})", x.sql), Type::Text),
            ("sha2" | "sha2_hex", [_, _]) => text("sha2"),
            ("sha256", [_]) => text("sha256"),
            ("sha512", [_]) => text("sha512"),
            ("to_hex" | "lower_hex", [x]) if self.speaks(&[Dialect::BigQuery, Dialect::Trino, Dialect::Athena]) => {
                Typed { of: Type::Text, ..x.clone() }
            }
            ("hex" | "hex_encode" | "to_hex", [_]) => text("hex"),
            ("hash" | "farm_fingerprint" | "xxhash64" | "hashtext", [_, ..]) => number("hash_number"),
            ("regexp_replace", [_, _] | [_, _, _] | [_, _, _, _]) => {
                let once = self.speaks(&[Dialect::Postgres, Dialect::DuckDb]);
                call(if once { "regexp_replace_once" } else { "regexp_replace_all" }, &a, Type::Text)
            }
            ("regexp_like" | "rlike" | "regexp_contains" | "regexp" | "regexp_matches", [x, pattern, rest @ ..])
                if rest.len() < 2 =>
            {
                let anchored = self.speaks(&[Dialect::Snowflake]);
                let flags = rest.first().map_or_else(|| "''".to_owned(), |flags| flags.sql.clone());
                let pattern = if anchored { format!("'^(?:' || {} || ')$'", pattern.sql) } else { pattern.sql.clone() };
                truth(format!("regexp_matches({}, {pattern}, {flags})", x.sql))
            }
            ("regexp_substr" | "regexp_extract", [_, _, ..]) => text("regexp_substr"),
            ("regexp_count", [_, _]) => number("regexp_count"),
            ("similar_to", [_, _]) => truth(format!("similar_to({}, {})", a[0].sql, a[1].sql)),
            ("format", [_, ..]) if self.speaks(&[Dialect::Postgres]) => text("format_text"),
            ("nextval", [sequence]) => Typed::new(format!("next_value({})", sequence.sql), Type::Integer),
            ("currval" | "lastval", [sequence]) => {
                Typed::new(format!("last_value_of({})", sequence.sql), Type::Integer)
            }
            ("to_number" | "to_decimal" | "to_numeric" | "to_double", [x]) => {
                self.as_type(x.clone(), Type::Decimal, false)
            }
            ("try_to_number" | "try_to_decimal" | "try_to_numeric" | "try_to_double", [x, ..]) => {
                Typed::new(format!("try_as_number({})", x.sql), Type::Decimal)
            }
            ("to_boolean", [x]) => self.as_type(x.clone(), Type::Boolean, false),
            ("try_to_boolean", [x]) => Typed::new(format!("try_as_boolean({})", x.sql), Type::Boolean),
            ("pg_typeof" | "typeof", [x]) if x.of != Type::Unknown => Typed::text(x.of.name()),
            ("pg_sleep" | "sleep", [_]) => Typed::new("NULL", Type::Unknown),
            ("set_config", [_, value, _]) => value.clone(),
            ("current_setting" | "has_table_privilege" | "pg_notify" | "pg_advisory_lock", _) => return Ok(None),
            _ => return Ok(None),
        }))
    }

    /// Functions of JSON and arrays.
    fn json_call(&mut self, name: &str, a: &[Typed]) -> Done<Option<Typed>> {
        let listed = || a.iter().map(json_argument).collect::<Vec<_>>().join(", ");
        let json = |sql: String| Typed::new(sql, Type::Json);
        Ok(Some(match (name, a) {
            ("parse_json" | "json_parse" | "json" | "to_variant" | "parse_json_strict", [x, ..]) => {
                if x.of == Type::Text { json(format!("as_json({})", x.sql)) } else { json(x.sql.clone()) }
            }
            ("try_parse_json", [x]) => json(format!("try_as_json({})", x.sql)),
            ("to_json" | "to_jsonb" | "to_json_string" | "json_serialize", [x]) => match x.of {
                Type::Json | Type::Array => json(x.sql.clone()),
                _ => json(format!("json_quote({})", json_argument(x))),
            },
            (
                "json_build_object"
                | "jsonb_build_object"
                | "object_construct"
                | "object_construct_keep_null"
                | "json_object"
                | "named_struct"
                | "object"
                | "map",
                list,
            ) if list.len() % 2 == 0 => {
                let keeps = name != "object_construct";
                let sql = format!("json_object({})", listed());
                json(if keeps { sql } else { format!("json_without_nulls({sql})") })
            }
            (
                "json_build_array" | "jsonb_build_array" | "array_construct" | "array" | "json_array" | "list_value",
                _,
            ) => Typed::new(format!("json_array({})", listed()), Type::Array),
            ("json_extract_path_text" | "jsonb_extract_path_text", [x, keys @ ..]) => {
                let keys: Vec<&str> = keys.iter().map(|key| key.sql.as_str()).collect();
                Typed::new(format!("json_path_text({}, json_array({}))", x.sql, keys.join(", ")), Type::Text)
            }
            (
                "json_extract"
                | "get_path"
                | "get_json_object"
                | "json_query"
                | "json_value"
                | "json_extract_scalar"
                | "json_extract_string",
                [x, path],
            ) => {
                let scalar =
                    matches!(name, "json_value" | "json_extract_scalar" | "get_json_object" | "json_extract_string");
                let function = if scalar { "json_scalar" } else { "json_field" };
                Typed::new(format!("{function}({}, {})", x.sql, path.sql), if scalar { Type::Text } else { Type::Json })
            }
            (
                "array_size" | "array_length" | "cardinality" | "json_array_length" | "jsonb_array_length" | "size"
                | "list_length",
                [x, ..],
            ) => Typed::new(format!("json_array_length({})", x.sql), Type::Integer),
            ("array_contains" | "list_contains", [x, y]) => {
                let (list, item) = if self.speaks(&[Dialect::Snowflake]) { (y, x) } else { (x, y) };
                truth(format!("array_contains({}, {})", list.sql, item.sql))
            }
            ("array_to_string" | "array_join", [x, separator, ..]) => {
                Typed::new(format!("array_text({}, {})", x.sql, separator.sql), Type::Text)
            }
            ("is_null_value", [x]) => truth(format!("(json_type({}) = 'null')", x.sql)),
            _ => return Ok(None),
        }))
    }
}

/// Functions of numbers.
fn numeric(name: &str, a: &[Typed]) -> Option<Typed> {
    let first = a.first().map_or(Type::Unknown, |typed| typed.of);
    let same = |function: &str| Some(call(function, a, first));
    let float = |function: &str| Some(call(function, a, Type::Float));
    match (name, a) {
        ("abs", [value]) => same("abs").map(|typed| typed.with_digits(value.digits)),
        ("round", [value, digits])
            if value.of == Type::Decimal && matches!(digits.constant, Some(SqlValue::Integer(0..=15))) =>
        {
            let typed = Typed::new(format!("to_scale({}, {})", value.sql, digits.sql), Type::Decimal);
            Some(typed.with_digits(digits.sql.parse().ok()))
        }
        ("round", [_] | [_, _]) => {
            Some(call("round", a, if first == Type::Integer { Type::Integer } else { Type::Decimal }))
        }
        ("trunc" | "truncate", [x]) => Some(Typed::new(format!("trunc({})", x.sql), Type::Decimal)),
        ("trunc" | "truncate", [_, _]) => same("truncate_number"),
        ("ceil" | "ceiling", [x]) => Some(Typed::new(format!("ceil({})", x.sql), first)),
        ("floor", [_]) => same("floor"),
        ("sign", [_]) => Some(call("sign", a, Type::Integer)),
        ("mod", [x, y]) => Some(Typed::new(format!("modulo({}, {})", x.sql, y.sql), first)),
        ("power" | "pow", [_, _]) => float("pow"),
        (
            "sqrt" | "exp" | "ln" | "log10" | "log2" | "sin" | "cos" | "tan" | "asin" | "acos" | "atan" | "radians"
            | "degrees",
            [_],
        ) => float(name),
        ("log", [_] | [_, _]) => float("log"),
        ("square", [x]) => Some(Typed::new(format!("({0} * {0})", x.sql), first)),
        ("random" | "rand" | "uniform" | "randn", _) => Some(Typed::new("unique_number()", Type::Float)),
        ("bitand", [x, y]) => Some(Typed::new(format!("({} & {})", x.sql, y.sql), Type::Integer)),
        ("bitor", [x, y]) => Some(Typed::new(format!("({} | {})", x.sql, y.sql), Type::Integer)),
        _ => None,
    }
}

/// A call with its arguments as they are.
pub(super) fn call(function: &str, arguments: &[Typed], of: Type) -> Typed {
    let list: Vec<&str> = arguments.iter().map(|argument| argument.sql.as_str()).collect();
    Typed::new(format!("{function}({})", list.join(", ")), of)
}

/// The most digits after the point that one of them is shown with.
fn most_digits(arguments: &[Typed]) -> Option<u32> {
    arguments.iter().filter_map(|argument| argument.digits).max()
}

/// The expression of an argument; none of a wildcard.
pub(super) fn argument(arg: &FunctionArg) -> Option<&Expr> {
    match arg {
        FunctionArg::Unnamed(FunctionArgExpr::Expr(expr)) => Some(expr),
        _ => None,
    }
}
