use gosleuth_base::{Family, Finding, FixAvailability, RuleCode, RuleInfo, RuleSet, Severity, Symptom};
use gosleuth_ir::{Call, Func, Op, Terminator, ValueId};
use gosleuth_syntax::ast::BinaryOp;
use gosleuth_types::{BasicKind, ObjRef, Type};
use rustc_hash::{FxHashMap, FxHashSet};

use crate::context::RuleContext;
use crate::flow::has;
use crate::models::Behaviour;
use crate::places::addressed;
use crate::rule::rule;

rule! {
    /// ## What it does
    ///
    /// Finds mutexes that guard a single number, flag or pointer which is only read, written or counted under them.
    ///
    /// ## Why it is bad
    ///
    /// It is not wrong. An atomic value does the same without a lock that can be forgotten, held too long or copied, and without readers that
    /// wait for each other.
    ///
    /// ## Example
    ///
    /// ```go
    /// type stats struct {
    ///     mu   sync.Mutex
    ///     hits int64
    /// }
    ///
    /// func (s *stats) hit() {
    ///     s.mu.Lock()
    ///     s.hits++
    ///     s.mu.Unlock()
    /// }
    ///
    /// func (s *stats) count() int64 {
    ///     s.mu.Lock()
    ///     defer s.mu.Unlock()
    ///     return s.hits
    /// }
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```go
    /// type stats struct {
    ///     hits atomic.Int64
    /// }
    ///
    /// func (s *stats) hit() { s.hits.Add(1) }
    ///
    /// func (s *stats) count() int64 { return s.hits.Load() }
    /// ```
    ///
    /// ## Runtime symptom
    ///
    /// ## Limits
    ///
    /// Every section under the lock has to be a plain read, write or addition of the same variable. A section that decides something, calls
    /// something or touches a second variable needs the lock, and nothing is said. Exported variables and mutexes are left out, and so are
    /// tests.
    ///
    /// ## Version notes
    ///
    /// The types `atomic.Int64`, `atomic.Bool` and `atomic.Pointer` exist from Go 1.19; nothing is said below.
    RuleInfo {
        code: RuleCode::new(Family::Advice, 1),
        name: "atomic-instead-of-mutex",
        summary: "a mutex guards a single value that an atomic could hold",
        set: RuleSet::Advice,
        severity: Severity::Advice,
        fix: FixAvailability::None,
        symptoms: &[Symptom::Wait("sync.Mutex.Lock"), Symptom::Other("time in `sync.(*Mutex).Lock` in the mutex profile")],
    }
}

/// The first version with atomic types.
const ATOMIC_TYPES: u32 = 19;

/// What is known about what a mutex guards.
#[derive(Default)]
struct Guarded {
    objects: FxHashSet<ObjRef>,
    sections: u32,
    writes: bool,
    is_needed: bool,
}

fn check(cx: &RuleContext<'_>, sink: &mut Vec<Finding>) {
    let mut mutexes: FxHashMap<ObjRef, Guarded> = FxHashMap::default();
    for func in cx.ir.funcs.iter() {
        for block in func.blocks.iter() {
            for (at, &id) in block.values.iter().enumerate() {
                match func.op(id) {
                    Op::Call(call) if is_lock(cx, call) => {
                        let Some(mutex) = mutex_of(cx, func, call) else {
                            continue;
                        };
                        let guarded = mutexes.entry(mutex).or_default();
                        let is_simple = section(cx, func, &block.values[at + 1..], &block.end, mutex, guarded);
                        guarded.is_needed |= !is_simple;
                    }
                    // Whoever else has the mutex may do anything with it.
                    op => note_other_uses(cx, func, op, &mut mutexes),
                }
            }
        }
    }
    let mut found: Vec<_> = mutexes.into_iter().collect();
    found.sort_unstable_by_key(|(mutex, _)| *mutex);
    for (mutex, guarded) in found {
        report(cx, mutex, &guarded, sink);
    }
}

fn is_lock(cx: &RuleContext<'_>, call: &Call) -> bool {
    let models = cx.call_models(call);
    has(models, Behaviour::Lock) || has(models, Behaviour::ReadLock)
}

fn is_unlock(cx: &RuleContext<'_>, call: &Call) -> bool {
    let models = cx.call_models(call);
    has(models, Behaviour::Unlock) || has(models, Behaviour::ReadUnlock)
}

fn mutex_of(cx: &RuleContext<'_>, func: &Func, call: &Call) -> Option<ObjRef> {
    addressed(cx, func, *call.args.first()?)
}

/// Looks at what is done from a lock on; says whether all of it is reads, writes and additions.
fn section(
    cx: &RuleContext<'_>,
    func: &Func,
    values: &[ValueId],
    end: &Terminator,
    mutex: ObjRef,
    guarded: &mut Guarded,
) -> bool {
    guarded.sections += 1;
    let mut writes = 0;
    for &id in values {
        match func.op(id) {
            Op::Call(call) if is_unlock(cx, call) => return mutex_of(cx, func, call) == Some(mutex) && writes <= 1,
            Op::Defer(call) if is_unlock(cx, call) && mutex_of(cx, func, call) == Some(mutex) => {}
            Op::Load(addr) => guarded.objects.extend(shared(cx, func, *addr)),
            Op::Store { addr, .. } => {
                if let Some(obj) = shared(cx, func, *addr) {
                    guarded.objects.insert(obj);
                    guarded.writes = true;
                    writes += 1;
                }
            }
            Op::FieldAddr { .. }
            | Op::Const(_)
            | Op::Zero
            | Op::Global(_)
            | Op::Captured(_)
            | Op::Convert(_)
            | Op::RunDefers
            | Op::Binary(BinaryOp::Add | BinaryOp::Sub, ..) => {}
            _ => return false,
        }
    }
    // Unlocked by a deferred call.
    matches!(end, Terminator::Return(_)) && writes <= 1
}

/// The variable or field at an address, if others can see it.
fn shared(cx: &RuleContext<'_>, func: &Func, addr: ValueId) -> Option<ObjRef> {
    match func.op(addr) {
        Op::Alloc { var } => {
            let is_captured = func
                .values
                .iter()
                .any(|value| matches!(&value.op, Op::Closure { captures, .. } if captures.contains(&addr)));
            var.filter(|_| is_captured && !is_pointer_variable(cx, func, addr))
        }
        Op::Captured(_) if is_pointer_variable(cx, func, addr) => None,
        _ => addressed(cx, func, addr),
    }
}

/// Whether an address is that of a variable that only leads to the struct: `s` in `s.mu`.
fn is_pointer_variable(cx: &RuleContext<'_>, func: &Func, addr: ValueId) -> bool {
    cx.pointee(func.values[addr].ty)
        .and_then(|ty| cx.pointee(ty))
        .is_some_and(|ty| matches!(cx.under(ty), Type::Struct(_)))
}

fn note_other_uses(cx: &RuleContext<'_>, func: &Func, op: &Op, mutexes: &mut FxHashMap<ObjRef, Guarded>) {
    let harmless = match op {
        Op::Call(call) | Op::Defer(call) => is_unlock(cx, call),
        Op::FieldAddr { .. } | Op::Closure { .. } => true,
        _ => false,
    };
    if harmless {
        return;
    }
    op.for_each_operand(|operand| {
        let is_mutex = cx
            .pointee(func.values[operand].ty)
            .is_some_and(|ty| cx.is_type(ty, "sync", "Mutex") || cx.is_type(ty, "sync", "RWMutex"));
        if is_mutex && let Some(obj) = addressed(cx, func, operand) {
            mutexes.entry(obj).or_default().is_needed = true;
        }
    });
}

/// The atomic type for values of a variable.
fn atomic(cx: &RuleContext<'_>, obj: ObjRef) -> Option<String> {
    let ty = cx.query.object_type(obj);
    Some(match cx.under(ty) {
        Type::Pointer(elem) => format!("atomic.Pointer[{}]", cx.type_name(*elem).map_or("T", |(_, name)| name)),
        Type::Basic(kind) => match kind {
            BasicKind::Bool => "atomic.Bool".to_owned(),
            BasicKind::Int32 => "atomic.Int32".to_owned(),
            BasicKind::Int | BasicKind::Int64 => "atomic.Int64".to_owned(),
            BasicKind::Uint32 => "atomic.Uint32".to_owned(),
            BasicKind::Uint | BasicKind::Uint64 => "atomic.Uint64".to_owned(),
            _ => return None,
        },
        _ => return None,
    })
}

fn report(cx: &RuleContext<'_>, mutex: ObjRef, guarded: &Guarded, sink: &mut Vec<Finding>) {
    let is_private = |obj: ObjRef| !cx.name_of(obj).starts_with(|first: char| first.is_uppercase());
    let objects: Vec<ObjRef> = guarded.objects.iter().copied().filter(|&obj| obj != mutex).collect();
    let &[only] = &objects[..] else { return };
    if guarded.is_needed || !guarded.writes || guarded.sections < 2 || !is_private(mutex) || !is_private(only) {
        return;
    }
    let (Some((file, span)), Some((data_file, data_span)), Some(instead)) =
        (cx.declaration(mutex), cx.declaration(only), atomic(cx, only))
    else {
        return;
    };
    if cx.files[file].is_test || cx.files[file].go_minor < ATOMIC_TYPES {
        return;
    }
    cx.report(
        &RULE.info,
        file,
        span,
        format!(
            "this mutex guards only `{}`, which `{instead}` could hold",
            cx.name_of(only)
        ),
    )
    .related(data_file, data_span, "all that it guards")
    .why("every section under it is one read, one write or one addition")
    .action(format!("use `{instead}` and drop the mutex"))
    .push(sink);
}
