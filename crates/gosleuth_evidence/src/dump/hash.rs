//! A 128-bit hash of text segments, for telling stacks apart without keeping them.
//!
//! Two lanes of multiply-and-fold over 16-byte blocks, in the manner of wyhash. Segments are delimited by their length. The
//! seeds are fixed so that output does not depend on the run; whoever forges colliding stacks merges his own groups.

const K0: u64 = 0x9e37_79b9_7f4a_7c15;
const K1: u64 = 0xd1b5_4a32_d192_ed03;
const K2: u64 = 0x8cb9_2ba7_2f3d_8dd7;
const K3: u64 = 0xe703_7ed1_a0b4_28db;

/// A running hash.
#[derive(Clone, Copy)]
pub(super) struct StackHash {
    a: u64,
    b: u64,
}

impl StackHash {
    pub(super) const fn new() -> Self {
        Self { a: K2, b: K3 }
    }

    /// Adds one segment.
    #[inline]
    pub(super) fn update(&mut self, segment: &[u8]) {
        let (blocks, tail) = segment.as_chunks::<16>();
        for block in blocks {
            let (x, y) = halves(block);
            self.mix(x, y);
        }
        let (x, y) = match tail.len() {
            0 => (0, 0),
            1..=3 => (
                u64::from(tail[0]) << 16 | u64::from(tail[tail.len() / 2]) << 8 | u64::from(tail[tail.len() - 1]),
                0,
            ),
            4..=7 => (four(tail, 0), four(tail, tail.len() - 4)),
            _ => (eight(tail, 0), eight(tail, tail.len() - 8)),
        };
        self.mix(x ^ (segment.len() as u64).rotate_left(48), y);
    }

    #[inline]
    fn mix(&mut self, x: u64, y: u64) {
        self.a = fold(self.a ^ x, y ^ K0);
        self.b = fold(self.b ^ y, x ^ K1) ^ self.a.rotate_left(23);
    }

    /// The hash, with a small number (kind, state) mixed in.
    #[inline]
    pub(super) fn finish(mut self, extra: u64) -> (u64, u64) {
        self.mix(extra, K3);
        self.mix(self.b, self.a);
        (self.a, self.b)
    }
}

#[inline]
fn fold(x: u64, y: u64) -> u64 {
    let product = u128::from(x) * u128::from(y);
    (product as u64) ^ (product >> 64) as u64 ^ x.rotate_left(29)
}

#[inline]
fn halves(block: &[u8; 16]) -> (u64, u64) {
    let whole = u128::from_le_bytes(*block);
    (whole as u64, (whole >> 64) as u64)
}

#[inline]
fn eight(bytes: &[u8], at: usize) -> u64 {
    bytes[at..].first_chunk().map_or(0, |chunk| u64::from_le_bytes(*chunk))
}

#[inline]
fn four(bytes: &[u8], at: usize) -> u64 {
    bytes[at..]
        .first_chunk()
        .map_or(0, |chunk| u64::from(u32::from_le_bytes(*chunk)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    fn hash(segments: &[&str]) -> (u64, u64) {
        let mut hash = StackHash::new();
        for segment in segments {
            hash.update(segment.as_bytes());
        }
        hash.finish(0)
    }

    #[test]
    fn segments_are_delimited() {
        assert_ne!(hash(&["ab", "c"]), hash(&["a", "bc"]));
        assert_ne!(hash(&["ab"]), hash(&["ab", ""]));
        assert_eq!(hash(&["ab", "c"]), hash(&["ab", "c"]));
    }

    #[test]
    fn every_byte_counts() {
        let base: Vec<u8> = (0u8..100).collect();
        let mut seen = HashSet::new();
        for length in 0..base.len() {
            let mut hash = StackHash::new();
            hash.update(&base[..length]);
            assert!(seen.insert(hash.finish(0)), "length {length} collides");
            for at in 0..length {
                let mut text = base[..length].to_vec();
                text[at] ^= 1;
                let mut hash = StackHash::new();
                hash.update(&text);
                assert!(seen.insert(hash.finish(0)), "flip at {at} of {length} collides");
            }
        }
    }
}
