//! The text of a block seen before, with holes where blocks of one group may differ.
//!
//! Most blocks of a big dump equal an earlier one but for arguments, pcs and numbers. Comparing with such a template costs a
//! few wide comparisons per frame, several times less than scanning. A template that does not fit proves nothing: the block
//! is then scanned.

use memchr::memchr;

use super::scan::{Part, PartKind, Scanner};

/// Templates longer than this are not worth keeping.
const MAX_TEXT: usize = 32 << 10;

/// What stands behind a piece of fixed text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Hole {
    /// Arguments: everything up to the closing parenthesis.
    Arguments,
    /// Hexadecimal digits of a pc or offset.
    Hex,
    /// The id of the creating goroutine.
    Parent,
    /// Nothing: the block ends here.
    End,
}

/// Fixed text and holes in turns.
#[derive(Debug)]
pub(super) struct Template {
    text: Box<[u8]>,
    /// End of each piece in `text` and the hole behind it.
    pieces: Box<[(u32, Hole)]>,
    /// Number of the piece before the arguments that hold the address of the object waited for.
    address_piece: Option<usize>,
    /// Lines of a block with its header and the empty line behind it.
    lines: u64,
}

/// A block that fits a template.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Fit {
    /// Bytes with header and empty line.
    pub bytes: usize,
    /// Lines in them.
    pub lines: u64,
    /// Id of the creating goroutine, 0 unknown.
    pub parent: u64,
    /// Position of the arguments with the address.
    pub address: Option<(usize, usize)>,
}

impl Template {
    /// The template of the block `bytes`, just scanned by `scanner`, whose header line is `header` bytes long. `None` for
    /// blocks with sections that a template cannot express, and for the last block of an input, which has no empty line.
    pub(super) fn new(bytes: &[u8], header: usize, scanner: &Scanner, address_part: Option<usize>) -> Option<Self> {
        let simple = |part: &Part| matches!(part.kind, PartKind::Call | PartKind::Created);
        if !scanner.parts().iter().all(simple) || bytes.len() > MAX_TEXT || !bytes.ends_with(b"\n") {
            return None;
        }
        let mut template = Builder {
            bytes,
            at: header,
            text: Vec::with_capacity(bytes.len()),
            pieces: Vec::new(),
        };
        let mut address_piece = None;
        for (index, part) in scanner.parts().iter().enumerate() {
            if part.kind == PartKind::Call {
                if address_part == Some(index) {
                    address_piece = Some(template.pieces.len());
                }
                template.hole(part.args.0 as usize, part.args.1 as usize, Hole::Arguments)?;
            } else {
                let line_end = part.name.1 as usize + memchr(b'\n', bytes.get(part.name.1 as usize..)?)?;
                let digits = bytes[..line_end].trim_ascii_end();
                let parent = digits.iter().rev().take_while(|byte| byte.is_ascii_digit()).count();
                // Without ` in goroutine N` the name reaches to the end of the line.
                if digits.len() > part.name.1 as usize && parent > 0 {
                    template.hole(digits.len() - parent, digits.len(), Hole::Parent)?;
                }
            }
            let mut at = part.file.1 as usize;
            let line_end = at + memchr(b'\n', bytes.get(at..)?)?;
            while let Some(start) = memchr::memmem::find(&bytes[at..line_end], b"0x").map(|found| at + found + 2) {
                let digits = bytes[start..line_end]
                    .iter()
                    .take_while(|byte| byte.is_ascii_hexdigit())
                    .count();
                template.hole(start, start + digits, Hole::Hex)?;
                at = start + digits;
            }
        }
        template.piece(bytes.len(), Hole::End)?;
        let lines = bytes.iter().filter(|&&byte| byte == b'\n').count() as u64;
        // Without the empty line a longer stack would fit too.
        let ends = template.text.ends_with(b"\n\n") || template.text.ends_with(b"\n\r\n");
        ends.then(|| Self {
            text: template.text.into(),
            pieces: template.pieces.into(),
            address_piece,
            lines,
        })
    }

    /// Compares the block at the start of `bytes`, whose header line is `header` bytes long.
    #[inline]
    pub(super) fn fit(&self, bytes: &[u8], header: usize) -> Option<Fit> {
        let mut fit = Fit {
            bytes: 0,
            lines: self.lines,
            parent: 0,
            address: None,
        };
        let mut rest = bytes.get(header..)?;
        let mut start = 0;
        for (index, &(end, hole)) in self.pieces.iter().enumerate() {
            rest = rest.strip_prefix(&self.text[start..end as usize])?;
            start = end as usize;
            let length = match hole {
                Hole::Arguments => {
                    let length = memchr(b')', rest)?;
                    if self.address_piece == Some(index) {
                        let at = bytes.len() - rest.len();
                        fit.address = Some((at, at + length));
                    }
                    length
                }
                Hole::Hex => rest.iter().position(|byte| !byte.is_ascii_hexdigit())?,
                Hole::Parent => {
                    let length = rest.iter().position(|byte| !byte.is_ascii_digit())?;
                    fit.parent = rest[..length].iter().fold(0u64, |value, digit| {
                        value.wrapping_mul(10).wrapping_add(u64::from(digit - b'0'))
                    });
                    length
                }
                Hole::End => 0,
            };
            rest = &rest[length..];
        }
        fit.bytes = bytes.len() - rest.len();
        Some(fit)
    }
}

struct Builder<'a> {
    bytes: &'a [u8],
    at: usize,
    text: Vec<u8>,
    pieces: Vec<(u32, Hole)>,
}

impl Builder<'_> {
    /// Fixed text up to `start`, then a hole up to `end`.
    fn hole(&mut self, start: usize, end: usize, hole: Hole) -> Option<()> {
        self.piece(start, hole)?;
        self.at = end;
        Some(())
    }

    fn piece(&mut self, end: usize, hole: Hole) -> Option<()> {
        self.text.extend_from_slice(self.bytes.get(self.at..end)?);
        self.pieces.push((u32::try_from(self.text.len()).ok()?, hole));
        self.at = end;
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: &str = "goroutine 7 [sleep]:\n";

    fn template(text: &str, address_part: Option<usize>) -> (Option<Template>, Scanner) {
        let mut scanner = Scanner::default();
        let block = scanner.scan(text.as_bytes(), HEADER.len(), true, false).unwrap();
        (
            Template::new(&text.as_bytes()[..block.bytes], HEADER.len(), &scanner, address_part),
            scanner,
        )
    }

    fn block(args: &str, offset: &str, parent: &str) -> String {
        format!(
            "{HEADER}main.f({args})\n\t/src/f.go:3 +{offset} fp=0x1 sp=0x22 pc={offset}\nmain.g(...)\n\t/src/g.go:4\n\
             created by main.main{parent}\n\t/src/f.go:9 +{offset}\n\n"
        )
    }

    #[test]
    fn fits_what_differs_in_numbers_only() {
        let (template, _) = template(&block("0x1, 0x2", "0x1d", " in goroutine 3"), Some(0));
        let template = template.unwrap();
        let other = block("0xc000012345, {0x1?, 0x2}, ...", "0x2", " in goroutine 4711");
        let fit = template.fit(other.as_bytes(), HEADER.len()).unwrap();
        assert_eq!((fit.bytes, fit.lines, fit.parent), (other.len(), 8, 4711));
        let (start, end) = fit.address.unwrap();
        assert_eq!(&other[start..end], "0xc000012345, {0x1?, 0x2}, ...");
        for different in [
            other.replace("f.go:3", "f.go:5"),
            other.replace("main.g", "main.h"),
            other.replace("\n\n", "\nmain.k()\n"),
            block("", "0x1", ""),
        ] {
            assert_eq!(template.fit(different.as_bytes(), HEADER.len()), None, "{different}");
        }
    }

    #[test]
    fn sections_have_no_template() {
        assert!(
            template(
                &format!("{HEADER}main.f()\n\t/src/f.go:3 +0x1\n...4 frames elided...\n\n"),
                None
            )
            .0
            .is_none()
        );
        assert!(
            template(&format!("{HEADER}main.f()\n\t/src/f.go:3 +0x1\n"), None)
                .0
                .is_none(),
            "no empty line behind it"
        );
    }
}
