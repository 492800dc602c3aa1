//! Aggregate and window functions.

use sqlparser::ast::{
    DuplicateTreatment, Function, FunctionArg, FunctionArgExpr, FunctionArgumentClause, FunctionArgumentList,
    NullTreatment, OrderByExpr, WindowFrameBound, WindowSpec, WindowType,
};

use crate::prove::warehouse::sqlite::{quoted, text};
use crate::prove::warehouse::stop::{Done, Stop};
use crate::prove::warehouse::types::Type;

use super::call::argument;
use super::expression::json_argument;
use super::operator::exactly;
use super::{Translator, Typed};

/// Functions that need a window.
const WINDOW: [&str; 11] = [
    "row_number",
    "rank",
    "dense_rank",
    "percent_rank",
    "cume_dist",
    "ntile",
    "lag",
    "lead",
    "first_value",
    "last_value",
    "nth_value",
];

impl Translator<'_> {
    /// A call of an aggregate or a window function; none where the function is neither.
    pub(super) fn aggregate(
        &mut self,
        name: &str,
        function: &Function,
        list: &FunctionArgumentList,
    ) -> Done<Option<Typed>> {
        let window = WINDOW.contains(&name);
        if window && function.over.is_none() {
            return Ok(None);
        }
        if !window && !is_aggregate(name, list.args.len()) {
            return Ok(None);
        }
        let distinct = list.duplicate_treatment == Some(DuplicateTreatment::Distinct);
        let mut order: Vec<&OrderByExpr> = function.within_group.iter().collect();
        let mut separator = None;
        for clause in &list.clauses {
            match clause {
                FunctionArgumentClause::OrderBy(items) => order.extend(items),
                FunctionArgumentClause::Separator(value) => separator = Some(self.value(&value.value)?.sql),
                FunctionArgumentClause::IgnoreOrRespectNulls(NullTreatment::RespectNulls) => {}
                FunctionArgumentClause::OnOverflow(_) => {}
                other => return Err(Stop::not_proved(format!("{other} in {name}() is not rewritten"))),
            }
        }
        if function.null_treatment == Some(NullTreatment::IgnoreNulls) {
            return Err(Stop::not_proved(format!("IGNORE NULLS in {name}() is not rewritten")));
        }
        let star = matches!(
            list.args.first(),
            Some(FunctionArg::Unnamed(FunctionArgExpr::Wildcard | FunctionArgExpr::QualifiedWildcard(_)))
        );
        let before = self.aggregates;
        let mut arguments = Vec::new();
        if !star {
            for arg in &list.args {
                let Some(expr) = argument(arg) else {
                    return Err(Stop::not_proved(format!("the arguments of {name}() are not rewritten")));
                };
                arguments.push(self.expression(expr)?);
            }
        }
        if self.aggregates > before && function.over.is_none() {
            return Err(Stop::refuted("aggregate function calls cannot be nested"));
        }
        let ordered = self.ordered(&order)?;
        let keeps = ["sum", "min", "max", "lag", "lead", "first_value", "last_value", "any_value"].contains(&name);
        let digits = arguments.first().and_then(|argument| argument.digits).filter(|_| keeps);
        let (call, of) = self.aggregate_call(name, star, distinct, arguments, separator, &ordered)?;
        let filter = match &function.filter {
            Some(filter) => format!(" FILTER (WHERE {})", self.condition(filter)?),
            None => String::new(),
        };
        let over = match &function.over {
            None => {
                self.aggregates += 1;
                String::new()
            }
            Some(WindowType::NamedWindow(name)) => format!(" OVER {}", quoted(&self.fold(name))),
            Some(WindowType::WindowSpec(spec)) => format!(" OVER {}", self.window(spec)?),
        };
        let sql = call.replacen('\u{1}', &format!("{filter}{over}"), 1);
        Ok(Some(if name == "sum" { exactly(sql, of) } else { Typed::new(sql, of) }.with_digits(digits)))
    }

    fn ordered(&mut self, order: &[&OrderByExpr]) -> Done<String> {
        let mut items = Vec::new();
        for item in order {
            items.push(self.order_item(item, &[])?);
        }
        Ok(if items.is_empty() { String::new() } else { format!(" ORDER BY {}", items.join(", ")) })
    }

    /// The call in `SQLite`'s SQL, with a mark where FILTER and OVER go, and what it gives.
    fn aggregate_call(
        &mut self,
        name: &str,
        star: bool,
        distinct: bool,
        a: Vec<Typed>,
        separator: Option<String>,
        order: &str,
    ) -> Done<(String, Type)> {
        let word = if distinct { "DISTINCT " } else { "" };
        let first = a.first().map_or("*", |typed| typed.sql.as_str());
        let of = a.first().map_or(Type::Unknown, |typed| typed.of);
        let plain = |function: &str, of: Type| Ok((format!("{function}({word}{first})\u{1}"), of));
        match name {
            "count" if star || a.is_empty() => Ok(("count(*)\u{1}".to_owned(), Type::Integer)),
            "count" if a.len() == 1 => plain("count", Type::Integer),
            "count" => {
                let list: Vec<&str> = a.iter().map(|typed| typed.sql.as_str()).collect();
                Ok((format!("count({word}json_array({}))\u{1}", list.join(", ")), Type::Integer))
            }
            "approx_count_distinct" | "approx_distinct" | "hll" => {
                Ok((format!("count(DISTINCT {first})\u{1}"), Type::Integer))
            }
            "sum" => plain("sum", if of == Type::Boolean { Type::Integer } else { of }),
            "avg" => plain("avg", if of == Type::Float { of } else { Type::Decimal }),
            "min" | "max" => plain(name, of),
            "any_value" | "arbitrary" => plain("min", of),
            "bool_or" | "boolor_agg" | "logical_or" | "some" | "any" => plain("max", Type::Boolean),
            "bool_and" | "booland_agg" | "logical_and" | "every" | "all" => plain("min", Type::Boolean),
            "count_if" | "countif" => Ok((format!("count(iif({first}, 1, NULL))\u{1}"), Type::Integer)),
            "sum_if" | "sumif" if a.len() == 2 => Ok((format!("sum(iif({}, {first}, 0))\u{1}", a[1].sql), of)),
            "string_agg" | "listagg" | "group_concat" => {
                let separator = separator.or_else(|| a.get(1).map(|typed| typed.sql.clone()));
                let default = if name == "listagg" { "''" } else { "','" };
                let separator = separator.unwrap_or_else(|| default.to_owned());
                let value = self.to_text(a.into_iter().next().unwrap_or_else(Typed::null)).sql;
                if distinct {
                    // SQLite takes DISTINCT with one argument only, whose separator is a comma.
                    if separator != text(",") {
                        return Ok((
                            format!("replace(group_concat(DISTINCT {value}{order})\u{1}, ',', {separator})"),
                            Type::Text,
                        ));
                    }
                    return Ok((format!("group_concat(DISTINCT {value}{order})\u{1}"), Type::Text));
                }
                Ok((format!("group_concat({value}, {separator}{order})\u{1}"), Type::Text))
            }
            "array_agg" | "collect_list" | "json_agg" | "jsonb_agg" | "list" | "collect_set" | "json_arrayagg"
            | "array_unique_agg" => {
                let value = a.first().map_or_else(String::new, json_argument);
                let word = if matches!(name, "collect_set" | "array_unique_agg") { "DISTINCT " } else { word };
                Ok((format!("json_group_array({word}{value}{order})\u{1}"), Type::Array))
            }
            "object_agg" | "json_object_agg" | "jsonb_object_agg" | "map_agg" if a.len() == 2 => {
                Ok((format!("json_group_object({first}, {})\u{1}", json_argument(&a[1])), Type::Json))
            }
            "median" => plain("median", Type::Decimal),
            "stddev" | "stddev_samp" | "stdev" => plain("stddev_sample", Type::Decimal),
            "variance" | "var_samp" | "var" => plain("variance_sample", Type::Decimal),
            "max_by" | "min_by" | "arg_max" | "arg_min" => {
                Err(Stop::not_proved(format!("the function {name}() is not known to the rehearsal")))
            }
            _ => {
                let list: Vec<&str> = a.iter().map(|typed| typed.sql.as_str()).collect();
                let of = match name {
                    "lag" | "lead" | "first_value" | "last_value" | "nth_value" => of,
                    "percent_rank" | "cume_dist" => Type::Float,
                    _ => Type::Integer,
                };
                Ok((format!("{name}({})\u{1}", list.join(", ")), of))
            }
        }
    }

    /// A window.
    pub(super) fn window(&mut self, spec: &WindowSpec) -> Done<String> {
        let mut parts = Vec::new();
        if let Some(name) = &spec.window_name {
            parts.push(quoted(&self.fold(name)));
        }
        if !spec.partition_by.is_empty() {
            let by = self.all(&spec.partition_by)?;
            let by: Vec<&str> = by.iter().map(|typed| typed.sql.as_str()).collect();
            parts.push(format!("PARTITION BY {}", by.join(", ")));
        }
        let order: Vec<&OrderByExpr> = spec.order_by.iter().collect();
        let order = self.ordered(&order)?;
        if !order.is_empty() {
            parts.push(order.trim_start().to_owned());
        }
        if let Some(frame) = &spec.window_frame {
            let start = self.bound(&frame.start_bound)?;
            parts.push(match &frame.end_bound {
                Some(end) => format!("{} BETWEEN {start} AND {}", frame.units, self.bound(end)?),
                None => format!("{} {start}", frame.units),
            });
        }
        Ok(format!("({})", parts.join(" ")))
    }

    fn bound(&mut self, bound: &WindowFrameBound) -> Done<String> {
        Ok(match bound {
            WindowFrameBound::CurrentRow => "CURRENT ROW".to_owned(),
            WindowFrameBound::Preceding(None) => "UNBOUNDED PRECEDING".to_owned(),
            WindowFrameBound::Following(None) => "UNBOUNDED FOLLOWING".to_owned(),
            WindowFrameBound::Preceding(Some(expr)) => {
                let typed = self.expression(expr)?;
                if typed.of == Type::Interval {
                    return Err(Stop::not_proved("a window frame by interval is not rewritten"));
                }
                format!("{} PRECEDING", typed.sql)
            }
            WindowFrameBound::Following(Some(expr)) => format!("{} FOLLOWING", self.expression(expr)?.sql),
        })
    }
}

/// Whether a function gathers rows.
pub(in crate::prove::warehouse) fn is_aggregate(name: &str, arguments: usize) -> bool {
    match name {
        // With several arguments these are functions of a row.
        "min" | "max" => arguments == 1,
        "count"
        | "sum"
        | "avg"
        | "approx_count_distinct"
        | "approx_distinct"
        | "hll"
        | "any_value"
        | "arbitrary"
        | "bool_or"
        | "boolor_agg"
        | "logical_or"
        | "bool_and"
        | "booland_agg"
        | "logical_and"
        | "every"
        | "count_if"
        | "countif"
        | "sum_if"
        | "sumif"
        | "string_agg"
        | "listagg"
        | "group_concat"
        | "array_agg"
        | "collect_list"
        | "json_agg"
        | "jsonb_agg"
        | "collect_set"
        | "json_arrayagg"
        | "array_unique_agg"
        | "object_agg"
        | "json_object_agg"
        | "jsonb_object_agg"
        | "map_agg"
        | "median"
        | "stddev"
        | "stddev_samp"
        | "stdev"
        | "variance"
        | "var_samp"
        | "var"
        | "max_by"
        | "min_by"
        | "arg_max"
        | "arg_min" => true,
        _ => false,
    }
}
