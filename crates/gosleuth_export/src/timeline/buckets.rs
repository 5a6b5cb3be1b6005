//! How many goroutines of a site are in which state over time: averages in buckets of equal width.
//!
//! A stay is counted where it begins and ends, and as one more in all buckets between by two changes of a running sum, so that a long one costs no
//! more than a short one. When time goes beyond the last bucket, pairs become one.

use super::lane::STATES;

/// Buckets of a row.
pub(super) const BUCKETS: usize = 4096;

/// Rows of buckets with one width.
#[derive(Debug)]
pub(super) struct Buckets {
    width: u64,
    rows: Vec<[Row; STATES]>,
    /// The highest of a measure in each bucket.
    peaks: Vec<u64>,
}

#[derive(Debug, Default)]
struct Row {
    /// Nanoseconds of stays that begin, end or are within the bucket.
    parts: Vec<u64>,
    /// Change of the number of stays that span the whole bucket.
    steps: Vec<i64>,
}

impl Row {
    fn add(&mut self, width: u64, from: u64, to: u64) {
        if self.parts.is_empty() {
            self.parts = vec![0; BUCKETS];
            self.steps = vec![0; BUCKETS];
        }
        let (first, last) = ((from / width) as usize, ((to - 1) / width) as usize);
        if first == last {
            self.parts[first] = self.parts[first].saturating_add(to - from);
            return;
        }
        let (left, right) = ((first as u64 + 1) * width - from, to - last as u64 * width);
        self.parts[first] = self.parts[first].saturating_add(left);
        self.parts[last] = self.parts[last].saturating_add(right);
        self.steps[first + 1] += 1;
        self.steps[last] -= 1;
    }

    /// Nanoseconds in each bucket.
    fn totals(&self, width: u64) -> Vec<u64> {
        let mut whole = 0;
        let sum = |(part, step): (&u64, &i64)| {
            whole += step;
            // Times of hostile traces may be anything.
            part.saturating_add(u64::try_from(whole).unwrap_or(0).saturating_mul(width))
        };
        self.parts.iter().zip(&self.steps).map(sum).collect()
    }
}

impl Buckets {
    pub(super) fn new() -> Self {
        Self {
            width: 1024,
            rows: Vec::new(),
            peaks: vec![0; BUCKETS],
        }
    }

    /// Nanoseconds of a bucket.
    pub(super) fn width(&self) -> u64 {
        self.width
    }

    pub(super) fn rows(&self) -> usize {
        self.rows.len()
    }

    /// Counts one more in `state` of `row` between two times since the start.
    pub(super) fn add(&mut self, row: usize, state: usize, from: u64, to: u64) {
        if from >= to {
            return;
        }
        self.reach(to);
        while self.rows.len() <= row {
            self.rows.push(Default::default());
        }
        self.rows[row][state].add(self.width, from, to);
    }

    /// Notes a measure.
    pub(super) fn peak(&mut self, time: u64, value: u64) {
        self.reach(time + 1);
        let bucket = &mut self.peaks[(time / self.width) as usize];
        *bucket = value.max(*bucket);
    }

    /// The highest measure of each bucket.
    pub(super) fn peaks(&self) -> &[u64] {
        &self.peaks
    }

    /// Nanoseconds in each bucket; nothing if there is none at all.
    pub(super) fn totals(&self, row: usize, state: usize) -> Vec<u64> {
        self.rows[row][state].totals(self.width)
    }

    /// Widens the buckets until they have room for a time.
    fn reach(&mut self, to: u64) {
        while to > self.width * BUCKETS as u64 {
            for row in self.rows.iter_mut().flatten().filter(|row| !row.parts.is_empty()) {
                let totals = row.totals(self.width);
                row.steps.fill(0);
                row.parts.fill(0);
                for (part, pair) in row.parts.iter_mut().zip(totals.chunks(2)) {
                    *part = pair.iter().fold(0, |sum, &more| sum.saturating_add(more));
                }
            }
            let pairs: Vec<u64> = self
                .peaks
                .chunks(2)
                .map(|pair| *pair.iter().max().unwrap_or(&0))
                .collect();
            self.peaks.fill(0);
            self.peaks[..pairs.len()].copy_from_slice(&pairs);
            self.width *= 2;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn averages_are_those_of_counting_one_by_one() {
        let mut buckets = Buckets::new();
        let stays = [
            (0, 10_000_000),
            (5_000, 5_100),
            (1_000_000, 9_000_000),
            (3, 4),
            (2047, 2049),
        ];
        for (from, to) in stays {
            buckets.add(0, 1, from, to);
        }
        // Far more than 4,096 buckets of the first width.
        assert_eq!(buckets.width(), 4096);
        let totals = buckets.totals(0, 1);
        for (index, &total) in totals.iter().enumerate() {
            let (low, high) = (index as u64 * 4096, (index as u64 + 1) * 4096);
            let wanted: u64 = stays
                .iter()
                .map(|&(from, to)| to.min(high).saturating_sub(from.max(low)))
                .sum();
            assert_eq!(total, wanted, "bucket {index}");
        }
        assert!(buckets.totals(0, 2).is_empty());
    }

    #[test]
    fn peaks_survive_widening() {
        let mut buckets = Buckets::new();
        buckets.peak(0, 7);
        buckets.peak(1500, 9);
        buckets.peak(8 * 1024 * 4096 - 1, 3);
        assert_eq!(buckets.peaks()[0], 9);
        assert_eq!(buckets.peaks()[BUCKETS - 1], 3);
    }
}
