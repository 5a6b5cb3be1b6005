use gosleuth_base::{
    Confidence, Family, Finding, FixAvailability, Idx as _, RuleCode, RuleInfo, RuleSet, Severity, SuspectKind, Symptom,
};
use gosleuth_ir::{BlockId, Call, Callee, Func, FuncId, Op, ValueId};
use gosleuth_types::{Builtin, ObjRef, Type};
use rustc_hash::{FxHashMap, FxHashSet};

use crate::context::RuleContext;
use crate::locks::{Mode, lock_operation, path_of};
use crate::places::addressed;
use crate::rule::rule;

rule! {
    /// ## What it does
    ///
    /// Finds uses of a field without a lock, where the other methods of its type use it under one: at least three other places, in two
    /// methods, and three of four in all, one of which writes.
    ///
    /// ## Why it is bad
    ///
    /// Whoever put the lock at the other places expected goroutines to meet there. The one place without it sees half-written values, or
    /// overwrites what others write.
    ///
    /// ## Example
    ///
    /// ```go
    /// type counter struct {
    ///     mu sync.Mutex
    ///     n  int
    /// }
    ///
    /// func (c *counter) Add(d int) {
    ///     c.mu.Lock()
    ///     defer c.mu.Unlock()
    ///     c.n += d
    /// }
    ///
    /// func (c *counter) Reset() {
    ///     c.mu.Lock()
    ///     c.n = 0
    ///     c.mu.Unlock()
    /// }
    ///
    /// func (c *counter) Get() int {
    ///     return c.n
    /// }
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```go
    /// type counter struct {
    ///     mu sync.Mutex
    ///     n  int
    /// }
    ///
    /// func (c *counter) Add(d int) {
    ///     c.mu.Lock()
    ///     defer c.mu.Unlock()
    ///     c.n += d
    /// }
    ///
    /// func (c *counter) Reset() {
    ///     c.mu.Lock()
    ///     c.n = 0
    ///     c.mu.Unlock()
    /// }
    ///
    /// func (c *counter) Get() int {
    ///     c.mu.Lock()
    ///     defer c.mu.Unlock()
    ///     return c.n
    /// }
    /// ```
    ///
    /// ## Runtime symptom
    ///
    /// ## Limits
    ///
    /// Only fields that methods use through their receiver are looked at, and locks of the same object. A helper whose callers in the package all
    /// hold the lock is taken to hold it, as are those whose name or comment says so. Functions that lock through helpers are left out, as is a
    /// read in the only function that writes. Whether two goroutines ever meet is not asked: an object that one goroutine has for itself is
    /// reported as well. Where a test or `main` shows both sides, DR002 says more.
    ///
    /// ## Version notes
    RuleInfo {
        code: RuleCode::new(Family::Races, 12),
        name: "inconsistent-guard",
        summary: "a field is used without the lock that guards it everywhere else",
        set: RuleSet::Advice,
        severity: Severity::Advice,
        fix: FixAvailability::None,
        symptoms: &[Symptom::Suspect(SuspectKind::DataRace)],
    }
}

/// Fewest places at which the lock is held, and fewest functions these are in.
const MIN_GUARDED: usize = 3;
const MIN_FUNCTIONS: usize = 2;

/// Rounds in which it is found out what callers hold.
const ROUNDS: usize = 4;

/// Locks held, each by the fields that lead to it from the receiver; none where nothing is known because control does not get there.
type Held = Option<Vec<(Vec<u32>, Mode)>>;

/// A use of a field of the receiver.
struct Use {
    func: FuncId,
    site: ValueId,
    write: bool,
    held: Vec<(Vec<u32>, Mode)>,
}

fn check(cx: &RuleContext<'_>, sink: &mut Vec<Finding>) {
    let has_locks = cx.ir.funcs.iter().any(|func| {
        let mut ops = func.values.iter().map(|value| &value.op);
        ops.any(|op| matches!(op, Op::Call(call) if lock_operation(cx, call).is_some()))
    });
    if !has_locks {
        return;
    }
    let entries = entries(cx);
    let mut uses: FxHashMap<ObjRef, Vec<Use>> = FxHashMap::default();
    for (id, func) in cx.ir.funcs.iter_enumerated() {
        let is_test = cx.files.get(func.file).is_some_and(|file| file.is_test);
        let Some(entry) = &entries[id.index()] else { continue };
        if !func.has_receiver || is_test || locks_elsewhere(cx, func) {
            continue;
        }
        walk(cx, func, entry, |site, held| {
            if let Some((obj, write)) = used(cx, func, site) {
                uses.entry(obj).or_default().push(Use {
                    func: id,
                    site,
                    write,
                    held: held.to_vec(),
                });
            }
        });
    }
    let mut uses: Vec<_> = uses.into_iter().collect();
    uses.sort_unstable_by_key(|(_, uses)| (uses[0].func, uses[0].site));
    for (obj, uses) in &uses {
        judge(cx, *obj, uses, sink);
    }
}

/// Reports the uses of a field that are not under the lock that the others are under.
fn judge(cx: &RuleContext<'_>, obj: ObjRef, uses: &[Use], sink: &mut Vec<Finding>) {
    let mut locks: Vec<&Vec<u32>> = uses.iter().flat_map(|one| &one.held).map(|(lock, _)| lock).collect();
    locks.sort_unstable();
    locks.dedup();
    for lock in locks {
        let is_under = |one: &&Use| one.held.iter().any(|(held, _)| held == lock);
        let guarded: Vec<&Use> = uses.iter().filter(is_under).collect();
        let free: Vec<&Use> = uses.iter().filter(|one| !is_under(one)).collect();
        let functions: FxHashSet<FuncId> = guarded.iter().map(|one| one.func).collect();
        let writers: FxHashSet<FuncId> = uses.iter().filter(|one| one.write).map(|one| one.func).collect();
        let is_guard = guarded.len() >= MIN_GUARDED
            && functions.len() >= MIN_FUNCTIONS
            && guarded.len() >= 3 * free.len()
            && guarded.iter().any(|one| one.write);
        if !is_guard {
            continue;
        }
        let mut known = FxHashSet::default();
        for one in free {
            let reads_own = !one.write && writers.len() == 1 && writers.contains(&one.func);
            // Another lock may be the one that guards it there.
            if reads_own || !one.held.is_empty() || !known.insert(one.func) {
                continue;
            }
            report(cx, obj, lock, one, &guarded, uses.len(), sink);
        }
    }
}

fn report(
    cx: &RuleContext<'_>,
    obj: ObjRef,
    lock: &[u32],
    one: &Use,
    guarded: &[&Use],
    all: usize,
    sink: &mut Vec<Finding>,
) {
    let func = &cx.ir.funcs[one.func];
    let name = cx.name_of(obj);
    let guard = lock_name(cx, func, lock);
    let does = if one.write { "writes" } else { "reads" };
    let message = format!(
        "{} {does} `{name}` without `{guard}`, under which {} of {all} uses are",
        func.name,
        guarded.len()
    );
    let mut report = cx
        .report(&RULE.info, func.file, cx.span_of(func, one.site), message)
        .why("a lock keeps goroutines apart only if all of them take it")
        .action("take the lock here too, or say in the comment of the function that its callers hold it")
        .confidence(Confidence::Medium);
    let mut shown = FxHashSet::default();
    let writes_first = guarded.iter().filter(|other| other.write);
    for other in writes_first.chain(guarded.iter().filter(|other| !other.write)) {
        if shown.len() < 3 && shown.insert(other.func) {
            let body = &cx.ir.funcs[other.func];
            let does = if other.write { "written" } else { "read" };
            report = report.related(
                body.file,
                cx.span_of(body, other.site),
                format!("{does} under `{guard}` here"),
            );
        }
    }
    report.push(sink);
}

fn lock_name(cx: &RuleContext<'_>, func: &Func, lock: &[u32]) -> String {
    let mut ty = func.params.first().map(|&param| func.values[param].ty);
    let mut names = Vec::new();
    for &number in lock {
        let held = ty.map(|ty| cx.pointee(ty).unwrap_or(ty));
        let Some(Type::Struct(fields)) = held.map(|held| cx.under(held)) else {
            break;
        };
        let Some(field) = fields.get(number as usize) else {
            break;
        };
        names.push(cx.text(field.name).to_owned());
        ty = Some(field.ty);
    }
    names.join(".")
}

/// The field of the receiver that an instruction reads or writes.
fn used(cx: &RuleContext<'_>, func: &Func, site: ValueId) -> Option<(ObjRef, bool)> {
    let (addr, write) = match func.op(site) {
        Op::Load(addr) => (*addr, false),
        Op::Store { addr, .. } => (*addr, true),
        // What is in a map, or in a slice, is guarded with it.
        Op::MapSet { map, .. } => (address(func, *map)?, true),
        Op::Call(Call {
            callee: Callee::Builtin(Builtin::Delete),
            args,
            ..
        }) => (address(func, *args.first()?)?, true),
        _ => return None,
    };
    own_fields(func, addr).filter(|fields| !fields.is_empty())?;
    let obj = addressed(cx, func, addr)?;
    let ty = cx.query.object_type(obj);
    // Locks, atomics and the like guard themselves.
    let guards_itself = cx
        .type_name(cx.pointee(ty).unwrap_or(ty))
        .is_some_and(|(path, _)| path == "sync" || path == "sync/atomic");
    (!guards_itself && !cx.is_channel(ty)).then_some((obj, write))
}

fn address(func: &Func, value: ValueId) -> Option<ValueId> {
    match func.op(value) {
        Op::Load(addr) => Some(*addr),
        _ => None,
    }
}

/// The fields from the receiver to an address in what it points to.
fn own_fields(func: &Func, addr: ValueId) -> Option<Vec<u32>> {
    path_of(func, addr)?.fields_of_receiver()
}

/// Whether a function locks in a way that is not followed, or has a name or comment that says that its callers do.
fn locks_elsewhere(cx: &RuleContext<'_>, func: &Func) -> bool {
    let name = func.name.rsplit('.').next().unwrap_or(&func.name).to_ascii_lowercase();
    if name.contains("lock") || name.contains("unsafe") || name == "string" {
        return true;
    }
    if says_locked(cx, func) {
        return true;
    }
    func.values.iter().any(|value| match &value.op {
        Op::Call(call) | Op::Defer(call) => {
            let is_helper = cx.callee(call).is_some_and(|callee| {
                let name = cx.name_of(callee).to_ascii_lowercase();
                name.contains("lock") && lock_operation(cx, call).is_none()
            });
            // A lock that is gone to in another way may be the one.
            let operates = lock_operation(cx, call).is_some();
            is_helper || (operates && call.args.first().is_none_or(|&lock| own_fields(func, lock).is_none()))
        }
        _ => false,
    })
}

/// Whether the comment above a function speaks of locks that are held.
fn says_locked(cx: &RuleContext<'_>, func: &Func) -> bool {
    let Some(file) = cx.files.get(func.file) else {
        return false;
    };
    let before = &file.text[..(func.span.start as usize).min(file.text.len())];
    let text = String::from_utf8_lossy(&before[before.len().saturating_sub(600)..]).into_owned();
    let comment: Vec<&str> = text
        .lines()
        .rev()
        .skip_while(|line| line.trim().is_empty())
        .take_while(|line| line.trim_start().starts_with("//"))
        .collect();
    let comment = comment.join(" ").to_ascii_lowercase();
    ["lock", "mu ", "mutex", "concurren", "held", "hold", "goroutine"]
        .iter()
        .any(|word| comment.contains(word))
}

/// By function: the locks of its receiver that all of its callers hold; none where only those call it that have made the object.
fn entries(cx: &RuleContext<'_>) -> Vec<Held> {
    let funcs = &cx.ir.funcs;
    // Functions that only calls in this package lead to.
    let mut is_inner: Vec<bool> = funcs
        .iter()
        .map(|func| {
            let name = func.name.rsplit('.').next().unwrap_or(&func.name);
            func.has_receiver && func.obj.is_some() && !name.starts_with(char::is_uppercase)
        })
        .collect();
    for func in funcs.iter() {
        for value in func.values.iter() {
            let other = match &value.op {
                Op::Func(obj) | Op::BoundMethod { method: obj, .. } => Some(*obj),
                Op::Go(call) => cx.callee(call),
                _ => None,
            };
            if let Some(&id) = other.and_then(|obj| cx.ir.by_object.get(&obj)) {
                is_inner[id.index()] = false;
            }
        }
    }
    let mut entries: Vec<Held> = is_inner.iter().map(|inner| (!inner).then(Vec::new)).collect();
    for _ in 0..ROUNDS {
        let mut next: Vec<Held> = is_inner.iter().map(|inner| (!inner).then(Vec::new)).collect();
        let mut is_called = vec![false; funcs.len()];
        for (id, func) in funcs.iter_enumerated() {
            let Some(entry) = &entries[id.index()] else { continue };
            walk(cx, func, entry, |site, held| {
                let (call, is_deferred) = match func.op(site) {
                    Op::Call(call) => (call, false),
                    Op::Defer(call) => (call, true),
                    _ => return,
                };
                let called = cx.callee(call).and_then(|obj| cx.ir.by_object.get(&obj).copied());
                let Some(called) = called.filter(|called| is_inner[called.index()]) else {
                    return;
                };
                let receiver = call.args.first().copied();
                let path = receiver.and_then(|receiver| path_of(func, receiver)?.fields_of_receiver());
                // Of an object that the caller has made, or got from who did, nobody else knows yet.
                let is_made = receiver.is_some_and(|value| matches!(func.op(value), Op::Alloc { .. } | Op::Call(_)))
                    || receiver.is_some_and(|value| is_local(func, value));
                if is_made {
                    return;
                }
                let is_same = func.has_receiver && !is_deferred && path.is_some_and(|path| path.is_empty());
                let held = if is_same { held.to_vec() } else { Vec::new() };
                is_called[called.index()] = true;
                match &mut next[called.index()] {
                    Some(known) => known.retain(|lock| held.contains(lock)),
                    unknown => *unknown = Some(held),
                }
            });
        }
        if next == entries {
            break;
        }
        entries = next;
    }
    entries
}

/// Whether a value is what a variable holds that the function gave something it made.
fn is_local(func: &Func, value: ValueId) -> bool {
    let Op::Load(addr) = func.op(value) else { return false };
    matches!(func.op(*addr), Op::Alloc { .. }) && crate::locks::only_parameter(func, *addr).is_none()
}

/// Goes through a function with the locks of its receiver that are held on every way to a place.
fn walk(
    cx: &RuleContext<'_>,
    func: &Func,
    entry: &[(Vec<u32>, Mode)],
    mut visit: impl FnMut(ValueId, &[(Vec<u32>, Mode)]),
) {
    let apply = |site: ValueId, held: &mut Vec<(Vec<u32>, Mode)>| {
        let Op::Call(call) = func.op(site) else { return };
        let Some((locks, mode)) = lock_operation(cx, call) else {
            return;
        };
        let Some(lock) = call.args.first().and_then(|&lock| own_fields(func, lock)) else {
            return;
        };
        if locks {
            held.push((lock, mode));
        } else {
            held.retain(|(known, _)| *known != lock);
        }
    };
    let mut at: Vec<Held> = vec![None; func.blocks.len()];
    if at.is_empty() {
        return;
    }
    at[0] = Some(entry.to_vec());
    let mut work = vec![BlockId::from_usize(0)];
    let mut left = 40 * func.blocks.len();
    while let Some(block) = work.pop() {
        left = left.saturating_sub(1);
        let Some(mut held) = at[block.index()].clone().filter(|_| left > 0) else {
            continue;
        };
        for &site in &func.blocks[block].values {
            apply(site, &mut held);
        }
        for next in func.blocks[block].end.successors() {
            let known = at[next.index()].clone();
            let met: Vec<_> = match &known {
                Some(known) => known.iter().filter(|lock| held.contains(lock)).cloned().collect(),
                None => held.clone(),
            };
            if known.as_ref() != Some(&met) {
                at[next.index()] = Some(met);
                work.push(next);
            }
        }
    }
    for (id, block) in func.blocks.iter_enumerated() {
        let Some(mut held) = at[id.index()].clone() else {
            continue;
        };
        for &site in &block.values {
            visit(site, &held);
            apply(site, &mut held);
        }
    }
}
