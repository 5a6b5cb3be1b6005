//! The representation: functions as control-flow graphs whose values are assigned once.
//!
//! A [`Func`] is a graph of [`Block`]s. A block is a run of values followed by one [`Terminator`]. Every instruction is a [`Value`], also those
//! that yield nothing. Variables that only one function sees and whose address is never taken do not appear: their values flow through
//! [`Op::Phi`]s. All others are cells: an [`Op::Alloc`] (or a parameter of the closure that captures them), read and written with
//! [`Op::Load`] and [`Op::Store`], so that sharing is visible.

use gosleuth_base::IndexVec;
use gosleuth_syntax::ast::{BinaryOp, Span, UnaryOp};
use gosleuth_types::{Builtin, ConstValue, ObjRef, PkgId, TypeId};
use rustc_hash::FxHashMap;

gosleuth_base::new_index! {
    /// A function of a [`Package`].
    pub struct FuncId;
}
gosleuth_base::new_index! {
    /// A block of a [`Func`].
    pub struct BlockId;
}
gosleuth_base::new_index! {
    /// A value of a [`Func`].
    pub struct ValueId;
}

/// A function among several packages that are looked at together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FuncKey {
    /// Number of its package.
    pub unit: u32,
    /// The function in it.
    pub func: FuncId,
}

/// The functions of a package, literals and the initialisation of its variables included.
#[derive(Debug)]
pub struct Package {
    /// Which package.
    pub pkg: PkgId,
    /// The minor version of the language its files are written in (the highest, if they differ): 21 for Go 1.21.
    pub go_minor: u32,
    /// Its functions: a literal comes after the function around it.
    pub funcs: IndexVec<FuncId, Func>,
    /// Functions and methods by their object.
    pub by_object: FxHashMap<ObjRef, FuncId>,
    /// What gives package-level variables their first values: one function for each file that has such variables.
    pub inits: Vec<FuncId>,
}

/// A function, method or function literal.
#[derive(Clone, Debug)]
pub struct Func {
    /// Its name as the linker has it, without the import path: `(*T).m`, `f.func1`, `f.func1.2`, `init.func1`.
    pub name: String,
    /// Its object; none for literals and initialisation.
    pub obj: Option<ObjRef>,
    /// The function around a literal.
    pub parent: Option<FuncId>,
    /// Its type, without receiver.
    pub sig: TypeId,
    /// Number of its file in the package.
    pub file: usize,
    /// Its text: declaration or literal.
    pub span: Span,
    /// The receiver, if it has one, and the parameters: [`Op::Param`]s.
    pub params: Vec<ValueId>,
    /// The variables of functions around that it uses, by reference: [`Op::Captured`] is the address of one.
    pub captures: Vec<Capture>,
    /// Whether the first parameter is the receiver.
    pub has_receiver: bool,
    /// Its blocks; the first is the entry. Empty if the body is written elsewhere.
    pub blocks: IndexVec<BlockId, Block>,
    /// Its values.
    pub values: IndexVec<ValueId, Value>,
    /// Where execution goes on when a deferred call has recovered a panic: reads the results and returns.
    pub recovered: Option<BlockId>,
}

/// A variable of a function around.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Capture {
    /// The variable.
    pub obj: ObjRef,
    /// Its type.
    pub ty: TypeId,
}

/// A run of values without branches.
#[derive(Clone, Debug)]
pub struct Block {
    /// In order of execution; [`Op::Phi`]s first.
    pub values: Vec<ValueId>,
    /// What comes next.
    pub end: Terminator,
    /// The blocks that lead here; a phi has its values in this order. A block may be here twice.
    pub preds: Vec<BlockId>,
}

/// How a block ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Terminator {
    /// Goes on elsewhere.
    Jump(BlockId),
    /// Goes on at the first block if the value is true, else at the second.
    If(ValueId, BlockId, BlockId),
    /// Goes on at the block of the case that an [`Op::Select`] chose; the last one is that of `default` if it has one.
    Select(ValueId, Vec<BlockId>),
    /// Returns these values; [`Op::RunDefers`] comes before it.
    Return(Vec<ValueId>),
    /// Panics with a value; deferred calls run, and [`Func::recovered`] may be reached.
    Panic(ValueId),
    /// Control does not get here: after an endless loop, a `goto` that was not understood.
    Unreachable,
}

impl Terminator {
    /// Where control may go, in order.
    pub fn successors(&self) -> Vec<BlockId> {
        match self {
            Self::Jump(to) => vec![*to],
            Self::If(_, then, els) => vec![*then, *els],
            Self::Select(_, to) => to.clone(),
            Self::Return(_) | Self::Panic(_) | Self::Unreachable => Vec::new(),
        }
    }
}

/// An instruction and what it yields.
#[derive(Clone, Debug)]
pub struct Value {
    /// What is done.
    pub op: Op,
    /// The type of the result; the empty tuple where there is none, a tuple where there are several.
    pub ty: TypeId,
    /// Offset in the function's file of what it was written as: the call, the operator, the identifier.
    pub pos: u32,
}

/// What a value is.
#[derive(Clone, Debug, PartialEq)]
pub enum Op {
    /// A constant.
    Const(ConstValue),
    /// The zero value of its type; `nil` among them.
    Zero,
    /// A parameter by number, the receiver first.
    Param(u32),
    /// The address of a captured variable, by number in [`Func::captures`].
    Captured(u32),
    /// The address of a package-level variable.
    Global(ObjRef),
    /// A function or method as a value; a method takes its receiver first.
    Func(ObjRef),
    /// One of several, by where control came from: in the order of [`Block::preds`].
    Phi(Vec<ValueId>),
    /// The address of new memory that holds the zero value: a variable, `new(T)`, `&T{…}`. The type is that of the pointer.
    Alloc {
        /// The variable it holds.
        var: Option<ObjRef>,
    },
    /// What is at an address.
    Load(ValueId),
    /// Writes to an address.
    Store {
        /// Where.
        addr: ValueId,
        /// What.
        value: ValueId,
    },
    /// The address of a field, given that of the struct.
    FieldAddr {
        /// Address of the struct.
        base: ValueId,
        /// Number of the field.
        field: u32,
    },
    /// A field of a struct value.
    Field {
        /// The struct.
        base: ValueId,
        /// Number of the field.
        field: u32,
    },
    /// The address of an element, given the slice or the address of the array.
    IndexAddr {
        /// Slice, or address of an array.
        base: ValueId,
        /// Which element.
        index: ValueId,
    },
    /// An element of an array value or a string.
    Index {
        /// Array or string.
        base: ValueId,
        /// Which element.
        index: ValueId,
    },
    /// An element of a map; with `comma_ok` a pair.
    MapGet {
        /// The map.
        map: ValueId,
        /// The key.
        key: ValueId,
        /// Whether presence is asked for.
        comma_ok: bool,
    },
    /// Writes an element of a map.
    MapSet {
        /// The map.
        map: ValueId,
        /// The key.
        key: ValueId,
        /// The element.
        value: ValueId,
    },
    /// Part of a slice, string or array (its address).
    Slice {
        /// What.
        base: ValueId,
        /// `lo`, `hi`, `max`
        bounds: [Option<ValueId>; 3],
    },
    /// An operation before its operand; not `&` and `<-`.
    Unary(UnaryOp, ValueId),
    /// An operation between operands; not `&&` and `||`, which branch.
    Binary(BinaryOp, ValueId, ValueId),
    /// A value in another type with another representation, or of another declared type.
    Convert(ValueId),
    /// A value as an interface.
    MakeInterface(ValueId),
    /// What an interface holds, where that has the type of this value for certain: receivers of methods that [`resolve_calls`](crate::resolve_calls)
    /// found.
    Held(ValueId),
    /// `x.(T)`; with `comma_ok` a pair.
    TypeAssert {
        /// The interface.
        value: ValueId,
        /// `T`
        asserted: TypeId,
        /// Whether it is asked for instead of demanded.
        comma_ok: bool,
    },
    /// `make(chan T, n)`
    MakeChan {
        /// Capacity; none is 0.
        capacity: Option<ValueId>,
    },
    /// `make(map[K]V)`, a map literal.
    MakeMap,
    /// `make([]T, n)`, a slice literal.
    MakeSlice {
        /// Length.
        len: ValueId,
    },
    /// A function literal with the addresses of what it captures.
    Closure {
        /// The literal.
        func: FuncId,
        /// In the order of its [`Func::captures`].
        captures: Vec<ValueId>,
    },
    /// `x.m` as a value: the receiver is evaluated here.
    BoundMethod {
        /// The method.
        method: ObjRef,
        /// The receiver, as the method takes it (the interface, for methods of interfaces).
        recv: ValueId,
    },
    /// One of several results.
    Extract {
        /// A tuple.
        tuple: ValueId,
        /// Which.
        index: u32,
    },
    /// `<-ch`; with `comma_ok` a pair. Also each round of `for … range ch`, with a pair.
    Recv {
        /// The channel.
        chan: ValueId,
        /// Whether it is asked if the channel is closed.
        comma_ok: bool,
    },
    /// `ch <- v`
    Send {
        /// The channel.
        chan: ValueId,
        /// The value.
        value: ValueId,
    },
    /// A `select`. Its case is taken by [`Terminator::Select`].
    Select {
        /// Its communications in source order.
        cases: Vec<SelectCase>,
        /// Whether it has a `default`.
        default: bool,
    },
    /// What a receive case of a select received: a pair of value and `ok`.
    SelectRecv {
        /// The select.
        select: ValueId,
        /// Number of the case.
        case: u32,
    },
    /// Begins an iteration over a map, a string or a function's values (which is called).
    Range(ValueId),
    /// The next round of an iteration: a triple of whether there is one, key and value.
    Next(ValueId),
    /// A call.
    Call(Call),
    /// `go`: the call happens in a new goroutine.
    Go(Call),
    /// `defer`: the call happens when the function ends.
    Defer(Call),
    /// Runs what was deferred, last first.
    RunDefers,
    /// What could not be expressed; its operands are evaluated.
    Unknown(Vec<ValueId>),
}

/// A communication of a select.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SelectCase {
    /// The channel.
    pub chan: ValueId,
    /// What is sent; none for a receive.
    pub send: Option<ValueId>,
    /// Offset of the communication in the file.
    pub pos: u32,
}

/// Who is called with what.
#[derive(Clone, Debug, PartialEq)]
pub struct Call {
    /// Who.
    pub callee: Callee,
    /// The receiver of a static method first, then the arguments; those of a variadic parameter are one slice.
    pub args: Vec<ValueId>,
    /// Type arguments of a generic callee, a tuple.
    pub type_args: TypeId,
}

/// Who is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Callee {
    /// A function or method that is known.
    Static(ObjRef),
    /// A method of an interface, or of a value whose type is a type parameter.
    Interface {
        /// The value.
        recv: ValueId,
        /// The method as the interface declares it.
        method: ObjRef,
    },
    /// A function value.
    Value(ValueId),
    /// A built-in function.
    Builtin(Builtin),
}

impl Op {
    /// Calls `visit` with the values it uses, in order of evaluation.
    pub fn for_each_operand(&self, mut visit: impl FnMut(ValueId)) {
        match self {
            Self::Const(_)
            | Self::Zero
            | Self::Param(_)
            | Self::Captured(_)
            | Self::Global(_)
            | Self::Func(_)
            | Self::Alloc { .. }
            | Self::MakeMap
            | Self::RunDefers => {}
            Self::Phi(values) | Self::Unknown(values) => values.iter().copied().for_each(visit),
            Self::Load(x)
            | Self::Unary(_, x)
            | Self::Convert(x)
            | Self::MakeInterface(x)
            | Self::Held(x)
            | Self::Range(x)
            | Self::Next(x) => {
                visit(*x);
            }
            Self::Store { addr, value } => {
                visit(*addr);
                visit(*value);
            }
            Self::FieldAddr { base, .. } | Self::Field { base, .. } => visit(*base),
            Self::IndexAddr { base, index } | Self::Index { base, index } => {
                visit(*base);
                visit(*index);
            }
            Self::MapGet { map, key, .. } => {
                visit(*map);
                visit(*key);
            }
            Self::MapSet { map, key, value } => {
                visit(*map);
                visit(*key);
                visit(*value);
            }
            Self::Slice { base, bounds } => {
                visit(*base);
                bounds.iter().flatten().copied().for_each(visit);
            }
            Self::Binary(_, x, y) => {
                visit(*x);
                visit(*y);
            }
            Self::TypeAssert { value, .. } => visit(*value),
            Self::MakeChan { capacity } => capacity.iter().copied().for_each(visit),
            Self::MakeSlice { len } => visit(*len),
            Self::Closure { captures, .. } => captures.iter().copied().for_each(visit),
            Self::BoundMethod { recv, .. } => visit(*recv),
            Self::Extract { tuple, .. } => visit(*tuple),
            Self::Recv { chan, .. } => visit(*chan),
            Self::Send { chan, value } => {
                visit(*chan);
                visit(*value);
            }
            Self::Select { cases, .. } => {
                for case in cases {
                    visit(case.chan);
                    if let Some(value) = case.send {
                        visit(value);
                    }
                }
            }
            Self::SelectRecv { select, .. } => visit(*select),
            Self::Call(call) | Self::Go(call) | Self::Defer(call) => {
                match call.callee {
                    Callee::Interface { recv, .. } => visit(recv),
                    Callee::Value(value) => visit(value),
                    Callee::Static(_) | Callee::Builtin(_) => {}
                }
                call.args.iter().copied().for_each(visit);
            }
        }
    }

    /// Replaces every use of a value that `replace` maps to another.
    pub fn map_operands(&mut self, replace: impl Fn(ValueId) -> ValueId) {
        let each = |value: &mut ValueId| *value = replace(*value);
        match self {
            Self::Const(_)
            | Self::Zero
            | Self::Param(_)
            | Self::Captured(_)
            | Self::Global(_)
            | Self::Func(_)
            | Self::Alloc { .. }
            | Self::MakeMap
            | Self::RunDefers => {}
            Self::Phi(values) | Self::Unknown(values) => values.iter_mut().for_each(each),
            Self::Load(x)
            | Self::Unary(_, x)
            | Self::Convert(x)
            | Self::MakeInterface(x)
            | Self::Held(x)
            | Self::Range(x)
            | Self::Next(x) => {
                each(x);
            }
            Self::Store { addr, value } => {
                each(addr);
                each(value);
            }
            Self::FieldAddr { base, .. } | Self::Field { base, .. } => each(base),
            Self::IndexAddr { base, index } | Self::Index { base, index } => {
                each(base);
                each(index);
            }
            Self::MapGet { map, key, .. } => {
                each(map);
                each(key);
            }
            Self::MapSet { map, key, value } => {
                each(map);
                each(key);
                each(value);
            }
            Self::Slice { base, bounds } => {
                each(base);
                bounds.iter_mut().flatten().for_each(each);
            }
            Self::Binary(_, x, y) => {
                each(x);
                each(y);
            }
            Self::TypeAssert { value, .. } => each(value),
            Self::MakeChan { capacity } => capacity.iter_mut().for_each(each),
            Self::MakeSlice { len } => each(len),
            Self::Closure { captures, .. } => captures.iter_mut().for_each(each),
            Self::BoundMethod { recv, .. } => each(recv),
            Self::Extract { tuple, .. } => each(tuple),
            Self::Recv { chan, .. } => each(chan),
            Self::Send { chan, value } => {
                each(chan);
                each(value);
            }
            Self::Select { cases, .. } => {
                for case in cases {
                    each(&mut case.chan);
                    if let Some(value) = &mut case.send {
                        each(value);
                    }
                }
            }
            Self::SelectRecv { select, .. } => each(select),
            Self::Call(call) | Self::Go(call) | Self::Defer(call) => {
                match &mut call.callee {
                    Callee::Interface { recv, .. } => each(recv),
                    Callee::Value(value) => each(value),
                    Callee::Static(_) | Callee::Builtin(_) => {}
                }
                call.args.iter_mut().for_each(each);
            }
        }
    }
}

impl Func {
    /// A function without body, of which only the name is known.
    pub(crate) fn bodyless(name: String, file: usize, span: Span) -> Self {
        Self {
            name,
            obj: None,
            parent: None,
            sig: TypeId::UNKNOWN,
            file,
            span,
            params: Vec::new(),
            captures: Vec::new(),
            has_receiver: false,
            blocks: IndexVec::new(),
            values: IndexVec::new(),
            recovered: None,
        }
    }

    /// What is done at a value.
    pub fn op(&self, value: ValueId) -> &Op {
        &self.values[value].op
    }
}
