//! Packets of recorded traces, taken apart again.

use std::collections::HashMap;

use gosleuth_base::Interner;
use gosleuth_evidence::StackTable;
use gosleuth_evidence::trace::analysis::{Analysis, AnalysisOptions};
use gosleuth_evidence::trace::{WalkOptions, walk};
use gosleuth_testkit::recordings::traces;

use super::*;

#[derive(Debug)]
enum Field<'b> {
    Number(u64),
    Bytes(&'b [u8]),
}

/// Fields of a message, in order.
fn fields(bytes: &[u8]) -> Vec<(u64, Field<'_>)> {
    let mut at = 0;
    let mut fields = Vec::new();
    let number = |at: &mut usize| {
        let (mut value, mut shift) = (0, 0);
        loop {
            let byte = bytes[*at];
            *at += 1;
            value |= u64::from(byte & 0x7f) << shift;
            shift += 7;
            if byte < 0x80 {
                return value;
            }
        }
    };
    while at < bytes.len() {
        let key = number(&mut at);
        let field = match key & 7 {
            0 => Field::Number(number(&mut at)),
            1 => {
                at += 8;
                Field::Number(u64::from_le_bytes(bytes[at - 8..at].try_into().expect("eight bytes")))
            }
            2 => {
                let length = number(&mut at) as usize;
                at += length;
                Field::Bytes(&bytes[at - length..at])
            }
            other => panic!("wire type {other}"),
        };
        fields.push((key >> 3, field));
    }
    fields
}

fn numbers(message: &[(u64, Field<'_>)], wanted: u64) -> Option<u64> {
    message.iter().find_map(|(field, value)| match value {
        Field::Number(value) if *field == wanted => Some(*value),
        _ => None,
    })
}

#[test]
fn slices_nest_and_add_up_to_what_the_analysis_says() {
    for (name, packed) in traces() {
        if ["go1.19", "go1.21"].iter().any(|old| name.starts_with(old)) {
            continue;
        }
        let walk_options = WalkOptions::default();
        let mut out = Vec::new();
        let mut perfetto = Perfetto::new(&mut out);
        let (mut strings, mut stacks) = (Interner::new(), StackTable::default());
        walk(
            &name,
            &mut packed.as_slice(),
            &mut strings,
            &mut stacks,
            &walk_options,
            &mut perfetto,
        );
        let counts = perfetto.finish().expect("no error in memory");
        let mut analysis = Analysis::new(AnalysisOptions::default());
        let (mut strings, mut stacks) = (Interner::new(), StackTable::default());
        walk(
            &name,
            &mut packed.as_slice(),
            &mut strings,
            &mut stacks,
            &walk_options,
            &mut analysis,
        );
        for state in [GoState::Runnable, GoState::Running, GoState::Waiting, GoState::Syscall] {
            let nanos: u64 = analysis
                .totals
                .sites
                .iter()
                .map(|site| site.times[state as usize])
                .sum();
            assert_eq!(counts.nanos[state as usize], nanos, "{name}: {state:?}");
        }

        let mut tracks = HashMap::new();
        let mut points = Vec::new();
        for (field, packet) in fields(&out) {
            assert_eq!(field, 1);
            let Field::Bytes(packet) = packet else {
                panic!("{packet:?}")
            };
            let packet = fields(packet);
            let time = numbers(&packet, 8);
            for (field, value) in &packet {
                match (field, value) {
                    (60, Field::Bytes(descriptor)) => {
                        let descriptor = fields(descriptor);
                        tracks.insert(numbers(&descriptor, 1).expect("a number"), numbers(&descriptor, 5));
                    }
                    (11, Field::Bytes(event)) => {
                        let event = fields(event);
                        let track = numbers(&event, 11).expect("a track");
                        points.push((time.expect("a time"), track, numbers(&event, 9).expect("a kind")));
                    }
                    _ => {}
                }
            }
        }
        assert!(
            tracks.values().flatten().all(|parent| tracks.contains_key(parent)),
            "{name}"
        );
        points.sort_by_key(|&(time, ..)| time);
        let mut depth: HashMap<u64, i64> = HashMap::new();
        let mut slices = [0u64; 256];
        for (_, track, kind) in points {
            assert!(tracks.contains_key(&track), "{name}: {track:x}");
            let depth = depth.entry(track).or_default();
            match kind {
                BEGIN => {
                    *depth += 1;
                    slices[(track >> 56) as usize] += 1;
                }
                END => *depth -= 1,
                _ => {}
            }
            assert!(*depth >= 0, "{name}: a slice ends before it begins");
            let is_flat =
                matches!((track >> 56) as u8, kind if kind == Kind::Goroutine as u8 || kind == Kind::Proc as u8);
            assert!(*depth <= 1 || !is_flat, "{name}: stays do not overlap");
        }
        assert!(depth.values().all(|&depth| depth == 0), "{name}");
        assert_eq!(
            slices[Kind::Goroutine as usize],
            counts.stays.iter().sum::<u64>(),
            "{name}"
        );
        assert_eq!(
            slices[Kind::Proc as usize],
            counts.stays[GoState::Running as usize],
            "{name}"
        );
        assert!(counts.flows > 0, "{name}");
    }
}
