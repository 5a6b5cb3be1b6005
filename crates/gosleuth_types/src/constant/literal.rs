//! The values of literals, from their text.

use gosleuth_syntax::ast::LiteralKind;
use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{One as _, Pow as _};

use super::{ConstValue, MAX_BITS};

/// Digits beyond these cannot be in a number of [`MAX_BITS`].
const MAX_DIGITS: usize = MAX_BITS as usize + 64;

impl ConstValue {
    /// The value of a literal; unknown if it is malformed or out of bounds.
    pub fn of_literal(kind: LiteralKind, text: &[u8]) -> Self {
        match kind {
            LiteralKind::Int => int_literal(text),
            LiteralKind::Float => float_literal(text),
            LiteralKind::Imag => match text.split_last() {
                Some((b'i', number)) => Some(Self::complex(Self::Int(0), imaginary(number))),
                _ => None,
            },
            LiteralKind::Char => char_literal(text),
            LiteralKind::String => string_literal(text).map(Self::string),
        }
        .unwrap_or(Self::Unknown)
    }
}

/// An integer in the notation its prefix says.
fn int_literal(text: &[u8]) -> Option<ConstValue> {
    match text {
        [b'0', b'x' | b'X', digits @ ..] => integer(digits, 16),
        [b'0', b'o' | b'O', digits @ ..] => integer(digits, 8),
        [b'0', b'b' | b'B', digits @ ..] => integer(digits, 2),
        [b'0', digits @ ..] if !digits.is_empty() => integer(digits, 8),
        _ => integer(text, 10),
    }
}

/// The number in front of an `i`: decimal even with a leading zero, for the sake of old programs.
fn imaginary(text: &[u8]) -> ConstValue {
    let decimal = !matches!(text, [b'0', b'x' | b'X' | b'o' | b'O' | b'b' | b'B', ..]);
    let value = if decimal {
        float_literal(text)
    } else {
        int_literal(text).or_else(|| float_literal(text))
    };
    value.unwrap_or(ConstValue::Unknown)
}

/// Digits of a radix up to 16, with `_` between them.
fn integer(digits: &[u8], radix: u32) -> Option<ConstValue> {
    let mut value: i64 = 0;
    let mut any = false;
    for &byte in digits {
        if byte == b'_' {
            continue;
        }
        any = true;
        let digit = i64::from(char::from(byte).to_digit(radix)?);
        match value
            .checked_mul(i64::from(radix))
            .and_then(|value| value.checked_add(digit))
        {
            Some(next) => value = next,
            None => return Some(ConstValue::integer(big_integer(digits, radix)?)),
        }
    }
    any.then_some(ConstValue::Int(value))
}

/// The same for numbers of any size; `None` if there are too many digits.
fn big_integer(digits: &[u8], radix: u32) -> Option<BigInt> {
    let digits: Vec<u8> = digits
        .iter()
        .copied()
        .filter(|&byte| byte != b'_')
        .skip_while(|&byte| byte == b'0')
        .take(MAX_DIGITS + 1)
        .collect();
    match digits.len() {
        0 => Some(BigInt::ZERO),
        1..=MAX_DIGITS => BigInt::parse_bytes(&digits, radix),
        _ => None,
    }
}

/// A float in decimal or hexadecimal notation; integers in decimal notation too.
fn float_literal(text: &[u8]) -> Option<ConstValue> {
    let (radix, digit_bits, marks, text) = match text {
        [b'0', b'x' | b'X', rest @ ..] => (16, 4, *b"pP", rest),
        _ => (10, 1, *b"eE", text),
    };
    let (mantissa, exponent) = match text.iter().position(|byte| marks.contains(byte)) {
        Some(at) => (&text[..at], exponent(&text[at + 1..])?),
        None => (text, 0),
    };
    let (whole, fraction) = match mantissa.iter().position(|&byte| byte == b'.') {
        Some(at) => (&mantissa[..at], &mantissa[at + 1..]),
        None => (mantissa, &[][..]),
    };
    let places = fraction.iter().filter(|&&byte| byte != b'_').count();
    let number = big_integer(&[whole, fraction].concat(), radix)?;
    if number == BigInt::ZERO {
        return Some(ConstValue::Int(0));
    }
    let scale = exponent.checked_sub(i64::try_from(places).ok()?.checked_mul(digit_bits)?)?;
    let steps = u32::try_from(scale.unsigned_abs()).ok()?;
    if u64::from(steps) > MAX_BITS {
        return None;
    }
    let factor = if radix == 16 {
        BigInt::one() << steps
    } else {
        BigInt::from(10u8).pow(steps)
    };
    Some(if scale >= 0 {
        ConstValue::integer(number * factor)
    } else {
        ConstValue::ratio(BigRational::new(number, factor))
    })
}

/// A decimal exponent with sign; one that no number in bounds has is `None`.
fn exponent(text: &[u8]) -> Option<i64> {
    let (negative, digits) = match text {
        [b'-', digits @ ..] => (true, digits),
        [b'+', digits @ ..] => (false, digits),
        _ => (false, text),
    };
    let value = integer(digits, 10)?.to_i64()?;
    Some(if negative { -value } else { value })
}

fn char_literal(text: &[u8]) -> Option<ConstValue> {
    let [b'\'', inner @ .., b'\''] = text else {
        return None;
    };
    let value = match inner {
        [b'\\', rest @ ..] => match escape(rest, b'\'')? {
            (Escape::Byte(byte), []) => i64::from(byte),
            (Escape::Rune(rune), []) => i64::from(u32::from(rune)),
            _ => return None,
        },
        // Text that is not UTF-8 is read as the replacement character.
        _ => {
            let text = String::from_utf8_lossy(inner);
            i64::from(u32::from(text.chars().next()?))
        }
    };
    Some(ConstValue::Int(value))
}

/// The bytes of a string literal, interpreted or raw; `None` if it is malformed.
pub(crate) fn string_literal(text: &[u8]) -> Option<Vec<u8>> {
    match text {
        [b'`', inner @ .., b'`'] => Some(inner.iter().copied().filter(|&byte| byte != b'\r').collect()),
        [b'"', inner @ .., b'"'] => {
            let mut bytes = Vec::with_capacity(inner.len());
            let mut rest = inner;
            while let Some(at) = memchr::memchr(b'\\', rest) {
                bytes.extend_from_slice(&rest[..at]);
                let (value, behind) = escape(&rest[at + 1..], b'"')?;
                match value {
                    Escape::Byte(byte) => bytes.push(byte),
                    Escape::Rune(rune) => bytes.extend_from_slice(rune.encode_utf8(&mut [0; 4]).as_bytes()),
                }
                rest = behind;
            }
            bytes.extend_from_slice(rest);
            Some(bytes)
        }
        _ => None,
    }
}

enum Escape {
    Byte(u8),
    Rune(char),
}

/// What follows a backslash, and what is behind it. `quote` is the quote that can be escaped.
fn escape(text: &[u8], quote: u8) -> Option<(Escape, &[u8])> {
    let (&first, rest) = text.split_first()?;
    let byte = match first {
        b'a' => 7,
        b'b' => 8,
        b'f' => 12,
        b'n' => b'\n',
        b'r' => b'\r',
        b't' => b'\t',
        b'v' => 11,
        b'\\' => b'\\',
        _ if first == quote => quote,
        b'x' => {
            return number(rest, 2, 16).and_then(|(value, rest)| Some((Escape::Byte(value.try_into().ok()?), rest)));
        }
        b'0'..=b'7' => {
            return number(text, 3, 8).and_then(|(value, rest)| Some((Escape::Byte(value.try_into().ok()?), rest)));
        }
        b'u' | b'U' => {
            let (value, rest) = number(rest, if first == b'u' { 4 } else { 8 }, 16)?;
            return Some((Escape::Rune(char::from_u32(value)?), rest));
        }
        _ => return None,
    };
    Some((Escape::Byte(byte), rest))
}

fn number(text: &[u8], len: usize, radix: u32) -> Option<(u32, &[u8])> {
    let (digits, rest) = text.split_at_checked(len)?;
    let mut value = 0u32;
    for &byte in digits {
        value = value.checked_mul(radix)? + char::from(byte).to_digit(radix)?;
    }
    Some((value, rest))
}
