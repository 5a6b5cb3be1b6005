//! What calls pass on: arguments to parameters, results to those who called, of whoever a call may mean.

use gosleuth_base::Idx as _;
use gosleuth_types::{Builtin, SelectionKind, TypeId};

use super::super::text::{CallSite, call_of};
use super::super::{PlaceId, PlaceKind};
use super::{Node, NodeId, Solver, Target, Use};
use crate::ir::{Callee, FuncKey, Op};

impl Solver<'_> {
    pub(super) fn generate_result(&mut self, site: CallSite, index: u32, ty: TypeId, node: NodeId) {
        let body = self.program.body(site.0);
        let Some(call) = call_of(body.op(site.1)) else { return };
        match call.callee {
            Callee::Static(obj) => match self.program.body_of(obj) {
                Some(callee) => self.returned(site, callee, index, node),
                None => self.foreign_result(site, ty, node),
            },
            Callee::Builtin(Builtin::Append) => {
                let place = self.place(PlaceKind::Made(site.0, site.1), ty);
                self.add(node, place);
                if let Some(&list) = call.args.first() {
                    let from = self.value(site.0, list);
                    self.flow(from, node);
                }
            }
            Callee::Builtin(_) => self.outside(ty, node),
            Callee::Value(callee) => {
                let from = self.value(site.0, callee);
                self.want_result(site, index, node);
                self.add_use(from, Use::Called(site));
            }
            Callee::Interface { recv, .. } => {
                let from = self.value(site.0, recv);
                self.want_result(site, index, node);
                self.add_use(from, Use::Dispatched(site));
            }
        }
    }

    fn want_result(&mut self, site: CallSite, index: u32, node: NodeId) {
        self.wanted_results.entry(site).or_default().push((index, node));
        for target in self.targets.get(&site).cloned().unwrap_or_default() {
            let from = self.node(Node::Result(target.callee, index));
            self.flow(from, node);
        }
        if self.open.contains(&site) {
            let Node::Value(at) = self.nodes[node as usize] else {
                return;
            };
            self.outside(self.program.ty(at), node);
        }
    }

    fn returned(&mut self, site: CallSite, callee: FuncKey, index: u32, node: NodeId) {
        let from = self.node(Node::Result(callee, index));
        self.add_use(from, Use::Returned(site, callee, node));
    }

    /// What a function without body returns: new things from what is called like a constructor, anything from others.
    fn foreign_result(&mut self, site: CallSite, ty: TypeId, node: NodeId) {
        let body = self.program.body(site.0);
        let name = match call_of(body.op(site.1)).map(|call| call.callee) {
            Some(Callee::Static(obj)) => self.program.query.object(obj).map(|object| object.name),
            _ => None,
        };
        let name = name.map_or("", |name| self.program.query.world.text(name));
        const MAKERS: [&str; 8] = ["New", "With", "After", "Tick", "Command", "Dial", "Listen", "Open"];
        if MAKERS.iter().any(|start| name.starts_with(start)) && self.program.is_tracked(ty) {
            let Node::Value((func, value)) = self.nodes[node as usize] else {
                return;
            };
            let ty = self.program.pointee(ty).unwrap_or(ty);
            let place = self.place(PlaceKind::Made(func, value), ty);
            self.add(node, place);
        } else {
            self.outside(ty, node);
        }
    }

    /// A function value is called.
    pub(super) fn called(&mut self, site: CallSite, place: PlaceId) {
        let target = match self.places[place.index()].kind {
            PlaceKind::Func(obj) => self.program.body_of(obj).map(|callee| Target { callee, recv: None }),
            PlaceKind::Made(func, value) => match self.program.body(func).op(value) {
                Op::Closure { func: literal, .. } => Some(Target {
                    callee: FuncKey { func: *literal, ..func },
                    recv: None,
                }),
                Op::BoundMethod { method, recv } => self.program.body_of(*method).map(|callee| Target {
                    callee,
                    recv: Some((func, *recv)),
                }),
                _ => None,
            },
            _ => None,
        };
        self.add_target(site, target);
    }

    /// A method of an interface value is called.
    pub(super) fn dispatched(&mut self, site: CallSite, place: PlaceId) {
        let target = self.method_of(site, place);
        self.add_target(site, target);
    }

    fn method_of(&self, site: CallSite, place: PlaceId) -> Option<Target> {
        let call = call_of(self.program.body(site.0).op(site.1))?;
        let (Callee::Interface { method, .. }, PlaceKind::Box(func, value)) =
            (call.callee, self.places[place.index()].kind)
        else {
            return None;
        };
        let Op::MakeInterface(inner) = *self.program.body(func).op(value) else {
            return None;
        };
        let query = self.program.query;
        let name = query.object(method)?.name;
        let found = query.lookup(self.program.ty((func, inner)), name, method.pkg)?;
        // Methods of embedded fields get a part of the value as their receiver.
        if found.kind != SelectionKind::Method || found.path.len() != 1 {
            return None;
        }
        Some(Target {
            callee: self.program.body_of(found.obj)?,
            recv: Some((func, inner)),
        })
    }

    fn add_target(&mut self, site: CallSite, target: Option<Target>) {
        let wanted = self.wanted_results.get(&site).cloned().unwrap_or_default();
        let Some(target) = target else {
            if self.open.insert(site) {
                for (_, node) in wanted {
                    if let Node::Value(at) = self.nodes[node as usize] {
                        self.outside(self.program.ty(at), node);
                    }
                }
            }
            return;
        };
        let known = self.targets.entry(site).or_default();
        if known.contains(&target) {
            return;
        }
        known.push(target);
        for (index, node) in wanted {
            let from = self.node(Node::Result(target.callee, index));
            self.flow(from, node);
        }
        self.called_by.entry(target.callee).or_default().push((site, target));
        for (number, node) in self.wanted_params.get(&target.callee).cloned().unwrap_or_default() {
            self.pass(site, target, number, node);
        }
    }

    /// An argument flows to a parameter.
    fn pass(&mut self, site: CallSite, target: Target, number: u32, node: NodeId) {
        let at = match (target.recv, number) {
            (Some(recv), 0) => Some(recv),
            (recv, number) => {
                let call = call_of(self.program.body(site.0).op(site.1));
                let number = number - u32::from(recv.is_some());
                call.and_then(|call| call.args.get(number as usize))
                    .map(|&arg| (site.0, arg))
            }
        };
        if let Some(at) = at {
            let from = self.node(Node::Value(at));
            self.flow(from, node);
        }
    }

    pub(super) fn generate_param(&mut self, func: FuncKey, number: u32, ty: TypeId, node: NodeId) {
        if !self.program.is_tracked(ty) {
            return;
        }
        let body = self.program.body(func);
        let callers = self.text.callers.get(&func).cloned().unwrap_or_default();
        for &(caller, site) in &callers {
            let call = call_of(self.program.body(caller).op(site));
            if let Some(&arg) = call.and_then(|call| call.args.get(number as usize)) {
                let from = self.value(caller, arg);
                self.flow(from, node);
            }
        }
        // Who calls it as a value or through an interface is found out by asking what those calls call.
        self.wanted_params.entry(func).or_default().push((number, node));
        for (site, target) in self.called_by.get(&func).cloned().unwrap_or_default() {
            self.pass(site, target, number, node);
        }
        let is_taken = self.text.taken.contains(&func);
        if is_taken {
            let arity = body.params.len();
            for count in [Some(arity), arity.checked_sub(1)].into_iter().flatten() {
                for site in self.text.value_calls.get(&count).cloned().unwrap_or_default() {
                    if let Some(Callee::Value(callee)) = self.callee(site) {
                        let from = self.value(site.0, callee);
                        self.add_use(from, Use::Called(site));
                    }
                }
            }
        }
        let object = body.obj.and_then(|obj| self.program.query.object(obj));
        let name = object.map(|object| object.name);
        if body.has_receiver
            && let Some(name) = name
        {
            for site in self.text.method_calls.get(&name).cloned().unwrap_or_default() {
                if let Some(Callee::Interface { recv, .. }) = self.callee(site) {
                    let from = self.value(site.0, recv);
                    self.add_use(from, Use::Dispatched(site));
                }
            }
        }
        let is_receiver = body.has_receiver && number == 0;
        if is_receiver && let Some(obj) = body.obj {
            for (by, site) in self.text.bound.get(&obj).cloned().unwrap_or_default() {
                if let Op::BoundMethod { recv, .. } = *self.program.body(by).op(site) {
                    let from = self.value(by, recv);
                    self.flow(from, node);
                }
            }
        }
        // Calls of another package's functions that nobody here makes concern nothing that is here.
        let is_open = match (func.unit, name) {
            (0, Some(name)) => {
                let is_exported = name.is_exported() && (body.has_receiver || !self.program.is_main);
                let is_method_called = body.has_receiver && self.text.method_calls.contains_key(&name);
                let is_called = !callers.is_empty() || is_taken || is_method_called;
                is_exported || !is_called || (is_taken && !is_receiver)
            }
            (0, None) => is_taken,
            _ => false,
        };
        if is_open {
            self.outside(ty, node);
        }
    }

    fn callee(&self, site: CallSite) -> Option<Callee> {
        call_of(self.program.body(site.0).op(site.1)).map(|call| call.callee)
    }
}
