//! stub
use super::Hooks;
/// stub
pub fn hooks(_project: &crate::project::Project, _manifests: &[std::sync::Arc<crate::manifest::Manifest>]) -> Hooks { Hooks::default() }
