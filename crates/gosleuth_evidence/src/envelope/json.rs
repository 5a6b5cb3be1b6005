//! Log entries that are JSON objects: Docker, journald, and loggers whose entry holds a whole dump.

use std::borrow::Cow;

use memchr::memmem;
use serde::Deserialize;
use serde_json::Value;

use super::{Kind, Wrapped, embedded};
use crate::model::Time;
use crate::time;

/// Entries longer than this are not taken apart.
const MAX_ENTRY: usize = 4 << 20;

/// Takes a JSON log entry apart.
pub(super) fn unwrap(line: &[u8]) -> Option<Wrapped<'_>> {
    if line.len() > MAX_ENTRY || line.last()? != &b'}' {
        return None;
    }
    let head = &line[..line.len().min(1 << 10)];
    if memmem::find(line, b"\"log\":").is_some()
        && let Some(found) = docker(line)
    {
        return Some(found);
    }
    if memmem::find(line, b"\"MESSAGE\"").is_some()
        && let Some(found) = journal(line)
    {
        return Some(found);
    }
    // Events of go test are evidence, not wrapping.
    let has = |key: &[u8]| memmem::find(head, key).is_some();
    let event = has(b"\"Action\":") && (has(b"\"Time\":") || has(b"\"Package\":") || has(b"\"ImportPath\":"));
    if event || memmem::find(line, b"\\n").is_none() {
        return None;
    }
    let marks = [&b"goroutine "[..], b"panic: ", b"fatal error: "];
    if !marks.iter().any(|mark| memmem::find(line, mark).is_some()) {
        return None;
    }
    let value: Value = parse(line)?;
    let entry = value.as_object()?;
    let mut texts = Vec::new();
    collect(&value, 0, &mut texts);
    // Loggers write keys in any order; what was recovered stands right before the dump.
    let rank = |key: &str| match key {
        "msg" | "message" => Some(0),
        "error" | "err" => Some(1),
        "panic" | "recover" | "recovered" => Some(2),
        _ => None,
    };
    texts.retain(|(key, text)| rank(key).is_some() || text.contains(&b'\n'));
    texts.sort_by_key(|(key, _)| rank(key).unwrap_or(3));
    let texts: Vec<Vec<u8>> = texts.into_iter().map(|(_, text)| text).collect();
    let stamp = ["time", "ts", "timestamp", "@timestamp", "t"]
        .iter()
        .find_map(|key| entry.get(*key))
        .and_then(stamp);
    Some(Wrapped {
        kind: Kind::JsonLog,
        key: Cow::Borrowed(b""),
        time: stamp,
        text: Cow::Owned(embedded(&texts)?),
        partial: false,
    })
}

/// Parses with invalid UTF-8 replaced.
fn parse<T: serde::de::DeserializeOwned>(line: &[u8]) -> Option<T> {
    serde_json::from_slice(line)
        .ok()
        .or_else(|| serde_json::from_str(&String::from_utf8_lossy(line)).ok())
}

/// All strings of an entry with their keys, objects inside it included.
fn collect(value: &Value, depth: usize, out: &mut Vec<(String, Vec<u8>)>) {
    let Value::Object(entry) = value else { return };
    for (key, value) in entry {
        match value {
            Value::String(text) if out.len() < 256 => out.push((key.clone(), text.as_bytes().to_vec())),
            Value::Object(_) if depth < 4 => collect(value, depth + 1, out),
            _ => {}
        }
    }
}

/// A stamp as text, or as seconds or milliseconds since 1970.
fn stamp(value: &Value) -> Option<Time> {
    if let Some(text) = value.as_str() {
        return time::stamp(text.as_bytes(), b'-', b'T').and_then(|(civil, _)| civil.time());
    }
    let number = value.as_f64().filter(|number| (1e8..1e15).contains(number))?;
    let seconds = if number > 1e11 { number / 1e3 } else { number };
    #[expect(clippy::cast_possible_truncation, reason = "the range was checked above")]
    Some(Time((seconds * 1e9) as i64))
}

#[derive(Deserialize)]
struct DockerEntry {
    log: String,
    stream: Option<String>,
    time: Option<String>,
    kubernetes: Option<Kubernetes>,
}

#[derive(Deserialize)]
struct Kubernetes {
    pod_name: Option<String>,
    container_name: Option<String>,
}

/// `{"log":"text\n","stream":"stderr","time":"2026-11-20T09:27:40.123456789Z"}`. Docker cuts long lines into entries
/// without `\n`. fluentd adds `kubernetes` and drops the `\n`.
fn docker(line: &[u8]) -> Option<Wrapped<'_>> {
    if let Some(found) = docker_written(line) {
        return Some(found);
    }
    let entry: DockerEntry = parse(line)?;
    if entry.stream.is_none() && entry.time.is_none() && entry.kubernetes.is_none() {
        return None;
    }
    let mut text = entry.log.into_bytes();
    let collected = entry.kubernetes.is_some();
    let whole = text.last() == Some(&b'\n');
    while matches!(text.last(), Some(b'\n' | b'\r')) {
        text.pop();
    }
    let (pod, container) = entry
        .kubernetes
        .map_or((None, None), |names| (names.pod_name, names.container_name));
    let key: Vec<String> = [pod, container, entry.stream].into_iter().flatten().collect();
    let stamp = entry
        .time
        .and_then(|text| time::stamp(text.as_bytes(), b'-', b'T')?.0.time());
    Some(Wrapped {
        kind: Kind::DockerJson,
        key: Cow::Owned(key.join(" ").into_bytes()),
        time: stamp,
        text: Cow::Owned(text),
        partial: !whole && !collected,
    })
}

/// The entry exactly as Docker writes it, which is almost every one, read without a JSON parser.
fn docker_written(line: &[u8]) -> Option<Wrapped<'_>> {
    let inside = line.strip_prefix(b"{\"log\":\"")?;
    let mut text = Vec::with_capacity(inside.len());
    let mut rest = inside;
    loop {
        let at = memchr::memchr2(b'"', b'\\', rest)?;
        text.extend_from_slice(&rest[..at]);
        if rest[at] == b'"' {
            rest = &rest[at + 1..];
            break;
        }
        text.push(match rest.get(at + 1)? {
            b'n' => b'\n',
            b't' => b'\t',
            b'r' => b'\r',
            byte @ (b'"' | b'\\' | b'/') => *byte,
            b'u' => {
                // Docker writes <, > and & this way; characters beyond ASCII are left to the parser.
                let code = u8::from_str_radix(std::str::from_utf8(rest.get(at + 2..at + 6)?).ok()?, 16).ok()?;
                rest = &rest[at + 6..];
                text.push(Some(code).filter(u8::is_ascii)?);
                continue;
            }
            _ => return None,
        });
        rest = &rest[at + 2..];
    }
    let behind = rest.strip_prefix(b",\"stream\":\"")?;
    let stream = &behind[..memchr::memchr(b'"', behind)?];
    let time = &behind[memmem::find(behind, b"\"time\":\"")? + b"\"time\":\"".len()..];
    let time = time.strip_suffix(b"\"}")?;
    let whole = text.last() == Some(&b'\n');
    while matches!(text.last(), Some(b'\n' | b'\r')) {
        text.pop();
    }
    Some(Wrapped {
        kind: Kind::DockerJson,
        key: Cow::Borrowed(stream),
        time: time::stamp(time, b'-', b'T').and_then(|(civil, _)| civil.time()),
        text: Cow::Owned(text),
        partial: !whole,
    })
}

/// An entry of `journalctl -o json`. A message that is not UTF-8 (colours are enough) is an array of bytes.
fn journal(line: &[u8]) -> Option<Wrapped<'_>> {
    let value: Value = parse(line)?;
    let entry = value.as_object()?;
    let text = match entry.get("MESSAGE")? {
        Value::String(text) => text.clone().into_bytes(),
        Value::Array(bytes) => bytes
            .iter()
            .filter_map(|byte| u8::try_from(byte.as_u64()?).ok())
            .collect(),
        _ => Vec::new(),
    };
    let field = |name: &str| entry.get(name).and_then(Value::as_str);
    let micros = field("__REALTIME_TIMESTAMP").or_else(|| field("_SOURCE_REALTIME_TIMESTAMP"));
    let identifier = field("SYSLOG_IDENTIFIER").or_else(|| field("_SYSTEMD_UNIT"));
    if micros.is_none() && identifier.is_none() {
        return None;
    }
    let mut key = Vec::new();
    for name in ["_HOSTNAME", "CONTAINER_NAME"]
        .into_iter()
        .filter_map(field)
        .chain(identifier)
    {
        key.extend_from_slice(name.as_bytes());
        key.push(b' ');
    }
    key.extend_from_slice(field("_PID").unwrap_or_default().as_bytes());
    let stamp = micros
        .and_then(|micros| micros.parse::<i64>().ok()?.checked_mul(1_000))
        .map(Time);
    Some(Wrapped {
        kind: Kind::JournalJson,
        key: Cow::Owned(key),
        time: stamp,
        text: Cow::Owned(text),
        partial: false,
    })
}
