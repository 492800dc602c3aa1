//! Types of columns and values, as far as the rehearsal tells them apart.

use sqlparser::ast::{CharacterLength, DataType, ExactNumberInfo};

use crate::sql::Dialect;

/// A type.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum Type {
    Boolean,
    Integer,
    /// With a scale, exact.
    Decimal,
    /// Binary floating point.
    Float,
    Text,
    Date,
    Time,
    /// A point in time, with a zone or without.
    Timestamp,
    Interval,
    Json,
    Binary,
    Uuid,
    Array,
    /// Any other, or one that is not known.
    Unknown,
}

impl Type {
    /// Whether its values are numbers.
    #[must_use]
    pub fn is_number(self) -> bool {
        matches!(self, Type::Integer | Type::Decimal | Type::Float)
    }

    /// Whether its values are points in time.
    #[must_use]
    pub fn is_moment(self) -> bool {
        matches!(self, Type::Date | Type::Timestamp)
    }

    /// The name of the type as messages write it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Type::Boolean => "boolean",
            Type::Integer => "integer",
            Type::Decimal => "numeric",
            Type::Float => "double precision",
            Type::Text => "text",
            Type::Date => "date",
            Type::Time => "time",
            Type::Timestamp => "timestamp",
            Type::Interval => "interval",
            Type::Json => "json",
            Type::Binary => "bytea",
            Type::Uuid => "uuid",
            Type::Array => "array",
            Type::Unknown => "unknown",
        }
    }

    /// The type of that name; unknown for any other.
    #[must_use]
    pub fn named(name: &str) -> Type {
        let all = [
            Type::Boolean,
            Type::Integer,
            Type::Decimal,
            Type::Float,
            Type::Text,
            Type::Date,
            Type::Time,
            Type::Timestamp,
            Type::Interval,
            Type::Json,
            Type::Binary,
            Type::Uuid,
            Type::Array,
        ];
        all.into_iter().find(|of| of.name() == name).unwrap_or(Type::Unknown)
    }

    /// The type as a column of `SQLite` is declared, which decides what it makes of values.
    pub(super) fn declaration(self) -> &'static str {
        match self {
            Type::Boolean => "BOOLEAN",
            Type::Integer => "INTEGER",
            Type::Decimal => "NUMERIC",
            Type::Float => "REAL",
            Type::Text | Type::Uuid | Type::Interval | Type::Time | Type::Array => "TEXT",
            Type::Date => "DATE",
            Type::Timestamp => "TIMESTAMP",
            // Without a type, a value stays what it is.
            Type::Json | Type::Binary | Type::Unknown => "",
        }
    }

    /// The type of an expression that is one of two.
    pub(super) fn either(self, other: Type) -> Type {
        match (self, other) {
            (same, other) if same == other => same,
            (Type::Unknown, other) => other,
            (known, Type::Unknown) => known,
            (Type::Float, number) | (number, Type::Float) if number.is_number() => Type::Float,
            (Type::Decimal, number) | (number, Type::Decimal) if number.is_number() => Type::Decimal,
            (Type::Timestamp, Type::Date) | (Type::Date, Type::Timestamp) => Type::Timestamp,
            _ => Type::Unknown,
        }
    }
}

/// A type as it is declared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Declared {
    /// The type.
    pub(super) of: Type,
    /// The most characters of a text, the most digits of a number.
    pub(super) length: Option<u32>,
    /// The digits after the point.
    pub(super) scale: Option<u32>,
    /// Whether values count up by themselves.
    pub(super) serial: bool,
}

impl Declared {
    fn plain(of: Type) -> Declared {
        Declared { of, length: None, scale: None, serial: false }
    }

    fn text(length: Option<u64>) -> Declared {
        Declared { length: length.and_then(|length| u32::try_from(length).ok()), ..Declared::plain(Type::Text) }
    }

    fn number(info: ExactNumberInfo, dialect: Dialect) -> Declared {
        let scale = match info {
            ExactNumberInfo::PrecisionAndScale(_, scale) => u32::try_from(scale).ok(),
            ExactNumberInfo::Precision(_) => Some(0),
            ExactNumberInfo::None if without_scale(dialect) => Some(0),
            ExactNumberInfo::None if dialect == Dialect::DuckDb => Some(3),
            ExactNumberInfo::None => None,
        };
        let of = if scale == Some(0) && !matches!(dialect, Dialect::Postgres | Dialect::Redshift) {
            Type::Integer
        } else {
            Type::Decimal
        };
        let digits = match info {
            ExactNumberInfo::PrecisionAndScale(digits, _) | ExactNumberInfo::Precision(digits) => digits,
            ExactNumberInfo::None => return Declared { scale, ..Declared::plain(of) },
        };
        Declared { scale, length: u32::try_from(digits).ok(), ..Declared::plain(of) }
    }

    /// The type that a declaration means.
    pub(super) fn of(declared: &DataType, dialect: Dialect) -> Declared {
        use DataType as D;
        let length = |length: &Option<CharacterLength>| match length {
            Some(CharacterLength::IntegerLength { length, .. }) => Some(*length),
            _ => None,
        };
        match declared {
            D::Character(n)
            | D::Char(n)
            | D::CharacterVarying(n)
            | D::CharVarying(n)
            | D::Varchar(n)
            | D::Nvarchar(n) => Declared::text(length(n)),
            D::String(n) => Declared::text(*n),
            D::Text
            | D::TinyText
            | D::MediumText
            | D::LongText
            | D::FixedString(_)
            | D::Clob(_)
            | D::CharacterLargeObject(_)
            | D::CharLargeObject(_)
            | D::Enum(..) => Declared::plain(Type::Text),
            D::Uuid => Declared::plain(Type::Uuid),
            D::Binary(_) | D::Varbinary(_) | D::Blob(_) | D::TinyBlob | D::MediumBlob | D::LongBlob | D::Bytes(_) => {
                Declared::plain(Type::Binary)
            }
            D::Bytea => Declared::plain(Type::Binary),
            D::Numeric(info)
            | D::Decimal(info)
            | D::DecimalUnsigned(info)
            | D::BigNumeric(info)
            | D::BigDecimal(info)
            | D::Dec(info)
            | D::DecUnsigned(info) => Declared::number(*info, dialect),
            D::Float(_)
            | D::FloatUnsigned(_)
            | D::Float4
            | D::Float32
            | D::Float64
            | D::Real
            | D::RealUnsigned
            | D::Float8
            | D::Double(_)
            | D::DoubleUnsigned(_)
            | D::DoublePrecision
            | D::DoublePrecisionUnsigned => Declared::plain(Type::Float),
            D::Bool | D::Boolean => Declared::plain(Type::Boolean),
            D::Bit(None | Some(1)) if dialect == Dialect::SqlServer => Declared::plain(Type::Boolean),
            D::Date | D::Date32 => Declared::plain(Type::Date),
            D::Time(..) => Declared::plain(Type::Time),
            D::Datetime(_) | D::Datetime64(..) | D::Timestamp(..) | D::TimestampNtz(_) => {
                Declared::plain(Type::Timestamp)
            }
            D::Interval { .. } => Declared::plain(Type::Interval),
            D::JSON | D::JSONB | D::Struct(..) | D::Map(..) | D::Nested(_) | D::Tuple(_) => Declared::plain(Type::Json),
            D::Array(_) => Declared::plain(Type::Array),
            D::Nullable(inner) | D::LowCardinality(inner) => Declared::of(inner, dialect),
            D::Custom(name, arguments) => Declared::custom(&name.to_string(), arguments, dialect),
            other if is_integer(other) => Declared::plain(Type::Integer),
            _ => Declared::plain(Type::Unknown),
        }
    }

    fn custom(name: &str, arguments: &[String], dialect: Dialect) -> Declared {
        let first = arguments.first().and_then(|length| length.trim().parse::<u64>().ok());
        match name.to_ascii_lowercase().as_str() {
            "number" => {
                let scale = arguments.get(1).and_then(|scale| scale.trim().parse::<i64>().ok());
                let info = match (first, scale) {
                    (Some(precision), Some(scale)) => ExactNumberInfo::PrecisionAndScale(precision, scale),
                    (Some(precision), None) => ExactNumberInfo::Precision(precision),
                    _ if dialect == Dialect::Oracle => ExactNumberInfo::None,
                    _ => ExactNumberInfo::Precision(38),
                };
                Declared::number(info, dialect)
            }
            "byteint" | "long" | "short" | "byte" | "int1" => Declared::plain(Type::Integer),
            "serial" | "bigserial" | "smallserial" | "serial4" | "serial8" | "serial2" => {
                Declared { serial: true, ..Declared::plain(Type::Integer) }
            }
            "timestamp_ntz" | "timestamp_ltz" | "timestamp_tz" | "timestampntz" | "timestampltz" | "timestamptz"
            | "datetime2" | "smalldatetime" | "datetimeoffset" | "timestamp_s" | "timestamp_ms" | "timestamp_ns" => {
                Declared::plain(Type::Timestamp)
            }
            "variant" | "object" | "super" => Declared::plain(Type::Json),
            "varchar2" | "nvarchar2" | "nchar" | "bpchar" | "char2" => Declared::text(first),
            "citext" | "name" | "ntext" | "long varchar" | "sysname" => Declared::plain(Type::Text),
            "money" | "smallmoney" => Declared { scale: Some(2), ..Declared::plain(Type::Decimal) },
            "uniqueidentifier" => Declared::plain(Type::Uuid),
            "hugeint" => Declared::plain(Type::Integer),
            _ => Declared::plain(Type::Unknown),
        }
    }
}

/// Whether a number without precision has no digits after the point.
fn without_scale(dialect: Dialect) -> bool {
    matches!(dialect, Dialect::Snowflake | Dialect::Redshift | Dialect::SqlServer | Dialect::MySql)
        || matches!(dialect, Dialect::Databricks | Dialect::Spark | Dialect::Hive | Dialect::Trino | Dialect::Athena)
}

fn is_integer(declared: &DataType) -> bool {
    use DataType as D;
    matches!(
        declared,
        D::TinyInt(_)
            | D::TinyIntUnsigned(_)
            | D::UTinyInt
            | D::Int2(_)
            | D::Int2Unsigned(_)
            | D::SmallInt(_)
            | D::SmallIntUnsigned(_)
            | D::USmallInt
            | D::MediumInt(_)
            | D::MediumIntUnsigned(_)
            | D::Int(_)
            | D::Int4(_)
            | D::Int8(_)
            | D::Int16
            | D::Int32
            | D::Int64
            | D::Int128
            | D::Int256
            | D::Integer(_)
            | D::IntUnsigned(_)
            | D::Int4Unsigned(_)
            | D::IntegerUnsigned(_)
            | D::HugeInt
            | D::UHugeInt
            | D::UInt8
            | D::UInt16
            | D::UInt32
            | D::UInt64
            | D::UInt128
            | D::UInt256
            | D::BigInt(_)
            | D::BigIntUnsigned(_)
            | D::UBigInt
            | D::Int8Unsigned(_)
            | D::Signed
            | D::SignedInteger
            | D::Unsigned
            | D::UnsignedInteger
    )
}
