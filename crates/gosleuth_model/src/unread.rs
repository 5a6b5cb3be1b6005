//! Fields that count and that nobody reads.
//!
//! `s.handled++` in a loop makes each round a new state, and a loop that never ends is never seen to be one. Where no code reads the field
//! except to write it again, its value decides nothing, and is left out. Flow-insensitive: one look at all uses of the address of a field.

use gosleuth_ir::{Callee, Func, Op, Terminator, ValueId};
use gosleuth_syntax::ast::BinaryOp;
use gosleuth_types::{BasicKind, Query, Type, TypeId};
use rustc_hash::{FxHashMap, FxHashSet};

use crate::machine::declared;
use crate::native::Native;
use crate::program::Program;

/// A field: the declared struct type, and the number.
type Field = (TypeId, u32);

/// The fields of a program that hold numbers or texts and are not read.
#[derive(Default)]
pub(crate) struct Unread {
    fields: FxHashSet<Field>,
}

impl Unread {
    pub(crate) fn of(program: &Program<'_>) -> Self {
        let mut search = Search::default();
        for unit in program.units() {
            for func in unit.package.funcs.iter() {
                search.function(program, unit.query, func);
            }
        }
        let Search { mut written, read } = search;
        written.retain(|field| !read.contains(field));
        Self { fields: written }
    }

    /// Whether nobody reads a field, given the type of the struct's address.
    pub(crate) fn contains(&self, query: Query<'_, '_>, base: TypeId, field: u32) -> bool {
        !self.fields.is_empty()
            && match query.ty(base) {
                Type::Pointer(elem) => self.fields.contains(&(*elem, field)),
                _ => false,
            }
    }
}

#[derive(Default)]
struct Search {
    written: FxHashSet<Field>,
    read: FxHashSet<Field>,
}

/// What a value has to do with a field.
#[derive(Clone, Copy, PartialEq)]
enum Part {
    Address(Field),
    /// Worked out from what it holds.
    Content(Field),
}

impl Part {
    fn field(self) -> Field {
        match self {
            Self::Address(field) | Self::Content(field) => field,
        }
    }
}

impl Search {
    fn function(&mut self, program: &Program<'_>, query: Query<'_, '_>, func: &Func) {
        let mut parts: FxHashMap<ValueId, Part> = FxHashMap::default();
        for block in func.blocks.iter() {
            for &value in &block.values {
                match func.op(value) {
                    Op::FieldAddr { base, field } => {
                        if let Some(counter) = counter(program, query, func, *base, *field, value) {
                            self.written.insert(counter);
                            parts.insert(value, Part::Address(counter));
                        }
                    }
                    // Of a struct as a whole.
                    Op::Field { base, field } => {
                        self.read.insert((func.values[*base].ty, *field));
                    }
                    Op::Binary(BinaryOp::Equal | BinaryOp::NotEqual, x, _) => self.whole(query, func.values[*x].ty),
                    Op::MakeInterface(x) | Op::MapGet { key: x, .. } | Op::MapSet { key: x, .. } => {
                        self.whole(query, func.values[*x].ty);
                    }
                    _ => {}
                }
            }
        }
        if parts.is_empty() {
            return;
        }
        // Definitions come before uses except around loops, where only phis use them.
        let mut before = 0;
        while before != parts.len() {
            before = parts.len();
            for block in func.blocks.iter() {
                for &value in &block.values {
                    self.uses(program, func, value, &mut parts);
                }
            }
        }
        for block in func.blocks.iter() {
            let mut used = |value: &ValueId| {
                if let Some(part) = parts.get(value) {
                    self.read.insert(part.field());
                }
            };
            match &block.end {
                Terminator::If(value, ..) | Terminator::Select(value, _) | Terminator::Panic(value) => used(value),
                Terminator::Return(values) => values.iter().for_each(used),
                Terminator::Jump(_) | Terminator::Unreachable => {}
            }
        }
    }

    /// What an operation makes of parts of fields.
    fn uses(&mut self, program: &Program<'_>, func: &Func, value: ValueId, parts: &mut FxHashMap<ValueId, Part>) {
        let part = |value: &ValueId, parts: &FxHashMap<ValueId, Part>| parts.get(value).copied();
        let made = match func.op(value) {
            Op::Load(addr) => match part(addr, parts) {
                Some(Part::Address(field)) => Some(Part::Content(field)),
                other => other.inspect(|part| _ = self.read.insert(part.field())),
            },
            Op::Store { addr, value } => {
                // An address that is kept is used elsewhere; content may go back to where it came from.
                match part(value, parts) {
                    Some(Part::Content(field)) if parts.get(addr) == Some(&Part::Address(field)) => {}
                    kept => self.read.extend(kept.map(Part::field)),
                }
                None
            }
            Op::Unary(_, x) | Op::Convert(x) => match part(x, parts) {
                content @ Some(Part::Content(_)) => content,
                other => other.inspect(|part| _ = self.read.insert(part.field())),
            },
            Op::Binary(op, x, y) => {
                let mut content = None;
                for part in [x, y].into_iter().filter_map(|x| part(x, parts)) {
                    match part {
                        Part::Content(field) if !decides(*op) && content.is_none_or(|it| it == field) => {
                            content = Some(field);
                        }
                        _ => {
                            self.read.insert(part.field());
                        }
                    }
                }
                content.map(Part::Content)
            }
            Op::Call(call) if matches!(&call.callee, Callee::Static(obj) if writes_atomically(program, *obj)) => {
                for arg in call.args.iter().skip(1) {
                    self.read.extend(part(arg, parts).map(Part::field));
                }
                call.args
                    .first()
                    .and_then(|addr| part(addr, parts))
                    .map(|part| Part::Content(part.field()))
            }
            op => {
                op.for_each_operand(|operand| self.read.extend(part(&operand, parts).map(Part::field)));
                None
            }
        };
        if let Some(made) = made {
            parts.insert(value, made);
        }
    }

    /// A struct that is compared, or is a key, or an interface that may be, is read in all its fields.
    fn whole(&mut self, query: Query<'_, '_>, ty: TypeId) {
        if let Type::Struct(fields) = query.ty(query.underlying(ty)) {
            self.read.extend((0..fields.len() as u32).map(|field| (ty, field)));
        }
    }
}

/// Whether the result says something of its operands that can decide a branch.
fn decides(op: BinaryOp) -> bool {
    use BinaryOp::{Add, And, AndNot, Mul, Or, Sub, Xor};
    // Dividing by it, or shifting, can panic.
    !matches!(op, Add | Sub | Mul | And | AndNot | Or | Xor)
}

fn writes_atomically(program: &Program<'_>, obj: gosleuth_types::ObjRef) -> bool {
    program
        .names(obj)
        .and_then(|(path, recv, name)| Native::of(path, recv, name))
        .is_some_and(|native| matches!(native, Native::AtomicAdd | Native::AtomicStore))
}

/// The field of an address, if it is one of a struct type declared in the program and holds a number or a text.
fn counter(
    program: &Program<'_>,
    query: Query<'_, '_>,
    func: &Func,
    base: ValueId,
    field: u32,
    addr: ValueId,
) -> Option<Field> {
    let pointed = |value: ValueId| match query.ty(query.underlying(func.values[value].ty)) {
        Type::Pointer(elem) => Some(*elem),
        _ => None,
    };
    let owner = pointed(base)?;
    let Type::Named { decl, args } = query.ty(owner) else {
        return None;
    };
    let own = program.units().iter().any(|unit| unit.query.pkg == decl.pkg);
    if !own || *args != TypeId::EMPTY_TUPLE {
        return None;
    }
    let elem = pointed(addr)?;
    let is_counter = match query.ty(query.underlying(elem)) {
        Type::Basic(kind) => !matches!(kind, BasicKind::Bool),
        _ => is_atomic_number(query, elem),
    };
    is_counter.then_some((owner, field))
}

/// `atomic.Int64` and its like.
fn is_atomic_number(query: Query<'_, '_>, ty: TypeId) -> bool {
    declared(query, ty).is_some_and(|(pkg, name)| {
        query.world.path(query.world.canonical(pkg)) == "sync/atomic"
            && matches!(name, "Int32" | "Int64" | "Uint32" | "Uint64")
    })
}
