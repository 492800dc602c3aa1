//! A database that is kept in a file: for its owner only, and there once it is whole.

use std::io;
use std::path::Path;

use super::warehouse::Warehouse;
use crate::{Failure, disk};

/// Why a database could not be kept.
enum Why {
    Disk(io::Error),
    Database(Failure),
}

impl From<io::Error> for Why {
    fn from(reason: io::Error) -> Why {
        Why::Disk(reason)
    }
}

/// Whether a database can be kept there, before one is made.
pub(super) fn try_keep(path: &Path) -> Result<(), Failure> {
    disk::try_write(path).map_err(|reason| failed(path, &reason))
}

/// Keeps a database, in place of what is there.
pub(super) fn keep(warehouse: &mut Warehouse, path: &Path) -> Result<(), Failure> {
    disk::make(path, |path| warehouse.write(path).map_err(Why::Database)).map_err(|why| match why {
        Why::Disk(reason) => failed(path, &reason),
        Why::Database(failure) => Failure(format!("no database can be kept in {}: {failure}", path.display())),
    })
}

fn failed(path: &Path, reason: &io::Error) -> Failure {
    Failure(format!("no database can be kept in {}: {}", path.display(), disk::reason(reason)))
}
