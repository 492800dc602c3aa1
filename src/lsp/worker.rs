//! The thread that works: checks the projects whose files have changed, tells what it finds, and answers.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use lsp_server::{Message, Notification, Request, RequestId, Response};
use lsp_types::notification::{Notification as _, PublishDiagnostics};
use lsp_types::{Diagnostic, PublishDiagnosticsParams};

use super::answers::{self, Projects};
use super::client::{Ability, Client};
use super::commands::{self, Rehearsals, Shown};
use super::desk::{Desk, Job, Round};
use super::diagnostics;
use super::documents::Documents;
use super::view::{self, View};
use crate::diagnostic::Diagnostic as Finding;
use crate::discover;
use crate::report::CheckReport;
use crate::run::{CheckOptions, Examined, Failure, begin, set_aside};

/// What is known of the projects of an editor.
pub(super) struct Worker<W> {
    client: Client,
    options: CheckOptions,
    documents: Documents,
    known: BTreeMap<PathBuf, Known>,
    rehearsals: Rehearsals,
    shown: Shown,
    output: W,
}

/// What is known of a project.
#[derive(Debug, Default)]
pub(super) struct Known {
    /// What the last check gave.
    pub(super) examined: Option<Examined>,
    /// What the editor was told, by file; empty lists are not kept.
    told: BTreeMap<PathBuf, Vec<Diagnostic>>,
}

impl<W: Write> Worker<W> {
    pub(super) fn new(client: Client, options: CheckOptions, desk: &Arc<Desk>, output: W) -> Worker<W> {
        Worker {
            client,
            options,
            documents: Documents::default(),
            known: BTreeMap::new(),
            rehearsals: Rehearsals::new(Arc::clone(desk)),
            shown: Shown::default(),
            output,
        }
    }

    /// Works until nothing more comes.
    ///
    /// # Errors
    /// The editor does not take what is said.
    pub(super) fn work(&mut self, desk: &Desk) -> io::Result<()> {
        while let Some(Round { touched, documents, jobs }) = desk.take() {
            self.documents = documents;
            for root in self.roots(&touched) {
                self.check(&root, &touched)?;
            }
            for job in (0..jobs).map_while(|_| desk.job()) {
                match job {
                    Job::Say(message) => message.write(&mut self.output)?,
                    Job::Answer(request) => self.answer(request)?,
                    Job::Told { id, name, text } => self.tell_text(id, name, text)?,
                }
            }
        }
        Ok(())
    }

    /// The projects that files belong to: those that they lie in, and those that read them from elsewhere.
    fn roots(&self, touched: &BTreeSet<PathBuf>) -> BTreeSet<PathBuf> {
        let mut roots: BTreeSet<PathBuf> = touched.iter().filter_map(|path| discover::enclosing(path)).collect();
        for (root, known) in &self.known {
            let reads = |path: &PathBuf| path.starts_with(root) || known.reads(root, path);
            if touched.iter().any(reads) {
                roots.insert(root.clone());
            }
        }
        roots
    }

    /// Checks a project and tells what has changed of its findings: first those of what was edited, where a few hooks
    /// are enough for it.
    fn check(&mut self, root: &Path, touched: &BTreeSet<PathBuf>) -> io::Result<()> {
        let overlay = self.documents.overlay();
        let options = CheckOptions { path: root.to_path_buf(), overlay, ..self.options.clone() };
        let is_there = discover::enclosing(root).is_some_and(|found| found == root);
        let mut early = BTreeSet::new();
        let examined = if is_there {
            match begin(&options, inside(root, touched)).map(|mut all| all.pop()) {
                Ok(Some(begun)) => {
                    if let Some(report) = &begun.early {
                        early = self.tell_early(root, touched, report, &begun.unsure)?;
                    }
                    begun.finish(&options)
                }
                Ok(None) => Ok(None),
                Err(failure) => Err(failure),
            }
        } else {
            Ok(None)
        };
        let mut known = self.known.remove(root).unwrap_or_default();
        let found = match examined {
            Ok(Some(examined)) => {
                let view = View::new(root, &examined.report.sources, &self.documents, self.client.encoding);
                let found = diagnostics::by_file(&examined.report, &view, &self.client);
                set_aside(known.examined.replace(examined));
                found
            }
            Ok(None) => {
                known.examined = None;
                self.options.store.forget(root);
                BTreeMap::new()
            }
            Err(failure) => with_failure(root, &known, &failure),
        };
        let is_news = |path: &&PathBuf| {
            known.told.get(*path) != found.get(*path)
                // The editor may have moved what it was told along with the text.
                || (touched.contains(*path)
                    && found.contains_key(*path)
                    && self.documents.get(path).is_some()
                    && !early.contains(*path))
        };
        let files: BTreeSet<&PathBuf> = known.told.keys().chain(found.keys()).filter(is_news).collect();
        for path in files {
            let diagnostics = found.get(path).cloned().unwrap_or_default();
            tell(&mut self.output, &self.documents, path, diagnostics)?;
        }
        if known.examined.is_some() || !found.is_empty() {
            self.known.insert(root.to_path_buf(), Known { told: found, ..known });
        }
        Ok(())
    }

    /// Tells what is found in files that were edited, before the whole project is checked: what is sure, and what is
    /// not where it was told before. Gives these files.
    fn tell_early(
        &mut self,
        root: &Path,
        touched: &BTreeSet<PathBuf>,
        report: &CheckReport,
        unsure: &[Finding],
    ) -> io::Result<BTreeSet<PathBuf>> {
        let view = View::new(root, &report.sources, &self.documents, self.client.encoding);
        let mut found = diagnostics::by_file(report, &view, &self.client);
        // What was never told of is told once, whole.
        let Some(known) = self.known.get_mut(root).filter(|known| known.examined.is_some()) else {
            return Ok(BTreeSet::new());
        };
        for one in unsure {
            let (path, shown) = (view.path(one.place.file), diagnostics::of(one, &view, &self.client));
            let same = |told: &Diagnostic| told.code == shown.code && told.message == shown.message;
            if known.told.get(&path).is_some_and(|told| told.iter().any(same)) {
                found.entry(path).or_default().push(shown);
            }
        }
        let open: BTreeSet<PathBuf> =
            touched.iter().filter(|path| self.documents.get(path).is_some()).cloned().collect();
        for path in &open {
            let diagnostics = found.remove(path).unwrap_or_default();
            let last = known.told.get(path).map(Vec::as_slice).unwrap_or_default();
            if !diagnostics.is_empty() || !last.is_empty() {
                tell(&mut self.output, &self.documents, path, diagnostics.clone())?;
            }
            if diagnostics.is_empty() {
                known.told.remove(path);
            } else {
                known.told.insert(path.clone(), diagnostics);
            }
        }
        Ok(open)
    }

    /// Answers a request, or begins what gives its answer.
    fn answer(&mut self, Request { id, method, params }: Request) -> io::Result<()> {
        let projects =
            Projects { known: &self.known, documents: &self.documents, client: &self.client, options: &self.options };
        let outcome = match answers::command(&method, &params) {
            Some((commands::COMPILE, arguments)) => match commands::sql(&projects, arguments) {
                Ok(text) => return self.tell_text(id, "hooks.sql", Ok(text)),
                Err(refusal) => Err(refusal),
            },
            Some((commands::PROVE, arguments)) => match self.rehearsals.begin(id.clone(), &projects, arguments) {
                Ok(()) => return Ok(()),
                Err(refusal) => Err(refusal),
            },
            _ => answers::answer(&projects, &method, params),
        };
        let answer = match outcome {
            Ok(result) => Response::new_ok(id, result),
            Err(refusal) => Response::new_err(id, refusal.code as i32, refusal.why),
        };
        Message::from(answer).write(&mut self.output)
    }

    /// Answers a command with a text, and shows it.
    fn tell_text(&mut self, id: RequestId, name: &str, text: Result<String, String>) -> io::Result<()> {
        let shown = text.as_ref().ok().and_then(|text| self.shown.show(self.client.can(Ability::Show), name, text));
        Message::from(commands::told(id, text)).write(&mut self.output)?;
        shown.map_or(Ok(()), |message| message.write(&mut self.output))
    }
}

impl Known {
    /// Whether a file outside of the project is one that it reads, such as profiles.yml.
    fn reads(&self, root: &Path, path: &Path) -> bool {
        let Some(examined) = &self.examined else { return false };
        let is_outside = |shown: &str| shown.starts_with("..") || Path::new(shown).is_absolute();
        examined
            .report
            .sources
            .iter()
            .any(|(_, file)| is_outside(&file.path) && view::on_disk(root, &file.path) == path)
    }
}

/// The paths of files of a project from its root, with `/`.
fn inside(root: &Path, files: &BTreeSet<PathBuf>) -> BTreeSet<String> {
    let paths = files.iter().filter_map(|path| path.strip_prefix(root).ok());
    paths.map(|path| path.to_string_lossy().replace('\\', "/")).collect()
}

/// What stays told where a project cannot be checked: all of it, but for the file that is at fault.
fn with_failure(root: &Path, known: &Known, failure: &Failure) -> BTreeMap<PathBuf, Vec<Diagnostic>> {
    let (shown, diagnostic) = diagnostics::failure(failure);
    let mut found = known.told.clone();
    found.insert(view::on_disk(root, shown), vec![diagnostic]);
    found
}

fn tell(output: &mut impl Write, documents: &Documents, path: &Path, diagnostics: Vec<Diagnostic>) -> io::Result<()> {
    let Some(uri) = view::named(documents, path) else { return Ok(()) };
    let version = documents.get(path).map(|document| document.version);
    let params = PublishDiagnosticsParams { uri, diagnostics, version };
    let message = Notification::new(PublishDiagnostics::METHOD.to_owned(), params);
    Message::from(message).write(output)
}
