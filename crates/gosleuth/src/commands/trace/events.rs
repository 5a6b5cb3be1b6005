//! Every event of a trace, in order.

use std::io::{self, Write};
use std::ops::ControlFlow;

use anyhow::Result;
use gosleuth_base::Interner;
use gosleuth_evidence::StackTable;
use gosleuth_evidence::trace::{Event, EventKind, GoId, GoState, Names, Visitor, write_event};
use serde_json::json;

use super::{read, report_problems};
use crate::args::{TraceArgs, TraceFormatArg, TraceStateArg};
use crate::{Exit, Io};

pub(super) fn run(args: &TraceArgs, io: &mut Io<'_>) -> Result<Exit> {
    let (mut strings, mut stacks) = (Interner::new(), StackTable::default());
    let Io {
        stdin,
        stdout,
        stderr,
        directory,
        ..
    } = io;
    let mut writer = Writer {
        args,
        out: io::BufWriter::with_capacity(64 << 10, &mut **stdout),
        start: None,
        left: args.top.filter(|&top| top > 0).unwrap_or(usize::MAX),
        text: String::new(),
        failed: None,
    };
    if args.format == TraceFormatArg::Csv {
        writeln!(writer.out, "time,thread,proc,goroutine,event")?;
    }
    let outcome = {
        let mut rest = Io {
            stdin: &mut **stdin,
            stdout: &mut io::sink(),
            stderr: &mut **stderr,
            color: false,
            width: None,
            directory: directory.clone(),
        };
        read(args, &mut rest, &mut strings, &mut stacks, &mut writer)?
    };
    if let Some(error) = writer.failed.take() {
        return Err(error.into());
    }
    writer.out.flush()?;
    drop(writer);
    Ok(report_problems(&outcome, &mut *io.stderr))
}

struct Writer<'a, W> {
    args: &'a TraceArgs,
    out: W,
    start: Option<u64>,
    left: usize,
    text: String,
    failed: Option<io::Error>,
}

impl<W: Write> Visitor for Writer<'_, W> {
    fn event(&mut self, names: Names<'_>, event: &Event<'_>) -> ControlFlow<()> {
        let since = event.time - *self.start.get_or_insert(event.time);
        if let Some((from, to)) = self.args.window {
            if since < from {
                return ControlFlow::Continue(());
            }
            if since > to {
                return ControlFlow::Break(());
            }
        }
        if !self.is_wanted(names, event) {
            return ControlFlow::Continue(());
        }
        if self.left == 0 {
            return ControlFlow::Break(());
        }
        self.left -= 1;
        self.text.clear();
        write_event(names, event, &mut self.text);
        match self.write(event, since) {
            Ok(()) => ControlFlow::Continue(()),
            Err(error) => {
                self.failed = Some(error);
                ControlFlow::Break(())
            }
        }
    }
}

impl<W: Write> Writer<'_, W> {
    fn is_wanted(&self, names: Names<'_>, event: &Event<'_>) -> bool {
        let args = self.args;
        let changed = match event.kind {
            EventKind::Go { goroutine, to, .. } => Some((goroutine, to)),
            _ => None,
        };
        if !args.goroutine.is_empty() {
            let wanted = |goroutine: GoId| args.goroutine.contains(&goroutine.0);
            if !wanted(event.goroutine) && !changed.is_some_and(|(goroutine, _)| wanted(goroutine)) {
                return false;
            }
        }
        if let Some(state) = args.state
            && changed.is_none_or(|(_, to)| to != state.state())
        {
            return false;
        }
        // An event knows no site; any frame will do.
        args.site.as_ref().is_none_or(|site| {
            let own = match event.kind {
                EventKind::Go { stack, .. } => stack,
                _ => None,
            };
            let mut frames = [event.stack, own]
                .into_iter()
                .flatten()
                .flat_map(|stack| names.stacks.frames(stack));
            frames.any(|frame| {
                names.strings.get(frame.function).contains(site.as_str())
                    || names.strings.get(frame.file).contains(site.as_str())
            })
        })
    }

    fn write(&mut self, event: &Event<'_>, since: u64) -> io::Result<()> {
        let Event {
            thread,
            proc,
            goroutine,
            ..
        } = event;
        // The context and the time stand in columns of their own.
        let first = self.text.lines().next().unwrap_or_default();
        let words = first.splitn(4, ' ').nth(3).unwrap_or_default();
        match self.args.format {
            TraceFormatArg::Json => {
                let stack: Vec<&str> = self.text.lines().skip(1).map(str::trim).collect();
                let line = json!({
                    "time": since, "thread": thread.get(), "proc": proc.get(), "goroutine": goroutine.get(),
                    "event": words, "stacks": stack,
                });
                writeln!(self.out, "{line}")
            }
            TraceFormatArg::Csv => {
                let words = words.replace('"', "\"\"");
                writeln!(self.out, "{since},{thread},{proc},{goroutine},\"{words}\"")
            }
            _ => self.out.write_all(self.text.as_bytes()),
        }
    }
}

impl TraceStateArg {
    /// The state meant.
    pub(super) fn state(self) -> GoState {
        match self {
            Self::Runnable => GoState::Runnable,
            Self::Running => GoState::Running,
            Self::Waiting => GoState::Waiting,
            Self::Syscall => GoState::Syscall,
        }
    }
}
