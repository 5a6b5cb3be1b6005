use gosleuth_base::{Family, Finding, FixAvailability, RuleCode, RuleInfo, RuleSet, Severity, Symptom};
use gosleuth_ir::{Call, Callee, Func, FuncId, Op, ValueId};
use gosleuth_types::ObjRef;
use rustc_hash::FxHashSet;

use crate::context::RuleContext;
use crate::goroutines::{arguments, receiver};
use crate::rule::rule;

rule! {
    /// ## What it does
    ///
    /// Finds `once.Do(f)` where `f` calls `Do` of the same `sync.Once`, directly or through functions of the package.
    ///
    /// ## Why it is bad
    ///
    /// `Do` returns when `f` has returned. If `f` waits for the same `Do`, neither ever returns, and every later caller stops there too.
    ///
    /// ## Example
    ///
    /// ```go
    /// var once sync.Once
    ///
    /// func load() { once.Do(parse) }
    ///
    /// func parse() { load() }
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```go
    /// var once sync.Once
    ///
    /// func load() { once.Do(parse) }
    ///
    /// func parse() {}
    /// ```
    ///
    /// ## Runtime symptom
    ///
    /// ## Limits
    ///
    /// Only calls in one package are followed, not those through interfaces and function values. A `Once` in a field is the same one when it
    /// is reached from the same variable.
    ///
    /// ## Version notes
    ///
    /// None.
    RuleInfo {
        code: RuleCode::new(Family::Deadlocks, 10),
        name: "once-recursion",
        summary: "the function of `once.Do` calls the same `once.Do`",
        set: RuleSet::Default,
        severity: Severity::Error,
        fix: FixAvailability::None,
        symptoms: &[Symptom::Wait("sync.Mutex.Lock")],
    }
}

/// A variable, and the fields that lead from it to a Once.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Key {
    root: Root,
    fields: Vec<u32>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Root {
    Variable(ObjRef),
    Param(FuncId, u32),
}

/// Calls are followed this deep.
const MAX_DEPTH: usize = 12;

fn check(cx: &RuleContext<'_>, sink: &mut Vec<Finding>) {
    for (id, func) in cx.ir.funcs.iter_enumerated() {
        for (value, call) in do_calls(cx, func) {
            let Some(key) = receiver(cx, call).and_then(|once| key(func, id, once)) else {
                continue;
            };
            let Some(target) = arguments(cx, call).first().and_then(|&f| cx.known_function(func, f)) else {
                continue;
            };
            let mut seen = FxHashSet::default();
            // A literal sees the variables around; another function gets nothing from `Do`.
            let inner = translate_literal(cx, &key, id, target, func, arguments(cx, call)[0]);
            let Some(inner) = inner else { continue };
            if let Some((by, again)) = reaches(cx, target, &inner, 0, &mut seen) {
                let by = &cx.ir.funcs[by];
                cx.report(
                    &RULE.info,
                    func.file,
                    cx.span_of(func, value),
                    "this Do waits for itself: its function calls Do of the same Once",
                )
                .related(by.file, cx.span_of(by, again), "waits here for the Do that runs it")
                .why("Do holds the Once until its function has returned, and that function waits for the Once")
                .action("take the inner call out, or do the work of the function without Do")
                .push(sink);
            }
        }
    }
}

fn do_calls<'f>(cx: &RuleContext<'_>, func: &'f Func) -> Vec<(ValueId, &'f Call)> {
    func.values
        .iter_enumerated()
        .filter_map(|(id, value)| match &value.op {
            Op::Call(call)
                if cx
                    .callee_symbol(call)
                    .is_some_and(|symbol| &*symbol == "sync.(*Once).Do") =>
            {
                Some((id, call))
            }
            _ => None,
        })
        .collect()
}

/// What an address is part of.
fn key(func: &Func, id: FuncId, mut value: ValueId) -> Option<Key> {
    let mut fields = Vec::new();
    loop {
        let root = match func.op(value) {
            Op::FieldAddr { base, field } => {
                fields.push(*field);
                value = *base;
                continue;
            }
            // A pointer variable that is captured or package-level.
            Op::Load(addr) if matches!(func.op(*addr), Op::Captured(_) | Op::Global(_) | Op::Alloc { .. }) => {
                value = *addr;
                continue;
            }
            Op::Global(obj) => Root::Variable(*obj),
            Op::Captured(number) => Root::Variable(func.captures.get(*number as usize)?.obj),
            Op::Alloc { var: Some(obj) } => match stored_param(func, value) {
                Some(number) => Root::Param(id, number),
                None => Root::Variable(*obj),
            },
            Op::Param(number) => Root::Param(id, *number),
            _ => return None,
        };
        fields.reverse();
        return Some(Key { root, fields });
    }
}

/// The parameter that a variable only ever holds.
fn stored_param(func: &Func, cell: ValueId) -> Option<u32> {
    let mut stored = func.values.iter().filter_map(|value| match value.op {
        Op::Store { addr, value } if addr == cell => Some(value),
        _ => None,
    });
    let first = stored.next()?;
    match func.op(first) {
        Op::Param(number) if stored.next().is_none() => Some(*number),
        _ => None,
    }
}

/// The same Once as a function sees it that is given to `Do` or called without arguments that matter.
fn translate_literal(
    cx: &RuleContext<'_>,
    key: &Key,
    from: FuncId,
    target: FuncId,
    func: &Func,
    value: ValueId,
) -> Option<Key> {
    match (&key.root, func.op(value)) {
        (Root::Variable(_), _) => Some(key.clone()),
        // A captured parameter is a variable inside the literal.
        (Root::Param(owner, number), Op::Closure { captures, .. }) if *owner == from => {
            let body = &cx.ir.funcs[target];
            let place = captures
                .iter()
                .position(|&cell| stored_param(func, cell) == Some(*number))?;
            Some(Key {
                root: Root::Variable(body.captures.get(place)?.obj),
                fields: key.fields.clone(),
            })
        }
        // A bound method has its receiver as first parameter.
        (Root::Param(owner, _), Op::BoundMethod { recv, .. }) if *owner == from => {
            let given = self::key(func, from, *recv)?;
            let rest = (given.root == key.root).then(|| key.fields.strip_prefix(given.fields.as_slice()));
            Some(Key {
                root: Root::Param(target, 0),
                fields: rest.flatten()?.to_vec(),
            })
        }
        _ => None,
    }
}

/// The first call of `Do` on the same Once that a function comes to.
fn reaches(
    cx: &RuleContext<'_>,
    id: FuncId,
    wanted: &Key,
    depth: usize,
    seen: &mut FxHashSet<(FuncId, Key)>,
) -> Option<(FuncId, ValueId)> {
    if depth > MAX_DEPTH || !seen.insert((id, wanted.clone())) {
        return None;
    }
    let func = &cx.ir.funcs[id];
    for (value, call) in do_calls(cx, func) {
        if receiver(cx, call).and_then(|once| key(func, id, once)).as_ref() == Some(wanted) {
            return Some((id, value));
        }
    }
    for value in func.values.iter() {
        // A new goroutine does not hold the Once up.
        let (Op::Call(call) | Op::Defer(call)) = &value.op else {
            continue;
        };
        let Some(target) = cx.called_function(func, call) else {
            continue;
        };
        let inner = match &wanted.root {
            Root::Variable(_) => Some(wanted.clone()),
            Root::Param(..) => None,
        };
        let passed = call.args.iter().enumerate().find_map(|(number, &argument)| {
            let given = key(func, id, argument)?;
            let rest = (given.root == wanted.root)
                .then(|| wanted.fields.strip_prefix(given.fields.as_slice()))
                .flatten()?;
            Some(Key {
                root: Root::Param(target, number as u32),
                fields: rest.to_vec(),
            })
        });
        let literal = match call.callee {
            Callee::Value(callee) => translate_literal(cx, wanted, id, target, func, callee),
            _ => None,
        };
        for next in [inner, passed, literal].into_iter().flatten() {
            if let Some(found) = reaches(cx, target, &next, depth + 1, seen) {
                return Some(found);
            }
        }
    }
    None
}
