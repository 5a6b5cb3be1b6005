//! Execution traces, judged: programs that fail have the suspect that their fixture names, healthy servers have none.

use gosleuth_base::{SuspectKind, Verdict};
use gosleuth_case::{CaseFile, CaseOptions, build};
use gosleuth_evidence::{EvidenceSet, ReadOptions, Source, read};
use gosleuth_testkit::{fixtures, recordings};

fn judge(inputs: &[(&str, &[u8])]) -> CaseFile {
    let mut set = EvidenceSet::new();
    for &(name, mut bytes) in inputs {
        let source = Source { name, time: None };
        read(&mut set, &source, &mut bytes, &ReadOptions::default());
    }
    build(&set, &CaseOptions::default())
}

fn trace(name: &str) -> Vec<u8> {
    let traces = recordings::program_traces();
    let found = traces.into_iter().find(|(known, _)| known == name);
    found.unwrap_or_else(|| panic!("no trace {name}")).1
}

#[test]
fn healthy_servers_have_no_suspect() {
    let mut seen = 0;
    for (name, bytes) in recordings::program_traces() {
        if !name.starts_with("healthy_") && !name.starts_with("loaded_") {
            continue;
        }
        let case = judge(&[(&name, &bytes)]);
        let found: Vec<&String> = case.suspects.iter().map(|suspect| &suspect.headline).collect();
        assert!(found.is_empty(), "{name}: {found:?}");
        assert!(
            case.stats.goroutines >= if name.starts_with("loaded_") { 200 } else { 10 },
            "{name}"
        );
        seen += 1;
    }
    assert!(seen >= 7, "{seen}");
}

#[test]
fn failing_programs_have_the_right_suspect() {
    let mut seen = 0;
    for fixture in fixtures::all() {
        let name = fixture.id.replace('/', "_");
        let traces = recordings::program_traces();
        let Some((_, bytes)) = traces.iter().find(|(known, _)| *known == name) else {
            continue;
        };
        if fixture.facts.kind == "healthy" {
            continue;
        }
        let marks = fixtures::marks(&fixture.dir);
        let case = judge(&[(&name, bytes)]);
        let is_right = |place: &gosleuth_base::Site| {
            marks.iter().any(|mark| {
                fixture.facts.lines.contains(&mark.name) && mark.line == place.line && place.file.ends_with(&mark.file)
            })
        };
        let hit = case.suspects.iter().find(|suspect| {
            let loop_here = suspect.kind == SuspectKind::Spinning
                && suspect
                    .related
                    .iter()
                    .any(|related| is_right(&related.site) || fixture.facts.functions.contains(&related.site.function));
            suspect.kind.as_str() == fixture.facts.kind && (suspect.site.as_ref().is_some_and(is_right) || loop_here)
        });
        let found: Vec<_> = case
            .suspects
            .iter()
            .map(|suspect| (&suspect.headline, &suspect.site))
            .collect();
        let hit = hit.unwrap_or_else(|| panic!("{name}: {found:?}"));
        assert!(!hit.evidence.is_empty(), "{name}");
        assert!(!hit.goroutines.is_empty(), "{name}");
        seen += 1;
    }
    assert!(seen >= 7, "{seen}");
}

#[test]
fn opposite_lock_orders_are_told_from_a_trace_alone() {
    let case = judge(&[("abba.trace", &trace("lock_abba-transfer"))]);
    let suspect = &case.suspects[0];
    assert_eq!(suspect.kind, SuspectKind::BlockedMutex);
    assert!(
        suspect.headline.contains("taken twice, or in opposite orders"),
        "{}",
        suspect.headline
    );
    assert!(
        suspect
            .evidence
            .iter()
            .any(|sentence| sentence == "Nobody got this lock here in the whole trace."),
        "{:?}",
        suspect.evidence
    );
}

#[test]
fn a_goroutine_created_in_the_trace_names_its_creator() {
    let case = judge(&[("leak.trace", &trace("leak_abandoned-result"))]);
    let suspect = &case.suspects[0];
    let created = suspect.related.iter().find(|related| related.label == "created here");
    assert_eq!(
        created.map(|related| related.site.function.as_str()),
        Some("main.(*QuoteClient).Price")
    );
    assert!(suspect.headline.contains("they become more"), "{}", suspect.headline);
}

#[test]
fn a_dump_and_a_trace_of_one_process_tell_of_the_same_goroutines() {
    let case = judge(&[
        ("spin.trace", &trace("leak_poll-spin")),
        ("spin.txt", &recordings::dump_beside("leak_poll-spin")),
    ]);
    let suspect = &case.suspects[0];
    assert_eq!(suspect.kind, SuspectKind::Spinning);
    assert_eq!(suspect.verdict, Verdict::Corroborated);
    let says = |start: &str| suspect.evidence.iter().any(|sentence| sentence.starts_with(start));
    assert!(
        says("Goroutine 22 in the trace: it has neither waited nor called the system for"),
        "{:?}",
        suspect.evidence
    );
    assert!(
        says("Goroutine 22 in the dump: at main.(*consumer)."),
        "{:?}",
        suspect.evidence
    );
    assert!(suspect.rules.contains(&"GL007"));
    assert!(
        !case
            .candidates
            .iter()
            .any(|candidate| candidate.kind == SuspectKind::Spinning),
        "it is decided"
    );

    let case = judge(&[
        ("abba.txt", &recordings::dump_beside("lock_abba-transfer")),
        ("abba.trace", &trace("lock_abba-transfer")),
    ]);
    let suspect = &case.suspects[0];
    assert_eq!(suspect.verdict, Verdict::Corroborated, "{:?}", suspect.evidence);
    assert!(
        suspect
            .evidence
            .iter()
            .any(|sentence| sentence.contains("in the trace: blocked for")),
        "{:?}",
        suspect.evidence
    );
}

#[test]
fn a_dump_of_another_process_tells_nothing_of_a_trace() {
    let case = judge(&[
        ("spin.trace", &trace("leak_poll-spin")),
        ("abba.txt", &recordings::dump_beside("lock_abba-transfer")),
    ]);
    let joined = case.suspects.iter().flat_map(|suspect| &suspect.evidence);
    assert_eq!(joined.filter(|sentence| sentence.contains("in the trace: ")).count(), 0);
}
