//! A small HTTP server for tests: every way a target can behave and misbehave.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// What the server does with a request.
pub(crate) enum Reply {
    /// A page with this content type.
    Page(&'static str, Vec<u8>),
    /// A status without a body.
    Status(u16),
    /// A redirect.
    To(String),
    /// These bytes and nothing else.
    Raw(Vec<u8>),
    /// Never answers.
    Silence,
    /// Promises a thousand bytes, sends these, and hangs up.
    HangUp(&'static str),
    /// Promises much, sends these, and then never goes on.
    Stall(&'static str),
    /// Text without end.
    Endless,
}

/// A running server. It serves until the test ends.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Server {
    /// Serves with a function of path and request head.
    pub(crate) fn start(reply: impl Fn(&str, &str) -> Reply + Send + Sync + 'static) -> Self {
        Self::over(reply, |stream| Some(Box::new(stream)))
    }

    /// Like `start`, with something around the connection.
    pub(crate) fn over(
        reply: impl Fn(&str, &str) -> Reply + Send + Sync + 'static,
        wrap: impl Fn(TcpStream) -> Option<Box<dyn Stream>> + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("bound");
        let asked = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&asked);
        let (reply, wrap) = (Arc::new(reply), Arc::new(wrap));
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let (reply, wrap, log) = (Arc::clone(&reply), Arc::clone(&wrap), Arc::clone(&log));
                std::thread::spawn(move || {
                    if let Some(stream) = wrap(stream) {
                        // The client hangs up when it has enough; that is no failure of a test.
                        let _ = answer(stream, &*reply, &log);
                    }
                });
            }
        });
        Self { address, asked }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// The paths asked so far, in order.
    pub(crate) fn asked(&self) -> Vec<String> {
        self.asked.lock().expect("no panic").clone()
    }
}

pub(crate) trait Stream: Read + Write + Send {}
impl<T: Read + Write + Send> Stream for T {}

fn answer(
    mut stream: Box<dyn Stream>,
    reply: &dyn Fn(&str, &str) -> Reply,
    log: &Mutex<Vec<String>>,
) -> std::io::Result<()> {
    let mut head = String::new();
    {
        let mut reader = BufReader::new(&mut stream);
        while !head.ends_with("\r\n\r\n") {
            match reader.read_line(&mut head) {
                Ok(0) => return Ok(()),
                Ok(_) => {}
                // Not text: a TLS hello, which Go's server answers like this.
                Err(_) => return stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n"),
            }
        }
    }
    let path = head.split(' ').nth(1).unwrap_or_default().to_owned();
    log.lock().expect("no panic").push(path.clone());
    let close = "Connection: close\r\n";
    match reply(&path, &head) {
        Reply::Page(kind, body) => {
            let length = body.len();
            write!(
                stream,
                "HTTP/1.1 200 OK\r\n{close}Content-Type: {kind}\r\nContent-Length: {length}\r\n\r\n"
            )?;
            stream.write_all(&body)?;
        }
        Reply::Status(code) => write!(stream, "HTTP/1.1 {code} No\r\n{close}Content-Length: 0\r\n\r\n")?,
        Reply::To(location) => {
            write!(
                stream,
                "HTTP/1.1 301 Moved\r\n{close}Location: {location}\r\nContent-Length: 0\r\n\r\n"
            )?;
        }
        Reply::Raw(bytes) => stream.write_all(&bytes)?,
        Reply::Silence => std::thread::sleep(Duration::from_secs(20)),
        Reply::HangUp(text) => write!(stream, "HTTP/1.1 200 OK\r\n{close}Content-Length: 1000\r\n\r\n{text}")?,
        Reply::Stall(text) => {
            write!(
                stream,
                "HTTP/1.1 200 OK\r\n{close}Content-Length: 1000000\r\n\r\n{text}"
            )?;
            stream.flush()?;
            std::thread::sleep(Duration::from_secs(20));
        }
        Reply::Endless => {
            write!(stream, "HTTP/1.1 200 OK\r\n{close}Content-Type: text/plain\r\n\r\n")?;
            let piece = b"goroutine 1 [running]:\n".repeat(1000);
            loop {
                stream.write_all(&piece)?;
            }
        }
    }
    stream.flush()
}
