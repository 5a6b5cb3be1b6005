//! Values of literals.

use std::borrow::Cow;

/// The bytes that a string literal with its quotes means. `None` if it is no string literal, or not a correct one.
///
/// Strings may hold any bytes. Carriage returns are no part of a raw string.
pub fn string_value(literal: &[u8]) -> Option<Cow<'_, [u8]>> {
    match literal {
        [b'`', inner @ .., b'`'] => {
            if !inner.contains(&b'\r') {
                return Some(Cow::Borrowed(inner));
            }
            Some(inner.iter().copied().filter(|&byte| byte != b'\r').collect())
        }
        [b'"', inner @ .., b'"'] => {
            if !inner.contains(&b'\\') {
                return Some(Cow::Borrowed(inner));
            }
            unescape(inner).map(Cow::Owned)
        }
        _ => None,
    }
}

/// The character that a character literal with its quotes means, as a number: `'\xff'` is 255.
pub fn char_value(literal: &[u8]) -> Option<u32> {
    let [b'\'', inner @ .., b'\''] = literal else {
        return None;
    };
    match inner {
        [b'\\', ..] => {
            let (value, rest) = escape(inner)?;
            rest.is_empty().then_some(match value {
                Escaped::Byte(byte) => u32::from(byte),
                Escaped::Character(character) => u32::from(character),
            })
        }
        _ => {
            let mut characters = std::str::from_utf8(inner).ok()?.chars();
            let character = characters.next()?;
            characters.next().is_none().then_some(u32::from(character))
        }
    }
}

enum Escaped {
    Byte(u8),
    Character(char),
}

fn unescape(text: &[u8]) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = memchr::memchr(b'\\', rest) {
        out.extend_from_slice(&rest[..at]);
        let (value, behind) = escape(&rest[at..])?;
        match value {
            Escaped::Byte(byte) => out.push(byte),
            Escaped::Character(character) => {
                out.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
            }
        }
        rest = behind;
    }
    out.extend_from_slice(rest);
    Some(out)
}

/// The escape sequence at the start of the text and what follows it.
fn escape(text: &[u8]) -> Option<(Escaped, &[u8])> {
    let [b'\\', letter, rest @ ..] = text else {
        return None;
    };
    let simple = |byte| Some((Escaped::Byte(byte), rest));
    let (digits, base, from) = match letter {
        b'a' => return simple(7),
        b'b' => return simple(8),
        b't' => return simple(b'\t'),
        b'n' => return simple(b'\n'),
        b'v' => return simple(11),
        b'f' => return simple(12),
        b'r' => return simple(b'\r'),
        b'\\' | b'\'' | b'"' => return simple(*letter),
        b'0'..=b'7' => (3, 8, &text[1..]),
        b'x' => (2, 16, rest),
        b'u' => (4, 16, rest),
        b'U' => (8, 16, rest),
        _ => return None,
    };
    let mut value: u32 = 0;
    for &digit in from.get(..digits)? {
        value = value * base + char::from(digit).to_digit(base)?;
    }
    let value = match letter {
        b'u' | b'U' => Escaped::Character(char::from_u32(value)?),
        _ => Escaped::Byte(u8::try_from(value).ok()?),
    };
    Some((value, &from[digits..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn string(literal: &str, value: Option<&[u8]>) {
        assert_eq!(string_value(literal.as_bytes()).as_deref(), value, "{literal}");
    }

    #[test]
    fn strings() {
        string(r#""a b""#, Some(b"a b"));
        string(r#""\a\b\t\n\v\f\r\\\"""#, Some(b"\x07\x08\t\n\x0b\x0c\r\\\""));
        string(r#""\101\x42\u00e9\U0001F600""#, Some("AB\u{e9}\u{1f600}".as_bytes()));
        string(r#""\377\xff""#, Some(b"\xff\xff"));
        string("`a\\n\r\n`", Some(b"a\\n\n"));
        for wrong in [
            r#""\400""#,
            r#""\ud800""#,
            r#""\q""#,
            r#""\x4""#,
            r#""\x+4""#,
            "\"",
            "'a'",
            "",
        ] {
            string(wrong, None);
        }
    }

    #[test]
    fn characters() {
        let value = |literal: &str| char_value(literal.as_bytes());
        assert_eq!(value("'a'"), Some(97));
        assert_eq!(value("'é'"), Some(0xe9));
        assert_eq!(value(r"'\''"), Some(39));
        assert_eq!(value(r"'\xff'"), Some(255));
        assert_eq!(value("'ab'"), None);
        assert_eq!(value("''"), None);
    }
}
