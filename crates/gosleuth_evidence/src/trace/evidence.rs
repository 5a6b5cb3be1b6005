//! A trace as evidence beside dumps and profiles: the goroutines that live when it ends are a snapshot, with what the trace knows of them.
//!
//! Their stacks are stripped of frames of the runtime as those of profiles are, so that equal stacks have equal numbers in both and the
//! same waits are recognised. A goroutine that was woken in the last part of the trace is as alive as any, so it is listed by the reason
//! it waits for, as in a profile; that it waits means nothing by itself.

use std::io::Read;

use gosleuth_base::Idx as _;

use super::analysis::{Analysis, AnalysisOptions, Goroutine};
use super::event::{GoState, Reason};
use super::reader::{WalkOptions, walk_unpacked};
use crate::budget::Budget;
use crate::groups::Groups;
use crate::infer::{self, Inference, Visibility};
use crate::model::{EvidenceSet, FrameId, InputId, Origin, SnapshotKind, Time, WaitReason};
use crate::reader::ReadOptions;

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
    set.note_form(input, "execution-trace");
    let time = analysis.clock.and_then(|clock| {
        let since = i64::try_from(analysis.end.saturating_sub(clock.trace)).ok()?;
        clock.wall.checked_add(since).map(Time)
    });
    let time = time.or(set.inputs[input.index()].time);
    let origin = Origin { input, line: 0 };
    let mut groups = Groups::new(SnapshotKind::Profile, origin, time, None, Budget::new(0));
    let mut alive: Vec<&Goroutine> = analysis.alive.values().collect();
    alive.sort_by_key(|goroutine| goroutine.id);
    let mut frames = Vec::new();
    for goroutine in alive {
        let inferred = stack(set, &analysis, goroutine, &mut frames);
        let (reason, is_inferred) = reason(goroutine, inferred);
        groups.add(set, &frames, reason, is_inferred, None, 1, 0);
    }
    if groups.finish(set) {
        let message = "the trace has more distinct stacks than are kept; the others count together";
        set.problem(input, None, gosleuth_base::ProblemKind::Partial, message);
    }
    outcome.bytes
}

/// Puts the frames into `frames` that a profile of the goroutine would show, and says what they tell of its state.
fn stack(set: &EvidenceSet, analysis: &Analysis, goroutine: &Goroutine, frames: &mut Vec<FrameId>) -> WaitReason {
    frames.clear();
    let name = |frame: FrameId| set.text(set.stacks.frame(frame).function).as_bytes();
    // The stack at which it stopped is not where it runs now.
    let stops = matches!(goroutine.state, GoState::Waiting | GoState::Syscall);
    let Some(stack) = goroutine.stack.filter(|_| stops) else {
        frames.extend(analysis.totals.sites[goroutine.site as usize].start);
        return WaitReason::Unknown;
    };
    let all = set.stacks.stack(stack).frames;
    let mut inference = Inference::new(true);
    let decided = all.iter().any(|&frame| inference.push(infer::role(name(frame))));
    frames.extend(
        all.iter()
            .filter(|&&frame| infer::visibility(name(frame)) == Visibility::Shown),
    );
    if frames.is_empty() {
        frames.extend_from_slice(all);
    }
    if decided {
        inference.reason()
    } else {
        WaitReason::Unknown
    }
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
            // The stack tells a mutex from a wait group, and a nil channel from a select without cases.
            _ => return (inferred, true),
        },
    };
    (told, false)
}
