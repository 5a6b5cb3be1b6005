//! Opens what the command line names and hands it to the reader of evidence.
//!
//! What cannot be read becomes a problem of the evidence set and one sentence on standard error; the other inputs are read all
//! the same.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use anyhow::Result;
use gosleuth_base::{Problem, ProblemKind};
use gosleuth_evidence::{EvidenceSet, LogOptions, Manifest, ReadOptions, Source, Time};
use gosleuth_live::Target;

use crate::Io;
use crate::args::InspectArgs;
use crate::capture::store;
use crate::live::Asker;
use crate::options::Options;

/// Inputs on their way into an evidence set.
pub(crate) struct Inputs<'a> {
    pub(crate) set: &'a mut EvidenceSet,
    read: ReadOptions,
    args: &'a InspectArgs,
    all_read: bool,
    /// Made when the first URL is met: a file needs no TLS.
    asker: Option<Asker>,
}

impl<'a> Inputs<'a> {
    pub(crate) fn new(set: &'a mut EvidenceSet, options: &Options, args: &'a InspectArgs) -> Self {
        Self {
            set,
            read: options.read.clone(),
            args,
            all_read: true,
            asker: None,
        }
    }

    /// Snapshots read so far.
    pub(crate) fn snapshots(&self) -> usize {
        self.set.snapshots.len()
    }

    /// Whether every input that was named gave something.
    pub(crate) fn all_read(&self) -> bool {
        self.all_read
    }

    /// Reads all, in the order given; asks live processes `rounds` times.
    pub(crate) fn read_all(&mut self, names: &[String], rounds: u32, io: &mut Io<'_>) -> Result<()> {
        let mut targets = Vec::new();
        for name in names {
            if Target::is_url(name) {
                match Target::parse(name) {
                    Ok(target) => targets.push(target),
                    Err(error) => self.unreadable(name, &error.to_string(), io),
                }
            } else if name == "-" {
                self.stream("-", None, &mut *io.stdin, io.stderr);
            } else {
                self.path(name, io);
            }
        }
        for round in 1..=rounds {
            if round > 1 && !targets.is_empty() {
                std::thread::sleep(self.args.live.interval);
            }
            // A target that gives nothing is not asked again.
            let mut living = Vec::new();
            for target in targets {
                if self.ask(&target, round, rounds, io)? {
                    living.push(target);
                }
            }
            targets = living;
        }
        Ok(())
    }

    fn ask(&mut self, target: &Target, round: u32, rounds: u32, io: &mut Io<'_>) -> Result<bool> {
        if self.asker.is_none() {
            self.asker = Some(Asker::new(&self.args.live.request, &io.directory)?);
        }
        let asker = self.asker.as_ref().expect("made just above");
        let suffix = if rounds > 1 {
            format!(" ({round} of {rounds})")
        } else {
            String::new()
        };
        let stderr: &mut dyn io::Write = if self.args.output.quiet {
            &mut io::sink()
        } else {
            io.stderr
        };
        let first_problem = self.set.problems.len();
        let gave = asker.ask(target, &suffix, self.set, &self.read, stderr);
        for problem in &self.set.problems[first_problem..] {
            if problem.kind == ProblemKind::Unreadable {
                let _ = writeln!(io.stderr, "gosleuth: {problem}");
                self.all_read = false;
            }
        }
        Ok(gave)
    }

    fn path(&mut self, name: &str, io: &mut Io<'_>) {
        let path = io.directory.join(name);
        match fs::metadata(&path) {
            Ok(meta) if meta.is_dir() => self.directory(name, &path, io),
            Ok(meta) => match File::open(&path) {
                Ok(mut file) => self.stream(name, meta.modified().ok().and_then(time), &mut file, io.stderr),
                Err(error) => self.unreadable(name, &os_error(&error), io),
            },
            Err(error) => self.unreadable(name, &os_error(&error), io),
        }
    }

    /// The parts of a capture, in the order and with the times of its manifest.
    fn capture(&mut self, name: &str, path: &Path, manifest: &Manifest, io: &mut Io<'_>) {
        let first_input = self.set.inputs.len();
        self.set.problems.extend(manifest.problems(name));
        for part in &manifest.parts {
            if part.name.is_empty() {
                continue;
            }
            let shown = Path::new(name).join(&part.name).display().to_string();
            let open = store::file_of(path, part)
                .ok_or_else(|| "its name leads out of the capture".to_owned())
                .and_then(|file| File::open(file).map_err(|error| os_error(&error)));
            match open {
                Ok(mut file) => {
                    let source = Source {
                        name: &shown,
                        time: part.time(),
                    };
                    gosleuth_evidence::read_part(self.set, &source, part, &mut file, &self.read);
                }
                Err(why) => self.set.problems.push(Problem {
                    kind: ProblemKind::Partial,
                    input: shown,
                    line: None,
                    message: format!("the manifest names this file, but it cannot be read: {why}"),
                }),
            }
        }
        let inputs = &self.set.inputs[first_input..];
        if inputs.iter().all(|input| input.forms.is_empty()) {
            self.unreadable(name, "nothing in this capture is evidence of a Go process", io);
        }
    }

    /// All files below a directory, sorted. Other files than evidence may lie there: only if none is, that is a problem.
    fn directory(&mut self, name: &str, path: &Path, io: &mut Io<'_>) {
        if let Some(manifest) = store::manifest_of(path) {
            return self.capture(name, path, &manifest, io);
        }
        let mut files = BTreeSet::new();
        if let Err(error) = walk(path, &mut files) {
            return self.unreadable(name, &os_error(&error), io);
        }
        let (first_input, first_problem) = (self.set.inputs.len(), self.set.problems.len());
        for file in &files {
            let below = file.strip_prefix(path).unwrap_or(file);
            let shown = Path::new(name).join(below).display().to_string();
            match File::open(file) {
                Ok(mut open) => {
                    let modified = open.metadata().and_then(|meta| meta.modified()).ok();
                    let source = Source {
                        name: &shown,
                        time: modified.and_then(time),
                    };
                    gosleuth_evidence::read(self.set, &source, &mut open, &self.read);
                }
                Err(error) => self.unreadable(&shown, &os_error(&error), io),
            }
        }
        if self.set.inputs[first_input..]
            .iter()
            .all(|input| input.forms.is_empty())
        {
            let why = format!(
                "none of the {} files in this directory holds evidence of a Go process",
                files.len()
            );
            return self.unreadable(name, &why, io);
        }
        for problem in &mut self.set.problems[first_problem..] {
            if problem.kind == ProblemKind::Unreadable {
                problem.kind = ProblemKind::Note;
            }
        }
    }

    /// Reads logs, after everything else: the labels of goroutines say which requests matter.
    pub(crate) fn logs(&mut self, names: &[String], zone: Option<i32>, io: &mut Io<'_>) {
        let options = LogOptions {
            zone,
            max_bytes: self.read.max_bytes,
        };
        for name in names {
            let first_problem = self.set.problems.len();
            let path = io.directory.join(name);
            let time = fs::metadata(&path)
                .ok()
                .and_then(|meta| meta.modified().ok())
                .and_then(time);
            let source = Source { name, time };
            if name == "-" {
                let source = Source {
                    time: self::time(SystemTime::now()),
                    ..source
                };
                gosleuth_evidence::read_log(self.set, &source, &mut *io.stdin, &options);
            } else {
                match File::open(&path) {
                    Ok(mut file) => {
                        gosleuth_evidence::read_log(self.set, &source, &mut file, &options);
                    }
                    Err(error) => self.unreadable(name, &os_error(&error), io),
                }
            }
            for problem in &self.set.problems[first_problem..] {
                if problem.kind == ProblemKind::Unreadable && problem.line.is_none() {
                    self.all_read = false;
                }
            }
        }
    }

    /// Reads one stream to its end.
    pub(crate) fn stream(&mut self, name: &str, time: Option<Time>, bytes: &mut dyn Read, stderr: &mut dyn io::Write) {
        let first_problem = self.set.problems.len();
        gosleuth_evidence::read(self.set, &Source { name, time }, bytes, &self.read);
        for problem in &self.set.problems[first_problem..] {
            if problem.kind == ProblemKind::Unreadable {
                let _ = writeln!(stderr, "gosleuth: {problem}");
                self.all_read = false;
            }
        }
    }

    /// Reads a stream that may well hold no evidence: the output of a program.
    pub(crate) fn output(&mut self, name: &str, bytes: &mut dyn Read) {
        let first_problem = self.set.problems.len();
        gosleuth_evidence::read(self.set, &Source { name, time: None }, bytes, &self.read);
        let mut at = 0;
        self.set.problems.retain(|problem| {
            at += 1;
            at <= first_problem || problem.kind != ProblemKind::Unreadable
        });
    }

    fn unreadable(&mut self, name: &str, why: &str, io: &mut Io<'_>) {
        let problem = Problem {
            kind: ProblemKind::Unreadable,
            input: name.to_owned(),
            line: None,
            message: why.to_owned(),
        };
        let _ = writeln!(io.stderr, "gosleuth: {problem}");
        self.set.problems.push(problem);
        self.all_read = false;
    }
}

/// Files below `path`, without hidden ones. Links to directories are not followed, so there is no loop.
fn walk(path: &Path, files: &mut BTreeSet<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(path)? {
        let entry = entry?;
        if entry.file_name().as_encoded_bytes().starts_with(b".") {
            continue;
        }
        let kind = entry.file_type()?;
        if kind.is_dir() {
            walk(&entry.path(), files)?;
        } else if kind.is_file() || (kind.is_symlink() && fs::metadata(entry.path()).is_ok_and(|meta| meta.is_file())) {
            files.insert(entry.path());
        }
    }
    Ok(())
}

/// What the operating system says, without its number.
pub(crate) fn os_error(error: &io::Error) -> String {
    let text = error.to_string();
    let text = text.split(" (os error").next().unwrap_or(&text);
    let mut letters = text.chars();
    letters
        .next()
        .map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
}

/// Nanoseconds since the epoch; none for files of another century.
pub(crate) fn time(time: SystemTime) -> Option<Time> {
    let since = time.duration_since(SystemTime::UNIX_EPOCH).ok()?;
    i64::try_from(since.as_nanos()).ok().map(Time)
}
