//! What the recorded traces add up to.

use gosleuth_base::Interner;
use gosleuth_testkit::recordings::traces;

use super::*;
use crate::model::StackTable;
use crate::trace::{WalkOptions, walk};

struct Analysed {
    name: String,
    strings: Interner,
    stacks: StackTable,
    analysis: Analysis,
}

impl Analysed {
    fn function(&self, frame: Option<FrameId>) -> &str {
        frame.map_or("", |frame| self.strings.get(self.stacks.frame(frame).function))
    }

    fn site(&self, function: &str) -> &Site {
        let named = |site: &&Site| self.function(site.start) == function;
        let sites = &self.analysis.totals.sites;
        sites
            .iter()
            .find(named)
            .unwrap_or_else(|| panic!("{}: {function}", self.name))
    }
}

fn analyse(kind: &str, options: &AnalysisOptions) -> Vec<Analysed> {
    let wanted = |name: &str| name.ends_with(kind);
    traces()
        .into_iter()
        .filter(|(name, _)| wanted(name))
        .map(|(name, bytes)| {
            let (mut strings, mut stacks) = (Interner::new(), StackTable::default());
            let mut analysis = Analysis::new(options.clone());
            let outcome = walk(
                &name,
                &mut bytes.as_slice(),
                &mut strings,
                &mut stacks,
                &WalkOptions::default(),
                &mut analysis,
            );
            assert!(outcome.problems.is_empty(), "{name}: {:?}", outcome.problems);
            Analysed {
                name,
                strings,
                stacks,
                analysis,
            }
        })
        .collect()
}

#[test]
fn every_goroutine_is_accounted_for() {
    for analysed in analyse("slow", &AnalysisOptions::default()) {
        let (name, analysis) = (&analysed.name, &analysed.analysis);
        let alive: u64 = analysis.totals.sites.iter().map(Site::alive).sum();
        assert_eq!(alive, analysis.alive.len() as u64, "{name}");
        let consumers = analysed.site("main.consume");
        assert_eq!((consumers.created, consumers.ended), (3, 3), "{name}");
        assert_eq!(consumers.lifetimes.count, 3, "{name}");
        assert_eq!(analysed.function(consumers.creator), "main.main", "{name}");
        assert!(consumers.latency.count > 3, "{name}");
        // Times of a goroutine cover the trace: one that is older and lives on was always in some state.
        for known in analysis.alive.values().filter(|known| known.born.is_none()) {
            let spent: u64 = known.times.iter().sum();
            assert_eq!(spent, analysis.end - analysis.start, "{name}: {known:?}");
        }
        for known in analysis.alive.values().filter(|known| known.born.is_some()) {
            let spent: u64 = known.times.iter().sum();
            assert_eq!(
                Some(spent),
                known.born.map(|born| analysis.end - born),
                "{name}: {known:?}"
            );
        }
    }
}

#[test]
fn sites_times_are_those_of_their_stays() {
    for analysed in analyse("samples", &AnalysisOptions::default()) {
        let totals = &analysed.analysis.totals;
        let stays = |state: GoState| totals.stays.iter().filter(move |(key, _)| key.state == state);
        let latency: u64 = totals.sites.iter().map(|site| site.latency.total).sum();
        let runnable: u64 = stays(GoState::Runnable).map(|(_, stay)| stay.total).sum();
        assert_eq!(latency, runnable, "{}", analysed.name);
        let waits: u64 = stays(GoState::Waiting).map(|(_, stay)| stay.total).sum();
        let sites: u64 = totals
            .sites
            .iter()
            .map(|site| site.times[GoState::Waiting as usize])
            .sum();
        // What is open at the end counts for its goroutine, not for the stay.
        assert!(sites >= waits && waits > 0, "{}", analysed.name);
    }
}

#[test]
fn machine_and_tasks() {
    for analysed in analyse("samples", &AnalysisOptions::default()) {
        let (name, analysis) = (&analysed.name, &analysed.analysis);
        let machine = &analysis.machine;
        assert!(machine.marks.count >= 1, "{name}");
        assert!(machine.assists.total < machine.busy(), "{name}");
        assert!(machine.swept > 0 && machine.heap_peak > 1 << 20, "{name}");
        let kinds: Vec<&str> = machine.pauses.keys().map(|&kind| analysed.strings.get(kind)).collect();
        assert!(kinds.contains(&"GC mark termination"), "{name}: {kinds:?}");
        let procs: Vec<u64> = machine.gomaxprocs.iter().map(|&(_, procs)| procs).collect();
        assert!(procs.contains(&1) && procs.last() == Some(&2), "{name}: {procs:?}");
        assert!(machine.procs.len() >= 2, "{name}");
        for proc in &machine.procs {
            assert!(
                proc.busy <= proc.held && proc.held <= analysis.duration(),
                "{name}: {proc:?}"
            );
        }
        // Two goroutines burn for 150 ms each.
        assert!(machine.busy() > 250_000_000, "{name}: {}", machine.busy());
        let task = |of: &str| {
            let sym = analysed.strings.find(of).expect("a name");
            &analysis.tasks.tasks[&sym]
        };
        assert_eq!(
            (task("order").begun, task("order").ended, task("order").times.count),
            (5, 5, 5),
            "{name}"
        );
        assert!(task("pay").times.longest <= task("order").times.longest, "{name}");
        let check = &analysis.tasks.regions[&analysed.strings.find("check").expect("a name")];
        assert!(check.times.percentile(0.5) >= 100_000, "{name}: it sleeps that long");
    }
}

#[test]
fn a_window_counts_only_what_lies_in_it() {
    let whole = analyse("slow", &AnalysisOptions::default());
    let options = AnalysisOptions {
        window: Some((0, 1_000_000_000)),
        ..AnalysisOptions::default()
    };
    for (whole, part) in whole.iter().zip(analyse("slow", &options)) {
        assert_eq!(part.analysis.duration(), 1_000_000_000);
        assert!(part.analysis.machine.busy() <= whole.analysis.machine.busy());
        for known in part.analysis.alive.values().filter(|known| known.born.is_none()) {
            assert_eq!(
                known.times.iter().sum::<u64>(),
                1_000_000_000,
                "{}: {known:?}",
                part.name
            );
        }
    }
}

#[test]
fn a_life_is_followed_and_wakers_are_known() {
    let options = AnalysisOptions {
        follow: Some(GoId(1)),
        list: true,
        ..AnalysisOptions::default()
    };
    for analysed in analyse("slow", &options) {
        let (name, analysis) = (&analysed.name, &analysed.analysis);
        assert!(analysis.steps.len() > 50, "{name}");
        for pair in analysis.steps.windows(2) {
            assert_eq!(pair[0].to, pair[1].from, "{name}");
        }
        let consumers = analysis
            .ended
            .iter()
            .filter(|known| analysed.function(analysis.totals.sites[known.site as usize].start) == "main.consume");
        assert_eq!(consumers.count(), 3, "{name}");
        let producer_wakes_consumer = analysis.edges.keys().any(|edge| {
            let function = |site: SiteId| analysed.function(analysis.totals.sites[site as usize].start);
            edge.waker.is_some_and(|waker| function(waker) == "main.produce") && function(edge.woken) == "main.consume"
        });
        assert!(producer_wakes_consumer, "{name}");
    }
}

#[test]
fn a_series_stays_small_and_spans_everything() {
    let mut series = Series::default();
    (0..100_000u64).for_each(|time| series.note(time * 1000, time));
    assert!((100..=512).contains(&series.points.len()), "{}", series.points.len());
    assert_eq!(series.points[0], (0, 0));
    assert!(series.points.last().is_some_and(|&(time, _)| time > 99_000_000));
}

/// A fuzzer found two goroutines of one site that were both said to have waited for most of the clock.
#[test]
fn sums_end_at_the_largest_number() {
    let mut sum = u64::MAX - 1;
    super::add(&mut sum, 5);
    assert_eq!(sum, u64::MAX);
}
