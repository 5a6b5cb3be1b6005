//! What the loader sees of a machine: files, environment, platform.
//!
//! Everything goes through [`System`], so that a load can run over files in memory: in tests, in fuzz targets, and later over what an
//! editor has not saved yet.

mod memory;
mod os;

use std::io;
use std::path::{Path, PathBuf};

pub use memory::MemorySystem;
pub use os::OsSystem;

/// A machine with files. Paths are absolute.
pub trait System: Sync {
    /// The first `at_most` bytes of a file.
    ///
    /// # Errors
    ///
    /// That of the operating system.
    fn read(&self, path: &Path, at_most: u64) -> io::Result<Vec<u8>>;

    /// What a directory holds, sorted by name. Names that are not Unicode are left out.
    ///
    /// # Errors
    ///
    /// That of the operating system.
    fn read_dir(&self, path: &Path) -> io::Result<Vec<Entry>>;

    /// What a path leads to, symbolic links followed.
    ///
    /// # Errors
    ///
    /// That of the operating system.
    fn kind(&self, path: &Path) -> io::Result<FileKind>;

    /// What tells a file, symbolic links followed, from the same file with other contents. None where that cannot be told, or not yet:
    /// a file that was written a moment ago can be written once more without a trace.
    fn stamp(&self, _path: &Path) -> Option<Stamp> {
        None
    }

    /// The path without symbolic links, `.` and `..`.
    ///
    /// # Errors
    ///
    /// That of the operating system.
    fn canonicalize(&self, path: &Path) -> io::Result<PathBuf>;

    /// A variable of the environment, if it is set to something that is Unicode.
    fn env(&self, name: &str) -> Option<String>;

    /// Operating system and processor as Go calls them (`linux`, `amd64`).
    fn host(&self) -> (&'static str, &'static str);

    /// Whether the path is a file, symbolic links followed.
    fn is_file(&self, path: &Path) -> bool {
        self.kind(path).is_ok_and(|kind| kind == FileKind::File)
    }

    /// Whether the path is a directory, symbolic links followed.
    fn is_dir(&self, path: &Path) -> bool {
        self.kind(path).is_ok_and(|kind| kind == FileKind::Directory)
    }
}

/// One entry of a directory.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Entry {
    /// Its name.
    pub name: String,
    /// What it is, symbolic links not followed.
    pub kind: FileKind,
}

/// What a file system says of a file without reading it. A path with the stamp it had before has the contents it had before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stamp {
    /// Bytes.
    pub size: u64,
    /// When its contents changed, in nanoseconds of the file system's clock.
    pub modified: u64,
    /// When anything about it changed, in nanoseconds; 0 where nobody keeps that.
    pub changed: u64,
    /// Its number in the file system; 0 where it has none.
    pub number: u64,
}

/// What a path is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum FileKind {
    /// A regular file.
    File,
    /// A directory.
    Directory,
    /// A symbolic link.
    Symlink,
    /// A device, a socket, …
    Other,
}
