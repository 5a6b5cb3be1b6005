//! What is wrong with a file as a text: bytes that are not UTF-8, NUL, and byte order marks that are not at the start.

use memchr::memchr2_iter;

use crate::ast::{Span, SyntaxError};

const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

/// How many errors of one kind are reported: a binary file is wrong everywhere.
const MOST: usize = 100;

/// Adds an error for each wrong place. The text as a string, empty if it is none.
pub(crate) fn check<'t>(text: &'t [u8], errors: &mut Vec<SyntaxError>) -> &'t str {
    let mut report = |start: usize, end: usize, message: &str| {
        errors.push(SyntaxError {
            span: Span::new(start as u32, end as u32),
            message: message.to_owned(),
        });
    };
    let (mut nuls, mut marks) = (0, 0);
    for at in memchr2_iter(0, BYTE_ORDER_MARK[0], text) {
        if text[at] == 0 && nuls < MOST {
            nuls += 1;
            report(at, at + 1, "the file holds a NUL byte");
        } else if at > 0 && marks < MOST && text[at..].starts_with(BYTE_ORDER_MARK) {
            marks += 1;
            report(
                at,
                at + BYTE_ORDER_MARK.len(),
                "a byte order mark stands only at the start of a file",
            );
        }
    }
    let mut from = 0;
    for _ in 0..MOST {
        let error = match std::str::from_utf8(&text[from..]) {
            Ok(whole) if from == 0 => return whole,
            Ok(_) => break,
            Err(error) => error,
        };
        let start = from + error.valid_up_to();
        let len = error.error_len().unwrap_or(text.len() - start);
        report(start, start + len, "these bytes are not UTF-8");
        from = start + len;
    }
    ""
}
