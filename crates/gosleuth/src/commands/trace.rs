//! `gosleuth trace`: an execution trace in tables and words.

mod events;
mod export;
mod path;
mod remarks;
mod table;
mod views;

use std::fs::File;
use std::io::{Read, Write};
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use gosleuth_base::{Interner, ProblemKind};
use gosleuth_case::CaseOptions;
use gosleuth_evidence::trace::analysis::{Analysis, AnalysisOptions, SpinLimits};
use gosleuth_evidence::trace::{GoId, Outcome, Visitor, WalkOptions, as_evidence, walk};
use gosleuth_evidence::{EvidenceSet, StackTable};
use gosleuth_live::{Body, Client, Settings, Target};

use crate::args::{TraceArgs, TraceFormatArg, TraceView};
use crate::inputs::os_error;
use crate::{Exit, Io};

/// Rows of a table for a person; half of that in the summary.
const ROWS: usize = 20;
/// Longest time for which a process is traced.
const LONGEST: Duration = Duration::from_secs(60);

pub(crate) fn run(args: &TraceArgs, io: &mut Io<'_>) -> Result<Exit> {
    let is_export = args.view == TraceView::Export && args.follow.is_none();
    if args.format.is_export() && !is_export {
        bail!("--format {} belongs to `export`", args.format.word());
    }
    match args.view {
        _ if args.follow.is_some() => {}
        TraceView::Export => return export::run(args, io),
        TraceView::Events => return events::run(args, io),
        _ => {}
    }
    if args.view == TraceView::Path && args.follow.is_none() {
        return path::run(args, io);
    }
    if args.output.is_some() {
        bail!("--output belongs to `export`; other views write to standard output");
    }
    let nanos = |time: std::time::Duration| u64::try_from(time.as_nanos()).unwrap_or(u64::MAX);
    let mut analysis = Analysis::new(AnalysisOptions {
        window: args.window,
        follow: args.follow.map(GoId),
        list: args.view == TraceView::Goroutines,
        spin: SpinLimits {
            held: nanos(args.spin_held),
            useful: nanos(args.spin_useful),
        },
    });
    let mut set = EvidenceSet::new();
    let outcome = read(args, io, &mut set.strings, &mut set.stacks, &mut analysis)?;
    let exit = report_problems(&outcome, &mut *io.stderr);
    if outcome.version.is_none() || outcome.generations == 0 {
        return Ok(exit);
    }
    // A window says nothing of how things end.
    let mut suspects = Vec::new();
    if args.view == TraceView::Summary && args.follow.is_none() && args.window.is_none() {
        as_evidence(&mut set, &args.file, &outcome, std::mem::take(&mut analysis));
        suspects = gosleuth_case::build(&set, &CaseOptions::default()).suspects;
        if let Some(trace) = set.traces.pop() {
            analysis = trace.analysis;
        }
    }
    let view = views::View {
        args,
        analysis: &analysis,
        outcome: &outcome,
        suspects: &suspects,
        strings: &set.strings,
        stacks: &set.stacks,
    };
    let tables = view.tables();
    write(args, &tables, io)?;
    Ok(exit)
}

/// Writes tables in the form that is asked for.
fn write(args: &TraceArgs, tables: &[table::Table], io: &mut Io<'_>) -> Result<()> {
    let top = match (args.top, args.format) {
        (Some(0), _) | (None, TraceFormatArg::Json | TraceFormatArg::Csv) => usize::MAX,
        (Some(top), _) => top,
        (None, _) if args.view == TraceView::Summary => ROWS / 2,
        (None, _) => ROWS,
    };
    match args.format {
        TraceFormatArg::Json => table::write_json(tables, top, io.stdout)?,
        TraceFormatArg::Csv => table::write_csv(tables, top, io.stdout)?,
        _ => table::write_text(tables, top, io.stdout)?,
    }
    Ok(())
}

/// Walks through the trace that is named.
fn read(
    args: &TraceArgs,
    io: &mut Io<'_>,
    strings: &mut Interner,
    stacks: &mut StackTable,
    visitor: &mut impl Visitor,
) -> Result<Outcome> {
    let options = WalkOptions::default();
    let mut file;
    let bytes: &mut dyn Read = match open(args, io)? {
        Some(opened) => {
            file = opened;
            &mut file
        }
        None => &mut *io.stdin,
    };
    Ok(walk(&args.file, bytes, strings, stacks, &options, visitor))
}

/// What is named; none for standard input.
fn open(args: &TraceArgs, io: &mut Io<'_>) -> Result<Option<Box<dyn Read>>> {
    if args.file == "-" {
        return Ok(None);
    }
    if Target::is_url(&args.file) {
        return Ok(Some(Box::new(record(args, io)?)));
    }
    let path = io.directory.join(&args.file);
    let file = File::open(&path)
        .map_err(|error| anyhow::anyhow!(os_error(&error)))
        .with_context(|| format!("cannot read {}", args.file))?;
    Ok(Some(Box::new(file)))
}

/// Has a process record a trace, and says what that costs it.
fn record(args: &TraceArgs, io: &mut Io<'_>) -> Result<Body> {
    let target = Target::parse(&args.file)?;
    if args.seconds > LONGEST {
        bail!("--seconds is at most {} s, to spare the process", LONGEST.as_secs());
    }
    let _ = writeln!(
        io.stderr,
        "gosleuth: {} records a trace for {:?}, which slows it down by a few percent",
        target.name(),
        args.seconds
    );
    let client = Client::new(Settings::default())?;
    let body = client.trace(&target, args.seconds);
    body.with_context(|| format!("cannot trace {}", target.name()))
}

fn report_problems(outcome: &Outcome, stderr: &mut dyn Write) -> Exit {
    for problem in &outcome.problems {
        let _ = writeln!(stderr, "gosleuth: {problem}");
    }
    if outcome
        .problems
        .iter()
        .any(|problem| problem.kind == ProblemKind::Unreadable)
    {
        Exit::Trouble
    } else {
        Exit::Clean
    }
}
