//! journald's text forms and syslog, in files and on the wire.

use std::borrow::Cow;

use memchr::{memchr, memmem};

use super::{Kind, Wrapped};
use crate::model::Time;
use crate::time::{self, Civil};

/// `Nov 20 09:27:40[.123456] host unit[1]: text` (short, short-precise), `Fri 2026-11-20 09:27:40 UTC host unit[1]: text`
/// (short-full), and `Nov 20 09:27:40 text` of `ts`.
pub(super) fn journal(line: &[u8], now: Option<Time>) -> Option<Wrapped<'_>> {
    if line.get(3) != Some(&b' ') {
        return None;
    }
    if line.get(4).is_some_and(u8::is_ascii_digit) && line.get(8) == Some(&b'-') {
        return full(line);
    }
    let month = time::month(&line[..3])?;
    let day = if line.get(4) == Some(&b' ') {
        time::digits(line, 5, 1)?
    } else {
        time::digits(line, 4, 2)?
    };
    if line.get(6) != Some(&b' ') {
        return None;
    }
    let (mut civil, end) = time::clock(line, 7)?;
    (civil.month, civil.day) = (month, day);
    let stamp = now.and_then(|now| with_year(civil, now));
    let rest = line[end..].strip_prefix(b" ")?;
    Some(match sender(rest, false) {
        Some((key, text)) => wrapped(Kind::Journal, key, stamp, text),
        None => Wrapped::new(Kind::Timestamp, b"", stamp, rest),
    })
}

/// `Fri 2026-11-20 09:27:40 UTC host unit[1]: text`
fn full(line: &[u8]) -> Option<Wrapped<'_>> {
    let date = &line[4..];
    let (civil, end) = time::stamp(date, b'-', b' ')?;
    let rest = date[end..].strip_prefix(b" ")?;
    let zone = memchr(b' ', &rest[..rest.len().min(16)])?;
    let (key, text) = sender(&rest[zone + 1..], true)?;
    // A zone by name other than UTC is not known here: the time stays as written.
    Some(wrapped(Kind::Journal, key, civil.time(), text))
}

/// `host unit[1]: text` behind an ISO stamp: short-iso, short-iso-precise, rsyslog's default file form. Only with a process
/// id: `INFO server: text` of an ordinary log has the same shape.
pub(super) fn iso(rest: &[u8], time: Time) -> Option<Wrapped<'_>> {
    let (key, text) = sender(rest, true)?;
    Some(wrapped(Kind::Journal, key, Some(time), text))
}

/// `<34>Oct 11 22:14:15 host app[1]: text` (RFC 3164) and `<34>1 2026-11-20T09:27:40Z host app 1 id [data] text` (RFC 5424).
pub(super) fn wire(line: &[u8], now: Option<Time>) -> Option<Wrapped<'_>> {
    let close = memchr(b'>', &line[..line.len().min(5)])?;
    if close < 2 || !line[1..close].iter().all(u8::is_ascii_digit) {
        return None;
    }
    let rest = &line[close + 1..];
    let Some(rest) = rest.strip_prefix(b"1 ") else {
        let mut found = journal(rest, now)?;
        found.kind = Kind::Syslog;
        return Some(found);
    };
    let mut rest = rest;
    let mut words: [&[u8]; 5] = [b""; 5];
    for word in &mut words {
        let end = memchr(b' ', &rest[..rest.len().min(512)])?;
        *word = &rest[..end];
        rest = &rest[end + 1..];
    }
    let [stamp, host, app, process, _] = words;
    let time = time::stamp(stamp, b'-', b'T').and_then(|(civil, _)| civil.time());
    if time.is_none() && stamp != b"-" {
        return None;
    }
    let text = if let Some(text) = rest.strip_prefix(b"-") {
        text
    } else {
        let end = memmem::find(rest, b"] ").map(|end| end + 1);
        rest.strip_prefix(b"[")?;
        &rest[end.unwrap_or(rest.len())..]
    };
    let text = text.strip_prefix(b" ").unwrap_or(text);
    let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
    let key = [host, app, process].join(&b' ');
    let mut found = wrapped(Kind::Syslog, b"", time, text);
    found.key = Cow::Owned(key);
    Some(found)
}

/// `host unit[1]: text`: the sender and the text.
fn sender(rest: &[u8], need_process: bool) -> Option<(&[u8], &[u8])> {
    let head = &rest[..rest.len().min(320)];
    let host = memchr(b' ', head)?;
    let is_host = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_' | b':');
    if host == 0 || !head[..host].iter().all(is_host) {
        return None;
    }
    let unit = &head[host + 1..];
    let end = unit.iter().position(|&byte| matches!(byte, b':' | b'[' | b' '))?;
    let mut colon = end;
    if end == 0 {
        return None;
    }
    if unit[end] == b'[' {
        let close = end + memchr(b']', &unit[end..])?;
        if close == end + 1 || !unit[end + 1..close].iter().all(u8::is_ascii_digit) {
            return None;
        }
        colon = close + 1;
    } else if need_process || matches!(&unit[..end], b"panic" | b"error" | b"goroutine" | b"http" | b"runtime") {
        return None;
    }
    if unit.get(colon) != Some(&b':') {
        return None;
    }
    let text = &rest[host + 1 + colon + 1..];
    let text = match text.first() {
        None => text,
        Some(b' ') => &text[1..],
        Some(_) => return None,
    };
    Some((&rest[..host + 1 + colon], text))
}

/// rsyslog writes control characters as `#` and three octal digits; only a leading tab matters to dumps.
fn wrapped<'a>(kind: Kind, key: &'a [u8], time: Option<Time>, text: &'a [u8]) -> Wrapped<'a> {
    let mut found = Wrapped::new(kind, key, time, text);
    if let Some(rest) = text.strip_prefix(b"#011") {
        found.text = Cow::Owned([b"\t", rest].concat());
    }
    found
}

/// A stamp without a year, in the last year that does not put it after `now` (a day of clock difference is allowed).
pub(super) fn with_year(mut civil: Civil, now: Time) -> Option<Time> {
    const DAY: i64 = 86_400_000_000_000;
    let year = time::year_of(now);
    for year in [year + 1, year, year - 1] {
        civil.year = year;
        if let Some(time) = civil.time()
            && time.0 <= now.0.saturating_add(DAY)
        {
            return Some(time);
        }
    }
    None
}
