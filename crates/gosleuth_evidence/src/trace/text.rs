//! Traces as text, in the two forms that Go's `go tool trace -d=parsed` and `-d=wire` have, so that people know them and oracles can
//! compare them. The second one holds all that the file does: [`binary`] reads it back. Program counters of frames are left out of the first form: a frame is a function, a file and a line.

use std::fmt::Write as _;
use std::io::{BufRead as _, BufReader, Read};

use gosleuth_base::Sym;

use super::assemble::{Assembler, TEXT_HEADER};
use super::event::{Event, EventKind, GoState, ProcState, Range};
use super::generation::{Batches, Item, Stop};
use super::reader::{HEADER, Names, Version};
use super::spec::{ev, spec};
use super::varint;
use crate::decompress::Unpacked;
use crate::model::{StackId, Time};

/// Appends an event as text, with its stacks, ended by a newline.
pub fn write_event(names: Names<'_>, event: &Event<'_>, out: &mut String) {
    let Event {
        time,
        thread,
        proc,
        goroutine,
        ..
    } = event;
    let kind = match event.kind {
        EventKind::Sync { .. } => "Sync",
        EventKind::Proc { .. } | EventKind::Go { .. } => "StateTransition",
        EventKind::Gomaxprocs(_) | EventKind::HeapAlloc(_) | EventKind::HeapGoal(_) => "Metric",
        EventKind::Label(_) => "Label",
        EventKind::Begin(_) => "RangeBegin",
        EventKind::Active(_) => "RangeActive",
        EventKind::End { .. } => "RangeEnd",
        EventKind::TaskBegin { .. } => "TaskBegin",
        EventKind::TaskEnd { .. } => "TaskEnd",
        EventKind::RegionBegin(..) => "RegionBegin",
        EventKind::RegionEnd(..) => "RegionEnd",
        EventKind::Log { .. } => "Log",
        EventKind::Sample => "StackSample",
        EventKind::Experiment(_) => "Experimental",
    };
    // Writing to a string cannot fail.
    let _ = write!(out, "M={thread} P={proc} G={goroutine} {kind} Time={time}");
    let text = |sym: Sym| quote(names.strings.get(sym).as_bytes());
    let _ = match event.kind {
        EventKind::Sync { number, clock, .. } => {
            let _ = write!(out, " N={number}");
            if let Some(clock) = clock {
                let wall = Time(clock.wall).iso();
                let _ = write!(out, " Trace={} Mono={} Wall={wall}", clock.trace, clock.monotonic);
            }
            Ok(())
        }
        EventKind::Proc { proc, from, to } => write!(
            out,
            " ProcID={proc} {}->{} Reason=\"\"",
            proc_state(from),
            proc_state(to)
        ),
        EventKind::Go {
            goroutine,
            from,
            to,
            reason,
            stack,
        } => {
            let reason = match reason.text() {
                Some(text) => quote(text.as_bytes()),
                None => match reason {
                    super::event::Reason::Other(sym) => text(sym),
                    _ => String::new(),
                },
            };
            let (from, to) = (go_state(from), go_state(to));
            let _ = write!(out, " GoID={goroutine} {from}->{to} Reason={reason}");
            if let Some(stack) = stack {
                out.push_str("\nTransitionStack=\n");
                write_stack(names, stack, out);
            }
            Ok(())
        }
        EventKind::Gomaxprocs(value) => write_metric(out, "/sched/gomaxprocs:threads", value),
        EventKind::HeapAlloc(value) => write_metric(out, "/memory/classes/heap/objects:bytes", value),
        EventKind::HeapGoal(value) => write_metric(out, "/gc/heap/goal:bytes", value),
        EventKind::Label(label) => {
            let label = text(label);
            write!(out, " Label={label} Resource=Goroutine({goroutine})")
        }
        EventKind::Begin(range) | EventKind::Active(range) => {
            write_range(names, range, out);
            Ok(())
        }
        EventKind::End { range, swept } => {
            write_range(names, range, out);
            match range {
                Range::Sweep(_) => write!(
                    out,
                    " Attributes=[\"bytes swept\"=Value{{Uint64({})}} \"bytes reclaimed\"=Value{{Uint64({})}}]",
                    swept.0, swept.1
                ),
                _ => write!(out, " Attributes=[]"),
            }
        }
        EventKind::TaskBegin { task, parent, name } | EventKind::TaskEnd { task, parent, name } => {
            let (parent, name) = (parent.0, text(name));
            write!(out, " ID={task} Parent={parent} Type={name}", task = task.0)
        }
        EventKind::RegionBegin(task, name) | EventKind::RegionEnd(task, name) => {
            write!(out, " Task={} Type={}", task.0, text(name))
        }
        EventKind::Log {
            task,
            category,
            message,
        } => write!(
            out,
            " Task={} Category={} Message={}",
            task.0,
            quote(category.as_bytes()),
            quote(message.as_bytes())
        ),
        EventKind::Sample => Ok(()),
        EventKind::Experiment(experiment) => {
            let (name, args) = spec(experiment.kind).unwrap_or(("?", &[]));
            let _ = write!(out, " Name={name} Args=[");
            for (index, (arg, value)) in args.iter().skip(1).zip(experiment.args).enumerate() {
                let comma = if index > 0 { ", " } else { "" };
                let _ = write!(out, "{comma}{arg}=Value{{Uint64({value})}}");
            }
            write!(out, "]")
        }
    };
    out.push('\n');
    if let Some(stack) = event.stack {
        out.push_str("Stack=\n");
        write_stack(names, stack, out);
        out.push('\n');
    }
}

fn write_metric(out: &mut String, name: &str, value: u64) -> std::fmt::Result {
    write!(out, " Name=\"{name}\" Value=Value{{Uint64({value})}}")
}

fn write_range(names: Names<'_>, range: Range, out: &mut String) {
    let _ = match range {
        Range::StopTheWorld(goroutine, kind) => {
            let name = format!("stop-the-world ({})", names.strings.get(kind));
            write!(out, " Name={} Scope=Goroutine({goroutine})", quote(name.as_bytes()))
        }
        Range::Mark => write!(out, " Name=\"GC concurrent mark phase\" Scope=None"),
        Range::Sweep(proc) => write!(out, " Name=\"GC incremental sweep\" Scope=Proc({proc})"),
        Range::Assist(goroutine) => write!(out, " Name=\"GC mark assist\" Scope=Goroutine({goroutine})"),
    };
}

fn write_stack(names: Names<'_>, stack: StackId, out: &mut String) {
    for frame in names.stacks.frames(stack) {
        let _ = write!(
            out,
            "\t{}\n\t\t{}:{}\n",
            names.strings.get(frame.function),
            names.strings.get(frame.file),
            frame.line
        );
    }
}

fn go_state(state: GoState) -> &'static str {
    match state {
        GoState::Undetermined => "Undetermined",
        GoState::NotExist => "NotExist",
        GoState::Runnable => "Runnable",
        GoState::Running => "Running",
        GoState::Waiting => "Waiting",
        GoState::Syscall => "Syscall",
    }
}

fn proc_state(state: ProcState) -> &'static str {
    match state {
        ProcState::Undetermined => "Undetermined",
        ProcState::NotExist => "NotExist",
        ProcState::Running => "Running",
        ProcState::Idle => "Idle",
    }
}

/// A Go string literal.
fn quote(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len() + 2);
    out.push('"');
    for chunk in bytes.utf8_chunks() {
        for char in chunk.valid().chars() {
            let _ = match char {
                '"' | '\\' => write!(out, "\\{char}"),
                '\x07' => write!(out, "\\a"),
                '\x08' => write!(out, "\\b"),
                '\x0c' => write!(out, "\\f"),
                '\n' => write!(out, "\\n"),
                '\r' => write!(out, "\\r"),
                '\t' => write!(out, "\\t"),
                '\x0b' => write!(out, "\\v"),
                _ if char < ' ' || char == '\x7f' => write!(out, "\\x{:02x}", u32::from(char)),
                _ if char.is_control() || char.is_whitespace() && char != ' ' => {
                    write!(out, "\\u{:04x}", u32::from(char))
                }
                _ => write!(out, "{char}"),
            };
        }
        for byte in chunk.invalid() {
            let _ = write!(out, "\\x{byte:02x}");
        }
    }
    out.push('"');
    out
}

/// The bytes of a trace that may be compressed or text ([`write_raw`]); anything else as it is, decompressed. A mistake in the text is an
/// error of the kind [`std::io::ErrorKind::InvalidData`] that names its line.
pub fn binary<'r>(bytes: &'r mut (dyn Read + 'r)) -> Box<dyn Read + 'r> {
    let mut source = BufReader::new(Unpacked::new(bytes));
    match source.fill_buf() {
        Ok(head) if head.starts_with(TEXT_HEADER) => Box::new(Assembler::new(source)),
        _ => Box::new(source),
    }
}

/// Writes the batches of a trace of form 2 as they lie in the file, event by event, in pieces of at most a batch. Returns a sentence about
/// what could not be read.
pub fn write_raw(bytes: &mut dyn Read, write: &mut dyn FnMut(&str)) -> Result<(), String> {
    let mut unpacked = Unpacked::new(bytes);
    let mut header = Vec::new();
    unpacked
        .by_ref()
        .take(HEADER as u64)
        .read_to_end(&mut header)
        .map_err(|error| error.to_string())?;
    if header.starts_with(TEXT_HEADER) {
        let text = BufReader::new(header.as_slice().chain(unpacked));
        return write_raw(&mut Assembler::new(text), write);
    }
    let version = Version::parse(&header).filter(|version| *version >= Version::Go122);
    let version = version.ok_or("this is not an execution trace of Go 1.22 or later")?;
    write(&format!("Trace Go{}\n", &version.as_str()[3..]));
    let mut source = Batches::new(&mut unpacked);
    let mut data = Vec::new();
    let mut out = String::new();
    loop {
        out.clear();
        let head = match source.next(version) {
            Ok(Item::Batch(head)) => head,
            Ok(Item::EndOfGeneration) => {
                write("EndOfGeneration\n");
                continue;
            }
            Err(Stop::End) => return Ok(()),
            Err(stop) => return Err(why(stop)),
        };
        let super::generation::Head {
            experiment,
            generation,
            thread,
            time,
            size,
        } = head;
        let _ = if experiment > 0 {
            writeln!(
                out,
                "ExperimentalBatch exp={experiment} gen={generation} m={thread} time={time} size={size}"
            )
        } else {
            writeln!(out, "EventBatch gen={generation} m={thread} time={time} size={size}")
        };
        data.clear();
        source.data(size, &mut data).map_err(why)?;
        let outcome = if experiment > 0 {
            let _ = writeln!(out, "\tdata={}", quote(&data));
            Some(())
        } else {
            raw_events(&data, &mut out)
        };
        write(&out);
        outcome.ok_or_else(|| format!("the batch before byte {} is damaged", source.position))?;
    }
}

fn why(stop: Stop) -> String {
    match stop {
        Stop::End | Stop::Cut => "the trace is cut within a batch".to_owned(),
        Stop::Damaged(what) => format!("the trace is damaged: {what}"),
        Stop::Failed(error) => error.to_string(),
    }
}

/// Appends what a batch holds. None if it is damaged.
fn raw_events(data: &[u8], out: &mut String) -> Option<()> {
    let mut at = 0;
    while let Some(&kind) = data.get(at) {
        at += 1;
        let (name, args) = spec(kind)?;
        out.push_str(name);
        let mut last = 0;
        for arg in args {
            last = varint::read(data, &mut at)?;
            let _ = write!(out, " {arg}={last}");
        }
        match kind {
            ev::STACK => {
                for _ in 0..last {
                    let [pc, function, file, line] = [(); 4].map(|()| varint::read(data, &mut at));
                    let _ = write!(out, "\n\tpc={} func={} file={} line={}", pc?, function?, file?, line?);
                }
            }
            ev::STRING => {
                let length = usize::try_from(varint::read(data, &mut at)?).ok()?;
                let text = data.get(at..at.checked_add(length)?)?;
                at += length;
                let _ = write!(out, "\n\tdata={}", quote(text));
            }
            _ => {}
        }
        out.push('\n');
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::quote;

    #[test]
    fn literals_escape_what_go_escapes() {
        assert_eq!(quote(b"a\"b\\\n\x01\xff"), r#""a\"b\\\n\x01\xff""#);
        assert_eq!(quote("ö".as_bytes()), "\"ö\"");
    }
}
