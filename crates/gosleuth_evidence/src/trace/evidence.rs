//! A trace as evidence beside dumps and profiles: the goroutines that live when it ends are a snapshot, with what the trace knows of them.
//!
//! Their stacks are stripped of frames of the runtime as those of profiles are, so that equal stacks have equal numbers in both and the
//! same waits are recognised. A goroutine that was woken in the last part of the trace is as alive as any, so it is listed by the reason
//! it waits for, as in a profile; that it waits means nothing by itself.

use std::io::Read;

use gosleuth_base::Idx as _;
use rustc_hash::FxHashMap;

use super::analysis::{Analysis, AnalysisOptions, Goroutine};
use super::event::{GoState, Reason};
use super::reader::{Outcome, WalkOptions, walk_unpacked};
use crate::infer::{self, Inference, Visibility};
use crate::model::{
    EvidenceSet, FrameId, Group, GroupId, Input, InputId, Origin, Snapshot, SnapshotId, SnapshotKind, Stack, StackId,
    Time, WaitRange, WaitReason, WaitState,
};
use crate::reader::ReadOptions;

/// A trace beside other evidence.
#[derive(Clone, Debug)]
pub struct TraceRecord {
    /// Where it comes from.
    pub input: InputId,
    /// The goroutines that live at its end.
    pub snapshot: SnapshotId,
    /// What it adds up to.
    pub analysis: Analysis,
}

/// Reads a trace and adds the snapshot. Returns the bytes read.
pub(crate) fn read(set: &mut EvidenceSet, input: InputId, bytes: &mut dyn Read, options: &ReadOptions) -> u64 {
    let mut analysis = Analysis::new(AnalysisOptions::default());
    let name = set.inputs[input.index()].name.clone();
    let walk_options = WalkOptions {
        max_bytes: options.max_bytes,
    };
    let outcome = walk_unpacked(
        &name,
        bytes,
        &mut set.strings,
        &mut set.stacks,
        &walk_options,
        &mut analysis,
    );
    for problem in outcome.problems {
        set.problem(input, None, problem.kind, problem.message);
    }
    if outcome.generations == 0 {
        return outcome.bytes;
    }
    place(set, input, analysis);
    outcome.bytes
}

/// Adds what a trace adds up to as evidence of its own. The analysis has to be made with the names and stacks of the set.
pub fn as_evidence(set: &mut EvidenceSet, name: &str, outcome: &Outcome, analysis: Analysis) {
    let input = InputId::from_usize(set.inputs.len());
    set.inputs.push(Input {
        name: name.to_owned(),
        bytes: outcome.raw_bytes,
        decompressed: outcome.bytes,
        lines: 0,
        compression: outcome.compression.clone(),
        envelopes: Vec::new(),
        forms: Vec::new(),
        time: None,
    });
    place(set, input, analysis);
}

/// The goroutines that live at the end of a trace are a snapshot.
fn place(set: &mut EvidenceSet, input: InputId, analysis: Analysis) {
    set.note_form(input, "execution-trace");
    let time = analysis.clock.and_then(|clock| {
        let since = i64::try_from(analysis.end.saturating_sub(clock.trace)).ok()?;
        clock.wall.checked_add(since).map(Time)
    });
    let time = time.or(set.inputs[input.index()].time);
    let mut alive: Vec<&Goroutine> = analysis.alive.values().collect();
    alive.sort_by_key(|goroutine| goroutine.id);
    let mut snapshot = Snapshot {
        origin: Origin { input, line: 0 },
        kind: SnapshotKind::Profile,
        time,
        stream: None,
        total: alive.len() as u64,
        declared_total: None,
        groups: Vec::new(),
        goroutines: Vec::with_capacity(alive.len().min(Snapshot::GOROUTINE_CAP)),
        addresses: Vec::new(),
        cut: None,
        crash: None,
    };
    // The stacks are those of the trace with frames left out, so their number is bounded as that of the trace is.
    let mut index: FxHashMap<(StackId, WaitReason, bool), u32> = FxHashMap::default();
    for goroutine in alive {
        let (stack, inferred) = stack(set, &analysis, goroutine);
        let (reason, inferred) = reason(goroutine, inferred);
        let groups = &mut snapshot.groups;
        let position = *index.entry((stack, reason, inferred)).or_insert_with(|| {
            groups.push(Group {
                stack,
                state: WaitState {
                    inferred,
                    ..WaitState::new(reason)
                },
                labels: None,
                count: 0,
                waits: WaitRange::default(),
                ids: Vec::new(),
                line: 0,
            });
            (groups.len() - 1) as u32
        });
        let group = &mut groups[position as usize];
        group.count += 1;
        if group.ids.len() < Group::ID_SAMPLES {
            group.ids.push(goroutine.id.0);
        }
        if snapshot.goroutines.len() < Snapshot::GOROUTINE_CAP {
            snapshot.goroutines.push(crate::model::Goroutine {
                id: goroutine.id.0,
                group: GroupId::from_usize(position as usize),
                minutes: 0,
                parent: goroutine.parent.get().unwrap_or(0),
                address: 0,
            });
        }
    }
    let id = SnapshotId::from_usize(set.snapshots.len());
    set.snapshots.push(snapshot);
    set.traces.push(TraceRecord {
        input,
        snapshot: id,
        analysis,
    });
}

/// The stack that a profile of the goroutine would show, with its creator, and what it tells of its state.
fn stack(set: &mut EvidenceSet, analysis: &Analysis, goroutine: &Goroutine) -> (StackId, WaitReason) {
    let site = &analysis.totals.sites[goroutine.site as usize];
    let mut frames: Vec<FrameId> = Vec::new();
    let mut result = WaitReason::Unknown;
    // The stack at which it stopped is where it still is, unless it runs again; one that was interrupted is in the same loop.
    let stops = matches!(goroutine.state, GoState::Waiting | GoState::Syscall)
        || matches!(goroutine.reason, Reason::Preempted | Reason::Gosched);
    if let Some(stack) = goroutine.stack.filter(|_| stops) {
        let name = |frame: FrameId| set.text(set.stacks.frame(frame).function).as_bytes();
        let all = set.stacks.stack(stack).frames;
        let mut inference = match goroutine.state {
            GoState::Waiting => Inference::of_waiting(),
            _ => Inference::new(true),
        };
        if all.iter().any(|&frame| inference.push(infer::role(name(frame)))) {
            result = inference.reason();
        }
        // What waits for ever is at a nil channel, or at a select without cases.
        if goroutine.reason == Reason::Forever
            && let Some(&innermost) = all.first()
        {
            result = match name(innermost) {
                top if top.starts_with(b"runtime.chanrecv") => WaitReason::ChanReceiveNil,
                top if top.starts_with(b"runtime.chansend") => WaitReason::ChanSendNil,
                _ => WaitReason::SelectNoCases,
            };
        }
        frames.extend(
            all.iter()
                .filter(|&&frame| infer::visibility(name(frame)) == Visibility::Shown),
        );
        if frames.is_empty() {
            frames.extend_from_slice(all);
        }
        // Interrupted within a leaf, the caller is missing from the stack. The outermost function is known.
        let function = |frame: FrameId| set.stacks.frame(frame).function;
        if goroutine.state != GoState::Waiting
            && let Some(start) = site.start
            && !frames.iter().any(|&frame| function(frame) == function(start))
        {
            frames.push(start);
        }
    } else {
        frames.extend(site.start);
    }
    let stack = Stack {
        frames,
        created_by: site.creator,
        ancestors: Box::default(),
    };
    (set.stacks.intern_stack(stack), result)
}

/// The reason in the words of dumps, and whether the stack had to tell it.
fn reason(goroutine: &Goroutine, inferred: WaitReason) -> (WaitReason, bool) {
    let told = match goroutine.state {
        GoState::Running => WaitReason::Running,
        GoState::Runnable => WaitReason::Runnable,
        GoState::Syscall => WaitReason::Syscall,
        _ => match goroutine.reason {
            Reason::ChanSend => WaitReason::ChanSend,
            Reason::ChanReceive => WaitReason::ChanReceive,
            Reason::Select => WaitReason::Select,
            Reason::Cond => WaitReason::CondWait,
            Reason::Network => WaitReason::IoWait,
            Reason::Sleep => WaitReason::Sleep,
            Reason::AssistWait => WaitReason::GcAssistWait,
            Reason::SweeperWait => WaitReason::GcSweepWait,
            Reason::UntilGcEnds => WaitReason::WaitForGcCycle,
            Reason::WeakToStrong => WaitReason::GcWeakToStrongWait,
            // The stack tells a mutex from a wait group.
            _ => return (inferred, true),
        },
    };
    (told, false)
}
