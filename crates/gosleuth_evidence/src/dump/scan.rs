//! One pass over a goroutine block: finds its lines, hashes what tells its group apart, remembers where the parts are.

use memchr::{memchr, memmem, memrchr};

use super::hash::StackHash;
use super::header::is_header;

/// Lines of another writer inside a block that are stepped over when the block goes on behind them.
const MAX_JUNK: usize = 8;

/// What a line of a block is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PartKind {
    /// A call: name, arguments, file.
    Call,
    /// `created by F`.
    Created,
    /// `...N frames elided...`.
    Elided,
    /// `non-Go function…` or a cgo symbol.
    NonGo,
    /// `goroutine running on other thread; stack unavailable`.
    Unavailable,
    /// `[originating from goroutine N]:`.
    Ancestor,
}

/// A part of a block as byte ranges into it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Part {
    pub kind: PartKind,
    /// Function name, without arguments and without `created by`.
    pub name: (u32, u32),
    /// What stands between the outer parentheses.
    pub args: (u32, u32),
    /// `file:line`, without white space and pc offsets.
    pub file: (u32, u32),
}

/// A scanned block.
#[derive(Clone, Copy)]
pub(super) struct Block {
    /// Bytes, with the empty line after it.
    pub bytes: usize,
    /// Lines in them.
    pub lines: u64,
    /// Hash of the stack.
    pub hash: StackHash,
    /// Id of the creating goroutine, 0 unknown.
    pub parent: u64,
    /// The input ends inside the block.
    pub cut: bool,
    /// Lines of other writers inside the block.
    pub junk: u32,
}

/// Scratch space of the scan.
#[derive(Default)]
pub(super) struct Scanner {
    parts: Vec<Part>,
}

enum Line<'a> {
    /// A line and the position behind its terminator.
    Whole(&'a [u8], usize),
    /// The rest of the input has no terminator.
    Open(&'a [u8]),
}

#[inline]
fn line_at(bytes: &[u8], at: usize) -> Line<'_> {
    match memchr(b'\n', &bytes[at..]) {
        Some(end) => {
            let line = &bytes[at..at + end];
            Line::Whole(line.strip_suffix(b"\r").unwrap_or(line), at + end + 1)
        }
        None => Line::Open(&bytes[at..]),
    }
}

impl Scanner {
    /// The parts of the block scanned last.
    pub(super) fn parts(&self) -> &[Part] {
        &self.parts
    }

    /// Scans the block at the start of `bytes`, whose header line is `start` bytes long. `None` if its end is not in `bytes`
    /// and `eof` is not set.
    pub(super) fn scan(&mut self, bytes: &[u8], start: usize, eof: bool, exact: bool) -> Option<Block> {
        self.parts.clear();
        let mut hash = StackHash::new();
        let mut block = Block {
            bytes: 0,
            lines: 1,
            hash,
            parent: 0,
            cut: false,
            junk: 0,
        };
        let mut at = start;
        loop {
            let (line, next) = match line_at(bytes, at) {
                Line::Whole(line, next) => (line, next),
                Line::Open(_) if !eof => return None,
                Line::Open(line) => (line, bytes.len()),
            };
            let open = next == bytes.len() && bytes.last() != Some(&b'\n');
            let Some(&first) = line.first() else {
                // The empty line that ends a block, or the end of the input.
                block.cut = self.parts.is_empty() && next == bytes.len();
                block.bytes = next;
                block.lines += u64::from(next > at);
                break;
            };
            let line_start = at;
            let call = line.last() == Some(&b')') && first != b'\t' && first != b' ';
            let created = first == b'c' && line.starts_with(b"created by ");
            if !call && !created {
                match self.other_line(bytes, at, line, next, first, &mut hash) {
                    Other::Taken if open => {
                        block.cut = true;
                        block.bytes = next;
                        block.lines += 1;
                        break;
                    }
                    Other::Taken => {
                        block.lines += 1;
                        at = next;
                        continue;
                    }
                    Other::Header => {
                        block.bytes = at;
                        break;
                    }
                    Other::Junk => match skip_junk(bytes, at, eof) {
                        Junk::More => return None,
                        Junk::GoesOn { at: next, lines } => {
                            block.lines += lines;
                            block.junk += u32::try_from(lines).unwrap_or(u32::MAX);
                            at = next;
                            continue;
                        }
                        Junk::Ends => {
                            // A torn line at the very end of the input is a cut, anything else another writer's.
                            block.cut = open && eof && looks_torn(line);
                            block.bytes = if block.cut { next } else { at };
                            block.lines += u64::from(block.cut);
                            break;
                        }
                    },
                }
            }
            // A call or `created by` line: its file line follows.
            let mut file_at = next;
            let (file, behind) = loop {
                match line_at(bytes, file_at) {
                    Line::Whole(file, behind) => {
                        if is_file_line(file) {
                            break (file, behind);
                        }
                        if is_header(file) || file.is_empty() {
                            // No file line: keep the call, let the main loop see this line.
                            break (&bytes[file_at..file_at], file_at);
                        }
                        match skip_junk(bytes, file_at, eof) {
                            Junk::More => return None,
                            Junk::GoesOn { at, lines }
                                if bytes.get(at).is_some_and(|byte| matches!(byte, b'\t' | b' ')) =>
                            {
                                block.lines += lines;
                                block.junk += u32::try_from(lines).unwrap_or(u32::MAX);
                                file_at = at;
                            }
                            _ => break (&bytes[file_at..file_at], file_at),
                        }
                    }
                    Line::Open(_) if !eof => return None,
                    Line::Open(file) => {
                        // Without terminator only a pc offset tells that the line number is whole.
                        block.cut = strip_offsets(file).len() == file.len();
                        break (file, bytes.len());
                    }
                }
            };
            block.lines += 1 + u64::from(behind > file_at);
            at = behind;
            if block.cut {
                block.bytes = bytes.len();
                break;
            }
            let file_start = file.iter().position(|byte| !matches!(byte, b'\t' | b' ')).unwrap_or(0);
            let place = strip_offsets(&file[file_start..]);
            let place_start = file_at + file_start;
            let part = if created {
                let mut name = &line[b"created by ".len()..];
                if let Some((shorter, parent)) = strip_parent(name) {
                    name = shorter;
                    if self.parts.iter().all(|part| part.kind != PartKind::Ancestor) {
                        block.parent = parent;
                    }
                }
                hash.update(b"c");
                hash.update(name);
                Part {
                    kind: PartKind::Created,
                    name: range(line_start + b"created by ".len(), name.len()),
                    args: (0, 0),
                    file: range(place_start, place.len()),
                }
            } else {
                let paren = memrchr(b'(', line).unwrap_or(line.len() - 1);
                hash.update(if exact { line } else { &line[..paren] });
                Part {
                    kind: PartKind::Call,
                    name: range(line_start, paren),
                    args: range(line_start + paren + 1, line.len().saturating_sub(paren + 2)),
                    file: range(place_start, place.len()),
                }
            };
            hash.update(place);
            self.parts.push(part);
            if at >= bytes.len() {
                if !eof {
                    return None;
                }
                block.bytes = bytes.len();
                break;
            }
        }
        block.hash = hash;
        Some(block)
    }

    fn push(&mut self, kind: PartKind, name: (u32, u32)) -> Other {
        self.parts.push(Part {
            kind,
            name,
            args: (0, 0),
            file: (0, 0),
        });
        Other::Taken
    }

    /// Lines of a block that are neither calls nor creators.
    fn other_line(
        &mut self,
        bytes: &[u8],
        at: usize,
        line: &[u8],
        next: usize,
        first: u8,
        hash: &mut StackHash,
    ) -> Other {
        let whole = range(at, line.len());
        match first {
            b'.' if line.starts_with(b"...") && line.ends_with(b"frames elided...") => {
                hash.update(line);
                self.push(PartKind::Elided, whole)
            }
            b'[' if line.starts_with(b"[originating from goroutine ") => {
                hash.update(b"[originating]");
                self.push(PartKind::Ancestor, whole)
            }
            b'\t' | b' ' => {
                let text = line.trim_ascii();
                if text.starts_with(b"goroutine running on other thread") {
                    hash.update(b"unavailable");
                    self.push(PartKind::Unavailable, whole)
                } else if text.starts_with(b"pc=0x")
                    || self.parts.last().is_some_and(|part| part.kind == PartKind::NonGo)
                {
                    // The second line of a frame of C code.
                    Other::Taken
                } else if text == b"..." {
                    hash.update(text);
                    Other::Taken
                } else {
                    Other::Junk
                }
            }
            b'g' if is_header(line) => Other::Header,
            b'n' if line.starts_with(b"non-Go function") => {
                hash.update(b"non-Go function");
                self.push(PartKind::NonGo, range(at, b"non-Go function".len()))
            }
            _ => {
                // A symbol of C code: its next line is `\tfile:line pc=0x…`.
                if let Line::Whole(file, _) = line_at(bytes, next)
                    && file.first() == Some(&b'\t')
                    && memmem::find(file, b" pc=0x").is_some()
                {
                    hash.update(line);
                    let place = strip_offsets(&file[1..]);
                    self.parts.push(Part {
                        kind: PartKind::NonGo,
                        name: whole,
                        args: (0, 0),
                        file: range(next + 1, place.len()),
                    });
                    return Other::Taken;
                }
                Other::Junk
            }
        }
    }
}

enum Other {
    Taken,
    Header,
    Junk,
}

enum Junk {
    /// The block goes on at this position, behind so many lines.
    GoesOn { at: usize, lines: u64 },
    /// It does not go on.
    Ends,
    /// Not enough input to tell.
    More,
}

/// Looks behind lines of another writer for the rest of the block. The block goes on where a call line with its file line, or
/// a lone file line, stands before any empty line or header.
fn skip_junk(bytes: &[u8], start: usize, eof: bool) -> Junk {
    let mut at = start;
    for lines in 0..=MAX_JUNK {
        let (line, next) = match line_at(bytes, at) {
            Line::Whole(line, next) => (line, next),
            Line::Open(_) => return if eof { Junk::Ends } else { Junk::More },
        };
        if line.is_empty() || is_header(line) || crate::crash::is_death(line) {
            return Junk::Ends;
        }
        if lines > 0 {
            if line.first() == Some(&b'\t') && is_file_line(line) && strip_offsets(line).len() < line.len() {
                return Junk::GoesOn {
                    at,
                    lines: lines as u64,
                };
            }
            let call = (line.last() == Some(&b')') && line.first() != Some(&b'\t')) || line.starts_with(b"created by ");
            if call {
                match line_at(bytes, next) {
                    Line::Whole(file, _) if file.first() == Some(&b'\t') && is_file_line(file) => {
                        return Junk::GoesOn {
                            at,
                            lines: lines as u64,
                        };
                    }
                    Line::Open(_) if !eof => return Junk::More,
                    _ => {}
                }
            }
        }
        at = next;
    }
    Junk::Ends
}

/// A half line that can be the beginning of a line of a block.
fn looks_torn(line: &[u8]) -> bool {
    line.first() == Some(&b'\t')
        || memchr(b'(', line).is_some()
        || memchr(b' ', line).is_none()
        || b"created by ".starts_with(line)
}

/// `\tfile:line +0x1d`, white space in front, a colon and a digit inside.
#[inline]
fn is_file_line(line: &[u8]) -> bool {
    match line.first() {
        Some(b'\t') => true,
        // Copied from a terminal: tabs have become spaces.
        Some(b' ') => memmem::find(line, b".go:").is_some() || memmem::find(line, b".s:").is_some(),
        _ => false,
    }
}

/// Takes ` +0x…`, ` fp=0x… sp=0x… pc=0x…` off the end.
#[inline]
pub(super) fn strip_offsets(line: &[u8]) -> &[u8] {
    let mut line = line;
    loop {
        let mut at = line.len();
        while at > 0 && line[at - 1].is_ascii_hexdigit() {
            at -= 1;
        }
        let Some(head) = line[..at].strip_suffix(b"x").and_then(|head| head.strip_suffix(b"0")) else {
            return line;
        };
        if let Some(head) = head.strip_suffix(b" +") {
            return head;
        }
        match head.strip_suffix(b"=") {
            Some([head @ .., b' ', b'f' | b's', b'p'] | [head @ .., b' ', b'p', b'c']) => line = head,
            _ => return line,
        }
    }
}

/// Takes ` in goroutine N` off a creator (Go 1.21 and later).
#[inline]
fn strip_parent(name: &[u8]) -> Option<(&[u8], u64)> {
    let digits = name.iter().rev().take_while(|byte| byte.is_ascii_digit()).count();
    if digits == 0 || digits > 19 {
        return None;
    }
    let (head, number) = name.split_at(name.len() - digits);
    let head = head.strip_suffix(b" in goroutine ")?;
    Some((
        head,
        number
            .iter()
            .fold(0u64, |value, digit| value * 10 + u64::from(digit - b'0')),
    ))
}

fn range(start: usize, length: usize) -> (u32, u32) {
    // Blocks are at most a few MiB.
    (
        u32::try_from(start).unwrap_or(u32::MAX),
        u32::try_from(start + length).unwrap_or(u32::MAX),
    )
}
