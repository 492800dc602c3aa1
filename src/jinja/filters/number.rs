//! The filters of numbers.

use std::rc::Rc;

use num_bigint::BigInt;
use num_traits::FromPrimitive;

use crate::jinja::error::{ErrorKind, Eval, error, python_error, type_error, value_error};
use crate::jinja::interp::Interp;
use crate::jinja::methods::text::is_space;
use crate::jinja::undefined::undefined_error;
use crate::jinja::value::{Args, Value};

impl Interp {
    pub(super) fn int_filter(&mut self, value: &Value, args: &Args) -> Eval<Value> {
        let [otherwise, base] = args.bind("do_int", ["default", "base"], 0)?;
        let base = base.as_ref().and_then(Value::as_int).unwrap_or(10) as u32;
        let otherwise = otherwise.unwrap_or(Value::Int(0));
        Ok(match value {
            Value::Undefined(undefined) => return Err(undefined_error(undefined)),
            Value::Str(text) => match integer(&text.text, base) {
                Some(int) => Value::big(int),
                None => match float(&text.text) {
                    Some(float) => BigInt::from_f64(float.trunc()).map_or(otherwise, Value::big),
                    None => otherwise,
                },
            },
            Value::Float(float) => BigInt::from_f64(float.trunc()).map_or(otherwise, Value::big),
            Value::Decimal(decimal) => Value::big(decimal.with_scale(0).into_bigint_and_exponent().0),
            other => other.as_big().map_or(otherwise, Value::big),
        })
    }

    pub(super) fn filesize_filter(&mut self, value: &Value, args: &Args) -> Eval<Value> {
        let [binary] = args.bind("do_filesizeformat", ["binary"], 0)?;
        let Some(bytes) = to_float(value)? else {
            return Err(match value {
                Value::Str(_) => value_error(format!("could not convert string to float: {}", self.repr_of(value)?)),
                other => {
                    let type_name = other.type_name();
                    type_error(format!("float() argument must be a string or a real number, not '{type_name}'"))
                }
            });
        };
        let (base, infix) = if self.flag(binary.as_ref())? { (1024_u128, "i") } else { (1000, "") };
        if bytes.to_bits() == 1f64.to_bits() {
            return Ok(Value::str("1 Byte"));
        }
        if bytes < base as f64 {
            return match BigInt::from_f64(bytes.trunc()) {
                Some(bytes) => Ok(Value::str(format!("{bytes} Bytes"))),
                None => Err(python_error("OverflowError", "cannot convert float infinity to integer")),
            };
        }
        // Python compares the int with the float exactly: less than a whole number is its whole part.
        let whole = if bytes.is_nan() { u128::MAX } else { bytes as u128 };
        let mut unit = base;
        for letter in "kMGTPEZY".chars() {
            unit *= base;
            if whole < unit || letter == 'Y' {
                let letter = if infix.is_empty() { letter } else { letter.to_ascii_uppercase() };
                let shown = format!("{:.1}", base as f64 * bytes / unit as f64).to_lowercase();
                return Ok(Value::str(format!("{shown} {letter}{infix}B")));
            }
        }
        Ok(Value::None)
    }
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

/// Python's `float(text)`: an underscore may stand between digits.
fn float(text: &str) -> Option<f64> {
    let text = text.trim_matches(is_space);
    let bytes = text.as_bytes();
    let digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
    if text.match_indices('_').any(|(at, _)| at == 0 || !digit(at - 1) || !digit(at + 1)) {
        return None;
    }
    text.replace('_', "").parse().ok()
}

pub(super) fn to_float(value: &Value) -> Eval<Option<f64>> {
    Ok(match value {
        Value::Undefined(undefined) => return Err(undefined_error(undefined)),
        Value::Str(text) => float(&text.text),
        Value::Decimal(decimal) => num_traits::ToPrimitive::to_f64(&**decimal),
        other => other.as_float(),
    })
}

pub(super) fn round(value: &Value, args: &Args) -> Eval<Value> {
    let [precision, method] = args.bind("do_round", ["precision", "method"], 0)?;
    let precision = precision.as_ref().and_then(Value::as_int).unwrap_or(0).clamp(-400, 400) as i32;
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
    let number = if matches!(value, Value::Str(_)) { None } else { to_float(value)? };
    let Some(number) = number else {
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
