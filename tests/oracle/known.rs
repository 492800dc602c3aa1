//! Differences that are known and not mended yet.

/// The case, the hook (or `project`), and the cause.
#[rustfmt::skip]
pub(crate) const KNOWN: &[(&str, &str, &str)] = &[
];
