//! From bytes to evidence: the driver of all parsers.
//!
//! Flow of one input: decompress → decide binary profile, JSON document or text → for text, take off log wrapping, one
//! [`Machine`] per log stream → forms → [`EvidenceSet`].

use std::io::Read;

use gosleuth_base::{Idx as _, ProblemKind};

use crate::machine::Machine;
use crate::model::{EvidenceSet, Input, InputId, Time};

/// How to read.
#[derive(Clone, Debug)]
pub struct ReadOptions {
    /// Keep arguments of frames and tell apart stacks that differ in them.
    pub exact: bool,
    /// Most decompressed bytes of one input; the rest is left out with a problem.
    pub max_bytes: u64,
}

impl Default for ReadOptions {
    fn default() -> Self {
        Self {
            exact: false,
            max_bytes: 64 << 30,
        }
    }
}

/// What the caller knows about an input.
#[derive(Clone, Debug)]
pub struct Source<'a> {
    /// As the user named it.
    pub name: &'a str,
    /// When it was taken (file time, response time).
    pub time: Option<Time>,
}

/// Bytes of text handled at once: large enough to make reads cheap, small enough to stay in the L2 cache.
const CHUNK: usize = 256 << 10;
/// A line longer than this is cut: no form has such lines.
const MAX_LINE: usize = 4 << 20;

/// Reads one input to its end and adds what it holds to `set`. Read errors become problems; what came before is kept.
pub fn read(set: &mut EvidenceSet, source: &Source<'_>, bytes: &mut dyn Read, options: &ReadOptions) -> InputId {
    let id = InputId::from_usize(set.inputs.len());
    set.inputs.push(Input {
        name: source.name.to_owned(),
        bytes: 0,
        decompressed: 0,
        lines: 0,
        compression: Vec::new(),
        envelopes: Vec::new(),
        forms: Vec::new(),
        time: source.time,
    });
    let mut machine = Machine::new(id, None);
    let mut buffer: Vec<u8> = Vec::with_capacity(CHUNK);
    let mut total = 0u64;
    loop {
        let start = buffer.len();
        buffer.resize(start + CHUNK, 0);
        let count = match bytes.read(&mut buffer[start..]) {
            Ok(count) => count,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {
                buffer.truncate(start);
                continue;
            }
            Err(error) => {
                set.problem(
                    id,
                    None,
                    ProblemKind::Partial,
                    format!("reading stopped after {total} bytes: {error}"),
                );
                0
            }
        };
        buffer.truncate(start + count);
        total += count as u64;
        if count == 0 {
            machine.feed(set, options, &buffer, true);
            break;
        }
        let mut taken = machine.feed(set, options, &buffer, false);
        if taken == 0 && buffer.len() > MAX_LINE {
            // No form has lines this long: the head is given up, the rest of the line is junk too.
            taken = buffer.len();
        }
        buffer.drain(..taken);
    }
    machine.finish(set, options);
    let input = &mut set.inputs[id.index()];
    input.bytes = total;
    input.decompressed = total;
    input.lines = machine.lines();
    id
}
