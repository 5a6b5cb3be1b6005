//! Test support shared by all crates: recorded evidence of the fixture programs, damage generators.

pub mod fixtures;
pub mod recordings;
pub mod schema;

use std::path::PathBuf;

/// Root of the repository, found from this crate's manifest.
pub fn repository_root() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}
