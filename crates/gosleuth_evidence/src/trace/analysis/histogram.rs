//! Durations by size, in little memory.

/// How durations are spread. Percentiles are exact to 1/16 of their size.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Histogram {
    /// By bucket: 16 for each power of two.
    buckets: Vec<u32>,
    /// How many.
    pub count: u64,
    /// Their sum.
    pub total: u64,
    /// The longest.
    pub longest: u64,
}

impl Histogram {
    const STEPS: u32 = 4;

    /// Adds a duration.
    #[inline]
    pub fn add(&mut self, nanos: u64) {
        let bucket = Self::bucket(nanos);
        if self.buckets.len() <= bucket {
            self.buckets.resize(bucket + 1, 0);
        }
        self.buckets[bucket] = self.buckets[bucket].saturating_add(1);
        self.count += 1;
        self.total = self.total.saturating_add(nanos);
        self.longest = self.longest.max(nanos);
    }

    fn bucket(nanos: u64) -> usize {
        let bits = 64 - nanos.leading_zeros();
        if bits <= Self::STEPS + 1 {
            return nanos as usize;
        }
        let shift = bits - Self::STEPS - 1;
        ((shift as usize) << Self::STEPS) + (nanos >> shift) as usize
    }

    /// The largest duration of a bucket.
    fn upper(bucket: usize) -> u64 {
        let steps = 1 << Self::STEPS;
        if bucket < 2 * steps {
            return bucket as u64;
        }
        let shift = (bucket >> Self::STEPS) - 1;
        let first = (bucket - (shift << Self::STEPS)) as u64;
        (first << shift) + ((1 << shift) - 1)
    }

    /// The duration that this share of all (0 to 1) does not exceed; 0 if there is none.
    pub fn percentile(&self, share: f64) -> u64 {
        let rank = (self.count as f64 * share).ceil() as u64;
        let mut seen = 0;
        for (bucket, &count) in self.buckets.iter().enumerate() {
            seen += u64::from(count);
            if count > 0 && seen >= rank {
                return Self::upper(bucket).min(self.longest);
            }
        }
        self.longest
    }

    /// The mean, 0 if there is none.
    pub fn mean(&self) -> u64 {
        self.total.checked_div(self.count).unwrap_or(0)
    }

    /// Adds another histogram.
    pub fn merge(&mut self, other: &Self) {
        if self.buckets.len() < other.buckets.len() {
            self.buckets.resize(other.buckets.len(), 0);
        }
        for (mine, theirs) in self.buckets.iter_mut().zip(&other.buckets) {
            *mine = mine.saturating_add(*theirs);
        }
        self.count += other.count;
        self.total = self.total.saturating_add(other.total);
        self.longest = self.longest.max(other.longest);
    }
}

#[cfg(test)]
mod tests {
    use super::Histogram;

    #[test]
    fn every_duration_lies_in_its_bucket() {
        for nanos in (0..5000).chain([u64::MAX, 1 << 40, (1 << 40) - 1, 123_456_789_012]) {
            let bucket = Histogram::bucket(nanos);
            let upper = Histogram::upper(bucket);
            assert!(upper >= nanos, "{nanos}");
            assert!(upper - nanos <= nanos / 16, "{nanos}: {upper}");
            assert!(bucket == 0 || Histogram::upper(bucket - 1) < nanos, "{nanos}");
        }
    }

    #[test]
    fn percentiles() {
        let mut histogram = Histogram::default();
        (1..=1000).for_each(|nanos| histogram.add(nanos * 1000));
        let median = histogram.percentile(0.5);
        assert!((500_000..=532_000).contains(&median), "{median}");
        assert_eq!(histogram.percentile(1.0), 1_000_000);
        assert_eq!(histogram.mean(), 500_500);
        assert_eq!(Histogram::default().percentile(0.5), 0);
        let mut twice = histogram.clone();
        twice.merge(&histogram);
        assert_eq!(twice.count, 2000);
        assert_eq!(twice.percentile(0.5), median);
    }
}
