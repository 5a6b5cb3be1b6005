//! `gosleuth inspect`: evidence in, explained cause out.

use std::fs::File;
use std::io::{BufWriter, Write as _};

use anyhow::{Context as _, Result};
use gosleuth_base::ProblemKind;
use gosleuth_case::{CaseFile, Source};
use gosleuth_evidence::EvidenceSet;
use gosleuth_report::Format;

use crate::args::InspectArgs;
use crate::exec::{self, Death};
use crate::inputs::Inputs;
use crate::options::Options;
use crate::values::FailOn;
use crate::{Exit, Io, config};

pub(crate) fn run(args: &InspectArgs, io: &mut Io<'_>) -> Result<Exit> {
    run_with(args, None, io, |_| Ok(None))
}

/// What belongs to the time line of a case.
pub(crate) struct Times<'a> {
    /// Logs of the program.
    pub(crate) logs: &'a [String],
    /// Seconds east of UTC of times in logs that do not say it.
    pub(crate) zone: Option<i32>,
}

/// What `inspect` does, with the source that `source` brings if there is evidence.
pub(crate) fn run_with(
    args: &InspectArgs,
    times: Option<&Times<'_>>,
    io: &mut Io<'_>,
    source: impl FnOnce(&mut Io<'_>) -> Result<Option<Source>>,
) -> Result<Exit> {
    let settings = config::load(args.config.as_deref(), args.no_config, &io.directory)?
        .0
        .inspect;
    let mut options = Options::new(args, &settings, io)?;
    let mut set = EvidenceSet::new();

    let mut inputs = Inputs::new(&mut set, &options, args);
    inputs.read_all(&args.baseline, 1, io)?;
    let baseline = inputs.snapshots();
    let mut death = None;
    if args.exec.exec {
        death = Some(exec::run(&mut inputs, args, io)?);
    }
    inputs.read_all(&args.inputs, args.live.count, io)?;
    if let Some(times) = times {
        inputs.logs(times.logs, times.zone, io);
        options.case.timeline = true;
    }
    let all_read = inputs.all_read();
    options.case.baseline = (!args.baseline.is_empty()).then_some(baseline);

    let nothing = set.inputs.iter().all(|input| input.forms.is_empty());
    if nothing && options.format == Format::Text {
        return Ok(without_evidence(death.as_ref(), io));
    }
    let source = source(io)?;
    let mut case = gosleuth_case::build_with(&set, source.as_ref(), &options.case);
    if source.is_some() {
        let directory = io.directory.clone();
        case.quote(|file| std::fs::read_to_string(directory.join(file)).ok());
    }
    write(&set, &case, &options, args, io)?;
    let exit = exit(&case, options.fail_on, all_read, death.as_ref());
    // The process ends now and gives its memory back in one go.
    std::mem::forget((set, case));
    Ok(exit)
}

/// The sentences about unreadable inputs are on standard error already; a report would only repeat them.
fn without_evidence(death: Option<&Death>, io: &mut Io<'_>) -> Exit {
    match death {
        Some(death) => {
            let _ = writeln!(
                io.stderr,
                "gosleuth: {}; its output holds nothing to explain",
                death.sentence()
            );
            Exit::Program(death.code())
        }
        None => Exit::Trouble,
    }
}

fn write(set: &EvidenceSet, case: &CaseFile, options: &Options, args: &InspectArgs, io: &mut Io<'_>) -> Result<()> {
    let Some(path) = &args.output.output else {
        return Ok(gosleuth_report::write(
            options.format,
            set,
            case,
            &options.render,
            io.stdout,
        )?);
    };
    let path = io.directory.join(path);
    let wrong = || format!("cannot write {}", path.display());
    let mut file = BufWriter::new(File::create(&path).with_context(wrong)?);
    gosleuth_report::write(options.format, set, case, &options.render, &mut file)
        .and_then(|()| file.flush())
        .with_context(wrong)
}

/// Suspects count first. Without one, an input that could not be read means that nobody knows: not a clean bill.
fn exit(case: &CaseFile, fail_on: FailOn, all_read: bool, death: Option<&Death>) -> Exit {
    let counts = |suspect: &gosleuth_case::Suspect| fail_on.counts(suspect.verdict, suspect.severity);
    match death {
        _ if case.suspects.iter().any(counts) => Exit::Found,
        Some(death) => Exit::Program(death.code()),
        None if !all_read
            || case
                .problems
                .iter()
                .any(|problem| problem.kind == ProblemKind::Unreadable) =>
        {
            Exit::Trouble
        }
        None => Exit::Clean,
    }
}
