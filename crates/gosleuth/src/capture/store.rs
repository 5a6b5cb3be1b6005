//! The directory of a capture: files of parts, and the manifest that is written anew after each.

use std::fs::{self, File};
use std::io::{self, BufWriter, Read, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};

use anyhow::{Context as _, Result, bail};
use gosleuth_evidence::{CaptureTarget, MAX_MANIFEST, Manifest, Part, PartState};

use crate::inputs::time;

/// The manifest of a directory.
pub(crate) const MANIFEST: &str = "manifest.json";
/// While this many parts or fewer are there, the manifest is written after each of them.
const FEW: usize = 200;

/// A capture on disk.
pub(crate) struct Store {
    directory: PathBuf,
    pub(crate) manifest: Manifest,
    written: Instant,
}

/// What was read of an answer.
pub(crate) struct Kept {
    pub(crate) bytes: u64,
    pub(crate) blake3: String,
    /// Why it ended early, if it did.
    pub(crate) broken: Option<String>,
}

impl Store {
    /// Opens a directory: a new one, or that of a capture which goes on.
    pub(crate) fn open(directory: &Path) -> Result<Self> {
        let shown = directory.display();
        fs::create_dir_all(directory).with_context(|| format!("cannot make the directory {shown}"))?;
        let manifest = match manifest_of(directory) {
            Some(manifest) => manifest,
            None => {
                let mut entries = fs::read_dir(directory).with_context(|| format!("cannot read {shown}"))?;
                if entries.next().is_some() {
                    bail!("{shown} holds something else than a capture: name a new directory");
                }
                let mut manifest = Manifest::new(concat!("gosleuth ", env!("CARGO_PKG_VERSION")));
                manifest.started = now();
                manifest
            }
        };
        Ok(Self {
            directory: directory.to_owned(),
            manifest,
            written: Instant::now(),
        })
    }

    pub(crate) fn directory(&self) -> &Path {
        &self.directory
    }

    /// The id of a process, by its URL without credentials.
    pub(crate) fn target(&mut self, url: &str) -> String {
        if let Some(known) = self.manifest.targets.iter().find(|target| target.url == url) {
            return known.id.clone();
        }
        let plain = file_name(url.split("://").nth(1).unwrap_or(url));
        let taken = |id: &str| self.manifest.targets.iter().any(|target| target.id == id);
        let id = std::iter::once(plain.clone())
            .chain((2..).map(|number| format!("{plain}-{number}")))
            .find(|id| !taken(id))
            .expect("there is always a further number");
        self.manifest.targets.push(CaptureTarget {
            id: id.clone(),
            url: url.to_owned(),
            ..CaptureTarget::default()
        });
        id
    }

    /// What is known of a part.
    pub(crate) fn part(&self, target: &str, round: u32, kind: &str, page: &str) -> Option<&Part> {
        self.manifest
            .parts
            .iter()
            .find(|part| is_same(part, target, round, kind, page))
    }

    /// Whether nothing better can be had than what is there.
    pub(crate) fn has(&self, target: &str, round: u32, kind: &str, page: &str) -> bool {
        self.part(target, round, kind, page)
            .is_some_and(|part| !part.state.may_be_retried())
    }

    /// Notes a part, in place of what was known of it.
    pub(crate) fn put(&mut self, part: Part, page: &str) -> Result<()> {
        let at = self
            .manifest
            .parts
            .iter()
            .position(|known| is_same(known, &part.target, part.round, &part.kind, page));
        match at {
            // What broke in the middle is worth more than what was not asked after it.
            Some(at) if part.name.is_empty() && !self.manifest.parts[at].name.is_empty() => {}
            Some(at) => self.manifest.parts[at] = part,
            None => self.manifest.parts.push(part),
        }
        self.manifest.ended = now();
        // A long series would write more manifest than evidence.
        if self.manifest.parts.len() <= FEW || self.written.elapsed() > Duration::from_secs(1) {
            self.write()?;
        }
        Ok(())
    }

    /// Forgets that a process could not be asked.
    pub(crate) fn forget(&mut self, target: &str, round: u32, kind: &str) {
        self.manifest
            .parts
            .retain(|part| !is_same(part, target, round, kind, ""));
    }

    /// The answer to a question, piece by piece into a file that gets its name when it is whole.
    ///
    /// The outer error is that of the disk; that of the answer is part of what is kept.
    pub(crate) fn keep(&mut self, name: &str, bytes: &mut dyn Read, mut go_on: impl FnMut() -> bool) -> Result<Kept> {
        let path = self.directory.join(name);
        let wrong = || format!("cannot write {}", path.display());
        fs::create_dir_all(path.parent().expect("below the directory")).with_context(wrong)?;
        let coming = path.with_extension("coming");
        let mut file = File::create(&coming).with_context(wrong)?;
        let mut hasher = blake3::Hasher::new();
        let mut kept = Kept {
            bytes: 0,
            blake3: String::new(),
            broken: None,
        };
        let mut buffer = vec![0; 64 << 10];
        loop {
            if !go_on() {
                kept.broken = Some("the capture was ended before the rest came".to_owned());
                break;
            }
            match bytes.read(&mut buffer) {
                Ok(0) => break,
                Ok(count) => {
                    file.write_all(&buffer[..count]).with_context(wrong)?;
                    hasher.update(&buffer[..count]);
                    kept.bytes += count as u64;
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => {
                    kept.broken = Some(format!("the answer broke off after {} bytes: {error}", kept.bytes));
                    break;
                }
            }
        }
        kept.blake3 = hasher.finalize().to_hex().to_string();
        drop(file);
        fs::rename(&coming, &path).with_context(wrong)?;
        Ok(kept)
    }

    /// The beginning of a file of the capture, as text.
    pub(crate) fn beginning(&self, name: &str, most: u64) -> String {
        let mut bytes = Vec::new();
        if let Ok(file) = File::open(self.directory.join(name)) {
            // Whatever can be read of it is enough for what this is used for.
            let _ = file.take(most).read_to_end(&mut bytes);
        }
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// Writes the manifest: the old one stands there until the new one is whole.
    pub(crate) fn write(&mut self) -> Result<()> {
        let path = self.directory.join(MANIFEST);
        let coming = self.directory.join("manifest.coming");
        let wrong = || format!("cannot write {}", path.display());
        let mut file = BufWriter::new(File::create(&coming).with_context(wrong)?);
        gosleuth_report::write_document(&self.manifest, &mut file).with_context(wrong)?;
        file.flush().with_context(wrong)?;
        drop(file);
        fs::rename(&coming, &path).with_context(wrong)?;
        self.written = Instant::now();
        Ok(())
    }
}

/// The manifest of a directory, if that is a capture.
pub(crate) fn manifest_of(directory: &Path) -> Option<Manifest> {
    let mut text = Vec::new();
    let file = File::open(directory.join(MANIFEST)).ok()?;
    file.take(MAX_MANIFEST).read_to_end(&mut text).ok()?;
    Manifest::parse(&text)
}

/// The file of a part, if its name leads nowhere else than below the directory.
pub(crate) fn file_of(directory: &Path, part: &Part) -> Option<PathBuf> {
    let plain = |name: &str| !name.is_empty() && name != "." && name != ".." && !name.contains(['\\', ':', '\0']);
    part.name.split('/').all(plain).then(|| {
        part.name
            .split('/')
            .fold(directory.to_owned(), |path, name| path.join(name))
    })
}

/// The present, ISO 8601 in UTC.
pub(crate) fn now() -> String {
    moment(SystemTime::now())
}

/// A moment, ISO 8601 in UTC.
pub(crate) fn moment(at: SystemTime) -> String {
    time(at).map(gosleuth_evidence::Time::iso).unwrap_or_default()
}

/// A word that every file system takes.
pub(crate) fn file_name(text: &str) -> String {
    let name: String = text
        .trim_matches('/')
        .chars()
        .map(|c| {
            if c.is_ascii_alphanumeric() || matches!(c, '.' | '-') {
                c
            } else {
                '_'
            }
        })
        .take(60)
        .collect();
    match name.trim_start_matches('.') {
        "" => "_".to_owned(),
        name => name.to_owned(),
    }
}

fn is_same(part: &Part, target: &str, round: u32, kind: &str, page: &str) -> bool {
    part.target == target && part.round == round && part.kind == kind && (page.is_empty() || part.url.ends_with(page))
}

/// A part that has no file.
pub(crate) fn without_file(target: &str, round: u32, kind: &str, url: String, state: PartState, problem: &str) -> Part {
    Part {
        target: target.to_owned(),
        round,
        kind: kind.to_owned(),
        url,
        taken: now(),
        state,
        problem: (!problem.is_empty()).then(|| problem.to_owned()),
        ..Part::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stay_below_the_directory() {
        let part = |name: &str| Part {
            name: name.into(),
            ..Part::default()
        };
        let root = Path::new("d");
        assert_eq!(file_of(root, &part("h/1.txt")), Some(root.join("h").join("1.txt")));
        for name in ["", "/etc/passwd", "../x", "a/../../x", "a//b", "a\\b", "c:x", "a/."] {
            assert_eq!(file_of(root, &part(name)), None, "{name}");
        }
        for (text, name) in [
            ("localhost:6060", "localhost_6060"),
            ("[::1]:6060/app", "___1__6060_app"),
            ("../..", "_.."),
            ("", "_"),
        ] {
            assert_eq!(file_name(text), name, "{text}");
        }
    }
}
