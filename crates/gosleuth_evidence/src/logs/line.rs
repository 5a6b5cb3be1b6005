//! One line of a log, taken apart: when, how bad, what, and for which request.

use std::borrow::Cow;

use memchr::{memchr, memmem};

use super::fields::{self, Value};
use super::stamp::{self, Stamp};
use crate::envelope;
use crate::model::{Level, Time};
use crate::time;

/// Requests of one line that are looked at.
const MAX_IDS: usize = 4;
/// Layers of wrapping that are taken off.
const DEPTH: usize = 4;
/// Words behind the stamp among which a level is looked for.
const LEVEL_WORDS: usize = 4;

/// What a line says. The texts are as they stand in the line.
#[derive(Clone, Debug, Default)]
pub(super) struct Entry<'a> {
    /// Its stamp.
    pub stamp: Option<Stamp>,
    /// Its level.
    pub level: Option<Level>,
    /// Its message.
    pub message: Option<Value<'a>>,
    /// What it says of an error beside the message.
    pub error: Option<Value<'a>>,
    /// Requests that it belongs to: key in its usual form, value.
    pub ids: [Option<(&'static str, &'a [u8])>; MAX_IDS],
    /// Its form: `json`, `logfmt`, `klog`, `access`, `text`.
    pub form: &'static str,
}

impl<'a> Entry<'a> {
    /// Message and error as one text of at most `most` bytes.
    pub(super) fn text(&self, most: usize) -> Cow<'a, str> {
        let message = self.message.map(|value| value.text(most));
        let error = self.error.map(|value| value.text(most));
        match (message, error) {
            (Some(message), Some(error)) if !message.contains(&*error) => Cow::Owned(format!("{message}: {error}")),
            (Some(one), _) | (None, Some(one)) => one,
            (None, None) => Cow::Borrowed(""),
        }
    }

    fn id(&mut self, key: &[u8], value: Value<'a>) {
        if let Some(known) = id_key(key)
            && (4..=128).contains(&value.raw().len())
            && let Some(free) = self.ids.iter_mut().find(|slot| slot.is_none())
        {
            *free = Some((known, value.raw()));
        }
    }
}

/// Calls `each` with what a line says. Lines without a stamp have an entry without one.
pub(super) fn take(line: &[u8], now: Option<Time>, each: &mut dyn FnMut(&Entry<'_>)) {
    unwrap(line, None, now, 0, each);
}

fn unwrap(line: &[u8], outer: Option<Stamp>, now: Option<Time>, depth: usize, each: &mut dyn FnMut(&Entry<'_>)) {
    let line = line.trim_ascii_end();
    if memchr(0x1b, &line[..line.len().min(256)]).is_some() && depth < DEPTH {
        return unwrap(&plain(line), outer, now, depth + 1, each);
    }
    if depth < DEPTH
        && let Some(wrapped) = wrapping(line, now)
    {
        let outer = wrapped.time.map(exact).or(outer);
        return unwrap(&wrapped.text, outer, now, depth + 1, each);
    }
    let mut entry = entry(line, now);
    // The stamp of a collector knows its zone; that of the program is nearer to what happened.
    if entry.stamp.is_none_or(|stamp| !stamp.zoned) && outer.is_some() {
        entry.stamp = outer;
    }
    each(&entry);
}

fn exact(time: Time) -> Stamp {
    Stamp {
        time,
        zoned: true,
        dated: true,
    }
}

/// What a collector put around a line.
fn wrapping(line: &[u8], now: Option<Time>) -> Option<envelope::Wrapped<'_>> {
    use envelope::Kind;
    let first = *line.first()?;
    let maybe = match first {
        b'{' => line.starts_with(b"{\"log\":\"") || memmem::find(line, b"\"MESSAGE\"").is_some(),
        b'0'..=b'9' => {
            // `2026-11-20T09:27:40.123456789Z stderr F text`
            line.get(10) == Some(&b'T')
                && (memmem::find(&line[..line.len().min(48)], b" stderr ").is_some()
                    || memmem::find(&line[..line.len().min(48)], b" stdout ").is_some())
        }
        b'<' => true,
        b'[' => line.starts_with(b"[pod/"),
        b'A'..=b'Z' => line.get(3) == Some(&b' ') && time::month(&line[..3]).is_some(),
        b'a'..=b'z' => memchr(b'|', &line[..line.len().min(64)]).is_some(),
        _ => false,
    };
    if !maybe {
        return None;
    }
    envelope::unwrap_prefix(line, now).filter(|wrapped| {
        matches!(
            wrapped.kind,
            Kind::Cri
                | Kind::DockerJson
                | Kind::Compose
                | Kind::Kubectl
                | Kind::Journal
                | Kind::JournalJson
                | Kind::Syslog
                | Kind::Timestamp
        )
    })
}

/// A line without colours.
fn plain(line: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(line.len());
    let mut rest = line;
    while let Some(at) = memchr(0x1b, rest) {
        out.extend_from_slice(&rest[..at]);
        let sequence = rest[at + 1..].strip_prefix(b"[").unwrap_or_default();
        let length = sequence.iter().take_while(|byte| !byte.is_ascii_alphabetic()).count();
        rest = sequence.get(length + 1..).unwrap_or(&rest[at + 1..]);
    }
    out.extend_from_slice(rest);
    out
}

/// A line without wrapping.
fn entry(line: &[u8], now: Option<Time>) -> Entry<'_> {
    match line.first() {
        Some(b'{') => json(line, now),
        Some(b'I' | b'W' | b'E' | b'F') => klog(line, now).unwrap_or_else(|| text(line, now)),
        Some(b'a'..=b'z') => logfmt(line, now).unwrap_or_else(|| text(line, now)),
        _ => text(line, now),
    }
}

/// `{"time":"…","level":"ERROR","msg":"…"}` of slog, zap, zerolog, logrus, pino and others.
fn json(line: &[u8], now: Option<Time>) -> Entry<'_> {
    let mut entry = Entry {
        form: "json",
        ..Entry::default()
    };
    fields::json(line, &mut |outer, key, value| field(&mut entry, outer, key, value, now));
    if entry.stamp.is_none() && entry.message.is_none() {
        entry.form = "";
    }
    entry
}

/// What one key says.
fn field<'a>(entry: &mut Entry<'a>, outer: &[u8], key: &[u8], value: Value<'a>, now: Option<Time>) {
    let top = outer.is_empty();
    match key {
        b"time" | b"ts" | b"timestamp" | b"@timestamp" | b"t" | b"datetime" | b"eventTime" | b"date" | b"asctime"
            if top =>
        {
            if entry.stamp.is_none() {
                entry.stamp = stamp::whole(value.raw(), now);
            }
        }
        b"level" | b"lvl" | b"severity" | b"levelname" | b"loglevel" | b"L" | b"log.level" if entry.level.is_none() => {
            entry.level = level(value);
        }
        b"msg" | b"message" | b"@message" | b"M" if top => entry.message = Some(value),
        b"err" | b"error" | b"exception" if top => entry.error = Some(value),
        b"id" if outer == b"trace" => entry.id(b"trace_id", value),
        b"id" if outer == b"request" => entry.id(b"request_id", value),
        _ => entry.id(key, value),
    }
}

/// `time=… level=… msg="…" key=value`, as slog, logrus and go-kit write it.
fn logfmt(line: &[u8], now: Option<Time>) -> Option<Entry<'_>> {
    let end = line
        .iter()
        .take(24)
        .position(|byte| !(byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-')))?;
    if line[end] != b'=' {
        return None;
    }
    let mut entry = Entry {
        form: "logfmt",
        ..Entry::default()
    };
    fields::pairs(line, &mut |key, value| field(&mut entry, b"", key, value, now));
    (entry.stamp.is_some() || entry.message.is_some()).then_some(entry)
}

/// `E1120 09:27:40.123456   12345 file.go:123] text`
fn klog(line: &[u8], now: Option<Time>) -> Option<Entry<'_>> {
    let level = match line[0] {
        b'I' => Level::Info,
        b'W' => Level::Warn,
        b'E' => Level::Error,
        _ => Level::Fatal,
    };
    if line.get(5) != Some(&b' ') {
        return None;
    }
    let (mut civil, end) = time::clock(line, 6)?;
    (civil.month, civil.day) = (time::digits(line, 1, 2)?, time::digits(line, 3, 2)?);
    let rest = &line[end..];
    let close = memmem::find(&rest[..rest.len().min(512)], b"] ")?;
    let message = &rest[close + 2..];
    let mut entry = Entry {
        stamp: stamp::with_year(civil, now),
        level: Some(level),
        message: Some(Value::Bare(message)),
        form: "klog",
        ..Entry::default()
    };
    // Structured klog: `"message" key="value"`.
    if let Some(inner) = message.strip_prefix(b"\"")
        && let Some(end) = memchr(b'"', inner)
    {
        entry.message = Some(Value::Bare(&inner[..end]));
    }
    tail(&mut entry, message, now);
    Some(entry)
}

/// A stamp, perhaps in brackets, a level among the next words, and text.
fn text(line: &[u8], now: Option<Time>) -> Entry<'_> {
    let mut entry = Entry {
        form: "text",
        ..Entry::default()
    };
    let open = usize::from(line.first() == Some(&b'['));
    let mut rest = line;
    if let Some((stamp, end)) = stamp::leading(&line[open..], now) {
        entry.stamp = Some(stamp);
        rest = &line[open + end..];
        rest = rest.strip_prefix(b"]").unwrap_or(rest);
        rest = rest.strip_prefix(b":").unwrap_or(rest);
    } else if let Some(found) = access(line, now) {
        return found;
    }
    let mut words = rest;
    for _ in 0..LEVEL_WORDS {
        words = words.trim_ascii_start();
        let length = words
            .iter()
            .position(|byte| matches!(byte, b' ' | b'\t'))
            .unwrap_or(words.len());
        let (word, behind) = words.split_at(length);
        if let Some(found) = shouted(word) {
            entry.level = Some(found);
            rest = behind;
            break;
        }
        words = behind;
    }
    let message = rest.trim_ascii();
    entry.message = Some(Value::Bare(message));
    if entry.stamp.is_some() {
        tail(&mut entry, message, now);
    }
    entry
}

/// Requests, and a JSON object or pairs, behind a text.
fn tail<'a>(entry: &mut Entry<'a>, message: &'a [u8], now: Option<Time>) {
    if let Some(at) = memchr(b'{', message)
        && message.get(at + 1) == Some(&b'"')
    {
        let mut inner = Entry::default();
        fields::json(&message[at..], &mut |outer, key, value| {
            field(&mut inner, outer, key, value, now);
        });
        entry.ids = inner.ids;
        entry.error = entry.error.or(inner.error);
        if inner.message.is_some() {
            entry.message = inner.message;
            entry.level = entry.level.or(inner.level);
        } else if at > 0 {
            entry.message = Some(Value::Bare(message[..at].trim_ascii_end()));
        }
    } else if memchr(b'=', message).is_some() {
        fields::pairs(message, &mut |key, value| match key {
            b"level" if entry.level.is_none() => entry.level = level(value),
            b"msg" => entry.message = Some(value),
            _ => entry.id(key, value),
        });
    }
}

/// `1.2.3.4 - - [20/Nov/2026:09:27:40 +0000] "GET / HTTP/1.1" 502 157 …`
fn access(line: &[u8], now: Option<Time>) -> Option<Entry<'_>> {
    let head = &line[..line.len().min(160)];
    let open = memmem::find(head, b" [")? + 2;
    let (stamp, end) = stamp::leading(&line[open..], now)?;
    let rest = line[open + end..].strip_prefix(b"] ")?;
    let inner = rest.strip_prefix(b"\"")?;
    let quote = memchr(b'"', inner)?;
    let status = time::digits(inner, quote + 2, 3)?;
    Some(Entry {
        stamp: Some(stamp),
        level: Some(match status {
            500.. => Level::Error,
            400..500 => Level::Warn,
            _ => Level::Info,
        }),
        // The request and the status behind it.
        message: Some(Value::Bare(&rest[..quote + 6])),
        form: "access",
        ..Entry::default()
    })
}

/// A level as the value of a key: a word, or a number as pino and bunyan write it.
fn level(value: Value<'_>) -> Option<Level> {
    let raw = value.raw();
    if raw.first().is_some_and(u8::is_ascii_digit) {
        return Some(match std::str::from_utf8(raw).ok()?.parse::<u32>().ok()? {
            60.. => Level::Fatal,
            50..60 => Level::Error,
            40..50 => Level::Warn,
            30..40 => Level::Info,
            20..30 => Level::Debug,
            10..20 => Level::Trace,
            _ => return None,
        });
    }
    word(raw)
}

/// A level as a word of text: in capitals, or in brackets.
fn shouted(text: &[u8]) -> Option<Level> {
    let bare = text.strip_suffix(b":").unwrap_or(text);
    let inner = bare.strip_prefix(b"[").and_then(|rest| rest.strip_suffix(b"]"));
    let inner = inner.or_else(|| bare.strip_prefix(b"<").and_then(|rest| rest.strip_suffix(b">")));
    let name = inner.unwrap_or(bare);
    let name = &name[..name.iter().position(|&byte| byte == b'[').unwrap_or(name.len())];
    if (3..=9).contains(&name.len()) && (inner.is_some() || name.iter().all(u8::is_ascii_uppercase)) {
        return word(name);
    }
    None
}

/// A level by its name, whatever the case; `ERROR+2` is one too.
fn word(name: &[u8]) -> Option<Level> {
    let end = name
        .iter()
        .position(|byte| !byte.is_ascii_alphabetic())
        .unwrap_or(name.len());
    let mut lower = [0; 16];
    let lower = lower.get_mut(..end)?;
    lower.copy_from_slice(&name[..end]);
    lower.make_ascii_lowercase();
    Some(match &*lower {
        b"trace" | b"trc" => Level::Trace,
        b"debug" | b"dbg" | b"debu" => Level::Debug,
        b"info" | b"inf" | b"notice" | b"information" | b"informational" => Level::Info,
        b"warn" | b"warning" | b"wrn" => Level::Warn,
        b"error" | b"err" | b"erro" => Level::Error,
        b"fatal" | b"ftl" | b"fata" | b"crit" | b"critical" | b"panic" | b"dpanic" | b"emerg" | b"alert" => {
            Level::Fatal
        }
        _ => return None,
    })
}

/// The usual form of a key that names a request or a trace.
fn id_key(key: &[u8]) -> Option<&'static str> {
    if !(5..=32).contains(&key.len()) || !matches!(key[key.len() - 1], b'd' | b'D') {
        return None;
    }
    let mut bare = [0; 32];
    let mut length = 0;
    for byte in key {
        if byte.is_ascii_alphanumeric() {
            bare[length] = byte.to_ascii_lowercase();
            length += 1;
        }
    }
    Some(match &bare[..length] {
        b"traceid" | b"ddtraceid" | b"oteltraceid" | b"b3traceid" | b"xtraceid" => "trace_id",
        b"requestid" | b"reqid" | b"xrequestid" | b"httprequestid" => "request_id",
        b"correlationid" | b"xcorrelationid" => "correlation_id",
        _ => return None,
    })
}
