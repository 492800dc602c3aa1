//! `strftime`.

use jiff::civil::{Date, DateTime};

use super::{Moment, date_of, micros, micros_of, offset_text, time_of, weekday};
use crate::jinja::error::{Eval, type_error};

const WEEKDAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
/// The months in English.
pub(crate) const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

impl Moment {
    /// `strftime`, with the directives of C that Python documents.
    pub(in crate::jinja) fn strftime(&self, format: &str) -> Eval<String> {
        let date = date_of(self).or_else(|| Date::new(1900, 1, 1).ok()).unwrap_or_default();
        let time = time_of(self).unwrap_or_default();
        if let Moment::Delta(_) = self {
            return Err(type_error("'datetime.timedelta' object has no attribute 'strftime'"));
        }
        let mut out = String::new();
        let mut chars = format.chars();
        while let Some(char) = chars.next() {
            if char != '%' {
                out.push(char);
                continue;
            }
            let Some(directive) = chars.next() else {
                out.push('%');
                break;
            };
            let (directive, padded) = match directive {
                '-' => (chars.next().unwrap_or('%'), false),
                other => (other, true),
            };
            let two = |number: i64| if padded { format!("{number:02}") } else { number.to_string() };
            let hour12 = (i64::from(time.hour()) + 11) % 12 + 1;
            let text = match directive {
                'Y' => format!("{:04}", date.year()),
                'y' => two(i64::from(date.year().rem_euclid(100))),
                'C' => two(i64::from(date.year() / 100)),
                'm' => two(i64::from(date.month())),
                'd' => two(i64::from(date.day())),
                'e' => format!("{:>2}", date.day()),
                'H' => two(i64::from(time.hour())),
                'I' => two(hour12),
                'M' => two(i64::from(time.minute())),
                'S' => two(i64::from(time.second())),
                'f' => format!("{:06}", micros(time.subsec_nanosecond())),
                'p' => if time.hour() < 12 { "AM" } else { "PM" }.to_owned(),
                // The C library takes the time for one of the machine's zone; it is UTC where the result matters.
                's' => micros_of(DateTime::from_parts(date, time)).div_euclid(1_000_000).to_string(),
                'j' => {
                    let day = date.day_of_year();
                    if padded { format!("{day:03}") } else { day.to_string() }
                }
                'a' => WEEKDAYS[weekday(date)][..3].to_owned(),
                'A' => WEEKDAYS[weekday(date)].to_owned(),
                'b' | 'h' => MONTHS[date.month() as usize - 1][..3].to_owned(),
                'B' => MONTHS[date.month() as usize - 1].to_owned(),
                'u' => (weekday(date) + 1).to_string(),
                'w' => ((weekday(date) + 1) % 7).to_string(),
                'F' => format!("{:04}-{:02}-{:02}", date.year(), date.month(), date.day()),
                'T' | 'X' => format!("{:02}:{:02}:{:02}", time.hour(), time.minute(), time.second()),
                'D' | 'x' => format!("{:02}/{:02}/{:02}", date.month(), date.day(), date.year().rem_euclid(100)),
                'R' => format!("{:02}:{:02}", time.hour(), time.minute()),
                'c' => format!(
                    "{} {} {:>2} {:02}:{:02}:{:02} {}",
                    &WEEKDAYS[weekday(date)][..3],
                    &MONTHS[date.month() as usize - 1][..3],
                    date.day(),
                    time.hour(),
                    time.minute(),
                    time.second(),
                    date.year()
                ),
                'G' => date.iso_week_date().year().to_string(),
                'V' => format!("{:02}", date.iso_week_date().week()),
                'U' => format!("{:02}", (date.day_of_year() + 6 - (weekday(date) as i16 + 1) % 7) / 7),
                'W' => format!("{:02}", (date.day_of_year() + 6 - weekday(date) as i16) / 7),
                'z' => self.offset().map(|offset| offset_text(offset, false)).unwrap_or_default(),
                'Z' => {
                    let zone = self.zone().filter(|_| self.offset().is_some());
                    zone.and_then(|zone| zone.name()).unwrap_or_default()
                }
                'n' => "\n".to_owned(),
                't' => "\t".to_owned(),
                '%' => "%".to_owned(),
                other => format!("%{other}"),
            };
            out.push_str(&text);
        }
        Ok(out)
    }
}
