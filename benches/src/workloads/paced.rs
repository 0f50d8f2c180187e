//! The loop of a worker whose operations take nanoseconds: batches between two checkpoints, as an interpreter runs
//! many bytecodes between two looks at its breaker, and one timed operation per batch.

use std::time::Instant;

use crate::measure::{Gate, LatencyRecorder, Random};
use crate::strategies::{Strategy, Token};

/// Operations between two checkpoints.
const BATCH: u64 = 128;

/// What one worker did.
pub(super) struct Paced {
    /// Operations done.
    pub(super) operations: u64,
    /// Latencies of the sampled ones.
    pub(super) latency: LatencyRecorder,
}

/// Calls `operation` with consecutive numbers from `first` until the gate closes.
#[inline(always)]
pub(super) fn paced<S: Strategy>(
    gate: &Gate,
    random: &mut Random,
    mut operation: impl FnMut(&mut S::Token<'_>, u64),
) -> Paced {
    S::enter(|cx| {
        let mut done = Paced { operations: 0, latency: LatencyRecorder::new() };
        let mut batch_began = Instant::now();
        // At least one batch, also where the scheduler wakes this worker when time is already up.
        loop {
            cx.checkpoint();
            // A random place in the batch; at the first place the checkpoint is a part of the operation, because
            // that is where a caller waits when another thread has the lock.
            let sampled = random.below(BATCH as usize) as u64;
            for place in 0..BATCH {
                let number = done.operations + place;
                if place == sampled {
                    let began = if place == 0 { batch_began } else { Instant::now() };
                    operation(cx, number);
                    done.latency.record(began.elapsed().as_nanos() as u64);
                } else {
                    operation(cx, number);
                }
            }
            done.operations += BATCH;
            let now = Instant::now();
            done.latency.record_batch((now - batch_began).as_nanos() as u64);
            batch_began = now;
            if !gate.open() {
                return done;
            }
        }
    })
}
