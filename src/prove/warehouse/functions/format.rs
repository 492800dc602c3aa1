//! Formats of dates and times, in the letters of `to_char`, of C, of Java and of `MySQL`.

use jiff::civil::{Date, DateTime, Time};

use crate::jinja::MONTHS;

/// A piece of a format.
#[derive(Debug, Clone, PartialEq)]
enum Piece {
    Year,
    YearOfCentury,
    Month,
    MonthPlain,
    MonthShort(Case),
    MonthLong(Case),
    Day,
    DayPlain,
    DayOfYear,
    Hour,
    HourPlain,
    HalfHour,
    Minute,
    Second,
    Milli,
    Micro,
    Half(Case),
    DayShort(Case),
    DayLong(Case),
    /// From Sunday, which is 0.
    DayOfWeek(i8),
    IsoDay,
    IsoWeek,
    IsoYear,
    Quarter,
    Zone,
    Offset,
    Epoch,
    Literal(String),
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Case {
    Upper,
    Title,
    Lower,
}

const DAYS: [&str; 7] = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];

/// A point in time in a format; none where the format has something that is not known.
pub(super) fn format(at: DateTime, format: &str, style: &str) -> Option<String> {
    let mut text = String::new();
    for piece in pieces(format, style)? {
        text += &written(at, &piece);
    }
    Some(text)
}

fn written(at: DateTime, piece: &Piece) -> String {
    let day = at.weekday().to_sunday_zero_offset();
    let hour = at.hour();
    match piece {
        Piece::Year => format!("{:04}", at.year()),
        Piece::YearOfCentury => format!("{:02}", at.year() % 100),
        Piece::Month => format!("{:02}", at.month()),
        Piece::MonthPlain => at.month().to_string(),
        Piece::MonthShort(case) => cased(&MONTHS[at.month() as usize - 1][..3], *case),
        Piece::MonthLong(case) => cased(MONTHS[at.month() as usize - 1], *case),
        Piece::Day => format!("{:02}", at.day()),
        Piece::DayPlain => at.day().to_string(),
        Piece::DayOfYear => format!("{:03}", at.day_of_year()),
        Piece::Hour => format!("{hour:02}"),
        Piece::HourPlain => hour.to_string(),
        Piece::HalfHour => format!("{:02}", if hour % 12 == 0 { 12 } else { hour % 12 }),
        Piece::Minute => format!("{:02}", at.minute()),
        Piece::Second => format!("{:02}", at.second()),
        Piece::Milli => format!("{:03}", at.subsec_nanosecond() / 1_000_000),
        Piece::Micro => format!("{:06}", at.subsec_nanosecond() / 1_000),
        Piece::Half(case) => cased(if hour < 12 { "AM" } else { "PM" }, *case),
        Piece::DayShort(case) => cased(&DAYS[day as usize][..3], *case),
        Piece::DayLong(case) => cased(DAYS[day as usize], *case),
        Piece::DayOfWeek(first) => (day + first).to_string(),
        Piece::IsoDay => at.weekday().to_monday_one_offset().to_string(),
        Piece::IsoWeek => format!("{:02}", at.date().iso_week_date().week()),
        Piece::IsoYear => format!("{:04}", at.date().iso_week_date().year()),
        Piece::Quarter => ((at.month() - 1) / 3 + 1).to_string(),
        Piece::Zone => "UTC".to_owned(),
        Piece::Offset => "+0000".to_owned(),
        Piece::Epoch => super::moment::seconds(at).to_string(),
        Piece::Literal(text) => text.clone(),
    }
}

fn cased(word: &str, case: Case) -> String {
    match case {
        Case::Upper => word.to_uppercase(),
        Case::Lower => word.to_lowercase(),
        Case::Title => word.to_owned(),
    }
}

/// The point in time that a text in a format means. `Err` where the text does not fit, `Ok(None)` where the format has
/// something that is not known.
pub(super) fn parse(text: &str, format: &str, style: &str) -> Result<Option<DateTime>, ()> {
    let Some(pieces) = pieces(format, style) else { return Ok(None) };
    let (mut year, mut month, mut day, mut hour, mut minute, mut second, mut nanos) = (1970, 1, 1, 0, 0, 0, 0);
    let (mut afternoon, mut half) = (false, false);
    let mut rest = text.trim();
    for piece in &pieces {
        let mut number = |most: usize| -> Result<i32, ()> {
            let digits = rest.bytes().take(most).take_while(u8::is_ascii_digit).count();
            let value = rest[..digits].parse().map_err(|_| ())?;
            rest = &rest[digits..];
            Ok(value)
        };
        match piece {
            Piece::Year => year = number(4)?,
            Piece::YearOfCentury => year = 2000 + number(2)?,
            Piece::Month | Piece::MonthPlain => month = number(2)?,
            Piece::Day | Piece::DayPlain => day = number(2)?,
            Piece::Hour | Piece::HourPlain => hour = number(2)?,
            Piece::HalfHour => {
                half = true;
                hour = number(2)?;
            }
            Piece::Minute => minute = number(2)?,
            Piece::Second => second = number(2)?,
            Piece::Milli => nanos = number(3)? * 1_000_000,
            Piece::Micro => nanos = number(6)? * 1_000,
            Piece::MonthShort(_) | Piece::MonthLong(_) => {
                let short = rest.get(..3).ok_or(())?.to_lowercase();
                let at = MONTHS.iter().position(|name| name[..3].to_lowercase() == short).ok_or(())?;
                month = at as i32 + 1;
                let long = MONTHS[at].len();
                let whole = rest.get(..long).is_some_and(|word| word.eq_ignore_ascii_case(MONTHS[at]));
                rest = &rest[if whole { long } else { 3 }..];
            }
            Piece::Half(_) => {
                let word = rest.get(..2).ok_or(())?.to_lowercase();
                afternoon = word == "pm";
                rest = &rest[2..];
            }
            Piece::Literal(literal) => {
                let trimmed = literal.trim();
                rest = rest.trim_start();
                rest = match rest.strip_prefix(trimmed) {
                    Some(rest) => rest,
                    None if literal.chars().count() == 1
                        && !rest.is_empty()
                        && !rest.starts_with(|c: char| c.is_alphanumeric()) =>
                    {
                        &rest[rest.chars().next().map_or(0, char::len_utf8)..]
                    }
                    None if rest.is_empty() => rest,
                    None => return Err(()),
                };
                rest = rest.trim_start();
            }
            _ => return Ok(None),
        }
    }
    if half {
        hour = hour % 12 + if afternoon { 12 } else { 0 };
    }
    if !rest.trim().is_empty() && style != "sql" {
        return Err(());
    }
    let small = |number: i32| i8::try_from(number).map_err(|_| ());
    let date = Date::new(i16::try_from(year).map_err(|_| ())?, small(month)?, small(day)?).map_err(|_| ())?;
    let time = Time::new(small(hour)?, small(minute)?, small(second)?, nanos).map_err(|_| ())?;
    Ok(Some(date.to_datetime(time)))
}

fn pieces(format: &str, style: &str) -> Option<Vec<Piece>> {
    match style {
        "c" | "mysql" => percent(format, style == "mysql"),
        "java" => java(format),
        _ => sql(format),
    }
}

/// `%Y-%m-%d`.
fn percent(format: &str, mysql: bool) -> Option<Vec<Piece>> {
    let mut pieces = Vec::new();
    let mut letters = format.chars();
    while let Some(letter) = letters.next() {
        if letter != '%' {
            pieces.push(Piece::Literal(letter.to_string()));
            continue;
        }
        let mut code = letters.next()?;
        if code == '-' {
            code = match letters.next()? {
                'd' => 'e',
                'm' => 'c',
                _ => return None,
            };
        }
        let several: &[Piece] = match (code, mysql) {
            ('Y', _) => &[Piece::Year],
            ('y', _) => &[Piece::YearOfCentury],
            ('m', _) => &[Piece::Month],
            ('c', _) => &[Piece::MonthPlain],
            ('d', _) => &[Piece::Day],
            ('e', _) => &[Piece::DayPlain],
            ('j', _) => &[Piece::DayOfYear],
            ('H', _) => &[Piece::Hour],
            ('k', true) => &[Piece::HourPlain],
            ('I' | 'h', _) => &[Piece::HalfHour],
            ('i', true) | ('M', false) => &[Piece::Minute],
            ('M', true) => &[Piece::MonthLong(Case::Title)],
            ('S', _) | ('s', true) => &[Piece::Second],
            ('s', false) => &[Piece::Epoch],
            ('f', _) => &[Piece::Micro],
            ('g', false) => &[Piece::Milli],
            ('p', _) => &[Piece::Half(Case::Upper)],
            ('a', _) => &[Piece::DayShort(Case::Title)],
            ('A', _) | ('W', true) => &[Piece::DayLong(Case::Title)],
            ('b', _) => &[Piece::MonthShort(Case::Title)],
            ('B', _) => &[Piece::MonthLong(Case::Title)],
            ('w', _) => &[Piece::DayOfWeek(0)],
            ('u', false) => &[Piece::IsoDay],
            ('V', _) | ('v', true) => &[Piece::IsoWeek],
            ('G', _) => &[Piece::IsoYear],
            ('Q', false) => &[Piece::Quarter],
            ('Z', _) => &[Piece::Zone],
            ('z', _) => &[Piece::Offset],
            ('%', _) => &[],
            ('F', _) => {
                pieces.extend(percent("%Y-%m-%d", false)?);
                continue;
            }
            ('T', _) => {
                pieces.extend(percent("%H:%M:%S", false)?);
                continue;
            }
            _ => return None,
        };
        if code == '%' {
            pieces.push(Piece::Literal("%".to_owned()));
        }
        pieces.extend_from_slice(several);
    }
    Some(pieces)
}

/// `yyyy-MM-dd HH:mm:ss`.
fn java(format: &str) -> Option<Vec<Piece>> {
    let mut pieces = Vec::new();
    let letters: Vec<char> = format.chars().collect();
    let mut at = 0;
    while at < letters.len() {
        let letter = letters[at];
        if letter == '\'' {
            let end = letters[at + 1..].iter().position(|letter| *letter == '\'')? + at + 1;
            let literal: String = if end == at + 1 { "'".to_owned() } else { letters[at + 1..end].iter().collect() };
            pieces.push(Piece::Literal(literal));
            at = end + 1;
            continue;
        }
        let count = letters[at..].iter().take_while(|next| **next == letter).count();
        let piece = match (letter, count) {
            ('y' | 'u' | 'Y', 2) => Piece::YearOfCentury,
            ('y' | 'u', _) => Piece::Year,
            ('M' | 'L', 1) => Piece::MonthPlain,
            ('M' | 'L', 2) => Piece::Month,
            ('M' | 'L', 3) => Piece::MonthShort(Case::Title),
            ('M' | 'L', _) => Piece::MonthLong(Case::Title),
            ('d', 1) => Piece::DayPlain,
            ('d', _) => Piece::Day,
            ('D', 3) => Piece::DayOfYear,
            ('H', 1) => Piece::HourPlain,
            ('H', _) => Piece::Hour,
            ('h', 2) => Piece::HalfHour,
            ('m', 2) => Piece::Minute,
            ('s', 2) => Piece::Second,
            ('S', 3) => Piece::Milli,
            ('S', 6) => Piece::Micro,
            ('f', 3) => Piece::Milli,
            ('f', 6) => Piece::Micro,
            ('a' | 't', _) => Piece::Half(Case::Upper),
            ('E', 1..=3) => Piece::DayShort(Case::Title),
            ('E', _) => Piece::DayLong(Case::Title),
            ('q' | 'Q', 1) => Piece::Quarter,
            ('e', 1) => Piece::DayOfWeek(1),
            (letter, _) if letter.is_ascii_alphabetic() => return None,
            (letter, count) => Piece::Literal(letter.to_string().repeat(count)),
        };
        pieces.push(piece);
        at += count;
    }
    Some(pieces)
}

/// `YYYY-MM-DD HH24:MI:SS`.
fn sql(format: &str) -> Option<Vec<Piece>> {
    let mut pieces = Vec::new();
    let mut rest = format;
    while !rest.is_empty() {
        if let Some(quoted) = rest.strip_prefix('"') {
            let end = quoted.find('"')?;
            pieces.push(Piece::Literal(quoted[..end].to_owned()));
            rest = &quoted[end + 1..];
            continue;
        }
        let upper = rest.to_ascii_uppercase();
        if let Some((word, piece)) = SQL.iter().find(|(word, _)| upper.starts_with(word)) {
            let written = &rest[..word.len()];
            let piece = match piece {
                Piece::MonthShort(_) => Piece::MonthShort(case_of(written)),
                Piece::MonthLong(_) => Piece::MonthLong(case_of(written)),
                Piece::DayShort(_) => Piece::DayShort(case_of(written)),
                Piece::DayLong(_) => Piece::DayLong(case_of(written)),
                Piece::Half(_) => Piece::Half(if written.starts_with('a') || written.starts_with('p') {
                    Case::Lower
                } else {
                    Case::Upper
                }),
                other => other.clone(),
            };
            pieces.push(piece);
            rest = &rest[word.len()..];
            continue;
        }
        let letter = rest.chars().next()?;
        if letter.is_ascii_alphanumeric() && letter != 'T' && letter != 'Z' {
            return None;
        }
        pieces.push(Piece::Literal(letter.to_string()));
        rest = &rest[letter.len_utf8()..];
    }
    // Names of months and days are padded in to_char without FM, which is seldom meant; they are left as they are.
    Some(pieces)
}

fn case_of(word: &str) -> Case {
    let mut letters = word.chars();
    match (letters.next().is_some_and(char::is_uppercase), letters.next().is_some_and(char::is_uppercase)) {
        (true, true) => Case::Upper,
        (true, false) => Case::Title,
        _ => Case::Lower,
    }
}

/// The words of `to_char`; longer ones come first.
const SQL: [(&str, Piece); 32] = [
    ("FM", Piece::Literal(String::new())),
    ("YYYY", Piece::Year),
    ("IYYY", Piece::IsoYear),
    ("YY", Piece::YearOfCentury),
    ("MMMM", Piece::MonthLong(Case::Title)),
    ("MONTH", Piece::MonthLong(Case::Title)),
    ("MON", Piece::MonthShort(Case::Title)),
    ("MM", Piece::Month),
    ("MI", Piece::Minute),
    ("MS", Piece::Milli),
    ("DDD", Piece::DayOfYear),
    ("DD", Piece::Day),
    ("DAY", Piece::DayLong(Case::Title)),
    ("DY", Piece::DayShort(Case::Title)),
    ("ID", Piece::IsoDay),
    ("IW", Piece::IsoWeek),
    ("D", Piece::DayOfWeek(1)),
    ("HH24", Piece::Hour),
    ("HH12", Piece::HalfHour),
    ("HH", Piece::HalfHour),
    ("SS", Piece::Second),
    ("FF3", Piece::Milli),
    ("FF6", Piece::Micro),
    ("FF9", Piece::Micro),
    ("FF", Piece::Micro),
    ("US", Piece::Micro),
    ("AM", Piece::Half(Case::Upper)),
    ("PM", Piece::Half(Case::Upper)),
    ("Q", Piece::Quarter),
    ("WW", Piece::IsoWeek),
    ("TZHTZM", Piece::Offset),
    ("TZ", Piece::Zone),
];
