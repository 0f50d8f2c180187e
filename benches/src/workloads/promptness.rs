//! Promptness: how long after its last reference an object is destroyed, when that is dropped by a thread that does not own it. Its owner
//! does something else meanwhile, in several ways. There is nothing to compare with: where counts are atomic, it is always at once.

use std::hint::{black_box, spin_loop};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use freethreaded::{Brc, attach, collect};
use serde::Serialize;

use crate::measure::{Failure, interrupted};

/// Time between two drops.
const PACE: Duration = Duration::from_micros(50);

/// What the owner of the objects does while another thread drops them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Owner {
    /// Computes without a token, and calls nothing of the crate.
    Silent,
    /// Computes without a token, and attaches for a moment every millisecond.
    EveryMillisecond,
    /// Makes and drops an object of its own every microsecond, without a token.
    Allocating,
    /// Blocks inside `detach`.
    Detached,
    /// Blocks without `detach`.
    Blocked,
    /// Has finished.
    Finished,
    /// Computes under a token, with a checkpoint every 100 µs.
    Checkpoints,
}

impl Owner {
    /// Every situation, in the order of the report.
    pub(crate) const ALL: [Self; 7] = [
        Self::Finished,
        Self::Detached,
        Self::Checkpoints,
        Self::EveryMillisecond,
        Self::Allocating,
        Self::Silent,
        Self::Blocked,
    ];

    /// What it does, in a few words.
    pub(crate) fn title(self) -> &'static str {
        match self {
            Self::Silent => "busy outside, never calls in",
            Self::EveryMillisecond => "busy outside, attaches every ms",
            Self::Allocating => "busy outside, allocates every µs",
            Self::Detached => "blocked in detach",
            Self::Blocked => "blocked without detach",
            Self::Finished => "finished",
            Self::Checkpoints => "attached, checkpoint every 100 µs",
        }
    }

    /// Whether it comes back before the end.
    fn is_away_until_the_end(self) -> bool {
        matches!(self, Self::Silent | Self::Blocked)
    }
}

/// The delays of one situation, in nanoseconds.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub(crate) struct Delays {
    /// What the owner did.
    pub(crate) owner: Owner,
    /// Objects dropped.
    pub(crate) objects: usize,
    /// The shortest delay.
    pub(crate) min: f64,
    /// Half of the objects were destroyed within this.
    pub(crate) p50: f64,
    /// 99 in 100.
    pub(crate) p99: f64,
    /// The longest.
    pub(crate) max: f64,
    /// Objects that were dropped and not destroyed when all had been dropped, just before the owner came back or ended.
    pub(crate) left: usize,
}

/// When things happened to the objects of one measurement.
struct Clock {
    start: Instant,
    destroyed: AtomicUsize,
    /// By object: when it was dropped, and from its destruction on the delay.
    nanos: Box<[AtomicU64]>,
}

impl Clock {
    fn new(objects: usize) -> Self {
        let nanos = (0..objects).map(|_| AtomicU64::new(0)).collect();
        Self { start: Instant::now(), destroyed: AtomicUsize::new(0), nanos }
    }

    fn now(&self) -> u64 {
        self.start.elapsed().as_nanos() as u64
    }
}

struct Object {
    number: usize,
    clock: Arc<Clock>,
}

impl Drop for Object {
    fn drop(&mut self) {
        let now = self.clock.now();
        let place = &self.clock.nanos[self.number];
        place.store(now - place.load(Ordering::Relaxed), Ordering::Relaxed);
        self.clock.destroyed.fetch_add(1, Ordering::Release);
    }
}

/// Measures every situation with so many objects each.
pub(crate) fn promptness(objects: usize, each: &mut dyn FnMut(Delays)) -> Result<(), Failure> {
    for owner in Owner::ALL {
        if interrupted() {
            return Err(Failure::Interrupted);
        }
        each(measure(owner, objects)?);
    }
    Ok(())
}

fn measure(owner: Owner, count: usize) -> Result<Delays, Failure> {
    let clock = Arc::new(Clock::new(count));
    let done = Arc::new(AtomicBool::new(false));
    let (give, objects) = mpsc::channel();
    let (end, ended) = mpsc::channel();
    let (its_clock, its_done) = (Arc::clone(&clock), Arc::clone(&done));
    let thread = thread::spawn(move || {
        let object = |number| Brc::new(Object { number, clock: Arc::clone(&its_clock) });
        // Nobody listens only if the measurement has failed already.
        let _ = give.send((0..count).map(object).collect::<Vec<_>>());
        drop(give);
        occupy(owner, &its_done, &ended);
        // The owner comes back.
        drop(attach());
    });
    let objects = objects.recv().map_err(|_| Failure::Panicked("the owner of the objects".to_owned()))?;
    let thread = if owner == Owner::Finished {
        join(thread)?;
        None
    } else {
        // Until it blocks, or has begun to compute.
        thread::sleep(Duration::from_millis(2));
        Some(thread)
    };
    let mut next = Instant::now();
    for object in objects {
        // Not `sleep`, which is much coarser than the pace.
        while Instant::now() < next {
            spin_loop();
        }
        next = Instant::now() + PACE;
        clock.nanos[object.number].store(clock.now(), Ordering::Relaxed);
        drop(object);
    }
    let left = count - clock.destroyed.load(Ordering::Acquire);
    done.store(true, Ordering::Relaxed);
    drop(end);
    thread.map_or(Ok(()), join)?;
    // What the owner has left to others, when it merged past a bound.
    collect();
    let destroyed = clock.destroyed.load(Ordering::Acquire);
    if destroyed != count || owner.is_away_until_the_end() && left != count {
        return Err(Failure::Wrong(format!(
            "promptness, {}: {left} of {count} objects were left, {destroyed} destroyed in the end",
            owner.title()
        )));
    }
    let mut nanos: Vec<u64> = clock.nanos.iter().map(|nanos| nanos.load(Ordering::Relaxed)).collect();
    nanos.sort_unstable();
    let quantile = |share: f64| nanos[((count - 1) as f64 * share).round() as usize] as f64;
    Ok(Delays {
        owner,
        objects: count,
        min: quantile(0.0),
        p50: quantile(0.5),
        p99: quantile(0.99),
        max: quantile(1.0),
        left,
    })
}

fn join(thread: thread::JoinHandle<()>) -> Result<(), Failure> {
    thread.join().map_err(|_| Failure::Panicked("the owner of the objects".to_owned()))
}

/// What the owner does until `done`.
fn occupy(owner: Owner, done: &AtomicBool, ended: &mpsc::Receiver<()>) {
    let compute_until = |limit: Duration| {
        let began = Instant::now();
        while began.elapsed() < limit && !done.load(Ordering::Relaxed) {
            black_box(limit);
            spin_loop();
        }
    };
    // Nothing is ever sent: it ends by the end of the sender.
    let block = || _ = ended.recv();
    let periodically = |period: Duration, mut turn: Box<dyn FnMut() + '_>| {
        while !done.load(Ordering::Relaxed) {
            compute_until(period);
            turn();
        }
    };
    match owner {
        Owner::Silent => compute_until(Duration::MAX),
        Owner::EveryMillisecond => periodically(Duration::from_millis(1), Box::new(|| drop(attach()))),
        Owner::Allocating => {
            periodically(Duration::from_micros(1), Box::new(|| drop(black_box(Brc::new(0)))))
        }
        Owner::Detached => attach().detach(block),
        Owner::Blocked => block(),
        Owner::Finished => {}
        Owner::Checkpoints => {
            let mut token = attach();
            periodically(Duration::from_micros(100), Box::new(|| token.checkpoint()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_situation_destroys_all_objects_in_the_end() {
        let mut seen = Vec::new();
        promptness(300, &mut |delays| seen.push(delays)).expect("no failure");
        assert_eq!(seen.iter().map(|delays| delays.owner).collect::<Vec<_>>(), Owner::ALL);
        for delays in &seen {
            assert!(delays.min <= delays.p50 && delays.p50 <= delays.p99 && delays.p99 <= delays.max);
            // Where the owner is away for good, every object is destroyed in its drop.
            if matches!(delays.owner, Owner::Finished | Owner::Detached) {
                assert_eq!(delays.left, 0, "{delays:?}");
            }
        }
    }
}
