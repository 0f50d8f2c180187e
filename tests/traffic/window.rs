//! Threads that do the same operation at the same time, and the log of each.

use std::sync::Barrier;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use freethreaded::traffic::{Event, record};

use crate::packed;

/// Operations of a thread in a usual window.
pub(crate) const OPERATIONS: usize = 1000;
/// Operations before: a thread's first ones make its cells.
pub(crate) const BEFORE: usize = 3;

/// What one thread did, operation by operation.
pub(crate) type Log = Vec<Vec<Event>>;

/// What all did while all were at it, by thread.
pub(crate) struct Window(pub(crate) Vec<Log>);

/// [`window_of`] the usual length.
pub(crate) fn window<S>(
    threads: usize,
    enter: impl Fn(usize) -> S + Sync,
    operation: impl Fn(&mut S) + Sync,
) -> Window {
    window_of(OPERATIONS, threads, enter, operation)
}

/// Has `threads` threads call `enter`, one after the other, and then `operation` on what it gave, all together and `operations` times each.
///
/// No thread begins before all have warmed up, and none ends before all have finished: what beginnings and ends cost is not counted.
pub(crate) fn window_of<S>(
    operations: usize,
    threads: usize,
    enter: impl Fn(usize) -> S + Sync,
    operation: impl Fn(&mut S) + Sync,
) -> Window {
    let (together, turn) = (Barrier::new(threads), AtomicUsize::new(0));
    let in_turn = |round: usize, n: usize| {
        while turn.load(Ordering::Acquire) != round * threads + n {
            thread::yield_now();
        }
    };
    let next = || turn.fetch_add(1, Ordering::Release);
    let work = |n: usize| {
        in_turn(0, n);
        let mut state = enter(n);
        next();
        in_turn(1, n);
        packed::closely(|| (0..BEFORE).for_each(|_| operation(&mut state)));
        next();
        together.wait();
        let log = (0..operations).map(|_| record(|| operation(&mut state))).collect();
        together.wait();
        log
    };
    thread::scope(|s| {
        let work = &work;
        let threads: Vec<_> = (0..threads).map(|n| s.spawn(move || work(n))).collect();
        Window(threads.into_iter().map(|t| t.join().expect("no operation panics")).collect())
    })
}
