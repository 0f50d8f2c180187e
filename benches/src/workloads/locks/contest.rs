//! Threads that want the same lock: how much they get done, and how long one waits for another that does not let go.

use std::hint::black_box;
use std::sync::Barrier;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use serde::Serialize;

use super::{Lockable, Whose, nanos_of};
use crate::measure::{Failure, interrupted};

/// What threads do that want the same lock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Work {
    /// Write to one key.
    Write,
    /// Hold the lock for as good as nothing.
    Section,
}

impl Work {
    /// In a few words.
    pub(crate) fn title(self) -> &'static str {
        match self {
            Self::Write => "writing to one key",
            Self::Section => "in empty sections",
        }
    }
}

/// What several threads do at once.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub(crate) struct Rate {
    /// What they do.
    pub(crate) work: Work,
    /// Whose lock.
    pub(crate) whose: Whose,
    /// Threads.
    pub(crate) threads: usize,
    /// How often all threads together do it; the median of some runs.
    pub(crate) per_second: f64,
    /// What the thread that did least has done, over an equal share.
    pub(crate) least_share: f64,
}

/// Runs of each, in turns.
const RUNS: usize = 5;

/// Writes between two looks at the clock.
const BATCH: u64 = 64;

/// Time between two writes of a thread that waits for a hog.
const PACE: Duration = Duration::from_micros(200);

/// Both, in turns.
pub(super) fn rates<A: Lockable, B: Lockable>(
    work: Work,
    threads: usize,
    duration: Duration,
) -> Result<[Rate; 2], Failure> {
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..RUNS {
        if interrupted() {
            return Err(Failure::Interrupted);
        }
        ours.push(run::<A>(work, threads, duration)?);
        theirs.push(run::<B>(work, threads, duration)?);
    }
    Ok([(A::WHOSE, ours), (B::WHOSE, theirs)].map(|(whose, mut runs)| {
        runs.sort_by(|a, b| a.0.total_cmp(&b.0));
        let (per_second, least_share) = runs[RUNS / 2];
        Rate { work, whose, threads, per_second, least_share }
    }))
}

fn run<L: Lockable>(work: Work, threads: usize, duration: Duration) -> Result<(f64, f64), Failure> {
    let (object, line) = (L::new(), Barrier::new(threads));
    object.write(0, 0);
    let worker = || {
        line.wait();
        let began = Instant::now();
        let mut writes = 0;
        while writes == 0 || began.elapsed() < duration {
            for _ in 0..BATCH {
                match work {
                    Work::Write => object.write(0, writes),
                    Work::Section => object.inside(|| _ = black_box(writes)),
                }
                writes += 1;
            }
        }
        (began, Instant::now(), writes)
    };
    let done: Vec<(Instant, Instant, u64)> = thread::scope(|s| {
        let workers: Vec<_> = (0..threads).map(|_| s.spawn(worker)).collect();
        let join = |worker: thread::ScopedJoinHandle<'_, _>| {
            worker.join().map_err(|_| Failure::Panicked("a writer".to_owned()))
        };
        workers.into_iter().map(join).collect::<Result<_, _>>()
    })?;
    if object.len() != 1 {
        return Err(Failure::Wrong(format!("locks: a map of one key has {} entries", object.len())));
    }
    let began = done.iter().map(|(began, ..)| *began).min();
    let ended = done.iter().map(|(_, ended, _)| *ended).max();
    let span = began.zip(ended).map_or(duration, |(began, ended)| ended - began);
    let all: u64 = done.iter().map(|(.., writes)| writes).sum();
    let least = done.iter().map(|(.., writes)| *writes).min().unwrap_or(0);
    Ok((all as f64 / span.as_secs_f64(), least as f64 * threads as f64 / all as f64))
}

/// How long writes take while another thread does `hog` in a loop.
pub(super) fn against_hog<L: Lockable>(hog: fn(&L), writes: usize) -> Result<Vec<u64>, Failure> {
    let (object, done, line) = (L::new(), AtomicBool::new(false), Barrier::new(2));
    // Made and used by the thread that will wait: the lock has changed hands before the first wait.
    object.write(0, 0);
    thread::scope(|s| {
        let hog = s.spawn(|| {
            line.wait();
            while !done.load(Ordering::Relaxed) {
                hog(&object);
            }
        });
        line.wait();
        let nanos = (0..writes)
            .map(|_| {
                // Asleep, so that the hog has the lock to itself meanwhile.
                thread::sleep(PACE);
                nanos_of(|| object.write(0, 1))
            })
            .collect();
        done.store(true, Ordering::Relaxed);
        hog.join().map_err(|_| Failure::Panicked("the hog".to_owned()))?;
        Ok(nanos)
    })
}
