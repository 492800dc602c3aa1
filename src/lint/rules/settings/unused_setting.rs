//! Finds a setting in hookproof.yml that names nothing that is there.

use crate::lint::{Finding, Findings, Sink, rules};
use crate::settings::Named;

pub(in crate::lint) fn check<'f>(findings: &'f Findings<'f>, sink: &mut Sink<'f>) {
    let policy = &findings.policy;
    let mut add = |named: &Named, message: String, help: &str| {
        sink.add(Finding::at(policy.place(&named.range), message).help(help));
    };
    for one in &policy.settings.per_path {
        let fits = |path: &str| one.files.is_ignored(path);
        let mut seeds = findings.project.nodes.iter().map(|node| node.original_file_path.as_str());
        if !findings.project.sources.iter().any(|(_, file)| fits(&file.path)) && !seeds.any(fits) {
            let message =
                format!("No file of the project fits `{}`: what is set for it holds nowhere.", one.pattern.name);
            add(&one.pattern, message, "write the path from the project's folder, as in .gitignore");
        }
    }
    let known: Vec<&str> = findings.project.targets.iter().map(|target| target.name.as_str()).collect();
    for named in policy.settings.targets.iter().filter(|named| !known.contains(&named.name.as_str())) {
        let message = format!("The profile has no target `{}`: nothing is looked at there.", named.name);
        add(named, message, &format!("name one of {}", known.join(", ")));
    }
    for named in policy.settings.questions.iter().filter(|named| policy.unasked.contains(&named.name)) {
        let message = format!("No hook asks `{}`: this answer settles nothing.", named.name);
        add(named, message, "write the question as `hookproof compile` prints it, or take it out");
    }
    let looked_at = |selector: &crate::lint::Selector| {
        rules().any(|rule| selector.names(rule) && policy.settings.selection.has(rule))
    };
    for one in policy.settings.named_rules.iter().filter(|one| one.setting == "severity") {
        if !looked_at(&one.selector) {
            let named = Named { name: String::new(), range: one.range.clone() };
            let message = "The settings give this a severity, and do not have it looked at.".to_owned();
            add(&named, message, "add it to `extend-select`");
        }
    }
}
