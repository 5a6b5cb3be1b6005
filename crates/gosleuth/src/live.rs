//! From flags to questions: the wiring of the live client.

use std::fs;
use std::io::{self, Read};
use std::path::Path;
use std::time::SystemTime;

use anyhow::{Context as _, Result, bail};
use gosleuth_base::{Problem, ProblemKind};
use gosleuth_evidence::{EvidenceSet, ReadOptions, Source};
use gosleuth_live::{Client, Observer, Part, Plan, Request, Settings, Target, Tls, When, Why, visit};

use crate::args::{RequestArgs, WhenArg};
use crate::inputs::{os_error, time};

/// A client, and what it may ask.
pub(crate) struct Asker {
    pub(crate) client: Client,
    pub(crate) plan: Plan,
}

impl Asker {
    pub(crate) fn new(live: &RequestArgs, directory: &Path) -> Result<Self> {
        let settings = Settings {
            connect_timeout: live.connect_timeout,
            read_timeout: live.read_timeout,
            total_timeout: live.total_timeout,
            max_response: live.max_response.0,
            headers: headers(live, directory)?,
            tls: Tls {
                authorities: live.ca.as_deref().map(|path| file(directory, path)).transpose()?,
                identity: match (&live.cert, &live.key) {
                    (Some(cert), Some(key)) => Some((file(directory, cert)?, file(directory, key)?)),
                    _ => None,
                },
                insecure: live.insecure,
            },
        };
        Ok(Self {
            client: Client::new(settings)?,
            plan: Plan {
                stacks: when(live.stacks),
                stacks_cap: live.stacks_cap,
                leaks: when(live.leaks),
                leaks_cap: live.leaks_cap,
                spacing: live.spacing,
                ..Plan::default()
            },
        })
    }

    /// Asks once. Returns whether something readable came.
    pub(crate) fn ask(
        &self,
        target: &Target,
        suffix: &str,
        set: &mut EvidenceSet,
        read: &ReadOptions,
        stderr: &mut dyn io::Write,
    ) -> bool {
        let (first_input, first_problem) = (set.inputs.len(), set.problems.len());
        let mut reader = Reader {
            set,
            read,
            suffix,
            stderr,
        };
        visit(&self.client, target, &self.plan, &mut reader);
        let gave = set.inputs[first_input..].iter().any(|input| !input.forms.is_empty());
        if gave {
            // A page that was found on the way and holds no evidence, such as the metrics of something else, is no failure.
            for problem in &mut set.problems[first_problem..] {
                if problem.kind == ProblemKind::Unreadable {
                    problem.kind = ProblemKind::Note;
                }
            }
        }
        gave
    }
}

/// Hands every response to the reader of evidence.
struct Reader<'a> {
    set: &'a mut EvidenceSet,
    read: &'a ReadOptions,
    suffix: &'a str,
    stderr: &'a mut dyn io::Write,
}

impl Observer for Reader<'_> {
    fn before(&mut self, request: &Request<'_>) {
        let _ = writeln!(
            self.stderr,
            "gosleuth: asking {}{} ({})",
            request.url, self.suffix, request.cost
        );
    }

    fn evidence(&mut self, url: &str, taken: SystemTime, bytes: &mut dyn Read) {
        let source = Source {
            name: &format!("{url}{}", self.suffix),
            time: time(taken),
        };
        gosleuth_evidence::read_answer(self.set, &source, bytes, self.read);
    }

    fn problem(&mut self, _part: Part, _why: Why, problem: Problem) {
        let problem = Problem {
            input: format!("{}{}", problem.input, self.suffix),
            ..problem
        };
        if problem.kind != ProblemKind::Unreadable {
            let _ = writeln!(self.stderr, "gosleuth: {problem}");
        }
        self.set.problems.push(problem);
    }
}

fn when(arg: WhenArg) -> When {
    match arg {
        WhenArg::Auto => When::Auto,
        WhenArg::Always => When::Always,
        WhenArg::Never => When::Never,
    }
}

fn file(directory: &Path, path: &Path) -> Result<Vec<u8>> {
    fs::read(directory.join(path))
        .map_err(|error| anyhow::anyhow!("cannot read {}: {}", path.display(), os_error(&error)))
}

fn text(directory: &Path, path: &str) -> Result<String> {
    String::from_utf8(file(directory, Path::new(path))?).with_context(|| format!("{path} is not text"))
}

fn headers(live: &RequestArgs, directory: &Path) -> Result<Vec<(String, String)>> {
    let mut lines = Vec::new();
    for header in &live.header {
        match header.strip_prefix('@') {
            Some(path) => lines.extend(text(directory, path)?.lines().map(str::to_owned)),
            None => lines.push(header.clone()),
        }
    }
    let mut headers = Vec::new();
    for line in lines.iter().filter(|line| !line.trim().is_empty()) {
        // The line may be a secret, so the message does not repeat it.
        let Some((name, value)) = line.split_once(':') else {
            bail!("a --header has no colon: it is written NAME: VALUE");
        };
        headers.push((name.trim().to_owned(), value.trim().to_owned()));
    }
    if let Some(path) = &live.bearer_file {
        let token =
            String::from_utf8(file(directory, path)?).with_context(|| format!("{} is not text", path.display()))?;
        headers.push(("Authorization".to_owned(), format!("Bearer {}", token.trim())));
    }
    if let Some(user) = &live.user {
        let user = match user.strip_prefix('@') {
            Some(path) => text(directory, path)?.trim().to_owned(),
            None => user.clone(),
        };
        headers.push(("Authorization".to_owned(), gosleuth_live::basic(&user)));
    }
    Ok(headers)
}
