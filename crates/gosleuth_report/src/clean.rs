//! Characters that must not reach a terminal, a ticket or a page as they are.
//!
//! Evidence is hostile: a label or a panic text may hold escape sequences that rewrite the screen, or direction overrides that
//! show another text than the one stored. They are written as `\x1b` or `\u202e`, so that a reader sees that they were there.

use std::borrow::Cow;
use std::fmt::Write as _;

/// `text` on one line, with every control and direction character made visible.
pub fn clean(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_unsafe) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match c {
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if is_unsafe(c) && u32::from(c) < 0x100 => {
                write!(out, "\\x{:02x}", u32::from(c)).expect("writing to a String cannot fail");
            }
            c if is_unsafe(c) => write!(out, "\\u{:04x}", u32::from(c)).expect("writing to a String cannot fail"),
            c => out.push(c),
        }
    }
    Cow::Owned(out)
}

/// Whether a character moves the cursor, changes the direction of text, or has no shape of its own.
pub(crate) fn is_unsafe(c: char) -> bool {
    matches!(c,
        '\u{00}'..='\u{1f}' | '\u{7f}'..='\u{9f}' | '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}'
        | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}'
        | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_become_visible() {
        assert_eq!(clean("main.main"), Cow::Borrowed("main.main"));
        assert_eq!(clean("a\x1b[2Jb"), "a\\x1b[2Jb");
        assert_eq!(clean("a\u{9b}2J\u{202e}x\n\t"), "a\\x9b2J\\u202ex\\n\\t");
        assert_eq!(clean("Größe 語"), "Größe 語");
    }
}
