//! Calls of built-in functions.
//!
//! Where a call is not constant, the function is recorded with the type it has in this call.

use gosleuth_syntax::ast::{BinaryOp, ExprId, ExprKind, UnaryOp};

use super::{Checker, Operand};
use crate::constant::ConstValue;
use crate::info::Mode;
use crate::object::Builtin;
use crate::sizes::Sizes;
use crate::types::{BasicKind, Signature, Type, TypeId};

const POINTER: TypeId = TypeId::basic(BasicKind::UnsafePointer);

/// A call under check.
struct Call<'t> {
    expr: ExprId,
    fun: ExprId,
    args: &'t [ExprId],
    spread: bool,
}

impl<'w> Checker<'w> {
    /// A call of a built-in function, `call` being the call expression. Arguments are evaluated here; the caller records the result.
    pub(crate) fn builtin(&mut self, call: ExprId, builtin: Builtin) -> Operand {
        let tree = self.tree();
        let ExprKind::Call { fun, args, spread } = tree.exprs[call].kind else {
            return Operand::unknown(call);
        };
        let call = Call {
            expr: call,
            fun,
            args: tree.exprs(args),
            spread,
        };
        let result = match builtin {
            Builtin::Append => self.append(&call),
            Builtin::Cap | Builtin::Len => self.length(&call),
            Builtin::Clear | Builtin::Close => self.on_any(&call),
            Builtin::Complex => self.complex(&call),
            Builtin::Copy => self.copy(&call),
            Builtin::Delete => self.delete(&call),
            Builtin::Real | Builtin::Imag => self.complex_part(&call, builtin == Builtin::Real),
            Builtin::Make => self.make(&call),
            Builtin::Max | Builtin::Min => self.extreme(&call, builtin == Builtin::Max),
            Builtin::New => self.new_pointer(&call),
            Builtin::Panic => {
                let args = self.arguments_of(&call);
                self.settle_arguments(args, Some(TypeId::EMPTY_INTERFACE));
                self.called(&call, &[TypeId::EMPTY_INTERFACE], false, None)
            }
            Builtin::Print | Builtin::Println => {
                let args = self.arguments_of(&call);
                let types = self.settle_arguments(args, None);
                self.called(&call, &types, false, None)
            }
            Builtin::Recover => self.called(&call, &[], false, Some(TypeId::EMPTY_INTERFACE)),
            Builtin::Add => self.add(&call),
            Builtin::Alignof | Builtin::Sizeof => self.size_or_align(&call, builtin == Builtin::Sizeof),
            Builtin::Offsetof => self.offset(&call),
            Builtin::Slice | Builtin::String => self.pointer_to(&call, builtin == Builtin::Slice),
            Builtin::SliceData => self.slice_data(&call),
            Builtin::StringData => {
                let args = self.arguments_of(&call);
                self.settle_arguments(args, Some(TypeId::STRING));
                let result = self.world.types.pointer(TypeId::BYTE);
                self.called(&call, &[TypeId::STRING], false, Some(result))
            }
        };
        result.unwrap_or_else(|| Operand::unknown(call.expr))
    }

    /// The arguments as values; the results of a single call are spread.
    fn arguments_of(&mut self, call: &Call<'_>) -> Vec<Operand> {
        if let &[arg] = call.args {
            let x = self.multi_expr(arg);
            return match self.ty(x.ty) {
                Type::Tuple(types) if x.mode == Mode::Value => {
                    types.iter().map(|&ty| Operand::new(arg, Mode::Value, ty)).collect()
                }
                _ if x.mode == Mode::NoValue => vec![Operand::unknown(arg)],
                _ => vec![x],
            };
        }
        call.args.iter().map(|&arg| self.expr(arg)).collect()
    }

    fn settle_arguments(&mut self, args: Vec<Operand>, target: Option<TypeId>) -> Vec<TypeId> {
        args.into_iter()
            .map(|mut x| self.assignment_or_nil(&mut x, target))
            .collect()
    }

    /// An argument's type after assignment; that of `nil` stays.
    fn assignment_or_nil(&mut self, x: &mut Operand, target: Option<TypeId>) -> TypeId {
        self.assignment(x, target);
        x.ty
    }

    /// Records the function's type and gives the result of the call: nothing, or a value.
    fn called(
        &mut self,
        call: &Call<'_>,
        params: &[TypeId],
        variadic: bool,
        result: Option<TypeId>,
    ) -> Option<Operand> {
        let types = &self.world.types;
        let sig = Signature {
            params: types.tuple(params.to_vec()),
            results: types.tuple(result.into_iter().collect()),
            variadic,
            type_params: TypeId::EMPTY_TUPLE,
        };
        let sig = types.intern(Type::Func(sig));
        self.record_through_parens(call.fun, Mode::Builtin, sig);
        Some(match result {
            Some(ty) => Operand::new(call.expr, Mode::Value, ty),
            None => Operand::new(call.expr, Mode::NoValue, TypeId::EMPTY_TUPLE),
        })
    }

    fn append(&mut self, call: &Call<'_>) -> Option<Operand> {
        let (&first, rest) = call.args.split_first()?;
        let first = self.multi_expr(first);
        let (slice, spread_results) = match self.ty(first.ty) {
            Type::Tuple(types) if rest.is_empty() => (*types.first()?, true),
            _ => (first.ty, false),
        };
        let elem = match *self.core(slice) {
            Type::Slice(elem) if !spread_results || first.mode == Mode::Value => elem,
            _ => {
                // A type parameter may have bytes of several kinds; what is appended to it is a value all the same.
                for &arg in rest {
                    let mut x = self.expr(arg);
                    self.assignment(&mut x, None);
                }
                return match self.ty(slice) {
                    Type::TypeParam(_) => Some(Operand::new(call.expr, Mode::Value, slice)),
                    _ => None,
                };
            }
        };
        if call.spread
            && let &[last] = rest
            && self.basic(elem) == Some(BasicKind::Uint8)
        {
            let mut x = self.expr_with_hint(last, Some(slice));
            if self.is_byte_string(x.ty) {
                let text = if self.query().is_untyped(x.ty) {
                    TypeId::STRING
                } else {
                    x.ty
                };
                return self.called(call, &[slice, text], true, Some(slice));
            }
            let list = self.world.types.slice(elem);
            self.assignment(&mut x, Some(list));
            return self.called(call, &[slice, list], true, Some(slice));
        }
        let list = self.world.types.slice(elem);
        let target = if call.spread { list } else { elem };
        for &arg in rest {
            let mut x = self.expr_with_hint(arg, Some(target));
            self.assignment(&mut x, Some(target));
        }
        self.called(call, &[slice, list], true, Some(slice))
    }

    /// `len` and `cap`: constant for constant strings, and for arrays that need not be evaluated.
    fn length(&mut self, call: &Call<'_>) -> Option<Operand> {
        let x = self.arguments_of(call).into_iter().next()?;
        if x.is_unknown() {
            // Whatever it is, its length is an `int`.
            return Some(Operand::new(call.expr, Mode::Value, TypeId::INT));
        }
        let constant = |value| Some(Operand::constant(call.expr, TypeId::INT, value));
        if x.mode == Mode::Constant {
            let len = x.value.as_ref().and_then(ConstValue::as_bytes).map(<[u8]>::len);
            return constant(len.map_or(ConstValue::Unknown, |len| ConstValue::Int(len as i64)));
        }
        if !matches!(self.ty(x.ty), Type::TypeParam(_)) {
            let array = match *self.under(x.ty) {
                Type::Pointer(array) => self.under(array),
                ref other => other,
            };
            if let &Type::Array { len, .. } = array
                && call.args.iter().all(|&arg| !self.calls_or_receives(arg))
            {
                return constant(if len < 0 {
                    ConstValue::Unknown
                } else {
                    ConstValue::Int(len)
                });
            }
        }
        self.called(call, &[x.ty], false, Some(TypeId::INT))
    }

    /// Whether evaluating an expression that was checked calls a function or receives, so that it has to be evaluated.
    fn calls_or_receives(&self, expr: ExprId) -> bool {
        let tree = self.tree();
        let info = &self.files[self.env.file].info;
        let mut rest = vec![expr];
        while let Some(expr) = rest.pop() {
            if matches!(info.mode_of(expr), Mode::Constant | Mode::Type) {
                continue;
            }
            match tree.exprs[expr].kind {
                ExprKind::Unary { op: UnaryOp::Recv, .. } => return true,
                ExprKind::Call { fun, args, .. } => {
                    if info.mode_of(fun) != Mode::Type {
                        return true;
                    }
                    rest.extend(tree.exprs(args));
                }
                ExprKind::Paren(x)
                | ExprKind::Star(x)
                | ExprKind::Unary { x, .. }
                | ExprKind::Selector { x, .. }
                | ExprKind::TypeAssert { x, .. } => rest.push(x),
                ExprKind::Binary { x, y, .. } => rest.extend([x, y]),
                ExprKind::Index { x, index } => rest.extend([x, index]),
                ExprKind::Slice { x, lo, hi } => rest.extend([Some(x), lo, hi].into_iter().flatten()),
                ExprKind::Slice3 { x, parts, .. } => {
                    rest.push(x);
                    rest.extend(tree.exprs(parts));
                }
                ExprKind::Composite { elems, .. } => rest.extend(tree.exprs(elems)),
                ExprKind::KeyValue { key, value } => rest.extend([key, value]),
                _ => {}
            }
        }
        false
    }

    /// `clear` and `close`.
    fn on_any(&mut self, call: &Call<'_>) -> Option<Operand> {
        let x = self.arguments_of(call).into_iter().next()?;
        self.called(call, &[x.ty], false, None)
    }

    fn complex(&mut self, call: &Call<'_>) -> Option<Operand> {
        let mut args = self.arguments_of(call).into_iter();
        let (mut x, mut y) = (args.next()?, args.next()?);
        let untyped = |this: &Self, x: &Operand| this.query().is_untyped(x.ty);
        let constant = x.mode == Mode::Constant && y.mode == Mode::Constant;
        match (untyped(self, &x), untyped(self, &y)) {
            (true, true) if !constant => {
                let float = TypeId::basic(BasicKind::Float64);
                self.convert_untyped(&mut x, float);
                self.convert_untyped(&mut y, float);
            }
            (true, false) => self.convert_untyped(&mut x, y.ty),
            (false, true) => self.convert_untyped(&mut y, x.ty),
            _ => {}
        }
        let ty = match self.basic(x.ty)? {
            BasicKind::Float32 => BasicKind::Complex64,
            BasicKind::Float64 => BasicKind::Complex128,
            kind if kind.is_untyped() && kind.is_numeric() => BasicKind::UntypedComplex,
            _ => return None,
        };
        let ty = TypeId::basic(ty);
        match (&x.value, &y.value) {
            (Some(re), Some(im)) if constant => {
                let value = ConstValue::make_complex(re, im);
                Some(Operand::constant(call.expr, ty, value))
            }
            _ => self.called(call, &[x.ty, y.ty], false, Some(ty)),
        }
    }

    fn complex_part(&mut self, call: &Call<'_>, real: bool) -> Option<Operand> {
        let mut x = self.arguments_of(call).into_iter().next()?;
        if x.mode != Mode::Constant {
            self.convert_untyped(&mut x, TypeId::basic(BasicKind::Complex128));
        }
        let ty = match self.basic(x.ty)? {
            BasicKind::Complex64 => BasicKind::Float32,
            BasicKind::Complex128 => BasicKind::Float64,
            kind if kind.is_untyped() && kind.is_numeric() => BasicKind::UntypedFloat,
            _ => return None,
        };
        let ty = TypeId::basic(ty);
        match &x.value {
            Some(value) if x.mode == Mode::Constant => {
                let part = if real { value.real() } else { value.imag() };
                Some(Operand::constant(call.expr, ty, part))
            }
            _ => self.called(call, &[x.ty], false, Some(ty)),
        }
    }

    fn copy(&mut self, call: &Call<'_>) -> Option<Operand> {
        let args = self.arguments_of(call);
        let [to, from] = &args[..] else {
            return None;
        };
        let from = if self.query().is_untyped(from.ty) {
            TypeId::STRING
        } else {
            from.ty
        };
        self.called(call, &[to.ty, from], false, Some(TypeId::INT))
    }

    fn delete(&mut self, call: &Call<'_>) -> Option<Operand> {
        let mut args = self.arguments_of(call).into_iter();
        let (map, mut key) = (args.next()?, args.next()?);
        let key_type = match *self.core(map.ty) {
            Type::Map { key, .. } => key,
            // Maps of several types have one type of keys.
            _ => match self.terms(map.ty)?.first().map(|term| self.under(term.ty)) {
                Some(&Type::Map { key, .. }) => key,
                _ => TypeId::UNKNOWN,
            },
        };
        self.assignment(&mut key, Some(key_type));
        self.called(call, &[map.ty, key_type], false, None)
    }

    fn make(&mut self, call: &Call<'_>) -> Option<Operand> {
        let (&ty, sizes) = call.args.split_first()?;
        let ty = self.type_expr(ty);
        let mut params = vec![ty];
        params.extend(sizes.iter().map(|&size| self.index_value(size).ty));
        self.called(call, &params, false, Some(ty))
    }

    /// `max` and `min`
    fn extreme(&mut self, call: &Call<'_>, max: bool) -> Option<Operand> {
        let args = self.arguments_of(call);
        let op = if max { BinaryOp::Greater } else { BinaryOp::Less };
        let count = args.len();
        let mut args = args.into_iter();
        let mut best = args.next()?;
        let mut all = vec![best.expr];
        for mut x in args {
            all.push(x.expr);
            if best.is_unknown() || x.is_unknown() {
                best = if best.is_unknown() { x } else { best };
                best.mode = if best.is_unknown() { Mode::Unknown } else { Mode::Value };
                continue;
            }
            if !self.match_types(&mut best, &mut x) {
                return None;
            }
            if best.mode == Mode::Constant && x.mode == Mode::Constant {
                let better = match (&x.value, &best.value) {
                    (Some(a), Some(b)) => ConstValue::compare(op, a, b),
                    _ => None,
                };
                match better {
                    Some(true) => best.value = x.value,
                    Some(false) => {}
                    None => best.value = Some(ConstValue::Unknown),
                }
            } else {
                best.mode = Mode::Value;
            }
        }
        let ty = best.ty;
        if ty.is_unknown() {
            return None;
        }
        for expr in all {
            self.update_recorded(expr, ty);
        }
        if best.mode == Mode::Constant {
            return Some(Operand::constant(
                call.expr,
                ty,
                best.value.unwrap_or(ConstValue::Unknown),
            ));
        }
        self.called(call, &vec![ty; count], false, Some(ty))
    }

    /// `new(T)`, `new(value)`
    fn new_pointer(&mut self, call: &Call<'_>) -> Option<Operand> {
        let mut x = self.expr_or_type(*call.args.first()?);
        if x.mode != Mode::Type {
            self.assignment(&mut x, None);
        }
        if x.ty == TypeId::UNTYPED_NIL {
            return None;
        }
        let pointer = self.world.types.pointer(x.ty);
        self.called(call, &[x.ty], false, Some(pointer))
    }

    fn add(&mut self, call: &Call<'_>) -> Option<Operand> {
        let mut args = self.arguments_of(call).into_iter();
        let (mut pointer, mut len) = (args.next()?, args.next()?);
        self.assignment(&mut pointer, Some(POINTER));
        self.convert_untyped(&mut len, TypeId::INT);
        self.called(call, &[POINTER, len.ty], false, Some(POINTER))
    }

    /// `unsafe.Slice` and `unsafe.String`
    fn pointer_to(&mut self, call: &Call<'_>, slice: bool) -> Option<Operand> {
        let mut args = self.arguments_of(call).into_iter();
        let (pointer, mut len) = (args.next()?, args.next()?);
        self.convert_untyped(&mut len, TypeId::INT);
        let (param, result) = match *self.core(pointer.ty) {
            Type::Pointer(elem) if slice => (pointer.ty, self.world.types.slice(elem)),
            _ if slice => return None,
            _ => (self.world.types.pointer(TypeId::BYTE), TypeId::STRING),
        };
        self.called(call, &[param, len.ty], false, Some(result))
    }

    fn slice_data(&mut self, call: &Call<'_>) -> Option<Operand> {
        let x = self.arguments_of(call).into_iter().next()?;
        let Type::Slice(elem) = *self.core(x.ty) else {
            return None;
        };
        let result = self.world.types.pointer(elem);
        self.called(call, &[x.ty], false, Some(result))
    }

    fn size_or_align(&mut self, call: &Call<'_>, size: bool) -> Option<Operand> {
        let mut x = self.arguments_of(call).into_iter().next()?;
        self.assignment(&mut x, None);
        let query = self.query();
        let sizes = Sizes::new(&query, self.word_size);
        if sizes.is_open(x.ty) {
            return self.called(call, &[x.ty], false, Some(TypeId::UINTPTR));
        }
        let value = if size { sizes.size(x.ty) } else { sizes.align(x.ty) };
        Some(self.size_constant(call, value))
    }

    fn size_constant(&self, call: &Call<'_>, value: Option<i64>) -> Operand {
        let value = value.map_or(ConstValue::Unknown, ConstValue::Int);
        Operand::constant(call.expr, TypeId::UINTPTR, value)
    }

    /// `unsafe.Offsetof(x.f)`: the way to the field goes through embedded structs, not through pointers.
    fn offset(&mut self, call: &Call<'_>) -> Option<Operand> {
        let arg = *call.args.first()?;
        self.expr(arg);
        let tree = self.tree();
        let mut selector = arg;
        while let ExprKind::Paren(x) = tree.exprs[selector].kind {
            selector = x;
        }
        let info = &self.files[self.env.file].info;
        let Some(selection) = info.selections.get(&selector) else {
            return Some(self.size_constant(call, None));
        };
        let query = self.query();
        let sizes = Sizes::new(&query, self.word_size);
        let base = match *self.under(selection.recv) {
            Type::Pointer(elem) => elem,
            _ => selection.recv,
        };
        let mut offset = Some(0i64);
        let mut ty = base;
        for &place in &selection.path {
            let Type::Struct(fields) = self.under(ty) else {
                offset = None;
                break;
            };
            let step = sizes.offset(fields, place as usize);
            offset = offset.and_then(|offset| offset.checked_add(step?));
            ty = fields.get(place as usize).map_or(TypeId::UNKNOWN, |field| field.ty);
        }
        if offset.is_none() && sizes.is_open(base) {
            let ty = self.files[self.env.file].info.type_of(arg);
            return self.called(call, &[ty], false, Some(TypeId::UINTPTR));
        }
        Some(self.size_constant(call, offset))
    }
}
