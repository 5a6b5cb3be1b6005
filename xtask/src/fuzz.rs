//! Builds the fuzz targets with coverage instrumentation and runs them.
//!
//! The flags are those of libFuzzer's own documentation for LLVM's SanitizerCoverage; no address sanitizer: the workspace
//! forbids unsafe code, and without it a run gets several times as far. Needs the nightly toolchain and a C++ compiler, no
//! other tool.

use std::io::Read as _;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context as _, Result, bail, ensure};

use crate::{checking, repository};

/// Targets with the number of inputs of a smoke run, seeds included.
const TARGETS: &[(&str, u32)] = &[
    ("text", 6_000),
    ("pprof", 10_000),
    ("trace", 10_000),
    ("json", 4_000),
    ("compressed", 10_000),
    ("archive", 8_000),
    ("report", 700),
    ("lexer", 40_000),
    ("parser", 20_000),
    ("types", 4_000),
    ("export", 10_000),
    ("gomod", 20_000),
    ("logs", 20_000),
];
/// Lines of logs, one form each.
const LOG_LINES: &[&str] = &[
    r#"{"time":"2026-11-20T09:27:40.123+01:00","level":"ERROR","msg":"a \"b\"","err":"EOF","request_id":"r-000123"}"#,
    r#"{"log":"{\"ts\":1795166860.12,\"level\":50,\"msg\":\"x\"}\n","stream":"stderr","time":"2026-11-20T09:27:40.5Z"}"#,
    r#"time=2026-11-20T09:27:40.123Z level=WARN msg="slow answer" trace_id=4bf92f3577b34da6"#,
    "E1120 09:27:40.123456   12345 server.go:77] connection lost",
    "2026-11-20T09:27:40.5Z stderr F 2026/11/20 10:27:40 [WARN] text",
    r#"10.0.0.1 - - [20/Nov/2026:09:27:40 +0000] "GET / HTTP/1.1" 502 157"#,
    "Nov 20 09:27:40 web-1 orders[812]: level=error msg=down",
    "2026/11/20 09:27:40 serving on :8080\npanic: close of closed channel",
];
/// Longer seeds are cut: the fuzzer does more with many short ones.
const MAX_SEED: usize = 16 << 10;
const TRIPLE: &str = "x86_64-unknown-linux-gnu";
const FLAGS: &[&str] = &[
    "-Cpasses=sancov-module",
    "-Cllvm-args=-sanitizer-coverage-level=4",
    "-Cllvm-args=-sanitizer-coverage-inline-8bit-counters",
    "-Cllvm-args=-sanitizer-coverage-pc-table",
    "-Cllvm-args=-sanitizer-coverage-trace-compares",
    "-Ccodegen-units=1",
    "--cfg=fuzzing",
];

/// What `cargo xtask fuzz` takes.
#[derive(clap::Args)]
pub(crate) struct FuzzArgs {
    /// Only these targets
    #[arg(long = "target", value_name = "TARGET", value_parser = names())]
    targets: Vec<String>,
    /// A short run with a fixed seed over a fresh corpus, as the CI does
    #[arg(long)]
    smoke: bool,
    /// Seconds per target
    #[arg(long, default_value_t = 60)]
    seconds: u32,
}

fn names() -> clap::builder::PossibleValuesParser {
    TARGETS.iter().map(|(name, _)| *name).collect::<Vec<_>>().into()
}

/// Builds all targets, then runs them one after the other.
pub(crate) fn run(args: &FuzzArgs) -> Result<()> {
    build()?;
    let seeds = seeds()?;
    let mut failed = Vec::new();
    let wanted = |name: &str| args.targets.is_empty() || args.targets.iter().any(|target| target == name);
    for &(target, smoke_runs) in TARGETS.iter().filter(|(name, _)| wanted(name)) {
        let corpus = root().join("corpus").join(if args.smoke {
            format!("smoke-{target}")
        } else {
            target.to_owned()
        });
        if args.smoke && corpus.exists() {
            std::fs::remove_dir_all(&corpus)?;
        }
        let artifacts = root().join("artifacts").join(target);
        std::fs::create_dir_all(&corpus)?;
        std::fs::create_dir_all(&artifacts)?;
        let dictionary = root().join(match target {
            "lexer" | "parser" | "types" => "go.dict",
            _ => "text.dict",
        });
        let mut command = Command::new(root().join("target").join(TRIPLE).join("release").join(target));
        command
            .arg(&corpus)
            .arg(seeds.join(target))
            .arg(format!("-artifact_prefix={}/", artifacts.display()))
            .arg(format!("-dict={}", dictionary.display()))
            .args([
                "-timeout=10",
                "-rss_limit_mb=1024",
                "-max_len=65536",
                "-print_final_stats=1",
                "-verbosity=0",
            ]);
        if args.smoke {
            // By number of runs, not by time, so that two machines do the same.
            command.arg("-seed=20261120").arg(format!("-runs={smoke_runs}"));
        } else {
            command.arg(format!("-max_total_time={}", args.seconds));
        }
        let status = command
            .status()
            .with_context(|| format!("running fuzz target {target}"))?;
        if !status.success() {
            failed.push(target);
        }
    }
    if !failed.is_empty() {
        bail!(
            "fuzz targets failed: {}; the inputs are in fuzz/artifacts",
            failed.join(", ")
        );
    }
    Ok(())
}

fn root() -> PathBuf {
    repository::root().join("fuzz")
}

fn build() -> Result<()> {
    // The toolchain running xtask exports itself; the fuzz build has its own.
    let status = Command::new("cargo")
        .args([
            "+nightly",
            "build",
            "--release",
            "--target",
            TRIPLE,
            "--target-dir",
            "target",
        ])
        .current_dir(root())
        .env_remove("CARGO")
        .env_remove("RUSTC")
        .env_remove("RUSTUP_TOOLCHAIN")
        .env("RUSTFLAGS", FLAGS.join(" "))
        .status()
        .context("running cargo +nightly; the fuzz targets need the nightly toolchain")?;
    ensure!(status.success(), "the fuzz targets do not build");
    Ok(())
}

/// Writes the seeds: the recordings of the newest Go version, sorted to the targets that read them, and the recorded programs.
fn seeds() -> Result<PathBuf> {
    let directory = root().join("corpus").join("seeds");
    for (target, _) in TARGETS {
        std::fs::create_dir_all(directory.join(target))?;
    }
    for (family, program) in programs()? {
        let text = std::fs::read(&program)?;
        // The first byte says that it is text.
        for target in ["parser", "types"] {
            std::fs::write(directory.join(target).join(&family), [b"\0", &text[..]].concat())?;
        }
        std::fs::write(directory.join("lexer").join(&family), &text)?;
        std::fs::write(directory.join("export").join(family), checking::export_alone(&program)?)?;
    }
    module_seeds(&directory.join("gomod"))?;
    archive_seeds(&directory.join("archive"))?;
    for (index, line) in LOG_LINES.iter().enumerate() {
        std::fs::write(directory.join("logs").join(index.to_string()), format!("\0{line}\n"))?;
    }
    for (name, packed) in gosleuth_testkit::recordings::traces() {
        let mut trace = Vec::new();
        flate2::read::GzDecoder::new(packed.as_slice()).read_to_end(&mut trace)?;
        trace.truncate(MAX_SEED);
        std::fs::write(directory.join("trace").join(name), trace)?;
    }
    let Some(newest) = gosleuth_testkit::recordings::versions().into_iter().max() else {
        return Ok(directory);
    };
    let recordings = gosleuth_testkit::recordings::Recordings::open(newest);
    for (index, (program, form, data)) in recordings.iter().enumerate() {
        let name = format!("{}-{form}", program.replace('/', "-"));
        let save = |target: &str, data: &[u8]| {
            std::fs::write(directory.join(target).join(&name), &data[..data.len().min(MAX_SEED)])
        };
        // One seed in a few is enough: they are alike.
        match form.rsplit('.').next() {
            Some("gz") if index % 4 == 0 => {
                save("compressed", data)?;
                let mut profile = Vec::new();
                flate2::read::GzDecoder::new(data).read_to_end(&mut profile)?;
                save("pprof", &profile)?;
            }
            Some("json") => {
                save("text", data)?;
                save("json", &[b"\0", data].concat())?;
            }
            Some("txt") if index % 3 == 0 => {
                save("text", data)?;
                save("report", data)?;
                save("json", &[b"\x01", data].concat())?;
            }
            _ => {}
        }
    }
    Ok(directory)
}

/// A manifest with a dump behind it, and an archive of two files. The first byte says which.
fn archive_seeds(directory: &std::path::Path) -> Result<()> {
    let dump = "goroutine 1 [chan receive]:\nmain.main()\n\t/a/main.go:9 +0x3c\n\n";
    let manifest = serde_json::json!({
        "format": "gosleuth-capture", "version": 1, "tool": "gosleuth 0", "state": "partial",
        "targets": [{"id": "h", "url": "http://h"}],
        "parts": [
            {"name": "p", "target": "h", "round": 1, "kind": "stacks", "url": "http://h/debug/pprof/goroutine?debug=2",
             "taken": "2026-11-20T12:12:12.5Z", "bytes": dump.len(), "blake3": "00", "state": "whole"},
            {"name": "", "kind": "leaks", "state": "left_out", "problem": "too dear"}
        ]
    });
    std::fs::write(directory.join("capture"), format!("\x02{manifest}\0{dump}"))?;
    let mut archive = vec![1];
    for name in ["a.txt", "d/b.txt"] {
        let mut header = vec![0; 512];
        header[..name.len()].copy_from_slice(name.as_bytes());
        header[124..136].copy_from_slice(format!("{:011o}\0", dump.len()).as_bytes());
        header[156] = b'0';
        archive.extend_from_slice(&header);
        archive.extend_from_slice(dump.as_bytes());
        archive.resize(1 + (archive.len() - 1).next_multiple_of(512), 0);
    }
    std::fs::write(directory.join("archive"), archive)?;
    Ok(())
}

/// The module files, the Go files and, as one text each, the small modules of `testdata/modules`. The first byte says which.
fn module_seeds(directory: &std::path::Path) -> Result<()> {
    let mut archives: std::collections::BTreeMap<String, Vec<u8>> = std::collections::BTreeMap::new();
    for file in repository::files()? {
        let Some((module, path)) = file
            .strip_prefix("testdata/modules/")
            .and_then(|below| below.split_once('/'))
        else {
            continue;
        };
        let Ok(text) = std::fs::read(repository::root().join(&file)) else {
            continue;
        };
        let archive = archives.entry(module.to_owned()).or_insert_with(|| vec![4]);
        archive.extend_from_slice(format!("-- {path} --\n").as_bytes());
        archive.extend_from_slice(&text);
        let picks: &[u8] = match path.rsplit(['/', '.']).next() {
            Some("mod") => &[0],
            Some("work") => &[1],
            Some("go") => &[3, 200],
            _ => continue,
        };
        std::fs::write(directory.join(file.replace('/', "-")), [picks, &text[..]].concat())?;
    }
    for (module, archive) in archives {
        std::fs::write(directory.join(format!("module-{module}")), archive)?;
    }
    std::fs::write(
        directory.join("constraint"),
        b"\x02linux && (amd64 || !go1.22) || a.b_c",
    )?;
    Ok(())
}

/// Every recorded program: a name for its seed, and its path.
fn programs() -> Result<Vec<(String, PathBuf)>> {
    let mut programs = Vec::new();
    for family in std::fs::read_dir(repository::root().join("testdata").join("programs"))? {
        let family = family?.path();
        if !family.is_dir() {
            continue;
        }
        for program in std::fs::read_dir(&family)? {
            let main = program?.path().join("main.go");
            if main.is_file() {
                let name = main.parent().map(|path| path.to_string_lossy().replace('/', "-"));
                programs.push((name.unwrap_or_default(), main));
            }
        }
    }
    programs.sort();
    Ok(programs)
}
