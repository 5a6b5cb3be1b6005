//! Numbers, texts and blobs in bytes: numbers have seven bits per byte, lowest first; texts and blobs their length before them.

use std::ops::Range;

pub(crate) fn number(out: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        out.push(number as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

pub(crate) fn blob(out: &mut Vec<u8>, bytes: &[u8]) {
    number(out, bytes.len() as u64);
    out.extend_from_slice(bytes);
}

/// Bytes being read; `None` is their unexpected end, or what does not fit.
pub(crate) struct Reader<'a> {
    bytes: &'a [u8],
    place: usize,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, place: 0 }
    }

    pub(crate) fn is_at_end(&self) -> bool {
        self.place >= self.bytes.len()
    }

    pub(crate) fn number(&mut self) -> Option<u64> {
        let mut value = 0_u64;
        for shift in (0..64).step_by(7) {
            let byte = *self.bytes.get(self.place)?;
            self.place += 1;
            value |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Some(value);
            }
        }
        None
    }

    /// A number that fits into 32 bits.
    pub(crate) fn small(&mut self) -> Option<u32> {
        u32::try_from(self.number()?).ok()
    }

    /// The next bytes, as many as asked for.
    pub(crate) fn exactly<const N: usize>(&mut self) -> Option<[u8; N]> {
        let bytes = *self.bytes.get(self.place..)?.first_chunk()?;
        self.place += N;
        Some(bytes)
    }

    /// Where a blob stands.
    pub(crate) fn range(&mut self) -> Option<Range<usize>> {
        let length = usize::try_from(self.number()?).ok()?;
        let end = self.place.checked_add(length).filter(|&end| end <= self.bytes.len())?;
        let range = self.place..end;
        self.place = end;
        Some(range)
    }

    pub(crate) fn text(&mut self) -> Option<&'a str> {
        let range = self.range()?;
        std::str::from_utf8(&self.bytes[range]).ok()
    }

    /// A list; its items take at least a byte each, so that a wrong length costs nothing.
    pub(crate) fn list<T>(&mut self, mut item: impl FnMut(&mut Self) -> Option<T>) -> Option<Vec<T>> {
        let count = usize::try_from(self.number()?).ok()?;
        if count > self.bytes.len() - self.place {
            return None;
        }
        (0..count).map(|_| item(self)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_comes_back() {
        let numbers = [0, 1, 127, 128, 1 << 32, u64::MAX];
        let mut out = Vec::new();
        numbers.iter().for_each(|&n| number(&mut out, n));
        blob(&mut out, b"text");
        out.extend([1, 2, 3]);
        let mut reader = Reader::new(&out);
        assert!(numbers.iter().all(|&n| reader.number() == Some(n)));
        assert_eq!(reader.text(), Some("text"));
        assert_eq!((reader.exactly(), reader.is_at_end()), (Some([1, 2, 3]), true));
        assert_eq!(reader.number(), None);
        assert_eq!(Reader::new(&[9, 1]).list(Reader::number), None);
        assert_eq!(Reader::new(&[9, 1]).range(), None);
    }
}
