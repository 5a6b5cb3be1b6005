//! A name for the exact build: what it finds out is kept between runs, and another build may find out something else.
//!
//! It is a hash of everything the program is made of: the crates of this workspace, the versions of all others, and how it is compiled.
#![expect(
    clippy::disallowed_methods,
    reason = "a build script reads the files it is there for"
)]

use std::hash::{DefaultHasher, Hasher as _};
use std::path::{Path, PathBuf};

fn main() {
    let own = PathBuf::from(std::env::var("CARGO_MANIFEST_DIR").unwrap_or_default());
    let mut hasher = DefaultHasher::new();
    for name in [
        "CARGO_PKG_VERSION",
        "TARGET",
        "OPT_LEVEL",
        "CARGO_CFG_DEBUG_ASSERTIONS",
        "CARGO_ENCODED_RUSTFLAGS",
    ] {
        write(std::env::var(name).unwrap_or_default().as_bytes(), &mut hasher);
    }
    // Published on its own, a crate has no neighbours; its lock file names their versions.
    for root in [own.join("../../Cargo.lock"), own.join("Cargo.lock"), own.join("..")] {
        add(&root, 0, &mut hasher);
    }
    println!("cargo::rustc-env=GOSLEUTH_BUILD={:016x}", hasher.finish());
}

/// Directories that go into no program.
const OTHER: &[&str] = &["tests", "benches", "examples", "snapshots", "target"];

/// Nested more deeply than any source.
const MAX_DEPTH: usize = 16;

fn add(path: &Path, depth: usize, hasher: &mut DefaultHasher) {
    if path.is_dir() && depth < MAX_DEPTH {
        let mut entries: Vec<PathBuf> = std::fs::read_dir(path)
            .into_iter()
            .flatten()
            .flatten()
            .map(|entry| entry.path())
            .filter(|path| !OTHER.iter().any(|other| path.ends_with(other)))
            .collect();
        entries.sort();
        // Cargo looks into directories by itself, so that only those of the crates are named.
        if depth == 2 {
            println!("cargo::rerun-if-changed={}", path.display());
        }
        entries.iter().for_each(|entry| add(entry, depth + 1, hasher));
    } else if let Ok(contents) = std::fs::read(path) {
        if depth <= 2 {
            println!("cargo::rerun-if-changed={}", path.display());
        }
        write(path.as_os_str().as_encoded_bytes(), hasher);
        write(&contents, hasher);
    }
}

/// Where bytes end is part of the hash.
fn write(bytes: &[u8], hasher: &mut DefaultHasher) {
    hasher.write_u64(bytes.len() as u64);
    hasher.write(bytes);
}
