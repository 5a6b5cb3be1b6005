//! One round of questions to one target: what is asked, in which order, and what is left out.

use std::time::{Duration, SystemTime};

use gosleuth_base::{Problem, ProblemKind};

use crate::client::{Body, Client};
use crate::error::Error;
use crate::pages::{self, Counting};
use crate::target::Target;

/// When to ask for something expensive.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum When {
    /// Below the cap.
    #[default]
    Auto,
    /// Whatever it costs.
    Always,
    /// Not at all.
    Never,
}

/// What may be asked.
#[derive(Clone, Debug)]
pub struct Plan {
    /// `goroutine?debug=2`.
    pub stacks: When,
    /// With [`When::Auto`]: most goroutines.
    pub stacks_cap: u64,
    /// `goroutineleak`.
    pub leaks: When,
    /// With [`When::Auto`]: most goroutines that wait for a lock.
    pub leaks_cap: u64,
    /// Pause between two requests.
    pub spacing: Duration,
    /// Length of an execution trace; zero takes none.
    pub trace: Duration,
    /// Most goroutines of which a trace is taken.
    pub trace_cap: u64,
    /// Paths of further pages of the same server.
    pub pages: Vec<String>,
}

impl Default for Plan {
    fn default() -> Self {
        Self {
            stacks: When::Auto,
            stacks_cap: 5_000,
            leaks: When::Auto,
            leaks_cap: 1_000,
            spacing: Duration::from_millis(100),
            trace: Duration::ZERO,
            trace_cap: 100_000,
            pages: Vec::new(),
        }
    }
}

/// What a page is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    /// The page that the URL of the target names.
    Named,
    /// The list of profiles.
    Index,
    /// Counts per stack.
    Goroutines,
    /// Threads.
    Threads,
    /// Contention of locks.
    Mutex,
    /// Blocking.
    Block,
    /// Memory.
    Heap,
    /// `/debug/vars`.
    Vars,
    /// `/metrics`.
    Metrics,
    /// One of [`Plan::pages`].
    Page,
    /// Every stack.
    Stacks,
    /// An execution trace.
    Trace,
    /// Leaked goroutines.
    Leaks,
}

impl Part {
    /// A stable word for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Named | Self::Page => "page",
            Self::Index => "index",
            Self::Goroutines => "goroutines",
            Self::Threads => "threads",
            Self::Mutex => "mutex",
            Self::Block => "block",
            Self::Heap => "heap",
            Self::Vars => "vars",
            Self::Metrics => "metrics",
            Self::Stacks => "stacks",
            Self::Trace => "trace",
            Self::Leaks => "leaks",
        }
    }
}

/// A request that is about to be made.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// What it is.
    pub part: Part,
    /// The URL, without credentials.
    pub url: &'a str,
    /// What it costs the target, as a fragment.
    pub cost: &'a str,
}

/// Whoever is told what happens.
pub trait Observer {
    /// Whether a part should be asked if the plan allows it. `page` is the path of a [`Part::Page`]. The index is always asked: it
    /// decides the rest.
    fn wanted(&mut self, _part: Part, _page: &str) -> bool {
        true
    }
    /// A request is about to be made.
    fn before(&mut self, request: &Request<'_>);
    /// A response: read it to its end. Read errors are ordinary: the connection may break.
    fn evidence(&mut self, url: &str, time: SystemTime, bytes: &mut dyn std::io::Read);
    /// Something was left out, or failed, or was cut.
    fn problem(&mut self, part: Part, why: Why, problem: Problem);
}

/// What kind of trouble a problem is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// Not asked, because it would cost too much or cannot be there.
    LeftOut,
    /// Asked, and nothing came.
    Failed,
    /// The cap on bytes ended it.
    Cut,
}

/// A profile of the index, and what asking for it costs.
struct Page {
    part: Part,
    name: &'static str,
    query: &'static str,
    cost: &'static str,
}

/// The cheap profiles, in the order of the questions.
const CHEAP: &[Page] = &[
    Page {
        part: Part::Threads,
        name: "threadcreate",
        query: "?debug=1",
        cost: "a list of threads; nothing stops",
    },
    Page {
        part: Part::Mutex,
        name: "mutex",
        query: "?debug=1",
        cost: "contention since the start; nothing stops",
    },
    Page {
        part: Part::Block,
        name: "block",
        query: "?debug=1",
        cost: "blocking since the start; nothing stops",
    },
    Page {
        part: Part::Heap,
        name: "heap",
        query: "?debug=1",
        cost: "sampled memory; stops the target for some microseconds",
    },
];

const INDEX_COST: &str = "the list of profiles; nothing stops";
const DIRECT_COST: &str = "one page, as it was named";
const GOROUTINES_COST: &str = "counts per stack; stops the target for some microseconds";
const STACKS_COST: &str = "every stack; stops the target while it is written, about 10 µs per goroutine";
const LEAKS_COST: &str = "runs a garbage collection; its cost grows with the square of the waiters of one mutex";
const TRACE_COST: &str =
    "records what the scheduler does; two short stops, and some percent of its processor time meanwhile";
const PAGE_COST: &str = "a page that was asked for by name";
const VARS_COST: &str = "exported variables; stops the target for some microseconds";
const METRICS_COST: &str = "a page of counters; nothing stops";

/// An index page is a few kilobytes.
const INDEX_MOST: u64 = 1 << 20;

/// What came of a visit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Visited {
    /// Responses that were handed over.
    pub handed: usize,
    /// The target was in trouble or gone: it was not asked everything.
    pub over: bool,
}

/// Asks one target once.
pub fn visit(client: &Client, target: &Target, plan: &Plan, observer: &mut dyn Observer) -> Visited {
    let mut visit = Visit {
        client,
        target,
        plan,
        observer,
        asked: 0,
        handed: 0,
        over: false,
    };
    if target.path.is_empty() {
        visit.server("/");
    } else {
        visit.named();
    }
    Visited {
        handed: visit.handed,
        over: visit.over,
    }
}

struct Visit<'a> {
    client: &'a Client,
    target: &'a Target,
    plan: &'a Plan,
    observer: &'a mut dyn Observer,
    asked: usize,
    handed: usize,
    /// The target is gone or in trouble: nothing more is asked.
    over: bool,
}

/// How `goroutine?debug=1` went.
struct Counts {
    goroutines: u64,
    lock_waiters: u64,
    whole: bool,
}

impl Visit<'_> {
    /// The URL names a page. It may be evidence, an index, or a path below which `debug/pprof/` stands.
    fn named(&mut self) {
        let path = self.target.path.clone();
        let below =
            (!path.contains("/debug/pprof") && !path.contains('?')).then(|| format!("{}/", path.trim_end_matches('/')));
        match (self.get(Part::Named, &path, DIRECT_COST), below) {
            (Ok(mut body), below) if body.is_html => {
                let profiles = pages::index(&body.small(INDEX_MOST));
                if !profiles.is_empty() {
                    let base = directory(&body.path).to_owned();
                    self.process(&base, Some(&profiles));
                } else if let Some(prefix) = below {
                    self.server(&prefix);
                } else {
                    self.unreadable("the answer is an HTML page, not evidence (a login page?)".to_owned());
                }
            }
            (Ok(body), _) => self.hand_over(Part::Named, body),
            (Err(Error::Status(404)), Some(prefix)) => self.server(&prefix),
            (Err(error), _) => self.failed(Part::Named, &path, &error, ProblemKind::Unreadable),
        }
    }

    /// The URL names a server, or a path below which a server's pages stand.
    fn server(&mut self, prefix: &str) {
        let base = format!("{prefix}debug/pprof/");
        match self.get(Part::Index, &base, INDEX_COST) {
            Ok(mut body) => {
                let profiles = pages::index(&body.small(INDEX_MOST));
                let base = directory(&body.path).to_owned();
                self.process(&base, (!profiles.is_empty()).then_some(&profiles));
            }
            // Some routers mount single profiles without the index; a process may also have only counters.
            Err(Error::Status(404)) => self.process(&base, None),
            Err(error) => return self.failed(Part::Index, &base, &error, ProblemKind::Unreadable),
        }
        if self.handed == 0 && !self.over {
            self.unreadable(
                "no /debug/pprof/, /debug/vars or /metrics there; the process has to import net/http/pprof or expvar on this port"
                    .to_owned(),
            );
        }
    }

    /// All questions to a process whose index is at `base`; without an index only what every version has is tried.
    fn process(&mut self, base: &str, listed: Option<&[(String, u64)]>) {
        let count = |name: &str| {
            listed
                .and_then(|listed| listed.iter().find(|(known, _)| known == name))
                .map(|(_, count)| *count)
        };
        let indexed = count("goroutine");
        let mut counts = None;
        if listed.is_none() || indexed.is_some() {
            counts = self.goroutines(&format!("{base}goroutine?debug=1"), listed.is_some());
        }
        for page in CHEAP {
            // An empty profile says nothing that the index did not.
            if count(page.name).is_some_and(|count| count > 0) {
                self.ask(page.part, &format!("{base}{}{}", page.name, page.query), page.cost);
            }
        }
        if let Some(prefix) = base.strip_suffix("debug/pprof/") {
            self.optional(Part::Vars, &format!("{prefix}debug/vars"), VARS_COST);
            self.optional(Part::Metrics, &format!("{prefix}metrics"), METRICS_COST);
        }
        for page in &self.plan.pages {
            self.ask(Part::Page, page, PAGE_COST);
        }
        let goroutines = counts
            .as_ref()
            .map(|counts| counts.goroutines)
            .into_iter()
            .chain(indexed)
            .max();
        if let Some(goroutines) = goroutines {
            self.stacks(&format!("{base}goroutine?debug=2"), goroutines);
        }
        self.trace(base, goroutines);
        // After the stacks: a goroutine that was marked as leaked has lost its wait time.
        self.leaks(
            &format!("{base}goroutineleak?debug=1"),
            count("goroutineleak").is_some(),
            counts.as_ref(),
        );
    }

    fn goroutines(&mut self, path: &str, listed: bool) -> Option<Counts> {
        let wanted = self.observer.wanted(Part::Goroutines, "");
        // The counts decide about the leak profile, even where the page itself is there already.
        if self.over || !(wanted || self.plan.leaks == When::Auto && self.observer.wanted(Part::Leaks, "")) {
            return None;
        }
        match self.get(Part::Goroutines, path, GOROUTINES_COST) {
            Ok(body) if body.is_html => None,
            Ok(mut body) => {
                let (url, time) = (body.url.clone(), body.time);
                let mut counting = Counting::new(&mut body);
                let mut ended = true;
                if wanted {
                    self.observer.evidence(&url, time, &mut counting);
                    self.handed += 1;
                } else {
                    ended = std::io::copy(&mut counting, &mut std::io::sink()).is_ok();
                }
                let (goroutines, lock_waiters) = (counting.goroutines, counting.lock_waiters);
                ended &= !counting.failed;
                let whole = !self.note_end(Part::Goroutines, &body) && ended;
                Some(Counts {
                    goroutines,
                    lock_waiters,
                    whole,
                })
            }
            Err(Error::Status(404)) if !listed => None,
            Err(error) => {
                self.failed(Part::Goroutines, path, &error, ProblemKind::Partial);
                None
            }
        }
    }

    fn stacks(&mut self, path: &str, goroutines: u64) {
        match self.plan.stacks {
            When::Never => {}
            When::Auto if goroutines > self.plan.stacks_cap => self.left_out(
                Part::Stacks,
                path,
                format!(
                    "not asked, because it would stop the target while {goroutines} stacks are written (cap {}); --stacks asks all the same",
                    self.plan.stacks_cap
                ),
            ),
            When::Auto | When::Always => self.ask(Part::Stacks, path, STACKS_COST),
        }
    }

    fn leaks(&mut self, path: &str, listed: bool, counts: Option<&Counts>) {
        let cap = self.plan.leaks_cap;
        match (self.plan.leaks, listed, counts) {
            (When::Never, ..) | (When::Auto, false, _) => {}
            (When::Always, false, _) => self.left_out(
                Part::Leaks,
                path,
                "not asked, because the target has no such profile (standard from Go 1.27)".to_owned(),
            ),
            (When::Always, true, _) => self.ask(Part::Leaks, path, LEAKS_COST),
            (When::Auto, true, Some(counts)) if counts.whole && counts.lock_waiters <= cap => self.ask(Part::Leaks, path, LEAKS_COST),
            (When::Auto, true, Some(counts)) if counts.whole => self.left_out(
                Part::Leaks,
                path,
                format!(
                    "not asked, because {} goroutines wait for a lock (cap {cap}) and it could stop the target for long; --leaks asks all \
                     the same",
                    counts.lock_waiters
                ),
            ),
            (When::Auto, true, _) => self.left_out(
                Part::Leaks,
                path,
                "not asked, because it is unknown how many goroutines wait for a lock; --leaks asks all the same".to_owned(),
            ),
        }
    }

    fn trace(&mut self, base: &str, goroutines: Option<u64>) {
        let length = self.plan.trace;
        if length.is_zero() {
            return;
        }
        let path = format!("{base}trace?seconds={}", length.as_secs_f64());
        let cap = self.plan.trace_cap;
        match goroutines {
            Some(goroutines) if goroutines > cap => self.left_out(
                Part::Trace,
                &path,
                format!(
                    "not asked, because a trace stops the target while it writes down {goroutines} goroutines (cap {cap}); --trace-cap \
                     raises it"
                ),
            ),
            None => {}
            Some(_) => self.ask_slowly(Part::Trace, &path, TRACE_COST, length),
        }
    }

    /// Asks for a page that should be there.
    fn ask(&mut self, part: Part, path: &str, cost: &str) {
        self.ask_slowly(part, path, cost, Duration::ZERO);
    }

    /// Asks for a page on which the target works for `longer`.
    fn ask_slowly(&mut self, part: Part, path: &str, cost: &str, longer: Duration) {
        if self.over || !self.observer.wanted(part, path) {
            return;
        }
        match self.get_slowly(part, path, cost, longer) {
            Ok(body) => self.hand_over(part, body),
            Err(error) => self.failed(part, path, &error, ProblemKind::Partial),
        }
    }

    /// Asks for a page that need not be there.
    fn optional(&mut self, part: Part, path: &str, cost: &str) {
        if self.over || !self.observer.wanted(part, path) {
            return;
        }
        match self.get(part, path, cost) {
            // A server of a web application answers every path with its start page.
            Ok(body) if body.is_html => {}
            Ok(body) => self.hand_over(part, body),
            Err(Error::Status(_) | Error::Redirect(_)) => {}
            Err(error) => self.failed(part, path, &error, ProblemKind::Partial),
        }
    }

    fn get(&mut self, part: Part, path: &str, cost: &str) -> Result<Body, Error> {
        self.get_slowly(part, path, cost, Duration::ZERO)
    }

    fn get_slowly(&mut self, part: Part, path: &str, cost: &str, longer: Duration) -> Result<Body, Error> {
        if self.asked > 0 {
            std::thread::sleep(self.plan.spacing);
        }
        self.asked += 1;
        let page = self.target.page(path);
        self.observer.before(&Request {
            part,
            url: &page.name(),
            cost,
        });
        self.client.get_slowly(&page, longer)
    }

    fn hand_over(&mut self, part: Part, mut body: Body) {
        let (url, time) = (body.url.clone(), body.time);
        self.observer.evidence(&url, time, &mut body);
        self.handed += 1;
        self.note_end(part, &body);
    }

    /// Looks at how a body ended; whether the cap did it.
    fn note_end(&mut self, part: Part, body: &Body) -> bool {
        // Whoever stops in the middle is in trouble already.
        self.over |= body.has_stalled();
        if body.was_cut() {
            let problem = Problem {
                kind: ProblemKind::Partial,
                input: body.url.clone(),
                line: None,
                message: "the response is longer than --max-response; its rest was left out".to_owned(),
            };
            self.observer.problem(part, Why::Cut, problem);
        }
        body.was_cut()
    }

    fn failed(&mut self, part: Part, path: &str, error: &Error, kind: ProblemKind) {
        // Whoever does not answer in time is in trouble already: more questions would be more trouble.
        self.over |= matches!(
            error,
            Error::Timeout { .. } | Error::Refused(_) | Error::Tls { .. } | Error::Unknown(_)
        );
        let rest = if self.over && self.handed > 0 {
            "; nothing more was asked"
        } else {
            ""
        };
        let problem = Problem {
            kind,
            input: self.target.page(path).name(),
            line: None,
            message: format!("{error}{rest}"),
        };
        self.observer.problem(part, Why::Failed, problem);
    }

    fn left_out(&mut self, part: Part, path: &str, message: String) {
        if !self.over && self.observer.wanted(part, path) {
            let problem = Problem {
                kind: ProblemKind::Note,
                input: self.target.page(path).name(),
                line: None,
                message,
            };
            self.observer.problem(part, Why::LeftOut, problem);
        }
    }

    fn unreadable(&mut self, message: String) {
        let problem = Problem {
            kind: ProblemKind::Unreadable,
            input: self.target.name(),
            line: None,
            message,
        };
        self.observer.problem(Part::Index, Why::Failed, problem);
    }
}

/// The part of a path up to its last slash, without the query.
fn directory(path: &str) -> &str {
    let path = path.split('?').next().unwrap_or_default();
    path.rfind('/').map_or("/", |slash| &path[..=slash])
}
