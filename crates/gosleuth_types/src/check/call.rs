//! Calls and instantiation of generic functions.

use gosleuth_syntax::ast::ExprId;

use super::{Checker, Operand};
use crate::types::TypeId;

impl Checker<'_> {
    /// A call expression: conversion, built-in function or function call, generic ones included. The result has the mode
    /// `NoValue` without results, and a tuple as type with several.
    pub(crate) fn call(&mut self, call: ExprId) -> Operand {
        Operand::unknown(call)
    }

    /// `f[A, B]` where `f` is a generic function (`x`), not called: with `hint` (the type of what it is assigned to) arguments that are not
    /// given are inferred. Records the instance.
    pub(crate) fn instantiate_function(&mut self, x: &mut Operand, indices: &[ExprId], hint: Option<TypeId>) {
        let _ = (x, indices, hint);
    }
}
