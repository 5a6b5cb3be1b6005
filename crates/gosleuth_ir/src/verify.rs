//! What holds for every function.

use gosleuth_base::Idx as _;

use crate::ir::{BlockId, Func, Op, Package, Terminator, ValueId};

/// Checks a function: edges agree in both directions, each value stands in one block, a phi has as many values as its block has
/// predecessors, a use is dominated by what it uses. Returns what does not hold, as sentences; `package` is where its literals are.
pub fn verify(package: &Package, func: &Func) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut home: Vec<Option<BlockId>> = vec![None; func.values.len()];
    for (id, block) in func.blocks.iter_enumerated() {
        for &value in &block.values {
            if home[value.index()].replace(id).is_some() {
                wrong.push(format!("v{} stands twice", value.index()));
            }
            match func.op(value) {
                Op::Phi(operands) if operands.len() != block.preds.len() => wrong.push(format!(
                    "v{} has {} values for {} predecessors",
                    value.index(),
                    operands.len(),
                    block.preds.len()
                )),
                Op::Closure {
                    func: literal,
                    captures,
                } => {
                    let known = package.funcs.get(*literal).map(|literal| literal.captures.len());
                    if known != Some(captures.len()) {
                        wrong.push(format!("v{} captures {} of {known:?}", value.index(), captures.len()));
                    }
                }
                _ => {}
            }
        }
        for to in block.end.successors() {
            let forth = block.end.successors().iter().filter(|&&it| it == to).count();
            let back = func.blocks[to].preds.iter().filter(|&&it| it == id).count();
            if forth != back {
                wrong.push(format!(
                    "b{} leads {forth} times to b{}, which knows {back}",
                    id.index(),
                    to.index()
                ));
            }
        }
    }
    let dominators = Dominators::of(func);
    for (id, block) in func.blocks.iter_enumerated() {
        let check = |user: String, used: ValueId, at: BlockId, wrong: &mut Vec<String>| match home[used.index()] {
            None => wrong.push(format!("{user} uses v{}, which stands nowhere", used.index())),
            Some(home) if !dominators.dominates(home, at) => {
                wrong.push(format!(
                    "{user} uses v{}, which need not have been reached",
                    used.index()
                ));
            }
            Some(_) => {}
        };
        for (place, &value) in block.values.iter().enumerate() {
            match func.op(value) {
                Op::Phi(operands) => {
                    for (&operand, &pred) in operands.iter().zip(&block.preds) {
                        check(format!("v{}", value.index()), operand, pred, &mut wrong);
                    }
                }
                op => op.for_each_operand(|operand| {
                    check(format!("v{}", value.index()), operand, id, &mut wrong);
                    if home[operand.index()] == Some(id) && !block.values[..place].contains(&operand) {
                        wrong.push(format!(
                            "v{} uses v{} before it is there",
                            value.index(),
                            operand.index()
                        ));
                    }
                }),
            }
        }
        let user = format!("the end of b{}", id.index());
        match &block.end {
            Terminator::If(value, ..) | Terminator::Select(value, _) | Terminator::Panic(value) => {
                check(user, *value, id, &mut wrong);
            }
            Terminator::Return(values) => {
                for &value in values {
                    check(user.clone(), value, id, &mut wrong);
                }
            }
            Terminator::Jump(_) | Terminator::Unreachable => {}
        }
    }
    wrong
}

/// Immediate dominators, as Cooper, Harvey and Kennedy compute them ("A Simple, Fast Dominance Algorithm", 2001). The block where recovered
/// panics go on is reached from every place at which something can panic: it is dominated by the entry alone.
struct Dominators {
    parent: Vec<usize>,
    order: Vec<usize>,
}

impl Dominators {
    fn of(func: &Func) -> Self {
        let count = func.blocks.len();
        let mut postorder = Vec::with_capacity(count);
        let mut seen = vec![false; count];
        let mut stack = vec![(0, 0)];
        if count > 0 {
            seen[0] = true;
        }
        while let Some((block, next)) = stack.pop() {
            if block >= count {
                continue;
            }
            let successors = successors(func, block);
            match successors.get(next) {
                Some(&to) => {
                    stack.push((block, next + 1));
                    if !std::mem::replace(&mut seen[to], true) {
                        stack.push((to, 0));
                    }
                }
                None => postorder.push(block),
            }
        }
        let mut order = vec![usize::MAX; count];
        for (number, &block) in postorder.iter().enumerate() {
            order[block] = number;
        }
        let mut parent = vec![usize::MAX; count];
        if count > 0 {
            parent[0] = 0;
        }
        let mut changed = true;
        while changed {
            changed = false;
            for &block in postorder.iter().rev() {
                if block == 0 {
                    continue;
                }
                let mut new = usize::MAX;
                let id = BlockId::from_usize(block);
                let entry = (func.recovered == Some(id)).then_some(0);
                let preds = func.blocks[id].preds.iter().map(|pred| pred.index());
                for pred in preds.chain(entry) {
                    if parent[pred] == usize::MAX {
                        continue;
                    }
                    new = if new == usize::MAX {
                        pred
                    } else {
                        meet(&parent, &order, new, pred)
                    };
                }
                if parent[block] != new {
                    parent[block] = new;
                    changed = true;
                }
            }
        }
        Self { parent, order }
    }

    fn dominates(&self, a: BlockId, b: BlockId) -> bool {
        let (a, mut b) = (a.index(), b.index());
        if self.order[b] == usize::MAX {
            // Nothing leads to `b`.
            return true;
        }
        loop {
            if a == b {
                return true;
            }
            let up = self.parent[b];
            if up == b || up == usize::MAX {
                return false;
            }
            b = up;
        }
    }
}

fn successors(func: &Func, block: usize) -> Vec<usize> {
    let mut to: Vec<_> = func.blocks[BlockId::from_usize(block)]
        .end
        .successors()
        .into_iter()
        .map(|to| to.index())
        .collect();
    if block == 0 {
        to.extend(func.recovered.map(|recovered| recovered.index()));
    }
    to
}

fn meet(parent: &[usize], order: &[usize], mut a: usize, mut b: usize) -> usize {
    while a != b {
        while order[a] < order[b] {
            a = parent[a];
        }
        while order[b] < order[a] {
            b = parent[b];
        }
    }
    a
}
