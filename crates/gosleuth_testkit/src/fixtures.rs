//! What is known about the fixture programs: their `fixture.toml` and the marks in their source.
//! Fixtures are facts of the repository, so a broken one panics here instead of returning an error.

use std::path::{Path, PathBuf};

use serde::Deserialize;

/// One program below `testdata/programs`.
#[derive(Debug, Clone)]
pub struct Fixture {
    /// `family/name`, the prefix of its recordings.
    pub id: String,
    /// Directory of its source.
    pub dir: PathBuf,
    /// What its `fixture.toml` says.
    pub facts: Facts,
}

/// The contents of a `fixture.toml`.
#[derive(Debug, Clone, Deserialize)]
pub struct Facts {
    /// One line about the failure.
    pub summary: String,
    /// Codes of the rules whose failure it is.
    pub rules: Vec<String>,
    /// Kind of failure, or `healthy`.
    pub kind: String,
    /// Accepted names of the function to blame.
    pub functions: Vec<String>,
    /// Names of the marks on the lines to blame.
    pub lines: Vec<String>,
    /// Functions of blocked frames, where these are not the function to blame.
    #[serde(default)]
    pub frames: Vec<String>,
    /// What a single snapshot decides: `suspect`, `candidate` or `none`.
    pub single: String,
    /// What two snapshots, or a leak profile, decide.
    pub series: String,
    /// Forms of evidence that are recorded.
    #[serde(default)]
    pub forms: Vec<String>,
    /// Lowest Go version it is recorded with.
    #[serde(default)]
    pub min_go: String,
    /// Highest Go version it is recorded with, if any.
    #[serde(default)]
    pub max_go: String,
}

/// A place in the source that carries a mark.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    /// Name: `BUG` in `// MARK: BUG`.
    pub name: String,
    /// File, relative to the fixture's directory.
    pub file: String,
    /// Line, counted from 1.
    pub line: u32,
}

/// All fixture programs, sorted by id.
pub fn all() -> Vec<Fixture> {
    let root = crate::repository_root().join("testdata/programs");
    let mut fixtures = Vec::new();
    for family in subdirectories(&root) {
        for dir in subdirectories(&family) {
            let manifest = dir.join("fixture.toml");
            let Ok(text) = std::fs::read_to_string(&manifest) else {
                continue;
            };
            let facts = toml::from_str(&text).unwrap_or_else(|e| panic!("{}: {e}", manifest.display()));
            let id = dir
                .strip_prefix(&root)
                .expect("it lies below the root")
                .to_string_lossy()
                .into_owned();
            fixtures.push(Fixture { id, dir, facts });
        }
    }
    fixtures
}

#[derive(Deserialize)]
struct Expected {
    leak: Vec<Facts>,
    failure: Vec<Facts>,
}

fn order_service() -> Expected {
    let path = crate::repository_root().join("testdata/orders/expected.toml");
    let text = std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    toml::from_str(&text).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

/// What dumps show of the order service in `testdata/orders`, built without the tag `fixed`: leaks, and one deadlock.
pub fn order_service_leaks() -> Vec<Facts> {
    order_service().leak
}

/// What dumps do not show of it: a race and a panic.
pub fn order_service_failures() -> Vec<Facts> {
    order_service().failure
}

/// All marks in the Go files below `dir`, sorted by file and line.
pub fn marks(dir: &Path) -> Vec<Mark> {
    let mut marks = Vec::new();
    collect_marks(dir, dir, &mut marks);
    marks.sort_by(|a, b| (&a.file, a.line).cmp(&(&b.file, b.line)));
    marks
}

fn collect_marks(root: &Path, dir: &Path, into: &mut Vec<Mark>) {
    for entry in std::fs::read_dir(dir).unwrap_or_else(|e| panic!("{}: {e}", dir.display())) {
        let path = entry.expect("a directory entry").path();
        if path.is_dir() {
            collect_marks(root, &path, into);
        } else if path.extension().is_some_and(|e| e == "go") {
            let text = std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
            let file = path
                .strip_prefix(root)
                .expect("it lies below the root")
                .to_string_lossy()
                .into_owned();
            for (line, text) in (1..).zip(text.lines()) {
                if let Some((_, name)) = text.rsplit_once("// MARK: ") {
                    into.push(Mark {
                        name: name.trim().to_owned(),
                        file: file.clone(),
                        line,
                    });
                }
            }
        }
    }
}

fn subdirectories(of: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(of).unwrap_or_else(|e| panic!("{}: {e}", of.display()));
    let mut dirs: Vec<PathBuf> = entries
        .map(|e| e.expect("a directory entry").path())
        .filter(|path| path.is_dir())
        .collect();
    dirs.sort();
    dirs
}

#[cfg(test)]
mod tests {
    use super::*;

    const KINDS: &[&str] = &[
        "blocked-send",
        "blocked-receive",
        "blocked-select",
        "nil-channel",
        "empty-select",
        "blocked-mutex",
        "blocked-rwmutex",
        "blocked-waitgroup",
        "blocked-cond",
        "blocked-io",
        "blocked-syscall",
        "spinning",
        "sleeping",
        "deadlock",
        "growth",
        "panic",
        "fatal-error",
        "signal",
        "test-timeout",
        "data-race",
        "heap-growth",
        "gc-pressure",
        "gc-pause",
        "scheduler-starvation",
        "thread-growth",
        "contention",
        "escape",
        "healthy",
    ];

    fn problems(facts: &Facts, marks: &[Mark]) -> Vec<String> {
        let mut problems = Vec::new();
        if !KINDS.contains(&facts.kind.as_str()) {
            problems.push(format!("unknown kind {}", facts.kind));
        }
        for verdict in [&facts.single, &facts.series] {
            if !["suspect", "candidate", "none"].contains(&verdict.as_str()) {
                problems.push(format!("unknown verdict {verdict}"));
            }
        }
        for name in &facts.lines {
            if !marks.iter().any(|m| m.name == *name) {
                problems.push(format!("no line is marked {name}"));
            }
        }
        problems
    }

    #[test]
    fn every_fixture_is_complete() {
        let mut found = Vec::new();
        for fixture in all() {
            let problems = problems(&fixture.facts, &marks(&fixture.dir));
            found.extend(problems.into_iter().map(|p| format!("{}: {p}", fixture.id)));
        }
        assert_eq!(found, Vec::<String>::new());
    }

    #[test]
    fn the_order_service_marks_everything_wrong_and_only_in_the_leaky_twin() {
        let marks = marks(&crate::repository_root().join("testdata/orders"));
        let leaks = [order_service_leaks(), order_service_failures()].concat();
        assert_eq!(
            leaks.iter().flat_map(|l| problems(l, &marks)).collect::<Vec<_>>(),
            Vec::<String>::new()
        );
        assert_eq!(leaks.len(), marks.len());
        assert!(marks.iter().all(|m| !m.file.ends_with("_fixed.go")));
    }
}
