//! The filters of lists: what they sort, group and pick by.

use std::cmp::Ordering;
use std::rc::Rc;

use crate::jinja::error::{ErrorKind, Eval, error, python_error};
use crate::jinja::host::Use;
use crate::jinja::interp::Interp;
use crate::jinja::ops::text_of;
use crate::jinja::sort::sorted_places;
use crate::jinja::value::{Args, Object, Str, Value};

impl Interp {
    pub(super) fn join_filter(&mut self, value: &Value, args: &Args) -> Eval<Value> {
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

    /// An item's attribute by a path such as `a.b.0`; the item itself without one.
    pub(super) fn attribute_path(
        &mut self,
        item: &Value,
        path: Option<&Value>,
        otherwise: Option<&Value>,
    ) -> Eval<Value> {
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
    pub(super) fn keyed(
        &mut self,
        items: Vec<Value>,
        attribute: Option<&Value>,
        case_sensitive: Option<&Value>,
    ) -> Eval<Vec<(Value, Value)>> {
        let fold = !self.flag(case_sensitive)?;
        self.keyed_by(items, |interp, item| Ok(folded(interp.attribute_path(item, attribute, None)?, fold)))
    }

    /// Each item with what `sort` sorts it by: a list, also of one attribute.
    pub(super) fn keyed_by_lists(
        &mut self,
        items: Vec<Value>,
        attribute: Option<&Value>,
        case_sensitive: Option<&Value>,
    ) -> Eval<Vec<(Value, Value)>> {
        let fold = !self.flag(case_sensitive)?;
        let paths = match attribute {
            Some(Value::Str(paths)) => paths.text.split(',').map(|path| Some(Value::str(path))).collect(),
            other => vec![other.cloned()],
        };
        self.keyed_by(items, |interp, item| {
            let mut keys = Vec::with_capacity(paths.len());
            for path in &paths {
                keys.push(folded(interp.attribute_path(item, path.as_ref(), None)?, fold));
            }
            Ok(Value::list(keys))
        })
    }

    fn keyed_by(
        &mut self,
        items: Vec<Value>,
        mut key: impl FnMut(&mut Interp, &Value) -> Eval<Value>,
    ) -> Eval<Vec<(Value, Value)>> {
        items.into_iter().map(|item| Ok((key(self, &item)?, item))).collect()
    }

    /// Sorts by the keys, keeping the order of equal ones.
    pub(in crate::jinja) fn sorted(&mut self, mut keyed: Vec<(Value, Value)>, reverse: bool) -> Eval<Vec<Value>> {
        if reverse {
            keyed.reverse();
        }
        let is_less =
            |left: usize, right: usize| Ok(self.order("<", &keyed[left].0, &keyed[right].0)? == Some(Ordering::Less));
        let mut places = sorted_places(keyed.len(), is_less)?;
        if reverse {
            places.reverse();
        }
        Ok(places.into_iter().map(|at| std::mem::replace(&mut keyed[at].1, Value::None)).collect())
    }

    /// Jinja2's `map`, `select` and their like look at nothing else where the value is falsy.
    pub(super) fn items_unless_falsy(&mut self, value: &Value) -> Eval<Option<Vec<Value>>> {
        if matches!(value, Value::None | Value::Bool(false) | Value::Int(0)) {
            return Ok(None);
        }
        if !matches!(value, Value::Iterator(_) | Value::Unknown(_)) && !self.truth(value)? {
            return Ok(None);
        }
        self.items_of(value).map(Some)
    }

    pub(super) fn batch_filter(&mut self, value: &Value, args: &Args) -> Eval<Value> {
        let [size, fill] = args.bind("do_batch", ["linecount", "fill_with"], 1)?;
        let size = size.as_ref().and_then(Value::as_int).unwrap_or(1);
        let mut batches = Vec::new();
        let mut batch = Vec::new();
        for item in self.items_of(value)? {
            if batch.len() as i64 == size {
                batches.push(Value::list(std::mem::take(&mut batch)));
            }
            batch.push(item);
        }
        if !batch.is_empty() {
            let size = usize::try_from(size).unwrap_or(0);
            if let Some(fill) = fill.filter(|fill| !fill.is_none() && batch.len() < size) {
                self.made(size.saturating_mul(8))?;
                batch.resize(size, fill);
            }
            batches.push(Value::list(batch));
        }
        Ok(Value::generator(batches))
    }

    pub(super) fn slice_filter(&mut self, value: &Value, args: &Args) -> Eval<Value> {
        let [slices, fill] = args.bind("do_slice", ["slices", "fill_with"], 1)?;
        let slices = match slices.as_ref().and_then(Value::as_int).unwrap_or(1) {
            0 => return Err(python_error("ZeroDivisionError", "integer division or modulo by zero")),
            slices => slices.clamp(0, 100_000) as usize,
        };
        let items = self.items_of(value)?;
        let (each, larger) = (items.len() / slices.max(1), items.len() % slices.max(1));
        let mut at = 0;
        let mut parts = Vec::with_capacity(slices);
        for n in 0..slices {
            let len = each + usize::from(n < larger);
            let mut part = items[at..at + len].to_vec();
            at += len;
            if let Some(fill) = fill.as_ref().filter(|fill| !fill.is_none() && n >= larger) {
                part.push(fill.clone());
            }
            parts.push(Value::list(part));
        }
        Ok(Value::generator(parts))
    }

    pub(super) fn passes(&mut self, test: Option<&Value>, item: &Value, args: &Args) -> Eval<bool> {
        match test {
            None => self.truth(item),
            Some(test) => {
                let name = self.str_of(test)?;
                self.test(&name.text, item, args)
            }
        }
    }

    pub(super) fn map_filter(&mut self, value: &Value, mut args: Args) -> Eval<Value> {
        let Some(items) = self.items_unless_falsy(value)? else { return Ok(Value::generator(Vec::new())) };
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

    pub(super) fn groupby_filter(&mut self, value: &Value, args: &Args) -> Eval<Value> {
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
}

/// A group of `groupby`: a pair with names.
struct Group {
    grouper: Value,
    items: Value,
}

impl Object for Group {
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
        Ok(match crate::jinja::ops::index(2, key) {
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

pub(super) fn folded(value: Value, fold: bool) -> Value {
    match text_of(&value) {
        Some(text) if fold => Value::str(text.text.to_lowercase()),
        _ => value,
    }
}
