//! `api.Column` itself: what makes columns.

use std::any::Any;

use super::Column;
use super::class::Class;
use crate::jinja::{Args, Eval, Interp, Object, Str, Unknown, Value};
use crate::render::arguments::Signature;
use crate::render::context::{host_error, unknown};

/// `api.Column`: the class.
pub(super) struct ColumnClass(pub(super) Class);

impl ColumnClass {
    fn described(&self, interp: &mut Interp, name: &Value, raw: &Value) -> Eval<Column> {
        let raw_text = interp.str_of(raw)?.text;
        let name = interp.str_of(name)?.text.to_string();
        let class = self.0;
        let lowered = raw_text.to_lowercase();
        let opaque = match class {
            Class::Trino => !["varchar", "char", "decimal"].iter().any(|start| lowered.starts_with(start)),
            Class::Snowflake => ["array", "object", "map", "vector"].iter().any(|start| lowered.starts_with(start)),
            _ => false,
        };
        if opaque {
            return Ok(Column::made(class, name, Value::str(&*raw_text)));
        }
        let described = match raw_text.find('(') {
            Some(0) | None if raw_text.is_empty() || raw_text.starts_with('(') => None,
            Some(at) => Some((&raw_text[..at], raw_text[at + 1..].split_once(')').map(|(size, _)| size))),
            None => Some((&*raw_text, None)),
        };
        let Some((dtype, size)) = described else {
            return Err(host_error("column", format!("Could not interpret data type \"{raw_text}\"")));
        };
        let mut made = Column::made(class, name, Value::str(dtype));
        let number = |part: &str| {
            part.trim().parse().map(Value::Int).map_err(|_| {
                host_error(
                    "column",
                    format!("Could not interpret data_type \"{raw_text}\": could not convert \"{part}\" to an integer"),
                )
            })
        };
        match size.map(|size| size.split(',').collect::<Vec<_>>()).as_deref() {
            Some([size]) => made.char_size = number(size)?,
            Some([precision, scale]) => (made.precision, made.scale) = (number(precision)?, number(scale)?),
            _ => {}
        }
        if class.params().len() < GIVEN {
            Signature::method(class.constructor(), class.params(), 2).bind(&Args::of(vec![Value::None; GIVEN]))?;
        }
        Ok(made)
    }
}

/// How many arguments `from_description` gives to the constructor, also to one that takes fewer.
const GIVEN: usize = 5;

impl Object for ColumnClass {
    fn type_name(&self) -> &str {
        "type"
    }

    fn call(&self, _interp: &mut Interp, args: Args) -> Eval<Option<Value>> {
        Column::new(self.0, &args).map(|column| Some(column.value()))
    }

    fn call_method(&self, interp: &mut Interp, name: &str, args: &Args) -> Eval<Option<Value>> {
        let bound = |function: &str, params: &[&str]| -> Eval<Vec<Value>> {
            let bound = Signature::method(function, params, params.len()).bind(args)?;
            Ok(bound.into_iter().map(|value| value.unwrap_or(Value::None)).collect())
        };
        if args.positional.iter().any(|value| matches!(value, Value::Unknown(_)))
            && matches!(name, "translate_type" | "from_description")
        {
            return Ok(Some(unknown(format!("api.Column.{name}(…)"), "it reads something that is not known")));
        }
        Ok(Some(match name {
            "create" => {
                let given = bound("Column.create", &["name", "label_or_dtype"])?;
                let label = interp.str_of(&given[1])?;
                let dtype = Value::str(self.0.translate(&label.text));
                Column::new(self.0, &Args::of(vec![given[0].clone(), dtype]))?.value()
            }
            "translate_type" => {
                let given = bound("Column.translate_type", &["dtype"])?;
                let label = interp.str_of(&given[0])?;
                Value::str(self.0.translate(&label.text))
            }
            "string_type" => {
                let given = bound("Column.string_type", &["size"])?;
                Value::str(self.0.string_type(interp, &given[0])?)
            }
            "numeric_type" => {
                let given = bound("Column.numeric_type", &["dtype", "precision", "scale"])?;
                let dtype = interp.str_of(&given[0])?;
                Value::str(self.0.numeric_type(interp, &dtype.text, &given[1], &given[2])?)
            }
            "from_description" => {
                let given = bound("Column.from_description", &["name", "raw_data_type"])?;
                self.described(interp, &given[0], &given[1])?.value()
            }
            "binary_type" if self.0 == Class::Athena => Value::str("varbinary"),
            "array_type" if self.0 == Class::Athena => {
                let given = bound("AthenaColumn.array_type", &["inner_type"])?;
                Value::str(format!("array({})", interp.str_of(&given[0])?.text))
            }
            _ => return Ok(None),
        }))
    }

    fn is_callable(&self) -> bool {
        true
    }

    fn text(&self, interp: &mut Interp) -> Eval<Str> {
        Ok(Str::plain(match self.0 {
            Class::Base => interp.placeholder(&Unknown::new("api.Column", "the class of this adapter is not known")),
            class => format!("<class '{}.{}'>", class.module(), class.name()),
        }))
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}
