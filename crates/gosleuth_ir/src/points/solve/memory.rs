//! What is kept in places: by writes that are found, by copies of whole structs, and by constructors for each of their calls.

use gosleuth_base::Idx as _;
use gosleuth_types::{Type, TypeId};

use super::super::private;
use super::super::text::{At, CallSite, call_of};
use super::super::{Place, PlaceId, PlaceKind};
use super::{List, Node, NodeId, Part, Solver, Use};
use crate::ir::{Op, ValueId};

impl Solver<'_> {
    pub(super) fn generate_cell(&mut self, place: PlaceId, node: NodeId) {
        let Place {
            kind, ty, is_outside, ..
        } = self.places[place.index()];
        if !self.program.is_tracked(ty) {
            return;
        }
        match kind {
            PlaceKind::Field(of, number) => {
                if self.is_open_field(of, number) {
                    self.outside(ty, node);
                }
                self.generate_part(of, Part::Field(number), node);
            }
            PlaceKind::Element(of) => self.generate_part(of, Part::Element, node),
            PlaceKind::Global(obj) => {
                if obj.pkg != self.program.query.pkg || (self.program.is_exported(obj) && !self.program.is_main) {
                    self.outside(ty, node);
                }
            }
            PlaceKind::Made(..) | PlaceKind::MadeFor(..) | PlaceKind::Outside(_) => {}
            PlaceKind::Func(_) | PlaceKind::Box(..) => return,
        }
        if is_outside && !matches!(kind, PlaceKind::Field(..)) {
            self.outside(ty, node);
        }
        self.connect(self.lists(place), place);
    }

    /// Where writes of a place can be.
    fn lists(&self, place: PlaceId) -> Vec<List> {
        let Place { kind, ty, .. } = self.places[place.index()];
        let key = self.program.key(ty);
        let own = match kind {
            PlaceKind::Field(of, number) => {
                let owner = self.places[of.index()].ty;
                Some(List::Field(self.program.key(owner), number))
            }
            PlaceKind::Element(_) => Some(List::Element(key)),
            PlaceKind::Global(obj) => Some(List::Global(obj)),
            PlaceKind::Made(func, value) | PlaceKind::MadeFor((func, value), _) => {
                match self.program.body(func).op(value) {
                    Op::Alloc { var: Some(obj) } => Some(List::Variable(*obj)),
                    _ => None,
                }
            }
            PlaceKind::Outside(_) | PlaceKind::Func(_) | PlaceKind::Box(..) => None,
        };
        own.into_iter().chain([List::Pointer(key)]).collect()
    }

    /// What is in a part of something, by copies of the whole and by the constructor that made it.
    fn generate_part(&mut self, of: PlaceId, part: Part, node: NodeId) {
        if self.program.is_copied(self.places[of.index()].ty) {
            let copies = self.node(Node::Copies(of));
            self.add_use(copies, Use::LoadPart(part, node));
        }
        let Some((site, made, path)) = self.made_for(of, part) else {
            return;
        };
        for value in self.writes_of(made, &path) {
            let from = self.node(Node::Within(site, (made.0, value)));
            self.flow(from, node);
        }
    }

    pub(super) fn generate_copies(&mut self, place: PlaceId, node: NodeId) {
        match self.places[place.index()].kind {
            PlaceKind::Field(of, number) => {
                let whole = self.node(Node::Copies(of));
                self.add_use(whole, Use::Part(Part::Field(number), node));
            }
            PlaceKind::Element(of) if self.program.is_copied(self.places[of.index()].ty) => {
                let whole = self.node(Node::Copies(of));
                self.add_use(whole, Use::Part(Part::Element, node));
            }
            _ => {}
        }
        self.connect(self.lists(place), place);
        if let Some((site, made, path)) = self.made_for_whole(place) {
            for value in self.writes_of(made, &path) {
                let from = self.node(Node::Within(site, (made.0, value)));
                self.flow(from, node);
            }
        }
    }

    /// Whether code outside may write a field.
    fn is_open_field(&self, of: PlaceId, number: u32) -> bool {
        let Type::Struct(fields) = self.program.under(self.places[of.index()].ty) else {
            return false;
        };
        let Some(field) = fields.get(number as usize) else {
            return false;
        };
        let is_foreign = field.obj.pkg != self.program.query.pkg;
        is_foreign || (field.name.is_exported() && !self.program.is_main)
    }

    pub(super) fn is_private(&mut self, at: At) -> bool {
        self.private_of(at).is_some()
    }

    fn private_of(&mut self, at: At) -> Option<&private::Private> {
        if !self.private.contains_key(&at) {
            let found = private::private(&self.program, at);
            self.private.insert(at, found);
        }
        self.private.get(&at).and_then(Option::as_ref)
    }

    /// If a part belongs to something that a constructor made for one call: the call, what was made, and the fields that lead from it.
    fn made_for(&self, of: PlaceId, part: Part) -> Option<(CallSite, At, Vec<Part>)> {
        let (site, made, mut path) = self.made_for_whole(of)?;
        path.push(part);
        Some((site, made, path))
    }

    fn made_for_whole(&self, mut of: PlaceId) -> Option<(CallSite, At, Vec<Part>)> {
        let mut path = Vec::new();
        loop {
            match self.places[of.index()].kind {
                PlaceKind::Field(inner, number) => {
                    path.push(Part::Field(number));
                    of = inner;
                }
                PlaceKind::Element(inner) => {
                    path.push(Part::Element);
                    of = inner;
                }
                PlaceKind::MadeFor(made, site) => {
                    path.reverse();
                    return Some((site, made, path));
                }
                _ => return None,
            }
        }
    }

    /// What the constructor itself writes to a part of what it makes.
    fn writes_of(&mut self, made: At, path: &[Part]) -> Vec<ValueId> {
        let program = self.program.clone();
        self.private_of(made)
            .map(|private| private.written(&program, made.0, path))
            .unwrap_or_default()
    }

    /// A value of a constructor, for one call of it.
    pub(super) fn generate_within(&mut self, site: CallSite, at @ (func, value): At, node: NodeId) {
        let body = self.program.body(func);
        let ty = body.values[value].ty;
        match body.op(value) {
            Op::Param(number) => {
                let call = call_of(self.program.body(site.0).op(site.1));
                if let Some(&arg) = call.and_then(|call| call.args.get(*number as usize)) {
                    let from = self.value(site.0, arg);
                    self.flow(from, node);
                }
            }
            Op::Alloc { .. } | Op::MakeChan { .. } | Op::MakeMap | Op::MakeSlice { .. } if self.is_private(at) => {
                let ty = match body.op(value) {
                    Op::Alloc { .. } => self.program.pointee(ty).unwrap_or(TypeId::UNKNOWN),
                    _ => ty,
                };
                let place = self.place(PlaceKind::MadeFor(at, site), ty);
                self.add(node, place);
            }
            Op::Phi(values) => {
                for &operand in values {
                    let from = self.node(Node::Within(site, (func, operand)));
                    self.flow(from, node);
                }
            }
            Op::Convert(inner) | Op::Slice { base: inner, .. } => {
                let from = self.node(Node::Within(site, (func, *inner)));
                self.flow(from, node);
            }
            Op::Load(addr) if self.program.is_copied(ty) => {
                let from = self.node(Node::Within(site, (func, *addr)));
                self.flow(from, node);
            }
            Op::Load(addr) if matches!(body.op(*addr), Op::Alloc { .. }) && self.is_private((func, *addr)) => {
                for value in self.writes_of((func, *addr), &[]) {
                    let from = self.node(Node::Within(site, (func, value)));
                    self.flow(from, node);
                }
            }
            _ => {
                let from = self.value(func, value);
                self.flow(from, node);
            }
        }
    }
}
