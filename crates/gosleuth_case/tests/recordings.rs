//! Every recording of every fixture program, judged: the right kind, function and line as a suspect where the evidence
//! decides, as a candidate where it cannot, and nothing at all for healthy programs. What fails stands in a committed
//! snapshot, so that only failures are listed.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use gosleuth_base::SuspectKind;
use gosleuth_case::{CaseFile, CaseOptions, Suspect, build};
use gosleuth_evidence::{EvidenceSet, ReadOptions, SnapshotKind, Source, read};
use gosleuth_testkit::fixtures::{self, Facts, Fixture, Mark};
use gosleuth_testkit::recordings::{self, Recordings};

/// What the evidence of a form is expected to decide.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wanted {
    Suspect,
    Candidate,
}

#[derive(Default)]
struct Score {
    right: u32,
    first: u32,
    all: u32,
}

fn judge(forms: &[(&str, &[u8])]) -> (EvidenceSet, CaseFile) {
    let mut set = EvidenceSet::new();
    for (name, mut bytes) in forms.iter().copied() {
        let source = Source { name, time: None };
        read(&mut set, &source, &mut bytes, &ReadOptions::default());
    }
    let case = build(&set, &CaseOptions::default());
    (set, case)
}

/// The combinations of members that are judged: name, members, and whether it is a series.
const COMBINATIONS: &[(&str, &[&str], bool)] = &[
    ("dump A", &["A.debug2.txt"], false),
    ("dump B", &["B.debug2.txt"], false),
    ("sigquit", &["B.sigquit.txt"], false),
    ("crash", &["crash.txt"], false),
    ("race", &["race.txt"], false),
    ("escape", &["escape.txt"], false),
    ("gctrace", &["gctrace.txt"], false),
    ("schedtrace", &["schedtrace.txt"], false),
    ("gotest", &["gotest.txt"], false),
    ("gotest json", &["gotest.json"], false),
    ("dumps", &["A.debug2.txt", "B.debug2.txt"], true),
    ("debug=1", &["A.debug1.txt", "B.debug1.txt"], true),
    ("protobuf", &["A.goroutine.pb.gz", "B.goroutine.pb.gz"], true),
    (
        "threads",
        &["A.threadcreate.debug1.txt", "B.threadcreate.debug1.txt", "B.debug2.txt"],
        true,
    ),
    (
        "contention",
        &[
            "A.mutex.pb.gz",
            "B.mutex.pb.gz",
            "A.block.pb.gz",
            "B.block.pb.gz",
            "B.debug2.txt",
        ],
        true,
    ),
    ("leak debug=1", &["B.leak.debug1.txt"], true),
    ("leak debug=2", &["B.leak.debug2.txt"], true),
    ("leak protobuf", &["B.leak.pb.gz"], true),
];

struct Expectation<'a> {
    facts: &'a Facts,
    marks: &'a [Mark],
}

impl Expectation<'_> {
    fn place(&self, function: &str, line: u32, file: &str) -> bool {
        let named = self
            .facts
            .functions
            .iter()
            .chain(&self.facts.frames)
            .any(|name| name == function);
        // Compiler output has places without functions.
        if !named && !function.is_empty() {
            return false;
        }
        // The line counts where the blamed function is the program's own and not a frame that stands for it.
        self.facts.lines.is_empty()
            || self.facts.frames.iter().any(|name| name == function)
            || self.marks.iter().any(|mark| {
                self.facts.lines.contains(&mark.name) && mark.line == line && file.ends_with(file_name(&mark.file))
            })
    }

    fn kind(&self, kind: SuspectKind, stateless: bool) -> bool {
        let blocked = kind < SuspectKind::Deadlock;
        match self.facts.kind.as_str() {
            // A profile has no states; a number that grows is what it can show.
            _ if stateless && matches!(kind, SuspectKind::Leak | SuspectKind::Growth) => true,
            // What grows is blocked somehow, and what a dump shows of threads, memory and contention is where goroutines wait.
            "growth" | "thread-growth" | "heap-growth" | "contention" if blocked || kind == SuspectKind::Growth => true,
            "growth" => blocked || kind == SuspectKind::Growth,
            wanted => wanted == kind.as_str(),
        }
    }

    fn met_by(&self, suspect: &Suspect, stateless: bool) -> bool {
        let at = |site: &gosleuth_base::Site| self.place(&site.function, site.line, &site.file);
        let main =
            self.kind(suspect.kind, stateless) && suspect.site.as_ref().map_or(self.facts.functions.is_empty(), at);
        // Waiters and holder of a lock are one suspect; either may be what the fixture names.
        let chained = suspect
            .related
            .iter()
            .any(|related| related.label.ends_with(" here") && related.label != "created here" && at(&related.site));
        // A deadlock report names several goroutines and a race report two sides; the fixture may name any.
        let listed = self.kind(suspect.kind, stateless)
            && matches!(suspect.kind, SuspectKind::Deadlock | SuspectKind::DataRace)
            && suspect.related.iter().any(|related| at(&related.site));
        main || chained || listed
    }
}

fn file_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

fn wanted(fixture: &Fixture, combination: &str, series: bool, members: &[(&str, &[u8])]) -> Option<Wanted> {
    let text = if series {
        &fixture.facts.series
    } else {
        &fixture.facts.single
    };
    let wanted = match text.as_str() {
        "suspect" => Wanted::Suspect,
        "candidate" => Wanted::Candidate,
        _ => return None,
    };
    // The failure may not have begun by then.
    if combination == "dump A" && !stands_there(fixture, members) {
        return None;
    }
    if combination.starts_with("leak") && !leak_profile_lists(fixture, members) {
        return None;
    }
    if matches!(combination, "debug=1" | "protobuf") {
        let (before, now) = counts(fixture, members);
        // One instance in both profiles shows neither growth nor age nor state.
        if now < before + 8 {
            return None;
        }
        // Without ages and ids, a leak that began after the first profile looks like a burst of requests.
        if before == 0 {
            return Some(Wanted::Candidate);
        }
    }
    // What a dump shows of threads, memory and contention is where goroutines wait, no more.
    let measured = matches!(
        fixture.facts.kind.as_str(),
        "thread-growth" | "heap-growth" | "contention"
    );
    if measured && (combination.starts_with("dump") || matches!(combination, "debug=1" | "protobuf" | "sigquit")) {
        return Some(Wanted::Candidate);
    }
    // Three seconds after the start no wait has an age yet, so only what is stuck by construction is decided.
    let by_construction = matches!(fixture.facts.kind.as_str(), "nil-channel" | "empty-select");
    if combination == "dump A" && !by_construction {
        return Some(Wanted::Candidate);
    }
    Some(wanted)
}

/// Whether a goroutine of the newest snapshot waits in a function to blame: in its first frame outside the library.
fn stands_there(fixture: &Fixture, members: &[(&str, &[u8])]) -> bool {
    let (set, _) = judge(members);
    let names = || fixture.facts.functions.iter().chain(&fixture.facts.frames);
    set.snapshots.last().is_some_and(|snapshot| {
        snapshot.groups.iter().any(|group| {
            let functions: Vec<&str> = set
                .stacks
                .frames(group.stack)
                .map(|frame| set.text(frame.function))
                .collect();
            let outside = functions
                .iter()
                .find(|name| !gosleuth_base::GoSymbol::parse(name).is_std());
            let anywhere = fixture.facts.kind == "spinning" || outside.is_none();
            match outside.filter(|_| !anywhere) {
                Some(outside) => names().any(|name| name == outside),
                None => names().any(|name| functions.contains(&name.as_str())),
            }
        })
    })
}

fn leak_profile_lists(fixture: &Fixture, members: &[(&str, &[u8])]) -> bool {
    let (set, _) = judge(members);
    set.snapshots.iter().any(|snapshot| {
        snapshot
            .groups
            .iter()
            .filter(|group| snapshot.kind == SnapshotKind::LeakProfile || group.state.leaked)
            .any(|group| blames(&set, group.stack, fixture))
    })
}

fn counts(fixture: &Fixture, members: &[(&str, &[u8])]) -> (u64, u64) {
    let (set, _) = judge(members);
    let count = |index: usize| -> u64 {
        set.snapshots.get(index).map_or(0, |snapshot| {
            snapshot
                .groups
                .iter()
                .filter(|group| blames(&set, group.stack, fixture))
                .map(|group| group.count)
                .sum()
        })
    };
    (count(0), count(1))
}

fn blames(set: &EvidenceSet, stack: gosleuth_evidence::StackId, fixture: &Fixture) -> bool {
    let functions = || fixture.facts.functions.iter().chain(&fixture.facts.frames);
    set.stacks
        .frames(stack)
        .any(|frame| functions().any(|name| name == set.text(frame.function)))
}

#[test]
fn recorded_failures() {
    let fixtures = fixtures::all();
    let marks: Vec<Vec<Mark>> = fixtures.iter().map(|fixture| fixtures::marks(&fixture.dir)).collect();
    let mut failures: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut absent: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut scores: BTreeMap<&str, Score> = BTreeMap::new();
    let mut healthy = Score::default();
    for minor in recordings::versions() {
        let recordings = Recordings::open(minor);
        for (fixture, marks) in fixtures.iter().zip(&marks) {
            for (name, members, series) in COMBINATIONS {
                let forms: Vec<(&str, &[u8])> = members
                    .iter()
                    .filter_map(|member| Some((*member, recordings.get(&fixture.id, member)?)))
                    .collect();
                if forms.len() < members.len() {
                    continue;
                }
                if fixture.facts.kind == "healthy" {
                    let (_, case) = judge(&forms);
                    healthy.all += 1;
                    if case.suspects.is_empty() {
                        healthy.right += 1;
                    } else {
                        failures
                            .entry(format!("{} {name}: suspect {}", fixture.id, brief(&case.suspects)))
                            .or_default()
                            .push(format!("1.{minor}"));
                    }
                    continue;
                }
                let dump = forms
                    .iter()
                    .all(|(member, _)| member.contains("debug2") || member.contains("sigquit"));
                let empty = forms.iter().any(|(_, bytes)| bytes.is_empty());
                if empty || dump && !name.starts_with("leak") && *name != "dump A" && !stands_there(fixture, &forms) {
                    absent
                        .entry(format!("{} {name}", fixture.id))
                        .or_default()
                        .push(format!("1.{minor}"));
                    continue;
                }
                let Some(wanted) = wanted(fixture, name, *series, &forms) else {
                    continue;
                };
                let (set, case) = judge(&forms);
                let stateless = set.snapshots.iter().any(|snapshot| snapshot.kind != SnapshotKind::Dump);
                let expected = Expectation {
                    facts: &fixture.facts,
                    marks,
                };
                let suspect = case
                    .suspects
                    .iter()
                    .position(|suspect| expected.met_by(suspect, stateless));
                let candidate = case
                    .candidates
                    .iter()
                    .position(|suspect| expected.met_by(suspect, stateless));
                let met = match wanted {
                    Wanted::Suspect => suspect.is_some(),
                    Wanted::Candidate => suspect.is_some() || candidate.is_some(),
                };
                let score = scores
                    .entry(if *series { "series and leak profiles" } else { "single" })
                    .or_default();
                score.all += 1;
                if met {
                    score.right += 1;
                    score.first += u32::from(
                        suspect == Some(0)
                            || (wanted == Wanted::Candidate && suspect.is_none() && candidate == Some(0)),
                    );
                } else {
                    let got = if candidate.is_some() {
                        "only a candidate".to_owned()
                    } else if case.suspects.is_empty() {
                        format!("candidates {}", brief(&case.candidates))
                    } else {
                        brief(&case.suspects)
                    };
                    failures
                        .entry(format!(
                            "{} {name}: no {wanted:?} {} but {got}",
                            fixture.id, fixture.facts.kind
                        ))
                        .or_default()
                        .push(format!("1.{minor}"));
                }
            }
        }
    }
    let mut text = String::new();
    for (name, score) in &scores {
        writeln!(
            text,
            "{name}: {} of {} right, {} of them first in the list",
            score.right, score.all, score.first
        )
        .expect("a string takes everything");
    }
    writeln!(text, "healthy: {} of {} without suspect\n", healthy.right, healthy.all)
        .expect("a string takes everything");
    for (failure, versions) in &failures {
        writeln!(text, "{failure} [{}]", versions.join(" ")).expect("a string takes everything");
    }
    if !absent.is_empty() {
        writeln!(
            text,
            "\nRecorded without the failure (empty, or no goroutine where the fixture says; not counted):"
        )
        .expect("a string takes everything");
    }
    for (failure, versions) in &absent {
        writeln!(text, "{failure} [{}]", versions.join(" ")).expect("a string takes everything");
    }
    insta::assert_snapshot!("recordings", text);
    for (name, score) in &scores {
        assert!(score.right * 100 >= score.all * 95, "{name}: below 95 %\n{text}");
    }
    assert_eq!(healthy.right, healthy.all, "healthy programs have suspects\n{text}");
}

fn brief(suspects: &[Suspect]) -> String {
    let mut parts: Vec<String> = suspects
        .iter()
        .take(3)
        .map(|suspect| {
            let at = suspect
                .site
                .as_ref()
                .map_or_else(|| "?".to_owned(), |site| format!("{}:{}", site.function, site.line));
            format!("{} {at}", suspect.kind)
        })
        .collect();
    if parts.is_empty() {
        parts.push("none".to_owned());
    }
    parts.join(", ")
}

#[test]
fn order_service() {
    let mut text = String::new();
    let leaks = fixtures::order_service_leaks();
    let marks = fixtures::marks(&gosleuth_testkit::repository_root().join("testdata/orders"));
    for version in order_versions() {
        for (name, members) in [
            (
                "dumps",
                [
                    "goroutine.1.debug2.txt.gz",
                    "goroutine.2.debug2.txt.gz",
                    "goroutine.3.debug2.txt.gz",
                ],
            ),
            (
                "debug=1",
                [
                    "goroutine.1.debug1.txt.gz",
                    "goroutine.2.debug1.txt.gz",
                    "goroutine.3.debug1.txt.gz",
                ],
            ),
            (
                "protobuf",
                ["goroutine.1.pb.gz", "goroutine.2.pb.gz", "goroutine.3.pb.gz"],
            ),
        ] {
            let judged = |variant: &str| {
                let files: Vec<(String, Vec<u8>)> = members
                    .iter()
                    .map(|member| {
                        let path = format!("{version}/{variant}/{member}");
                        let bytes = recordings::order_service(&path);
                        (path, bytes)
                    })
                    .collect();
                let forms: Vec<(&str, &[u8])> = files
                    .iter()
                    .map(|(name, bytes)| (name.as_str(), bytes.as_slice()))
                    .collect();
                judge(&forms).1
            };
            let fixed = judged("fixed");
            assert!(
                fixed.suspects.is_empty(),
                "{version} {name}: {}",
                brief(&fixed.suspects)
            );
            let leaky = judged("leaky");
            let missed: Vec<&str> = leaks
                .iter()
                .filter(|facts| {
                    let expected = Expectation { facts, marks: &marks };
                    !leaky
                        .suspects
                        .iter()
                        .any(|suspect| expected.met_by(suspect, name != "dumps"))
                })
                .map(|facts| facts.lines[0].as_str())
                .collect();
            writeln!(
                text,
                "{version} {name}: {} suspects, missed: {}",
                leaky.suspects.len(),
                missed.join(" ")
            )
            .expect("a string takes everything");
        }
    }
    insta::assert_snapshot!("orders", text);
}

fn order_versions() -> Vec<String> {
    let dir = gosleuth_testkit::repository_root().join("testdata/recordings/orders");
    let mut versions: Vec<String> = std::fs::read_dir(&dir)
        .expect("recordings of the order service")
        .map(|entry| {
            entry
                .expect("a directory entry")
                .file_name()
                .to_string_lossy()
                .into_owned()
        })
        .filter(|name| name.starts_with("go1."))
        .collect();
    versions.sort();
    versions
}
