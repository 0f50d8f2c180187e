//! What every workload measures with: seeded randomness, popularity, latencies, and a crew of workers that starts
//! together and cannot hang.

pub(crate) mod latency;
pub(crate) mod random;
pub(crate) mod workers;
pub(crate) mod zipf;

pub(crate) use latency::{Latency, LatencyRecorder};
pub(crate) use random::Random;
pub(crate) use workers::{Failure, Gate, interrupt, interrupted, run_workers};
