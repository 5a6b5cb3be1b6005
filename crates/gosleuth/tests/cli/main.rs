//! The command line from end to end: most tests run it in this process, those about streams and signals run the binary.

mod capture;
mod case;
mod check;
mod checklist;
mod ci;
mod exec;
mod go;
mod inputs;
mod list;
mod live;
mod model;
mod output;
mod repro;
mod trace;
mod transcripts;

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use gosleuth::{Exit, Io};

/// What a run left behind.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) exit: Exit,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Run {
    /// Standard output as JSON.
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {}\n{}", self.out, self.err))
    }
}

/// Runs `gosleuth WORDS` in the root of the repository.
pub(crate) fn run(words: &[&str]) -> Run {
    run_with(words, b"", &root())
}

pub(crate) fn run_with(words: &[&str], mut stdin: &[u8], directory: &Path) -> Run {
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let exit = gosleuth::run(
        std::iter::once("gosleuth")
            .chain(words.iter().copied())
            .map(OsString::from),
        &mut Io {
            stdin: &mut stdin,
            stdout: &mut out,
            stderr: &mut err,
            color: false,
            width: None,
            directory: directory.to_owned(),
        },
    );
    Run {
        exit,
        out: String::from_utf8(out).expect("text"),
        err: String::from_utf8(err).expect("text"),
    }
}

pub(crate) fn root() -> PathBuf {
    gosleuth_testkit::repository_root()
}

/// A directory of its own for a test; gone when dropped.
pub(crate) struct Scratch(PathBuf);

impl Scratch {
    pub(crate) fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("gosleuth-test-{}-{name}", std::process::id()));
        let _ = std::fs::remove_dir_all(&path);
        std::fs::create_dir_all(&path).expect("a writable temporary directory");
        Self(path)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    pub(crate) fn write(&self, name: &str, contents: impl AsRef<[u8]>) -> PathBuf {
        let path = self.0.join(name);
        std::fs::create_dir_all(path.parent().expect("below the directory")).expect("writable");
        std::fs::write(&path, contents).expect("writable");
        path
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// A dump in which two goroutines hold what the other one wants: a suspect from one snapshot.
pub(crate) const DEADLOCK: &str = "fatal error: all goroutines are asleep - deadlock!

goroutine 1 [chan receive]:
main.main()
	/home/u/app/main.go:9 +0x3c
exit status 2
";

/// A process in which nothing is wrong.
pub(crate) const HEALTHY: &str = "goroutine 1 [IO wait]:
internal/poll.runtime_pollWait(0x7f1b2c0a0e88, 0x72)
	/usr/local/go/src/runtime/netpoll.go:351 +0x85
internal/poll.(*pollDesc).wait(0xc000112000?, 0x0?, 0x0)
	/usr/local/go/src/internal/poll/fd_poll_runtime.go:84 +0x27
internal/poll.(*pollDesc).waitRead(...)
	/usr/local/go/src/internal/poll/fd_poll_runtime.go:89
internal/poll.(*FD).Accept(0xc000112000)
	/usr/local/go/src/internal/poll/fd_unix.go:613 +0x28c
net.(*netFD).accept(0xc000112000)
	/usr/local/go/src/net/fd_unix.go:161 +0x29
net.(*TCPListener).accept(0xc00010e040)
	/usr/local/go/src/net/tcpsock_posix.go:159 +0x1b
net.(*TCPListener).Accept(0xc00010e040)
	/usr/local/go/src/net/tcpsock.go:380 +0x30
net/http.(*Server).Serve(0xc000124000, {0x7a2b98, 0xc00010e040})
	/usr/local/go/src/net/http/server.go:3463 +0x30c
net/http.(*Server).ListenAndServe(0xc000124000)
	/usr/local/go/src/net/http/server.go:3389 +0x71
main.main()
	/home/u/app/main.go:12 +0x85
";
