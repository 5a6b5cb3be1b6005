use gosleuth_base::{Family, Finding, FixAvailability, RuleCode, RuleInfo, RuleSet, Severity, Symptom};
use gosleuth_ir::{Call, Callee, Func, FuncId, Op, ValueId};
use gosleuth_syntax::ast::{ExprKind, Span, StmtKind};
use gosleuth_types::ConstValue;
use rustc_hash::FxHashMap;

use crate::context::RuleContext;
use crate::flow::has;
use crate::goroutines::receiver;
use crate::models::Behaviour;
use crate::origins::{Origin, Origins};
use crate::rule::rule;

rule! {
    /// ## What it does
    ///
    /// Finds calls whose error is dropped although something waits for, or rests on, what they did: `Close` and `Flush` of writers, `Shutdown`,
    /// `Wait` of an errgroup, `Scan`, `Commit`, `Acquire` of a semaphore, deadlines of connections, locks of files, servers that
    /// stop.
    ///
    /// ## Why it is bad
    ///
    /// What was buffered is not written, the transaction did not happen, the lock or semaphore is not held, the connection has no deadline, the
    /// server does not listen. Nobody hears of it, and what fails later fails somewhere else.
    ///
    /// ## Example
    ///
    /// ```go
    /// func save(name string, data []byte) error {
    ///     file, err := os.Create(name)
    ///     if err != nil {
    ///         return err
    ///     }
    ///     defer file.Close()
    ///     _, err = file.Write(data)
    ///     return err
    /// }
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```go
    /// func save(name string, data []byte) error {
    ///     file, err := os.Create(name)
    ///     if err != nil {
    ///         return err
    ///     }
    ///     if _, err := file.Write(data); err != nil {
    ///         file.Close()
    ///         return err
    ///     }
    ///     return file.Close()
    /// }
    /// ```
    ///
    /// ## Runtime symptom
    ///
    /// ## Limits
    ///
    /// An error that is assigned to `_` is dropped on purpose. So is that of a `Close` or `Rollback` on a path with another error, of a file
    /// that is only read, of a writer into memory or to the terminal, and of a call that stands beside another one of the same kind whose error is looked at. Tests are left out.
    /// Functions of your own are declared as models with the behaviour `checked`.
    ///
    /// ## Version notes
    ///
    /// None.
    RuleInfo {
        code: RuleCode::new(Family::Resources, 7),
        name: "ignored-error",
        summary: "the error of a call that others rest on is dropped",
        set: RuleSet::Strict,
        severity: Severity::Warning,
        fix: FixAvailability::None,
        symptoms: &[Symptom::Other("work that silently did not happen: files cut short, transactions without effect, servers that do not listen")],
    }
}

/// How the error of a call is dropped.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Dropped {
    Statement,
    Deferred,
    Goroutine,
}

fn check(cx: &RuleContext<'_>, sink: &mut Vec<Finding>) {
    let dropped = dropped(cx);
    let mut origins = None;
    for (id, func) in cx.ir.funcs.iter_enumerated() {
        if cx.files[func.file].is_test {
            continue;
        }
        for (site, value) in func.values.iter_enumerated() {
            let (Op::Call(call) | Op::Defer(call) | Op::Go(call)) = &value.op else {
                continue;
            };
            let Some(what) = matters(cx, id, call, &mut origins) else {
                continue;
            };
            let how = match &value.op {
                Op::Defer(_) => Dropped::Deferred,
                Op::Go(_) => Dropped::Goroutine,
                _ => {
                    let span = cx.span_of(func, site);
                    match dropped.get(&(func.file, span.start, span.end)) {
                        Some(&how) => how,
                        None => continue,
                    }
                }
            };
            if how != Dropped::Goroutine && is_settled(cx, func, site, call) {
                continue;
            }
            report(cx, func, site, call, what, how, sink);
        }
    }
}

/// Calls that are statements.
fn dropped(cx: &RuleContext<'_>) -> FxHashMap<(usize, u32, u32), Dropped> {
    let mut found = FxHashMap::default();
    for (index, file) in cx.files.iter().enumerate() {
        for stmt in file.tree.stmts.iter() {
            if let StmtKind::Expr(expr) = stmt.kind
                && matches!(file.tree.exprs[expr].kind, ExprKind::Call { .. })
            {
                let span = file.tree.exprs[expr].span;
                found.insert((index, span.start, span.end), Dropped::Statement);
            }
        }
    }
    found
}

/// What does not happen, or is not known, when the error of a call is dropped; none if it does not matter.
fn matters<'c, 'a>(
    cx: &'c RuleContext<'a>,
    id: FuncId,
    call: &Call,
    origins: &mut Option<Origins<'c, 'a>>,
) -> Option<&'static str> {
    let symbol = cx.callee_symbol(call)?;
    let known = has(cx.call_models(call), Behaviour::Checked);
    if &*symbol == "os.(*File).Close" {
        let file = receiver(cx, call)?;
        let origins = origins.get_or_insert_with(|| Origins::new(cx));
        let found = origins.of(id, file);
        let writes = !found.is_empty() && found.iter().all(|&origin| is_written(cx, origin));
        return writes.then_some("what was written may not be in the file");
    }
    // A deadline that is taken away again has done its work.
    if symbol.ends_with("Deadline") && !is_future(cx, id, call) {
        return None;
    }
    if matches!(symbol.rsplit('.').next(), Some("Flush" | "Close"))
        && let Some(writer) = receiver(cx, call)
    {
        let origins = origins.get_or_insert_with(|| Origins::new(cx));
        if origins.of(id, writer).iter().any(|&origin| is_terminal(cx, origin)) {
            return None;
        }
    }
    if !known {
        return None;
    }
    let method = symbol.rsplit('.').next().unwrap_or("");
    Some(match method {
        "Flush" | "Close" | "Sync" => "what was written may not have arrived",
        "Commit" => "the transaction may not have happened",
        "Scan" => "the variables may have kept their old values",
        "Shutdown" => "requests may still be served, or connections be open",
        "Wait" => "what failed in there is never known",
        "Acquire" => "the semaphore may not be held",
        "Lock" | "Flock" | "Unlock" => "the file may not be locked, or still be",
        "Start" => "the command may not run",
        _ if method.starts_with("Set") => "the connection may have no deadline, and wait for ever",
        _ if method.contains("Serve") => "the server may not listen, or have stopped, and nobody knows",
        _ => "nobody knows whether it worked",
    })
}

/// Whether a file was opened for writing.
fn is_written(cx: &RuleContext<'_>, (id, value): Origin) -> bool {
    /// `O_WRONLY | O_RDWR`, which are the same number everywhere.
    const WRITES: i64 = 3;
    let func = &cx.ir.funcs[id];
    let Op::Extract { tuple, index: 0 } = *func.op(value) else {
        return false;
    };
    let Op::Call(call) = func.op(tuple) else { return false };
    match cx.callee_symbol(call).as_deref() {
        Some("os.Create" | "os.CreateTemp") => true,
        Some("os.OpenFile") => call.args.get(1).is_some_and(|&flags| match func.op(flags) {
            Op::Const(ConstValue::Int(flags)) => flags & WRITES != 0,
            _ => false,
        }),
        _ => false,
    }
}

/// Whether a deadline is reckoned from now on.
fn is_future(cx: &RuleContext<'_>, id: FuncId, call: &Call) -> bool {
    let func = &cx.ir.funcs[id];
    let Some(&until) = call.args.last() else { return false };
    matches!(func.op(until), Op::Call(call) if cx.callee_symbol(call).as_deref() == Some("time.Time.Add"))
}

/// Whether a writer is one over the streams of the process, or over memory.
fn is_terminal(cx: &RuleContext<'_>, (id, value): Origin) -> bool {
    let func = &cx.ir.funcs[id];
    let Op::Call(call) = func.op(value) else { return false };
    call.args.iter().any(|&arg| {
        let inner = match *func.op(arg) {
            Op::MakeInterface(inner) => inner,
            _ => arg,
        };
        let in_memory = ["bytes.Buffer", "strings.Builder", "io.PipeWriter"].iter().any(|name| {
            let (path, name) = name.split_once('.').unwrap_or_default();
            cx.is_type_or_pointer(func.values[inner].ty, path, name)
        });
        in_memory
            || matches!(*func.op(inner), Op::Load(addr)
            if matches!(func.op(addr), Op::Global(obj) if matches!(&*cx.symbol(*obj), "os.Stdout" | "os.Stderr")))
    })
}

/// Whether another call of the same method in the function has its error looked at, or this one is on the way out with another error.
fn is_settled(cx: &RuleContext<'_>, func: &Func, site: ValueId, call: &Call) -> bool {
    let callee = cx.callee(call);
    let name = callee.map_or("", |obj| cx.name_of(obj));
    let is_ending = matches!(name, "Close" | "Flush" | "Sync" | "Unlock" | "Shutdown" | "Wait");
    if !is_ending {
        return false;
    }
    let is_checked = |id: ValueId| {
        func.values.iter().any(|value| {
            let mut uses = false;
            value.op.for_each_operand(|operand| uses |= operand == id);
            uses
        }) || func.blocks.iter().any(|block| match &block.end {
            gosleuth_ir::Terminator::Return(values) => values.contains(&id),
            _ => false,
        })
    };
    let beside = func.values.iter_enumerated().any(|(id, value)| match &value.op {
        Op::Call(other) if id != site => {
            let is_same = cx.callee(other) == callee || (name == "Close" && is_sync(cx, other));
            is_same && is_checked(id)
        }
        _ => false,
    });
    beside || is_behind_error(cx, func, site)
}

fn is_sync(cx: &RuleContext<'_>, call: &Call) -> bool {
    matches!(call.callee, Callee::Static(obj) if cx.name_of(obj) == "Sync")
}

/// Whether a statement stands in an `if` about an error that then leaves.
fn is_behind_error(cx: &RuleContext<'_>, func: &Func, site: ValueId) -> bool {
    let file = &cx.files[func.file];
    let tree = file.tree;
    let pos = func.values[site].pos;
    tree.stmts.iter().any(|stmt| match stmt.kind {
        StmtKind::If { cond, then, .. } => {
            tree.stmts[then].span.contains(pos) && speaks_of_error(cx, func.file, tree.exprs[cond].span)
        }
        _ => false,
    })
}

fn speaks_of_error(cx: &RuleContext<'_>, index: usize, within: Span) -> bool {
    let file = &cx.files[index];
    file.tree.exprs.iter_enumerated().any(|(id, expr)| {
        within.contains(expr.span.start) && cx.type_name(file.info.type_of(id)) == Some(("", "error"))
    })
}

fn report(
    cx: &RuleContext<'_>,
    func: &Func,
    site: ValueId,
    call: &Call,
    what: &str,
    how: Dropped,
    sink: &mut Vec<Finding>,
) {
    let name = cx.callee(call).map_or("", |obj| cx.name_of(obj));
    let shown = match how {
        Dropped::Statement => format!("the error of this {name} is dropped"),
        Dropped::Deferred => format!("the error of this deferred {name} is dropped"),
        Dropped::Goroutine => format!("the error of this {name} in a goroutine is dropped"),
    };
    let action = match how {
        Dropped::Statement => "look at the error, or assign it to `_` if it really does not matter",
        Dropped::Deferred => "call it on the way out and return its error; a deferred one as well does no harm",
        Dropped::Goroutine => "start a function that looks at the error and says so",
    };
    cx.report(&RULE.info, func.file, cx.span_of(func, site), shown)
        .why(what)
        .action(action)
        .push(sink);
}
