//! A lock of one byte.
//!
//! | bits | meaning |
//! |---|---|
//! | `LOCKED` | a thread holds the lock |
//! | `PARKED` | threads may be parked on the address of the byte |
//!
//! | transition | by |
//! |---|---|
//! | 0 → `LOCKED` | lock, acquire |
//! | `LOCKED` → `LOCKED` + `PARKED` | a thread about to park; it parks only while both bits stand, under the queue lock |
//! | `LOCKED` → 0 | unlock, release |
//! | `LOCKED` + `PARKED` → 0 or `PARKED` | unlock under the queue lock; the woken thread tries again |
//! | `LOCKED` + `PARKED` → the same, or `LOCKED` | unlock hands over to a thread that waits for more than a millisecond |
//!
//! The last row is eventual fairness, as in WebKit's lock and CPython's `PyMutex`: threads barge for speed, but a waiter gets the lock after about a
//! millisecond even from a thread that releases and takes it in a loop.

use core::fmt;

use crate::sync::atomic::{AtomicU8, Ordering};
use crate::sync::const_unless_loom;
use crate::sync::parking::{self, Waiters, Wake};

const LOCKED: u8 = 1;
const PARKED: u8 = 2;

/// Tries before a thread parks. More would only burn the holder's core when there are more threads than cores.
const SPINS: u32 = if cfg!(loom) { 0 } else { 40 };

/// The lock in an object's header: one byte, no allocation, fair after a millisecond.
///
/// Containers of the crate have one each. It is not exposed as a lock of its own: whoever holds it runs inside a *section*,
/// so that the runtime can tell a thread that comes back for a lock it holds.
pub struct ObjectLock {
    state: AtomicU8,
}

impl ObjectLock {
    const_unless_loom! {
        /// An unlocked lock.
        ///
        /// ```
        /// use freethreaded::lock::ObjectLock;
        /// static LOCK: ObjectLock = ObjectLock::new();
        /// assert!(!LOCK.is_locked());
        /// ```
        #[must_use]
        pub const fn new() -> Self {
            Self { state: AtomicU8::new(0) }
        }
    }

    /// Whether some thread holds it at this moment.
    #[must_use]
    pub fn is_locked(&self) -> bool {
        self.state.load(Ordering::Relaxed) & LOCKED != 0
    }

    /// Takes the lock if it is free and nobody waits.
    #[inline]
    pub(super) fn try_lock(&self) -> bool {
        // Acquire: partner is the release in `unlock`.
        self.state.compare_exchange(0, LOCKED, Ordering::Acquire, Ordering::Relaxed).is_ok()
    }

    /// Tries to take the lock a few times. Returns whether it did.
    pub(super) fn spin(&self) -> bool {
        (0..SPINS).any(|_| {
            crate::sync::hint::spin_loop();
            // Relaxed: only whether to try.
            self.state.load(Ordering::Relaxed) == 0 && self.try_lock()
        })
    }

    /// Waits for the lock and takes it.
    #[cold]
    #[inline(never)]
    pub(super) fn lock_contended(&self) {
        let mut since = None;
        let mut spins = 0;
        let mut seen = self.state.load(Ordering::Relaxed);
        loop {
            if seen & LOCKED == 0 {
                // Acquire: partner is the release in `unlock`.
                match self.state.compare_exchange_weak(
                    seen,
                    seen | LOCKED,
                    Ordering::Acquire,
                    Ordering::Relaxed,
                ) {
                    Ok(_) => return,
                    Err(now) => seen = now,
                }
                continue;
            }
            if seen & PARKED == 0 {
                if spins != SPINS {
                    spins += 1;
                    crate::sync::hint::spin_loop();
                    seen = self.state.load(Ordering::Relaxed);
                    continue;
                }
                if let Err(now) = self.state.compare_exchange_weak(
                    seen,
                    seen | PARKED,
                    Ordering::Relaxed,
                    Ordering::Relaxed,
                ) {
                    seen = now;
                    continue;
                }
            }
            let validate = || self.state.load(Ordering::Relaxed) == LOCKED | PARKED;
            // SAFETY: `validate` is one load.
            if unsafe { parking::park(self.key(), &mut since, validate) } == Wake::HandedOver {
                // Acquire: partner is the release in `unlock_contended`, which left the lock taken for us.
                let state = self.state.load(Ordering::Acquire);
                debug_assert!(state & LOCKED != 0);
                return;
            }
            seen = self.state.load(Ordering::Relaxed);
        }
    }

    /// # Safety
    /// The calling thread holds the lock.
    #[inline]
    pub(super) unsafe fn unlock(&self) {
        // Release: partner is the acquire of the next holder.
        if self.state.compare_exchange(LOCKED, 0, Ordering::Release, Ordering::Relaxed).is_err() {
            self.unlock_contended();
        }
    }

    #[cold]
    #[inline(never)]
    fn unlock_contended(&self) {
        let decide = |waiters: Waiters| {
            let parked = if waiters.more { PARKED } else { 0 };
            let (state, wake) = if waiters.woken && waiters.overdue {
                (LOCKED | parked, Wake::HandedOver)
            } else {
                (parked, Wake::Retry)
            };
            // Under the queue lock, so no thread parks between the look and this. Release: partner is the acquire of
            // the next holder.
            self.state.store(state, Ordering::Release);
            wake
        };
        // SAFETY: `decide` is one store, and only `lock_contended` parks on this address.
        unsafe { parking::unpark_one(self.key(), decide) }
    }

    fn key(&self) -> usize {
        (&raw const self.state).addr()
    }
}

impl Default for ObjectLock {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for ObjectLock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ObjectLock").field("locked", &self.is_locked()).finish()
    }
}

const _: () = assert!(cfg!(loom) || size_of::<ObjectLock>() == 1);
