//! Lanes: what follows each other in time, as exact as a budget of pieces allows.
//!
//! While there are few pieces all are kept as they are. When there are too many, neighbours that together span no more than a resolution become
//! one piece that says which part of its time went where; the resolution doubles until the budget holds again. So what is longer than the
//! resolution stays exact, times add up to the same, and memory does not follow the length of the trace. The coarser levels of a page are
//! made in the same way.

use rustc_hash::FxHashMap;

/// States whose parts a piece tells.
pub(super) const STATES: usize = 4;

/// What a lane shows from one time to another.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Piece {
    /// Nanoseconds since the start of the trace.
    pub start: u64,
    /// Nanoseconds since the start of the trace.
    pub end: u64,
    /// What it is called: of merged ones the longest.
    pub label: u64,
    /// What decides its colour: of merged ones the longest.
    pub tone: u32,
    /// Parts of its time.
    pub shares: [f32; STATES],
    /// Whether it is one thing rather than several merged.
    pub is_exact: bool,
}

impl Piece {
    fn span(&self) -> u64 {
        self.end - self.start
    }
}

/// Merges neighbours that together span at most `resolution`.
pub(super) fn merge(pieces: &mut Vec<Piece>, resolution: u64) {
    let mut kept = 0;
    let mut longest = 0;
    for index in 0..pieces.len() {
        let next = pieces[index];
        if kept > 0 && next.end - pieces[kept - 1].start <= resolution {
            let last = &mut pieces[kept - 1];
            let whole = (next.end - last.start).max(1) as f32;
            let (before, after) = (last.span() as f32 / whole, next.span() as f32 / whole);
            for (share, more) in last.shares.iter_mut().zip(next.shares) {
                *share = *share * before + more * after;
            }
            if next.span() > longest {
                longest = next.span();
                (last.label, last.tone) = (next.label, next.tone);
            }
            last.end = next.end;
            last.is_exact = false;
        } else {
            pieces[kept] = next;
            kept += 1;
            longest = next.span();
        }
    }
    pieces.truncate(kept);
}

/// Lanes with one budget.
#[derive(Debug)]
pub(super) struct Lanes {
    lanes: FxHashMap<u64, Vec<Piece>>,
    count: usize,
    budget: usize,
    resolution: u64,
}

/// The first resolution, in nanoseconds.
pub(super) const FINEST: u64 = 64;
/// No trace lasts longer than the double of this, in nanoseconds.
const COARSEST: u64 = 1 << 61;

impl Lanes {
    pub(super) fn new(budget: usize) -> Self {
        Self {
            lanes: FxHashMap::default(),
            count: 0,
            budget,
            resolution: 0,
        }
    }

    /// What is shorter than this may be merged; 0 if nothing is.
    pub(super) fn resolution(&self) -> u64 {
        self.resolution
    }

    /// Appends to a lane. Pieces of a lane come in order.
    pub(super) fn push(&mut self, lane: u64, piece: Piece) {
        self.lanes.entry(lane).or_default().push(piece);
        self.count += 1;
        if self.count > self.budget {
            self.coarsen();
        }
    }

    /// Forgets a lane.
    pub(super) fn forget(&mut self, lane: u64) {
        if let Some(pieces) = self.lanes.remove(&lane) {
            self.count -= pieces.len();
        }
    }

    pub(super) fn take(&mut self, lane: u64) -> Vec<Piece> {
        let pieces = self.lanes.remove(&lane).unwrap_or_default();
        self.count -= pieces.len();
        pieces
    }

    /// The lanes, in order.
    pub(super) fn keys(&self) -> Vec<u64> {
        let mut keys: Vec<u64> = self.lanes.keys().copied().collect();
        keys.sort_unstable();
        keys
    }

    fn coarsen(&mut self) {
        // What came since the last time may be enough.
        while self.resolution < COARSEST {
            self.count = 0;
            for pieces in self.lanes.values_mut() {
                merge(pieces, self.resolution);
                self.count += pieces.len();
            }
            if self.count <= self.budget / 4 * 3 {
                return;
            }
            self.resolution = (self.resolution * 2).max(FINEST);
        }
        // A piece for each lane is the least there is.
        self.budget = self.budget.max(self.count * 2);
    }
}

/// The resolutions of the levels of a page, finest first: the one that was kept, then four times as coarse each, up to that of a screen.
pub(super) fn resolutions(kept: u64, duration: u64) -> Vec<u64> {
    let screen = (duration / 2048).max(1);
    let mut coarser = Vec::new();
    let mut next = screen;
    while next > kept.max(FINEST) * 2 {
        coarser.push(next);
        next /= 4;
    }
    coarser.push(kept);
    coarser.reverse();
    coarser
}

#[cfg(test)]
mod tests {
    use super::*;

    fn piece(start: u64, end: u64, state: usize) -> Piece {
        let mut shares = [0.0; STATES];
        shares[state] = 1.0;
        Piece {
            start,
            end,
            label: start,
            tone: state as u32,
            shares,
            is_exact: true,
        }
    }

    /// Nanoseconds of each state.
    fn times(pieces: &[Piece]) -> [f64; STATES] {
        let mut times = [0.0; STATES];
        for piece in pieces {
            for (time, share) in times.iter_mut().zip(piece.shares) {
                *time += f64::from(share) * piece.span() as f64;
            }
        }
        times
    }

    #[test]
    fn neighbours_become_one_and_long_ones_stay() {
        let mut pieces = vec![
            piece(0, 10, 0),
            piece(10, 40, 1),
            piece(50, 60, 0),
            piece(100, 900, 2),
            piece(900, 910, 0),
        ];
        merge(&mut pieces, 100);
        assert_eq!(pieces.len(), 3);
        assert_eq!((pieces[0].start, pieces[0].end, pieces[0].is_exact), (0, 60, false));
        // The longest gives the name, and the gap counts as nothing.
        assert_eq!((pieces[0].label, pieces[0].tone), (10, 1));
        assert!((pieces[0].shares[0] - 20.0 / 60.0).abs() < 1e-6);
        assert!((pieces[0].shares[1] - 0.5).abs() < 1e-6);
        assert_eq!(pieces[1], piece(100, 900, 2));
        assert_eq!(pieces[2], piece(900, 910, 0));
    }

    #[test]
    fn merging_in_steps_keeps_times_order_and_bounds() {
        // A pseudo-random walk with short and long stays.
        let mut pieces = Vec::new();
        let (mut time, mut seed) = (0u64, 7u64);
        for _ in 0..20_000 {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            let span = 1 + (seed >> 33) % 300 * if seed >> 60 == 0 { 100 } else { 1 };
            let gap = (seed >> 20) % 3 * 20;
            pieces.push(piece(time + gap, time + gap + span, (seed >> 40) as usize % STATES));
            time += gap + span;
        }
        let before = times(&pieces);
        let mut resolution = 64;
        while resolution < time {
            let long: Vec<Piece> = pieces
                .iter()
                .copied()
                .filter(|piece| piece.is_exact && piece.span() > resolution)
                .collect();
            merge(&mut pieces, resolution);
            for (now, before) in times(&pieces).iter().zip(before) {
                assert!((now - before).abs() <= before * 1e-3, "{now} {before}");
            }
            assert!(pieces.windows(2).all(|pair| pair[0].end <= pair[1].start));
            // Two neighbours together are longer than the resolution.
            assert!(pieces.windows(2).all(|pair| pair[1].end - pair[0].start > resolution));
            assert!(pieces.len() as u64 <= 2 * time / resolution + 2);
            let kept = long.iter().all(|piece| pieces.contains(piece));
            assert!(kept, "what is longer than the resolution stays as it is");
            resolution *= 2;
        }
    }

    #[test]
    fn a_budget_holds_whatever_comes() {
        let mut lanes = Lanes::new(1000);
        for index in 0..100_000u64 {
            lanes.push(index % 7, piece(index * 100, index * 100 + 90, index as usize % STATES));
            assert!(lanes.count <= 1001);
        }
        assert!(lanes.resolution() > 10_000);
        assert_eq!(lanes.keys(), [0, 1, 2, 3, 4, 5, 6]);
        let pieces = lanes.take(3);
        assert!(pieces.len() > 50, "{}", pieces.len());
        assert!((times(&pieces).iter().sum::<f64>() / (100_000.0 / 7.0 * 90.0) - 1.0).abs() < 1e-2);
    }

    #[test]
    fn more_lanes_than_the_budget_has_pieces() {
        let mut lanes = Lanes::new(100);
        for lane in 0..1000 {
            lanes.push(lane, piece(lane, lane + 1, 0));
        }
        assert_eq!(lanes.keys().len(), 1000);
        lanes.forget(999);
        assert_eq!(lanes.count, 999);
    }

    #[test]
    fn levels_go_up_to_a_screen() {
        assert_eq!(resolutions(0, 1000), [0]);
        let levels = resolutions(0, 10_000_000_000);
        assert_eq!(levels.first(), Some(&0));
        assert_eq!(levels.last(), Some(&(10_000_000_000 / 2048)));
        assert!(levels.windows(2).all(|pair| pair[0] < pair[1]));
        let levels = resolutions(100_000, 10_000_000_000);
        assert_eq!(levels, [100_000, 305_175, 1_220_703, 4_882_812]);
    }
}
