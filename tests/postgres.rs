//! What hookproof says of statements that a `PostgreSQL` 15 server took or refused.
//!
//! `sql_postgres_valid.txt` holds statements that the server's grammar took, or that of a newer one. `sql_postgres_broken.tsv` holds
//! mistakes of the kinds people make, each with the server's own error.

#![allow(clippy::unwrap_used)]

use hookproof::sql::{Dialect, script};

const VALID: &str = include_str!("data/sql_postgres_valid.txt");
const BROKEN: &str = include_str!("data/sql_postgres_broken.tsv");

/// Mistakes that no rule of SQL alone can tell, or that are not told yet.
const MOST_MISSED: usize = 14;

/// Trees want big stacks.
fn on_a_big_stack(run: impl FnOnce() + Send + 'static) {
    let thread = std::thread::Builder::new().stack_size(64 << 20).spawn(run).unwrap();
    if let Err(panic) = thread.join() {
        std::panic::resume_unwind(panic);
    }
}

#[test]
fn what_the_server_takes_has_no_fault() {
    on_a_big_stack(|| {
        let mut wrong = Vec::new();
        for text in VALID.lines() {
            let script = script(text, Dialect::Postgres);
            wrong.extend(script.all_faults().iter().map(|fault| format!("{text}\n    {}", fault.message)));
        }
        assert!(VALID.lines().count() > 700);
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    });
}

#[test]
fn what_the_server_refuses_is_a_certain_fault() {
    on_a_big_stack(|| {
        let mut missed = Vec::new();
        for line in BROKEN.lines().skip(1) {
            let (error, text) = line.split_once('\t').unwrap();
            let script = script(text, Dialect::Postgres);
            if !script.all_faults().iter().any(|fault| fault.certain) {
                missed.push(format!("{text}\n    {error}"));
            }
        }
        assert!(BROKEN.lines().count() > 340);
        assert!(missed.len() <= MOST_MISSED, "{} missed:\n{}", missed.len(), missed.join("\n"));
    });
}
