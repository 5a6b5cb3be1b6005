//! The lines of `go.mod` and `go.work`, which share a syntax: <https://go.dev/ref/mod#go-mod-file-lexical>.

use std::borrow::Cow;

use memchr::memchr;

use crate::quote;

/// Something wrong with one line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LineError {
    /// 1-based line.
    pub line: u32,
    /// One sentence without a final dot.
    pub message: String,
}

/// Largest file that is read, in bytes. The go command has the same limit for `go.mod`.
pub(crate) const MAX_BYTES: usize = 16 << 20;
/// Most errors kept; the rest says nothing new.
const MAX_ERRORS: usize = 20;

/// One directive: a line of its own, or a line of a block with the word before the block.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Line<'a> {
    /// 1-based.
    pub(crate) number: u32,
    /// The first word, of the line or of its block.
    pub(crate) verb: Cow<'a, str>,
    /// The words behind it; brackets, commas and `=>` are words of their own.
    pub(crate) words: Vec<Cow<'a, str>>,
    /// The comment at the end of the line, without `//`, trimmed.
    pub(crate) comment: &'a str,
    /// The comment lines right above, without `//`.
    pub(crate) above: &'a str,
}

/// Errors of a file, in the order of its lines, as many as are of use.
#[derive(Debug, Default)]
pub(crate) struct Errors(pub(crate) Vec<LineError>);

impl Errors {
    pub(crate) fn add(&mut self, line: u32, message: impl Into<String>) {
        if self.0.len() < MAX_ERRORS {
            self.0.push(LineError {
                line,
                message: message.into(),
            });
        }
    }
}

/// The text of a file: without byte order mark, cut to nothing if it is too large, with U+FFFD where it is no UTF-8.
pub(crate) fn text<'a>(bytes: &'a [u8], errors: &mut Errors) -> Cow<'a, str> {
    let bytes = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes);
    if bytes.len() > MAX_BYTES {
        errors.add(
            1,
            format!("the file is larger than {} MiB and was not read", MAX_BYTES >> 20),
        );
        return Cow::Borrowed("");
    }
    let text = String::from_utf8_lossy(bytes);
    if let Cow::Owned(_) = text {
        let valid = std::str::from_utf8(bytes).map_or_else(|error| error.valid_up_to(), str::len);
        let line = memchr::memchr_iter(b'\n', &bytes[..valid]).count() + 1;
        errors.add(line as u32, "the file is not UTF-8");
    }
    text
}

/// Calls `each` with every directive.
pub(crate) fn lines<'a>(text: &'a str, errors: &mut Errors, mut each: impl FnMut(Line<'a>, &mut Errors)) {
    let mut block: Option<(Cow<'a, str>, u32)> = None;
    let mut number = 0;
    let mut at = 0;
    // Where the comment lines that end here began.
    let mut above = 0;
    while at < text.len() {
        number += 1;
        let start = at;
        let end = memchr(b'\n', &text.as_bytes()[at..]).map_or(text.len(), |length| at + length);
        let (mut words, comment) = words(&text[start..end], number, errors);
        at = (end + 1).min(text.len()).max(start + 1);
        if words.is_empty() {
            if comment.is_none() {
                above = at;
            }
            continue;
        }
        let lead = &text[above..start];
        above = at;
        match (&block, words.as_slice()) {
            (Some(_), [word]) if word == ")" => block = None,
            (Some((verb, _)), _) => {
                let verb = verb.clone();
                let comment = comment.unwrap_or_default();
                each(
                    Line {
                        number,
                        verb,
                        words,
                        comment,
                        above: lead,
                    },
                    errors,
                );
            }
            (None, [verb, open]) if open == "(" => block = Some((verb.clone(), number)),
            (None, [_, open, close]) if open == "(" && close == ")" => {}
            (None, _) => {
                let verb = words.remove(0);
                let comment = comment.unwrap_or_default();
                each(
                    Line {
                        number,
                        verb,
                        words,
                        comment,
                        above: lead,
                    },
                    errors,
                );
            }
        }
    }
    if let Some((verb, line)) = block {
        errors.add(line, format!("the block of {verb} is not closed"));
    }
}

/// The words of one line and the comment behind them.
fn words<'a>(line: &'a str, number: u32, errors: &mut Errors) -> (Vec<Cow<'a, str>>, Option<&'a str>) {
    let mut words = Vec::new();
    let mut rest = line;
    loop {
        rest = rest.trim_start_matches([' ', '\t', '\r']);
        let bytes = rest.as_bytes();
        let length = match bytes {
            [] => return (words, None),
            [b'/', b'/', ..] => return (words, Some(rest[2..].trim())),
            [b'=', b'>', ..] => 2,
            [b'(' | b')' | b'[' | b']' | b'{' | b'}' | b',', ..] => 1,
            [b'"' | b'`', ..] => match quote::literal(bytes) {
                Some((word, length)) => {
                    words.push(Cow::Owned(word));
                    rest = &rest[length..];
                    continue;
                }
                None => {
                    errors.add(number, "a quoted string does not end on its line");
                    return (words, None);
                }
            },
            _ => word(rest),
        };
        words.push(Cow::Borrowed(&rest[..length]));
        rest = &rest[length..];
    }
}

/// Length of the bare word that starts here.
fn word(text: &str) -> usize {
    let stop = |(at, c): (usize, char)| {
        matches!(c, ' ' | '\t' | '\r' | '(' | ')' | '[' | ']' | '{' | '}' | ',') || text[at..].starts_with("//")
    };
    let end = text
        .char_indices()
        .find(|&place| stop(place))
        .map_or(text.len(), |(at, _)| at);
    // A quote or slash on its own is still progress.
    end.max(text.chars().next().map_or(0, char::len_utf8))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str) -> (Vec<String>, Vec<LineError>) {
        let mut errors = Errors::default();
        let mut found = Vec::new();
        lines(text, &mut errors, |line, _| {
            found.push(format!(
                "{}: {} {:?} {:?}",
                line.number, line.verb, line.words, line.comment
            ));
        });
        (found, errors.0)
    }

    #[test]
    fn blocks_comments_and_quotes() {
        let (found, errors) = check(
            "// top\nmodule \"a b\" // x\r\n\nrequire ( // open\n\tm v1 // indirect\n\n\t// alone\n\t`q` v2\n) // end\nretract [v1, v2]\nreplace a=>b => ../c//d\nexclude ()\n",
        );
        assert_eq!(
            found,
            [
                r#"2: module ["a b"] "x""#,
                r#"5: require ["m", "v1"] "indirect""#,
                r#"8: require ["q", "v2"] """#,
                r#"10: retract ["[", "v1", ",", "v2", "]"] """#,
                r#"11: replace ["a=>b", "=>", "../c"] "d""#,
            ]
        );
        assert_eq!(errors, []);
    }

    #[test]
    fn what_is_open_is_said() {
        let (found, errors) = check("require (\n\tm v1\n\"open\n");
        assert_eq!(found, [r#"2: require ["m", "v1"] """#]);
        let messages: Vec<(u32, &str)> = errors
            .iter()
            .map(|error| (error.line, error.message.as_str()))
            .collect();
        assert_eq!(
            messages,
            [
                (3, "a quoted string does not end on its line"),
                (1, "the block of require is not closed"),
            ]
        );
    }

    #[test]
    fn bytes_that_are_no_text() {
        let mut errors = Errors::default();
        assert_eq!(text(b"\xef\xbb\xbfgo 1.22", &mut errors), "go 1.22");
        assert!(errors.0.is_empty());
        assert_eq!(text(b"a\nb\xff", &mut errors), "a\nb\u{fffd}");
        assert_eq!(errors.0[0].line, 2);
        assert_eq!(text(&vec![b'x'; MAX_BYTES + 1], &mut errors), "");
        assert_eq!(errors.0.len(), 2);
    }
}
