use gosleuth_base::{Family, Finding, FixAvailability, RuleCode, RuleInfo, RuleSet, Severity, Symptom};
use gosleuth_ir::{Call, Callee, Func, FuncId, Op, Terminator, ValueId};
use gosleuth_syntax::ast::{ExprKind, StmtId, StmtKind};
use gosleuth_types::Type;
use rustc_hash::FxHashSet;

use crate::context::RuleContext;
use crate::contexts::is_handler;
use crate::flow::{has, in_loop, position};
use crate::goroutines::spawned;
use crate::models::Behaviour;
use crate::rule::rule;
use crate::same::{Rounds, for_word, live, loop_around, names_of, rounds, uses_any, values};

rule! {
    /// ## What it does
    ///
    /// Finds `go` statements in loops over input whose size nobody bounds (connections, messages of a channel, lines, rows, a list that a
    /// caller gives), and in handlers of requests, where nothing limits how many of these goroutines there are.
    ///
    /// ## Why it is bad
    ///
    /// As long as the goroutines end faster than input arrives all is well. When a database or a peer becomes slow they pile up, each with
    /// its stack, connection and buffers, and take the process with them.
    ///
    /// ## Example
    ///
    /// ```go
    /// func consume(messages chan string, handle func(string)) {
    ///     for message := range messages {
    ///         go handle(message)
    ///     }
    /// }
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```go
    /// func consume(messages chan string, handle func(string)) {
    ///     slots := make(chan struct{}, 16)
    ///     for message := range messages {
    ///         slots <- struct{}{}
    ///         go func(message string) {
    ///             defer func() { <-slots }()
    ///             handle(message)
    ///         }(message)
    ///     }
    /// }
    /// ```
    ///
    /// ## Runtime symptom
    ///
    /// ## Limits
    ///
    /// A send, a receive, a lock, a wait or a call named like a limiter in the loop, or a send or receive at the start of the goroutine, counts
    /// as a limit. So does a limit set on an `errgroup.Group`. Loops over lists made in the same function, and tests, are left out.
    ///
    /// ## Version notes
    ///
    /// None.
    RuleInfo {
        code: RuleCode::new(Family::Leaks, 9),
        name: "unbounded-goroutine-spawn",
        summary: "a goroutine is started for each input, and nothing limits how many",
        set: RuleSet::Strict,
        severity: Severity::Warning,
        fix: FixAvailability::None,
        symptoms: &[Symptom::Other("goroutines of one creation site that become more with the load")],
    }
}

fn check(cx: &RuleContext<'_>, sink: &mut Vec<Finding>) {
    for (id, func) in cx.ir.funcs.iter_enumerated() {
        if cx.files[func.file].is_test {
            continue;
        }
        for (site, node) in live(func) {
            let is_group = match &node.op {
                Op::Go(_) => false,
                Op::Call(call) if has(cx.call_models(call), Behaviour::Spawn) => {
                    let symbol = cx.callee_symbol(call);
                    if !symbol.is_some_and(|symbol| symbol.ends_with(".Go")) {
                        continue;
                    }
                    true
                }
                _ => continue,
            };
            if is_group && sets_limit(cx, func) {
                continue;
            }
            if let Some(body) = spawned(cx, func, site)
                && begins_with_wait(&cx.ir.funcs[body])
            {
                continue;
            }
            let Some((block, _)) = position(func, site) else {
                continue;
            };
            let looping = loop_around(cx, func, node.pos).filter(|_| in_loop(func, block));
            match looping.and_then(|stmt| Some((stmt, input(cx, id, stmt, site)?))) {
                Some((stmt, what)) if !limited_in(cx, func, site, stmt) => {
                    cx.report(
                        &RULE.info,
                        func.file,
                        cx.span_of(func, site),
                        format!("this starts a goroutine for each {what}, and nothing limits how many there are"),
                    )
                    .related(func.file, for_word(cx, func.file, stmt), "for each round of this loop")
                    .why("when they take longer than the input takes to arrive, goroutines pile up with all that they hold")
                    .action("take a slot of a semaphore before the `go`, use a fixed number of workers, or `errgroup.SetLimit`")
                    .push(sink);
                }
                None if looping.is_none() && !is_group && is_handler(cx, func.sig) && !waits_for_others(cx, func) => {
                    cx.report(
                        &RULE.info,
                        func.file,
                        cx.span_of(func, site),
                        "this starts a goroutine for each request, and nothing limits how many there are",
                    )
                    .why(
                        "the handler returns at once, so the server takes more requests than the goroutines can finish",
                    )
                    .action("hand the work to a fixed number of workers, or take a slot of a semaphore first")
                    .push(sink);
                }
                _ => {}
            }
        }
    }
}

/// What a loop has one of in each round, if nobody bounds how many there are.
fn input(cx: &RuleContext<'_>, id: FuncId, stmt: StmtId, site: ValueId) -> Option<&'static str> {
    let func = &cx.ir.funcs[id];
    let file = &cx.files[func.file];
    let tree = file.tree;
    let of_round = |body: StmtId| {
        crate::syntax::calls(tree, tree.stmts[body].span).find_map(|(_, fun, _)| match tree.exprs[fun].kind {
            ExprKind::Selector { sel, .. } => match tree.name(sel) {
                "Accept" | "AcceptTCP" | "AcceptUnix" | "AcceptStream" => Some("connection"),
                "ReadFrom" | "ReadFromUDP" | "ReadMessage" | "FetchMessage" | "Recv" | "Receive" | "NextMsg"
                | "Poll" => Some("message"),
                "ReadString" | "ReadLine" | "ReadBytes" => Some("line"),
                _ => None,
            },
            _ => None,
        })
    };
    match tree.stmts[stmt].kind {
        StmtKind::For {
            cond: Some(cond), body, ..
        } => match tree.exprs[cond].kind {
            ExprKind::Call { fun, .. } => match tree.exprs[fun].kind {
                ExprKind::Selector { sel, .. } => match tree.name(sel) {
                    "Scan" => Some("line"),
                    "Next" => Some("row"),
                    _ => of_round(body),
                },
                _ => of_round(body),
            },
            ExprKind::Binary { .. } if rounds(cx, func.file, stmt) != Rounds::Few => of_round(body),
            _ => of_round(body),
        },
        StmtKind::For { cond: None, body, .. } => of_round(body).or_else(|| {
            let received = live(func).filter(|(id, value)| {
                let is_it = match &value.op {
                    Op::Recv { comma_ok: false, .. } => true,
                    Op::Extract { tuple, .. } => matches!(func.op(*tuple), Op::Recv { .. } | Op::SelectRecv { .. }),
                    _ => false,
                };
                is_it && *id != site && tree.stmts[body].span.contains(value.pos)
            });
            let mut names = received.map(|(id, _)| names_of(func, id));
            let receives = names.any(|names| hands_over(func, site, &names));
            receives.then_some("message")
        }),
        StmtKind::Range { x, .. } => match cx.under(file.info.type_of(x)) {
            Type::Chan { .. } => Some("message"),
            Type::Slice(_) | Type::Map { .. } => is_given(cx, func, x).then_some("element of a list of any length"),
            _ => None,
        },
        _ => None,
    }
}

/// Whether a goroutine is given one of these values, as an argument or by capture.
fn hands_over(func: &Func, site: ValueId, names: &FxHashSet<ValueId>) -> bool {
    let callee = match func.op(site) {
        Op::Go(call) => match call.callee {
            Callee::Value(value) => Some(value),
            _ => None,
        },
        Op::Call(call) => call.args.last().copied(),
        _ => None,
    };
    uses_any(func.op(site), names) || callee.is_some_and(|callee| uses_any(func.op(callee), names))
}

/// Whether a list is a parameter, or what a call returned.
fn is_given(cx: &RuleContext<'_>, func: &Func, expr: gosleuth_syntax::ast::ExprId) -> bool {
    let file = &cx.files[func.file];
    let Some(obj) = crate::syntax::variable(file, expr) else {
        return matches!(file.tree.exprs[expr].kind, ExprKind::Call { .. });
    };
    use gosleuth_types::{ObjKind, VarKind};
    matches!(
        cx.query.object(obj).map(|object| &object.kind),
        Some(ObjKind::Var(VarKind::Param))
    )
}

/// Whether something in a loop, in front of the `go`, can make it wait; or behind it for the goroutine.
fn limited_in(cx: &RuleContext<'_>, func: &Func, site: ValueId, stmt: StmtId) -> bool {
    let tree = cx.files[func.file].tree;
    let (StmtKind::For { body, .. } | StmtKind::Range { body, .. }) = tree.stmts[stmt].kind else {
        return false;
    };
    let span = tree.stmts[body].span;
    let pos = func.values[site].pos;
    live(func).any(|(id, value)| {
        if id == site || !span.contains(value.pos) {
            return false;
        }
        match &value.op {
            Op::Send { .. } => true,
            // What the loop takes as its input comes before; what it waits for comes behind.
            Op::Recv { .. } => value.pos > pos,
            Op::Select { cases, .. } => cases.iter().any(|case| case.send.is_some()) || value.pos > pos,
            Op::Call(call) => limits(cx, call),
            _ => false,
        }
    })
}

fn limits(cx: &RuleContext<'_>, call: &Call) -> bool {
    let models = cx.call_models(call);
    let Some(obj) = cx.callee(call) else { return false };
    let name = cx.name_of(obj).to_ascii_lowercase();
    let says = [
        "acquire", "wait", "limit", "allow", "reserve", "take", "throttle", "sleep",
    ];
    (has(models, Behaviour::Block) && !name.starts_with("accept")) || says.iter().any(|word| name.contains(word))
}

/// Whether a function waits for its goroutines: then there are not more than requests at a time.
fn waits_for_others(cx: &RuleContext<'_>, func: &Func) -> bool {
    values(func).any(|value| match &value.op {
        Op::Recv { .. } | Op::Send { .. } | Op::Select { .. } => true,
        Op::Call(call) | Op::Defer(call) => limits(cx, call),
        _ => false,
    })
}

fn sets_limit(cx: &RuleContext<'_>, func: &Func) -> bool {
    // A group that comes from elsewhere may have a limit already.
    values(func).any(|value| match &value.op {
        Op::Call(call) => cx
            .callee(call)
            .is_some_and(|obj| cx.name_of(obj).to_ascii_lowercase().contains("limit")),
        _ => false,
    }) || !values(func).any(|value| match &value.op {
        Op::Alloc { .. } => {
            cx.is_type_or_pointer(value.ty, "golang.org/x/sync/errgroup", "Group")
                || cx.is_type_or_pointer(value.ty, "sync", "WaitGroup")
        }
        Op::Extract { .. } => cx.is_type_or_pointer(value.ty, "golang.org/x/sync/errgroup", "Group"),
        _ => false,
    })
}

/// Whether a goroutine takes a slot before it works.
fn begins_with_wait(func: &Func) -> bool {
    use gosleuth_base::Idx as _;
    let Some(first) = func.blocks.get(gosleuth_ir::BlockId::from_usize(0)) else {
        return false;
    };
    matches!(first.end, Terminator::Select(..))
        || first
            .values
            .iter()
            .any(|&value| matches!(func.op(value), Op::Send { .. }))
}
