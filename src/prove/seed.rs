//! The rows of a seed, with the types that dbt infers for its columns (agate, as dbt sets it up).

use std::path::Path;

use super::warehouse::{SqlValue, Type};
use crate::disk;
use crate::project::Overlay;

/// Rows beyond this many are left out: a rehearsal needs no more to show what hooks do.
const MOST_ROWS: usize = 10_000;

/// A seed as dbt loads it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Seed {
    /// The columns, with what dbt takes their values for.
    pub(super) columns: Vec<(String, Type)>,
    /// The rows.
    pub(super) rows: Vec<Vec<SqlValue>>,
    /// Whether there are more rows than were read.
    pub(super) cut: bool,
}

/// Reads a seed. `as_text` names the columns whose type the project gives itself: dbt takes them for text.
pub(super) fn read(
    path: &Path,
    overlay: &Overlay,
    delimiter: u8,
    as_text: impl Fn(&str) -> bool,
) -> Result<Seed, String> {
    let (bytes, is_whole) = match overlay.get(path) {
        Some(Some(text)) => (text.as_bytes().to_vec(), true),
        Some(None) => return Err("the file is not there".to_owned()),
        None => disk::read_start(path).map_err(|reason| disk::reason(&reason))?,
    };
    let whole_lines = if is_whole { bytes.len() } else { bytes.iter().rposition(|&byte| byte == b'\n').unwrap_or(0) };
    let text = std::str::from_utf8(&bytes[..whole_lines]).map_err(|_| "the file is no UTF-8".to_owned())?;
    let seed = parse(text, delimiter, as_text)?;
    Ok(Seed { cut: seed.cut || !is_whole, ..seed })
}

fn parse(text: &str, delimiter: u8, as_text: impl Fn(&str) -> bool) -> Result<Seed, String> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut reader = csv::ReaderBuilder::new().delimiter(delimiter).flexible(true).from_reader(text.as_bytes());
    let names: Vec<String> = match reader.headers() {
        Ok(names) => names.iter().map(str::to_owned).collect(),
        Err(reason) => return Err(reason.to_string()),
    };
    let mut columns: Vec<Vec<Option<String>>> = vec![Vec::new(); names.len()];
    let mut cut = false;
    for (n, record) in reader.records().enumerate() {
        let record = record.map_err(|reason| reason.to_string())?;
        if n >= MOST_ROWS {
            cut = true;
            break;
        }
        if record.len() > names.len() {
            return Err(format!("Row {n} has {} values, but Table only has {} columns.", record.len(), names.len()));
        }
        for (at, column) in columns.iter_mut().enumerate() {
            column.push(record.get(at).map(str::to_owned));
        }
    }
    let types: Vec<Type> = names
        .iter()
        .zip(&columns)
        .map(|(name, values)| if as_text(name) { Type::Text } else { inferred(values) })
        .collect();
    let count = columns.first().map_or(0, Vec::len);
    let rows = (0..count).map(|row| {
        let cells = columns.iter().zip(&types).zip(&names);
        cells.map(|((values, of), name)| value(values[row].as_deref(), *of, as_text(name))).collect()
    });
    let rows = rows.collect();
    Ok(Seed { columns: names.into_iter().zip(types).collect(), rows, cut })
}

/// The words that stand for nothing.
fn is_null(text: &str) -> bool {
    let text = text.trim();
    text.is_empty() || text.eq_ignore_ascii_case("null")
}

/// The first type that takes every value; a column without any value is one of whole numbers.
fn inferred(values: &[Option<String>]) -> Type {
    let all = |takes: fn(&str) -> bool| values.iter().flatten().filter(|text| !is_null(text)).all(|text| takes(text));
    if all(|text| number(text).is_some()) {
        let whole = |text: &str| number(text).is_some_and(|number| !number.contains(['.', 'e', 'E']));
        return if all(whole) { Type::Integer } else { Type::Float };
    }
    if all(is_date) {
        Type::Date
    } else if all(is_date_time) {
        Type::Timestamp
    } else if all(|text| matches!(text.replace(',', "").trim().to_lowercase().as_str(), "true" | "false")) {
        Type::Boolean
    } else {
        Type::Text
    }
}

/// Currency signs that agate takes off.
const CURRENCIES: &str = "؋$ƒ៛¥₡₱£€¢﷼₪₩₭₮₦฿₤₫";

/// A number as agate reads it, in plain form.
fn number(text: &str) -> Option<String> {
    let text = text.trim().trim_matches('%');
    let (sign, text) = text.strip_prefix('-').map_or(("", text), |rest| ("-", rest));
    let text = text.trim_matches(|char| CURRENCIES.contains(char)).replace([',', '_'], "");
    let text = text.trim();
    let digits = text.trim_start_matches(['+', '-']);
    let begins = digits.starts_with(|char: char| char.is_ascii_digit() || char == '.');
    (begins && text.parse::<f64>().is_ok_and(f64::is_finite)).then(|| format!("{sign}{text}"))
}

fn is_date(text: &str) -> bool {
    // Python's %m and %d take one digit as well.
    jiff::civil::Date::strptime("%Y-%m-%d", text.trim()).is_ok()
}

fn is_date_time(text: &str) -> bool {
    let text = text.trim();
    let plain = jiff::civil::DateTime::strptime("%Y-%m-%d %H:%M:%S", text).is_ok();
    plain
        || (text.contains('T')
            && (text.parse::<jiff::civil::DateTime>().is_ok() || text.parse::<jiff::Timestamp>().is_ok()))
}

fn value(text: Option<&str>, of: Type, keeps_blanks: bool) -> SqlValue {
    let Some(text) = text else { return SqlValue::Null };
    if is_null(text) && (of != Type::Text || !keeps_blanks || text.is_empty()) {
        return SqlValue::Null;
    }
    match of {
        Type::Integer => match number(text).and_then(|number| number.parse().ok()) {
            Some(number) => SqlValue::Integer(number),
            None => number(text).map_or(SqlValue::Null, SqlValue::Text),
        },
        Type::Float => match number(text).and_then(|number| number.parse().ok()) {
            Some(number) => SqlValue::Real(number),
            None => SqlValue::Null,
        },
        Type::Boolean => SqlValue::Integer(i64::from(text.trim().eq_ignore_ascii_case("true"))),
        Type::Date => SqlValue::Text(text.trim().to_owned()),
        Type::Timestamp => SqlValue::Text(text.trim().replacen('T', " ", 1)),
        _ => SqlValue::Text(text.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn types(text: &str) -> Vec<Type> {
        parse(text, b',', |_| false).unwrap().columns.into_iter().map(|(_, of)| of).collect()
    }

    #[test]
    fn types_are_those_that_dbt_infers() {
        let text = "a,b,c,d,e,f,g\n1,1.5,2024-01-02,2024-01-02 03:04:05,true,x,\n-2,\"1,000\",null,,FALSE,1,null\n";
        let wanted =
            [Type::Integer, Type::Float, Type::Date, Type::Timestamp, Type::Boolean, Type::Text, Type::Integer];
        assert_eq!(types(text), wanted);
        assert_eq!(types("a,b\n2024-01-02T03:04:05,$5\n2024-01-02T03:04:05Z,7%\n"), [Type::Timestamp, Type::Integer]);
    }

    #[test]
    fn empty_cells_are_nulls() {
        let seed = parse("id,name\n1,\n2,null\n3,x\n", b',', |_| false).unwrap();
        let names: Vec<_> = seed.rows.into_iter().map(|row| row[1].clone()).collect();
        assert_eq!(names, [SqlValue::Null, SqlValue::Null, SqlValue::Text("x".to_owned())]);
    }
}
