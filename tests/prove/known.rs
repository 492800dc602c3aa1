//! Where the rehearsal is known to part from dbt.

/// A model's own SQL fails, or a seed or a Python model: what a rehearsal of hooks builds in its place does not.
const OWN_SQL: &str = "a node fails by what is its own, and no hook: an empty table stands for it in the rehearsal";

/// What nothing in the project makes may be there all the same.
const ASSUMED: &str = "nothing in the project makes it: the rehearsal takes it to be there, and lists it as assumed";

/// A name without a schema, of which the search path says what it means.
const UNIT_TESTS: &str = "unit tests are not executed: the rehearsal takes them to pass";
const NO_SCHEMA: &str =
    "a table of that name may be on the search path: the rehearsal takes it to be there, and lists it as assumed";

/// `dbt test` on a database in which nothing was built.
const NOTHING_BUILT: &str =
    "the command builds nothing, and nothing was built before: the rehearsal takes it to be there";

/// A text that is no SQL at all.
const NO_SQL: &str = "no grammar of the rehearsal reads it, and that alone refutes nothing: the hook is not judged";

/// A character that Unicode or Python calls white space.
const BLANK: &str = "a character is white space for the rehearsal, and none for the database";

/// What follows from one of the others.
const FOLLOWS: &str = "follows from another one of the project";

/// The project, a part of the run with the hook, node or table, and the cause.
#[rustfmt::skip]
pub(crate) const KNOWN: &[(&str, &str, &str)] = &[
    ("build-order", "test: run", NOTHING_BUILT),
    ("contexts-of-names", "model.ops.m.post-hook.0", "`defer_relation` is taken to be unknown: the hook is not judged"),
    ("contexts-of-names", "model.ops.m.post-hook.1", FOLLOWS),
    ("env-var-missing", "operation.ops.ops-on-run-end-1", "a variable that is not set here may be set where dbt runs: the hook is not judged"),
    ("env-var-missing", "operation.ops.ops-on-run-end-0", FOLLOWS),
    ("functions", "model.ops.m.post-hook.0", OWN_SQL),
    ("grants-postgres", "model.grants_postgres.wrong_table", ASSUMED),
    ("json-functions", "operation.ops.ops-on-run-end-0", NO_SQL),
    ("json-functions", "operation.ops.ops-on-run-end-1", FOLLOWS),
    ("models-hooks-on-operations", "operation.ops.ops-on-run-end-0.post-hook.0", "dbt gives an on-run hook the hooks of the models, and fails on them: the plan has none of an operation"),
    ("models-hooks-on-operations", "operation.ops.ops-on-run-end-0", FOLLOWS),
    ("models-hooks-on-operations", "model.ops.m.post-hook.0", FOLLOWS),
    ("packages-macros", "model.ops.m", OWN_SQL),
    ("plain-names-duckdb", "run", NO_SCHEMA),
    ("plain-names-postgres", "run", NO_SCHEMA),
    ("postgres-materializations", "run", NO_SCHEMA),
    ("project-file-jinja", "operation.ops.ops-on-run-end-0", NO_SQL),
    ("project-file-jinja", "operation.ops.ops-on-run-end-1", FOLLOWS),
    ("python-model-hooks", "model.ops.p", OWN_SQL),
    ("query-values", "operation.ops.ops-on-run-end-1", ASSUMED),
    ("query-values", "operation.ops.ops-on-run-end-2", FOLLOWS),
    ("refs-in-on-run", "operation.ops.ops-on-run-end-2", "the same table stands twice after FROM, without another name"),
    ("refs-in-on-run", "operation.ops.ops-on-run-end-3", FOLLOWS),
    ("results-and-schemas", "model.root.dn", OWN_SQL),
    ("results-with-errors", "model.ops.dn", OWN_SQL),
    ("schemas-duckdb", "operation.schemas_duckdb", "`at` is reserved since DuckDB 1.3 only: the hook is not judged"),
    ("session-duckdb", "operation.session_duckdb.session_duckdb-on-run-end-1", "the temporary table went with its session, and a lasting one of that name may be there"),
    ("strip-and-json", "operation.ops.ops-on-run-start-4", BLANK),
    ("unit-tests", "model.shop.below", UNIT_TESTS),
    ("unit-tests", "model.shop.broken", UNIT_TESTS),
    ("unit-tests", "model.shop.later", UNIT_TESTS),
    ("whitespace-node", "model.ops.m.post-hook.8", BLANK),
    ("whitespace-node", "model.ops.m.post-hook.9", FOLLOWS),
    ("whitespace-on-run", "operation.ops.ops-on-run-start-9", NO_SQL),
    ("whitespace-on-run", "operation.ops.ops-on-run-start-10", FOLLOWS),
    ("yaml-functions", "operation.ops.ops-on-run-end-0", NO_SQL),
    ("yaml-functions", "operation.ops.ops-on-run-end-1", FOLLOWS),
];
