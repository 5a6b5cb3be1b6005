//! Finite models as data: objects, and an automaton for each goroutine.

use rustc_hash::FxHashMap;

use crate::program::Site;

/// A finite model of a function and the goroutines it starts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Model {
    /// Channels, locks, counters and the like that operations are on.
    pub objects: Vec<Object>,
    /// Goroutines; the first one runs the function.
    pub goroutines: Vec<Automaton>,
    /// What time does: timers that fire, deadlines that end contexts. Each can happen once, at any moment.
    pub environment: Vec<Action>,
    /// States of the whole program that were visited.
    pub states: u32,
    /// Whether nothing was left out.
    pub complete: bool,
    /// Whether the automata together can do only what the program can: no branch depends on memory that goroutines share, or on values that
    /// they send each other.
    pub exact: bool,
}

/// Something that operations are on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Object {
    /// What it is.
    pub kind: ObjectKind,
    /// Room of a channel.
    pub capacity: u32,
    /// Where a channel was made.
    pub made: Option<Site>,
    /// Where it was seen first, and in which operation, in the words of a goroutine dump.
    pub used: Option<Site>,
    /// That operation.
    pub operation: &'static str,
    /// Whether code that is not here may use it too.
    pub shared: bool,
}

/// Kinds of objects.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ObjectKind {
    /// A channel.
    Channel,
    /// The channel of a timer.
    Timer,
    /// The channel of a ticker.
    Ticker,
    /// The `Done` channel of a context.
    Context,
    /// A mutex.
    Lock,
    /// A `WaitGroup` or errgroup.
    Counter,
    /// A condition.
    Cond,
    /// A `Once`.
    Once,
}

/// What one goroutine does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Automaton {
    /// The `go` statement that starts it; none for the function itself.
    pub created: Option<Site>,
    /// The goroutine that starts it.
    pub parent: u32,
    /// Its states; it begins in the first one.
    pub states: Vec<Local>,
}

/// A state of a goroutine: the operation it stands in front of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Local {
    /// The operation, in the words of a goroutine dump; empty at the begin and end.
    pub operation: &'static str,
    /// Where.
    pub site: Option<Site>,
    /// Whether the goroutine has ended.
    pub end: End,
    /// Whether what comes next was not followed in full.
    pub open: bool,
    /// What can happen.
    pub steps: Vec<LocalStep>,
}

/// A step of a goroutine.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LocalStep {
    /// What it does.
    pub action: Action,
    /// The goroutines that it starts.
    pub starts: Vec<u32>,
    /// Whether the same action can lead elsewhere, as the program leaves open which way it goes.
    pub guessed: bool,
    /// The state it leads to.
    pub to: u32,
}

/// How far a goroutine is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum End {
    /// It goes on, if it can.
    Runs,
    /// It has returned.
    Returned,
    /// The process has died of it.
    Panicked,
    /// The process has ended.
    Exited,
}

/// What a goroutine does in a step. Numbers are those of [`Model::objects`].
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Action {
    /// It begins.
    Begin,
    /// It starts goroutines.
    Go,
    /// A send that a buffer or a receiver takes.
    Send(u32),
    /// A send on a closed channel, which panics.
    SendClosed(u32),
    /// A receive of a value.
    Receive(u32),
    /// A receive from a closed channel.
    ReceiveClosed(u32),
    /// The default of a select with these cases, none of which can certainly happen.
    Default(Vec<Action>),
    /// A close.
    Close(u32),
    /// A close of a closed channel, which panics.
    CloseClosed(u32),
    /// A write lock that is free.
    Lock(u32),
    /// A write lock that readers hold: it keeps new readers out from now on.
    Announce(u32),
    /// The lock after that.
    LockAnnounced(u32),
    /// A read lock.
    ReadLock(u32),
    /// An attempt to lock, and how it ends.
    TryLock {
        /// The lock.
        lock: u32,
        /// For writing.
        write: bool,
        /// Whether it succeeds.
        taken: bool,
    },
    /// An unlock.
    Unlock(u32),
    /// An unlock of a read lock.
    ReadUnlock(u32),
    /// An unlock of what is not locked, of which the process dies.
    UnlockUnlocked(u32),
    /// Adds to a counter.
    Add(u32, i64),
    /// A wait for a counter.
    Wait(u32),
    /// Unlocks, and begins to wait for a condition.
    CondWait {
        /// The condition.
        cond: u32,
        /// Its lock, and whether it is held for writing.
        lock: Option<(u32, bool)>,
    },
    /// A signal has come.
    Woken(u32),
    /// A signal, or one for all.
    Signal(u32, bool),
    /// The first call of a `Once` runs its function.
    OnceRun(u32),
    /// The function of a `Once` has returned.
    OnceDone(u32),
    /// A later call of a `Once`.
    OncePass(u32),
    /// These contexts are done, or pipes closed.
    Cancel(Vec<u32>),
    /// A timer fires.
    Fire(u32),
    /// Code that is not here does its part.
    Outside(u32),
    /// Looks at or changes an atomic variable, a timer or a context.
    Access,
    /// Anything that concerns nobody else.
    Other,
    /// Several at once.
    All(Vec<Action>),
}

/// The automaton with the fewest states that does the same, its states in the order in which they are come to.
pub(crate) fn minimise(states: Vec<Local>) -> Vec<Local> {
    let mut class: Vec<u32> = vec![0; states.len()];
    let mut count = 0;
    loop {
        let mut known: FxHashMap<_, u32> = FxHashMap::default();
        let new: Vec<u32> = states
            .iter()
            .zip(&class)
            .map(|(state, &before)| {
                let mut steps: Vec<LocalStep> = state.steps.clone();
                for step in &mut steps {
                    step.to = class[step.to as usize];
                }
                steps.sort_unstable();
                steps.dedup();
                let next = known.len() as u32;
                let key = (before, state.operation, state.site, state.end, state.open, steps);
                *known.entry(key).or_insert(next)
            })
            .collect();
        let classes = known.len();
        class = new;
        if classes == count {
            break;
        }
        count = classes;
    }
    // One begin that nothing depends on is no state.
    let begin = match states[0].steps.split_first() {
        Some((first, others))
            if others
                .iter()
                .all(|step| class[step.to as usize] == class[first.to as usize]) =>
        {
            first.to as usize
        }
        _ => 0,
    };
    let mut first: FxHashMap<u32, usize> = FxHashMap::default();
    for (number, &class) in class.iter().enumerate() {
        first.entry(class).or_insert(number);
    }
    let mut order = vec![class[begin]];
    let mut places: FxHashMap<u32, u32> = FxHashMap::from_iter([(class[begin], 0)]);
    let mut next = 0;
    let mut out = Vec::new();
    while let Some(&at) = order.get(next) {
        next += 1;
        let mut state = states[first[&at]].clone();
        for step in &mut state.steps {
            let class = class[step.to as usize];
            step.to = *places.entry(class).or_insert_with(|| {
                order.push(class);
                order.len() as u32 - 1
            });
        }
        state.steps.sort_unstable();
        state.steps.dedup();
        out.push(state);
    }
    ends_last(out)
}

/// The same states, those in which the goroutine has ended behind the others.
fn ends_last(states: Vec<Local>) -> Vec<Local> {
    let mut order: Vec<usize> = (0..states.len()).collect();
    order.sort_by_key(|&number| states[number].end);
    let mut places = vec![0; states.len()];
    for (place, &number) in order.iter().enumerate() {
        places[number] = place as u32;
    }
    let mut sorted: Vec<Local> = order.into_iter().map(|number| states[number].clone()).collect();
    for step in sorted.iter_mut().flat_map(|state| &mut state.steps) {
        step.to = places[step.to as usize];
    }
    sorted
}

/// Whether each action leads to one state, but for what the program leaves open.
pub(crate) fn is_exact(states: &[Local]) -> bool {
    states.iter().all(|state| {
        !state.open
            && state.steps.iter().enumerate().all(|(number, step)| {
                step.guessed
                    || state.steps[..number]
                        .iter()
                        .all(|other| other.action != step.action || other.guessed)
            })
    })
}
