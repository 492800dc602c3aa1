//! How an evaluation ends early.

use std::sync::Arc;

use super::tree::Name;
use super::value::Value;
use crate::source::{Call, Place};

/// What the evaluation of a part gives.
pub type Eval<T> = Result<T, Flow>;

/// Why the evaluation of a part ended.
#[derive(Clone)]
pub enum Flow {
    /// An error.
    Error(Box<JinjaError>),
    /// `return(value)`, on its way to the macro that catches it.
    Return(Value),
    /// `{% break %}`
    Break,
    /// `{% continue %}`
    Continue,
}

/// An error of a template.
#[derive(Debug, Clone)]
pub struct JinjaError {
    /// Its kind.
    pub kind: ErrorKind,
    /// Its message, as dbt prints it.
    pub message: String,
    /// Where.
    pub place: Option<Place>,
    /// The macro calls that led there.
    pub through: Option<Arc<Call>>,
}

/// The kind of an error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ErrorKind {
    /// The template, or a macro it calls, does not parse.
    Syntax,
    /// Something undefined was used; the name where it is one that nothing defines.
    Undefined {
        /// The name that nothing defines.
        name: Option<Name>,
        /// Whether it was called.
        called: bool,
    },
    /// A filter that does not exist.
    UnknownFilter,
    /// A test that does not exist.
    UnknownTest,
    /// A macro was called with arguments it does not take.
    MacroArguments,
    /// Python would raise: the name of the exception.
    Python(&'static str),
    /// The template raised it on purpose.
    Raised,
    /// A bound was met: its name.
    Limit(&'static str),
    /// The host's own: its code.
    Host(&'static str),
}

impl JinjaError {
    /// An error of that kind, whose place is not known yet.
    #[must_use]
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> JinjaError {
        JinjaError { kind, message: message.into(), place: None, through: None }
    }
}

impl From<JinjaError> for Flow {
    fn from(error: JinjaError) -> Flow {
        Flow::Error(Box::new(error))
    }
}

/// An error of that kind.
pub fn error(kind: ErrorKind, message: impl Into<String>) -> Flow {
    JinjaError::new(kind, message).into()
}

/// Python's `TypeError`.
pub fn type_error(message: impl Into<String>) -> Flow {
    error(ErrorKind::Python("TypeError"), message)
}

/// Python's `ValueError`.
pub fn value_error(message: impl Into<String>) -> Flow {
    error(ErrorKind::Python("ValueError"), message)
}

/// An error of another of Python's exceptions.
pub fn python_error(exception: &'static str, message: impl Into<String>) -> Flow {
    error(ErrorKind::Python(exception), message)
}
