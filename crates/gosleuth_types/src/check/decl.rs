//! Declarations.

use gosleuth_base::{Idx as _, Sym};
use gosleuth_syntax::ast::{DeclId, DeclKind, ExprId, ExprKind, FieldListId, FuncDeclId, GenKeyword, SpecId, SpecKind};

use super::{Checker, DeclSource, DelayedBody, Operand, PostponedType, Progress};
use crate::constant::ConstValue;
use crate::info::Mode;
use crate::object::{NamedInfo, NamedRef, ObjKind, ObjRef, TypeParamInfo, TypeParamRef, VarKind};
use crate::types::{InterfaceType, Type, TypeId};

impl Checker<'_> {
    /// Works out a package-level object.
    pub(crate) fn resolve_decl(&mut self, index: u32) {
        let decl = self.decls[index as usize];
        if decl.progress != Progress::Untouched || !self.descend() {
            return;
        }
        self.decls[index as usize].progress = Progress::Underway;
        let obj = ObjRef { pkg: self.pkg, index };
        let is_type = matches!(decl.source, DeclSource::Type { .. });
        // What a value needs of a type must be there at once, even if an alias is underway.
        let aliases = if is_type {
            None
        } else {
            Some(std::mem::take(&mut self.aliases_underway))
        };
        self.outside(decl.file, |this| match decl.source {
            DeclSource::Const { spec, place, iota } => this.const_object(obj, spec, place, iota),
            DeclSource::Var { spec, place } => this.package_var(obj, spec, place),
            DeclSource::Type { spec } => this.type_object(obj, spec),
            DeclSource::Func { decl } => this.func_object(obj, decl),
        });
        if let Some(aliases) = aliases {
            self.aliases_underway = aliases;
        }
        self.decls[index as usize].progress = Progress::Done;
        self.ascend();
    }

    fn set_type(&mut self, obj: ObjRef, ty: TypeId) {
        if obj.pkg == self.pkg
            && let Some(object) = self.tables.objects.get_mut(obj.index as usize)
        {
            object.ty = Some(ty);
        }
    }

    fn const_object(&mut self, obj: ObjRef, spec: SpecId, place: u32, iota: i64) {
        let tree = self.tree();
        let SpecKind::Value { ty, values, .. } = tree.specs[spec].kind else {
            return;
        };
        let before = self.env.iota.replace(iota);
        let ty = ty.map(|ty| self.type_expr(ty));
        let mut x = match tree.exprs(values).get(place as usize) {
            Some(&value) => self.expr_with_hint(value, ty),
            None => Operand::unknown(ExprId::from_usize(0)),
        };
        let has_value = !x.is_unknown();
        let ty = match ty {
            Some(ty) => {
                if has_value {
                    self.assignment(&mut x, Some(ty));
                }
                ty
            }
            None => x.ty,
        };
        self.env.iota = before;
        let value = if x.mode == Mode::Constant { x.value } else { None };
        self.set_type(obj, ty);
        self.tables.objects[obj.index as usize].kind = ObjKind::Const(value.unwrap_or(ConstValue::Unknown));
    }

    fn package_var(&mut self, obj: ObjRef, spec: SpecId, place: u32) {
        let tree = self.tree();
        let SpecKind::Value { names, ty, values } = tree.specs[spec].kind else {
            return;
        };
        let ty = ty.map(|ty| self.type_expr(ty));
        let values = tree.exprs(values);
        if let Some(ty) = ty {
            self.set_type(obj, ty);
        }
        if names.len > 1 && values.len() == 1 {
            // One call for all of them, evaluated once. The names of a spec are numbered in order.
            let first = obj.index - place;
            let objs: Vec<_> = (first..first + names.len)
                .map(|index| ObjRef { pkg: self.pkg, index })
                .collect();
            for &obj in &objs {
                self.decls[obj.index as usize].progress = Progress::Underway;
                if let Some(ty) = ty {
                    self.set_type(obj, ty);
                }
            }
            let mut xs = self.values(values, objs.len(), &vec![ty.unwrap_or(TypeId::UNKNOWN); objs.len()]);
            for (obj, x) in objs.into_iter().zip(&mut xs) {
                let ty = self.assignment(x, ty);
                self.set_type(obj, ty);
                self.decls[obj.index as usize].progress = Progress::Done;
            }
            return;
        }
        if let Some(&value) = values.get(place as usize) {
            let mut x = self.expr_with_hint(value, ty);
            let ty = self.assignment(&mut x, ty);
            self.set_type(obj, ty);
        }
    }

    /// A declared type or alias, of a package or of a function; the object exists.
    fn type_object(&mut self, obj: ObjRef, spec: SpecId) {
        let tree = self.tree();
        let SpecKind::Type {
            alias,
            type_params,
            ty: written,
            ..
        } = tree.specs[spec].kind
        else {
            return;
        };
        let mark = self.enter();
        if alias {
            let params = type_params.map_or(TypeId::EMPTY_TUPLE, |list| self.type_params(list).0);
            let first = self.postponed.len();
            self.aliases_underway += 1;
            let ty = self.type_expr(written);
            self.aliases_underway -= 1;
            self.set_type(obj, ty);
            self.tables.objects[obj.index as usize].kind = ObjKind::Type {
                alias: true,
                type_params: params,
            };
            self.leave(mark);
            if self.aliases_underway == 0 {
                self.define_postponed(first);
            }
        } else {
            let number = self.tables.nameds.len() as u32;
            let ty = self.intern(Type::Named {
                decl: NamedRef {
                    pkg: self.pkg,
                    index: number,
                },
                args: TypeId::EMPTY_TUPLE,
            });
            self.tables.nameds.push(NamedInfo {
                obj,
                ty,
                type_params: TypeId::EMPTY_TUPLE,
                underlying: None,
                methods: self.methods.get(&obj.index).cloned().unwrap_or_default(),
            });
            self.set_type(obj, ty);
            let bound = match type_params {
                Some(list) => self.declare_named_params(number, list),
                None => Vec::new(),
            };
            if self.aliases_underway > 0 && self.decls.len() > obj.index as usize {
                // The type may hold the alias, which is known only after its right side, where we are.
                let file = self.env.file;
                self.postponed.push(PostponedType {
                    file,
                    number,
                    written,
                    bound,
                });
            } else {
                self.define_named(number, written);
            }
            self.leave(mark);
        }
    }

    /// Works out what is behind the name of a declared type.
    fn define_named(&mut self, number: u32, written: ExprId) {
        let rhs = self.type_expr(written);
        self.claim_methods(rhs, self.tables.nameds[number as usize].ty);
        self.settle_underlying(number, rhs);
    }

    /// Works out the types that were postponed, from the `first` one on.
    fn define_postponed(&mut self, first: usize) {
        while self.postponed.len() > first
            && let Some(work) = self.postponed.pop()
        {
            self.outside(work.file, |this| {
                for &(sym, index) in &work.bound {
                    this.bind_sym(sym, index);
                }
                this.define_named(work.number, work.written);
            });
        }
    }

    /// The interface methods of a declared interface have the declared type as receiver.
    fn claim_methods(&mut self, rhs: TypeId, named: TypeId) {
        if let Type::Interface(it) = self.ty(rhs) {
            for method in &it.methods {
                if method.obj.pkg == self.pkg
                    && let ObjKind::Func { recv, .. } = &mut self.tables.objects[method.obj.index as usize].kind
                {
                    *recv = Some(named);
                }
            }
        }
    }

    fn settle_underlying(&mut self, number: u32, rhs: TypeId) {
        let underlying = self.query().underlying(rhs);
        let waits = matches!(self.ty(rhs), Type::Named { .. }) && underlying.is_unknown();
        if waits {
            self.pending.push((number, rhs));
            return;
        }
        self.tables.nameds[number as usize].underlying = Some(underlying);
        // Those that waited for this one; each round settles at least one or ends.
        let mut index = 0;
        while index < self.pending.len() {
            let (number, rhs) = self.pending[index];
            let underlying = self.query().underlying(rhs);
            if underlying.is_unknown() {
                index += 1;
            } else {
                self.tables.nameds[number as usize].underlying = Some(underlying);
                self.pending.swap_remove(index);
                index = 0;
            }
        }
    }

    fn declare_named_params(&mut self, number: u32, list: FieldListId) -> Vec<(Sym, u32)> {
        // The type may occur in its own constraints, so its parameters are known before them.
        let (params, bound) = self.type_params_with(list, |this, params| {
            this.tables.nameds[number as usize].type_params = params;
        });
        self.tables.nameds[number as usize].type_params = params;
        bound
    }

    /// Declares and binds the type parameters of a list: the tuple of them, and their names.
    pub(super) fn type_params(&mut self, list: FieldListId) -> (TypeId, Vec<(Sym, u32)>) {
        self.type_params_with(list, |_, _| ())
    }

    fn type_params_with(
        &mut self,
        list: FieldListId,
        before_constraints: impl FnOnce(&mut Self, TypeId),
    ) -> (TypeId, Vec<(Sym, u32)>) {
        let tree = self.tree();
        let mut params = Vec::new();
        let mut bound = Vec::new();
        for field in tree.fields(list) {
            for &ident in tree.idents(field.names) {
                let place = params.len() as u32;
                let (ty, obj) = self.type_param(ident, place);
                params.push(ty);
                self.bind(ident, obj);
                bound.push((tree.idents[ident].name, obj.index));
            }
        }
        let first = self.tables.type_params.len() - params.len();
        let params = self.world.types.tuple(params);
        before_constraints(self, params);
        let mut next = first;
        for field in tree.fields(list) {
            let constraint = self.constraint(field.ty);
            for _ in tree.idents(field.names) {
                self.tables.type_params[next].constraint = Some(constraint);
                next += 1;
            }
        }
        (params, bound)
    }

    /// A new type parameter that an identifier declares, its constraint still open.
    fn type_param(&mut self, ident: gosleuth_syntax::ast::IdentId, place: u32) -> (TypeId, ObjRef) {
        let index = self.tables.type_params.len() as u32;
        let ty = self.intern(Type::TypeParam(TypeParamRef { pkg: self.pkg, index }));
        let kind = ObjKind::Type {
            alias: false,
            type_params: TypeId::EMPTY_TUPLE,
        };
        let obj = self.declare(ident, Some(ty), kind);
        self.tables.type_params.push(TypeParamInfo {
            obj,
            index: place,
            constraint: None,
        });
        (ty, obj)
    }

    /// A constraint: an interface as it is, anything else as the only element of an interface that is not written.
    fn constraint(&mut self, expr: ExprId) -> TypeId {
        let ty = self.union_expr(expr);
        if ty.is_unknown() || (self.query().is_interface(ty) && !matches!(self.ty(ty), Type::Union(_))) {
            return ty;
        }
        // A declared type that is underway may become an interface.
        if let Type::Named { decl, .. } = self.ty(ty)
            && self.query().named(*decl).is_some_and(|info| info.underlying.is_none())
        {
            return ty;
        }
        self.intern(Type::Interface(InterfaceType {
            methods: Vec::new(),
            embeds: vec![ty],
            implicit: true,
        }))
    }

    fn func_object(&mut self, obj: ObjRef, decl: FuncDeclId) {
        let tree = self.tree();
        let func = tree.func_decls[decl];
        let mark = self.enter();
        let mut bound = Vec::new();
        if let Some(recv) = func.recv.and_then(|list| tree.fields(list).first()) {
            let (ty, recv_params) = self.receiver(recv.ty, &mut bound);
            self.tables.objects[obj.index as usize].kind = ObjKind::Func {
                recv: Some(ty),
                recv_params,
            };
            for &ident in tree.idents(recv.names) {
                let var = self.declare(ident, Some(ty), ObjKind::Var(VarKind::Receiver));
                bound.push((tree.idents[ident].name, var.index));
            }
        }
        let (sig, params) = self.func_type(func.ty);
        bound.extend(params);
        self.leave(mark);
        self.set_type(obj, sig);
        if let Some(body) = func.body {
            self.delayed.push(DelayedBody {
                file: self.env.file,
                body,
                sig,
                bound,
            });
        }
    }

    /// The type of a receiver, and the type parameters it declares for a generic type; those are bound and added to `bound`.
    fn receiver(&mut self, expr: ExprId, bound: &mut Vec<(Sym, u32)>) -> (TypeId, TypeId) {
        let tree = self.tree();
        match tree.exprs[expr].kind {
            ExprKind::Paren(x) => {
                let (ty, params) = self.receiver(x, bound);
                self.record(expr, Mode::Type, ty);
                (ty, params)
            }
            ExprKind::Star(x) => {
                let (ty, params) = self.receiver(x, bound);
                let ty = self.world.types.pointer(ty);
                self.record(expr, Mode::Type, ty);
                (ty, params)
            }
            ExprKind::Index { x, index } => self.generic_receiver(expr, x, &[index], bound),
            ExprKind::IndexList { x, indices } => self.generic_receiver(expr, x, tree.exprs(indices), bound),
            _ => (self.type_expr(expr), TypeId::EMPTY_TUPLE),
        }
    }

    fn generic_receiver(
        &mut self,
        expr: ExprId,
        x: ExprId,
        indices: &[ExprId],
        bound: &mut Vec<(Sym, u32)>,
    ) -> (TypeId, TypeId) {
        let tree = self.tree();
        let generic = self.type_or_generic(x);
        let first = self.tables.type_params.len();
        let mut params = Vec::new();
        for (place, &index) in indices.iter().enumerate() {
            let ExprKind::Ident(ident) = tree.exprs[index].kind else {
                params.push(TypeId::UNKNOWN);
                continue;
            };
            let (ty, obj) = self.type_param(ident, place as u32);
            self.record(index, Mode::Type, ty);
            self.bind(ident, obj);
            bound.push((tree.idents[ident].name, obj.index));
            params.push(ty);
        }
        let params = self.world.types.tuple(params);
        let declared = match *self.ty(generic) {
            Type::Named { decl, .. } => self
                .query()
                .named(decl)
                .map_or(TypeId::EMPTY_TUPLE, |info| info.type_params),
            _ => TypeId::EMPTY_TUPLE,
        };
        for index in first..self.tables.type_params.len() {
            let place = self.tables.type_params[index].index as usize;
            let constraint = match self.world.types.list(declared).get(place).map(|&param| self.ty(param)) {
                Some(&Type::TypeParam(param)) => self.query().type_param(param).and_then(|info| info.constraint),
                _ => None,
            };
            let constraint = constraint.map(|constraint| self.query().substitute(constraint, declared, params));
            self.tables.type_params[index].constraint = Some(constraint.unwrap_or(TypeId::UNKNOWN));
        }
        let ty = self.query().instantiate(generic, params);
        self.record(expr, Mode::Type, ty);
        self.record_instance(x, params, ty);
        (ty, params)
    }

    /// A declaration inside a function.
    pub(super) fn local_decl(&mut self, decl: DeclId) {
        let tree = self.tree();
        let DeclKind::Gen { keyword, specs, .. } = tree.decls[decl].kind else {
            return;
        };
        match keyword {
            GenKeyword::Import => {}
            GenKeyword::Const => self.local_consts(tree.specs(specs)),
            GenKeyword::Var => {
                for &spec in tree.specs(specs) {
                    self.local_vars(spec);
                }
            }
            GenKeyword::Type => {
                for &spec in tree.specs(specs) {
                    if let SpecKind::Type { alias, name, .. } = tree.specs[spec].kind {
                        let kind = ObjKind::Type {
                            alias,
                            type_params: TypeId::EMPTY_TUPLE,
                        };
                        let obj = self.declare(name, None, kind);
                        self.bind(name, obj);
                        self.type_object(obj, spec);
                        self.tables.objects[obj.index as usize]
                            .ty
                            .get_or_insert(TypeId::UNKNOWN);
                        for named in self
                            .tables
                            .nameds
                            .iter_mut()
                            .rev()
                            .take_while(|named| named.obj.index >= obj.index)
                        {
                            named.underlying.get_or_insert(TypeId::UNKNOWN);
                        }
                    }
                }
            }
        }
    }

    fn local_consts(&mut self, specs: &[SpecId]) {
        let tree = self.tree();
        let mut repeated = None;
        for (iota, &spec) in specs.iter().enumerate() {
            let SpecKind::Value { names, ty, values } = tree.specs[spec].kind else {
                continue;
            };
            if ty.is_some() || !values.is_empty() {
                repeated = Some(spec);
            }
            let idents = tree.idents(names);
            let mut objs = Vec::with_capacity(idents.len());
            for (place, &ident) in idents.iter().enumerate() {
                let obj = self.declare(ident, None, ObjKind::Const(ConstValue::Unknown));
                self.const_object(obj, repeated.unwrap_or(spec), place as u32, iota as i64);
                self.tables.objects[obj.index as usize]
                    .ty
                    .get_or_insert(TypeId::UNKNOWN);
                objs.push(obj);
            }
            for (&ident, obj) in idents.iter().zip(objs) {
                self.bind(ident, obj);
            }
        }
    }

    fn local_vars(&mut self, spec: SpecId) {
        let tree = self.tree();
        let SpecKind::Value { names, ty, values } = tree.specs[spec].kind else {
            return;
        };
        let idents = tree.idents(names);
        let ty = ty.map(|ty| self.type_expr(ty));
        let mut types = vec![ty.unwrap_or(TypeId::UNKNOWN); idents.len()];
        if !values.is_empty() {
            let hints = if ty.is_some() { types.clone() } else { Vec::new() };
            let mut xs = self.values(tree.exprs(values), idents.len(), &hints);
            for (slot, x) in types.iter_mut().zip(&mut xs) {
                *slot = self.assignment(x, ty);
            }
        }
        for (&ident, ty) in idents.iter().zip(types) {
            let obj = self.declare(ident, Some(ty), ObjKind::Var(VarKind::Local));
            self.bind(ident, obj);
        }
    }
}

#[cfg(test)]
mod tests;
