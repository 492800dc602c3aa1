//! Differences that are known and not mended yet.

/// The case, the hook (or `project`), and the cause.
#[rustfmt::skip]
pub(crate) const KNOWN: &[(&str, &str, &str)] = &[
    ("empty-flag", "model.ops.n.post-hook.0", "refs under --empty"),
    ("empty-flag", "model.ops.n.post-hook.2", "refs under --empty"),
    ("empty-flag", "model.ops.n.post-hook.3", "refs under --empty"),
    ("empty-flag", "operation.ops.ops-on-run-end-0", "refs under --empty"),
    ("empty-flag", "operation.ops.ops-on-run-end-1", "refs under --empty"),
    ("microbatch", "model.ops.mb.post-hook.1", "model.batch"),
    ("models-hooks-on-operations", "operation.ops.ops-on-run-end-0.post-hook.0", "hooks of the models section that are parsed for on-run hooks"),
    ("parse-error-disabled-model", "model.ops.m.post-hook.0", "a syntax error in the hook of a disabled model"),
    ("postgres-errors", "operation.root.root-on-run-end-1", "results of a run in which a node fails"),
    ("refs-in-node-hooks", "model.ops.a.post-hook.4", "depends_on of model"),
    ("refused-config-both", "project", "both spellings of a hook in one call of config()"),
    ("results-and-schemas", "operation.root.root-on-run-end-1", "results of a run of selected nodes"),
    ("results-and-schemas", "operation.root.root-on-run-end-2", "results of a run of selected nodes"),
    ("results-with-tests", "operation.ops.ops-on-run-end-0", "results of a run in which a test fails"),
    ("results-with-tests", "operation.ops.ops-on-run-end-1", "results of a run in which a node fails"),
    ("results-with-tests", "operation.ops.ops-on-run-end-2", "results of a run in which a node fails"),
    ("results-with-tests", "operation.ops.ops-on-run-end-3", "results of a run in which a test fails"),
    ("skip-nodes", "operation.ops.ops-on-run-end-0", "results of a run in which a node fails"),
    ("skip-nodes", "operation.ops.ops-on-run-end-1", "results of a run in which a node fails"),
];
