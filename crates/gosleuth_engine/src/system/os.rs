//! The machine the process runs on. The one place of this crate that does I/O.
#![expect(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "this is the implementation behind the wall"
)]

use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use super::{Entry, FileKind, Stamp, System};

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

    fn stamp(&self, path: &Path) -> Option<Stamp> {
        let metadata = fs::metadata(path).ok().filter(fs::Metadata::is_file)?;
        let (changed, number) = more(&metadata);
        let modified = metadata.modified().ok()?;
        let stamp = Stamp {
            size: metadata.len(),
            modified: nanoseconds(modified)?,
            changed,
            number,
        };
        // The rule of Git for its index: times have a grain, and within one a file may change without a new time.
        let last = stamp.modified.max(stamp.changed);
        let now = nanoseconds(SystemTime::now())?;
        (now.checked_sub(last)? > SETTLED.as_nanos() as u64).then_some(stamp)
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

/// Twice the coarsest grain of times in file systems that are in use, that of FAT.
const SETTLED: Duration = Duration::from_secs(4);

fn nanoseconds(time: SystemTime) -> Option<u64> {
    let since = time.duration_since(SystemTime::UNIX_EPOCH).ok()?;
    u64::try_from(since.as_nanos()).ok()
}

/// Time of the last change of any kind, which no program sets as it likes, and number of the file.
#[cfg(unix)]
fn more(metadata: &fs::Metadata) -> (u64, u64) {
    use std::os::unix::fs::MetadataExt as _;
    let seconds = u64::try_from(metadata.ctime()).unwrap_or(0);
    let rest = u64::try_from(metadata.ctime_nsec()).unwrap_or(0);
    (
        seconds.saturating_mul(1_000_000_000).saturating_add(rest),
        metadata.ino(),
    )
}

#[cfg(not(unix))]
fn more(_: &fs::Metadata) -> (u64, u64) {
    (0, 0)
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
