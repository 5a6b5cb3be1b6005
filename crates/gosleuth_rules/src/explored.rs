//! What exploring schedules says of a package, as findings of rules.
//!
//! Tests, `main` and the functions that start goroutines, make channels or use locks are explored once for all rules. A failure becomes a finding of the rule whose fault it
//! is: by what the goroutines that can never proceed wait for, and who holds what they need. A failure that rests on answers which depend on
//! each other in ways that are not followed (numbers from outside) is not used.

use gosleuth_base::{Confidence, Finding, RuleCode, RuleInfo};
use gosleuth_ir::{Call, Callee, FuncId, Op, ValueId};
use gosleuth_model::{Blocked, Bounds, Explorer, Failure, FailureKind, FuncKey, Outcome, Program, ProgramUnit, Site};
use gosleuth_types::{Builtin, Type, TypeId};
use rustc_hash::{FxHashMap, FxHashSet};

use crate::context::{LINKED, OWN, PackageInput, RuleContext};
use crate::explored_texts::Texts;
use crate::flow::in_loop;
use crate::left_lock::is_left_behind;
use crate::schedule::{self, created, location, place, words};
use crate::syntax::imports;

/// The rules whose faults exploring finds.
pub(crate) mod codes {
    use gosleuth_base::{Family, RuleCode};

    pub(crate) const DOUBLE_LOCK: RuleCode = RuleCode::new(Family::Deadlocks, 1);
    pub(crate) const LOCK_ORDER_INVERSION: RuleCode = RuleCode::new(Family::Deadlocks, 2);
    pub(crate) const LOCK_NOT_RELEASED: RuleCode = RuleCode::new(Family::Deadlocks, 3);
    pub(crate) const RWMUTEX_UPGRADE: RuleCode = RuleCode::new(Family::Deadlocks, 4);
    pub(crate) const BLOCKING_WHILE_LOCKED: RuleCode = RuleCode::new(Family::Deadlocks, 5);
    pub(crate) const SELF_DEADLOCK: RuleCode = RuleCode::new(Family::Deadlocks, 7);
    pub(crate) const CIRCULAR_WAIT: RuleCode = RuleCode::new(Family::Deadlocks, 8);
    pub(crate) const COND_MISUSE: RuleCode = RuleCode::new(Family::Deadlocks, 9);
    pub(crate) const ONCE_RECURSION: RuleCode = RuleCode::new(Family::Deadlocks, 10);
    pub(crate) const RANGE_OVER_UNCLOSED: RuleCode = RuleCode::new(Family::Leaks, 1);
    pub(crate) const SEND_WITH_NO_RECEIVER: RuleCode = RuleCode::new(Family::Leaks, 2);
    pub(crate) const RECEIVE_WITH_NO_SENDER: RuleCode = RuleCode::new(Family::Leaks, 3);
    pub(crate) const NIL_CHANNEL: RuleCode = RuleCode::new(Family::Leaks, 5);
    pub(crate) const WORKER_WITHOUT_EXIT: RuleCode = RuleCode::new(Family::Leaks, 6);
    pub(crate) const WAITGROUP_NEVER_DONE: RuleCode = RuleCode::new(Family::Leaks, 8);
    pub(crate) const SEND_ON_CLOSED: RuleCode = RuleCode::new(Family::Panics, 1);
    pub(crate) const DOUBLE_CLOSE: RuleCode = RuleCode::new(Family::Panics, 2);
    pub(crate) const CLOSE_OF_NIL: RuleCode = RuleCode::new(Family::Panics, 3);
    pub(crate) const NEGATIVE_WAITGROUP: RuleCode = RuleCode::new(Family::Panics, 4);
    pub(crate) const UNLOCK_OF_UNLOCKED: RuleCode = RuleCode::new(Family::Panics, 5);
}

/// A failure of an explored function, and the rule that reports it.
#[derive(Debug)]
pub struct Diagnosis {
    pub(crate) code: RuleCode,
    /// The function that was explored.
    root: FuncId,
    pub(crate) failure: Failure,
    /// Which of the blocked goroutines the finding is about.
    primary: usize,
    /// Whether it was found without bodies that are known.
    in_part: bool,
}

/// Instructions that exploring one package may take, as [`Bounds`] counts them: about a seventh of a second.
const PACKAGE: u64 = 1_365_000;

/// The same for a package of a few functions: there is nobody else to leave it to.
const SMALL_PACKAGE: (usize, u64) = (4, 2_730_000);

/// Branches on values from outside that are followed. A failure rests on those alone that its schedule needs.
pub(crate) const MAX_GUESSES: u32 = 4;

/// What each function may take in each round. Most are done in the first one; what is left of the package's share goes to the others.
pub(crate) const ROUNDS: [u64; 3] = [9_100, 91_000, SMALL_PACKAGE.1];

/// Explores the functions of a package.
pub(crate) fn diagnose(cx: &RuleContext<'_>) -> Vec<Diagnosis> {
    if is_called_from_c(cx) {
        return Vec::new();
    }
    let program = program(cx);
    let mut explorer = Explorer::new(&program);
    let (mut outcomes, left) = explore(cx, &mut explorer, &mut |_, _| {});
    let whole = outcomes.len();
    outcomes.extend(again(cx, &outcomes, left));
    diagnoses(cx, &mut explorer, outcomes, whole)
}

/// Tests that could not be followed to their end, explored once more without the bodies of what they test: where these rest on too much that is
/// not known, a test can still go wrong by itself.
fn again(
    cx: &RuleContext<'_>,
    outcomes: &[(FuncId, Option<Outcome>)],
    mut left: u64,
) -> Vec<(FuncId, Option<Outcome>)> {
    if cx.linked.funcs.is_empty() {
        return Vec::new();
    }
    let program = Program::new(vec![ProgramUnit {
        query: cx.query,
        package: cx.ir,
    }]);
    let mut explorer = Explorer::new(&program);
    let mut found = Vec::new();
    for (root, outcome) in outcomes {
        let is_open = outcome.as_ref().is_some_and(|outcome| !outcome.complete);
        if left == 0 || !is_open || !in_test(cx, *root) || !calls_elsewhere(cx, own(*root), &mut FxHashSet::default()) {
            continue;
        }
        let bounds = Bounds {
            instructions: ROUNDS[1].min(left),
            guesses: MAX_GUESSES,
            ..Bounds::default()
        };
        let outcome = explorer.explore(own(*root), bounds);
        left -= outcome.instructions;
        found.push((*root, Some(outcome)));
    }
    found
}

/// Whether a function of this package gets to one of another package.
fn calls_elsewhere(cx: &RuleContext<'_>, id: FuncKey, seen: &mut FxHashSet<FuncKey>) -> bool {
    if !seen.insert(id) {
        return false;
    }
    let func = cx.body(id);
    func.values.iter().any(|value| {
        let next = match &value.op {
            Op::Closure { func, .. } => Some(FuncKey { func: *func, ..id }),
            Op::Call(call) | Op::Defer(call) | Op::Go(call) => cx.called_body(id.unit, func, call),
            _ => None,
        };
        next.is_some_and(|next| next.unit == LINKED || calls_elsewhere(cx, next, seen))
    })
}

/// Explores the functions of a package as rules do. `done` hears of each with the number of states, again if it gets more of the budget.
pub fn explore_package(input: &PackageInput<'_>, mut done: impl FnMut(FuncId, u32)) {
    let cx = RuleContext::new(input);
    if !is_called_from_c(&cx) {
        explore(&cx, &mut Explorer::new(&program(&cx)), &mut done);
    }
}

/// The functions of the package, and those of others that it reaches.
pub(crate) fn program<'a>(cx: &RuleContext<'a>) -> Program<'a> {
    let unit = |package| ProgramUnit {
        query: cx.query,
        package,
    };
    Program::new(vec![unit(cx.ir), unit(cx.linked)])
}

/// Explores the roots; with what is left of the share of the package. A part is kept for tests that may have to be explored [`again`].
fn explore(
    cx: &RuleContext<'_>,
    explorer: &mut Explorer<'_>,
    done: &mut dyn FnMut(FuncId, u32),
) -> (Vec<(FuncId, Option<Outcome>)>, u64) {
    let mut outcomes: Vec<(FuncId, Option<Outcome>)> = roots(cx).into_iter().map(|root| (root, None)).collect();
    let share = |instructions: u64| instructions * u64::from(cx.budget) / 100;
    let all = share(if outcomes.len() <= SMALL_PACKAGE.0 {
        SMALL_PACKAGE.1
    } else {
        PACKAGE
    });
    let is_known_in_parts = |root| in_test(cx, root) && calls_elsewhere(cx, own(root), &mut FxHashSet::default());
    let kept = match outcomes.iter().any(|&(root, _)| is_known_in_parts(root)) {
        true => all / 3,
        false => 0,
    };
    let mut left = all - kept;
    for round in ROUNDS {
        for (root, outcome) in &mut outcomes {
            if left == 0 || outcome.as_ref().is_some_and(|outcome| !outcome.spent) {
                continue;
            }
            let bounds = Bounds {
                instructions: share(round).min(left),
                guesses: MAX_GUESSES,
                ..Bounds::default()
            };
            let found = explorer.explore(own(*root), bounds);
            left -= found.instructions;
            done(*root, found.states);
            *outcome = Some(found);
        }
    }
    (outcomes, left + kept)
}

/// The failures that rules report; of the outcomes, those after the first `whole` ones come from [`again`].
fn diagnoses(
    cx: &RuleContext<'_>,
    explorer: &mut Explorer<'_>,
    outcomes: Vec<(FuncId, Option<Outcome>)>,
    whole: usize,
) -> Vec<Diagnosis> {
    let mut known = FxHashSet::default();
    let mut theirs = FxHashMap::default();
    let mut found = Vec::new();
    for (number, (root, outcome)) in outcomes.into_iter().enumerate() {
        let Some(Outcome { failures, complete, .. }) = outcome else {
            continue;
        };
        for failure in failures {
            // Where more is open than what a test expects, that is open too, and so is whether it is slow enough to hang: somebody would have seen it.
            let is_known = complete && number < whole;
            let is_slow = failure.timed && failure.kind == FailureKind::Deadlock && in_test(cx, root);
            let open = failure.expected + u32::from(is_slow);
            let guessed = failure.guesses + if is_known { 0 } else { open };
            if guessed > guesses(cx, root) {
                continue;
            }
            let Some((code, primary)) = classify(cx, &failure) else {
                continue;
            };
            let blocked = &failure.blocked[primary];
            if is_fault_of_callee(cx, explorer, &mut theirs, code, blocked) {
                continue;
            }
            // Each place of this package is named once, whatever is behind it.
            let site = schedule::shown(&failure, root, blocked.goroutine, blocked.site, blocked.shown);
            if known.insert((code, site)) {
                found.push(Diagnosis {
                    code,
                    root,
                    failure,
                    primary,
                    in_part: number >= whole,
                });
            }
        }
    }
    found
}

/// Whether C code may call functions of the package: it does so in the middle of any call of C, and what it calls is not known.
pub(crate) fn is_called_from_c(cx: &RuleContext<'_>) -> bool {
    cx.files
        .iter()
        .any(|file| imports(file, "C") && contains(file.text, b"\n//export "))
}

fn contains(text: &[u8], part: &[u8]) -> bool {
    text.windows(part.len()).any(|window| window == part)
}

/// Instructions that finding out whose fault something is may take, for each function of another package.
const BLAME: u64 = 100_000;

/// What goes wrong in functions of other packages that are called alone: rules, and where.
type Theirs = FxHashMap<FuncKey, FxHashSet<(RuleCode, Site)>>;

/// Whether what goes wrong in a function of another package goes wrong whoever calls it: then it is found there.
fn is_fault_of_callee(
    cx: &RuleContext<'_>,
    explorer: &mut Explorer<'_>,
    theirs: &mut Theirs,
    code: RuleCode,
    blocked: &Blocked,
) -> bool {
    if blocked.site.func.unit == OWN {
        return false;
    }
    let around = |key: FuncKey| {
        let mut key = key;
        while let Some(func) = cx.body(key).parent {
            key.func = func;
        }
        key
    };
    let created = blocked.created.map(|site| site.func);
    let inner = blocked.stack.iter().copied().take_while(|key| key.unit == LINKED);
    let mut keys: Vec<FuncKey> = std::iter::once(blocked.site.func)
        .chain(inner)
        .chain(created.filter(|key| key.unit == LINKED))
        .map(around)
        .collect();
    keys.sort_unstable();
    keys.dedup();
    keys.into_iter().any(|key| {
        let faults = theirs.entry(key).or_insert_with(|| {
            let bounds = Bounds {
                instructions: BLAME,
                guesses: MAX_GUESSES,
                ..Bounds::default()
            };
            let failures = explorer.explore(key, bounds).failures;
            let found = failures
                .iter()
                .filter_map(|failure| Some((failure, classify(cx, failure)?)));
            found
                .map(|(failure, (code, primary))| (code, failure.blocked[primary].site))
                .collect()
        });
        faults.contains(&(code, blocked.site))
    })
}

/// Tests and `main`, then other functions that start goroutines, make channels or use locks, in source order. What only tests call is explored with them. Generic functions are explored where they are called.
pub(crate) fn roots(cx: &RuleContext<'_>) -> Vec<FuncId> {
    let mut first = Vec::new();
    let mut second = Vec::new();
    for (id, func) in cx.ir.funcs.iter_enumerated() {
        let is_generic = matches!(cx.query.ty(func.sig), Type::Func(sig) if sig.type_params != TypeId::EMPTY_TUPLE);
        if func.parent.is_some() || func.blocks.is_empty() || func.obj.is_none() || is_generic {
            continue;
        }
        if is_main(cx, id) {
            if reaches(cx, own(id), &mut FxHashSet::default(), true) {
                first.push(id);
            }
        } else if !in_test(cx, id)
            && (reaches(cx, own(id), &mut FxHashSet::default(), false) || begins_elsewhere(cx, id))
        {
            second.push(id);
        }
    }
    first.extend(second);
    first
}

/// Branches on values from outside that a failure may rest on. A test knows its surroundings: what it calls does what it expects. Any other
/// function is called by somebody who is not here.
fn guesses(cx: &RuleContext<'_>, root: FuncId) -> u32 {
    match (in_test(cx, root), is_main(cx, root)) {
        (true, _) => 0,
        (false, true) => 2,
        (false, false) => 3,
    }
}

pub(crate) fn own(func: FuncId) -> FuncKey {
    FuncKey { unit: OWN, func }
}

fn in_test(cx: &RuleContext<'_>, root: FuncId) -> bool {
    cx.files.get(cx.ir.funcs[root].file).is_some_and(|file| file.is_test)
}

/// Whether a function is where execution begins: `main`, a test.
fn is_main(cx: &RuleContext<'_>, root: FuncId) -> bool {
    let func = &cx.ir.funcs[root];
    match func.name.as_str() {
        "main" => true,
        _ if !in_test(cx, root) => false,
        name if name.starts_with("Example") => has_output(cx.source(func.file, func.span)),
        name => ["Test", "Benchmark", "Fuzz"]
            .iter()
            .any(|prefix| name.starts_with(prefix)),
    }
}

/// Whether an example says what it prints; others are compiled and not run.
fn has_output(text: &str) -> bool {
    text.lines()
        .filter_map(|line| line.trim().strip_prefix("//"))
        .any(|line| {
            let line = line.trim_start().to_ascii_lowercase();
            line.starts_with("output:") || line.starts_with("unordered output:")
        })
}

/// Whether a function starts goroutines, makes channels or uses locks, itself and in its literals; with `calls` in functions it calls too.
fn reaches(cx: &RuleContext<'_>, id: FuncKey, seen: &mut FxHashSet<FuncKey>, calls: bool) -> bool {
    if !seen.insert(id) || seen.len() > 200 {
        return false;
    }
    let func = cx.body(id);
    let mut next = Vec::new();
    for block in func.blocks.iter() {
        for &value in &block.values {
            match func.op(value) {
                Op::Go(_) | Op::MakeChan { .. } => return true,
                Op::Send { .. } | Op::Recv { .. } | Op::Select { .. } if calls => return true,
                Op::Closure { func, .. } => next.push(FuncKey { func: *func, ..id }),
                Op::Call(Call {
                    callee: Callee::Builtin(Builtin::Close),
                    ..
                })
                | Op::Defer(Call {
                    callee: Callee::Builtin(Builtin::Close),
                    ..
                }) if calls => return true,
                Op::Call(call) | Op::Defer(call) => {
                    let is_sync = cx
                        .callee_symbol(call)
                        .is_some_and(|symbol| symbol.starts_with("sync.(*"));
                    if is_sync {
                        return true;
                    }
                    if calls {
                        next.extend(cx.called_body(id.unit, func, call));
                        next.extend(methods_meant(cx, call));
                    }
                }
                _ => {}
            }
        }
    }
    next.into_iter().any(|id| reaches(cx, id, seen, calls))
}

/// Whether a function calls one that starts goroutines or makes channels, of another package, or of its own that returns a channel or what
/// has one: what becomes of these is seen from here only.
fn begins_elsewhere(cx: &RuleContext<'_>, id: FuncId) -> bool {
    let func = &cx.ir.funcs[id];
    let called = |call: &Call| {
        cx.called_body(OWN, func, call)
            .filter(|&key| key.unit == LINKED || returns_channel(cx, key))
    };
    func.values.iter().any(|value| match &value.op {
        Op::Call(call) | Op::Defer(call) => called(call).is_some_and(|key| begins(cx, key, MAX_BEGINS)),
        _ => false,
    })
}

/// Whether a function returns a channel, or a struct of its package with a channel in a field.
fn returns_channel(cx: &RuleContext<'_>, key: FuncKey) -> bool {
    let Type::Func(sig) = cx.query.ty(cx.body(key).sig) else {
        return false;
    };
    let Type::Tuple(results) = cx.query.ty(sig.results) else {
        return false;
    };
    results.iter().any(|&result| {
        let ty = cx.pointee(result).unwrap_or(result);
        match cx.under(ty) {
            Type::Chan { .. } => true,
            Type::Struct(fields) => fields
                .iter()
                .any(|field| field.obj.pkg == cx.query.pkg && matches!(cx.under(field.ty), Type::Chan { .. })),
            _ => false,
        }
    })
}

/// Calls in calls that are looked into for a `go` statement.
const MAX_BEGINS: u32 = 2;

fn begins(cx: &RuleContext<'_>, key: FuncKey, depth: u32) -> bool {
    let func = cx.body(key);
    func.values.iter().any(|value| match &value.op {
        Op::Go(_) | Op::MakeChan { .. } => true,
        Op::Call(call) | Op::Defer(call) => {
            depth > 0
                && cx
                    .called_body(key.unit, func, call)
                    .is_some_and(|key| begins(cx, key, depth - 1))
        }
        _ => false,
    })
}

/// The methods that a call through an interface can mean, by their name.
pub(crate) fn methods_meant(cx: &RuleContext<'_>, call: &Call) -> Vec<FuncKey> {
    let Callee::Interface { method, .. } = call.callee else {
        return Vec::new();
    };
    let Some(name) = cx.query.object(method).map(|object| cx.query.world.text(object.name)) else {
        return Vec::new();
    };
    cx.bodies()
        .filter(|(_, func)| func.parent.is_none() && func.name.rsplit('.').next() == Some(name))
        .map(|(id, _)| id)
        .collect()
}

/// The rule a failure belongs to, and the goroutine that it is about.
fn classify(cx: &RuleContext<'_>, failure: &Failure) -> Option<(RuleCode, usize)> {
    match failure.kind {
        FailureKind::SendOnClosed => return Some((codes::SEND_ON_CLOSED, 0)),
        FailureKind::CloseOfClosed => return Some((codes::DOUBLE_CLOSE, 0)),
        FailureKind::CloseOfNil => return Some((codes::CLOSE_OF_NIL, 0)),
        FailureKind::NegativeCounter => return Some((codes::NEGATIVE_WAITGROUP, 0)),
        FailureKind::UnlockOfUnlocked => return Some((codes::UNLOCK_OF_UNLOCKED, 0)),
        FailureKind::Deadlock | FailureKind::Leak => {}
    }
    let blocked = &failure.blocked;
    let is_lock = |blocked: &Blocked| matches!(blocked.operation, "lock" | "rlock");
    let find = |goroutine: u32| blocked.iter().position(|blocked| blocked.goroutine == goroutine);
    for (index, waiter) in blocked.iter().enumerate() {
        if !is_lock(waiter) {
            continue;
        }
        let Some(holder) = waiter.holder else {
            continue;
        };
        let left = |by: &Blocked| waiter.object.is_some_and(|locked| is_left_behind(cx, by, locked));
        if holder == waiter.goroutine {
            if left(waiter) {
                return Some((codes::LOCK_NOT_RELEASED, index));
            }
            // Its own read lock is in the way of its write lock, or its lock of any lock.
            let upgrades = waiter.operation == "lock" && holds_read(cx, waiter);
            let code = if upgrades || waiter.operation == "rlock" {
                codes::RWMUTEX_UPGRADE
            } else {
                codes::DOUBLE_LOCK
            };
            return Some((code, index));
        }
        match find(holder) {
            None => return Some((codes::LOCK_NOT_RELEASED, index)),
            Some(holder) if left(&blocked[holder]) => return Some((codes::LOCK_NOT_RELEASED, index)),
            Some(holder) if !is_lock(&blocked[holder]) => return Some((codes::BLOCKING_WHILE_LOCKED, holder)),
            Some(_) => {}
        }
    }
    if let Some(index) = blocked.iter().position(is_lock) {
        let waits_behind_writer = blocked.iter().any(|blocked| blocked.operation == "rlock");
        let code = if waits_behind_writer {
            codes::RWMUTEX_UPGRADE
        } else {
            codes::LOCK_ORDER_INVERSION
        };
        return Some((code, index));
    }
    let sites: FxHashSet<Site> = blocked.iter().map(|blocked| blocked.site).collect();
    // Nobody can be waited for who waits at a channel that was never made.
    if let Some(index) = blocked
        .iter()
        .position(|blocked| blocked.operation.ends_with("(nil chan)"))
    {
        return Some((codes::NIL_CHANNEL, index));
    }
    let has_root = find(0).is_some();
    if has_root && sites.len() > 1 {
        // The goroutine that another one waits for comes first.
        let index = blocked.iter().position(|blocked| blocked.goroutine != 0).unwrap_or(0);
        return Some((codes::CIRCULAR_WAIT, index));
    }
    // Onces that wait for each other: each of the two runs in a goroutine of its own.
    if let Some(index) = blocked
        .iter()
        .position(|blocked| blocked.operation == "sync.Once.Do" && blocked.holder != Some(blocked.goroutine))
    {
        return Some((codes::CIRCULAR_WAIT, index));
    }
    let waiter = blocked.first()?;
    let alone = has_root
        && waiter.goroutine == 0
        && failure
            .schedule
            .iter()
            .all(|step| step.goroutine == 0 && step.operation != "go");
    let code = match waiter.operation {
        "chan send" if alone => codes::SELF_DEADLOCK,
        "chan send" => codes::SEND_WITH_NO_RECEIVER,
        "chan receive" if alone => codes::SELF_DEADLOCK,
        "chan receive" if is_range(cx, waiter.site) => codes::RANGE_OVER_UNCLOSED,
        "chan receive" => codes::RECEIVE_WITH_NO_SENDER,
        "select" if is_looped_select(cx, waiter.site) => codes::WORKER_WITHOUT_EXIT,
        "select" => codes::RECEIVE_WITH_NO_SENDER,
        "chan send (nil chan)" | "chan receive (nil chan)" => codes::NIL_CHANNEL,
        "sync.WaitGroup.Wait" => codes::WAITGROUP_NEVER_DONE,
        "sync.Cond.Wait" => codes::COND_MISUSE,
        "sync.Once.Do" => codes::ONCE_RECURSION,
        _ => return None,
    };
    Some((code, 0))
}

/// Whether the lock that stands in the way of a write lock is a read lock.
fn holds_read(cx: &RuleContext<'_>, waiter: &Blocked) -> bool {
    waiter.object.is_some_and(|site| {
        let func = cx.body(site.func);
        func.values.iter_enumerated().any(|(_, value)| {
            value.pos == site.pos
                && match &value.op {
                    Op::Call(call) | Op::Defer(call) => {
                        cx.callee_symbol(call).as_deref() == Some("sync.(*RWMutex).RLock")
                    }
                    _ => false,
                }
        })
    })
}

/// Whether a receive is the round of a `for … range`: its loop comes back to it.
fn is_range(cx: &RuleContext<'_>, site: Site) -> bool {
    let func = cx.body(site.func);
    let is_written = |pos: u32| {
        let file = cx.files.get(func.file)?;
        Some(file.text.get(pos as usize..)?.starts_with(b"<-"))
    };
    let with_ok = |value: ValueId| matches!(func.op(value), Op::Recv { comma_ok: true, .. });
    func.blocks.iter_enumerated().any(|(id, block)| {
        block
            .values
            .iter()
            .any(|&value| func.values[value].pos == site.pos && with_ok(value))
            // Without the text, a receive that its loop comes back to is taken for a range.
            && !is_written(site.pos).unwrap_or_else(|| !in_loop(func, id))
    })
}

/// Whether a select can be reached from itself within its function.
fn is_looped_select(cx: &RuleContext<'_>, site: Site) -> bool {
    let func = cx.body(site.func);
    let home = func.blocks.iter_enumerated().find(|(_, block)| {
        block
            .values
            .iter()
            .any(|&value| func.values[value].pos == site.pos && matches!(func.op(value), Op::Select { .. }))
    });
    home.is_some_and(|(home, _)| in_loop(func, home))
}

/// Appends what exploring found for one rule.
pub(crate) fn report(cx: &RuleContext<'_>, info: &RuleInfo, sink: &mut Vec<Finding>) {
    for diagnosis in cx.explored() {
        if diagnosis.code != info.code {
            continue;
        }
        let finding = finding(cx, info, diagnosis);
        let known = sink.iter_mut().find(|known| {
            known.code == finding.code
                && known.location.file == finding.location.file
                && known.location.line == finding.location.line
        });
        match known {
            None => sink.push(finding),
            // What the rule saw without exploring stands; how it happens comes from here.
            Some(known) if known.schedule.is_empty() => {
                known.schedule = finding.schedule;
                known.confidence = known.confidence.max(finding.confidence);
            }
            Some(_) => {}
        }
    }
}

fn finding(cx: &RuleContext<'_>, info: &RuleInfo, diagnosis: &Diagnosis) -> Finding {
    let failure = &diagnosis.failure;
    let blocked = &failure.blocked[diagnosis.primary];
    let root = diagnosis.root;
    let shown = |blocked: &Blocked| schedule::shown(failure, root, blocked.goroutine, blocked.site, blocked.shown);
    let who = goroutine(cx, diagnosis, blocked.goroutine);
    let (file, span) = place(cx, shown(blocked));
    let text = Texts::of(cx, diagnosis, blocked, &who);
    // A test chooses its times so that others are done before.
    let rests_on_more = diagnosis.in_part || failure.timed && in_test(cx, diagnosis.root);
    let confidence = match failure.guesses {
        0 if !rests_on_more => Confidence::Witnessed,
        0..=2 => Confidence::Medium,
        _ => Confidence::Low,
    };
    // What is written in another package is shown where it is called.
    let why = match blocked.site.func {
        key if key.unit == OWN => text.why.to_owned(),
        key => format!("it stands in `{}`: {}", cx.shown_name(key), text.why),
    };
    let mut report = cx
        .report(info, file, span, text.message)
        .why(why)
        .action(text.action)
        .confidence(confidence);
    if let Some(object) = blocked.object.filter(|site| site.func.unit == OWN) {
        let (file, span) = place(cx, object);
        let label = if matches!(blocked.operation, "lock" | "rlock") {
            "it was locked here"
        } else {
            "the channel is made here"
        };
        report = report.related(file, span, label);
    }
    if let Some(created) = created(failure, root, blocked.goroutine) {
        let (file, span) = place(cx, created);
        report = report.related(file, span, "the goroutine is started here");
    }
    let mut named: Vec<Site> = vec![shown(blocked)];
    for other in &failure.blocked {
        let site = shown(other);
        if named.contains(&site) {
            continue;
        }
        named.push(site);
        let (file, span) = place(cx, site);
        let who = goroutine(cx, diagnosis, other.goroutine);
        report = report.related(file, span, format!("{who} waits here: {}", words(other.operation)));
    }
    report.schedule(schedule::steps(cx, diagnosis.root, failure)).finish()
}

pub(crate) fn goroutine(cx: &RuleContext<'_>, diagnosis: &Diagnosis, number: u32) -> String {
    if number == 0 {
        return cx.ir.funcs[diagnosis.root].name.clone();
    }
    match created(&diagnosis.failure, diagnosis.root, number) {
        Some(site) => format!("goroutine {number} (started at line {})", location(cx, site).line),
        None => format!("goroutine {number}"),
    }
}
