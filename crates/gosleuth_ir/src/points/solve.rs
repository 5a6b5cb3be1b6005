//! The solver: constraints that are made when somebody asks for a value, and propagated to an end.

mod calls;
mod memory;

use std::collections::VecDeque;

use gosleuth_base::Idx as _;
use gosleuth_types::{ObjRef, Type, TypeId};
use rustc_hash::{FxHashMap, FxHashSet};

use super::private;
use super::text::{At, CallSite, Key, Program, Text, Write, call_of};
use super::{Place, PlaceId, PlaceKind};
use crate::ir::{Callee, FuncKey, Op, Terminator, ValueId};

/// Facts found before the analysis gives up on a program: each is that something refers to a place, or that one thing flows to another.
const MAX_FACTS: usize = 60_000;

/// Fields in fields that are told apart.
const MAX_DEPTH: u32 = 5;

type NodeId = u32;

/// Something that refers to places.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Node {
    Value(At),
    /// A value of a constructor, as it is for one call of it.
    Within(CallSite, At),
    /// What is in a place.
    Cell(PlaceId),
    /// The places that were copied into a place as a whole.
    Copies(PlaceId),
    /// A result of a function.
    Result(FuncKey, u32),
    /// All that a value of a type from outside may refer to.
    Any(Key, TypeId),
}

/// What happens with each place that something refers to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Use {
    /// What is in it flows on.
    Load(NodeId),
    /// The same for a part of it.
    LoadPart(Part, NodeId),
    /// A part of it flows on, as a place.
    Part(Part, NodeId),
    Assert(TypeId, NodeId),
    /// It is written.
    Written(Write),
    /// It is called there.
    Called(CallSite),
    /// One of its methods is called there.
    Dispatched(CallSite),
    /// It is what the callee returned there.
    Returned(CallSite, FuncKey, NodeId),
}

/// A field or the elements.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Part {
    Field(u32),
    Element,
}

/// Writes that may concern the same places.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum List {
    Field(Key, u32),
    Element(Key),
    Pointer(Key),
    Global(ObjRef),
    Variable(ObjRef),
}

/// Who is called somewhere, as far as it is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Target {
    callee: FuncKey,
    /// The receiver, where it is no argument.
    recv: Option<At>,
}

pub(super) struct Solver<'a> {
    pub(super) program: Program<'a>,
    pub(super) places: Vec<Place>,
    place_ids: FxHashMap<PlaceKind, PlaceId>,
    text: Text,
    nodes: Vec<Node>,
    node_ids: FxHashMap<Node, NodeId>,
    sets: Vec<Vec<PlaceId>>,
    members: FxHashSet<(NodeId, PlaceId)>,
    next: Vec<Vec<NodeId>>,
    edges: FxHashSet<(NodeId, NodeId)>,
    uses: Vec<Vec<Use>>,
    known_uses: FxHashSet<(NodeId, Use)>,
    targets: FxHashMap<CallSite, Vec<Target>>,
    /// Calls whose callees are not all known.
    open: FxHashSet<CallSite>,
    called_by: FxHashMap<FuncKey, Vec<(CallSite, Target)>>,
    wanted_params: FxHashMap<FuncKey, Vec<(u32, NodeId)>>,
    wanted_results: FxHashMap<CallSite, Vec<(u32, NodeId)>>,
    private: FxHashMap<At, Option<private::Private>>,
    /// Lists of writes whose addresses are asked for.
    registered: FxHashSet<List>,
    /// Writes by the places that they were found to write.
    writes: FxHashMap<PlaceId, Vec<Write>>,
    fresh: Vec<NodeId>,
    work: VecDeque<(NodeId, PlaceId)>,
    facts: usize,
}

impl<'a> Solver<'a> {
    pub(super) fn new(program: Program<'a>) -> Self {
        Self {
            text: program.read(),
            program,
            places: Vec::new(),
            place_ids: FxHashMap::default(),
            nodes: Vec::new(),
            node_ids: FxHashMap::default(),
            sets: Vec::new(),
            members: FxHashSet::default(),
            next: Vec::new(),
            edges: FxHashSet::default(),
            uses: Vec::new(),
            known_uses: FxHashSet::default(),
            targets: FxHashMap::default(),
            open: FxHashSet::default(),
            called_by: FxHashMap::default(),
            wanted_params: FxHashMap::default(),
            wanted_results: FxHashMap::default(),
            private: FxHashMap::default(),
            registered: FxHashSet::default(),
            writes: FxHashMap::default(),
            fresh: Vec::new(),
            work: VecDeque::new(),
            facts: 0,
        }
    }

    /// What a value refers to; none if the program is too big to say.
    pub(super) fn of(&mut self, at: At) -> Option<&[PlaceId]> {
        let node = self.node(Node::Value(at));
        self.run();
        (!self.is_spent()).then(|| self.sets[node as usize].as_slice())
    }

    /// The functions that a call may call; none if there may be others.
    pub(super) fn callees(&mut self, site: CallSite) -> Option<Vec<FuncKey>> {
        let call = call_of(self.program.body(site.0).op(site.1))?;
        let (node, use_) = match call.callee {
            Callee::Value(value) => (Node::Value((site.0, value)), Use::Called(site)),
            Callee::Interface { recv, .. } => (Node::Value((site.0, recv)), Use::Dispatched(site)),
            Callee::Static(_) | Callee::Builtin(_) => return None,
        };
        let node = self.node(node);
        self.add_use(node, use_);
        self.run();
        if self.is_spent() || self.open.contains(&site) {
            return None;
        }
        let mut found: Vec<_> = self.targets.get(&site)?.iter().map(|target| target.callee).collect();
        found.sort_unstable();
        found.dedup();
        Some(found)
    }

    fn is_spent(&self) -> bool {
        self.facts > MAX_FACTS
    }

    fn node(&mut self, node: Node) -> NodeId {
        if let Some(&known) = self.node_ids.get(&node) {
            return known;
        }
        let id = self.nodes.len() as NodeId;
        self.nodes.push(node);
        self.node_ids.insert(node, id);
        self.sets.push(Vec::new());
        self.next.push(Vec::new());
        self.uses.push(Vec::new());
        self.fresh.push(id);
        id
    }

    fn value(&mut self, func: FuncKey, value: ValueId) -> NodeId {
        self.node(Node::Value((func, value)))
    }

    pub(super) fn place(&mut self, kind: PlaceKind, ty: TypeId) -> PlaceId {
        if let Some(&known) = self.place_ids.get(&kind) {
            return known;
        }
        let (depth, is_outside) = match kind {
            PlaceKind::Field(of, _) | PlaceKind::Element(of) => {
                let of = &self.places[of.index()];
                (of.depth + 1, of.is_outside)
            }
            kind => (0, matches!(kind, PlaceKind::Outside(_))),
        };
        let id = PlaceId::from_usize(self.places.len());
        self.places.push(Place {
            kind,
            ty,
            depth,
            is_outside,
        });
        self.place_ids.insert(kind, id);
        id
    }

    fn part(&mut self, of: PlaceId, part: Part) -> Option<PlaceId> {
        let Place { kind, ty, depth, .. } = self.places[of.index()];
        // What is called has no parts.
        if depth >= MAX_DEPTH || matches!(kind, PlaceKind::Func(_) | PlaceKind::Box(..)) {
            return None;
        }
        Some(match part {
            Part::Field(field) => {
                let ty = self.program.field(ty, field);
                self.place(PlaceKind::Field(of, field), ty)
            }
            Part::Element => {
                let ty = self.program.element(ty);
                self.place(PlaceKind::Element(of), ty)
            }
        })
    }

    fn add(&mut self, node: NodeId, place: PlaceId) {
        if self.members.insert((node, place)) {
            self.facts += 1;
            self.sets[node as usize].push(place);
            self.work.push_back((node, place));
        }
    }

    fn flow(&mut self, from: NodeId, to: NodeId) {
        if from == to || !self.edges.insert((from, to)) {
            return;
        }
        self.facts += 1;
        self.next[from as usize].push(to);
        for index in 0..self.sets[from as usize].len() {
            let place = self.sets[from as usize][index];
            self.add(to, place);
        }
    }

    fn add_use(&mut self, node: NodeId, use_: Use) {
        if !self.known_uses.insert((node, use_)) {
            return;
        }
        self.facts += 1;
        self.uses[node as usize].push(use_);
        let mut index = 0;
        while let Some(&place) = self.sets[node as usize].get(index) {
            self.apply(use_, place);
            index += 1;
        }
    }

    fn run(&mut self) {
        while !self.is_spent() {
            if let Some(node) = self.fresh.pop() {
                self.generate(node);
            } else if let Some((node, place)) = self.work.pop_front() {
                for index in 0..self.next[node as usize].len() {
                    let to = self.next[node as usize][index];
                    self.add(to, place);
                }
                let mut index = 0;
                while let Some(&use_) = self.uses[node as usize].get(index) {
                    self.apply(use_, place);
                    index += 1;
                }
            } else {
                break;
            }
        }
    }

    fn apply(&mut self, use_: Use, place: PlaceId) {
        match use_ {
            Use::Load(to) => {
                let cell = self.node(Node::Cell(place));
                self.flow(cell, to);
            }
            Use::LoadPart(part, to) => {
                if let Some(part) = self.part(place, part) {
                    let cell = self.node(Node::Cell(part));
                    self.flow(cell, to);
                }
            }
            Use::Part(part, to) => {
                if let Some(part) = self.part(place, part) {
                    self.add(to, part);
                }
            }
            Use::Assert(ty, to) => self.asserted(place, ty, to),
            Use::Written(write) => {
                let place = match write.element {
                    true => self.part(place, Part::Element),
                    false => Some(place),
                };
                if let Some(place) = place {
                    self.writes.entry(place).or_default().push(write);
                    self.written(write, place);
                }
            }
            Use::Called(site) => self.called(site, place),
            Use::Dispatched(site) => self.dispatched(site, place),
            Use::Returned(site, callee, to) => {
                let kind = self.places[place.index()].kind;
                let place = match kind {
                    PlaceKind::Made(func, value) if func == callee && self.is_private((func, value)) => {
                        let ty = self.places[place.index()].ty;
                        self.place(PlaceKind::MadeFor((func, value), site), ty)
                    }
                    _ => place,
                };
                self.add(to, place);
            }
        }
    }

    /// A place is written: what is written flows to those who asked for its content.
    fn written(&mut self, write: Write, place: PlaceId) {
        let ty = self.program.ty((write.func, write.value));
        if write.all {
            if self.node_ids.contains_key(&Node::Cell(place)) || self.node_ids.contains_key(&Node::Copies(place)) {
                let from = self.value(write.func, write.value);
                let is_copied = self.program.is_copied(self.program.element(ty));
                let to = match is_copied {
                    true => self.node(Node::Copies(place)),
                    false => self.node(Node::Cell(place)),
                };
                let use_ = match is_copied {
                    true => Use::Part(Part::Element, to),
                    false => Use::LoadPart(Part::Element, to),
                };
                self.add_use(from, use_);
            }
            return;
        }
        let to = match self.program.is_copied(ty) {
            true => Node::Copies(place),
            false => Node::Cell(place),
        };
        if let Some(&to) = self.node_ids.get(&to) {
            let from = self.value(write.func, write.value);
            self.flow(from, to);
        }
    }

    /// Whatever may write a place, whose content is asked for now.
    fn connect(&mut self, lists: impl IntoIterator<Item = List>, place: PlaceId) {
        for list in lists {
            if !self.registered.insert(list) {
                continue;
            }
            let writes = match list {
                List::Field(owner, number) => self.text.field_writes.get(&(owner, number)),
                List::Element(key) => self.text.element_writes.get(&key),
                List::Pointer(key) => self.text.pointer_writes.get(&key),
                List::Global(obj) => self.text.global_writes.get(&obj),
                List::Variable(obj) => self.text.variable_writes.get(&obj),
            };
            for write in writes.cloned().unwrap_or_default() {
                let addr = self.value(write.func, write.to);
                self.add_use(addr, Use::Written(write));
            }
        }
        for write in self.writes.get(&place).cloned().unwrap_or_default() {
            self.written(write, place);
        }
    }

    fn asserted(&mut self, place: PlaceId, ty: TypeId, to: NodeId) {
        match self.places[place.index()].kind {
            PlaceKind::Box(..) if self.program.query.is_interface(ty) => self.add(to, place),
            PlaceKind::Box(func, value) => {
                if let Op::MakeInterface(inner) = *self.program.body(func).op(value)
                    && self.program.key(self.program.ty((func, inner))) == self.program.key(ty)
                {
                    let from = self.value(func, inner);
                    self.flow(from, to);
                }
            }
            _ => self.outside(ty, to),
        }
    }

    /// Something unknown of a type comes here.
    fn outside(&mut self, ty: TypeId, to: NodeId) {
        if self.program.is_tracked(ty) {
            let any = self.node(Node::Any(self.program.key(ty), ty));
            self.flow(any, to);
        }
    }

    fn generate(&mut self, node: NodeId) {
        match self.nodes[node as usize] {
            Node::Value(at) => self.generate_value(at, node),
            Node::Within(site, at) => self.generate_within(site, at, node),
            Node::Cell(place) => self.generate_cell(place, node),
            Node::Copies(place) => self.generate_copies(place, node),
            Node::Result(func, index) => {
                let body = self.program.body(func);
                for block in body.blocks.iter() {
                    if let Terminator::Return(values) = &block.end
                        && let Some(&value) = values.get(index as usize)
                    {
                        let from = self.value(func, value);
                        self.flow(from, node);
                    }
                }
            }
            Node::Any(key, ty) => self.generate_any(key, ty, node),
        }
    }

    fn generate_value(&mut self, (func, value): At, node: NodeId) {
        let body = self.program.body(func);
        let ty = body.values[value].ty;
        match body.op(value) {
            Op::Const(_) | Op::Zero => {}
            Op::Param(number) => self.generate_param(func, *number, ty, node),
            Op::Captured(number) => {
                for (parent, site) in self.text.closures.get(&func).cloned().unwrap_or_default() {
                    if let Op::Closure { captures, .. } = self.program.body(parent).op(site)
                        && let Some(&captured) = captures.get(*number as usize)
                    {
                        let from = self.value(parent, captured);
                        self.flow(from, node);
                    }
                }
            }
            Op::Global(obj) => {
                let ty = self.program.pointee(ty).unwrap_or(TypeId::UNKNOWN);
                let place = self.place(PlaceKind::Global(*obj), ty);
                self.add(node, place);
            }
            Op::Func(obj) => {
                let place = self.place(PlaceKind::Func(*obj), ty);
                self.add(node, place);
            }
            Op::Alloc { .. } => {
                let ty = self.program.pointee(ty).unwrap_or(TypeId::UNKNOWN);
                let place = self.place(PlaceKind::Made(func, value), ty);
                self.add(node, place);
            }
            Op::MakeChan { .. } | Op::MakeMap | Op::MakeSlice { .. } | Op::Closure { .. } | Op::BoundMethod { .. } => {
                let place = self.place(PlaceKind::Made(func, value), ty);
                self.add(node, place);
            }
            Op::MakeInterface(_) => {
                let place = self.place(PlaceKind::Box(func, value), ty);
                self.add(node, place);
            }
            _ if !self.program.is_tracked(ty) => {}
            Op::Phi(values) => {
                for &operand in values {
                    let from = self.value(func, operand);
                    self.flow(from, node);
                }
            }
            // Parts of an array are those of what it is sliced from.
            Op::Convert(inner) | Op::Slice { base: inner, .. } => {
                let from = self.value(func, *inner);
                self.flow(from, node);
            }
            Op::Load(addr) => {
                let from = self.value(func, *addr);
                match self.program.is_copied(ty) {
                    true => self.flow(from, node),
                    false => self.add_use(from, Use::Load(node)),
                }
            }
            Op::FieldAddr { base, field } => {
                let from = self.value(func, *base);
                self.add_use(from, Use::Part(Part::Field(*field), node));
            }
            Op::IndexAddr { base, .. } => {
                let from = self.value(func, *base);
                self.add_use(from, Use::Part(Part::Element, node));
            }
            Op::Field { base, field } => self.read_part((func, *base), Part::Field(*field), ty, node),
            Op::Index { base, .. } | Op::MapGet { map: base, .. } | Op::Recv { chan: base, .. } => {
                self.read_part((func, *base), Part::Element, ty, node);
            }
            Op::TypeAssert { value, asserted, .. } => {
                let from = self.value(func, *value);
                self.add_use(from, Use::Assert(*asserted, node));
            }
            Op::Held(inner) => {
                let from = self.value(func, *inner);
                self.add_use(from, Use::Assert(ty, node));
            }
            Op::Call(_) => self.generate_result((func, value), 0, ty, node),
            Op::Extract { tuple, index } => self.generate_extract(func, *tuple, *index, ty, node),
            _ => self.outside(ty, node),
        }
    }

    /// A part of what a value refers to, as a value.
    fn read_part(&mut self, base: At, part: Part, ty: TypeId, node: NodeId) {
        let from = self.node(Node::Value(base));
        let use_ = match self.program.is_copied(ty) {
            true => Use::Part(part, node),
            false => Use::LoadPart(part, node),
        };
        self.add_use(from, use_);
    }

    fn generate_extract(&mut self, func: FuncKey, tuple: ValueId, index: u32, ty: TypeId, node: NodeId) {
        let body = self.program.body(func);
        match body.op(tuple) {
            Op::Call(_) => self.generate_result((func, tuple), index, ty, node),
            Op::MapGet { map: base, .. } | Op::Recv { chan: base, .. } if index == 0 => {
                self.read_part((func, *base), Part::Element, ty, node);
            }
            Op::SelectRecv { select, case } if index == 0 => {
                if let Op::Select { cases, .. } = body.op(*select)
                    && let Some(case) = cases.get(*case as usize)
                {
                    self.read_part((func, case.chan), Part::Element, ty, node);
                }
            }
            Op::TypeAssert { value, asserted, .. } if index == 0 => {
                let from = self.value(func, *value);
                self.add_use(from, Use::Assert(*asserted, node));
            }
            Op::Next(range) if index == 2 => match body.op(*range) {
                Op::Range(base) if matches!(self.program.under(body.values[*base].ty), Type::Map { .. }) => {
                    self.read_part((func, *base), Part::Element, ty, node);
                }
                _ => self.outside(ty, node),
            },
            _ => self.outside(ty, node),
        }
    }

    fn generate_any(&mut self, key: Key, ty: TypeId, node: NodeId) {
        for at in self.text.leaving.get(&key).cloned().unwrap_or_default() {
            let from = self.node(Node::Value(at));
            self.flow(from, node);
        }
        // Nobody else can make values of a type that nobody else can name: those that come back have left before.
        let is_own = match key {
            Key::Pointer(decl) | Key::Named(decl) => {
                let query = self.program.query;
                let world = query.world;
                let is_hidden = query
                    .named(decl)
                    .is_some_and(|info| !self.program.is_exported(info.obj));
                let is_here = world.canonical(decl.pkg) == world.canonical(query.pkg);
                is_here && (is_hidden || self.program.is_main) && !query.is_interface(ty)
            }
            Key::Chan(_) | Key::Other(_) => false,
        };
        if !is_own {
            let ty = self.program.pointee(ty).unwrap_or(ty);
            let place = self.place(PlaceKind::Outside(key_number(key)), ty);
            self.add(node, place);
        }
    }
}

/// A number for a key, for places from outside.
fn key_number(key: Key) -> (u8, u32, u32) {
    match key {
        Key::Pointer(decl) => (0, decl.pkg.index() as u32, decl.index),
        Key::Named(decl) => (1, decl.pkg.index() as u32, decl.index),
        Key::Chan(elem) => (2, elem.index() as u32, 0),
        Key::Other(ty) => (3, ty.index() as u32, 0),
    }
}
