//! Structures of Thrift's compact protocol, as far as the headers and the footer of a Parquet file need them.

/// A structure that is being written.
#[derive(Debug, Default)]
pub(super) struct Writer {
    pub out: Vec<u8>,
    /// Number of the field before, of each structure that is open.
    last: Vec<i16>,
}

const I32: u8 = 5;
const I64: u8 = 6;
const BINARY: u8 = 8;
const LIST: u8 = 9;
const STRUCT: u8 = 12;

impl Writer {
    /// Writes a structure that is no field of another.
    pub(super) fn structure(&mut self, write: impl FnOnce(&mut Self)) {
        self.last.push(0);
        write(self);
        self.last.pop();
        self.out.push(0);
    }

    fn varint(&mut self, mut value: u64) {
        while value >= 0x80 {
            self.out.push(value as u8 | 0x80);
            value >>= 7;
        }
        self.out.push(value as u8);
    }

    fn signed(&mut self, value: i64) {
        self.varint((value << 1 ^ value >> 63) as u64);
    }

    fn header(&mut self, field: i16, kind: u8) {
        let last = self.last.last_mut().expect("fields are within structures");
        // Fields come in order and near to each other.
        let step = (field - *last) as u8;
        *last = field;
        self.out.push(step << 4 | kind);
    }

    pub(super) fn i32(&mut self, field: i16, value: i32) {
        self.header(field, I32);
        self.signed(i64::from(value));
    }

    pub(super) fn i64(&mut self, field: i16, value: i64) {
        self.header(field, I64);
        self.signed(value);
    }

    pub(super) fn text(&mut self, field: i16, text: &str) {
        self.header(field, BINARY);
        self.bare_text(text);
    }

    fn bare_text(&mut self, text: &str) {
        self.varint(text.len() as u64);
        self.out.extend_from_slice(text.as_bytes());
    }

    pub(super) fn nested(&mut self, field: i16, write: impl FnOnce(&mut Self)) {
        self.header(field, STRUCT);
        self.structure(write);
    }

    fn list(&mut self, field: i16, kind: u8, length: usize) {
        self.header(field, LIST);
        if length < 15 {
            self.out.push((length as u8) << 4 | kind);
        } else {
            self.out.push(0xf0 | kind);
            self.varint(length as u64);
        }
    }

    pub(super) fn numbers(&mut self, field: i16, values: &[i32]) {
        self.list(field, I32, values.len());
        for &value in values {
            self.signed(i64::from(value));
        }
    }

    pub(super) fn texts(&mut self, field: i16, texts: &[&str]) {
        self.list(field, BINARY, texts.len());
        for text in texts {
            self.bare_text(text);
        }
    }

    pub(super) fn structures<T>(&mut self, field: i16, items: &[T], mut write: impl FnMut(&mut Self, &T)) {
        self.list(field, STRUCT, items.len());
        for item in items {
            self.structure(|writer| write(writer, item));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Writer;

    #[test]
    fn fields_are_told_by_their_distance() {
        let mut writer = Writer::default();
        writer.structure(|writer| {
            writer.i32(1, -1);
            writer.nested(5, |inner| inner.i64(2, 300));
            writer.texts(6, &["ab"]);
        });
        assert_eq!(
            writer.out,
            [0x15, 1, 0x4c, 0x26, 0xd8, 4, 0, 0x19, 0x18, 2, b'a', b'b', 0]
        );
    }
}
