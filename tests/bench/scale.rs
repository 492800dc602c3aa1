//! How the time of a check and of a rehearsal grows with the project: ten times the models, in one run, as a ratio.
//! Ten times the models should take about ten times as long.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout)]

use std::fmt::Write as _;
use std::path::Path;
use std::time::{Duration, Instant};
use std::{fs, hint};

use hookproof::{CheckOptions, ProveOptions, check, prove};

/// Writes a project with that many models, each with hooks of its own, of its folder and of its properties.
fn generate(root: &Path, models: usize) {
    let write = |path: &str, text: &str| {
        let path = root.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    write(
        "dbt_project.yml",
        "name: scale\nversion: '1.0'\nprofile: scale\nmodels:\n  scale:\n    +post-hook: \"grant select on {{ this }} to reporter\"\non-run-end:\n  - \"{{ log_end() }}\"\n",
    );
    write(
        "profiles.yml",
        "scale:\n  target: dev\n  outputs:\n    dev: {type: postgres, host: h, user: u, password: p, port: 5432, dbname: d, schema: dev}\n    prod: {type: postgres, host: h, user: u, password: p, port: 5432, dbname: d, schema: prod}\n",
    );
    write(
        "macros/audit.sql",
        "{% macro audit(kind) %}{% if execute %}insert into audit.log (model, kind, at) values ('{{ this.name }}', '{{ kind }}', current_timestamp){% endif %}{% endmacro %}\n{% macro log_end() %}{% if execute %}insert into audit.runs values ('{{ invocation_id }}', {{ results | length }}){% endif %}{% endmacro %}\n",
    );
    for folder in 0..models.div_ceil(100) {
        let mut properties = String::from("models:\n");
        for n in folder * 100..((folder + 1) * 100).min(models) {
            let upstream =
                if n == 0 { "select 1 as id".to_owned() } else { format!("select * from {{{{ ref('m{}') }}}}", n / 2) };
            write(
                &format!("models/f{folder}/m{n}.sql"),
                &format!("{{{{ config(materialized='table', post_hook=\"{{{{ audit('done') }}}}\") }}}}\n{upstream}\n"),
            );
            let _ = writeln!(properties, "  - name: m{n}\n    description: model {n}\n    columns:\n      - name: id");
        }
        write(&format!("models/f{folder}/schema.yml"), &properties);
    }
}

fn best_of(runs: usize, root: &Path) -> (Duration, usize) {
    let mut best = Duration::MAX;
    let mut hooks = 0;
    for _ in 0..runs {
        let start = Instant::now();
        let reports = check(&CheckOptions::at(root)).expect("the generated project is checked");
        best = best.min(start.elapsed());
        hooks = hint::black_box(reports)[0].coverage.hooks;
    }
    (best, hooks)
}

/// The time in which the first target is rehearsed twice, and the statements of hooks.
fn rehearsed(root: &Path) -> (Duration, usize) {
    let options = CheckOptions { target: Some("dev".to_owned()), ..CheckOptions::at(root) };
    let start = Instant::now();
    let proved = prove(&options, &ProveOptions::default()).expect("the generated project is rehearsed");
    let time = start.elapsed();
    let proof = &hint::black_box(proved)[0].proofs[0];
    assert!(proof.holds(), "a hook of the generated project is refuted");
    let of_hooks = proof.runs.iter().flat_map(|run| &run.steps).filter(|step| step.hook.is_some());
    (time, of_hooks.map(|step| step.statements.len()).sum())
}

/// Prints the time of each size and how it grows.
fn measure(folder: &Path, sizes: [usize; 2], what: &str, time: impl Fn(&Path) -> (Duration, usize)) {
    let mut times = Vec::new();
    for models in sizes {
        let root = folder.join(models.to_string());
        if !root.exists() {
            generate(&root, models);
        }
        let (time, count) = time(&root);
        println!("{models:>6} models, {count:>6} {what}: {:>8.1} ms", time.as_secs_f64() * 1e3);
        times.push(time.as_secs_f64());
    }
    println!("ten times the models take {:.1} times as long", times[1] / times[0]);
}

fn main() {
    let folder = tempfile::tempdir().expect("a folder for the projects");
    measure(folder.path(), [1_000, 10_000], "hooks checked", |root| best_of(5, root));
    measure(folder.path(), [400, 4_000], "statements rehearsed", rehearsed);
}
