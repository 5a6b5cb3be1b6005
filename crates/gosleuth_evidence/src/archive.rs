//! Several pieces of evidence in one file: a capture (`.case`), or any tar archive of dumps and profiles.
//!
//! With a manifest in front, its parts have their times from there and are compared with their checksums, and what it does not name
//! is passed over. Without one every file is read for what it holds.

use std::io::{self, Read};

use gosleuth_base::{Idx as _, Problem, ProblemKind};
use rustc_hash::FxHashMap;

use crate::decompress::Unpacked;
use crate::manifest::{MAX_MANIFEST, Manifest, Part, PartState};
use crate::model::{EvidenceSet, InputId};
use crate::reader::{Depth, ReadOptions, Source, date, read_at};
use crate::tar::Tar;

/// Most files of one archive.
const MAX_FILES: usize = 20_000;
/// Kinds of parts in which evidence is expected.
const KINDS: &[&str] = &[
    "goroutines",
    "threads",
    "mutex",
    "block",
    "heap",
    "vars",
    "metrics",
    "stacks",
    "leaks",
    "trace",
];
/// The name of the manifest.
const MANIFEST: &str = "manifest.json";

/// Reads every file of the archive `id`. Returns the bytes of the archive.
pub(crate) fn read(
    set: &mut EvidenceSet,
    id: InputId,
    source: &Source<'_>,
    unpacked: &mut Unpacked<'_>,
    options: &ReadOptions,
) -> u64 {
    let (first_input, first_problem) = (set.inputs.len(), set.problems.len());
    let mut counted = Counted {
        inner: unpacked,
        left: options.max_bytes,
        count: 0,
    };
    let mut tar = Tar::new(&mut counted);
    let mut manifest: Option<Manifest> = None;
    let mut by_name: FxHashMap<String, usize> = FxHashMap::default();
    let mut seen = Vec::new();
    let mut files = 0;
    let stopped = loop {
        let entry = match tar.next() {
            Ok(Some(entry)) => entry,
            Ok(None) => break None,
            Err(error) => break Some(error.to_string()),
        };
        if entry.name.rsplit('/').next() == Some(MANIFEST)
            && manifest.is_none()
            && let Some(found) = read_manifest(&mut tar)
        {
            // In an archive of somebody's own making the parts may stand in a directory.
            let directory = entry.name.strip_suffix(MANIFEST).unwrap_or_default();
            let mut found = found;
            if !directory.is_empty() {
                for part in &mut found.parts {
                    part.name.insert_str(0, directory);
                }
            }
            seen = vec![false; found.parts.len()];
            for (at, part) in found.parts.iter().enumerate() {
                by_name.insert(part.name.clone(), at);
            }
            manifest = Some(found);
            continue;
        }
        let part = match &manifest {
            Some(manifest) => {
                let Some(&at) = by_name.get(&entry.name) else {
                    // Not evidence, as far as the capture is concerned.
                    continue;
                };
                seen[at] = true;
                Some(&manifest.parts[at])
            }
            None => None,
        };
        files += 1;
        if files > MAX_FILES {
            break Some(format!("only the first {MAX_FILES} files of this archive were read"));
        }
        let name = format!("{}:{}", source.name, entry.name);
        let inside = Source {
            name: &name,
            time: part.and_then(Part::time).or(entry.modified).or(source.time),
        };
        read_file(set, &inside, part, &mut tar, options);
    };
    let total = counted.count;
    if let Some(why) = stopped {
        set.problem(id, None, ProblemKind::Partial, why);
    }
    if let Some(manifest) = &manifest {
        add(set, manifest.problems(source.name));
        for (part, seen) in manifest.parts.iter().zip(seen) {
            if !seen && !part.name.is_empty() && part.state == PartState::Whole {
                let message = format!("{} is not in the archive, although its manifest names it", part.name);
                set.problem(id, None, ProblemKind::Partial, message);
            }
        }
    }
    settle(set, first_problem);
    if set.inputs[first_input..].iter().any(|input| !input.forms.is_empty()) {
        set.note_form(id, if manifest.is_some() { "capture" } else { "archive" });
    } else {
        let message = format!(
            "none of the {files} {} in this archive holds evidence of a Go process",
            if files == 1 { "file" } else { "files" }
        );
        set.problem(id, None, ProblemKind::Unreadable, message);
    }
    total
}

/// Reads one part of a capture that lies in a file of its own, and compares it with its checksum. A part in which nothing is found
/// is no failure: a capture also keeps what other programs read.
pub fn read_part(set: &mut EvidenceSet, source: &Source<'_>, part: &Part, bytes: &mut dyn Read, options: &ReadOptions) {
    let first_problem = set.problems.len();
    read_file(set, source, Some(part), bytes, options);
    settle(set, first_problem);
}

fn read_file(
    set: &mut EvidenceSet,
    source: &Source<'_>,
    part: Option<&Part>,
    bytes: &mut dyn Read,
    options: &ReadOptions,
) {
    let Some(part) = part else {
        read_at(set, source, bytes, options, Depth::Inside);
        return;
    };
    let mut hashing = Hashing {
        inner: bytes,
        hasher: blake3::Hasher::new(),
        failed: false,
    };
    let first_problem = set.problems.len();
    let id = read_at(set, source, &mut hashing, options, Depth::Inside);
    date(set, id, part.time());
    if set.inputs[id.index()].forms.is_empty() && !KINDS.contains(&part.kind.as_str()) {
        // A page of the program's own, or a kind of a later version: kept for whoever reads it.
        set.problems.truncate(first_problem);
    }
    // The reader of evidence may have had enough before the end.
    let ended = io::copy(&mut hashing, &mut io::sink()).is_ok() && !hashing.failed;
    if ended && !part.blake3.is_empty() && hashing.hasher.finalize().to_hex().as_str() != part.blake3 {
        let message = "this part is not what was captured: its checksum differs from that of the manifest".to_owned();
        set.problem(id, None, ProblemKind::Partial, message);
    }
}

/// A file without evidence among others is a remark.
fn settle(set: &mut EvidenceSet, first_problem: usize) {
    for problem in &mut set.problems[first_problem..] {
        if problem.kind == ProblemKind::Unreadable {
            problem.kind = ProblemKind::Note;
        }
    }
}

fn add(set: &mut EvidenceSet, problems: Vec<Problem>) {
    let room = 1_000usize.saturating_sub(set.problems.len());
    set.problems.extend(problems.into_iter().take(room));
}

fn read_manifest(bytes: &mut impl Read) -> Option<Manifest> {
    let mut text = Vec::new();
    bytes.take(MAX_MANIFEST).read_to_end(&mut text).ok()?;
    Manifest::parse(&text)
}

/// Counts, and ends at a cap.
struct Counted<'a, 'b> {
    inner: &'a mut Unpacked<'b>,
    left: u64,
    count: u64,
}

impl Read for Counted<'_, '_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.left == 0 {
            return Err(io::Error::new(
                io::ErrorKind::InvalidData,
                format!(
                    "only the first {} bytes were read, as the limit on decompressed bytes says",
                    self.count
                ),
            ));
        }
        let most = usize::try_from(self.left).unwrap_or(usize::MAX).min(buffer.len());
        let count = self.inner.read(&mut buffer[..most])?;
        self.left -= count as u64;
        self.count += count as u64;
        Ok(count)
    }
}

/// The checksum of what is read.
struct Hashing<'a> {
    inner: &'a mut dyn Read,
    hasher: blake3::Hasher,
    failed: bool,
}

impl Read for Hashing<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer).inspect_err(|error| {
            self.failed |= error.kind() != io::ErrorKind::Interrupted;
        })?;
        self.hasher.update(&buffer[..count]);
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::manifest::CaptureState;
    use crate::model::Time;
    use crate::tar::tests::entry;

    const DUMP: &[u8] = b"goroutine 1 [chan receive]:\nmain.main()\n\t/a/main.go:9 +0x3c\n\n";

    fn set_of(bytes: &[u8]) -> EvidenceSet {
        let mut set = EvidenceSet::new();
        let source = Source {
            name: "x.case",
            time: None,
        };
        crate::read(&mut set, &source, &mut &*bytes, &ReadOptions::default());
        set
    }

    fn part(name: &str, kind: &str, bytes: &[u8]) -> Part {
        Part {
            name: name.into(),
            kind: kind.into(),
            taken: "2026-11-20T12:12:12Z".into(),
            blake3: blake3::hash(bytes).to_hex().to_string(),
            state: PartState::Whole,
            ..Part::default()
        }
    }

    fn manifest(parts: Vec<Part>) -> Vec<u8> {
        let manifest = Manifest {
            state: CaptureState::Complete,
            parts,
            ..Manifest::new("gosleuth 1")
        };
        serde_json::to_vec(&manifest).expect("plain JSON")
    }

    fn problems(set: &EvidenceSet) -> Vec<String> {
        set.problems.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn parts_have_the_times_of_the_manifest() {
        let text = manifest(vec![part("h/01-stacks.txt", "stacks", DUMP)]);
        for directory in ["", "incident/"] {
            let name = |name: &str| format!("{directory}{name}");
            let bytes = [
                entry(&name("manifest.json"), &text, b'0'),
                entry(&name("h/01-stacks.txt"), DUMP, b'0'),
                entry(&name("notes.txt"), b"of somebody", b'0'),
                vec![0; 1024],
            ]
            .concat();
            let set = set_of(&bytes);
            assert_eq!(problems(&set), [""; 0]);
            let names: Vec<&str> = set.inputs.iter().map(|input| input.name.as_str()).collect();
            assert_eq!(names, ["x.case", &format!("x.case:{directory}h/01-stacks.txt")]);
            assert_eq!(set.inputs[0].forms, ["capture"]);
            assert_eq!(set.snapshots.len(), 1);
            assert_eq!(set.inputs[1].time, Some(Time(1_795_176_732_000_000_000)));
            assert_eq!(set.snapshots[0].time, set.inputs[1].time);
        }
    }

    #[test]
    fn a_trace_counts_where_no_dump_stands_before_it() {
        let packed = gosleuth_testkit::recordings::traces()
            .into_iter()
            .find(|(name, _)| name == "go1.21-callback")
            .map(|(_, packed)| packed)
            .expect("the recording");
        let end = vec![0; 1024];
        let alone = set_of(&[entry("trace.gz", &packed, b'0'), end.clone()].concat());
        assert_eq!(problems(&alone), [""; 0]);
        assert_eq!(alone.inputs[1].forms, ["execution-trace"]);
        let with_dump = set_of(&[entry("d.txt", DUMP, b'0'), entry("trace.gz", &packed, b'0'), end].concat());
        assert_eq!(with_dump.snapshots.len(), 1);
        assert!(with_dump.inputs[2].forms.is_empty());
    }

    #[test]
    fn a_changed_part_and_a_lost_one_are_problems_and_no_failures() {
        let text = manifest(vec![
            part("a", "stacks", b"something else"),
            part("b", "stacks", DUMP),
            Part {
                state: PartState::LeftOut,
                problem: Some("too dear".into()),
                url: "http://h/leaks".into(),
                round: 1,
                ..Part::default()
            },
        ]);
        let set = set_of(&[entry("manifest.json", &text, b'0'), entry("a", DUMP, b'0')].concat());
        assert_eq!(set.snapshots.len(), 1, "what is there is used");
        assert_eq!(
            problems(&set),
            [
                "x.case:a: this part is not what was captured: its checksum differs from that of the manifest",
                "x.case: http://h/leaks of round 1: too dear",
                "x.case: b is not in the archive, although its manifest names it",
            ]
        );
    }

    #[test]
    fn kinds_of_other_versions_are_passed_over() {
        let text = manifest(vec![
            part("a", "stacks", DUMP),
            part("b", "hologram", b"\x7fELF"),
            part("c", "page", b"build 17\n"),
        ]);
        let files = [
            entry("manifest.json", &text, b'0'),
            entry("a", DUMP, b'0'),
            entry("b", b"\x7fELF", b'0'),
            entry("c", b"build 17\n", b'0'),
        ];
        assert_eq!(problems(&set_of(&files.concat())), [""; 0]);
    }

    #[test]
    fn any_archive_of_dumps_is_read() {
        let set = set_of(&[entry("logs/a.txt", DUMP, b'0'), entry("logs/empty", b"", b'0')].concat());
        assert_eq!(set.inputs[0].forms, ["archive"]);
        assert_eq!(set.snapshots.len(), 1);
        assert_eq!(set.inputs[1].time, Some(Time(1_795_176_732_000_000_000)), "of the file");
        assert!(set.problems.iter().all(|problem| problem.kind == ProblemKind::Note));

        let set = set_of(&entry("a.txt", b"nothing\n", b'0'));
        let unreadable = set
            .problems
            .iter()
            .filter(|problem| problem.kind == ProblemKind::Unreadable);
        assert_eq!(unreadable.count(), 1, "{:?}", set.problems);
    }

    #[test]
    fn an_archive_inside_of_an_archive_is_not_opened() {
        let inner = entry("deep.txt", DUMP, b'0');
        let set = set_of(&[entry("inner.tar", &inner, b'0'), entry("a.txt", DUMP, b'0')].concat());
        assert_eq!(set.snapshots.len(), 1);
        assert!(
            set.problems[0].message.contains("inside of an archive"),
            "{:?}",
            set.problems
        );
    }

    #[test]
    fn a_cut_archive_keeps_whole_parts_and_the_beginning_of_the_last() {
        let text = manifest(vec![part("a", "stacks", DUMP), part("b", "stacks", DUMP)]);
        let whole = [
            entry("manifest.json", &text, b'0'),
            entry("a", DUMP, b'0'),
            entry("b", DUMP, b'0'),
        ]
        .concat();
        let set = set_of(&whole[..whole.len() - 480]);
        assert_eq!((set.snapshots.len(), set.inputs.len()), (1, 3));
        let said = problems(&set).join("\n");
        assert!(said.contains("ends inside this file"), "{said}");
    }

    #[test]
    fn the_limit_on_bytes_holds_for_the_whole_archive() {
        let file = DUMP.repeat(100);
        let bytes = [entry("a", &file, b'0'), entry("b", &file, b'0')].concat();
        let options = ReadOptions {
            max_bytes: 8_000,
            ..ReadOptions::default()
        };
        let mut set = EvidenceSet::new();
        let source = Source { name: "x", time: None };
        crate::read(&mut set, &source, &mut &*bytes, &options);
        assert_eq!(set.inputs[0].decompressed, 8_000);
        assert!(problems(&set).join("\n").contains("limit on decompressed bytes"));
    }
}
