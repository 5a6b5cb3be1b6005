use gosleuth_base::{
    Family, Finding, FixAvailability, FixSafety, RuleCode, RuleInfo, RuleSet, Severity, SuspectKind, Symptom,
};
use gosleuth_ir::{Call, Callee, Func, FuncId, Op, Terminator, ValueId};
use gosleuth_syntax::ast::{BinaryOp, Span};
use gosleuth_types::Type;
use rustc_hash::FxHashSet;

use crate::context::{Report, RuleContext};
use crate::flow::{
    Follow, Held, Lost, Slot, Step, end_pos, follow, follow_variables, has, in_loop, nil_check, position, results,
};
use crate::goroutines::receiver;
use crate::models::Behaviour;
use crate::places::{Place, place_of};
use crate::rule::rule;
use crate::same::{insert_behind, is_returned, live, names_of, only_value, uses_any, values};

rule! {
    /// ## What it does
    ///
    /// Finds things that keep a goroutine, and are not ended on some path:
    ///
    /// - an `errgroup.Group` with goroutines whose `Wait` is not called on a way out;
    /// - `signal.Notify` on a channel that its function stops reading, without `signal.Stop`;
    /// - the stop function of `context.AfterFunc` not called on some path, or thrown away in a loop or for a context kept in a field;
    /// - a timer of `time.AfterFunc` that is stopped on one path and not on another;
    /// - a started `exec.Cmd` that is waited for on one path and not on another;
    /// - a gRPC stream of a context that never ends, left before it reported its end.
    ///
    /// ## Why it is bad
    ///
    /// Each of them holds a goroutine or an entry in a table of the runtime until somebody ends it. A path that forgets it, mostly that of an
    /// error or of an early result, leaves one behind each time it is taken.
    ///
    /// ## Example
    ///
    /// ```go
    /// func serve(fail chan error) error {
    ///     signals := make(chan os.Signal, 1)
    ///     signal.Notify(signals, os.Interrupt)
    ///     select {
    ///     case <-signals:
    ///         return nil
    ///     case err := <-fail:
    ///         return err
    ///     }
    /// }
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```go
    /// func serve(fail chan error) error {
    ///     signals := make(chan os.Signal, 1)
    ///     signal.Notify(signals, os.Interrupt)
    ///     defer signal.Stop(signals)
    ///     select {
    ///     case <-signals:
    ///         return nil
    ///     case err := <-fail:
    ///         return err
    ///     }
    /// }
    /// ```
    ///
    /// ## Runtime symptom
    ///
    /// ## Limits
    ///
    /// What is stored, returned or handed to a function counts as ended there. Signals are not looked at in functions that only `main`
    /// reaches: they end with the process. `sql.Rows` have a rule of their own. Tests are left out.
    ///
    /// ## Version notes
    ///
    /// `context.AfterFunc` exists from Go 1.21. From Go 1.23 on `signal.Notify` still keeps the channel until `signal.Stop`.
    RuleInfo {
        code: RuleCode::new(Family::Leaks, 15),
        name: "errgroup-or-subscription-leak",
        summary: "a group, subscription, command or stream is not ended on some path",
        set: RuleSet::Default,
        severity: Severity::Warning,
        fix: FixAvailability::Suggest,
        symptoms: &[
            Symptom::Wait("IO wait"),
            Symptom::Wait("select"),
            Symptom::Suspect(SuspectKind::BlockedSelect),
        ],
    }
}

fn check(cx: &RuleContext<'_>, sink: &mut Vec<Finding>) {
    for (id, func) in cx.ir.funcs.iter_enumerated() {
        if cx.files[func.file].is_test {
            continue;
        }
        let mut groups = FxHashSet::default();
        for (value, node) in live(func) {
            let Op::Call(call) = &node.op else { continue };
            match cx.callee_symbol(call).as_deref() {
                Some("golang.org/x/sync/errgroup.(*Group).Go" | "golang.org/x/sync/errgroup.(*Group).TryGo") => {
                    group(cx, (id, value), call, &mut groups, sink);
                }
                Some("os/signal.Notify") => signals(cx, (id, value), call, sink),
                Some("context.AfterFunc") => context_after(cx, func, value, call, sink),
                Some("time.AfterFunc") => timer(cx, func, value, sink),
                Some("os/exec.(*Cmd).Start") => command(cx, (id, value), call, sink),
                _ if is_stream(cx, func, value) => stream(cx, func, value, call, sink),
                _ => {}
            }
        }
    }
}

/// Adds where a path leaves behind the place that is reported.
fn with_exit<'c, 'a>(report: Report<'c, 'a>, func: &Func, lost: Lost, after: u32, label: &str) -> Report<'c, 'a> {
    let (Lost::Return(block) | Lost::Again(block)) = lost;
    let pos = end_pos(func, block);
    match pos > after {
        true => report.related(func.file, Span::new(pos, pos + 1), label),
        false => report,
    }
}

fn group(
    cx: &RuleContext<'_>,
    (id, site): (FuncId, ValueId),
    call: &Call,
    groups: &mut FxHashSet<Place>,
    sink: &mut Vec<Finding>,
) {
    let func = &cx.ir.funcs[id];
    let Some(recv) = receiver(cx, call) else { return };
    let group = place_of(cx, id, recv);
    // Fields, globals and groups of functions around belong to somebody else.
    let is_local = match func.op(recv) {
        Op::Alloc { .. } => true,
        Op::Load(addr) => matches!(func.op(*addr), Op::Alloc { var: Some(_) }),
        Op::Extract { tuple, .. } => matches!(func.op(*tuple), Op::Call(_)),
        _ => false,
    };
    if !is_local || !groups.insert(group) || cancels(cx, func) {
        return;
    }
    let is_wait = |by: FuncId, call: &Call| {
        cx.callee_symbol(call).as_deref() == Some("golang.org/x/sync/errgroup.(*Group).Wait")
            && receiver(cx, call).is_some_and(|recv| place_of(cx, by, recv) == group)
    };
    let mut names = names_of(func, only_value(func, recv));
    names.insert(recv);
    if is_returned(func, &names) {
        return;
    }
    for value in values(func) {
        if !uses_any(&value.op, &names) {
            continue;
        }
        match &value.op {
            Op::Closure { func: literal, .. } if waits_in(cx, *literal, &is_wait) => return,
            Op::Closure { .. } | Op::Load(_) | Op::Phi(_) | Op::FieldAddr { .. } => {}
            Op::Store { addr, .. } if names.contains(addr) || matches!(func.op(*addr), Op::Alloc { var: Some(_) }) => {}
            Op::Defer(call) if is_wait(id, call) => return,
            Op::Call(call) if is_group_method(cx, call) => {}
            _ => return,
        }
    }
    let Some((block, at)) = position(func, site) else {
        return;
    };
    let mut seen = FxHashSet::default();
    let mut work = vec![(block, at + 1)];
    let mut left = None;
    'blocks: while let Some((block, from)) = work.pop() {
        let node = &func.blocks[block];
        for &value in node.values.get(from..).unwrap_or(&[]) {
            if let Op::Call(call) = func.op(value)
                && (is_wait(id, call) || has(cx.call_models(call), Behaviour::NoReturn))
            {
                continue 'blocks;
            }
        }
        if matches!(node.end, Terminator::Return(_)) {
            let pos = end_pos(func, block);
            left = Some(left.map_or(pos, |other: u32| other.min(pos)));
        }
        for to in node.end.successors() {
            if seen.insert(to) {
                work.push((to, 0));
            }
        }
    }
    let Some(pos) = left else { return };
    let span = cx.span_of(func, site);
    let mut report = cx.report(
        &RULE.info,
        func.file,
        span,
        "the function can return without waiting for the goroutines of this group",
    );
    if pos > span.end {
        report = report.related(func.file, Span::new(pos, pos + 1), "leaves here without Wait");
    }
    report
        .why("without Wait nobody cancels the context of the group, and its goroutines go on, or block on what nobody reads any more")
        .action("cancel the context and call Wait on every path")
        .push(sink);
}

fn is_group_method(cx: &RuleContext<'_>, call: &Call) -> bool {
    cx.callee_symbol(call)
        .is_some_and(|symbol| symbol.starts_with("golang.org/x/sync/errgroup.(*Group)."))
}

/// Whether a function defers the cancel function of a context: its goroutines are told to end.
fn cancels(cx: &RuleContext<'_>, func: &Func) -> bool {
    values(func).any(|value| match &value.op {
        Op::Defer(call) => match call.callee {
            Callee::Value(value) => cx
                .type_name(func.values[value].ty)
                .is_some_and(|(path, name)| path == "context" && name.starts_with("Cancel")),
            _ => false,
        },
        _ => false,
    })
}

/// Whether a literal, or one in it, waits.
fn waits_in(cx: &RuleContext<'_>, id: FuncId, is_wait: &dyn Fn(FuncId, &Call) -> bool) -> bool {
    values(&cx.ir.funcs[id]).any(|value| match &value.op {
        Op::Call(call) | Op::Defer(call) => is_wait(id, call),
        Op::Closure { func, .. } => waits_in(cx, *func, is_wait),
        _ => false,
    })
}

/// The declared function that a literal is in.
fn outermost(cx: &RuleContext<'_>, mut id: FuncId) -> FuncId {
    while let Some(parent) = cx.ir.funcs[id].parent {
        id = parent;
    }
    id
}

fn signals(cx: &RuleContext<'_>, (id, site): (FuncId, ValueId), call: &Call, sink: &mut Vec<Finding>) {
    let func = &cx.ir.funcs[id];
    let Some(&chan) = call.args.first() else { return };
    let place = place_of(cx, id, strip(func, chan));
    let root = outermost(cx, id);
    if cx.ir.funcs[root].name == "init" || is_reached_from_main_only(cx, root, 3) {
        return;
    }
    let family: Vec<_> = cx
        .ir
        .funcs
        .iter_enumerated()
        .map(|(other, _)| other)
        .filter(|&other| outermost(cx, other) == root)
        .collect();
    let mut leaves = None;
    let mut is_made = false;
    for &other in &family {
        let body = &cx.ir.funcs[other];
        let is_it = |value: ValueId| {
            let value = strip(body, value);
            place_of(cx, other, value) == place && cx.is_channel(body.values[value].ty)
        };
        for (value, node) in live(body) {
            match &node.op {
                Op::Call(call) | Op::Defer(call) | Op::Go(call) => match cx.callee_symbol(call).as_deref() {
                    Some("os/signal.Stop" | "os/signal.Reset" | "os/signal.Ignore") => return,
                    Some("os/signal.Notify") => {}
                    _ if call.args.iter().any(|&arg| is_it(arg)) && !matches!(call.callee, Callee::Builtin(_)) => {
                        return;
                    }
                    _ => {}
                },
                Op::MakeChan { .. } => is_made |= other == id && is_source(body, value, strip(func, chan)),
                Op::Store { addr, value }
                    if is_it(*value) && !matches!(body.op(*addr), Op::Alloc { var: Some(_) } | Op::Captured(_)) =>
                {
                    return;
                }
                _ => {}
            }
        }
        for (_, block) in body.blocks.iter_enumerated() {
            match &block.end {
                Terminator::Return(values) if values.iter().any(|&value| is_it(value)) => return,
                Terminator::Select(select, targets) => {
                    let Op::Select { cases, .. } = body.op(*select) else {
                        continue;
                    };
                    if !cases.iter().any(|case| case.send.is_none() && is_it(case.chan)) {
                        continue;
                    }
                    for (number, &to) in targets.iter().enumerate() {
                        let is_signal = cases.get(number).is_some_and(|case| is_it(case.chan));
                        if !is_signal && returns_without(body, to, *select) {
                            leaves = Some((other, *select));
                        }
                    }
                }
                _ => {}
            }
        }
    }
    let Some((by, select)) = leaves.filter(|_| is_made) else {
        return;
    };
    let by = &cx.ir.funcs[by];
    let span = cx.span_of(func, site);
    let mut report = cx
        .report(
            &RULE.info,
            func.file,
            span,
            "signals still go to this channel when nobody reads it any more",
        )
        .related(
            by.file,
            cx.span_of(by, select),
            "this can return for another reason than a signal",
        )
        .why("`signal.Notify` keeps the channel until `signal.Stop`, and an interrupt that goes there ends nothing")
        .action("add `defer signal.Stop(…)` where the channel is read");
    let name = cx.source(func.file, argument_span(cx, func.file, span));
    let is_word = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    // In the function that only starts the reader, a deferred Stop would come too early.
    if is_word
        && std::ptr::eq(by, func)
        && position(func, site).is_some_and(|(block, _)| !in_loop(func, block))
        && let Some((at, text)) = insert_behind(cx, func.file, span, &format!("defer signal.Stop({name})"))
    {
        let edit = [(func.file, at, text.as_str())];
        report = report.fix(FixSafety::Safe, format!("add `defer signal.Stop({name})`"), edit);
    }
    report.push(sink);
}

/// The text of the first argument of a call.
fn argument_span(cx: &RuleContext<'_>, file: usize, call: Span) -> Span {
    use gosleuth_syntax::ast::ExprKind;
    let tree = cx.files[file].tree;
    let found = tree.exprs.iter().find_map(|expr| match expr.kind {
        ExprKind::Call { args, .. } if expr.span == call => tree.exprs(args).first().copied(),
        _ => None,
    });
    found.map_or(Span::new(call.start, call.start), |arg| tree.exprs[arg].span)
}

/// A channel without the conversions to a direction.
fn strip(func: &Func, mut value: ValueId) -> ValueId {
    while let Op::Convert(inner) = func.op(value) {
        value = *inner;
    }
    value
}

/// Whether a channel is the value of a `make`, itself or through a variable.
fn is_source(func: &Func, make: ValueId, chan: ValueId) -> bool {
    names_of(func, make).contains(&chan)
}

/// Whether control gets from a block to a return without coming back to the select.
fn returns_without(func: &Func, from: gosleuth_ir::BlockId, select: ValueId) -> bool {
    let mut seen = FxHashSet::default();
    let mut work = vec![from];
    while let Some(block) = work.pop() {
        if !seen.insert(block) || func.blocks[block].values.contains(&select) {
            continue;
        }
        if matches!(func.blocks[block].end, Terminator::Return(_)) {
            return true;
        }
        work.extend(func.blocks[block].end.successors());
    }
    false
}

/// Whether a function is `main` of a program, or is called, and only by such.
fn is_reached_from_main_only(cx: &RuleContext<'_>, id: FuncId, depth: u32) -> bool {
    let tree = cx.files.first().map(|file| file.tree);
    let is_program = tree.is_some_and(|tree| tree.package.is_some_and(|name| tree.name(name) == "main"));
    if !is_program {
        return false;
    }
    if cx.ir.funcs[id].name == "main" {
        return true;
    }
    if depth == 0 {
        return false;
    }
    let mut callers = Vec::new();
    for (by, func) in cx.ir.funcs.iter_enumerated() {
        for (value, node) in live(func) {
            if let Some(call) = crate::origins::call_of(&node.op)
                && cx.called_function(func, call) == Some(id)
            {
                let is_once = position(func, value).is_some_and(|(block, _)| !in_loop(func, block));
                callers.push((outermost(cx, by), is_once));
            }
        }
    }
    !callers.is_empty()
        && callers
            .into_iter()
            .all(|(by, is_once)| is_once && by != id && is_reached_from_main_only(cx, by, depth - 1))
}

/// Any use of a stop function is a call of it or hands it on.
struct AnyUse;

impl Follow for AnyUse {
    fn used(&mut self, _: &Held, _: ValueId, _: Slot) -> Step {
        Step::Settled
    }
}

fn context_after(cx: &RuleContext<'_>, func: &Func, site: ValueId, call: &Call, sink: &mut Vec<Finding>) {
    let is_used = values(func).any(|value| {
        let mut uses = false;
        value.op.for_each_operand(|operand| uses |= operand == site);
        uses
    }) || is_returned(func, &FxHashSet::from_iter([site]));
    let span = cx.span_of(func, site);
    if is_used {
        let Some(lost) = follow(cx, func, site, &[(site, 0)], &mut AnyUse) else {
            return;
        };
        let report = cx
            .report(&RULE.info, func.file, span, "the stop function is not called on every path")
            .why("until the context ends it keeps the function and all that this refers to, and calls it when nobody expects it")
            .action("call the stop function on every path, best with `defer`");
        with_exit(report, func, lost, span.end, "leaves here without calling it").push(sink);
        return;
    }
    let Some(&context) = call.args.first() else { return };
    let is_field = match func.op(context) {
        Op::Load(addr) => matches!(func.op(*addr), Op::FieldAddr { .. }),
        Op::Field { .. } => true,
        _ => false,
    };
    let again = position(func, site).is_some_and(|(block, _)| {
        in_loop(func, block)
            && match position(func, context) {
                Some((made, _)) => !in_loop(func, made),
                None => true,
            }
    });
    let name = func.name.to_ascii_lowercase();
    let is_once = ["new", "start", "run", "init", "open", "dial", "serve"]
        .iter()
        .any(|word| name.rsplit('.').next().unwrap_or(&name).starts_with(word));
    if !(again || is_field && !is_once) {
        return;
    }
    cx.report(
        &RULE.info,
        func.file,
        span,
        "nobody can take this function back before the context ends",
    )
    .why("the context outlives what the function is for, and keeps one more each time this is done")
    .action("keep the stop function and call it when the work is done")
    .push(sink);
}

fn timer(cx: &RuleContext<'_>, func: &Func, site: ValueId, sink: &mut Vec<Finding>) {
    let names = names_of(func, site);
    let is_stop = |op: &Op| match op {
        Op::Call(call) => {
            cx.callee_symbol(call).as_deref() == Some("time.(*Timer).Stop")
                && receiver(cx, call).is_some_and(|recv| names.contains(&recv))
        }
        _ => false,
    };
    let waits = |op: &Op| matches!(op, Op::Recv { .. } | Op::Select { .. });
    let block = position(func, site).map(|(block, _)| block);
    if !values(func).any(|value| is_stop(&value.op))
        || values(func).any(|value| waits(&value.op))
        || block.is_none_or(|block| in_loop(func, block))
    {
        return;
    }
    let Some(lost) = follow(cx, func, site, &[(site, 0)], &mut AnyUse) else {
        return;
    };
    let span = cx.span_of(func, site);
    let report = cx
        .report(&RULE.info, func.file, span, "this timer is not stopped on every path")
        .why("it calls its function when this one has long returned, with all that the function refers to kept until then")
        .action("stop the timer on every path, best with `defer`");
    with_exit(report, func, lost, span.end, "leaves here without stopping it").push(sink);
}

/// A started command.
struct Command<'c, 'a> {
    cx: &'c RuleContext<'a>,
    func: &'c Func,
}

const THING: Slot = 0;
const ERROR: Slot = 1;

impl Follow for Command<'_, '_> {
    fn used(&mut self, _: &Held, user: ValueId, slot: Slot) -> Step {
        if slot == ERROR {
            return Step::Go;
        }
        match self.func.op(user) {
            Op::FieldAddr { base, field } => {
                let ty = self.cx.pointee(self.func.values[*base].ty);
                let name = ty.and_then(|ty| match self.cx.under(ty) {
                    Type::Struct(fields) => fields.get(*field as usize).map(|field| self.cx.text(field.name)),
                    _ => None,
                });
                // Whoever asks for the process sees to it himself.
                if name == Some("Process") {
                    Step::Settled
                } else {
                    Step::Go
                }
            }
            Op::Binary(..) => Step::Go,
            Op::Call(call) => match self.cx.callee_symbol(call).as_deref() {
                Some(
                    "os/exec.(*Cmd).String"
                    | "os/exec.(*Cmd).StdoutPipe"
                    | "os/exec.(*Cmd).StderrPipe"
                    | "os/exec.(*Cmd).StdinPipe",
                ) => Step::Go,
                _ => Step::Settled,
            },
            _ => Step::Settled,
        }
    }

    fn branched(&mut self, held: &Held, cond: ValueId, taken: bool) -> Step {
        match nil_check(self.func, cond) {
            // What did not start needs no Wait.
            Some((value, when_nil)) if held.slot(value) == Some(ERROR) && taken != when_nil => Step::Settled,
            _ => Step::Go,
        }
    }

    fn returned(&mut self, slot: Slot) -> Step {
        // `return cmd.Start()` hands the error on and leaves the command alone.
        let _ = slot;
        Step::Settled
    }
}

fn command(cx: &RuleContext<'_>, (id, site): (FuncId, ValueId), call: &Call, sink: &mut Vec<Finding>) {
    let func = &cx.ir.funcs[id];
    let Some(command) = receiver(cx, call) else { return };
    let made = only_value(func, command);
    let is_made = matches!(func.op(made), Op::Call(call)
        if matches!(cx.callee_symbol(call).as_deref(), Some("os/exec.Command" | "os/exec.CommandContext")));
    let mut names = names_of(func, made);
    names.insert(command);
    // Who reads what the command writes does not mean to forget it.
    let waits = values(func).any(|value| {
        matches!(&value.op, Op::Call(call) if receiver(cx, call).is_some_and(|recv| names.contains(&recv))
        && cx.callee_symbol(call).as_deref().and_then(|symbol| symbol.strip_prefix("os/exec.(*Cmd).")).is_some_and(
            |method| matches!(method, "Wait" | "StdoutPipe" | "StderrPipe")
        ))
    });
    // What was handed on before it was started may be waited for elsewhere.
    let is_handed = values(func).any(|value| match &value.op {
        Op::Call(call) => {
            let is_own = receiver(cx, call).is_some_and(|recv| names.contains(&recv));
            !is_own && call.args.iter().any(|arg| names.contains(arg))
        }
        Op::Defer(_) | Op::Go(_) | Op::Closure { .. } => uses_any(&value.op, &names),
        Op::Store { addr, value } => names.contains(value) && !names.contains(addr),
        _ => false,
    });
    if !is_made || !waits || is_handed {
        return;
    }
    let cells: Vec<_> = match func.op(command) {
        Op::Load(cell) => vec![(*cell, THING)],
        _ => Vec::new(),
    };
    let start = [(command, THING), (site, ERROR)];
    let Some(lost) = follow_variables(cx, func, site, &start, &cells, &mut Command { cx, func }) else {
        return;
    };
    let span = cx.span_of(func, site);
    let report = cx
        .report(&RULE.info, func.file, span, "this command is not waited for on every path")
        .why("without Wait the process stays as a zombie, with the goroutines that copy its input and output and their pipes")
        .action("call Wait on every path, and kill the process where its result does not matter");
    with_exit(report, func, lost, span.end, "leaves here without Wait").push(sink);
}

/// Whether a call opens a gRPC stream on the side of the client.
fn is_stream(cx: &RuleContext<'_>, func: &Func, call: ValueId) -> bool {
    let Some(&stream) = results(func, call).get(&0) else {
        return false;
    };
    let ty = func.values[stream].ty;
    let is_grpc = |ty| {
        cx.type_name(ty).is_some_and(|(path, name)| {
            path == "google.golang.org/grpc"
                && matches!(
                    name,
                    "ClientStream" | "ServerStreamingClient" | "BidiStreamingClient" | "ClientStreamingClient"
                )
        })
    };
    is_grpc(ty) || matches!(cx.under(ty), Type::Interface(interface) if interface.embeds.iter().any(|&ty| is_grpc(ty)))
}

struct Stream<'c, 'a> {
    cx: &'c RuleContext<'a>,
    func: &'c Func,
    /// Errors of receives.
    ends: FxHashSet<ValueId>,
}

impl Follow for Stream<'_, '_> {
    fn used(&mut self, held: &Held, user: ValueId, slot: Slot) -> Step {
        if slot == ERROR {
            return Step::Go;
        }
        match self.func.op(user) {
            Op::Call(call) => match call.callee {
                Callee::Interface { recv, method } if held.slot(recv) == Some(THING) => match self.cx.name_of(method) {
                    "Recv" | "RecvMsg" => {
                        self.ends.insert(user);
                        self.ends.extend(results(self.func, user).get(&1));
                        Step::Go
                    }
                    "Send" | "SendMsg" | "CloseSend" | "Header" | "Trailer" | "Context" => Step::Go,
                    _ => Step::Settled,
                },
                _ => Step::Settled,
            },
            Op::Binary(..) => Step::Go,
            _ => Step::Settled,
        }
    }

    fn branched(&mut self, held: &Held, cond: ValueId, taken: bool) -> Step {
        if let Some((value, when_nil)) = nil_check(self.func, cond) {
            let failed = taken != when_nil;
            if failed && (held.slot(value) == Some(ERROR) || self.ends.contains(&value)) {
                return Step::Settled;
            }
        } else if let Op::Binary(BinaryOp::Equal, x, y) = self.func.op(cond)
            && taken
            && (self.ends.contains(x) || self.ends.contains(y))
        {
            // `err == io.EOF`
            return Step::Settled;
        } else if let Op::Call(call) = self.func.op(cond)
            && taken
            && call.args.iter().any(|arg| self.ends.contains(arg))
        {
            // `errors.Is(err, io.EOF)`
            return Step::Settled;
        }
        Step::Go
    }
}

fn stream(cx: &RuleContext<'_>, func: &Func, site: ValueId, call: &Call, sink: &mut Vec<Finding>) {
    let is_endless = call.args.iter().any(|&arg| match func.op(arg) {
        Op::Call(call) => matches!(
            cx.callee_symbol(call).as_deref(),
            Some("context.Background" | "context.TODO")
        ),
        _ => false,
    });
    let results = results(func, site);
    let (Some(&stream), Some(&error)) = (results.get(&0), results.get(&1)) else {
        return;
    };
    if !is_endless {
        return;
    }
    let mut rule = Stream {
        cx,
        func,
        ends: FxHashSet::default(),
    };
    let Some(lost) = follow(cx, func, site, &[(stream, THING), (error, ERROR)], &mut rule) else {
        return;
    };
    let span = cx.span_of(func, site);
    let report = cx
        .report(
            &RULE.info,
            func.file,
            span,
            "this stream is left before its end, and its context never ends",
        )
        .why("the stream and its goroutine stay until a receive fails, the context is cancelled or the connection is closed")
        .action("derive a context with a cancel function, and defer that");
    with_exit(report, func, lost, span.end, "leaves the stream here").push(sink);
}
