//! The whole trace, in forms that other programs read.

use std::fs::File;
use std::io::{self, BufWriter, Read, Write};
use std::path::Path;

use anyhow::{Context as _, Result, bail};
use gosleuth_base::Interner;
use gosleuth_evidence::StackTable;
use gosleuth_evidence::trace::{Outcome, Visitor, WalkOptions, binary, walk, write_raw};
use gosleuth_export::{Parquet, Perfetto, TABLES, Timeline, TimelineOptions};

use super::{open, report_problems};
use crate::args::{TraceArgs, TraceFormatArg};
use crate::{Exit, Io};

pub(super) fn run(args: &TraceArgs, io: &mut Io<'_>) -> Result<Exit> {
    let Some(path) = &args.output else {
        let file = open(args, io)?;
        let Io {
            stdin, stdout, stderr, ..
        } = io;
        let mut out = BufWriter::with_capacity(64 << 10, &mut **stdout);
        let exit = write(args, source(file, &mut **stdin), &mut out, &mut **stderr)?;
        out.flush()?;
        return Ok(exit);
    };
    let file = open(args, io)?;
    let path = io.directory.join(path);
    if args.format == TraceFormatArg::Parquet {
        let mut bytes = source(file, &mut *io.stdin);
        return tables(args, &mut *bytes, &path, &mut *io.stderr);
    }
    let wrong = || format!("cannot write {}", path.display());
    let mut out = BufWriter::with_capacity(64 << 10, File::create(&path).with_context(wrong)?);
    let exit = write(args, source(file, &mut *io.stdin), &mut out, &mut *io.stderr)?;
    out.flush().with_context(wrong)?;
    Ok(exit)
}

fn source<'s>(file: Option<Box<dyn Read>>, stdin: &'s mut dyn Read) -> Box<dyn Read + 's> {
    match file {
        Some(file) => file,
        None => Box::new(stdin),
    }
}

fn write(args: &TraceArgs, mut bytes: Box<dyn Read + '_>, out: &mut dyn Write, stderr: &mut dyn Write) -> Result<Exit> {
    match args.format {
        TraceFormatArg::Text => {
            let mut failed = None;
            let outcome = write_raw(&mut bytes, &mut |text| {
                if failed.is_none() {
                    failed = out.write_all(text.as_bytes()).err();
                }
            });
            failed.map_or(Ok(()), Err)?;
            Ok(said(args, outcome, stderr))
        }
        TraceFormatArg::Binary => {
            let outcome = io::copy(&mut binary(&mut bytes), out);
            match outcome {
                Ok(_) => Ok(Exit::Clean),
                // What is wrong with the text; errors of the output have other kinds.
                Err(error) if error.kind() == io::ErrorKind::InvalidData => {
                    Ok(said(args, Err(error.to_string()), stderr))
                }
                Err(error) => Err(error.into()),
            }
        }
        TraceFormatArg::Perfetto => {
            let mut perfetto = Perfetto::new(out);
            let (outcome, ..) = follow(args, &mut bytes, &mut perfetto);
            perfetto.finish()?;
            Ok(report_problems(&outcome, stderr))
        }
        TraceFormatArg::Html => {
            let mut timeline = Timeline::new(&TimelineOptions::default());
            let (outcome, strings, stacks) = follow(args, &mut bytes, &mut timeline);
            let exit = report_problems(&outcome, stderr);
            if outcome.generations > 0 {
                timeline.write(&args.file, &outcome, &strings, &stacks, out)?;
            }
            Ok(exit)
        }
        TraceFormatArg::Parquet => bail!("--format parquet needs --output with the name of a directory"),
        TraceFormatArg::Json | TraceFormatArg::Csv => bail!(
            "`export` has no --format {}; `events --format {0}` has every event",
            args.format.word()
        ),
    }
}

/// Walks through the trace.
fn follow(args: &TraceArgs, bytes: &mut dyn Read, visitor: &mut impl Visitor) -> (Outcome, Interner, StackTable) {
    let (mut strings, mut stacks) = (Interner::new(), StackTable::default());
    let outcome = walk(
        &args.file,
        bytes,
        &mut strings,
        &mut stacks,
        &WalkOptions::default(),
        visitor,
    );
    (outcome, strings, stacks)
}

/// Writes tables as files of a directory, which is made if it is not there.
fn tables(args: &TraceArgs, bytes: &mut dyn Read, directory: &Path, stderr: &mut dyn Write) -> Result<Exit> {
    std::fs::create_dir_all(directory).with_context(|| format!("cannot make {}", directory.display()))?;
    let create = |table: &str| -> Result<Box<dyn Write>> {
        let path = directory.join(format!("{table}.parquet"));
        let file = File::create(&path).with_context(|| format!("cannot write {}", path.display()))?;
        Ok(Box::new(BufWriter::with_capacity(64 << 10, file)))
    };
    let [events, states, goroutines, stacks] = TABLES;
    let files = [create(events)?, create(states)?, create(goroutines)?, create(stacks)?];
    let mut parquet = Parquet::new(files);
    let (outcome, ..) = follow(args, bytes, &mut parquet);
    parquet
        .finish()
        .with_context(|| format!("cannot write into {}", directory.display()))?;
    Ok(report_problems(&outcome, stderr))
}

/// Says what could not be read.
fn said(args: &TraceArgs, outcome: Result<(), String>, stderr: &mut dyn Write) -> Exit {
    match outcome {
        Ok(()) => Exit::Clean,
        Err(what) => {
            let _ = writeln!(stderr, "gosleuth: {}: {what}", args.file);
            Exit::Trouble
        }
    }
}
