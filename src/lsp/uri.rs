//! Paths of files and the URIs that editors call them by.

use std::path::{Path, PathBuf};
use std::str::FromStr as _;

use lsp_types::Uri;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

use crate::discover;

/// What a path keeps as it is in a URI.
const KEPT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'/').remove(b'-').remove(b'_').remove(b'.').remove(b'~');
const SCHEME: &str = "file://";

/// The file that a URI means; none where it means none on this machine, such as a text that was never saved.
pub(super) fn path(uri: &Uri) -> Option<PathBuf> {
    let rest = uri.as_str().strip_prefix(SCHEME)?;
    let (host, path) = rest.split_at(rest.find('/')?);
    if !(host.is_empty() || host == "localhost") {
        return None;
    }
    let path = path.split(['?', '#']).next()?;
    let path = percent_decode_str(path).decode_utf8().ok()?;
    let drive = |path: &str| path.as_bytes().get(2) == Some(&b':');
    let path = if drive(&path) { path[1..].to_owned() } else { path.into_owned() };
    Some(discover::resolve_dots(Path::new(&path)))
}

/// The URI of a file.
pub(super) fn uri(path: &Path) -> Option<Uri> {
    let path = path.to_string_lossy().replace('\\', "/");
    let lead = if path.starts_with('/') { "" } else { "/" };
    Uri::from_str(&format!("{SCHEME}{lead}{}", utf8_percent_encode(&path, KEPT))).ok()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_path_and_its_uri_lead_to_each_other() {
        for shown in ["/work/shop/models/a b.sql", "/work/ünïcode/ä#1?.yml", "/a/100%/b.sql"] {
            assert_eq!(path(&uri(Path::new(shown)).unwrap()).unwrap(), Path::new(shown));
        }
        let of = |text: &str| path(&Uri::from_str(text).unwrap());
        assert_eq!(of("file:///c%3A/shop/a.sql"), Some(PathBuf::from("c:/shop/a.sql")));
        assert_eq!(of("file://localhost/a/../b.sql"), Some(PathBuf::from("/b.sql")));
        assert_eq!(of("untitled:Untitled-1"), None);
        assert_eq!(of("file://server/share/a.sql"), None);
    }
}
