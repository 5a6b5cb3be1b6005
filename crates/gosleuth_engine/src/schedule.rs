//! Work on packages over several threads, each package after those it imports.
//!
//! A package releases those that import it as soon as it is *published*, which is before its own work ends. While a thread finds no package
//! to work on, it prepares (reads and parses) one that will be wanted soon, but only a few, so that memory stays bounded.

use std::cell::Cell;
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::num::NonZeroUsize;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// What is to be done with each package.
pub(crate) trait Job: Sync {
    /// What can be made ready without the packages it imports.
    type Prepared: Send;

    /// Makes a package ready.
    fn prepare(&self, node: usize) -> Self::Prepared;

    /// Does the work. `publish` may be called once those that import this package can begin; the end of the work publishes too.
    fn run(&self, node: usize, prepared: Self::Prepared, publish: &dyn Fn());
}

/// A package to work on.
#[derive(Clone, Debug, Default)]
pub(crate) struct Node {
    /// Positions of the packages it imports.
    pub(crate) needs: Vec<u32>,
    /// Positions of packages on which all work has to be done before this one begins.
    pub(crate) after: Vec<u32>,
    /// How much work it is, in any unit: long chains go first.
    pub(crate) weight: u64,
}

/// Packages that are prepared but not begun, per thread.
const AHEAD: usize = 4;

enum Stage<P> {
    Untouched,
    Preparing,
    Prepared(P),
    Begun,
}

struct State<P> {
    stages: Vec<Stage<P>>,
    /// Number of needed packages that are not published.
    blocked: Vec<u32>,
    /// Packages that can begin: those before which most work waits first.
    ready: BinaryHeap<(u64, Reverse<u32>)>,
    /// Packages in the order in which they will be wanted, and how far that was gone through.
    wanted: Vec<u32>,
    next_wanted: usize,
    prepared: usize,
    active: usize,
    unfinished: usize,
}

struct Schedule<'a, J: Job> {
    job: &'a J,
    dependents: Vec<Vec<u32>>,
    /// Those that wait for the end of the work.
    followers: Vec<Vec<u32>>,
    /// Work on the longest chain of packages from this one on.
    urgency: Vec<u64>,
    ahead: usize,
    state: Mutex<State<J::Prepared>>,
    changed: Condvar,
}

/// Does a job for every package. Packages that need each other in a circle begin when nothing else is left.
pub(crate) fn run<J: Job>(job: &J, nodes: &[Node], threads: NonZeroUsize) {
    let schedule = Schedule::new(job, nodes, threads);
    std::thread::scope(|scope| {
        for _ in 1..threads.get().min(nodes.len()) {
            // Fewer threads do the same work.
            let _ = std::thread::Builder::new()
                .stack_size(STACK)
                .spawn_scoped(scope, || schedule.work());
        }
        let first = std::thread::Builder::new()
            .stack_size(STACK)
            .spawn_scoped(scope, || schedule.work());
        if first.is_err() {
            schedule.work();
        }
    });
}

/// Stack of a thread, in bytes: deep nesting is followed by recursion up to a limit.
const STACK: usize = 64 << 20;

impl<'a, J: Job> Schedule<'a, J> {
    fn new(job: &'a J, nodes: &[Node], threads: NonZeroUsize) -> Self {
        let count = nodes.len();
        let mut dependents = vec![Vec::new(); count];
        let mut followers = vec![Vec::new(); count];
        let mut blocked = vec![0; count];
        for (index, node) in nodes.iter().enumerate() {
            for (needs, lists) in [(&node.needs, &mut dependents), (&node.after, &mut followers)] {
                for &need in needs {
                    if let Some(list) = lists.get_mut(need as usize) {
                        list.push(index as u32);
                        blocked[index] += 1;
                    }
                }
            }
        }
        let (order, depth) = topological(&blocked, &[&dependents, &followers]);
        let mut urgency = vec![0; count];
        for &node in order.iter().rev() {
            let later = [&dependents, &followers];
            let after = later
                .iter()
                .flat_map(|lists| &lists[node as usize])
                .map(|&next| urgency[next as usize])
                .max();
            urgency[node as usize] = after.unwrap_or(0) + nodes[node as usize].weight;
        }
        let mut wanted = order;
        wanted.sort_by_key(|&node| (depth[node as usize], Reverse(urgency[node as usize]), node));
        let ready = (0..count)
            .filter(|&node| blocked[node] == 0)
            .map(|node| (urgency[node], Reverse(node as u32)))
            .collect();
        Self {
            job,
            dependents,
            followers,
            urgency,
            ahead: AHEAD * threads.get(),
            state: Mutex::new(State {
                stages: (0..count).map(|_| Stage::Untouched).collect(),
                blocked,
                ready,
                wanted,
                next_wanted: 0,
                prepared: 0,
                active: 0,
                unfinished: count,
            }),
            changed: Condvar::new(),
        }
    }

    fn lock(&self) -> MutexGuard<'_, State<J::Prepared>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn work(&self) {
        let mut state = self.lock();
        while state.unfinished > 0 {
            if let Some((_, Reverse(node))) = state.ready.pop() {
                let stage = std::mem::replace(&mut state.stages[node as usize], Stage::Begun);
                state.active += 1;
                let prepared = match stage {
                    Stage::Prepared(prepared) => {
                        state.prepared -= 1;
                        Some(prepared)
                    }
                    _ => None,
                };
                drop(state);
                self.run(node, prepared);
                state = self.lock();
            } else if state.prepared < self.ahead
                && let Some(node) = state.take_wanted()
            {
                state.active += 1;
                drop(state);
                state = self.prepare(node);
            } else if state.active == 0 {
                self.break_circle(&mut state);
            } else {
                state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
            }
        }
        self.changed.notify_all();
    }

    fn run(&self, node: u32, prepared: Option<J::Prepared>) {
        // Also when the job panics: the others would wait for ever.
        let _end = OnDrop(|| {
            self.release(&self.followers[node as usize]);
            let mut state = self.lock();
            state.active -= 1;
            state.unfinished -= 1;
            self.changed.notify_all();
        });
        let published = Cell::new(false);
        let publish = || {
            if !published.replace(true) {
                self.release(&self.dependents[node as usize]);
            }
        };
        let _publish = OnDrop(publish);
        let prepared = prepared.unwrap_or_else(|| self.job.prepare(node as usize));
        self.job.run(node as usize, prepared, &publish);
    }

    /// Lets those begin that waited for one package alone.
    fn release(&self, waiting: &[u32]) {
        let mut state = self.lock();
        for &dependent in waiting {
            let blocked = &mut state.blocked[dependent as usize];
            *blocked = blocked.saturating_sub(1);
            if *blocked == 0 {
                self.offer(&mut state, dependent);
            }
        }
        self.changed.notify_all();
    }

    /// A package that is not blocked can begin, unless it is being prepared (it is offered again then) or was begun.
    fn offer(&self, state: &mut State<J::Prepared>, node: u32) {
        if matches!(state.stages[node as usize], Stage::Untouched | Stage::Prepared(_)) {
            state.ready.push((self.urgency[node as usize], Reverse(node)));
        }
    }

    fn prepare(&self, node: u32) -> MutexGuard<'_, State<J::Prepared>> {
        let result = Cell::new(None);
        let end = OnDrop(|| {
            let mut state = self.lock();
            state.active -= 1;
            state.stages[node as usize] = match result.take() {
                Some(prepared) => {
                    state.prepared += 1;
                    Stage::Prepared(prepared)
                }
                // It panicked; it will again when it is run, and be counted there.
                None => Stage::Untouched,
            };
            if state.blocked[node as usize] == 0 {
                self.offer(&mut state, node);
            }
            self.changed.notify_all();
        });
        result.set(Some(self.job.prepare(node as usize)));
        drop(end);
        self.lock()
    }

    /// Nothing runs and nothing can begin: the first package that is left begins without what it needs.
    fn break_circle(&self, state: &mut State<J::Prepared>) {
        let left = state
            .stages
            .iter()
            .position(|stage| matches!(stage, Stage::Untouched | Stage::Prepared(_)));
        match left {
            Some(node) => self.offer(state, node as u32),
            // Cannot be: what is begun is active or finished.
            None => state.unfinished = 0,
        }
    }
}

impl<P> State<P> {
    /// The next package to prepare.
    fn take_wanted(&mut self) -> Option<u32> {
        while let Some(&node) = self.wanted.get(self.next_wanted) {
            self.next_wanted += 1;
            let stage = &mut self.stages[node as usize];
            if matches!(stage, Stage::Untouched) {
                *stage = Stage::Preparing;
                return Some(node);
            }
        }
        None
    }
}

/// Packages in an order in which those they need come first, and the length of the chain before each; without those in circles.
fn topological(blocked: &[u32], later: &[&Vec<Vec<u32>>; 2]) -> (Vec<u32>, Vec<u32>) {
    let mut blocked = blocked.to_vec();
    let mut depth = vec![0; blocked.len()];
    let mut order: Vec<u32> = (0..blocked.len() as u32)
        .filter(|&node| blocked[node as usize] == 0)
        .collect();
    let mut next = 0;
    while let Some(&node) = order.get(next) {
        next += 1;
        for &dependent in later.iter().flat_map(|lists| &lists[node as usize]) {
            let place = dependent as usize;
            depth[place] = depth[place].max(depth[node as usize] + 1);
            blocked[place] -= 1;
            if blocked[place] == 0 {
                order.push(dependent);
            }
        }
    }
    (order, depth)
}

/// Runs a closure when it is dropped.
struct OnDrop<F: FnMut()>(F);

impl<F: FnMut()> Drop for OnDrop<F> {
    fn drop(&mut self) {
        (self.0)();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Writes down what happens.
    #[derive(Default)]
    struct Log {
        events: Mutex<Vec<(char, usize)>>,
        panics_at: Option<usize>,
    }

    impl Log {
        fn add(&self, what: char, node: usize) {
            self.events
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .push((what, node));
        }
    }

    impl Job for Log {
        type Prepared = usize;

        fn prepare(&self, node: usize) -> usize {
            self.add('p', node);
            node
        }

        fn run(&self, node: usize, prepared: usize, publish: &dyn Fn()) {
            assert_eq!(node, prepared);
            assert!(self.panics_at != Some(node), "as the test wants");
            self.add('b', node);
            publish();
            std::thread::yield_now();
            self.add('e', node);
        }
    }

    fn nodes(needs: &[&[u32]]) -> Vec<Node> {
        let node = |needs: &&[u32]| Node {
            needs: needs.to_vec(),
            after: Vec::new(),
            weight: 1,
        };
        needs.iter().map(node).collect()
    }

    fn check(needs: &[&[u32]]) {
        let nodes = nodes(needs);
        for threads in 1..=4 {
            let log = Log::default();
            run(&log, &nodes, NonZeroUsize::new(threads).unwrap());
            let events = log.events.into_inner().unwrap();
            let at = |event| {
                let mut places = events.iter().enumerate().filter(|(_, e)| **e == event);
                let place = places.next().unwrap().0;
                assert!(places.next().is_none(), "{event:?} twice");
                place
            };
            for (index, node) in nodes.iter().enumerate() {
                assert!(at(('p', index)) < at(('b', index)) && at(('b', index)) < at(('e', index)));
                for &need in &node.needs {
                    if need as usize != index {
                        assert!(at(('b', need as usize)) < at(('b', index)), "{need} before {index}");
                    }
                }
            }
        }
    }

    #[test]
    fn packages_begin_after_those_they_need() {
        check(&[]);
        check(&[&[]]);
        check(&[&[], &[0], &[0], &[1, 2], &[3]]);
        let chain: Vec<Vec<u32>> = (0..100_u32)
            .map(|n| if n == 0 { Vec::new() } else { vec![n - 1] })
            .collect();
        check(&chain.iter().map(Vec::as_slice).collect::<Vec<_>>());
        let wide: Vec<Vec<u32>> = (0..200_u32).map(|n| (0..n.min(7)).collect()).collect();
        check(&wide.iter().map(Vec::as_slice).collect::<Vec<_>>());
    }

    #[test]
    fn packages_may_wait_for_the_end_of_others() {
        let mut nodes = nodes(&[&[], &[0], &[0, 1], &[1]]);
        nodes[2].after = vec![0];
        nodes[3].after = vec![0, 1];
        for threads in 1..=4 {
            let log = Log::default();
            run(&log, &nodes, NonZeroUsize::new(threads).unwrap());
            let events = log.events.into_inner().unwrap();
            let at = |event| events.iter().position(|&e| e == event).unwrap();
            assert!(at(('e', 0)) < at(('b', 2)));
            assert!(at(('e', 0)) < at(('b', 3)) && at(('e', 1)) < at(('b', 3)));
        }
    }

    #[test]
    fn circles_do_not_hang() {
        for threads in 1..=3 {
            let log = Log::default();
            run(
                &log,
                &nodes(&[&[1], &[0], &[2], &[1], &[]]),
                NonZeroUsize::new(threads).unwrap(),
            );
            assert_eq!(
                log.events
                    .into_inner()
                    .unwrap()
                    .iter()
                    .filter(|(what, _)| *what == 'e')
                    .count(),
                5
            );
        }
    }

    #[test]
    fn a_panic_is_passed_on_and_does_not_hang() {
        for threads in 1..=3 {
            let log = Log {
                panics_at: Some(1),
                ..Log::default()
            };
            let nodes = nodes(&[&[], &[0], &[1], &[]]);
            let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
                run(&log, &nodes, NonZeroUsize::new(threads).unwrap());
            }));
            assert!(result.is_err());
        }
    }
}
