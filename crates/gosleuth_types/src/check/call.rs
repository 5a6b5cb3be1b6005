//! Calls and instantiation of generic functions.

use gosleuth_syntax::ast::{ExprId, ExprKind};

use super::{Checker, Operand};
use crate::info::{Mode, SelectionKind};
use crate::object::ObjKind;
use crate::query::InferArgument;
use crate::types::{Signature, Type, TypeFlags, TypeId};

impl<'w> Checker<'w> {
    /// A call expression: conversion, built-in function or function call, generic ones included. The result has the mode
    /// `NoValue` without results, and a tuple as type with several.
    pub(crate) fn call(&mut self, call: ExprId) -> Operand {
        let tree = self.tree();
        let ExprKind::Call { spread, fun, args } = tree.exprs[call].kind else {
            return Operand::unknown(call);
        };
        let args = tree.exprs(args);
        let callee = self.raw_expr(fun, None);
        match (callee.mode, callee.builtin) {
            (Mode::Type, _) => return self.conversion_call(call, callee.ty, args),
            (Mode::Builtin, Some(builtin)) => return self.builtin(call, builtin),
            _ => {}
        }
        let Some(&sig) = self.signature_of(&callee) else {
            for mut arg in self.arguments(args) {
                self.assignment(&mut arg, None);
            }
            return Operand::unknown(call);
        };
        let mut args = self.arguments(args);
        let params = Params {
            types: self.world.types.list(sig.params),
            variadic: sig.variadic && !spread,
        };
        let sig = if sig.type_params == TypeId::EMPTY_TUPLE {
            self.pass(&mut args, &params);
            sig
        } else {
            match self.generic_call(fun, callee.ty, &params, &mut args) {
                Some(sig) => sig,
                None => {
                    // What does not depend on the type arguments is known all the same.
                    let types = &self.world.types;
                    let open = self.query().instantiate_signature(callee.ty, TypeId::EMPTY_TUPLE);
                    let &Type::Func(sig) = self.ty(open) else {
                        return Operand::unknown(call);
                    };
                    let params = Params {
                        types: types.list(sig.params),
                        variadic: params.variadic,
                    };
                    self.pass(&mut args, &params);
                    sig
                }
            }
        };
        match self.world.types.list(sig.results) {
            [] => Operand::new(call, Mode::NoValue, TypeId::EMPTY_TUPLE),
            [result] => Operand::new(call, Mode::Value, *result),
            _ => Operand::new(call, Mode::Value, sig.results),
        }
    }

    /// `T(x)`
    fn conversion_call(&mut self, call: ExprId, target: TypeId, args: &[ExprId]) -> Operand {
        let [arg] = args else {
            for &arg in args {
                self.expr(arg);
            }
            return Operand::unknown(call);
        };
        let mut x = self.expr_with_hint(*arg, Some(target));
        self.conversion(&mut x, target);
        x.expr = call;
        x
    }

    /// The signature behind the type of something that is called.
    fn signature_of(&self, callee: &Operand) -> Option<&'w Signature> {
        if matches!(callee.mode, Mode::Unknown | Mode::NoValue | Mode::Builtin | Mode::Type) {
            return None;
        }
        let core = match self.ty(callee.ty) {
            Type::Func(_) => callee.ty,
            _ => self.query().core_type(callee.ty)?,
        };
        match self.ty(core) {
            Type::Func(sig) => Some(sig),
            _ => None,
        }
    }

    /// The arguments of a call; the results of a call that is the only argument are several.
    pub(crate) fn arguments(&mut self, args: &[ExprId]) -> Vec<Operand> {
        if let &[arg] = args {
            let x = self.multi_expr(arg);
            if x.mode == Mode::Value
                && let Type::Tuple(types) = self.ty(x.ty)
            {
                return types.iter().map(|&ty| Operand::new(arg, Mode::Value, ty)).collect();
            }
            return vec![x];
        }
        args.iter().map(|&arg| self.multi_expr(arg)).collect()
    }

    /// Settles arguments passed to parameters.
    fn pass(&mut self, args: &mut [Operand], params: &Params<'_>) {
        for (place, arg) in args.iter_mut().enumerate() {
            let target = params.at(self, place);
            if self.is_generic_function(arg) {
                self.instantiate_function(arg, &[], target);
            }
            self.assignment(arg, target);
        }
    }

    /// Finds the type arguments of a call of `fun`, a generic function of type `generic`, and settles its arguments; `None` if there is
    /// no telling.
    fn generic_call(
        &mut self,
        fun: ExprId,
        generic: TypeId,
        params: &Params<'_>,
        args: &mut [Operand],
    ) -> Option<Signature> {
        let function = self.generic_function(fun, generic)?;
        let given = self.partial_instance(fun, generic);
        let params = &Params {
            types: self.world.types.list(function.sig.params),
            variadic: params.variadic,
        };
        let mut arguments = Vec::with_capacity(args.len());
        for (place, arg) in args.iter().enumerate() {
            if let Some(param) = params.at(self, place)
                && !arg.is_unknown()
                && self.world.types.flags(param).has(TypeFlags::PARAMS)
            {
                let given = match self.is_generic_function(arg) {
                    true => self.partial_instance(arg.expr, arg.ty),
                    false => TypeId::EMPTY_TUPLE,
                };
                arguments.push(InferArgument {
                    param,
                    arg: arg.ty,
                    given,
                });
            }
        }
        let types = &self.world.types;
        let given = function.with_receiver(types.list(given));
        let found = self
            .query()
            .infer(types.tuple(function.params.clone()), &given, &arguments)?;
        let (all, mut others) = found.split_at_checked(function.params.len())?;
        let instance = self.function_instance(fun, &function, all);
        self.record(fun, Mode::Value, instance);
        for (place, arg) in args.iter_mut().enumerate() {
            let param = params.at(self, place);
            if self.is_generic_function(arg)
                && param.is_some_and(|param| types.flags(param).has(TypeFlags::PARAMS))
                && let Some(function) = self.generic_function(arg.expr, arg.ty)
            {
                let own = function.params.len() - function.receiver.len();
                let (theirs, rest) = others.split_at_checked(own)?;
                others = rest;
                let all = function.with_receiver(theirs);
                arg.ty = self.function_instance(arg.expr, &function, &all);
                self.record(arg.expr, Mode::Value, arg.ty);
            }
        }
        let &Type::Func(sig) = self.ty(instance) else {
            return None;
        };
        let params = Params {
            types: types.list(sig.params),
            variadic: params.variadic,
        };
        self.pass(args, &params);
        Some(sig)
    }

    /// Whether an operand is a generic function that was not given all its type arguments.
    pub(crate) fn is_generic_function(&self, x: &Operand) -> bool {
        x.mode == Mode::Value && matches!(self.ty(x.ty), Type::Func(sig) if sig.type_params != TypeId::EMPTY_TUPLE)
    }

    /// `f[A, B]` where `f` is a generic function (`x`), or `f` alone: with `hint` (the type of what it is assigned to) arguments that are
    /// not given are inferred. Records the instance. If type arguments are missing the function stays generic, and those that are given
    /// are recorded until a call has the others.
    pub(crate) fn instantiate_function(&mut self, x: &mut Operand, indices: &[ExprId], hint: Option<TypeId>) {
        let generic = x.ty;
        let Some(function) = self.generic_function(x.expr, generic) else {
            for &index in indices {
                self.type_expr(index);
            }
            return;
        };
        let types = &self.world.types;
        let given = match indices {
            [] => self.partial_instance(x.expr, generic),
            _ => {
                let given = indices.iter().map(|&index| self.type_expr(index)).collect();
                types.tuple(given)
            }
        };
        let mut arguments = Vec::new();
        if let Some(hint) = hint
            && let Some(target) = self.query().core_type(hint)
            && let Type::Func(_) = self.ty(target)
        {
            arguments.push(InferArgument {
                param: self.intern(Type::Func(function.sig)),
                arg: hint,
                given: TypeId::EMPTY_TUPLE,
            });
        }
        let all = function.with_receiver(types.list(given));
        match self
            .query()
            .infer(types.tuple(function.params.clone()), &all, &arguments)
        {
            Some(args) => {
                x.ty = self.function_instance(x.expr, &function, &args);
                x.mode = Mode::Value;
                if indices.is_empty() {
                    self.record(x.expr, Mode::Value, x.ty);
                }
            }
            None if !indices.is_empty() => {
                self.record_instance(x.expr, given, generic);
            }
            None => {}
        }
    }

    /// The type arguments written for a generic function of which some are missing, a tuple.
    fn partial_instance(&mut self, fun: ExprId, generic: TypeId) -> TypeId {
        let Some(ident) = self.instance_ident(fun) else {
            return TypeId::EMPTY_TUPLE;
        };
        match self.info().instances.get(&ident) {
            // What stands there for a complete instance has another type.
            Some(instance) if instance.ty == generic => instance.args,
            _ => TypeId::EMPTY_TUPLE,
        }
    }

    /// Records what a generic function is instantiated with, all type arguments given; returns the type of the instance.
    fn function_instance(&mut self, fun: ExprId, function: &GenericFunction, args: &[TypeId]) -> TypeId {
        let bare = self.intern(Type::Func(function.sig));
        let ty = self.query().substitute_lists(bare, &function.params, args);
        let own = args.get(function.receiver.len()..).unwrap_or_default();
        self.record_instance(fun, self.world.types.tuple(own.to_vec()), ty);
        ty
    }

    /// What a generic function of type `generic`, named by `fun`, declares.
    fn generic_function(&self, fun: ExprId, generic: TypeId) -> Option<GenericFunction> {
        let &Type::Func(sig) = self.ty(generic) else {
            return None;
        };
        let own = self.world.types.list(sig.type_params);
        let function = GenericFunction {
            params: own.to_vec(),
            receiver: Vec::new(),
            sig: Signature {
                type_params: TypeId::EMPTY_TUPLE,
                ..sig
            },
        };
        Some(self.generic_method(fun, own).unwrap_or(function))
    }

    /// A generic method of a generic type: it has the type parameters of its receiver besides its own. Its declaration is what counts: the
    /// type of the selector speaks of the receiver's type arguments, and these may contain the method's own type parameters.
    fn generic_method(&self, mut fun: ExprId, own: &[TypeId]) -> Option<GenericFunction> {
        let tree = self.tree();
        while let ExprKind::Paren(x) | ExprKind::Index { x, .. } | ExprKind::IndexList { x, .. } = tree.exprs[fun].kind
        {
            fun = x;
        }
        let selection = self.files[self.env.file].info.selections.get(&fun)?;
        let method = self.object(selection.obj)?;
        let ObjKind::Func { recv_params, .. } = method.kind else {
            return None;
        };
        let types = &self.world.types;
        let mut params = types.list(recv_params).to_vec();
        let receiver = types.list(self.query().receiver_args(selection)).to_vec();
        if params.is_empty() || params.len() != receiver.len() {
            return None;
        }
        params.extend_from_slice(own);
        let ty = match selection.kind {
            SelectionKind::MethodExpr => self.method_expression(selection.recv, method.ty?),
            _ => method.ty?,
        };
        let &Type::Func(sig) = self.ty(ty) else {
            return None;
        };
        let sig = Signature {
            type_params: TypeId::EMPTY_TUPLE,
            ..sig
        };
        Some(GenericFunction { params, receiver, sig })
    }
}

/// A generic function as declared.
struct GenericFunction {
    /// The type parameters of the receiver, then its own.
    params: Vec<TypeId>,
    /// The type arguments of the receiver.
    receiver: Vec<TypeId>,
    /// The signature in terms of `params`.
    sig: Signature,
}

impl GenericFunction {
    /// Type arguments with those of the receiver before them.
    fn with_receiver(&self, own: &[TypeId]) -> Vec<TypeId> {
        let mut all = self.receiver.clone();
        all.extend_from_slice(own);
        all
    }
}

/// The parameters of a call.
struct Params<'p> {
    types: &'p [TypeId],
    /// Whether the last one takes any number of arguments.
    variadic: bool,
}

impl Params<'_> {
    /// The type of the parameter for the argument at a place; `None` where there is no parameter or nothing known of it.
    fn at(&self, checker: &Checker<'_>, place: usize) -> Option<TypeId> {
        let (&last, before) = self.types.split_last()?;
        let ty = if self.variadic && place >= before.len() {
            match *checker.ty(last) {
                Type::Slice(elem) => elem,
                _ => TypeId::UNKNOWN,
            }
        } else {
            self.types.get(place).copied()?
        };
        (!ty.is_unknown()).then_some(ty)
    }
}

#[cfg(test)]
mod tests;
