//! The rounds of a capture.

use std::collections::BTreeSet;
use std::io::{Read, Write};
use std::time::{Duration, Instant, SystemTime};

use anyhow::Result;
use gosleuth_base::Problem;
use gosleuth_evidence::{CaptureState, Part as Taken, PartState};
use gosleuth_live::{Client, Observer, Part, Plan, Request, Target, When, Why, visit};

use super::Stop;
use super::store::{Store, file_name, moment, without_file};

/// What to take, and how often.
#[derive(Clone, Debug)]
pub(crate) struct Course {
    pub(crate) plan: Plan,
    pub(crate) rounds: u32,
    pub(crate) every: Duration,
}

impl Course {
    /// What each process is asked in a round, with the path of further pages.
    fn expected(&self, round: u32) -> Vec<(Part, &str)> {
        let mut parts = vec![
            (Part::Goroutines, ""),
            (Part::Threads, ""),
            (Part::Mutex, ""),
            (Part::Block, ""),
            (Part::Heap, ""),
            (Part::Vars, ""),
            (Part::Metrics, ""),
        ];
        parts.extend(self.plan.pages.iter().map(|page| (Part::Page, page.as_str())));
        if self.plan.stacks != When::Never {
            parts.push((Part::Stacks, ""));
        }
        if self.takes(Part::Trace, round) {
            parts.push((Part::Trace, ""));
        }
        if self.takes(Part::Leaks, round) {
            parts.push((Part::Leaks, ""));
        }
        parts
    }

    fn takes(&self, part: Part, round: u32) -> bool {
        match part {
            // Beside a dump, so that its goroutines are known by their numbers.
            Part::Trace => round == 1 && !self.plan.trace.is_zero(),
            // A goroutine that was marked as leaked has lost its wait time: after every dump.
            Part::Leaks => round == self.rounds && self.plan.leaks != When::Never,
            _ => true,
        }
    }
}

/// Makes all rounds, except for what is there already. Whether all of them were made.
pub(crate) fn take(
    client: &Client,
    targets: &[Target],
    course: &Course,
    store: &mut Store,
    stop: &Stop,
    stderr: &mut dyn Write,
) -> Result<()> {
    let ids: Vec<String> = targets.iter().map(|target| store.target(&target.name())).collect();
    store.manifest.state = CaptureState::Running;
    store.manifest.rounds = course.rounds;
    store.manifest.every_ms = millis(course.every);
    store.manifest.trace_ms = millis(course.plan.trace);
    store.write()?;
    let mut next = Instant::now();
    for round in 1..=course.rounds {
        let open: Vec<usize> = (0..targets.len())
            .filter(|&at| !is_done(store, course, &targets[at], &ids[at], round))
            .collect();
        if open.is_empty() {
            continue;
        }
        if !stop.sleep_until(next) {
            break;
        }
        next = Instant::now() + course.every;
        for at in open {
            if !stop.is_wanted() {
                one(client, &targets[at], &ids[at], round, course, store, stop, stderr)?;
            }
        }
        store.write()?;
    }
    finish(course, targets, &ids, store, stop)
}

/// Asks one process once.
#[expect(clippy::too_many_arguments, reason = "the state of a round, used in one place")]
fn one(
    client: &Client,
    target: &Target,
    id: &str,
    round: u32,
    course: &Course,
    store: &mut Store,
    stop: &Stop,
    stderr: &mut dyn Write,
) -> Result<()> {
    for kind in [Part::Index, Part::Named] {
        if store
            .part(id, round, kind.word(), "")
            .is_some_and(|part| part.state.may_be_retried())
        {
            store.forget(id, round, kind.word());
        }
    }
    let mut taker = Taker {
        store,
        course,
        id,
        round,
        stop,
        stderr,
        request: None,
        last: None,
        named: false,
        trouble: None,
    };
    let visited = visit(client, target, &course.plan, &mut taker);
    let (named, trouble) = (taker.named, taker.trouble);
    if let Some(error) = trouble {
        return Err(error);
    }
    if named {
        return Ok(());
    }
    let failed = store.part(id, round, Part::Index.word(), "").is_some();
    let (state, why) = if visited.over {
        (
            PartState::NotAsked,
            "not asked, because the process had stopped answering",
        )
    } else if stop.is_wanted() {
        (PartState::NotAsked, "not asked, because the capture was ended")
    } else if failed {
        (
            PartState::NotAsked,
            "not asked, because the list of profiles could not be had",
        )
    } else {
        (PartState::Absent, "")
    };
    fill(course, target, id, round, store, state, why)
}

/// Notes for every part that should be there and is not why that is so.
fn fill(
    course: &Course,
    target: &Target,
    id: &str,
    round: u32,
    store: &mut Store,
    state: PartState,
    why: &str,
) -> Result<()> {
    for (part, page) in course.expected(round) {
        if store.part(id, round, part.word(), page).is_none() {
            let url = format!("{}{}", target.name().trim_end_matches('/'), place(part, page));
            store.put(without_file(id, round, part.word(), url, state, why), page)?;
        }
    }
    Ok(())
}

/// Where a part stands on a server with nothing in front of it, for those that were never asked.
fn place(part: Part, page: &str) -> String {
    match part {
        Part::Vars => "/debug/vars".to_owned(),
        Part::Metrics => "/metrics".to_owned(),
        Part::Page | Part::Named => page.to_owned(),
        Part::Goroutines => "/debug/pprof/goroutine?debug=1".to_owned(),
        Part::Stacks => "/debug/pprof/goroutine?debug=2".to_owned(),
        Part::Leaks => "/debug/pprof/goroutineleak?debug=1".to_owned(),
        Part::Threads => "/debug/pprof/threadcreate?debug=1".to_owned(),
        Part::Index => "/debug/pprof/".to_owned(),
        Part::Trace => "/debug/pprof/trace".to_owned(),
        Part::Mutex | Part::Block | Part::Heap => format!("/debug/pprof/{}?debug=1", part.word()),
    }
}

fn is_done(store: &Store, course: &Course, target: &Target, id: &str, round: u32) -> bool {
    let name = target.name();
    // The URL may be that of one page, which is then all.
    store.has(id, round, Part::Named.word(), &name)
        || course
            .expected(round)
            .into_iter()
            .all(|(part, page)| store.has(id, round, part.word(), page))
}

fn finish(course: &Course, targets: &[Target], ids: &[String], store: &mut Store, stop: &Stop) -> Result<()> {
    if stop.is_wanted() {
        for round in 1..=course.rounds {
            for (target, id) in targets.iter().zip(ids) {
                if !is_done(store, course, target, id, round) {
                    let why = "not asked, because the capture was ended";
                    fill(course, target, id, round, store, PartState::NotAsked, why)?;
                }
            }
        }
    }
    let missing = store.manifest.parts.iter().any(|part| part.state.is_missing());
    store.manifest.state = if missing {
        CaptureState::Partial
    } else {
        CaptureState::Complete
    };
    store.write()
}

/// Keeps what comes.
struct Taker<'a> {
    store: &'a mut Store,
    course: &'a Course,
    id: &'a str,
    round: u32,
    stop: &'a Stop,
    stderr: &'a mut dyn Write,
    /// The question that was asked last, and when.
    request: Option<(Part, String, Instant)>,
    /// What was kept last.
    last: Option<(Taken, String)>,
    /// The target was one page.
    named: bool,
    /// The disk is full or gone.
    trouble: Option<anyhow::Error>,
}

impl Taker<'_> {
    fn put(&mut self, part: Taken, page: &str) {
        if let Err(error) = self.store.put(part, page) {
            self.trouble.get_or_insert(error);
        }
    }

    /// What a process tells about itself on the way.
    fn learn(&mut self, part: &Taken) {
        let Some(at) = self
            .store
            .manifest
            .targets
            .iter()
            .position(|target| target.id == self.id)
        else {
            return;
        };
        let known = &self.store.manifest.targets[at];
        match part.kind.as_str() {
            "metrics" if known.module.is_none() || known.go_version.is_none() => {
                let page = self.store.beginning(&part.name, 4 << 20);
                let known = &mut self.store.manifest.targets[at];
                known.go_version = label(&page, "go_info", "version").or(known.go_version.take());
                known.module = label(&page, "go_build_info", "path").or(known.module.take());
                known.module_version = label(&page, "go_build_info", "version").or(known.module_version.take());
            }
            "goroutines" if known.go_version.is_none() => {
                let page = self.store.beginning(&part.name, 1 << 20);
                self.store.manifest.targets[at].go_version = toolchain(&page);
            }
            "trace" if known.go_version.is_none() => {
                let head = self.store.beginning(&part.name, 16);
                let version = head.strip_prefix("go ").and_then(|rest| rest.split(' ').next());
                // The format of a trace keeps its number as long as it does not change.
                self.store.manifest.targets[at].go_version = version.map(|version| format!("go{version} or later"));
            }
            _ => {}
        }
    }
}

impl Observer for Taker<'_> {
    fn wanted(&mut self, part: Part, page: &str) -> bool {
        let page = if part == Part::Page { page } else { "" };
        self.trouble.is_none()
            && !self.stop.is_wanted()
            && self.course.takes(part, self.round)
            && !self.store.has(self.id, self.round, part.word(), page)
    }

    fn before(&mut self, request: &Request<'_>) {
        let which = if self.course.rounds > 1 {
            format!(" ({} of {})", self.round, self.course.rounds)
        } else {
            String::new()
        };
        let _ = writeln!(
            self.stderr,
            "gosleuth: asking {}{which} ({})",
            request.url, request.cost
        );
        self.request = Some((request.part, request.url.to_owned(), Instant::now()));
    }

    fn evidence(&mut self, url: &str, time: SystemTime, bytes: &mut dyn Read) {
        let Some((part, asked, start)) = self.request.take() else {
            return;
        };
        self.named |= part == Part::Named;
        let wait = start.elapsed();
        let (kind, round) = (part.word(), self.round);
        let page = if matches!(part, Part::Page | Part::Named) {
            path_of(&asked).to_owned()
        } else {
            String::new()
        };
        let name = match part {
            Part::Page | Part::Named => format!("{}/{round:03}-page-{}.txt", self.id, file_name(&page)),
            Part::Vars => format!("{}/{round:03}-vars.json", self.id),
            Part::Trace => format!("{}/{round:03}-trace.trace", self.id),
            _ => format!("{}/{round:03}-{kind}.txt", self.id),
        };
        let stop = self.stop;
        let kept = match self.store.keep(&name, bytes, || !stop.is_wanted()) {
            Ok(kept) => kept,
            Err(error) => {
                self.trouble.get_or_insert(error);
                return;
            }
        };
        let mut taken = Taken {
            name,
            target: self.id.to_owned(),
            round,
            kind: kind.to_owned(),
            url: url.to_owned(),
            taken: moment(time),
            wait_ms: rounded(wait),
            took_ms: rounded(start.elapsed()),
            bytes: kept.bytes,
            blake3: kept.blake3,
            state: PartState::Whole,
            problem: None,
        };
        if let Some(why) = kept.broken {
            let _ = writeln!(self.stderr, "gosleuth: {url}: {why}");
            (taken.state, taken.problem) = (PartState::Broken, Some(why));
        } else if part == Part::Stacks && kept.bytes == HTTP_CAP {
            let why = "net/http/pprof ended it at 64 MiB";
            (taken.state, taken.problem) = (PartState::Cut, Some(why.to_owned()));
        }
        self.learn(&taken);
        self.last = Some((taken.clone(), page.clone()));
        self.put(taken, &page);
    }

    fn problem(&mut self, part: Part, why: Why, problem: Problem) {
        let _ = writeln!(self.stderr, "gosleuth: {problem}");
        if let (Why::Cut, Some((mut taken, page))) = (why, self.last.take()) {
            // A cap of ours is no break of theirs, and what broke stays broken.
            if taken.state == PartState::Whole {
                (taken.state, taken.problem) = (PartState::Cut, Some(problem.message));
                self.put(taken, &page);
            }
            return;
        }
        let state = match why {
            Why::LeftOut => PartState::LeftOut,
            Why::Failed | Why::Cut => PartState::Failed,
        };
        self.named |= part == Part::Named;
        let page = if matches!(part, Part::Page | Part::Named) {
            path_of(&problem.input).to_owned()
        } else {
            String::new()
        };
        let entry = without_file(self.id, self.round, part.word(), problem.input, state, &problem.message);
        self.put(entry, &page);
    }
}

/// `goroutine?debug=2` over HTTP ends here without a mark.
const HTTP_CAP: u64 = 64 << 20;

fn path_of(url: &str) -> &str {
    let below = url.split_once("://").map_or(url, |(_, rest)| rest);
    below.find('/').map_or("/", |at| &below[at..])
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

/// Milliseconds, to the microsecond.
fn rounded(duration: Duration) -> f64 {
    duration.as_micros() as f64 / 1000.0
}

/// The value of a label of the first sample of a metric.
fn label(page: &str, metric: &str, key: &str) -> Option<String> {
    let rest = page
        .lines()
        .find_map(|line| line.strip_prefix(metric)?.strip_prefix('{'))?;
    let (_, value) = rest.split_once(&format!("{key}=\""))?;
    let value = value.split('"').next()?;
    (!value.is_empty()).then(|| value.chars().take(200).collect())
}

/// `go1.27.3` of a path into a toolchain of the module cache.
fn toolchain(page: &str) -> Option<String> {
    let versions: BTreeSet<&str> = page
        .match_indices("/toolchain@v0.0.1-go")
        .filter_map(|(at, mark)| {
            let rest = &page[at + mark.len() - 2..];
            let end = rest[2..].find(|c: char| !c.is_ascii_digit() && c != '.')? + 2;
            Some(rest[..end].trim_end_matches('.'))
        })
        .collect();
    (versions.len() == 1).then(|| versions.into_iter().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_pages_tell_about_the_program() {
        let page = "# HELP go_info x\ngo_info{version=\"go1.27.3\"} 1\ngo_build_info{checksum=\"\",path=\"example.test/a\",version=\"(devel)\"} 1\n";
        assert_eq!(label(page, "go_info", "version").as_deref(), Some("go1.27.3"));
        assert_eq!(label(page, "go_build_info", "path").as_deref(), Some("example.test/a"));
        assert_eq!(label(page, "go_build_info", "checksum"), None);
        let page = "#\t0x1\tx+0x1\t/root/go/pkg/mod/golang.org/toolchain@v0.0.1-go1.27.3.linux-amd64/src/a.go:1\n";
        assert_eq!(toolchain(page).as_deref(), Some("go1.27.3"));
        assert_eq!(toolchain("/usr/local/go/src/a.go"), None);
        assert_eq!(path_of("http://h:1/a/b?c"), "/a/b?c");
        assert_eq!(path_of("http://h:1"), "/");
    }
}
