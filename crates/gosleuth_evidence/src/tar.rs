//! Tar archives as a stream: one entry after the other, no random access, nothing written anywhere.
//!
//! ustar, with the long names of pax and GNU tar. A name, and the records that hold one, have a fixed cap each: the usual crate
//! reads them whole, which a hostile archive can make as large as it likes.

use std::io::{self, Read};

use crate::model::Time;

/// A block; headers are one, data fills whole ones.
pub(crate) const BLOCK: usize = 512;
/// Most bytes of a name; the rest is cut.
const MAX_NAME: usize = 1 << 10;
/// Most bytes of a record that may hold a name.
const MAX_RECORD: u64 = 64 << 10;

/// Whether this is the beginning of a tar archive (ustar or newer).
pub(crate) fn looks_like(head: &[u8]) -> bool {
    head.get(257..262) == Some(b"ustar") && head.get(..BLOCK).is_some_and(checksum_is_right)
}

/// A file of the archive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    /// Path, with `/`, as written.
    pub name: String,
    /// Time of the last change.
    pub modified: Option<Time>,
}

/// An archive that is being read. After [`Tar::next`] gave an entry, reading gives that entry's bytes.
pub(crate) struct Tar<R> {
    inner: R,
    /// Bytes of the current entry that were not read yet.
    left: u64,
    padding: u64,
}

impl<R: Read> Tar<R> {
    pub(crate) fn new(inner: R) -> Self {
        Self {
            inner,
            left: 0,
            padding: 0,
        }
    }

    /// The next file; directories, links and devices are passed over.
    ///
    /// # Errors
    ///
    /// What the source says, and [`io::ErrorKind::InvalidData`] where no entry can be made out any more.
    pub(crate) fn next(&mut self) -> io::Result<Option<Entry>> {
        let mut long_name = None;
        loop {
            self.skip_rest()?;
            let mut header = [0; BLOCK];
            let filled = fill(&mut self.inner, &mut header)?;
            // Two empty blocks end an archive; one is enough here, and so is the end of the data.
            if filled == 0 || header.iter().all(|byte| *byte == 0) {
                return Ok(None);
            }
            let wrong = |why: &str| Err(io::Error::new(io::ErrorKind::InvalidData, why.to_owned()));
            if filled < BLOCK {
                return wrong("the archive ends inside a header");
            }
            if !checksum_is_right(&header) {
                return wrong("the archive is damaged: a header has a wrong checksum");
            }
            let Some(size) = number(&header[124..136]) else {
                return wrong("the archive is damaged: a size is no number");
            };
            self.left = size;
            self.padding = (BLOCK as u64 - size % BLOCK as u64) % BLOCK as u64;
            match header[156] {
                b'0' | 0 | b'7' => {
                    let name = long_name.take().unwrap_or_else(|| name(&header));
                    // Old programs mark directories by the name alone.
                    if name.ends_with('/') {
                        continue;
                    }
                    let modified = number(&header[136..148])
                        .and_then(|seconds| i64::try_from(seconds).ok()?.checked_mul(1_000_000_000))
                        .filter(|nanos| *nanos > 0)
                        .map(Time);
                    return Ok(Some(Entry { name, modified }));
                }
                b'L' => {
                    let record = self.record()?;
                    let end = record.iter().position(|byte| *byte == 0).unwrap_or(record.len());
                    long_name = Some(text(&record[..end]));
                }
                b'x' => {
                    if let Some(path) = pax_path(&self.record()?) {
                        long_name = Some(text(path));
                    }
                }
                // A long link target, and settings for all entries: neither is the entry that has the name.
                b'K' | b'g' => {}
                _ => long_name = None,
            }
        }
    }

    /// The beginning of the current entry; more than a name needs is passed over by the next call of `next`.
    fn record(&mut self) -> io::Result<Vec<u8>> {
        let mut record = Vec::new();
        let most = self.left.min(MAX_RECORD);
        self.by_ref().take(most).read_to_end(&mut record)?;
        Ok(record)
    }

    fn skip_rest(&mut self) -> io::Result<()> {
        let rest = self.left.saturating_add(self.padding);
        (self.left, self.padding) = (0, 0);
        if rest > 0 {
            io::copy(&mut self.inner.by_ref().take(rest), &mut io::sink())?;
        }
        Ok(())
    }
}

impl<R: Read> Read for Tar<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let most = usize::try_from(self.left).unwrap_or(usize::MAX).min(buffer.len());
        if most == 0 {
            return Ok(0);
        }
        let count = self.inner.read(&mut buffer[..most])?;
        if count == 0 {
            (self.left, self.padding) = (0, 0);
            return Err(io::Error::new(
                io::ErrorKind::UnexpectedEof,
                "the archive ends inside this file",
            ));
        }
        self.left -= count as u64;
        Ok(count)
    }
}

/// Reads until `buffer` is full or the data ends.
fn fill(reader: &mut impl Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match reader.read(&mut buffer[filled..]) {
            Ok(0) => break,
            Ok(count) => filled += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

/// The sum of all bytes, the field of the sum itself taken as spaces.
fn checksum_is_right(header: &[u8]) -> bool {
    let field = 148..156;
    let sum: u64 = header
        .iter()
        .enumerate()
        .map(|(at, byte)| u64::from(if field.contains(&at) { b' ' } else { *byte }))
        .sum();
    number(&header[field]) == Some(sum)
}

/// Octal digits, or the binary form of GNU tar for what does not fit.
fn number(field: &[u8]) -> Option<u64> {
    if field.first() == Some(&0x80) {
        let (high, low) = field[1..].split_at(field.len() - 9);
        return high
            .iter()
            .all(|byte| *byte == 0)
            .then(|| low.iter().fold(0, |value, byte| value << 8 | u64::from(*byte)));
    }
    let digits = field.trim_ascii();
    let end = digits.iter().position(|byte| *byte == 0).unwrap_or(digits.len());
    digits[..end].trim_ascii().iter().try_fold(0u64, |value, byte| {
        matches!(byte, b'0'..=b'7').then(|| value.checked_mul(8)?.checked_add(u64::from(byte - b'0')))?
    })
}

/// `prefix/name` of a header.
fn name(header: &[u8]) -> String {
    let field = |range: std::ops::Range<usize>| {
        let field = &header[range];
        let end = field.iter().position(|byte| *byte == 0).unwrap_or(field.len());
        &field[..end]
    };
    // GNU tar keeps times where ustar keeps the prefix.
    let prefix = if header[257..263] == *b"ustar\0" {
        field(345..500)
    } else {
        b""
    };
    if prefix.is_empty() {
        text(field(0..100))
    } else {
        text(&[prefix, b"/", field(0..100)].concat())
    }
}

fn text(bytes: &[u8]) -> String {
    let bytes = &bytes[..bytes.len().min(MAX_NAME)];
    let name = String::from_utf8_lossy(bytes);
    name.strip_prefix("./").unwrap_or(&name).to_owned()
}

/// The value of `path` in records `LENGTH KEY=VALUE\n`.
fn pax_path(mut records: &[u8]) -> Option<&[u8]> {
    let mut found = None;
    while !records.is_empty() {
        let space = records.iter().take(10).position(|byte| *byte == b' ')?;
        let length: usize = std::str::from_utf8(&records[..space]).ok()?.parse().ok()?;
        let record = records.get(space + 1..length)?.strip_suffix(b"\n")?;
        found = record.strip_prefix(b"path=").or(found);
        records = &records[length..];
    }
    found
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A header as tar writes it.
    pub(crate) fn header(name: &str, size: usize, kind: u8) -> Vec<u8> {
        let mut header = vec![0; BLOCK];
        header[..name.len()].copy_from_slice(name.as_bytes());
        header[100..108].copy_from_slice(b"0000644\0");
        header[124..136].copy_from_slice(format!("{size:011o}\0").as_bytes());
        header[136..148].copy_from_slice(format!("{:011o}\0", 1_795_176_732).as_bytes());
        header[156] = kind;
        header[257..265].copy_from_slice(b"ustar\x0000");
        seal(&mut header);
        header
    }

    fn seal(header: &mut [u8]) {
        header[148..156].fill(b' ');
        let sum: u64 = header.iter().map(|byte| u64::from(*byte)).sum();
        header[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    }

    /// An entry with its padding.
    pub(crate) fn entry(name: &str, data: &[u8], kind: u8) -> Vec<u8> {
        let mut bytes = header(name, data.len(), kind);
        bytes.extend_from_slice(data);
        bytes.resize(bytes.len().next_multiple_of(BLOCK), 0);
        bytes
    }

    fn all(bytes: &[u8]) -> Vec<(String, String)> {
        let mut tar = Tar::new(bytes);
        let mut files = Vec::new();
        while let Ok(Some(entry)) = tar.next() {
            let mut text = String::new();
            let _ = tar.read_to_string(&mut text);
            files.push((entry.name, text));
        }
        files
    }

    #[test]
    fn files_come_in_order_and_other_entries_do_not() {
        let bytes = [
            entry("d/", b"", b'5'),
            entry("d/a.txt", b"one", b'0'),
            entry("link", b"", b'2'),
            entry("./b", &[b'x'; 512], b'0'),
            vec![0; 1024],
            b"rest".to_vec(),
        ]
        .concat();
        assert!(looks_like(&bytes));
        assert_eq!(
            all(&bytes),
            [("d/a.txt".into(), "one".into()), ("b".into(), "x".repeat(512))]
        );
        let mut tar = Tar::new(&bytes[512..]);
        let first = tar.next().expect("whole").expect("a file");
        assert_eq!(first.modified, Some(Time(1_795_176_732_000_000_000)));
    }

    #[test]
    fn long_names() {
        let long = "d/".repeat(90) + "x";
        let record = format!("path={long}\n");
        let pax = format!("{} {record}", record.len() + 4);
        let bytes = [
            entry("@LongLink", &[long.as_bytes(), b"\0"].concat(), b'L'),
            entry("cut", b"1", b'0'),
            entry("PaxHeader", pax.as_bytes(), b'x'),
            entry("cut", b"2", b'0'),
            entry("plain", b"3", b'0'),
        ]
        .concat();
        assert_eq!(
            all(&bytes),
            [
                (long.clone(), "1".into()),
                (long, "2".into()),
                ("plain".into(), "3".into())
            ]
        );
        let mut split = header("name", 0, b'0');
        split[345..348].copy_from_slice(b"a/b");
        seal(&mut split);
        assert_eq!(all(&split), [("a/b/name".into(), String::new())]);
    }

    #[test]
    fn damage_keeps_what_came_before() {
        let whole = [entry("a", b"one", b'0'), entry("b", b"two", b'0')].concat();
        let cut = &whole[..512 + 512 + 100];
        let mut tar = Tar::new(cut);
        assert!(tar.next().is_ok_and(|entry| entry.is_some()));
        assert_eq!(
            tar.next().map_err(|error| error.to_string()),
            Err("the archive ends inside a header".into())
        );
        let mut tar = Tar::new(&whole[..514]);
        assert!(tar.next().is_ok_and(|entry| entry.is_some()));
        let mut text = Vec::new();
        assert!(tar.read_to_end(&mut text).is_err());
        assert_eq!(text, b"on");
        let mut flipped = whole.clone();
        flipped[1024] ^= 1;
        assert_eq!(all(&flipped).len(), 1);
    }

    #[test]
    fn sizes_that_lie_or_do_not_fit() {
        assert_eq!(number(b"0000644\0"), Some(0o644));
        assert_eq!(number(b"   17 \0"), Some(15));
        assert_eq!(number(b"98"), None);
        assert_eq!(number(b"\x80\0\0\0\0\0\0\x01\0\0\0\0"), Some(1 << 32));
        assert_eq!(number(b"\x80\xff\0\0\0\0\0\0\0\0\0\0"), None);
        let mut huge = header("a", 0, b'0');
        huge[124..136].copy_from_slice(b"\x80\0\0\0\xff\xff\xff\xff\xff\xff\xff\xff");
        seal(&mut huge);
        assert_eq!(all(&huge), [("a".into(), String::new())]);
    }
}
