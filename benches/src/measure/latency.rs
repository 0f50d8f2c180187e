//! Latencies of sampled operations, in a histogram of fixed size, because a vector of samples would grow inside the
//! measured loop.

use serde::{Deserialize, Serialize};

/// Steps per power of two: percentiles are exact to about six percent.
const STEPS: u64 = 16;
const STEP_BITS: u32 = STEPS.trailing_zeros();
const BUCKETS: usize = ((64 - STEP_BITS as usize) + 1) * STEPS as usize;

/// What one worker records.
#[derive(Clone, Debug)]
pub(crate) struct LatencyRecorder {
    counts: Box<[u32; BUCKETS]>,
    samples: u64,
    longest_stall: u64,
}

/// What a measurement says about latency, in nanoseconds.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Latency {
    /// Half of the sampled operations took at most this.
    pub(crate) p50: f64,
    /// 99 in 100.
    pub(crate) p99: f64,
    /// 999 in 1000.
    pub(crate) p999: f64,
    /// The longest time that any worker went without finishing a batch of operations, less than which no caller
    /// could promise.
    pub(crate) longest_stall: f64,
}

impl LatencyRecorder {
    /// An empty recorder.
    pub(crate) fn new() -> Self {
        Self { counts: Box::new([0; BUCKETS]), samples: 0, longest_stall: 0 }
    }

    /// Records one operation.
    #[inline]
    pub(crate) fn record(&mut self, nanos: u64) {
        self.counts[bucket(nanos)] += 1;
        self.samples += 1;
    }

    /// Records how long a batch of operations took from the end of the one before.
    #[inline]
    pub(crate) fn record_batch(&mut self, nanos: u64) {
        self.longest_stall = self.longest_stall.max(nanos);
    }

    /// Adds another worker's records.
    pub(crate) fn merge(&mut self, other: &Self) {
        for (mine, theirs) in self.counts.iter_mut().zip(other.counts.iter()) {
            *mine += theirs;
        }
        self.samples += other.samples;
        self.longest_stall = self.longest_stall.max(other.longest_stall);
    }

    /// The percentiles, if anything was recorded.
    pub(crate) fn summary(&self) -> Option<Latency> {
        (self.samples > 0).then(|| Latency {
            p50: self.percentile(0.5),
            p99: self.percentile(0.99),
            p999: self.percentile(0.999),
            longest_stall: self.longest_stall as f64,
        })
    }

    fn percentile(&self, share: f64) -> f64 {
        let wanted = (self.samples as f64 * share).ceil().max(1.0) as u64;
        let mut seen = 0;
        for (index, &count) in self.counts.iter().enumerate() {
            seen += u64::from(count);
            if seen >= wanted {
                return middle(index);
            }
        }
        middle(BUCKETS - 1)
    }
}

fn bucket(nanos: u64) -> usize {
    if nanos < STEPS {
        return nanos as usize;
    }
    let shift = nanos.ilog2() - STEP_BITS;
    ((u64::from(shift) + 1) * STEPS + (nanos >> shift) - STEPS) as usize
}

fn middle(bucket: usize) -> f64 {
    let bucket = bucket as u64;
    if bucket < STEPS {
        return bucket as f64;
    }
    let shift = bucket / STEPS - 1;
    let low = (bucket % STEPS + STEPS) << shift;
    low as f64 + ((1u64 << shift) - 1) as f64 / 2.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buckets_are_monotonic_and_close() {
        let mut last = 0;
        for nanos in (0..2000).chain((11..63).map(|e| (1u64 << e) + 12345 % (1 << e))) {
            let index = bucket(nanos);
            assert!(index >= last && index < BUCKETS, "{nanos}");
            assert!((middle(index) - nanos as f64).abs() <= nanos as f64 / 16.0, "{nanos} {}", middle(index));
            last = index;
        }
        assert!(bucket(u64::MAX) < BUCKETS);
    }

    #[test]
    fn percentiles_of_a_known_distribution() {
        let (mut a, mut b) = (LatencyRecorder::new(), LatencyRecorder::new());
        (1..=500).for_each(|n| a.record(n));
        (501..=1000).for_each(|n| b.record(n));
        b.record_batch(9_000);
        a.merge(&b);
        let latency = a.summary().expect("recorded");
        assert!((latency.p50 - 500.0).abs() < 35.0 && (latency.p99 - 990.0).abs() < 65.0, "{latency:?}");
        assert_eq!(latency.longest_stall, 9_000.0);
        assert!(LatencyRecorder::new().summary().is_none());
    }
}
