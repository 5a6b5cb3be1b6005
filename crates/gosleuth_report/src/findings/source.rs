//! Lines of source text for people.

/// Blanks that a tab is shown as.
const TAB: usize = 4;

/// A line of a text, 1-based, without its end; invalid bytes are shown as U+FFFD.
pub(super) fn line(text: &[u8], number: u32) -> Option<String> {
    let line = text
        .split(|&byte| byte == b'\n')
        .nth((number as usize).checked_sub(1)?)?;
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    Some(String::from_utf8_lossy(line).into_owned())
}

/// A line as it is shown: tabs are blanks.
pub(super) fn shown(line: &str) -> String {
    line.replace('\t', &" ".repeat(TAB))
}

/// Columns that the bytes in front of a 1-based column take where they are shown.
pub(super) fn shown_column(line: &str, column: u32) -> usize {
    let bytes = (column as usize).saturating_sub(1);
    line.char_indices()
        .take_while(|&(at, _)| at < bytes)
        .map(|(_, c)| if c == '\t' { TAB } else { 1 })
        .sum()
}

/// A 1-based column in characters, of one in bytes.
pub(super) fn char_column(line: &str, column: u32) -> u32 {
    let bytes = (column as usize).saturating_sub(1);
    line.char_indices().take_while(|&(at, _)| at < bytes).count() as u32 + 1
}

/// 1-based line and column in bytes of an offset.
pub(super) fn line_column(text: &[u8], offset: u32) -> (u32, u32) {
    let before = text.get(..offset as usize).unwrap_or(text);
    let line = before.iter().filter(|&&byte| byte == b'\n').count();
    let start = before.iter().rposition(|&byte| byte == b'\n').map_or(0, |at| at + 1);
    (line as u32 + 1, (before.len() - start) as u32 + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns() {
        let line = "\tgröße := x";
        assert_eq!(shown(line), "    größe := x");
        // Bytes: tab 1, g 2, r 3, ö 4-5, ß 6-7, e 8.
        assert_eq!(shown_column(line, 2), 4);
        assert_eq!(shown_column(line, 8), 8);
        assert_eq!(char_column(line, 8), 6);
        assert_eq!(line_column(b"a\nbc\n", 3), (2, 2));
        assert_eq!(line_column(b"a\nbc\n", 99), (3, 1));
    }
}
