//! Goroutines, followed from stay to stay.

use std::collections::hash_map::Entry;

use gosleuth_evidence::trace::{Event, EventKind, GoId, GoState, Names, ProcId, Reason};
use gosleuth_evidence::{FrameId, StackId};
use rustc_hash::FxHashMap;

/// Sites told apart; any further goroutine belongs to the site without names.
const MAX_SITES: usize = 1 << 16;

/// Number of a site in [`Lives::sites`]; 0 is the site without names.
pub(crate) type SiteId = u32;

/// Where goroutines come from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Site {
    /// The function that a goroutine starts with; where the trace has only a stack, its outermost frame.
    pub start: Option<FrameId>,
    /// The `go` statement; none for goroutines that are older than the trace.
    pub creator: Option<FrameId>,
}

/// Time that a goroutine spends in one state.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Stay {
    /// Runnable, running, waiting or in a system call.
    pub state: GoState,
    /// Nanoseconds of the trace clock.
    pub since: u64,
    /// Nanoseconds of the trace clock.
    pub until: u64,
    /// Why it waits, or was made to stop running.
    pub reason: Reason,
    /// Where: its own stack, or that of who made it runnable.
    pub stack: Option<StackId>,
    /// Where it runs.
    pub proc: ProcId,
    /// Who made it runnable, if another goroutine did.
    pub cause: GoId,
    /// The state before; `NotExist` for a new goroutine.
    pub from: GoState,
}

/// A goroutine.
#[derive(Clone, Debug)]
pub(crate) struct Life {
    /// Its number.
    pub id: GoId,
    /// Where it comes from.
    pub site: SiteId,
    /// Who created it, if that happened within the trace.
    pub parent: GoId,
    /// When it was created; none if it is older than the trace.
    pub born: Option<u64>,
    /// When it ended; none if it did not.
    pub ended: Option<u64>,
    /// The stack of the `go` statement.
    pub created: Option<StackId>,
    stay: Option<Stay>,
    unplaced: bool,
}

#[cfg(test)]
impl Life {
    /// One that was there before the trace.
    pub(crate) fn older(id: GoId) -> Self {
        Self {
            id,
            site: 0,
            parent: GoId::NONE,
            born: None,
            ended: None,
            created: None,
            stay: None,
            unplaced: false,
        }
    }
}

/// Takes what [`Lives`] finds. Stays of one goroutine come in order; those that end with the trace come last.
pub(crate) trait LifeSink {
    /// A stay is over.
    fn stay(&mut self, names: Names<'_>, lives: &Lives, life: &Life, stay: &Stay);
    /// A goroutine ended, or the trace did.
    fn end(&mut self, names: Names<'_>, lives: &Lives, life: &Life);
}

/// All goroutines that live.
#[derive(Debug)]
pub(crate) struct Lives {
    alive: FxHashMap<GoId, Life>,
    sites: Vec<Site>,
    index: FxHashMap<Site, SiteId>,
    /// Time of the first event.
    pub start: Option<u64>,
}

impl Default for Lives {
    fn default() -> Self {
        Self {
            alive: FxHashMap::default(),
            sites: vec![Site::default()],
            index: FxHashMap::default(),
            start: None,
        }
    }
}

impl Lives {
    /// A site.
    pub(crate) fn site(&self, site: SiteId) -> Site {
        self.sites[site as usize]
    }

    /// How many sites there are.
    pub(crate) fn sites(&self) -> usize {
        self.sites.len()
    }

    /// How many goroutines live.
    pub(crate) fn count(&self) -> usize {
        self.alive.len()
    }

    fn intern(&mut self, site: Site) -> SiteId {
        if self.sites.len() >= MAX_SITES && !self.index.contains_key(&site) || site == Site::default() {
            return 0;
        }
        let sites = &mut self.sites;
        *self.index.entry(site).or_insert_with(|| {
            sites.push(site);
            sites.len() as SiteId - 1
        })
    }

    /// Takes an event. True if goroutines were created or ended.
    pub(crate) fn event(&mut self, names: Names<'_>, event: &Event<'_>, sink: &mut impl LifeSink) -> bool {
        let start = *self.start.get_or_insert(event.time);
        match event.kind {
            EventKind::Sync { lost, last, .. } => {
                if lost || last {
                    self.give_up(names, event.time, sink);
                }
                lost || last
            }
            EventKind::Go {
                goroutine,
                from,
                to,
                reason,
                stack,
            } => self.change(names, event, start, (goroutine, from, to, reason, stack), sink),
            _ => false,
        }
    }

    /// What lives now is not followed any longer, in order of numbers.
    fn give_up(&mut self, names: Names<'_>, time: u64, sink: &mut impl LifeSink) {
        let mut rest: Vec<Life> = std::mem::take(&mut self.alive).into_values().collect();
        rest.sort_by_key(|life| life.id);
        for mut life in rest {
            if let Some(mut stay) = life.stay.take() {
                stay.until = time;
                sink.stay(names, self, &life, &stay);
            }
            sink.end(names, self, &life);
        }
    }

    fn change(
        &mut self,
        names: Names<'_>,
        event: &Event<'_>,
        start: u64,
        (goroutine, from, to, reason, own): (GoId, GoState, GoState, Reason, Option<StackId>),
        sink: &mut impl LifeSink,
    ) -> bool {
        let time = event.time;
        let mut is_new = false;
        let site = if from == GoState::NotExist {
            let top = |stack: Option<StackId>| names.stacks.stack(stack?).frames.first().copied();
            self.intern(Site {
                start: top(own),
                creator: top(event.stack),
            })
        } else {
            0
        };
        let life = match self.alive.entry(goroutine) {
            Entry::Occupied(slot) => slot.into_mut(),
            Entry::Vacant(slot) => {
                is_new = true;
                let is_born = from == GoState::NotExist;
                slot.insert(Life {
                    id: goroutine,
                    site,
                    parent: if is_born { event.goroutine } else { GoId::NONE },
                    born: is_born.then_some(time),
                    ended: None,
                    created: event.stack.filter(|_| is_born),
                    stay: None,
                    unplaced: !is_born,
                })
            }
        };
        if life.unplaced && own.is_some() {
            life.unplaced = false;
            let outermost = own.and_then(|stack| names.stacks.stack(stack).frames.last().copied());
            let site = Site {
                start: outermost,
                creator: None,
            };
            let id = self.intern(site);
            if let Some(life) = self.alive.get_mut(&goroutine) {
                life.site = id;
            }
        }
        let Some(life) = self.alive.get_mut(&goroutine) else {
            return is_new;
        };
        if from == to {
            // Told again, for the new generation. A stack that was not known may be now.
            if let Some(stay) = &mut life.stay {
                stay.stack = stay.stack.or(own);
            }
            return is_new;
        }
        let over = life.stay.take().map(|stay| Stay { until: time, ..stay });
        life.stay = (to != GoState::NotExist).then_some(Stay {
            state: to,
            // What is first told of it began with the trace at the latest.
            since: if from == GoState::Undetermined { start } else { time },
            until: time,
            reason,
            stack: own.filter(|_| from != GoState::NotExist).or(event.stack),
            proc: event.proc,
            // Who tells of a state for the first time did not cause it.
            cause: if event.goroutine == goroutine || from == GoState::Undetermined {
                GoId::NONE
            } else {
                event.goroutine
            },
            from,
        });
        if to == GoState::NotExist {
            let mut life = self.alive.remove(&goroutine).expect("it was just found");
            life.ended = Some(time);
            if let Some(stay) = over {
                sink.stay(names, self, &life, &stay);
            }
            sink.end(names, self, &life);
            return true;
        }
        if let Some(stay) = over {
            let life = life.clone();
            sink.stay(names, self, &life, &stay);
        }
        is_new
    }
}
