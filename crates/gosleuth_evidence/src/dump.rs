//! Goroutine dumps: `debug=2`, SIGQUIT, crashes, `runtime.Stack`.
//!
//! Source of the format: `goroutineheader`, `traceback1` and `printcreatedby1` in `runtime/traceback.go`, Go 1.15 to 1.27.
//!
//! This is the hot path of gosleuth: dumps of a million goroutines are read at memory speed. A block is scanned once; what
//! tells its group apart (names, files, lines, state, labels; not arguments, pcs, minutes) is hashed on the way to 128 bits.
//! Only the first block of each group is taken apart into frames. Per goroutine nothing is allocated.

mod hash;
mod header;
mod scan;
mod snapshot;
mod template;

#[cfg(test)]
mod tests;

use gosleuth_base::ProblemKind;
use memchr::memchr;

use crate::form::Context;
use crate::model::{Cut, EvidenceSet};

use header::Headers;
use scan::{Block, Scanner};
use snapshot::OpenSnapshot;

pub(crate) use header::is_header;

/// Dumps of more snapshots than this are left out: a log can hold one tiny dump per recovered panic.
const MAX_SNAPSHOTS: usize = 65_536;
/// A block longer than this without an end is no goroutine block.
pub(crate) const MAX_BLOCK: usize = 1 << 20;
/// `debug=2` over HTTP is cut at this size without a mark (`runtime/pprof` writeGoroutineStacks).
const HTTP_CAP: u64 = 64 << 20;

/// What [`Dumps::consume`] took.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Consumed {
    /// Bytes.
    pub bytes: usize,
    /// Lines in them.
    pub lines: u64,
}

/// Reader of the goroutine blocks of one stream.
#[derive(Default)]
pub(crate) struct Dumps {
    open: Option<OpenSnapshot>,
    headers: Headers,
    scanner: Scanner,
    /// The last line that was neither empty nor part of a dump.
    last_junk: Vec<u8>,
}

impl Dumps {
    /// Reads as many whole blocks as stand at the start of `bytes`. `offset` is the position of `bytes` in the stream. Takes
    /// nothing if the first block is not whole yet; with `eof` everything counts as whole.
    pub(crate) fn consume(&mut self, bytes: &[u8], eof: bool, offset: u64, cx: &mut Context<'_>) -> Consumed {
        let mut taken = Consumed::default();
        let first_line = cx.line;
        while let Some(rest) = bytes.get(taken.bytes..).filter(|rest| !rest.is_empty()) {
            let Some(header) = self.headers.parse(rest, &mut *cx.set) else {
                if eof && self.open.is_some() && is_header(rest) && memchr(b'\n', rest).is_none() {
                    // The input ends inside a header line.
                    let id = rest[b"goroutine ".len()..]
                        .iter()
                        .take_while(|byte| byte.is_ascii_digit());
                    let id = id.fold(0u64, |id, digit| {
                        id.wrapping_mul(10).wrapping_add(u64::from(digit - b'0'))
                    });
                    cx.line = first_line + taken.lines;
                    self.cut(id, offset + bytes.len() as u64, cx);
                    taken = Consumed {
                        bytes: bytes.len(),
                        lines: taken.lines + 1,
                    };
                }
                break;
            };
            if cx.pending_crash.is_none()
                && let Some((bytes, lines)) = self.open.as_mut().and_then(|open| open.add_known(rest, &header))
            {
                taken.bytes += bytes;
                taken.lines += lines;
                continue;
            }
            let force = eof || rest.len() > MAX_BLOCK;
            let Some(block) = self.scanner.scan(rest, header.length, force, cx.options.exact) else {
                break;
            };
            cx.line = first_line + taken.lines;
            if block.cut {
                let end = offset + (taken.bytes + block.bytes) as u64;
                self.cut(header.id, end, cx);
            } else {
                self.add(rest, &header, &block, offset + taken.bytes as u64, cx);
            }
            taken.bytes += block.bytes;
            taken.lines += block.lines;
        }
        cx.line = first_line;
        taken
    }

    /// Tells that a line that is neither empty nor part of a dump stood between blocks.
    pub(crate) fn junk(&mut self, line: &[u8]) {
        self.last_junk.clear();
        self.last_junk.extend_from_slice(&line[..line.len().min(1_024)]);
        if let Some(open) = &mut self.open {
            open.gap();
        }
    }

    /// Writes the open snapshot, if any.
    pub(crate) fn close(&mut self, set: &mut EvidenceSet) {
        if let Some(open) = self.open.take() {
            open.write(set);
        }
    }

    fn add(&mut self, bytes: &[u8], header: &header::Header, block: &Block, offset: u64, cx: &mut Context<'_>) {
        let running = self.headers.is_running(header.state);
        let starts_new = match &mut self.open {
            None => true,
            Some(open) => cx.pending_crash.is_some() || !open.continues(header.id, running),
        };
        if starts_new {
            self.close(cx.set);
            if cx.set.snapshots.len() >= MAX_SNAPSHOTS {
                if cx.set.snapshots.len() == MAX_SNAPSHOTS {
                    cx.problem(
                        ProblemKind::Partial,
                        format!("more than {MAX_SNAPSHOTS} dumps: this one and all after it are left out"),
                    );
                }
                return;
            }
            self.open = Some(OpenSnapshot::new(cx, offset, &self.last_junk));
        }
        let open = self.open.as_mut().expect("opened above if there was none");
        open.add(bytes, header, block, &self.scanner, &self.headers, cx);
    }

    fn cut(&mut self, id: u64, end: u64, cx: &mut Context<'_>) {
        let Some(open) = &mut self.open else {
            cx.problem(
                ProblemKind::Partial,
                format!("the input ends inside goroutine {id}, the only one of its dump"),
            );
            return;
        };
        let (cut, why) = if end - open.offset() == HTTP_CAP {
            (
                Cut::HttpCap,
                "debug=2 over HTTP stops at 64 MiB without a mark; take debug=1, or SIGQUIT, which has no limit"
                    .to_owned(),
            )
        } else {
            (Cut::MidBlock, "everything before it was read".to_owned())
        };
        open.set_cut(cut);
        cx.problem(
            ProblemKind::Partial,
            format!("the dump ends inside goroutine {id}: {why}"),
        );
    }
}
