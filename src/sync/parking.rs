//! Parking for the object lock: `parking_lot_core`'s queue, keyed by address, with hand-over after a wait.
//!
//! `parking_lot_core` 0.10 left fairness to its users. A waiter passes the moment from which it wants the lock
//! handed to it as its park token; the unlocker sees that token and says how the waiter wakes.

/// How a parked thread woke.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wake {
    /// Try again: the lock was free when the waker left it, or the wait was not begun.
    Retry,
    /// The waker left the lock taken, for this thread.
    HandedOver,
}

/// What the unlocker finds in the queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Waiters {
    /// A thread is about to be woken.
    pub(crate) woken: bool,
    /// More threads stay parked.
    pub(crate) more: bool,
    /// The woken thread has waited for longer than a millisecond and should get the lock itself.
    pub(crate) overdue: bool,
}

#[cfg(not(loom))]
pub(crate) use real::{park, unpark_one};

#[cfg(not(loom))]
mod real {
    use super::{Waiters, Wake};
    use parking_lot_core::{FilterOp, ParkResult, ParkToken, UnparkToken};
    use std::time::{Duration, Instant};

    const RETRY: UnparkToken = UnparkToken(0);
    const HANDED_OVER: UnparkToken = UnparkToken(1);

    /// The wait after which an unlocker hands the lock over instead of letting others barge.
    const PATIENCE: Duration = Duration::from_millis(1);

    /// Parks this thread on `key` if `validate` still holds under the queue lock. `since` is when the caller
    /// began to wait for this lock: the first call sets it, later calls of one wait keep it.
    ///
    /// # Safety
    /// `validate` runs under a lock of the parking lot: it must not panic, park or unpark.
    pub(crate) unsafe fn park(
        key: usize,
        since: &mut Option<Instant>,
        validate: impl FnOnce() -> bool,
    ) -> Wake {
        let since: &Instant = since.get_or_insert_with(Instant::now);
        // The token is the address of `since`, which outlives the wait.
        let token = ParkToken((&raw const *since).expose_provenance());
        // SAFETY: the caller vouches for `validate`; the other two callbacks do nothing.
        let result = unsafe { parking_lot_core::park(key, validate, || {}, |_, _| {}, token, None) };
        match result {
            ParkResult::Unparked(HANDED_OVER) => Wake::HandedOver,
            ParkResult::Unparked(_) | ParkResult::Invalid | ParkResult::TimedOut => Wake::Retry,
        }
    }

    /// Wakes the longest waiter of `key`. `decide` runs under the queue lock and says how it wakes.
    ///
    /// # Safety
    /// `decide` must not panic, park or unpark, and every thread parked on `key` used [`park`].
    pub(crate) unsafe fn unpark_one(key: usize, decide: impl FnOnce(Waiters) -> Wake) {
        let now = Instant::now();
        let overdue = core::cell::Cell::new(false);
        let mut first = true;
        let filter = |token: ParkToken| {
            if !core::mem::take(&mut first) {
                return FilterOp::Stop;
            }
            // SAFETY: the token is the address of the waiter's `since`; the waiter is still parked, since this
            // filter runs under the queue lock that it needs to leave.
            let since = unsafe { *core::ptr::with_exposed_provenance::<Instant>(token.0) };
            overdue.set(now.saturating_duration_since(since) >= PATIENCE);
            FilterOp::Unpark
        };
        // SAFETY: the caller vouches for `decide`; the filter reads one word.
        unsafe {
            parking_lot_core::unpark_filter(key, filter, |result| {
                let waiters = Waiters {
                    woken: result.unparked_threads != 0,
                    more: result.have_more_threads,
                    overdue: overdue.get(),
                };
                match decide(waiters) {
                    Wake::Retry => RETRY,
                    Wake::HandedOver => HANDED_OVER,
                }
            });
        }
    }
}

#[cfg(loom)]
pub(crate) use modelled::{park, unpark_one};

/// A queue with the guarantees of the parking lot. It has no time: who parks a second time in one wait is overdue.
#[cfg(loom)]
mod modelled {
    use super::{Waiters, Wake};
    use crate::sync::{Mutex, process_wide};
    use std::time::Instant;

    struct Queue {
        waiting: Vec<Waiter>,
        woken: Vec<(u64, Wake)>,
        tickets: u64,
    }

    struct Waiter {
        key: usize,
        ticket: u64,
        overdue: bool,
        thread: loom::thread::Thread,
    }

    process_wide! {
        fn queue() -> &'static Mutex<Queue> {
            Mutex::new(Queue { waiting: Vec::new(), woken: Vec::new(), tickets: 0 })
        }
    }

    pub(crate) unsafe fn park(
        key: usize,
        since: &mut Option<Instant>,
        validate: impl FnOnce() -> bool,
    ) -> Wake {
        let overdue = since.replace(Instant::now()).is_some();
        let mut queue = queue().lock();
        if !validate() {
            return Wake::Retry;
        }
        queue.tickets += 1;
        let ticket = queue.tickets;
        queue.waiting.push(Waiter { key, ticket, overdue, thread: loom::thread::current() });
        loop {
            drop(queue);
            loom::thread::park();
            queue = self::queue().lock();
            if let Some(at) = queue.woken.iter().position(|woken| woken.0 == ticket) {
                return queue.woken.swap_remove(at).1;
            }
        }
    }

    pub(crate) unsafe fn unpark_one(key: usize, decide: impl FnOnce(Waiters) -> Wake) {
        let mut queue = queue().lock();
        let first = queue.waiting.iter().position(|waiter| waiter.key == key);
        let Some(waiter) = first.map(|at| queue.waiting.remove(at)) else {
            decide(Waiters { woken: false, more: false, overdue: false });
            return;
        };
        let more = queue.waiting.iter().any(|other| other.key == key);
        let wake = decide(Waiters { woken: true, more, overdue: waiter.overdue });
        queue.woken.push((waiter.ticket, wake));
        drop(queue);
        waiter.thread.unpark();
    }
}
