use std::fmt::Write as _;

use super::*;
use crate::model::Time;

const NOON: Time = Time(1_795_176_000_000_000_000); // 2026-11-20T12:00:00Z

fn read(text: &str, zone: Option<i32>) -> (EvidenceSet, Option<Log>) {
    let mut set = EvidenceSet::new();
    read_into(&mut set, text.as_bytes(), zone);
    let log = set.logs.pop();
    (set, log)
}

fn read_into(set: &mut EvidenceSet, bytes: &[u8], zone: Option<i32>) {
    let source = Source {
        name: "app.log",
        time: Some(NOON),
    };
    let options = LogOptions {
        zone,
        ..LogOptions::default()
    };
    read_log(set, &source, &mut &bytes[..], &options);
}

/// One line as `form | time zone | level | text | ids`.
fn shown(line: &str) -> String {
    let mut out = String::new();
    line::take(line.as_bytes(), Some(NOON), &mut |entry| {
        let time = entry.stamp.map_or_else(|| "-".to_owned(), |stamp| stamp.time.iso());
        let zone = match entry.stamp {
            Some(stamp) if stamp.zoned => "",
            Some(_) => " ?",
            None => "",
        };
        let level = entry.level.map_or("-", Level::as_str);
        let ids: Vec<String> = entry
            .ids
            .iter()
            .flatten()
            .map(|(key, value)| format!(" {key}={}", String::from_utf8_lossy(value)))
            .collect();
        write!(
            out,
            "{} | {time}{zone} | {level} | {}{}",
            entry.form,
            entry.text(80),
            ids.concat()
        )
        .unwrap();
    });
    out
}

#[test]
fn loggers() {
    for (line, expected) in [
        // slog
        (
            r#"{"time":"2026-11-20T09:27:40.123456789+01:00","level":"ERROR+2","msg":"no \"luck\"","err":"EOF","request_id":"r-000123"}"#,
            r#"json | 2026-11-20T08:27:40.123456789Z | error | no "luck": EOF request_id=r-000123"#,
        ),
        (
            r#"time=2026-11-20T09:27:40.123Z level=WARN msg="slow answer" trace_id=4bf92f3577b34da6 ms=1200"#,
            "logfmt | 2026-11-20T09:27:40.123Z | warn | slow answer trace_id=4bf92f3577b34da6",
        ),
        // zap
        (
            r#"{"level":"error","ts":1795166860.1234567,"caller":"api/server.go:12","msg":"failed","traceId":"abcd1234"}"#,
            "json | 2026-11-20T09:27:40.1234567Z | error | failed trace_id=abcd1234",
        ),
        (
            r#"{"level":"info","ts":1.795166860e+09,"msg":"x"}"#,
            "json | 2026-11-20T09:27:40Z | info | x",
        ),
        (
            "2026-11-20T09:27:40.123+0100\tERROR\tapi/server.go:12\tfailed\t{\"request_id\": \"r-77777\", \"error\": \"EOF\"}",
            "text | 2026-11-20T08:27:40.123Z | error | api/server.go:12\tfailed: EOF request_id=r-77777",
        ),
        // zerolog, logrus
        (
            r#"{"level":"warn","time":1795166860123,"message":"retry","trace":{"id":"0af7651916cd43dd"}}"#,
            "json | 2026-11-20T09:27:40.123Z | warn | retry trace_id=0af7651916cd43dd",
        ),
        (
            r#"time="2026-11-20T09:27:40Z" level=fatal msg="cannot bind" error="address in use""#,
            "logfmt | 2026-11-20T09:27:40Z | fatal | cannot bind: address in use",
        ),
        // microseconds, nanoseconds, pino
        (
            r#"{"t":1795166860123456,"lvl":"dbg","msg":"a"}"#,
            "json | 2026-11-20T09:27:40.123456Z | debug | a",
        ),
        (
            r#"{"timestamp":"1795166860123456789","severity":"CRITICAL","message":"b"}"#,
            "json | 2026-11-20T09:27:40.123456789Z | fatal | b",
        ),
        (
            r#"{"level":50,"time":1795166860123,"msg":"c"}"#,
            "json | 2026-11-20T09:27:40.123Z | error | c",
        ),
        // klog
        (
            "E1120 09:27:40.123456   12345 server.go:77] connection lost",
            "klog | 2026-11-20T09:27:40.123456Z ? | error | connection lost",
        ),
        (
            r#"I1121 09:27:40.123456       1 main.go:7] "Synced" pod="a/b" requestID="q-12345""#,
            "klog | 2026-11-21T09:27:40.123456Z ? | info | Synced request_id=q-12345",
        ),
        // Package log
        (
            "2026/11/20 09:27:40 serving on :8080",
            "text | 2026-11-20T09:27:40Z ? | - | serving on :8080",
        ),
        (
            "2026/11/20 09:27:40.123456 server.go:12: [ERROR] no reply request_id=r-00009",
            "text | 2026-11-20T09:27:40.123456Z ? | error | no reply request_id=r-00009 request_id=r-00009",
        ),
        // Other text
        (
            "[2026-11-20 09:27:40,123] WARNING: low disk",
            "text | 2026-11-20T09:27:40.123Z ? | warn | low disk",
        ),
        (
            "2026-11-20 09:27:40 +0100 CET INFO up",
            "text | 2026-11-20T08:27:40Z | info | up",
        ),
        (
            "2026-11-20T09:27:40Z there is no level in these first words, ERROR comes too late",
            "text | 2026-11-20T09:27:40Z | - | there is no level in these first words, ERROR comes too late",
        ),
        (
            "\x1b[90m2026-11-20T09:27:40Z\x1b[0m \x1b[31mERR\x1b[0m broken",
            "text | 2026-11-20T09:27:40Z | error | broken",
        ),
        // nginx
        (
            r#"10.0.0.1 - - [20/Nov/2026:09:27:40 +0000] "GET /orders HTTP/1.1" 502 157 "-" "curl""#,
            r#"access | 2026-11-20T09:27:40Z | error | "GET /orders HTTP/1.1" 502"#,
        ),
        (
            "2026/11/20 09:27:40 [error] 12#12: *1 connect() failed",
            "text | 2026-11-20T09:27:40Z ? | error | 12#12: *1 connect() failed",
        ),
        // Collectors
        (
            r#"{"log":"{\"level\":\"error\",\"msg\":\"inside\"}\n","stream":"stderr","time":"2026-11-20T09:27:40.5Z"}"#,
            "json | 2026-11-20T09:27:40.5Z | error | inside",
        ),
        (
            "2026-11-20T09:27:40.5Z stderr F 2026/11/20 10:27:40 [WARN] zone of the program",
            "text | 2026-11-20T09:27:40.5Z | warn | zone of the program",
        ),
        (
            "Nov 20 09:27:40 web-1 orders[812]: level=error msg=down",
            "logfmt | 2026-11-20T09:27:40Z | error | down",
        ),
        (
            "web-1  | 2026-11-20T09:27:40Z INFO composed",
            "text | 2026-11-20T09:27:40Z | info | composed",
        ),
        // No stamp
        ("\tat somewhere.go:12", "text | - | - | at somewhere.go:12"),
        ("INFO[0003] ten past", "text | - | info | ten past"),
        (r#"{"a":1"#, " | - | - | "),
    ] {
        assert_eq!(shown(line), expected, "{line}");
    }
}

#[test]
fn a_log_in_sum() {
    let mut text = String::new();
    text += "2026/11/20 09:00:00 serving on 127.0.0.1:8080\n";
    for second in 0..30 {
        writeln!(
            text,
            "2026/11/20 09:01:{second:02} [ERROR] order {second} failed: timeout after 80 ms"
        )
        .unwrap();
    }
    text += "2026/11/20 09:02:00 all is well\n";
    text += "panic: close of closed channel\n\ngoroutine 7 [running]:\nmain.main()\n";
    let (set, log) = read(&text, None);
    let log = log.expect("a log");
    assert_eq!((log.dated, log.undated), (32, 3));
    assert_eq!(log.zone, LogZone::Missing);
    assert_eq!(log.levels[Level::Error as usize], 30);
    assert_eq!(log.buckets.iter().map(|bucket| bucket.errors).sum::<u64>(), 30);
    let message = &log.messages[0];
    assert_eq!(
        (message.text.as_str(), message.count),
        ("order # failed: timeout after # ms", 30)
    );
    let marks: Vec<_> = log
        .marks
        .iter()
        .map(|mark| (mark.kind, mark.exact, mark.text.as_str()))
        .collect();
    assert_eq!(
        marks,
        [
            (LogMarkKind::Start, true, "serving on 127.0.0.1:8080"),
            (LogMarkKind::Crash, false, "panic: close of closed channel"),
        ]
    );
    assert_eq!(log.marks[1].time.iso(), "2026-11-20T09:02:00Z");
    assert_eq!(set.inputs[0].forms, ["log"]);
    assert_eq!(set.inputs[0].lines, 36);
    // An hour east of Greenwich it was an hour earlier.
    let moved = read(&text, Some(3_600)).1.expect("a log");
    assert_eq!(moved.first.unwrap().iso(), "2026-11-20T08:00:00Z");
    assert_eq!(moved.zone, LogZone::Set);
}

#[test]
fn requests_that_goroutines_carry() {
    let mut set = EvidenceSet::new();
    let key = set.strings.intern("request_id");
    let value = set.strings.intern("r-000007");
    set.intern_labels(&mut vec![(key, value)]);
    let text = r#"{"time":"2026-11-20T09:00:00Z","level":"INFO","msg":"taken","request_id":"r-000007"}
{"time":"2026-11-20T09:00:01Z","level":"INFO","msg":"taken","request_id":"r-000008"}
{"time":"2026-11-20T09:00:05Z","level":"ERROR","msg":"failed","request_id":"r-000007"}
"#;
    read_into(&mut set, text.as_bytes(), None);
    let requests = &set.logs[0].requests;
    assert_eq!(requests.len(), 1);
    assert_eq!(
        (requests[0].key, requests[0].value.as_str(), requests[0].count),
        ("request_id", "r-000007", 2)
    );
    assert_eq!(requests[0].lines[1].text, "failed");
}

#[test]
fn memory_does_not_follow_the_log() {
    let mut text = String::new();
    for at in 0..40_000u32 {
        // A different word in each, ten seconds apart.
        let second = 1_795_000_000 + u64::from(at) * 10;
        let word: String = (0..4)
            .map(|digit| char::from(b'a' + (at >> (digit * 4) & 15) as u8))
            .collect();
        writeln!(text, r#"{{"ts":{second},"level":"error","msg":"{word}"}}"#).unwrap();
    }
    let log = read(&text, None).1.expect("a log");
    assert!(
        log.buckets.len() <= MAX_BUCKETS && log.bucket_seconds > 10,
        "{}",
        log.bucket_seconds
    );
    assert_eq!(log.buckets.iter().map(|bucket| bucket.lines).sum::<u64>(), 40_000);
    assert_eq!(log.messages.len(), SHOWN_MESSAGES);
}

#[test]
fn damage() {
    assert!(read("", None).1.is_none());
    let (set, log) = read("nothing here has a time\n", None);
    assert!(log.is_none());
    assert_eq!(set.problems[0].kind, ProblemKind::Unreadable);
    let line = br#"2026-11-20T09:27:40Z stderr F {"log":"x","time":"2026-11-20T09:27:40Z","msg":"a\u00e9\n","trace":{"id":"abcd"}} E1120 09:27:40.1 [20/Nov/2026:09:27:40 +0000] "a" 502"#;
    for end in 0..line.len() {
        for start in 0..end.min(40) {
            read_into(&mut EvidenceSet::new(), &line[start..end], Some(-3_600));
        }
    }
    let long = vec![b'x'; 3 << 20];
    read_into(&mut EvidenceSet::new(), &long, None);
}
