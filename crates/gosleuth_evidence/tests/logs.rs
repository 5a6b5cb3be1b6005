//! Recorded logs and counters of real programs: wrapped copies give what the plain ones give, every version is read whole.

use gosleuth_evidence::{EvidenceSet, ReadOptions, Source, read};
use gosleuth_testkit::recordings::{Recordings, order_service, versions};

fn read_all(bytes: &[u8]) -> EvidenceSet {
    let mut set = EvidenceSet::new();
    let source = Source { name: "t", time: None };
    let mut bytes = bytes;
    read(&mut set, &source, &mut bytes, &ReadOptions::default());
    set
}

/// Groups as text: count, state, minutes, frames.
fn groups(set: &EvidenceSet) -> Vec<String> {
    let mut out: Vec<String> = set
        .snapshots
        .iter()
        .flat_map(|snapshot| &snapshot.groups)
        .map(|group| {
            let frames: Vec<String> = set
                .stacks
                .frames(group.stack)
                .map(|frame| format!("{}:{}", set.text(frame.function), frame.line))
                .collect();
            format!("{} {} {:?} {frames:?}", group.count, group.state.reason, group.waits)
        })
        .collect();
    out.sort();
    out
}

#[test]
fn a_wrapped_sigquit_log_gives_what_the_plain_one_gives() {
    for variant in ["leaky", "fixed"] {
        let plain = read_all(&order_service(&format!("go1.27/{variant}/sigquit.txt.gz")));
        assert!(plain.snapshots[0].total > 20);
        for (file, word) in [
            ("sigquit.cri.log.gz", "kubernetes"),
            ("sigquit.docker.json.gz", "docker-json"),
        ] {
            let wrapped = read_all(&order_service(&format!("go1.27/{variant}/{file}")));
            assert_eq!(wrapped.inputs[0].envelopes[0], word);
            assert_eq!(wrapped.inputs[0].compression, ["gzip"]);
            assert_eq!(groups(&wrapped), groups(&plain), "{variant}/{file}");
            assert_eq!(wrapped.crashes.len(), plain.crashes.len());
            assert!(wrapped.snapshots[0].time.is_some());
            assert!(wrapped.problems.is_empty(), "{:?}", wrapped.problems);
        }
    }
}

#[test]
fn counters_of_the_order_service() {
    let vars = read_all(&order_service("go1.27/leaky/vars.2.json"));
    let found = &vars.expvars[0];
    let memstats = found.memstats.as_ref().expect("memstats");
    assert!(memstats.heap_alloc > 0 && memstats.num_gc > 0);
    assert_eq!(memstats.recent_pauses_ns.len() as u64, memstats.num_gc.min(256));
    assert!(memstats.recent_pauses_ns.iter().all(|&pause| pause > 0));
    assert_eq!(memstats.recent_pauses_ns.iter().sum::<u64>(), memstats.pause_total_ns);
    assert!(
        found
            .numbers
            .iter()
            .any(|(name, value)| name == "goroutines" && *value > 10.0)
    );
    assert!(vars.problems.is_empty(), "{:?}", vars.problems);

    let gctrace = order_service("go1.27/leaky/gctrace.txt");
    let cycles = gctrace
        .split(|&byte| byte == b'\n')
        .filter(|line| line.starts_with(b"gc "))
        .count();
    assert_eq!(read_all(&gctrace).runtime_log.gc.len(), cycles);
}

#[test]
fn counters_of_every_version() {
    let mut read = [0; 4];
    for minor in versions() {
        for (program, form, bytes) in Recordings::open(minor).iter() {
            let lines = |start: &str| {
                let text = String::from_utf8_lossy(bytes);
                text.lines().filter(|line| line.starts_with(start)).count()
            };
            let what = format!("go1.{minor} {program}/{form}");
            match form {
                "gctrace.txt" => {
                    let set = read_all(bytes);
                    assert_eq!(set.runtime_log.gc.len(), lines("gc "), "{what}");
                    read[0] += set.runtime_log.gc.len();
                }
                "schedtrace.txt" => {
                    let set = read_all(bytes);
                    assert_eq!(set.runtime_log.sched.len(), lines("SCHED "), "{what}");
                    read[1] += set.runtime_log.sched.len();
                }
                "escape.txt" => {
                    let text = String::from_utf8_lossy(bytes);
                    let decisions = text
                        .lines()
                        .filter(|line| {
                            line.ends_with(" escapes to heap")
                                || line.contains(": moved to heap: ")
                                || line.contains(": leaking param")
                        })
                        .count();
                    let set = read_all(bytes);
                    assert_eq!(set.escapes.len(), decisions, "{what}");
                    read[2] += decisions;
                }
                _ => {
                    // Nothing else is wrapped by anything but the program's own logger.
                    let set = read_all(bytes);
                    let words: Vec<&str> = set.inputs[0].envelopes.clone();
                    assert!(
                        words.iter().all(|word| matches!(*word, "go-log" | "indented")),
                        "{what}: {words:?}"
                    );
                    read[3] += 1;
                }
            }
        }
    }
    assert!(read.iter().all(|&count| count > 10), "{read:?}");
}
