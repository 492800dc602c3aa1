//! Hooks and the transaction that dbt builds a node in.

pub(in crate::lint) mod lost_atomicity;
pub(in crate::lint) mod needs_no_transaction;
pub(in crate::lint) mod transaction_control;
pub(in crate::lint) mod transaction_never_runs;

use crate::lint::Rule;

/// The rules, by name.
pub(in crate::lint) const RULES: &[Rule] = family! { "transaction";
    "lost-atomicity", Warning, High, Default, lost_atomicity;
    "needs-no-transaction", Error, High, Default, needs_no_transaction;
    "transaction-control", Error, High, Default, transaction_control;
    "transaction-never-runs", Error, High, Default, transaction_never_runs;
};
