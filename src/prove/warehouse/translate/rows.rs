//! Tables that are made of a value: the elements of arrays and objects, numbers in a row.

use sqlparser::ast::{
    Expr, Function, FunctionArg, FunctionArgExpr, FunctionArgOperator, FunctionArguments, Ident, LateralView,
    ObjectName, TableAlias,
};

use crate::prove::warehouse::sqlite::quoted;
use crate::prove::warehouse::stop::{Done, Stop};
use crate::prove::warehouse::types::Type;
use crate::prove::warehouse::value::SqlValue;
use crate::sql::Dialect;

use super::cast::path_text;
use super::{Given, Source, Translated, Translator, Typed};

/// A column of a table of elements: its folded name, and its value by the columns of `json_each`.
type Element = (String, Type, &'static str);

impl Translator<'_> {
    /// A function that gives rows.
    pub(super) fn function_table(
        &mut self,
        args: &[FunctionArg],
        name: &ObjectName,
        alias: Option<&TableAlias>,
    ) -> Done<String> {
        let function = name.to_string().to_lowercase();
        match function.as_str() {
            "generate_series" | "range" => self.series(&function, args, alias),
            "flatten" => self.flatten(args, alias),
            "generator" => self.generator(args, alias),
            "unnest"
            | "json_array_elements"
            | "jsonb_array_elements"
            | "json_array_elements_text"
            | "jsonb_array_elements_text" => {
                let [FunctionArg::Unnamed(FunctionArgExpr::Expr(array))] = args else {
                    return Err(Stop::not_proved(format!("the arguments of {function}() are not rewritten")));
                };
                let default = if function == "unnest" { "unnest" } else { "value" };
                self.elements_of(array, default, None, alias)
            }
            _ => Err(Stop::not_proved(format!("the table function {function}() is not known to the rehearsal"))),
        }
    }

    /// Numbers or points in time, one after the other.
    fn series(&mut self, function: &str, args: &[FunctionArg], alias: Option<&TableAlias>) -> Done<String> {
        let mut bounds = Vec::new();
        for arg in args {
            match arg {
                FunctionArg::Unnamed(FunctionArgExpr::Expr(expr)) => bounds.push(self.expression(expr)?),
                _ => return Err(Stop::not_proved(format!("the arguments of {function}() are not rewritten"))),
            }
        }
        let (from, to, step) = match bounds.as_slice() {
            [to] => (Typed::integer(0), to.clone(), Typed::integer(1)),
            [from, to] => (from.clone(), to.clone(), Typed::integer(1)),
            [from, to, step] => (from.clone(), to.clone(), step.clone()),
            _ => return Err(Stop::not_proved(format!("the arguments of {function}() are not rewritten"))),
        };
        let until = if function == "range" { "<" } else { "<=" };
        let column = alias.map_or_else(
            || function.to_owned(),
            |alias| if self.speaks(&[Dialect::Postgres]) { self.fold(&alias.name) } else { function.to_owned() },
        );
        let of = if from.of.is_moment() || from.of == Type::Timestamp { Type::Timestamp } else { Type::Integer };
        let (start, next) = if of == Type::Timestamp || step.of == Type::Interval {
            (format!("to_timestamp({})", from.sql), format!("interval_add(x, {}, 1)", step.sql))
        } else {
            (from.sql.clone(), format!("x + {}", step.sql))
        };
        let end = if of == Type::Timestamp { format!("to_timestamp({})", to.sql) } else { to.sql.clone() };
        let sql = format!(
            "WITH RECURSIVE \"series\"(x) AS (SELECT {start} WHERE {start} {until} {end} UNION ALL \
             SELECT {next} FROM \"series\" WHERE {next} {until} {end}) SELECT x AS {} FROM \"series\"",
            quoted(&column)
        );
        let columns = vec![Given { shown: column.clone(), name: column, of, certain: false, digits: None }];
        self.derived(Translated { sql, columns, open: Vec::new() }, alias)
    }

    /// Snowflake's rows without columns.
    fn generator(&mut self, args: &[FunctionArg], alias: Option<&TableAlias>) -> Done<String> {
        let count = self.argument(args, "rowcount")?;
        let Some(count) = count else { return Err(Stop::not_proved("rows for a time are not made")) };
        let sql = format!(
            "WITH RECURSIVE \"series\"(x) AS (SELECT 1 WHERE {0} >= 1 UNION ALL SELECT x + 1 FROM \"series\" \
             WHERE x < {0}) SELECT NULL AS \"?\" FROM \"series\"",
            count.sql
        );
        self.derived(Translated { sql, columns: Vec::new(), open: Vec::new() }, alias)
    }

    /// Snowflake's FLATTEN.
    fn flatten(&mut self, args: &[FunctionArg], alias: Option<&TableAlias>) -> Done<String> {
        let input = match self.argument(args, "input")? {
            Some(input) => input,
            None => match args {
                [FunctionArg::Unnamed(FunctionArgExpr::Expr(input)), ..] => self.holder(input)?,
                _ => return Err(Stop::not_proved("FLATTEN without an input is not rewritten")),
            },
        };
        let is_true = |typed: Option<Typed>| typed.is_some_and(|typed| typed.constant == Some(SqlValue::Integer(1)));
        if is_true(self.argument(args, "recursive")?) {
            return Err(Stop::not_proved("FLATTEN of all levels is not rewritten"));
        }
        let outer = is_true(self.argument(args, "outer")?);
        let path = self.argument(args, "path")?;
        let value = match path.as_ref().map(Typed::as_text) {
            None => input.sql,
            Some(Some(path)) => format!("json_field({}, {})", input.sql, path_text(&format!("$.{path}"))),
            Some(None) => return Err(Stop::not_proved("FLATTEN of a path that is computed is not rewritten")),
        };
        let of = |name: &str, of, sql| (self.folded(name), of, sql);
        let columns = vec![
            of("seq", Type::Integer, "1"),
            of("key", Type::Text, "iif(typeof({}.key) = 'text', {}.key, NULL)"),
            of("path", Type::Text, "substr({}.fullkey, 3)"),
            of("index", Type::Integer, "iif(typeof({}.key) = 'integer', {}.key, NULL)"),
            of("value", Type::Json, "{}.value"),
            of("this", Type::Json, "{}.json"),
        ];
        Ok(self.elements(&value, outer, columns, false, alias))
    }

    /// UNNEST of one array, with the name of the column of offsets.
    pub(super) fn unnest(
        &mut self,
        arrays: &[Expr],
        offset: Option<&Ident>,
        alias: Option<&TableAlias>,
    ) -> Done<String> {
        let [array] = arrays else { return Err(Stop::not_proved("UNNEST of several arrays is not rewritten")) };
        let offset = offset.map(|name| self.fold(name));
        self.elements_of(array, "unnest", offset, alias)
    }

    /// The elements of an array as a table of one column; `default` is what the column is called otherwise.
    fn elements_of(
        &mut self,
        array: &Expr,
        default: &str,
        offset: Option<String>,
        alias: Option<&TableAlias>,
    ) -> Done<String> {
        let array = self.holder(array)?;
        let column = match alias {
            Some(alias) => {
                alias.columns.first().map_or_else(|| self.fold(&alias.name), |column| self.fold(&column.name))
            }
            None => self.folded(default),
        };
        let mut columns = vec![(column, Type::Unknown, "{}.value")];
        if let Some(named) = alias.and_then(|alias| alias.columns.get(1)) {
            // A map gives its keys and its values.
            let key = std::mem::replace(&mut columns[0].0, self.fold(&named.name));
            columns.insert(0, (key, Type::Text, "{}.key"));
        }
        columns.extend(offset.map(|name| (name, Type::Integer, "{}.key")));
        Ok(self.elements(&array.sql, false, columns, true, alias))
    }

    /// LATERAL VIEW of Spark.
    pub(super) fn lateral_view(&mut self, view: &LateralView) -> Done<String> {
        let unknown = || Stop::not_proved(format!("LATERAL VIEW {} is not rewritten", view.lateral_view));
        let Expr::Function(Function { name, args: FunctionArguments::List(list), .. }) = &view.lateral_view else {
            return Err(unknown());
        };
        let [FunctionArg::Unnamed(FunctionArgExpr::Expr(array))] = list.args.as_slice() else { return Err(unknown()) };
        let function = name.to_string().to_lowercase();
        let outer = view.outer || function.ends_with("_outer");
        let named: Vec<String> = view.lateral_col_alias.iter().map(|name| self.fold(name)).collect();
        let columns: Vec<Element> = match (function.trim_end_matches("_outer"), named.as_slice()) {
            ("explode", []) => vec![(self.folded("col"), Type::Unknown, "{}.value")],
            ("explode", [value]) => vec![(value.clone(), Type::Unknown, "{}.value")],
            ("explode" | "posexplode", [key, value]) => {
                vec![(key.clone(), Type::Unknown, "{}.key"), (value.clone(), Type::Unknown, "{}.value")]
            }
            _ => return Err(unknown()),
        };
        let array = self.holder(array)?;
        let alias = view.lateral_view_name.0.last().and_then(|part| part.as_ident()).cloned().map(|name| TableAlias {
            explicit: false,
            name,
            columns: Vec::new(),
            at: None,
        });
        Ok(format!(", {}", self.elements(&array.sql, outer, columns, true, alias.as_ref())))
    }

    /// The elements of a value, for each row of the tables before: a function of `SQLite` in FROM may name those.
    fn elements(
        &mut self,
        value: &str,
        outer: bool,
        columns: Vec<Element>,
        fields: bool,
        alias: Option<&TableAlias>,
    ) -> String {
        let alias = alias.map_or_else(|| self.folded("elements"), |alias| self.fold(&alias.name));
        let sql_alias = self.free_alias(&alias);
        let value = format!("iif(json_valid({value}), {value}, NULL)");
        // Where there is nothing, one row without a value stands for it.
        let value = if outer { format!("coalesce(nullif(nullif({value}, '[]'), '{{}}'), '[null]')") } else { value };
        let at = quoted(&sql_alias);
        let written = columns.iter().map(|(name, _, sql)| (name.clone(), sql.replace("{}", &at))).collect();
        let given = |(name, of, _): Element| Given { shown: name.clone(), name, of, certain: false, digits: None };
        self.add_source(Source {
            alias,
            whole: None,
            sql_alias: Some(sql_alias),
            columns: columns.into_iter().map(given).collect(),
            open: Vec::new(),
            written,
            fields,
            partial: false,
        });
        format!("json_each({value}) AS {at}")
    }

    /// A value that holds others. What is named in it may be a path, which is read in other ways than a column.
    fn holder(&mut self, value: &Expr) -> Done<Typed> {
        self.expression(value).map_err(|stop| match stop {
            Stop::Refuted(_) => Stop::not_proved(format!("the elements of {value} are not known")),
            other => other,
        })
    }

    /// An argument by its name.
    fn argument(&mut self, args: &[FunctionArg], wanted: &str) -> Done<Option<Typed>> {
        for arg in args {
            let (name, value) = match arg {
                FunctionArg::Named { name, arg: FunctionArgExpr::Expr(value), .. } => (name.value.clone(), value),
                FunctionArg::ExprNamed {
                    name: Expr::Identifier(name),
                    arg: FunctionArgExpr::Expr(value),
                    operator: FunctionArgOperator::RightArrow,
                } => (name.value.clone(), value),
                _ => continue,
            };
            if name.eq_ignore_ascii_case(wanted) {
                return self.holder(value).map(Some);
            }
        }
        Ok(None)
    }

    fn folded(&self, name: &str) -> String {
        self.fold(&Ident::new(name))
    }
}
