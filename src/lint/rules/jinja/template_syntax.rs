//! Finds Jinja that does not parse, in a hook or in a macro that a hook reaches.

use super::syntax_faults::mistake;
use crate::jinja::{ErrorKind, JinjaError};
use crate::lint::{Finding, Findings, Scene, Sink};
use crate::project::Language;

fn finding<'f>(scene: &Scene<'f>, error: &JinjaError) -> Finding<'f> {
    let said = crate::lint::rules::said(&error.message);
    let message = format!(
        "This is no valid Jinja: \"{said}\". dbt reads every hook before it runs anything, and every command stops here."
    );
    Finding::of(scene, error.place, error.through.as_ref(), message).help(help(said))
}

fn help(said: &str) -> String {
    match open_block(said) {
        Some(block) => format!("close the block: add `{{% end{block} %}}`"),
        None => "close what is open, or remove what is too much".to_owned(),
    }
}

/// Files of nodes that declare hooks and do not parse: their hooks are not known.
fn files<'f>(findings: &'f Findings<'f>, sink: &mut Sink<'f>) {
    let declares = |text: &str| ["_hook", "-hook"].iter().any(|word| text.contains(word));
    for node in findings.project.nodes.iter().filter(|node| node.language == Language::Sql) {
        let Some(code) = node.code.as_ref().filter(|code| declares(code.as_str())) else { continue };
        if let Err(fault) = findings.library.template(code) {
            let said = crate::lint::rules::said(&fault.message);
            let message = format!(
                "This is no valid Jinja: \"{said}\". dbt reads every node before it runs anything, and every command stops \
                 here."
            );
            let place = code.place_of(fault.span.start as usize..fault.span.end as usize);
            sink.add(Finding::at(place.or(node.place), message).help(help(said)));
        }
    }
}

/// The block that Jinja says is still open.
fn open_block(said: &str) -> Option<&str> {
    said.split_once("The innermost block that needs to be closed is '")?.1.split('\'').next()
}

pub(in crate::lint) fn check<'f>(findings: &'f Findings<'f>, sink: &mut Sink<'f>) {
    for scene in findings.scenes() {
        if let Some(error) = scene.error()
            && error.kind == ErrorKind::Syntax
            && mistake(&scene, error).is_none()
        {
            sink.add(finding(&scene, error));
        }
    }
    files(findings, sink);
}
