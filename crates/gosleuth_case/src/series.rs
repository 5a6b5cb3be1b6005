//! Change over two or more snapshots: counts per stack, trend, slope, time to a limit.

use gosleuth_base::{Idx as _, Sym};
use gosleuth_evidence::{EvidenceSet, StackId, WaitReason};
use rustc_hash::FxHashMap;

use crate::buckets::Line;
use crate::facts::{Facts, effective_reason, site};
use crate::model::{Series, SeriesRow, Trend};

/// The series of a line; none for a single snapshot.
pub(crate) fn series(set: &EvidenceSet, facts: &Facts, line: &Line, limit: u64) -> Option<Series> {
    if line.snapshots.len() < 2 {
        return None;
    }
    let snapshots: Vec<_> = line.snapshots.iter().map(|id| &set.snapshots[id.index()]).collect();
    let times: Option<Vec<i64>> = snapshots
        .iter()
        .map(|snapshot| snapshot.time.map(|time| time.0))
        .collect();
    let timed = times
        .as_ref()
        .is_some_and(|times| times.windows(2).all(|pair| pair[0] < pair[1]));
    #[expect(clippy::cast_precision_loss, reason = "minutes and small indices")]
    let at: Vec<f64> = match (&times, timed) {
        (Some(times), true) => times.iter().map(|time| (time - times[0]) as f64 / 60e9).collect(),
        _ => (0..snapshots.len()).map(|index| index as f64).collect(),
    };
    let mut index: FxHashMap<RowKey, usize> = FxHashMap::default();
    let mut rows: Vec<(StackId, WaitReason, Vec<u64>)> = Vec::new();
    for (position, snapshot) in snapshots.iter().enumerate() {
        for group in &snapshot.groups {
            let reason = effective_reason(group.state.reason, facts.stack(group.stack).reason);
            let key = if line.dumps {
                RowKey::Exact(group.stack, reason)
            } else {
                RowKey::Frames(frames_key(set, facts, group.stack))
            };
            let row = *index.entry(key).or_insert_with(|| {
                rows.push((group.stack, reason, vec![0; snapshots.len()]));
                rows.len() - 1
            });
            rows[row].2[position] += group.count;
            rows[row].0 = group.stack;
            rows[row].1 = reason;
        }
    }
    let mut rows: Vec<SeriesRow> = rows
        .into_iter()
        .map(|(stack, reason, counts)| {
            let slope = slope(&at, &counts);
            let last = counts.last().copied().unwrap_or(0);
            #[expect(clippy::cast_precision_loss, reason = "goroutine counts")]
            let minutes_to_limit = (timed && slope > 0.0 && last < limit).then(|| (limit - last) as f64 / slope);
            let facts = facts.stack(stack);
            SeriesRow {
                stack,
                state: reason.as_str().to_owned(),
                site: facts.blame.map(|frame| site(set, frame)),
                creator: facts.creator.map(|frame| site(set, frame)),
                trend: trend(&counts),
                counts,
                slope,
                minutes_to_limit,
            }
        })
        .collect();
    rows.sort_by(|a, b| {
        rank(a)
            .cmp(&rank(b))
            .then_with(|| b.slope.abs().total_cmp(&a.slope.abs()))
            .then_with(|| b.counts.last().cmp(&a.counts.last()))
            .then_with(|| (&a.site, &a.creator, &a.state, a.stack).cmp(&(&b.site, &b.creator, &b.state, b.stack)))
    });
    Some(Series {
        snapshots: line.snapshots.clone(),
        at,
        timed,
        totals: snapshots.iter().map(|snapshot| snapshot.total).collect(),
        rows,
    })
}

#[derive(PartialEq, Eq, Hash)]
enum RowKey {
    Exact(StackId, WaitReason),
    Frames(Vec<(Sym, u32)>),
}

/// Functions and lines without frames of the runtime: what dumps and profiles agree on.
fn frames_key(set: &EvidenceSet, facts: &Facts, id: StackId) -> Vec<(Sym, u32)> {
    set.stacks
        .stack(id)
        .frames
        .iter()
        .filter(|&&frame| facts.origin(frame) != gosleuth_base::Origin::Runtime)
        .map(|&frame| set.stacks.frame(frame))
        .map(|frame| (frame.function, frame.line))
        .collect()
}

fn rank(row: &SeriesRow) -> u8 {
    match row.trend {
        Trend::New | Trend::Growing => 0,
        Trend::Shrinking => 1,
        Trend::Gone => 2,
        Trend::Steady => 3,
    }
}

/// What the counts of a row did.
pub(crate) fn trend(counts: &[u64]) -> Trend {
    let (Some(&first), Some(&last)) = (counts.first(), counts.last()) else {
        return Trend::Steady;
    };
    match (first, last) {
        (0, 0) => Trend::Steady,
        (0, _) => Trend::New,
        (_, 0) => Trend::Gone,
        // A tenth more is what load does; three more of a handful is not.
        (first, last) if last > first && (last - first) * 10 >= first => Trend::Growing,
        (first, last) if first > last && (first - last) * 10 >= first => Trend::Shrinking,
        _ => Trend::Steady,
    }
}

/// Slope by least squares.
#[expect(clippy::cast_precision_loss, reason = "goroutine counts")]
pub(crate) fn slope(at: &[f64], counts: &[u64]) -> f64 {
    let n = at.len() as f64;
    let mean_x = at.iter().sum::<f64>() / n;
    let mean_y = counts.iter().map(|&count| count as f64).sum::<f64>() / n;
    let (mut top, mut bottom) = (0.0, 0.0);
    for (x, &y) in at.iter().zip(counts) {
        top += (x - mean_x) * (y as f64 - mean_y);
        bottom += (x - mean_x) * (x - mean_x);
    }
    if bottom > 0.0 { top / bottom } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slopes_and_trends() {
        assert!((slope(&[0.0, 1.0, 2.0], &[10, 20, 30]) - 10.0).abs() < 1e-9);
        assert_eq!(trend(&[0, 5]), Trend::New);
        assert_eq!(trend(&[5, 0]), Trend::Gone);
        assert_eq!(trend(&[100, 105]), Trend::Steady);
        assert_eq!(trend(&[5, 8]), Trend::Growing);
        assert_eq!(trend(&[8, 5]), Trend::Shrinking);
    }
}
