//! `gosleuth trace FILE path --goroutine G`: the critical path to where a goroutine is.

use anyhow::{Result, bail};
use gosleuth_evidence::EvidenceSet;
use gosleuth_evidence::trace::analysis::Analysis;
use gosleuth_evidence::trace::path::{Link, Recorder};
use gosleuth_evidence::trace::{GoId, GoState};

use super::table::{Cell, Table, duration};
use super::{read, report_problems, views, write};
use crate::args::TraceArgs;
use crate::{Exit, Io};

pub(super) fn run(args: &TraceArgs, io: &mut Io<'_>) -> Result<Exit> {
    let &[goroutine] = args.goroutine.as_slice() else {
        bail!("`path` needs the goroutine at its end: --goroutine G");
    };
    let mut set = EvidenceSet::new();
    let mut recorder = Recorder::new(args.window);
    let outcome = read(args, io, &mut set.strings, &mut set.stacks, &mut recorder)?;
    let exit = report_problems(&outcome, &mut *io.stderr);
    let view = views::View {
        args,
        analysis: &Analysis::default(),
        outcome: &outcome,
        suspects: &[],
        strings: &set.strings,
        stacks: &set.stacks,
    };
    let links = recorder.path(GoId(goroutine));
    let mut sums = [0_u64; 6];
    for link in &links {
        sums[link.state as usize] += link.to - link.from;
    }
    let mut notes = Vec::new();
    if links.is_empty() {
        notes.push(format!("Goroutine {goroutine} is not in this part of the trace."));
    } else {
        let sum = |state: GoState| duration(sums[state as usize]);
        notes.push(format!(
            "Of {}: running {}, waiting for a processor {}, waiting for what no goroutine does (timers, the network) {}, in system calls {}.",
            duration(sums.iter().sum()),
            sum(GoState::Running),
            sum(GoState::Runnable),
            sum(GoState::Waiting),
            sum(GoState::Syscall)
        ));
    }
    if recorder.left_out > 0 {
        notes.push("The window is long: its beginning is left out. Take a smaller --window.".to_owned());
    }
    let row = |link: &Link| {
        let what = match link.state {
            GoState::Running => "runs".to_owned(),
            GoState::Runnable => "waits for a processor".to_owned(),
            GoState::Waiting => format!("waits: {}", view.reason_at(link.reason, link.stack)),
            GoState::Syscall => "is in a system call".to_owned(),
            GoState::NotExist | GoState::Undetermined => "was there before".to_owned(),
        };
        vec![
            Cell::Nanos(link.from),
            Cell::Nanos(link.to - link.from),
            link.goroutine.0.into(),
            what.into(),
            link.next.map_or(Cell::None, |next| format!("wakes {next}").into()),
            view.place(link.stack).into(),
        ]
    };
    let table = Table {
        name: "path",
        title: format!("Critical path to goroutine {goroutine}"),
        columns: vec!["at", "for", "goroutine", "what", "then", "where"],
        rows: links.iter().map(row).collect(),
        notes,
        ..Table::default()
    };
    write(args, &[table], io)?;
    Ok(exit)
}
