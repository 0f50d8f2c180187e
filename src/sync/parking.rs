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

/// Loom does not see the parking lot: there a waiter yields until the lock is free, and nobody hands over.
#[cfg(loom)]
pub(crate) unsafe fn park(
    _key: usize,
    _since: &mut Option<std::time::Instant>,
    validate: impl FnOnce() -> bool,
) -> Wake {
    if validate() {
        loom::thread::yield_now();
    }
    Wake::Retry
}

/// See [`park`]: nobody is ever asleep.
#[cfg(loom)]
pub(crate) unsafe fn unpark_one(_key: usize, decide: impl FnOnce(Waiters) -> Wake) {
    decide(Waiters { woken: false, more: false, overdue: false });
}
