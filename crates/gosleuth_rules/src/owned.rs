//! What a call returns beside an error and a function then owns, until it gives it back or hands it on: responses, rows, transactions.

use gosleuth_base::{Finding, FixSafety, RuleInfo};
use gosleuth_ir::{Call, Func, Op, ValueId};
use gosleuth_syntax::ast::{BinaryOp, ExprKind, Span, StmtId, StmtKind, UnaryOp};
use gosleuth_types::{Mode, SelectionKind};

use crate::context::RuleContext;
use crate::flow::{Follow, Held, Lost, Slot, Step, end_pos, follow, in_loop, nil_check, position};

/// What is owned.
pub(crate) const THING: Slot = 0;
/// The error beside it.
const ERROR: Slot = 1;

/// What a rule knows about the things it looks for.
pub(crate) trait Owned {
    /// `user` uses the thing.
    fn used(&mut self, held: &Held, user: ValueId) -> Step;

    /// `value`, which is not the thing, is nil (or not) on this path.
    fn is_settled_by_nil(&mut self, _value: ValueId, _is_nil: bool) -> bool {
        false
    }

    /// The path takes the branch of a condition that is no comparison with nil.
    fn is_settled_by(&mut self, _held: &Held, _cond: ValueId, _taken: bool) -> bool {
        false
    }
}

/// Where `thing`, which `call` returns, gets lost first; none if it does not.
pub(crate) fn lost(
    cx: &RuleContext<'_>,
    func: &Func,
    call: ValueId,
    thing: ValueId,
    error: Option<ValueId>,
    owned: &mut dyn Owned,
) -> Option<Lost> {
    let mut start = vec![(thing, THING)];
    start.extend(error.map(|error| (error, ERROR)));
    follow(cx, func, call, &start, &mut Path { func, owned })
}

struct Path<'c> {
    func: &'c Func,
    owned: &'c mut dyn Owned,
}

impl Follow for Path<'_> {
    fn used(&mut self, held: &Held, user: ValueId, slot: Slot) -> Step {
        if slot == ERROR {
            return Step::Go;
        }
        self.owned.used(held, user)
    }

    fn branched(&mut self, held: &Held, cond: ValueId, taken: bool) -> Step {
        if let Some((value, when_nil)) = nil_check(self.func, cond) {
            let is_nil = taken == when_nil;
            return match held.slot(value) {
                // With an error there is nothing to own.
                Some(ERROR) if !is_nil => Step::Settled,
                Some(THING) if is_nil => Step::Settled,
                None if self.owned.is_settled_by_nil(value, is_nil) => Step::Settled,
                _ => Step::Go,
            };
        }
        if is_some_error(self.func, held, cond, taken) || self.owned.is_settled_by(held, cond, taken) {
            return Step::Settled;
        }
        Step::Go
    }

    fn returned(&mut self, slot: Slot) -> Step {
        if slot == THING { Step::Settled } else { Step::Go }
    }
}

/// Whether a branch is taken only with an error: `err == io.EOF`, `errors.Is(err, …)`, `isNotFound(err)`.
fn is_some_error(func: &Func, held: &Held, cond: ValueId, taken: bool) -> bool {
    let (cond, taken) = stripped(func, cond, taken);
    let is_error = |value: ValueId| held.slot(value) == Some(ERROR);
    match func.op(cond) {
        Op::Binary(BinaryOp::Equal, x, y) => taken && (is_error(*x) || is_error(*y)),
        Op::Binary(BinaryOp::NotEqual, x, y) => !taken && (is_error(*x) || is_error(*y)),
        Op::Call(call) => taken && call.args.iter().any(|&arg| is_error(arg)),
        _ => false,
    }
}

/// A condition without `!` in front, and what it is then.
pub(crate) fn stripped(func: &Func, mut cond: ValueId, mut taken: bool) -> (ValueId, bool) {
    while let Op::Unary(UnaryOp::Not, inner) = *func.op(cond) {
        cond = inner;
        taken = !taken;
    }
    (cond, taken)
}

/// Whether a call has one of the followed values as an argument.
pub(crate) fn hands(held: &Held, call: &Call) -> bool {
    call.args.iter().any(|&arg| held.slot(arg) == Some(THING))
}

/// What is said about a thing that gets lost.
pub(crate) struct Words<'w> {
    pub(crate) message: String,
    pub(crate) why: &'w str,
    pub(crate) action: String,
    /// At a return.
    pub(crate) at_return: String,
    /// At the end of a round of a loop.
    pub(crate) at_round: String,
    /// The deferred call that gives it back, behind its name: `.Body.Close()`.
    pub(crate) release: &'w str,
}

/// Reports a thing that gets lost, with a deferred release behind the check of the error where that is a safe change.
pub(crate) fn report_lost(
    cx: &RuleContext<'_>,
    info: &RuleInfo,
    func: &Func,
    call: ValueId,
    lost: Lost,
    words: &Words<'_>,
    sink: &mut Vec<Finding>,
) {
    let span = cx.span_of(func, call);
    let (pos, label) = match lost {
        Lost::Return(block) => (end_pos(func, block), &words.at_return),
        Lost::Again(block) => (end_pos(func, block), &words.at_round),
    };
    let mut report = cx
        .report(info, func.file, span, words.message.clone())
        .why(words.why)
        .action(words.action.clone());
    if pos > span.end {
        report = report.related(func.file, Span::new(pos, pos + 1), label.clone());
    }
    if position(func, call).is_some_and(|(block, _)| !in_loop(func, block))
        && let Some((at, name, indent)) = behind_check(cx, func, span)
    {
        let text = format!("\n{indent}defer {name}{}", words.release);
        let title = format!("add `defer {name}{}`", words.release);
        // Where it is given back on another path already, a second time does no harm.
        report = report.fix(FixSafety::Safe, title, [(func.file, Span::new(at, at), text.as_str())]);
    }
    report.push(sink);
}

/// The statement that takes the results of the call, with the name of the first, and the statement behind it.
fn taken<'a>(cx: &RuleContext<'a>, func: &Func, call: Span) -> Option<(&'a str, StmtId, Option<StmtId>)> {
    let tree = cx.files[func.file].tree;
    for list in crate::syntax::statement_lists(tree) {
        for (at, &stmt) in list.iter().enumerate() {
            let kind = tree.stmts[stmt].kind;
            if let StmtKind::Assign { .. } = kind
                && let (&[first, _], &[value]) = tree.sides(kind)
                && tree.exprs[value].span == call
                && let ExprKind::Ident(name) = tree.exprs[first].kind
            {
                return Some((tree.name(name), stmt, list.get(at + 1).copied()));
            }
        }
    }
    None
}

/// The end of `if err != nil { … return }` right behind the call.
fn behind_check<'a>(cx: &RuleContext<'a>, func: &Func, call: Span) -> Option<(u32, &'a str, &'a str)> {
    let tree = cx.files[func.file].tree;
    let (name, stmt, next) = taken(cx, func, call)?;
    let next = next?;
    let StmtKind::If {
        init: None,
        cond,
        then,
        els: None,
    } = tree.stmts[next].kind
    else {
        return None;
    };
    let is_error_check = matches!(tree.exprs[cond].kind, ExprKind::Binary { op: BinaryOp::NotEqual, y, .. }
        if cx.files[func.file].info.mode_of(y) == Mode::Nil);
    if !is_error_check {
        return None;
    }
    let &last = tree.block(then).last()?;
    let leaves = matches!(tree.stmts[last].kind, StmtKind::Return(_) | StmtKind::Branch { .. });
    (leaves && name != "_").then(|| {
        let indent = cx.indentation(func.file, tree.stmts[stmt].span.start);
        (tree.stmts[next].span.end, name, indent)
    })
}

/// Where the statement right behind the call uses a field (or, if `methods`, a method) of the thing, with the check of the error behind that.
pub(crate) fn used_unchecked(cx: &RuleContext<'_>, func: &Func, call: Span, methods: bool) -> Option<Span> {
    let file = &cx.files[func.file];
    let tree = file.tree;
    let (name, _, next) = taken(cx, func, call)?;
    let next = next?;
    if !matches!(
        tree.stmts[next].kind,
        StmtKind::Defer(_) | StmtKind::Expr(_) | StmtKind::Assign { .. }
    ) {
        return None;
    }
    let within = tree.stmts[next].span;
    let is_literal = tree
        .exprs
        .iter()
        .any(|expr| matches!(expr.kind, ExprKind::FuncLit { .. }) && within.contains(expr.span.start));
    if is_literal {
        return None;
    }
    tree.exprs.iter_enumerated().find_map(|(id, expr)| match expr.kind {
        ExprKind::Selector { x, .. } if within.contains(expr.span.start) => {
            let is_use = file
                .info
                .selections
                .get(&id)
                .is_some_and(|selection| methods || selection.kind == SelectionKind::Field);
            let is_thing = matches!(tree.exprs[x].kind, ExprKind::Ident(ident) if tree.name(ident) == name);
            (is_use && is_thing).then_some(expr.span)
        }
        _ => None,
    })
}

/// Whether the statement that takes the results of a call throws the first one away, or all of them.
pub(crate) fn is_thrown_away(cx: &RuleContext<'_>, func: &Func, call: Span) -> bool {
    let tree = cx.files[func.file].tree;
    tree.stmts.iter().any(|stmt| match stmt.kind {
        StmtKind::Expr(expr) => tree.exprs[expr].span == call,
        StmtKind::Assign { .. } => match tree.sides(stmt.kind) {
            (&[first, ..], &[value]) => {
                tree.exprs[value].span == call
                    && matches!(tree.exprs[first].kind, ExprKind::Ident(ident) if tree.name(ident) == "_")
            }
            _ => false,
        },
        _ => false,
    })
}
