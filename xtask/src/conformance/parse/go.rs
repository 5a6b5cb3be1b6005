//! The Go side: a toolchain, and the program that parses with its go/parser.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};

use anyhow::{Context as _, Result, ensure};

use crate::repository;

/// A Go toolchain.
pub(super) struct Go {
    version: Option<String>,
    /// Its root, with `src`.
    pub(super) root: PathBuf,
    /// The tests of the language.
    pub(super) tests: PathBuf,
    /// `go1.26.8`
    pub(super) name: String,
}

/// What go/parser says of a text.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Answer {
    /// Not Go, and why.
    Reject(String),
    /// The hash of the tree.
    Accept(u64),
}

impl Go {
    /// The `go` command's own toolchain, or the one of a version.
    pub(super) fn find(version: Option<&str>) -> Result<Self> {
        let mut go = Self {
            version: version.map(str::to_owned),
            root: PathBuf::new(),
            tests: PathBuf::new(),
            name: String::new(),
        };
        let output = go
            .command()
            .args(["env", "GOROOT", "GOVERSION"])
            .output()
            .context("running go; this comparison needs a Go toolchain")?;
        ensure!(
            output.status.success(),
            "go env: {}",
            String::from_utf8_lossy(&output.stderr).trim()
        );
        let output = String::from_utf8(output.stdout)?;
        let mut lines = output.lines();
        go.root = lines.next().context("go env printed nothing")?.into();
        go.name = lines.next().unwrap_or_default().to_owned();
        go.tests = go.root.join("test");
        // Toolchains that the go command fetches come without them; those of the installed one serve as well.
        if !go.tests.exists() && version.is_some() {
            go.tests = Self::find(None)?.tests;
        }
        Ok(go)
    }

    /// A file as the score names it.
    pub(super) fn shown<'a>(&self, file: &'a Path) -> std::path::Display<'a> {
        let tests = self.tests.parent().unwrap_or(&self.root);
        let relative = file.strip_prefix(&self.root).or_else(|_| file.strip_prefix(tests));
        relative.unwrap_or(file).display()
    }

    fn command(&self) -> Command {
        let mut command = Command::new("go");
        command.current_dir("/").env("GOFLAGS", "");
        if let Some(version) = &self.version {
            command.env("GOTOOLCHAIN", format!("go{version}"));
        }
        command
    }

    /// Builds the program and starts it.
    fn start(&self, args: &[&str]) -> Result<Child> {
        self.command()
            .arg("run")
            .arg(repository::root().join("xtask/go/parsedump/main.go"))
            .args(args)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .context("running go run")
    }

    /// The answers to texts, in their order, one after the other.
    pub(super) fn answers(
        &self,
        texts: impl Iterator<Item = Vec<u8>> + Send + 'static,
        mut each: impl FnMut(Answer) -> Result<()>,
    ) -> Result<()> {
        let mut process = self.start(&[])?;
        let output = feed(&mut process, texts);
        for line in output.lines() {
            let line = line?;
            each(match line.strip_prefix("accept ") {
                Some(hash) => Answer::Accept(u64::from_str_radix(hash, 16)?),
                None => Answer::Reject(line.trim_start_matches("reject ").to_owned()),
            })?;
        }
        ensure!(process.wait()?.success(), "the Go program failed");
        Ok(())
    }

    /// The tree of one text, line by line.
    pub(super) fn tree(&self, text: Vec<u8>) -> Result<Vec<String>> {
        let mut process = self.start(&["-tree"])?;
        let output = feed(&mut process, std::iter::once(text));
        let lines = output.lines().skip(1).collect::<Result<Vec<String>, _>>()?;
        ensure!(process.wait()?.success(), "the Go program failed");
        Ok(lines)
    }

    /// Seconds of CPU that go/parser takes for all texts on one thread, the least of several runs: with comments and without object
    /// resolution, and as it does when asked for nothing.
    pub(super) fn time(&self, texts: Vec<Vec<u8>>, runs: u32) -> Result<[f64; 2]> {
        let mut process = self.start(&["-speed", &runs.to_string()])?;
        let output = feed(&mut process, texts.into_iter());
        let mut lines = output.lines();
        let mut next = || -> Result<f64> {
            let line = lines.next().context("the Go program stopped")??;
            Ok(line.trim().parse::<f64>()? / 1e9)
        };
        let times = [next()?, next()?];
        ensure!(process.wait()?.success(), "the Go program failed");
        Ok(times)
    }
}

/// Writes frames from another thread, so that both sides work at the same time.
fn feed(process: &mut Child, texts: impl Iterator<Item = Vec<u8>> + Send + 'static) -> BufReader<ChildStdout> {
    let mut input = process.stdin.take().expect("it is a pipe");
    let output = process.stdout.take().expect("it is a pipe");
    std::thread::spawn(move || {
        for text in texts {
            let len = u32::try_from(text.len()).expect("source files are small");
            // The other side says what is wrong if it is gone.
            if input
                .write_all(&len.to_le_bytes())
                .and_then(|()| input.write_all(&text))
                .is_err()
            {
                return;
            }
        }
    });
    BufReader::new(output)
}

/// The Go files below a directory, sorted.
pub(super) fn files(directory: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    let mut pending = vec![directory.to_owned()];
    while let Some(directory) = pending.pop() {
        for entry in std::fs::read_dir(&directory).with_context(|| directory.display().to_string())? {
            let entry = entry?;
            let path = entry.path();
            if entry.file_type()?.is_dir() {
                pending.push(path);
            } else if entry.file_type()?.is_file() && path.extension().is_some_and(|extension| extension == "go") {
                files.push(path);
            }
        }
    }
    files.sort();
    Ok(files)
}
