//! Format 1, of Go 1.11 to 1.21, as the same stream of events.
//!
//! This form has no generations: what happened before the trace is told once at its start, how fast its clock is at its end, and a processor
//! that has little to do writes its first batch when the trace stops. So the file is read whole, at most [`MAX_GENERATION`] bytes of it, and
//! its events are merged from there; only a few of them are held besides the bytes. Events belong to processors rather than threads.
//! What happened first among processors is known from numbers that each goroutine's changes have.
//!
//! What the form does not say stays open: why a goroutine waited before the trace, or its stack there. It has the function that older
//! goroutines started with, which is given as the stack of the event. A system call that did not block has no end and takes a nanosecond.

mod events;
mod input;
mod merge;
mod tell;

use std::io::Read;

use gosleuth_base::ProblemKind;

use self::input::Input;
use self::merge::Merge;
use self::tell::Teller;
use super::event::{Event, EventKind, GoId, ProcId, ThreadId};
use super::generation::MAX_GENERATION;
use super::reader::{HEADER, Outcome, Sink, Version, Visitor};
use super::tables::Interned;

/// Ticks per second where the file does not say: those of a processor with 3 GHz. The runtime counts every 64th.
const GUESSED_FREQUENCY: u64 = 3_000_000_000 / 64;
/// The first event has this time, so that the one that starts the trace lies before it.
const FIRST_TIME: u64 = 2;

/// Reads the rest of a trace, behind its header.
pub(super) fn walk<V: Visitor>(
    name: &str,
    source: &mut dyn Read,
    version: Version,
    names: Interned<'_>,
    outcome: &mut Outcome,
    visitor: &mut V,
) {
    let mut input = Input::read(source, version);
    outcome.bytes = (input.data.len() + HEADER) as u64;
    let is_empty = input.lanes.is_empty();
    explain(name, &input, outcome);
    let frequency = input.frequency.unwrap_or(GUESSED_FREQUENCY);
    if !is_empty {
        outcome.generations = 1;
    }
    let (mut last_time, mut stopped, mut told) = (0, false, 0);
    let mut tables = std::mem::take(&mut input.tables);
    let mut sink = Sink {
        data: &input.data,
        tables: &mut tables,
        names,
        visitor,
        last_time: &mut last_time,
        stopped: &mut stopped,
        events: &mut told,
    };
    if !is_empty {
        sink.tell(sync(1, 1, false));
    }
    let mut teller = Teller::new(&input, version, frequency);
    let gaps = Merge::new(&input, version).run(&mut teller, &mut sink);
    if !*sink.stopped {
        let number = if is_empty { 1 } else { 2 };
        sink.tell(sync(*sink.last_time + 1, number, true));
    }
    outcome.events = told;
    let missing = tables.missing;
    if gaps > 0 {
        let message = format!(
            "{gaps} changes of goroutines do not follow from those before, parts of which are lost; time in between is not counted"
        );
        outcome.problem(name, ProblemKind::Partial, message);
    }
    if missing > 0 {
        let message =
            format!("{missing} events name strings or stacks that the trace does not have; these are left out");
        outcome.problem(name, ProblemKind::Partial, message);
    }
}

fn sync(time: u64, number: u64, last: bool) -> Event<'static> {
    Event {
        time,
        thread: ThreadId::NONE,
        proc: ProcId::NONE,
        goroutine: GoId::NONE,
        stack: None,
        kind: EventKind::Sync {
            number,
            clock: None,
            lost: false,
            last,
        },
    }
}

/// Says what is not whole.
fn explain(name: &str, input: &Input, outcome: &mut Outcome) {
    let kind = if input.lanes.is_empty() {
        ProblemKind::Unreadable
    } else {
        ProblemKind::Partial
    };
    if let Some(why) = &input.failed {
        outcome.problem(name, kind, format!("reading stopped: {why}"));
    }
    if input.too_large {
        let message = format!(
            "traces of {} are read up to {} MiB, since they can only be read whole; the rest is left out",
            outcome.version.map_or("", Version::as_str),
            MAX_GENERATION >> 20
        );
        outcome.problem(name, kind, message);
    }
    if let Some(at) = input.damaged_at {
        let message = format!(
            "the trace is damaged at byte {}: {} bytes are no events and left out",
            at + HEADER,
            input.skipped
        );
        outcome.problem(name, kind, message);
    }
    outcome.cut = input.cut || input.too_large;
    if input.cut {
        let message = "the trace is cut; what processors had not written by then is missing";
        outcome.problem(name, kind, message);
    } else if input.lanes.is_empty() {
        outcome.problem(name, kind, "the trace has no events");
    }
    if input.frequency.is_none() && !input.lanes.is_empty() {
        let message = "how fast its clock is stands at the end of the trace, which is missing; times are those of a processor with 3 GHz";
        outcome.problem(name, kind, message);
    }
}
