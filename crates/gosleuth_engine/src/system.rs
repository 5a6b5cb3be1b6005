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
