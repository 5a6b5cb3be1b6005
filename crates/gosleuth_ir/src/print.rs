//! Functions as text, for tests and people.

use std::fmt::Write as _;

use gosleuth_base::Idx as _;
use gosleuth_types::{ConstValue, ObjRef, Qualify, Query, TypeId};

use crate::ir::{Call, Callee, Func, Op, Package, Terminator, ValueId};

/// A function as text: one line a value, `b1:` in front of each block with the blocks that lead to it.
pub fn print_func(query: Query<'_, '_>, package: &Package, func: &Func) -> String {
    let mut out = String::new();
    let printer = Printer { query, package };
    printer.func(&mut out, func);
    out
}

struct Printer<'w, 'a, 'p> {
    query: Query<'w, 'a>,
    package: &'p Package,
}

impl Printer<'_, '_, '_> {
    fn func(&self, out: &mut String, func: &Func) {
        let captures: Vec<_> = func.captures.iter().map(|capture| self.object(capture.obj)).collect();
        let _ = write!(out, "func {}", func.name);
        if !captures.is_empty() {
            let _ = write!(out, " captures {}", captures.join(", "));
        }
        out.push('\n');
        for (id, block) in func.blocks.iter_enumerated() {
            let preds: Vec<_> = block.preds.iter().map(|pred| format!("b{}", pred.index())).collect();
            let _ = write!(out, "b{}:", id.index());
            if !preds.is_empty() {
                let _ = write!(out, " <- {}", preds.join(", "));
            }
            if func.recovered == Some(id) {
                out.push_str(" recovered");
            }
            out.push('\n');
            for &value in &block.values {
                let ty = func.values[value].ty;
                let text = self.op(func.op(value));
                if ty == TypeId::EMPTY_TUPLE {
                    let _ = writeln!(out, "  v{} = {text}", value.index());
                } else {
                    let _ = writeln!(out, "  v{}: {} = {text}", value.index(), self.ty(ty));
                }
            }
            let end = match &block.end {
                Terminator::Jump(to) => format!("jump b{}", to.index()),
                Terminator::If(value, then, els) => {
                    format!("if {} b{} else b{}", name(*value), then.index(), els.index())
                }
                Terminator::Select(value, to) => {
                    let to: Vec<_> = to.iter().map(|to| format!("b{}", to.index())).collect();
                    format!("select {} {}", name(*value), to.join(" "))
                }
                Terminator::Return(values) => format!("return {}", names(values)),
                Terminator::Panic(value) => format!("panic {}", name(*value)),
                Terminator::Unreachable => "unreachable".to_owned(),
            };
            let _ = writeln!(out, "  {}", end.trim_end());
        }
    }

    fn ty(&self, ty: TypeId) -> String {
        self.query.display(ty, Qualify::Name(self.query.pkg)).to_string()
    }

    fn object(&self, obj: ObjRef) -> String {
        let Some(object) = self.query.object(obj) else {
            return "?".to_owned();
        };
        let text = self.query.world.text(object.name);
        if self.query.world.canonical(obj.pkg) == self.query.world.canonical(self.query.pkg) {
            return text.to_owned();
        }
        let pkg = self.query.world.package(obj.pkg).name;
        let pkg = pkg.map_or_else(|| self.query.world.path(obj.pkg), |name| self.query.world.text(name));
        format!("{pkg}.{text}")
    }

    fn op(&self, op: &Op) -> String {
        match op {
            Op::Const(value) => constant(value),
            Op::Zero => "zero".to_owned(),
            Op::Param(number) => format!("param {number}"),
            Op::Captured(number) => format!("captured {number}"),
            Op::Global(obj) => format!("global {}", self.object(*obj)),
            Op::Func(obj) => format!("func {}", self.object(*obj)),
            Op::Phi(values) => format!("phi {}", names(values)),
            Op::Alloc { var: Some(obj) } => format!("alloc {}", self.object(*obj)),
            Op::Alloc { var: None } => "alloc".to_owned(),
            Op::Load(addr) => format!("load {}", name(*addr)),
            Op::Store { addr, value } => format!("store {} {}", name(*addr), name(*value)),
            Op::FieldAddr { base, field } => format!("fieldaddr {} {field}", name(*base)),
            Op::Field { base, field } => format!("field {} {field}", name(*base)),
            Op::IndexAddr { base, index } => format!("indexaddr {} {}", name(*base), name(*index)),
            Op::Index { base, index } => format!("index {} {}", name(*base), name(*index)),
            Op::MapGet { map, key, comma_ok } => format!("mapget {} {}{}", name(*map), name(*key), ok(*comma_ok)),
            Op::MapSet { map, key, value } => format!("mapset {} {} {}", name(*map), name(*key), name(*value)),
            Op::Slice { base, bounds } => {
                let bounds: Vec<_> = bounds
                    .iter()
                    .map(|bound| bound.map_or_else(|| "_".to_owned(), name))
                    .collect();
                format!("slice {} {}", name(*base), bounds.join(" "))
            }
            Op::Unary(op, x) => format!("{op:?} {}", name(*x)).to_lowercase(),
            Op::Binary(op, x, y) => format!("{op:?} {} {}", name(*x), name(*y)).to_lowercase(),
            Op::Convert(x) => format!("convert {}", name(*x)),
            Op::MakeInterface(x) => format!("interface {}", name(*x)),
            Op::Held(x) => format!("held {}", name(*x)),
            Op::TypeAssert {
                value,
                asserted,
                comma_ok,
            } => format!("assert {} {}{}", name(*value), self.ty(*asserted), ok(*comma_ok)),
            Op::MakeChan { capacity } => match capacity {
                Some(capacity) => format!("makechan {}", name(*capacity)),
                None => "makechan".to_owned(),
            },
            Op::MakeMap => "makemap".to_owned(),
            Op::MakeSlice { len } => format!("makeslice {}", name(*len)),
            Op::Closure { func, captures } => {
                let func = self.package.funcs.get(*func).map_or("?", |func| &func.name);
                format!("closure {func} {}", names(captures)).trim_end().to_owned()
            }
            Op::BoundMethod { method, recv } => format!("bound {} {}", self.object(*method), name(*recv)),
            Op::Extract { tuple, index } => format!("extract {} {index}", name(*tuple)),
            Op::Recv { chan, comma_ok } => format!("recv {}{}", name(*chan), ok(*comma_ok)),
            Op::Send { chan, value } => format!("send {} {}", name(*chan), name(*value)),
            Op::Select { cases, default } => {
                let mut cases: Vec<_> = cases
                    .iter()
                    .map(|case| match case.send {
                        Some(value) => format!("send {} {}", name(case.chan), name(value)),
                        None => format!("recv {}", name(case.chan)),
                    })
                    .collect();
                if *default {
                    cases.push("default".to_owned());
                }
                format!("select [{}]", cases.join("; "))
            }
            Op::SelectRecv { select, case } => format!("received {} {case}", name(*select)),
            Op::Range(x) => format!("range {}", name(*x)),
            Op::Next(x) => format!("next {}", name(*x)),
            Op::Call(call) => format!("call {}", self.call(call)),
            Op::Go(call) => format!("go {}", self.call(call)),
            Op::Defer(call) => format!("defer {}", self.call(call)),
            Op::RunDefers => "rundefers".to_owned(),
            Op::Unknown(values) => format!("unknown {}", names(values)).trim_end().to_owned(),
        }
    }

    fn call(&self, call: &Call) -> String {
        let callee = match call.callee {
            Callee::Static(obj) => self.object(obj),
            Callee::Interface { recv, method } => format!("{}.{}", name(recv), self.object(method)),
            Callee::Value(value) => name(value),
            Callee::Builtin(builtin) => format!("{builtin:?}").to_lowercase(),
        };
        format!("{callee}({})", names(&call.args))
    }
}

fn constant(value: &ConstValue) -> String {
    format!("const {value:?}")
}

fn name(value: ValueId) -> String {
    format!("v{}", value.index())
}

fn names(values: &[ValueId]) -> String {
    values.iter().map(|&value| name(value)).collect::<Vec<_>>().join(", ")
}

fn ok(comma_ok: bool) -> &'static str {
    if comma_ok { " ok" } else { "" }
}
