use gosleuth_base::{
    Family, Finding, FixAvailability, FixSafety, RuleCode, RuleInfo, RuleSet, Severity, SuspectKind, Symptom,
};
use gosleuth_ir::{Func, FuncId, Op, Terminator, ValueId};
use gosleuth_syntax::ast::{ExprKind, Span, StmtKind};
use gosleuth_types::ObjRef;
use rustc_hash::FxHashSet;

use crate::context::RuleContext;
use crate::flow::{has, in_loop, position};
use crate::goroutines::spawned;
use crate::models::Behaviour;
use crate::rule::rule;
use crate::same::{for_word, live, loop_around, values};
use crate::syntax::imports;

rule! {
    /// ## What it does
    ///
    /// Finds goroutines that a loop starts and that write what the function returns (a captured slice, map, counter or error), in functions
    /// that wait for nothing.
    ///
    /// ## Why it is bad
    ///
    /// The function returns before its goroutines have done their part: the result is empty or half filled, changes while the caller reads
    /// it, and errors are lost.
    ///
    /// ## Example
    ///
    /// ```go
    /// func lengths(words []string, measure func(string) int) []int {
    ///     results := make([]int, len(words))
    ///     for i, word := range words {
    ///         go func(i int, word string) {
    ///             results[i] = measure(word)
    ///         }(i, word)
    ///     }
    ///     return results
    /// }
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```go
    /// func lengths(words []string, measure func(string) int) []int {
    ///     results := make([]int, len(words))
    ///     var wg sync.WaitGroup
    ///     for i, word := range words {
    ///         wg.Add(1)
    ///         go func(i int, word string) {
    ///             defer wg.Done()
    ///             results[i] = measure(word)
    ///         }(i, word)
    ///     }
    ///     wg.Wait()
    ///     return results
    /// }
    /// ```
    ///
    /// ## Runtime symptom
    ///
    /// ## Limits
    ///
    /// Any receive, select or call that may wait for somebody, in the function or a literal it defers, counts as waiting. Tests are left out.
    ///
    /// ## Version notes
    ///
    /// From Go 1.25 on the change that is offered uses `WaitGroup.Go`, before that `Add` and `Done`.
    RuleInfo {
        code: RuleCode::new(Family::Leaks, 10),
        name: "loop-goroutines-uncollected",
        summary: "goroutines of a loop write a result that is returned before they have ended",
        set: RuleSet::Strict,
        severity: Severity::Warning,
        fix: FixAvailability::Suggest,
        symptoms: &[
            Symptom::Other("goroutines of one creation site that outlive their function, and results that are half filled"),
            Symptom::Suspect(SuspectKind::DataRace),
        ],
    }
}

/// The version from which on a WaitGroup starts goroutines itself.
const WAIT_GROUP_GO: u32 = 25;

fn check(cx: &RuleContext<'_>, sink: &mut Vec<Finding>) {
    for func in cx.ir.funcs.iter() {
        if cx.files[func.file].is_test || waits(cx, func, 2) {
            continue;
        }
        for (site, node) in live(func) {
            let (Op::Go(_), Some(body)) = (&node.op, spawned(cx, func, site)) else {
                continue;
            };
            let Some((block, _)) = position(func, site).filter(|&(block, _)| in_loop(func, block)) else {
                continue;
            };
            let _ = block;
            let Some(stmt) = loop_around(cx, func, node.pos) else {
                continue;
            };
            let written = written(cx, body);
            let Some(result) = returned(func).into_iter().find(|obj| written.contains(obj)) else {
                continue;
            };
            let span = cx.span_of(func, site);
            let name = cx.name_of(result);
            let mut report = cx
                .report(
                    &RULE.info,
                    func.file,
                    span,
                    format!("nobody waits for these goroutines, which write the `{name}` that is returned"),
                )
                .related(func.file, for_word(cx, func.file, stmt), "started in this loop")
                .why("the function returns while they still work, so the result is incomplete and changes under the reader")
                .action("wait for them with a WaitGroup or an errgroup before the return");
            if let Some(edits) = collect(cx, func, stmt, node.pos) {
                let edits: Vec<_> = edits
                    .iter()
                    .map(|(span, text)| (func.file, *span, text.as_str()))
                    .collect();
                report = report.fix(FixSafety::Suggest, "wait for them with a WaitGroup", edits);
            }
            report.push(sink);
        }
    }
}

/// Whether a function may wait for others, itself or in what it defers or calls.
fn waits(cx: &RuleContext<'_>, func: &Func, depth: u32) -> bool {
    values(func).any(|value| match &value.op {
        Op::Recv { .. } | Op::Select { .. } => true,
        Op::Call(call) | Op::Defer(call) => {
            let models = cx.call_models(call);
            let name = cx.callee(call).map_or("", |obj| cx.name_of(obj)).to_ascii_lowercase();
            let says = ["wait", "join", "collect", "await", "sleep"];
            has(models, Behaviour::Block)
                || says.iter().any(|word| name.contains(word))
                || (depth > 0
                    && cx
                        .called_function(func, call)
                        .is_some_and(|callee| waits(cx, &cx.ir.funcs[callee], depth - 1)))
        }
        _ => false,
    })
}

/// Variables of functions around that a literal writes, or whose elements it writes.
fn written(cx: &RuleContext<'_>, id: FuncId) -> FxHashSet<ObjRef> {
    let func = &cx.ir.funcs[id];
    let captured = |addr: ValueId| match func.op(addr) {
        Op::Captured(number) => func.captures.get(*number as usize).map(|capture| capture.obj),
        _ => None,
    };
    let loaded = |value: ValueId| match func.op(value) {
        Op::Load(addr) => captured(*addr),
        _ => None,
    };
    values(func)
        .filter_map(|value| match value.op {
            Op::Store { addr, .. } => captured(addr).or_else(|| match *func.op(addr) {
                Op::IndexAddr { base, .. } => loaded(base).or_else(|| captured(base)),
                Op::FieldAddr { base, .. } => loaded(base).or_else(|| captured(base)),
                _ => None,
            }),
            Op::MapSet { map, .. } => loaded(map),
            _ => None,
        })
        .collect()
}

/// The variables that a function returns.
fn returned(func: &Func) -> Vec<ObjRef> {
    let mut found = Vec::new();
    for block in func.blocks.iter() {
        let Terminator::Return(values) = &block.end else {
            continue;
        };
        for &value in values {
            if let Op::Load(addr) = func.op(value)
                && let Op::Alloc { var: Some(obj) } = func.op(*addr)
                && !found.contains(obj)
            {
                found.push(*obj);
            }
        }
    }
    found
}

/// Edits that wait: a WaitGroup before the loop, counted in it, and a Wait behind it.
fn collect(
    cx: &RuleContext<'_>,
    func: &Func,
    around: gosleuth_syntax::ast::StmtId,
    go: u32,
) -> Option<Vec<(Span, String)>> {
    let file = &cx.files[func.file];
    let tree = file.tree;
    let in_list = crate::syntax::statement_lists(tree).any(|list| list.contains(&around));
    let uses_name = tree
        .idents
        .iter_enumerated()
        .any(|(id, ident)| func.span.contains(ident.start) && tree.name(id) == "wg");
    if !imports(file, "sync") || !in_list || uses_name {
        return None;
    }
    let stmt = tree
        .stmts
        .iter()
        .find(|stmt| matches!(stmt.kind, StmtKind::Go(_)) && stmt.span.start <= go && stmt.span.contains(go))?;
    let StmtKind::Go(call) = stmt.kind else { return None };
    let ExprKind::Call { fun, args, .. } = tree.exprs[call].kind else {
        return None;
    };
    let ExprKind::FuncLit { body, .. } = tree.exprs[fun].kind else {
        return None;
    };
    let literal = tree.exprs[fun].span;
    let body = tree.stmts[body].span;
    let first_line_ends = file.text.get(body.start as usize + 1) == Some(&b'\n');
    let rest = file.text.get(tree.stmts[around].span.end as usize..).unwrap_or(&[]);
    let line_ends = rest.first() == Some(&b'\n');
    if !first_line_ends || !line_ends {
        return None;
    }
    let at = tree.stmts[around].span;
    let outer = cx.indentation(func.file, at.start);
    let inner = cx.indentation(func.file, stmt.span.start);
    let mut edits = vec![
        (Span::new(at.start, at.start), format!("var wg sync.WaitGroup\n{outer}")),
        (Span::new(at.end, at.end), format!("\n{outer}wg.Wait()")),
    ];
    if file.go_minor >= WAIT_GROUP_GO && tree.exprs(args).is_empty() {
        edits.push((Span::new(stmt.span.start, literal.start), "wg.Go(".to_owned()));
        edits.push((Span::new(literal.end, stmt.span.end), ")".to_owned()));
    } else {
        edits.push((
            Span::new(stmt.span.start, stmt.span.start),
            format!("wg.Add(1)\n{inner}"),
        ));
        edits.push((
            Span::new(body.start + 1, body.start + 1),
            format!("\n{inner}\tdefer wg.Done()"),
        ));
    }
    Some(edits)
}
