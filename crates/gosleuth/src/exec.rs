//! `--exec`: runs a program, passes its output through, and keeps it as evidence.
//!
//! The program gets a process group of its own, so that Ctrl-C reaches gosleuth alone, which turns it into SIGQUIT: the Go runtime
//! then prints every goroutine. One thread per stream reads; everything else happens on the main thread, which hands standard
//! error to the reader of evidence while it comes and keeps standard output in a file without a name.

use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, Read, Seek as _, Write as _};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use gosleuth_base::{Problem, ProblemKind};

use crate::Io;
use crate::args::{FormatArg, InspectArgs};
use crate::inputs::{Inputs, os_error};

/// After SIGQUIT a Go program needs time to print its goroutines; a hundred thousand take half a minute, most take none.
const GRACE: Duration = Duration::from_secs(10);
/// After the program's end its children may still hold the streams.
const LINGER: Duration = Duration::from_secs(1);
/// How often signals and the clock are looked at.
const TICK: Duration = Duration::from_millis(20);
/// Most bytes of standard output that are kept.
const MOST_OUTPUT: u64 = 4 << 30;

/// How the program ended.
pub(crate) struct Death {
    name: String,
    status: ExitStatus,
    asked: Option<&'static str>,
}

impl Death {
    /// One sentence without a final dot.
    pub(crate) fn sentence(&self) -> String {
        let why = self.asked.map(|why| format!(" after {why}")).unwrap_or_default();
        match (self.status.code(), signal(&self.status)) {
            (Some(0), _) => format!("{} ended well{why}", self.name),
            (Some(code), _) => format!("{} ended with exit code {code}{why}", self.name),
            (None, Some(9)) if self.asked.is_none() => format!(
                "{} was killed by SIGKILL, which leaves no time to print anything; look for the out-of-memory killer in the kernel log",
                self.name
            ),
            (None, signal) => format!("{} was killed by {}{why}", self.name, signal_name(signal)),
        }
    }

    /// The exit code, as a shell counts it.
    pub(crate) fn code(&self) -> u8 {
        let code = self
            .status
            .code()
            .or_else(|| signal(&self.status).map(|signal| 128 + signal))
            .unwrap_or(2);
        u8::try_from(code).unwrap_or(2)
    }
}

/// Runs the program and reads what it prints into `inputs`.
pub(crate) fn run(inputs: &mut Inputs<'_>, args: &InspectArgs, io: &mut Io<'_>) -> Result<Death> {
    let (program, words) = args
        .exec
        .program
        .split_first()
        .context("--exec needs a program after --")?;
    let name = program.to_string_lossy().into_owned();
    let mut child = start(program, words, io)?;
    let (sender, receiver) = sync_channel(64);
    forward(child.stdout.take(), Stream::Out, sender.clone());
    forward(child.stderr.take(), Stream::Error, sender);
    let spool = spool().context("cannot make a temporary file")?;
    // A report for programs has standard output for itself.
    let report_is_text = args.output.format == FormatArg::Text || args.output.output.is_some();
    let mut running = Running {
        receiver,
        spool,
        spooled: 0,
        pending: Vec::new(),
        at: 0,
        child,
        signals: Signals::new()?,
        deadline: args.exec.timeout.map(|limit| Instant::now() + limit),
        limit: args.exec.timeout,
        kill_at: None,
        asked: None,
        ended: None,
        out: if report_is_text { Some(&mut *io.stdout) } else { None },
        error: &mut *io.stderr,
    };
    inputs.output(&format!("stderr of {name}"), &mut running);
    let (mut spool, status, asked) = running.finish()?;
    spool.rewind()?;
    inputs.output(&format!("stdout of {name}"), &mut spool);
    let death = Death { name, status, asked };
    if !status.success() {
        inputs.set.problems.push(Problem {
            kind: ProblemKind::Note,
            input: death.name.clone(),
            line: None,
            message: death.sentence(),
        });
    }
    Ok(death)
}

fn start(program: &OsStr, words: &[std::ffi::OsString], io: &Io<'_>) -> Result<Child> {
    let mut command = Command::new(program);
    command
        .args(words)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .current_dir(&io.directory);
    if std::env::var_os("GOTRACEBACK").is_none() {
        // Without it a panic shows only the goroutine that panicked.
        command.env("GOTRACEBACK", "all");
    }
    if io::IsTerminal::is_terminal(&io::stdin()) {
        // A background process group that reads from the terminal would be stopped.
        command.stdin(Stdio::null());
    }
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    command
        .spawn()
        .map_err(|error| anyhow::anyhow!("cannot run {}: {}", program.to_string_lossy(), os_error(&error)))
}

/// A file that vanishes when it is closed.
fn spool() -> io::Result<File> {
    let path = std::env::temp_dir().join(format!(
        "gosleuth-{}-{:?}",
        std::process::id(),
        std::thread::current().id()
    ));
    let file = File::options().read(true).write(true).create_new(true).open(&path)?;
    std::fs::remove_file(&path)?;
    Ok(file)
}

#[derive(Clone, Copy)]
enum Stream {
    Out,
    Error,
}

/// Reads a stream on a thread of its own until it ends. The thread is left behind if something else keeps the stream open.
fn forward(stream: Option<impl Read + Send + 'static>, which: Stream, sender: SyncSender<(Stream, Vec<u8>)>) {
    let Some(mut stream) = stream else { return };
    std::thread::spawn(move || {
        let mut buffer = vec![0; 64 << 10];
        loop {
            match stream.read(&mut buffer) {
                Ok(0) => return,
                Ok(count) if sender.send((which, buffer[..count].to_vec())).is_err() => return,
                Ok(_) => {}
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(_) => return,
            }
        }
    });
}

/// The running program. Reading from it gives its standard error, passes both streams through, and tends signals and the clock.
struct Running<'a> {
    receiver: Receiver<(Stream, Vec<u8>)>,
    spool: File,
    spooled: u64,
    pending: Vec<u8>,
    at: usize,
    child: Child,
    signals: Signals,
    deadline: Option<Instant>,
    limit: Option<Duration>,
    kill_at: Option<Instant>,
    asked: Option<&'static str>,
    ended: Option<(ExitStatus, Instant)>,
    out: Option<&'a mut dyn io::Write>,
    error: &'a mut dyn io::Write,
}

impl Running<'_> {
    /// Signals that came in, the time limit, and the end of the program.
    fn tend(&mut self) -> io::Result<()> {
        if self.ended.is_none()
            && let Some(status) = self.child.try_wait()?
        {
            self.ended = Some((status, Instant::now()));
        }
        for signal in self.signals.pending() {
            match signal {
                Signal::Interrupt if self.kill_at.is_some() => self.kill_at = Some(Instant::now()),
                Signal::Interrupt => self.ask("Ctrl-C", "interrupted"),
                Signal::Other(number) => send(&self.child, number),
            }
        }
        let now = Instant::now();
        if self.deadline.is_some_and(|deadline| now >= deadline) && self.kill_at.is_none() {
            let limit = self.limit.unwrap_or_default();
            self.ask("--timeout", &format!("still running after {limit:?}"));
        }
        if self.kill_at.is_some_and(|limit| now >= limit) && self.ended.is_none() {
            send(&self.child, KILL);
        }
        Ok(())
    }

    /// Asks for a dump; the runtime then ends the program.
    fn ask(&mut self, why: &'static str, text: &str) {
        if self.ended.is_none() {
            let _ = writeln!(self.error, "gosleuth: {text}: asking for a dump with SIGQUIT");
            self.asked = Some(why);
            self.kill_at = Some(Instant::now() + GRACE);
            send(&self.child, QUIT);
        }
    }

    fn pass(&mut self, stream: Stream, bytes: &[u8]) -> io::Result<()> {
        // A closed pipe behind us must not end the program that is being watched.
        let shown = match (stream, self.out.as_mut()) {
            (Stream::Out, Some(out)) => out.write_all(bytes).and_then(|()| out.flush()),
            _ => self.error.write_all(bytes).and_then(|()| self.error.flush()),
        };
        if shown.is_err() {
            self.out = None;
        }
        if matches!(stream, Stream::Out) && self.spooled < MOST_OUTPUT {
            self.spool.write_all(bytes)?;
            self.spooled += bytes.len() as u64;
        }
        Ok(())
    }

    /// The next piece of standard error; empty when both streams have ended.
    fn next(&mut self) -> io::Result<Vec<u8>> {
        loop {
            self.tend()?;
            match self.receiver.recv_timeout(TICK) {
                Ok((Stream::Error, bytes)) => {
                    self.pass(Stream::Error, &bytes)?;
                    return Ok(bytes);
                }
                Ok((Stream::Out, bytes)) => self.pass(Stream::Out, &bytes)?,
                Err(RecvTimeoutError::Timeout) => {
                    if self.ended.is_some_and(|(_, end)| end.elapsed() > LINGER) {
                        return Ok(Vec::new());
                    }
                }
                Err(RecvTimeoutError::Disconnected) => return Ok(Vec::new()),
            }
        }
    }

    /// Waits for the end: a program may close its streams and go on.
    fn finish(mut self) -> io::Result<(File, ExitStatus, Option<&'static str>)> {
        loop {
            self.tend()?;
            if let Some((status, _)) = self.ended {
                return Ok((self.spool, status, self.asked));
            }
            std::thread::sleep(TICK);
        }
    }
}

impl Read for Running<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.at == self.pending.len() {
            self.pending = self.next()?;
            self.at = 0;
        }
        let count = buffer.len().min(self.pending.len() - self.at);
        buffer[..count].copy_from_slice(&self.pending[self.at..self.at + count]);
        self.at += count;
        Ok(count)
    }
}

/// A signal that came to gosleuth.
enum Signal {
    Interrupt,
    /// Passed on as it is.
    Other(i32),
}

#[cfg(unix)]
mod system {
    use std::io;
    use std::process::{Child, ExitStatus};

    use rustix::process::{Pid, Signal as Number, kill_process_group};
    use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2};

    pub(super) const QUIT: i32 = SIGQUIT;
    pub(super) const KILL: i32 = 9;

    /// Signals that came in since the last look. From its making until its end they do not end gosleuth.
    pub(super) struct Signals(signal_hook::iterator::Signals);

    impl Signals {
        pub(super) fn new() -> io::Result<Self> {
            signal_hook::iterator::Signals::new([SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2]).map(Self)
        }

        pub(super) fn pending(&mut self) -> Vec<super::Signal> {
            self.0
                .pending()
                .map(|number| {
                    if number == SIGINT {
                        super::Signal::Interrupt
                    } else {
                        super::Signal::Other(number)
                    }
                })
                .collect()
        }
    }

    /// To the whole process group: `go run` and `go test` have the program of interest below them.
    pub(super) fn send(child: &Child, number: i32) {
        if let (Some(group), Some(number)) = (Pid::from_raw(child.id().cast_signed()), Number::from_named_raw(number)) {
            // It may have ended just now.
            let _ = kill_process_group(group, number);
        }
    }

    pub(super) fn signal(status: &ExitStatus) -> Option<i32> {
        std::os::unix::process::ExitStatusExt::signal(status)
    }

    pub(super) fn signal_name(number: Option<i32>) -> String {
        match number {
            Some(number) => {
                signal_hook::low_level::signal_name(number).map_or_else(|| format!("signal {number}"), str::to_owned)
            }
            None => "a signal".to_owned(),
        }
    }
}

#[cfg(not(unix))]
mod system {
    use std::io;
    use std::process::{Child, ExitStatus};

    pub(super) const QUIT: i32 = 3;
    pub(super) const KILL: i32 = 9;

    /// There are none here.
    pub(super) struct Signals;

    impl Signals {
        pub(super) fn new() -> io::Result<Self> {
            Ok(Self)
        }

        pub(super) fn pending(&mut self) -> Vec<super::Signal> {
            Vec::new()
        }
    }

    pub(super) fn send(_: &Child, _: i32) {}

    pub(super) fn signal(_: &ExitStatus) -> Option<i32> {
        None
    }

    pub(super) fn signal_name(_: Option<i32>) -> String {
        "a signal".to_owned()
    }
}

use system::{KILL, QUIT, Signals, send, signal, signal_name};
