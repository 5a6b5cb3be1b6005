//! Cases made by hand: one of everything, so that each writer is exercised whole.

use gosleuth_base::{Idx as _, Problem, ProblemKind, Severity, Site, SuspectKind, Sym, Verdict};
use gosleuth_case as case;
use gosleuth_case::CaseFile;
use gosleuth_evidence as evidence;
use gosleuth_evidence::{
    EvidenceSet, Frame, FrameNote, Input, InputId, LabelsId, Origin, SnapshotId, Stack, StackId, Time, WaitRange,
    WaitReason, WaitState,
};

/// Builds evidence frame by frame.
#[derive(Default)]
pub(crate) struct Maker {
    pub(crate) set: EvidenceSet,
}

impl Maker {
    pub(crate) fn sym(&mut self, text: &str) -> Sym {
        self.set.strings.intern(text)
    }

    pub(crate) fn input(&mut self, name: &str) -> InputId {
        let id = InputId::from_usize(self.set.inputs.len());
        self.set.inputs.push(Input {
            name: name.to_owned(),
            bytes: 4_096,
            decompressed: 51_234,
            lines: 1_203,
            compression: vec!["gzip"],
            envelopes: vec!["kubernetes"],
            forms: vec!["goroutine-dump"],
            time: Some(Time(1_763_630_860_000_000_000)),
        });
        id
    }

    pub(crate) fn frame(&mut self, function: &str, place: &str, args: Option<&str>) -> evidence::FrameId {
        let (file, line) = place.rsplit_once(':').unwrap();
        let frame = Frame {
            function: self.sym(function),
            file: self.sym(file),
            line: line.parse().unwrap(),
            note: if function.is_empty() {
                FrameNote::Elided
            } else {
                FrameNote::Call
            },
            args: args.map(|args| self.sym(args)),
        };
        self.set.stacks.intern_frame(frame)
    }

    /// A stack of `function file:line` lines, innermost first; a last line after `by` is the creator.
    pub(crate) fn stack(&mut self, text: &str) -> StackId {
        let mut frames = Vec::new();
        let mut created_by = None;
        for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
            if let Some(creator) = line.strip_prefix("by ") {
                let (function, place) = creator.split_once(' ').unwrap();
                created_by = Some(self.frame(function, place, None));
            } else if let Some(count) = line.strip_prefix("elided ") {
                frames.push(self.frame("", &format!(":{count}"), None));
            } else {
                let (function, place) = line.split_once(' ').unwrap();
                frames.push(self.frame(function, place, None));
            }
        }
        self.set.stacks.intern_stack(Stack {
            frames,
            created_by,
            ancestors: Box::new([]),
        })
    }

    pub(crate) fn labels(&mut self, pairs: &[(&str, &str)]) -> LabelsId {
        let mut pairs: Vec<(Sym, Sym)> = pairs.iter().map(|(k, v)| (self.sym(k), self.sym(v))).collect();
        self.set.intern_labels(&mut pairs)
    }

    pub(crate) fn snapshot(&mut self, input: InputId, groups: Vec<evidence::Group>) -> SnapshotId {
        let id = SnapshotId::from_usize(self.set.snapshots.len());
        let total = groups.iter().map(|group| group.count).sum();
        self.set.snapshots.push(evidence::Snapshot {
            origin: Origin { input, line: 1 },
            kind: evidence::SnapshotKind::Dump,
            time: None,
            stream: None,
            total,
            declared_total: None,
            groups,
            goroutines: Vec::new(),
            addresses: Vec::new(),
            cut: None,
            crash: None,
        });
        id
    }
}

pub(crate) fn group(
    stack: StackId,
    reason: WaitReason,
    count: u64,
    min: u32,
    max: u32,
    labels: Option<LabelsId>,
) -> evidence::Group {
    evidence::Group {
        stack,
        state: WaitState::new(reason),
        labels,
        count,
        waits: range(count, min, max),
        ids: (20..20 + count.min(16)).collect(),
        line: 7,
    }
}

pub(crate) fn range(count: u64, min: u32, max: u32) -> WaitRange {
    WaitRange {
        known: if max > 0 { count } else { 0 },
        min,
        max,
        sum: count * u64::from(min + max) / 2,
    }
}

pub(crate) fn site(function: &str, place: &str) -> Site {
    let (file, line) = place.rsplit_once(':').unwrap();
    Site {
        function: function.to_owned(),
        file: file.to_owned(),
        line: line.parse().unwrap(),
    }
}

fn related(function: &str, place: &str, label: &str) -> case::Related {
    case::Related {
        site: site(function, place),
        label: label.to_owned(),
    }
}

pub(crate) const SEND: &str = "runtime.gopark /usr/local/go/src/runtime/proc.go:435
    runtime.chansend /usr/local/go/src/runtime/chan.go:283
    fixtures.test/orders/internal/pricing.(*Service).Quote.func1 /home/alice/work/orders/internal/pricing/service.go:42
    github.com/acme/retry.Do /root/go/pkg/mod/github.com/acme/retry@v1.4.0/retry.go:88
    elided 12
    by fixtures.test/orders/internal/pricing.(*Service).Quote /home/alice/work/orders/internal/pricing/service.go:38";
pub(crate) const SERVE: &str = "internal/poll.runtime_pollWait /usr/local/go/src/runtime/netpoll.go:351
    net.(*conn).Read /usr/local/go/src/net/net.go:194
    net/http.(*conn).serve /usr/local/go/src/net/http/server.go:2137
    by net/http.(*Server).Serve /usr/local/go/src/net/http/server.go:3454";
pub(crate) const LOCK: &str = "sync.runtime_SemacquireMutex /usr/local/go/src/runtime/sema.go:95
    internal/sync.(*Mutex).lockSlow /usr/local/go/src/internal/sync/mutex.go:149
    fixtures.test/orders/internal/stock.(*Keeper).Adjust /home/alice/work/orders/internal/stock/keeper.go:77
    net/http.HandlerFunc.ServeHTTP /usr/local/go/src/net/http/server.go:2294
    by net/http.(*Server).Serve /usr/local/go/src/net/http/server.go:3454";
pub(crate) const MAIN: &str = "main.main /home/alice/work/orders/main.go:61";

/// A case with one of everything.
pub(crate) fn everything() -> (EvidenceSet, CaseFile) {
    let mut m = Maker::default();
    let first = m.input("/var/dumps/monday/first.txt");
    let second = m.input("/var/dumps/monday/second.txt");
    let (send, serve, lock, main) = (m.stack(SEND), m.stack(SERVE), m.stack(LOCK), m.stack(MAIN));
    let labels = m.labels(&[("tenant", "acme corporation"), ("req", "7")]);
    let groups = |count: u64, labels| {
        vec![
            group(send, WaitReason::ChanSend, count, 3, 57, Some(labels)),
            group(lock, WaitReason::MutexLock, 96, 2, 2, None),
            group(serve, WaitReason::IoWait, 31, 0, 4, None),
            group(main, WaitReason::Running, 1, 0, 0, None),
        ]
    };
    let a = m.snapshot(first, groups(120, labels));
    let b = m.snapshot(second, groups(1_204, labels));
    let quote = site(
        "fixtures.test/orders/internal/pricing.(*Service).Quote.func1",
        "/home/alice/work/orders/internal/pricing/service.go:42",
    );
    let creator = site(
        "fixtures.test/orders/internal/pricing.(*Service).Quote",
        "/home/alice/work/orders/internal/pricing/service.go:38",
    );
    let keeper = site(
        "fixtures.test/orders/internal/stock.(*Keeper).Adjust",
        "/home/alice/work/orders/internal/stock/keeper.go:77",
    );
    add_crash(&mut m, second, b);
    add_race(&mut m, second);
    add_profile(&mut m, second, send, lock);
    let row = |stack, reason, count, waits, site: Option<Site>, creator: Option<Site>, labels, entry| case::GroupRow {
        snapshot: b,
        key: String::new(),
        state: WaitState::new(reason),
        stack,
        labels,
        count,
        waits,
        site,
        creator,
        ids: vec![20, 21, 22],
        entry,
    };
    let serve_site = site("net/http.(*conn).serve", "/usr/local/go/src/net/http/server.go:2137");
    let serve_by = site("net/http.(*Server).Serve", "/usr/local/go/src/net/http/server.go:3454");
    let file = CaseFile {
        code: None,
        timeline: None,
        headline: case::Headline {
            text: "1,204 goroutines are stuck sending on a channel that nobody receives from any more".to_owned(),
            verdict: Some(Verdict::Corroborated),
            next_step: "Give the channel made at /home/alice/work/orders/internal/pricing/service.go:36 a buffer of 1."
                .to_owned(),
        },
        suspects: suspects(send, lock, &quote, &creator, &keeper),
        candidates: vec![case::Suspect {
            would_decide: Some("a second snapshot some minutes later, or a goroutineleak profile".to_owned()),
            code: gosleuth_case::CodeSide::default(),
            ..suspect(
                SuspectKind::BlockedIo,
                Verdict::Observed,
                "idle-connection",
                "31 connections wait for their next request",
                31,
                serve_site.clone(),
            )
        }],
        healthy: vec![
            case::Healthy {
                entry: "accept-loop",
                title: "accept loop of a listener",
                count: 2,
            },
            case::Healthy {
                entry: "runtime-worker",
                title: "workers of the runtime",
                count: 9,
            },
        ],
        snapshots: vec![
            snapshot_row(a, "/var/dumps/monday/first.txt", "2025-11-20T09:27:40Z", 248, 120),
            snapshot_row(b, "/var/dumps/monday/second.txt", "2025-11-20T09:31:40Z", 1_332, 1_204),
        ],
        groups: vec![
            row(
                send,
                WaitReason::ChanSend,
                1_204,
                range(1_204, 3, 57),
                Some(quote.clone()),
                Some(creator.clone()),
                Some(labels),
                None,
            ),
            row(
                lock,
                WaitReason::MutexLock,
                96,
                range(96, 2, 2),
                Some(keeper.clone()),
                Some(serve_by.clone()),
                None,
                None,
            ),
            row(
                serve,
                WaitReason::IoWait,
                31,
                range(31, 0, 4),
                Some(serve_site),
                Some(serve_by),
                None,
                Some("idle-connection"),
            ),
            row(
                main,
                WaitReason::Running,
                1,
                range(1, 0, 0),
                Some(site("main.main", "/home/alice/work/orders/main.go:61")),
                None,
                None,
                None,
            ),
        ],
        groups_left_out: (3, 12),
        waits: waits(&keeper, &creator),
        series: Some(case::Series {
            snapshots: vec![a, b],
            at: vec![0.0, 4.0],
            timed: true,
            totals: vec![248, 1_332],
            rows: vec![
                series_row(
                    send,
                    "chan send",
                    case::Trend::Growing,
                    &[120, 1_204],
                    271.0,
                    Some(364.5),
                    &quote,
                    &creator,
                ),
                series_row(
                    lock,
                    "sync.Mutex.Lock",
                    case::Trend::New,
                    &[0, 96],
                    24.0,
                    None,
                    &keeper,
                    &creator,
                ),
                series_row(
                    main,
                    "sleep",
                    case::Trend::Gone,
                    &[5, 0],
                    -1.25,
                    None,
                    &creator,
                    &creator,
                ),
                series_row(
                    serve,
                    "IO wait",
                    case::Trend::Steady,
                    &[31, 31],
                    0.0,
                    None,
                    &keeper,
                    &creator,
                ),
            ],
        }),
        crashes: vec![case::CrashRow {
            index: 0,
            entry: "nil-dereference",
            recoverable: Some(true),
            meaning: "A nil pointer was followed.".to_owned(),
            causes: vec!["an error that was not looked at before its value was used"],
            checks: vec!["where the pointer of this frame comes from"],
            site: Some(quote.clone()),
            count: 3,
        }],
        races: vec![case::RaceRow {
            index: 0,
            class: "map",
            count: 2,
            sites: [Some(keeper.clone()), Some(quote.clone())],
            lock_seen: [true, false],
            test_only: false,
        }],
        profiles: vec![case::ProfileRow {
            index: 0,
            column: 1,
            total: 12_300_000_000,
            top: vec![(send, 9_000_000_000, Some(quote)), (lock, 3_300_000_000, Some(keeper))],
        }],
        tables: vec![case::Table {
            title: "Garbage collection".to_owned(),
            columns: ["cycle", "at", "heap live", "forced"].map(str::to_owned).to_vec(),
            rows: vec![
                ["1", "0.4 s", "3 MB", "no"].map(str::to_owned).to_vec(),
                ["214", "61.0 s", "1203 MB", "yes"].map(str::to_owned).to_vec(),
            ],
            remarks: vec!["The live heap grows by 1.2 GB per minute.".to_owned()],
        }],
        problems: vec![Problem {
            kind: ProblemKind::Partial,
            input: "/var/dumps/monday/second.txt".to_owned(),
            line: Some(812),
            message: "the input ends inside a goroutine".to_owned(),
        }],
        stats: case::Stats {
            bytes: 102_468,
            lines: 2_406,
            goroutines: 1_580,
            stacks: 4,
        },
    };
    (m.set, file)
}

/// A case where nothing is wrong.
pub(crate) fn healthy() -> (EvidenceSet, CaseFile) {
    let mut m = Maker::default();
    m.input("dump.txt");
    let case = CaseFile {
        headline: case::Headline {
            text: "Nothing is wrong as far as this evidence shows: 12 goroutines, all in known healthy waits"
                .to_owned(),
            verdict: None,
            next_step: "Take a second snapshot if the service misbehaves.".to_owned(),
        },
        healthy: vec![case::Healthy {
            entry: "accept-loop",
            title: "accept loop of a listener",
            count: 12,
        }],
        ..CaseFile::default()
    };
    (m.set, case)
}

fn suspect(
    kind: SuspectKind,
    verdict: Verdict,
    entry: &'static str,
    headline: &str,
    count: u64,
    at: Site,
) -> case::Suspect {
    case::Suspect {
        kind,
        verdict,
        severity: Severity::Error,
        entry,
        rules: Vec::new(),
        headline: headline.to_owned(),
        why: String::new(),
        action: String::new(),
        site: Some(at),
        related: Vec::new(),
        count,
        waits: Some(range(count, 0, 4)),
        goroutines: vec![20, 21, 22],
        stacks: Vec::new(),
        evidence: Vec::new(),
        would_decide: None,
        code: gosleuth_case::CodeSide::default(),
    }
}

fn suspects(send: StackId, lock: StackId, quote: &Site, creator: &Site, keeper: &Site) -> Vec<case::Suspect> {
    vec![
        case::Suspect {
            rules: vec!["GL002"],
            why: "The receiver returned after its timeout, and the channel has no buffer: every late price waits for ever.".to_owned(),
            action: "Make the channel with a buffer of 1, or select on ctx.Done() beside the send.".to_owned(),
            related: vec![
                case::Related {
                    site: creator.clone(),
                    label: "created here".to_owned(),
                },
                related(
                    "fixtures.test/orders/internal/api.(*Handler).price",
                    "/home/alice/work/orders/internal/api/price.go:19",
                    "receiver gave up here",
                ),
            ],
            waits: Some(range(1_204, 3, 57)),
            stacks: vec![send],
            evidence: vec![
                "1,204 goroutines stand at the same send, the oldest for 57 minutes".to_owned(),
                "their number grew from 120 to 1,204 in 4 minutes".to_owned(),
            ],
            ..suspect(
                SuspectKind::BlockedSend,
                Verdict::Corroborated,
                "abandoned-send",
                "1,204 goroutines are stuck sending on a channel that nobody receives from any more",
                1_204,
                quote.clone(),
            )
        },
        case::Suspect {
            severity: Severity::Warning,
            why: "All of them wait for one mutex whose holder is not among the running goroutines.".to_owned(),
            action: "Look for a return without Unlock in (*Keeper).Adjust.".to_owned(),
            stacks: vec![lock],
            ..suspect(
                SuspectKind::BlockedMutex,
                Verdict::Observed,
                "lock-queue",
                "96 goroutines queue for one mutex",
                96,
                keeper.clone(),
            )
        },
    ]
}

fn waits(keeper: &Site, creator: &Site) -> case::WaitGraph {
    case::WaitGraph {
        objects: vec![case::WaitObject {
            what: "mutex",
            address: 0xc000_1234,
            waiters: vec![("sync.Mutex.Lock".to_owned(), Some(keeper.clone()), 96)],
            holder: Some("no goroutine of this dump is known to hold it".to_owned()),
        }],
        families: vec![case::Family {
            parent: 18,
            parent_site: Some(keeper.clone()),
            parent_state: "ended".to_owned(),
            creator: Some(creator.clone()),
            children: 1_204,
        }],
        cycles: vec![case::Cycle {
            members: vec![
                "goroutine 7 waits for mutex 0xc0001234 at stock.(*Keeper).Adjust".to_owned(),
                "goroutine 9 waits for mutex 0xc0005678 at stock.(*Keeper).Audit".to_owned(),
            ],
            why: "each holds what the other waits for".to_owned(),
        }],
    }
}

fn snapshot_row(id: SnapshotId, label: &str, time: &str, total: u64, sends: u64) -> case::SnapshotRow {
    case::SnapshotRow {
        id,
        label: label.to_owned(),
        time: Some(time.to_owned()),
        total,
        states: vec![
            ("chan send".to_owned(), sends),
            ("sync.Mutex.Lock".to_owned(), 96),
            ("IO wait".to_owned(), 31),
            ("running".to_owned(), 1),
        ],
    }
}

#[expect(clippy::too_many_arguments, reason = "one argument per column of the row")]
fn series_row(
    stack: StackId,
    state: &str,
    trend: case::Trend,
    counts: &[u64],
    slope: f64,
    minutes_to_limit: Option<f64>,
    at: &Site,
    creator: &Site,
) -> case::SeriesRow {
    case::SeriesRow {
        stack,
        state: state.to_owned(),
        site: Some(at.clone()),
        creator: Some(creator.clone()),
        counts: counts.to_vec(),
        trend,
        slope,
        minutes_to_limit,
    }
}

fn add_crash(m: &mut Maker, input: InputId, snapshot: SnapshotId) {
    let link = |text: &str, recovered| evidence::PanicLink {
        text: text.to_owned(),
        recovered,
        repanicked: false,
        fatal: false,
        goexit: false,
    };
    m.set.crashes.push(evidence::Crash {
        origin: Origin { input, line: 640 },
        kind: evidence::CrashKind::HttpServed,
        time: Some(Time(1_763_630_900_000_000_000)),
        chain: vec![
            link("order 4711 of acme failed: no stock", true),
            link(
                "runtime error: invalid memory address or nil pointer dereference",
                false,
            ),
        ],
        signal: Some(evidence::CrashSignal {
            name: "SIGSEGV".to_owned(),
            description: "segmentation violation".to_owned(),
            code: Some(1),
            address: Some(0),
            pc: Some(0x49_e12b),
        }),
        peer: Some("10.1.2.3:54256".to_owned()),
        running_tests: Vec::new(),
        snapshot: Some(snapshot),
        goroutine: Some(20),
        test: None,
        exit_status: Some(2),
        notes: vec!["runtime: note beside the crash".to_owned()],
    });
}

fn add_race(m: &mut Maker, input: InputId) {
    let reader = m.stack(
        "fixtures.test/orders/internal/stock.(*Keeper).Level /home/alice/work/orders/internal/stock/keeper.go:51
        fixtures.test/orders/internal/api.(*Handler).stock /home/alice/work/orders/internal/api/stock.go:12",
    );
    let writer = m.stack(
        "runtime.mapassign_faststr /usr/local/go/src/internal/runtime/maps/runtime_faststr.go:263
        fixtures.test/orders/internal/stock.(*Keeper).Adjust /home/alice/work/orders/internal/stock/keeper.go:80",
    );
    let created = m.stack("net/http.(*Server).Serve /usr/local/go/src/net/http/server.go:3454");
    let access = |write, previous, goroutine, stack| evidence::RaceAccess {
        write,
        previous,
        atomic: false,
        address: 0xc0_0012_3456,
        goroutine,
        stack: Some(stack),
    };
    m.set.races.push(evidence::RaceReport {
        origin: Origin { input, line: 900 },
        time: None,
        accesses: vec![access(true, false, Some(12), writer), access(false, true, None, reader)],
        creations: vec![evidence::RaceCreation {
            goroutine: 12,
            running: false,
            stack: Some(created),
        }],
        location: Some(evidence::RaceLocation::Global {
            name: "levels".to_owned(),
            size: 8,
            declared: "/home/alice/work/orders/internal/stock/keeper.go:14".to_owned(),
        }),
        test: None,
        cut: false,
    });
}

fn add_profile(m: &mut Maker, input: InputId, send: StackId, lock: StackId) {
    let sample_types = [("contentions", "count"), ("delay", "nanoseconds")].map(|(name, unit)| evidence::SampleType {
        name: m.sym(name),
        unit: m.sym(unit),
    });
    let sample = |stack, values: [i64; 2]| evidence::ProfileSample {
        stack,
        values: values.to_vec(),
        labels: None,
    };
    m.set.profiles.push(evidence::Profile {
        origin: Origin { input, line: 0 },
        kind: evidence::ProfileKind::Block,
        time: None,
        duration_nanos: 0,
        sample_types: sample_types.to_vec(),
        period: 1,
        samples: vec![sample(send, [9, 9_000_000_000]), sample(lock, [3, 3_300_000_000])],
    });
}
