//! Finds several statements in one hook, where the warehouse takes one at a time.

use crate::lint::{Findings, Scene, Sink};
use crate::sql::Verb;

/// What happens to a hook of several statements; none where they all run.
fn refusal(adapter: &str) -> Option<&'static str> {
    match adapter {
        "spark" | "databricks" => Some("dbt sends them as one, and Spark stops with a syntax error at the second"),
        "athena" => Some("dbt sends them as one, and Athena takes one statement at a time"),
        "clickhouse" => Some("dbt sends them as one, and ClickHouse stops with \"Multi-statements are not allowed\""),
        "sqlite" => {
            Some("dbt sends them as one, and SQLite stops with \"You can only execute one statement at a time.\"")
        }
        _ => None,
    }
}

fn split_block(scene: &Scene<'_>) -> bool {
    let script = &scene.judged.script;
    let block = script.statements.iter().any(|one| one.outline.verb == Verb::Block && one.outline.opaque);
    scene.adapter() == "snowflake" && block && scene.judged.rendering.sent.len() > script.statements.len()
}

pub(in crate::lint) fn check<'f>(findings: &'f Findings<'f>, sink: &mut Sink<'f>) {
    for scene in findings.scenes() {
        let Some(sql) = scene.sqls().last().filter(|_| !scene.judged.rendering.sent.is_empty()) else { continue };
        let script = &scene.judged.script;
        if !std::ptr::eq(sql.script, &raw const **script) {
            continue;
        }
        if split_block(&scene) {
            let block = script.statements.iter().find(|one| one.outline.verb == Verb::Block);
            let range = block.map_or(0..sql.text.as_str().len(), |one| one.range.clone());
            let message = "Snowflake's connector cuts this block at its semicolons: the pieces fail.";
            let help = "write it as execute immediate $$ … $$, or as one hook for each statement";
            sink.add(sql.finding(range, message).help(help).sql(sql.text.as_str()));
            continue;
        }
        let Some(said) = refusal(scene.adapter()) else { continue };
        if let [_, second, ..] = script.statements.as_slice() {
            let message = format!("This is a second statement in one hook: {said}.");
            sink.add(
                sql.finding(second.range.clone(), message)
                    .help("write one hook for each statement")
                    .sql(sql.text.as_str()),
            );
        }
    }
}
