//! Results that outlive a run, by a key of everything they depend on.
//!
//! A key is a hash of contents, so that an entry is never out of date: what changes has another key, and old entries are removed when space
//! runs short. The exact build of the program is part of every key. What cannot be read or does not check out is as good as not there.

mod disk;
mod entry;
mod facts;
mod files;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

pub use disk::DiskStore;
pub(crate) use entry::Entry;
pub(crate) use facts::{Asked, Digest, Fact, Facts};
pub(crate) use files::{DirectoryFiles, hash as hash_file};

use crate::config::Config;
use crate::system::System;
use files::Files;

/// What a result depends on, hashed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key([u8; 32]);

impl Key {
    /// As a name of a file.
    pub fn hex(self) -> String {
        blake3::Hash::from_bytes(self.0).to_hex().to_string()
    }
}

/// What earlier runs found out, as one build of the program and one request may use it.
pub struct Cache<'s> {
    pub(crate) store: &'s dyn Store,
    build: String,
    pub(crate) files: Files,
}

impl<'s> Cache<'s> {
    /// The results in a store. `build` tells builds of the program apart that may find out something else; `dir` and `patterns` are those
    /// of the load.
    pub fn new(store: &'s dyn Store, build: &str, config: &Config, dir: &Path, patterns: &[String]) -> Self {
        let mut key = KeyBuilder::default();
        key.text(build);
        key.text("files");
        key.text(&dir.to_string_lossy());
        patterns.iter().for_each(|pattern| key.text(pattern));
        // What decides about files besides their contents.
        let Config {
            goos,
            goarch,
            tags,
            tool_tags,
            cgo,
            go_version,
            tests,
            ..
        } = config;
        key.text(&format!(
            "{goos} {goarch} {tags:?} {tool_tags:?} {cgo} {go_version} {tests}"
        ));
        Self {
            store,
            build: build.to_owned(),
            files: Files::read(store, key.finish()),
        }
    }

    /// Begins the key of a result.
    pub(crate) fn key(&self) -> KeyBuilder {
        let mut key = KeyBuilder::default();
        key.text(&self.build);
        key
    }

    /// Keeps what this run found out about files; `units` are the contents of the units that are known now.
    pub(crate) fn finish(&self, units: Vec<Key>, written: bool) {
        let files = self.files.write(self.store, units);
        if written || files {
            self.store.trim();
        }
    }
}

/// Collects what a result depends on.
#[derive(Debug, Default)]
pub(crate) struct KeyBuilder {
    hasher: blake3::Hasher,
}

impl KeyBuilder {
    /// Adds bytes; where they end is part of the key.
    pub(crate) fn bytes(&mut self, bytes: &[u8]) {
        self.hasher.update(&(bytes.len() as u64).to_le_bytes());
        self.hasher.update(bytes);
    }

    pub(crate) fn text(&mut self, text: &str) {
        self.bytes(text.as_bytes());
    }

    pub(crate) fn key(&mut self, key: Key) {
        self.hasher.update(&key.0);
    }

    pub(crate) fn finish(&self) -> Key {
        Key(*self.hasher.finalize().as_bytes())
    }
}

/// Where results are kept. Failing to keep one is no error.
pub trait Store: Sync {
    /// What was put there.
    fn get(&self, key: Key) -> Option<Vec<u8>>;
    /// Keeps bytes, if that is possible.
    fn put(&self, key: Key, bytes: &[u8]);
    /// Removes what was not used for long, if there is too much.
    fn trim(&self);
}

/// A store that lives as long as the process.
#[derive(Debug, Default)]
pub struct MemoryStore {
    entries: Mutex<BTreeMap<Key, Vec<u8>>>,
}

impl MemoryStore {
    /// The entries, to look at or to damage.
    pub fn entries(&self) -> std::sync::MutexGuard<'_, BTreeMap<Key, Vec<u8>>> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Store for MemoryStore {
    fn get(&self, key: Key) -> Option<Vec<u8>> {
        self.entries().get(&key).cloned()
    }

    fn put(&self, key: Key, bytes: &[u8]) {
        self.entries().insert(key, bytes.to_vec());
    }

    fn trim(&self) {}
}

/// Where the entries of a user go: `GOSLEUTH_CACHE` (`off` for nowhere), else a directory `gosleuth` where the platform keeps caches.
pub fn cache_directory(system: &dyn System) -> Option<PathBuf> {
    let variable = |name: &str| system.env(name).filter(|value| !value.is_empty());
    match variable("GOSLEUTH_CACHE") {
        Some(off) if off == "off" => return None,
        Some(directory) => return Some(PathBuf::from(directory)).filter(|path| path.is_absolute()),
        None => {}
    }
    let caches = match system.host().0 {
        "windows" => PathBuf::from(variable("LOCALAPPDATA")?),
        "darwin" => PathBuf::from(variable("HOME")?).join("Library/Caches"),
        _ => match variable("XDG_CACHE_HOME") {
            Some(directory) => PathBuf::from(directory),
            None => PathBuf::from(variable("HOME")?).join(".cache"),
        },
    };
    caches.is_absolute().then(|| caches.join("gosleuth"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::system::MemorySystem;

    #[test]
    fn keys_tell_where_parts_end() {
        let key = |parts: &[&str]| {
            let mut builder = KeyBuilder::default();
            parts.iter().for_each(|part| builder.text(part));
            builder.finish()
        };
        assert_ne!(key(&["ab", "c"]), key(&["a", "bc"]));
        assert_eq!(key(&["ab", "c"]), key(&["ab", "c"]));
    }

    #[test]
    fn the_environment_says_where_entries_go() {
        let mut system = MemorySystem::new();
        assert_eq!(cache_directory(&system), None);
        system.set_env("HOME", "/home/gopher");
        assert_eq!(
            cache_directory(&system),
            Some(PathBuf::from("/home/gopher/.cache/gosleuth"))
        );
        system.set_env("XDG_CACHE_HOME", "/var/cache");
        assert_eq!(cache_directory(&system), Some(PathBuf::from("/var/cache/gosleuth")));
        system.set_env("GOSLEUTH_CACHE", "/tmp/x");
        assert_eq!(cache_directory(&system), Some(PathBuf::from("/tmp/x")));
        system.set_env("GOSLEUTH_CACHE", "off");
        assert_eq!(cache_directory(&system), None);
    }
}
