//! Finds a hook with `transaction: false` where the materialization runs only the hooks inside.

use crate::diagnostic::{Edit, Fix, Safety};
use crate::hook::{Hook, HookKind};
use crate::lint::{Finding, Findings, Sink};
use crate::materialization::Slot;
use crate::render::materialized::Owner;
use crate::source::Place;

pub(in crate::lint) fn check<'f>(findings: &'f Findings<'f>, sink: &mut Sink<'f>) {
    for (at, checked) in findings.checked.iter().enumerate() {
        let hook = checked.hook;
        let (Some(node), false) = (hook.node, hook.transaction) else { continue };
        for &target in &hook.targets {
            let materialization = findings.renderer.materialization(target, node);
            let (inside, outside) = match hook.kind {
                HookKind::PreHook => (Slot::PreInside, Slot::PreOutside),
                _ => (Slot::PostInside, Slot::PostOutside),
            };
            let known = matches!(materialization.owner, Owner::Shipped | Owner::Project(_));
            let skips = materialization.slots.contains(&inside) && !materialization.slots.contains(&outside);
            let mut scenes = findings.scenes_of(at).filter(|scene| scene.judged.rendering.run.is_some());
            let (true, true, Some(scene)) = (known, skips, scenes.next()) else { continue };
            let materialized = &findings.renderer.state(target, node).materialized;
            let resource = findings.project.nodes[node].resource.name();
            let adapter = findings.adapter_of(target);
            let what = match materialization.owner {
                Owner::Project(_) => format!("the materialization {materialized} of the project"),
                _ if resource == "function" => "a function".to_owned(),
                _ => format!("the materialization {materialized} on {adapter}"),
            };
            let message = format!(
                "This {} never runs: {what} runs only the hooks inside the transaction, and `transaction: false` takes it \
                 out. dbt says nothing.",
                hook.kind.name()
            );
            let finding = Finding::of(&scene, None, None, message).targets(&[target]);
            sink.add(finding.help("remove `transaction: false`").fix(fix(findings, hook)));
        }
    }
}

/// Takes the key away where it stands directly behind the text. The hook then begins to run.
fn fix(findings: &Findings<'_>, hook: &Hook) -> Option<Fix> {
    let place = hook.raw.place_of(0..hook.raw.as_str().len()).or(hook.place)?;
    let text = &findings.project.sources.get(place.file).text;
    let after = text.get(place.end as usize..)?;
    let quote = usize::from(after.starts_with(['"', '\'']));
    let rest = &after[quote..];
    let blank = |text: &str| text.len() - text.trim_start_matches(|one: char| one.is_whitespace() || one == ',').len();
    let mut end = blank(rest);
    let quoted = rest[end..].starts_with(['"', '\'']);
    end += usize::from(quoted);
    end += rest[end..].strip_prefix("transaction").map(|_| "transaction".len())?;
    end += usize::from(quoted);
    end += blank(&rest[end..]);
    end += rest[end..].strip_prefix(':').map(|_| 1)?;
    end += blank(&rest[end..]);
    let word = ["false", "False"].into_iter().find(|word| rest[end..].starts_with(word))?;
    end += word.len();
    let start = place.end + quote as u32;
    let edit = Edit { place: Place { start, end: start + end as u32, ..place }, text: String::new() };
    Some(Fix { title: "remove `transaction: false`".to_owned(), safety: Safety::Unsafe, edits: vec![edit] })
}
