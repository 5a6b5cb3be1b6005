//! Where values come from within one package: through variables, fields, parameters of functions that the package calls, and results.
//!
//! Variables and fields are looked at without regard to order. Callers and results
//! that the package does not show are left out, so an answer is "as far as is known".

use gosleuth_ir::{Call, Func, FuncId, FuncKey, Op, Terminator, ValueId};
use gosleuth_types::ObjRef;
use rustc_hash::{FxHashMap, FxHashSet};

use crate::context::{OWN, RuleContext};
use crate::places::addressed;

/// A value of a function.
pub(crate) type Origin = (FuncId, ValueId);

/// What a package stores where, and who calls whom.
pub(crate) struct Origins<'c, 'a> {
    cx: &'c RuleContext<'a>,
    stores: FxHashMap<ObjRef, Vec<Origin>>,
    calls: FxHashMap<FuncId, Vec<Origin>>,
}

/// Values looked at for one answer.
const MAX_VALUES: usize = 200;

impl<'c, 'a> Origins<'c, 'a> {
    /// Looks through the whole package.
    pub(crate) fn new(cx: &'c RuleContext<'a>) -> Self {
        let mut stores: FxHashMap<ObjRef, Vec<Origin>> = FxHashMap::default();
        let mut calls: FxHashMap<FuncId, Vec<Origin>> = FxHashMap::default();
        for (id, func) in cx.ir.funcs.iter_enumerated() {
            for (value, node) in func.values.iter_enumerated() {
                if let Op::Store { addr, value } = node.op {
                    if let Some(obj) = addressed(cx, func, addr) {
                        stores.entry(obj).or_default().push((id, value));
                    }
                } else if let Some(callee) = call_of(&node.op).and_then(|call| cx.called_function(func, call)) {
                    calls.entry(callee).or_default().push((id, value));
                }
            }
        }
        Self { cx, stores, calls }
    }

    /// The values that a value can be, as far as they are known; those that only hand on others are not among them. Unknown ones are:
    /// a parameter of which no caller is known is an origin, and so is a load from a place without stores.
    pub(crate) fn of(&self, func: FuncId, value: ValueId) -> Vec<Origin> {
        let mut found = Vec::new();
        let mut seen = FxHashSet::default();
        let mut work = vec![(func, value)];
        while let Some(origin) = work.pop() {
            if !seen.insert(origin) || seen.len() > MAX_VALUES {
                continue;
            }
            let before = work.len();
            self.step(origin, &mut work);
            if work.len() == before {
                found.push(origin);
            }
        }
        found.sort_unstable();
        found
    }

    /// The values that one can be, if it hands them on.
    fn step(&self, (id, value): Origin, work: &mut Vec<Origin>) {
        let func = &self.cx.ir.funcs[id];
        match func.op(value) {
            Op::Convert(inner) | Op::MakeInterface(inner) | Op::Held(inner) => work.push((id, *inner)),
            Op::Phi(operands) => work.extend(operands.iter().map(|&operand| (id, operand))),
            Op::Load(addr) => {
                let stored = addressed(self.cx, func, *addr).and_then(|obj| self.stores.get(&obj));
                // Fields of other structs have values of their own.
                let own = |(func, value): Origin| (FuncKey { unit: OWN, func }, value);
                let points = self.cx.points();
                let is_here = |&&stored: &&Origin| points.may_be_same(own((id, value)), own(stored));
                work.extend(stored.into_iter().flatten().filter(is_here));
            }
            Op::Param(number) => {
                for &(caller, site) in self.calls.get(&id).into_iter().flatten() {
                    let caller_func = &self.cx.ir.funcs[caller];
                    let argument = call_of(caller_func.op(site)).and_then(|call| call.args.get(*number as usize));
                    work.extend(argument.map(|&argument| (caller, argument)));
                }
            }
            Op::Call(call) => self.results(func, call, 0, work),
            Op::Extract { tuple, index } => {
                if let Op::Call(call) = func.op(*tuple) {
                    self.results(func, call, *index as usize, work);
                }
            }
            _ => {}
        }
    }

    fn results(&self, func: &Func, call: &Call, index: usize, work: &mut Vec<Origin>) {
        let Some(callee) = self.cx.called_function(func, call) else {
            return;
        };
        for block in self.cx.ir.funcs[callee].blocks.iter() {
            if let Terminator::Return(values) = &block.end {
                work.extend(values.get(index).map(|&value| (callee, value)));
            }
        }
    }
}

/// The call that an operation makes, now, later or elsewhere.
pub(crate) fn call_of(op: &Op) -> Option<&Call> {
    match op {
        Op::Call(call) | Op::Go(call) | Op::Defer(call) => Some(call),
        _ => None,
    }
}
