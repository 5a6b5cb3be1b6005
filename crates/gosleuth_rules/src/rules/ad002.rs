use gosleuth_base::{Family, Finding, FixAvailability, RuleCode, RuleInfo, RuleSet, Severity, Symptom};
use gosleuth_ir::{Callee, Func, Op, ValueId};
use gosleuth_types::{Builtin, ObjRef, Type};
use rustc_hash::FxHashMap;

use crate::context::RuleContext;
use crate::places::addressed;
use crate::rule::rule;

rule! {
    /// ## What it does
    ///
    /// Counts how the code uses maps that goroutines share, and says where another way of sharing fits better: a map under a `Mutex` that is mostly read, a
    /// map under a lock that is only ever replaced, a `sync.Map` that is mostly written.
    ///
    /// ## Why it is bad
    ///
    /// It is not wrong, but readers wait for each other where they need not, or every write pays for readers that do not exist. Which
    /// one fits:
    ///
    /// | the map is | use |
    /// |---|---|
    /// | read often, changed now and then, a few keys at a time | a map under a `sync.RWMutex` |
    /// | read often, replaced as a whole | an immutable map behind an `atomic.Pointer` |
    /// | written once for each key and then only read, or used by goroutines with keys of their own | `sync.Map` |
    /// | written as often as it is read | a map under a `sync.Mutex`, split by hash if that is not enough |
    ///
    /// ## Example
    ///
    /// ```go
    /// type routes struct {
    ///     mu     sync.RWMutex
    ///     byName map[string]string
    /// }
    ///
    /// func (r *routes) find(name string) string {
    ///     r.mu.RLock()
    ///     defer r.mu.RUnlock()
    ///     return r.byName[name]
    /// }
    ///
    /// func (r *routes) reload(all map[string]string) {
    ///     r.mu.Lock()
    ///     defer r.mu.Unlock()
    ///     r.byName = all
    /// }
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```go
    /// type routes struct {
    ///     byName atomic.Pointer[map[string]string]
    /// }
    ///
    /// func (r *routes) find(name string) string { return (*r.byName.Load())[name] }
    ///
    /// func (r *routes) reload(all map[string]string) { r.byName.Store(&all) }
    /// ```
    ///
    /// ## Runtime symptom
    ///
    /// ## Limits
    ///
    /// What counts is how many places read and write, not how often they run: a profile of mutexes knows better. The lock is the one that stands
    /// in the same struct. Maps that only one function uses, and tests, are left out.
    ///
    /// ## Version notes
    ///
    /// `atomic.Pointer` exists from Go 1.19; before that, `atomic.Value`. `sync.Map` is faster for many writers from Go 1.24.
    RuleInfo {
        code: RuleCode::new(Family::Advice, 2),
        name: "map-strategy",
        summary: "another way of sharing this map fits how it is used",
        set: RuleSet::Advice,
        severity: Severity::Advice,
        fix: FixAvailability::None,
        symptoms: &[
            Symptom::Wait("sync.Mutex.Lock"),
            Symptom::Wait("sync.RWMutex.RLock"),
            Symptom::Other("time in locks in the mutex profile"),
        ],
    }
}

/// The first version with `atomic.Pointer`.
const ATOMIC_TYPES: u32 = 19;
/// Readers that make it worth while to let them in together.
const MANY: u32 = 3;

/// What guards a map.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Guard {
    #[default]
    Unknown,
    Mutex,
    RwMutex,
    /// It is a `sync.Map`.
    Own,
}

#[derive(Default)]
struct Uses {
    guard: Guard,
    reads: u32,
    writes: u32,
    /// It is handed to others, who may write to it.
    escapes: bool,
    /// Its lock guards more than it.
    beside: bool,
    /// It is given another map, and not where its struct is made.
    replaced: u32,
}

fn check(cx: &RuleContext<'_>, sink: &mut Vec<Finding>) {
    let mut maps: FxHashMap<ObjRef, Uses> = FxHashMap::default();
    for func in cx.ir.funcs.iter() {
        if cx.files[func.file].is_test {
            continue;
        }
        for (_, value) in func.values.iter_enumerated() {
            note(cx, func, &value.op, &mut maps);
        }
    }
    let mut found: Vec<_> = maps.into_iter().collect();
    found.sort_unstable_by_key(|(obj, _)| *obj);
    for (obj, uses) in found {
        let Some((file, span)) = cx.declaration(obj) else {
            continue;
        };
        let has_pointer = cx.files[file].go_minor >= ATOMIC_TYPES;
        let Some((what, action)) = judge(&uses, has_pointer) else {
            continue;
        };
        cx.report(&RULE.info, file, span, format!("`{}` is {what}", cx.name_of(obj)))
            .why(format!(
                "{} read it, {} write to it, {} replace it",
                places(uses.reads),
                uses.writes,
                uses.replaced
            ))
            .action(action)
            .push(sink);
    }
}

fn places(count: u32) -> String {
    format!("{count} place{}", if count == 1 { "" } else { "s" })
}

/// What fits better than what there is.
fn judge(uses: &Uses, has_pointer: bool) -> Option<(&'static str, &'static str)> {
    let snapshot = if has_pointer {
        "keep an immutable map behind an `atomic.Pointer`, and store a new one to change it"
    } else {
        "keep an immutable map in an `atomic.Value`, and store a new one to change it"
    };
    match uses.guard {
        Guard::Mutex | Guard::RwMutex if uses.writes == 0 && uses.replaced > 0 && uses.reads > 0 && !uses.escapes => {
            Some(("a map under a lock that is only ever replaced as a whole", snapshot))
        }
        Guard::Mutex
            if !uses.beside
                && !uses.escapes
                && uses.reads >= MANY
                && uses.writes + uses.replaced > 0
                && uses.reads >= MANY * (uses.writes + uses.replaced) =>
        {
            Some((
                "a map under a `sync.Mutex` that is mostly read",
                "use a `sync.RWMutex`, so that readers do not wait for each other",
            ))
        }
        Guard::Own if uses.writes >= MANY && uses.writes > 2 * uses.reads => Some((
            "a `sync.Map` that is mostly written",
            "use a map under a `sync.Mutex`, which costs less where writes are common",
        )),
        _ => None,
    }
}

fn note(cx: &RuleContext<'_>, func: &Func, op: &Op, maps: &mut FxHashMap<ObjRef, Uses>) {
    if hands_on(op) {
        op.for_each_operand(|operand| {
            if let Some(uses) = shared(cx, func, operand, maps) {
                uses.escapes = true;
            }
        });
    }
    match op {
        Op::MapGet { map, .. } | Op::Range(map) => {
            if let Some(uses) = shared(cx, func, *map, maps) {
                uses.reads += 1;
            }
        }
        Op::MapSet { map, .. } => {
            if let Some(uses) = shared(cx, func, *map, maps) {
                uses.writes += 1;
            }
        }
        Op::Store { addr, .. } => {
            let is_new =
                matches!(func.op(*addr), Op::FieldAddr { base, .. } if matches!(func.op(*base), Op::Alloc { .. }));
            if !is_new
                && is_map(cx, func, *addr)
                && let Some(uses) = entry(cx, func, *addr, maps)
            {
                uses.replaced += 1;
            }
        }
        Op::Call(call) | Op::Defer(call) => match call.callee {
            Callee::Builtin(Builtin::Delete | Builtin::Clear) => {
                if let Some(uses) = call.args.first().and_then(|&map| shared(cx, func, map, maps)) {
                    uses.writes += 1;
                }
            }
            Callee::Builtin(Builtin::Len) => {
                if let Some(uses) = call.args.first().and_then(|&map| shared(cx, func, map, maps)) {
                    uses.reads += 1;
                }
            }
            Callee::Static(obj) => {
                let symbol = cx.symbol(obj);
                let Some(method) = symbol.strip_prefix("sync.(*Map).") else {
                    return;
                };
                let Some(map) = call.args.first().and_then(|&addr| addressed(cx, func, addr)) else {
                    return;
                };
                let uses = maps.entry(map).or_default();
                uses.guard = Guard::Own;
                match method {
                    "Load" | "Range" => uses.reads += 1,
                    // These are what it is made for.
                    "LoadOrStore" | "LoadAndDelete" | "CompareAndSwap" | "CompareAndDelete" => uses.reads += MANY,
                    _ => uses.writes += 1,
                }
            }
            _ => {}
        },
        _ => {}
    }
}

/// Whether an operation gives its operands to others, or under another name.
fn hands_on(op: &Op) -> bool {
    match op {
        Op::Phi(_)
        | Op::Store { .. }
        | Op::Convert(_)
        | Op::MakeInterface(_)
        | Op::Closure { .. }
        | Op::Send { .. } => true,
        Op::Call(call) | Op::Go(call) | Op::Defer(call) => !matches!(call.callee, Callee::Builtin(_)),
        _ => false,
    }
}

fn is_map(cx: &RuleContext<'_>, func: &Func, addr: ValueId) -> bool {
    cx.pointee(func.values[addr].ty)
        .is_some_and(|ty| matches!(cx.under(ty), Type::Map { .. }))
}

/// The uses of the map that a value is, if it was read from a field beside a lock.
fn shared<'m>(
    cx: &RuleContext<'_>,
    func: &Func,
    map: ValueId,
    maps: &'m mut FxHashMap<ObjRef, Uses>,
) -> Option<&'m mut Uses> {
    let Op::Load(addr) = *func.op(map) else { return None };
    entry(cx, func, addr, maps)
}

fn entry<'m>(
    cx: &RuleContext<'_>,
    func: &Func,
    addr: ValueId,
    maps: &'m mut FxHashMap<ObjRef, Uses>,
) -> Option<&'m mut Uses> {
    let Op::FieldAddr { base, field } = *func.op(addr) else {
        return None;
    };
    let Type::Struct(fields) = cx.under(cx.pointee(func.values[base].ty)?) else {
        return None;
    };
    let obj = fields.get(field as usize)?.obj;
    if !matches!(cx.under(fields.get(field as usize)?.ty), Type::Map { .. }) {
        return None;
    }
    let mut locks = fields.iter().filter_map(|field| match cx.type_name(field.ty) {
        Some(("sync", "Mutex")) => Some(Guard::Mutex),
        Some(("sync", "RWMutex")) => Some(Guard::RwMutex),
        _ => None,
    });
    let guard = locks.next()?;
    // Which of several locks it is, the code does not say.
    if locks.next().is_some() {
        return None;
    }
    let uses = maps.entry(obj).or_default();
    uses.guard = guard;
    uses.beside = fields.len() > 2;
    Some(uses)
}
