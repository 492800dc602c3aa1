//! Python's values, as templates see them.

mod args;
mod dict;

use std::any::Any;
use std::cell::RefCell;
use std::fmt;
use std::rc::Rc;
use std::sync::Arc;

use bigdecimal::BigDecimal;
use num_bigint::BigInt;
use num_traits::ToPrimitive;

use super::error::Eval;
use super::interp::Interp;
use super::moment::Moment;
use super::tree::{Macro, Name, Template};
use super::undefined::Undefined;
use super::unknown::Unknown;
use crate::source::{Call, Piece, Place, Text};

pub use args::Args;
pub use dict::{Dict, Key};

/// A value of Python. Lists, dicts, sets and namespaces are shared: a copy is the same object.
#[derive(Clone)]
pub enum Value {
    /// Jinja's undefined, of either class.
    Undefined(Rc<Undefined>),
    /// `None`
    None,
    /// `bool`
    Bool(bool),
    /// `int`, where it fits
    Int(i64),
    /// `int`, where it does not
    BigInt(Rc<BigInt>),
    /// `float`
    Float(f64),
    /// `decimal.Decimal`
    Decimal(Rc<BigDecimal>),
    /// `str`
    Str(Str),
    /// `bytes`
    Bytes(Rc<[u8]>),
    /// `list`
    List(Rc<RefCell<Vec<Value>>>),
    /// `tuple`
    Tuple(Rc<[Value]>),
    /// `dict`
    Dict(Rc<RefCell<Dict>>),
    /// `set`
    Set(Rc<RefCell<Dict>>),
    /// `range`
    Range(Rc<Range>),
    /// `dict.keys()` and the like
    View(Rc<RefCell<Dict>>, View),
    /// A generator or another iterator: it can be walked once.
    Iterator(Rc<RefCell<Iterator>>),
    /// Jinja's `namespace`
    Namespace(Rc<RefCell<Dict>>),
    /// Dates, times and durations
    Moment(Rc<Moment>),
    /// A macro
    Macro(Rc<MacroValue>),
    /// A function
    Function(Rc<Function>),
    /// A method with its object
    Method(Rc<(Value, Name)>),
    /// A value of the host's own
    Object(Rc<dyn Object>),
    /// A value that cannot be known before the run
    Unknown(Rc<Unknown>),
}

/// What sort of text a `str` is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StrKind {
    /// `str` itself.
    Plain,
    /// markupsafe's Markup: escaped already.
    Markup,
    /// A member of an enumeration of texts, with its `repr()`.
    Member(&'static str),
}

/// Text with its origin.
#[derive(Clone)]
pub struct Str {
    /// The text.
    pub text: Arc<str>,
    /// Its origin.
    pub pieces: Option<Arc<[Piece]>>,
    /// What sort of text it is to Python.
    pub kind: StrKind,
}

/// Which part of a dict a view shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum View {
    Keys,
    Values,
    Items,
}

/// `range(start, stop, step)`
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Range {
    pub start: i64,
    pub stop: i64,
    pub step: i64,
}

impl Range {
    /// How many numbers it has.
    #[must_use]
    pub fn len(&self) -> i64 {
        let (start, stop, step) = (i128::from(self.start), i128::from(self.stop), i128::from(self.step));
        let count = if step > 0 { (stop - start + step - 1) / step } else { (start - stop - step - 1) / -step };
        i64::try_from(count.max(0)).unwrap_or(i64::MAX)
    }

    /// Whether it has none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The number at a position that lies in it.
    #[must_use]
    pub fn at(&self, index: i64) -> Value {
        Value::Int(self.start.wrapping_add(self.step.wrapping_mul(index)))
    }
}

/// What is left of an iterator.
pub struct Iterator {
    /// Python's name of its type.
    pub type_name: &'static str,
    /// What is to come, last first.
    pub rest: Vec<Value>,
}

/// A function of the engine or of the host, by name; `bound` is what it works on.
pub struct Function {
    /// Its name.
    pub name: Name,
    /// What it does.
    pub call: Box<FunctionBody>,
}

/// The body of a [`Function`].
pub type FunctionBody = dyn Fn(&mut Interp, Args) -> Eval<Value>;

/// A macro as a value.
pub struct MacroValue {
    /// What it does.
    pub decl: Arc<Macro>,
    /// The template it stands in.
    pub template: Arc<Template>,
    /// The variables around it, for the block of a call.
    pub closure: Vec<(Name, Value)>,
    /// Whether it is one of dbt's, which catches `return()`; the block of a call does not.
    pub catches_return: bool,
    /// The name in messages, with its package.
    pub shown: Name,
    /// The calls that the block of a call stands in.
    pub within: Option<Arc<Call>>,
    /// Whether names in it read as dbt's permissive class: the block of a call in a hook's own text.
    pub permissive: bool,
}

/// A value of the host's own.
pub trait Object {
    /// Python's name of the type.
    fn type_name(&self) -> &str;
    /// The module of its type, for messages that name it.
    fn module(&self) -> &str {
        ""
    }
    /// An attribute; none where there is none.
    fn attr(&self, _interp: &mut Interp, _name: &str) -> Eval<Option<Value>> {
        Ok(None)
    }
    /// An item; none where there is none.
    fn item(&self, _interp: &mut Interp, _key: &Value) -> Eval<Option<Value>> {
        Ok(None)
    }
    /// Calls a method; none where there is none, so that an attribute may be called.
    fn call_method(&self, _interp: &mut Interp, _name: &str, _args: &Args) -> Eval<Option<Value>> {
        Ok(None)
    }
    /// The names of its methods, as far as templates may ask for them without calling.
    fn methods(&self) -> &[&'static str] {
        &[]
    }
    /// Calls the object itself; none where it is not callable.
    fn call(&self, _interp: &mut Interp, _args: Args) -> Eval<Option<Value>> {
        Ok(None)
    }
    /// Its items, where it can be iterated.
    fn items(&self, _interp: &mut Interp) -> Eval<Option<Vec<Value>>> {
        Ok(None)
    }
    /// Its length, where it has one.
    fn len(&self) -> Option<usize> {
        None
    }
    /// Its length, where asking for it may fail.
    fn len_in(&self, _interp: &mut Interp) -> Eval<Option<usize>> {
        Ok(self.len())
    }
    /// What equal objects have alike, where it is not itself that makes the key of a dict.
    fn key(&self) -> Option<String> {
        None
    }
    /// Its truth; by its length unless said.
    fn truth(&self) -> bool {
        self.len() != Some(0)
    }
    /// `str()` of it.
    fn text(&self, interp: &mut Interp) -> Eval<Str>;
    /// `repr()` of it.
    fn repr(&self, interp: &mut Interp) -> Eval<String> {
        self.text(interp).map(|text| text.text.to_string())
    }
    /// Whether it equals another value; identity unless said.
    fn equals(&self, _other: &Value) -> bool {
        false
    }
    /// Whether it equals another value, where that takes an evaluation.
    fn equals_in(&self, _interp: &mut Interp, other: &Value) -> Eval<bool> {
        Ok(self.equals(other))
    }
    /// Whether it is a mapping, for the test of that name.
    fn is_mapping(&self) -> bool {
        false
    }
    /// The dict that it stands for, where it is a mapping.
    fn as_dict(&self) -> Option<Value> {
        None
    }
    /// Whether it can be called.
    fn is_callable(&self) -> bool {
        false
    }
    /// Itself, to find its type again.
    fn as_any(&self) -> &dyn Any;
}

impl Str {
    /// Text of no known origin.
    #[must_use]
    pub fn plain(text: impl Into<Arc<str>>) -> Str {
        Str { text: text.into(), pieces: None, kind: StrKind::Plain }
    }

    /// A member of an enumeration of texts; `repr` is its `repr()`.
    #[must_use]
    pub fn member(text: &'static str, repr: &'static str) -> Str {
        Str { kind: StrKind::Member(repr), ..Str::plain(text) }
    }

    /// The sort of what is made of it: a part of a member is none.
    fn sort(&self) -> StrKind {
        if self.kind == StrKind::Markup { StrKind::Markup } else { StrKind::Plain }
    }

    /// The text with its origin, for other stations.
    #[must_use]
    pub fn to_text(&self) -> Text {
        Text { value: Arc::clone(&self.text), pieces: self.pieces.clone().unwrap_or_default() }
    }

    /// A byte range of it.
    #[must_use]
    pub fn slice(&self, range: std::ops::Range<usize>) -> Str {
        if range.start == 0 && range.end == self.text.len() {
            return self.clone();
        }
        let pieces = self
            .pieces
            .as_ref()
            .map(|pieces| crate::source::slice_pieces(pieces, range.start as u32, range.end as u32).into());
        Str { text: Arc::from(&self.text[range]), pieces, kind: self.sort() }
    }

    /// Another text of the same length or not, made where this one was: its origin as a whole.
    #[must_use]
    pub fn remade(&self, text: impl Into<Arc<str>>) -> Str {
        let text = text.into();
        let pieces = self.pieces.as_ref().and_then(|pieces| {
            let first = pieces.first()?;
            let place: Place = pieces.iter().fold(first.place, |whole, piece| whole.to(piece.place));
            let whole = Piece { at: 0, len: text.len() as u32, place, verbatim: false, through: first.through.clone() };
            Some(if text.is_empty() { Arc::from([]) } else { Arc::from([whole]) })
        });
        Str { text, pieces, kind: self.sort() }
    }
}

impl From<&Text> for Str {
    fn from(text: &Text) -> Str {
        let pieces = if text.pieces.is_empty() { None } else { Some(Arc::clone(&text.pieces)) };
        Str { text: Arc::clone(&text.value), pieces, kind: StrKind::Plain }
    }
}

impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Str(text) => write!(f, "Str({:?})", text.text),
            Value::Int(value) => write!(f, "Int({value})"),
            other => f.write_str(other.type_name()),
        }
    }
}

impl Value {
    /// Text of no known origin.
    pub fn str(text: impl Into<Arc<str>>) -> Value {
        Value::Str(Str::plain(text))
    }

    /// A list of these.
    #[must_use]
    pub fn list(items: Vec<Value>) -> Value {
        Value::List(Rc::new(RefCell::new(items)))
    }

    /// A tuple of these.
    #[must_use]
    pub fn tuple(items: Vec<Value>) -> Value {
        Value::Tuple(items.into())
    }

    /// A dict.
    #[must_use]
    pub fn dict(dict: Dict) -> Value {
        Value::Dict(Rc::new(RefCell::new(dict)))
    }

    /// A dict with text keys.
    pub fn record<'a>(entries: impl IntoIterator<Item = (&'a str, Value)>) -> Value {
        let mut dict = Dict::default();
        for (key, value) in entries {
            dict.set_str(key, value);
        }
        Value::dict(dict)
    }

    /// A generator over these.
    #[must_use]
    pub fn generator(mut items: Vec<Value>) -> Value {
        items.reverse();
        Value::Iterator(Rc::new(RefCell::new(Iterator { type_name: "generator", rest: items })))
    }

    /// A function.
    pub fn function(name: &str, call: impl Fn(&mut Interp, Args) -> Eval<Value> + 'static) -> Value {
        Value::Function(Rc::new(Function { name: Arc::from(name), call: Box::new(call) }))
    }

    /// An integer in its smallest form.
    #[must_use]
    pub fn big(value: BigInt) -> Value {
        match value.to_i64() {
            Some(small) => Value::Int(small),
            None => Value::BigInt(Rc::new(value)),
        }
    }

    /// Undefined with a message, of the stock class.
    #[must_use]
    pub fn undefined(message: String) -> Value {
        Value::Undefined(Rc::new(Undefined::stock(message)))
    }

    /// Text or undefined, as text.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Value::Str(text) => Some(&text.text),
            _ => None,
        }
    }

    /// `None` of Python.
    #[must_use]
    pub fn is_none(&self) -> bool {
        matches!(self, Value::None)
    }

    /// Jinja's undefined.
    #[must_use]
    pub fn is_undefined(&self) -> bool {
        matches!(self, Value::Undefined(_))
    }

    /// The integer, of a bool or an int that fits.
    #[must_use]
    pub fn as_int(&self) -> Option<i64> {
        match self {
            Value::Bool(value) => Some(i64::from(*value)),
            Value::Int(value) => Some(*value),
            _ => None,
        }
    }

    /// The integer, of a bool or any int.
    #[must_use]
    pub fn as_big(&self) -> Option<BigInt> {
        match self {
            Value::Bool(value) => Some(BigInt::from(u8::from(*value))),
            Value::Int(value) => Some(BigInt::from(*value)),
            Value::BigInt(value) => Some((**value).clone()),
            _ => None,
        }
    }

    /// The number as a float, of any number but a Decimal.
    #[must_use]
    pub fn as_float(&self) -> Option<f64> {
        match self {
            Value::Bool(value) => Some(f64::from(u8::from(*value))),
            Value::Int(value) => Some(*value as f64),
            Value::BigInt(value) => value.to_f64().filter(|float| float.is_finite()),
            Value::Float(value) => Some(*value),
            _ => None,
        }
    }

    /// Python's name of the type.
    #[must_use]
    pub fn type_name(&self) -> &str {
        match self {
            Value::Undefined(_) => "Undefined",
            Value::None => "NoneType",
            Value::Bool(_) => "bool",
            Value::Int(_) | Value::BigInt(_) => "int",
            Value::Float(_) => "float",
            Value::Decimal(_) => "decimal.Decimal",
            Value::Str(text) => {
                if text.kind == StrKind::Markup {
                    "Markup"
                } else {
                    "str"
                }
            }
            Value::Bytes(_) => "bytes",
            Value::List(_) => "list",
            Value::Tuple(_) => "tuple",
            Value::Dict(_) => "dict",
            Value::Set(_) => "set",
            Value::Range(_) => "range",
            Value::View(_, View::Keys) => "dict_keys",
            Value::View(_, View::Values) => "dict_values",
            Value::View(_, View::Items) => "dict_items",
            Value::Iterator(iterator) => iterator.borrow().type_name,
            Value::Namespace(_) => "Namespace",
            Value::Moment(moment) => moment.type_name(),
            Value::Macro(_) => "MacroGenerator",
            Value::Function(_) => "function",
            Value::Method(_) => "builtin_function_or_method",
            Value::Object(object) => object.type_name(),
            Value::Unknown(unknown) => unknown.type_name(),
        }
    }

    /// Whether both are the same object, as Python's `is` has it.
    #[must_use]
    pub fn same_as(&self, other: &Value) -> bool {
        match (self, other) {
            (Value::None, Value::None) => true,
            (Value::Bool(left), Value::Bool(right)) => left == right,
            (Value::Int(left), Value::Int(right)) => left == right,
            (Value::Str(left), Value::Str(right)) => Arc::ptr_eq(&left.text, &right.text) || left.text == right.text,
            (Value::List(left), Value::List(right)) => Rc::ptr_eq(left, right),
            (Value::Dict(left), Value::Dict(right)) | (Value::Set(left), Value::Set(right)) => Rc::ptr_eq(left, right),
            (Value::Tuple(left), Value::Tuple(right)) => Rc::ptr_eq(left, right),
            (Value::Object(left), Value::Object(right)) => Rc::ptr_eq(left, right),
            (Value::Macro(left), Value::Macro(right)) => Rc::ptr_eq(left, right),
            (Value::Undefined(left), Value::Undefined(right)) => Rc::ptr_eq(left, right),
            (Value::Namespace(left), Value::Namespace(right)) => Rc::ptr_eq(left, right),
            _ => false,
        }
    }
}
