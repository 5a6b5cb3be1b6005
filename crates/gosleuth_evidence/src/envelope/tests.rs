//! Every shape of wrapping, and ordinary lines that only look like it.

use insta::assert_snapshot;

use super::*;

/// 2026-11-21T00:00:00Z.
const NOW: Option<Time> = Some(Time(1_795_219_200_000_000_000));

fn render(lines: &[&str]) -> String {
    let mut out = String::new();
    for line in lines {
        match unwrap(line.as_bytes(), NOW) {
            None => out += "-\n",
            Some(found) => {
                out += &format!(
                    "{} [{}] {} {:?}{}\n",
                    found.kind.word(),
                    String::from_utf8_lossy(&found.key),
                    found.time.map_or("-".to_owned(), |time| time.0.to_string()),
                    String::from_utf8_lossy(&found.text),
                    if found.partial { " …" } else { "" }
                );
            }
        }
    }
    out
}

#[test]
fn kubernetes() {
    assert_snapshot!(render(&[
        "2026-11-20T09:27:40.123456789Z stderr F panic: boom",
        "2026-11-20T09:27:40.123456789+01:00 stdout P half of a",
        "2026-11-20T09:27:40.123456789Z stderr F ",
        "2026-11-20T09:27:40.123456789Z stderr F",
        "2026-11-20T09:27:40.123456789Z stderr F \t/home/u/app/main.go:12 +0x1d",
        "2026-11-20T09:27:40.123456789Z stderr F:x y",
        "[pod/orders-7d9f/app] goroutine 1 [running]:",
        "[pod/orders-7d9f/app]",
        "2026-11-20T09:27:40.123456789Z goroutine 1 [running]:",
    ]), @r#"
    kubernetes [stderr] 1795166860123456789 "panic: boom"
    kubernetes [stdout] 1795163260123456789 "half of a" …
    kubernetes [stderr] 1795166860123456789 ""
    kubernetes [stderr] 1795166860123456789 ""
    kubernetes [stderr] 1795166860123456789 "\t/home/u/app/main.go:12 +0x1d"
    kubernetes [stderr] 1795166860123456789 "y"
    kubectl-prefix [orders-7d9f/app] - "goroutine 1 [running]:"
    kubectl-prefix [orders-7d9f/app] - ""
    timestamps [] 1795166860123456789 "goroutine 1 [running]:"
    "#);
}

#[test]
fn docker() {
    assert_snapshot!(render(&[
        r#"{"log":"\tmain.go:12 +0x1d\n","stream":"stderr","time":"2026-11-20T09:27:40.123456789Z"}"#,
        r#"{"log":"half","stream":"stdout","time":"2026-11-20T09:27:40Z"}"#,
        r#"{"log":"caf\u00e9\r\n","stream":"stderr","attrs":{"tag":"x"},"time":"2026-11-20T09:27:40Z"}"#,
        r#"{"log":"main.f(\u003c, \ud834\udd1e, \"\\)\n","stream":"stderr","time":"2026-11-20T09:27:40Z"}"#,
        r#"{"log":"main.f(\u003c, \"\\)\n","stream":"stderr","time":"2026-11-20T09:27:40Z"}"#,
        r#"{"log":"panic: x","stream":"stderr","kubernetes":{"pod_name":"p-1","container_name":"c"}}"#,
        r#"{"log":"a value of the program's own"}"#,
        "orders-1  | panic: boom",
        "orders-1  |",
        "\x1b[36morders-1  | \x1b[0m\x1b[1mpanic: boom\x1b[0m",
    ]), @r#"
    docker-json [stderr] 1795166860123456789 "\tmain.go:12 +0x1d"
    docker-json [stdout] 1795166860000000000 "half" …
    docker-json [stderr] 1795166860000000000 "café"
    docker-json [stderr] 1795166860000000000 "main.f(<, 𝄞, \"\\)"
    docker-json [stderr] 1795166860000000000 "main.f(<, \"\\)"
    docker-json [p-1 c stderr] - "panic: x"
    -
    docker-compose [orders-1] - "panic: boom"
    docker-compose [orders-1] - ""
    colours [] - "orders-1  | panic: boom"
    "#);
}

#[test]
fn journald_and_syslog() {
    assert_snapshot!(render(&[
        "Nov 20 09:27:40 web-1 orders[812]: panic: boom",
        "Nov  2 09:27:40.123456 web-1 orders[812]:         indented",
        "Nov 22 09:27:40 web-1 kernel: of last year",
        "2026-11-20T09:27:40+0100 web-1 orders[812]: short-iso",
        "2026-11-20T09:27:40.123456+01:00 web-1 orders[812]: #011rsyslog",
        "Fri 2026-11-20 09:27:40 UTC web-1 orders[812]: short-full",
        "Nov 20 09:27:40 goroutine 1 [running]:",
        "<34>Nov 20 09:27:40 web-1 orders[812]: old",
        "<165>1 2026-11-20T09:27:40.003Z web-1 orders 812 ID47 - \u{feff}new",
        r#"<165>1 2026-11-20T09:27:40.003Z web-1 orders 812 ID47 [a@1 b="c"] new"#,
        "<34>nothing",
        "2026-11-20T09:27:40Z INFO server: not a host",
    ]), @r#"
    journald [web-1 orders[812]] 1795166860000000000 "panic: boom"
    journald [web-1 orders[812]] 1793611660123456000 "        indented"
    journald [web-1 kernel] 1763803660000000000 "of last year"
    journald [web-1 orders[812]] 1795163260000000000 "short-iso"
    journald [web-1 orders[812]] 1795163260123456000 "\trsyslog"
    journald [web-1 orders[812]] 1795166860000000000 "short-full"
    timestamps [] 1795166860000000000 "goroutine 1 [running]:"
    syslog [web-1 orders[812]] 1795166860000000000 "old"
    syslog [web-1 orders 812] 1795166860003000000 "new"
    syslog [web-1 orders 812] 1795166860003000000 "new"
    -
    timestamps [] 1795166860000000000 "INFO server: not a host"
    "#);
    assert_snapshot!(render(&[
        r#"{"MESSAGE":"panic: boom","_HOSTNAME":"web-1","SYSLOG_IDENTIFIER":"orders","_PID":"812","__REALTIME_TIMESTAMP":"1795166860123456"}"#,
        r#"{"MESSAGE":[27,91,49,109,104,105],"_SYSTEMD_UNIT":"orders.service","_PID":"812"}"#,
        r#"{"MESSAGE":null,"_SYSTEMD_UNIT":"orders.service"}"#,
        r#"{"MESSAGE":"of somebody else"}"#,
    ]), @r#"
    journald-json [web-1 orders 812] 1795166860123456000 "panic: boom"
    journald-json [orders.service 812] - "\u{1b}[1mhi"
    journald-json [orders.service ] - ""
    -
    "#);
}

#[test]
fn loggers() {
    assert_snapshot!(render(&[
        "2026/11/20 09:27:40 http: panic serving 127.0.0.1:5: boom",
        "2026/11/20 09:27:40.123456 main.go:12: text",
        "2026/11/20 09:27:40 a file main.go:12: text",
        "E1120 09:27:40.123456   12345 server.go:12] panic: boom",
        "2026-11-20 09:27:40.123 panic: boom",
        "2026-11-20 09:27:40,123 panic: boom",
        "build\tRun tests\t2026-11-20T09:27:40.1234567Z panic: boom",
        "orders-7d9f app panic: boom",
    ]), @r#"
    go-log [] 1795166860000000000 "http: panic serving 127.0.0.1:5: boom"
    go-log [] 1795166860123456000 "text"
    go-log [] 1795166860000000000 "a file main.go:12: text"
    klog [] 1795166860123456000 "panic: boom"
    timestamps [] 1795166860123000000 "panic: boom"
    timestamps [] 1795166860123000000 "panic: boom"
    github-actions [build	Run tests] 1795166860123456700 "panic: boom"
    stern [orders-7d9f app] - "panic: boom"
    "#);
}

#[test]
fn dumps_in_one_line() {
    assert_snapshot!(render(&[
        r#"{"level":"error","ts":1795166860.5,"stacktrace":"goroutine 1 [running]:\nmain.main()\n\t/a.go:1 +0x1d","msg":"recovered: boom"}"#,
        r#"{"time":"2026-11-20T09:27:40Z","msg":"panic: boom\n\ngoroutine 1 [running]:\nmain.main()\n"}"#,
        r#"{"error":{"message":"boom","stack":"x\ngoroutine 7 [running]:\nmain.main()\n"}}"#,
        r#"time=2026-11-20T09:27:40.000Z level=ERROR msg="recovered: boom" stack="goroutine 1 [running]:\nmain.main()\n\t/a.go:1 +0x1d\n""#,
        r#"{"level":"error","msg":"boom","stacktrace":"main.f\n\t/a.go:1\nmain.main\n\t/a.go:2"}"#,
        r#"{"Time":"2026-11-20T09:27:40Z","Action":"output","Package":"p","Output":"panic: boom\n"}"#,
    ]), @r#"
    json-log [] 1795166860500000000 "recovered: boom\ngoroutine 1 [running]:\nmain.main()\n\t/a.go:1 +0x1d\n\n"
    json-log [] 1795166860000000000 "panic: boom\n\ngoroutine 1 [running]:\nmain.main()\n\n"
    json-log [] - "boom\nx\ngoroutine 7 [running]:\nmain.main()\n\n"
    quoted-log [] 1795166860000000000 "recovered: boom\ngoroutine 1 [running]:\nmain.main()\n\t/a.go:1 +0x1d\n\n"
    -
    -
    "#);
}

#[test]
fn ordinary_lines_are_not_wrapped_or_only_weakly() {
    let lines = [
        "goroutine 1 [chan receive, 5 minutes]:",
        "main.main()",
        "\t/home/u/app/main.go:12 +0x1d",
        "created by main.main in goroutine 1",
        "panic: 2026/11/20 is not a date",
        "fatal error: all goroutines are asleep - deadlock!",
        "[signal SIGSEGV: segmentation violation code=0x1 addr=0x0 pc=0x49e12b]",
        "[originating from goroutine 7]:",
        "gc 1 @0.041s 0%: 0.056+0.20+0.002 ms clock, 0.11+0.013/0.066/0.061+0.005 ms cpu, 4->4->3 MB, 5 MB goal, 2 P",
        "SCHED 0ms: gomaxprocs=2 idleprocs=1 threads=4 spinningthreads=0 idlethreads=2 runqueue=0 [0 0]",
        "3 @ 0x48c5ea 0x41905c",
        "#\t0x6b98fd\tmain.main.func1.1+0x1d\t/path/x.go:18",
        "# labels: {\"k\":\"v\"}",
        "goroutine profile: total 16",
        "go_goroutines 12",
        "go_info{version=\"go1.26\"} 1",
        "{",
        "\"cmdline\": [\"x\"],",
        "{\"a\":1}",
        "Previous write at 0x00c000018108 by goroutine 7:",
        "WARNING: DATA RACE",
        "./p.go:4:6: can inline leak",
        "--- FAIL: TestX (0.00s)",
        "    x_test.go:12: boom",
        "FAIL\texample.com/p\t0.1s",
        "ok  \texample.com/p\t0.1s",
        "rax    0xfffffffffffffffc",
        "exit status 2",
        "127.0.0.1 - - [20/Nov/2026:09:27:40 +0000] \"GET / HTTP/1.1\" 200 12",
        "INFO[0000] starting server",
        "level=info msg=\"starting server\"",
        "[GIN] 2026/11/20 - 09:27:40 | 200 | 1.2ms | 127.0.0.1 | GET \"/\"",
        "{\"level\":\"info\",\"msg\":\"hello\"}",
        "| a | table |",
    ];
    let taken: Vec<&str> = lines
        .into_iter()
        .filter(|line| unwrap(line.as_bytes(), NOW).is_some_and(|found| !found.kind.is_weak()))
        .collect();
    assert_eq!(taken, [""; 0]);
}

#[test]
fn damage_never_panics() {
    let lines = [
        "2026-11-20T09:27:40.123456789Z stderr F panic: boom",
        r#"{"log":"\tmain.go:12 +0x1d\n","stream":"stderr","time":"2026-11-20T09:27:40.123456789Z"}"#,
        "\x1b[36morders-1  | \x1b[0m\x1b[1mpanic: boom\x1b]0;title\x07\x1b[0m",
        "Nov 20 09:27:40 web-1 orders[812]: panic: boom",
        "Fri 2026-11-20 09:27:40 UTC web-1 orders[812]: short-full",
        r#"<165>1 2026-11-20T09:27:40.003Z web-1 orders 812 ID47 [a@1 b="c"] new"#,
        "2026/11/20 09:27:40.123456 main.go:12: text",
        "E1120 09:27:40.123456   12345 server.go:12] panic: boom",
        r#"time=2026-11-20T09:27:40.000Z stack="goroutine 1 [running]:\nmain.main()\n\t/a\u12.go:1 +0x1d\n""#,
        r#"{"msg":"panic: boom\n\ngoroutine 1 [running]:\nmain.main()\n"}"#,
    ];
    let mut wrapped = 0;
    for line in lines {
        for at in 0..line.len() {
            wrapped += u32::from(unwrap(&line.as_bytes()[..at], NOW).is_some());
            for bit in 0..8 {
                let mut flipped = line.as_bytes().to_vec();
                flipped[at] ^= 1 << bit;
                wrapped += u32::from(unwrap(&flipped, NOW).is_some());
            }
        }
    }
    assert!(wrapped > 1_000);
}
