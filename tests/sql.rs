//! SQL: splitting, outlines, faults; every valid statement passes, every broken one is found.

use hookproof::sql::{Dialect, Fault, ObjectKind, Parse, Script, Statement, Verb, script};

const CASES: &str = include_str!("data/sql_cases.tsv");

/// Trees want big stacks.
fn on_a_big_stack(run: impl FnOnce() + Send + 'static) {
    let thread = std::thread::Builder::new().stack_size(64 << 20).spawn(run).unwrap();
    if let Err(panic) = thread.join() {
        std::panic::resume_unwind(panic);
    }
}

struct Case {
    home: &'static str,
    category: &'static str,
    text: &'static str,
}

fn cases() -> impl Iterator<Item = Case> {
    CASES.lines().skip(1).map(|line| {
        let mut columns = line.split('\t');
        let (home, category) = (columns.next().unwrap(), columns.next().unwrap());
        Case { home, category, text: columns.next().unwrap() }
    })
}

fn homes(home: &str) -> Vec<Dialect> {
    if home == "all" { Dialect::ALL.to_vec() } else { vec![Dialect::of_adapter(home)] }
}

fn said(script: &Script) -> Vec<String> {
    script.all_faults().iter().map(|fault: &&Fault| format!("certain={} {}", fault.certain, fault.message)).collect()
}

fn one(text: &str, dialect: Dialect) -> Statement {
    let mut script = script(text, dialect);
    assert_eq!(script.statements.len(), 1, "{text}");
    script.statements.pop().unwrap()
}

fn pieces(text: &str, dialect: Dialect) -> Vec<&str> {
    script(text, dialect).statements.into_iter().map(|statement| &text[statement.range]).collect()
}

fn certain(text: &str, dialect: Dialect) -> Option<String> {
    script(text, dialect).all_faults().iter().find(|fault| fault.certain).map(|fault| fault.message.clone())
}

#[test]
fn valid_statements_have_no_fault() {
    on_a_big_stack(|| {
        let mut wrong = Vec::new();
        let mut count = 0;
        for case in cases().filter(|case| case.category != "bad") {
            count += 1;
            for dialect in homes(case.home) {
                let script = script(case.text, dialect);
                if script.statements.len() != 1 || !said(&script).is_empty() {
                    wrong.push(format!("{}: {} {:?}", dialect.name(), case.text, said(&script)));
                }
            }
        }
        assert_eq!(count, 426);
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    });
}

#[test]
fn valid_statements_are_certain_faults_nowhere() {
    on_a_big_stack(|| {
        let mut wrong = Vec::new();
        for case in cases().filter(|case| case.category != "bad") {
            for dialect in Dialect::ALL {
                if let Some(message) = certain(case.text, dialect) {
                    wrong.push(format!("{}: {} {message}", dialect.name(), case.text));
                }
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    });
}

#[test]
fn broken_statements_have_certain_faults() {
    on_a_big_stack(|| {
        let mut missed = Vec::new();
        for case in cases().filter(|case| case.category == "bad") {
            for dialect in Dialect::ALL {
                if certain(case.text, dialect).is_none() {
                    missed.push(format!("{}: {}", dialect.name(), case.text));
                }
            }
        }
        assert!(missed.is_empty(), "{}", missed.join("\n"));
    });
}
