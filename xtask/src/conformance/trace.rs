//! Events of execution traces: `gosleuth_evidence::trace` against `go tool trace -d=parsed` (in order, with stacks) and `-d=wire` (as they lie
//! in the file), line by line. Program counters are left out of the first, since frames here have none.
//!
//! Of traces of Go 1.21 and older Go's tool gives the events of the newer form too. It puts some of them on processors that there are not
//! (the network poller, system calls), which says nothing of where they happened and is not compared; it starts at time -1 and not at 1;
//! it does not show with which function older goroutines started; and what C called is told as if it were older than the trace.

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
         # them `cargo xtask conformance trace` found different; and how many of `-pprof=net|sync|syscall|sched` have other sums.\n",
    );
    let mut failures = 0;
    for (name, path) in traces(args, &dir)? {
        if name == "go1.19-callback" {
            writeln!(report, "{name}: go tool trace cannot")?;
            continue;
        }
        let (lines, different) = compare(&args.go, "parsed", &path, parsed).with_context(|| name.clone())?;
        write!(report, "{name}: parsed {lines} lines, {different} different")?;
        failures += different;
        if is_first_form(&path)? {
            write!(report, "; wire: another form")?;
        } else if name.ends_with("allocfree") {
            // It knows no events of experiments in this mode.
            write!(report, "; wire: go tool trace cannot")?;
        } else {
            let (lines, different) = compare(&args.go, "wire", &path, wire).with_context(|| name.clone())?;
            write!(report, "; wire {lines} lines, {different} different")?;
            failures += different;
        }
        let different = super::sums::compare(&args.go, &path).with_context(|| name.clone())?;
        // Go's profile of scheduling has fewer records than the events that Go's tool prints, so this is no failure.
        write!(report, "; {different} of 4 profiles different")?;
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
    if is_first_form(path)? {
        let compared = compare_first(theirs.by_ref().map_while(Result::ok), path, ours)?;
        ensure!(child.wait()?.success(), "go tool trace failed");
        return Ok(compared);
    }
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

/// Whether it is a trace of Go 1.21 or older.
fn is_first_form(path: &Path) -> Result<bool> {
    let mut header = [0; 7];
    std::fs::File::open(path)?.read_exact(&mut header)?;
    Ok([b"go 1.11", b"go 1.19", b"go 1.21"].contains(&&header))
}

/// Processors beyond this number are made up by Go's reader of the first form.
const MADE_UP: i64 = 1_000_000;

/// An event as text: its time, what stands before it, and everything else.
#[derive(Default)]
struct Told {
    time: i64,
    thread: String,
    proc: i64,
    rest: String,
}

/// Puts lines together to events. Events of different processors at the same moment have no order; here they are sorted.
fn events(lines: impl Iterator<Item = String>) -> Vec<Told> {
    let mut events: Vec<Told> = Vec::new();
    for line in lines {
        // M=1 P=2 G=3 Kind Time=4 …
        let words: Vec<&str> = line.splitn(6, ' ').collect();
        let head = match &words[..] {
            [thread, proc, goroutine, kind, time, rest @ ..] if thread.starts_with("M=") => {
                let number = |word: &str| word.split_once('=').and_then(|(_, number)| number.parse().ok());
                Some(Told {
                    time: number(time).unwrap_or(0),
                    thread: (*thread).to_owned(),
                    proc: number(proc).unwrap_or(0),
                    rest: format!("{goroutine} {kind} {}", rest.concat()),
                })
            }
            _ => None,
        };
        match (head, events.last_mut()) {
            (Some(event), _) => events.push(event),
            (None, Some(last)) => {
                last.rest.push('\n');
                last.rest.push_str(&line);
            }
            (None, None) => {}
        }
    }
    for moment in events.chunk_by_mut(|a, b| b.time - a.time <= 1) {
        let mut times: Vec<i64> = moment.iter().map(|event| event.time).collect();
        moment.sort_by(|a, b| a.rest.cmp(&b.rest));
        times.sort_unstable();
        for (event, time) in moment.iter_mut().zip(times) {
            event.time = time;
        }
    }
    events
}

/// The same for the first form. Lines of Go's tool, and those of events that differ.
fn compare_first(theirs: impl Iterator<Item = String>, path: &Path, ours: Writer) -> Result<(u64, u64)> {
    let mut lines = 0;
    let theirs = events(theirs.inspect(|_| lines += 1));
    let mut text = Vec::new();
    ours(path, &mut |piece| {
        text.extend(piece.lines().filter(|line| !line.is_empty()).map(str::to_owned));
    })?;
    let ours = events(text.into_iter());
    let mut different = ours.len().abs_diff(theirs.len()) as u64;
    for (our, their) in ours.iter().zip(&theirs) {
        let place = |event: &Told| (event.thread.clone(), event.proc);
        let same_place = their.proc >= MADE_UP || place(our) == place(their);
        if !same_place || our.rest != their.rest || our.time != their.time + 2 {
            different += our.rest.lines().count().max(their.rest.lines().count()) as u64;
            say(format_args!(
                "  gosleuth: {} {}\n  go:       {} {}",
                our.time, our.rest, their.time, their.rest
            ));
        }
    }
    Ok((lines, different))
}

fn parsed(path: &Path, write: &mut dyn FnMut(&str)) -> Result<()> {
    let mut file = std::fs::File::open(path)?;
    let (mut strings, mut stacks) = (gosleuth_base::Interner::new(), StackTable::default());
    let mut text = String::new();
    let is_first_form = is_first_form(path)?;
    let outcome = trace::walk(
        &path.display().to_string(),
        &mut file,
        &mut strings,
        &mut stacks,
        &trace::WalkOptions::default(),
        &mut |names: trace::Names<'_>, event: &trace::Event<'_>| {
            text.clear();
            let mut event = *event;
            match &mut event.kind {
                trace::EventKind::Go { from, .. } if is_first_form && *from == trace::GoState::Undetermined => {
                    event.stack = None;
                }
                // Created for a call from C.
                trace::EventKind::Go {
                    from: from @ trace::GoState::Runnable,
                    to: trace::GoState::Syscall,
                    ..
                } if is_first_form => *from = trace::GoState::Undetermined,
                // The background task, at the end of a task only.
                trace::EventKind::TaskEnd { parent, .. } if is_first_form && !parent.is_some() => {
                    *parent = trace::TaskId(0);
                }
                _ => {}
            }
            trace::write_event(names, &event, &mut text);
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
