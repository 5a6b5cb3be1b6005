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
}

impl Default for Plan {
    fn default() -> Self {
        Self {
            stacks: When::Auto,
            stacks_cap: 5_000,
            leaks: When::Auto,
            leaks_cap: 1_000,
            spacing: Duration::from_millis(100),
        }
    }
}

/// A request that is about to be made.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// The URL, without credentials.
    pub url: &'a str,
    /// What it costs the target, as a fragment.
    pub cost: &'a str,
}

/// Whoever is told what happens.
pub trait Observer {
    /// A request is about to be made.
    fn before(&mut self, request: &Request<'_>);
    /// A response: read it to its end. Read errors are ordinary: the connection may break.
    fn evidence(&mut self, url: &str, time: SystemTime, bytes: &mut dyn std::io::Read);
    /// Something was not asked, or failed.
    fn problem(&mut self, problem: Problem);
}

/// A profile of the index, and what asking for it costs.
struct Page {
    name: &'static str,
    query: &'static str,
    cost: &'static str,
}

/// The cheap profiles, in the order of the questions.
const CHEAP: &[Page] = &[
    Page {
        name: "threadcreate",
        query: "?debug=1",
        cost: "a list of threads; nothing stops",
    },
    Page {
        name: "mutex",
        query: "?debug=1",
        cost: "contention since the start; nothing stops",
    },
    Page {
        name: "block",
        query: "?debug=1",
        cost: "blocking since the start; nothing stops",
    },
    Page {
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
const VARS_COST: &str = "exported variables; stops the target for some microseconds";
const METRICS_COST: &str = "a page of counters; nothing stops";

/// An index page is a few kilobytes.
const INDEX_MOST: u64 = 1 << 20;

/// Asks one target once. Returns how many responses were handed over.
pub fn visit(client: &Client, target: &Target, plan: &Plan, observer: &mut dyn Observer) -> usize {
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
    visit.handed
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
        match (self.get(&path, DIRECT_COST), below) {
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
            (Ok(body), _) => self.hand_over(body),
            (Err(Error::Status(404)), Some(prefix)) => self.server(&prefix),
            (Err(error), _) => self.failed(&path, &error, ProblemKind::Unreadable),
        }
    }

    /// The URL names a server, or a path below which a server's pages stand.
    fn server(&mut self, prefix: &str) {
        let base = format!("{prefix}debug/pprof/");
        match self.get(&base, INDEX_COST) {
            Ok(mut body) => {
                let profiles = pages::index(&body.small(INDEX_MOST));
                let base = directory(&body.path).to_owned();
                self.process(&base, (!profiles.is_empty()).then_some(&profiles));
            }
            // Some routers mount single profiles without the index; a process may also have only counters.
            Err(Error::Status(404)) => self.process(&base, None),
            Err(error) => return self.failed(&base, &error, ProblemKind::Unreadable),
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
                self.ask(&format!("{base}{}{}", page.name, page.query), page.cost);
            }
        }
        if let Some(prefix) = base.strip_suffix("debug/pprof/") {
            self.optional(&format!("{prefix}debug/vars"), VARS_COST);
            self.optional(&format!("{prefix}metrics"), METRICS_COST);
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
        // After the stacks: a goroutine that was marked as leaked has lost its wait time.
        self.leaks(
            &format!("{base}goroutineleak?debug=1"),
            count("goroutineleak").is_some(),
            counts.as_ref(),
        );
    }

    fn goroutines(&mut self, path: &str, listed: bool) -> Option<Counts> {
        if self.over {
            return None;
        }
        match self.get(path, GOROUTINES_COST) {
            Ok(body) if body.is_html => None,
            Ok(mut body) => {
                let (url, time) = (body.url.clone(), body.time);
                let mut counting = Counting::new(&mut body);
                self.observer.evidence(&url, time, &mut counting);
                let (goroutines, lock_waiters) = (counting.goroutines, counting.lock_waiters);
                self.handed += 1;
                let whole = !self.note_cut(&body);
                Some(Counts {
                    goroutines,
                    lock_waiters,
                    whole,
                })
            }
            Err(Error::Status(404)) if !listed => None,
            Err(error) => {
                self.failed(path, &error, ProblemKind::Partial);
                None
            }
        }
    }

    fn stacks(&mut self, path: &str, goroutines: u64) {
        match self.plan.stacks {
            When::Never => {}
            When::Auto if goroutines > self.plan.stacks_cap => self.left_out(
                path,
                format!(
                    "not asked, because it would stop the target while {goroutines} stacks are written (cap {}); --stacks asks all the same",
                    self.plan.stacks_cap
                ),
            ),
            When::Auto | When::Always => self.ask(path, STACKS_COST),
        }
    }

    fn leaks(&mut self, path: &str, listed: bool, counts: Option<&Counts>) {
        let cap = self.plan.leaks_cap;
        match (self.plan.leaks, listed, counts) {
            (When::Never, ..) | (When::Auto, false, _) => {}
            (When::Always, false, _) => self.left_out(
                path,
                "not asked, because the target has no such profile (standard from Go 1.27)".to_owned(),
            ),
            (When::Always, true, _) => self.ask(path, LEAKS_COST),
            (When::Auto, true, Some(counts)) if counts.whole && counts.lock_waiters <= cap => self.ask(path, LEAKS_COST),
            (When::Auto, true, Some(counts)) if counts.whole => self.left_out(
                path,
                format!(
                    "not asked, because {} goroutines wait for a lock (cap {cap}) and it could stop the target for long; --leaks asks all \
                     the same",
                    counts.lock_waiters
                ),
            ),
            (When::Auto, true, _) => self.left_out(
                path,
                "not asked, because it is unknown how many goroutines wait for a lock; --leaks asks all the same".to_owned(),
            ),
        }
    }

    /// Asks for a page that should be there.
    fn ask(&mut self, path: &str, cost: &str) {
        if self.over {
            return;
        }
        match self.get(path, cost) {
            Ok(body) => self.hand_over(body),
            Err(error) => self.failed(path, &error, ProblemKind::Partial),
        }
    }

    /// Asks for a page that need not be there.
    fn optional(&mut self, path: &str, cost: &str) {
        if self.over {
            return;
        }
        match self.get(path, cost) {
            // A server of a web application answers every path with its start page.
            Ok(body) if body.is_html => {}
            Ok(body) => self.hand_over(body),
            Err(Error::Status(_) | Error::Redirect(_)) => {}
            Err(error) => self.failed(path, &error, ProblemKind::Partial),
        }
    }

    fn get(&mut self, path: &str, cost: &str) -> Result<Body, Error> {
        if self.asked > 0 {
            std::thread::sleep(self.plan.spacing);
        }
        self.asked += 1;
        let page = self.target.page(path);
        self.observer.before(&Request {
            url: &page.name(),
            cost,
        });
        self.client.get(&page)
    }

    fn hand_over(&mut self, mut body: Body) {
        let (url, time) = (body.url.clone(), body.time);
        self.observer.evidence(&url, time, &mut body);
        self.handed += 1;
        self.note_cut(&body);
    }

    fn note_cut(&mut self, body: &Body) -> bool {
        if body.was_cut() {
            self.observer.problem(Problem {
                kind: ProblemKind::Partial,
                input: body.url.clone(),
                line: None,
                message: "the response is longer than --max-response; its rest was left out".to_owned(),
            });
        }
        body.was_cut()
    }

    fn failed(&mut self, path: &str, error: &Error, kind: ProblemKind) {
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
        self.observer.problem(problem);
    }

    fn left_out(&mut self, path: &str, message: String) {
        if !self.over {
            let problem = Problem {
                kind: ProblemKind::Note,
                input: self.target.page(path).name(),
                line: None,
                message,
            };
            self.observer.problem(problem);
        }
    }

    fn unreadable(&mut self, message: String) {
        self.observer.problem(Problem {
            kind: ProblemKind::Unreadable,
            input: self.target.name(),
            line: None,
            message,
        });
    }
}

/// The part of a path up to its last slash, without the query.
fn directory(path: &str) -> &str {
    let path = path.split('?').next().unwrap_or_default();
    path.rfind('/').map_or("/", |slash| &path[..=slash])
}
