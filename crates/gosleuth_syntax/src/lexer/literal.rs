//! Numbers, characters and strings. Their values are not computed here, but nothing without a value passes.

use memchr::memchr;

use super::{Lexer, unicode, word};
use crate::token::TokenKind;

/// Digits of one run: whether there were any, and the first that its base does not have.
#[derive(Default)]
struct Digits {
    any: bool,
    invalid: Option<usize>,
}

impl Lexer<'_> {
    /// Reads the number at the current position, which is a digit or a period before one.
    #[inline(never)]
    pub(super) fn number(&mut self, start: usize) -> TokenKind {
        // Decimal numbers without anything else, and hexadecimal ones, are most of them.
        let text = self.text;
        let mut end = start;
        let more = if text[start] == b'0' && matches!(text.get(start + 1), Some(b'x' | b'X')) {
            end += 2;
            while text.get(end).is_some_and(u8::is_ascii_hexdigit) {
                end += 1;
            }
            end == start + 2
        } else {
            while text.get(end).is_some_and(u8::is_ascii_digit) {
                end += 1;
            }
            end > start + 1 && text[start] == b'0'
        };
        // What may still belong to the number, `.` or a letter or `_`, is left to the long way.
        if !more && !text.get(end).is_some_and(|&byte| word::in_name(byte) || byte == b'.') {
            self.pos = end;
            return TokenKind::Int;
        }
        self.any_number(start)
    }

    /// Reads a number and says what is wrong with it.
    fn any_number(&mut self, start: usize) -> TokenKind {
        let mut kind = TokenKind::Int;
        let mut base = 10;
        // The letter behind a leading zero, or that zero itself.
        let mut prefix = 0;
        let mut whole = Digits::default();
        if self.peek(0) != b'.' {
            if self.peek(0) == b'0' {
                prefix = self.peek(1) | 0x20;
                base = match prefix {
                    b'x' => 16,
                    b'o' => 8,
                    b'b' => 2,
                    _ => {
                        prefix = b'0';
                        8
                    }
                };
                self.pos += if prefix == b'0' { 1 } else { 2 };
                whole.any = prefix == b'0';
            }
            whole = self.digits(base, whole);
        }
        if self.peek(0) == b'.' {
            kind = TokenKind::Float;
            if matches!(prefix, b'o' | b'b') {
                self.error(self.pos, self.pos + 1, format!("{} has no fraction", name(prefix)));
            }
            self.pos += 1;
            whole = self.digits(base, whole);
        }
        if !whole.any {
            self.error(start, self.pos, format!("{} has no digits", name(prefix)));
        }
        match self.peek(0) | 0x20 {
            letter @ (b'e' | b'p') => {
                if letter == b'e' && !matches!(prefix, 0 | b'0') {
                    self.error(self.pos, self.pos + 1, "an exponent with `e` needs a decimal number");
                } else if letter == b'p' && prefix != b'x' {
                    self.error(
                        self.pos,
                        self.pos + 1,
                        "an exponent with `p` needs a hexadecimal number",
                    );
                }
                kind = TokenKind::Float;
                self.pos += 1;
                if matches!(self.peek(0), b'+' | b'-') {
                    self.pos += 1;
                }
                if !self.digits(10, Digits::default()).any {
                    self.error(start, self.pos, "the exponent has no digits");
                }
            }
            _ if prefix == b'x' && kind == TokenKind::Float => {
                self.error(start, self.pos, "a hexadecimal fraction needs an exponent with `p`");
            }
            _ => {}
        }
        if self.peek(0) == b'i' {
            kind = TokenKind::Imag;
            self.pos += 1;
        }
        if let (TokenKind::Int, Some(at)) = (kind, whole.invalid) {
            let digit = self.text[at] as char;
            self.error(at, at + 1, format!("`{digit}` is no digit of {}", name(prefix)));
        } else if let (Some(at), b'b' | b'o') = (whole.invalid, prefix) {
            let digit = self.text[at] as char;
            self.error(at, at + 1, format!("`{digit}` is no digit of {}", name(prefix)));
        }
        if self.text[start..self.pos].contains(&b'_') && !separators_are_between_digits(&self.text[start..self.pos]) {
            self.error(start, self.pos, "`_` in a number stands between digits");
        }
        kind
    }

    /// Skips digits and separators, decimal ones in all bases up to ten.
    fn digits(&mut self, base: u8, mut seen: Digits) -> Digits {
        while let Some(&byte) = self.text.get(self.pos) {
            match byte {
                b'0'..=b'9' => {
                    if byte - b'0' >= base && seen.invalid.is_none() {
                        seen.invalid = Some(self.pos);
                    }
                    seen.any = true;
                }
                b'a'..=b'f' | b'A'..=b'F' if base == 16 => seen.any = true,
                b'_' => {}
                _ => break,
            }
            self.pos += 1;
        }
        seen
    }

    /// Reads the character literal at the current position.
    pub(super) fn character(&mut self, start: usize) {
        self.pos += 1;
        let mut count = 0;
        let mut sound = true;
        loop {
            match self.text.get(self.pos) {
                None | Some(b'\n') => {
                    self.error(start, self.pos, "this character literal is not closed with `'`");
                    return;
                }
                Some(b'\'') => {
                    self.pos += 1;
                    if count != 1 && sound {
                        self.error(start, self.pos, "a character literal holds one character");
                    }
                    return;
                }
                Some(b'\\') => sound &= self.escape(b'\''),
                Some(0x80..) => self.pos += unicode::decode(&self.text[self.pos..]).1,
                Some(_) => self.pos += 1,
            }
            count += 1;
        }
    }

    /// Reads the string in double quotes at the current position.
    #[inline(never)]
    pub(super) fn string(&mut self, start: usize) {
        self.pos += 1;
        loop {
            if let Some(word) = word::load(self.text, self.pos) {
                let len = word::len_without(word, [b'"', b'\\', b'\n']);
                self.pos += len;
                if len == 8 {
                    continue;
                }
            }
            match self.text.get(self.pos) {
                Some(b'"') => {
                    self.pos += 1;
                    return;
                }
                Some(b'\\') => {
                    self.escape(b'"');
                }
                None | Some(b'\n') => {
                    self.error(start, self.pos, "this string is not closed with `\"`");
                    return;
                }
                Some(_) => self.pos += 1,
            }
        }
    }

    /// Reads the raw string at the current position.
    pub(super) fn raw_string(&mut self, start: usize) {
        let found = if start < self.no_backquote {
            memchr(b'`', &self.text[start + 1..])
        } else {
            None
        };
        match found {
            Some(at) => {
                self.pos = start + 1 + at + 1;
                self.move_limit_behind(self.pos);
            }
            None => {
                self.no_backquote = self.no_backquote.min(start);
                self.pos = self.limit().max(start + 1);
                self.error(start, start + 1, "this string is not closed with a backquote");
            }
        }
        self.lines_in(start, self.pos);
    }

    /// Reads the escape sequence at the current position; false if it is none.
    fn escape(&mut self, quote: u8) -> bool {
        let start = self.pos;
        let letter = self.peek(1);
        let (digits, base, max) = match letter {
            b'a' | b'b' | b'f' | b'n' | b'r' | b't' | b'v' | b'\\' => {
                self.pos += 2;
                return true;
            }
            _ if letter == quote => {
                self.pos += 2;
                return true;
            }
            b'0'..=b'7' => (3, 8, 255),
            b'x' => (2, 16, 255),
            b'u' => (4, 16, 0x10_ffff),
            b'U' => (8, 16, 0x10_ffff),
            _ => {
                // The line's end or the text's is left to the literal.
                self.pos += 1;
                self.error(
                    start,
                    start + 1,
                    "this is no escape sequence; a backslash is written `\\\\`",
                );
                return false;
            }
        };
        self.pos += if base == 8 { 1 } else { 2 };
        let mut value: u32 = 0;
        for _ in 0..digits {
            let Some(digit) = (self.peek(0) as char).to_digit(base) else {
                let message = format!("an escape sequence with `\\{}` has {digits} digits", letter as char);
                self.error(start, self.pos, message);
                return false;
            };
            // At most eight hexadecimal digits.
            value = value * base + digit;
            self.pos += 1;
        }
        if value > max || (digits > 3 && char::from_u32(value).is_none()) {
            self.error(start, self.pos, "this escape sequence is no character");
            return false;
        }
        true
    }
}

fn name(prefix: u8) -> &'static str {
    match prefix {
        b'x' => "a hexadecimal number",
        b'o' | b'0' => "an octal number",
        b'b' => "a binary number",
        _ => "a number",
    }
}

/// Whether every `_` has a digit, or the letter of the base, before it and a digit behind it.
fn separators_are_between_digits(number: &[u8]) -> bool {
    let based = number.len() > 1 && number[0] == b'0' && matches!(number[1] | 0x20, b'x' | b'o' | b'b');
    let hexadecimal = based && number[1] | 0x20 == b'x';
    let digit = |at: usize| {
        number.get(at).is_some_and(|byte| match byte {
            b'0'..=b'9' => true,
            b'a'..=b'f' | b'A'..=b'F' => hexadecimal && at > 1,
            _ => false,
        })
    };
    (0..number.len())
        .filter(|&at| number[at] == b'_')
        .all(|at| at > 0 && (digit(at - 1) || (based && at == 2)) && digit(at + 1))
}
