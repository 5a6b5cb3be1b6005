//! The critical path: what a goroutine was busy with between two points of time, followed through who woke it.
//!
//! From the end backwards: while it ran, it is on the path; while it waited for a processor, that is; where it was woken by another
//! goroutine, the path goes on with that one, since it was for its sake that the first one waited. So the path is what would have to be
//! faster for the whole to be.

use std::ops::ControlFlow;

use rustc_hash::FxHashMap;

use super::event::{Event, EventKind, GoId, GoState, Reason};
use super::reader::{Names, Visitor};
use crate::model::StackId;

/// Changes that are kept (about 230 MB); a longer window loses its beginning.
const MAX_CHANGES: usize = 4 << 20;
/// Steps of a path.
const MAX_STEPS: usize = 100_000;

/// Takes the changes of all goroutines within a window.
#[derive(Debug)]
pub struct Recorder {
    window: (u64, u64),
    start: Option<u64>,
    end: u64,
    changes: Vec<Change>,
    /// Changes that did not fit.
    pub left_out: u64,
}

#[derive(Clone, Copy, Debug)]
struct Change {
    time: u64,
    goroutine: GoId,
    by: GoId,
    stack: Option<StackId>,
    reason: Reason,
    from: GoState,
    to: GoState,
}

/// A stretch of a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Link {
    /// When it begins, nanoseconds since the trace began.
    pub from: u64,
    /// When it ends.
    pub to: u64,
    /// Whose.
    pub goroutine: GoId,
    /// What it does meanwhile.
    pub state: GoState,
    /// Why, if it waits.
    pub reason: Reason,
    /// Where it waits; while it runs, where the one stands that woke or made the next on the path.
    pub stack: Option<StackId>,
    /// Whom it wakes or makes at the end.
    pub next: Option<GoId>,
}

impl Recorder {
    /// For a window, nanoseconds since the trace began.
    pub fn new(window: Option<(u64, u64)>) -> Self {
        Self {
            window: window.unwrap_or((0, u64::MAX)),
            start: None,
            end: 0,
            changes: Vec::new(),
            left_out: 0,
        }
    }

    /// The path that leads to where `goroutine` is at the end of the window, in order of time.
    pub fn path(&self, goroutine: GoId) -> Vec<Link> {
        let mut lives: FxHashMap<GoId, Vec<u32>> = FxHashMap::default();
        for (index, change) in (0..).zip(&self.changes) {
            lives.entry(change.goroutine).or_default().push(index);
        }
        let first = self.window.0;
        let (mut at, mut to) = (goroutine, self.end.min(self.window.1));
        let (mut stack, mut next) = (None, None);
        let mut links = Vec::new();
        while let Some(life) = lives.get(&at)
            && links.len() < MAX_STEPS
            && to > first
        {
            let position = life.partition_point(|&index| self.changes[index as usize].time < to);
            let Some(change) = position.checked_sub(1).map(|last| self.changes[life[last] as usize]) else {
                // Nothing happened to it before, within the window.
                links.push(Link {
                    from: first,
                    to,
                    goroutine: at,
                    state: life
                        .first()
                        .map_or(GoState::Undetermined, |&index| self.changes[index as usize].from),
                    reason: Reason::None,
                    stack,
                    next,
                });
                break;
            };
            let waits = matches!(change.to, GoState::Waiting | GoState::Syscall);
            links.push(Link {
                from: change.time.max(first),
                to,
                goroutine: at,
                state: change.to,
                reason: change.reason,
                stack: if waits { change.stack } else { stack },
                next,
            });
            to = change.time;
            (stack, next) = (None, None);
            let is_handed_over = matches!(change.from, GoState::Waiting | GoState::NotExist);
            if change.to == GoState::Runnable && is_handed_over && change.by.is_some() && change.by != at {
                (stack, next) = (change.stack, Some(at));
                at = change.by;
            } else if change.from == GoState::NotExist {
                break;
            }
        }
        links.reverse();
        links
    }
}

impl Visitor for Recorder {
    fn event(&mut self, _names: Names<'_>, event: &Event<'_>) -> ControlFlow<()> {
        let start = *self.start.get_or_insert(event.time);
        let time = event.time - start;
        if time > self.window.1 {
            return ControlFlow::Break(());
        }
        self.end = time;
        if let EventKind::Go {
            goroutine,
            from,
            to,
            reason,
            stack,
        } = event.kind
            && from != to
            && time >= self.window.0
        {
            if self.changes.len() == MAX_CHANGES {
                let half = MAX_CHANGES / 2;
                self.changes.drain(..half);
                self.left_out += half as u64;
            }
            self.changes.push(Change {
                time,
                goroutine,
                by: event.goroutine,
                stack: event.stack.or(stack),
                reason,
                from,
                to,
            });
        }
        ControlFlow::Continue(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(time: u64, goroutine: u64, by: u64, from: GoState, to: GoState) -> Change {
        Change {
            time,
            goroutine: GoId(goroutine),
            by: GoId(by),
            stack: None,
            reason: Reason::None,
            from,
            to,
        }
    }

    #[test]
    fn the_path_goes_on_with_who_woke() {
        use GoState::{Runnable, Running, Waiting};
        let recorder = Recorder {
            changes: vec![
                change(10, 1, 1, Running, Waiting),
                change(12, 2, 2, Runnable, Running),
                change(50, 1, 2, Waiting, Runnable),
                change(55, 2, 2, Running, Waiting),
                change(60, 1, 1, Runnable, Running),
            ],
            end: 100,
            ..Recorder::new(Some((0, 100)))
        };
        let path: Vec<_> = recorder
            .path(GoId(1))
            .into_iter()
            .map(|link| {
                (
                    link.from,
                    link.to,
                    link.goroutine.0,
                    link.state,
                    link.next.map(|next| next.0),
                )
            })
            .collect();
        assert_eq!(
            path,
            [
                (0, 12, 2, Runnable, None),
                (12, 50, 2, Running, Some(1)),
                (50, 60, 1, Runnable, None),
                (60, 100, 1, Running, None),
            ]
        );
    }
}
