//! Eight bytes at a time: where names end, and which of them are keywords.

use crate::token::TokenKind;

/// Eight bytes of the text as a little-endian number; `None` less than eight bytes before its end.
#[inline]
pub(super) fn load(text: &[u8], at: usize) -> Option<u64> {
    let bytes = text.get(at..at + 8)?;
    Some(u64::from_le_bytes(bytes.try_into().expect("eight bytes")))
}

const fn repeat(byte: u8) -> u64 {
    u64::from_le_bytes([byte; 8])
}

const HIGH: u64 = repeat(0x80);

/// How many of the first bytes of a word are ASCII letters, digits or underscores.
#[inline]
pub(super) fn name_len(word: u64) -> usize {
    // Seven bits per byte, so that no addition carries into the next byte: a sum has the high bit where the byte is at least a bound.
    let low = word & !HIGH;
    let folded = low | repeat(0x20);
    let letter = (folded + repeat(0x80 - b'a')) & !(folded + repeat(0x80 - b'z' - 1));
    let digit = (low + repeat(0x80 - b'0')) & !(low + repeat(0x80 - b'9' - 1));
    let underscore = !((low ^ repeat(b'_')) + repeat(0x7f));
    let name = (letter | digit | underscore) & !word & HIGH;
    ((name ^ HIGH).trailing_zeros() / 8) as usize
}

/// Whether an ASCII byte is part of names.
pub(super) fn in_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// A mask of the first `len` bytes, of at most seven.
#[inline]
pub(super) fn first_bytes(len: usize) -> u64 {
    (1 << (len * 8)) - 1
}

/// The first bytes of a word that equal none of the given ones.
#[inline]
pub(super) fn len_without(word: u64, stops: [u8; 3]) -> usize {
    let mut found = 0;
    for stop in stops {
        let difference = word ^ repeat(stop);
        // The lowest mark is exact; marks above it may be wrong, and nobody looks at them.
        found |= difference.wrapping_sub(repeat(1)) & !difference & HIGH;
    }
    (found.trailing_zeros() / 8) as usize
}

/// The keyword that a word of up to seven bytes is.
#[inline]
pub(super) fn keyword(word: u64) -> Option<TokenKind> {
    let (keyword, kind) = KEYWORDS[slot(word, MULTIPLIER)];
    (keyword == word).then_some(kind)
}

/// The keyword that a name of any length is, or [`TokenKind::Ident`].
pub(super) fn long_keyword(name: &[u8]) -> TokenKind {
    match name {
        b"continue" => TokenKind::Continue,
        b"interface" => TokenKind::Interface,
        b"fallthrough" => TokenKind::Fallthrough,
        _ if name.len() < 8 => keyword(pack(name)).unwrap_or(TokenKind::Ident),
        _ => TokenKind::Ident,
    }
}

const LIST: [(&str, TokenKind); 22] = [
    ("break", TokenKind::Break),
    ("case", TokenKind::Case),
    ("chan", TokenKind::Chan),
    ("const", TokenKind::Const),
    ("default", TokenKind::Default),
    ("defer", TokenKind::Defer),
    ("else", TokenKind::Else),
    ("for", TokenKind::For),
    ("func", TokenKind::Func),
    ("go", TokenKind::Go),
    ("goto", TokenKind::Goto),
    ("if", TokenKind::If),
    ("import", TokenKind::Import),
    ("map", TokenKind::Map),
    ("package", TokenKind::Package),
    ("range", TokenKind::Range),
    ("return", TokenKind::Return),
    ("select", TokenKind::Select),
    ("struct", TokenKind::Struct),
    ("switch", TokenKind::Switch),
    ("type", TokenKind::Type),
    ("var", TokenKind::Var),
];

const SLOTS: usize = 64;

const fn slot(word: u64, multiplier: u64) -> usize {
    (word.wrapping_mul(multiplier) >> 58) as usize
}

const fn pack(name: &[u8]) -> u64 {
    let mut word = 0;
    let mut index = name.len();
    while index > 0 {
        index -= 1;
        word = word << 8 | name[index] as u64;
    }
    word
}

/// A multiplier that gives every keyword a slot of its own, found at compile time.
const MULTIPLIER: u64 = {
    let mut multiplier: u64 = 0x9e37_79b9_7f4a_7c15;
    loop {
        let mut used: u64 = 0;
        let mut index = 0;
        while index < LIST.len() {
            used |= 1 << slot(pack(LIST[index].0.as_bytes()), multiplier);
            index += 1;
        }
        if used.count_ones() as usize == LIST.len() {
            break multiplier;
        }
        multiplier = multiplier.wrapping_mul(0xd134_2543_de82_ef95).wrapping_add(2) | 1;
    }
};

static KEYWORDS: [(u64, TokenKind); SLOTS] = {
    let mut table = [(0, TokenKind::Ident); SLOTS];
    let mut index = 0;
    while index < LIST.len() {
        let word = pack(LIST[index].0.as_bytes());
        table[slot(word, MULTIPLIER)] = (word, LIST[index].1);
        index += 1;
    }
    table
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_at_every_place() {
        for byte in 0..=255_u8 {
            for place in 0..8 {
                let mut bytes = *b"aZ0_9zAb";
                bytes[place] = byte;
                let expected = if in_name(byte) { 8 } else { place };
                assert_eq!(name_len(u64::from_le_bytes(bytes)), expected, "{byte:#x} at {place}");
                let expected = if matches!(byte, b'"' | b'\\' | b'\n') { place } else { 8 };
                assert_eq!(len_without(u64::from_le_bytes(bytes), [b'"', b'\\', b'\n']), expected);
            }
        }
    }

    #[test]
    fn keywords_and_their_neighbours() {
        for (text, kind) in LIST {
            assert_eq!(keyword(pack(text.as_bytes())), Some(kind));
            assert_eq!(keyword(pack(&text.as_bytes()[1..])), None);
        }
        assert_eq!(long_keyword(b"fallthrough"), TokenKind::Fallthrough);
        assert_eq!(long_keyword(b"interfaces"), TokenKind::Ident);
        assert_eq!(long_keyword(b"go"), TokenKind::Go);
    }
}
