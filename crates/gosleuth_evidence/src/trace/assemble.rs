//! The way back: the text that [`write_raw`](super::write_raw) writes becomes a trace again, batch by batch.
//!
//! So a trace can be read, compared, cut down and edited with tools for text. Sizes of batches are counted anew, so that nobody has to keep
//! them right by hand; everything else stands in the text.

use std::io::{self, BufRead, Read};

use rustc_hash::FxHashMap;

use super::generation::MAX_BATCH;
use super::spec::{ev, spec};
use super::varint;

/// The first bytes of such a text.
pub(super) const TEXT_HEADER: &[u8] = b"Trace Go1.";
/// Longest line: a batch of an experiment with every byte escaped.
const MAX_LINE: u64 = 5 * MAX_BATCH;

/// Reads text and gives the bytes of the trace.
pub(super) struct Assembler<R> {
    source: R,
    numbers: FxHashMap<&'static str, u8>,
    line: Vec<u8>,
    row: u64,
    /// Head of the batch that is being read.
    head: Option<[u64; 4]>,
    experiment: Option<u8>,
    body: Vec<u8>,
    /// Frames of a stack that are still to come.
    frames: u64,
    /// The string or the batch of an experiment whose data is still to come.
    wants_data: bool,
    ready: Vec<u8>,
    given: usize,
    is_over: bool,
}

impl<R: BufRead> Assembler<R> {
    /// Reads from `source`.
    pub(super) fn new(source: R) -> Self {
        let named = (1..=u8::MAX).filter_map(|kind| spec(kind).map(|(name, _)| (name, kind)));
        Self {
            source,
            numbers: named.collect(),
            line: Vec::new(),
            row: 0,
            head: None,
            experiment: None,
            body: Vec::new(),
            frames: 0,
            wants_data: false,
            ready: Vec::new(),
            given: 0,
            is_over: false,
        }
    }

    /// Takes lines until there is something to give.
    fn advance(&mut self) -> io::Result<()> {
        self.ready.clear();
        self.given = 0;
        while self.ready.is_empty() && !self.is_over {
            self.line.clear();
            self.source.by_ref().take(MAX_LINE).read_until(b'\n', &mut self.line)?;
            self.row += 1;
            if self.line.is_empty() {
                self.is_over = true;
                self.close();
                break;
            }
            let line = std::mem::take(&mut self.line);
            let outcome = match std::str::from_utf8(&line) {
                Ok(text) => self.take_line(text.trim_end_matches(['\n', '\r'])),
                Err(_) => Err("it is not UTF-8".to_owned()),
            };
            self.line = line;
            outcome.map_err(|what| {
                self.is_over = true;
                let message = format!("line {} of the text of a trace: {what}", self.row);
                io::Error::new(io::ErrorKind::InvalidData, message)
            })?;
        }
        Ok(())
    }

    /// Ends the batch that is being read.
    fn close(&mut self) {
        let Some(head) = self.head.take() else { return };
        match self.experiment.take() {
            Some(experiment) => self.ready.extend([ev::EXPERIMENTAL_BATCH, experiment]),
            None => self.ready.push(ev::EVENT_BATCH),
        }
        for number in [head[0], head[1], head[2], self.body.len() as u64] {
            varint::write(number, &mut self.ready);
        }
        self.ready.append(&mut self.body);
        self.frames = 0;
        self.wants_data = false;
    }

    fn take_line(&mut self, text: &str) -> Result<(), String> {
        if text.trim().is_empty() {
            return Ok(());
        }
        if self.row == 1 {
            return self.take_header(text);
        }
        if let Some(rest) = text.strip_prefix('\t') {
            return self.take_part(rest);
        }
        if self.frames > 0 || self.wants_data {
            return Err("what belongs to the line before is missing".to_owned());
        }
        let name = text.split(' ').next().unwrap_or_default();
        let kind = *self
            .numbers
            .get(name)
            .ok_or_else(|| format!("there is no event {name}"))?;
        match kind {
            ev::END_OF_GENERATION => {
                self.close();
                self.ready.push(kind);
                return Ok(());
            }
            ev::EVENT_BATCH => {
                let head = numbers::<4>(text, &["gen", "m", "time", "size"])?;
                self.close();
                self.head = Some(head);
                return Ok(());
            }
            ev::EXPERIMENTAL_BATCH => {
                let [experiment, head @ ..] = numbers::<5>(text, &["exp", "gen", "m", "time", "size"])?;
                let experiment = u8::try_from(experiment).map_err(|_| "an experiment has a number up to 255")?;
                self.close();
                (self.head, self.experiment) = (Some(head), Some(experiment));
                self.wants_data = true;
                return Ok(());
            }
            _ if self.head.is_none() => return Err("an event outside of a batch".to_owned()),
            _ if self.experiment.is_some() => return Err("a batch of an experiment has only data".to_owned()),
            _ => {}
        }
        let (_, args) = spec(kind).unwrap_or_default();
        self.body.push(kind);
        let mut words = text.split(' ').skip(1);
        let mut last = 0;
        for arg in args {
            last = number(words.next(), arg)?;
            varint::write(last, &mut self.body);
        }
        if words.next().is_some() {
            return Err(format!("{name} has {} numbers, not more", args.len()));
        }
        match kind {
            ev::STACK => self.frames = last,
            ev::STRING => self.wants_data = true,
            _ => {}
        }
        self.check_size()
    }

    fn take_header(&mut self, text: &str) -> Result<(), String> {
        let version = text.strip_prefix("Trace Go").filter(|version| version.len() == 4);
        let version = version.ok_or("a text starts with `Trace Go1.26` or another version")?;
        self.ready.extend_from_slice(b"go ");
        self.ready.extend_from_slice(version.as_bytes());
        self.ready.extend_from_slice(b" trace\0\0\0");
        Ok(())
    }

    /// A frame, or the data of a string or an experiment.
    fn take_part(&mut self, text: &str) -> Result<(), String> {
        if self.frames > 0 {
            self.frames -= 1;
            let mut words = text.split(' ');
            for arg in ["pc", "func", "file", "line"] {
                varint::write(number(words.next(), arg)?, &mut self.body);
            }
        } else if std::mem::take(&mut self.wants_data) {
            let literal = text.strip_prefix("data=").ok_or("data=\"…\" is missing")?;
            let data = unquote(literal).ok_or("the data is no literal")?;
            if self.experiment.is_none() {
                varint::write(data.len() as u64, &mut self.body);
            }
            self.body.extend_from_slice(&data);
        } else {
            return Err("a part of nothing".to_owned());
        }
        self.check_size()
    }

    fn check_size(&self) -> Result<(), String> {
        if self.body.len() as u64 > MAX_BATCH {
            return Err(format!("its batch becomes larger than {MAX_BATCH} bytes"));
        }
        Ok(())
    }
}

impl<R: BufRead> Read for Assembler<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if self.given == self.ready.len() {
            self.advance()?;
        }
        let count = out.len().min(self.ready.len() - self.given);
        out[..count].copy_from_slice(&self.ready[self.given..self.given + count]);
        self.given += count;
        Ok(count)
    }
}

/// The numbers of a line, by their names in order.
fn numbers<const N: usize>(text: &str, names: &[&str; N]) -> Result<[u64; N], String> {
    let mut words = text.split(' ').skip(1);
    let mut found = [0; N];
    for (found, name) in found.iter_mut().zip(names) {
        *found = number(words.next(), name)?;
    }
    Ok(found)
}

/// The number in `name=number`.
fn number(word: Option<&str>, name: &str) -> Result<u64, String> {
    let text = word.and_then(|word| word.strip_prefix(name)?.strip_prefix('='));
    let text = text.ok_or_else(|| format!("{name}=… is missing"))?;
    text.parse().map_err(|_| format!("{name}={text} is no number"))
}

/// The bytes of a Go string literal. None if it is none.
fn unquote(literal: &str) -> Option<Vec<u8>> {
    let inner = literal.strip_prefix('"')?.strip_suffix('"')?;
    let mut out = Vec::with_capacity(inner.len());
    let mut chars = inner.chars();
    while let Some(char) = chars.next() {
        if char != '\\' {
            out.extend_from_slice(char.encode_utf8(&mut [0; 4]).as_bytes());
            continue;
        }
        match chars.next()? {
            'a' => out.push(0x07),
            'b' => out.push(0x08),
            'f' => out.push(0x0c),
            'n' => out.push(b'\n'),
            'r' => out.push(b'\r'),
            't' => out.push(b'\t'),
            'v' => out.push(0x0b),
            char @ ('"' | '\\') => out.push(char as u8),
            'x' => out.push(hex_number(&mut chars, 2)? as u8),
            'u' => {
                let char = char::from_u32(hex_number(&mut chars, 4)?)?;
                out.extend_from_slice(char.encode_utf8(&mut [0; 4]).as_bytes());
            }
            _ => return None,
        }
    }
    Some(out)
}

/// A number of so many hexadecimal digits.
fn hex_number(chars: &mut std::str::Chars<'_>, digits: usize) -> Option<u32> {
    let mut value = 0;
    for _ in 0..digits {
        value = value << 4 | chars.next()?.to_digit(16)?;
    }
    Some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn assemble(text: &str) -> Result<Vec<u8>, String> {
        let mut out = Vec::new();
        let outcome = Assembler::new(text.as_bytes()).read_to_end(&mut out);
        outcome.map(|_| out).map_err(|error| error.to_string())
    }

    #[test]
    fn a_batch_counts_its_own_bytes() {
        let text = "Trace Go1.26\nEventBatch gen=1 m=300 time=5 size=999\nStrings\nString id=1\n\tdata=\"a\\n\\xff\"\nEndOfGeneration\n";
        let bytes = assemble(text).expect("a trace");
        let mut wanted = b"go 1.26 trace\0\0\0".to_vec();
        wanted.extend([1, 1, 0xac, 2, 5, 7, 4, 5, 1, 3, b'a', b'\n', 0xff, 52]);
        assert_eq!(bytes, wanted);
    }

    #[test]
    fn mistakes_name_their_line() {
        let cases = [
            (
                "Trace of something\n",
                "line 1 of the text of a trace: a text starts with",
            ),
            (
                "Trace Go1.26\nGoStop dt=1\n",
                "line 2 of the text of a trace: an event outside of a batch",
            ),
            (
                "Trace Go1.26\nNothing\n",
                "line 2 of the text of a trace: there is no event Nothing",
            ),
            (
                "Trace Go1.26\nEventBatch gen=1 m=2 time=3 size=4\nProcStop\n",
                "line 3 of the text of a trace: dt=… is missing",
            ),
            (
                "Trace Go1.26\nEventBatch gen=1 m=2 time=3 size=4\nStrings\nString id=1\nString id=2\n",
                "line 5 of the text of a trace: what belongs to the line before is missing",
            ),
        ];
        for (text, message) in cases {
            let error = assemble(text).expect_err(text);
            assert!(error.starts_with(message), "{error}");
        }
    }

    #[test]
    fn a_batch_has_an_end() {
        let mut text = "Trace Go1.26\nEventBatch gen=1 m=2 time=3 size=4\n".to_owned();
        text.push_str(&"ProcStop dt=1\n".repeat(40_000));
        let error = assemble(&text).expect_err("too large");
        assert!(error.contains("larger than 65536 bytes"), "{error}");
    }
}
