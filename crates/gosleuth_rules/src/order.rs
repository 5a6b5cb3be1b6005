//! What may order two uses of a variable: locks, channels, and calls that may contain such.
//!
//! Two questions with opposite cautions: what *certainly* waits, and what *may* wait. What is not understood may.

use std::cell::RefCell;

use gosleuth_base::Idx as _;
use gosleuth_ir::{BlockId, Call, Callee, Func, FuncId, Op, ValueId};
use gosleuth_types::{Builtin, TypeId};
use rustc_hash::FxHashMap;

use crate::context::RuleContext;
use crate::flow::{has, position};
use crate::goroutines::{receiver, spawned};
use crate::models::Behaviour;

/// Answers for one package.
pub(crate) struct Order<'c, 'a> {
    cx: &'c RuleContext<'a>,
    /// Whether a function certainly, and whether it possibly, waits or tells somebody.
    known: RefCell<FxHashMap<FuncId, Syncs>>,
}

/// What a value or function does with other goroutines.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Syncs {
    /// It waits for somebody, or may be told something.
    waits: bool,
    /// It tells somebody something.
    tells: bool,
    /// It calls what is not understood.
    unknown: bool,
}

impl Syncs {
    const WAITS: Self = Self {
        waits: true,
        tells: false,
        unknown: false,
    };
    const TELLS: Self = Self {
        waits: false,
        tells: true,
        unknown: false,
    };
    const BOTH: Self = Self {
        waits: true,
        tells: true,
        unknown: false,
    };
    const UNKNOWN: Self = Self {
        waits: false,
        tells: false,
        unknown: true,
    };

    fn or(self, other: Self) -> Self {
        Self {
            waits: self.waits || other.waits,
            tells: self.tells || other.tells,
            unknown: self.unknown || other.unknown,
        }
    }
}

impl<'c, 'a> Order<'c, 'a> {
    pub(crate) fn new(cx: &'c RuleContext<'a>) -> Self {
        Self {
            cx,
            known: RefCell::default(),
        }
    }

    /// Whether a goroutine waits for something before it gets to a value: takes a lock, receives, or calls what is not understood and
    /// returns nothing (why else would it be called).
    pub(crate) fn waits_before(&self, id: FuncId, at: ValueId) -> bool {
        let func = &self.cx.ir.funcs[id];
        let is_result = |value: ValueId| func.values[value].ty != TypeId::EMPTY_TUPLE;
        self.before(id, at, |value, syncs| {
            syncs.waits || (syncs.unknown && !is_result(value) && self.is_method(func, value))
        })
    }

    /// Whether a value calls a method that is not in this package.
    fn is_method(&self, func: &Func, value: ValueId) -> bool {
        match func.op(value) {
            Op::Call(call) => match call.callee {
                Callee::Interface { .. } => true,
                Callee::Static(_) => self.cx.called_function(func, call).is_none() && receiver(self.cx, call).is_some(),
                _ => false,
            },
            _ => false,
        }
    }

    /// Whether a goroutine may tell somebody that it is past a value.
    pub(crate) fn tells_after(&self, id: FuncId, at: ValueId) -> bool {
        let func = &self.cx.ir.funcs[id];
        let Some((block, index)) = position(func, at) else {
            return true;
        };
        let tells = |value: ValueId| {
            let syncs = self.of(func, value);
            syncs.tells || syncs.unknown
        };
        // What was deferred runs at the end.
        let deferred = func.values.iter().any(|value| match &value.op {
            Op::Defer(call) => {
                let syncs = self.call(func, call);
                syncs.tells || syncs.unknown
            }
            _ => false,
        });
        deferred || self.walk(func, block, index + 1, None, |value| tells(value).then_some(true))
    }

    /// Whether a way leads from one value of a function to another that does not pass `anew`, where the variable is made; with `ordered`, one
    /// on which nothing may wait.
    pub(crate) fn reaches(&self, id: FuncId, from: ValueId, to: ValueId, anew: Option<ValueId>, ordered: bool) -> bool {
        let func = &self.cx.ir.funcs[id];
        let Some((block, index)) = position(func, from) else {
            return false;
        };
        self.walk(func, block, index + 1, anew, |value| {
            if value == to {
                return Some(true);
            }
            let syncs = self.of(func, value);
            (ordered && (syncs.waits || syncs.unknown)).then_some(false)
        })
    }

    /// Whether a way from a place meets a value for which `visit` is true before one for which it is false.
    fn walk(
        &self,
        func: &Func,
        block: BlockId,
        index: usize,
        anew: Option<ValueId>,
        visit: impl Fn(ValueId) -> Option<bool>,
    ) -> bool {
        let mut seen = vec![false; func.blocks.len()];
        let mut work = vec![(block, index)];
        'blocks: while let Some((block, index)) = work.pop() {
            let node = &func.blocks[block];
            for &value in node.values.get(index..).unwrap_or(&[]) {
                if Some(value) == anew {
                    continue 'blocks;
                }
                match visit(value) {
                    Some(true) => return true,
                    Some(false) => continue 'blocks,
                    None => {}
                }
            }
            for next in node.end.successors() {
                if !std::mem::replace(&mut seen[next.index()], true) {
                    work.push((next, 0));
                }
            }
        }
        false
    }

    fn before(&self, id: FuncId, at: ValueId, is: impl Fn(ValueId, Syncs) -> bool) -> bool {
        let func = &self.cx.ir.funcs[id];
        let Some((block, index)) = position(func, at) else {
            return true;
        };
        // Backwards: any way from the entry.
        let mut seen = vec![false; func.blocks.len()];
        let mut work = vec![(block, index)];
        while let Some((block, index)) = work.pop() {
            let node = &func.blocks[block];
            if node.values[..index]
                .iter()
                .any(|&value| is(value, self.of(func, value)))
            {
                return true;
            }
            for &pred in &node.preds {
                if !std::mem::replace(&mut seen[pred.index()], true) {
                    work.push((pred, func.blocks[pred].values.len()));
                }
            }
        }
        false
    }

    fn of(&self, func: &Func, value: ValueId) -> Syncs {
        match func.op(value) {
            Op::Recv { .. } | Op::Send { .. } | Op::Select { .. } => Syncs::BOTH,
            Op::Call(call) if spawned(self.cx, func, value).is_none() => self.call(func, call),
            // Calls the function of a range loop.
            Op::Range(_) => Syncs::default(),
            Op::RunDefers => func
                .values
                .iter()
                .filter_map(|value| match &value.op {
                    Op::Defer(call) => Some(self.call(func, call)),
                    _ => None,
                })
                .fold(Syncs::default(), Syncs::or),
            _ => Syncs::default(),
        }
    }

    fn call(&self, func: &Func, call: &Call) -> Syncs {
        let cx = self.cx;
        if let Callee::Builtin(builtin) = call.callee {
            return if builtin == Builtin::Close {
                Syncs::TELLS
            } else {
                Syncs::default()
            };
        }
        if let Some(body) = cx.called_function(func, call) {
            return self.function(body);
        }
        let Some(symbol) = cx.callee_symbol(call) else {
            return Syncs::UNKNOWN;
        };
        let models = cx.call_models(call);
        if has(models, Behaviour::Lock) || has(models, Behaviour::ReadLock) {
            return Syncs::WAITS;
        }
        if has(models, Behaviour::Unlock) || has(models, Behaviour::ReadUnlock) {
            return Syncs::TELLS;
        }
        if has(models, Behaviour::Spawn) {
            return Syncs::default();
        }
        match &*symbol {
            "sync.(*WaitGroup).Add" => return Syncs::default(),
            "sync.(*WaitGroup).Done" => return Syncs::TELLS,
            "time.Sleep" => return Syncs::default(),
            _ => {}
        }
        let name = symbol.rsplit('.').next().unwrap_or("");
        if symbol.starts_with("sync.")
            || symbol.starts_with("sync/atomic.")
            || name.contains("Wait")
            || name.contains("Lock")
        {
            return Syncs::BOTH;
        }
        // Functions of the standard library that get only plain values wait for nobody of ours.
        let is_plain = matches!(call.callee, Callee::Static(_)) && is_quiet(&symbol);
        if is_plain { Syncs::default() } else { Syncs::UNKNOWN }
    }

    fn function(&self, id: FuncId) -> Syncs {
        if let Some(&known) = self.known.borrow().get(&id) {
            return known;
        }
        // A function that calls itself does no more than it does otherwise.
        self.known.borrow_mut().insert(id, Syncs::default());
        let func = &self.cx.ir.funcs[id];
        let mut syncs = Syncs::default();
        if func.blocks.is_empty() {
            syncs = Syncs::UNKNOWN;
        }
        for block in func.blocks.iter() {
            for &value in &block.values {
                let one = match func.op(value) {
                    Op::Defer(call) => self.call(func, call),
                    _ => self.of(func, value),
                };
                syncs = syncs.or(one);
            }
        }
        self.known.borrow_mut().insert(id, syncs);
        syncs
    }
}

/// Whether a file's tests run in bubbles, where ends of goroutines are seen by those who wait for the bubble, and time passes when all wait.
pub(crate) fn is_in_bubble(cx: &RuleContext<'_>, file: usize) -> bool {
    let source = &cx.files[file];
    source
        .tree
        .imports
        .iter()
        .any(|&spec| match source.tree.specs[spec].kind {
            gosleuth_syntax::ast::SpecKind::Import { path, .. } => {
                let literal = source.tree.exprs[path].span.of(source.text);
                literal.trim_ascii().ends_with(b"synctest\"")
            }
            _ => false,
        })
}

/// Packages of the standard library whose functions neither wait for other goroutines nor tell them anything.
fn is_quiet(symbol: &str) -> bool {
    const QUIET: &[&str] = &[
        "bufio",
        "bytes",
        "cmp",
        "encoding/base64",
        "encoding/binary",
        "encoding/hex",
        "encoding/json",
        "encoding/xml",
        "errors",
        "fmt",
        "hash/crc32",
        "html",
        "io",
        "io/ioutil",
        "log",
        "maps",
        "math",
        "math/big",
        "math/rand",
        "mime",
        "net/netip",
        "net/url",
        "os",
        "path",
        "path/filepath",
        "reflect",
        "regexp",
        "runtime",
        "slices",
        "sort",
        "strconv",
        "strings",
        "text/template",
        "time",
        "unicode",
        "unicode/utf8",
    ];
    let end = symbol.rfind('/').map_or(0, |slash| slash + 1);
    let package = match symbol[end..].find('.') {
        Some(dot) => &symbol[..end + dot],
        None => symbol,
    };
    QUIET.contains(&package)
}
