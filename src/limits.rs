//! Every bound of the work that a project can ask for, by its name: one table that the settings set, the
//! reference lists, and the code reads.
//!
//! All of them count something of which the same project always has as many: bytes, values, steps, tokens. None is a
//! time.

/// What a bound counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// Bytes; shown in KB, MB and GB.
    Bytes,
    /// Anything else.
    Count,
}

/// A bound.
#[derive(Clone, Copy)]
pub struct Limit {
    /// Its name in the settings.
    pub name: &'static str,
    /// The part of the work that it belongs to.
    pub group: &'static str,
    /// What it bounds.
    pub what: &'static str,
    /// What says that it was met.
    pub met: &'static str,
    /// What it counts.
    pub unit: Unit,
    /// Its value where the settings say nothing.
    pub default: u64,
    /// The most that the settings may say: they come with the project, and a project may be a stranger's.
    pub most: u64,
    set: fn(&mut Limits, u64),
}

macro_rules! limits {
    ($($group:literal {$(
        $(#[doc = $what:literal])+ $field:ident, $name:literal, $unit:ident, $default:expr, $most:expr, $met:literal;
    )+})+) => {
        /// The bounds that a project is read and checked within.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub struct Limits {$($(
            $(#[doc = $what])+
            pub $field: u64,
        )+)+}

        impl Default for Limits {
            fn default() -> Limits {
                Limits {$($($field: $default,)+)+}
            }
        }

        impl Limits {
            /// Every bound, in the order of the reference.
            pub const ALL: &[Limit] = &[$($(Limit {
                name: $name,
                group: $group,
                what: concat!($($what),+),
                met: $met,
                unit: Unit::$unit,
                default: $default,
                most: $most,
                set: |limits, value| limits.$field = value,
            },)+)+];
        }
    };
}

limits! {
    "Reading" {
        /// a file of the project
        file_size, "file-size", Bytes, 8 << 20, 16 << 20, "*has more than … and is left out*";
        /// all files of the project together
        project_size, "project-size", Bytes, 128 << 20, 256 << 20, "*… files are left out, from … on: the project's files have more than … together*";
        /// files of the project
        files, "files", Count, 50_000, 500_000, "*… files are left out, from … on: the project has more than … files*";
        /// values in YAML files, those that aliases make included; one with Jinja is fifty. As many again for each
        /// 1,000 files after the first
        yaml_values, "yaml-values", Count, 4_000_000, 40_000_000, "*the YAML of … files is left out, from … on: the project's YAML files have more than … values together*";
        /// targets of the profile, and names that hooks compare the target's with
        targets, "targets", Count, 50, 500, "*not checked: … targets: more than … are not looked at*";
    }
    "Templates" {
        /// macros, tests and materializations, those of packages included. As many again for each 1,000 files after the first
        macros, "macros", Count, 250_000, 2_500_000, "*… files are left out, from … on: the project has more than … macros*";
        /// statements and expressions of one evaluation; 64 bytes of a text that is gone through are one, and so are
        /// operations on a number of 400 bits
        template_steps, "template-steps", Count, 2_000_000, 20_000_000, "error of the hook: *the template does not come to an end*; *not checked: the template works through more text than a check does*";
        /// text made in one evaluation
        template_text, "template-text", Bytes, 32 << 20, 256 << 20, "error of the hook: *the template makes text without end*";
        /// questions about what only the run can tell, in one evaluation
        template_questions, "template-questions", Count, 24, 64, "*not checked: … more ways through it than are rendered*";
        /// ways through a hook in a target; no more once 4,000,000 statements and expressions were evaluated for them
        ways, "ways", Count, 48, 480, "the same";
        /// all evaluations of a check together: an evaluation is 200, a statement, an expression or four bytes of text one.
        /// As many again for each 1,000 files after the first
        templates_work, "templates-work", Count, 200_000_000, 2_000_000_000, "*not checked: what long templates give*; each evaluation has an equal share then, and a hook two ways";
        /// text that is kept of all templates together: hooks that are computed, and what they send. As much again for each
        /// 1,000 files after the first
        kept_text, "kept-text", Bytes, 64 << 20, 256 << 20, "the same";
        /// hooks, one in several targets as often. As many again for each 1,000 files after the first
        hooks, "hooks", Count, 100_000, 1_000_000, "*not checked: hooks after the first …*";
    }
    "SQL" {
        /// work for the SQL of all hooks together: a token that a grammar is asked about is one, and so are eight tokens
        /// and 32 bytes of a text. As much again for each 1,000 files after the first
        sql_work, "sql-work", Count, 5_000_000, 50_000_000, "*not checked: the SQL of … hooks: all SQL of the project's hooks together takes more work than a check does*";
    }
    "Findings" {
        /// how often a rule compares a statement with another one on an object of the same name
        comparisons, "comparisons", Count, 100_000_000, 1_000_000_000, "*not checked: what … hooks do to objects: too many statements are about the same ones*";
        /// findings of a rule that are told one by one; after them, all of a file are one
        findings, "findings", Count, 10_000, 1_000_000, "*… more of them in this file are not told one by one*";
    }
    "Rehearsal" {
        /// instructions of `SQLite` for all statements in a target together; one is 10,000 at least, and 25 for each byte
        /// of it. As many again for each 1,000 files after the first
        rehearsal_work,
        "rehearsal-work",
        Count,
        2_000_000_000,
        20_000_000_000,
        "*not proved: all statements together take longer than the rehearsal waits*";
    }
}

impl Limits {
    /// How much of a bound a project of so many files has: a larger one may take more.
    #[must_use]
    pub fn of_files(bound: u64, files: usize) -> u64 {
        bound.saturating_mul((files / 1_000).max(1) as u64)
    }
}

impl Unit {
    /// A number of it, as the settings and the messages have it.
    #[must_use]
    pub fn shown(self, number: u64) -> String {
        let sizes = [(1_u64 << 30, "GB"), (1 << 20, "MB"), (1 << 10, "KB")];
        let whole = |(size, _): &&(u64, &str)| self == Unit::Bytes && number >= *size && number.is_multiple_of(*size);
        if let Some((size, name)) = sizes.iter().find(whole) {
            return format!("{} {name}", number / size);
        }
        let digits = number.to_string();
        let groups: Vec<&str> =
            digits.as_bytes().rchunks(3).rev().filter_map(|group| str::from_utf8(group).ok()).collect();
        let number = groups.join(",");
        if self == Unit::Bytes { format!("{number} bytes") } else { number }
    }

    /// The number that a text says: `16 MB`, `2,000,000`.
    #[must_use]
    pub fn read(self, text: &str) -> Option<u64> {
        let (number, unit) = match text.trim().split_once(' ') {
            Some((number, unit)) => (number, unit.trim()),
            None => (text.trim(), ""),
        };
        let size = match (self, unit) {
            (_, "") | (Unit::Bytes, "bytes") => 1,
            (Unit::Bytes, "KB") => 1 << 10,
            (Unit::Bytes, "MB") => 1 << 20,
            (Unit::Bytes, "GB") => 1 << 30,
            _ => return None,
        };
        number.replace([',', '_'], "").parse::<u64>().ok()?.checked_mul(size)
    }
}

/// The tables of all bounds, in Markdown.
#[must_use]
pub fn markdown() -> String {
    let mut lines = Vec::new();
    let mut group = "";
    for limit in Limits::ALL {
        if limit.group != group {
            group = limit.group;
            lines.push(format!("\n### {group}\n\n| name | bounds | default | most | what says that it was met |"));
            lines.push("|---|---|---|---|---|".to_owned());
        }
        let (default, most) = (limit.unit.shown(limit.default), limit.unit.shown(limit.most));
        lines.push(format!("| `{}` | {} | {default} | {most} | {} |", limit.name, limit.what.trim(), limit.met));
    }
    lines.join("\n") + "\n"
}

impl Limit {
    /// Sets the bound to a value.
    pub(crate) fn set(&self, limits: &mut Limits, value: u64) {
        (self.set)(limits, value);
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_they_are_shown() {
        for (unit, number, shown) in [
            (Unit::Bytes, 16 << 20, "16 MB"),
            (Unit::Bytes, 1_500, "1,500 bytes"),
            (Unit::Count, 200_000_000, "200,000,000"),
            (Unit::Count, 48, "48"),
        ] {
            assert_eq!(unit.shown(number), shown);
            assert_eq!(unit.read(shown), Some(number));
        }
        assert_eq!(Unit::Count.read("2 MB"), None);
        assert_eq!(Unit::Bytes.read("-1"), None);
    }

    #[test]
    fn each_bound_sets_itself() {
        for limit in Limits::ALL {
            assert!(limit.default <= limit.most, "{}", limit.name);
            let mut limits = Limits::default();
            limit.set(&mut limits, limit.default);
            assert_eq!(limits, Limits::default(), "{}", limit.name);
            limit.set(&mut limits, limit.default - 1);
            assert_ne!(limits, Limits::default(), "{}", limit.name);
        }
    }
}
