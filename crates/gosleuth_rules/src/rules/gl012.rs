use gosleuth_base::{
    Family, Finding, FixAvailability, FixSafety, RuleCode, RuleInfo, RuleSet, Severity, SuspectKind, Symptom,
};
use gosleuth_ir::{BlockId, Func, FuncId, Op, ValueId};
use gosleuth_syntax::ast::{ExprKind, Span, StmtKind};
use gosleuth_types::{ObjRef, Type};

use crate::context::RuleContext;
use crate::flow::{Follow, Held, Slot, Step, follow, in_loop, position};
use crate::goroutines::{Spawn, receiver, spawns};
use crate::rule::rule;

rule! {
    /// ## What it does
    ///
    /// Finds goroutines that loop over the channel of a ticker, have no other way out, and whose ticker is stopped by somebody else, or whose
    /// owner has a method `Stop`, `Close` or `Shutdown`; and, for modules before Go 1.23, tickers that are never stopped and `time.Tick` in
    /// functions that return.
    ///
    /// ## Why it is bad
    ///
    /// `Stop` does not close the channel: a goroutine that waits for the next tick waits for ever. Before Go 1.23 a ticker that is not
    /// stopped is never freed and goes on ticking.
    ///
    /// ## Example
    ///
    /// ```go
    /// func flush(do func()) (stop func()) {
    ///     ticker := time.NewTicker(time.Second)
    ///     go func() {
    ///         for range ticker.C {
    ///             do()
    ///         }
    ///     }()
    ///     return func() { ticker.Stop() }
    /// }
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```go
    /// func flush(do func()) (stop func()) {
    ///     ticker := time.NewTicker(time.Second)
    ///     quit := make(chan struct{})
    ///     go func() {
    ///         defer ticker.Stop()
    ///         for {
    ///             select {
    ///             case <-ticker.C:
    ///                 do()
    ///             case <-quit:
    ///                 return
    ///             }
    ///         }
    ///     }()
    ///     return func() { close(quit) }
    /// }
    /// ```
    ///
    /// ## Runtime symptom
    ///
    /// ## Limits
    ///
    /// A loop over a ticker that nobody tries to stop is taken to be meant to run as long as the process where its type has no such method.
    /// A ticker that is stopped must be a variable that the goroutine captures, or a field of a struct of this package.
    ///
    /// ## Version notes
    ///
    /// From Go 1.23 on tickers that nobody refers to are freed, so a missing `Stop` alone is reported only for older modules.
    RuleInfo {
        code: RuleCode::new(Family::Leaks, 12),
        name: "ticker-never-stopped",
        summary: "a goroutine waits for ticks of a stopped ticker, or a ticker is never stopped",
        set: RuleSet::Default,
        severity: Severity::Error,
        fix: FixAvailability::Safe,
        symptoms: &[Symptom::Wait("chan receive"), Symptom::Suspect(SuspectKind::BlockedReceive)],
    }
}

/// The version from which on unreferenced tickers are freed.
const COLLECTED: u32 = 23;

fn check(cx: &RuleContext<'_>, sink: &mut Vec<Finding>) {
    let stops = stops(cx);
    for spawn in spawns(cx) {
        endless(cx, spawn, &stops, sink);
    }
    for func in cx.ir.funcs.iter() {
        if cx.files[func.file].go_minor >= COLLECTED || cx.files[func.file].is_test {
            continue;
        }
        let is_main = func.name == "main" && func.parent.is_none();
        for (id, value) in func.values.iter_enumerated() {
            let Op::Call(call) = &value.op else { continue };
            let Some(symbol) = cx.callee_symbol(call) else { continue };
            let Some((block, _)) = position(func, id) else { continue };
            match &*symbol {
                "time.NewTicker" => unstopped(cx, func, id, sink),
                "time.Tick" if !is_main && leaves(cx, func, block, ranged(func, id), true) => {
                    cx.report(
                        &RULE.info,
                        func.file,
                        cx.span_of(func, id),
                        "this ticker can never be stopped, and the function returns",
                    )
                    .why("before Go 1.23 a ticker that is not stopped goes on ticking and is never freed")
                    .action("use `time.NewTicker` with `defer ticker.Stop()`")
                    .push(sink);
                }
                _ => {}
            }
        }
    }
}

/// The variable or field that holds a ticker.
fn place(cx: &RuleContext<'_>, func: &Func, ticker: ValueId) -> Option<ObjRef> {
    let Op::Load(addr) = func.op(ticker) else { return None };
    match func.op(*addr) {
        Op::Captured(number) => Some(func.captures.get(*number as usize)?.obj),
        Op::Alloc { var } => *var,
        Op::Global(obj) => Some(*obj),
        Op::FieldAddr { base, field } => match cx.under(cx.pointee(func.values[*base].ty)?) {
            Type::Struct(fields) => fields.get(*field as usize).map(|field| field.obj),
            _ => None,
        },
        _ => None,
    }
}

/// Calls of `Stop` on tickers in variables and fields.
fn stops(cx: &RuleContext<'_>) -> Vec<(ObjRef, FuncId, ValueId)> {
    let mut found = Vec::new();
    for (id, func) in cx.ir.funcs.iter_enumerated() {
        for (value, node) in func.values.iter_enumerated() {
            let (Op::Call(call) | Op::Defer(call)) = &node.op else {
                continue;
            };
            if cx
                .callee_symbol(call)
                .is_some_and(|symbol| &*symbol == "time.(*Ticker).Stop")
                && let Some(obj) = receiver(cx, call).and_then(|ticker| place(cx, func, ticker))
            {
                found.push((obj, id, value));
            }
        }
    }
    found
}

/// A goroutine that loops over ticks and never ends, while somebody else stops the ticker.
fn endless(cx: &RuleContext<'_>, spawn: Spawn, stops: &[(ObjRef, FuncId, ValueId)], sink: &mut Vec<Finding>) {
    let id = spawn.body;
    let func = &cx.ir.funcs[id];
    for (value, node) in func.values.iter_enumerated() {
        let Op::Recv { chan, comma_ok } = node.op else { continue };
        let Some(ticker) = ticker_of(cx, func, chan) else {
            continue;
        };
        let Some((block, _)) = position(func, value) else {
            continue;
        };
        // A range over a channel ends only when that is closed, which a ticker's never is.
        if !in_loop(func, block) || leaves(cx, func, block, comma_ok.then_some(value), true) {
            continue;
        }
        let obj = place(cx, func, ticker);
        let pos = node.pos;
        let span = match cx.span_of(func, value) {
            span if span.end > pos => span,
            _ => Span::new(pos, pos + 1),
        };
        let Some(&(_, stopper, stop)) = stops.iter().find(|&&(other, by, _)| Some(other) == obj && by != id) else {
            if let Some(end) = owner_ends(cx, spawn) {
                let end = &cx.ir.funcs[end];
                cx.report(
                    &RULE.info,
                    func.file,
                    span,
                    format!(
                        "this goroutine waits for the next tick for ever, also after {}",
                        end.name
                    ),
                )
                .related(
                    end.file,
                    Span::new(end.span.start, end.span.start + 4),
                    "this does not end it",
                )
                .why("nobody closes the channel of a ticker, and the loop has no other way out")
                .action("select on a quit channel or a context beside the ticks")
                .push(sink);
            }
            continue;
        };
        let stopper = &cx.ir.funcs[stopper];
        cx.report(
            &RULE.info,
            func.file,
            span,
            "this goroutine waits for the next tick for ever once the ticker is stopped",
        )
        .related(
            stopper.file,
            cx.span_of(stopper, stop),
            "stopped here, which does not close the channel",
        )
        .why("Stop ends the ticks but does not close C, and the loop has no other way out")
        .action("select on a quit channel or a context beside the ticks")
        .push(sink);
    }
}

/// The method that ends the owner of a goroutine: of the type whose method the goroutine runs, or that starts it.
fn owner_ends(cx: &RuleContext<'_>, spawn: Spawn) -> Option<FuncId> {
    let mut by = spawn.by;
    while let Some(parent) = cx.ir.funcs[by].parent {
        by = parent;
    }
    if cx.files[cx.ir.funcs[by].file].is_test {
        return None;
    }
    [spawn.body, by].into_iter().find_map(|id| {
        let func = &cx.ir.funcs[id];
        let (owner, _) = func.name.rsplit_once('.').filter(|_| func.has_receiver)?;
        let found = cx.ir.funcs.iter_enumerated().find(|(_, other)| {
            other.has_receiver
                && other
                    .name
                    .rsplit_once('.')
                    .is_some_and(|(of, name)| of == owner && matches!(name, "Stop" | "Close" | "Shutdown"))
        });
        found.map(|(id, _)| id)
    })
}

/// The ticker whose field C a channel is.
fn ticker_of(cx: &RuleContext<'_>, func: &Func, chan: ValueId) -> Option<ValueId> {
    let addr = match func.op(chan) {
        Op::Load(addr) => *addr,
        _ => return None,
    };
    let Op::FieldAddr { base, .. } = func.op(addr) else {
        return None;
    };
    cx.is_type_or_pointer(func.values[*base].ty, "time", "Ticker")
        .then_some(*base)
}

/// The receive of a range loop over a channel.
fn ranged(func: &Func, wanted: ValueId) -> Option<ValueId> {
    func.values
        .iter_enumerated()
        .find(|(_, value)| matches!(value.op, Op::Recv { chan, comma_ok: true } if chan == wanted))
        .map(|(id, _)| id)
}

/// Whether control can leave the function from a block, other than because the channel received from was closed;
/// with `by_exit`, also by a call that does not return.
fn leaves(cx: &RuleContext<'_>, func: &Func, block: BlockId, recv: Option<ValueId>, by_exit: bool) -> bool {
    use gosleuth_base::Idx as _;
    use gosleuth_ir::Terminator;
    let mut seen = vec![false; func.blocks.len()];
    let mut work = vec![block];
    while let Some(next) = work.pop() {
        if std::mem::replace(&mut seen[next.index()], true) {
            continue;
        }
        let node = &func.blocks[next];
        let ends = node.values.iter().any(|&value| match func.op(value) {
            Op::Call(call) => crate::flow::has(cx.call_models(call), crate::Behaviour::NoReturn),
            _ => false,
        });
        if ends {
            if !by_exit {
                continue;
            }
            return true;
        }
        match &node.end {
            Terminator::Return(_) | Terminator::Panic(_) => return true,
            Terminator::If(cond, then, els) => {
                work.push(*then);
                let is_open = matches!(func.op(*cond), Op::Extract { tuple, index: 1 } if Some(*tuple) == recv);
                if !is_open {
                    work.push(*els);
                }
            }
            end => work.extend(end.successors()),
        }
    }
    false
}

/// A ticker of which nothing but the channel is used.
struct OnlyTicks<'f> {
    func: &'f Func,
}

impl Follow for OnlyTicks<'_> {
    fn used(&mut self, _: &Held, user: ValueId, _: Slot) -> Step {
        match self.func.op(user) {
            Op::FieldAddr { .. } | Op::Field { .. } => Step::Go,
            _ => Step::Settled,
        }
    }
}

fn unstopped(cx: &RuleContext<'_>, func: &Func, call: ValueId, sink: &mut Vec<Finding>) {
    if follow(cx, func, call, &[(call, 0)], &mut OnlyTicks { func }).is_none() {
        return;
    }
    // A range over the ticks does not end by itself.
    let ranged = func.values.iter_enumerated().find(|(_, value)| match value.op {
        Op::Recv { chan, comma_ok: true } => ticker_of(cx, func, chan) == Some(call),
        _ => false,
    });
    if let (Some((ranged, _)), Some((block, _))) = (ranged, position(func, call))
        && !leaves(cx, func, block, Some(ranged), false)
    {
        return;
    }
    let span = cx.span_of(func, call);
    let mut report = cx
        .report(&RULE.info, func.file, span, "this ticker is not stopped on every path")
        .why("before Go 1.23 a ticker that is not stopped goes on ticking and is never freed")
        .action("add `defer ticker.Stop()`");
    let tree = cx.files[func.file].tree;
    let taken = tree.stmts.iter().find_map(|stmt| match tree.sides(stmt.kind) {
        (&[name], &[value]) if tree.exprs[value].span == span && matches!(stmt.kind, StmtKind::Assign { .. }) => {
            match tree.exprs[name].kind {
                ExprKind::Ident(ident) if tree.name(ident) != "_" => Some((stmt.span.end, tree.name(ident))),
                _ => None,
            }
        }
        _ => None,
    });
    if let Some((end, name)) = taken
        && position(func, call).is_some_and(|(block, _)| !in_loop(func, block))
        && cx.files[func.file].text.get(end as usize) == Some(&b'\n')
    {
        let text = format!("\n{}defer {name}.Stop()", cx.indentation(func.file, span.start));
        let edit = [(func.file, Span::new(end, end), text.as_str())];
        report = report.fix(FixSafety::Safe, format!("add `defer {name}.Stop()`"), edit);
    }
    report.push(sink);
}
