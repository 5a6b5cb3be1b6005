//! Lines of frames seen before: a profile repeats the same few thousand lines a million times.

use std::hash::Hasher as _;

use hashbrown::HashTable;
use rustc_hash::FxHasher;

use crate::infer::{Role, Visibility};
use crate::model::FrameId;

/// The position of a line that is no frame, but no damage either.
pub(super) const SKIPPED: u32 = u32::MAX;

/// What a line says.
#[derive(Clone, Copy)]
pub(super) struct Known {
    pub(super) frame: FrameId,
    pub(super) role: Role,
    pub(super) visibility: Visibility,
    /// Without a symbol: perhaps the beginning of a longer line.
    pub(super) bare: bool,
}

struct Line {
    /// Range in `Lines::text`, without the line feed.
    start: u32,
    length: u32,
    known: Known,
    /// The two lines that last came after this one, latest first.
    after: [u32; 2],
}

/// Lines of frames by text. Stacks share most of their callers, so the line that followed last time is tried first: to compare a
/// line is cheaper than to find its end and look it up.
pub(super) struct Lines {
    /// Each from its address to its line feed.
    text: Vec<u8>,
    lines: Vec<Line>,
    index: HashTable<u32>,
    /// The lines that last began a record.
    first: [u32; 2],
    /// The line taken last in this record.
    last: u32,
}

impl Default for Lines {
    fn default() -> Self {
        Self {
            text: Vec::new(),
            lines: Vec::new(),
            index: HashTable::new(),
            first: [SKIPPED; 2],
            last: SKIPPED,
        }
    }
}

impl Lines {
    /// What a line costs beside its text.
    pub(super) const COST: usize = size_of::<Line>();

    /// What the line at a position says.
    #[inline]
    pub(super) fn get(&self, position: u32) -> Option<&Known> {
        self.lines.get(position as usize).map(|line| &line.known)
    }

    /// The position of a line, from its address on and without line feed.
    pub(super) fn find(&self, text: &[u8]) -> Option<u32> {
        self.index
            .find(hash(text), |&position| self.text_of(position) == text)
            .copied()
    }

    /// Adds a line that [`Lines::find`] does not know. None past 4 GiB of text.
    pub(super) fn insert(&mut self, text: &[u8], known: Known) -> Option<u32> {
        let position = u32::try_from(self.lines.len()).ok()?;
        let line = Line {
            start: u32::try_from(self.text.len()).ok()?,
            length: u32::try_from(text.len()).ok()?,
            known,
            after: [SKIPPED; 2],
        };
        self.text.extend_from_slice(text);
        self.text.push(b'\n');
        self.lines.push(line);
        let Self {
            text: buffer,
            lines,
            index,
            ..
        } = self;
        index.insert_unique(hash(text), position, |&position| {
            let line = &lines[position as usize];
            hash(&buffer[line.start as usize..][..line.length as usize])
        });
        Some(position)
    }

    fn text_of(&self, position: u32) -> &[u8] {
        let line = &self.lines[position as usize];
        &self.text[line.start as usize..][..line.length as usize]
    }

    /// The lines that may come next, likeliest first.
    #[inline]
    fn guesses(&mut self) -> &mut [u32; 2] {
        match self.lines.get_mut(self.last as usize) {
            Some(last) => &mut last.after,
            None => &mut self.first,
        }
    }

    /// The position and length, with the line feed, of the next line, if it is an expected one; `text` starts with its address.
    #[inline]
    pub(super) fn expected(&mut self, text: &[u8]) -> Option<(u32, usize)> {
        let guesses = *self.guesses();
        let (position, length) = guesses.into_iter().find_map(|position| {
            let line = self.lines.get(position as usize)?;
            let length = line.length as usize + 1;
            let same = text.get(..length) == Some(&self.text[line.start as usize..][..length]);
            same.then_some((position, length))
        })?;
        self.follow(position);
        Some((position, length))
    }

    /// Notes which line came next.
    #[inline]
    pub(super) fn follow(&mut self, position: u32) {
        let guesses = self.guesses();
        if guesses[0] != position {
            *guesses = [position, guesses[0]];
        }
        self.last = position;
    }

    /// The next line begins a record.
    pub(super) fn restart(&mut self) {
        self.last = SKIPPED;
    }
}

/// The address decides almost always; the end tells inlined calls at one address apart.
#[inline]
fn hash(text: &[u8]) -> u64 {
    let mut hasher = FxHasher::default();
    let word = |bytes: &[u8]| bytes.try_into().map_or(0, u64::from_le_bytes);
    if let (Some(head), Some(tail)) = (text.get(2..10), text.len().checked_sub(8)) {
        hasher.write_u64(word(head));
        hasher.write_u64(text.get(10..18).map_or(0, word));
        hasher.write_u64(word(&text[tail..]));
        hasher.write_usize(text.len());
    } else {
        hasher.write(text);
    }
    hasher.finish()
}
