//! Events of execution traces: `gosleuth_evidence::trace` against `go tool trace -d=parsed` (in order, with stacks) and `-d=wire` (as they lie
//! in the file), line by line. Program counters are left out of the first, since frames here have none.

use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Read};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, ensure};
use gosleuth_evidence::{StackTable, trace};

use super::say;
use crate::repository;

/// What `cargo xtask conformance trace` takes.
#[derive(clap::Args)]
pub(crate) struct TraceArgs {
    /// This trace instead of the recorded ones; the committed file stays as it is
    #[arg(long, value_name = "FILE")]
    file: Vec<PathBuf>,
    /// The toolchain whose `go tool trace` is asked
    #[arg(long, value_name = "VERSION", default_value = "1.27.3")]
    go: String,
}

/// The committed file.
const SNAPSHOT: &str = "testdata/conformance/trace.txt";

/// Compares all traces.
pub(crate) fn run(args: &TraceArgs) -> Result<()> {
    let dir = std::env::temp_dir().join(format!("gosleuth-trace-{}", std::process::id()));
    std::fs::create_dir_all(&dir)?;
    let mut report = String::from(
        "# Lines of `go tool trace -d=parsed` (events in order, with stacks) and `-d=wire` (the file's own order), and how many of\n\
         # them `cargo xtask conformance trace` found different.\n",
    );
    let mut failures = 0;
    for (name, path) in traces(args, &dir)? {
        if name.starts_with("go1.21") {
            writeln!(report, "{name}: not read")?;
            continue;
        }
        let (lines, different) = compare(&args.go, "parsed", &path, parsed).with_context(|| name.clone())?;
        write!(report, "{name}: parsed {lines} lines, {different} different")?;
        failures += different;
        if name.ends_with("allocfree") {
            // It knows no events of experiments in this mode.
            write!(report, "; wire: go tool trace cannot")?;
        } else {
            let (lines, different) = compare(&args.go, "wire", &path, wire).with_context(|| name.clone())?;
            write!(report, "; wire {lines} lines, {different} different")?;
            failures += different;
        }
        report.push('\n');
        say(report.lines().last().unwrap_or_default());
    }
    std::fs::remove_dir_all(&dir)?;
    if args.file.is_empty() {
        std::fs::write(repository::root().join(SNAPSHOT), report)?;
    }
    ensure!(failures == 0, "{failures} lines differ");
    Ok(())
}

/// Names and files, decompressed.
fn traces(args: &TraceArgs, dir: &Path) -> Result<Vec<(String, PathBuf)>> {
    if !args.file.is_empty() {
        let named = |path: &PathBuf| (path.display().to_string(), path.clone());
        return Ok(args.file.iter().map(named).collect());
    }
    let mut traces = Vec::new();
    for (name, packed) in gosleuth_testkit::recordings::traces() {
        let mut bytes = Vec::new();
        flate2::read::GzDecoder::new(packed.as_slice()).read_to_end(&mut bytes)?;
        let path = dir.join(&name);
        std::fs::write(&path, bytes)?;
        traces.push((name, path));
    }
    Ok(traces)
}

/// How a trace is written here, in pieces of whole lines.
type Writer = fn(&Path, &mut dyn FnMut(&str)) -> Result<()>;

/// Compares what Go's tool prints in a mode with what `ours` writes. Lines that Go has, and how many of all are different.
fn compare(go: &str, mode: &str, path: &Path, ours: Writer) -> Result<(u64, u64)> {
    let mut child = Command::new("go")
        .args(["tool", "trace", &format!("-d={mode}")])
        .arg(path)
        .env("GOTOOLCHAIN", format!("go{go}"))
        .env("TZ", "UTC")
        .stdout(Stdio::piped())
        .spawn()
        .context("running go tool trace")?;
    let output = child.stdout.take().context("its output")?;
    let mut theirs = BufReader::new(output).lines().filter_map(|line| match line {
        Ok(line) if line.is_empty() => None,
        Ok(line) => Some(Ok(without_counter(line))),
        Err(error) => Some(Err(error)),
    });
    let (mut lines, mut different, mut failed) = (0, 0, None);
    ours(path, &mut |text| {
        for line in text.lines().filter(|line| !line.is_empty()) {
            let other = match theirs.next() {
                Some(Ok(other)) => other,
                Some(Err(error)) => {
                    failed = Some(error);
                    String::new()
                }
                None => String::new(),
            };
            lines += u64::from(!other.is_empty());
            if other != line {
                different += 1;
                if different <= 5 {
                    say(format_args!("  gosleuth: {line}\n  go:       {other}"));
                }
            }
        }
    })?;
    let rest = theirs.count() as u64;
    ensure!(child.wait()?.success() && failed.is_none(), "go tool trace failed");
    Ok((lines + rest, different + rest))
}

/// A line without the program counter of a frame.
fn without_counter(mut line: String) -> String {
    if line.starts_with('\t')
        && let Some(at) = line.rfind(" @ 0x")
    {
        line.truncate(at);
    }
    line
}

fn parsed(path: &Path, write: &mut dyn FnMut(&str)) -> Result<()> {
    let mut file = std::fs::File::open(path)?;
    let (mut strings, mut stacks) = (gosleuth_base::Interner::new(), StackTable::default());
    let mut text = String::new();
    let outcome = trace::walk(
        &path.display().to_string(),
        &mut file,
        &mut strings,
        &mut stacks,
        &trace::WalkOptions::default(),
        &mut |names: trace::Names<'_>, event: &trace::Event<'_>| {
            text.clear();
            trace::write_event(names, event, &mut text);
            write(&text);
            ControlFlow::Continue(())
        },
    );
    for problem in &outcome.problems {
        say(format_args!("  {problem}"));
    }
    Ok(())
}

fn wire(path: &Path, write: &mut dyn FnMut(&str)) -> Result<()> {
    let mut file = std::fs::File::open(path)?;
    let mut is_first = true;
    // Go's tool leaves out the first line, which names the version.
    let outcome = trace::write_raw(&mut file, &mut |text| {
        if !std::mem::take(&mut is_first) {
            write(text);
        }
    });
    outcome.map_err(anyhow::Error::msg)
}
