use gosleuth_base::{Family, Finding, FixAvailability, RuleCode, RuleInfo, RuleSet, Severity, SuspectKind, Symptom};
use gosleuth_ir::{BlockId, Call, Callee, Func, FuncId, Op, Terminator, ValueId};
use gosleuth_syntax::ast::{BinaryOp, UnaryOp};
use gosleuth_types::Builtin;
use rustc_hash::FxHashSet;

use crate::context::RuleContext;
use crate::flow::{nil_check, position};
use crate::origins::Origins;
use crate::rule::rule;
use crate::same::{live, values};

rule! {
    /// ## What it does
    ///
    /// Finds functions that recover from a panic and then start themselves again, in the deferred function or behind it, without counting the
    /// attempts and without waiting in between.
    ///
    /// ## Why it is bad
    ///
    /// What panicked once panics again as long as its cause is there: a bad message at the head of a queue, a nil pointer in the
    /// configuration. The function then starts itself as fast as the processor allows, each time with new goroutines, connections and log
    /// lines. A call in place of a `go` statement makes the stack grow until the process dies.
    ///
    /// ## Example
    ///
    /// ```go
    /// func work(jobs chan func()) {
    ///     defer func() {
    ///         if r := recover(); r != nil {
    ///             log.Print("restarting: ", r)
    ///             go work(jobs)
    ///         }
    ///     }()
    ///     for job := range jobs {
    ///         job()
    ///     }
    /// }
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```go
    /// func work(jobs chan func(), attempt int) {
    ///     defer func() {
    ///         if r := recover(); r != nil && attempt < 5 {
    ///             log.Print("restarting: ", r)
    ///             time.Sleep(time.Second << attempt)
    ///             go work(jobs, attempt+1)
    ///         }
    ///     }()
    ///     for job := range jobs {
    ///         job()
    ///     }
    /// }
    /// ```
    ///
    /// ## Runtime symptom
    ///
    /// ## Limits
    ///
    /// A comparison of numbers, a call that decides, a sleep, a receive or a select in front of the restart counts as a bound or a wait. A
    /// supervisor that calls a function which recovers in a loop is not reported.
    ///
    /// ## Version notes
    ///
    /// None.
    RuleInfo {
        code: RuleCode::new(Family::Leaks, 13),
        name: "restart-after-recover",
        summary: "a function recovers from a panic and starts itself again at once",
        set: RuleSet::Default,
        severity: Severity::Warning,
        fix: FixAvailability::None,
        symptoms: &[
            Symptom::Other("goroutines, or frames of one function, that become more and more from one place"),
            Symptom::Suspect(SuspectKind::Spinning),
        ],
    }
}

/// Calls from the handler that are looked into.
const MAX_DEPTH: u32 = 3;

fn check(cx: &RuleContext<'_>, sink: &mut Vec<Finding>) {
    let mut origins = None;
    let mut reported = FxHashSet::default();
    for (id, func) in cx.ir.funcs.iter_enumerated() {
        if cx.files[func.file].is_test {
            continue;
        }
        for (site, node) in live(func) {
            match &node.op {
                Op::Defer(call) => {
                    let Some(handler) = cx.called_function(func, call) else {
                        continue;
                    };
                    let Some(recover) = recover_in(&cx.ir.funcs[handler]) else {
                        continue;
                    };
                    let search = Search {
                        cx,
                        origins: origins.get_or_insert_with(|| Origins::new(cx)),
                        wanted: id,
                        arguments: (handler, id, &call.args),
                    };
                    let Some((by, at)) = search.restart(handler, recover, MAX_DEPTH) else {
                        continue;
                    };
                    if reported.insert((by, at)) {
                        report(cx, (handler, recover), (by, at), func, sink);
                    }
                }
                // Behind a call that recovers: `protect(work); go supervise(work)`.
                Op::Call(call) => {
                    let Some(recover) = cx
                        .called_function(func, call)
                        .and_then(|callee| recovers(cx, &cx.ir.funcs[callee]))
                    else {
                        continue;
                    };
                    let search = Search {
                        cx,
                        origins: origins.get_or_insert_with(|| Origins::new(cx)),
                        wanted: id,
                        arguments: (id, id, &[]),
                    };
                    let Some(at) = search.started_behind(func, id, site) else {
                        continue;
                    };
                    if reported.insert((id, at)) {
                        report(cx, recover, (id, at), func, sink);
                    }
                }
                _ => {}
            }
        }
    }
}

/// The call of `recover` in a function.
fn recover_in(func: &Func) -> Option<ValueId> {
    live(func)
        .find(|(_, value)| matches!(&value.op, Op::Call(call) if call.callee == Callee::Builtin(Builtin::Recover)))
        .map(|(id, _)| id)
}

/// The handler that a function defers and its `recover`.
fn recovers(cx: &RuleContext<'_>, func: &Func) -> Option<(FuncId, ValueId)> {
    values(func).find_map(|value| match &value.op {
        Op::Defer(call) => {
            let handler = cx.called_function(func, call)?;
            Some((handler, recover_in(&cx.ir.funcs[handler])?))
        }
        _ => None,
    })
}

struct Search<'s, 'a> {
    cx: &'s RuleContext<'a>,
    origins: &'s Origins<'s, 'a>,
    /// The function that would be started again.
    wanted: FuncId,
    /// A handler, who defers it, and with what.
    arguments: (FuncId, FuncId, &'s [ValueId]),
}

impl Search<'_, '_> {
    /// Where a handler starts the function again, itself or in a function it calls.
    fn restart(&self, id: FuncId, recover: ValueId, depth: u32) -> Option<(FuncId, ValueId)> {
        let func = &self.cx.ir.funcs[id];
        let (from, at) = position(func, recover)?;
        self.restart_from(id, from, at + 1, depth)
    }

    /// The same on the ways from a place, as long as nothing waits or decides.
    fn restart_from(&self, id: FuncId, from: BlockId, at: usize, depth: u32) -> Option<(FuncId, ValueId)> {
        let func = &self.cx.ir.funcs[id];
        let mut seen = FxHashSet::default();
        let mut work = vec![(from, at)];
        'blocks: while let Some((block, from)) = work.pop() {
            // The body may be written elsewhere.
            let Some(node) = func.blocks.get(block) else { continue };
            for &value in node.values.get(from..).unwrap_or(&[]) {
                match func.op(value) {
                    Op::Go(call) | Op::Call(call) if self.is_wanted(id, func, call) => return Some((id, value)),
                    Op::Recv { .. } => continue 'blocks,
                    Op::Call(call) => {
                        if waits(self.cx, func, call, 2) {
                            continue 'blocks;
                        }
                        let callee = self.cx.called_function(func, call);
                        if let Some(callee) = callee.filter(|&callee| depth > 0 && callee != id)
                            && self.restart_from(callee, first_block(), 0, depth - 1).is_some()
                        {
                            return Some((id, value));
                        }
                    }
                    Op::Go(call) => {
                        // A goroutine that does nothing but start it.
                        let body = self.cx.called_function(func, call);
                        if let Some(body) = body.filter(|&body| depth > 0 && body != id)
                            && self.cx.ir.funcs[body].parent == Some(id)
                            && self.restart_from(body, first_block(), 0, depth - 1).is_some()
                        {
                            return Some((id, value));
                        }
                    }
                    _ => {}
                }
            }
            let next = match &node.end {
                Terminator::Select(..) => continue,
                Terminator::If(cond, then, els) if !is_bound(self.cx, func, *cond) => {
                    // Without a panic nothing is started again for that reason.
                    match nil_check(func, *cond) {
                        Some((value, when_nil)) if is_recover(func, value) => vec![if when_nil { *els } else { *then }],
                        _ => vec![*then, *els],
                    }
                }
                Terminator::If(..) => continue,
                end => end.successors(),
            };
            for to in next {
                if seen.insert(to) {
                    work.push((to, 0));
                }
            }
        }
        None
    }

    /// A `go` of the function itself behind a call in it.
    fn started_behind(&self, func: &Func, id: FuncId, call: ValueId) -> Option<ValueId> {
        let starts = |value: &ValueId| matches!(func.op(*value), Op::Go(call) if self.is_wanted(id, func, call));
        if !live(func).any(|(value, _)| starts(&value)) {
            return None;
        }
        let (block, at) = position(func, call)?;
        self.restart_from(id, block, at + 1, 0).map(|(_, at)| at).filter(starts)
    }

    fn is_wanted(&self, id: FuncId, func: &Func, call: &Call) -> bool {
        let Callee::Value(value) = call.callee else {
            return self.cx.called_function(func, call) == Some(self.wanted);
        };
        if self.cx.known_function(func, value) == Some(self.wanted) {
            return true;
        }
        // What this handler was given, where it is deferred.
        let (handler, by, arguments) = self.arguments;
        let (id, value) = match func.op(value) {
            Op::Param(number) if id == handler => match arguments.get(*number as usize) {
                Some(&argument) => (by, argument),
                None => return false,
            },
            _ => (id, value),
        };
        let known = |(id, value): (FuncId, ValueId)| self.cx.known_function(&self.cx.ir.funcs[id], value);
        self.origins
            .of(id, value)
            .into_iter()
            .any(|origin| known(origin).is_some_and(|found| found == self.wanted || self.calls_only(found)))
    }

    /// Whether a literal does nothing but start the function: `func() { go work(jobs) }`.
    fn calls_only(&self, id: FuncId) -> bool {
        let func = &self.cx.ir.funcs[id];
        func.parent.is_some()
            && func.blocks.len() <= 2
            && values(func).any(|value| match &value.op {
                Op::Go(call) | Op::Call(call) => self.cx.called_function(func, call) == Some(self.wanted),
                _ => false,
            })
    }
}

fn first_block() -> BlockId {
    use gosleuth_base::Idx as _;
    BlockId::from_usize(0)
}

fn is_recover(func: &Func, value: ValueId) -> bool {
    matches!(func.op(value), Op::Call(call) if call.callee == Callee::Builtin(Builtin::Recover))
}

/// Whether a condition can end the restarts: it compares numbers, or somebody is asked.
fn is_bound(cx: &RuleContext<'_>, func: &Func, cond: ValueId) -> bool {
    match func.op(cond) {
        Op::Unary(UnaryOp::Not, inner) => is_bound(cx, func, *inner),
        Op::Binary(BinaryOp::Less | BinaryOp::LessEqual | BinaryOp::Greater | BinaryOp::GreaterEqual, ..) => true,
        Op::Binary(BinaryOp::Equal | BinaryOp::NotEqual, x, _) => {
            use gosleuth_types::Type;
            // `attempts == 3`
            matches!(cx.under(func.values[*x].ty), Type::Basic(basic) if basic.is_integer())
        }
        // `errors.Is(err, …)` and the like say what it was, not how often.
        Op::Call(call) => cx
            .callee_symbol(call)
            .is_none_or(|symbol| !symbol.starts_with("errors.")),
        Op::Phi(values) => values
            .iter()
            .any(|&value| matches!(func.op(value), Op::Binary(..) | Op::Call(_)) && is_bound(cx, func, value)),
        _ => false,
    }
}

/// Whether a call waits, or is named as if it did.
fn waits(cx: &RuleContext<'_>, func: &Func, call: &Call, depth: u32) -> bool {
    if let Some(obj) = cx.callee(call) {
        let name = cx.name_of(obj).to_ascii_lowercase();
        let says = ["sleep", "backoff", "wait", "delay", "throttle", "afterfunc"];
        if says.iter().any(|word| name.contains(word)) {
            return true;
        }
    }
    let Some(callee) = cx.called_function(func, call).filter(|_| depth > 0) else {
        return false;
    };
    let body = &cx.ir.funcs[callee];
    values(body).any(|value| match &value.op {
        Op::Recv { .. } | Op::Select { .. } => true,
        Op::Call(call) => waits(cx, body, call, depth - 1),
        _ => false,
    })
}

fn report(
    cx: &RuleContext<'_>,
    (handler, recover): (FuncId, ValueId),
    (by, at): (FuncId, ValueId),
    started: &Func,
    sink: &mut Vec<Finding>,
) {
    let (body, recovering) = (&cx.ir.funcs[by], &cx.ir.funcs[handler]);
    let is_go = matches!(body.op(at), Op::Go(_));
    let span = cx.span_of(body, at);
    let name = if started.parent.is_some() {
        "the goroutine"
    } else {
        started.name.as_str()
    };
    let how = if is_go {
        "every panic starts another goroutine at once, as fast as they panic"
    } else {
        "what panics again starts it again at once, as fast as it panics"
    };
    cx.report(
        &RULE.info,
        body.file,
        span,
        format!("this starts {name} again after each panic, without a bound or a pause"),
    )
    .related(
        recovering.file,
        cx.span_of(recovering, recover),
        "the panic is recovered here",
    )
    .why(how)
    .action("wait longer after each attempt, and give up after some; or let a supervisor outside decide")
    .push(sink);
}
