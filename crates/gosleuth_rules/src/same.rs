//! The other names of a value in its function: variables that hold it, what is loaded from those, conversions.

use gosleuth_ir::{BlockId, Func, Op, Terminator, Value, ValueId};
use gosleuth_syntax::ast::{ExprKind, LiteralKind, Span, StmtId, StmtKind};
use rustc_hash::FxHashSet;

use crate::context::RuleContext;

/// Values that are, or may be, the value: through phis, conversions, and variables of the function that hold it (their addresses are
/// among the values).
pub(crate) fn names_of(func: &Func, value: ValueId) -> FxHashSet<ValueId> {
    let mut same = FxHashSet::from_iter([value]);
    loop {
        let before = same.len();
        for (id, node) in live(func) {
            let is_same = match &node.op {
                Op::Store { addr, value } if same.contains(value) => {
                    if matches!(func.op(*addr), Op::Alloc { var: Some(_) }) {
                        same.insert(*addr);
                    }
                    false
                }
                Op::Load(from) | Op::Convert(from) | Op::MakeInterface(from) | Op::Held(from) => same.contains(from),
                Op::Phi(values) => values.iter().any(|value| same.contains(value)),
                _ => false,
            };
            if is_same {
                same.insert(id);
            }
        }
        if same.len() == before {
            return same;
        }
    }
}

/// The values of a function that are executed, in the order of blocks.
pub(crate) fn live(func: &Func) -> impl Iterator<Item = (ValueId, &Value)> {
    let ids = func.blocks.iter().flat_map(|block| block.values.iter().copied());
    ids.map(|id| (id, &func.values[id]))
}

/// The same without their numbers.
pub(crate) fn values(func: &Func) -> impl Iterator<Item = &Value> {
    live(func).map(|(_, value)| value)
}

/// What a variable of the function holds, if it is given one value only; other values are themselves.
pub(crate) fn only_value(func: &Func, value: ValueId) -> ValueId {
    let Op::Load(addr) = func.op(value) else { return value };
    if !matches!(func.op(*addr), Op::Alloc { var: Some(_) }) {
        return value;
    }
    let mut stores = values(func).filter_map(|value| match value.op {
        Op::Store { addr: to, value } if to == *addr => Some(value),
        _ => None,
    });
    match (stores.next(), stores.next()) {
        (Some(only), None) => only,
        _ => value,
    }
}

/// Whether a function returns one of these values.
pub(crate) fn is_returned(func: &Func, same: &FxHashSet<ValueId>) -> bool {
    func.blocks.iter().any(|block| match &block.end {
        Terminator::Return(values) => values.iter().any(|value| same.contains(value)),
        _ => false,
    })
}

/// Whether an operation uses one of these values.
pub(crate) fn uses_any(op: &Op, same: &FxHashSet<ValueId>) -> bool {
    let mut uses = false;
    op.for_each_operand(|operand| uses |= same.contains(&operand));
    uses
}

/// The loop of a function around an offset, the innermost one; none if a function literal is between them.
pub(crate) fn loop_around(cx: &RuleContext<'_>, func: &Func, offset: u32) -> Option<StmtId> {
    let tree = cx.files[func.file].tree;
    tree.stmts
        .iter_enumerated()
        .filter(|(_, stmt)| {
            let body = match stmt.kind {
                StmtKind::For { body, .. } | StmtKind::Range { body, .. } => body,
                _ => return false,
            };
            tree.stmts[body].span.contains(offset) && func.span.contains(stmt.span.start)
        })
        .min_by_key(|(_, stmt)| stmt.span.end - stmt.span.start)
        .map(|(id, _)| id)
}

/// How many rounds a loop makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rounds {
    /// As many as a small number in the text says.
    Few,
    /// As many as there are elements, or as a condition allows.
    Some,
    /// `for {…}` and ranges over channels: nothing but the body or a close ends it.
    Endless,
}

/// A count up to which rounds are few.
const FEW: u32 = 100;

/// How many rounds a loop makes, by its text.
pub(crate) fn rounds(cx: &RuleContext<'_>, file: usize, stmt: StmtId) -> Rounds {
    let source = &cx.files[file];
    let tree = source.tree;
    let is_few = |expr| match tree.exprs[crate::syntax::unparen(tree, expr)].kind {
        ExprKind::Literal(LiteralKind::Int) => {
            let text = cx.source(file, tree.exprs[expr].span);
            text.parse::<u32>().is_ok_and(|count| count <= FEW)
        }
        _ => false,
    };
    match tree.stmts[stmt].kind {
        StmtKind::For { cond: None, .. } => Rounds::Endless,
        StmtKind::For {
            cond: Some(cond),
            post: Some(_),
            ..
        } => match tree.exprs[cond].kind {
            ExprKind::Binary { y, .. } if is_few(y) => Rounds::Few,
            _ => Rounds::Some,
        },
        StmtKind::Range { x, .. } if is_few(x) => Rounds::Few,
        StmtKind::Range { x, .. } => match cx.under(source.info.type_of(x)) {
            gosleuth_types::Type::Chan { .. } => Rounds::Endless,
            gosleuth_types::Type::Array { .. } => Rounds::Few,
            _ if matches!(tree.exprs[x].kind, ExprKind::Composite { .. }) => Rounds::Few,
            _ => Rounds::Some,
        },
        _ => Rounds::Some,
    }
}

/// The word `for` of a loop.
pub(crate) fn for_word(cx: &RuleContext<'_>, file: usize, stmt: StmtId) -> Span {
    let start = cx.files[file].tree.stmts[stmt].span.start;
    Span::new(start, start + 3)
}

/// Where a statement can be added behind the one that an expression is in, and the text to insert there: a line of its own, with the blanks
/// of that one. None where the statement is not the last thing on its line.
pub(crate) fn insert_behind(cx: &RuleContext<'_>, file: usize, expr: Span, text: &str) -> Option<(Span, String)> {
    let source = &cx.files[file];
    let tree = source.tree;
    let stmt = crate::syntax::statement_lists(tree)
        .flatten()
        .copied()
        .filter(|&stmt| tree.stmts[stmt].span.contains(expr.start))
        .min_by_key(|&stmt| tree.stmts[stmt].span.end - tree.stmts[stmt].span.start)?;
    if !matches!(tree.stmts[stmt].kind, StmtKind::Expr(_) | StmtKind::Assign { .. }) {
        return None;
    }
    let span = tree.stmts[stmt].span;
    let rest = source.text.get(span.end as usize..).unwrap_or(&[]);
    let ends = rest.iter().find(|byte| !matches!(byte, b' ' | b'\t' | b'\r')) == Some(&b'\n');
    ends.then(|| {
        let indent = cx.indentation(file, span.start);
        (Span::new(span.end, span.end), format!("\n{indent}{text}"))
    })
}

/// The blocks that control can get to from one, that one included.
pub(crate) fn reachable(func: &Func, from: BlockId) -> FxHashSet<BlockId> {
    let mut seen = FxHashSet::default();
    let mut work = vec![from];
    while let Some(block) = work.pop() {
        if seen.insert(block) {
            work.extend(func.blocks[block].end.successors());
        }
    }
    seen
}
