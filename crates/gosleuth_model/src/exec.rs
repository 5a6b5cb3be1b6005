//! Instructions that only their own goroutine sees.

use std::rc::Rc;

use gosleuth_base::Idx as _;
use gosleuth_ir::{BlockId, FuncKey, Op, Terminator, ValueId};
use gosleuth_types::{BasicKind, Query, Type, TypeId};

use crate::branch::compares_literal;
use crate::eval::{binary, constant, next, slice, unary};
use crate::machine::{Machine, is_error};
use crate::program::Site;
use crate::state::{Chan, Crash, Gid, Obj, Parked, State, SyncOp, Unwinding};
use crate::value::{Callable, Loc, Question, Val};
use crate::workers::Rounds;

/// How often an undetermined branch is followed into the same block of one call.
const MAX_OPEN: u8 = 2;
/// Blocks that one call may enter.
const MAX_BLOCKS: u32 = 6_000;
/// Instructions between two operations that others see.
const MAX_RUN: u32 = 60_000;
/// Undetermined branches between two operations that others see, each of which doubles what follows.
const MAX_FORKS: u32 = 48;
/// Bytes of a text whose slice of bytes is followed.
const MAX_BYTES: usize = 64;
/// Values that are not determined.
const MAX_SYMBOLS: u32 = 1_000;
/// Calls in calls.
const MAX_FRAMES: usize = 48;

/// What an instruction did.
pub(crate) enum Flow {
    /// Execution goes on.
    On,
    /// It depends on a value that is not determined: the blocks for true and false, and whether the question compares with a literal.
    Branch(Val, BlockId, BlockId, bool),
    /// It is not followed further.
    Cut,
}

impl<'a> Machine<'a> {
    /// Lets a goroutine run until it stands in front of an operation that others see, or ends: every state in which that may leave the
    /// execution.
    pub(crate) fn run(&self, state: State, gid: Gid) -> Vec<State> {
        let mut work = vec![(state, 0)];
        let mut done = Vec::new();
        let mut forks = 0;
        let mut before = None;
        while let Some((mut state, mut fuel)) = work.pop() {
            loop {
                let goroutine = &state.goroutines[gid as usize];
                let depth = goroutine.frames.len();
                if state.over || state.crashed.is_some() || goroutine.ended || goroutine.parked.is_some() {
                    done.push(state);
                    break;
                }
                fuel += 1;
                self.spend(1);
                if fuel > MAX_RUN || self.fuel.get() == 0 || depth > MAX_FRAMES {
                    self.cut.set(true);
                    break;
                }
                if !state.given.is_empty() {
                    work.extend(self.without_next_call(&state, gid).map(|other| (other, fuel)));
                    if self.call_back(&mut state, gid) {
                        continue;
                    }
                }
                match self.step(&mut state, gid) {
                    Flow::On => {}
                    Flow::Cut => {
                        self.cut.set(true);
                        break;
                    }
                    Flow::Branch(question, then, els, literal) => {
                        if before.is_none() && self.is_program() {
                            before = Some(state.clone());
                        }
                        forks += 1;
                        if forks > MAX_FORKS {
                            self.cut.set(true);
                            break;
                        }
                        // Nothing is concluded from answers that depend on each other in ways that are not followed, nor from many at once.
                        let is_free = state.is_free(&question) == Some(true);
                        let is_long = state.next_sym > MAX_SYMBOLS;
                        let is_spent = is_long || state.guesses == self.guesses.get() && !is_free;
                        // A test does not expect what it fails on: that is no guess.
                        let key = state.frame(gid).func;
                        if let Some(rounds) = self.rounds(&mut state, gid, &question, [then, els]) {
                            let enters = match rounds {
                                // Nobody asks for no workers.
                                Rounds::Some(body) if body == then => (true, then),
                                Rounds::Some(body) => (false, body),
                                Rounds::Next(block) => {
                                    // How else it could be is not followed.
                                    self.cut.set(true);
                                    if !self.enter(&mut state, gid, block) {
                                        break;
                                    }
                                    continue;
                                }
                            };
                            state.decide(&question, enters.0, literal);
                            if !self.is_certain(&state) || !self.enter(&mut state, gid, enters.1) {
                                break;
                            }
                            continue;
                        }
                        let expected = match [then, els].map(|block| self.fails_test(key, block, is_spent)) {
                            [true, false] => Some((false, els)),
                            [false, true] => Some((true, then)),
                            _ => None,
                        };
                        if let Some((answer, block)) = expected {
                            state.expected += u32::from(!is_free);
                            state.decide(&question, answer, literal);
                            // A test knows how many there are.
                            state.doubtful |= !self.calls_back.get() && !literal && state.is_order(&question);
                            if !self.is_certain(&state) || !self.enter(&mut state, gid, block) {
                                break;
                            }
                            continue;
                        }
                        if is_spent {
                            self.cut.set(true);
                            break;
                        }
                        let mut other = state.clone();
                        for (state, answer, block) in [(&mut other, false, els), (&mut state, true, then)] {
                            state.decide(&question, answer, literal);
                            // A test knows how many there are.
                            state.doubtful |= !self.calls_back.get() && !literal && state.is_order(&question);
                            state.guesses += u32::from(!is_free);
                            let frame = state.frame(gid);
                            match frame.open_branches.iter_mut().find(|(to, _)| *to == block) {
                                Some((_, count)) => *count += 1,
                                None => frame.open_branches.push((block, 1)),
                            }
                        }
                        if self.is_certain(&other) && self.enter(&mut other, gid, els) {
                            work.push((other, fuel));
                        }
                        if !self.is_certain(&state) || !self.enter(&mut state, gid, then) {
                            break;
                        }
                    }
                }
            }
        }
        // Whoever cannot be followed any further may be slow; the others go on.
        if done.is_empty()
            && let Some(mut state) = before
            && let Some(site) = self.place_of(&state, gid)
        {
            self.park(&mut state, gid, SyncOp::Stalled, site, None);
            done.push(state);
        }
        done
    }

    /// Goes on at a block; whether that is within bounds.
    fn enter(&self, state: &mut State, gid: Gid, block: BlockId) -> bool {
        let frame = state.frame(gid);
        let opened = frame
            .open_branches
            .iter()
            .any(|(to, count)| *to == block && *count > MAX_OPEN);
        frame.steps += 1;
        if opened || frame.steps > MAX_BLOCKS {
            self.cut.set(true);
            return false;
        }
        let from = frame.block;
        frame.came_from = Some(from);
        frame.block = block;
        frame.next = 0;
        // Phis are read all at once.
        let func = self.program.func(frame.func);
        let Some(place) = func.blocks[block].preds.iter().position(|&pred| pred == from) else {
            return true;
        };
        let mut phis = Vec::new();
        for &value in &func.blocks[block].values {
            let Op::Phi(operands) = func.op(value) else {
                break;
            };
            let operand = operands
                .get(place)
                .map_or(Val::Unknown, |operand| frame.values[operand.index()].clone());
            phis.push((value, operand));
        }
        frame.next = phis.len() as u32;
        for (value, operand) in phis {
            frame.values[value.index()] = operand;
        }
        true
    }

    fn step(&self, state: &mut State, gid: Gid) -> Flow {
        if state.frame(gid).unwinding {
            return self.unwind(state, gid);
        }
        let frame = state.frame(gid);
        let func = self.program.func(frame.func);
        let block = &func.blocks[frame.block];
        if let Some(&value) = block.values.get(frame.next as usize) {
            return self.instruction(state, gid, value);
        }
        let key = frame.func;
        let get = |value: &ValueId| frame.values[value.index()].clone();
        match &block.end {
            Terminator::Jump(to) => self.go(state, gid, *to),
            Terminator::If(value, then, els) => {
                let condition = *value;
                let value = get(value);
                match state.truth(&value) {
                    Some(true) => self.go(state, gid, *then),
                    Some(false) => self.go(state, gid, *els),
                    None => Flow::Branch(value, *then, *els, compares_literal(func, condition)),
                }
            }
            Terminator::Select(value, to) => match get(value).part(0) {
                Val::Int(case) => match to.get(case as usize) {
                    Some(&to) => self.go(state, gid, to),
                    None => Flow::Cut,
                },
                _ => Flow::Cut,
            },
            Terminator::Return(values) => {
                let mut values: Vec<_> = values.iter().map(get).collect();
                let result = match values.len() {
                    1 => values.swap_remove(0),
                    _ => Val::tuple(values),
                };
                self.leave(state, gid, result);
                Flow::On
            }
            Terminator::Panic(_) => {
                let pos = block
                    .values
                    .last()
                    .map_or(func.span.start, |&value| func.values[value].pos);
                self.panic(state, gid, Crash::Other, Site { func: key, pos });
                Flow::On
            }
            Terminator::Unreachable => match block.values.last().map(|&value| (value, func.op(value))) {
                Some((value, Op::Select { cases, .. })) if cases.is_empty() => {
                    let site = Site {
                        func: key,
                        pos: func.values[value].pos,
                    };
                    self.park(
                        state,
                        gid,
                        SyncOp::Select {
                            cases: Vec::new(),
                            default: false,
                        },
                        site,
                        None,
                    );
                    Flow::On
                }
                _ => Flow::Cut,
            },
        }
    }

    fn go(&self, state: &mut State, gid: Gid, to: BlockId) -> Flow {
        if self.enter(state, gid, to) {
            Flow::On
        } else {
            Flow::Cut
        }
    }

    /// Stops a goroutine in front of an operation.
    pub(crate) fn park(&self, state: &mut State, gid: Gid, op: SyncOp, site: Site, dest: Option<ValueId>) {
        state.goroutine(gid).parked = Some(Parked { op, site, dest });
    }

    /// Returns from the top frame.
    fn leave(&self, state: &mut State, gid: Gid, result: Val) {
        let Some(frame) = state.goroutine(gid).frames.pop() else {
            return;
        };
        if let Some(once) = &frame.once {
            state.finish_once(once);
        }
        if state.goroutines[gid as usize].frames.is_empty() {
            if gid == 0 {
                // Who called the root has its results.
                self.publish(state, &[result]);
            }
            self.end_goroutine(state, gid);
        } else {
            state.set(gid, frame.dest, result);
        }
    }

    /// A goroutine has nothing left to do: what it deferred to the end of the test comes first.
    pub(crate) fn end_goroutine(&self, state: &mut State, gid: Gid) {
        let goroutine = state.goroutine(gid);
        goroutine.unwinding = Unwinding::No;
        if let Some(cleanup) = goroutine.cleanups.pop()
            && let Val::Func(callable) = cleanup
        {
            self.start(state, gid, &callable, Vec::new());
            return;
        }
        let goroutine = state.goroutine(gid);
        goroutine.ended = true;
        goroutine.frames.clear();
        if let Some(counter) = goroutine.counts.take() {
            state.add(&counter, -1);
        }
    }

    /// Begins a panic in the top frame.
    pub(crate) fn panic(&self, state: &mut State, gid: Gid, crash: Crash, site: Site) {
        state.goroutine(gid).unwinding = Unwinding::Panic;
        state.goroutine(gid).crash = Some((crash, site));
        if !state.goroutines[gid as usize].frames.is_empty() {
            state.frame(gid).unwinding = true;
        }
    }

    /// Ends a goroutine from within: its deferred calls run.
    pub(crate) fn goexit(&self, state: &mut State, gid: Gid) {
        state.goroutine(gid).unwinding = Unwinding::Goexit;
        state.frame(gid).unwinding = true;
    }

    /// A frame that is being left: its deferred calls, then the frame below.
    fn unwind(&self, state: &mut State, gid: Gid) -> Flow {
        let unwinding = state.goroutines[gid as usize].unwinding;
        if let Some(deferred) = state.frame(gid).defers.pop() {
            return self.call_deferred(state, gid, deferred, unwinding != Unwinding::No);
        }
        if unwinding == Unwinding::No {
            // Recovered: the function returns what its results hold.
            let frame = state.frame(gid);
            frame.unwinding = false;
            return match self.program.func(frame.func).recovered {
                Some(block) => {
                    frame.block = block;
                    frame.next = 0;
                    Flow::On
                }
                None => Flow::Cut,
            };
        }
        let frame = state.goroutine(gid).frames.pop();
        if let Some(once) = frame.as_ref().and_then(|frame| frame.once.as_ref()) {
            state.finish_once(once);
        }
        if !state.goroutines[gid as usize].frames.is_empty() {
            state.frame(gid).unwinding = true;
            return Flow::On;
        }
        match unwinding {
            Unwinding::Panic => {
                if let Some((crash, site)) = state.goroutines[gid as usize].crash {
                    state.crashed = Some((gid, crash, site));
                }
                state.goroutine(gid).ended = true;
            }
            _ => self.end_goroutine(state, gid),
        }
        Flow::On
    }

    fn instruction(&self, state: &mut State, gid: Gid, id: ValueId) -> Flow {
        let frame = state.frame(gid);
        let key = frame.func;
        let func = self.program.func(key);
        let value = &func.values[id];
        let query = self.query(key.unit);
        let site = Site {
            func: key,
            pos: value.pos,
        };
        let get = |value: &ValueId| frame.values[value.index()].clone();
        // Deferred calls run one by one; the instruction is left when there are none.
        if matches!(value.op, Op::RunDefers) {
            if let Some(deferred) = frame.defers.pop() {
                return self.call_deferred(state, gid, deferred, false);
            }
            frame.next += 1;
            return Flow::On;
        }
        frame.next += 1;
        let result = match &value.op {
            Op::Const(value) => constant(value),
            Op::Zero => self.zero(query, value.ty),
            Op::Param(number) => frame.args.get(*number as usize).cloned().unwrap_or(Val::Unknown),
            Op::Captured(number) => frame.captures.get(*number as usize).cloned().unwrap_or(Val::Unknown),
            Op::Global(obj) => {
                let elem = match query.ty(value.ty) {
                    Type::Pointer(elem) => *elem,
                    _ => TypeId::UNKNOWN,
                };
                Val::Ptr(Loc::whole(self.global(state, query, *obj, elem)))
            }
            Op::Func(obj) => Val::func(Callable::Declared(*obj)),
            Op::Phi(_) => Val::Unknown,
            Op::Alloc { .. } => {
                let elem = match query.ty(query.underlying(value.ty)) {
                    Type::Pointer(elem) => *elem,
                    _ => TypeId::UNKNOWN,
                };
                let zero = self.zero(query, elem);
                Val::Ptr(Loc::whole(state.alloc(Obj::Cell(elem, zero))))
            }
            Op::Load(addr) => match get(addr) {
                Val::Ptr(loc) => self.load(query, state, &loc),
                Val::Nil => return self.nil_pointer(state, gid, site),
                open => self.part_of_open(state, query, &open, u32::MAX, value.ty),
            },
            Op::Store { addr, value } => {
                let value = get(value);
                match get(addr) {
                    Val::Ptr(loc) => self.store(query, state, &loc, value),
                    Val::Nil => return self.nil_pointer(state, gid, site),
                    _ => self.escape(state, &[value]),
                }
                return Flow::On;
            }
            Op::FieldAddr { base, field } => match get(base) {
                Val::Ptr(_) if self.unread().contains(query, func.values[*base].ty, *field) => Val::Unknown,
                Val::Ptr(loc) => Val::Ptr(loc.part(*field)),
                Val::Nil => return self.nil_pointer(state, gid, site),
                open @ (Val::Sym(_) | Val::Lazy(_)) => self.part_of_open(state, query, &open, *field, value.ty),
                _ => Val::Unknown,
            },
            Op::Field { base, field } => match get(base) {
                Val::Lazy(ty) => match self.expand(query, state, ty) {
                    Val::Parts(parts) => parts.get(*field as usize).cloned().unwrap_or(Val::Unknown),
                    _ => Val::Unknown,
                },
                open @ Val::Sym(_) => self.part_of_open(state, query, &open, *field, value.ty),
                base => base.part(*field),
            },
            Op::IndexAddr { base, index } => match (get(base), get(index)) {
                (Val::Slice { obj, start, len, .. }, Val::Int(index)) => match u32::try_from(index) {
                    Ok(index) if index < len => Val::Ptr(Loc::whole(obj).part(start + index)),
                    _ => return self.nil_pointer(state, gid, site),
                },
                (Val::Ptr(loc), Val::Int(index)) => match u32::try_from(index) {
                    Ok(index) => Val::Ptr(loc.part(index)),
                    Err(_) => Val::Unknown,
                },
                _ => Val::Unknown,
            },
            Op::Index { base, index } => match (get(base), get(index)) {
                (base, Val::Int(index)) => u32::try_from(index).map_or(Val::Unknown, |index| base.part(index)),
                _ => Val::Unknown,
            },
            Op::MapGet { map, key, comma_ok } => {
                let elem = match query.ty(value.ty) {
                    Type::Tuple(types) if *comma_ok => types.first().copied().unwrap_or(TypeId::UNKNOWN),
                    _ => value.ty,
                };
                let (map, key) = (get(map), get(key));
                let (found, ok) = self.map_get(state, query, &map, &key, elem);
                if *comma_ok { Val::tuple([found, ok]) } else { found }
            }
            Op::MapSet { map, key, value } => {
                let (key, value) = (get(key), get(value));
                match get(map) {
                    Val::Map(obj) => {
                        // What is put where code outside looks is its from then on.
                        if state.shared.contains(obj) {
                            self.publish(state, &[key.clone(), value.clone()]);
                        }
                        state.map_set(obj, key, value);
                    }
                    Val::Nil => return self.nil_pointer(state, gid, site),
                    _ => self.escape(state, &[value]),
                }
                return Flow::On;
            }
            Op::Slice { base, bounds } => {
                let bounds = bounds.map(|bound| bound.map(|bound| get(&bound)));
                let base = get(base);
                slice(state, base, bounds)
            }
            Op::Unary(op, x) => {
                let x = get(x);
                unary(state, *op, x)
            }
            Op::Binary(op, x, y) => {
                let (x, y) = (get(x), get(y));
                binary(state, *op, x, y)
            }
            Op::Convert(x) => match get(x) {
                // Numbers keep their value where it fits; floats and strings are other values.
                Val::Int(int) if matches!(query.ty(query.underlying(value.ty)), Type::Basic(kind) if kind.is_integer()) => {
                    Val::Int(int)
                }
                // A slice of its bytes.
                Val::Str(text) if text.len() <= MAX_BYTES && is_bytes(query, value.ty) => {
                    let len = text.len() as u32;
                    let bytes = text.iter().map(|&byte| Val::Int(i64::from(byte))).collect();
                    let obj = state.alloc(Obj::Array(bytes));
                    Val::Slice {
                        obj,
                        start: 0,
                        len,
                        cap: len,
                    }
                }
                Val::Int(_) | Val::Str(_) if !matches!(query.ty(query.underlying(value.ty)), Type::Basic(kind) if kind.is_string()) => {
                    Val::Unknown
                }
                other => other,
            },
            Op::MakeInterface(x) => {
                let ty = func.values[*x].ty;
                match get(x) {
                    open @ (Val::Unknown | Val::Context(_) | Val::ReadLocker(_)) => open,
                    value => Val::Boxed(ty, Rc::new(value)),
                }
            }
            Op::TypeAssert {
                value: x,
                asserted,
                comma_ok,
            } => {
                let x = get(x);
                match self.assert(state, query, x, *asserted) {
                    (value, ok) if *comma_ok => Val::tuple([value, ok]),
                    (_, Val::Bool(false)) => return self.nil_pointer(state, gid, site),
                    (value, _) => value,
                }
            }
            Op::Held(x) => {
                let x = get(x);
                match self.assert(state, query, x, value.ty) {
                    (_, Val::Bool(false)) => return self.nil_pointer(state, gid, site),
                    (value, _) => value,
                }
            }
            Op::MakeChan { capacity } => {
                let capacity = match capacity.as_ref().map(get) {
                    None => Some(0),
                    Some(Val::Int(capacity)) => u32::try_from(capacity).ok(),
                    Some(_) => None,
                };
                Val::Chan(state.alloc(Obj::Chan(Chan {
                    capacity: capacity.unwrap_or(0),
                    buffer: Vec::new(),
                    closed: false,
                    // Nothing is concluded about a buffer of unknown size.
                    shared: capacity.is_none(),
                    timer: false,
                    stoppable: false,
                    ticker: false,
                    site: Some(site),
                })))
            }
            Op::MakeMap => Val::Map(state.alloc(Obj::Map {
                entries: Vec::new(),
                complete: true,
            })),
            Op::MakeSlice { len } => match get(len) {
                Val::Int(len @ 0..=256) => {
                    let elem = match query.core_type(value.ty).map(|core| query.ty(core)) {
                        Some(Type::Slice(elem)) => *elem,
                        _ => TypeId::UNKNOWN,
                    };
                    let elems = (0..len).map(|_| self.zero(query, elem)).collect();
                    let obj = state.alloc(Obj::Array(elems));
                    Val::Slice {
                        obj,
                        start: 0,
                        len: len as u32,
                        cap: len as u32,
                    }
                }
                _ => Val::Unknown,
            },
            Op::Closure { func, captures } => {
                let captures = captures.iter().map(get).collect();
                let key = FuncKey {
                    unit: key.unit,
                    func: *func,
                };
                Val::func(Callable::Closure(key, captures))
            }
            Op::BoundMethod { method, recv } => Val::func(Callable::Bound(*method, get(recv))),
            Op::Extract { tuple, index } => match get(tuple) {
                Val::Lazy(ty) => match self.expand(query, state, ty) {
                    Val::Tuple(parts) => parts.get(*index as usize).cloned().unwrap_or(Val::Unknown),
                    _ => Val::Unknown,
                },
                tuple => tuple.part(*index),
            },
            Op::Recv { chan, comma_ok } => {
                let op = SyncOp::Recv {
                    chan: get(chan),
                    comma_ok: *comma_ok,
                };
                self.park(state, gid, op, site, Some(id));
                return Flow::On;
            }
            Op::Send { chan, value } => {
                let op = SyncOp::Send {
                    chan: get(chan),
                    value: get(value),
                };
                self.park(state, gid, op, site, None);
                return Flow::On;
            }
            Op::Select { cases, default } => {
                if cases.is_empty() && !default {
                    return Flow::On;
                }
                let cases = cases
                    .iter()
                    .map(|case| (get(&case.chan), case.send.as_ref().map(get)))
                    .collect();
                let op = SyncOp::Select {
                    cases,
                    default: *default,
                };
                self.park(state, gid, op, site, Some(id));
                return Flow::On;
            }
            Op::SelectRecv { select, .. } => {
                let taken = get(select);
                Val::tuple([taken.part(2), taken.part(1)])
            }
            Op::Range(x) => Val::tuple([get(x), Val::Int(0)]),
            Op::Next(iterator) => {
                let slot = *iterator;
                let iterator = get(iterator);
                let (next, round) = next(state, &iterator);
                state.set(gid, Some(slot), round);
                next
            }
            Op::Call(call) => return self.call(state, gid, call, Some(id), site, value.ty),
            Op::Go(call) => return self.spawn(state, gid, call, site),
            Op::Defer(call) => {
                let target = self.target(frame, call);
                let args = call.args.iter().map(get).collect();
                frame.defers.push(crate::state::Deferred {
                    callee: target,
                    args,
                    pos: value.pos,
                });
                return Flow::On;
            }
            Op::RunDefers => return Flow::On,
            Op::Unknown(_) => Val::Unknown,
        };
        // What comes from outside is looked at when it is used.
        let result = match result {
            Val::Lazy(ty) => self.expand(query, state, ty),
            result => result,
        };
        state.set(gid, Some(id), result);
        Flow::On
    }

    /// A part of something that is not determined: the same each time it is asked for.
    fn part_of_open(&self, state: &mut State, query: Query<'a, 'a>, open: &Val, part: u32, ty: TypeId) -> Val {
        match open {
            Val::Sym(_) => {
                let answer = state.answer(Question::Part(open.clone(), part));
                match query.ty(query.underlying(ty)) {
                    Type::Basic(_) => answer,
                    _ => Val::Lazy(ty),
                }
            }
            _ => Val::Lazy(ty),
        }
    }

    /// A nil dereference, an index out of range and the like: the goroutine panics, which is no finding of this analysis.
    fn nil_pointer(&self, state: &mut State, gid: Gid, site: Site) -> Flow {
        self.panic(state, gid, Crash::Other, site);
        Flow::On
    }

    /// The object of a package-level variable.
    pub(crate) fn global(
        &self,
        state: &mut State,
        query: Query<'a, 'a>,
        obj: gosleuth_types::ObjRef,
        ty: TypeId,
    ) -> u32 {
        if let Some(&known) = state.globals.get(&obj) {
            return known;
        }
        let is_ours = self.program.units().iter().any(|unit| unit.query.pkg == obj.pkg);
        let cell = if is_ours {
            let zero = self.zero(query, ty);
            let cell = state.alloc(Obj::Cell(ty, zero));
            if self.is_part.get() {
                state.share(cell);
            }
            cell
        } else {
            // Errors that other packages declare are there.
            let value = if is_error(query, ty) {
                state.non_nil()
            } else {
                Val::Lazy(ty)
            };
            let cell = state.alloc(Obj::Cell(ty, value));
            state.share(cell);
            cell
        };
        state.globals.insert(obj, cell);
        cell
    }

    fn map_get(&self, state: &mut State, query: Query<'a, 'a>, map: &Val, key: &Val, elem: TypeId) -> (Val, Val) {
        match map {
            Val::Nil => (self.zero(query, elem), Val::Bool(false)),
            Val::Map(obj) => {
                let Obj::Map { entries, complete } = state.obj(*obj) else {
                    return (Val::Unknown, Val::Unknown);
                };
                let complete = *complete;
                if let Some((_, value)) = entries.iter().find(|(known, _)| known == key && !key.is_unknown()) {
                    return (value.clone(), Val::Bool(true));
                }
                let may_be_there = key.is_open() || entries.iter().any(|(known, _)| known.is_open());
                if complete && !may_be_there {
                    return (self.zero(query, elem), Val::Bool(false));
                }
                if entries.len() == 1 && may_be_there {
                    return (entries[0].1.clone(), Val::Unknown);
                }
                (Val::Lazy(elem), state.symbol())
            }
            _ => (Val::Lazy(elem), state.symbol()),
        }
    }

    /// A type assertion: the value, and whether it holds.
    fn assert(&self, state: &mut State, query: Query<'a, 'a>, value: Val, asserted: TypeId) -> (Val, Val) {
        let is_interface = query.is_interface(asserted);
        match value {
            Val::Nil => (self.zero(query, asserted), Val::Bool(false)),
            Val::Boxed(ty, inner) => {
                if is_interface {
                    if query.implements(ty, asserted) {
                        (Val::Boxed(ty, inner), Val::Bool(true))
                    } else {
                        (Val::Nil, Val::Bool(false))
                    }
                } else if query.identical(ty, asserted) {
                    ((*inner).clone(), Val::Bool(true))
                } else {
                    (self.zero(query, asserted), Val::Bool(false))
                }
            }
            value @ (Val::Context(_) | Val::ReadLocker(_)) if is_interface => (value, Val::Bool(true)),
            _ => (Val::Lazy(asserted), state.symbol()),
        }
    }

    /// Calls a function in a goroutine that has no frames.
    pub(crate) fn start(&self, state: &mut State, gid: Gid, callable: &Rc<Callable>, args: Vec<Val>) {
        let site = state.goroutines[gid as usize].created;
        let target = crate::state::Target::Callable(Rc::clone(callable));
        self.enter_call(state, gid, target, args, site);
    }
}

/// Whether a type is `[]byte`.
fn is_bytes(query: Query<'_, '_>, ty: TypeId) -> bool {
    match query.ty(query.underlying(ty)) {
        Type::Slice(elem) => matches!(query.ty(query.underlying(*elem)), Type::Basic(BasicKind::Uint8)),
        _ => false,
    }
}
