//! `modules.itertools`.

use super::error::{ErrorKind, Eval, error, type_error, value_error};
use super::interp::Interp;
use super::tree::BinaryOp;
use super::value::{Args, Value};

/// What dbt exports of it (`get_context_modules`).
pub(super) const NAMES: &[&str] = &[
    "accumulate",
    "chain",
    "combinations",
    "combinations_with_replacement",
    "compress",
    "count",
    "cycle",
    "islice",
    "permutations",
    "product",
    "repeat",
    "starmap",
    "tee",
    "zip_longest",
];

/// Calls a function of Python's itertools. Iterators are made whole, so those without an end are not
/// evaluated.
pub(super) fn call(interp: &mut Interp, name: &str, args: &Args) -> Eval<Option<Value>> {
    Ok(Some(match name {
        "chain" => {
            let lists = lists(interp, args)?;
            Value::generator(lists.concat())
        }
        "product" => {
            let mut pools = lists(interp, args)?;
            let repeat = args.named("repeat").and_then(Value::as_int).unwrap_or(1);
            let once = pools.clone();
            pools.clear();
            for _ in 0..repeat.clamp(0, 100) {
                pools.extend(once.iter().cloned());
            }
            tuples(product(interp, &pools)?)
        }
        "combinations" | "combinations_with_replacement" | "permutations" => {
            let [items, length] = args.bind(name, ["iterable", "r"], 1)?;
            let items = interp.items_of(&items.unwrap_or(Value::None))?;
            let length = match length.as_ref() {
                None | Some(Value::None) if name == "permutations" => items.len(),
                Some(length) => match length.as_int() {
                    Some(length) => usize::try_from(length).map_err(|_| value_error("r must be non-negative"))?,
                    None => return Err(type_error("'r' must be an integer")),
                },
                None => return Err(type_error(format!("{name}() missing required argument 'r' (pos 2)"))),
            };
            let mut picks = Vec::new();
            pick(interp, name, items.len(), length, &mut Vec::new(), &mut picks)?;
            let row = |pick: Vec<usize>| pick.into_iter().map(|n| items[n].clone()).collect();
            tuples(picks.into_iter().map(row).collect())
        }
        "islice" => {
            let items = match args.positional.first() {
                Some(items) => interp.items_of(items)?,
                None => return Err(type_error("islice expected at least 2 arguments, got 0")),
            };
            let bound = |n: usize| args.positional.get(n).and_then(Value::as_int).map(|n| n.max(0) as usize);
            let (start, stop, step) = match args.positional.len() {
                2 => (0, bound(1), 1),
                _ => (bound(1).unwrap_or(0), bound(2), bound(3).unwrap_or(1).max(1)),
            };
            let stop = stop.unwrap_or(items.len()).min(items.len());
            Value::generator(items.into_iter().take(stop).skip(start).step_by(step).collect())
        }
        "accumulate" => {
            let [items, function] = args.bind(name, ["iterable", "func"], 1)?;
            let mut total: Option<Value> = args.named("initial").cloned().filter(|value| !value.is_none());
            let mut totals: Vec<Value> = total.iter().cloned().collect();
            for item in interp.items_of(&items.unwrap_or(Value::None))? {
                interp.step()?;
                let next = match (total, &function) {
                    (None, _) => item,
                    (Some(total), None | Some(Value::None)) => interp.binary(BinaryOp::Add, &total, &item)?,
                    (Some(total), Some(function)) => interp.call(function, Args::of(vec![total, item]))?,
                };
                totals.push(next.clone());
                total = Some(next);
            }
            Value::generator(totals)
        }
        "zip_longest" => {
            let lists = lists(interp, args)?;
            let fill = args.named("fillvalue").cloned().unwrap_or(Value::None);
            let len = lists.iter().map(Vec::len).max().unwrap_or(0);
            let row =
                |n: usize| lists.iter().map(|list| list.get(n).cloned().unwrap_or_else(|| fill.clone())).collect();
            tuples((0..len).map(row).collect())
        }
        "repeat" if args.get(1, "times").is_some() => {
            let [item, times] = args.bind(name, ["object", "times"], 2)?;
            let times = times.as_ref().and_then(Value::as_int).unwrap_or(0).max(0) as usize;
            interp.made(times.saturating_mul(8))?;
            Value::generator(vec![item.unwrap_or(Value::None); times])
        }
        "starmap" => {
            let [function, items] = args.bind(name, ["function", "iterable"], 2)?;
            let function = function.unwrap_or(Value::None);
            let mut made = Vec::new();
            for item in interp.items_of(&items.unwrap_or(Value::None))? {
                let args = Args::of(interp.items_of(&item)?);
                made.push(interp.call(&function, args)?);
            }
            Value::generator(made)
        }
        _ => {
            return Err(error(
                ErrorKind::Host("unsupported"),
                format!("hookproof does not evaluate modules.itertools.{name}()"),
            ));
        }
    }))
}

fn lists(interp: &mut Interp, args: &Args) -> Eval<Vec<Vec<Value>>> {
    args.positional.iter().map(|value| interp.items_of(value)).collect()
}

fn tuples(rows: Vec<Vec<Value>>) -> Value {
    Value::generator(rows.into_iter().map(Value::tuple).collect())
}

fn product(interp: &mut Interp, pools: &[Vec<Value>]) -> Eval<Vec<Vec<Value>>> {
    let mut products: Vec<Vec<Value>> = vec![Vec::new()];
    for pool in pools {
        let mut longer = Vec::new();
        for product in &products {
            for item in pool {
                interp.made(8 * (product.len() + 1))?;
                let mut extended = product.clone();
                extended.push(item.clone());
                longer.push(extended);
            }
        }
        products = longer;
    }
    Ok(products)
}

/// The places of the items of each row, in Python's order.
fn pick(
    interp: &mut Interp,
    name: &str,
    len: usize,
    length: usize,
    picked: &mut Vec<usize>,
    picks: &mut Vec<Vec<usize>>,
) -> Eval<()> {
    if picked.len() == length {
        interp.made(8 * (length + 1))?;
        picks.push(picked.clone());
        return Ok(());
    }
    let from = match (name, picked.last()) {
        ("permutations", _) | (_, None) => 0,
        ("combinations", Some(last)) => last + 1,
        (_, Some(last)) => *last,
    };
    for n in from..len {
        interp.step()?;
        if name == "permutations" && picked.contains(&n) {
            continue;
        }
        picked.push(n);
        pick(interp, name, len, length, picked, picks)?;
        picked.pop();
    }
    Ok(())
}
