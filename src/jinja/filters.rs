//! Jinja2's filters, and those that dbt adds.

mod markup;
mod number;
mod sequence;
mod text;
mod wrap;

use std::cmp::Ordering;
use std::rc::Rc;

use num_bigint::BigInt;

pub(super) use self::markup::escaped;
use self::number::{round, to_float};
use self::sequence::folded;
use self::text::title;
use super::error::{ErrorKind, Eval, Flow, error, type_error};
use super::interp::Interp;
use super::json;
use super::methods::text as str_methods;
use super::tree::BinaryOp;
use super::undefined::{Undefined, undefined_error};
use super::unknown::{derived, derived_number};
use super::value::{Args, Dict, Str, StrKind, Value};

/// The names of the filters, sorted.
pub(crate) const NAMES: &[&str] = &[
    "abs",
    "as_bool",
    "as_native",
    "as_number",
    "as_text",
    "attr",
    "batch",
    "capitalize",
    "center",
    "count",
    "d",
    "default",
    "dictsort",
    "e",
    "escape",
    "filesizeformat",
    "first",
    "float",
    "forceescape",
    "format",
    "groupby",
    "indent",
    "int",
    "is_list",
    "items",
    "join",
    "last",
    "length",
    "list",
    "lower",
    "map",
    "max",
    "min",
    "pprint",
    "random",
    "reject",
    "rejectattr",
    "replace",
    "reverse",
    "round",
    "safe",
    "select",
    "selectattr",
    "slice",
    "sort",
    "string",
    "striptags",
    "sum",
    "title",
    "tojson",
    "trim",
    "truncate",
    "unique",
    "upper",
    "urlencode",
    "urlize",
    "wordcount",
    "wordwrap",
    "xmlattr",
];

/// Whether a filter exists.
pub(crate) fn exists(name: &str) -> bool {
    NAMES.binary_search(&name).is_ok()
}

/// Filters that say something about a value that cannot be known.
const OF_UNKNOWN: &[&str] = &["as_bool", "as_native", "as_number", "as_text", "d", "default", "list", "safe"];

impl Interp {
    /// Applies a filter.
    pub(super) fn filter(&mut self, name: &str, value: Value, args: Args) -> Eval<Value> {
        if !OF_UNKNOWN.contains(&name) {
            self.weigh(&value)?;
        }
        if let (Value::Str(text), "int" | "float" | "as_number" | "as_native") = (&value, name) {
            self.weigh_digits(text.text.len())?;
        }
        let value = match &value {
            Value::Unknown(unknown) if self.walks_empty(unknown, name) => Value::list(Vec::new()),
            _ => value,
        };
        if let Value::Unknown(unknown) = &value {
            if let Some(filtered) = self.filtered_unknown(unknown, name)? {
                // A row was counted on, or there is none: then the filter sees an empty list.
                return Ok(filtered);
            }
            if exists(name) && !OF_UNKNOWN.contains(&name) {
                let label = format!("{} | {name}", unknown.label);
                // What is no number fails in these, or becomes one.
                let is_number = matches!(name, "round" | "int" | "float" | "abs" | "length" | "count" | "wordcount");
                return Ok(if is_number { derived_number(unknown, label) } else { derived(unknown, label) });
            }
        }
        // Filters on mappings see the dict.
        let value = match &value {
            Value::Object(object)
                if object.is_mapping() && matches!(name, "items" | "dictsort" | "attr" | "xmlattr") =>
            {
                object.as_dict().unwrap_or(value)
            }
            _ => value,
        };
        match name {
            "as_text" | "as_bool" | "as_native" | "as_number" => Ok(value),
            "is_list" => Ok(Value::Bool(matches!(value, Value::List(_)))),
            "default" | "d" => self.default_filter(value, &args),
            "length" | "count" => self.length(&value),
            "string" => match value {
                Value::Str(_) => Ok(value),
                other => self.soft_str(&other).map(Value::Str),
            },
            "upper" => self.text_filter(&value, str::to_uppercase),
            "lower" => self.text_filter(&value, str::to_lowercase),
            "capitalize" => self.text_filter(&value, str_methods::capitalize),
            "title" => self.text_filter(&value, title),
            "trim" => {
                let [chars] = args.bind("do_trim", ["chars"], 0)?;
                let text = self.soft_str(&value)?;
                Ok(Value::Str(str_methods::stripped(&text, chars.as_ref(), true, true)?))
            }
            "safe" => Ok(Value::Str(Str { kind: StrKind::Markup, ..self.str_of(&value)? })),
            "e" | "escape" | "forceescape" => {
                let text = self.str_of(&value)?;
                if text.kind == StrKind::Markup && name != "forceescape" {
                    return Ok(Value::Str(text));
                }
                Ok(Value::Str(Str { kind: StrKind::Markup, ..text.remade(escaped(&text.text)) }))
            }
            "list" => match &value {
                Value::Unknown(_) => Ok(value),
                _ => self.items_of(&value).map(Value::list),
            },
            "join" => {
                self.note_walked(&value);
                self.join_filter(&value, &args)
            }
            "replace" => {
                let [old, new, count] = args.bind("do_replace", ["old", "new", "count"], 2)?;
                let (old, new) = (self.given(old)?, self.given(new)?);
                let text = self.str_of(&value)?;
                if let (Value::Unknown(unknown), _) | (_, Value::Unknown(unknown)) = (&old, &new) {
                    return Ok(derived(unknown, format!("{} in a replaced text", unknown.label)));
                }
                let (old, new) = (self.str_of(&old)?, self.str_of(&new)?);
                let count = count.as_ref().and_then(Value::as_int).unwrap_or(-1);
                str_methods::replace(self, &text, &old.text, &new, count)
            }
            "first" => {
                let items = self.items_of(&value)?;
                Ok(items.into_iter().next().unwrap_or_else(|| self.lacking("No first item, sequence was empty.")))
            }
            "last" => {
                let items = self.items_of(&value)?;
                Ok(items.into_iter().next_back().unwrap_or_else(|| self.lacking("No last item, sequence was empty.")))
            }
            "random" => Ok(Value::Unknown(Rc::new(super::unknown::Unknown::new(
                "random item",
                "the random filter picks anew in each run",
            )))),
            "int" => self.int_filter(&value, &args),
            "float" => {
                let [otherwise] = args.bind("do_float", ["default"], 0)?;
                Ok(to_float(&value)?.map_or_else(|| otherwise.unwrap_or(Value::Float(0.0)), Value::Float))
            }
            "abs" => match &value {
                Value::Float(float) => Ok(Value::Float(float.abs())),
                Value::Moment(moment) if moment.absolute().is_some() => {
                    Ok(moment.absolute().map_or(value, |absolute| Value::Moment(Rc::new(absolute))))
                }
                Value::Decimal(decimal) => Ok(Value::Decimal(Rc::new(decimal.abs()))),
                Value::Undefined(undefined) => Err(undefined_error(undefined)),
                other => match other.as_big() {
                    Some(int) => Ok(Value::big(BigInt::from(int.magnitude().clone()))),
                    None => Err(type_error(format!("bad operand type for abs(): '{}'", other.type_name()))),
                },
            },
            "round" => round(&value, &args),
            "sum" => {
                let [attribute, start] = args.bind("do_sum", ["attribute", "start"], 0)?;
                let mut total = start.unwrap_or(Value::Int(0));
                for item in self.items_of(&value)? {
                    let item = self.attribute_path(&item, attribute.as_ref(), None)?;
                    total = self.binary(BinaryOp::Add, &total, &item)?;
                }
                Ok(total)
            }
            "min" | "max" => {
                let [case_sensitive, attribute] = args.bind("do_min", ["case_sensitive", "attribute"], 0)?;
                let items = self.items_of(&value)?;
                let keyed = self.keyed(items, attribute.as_ref(), case_sensitive.as_ref())?;
                let mut best: Option<(Value, Value)> = None;
                for (key, item) in keyed {
                    let better = match &best {
                        None => true,
                        Some((known, _)) => {
                            let order = self.order("<", &key, known)?;
                            order == Some(if name == "min" { Ordering::Less } else { Ordering::Greater })
                        }
                    };
                    if better {
                        best = Some((key, item));
                    }
                }
                Ok(best.map_or_else(|| self.lacking("No aggregated item, sequence was empty."), |(_, item)| item))
            }
            "sort" => {
                let [reverse, case_sensitive, attribute] =
                    args.bind("do_sort", ["reverse", "case_sensitive", "attribute"], 0)?;
                let reverse = self.flag(reverse.as_ref())?;
                let items = self.items_of(&value)?;
                let keyed = self.keyed_by_lists(items, attribute.as_ref(), case_sensitive.as_ref())?;
                self.sorted(keyed, reverse).map(Value::list)
            }
            "unique" => {
                let [case_sensitive, attribute] = args.bind("do_unique", ["case_sensitive", "attribute"], 0)?;
                let items = self.items_of(&value)?;
                let mut seen = Dict::default();
                let mut kept = Vec::new();
                for (key, item) in self.keyed(items, attribute.as_ref(), case_sensitive.as_ref())? {
                    // Python's set takes a NaN by its identity, and those of two computations are two.
                    let is_nan = matches!(key, Value::Float(float) if float.is_nan());
                    if is_nan || !seen.contains(&key)? {
                        seen.set(key, Value::None)?;
                        kept.push(item);
                    }
                }
                Ok(Value::generator(kept))
            }
            "dictsort" => {
                let [case_sensitive, by, reverse] = args.bind("do_dictsort", ["case_sensitive", "by", "reverse"], 0)?;
                let at = usize::from(by.as_ref().and_then(Value::as_str) == Some("value"));
                let reverse = self.flag(reverse.as_ref())?;
                let Value::Dict(dict) = &value else {
                    return Err(type_error(format!("'{}' object has no attribute 'items'", value.type_name())));
                };
                let pairs: Vec<[Value; 2]> =
                    dict.borrow().iter().map(|(key, value)| [key.clone(), value.clone()]).collect();
                let fold = !self.flag(case_sensitive.as_ref())?;
                let keyed = pairs
                    .into_iter()
                    .map(|pair| (folded(pair[at].clone(), fold), Value::tuple(pair.to_vec())))
                    .collect();
                self.sorted(keyed, reverse).map(Value::list)
            }
            "items" => match &value {
                Value::Undefined(_) => Ok(Value::generator(Vec::new())),
                Value::Dict(_) => {
                    let items = self.call_method(&value, "items", Args::default())?;
                    self.items_of(&items).map(Value::generator)
                }
                other => Err(type_error(format!("Can only get item pairs from a mapping, not {}.", other.type_name()))),
            },
            "reverse" => match &value {
                Value::Str(text) => {
                    let reversed: String = text.text.chars().rev().collect();
                    Ok(Value::Str(text.remade(reversed)))
                }
                _ => {
                    let mut items = self.items_of(&value)?;
                    items.reverse();
                    Ok(Value::generator(items))
                }
            },
            "map" => self.map_filter(&value, args),
            "select" | "reject" => {
                let Some(items) = self.items_unless_falsy(&value)? else { return Ok(Value::generator(Vec::new())) };
                let mut args = args;
                let test = if args.positional.is_empty() { None } else { Some(args.positional.remove(0)) };
                let mut kept = Vec::new();
                for item in items {
                    if self.passes(test.as_ref(), &item, &args)? == (name == "select") {
                        kept.push(item);
                    }
                }
                Ok(Value::generator(kept))
            }
            "selectattr" | "rejectattr" => {
                let Some(items) = self.items_unless_falsy(&value)? else { return Ok(Value::generator(Vec::new())) };
                let mut args = args;
                if args.positional.is_empty() {
                    return Err(error(
                        ErrorKind::Python("FilterArgumentError"),
                        "Missing parameter for attribute name",
                    ));
                }
                let attribute = args.positional.remove(0);
                let test = if args.positional.is_empty() { None } else { Some(args.positional.remove(0)) };
                let mut kept = Vec::new();
                for item in items {
                    let found = self.attribute_path(&item, Some(&attribute), None)?;
                    if self.passes(test.as_ref(), &found, &args)? == (name == "selectattr") {
                        kept.push(item);
                    }
                }
                Ok(Value::generator(kept))
            }
            "groupby" => self.groupby_filter(&value, &args),
            "batch" => self.batch_filter(&value, &args),
            "slice" => self.slice_filter(&value, &args),
            "tojson" => {
                let [indent] = args.bind("do_tojson", ["indent"], 0)?;
                let dumped = json::dump(self, &value, indent.as_ref().and_then(Value::as_int), true)?;
                let safe = dumped
                    .replace('<', "\\u003c")
                    .replace('>', "\\u003e")
                    .replace('&', "\\u0026")
                    .replace('\'', "\\u0027");
                Ok(Value::Str(Str { kind: StrKind::Markup, ..Str::plain(safe) }))
            }
            "pprint" => {
                let shown = self.sorted_by_keys(&value, 0)?;
                let shown = self.repr_of(&shown)?;
                // Python breaks what does not fit a line.
                if shown.chars().count() > 80 {
                    Err(unsupported("pprint of a long value"))
                } else {
                    Ok(Value::str(shown))
                }
            }
            "format" => {
                let format = self.soft_str(&value)?;
                if !args.positional.is_empty() && !args.keyword.is_empty() {
                    return Err(type_error("can't handle positional and keyword arguments at the same time"));
                }
                let values = if args.keyword.is_empty() {
                    Value::tuple(args.positional)
                } else {
                    let mut dict = Dict::default();
                    for (name, value) in args.keyword {
                        dict.set_str(&name, value);
                    }
                    Value::dict(dict)
                };
                super::format::percent(self, &format, &values)
            }
            "attr" => {
                let [name] = args.bind("do_attr", ["name"], 1)?;
                let name = self.given(name)?;
                let name = self.str_of(&name)?;
                match &value {
                    Value::Dict(_) if !super::methods::has(&value, &name.text) => {
                        Ok(self.lacking(&format!("'dict object' has no attribute '{}'", name.text)))
                    }
                    _ => self.attribute(&value, &name.text),
                }
            }
            "center" => {
                let [width] = args.bind("do_center", ["width"], 0)?;
                let text = self.soft_str(&value)?;
                let args = Args::of(vec![width.unwrap_or(Value::Int(80))]);
                self.call_method(&Value::Str(text), "center", args)
            }
            "indent" => self.indent_filter(&value, &args),
            "truncate" => self.truncate_filter(&value, &args),
            "wordcount" => {
                let text = self.soft_str(&value)?;
                let words = text.text.split(|char: char| !(char.is_alphanumeric() || char == '_'));
                Ok(Value::Int(words.filter(|word| !word.is_empty()).count() as i64))
            }
            "urlencode" => self.urlencode_filter(&value),
            "filesizeformat" => self.filesize_filter(&value, &args),
            "striptags" => {
                let [] = args.bind("do_striptags", [], 0)?;
                self.striptags_filter(&value)
            }
            "urlize" => self.urlize_filter(&value, &args),
            "wordwrap" => self.wordwrap_filter(&value, &args),
            "xmlattr" => self.xmlattr_filter(&value, &args),
            _ => Err(error(ErrorKind::UnknownFilter, format!("No filter named '{name}' found."))),
        }
    }

    fn lacking(&self, message: &str) -> Value {
        Value::Undefined(Rc::new(Undefined::hinted(message, self.permissive)))
    }

    fn given(&self, value: Option<Value>) -> Eval<Value> {
        value.ok_or_else(|| type_error("missing 1 required positional argument"))
    }

    pub(super) fn flag(&mut self, value: Option<&Value>) -> Eval<bool> {
        match value {
            Some(value) => self.truth(value),
            None => Ok(false),
        }
    }

    fn soft_str(&mut self, value: &Value) -> Eval<Str> {
        self.str_of(value)
    }

    fn text_filter(&mut self, value: &Value, change: fn(&str) -> String) -> Eval<Value> {
        let text = self.soft_str(value)?;
        Ok(Value::Str(text.remade(change(&text.text))))
    }

    fn sorted_by_keys(&mut self, value: &Value, depth: usize) -> Eval<Value> {
        self.step()?;
        match value {
            _ if depth > 100 => Err(unsupported("pprint of a deep value")),
            Value::List(items) => {
                let items = items.borrow().clone();
                items.iter().map(|item| self.sorted_by_keys(item, depth + 1)).collect::<Eval<Vec<_>>>().map(Value::list)
            }
            Value::Dict(dict) => {
                let dict = dict.borrow().clone();
                let keyed = dict
                    .iter()
                    .map(|(key, value)| (key.clone(), Value::tuple(vec![key.clone(), value.clone()])))
                    .collect();
                let mut sorted = Dict::default();
                for pair in self.sorted(keyed, false)? {
                    if let Value::Tuple(pair) = pair {
                        let value = self.sorted_by_keys(&pair[1], depth + 1)?;
                        sorted.set(pair[0].clone(), value)?;
                    }
                }
                Ok(Value::dict(sorted))
            }
            other => Ok(other.clone()),
        }
    }

    fn default_filter(&mut self, value: Value, args: &Args) -> Eval<Value> {
        let [otherwise, boolean] = args.bind("do_default", ["default_value", "boolean"], 0)?;
        let falsy = self.flag(boolean.as_ref())? && !self.truth(&value)?;
        Ok(if value.is_undefined() || falsy { otherwise.unwrap_or_else(|| Value::str("")) } else { value })
    }
}

fn unsupported(what: &str) -> Flow {
    error(ErrorKind::Host("unsupported"), format!("hookproof does not evaluate {what}"))
}
