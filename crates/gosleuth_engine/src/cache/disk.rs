//! Entries as files.
#![expect(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "this is the implementation behind the wall"
)]

use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use super::{Key, Store};

/// A directory with one file per entry.
#[derive(Debug)]
pub struct DiskStore {
    directory: PathBuf,
    /// Bytes that the files may take together.
    limit: u64,
    written: AtomicU64,
}

/// Bytes that entries take on a user's disk.
const LIMIT: u64 = 512 << 20;

/// Entries that are used are marked as new, but not more often than this.
const FRESH: Duration = Duration::from_secs(24 * 3600);

/// Name of the file that says when there was last looked for too much, and the time until that is done again.
const TRIMMED: &str = "trimmed";
const BETWEEN: Duration = Duration::from_secs(3600);

impl DiskStore {
    /// A store in a directory, which need not exist.
    pub fn new(directory: impl Into<PathBuf>) -> Self {
        Self {
            directory: directory.into(),
            limit: LIMIT,
            written: AtomicU64::new(0),
        }
    }

    /// The same with another limit, in bytes.
    #[must_use]
    pub fn with_limit(self, limit: u64) -> Self {
        Self { limit, ..self }
    }

    fn path(&self, key: Key) -> PathBuf {
        let name = key.hex();
        self.directory.join(&name[..2]).join(&name[2..])
    }

    fn write(&self, path: &Path, bytes: &[u8]) -> std::io::Result<()> {
        let parent = path.parent().unwrap_or(&self.directory);
        fs::create_dir_all(parent)?;
        // Others see the whole file or none, and two processes do not write the same one.
        let number = self.written.fetch_add(1, Ordering::Relaxed);
        let temporary = parent.join(format!("{}-{number}.new", std::process::id()));
        let result = File::create(&temporary)
            .and_then(|mut file| file.write_all(bytes))
            .and_then(|()| fs::rename(&temporary, path));
        if result.is_err() {
            let _ = fs::remove_file(&temporary);
        }
        result
    }

    /// All files with size and time of last use.
    fn files(&self) -> Vec<(SystemTime, u64, PathBuf)> {
        let mut files = Vec::new();
        for directory in fs::read_dir(&self.directory).into_iter().flatten().flatten() {
            for entry in fs::read_dir(directory.path()).into_iter().flatten().flatten() {
                if let Ok(metadata) = entry.metadata()
                    && metadata.is_file()
                {
                    let time = metadata.modified().unwrap_or(SystemTime::UNIX_EPOCH);
                    files.push((time, metadata.len(), entry.path()));
                }
            }
        }
        files
    }
}

impl Store for DiskStore {
    fn get(&self, key: Key) -> Option<Vec<u8>> {
        let path = self.path(key);
        let bytes = fs::read(&path).ok()?;
        let modified = fs::metadata(&path).and_then(|metadata| metadata.modified());
        let now = SystemTime::now();
        if modified.is_ok_and(|time| now.duration_since(time).is_ok_and(|age| age > FRESH))
            && let Ok(file) = File::options().append(true).open(&path)
        {
            // An entry that cannot be marked is removed a little earlier.
            let _ = file.set_modified(now);
        }
        Some(bytes)
    }

    fn put(&self, key: Key, bytes: &[u8]) {
        // A full or read-only disk makes the next run slower, nothing else.
        let _ = self.write(&self.path(key), bytes);
    }

    fn trim(&self) {
        // Looking at everything there is takes longer than many a run.
        let mark = self.directory.join(TRIMMED);
        let last = fs::metadata(&mark).and_then(|metadata| metadata.modified());
        if last.is_ok_and(|time| SystemTime::now().duration_since(time).is_ok_and(|age| age < BETWEEN)) {
            return;
        }
        let _ = fs::write(&mark, b"");
        let mut files = self.files();
        let mut total: u64 = files.iter().map(|(_, size, _)| size).sum();
        if total <= self.limit {
            return;
        }
        // Down to three quarters, so that not every run has to.
        files.sort();
        for (_, size, path) in files {
            if total <= self.limit / 4 * 3 {
                break;
            }
            if fs::remove_file(path).is_ok() {
                total -= size;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cache::KeyBuilder;

    fn key(text: &str) -> Key {
        let mut builder = KeyBuilder::default();
        builder.text(text);
        builder.finish()
    }

    #[test]
    fn entries_are_kept_until_there_are_too_many() {
        let directory = std::env::temp_dir().join(format!("gosleuth-store-{}", std::process::id()));
        let store = DiskStore::new(&directory).with_limit(4000);
        assert_eq!(store.get(key("a")), None);
        store.put(key("a"), b"one");
        store.put(key("a"), b"two");
        assert_eq!(store.get(key("a")), Some(b"two".to_vec()));
        for number in 0..10 {
            store.put(key(&number.to_string()), &[0; 1000]);
        }
        store.trim();
        let left = store.files();
        assert_eq!(left.iter().map(|(_, size, _)| size).sum::<u64>(), 3000);
        assert!(left.iter().all(|(_, _, path)| path.extension().is_none()));
        fs::remove_dir_all(&directory).unwrap();
    }

    #[test]
    fn a_directory_that_cannot_be_is_no_error() {
        let store = DiskStore::new("/proc/nowhere");
        store.put(key("a"), b"one");
        assert_eq!(store.get(key("a")), None);
        store.trim();
    }
}
