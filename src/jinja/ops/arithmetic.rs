//! Python's arithmetic, and what its operators mean for text and sequences.

use std::rc::Rc;

use bigdecimal::BigDecimal;
use num_bigint::BigInt;
use num_traits::{FromPrimitive, Signed, ToPrimitive, Zero};

use super::MAX_BITS;
use crate::jinja::error::{ErrorKind, Eval, Flow, error, python_error, type_error};
use crate::jinja::interp::Interp;
use crate::jinja::tree::BinaryOp;
use crate::jinja::undefined::undefined_error;
use crate::jinja::unknown::derived;
use crate::jinja::value::{Str, StrKind, Value};

pub(super) fn is_number(value: &Value) -> bool {
    matches!(value, Value::Bool(_) | Value::Int(_) | Value::BigInt(_) | Value::Float(_) | Value::Decimal(_))
}

pub(super) fn decimal_of(value: &Value) -> Option<BigDecimal> {
    match value {
        Value::Decimal(decimal) => Some((**decimal).clone()),
        Value::Float(float) => BigDecimal::from_f64(*float),
        _ => value.as_big().map(BigDecimal::from),
    }
}

fn symbol(op: BinaryOp) -> &'static str {
    match op {
        BinaryOp::Add => "+",
        BinaryOp::Sub => "-",
        BinaryOp::Mul => "*",
        BinaryOp::Div => "/",
        BinaryOp::FloorDiv => "//",
        BinaryOp::Rem => "%",
        BinaryOp::Pow => "** or pow()",
        BinaryOp::Concat => "~",
    }
}

/// Python's arithmetic, and what its operators mean for text and sequences.
pub(in crate::jinja) fn arithmetic(interp: &mut Interp, op: BinaryOp, left: &Value, right: &Value) -> Eval<Value> {
    match (op, left, right) {
        (_, Value::Undefined(undefined), _) | (_, _, Value::Undefined(undefined))
            if !(op == BinaryOp::Rem && matches!(left, Value::Str(_))) =>
        {
            return Err(undefined_error(undefined));
        }
        (BinaryOp::Rem, Value::Str(format), args) => return crate::jinja::format::percent(interp, format, args),
        (_, Value::Unknown(unknown), _) => {
            let right = interp.label_of(right)?;
            return Ok(derived(unknown, format!("{} {} {right}", unknown.label, symbol(op))));
        }
        (BinaryOp::Add, Value::Str(_), Value::Unknown(_)) => return interp.concat_unknown(left, right),
        (_, _, Value::Unknown(unknown)) => {
            let left = interp.label_of(left)?;
            return Ok(derived(unknown, format!("{left} {} {}", symbol(op), unknown.label)));
        }
        (BinaryOp::Add, Value::Str(left), Value::Str(right)) => {
            interp.made(left.text.len() + right.text.len())?;
            return Ok(Value::Str(added(interp, left, right)));
        }
        (BinaryOp::Add, Value::Str(_), other) => {
            return Err(type_error(format!("can only concatenate str (not \"{}\") to str", other.type_name())));
        }
        (BinaryOp::Add, Value::List(left), Value::List(right)) => {
            let items: Vec<Value> = left.borrow().iter().chain(right.borrow().iter()).cloned().collect();
            interp.made(items.len() * 8)?;
            return Ok(Value::list(items));
        }
        (BinaryOp::Add, Value::List(_), other) => {
            return Err(type_error(format!("can only concatenate list (not \"{}\") to list", other.type_name())));
        }
        (BinaryOp::Add, Value::Tuple(left), Value::Tuple(right)) => {
            return Ok(Value::tuple(left.iter().chain(right.iter()).cloned().collect()));
        }
        (BinaryOp::Add, Value::Tuple(_), other) => {
            return Err(type_error(format!("can only concatenate tuple (not \"{}\") to tuple", other.type_name())));
        }
        (BinaryOp::Add, Value::Bytes(left), Value::Bytes(right)) => {
            interp.made(left.len() + right.len())?;
            return Ok(Value::Bytes([&**left, &**right].concat().into()));
        }
        (BinaryOp::Mul, Value::Str(_) | Value::Bytes(_) | Value::List(_) | Value::Tuple(_), _) => {
            if let Some(times) = right.as_int() {
                return repeat(interp, left, times);
            }
            return Err(type_error(format!("can't multiply sequence by non-int of type '{}'", right.type_name())));
        }
        (BinaryOp::Mul, _, Value::Str(_) | Value::Bytes(_) | Value::List(_) | Value::Tuple(_)) => {
            if let Some(times) = left.as_int() {
                return repeat(interp, right, times);
            }
            return Err(type_error(format!("can't multiply sequence by non-int of type '{}'", left.type_name())));
        }
        (_, Value::Moment(a), Value::Moment(b)) => {
            if let Some(ratio) = a.ratio(op, b) {
                return ratio;
            }
            if let Some(result) = a.combine(op, b) {
                return result.map(|moment| Value::Moment(Rc::new(moment)));
            }
        }
        (_, Value::Moment(moment), number) if is_number(number) => {
            if let Some(result) = moment.scale(op, number) {
                return result;
            }
        }
        (BinaryOp::Mul, number, Value::Moment(moment)) if is_number(number) => {
            if let Some(result) = moment.scale(op, number) {
                return result;
            }
        }
        (BinaryOp::Sub, Value::Set(left), Value::Set(right)) => {
            let right = right.borrow();
            let mut kept = Vec::new();
            for key in left.borrow().keys() {
                if !right.contains(&key)? {
                    kept.push(key);
                }
            }
            return Ok(Value::Set(Rc::new(std::cell::RefCell::new(crate::jinja::value::Dict::of_keys(kept)?))));
        }
        _ => {}
    }
    if is_number(left) && is_number(right) {
        return number_arithmetic(op, left, right);
    }
    Err(type_error(format!(
        "unsupported operand type(s) for {}: '{}' and '{}'",
        symbol(op),
        left.type_name(),
        right.type_name()
    )))
}

impl Interp {
    fn concat_unknown(&mut self, left: &Value, right: &Value) -> Eval<Value> {
        self.binary(BinaryOp::Concat, left, right)
    }
}

fn repeat(interp: &mut Interp, value: &Value, times: i64) -> Eval<Value> {
    let times = usize::try_from(times).unwrap_or(0);
    let len = match value {
        Value::Str(text) => text.text.len(),
        Value::Bytes(bytes) => bytes.len(),
        Value::List(items) => items.borrow().len() * 8,
        Value::Tuple(items) => items.len() * 8,
        _ => 0,
    };
    interp.made(len.saturating_mul(times))?;
    // Nothing stays nothing, and is not walked that often.
    let times = if len == 0 { 0 } else { times };
    Ok(match value {
        Value::Str(text) => Value::Str(text.remade(text.text.repeat(times))),
        Value::Bytes(bytes) => Value::Bytes(bytes.repeat(times).into()),
        Value::List(items) => {
            let items = items.borrow();
            Value::list((0..times).flat_map(|_| items.iter().cloned()).collect())
        }
        Value::Tuple(items) => Value::tuple((0..times).flat_map(|_| items.iter().cloned()).collect()),
        other => other.clone(),
    })
}

fn zero_division(message: &str) -> Flow {
    python_error("ZeroDivisionError", message)
}

fn number_arithmetic(op: BinaryOp, left: &Value, right: &Value) -> Eval<Value> {
    if matches!(left, Value::Decimal(_)) || matches!(right, Value::Decimal(_)) {
        return decimal_arithmetic(op, left, right);
    }
    if let (Some(a), Some(b)) = (left.as_big(), right.as_big()) {
        return integer_arithmetic(op, &a, &b);
    }
    let (Some(a), Some(b)) = (left.as_float(), right.as_float()) else {
        return Err(python_error("OverflowError", "int too large to convert to float"));
    };
    Ok(Value::Float(match op {
        BinaryOp::Add => a + b,
        BinaryOp::Sub => a - b,
        BinaryOp::Mul => a * b,
        BinaryOp::Div | BinaryOp::FloorDiv | BinaryOp::Rem if b == 0.0 => {
            return Err(zero_division(match op {
                BinaryOp::Div => "float division by zero",
                BinaryOp::FloorDiv => "float floor division by zero",
                _ => "float modulo",
            }));
        }
        BinaryOp::Div => a / b,
        BinaryOp::FloorDiv => float_divmod(a, b).0,
        BinaryOp::Rem => float_divmod(a, b).1,
        BinaryOp::Pow | BinaryOp::Concat => return float_power(a, b),
    }))
}

/// Two texts as one. Next to one that is escaped already, markupsafe escapes the other.
fn added(interp: &Interp, left: &Str, right: &Str) -> Str {
    let is_marked = |part: &&Str| part.kind == StrKind::Markup;
    if ![left, right].iter().any(is_marked) {
        return interp.joined(&[left.clone(), right.clone()]);
    }
    let parts = [left, right].map(|part| match part.kind {
        StrKind::Markup => part.clone(),
        _ => part.remade(crate::jinja::filters::escaped(&part.text)),
    });
    let mut joined = interp.joined(&parts);
    joined.kind = StrKind::Markup;
    joined
}

/// Python's floor division and remainder of floats, which has the divisor's sign.
fn float_divmod(a: f64, b: f64) -> (f64, f64) {
    let mut remainder = a % b;
    let mut quotient = (a - remainder) / b;
    if remainder == 0.0 {
        remainder = 0.0_f64.copysign(b);
    } else if (b < 0.0) != (remainder < 0.0) {
        remainder += b;
        quotient -= 1.0;
    }
    let floor = match quotient {
        0.0 => 0.0_f64.copysign(a / b),
        // A quotient just below a whole number is that number.
        _ if quotient - quotient.floor() > 0.5 => quotient.floor() + 1.0,
        _ => quotient.floor(),
    };
    (floor, remainder)
}

fn float_power(a: f64, b: f64) -> Eval<Value> {
    if a == 0.0 && b < 0.0 {
        return Err(zero_division("0.0 cannot be raised to a negative power"));
    }
    if a < 0.0 && a.is_finite() && b.is_finite() && b.fract() != 0.0 {
        return Err(error(ErrorKind::Host("unsupported"), "hookproof does not reckon with complex numbers"));
    }
    let power = a.powf(b);
    if power.is_infinite() && a.is_finite() && b.is_finite() {
        return Err(python_error("OverflowError", "(34, 'Numerical result out of range')"));
    }
    Ok(Value::Float(power))
}

fn integer_arithmetic(op: BinaryOp, a: &BigInt, b: &BigInt) -> Eval<Value> {
    Ok(Value::big(match op {
        BinaryOp::Add => a + b,
        BinaryOp::Sub => a - b,
        BinaryOp::Mul => {
            if a.bits() + b.bits() > MAX_BITS {
                return Err(error(ErrorKind::Limit("number"), "a number becomes too large"));
            }
            a * b
        }
        BinaryOp::Div => {
            if b.is_zero() {
                return Err(zero_division("division by zero"));
            }
            let quotient = match (a.to_f64(), b.to_f64()) {
                (Some(a), Some(b)) if a.is_finite() && b.is_finite() => a / b,
                _ => return Err(python_error("OverflowError", "integer division result too large for a float")),
            };
            return Ok(Value::Float(quotient));
        }
        BinaryOp::FloorDiv | BinaryOp::Rem => {
            if b.is_zero() {
                return Err(zero_division("integer division or modulo by zero"));
            }
            // Python floors; the remainder takes the divisor's sign.
            let (mut quotient, mut rest) = (a / b, a % b);
            if !rest.is_zero() && (rest.is_negative() != b.is_negative()) {
                quotient -= 1;
                rest += b;
            }
            if op == BinaryOp::FloorDiv { quotient } else { rest }
        }
        BinaryOp::Pow | BinaryOp::Concat => {
            let Some(exponent) = b.to_u32() else {
                if b.is_negative() {
                    let (Some(a), Some(b)) = (a.to_f64(), b.to_f64()) else {
                        return Err(error(ErrorKind::Limit("number"), "a number becomes too large"));
                    };
                    if a == 0.0 {
                        return Err(zero_division("0.0 cannot be raised to a negative power"));
                    }
                    return Ok(Value::Float(a.powf(b)));
                }
                return Err(error(ErrorKind::Limit("number"), "a number becomes too large"));
            };
            if a.bits().saturating_mul(u64::from(exponent)) > MAX_BITS {
                return Err(error(ErrorKind::Limit("number"), "a number becomes too large"));
            }
            a.pow(exponent)
        }
    }))
}

fn decimal_arithmetic(op: BinaryOp, left: &Value, right: &Value) -> Eval<Value> {
    if matches!(left, Value::Float(_)) || matches!(right, Value::Float(_)) {
        return Err(type_error(format!(
            "unsupported operand type(s) for {}: '{}' and '{}'",
            symbol(op),
            left.type_name(),
            right.type_name()
        )));
    }
    let (Some(a), Some(b)) = (decimal_of(left), decimal_of(right)) else {
        return Err(type_error("not a number"));
    };
    if b.is_zero() && matches!(op, BinaryOp::Div | BinaryOp::FloorDiv | BinaryOp::Rem) {
        return Err(python_error("decimal.DivisionByZero", "[<class 'decimal.DivisionByZero'>]"));
    }
    let result = match op {
        BinaryOp::Add => a + b,
        BinaryOp::Sub => a - b,
        BinaryOp::Mul => a * b,
        // Python's default context has 28 digits.
        BinaryOp::Div => (a / b).with_prec(28).normalized(),
        BinaryOp::FloorDiv => (a / b).with_scale(0),
        BinaryOp::Rem => a % b,
        BinaryOp::Pow | BinaryOp::Concat => match b.to_u32() {
            Some(exponent) if exponent < 1000 => (0..exponent).fold(BigDecimal::from(1), |power, _| power * &a),
            _ => return Err(error(ErrorKind::Limit("number"), "a number becomes too large")),
        },
    };
    Ok(Value::Decimal(Rc::new(result)))
}
