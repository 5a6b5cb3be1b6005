//! Logs: every form of line, wrapping and stamp, in bounded memory. The first byte says whether the zone is given.
#![no_main]

use gosleuth_evidence::{EvidenceSet, LogOptions, Source, Time, read_log};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Some((&zone, text)) = data.split_first() else { return };
    let mut set = EvidenceSet::new();
    let source = Source { name: "fuzz", time: Some(Time(1_795_176_000_000_000_000)) };
    let options = LogOptions { zone: (zone & 1 == 1).then_some(i32::from(zone) * 300), max_bytes: 16 << 20 };
    read_log(&mut set, &source, &mut &*text, &options);
    for log in &set.logs {
        assert!(log.dated > 0 && log.buckets.len() <= 4_096 && log.messages.len() <= 64 && log.marks.len() <= 64);
        assert_eq!(log.buckets.iter().map(|bucket| bucket.lines).sum::<u64>(), log.dated);
        assert!(log.first <= log.last);
    }
});
