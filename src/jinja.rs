//! Jinja as dbt runs it: minijinja's parser, and an evaluator with Python's values.
//!
//! It takes a template and a host that gives the names, and gives text with its origin, the questions
//! that were asked about what cannot be known, and errors with their places. It knows nothing of dbt.

pub mod blocks;
pub mod branches;
mod call;
mod error;
mod filters;
mod format;
pub mod globals;
mod host;
mod interp;
mod itertools;
pub mod json;
mod loops;
mod methods;
pub mod modules;
mod moment;
mod odd;
mod ops;
mod parse;
pub mod print;
mod rewrite;
pub(crate) mod sort;
mod tests;
pub mod tree;
mod undefined;
pub mod unknown;
mod unset;
mod value;
pub mod walk;
pub mod yaml;

pub use error::{ErrorKind, Eval, Flow, JinjaError, error, python_error, type_error, value_error};
pub(crate) use filters::{NAMES as FILTERS, exists as filter_exists};
pub use host::{
    Answer, ArgumentSite, Budget, Host, Limits, MissingRead, Question, TableRead, TableUse, UndefinedRead, Use,
};
pub use interp::Interp;
pub(crate) use methods::text::is_space;
pub(crate) use moment::MONTHS;
pub use moment::{Moment, Zone};
pub use odd::{Odd, OddUse};
pub use parse::{SyntaxFault, parse};
pub(crate) use tests::{NAMES as TESTS, exists as test_exists};
pub use undefined::Undefined;
pub use unknown::Unknown;
pub use value::{Args, Dict, Function, FunctionBody, Key, MacroValue, Object, Range, Str, Value, View};
