//! Jinja2's filters, and those that dbt adds.

use std::cmp::Ordering;
use std::rc::Rc;

use num_bigint::BigInt;
use num_traits::FromPrimitive;

use super::error::{ErrorKind, Eval, Flow, error, type_error, value_error};
use super::host::Use;
use super::interp::Interp;
use super::json;
use super::methods::text;
use super::ops::text_of;
use super::tree::BinaryOp;
use super::undefined::{Undefined, undefined_error};
use super::unknown::derived;
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
                return Ok(derived(unknown, format!("{} | {name}", unknown.label)));
            }
        }
        // Filters on mappings see the dict.
        let value = match &value {
            Value::Object(object) if object.is_mapping() && matches!(name, "items" | "dictsort" | "attr") => {
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
            "capitalize" => self.text_filter(&value, text::capitalize),
            "title" => self.text_filter(&value, title),
            "trim" => {
                let [chars] = args.bind("do_trim", ["chars"], 0)?;
                let text = self.soft_str(&value)?;
                Ok(Value::Str(text::stripped(&text, chars.as_ref(), true, true)?))
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
            "join" => self.join_filter(&value, &args),
            "replace" => {
                let [old, new, count] = args.bind("do_replace", ["old", "new", "count"], 2)?;
                let (old, new) = (self.given(old)?, self.given(new)?);
                let text = self.str_of(&value)?;
                if let (Value::Unknown(unknown), _) | (_, Value::Unknown(unknown)) = (&old, &new) {
                    return Ok(derived(unknown, format!("{} in a replaced text", unknown.label)));
                }
                let (old, new) = (self.str_of(&old)?, self.str_of(&new)?);
                let count = count.as_ref().and_then(Value::as_int).unwrap_or(-1);
                text::replace(self, &text, &old.text, &new, count)
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
                let keyed = self.keyed(items, attribute.as_ref(), case_sensitive.as_ref())?;
                self.sorted(keyed, reverse).map(Value::list)
            }
            "unique" => {
                let [case_sensitive, attribute] = args.bind("do_unique", ["case_sensitive", "attribute"], 0)?;
                let items = self.items_of(&value)?;
                let mut seen = Dict::default();
                let mut kept = Vec::new();
                for (key, item) in self.keyed(items, attribute.as_ref(), case_sensitive.as_ref())? {
                    if !seen.contains(&key)? {
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
                let items = self.iterated_or_empty(&value)?;
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
                let items = self.iterated_or_empty(&value)?;
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
            "batch" => {
                let [size, fill] = args.bind("do_batch", ["linecount", "fill_with"], 1)?;
                let size = size.as_ref().and_then(Value::as_int).unwrap_or(1).max(1) as usize;
                let mut batches = Vec::new();
                for chunk in self.items_of(&value)?.chunks(size) {
                    let mut chunk = chunk.to_vec();
                    if let Some(fill) = fill.as_ref().filter(|fill| !fill.is_none()) {
                        self.made(size.saturating_mul(8))?;
                        chunk.resize(size, fill.clone());
                    }
                    batches.push(Value::list(chunk));
                }
                Ok(Value::generator(batches))
            }
            "slice" => {
                let [slices, fill] = args.bind("do_slice", ["slices", "fill_with"], 1)?;
                let slices = slices.as_ref().and_then(Value::as_int).unwrap_or(1).clamp(1, 100_000) as usize;
                let items = self.items_of(&value)?;
                let (each, larger) = (items.len() / slices, items.len() % slices);
                let mut at = 0;
                let mut parts = Vec::with_capacity(slices);
                for n in 0..slices {
                    let len = each + usize::from(n < larger);
                    let mut part = items[at..at + len].to_vec();
                    at += len;
                    if let Some(fill) = fill.as_ref().filter(|fill| !fill.is_none()) {
                        if n >= larger && larger > 0 {
                            part.push(fill.clone());
                        }
                    }
                    parts.push(Value::list(part));
                }
                Ok(Value::generator(parts))
            }
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
            "striptags" | "urlize" | "wordwrap" | "xmlattr" => Err(unsupported(&format!("the filter '{name}'"))),
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

    /// Text is quoted for a path; the pairs of a mapping or list make a query.
    fn urlencode_filter(&mut self, value: &Value) -> Eval<Value> {
        const KEPT: &percent_encoding::AsciiSet =
            &percent_encoding::NON_ALPHANUMERIC.remove(b'_').remove(b'.').remove(b'-').remove(b'~');
        const KEPT_IN_PATH: &percent_encoding::AsciiSet = &KEPT.remove(b'/');
        let pairs = match value {
            Value::Dict(dict) => {
                let dict = dict.borrow().clone();
                dict.iter().map(|(key, value)| [key.clone(), value.clone()]).collect()
            }
            Value::List(_) | Value::Tuple(_) => {
                let mut pairs = Vec::new();
                for pair in self.items_of(value)? {
                    match <[Value; 2]>::try_from(self.items_of(&pair)?) {
                        Ok(pair) => pairs.push(pair),
                        Err(items) if items.len() > 2 => {
                            return Err(value_error("too many values to unpack (expected 2)"));
                        }
                        Err(items) => {
                            return Err(value_error(format!(
                                "not enough values to unpack (expected 2, got {})",
                                items.len()
                            )));
                        }
                    }
                }
                pairs
            }
            _ => {
                let text = self.str_of(value)?;
                let encoded = percent_encoding::utf8_percent_encode(&text.text, KEPT_IN_PATH).to_string();
                return Ok(Value::Str(text.remade(encoded)));
            }
        };
        let mut parts = Vec::with_capacity(pairs.len());
        for pair in pairs {
            let mut encoded = Vec::with_capacity(2);
            for value in &pair {
                let text = self.str_of(value)?;
                encoded.push(percent_encoding::utf8_percent_encode(&text.text, KEPT).to_string().replace("%20", "+"));
            }
            parts.push(encoded.join("="));
        }
        Ok(Value::str(parts.join("&")))
    }

    fn filesize_filter(&mut self, value: &Value, args: &Args) -> Eval<Value> {
        let [binary] = args.bind("do_filesizeformat", ["binary"], 0)?;
        let number = self.filter("float", value.clone(), Args::default())?;
        let bytes = number.as_float().unwrap_or(0.0);
        let (base, infix) = if self.flag(binary.as_ref())? { (1024.0, "i") } else { (1000.0, "") };
        if bytes.to_bits() == 1f64.to_bits() {
            return Ok(Value::str("1 Byte"));
        }
        if bytes < base {
            return Ok(Value::str(format!("{} Bytes", bytes.trunc())));
        }
        let mut unit = base;
        for letter in "kMGTPEZY".chars() {
            if bytes < unit * base || letter == 'Y' {
                let letter = if infix.is_empty() { letter } else { letter.to_ascii_uppercase() };
                return Ok(Value::str(format!("{:.1} {letter}{infix}B", bytes / unit)));
            }
            unit *= base;
        }
        Ok(Value::None)
    }

    fn default_filter(&mut self, value: Value, args: &Args) -> Eval<Value> {
        let [otherwise, boolean] = args.bind("do_default", ["default_value", "boolean"], 0)?;
        let falsy = self.flag(boolean.as_ref())? && !self.truth(&value)?;
        Ok(if value.is_undefined() || falsy { otherwise.unwrap_or_else(|| Value::str("")) } else { value })
    }

    fn join_filter(&mut self, value: &Value, args: &Args) -> Eval<Value> {
        let [separator, attribute] = args.bind("do_join", ["d", "attribute"], 0)?;
        let separator = match separator {
            Some(separator) => self.str_of(&separator)?,
            None => Str::plain(""),
        };
        let mut parts = Vec::new();
        for (n, item) in self.items_of(value)?.into_iter().enumerate() {
            if n > 0 && !separator.text.is_empty() {
                parts.push(separator.clone());
            }
            let item = self.attribute_path(&item, attribute.as_ref(), None)?;
            parts.push(self.str_of(&item)?);
        }
        self.made(parts.iter().map(|part| part.text.len()).sum())?;
        Ok(Value::Str(self.joined(&parts)))
    }

    fn int_filter(&mut self, value: &Value, args: &Args) -> Eval<Value> {
        let [otherwise, base] = args.bind("do_int", ["default", "base"], 0)?;
        let base = base.as_ref().and_then(Value::as_int).unwrap_or(10) as u32;
        let otherwise = otherwise.unwrap_or(Value::Int(0));
        Ok(match value {
            Value::Undefined(undefined) => return Err(undefined_error(undefined)),
            Value::Str(text) => match integer(&text.text, base) {
                Some(int) => Value::big(int),
                None => match text.text.trim().parse::<f64>() {
                    Ok(float) if float.is_finite() && base == 10 => {
                        BigInt::from_f64(float.trunc()).map_or(otherwise, Value::big)
                    }
                    _ => otherwise,
                },
            },
            Value::Float(float) => BigInt::from_f64(float.trunc()).map_or(otherwise, Value::big),
            Value::Decimal(decimal) => Value::big(decimal.with_scale(0).into_bigint_and_exponent().0),
            other => other.as_big().map_or(otherwise, Value::big),
        })
    }

    /// An item's attribute by a path such as `a.b.0`; the item itself without one.
    fn attribute_path(&mut self, item: &Value, path: Option<&Value>, otherwise: Option<&Value>) -> Eval<Value> {
        let mut found = item.clone();
        match path {
            None | Some(Value::None) => return Ok(found),
            Some(Value::Str(path)) => {
                for part in path.text.split('.') {
                    let key = match part.parse::<i64>() {
                        Ok(number) if part.bytes().all(|byte| byte.is_ascii_digit()) => Value::Int(number),
                        _ => Value::str(part),
                    };
                    let owner = found;
                    found = self.subscript(&owner, &key)?;
                    if found.is_undefined() {
                        match otherwise {
                            Some(otherwise) => found = otherwise.clone(),
                            None => self.note_missing(&owner, part, Use::Value),
                        }
                    }
                }
            }
            Some(key) => found = self.subscript(&found, key)?,
        }
        Ok(found)
    }

    /// Each item with what it is sorted by.
    fn keyed(
        &mut self,
        items: Vec<Value>,
        attribute: Option<&Value>,
        case_sensitive: Option<&Value>,
    ) -> Eval<Vec<(Value, Value)>> {
        let fold = !self.flag(case_sensitive)?;
        let mut keyed = Vec::with_capacity(items.len());
        for item in items {
            let key = match attribute {
                Some(Value::Str(paths)) if paths.text.contains(',') => {
                    let mut keys = Vec::new();
                    for path in paths.text.split(',') {
                        let found = self.attribute_path(&item, Some(&Value::str(path)), None)?;
                        keys.push(folded(found, fold));
                    }
                    Value::list(keys)
                }
                attribute => folded(self.attribute_path(&item, attribute, None)?, fold),
            };
            keyed.push((key, item));
        }
        Ok(keyed)
    }

    /// Sorts by the keys, keeping the order of equal ones.
    pub(super) fn sorted(&mut self, mut keyed: Vec<(Value, Value)>, reverse: bool) -> Eval<Vec<Value>> {
        let mut failure: Option<Flow> = None;
        if reverse {
            keyed.reverse();
        }
        keyed.sort_by(|(left, _), (right, _)| {
            if failure.is_some() {
                return Ordering::Equal;
            }
            match self.order("<", left, right) {
                Ok(order) => order.unwrap_or(Ordering::Equal),
                Err(flow) => {
                    failure = Some(flow);
                    Ordering::Equal
                }
            }
        });
        if let Some(flow) = failure {
            return Err(flow);
        }
        if reverse {
            keyed.reverse();
        }
        Ok(keyed.into_iter().map(|(_, item)| item).collect())
    }

    /// Jinja2's `map`, `select` and their like take a falsy value for an empty one.
    fn iterated_or_empty(&mut self, value: &Value) -> Eval<Vec<Value>> {
        if matches!(value, Value::None | Value::Bool(false) | Value::Int(0)) {
            return Ok(Vec::new());
        }
        self.items_of(value)
    }

    fn passes(&mut self, test: Option<&Value>, item: &Value, args: &Args) -> Eval<bool> {
        match test {
            None => self.truth(item),
            Some(test) => {
                let name = self.str_of(test)?;
                self.test(&name.text, item, args)
            }
        }
    }

    fn map_filter(&mut self, value: &Value, mut args: Args) -> Eval<Value> {
        let items = self.iterated_or_empty(value)?;
        let mut mapped = Vec::with_capacity(items.len());
        if args.positional.is_empty() {
            let Some(attribute) = args.named("attribute").cloned() else {
                return Err(error(ErrorKind::Python("FilterArgumentError"), "map requires a filter argument"));
            };
            let otherwise = args.named("default").cloned();
            for item in items {
                mapped.push(self.attribute_path(&item, Some(&attribute), otherwise.as_ref())?);
            }
        } else {
            let name = args.positional.remove(0);
            let name = self.str_of(&name)?;
            for item in items {
                mapped.push(self.filter(&name.text, item, args.clone())?);
            }
        }
        Ok(Value::generator(mapped))
    }

    fn groupby_filter(&mut self, value: &Value, args: &Args) -> Eval<Value> {
        let [attribute, otherwise, case_sensitive] =
            args.bind("do_groupby", ["attribute", "default", "case_sensitive"], 1)?;
        let fold = !self.flag(case_sensitive.as_ref())?;
        let mut keyed = Vec::new();
        for item in self.items_of(value)? {
            let key = self.attribute_path(&item, attribute.as_ref(), otherwise.as_ref())?;
            keyed.push((folded(key.clone(), fold), Value::tuple(vec![key, item])));
        }
        let mut groups: Vec<(Value, Value, Vec<Value>)> = Vec::new();
        let sort_keys: Vec<(Value, Value)> =
            keyed.into_iter().map(|(key, pair)| (key.clone(), Value::tuple(vec![key, pair]))).collect();
        for entry in self.sorted(sort_keys, false)? {
            let Value::Tuple(entry) = entry else { continue };
            let Value::Tuple(pair) = &entry[1] else { continue };
            match groups.last_mut() {
                Some((key, _, items)) if self.equal(key, &entry[0])? => items.push(pair[1].clone()),
                _ => groups.push((entry[0].clone(), pair[0].clone(), vec![pair[1].clone()])),
            }
        }
        Ok(Value::list(
            groups
                .into_iter()
                .map(|(_, grouper, items)| Value::Object(Rc::new(Group { grouper, items: Value::list(items) })))
                .collect(),
        ))
    }

    fn indent_filter(&mut self, value: &Value, args: &Args) -> Eval<Value> {
        let [width, first, blank] = args.bind("do_indent", ["width", "first", "blank"], 0)?;
        let text = self.str_of(value)?;
        let indentation = match width {
            Some(Value::Str(width)) => width.text.to_string(),
            Some(width) => " ".repeat(width.as_int().unwrap_or(4).clamp(0, 10_000) as usize),
            None => "    ".to_owned(),
        };
        let (first, blank) = (self.flag(first.as_ref())?, self.flag(blank.as_ref())?);
        let mut parts = Vec::new();
        let mut at = 0;
        for (n, line) in text.text.split_inclusive('\n').enumerate() {
            let content = line.trim_end_matches('\n');
            if (n > 0 || first) && (blank || !content.is_empty() || n == 0) {
                self.made(indentation.len())?;
                parts.push(Str::plain(indentation.as_str()));
            }
            parts.push(text.slice(at..at + line.len()));
            at += line.len();
        }
        self.made(parts.iter().map(|part| part.text.len()).sum())?;
        Ok(Value::Str(self.joined(&parts)))
    }

    fn truncate_filter(&mut self, value: &Value, args: &Args) -> Eval<Value> {
        let [length, killwords, end, leeway] = args.bind("do_truncate", ["length", "killwords", "end", "leeway"], 0)?;
        let text = self.soft_str(value)?;
        let length = length.as_ref().and_then(Value::as_int).unwrap_or(255).max(0) as usize;
        let leeway = leeway.as_ref().and_then(Value::as_int).unwrap_or(5).max(0) as usize;
        let end = match &end {
            Some(end) => self.str_of(end)?,
            None => Str::plain("..."),
        };
        if text.text.chars().count() <= length + leeway {
            return Ok(Value::Str(text));
        }
        let kept: String = text.text.chars().take(length.saturating_sub(end.text.chars().count())).collect();
        let kept = if self.flag(killwords.as_ref())? {
            kept
        } else {
            kept.rsplit_once(' ').map_or(kept.as_str(), |(head, _)| head).to_owned()
        };
        Ok(Value::Str(text.remade(format!("{kept}{}", end.text))))
    }
}

/// A group of `groupby`: a pair with names.
struct Group {
    grouper: Value,
    items: Value,
}

impl super::value::Object for Group {
    fn type_name(&self) -> &str {
        "_GroupTuple"
    }

    fn attr(&self, _interp: &mut Interp, name: &str) -> Eval<Option<Value>> {
        Ok(match name {
            "grouper" => Some(self.grouper.clone()),
            "list" => Some(self.items.clone()),
            _ => None,
        })
    }

    fn item(&self, _interp: &mut Interp, key: &Value) -> Eval<Option<Value>> {
        Ok(match super::ops::index(2, key) {
            Some(0) => Some(self.grouper.clone()),
            Some(_) => Some(self.items.clone()),
            None => None,
        })
    }

    fn items(&self, _interp: &mut Interp) -> Eval<Option<Vec<Value>>> {
        Ok(Some(vec![self.grouper.clone(), self.items.clone()]))
    }

    fn len(&self) -> Option<usize> {
        Some(2)
    }

    fn text(&self, interp: &mut Interp) -> Eval<Str> {
        let pair = Value::tuple(vec![self.grouper.clone(), self.items.clone()]);
        interp.repr_of(&pair).map(Str::plain)
    }

    fn as_any(&self) -> &dyn std::any::Any {
        self
    }
}

fn unsupported(what: &str) -> Flow {
    error(ErrorKind::Host("unsupported"), format!("hookproof does not evaluate {what}"))
}

fn folded(value: Value, fold: bool) -> Value {
    match text_of(&value) {
        Some(text) if fold => Value::str(text.text.to_lowercase()),
        _ => value,
    }
}

/// Jinja2's `title`: a word starts after a blank, a dash or an opening bracket.
fn title(value: &str) -> String {
    let mut out = String::with_capacity(value.len());
    let mut starts = true;
    for char in value.chars() {
        if starts {
            text::titlecase(char, &mut out);
        } else {
            out.extend(char.to_lowercase());
        }
        starts = char.is_whitespace() || matches!(char, '-' | '(' | '{' | '[' | '<');
    }
    out
}

fn escaped(value: &str) -> String {
    value.replace('&', "&amp;").replace('>', "&gt;").replace('<', "&lt;").replace('\'', "&#39;").replace('"', "&#34;")
}

/// Python's `int(text, base)`.
fn integer(text: &str, base: u32) -> Option<BigInt> {
    let text = text.trim();
    let (negative, digits) = match text.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let digits = match base {
        16 => digits.strip_prefix("0x").or_else(|| digits.strip_prefix("0X")).unwrap_or(digits),
        8 => digits.strip_prefix("0o").or_else(|| digits.strip_prefix("0O")).unwrap_or(digits),
        2 => digits.strip_prefix("0b").or_else(|| digits.strip_prefix("0B")).unwrap_or(digits),
        _ => digits,
    };
    if digits.is_empty() || digits.starts_with(['-', '+', '_']) || !(2..=36).contains(&base) {
        return None;
    }
    let int = BigInt::parse_bytes(digits.as_bytes(), base)?;
    Some(if negative { -int } else { int })
}

fn to_float(value: &Value) -> Eval<Option<f64>> {
    Ok(match value {
        Value::Undefined(undefined) => return Err(undefined_error(undefined)),
        Value::Str(text) => text.text.trim().parse().ok(),
        Value::Decimal(decimal) => num_traits::ToPrimitive::to_f64(&**decimal),
        other => other.as_float(),
    })
}

fn round(value: &Value, args: &Args) -> Eval<Value> {
    let [precision, method] = args.bind("do_round", ["precision", "method"], 0)?;
    let precision = precision.as_ref().and_then(Value::as_int).unwrap_or(0) as i32;
    let method = method.as_ref().and_then(Value::as_str).unwrap_or("common").to_owned();
    if !matches!(method.as_str(), "common" | "ceil" | "floor") {
        return Err(error(ErrorKind::Python("FilterArgumentError"), "method must be common, ceil or floor"));
    }
    if let (Value::Int(_) | Value::BigInt(_) | Value::Bool(_), "common") = (value, method.as_str()) {
        let Some(number) = value.as_big() else { return Ok(Value::None) };
        if precision >= 0 {
            return Ok(Value::big(number));
        }
        let scale = BigInt::from(10).pow(precision.unsigned_abs().min(400));
        let rest = ((&number % &scale) + &scale) % &scale;
        let low = &number - &rest;
        let (twice, half_up) = (&rest * 2, &low + &scale);
        let odd = (&low / &scale) % 2 != BigInt::from(0);
        let up = twice > scale || (twice == scale && odd);
        return Ok(Value::big(if up { half_up } else { low }));
    }
    let Some(number) = to_float(value)? else {
        return Err(type_error(format!("type {} doesn't define __round__ method", value.type_name())));
    };
    if method == "common" {
        if let Value::Decimal(decimal) = value {
            let rounded = decimal.with_scale_round(i64::from(precision), bigdecimal::RoundingMode::HalfEven);
            return Ok(Value::Decimal(Rc::new(rounded)));
        }
        // Python rounds half to even on the exact value, which the shortest text of so many digits is.
        let rounded = if precision >= 0 {
            format!("{number:.*}", precision.min(300) as usize).parse().map_err(|_| value_error("cannot round"))?
        } else {
            let scale = 10f64.powi(-precision);
            (number / scale).round_ties_even() * scale
        };
        return Ok(Value::Float(rounded));
    }
    let scale = 10f64.powi(precision);
    let scaled = if method == "ceil" { (number * scale).ceil() } else { (number * scale).floor() };
    Ok(Value::Float(scaled / scale))
}
