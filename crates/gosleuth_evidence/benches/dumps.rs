//! Throughput of goroutine dumps: the ordinary one, in which few stacks repeat, and the worst, in which every stack is new.

use std::fmt::Write as _;
use std::hint::black_box;
use std::time::Duration;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use gosleuth_evidence::{EvidenceSet, ReadOptions, Source, read};

const GOROUTINES: usize = 40_000;

/// A dump of `GOROUTINES` blocks with `stacks` different stacks.
fn dump(stacks: usize) -> String {
    const STATES: [&str; 4] = [
        "chan send, 4 minutes",
        "select",
        "sync.Mutex.Lock, 2 minutes",
        "chan receive",
    ];
    let mut out = String::from("goroutine 1 [running]:\nmain.main()\n\t/home/u/app/main.go:30 +0x1d4\n");
    for id in 2..GOROUTINES + 2 {
        let stack = id * 7 % stacks;
        let state = STATES[stack % STATES.len()];
        let address = 0xc0_0001_0000_usize + id * 64;
        write!(
            out,
            "\ngoroutine {id} [{state}]:\n\
             example.com/shop/orders.(*Service).await({address:#x}, {{{id:#x}?, 0x2}}, 0x1)\n\t/home/u/app/orders/service.go:{} +0x1b\n\
             example.com/shop/orders.(*Service).Handle({address:#x}, ...)\n\t/home/u/app/orders/handle.go:88 +0x{:x}\n\
             created by example.com/shop/orders.(*Service).Start in goroutine {}\n\t/home/u/app/orders/service.go:41 +0x9c\n",
            100 + stack,
            0x10 + id % 3,
            1 + id % 17,
        )
        .expect("writing to a string");
    }
    out
}

fn dumps(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("dumps");
    group
        .sample_size(20)
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_secs(3));
    for (name, stacks) in [("40 stacks", 40), ("40000 stacks", GOROUTINES)] {
        let text = dump(stacks);
        group.throughput(Throughput::Bytes(text.len() as u64));
        group.bench_function(name, |bencher| {
            bencher.iter(|| {
                let mut set = EvidenceSet::new();
                let source = Source {
                    name: "dump",
                    time: None,
                };
                read(
                    &mut set,
                    &source,
                    &mut black_box(text.as_bytes()),
                    &ReadOptions::default(),
                );
                assert_eq!(set.snapshots[0].total as usize, GOROUTINES + 1);
                set
            });
        });
    }
    group.finish();
}

criterion_group!(benches, dumps);
criterion_main!(benches);
