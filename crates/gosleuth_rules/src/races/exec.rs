//! Executes unrolled functions on memory without order: which goroutines there are, what they access, and where they wait.
//!
//! Every call of a function of the package is followed with its own objects. Both branches of a condition are taken; a loop is taken for all
//! rounds that are unrolled. What memory holds is not forgotten between passes over the same root, so that the last pass sees what every
//! goroutine may have written.

use std::collections::BTreeMap;
use std::rc::Rc;

use gosleuth_base::Idx as _;
use gosleuth_ir::{Callee, Func, FuncId, Op, Terminator, ValueId};
use gosleuth_syntax::ast::{BinaryOp, UnaryOp};
use gosleuth_types::{ConstValue, ObjRef, Type, TypeId};
use rustc_hash::{FxHashMap, FxHashSet};

use super::graph::{Access, AccessKind, Got, Graph, Mode, NodeId, Site, Sync};
use super::memory::{CtxId, Item, Key, LocId, Memory, Object, ObjectId, Origin, Step, Val, merge, places};
use super::prepare::{Prepared, Preparing};
use crate::context::RuleContext;

/// Integers and booleans that variables hold here.
type Known = BTreeMap<LocId, Item>;

/// Where an execution is.
#[derive(Clone, Debug)]
pub(super) struct Cursor {
    pub(super) node: NodeId,
    known: Rc<Known>,
}

/// A function as a value.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum FuncVal {
    Closure {
        func: FuncId,
        captures: Vec<Val>,
    },
    Bound {
        method: ObjRef,
        recv: Val,
    },
    Declared(ObjRef),
    /// Closes a channel, if it is not closed.
    Cancel(LocId),
}

/// A chain of calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Ctx {
    pub(super) parent: Option<CtxId>,
    /// The call, and in which instance of its block it is.
    pub(super) call: Option<(FuncId, ValueId, u32)>,
    pub(super) func: FuncId,
}

/// A deferred call.
#[derive(Clone, Debug)]
struct Deferred {
    callee: Target,
    args: Vec<Val>,
    value: ValueId,
    instance: usize,
}

/// Who is called.
#[derive(Clone, Debug)]
pub(super) enum Target {
    Declared(ObjRef),
    Method { recv: Val, method: ObjRef },
    Value(Val),
    Builtin(gosleuth_types::Builtin),
}

/// State that goes along a branch.
#[derive(Clone, Debug)]
struct Flow {
    cursor: Cursor,
    /// Deferred calls so far, and whether they are there on every path.
    defers: Vec<(usize, bool)>,
}

/// A function that is being executed.
pub(super) struct Frame {
    pub(super) func: FuncId,
    pub(super) ctx: CtxId,
    prepared: Rc<Prepared>,
    vals: Vec<Val>,
    tuples: FxHashMap<usize, Vec<Val>>,
    args: Vec<Val>,
    captures: Vec<Val>,
    outs: Vec<Vec<Option<Flow>>>,
    defers: Vec<Deferred>,
    /// By slot: the place that a value was read from atomically or under a lock, and what that yields as long as nothing was written.
    read_from: FxHashMap<usize, (LocId, i64)>,
}

/// Where in a frame something happens.
#[derive(Clone, Copy, Debug)]
pub(super) struct Here {
    pub(super) func: FuncId,
    pub(super) ctx: CtxId,
    pub(super) instance: usize,
    pub(super) value: ValueId,
}

impl Here {
    /// The same place, for one of several things that are done there.
    pub(super) fn numbered(self, number: usize) -> Self {
        Self {
            instance: self.instance + (number << 12),
            ..self
        }
    }

    pub(super) fn site(self) -> Site {
        Site {
            func: self.func,
            value: self.value,
            ctx: self.ctx,
        }
    }
}

/// Calls in each other that are followed.
const MAX_DEPTH: usize = 12;

/// Calls in each other, those of libraries and through interfaces included.
const MAX_CALLS: u32 = 30;

/// Instructions that are executed in one pass over a root.
const MAX_STEPS: u32 = 40_000;

/// Goroutines of one root.
const MAX_THREADS: usize = 48;

/// Functions that one call may mean and that are followed.
const MAX_TARGETS: usize = 4;

/// A place where a pointer to an object was put into memory or given to another goroutine.
#[derive(Clone, Copy, Debug)]
pub(super) struct Given {
    pub(super) node: NodeId,
    /// Accesses before it.
    pub(super) after: usize,
    /// The object that holds it since then.
    pub(super) holder: Option<ObjectId>,
}

/// What was met in a pass, for the next one.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Met {
    /// Channels that are sent to or closed, and received from.
    pub(super) sent: FxHashSet<LocId>,
    pub(super) received: FxHashSet<LocId>,
    /// Timers that are started again.
    pub(super) reset: FxHashSet<LocId>,
    /// By place: the goroutine that writes it (none for several), and how often.
    written: FxHashMap<LocId, (Option<u32>, u32)>,
}

pub(super) struct Exec<'c, 'a> {
    pub(super) cx: &'c RuleContext<'a>,
    pub(super) memory: Memory,
    pub(super) graph: Graph,
    preparing: Preparing,
    pub(super) ctxs: Vec<Ctx>,
    ctx_ids: FxHashMap<Ctx, CtxId>,
    pub(super) funcs: Vec<FuncVal>,
    func_ids: FxHashMap<FuncVal, u32>,
    pub(super) boxes: Vec<(TypeId, Option<Item>)>,
    box_ids: FxHashMap<(TypeId, Option<Item>), u32>,
    texts: FxHashMap<ConstValue, u32>,
    rounds: FxHashMap<(CtxId, usize, Vec<u8>), u32>,
    /// Functions that happen once and have been met in this pass, with the goroutine that met them.
    pub(super) once: FxHashMap<LocId, NodeId>,
    /// By channel: sends and receives in this pass so far. Each value is received once.
    sent: FxHashMap<LocId, i64>,
    received: FxHashMap<LocId, i64>,
    /// What this pass and the one before it met.
    pub(super) met: Met,
    pub(super) before: Met,
    pub(super) pass: u32,
    depth: u32,
    /// Functions that the calls around may mean, multiplied.
    choices: u32,
    /// By object: the goroutine that made it in this pass.
    pub(super) born: FxHashMap<ObjectId, u32>,
    /// The same for the pass before.
    born_before: FxHashMap<ObjectId, u32>,
    /// By object: where a pointer to it was given away.
    pub(super) given: FxHashMap<ObjectId, Vec<Given>>,
    /// What runs when the test around has ended, in the order in which it was registered.
    pub(super) cleanups: Vec<(Val, Here)>,
    /// Parallel subtests that wait for the test around to end.
    pub(super) pending: Vec<(Val, Here)>,
    pub(super) steps: u32,
    /// Whether something was left out for size.
    pub(super) overflow: bool,
}

impl<'c, 'a> Exec<'c, 'a> {
    pub(super) fn new(cx: &'c RuleContext<'a>) -> Self {
        Self {
            cx,
            memory: Memory::default(),
            graph: Graph::default(),
            preparing: Preparing::new(cx),
            ctxs: Vec::new(),
            ctx_ids: FxHashMap::default(),
            funcs: Vec::new(),
            func_ids: FxHashMap::default(),
            boxes: Vec::new(),
            box_ids: FxHashMap::default(),
            texts: FxHashMap::default(),
            rounds: FxHashMap::default(),
            once: FxHashMap::default(),
            sent: FxHashMap::default(),
            received: FxHashMap::default(),
            met: Met::default(),
            before: Met::default(),
            pass: 0,
            depth: 0,
            choices: 1,
            born: FxHashMap::default(),
            born_before: FxHashMap::default(),
            given: FxHashMap::default(),
            cleanups: Vec::new(),
            pending: Vec::new(),
            steps: 0,
            overflow: false,
        }
    }

    /// Begins a pass: a graph with one goroutine.
    pub(super) fn begin(&mut self, body: FuncId, pass: u32) -> Cursor {
        self.pass = pass;
        self.before = std::mem::take(&mut self.met);
        self.graph = Graph::default();
        self.once.clear();
        self.pending.clear();
        self.cleanups.clear();
        self.sent.clear();
        self.born_before = std::mem::take(&mut self.born);
        self.given.clear();
        self.received.clear();
        self.steps = 0;
        self.depth = 0;
        self.choices = 1;
        self.overflow = false;
        let node = self.graph.thread(None, None, "", Some(body));
        Cursor {
            node,
            known: Rc::default(),
        }
    }

    /// Executes the function that everything begins with; its parameters come from outside.
    pub(super) fn root(&mut self, func: FuncId, cursor: Cursor) -> Option<Cursor> {
        let ctx = self.ctx(Ctx {
            parent: None,
            call: None,
            func,
        });
        let params = self.cx.ir.funcs[func].params.clone();
        let args = params
            .iter()
            .enumerate()
            .map(|(index, &param)| {
                let ty = self.cx.ir.funcs[func].values[param].ty;
                self.outside(Origin::Param(func, index as u32), ty)
            })
            .collect();
        self.run(func, ctx, args, Vec::new(), cursor).0
    }

    fn ctx(&mut self, ctx: Ctx) -> CtxId {
        if let Some(&known) = self.ctx_ids.get(&ctx) {
            return known;
        }
        let id = self.ctxs.len() as CtxId;
        self.ctxs.push(ctx);
        self.ctx_ids.insert(ctx, id);
        id
    }

    /// A value of a type that comes from outside.
    pub(super) fn outside(&mut self, origin: Origin, ty: TypeId) -> Val {
        let (held, is_copy) = match *self.cx.under(ty) {
            Type::Pointer(elem) => (elem, false),
            Type::Slice(_) | Type::Map { .. } | Type::Chan { .. } => (TypeId::UNKNOWN, false),
            Type::Struct(_) | Type::Array { .. } => (ty, true),
            _ => return Val::new(),
        };
        let loc = self.memory.object(origin, || Object {
            origin,
            var: None,
            func: None,
            ty: held,
            outside: true,
            private: false,
            escaped: false,
            capacity: None,
            root: 0,
        });
        vec![if is_copy { Item::Copy(loc) } else { Item::Ref(loc) }]
    }

    /// New memory made at an instruction.
    pub(super) fn make(&mut self, here: Here, number: u32, ty: TypeId, var: Option<ObjRef>) -> LocId {
        let origin = Origin::Made(here.ctx, here.instance as u32, here.value, number);
        let private = self
            .preparing
            .known(here.func)
            .is_some_and(|prepared| prepared.is_private(here.value));
        self.memory.object(origin, || Object {
            origin,
            var,
            func: Some(here.func),
            ty,
            outside: false,
            private: private && number == 0,
            escaped: false,
            capacity: None,
            root: 0,
        })
    }

    pub(super) fn global(&mut self, obj: ObjRef) -> LocId {
        let ty = self.cx.query.object_type(obj);
        let origin = Origin::Global(obj);
        self.memory.object(origin, || Object {
            origin,
            var: Some(obj),
            func: None,
            ty,
            outside: false,
            private: false,
            escaped: false,
            capacity: None,
            root: 0,
        })
    }

    pub(super) fn func_item(&mut self, func: FuncVal) -> Item {
        let next = self.funcs.len() as u32;
        let id = *self.func_ids.entry(func.clone()).or_insert(next);
        if id == next {
            self.funcs.push(func);
        }
        Item::Func(id)
    }

    pub(super) fn boxed(&mut self, ty: TypeId, item: Option<Item>) -> Item {
        let next = self.boxes.len() as u32;
        let id = *self.box_ids.entry((ty, item)).or_insert(next);
        if id == next {
            self.boxes.push((ty, item));
        }
        Item::Boxed(id)
    }

    fn is_aggregate(&self, ty: TypeId) -> bool {
        matches!(self.cx.under(ty), Type::Struct(_) | Type::Array { .. })
    }

    /// What a place holds, as a value of a type.
    pub(super) fn read(&mut self, loc: LocId, ty: TypeId) -> Val {
        if self.is_aggregate(ty) {
            return vec![Item::Copy(loc)];
        }
        let mut val = self.memory.read(loc);
        // Numbers that were written at different times.
        if val.len() > 1
            && val
                .iter()
                .any(|item| matches!(item, Item::Int(_) | Item::Round { .. } | Item::Bool(_) | Item::Text(_)))
        {
            val.retain(|item| !matches!(item, Item::Int(_) | Item::Round { .. } | Item::Bool(_) | Item::Text(_)));
            merge(&mut val, &[Item::Any]);
        }
        let is_known = val.iter().any(|item| !matches!(item, Item::Any));
        if !is_known && self.memory.of(loc).outside {
            let more = self.outside(Origin::Outside(loc), ty);
            self.memory.write(loc, &more);
            merge(&mut val, &more);
        }
        val
    }

    /// An operation that orders, after what happened so far.
    pub(super) fn sync(&mut self, cursor: &Cursor, sync: Sync, here: Here) -> Cursor {
        let node = self.graph.after(&[cursor.node], sync, Some(here.site()));
        Cursor {
            node,
            known: Rc::clone(&cursor.known),
        }
    }

    pub(super) fn lock(&mut self, cursor: &Cursor, val: &[Item], mode: Mode, here: Here) -> Cursor {
        let sync = match *val {
            [Item::Ref(loc)] => Sync::Seen(loc),
            _ => Sync::Lock,
        };
        let next = self.sync(cursor, sync, here);
        if let [Item::Ref(loc)] = *val {
            let locks = &mut self.graph.nodes[next.node as usize].locks;
            if let Err(at) = locks.binary_search(&(loc, mode)) {
                locks.insert(at, (loc, mode));
            }
        }
        next
    }

    pub(super) fn unlock(&mut self, cursor: &Cursor, val: &[Item], mode: Mode, here: Here) -> Cursor {
        let is_held = |held: &(LocId, Mode)| val.contains(&Item::Ref(held.0));
        let sync = match *val {
            // Another goroutine took the lock: it is handed over.
            [Item::Ref(loc)] if !self.graph.nodes[cursor.node as usize].locks.iter().any(is_held) => Sync::Publish(loc),
            _ => Sync::Lock,
        };
        let next = self.sync(cursor, sync, here);
        let locks = &mut self.graph.nodes[next.node as usize].locks;
        locks.retain(|&(loc, held)| held != mode || !val.contains(&Item::Ref(loc)));
        next
    }

    /// Accesses the places that a value points to.
    pub(super) fn touch(&mut self, cursor: &Cursor, val: &[Item], write: bool, kind: AccessKind, here: Here) {
        self.touch_as(cursor, val, write, false, kind, here);
    }

    pub(super) fn touch_as(
        &mut self,
        cursor: &Cursor,
        val: &[Item],
        write: bool,
        atomic: bool,
        kind: AccessKind,
        here: Here,
    ) {
        let choices = self.choices.saturating_mul(val.len() as u32);
        for &item in val {
            let Item::Ref(loc) = item else { continue };
            if !self.memory.of(loc).private {
                self.graph.access(Access {
                    loc,
                    node: cursor.node,
                    write,
                    atomic,
                    kind,
                    choices,
                    site: here.site(),
                });
            }
        }
    }

    /// Leaves out what the goroutine that is here has not made yet.
    fn made_so_far(&self, cursor: &Cursor, mut val: Val) -> Val {
        let own = self.graph.thread_of(cursor.node);
        val.retain(|item| {
            let inner = match *item {
                Item::Boxed(id) => self.boxes[id as usize].1,
                item => Some(item),
            };
            match inner {
                Some(Item::Ref(loc) | Item::Copy(loc)) => {
                    let object = self.memory.locs[loc as usize].object;
                    self.born_before.get(&object) != Some(&own) || self.born.contains_key(&object)
                }
                _ => true,
            }
        });
        val
    }

    /// Notes which goroutine made an object.
    pub(super) fn bear(&mut self, cursor: &Cursor, loc: LocId) {
        let object = self.memory.locs[loc as usize].object;
        self.born.insert(object, self.graph.thread_of(cursor.node));
    }

    /// Notes that the pointers in a value are given away here.
    pub(super) fn give(&mut self, cursor: &Cursor, val: &[Item], holder: Option<LocId>) {
        let holder = holder.map(|holder| self.memory.locs[holder as usize].object);
        if holder.is_some_and(|holder| self.memory.objects[holder as usize].private) {
            return;
        }
        for &item in val {
            let inner = match item {
                Item::Boxed(id) => self.boxes[id as usize].1,
                item => Some(item),
            };
            if let Some(Item::Ref(loc)) = inner {
                let object = self.memory.locs[loc as usize].object;
                self.given.entry(object).or_default().push(Given {
                    node: cursor.node,
                    after: self.graph.accesses.len(),
                    holder,
                });
            }
        }
    }

    /// Starts goroutines that `run` executes. The cursor goes on beside them.
    pub(super) fn spawn(
        &mut self,
        cursor: &Cursor,
        by: &'static str,
        here: Here,
        run: impl FnOnce(&mut Self, Cursor) -> Option<Cursor>,
    ) -> Cursor {
        let next = self.sync(cursor, Sync::Spawn, here);
        if self.graph.threads.len() >= MAX_THREADS {
            self.overflow = true;
            return next;
        }
        let first = self.graph.thread(Some(next.node), Some(here.site()), by, None);
        let entry = Cursor {
            node: first,
            known: Rc::clone(&next.known),
        };
        run(self, entry);
        next
    }

    /// Where several paths go on.
    pub(super) fn meet(&mut self, cursors: &[Cursor]) -> Option<Cursor> {
        match cursors {
            [] => None,
            [one] => Some(one.clone()),
            [first, rest @ ..] => {
                let nodes: Vec<NodeId> = cursors.iter().map(|cursor| cursor.node).collect();
                let node = self.graph.after(&nodes, Sync::None, None);
                let mut known = (*first.known).clone();
                for other in rest {
                    known.retain(|loc, item| other.known.get(loc) == Some(item));
                }
                Some(Cursor {
                    node,
                    known: Rc::new(known),
                })
            }
        }
    }

    /// A path of its own that begins here.
    pub(super) fn part(&mut self, cursor: &Cursor) -> Cursor {
        let node = self.graph.after(&[cursor.node], Sync::None, None);
        Cursor {
            node,
            known: Rc::clone(&cursor.known),
        }
    }

    /// Calls a function of the package.
    pub(super) fn enter(
        &mut self,
        func: FuncId,
        args: Vec<Val>,
        captures: Vec<Val>,
        cursor: Cursor,
        here: Here,
    ) -> (Option<Cursor>, Vec<Val>) {
        let mut depth = 0;
        let mut same = 0;
        let mut at = Some(here.ctx);
        while let Some(ctx) = at {
            let ctx = self.ctxs[ctx as usize];
            depth += 1;
            same += usize::from(ctx.func == func);
            at = ctx.parent;
        }
        if depth > MAX_DEPTH || same > 1 {
            return (Some(cursor), Vec::new());
        }
        let ctx = self.ctx(Ctx {
            parent: Some(here.ctx),
            call: Some((here.func, here.value, here.instance as u32)),
            func,
        });
        self.run(func, ctx, args, captures, cursor)
    }

    fn run(
        &mut self,
        func: FuncId,
        ctx: CtxId,
        args: Vec<Val>,
        captures: Vec<Val>,
        cursor: Cursor,
    ) -> (Option<Cursor>, Vec<Val>) {
        let Some(prepared) = self.preparing.of(self.cx, func) else {
            return (Some(cursor), Vec::new());
        };
        let body = &self.cx.ir.funcs[func];
        let count = prepared.unrolled.instances.len();
        let mut frame = Frame {
            func,
            ctx,
            vals: vec![Val::new(); prepared.slots],
            prepared: Rc::clone(&prepared),
            tuples: FxHashMap::default(),
            args,
            captures,
            outs: vec![Vec::new(); count],
            defers: Vec::new(),
            read_from: FxHashMap::default(),
        };
        let mut ends: Vec<Cursor> = Vec::new();
        let mut results: Vec<Val> = Vec::new();
        for instance in 0..count {
            let Some(mut flow) = self.arrive(&frame, instance, &cursor) else {
                continue;
            };
            let block = &body.blocks[prepared.unrolled.instances[instance].block];
            let mut alive = true;
            for &value in &block.values {
                self.steps += 1;
                if self.steps > MAX_STEPS {
                    self.overflow = true;
                    return (None, Vec::new());
                }
                match self.step(&mut frame, instance, value, &mut flow) {
                    Some(next) => flow.cursor = next,
                    None => {
                        alive = false;
                        break;
                    }
                }
            }
            if !alive {
                continue;
            }
            if let Terminator::Return(values) = &block.end {
                for (index, &value) in values.iter().enumerate() {
                    let val = self.val(&frame, instance, value);
                    if results.len() <= index {
                        results.push(Val::new());
                    }
                    merge(&mut results[index], &val);
                }
                ends.push(flow.cursor);
            } else {
                frame.outs[instance] = self.leave(&mut frame, instance, &block.end, &flow);
            }
        }
        (self.meet(&ends), results)
    }

    /// How control gets to an instance, if it does.
    fn arrive(&mut self, frame: &Frame, instance: usize, start: &Cursor) -> Option<Flow> {
        if instance == 0 {
            return Some(Flow {
                cursor: start.clone(),
                defers: Vec::new(),
            });
        }
        let flows: Vec<(Flow, bool)> = frame.prepared.unrolled.instances[instance]
            .preds
            .iter()
            .filter_map(|&(from, branch)| {
                let outs = &frame.outs[from];
                let flow = outs.get(branch)?.as_ref()?;
                Some((flow.clone(), outs.iter().flatten().count() > 1))
            })
            .collect();
        let defers = match flows.split_first() {
            None => return None,
            Some(((first, _), rest)) => {
                let mut defers = first.defers.clone();
                for (other, _) in rest {
                    for entry in &mut defers {
                        entry.1 &= other.defers.iter().any(|known| known.0 == entry.0 && known.1);
                    }
                    for &(number, _) in &other.defers {
                        if !defers.iter().any(|known| known.0 == number) {
                            defers.push((number, false));
                        }
                    }
                }
                defers.sort_unstable();
                defers
            }
        };
        let cursors: Vec<Cursor> = flows.iter().map(|(flow, _)| flow.cursor.clone()).collect();
        let cursor = match (&flows[..], &cursors[..]) {
            ([(_, true)], [one]) => self.part(one),
            (_, cursors) => self.meet(cursors)?,
        };
        Some(Flow { cursor, defers })
    }

    fn slot(frame: &Frame, instance: usize, at: u32) -> usize {
        frame.prepared.offsets[instance] + at as usize
    }

    fn slots(frame: &Frame, instance: usize, value: ValueId) -> Vec<usize> {
        let prepared = &frame.prepared;
        prepared
            .unrolled
            .definitions(value, instance)
            .map(|(instance, at)| prepared.offsets[instance] + at as usize)
            .collect()
    }

    /// What a value is, seen from an instance.
    pub(super) fn val(&self, frame: &Frame, instance: usize, value: ValueId) -> Val {
        let mut slots = Self::slots(frame, instance, value).into_iter();
        let Some(first) = slots.next() else {
            return Val::new();
        };
        let mut val = frame.vals[first].clone();
        for slot in slots {
            merge(&mut val, &frame.vals[slot]);
        }
        val
    }

    fn tuple(&self, frame: &Frame, instance: usize, value: ValueId, index: u32) -> Val {
        let mut val = Val::new();
        for slot in Self::slots(frame, instance, value) {
            if let Some(part) = frame.tuples.get(&slot).and_then(|parts| parts.get(index as usize)) {
                merge(&mut val, part);
            }
        }
        val
    }

    /// Which branches are taken at the end of a block, and how.
    fn leave(&mut self, frame: &mut Frame, instance: usize, end: &Terminator, flow: &Flow) -> Vec<Option<Flow>> {
        let prepared = Rc::clone(&frame.prepared);
        let unrolled = &prepared.unrolled;
        let succs = &unrolled.instances[instance].succs;
        let mut outs: Vec<Option<Flow>> = succs.iter().map(|succ| succ.map(|_| flow.clone())).collect();
        match end {
            Terminator::If(cond, ..) => {
                let cond = *cond;
                if let Some(taken) = self.decided(frame, instance, cond, &flow.cursor) {
                    outs[usize::from(taken)] = None;
                }
                for (branch, taken) in [(0, true), (1, false)] {
                    if let Some(out) = &mut outs[branch]
                        && let Some(next) = self.branch(frame, instance, cond, taken, &out.cursor)
                    {
                        out.cursor = next;
                    }
                }
            }
            Terminator::Select(select, _) => {
                let Op::Select { cases, .. } = self.cx.ir.funcs[frame.func].op(*select) else {
                    return outs;
                };
                let cases = cases.clone();
                for (number, case) in cases.iter().enumerate() {
                    let chans = places(&self.val(frame, instance, case.chan));
                    let here = Here {
                        func: frame.func,
                        ctx: frame.ctx,
                        instance,
                        value: case.chan,
                    };
                    if self.is_alone(&chans, case.send.is_some()) {
                        if let Some(out) = outs.get_mut(number) {
                            *out = None;
                        }
                        continue;
                    }
                    let Some(Some(out)) = outs.get_mut(number) else {
                        continue;
                    };
                    out.cursor = match case.send {
                        None => self.receive(&out.cursor, chans, Got::Anything, here),
                        Some(value) => {
                            let val = self.val(frame, instance, value);
                            self.send(&out.cursor, chans, &val, here)
                        }
                    };
                }
            }
            _ => {}
        }
        outs
    }

    /// The outcome of a condition, where it is known: constants, and at the head of a loop, which goes on for the rounds that are unrolled.
    fn decided(&self, frame: &Frame, instance: usize, cond: ValueId, cursor: &Cursor) -> Option<bool> {
        let unrolled = &frame.prepared.unrolled;
        let func = &self.cx.ir.funcs[frame.func];
        if let Op::Const(ConstValue::Bool(value)) = func.op(cond) {
            return Some(*value);
        }
        let block = unrolled.instances[instance].block;
        if let Some(&around) = unrolled.nest[block.index()].last()
            && unrolled.loops[around].head == block
            && !unrolled.leaves(instance)
            && let Terminator::If(_, then, els) = func.blocks[block].end
        {
            let stays = [then, els].map(|to| unrolled.loops[around].blocks[to.index()]);
            if stays[0] != stays[1] {
                return match *self.val(frame, instance, cond) {
                    [Item::Bool(value)] => Some(value),
                    _ => Some(stays[0]),
                };
            }
        }
        if unrolled.leaves(instance) {
            return None;
        }
        if let Some(when) = self.waits_unless_nil(frame, instance, cond) {
            return Some(when);
        }
        match *self.val(frame, instance, cond) {
            [Item::Bool(value)] if self.is_settled(frame, instance, cond, cursor, 0) => Some(value),
            _ => None,
        }
    }

    /// For `if ch != nil { <-ch }` with a channel that is made somewhere: there is something to wait for.
    fn waits_unless_nil(&self, frame: &Frame, instance: usize, cond: ValueId) -> Option<bool> {
        let func = &self.cx.ir.funcs[frame.func];
        let (value, when_nil) = crate::flow::nil_check(func, cond)?;
        let block = frame.prepared.unrolled.instances[instance].block;
        let Terminator::If(_, then, els) = func.blocks[block].end else {
            return None;
        };
        let next = &func.blocks[if when_nil { els } else { then }];
        let waits = matches!(next.end, Terminator::Select(..))
            || next
                .values
                .iter()
                .any(|&value| matches!(func.op(value), Op::Recv { .. }));
        let is_made = self.cx.is_channel(func.values[value].ty) && !self.val(frame, instance, value).is_empty();
        (waits && is_made).then_some(!when_nil)
    }

    /// Whether a value does not depend on what other goroutines, or this one at another time, may write.
    fn is_settled(&self, frame: &Frame, instance: usize, value: ValueId, cursor: &Cursor, depth: u32) -> bool {
        let func = &self.cx.ir.funcs[frame.func];
        match func.op(value) {
            _ if depth > 8 => false,
            Op::Const(_) | Op::Zero | Op::Param(_) => true,
            Op::Load(addr) => match self.val(frame, instance, *addr)[..] {
                [Item::Ref(loc)] => {
                    let own = self.graph.thread_of(cursor.node);
                    match self.before.written.get(&loc) {
                        _ if self.pass == 0 || !cursor.known.contains_key(&loc) => false,
                        None => !self.memory.of(loc).outside,
                        Some(&(thread, times)) => thread == Some(own) || times == 1,
                    }
                }
                _ => false,
            },
            Op::Unary(_, x) | Op::Convert(x) => self.is_settled(frame, instance, *x, cursor, depth + 1),
            Op::Binary(_, x, y) => {
                self.is_settled(frame, instance, *x, cursor, depth + 1)
                    && self.is_settled(frame, instance, *y, cursor, depth + 1)
            }
            Op::Phi(operands) => operands
                .iter()
                .all(|&operand| self.is_settled(frame, instance, operand, cursor, depth + 3)),
            _ => false,
        }
    }

    /// What a branch says about other goroutines.
    fn branch(
        &mut self,
        frame: &Frame,
        instance: usize,
        cond: ValueId,
        taken: bool,
        cursor: &Cursor,
    ) -> Option<Cursor> {
        let func = &self.cx.ir.funcs[frame.func];
        let here = Here {
            func: frame.func,
            ctx: frame.ctx,
            instance,
            value: cond,
        };
        match func.op(cond) {
            Op::Extract { tuple, index: 1 } => match func.op(*tuple) {
                Op::Recv { chan, .. } => {
                    let chans = places(&self.val(frame, instance, *chan));
                    let got = if taken { Got::Value } else { Got::Closed };
                    let here = Here { value: *tuple, ..here };
                    return Some(self.receive(cursor, chans, got, here));
                }
                Op::SelectRecv { select, case } => {
                    if let Op::Select { cases, .. } = func.op(*select)
                        && let Some(case) = cases.get(*case as usize)
                        && !taken
                    {
                        let chans = places(&self.val(frame, instance, case.chan));
                        return Some(self.receive(cursor, chans, Got::Closed, here));
                    }
                }
                _ => {}
            },
            Op::Call(call) if taken => {
                let name = self.cx.callee_symbol(call);
                let mode = match name.as_deref() {
                    Some("sync.(*Mutex).TryLock" | "sync.(*RWMutex).TryLock") => Some(Mode::Write),
                    Some("sync.(*RWMutex).TryRLock") => Some(Mode::Read),
                    _ => None,
                };
                if let (Some(mode), Some(&arg)) = (mode, call.args.first()) {
                    let val = self.val(frame, instance, arg);
                    return Some(self.lock(cursor, &val, mode, here));
                }
            }
            _ => {}
        }
        let mut from = None;
        if self.when_zero(frame, instance, cond, &mut from, 0) != Some(taken)
            && let Some(loc) = from
        {
            return Some(self.sync(cursor, Sync::Seen(loc), here));
        }
        None
    }

    /// What a condition would be if the place it was read from had never been written; the place goes to `from`.
    fn when_zero(
        &self,
        frame: &Frame,
        instance: usize,
        value: ValueId,
        from: &mut Option<LocId>,
        depth: u32,
    ) -> Option<bool> {
        self.zero_value(frame, instance, value, from, depth)
            .map(|number| number != 0)
    }

    fn zero_value(
        &self,
        frame: &Frame,
        instance: usize,
        value: ValueId,
        from: &mut Option<LocId>,
        depth: u32,
    ) -> Option<i64> {
        if depth > 6 {
            return None;
        }
        let read = Self::slots(frame, instance, value)
            .into_iter()
            .find_map(|slot| frame.read_from.get(&slot));
        if let Some(&(loc, zero)) = read {
            *from = Some(loc);
            return Some(zero);
        }
        let func = &self.cx.ir.funcs[frame.func];
        match func.op(value) {
            Op::Const(ConstValue::Int(value)) => Some(*value),
            Op::Const(ConstValue::Bool(value)) => Some(i64::from(*value)),
            Op::Zero => Some(0),
            Op::Convert(inner) | Op::TypeAssert { value: inner, .. } | Op::Extract { tuple: inner, .. } => {
                self.zero_value(frame, instance, *inner, from, depth + 1)
            }
            Op::Unary(UnaryOp::Not, inner) => Some(i64::from(
                self.zero_value(frame, instance, *inner, from, depth + 1)? == 0,
            )),
            Op::Binary(op, x, y) => {
                let x = self.zero_value(frame, instance, *x, from, depth + 1);
                let y = self.zero_value(frame, instance, *y, from, depth + 1);
                compare(*op, x?, y?).map(i64::from)
            }
            _ => None,
        }
    }

    /// Whether nobody is ever at the other end of channels that only code which is followed knows.
    fn is_alone(&self, chans: &[LocId], sends: bool) -> bool {
        self.pass > 0
            && !chans.is_empty()
            && chans.iter().all(|&chan| {
                let object = self.memory.of(chan);
                let room = object.capacity != Some(0) && sends;
                let others = if sends {
                    &self.before.received
                } else {
                    &self.before.sent
                };
                !object.outside && !object.escaped && !room && object.root == chan && !others.contains(&chan)
            })
    }

    pub(super) fn receive(&mut self, cursor: &Cursor, chans: Vec<LocId>, got: Got, here: Here) -> Cursor {
        let only = match chans[..] {
            [one] if self.memory.of(one).capacity == Some(1) => Some(one),
            _ => None,
        };
        self.met.received.extend(&chans);
        let next = self.sync(cursor, Sync::Recv(chans, got), here);
        if let Some(chan) = only
            && got != Got::Closed
        {
            self.token(next.node, chan, Mode::Sent, Mode::Received);
        }
        next
    }

    pub(super) fn send(&mut self, cursor: &Cursor, chans: Vec<LocId>, val: &[Item], here: Here) -> Cursor {
        self.give(cursor, val, None);
        for &chan in &chans {
            let number = self.sent.entry(chan).or_insert(0);
            let place = self.memory.part(chan, Step::Elem(Key::Int(*number)));
            *number += 1;
            self.memory.write(place, val);
        }
        let only = match chans[..] {
            [one] if self.memory.of(one).capacity == Some(1) => Some(one),
            _ => None,
        };
        self.met.sent.extend(&chans);
        let next = self.sync(cursor, Sync::Send(chans), here);
        if let Some(chan) = only {
            self.token(next.node, chan, Mode::Received, Mode::Sent);
        }
        next
    }

    /// What a receive yields: each value that is sent goes to one receiver, in the order in which they are met.
    fn taken(&mut self, chan: &[Item], held: TypeId) -> Val {
        let mut val = Val::new();
        for loc in places(chan) {
            let number = self.received.entry(loc).or_insert(0);
            let key = Key::Int(*number);
            *number += 1;
            let place = self.memory.part(loc, Step::Elem(key));
            let one = self.read(place, held);
            merge(&mut val, &one);
        }
        val
    }

    /// A channel with one place is a lock for those who put in and take out, or take out and put back.
    fn token(&mut self, node: NodeId, chan: LocId, gives: Mode, takes: Mode) {
        let locks = &mut self.graph.nodes[node as usize].locks;
        if let Ok(at) = locks.binary_search(&(chan, gives)) {
            locks.remove(at);
        } else if let Err(at) = locks.binary_search(&(chan, takes)) {
            locks.insert(at, (chan, takes));
        }
    }

    /// Executes an instruction. None where control does not come back from it.
    fn step(&mut self, frame: &mut Frame, instance: usize, value: ValueId, flow: &mut Flow) -> Option<Cursor> {
        let func: &Func = &self.cx.ir.funcs[frame.func];
        let ty = func.values[value].ty;
        let here = Here {
            func: frame.func,
            ctx: frame.ctx,
            instance,
            value,
        };
        let at = frame.prepared.unrolled.home[value.index()].map_or(0, |(_, at)| at);
        let slot = Self::slot(frame, instance, at);
        let mut cursor = flow.cursor.clone();
        let val: Val = match func.op(value) {
            Op::Const(constant) => match constant {
                ConstValue::Int(number) => vec![Item::Int(*number)],
                ConstValue::Bool(is) => vec![Item::Bool(*is)],
                ConstValue::String(_) => {
                    let next = self.texts.len() as u32;
                    vec![Item::Text(*self.texts.entry(constant.clone()).or_insert(next))]
                }
                _ => vec![Item::Any],
            },
            Op::Zero => match self.cx.under(ty) {
                Type::Basic(kind) if kind.is_integer() => vec![Item::Int(0)],
                Type::Basic(kind) if kind.is_boolean() => vec![Item::Bool(false)],
                Type::Basic(_) => vec![Item::Any],
                _ => Val::new(),
            },
            Op::Param(index) => frame.args.get(*index as usize).cloned().unwrap_or_default(),
            Op::Captured(index) => frame.captures.get(*index as usize).cloned().unwrap_or_default(),
            Op::Global(obj) => vec![Item::Ref(self.global(*obj))],
            Op::Func(obj) => vec![self.func_item(FuncVal::Declared(*obj))],
            Op::Phi(operands) => self.phi(frame, instance, value, operands, &mut cursor),
            Op::Alloc { var } => {
                let held = self.cx.pointee(ty).unwrap_or(TypeId::UNKNOWN);
                let loc = self.make(here, 0, held, *var);
                self.bear(&cursor, loc);
                let zero = match self.cx.under(held) {
                    Type::Basic(kind) if kind.is_integer() => Some(Item::Int(0)),
                    Type::Basic(kind) if kind.is_boolean() => Some(Item::Bool(false)),
                    _ => None,
                };
                if let Some(zero) = zero {
                    let mut known = (*cursor.known).clone();
                    known.insert(loc, zero);
                    cursor.known = Rc::new(known);
                }
                vec![Item::Ref(loc)]
            }
            Op::Load(addr) => self.load(frame, instance, *addr, slot, &cursor, ty, here),
            Op::Store { addr, value: stored } => {
                cursor = self.store(frame, instance, *addr, *stored, cursor, here);
                Val::new()
            }
            Op::FieldAddr { base, field } => {
                let base = self.val(frame, instance, *base);
                self.parts(&base, Step::Field(*field))
            }
            Op::IndexAddr { base, index } => {
                let base = self.val(frame, instance, *base);
                let key = Key::of(&self.val(frame, instance, *index));
                self.parts(&base, Step::Elem(key))
            }
            Op::Field { base, field } => {
                let base = self.val(frame, instance, *base);
                self.part_values(&base, Step::Field(*field), ty)
            }
            Op::Index { base, index } => {
                let base = self.val(frame, instance, *base);
                let key = Key::of(&self.val(frame, instance, *index));
                self.part_values(&base, Step::Elem(key), ty)
            }
            Op::MapGet { map, key, comma_ok } => {
                let map = self.val(frame, instance, *map);
                let key = Key::of(&self.val(frame, instance, *key));
                self.touch(&cursor, &map, false, AccessKind::Map, here);
                let held = match (comma_ok, self.cx.query.ty(ty)) {
                    (true, Type::Tuple(types)) => types.first().copied().unwrap_or(TypeId::UNKNOWN),
                    _ => ty,
                };
                let elements = self.parts(&map, Step::Elem(key));
                let val = self.read_all(&elements, held);
                let val = self.made_so_far(&cursor, val);
                if *comma_ok {
                    frame.tuples.insert(slot, vec![val, vec![Item::Any]]);
                    Val::new()
                } else {
                    val
                }
            }
            Op::MapSet {
                map,
                key,
                value: stored,
            } => {
                let map = self.val(frame, instance, *map);
                let key = self.val(frame, instance, *key);
                let stored = self.val(frame, instance, *stored);
                self.touch(&cursor, &map, true, AccessKind::Map, here);
                for element in places(&self.parts(&map, Step::Elem(Key::of(&key)))) {
                    self.give(&cursor, &stored, Some(element));
                    self.memory.write(element, &stored);
                }
                for keys in places(&self.parts(&map, Step::Hidden(1))) {
                    self.memory.write(keys, &key);
                }
                Val::new()
            }
            Op::Slice { base, bounds } => {
                let base = self.val(frame, instance, *base);
                let low = bounds[0].map(|low| self.val(frame, instance, low));
                let high = bounds[1].map(|high| self.val(frame, instance, high));
                let number = |val: &Option<Val>, otherwise: i64| match val.as_deref() {
                    None => Some(otherwise),
                    Some([Item::Int(number)]) if *number >= 0 => Some(*number),
                    Some(_) => None,
                };
                match (number(&low, 0), number(&high, i64::MAX)) {
                    (Some(0), None | Some(i64::MAX)) => base,
                    (Some(low), high) => self.parts(&base, Step::Sub(low, high.unwrap_or(i64::MAX))),
                    (None, _) => self.views(&base, here),
                }
            }
            Op::Unary(op, x) => match (op, &self.val(frame, instance, *x)[..]) {
                (UnaryOp::Not, [Item::Bool(is)]) => vec![Item::Bool(!is)],
                (UnaryOp::Minus, [Item::Int(number)]) => vec![Item::Int(number.wrapping_neg())],
                _ => vec![Item::Any],
            },
            Op::Binary(op, x, y) => {
                let (x, y) = (self.val(frame, instance, *x), self.val(frame, instance, *y));
                vec![arithmetic(*op, &x, &y)]
            }
            Op::Convert(inner) => self.val(frame, instance, *inner),
            Op::MakeInterface(inner) => {
                let from = func.values[*inner].ty;
                let inner = self.val(frame, instance, *inner);
                let mut val = Val::new();
                for item in &inner {
                    let boxed = self.boxed(from, Some(*item));
                    merge(&mut val, &[boxed]);
                }
                if inner.is_empty() {
                    val.push(self.boxed(from, None));
                }
                val
            }
            Op::TypeAssert {
                value: inner,
                asserted,
                comma_ok,
            } => {
                let inner = self.val(frame, instance, *inner);
                let val = self.asserted(&inner, *asserted);
                if *comma_ok {
                    frame.tuples.insert(slot, vec![val, vec![Item::Any]]);
                    Val::new()
                } else {
                    val
                }
            }
            Op::MakeChan { capacity } => {
                let capacity = match capacity {
                    None => Some(0),
                    Some(value) => match *self.val(frame, instance, *value) {
                        [Item::Int(number)] => Some(number),
                        _ => None,
                    },
                };
                let loc = self.make(here, 0, ty, None);
                let object = self.memory.locs[loc as usize].object;
                self.memory.objects[object as usize].capacity = capacity;
                vec![Item::Ref(loc)]
            }
            Op::MakeMap | Op::MakeSlice { .. } => {
                let loc = self.make(here, 0, ty, None);
                self.bear(&cursor, loc);
                vec![Item::Ref(loc)]
            }
            Op::Closure { func, captures } => {
                let captures = captures.iter().map(|&cell| self.val(frame, instance, cell)).collect();
                vec![self.func_item(FuncVal::Closure { func: *func, captures })]
            }
            Op::BoundMethod { method, recv } => {
                let recv = self.val(frame, instance, *recv);
                vec![self.func_item(FuncVal::Bound { method: *method, recv })]
            }
            Op::Extract { tuple, index } => {
                let val = self.tuple(frame, instance, *tuple, *index);
                let read = Self::slots(frame, instance, *tuple)
                    .into_iter()
                    .find_map(|slot| frame.read_from.get(&slot).copied());
                if let Some(read) = read {
                    frame.read_from.insert(slot, read);
                }
                val
            }
            Op::Recv { chan, comma_ok } => {
                let chan = self.val(frame, instance, *chan);
                let chans = places(&chan);
                let held = match (comma_ok, self.cx.query.ty(ty)) {
                    (true, Type::Tuple(types)) => types.first().copied().unwrap_or(TypeId::UNKNOWN),
                    _ => ty,
                };
                let val = self.taken(&chan, held);
                let val = self.made_so_far(&cursor, val);
                if *comma_ok {
                    frame.tuples.insert(slot, vec![val, vec![Item::Any]]);
                    // Which of both it is shows where the result is tested.
                    cursor = self.receive_unless_tested(frame, &cursor, chans, value, here);
                    Val::new()
                } else {
                    cursor = self.receive(&cursor, chans, Got::Anything, here);
                    val
                }
            }
            Op::Send { chan, value: sent } => {
                let chans = places(&self.val(frame, instance, *chan));
                let sent = self.val(frame, instance, *sent);
                cursor = self.send(&cursor, chans, &sent, here);
                Val::new()
            }
            Op::Select { .. } => Val::new(),
            Op::SelectRecv { select, case } => {
                let chan = match func.op(*select) {
                    Op::Select { cases, .. } => cases.get(*case as usize).map(|case| case.chan),
                    _ => None,
                };
                let chan = chan.map(|chan| self.val(frame, instance, chan)).unwrap_or_default();
                let held = match self.cx.query.ty(ty) {
                    Type::Tuple(types) => types.first().copied().unwrap_or(TypeId::UNKNOWN),
                    _ => TypeId::UNKNOWN,
                };
                let val = self.taken(&chan, held);
                let val = self.made_so_far(&cursor, val);
                frame.tuples.insert(slot, vec![val, vec![Item::Any]]);
                Val::new()
            }
            Op::Range(x) => {
                let x = *x;
                let val = self.val(frame, instance, x);
                if matches!(self.cx.under(func.values[x].ty), Type::Func(_)) {
                    let (next, _) = self.call(Target::Value(val), vec![Val::new()], cursor, TypeId::UNKNOWN, here);
                    cursor = next?;
                    Val::new()
                } else {
                    val
                }
            }
            Op::Next(iterator) => {
                let over = match func.op(*iterator) {
                    Op::Range(x) => func.values[*x].ty,
                    _ => TypeId::UNKNOWN,
                };
                let val = self.val(frame, instance, *iterator);
                let mut parts = vec![vec![Item::Any]; 3];
                if let Type::Map { value, .. } = *self.cx.under(over) {
                    self.touch(&cursor, &val, false, AccessKind::Map, here);
                    let key = self.round_key(frame, instance);
                    let elements = self.parts(&val, Step::Elem(key));
                    parts[2] = self.read_all(&elements, value);
                    parts[2] = self.made_so_far(&cursor, std::mem::take(&mut parts[2]));
                    let keys = self.parts(&val, Step::Hidden(1));
                    parts[1] = keys
                        .iter()
                        .filter_map(|item| match item {
                            Item::Ref(loc) => Some(self.memory.read(*loc)),
                            _ => None,
                        })
                        .flatten()
                        .filter(|item| matches!(item, Item::Ref(_) | Item::Boxed(_)))
                        .collect();
                    parts[1].sort_unstable();
                }
                frame.tuples.insert(slot, parts);
                Val::new()
            }
            Op::Call(call) => {
                let call = call.clone();
                let args: Vec<Val> = call.args.iter().map(|&arg| self.val(frame, instance, arg)).collect();
                let target = self.target(frame, instance, call.callee);
                let is_appended = matches!(target, Target::Builtin(gosleuth_types::Builtin::Append));
                if let Some(read) = self.publishes(&target, &args) {
                    frame.read_from.insert(slot, read);
                }
                let (next, results) = if is_appended {
                    let val = {
                        let key = self.round_key(frame, instance);
                        self.append(&call, func, &args, key, &cursor, here)
                    };
                    (Some(cursor), vec![val])
                } else {
                    self.call(target, args, cursor, ty, here)
                };
                cursor = next?;
                if matches!(self.cx.query.ty(ty), Type::Tuple(_)) {
                    frame.tuples.insert(slot, results);
                    Val::new()
                } else {
                    results.into_iter().next().unwrap_or_default()
                }
            }
            Op::Go(call) => {
                let call = call.clone();
                let args: Vec<Val> = call.args.iter().map(|&arg| self.val(frame, instance, arg)).collect();
                let target = self.target(frame, instance, call.callee);
                for val in &args {
                    self.give(&cursor, val, None);
                }
                if let Target::Method { recv, .. } = &target {
                    self.give(&cursor, recv, None);
                }
                cursor = self.spawn(&cursor, "go", here, |this, entry| {
                    this.call(target, args, entry, TypeId::EMPTY_TUPLE, here).0
                });
                Val::new()
            }
            Op::Defer(call) => {
                let call = call.clone();
                let args: Vec<Val> = call.args.iter().map(|&arg| self.val(frame, instance, arg)).collect();
                let callee = self.target(frame, instance, call.callee);
                flow.defers.push((frame.defers.len(), true));
                frame.defers.push(Deferred {
                    callee,
                    args,
                    value,
                    instance,
                });
                Val::new()
            }
            Op::RunDefers => {
                for &(number, certain) in flow.defers.iter().rev() {
                    let deferred = frame.defers[number].clone();
                    let here = Here {
                        func: frame.func,
                        ctx: frame.ctx,
                        instance: deferred.instance,
                        value: deferred.value,
                    };
                    let start = if certain { cursor.clone() } else { self.part(&cursor) };
                    let (end, _) = self.call(deferred.callee, deferred.args, start, TypeId::EMPTY_TUPLE, here);
                    cursor = match (end, certain) {
                        (Some(end), true) => end,
                        (None, true) => return None,
                        (Some(end), false) => {
                            let beside = self.part(&cursor);
                            self.meet(&[beside, end])?
                        }
                        (None, false) => self.part(&cursor),
                    };
                }
                Val::new()
            }
            Op::Unknown(_) => Val::new(),
        };
        frame.vals[slot] = val;
        Some(cursor)
    }

    /// A receive that asks whether the channel is closed orders where the answer is tested, else here.
    fn receive_unless_tested(
        &mut self,
        frame: &Frame,
        cursor: &Cursor,
        chans: Vec<LocId>,
        value: ValueId,
        here: Here,
    ) -> Cursor {
        if frame.prepared.is_tested(value) {
            cursor.clone()
        } else {
            self.receive(cursor, chans, Got::Anything, here)
        }
    }

    /// The element that a round of the loop around means.
    pub(super) fn round_key(&self, frame: &Frame, instance: usize) -> Key {
        let unrolled = &frame.prepared.unrolled;
        let this = &unrolled.instances[instance];
        match (unrolled.nest[this.block.index()].last(), this.rounds.last()) {
            (Some(&around), Some(&round)) if unrolled.loops[around].rounds > 1 => Key::Round {
                value: i64::from(round),
                of: u32::MAX,
            },
            _ => Key::Any,
        }
    }

    fn phi(
        &mut self,
        frame: &Frame,
        instance: usize,
        value: ValueId,
        operands: &[ValueId],
        cursor: &mut Cursor,
    ) -> Val {
        let func = &self.cx.ir.funcs[frame.func];
        let unrolled = &frame.prepared.unrolled;
        let this = &unrolled.instances[instance];
        let block = &func.blocks[this.block];
        let mut val = Val::new();
        for &(from, branch) in &this.preds {
            if !matches!(frame.outs[from].get(branch), Some(Some(_))) {
                continue;
            }
            let from_block = unrolled.instances[from].block;
            for (edge, pred) in block.preds.iter().enumerate() {
                if *pred == from_block
                    && let Some(&operand) = operands.get(edge)
                {
                    merge(&mut val, &self.val(frame, from, operand));
                }
            }
        }
        // Numbers that differ are not known.
        let numbers = val
            .iter()
            .filter(|item| matches!(item, Item::Int(_) | Item::Round { .. } | Item::Bool(_) | Item::Text(_)));
        if numbers.count() > 1 {
            val.retain(|item| matches!(item, Item::Ref(_) | Item::Copy(_) | Item::Func(_) | Item::Boxed(_)));
            val.insert(0, Item::Any);
        }
        let Some(&around) = unrolled.nest[this.block.index()].last() else {
            return val;
        };
        if unrolled.loops[around].head != this.block || frame.prepared.exact[around] {
            return val;
        }
        // The head of a loop: what it counts stands for this round.
        let rounds = unrolled.loops[around].rounds;
        let outer = this.rounds[..this.rounds.len().saturating_sub(1)].to_vec();
        let next = self.rounds.len() as u32;
        let of = *self.rounds.entry((frame.ctx, around, outer)).or_insert(next);
        let as_round = |item: Item| match item {
            Item::Int(_) if rounds <= 1 => Item::Any,
            Item::Int(value) => Item::Round { value, of },
            other => other,
        };
        let _ = value;
        if let [Item::Ref(loc)] = val[..]
            && let Some(&item) = cursor.known.get(&loc)
            && as_round(item) != item
        {
            let mut known = (*cursor.known).clone();
            known.insert(loc, as_round(item));
            cursor.known = Rc::new(known);
        }
        if let [Item::Int(_)] = val[..] {
            val = val.into_iter().map(as_round).collect();
        }
        val
    }

    #[expect(clippy::too_many_arguments, reason = "where it is read, and where to")]
    fn load(
        &mut self,
        frame: &mut Frame,
        instance: usize,
        addr: ValueId,
        slot: usize,
        cursor: &Cursor,
        ty: TypeId,
        here: Here,
    ) -> Val {
        let addr = self.val(frame, instance, addr);
        self.touch(cursor, &addr, false, AccessKind::Plain, here);
        if let [Item::Ref(loc)] = addr[..] {
            if !self.graph.nodes[cursor.node as usize].locks.is_empty() {
                frame.read_from.insert(slot, (loc, 0));
            }
            if let Some(&item) = cursor.known.get(&loc) {
                return vec![item];
            }
        }
        let val = self.read_all(&addr, ty);
        self.made_so_far(cursor, val)
    }

    fn store(
        &mut self,
        frame: &mut Frame,
        instance: usize,
        addr: ValueId,
        stored: ValueId,
        mut cursor: Cursor,
        here: Here,
    ) -> Cursor {
        let func = &self.cx.ir.funcs[frame.func];
        let addr_val = self.val(frame, instance, addr);
        let mut val = self.val(frame, instance, stored);
        let is_append = matches!(func.op(stored), Op::Call(call) if call.callee == Callee::Builtin(gosleuth_types::Builtin::Append));
        let kind = if is_append {
            AccessKind::Append
        } else {
            AccessKind::Plain
        };
        // `return x` with a result `x` writes nothing.
        let is_same = matches!(func.op(stored), Op::Load(from) if *from == addr);
        if !is_same {
            self.touch(&cursor, &addr_val, true, kind, here);
        }
        if val.is_empty() {
            val.push(Item::Any);
        }
        let places = places(&addr_val);
        let thread = self.graph.thread_of(cursor.node);
        for &place in &places {
            self.give(&cursor, &val, Some(place));
            self.memory.write(place, &val);
            let entry = self.met.written.entry(place).or_insert((Some(thread), 0));
            if entry.0 != Some(thread) {
                entry.0 = None;
            }
            entry.1 += 1;
        }
        let number = match (&places[..], &val[..]) {
            ([place], [item @ (Item::Int(_) | Item::Round { .. } | Item::Bool(_))]) => Some((*place, *item)),
            _ => None,
        };
        if number.is_some() || places.iter().any(|place| cursor.known.contains_key(place)) {
            let mut known = (*cursor.known).clone();
            for place in &places {
                known.remove(place);
            }
            if let Some((place, item)) = number {
                known.insert(place, item);
            }
            cursor.known = Rc::new(known);
        }
        // What is written under a lock may tell who reads it under the lock.
        if let [place] = places[..]
            && !self.graph.nodes[cursor.node as usize].locks.is_empty()
        {
            cursor = self.sync(&cursor, Sync::Publish(place), here);
        }
        cursor
    }

    /// Pointers to the parts of what a value points to.
    pub(super) fn parts(&mut self, val: &[Item], step: Step) -> Val {
        let mut parts = Val::new();
        for &item in val {
            if let Item::Ref(loc) | Item::Copy(loc) = item {
                let part = self.memory.part(loc, step);
                merge(&mut parts, &[Item::Ref(part)]);
            }
        }
        parts
    }

    fn part_values(&mut self, val: &[Item], step: Step, ty: TypeId) -> Val {
        let parts = self.parts(val, step);
        self.read_all(&parts, ty)
    }

    /// What the places hold that a value points to.
    pub(super) fn read_all(&mut self, val: &[Item], ty: TypeId) -> Val {
        let mut all = Val::new();
        for loc in places(val) {
            let held = self.read(loc, ty);
            merge(&mut all, &held);
        }
        all
    }

    /// Parts of slices that begin somewhere else: as memory of their own, which holds what the whole holds.
    fn views(&mut self, val: &[Item], here: Here) -> Val {
        let mut views = Val::new();
        for &item in val {
            if let Item::Ref(loc) = item {
                let number = (here.ctx << 10) ^ ((here.instance as u32) << 20) ^ here.value.index() as u32;
                let view = self.memory.part(loc, Step::Hidden(number | 1 << 31));
                if view != loc {
                    self.memory.write(view, &[Item::Copy(loc)]);
                    self.memory.write(loc, &[Item::Copy(view)]);
                }
                merge(&mut views, &[Item::Ref(view)]);
            } else {
                merge(&mut views, &[item]);
            }
        }
        views
    }

    fn asserted(&mut self, val: &[Item], asserted: TypeId) -> Val {
        let is_interface = self.cx.query.is_interface(asserted);
        let mut result = Val::new();
        for &item in val {
            match item {
                Item::Boxed(id) => {
                    let (ty, inner) = self.boxes[id as usize];
                    if is_interface {
                        merge(&mut result, &[item]);
                    } else if ty == asserted
                        && let Some(inner) = inner
                    {
                        merge(&mut result, &[inner]);
                    }
                }
                _ => {
                    merge(&mut result, &[item]);
                }
            }
        }
        result
    }

    fn target(&mut self, frame: &Frame, instance: usize, callee: Callee) -> Target {
        match callee {
            Callee::Static(obj) => Target::Declared(obj),
            Callee::Interface { recv, method } => Target::Method {
                recv: self.val(frame, instance, recv),
                method,
            },
            Callee::Value(value) => Target::Value(self.val(frame, instance, value)),
            Callee::Builtin(builtin) => Target::Builtin(builtin),
        }
    }

    /// Calls whatever a target means; the results by number.
    pub(super) fn call(
        &mut self,
        target: Target,
        args: Vec<Val>,
        cursor: Cursor,
        ty: TypeId,
        here: Here,
    ) -> (Option<Cursor>, Vec<Val>) {
        if self.depth >= MAX_CALLS {
            return (Some(cursor), Vec::new());
        }
        self.depth += 1;
        let done = self.call_within(target, args, cursor, ty, here);
        self.depth -= 1;
        done
    }

    fn call_within(
        &mut self,
        target: Target,
        args: Vec<Val>,
        cursor: Cursor,
        ty: TypeId,
        here: Here,
    ) -> (Option<Cursor>, Vec<Val>) {
        match target {
            Target::Builtin(builtin) => {
                let (cursor, val) = self.builtin(builtin, &args, cursor, here);
                (Some(cursor), vec![val])
            }
            Target::Declared(obj) => self.call_declared(obj, args, cursor, ty, here),
            Target::Value(val) => {
                let choices: Vec<u32> = val
                    .iter()
                    .filter_map(|item| match item {
                        Item::Func(id) => Some(*id),
                        _ => None,
                    })
                    .collect();
                self.choose(
                    choices.len(),
                    cursor,
                    ty,
                    here,
                    |this, index, cursor, here| match this.funcs[choices[index] as usize].clone() {
                        FuncVal::Closure { func, captures } => this.enter(func, args.clone(), captures, cursor, here),
                        FuncVal::Declared(obj) => this.call_declared(obj, args.clone(), cursor, ty, here),
                        FuncVal::Bound { method, recv } => {
                            let is_interface = this.cx.query.object(method).is_some_and(|object| {
                                matches!(&object.kind, gosleuth_types::ObjKind::Func { recv: Some(ty), .. }
                                    if matches!(this.cx.under(*ty), Type::Interface(_)))
                            });
                            if is_interface {
                                let target = Target::Method { recv, method };
                                this.call(target, args.clone(), cursor, ty, here)
                            } else {
                                let mut all = vec![recv];
                                all.extend(args.iter().cloned());
                                this.call_declared(method, all, cursor, ty, here)
                            }
                        }
                        FuncVal::Cancel(chan) => {
                            this.met.sent.insert(chan);
                            let next = this.sync(&cursor, Sync::Close(vec![chan]), here);
                            (Some(next), Vec::new())
                        }
                    },
                )
            }
            Target::Method { recv, method } => {
                if let Some(done) = self.context_method(&recv, method, &cursor) {
                    return done;
                }
                let name = self.cx.query.object(method).map(|object| object.name);
                let choices: Vec<(TypeId, Option<Item>)> = recv
                    .iter()
                    .filter_map(|item| match item {
                        Item::Boxed(id) => Some(self.boxes[*id as usize]),
                        // A value whose type is a type parameter.
                        Item::Ref(loc) if self.memory.locs[*loc as usize].parent.is_none() => {
                            let held = self.memory.of(*loc).ty;
                            let pointer = self.cx.query.world.types.pointer(held);
                            (!held.is_unknown()).then_some((pointer, Some(*item)))
                        }
                        _ => None,
                    })
                    .collect();
                self.choose(choices.len(), cursor, ty, here, |this, index, cursor, here| {
                    let (of, inner) = choices[index];
                    let found = name.and_then(|name| this.cx.query.lookup(of, name, method.pkg));
                    let Some(found) = found else {
                        return (Some(cursor), Vec::new());
                    };
                    let mut recv: Val = inner.into_iter().collect();
                    let mut holder = this.cx.pointee(of).unwrap_or(of);
                    for &field in found.path.iter().take(found.path.len().saturating_sub(1)) {
                        let Type::Struct(fields) = this.cx.under(holder) else {
                            break;
                        };
                        let Some(ty) = fields.get(field as usize).map(|field| field.ty) else {
                            break;
                        };
                        let parts = this.parts(&recv, Step::Field(field));
                        match this.cx.pointee(ty) {
                            Some(elem) => {
                                recv = this.read_all(&parts, ty);
                                holder = elem;
                            }
                            None if this.cx.query.is_interface(ty) => {
                                recv = this.read_all(&parts, ty);
                                holder = ty;
                            }
                            None => {
                                recv = parts;
                                holder = ty;
                            }
                        }
                    }
                    if this.cx.query.is_interface(holder) {
                        let target = Target::Method {
                            recv,
                            method: found.obj,
                        };
                        return this.call(target, args.clone(), cursor, ty, here);
                    }
                    let takes_pointer = found.pointer_receiver;
                    let recv = recv
                        .into_iter()
                        .map(|item| match item {
                            Item::Ref(loc) if !takes_pointer && this.is_aggregate(holder) => Item::Copy(loc),
                            item => item,
                        })
                        .collect();
                    let mut all = vec![recv];
                    all.extend(args.iter().cloned());
                    this.call_declared(found.obj, all, cursor, ty, here)
                })
            }
        }
    }

    /// Takes each of several ways to go on.
    fn choose(
        &mut self,
        count: usize,
        cursor: Cursor,
        ty: TypeId,
        here: Here,
        mut way: impl FnMut(&mut Self, usize, Cursor, Here) -> (Option<Cursor>, Vec<Val>),
    ) -> (Option<Cursor>, Vec<Val>) {
        match count {
            0 => {
                let results = self.unknown_results(ty, here);
                (Some(cursor), results)
            }
            1 => way(self, 0, cursor, here),
            _ => {
                let mut ends = Vec::new();
                let mut all: Vec<Val> = Vec::new();
                let outer = self.choices;
                self.choices = outer.saturating_mul(count as u32);
                for index in 0..count.min(MAX_TARGETS) {
                    let start = self.part(&cursor);
                    let (end, results) = way(self, index, start, here.numbered(index));
                    ends.extend(end);
                    for (number, val) in results.into_iter().enumerate() {
                        if all.len() <= number {
                            all.push(Val::new());
                        }
                        merge(&mut all[number], &val);
                    }
                }
                self.choices = outer;
                (self.meet(&ends), all)
            }
        }
    }

    fn call_declared(
        &mut self,
        obj: ObjRef,
        args: Vec<Val>,
        cursor: Cursor,
        ty: TypeId,
        here: Here,
    ) -> (Option<Cursor>, Vec<Val>) {
        match self.cx.ir.by_object.get(&obj) {
            Some(&func) if !self.cx.ir.funcs[func].blocks.is_empty() => {
                self.enter(func, args, Vec::new(), cursor, here)
            }
            _ => self.library(obj, args, cursor, ty, here),
        }
    }

    /// What a function that is not known may return.
    pub(super) fn unknown_results(&mut self, ty: TypeId, here: Here) -> Vec<Val> {
        let types = match self.cx.query.ty(ty) {
            Type::Tuple(types) => types.clone(),
            _ => vec![ty],
        };
        types
            .into_iter()
            .enumerate()
            .map(|(index, ty)| {
                let origin = Origin::Made(here.ctx, here.instance as u32, here.value, 1_000 + index as u32);
                self.outside(origin, ty)
            })
            .collect()
    }
}

fn compare(op: BinaryOp, x: i64, y: i64) -> Option<bool> {
    Some(match op {
        BinaryOp::Equal => x == y,
        BinaryOp::NotEqual => x != y,
        BinaryOp::Less => x < y,
        BinaryOp::LessEqual => x <= y,
        BinaryOp::Greater => x > y,
        BinaryOp::GreaterEqual => x >= y,
        _ => return None,
    })
}

/// The result of an operation between numbers; that on a round of a loop stays one as long as it is linear.
fn arithmetic(op: BinaryOp, x: &[Item], y: &[Item]) -> Item {
    let apply = |x: i64, y: i64| match op {
        BinaryOp::Add => x.checked_add(y),
        BinaryOp::Sub => x.checked_sub(y),
        BinaryOp::Mul => x.checked_mul(y),
        _ => None,
    };
    match (x, y) {
        ([Item::Int(x)], [Item::Int(y)]) => match (compare(op, *x, *y), apply(*x, *y)) {
            (Some(is), _) => Item::Bool(is),
            (None, Some(number)) => Item::Int(number),
            _ => Item::Any,
        },
        ([Item::Round { value, of }], [Item::Int(y)]) => {
            apply(*value, *y).map_or(Item::Any, |value| Item::Round { value, of: *of })
        }
        ([Item::Int(x)], [Item::Round { value, of }]) => {
            apply(*x, *value).map_or(Item::Any, |value| Item::Round { value, of: *of })
        }
        _ => Item::Any,
    }
}
