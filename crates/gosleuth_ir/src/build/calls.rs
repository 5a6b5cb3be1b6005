//! Calls, conversions and built-in functions.

use gosleuth_syntax::ast::{ExprId, ExprKind};
use gosleuth_types::{Builtin, Mode, ObjKind, ObjRef, Selection, SelectionKind, Signature, Type, TypeId};

use super::Builder;
use super::places::Place;
use crate::ir::{Call, Callee, Op, Terminator, ValueId};

impl Builder<'_, '_> {
    /// A call, conversion or built-in as an expression.
    pub(super) fn call(&mut self, expr: ExprId) -> ValueId {
        let tree = self.tree;
        let ExprKind::Call { fun, args, .. } = tree.exprs[expr].kind else {
            return self.expr(expr);
        };
        let ty = self.info.type_of(expr);
        let pos = tree.exprs[expr].span.start;
        match self.info.mode_of(fun) {
            Mode::Type => {
                let to = self.info.type_of(fun);
                let Some(&arg) = tree.exprs(args).first() else {
                    return self.emit(Op::Unknown(Vec::new()), ty, pos);
                };
                let value = self.expr(arg);
                if self.query().is_interface(to) {
                    return self.coerce(value, to);
                }
                self.emit(Op::Convert(value), to, pos)
            }
            Mode::Builtin => match self.builtin_of(fun) {
                Some(builtin) => self.builtin(expr, builtin),
                None => self.emit(Op::Unknown(Vec::new()), ty, pos),
            },
            _ => {
                let call = self.prepare_call(expr);
                let ty = if self.info.mode_of(expr) == Mode::NoValue {
                    TypeId::EMPTY_TUPLE
                } else {
                    ty
                };
                self.emit(Op::Call(call), ty, pos)
            }
        }
    }

    /// `go f()`, `defer f()`: everything but the call itself is evaluated now.
    pub(super) fn spawned(&mut self, expr: ExprId, pos: u32, make: fn(Call) -> Op) {
        let tree = self.tree;
        let mut inner = expr;
        while let ExprKind::Paren(x) = tree.exprs[inner].kind {
            inner = x;
        }
        let ExprKind::Call { fun, args, .. } = tree.exprs[inner].kind else {
            self.expr(expr);
            return;
        };
        let call = match self.info.mode_of(fun) {
            Mode::Type => return,
            Mode::Builtin => {
                let Some(builtin) = self.builtin_of(fun) else {
                    return;
                };
                let args = tree.exprs(args).iter().map(|&arg| self.expr(arg)).collect();
                Call {
                    callee: Callee::Builtin(builtin),
                    args,
                    type_args: TypeId::EMPTY_TUPLE,
                }
            }
            _ => self.prepare_call(inner),
        };
        self.emit(make(call), TypeId::EMPTY_TUPLE, pos);
    }

    fn builtin_of(&self, mut fun: ExprId) -> Option<Builtin> {
        let ident = loop {
            match self.tree.exprs[fun].kind {
                ExprKind::Paren(x) => fun = x,
                ExprKind::Ident(ident) | ExprKind::Selector { sel: ident, .. } => break ident,
                _ => return None,
            }
        };
        match self.query().object(self.info.object_of(ident)?)?.kind {
            ObjKind::Builtin(builtin) => Some(builtin),
            _ => None,
        }
    }

    /// Evaluates callee and arguments.
    fn prepare_call(&mut self, expr: ExprId) -> Call {
        let tree = self.tree;
        let ExprKind::Call { fun, args, spread } = tree.exprs[expr].kind else {
            return Call {
                callee: Callee::Builtin(Builtin::Panic),
                args: Vec::new(),
                type_args: TypeId::EMPTY_TUPLE,
            };
        };
        let (callee, recv, type_args) = self.callee(fun);
        let sig = match self.core(self.info.type_of(fun)) {
            Type::Func(sig) => Some(*sig),
            _ => None,
        };
        let mut values: Vec<_> = recv.into_iter().collect();
        self.arguments(tree.exprs(args), spread, sig, tree.exprs[expr].span.start, &mut values);
        Call {
            callee,
            args: values,
            type_args,
        }
    }

    /// Who is called, the receiver of a static method, and type arguments.
    fn callee(&mut self, fun: ExprId) -> (Callee, Option<ValueId>, TypeId) {
        let tree = self.tree;
        let mut inner = fun;
        loop {
            match tree.exprs[inner].kind {
                ExprKind::Paren(x) => inner = x,
                ExprKind::Index { x, .. } | ExprKind::IndexList { x, .. }
                    if self.info.mode_of(x) == Mode::Value && self.is_function(x) =>
                {
                    inner = x;
                }
                _ => break,
            }
        }
        let pos = tree.exprs[inner].span.start;
        match tree.exprs[inner].kind {
            ExprKind::Ident(ident) => {
                if let Some(obj) = self.function(self.info.object_of(ident)) {
                    let type_args = self.type_args(ident);
                    return (Callee::Static(obj), None, type_args);
                }
            }
            ExprKind::Selector { x, sel } => match self.info.selections.get(&inner) {
                None => {
                    if let Some(obj) = self.function(self.info.object_of(sel)) {
                        let type_args = self.type_args(sel);
                        return (Callee::Static(obj), None, type_args);
                    }
                }
                Some(selection) if selection.kind == SelectionKind::Method => {
                    let recv = self.receiver(x, selection, pos);
                    let type_args = self.type_args(sel);
                    if self.is_interface_method(selection.obj) {
                        let callee = Callee::Interface {
                            recv,
                            method: selection.obj,
                        };
                        return (callee, None, type_args);
                    }
                    return (Callee::Static(selection.obj), Some(recv), type_args);
                }
                Some(selection) if selection.kind == SelectionKind::MethodExpr => {
                    if !self.is_interface_method(selection.obj) && selection.path.len() == 1 {
                        return (Callee::Static(selection.obj), None, TypeId::EMPTY_TUPLE);
                    }
                }
                Some(_) => {}
            },
            _ => {}
        }
        let value = self.expr(fun);
        (Callee::Value(value), None, TypeId::EMPTY_TUPLE)
    }

    fn is_function(&self, expr: ExprId) -> bool {
        let ident = match self.tree.exprs[expr].kind {
            ExprKind::Ident(ident) | ExprKind::Selector { sel: ident, .. } => ident,
            _ => return false,
        };
        self.function(self.info.object_of(ident)).is_some()
    }

    fn function(&self, obj: Option<ObjRef>) -> Option<ObjRef> {
        let obj = obj?;
        matches!(self.query().object(obj)?.kind, ObjKind::Func { .. }).then_some(obj)
    }

    fn type_args(&self, ident: gosleuth_syntax::ast::IdentId) -> TypeId {
        self.info
            .instances
            .get(&ident)
            .map_or(TypeId::EMPTY_TUPLE, |instance| instance.args)
    }

    /// Whether a method is one that an interface declares.
    fn is_interface_method(&self, method: ObjRef) -> bool {
        match self.query().object(method).map(|object| &object.kind) {
            Some(ObjKind::Func { recv: Some(recv), .. }) => matches!(self.under(*recv), Type::Interface(_)),
            _ => false,
        }
    }

    /// The receiver of a method as the method takes it: promoted through embedded fields, its address or what it points to.
    pub(super) fn receiver(&mut self, x: ExprId, selection: &Selection, pos: u32) -> ValueId {
        let wants_pointer = match self.query().object(selection.obj).map(|object| &object.kind) {
            Some(ObjKind::Func { recv: Some(recv), .. }) => matches!(self.ty(*recv), Type::Pointer(_)),
            _ => false,
        };
        let mut place = self.place(x);
        // The last number of the path is that of the method.
        let fields = selection.path.split_last().map_or(&[][..], |(_, fields)| fields);
        if !fields.is_empty() {
            place = self.deref(place, pos);
            place = self.field_path(place, fields, pos);
        }
        let is_pointer = matches!(self.under(place.ty()), Type::Pointer(_));
        if self.is_interface_method(selection.obj) || wants_pointer == is_pointer {
            return self.load(place, pos);
        }
        match place {
            _ if is_pointer => {
                let place = self.deref(place, pos);
                self.load(place, pos)
            }
            Place::Addr(addr, _) => addr,
            place => {
                let ty = self.query().world.types.pointer(place.ty());
                let value = self.load(place, pos);
                self.emit(Op::Unknown(vec![value]), ty, pos)
            }
        }
    }

    fn arguments(&mut self, args: &[ExprId], spread: bool, sig: Option<Signature>, pos: u32, out: &mut Vec<ValueId>) {
        let types = self.query().world;
        let params = sig.map_or(&[][..], |sig| types.types.list(sig.params));
        let mut values = Vec::with_capacity(args.len());
        if let &[arg] = args
            && let Type::Tuple(results) = self.ty(self.info.type_of(arg))
            && matches!(self.tree.exprs[arg].kind, ExprKind::Call { .. } | ExprKind::Paren(_))
        {
            // f(g())
            let tuple = self.expr(arg);
            values.extend((0..results.len() as u32).map(|index| self.extract(tuple, index)));
        } else {
            values.extend(args.iter().map(|&arg| self.expr(arg)));
        }
        let variadic = sig.is_some_and(|sig| sig.variadic) && !spread;
        let fixed = if variadic {
            params.len().saturating_sub(1)
        } else {
            params.len()
        };
        let split = fixed.min(values.len());
        let rest = values.split_off(split);
        for (index, value) in values.into_iter().enumerate() {
            let value = params.get(index).map_or(value, |&param| self.coerce(value, param));
            out.push(value);
        }
        if !variadic {
            out.extend(rest);
            return;
        }
        let ty = params.last().copied().unwrap_or(TypeId::UNKNOWN);
        if rest.is_empty() {
            out.push(self.emit(Op::Zero, ty, pos));
            return;
        }
        let elem = match *self.core(ty) {
            Type::Slice(elem) => elem,
            _ => TypeId::UNKNOWN,
        };
        let len = self.int(rest.len() as i64, pos);
        let slice = self.emit(Op::MakeSlice { len }, ty, pos);
        let pointer = types.types.pointer(elem);
        for (index, value) in rest.into_iter().enumerate() {
            let at = self.func.values[value].pos;
            let index = self.int(index as i64, at);
            let slot = self.emit(Op::IndexAddr { base: slice, index }, pointer, at);
            self.assign(Place::Addr(slot, elem), value, at);
        }
        out.push(slice);
    }

    fn builtin(&mut self, expr: ExprId, builtin: Builtin) -> ValueId {
        let tree = self.tree;
        let ExprKind::Call { args, .. } = tree.exprs[expr].kind else {
            return self.emit(Op::Unknown(Vec::new()), TypeId::UNKNOWN, 0);
        };
        let args = tree.exprs(args);
        let ty = self.info.type_of(expr);
        let pos = tree.exprs[expr].span.start;
        match (builtin, args) {
            (Builtin::New, &[arg]) => {
                let addr = self.emit(Op::Alloc { var: None }, ty, pos);
                if self.info.mode_of(arg) != Mode::Type
                    && let Type::Pointer(elem) = *self.ty(ty)
                {
                    // new(value)
                    let value = self.expr(arg);
                    self.assign(Place::Addr(addr, elem), value, pos);
                }
                addr
            }
            (Builtin::Make, &[_, ref sizes @ ..]) => {
                let sizes: Vec<_> = sizes.iter().map(|&size| self.expr(size)).collect();
                let op = match self.core(ty) {
                    Type::Chan { .. } => Op::MakeChan {
                        capacity: sizes.first().copied(),
                    },
                    Type::Map { .. } => Op::MakeMap,
                    _ => Op::MakeSlice {
                        len: sizes.first().copied().unwrap_or_else(|| self.int(0, pos)),
                    },
                };
                self.emit(op, ty, pos)
            }
            (Builtin::Panic, &[arg]) => {
                let value = self.expr(arg);
                let value = self.coerce(value, TypeId::EMPTY_INTERFACE);
                self.end(Terminator::Panic(value));
                self.emit(Op::Unknown(Vec::new()), TypeId::EMPTY_TUPLE, pos)
            }
            _ => {
                // A type is no value: unsafe.Sizeof and the like are constants.
                let args: Vec<_> = args
                    .iter()
                    .filter(|&&arg| self.info.mode_of(arg) != Mode::Type)
                    .copied()
                    .collect();
                let spread = matches!(tree.exprs[expr].kind, ExprKind::Call { spread: true, .. });
                let mut args: Vec<_> = args.into_iter().map(|arg| self.expr(arg)).collect();
                // What goes into a slice or map of interfaces, or is looked for there, is one.
                let into = match (
                    builtin,
                    args.first().map(|&first| self.core(self.func.values[first].ty)),
                ) {
                    (Builtin::Append, _) if !spread => match self.core(ty) {
                        Type::Slice(elem) => Some(*elem),
                        _ => None,
                    },
                    (Builtin::Delete, Some(Type::Map { key, .. })) => Some(*key),
                    _ => None,
                };
                if let Some(into) = into {
                    for arg in args.iter_mut().skip(1) {
                        *arg = self.coerce(*arg, into);
                    }
                }
                let ty = if self.info.mode_of(expr) == Mode::NoValue {
                    TypeId::EMPTY_TUPLE
                } else {
                    ty
                };
                let call = Call {
                    callee: Callee::Builtin(builtin),
                    args,
                    type_args: TypeId::EMPTY_TUPLE,
                };
                self.emit(Op::Call(call), ty, pos)
            }
        }
    }
}
