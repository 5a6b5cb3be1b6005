//! Comments and the directives among them.

use memchr::memchr;
use memchr::memmem;

use super::Lexer;
use crate::ast::{Comment, Directive, DirectiveKind, Span};

impl Lexer<'_> {
    /// Reads the comment at the current position. Returns whether the line ends with it or inside it.
    #[inline(never)]
    pub(super) fn comment(&mut self, start: usize) -> bool {
        let text = self.text;
        let line_comment = text[start + 1] == b'/';
        let mut end;
        let crosses_line;
        if line_comment {
            end = memchr(b'\n', &text[start..]).map_or(text.len(), |at| start + at);
            self.pos = end;
            if end > start && text[end - 1] == b'\r' {
                end -= 1;
            }
            crosses_line = true;
            self.directive(start, end);
            // Position directives count at the start of a line only.
            if start == 0 || text[start - 1] == b'\n' {
                self.line_directive(start, end);
            }
        } else {
            let found = if start < self.no_comment_end {
                memmem::find(&text[start + 2..], b"*/")
            } else {
                None
            };
            match found {
                Some(at) => {
                    end = start + 2 + at + 2;
                    self.move_limit_behind(end);
                    self.line_directive(start, end - 2);
                }
                None => {
                    self.no_comment_end = self.no_comment_end.min(start);
                    end = self.limit().max(start + 2);
                    self.error(start, start + 2, "this comment is not closed with `*/`");
                }
            }
            self.pos = end;
            crosses_line = memchr(b'\n', &text[start..end]).is_some();
            if crosses_line {
                self.lines_in(start, end);
            }
        }
        self.comments.push(Comment {
            span: Span::new(start as u32, end as u32),
        });
        crosses_line
    }

    /// Checks `//line file:line:column`. The numbers change nothing here: gosleuth names places by the text it read.
    #[inline]
    fn line_directive(&mut self, start: usize, end: usize) {
        if let Some(position) = self.text[start + 2..end].strip_prefix(b"line ") {
            self.check_position(position, end);
        }
    }

    #[cold]
    fn check_position(&mut self, position: &[u8], end: usize) {
        let Some((rest, last)) = split_number(position) else {
            return;
        };
        let numbers = match (last, split_number(rest)) {
            (Number::None, _) => [Number::None; 2],
            (column, Some((_, line))) if line != Number::None => [line, column],
            (line, _) => [line, Number::Valid],
        };
        if numbers != [Number::Valid; 2] {
            self.error(
                end - position.len(),
                end,
                "a `//line` ends with `:line` or `:line:column`, counted from 1",
            );
        }
    }

    #[inline]
    fn directive(&mut self, start: usize, end: usize) {
        // All of them but `// Code generated` and two with optional spaces have no space behind the slashes.
        if let Some(b'g' | b'n' | b'l' | b' ' | b'+') = self.text.get(start + 2)
            && let Some((kind, len)) = classify(&self.text[start + 2..end])
        {
            let rest = &self.text[start + 2 + len..end];
            let leading = rest.len() - rest.trim_ascii_start().len();
            let args = start + 2 + len + leading;
            self.directives.push(Directive {
                kind,
                span: Span::new(start as u32, end as u32),
                args: Span::new(args as u32, (args + rest.trim_ascii().len()) as u32),
            });
        }
    }
}

/// What stands where a line or column number should be.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Number {
    None,
    Zero,
    Valid,
    TooLarge,
}

/// What stands before the last colon and behind it.
fn split_number(text: &[u8]) -> Option<(&[u8], Number)> {
    let colon = memchr::memrchr(b':', text)?;
    let digits = &text[colon + 1..];
    let number = match std::str::from_utf8(digits)
        .ok()
        .filter(|_| digits.iter().all(u8::is_ascii_digit))
    {
        Some(digits) => match digits.parse::<u64>() {
            Ok(0) => Number::Zero,
            // go/parser takes the numbers that are negative in 64 bits.
            Ok(number) if number <= 1 << 30 || number > i64::MAX as u64 => Number::Valid,
            Ok(_) => Number::TooLarge,
            Err(_) => Number::None,
        },
        None => Number::None,
    };
    Some((&text[..colon], number))
}

/// The directive a line comment is, from behind its slashes, and the length up to its arguments.
fn classify(comment: &[u8]) -> Option<(DirectiveKind, usize)> {
    use DirectiveKind as D;
    let word = |prefix: &[u8]| {
        comment
            .strip_prefix(prefix)
            .is_some_and(|rest| rest.first().is_none_or(u8::is_ascii_whitespace))
    };
    match comment.first()? {
        b'g' if comment.starts_with(b"go:") => {
            let known: [(&[u8], D); 4] = [
                (b"go:build", D::GoBuild),
                (b"go:generate", D::GoGenerate),
                (b"go:embed", D::GoEmbed),
                (b"go:linkname", D::GoLinkname),
            ];
            for (prefix, kind) in known {
                if word(prefix) {
                    return Some((kind, prefix.len()));
                }
            }
            Some((D::GoOther, 3))
        }
        b'g' if comment.starts_with(b"gosleuth:") => Some((D::Gosleuth, 9)),
        b'l' if word(b"lint:ignore") => Some((D::LintIgnore, 11)),
        b'l' if word(b"lint:file-ignore") => Some((D::LintIgnore, 16)),
        b'n' | b' ' | b'+' => {
            let text = comment.trim_ascii_start();
            let skipped = comment.len() - text.len();
            if let Some(rest) = text.strip_prefix(b"nolint")
                && rest
                    .first()
                    .is_none_or(|&byte| byte == b':' || byte.is_ascii_whitespace())
            {
                return Some((D::Nolint, skipped + 6));
            }
            if let Some(rest) = text.strip_prefix(b"+build")
                && rest.first().is_none_or(u8::is_ascii_whitespace)
            {
                return Some((D::PlusBuild, skipped + 6));
            }
            let generated = comment.starts_with(b" Code generated ") && comment.ends_with(b" DO NOT EDIT.");
            generated.then_some((D::Generated, 1))
        }
        _ => None,
    }
}
