//! A crew of worker threads that starts together, is timed from the first start to the last finish, and cannot hang:
//! a panic in one worker stops the others and becomes an error, and Ctrl-C stops them all.

use std::any::Any;
use std::fmt;
use std::sync::Barrier;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

/// Set once by Ctrl-C, never cleared.
static INTERRUPTED: AtomicBool = AtomicBool::new(false);

/// Stops whatever is being measured; says whether this was the first call.
pub(crate) fn interrupt() -> bool {
    !INTERRUPTED.swap(true, Ordering::Relaxed)
}

/// Whether the run was told to stop.
pub(crate) fn interrupted() -> bool {
    INTERRUPTED.load(Ordering::Relaxed)
}

/// Why a measurement has no result.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The program's own check of its result failed.
    Wrong(String),
    /// A worker panicked, with this message.
    Panicked(String),
    /// The child process that runs with the global lock on could not be used.
    Child(String),
    /// Ctrl-C.
    Interrupted,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Wrong(what) => write!(f, "wrong result: {what}"),
            Self::Panicked(message) => write!(f, "a worker panicked: {message}"),
            Self::Child(what) => write!(f, "the process with the global lock on failed: {what}"),
            Self::Interrupted => f.write_str("interrupted"),
        }
    }
}

/// What a worker watches while it runs.
pub(crate) struct Gate {
    stop: AtomicBool,
}

impl Gate {
    /// Whether to go on: neither time is up, nor has another worker failed, nor was the run interrupted.
    #[inline]
    pub(crate) fn open(&self) -> bool {
        !self.stop.load(Ordering::Relaxed)
    }

    fn close(&self) {
        self.stop.store(true, Ordering::Relaxed);
    }
}

/// Closes the gate when its worker unwinds, so that nobody waits for work that will never come.
struct CloseOnPanic<'a>(&'a Gate);

impl Drop for CloseOnPanic<'_> {
    fn drop(&mut self) {
        if thread::panicking() {
            self.0.close();
        }
    }
}

/// Runs `work` on `threads` threads and gives their results with the time between the first start and the last end.
/// With a `limit` the gate closes after that time; without one the workers end when their work does.
pub(crate) fn run_workers<T: Send>(
    threads: usize,
    limit: Option<Duration>,
    work: impl Fn(usize, &Gate) -> T + Sync,
) -> Result<(Vec<T>, Duration), Failure> {
    let gate = Gate { stop: AtomicBool::new(interrupted()) };
    // The workers and the thread that watches the clock.
    let start = Barrier::new(threads + 1);
    let outcomes: Vec<thread::Result<(T, Instant, Instant)>> = thread::scope(|scope| {
        let crew: Vec<_> = (0..threads)
            .map(|id| {
                let (gate, start, work) = (&gate, &start, &work);
                scope.spawn(move || {
                    start.wait();
                    let _guard = CloseOnPanic(gate);
                    let began = Instant::now();
                    let result = work(id, gate);
                    (result, began, Instant::now())
                })
            })
            .collect();
        start.wait();
        watch(&gate, limit, || crew.iter().all(|worker| worker.is_finished()));
        crew.into_iter().map(|worker| worker.join()).collect()
    });
    let mut results = Vec::with_capacity(threads);
    let (mut first, mut last) = (None::<Instant>, None::<Instant>);
    for outcome in outcomes {
        let (result, began, ended) = outcome.map_err(|panic| Failure::Panicked(message(&*panic)))?;
        results.push(result);
        first = Some(first.map_or(began, |t| t.min(began)));
        last = Some(last.map_or(ended, |t| t.max(ended)));
    }
    if interrupted() {
        return Err(Failure::Interrupted);
    }
    let elapsed = first.zip(last).map_or(Duration::ZERO, |(first, last)| last - first);
    Ok((results, elapsed))
}

/// Sleeps in slices, long enough to cost nothing and short enough to notice Ctrl-C and the end of the work.
fn watch(gate: &Gate, limit: Option<Duration>, finished: impl Fn() -> bool) {
    const SLICE: Duration = Duration::from_millis(10);
    let began = Instant::now();
    while gate.open() && !finished() {
        if interrupted() {
            gate.close();
        }
        let left = limit.map_or(SLICE, |limit| limit.saturating_sub(began.elapsed()));
        if left.is_zero() {
            gate.close();
        }
        thread::sleep(left.min(SLICE));
    }
}

fn message(panic: &(dyn Any + Send)) -> String {
    panic
        .downcast_ref::<&str>()
        .map(|text| (*text).to_owned())
        .or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "no message".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_ends_the_crew_instead_of_hanging_it() {
        let outcome = run_workers(4, None, |id, gate| {
            assert!(id != 2, "worker two gives up");
            while gate.open() {
                thread::yield_now();
            }
        });
        match outcome {
            Err(Failure::Panicked(message)) => assert_eq!(message, "worker two gives up"),
            other => panic!("expected a panic to be reported, got {other:?}"),
        }
    }

    #[test]
    fn the_limit_closes_the_gate() {
        let limit = Duration::from_millis(30);
        let (turns, elapsed) = run_workers(2, Some(limit), |_, gate| {
            let mut turns = 0u64;
            while gate.open() {
                turns += 1;
            }
            turns
        })
        .expect("no failure");
        assert!(turns.iter().all(|&n| n > 0));
        assert!(elapsed >= limit && elapsed < limit * 100, "{elapsed:?}");
    }
}
