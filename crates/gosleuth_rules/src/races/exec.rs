//! Executes unrolled functions on memory without order: which goroutines there are, what they access, and where they wait.
//!
//! Every call of a function of the package is followed with its own objects. Both branches of a condition are taken; a loop is taken for all
//! rounds that are unrolled. What memory holds is not forgotten between passes over the same root, so that the last pass sees what every
//! goroutine may have written.

use std::collections::BTreeMap;
use std::rc::Rc;

use gosleuth_ir::{FuncId, Terminator, ValueId};
use gosleuth_types::{ConstValue, ObjRef, Type, TypeId};
use rustc_hash::{FxHashMap, FxHashSet};
use smallvec::smallvec;

use super::graph::{Access, Graph, NodeId, Site, Sync};
use super::memory::{CtxId, Item, LocId, Memory, Object, ObjectId, Origin, Val, merge};
use super::names::Named;
use super::prepare::{Prepared, Preparing};
use crate::context::RuleContext;

/// Integers and booleans that variables hold here.
pub(super) type Known = BTreeMap<LocId, Item>;

/// Where an execution is.
#[derive(Clone, Debug)]
pub(super) struct Cursor {
    pub(super) node: NodeId,
    pub(super) known: Rc<Known>,
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
pub(super) struct Deferred {
    pub(super) callee: Target,
    pub(super) args: Vec<Val>,
    pub(super) value: ValueId,
    pub(super) instance: usize,
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
pub(super) struct Flow {
    pub(super) cursor: Cursor,
    /// Deferred calls so far, and whether they are there on every path.
    pub(super) defers: Vec<(usize, bool)>,
}

/// A function that is being executed.
pub(super) struct Frame {
    pub(super) func: FuncId,
    pub(super) ctx: CtxId,
    pub(super) prepared: Rc<Prepared>,
    pub(super) vals: Vec<Val>,
    pub(super) tuples: FxHashMap<usize, Vec<Val>>,
    pub(super) args: Vec<Val>,
    pub(super) captures: Vec<Val>,
    pub(super) outs: Vec<Vec<Option<Flow>>>,
    pub(super) defers: Vec<Deferred>,
    /// By slot: the place that a value was read from atomically or under a lock, and what that yields as long as nothing was written.
    pub(super) read_from: FxHashMap<usize, (LocId, i64)>,
    /// By slot: the element of a slice or array that a pointer was read from.
    pub(super) via: FxHashMap<usize, LocId>,
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

/// Instructions that are executed in one pass over a root.
const MAX_STEPS: u32 = 12_000;

/// Goroutines of one root.
const MAX_THREADS: usize = 48;

/// What something that ends is used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    /// A test is told something.
    Tell,
    /// A test is to end there.
    Stop,
    /// A response is written.
    Response,
    /// The body of a request is read.
    Body,
}

/// A use of what is there until a test or the handler of a request ends.
#[derive(Clone, Debug)]
pub(super) struct HandleUse {
    pub(super) handle: LocId,
    pub(super) node: NodeId,
    pub(super) site: Site,
    pub(super) purpose: Purpose,
}

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
    pub(super) written: FxHashMap<LocId, (Option<u32>, u32)>,
}

pub(super) struct Exec<'c, 'a> {
    pub(super) cx: &'c RuleContext<'a>,
    pub(super) memory: Memory,
    pub(super) graph: Graph,
    pub(super) preparing: Preparing,
    pub(super) ctxs: Vec<Ctx>,
    pub(super) ctx_ids: FxHashMap<Ctx, CtxId>,
    pub(super) funcs: Vec<FuncVal>,
    pub(super) func_ids: FxHashMap<FuncVal, u32>,
    pub(super) boxes: Vec<(TypeId, Option<Item>)>,
    pub(super) box_ids: FxHashMap<(TypeId, Option<Item>), u32>,
    pub(super) texts: FxHashMap<ConstValue, u32>,
    pub(super) names: FxHashMap<ObjRef, Rc<Named<'a>>>,
    /// Whether goroutines may wait for each other through a pipe.
    pub(super) uses_pipe: bool,
    /// Receives that a `select` chooses among other things.
    pub(super) selected: FxHashSet<NodeId>,
    /// Channels on which time passes or a context ends.
    pub(super) patient: FxHashSet<LocId>,
    /// Nothing is known.
    pub(super) nothing: Rc<Known>,
    pub(super) rounds: FxHashMap<(CtxId, usize, Vec<u8>), u32>,
    /// Functions that happen once and have been met in this pass, with the goroutine that met them.
    pub(super) once: FxHashMap<LocId, NodeId>,
    /// By channel: sends and receives in this pass so far. Each value is received once.
    pub(super) sent: FxHashMap<LocId, i64>,
    pub(super) received: FxHashMap<LocId, i64>,
    /// What this pass and the one before it met.
    pub(super) met: Met,
    pub(super) before: Met,
    pub(super) pass: u32,
    pub(super) depth: u32,
    /// Functions that the calls around may mean, multiplied.
    pub(super) choices: u32,
    /// By object: the goroutine that made it in this pass.
    pub(super) born: FxHashMap<ObjectId, u32>,
    /// The same for the pass before.
    pub(super) born_before: FxHashMap<ObjectId, u32>,
    /// By object: where a pointer to it was given away.
    pub(super) given: FxHashMap<ObjectId, Vec<Given>>,
    /// What runs when the test around has ended, in the order in which it was registered.
    pub(super) cleanups: Vec<(Val, Here)>,
    /// Sleeps, and accesses of typed atomics.
    pub(super) sleeps: Vec<(NodeId, Here)>,
    pub(super) atomics: Vec<Access>,
    /// Whether goroutines may wait for each other through the system.
    pub(super) uses_system: bool,
    /// Calls that add to groups and wait for them.
    pub(super) groups: Vec<super::groups::GroupCall>,
    /// Uses of the handles of tests, and of what handlers of requests are given.
    pub(super) uses: Vec<HandleUse>,
    /// By handle: the end of its test or handler.
    pub(super) ends: FxHashMap<LocId, NodeId>,
    /// Writers of responses and bodies of requests; and by request its body.
    pub(super) responses: FxHashSet<LocId>,
    pub(super) bodies: FxHashMap<LocId, LocId>,
    /// What serves requests of tests.
    pub(super) handlers: Val,
    /// What serves requests of servers that are not told what does.
    pub(super) registered: Val,
    /// Parallel subtests that wait for the test around to end.
    pub(super) pending: Vec<(Val, Here)>,
    /// The element of a slice that the pointer was read from through which memory is accessed now.
    pub(super) via: Option<LocId>,
    pub(super) steps: u32,
    /// Functions that were executed in this pass.
    pub(super) executed: FxHashSet<FuncId>,
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
            names: FxHashMap::default(),
            uses_pipe: false,
            selected: FxHashSet::default(),
            patient: FxHashSet::default(),
            nothing: Rc::default(),
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
            sleeps: Vec::new(),
            atomics: Vec::new(),
            uses_system: false,
            groups: Vec::new(),
            uses: Vec::new(),
            ends: FxHashMap::default(),
            responses: FxHashSet::default(),
            bodies: FxHashMap::default(),
            handlers: Val::new(),
            registered: Val::new(),
            pending: Vec::new(),
            via: None,
            steps: 0,
            executed: FxHashSet::default(),
            overflow: false,
        }
    }

    /// Begins a pass: a graph with one goroutine.
    pub(super) fn begin(&mut self, pass: u32) -> Cursor {
        self.pass = pass;
        self.before = std::mem::take(&mut self.met);
        self.graph = Graph::default();
        self.once.clear();
        self.pending.clear();
        self.cleanups.clear();
        self.groups.clear();
        self.uses.clear();
        self.sleeps.clear();
        self.atomics.clear();
        self.uses_system = false;
        self.uses_pipe = false;
        self.selected.clear();
        self.ends.clear();
        self.responses.clear();
        self.bodies.clear();
        self.handlers.clear();
        self.registered.clear();
        self.sent.clear();
        self.born_before = std::mem::take(&mut self.born);
        self.given.clear();
        self.received.clear();
        self.steps = 0;
        self.executed.clear();
        self.depth = 0;
        self.choices = 1;
        self.overflow = false;
        let node = self.graph.thread(None, None, "");
        Cursor {
            node,
            known: Rc::clone(&self.nothing),
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
        // Variables around a literal are pointers to something from outside as well.
        let captures = self.cx.ir.funcs[func].captures.clone();
        let captures = captures
            .iter()
            .zip(params.len() as u32..)
            .map(|(capture, number)| {
                let pointer = self.cx.query.world.types.pointer(capture.ty);
                self.outside(Origin::Param(func, number), pointer)
            })
            .collect();
        self.run(func, ctx, args, captures, cursor).0
    }

    /// The first parameter of the function that everything begins with: the handle of a test.
    pub(super) fn handle(&mut self, func: FuncId) -> Val {
        let Some(&param) = self.cx.ir.funcs[func].params.first() else {
            return Val::new();
        };
        let ty = self.cx.ir.funcs[func].values[param].ty;
        self.outside(Origin::Param(func, 0), ty)
    }

    pub(super) fn ctx(&mut self, ctx: Ctx) -> CtxId {
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
        smallvec![if is_copy { Item::Copy(loc) } else { Item::Ref(loc) }]
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

    pub(super) fn is_aggregate(&self, ty: TypeId) -> bool {
        matches!(self.cx.under(ty), Type::Struct(_) | Type::Array { .. })
    }

    /// What a place holds, as a value of a type.
    pub(super) fn read(&mut self, of: LocId, ty: TypeId) -> Val {
        let loc = of;
        if self.is_aggregate(ty) {
            return smallvec![Item::Copy(loc)];
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
        let is_own = |loc: LocId| {
            let origin = self.memory.of(loc).origin;
            !matches!(origin, Origin::Outside(holder) if self.memory.is_sibling(holder, of))
        };
        // What is at some element stands for none in particular.
        let is_known = val.iter().any(|item| match *item {
            Item::Any => false,
            Item::Ref(loc) | Item::Copy(loc) => is_own(loc),
            _ => true,
        });
        if !is_known && self.memory.of(loc).outside {
            let more = self.outside(Origin::Outside(loc), ty);
            self.memory.write(loc, &more);
            val = more;
        }
        val
    }

    /// An operation that orders, after what happened so far.
    pub(super) fn sync(&mut self, cursor: &Cursor, sync: Sync, _here: Here) -> Cursor {
        let node = self.graph.after(&[cursor.node], sync);
        Cursor {
            node,
            known: Rc::clone(&cursor.known),
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
        let first = self.graph.thread(Some(next.node), Some(here.site()), by);
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
                let node = self.graph.after(&nodes, Sync::None);
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
        let node = self.graph.after(&[cursor.node], Sync::None);
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

    pub(super) fn run(
        &mut self,
        func: FuncId,
        ctx: CtxId,
        mut args: Vec<Val>,
        captures: Vec<Val>,
        cursor: Cursor,
    ) -> (Option<Cursor>, Vec<Val>) {
        let Some(prepared) = self.preparing.of(self.cx, func) else {
            return (Some(cursor), Vec::new());
        };
        self.executed.insert(func);
        let handles = if prepared.serves {
            self.serve(func, ctx, &mut args)
        } else {
            Vec::new()
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
            via: FxHashMap::default(),
        };
        let mut ends: Vec<Cursor> = Vec::new();
        // Ends with nothing in their hands.
        let mut empty: Vec<bool> = Vec::new();
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
                empty.push(values.iter().any(|&value| super::prepare::is_nothing(body, value)));
                ends.push(flow.cursor);
            } else {
                frame.outs[instance] = self.leave(&mut frame, instance, &block.end, &flow);
            }
        }
        let mut end = self.meet(&ends);
        if let Some(known) = end.as_ref().filter(|_| !handles.is_empty()) {
            end = Some(self.answer(&handles, known));
        }
        if let Some(end) = &end
            && empty.contains(&true)
            && empty.contains(&false)
        {
            // Whoever gets something gets it locked, and goes on with it only then.
            let full: Vec<_> = ends.iter().zip(&empty).filter(|(_, empty)| !**empty).collect();
            let held = |cursor: &Cursor| self.graph.nodes[cursor.node as usize].locks.clone();
            let mut locks = held(full[0].0);
            for (cursor, _) in &full[1..] {
                let others = held(cursor);
                locks.retain(|lock| others.contains(lock));
            }
            let node = &mut self.graph.nodes[end.node as usize].locks;
            for lock in locks {
                if let Err(at) = node.binary_search(&lock) {
                    node.insert(at, lock);
                }
            }
        }
        (end, results)
    }

    /// How control gets to an instance, if it does.
    pub(super) fn arrive(&mut self, frame: &Frame, instance: usize, start: &Cursor) -> Option<Flow> {
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

    pub(super) fn slot(frame: &Frame, instance: usize, at: u32) -> usize {
        frame.prepared.offsets[instance] + at as usize
    }

    pub(super) fn slots(frame: &Frame, instance: usize, value: ValueId) -> impl Iterator<Item = usize> {
        let prepared = &frame.prepared;
        prepared
            .unrolled
            .definitions(value, instance)
            .map(|(instance, at)| prepared.offsets[instance] + at as usize)
    }

    /// What a value is, seen from an instance.
    pub(super) fn val(&self, frame: &Frame, instance: usize, value: ValueId) -> Val {
        let mut slots = Self::slots(frame, instance, value);
        let Some(first) = slots.next() else {
            return Val::new();
        };
        let mut val = frame.vals[first].clone();
        for slot in slots {
            merge(&mut val, &frame.vals[slot]);
        }
        val
    }

    pub(super) fn tuple(&self, frame: &Frame, instance: usize, value: ValueId, index: u32) -> Val {
        let mut val = Val::new();
        for slot in Self::slots(frame, instance, value) {
            if let Some(part) = frame.tuples.get(&slot).and_then(|parts| parts.get(index as usize)) {
                merge(&mut val, part);
            }
        }
        val
    }
}
