//! URLs: the whole way from a server to a report. What the client does in detail is tested in its own crate.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};

use gosleuth::Exit;

use crate::{DEADLOCK, HEALTHY, Scratch, run, run_with};

const INDEX: &str = "<table><tr><td>1</td><td><a href='goroutine?debug=1'>goroutine</a></td></tr></table>";
const COUNTS: &str = "goroutine profile: total 1\n1 @ 0x46e1d6 0x4e1c0a\n\
    #\t0x46e1d5\tmain.main+0x55\t/home/u/app/main.go:12\n\n";

/// Serves a process whose stacks are `stacks`. Gives its address and what was asked, with headers.
fn serve(stacks: &'static str) -> (String, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = format!("http://{}", listener.local_addr().expect("bound"));
    let asked = Arc::new(Mutex::new(Vec::new()));
    let log = Arc::clone(&asked);
    std::thread::spawn(move || {
        for mut stream in listener.incoming().map_while(Result::ok) {
            let mut head = String::new();
            let mut reader = BufReader::new(stream.try_clone().expect("a socket"));
            while !head.ends_with("\r\n\r\n") && reader.read_line(&mut head).is_ok_and(|count| count > 0) {}
            let (kind, body) = match head.split(' ').nth(1).unwrap_or_default() {
                "/debug/pprof/" => ("text/html", INDEX),
                "/debug/pprof/goroutine?debug=1" => ("text/plain", COUNTS),
                "/debug/pprof/goroutine?debug=2" => ("text/plain", stacks),
                _ => ("", ""),
            };
            log.lock().expect("no panic").push(head);
            let status = if kind.is_empty() { "404 Not Found" } else { "200 OK" };
            let length = body.len();
            let _ = write!(
                stream,
                "HTTP/1.1 {status}\r\nConnection: close\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\n\r\n{body}"
            );
        }
    });
    (address, asked)
}

#[test]
fn a_process_is_asked_and_explained() {
    let (url, _) = serve(HEALTHY);
    let run = run(&["inspect", "--spacing", "0", "--format", "json", &url]);
    assert_eq!(run.exit, Exit::Clean, "{run:?}");
    let json = run.json();
    let names: Vec<&str> = json["inputs"]
        .as_array()
        .expect("inputs")
        .iter()
        .filter_map(|input| input["name"].as_str())
        .collect();
    assert_eq!(
        names,
        [
            format!("{url}/debug/pprof/goroutine?debug=1"),
            format!("{url}/debug/pprof/goroutine?debug=2")
        ]
    );
    let announced = run
        .err
        .lines()
        .filter(|line| line.starts_with("gosleuth: asking "))
        .count();
    assert_eq!(announced, 5, "{}", run.err);
}

#[test]
fn quiet_says_nothing_and_count_takes_several() {
    let (url, asked) = serve(HEALTHY);
    let run = run(&[
        "inspect",
        "-q",
        "--count",
        "3",
        "--interval",
        "10ms",
        "--spacing",
        "0",
        "--format",
        "json",
        &url,
    ]);
    assert_eq!((run.exit, run.err.as_str()), (Exit::Clean, ""));
    assert_eq!(asked.lock().expect("no panic").len(), 15);
    let json = run.json();
    assert_eq!(json["inputs"].as_array().map(Vec::len), Some(6));
    assert!(
        json["inputs"][5]["name"]
            .as_str()
            .is_some_and(|name| name.ends_with(" (3 of 3)")),
        "{}",
        json["inputs"][5]
    );
}

#[test]
fn a_profile_url_a_file_and_a_dead_server_together() {
    let (url, _) = serve(DEADLOCK);
    let scratch = Scratch::new("live");
    scratch.write("healthy.txt", HEALTHY);
    let profile = format!("{url}/debug/pprof/goroutine?debug=2");
    let run = run_with(
        &["inspect", "-q", "healthy.txt", "http://127.0.0.1:1", &profile],
        b"",
        scratch.path(),
    );
    assert_eq!(run.exit, Exit::Found, "{run:?}");
    assert_eq!(
        run.err,
        "gosleuth: http://127.0.0.1:1/debug/pprof/: nothing listens at 127.0.0.1:1 (connection refused)\n"
    );
}

#[test]
fn a_missing_page_is_exit_code_2() {
    let (url, _) = serve(HEALTHY);
    let run = run(&["inspect", "-q", &format!("{url}/debug/pprof/nothing?debug=1")]);
    assert_eq!(run.exit, Exit::Trouble);
    assert!(run.err.ends_with("not found (404)\n"), "{}", run.err);
}

#[test]
fn credentials_come_from_files_and_never_show() {
    let (url, asked) = serve(HEALTHY);
    let scratch = Scratch::new("credentials");
    scratch.write("token", "s3cret\n");
    scratch.write("headers", "X-Team: core\n\nX-More: yes\n");
    let words = [
        "inspect",
        "--spacing",
        "0",
        "--bearer-file",
        "token",
        "--header",
        "@headers",
        "--format",
        "markdown",
        &url,
    ];
    let run = run_with(&words, b"", scratch.path());
    assert_eq!(run.exit, Exit::Clean, "{run:?}");
    for head in asked.lock().expect("no panic").iter() {
        let head = head.to_ascii_lowercase();
        assert!(head.contains("authorization: bearer s3cret\r\n"), "{head}");
        assert!(
            head.contains("x-team: core\r\n") && head.contains("x-more: yes\r\n"),
            "{head}"
        );
    }
    assert!(!run.out.contains("s3cret") && !run.err.contains("s3cret"));
    let wrong = run_with(&["inspect", "--header", "s3cret", &url], b"", scratch.path());
    assert_eq!(wrong.exit, Exit::Trouble);
    assert!(
        wrong.err.contains("--header") && !wrong.err.contains("s3cret"),
        "{}",
        wrong.err
    );
}
