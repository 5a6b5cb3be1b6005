//! One sentence about an input that holds no evidence: what it seems to be, and what to do instead.
//!
//! Two moments: [`binary`] looks at the first bytes before anything is parsed, [`text`] at the first lines after a whole input
//! in which no form was found.

/// Bytes of the head that [`binary`] and [`text`] want to see.
pub(crate) const SNIFF: usize = 4_096;

/// What a binary format is by its magic; such an input is not read further.
pub(crate) fn binary(head: &[u8]) -> Option<String> {
    let known: &[(&[u8], &str)] = &[
        (
            b"BZh",
            "this is bzip2 data, which is not read here: unpack it first (`bunzip2`)",
        ),
        (
            b"\xfd7zXZ\0",
            "this is xz data, which is not read here: unpack it first (`unxz`)",
        ),
        (
            b"\x04\x22\x4d\x18",
            "this is lz4 data, which is not read here: unpack it first (`lz4 -d`)",
        ),
        (
            b"\xff\x06\0\0sNaPpY",
            "this is snappy data, which is not read here: unpack it first",
        ),
        (
            b"\x1f\x9d",
            "this is data of `compress`, which is not read here: unpack it first (`uncompress`)",
        ),
        (
            b"PK\x03\x04",
            "this is a zip archive: unpack it and give the files in it",
        ),
        (b"PK\x05\x06", "this is an empty zip archive"),
        (
            b"7z\xbc\xaf\x27\x1c",
            "this is a 7z archive: unpack it and give the files in it",
        ),
        (
            b"MZ",
            "this is a Windows program: give what the program left behind (dump, profile, log), not the program",
        ),
        (
            b"go1.7 heap dump\n",
            "this is a heap dump of debug.WriteHeapDump, which is not read here: take a heap profile (/debug/pprof/heap)",
        ),
        (
            b"PERFILE2",
            "this is a recording of Linux perf, not of the Go runtime: take a pprof profile instead",
        ),
        (
            b"JAVA PROFILE",
            "this is a Java heap dump: gosleuth reads evidence of Go programs",
        ),
        (
            b"FLR\0",
            "this is a Java flight recording: gosleuth reads evidence of Go programs",
        ),
        (b"%PDF-", "this is a PDF document: save the text itself"),
        (b"\x89PNG", "this is a picture: save the text itself"),
        (b"\xff\xd8\xff", "this is a picture: save the text itself"),
        (
            b"SQLite format 3\0",
            "this is an SQLite database, not evidence of a Go program",
        ),
    ];
    if head.starts_with(b"BZh") && head.get(4..10) != Some(b"1AY&SY") {
        return None;
    }
    if head.starts_with(b"MZ") && !head[..head.len().min(256)].contains(&0) {
        return None;
    }
    if let Some((_, sentence)) = known.iter().find(|(magic, _)| head.starts_with(magic)) {
        return Some((*sentence).to_owned());
    }
    if head.starts_with(b"\x7fELF") {
        let big = head.get(5) == Some(&2);
        let kind = match head.get(16..18) {
            Some(&[high, low]) if big => u16::from_be_bytes([high, low]),
            Some(&[low, high]) => u16::from_le_bytes([low, high]),
            _ => 0,
        };
        return Some(
            if kind == 4 {
                "this is a core dump, which this version does not read: open it with `dlv core` and save the output of \
                 `goroutines -t`, or let the program print its goroutines (SIGQUIT)"
            } else {
                "this is a program (ELF), not what a program left behind: give a goroutine dump, a profile or a log"
            }
            .to_owned(),
        );
    }
    if matches!(
        head,
        [0xfe, 0xed, 0xfa, 0xce | 0xcf, ..] | [0xce | 0xcf, 0xfa, 0xed, 0xfe, ..]
    ) {
        return Some(
            "this is a program (Mach-O), not what a program left behind: give a goroutine dump, a profile or a log"
                .to_owned(),
        );
    }
    if let Some(version) = trace_version(head) {
        return Some(format!(
            "this is an execution trace of the form of Go {version}; only those of Go 1.11 to 1.27 are read, take a goroutine \
             dump or profile"
        ));
    }
    if head.get(257..262) == Some(b"ustar") {
        return Some(
            "this is a tar archive inside of an archive, or a damaged one: unpack it and give the files in it"
                .to_owned(),
        );
    }
    None
}

/// `1.22` of `go 1.22 trace\0\0\0`.
fn trace_version(head: &[u8]) -> Option<&str> {
    let head = head.get(..16)?;
    let rest = head.strip_prefix(b"go ")?;
    let end = rest.windows(6).position(|window| window == b" trace")?;
    let version = std::str::from_utf8(&rest[..end]).ok()?;
    version
        .bytes()
        .all(|byte| byte.is_ascii_digit() || byte == b'.')
        .then_some(version)
}

/// What a text without any evidence is, by its first [`SNIFF`] bytes. `lines` is the number of lines read in all.
pub(crate) fn text(head: &[u8], lines: u64) -> String {
    let trimmed = head.trim_ascii();
    if trimmed.is_empty() {
        return if lines == 0 {
            "the input is empty"
        } else {
            "the input holds nothing but white space"
        }
        .to_owned();
    }
    let sentence = http_answer(trimmed)
        .or_else(|| document(trimmed))
        .or_else(|| other_runtime(trimmed))
        .or_else(|| go_tool(trimmed));
    if let Some(sentence) = sentence {
        return sentence.to_owned();
    }
    let strange = trimmed
        .iter()
        .filter(|&&byte| byte < 0x20 && !matches!(byte, b'\n' | b'\r' | b'\t' | 0x1b))
        .count();
    if strange * 20 > trimmed.len() {
        return "this is binary data of a kind that is not known here".to_owned();
    }
    format!(
        "no goroutine dump, profile, panic, race report or runtime counter in {lines} {} of text",
        if lines == 1 { "line" } else { "lines" }
    )
}

/// Short plain answers of a Go HTTP server.
fn http_answer(text: &[u8]) -> Option<&'static str> {
    let first = text.split(|&byte| byte == b'\n').next().unwrap_or(text).trim_ascii();
    if first.starts_with(b"404 page not found") {
        return Some(
            "the server answered `404 page not found`: nothing is served at this address (is net/http/pprof imported, and \
             is this the port it listens on?)",
        );
    }
    if first.starts_with(b"Unknown profile") {
        return Some(
            "the server does not know this profile (`goroutineleak` exists from Go 1.27, or in 1.26 built with \
             GOEXPERIMENT=goroutineleakprofile)",
        );
    }
    if text.len() > 512 {
        return None;
    }
    let short: &[(&[u8], &str)] = &[
        (
            b"Unauthorized",
            "the server refused the request: credentials are missing",
        ),
        (b"401 ", "the server refused the request: credentials are missing"),
        (b"Forbidden", "the server refused the request: access is forbidden"),
        (b"403 ", "the server refused the request: access is forbidden"),
        (b"Method Not Allowed", "the server refused the method of the request"),
        (b"Bad Gateway", "a proxy answered in place of the program (bad gateway)"),
        (b"502 ", "a proxy answered in place of the program (bad gateway)"),
        (b"Service Unavailable", "the server answered that it is unavailable"),
        (b"503 ", "the server answered that it is unavailable"),
        (b"upstream ", "a proxy answered in place of the program"),
        (
            b"Could not enable CPU profiling",
            "the program could not start a CPU profile: another one is running",
        ),
        (
            b"Could not enable tracing",
            "the program could not start a trace: another one is running",
        ),
        (
            b"seconds and debug params are incompatible",
            "the server cannot give a delta profile as text: leave out `debug` or `seconds`",
        ),
        (
            b"profile duration exceeds server's WriteTimeout",
            "the profile takes longer than the server's WriteTimeout allows: ask for fewer seconds",
        ),
        (b"curl: ", "this is an error message of curl, not its result"),
    ];
    short
        .iter()
        .find(|(start, _)| first.starts_with(start))
        .map(|(_, sentence)| *sentence)
}

/// HTML and JSON.
fn document(text: &[u8]) -> Option<&'static str> {
    if text[0] == b'<' {
        let lower = text[..text.len().min(SNIFF)].to_ascii_lowercase();
        if lower.starts_with(b"<!doctype html") || lower.starts_with(b"<html") || lower.starts_with(b"<head") {
            return Some(if contains(&lower, b"/debug/pprof/") {
                "this is the index page of /debug/pprof: save one of the profiles it lists (goroutine?debug=2 for a dump)"
            } else {
                "this is an HTML page, probably a login or error page of a proxy, not the file behind it"
            });
        }
        return lower
            .starts_with(b"<?xml")
            .then_some("this is an XML document, not evidence of a Go program");
    }
    if text[0] == b'{' || text[0] == b'[' {
        let json_error = [
            &b"\"error\""[..],
            b"\"errors\"",
            b"\"message\"",
            b"\"code\"",
            b"\"detail\"",
        ]
        .iter()
        .any(|key| contains(&text[..text.len().min(512)], key));
        if text.len() < SNIFF && json_error && text[0] == b'{' && !text.contains(&b'\n') {
            return Some("this is a JSON error answer, not the profile that was asked for");
        }
        if text
            .get(1..)
            .is_some_and(|rest| rest.trim_ascii_start().starts_with(b"\""))
        {
            return Some("this is JSON without memstats, dumps or anything else that is known here");
        }
    }
    None
}

/// Thread dumps and stack traces of other runtimes.
fn other_runtime(text: &[u8]) -> Option<&'static str> {
    let marks: &[(&[u8], &str)] = &[
        (
            b"Full thread dump",
            "this is a Java thread dump: gosleuth reads evidence of Go programs",
        ),
        (
            b"java.lang.Thread.State:",
            "this is a Java thread dump: gosleuth reads evidence of Go programs",
        ),
        (
            b"Exception in thread \"",
            "this is a Java stack trace: gosleuth reads evidence of Go programs",
        ),
        (
            b"Traceback (most recent call last)",
            "this is a Python traceback: gosleuth reads evidence of Go programs",
        ),
        (
            b"(most recent call first):",
            "this is a Python thread dump (faulthandler): gosleuth reads evidence of Go programs",
        ),
        (
            b"<--- Last few GCs --->",
            "this is a crash of Node.js: gosleuth reads evidence of Go programs",
        ),
        (
            b"(node:internal/",
            "this is a stack trace of Node.js: gosleuth reads evidence of Go programs",
        ),
        (
            b"at Object.<anonymous> (",
            "this is a stack trace of Node.js: gosleuth reads evidence of Go programs",
        ),
        (
            b"' panicked at ",
            "this is a panic of a Rust program: gosleuth reads evidence of Go programs",
        ),
        (
            b" (LWP ",
            "this is a thread list of gdb or pstack, which does not know goroutines: take a goroutine dump (SIGQUIT, \
             /debug/pprof/goroutine?debug=2)",
        ),
    ];
    marks
        .iter()
        .find(|(mark, _)| contains(text, mark))
        .map(|(_, sentence)| *sentence)
}

/// Output of Go's own tools that has lost the evidence, and source.
fn go_tool(text: &[u8]) -> Option<&'static str> {
    let report = [
        &b"File: "[..],
        b"Type: ",
        b"Showing nodes accounting for",
        b"Build ID: ",
    ]
    .iter()
    .filter(|mark| text.starts_with(mark) || contains(text, mark))
    .count();
    if report >= 2 {
        return Some("this is a report of `go tool pprof`: give the profile it was made from");
    }
    if text.starts_with(b"PeriodType: ") {
        return Some("this is the output of `go tool pprof -raw`: give the profile it was made from");
    }
    if text.starts_with(b"# HELP ") || text.starts_with(b"# TYPE ") {
        return Some("this is a Prometheus page without metrics of the Go runtime");
    }
    let source = text
        .split(|&byte| byte == b'\n')
        .find(|line| !line.is_empty() && !line.starts_with(b"//"))
        .is_some_and(|line| line.starts_with(b"package ") && !line[8..].contains(&b' '));
    source.then_some("this is Go source: `inspect` reads what a running program left behind")
}

fn contains(text: &[u8], needle: &[u8]) -> bool {
    memchr::memmem::find(text, needle).is_some()
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::*;

    #[test]
    fn magic_of_formats_that_are_not_read() {
        let mut elf = [0u8; 64];
        elf[..6].copy_from_slice(b"\x7fELF\x02\x01");
        elf[16] = 4;
        let mut tar = vec![b'a'; 512];
        tar[257..262].copy_from_slice(b"ustar");
        let heads: &[&[u8]] = &[
            b"BZh91AY&SYabc",
            b"\xfd7zXZ\0\0",
            b"PK\x03\x04abc",
            &elf,
            b"go 1.26 trace\0\0\0rest",
            b"go 1.5 trace\0\0\0\0rest",
            &tar,
            b"BZhello",
            b"MZ is how the line starts",
            b"go 1.26 has a trace",
            b"goroutine 1 [running]:\n",
        ];
        let mut out = String::new();
        for head in heads {
            out += &binary(head).unwrap_or_else(|| "-".to_owned());
            out.push('\n');
        }
        assert_snapshot!(out, @"
        this is bzip2 data, which is not read here: unpack it first (`bunzip2`)
        this is xz data, which is not read here: unpack it first (`unxz`)
        this is a zip archive: unpack it and give the files in it
        this is a core dump, which this version does not read: open it with `dlv core` and save the output of `goroutines -t`, or let the program print its goroutines (SIGQUIT)
        this is an execution trace of the form of Go 1.26; only those of Go 1.11 to 1.27 are read, take a goroutine dump or profile
        this is an execution trace of the form of Go 1.5; only those of Go 1.11 to 1.27 are read, take a goroutine dump or profile
        this is a tar archive inside of an archive, or a damaged one: unpack it and give the files in it
        -
        -
        -
        -
        ");
    }

    #[test]
    fn texts_without_evidence() {
        let heads: &[&str] = &[
            "",
            " \n\n",
            "404 page not found\n",
            "Unknown profile\n",
            "<!DOCTYPE html>\n<html><body>Sign in</body></html>",
            "<html>\n<head>\n<title>/debug/pprof/</title></head><body>\n/debug/pprof/\n",
            "{\"error\":\"not allowed\",\"code\":403}",
            "{\n  \"name\": \"x\"\n}\n",
            "2026-11-20 09:27:40\nFull thread dump OpenJDK 64-Bit Server VM (17.0.1+12 mixed mode):\n",
            "Traceback (most recent call last):\n  File \"x.py\", line 1, in <module>\n",
            "Error: boom\n    at Object.<anonymous> (/app/x.js:1:7)\n    at node:internal/main\n",
            "File: app\nType: goroutine\nShowing nodes accounting for 10, 100% of 10 total\n",
            "# HELP http_requests_total x\n# TYPE http_requests_total counter\nhttp_requests_total 3\n",
            "// Package x does x.\npackage x\n",
            "\u{1}\u{2}\u{3}\u{4}\u{5}",
            "hello\nworld\n",
        ];
        let mut out = String::new();
        for head in heads {
            out += &text(head.as_bytes(), head.lines().count() as u64);
            out.push('\n');
        }
        assert_snapshot!(out, @"
        the input is empty
        the input holds nothing but white space
        the server answered `404 page not found`: nothing is served at this address (is net/http/pprof imported, and is this the port it listens on?)
        the server does not know this profile (`goroutineleak` exists from Go 1.27, or in 1.26 built with GOEXPERIMENT=goroutineleakprofile)
        this is an HTML page, probably a login or error page of a proxy, not the file behind it
        this is the index page of /debug/pprof: save one of the profiles it lists (goroutine?debug=2 for a dump)
        this is a JSON error answer, not the profile that was asked for
        this is JSON without memstats, dumps or anything else that is known here
        this is a Java thread dump: gosleuth reads evidence of Go programs
        this is a Python traceback: gosleuth reads evidence of Go programs
        this is a stack trace of Node.js: gosleuth reads evidence of Go programs
        this is a report of `go tool pprof`: give the profile it was made from
        this is a Prometheus page without metrics of the Go runtime
        this is Go source: `inspect` reads what a running program left behind
        this is binary data of a kind that is not known here
        no goroutine dump, profile, panic, race report or runtime counter in 2 lines of text
        ");
    }
}
