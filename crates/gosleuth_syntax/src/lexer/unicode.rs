//! Characters beyond ASCII in names.

use unicode_properties::{GeneralCategory, UnicodeGeneralCategory as _};

/// The first character of the bytes and its length; `None` and 1 where they are not UTF-8.
pub(crate) fn decode(bytes: &[u8]) -> (Option<char>, usize) {
    let head = &bytes[..bytes.len().min(4)];
    let text = match std::str::from_utf8(head) {
        Ok(text) => text,
        Err(error) => std::str::from_utf8(&head[..error.valid_up_to()]).unwrap_or(""),
    };
    text.chars()
        .next()
        .map_or((None, 1), |character| (Some(character), character.len_utf8()))
}

/// Whether a character starts names: one of the categories Lu, Ll, Lt, Lm and Lo, or `_`.
pub(super) fn is_letter(character: char) -> bool {
    use GeneralCategory as G;
    character == '_'
        || matches!(
            character.general_category(),
            G::UppercaseLetter | G::LowercaseLetter | G::TitlecaseLetter | G::ModifierLetter | G::OtherLetter
        )
}

/// Where the name ends of which something beyond ASCII stands at `from`.
pub(super) fn end_of_name(text: &[u8], from: usize) -> usize {
    let mut end = from;
    while end < text.len() {
        match decode(&text[end..]) {
            (Some(character), len)
                if is_letter(character) || character.general_category() == GeneralCategory::DecimalNumber =>
            {
                end += len;
            }
            _ => break,
        }
    }
    end
}
