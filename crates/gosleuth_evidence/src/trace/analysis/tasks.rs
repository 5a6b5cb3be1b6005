//! Tasks and regions of the program, and what it logged.

use gosleuth_base::Sym;
use rustc_hash::FxHashMap;

use super::{Histogram, Window};
use crate::trace::event::{Event, EventKind, GoId, TaskId};

/// Tasks and regions that are open at once; further ones are counted, but not timed.
const MAX_OPEN: usize = 1 << 18;
/// Names told apart.
const MAX_NAMES: usize = 1 << 14;

/// Times of the things with one name.
#[derive(Clone, Debug, Default)]
pub struct NamedTimes {
    /// How many began.
    pub begun: u64,
    /// How many ended.
    pub ended: u64,
    /// From beginning to end, of those that did both.
    pub times: Histogram,
}

/// Tasks, regions and log lines by name.
#[derive(Clone, Debug, Default)]
pub struct TaskTotals {
    /// Tasks by type.
    pub tasks: FxHashMap<Sym, NamedTimes>,
    /// Regions by name.
    pub regions: FxHashMap<Sym, NamedTimes>,
    /// Log lines.
    pub logs: u64,
    open_tasks: FxHashMap<TaskId, u64>,
    open_regions: FxHashMap<GoId, Vec<(TaskId, Sym, u64)>>,
    open_region_count: usize,
}

impl TaskTotals {
    pub(super) fn event(&mut self, event: &Event<'_>, window: Window) {
        let time = event.time;
        match event.kind {
            EventKind::TaskBegin { task, name, .. } => {
                named(&mut self.tasks, name).begun += 1;
                if self.open_tasks.len() < MAX_OPEN {
                    self.open_tasks.insert(task, time);
                }
            }
            EventKind::TaskEnd { task, name, .. } => {
                let begun = self.open_tasks.remove(&task);
                close(named(&mut self.tasks, name), begun, time, window);
            }
            EventKind::RegionBegin(task, name) => {
                named(&mut self.regions, name).begun += 1;
                if self.open_region_count < MAX_OPEN {
                    self.open_region_count += 1;
                    let open = self.open_regions.entry(event.goroutine).or_default();
                    open.push((task, name, time));
                }
            }
            EventKind::RegionEnd(task, name) => {
                let mut begun = None;
                if let Some(open) = self.open_regions.get_mut(&event.goroutine) {
                    // Regions nest, but nothing forces programs to end the inner one first.
                    if let Some(at) = open.iter().rposition(|&(t, n, _)| (t, n) == (task, name)) {
                        begun = Some(open.remove(at).2);
                        self.open_region_count -= 1;
                    }
                    if open.is_empty() {
                        self.open_regions.remove(&event.goroutine);
                    }
                }
                close(named(&mut self.regions, name), begun, time, window);
            }
            EventKind::Log { .. } => self.logs += 1,
            _ => {}
        }
    }

    /// Nothing is known of what was open.
    pub(super) fn lose(&mut self) {
        self.open_tasks.clear();
        self.open_regions.clear();
        self.open_region_count = 0;
    }
}

fn named(map: &mut FxHashMap<Sym, NamedTimes>, name: Sym) -> &mut NamedTimes {
    let first = map.keys().next().copied();
    // Past the cap, names share a row.
    let name = match first {
        Some(first) if map.len() >= MAX_NAMES && !map.contains_key(&name) => first,
        _ => name,
    };
    map.entry(name).or_default()
}

fn close(named: &mut NamedTimes, begun: Option<u64>, time: u64, window: Window) {
    named.ended += 1;
    if let Some(spent) = begun.and_then(|begun| window.clip(begun, time)) {
        named.times.add(spent);
    }
}
