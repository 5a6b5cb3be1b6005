//! The machine the process runs on. The one place of this crate that does I/O.
#![expect(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "this is the implementation behind the wall"
)]

use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use super::{Entry, FileKind, System};

/// The file system and the environment of the process.
#[derive(Clone, Copy, Debug, Default)]
pub struct OsSystem;

impl System for OsSystem {
    fn read(&self, path: &Path, at_most: u64) -> io::Result<Vec<u8>> {
        let mut file = File::open(path)?;
        // A named pipe would wait for ever.
        let length = match file.metadata()? {
            metadata if metadata.is_file() => metadata.len(),
            metadata if metadata.is_dir() => return Err(io::ErrorKind::IsADirectory.into()),
            _ => return Err(io::Error::other("this is no regular file")),
        };
        // Files of /proc have no length, and what is longer than memory is no source: those are read as they come.
        let mut contents = Vec::new();
        if length == 0 || length.min(at_most) > 1 << 30 {
            file.take(at_most).read_to_end(&mut contents)?;
            return Ok(contents);
        }
        contents.resize(length.min(at_most) as usize, 0);
        let mut filled = 0;
        while filled < contents.len() {
            match file.read(&mut contents[filled..]) {
                Ok(0) => break,
                Ok(more) => filled += more,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        contents.truncate(filled);
        Ok(contents)
    }

    fn read_dir(&self, path: &Path) -> io::Result<Vec<Entry>> {
        let mut entries = Vec::new();
        for entry in fs::read_dir(path)? {
            let entry = entry?;
            let Ok(name) = entry.file_name().into_string() else {
                continue;
            };
            entries.push(Entry {
                name,
                kind: kind(entry.file_type()?),
            });
        }
        entries.sort_unstable();
        Ok(entries)
    }

    fn kind(&self, path: &Path) -> io::Result<FileKind> {
        Ok(kind(fs::metadata(path)?.file_type()))
    }

    fn canonicalize(&self, path: &Path) -> io::Result<PathBuf> {
        fs::canonicalize(path)
    }

    fn env(&self, name: &str) -> Option<String> {
        std::env::var(name).ok()
    }

    fn host(&self) -> (&'static str, &'static str) {
        let os = match std::env::consts::OS {
            "macos" => "darwin",
            os => os,
        };
        let little = cfg!(target_endian = "little");
        let arch = match std::env::consts::ARCH {
            "x86_64" => "amd64",
            "aarch64" => "arm64",
            "x86" => "386",
            "loongarch64" => "loong64",
            "powerpc64" if little => "ppc64le",
            "powerpc64" => "ppc64",
            "mips" if little => "mipsle",
            "mips64" if little => "mips64le",
            arch => arch,
        };
        (os, arch)
    }
}

fn kind(kind: fs::FileType) -> FileKind {
    if kind.is_file() {
        FileKind::File
    } else if kind.is_dir() {
        FileKind::Directory
    } else if kind.is_symlink() {
        FileKind::Symlink
    } else {
        FileKind::Other
    }
}
