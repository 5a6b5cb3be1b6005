//! What is wrong with a file as a text: bytes that are not UTF-8, NUL, and byte order marks that are not at the start.

use memchr::{memchr_iter, memmem};

use crate::ast::{Span, SyntaxError};

const BYTE_ORDER_MARK: &str = "\u{feff}";

/// How many errors of one kind are reported: a binary file is wrong everywhere.
const MOST: usize = 100;

/// Adds an error for each wrong place.
pub(crate) fn check(text: &[u8], errors: &mut Vec<SyntaxError>) {
    let mut report = |start: usize, end: usize, message: &str| {
        errors.push(SyntaxError {
            span: Span::new(start as u32, end as u32),
            message: message.to_owned(),
        });
    };
    for at in memchr_iter(0, text).take(MOST) {
        report(at, at + 1, "the file holds a NUL byte");
    }
    if text.is_ascii() {
        return;
    }
    for at in memmem::find_iter(text, BYTE_ORDER_MARK).filter(|&at| at > 0).take(MOST) {
        report(
            at,
            at + BYTE_ORDER_MARK.len(),
            "a byte order mark stands only at the start of a file",
        );
    }
    let mut from = 0;
    for _ in 0..MOST {
        let Err(error) = std::str::from_utf8(&text[from..]) else {
            return;
        };
        let start = from + error.valid_up_to();
        let len = error.error_len().unwrap_or(text.len() - start);
        report(start, start + len, "these bytes are not UTF-8");
        from = start + len;
    }
}
