//! What is known of files that have not changed since they were read.
//!
//! Reading the start of every file of a build and hashing all of it costs more than anything else when nothing changed. A file with the
//! [`Stamp`] it had before is not read again.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};

use gosleuth_syntax::GoVersion;
use rustc_hash::{FxHashMap, FxHashSet};

use super::entry::{open, seal};
use super::{Key, Store};
use crate::bytes::{Reader, blob, number};
use crate::package::{Facts, FileFacts};
use crate::system::{Stamp, System};
use crate::workspace::IgnoreReason;

/// Changes when the form does.
const FORM: [u8; 4] = *b"gsf1";

/// A file.
#[derive(Clone, Debug)]
struct Record {
    stamp: Stamp,
    facts: Facts,
    /// Hash of its contents, once somebody asked.
    contents: OnceLock<Key>,
}

type Directory = FxHashMap<String, Record>;

/// The files of a load.
#[derive(Debug)]
pub(crate) struct Files {
    key: Key,
    /// From the run before.
    known: FxHashMap<PathBuf, Directory>,
    /// Contents of the units that the run before knew at its end.
    units: FxHashSet<Key>,
    /// From this run.
    seen: Mutex<FxHashMap<PathBuf, Directory>>,
    changed: AtomicBool,
}

/// The files of one directory, while they are looked at.
pub(crate) struct DirectoryFiles<'a> {
    files: &'a Files,
    path: &'a Path,
    seen: Directory,
}

impl Files {
    pub(super) fn read(store: &dyn Store, key: Key) -> Self {
        let bytes = store.get(key).unwrap_or_default();
        let (known, units) = open(FORM, &bytes).and_then(decode).unwrap_or_default();
        Self {
            key,
            known,
            units,
            seen: Mutex::default(),
            changed: AtomicBool::new(false),
        }
    }

    /// Writes what is known now, if that is more than before.
    pub(super) fn write(&self, store: &dyn Store, mut units: Vec<Key>) -> bool {
        units.sort_unstable();
        units.dedup();
        let same_units = units.len() == self.units.len() && units.iter().all(|unit| self.units.contains(unit));
        if same_units && !self.changed.load(Ordering::Relaxed) {
            return false;
        }
        let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        store.put(self.key, &seal(FORM, &encode(&seen, &units)));
        true
    }

    /// Begins to look at a directory.
    pub(crate) fn directory<'a>(&'a self, path: &'a Path) -> DirectoryFiles<'a> {
        DirectoryFiles {
            files: self,
            path,
            seen: Directory::default(),
        }
    }

    /// Hash of the contents of a file; None if it cannot be read.
    pub(crate) fn contents(&self, system: &dyn System, path: &Path, at_most: u64) -> Option<Key> {
        if let Some(contents) = self.with(path, |record| record.contents.get().copied()) {
            return Some(contents);
        }
        let contents = hash(&system.read(path, at_most).ok()?);
        self.set_contents(path, contents);
        Some(contents)
    }

    /// Remembers what a file holds that was read.
    pub(crate) fn set_contents(&self, path: &Path, contents: Key) {
        self.with(path, |record| {
            if record.contents.set(contents).is_ok() {
                self.changed.store(true, Ordering::Relaxed);
            }
            Some(())
        });
    }

    fn with<T>(&self, path: &Path, work: impl FnOnce(&Record) -> Option<T>) -> Option<T> {
        let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        work(seen.get(path.parent()?)?.get(path.file_name()?.to_str()?)?)
    }

    /// Whether there was a run before.
    pub(crate) fn knows_units(&self) -> bool {
        !self.units.is_empty()
    }

    /// Whether the run before knew a unit with these contents at its end.
    pub(crate) fn knows_unit(&self, contents: Key) -> bool {
        self.units.contains(&contents)
    }
}

/// Hash of the contents of a file.
pub(crate) fn hash(text: &[u8]) -> Key {
    Key(*blake3::hash(text).as_bytes())
}

impl DirectoryFiles<'_> {
    /// What is known of a file, or what `scan` says of it.
    pub(crate) fn facts(&mut self, system: &dyn System, name: &str, scan: impl FnOnce() -> Facts) -> Facts {
        // Before it is read: what is written in between has another stamp.
        let Some(stamp) = system.stamp(&self.path.join(name)) else {
            return scan();
        };
        let known = self.files.known.get(self.path).and_then(|known| known.get(name));
        let record = match known.filter(|record| record.stamp == stamp) {
            Some(record) => record.clone(),
            None => {
                self.files.changed.store(true, Ordering::Relaxed);
                Record {
                    stamp,
                    facts: scan(),
                    contents: OnceLock::new(),
                }
            }
        };
        let facts = record.facts.clone();
        self.seen.insert(name.to_owned(), record);
        facts
    }

    /// Ends looking at the directory.
    pub(crate) fn finish(self) {
        let mut seen = self.files.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.insert(self.path.to_owned(), self.seen);
    }
}

fn encode(seen: &FxHashMap<PathBuf, Directory>, units: &[Key]) -> Vec<u8> {
    let mut out = Vec::new();
    number(&mut out, units.len() as u64);
    units.iter().for_each(|unit| out.extend(unit.0));
    // What is not Unicode is read anew every time.
    let mut directories: Vec<(&str, &Directory)> = seen
        .iter()
        .filter_map(|(path, files)| Some((path.to_str()?, files)))
        .collect();
    directories.sort_unstable_by_key(|(path, _)| *path);
    number(&mut out, directories.len() as u64);
    for (path, files) in directories {
        blob(&mut out, path.as_bytes());
        let mut files: Vec<_> = files.iter().collect();
        files.sort_unstable_by_key(|(name, _)| *name);
        number(&mut out, files.len() as u64);
        for (name, record) in files {
            blob(&mut out, name.as_bytes());
            encode_record(&mut out, record);
        }
    }
    out
}

fn encode_record(out: &mut Vec<u8>, record: &Record) {
    let Stamp {
        size,
        modified,
        changed,
        number: file,
    } = record.stamp;
    [size, modified, changed, file]
        .into_iter()
        .for_each(|part| number(out, part));
    match record.contents.get() {
        None => number(out, 0),
        Some(contents) => {
            number(out, 1);
            out.extend(contents.0);
        }
    }
    let text = |out: &mut Vec<u8>, text: &str| blob(out, text.as_bytes());
    match &record.facts {
        Ok(facts) => {
            number(out, 0);
            text(out, &facts.package);
            text(
                out,
                &facts.go_version.map(|version| version.to_string()).unwrap_or_default(),
            );
            number(out, u64::from(facts.cgo) + 2 * u64::from(facts.generated));
            for list in [&facts.imports, &facts.errors] {
                number(out, list.len() as u64);
                for (words, line) in list {
                    text(out, words);
                    number(out, u64::from(*line));
                }
            }
            number(out, facts.embeds.len() as u64);
            facts.embeds.iter().for_each(|embed| text(out, embed));
        }
        Err(reason) => {
            let (tag, words) = match reason {
                IgnoreReason::Name => (1, ""),
                IgnoreReason::Platform(part) => (2, part.as_str()),
                IgnoreReason::Constraint(constraint) => (3, constraint.as_str()),
                IgnoreReason::Cgo => (4, ""),
                IgnoreReason::CgoTest => (5, ""),
                IgnoreReason::Documentation => (6, ""),
                IgnoreReason::OtherPackage(name) => (7, name.as_str()),
                IgnoreReason::Unreadable(why) => (8, why.as_str()),
            };
            number(out, tag);
            text(out, words);
        }
    }
}

type Decoded = (FxHashMap<PathBuf, Directory>, FxHashSet<Key>);

fn decode(body: &[u8]) -> Option<Decoded> {
    let mut reader = Reader::new(body);
    let units = reader.list(|reader| reader.exactly().map(Key))?.into_iter().collect();
    let directories = reader.list(|reader| {
        let path = PathBuf::from(reader.text()?);
        let files = reader.list(|reader| Some((reader.text()?.to_owned(), decode_record(reader)?)))?;
        Some((path, files.into_iter().collect()))
    })?;
    reader.is_at_end().then(|| (directories.into_iter().collect(), units))
}

fn decode_record(reader: &mut Reader<'_>) -> Option<Record> {
    let stamp = Stamp {
        size: reader.number()?,
        modified: reader.number()?,
        changed: reader.number()?,
        number: reader.number()?,
    };
    let contents = match reader.number()? {
        0 => OnceLock::new(),
        _ => OnceLock::from(Key(reader.exactly()?)),
    };
    let facts = match reader.number()? {
        0 => {
            let package = reader.text()?.to_owned();
            let go_version = match reader.text()? {
                "" => None,
                text => Some(GoVersion::parse(text)?),
            };
            let flags = reader.number()?;
            let mut list = || reader.list(|reader| Some((reader.text()?.to_owned(), reader.small()?)));
            let (imports, errors) = (list()?, list()?);
            Ok(FileFacts {
                package,
                go_version,
                cgo: flags & 1 != 0,
                generated: flags & 2 != 0,
                imports,
                errors,
                embeds: reader.list(|reader| Some(reader.text()?.to_owned()))?,
            })
        }
        tag => {
            let words = reader.text()?.to_owned();
            Err(match tag {
                1 => IgnoreReason::Name,
                2 => IgnoreReason::Platform(words),
                3 => IgnoreReason::Constraint(words),
                4 => IgnoreReason::Cgo,
                5 => IgnoreReason::CgoTest,
                6 => IgnoreReason::Documentation,
                7 => IgnoreReason::OtherPackage(words),
                8 => IgnoreReason::Unreadable(words),
                _ => return None,
            })
        }
    };
    Some(Record { stamp, facts, contents })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(facts: Facts, contents: Option<Key>) -> Record {
        Record {
            stamp: Stamp {
                size: 1,
                modified: u64::MAX,
                changed: 3,
                number: 4,
            },
            facts,
            contents: contents.map(OnceLock::from).unwrap_or_default(),
        }
    }

    #[test]
    fn files_come_back_whole_or_not_at_all() {
        let facts = FileFacts {
            package: "p".to_owned(),
            go_version: GoVersion::parse("1.22"),
            cgo: true,
            generated: false,
            imports: vec![("fmt".to_owned(), 3)],
            errors: vec![("it is wrong".to_owned(), 9)],
            embeds: vec!["*.txt".to_owned()],
        };
        let reasons = [
            IgnoreReason::Name,
            IgnoreReason::Platform("windows".to_owned()),
            IgnoreReason::Constraint("a && b".to_owned()),
            IgnoreReason::Cgo,
            IgnoreReason::CgoTest,
            IgnoreReason::Documentation,
            IgnoreReason::OtherPackage("q".to_owned()),
            IgnoreReason::Unreadable("why".to_owned()),
        ];
        let mut files: Directory = reasons
            .into_iter()
            .enumerate()
            .map(|(number, reason)| (number.to_string(), record(Err(reason), None)))
            .collect();
        files.insert("a.go".to_owned(), record(Ok(facts), Some(Key([5; 32]))));
        let seen = FxHashMap::from_iter([(PathBuf::from("/d"), files)]);
        let units = [Key([1; 32]), Key([2; 32])];
        let bytes = encode(&seen, &units);
        let (again, known) = decode(&bytes).expect("it was written like this");
        assert_eq!(format!("{:?}", encode(&again, &units)), format!("{bytes:?}"));
        assert_eq!(known, FxHashSet::from_iter(units));
        let words = |files: &FxHashMap<PathBuf, Directory>| {
            let mut words: Vec<String> = files[Path::new("/d")].iter().map(|file| format!("{file:?}")).collect();
            words.sort();
            words
        };
        assert_eq!(words(&again), words(&seen));
        for cut in 0..bytes.len() {
            assert!(decode(&bytes[..cut]).is_none());
        }
    }
}
