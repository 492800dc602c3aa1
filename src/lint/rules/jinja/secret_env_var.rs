//! Finds `env_var()` of a secret, which dbt only gives to profiles.yml and packages.yml.

use super::env_var_without_default::calls;
use crate::jinja::ErrorKind;
use crate::lint::{Finding, Findings, Sink};

fn message(name: &str) -> String {
    format!(
        "`{name}` is a secret by its name, and dbt keeps secrets out of hooks: it stops with \"Secret env vars are \
         allowed only in profiles.yml or packages.yml\"."
    )
}

const HELP: &str = "change the variable's name, so that it does not begin with DBT_ENV_SECRET, where the value may be seen \
                    in logs; else give the warehouse the secret by its own means";

pub(in crate::lint) fn check<'f>(findings: &'f Findings<'f>, sink: &mut Sink<'f>) {
    let mut any = false;
    calls(findings, &mut |part, call, name, _| {
        if name.starts_with("DBT_ENV_SECRET") {
            any = true;
            sink.add(part.finding(findings, call, message(name)).help(HELP));
        }
    });
    if any {
        return;
    }
    for scene in findings.scenes() {
        if let Some(error) = scene.error().filter(|error| error.kind == ErrorKind::Host("secret-env-var")) {
            sink.add(Finding::of(&scene, error.place, error.through.as_ref(), message("The variable")).help(HELP));
        }
    }
}
