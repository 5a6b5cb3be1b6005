//! Counters of the runtime: gctrace, schedtrace, scavtrace, expvar and Prometheus pages as tables with trends and thresholds.

use gosleuth_base::{Idx as _, SuspectKind};
use gosleuth_evidence::{EvidenceSet, ExpVars, GcCycle, InputId, MetricsPage, SchedTick};

use crate::catalogue::{Entry, known};
use crate::model::{CaseFile, CaseOptions, Suspect, Table, Thresholds};
use crate::say::{Values, number, plural};
use crate::series::slope;

/// Rows shown of a long table: evenly spaced, first and last included.
const ROWS: usize = 24;
/// A trend needs this many cycles or ticks.
const LEAST: usize = 5;

/// From this share of a threshold on it is worth a question.
const NEAR: f64 = 0.4;
/// Pauses of a healthy process are well below this, in milliseconds.
const LONG_PAUSE_MS: f64 = 5.0;

/// Adds the tables, and a suspect per threshold crossed.
pub(crate) fn explain(set: &EvidenceSet, options: &CaseOptions, case: &mut CaseFile) {
    let thresholds = &options.thresholds;
    for cycles in by_process(
        &set.runtime_log.gc,
        |cycle| cycle.origin.input,
        |a, b| b.number <= a.number,
    ) {
        garbage_collection(cycles, thresholds, case);
    }
    for ticks in by_process(
        &set.runtime_log.sched,
        |tick| tick.origin.input,
        |a, b| b.at_ms < a.at_ms,
    ) {
        scheduler(set, ticks, thresholds, case);
    }
    scavenger(set, case);
    expvars(set, thresholds, case);
    metrics(set, thresholds, case);
}

/// Cuts a log into runs of one process: another input, or numbers that start again.
fn by_process<T>(items: &[T], input: impl Fn(&T) -> InputId, restarts: impl Fn(&T, &T) -> bool) -> Vec<&[T]> {
    let mut runs = Vec::new();
    let mut start = 0;
    for index in 1..=items.len() {
        if index == items.len()
            || input(&items[index - 1]) != input(&items[index])
            || restarts(&items[index - 1], &items[index])
        {
            runs.push(&items[start..index]);
            start = index;
        }
    }
    runs
}

fn spread<T>(items: &[T]) -> Vec<&T> {
    if items.len() <= ROWS {
        return items.iter().collect();
    }
    (0..ROWS)
        .map(|row| &items[row * (items.len() - 1) / (ROWS - 1)])
        .collect()
}

fn garbage_collection(cycles: &[GcCycle], thresholds: &Thresholds, case: &mut CaseFile) {
    let Some(last) = cycles.last() else { return };
    let first = &cycles[0];
    let mut table = Table {
        title: "Garbage collection".to_owned(),
        columns: ["gc", "at", "CPU", "pauses", "heap", "live", "goal"]
            .map(str::to_owned)
            .to_vec(),
        rows: spread(cycles)
            .into_iter()
            .map(|cycle| {
                vec![
                    format!("{}{}", cycle.number, if cycle.forced { " forced" } else { "" }),
                    format!("{:.1} s", cycle.at),
                    format!("{} %", cycle.cpu_percent),
                    format!("{:.2} ms", cycle.wall_ms[0] + cycle.wall_ms[2]),
                    format!("{} MB", cycle.heap_mb[1]),
                    format!("{} MB", cycle.heap_mb[2]),
                    format!("{} MB", cycle.goal_mb),
                ]
            })
            .collect(),
        remarks: Vec::new(),
    };
    let seconds = last.at - first.at;
    if seconds > 0.0 {
        #[expect(clippy::cast_precision_loss, reason = "a rate")]
        let rate = cycles.len() as f64 / seconds;
        table.remarks.push(format!(
            "{} in {seconds:.0} s ({rate:.1} per second), {} forced.",
            plural(cycles.len() as u64, "collection"),
            cycles.iter().filter(|cycle| cycle.forced).count()
        ));
    }
    let at: Vec<f64> = cycles.iter().map(|cycle| cycle.at / 60.0).collect();
    let live: Vec<u64> = cycles.iter().map(|cycle| cycle.heap_mb[2]).collect();
    let per_minute = slope(&at, &live);
    let (from, to) = (live[0], live[live.len() - 1]);
    if cycles.len() >= LEAST && seconds > 0.0 {
        table
            .remarks
            .push(format!("Live heap {from} MB → {to} MB, {per_minute:.0} MB per minute."));
        let what = format!("{from} MB → {to} MB in {seconds:.0} s, {per_minute:.0} MB per minute");
        heap_growth(
            case,
            thresholds,
            per_minute,
            steady_rise(&live),
            &what,
            to.saturating_sub(from),
        );
    }
    let mut pauses: Vec<f64> = cycles.iter().map(|cycle| cycle.wall_ms[0] + cycle.wall_ms[2]).collect();
    pauses.sort_by(f64::total_cmp);
    let p99 = percentile(&pauses, 0.99);
    table.remarks.push(format!(
        "Pauses: p50 {:.2} ms, p99 {p99:.2} ms, longest {:.2} ms (limit for p99: {} ms).",
        percentile(&pauses, 0.5),
        pauses[pauses.len() - 1],
        thresholds.gc_pause_p99_ms
    ));
    if p99 <= thresholds.gc_pause_p99_ms && p99 > LONG_PAUSE_MS {
        let what = format!("p99 {p99:.1} ms over {}", plural(cycles.len() as u64, "collection"));
        question(case, "gc-pause", SuspectKind::GcPause, &what);
    }
    if p99 > thresholds.gc_pause_p99_ms {
        let what = format!("p99 {p99:.0} ms over {}", plural(cycles.len() as u64, "collection"));
        push(case, "gc-pause", SuspectKind::GcPause, &what);
    }
    // The share printed counts from the start of the process; collections of the measured span tell the present one.
    let span_share = if seconds > 1.0 {
        let cpu: f64 = cycles[1..]
            .iter()
            .map(|cycle| cycle.cpu_ms[0] + cycle.cpu_ms[1] + cycle.cpu_ms[2] + cycle.cpu_ms[4])
            .sum();
        cpu / (seconds * 1000.0 * f64::from(last.procs.max(1))) * 100.0
    } else {
        last.cpu_percent
    };
    let share = span_share.max(last.cpu_percent);
    table.remarks.push(format!(
        "Share of CPU spent in collection: {share:.0} % (limit {} %).",
        thresholds.gc_cpu_percent
    ));
    let enough = cycles.len() >= LEAST;
    if enough && share < thresholds.gc_cpu_percent && share >= thresholds.gc_cpu_percent * NEAR {
        let what = format!(
            "{share:.0} % of the CPU over {}",
            plural(cycles.len() as u64, "collection")
        );
        question(case, "gc-cpu-share", SuspectKind::GcPressure, &what);
    }
    if share >= thresholds.gc_cpu_percent && enough {
        let what = format!(
            "{share:.0} % of the CPU over {}",
            plural(cycles.len() as u64, "collection")
        );
        push(case, "gc-cpu-share", SuspectKind::GcPressure, &what);
    }
    let assist: f64 = cycles.iter().map(|cycle| cycle.cpu_ms[1]).sum();
    let total: f64 = cycles.iter().flat_map(|cycle| cycle.cpu_ms).sum();
    if total > 0.0 && assist / total > 0.3 {
        table.remarks.push(format!(
            "{:.0} % of that is assist: goroutines that allocate are made to help the collector.",
            assist / total * 100.0
        ));
    }
    case.tables.push(table);
}

/// Three quarters of the steps rise, and the end is at least twice the beginning.
fn steady_rise(values: &[u64]) -> bool {
    let steps = values.len().saturating_sub(1);
    let rises = values.windows(2).filter(|pair| pair[1] >= pair[0]).count();
    steps + 1 >= LEAST && rises * 4 >= steps * 3 && values[steps] >= 2 * values[0].max(1)
}

fn heap_growth(case: &mut CaseFile, thresholds: &Thresholds, per_minute: f64, rises: bool, what: &str, gained: u64) {
    if per_minute >= thresholds.heap_growth_mib_per_minute {
        push(case, "heap-growth", SuspectKind::HeapGrowth, what);
    } else if rises && gained >= 16 {
        question(case, "heap-growth", SuspectKind::HeapGrowth, what);
    }
}

fn percentile(sorted: &[f64], share: f64) -> f64 {
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "an index into a short list"
    )]
    let index = ((sorted.len() as f64 * share).ceil() as usize).clamp(1, sorted.len()) - 1;
    sorted[index]
}

fn scheduler(set: &EvidenceSet, ticks: &[SchedTick], thresholds: &Thresholds, case: &mut CaseFile) {
    let Some(last) = ticks.last() else { return };
    let first = &ticks[0];
    let waiting = |tick: &SchedTick| tick.run_queue + tick.local_queues.iter().map(|&len| u64::from(len)).sum::<u64>();
    #[expect(clippy::cast_precision_loss, reason = "queue lengths")]
    let per_proc = |tick: &SchedTick| waiting(tick) as f64 / f64::from(tick.gomaxprocs.max(1));
    let mut table = Table {
        title: "Scheduler".to_owned(),
        columns: [
            "at",
            "procs",
            "idle procs",
            "threads",
            "spinning",
            "idle threads",
            "runnable",
            "longest queue",
        ]
        .map(str::to_owned)
        .to_vec(),
        rows: spread(ticks)
            .into_iter()
            .map(|tick| {
                vec![
                    format!(
                        "{:.1} s",
                        f64::from(u32::try_from(tick.at_ms).unwrap_or(u32::MAX)) / 1000.0
                    ),
                    tick.gomaxprocs.to_string(),
                    tick.idle_procs.to_string(),
                    tick.threads.to_string(),
                    tick.spinning_threads.to_string(),
                    tick.idle_threads.to_string(),
                    waiting(tick).to_string(),
                    tick.local_queues.iter().copied().max().unwrap_or(0).to_string(),
                ]
            })
            .collect(),
        remarks: Vec::new(),
    };
    let mut queues: Vec<f64> = ticks.iter().map(per_proc).collect();
    queues.sort_by(f64::total_cmp);
    let median = percentile(&queues, 0.5);
    let busy = ticks.iter().filter(|tick| tick.idle_procs == 0).count();
    table.remarks.push(format!(
        "Runnable goroutines per processor: median {median:.1}, most {:.1} (limit {}); no processor idle in {busy} of {}.",
        queues[queues.len() - 1],
        thresholds.run_queue_per_proc,
        plural(ticks.len() as u64, "tick")
    ));
    if ticks.len() >= 3 && median > thresholds.run_queue_per_proc {
        let what = format!(
            "{median:.0} runnable goroutines per processor in the median of {}",
            plural(ticks.len() as u64, "tick")
        );
        push(case, "run-queue", SuspectKind::SchedulerStarvation, &what);
    }
    let spinning = ticks
        .iter()
        .filter(|tick| tick.spinning_threads * 2 > tick.gomaxprocs)
        .count();
    if ticks.len() >= LEAST && spinning * 2 > ticks.len() {
        table.remarks.push(format!(
            "More than half of the processors look for work in {spinning} of {}: many goroutines wake for very short work.",
            plural(ticks.len() as u64, "tick")
        ));
    }
    table
        .remarks
        .push(format!("Threads: {} → {}.", first.threads, last.threads));
    if ticks.len() >= LEAST && last.threads >= first.threads * 2 && last.threads >= first.threads + 10 {
        let what = format!("{} → {}", first.threads, last.threads);
        push(case, "thread-growth", SuspectKind::ThreadGrowth, &what);
    }
    if let Some((blocked, all)) = last.threads_detail {
        table.remarks.push(format!("{blocked} of {all} threads are blocked."));
    }
    if let Some((reason, count)) = last
        .goroutines
        .iter()
        .filter(|(reason, _)| !set.text(*reason).is_empty())
        .max_by_key(|(_, count)| *count)
    {
        table.remarks.push(format!(
            "Most goroutines wait for: {} ({}).",
            set.text(*reason),
            number(*count)
        ));
    }
    case.tables.push(table);
}

fn scavenger(set: &EvidenceSet, case: &mut CaseFile) {
    let scav = &set.runtime_log.scav;
    let (Some(first), Some(last)) = (scav.first(), scav.last()) else {
        return;
    };
    case.tables.push(Table {
        title: "Memory given back".to_owned(),
        columns: ["returned", "held", "used"].map(str::to_owned).to_vec(),
        rows: spread(scav)
            .into_iter()
            .map(|tick| {
                vec![
                    format!("{} KiB", tick.work_kib),
                    format!("{} KiB", tick.total_kib),
                    format!("{} %", tick.util_percent),
                ]
            })
            .collect(),
        remarks: vec![format!(
            "Held from the operating system: {} KiB → {} KiB.",
            number(first.total_kib),
            number(last.total_kib)
        )],
    });
}

fn expvars(set: &EvidenceSet, thresholds: &Thresholds, case: &mut CaseFile) {
    let documents: Vec<&ExpVars> = set.expvars.iter().filter(|vars| vars.memstats.is_some()).collect();
    let Some(last) = documents.last().and_then(|vars| vars.memstats.as_ref()) else {
        return;
    };
    let mib = |bytes: u64| bytes >> 20;
    let mut table = Table {
        title: "Memory (expvar)".to_owned(),
        columns: [
            "document",
            "heap in use",
            "live",
            "objects",
            "stacks",
            "from OS",
            "collections",
            "GC CPU",
        ]
        .map(str::to_owned)
        .to_vec(),
        rows: documents
            .iter()
            .filter_map(|vars| Some((vars, vars.memstats.as_ref()?)))
            .map(|(vars, stats)| {
                vec![
                    input_name(set, vars.origin.input),
                    format!("{} MiB", mib(stats.heap_inuse)),
                    format!("{} MiB", mib(stats.heap_alloc)),
                    number(stats.heap_objects),
                    format!("{} MiB", mib(stats.stack_inuse)),
                    format!("{} MiB", mib(stats.sys)),
                    number(stats.num_gc),
                    format!("{:.1} %", stats.gc_cpu_fraction * 100.0),
                ]
            })
            .collect(),
        remarks: Vec::new(),
    };
    let mut pauses: Vec<f64> = last.recent_pauses_ns.iter().map(|&ns| millis(ns)).collect();
    pauses.sort_by(f64::total_cmp);
    if !pauses.is_empty() {
        let p99 = percentile(&pauses, 0.99);
        table.remarks.push(format!(
            "Last {}: p99 {p99:.2} ms (limit {} ms).",
            plural(pauses.len() as u64, "pause"),
            thresholds.gc_pause_p99_ms
        ));
        if p99 > thresholds.gc_pause_p99_ms {
            push(case, "gc-pause", SuspectKind::GcPause, &format!("p99 {p99:.0} ms"));
        }
    }
    let share = last.gc_cpu_fraction * 100.0;
    if share >= thresholds.gc_cpu_percent {
        push(
            case,
            "gc-cpu-share",
            SuspectKind::GcPressure,
            &format!("{share:.0} % of the CPU since the start"),
        );
    }
    if let Some((first_vars, last_vars)) = documents.first().zip(documents.last())
        && let (Some(a), Some(b)) = (&first_vars.memstats, &last_vars.memstats)
        && documents.len() >= 2
    {
        table.remarks.push(format!(
            "Live heap {} MiB → {} MiB over {}.",
            mib(a.heap_alloc),
            mib(b.heap_alloc),
            plural(b.num_gc.saturating_sub(a.num_gc), "collection")
        ));
        if let (Some(from), Some(to)) = (first_vars.time, last_vars.time)
            && to > from
        {
            #[expect(clippy::cast_precision_loss, reason = "a rate")]
            let per_minute =
                (b.heap_alloc as f64 - a.heap_alloc as f64) / f64::from(1 << 20) / ((to.0 - from.0) as f64 / 60e9);
            if per_minute >= thresholds.heap_growth_mib_per_minute {
                push(
                    case,
                    "heap-growth",
                    SuspectKind::HeapGrowth,
                    &format!("{per_minute:.0} MiB per minute"),
                );
            }
        }
    }
    case.tables.push(table);
}

#[expect(clippy::cast_precision_loss, reason = "milliseconds for display")]
fn millis(nanos: u64) -> f64 {
    nanos as f64 / 1e6
}

fn metrics(set: &EvidenceSet, thresholds: &Thresholds, case: &mut CaseFile) {
    const SHOWN: &[(&str, &str)] = &[
        ("go_goroutines", "goroutines"),
        ("go_sched_goroutines_goroutines", "goroutines"),
        ("go_threads", "threads"),
        ("go_memstats_heap_inuse_bytes", "heap in use"),
        ("go_memstats_heap_alloc_bytes", "live heap"),
        ("process_resident_memory_bytes", "resident"),
        ("process_open_fds", "open files"),
    ];
    if set.metrics.is_empty() {
        return;
    }
    let value = |page: &MetricsPage, name: &str| {
        page.samples
            .iter()
            .find(|sample| set.text(sample.name) == name && sample.labels.is_empty())
            .map(|sample| sample.value)
    };
    let shown: Vec<&(&str, &str)> = SHOWN
        .iter()
        .filter(|(name, _)| set.metrics.iter().any(|page| value(page, name).is_some()))
        .collect();
    let mut table = Table {
        title: "Metrics".to_owned(),
        columns: std::iter::once("page".to_owned())
            .chain(shown.iter().map(|(_, title)| (*title).to_owned()))
            .collect(),
        rows: set
            .metrics
            .iter()
            .map(|page| {
                std::iter::once(input_name(set, page.origin.input))
                    .chain(shown.iter().map(|(name, _)| {
                        value(page, name).map_or_else(String::new, |value| {
                            if name.ends_with("_bytes") {
                                format!("{:.0} MiB", value / f64::from(1 << 20))
                            } else {
                                format!("{value:.0}")
                            }
                        })
                    }))
                    .collect()
            })
            .collect(),
        remarks: Vec::new(),
    };
    if let Some(last) = set.metrics.last() {
        let slowest = last
            .samples
            .iter()
            .filter(|sample| {
                set.text(sample.name) == "go_gc_duration_seconds"
                    && sample
                        .labels
                        .iter()
                        .any(|(key, text)| set.text(*key) == "quantile" && set.text(*text) == "1")
            })
            .map(|sample| sample.value * 1000.0)
            .fold(0.0, f64::max);
        if slowest > thresholds.gc_pause_p99_ms {
            push(
                case,
                "gc-pause",
                SuspectKind::GcPause,
                &format!("longest {slowest:.0} ms"),
            );
        }
        let goroutines = value(last, "go_goroutines").or_else(|| value(last, "go_sched_goroutines_goroutines"));
        #[expect(clippy::cast_precision_loss, reason = "a threshold")]
        let limit = thresholds.goroutines as f64;
        if let Some(count) = goroutines.filter(|count| *count > limit) {
            let entry = known("many-goroutines");
            let mut candidate = suspect(entry, SuspectKind::Growth, &format!("{count:.0}"));
            candidate.would_decide = Some(entry.would_decide.to_owned());
            case.candidates.push(candidate);
        }
    }
    for (name, title) in &shown {
        let values: Vec<f64> = set.metrics.iter().filter_map(|page| value(page, name)).collect();
        if let (Some(first), Some(last)) = (values.first(), values.last())
            && values.len() >= 2
            && last > first
            && *last >= first * 1.5
        {
            table
                .remarks
                .push(format!("{title} grew from {first:.0} to {last:.0}."));
        }
    }
    case.tables.push(table);
}

fn input_name(set: &EvidenceSet, input: InputId) -> String {
    set.inputs
        .get(input.index())
        .map_or_else(String::new, |input| input.name.clone())
}

fn suspect(entry: &'static Entry, kind: SuspectKind, what: &str) -> Suspect {
    let values = Values {
        what,
        ..Values::default()
    };
    Suspect {
        evidence: vec![format!("Measured: {what}.")],
        ..Suspect::new(entry, kind, &values)
    }
}

/// Below its threshold, yet worth a look.
fn question(case: &mut CaseFile, id: &'static str, kind: SuspectKind, what: &str) {
    let entry = known(id);
    let mut candidate = suspect(entry, kind, what);
    candidate.would_decide = Some(entry.would_decide.to_owned());
    case.candidates.push(candidate);
}

fn push(case: &mut CaseFile, id: &'static str, kind: SuspectKind, what: &str) {
    if !case
        .suspects
        .iter()
        .any(|known| known.kind == kind && known.site.is_none())
    {
        case.suspects.push(suspect(known(id), kind, what));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles() {
        assert!((percentile(&[1.0, 2.0, 3.0, 4.0], 0.5) - 2.0).abs() < 1e-9);
        assert!((percentile(&[1.0], 0.99) - 1.0).abs() < 1e-9);
    }

    #[test]
    fn a_rise_is_steady_or_none() {
        assert!(steady_rise(&[4, 8, 12, 16, 20, 24]));
        assert!(!steady_rise(&[4, 30, 4, 30, 4, 30]));
        assert!(!steady_rise(&[10, 11, 11, 12, 12, 13]));
    }
}
