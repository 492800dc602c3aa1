//! What kind of value a column or an expression is, and which kinds Postgres puts together.

use sqlparser::ast::{BinaryOperator, DataType};

/// A kind of value, as coarse as operators tell them apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Type {
    /// Not known, or none that is told apart here.
    Unknown,
    /// A constant between quotes, which becomes what is asked for.
    Constant(String),
    /// `text`, `varchar`, `char`.
    Text,
    /// Whole numbers.
    Integer,
    /// Numbers with a fraction.
    Numeric,
    /// `boolean`.
    Boolean,
    /// `date`.
    Date,
    /// `timestamp` with or without a zone.
    Timestamp,
    /// `interval`.
    Interval,
}

impl Type {
    /// The kind of a type's name.
    pub(crate) fn of(data_type: &DataType) -> Type {
        match data_type {
            DataType::Character(_)
            | DataType::CharacterVarying(_)
            | DataType::CharVarying(_)
            | DataType::Varchar(_)
            | DataType::Text => Type::Text,
            DataType::SmallInt(_)
            | DataType::Int(_)
            | DataType::Int2(_)
            | DataType::Int4(_)
            | DataType::Int8(_)
            | DataType::Integer(_)
            | DataType::BigInt(_) => Type::Integer,
            DataType::Numeric(_)
            | DataType::Decimal(_)
            | DataType::Real
            | DataType::Float4
            | DataType::Float8
            | DataType::Float(_)
            | DataType::DoublePrecision => Type::Numeric,
            DataType::Bool | DataType::Boolean => Type::Boolean,
            DataType::Date => Type::Date,
            DataType::Timestamp(..) => Type::Timestamp,
            DataType::Interval { .. } => Type::Interval,
            DataType::Custom(name, _) => match name.to_string().to_lowercase().as_str() {
                "serial" | "bigserial" | "smallserial" | "serial4" | "serial8" => Type::Integer,
                _ => Type::Unknown,
            },
            _ => Type::Unknown,
        }
    }

    /// Its name in messages; none where it is not known.
    pub(crate) fn name(&self) -> Option<&'static str> {
        Some(match self {
            Type::Unknown => return None,
            Type::Constant(_) => "a text constant",
            Type::Text => "text",
            Type::Integer => "integer",
            Type::Numeric => "numeric",
            Type::Boolean => "boolean",
            Type::Date => "date",
            Type::Timestamp => "timestamp",
            Type::Interval => "interval",
        })
    }

    fn is_number(&self) -> bool {
        matches!(self, Type::Integer | Type::Numeric)
    }

    fn is_time(&self) -> bool {
        matches!(self, Type::Date | Type::Timestamp)
    }

    /// The kind of either, where they are those of one column: of a CASE, a COALESCE, a UNION.
    pub(crate) fn either(self, other: Type) -> Type {
        match (&self, &other) {
            (Type::Constant(_), _) => other,
            (_, Type::Constant(_)) => self,
            (left, right) if left == right => self,
            (left, right) if left.is_number() && right.is_number() => Type::Numeric,
            _ => Type::Unknown,
        }
    }

    /// What a column of this kind takes without a cast: why it refuses a value, where it does.
    pub(crate) fn refuses(&self, value: &Type) -> Option<String> {
        if let Type::Constant(text) = value {
            return self.refuses_constant(text).then(|| format!("'{text}' is no value of type {}", self.told()));
        }
        let takes = match (self, value) {
            (Type::Unknown | Type::Constant(_) | Type::Text, _) | (_, Type::Unknown) => true,
            (left, right) if left.is_number() && right.is_number() => true,
            (left, right) if left.is_time() && right.is_time() => true,
            (left, right) => left == right,
        };
        (!takes).then(|| format!("the value is of type {} and the column of type {}", value.told(), self.told()))
    }

    fn told(&self) -> &'static str {
        self.name().unwrap_or("unknown")
    }

    /// Whether a constant cannot be read as a value of this kind.
    fn refuses_constant(&self, text: &str) -> bool {
        let text = text.trim();
        if text.contains(crate::sql::UNKNOWN) {
            return false;
        }
        let has_digit = text.chars().any(|one| one.is_ascii_digit());
        match self {
            Type::Integer => {
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
            Type::Numeric => {
                let word = text.trim_start_matches(['+', '-']).to_ascii_lowercase();
                let known = ["nan", "inf", "infinity"].contains(&word.as_str());
                let written = |one: char| one.is_ascii_hexdigit() || "+-._xob".contains(one);
                !(known || has_digit && word.chars().all(written))
            }
            Type::Boolean => {
                let word = text.to_ascii_lowercase();
                let known = ["true", "false", "yes", "no", "on", "off", "1", "0"];
                word.is_empty() || !known.iter().any(|known| known.starts_with(word.as_str())) || word == "o"
            }
            Type::Date | Type::Timestamp | Type::Interval => text.is_empty() || (!has_digit && is_prose(text)),
            _ => false,
        }
    }

    /// The kind of what an operator gives, or why Postgres has no such operator.
    pub(crate) fn with(&self, operator: &BinaryOperator, right: &Type) -> Result<Type, String> {
        use BinaryOperator as Op;
        match operator {
            Op::And | Op::Or => match self.no_condition().or_else(|| right.no_condition()) {
                Some(reason) => Err(reason),
                None => Ok(Type::Boolean),
            },
            Op::Eq | Op::NotEq | Op::Lt | Op::LtEq | Op::Gt | Op::GtEq => {
                self.compared(operator, right).map_or(Ok(Type::Boolean), Err)
            }
            Op::StringConcat => match (self, right) {
                (Type::Text, _) | (_, Type::Text) => Ok(Type::Text),
                (Type::Unknown, _) | (_, Type::Unknown) => Ok(Type::Unknown),
                (Type::Constant(_), _) | (_, Type::Constant(_)) => Ok(Type::Text),
                _ => Err(self.no_operator(operator, right)),
            },
            Op::Plus | Op::Minus | Op::Multiply | Op::Divide => self.reckoned(operator, right),
            _ => Ok(Type::Unknown),
        }
    }

    /// Why a value is no condition, where it is none.
    pub(crate) fn no_condition(&self) -> Option<String> {
        match self {
            Type::Unknown | Type::Boolean => None,
            Type::Constant(text) => Type::Boolean
                .refuses_constant(text)
                .then(|| format!("'{text}' is no condition: no value of type boolean")),
            other => Some(format!("a value of type {} is no condition", other.told())),
        }
    }

    /// Why two values cannot be those of one expression, where they cannot.
    pub(crate) fn parts_from(&self, other: &Type) -> Option<String> {
        match (self, other) {
            (Type::Constant(_), Type::Constant(_)) => None,
            (Type::Constant(text), kind) | (kind, Type::Constant(text)) => {
                kind.refuses_constant(text).then(|| format!("'{text}' is no value of type {}", kind.told()))
            }
            (left, right) => {
                let known = left.name().is_some() && right.name().is_some();
                let fits =
                    left == right || (left.is_number() && right.is_number()) || (left.is_time() && right.is_time());
                (known && !fits).then(|| format!("the types {} and {} do not go together", left.told(), right.told()))
            }
        }
    }

    fn no_operator(&self, operator: &BinaryOperator, right: &Type) -> String {
        format!("there is no operator `{} {operator} {}`", self.told(), right.told())
    }

    fn compared(&self, operator: &BinaryOperator, right: &Type) -> Option<String> {
        let (constant, other) = match (self, right) {
            (Type::Constant(_), Type::Constant(_)) => return None,
            (Type::Constant(text), other) | (other, Type::Constant(text)) => (text, other),
            (Type::Unknown, _) | (_, Type::Unknown) => return None,
            (left, right) => {
                let fits =
                    left == right || (left.is_number() && right.is_number()) || (left.is_time() && right.is_time());
                return (!fits).then(|| left.no_operator(operator, right));
            }
        };
        other.refuses_constant(constant).then(|| format!("'{constant}' is no value of type {}", other.told()))
    }

    fn reckoned(&self, operator: &BinaryOperator, right: &Type) -> Result<Type, String> {
        use BinaryOperator as Op;
        let none = || Err(self.no_operator(operator, right));
        let adds = matches!(operator, Op::Plus | Op::Minus);
        match (self, right) {
            // It may be JSON, of which a key is taken away.
            (Type::Unknown, Type::Constant(_)) if *operator == Op::Minus => Ok(Type::Unknown),
            (Type::Constant(text), _) | (_, Type::Constant(text)) => {
                let prose = is_prose(text) && !text.chars().any(|one| one.is_ascii_digit());
                if prose && !text.contains(crate::sql::UNKNOWN) {
                    return Err(format!("`{operator}` does not join texts, and '{text}' is no number"));
                }
                Ok(Type::Unknown)
            }
            // A kind that is not told apart may have an operator of its own.
            (Type::Unknown, _) | (_, Type::Unknown) => Ok(Type::Unknown),
            (Type::Text | Type::Boolean, _) | (_, Type::Text | Type::Boolean) => none(),
            (Type::Integer, Type::Integer) => Ok(Type::Integer),
            (left, right) if left.is_number() && right.is_number() => Ok(Type::Numeric),
            (Type::Date, Type::Integer) | (Type::Integer, Type::Date) if adds => Ok(Type::Date),
            (Type::Date, Type::Date) if *operator == Op::Minus => Ok(Type::Integer),
            (left, right) if left.is_time() && right.is_time() && *operator == Op::Minus => Ok(Type::Interval),
            (left, Type::Interval) if left.is_time() && adds => Ok(Type::Timestamp),
            (Type::Interval, right) if right.is_time() && *operator == Op::Plus => Ok(Type::Timestamp),
            (Type::Interval, Type::Interval) if adds => Ok(Type::Interval),
            (Type::Interval, right) if right.is_number() && !adds => Ok(Type::Interval),
            (left, Type::Interval) if left.is_number() && *operator == Op::Multiply => Ok(Type::Interval),
            _ => none(),
        }
    }
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
