//! Events that change no goroutine, processor or thread: stretches of time, values, what the program says of itself.

use super::{Context, MAX_TASKS, NO_CONTEXT, Order, Pending, Step};
use crate::trace::event::{EventKind, ExperimentArgs, GoId, ProcId, Range, TaskId};
use crate::trace::reader::{Sink, Visitor};
use crate::trace::spec::ev;

impl Order {
    /// The marking phase; its numbers count beginnings and ends together.
    pub(super) fn collection<V: Visitor>(
        &mut self,
        now: &mut Context,
        event: &Pending,
        sink: &mut Sink<'_, V>,
    ) -> Step {
        let number = event.args[0];
        let starts_afresh = match event.kind {
            ev::GC_ACTIVE => self.is_first(),
            ev::GC_BEGIN => self.gc.is_none(),
            _ => false,
        };
        if starts_afresh {
            if event.kind == ev::GC_ACTIVE && self.gc.is_some() {
                return Step::Broken("a collection was going on before, but another event came first");
            }
        } else {
            if number != self.gc_turn.wrapping_add(1) {
                return Step::Wait;
            }
            if self.gc != Some(event.kind != ev::GC_BEGIN) {
                return Step::Broken("a collection begins or ends twice");
            }
            if !now.proc.is_some() || !now.goroutine.is_some() {
                return NO_CONTEXT;
            }
        }
        self.gc_turn = number;
        self.gc = Some(event.kind != ev::GC_END);
        let stack = if event.kind == ev::GC_BEGIN {
            sink.stack(event.args[1])
        } else {
            None
        };
        let kind = match event.kind {
            ev::GC_ACTIVE => EventKind::Active(Range::Mark),
            ev::GC_BEGIN => EventKind::Begin(Range::Mark),
            _ => EventKind::End {
                range: Range::Mark,
                swept: (0, 0),
            },
        };
        sink.emit(event.time, now, stack, kind);
        Step::Done
    }

    /// Events that change no goroutine, processor or thread.
    pub(super) fn annotate<V: Visitor>(&mut self, now: &mut Context, event: &Pending, sink: &mut Sink<'_, V>) -> Step {
        let [a, b, c, d] = event.args;
        let needs_goroutine = !matches!(
            event.kind,
            ev::HEAP_ALLOC
                | ev::HEAP_GOAL
                | ev::GC_SWEEP_BEGIN
                | ev::GC_SWEEP_ACTIVE
                | ev::GC_SWEEP_END
                | ev::ASSIST_ACTIVE
                | ev::EXPERIMENT_FIRST..=ev::EXPERIMENT_LAST
        );
        let needs_proc = !matches!(
            event.kind,
            ev::GC_SWEEP_ACTIVE | ev::ASSIST_ACTIVE | ev::EXPERIMENT_FIRST..=ev::EXPERIMENT_LAST
        );
        if needs_goroutine && !now.goroutine.is_some() || needs_proc && !now.proc.is_some() {
            return NO_CONTEXT;
        }
        let mut stack = None;
        let none = (0, 0);
        let kind = match event.kind {
            ev::PROCS_CHANGE => {
                stack = sink.stack(b);
                EventKind::Gomaxprocs(a)
            }
            ev::HEAP_ALLOC => EventKind::HeapAlloc(a),
            ev::HEAP_GOAL => EventKind::HeapGoal(a),
            ev::GO_LABEL => EventKind::Label(sink.sym(a)),
            ev::STW_BEGIN => {
                stack = sink.stack(b);
                let kind = sink.sym(a);
                if self.stops.len() < 64 {
                    self.stops.push((now.goroutine, kind));
                }
                EventKind::Begin(Range::StopTheWorld(now.goroutine, kind))
            }
            ev::STW_END => {
                let Some(at) = self.stops.iter().position(|(go, _)| *go == now.goroutine) else {
                    return Step::Broken("the world is started that was not stopped");
                };
                let (goroutine, kind) = self.stops.swap_remove(at);
                EventKind::End {
                    range: Range::StopTheWorld(goroutine, kind),
                    swept: none,
                }
            }
            ev::GC_SWEEP_BEGIN => {
                stack = sink.stack(a);
                EventKind::Begin(Range::Sweep(now.proc))
            }
            ev::GC_SWEEP_ACTIVE => EventKind::Active(Range::Sweep(ProcId(a))),
            ev::GC_SWEEP_END => EventKind::End {
                range: Range::Sweep(now.proc),
                swept: (a, b),
            },
            ev::ASSIST_ACTIVE => {
                let Some(go) = self.goroutines.get_mut(&GoId(a)) else {
                    return Step::Broken("a goroutine assists that nobody created");
                };
                go.assists = true;
                EventKind::Active(Range::Assist(GoId(a)))
            }
            ev::ASSIST_BEGIN | ev::ASSIST_END => {
                let begins = event.kind == ev::ASSIST_BEGIN;
                match self.goroutines.get_mut(&now.goroutine) {
                    Some(go) if go.assists != begins => go.assists = begins,
                    _ => return Step::Broken("an assist begins or ends twice"),
                }
                let range = Range::Assist(now.goroutine);
                if begins {
                    stack = sink.stack(a);
                    EventKind::Begin(range)
                } else {
                    EventKind::End { range, swept: none }
                }
            }
            ev::TASK_BEGIN => {
                stack = sink.stack(d);
                let (task, name) = (TaskId(a), sink.sym(c));
                // Zero is the background task, of which every task is a part.
                let parent = if b == 0 { TaskId::NONE } else { TaskId(b) };
                if self.tasks.len() < MAX_TASKS {
                    self.tasks.insert(task, (parent, name));
                }
                EventKind::TaskBegin { task, parent, name }
            }
            ev::TASK_END => {
                stack = sink.stack(b);
                let task = TaskId(a);
                let known = self.tasks.remove(&task);
                let (parent, name) = known.unwrap_or_else(|| (TaskId::NONE, sink.sym(0)));
                EventKind::TaskEnd { task, parent, name }
            }
            ev::REGION_BEGIN => {
                stack = sink.stack(c);
                EventKind::RegionBegin(TaskId(a), sink.sym(b))
            }
            ev::REGION_END => {
                stack = sink.stack(c);
                EventKind::RegionEnd(TaskId(a), sink.sym(b))
            }
            ev::USER_LOG => {
                let stack = sink.stack(d);
                let (category, message) = (sink.text(b), sink.text(c));
                let kind = EventKind::Log {
                    task: TaskId(a),
                    category: &category,
                    message: &message,
                };
                sink.emit(event.time, now, stack, kind);
                return Step::Done;
            }
            ev::EXPERIMENT_FIRST..=ev::EXPERIMENT_LAST => EventKind::Experiment(ExperimentArgs {
                kind: event.kind,
                args: [a, b, c],
            }),
            _ => return Step::Broken("an event has a type that there is not"),
        };
        sink.emit(event.time, now, stack, kind);
        Step::Done
    }
}
