//! What is to be done: the thread that reads puts it here, the thread that works takes it. Edits do not queue: a text
//! stands here once, as it is now.

use std::collections::{BTreeSet, VecDeque};
use std::path::PathBuf;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use lsp_server::{ErrorCode, Message, Request, RequestId, Response};

use super::documents::Documents;

/// What is to be done, for two threads.
#[derive(Debug, Default)]
pub(super) struct Desk {
    state: Mutex<State>,
    changed: Condvar,
}

/// What is to be done.
#[derive(Debug, Default)]
pub(super) struct State {
    /// The texts that are open.
    pub(super) documents: Documents,
    /// The files that may be others than before.
    pub(super) touched: BTreeSet<PathBuf>,
    /// What is to be answered or said, in order.
    pub(super) jobs: VecDeque<Job>,
    /// Nothing more will come.
    pub(super) closed: bool,
    /// All of it is done.
    done: bool,
}

/// Something to be answered or said.
#[derive(Debug)]
pub(super) enum Job {
    /// A request.
    Answer(Request),
    /// A message that is ready.
    Say(Message),
    /// What a command gave that was begun before: a text, shown under a name, or why there is none.
    Told { id: RequestId, name: &'static str, text: Result<String, String> },
}

/// What is to be done now.
#[derive(Debug)]
pub(super) struct Round {
    /// The files that may be others than before.
    pub(super) touched: BTreeSet<PathBuf>,
    /// The texts that are open.
    pub(super) documents: Documents,
    /// How many jobs there are.
    pub(super) jobs: usize,
}

impl Desk {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts something down.
    pub(super) fn put(&self, what: impl FnOnce(&mut State)) {
        what(&mut self.lock());
        self.changed.notify_all();
    }

    /// Waits until there is something to do. None where nothing more will come.
    pub(super) fn take(&self) -> Option<Round> {
        let waits = |state: &mut State| state.touched.is_empty() && state.jobs.is_empty() && !state.closed;
        let mut state = self.changed.wait_while(self.lock(), waits).unwrap_or_else(PoisonError::into_inner);
        if state.closed && state.jobs.is_empty() {
            return None;
        }
        let touched = std::mem::take(&mut state.touched);
        Some(Round { touched, documents: state.documents.clone(), jobs: state.jobs.len() })
    }

    /// The next job.
    pub(super) fn job(&self) -> Option<Job> {
        self.lock().jobs.pop_front()
    }

    /// Takes back a request that is not begun.
    pub(super) fn cancel(&self, id: &RequestId) {
        self.put(|state| {
            for job in &mut state.jobs {
                if matches!(job, Job::Answer(request) if request.id == *id) {
                    let code = ErrorCode::RequestCanceled as i32;
                    let answer = Response::new_err(id.clone(), code, "the request was taken back".to_owned());
                    *job = Job::Say(answer.into());
                }
            }
        });
    }

    /// Says that all is done.
    pub(super) fn finish(&self) {
        self.put(|state| state.done = true);
    }

    /// Waits until all is done, but not for ever.
    pub(super) fn wait(&self, longest: Duration) {
        let _ = self.changed.wait_timeout_while(self.lock(), longest, |state| !state.done);
    }
}
