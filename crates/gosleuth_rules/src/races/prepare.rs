//! Functions made ready for execution: unrolled, with what their own text says about their values.

use std::rc::Rc;

use gosleuth_base::Idx as _;
use gosleuth_ir::{Callee, Func, FuncId, Loop, Op, Terminator, Unrolled, ValueId};
use gosleuth_types::ConstValue;
use rustc_hash::FxHashMap;

use crate::context::RuleContext;

/// Rounds of a loop in which something happens that tells one round from the next.
const ROUNDS: u8 = 2;

/// Loops that end at a constant up to this are unrolled completely.
const MAX_EXACT: i64 = 4;

pub(super) struct Prepared {
    pub(super) unrolled: Unrolled,
    /// By instance: where the slots of its values begin.
    pub(super) offsets: Vec<usize>,
    pub(super) slots: usize,
    /// By loop: whether all of its rounds are there.
    pub(super) exact: Vec<bool>,
    /// Whether it handles HTTP requests.
    pub(super) serves: bool,
    /// By value: variables and memory that only this function sees.
    private: Vec<bool>,
    /// By value: receives whose second result decides a branch.
    tested: Vec<bool>,
    /// By value: writes to memory that nobody has been given yet.
    initial: Vec<bool>,
}

impl Prepared {
    pub(super) fn is_initial(&self, value: ValueId) -> bool {
        self.initial.get(value.index()).copied().unwrap_or(false)
    }

    pub(super) fn is_private(&self, value: ValueId) -> bool {
        self.private.get(value.index()).copied().unwrap_or(false)
    }

    pub(super) fn is_tested(&self, value: ValueId) -> bool {
        self.tested.get(value.index()).copied().unwrap_or(false)
    }
}

/// Functions made ready so far.
pub(super) struct Preparing {
    known: FxHashMap<FuncId, Option<Rc<Prepared>>>,
    /// By function: whether it starts goroutines, waits or communicates, itself or in what it calls.
    orders: Vec<bool>,
}

impl Preparing {
    pub(super) fn new(cx: &RuleContext<'_>) -> Self {
        let orders = reach(cx, |func, op| orders(cx, func, op));
        Self {
            known: FxHashMap::default(),
            orders,
        }
    }

    pub(super) fn known(&self, func: FuncId) -> Option<&Prepared> {
        self.known.get(&func)?.as_deref()
    }

    pub(super) fn of(&mut self, cx: &RuleContext<'_>, id: FuncId) -> Option<Rc<Prepared>> {
        if let Some(known) = self.known.get(&id) {
            return known.clone();
        }
        let func = &cx.ir.funcs[id];
        let private = private(func);
        let unrolled = Unrolled::new(func, |found| self.rounds(cx, func, found, &private));
        let prepared = unrolled.map(|unrolled| {
            let mut slots = 0;
            let offsets = unrolled
                .instances
                .iter()
                .map(|instance| {
                    let offset = slots;
                    slots += func.blocks[instance.block].values.len();
                    offset
                })
                .collect();
            let exact = unrolled
                .loops
                .iter()
                .map(|found| limit(func, found).is_some_and(|limit| i64::from(found.rounds) >= limit))
                .collect();
            Rc::new(Prepared {
                unrolled,
                offsets,
                slots,
                exact,
                serves: crate::contexts::is_handler(cx, func.sig),
                private,
                tested: tested(func),
                initial: initial(func),
            })
        });
        self.known.insert(id, prepared.clone());
        prepared
    }

    fn rounds(&self, cx: &RuleContext<'_>, func: &Func, found: &Loop, private: &[bool]) -> u8 {
        let matters = func.blocks.iter_enumerated().any(|(id, block)| {
            found.blocks[id.index()]
                && block.values.iter().any(|&value| match func.op(value) {
                    Op::Alloc { .. } => !private[value.index()],
                    Op::MakeMap | Op::MakeChan { .. } | Op::MakeSlice { .. } | Op::Closure { .. } => true,
                    Op::Call(call) | Op::Defer(call) => {
                        matches!(call.callee, Callee::Value(_) | Callee::Interface { .. })
                            || orders(cx, func, func.op(value))
                            || cx
                                .called_function(func, call)
                                .is_some_and(|called| self.orders[called.index()])
                    }
                    op => orders(cx, func, op),
                })
        });
        match limit(func, found) {
            Some(limit) if matters => limit.clamp(1, MAX_EXACT) as u8,
            _ if matters => ROUNDS,
            _ => 1,
        }
    }
}

/// The small constant that the head of a loop compares with.
fn limit(func: &Func, found: &Loop) -> Option<i64> {
    let Terminator::If(cond, ..) = func.blocks[found.head].end else {
        return None;
    };
    let Op::Binary(_, _, y) = func.op(cond) else {
        return None;
    };
    match func.op(*y) {
        Op::Const(ConstValue::Int(limit)) if (1..=MAX_EXACT).contains(limit) => Some(*limit),
        _ => None,
    }
}

/// By function: whether an instruction of it, or of what it calls or makes, is wanted.
fn reach(cx: &RuleContext<'_>, wanted: impl Fn(&Func, &Op) -> bool) -> Vec<bool> {
    let count = cx.ir.funcs.len();
    let mut found = vec![false; count];
    let mut callers: Vec<Vec<usize>> = vec![Vec::new(); count];
    let mut work = Vec::new();
    for (id, func) in cx.ir.funcs.iter_enumerated() {
        for block in func.blocks.iter() {
            for &value in &block.values {
                let op = func.op(value);
                if !found[id.index()] && wanted(func, op) {
                    found[id.index()] = true;
                    work.push(id.index());
                }
                let called = match op {
                    Op::Call(call) | Op::Defer(call) | Op::Go(call) => cx.called_function(func, call),
                    Op::Closure { func, .. } => Some(*func),
                    Op::Func(obj) | Op::BoundMethod { method: obj, .. } => cx.ir.by_object.get(obj).copied(),
                    _ => None,
                };
                if let Some(called) = called {
                    callers[called.index()].push(id.index());
                }
            }
        }
    }
    while let Some(func) = work.pop() {
        for &caller in &callers[func] {
            if !std::mem::replace(&mut found[caller], true) {
                work.push(caller);
            }
        }
    }
    found
}

/// Whether an instruction orders goroutines in a way that counts.
fn orders(cx: &RuleContext<'_>, _func: &Func, op: &Op) -> bool {
    match op {
        Op::Go(_) | Op::Send { .. } | Op::Recv { .. } | Op::Select { .. } => true,
        Op::Call(call) | Op::Defer(call) => cx.callee_symbol(call).is_some_and(|symbol| {
            symbol.starts_with("sync.(*WaitGroup)")
                || symbol.starts_with("testing.(*T).")
                || symbol.contains("errgroup.(*Group)")
                || starts(cx, op)
        }),
        _ => false,
    }
}

/// Whether an instruction starts a goroutine.
pub(super) fn starts(cx: &RuleContext<'_>, op: &Op) -> bool {
    match op {
        Op::Go(_) => true,
        Op::Call(call) | Op::Defer(call) => {
            let Some(symbol) = cx.callee_symbol(call) else {
                return false;
            };
            matches!(
                &*symbol,
                "testing.(*T).Parallel"
                    | "testing.(*B).RunParallel"
                    | "time.AfterFunc"
                    | "runtime.SetFinalizer"
                    | "net/http.HandleFunc"
                    | "net/http.(*ServeMux).HandleFunc"
                    | "net/http/httptest.NewServer"
                    | "os/exec.(*Cmd).Start"
            ) || super::servers::serves(&symbol)
                || crate::flow::has(cx.call_models(call), crate::models::Behaviour::Spawn)
        }
        _ => false,
    }
}

/// Memory that only its function sees: its address is used to read and write, and goes nowhere.
fn private(func: &Func) -> Vec<bool> {
    let mut private: Vec<bool> = func
        .values
        .iter()
        .map(|value| matches!(value.op, Op::Alloc { .. } | Op::FieldAddr { .. } | Op::IndexAddr { .. }))
        .collect();
    // Parts of what is seen are seen, and what has a part that is seen is seen.
    loop {
        let mut changed = false;
        for (id, value) in func.values.iter_enumerated() {
            let mut see = |seen: ValueId, private: &mut Vec<bool>| {
                if std::mem::replace(&mut private[seen.index()], false) {
                    changed = true;
                }
            };
            match &value.op {
                Op::Load(_) => {}
                Op::Store { value, .. } => see(*value, &mut private),
                Op::FieldAddr { base, .. } => {
                    if !private[id.index()] {
                        see(*base, &mut private);
                    }
                }
                Op::IndexAddr { base, index } => {
                    see(*index, &mut private);
                    if !private[id.index()] {
                        see(*base, &mut private);
                    }
                }
                op => op.for_each_operand(|operand| see(operand, &mut private)),
            }
        }
        for block in func.blocks.iter() {
            if let Terminator::Return(values) = &block.end {
                for value in values {
                    changed |= std::mem::replace(&mut private[value.index()], false);
                }
            }
        }
        if !changed {
            return private;
        }
    }
}

/// Writes to memory that was made in the same block and used for nothing but writing since: parameters that are captured later, literals.
fn initial(func: &Func) -> Vec<bool> {
    let mut initial = vec![false; func.values.len()];
    for block in func.blocks.iter() {
        // What was made here, and its parts, with what they are parts of.
        let mut own: FxHashMap<ValueId, ValueId> = FxHashMap::default();
        for &id in &block.values {
            match func.op(id) {
                Op::Alloc { .. } => {
                    own.insert(id, id);
                }
                Op::FieldAddr { base, .. } => {
                    if let Some(&whole) = own.get(base) {
                        own.insert(id, whole);
                    }
                }
                Op::Load(_) => {}
                Op::Store { addr, value } => {
                    initial[id.index()] = own.contains_key(addr);
                    if let Some(&given) = own.get(value) {
                        own.retain(|_, whole| *whole != given);
                    }
                }
                op => op.for_each_operand(|operand| {
                    if let Some(&given) = own.get(&operand) {
                        own.retain(|_, whole| *whole != given);
                    }
                }),
            }
        }
    }
    initial
}

/// Receives whose second result decides a branch.
fn tested(func: &Func) -> Vec<bool> {
    let mut tested = vec![false; func.values.len()];
    for block in func.blocks.iter() {
        if let Terminator::If(cond, ..) = block.end
            && let Op::Extract { tuple, index: 1 } = func.op(cond)
            && matches!(func.op(*tuple), Op::Recv { .. })
        {
            tested[tuple.index()] = true;
        }
    }
    tested
}

/// By function: whether it starts goroutines, itself or in what it calls.
pub(super) fn starting(cx: &RuleContext<'_>) -> Vec<bool> {
    reach(cx, |_, op| starts(cx, op))
}

/// Whether a value that is returned says that there is nothing: nil, or false.
pub(super) fn is_nothing(func: &Func, value: ValueId) -> bool {
    match func.op(value) {
        Op::Zero => true,
        Op::Const(gosleuth_types::ConstValue::Bool(value)) => !value,
        _ => false,
    }
}
