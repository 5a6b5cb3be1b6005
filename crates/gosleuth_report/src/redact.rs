//! `--redact`: what may tell who runs the program, where, and on whose behalf becomes a stable placeholder.
//!
//! Two layers. Fields that hold a secret by nature (label values, arguments, peers, panic texts, paths, input names) are
//! replaced where the view is built. Sentences written by the case may quote any of them, so every secret seen in the
//! evidence is also searched for in them, together with whatever looks like an absolute path, an address or a URL. Equal
//! values get equal placeholders, so that a redacted report can still be compared and grouped.
//!
//! What stays: names of functions and files inside the module, label keys, the runtime's own messages, numbers.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use gosleuth_base::{GoSymbol, Idx as _};
use gosleuth_evidence::{EvidenceSet, StackId};

use crate::names;

/// Placeholders for one evidence set.
#[derive(Debug, Default)]
pub(crate) struct Redactor {
    placeholders: HashMap<String, String>,
    counters: HashMap<&'static str, usize>,
    /// Secrets of three and more bytes by their first three, longest first.
    by_prefix: HashMap<[u8; 3], Vec<String>>,
    /// Directories above the module, longest first.
    roots: Vec<String>,
}

/// Beginnings of messages that the runtime and the standard library write themselves.
const RUNTIME_MESSAGES: &[&str] = &[
    "runtime error: ",
    "all goroutines are asleep - deadlock!",
    "no goroutines (main called runtime.Goexit) - deadlock!",
    "assignment to entry in nil map",
    "close of closed channel",
    "close of nil channel",
    "send on closed channel",
    "concurrent map ",
    "fatal error: ",
    "fault",
    "unexpected signal during runtime execution",
    "stack overflow",
    "out of memory",
    "runtime: out of memory",
    "sync: ",
    "sync/atomic: ",
    "interface conversion: ",
    "reflect: ",
    "test timed out after ",
    "deadlock: all goroutines in bubble are blocked",
    "too many concurrent timer firings",
    "checkdead: ",
    "found bad pointer in Go heap",
    "invalid memory address or nil pointer dereference",
    "index out of range",
    "slice bounds out of range",
    "integer divide by zero",
    "makeslice: ",
    "makechan: ",
    "negative WaitGroup counter",
    "context: ",
    "strings: ",
    "bytes: ",
    "bufio: ",
    "http: ",
    "httptest: ",
    "time: ",
    "panic called with nil argument",
    "thread exhaustion",
    "unlock of unlocked ",
    "RUnlock of unlocked ",
    "self deadlock",
    "goroutine stack exceeds ",
    "runtime: goroutine stack exceeds ",
    "runtime: program exceeds ",
    "runtime: ",
    "goroutine ",
    "SIG",
    "exit status ",
    "signal arrived during cgo execution",
];

/// Words of the runtime's messages that are kept after a known beginning; any other word might be the program's.
const RUNTIME_WORDS: &[&str] = &[
    "a",
    "address",
    "after",
    "and",
    "any",
    "argument",
    "arguments",
    "asleep",
    "back",
    "bad",
    "be",
    "before",
    "bounds",
    "buffer",
    "byte",
    "byte-limit",
    "call",
    "called",
    "cannot",
    "capacity",
    "channel",
    "closed",
    "concurrent",
    "conversion",
    "copied",
    "count",
    "counter",
    "deadlock",
    "dereference",
    "divide",
    "exceeds",
    "execution",
    "func",
    "goroutines",
    "has",
    "hash",
    "in",
    "inconsistent",
    "index",
    "int",
    "integer",
    "interface",
    "invalid",
    "is",
    "iteration",
    "len",
    "length",
    "limit",
    "map",
    "memory",
    "method",
    "misuse",
    "missing",
    "mutex",
    "negative",
    "nil",
    "not",
    "occurred",
    "of",
    "on",
    "or",
    "out",
    "overflow",
    "panic",
    "pointer",
    "previous",
    "range",
    "read",
    "reads",
    "returned",
    "reused",
    "signal",
    "size",
    "slice",
    "stack",
    "string",
    "to",
    "type",
    "uint8",
    "unhashable",
    "unlock",
    "unlocked",
    "value",
    "wait",
    "waitgroup",
    "with",
    "write",
    "writes",
    "zero",
    "exceeded",
    "1000000000-byte",
    "sp",
    "original",
    "uncomparable",
    "comparing",
    "shift",
    "amount",
    "cap",
    "array",
    "convert",
];

impl Redactor {
    /// Learns every secret of a set.
    pub(crate) fn new(set: &EvidenceSet) -> Self {
        let mut this = Self::default();
        this.learn_roots(set);
        for &(_, value) in set.labels.iter().flatten() {
            this.learn("label", set.text(value));
        }
        for snapshot in &set.snapshots {
            if let Some(stream) = snapshot.stream {
                this.learn("stream", set.text(stream));
            }
        }
        for crash in &set.crashes {
            if let Some(peer) = &crash.peer {
                this.learn("peer", peer);
            }
            for link in &crash.chain {
                this.learn_message(&link.text);
            }
            for note in &crash.notes {
                this.learn_message(note);
            }
        }
        for page in &set.expvars {
            for argument in &page.cmdline {
                this.learn("arg", argument);
                // `--token=secret`: the value alone may be quoted elsewhere.
                if let Some((_, value)) = argument.split_once('=') {
                    this.learn("arg", value);
                }
            }
        }
        for page in &set.metrics {
            for sample in &page.samples {
                for &(_, value) in &sample.labels {
                    let text = set.text(value);
                    // `quantile="0.5"`, `version="go1.27"` say nothing about anybody.
                    if !text.starts_with("go1.") && text.parse::<f64>().is_err() {
                        this.learn("label", text);
                    }
                }
            }
        }
        for index in 0..set.stacks.len() {
            for frame in set.stacks.frames(StackId::from_usize(index)) {
                if let Some(args) = frame.args {
                    this.learn("args", set.text(args));
                }
            }
        }
        let mut names: Vec<&str> = set.inputs.iter().map(|input| input.name.as_str()).collect();
        names.sort_unstable();
        for name in names {
            if let Some(host) = host_of(name) {
                this.learn("host", host);
            }
        }
        for list in this.by_prefix.values_mut() {
            list.sort_by(|a, b| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
            list.dedup();
        }
        this
    }

    fn learn(&mut self, class: &'static str, secret: &str) {
        if secret.is_empty() || self.placeholders.contains_key(secret) {
            return;
        }
        let number = self.counters.entry(class).or_default();
        *number += 1;
        self.placeholders.insert(secret.to_owned(), format!("{class}-{number}"));
        if let Some(&prefix) = secret.as_bytes().first_chunk::<3>() {
            self.by_prefix.entry(prefix).or_default().push(secret.to_owned());
        }
    }

    /// Learns what of a panic text the program wrote itself: all of it, or what stands after the runtime's own words.
    fn learn_message(&mut self, text: &str) {
        for line in text.lines() {
            let secret = own_part(line).trim();
            if !secret.is_empty() {
                self.learn("text", secret);
                // The case may quote the text inside the quotes of `main.E("…")`.
                let inner = secret.trim_matches(['"', '(', ')', '{', '}', '[', ']']);
                if inner.len() >= 4 && inner != secret {
                    let placeholder = self.placeholders[secret].clone();
                    if let Some(&prefix) = inner.as_bytes().first_chunk::<3>() {
                        self.by_prefix.entry(prefix).or_default().push(inner.to_owned());
                    }
                    self.placeholders.entry(inner.to_owned()).or_insert(placeholder);
                }
            }
        }
    }

    fn learn_roots(&mut self, set: &EvidenceSet) {
        let mut seen = HashSet::new();
        let mut roots = HashSet::new();
        for index in 0..set.stacks.len() {
            let stack = set.stacks.stack(StackId::from_usize(index));
            let frames = stack.frames.iter().chain(&stack.created_by);
            for frame in frames.map(|&id| set.stacks.frame(id)) {
                if !seen.insert(frame.file) {
                    continue;
                }
                let file = set.text(frame.file);
                if names::is_absolute(file)
                    && let Some(tail) = package_tail(file, set.text(frame.function))
                {
                    roots.insert(file[..file.len() - tail.len()].to_owned());
                }
            }
        }
        self.roots = roots.into_iter().collect();
        self.roots.sort_by(|a, b| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
    }

    /// The placeholder of a value of a class that is secret by nature.
    pub(crate) fn value(&self, class: &'static str, value: &str) -> String {
        match self.placeholders.get(value) {
            Some(placeholder) => placeholder.clone(),
            None if value.is_empty() => String::new(),
            None => format!("{class}-?"),
        }
    }

    /// A path without what stands above the module.
    pub(crate) fn path(&self, file: &str, function: &str) -> String {
        if !names::is_absolute(file) {
            return file.to_owned();
        }
        let package = GoSymbol::parse(function).package;
        let tail = names::std_tail(file, package)
            .or_else(|| names::any_std_tail(file))
            .or_else(|| names::module_tail(file))
            .or_else(|| package_tail(file, function))
            .or_else(|| self.roots.iter().find_map(|root| file.strip_prefix(root.as_str())));
        let name = || file.rsplit(['/', '\\']).next().unwrap_or("");
        tail.filter(|tail| !tail.is_empty()).unwrap_or_else(name).to_owned()
    }

    /// The name of an input: a file without its directories, a URL without host, user and query.
    pub(crate) fn input(&self, name: &str) -> String {
        if host_of(name).is_some() {
            return self.url(name);
        }
        let file = name.rsplit(['/', '\\']).next().unwrap_or(name);
        self.free(file).into_owned()
    }

    /// A message of a panic: the runtime's own words, and placeholders for the rest.
    pub(crate) fn message(&self, text: &str) -> String {
        let lines: Vec<String> = text
            .lines()
            .map(|line| {
                let secret = own_part(line).trim();
                if secret.is_empty() {
                    line.to_owned()
                } else {
                    let kept = &line[..line.len() - own_part(line).len()];
                    format!("{kept}{}", self.value("text", secret))
                }
            })
            .collect();
        lines.join("\n")
    }

    /// A sentence: every known secret, absolute path, address and URL replaced.
    pub(crate) fn free<'a>(&self, text: &'a str) -> Cow<'a, str> {
        if let Some(placeholder) = self.placeholders.get(text) {
            return Cow::Owned(placeholder.clone());
        }
        let mut out = String::new();
        let mut copied = 0;
        let mut at = 0;
        while at < text.len() {
            let rest = &text[at..];
            let boundary = !text[..at].ends_with(|c: char| c.is_alphanumeric());
            match if boundary { self.secret_at(text, at) } else { None } {
                Some((length, replacement)) => {
                    out.push_str(&text[copied..at]);
                    out.push_str(&replacement);
                    at += length;
                    copied = at;
                }
                None => at += rest.chars().next().map_or(1, char::len_utf8),
            }
        }
        if copied == 0 {
            return Cow::Borrowed(text);
        }
        out.push_str(&text[copied..]);
        Cow::Owned(out)
    }

    /// The secret that starts at a word boundary of `text`: its length and what replaces it.
    fn secret_at(&self, text: &str, at: usize) -> Option<(usize, String)> {
        let rest = &text[at..];
        if host_of(rest).is_some() {
            let url = token(rest);
            return Some((url.len(), self.url(url)));
        }
        if let Some(prefix) = rest.as_bytes().first_chunk::<3>()
            && let Some(candidates) = self.by_prefix.get(prefix)
        {
            for candidate in candidates {
                if let Some(length) = match_secret(rest, candidate) {
                    return Some((length, self.placeholders[candidate].clone()));
                }
            }
        }
        // One or two characters are only taken for a secret where the text marks them as a value.
        if text[..at].ends_with(['=', '"', '`']) {
            let short: &str = &rest[..rest.find(|c: char| !c.is_alphanumeric()).unwrap_or(rest.len())];
            if let Some(placeholder) = self.placeholders.get(short) {
                return Some((short.len(), placeholder.clone()));
            }
        }
        if names::is_absolute(rest) && !text[..at].ends_with(['/', '.', '-', '_', '…', ')', '*', ']']) {
            let path = token(rest);
            let is_endpoint = path.starts_with("/debug/") || path == "/metrics";
            if !is_endpoint && path.bytes().filter(|&b| b == b'/' || b == b'\\').count() >= 2 {
                return Some((path.len(), self.path(path, "")));
            }
        }
        let length = address_length(rest)?;
        let peer = &rest[..length];
        let placeholder = self
            .placeholders
            .get(peer)
            .cloned()
            .unwrap_or_else(|| "address".to_owned());
        Some((length, placeholder))
    }

    fn url(&self, url: &str) -> String {
        let (scheme, rest) = url.split_once("://").unwrap_or(("http", url));
        let path_start = rest.find('/').unwrap_or(rest.len());
        let path = rest[path_start..].split(['?', '#']).next().unwrap_or("");
        let known = path.starts_with("/debug/") || path == "/metrics" || path.is_empty() || path == "/";
        let host = host_of(url).unwrap_or("");
        format!(
            "{scheme}://{}{}",
            self.placeholders.get(host).map_or("host", String::as_str),
            if known { path } else { "/…" }
        )
    }
}

/// How much of `rest` is the secret: all of it up to a word boundary, or a cut quotation of at least eight bytes.
fn match_secret(rest: &str, secret: &str) -> Option<usize> {
    let same = rest.bytes().zip(secret.bytes()).take_while(|(a, b)| a == b).count();
    if same == secret.len() {
        let ends_open = secret.ends_with(|c: char| c.is_alphanumeric());
        let goes_on = rest[same..].starts_with(|c: char| c.is_alphanumeric());
        return (!(ends_open && goes_on)).then_some(same);
    }
    let cut = rest.get(same..)?;
    (same >= 8 && (cut.starts_with('…') || cut.starts_with("..."))).then_some(same)
}

/// What of one line of a message the program wrote itself.
fn own_part(line: &str) -> &str {
    let known = |text: &str| RUNTIME_MESSAGES.iter().any(|message| text.starts_with(message));
    if known(line.trim_start()) {
        let mut position = 0;
        for word in line.split_inclusive(' ') {
            let bare = word.trim_matches(|c: char| !c.is_alphanumeric());
            let is_number = !bare.is_empty()
                && bare
                    .chars()
                    .all(|c| c.is_ascii_hexdigit() || c == 'x' || c == ':' || c == '.')
                && bare.starts_with(|c: char| c.is_ascii_digit());
            let prefix_covers = RUNTIME_MESSAGES.iter().any(|message| {
                line.trim_start().starts_with(message)
                    && position < message.len() + (line.len() - line.trim_start().len())
            });
            let is_known = RUNTIME_WORDS.contains(&bare.to_ascii_lowercase().as_str());
            if !(bare.is_empty() || is_number || prefix_covers || is_known) {
                return &line[position..];
            }
            position += word.len();
        }
        return "";
    }
    // `main.E("…")`, `(main.T) {…}`, `&main.T{…}`: the type is kept, the value is not.
    let open = line.find(['(', '{', ')']).unwrap_or(line.len());
    let start = line.len() - line.trim_start_matches(['(', '&', '*']).len();
    let (from, to) = if line.starts_with('(') {
        let close = line.find(')').unwrap_or(0);
        (start, close)
    } else {
        (start, open)
    };
    if from < to && to < line.len() && is_type_name(&line[from..to]) {
        let keep = to + 1;
        return &line[keep..];
    }
    line
}

/// `main.E`, `example.com/shop.Error`.
fn is_type_name(text: &str) -> bool {
    let last = text.rsplit('/').next().unwrap_or(text);
    last.contains('.')
        && !last.starts_with('.')
        && !last.ends_with('.')
        && text
            .chars()
            .all(|c| c.is_alphanumeric() || matches!(c, '.' | '/' | '_' | '-' | '*' | '%'))
}

/// The part of a path from the first directory that belongs to the package path of the function.
fn package_tail<'a>(file: &'a str, function: &str) -> Option<&'a str> {
    let package = GoSymbol::parse(function).package;
    let directory = &file[..file.rfind(['/', '\\'])?];
    let mut tail_start = None;
    let mut from_end = package.rsplit('/');
    let mut end = directory.len();
    loop {
        let start = directory[..end].rfind(['/', '\\']).map_or(0, |slash| slash + 1);
        if from_end
            .next()
            .is_none_or(|element| element.is_empty() || element != &directory[start..end])
        {
            break;
        }
        tail_start = Some(start);
        if start == 0 {
            break;
        }
        end = start - 1;
    }
    tail_start.map(|start| &file[start..])
}

/// The host (with user and port) of a URL.
fn host_of(text: &str) -> Option<&str> {
    let rest = text.strip_prefix("http://").or_else(|| text.strip_prefix("https://"))?;
    let end = rest
        .find(|c: char| c == '/' || c == '?' || c == '#' || c == '"' || c.is_whitespace())
        .unwrap_or(rest.len());
    (end > 0).then(|| &rest[..end])
}

/// The start of `rest` up to white space or a character that ends a quoted place; `:LINE` stays outside.
fn token(rest: &str) -> &str {
    let end = rest
        .find(|c: char| {
            c.is_whitespace()
                || matches!(
                    c,
                    '"' | '`' | '\'' | ',' | ';' | '(' | ')' | '<' | '>' | '|' | '→' | '…'
                )
        })
        .unwrap_or(rest.len());
    let word = &rest[..end];
    if word.starts_with("http") {
        return word.trim_end_matches(['.', ':']);
    }
    // Past the colon of a drive letter.
    let line = word
        .char_indices()
        .skip(2)
        .find(|&(_, c)| c == ':')
        .map_or(end, |(at, _)| at);
    word[..line].trim_end_matches('.')
}

/// The length of an IPv4 or bracketed IPv6 address with its port, if `rest` starts with one.
fn address_length(rest: &str) -> Option<usize> {
    let host = if let Some(inner) = rest.strip_prefix('[') {
        let close = inner.find(']')?;
        let zone = inner[..close].split('%').next().unwrap_or("");
        let is_ip = zone.parse::<std::net::Ipv6Addr>().is_ok();
        is_ip.then_some(close + 2)?
    } else {
        let end = rest
            .find(|c: char| !c.is_ascii_digit() && c != '.')
            .unwrap_or(rest.len());
        let host = rest[..end].trim_end_matches('.');
        host.parse::<std::net::Ipv4Addr>().ok()?;
        host.len()
    };
    let port = rest[host..]
        .strip_prefix(':')
        .map_or(0, |port| port.bytes().take_while(u8::is_ascii_digit).count());
    Some(if port > 0 { host + 1 + port } else { host })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn redactor() -> Redactor {
        let mut redactor = Redactor::default();
        redactor.learn("label", "acme corporation");
        redactor.learn("label", "7");
        redactor.learn("peer", "10.1.2.3:55");
        redactor.learn_message("order 4711 of acme failed: no stock");
        redactor.roots.push("/home/alice/work/".to_owned());
        redactor
    }

    #[test]
    fn sentences() {
        let redactor = redactor();
        let check = |text: &str, expected: &str| assert_eq!(redactor.free(text), expected);
        check("nothing to hide in pkg.(*T).M", "nothing to hide in pkg.(*T).M");
        check("tenant=acme corporation waits", "tenant=label-1 waits");
        check("7 goroutines with shard=7", "7 goroutines with shard=label-2");
        check("panic: order 4711 of acme failed: no stock", "panic: text-1");
        check("panic: order 4711 of…", "panic: text-1…");
        check(
            "peer 10.1.2.3:55 and 10.9.9.9:80 and [fe80::1]:443",
            "peer peer-1 and address and address",
        );
        check("at /home/alice/work/orders/a.go:12", "at orders/a.go:12");
        check("at /opt/secret/a.go:12, then", "at a.go:12, then");
        check("at /usr/local/go/src/net/http/server.go:7", "at net/http/server.go:7");
        check(
            "GET http://u:p@db.internal:6060/debug/vars?t=1 failed",
            "GET http://host/debug/vars failed",
        );
        check("see /debug/pprof/goroutine", "see /debug/pprof/goroutine");
        check("example.com/a/b.F", "example.com/a/b.F");
    }

    #[test]
    fn messages() {
        let check = |line: &str, own: &str| assert_eq!(own_part(line), own, "{line}");
        check("runtime error: index out of range [5] with length 3", "");
        check("runtime error: invalid memory address or nil pointer dereference", "");
        check("runtime error: secret stuff", "secret stuff");
        check("send on closed channel", "");
        check("all goroutines are asleep - deadlock!", "");
        check("user 12 not found", "user 12 not found");
        check("main.E(\"secret\")", "\"secret\")");
        check("(main.T) {0x1, 0x2}", " {0x1, 0x2}");
        check("concurrent map writes", "");
        check("sync: negative WaitGroup counter", "");
    }

    #[test]
    fn paths() {
        let redactor = redactor();
        assert_eq!(
            redactor.path(
                "/home/bob/x/orders/internal/pricing/service.go",
                "fixtures.test/orders/internal/pricing.(*S).Q"
            ),
            "orders/internal/pricing/service.go"
        );
        assert_eq!(redactor.path("/home/bob/secret/main.go", "main.main"), "main.go");
        assert_eq!(
            redactor.path("/home/alice/work/cmd/x/main.go", "main.main"),
            "cmd/x/main.go"
        );
        assert_eq!(redactor.path("C:\\Users\\bob\\app\\main.go", "main.main"), "main.go");
        assert_eq!(
            redactor.path("example.com/m@v1.2.3/x.go", "example.com/m.F"),
            "example.com/m@v1.2.3/x.go"
        );
    }
}
