//! Types of columns and values, as far as the rehearsal tells them apart.

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
