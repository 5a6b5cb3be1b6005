//! Results that outlive a run, by a key of everything they depend on.
//!
//! A key is a hash of contents, so that an entry is never out of date: what changes has another key, and old entries are removed when space
//! runs short. What cannot be read or does not check out is as good as not there.

mod disk;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use gosleuth_base::{Problem, ProblemKind};

pub use disk::DiskStore;

use crate::system::System;

/// What a result depends on, hashed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key([u8; 32]);

impl Key {
    /// As a name of a file.
    pub fn hex(self) -> String {
        blake3::Hash::from_bytes(self.0).to_hex().to_string()
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

/// What is kept of a unit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    /// What other packages see of it, exported.
    pub(crate) types: Vec<u8>,
    /// What is wrong with its files.
    pub(crate) problems: Vec<Problem>,
    /// What the visitor said of it.
    pub(crate) result: Vec<u8>,
}

/// Changes when the form of entries does.
const FORM: &[u8; 4] = b"gsc1";
const CHECKSUM: usize = 16;

impl Entry {
    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut bytes = FORM.to_vec();
        bytes.extend([0; CHECKSUM]);
        put(&mut bytes, &self.types);
        put(&mut bytes, &self.result);
        for problem in &self.problems {
            let kind = match problem.kind {
                ProblemKind::Unreadable => 0_u8,
                ProblemKind::Partial => 1,
                ProblemKind::Note => 2,
            };
            bytes.push(kind);
            put(&mut bytes, problem.input.as_bytes());
            bytes.extend(problem.line.unwrap_or(0).to_le_bytes());
            put(&mut bytes, problem.message.as_bytes());
        }
        let checksum = checksum(&bytes[FORM.len() + CHECKSUM..]);
        bytes[FORM.len()..FORM.len() + CHECKSUM].copy_from_slice(&checksum);
        bytes
    }

    /// None if the bytes are not an entry of this version, or damaged.
    pub(crate) fn decode(bytes: &[u8]) -> Option<Self> {
        let (sum, mut rest) = bytes.strip_prefix(FORM)?.split_first_chunk::<CHECKSUM>()?;
        if *sum != checksum(rest) {
            return None;
        }
        let mut entry = Self {
            types: take(&mut rest)?.to_vec(),
            result: take(&mut rest)?.to_vec(),
            problems: Vec::new(),
        };
        while let Some((&kind, after)) = rest.split_first() {
            rest = after;
            let input = text(&mut rest)?;
            let (line, after) = rest.split_first_chunk()?;
            rest = after;
            entry.problems.push(Problem {
                kind: match kind {
                    0 => ProblemKind::Unreadable,
                    1 => ProblemKind::Partial,
                    _ => ProblemKind::Note,
                },
                input,
                line: Some(u64::from_le_bytes(*line)).filter(|&line| line > 0),
                message: text(&mut rest)?,
            });
        }
        Some(entry)
    }
}

fn checksum(bytes: &[u8]) -> [u8; CHECKSUM] {
    let mut sum = [0; CHECKSUM];
    sum.copy_from_slice(&blake3::hash(bytes).as_bytes()[..CHECKSUM]);
    sum
}

fn put(out: &mut Vec<u8>, bytes: &[u8]) {
    out.extend((bytes.len() as u64).to_le_bytes());
    out.extend_from_slice(bytes);
}

fn take<'a>(bytes: &mut &'a [u8]) -> Option<&'a [u8]> {
    let (length, rest) = bytes.split_first_chunk()?;
    let length = usize::try_from(u64::from_le_bytes(*length)).ok()?;
    let (taken, rest) = rest.split_at_checked(length)?;
    *bytes = rest;
    Some(taken)
}

fn text(bytes: &mut &[u8]) -> Option<String> {
    String::from_utf8(take(bytes)?.to_vec()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::system::MemorySystem;

    fn entry() -> Entry {
        Entry {
            types: vec![1, 2, 3],
            problems: vec![
                Problem {
                    kind: ProblemKind::Partial,
                    input: "a.go".to_owned(),
                    line: Some(3),
                    message: "it is wrong".to_owned(),
                },
                Problem {
                    kind: ProblemKind::Unreadable,
                    input: "b.go".to_owned(),
                    line: None,
                    message: String::new(),
                },
            ],
            result: b"result".to_vec(),
        }
    }

    #[test]
    fn entries_come_back_whole_or_not_at_all() {
        let bytes = entry().encode();
        assert_eq!(Entry::decode(&bytes), Some(entry()));
        for cut in 0..bytes.len() {
            assert_eq!(Entry::decode(&bytes[..cut]), None);
            let mut flipped = bytes.clone();
            flipped[cut] ^= 0x10;
            assert_eq!(Entry::decode(&flipped), None);
        }
    }

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
