//! The client against servers that behave, and against servers that do not.

mod server;

use std::io::Read;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use gosleuth_base::{Problem, ProblemKind};
use gosleuth_live::{Client, Observer, Part, Plan, Request, Settings, Target, Tls, When, Why, visit};
use server::{Reply, Server};

const INDEX: &str = "<html><body><table>\
    <tr><td>5</td><td><a href='goroutine?debug=1'>goroutine</a></td></tr>\
    <tr><td>3</td><td><a href='goroutineleak?debug=1'>goroutineleak</a></td></tr>\
    <tr><td>9</td><td><a href='heap?debug=1'>heap</a></td></tr>\
    <tr><td>0</td><td><a href='mutex?debug=1'>mutex</a></td></tr>\
    <tr><td>7</td><td><a href='threadcreate?debug=1'>threadcreate</a></td></tr></table>";
const COUNTS: &str = "goroutine profile: total 5\n5 @ 0x1\n#\t0x1\tsync.runtime_SemacquireMutex+0x25\t/sema.go:95\n\n";

/// What came of a visit.
#[derive(Default)]
struct Heard {
    announced: Vec<(String, String)>,
    evidence: Vec<(String, Vec<u8>)>,
    broken: Vec<String>,
    problems: Vec<Problem>,
}

impl Observer for Heard {
    fn before(&mut self, request: &Request<'_>) {
        self.announced.push((request.url.to_owned(), request.cost.to_owned()));
    }
    fn evidence(&mut self, url: &str, time: SystemTime, bytes: &mut dyn Read) {
        assert!(time.elapsed().is_ok_and(|age| age < Duration::from_secs(60)));
        let mut body = Vec::new();
        if let Err(error) = bytes.read_to_end(&mut body) {
            self.broken.push(error.to_string());
        }
        self.evidence.push((url.to_owned(), body));
    }
    fn problem(&mut self, _part: Part, _why: Why, problem: Problem) {
        self.problems.push(problem);
    }
}

fn quick() -> Settings {
    Settings {
        connect_timeout: Duration::from_secs(2),
        read_timeout: Duration::from_millis(400),
        total_timeout: Duration::from_secs(5),
        ..Settings::default()
    }
}

fn plan() -> Plan {
    Plan {
        spacing: Duration::ZERO,
        ..Plan::default()
    }
}

fn ask_with(url: &str, settings: Settings, plan: &Plan) -> Heard {
    let mut heard = Heard::default();
    let client = Client::new(settings).expect("good settings");
    let handed = visit(&client, &Target::parse(url).expect("a URL"), plan, &mut heard);
    assert_eq!(handed.handed, heard.evidence.len());
    heard
}

fn ask(url: &str) -> Heard {
    ask_with(url, quick(), &plan())
}

/// A process with everything, at `prefix`.
fn process(prefix: &'static str) -> impl Fn(&str, &str) -> Reply + Send + Sync {
    move |path, _| match path.strip_prefix(prefix).unwrap_or("?") {
        "/debug/pprof/" => Reply::Page("text/html; charset=utf-8", INDEX.into()),
        "/debug/pprof/goroutine?debug=1" => Reply::Page("text/plain; charset=utf-8", COUNTS.into()),
        "/debug/vars" => Reply::Page("application/json; charset=utf-8", b"{}".to_vec()),
        other if other.starts_with("/debug/pprof/") => Reply::Page("text/plain", other.as_bytes().to_vec()),
        _ => Reply::Status(404),
    }
}

const EVERYTHING: [&str; 8] = [
    "/debug/pprof/",
    "/debug/pprof/goroutine?debug=1",
    "/debug/pprof/threadcreate?debug=1",
    "/debug/pprof/heap?debug=1",
    "/debug/vars",
    "/metrics",
    "/debug/pprof/goroutine?debug=2",
    "/debug/pprof/goroutineleak?debug=1",
];

#[test]
fn a_server_gives_everything_cheap_first() {
    let server = Server::start(process(""));
    let heard = ask(&server.url(""));
    assert_eq!(server.asked(), EVERYTHING);
    assert_eq!(heard.evidence.len(), 6, "all but the index and the missing /metrics");
    assert_eq!(
        heard.evidence[0],
        (server.url("/debug/pprof/goroutine?debug=1"), COUNTS.as_bytes().to_vec())
    );
    assert!(heard.problems.is_empty(), "{:?}", heard.problems);
    assert_eq!(heard.announced.len(), 8);
    assert!(
        heard.announced[6].1.contains("stops the target"),
        "{:?}",
        heard.announced[6]
    );
}

#[test]
fn the_index_and_a_path_above_it_are_found() {
    for (prefix, path) in [
        ("", "/debug/pprof/"),
        ("", "/debug/pprof/?x"),
        ("/app", "/app"),
        ("/app", "/app/"),
        ("/app", "/app/debug/pprof/"),
    ] {
        let server = Server::start(move |asked, head| process(prefix)(asked.trim_end_matches("?x"), head));
        let heard = ask(&server.url(path));
        assert_eq!(
            heard.evidence.len(),
            6,
            "{path}: {:?} {:?}",
            server.asked(),
            heard.problems
        );
    }
}

#[test]
fn a_profile_is_asked_and_nothing_else() {
    let server = Server::start(process(""));
    let heard = ask(&server.url("/debug/pprof/goroutine?debug=2"));
    assert_eq!(server.asked(), ["/debug/pprof/goroutine?debug=2"]);
    assert_eq!(
        heard.evidence,
        [(
            server.url("/debug/pprof/goroutine?debug=2"),
            b"/debug/pprof/goroutine?debug=2".to_vec()
        )]
    );
}

#[test]
fn caps_keep_expensive_questions_back_and_say_so() {
    let server = Server::start(process(""));
    let careful = Plan {
        stacks_cap: 4,
        leaks_cap: 4,
        ..plan()
    };
    let heard = ask_with(&server.url(""), quick(), &careful);
    assert_eq!(server.asked(), EVERYTHING[..6]);
    let notes: Vec<String> = heard.problems.iter().map(|problem| problem.message.clone()).collect();
    assert_eq!(notes.len(), 2, "{notes:?}");
    assert!(
        notes[0].contains("5 stacks") && notes[0].contains("--stacks"),
        "{notes:?}"
    );
    assert!(
        notes[1].contains("5 goroutines wait for a lock") && notes[1].contains("--leaks"),
        "{notes:?}"
    );
    assert!(heard.problems.iter().all(|problem| problem.kind == ProblemKind::Note));

    let server = Server::start(process(""));
    let always = Plan {
        stacks: When::Always,
        leaks: When::Always,
        ..careful.clone()
    };
    ask_with(&server.url(""), quick(), &always);
    assert_eq!(server.asked(), EVERYTHING);

    let server = Server::start(process(""));
    let never = Plan {
        stacks: When::Never,
        leaks: When::Never,
        ..plan()
    };
    let heard = ask_with(&server.url(""), quick(), &never);
    assert_eq!(server.asked(), EVERYTHING[..6]);
    assert!(heard.problems.is_empty(), "{:?}", heard.problems);
}

#[test]
fn requests_are_spaced() {
    let server = Server::start(process(""));
    let start = Instant::now();
    let spaced = Plan {
        spacing: Duration::from_millis(50),
        ..Plan::default()
    };
    ask_with(&server.url(""), quick(), &spaced);
    assert!(
        start.elapsed() >= Duration::from_millis(7 * 50),
        "{:?}",
        start.elapsed()
    );
}

#[test]
fn a_refused_connection_is_one_sentence() {
    let server = Server::start(process(""));
    let address = server.address;
    // A port that was just free: nobody listens at the one above a fresh listener once that is gone.
    let free = std::net::TcpListener::bind("127.0.0.1:0")
        .and_then(|listener| listener.local_addr())
        .expect("a free port");
    assert_ne!(free, address);
    let heard = ask(&format!("http://{free}"));
    assert_eq!(heard.problems.len(), 1);
    assert_eq!(heard.problems[0].kind, ProblemKind::Unreadable);
    assert_eq!(
        heard.problems[0].message,
        format!("nothing listens at {free} (connection refused)")
    );
}

#[test]
fn an_unknown_host_is_one_sentence() {
    let heard = ask("http://host.invalid:6060");
    assert_eq!(heard.problems.len(), 1);
    assert!(
        heard.problems[0].message.contains("cannot be resolved"),
        "{:?}",
        heard.problems
    );
}

#[test]
fn a_server_without_any_of_it() {
    let server = Server::start(|_, _| Reply::Status(404));
    let heard = ask(&server.url(""));
    assert_eq!(heard.problems.len(), 1);
    assert_eq!(heard.problems[0].kind, ProblemKind::Unreadable);
    assert!(
        heard.problems[0].message.contains("net/http/pprof"),
        "{:?}",
        heard.problems
    );

    let heard = ask(&server.url("/debug/pprof/goroutine?debug=2"));
    assert_eq!(heard.problems[0].message, "not found (404)");
}

#[test]
fn profiles_without_an_index_and_counters_alone() {
    let server = Server::start(|path, head| match path {
        "/debug/pprof/" => Reply::Status(404),
        _ => process("")(path, head),
    });
    let heard = ask(&server.url(""));
    assert_eq!(heard.evidence.len(), 3, "{:?}", server.asked());

    let server = Server::start(|path, _| match path {
        "/metrics" => Reply::Page("text/plain", b"go_goroutines 5\n".to_vec()),
        _ => Reply::Status(404),
    });
    let heard = ask(&server.url(""));
    assert_eq!(
        heard.evidence,
        [(server.url("/metrics"), b"go_goroutines 5\n".to_vec())]
    );
    assert!(heard.problems.is_empty(), "{:?}", heard.problems);
}

#[test]
fn a_login_page_is_not_evidence() {
    let server = Server::start(|_, _| Reply::Page("text/html", b"<html>Sign in</html>".to_vec()));
    for path in ["/debug/pprof/goroutine?debug=2", "/debug/pprof/", "", "/app"] {
        let heard = ask(&server.url(path));
        assert!(heard.evidence.is_empty(), "{path}");
        assert_eq!(heard.problems.len(), 1, "{path}: {:?}", heard.problems);
        assert_eq!(heard.problems[0].kind, ProblemKind::Unreadable, "{path}");
    }
}

#[test]
fn credentials_and_headers_are_sent_and_refusals_explained() {
    let server = Server::start(|_, head| {
        let head = head.to_ascii_lowercase();
        if head.contains("authorization: basic bwu6c2vjcmv0") && head.contains("x-team: core") {
            Reply::Page("text/plain", b"in".to_vec())
        } else {
            Reply::Status(401)
        }
    });
    let url = format!("http://me:secret@{}/debug/pprof/heap?debug=1", server.address);
    let heard = ask(&url);
    assert!(
        heard.problems[0].message.contains("--bearer-file"),
        "{:?}",
        heard.problems
    );
    assert!(!heard.problems[0].to_string().contains("secret"));
    let settings = Settings {
        headers: vec![("X-Team".into(), "core".into())],
        ..quick()
    };
    let heard = ask_with(&url, settings, &plan());
    assert_eq!(
        heard.evidence,
        [(server.url("/debug/pprof/heap?debug=1"), b"in".to_vec())]
    );
    assert!(heard.announced.iter().all(|(url, _)| !url.contains("secret")));
}

#[test]
fn redirects_stay_on_the_server() {
    let server = Server::start(|path, head| match path {
        "/debug/pprof" => Reply::To("/debug/pprof/".into()),
        _ => process("")(path, head),
    });
    assert_eq!(ask(&server.url("/debug/pprof")).evidence.len(), 6);

    let other = Server::start(process(""));
    let away = other.url("");
    let server = Server::start(move |_, _| Reply::To(format!("{away}/debug/pprof/")));
    let heard = ask(&server.url("/debug/pprof/"));
    assert!(
        heard.problems[0].message.contains("another server"),
        "{:?}",
        heard.problems
    );
    assert!(other.asked().is_empty(), "nothing was sent to the other server");

    let server = Server::start(|_, _| Reply::To("/debug/pprof/".into()));
    let heard = ask(&server.url("/debug/pprof/"));
    assert_eq!(heard.problems.len(), 1, "a loop ends");
    assert!(server.asked().len() <= 4);
}

#[test]
fn a_silent_server_ends_in_time_and_is_left_alone() {
    let server = Server::start(|path, head| match path {
        "/debug/pprof/threadcreate?debug=1" => Reply::Silence,
        _ => process("")(path, head),
    });
    let start = Instant::now();
    let heard = ask(&server.url(""));
    assert!(start.elapsed() < Duration::from_secs(4), "{:?}", start.elapsed());
    assert_eq!(heard.evidence.len(), 1, "what came before is kept");
    assert_eq!(
        server.asked().last().map(String::as_str),
        Some("/debug/pprof/threadcreate?debug=1")
    );
    assert_eq!(heard.problems.len(), 1);
    assert!(
        heard.problems[0].message.ends_with("; nothing more was asked"),
        "{:?}",
        heard.problems
    );
    assert!(
        heard.problems[0]
            .message
            .starts_with("no answer within 400 ms from 127.0.0.1:"),
        "{:?}",
        heard.problems
    );
}

#[test]
fn what_came_before_a_break_is_kept() {
    for reply in [
        || Reply::HangUp("goroutine 1 [running]:\n"),
        || Reply::Stall("goroutine 1 [running]:\n"),
    ] {
        let server = Server::start(move |_, _| reply());
        let heard = ask(&server.url("/debug/pprof/goroutine?debug=2"));
        assert_eq!(heard.evidence.len(), 1);
        assert_eq!(heard.evidence[0].1, b"goroutine 1 [running]:\n");
        assert_eq!(heard.broken.len(), 1, "the break is an error of the stream");
    }
}

#[test]
fn a_huge_response_is_cut_at_the_cap() {
    let server = Server::start(|_, _| Reply::Endless);
    let settings = Settings {
        max_response: 1_000_000,
        ..quick()
    };
    let heard = ask_with(&server.url("/debug/pprof/goroutine?debug=2"), settings, &plan());
    assert_eq!(heard.evidence[0].1.len(), 1_000_000);
    assert_eq!(heard.problems.len(), 1);
    assert!(
        heard.problems[0].message.contains("--max-response"),
        "{:?}",
        heard.problems
    );
}

#[test]
fn a_response_of_exactly_the_cap_is_whole() {
    let server = Server::start(|_, _| Reply::Page("text/plain", vec![b'x'; 1000]));
    let settings = Settings {
        max_response: 1000,
        ..quick()
    };
    let heard = ask_with(&server.url("/x?y"), settings, &plan());
    assert_eq!(heard.evidence[0].1.len(), 1000);
    assert!(heard.problems.is_empty(), "{:?}", heard.problems);
}

#[test]
fn something_that_is_no_web_server() {
    for bytes in [
        &b"SSH-2.0-OpenSSH_9.2\r\n"[..],
        b"\x15\x03\x01\x00\x02\x02\x16",
        b"",
        b"HTTP/1.1 twohundred\r\n\r\n",
    ] {
        let server = Server::start(move |_, _| Reply::Raw(bytes.to_vec()));
        let heard = ask(&server.url(""));
        assert!(heard.evidence.is_empty());
        assert_eq!(heard.problems.len(), 1, "{:?}", heard.problems);
        assert!(
            heard.problems[0].message.contains("does not answer as a web server"),
            "{:?}",
            heard.problems
        );
    }
}

/// A process behind TLS that wants a client certificate if `mutual`.
fn tls_server(mutual: bool) -> Server {
    use rustls::pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject as _};
    let certificate = |pem: &[u8]| CertificateDer::from_pem_slice(pem).expect("a certificate");
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = rustls::ServerConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .expect("ring has them");
    let builder = if mutual {
        let mut roots = rustls::RootCertStore::empty();
        roots
            .add(certificate(include_bytes!("tls/ca.pem")))
            .expect("an authority");
        let verifier = rustls::server::WebPkiClientVerifier::builder_with_provider(roots.into(), provider)
            .build()
            .expect("roots");
        builder.with_client_cert_verifier(verifier)
    } else {
        builder.with_no_client_auth()
    };
    let key = PrivateKeyDer::from_pem_slice(include_bytes!("tls/server.key")).expect("a key");
    let config = Arc::new(
        builder
            .with_single_cert(vec![certificate(include_bytes!("tls/server.pem"))], key)
            .expect("they match"),
    );
    Server::over(process(""), move |mut stream| {
        let mut connection = rustls::ServerConnection::new(Arc::clone(&config)).ok()?;
        let done = connection.complete_io(&mut stream);
        // Says why before it hangs up.
        let _ = connection.complete_io(&mut stream);
        done.ok()?;
        Some(Box::new(rustls::StreamOwned::new(connection, stream)))
    })
}

fn trusting() -> Tls {
    Tls {
        authorities: Some(include_bytes!("tls/ca.pem").to_vec()),
        ..Tls::default()
    }
}

fn over_tls(server: &Server, tls: Tls) -> Heard {
    let settings = Settings { tls, ..quick() };
    ask_with(
        &server.url("/debug/pprof/").replace("http:", "https:"),
        settings,
        &plan(),
    )
}

#[test]
fn tls_with_an_authority_without_one_and_with_none() {
    let server = tls_server(false);
    assert_eq!(over_tls(&server, trusting()).evidence.len(), 6);
    let insecure = Tls {
        insecure: true,
        ..Tls::default()
    };
    assert_eq!(over_tls(&server, insecure).evidence.len(), 6);
    let heard = over_tls(&server, Tls::default());
    assert_eq!(heard.problems.len(), 1, "{:?}", heard.problems);
    assert!(heard.problems[0].message.contains("--ca"), "{:?}", heard.problems);
}

#[test]
fn mutual_tls() {
    let server = tls_server(true);
    let identity = (
        include_bytes!("tls/client.pem").to_vec(),
        include_bytes!("tls/client.key").to_vec(),
    );
    let known = Tls {
        identity: Some(identity),
        ..trusting()
    };
    assert_eq!(over_tls(&server, known).evidence.len(), 6);
    let heard = over_tls(&server, trusting());
    assert_eq!(heard.problems.len(), 1, "{:?}", heard.problems);
    assert!(heard.problems[0].message.contains("--cert"), "{:?}", heard.problems);
}

#[test]
fn https_to_a_plain_server() {
    let server = Server::start(|_, _| Reply::Raw(b"HTTP/1.1 400 Bad Request\r\n\r\n".to_vec()));
    let heard = over_tls(&server, trusting());
    assert_eq!(heard.problems.len(), 1, "{:?}", heard.problems);
    assert!(
        heard.problems[0].message.starts_with("TLS with"),
        "{:?}",
        heard.problems
    );
}
