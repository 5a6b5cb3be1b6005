//! What the numbers of a trace mean and what to do about it, in sentences and in the tables that they rest on.
//!
//! A remark is no verdict: it says which number is unusual for a service and what usually helps. Suspects come from `gosleuth_case`.

use gosleuth_evidence::StackId;
use gosleuth_evidence::trace::analysis::{Goroutine, Stay};
use gosleuth_evidence::trace::{GoState, Reason};

use super::table::{Cell, Table, duration};
use super::views::View;

/// A goroutine that was not interrupted for so long could not be: the runtime asks every ten milliseconds.
const STRETCH: u64 = 100_000_000;
/// A wait for a processor that requests notice.
const STARVED: u64 = 20_000_000;
/// A processor's share of time in assists, in marking, in pauses that is worth a remark.
const ASSISTS: f64 = 0.05;
const MARKING: f64 = 0.3;
const PAUSE: u64 = 10_000_000;
/// Goroutines that wait for one lock on average, from which on they queue.
const CONVOY: f64 = 1.0;
/// Waits of a second at one lock that make a queue a convoy.
const CONVOY_RATE: f64 = 100.0;
/// Goroutines in system calls at a time, on average for each processor.
const HOGS: f64 = 1.0;

impl View<'_> {
    /// What is unusual, for the summary.
    pub(super) fn remarks(&self) -> Vec<String> {
        let mut remarks = self.sched_remarks();
        remarks.extend(self.gc_remarks());
        remarks.extend(self.contention_remarks());
        remarks.extend(self.syscall_remarks());
        remarks
    }

    /// What the case says of the goroutines that are blocked at the end.
    pub(super) fn suspect_table(&self) -> Table {
        let row = |suspect: &gosleuth_case::Suspect| {
            let site = suspect.site.as_ref();
            vec![
                suspect.headline.as_str().into(),
                suspect.kind.as_str().into(),
                suspect.verdict.as_str().into(),
                site.map_or(Cell::None, |site| site.function.as_str().into()),
                site.map_or(Cell::None, |site| format!("{}:{}", site.file, site.line).into()),
                suspect.count.into(),
                suspect.why.as_str().into(),
                suspect.evidence.join(" ").into(),
                suspect.action.as_str().into(),
            ]
        };
        Table {
            name: "suspects",
            title: "Suspects: goroutines that most likely never get on".to_owned(),
            columns: vec![
                "what",
                "kind",
                "how_sure",
                "function",
                "at",
                "goroutines",
                "why",
                "seen",
                "do",
            ],
            rows: self.suspects.iter().map(row).collect(),
            is_list: true,
            ..Table::default()
        }
    }

    fn seconds(&self) -> f64 {
        (self.analysis.duration() as f64 / 1e9).max(1e-9)
    }

    fn processors(&self) -> f64 {
        let seen = self.analysis.machine.procs.iter().filter(|proc| proc.seen).count();
        (seen as f64).max(1.0)
    }

    pub(super) fn sched_remarks(&self) -> Vec<String> {
        let analysis = self.analysis;
        let seconds = self.seconds();
        let procs = analysis.machine.procs.iter().enumerate();
        let mut remarks: Vec<String> = procs
            .filter(|(_, proc)| analysis.duration() > 0 && proc.spins.count as f64 / seconds >= self.args.spin_rate as f64)
            .map(|(index, proc)| {
                format!(
                    "Processor {index} was woken for nothing {:.0} times a second (every {} in the middle): work comes in pieces too small to \
                     share. Do more at once, or use fewer processors.",
                    proc.spins.count as f64 / seconds,
                    duration(proc.spin_gaps.percentile(0.5))
                )
            })
            .collect();
        let runnable: u64 = analysis
            .totals
            .sites
            .iter()
            .map(|site| site.times[GoState::Runnable as usize])
            .sum();
        let queue = runnable as f64 / 1e9 / seconds / self.processors();
        if queue >= 1.0 {
            remarks.push(format!(
                "{queue:.1} goroutines waited for each processor on average: there is more work than processors. Do less at once (a limit on \
                 requests, a pool), or give it more processors."
            ));
        }
        if let Some((site, longest)) = self
            .longest_stretches()
            .first()
            .filter(|(_, stay)| stay.longest >= STRETCH)
        {
            remarks.push(format!(
                "{} ran for {} without a break: the runtime could not interrupt it, or nothing else was there to run. If others waited, look for \
                 a loop without calls, a long system call or a stopped machine.",
                self.site_name(*site),
                duration(longest.longest)
            ));
        }
        let changes = analysis.machine.gomaxprocs.len();
        if changes > 1 {
            remarks.push(format!(
                "GOMAXPROCS changed {} times (see `sched`); each change stops the program.",
                changes - 1
            ));
        }
        remarks
    }

    /// Sites by the longest time that one of their goroutines ran without a break.
    fn longest_stretches(&self) -> Vec<(u32, Stay)> {
        let mut stretches = self.by(GoState::Running, |key| key.site);
        stretches.retain(|&(site, _)| !self.is_system(site));
        stretches.sort_by_key(|&(site, stay)| (std::cmp::Reverse(stay.longest), site));
        stretches
    }

    pub(super) fn stretches(&self) -> Table {
        let row = |(site, stay): (u32, Stay)| {
            vec![
                Cell::Nanos(stay.longest),
                stay.count.into(),
                Cell::Nanos(stay.total.checked_div(stay.count).unwrap_or(0)),
                self.site_name(site).into(),
            ]
        };
        Table {
            name: "stretches",
            title: "Longest time on a processor without a break, by site".to_owned(),
            columns: vec!["longest", "count", "mean", "site"],
            rows: self.longest_stretches().into_iter().map(row).collect(),
            ..Table::default()
        }
    }

    /// Goroutines that could run when the trace ended and had waited for a processor for long.
    pub(super) fn starved(&self) -> Table {
        let analysis = self.analysis;
        let waited = |goroutine: &Goroutine| analysis.end.saturating_sub(goroutine.since);
        let mut starved: Vec<&Goroutine> = analysis
            .alive
            .values()
            .filter(|goroutine| goroutine.state == GoState::Runnable && waited(goroutine) >= STARVED)
            .collect();
        starved.sort_by_key(|goroutine| (std::cmp::Reverse(waited(goroutine)), goroutine.id));
        let row = |goroutine: &&Goroutine| {
            vec![
                goroutine.id.0.into(),
                Cell::Nanos(waited(goroutine)),
                if goroutine.runs == 0 { "never" } else { "" }.into(),
                self.site_name(goroutine.site).into(),
            ]
        };
        Table {
            name: "starved",
            title: "Runnable when the trace ended, and never scheduled again".to_owned(),
            columns: vec!["goroutine", "for", "ran", "site"],
            rows: starved.iter().map(row).collect(),
            ..Table::default()
        }
    }

    pub(super) fn network_latency(&self) -> Table {
        let network = &self.analysis.totals.network;
        let share = |share: f64| Cell::Nanos(network.percentile(share));
        Table {
            name: "network",
            title: "From data on the network to running".to_owned(),
            columns: vec!["count", "median", "90th", "99th", "longest"],
            rows: vec![vec![
                network.count.into(),
                share(0.5),
                share(0.9),
                share(0.99),
                Cell::Nanos(network.longest),
            ]],
            is_record: true,
            ..Table::default()
        }
    }

    pub(super) fn gc_remarks(&self) -> Vec<String> {
        let machine = &self.analysis.machine;
        let span = self.analysis.duration().max(1) as f64;
        let mut remarks = Vec::new();
        let assists = machine.assists.total as f64 / (span * self.processors());
        if assists >= ASSISTS {
            remarks.push(format!(
                "Goroutines spent {:.0} % of the processors on assists (the longest {}): they allocate faster than the collector marks. Allocate \
                 less (gosleuth inspect of a heap profile shows where), or raise GOGC or GOMEMLIMIT.",
                assists * 100.0,
                duration(machine.assists.longest)
            ));
        }
        let marking = machine.marks.total as f64 / span;
        if marking >= MARKING {
            remarks.push(format!(
                "The collector marked for {:.0} % of the time, {:.1} times a second: the heap is small for what is allocated. Raise GOGC, or set \
                 GOMEMLIMIT and GOGC=off where memory is bounded anyway.",
                marking * 100.0,
                machine.marks.count as f64 / self.seconds()
            ));
        }
        let mut pauses: Vec<_> = machine
            .pauses
            .iter()
            .filter(|(_, times)| times.longest >= PAUSE)
            .collect();
        pauses.sort_by_key(|&(&kind, times)| (std::cmp::Reverse(times.longest), kind));
        if let Some(&(&kind, times)) = pauses.first() {
            remarks.push(format!(
                "The world was stopped for {} for \"{}\": a goroutine that could not be interrupted, or a machine without a free core.",
                duration(times.longest),
                self.text(kind)
            ));
        }
        remarks
    }

    /// Waits by reason and stack at locks.
    fn locks(&self) -> Vec<((Reason, Option<StackId>), Stay)> {
        let mut locks = self.by(GoState::Waiting, |key| (key.reason, key.stack));
        locks.retain(|&((reason, stack), _)| {
            reason == Reason::Sync && {
                let name = self.reason_at(reason, stack);
                name.starts_with("sync.(*Mutex)") || name.starts_with("sync.(*RWMutex)")
            }
        });
        locks
    }

    pub(super) fn contention_remarks(&self) -> Vec<String> {
        let seconds = self.seconds();
        let mut remarks = Vec::new();
        let convoy = self.locks().into_iter().find(|(_, stay)| {
            stay.total as f64 / 1e9 / seconds >= CONVOY && stay.count as f64 / seconds >= CONVOY_RATE
        });
        if let Some(((reason, stack), stay)) = convoy {
            remarks.push(format!(
                "{:.1} goroutines waited for the lock at {} ({}) on average, {:.0} times a second, {} each: a convoy. Hold the lock for less, split \
                 it, or read what it guards without it.",
                stay.total as f64 / 1e9 / seconds,
                self.place(stack),
                self.reason_at(reason, stack),
                stay.count as f64 / seconds,
                duration(stay.total.checked_div(stay.count).unwrap_or(0))
            ));
        }
        if let Some(((reason, stack), stay)) = self
            .herded()
            .first()
            .filter(|(_, stay)| stay.herds as f64 / seconds >= 10.0)
        {
            remarks.push(format!(
                "{:.0} times a second some {} goroutines were woken in one go at {} ({}). If one of them finds work and the others wait again, wake \
                 one: Signal instead of Broadcast, or a channel.",
                stay.herds as f64 / seconds,
                stay.herded / stay.herds.max(1),
                self.place(*stack),
                self.reason_at(*reason, *stack)
            ));
        }
        remarks
    }

    fn herded(&self) -> Vec<((Reason, Option<StackId>), Stay)> {
        let mut herds = self.by(GoState::Waiting, |key| (key.reason, key.stack));
        herds.retain(|(_, stay)| stay.herds > 0);
        herds.sort_by_key(|&(key, stay)| (std::cmp::Reverse(stay.herded), key));
        herds
    }

    pub(super) fn herds(&self) -> Table {
        let row = |((reason, stack), stay): ((Reason, Option<StackId>), Stay)| {
            vec![
                stay.herds.into(),
                stay.herded.into(),
                self.reason_at(reason, stack).into(),
                self.place(stack).into(),
            ]
        };
        Table {
            name: "herds",
            title: "Eight or more goroutines woken by one in one go".to_owned(),
            columns: vec!["times", "goroutines", "reason", "at"],
            rows: self.herded().into_iter().map(row).collect(),
            ..Table::default()
        }
    }

    pub(super) fn syscall_remarks(&self) -> Vec<String> {
        let calls = self.by(GoState::Syscall, |key| key.stack);
        let total: u64 = calls.iter().map(|(_, stay)| stay.total).sum();
        let at_once = total as f64 / 1e9 / self.seconds();
        let Some((stack, stay)) = calls.first().filter(|_| at_once >= HOGS * self.processors()) else {
            return Vec::new();
        };
        vec![format!(
            "{at_once:.1} goroutines were in system calls or in C on average, each on a thread of its own; most of it at {} ({} each). Limit how many \
             do so at a time.",
            self.place(*stack),
            duration(stay.total.checked_div(stay.count).unwrap_or(0))
        )]
    }
}
