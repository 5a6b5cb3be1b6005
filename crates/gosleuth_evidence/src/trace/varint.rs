//! Unsigned numbers in base 128, as every field of a trace is written.

/// The number at `at`, which moves behind it. None if it does not end within the bytes or within ten bytes.
#[inline(always)]
pub(super) fn read(bytes: &[u8], at: &mut usize) -> Option<u64> {
    let first = *bytes.get(*at)?;
    if first < 0x80 {
        *at += 1;
        return Some(u64::from(first));
    }
    long(bytes, at)
}

#[inline]
fn long(bytes: &[u8], at: &mut usize) -> Option<u64> {
    let mut value = 0u64;
    let mut shift = 0;
    for (index, &byte) in bytes.get(*at..)?.iter().enumerate().take(10) {
        // The tenth byte has room for one bit.
        if index == 9 && byte > 1 {
            return None;
        }
        value |= u64::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            *at += index + 1;
            return Some(value);
        }
        shift += 7;
    }
    None
}

/// Appends a number, in as few bytes as it needs.
pub(super) fn write(mut value: u64, out: &mut Vec<u8>) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

#[cfg(test)]
mod tests {
    use super::{read, write};

    #[test]
    fn numbers_of_every_length() {
        for (bytes, value) in [
            (&[0u8][..], Some(0)),
            (&[0x7f], Some(127)),
            (&[0x80, 1], Some(128)),
            (
                &[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1],
                Some(u64::MAX),
            ),
            (&[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2], None),
            (&[0x80], None),
            (&[], None),
        ] {
            let mut at = 0;
            assert_eq!(read(bytes, &mut at), value, "{bytes:?}");
            assert_eq!(at, if value.is_some() { bytes.len() } else { 0 });
            if let Some(value) = value {
                let mut written = Vec::new();
                write(value, &mut written);
                assert_eq!(written, bytes);
            }
        }
    }
}
