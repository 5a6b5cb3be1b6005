//! Messages of protocol buffers, as far as writing them goes.

/// Bytes of a length whose value is known only later: enough for messages of 256 MiB.
const LENGTH: usize = 4;

/// A message that is being written.
#[derive(Debug, Default)]
pub(super) struct Message(Vec<u8>);

impl Message {
    /// What was written.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.0
    }

    pub(super) fn clear(&mut self) {
        self.0.clear();
    }

    fn varint(&mut self, mut value: u64) {
        while value >= 0x80 {
            self.0.push(value as u8 | 0x80);
            value >>= 7;
        }
        self.0.push(value as u8);
    }

    pub(super) fn uint(&mut self, field: u32, value: u64) {
        self.varint(u64::from(field) << 3);
        self.varint(value);
    }

    pub(super) fn fixed64(&mut self, field: u32, value: u64) {
        self.varint(u64::from(field) << 3 | 1);
        self.0.extend_from_slice(&value.to_le_bytes());
    }

    pub(super) fn text(&mut self, field: u32, text: &str) {
        self.varint(u64::from(field) << 3 | 2);
        self.varint(text.len() as u64);
        self.0.extend_from_slice(text.as_bytes());
    }

    /// A message within this one. Its length takes four bytes whatever it is: padding is allowed, and nothing has to be moved.
    pub(super) fn nested(&mut self, field: u32, write: impl FnOnce(&mut Self)) {
        self.varint(u64::from(field) << 3 | 2);
        let at = self.0.len();
        self.0.extend_from_slice(&[0; LENGTH]);
        write(self);
        let length = self.0.len() - at - LENGTH;
        for (index, byte) in self.0[at..at + LENGTH].iter_mut().enumerate() {
            let more = if index + 1 < LENGTH { 0x80 } else { 0 };
            *byte = (length >> (7 * index)) as u8 & 0x7f | more;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Message;

    #[test]
    fn lengths_are_padded() {
        let mut message = Message::default();
        message.uint(1, 300);
        message.nested(2, |inner| inner.text(3, "ab"));
        message.fixed64(47, 7);
        assert_eq!(
            message.bytes(),
            [
                8, 0xac, 2, 18, 0x84, 0x80, 0x80, 0, 26, 2, b'a', b'b', 0xf9, 2, 7, 0, 0, 0, 0, 0, 0, 0
            ]
        );
    }
}
