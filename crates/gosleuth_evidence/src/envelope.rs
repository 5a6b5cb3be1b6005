//! What log collectors, container runtimes and loggers put around a line, taken off one line at a time.
//!
//! Pure functions: a line in, what it wraps out. Which wrappings are believed is a matter of `streams`. The tests of a line
//! start with its first byte, so that ordinary text costs almost nothing, and are strict, so that a line of a dump, a crash
//! or a metrics page is never taken for wrapping. Where a form cannot be strict (`name | text`), it is marked weak, and
//! believed only after its text has started something that is read here.
//!
//! Non-goals: `go test -json`, which is evidence itself; binary journals.

mod json;
mod syslog;

#[cfg(test)]
mod tests;

use std::borrow::Cow;

use memchr::{memchr, memmem};

use crate::dump::is_header;
use crate::model::Time;
use crate::time;

/// Who wrapped a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Kind {
    /// `2026-11-20T09:27:40.123456789Z stderr F text`: containerd, CRI-O, podman.
    Cri,
    /// `{"log":"text\n","stream":"stderr","time":"…"}`: Docker's json-file, and what fluentd makes of it.
    DockerJson,
    /// `name-1  | text`: docker compose.
    Compose,
    /// `[pod/name/container] text`: kubectl logs --prefix.
    Kubectl,
    /// `pod container text`: stern.
    Stern,
    /// `Nov 20 09:27:40 host unit[1]: text`: journalctl's short forms, classic syslog files.
    Journal,
    /// `journalctl -o json`.
    JournalJson,
    /// `<34>1 2026-11-20T09:27:40Z host app 1 - - text`: the wire forms of syslog, old and new.
    Syslog,
    /// `job\tstep\t2026-11-20T09:27:40.1234567Z text`: gh run view --log.
    GithubJob,
    /// `2026-11-20T09:27:40.1234567Z text`: kubectl --timestamps, docker logs -t, GitHub Actions, ts.
    Timestamp,
    /// `2026/11/20 09:27:40 file.go:1: text`: package log.
    GoLog,
    /// `E1120 09:27:40.123456   1 file.go:1] text`: klog, glog.
    Klog,
    /// Colours.
    Ansi,
    /// JSON of a logger with a whole dump or panic in one of its strings.
    JsonLog,
    /// A line of another shape with a quoted dump or panic in it.
    Quoted,
}

/// How the text of a wrapped line joins others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scope {
    /// A stream of its own, named by the key.
    Own,
    /// The stream around it.
    Same,
    /// A whole text, with nothing before and after it.
    Whole,
}

impl Kind {
    /// The stable word of `Input::envelopes`.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Cri => "kubernetes",
            Self::DockerJson => "docker-json",
            Self::Compose => "docker-compose",
            Self::Kubectl => "kubectl-prefix",
            Self::Stern => "stern",
            Self::Journal => "journald",
            Self::JournalJson => "journald-json",
            Self::Syslog => "syslog",
            Self::GithubJob => "github-actions",
            Self::Timestamp => "timestamps",
            Self::GoLog => "go-log",
            Self::Klog => "klog",
            Self::Ansi => "colours",
            Self::JsonLog => "json-log",
            Self::Quoted => "quoted-log",
        }
    }

    pub(crate) fn scope(self) -> Scope {
        match self {
            Self::Timestamp | Self::GoLog | Self::Klog | Self::Ansi => Scope::Same,
            Self::JsonLog | Self::Quoted => Scope::Whole,
            _ => Scope::Own,
        }
    }

    /// Whether ordinary text can look like this.
    pub(crate) fn is_weak(self) -> bool {
        matches!(self, Self::Compose | Self::Stern)
    }
}

/// A line without its wrapping.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Wrapped<'a> {
    pub kind: Kind,
    /// Names the stream among those of this kind.
    pub key: Cow<'a, [u8]>,
    pub time: Option<Time>,
    /// The text; may have several lines for journald JSON and [`Scope::Whole`].
    pub text: Cow<'a, [u8]>,
    /// The next line of the stream goes on where this one ends.
    pub partial: bool,
}

impl<'a> Wrapped<'a> {
    fn new(kind: Kind, key: &'a [u8], time: Option<Time>, text: &'a [u8]) -> Self {
        Self {
            kind,
            key: Cow::Borrowed(key),
            time,
            text: Cow::Borrowed(text),
            partial: false,
        }
    }
}

/// Takes one layer of wrapping off. `now` gives the year to stamps that have none.
pub(crate) fn unwrap(line: &[u8], now: Option<Time>) -> Option<Wrapped<'_>> {
    unwrap_prefix(line, now).or_else(|| quoted(line))
}

/// Like [`unwrap`], without looking for quoted dumps inside the line.
pub(crate) fn unwrap_prefix(line: &[u8], now: Option<Time>) -> Option<Wrapped<'_>> {
    match *line.first()? {
        b'0'..=b'9' => dated(line),
        b'{' => json::unwrap(line),
        b'<' => syslog::wire(line, now),
        b'[' => kubectl(line),
        0x1b => Some(colours(line)),
        b'A'..=b'Z' => syslog::journal(line, now)
            .or_else(|| klog(line, now))
            .or_else(|| prefixed(line)),
        b'a'..=b'z' => prefixed(line),
        _ => None,
    }
}

/// Takes off a wrapping of this kind only: for lines inside a goroutine block whose header had it.
pub(crate) fn unwrap_as(line: &[u8], kind: Kind, now: Option<Time>) -> Option<Wrapped<'_>> {
    let found = match kind {
        Kind::Timestamp | Kind::GoLog => dated(line).or_else(|| syslog::journal(line, now)),
        Kind::Klog => klog(line, now),
        Kind::Ansi if memchr(0x1b, line).is_some() => Some(colours(line)),
        _ => None,
    };
    found.filter(|found| found.kind == kind)
}

/// Whether this text starts something that is read here, as far as its first bytes show.
pub(crate) fn starts_evidence(text: &[u8]) -> bool {
    const STARTS: &[&[u8]] = &[
        b"panic: ",
        b"fatal error: ",
        b"WARNING: DATA RACE",
        b"==================",
        b"SIGQUIT: quit",
        b"SIGABRT: abort",
        b"SIGSEGV: ",
        b"SIGTRAP: ",
        b"[signal SIG",
        b"unexpected fault address ",
        b"runtime: ",
        b"goroutine profile: total ",
        b"goroutineleak profile: total ",
        b"threadcreate profile: total ",
        b"heap profile: ",
        b"--- mutex:",
        b"--- contention:",
        b"http: panic serving ",
        b"=== RUN ",
    ];
    let numbered = |word: &[u8]| {
        text.strip_prefix(word)
            .is_some_and(|rest| rest.first().is_some_and(u8::is_ascii_digit))
    };
    is_header(text)
        || STARTS.iter().any(|start| text.starts_with(start))
        || numbered(b"gc ")
        || numbered(b"scav ")
        || numbered(b"SCHED ")
}

/// Lines that start with a date in numbers.
fn dated(line: &[u8]) -> Option<Wrapped<'_>> {
    match *line.get(4)? {
        b'/' => go_log(line),
        b'-' => match *line.get(10)? {
            b'T' => {
                let (civil, end) = time::stamp(line, b'-', b'T')?;
                let time = civil.time()?;
                let text = line[end..].strip_prefix(b" ")?;
                cri(text, time).or_else(|| syslog::iso(text, time)).or_else(|| {
                    // Without a zone it is a program's own idea of a stamp, but a stamp.
                    Some(Wrapped::new(Kind::Timestamp, b"", Some(time), text))
                })
            }
            b' ' => {
                let (civil, end) = time::stamp(line, b'-', b' ')?;
                let text = line[end..].strip_prefix(b" ")?;
                Some(Wrapped::new(Kind::Timestamp, b"", Some(civil.time()?), text))
            }
            _ => None,
        },
        _ => None,
    }
}

/// `stderr F text` behind the stamp; further tags follow the first behind a colon.
fn cri(rest: &[u8], time: Time) -> Option<Wrapped<'_>> {
    let (key, rest) = if let Some(rest) = rest.strip_prefix(b"stdout ") {
        (&b"stdout"[..], rest)
    } else {
        (&b"stderr"[..], rest.strip_prefix(b"stderr ")?)
    };
    let (&tag, rest) = rest.split_first()?;
    if !matches!(tag, b'F' | b'P') {
        return None;
    }
    let text = match rest.first() {
        None => rest,
        Some(b' ') => &rest[1..],
        Some(b':') => &rest[memchr(b' ', rest)? + 1..],
        Some(_) => return None,
    };
    let mut wrapped = Wrapped::new(Kind::Cri, key, Some(time), text);
    wrapped.partial = tag == b'P';
    Some(wrapped)
}

/// `2026/11/20 09:27:40[.123456] [file.go:12: ]text`
fn go_log(line: &[u8]) -> Option<Wrapped<'_>> {
    let (civil, end) = time::stamp(line, b'/', b' ')?;
    let text = line[end..].strip_prefix(b" ")?;
    Some(Wrapped::new(
        Kind::GoLog,
        b"",
        Some(civil.time()?),
        strip_source(text).unwrap_or(text),
    ))
}

/// Text behind `file.go:12: `.
pub(crate) fn strip_source(text: &[u8]) -> Option<&[u8]> {
    let at = memmem::find(&text[..text.len().min(512)], b".go:")? + 4;
    if memchr(b' ', &text[..at]).is_some() {
        return None;
    }
    let digits = text[at..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    if digits == 0 {
        return None;
    }
    text[at + digits..].strip_prefix(b": ")
}

/// `E1120 09:27:40.123456   12345 file.go:12] text`
fn klog(line: &[u8], now: Option<Time>) -> Option<Wrapped<'_>> {
    if !matches!(line[0], b'I' | b'W' | b'E' | b'F') || line.get(5) != Some(&b' ') {
        return None;
    }
    let month = time::digits(line, 1, 2)?;
    let day = time::digits(line, 3, 2)?;
    let (mut civil, end) = time::clock(line, 6)?;
    let rest = line[end..].strip_prefix(b" ")?.trim_ascii_start();
    let thread = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let rest = rest.get(thread..).filter(|_| thread > 0)?.strip_prefix(b" ")?;
    let close = memmem::find(&rest[..rest.len().min(512)], b"] ")?;
    if memchr(b' ', &rest[..close]).is_some() || memchr(b':', &rest[..close]).is_none() {
        return None;
    }
    (civil.month, civil.day) = (month, day);
    let stamp = now.and_then(|now| syslog::with_year(civil, now));
    Some(Wrapped::new(Kind::Klog, b"", stamp, &rest[close + 2..]))
}

/// `[pod/name/container] text`
fn kubectl(line: &[u8]) -> Option<Wrapped<'_>> {
    let inside = line.strip_prefix(b"[pod/")?;
    let close = memchr(b']', &inside[..inside.len().min(600)])?;
    let name = &inside[..close];
    if name.iter().filter(|&&byte| byte == b'/').count() != 1 || !name.iter().all(|&byte| is_name(byte) || byte == b'/')
    {
        return None;
    }
    let text = &inside[close + 1..];
    Some(Wrapped::new(
        Kind::Kubectl,
        name,
        None,
        text.strip_prefix(b" ").unwrap_or(text),
    ))
}

/// Bytes of the names of containers, pods and services.
fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.')
}

/// Lines that start with a name.
fn prefixed(line: &[u8]) -> Option<Wrapped<'_>> {
    let end = line.iter().take(256).position(|&byte| !is_name(byte))?;
    match line[end] {
        b' ' | b'|' => compose(line, end).or_else(|| stern(line, end)),
        b'\t' => github_job(line),
        _ => None,
    }
}

/// `name-1  | text`
fn compose(line: &[u8], end: usize) -> Option<Wrapped<'_>> {
    let spaces = line[end..].iter().take(128).take_while(|&&byte| byte == b' ').count();
    let text = line[end + spaces..].strip_prefix(b"|")?;
    Some(Wrapped::new(
        Kind::Compose,
        &line[..end],
        None,
        text.strip_prefix(b" ").unwrap_or(text),
    ))
}

/// `pod-7d9f-x2x container text`. A pod's name has a dash or a dot; both names are lower case.
fn stern(line: &[u8], end: usize) -> Option<Wrapped<'_>> {
    let lower = |name: &[u8]| !name.is_empty() && !name.iter().any(|byte| byte.is_ascii_uppercase() || *byte == b'_');
    let pod = &line[..end];
    if !lower(pod) || !pod.contains(&b'-') {
        return None;
    }
    let rest = line[end..].strip_prefix(b" ")?;
    let length = rest.iter().take(64).position(|&byte| !is_name(byte))?;
    let text = rest[length..].strip_prefix(b" ")?;
    lower(&rest[..length]).then(|| Wrapped::new(Kind::Stern, &line[..end + 1 + length], None, text))
}

/// `job name\tstep name\t2026-11-20T09:27:40.1234567Z text`
fn github_job(line: &[u8]) -> Option<Wrapped<'_>> {
    let head = &line[..line.len().min(512)];
    let first = memchr(b'\t', head)?;
    let second = first + 1 + memchr(b'\t', &head[first + 1..])?;
    let rest = &line[second + 1..];
    let rest = rest.strip_prefix(b"\xef\xbb\xbf").unwrap_or(rest);
    let (civil, end) = time::stamp(rest, b'-', b'T')?;
    let text = rest[end..].strip_prefix(b" ")?;
    Some(Wrapped::new(
        Kind::GithubJob,
        &line[..second],
        Some(civil.time()?),
        text,
    ))
}

/// A line without escape sequences.
fn colours(line: &[u8]) -> Wrapped<'static> {
    let mut text = Vec::with_capacity(line.len());
    let mut rest = line;
    while let Some(at) = memchr(0x1b, rest) {
        text.extend_from_slice(&rest[..at]);
        rest = &rest[at + 1..];
        match rest.first() {
            // Control sequence: parameters, then one final byte.
            Some(b'[') => {
                let end = rest[1..].iter().position(|byte| (0x40..=0x7e).contains(byte));
                rest = end.map_or(&[], |end| &rest[end + 2..]);
            }
            // A title or a link: up to BEL or the string terminator.
            Some(b']') => {
                let end = rest.iter().position(|&byte| byte == 0x07 || byte == 0x1b);
                rest = end.map_or(&[], |end| &rest[end..]);
                rest = rest
                    .strip_prefix(b"\x07")
                    .or_else(|| rest.strip_prefix(b"\x1b\\"))
                    .unwrap_or(rest);
            }
            Some(_) => rest = &rest[1..],
            None => {}
        }
    }
    text.extend_from_slice(rest);
    Wrapped {
        kind: Kind::Ansi,
        key: Cow::Borrowed(b""),
        time: None,
        text: Cow::Owned(text),
        partial: false,
    }
}

/// A line with a dump or panic in quotes: logfmt, `slog`'s text form, `%q`.
fn quoted(line: &[u8]) -> Option<Wrapped<'_>> {
    // JSON was looked at as a whole.
    if line.len() < 60 || line[0] == b'{' {
        return None;
    }
    if memmem::find(line, b"goroutine ").is_none() || memmem::find(line, b"\\n").is_none() {
        return None;
    }
    let mut texts = Vec::new();
    let mut rest = line;
    while let Some(open) = memchr(b'"', rest) {
        let inside = &rest[open + 1..];
        let (text, length) = unescape(inside);
        rest = inside.get(length..).unwrap_or_default();
        texts.push(text);
    }
    let stamp = line
        .strip_prefix(b"time=")
        .or_else(|| line.strip_prefix(b"ts="))
        .map(|value| value.strip_prefix(b"\"").unwrap_or(value))
        .and_then(|value| time::stamp(value, b'-', b'T'))
        .and_then(|(civil, _)| civil.time());
    Some(Wrapped {
        kind: Kind::Quoted,
        key: Cow::Borrowed(b""),
        time: stamp,
        text: Cow::Owned(embedded(&texts)?),
        partial: false,
    })
}

/// The text up to the closing quote, and the length with that quote. Go's and JSON's escapes.
fn unescape(inside: &[u8]) -> (Vec<u8>, usize) {
    let mut text = Vec::new();
    let mut at = 0;
    while let Some(&byte) = inside.get(at) {
        at += 1;
        match byte {
            b'"' => break,
            b'\\' => {
                let escaped = inside.get(at).copied().unwrap_or(b'\\');
                at += 1;
                match escaped {
                    b'n' => text.push(b'\n'),
                    b't' => text.push(b'\t'),
                    b'r' => text.push(b'\r'),
                    b'u' => {
                        let code = inside
                            .get(at..at + 4)
                            .and_then(|digits| std::str::from_utf8(digits).ok())
                            .and_then(|digits| u32::from_str_radix(digits, 16).ok());
                        let decoded = code.and_then(char::from_u32).unwrap_or(char::REPLACEMENT_CHARACTER);
                        text.extend_from_slice(decoded.encode_utf8(&mut [0; 4]).as_bytes());
                        at += if code.is_some() { 4 } else { 0 };
                    }
                    other => text.push(other),
                }
            }
            _ => text.push(byte),
        }
    }
    (text, at)
}

/// The strings of a log entry that hold a dump or a panic of several lines, one below the other. A single line right before
/// the first of them is kept: it often says what was recovered.
fn embedded(texts: &[Vec<u8>]) -> Option<Vec<u8>> {
    let is_block = |text: &[u8]| {
        memchr(b'\n', text).is_some()
            && text
                .split(|&byte| byte == b'\n')
                .take(64)
                .any(|line| is_header(line) || line.starts_with(b"panic: ") || line.starts_with(b"fatal error: "))
    };
    let first = texts.iter().position(|text| is_block(text))?;
    let mut out = Vec::new();
    if let Some(before) = first.checked_sub(1).and_then(|before| texts.get(before))
        && memchr(b'\n', before).is_none()
    {
        out.extend_from_slice(before);
        out.push(b'\n');
    }
    for text in texts[first..].iter().filter(|text| is_block(text)) {
        out.extend_from_slice(text);
        if !text.ends_with(b"\n") {
            out.push(b'\n');
        }
        out.push(b'\n');
    }
    Some(out)
}
