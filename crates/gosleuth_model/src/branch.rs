//! What is known of branches and of who stands in front of them.

use gosleuth_ir::{BlockId, Callee, Func, FuncKey, Op, Terminator, ValueId};

use crate::machine::Machine;
use crate::program::Site;
use crate::state::{Gid, State};

/// Blocks behind a branch that are looked at for the end of a test.
const MAX_ASIDE: u32 = 3;

impl Machine<'_> {
    /// Whether the root is `main`.
    pub(crate) fn is_program(&self) -> bool {
        self.calls_back.get() && !self.is_part.get()
    }

    /// Where a goroutine is.
    pub(crate) fn place_of(&self, state: &State, gid: Gid) -> Option<Site> {
        let frame = state.goroutines[gid as usize].frames.last()?;
        let func = self.program.func(frame.func);
        let pos = func.blocks[frame.block]
            .values
            .last()
            .map(|&value| func.values[value].pos);
        Some(Site {
            func: frame.func,
            pos: pos.unwrap_or(func.span.start),
        })
    }

    /// Whether a block says that the test fails; with `panics` a panic says so too.
    pub(crate) fn fails_test(&self, key: FuncKey, block: BlockId, panics: bool) -> bool {
        let func = self.program.func(key);
        let mut at = block;
        for _ in 0..MAX_ASIDE {
            let block = &func.blocks[at];
            let fails = block.values.iter().any(|&value| match func.op(value) {
                Op::Call(call) => match call.callee {
                    Callee::Static(obj) | Callee::Interface { method: obj, .. } => {
                        matches!(self.program.names(obj), Some(("testing", _, name)) if name.starts_with("Fatal") || name.starts_with("Error") || name.starts_with("Fail"))
                    }
                    _ => false,
                },
                _ => false,
            });
            match &block.end {
                _ if fails => return true,
                Terminator::Panic(_) => return panics,
                Terminator::Jump(to) => at = *to,
                _ => return false,
            }
        }
        false
    }

    /// Whether what was assumed on the way can be true.
    pub(crate) fn is_certain(&self, state: &State) -> bool {
        if state.doubtful {
            self.cut.set(true);
        }
        !state.doubtful
    }
}

/// Whether a condition compares something with a constant that is written there.
pub(crate) fn compares_literal(func: &Func, condition: ValueId) -> bool {
    match func.op(condition) {
        Op::Unary(_, inner) => compares_literal(func, *inner),
        Op::Binary(_, x, y) => [x, y].iter().any(|side| matches!(func.op(**side), Op::Const(_))),
        _ => false,
    }
}
