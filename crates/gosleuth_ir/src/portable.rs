//! Functions that other packages look into, as bytes and back.
//!
//! Only what a function does is kept, not where it stands: text that moves changes nothing for those who call it. Values have their number
//! as position, which tells them apart. Of variables within functions only that they differ is known, and of types declared there nothing.

use gosleuth_base::{Idx as _, IndexVec};
use gosleuth_syntax::ast::{BinaryOp, Span, UnaryOp};
use gosleuth_types::export::{PartReader, PartWriter};
use gosleuth_types::{Builtin, ObjRef, PkgId};
use rustc_hash::FxHashMap;

use crate::ir::{
    Block, BlockId, Call, Callee, Capture, Func, FuncId, Op, Package, SelectCase, Terminator, Value, ValueId,
};

/// The number of the file of a function that came from bytes: there is none.
pub const NO_FILE: usize = usize::MAX;

const UNARY: [UnaryOp; 7] = [
    UnaryOp::Plus,
    UnaryOp::Minus,
    UnaryOp::Not,
    UnaryOp::BitNot,
    UnaryOp::Address,
    UnaryOp::Recv,
    UnaryOp::Tilde,
];

const BINARY: [BinaryOp; 19] = [
    BinaryOp::LogicalOr,
    BinaryOp::LogicalAnd,
    BinaryOp::Equal,
    BinaryOp::NotEqual,
    BinaryOp::Less,
    BinaryOp::LessEqual,
    BinaryOp::Greater,
    BinaryOp::GreaterEqual,
    BinaryOp::Add,
    BinaryOp::Sub,
    BinaryOp::Or,
    BinaryOp::Xor,
    BinaryOp::Mul,
    BinaryOp::Div,
    BinaryOp::Rem,
    BinaryOp::Shl,
    BinaryOp::Shr,
    BinaryOp::And,
    BinaryOp::AndNot,
];

const BUILTINS: [Builtin; 26] = [
    Builtin::Append,
    Builtin::Cap,
    Builtin::Clear,
    Builtin::Close,
    Builtin::Complex,
    Builtin::Copy,
    Builtin::Delete,
    Builtin::Imag,
    Builtin::Len,
    Builtin::Make,
    Builtin::Max,
    Builtin::Min,
    Builtin::New,
    Builtin::Panic,
    Builtin::Print,
    Builtin::Println,
    Builtin::Real,
    Builtin::Recover,
    Builtin::Add,
    Builtin::Alignof,
    Builtin::Offsetof,
    Builtin::Sizeof,
    Builtin::Slice,
    Builtin::SliceData,
    Builtin::String,
    Builtin::StringData,
];

fn place<T: PartialEq>(list: &[T], wanted: &T) -> u64 {
    list.iter().position(|one| one == wanted).unwrap_or(list.len()) as u64
}

/// Writes functions of a package; with a function its literals have to be among them. `ids` rise.
pub fn write_functions(out: &mut PartWriter<'_, '_>, package: &Package, ids: &[FuncId]) {
    let numbers: FxHashMap<FuncId, u64> = ids.iter().zip(0..).map(|(&id, number)| (id, number)).collect();
    out.number(u64::from(package.go_minor));
    out.number(ids.len() as u64);
    for &id in ids {
        Writer { out, numbers: &numbers }.func(&package.funcs[id]);
    }
}

struct Writer<'o, 'w, 'r> {
    out: &'o mut PartWriter<'w, 'r>,
    numbers: &'o FxHashMap<FuncId, u64>,
}

impl Writer<'_, '_, '_> {
    fn func(&mut self, func: &Func) {
        self.out.blob(func.name.as_bytes());
        self.optional_object(func.obj);
        let parent = func.parent.and_then(|parent| self.numbers.get(&parent));
        self.out.number(parent.map_or(0, |&parent| parent + 1));
        self.out.ty(func.sig);
        self.values(&func.params);
        self.out.number(u64::from(func.has_receiver));
        self.out.number(func.captures.len() as u64);
        func.captures.iter().for_each(|capture| self.out.ty(capture.ty));
        self.out.number(func.values.len() as u64);
        for value in func.values.iter() {
            self.out.ty(value.ty);
            self.op(&value.op);
        }
        self.out.number(func.blocks.len() as u64);
        for block in func.blocks.iter() {
            self.values(&block.values);
            self.blocks(&block.preds);
            self.end(&block.end);
        }
        self.out
            .number(func.recovered.map_or(0, |block| block.index() as u64 + 1));
    }

    fn value(&mut self, value: ValueId) {
        self.out.number(value.index() as u64);
    }

    fn values(&mut self, values: &[ValueId]) {
        self.out.number(values.len() as u64);
        values.iter().for_each(|&value| self.value(value));
    }

    fn optional(&mut self, value: Option<ValueId>) {
        self.out.number(value.map_or(0, |value| value.index() as u64 + 1));
    }

    fn blocks(&mut self, blocks: &[BlockId]) {
        self.out.number(blocks.len() as u64);
        blocks.iter().for_each(|block| self.out.number(block.index() as u64));
    }

    fn optional_object(&mut self, obj: Option<ObjRef>) {
        self.out.number(u64::from(obj.is_some()));
        if let Some(obj) = obj {
            self.out.object(obj);
        }
    }

    fn end(&mut self, end: &Terminator) {
        match end {
            Terminator::Jump(to) => {
                self.out.number(0);
                self.blocks(&[*to]);
            }
            Terminator::If(cond, then, els) => {
                self.out.number(1);
                self.value(*cond);
                self.blocks(&[*then, *els]);
            }
            Terminator::Select(select, to) => {
                self.out.number(2);
                self.value(*select);
                self.blocks(to);
            }
            Terminator::Return(values) => {
                self.out.number(3);
                self.values(values);
            }
            Terminator::Panic(value) => {
                self.out.number(4);
                self.value(*value);
            }
            Terminator::Unreachable => self.out.number(5),
        }
    }

    fn call(&mut self, call: &Call) {
        match call.callee {
            Callee::Static(obj) => {
                self.out.number(0);
                self.out.object(obj);
            }
            Callee::Interface { recv, method } => {
                self.out.number(1);
                self.value(recv);
                self.out.object(method);
            }
            Callee::Value(value) => {
                self.out.number(2);
                self.value(value);
            }
            Callee::Builtin(builtin) => {
                self.out.number(3);
                self.out.number(place(&BUILTINS, &builtin));
            }
        }
        self.values(&call.args);
        self.out.ty(call.type_args);
    }

    fn op(&mut self, op: &Op) {
        let two = |this: &mut Self, tag: u64, values: &[ValueId]| {
            this.out.number(tag);
            values.iter().for_each(|&value| this.value(value));
        };
        let numbered = |this: &mut Self, tag: u64, value: Option<ValueId>, number: u32| {
            this.out.number(tag);
            if let Some(value) = value {
                this.value(value);
            }
            this.out.number(u64::from(number));
        };
        match op {
            Op::Const(constant) => {
                self.out.number(tag::CONST);
                self.out.constant(constant);
            }
            Op::Zero => self.out.number(tag::ZERO),
            Op::Param(number) => numbered(self, tag::PARAM, None, *number),
            Op::Captured(number) => numbered(self, tag::CAPTURED, None, *number),
            Op::Global(obj) => {
                self.out.number(tag::GLOBAL);
                self.out.object(*obj);
            }
            Op::Func(obj) => {
                self.out.number(tag::FUNC);
                self.out.object(*obj);
            }
            Op::Phi(values) => {
                self.out.number(tag::PHI);
                self.values(values);
            }
            Op::Alloc { var } => {
                self.out.number(tag::ALLOC);
                self.out.number(u64::from(var.is_some()));
            }
            Op::Load(addr) => two(self, tag::LOAD, &[*addr]),
            Op::Store { addr, value } => two(self, tag::STORE, &[*addr, *value]),
            Op::FieldAddr { base, field } => numbered(self, tag::FIELD_ADDR, Some(*base), *field),
            Op::Field { base, field } => numbered(self, tag::FIELD, Some(*base), *field),
            Op::IndexAddr { base, index } => two(self, tag::INDEX_ADDR, &[*base, *index]),
            Op::Index { base, index } => two(self, tag::INDEX, &[*base, *index]),
            Op::MapGet { map, key, comma_ok } => {
                two(self, tag::MAP_GET, &[*map, *key]);
                self.out.number(u64::from(*comma_ok));
            }
            Op::MapSet { map, key, value } => two(self, tag::MAP_SET, &[*map, *key, *value]),
            Op::Slice { base, bounds } => {
                two(self, tag::SLICE, &[*base]);
                bounds.iter().for_each(|&bound| self.optional(bound));
            }
            Op::Unary(op, x) => {
                two(self, tag::UNARY, &[*x]);
                self.out.number(place(&UNARY, op));
            }
            Op::Binary(op, x, y) => {
                two(self, tag::BINARY, &[*x, *y]);
                self.out.number(place(&BINARY, op));
            }
            Op::Convert(x) => two(self, tag::CONVERT, &[*x]),
            Op::MakeInterface(x) => two(self, tag::MAKE_INTERFACE, &[*x]),
            Op::Held(x) => two(self, tag::HELD, &[*x]),
            Op::TypeAssert {
                value,
                asserted,
                comma_ok,
            } => {
                two(self, tag::TYPE_ASSERT, &[*value]);
                self.out.ty(*asserted);
                self.out.number(u64::from(*comma_ok));
            }
            Op::MakeChan { capacity } => {
                self.out.number(tag::MAKE_CHAN);
                self.optional(*capacity);
            }
            Op::MakeMap => self.out.number(tag::MAKE_MAP),
            Op::MakeSlice { len } => two(self, tag::MAKE_SLICE, &[*len]),
            Op::Closure { func, captures } => {
                self.out.number(tag::CLOSURE);
                let number = self.numbers.get(func).copied();
                self.out.number(number.map_or(0, |number| number + 1));
                self.values(captures);
            }
            Op::BoundMethod { method, recv } => {
                two(self, tag::BOUND_METHOD, &[*recv]);
                self.out.object(*method);
            }
            Op::Extract { tuple, index } => numbered(self, tag::EXTRACT, Some(*tuple), *index),
            Op::Recv { chan, comma_ok } => numbered(self, tag::RECV, Some(*chan), u32::from(*comma_ok)),
            Op::Send { chan, value } => two(self, tag::SEND, &[*chan, *value]),
            Op::Select { cases, default } => {
                self.out.number(tag::SELECT);
                self.out.number(u64::from(*default));
                self.out.number(cases.len() as u64);
                for case in cases {
                    self.value(case.chan);
                    self.optional(case.send);
                }
            }
            Op::SelectRecv { select, case } => numbered(self, tag::SELECT_RECV, Some(*select), *case),
            Op::Range(x) => two(self, tag::RANGE, &[*x]),
            Op::Next(x) => two(self, tag::NEXT, &[*x]),
            Op::Call(call) => {
                self.out.number(tag::CALL);
                self.call(call);
            }
            Op::Go(call) => {
                self.out.number(tag::GO);
                self.call(call);
            }
            Op::Defer(call) => {
                self.out.number(tag::DEFER);
                self.call(call);
            }
            Op::RunDefers => self.out.number(tag::RUN_DEFERS),
            Op::Unknown(values) => {
                self.out.number(tag::UNKNOWN);
                self.values(values);
            }
        }
    }
}

/// Tags of operations.
mod tag {
    pub(super) const UNKNOWN: u64 = 0;
    pub(super) const CONST: u64 = 1;
    pub(super) const ZERO: u64 = 2;
    pub(super) const PARAM: u64 = 3;
    pub(super) const CAPTURED: u64 = 4;
    pub(super) const GLOBAL: u64 = 5;
    pub(super) const FUNC: u64 = 6;
    pub(super) const PHI: u64 = 7;
    pub(super) const ALLOC: u64 = 8;
    pub(super) const LOAD: u64 = 9;
    pub(super) const STORE: u64 = 10;
    pub(super) const FIELD_ADDR: u64 = 11;
    pub(super) const FIELD: u64 = 12;
    pub(super) const INDEX_ADDR: u64 = 13;
    pub(super) const INDEX: u64 = 14;
    pub(super) const MAP_GET: u64 = 15;
    pub(super) const MAP_SET: u64 = 16;
    pub(super) const SLICE: u64 = 17;
    pub(super) const UNARY: u64 = 18;
    pub(super) const BINARY: u64 = 19;
    pub(super) const CONVERT: u64 = 20;
    pub(super) const MAKE_INTERFACE: u64 = 21;
    pub(super) const TYPE_ASSERT: u64 = 22;
    pub(super) const MAKE_CHAN: u64 = 23;
    pub(super) const MAKE_MAP: u64 = 24;
    pub(super) const MAKE_SLICE: u64 = 25;
    pub(super) const CLOSURE: u64 = 26;
    pub(super) const BOUND_METHOD: u64 = 27;
    pub(super) const EXTRACT: u64 = 28;
    pub(super) const RECV: u64 = 29;
    pub(super) const SEND: u64 = 30;
    pub(super) const SELECT: u64 = 31;
    pub(super) const SELECT_RECV: u64 = 32;
    pub(super) const RANGE: u64 = 33;
    pub(super) const NEXT: u64 = 34;
    pub(super) const CALL: u64 = 35;
    pub(super) const GO: u64 = 36;
    pub(super) const DEFER: u64 = 37;
    pub(super) const RUN_DEFERS: u64 = 38;
    pub(super) const HELD: u64 = 39;
}

/// Reads what [`write_functions`] wrote of the package `pkg`: a package with these functions. `None` if the bytes are something else.
pub fn read_functions(input: &mut PartReader<'_, '_>, pkg: PkgId) -> Option<Package> {
    let go_minor = input.index()?;
    let list = input.list(|input| Reader { input, pkg, values: 0 }.func())?;
    let mut funcs: IndexVec<FuncId, Func> = IndexVec::new();
    for func in list {
        funcs.push(func);
    }
    for (id, func) in funcs.iter_enumerated() {
        let is_before = func.parent.is_none_or(|parent| parent < id);
        if !is_before || !fits(&funcs, func) {
            return None;
        }
    }
    let by_object = funcs
        .iter_enumerated()
        .filter_map(|(id, func)| Some((func.obj?, id)))
        .collect();
    Some(Package {
        pkg,
        go_minor,
        funcs,
        by_object,
        inits: Vec::new(),
    })
}

/// Whether everything that a function refers to is there.
fn fits(funcs: &IndexVec<FuncId, Func>, func: &Func) -> bool {
    let (values, blocks) = (func.values.len(), func.blocks.len());
    let is_value = |value: ValueId| value.index() < values;
    let is_block = |block: &BlockId| block.index() < blocks;
    let mut all = func.params.iter().copied().all(is_value) && func.recovered.iter().all(is_block);
    for value in func.values.iter() {
        value.op.for_each_operand(|operand| all &= is_value(operand));
        if let Op::Closure {
            func: literal,
            captures,
        } = &value.op
        {
            all &= funcs
                .get(*literal)
                .is_some_and(|literal| literal.captures.len() == captures.len());
        }
    }
    for block in func.blocks.iter() {
        all &= block.values.iter().copied().all(is_value) && block.preds.iter().all(is_block);
        all &= block.end.successors().iter().all(is_block);
        all &= match &block.end {
            Terminator::If(value, ..) | Terminator::Select(value, _) | Terminator::Panic(value) => is_value(*value),
            Terminator::Return(values) => values.iter().copied().all(is_value),
            Terminator::Jump(_) | Terminator::Unreachable => true,
        };
    }
    all
}

struct Reader<'i, 'w, 'b> {
    input: &'i mut PartReader<'w, 'b>,
    pkg: PkgId,
    /// Objects without a name that were met: each is another one.
    values: u32,
}

impl Reader<'_, '_, '_> {
    fn func(&mut self) -> Option<Func> {
        let name = std::str::from_utf8(self.input.blob()?).ok()?.to_owned();
        let obj = match self.input.number()? {
            0 => None,
            _ => self.input.object()?,
        };
        let parent = self
            .input
            .index()?
            .checked_sub(1)
            .map(|parent| FuncId::from_usize(parent as usize));
        let sig = self.input.ty()?;
        let params = self.value_list()?;
        let has_receiver = self.flag()?;
        let pkg = self.pkg;
        let mut unnamed = 0;
        let captures = self.input.list(|input| {
            unnamed += 1;
            Some(Capture {
                obj: nameless(pkg, unnamed),
                ty: input.ty()?,
            })
        })?;
        self.values = unnamed;
        let count = self.input.number()?;
        let mut values = IndexVec::new();
        for number in 0..count {
            let ty = self.input.ty()?;
            let pos = u32::try_from(number).ok()?;
            let op = self.op(pos)?;
            values.push(Value { op, ty, pos });
        }
        let count = self.input.number()?;
        let mut blocks = IndexVec::new();
        for _ in 0..count {
            let values = self.value_list()?;
            let preds = self.block_list()?;
            let end = self.end()?;
            blocks.push(Block { values, end, preds });
        }
        let recovered = self
            .input
            .index()?
            .checked_sub(1)
            .map(|block| BlockId::from_usize(block as usize));
        Some(Func {
            name,
            obj,
            parent,
            sig,
            file: NO_FILE,
            span: Span::default(),
            params,
            captures,
            has_receiver,
            blocks,
            values,
            recovered,
        })
    }

    fn flag(&mut self) -> Option<bool> {
        Some(self.input.number()? != 0)
    }

    fn value(&mut self) -> Option<ValueId> {
        Some(ValueId::from_usize(self.input.index()? as usize))
    }

    fn optional(&mut self) -> Option<Option<ValueId>> {
        let value = self.input.index()?.checked_sub(1);
        Some(value.map(|value| ValueId::from_usize(value as usize)))
    }

    fn value_list(&mut self) -> Option<Vec<ValueId>> {
        self.input
            .list(|input| Some(ValueId::from_usize(input.index()? as usize)))
    }

    fn block_list(&mut self) -> Option<Vec<BlockId>> {
        self.input
            .list(|input| Some(BlockId::from_usize(input.index()? as usize)))
    }

    /// An object; one of which nothing is known is another one each time.
    fn object(&mut self) -> Option<ObjRef> {
        self.values += 1;
        let nameless = nameless(self.pkg, self.values);
        Some(self.input.object()?.unwrap_or(nameless))
    }

    fn end(&mut self) -> Option<Terminator> {
        Some(match self.input.number()? {
            0 => Terminator::Jump(*self.block_list()?.first()?),
            1 => {
                let cond = self.value()?;
                match self.block_list()?[..] {
                    [then, els] => Terminator::If(cond, then, els),
                    _ => return None,
                }
            }
            2 => Terminator::Select(self.value()?, self.block_list()?),
            3 => Terminator::Return(self.value_list()?),
            4 => Terminator::Panic(self.value()?),
            5 => Terminator::Unreachable,
            _ => return None,
        })
    }

    fn call(&mut self) -> Option<Call> {
        let callee = match self.input.number()? {
            0 => Callee::Static(self.object()?),
            1 => Callee::Interface {
                recv: self.value()?,
                method: self.object()?,
            },
            2 => Callee::Value(self.value()?),
            3 => Callee::Builtin(*BUILTINS.get(self.input.index()? as usize)?),
            _ => return None,
        };
        Some(Call {
            callee,
            args: self.value_list()?,
            type_args: self.input.ty()?,
        })
    }

    fn op(&mut self, pos: u32) -> Option<Op> {
        Some(match self.input.number()? {
            tag::UNKNOWN => Op::Unknown(self.value_list()?),
            tag::CONST => Op::Const(self.input.constant()?),
            tag::ZERO => Op::Zero,
            tag::PARAM => Op::Param(self.input.index()?),
            tag::CAPTURED => Op::Captured(self.input.index()?),
            tag::GLOBAL => Op::Global(self.object()?),
            tag::FUNC => Op::Func(self.object()?),
            tag::PHI => Op::Phi(self.value_list()?),
            tag::ALLOC => {
                let is_variable = self.flag()?;
                self.values += 1;
                Op::Alloc {
                    var: is_variable.then(|| nameless(self.pkg, self.values)),
                }
            }
            tag::LOAD => Op::Load(self.value()?),
            tag::STORE => Op::Store {
                addr: self.value()?,
                value: self.value()?,
            },
            tag::FIELD_ADDR => Op::FieldAddr {
                base: self.value()?,
                field: self.input.index()?,
            },
            tag::FIELD => Op::Field {
                base: self.value()?,
                field: self.input.index()?,
            },
            tag::INDEX_ADDR => Op::IndexAddr {
                base: self.value()?,
                index: self.value()?,
            },
            tag::INDEX => Op::Index {
                base: self.value()?,
                index: self.value()?,
            },
            tag::MAP_GET => Op::MapGet {
                map: self.value()?,
                key: self.value()?,
                comma_ok: self.flag()?,
            },
            tag::MAP_SET => Op::MapSet {
                map: self.value()?,
                key: self.value()?,
                value: self.value()?,
            },
            tag::SLICE => Op::Slice {
                base: self.value()?,
                bounds: [self.optional()?, self.optional()?, self.optional()?],
            },
            tag::UNARY => {
                let x = self.value()?;
                Op::Unary(*UNARY.get(self.input.index()? as usize)?, x)
            }
            tag::BINARY => {
                let (x, y) = (self.value()?, self.value()?);
                Op::Binary(*BINARY.get(self.input.index()? as usize)?, x, y)
            }
            tag::CONVERT => Op::Convert(self.value()?),
            tag::MAKE_INTERFACE => Op::MakeInterface(self.value()?),
            tag::HELD => Op::Held(self.value()?),
            tag::TYPE_ASSERT => Op::TypeAssert {
                value: self.value()?,
                asserted: self.input.ty()?,
                comma_ok: self.flag()?,
            },
            tag::MAKE_CHAN => Op::MakeChan {
                capacity: self.optional()?,
            },
            tag::MAKE_MAP => Op::MakeMap,
            tag::MAKE_SLICE => Op::MakeSlice { len: self.value()? },
            tag::CLOSURE => {
                let number = self.input.index()?.checked_sub(1)?;
                Op::Closure {
                    func: FuncId::from_usize(number as usize),
                    captures: self.value_list()?,
                }
            }
            tag::BOUND_METHOD => Op::BoundMethod {
                recv: self.value()?,
                method: self.object()?,
            },
            tag::EXTRACT => Op::Extract {
                tuple: self.value()?,
                index: self.input.index()?,
            },
            tag::RECV => Op::Recv {
                chan: self.value()?,
                comma_ok: self.flag()?,
            },
            tag::SEND => Op::Send {
                chan: self.value()?,
                value: self.value()?,
            },
            tag::SELECT => {
                let default = self.flag()?;
                let count = self.input.number()?;
                let mut cases = Vec::new();
                for _ in 0..count {
                    let (chan, send) = (self.value()?, self.optional()?);
                    cases.push(SelectCase { chan, send, pos });
                }
                Op::Select { cases, default }
            }
            tag::SELECT_RECV => Op::SelectRecv {
                select: self.value()?,
                case: self.input.index()?,
            },
            tag::RANGE => Op::Range(self.value()?),
            tag::NEXT => Op::Next(self.value()?),
            tag::CALL => Op::Call(self.call()?),
            tag::GO => Op::Go(self.call()?),
            tag::DEFER => Op::Defer(self.call()?),
            tag::RUN_DEFERS => Op::RunDefers,
            _ => return None,
        })
    }
}

/// An object that is in no table.
fn nameless(pkg: PkgId, number: u32) -> ObjRef {
    ObjRef {
        pkg,
        index: u32::MAX - number,
    }
}
