//! Which states are followed next.

use crate::state::Gid;
use crate::sync::Transition;

/// A state that is being followed: one transition after the other, so that the search comes to an end of executions before it has looked at
/// everything on the way.
pub(crate) struct Pending {
    pub(crate) node: u32,
    /// Whether its transitions are known.
    pub(crate) is_ready: bool,
    /// Those that are still to be taken, the next one last.
    pub(crate) next: Vec<Transition>,
    /// Those that need not be taken unless the others lead back.
    pub(crate) rest: Vec<Transition>,
    /// The goroutine that moved last, if it can go on.
    pub(crate) last: Option<Gid>,
    /// Whether nothing was left out so far.
    pub(crate) whole: bool,
    /// Whether transitions that could have waited are among the next ones.
    pub(crate) is_widened: bool,
}

impl Pending {
    pub(crate) fn new(node: u32) -> Self {
        Self {
            node,
            is_ready: false,
            next: Vec::new(),
            rest: Vec::new(),
            last: None,
            whole: true,
            is_widened: false,
        }
    }

    /// Whether another goroutine goes on although the last one could.
    pub(crate) fn is_switch(&self, transition: &Transition) -> bool {
        self.last.is_some_and(|last| !transition.moves(last))
    }
}

/// States that are to be followed, by their cost.
#[derive(Default)]
pub(crate) struct Waiting {
    stacks: Vec<Vec<Pending>>,
    /// None is waiting below this number.
    least: usize,
    /// How many were taken out.
    count: u32,
}

impl Waiting {
    pub(crate) fn push(&mut self, cost: u32, pending: Pending) {
        let cost = cost as usize;
        if self.stacks.len() <= cost {
            self.stacks.resize_with(cost + 1, Vec::new);
        }
        self.stacks[cost].push(pending);
        self.least = self.least.min(cost);
    }

    /// One of the least cost, the last that came; now and then one of the highest, as a circle of many goroutines needs as many switches.
    pub(crate) fn pop(&mut self) -> Option<Pending> {
        self.count += 1;
        if self.count.is_multiple_of(4) {
            while self.stacks.last().is_some_and(Vec::is_empty) {
                self.stacks.pop();
            }
            if let Some(pending) = self.stacks.last_mut().and_then(Vec::pop) {
                return Some(pending);
            }
        }
        while let Some(stack) = self.stacks.get_mut(self.least) {
            if let Some(pending) = stack.pop() {
                return Some(pending);
            }
            self.least += 1;
        }
        None
    }
}
