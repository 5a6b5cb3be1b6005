//! Throughput of the lexer and of the parser: on the recorded programs, which are short and full of comments, and on tables, which are
//! nothing but tokens.

use std::fmt::Write as _;
use std::hint::black_box;
use std::path::Path;
use std::time::Duration;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use gosleuth_syntax::{ParseOptions, parse, tokens};

/// The recorded programs.
fn programs() -> Vec<Vec<u8>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata/programs");
    let mut texts = Vec::new();
    for family in std::fs::read_dir(root).expect("the programs are there").flatten() {
        for program in std::fs::read_dir(family.path()).into_iter().flatten().flatten() {
            texts.extend(std::fs::read(program.path().join("main.go")));
        }
    }
    texts
}

/// A table of numbers and strings.
fn table() -> Vec<Vec<u8>> {
    let mut text = String::from("package p\n\nvar table = []entry{\n");
    for row in 0..20_000 {
        writeln!(text, "\t{{0x{row:04x}, {row}, \"entry {row}\", kind{}}},", row % 40).expect("writing to a string");
    }
    text.push_str("}\n");
    vec![text.into_bytes()]
}

fn benches(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("parse");
    group
        .sample_size(20)
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_secs(3));
    for (name, texts) in [("programs", programs()), ("table", table())] {
        group.throughput(Throughput::Bytes(texts.iter().map(|text| text.len() as u64).sum()));
        group.bench_function(format!("tokens of {name}"), |bencher| {
            bencher.iter(|| {
                texts
                    .iter()
                    .map(|text| tokens(black_box(text)).tokens.len())
                    .sum::<usize>()
            });
        });
        group.bench_function(name, |bencher| {
            bencher.iter(|| {
                let parsed = texts.iter().map(|text| parse(black_box(text), ParseOptions::default()));
                parsed.map(|file| file.exprs.len()).sum::<usize>()
            });
        });
    }
    group.finish();
}

criterion_group!(parse_benches, benches);
criterion_main!(parse_benches);
