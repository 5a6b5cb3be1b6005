//! The first line of a goroutine block: `goroutine 12 gp=0x… m=nil [chan receive, 5 minutes, locked to thread] {k: v}:`.

use gosleuth_base::Sym;
use hashbrown::HashTable;
use memchr::{memchr, memmem};
use rustc_hash::FxHashMap;

use super::hash::StackHash;
use crate::model::{EvidenceSet, LabelsId, WaitReason, WaitState};

/// Distinct header tails remembered; labels with a value per request would make them endless.
const MAX_TAILS: usize = 4_096;
/// Distinct states with labels remembered in one stream.
const MAX_STATES: usize = 1 << 20;

/// A parsed header line.
#[derive(Clone, Copy, Debug)]
pub(super) struct Header {
    /// Goroutine id.
    pub id: u64,
    /// Index of state and labels in [`Headers`].
    pub state: u32,
    /// Whole minutes waited, 0 if none are printed.
    pub minutes: u32,
    /// Bytes of the line with its terminator.
    pub length: usize,
}

/// States met so far, and a cache from header text to state.
#[derive(Default)]
pub(super) struct Headers {
    states: Vec<(WaitState, Option<LabelsId>)>,
    index: FxHashMap<(WaitState, Option<LabelsId>), u32>,
    tails: HashTable<Tail>,
}

struct Tail {
    text: Box<[u8]>,
    hash: u64,
    state: u32,
    minutes: u32,
}

/// Whether a line (or text that starts with one) is a goroutine header as far as its first bytes show.
pub(crate) fn is_header(text: &[u8]) -> bool {
    text.strip_prefix(b"goroutine ").is_some_and(|rest| {
        rest.first().is_some_and(u8::is_ascii_digit)
            && rest.iter().position(|byte| !byte.is_ascii_digit()).is_some_and(|end| {
                rest[end..].starts_with(b" [") || rest[end..].starts_with(b" gp=") || rest[end..].starts_with(b" m=")
            })
    })
}

impl Headers {
    /// Parses the header line at the start of `bytes`. `None` if it is none, or has no terminator yet and no `:` at its end.
    #[inline]
    pub(super) fn parse(&mut self, bytes: &[u8], set: &mut EvidenceSet) -> Option<Header> {
        let rest = bytes.strip_prefix(b"goroutine ")?;
        let mut id = 0u64;
        let mut at = 0;
        while let Some(digit) = rest
            .get(at)
            .map(|byte| byte.wrapping_sub(b'0'))
            .filter(|&digit| digit < 10)
        {
            id = id.wrapping_mul(10).wrapping_add(u64::from(digit));
            at += 1;
        }
        if at == 0 || at > 20 {
            return None;
        }
        let line_end = memchr(b'\n', rest);
        let length = line_end.map_or(bytes.len(), |end| b"goroutine ".len() + end + 1);
        let line = &rest[at..line_end.unwrap_or(rest.len())];
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        // `gp=0x… m=N mp=0x…` stands between id and bracket (Go 1.22 and later, fatal errors and level 2).
        let open = if line.starts_with(b" [") {
            2
        } else {
            memmem::find(line, b" [")? + 2
        };
        let tail = line[open..].strip_suffix(b":")?;
        let (state, minutes) = self.tail(tail, set)?;
        Some(Header {
            id,
            state,
            minutes,
            length,
        })
    }

    /// State and labels by index.
    pub(super) fn state(&self, index: u32) -> (WaitState, Option<LabelsId>) {
        self.states[index as usize]
    }

    /// Whether a state is that of the goroutine that prints the dump.
    pub(super) fn is_running(&self, index: u32) -> bool {
        self.states[index as usize].0.reason == WaitReason::Running
    }

    #[inline]
    fn tail(&mut self, text: &[u8], set: &mut EvidenceSet) -> Option<(u32, u32)> {
        let mut hash = StackHash::new();
        hash.update(text);
        let (hash, _) = hash.finish(0);
        if let Some(tail) = self.tails.find(hash, |tail| *tail.text == *text) {
            return Some((tail.state, tail.minutes));
        }
        let (state, labels, minutes) = parse_tail(text, set)?;
        let next = u32::try_from(self.states.len()).unwrap_or(u32::MAX);
        let index = match self.index.get(&(state, labels)) {
            Some(&index) => index,
            None if self.states.len() >= MAX_STATES => next - 1,
            None => {
                self.states.push((state, labels));
                self.index.insert((state, labels), next);
                next
            }
        };
        if self.tails.len() >= MAX_TAILS {
            self.tails.clear();
        }
        self.tails.insert_unique(
            hash,
            Tail {
                text: text.into(),
                hash,
                state: index,
                minutes,
            },
            |tail| tail.hash,
        );
        Some((index, minutes))
    }
}

/// Parses `chan receive, 5 minutes, locked to thread]` with what may follow.
fn parse_tail(text: &[u8], set: &mut EvidenceSet) -> Option<(WaitState, Option<LabelsId>, u32)> {
    let mut minutes = 0;
    let mut labels = None;
    let mut state = WaitState::new(WaitReason::Other);
    // Labels of Go 1.26 stand inside the bracket and may hold anything, so they are taken off first.
    let (inside, after): (&[u8], &[u8]) = if let Some(at) = memmem::find(text, b" labels:{") {
        let end = closing_brace(text, at + b" labels:".len())?;
        labels = parse_labels(&text[at + b" labels:{".len()..end], set);
        (&text[..at], text[end + 1..].strip_prefix(b"]")?)
    } else {
        let close = memchr(b']', text)?;
        (&text[..close], &text[close + 1..])
    };
    if let Some(braced) = after.strip_prefix(b" {") {
        let end = closing_brace(after, 1)?;
        if end + 1 != after.len() {
            return None;
        }
        labels = parse_labels(&braced[..end - 2], set);
    } else if !after.is_empty() {
        return None;
    }
    let mut parts = memmem::find_iter(inside, b", ");
    let mut end = parts.next().unwrap_or(inside.len());
    let mut status = &inside[..end];
    loop {
        let before = status;
        for (mark, set_mark) in MARKS {
            if let Some(rest) = status.strip_suffix(*mark) {
                // `chan receive (durable)` is a wait reason of its own in the runtime; here the mark is kept apart.
                status = rest;
                set_mark(&mut state);
            }
        }
        if status.len() == before.len() {
            break;
        }
    }
    match WaitReason::from_text(status) {
        Some(reason) => state.reason = reason,
        None => state.other = Some(set.strings.intern_bytes(&status[..status.len().min(256)])),
    }
    while end < inside.len() {
        let start = end + 2;
        end = parts.next().unwrap_or(inside.len());
        let note = &inside[start..end];
        if let Some(number) = note.strip_suffix(b" minutes") {
            minutes = u32::try_from(number_of(number)?).unwrap_or(u32::MAX);
        } else if note == b"locked to thread" {
            state.locked_to_thread = true;
        } else if let Some(number) = note
            .strip_prefix(b"synctest bubble ")
            .or_else(|| note.strip_prefix(b"synctest group "))
        {
            state.bubble = number_of(number);
        }
    }
    Some((state, labels, minutes))
}

type Mark = (&'static [u8], fn(&mut WaitState));

const MARKS: &[Mark] = &[
    (b" (leaked)", |state| state.leaked = true),
    (b" (scan)", |_| {}),
    (b" (durable)", |state| state.durable = true),
    (b" (synctest)", |state| state.durable = true),
];

fn number_of(text: &[u8]) -> Option<u64> {
    std::str::from_utf8(text).ok()?.parse().ok()
}

/// The position of the brace that closes the one at `open`, minding quoted strings.
fn closing_brace(text: &[u8], open: usize) -> Option<usize> {
    let mut quoted = false;
    let mut escaped = false;
    for (at, &byte) in text.iter().enumerate().skip(open + 1) {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            b'}' if !quoted => return Some(at),
            _ => {}
        }
    }
    None
}

/// Parses `"k": "v", k2: v2`: quoted (Go 1.26, or unusual characters) or bare (Go 1.27).
fn parse_labels(text: &[u8], set: &mut EvidenceSet) -> Option<LabelsId> {
    let text = String::from_utf8_lossy(text);
    let mut rest = text.as_ref();
    let mut pairs: Vec<(Sym, Sym)> = Vec::new();
    while !rest.is_empty() && pairs.len() < 64 {
        let (key, after) = token(rest, ':')?;
        let (value, after) = token(after.strip_prefix(':')?.trim_start(), ',')?;
        pairs.push((set.strings.intern(&key), set.strings.intern(&value)));
        rest = after.strip_prefix(',').unwrap_or(after).trim_start();
    }
    if pairs.is_empty() {
        None
    } else {
        Some(set.intern_labels(&mut pairs))
    }
}

/// One key or value, unquoted, and what follows it.
fn token(text: &str, end: char) -> Option<(String, &str)> {
    if !text.starts_with('"') {
        let at = text.find(end).unwrap_or(text.len());
        return Some((text[..at].to_owned(), &text[at..]));
    }
    let mut value = String::new();
    let mut chars = text.char_indices().skip(1);
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => return Some((value, &text[at + 1..])),
            '\\' => match chars.next()?.1 {
                'n' => value.push('\n'),
                't' => value.push('\t'),
                'r' => value.push('\r'),
                'x' => {
                    let digits: String = chars.by_ref().take(2).map(|(_, digit)| digit).collect();
                    value.push(u8::from_str_radix(&digits, 16).map_or('\u{fffd}', char::from));
                }
                'u' => {
                    let digits: String = chars.by_ref().take(4).map(|(_, digit)| digit).collect();
                    value.push(
                        u32::from_str_radix(&digits, 16)
                            .ok()
                            .and_then(char::from_u32)
                            .unwrap_or('\u{fffd}'),
                    );
                }
                other => value.push(other),
            },
            c => value.push(c),
        }
    }
    None
}
