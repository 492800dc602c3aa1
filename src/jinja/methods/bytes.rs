//! The methods of `bytes`: those of `str`, on text whose characters are the bytes.

use std::rc::Rc;

use super::super::error::{Eval, python_error, type_error};
use super::super::interp::Interp;
use super::super::value::{Args, Str, Value};
use super::{text, unsupported};

pub(super) const NAMES: &[&str] = &[
    "capitalize",
    "center",
    "count",
    "decode",
    "endswith",
    "find",
    "hex",
    "index",
    "isalnum",
    "isalpha",
    "isascii",
    "isdigit",
    "islower",
    "isspace",
    "istitle",
    "isupper",
    "join",
    "ljust",
    "lower",
    "lstrip",
    "partition",
    "removeprefix",
    "removesuffix",
    "replace",
    "rfind",
    "rindex",
    "rjust",
    "rpartition",
    "rsplit",
    "rstrip",
    "split",
    "startswith",
    "strip",
    "swapcase",
    "title",
    "upper",
    "zfill",
];

/// Where a part first stands in bytes.
pub(in crate::jinja) fn position(bytes: &[u8], part: &[u8]) -> Option<usize> {
    if part.is_empty() { Some(0) } else { bytes.windows(part.len()).position(|window| window == part) }
}

/// What a text is in an encoding.
pub(super) fn encode(text: &str, encoding: &str, errors: &str) -> Eval<Value> {
    let (name, most) = match &*encoding.to_lowercase().replace(['-', '_'], "") {
        "utf8" => return Ok(Value::Bytes(text.as_bytes().into())),
        "ascii" | "usascii" => ("ascii", 0x80),
        "latin1" | "iso88591" => ("latin-1", 0x100),
        _ => return Err(unsupported("str", "encode")),
    };
    let mut bytes = Vec::with_capacity(text.len());
    for char in text.chars() {
        match (u32::from(char), errors) {
            (code, _) if code < most => bytes.push(code as u8),
            (_, "ignore") => {}
            (_, "replace") => bytes.push(b'?'),
            (_, "strict") => {
                return Err(python_error(
                    "UnicodeEncodeError",
                    format!("'{name}' codec can't encode character '{char}'"),
                ));
            }
            _ => return Err(unsupported("str", "encode")),
        }
    }
    Ok(Value::Bytes(bytes.into()))
}

fn decode(bytes: &[u8], args: &Args) -> Eval<Value> {
    let [encoding, errors] = args.bind("decode", ["encoding", "errors"], 0)?;
    let encoding = encoding.as_ref().and_then(Value::as_str).unwrap_or("utf-8").to_lowercase().replace(['-', '_'], "");
    let failed = || python_error("UnicodeDecodeError", "the bytes are not of that encoding");
    let is_strict = errors.as_ref().and_then(Value::as_str).is_none_or(|errors| errors == "strict");
    Ok(Value::str(match &*encoding {
        "latin1" | "iso88591" => latin(bytes),
        "ascii" | "usascii" if bytes.is_ascii() => latin(bytes),
        "utf8" => match std::str::from_utf8(bytes) {
            Ok(text) => text.to_owned(),
            Err(_) if is_strict => return Err(failed()),
            Err(_) => return Err(unsupported("bytes", "decode")),
        },
        "ascii" | "usascii" if is_strict => return Err(failed()),
        _ => return Err(unsupported("bytes", "decode")),
    }))
}

/// Each byte as the character of that number.
fn latin(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| char::from(*byte)).collect()
}

/// An argument, as the methods of `str` take it.
fn given(value: &Value) -> Eval<Value> {
    Ok(match value {
        Value::Bytes(bytes) => Value::str(latin(bytes)),
        Value::Str(_) => return Err(type_error("a bytes-like object is required, not 'str'")),
        Value::List(items) => Value::list(items.borrow().iter().map(given).collect::<Eval<_>>()?),
        Value::Tuple(items) => Value::tuple(items.iter().map(given).collect::<Eval<_>>()?),
        other => other.clone(),
    })
}

/// A result of theirs, with bytes for text.
fn taken(value: Value) -> Value {
    match value {
        Value::Str(text) => Value::Bytes(text.text.chars().map(|char| char as u8).collect()),
        Value::List(items) => Value::list(items.borrow().iter().cloned().map(taken).collect()),
        Value::Tuple(items) => Value::tuple(items.iter().cloned().map(taken).collect()),
        other => other,
    }
}

pub(super) fn call(interp: &mut Interp, bytes: &Rc<[u8]>, name: &str, args: &Args) -> Eval<Value> {
    match name {
        "decode" => return decode(bytes, args),
        "hex" => return Ok(Value::str(bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>())),
        // Bytes beyond ASCII have no case and are no blanks, and neither are its separators.
        _ if !bytes.iter().all(|byte| byte.is_ascii() && !(0x1c..=0x1f).contains(byte)) => {
            return Err(unsupported("bytes", name));
        }
        _ => {}
    }
    let positional = args.positional.iter().map(given).collect::<Eval<_>>()?;
    let keyword = args.keyword.iter().map(|(name, value)| Ok((name.clone(), given(value)?))).collect::<Eval<_>>()?;
    text::call(interp, &Str::plain(latin(bytes)), name, &Args { positional, keyword }).map(taken)
}
