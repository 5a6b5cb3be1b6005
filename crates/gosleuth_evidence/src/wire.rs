//! The wire form of protocol buffers: fields of one message, borrowed from the input.
//!
//! Non-goals: schemas, groups (deprecated long ago, never used by profiles), writing.

/// The value of a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Value<'a> {
    Varint(u64),
    Fixed,
    Bytes(&'a [u8]),
}

/// The bytes are no message from here on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Damage;

/// Reads the fields of a message one after the other.
#[derive(Clone, Debug)]
pub(crate) struct Fields<'a> {
    bytes: &'a [u8],
    at: usize,
    short: bool,
}

impl<'a> Fields<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self {
            bytes,
            at: 0,
            short: false,
        }
    }

    /// Position after the last field read.
    pub(crate) fn position(&self) -> usize {
        self.at
    }

    /// Whether the damage was a missing end rather than wrong bytes.
    pub(crate) fn is_short(&self) -> bool {
        self.short
    }

    /// The next field number and value.
    #[inline]
    pub(crate) fn next_field(&mut self) -> Result<Option<(u32, Value<'a>)>, Damage> {
        if self.at == self.bytes.len() {
            return Ok(None);
        }
        let key = self.varint()?;
        let number = u32::try_from(key >> 3).map_err(|_| Damage)?;
        if number == 0 {
            return Err(Damage);
        }
        let value = match key & 7 {
            0 => Value::Varint(self.varint()?),
            1 => {
                self.skip(8)?;
                Value::Fixed
            }
            2 => {
                let length = self.varint()?;
                Value::Bytes(self.skip(length)?)
            }
            5 => {
                self.skip(4)?;
                Value::Fixed
            }
            _ => return Err(Damage),
        };
        Ok(Some((number, value)))
    }

    fn skip(&mut self, length: u64) -> Result<&'a [u8], Damage> {
        let rest = &self.bytes[self.at..];
        match usize::try_from(length).ok().and_then(|length| rest.get(..length)) {
            Some(taken) => {
                self.at += taken.len();
                Ok(taken)
            }
            None => {
                self.short = true;
                Err(Damage)
            }
        }
    }

    #[inline]
    fn varint(&mut self) -> Result<u64, Damage> {
        if let Some(&byte) = self.bytes.get(self.at)
            && byte < 0x80
        {
            self.at += 1;
            return Ok(u64::from(byte));
        }
        let mut value = 0u64;
        for shift in (0..70).step_by(7) {
            let Some(&byte) = self.bytes.get(self.at) else {
                self.short = true;
                return Err(Damage);
            };
            self.at += 1;
            // Bits beyond 64 fall away, as in every other decoder.
            value |= u64::from(byte & 0x7f).checked_shl(shift).unwrap_or(0);
            if byte < 0x80 {
                return Ok(value);
            }
        }
        Err(Damage)
    }
}

/// Calls `visit` for each number of a repeated field, packed or not.
#[inline]
pub(crate) fn varints(value: Value<'_>, mut visit: impl FnMut(u64)) {
    match value {
        Value::Varint(number) => visit(number),
        Value::Bytes(packed) => {
            let mut fields = Fields::new(packed);
            while fields.at < packed.len() {
                let Ok(number) = fields.varint() else {
                    return;
                };
                visit(number);
            }
        }
        Value::Fixed => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_every_wire_type() {
        let bytes = [
            0x08, 0x96, 0x01, // 1: varint 150
            0x12, 0x02, b'h', b'i', // 2: bytes
            0x19, 1, 2, 3, 4, 5, 6, 7, 8, // 3: fixed64
            0x25, 1, 2, 3, 4, // 4: fixed32
        ];
        let mut fields = Fields::new(&bytes);
        assert_eq!(fields.next_field(), Ok(Some((1, Value::Varint(150)))));
        assert_eq!(fields.next_field(), Ok(Some((2, Value::Bytes(b"hi")))));
        assert_eq!(fields.next_field(), Ok(Some((3, Value::Fixed))));
        assert_eq!(fields.next_field(), Ok(Some((4, Value::Fixed))));
        assert_eq!(fields.next_field(), Ok(None));
    }

    #[test]
    fn damage_ends_the_message() {
        for (bytes, short) in [
            (&[0x12, 0x05, b'h'][..], true),
            (&[0x08][..], true),
            (&[0x03][..], false),
            (&[0x00, 0x01][..], false),
            (
                &[0x08, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01][..],
                false,
            ),
        ] {
            let mut fields = Fields::new(bytes);
            assert_eq!(fields.next_field(), Err(Damage), "{bytes:?}");
            assert_eq!(fields.is_short(), short, "{bytes:?}");
        }
    }

    #[test]
    fn packed_and_single_numbers_are_the_same() {
        let mut seen = Vec::new();
        varints(Value::Bytes(&[1, 0x80, 0x01, 3]), |number| seen.push(number));
        varints(Value::Varint(4), |number| seen.push(number));
        assert_eq!(seen, [1, 128, 3, 4]);
    }
}
