//! Where declarations start by the layout of the text, for damaged ones that do not end by their tokens.

use std::collections::BTreeMap;

/// Starts of declarations, found once for each indentation and place.
#[derive(Default)]
pub(crate) struct Boundaries {
    /// By indentation, of the last search: where it started, and what it found.
    found: BTreeMap<usize, (usize, Option<usize>)>,
}

impl Boundaries {
    /// The start of the next line behind `from` that starts with the keyword of a declaration and is indented by at most `indent`, or of
    /// the comment lines directly above it.
    ///
    /// All searches for one indentation read the text once together, as long as they go forwards.
    pub(crate) fn next(&mut self, text: &[u8], from: usize, indent: usize) -> Option<usize> {
        let indent = indent.min(DEEPEST);
        if let Some(&(searched, found)) = self.found.get(&indent)
            && searched <= from
            && found.is_none_or(|found| from < found)
        {
            return found;
        }
        let found = search(text, from, indent);
        self.found.insert(indent, (from, found));
        found
    }
}

fn search(text: &[u8], from: usize, indent: usize) -> Option<usize> {
    let mut comments = None;
    for newline in memchr::memchr_iter(b'\n', &text[from..]) {
        let start = from + newline + 1;
        let line = &text[start..];
        let blanks = leading(line);
        let line = &line[blanks..];
        if blanks > indent {
            comments = None;
        } else if starts_with_keyword(line) {
            return Some(comments.unwrap_or(start));
        } else if line.starts_with(b"//") {
            comments = comments.or(Some(start));
        } else {
            comments = None;
        }
    }
    None
}

fn starts_with_keyword(line: &[u8]) -> bool {
    const KEYWORDS: [&[u8]; 5] = [b"func", b"type", b"var", b"const", b"import"];
    KEYWORDS.iter().any(|keyword| {
        line.strip_prefix(*keyword)
            .is_some_and(|rest| matches!(rest.first(), Some(b' ' | b'\t' | b'(' | b'"')))
    })
}

/// Indentation is not told apart beyond this, so that there are few searches.
const DEEPEST: usize = 64;

/// How many blanks and tabs a line starts with.
pub(crate) fn leading(line: &[u8]) -> usize {
    let line = &line[..line.len().min(DEEPEST + 1)];
    line.iter()
        .position(|&byte| byte != b' ' && byte != b'\t')
        .unwrap_or(line.len())
}
