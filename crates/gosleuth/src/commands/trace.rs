//! `gosleuth trace`: an execution trace in tables and words.

mod events;
mod export;
mod table;
mod views;

use std::fs::File;
use std::io::{Read, Write};

use anyhow::{Context as _, Result, bail};
use gosleuth_base::{Interner, ProblemKind};
use gosleuth_evidence::StackTable;
use gosleuth_evidence::trace::analysis::{Analysis, AnalysisOptions, SpinLimits};
use gosleuth_evidence::trace::{GoId, Outcome, Visitor, WalkOptions, walk};

use crate::args::{TraceArgs, TraceFormatArg, TraceView};
use crate::inputs::os_error;
use crate::{Exit, Io};

/// Rows of a table for a person; half of that in the summary.
const ROWS: usize = 20;

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
    let (mut strings, mut stacks) = (Interner::new(), StackTable::default());
    let outcome = read(args, io, &mut strings, &mut stacks, &mut analysis)?;
    let exit = report_problems(&outcome, &mut *io.stderr);
    if outcome.version.is_none() || outcome.generations == 0 {
        return Ok(exit);
    }
    let view = views::View {
        args,
        analysis: &analysis,
        outcome: &outcome,
        strings: &strings,
        stacks: &stacks,
    };
    let tables = view.tables();
    let top = match (args.top, args.format) {
        (Some(0), _) | (None, TraceFormatArg::Json | TraceFormatArg::Csv) => usize::MAX,
        (Some(top), _) => top,
        (None, _) if args.view == TraceView::Summary => ROWS / 2,
        (None, _) => ROWS,
    };
    match args.format {
        TraceFormatArg::Json => table::write_json(&tables, top, io.stdout)?,
        TraceFormatArg::Csv => table::write_csv(&tables, top, io.stdout)?,
        _ => table::write_text(&tables, top, io.stdout)?,
    }
    Ok(exit)
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

/// The file that is named; none for standard input.
fn open(args: &TraceArgs, io: &Io<'_>) -> Result<Option<File>> {
    if args.file == "-" {
        return Ok(None);
    }
    let path = io.directory.join(&args.file);
    let file = File::open(&path)
        .map_err(|error| anyhow::anyhow!(os_error(&error)))
        .with_context(|| format!("cannot read {}", args.file))?;
    Ok(Some(file))
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
