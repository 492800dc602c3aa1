//! stub
use std::sync::Arc; use crate::{hook::Hook, source::Sources};
#[allow(missing_docs)]
pub struct Listed { pub project: String, pub sources: Arc<Sources>, pub targets: Vec<String>, pub hooks: Vec<(Hook, String)> }
