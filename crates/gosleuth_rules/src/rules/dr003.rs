use gosleuth_base::{
    Family, Finding, FixAvailability, FixSafety, RuleCode, RuleInfo, RuleSet, Severity, SuspectKind, Symptom,
};
use gosleuth_syntax::ast::{AssignOp, ExprId, ExprKind, IdentId, RangeOp, Span, StmtId, StmtKind, UnaryOp};
use gosleuth_types::ObjRef;

use crate::context::{RuleContext, RuleFile};
use crate::flow::has;
use crate::models::Behaviour;
use crate::rule::rule;
use crate::syntax;

rule! {
    /// ## What it does
    ///
    /// Finds functions that are started with `go`, `defer` or a spawner such as `errgroup.Group.Go` in a loop and use the loop's variable,
    /// where the language version shares one variable among all rounds; and parallel subtests that do, which run after the loop.
    ///
    /// ## Why it is bad
    ///
    /// The loop goes on while the function runs: it sees the variable of a later round, often that of the last, and reads it while the loop
    /// writes it.
    ///
    /// ## Example
    ///
    /// ```go
    /// func all(urls []string, fetch func(string)) {
    ///     for _, url := range urls {
    ///         go func() {
    ///             fetch(url)
    ///         }()
    ///     }
    /// }
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```go
    /// func all(urls []string, fetch func(string)) {
    ///     for _, url := range urls {
    ///         url := url
    ///         go func() {
    ///             fetch(url)
    ///         }()
    ///     }
    /// }
    /// ```
    ///
    /// ## Runtime symptom
    ///
    /// ## Limits
    ///
    /// Where the rest of the loop's body waits for something (a receive, a `select`, a method `Wait`) or leaves the loop, nothing is reported.
    ///
    /// ## Version notes
    ///
    /// From Go 1.22 on each round has a variable of its own, and this rule finds nothing. What counts is the `go` line of go.mod and a
    /// `//go:build go1.N` line of the file.
    RuleInfo {
        code: RuleCode::new(Family::Races, 3),
        name: "captured-loop-variable",
        summary: "a goroutine or deferred function uses a loop variable that all rounds share",
        set: RuleSet::Default,
        severity: Severity::Error,
        fix: FixAvailability::Safe,
        symptoms: &[Symptom::Suspect(SuspectKind::DataRace)],
    }
}

/// The version from which on loop variables are new in each round.
const PER_ROUND: u32 = 22;

fn check(cx: &RuleContext<'_>, sink: &mut Vec<Finding>) {
    for (index, file) in cx
        .files
        .iter()
        .enumerate()
        .filter(|(_, file)| file.go_minor < PER_ROUND)
    {
        for stmt in file.tree.stmts.iter() {
            let (variables, body) = match stmt.kind {
                StmtKind::Range {
                    op: RangeOp::Define,
                    key,
                    value,
                    body,
                    ..
                } => (
                    [key, value]
                        .into_iter()
                        .flatten()
                        .filter_map(|expr| ident(file, expr))
                        .collect(),
                    body,
                ),
                StmtKind::For {
                    init: Some(init), body, ..
                } => (defined(file, init), body),
                _ => continue,
            };
            for variable in variables {
                let variable: IdentId = variable;
                if let Some(obj) = file.info.object_of(variable) {
                    captures(cx, index, variable, obj, file.tree.block(body), sink);
                }
            }
        }
    }
}

fn ident(file: &RuleFile<'_>, expr: ExprId) -> Option<IdentId> {
    match file.tree.exprs[expr].kind {
        ExprKind::Ident(ident) if file.tree.name(ident) != "_" => Some(ident),
        _ => None,
    }
}

fn defined(file: &RuleFile<'_>, init: StmtId) -> Vec<IdentId> {
    let kind = file.tree.stmts[init].kind;
    match kind {
        StmtKind::Assign {
            op: AssignOp::Define, ..
        } => {
            let (lhs, _) = file.tree.sides(kind);
            lhs.iter().filter_map(|&expr| ident(file, expr)).collect()
        }
        _ => Vec::new(),
    }
}

/// Looks at the statements of a loop's body from behind: one that starts a function is reported if nothing behind it waits.
fn captures(
    cx: &RuleContext<'_>,
    index: usize,
    variable: IdentId,
    obj: ObjRef,
    stmts: &[StmtId],
    sink: &mut Vec<Finding>,
) {
    let file = &cx.files[index];
    let tree = file.tree;
    for &stmt in stmts.iter().rev() {
        let span = tree.stmts[stmt].span;
        if let Some((what, inside)) = starts(cx, index, stmt) {
            if let Some(&used) = syntax::uses(file, obj, inside).first() {
                let name = tree.name(variable);
                let indent = cx.indentation(index, span.start);
                let line = format!("{name} := {name}\n{indent}");
                cx.report(
                    &RULE.info,
                    index,
                    tree.ident_span(used),
                    format!("{what} uses the loop variable `{name}`, which the next round changes"),
                )
                .related(
                    index,
                    tree.ident_span(variable),
                    "one variable for all rounds before Go 1.22",
                )
                .why("the loop goes on while the function runs, so it sees the value of another round")
                .action(format!(
                    "copy it first (`{name} := {name}`), pass it as an argument, or state go 1.22 in go.mod"
                ))
                .fix(
                    FixSafety::Safe,
                    format!("add `{name} := {name}`"),
                    [(index, Span::new(span.start, span.start), line.as_str())],
                )
                .push(sink);
            }
            continue;
        }
        // What stands last in a branch is last in the round too.
        match tree.stmts[stmt].kind {
            StmtKind::If { then, els, .. } => {
                captures(cx, index, variable, obj, tree.block(then), sink);
                if let Some(els) = els {
                    captures(cx, index, variable, obj, tree.block(els), sink);
                }
            }
            StmtKind::Block(list) => captures(cx, index, variable, obj, tree.stmts(list), sink),
            StmtKind::Switch { body, .. } | StmtKind::TypeSwitch { body, .. } | StmtKind::Select { body } => {
                for &clause in tree.block(body) {
                    if let StmtKind::Case { body, .. } | StmtKind::Comm { body, .. } = tree.stmts[clause].kind {
                        captures(cx, index, variable, obj, tree.stmts(body), sink);
                    }
                }
            }
            _ => {}
        }
        if waits(cx, index, stmt) {
            return;
        }
    }
}

/// A statement that starts a function literal to run later: what it is, and the part of the literal that runs later.
fn starts(cx: &RuleContext<'_>, index: usize, stmt: StmtId) -> Option<(&'static str, Span)> {
    let file = &cx.files[index];
    let tree = file.tree;
    let (what, call) = match tree.stmts[stmt].kind {
        StmtKind::Go(call) => ("this goroutine", call),
        StmtKind::Defer(call) => ("this deferred function", call),
        StmtKind::Expr(call) => ("this goroutine", call),
        _ => return None,
    };
    let ExprKind::Call { fun, args, .. } = tree.exprs[syntax::unparen(tree, call)].kind else {
        return None;
    };
    let is_literal = |expr: ExprId| matches!(tree.exprs[expr].kind, ExprKind::FuncLit { .. });
    if !matches!(tree.stmts[stmt].kind, StmtKind::Expr(_)) {
        let fun = syntax::unparen(tree, fun);
        return is_literal(fun).then(|| (what, tree.exprs[fun].span));
    }
    let obj = cx.named_callee(index, fun)?;
    if &*cx.symbol(obj) == "testing.(*T).Run" {
        return parallel(cx, index, *tree.exprs(args).get(1)?).map(|span| ("this parallel subtest", span));
    }
    let model = cx
        .models(obj)
        .iter()
        .find(|model| model.behaviour == Behaviour::Spawn)?;
    let argument = *tree.exprs(args).get(model.argument as usize)?;
    is_literal(argument).then(|| (what, tree.exprs[argument].span))
}

/// The part of a subtest that runs when the function around has returned: what comes behind its call of `Parallel`.
fn parallel(cx: &RuleContext<'_>, index: usize, literal: ExprId) -> Option<Span> {
    let tree = cx.files[index].tree;
    let ExprKind::FuncLit { body, .. } = tree.exprs[literal].kind else {
        return None;
    };
    let pauses = |&&stmt: &&StmtId| match tree.stmts[stmt].kind {
        StmtKind::Expr(call) => match tree.exprs[syntax::unparen(tree, call)].kind {
            ExprKind::Call { fun, .. } => &*syntax::call_symbol(cx, index, fun) == "testing.(*T).Parallel",
            _ => false,
        },
        _ => false,
    };
    let pause = tree.block(body).iter().find(pauses)?;
    Some(Span::new(tree.stmts[*pause].span.end, tree.exprs[literal].span.end))
}

/// Whether a statement waits for another goroutine, or leaves the round for good.
fn waits(cx: &RuleContext<'_>, index: usize, stmt: StmtId) -> bool {
    let file = &cx.files[index];
    let tree = file.tree;
    let within = tree.stmts[stmt].span;
    if matches!(tree.stmts[stmt].kind, StmtKind::Return(_))
        || matches!(tree.stmts[stmt].kind, StmtKind::Branch { kind, .. } if kind != gosleuth_syntax::ast::BranchKind::Continue)
    {
        return true;
    }
    let communicates = tree
        .exprs
        .iter()
        .any(|expr| within.contains(expr.span.start) && matches!(expr.kind, ExprKind::Unary { op: UnaryOp::Recv, .. }));
    let selects = tree.stmts.iter().any(|stmt| {
        within.contains(stmt.span.start) && matches!(stmt.kind, StmtKind::Select { .. } | StmtKind::Send { .. })
    });
    communicates
        || selects
        || syntax::calls(tree, within).any(|(_, fun, _)| {
            let Some(callee) = cx.named_callee(index, fun) else {
                return false;
            };
            let name = cx.name_of(callee);
            name == "Wait" || name == "Lock" || has(cx.models(callee), Behaviour::Block)
        })
}
