//! Exported traces: what Perfetto's message types, DuckDB and Arrow read in them, against sums of `gosleuth_evidence::trace`.
//!
//! Needs Python with the packages `perfetto`, `duckdb` and `pyarrow`; `PYTHON` is its path. Perfetto's own `trace_processor` is not among what
//! its package brings, so a script pairs slices and flows as that does, with the package's message types.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, ensure};
use gosleuth_base::Interner;
use gosleuth_evidence::StackTable;
use gosleuth_evidence::trace::analysis::{Analysis, AnalysisOptions};
use gosleuth_evidence::trace::{Event, EventKind, GoState, Names, Outcome, Visitor, WalkOptions, walk};
use gosleuth_export::{Parquet, Perfetto, TABLES};

use super::say;
use crate::repository;

/// What `cargo xtask conformance export` takes.
#[derive(clap::Args)]
pub(crate) struct ExportArgs {
    /// This trace instead of the recorded ones; the committed file stays as it is
    #[arg(long, value_name = "FILE")]
    file: Vec<PathBuf>,
}

/// The committed file.
const SNAPSHOT: &str = "testdata/conformance/export.txt";

type Sums = BTreeMap<String, u64>;

/// Exports all traces and compares.
pub(crate) fn run(args: &ExportArgs) -> Result<()> {
    let dir = std::env::temp_dir().join(format!("gosleuth-export-{}", std::process::id()));
    std::fs::create_dir_all(&dir)?;
    let mut traces: Vec<(String, Vec<u8>)> = Vec::new();
    for path in &args.file {
        traces.push((path.display().to_string(), std::fs::read(path)?));
    }
    if traces.is_empty() {
        traces = gosleuth_testkit::recordings::traces();
    }
    let mut report = String::from(
        "# Sums over exported traces as other programs read them (Perfetto's messages; DuckDB and Arrow), how many `cargo xtask conformance export`\n\
         # compared with those of gosleuth, and how many differ.\n",
    );
    let mut failures = 0;
    for (name, bytes) in traces {
        let sums = own_sums(&name, &bytes);
        let Some(sums) = sums else {
            writeln!(report, "{name}: not read")?;
            continue;
        };
        write!(report, "{name}:")?;
        for (form, theirs) in [
            ("perfetto", perfetto(&name, &bytes, &dir)?),
            ("parquet", parquet(&name, &bytes, &dir)?),
        ] {
            let (compared, different) = compare(form, &sums, &theirs);
            write!(report, " {form} {compared} sums, {different} different;")?;
            failures += different;
        }
        report.truncate(report.len() - 1);
        report.push('\n');
        say(report.lines().last().unwrap_or_default());
    }
    std::fs::remove_dir_all(&dir)?;
    if args.file.is_empty() {
        std::fs::write(repository::root().join(SNAPSHOT), report)?;
    }
    ensure!(failures == 0, "{failures} sums differ");
    Ok(())
}

/// How many of the sums a form has, and how many of these differ.
fn compare(form: &str, ours: &Sums, theirs: &Sums) -> (usize, usize) {
    let keys = ours.keys().filter_map(|key| key.strip_prefix(form)?.strip_prefix('/'));
    let (mut compared, mut different) = (0, 0);
    for key in keys {
        compared += 1;
        let our = ours[&format!("{form}/{key}")];
        let their = theirs.get(key).copied().unwrap_or(0);
        if our != their {
            different += 1;
            say(format_args!("  {form} {key}: gosleuth {our}, read {their}"));
        }
    }
    (compared, different)
}

fn follow(name: &str, bytes: &[u8], visitor: &mut impl Visitor) -> Outcome {
    let (mut strings, mut stacks) = (Interner::new(), StackTable::default());
    let mut bytes = bytes;
    walk(
        name,
        &mut bytes,
        &mut strings,
        &mut stacks,
        &WalkOptions::default(),
        visitor,
    )
}

/// What the exports have to hold; none if the trace cannot be read.
fn own_sums(name: &str, bytes: &[u8]) -> Option<Sums> {
    let mut sums = Sums::new();
    let mut add = |key: &str, value: u64| *sums.entry(key.to_owned()).or_default() += value;
    let outcome = follow(name, bytes, &mut |_: Names<'_>, event: &Event<'_>| {
        add("parquet/events", 1);
        match event.kind {
            EventKind::Go {
                goroutine, from, to, ..
            } => {
                add("parquet/events.goroutine", 1);
                let is_told = from == to || from == GoState::Undetermined;
                if to == GoState::Runnable && !is_told && event.goroutine.is_some() && event.goroutine != goroutine {
                    add("perfetto/flows", 1);
                    add("perfetto/slices.cause", 1);
                }
                if to == GoState::Running && from != to && event.proc.is_some() {
                    add("perfetto/slices.processor", 1);
                }
            }
            EventKind::Proc { .. } => add("parquet/events.proc", 1),
            EventKind::HeapAlloc(_) => {
                add("perfetto/counter.heap", 1);
                add("parquet/events.heap", 1);
            }
            EventKind::HeapGoal(_) => add("perfetto/counter.heap goal", 1),
            EventKind::Sample => {
                add("perfetto/slices.sample", 1);
                add("parquet/events.sample", 1);
            }
            EventKind::Log { .. } => {
                add("perfetto/slices.log", 1);
                add("parquet/events.log", 1);
            }
            EventKind::TaskBegin { .. } => add("perfetto/slices.task", 1),
            EventKind::RegionBegin(..) => add("perfetto/slices.region", 1),
            _ => {}
        }
        ControlFlow::Continue(())
    });
    if outcome.generations == 0 {
        return None;
    }
    let mut analysis = Analysis::new(AnalysisOptions::default());
    follow(name, bytes, &mut analysis);
    for site in &analysis.totals.sites {
        add("parquet/goroutines", site.created + site.older);
        for state in [GoState::Running, GoState::Runnable, GoState::Waiting, GoState::Syscall] {
            for form in ["perfetto/nanos.", "parquet/nanos.", "parquet/goroutines."] {
                add(&format!("{form}{}", state.as_str()), site.times[state as usize]);
            }
        }
    }
    for (key, stay) in &analysis.totals.stays {
        if key.state != GoState::NotExist && key.state != GoState::Undetermined {
            for form in ["perfetto/slices.", "parquet/states."] {
                add(&format!("{form}{}", key.state.as_str()), stay.count + stay.open);
            }
        }
    }
    Some(sums)
}

fn perfetto(name: &str, bytes: &[u8], dir: &Path) -> Result<Sums> {
    let path = dir.join("trace.pftrace");
    let mut visitor = Perfetto::new(BufWriter::new(File::create(&path)?));
    follow(name, bytes, &mut visitor);
    visitor.finish()?;
    ask("read_perfetto.py", &path)
}

fn parquet(name: &str, bytes: &[u8], dir: &Path) -> Result<Sums> {
    let create = |table: &str| -> Result<Box<dyn Write>> {
        let file = File::create(dir.join(format!("{table}.parquet")))?;
        Ok(Box::new(BufWriter::new(file)))
    };
    let [events, states, goroutines, stacks] = TABLES;
    let mut visitor = Parquet::new([create(events)?, create(states)?, create(goroutines)?, create(stacks)?]);
    follow(name, bytes, &mut visitor);
    visitor.finish()?;
    ask("read_parquet.py", dir)
}

/// Runs a script on what was exported; its lines of key and value.
fn ask(script: &str, path: &Path) -> Result<Sums> {
    let python = std::env::var_os("PYTHON").unwrap_or_else(|| "python3".into());
    let script = repository::root().join("xtask/src/conformance").join(script);
    let output = Command::new(python)
        .arg(&script)
        .arg(path)
        .output()
        .context("running Python")?;
    ensure!(
        output.status.success(),
        "{}: {}",
        script.display(),
        String::from_utf8_lossy(&output.stderr)
    );
    let text = String::from_utf8(output.stdout)?;
    let line = |line: &str| {
        let (key, value) = line.rsplit_once(' ')?;
        Some((key.to_owned(), value.parse().ok()?))
    };
    Ok(text.lines().filter_map(line).collect())
}
