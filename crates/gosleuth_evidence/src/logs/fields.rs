//! Keys and values of a line: a scanner for JSON objects and one for `key=value`, both without memory of their own.
//!
//! They find values, they do not check documents: what is broken behind the last key that matters does not matter.

use std::borrow::Cow;

use memchr::{memchr, memchr2};

/// Objects inside of objects that are looked into.
const DEPTH: usize = 3;

/// A value as it stands in the line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Value<'a> {
    /// Text between quotes, and whether it has escapes.
    Text(&'a [u8], bool),
    /// A number or word.
    Bare(&'a [u8]),
}

impl<'a> Value<'a> {
    /// The bytes as written.
    pub(super) fn raw(self) -> &'a [u8] {
        match self {
            Self::Text(text, _) | Self::Bare(text) => text,
        }
    }

    /// The text that is meant, at most `most` bytes of it.
    pub(super) fn text(self, most: usize) -> Cow<'a, str> {
        let raw = self.raw();
        let escaped = matches!(self, Self::Text(_, true));
        let cut = &raw[..raw.len().min(most)];
        if !escaped {
            return String::from_utf8_lossy(cut);
        }
        let mut out = Vec::with_capacity(cut.len());
        let mut rest = cut;
        while let Some(at) = memchr(b'\\', rest) {
            out.extend_from_slice(&rest[..at]);
            match rest.get(at + 1) {
                Some(b'n' | b'r' | b't') => out.push(b' '),
                Some(b'u') => {
                    let code = rest
                        .get(at + 2..at + 6)
                        .and_then(|digits| std::str::from_utf8(digits).ok())
                        .and_then(|digits| u32::from_str_radix(digits, 16).ok())
                        .and_then(char::from_u32)
                        .unwrap_or(char::REPLACEMENT_CHARACTER);
                    out.extend_from_slice(code.encode_utf8(&mut [0; 4]).as_bytes());
                    rest = rest.get(at + 6..).unwrap_or_default();
                    continue;
                }
                Some(&byte) => out.push(byte),
                None => {}
            }
            rest = rest.get(at + 2..).unwrap_or_default();
        }
        out.extend_from_slice(rest);
        Cow::Owned(String::from_utf8_lossy(&out).into_owned())
    }
}

/// Calls `each` with the key of the object around it (empty at the top), the key, and the value, of every pair of a JSON object. Returns
/// whether the object is whole.
pub(super) fn json<'a>(line: &'a [u8], each: &mut impl FnMut(&'a [u8], &'a [u8], Value<'a>)) -> bool {
    object(line, 0, b"", 0, each).is_some()
}

/// The object at `at`; returns the position behind it.
fn object<'a>(
    line: &'a [u8],
    at: usize,
    outer: &'a [u8],
    depth: usize,
    each: &mut impl FnMut(&'a [u8], &'a [u8], Value<'a>),
) -> Option<usize> {
    let mut at = at + 1;
    loop {
        at = blank(line, at);
        match *line.get(at)? {
            b'}' => return Some(at + 1),
            b',' => {
                at += 1;
                continue;
            }
            b'"' => {}
            _ => return None,
        }
        let (key, _, end) = string(line, at)?;
        at = blank(line, end);
        if *line.get(at)? != b':' {
            return None;
        }
        at = blank(line, at + 1);
        match *line.get(at)? {
            b'"' => {
                let (text, escaped, end) = string(line, at)?;
                each(outer, key, Value::Text(text, escaped));
                at = end;
            }
            b'{' if depth < DEPTH => at = object(line, at, key, depth + 1, each)?,
            b'{' | b'[' => at = skip(line, at)?,
            _ => {
                let length = line[at..]
                    .iter()
                    .position(|byte| matches!(byte, b',' | b'}' | b' ' | b'\t'))?;
                each(outer, key, Value::Bare(&line[at..at + length]));
                at += length;
            }
        }
    }
}

fn blank(line: &[u8], mut at: usize) -> usize {
    while matches!(line.get(at), Some(b' ' | b'\t')) {
        at += 1;
    }
    at
}

/// The string that starts at `at`: what stands in it, whether it has escapes, and the position behind it.
fn string(line: &[u8], at: usize) -> Option<(&[u8], bool, usize)> {
    let start = at + 1;
    let mut end = start;
    let mut escaped = false;
    loop {
        end += memchr2(b'"', b'\\', line.get(end..)?)?;
        if line[end] == b'"' {
            return Some((&line[start..end], escaped, end + 1));
        }
        escaped = true;
        end += 2;
    }
}

/// The position behind the object or list at `at`.
fn skip(line: &[u8], mut at: usize) -> Option<usize> {
    let mut depth = 0usize;
    loop {
        match *line.get(at)? {
            b'"' => {
                at = string(line, at)?.2;
                continue;
            }
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth -= 1,
            _ => {}
        }
        at += 1;
        if depth == 0 {
            return Some(at);
        }
    }
}

/// Calls `each` with every `key=value` and `key="value"` of a text.
pub(super) fn pairs<'a>(text: &'a [u8], each: &mut impl FnMut(&'a [u8], Value<'a>)) {
    let mut from = 0;
    while let Some(found) = text.get(from..).and_then(|rest| memchr(b'=', rest)) {
        let equals = from + found;
        let start = text[from..equals]
            .iter()
            .rposition(|byte| !(byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.')))
            .map_or(from, |before| from + before + 1);
        let key = &text[start..equals];
        from = equals + 1;
        if text.get(from) == Some(&b'"') {
            let Some((value, escaped, end)) = string(text, from) else {
                return;
            };
            if !key.is_empty() {
                each(key, Value::Text(value, escaped));
            }
            from = end;
        } else {
            let length = text[from..]
                .iter()
                .position(|byte| matches!(byte, b' ' | b'\t' | b',' | b';' | b'&' | b')' | b']'))
                .unwrap_or(text.len() - from);
            if !key.is_empty() && length > 0 {
                each(key, Value::Bare(&text[from..from + length]));
            }
            from += length;
        }
    }
}
