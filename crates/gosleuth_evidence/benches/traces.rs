//! Throughput of execution traces: parsing and ordering alone, and everything added up. The recorded trace is small; `TRACE=FILE` takes another.

use std::hint::black_box;
use std::ops::ControlFlow;
use std::time::Duration;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use gosleuth_base::Interner;
use gosleuth_evidence::StackTable;
use gosleuth_evidence::trace::analysis::{Analysis, AnalysisOptions};
use gosleuth_evidence::trace::{Event, Names, Visitor, WalkOptions, walk};

/// The bytes of a trace, decompressed.
fn input() -> Vec<u8> {
    if let Some(path) = std::env::var_os("TRACE") {
        return std::fs::read(path).expect("a file");
    }
    let (_, packed) = gosleuth_testkit::recordings::traces()
        .into_iter()
        .find(|(name, _)| name == "go1.26-samples")
        .expect("the recording");
    let mut bytes = Vec::new();
    let mut decoder = flate2::read::GzDecoder::new(packed.as_slice());
    std::io::Read::read_to_end(&mut decoder, &mut bytes).expect("a whole file");
    bytes
}

fn run(bytes: &[u8], visitor: &mut impl Visitor) -> u64 {
    let (mut strings, mut stacks) = (Interner::new(), StackTable::default());
    let mut source = black_box(bytes);
    let options = WalkOptions::default();
    walk("bench", &mut source, &mut strings, &mut stacks, &options, visitor).events
}

fn traces(criterion: &mut Criterion) {
    let bytes = input();
    let mut group = criterion.benchmark_group("traces");
    group
        .sample_size(10)
        .warm_up_time(Duration::from_millis(300))
        .measurement_time(Duration::from_secs(3))
        .throughput(Throughput::Bytes(bytes.len() as u64));
    group.bench_function("events", |bencher| {
        bencher.iter(|| {
            run(&bytes, &mut |_: Names<'_>, event: &Event<'_>| {
                black_box(event.time);
                ControlFlow::Continue(())
            })
        });
    });
    group.bench_function("analysis", |bencher| {
        bencher.iter(|| run(&bytes, &mut Analysis::new(AnalysisOptions::default())));
    });
    group.finish();
}

criterion_group!(benches, traces);
criterion_main!(benches);
