//! Dumps of every Go version, whole and damaged.

use crate::{EvidenceSet, ReadOptions, Source, read};

/// Reads text as one input.
fn set_of(text: &str) -> EvidenceSet {
    let mut set = EvidenceSet::new();
    read(
        &mut set,
        &Source {
            name: "test",
            time: None,
        },
        &mut text.as_bytes(),
        &ReadOptions::default(),
    );
    set
}

#[test]
fn one_goroutine() {
    let set = set_of(
        "goroutine 7 [chan send, 6 minutes]:\nmain.f(0x1)\n\t/a/b.go:12 +0x1d\ncreated by main.g in goroutine 3\n\t/a/b.go:9 +0x2\n",
    );
    let snapshot = &set.snapshots[0];
    assert_eq!(
        (
            snapshot.total,
            snapshot.groups[0].waits.max,
            snapshot.goroutines[0].parent
        ),
        (1, 6, 3)
    );
}
