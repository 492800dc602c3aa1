//! What a check and a rehearsal cost on generated projects, how that grows with the project, and what `dbt parse` and
//! SQL linters take for the same project where they are installed. All in one run, so that the ratios mean something
//! on any machine.
//!
//! `cargo bench` measures; `cargo bench -- FOLDER MODELS` writes a project to look at instead.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout)]

mod process;
mod project;

use std::path::{Path, PathBuf};
use std::{env, fs};

use process::{Cost, cost};
use project::{Kind, generate, path_of};

const HOOKPROOF: &str = env!("CARGO_BIN_EXE_hookproof");

/// A folder below which a generated project of each size is made once.
struct Projects(tempfile::TempDir);

impl Projects {
    fn of(&self, models: usize, kind: Kind) -> PathBuf {
        let root = self.0.path().join(format!("{kind:?}-{models}"));
        if !root.exists() {
            generate(&root, models, kind).expect("the project is written");
        }
        root
    }
}

fn hookproof(root: &Path, arguments: &[&str]) -> Cost {
    let cost = cost(root, 5, HOOKPROOF, arguments).expect("hookproof runs");
    println!("  {:<44}{cost}", format!("hookproof {}", arguments.join(" ")));
    cost
}

/// Measures a command on two sizes and prints by how much more the larger takes.
fn growth(projects: &Projects, kind: Kind, sizes: [usize; 2], arguments: &[&str]) {
    let [small, large] = sizes.map(|models| {
        println!("{models} models, {}", format!("{kind:?}").to_lowercase());
        hookproof(&projects.of(models, kind), arguments).time.as_secs_f64()
    });
    println!("  {} times the models take {:.1} times as long\n", sizes[1] / sizes[0], large / small);
}

/// Measures another tool and prints its time as a multiple of ours.
fn beside(root: &Path, ours: Cost, runs: usize, program: &str, arguments: &[&str]) {
    let shown = format!("{program} {}", arguments.join(" "));
    match cost(root, runs, program, arguments) {
        Ok(theirs) => {
            let ratio = theirs.time.as_secs_f64() / ours.time.as_secs_f64();
            println!("  {shown:<44}{theirs}: {ratio:.0} times as long");
        }
        Err(error) => println!("  {shown:<44} not measured: {error}"),
    }
}

fn main() {
    let arguments: Vec<String> = env::args().skip(1).filter(|argument| argument != "--bench").collect();
    if let [folder, models] = arguments.as_slice() {
        let models = models.parse().expect("a number of models");
        generate(Path::new(folder), models, Kind::Audited).expect("the project is written");
        return;
    }
    let projects = Projects(tempfile::tempdir().expect("a folder for the projects"));
    growth(&projects, Kind::Audited, [1_000, 10_000], &["check", "--quiet"]);
    for kind in [Kind::Audited, Kind::Granted, Kind::Asking, Kind::Mixed] {
        growth(&projects, kind, [400, 4_000], &["prove", "--quiet", "--target", "dev"]);
    }

    println!("1000 models, beside other tools; those do not look at hooks");
    let root = projects.of(1_000, Kind::Audited);
    let check = hookproof(&root, &["check", "--quiet"]);
    beside(&root, check, 1, "dbt", &["parse", "--no-partial-parse", "--profiles-dir", "."]);
    beside(&root, check, 2, "dbt", &["parse", "--profiles-dir", "."]);
    let file = path_of(7);
    let file = file.as_str();
    let one = hookproof(&root, &["check", "--quiet", file]);
    fs::write(root.join(".sqlfluff"), "[sqlfluff]\ndialect = postgres\ntemplater = jinja\n").expect("its settings");
    fs::write(root.join(".sqruff"), "[sqruff]\ndialect = postgres\ntemplater = raw\n").expect("its settings");
    beside(&root, one, 2, "sqlfluff", &["lint", file]);
    beside(&root, one, 2, "sqruff", &["lint", file]);
    beside(&root, check, 1, "sqlfluff", &["lint", "models"]);
    beside(&root, check, 1, "sqruff", &["lint", "models"]);
}
