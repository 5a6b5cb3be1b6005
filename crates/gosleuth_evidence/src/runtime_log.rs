//! Lines that the runtime prints under `GODEBUG`: gctrace, scavtrace, schedtrace and scheddetail.
//!
//! Source: `gcMarkTermination` in `runtime/mgc.go`, `printScavTrace` in `runtime/mgcscavenge.go`, `schedtrace` in
//! `runtime/proc.go`, Go 1.15 to 1.27. The lines stand among the output of the program, often behind a piece of it that ended
//! without a line break, so the start of a line is searched for, its end is exact.

use memchr::memmem;

use crate::cursor::Cursor;
use crate::form::Context;
use crate::model::{EvidenceSet, GcCycle, Origin, ScavTick, SchedTick};

/// Lines longer than this are not the runtime's (schedtrace on 4,096 processors has 60 KB).
const MAX_LINE: usize = 128 << 10;
/// Distinct wait reasons kept per tick; the runtime has 47.
const MAX_REASONS: usize = 64;

/// Reads a GODEBUG line. Returns whether it was one.
pub(crate) fn line(line: &[u8], cx: &mut Context<'_>) -> bool {
    let Some(&last) = line.last() else { return false };
    if line.len() > MAX_LINE {
        return false;
    }
    match last {
        b'P' | b')' if gc_line(line, cx) => true,
        b'l' | b')' | b']' if scav_line(line, cx) => true,
        b']' | b'e' | b'0'..=b'9' if sched_line(line, cx) => true,
        _ if line.starts_with(b"  ") => detail_line(&line[2..], cx),
        // gctrace=2 (Go 1.25 and later) adds statistics per size class.
        _ => line.starts_with(b"scan: total ") || line.starts_with(b"scan: class "),
    }
}

/// Where `mark`, which starts a runtime line, stands: at the start or behind output without a line break.
fn starts<'a>(line: &'a [u8], mark: &'static [u8]) -> impl Iterator<Item = Cursor<'a>> {
    memmem::find_iter(line, mark)
        .take(8)
        .map(move |at| Cursor(&line[at + mark.len()..]))
}

fn gc_line(line: &[u8], cx: &mut Context<'_>) -> bool {
    let Some(cycle) = starts(line, b"gc ").find_map(|cursor| gc_cycle(cursor, cx.origin())) else {
        return false;
    };
    cx.set.note_form(cx.input, "gctrace");
    cx.set.runtime_log.push_gc(cycle);
    true
}

/// `1 @0.041s 0%: 0.056+0.20+0.002 ms clock, 0.11+0.013/0.066/0.061+0.005 ms cpu, 4->4->3 MB, 5 MB goal, 2 P (forced)`
fn gc_cycle(mut c: Cursor<'_>, origin: Origin) -> Option<GcCycle> {
    let number = c.u64()?;
    c.lit(b" @")?;
    let at = c.decimal()?;
    c.lit(b"s ")?;
    let cpu_percent = c.decimal()?;
    c.lit(b"%")?;
    let leak_check = c.lit(b" (checking for goroutine leaks)").is_some();
    c.lit(b": ")?;
    let mut wall_ms = [0.0; 3];
    for (index, value) in wall_ms.iter_mut().enumerate() {
        if index > 0 {
            c.lit(b"+")?;
        }
        *value = c.decimal()?;
    }
    c.lit(b" ms clock, ")?;
    let mut cpu_ms = [0.0; 5];
    for (index, value) in cpu_ms.iter_mut().enumerate() {
        match index {
            0 => {}
            2 | 3 => c.lit(b"/")?,
            _ => c.lit(b"+")?,
        }
        *value = c.decimal()?;
    }
    c.lit(b" ms cpu, ")?;
    let mut heap_mb = [0; 3];
    for (index, value) in heap_mb.iter_mut().enumerate() {
        if index > 0 {
            c.lit(b"->")?;
        }
        *value = c.u64()?;
    }
    c.lit(b" MB, ")?;
    let goal_mb = c.u64()?;
    c.lit(b" MB goal, ")?;
    let mut procs = c.u64()?;
    let mut stacks_globals_mb = None;
    if c.lit(b" MB stacks, ").is_some() {
        let globals = c.u64()?;
        c.lit(b" MB globals, ")?;
        stacks_globals_mb = Some((procs, globals));
        procs = c.u64()?;
    }
    c.lit(b" P")?;
    let forced = c.lit(b" (forced)").is_some();
    c.is_empty().then_some(GcCycle {
        origin,
        number,
        at,
        cpu_percent,
        wall_ms,
        cpu_ms,
        heap_mb,
        goal_mb,
        stacks_globals_mb,
        procs: u32::try_from(procs).ok()?,
        forced,
        leak_check,
    })
}

fn scav_line(line: &[u8], cx: &mut Context<'_>) -> bool {
    let Some(tick) = starts(line, b"scav ").find_map(|cursor| scav_tick(cursor, cx.origin())) else {
        return false;
    };
    cx.set.note_form(cx.input, "scavtrace");
    cx.set.runtime_log.push_scav(tick);
    true
}

/// 1.15 `0 0 KiB work, 58488 KiB total, 99% util`; 1.19 without the first number;
/// 1.21 and later `0 KiB work (bg), 0 KiB work (eager), 1128 KiB now, 99% util`.
fn scav_tick(mut c: Cursor<'_>, origin: Origin) -> Option<ScavTick> {
    let mut work_kib = c.u64()?;
    if c.lit(b" KiB").is_none() {
        // 1.15 to 1.18 print the generation of the scavenger first.
        c.lit(b" ")?;
        work_kib = c.u64()?;
        c.lit(b" KiB")?;
    }
    c.lit(b" work")?;
    if c.lit(b" (bg)").is_some() {
        c.lit(b", ")?;
        work_kib = work_kib.saturating_add(c.u64()?);
        c.lit(b" KiB work (eager)")?;
    }
    c.lit(b", ")?;
    let total_kib = c.u64()?;
    c.lit(b" KiB total, ").or_else(|| c.lit(b" KiB now, "))?;
    let util_percent = c.u32()?;
    c.lit(b"% util")?;
    let forced = c.lit(b" (forced)").is_some();
    c.lit(b" [controller reset]");
    c.is_empty().then_some(ScavTick {
        origin,
        work_kib,
        total_kib,
        util_percent,
        forced,
    })
}

fn sched_line(line: &[u8], cx: &mut Context<'_>) -> bool {
    let Some(tick) = starts(line, b"SCHED ").find_map(|cursor| sched_tick(cursor, cx.origin())) else {
        return false;
    };
    cx.set.note_form(cx.input, "schedtrace");
    cx.set.runtime_log.push_sched(tick);
    true
}

/// `0ms: gomaxprocs=2 idleprocs=1 threads=4 spinningthreads=0 needspinning=0 idlethreads=2 runqueue=0 [ 0 0 ] schedticks=[ 0 0 ]`
/// or, with scheddetail, `… runqueue=0 gcwaiting=false nmidlelocked=0 stopwait=0 sysmonwait=false`.
fn sched_tick(mut c: Cursor<'_>, origin: Origin) -> Option<SchedTick> {
    let at_ms = c.u64()?;
    c.lit(b"ms: ")?;
    let mut tick = SchedTick {
        origin,
        at_ms,
        gomaxprocs: 0,
        idle_procs: 0,
        threads: 0,
        spinning_threads: 0,
        need_spinning: None,
        idle_threads: 0,
        run_queue: 0,
        local_queues: Vec::new(),
        sched_ticks: Vec::new(),
        goroutines: Vec::new(),
        threads_detail: None,
    };
    c.lit(b"gomaxprocs=")?;
    tick.gomaxprocs = c.u32()?;
    c.lit(b" idleprocs=")?;
    tick.idle_procs = c.u32()?;
    c.lit(b" threads=")?;
    tick.threads = c.u32()?;
    c.lit(b" spinningthreads=")?;
    tick.spinning_threads = c.u32()?;
    if c.lit(b" needspinning=").is_some() {
        tick.need_spinning = Some(c.u32()?);
    }
    c.lit(b" idlethreads=")?;
    tick.idle_threads = c.u32()?;
    c.lit(b" runqueue=")?;
    tick.run_queue = c.u64()?;
    if c.lit(b" gcwaiting=").is_some() {
        return Some(tick);
    }
    c.lit(b" [")?;
    tick.local_queues = numbers(c.until(b"]")?)?
        .into_iter()
        .map(|count| u32::try_from(count).unwrap_or(u32::MAX))
        .collect();
    if c.lit(b" schedticks=[").is_some() {
        tick.sched_ticks = numbers(c.until(b"]")?)?;
    }
    c.is_empty().then_some(tick)
}

/// Numbers separated by spaces.
fn numbers(text: &[u8]) -> Option<Vec<u64>> {
    let mut out = Vec::new();
    for word in text.split(|&byte| byte == b' ').filter(|word| !word.is_empty()) {
        let mut cursor = Cursor(word);
        let value = cursor.u64().filter(|_| cursor.is_empty())?;
        // Go allows 2^10 processors by default and far fewer exist than this.
        if out.len() < 65_536 {
            out.push(value);
        }
    }
    Some(out)
}

/// A line of scheddetail without its two leading spaces:
/// `P0: status=1 …`, `M2: p=1 … blocked=false lockedg=nil`, `G1: status=4(chan receive) m=nil lockedm=nil`.
fn detail_line(line: &[u8], cx: &mut Context<'_>) -> bool {
    let mut c = Cursor(line);
    let Some((&kind, rest)) = line.split_first() else {
        return false;
    };
    if !matches!(kind, b'P' | b'M' | b'G') {
        return false;
    }
    c.0 = rest;
    if c.u64().is_none() || c.lit(b": ").is_none() {
        return false;
    }
    let parsed = match kind {
        b'P' => c
            .lit(b"status=")
            .and_then(|()| c.u64())
            .and_then(|_| c.lit(b" schedtick="))
            .map(|()| Detail::Processor),
        b'M' => c.lit(b"p=").and_then(|()| c.until(b" blocked=")).map(|_| {
            // 1.15 to 1.20 print 0 and 1.
            Detail::Thread(c.lit(b"true").or_else(|| c.lit(b"1 ")).is_some())
        }),
        _ => goroutine_detail(c),
    };
    let Some(parsed) = parsed else { return false };
    add_detail(cx.set, cx.input, &parsed);
    true
}

enum Detail<'a> {
    Processor,
    Thread(bool),
    Goroutine(&'a [u8]),
}

fn goroutine_detail(mut c: Cursor<'_>) -> Option<Detail<'_>> {
    c.lit(b"status=")?;
    let status = c.u64()?;
    c.lit(b"(")?;
    // The wait reason may hold parentheses itself: `4(chan receive (nil chan)) m=nil`.
    let reason = c.until(b") m=")?;
    // 4 is _Gwaiting, 0x1000 the scan bit. A goroutine that runs again keeps its last reason.
    let waiting = status & 0xfff == 4;
    (reason.len() < 128).then_some(Detail::Goroutine(if waiting { reason } else { b"" }))
}

/// Adds a detail to the last tick of this input.
fn add_detail(set: &mut EvidenceSet, input: crate::model::InputId, detail: &Detail<'_>) {
    let reason = match detail {
        Detail::Goroutine(reason) => Some(set.strings.intern_bytes(reason)),
        _ => None,
    };
    let strings = &set.strings;
    let Some(tick) = set.runtime_log.last_sched().filter(|tick| tick.origin.input == input) else {
        return;
    };
    match (detail, reason) {
        (Detail::Thread(blocked), _) => {
            let (count, total) = tick.threads_detail.get_or_insert((0, 0));
            *count = count.saturating_add(u32::from(*blocked));
            *total = total.saturating_add(1);
        }
        (Detail::Goroutine(_), Some(reason)) => {
            match tick
                .goroutines
                .binary_search_by(|(known, _)| strings.get(*known).cmp(strings.get(reason)))
            {
                Ok(at) => tick.goroutines[at].1 += 1,
                Err(at) if tick.goroutines.len() < MAX_REASONS => tick.goroutines.insert(at, (reason, 1)),
                Err(_) => {}
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use crate::testing::read_text;

    fn render(text: &str) -> String {
        let set = read_text(text);
        let mut out = String::new();
        for gc in &set.runtime_log.gc {
            out += &format!(
                "{} gc {} @{} {}% wall {:?} cpu {:?} heap {:?} goal {} stacks {:?} P {} forced {} leak {}\n",
                gc.origin.line,
                gc.number,
                gc.at,
                gc.cpu_percent,
                gc.wall_ms,
                gc.cpu_ms,
                gc.heap_mb,
                gc.goal_mb,
                gc.stacks_globals_mb,
                gc.procs,
                gc.forced,
                gc.leak_check
            );
        }
        for scav in &set.runtime_log.scav {
            out += &format!(
                "{} scav work {} total {} util {} forced {}\n",
                scav.origin.line, scav.work_kib, scav.total_kib, scav.util_percent, scav.forced
            );
        }
        for tick in &set.runtime_log.sched {
            out += &format!(
                "{} sched {}ms P {} idle {} threads {} spinning {} need {:?} idle {} queue {} {:?} ticks {:?}",
                tick.origin.line,
                tick.at_ms,
                tick.gomaxprocs,
                tick.idle_procs,
                tick.threads,
                tick.spinning_threads,
                tick.need_spinning,
                tick.idle_threads,
                tick.run_queue,
                tick.local_queues,
                tick.sched_ticks
            );
            if let Some(detail) = tick.threads_detail {
                out += &format!(" M {detail:?} G");
                for (reason, count) in &tick.goroutines {
                    out += &format!(" {:?}={count}", set.text(*reason));
                }
            }
            out.push('\n');
        }
        for problem in &set.problems {
            out += &format!("{problem}\n");
        }
        out + &set.inputs[0].forms.join(" ")
    }

    #[test]
    fn gctrace_of_every_version() {
        // In order: 1.15; 1.19 to 1.25; 1.26 and later with a leak check; behind output without a line break.
        assert_snapshot!(render("\
gc 1 @0.041s 0%: 0.056+0.20+0.002 ms clock, 0.11+0.013/0.066/0.061+0.005 ms cpu, 4->4->3 MB, 5 MB goal, 2 P
gc 5 @0.043s 0%: 0.018+0.23+0.026 ms clock, 0.036+0/0.097/0.12+0.052 ms cpu, 30->30->0 MB, 61 MB goal, 0 MB stacks, 0 MB globals, 2 P (forced)
gc 2 @0.055s 0% (checking for goroutine leaks): 0.06+0.27+0.03 ms clock, 0.12+0.24/0.14/0.16+0.07 ms cpu, 3->4->3 MB, 4 MB goal, 1 MB stacks, 2 MB globals, 16 P
working...gc 11443 @86400.444s 12%: 0.62+4.4+0.004 ms clock, 1.2+0/0.66/0.66+0.008 ms cpu, 3000->3100->2000 MB, 4000 MB goal, 0 MB stacks, 0 MB globals, 2 P
"), @"
1 gc 1 @0.041 0% wall [0.056, 0.2, 0.002] cpu [0.11, 0.013, 0.066, 0.061, 0.005] heap [4, 4, 3] goal 5 stacks None P 2 forced false leak false
2 gc 5 @0.043 0% wall [0.018, 0.23, 0.026] cpu [0.036, 0.0, 0.097, 0.12, 0.052] heap [30, 30, 0] goal 61 stacks Some((0, 0)) P 2 forced true leak false
3 gc 2 @0.055 0% wall [0.06, 0.27, 0.03] cpu [0.12, 0.24, 0.14, 0.16, 0.07] heap [3, 4, 3] goal 4 stacks Some((1, 2)) P 16 forced false leak true
4 gc 11443 @86400.444 12% wall [0.62, 4.4, 0.004] cpu [1.2, 0.0, 0.66, 0.66, 0.008] heap [3000, 3100, 2000] goal 4000 stacks Some((0, 0)) P 2 forced false leak false
gctrace
");
    }

    #[test]
    fn gctrace_2_adds_lines_that_belong_to_it() {
        assert_snapshot!(render("\
gc 1 @0.031s 0%: 0.068+0.18+0.006 ms clock, 0.13+0.14/0/0+0.012 ms cpu, 3->3->3 MB, 4 MB goal, 0 MB stacks, 0 MB globals, 2 P
scan: total 30+92+126=248 objs, 11+9=20 spans
scan: class 8B 9+0+0=9 objs, 0+0=0 spans
scan: total 229 objs
scan: class 8B 5 objs
"), @"
1 gc 1 @0.031 0% wall [0.068, 0.18, 0.006] cpu [0.13, 0.14, 0.0, 0.0, 0.012] heap [3, 3, 3] goal 4 stacks Some((0, 0)) P 2 forced false leak false
gctrace
");
    }

    #[test]
    fn scavtrace_of_every_version() {
        // In order: 1.15; 1.19; 1.21 and later, twice with a remark.
        assert_snapshot!(render("\
scav 0 0 KiB work, 58488 KiB total, 99% util
scav 64 KiB work, 1080 KiB total, 98% util
scav 1 KiB work (bg), 2 KiB work (eager), 1128 KiB now, 99% util
scav 0 KiB work (bg), 8 KiB work (eager), 1128 KiB now, 99% util (forced)
scav 0 KiB work (bg), 0 KiB work (eager), 1128 KiB now, 99% util [controller reset]
"), @"
1 scav work 0 total 58488 util 99 forced false
2 scav work 64 total 1080 util 98 forced false
3 scav work 3 total 1128 util 99 forced false
4 scav work 8 total 1128 util 99 forced true
5 scav work 0 total 1128 util 99 forced false
scavtrace
");
    }

    #[test]
    fn schedtrace_of_every_version() {
        // In order: 1.15 to 1.19; 1.21 to 1.24; 1.25 and later; behind output without a line break.
        assert_snapshot!(render("\
SCHED 0ms: gomaxprocs=2 idleprocs=1 threads=4 spinningthreads=0 idlethreads=2 runqueue=0 [0 0]
SCHED 25ms: gomaxprocs=2 idleprocs=2 threads=4 spinningthreads=1 needspinning=0 idlethreads=1 runqueue=3 [2 0]
SCHED 1009ms: gomaxprocs=4 idleprocs=0 threads=9 spinningthreads=0 needspinning=1 idlethreads=2 runqueue=17 [ 5 0 1 256 ] schedticks=[ 10 3 4 0 ]
progress 10%SCHED 20ms: gomaxprocs=1 idleprocs=1 threads=4 spinningthreads=0 idlethreads=2 runqueue=0 [0]
"), @"
1 sched 0ms P 2 idle 1 threads 4 spinning 0 need None idle 2 queue 0 [0, 0] ticks []
2 sched 25ms P 2 idle 2 threads 4 spinning 1 need Some(0) idle 1 queue 3 [2, 0] ticks []
3 sched 1009ms P 4 idle 0 threads 9 spinning 0 need Some(1) idle 2 queue 17 [5, 0, 1, 256] ticks [10, 3, 4, 0]
4 sched 20ms P 1 idle 1 threads 4 spinning 0 need None idle 2 queue 0 [0] ticks []
schedtrace
");
    }

    #[test]
    fn scheddetail_of_every_version() {
        // 1.15 with numbers, then 1.21 and later with words, with program output between.
        assert_snapshot!(render("\
SCHED 0ms: gomaxprocs=2 idleprocs=1 threads=4 spinningthreads=0 idlethreads=2 runqueue=0 gcwaiting=0 nmidlelocked=0 stopwait=0 sysmonwait=0
  P0: status=1 schedtick=0 syscalltick=0 m=0 runqsize=2 gfreecnt=0 timerslen=0
  M1: p=-1 curg=-1 mallocing=0 throwing=0 preemptoff= locks=1 dying=0 spinning=false blocked=false lockedg=-1
  M0: p=0 curg=1 mallocing=0 throwing=0 preemptoff= locks=0 dying=0 spinning=0 blocked=1 lockedg=1
  G1: status=2() m=0 lockedm=0
  G2: status=4(force gc (idle)) m=-1 lockedm=-1
SCHED 100ms: gomaxprocs=2 idleprocs=1 threads=4 spinningthreads=0 needspinning=0 idlethreads=2 runqueue=0 gcwaiting=false nmidlelocked=0 stopwait=0 sysmonwait=false
  P0: status=1 schedtick=0 syscalltick=0 m=0 runqsize=2 gfreecnt=0 timerslen=0
hello from the program
  M2: p=1 curg=nil mallocing=0 throwing=0 preemptoff= locks=0 dying=0 spinning=true blocked=true lockedg=nil
  G1: status=8() m=0 lockedm=0
  G7: status=4(chan receive) m=nil lockedm=nil
  G8: status=4100(chan receive) m=nil lockedm=nil
  G9: status=1(chan receive) m=nil lockedm=nil
"), @r#"
1 sched 0ms P 2 idle 1 threads 4 spinning 0 need None idle 2 queue 0 [] ticks [] M (1, 2) G ""=1 "force gc (idle)"=1
7 sched 100ms P 2 idle 1 threads 4 spinning 0 need Some(0) idle 2 queue 0 [] ticks [] M (1, 1) G ""=2 "chan receive"=2
schedtrace
"#);
    }

    #[test]
    fn ordinary_lines_are_left_alone() {
        let set = read_text(
            "gc 1 of 3 done\nscav hunt\nSCHED\n  P0: ok\n  G1: status=ok\nscan: 3 files\ngc 1 @0.041s 0%: 0.056+0.20 ms\n\
             the gc 1 @x P\n  M1: p=3\n",
        );
        assert!(set.runtime_log.gc.is_empty() && set.runtime_log.scav.is_empty() && set.runtime_log.sched.is_empty());
        assert_eq!(set.inputs[0].forms, [""; 0]);
    }

    #[test]
    fn long_logs_are_thinned() {
        let mut text = String::new();
        for number in 1..=250_000 {
            text +=
                &format!("gc {number} @{number}.0s 0%: 0+0+0 ms clock, 0+0/0/0+0 ms cpu, 4->4->3 MB, 5 MB goal, 2 P\n");
        }
        let set = read_text(&text);
        let gc = &set.runtime_log.gc;
        assert!((50_000..=100_000).contains(&gc.len()), "{}", gc.len());
        assert!(
            gc[..1_000].iter().map(|cycle| cycle.number).eq(1..=1_000),
            "the first thousand stay"
        );
        let step = gc[1_001].number - gc[1_000].number;
        assert_eq!(step, 4);
        assert!(
            gc[1_000..]
                .windows(2)
                .all(|pair| pair[1].number - pair[0].number == step),
            "evenly thinned"
        );
        assert!(gc[gc.len() - 1].number > 249_990);
    }
}
