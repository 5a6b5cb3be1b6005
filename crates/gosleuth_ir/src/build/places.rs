//! Variables, fields and elements: where values are kept.

use gosleuth_syntax::ast::{ExprId, ExprKind, IdentId};
use gosleuth_types::{Mode, ObjKind, ObjRef, SelectionKind, Type, TypeId, VarKind};

use super::Builder;
use super::ssa::Var;
use crate::ir::{Capture, Op, ValueId};

/// Somewhere a value can be read from, and mostly written to. The type is that of the value.
#[derive(Clone, Copy, Debug)]
pub(super) enum Place {
    /// `_`
    Blank,
    /// A variable that is no cell.
    Var(Var, TypeId),
    /// Memory.
    Addr(ValueId, TypeId),
    /// An element of a map.
    Element { map: ValueId, key: ValueId, ty: TypeId },
    /// A value without place.
    Value(ValueId, TypeId),
}

impl Place {
    pub(super) fn ty(self) -> TypeId {
        match self {
            Self::Blank => TypeId::UNKNOWN,
            Self::Var(_, ty) | Self::Addr(_, ty) | Self::Element { ty, .. } | Self::Value(_, ty) => ty,
        }
    }
}

impl Builder<'_, '_> {
    /// Whether a variable is a cell.
    fn is_cell(&self, obj: ObjRef, ty: TypeId) -> bool {
        self.vars.is_cell(obj) || matches!(self.under(ty), Type::Struct(_) | Type::Array { .. })
    }

    /// Declares a local variable with a first value, or the zero value.
    pub(super) fn declare_var(&mut self, obj: ObjRef, ty: TypeId, value: Option<ValueId>, pos: u32) {
        if self.is_cell(obj, ty) {
            let pointer = self.query().world.types.pointer(ty);
            let cell = self.emit(Op::Alloc { var: Some(obj) }, pointer, pos);
            self.write_var(Var::Object(obj.index), pointer, cell);
            if let Some(value) = value {
                self.store(Place::Addr(cell, ty), value, pos);
            }
        } else {
            let value = value.unwrap_or_else(|| self.emit(Op::Zero, ty, pos));
            self.write_var(Var::Object(obj.index), ty, value);
        }
    }

    /// Declares a named result. Deferred calls may read and write it when the function has ended, so it is a cell where there are any.
    pub(super) fn declare_result(&mut self, obj: ObjRef, ty: TypeId, pos: u32) {
        if self.has_defer {
            let pointer = self.query().world.types.pointer(ty);
            let cell = self.emit(Op::Alloc { var: Some(obj) }, pointer, pos);
            self.write_var(Var::Object(obj.index), pointer, cell);
        } else {
            self.declare_var(obj, ty, None, pos);
        }
    }

    fn is_result_cell(&self, obj: ObjRef) -> bool {
        self.has_defer && self.named_results.contains(&Some(obj))
    }

    /// The place of a variable.
    pub(super) fn var_place(&mut self, obj: ObjRef, pos: u32) -> Place {
        let query = self.query();
        let Some(object) = query.object(obj) else {
            return Place::Blank;
        };
        let ty = query.object_type(obj);
        let pointer = query.world.types.pointer(ty);
        match object.kind {
            ObjKind::Var(VarKind::Package) => Place::Addr(self.emit(Op::Global(obj), pointer, pos), ty),
            ObjKind::Var(_) if self.is_outer(obj) => {
                let number = self.capture(obj, ty);
                Place::Addr(self.emit(Op::Captured(number), pointer, pos), ty)
            }
            ObjKind::Var(_) if self.is_cell(obj, ty) || self.is_result_cell(obj) => {
                Place::Addr(self.read_var(Var::Object(obj.index), pos), ty)
            }
            ObjKind::Var(_) => Place::Var(Var::Object(obj.index), ty),
            _ => Place::Blank,
        }
    }

    /// Whether a local variable belongs to a function around this one.
    fn is_outer(&self, obj: ObjRef) -> bool {
        let declared = self.query().object(obj).map_or(0, |object| object.pos.offset);
        self.vars.literal_at(declared) != self.literal
    }

    fn capture(&mut self, obj: ObjRef, ty: TypeId) -> u32 {
        let known = self.func.captures.iter().position(|capture| capture.obj == obj);
        let number = known.unwrap_or_else(|| {
            self.func.captures.push(Capture { obj, ty });
            self.func.captures.len() - 1
        });
        number as u32
    }

    /// The address of a variable that a literal in this function captures.
    pub(super) fn captured_address(&mut self, capture: Capture, pos: u32) -> ValueId {
        match self.var_place(capture.obj, pos) {
            Place::Addr(addr, _) => addr,
            // Every captured variable is a cell.
            _ => {
                let pointer = self.query().world.types.pointer(capture.ty);
                self.emit(Op::Unknown(Vec::new()), pointer, pos)
            }
        }
    }

    /// Reads a place.
    pub(super) fn load(&mut self, place: Place, pos: u32) -> ValueId {
        match place {
            Place::Blank => self.emit(Op::Unknown(Vec::new()), TypeId::UNKNOWN, pos),
            Place::Var(var, _) => self.read_var(var, pos),
            Place::Addr(addr, ty) => self.emit(Op::Load(addr), ty, pos),
            Place::Element { map, key, ty } => {
                let op = Op::MapGet {
                    map,
                    key,
                    comma_ok: false,
                };
                self.emit(op, ty, pos)
            }
            Place::Value(value, _) => value,
        }
    }

    /// Writes a place; the value has its type.
    pub(super) fn store(&mut self, place: Place, value: ValueId, pos: u32) {
        match place {
            Place::Blank | Place::Value(..) => {}
            Place::Var(var, ty) => self.write_var(var, ty, value),
            Place::Addr(addr, _) => {
                self.emit(Op::Store { addr, value }, TypeId::EMPTY_TUPLE, pos);
            }
            Place::Element { map, key, .. } => {
                self.emit(Op::MapSet { map, key, value }, TypeId::EMPTY_TUPLE, pos);
            }
        }
    }

    /// Writes a place a value of some type, which is converted to an interface where the place has one.
    pub(super) fn assign(&mut self, place: Place, value: ValueId, pos: u32) {
        let value = match place {
            Place::Blank => value,
            _ => self.coerce(value, place.ty()),
        };
        self.store(place, value, pos);
    }

    /// A value where one of type `to` is expected.
    pub(super) fn coerce(&mut self, value: ValueId, to: TypeId) -> ValueId {
        let from = self.func.values[value].ty;
        let query = self.query();
        if from == to || !query.is_interface(to) || query.is_interface(from) {
            return value;
        }
        let pos = self.func.values[value].pos;
        match self.func.values[value].op {
            Op::Zero if from == TypeId::UNTYPED_NIL => self.emit(Op::Zero, to, pos),
            _ => self.emit(Op::MakeInterface(value), to, pos),
        }
    }

    /// The place an expression denotes; a value without place for those that denote none.
    pub(super) fn place(&mut self, expr: ExprId) -> Place {
        let tree = self.tree;
        let pos = tree.exprs[expr].span.start;
        match tree.exprs[expr].kind {
            ExprKind::Paren(x) => self.place(x),
            ExprKind::Ident(ident) if tree.name(ident) == "_" => Place::Blank,
            ExprKind::Ident(ident) => match self.ident_var(ident) {
                Some(obj) => self.var_place(obj, pos),
                None => self.value_place(expr),
            },
            ExprKind::Selector { x, sel } => match self.info.selections.get(&expr) {
                Some(selection) if selection.kind == SelectionKind::Field => {
                    let base = self.place_of_base(x);
                    let path = &selection.path;
                    self.field_path(base, path, tree.idents[sel].start)
                }
                Some(_) => self.value_place(expr),
                None => match self.ident_var(sel) {
                    Some(obj) => self.var_place(obj, pos),
                    None => self.value_place(expr),
                },
            },
            ExprKind::Star(x) if self.info.mode_of(x) != Mode::Type => {
                let ty = self.info.type_of(expr);
                let addr = self.expr(x);
                Place::Addr(addr, ty)
            }
            ExprKind::Index { x, index } if self.info.mode_of(expr) != Mode::Type => self.index_place(expr, x, index),
            // `&T{…}.f` and `T{…}.f`: the literal has memory.
            _ => self.value_place(expr),
        }
    }

    fn value_place(&mut self, expr: ExprId) -> Place {
        let value = self.expr_value(expr);
        Place::Value(value, self.func.values[value].ty)
    }

    /// The variable an identifier names.
    fn ident_var(&self, ident: IdentId) -> Option<ObjRef> {
        let obj = self.info.object_of(ident)?;
        let object = self.query().object(obj)?;
        matches!(object.kind, ObjKind::Var(_)).then_some(obj)
    }

    /// The place in front of a selector: behind a pointer what it points to.
    pub(super) fn place_of_base(&mut self, x: ExprId) -> Place {
        let place = self.place(x);
        self.deref(place, self.tree.exprs[x].span.start)
    }

    /// What a pointer at a place points to; a place without pointer as it is.
    pub(super) fn deref(&mut self, place: Place, pos: u32) -> Place {
        match *self.under(place.ty()) {
            Type::Pointer(elem) => {
                let addr = self.load(place, pos);
                Place::Addr(addr, elem)
            }
            _ => place,
        }
    }

    /// Follows field numbers, through embedded pointers too. The last place is not dereferenced.
    pub(super) fn field_path(&mut self, mut place: Place, path: &[u32], pos: u32) -> Place {
        for (index, &field) in path.iter().enumerate() {
            if index > 0 {
                place = self.deref(place, pos);
            }
            place = self.field(place, field, pos);
        }
        place
    }

    fn field(&mut self, place: Place, field: u32, pos: u32) -> Place {
        let Type::Struct(fields) = self.core(place.ty()) else {
            return Place::Blank;
        };
        let ty = fields.get(field as usize).map_or(TypeId::UNKNOWN, |field| field.ty);
        match place {
            Place::Addr(base, _) => {
                let pointer = self.query().world.types.pointer(ty);
                Place::Addr(self.emit(Op::FieldAddr { base, field }, pointer, pos), ty)
            }
            _ => {
                let base = self.load(place, pos);
                Place::Value(self.emit(Op::Field { base, field }, ty, pos), ty)
            }
        }
    }

    fn index_place(&mut self, expr: ExprId, x: ExprId, index: ExprId) -> Place {
        let pos = self.tree.exprs[expr].span.start;
        let ty = self.element_type(x);
        match *self.core(self.info.type_of(x)) {
            Type::Map { key, .. } => {
                let map = self.expr(x);
                let index = self.expr(index);
                let key = self.coerce(index, key);
                Place::Element { map, key, ty }
            }
            Type::Slice(_) | Type::Pointer(_) => {
                let base = self.expr(x);
                let index = self.expr(index);
                let pointer = self.query().world.types.pointer(ty);
                Place::Addr(self.emit(Op::IndexAddr { base, index }, pointer, pos), ty)
            }
            Type::Array { .. } => match self.place(x) {
                Place::Addr(base, _) => {
                    let index = self.expr(index);
                    let pointer = self.query().world.types.pointer(ty);
                    Place::Addr(self.emit(Op::IndexAddr { base, index }, pointer, pos), ty)
                }
                place => {
                    let base = self.load(place, pos);
                    let index = self.expr(index);
                    Place::Value(self.emit(Op::Index { base, index }, ty, pos), ty)
                }
            },
            _ => {
                let base = self.expr(x);
                let index = self.expr(index);
                Place::Value(self.emit(Op::Index { base, index }, ty, pos), ty)
            }
        }
    }

    /// The type of the elements of what is indexed.
    fn element_type(&self, x: ExprId) -> TypeId {
        match *self.core(self.info.type_of(x)) {
            Type::Slice(elem) | Type::Array { elem, .. } => elem,
            Type::Map { value, .. } => value,
            Type::Pointer(array) => match *self.under(array) {
                Type::Array { elem, .. } => elem,
                _ => TypeId::UNKNOWN,
            },
            Type::Basic(_) => TypeId::BYTE,
            _ => TypeId::UNKNOWN,
        }
    }
}
