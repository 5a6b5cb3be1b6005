//! The recordings in `testdata/recordings`: evidence that real programs left under real Go versions.
//! They are facts of the repository, so a missing or broken one panics here.

use std::collections::BTreeMap;
use std::io::Read as _;
use std::path::PathBuf;

/// Everything recorded with one Go version.
#[derive(Debug)]
pub struct Recordings {
    members: BTreeMap<String, Vec<u8>>,
}

/// Minor Go versions for which there are recordings, ascending: 21 for Go 1.21.
pub fn versions() -> Vec<u32> {
    let dir = directory();
    let mut versions: Vec<u32> = std::fs::read_dir(&dir)
        .unwrap_or_else(|e| panic!("{}: {e}", dir.display()))
        .filter_map(|entry| {
            let name = entry.expect("a directory entry").file_name().into_string().ok()?;
            name.strip_prefix("go1.")?.strip_suffix(".tar.zst")?.parse().ok()
        })
        .collect();
    versions.sort_unstable();
    versions
}

impl Recordings {
    /// Reads the recordings of Go `1.minor`.
    pub fn open(minor: u32) -> Self {
        let path = directory().join(format!("go1.{minor}.tar.zst"));
        let packed = std::fs::read(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        let mut tar = Vec::new();
        ruzstd::decoding::StreamingDecoder::new(packed.as_slice())
            .expect("a zstd frame")
            .read_to_end(&mut tar)
            .unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        Self { members: untar(&tar) }
    }

    /// One recording, such as `A.debug2.txt` of `leak/abandoned-result`, if it was taken.
    pub fn get(&self, program: &str, form: &str) -> Option<&[u8]> {
        self.members.get(&format!("{program}/{form}")).map(Vec::as_slice)
    }

    /// All recordings as `(program, form, bytes)`, sorted by program and form.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str, &[u8])> {
        self.members.iter().map(|(name, data)| {
            let (program, form) = name.rsplit_once('/').expect("members lie in a program's directory");
            (program, form, data.as_slice())
        })
    }
}

/// A recording of the order service, such as `go1.27/leaky/goroutine.1.pb.gz`, as it is stored.
pub fn order_service(name: &str) -> Vec<u8> {
    let path = directory().join("orders").join(name);
    std::fs::read(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

/// The execution traces as `(name, gzip bytes)`, sorted by name: `go1.27-slow`.
pub fn traces() -> Vec<(String, Vec<u8>)> {
    traces_in("traces")
}

/// The execution traces of programs of `testdata/programs` and of healthy servers as `(family_name, gzip bytes)`, sorted by name.
pub fn program_traces() -> Vec<(String, Vec<u8>)> {
    traces_in("traces/programs")
}

/// The goroutine dump at the end of one of [`program_traces`].
pub fn dump_beside(name: &str) -> Vec<u8> {
    let path = directory().join("traces/programs").join(format!("{name}.dump.txt"));
    std::fs::read(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

fn traces_in(dir: &str) -> Vec<(String, Vec<u8>)> {
    let dir = directory().join(dir);
    let entries = std::fs::read_dir(&dir).unwrap_or_else(|e| panic!("{}: {e}", dir.display()));
    let mut traces: Vec<_> = entries
        .filter_map(|entry| {
            let path = entry.expect("a directory entry").path();
            let name = path.file_name()?.to_str()?.strip_suffix(".trace.gz")?.to_owned();
            Some((name, std::fs::read(&path).expect("a file that is there")))
        })
        .collect();
    traces.sort();
    traces
}

fn directory() -> PathBuf {
    crate::repository_root().join("testdata/recordings")
}

/// Regular files of a tar archive with short names, which is what the recorder writes.
fn untar(tar: &[u8]) -> BTreeMap<String, Vec<u8>> {
    const BLOCK: usize = 512;
    let text = |field: &[u8]| -> String { field.iter().take_while(|&&b| b != 0).map(|&b| char::from(b)).collect() };
    let mut members = BTreeMap::new();
    let mut rest = tar;
    while rest.first().is_some_and(|&b| b != 0) {
        let (head, tail) = rest.split_at(BLOCK);
        let size = usize::from_str_radix(text(&head[124..136]).trim(), 8).expect("an octal size");
        members.insert(text(&head[..100]), tail[..size].to_vec());
        rest = &tail[size.next_multiple_of(BLOCK)..];
    }
    members
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fixture_has_its_recordings() {
        let fixtures = crate::fixtures::all();
        let mut missing = Vec::new();
        assert_eq!(versions(), [19, 21, 22, 23, 24, 25, 26, 27]);
        for minor in versions() {
            let recordings = Recordings::open(minor);
            for fixture in &fixtures {
                let bound = |v: &str| v.strip_prefix("1.").and_then(|m| m.parse::<u32>().ok());
                if bound(&fixture.facts.min_go).is_some_and(|m| m > minor)
                    || bound(&fixture.facts.max_go).is_some_and(|m| m < minor)
                {
                    continue;
                }
                for form in &fixture.facts.forms {
                    let wanted = match form.as_str() {
                        "dump" => "B.sigquit.txt",
                        "gotest" => "gotest.json",
                        "crash" => "crash.txt",
                        "race" => "race.txt",
                        "escape" => "escape.txt",
                        "gctrace" => "gctrace.txt",
                        "schedtrace" => "schedtrace.txt",
                        other => panic!("{}: unknown form {other}", fixture.id),
                    };
                    if recordings.get(&fixture.id, wanted).is_none_or(<[u8]>::is_empty) {
                        missing.push(format!("go1.{minor} {}/{wanted}", fixture.id));
                    }
                }
            }
        }
        assert_eq!(missing, Vec::<String>::new());
    }
}
