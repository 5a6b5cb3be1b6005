//! Takes off compression and foreign text encodings before anything is parsed.
//!
//! gzip (with any number of members) and zstd (with any number of frames) are recognised by their first bytes, up to three
//! layers deep, and read as a stream: memory is one window per layer, whatever the size of the data. Damage keeps what came
//! out before it. UTF-16 text becomes UTF-8.
//!
//! Non-goals: archives, and compression that Go's tools and log collectors do not write; `unknown` names those.

use std::cell::{Cell, RefCell};
use std::io::{self, BufRead, Read};
use std::rc::Rc;

use flate2::bufread::GzDecoder;
use ruzstd::decoding::errors::{FrameDecoderError, ReadFrameHeaderError};
use ruzstd::decoding::{BlockDecodingStrategy, FrameDecoder};

/// Bytes in front that are looked at before they are read.
pub(crate) const HEAD: usize = 64 << 10;
/// Layers of compression that are taken off.
const DEPTH: usize = 3;
/// Output above which the expansion is judged.
const BOMB_FLOOR: u64 = 64 << 20;
/// Expansion that no dump or log reaches: gzip gives 20 to 80, zstd up to 150 on a million equal goroutines.
const BOMB_RATIO: u64 = 250;
/// Largest zstd window: what `zstd -20` writes; `--long=27` and above would cost hostile input 128 MiB and more.
const WINDOW: u64 = 32 << 20;

/// What was found on the way, shared by the layers of one input.
#[derive(Debug, Default)]
pub(crate) struct Layers {
    /// Compression met, outermost first.
    pub compression: Vec<&'static str>,
    /// `utf-16` text was converted.
    pub utf16: bool,
    /// Sentences about parts that were left out without stopping.
    pub remarks: Vec<String>,
}

/// A decompressed input: a reader with a look at what comes next.
pub(crate) struct Unpacked<'a> {
    inner: Peek<Box<dyn Read + 'a>>,
    layers: Rc<RefCell<Layers>>,
    raw: Rc<Cell<u64>>,
}

impl<'a> Unpacked<'a> {
    /// Looks at `bytes` and takes off what is around them.
    pub(crate) fn new(bytes: &'a mut dyn Read) -> Self {
        let raw = Rc::new(Cell::new(0));
        let layers = Rc::new(RefCell::new(Layers::default()));
        let counter = Counter {
            inner: bytes,
            count: Rc::clone(&raw),
        };
        let mut inner: Peek<Box<dyn Read + 'a>> = Peek::new(Box::new(counter));
        for _ in 0..DEPTH {
            let head = inner.fill(4);
            let decoder: Box<dyn Read + 'a> = match magic(head) {
                Some(Magic::Gzip) => {
                    layers.borrow_mut().compression.push("gzip");
                    Box::new(Gzip::new(inner, Rc::clone(&layers)))
                }
                Some(Magic::Zstd) => {
                    layers.borrow_mut().compression.push("zstd");
                    Box::new(Zstd::new(inner, Rc::clone(&layers)))
                }
                None => break,
            };
            inner = Peek::new(Box::new(Guard {
                inner: decoder,
                output: 0,
                raw: Rc::clone(&raw),
            }));
        }
        let head = inner.fill(8);
        if head.starts_with(b"\xef\xbb\xbf") {
            inner.consume(3);
        } else if let Some(order) = utf16_order(head) {
            layers.borrow_mut().utf16 = true;
            inner = Peek::new(Box::new(Utf16 {
                inner,
                order,
                pending: Vec::new(),
                given: 0,
                high: None,
            }));
        }
        Self { inner, layers, raw }
    }

    /// Up to `want` bytes (at most [`HEAD`]) that the next reads will give. Fewer only at the end or at an error, which the
    /// read that reaches it reports.
    pub(crate) fn peek(&mut self, want: usize) -> &[u8] {
        self.inner.fill(want.min(HEAD))
    }

    /// Bytes taken from the source so far.
    pub(crate) fn raw_bytes(&self) -> u64 {
        self.raw.get()
    }

    /// What was found so far.
    pub(crate) fn layers(&self) -> std::cell::Ref<'_, Layers> {
        self.layers.borrow()
    }
}

impl Read for Unpacked<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.inner.read(buffer)
    }
}

enum Magic {
    Gzip,
    Zstd,
}

fn magic(head: &[u8]) -> Option<Magic> {
    match head {
        [0x1f, 0x8b, 8, ..] => Some(Magic::Gzip),
        // The second is a skippable frame, which `zstd --format` tools put first (pzstd, seekable zstd).
        [0x28, 0xb5, 0x2f, 0xfd, ..] | [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..] => Some(Magic::Zstd),
        _ => None,
    }
}

/// Counts what is read.
struct Counter<'a> {
    inner: &'a mut dyn Read,
    count: Rc<Cell<u64>>,
}

impl Read for Counter<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.count.set(self.count.get() + count as u64);
        Ok(count)
    }
}

/// Stops output that grows out of proportion to the source.
struct Guard<R> {
    inner: R,
    output: u64,
    raw: Rc<Cell<u64>>,
}

impl<R: Read> Read for Guard<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.output += count as u64;
        if self.output > BOMB_FLOOR && self.output / BOMB_RATIO > self.raw.get() {
            return Err(io::Error::new(
                io::ErrorKind::InvalidData,
                format!(
                    "the compressed data expands more than {BOMB_RATIO} times ({} bytes became over {} MiB), as a \
                     decompression bomb does; unpack it yourself if you trust it",
                    self.raw.get(),
                    self.output >> 20
                ),
            ));
        }
        Ok(count)
    }
}

/// A buffered reader that can look ahead further than one read. An error met while looking ahead is kept for the read that
/// reaches it.
struct Peek<R> {
    inner: R,
    buffer: Vec<u8>,
    start: usize,
    ended: bool,
    error: Option<io::Error>,
}

impl<R: Read> Peek<R> {
    fn new(inner: R) -> Self {
        Self {
            inner,
            buffer: Vec::new(),
            start: 0,
            ended: false,
            error: None,
        }
    }

    fn fill(&mut self, want: usize) -> &[u8] {
        while self.buffer.len() - self.start < want && !self.ended && self.error.is_none() {
            self.more();
        }
        &self.buffer[self.start..]
    }

    fn more(&mut self) {
        if self.start > 0 {
            self.buffer.drain(..self.start);
            self.start = 0;
        }
        let old = self.buffer.len();
        self.buffer.resize(old + HEAD, 0);
        let count = loop {
            match self.inner.read(&mut self.buffer[old..]) {
                Ok(0) => {
                    self.ended = true;
                    break 0;
                }
                Ok(count) => break count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => {
                    self.error = Some(error);
                    break 0;
                }
            }
        };
        self.buffer.truncate(old + count);
    }

    fn available(&self) -> usize {
        self.buffer.len() - self.start
    }
}

impl<R: Read> Read for Peek<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if self.available() > 0 {
            let count = out.len().min(self.available());
            out[..count].copy_from_slice(&self.buffer[self.start..self.start + count]);
            self.start += count;
            return Ok(count);
        }
        if let Some(error) = self.error.take() {
            self.ended = true;
            return Err(error);
        }
        if self.ended {
            return Ok(0);
        }
        self.inner.read(out)
    }
}

impl<R: Read> BufRead for Peek<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.available() == 0 {
            if let Some(error) = self.error.take() {
                self.ended = true;
                return Err(error);
            }
            if !self.ended {
                self.more();
                if let Some(error) = self.error.take() {
                    self.ended = true;
                    return Err(error);
                }
            }
        }
        Ok(&self.buffer[self.start..])
    }

    fn consume(&mut self, count: usize) {
        self.start = (self.start + count).min(self.buffer.len());
    }
}

/// All members of a gzip file.
struct Gzip<R: Read> {
    /// `None` only while a member is exchanged and after the end.
    member: Option<GzDecoder<Peek<R>>>,
    given: u64,
    layers: Rc<RefCell<Layers>>,
}

impl<R: Read> Gzip<R> {
    fn new(source: Peek<R>, layers: Rc<RefCell<Layers>>) -> Self {
        Self {
            member: Some(GzDecoder::new(source)),
            given: 0,
            layers,
        }
    }
}

impl<R: Read> Read for Gzip<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let Some(member) = &mut self.member else {
                return Ok(0);
            };
            match member.read(buffer) {
                Ok(0) if !buffer.is_empty() => {
                    let Some(mut rest) = self.member.take().map(GzDecoder::into_inner) else {
                        return Ok(0);
                    };
                    let head = rest.fill(4);
                    if matches!(magic(head), Some(Magic::Gzip)) {
                        self.member = Some(GzDecoder::new(rest));
                    } else if head.iter().any(|&byte| byte != 0) {
                        // Zeros are the padding of tapes and block devices.
                        self.layers
                            .borrow_mut()
                            .remarks
                            .push("bytes after the end of the gzip data were left out".to_owned());
                    }
                }
                Ok(count) => {
                    self.given += count as u64;
                    return Ok(count);
                }
                Err(_) => {
                    self.member = None;
                    return Err(damaged("gzip", self.given));
                }
            }
        }
    }
}

/// All frames of a zstd file.
struct Zstd<R: Read> {
    source: Peek<R>,
    decoder: FrameDecoder,
    in_frame: bool,
    /// Damage met; reported when what was decoded before it has been given out.
    failed: bool,
    given: u64,
    layers: Rc<RefCell<Layers>>,
}

impl<R: Read> Zstd<R> {
    fn new(source: Peek<R>, layers: Rc<RefCell<Layers>>) -> Self {
        let mut decoder = FrameDecoder::new();
        decoder.set_max_window_size(WINDOW);
        Self {
            source,
            decoder,
            in_frame: false,
            failed: false,
            given: 0,
            layers,
        }
    }

    /// Opens the next frame. Returns whether there is one.
    fn next_frame(&mut self) -> io::Result<bool> {
        loop {
            let head = self.source.fill(4);
            if head.is_empty() {
                return Ok(false);
            }
            if !matches!(magic(head), Some(Magic::Zstd)) {
                self.layers
                    .borrow_mut()
                    .remarks
                    .push("bytes after the end of the zstd data were left out".to_owned());
                return Ok(false);
            }
            match self.decoder.init(&mut self.source) {
                Ok(()) => return Ok(true),
                Err(FrameDecoderError::ReadFrameHeaderError(ReadFrameHeaderError::SkipFrame { length, .. })) => {
                    io::copy(&mut (&mut self.source).take(u64::from(length)), &mut io::sink())?;
                }
                Err(FrameDecoderError::WindowSizeTooBig { requested, max }) => {
                    return Err(io::Error::new(
                        io::ErrorKind::InvalidData,
                        format!(
                            "the zstd data needs a window of {} MiB, more than the {} MiB allowed here; \
                             unpack it first (`zstd -d --long=31`)",
                            requested >> 20,
                            max >> 20
                        ),
                    ));
                }
                Err(_) => return Err(damaged("zstd", self.given)),
            }
        }
    }
}

impl<R: Read> Read for Zstd<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        loop {
            if !self.in_frame {
                if !self.next_frame()? {
                    return Ok(0);
                }
                self.in_frame = true;
            }
            while self.decoder.can_collect() == 0 && !self.decoder.is_finished() {
                let step = BlockDecodingStrategy::UptoBlocks(1);
                if self.decoder.decode_blocks(&mut self.source, step).is_err() {
                    // The decoder holds a window of output back until the frame ends, so end it: an empty last block and a
                    // checksum, which is not compared.
                    let step = BlockDecodingStrategy::UptoBlocks(1);
                    if self.failed || self.decoder.decode_blocks(&[1u8, 0, 0, 0, 0, 0, 0][..], step).is_err() {
                        return Err(damaged("zstd", self.given));
                    }
                    self.failed = true;
                }
            }
            let count = Read::read(&mut self.decoder, buffer)?;
            if count > 0 {
                self.given += count as u64;
                return Ok(count);
            }
            if self.failed {
                return Err(damaged("zstd", self.given));
            }
            self.in_frame = false;
        }
    }
}

fn damaged(format: &str, given: u64) -> io::Error {
    io::Error::new(
        io::ErrorKind::InvalidData,
        format!("the {format} data is cut or damaged; {given} bytes came out before that"),
    )
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Order {
    Little,
    Big,
}

/// The byte order of UTF-16 text: by its mark, or by zeros beside four ASCII letters (a redirection of Windows PowerShell
/// has the mark, a cut or appended file may not).
fn utf16_order(head: &[u8]) -> Option<Order> {
    let text = |byte: u8| byte == b'\n' || byte == b'\r' || byte == b'\t' || (0x20..0x7f).contains(&byte);
    match head {
        [0xff, 0xfe, ..] => Some(Order::Little),
        [0xfe, 0xff, ..] => Some(Order::Big),
        [a, 0, b, 0, c, 0, d, 0, ..] if [a, b, c, d].into_iter().all(|&byte| text(byte)) => Some(Order::Little),
        [0, a, 0, b, 0, c, 0, d, ..] if [a, b, c, d].into_iter().all(|&byte| text(byte)) => Some(Order::Big),
        _ => None,
    }
}

/// UTF-16 to UTF-8; lone surrogates become U+FFFD, the mark goes away.
struct Utf16<R> {
    inner: Peek<R>,
    order: Order,
    pending: Vec<u8>,
    given: usize,
    high: Option<u16>,
}

impl<R: Read> Read for Utf16<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.given == self.pending.len() {
            self.pending.clear();
            self.given = 0;
            self.inner.fill(2);
            let bytes = self.inner.fill_buf()?;
            if bytes.len() < 2 {
                return Ok(0);
            }
            let whole = bytes.len() & !1;
            for pair in bytes[..whole].chunks_exact(2) {
                let unit = match self.order {
                    Order::Little => u16::from_le_bytes([pair[0], pair[1]]),
                    Order::Big => u16::from_be_bytes([pair[0], pair[1]]),
                };
                let decoded = match (self.high.take(), unit) {
                    (_, 0xfeff) => continue,
                    (_, 0xd800..=0xdbff) => {
                        self.high = Some(unit);
                        continue;
                    }
                    (Some(high), 0xdc00..=0xdfff) => {
                        0x1_0000 + ((u32::from(high) - 0xd800) << 10) + (u32::from(unit) - 0xdc00)
                    }
                    _ => u32::from(unit),
                };
                let character = char::from_u32(decoded).unwrap_or(char::REPLACEMENT_CHARACTER);
                self.pending
                    .extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
            }
            self.inner.consume(whole);
        }
        let count = buffer.len().min(self.pending.len() - self.given);
        buffer[..count].copy_from_slice(&self.pending[self.given..self.given + count]);
        self.given += count;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use flate2::Compression;
    use flate2::write::GzEncoder;
    use insta::assert_snapshot;
    use ruzstd::encoding::{CompressionLevel, compress_to_vec};

    use super::*;

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(bytes).expect("writing to memory");
        encoder.finish().expect("writing to memory")
    }

    fn zstd(bytes: &[u8]) -> Vec<u8> {
        compress_to_vec(bytes, CompressionLevel::Fastest)
    }

    /// Reads everything: layers, bytes that came out, the error that ended it.
    fn unpack(packed: &[u8]) -> (Vec<&'static str>, Vec<u8>, String) {
        let mut source = packed;
        let mut unpacked = Unpacked::new(&mut source);
        let mut out = Vec::new();
        let mut buffer = [0; 4_096];
        let error = loop {
            match unpacked.read(&mut buffer) {
                Ok(0) => break String::new(),
                Ok(count) => out.extend_from_slice(&buffer[..count]),
                Err(error) => break error.to_string(),
            }
        };
        let compression = unpacked.layers().compression.clone();
        let remarks = unpacked.layers().remarks.join("; ");
        (compression, out, error + &remarks)
    }

    /// Text that does not compress away entirely.
    fn text(lines: u32) -> Vec<u8> {
        (0..lines)
            .flat_map(|line| {
                format!("goroutine {line} [chan send]: {}\n", line.wrapping_mul(2_654_435_761)).into_bytes()
            })
            .collect()
    }

    #[test]
    fn layers_are_taken_off() {
        let plain = text(2_000);
        for (packed, layers) in [
            (plain.clone(), vec![]),
            (gzip(&plain), vec!["gzip"]),
            (zstd(&plain), vec!["zstd"]),
            (zstd(&gzip(&plain)), vec!["zstd", "gzip"]),
            (gzip(&zstd(&gzip(&plain))), vec!["gzip", "zstd", "gzip"]),
            ([gzip(&plain[..100]), gzip(&plain[100..])].concat(), vec!["gzip"]),
            ([zstd(&plain[..100]), zstd(&plain[100..])].concat(), vec!["zstd"]),
            (
                [b"\x50\x2a\x4d\x18\x03\0\0\0abc".as_slice(), &zstd(&plain)].concat(),
                vec!["zstd"],
            ),
            ([gzip(&plain), vec![0; 512]].concat(), vec!["gzip"]),
        ] {
            let (found, out, error) = unpack(&packed);
            assert_eq!(found, layers);
            assert_eq!(error, "", "{layers:?}");
            assert!(out == plain, "{layers:?}: {} bytes", out.len());
        }
        let four = gzip(&gzip(&gzip(&gzip(&plain))));
        let (found, out, _) = unpack(&four);
        assert_eq!(found, ["gzip", "gzip", "gzip"]);
        assert!(out == gzip(&plain), "the fourth layer stays");
    }

    #[test]
    fn what_came_before_damage_is_kept() {
        let plain = text(40_000);
        for packed in [gzip(&plain), zstd(&plain)] {
            for keep in [packed.len() / 2, packed.len() - 5] {
                let (_, out, error) = unpack(&packed[..keep]);
                assert!(plain.starts_with(&out));
                assert!(out.len() > plain.len() / 4, "{} of {}", out.len(), plain.len());
                assert!(error.contains("is cut or damaged"), "{error}");
            }
        }
        let (_, out, error) = unpack(&[gzip(b"whole\n"), b"rest".to_vec()].concat());
        assert_eq!(out, b"whole\n");
        assert_snapshot!(error, @"bytes after the end of the gzip data were left out");
        assert_snapshot!(unpack(b"\x1f\x8b\x08\0").2, @"the gzip data is cut or damaged; 0 bytes came out before that");
        assert_snapshot!(unpack(b"\x28\xb5\x2f\xfd\xff").2, @r#"the zstd data is cut or damaged; 0 bytes came out before that"#);
        // A window of 2 GiB.
        assert_snapshot!(unpack(b"\x28\xb5\x2f\xfd\x00\xa8\x01\0\0").2, @"the zstd data needs a window of 2048 MiB, more than the 32 MiB allowed here; unpack it first (`zstd -d --long=31`)");
    }

    #[test]
    fn bombs_are_stopped() {
        let zeros = vec![0u8; 80 << 20];
        let bomb = gzip(&zeros);
        let (_, out, error) = unpack(&bomb);
        assert!(out.len() <= (64 << 20) + HEAD, "{}", out.len());
        assert_snapshot!(error, @"the compressed data expands more than 250 times (65536 bytes became over 64 MiB), as a decompression bomb does; unpack it yourself if you trust it");
        // The outer layer alone is judged as well.
        let nested = gzip(&bomb);
        let (_, out, error) = unpack(&nested);
        assert!(out.len() <= (64 << 20) + HEAD);
        assert!(error.contains("expands more than 250 times"), "{error}");
    }

    #[test]
    fn utf16_becomes_utf8() {
        let text = "goroutine 1 [running]:\r\nmain.größe(𝄞)\r\n";
        let little: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
        for packed in [
            little.clone(),
            big.clone(),
            [b"\xff\xfe".to_vec(), little].concat(),
            [b"\xfe\xff".to_vec(), big].concat(),
            [b"\xef\xbb\xbf", text.as_bytes()].concat(),
        ] {
            let (_, out, error) = unpack(&packed);
            assert_eq!(String::from_utf8_lossy(&out), text);
            assert_eq!(error, "");
        }
        let (_, out, _) = unpack(b"\xff\xfeg\0\x00\xd8o\0x");
        assert_eq!(
            String::from_utf8_lossy(&out),
            "go",
            "a lone surrogate and half a unit are dropped"
        );
    }

    #[test]
    fn damage_never_panics() {
        let plain = text(300);
        for packed in [gzip(&plain), zstd(&plain), zstd(&gzip(&plain))] {
            for at in 0..packed.len().min(400) {
                unpack(&packed[..at]);
                let mut flipped = packed.clone();
                flipped[at] ^= 1 << (at % 8);
                let (_, out, _) = unpack(&flipped);
                assert!(out.len() < 64 << 20);
            }
        }
    }
}
