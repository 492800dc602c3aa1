//! stub
use std::sync::Arc; use crate::{hook::Hook, render::Rendering, source::Sources};
#[allow(missing_docs)]
pub struct Compiled { pub project: String, pub sources: Arc<Sources>, pub targets: Vec<String>, pub hooks: Vec<(Hook, Vec<Rendering>, String)> }
