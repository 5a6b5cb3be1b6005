use gosleuth_base::{Family, Finding, FixAvailability, FixSafety, RuleCode, RuleInfo, RuleSet, Severity, Symptom};
use gosleuth_ir::{Func, Op, ValueId};
use gosleuth_syntax::ast::{ExprKind, Span, StmtId, StmtKind};
use gosleuth_types::ObjKind;

use crate::context::RuleContext;
use crate::goroutines::{Spawn, receiver, spawns};
use crate::rule::rule;
use crate::syntax;

rule! {
    /// ## What it does
    ///
    /// Finds `WaitGroup.Add` in the goroutine that it counts, and functions that take a `sync.WaitGroup` by value and call `Done`, `Add` or
    /// `Wait` on the copy.
    ///
    /// ## Why it is bad
    ///
    /// The goroutine may start late: `Wait` can look before `Add` has counted it, and returns too early. A copy counts apart from the
    /// original: `Done` on it releases nobody, and `Wait` on the original stays for ever.
    ///
    /// ## Example
    ///
    /// ```go
    /// func all(work []func()) {
    ///     var wg sync.WaitGroup
    ///     for _, do := range work {
    ///         go func(do func()) {
    ///             wg.Add(1)
    ///             defer wg.Done()
    ///             do()
    ///         }(do)
    ///     }
    ///     wg.Wait()
    /// }
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```go
    /// func all(work []func()) {
    ///     var wg sync.WaitGroup
    ///     for _, do := range work {
    ///         wg.Add(1)
    ///         go func(do func()) {
    ///             defer wg.Done()
    ///             do()
    ///         }(do)
    ///     }
    ///     wg.Wait()
    /// }
    /// ```
    ///
    /// ## Runtime symptom
    ///
    /// ## Limits
    ///
    /// A goroutine that is counted already may call `Add` for those it starts itself: where a `go` statement follows, nothing is reported.
    /// Where tests, `main` and functions that start goroutines show both, `Add` in a goroutine that is not counted itself is also found when
    /// `Wait` may come first. Where who waits has added something itself, or both hold one lock before, nothing is reported.
    ///
    /// ## Version notes
    ///
    /// From Go 1.25 on `wg.Go(f)` counts and starts in one step.
    RuleInfo {
        code: RuleCode::new(Family::Deadlocks, 6),
        name: "waitgroup-misuse",
        summary: "a WaitGroup is counted too late, or a copy of it is counted",
        set: RuleSet::Default,
        severity: Severity::Error,
        fix: FixAvailability::Safe,
        symptoms: &[Symptom::Wait("sync.WaitGroup.Wait"), Symptom::Wait("semacquire")],
    }
}

fn check(cx: &RuleContext<'_>, sink: &mut Vec<Finding>) {
    for spawn in spawns(cx) {
        late_add(cx, spawn, sink);
    }
    crate::races::report_adds(cx, &RULE.info, sink);
    copies(cx, sink);
}

fn method(cx: &RuleContext<'_>, func: &Func, value: ValueId) -> Option<(&'static str, ValueId)> {
    let (Op::Call(call) | Op::Defer(call)) = func.op(value) else {
        return None;
    };
    let name = match &*cx.callee_symbol(call)? {
        "sync.(*WaitGroup).Add" => "Add",
        "sync.(*WaitGroup).Done" => "Done",
        "sync.(*WaitGroup).Wait" => "Wait",
        _ => return None,
    };
    Some((name, receiver(cx, call)?))
}

/// `Add` in a goroutine, with its `Done` there too.
fn late_add(cx: &RuleContext<'_>, spawn: Spawn, sink: &mut Vec<Finding>) {
    let body = &cx.ir.funcs[spawn.body];
    let starter = &cx.ir.funcs[spawn.by];
    let all: Vec<ValueId> = body.blocks.iter().flat_map(|block| &block.values).copied().collect();
    for (at, &value) in all.iter().enumerate() {
        let Some(("Add", group)) = method(cx, body, value) else {
            continue;
        };
        let Op::Captured(capture) = body.op(root(body, group)) else {
            continue;
        };
        let same = |other: ValueId| matches!(body.op(root(body, other)), Op::Captured(number) if number == capture);
        let done = all[at..]
            .iter()
            .any(|&other| matches!(method(cx, body, other), Some(("Done", group)) if same(group)));
        let waits_here = all
            .iter()
            .any(|&other| matches!(method(cx, body, other), Some(("Wait", group)) if same(group)));
        let starts_more = all[at..]
            .iter()
            .any(|&other| crate::goroutines::spawned(cx, body, other).is_some() || matches!(body.op(other), Op::Go(_)));
        if !done || waits_here || starts_more {
            continue;
        }
        let site = cx.span_of(starter, spawn.site);
        let mut report = cx
            .report(
                &RULE.info,
                body.file,
                cx.span_of(body, value),
                "this Add may come after Wait: it is in the goroutine it counts",
            )
            .related(starter.file, site, "the goroutine starts here")
            .why("Wait can return before the goroutine has come to its Add, and nobody waits for it then")
            .action("call Add before the `go` statement");
        if let Some((from, indent, go, text)) = movable(cx, body, value, starter.file, site) {
            let inserted = format!("{text}\n{indent}");
            let edits = [
                (body.file, from, ""),
                (starter.file, Span::new(go, go), inserted.as_str()),
            ];
            report = report.fix(FixSafety::Safe, "move Add in front of the `go` statement", edits);
        }
        report.push(sink);
    }
}

/// What an address is part of.
fn root(func: &Func, mut value: ValueId) -> ValueId {
    loop {
        match func.op(value) {
            Op::FieldAddr { base, .. } => value = *base,
            Op::Load(addr) => value = *addr,
            _ => return value,
        }
    }
}

/// Where `Add` is the first statement of a literal behind `go`: its line, and the indentation and place in front of the `go`.
fn movable<'a>(
    cx: &RuleContext<'a>,
    body: &Func,
    add: ValueId,
    starter_file: usize,
    site: Span,
) -> Option<(Span, &'a str, u32, &'a str)> {
    let file = &cx.files[body.file];
    let tree = file.tree;
    let call = cx.span_of(body, add);
    let literal = syntax::functions(tree).into_iter().find(|function| {
        function
            .literal
            .is_some_and(|literal| tree.exprs[literal].span == body.span)
    })?;
    let &first = tree.block(literal.body).first()?;
    let is_add = |stmt: StmtId| matches!(tree.stmts[stmt].kind, StmtKind::Expr(expr) if tree.exprs[expr].span == call);
    if !is_add(first) || starter_file != body.file {
        return None;
    }
    // What is added must mean the same outside.
    let constant = tree.exprs.iter_enumerated().any(|(id, expr)| {
        matches!(expr.kind, ExprKind::Literal(_))
            && call.contains(expr.span.start)
            && file.info.constants.contains_key(&id)
    });
    let go = tree
        .stmts
        .iter()
        .find(|stmt| matches!(stmt.kind, StmtKind::Go(_)) && stmt.span.start == site.start)?;
    let (line, _) = tree.line_column(call.start);
    let from = *tree.lines.get(line as usize - 1)?;
    let to = *tree.lines.get(line as usize)?;
    let alone = cx.source(body.file, Span::new(from, to)).trim() == cx.source(body.file, call);
    (constant && alone).then(|| {
        let indent = cx.indentation(body.file, go.span.start);
        (Span::new(from, to), indent, go.span.start, cx.source(body.file, call))
    })
}

/// Parameters that are a WaitGroup by value, with a method call on them.
fn copies(cx: &RuleContext<'_>, sink: &mut Vec<Finding>) {
    for (index, file) in cx.files.iter().enumerate() {
        for function in syntax::functions(file.tree) {
            for (name, ty) in syntax::params(file.tree, function.ty) {
                let Some(name) = name else { continue };
                if !cx.is_type(file.info.type_of(ty), "sync", "WaitGroup") {
                    continue;
                }
                let Some(obj) = file.info.object_of(name) else { continue };
                let used = syntax::uses(file, obj, function.span);
                let starts: Vec<u32> = used.iter().map(|&ident| file.tree.idents[ident].start).collect();
                let call = syntax::calls(file.tree, function.span).find(|&(id, fun, _)| {
                    let called = cx.named_callee(index, fun);
                    let is_method = called
                        .and_then(|obj| cx.query.object(obj))
                        .is_some_and(|object| matches!(object.kind, ObjKind::Func { recv: Some(_), .. }));
                    is_method && starts.contains(&file.tree.exprs[id].span.start)
                });
                let Some((call, _, _)) = call else { continue };
                cx.report(
                    &RULE.info,
                    index,
                    file.tree.ident_span(name),
                    "this WaitGroup is a copy",
                )
                .related(
                    index,
                    file.tree.exprs[call].span,
                    "counts on the copy, not for whoever waits",
                )
                .why("the caller's WaitGroup does not change, so its Wait never returns or does not wait")
                .action("take a `*sync.WaitGroup`")
                .push(sink);
            }
        }
    }
}
