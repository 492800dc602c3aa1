//! What type a column or an expression has, and which types Postgres puts together.

use sqlparser::ast::{ArrayElemTypeDef, BinaryOperator, DataType, ExactNumberInfo, TimezoneInfo, UnaryOperator};
use sqlparser::dialect::PostgreSqlDialect;
use sqlparser::parser::Parser;

use super::overloads::{Context, postgres};

/// A type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Type {
    /// Not known.
    Unknown,
    /// A constant between quotes, which becomes what is asked for.
    Constant(String),
    /// One of Postgres' own, by its short name.
    Is(&'static str),
}

impl Type {
    pub(super) const BOOLEAN: Type = Type::Is("bool");
    pub(super) const DATE: Type = Type::Is("date");
    pub(super) const INTEGER: Type = Type::Is("int4");
    pub(super) const INTERVAL: Type = Type::Is("interval");
    pub(super) const TEXT: Type = Type::Is("text");
    pub(super) const TIME: Type = Type::Is("time");
    pub(super) const TIMESTAMP: Type = Type::Is("timestamp");
    pub(super) const TIMESTAMPTZ: Type = Type::Is("timestamptz");

    /// The type that a name in a statement means.
    pub(crate) fn of(data_type: &DataType) -> Type {
        let with_zone = |zone: &TimezoneInfo| matches!(zone, TimezoneInfo::WithTimeZone | TimezoneInfo::Tz);
        Type::Is(match data_type {
            DataType::Character(_) | DataType::Char(_) => "bpchar",
            DataType::CharacterVarying(_) | DataType::CharVarying(_) | DataType::Varchar(_) => "varchar",
            DataType::Text => "text",
            DataType::SmallInt(_) | DataType::Int2(_) => "int2",
            DataType::Int(_) | DataType::Int4(_) | DataType::Integer(_) => "int4",
            DataType::BigInt(_) | DataType::Int8(_) => "int8",
            DataType::Numeric(_) | DataType::Decimal(_) | DataType::Dec(_) => "numeric",
            DataType::Real | DataType::Float4 => "float4",
            DataType::Float8 | DataType::DoublePrecision => "float8",
            DataType::Float(ExactNumberInfo::None) => "float8",
            DataType::Bool | DataType::Boolean => "bool",
            DataType::Date => "date",
            DataType::Time(_, zone) => {
                if with_zone(zone) {
                    "timetz"
                } else {
                    "time"
                }
            }
            DataType::Timestamp(_, zone) => {
                if with_zone(zone) {
                    "timestamptz"
                } else {
                    "timestamp"
                }
            }
            DataType::Interval { .. } => "interval",
            DataType::Uuid => "uuid",
            DataType::JSON => "json",
            DataType::JSONB => "jsonb",
            DataType::Bytea => "bytea",
            DataType::Array(ArrayElemTypeDef::SquareBracket(element, _)) => return Type::of(element).listed(),
            DataType::Custom(name, _) => match name.to_string().to_lowercase().as_str() {
                "serial" | "serial4" => "int4",
                "bigserial" | "serial8" => "int8",
                "smallserial" | "serial2" => "int2",
                "timestamptz" => "timestamptz",
                "timetz" => "timetz",
                "bpchar" => "bpchar",
                _ => return Type::Unknown,
            },
            _ => return Type::Unknown,
        })
    }

    /// The type of that short name; unknown where there is none.
    pub(super) fn named(name: &str) -> Type {
        postgres().type_named(name).map_or(Type::Unknown, Type::Is)
    }

    /// The type of its arrays.
    fn listed(&self) -> Type {
        self.short().map_or(Type::Unknown, |name| Type::named(&format!("_{name}")))
    }

    /// The type of the elements of an array.
    pub(super) fn element(&self) -> Type {
        self.short().and_then(|name| name.strip_prefix('_')).map_or(Type::Unknown, Type::named)
    }

    /// The short name; none where the type is not known.
    pub(super) fn short(&self) -> Option<&'static str> {
        match self {
            Type::Is(name) => Some(name),
            _ => None,
        }
    }

    /// A number that is written out.
    pub(super) fn of_number(digits: &str) -> Type {
        if !digits.bytes().all(|digit| digit.is_ascii_digit()) {
            return Type::Is("numeric");
        }
        Type::Is(match digits.parse::<i64>() {
            Ok(number) if i32::try_from(number).is_ok() => "int4",
            Ok(_) => "int8",
            Err(_) => "numeric",
        })
    }

    /// The type that a text names.
    pub(crate) fn declared_as(text: &str) -> Type {
        let parsed =
            Parser::new(&PostgreSqlDialect {}).try_with_sql(text).and_then(|mut parser| parser.parse_data_type());
        parsed.map_or(Type::Unknown, |of| Type::of(&of))
    }

    /// Its name, by which a column is declared; none where it is not known.
    pub(crate) fn declared(&self) -> Option<String> {
        match self {
            Type::Unknown => None,
            Type::Constant(_) => Some(Type::TEXT.told()),
            Type::Is(_) => Some(self.told()),
        }
    }

    /// As messages write it.
    pub(super) fn told(&self) -> String {
        match self {
            Type::Unknown => "unknown".to_owned(),
            Type::Constant(_) => "unknown".to_owned(),
            Type::Is(name) => postgres().words(name),
        }
    }

    /// The type of an expression that is one of several, of a CASE, a COALESCE, a UNION; or why they are not those of
    /// one expression.
    pub(super) fn common<'t>(parts: impl IntoIterator<Item = &'t Type>) -> Result<Type, String> {
        let all: Vec<&Type> = parts.into_iter().collect();
        let known: Vec<&'static str> = all.iter().filter_map(|part| part.short()).collect();
        let Some(first) = known.first() else {
            let constants = !all.is_empty() && all.iter().all(|part| matches!(part, Type::Constant(_)));
            return Ok(if constants { Type::TEXT } else { Type::Unknown });
        };
        let all_cast_to = |to: &&&str| known.iter().all(|from| postgres().casts(from, to, Context::Implicit));
        let mut common = known.iter().filter(all_cast_to);
        let Some(one) = common.next() else {
            let other = known.iter().find(|other| {
                !postgres().casts(other, first, Context::Implicit) && !postgres().casts(first, other, Context::Implicit)
            });
            let other = other.unwrap_or(first);
            let (one, other) = (Type::Is(first).told(), Type::Is(other).told());
            return Err(format!("types {one} and {other} cannot be matched"));
        };
        let is_sure = !all.contains(&&Type::Unknown) && common.all(|other| other == one);
        let of = Type::Is(one);
        let constants = all.iter().filter_map(|part| if let Type::Constant(text) = part { Some(text) } else { None });
        // All types of a category read the same constants, as far as that is judged.
        if let Some(text) = constants.into_iter().find(|text| of.refuses_constant(text)) {
            return Err(of.invalid(text));
        }
        Ok(if is_sure { of } else { Type::Unknown })
    }

    /// What a column of this type takes without a cast: why it refuses a value, where it does.
    pub(super) fn refuses(&self, column: &str, value: &Type) -> Option<String> {
        match (self, value) {
            (Type::Is(to), Type::Is(from)) => (!postgres().casts(from, to, Context::Assignment)).then(|| {
                let (to, from) = (self.told(), value.told());
                format!("column \"{column}\" is of type {to} but expression is of type {from}")
            }),
            _ => self.misread(value),
        }
    }

    /// Why a constant is no value of this type, where it is none.
    pub(super) fn misread(&self, value: &Type) -> Option<String> {
        let Type::Constant(text) = value else { return None };
        self.refuses_constant(text).then(|| self.invalid(text))
    }

    fn invalid(&self, text: &str) -> String {
        match self {
            Type::Is("json" | "jsonb") => "invalid input syntax for type json".to_owned(),
            Type::Is(name) if name.starts_with('_') => format!("malformed array literal: \"{text}\""),
            Type::Is(name @ ("timestamp" | "time")) => format!("invalid input syntax for type {name}: \"{text}\""),
            _ => format!("invalid input syntax for type {}: \"{text}\"", self.told()),
        }
    }

    /// Why a value is not cast to this type, where it is not.
    pub(super) fn refuses_cast_of(&self, value: &Type) -> Option<String> {
        match (self, value) {
            (Type::Is(to), Type::Is(from)) => (!postgres().casts(from, to, Context::Explicit))
                .then(|| format!("cannot cast type {} to {}", value.told(), self.told())),
            _ => self.misread(value),
        }
    }

    /// Whether a constant cannot be read as a value of this kind.
    fn refuses_constant(&self, text: &str) -> bool {
        let text = text.trim();
        if text.contains(crate::sql::UNKNOWN) {
            return false;
        }
        let has_digit = text.chars().any(|one| one.is_ascii_digit());
        let Type::Is(name) = self else { return false };
        match *name {
            "int2" | "int4" | "int8" => {
                text.is_empty() || !text.chars().all(|one| one.is_ascii_alphanumeric() || "+-_".contains(one)) || {
                    let digits = text.trim_start_matches(['+', '-']);
                    let plain = digits.replace('_', "");
                    !plain.starts_with(|one: char| one.is_ascii_digit())
                        || (!plain.starts_with("0x")
                            && !plain.starts_with("0o")
                            && !plain.starts_with("0b")
                            && !plain.chars().all(|one| one.is_ascii_digit()))
                }
            }
            "numeric" | "float4" | "float8" => {
                let word = text.trim_start_matches(['+', '-']).to_ascii_lowercase();
                let known = ["nan", "inf", "infinity"].contains(&word.as_str());
                let written = |one: char| one.is_ascii_hexdigit() || "+-._xob".contains(one);
                !(known || has_digit && word.chars().all(written))
            }
            "bool" => {
                let word = text.to_ascii_lowercase();
                let known = ["true", "false", "yes", "no", "on", "off", "1", "0"];
                word.is_empty() || !known.iter().any(|known| known.starts_with(word.as_str())) || word == "o"
            }
            "date" | "timestamp" | "timestamptz" => text.is_empty() || (!has_digit && is_prose(text)) || is_span(text),
            "interval" => text.is_empty() || (!has_digit && is_prose(text)),
            "uuid" => text.chars().filter(char::is_ascii_hexdigit).count() != 32,
            "json" | "jsonb" => {
                let words = ["true", "false", "null"];
                !text.starts_with(|one: char| one.is_ascii_digit() || "{[\"-".contains(one)) && !words.contains(&text)
            }
            name if name.starts_with('_') => !text.starts_with(['{', '[']),
            _ => false,
        }
    }

    /// The type of what an operator gives, or why Postgres has no such operator.
    pub(super) fn with(&self, operator: &BinaryOperator, right: &Type) -> Result<Type, String> {
        if matches!(operator, BinaryOperator::And | BinaryOperator::Or) {
            let place = operator.to_string();
            let reason = self.no_condition(&place).or_else(|| right.no_condition(&place));
            return reason.map_or(Ok(Type::BOOLEAN), Err);
        }
        let symbol = operator.to_string();
        let symbol = if symbol == "!=" { "<>" } else { symbol.as_str() };
        if let (Some(constant), "+" | "-" | "*" | "/") = (self.prose().or_else(|| right.prose()), symbol) {
            // It may be JSON, of which a key is taken away.
            let is_json = |of: &Type| matches!(of, Type::Unknown | Type::Is("jsonb"));
            if !(symbol == "-" && is_json(self)) {
                return Err(format!("`{symbol}` does not join texts, and '{constant}' is no number"));
            }
        }
        let none = || format!("operator does not exist: {} {symbol} {}", self.told(), right.told());
        let Some(call) = postgres().operator(symbol, &[self.clone(), right.clone()]) else {
            // What reckons with arrays comes with extensions that many have.
            let is_array = |of: &Type| of.short().is_some_and(|name| name.starts_with('_'));
            let compares = matches!(symbol, "=" | "<>" | "<" | "<=" | ">" | ">=");
            return if !compares && (is_array(self) || is_array(right)) { Ok(Type::Unknown) } else { Err(none()) };
        };
        for (value, read) in [self, right].into_iter().zip(&call.reads) {
            if let Some(reason) = read.misread(value) {
                return Err(reason);
            }
        }
        Ok(call.gives)
    }

    /// The type of what an operator before its value gives, or why Postgres has no such operator.
    pub(super) fn after(&self, operator: &UnaryOperator) -> Result<Type, String> {
        match operator {
            UnaryOperator::Not => self.no_condition("NOT").map_or(Ok(Type::BOOLEAN), Err),
            UnaryOperator::Plus | UnaryOperator::Minus => {
                let none = || format!("operator does not exist: {operator} {}", self.told());
                postgres()
                    .operator(&operator.to_string(), std::slice::from_ref(self))
                    .map(|call| call.gives)
                    .ok_or_else(none)
            }
            _ => Ok(Type::Unknown),
        }
    }

    /// Why a value is no condition, where it is none.
    pub(super) fn no_condition(&self, place: &str) -> Option<String> {
        match self {
            Type::Unknown | Type::Is("bool") => None,
            Type::Constant(_) => Type::BOOLEAN.misread(self),
            other @ Type::Is(_) => Some(format!("argument of {place} must be type boolean, not type {}", other.told())),
        }
    }

    /// The words of a constant that is no number and no time.
    fn prose(&self) -> Option<&str> {
        match self {
            Type::Constant(text) if !text.contains(crate::sql::UNKNOWN) => {
                let has_digit = text.chars().any(|one| one.is_ascii_digit());
                (is_prose(text) && !has_digit).then_some(text)
            }
            _ => None,
        }
    }
}

/// Whether a text is a number of days or hours and no more, which is no point in time.
fn is_span(text: &str) -> bool {
    let Some((count, unit)) = text.trim().split_once(' ') else { return false };
    let units = ["second", "minute", "hour", "day", "week", "month", "year"];
    let unit = unit.trim().to_ascii_lowercase();
    !count.is_empty()
        && count.bytes().all(|digit| digit.is_ascii_digit())
        && units.contains(&unit.strip_suffix('s').unwrap_or(&unit))
}

/// Whether a text is words that no date, time, interval or number is written with.
fn is_prose(text: &str) -> bool {
    let words = text.split(|one: char| !one.is_alphabetic()).filter(|word| !word.is_empty());
    let is_of_times = |word: &str| {
        let word = word.to_ascii_lowercase();
        let beginnings = [
            "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec", "mon", "tue", "wed",
            "thu", "fri", "sat", "sun", "day", "hour", "min", "sec", "week", "year", "mil", "mic", "dec", "cent",
            "ago", "now", "today", "tom", "yest", "epoch", "inf", "nan", "allb", "utc", "gmt", "zulu", "bc", "ad",
            "am", "pm",
        ];
        word.len() < 4 || beginnings.iter().any(|known| word.starts_with(known))
    };
    let mut words = words.into_iter();
    words.any(|word| !is_of_times(word)) && !text.contains(['/', '{', '(', '[', ':'])
}
