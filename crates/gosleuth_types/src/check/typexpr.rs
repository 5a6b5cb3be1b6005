//! Type expressions.

use gosleuth_base::Sym;
use gosleuth_syntax::ast::{BinaryOp, ExprId, ExprKind, FieldListId, FuncTypeId, IdentId, UnaryOp};

use super::{Checker, Operand};
use crate::constant::ConstValue;
use crate::info::{Instance, Mode};
use crate::names::Name;
use crate::object::{ObjKind, ObjRef, Pos, VarKind};
use crate::types::{Field, InterfaceType, Method, Signature, Term, Type, TypeId};

/// Unions of more terms than these are unknown types; it is the limit of go/types as well.
const MAX_UNION: usize = 100;

impl Checker<'_> {
    /// An expression that must be a type; unknown if it is not. Generic types need their arguments.
    pub(crate) fn type_expr(&mut self, expr: ExprId) -> TypeId {
        if !self.descend() {
            return TypeId::UNKNOWN;
        }
        let ty = self.type_expr_inner(expr);
        self.record(expr, Mode::Type, ty);
        self.ascend();
        ty
    }

    fn type_expr_inner(&mut self, expr: ExprId) -> TypeId {
        let tree = self.tree();
        match tree.exprs[expr].kind {
            ExprKind::Ident(_) | ExprKind::Selector { .. } => {
                let (ty, type_params) = self.type_operand(expr);
                // A generic type without arguments is no type.
                if type_params == TypeId::EMPTY_TUPLE {
                    ty
                } else {
                    TypeId::UNKNOWN
                }
            }
            ExprKind::Paren(x) => self.type_expr(x),
            ExprKind::Star(x) => {
                let elem = self.type_expr(x);
                self.world.types.pointer(elem)
            }
            ExprKind::Array { len: None, elem } => {
                let elem = self.type_expr(elem);
                self.world.types.slice(elem)
            }
            ExprKind::Array { len: Some(len), elem } => {
                // A length is a value: see `resolve_decl`.
                let aliases = std::mem::take(&mut self.aliases_underway);
                let len = self.array_length(len);
                self.aliases_underway = aliases;
                let elem = self.type_expr(elem);
                self.intern(Type::Array { len, elem })
            }
            ExprKind::Map { key, value } => {
                let key = self.type_expr(key);
                let value = self.type_expr(value);
                self.intern(Type::Map { key, value })
            }
            ExprKind::Chan { dir, elem } => {
                let elem = self.type_expr(elem);
                self.intern(Type::Chan { dir, elem })
            }
            ExprKind::Func(ty) => {
                let mark = self.enter();
                let (sig, _) = self.func_type(ty);
                self.leave(mark);
                sig
            }
            ExprKind::Struct(fields) => self.struct_type(fields),
            ExprKind::Interface(fields) => self.interface_type(fields),
            ExprKind::Index { x, index } => self.instantiate_type(x, &[index]),
            ExprKind::IndexList { x, indices } => self.instantiate_type(x, tree.exprs(indices)),
            ExprKind::Ellipsis(Some(x)) => {
                // Only parameters may have it, and they do not come here.
                self.type_expr(x);
                TypeId::UNKNOWN
            }
            _ => TypeId::UNKNOWN,
        }
    }

    /// A constraint element: a type, or a union of types and `~T`. Unions are recorded at each of their operators.
    pub(super) fn union_expr(&mut self, expr: ExprId) -> TypeId {
        let tree = self.tree();
        let is_union = |expr: ExprId| {
            matches!(
                tree.exprs[expr].kind,
                ExprKind::Binary { op: BinaryOp::Or, .. } | ExprKind::Unary { op: UnaryOp::Tilde, .. }
            )
        };
        if !is_union(expr) {
            return self.type_expr(expr);
        }
        // The operators of `a | b | c` nest to the left.
        let mut operators = Vec::new();
        let mut operands = Vec::new();
        let mut left = expr;
        while let ExprKind::Binary {
            op: BinaryOp::Or, x, y, ..
        } = tree.exprs[left].kind
        {
            operators.push(left);
            operands.push(y);
            left = x;
        }
        operands.push(left);
        operands.reverse();
        if operands.len() > MAX_UNION {
            for operand in operands {
                match tree.exprs[operand].kind {
                    ExprKind::Unary {
                        op: UnaryOp::Tilde, x, ..
                    } => self.type_expr(x),
                    _ => self.type_expr(operand),
                };
            }
            return TypeId::UNKNOWN;
        }
        let mut terms = Vec::with_capacity(operands.len());
        for operand in operands {
            let (tilde, ty) = match tree.exprs[operand].kind {
                ExprKind::Unary {
                    op: UnaryOp::Tilde, x, ..
                } => (true, self.type_expr(x)),
                _ => (false, self.type_expr(operand)),
            };
            terms.push(Term { tilde, ty });
            if tilde {
                let union = self.intern(Type::Union(vec![Term { tilde, ty }]));
                self.record(operand, Mode::Type, union);
            }
        }
        // Each operator denotes the union of what stands to its left and right.
        for (count, &operator) in operators.iter().rev().enumerate() {
            let union = self.intern(Type::Union(terms[..count + 2].to_vec()));
            self.record(operator, Mode::Type, union);
        }
        self.intern(Type::Union(terms))
    }

    /// The type that an identifier or qualified identifier names, and its type parameters if it is generic and not instantiated.
    fn type_operand(&mut self, expr: ExprId) -> (TypeId, TypeId) {
        let tree = self.tree();
        let (x, ident) = match tree.exprs[expr].kind {
            ExprKind::Ident(ident) => (self.ident(expr, ident), ident),
            ExprKind::Selector { sel, .. } => (self.selector(expr), sel),
            _ => return (TypeId::UNKNOWN, TypeId::EMPTY_TUPLE),
        };
        if x.mode != Mode::Type {
            return (TypeId::UNKNOWN, TypeId::EMPTY_TUPLE);
        }
        let obj = self.files[self.env.file].info.object_of(ident);
        (x.ty, self.generic_params(x.ty, obj))
    }

    /// The type parameters of a generic type or alias as named; empty if it is not generic, or has its arguments.
    pub(crate) fn generic_params(&self, ty: TypeId, obj: Option<ObjRef>) -> TypeId {
        let alias_params = match obj.and_then(|obj| self.object(obj)).map(|object| &object.kind) {
            Some(ObjKind::Type { type_params, .. }) => *type_params,
            _ => TypeId::EMPTY_TUPLE,
        };
        match *self.ty(ty) {
            _ if alias_params != TypeId::EMPTY_TUPLE => alias_params,
            Type::Named { decl, args } if args == TypeId::EMPTY_TUPLE => self
                .query()
                .named(decl)
                .map_or(TypeId::EMPTY_TUPLE, |info| info.type_params),
            _ => TypeId::EMPTY_TUPLE,
        }
    }

    /// A type that may be generic, as it stands before its arguments.
    pub(super) fn type_or_generic(&mut self, expr: ExprId) -> TypeId {
        let tree = self.tree();
        match tree.exprs[expr].kind {
            ExprKind::Ident(_) | ExprKind::Selector { .. } => {
                let (ty, _) = self.type_operand(expr);
                self.record(expr, Mode::Type, ty);
                ty
            }
            ExprKind::Paren(x) => {
                let ty = self.type_or_generic(x);
                self.record(expr, Mode::Type, ty);
                ty
            }
            _ => self.type_expr(expr),
        }
    }

    /// What an identifier used as an expression or type denotes. Records its object and, like every function that returns an operand
    /// for a whole expression except where it says otherwise, leaves recording type and mode to the caller.
    pub(crate) fn ident(&mut self, expr: ExprId, ident: IdentId) -> Operand {
        let Some(obj) = self.lookup(ident) else {
            if !self.name_of(ident).is_blank() && !self.imports_unknown_with_dot() {
                let name = self.tree().name(ident);
                self.error(self.tree().exprs[expr].span, format!("undefined: {name}"));
            }
            return Operand::unknown(expr);
        };
        self.info().set_object(ident, obj);
        self.object_operand(expr, obj)
    }

    /// What an object denotes where it is used as an expression, worked out if it was not: the part of [`Checker::ident`] behind the
    /// lookup, which qualified identifiers share. Records nothing.
    pub(crate) fn object_operand(&mut self, expr: ExprId, obj: ObjRef) -> Operand {
        let ty = self.object_type(obj);
        let is_iota = obj == self.world.universe().iota;
        let Some(object) = self.object(obj) else {
            return Operand::unknown(expr);
        };
        match &object.kind {
            ObjKind::Package(_) | ObjKind::Label => Operand::unknown(expr),
            ObjKind::Const(_) if is_iota => match self.env.iota {
                Some(iota) => Operand::constant(expr, ty, ConstValue::Int(iota)),
                None => Operand::unknown(expr),
            },
            ObjKind::Builtin(builtin) => Operand {
                builtin: Some(*builtin),
                ..Operand::new(expr, Mode::Builtin, TypeId::UNKNOWN)
            },
            ObjKind::Nil => Operand::new(expr, Mode::Nil, TypeId::UNTYPED_NIL),
            // Unknown types stay types, so that what is built from them is recognised as one.
            ObjKind::Type { .. } => Operand::new(expr, Mode::Type, ty),
            _ if ty.is_unknown() => Operand::unknown(expr),
            ObjKind::Const(value) => Operand::constant(expr, ty, value.clone()),
            ObjKind::Var(_) => Operand::new(expr, Mode::Variable, ty),
            ObjKind::Func { .. } => Operand::new(expr, Mode::Value, ty),
        }
    }

    /// Whether any name may come from a package of which nothing is known.
    fn imports_unknown_with_dot(&self) -> bool {
        let dots = &self.files[self.env.file].dot_imports;
        dots.iter().any(|&pkg| self.world.package(pkg).opaque)
    }

    /// A generic type with type arguments: `x[A, B]`, `x` being a type operand. Records the instance.
    pub(crate) fn instantiate_type(&mut self, x: ExprId, indices: &[ExprId]) -> TypeId {
        let generic = self.type_or_generic(x);
        let args: Vec<_> = indices.iter().map(|&index| self.type_expr(index)).collect();
        let obj = self
            .instance_ident(x)
            .and_then(|ident| self.files[self.env.file].info.object_of(ident));
        let params = self.generic_params(generic, obj);
        if params == TypeId::EMPTY_TUPLE || self.world.types.list(params).len() != args.len() {
            return TypeId::UNKNOWN;
        }
        let args = self.world.types.tuple(args);
        let is_alias = matches!(
            obj.and_then(|obj| self.object(obj)).map(|object| &object.kind),
            Some(ObjKind::Type { alias: true, type_params }) if *type_params != TypeId::EMPTY_TUPLE
        );
        let ty = if is_alias {
            self.query().substitute(generic, params, args)
        } else {
            self.query().instantiate(generic, args)
        };
        self.record_instance(x, args, ty);
        ty
    }

    /// The identifier at which an instantiation of `x` is recorded; arguments may already stand behind it.
    pub(crate) fn instance_ident(&self, mut x: ExprId) -> Option<IdentId> {
        let tree = self.tree();
        loop {
            match tree.exprs[x].kind {
                ExprKind::Ident(ident) => return Some(ident),
                ExprKind::Selector { sel, .. } => return Some(sel),
                ExprKind::Paren(inner) | ExprKind::Index { x: inner, .. } | ExprKind::IndexList { x: inner, .. } => {
                    x = inner
                }
                _ => return None,
            }
        }
    }

    /// Records what a generic type or function was instantiated with.
    pub(crate) fn record_instance(&mut self, x: ExprId, args: TypeId, ty: TypeId) {
        if let Some(ident) = self.instance_ident(x) {
            self.info().instances.insert(ident, Instance { args, ty });
        }
    }

    fn array_length(&mut self, expr: ExprId) -> i64 {
        if matches!(self.tree().exprs[expr].kind, ExprKind::Ellipsis(_)) {
            return -1;
        }
        // An untyped length stays untyped.
        let x = self.expr(expr);
        let length = x.value.as_ref().and_then(ConstValue::to_i64);
        length.unwrap_or(-1).max(-1)
    }

    /// A function type with its parameter and result objects declared: the [`Type::Func`](crate::Type::Func), and what a body binds (its
    /// type parameters too). Binds the type parameters: enter a block around it.
    pub(crate) fn func_type(&mut self, ty: FuncTypeId) -> (TypeId, Vec<(Sym, u32)>) {
        let tree = self.tree();
        let ty = tree.func_types[ty];
        let (type_params, mut bound) = match ty.type_params {
            Some(list) => self.type_params(list),
            None => (TypeId::EMPTY_TUPLE, Vec::new()),
        };
        let (params, variadic) = self.parameters(ty.params, VarKind::Param, &mut bound);
        let (results, _) = match ty.results {
            Some(list) => self.parameters(list, VarKind::Result, &mut bound),
            None => (TypeId::EMPTY_TUPLE, false),
        };
        let sig = self.intern(Type::Func(Signature {
            params,
            results,
            variadic,
            type_params,
        }));
        (sig, bound)
    }

    fn parameters(&mut self, list: FieldListId, kind: VarKind, bound: &mut Vec<(Sym, u32)>) -> (TypeId, bool) {
        let tree = self.tree();
        let mut types = Vec::new();
        let mut variadic = false;
        for field in tree.fields(list) {
            let ty = match tree.exprs[field.ty].kind {
                ExprKind::Ellipsis(Some(elem)) => {
                    variadic = true;
                    let elem = self.type_expr(elem);
                    let ty = self.world.types.slice(elem);
                    self.record(field.ty, Mode::Type, ty);
                    ty
                }
                _ => self.type_expr(field.ty),
            };
            let names = tree.idents(field.names);
            for &ident in names {
                let obj = self.declare(ident, Some(ty), ObjKind::Var(kind));
                bound.push((tree.idents[ident].name, obj.index));
                types.push(ty);
            }
            if names.is_empty() {
                types.push(ty);
            }
        }
        (self.world.types.tuple(types), variadic)
    }

    fn struct_type(&mut self, list: FieldListId) -> TypeId {
        let tree = self.tree();
        let mut fields = Vec::new();
        for field in tree.fields(list) {
            let ty = self.type_expr(field.ty);
            let tag = field.tag.and_then(|tag| self.tag(tag));
            let kind = ObjKind::Var(VarKind::Field);
            for &ident in tree.idents(field.names) {
                let obj = self.declare(ident, Some(ty), kind.clone());
                fields.push(Field {
                    name: self.name_of(ident),
                    ty,
                    tag,
                    obj,
                    embedded: false,
                });
            }
            if field.names.is_empty() {
                let Some(ident) = self.embedded_name(field.ty) else {
                    continue;
                };
                let name = self.name_of(ident);
                let pos = Pos::new(self.env.file, tree.idents[ident].start);
                let obj = self.add_object(name, pos, Some(ty), kind);
                fields.push(Field {
                    name,
                    ty,
                    tag,
                    obj,
                    embedded: true,
                });
            }
        }
        self.intern(Type::Struct(fields))
    }

    /// The name an embedded field has: that of its type without package, pointer and arguments.
    fn embedded_name(&self, mut expr: ExprId) -> Option<IdentId> {
        let tree = self.tree();
        loop {
            match tree.exprs[expr].kind {
                ExprKind::Ident(ident) => return Some(ident),
                ExprKind::Selector { sel, .. } => return Some(sel),
                ExprKind::Star(x) | ExprKind::Paren(x) | ExprKind::Index { x, .. } | ExprKind::IndexList { x, .. } => {
                    expr = x
                }
                _ => return None,
            }
        }
    }

    fn tag(&mut self, tag: ExprId) -> Option<Name> {
        match self.basic_literal(tag).value {
            Some(ConstValue::String(bytes)) if !bytes.is_empty() => {
                Some(self.world.name(&String::from_utf8_lossy(&bytes)))
            }
            _ => None,
        }
    }

    fn interface_type(&mut self, list: FieldListId) -> TypeId {
        let tree = self.tree();
        let mut methods = Vec::new();
        let mut embeds = Vec::new();
        for field in tree.fields(list) {
            let Some(&ident) = tree.idents(field.names).first() else {
                embeds.push(self.union_expr(field.ty));
                continue;
            };
            let ExprKind::Func(func) = tree.exprs[field.ty].kind else {
                continue;
            };
            let mark = self.enter();
            let (sig, _) = self.func_type(func);
            self.leave(mark);
            self.record(field.ty, Mode::Type, sig);
            let kind = ObjKind::Func {
                recv: Some(TypeId::UNKNOWN),
                recv_params: TypeId::EMPTY_TUPLE,
            };
            let obj = self.declare(ident, Some(sig), kind);
            methods.push(Method {
                name: self.name_of(ident),
                sig,
                obj,
            });
        }
        let objs: Vec<_> = methods.iter().map(|method| method.obj).collect();
        let ty = self.intern(Type::Interface(InterfaceType {
            methods,
            embeds,
            implicit: false,
        }));
        for obj in objs {
            if let ObjKind::Func { recv, .. } = &mut self.tables.objects[obj.index as usize].kind {
                *recv = Some(ty);
            }
        }
        ty
    }
}
