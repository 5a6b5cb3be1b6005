//! The strings and stacks of one generation: numbered anew in each, so they are resolved to the names of the whole trace.
//!
//! Only what events name is resolved: a generation may hold a million log messages, and nobody needs them interned.

use gosleuth_base::{Interner, Sym};
use rustc_hash::FxHashMap;

use super::event::Reason;
use super::spec::ev;
use super::varint;
use crate::model::{Frame, FrameId, FrameNote, StackId, StackTable};

/// Longest string of a trace.
const MAX_STRING: u64 = 1024;
/// Most frames of a stack; the runtime writes at most 128, and format 1 allows more.
const MAX_FRAMES: u64 = 1000;
/// Distinct stacks that a trace may add; every further new one is left out.
const MAX_STACKS: usize = 1 << 20;
/// Bytes of names that a trace may add; every further new one is empty.
const MAX_NAMES: usize = 128 << 20;

/// A span of the generation's data.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Span {
    pub start: u32,
    pub end: u32,
}

impl Span {
    pub(super) fn of(self, data: &[u8]) -> &[u8] {
        &data[self.start as usize..self.end as usize]
    }
}

/// Rows found by numbers that are dense in honest traces and anything in others.
#[derive(Debug, Default)]
struct Ids {
    /// Row plus one, by number.
    dense: Vec<u32>,
    sparse: FxHashMap<u64, u32>,
}

impl Ids {
    fn clear(&mut self) {
        self.dense.clear();
        self.sparse.clear();
    }

    #[inline]
    fn get(&self, id: u64) -> Option<usize> {
        let row = match self.dense.get(usize::try_from(id).ok()?) {
            Some(&row) if row > 0 => row,
            _ if self.sparse.is_empty() => return None,
            _ => *self.sparse.get(&id)?,
        };
        Some(row as usize - 1)
    }

    /// Gives the number to a row; false if it has one already.
    fn insert(&mut self, id: u64, row: usize) -> bool {
        if self.get(id).is_some() {
            return false;
        }
        let row_plus_one = u32::try_from(row + 1).expect("rows take bytes, of which there are fewer than 4 Gi");
        match usize::try_from(id) {
            Ok(index) if index < row * 4 + 4096 => {
                if self.dense.len() <= index {
                    self.dense.resize(index + 1, 0);
                }
                self.dense[index] = row_plus_one;
            }
            _ => {
                self.sparse.insert(id, row_plus_one);
            }
        }
        true
    }
}

#[derive(Clone, Copy, Debug)]
struct Text {
    span: Span,
    sym: Option<Sym>,
    reason: Option<Reason>,
}

#[derive(Clone, Copy, Debug)]
struct Trail {
    /// The frames, behind their number.
    span: Span,
    frames: u32,
    resolved: Option<Option<StackId>>,
}

/// A sample of the CPU profiler.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sample {
    /// Units of the trace clock; nanoseconds once the generation is whole.
    pub time: u64,
    pub thread: u64,
    pub proc: u64,
    pub goroutine: u64,
    pub stack: u64,
}

/// Names of the whole trace, as far as they are written.
pub(super) struct Interned<'n> {
    pub strings: &'n mut Interner,
    pub stacks: &'n mut StackTable,
    /// Bytes and stacks added so far.
    pub names: &'n mut usize,
    pub trails: &'n mut usize,
}

/// What went wrong in a table.
pub(super) type Damage = &'static str;

#[derive(Debug, Default)]
pub(super) struct Tables {
    texts: Vec<Text>,
    text_ids: Ids,
    trails: Vec<Trail>,
    trail_ids: Ids,
    frames: Vec<FrameId>,
    /// Numbers that events named and no table has.
    pub missing: u64,
}

impl Tables {
    pub(super) fn clear(&mut self) {
        self.texts.clear();
        self.text_ids.clear();
        self.trails.clear();
        self.trail_ids.clear();
    }

    /// Takes a batch of strings: a type byte, then entries.
    pub(super) fn add_strings(&mut self, data: &[u8], span: Span) -> Result<(), Damage> {
        let mut at = span.start as usize + 1;
        let bytes = &data[..span.end as usize];
        while at < bytes.len() {
            if bytes[at] != ev::STRING {
                return Err("a table of strings holds something else");
            }
            at += 1;
            let id = varint::read(bytes, &mut at).ok_or("a string is cut")?;
            let length = varint::read(bytes, &mut at).ok_or("a string is cut")?;
            if length > MAX_STRING || length > (bytes.len() - at) as u64 {
                return Err("a string is longer than its table");
            }
            let end = at + length as usize;
            self.add_text(
                id,
                Span {
                    start: at as u32,
                    end: end as u32,
                },
            );
            at = end;
        }
        Ok(())
    }

    /// Adds one string; the first one of a number counts.
    pub(super) fn add_text(&mut self, id: u64, span: Span) {
        if self.text_ids.insert(id, self.texts.len()) {
            self.texts.push(Text {
                span,
                sym: None,
                reason: None,
            });
        }
    }

    /// Takes a batch of stacks: a type byte, then entries.
    pub(super) fn add_stacks(&mut self, data: &[u8], span: Span) -> Result<(), Damage> {
        let mut at = span.start as usize + 1;
        let bytes = &data[..span.end as usize];
        while at < bytes.len() {
            if bytes[at] != ev::STACK {
                return Err("a table of stacks holds something else");
            }
            at += 1;
            let id = varint::read(bytes, &mut at).ok_or("a stack is cut")?;
            let frames = varint::read(bytes, &mut at).ok_or("a stack is cut")?;
            self.add_trail(id, frames, bytes, &mut at)?;
        }
        Ok(())
    }

    /// Adds one stack, whose frames start at `at`.
    pub(super) fn add_trail(&mut self, id: u64, frames: u64, bytes: &[u8], at: &mut usize) -> Result<(), Damage> {
        if frames > MAX_FRAMES {
            return Err("a stack has too many frames");
        }
        let start = *at;
        for _ in 0..frames * 4 {
            varint::read(bytes, at).ok_or("a stack is cut")?;
        }
        if self.trail_ids.insert(id, self.trails.len()) {
            self.trails.push(Trail {
                span: Span {
                    start: start as u32,
                    end: *at as u32,
                },
                frames: frames as u32,
                resolved: None,
            });
        }
        Ok(())
    }

    /// The bytes of a string; none for number 0 and unknown ones.
    pub(super) fn bytes<'d>(&mut self, data: &'d [u8], id: u64) -> &'d [u8] {
        match self.text_ids.get(id) {
            Some(row) => self.texts[row].span.of(data),
            None => {
                self.missing += u64::from(id != 0);
                &[]
            }
        }
    }

    /// A string as a symbol.
    #[inline]
    pub(super) fn sym(&mut self, data: &[u8], names: &mut Interned<'_>, id: u64) -> Sym {
        let Some(row) = self.text_ids.get(id) else {
            self.missing += u64::from(id != 0);
            return names.strings.intern("");
        };
        let text = &mut self.texts[row];
        *text.sym.get_or_insert_with(|| {
            let bytes = text.span.of(data);
            let before = names.strings.len();
            if *names.names > MAX_NAMES {
                return names.strings.intern("");
            }
            let sym = names.strings.intern_bytes(bytes);
            if names.strings.len() > before {
                *names.names += bytes.len() + 32;
            }
            sym
        })
    }

    /// A string as a reason.
    #[inline]
    pub(super) fn reason(&mut self, data: &[u8], names: &mut Interned<'_>, id: u64) -> Reason {
        if let Some(row) = self.text_ids.get(id)
            && let Some(reason) = self.texts[row].reason
        {
            return reason;
        }
        if id == 0 {
            return Reason::None;
        }
        let sym = self.sym(data, names, id);
        let reason = Reason::parse(names.strings.get(sym)).unwrap_or(Reason::Other(sym));
        if let Some(row) = self.text_ids.get(id) {
            self.texts[row].reason = Some(reason);
        }
        reason
    }

    /// A stack; none for number 0, unknown ones and those beyond the cap.
    #[inline]
    pub(super) fn stack(&mut self, data: &[u8], names: &mut Interned<'_>, id: u64) -> Option<StackId> {
        if id == 0 {
            return None;
        }
        let Some(row) = self.trail_ids.get(id) else {
            self.missing += 1;
            return None;
        };
        match self.trails[row].resolved {
            Some(known) => known,
            None => self.resolve(data, names, row),
        }
    }

    #[cold]
    fn resolve(&mut self, data: &[u8], names: &mut Interned<'_>, row: usize) -> Option<StackId> {
        let trail = self.trails[row];
        let bytes = &data[..trail.span.end as usize];
        let mut at = trail.span.start as usize;
        let mut frames = std::mem::take(&mut self.frames);
        frames.clear();
        let full = *names.trails >= MAX_STACKS;
        for _ in 0..if full { 0 } else { trail.frames } {
            let mut next = || varint::read(bytes, &mut at).unwrap_or(0);
            let (_pc, function, file, line) = (next(), next(), next(), next());
            let frame = Frame {
                function: self.sym(data, names, function),
                file: self.sym(data, names, file),
                line: u32::try_from(line).unwrap_or(0),
                note: FrameNote::Call,
                args: None,
            };
            frames.push(names.stacks.intern_frame(frame));
        }
        let stack = (!full).then(|| names.stacks.intern_frames(&frames));
        *names.trails += usize::from(stack.is_some_and(|(_, is_new)| is_new));
        self.frames = frames;
        let resolved = stack.map(|(id, _)| id);
        self.trails[row].resolved = Some(resolved);
        resolved
    }

    /// Whether nothing was added.
    pub(super) fn is_empty(&self) -> bool {
        self.texts.is_empty() && self.trails.is_empty()
    }
}

/// Reads a batch of samples: a type byte, then entries.
pub(super) fn read_samples(data: &[u8], span: Span, samples: &mut Vec<Sample>) -> Result<(), Damage> {
    let mut at = span.start as usize + 1;
    let bytes = &data[..span.end as usize];
    while at < bytes.len() {
        if bytes[at] != ev::CPU_SAMPLE {
            return Err("a table of samples holds something else");
        }
        at += 1;
        let mut next = || varint::read(bytes, &mut at).ok_or("a sample is cut");
        samples.push(Sample {
            time: next()?,
            thread: next()?,
            proc: next()?,
            goroutine: next()?,
            stack: next()?,
        });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_far_apart_take_little_memory() {
        let mut ids = Ids::default();
        assert!(ids.insert(1, 0));
        assert!(ids.insert(u64::MAX, 1));
        assert!(ids.insert(1 << 40, 2));
        assert!(!ids.insert(1, 3));
        assert_eq!(ids.get(1), Some(0));
        assert_eq!(ids.get(u64::MAX), Some(1));
        assert_eq!(ids.get(1 << 40), Some(2));
        assert_eq!(ids.get(2), None);
        assert!(ids.dense.len() < 8192);
    }

    #[test]
    fn a_length_beyond_the_table_is_damage() {
        let data = [ev::STRINGS, ev::STRING, 1, 5, b'a'];
        let span = Span { start: 0, end: 5 };
        assert!(Tables::default().add_strings(&data, span).is_err());
    }
}
