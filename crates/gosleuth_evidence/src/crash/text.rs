//! The words of a crash: messages of a chain, signals, numbers.

use crate::model::{CrashSignal, PanicLink};

/// Bytes kept of one message.
const MAX_TEXT: usize = 64 << 10;

/// One message while its lines arrive, as printed.
pub(super) struct Link {
    /// All lines, joined by `\n`.
    raw: Vec<u8>,
    fatal: bool,
}

impl Link {
    pub(super) fn new(first: &[u8], fatal: bool) -> Self {
        Self {
            raw: first[..first.len().min(MAX_TEXT)].to_vec(),
            fatal,
        }
    }

    /// Adds a line as printed.
    pub(super) fn push(&mut self, line: &[u8]) {
        let room = MAX_TEXT.saturating_sub(self.raw.len());
        if room > 0 {
            self.raw.push(b'\n');
            self.raw.extend_from_slice(&line[..line.len().min(room)]);
        }
    }

    /// Whether this is a fatal error with this message.
    pub(super) fn is_fatal(&self, message: &[u8]) -> bool {
        self.fatal && self.raw == message
    }

    fn continuation(&self) -> impl Iterator<Item = &[u8]> {
        self.raw.split(|&byte| byte == b'\n').skip(1)
    }
}

/// The messages without their indentation and marks.
///
/// Since Go 1.23 every further line of a message begins with a tab and an empty line ends the text. Before, lines stand as
/// they are, so only what follows (`closed`: goroutines or the exit status) tells where the text ends; other output may then
/// be taken for text, and an empty line right after the first line counts as the end because the runtime writes one there.
pub(super) fn chain(links: &[Link], closed: bool) -> Vec<PanicLink> {
    let indented = !closed
        || links.iter().all(|link| {
            link.continuation()
                .take_while(|line| !line.is_empty())
                .all(|line| line.starts_with(b"\t"))
        });
    links.iter().map(|link| finish(link, indented)).collect()
}

fn finish(link: &Link, indented: bool) -> PanicLink {
    let mut text = Vec::with_capacity(link.raw.len());
    for (at, line) in link.raw.split(|&byte| byte == b'\n').enumerate() {
        if at > 0 {
            if line.is_empty() && at == 1 || indented && !line.starts_with(b"\t") {
                break;
            }
            text.push(b'\n');
        }
        let line = if indented && at > 0 {
            line.strip_prefix(b"\t").unwrap_or(line)
        } else {
            line
        };
        text.extend_from_slice(line);
    }
    let mut text = text.trim_ascii_end();
    let mut mark = |mark: &[u8]| {
        let stripped = text.strip_suffix(mark);
        text = stripped.unwrap_or(text);
        stripped.is_some()
    };
    let repanicked = mark(b" [recovered, repanicked]");
    let recovered = mark(b" [recovered]") || repanicked;
    PanicLink {
        text: String::from_utf8_lossy(text).into_owned(),
        recovered,
        repanicked,
        fatal: link.fatal,
        goexit: false,
    }
}

/// Takes `running tests:` and the lines below it off a message.
pub(super) fn take_running_tests(text: &mut String) -> Vec<(String, String)> {
    let Some(at) = text.find("\nrunning tests:") else {
        return Vec::new();
    };
    let tail = text.split_off(at);
    tail.lines()
        .skip(2)
        .filter_map(|line| {
            let (name, rest) = line.trim().rsplit_once(" (")?;
            Some((name.to_owned(), rest.strip_suffix(')')?.to_owned()))
        })
        .collect()
}

/// `SIGQUIT: quit`, `Signal 34`, and on Windows `Exception 0xc0000005 0x0 0x0 0x7ff…`: the line before `PC=…`.
pub(super) fn signal_name(line: &[u8]) -> Option<CrashSignal> {
    let text = std::str::from_utf8(line).ok().filter(|text| text.len() < 128)?;
    let (name, description) = if text.starts_with("SIG") {
        let (name, description) = text.split_once(": ")?;
        let letters = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit();
        (name.len() > 3 && name.bytes().all(letters)).then_some((name, description))?
    } else if let Some(digits) = text.strip_prefix("Signal ") {
        digits.parse::<u32>().ok()?;
        (text, "")
    } else {
        let rest = text.strip_prefix("Exception 0x")?;
        let digits = rest.bytes().take_while(u8::is_ascii_hexdigit).count();
        (&text[..text.len() - rest.len() + digits], "")
    };
    Some(CrashSignal {
        name: name.to_owned(),
        description: description.to_owned(),
        code: None,
        address: None,
        pc: None,
    })
}

/// `[signal SIGSEGV: segmentation violation code=0x1 addr=0x0 pc=0x49e12b]`; the name may be a number on Windows.
pub(super) fn signal_line(line: &[u8]) -> Option<CrashSignal> {
    let inner = line.strip_prefix(b"[signal ")?.strip_suffix(b"]")?;
    let inner = std::str::from_utf8(inner).ok()?;
    let (what, fields) = inner.split_once(" code=")?;
    let (name, description) = what.split_once(": ").unwrap_or((what, ""));
    let mut fields = fields.split(' ');
    let code = number(fields.next()?.as_bytes());
    let mut signal = CrashSignal {
        name: name.to_owned(),
        description: description.to_owned(),
        code,
        address: None,
        pc: None,
    };
    for field in fields {
        if let Some(value) = field.strip_prefix("addr=") {
            signal.address = number(value.as_bytes());
        } else if let Some(value) = field.strip_prefix("pc=") {
            signal.pc = number(value.as_bytes());
        }
    }
    Some(signal)
}

/// A number as the runtime prints it: `0x…` or decimal.
pub(super) fn number(text: &[u8]) -> Option<u64> {
    let text = std::str::from_utf8(text).ok()?;
    match text.strip_prefix("0x") {
        Some(hex) => u64::from_str_radix(hex, 16).ok(),
        None => text.parse().ok(),
    }
}
