//! Throughput of goroutine profiles in which every goroutine has a stack of its own, the worst case for merging: both forms are
//! made from one model, so no file is needed.

use std::fmt::Write as _;
use std::hint::black_box;
use std::time::Duration;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use gosleuth_evidence::{EvidenceSet, ReadOptions, Source, read};

const STACKS: usize = 20_000;
const LEVELS: usize = 20;

/// Frames of one stack, innermost first, as indexes into [`FUNCTIONS`]: the bits of the number choose the way.
fn stack(number: usize) -> impl Iterator<Item = usize> {
    let way = (0..LEVELS).map(move |level| 3 + (number >> level & 1));
    (0..3).chain(way).chain([5])
}

const FUNCTIONS: [(&str, &str, u32); 6] = [
    ("runtime.gopark", "/usr/local/go/src/runtime/proc.go", 460),
    ("runtime.chanrecv", "/usr/local/go/src/runtime/chan.go", 667),
    ("runtime.chanrecv1", "/usr/local/go/src/runtime/chan.go", 509),
    ("example.com/shop/tree.(*Visit).left", "/home/u/shop/tree/visit.go", 35),
    ("example.com/shop/tree.(*Visit).right", "/home/u/shop/tree/visit.go", 46),
    ("example.com/shop/tree.Walk.func1", "/home/u/shop/tree/walk.go", 12),
];

fn text() -> String {
    let mut out = format!("goroutine profile: total {STACKS}\n");
    for number in 0..STACKS {
        out.push_str("1 @");
        for frame in stack(number) {
            let _ = write!(out, " {:#x}", 0x48_0000 + frame * 0x40);
        }
        out.push('\n');
        for frame in stack(number).skip(3) {
            let (function, file, line) = FUNCTIONS[frame];
            let _ = writeln!(
                out,
                "#\t{:#x}\t{function}+0x1d\t\t{file}:{line}",
                0x47_ffff + frame * 0x40
            );
        }
        out.push('\n');
    }
    out
}

fn varint(mut number: usize, out: &mut Vec<u8>) {
    while number >= 0x80 {
        out.push(number as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

fn bytes(field: u8, content: &[u8], out: &mut Vec<u8>) {
    out.push(field << 3 | 2);
    varint(content.len(), out);
    out.extend(content);
}

/// A message of varint fields.
fn message(fields: &[(u8, usize)]) -> Vec<u8> {
    let mut out = Vec::new();
    for &(field, number) in fields {
        out.push(field << 3);
        varint(number, &mut out);
    }
    out
}

fn protobuf() -> Vec<u8> {
    let mut out = Vec::new();
    bytes(1, &message(&[(1, 1), (2, 2)]), &mut out);
    let mut inner = Vec::new();
    for number in 0..STACKS {
        inner.clear();
        let locations: Vec<u8> = stack(number).map(|frame| frame as u8 + 1).collect();
        bytes(1, &locations, &mut inner);
        bytes(2, &[1], &mut inner);
        bytes(2, &inner, &mut out);
    }
    for (index, &(_, _, line)) in FUNCTIONS.iter().enumerate() {
        let mut location = message(&[(1, index + 1), (3, 0x48_0000 + index * 0x40)]);
        bytes(4, &message(&[(1, index + 1), (2, line as usize)]), &mut location);
        bytes(4, &location, &mut out);
        bytes(
            5,
            &message(&[(1, index + 1), (2, 3 + 2 * index), (4, 4 + 2 * index)]),
            &mut out,
        );
    }
    for text in ["", "goroutine", "count"] {
        bytes(6, text.as_bytes(), &mut out);
    }
    for (function, file, _) in FUNCTIONS {
        bytes(6, function.as_bytes(), &mut out);
        bytes(6, file.as_bytes(), &mut out);
    }
    out
}

fn parse(bytes: &[u8]) -> EvidenceSet {
    let mut set = EvidenceSet::new();
    let source = Source {
        name: "bench",
        time: None,
    };
    read(&mut set, &source, &mut black_box(bytes), &ReadOptions::default());
    set
}

fn profiles(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("profiles");
    group
        .sample_size(20)
        .warm_up_time(Duration::from_millis(300))
        .measurement_time(Duration::from_secs(2));
    for (name, input) in [("debug1", text().into_bytes()), ("protobuf", protobuf())] {
        let set = parse(&input);
        assert_eq!(set.snapshots[0].groups.len(), STACKS, "{name}: {:?}", set.problems);
        group.throughput(Throughput::Bytes(input.len() as u64));
        group.bench_function(name, |bencher| bencher.iter(|| parse(&input)));
    }
    group.finish();
}

criterion_group!(benches, profiles);
criterion_main!(benches);
