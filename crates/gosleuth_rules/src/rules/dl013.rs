use gosleuth_base::{
    Confidence, Family, Finding, FixAvailability, Idx as _, RuleCode, RuleInfo, RuleSet, Severity, SuspectKind, Symptom,
};
use gosleuth_ir::{BlockId, Call, Callee, Func, FuncId, Op, Terminator, ValueId};
use gosleuth_types::{BasicKind, Builtin, Type};
use rustc_hash::{FxHashMap, FxHashSet};

use crate::context::RuleContext;
use crate::flow::{end_pos, has, nil_check};
use crate::models::Behaviour;
use crate::places::{At, Place, is_same, place_of};
use crate::rule::rule;

rule! {
    /// ## What it does
    ///
    /// Finds paths that take a slot of a semaphore (a send to a buffered channel of tokens, `Acquire` of `semaphore.Weighted`) and leave
    /// the function without giving it back, where other paths of the same function do give it back.
    ///
    /// Also finds goroutines of an `errgroup` with a limit that start another one in the same group: `Go` waits for a slot while its caller
    /// holds one.
    ///
    /// ## Why it is bad
    ///
    /// Each time such a path runs, one slot is gone. When all are gone, everybody who asks for one waits for ever, long after the cause.
    ///
    /// ## Example
    ///
    /// ```go
    /// type pool struct{ slots chan struct{} }
    ///
    /// func newPool() *pool { return &pool{slots: make(chan struct{}, 8)} }
    ///
    /// func (p *pool) run(job func() error) error {
    ///     p.slots <- struct{}{}
    ///     if err := job(); err != nil {
    ///         return err
    ///     }
    ///     <-p.slots
    ///     return nil
    /// }
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```go
    /// type pool struct{ slots chan struct{} }
    ///
    /// func newPool() *pool { return &pool{slots: make(chan struct{}, 8)} }
    ///
    /// func (p *pool) run(job func() error) error {
    ///     p.slots <- struct{}{}
    ///     defer func() { <-p.slots }()
    ///     if err := job(); err != nil {
    ///         return err
    ///     }
    ///     return nil
    /// }
    /// ```
    ///
    /// ## Runtime symptom
    ///
    /// ## Limits
    ///
    /// A function that only takes and one that only gives back are taken to belong together, and where another function gives back too, a path
    /// may hand its slot over. Panics are not counted as paths. Only channels of `struct{}` and `bool` are
    /// taken for semaphores.
    ///
    /// ## Version notes
    ///
    /// None.
    RuleInfo {
        code: RuleCode::new(Family::Deadlocks, 13),
        name: "unreleased-semaphore",
        summary: "a path takes a slot of a semaphore and does not give it back",
        set: RuleSet::Default,
        severity: Severity::Error,
        fix: FixAvailability::None,
        symptoms: &[
            Symptom::Wait("chan send"),
            Symptom::Wait("select"),
            Symptom::Suspect(SuspectKind::BlockedSend),
        ],
    }
}

/// Functions that are looked into for a release, from one call.
const MAX_DEPTH: u32 = 4;

/// States of one walk; a function that needs more is not judged.
const MAX_STATES: usize = 4_000;

/// A slot that is taken.
#[derive(Clone, Copy, Debug)]
struct Acquire {
    at: ValueId,
    place: At,
    /// Where the slot is held: from this place in this block on.
    from: (BlockId, usize),
    /// For `Acquire` and `TryAcquire`: the result that says whether the slot was given.
    result: Option<ValueId>,
    weighted: bool,
}

fn check(cx: &RuleContext<'_>, sink: &mut Vec<Finding>) {
    limited_groups(cx, sink);
    let releases = releases(cx);
    if releases.is_empty() {
        return;
    }
    for (id, func) in cx.ir.funcs.iter_enumerated() {
        let acquires = acquires(cx, id);
        for acquire in acquires {
            // The function itself says that it is meant to give the slot back.
            let Some(&(_, release)) = releases.get(&id).and_then(|list| {
                list.iter()
                    .find(|&&(place, at)| is_behind(func, &acquire, at) && is_same(cx, place, acquire.place))
            }) else {
                continue;
            };
            if is_given_back_elsewhere(cx, acquire.place, &releases) {
                continue;
            }
            if !acquire.weighted && !is_limiter(cx, acquire.place) {
                continue;
            }
            let Some(end) = lost(cx, id, &acquire, &releases) else {
                continue;
            };
            let end = end_pos(func, end);
            let length = cx.source(func.file, gosleuth_syntax::ast::Span::new(end, end + 6));
            let end = gosleuth_syntax::ast::Span::new(end, if length == "return" { end + 6 } else { end + 1 });
            cx.report(
                &RULE.info,
                func.file,
                cx.span_of(func, acquire.at),
                "the slot taken here is not given back on every path",
            )
            .confidence(Confidence::Medium)
            .related(func.file, end, "returns here and keeps the slot")
            .related(func.file, cx.span_of(func, release), "given back here on another path")
            .why("each such return makes the semaphore smaller, until nobody gets a slot any more")
            .action("give it back in a `defer` right behind this")
            .push(sink);
        }
    }
}

/// `Go` of a group with a limit in a goroutine of that group: it waits for a slot, and holds one.
fn limited_groups(cx: &RuleContext<'_>, sink: &mut Vec<Finding>) {
    let method = |call: &Call| {
        let symbol = cx.callee_symbol(call)?;
        let name = symbol.strip_prefix("golang.org/x/sync/errgroup.(*Group).")?;
        (name == "Go" || name == "SetLimit").then_some(name == "Go")
    };
    let mut limits = Vec::new();
    let mut starts = Vec::new();
    for (id, func) in cx.ir.funcs.iter_enumerated() {
        for (at, value) in func.values.iter_enumerated() {
            let Op::Call(call) = &value.op else { continue };
            let (Some(is_go), Some(&recv)) = (method(call), call.args.first()) else {
                continue;
            };
            let place = place_of(cx, id, recv);
            match is_go {
                true => starts.push((id, at, place)),
                false => limits.push((id, at, place)),
            }
        }
    }
    if limits.is_empty() || starts.len() < 2 {
        return;
    }
    let body = |&(id, at, _): &(FuncId, ValueId, Place)| match cx.ir.funcs[id].op(at) {
        Op::Call(call) => call
            .args
            .get(1)
            .and_then(|&argument| cx.known_function(&cx.ir.funcs[id], argument)),
        _ => None,
    };
    let mut known = FxHashSet::default();
    for outer in &starts {
        if known.contains(&outer.2) {
            continue;
        }
        let Some(&(limiter, limit, _)) = limits.iter().find(|(_, _, place)| *place == outer.2) else {
            continue;
        };
        let Some(run) = body(outer) else { continue };
        let inner = starts.iter().find(|inner| {
            inner.2 == outer.2 && inner.1 != outer.1 && reaches(cx, run, inner.0, &mut FxHashSet::default())
        });
        let Some(&(by, at, _)) = inner else { continue };
        let func = &cx.ir.funcs[by];
        let (around, set) = (&cx.ir.funcs[outer.0], &cx.ir.funcs[limiter]);
        cx.report(
            &RULE.info,
            func.file,
            cx.span_of(func, at),
            "this goroutine of a group with a limit waits for another slot of the same group",
        )
        .confidence(Confidence::Medium)
        .related(around.file, cx.span_of(around, outer.1), "it got its own slot here")
        .related(set.file, cx.span_of(set, limit), "the limit")
        .why("when all slots are held by goroutines that want one more, none of them ends, and Wait does not return")
        .action("start what a goroutine needs without the group, do it in the goroutine, or use `TryGo`")
        .push(sink);
        known.insert(outer.2);
    }
}

/// Whether a function is another one, calls it, or a variable that holds it.
fn reaches(cx: &RuleContext<'_>, from: FuncId, wanted: FuncId, seen: &mut FxHashSet<FuncId>) -> bool {
    if from == wanted {
        return true;
    }
    if !seen.insert(from) || seen.len() > 50 {
        return false;
    }
    let func = &cx.ir.funcs[from];
    func.values.iter().any(|value| match &value.op {
        Op::Call(call) => {
            let called = cx.called_function(func, call).or_else(|| match call.callee {
                gosleuth_ir::Callee::Value(value) => held_function(cx, from, value),
                _ => None,
            });
            called.is_some_and(|called| reaches(cx, called, wanted, seen))
        }
        _ => false,
    })
}

/// The only literal that the package stores in a variable that is called.
fn held_function(cx: &RuleContext<'_>, id: FuncId, value: ValueId) -> Option<FuncId> {
    let Place::Object(wanted) = place_of(cx, id, value) else {
        return None;
    };
    let mut stored = cx.ir.funcs.iter().flat_map(|func| {
        func.values.iter().filter_map(move |node| match node.op {
            Op::Store { addr, value } if crate::places::addressed(cx, func, addr) == Some(wanted) => {
                Some(match func.op(value) {
                    Op::Closure { func, .. } => Some(*func),
                    _ => None,
                })
            }
            _ => None,
        })
    });
    let stored: Vec<_> = stored.by_ref().take(2).collect();
    match stored[..] {
        [Some(id)] => Some(id),
        _ => None,
    }
}

/// Whether a function that did not take the slot gives it back: then a path may hand its slot over to that one. Functions that nobody but
/// takers call belong to these.
fn is_given_back_elsewhere(cx: &RuleContext<'_>, place: At, releases: &Releases) -> bool {
    // A literal belongs to the functions around it.
    let takes = |id: FuncId| {
        let mut around = Some(id);
        std::iter::from_fn(|| {
            let id = around?;
            around = cx.ir.funcs[id].parent;
            Some(id)
        })
        .any(|id| acquires(cx, id).iter().any(|acquire| is_same(cx, acquire.place, place)))
    };
    releases.iter().any(|(&by, list)| {
        if !list.iter().any(|&(other, _)| is_same(cx, other, place)) {
            return false;
        }
        let func = &cx.ir.funcs[by];
        if takes(by) {
            return false;
        }
        let Some(obj) = func.obj else { return true };
        let is_open = cx.query.object(obj).is_none_or(|object| object.name.is_exported());
        let mut users = cx.ir.funcs.iter_enumerated().filter_map(|(user, func)| {
            let uses = func.values.iter().any(|value| match &value.op {
                Op::Call(call) | Op::Go(call) | Op::Defer(call) => cx.callee(call) == Some(obj),
                Op::Func(used) | Op::BoundMethod { method: used, .. } => *used == obj,
                _ => false,
            });
            uses.then(|| takes(user))
        });
        // Methods that nobody calls by name are called through an interface.
        is_open || users.next() != Some(true) || users.any(|takes| !takes)
    })
}

/// Whether a value can come after the slot was taken.
fn is_behind(func: &Func, acquire: &Acquire, at: ValueId) -> bool {
    let mut seen = FxHashSet::default();
    let mut work = vec![acquire.from];
    while let Some((block, from)) = work.pop() {
        let node = &func.blocks[block];
        if node.values.get(from..).is_some_and(|values| values.contains(&at)) {
            return true;
        }
        work.extend(
            node.end
                .successors()
                .into_iter()
                .filter(|&to| seen.insert(to))
                .map(|to| (to, 0)),
        );
    }
    false
}

/// The receives and calls that give a slot back, by function.
fn releases(cx: &RuleContext<'_>) -> FxHashMap<FuncId, Vec<(At, ValueId)>> {
    let mut found: FxHashMap<FuncId, Vec<(At, ValueId)>> = FxHashMap::default();
    for (id, func) in cx.ir.funcs.iter_enumerated() {
        for (at, value) in func.values.iter_enumerated() {
            let place = match &value.op {
                Op::Recv { chan, comma_ok: false } if is_token(cx, func, *chan) => (id, *chan),
                Op::Call(call) if is_weighted(cx, call, "Release") => match call.args.first() {
                    Some(&recv) => (id, recv),
                    None => continue,
                },
                _ => continue,
            };
            found.entry(id).or_default().push((place, at));
        }
    }
    found
}

fn is_weighted(cx: &RuleContext<'_>, call: &Call, method: &str) -> bool {
    cx.callee_symbol(call).is_some_and(|symbol| {
        symbol
            .strip_prefix("golang.org/x/sync/semaphore.(*Weighted).")
            .is_some_and(|name| name == method)
    })
}

/// Channels whose elements say nothing: `struct{}` and `bool`.
fn is_token(cx: &RuleContext<'_>, func: &Func, chan: ValueId) -> bool {
    match cx.under(func.values[chan].ty) {
        Type::Chan { elem, .. } => match cx.under(*elem) {
            Type::Struct(fields) => fields.is_empty(),
            Type::Basic(kind) => *kind == BasicKind::Bool,
            _ => false,
        },
        _ => false,
    }
}

fn acquires(cx: &RuleContext<'_>, id: FuncId) -> Vec<Acquire> {
    let func = &cx.ir.funcs[id];
    let mut found = Vec::new();
    for (block, node) in func.blocks.iter_enumerated() {
        for (index, &at) in node.values.iter().enumerate() {
            let from = (block, index + 1);
            match func.op(at) {
                Op::Send { chan, .. } if is_token(cx, func, *chan) => found.push(Acquire {
                    at,
                    place: (id, *chan),
                    from,
                    result: None,
                    weighted: false,
                }),
                Op::Select { cases, default: false } => {
                    let Terminator::Select(_, targets) = &node.end else {
                        continue;
                    };
                    for (case, &target) in cases.iter().zip(targets) {
                        if case.send.is_some() && is_token(cx, func, case.chan) {
                            found.push(Acquire {
                                at,
                                place: (id, case.chan),
                                from: (target, 0),
                                result: None,
                                weighted: false,
                            });
                        }
                    }
                }
                Op::Call(call) if is_weighted(cx, call, "Acquire") || is_weighted(cx, call, "TryAcquire") => {
                    let Some(&recv) = call.args.first() else { continue };
                    found.push(Acquire {
                        at,
                        place: (id, recv),
                        from,
                        result: Some(at),
                        weighted: true,
                    });
                }
                _ => {}
            }
        }
    }
    found
}

/// Whether every channel that the package stores in a place is buffered, and there is one.
fn is_limiter(cx: &RuleContext<'_>, place: At) -> bool {
    let is_buffered = |func: &Func, value: ValueId| match func.op(value) {
        Op::MakeChan { capacity } => Some(capacity.is_some()),
        Op::Zero => None,
        _ => Some(false),
    };
    match place_of(cx, place.0, place.1) {
        Place::Value(id, value) => is_buffered(&cx.ir.funcs[id], value) == Some(true),
        Place::Object(wanted) => {
            let (mut known, mut is_set) = (None, false);
            for func in cx.ir.funcs.iter() {
                for value in func.values.iter() {
                    let Op::Store { addr, value: stored } = value.op else {
                        continue;
                    };
                    if crate::places::addressed(cx, func, addr) != Some(wanted) {
                        continue;
                    }
                    is_set = true;
                    let mut stored = stored;
                    while let Op::Convert(inner) = func.op(stored) {
                        stored = *inner;
                    }
                    match is_buffered(func, stored) {
                        Some(false) => return false,
                        Some(true) => known = Some(true),
                        None => {}
                    }
                }
            }
            // Nobody here makes it: what takes and gives back says what it is.
            known.unwrap_or(!is_set && wanted.pkg == cx.query.pkg)
        }
    }
}

type Releases = FxHashMap<FuncId, Vec<(At, ValueId)>>;

/// The first return that is reached with the slot held.
fn lost(cx: &RuleContext<'_>, id: FuncId, acquire: &Acquire, releases: &Releases) -> Option<BlockId> {
    let func = &cx.ir.funcs[id];
    // What was deferred before gives it back too.
    let is_deferred = func.values.iter_enumerated().any(|(value, node)| {
        matches!(node.op, Op::Defer(_)) && settles(cx, id, value, acquire.place, releases, MAX_DEPTH)
    });
    if is_deferred {
        return None;
    }
    let mut seen = FxHashSet::default();
    let mut work = vec![acquire.from];
    let mut ends = Vec::new();
    let elsewhere = releases
        .iter()
        .any(|(&other, list)| other != id && list.iter().any(|&(place, _)| is_same(cx, place, acquire.place)));
    while let Some((block, from)) = work.pop() {
        if seen.len() > MAX_STATES {
            return None;
        }
        let node = &func.blocks[block];
        let mut held = true;
        for &value in node.values.get(from..).unwrap_or(&[]) {
            // The next slot is a matter of its own.
            if value == acquire.at || settles(cx, id, value, acquire.place, releases, MAX_DEPTH) {
                held = false;
                break;
            }
        }
        if !held {
            continue;
        }
        match &node.end {
            Terminator::Return(values) => {
                // A result that is a function or the object with the semaphore may give the slot back.
                let hands_on = values
                    .iter()
                    .any(|&value| matches!(cx.under(func.values[value].ty), Type::Func(_)));
                // What is made with the slot goes to the caller, and another function takes it back with the slot.
                let lends = elsewhere
                    && values.iter().any(|&value| {
                        matches!(cx.under(func.values[value].ty), Type::Pointer(_) | Type::Struct(_))
                            && !matches!(func.op(value), Op::Zero)
                    });
                if !hands_on && !lends {
                    ends.push(block);
                }
            }
            Terminator::If(cond, then, els) => {
                for (to, taken) in [(*then, true), (*els, false)] {
                    if acquire.result.is_none_or(|result| is_given(func, *cond, taken, result)) && seen.insert(to) {
                        work.push((to, 0));
                    }
                }
            }
            end => work.extend(
                end.successors()
                    .into_iter()
                    .filter(|&to| seen.insert(to))
                    .map(|to| (to, 0)),
            ),
        }
    }
    ends.into_iter()
        .min_by_key(|&block| (end_pos(func, block), block.index()))
}

/// Whether a slot may be held on a branch: not where `Acquire` returned an error or `TryAcquire` false.
fn is_given(func: &Func, cond: ValueId, taken: bool, result: ValueId) -> bool {
    use gosleuth_syntax::ast::UnaryOp;
    match func.op(cond) {
        _ if cond == result => taken,
        Op::Unary(UnaryOp::Not, inner) => is_given(func, *inner, !taken, result),
        _ => match nil_check(func, cond) {
            Some((value, when_nil)) if value == result => taken == when_nil,
            // A variable that holds the error is the error.
            Some((value, when_nil)) if matches!(func.op(value), Op::Load(_) | Op::Phi(_)) => taken == when_nil,
            _ => true,
        },
    }
}

/// Whether a slot is given back at a value, or may be.
fn settles(cx: &RuleContext<'_>, id: FuncId, value: ValueId, place: At, releases: &Releases, depth: u32) -> bool {
    let func = &cx.ir.funcs[id];
    if releases
        .get(&id)
        .is_some_and(|list| list.iter().any(|&(other, at)| at == value && is_same(cx, other, place)))
    {
        return true;
    }
    match func.op(value) {
        // A receive case of a select may take it.
        Op::Select { cases, .. } => cases
            .iter()
            .any(|case| case.send.is_none() && is_same(cx, (id, case.chan), place)),
        Op::Call(Call {
            callee: Callee::Builtin(builtin),
            ..
        }) => *builtin == Builtin::Close,
        Op::Call(call) | Op::Go(call) | Op::Defer(call) => {
            if matches!(func.op(value), Op::Call(_)) && has(cx.call_models(call), Behaviour::NoReturn) {
                return true;
            }
            if is_weighted(cx, call, "Release") {
                return call.args.first().is_some_and(|&recv| is_same(cx, (id, recv), place));
            }
            // The semaphore itself, or a function that knows it, goes elsewhere.
            let hands_on = call.args.iter().any(|&arg| {
                let is_it = is_same(cx, (id, arg), place)
                    && !is_weighted(cx, call, "Acquire")
                    && !is_weighted(cx, call, "TryAcquire");
                is_it
                    || cx
                        .known_function(func, arg)
                        .is_some_and(|body| gives_back(cx, body, place, releases, depth))
            });
            hands_on
                || cx
                    .called_function(func, call)
                    .is_some_and(|body| gives_back(cx, body, place, releases, depth))
        }
        Op::Store { value, .. } => cx
            .known_function(func, *value)
            .is_some_and(|body| gives_back(cx, body, place, releases, depth)),
        _ => false,
    }
}

/// Whether a function gives a slot back somewhere, itself, in its literals or in what it calls.
fn gives_back(cx: &RuleContext<'_>, id: FuncId, place: At, releases: &Releases, depth: u32) -> bool {
    if depth == 0 {
        return true;
    }
    if releases
        .get(&id)
        .is_some_and(|list| list.iter().any(|&(other, _)| same(cx, other, place)))
    {
        return true;
    }
    let func = &cx.ir.funcs[id];
    func.values.iter().any(|value| match &value.op {
        Op::Closure { func: inner, .. } => gives_back(cx, *inner, place, releases, depth - 1),
        Op::Call(call) | Op::Go(call) | Op::Defer(call) => {
            is_weighted(cx, call, "Release")
                || cx
                    .called_function(func, call)
                    .is_some_and(|callee| callee != id && gives_back(cx, callee, place, releases, depth - 1))
        }
        _ => false,
    })
}

/// In another function a parameter may be any object.
fn same(cx: &RuleContext<'_>, other: At, place: At) -> bool {
    matches!(place_of(cx, other.0, other.1), Place::Value(..)) || is_same(cx, other, place)
}
