//! Differences that are known and not mended yet.

/// The case, the hook (or `project`), and the cause.
#[rustfmt::skip]
pub(crate) const KNOWN: &[(&str, &str, &str)] = &[
    ("models-hooks-on-operations", "operation.ops.ops-on-run-end-0.post-hook.0", "hooks of the models section that are parsed for on-run hooks"),
    ("parse-error-disabled-model", "model.ops.m.post-hook.0", "a syntax error in the hook of a disabled model"),
    ("refused-config-both", "project", "both spellings of a hook in one call of config()"),
];
