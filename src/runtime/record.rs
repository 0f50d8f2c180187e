//! A thread's record: what other threads may ask of it, and what only it touches.
//!
//! | field | written by | read by |
//! |---|---|---|
//! | `epoch` | the thread, at attach, checkpoint and detach | scanners of a grace period |
//! | `requests` | anyone, by RMW | the thread, at every attach |
//! | `mailbox` | anyone, under its lock | anyone, under its lock |
//! | `owned` | the thread alone | the thread alone |
//! | `bias` | the thread and anyone, see [`bias`](super::bias) | the same |
//! | `mark` | the thread alone | anyone, see [`marks`](super::marks) |
//! | `tally` | the thread | anyone, for statistics |
//! | `cells` | the thread, once; what it points to, see [`cells`](super::cells) | anyone |
//!
//! Records are never freed, only reused: the registry lock orders one occupant behind the next.

use core::cell::UnsafeCell;

use super::bias::Bias;
use super::cells::Cells;
use super::mailbox::Mailbox;
use super::marks::Mark;
use super::retire::RetireList;
use crate::sync::atomic::{AtomicPtr, AtomicU32, AtomicU64, Ordering};
use crate::sync::{Mutex, unmodelled};

/// The bits of [`Record::requests`].
pub(crate) struct Request;

impl Request {
    /// Parcels lie in the mailbox.
    pub(crate) const MAIL: u32 = 1;
    /// The global lock is on: every entry takes it.
    pub(crate) const GIL: u32 = 2;
    /// Light barriers are fences: every entry makes one. Here, so that entering tests one word for everything.
    pub(crate) const FENCE: u32 = 4;
}

/// Aligned to two cache lines, since the adjacent-line prefetcher makes pairs of them travel together.
#[repr(align(128))]
pub(crate) struct Record {
    /// [`IDLE`](Self::IDLE), or the global epoch at which the thread entered the runtime.
    pub(crate) epoch: AtomicU64,
    pub(crate) requests: AtomicU32,
    slot: u32,
    pub(crate) bias: Bias,
    pub(crate) mark: Mark,
    pub(crate) tally: Tally,
    pub(crate) owned: Owned,
    /// Null until the occupant, or one before it, needed them.
    pub(crate) cells: AtomicPtr<Cells>,
    pub(crate) mailbox: Mutex<Mailbox>,
}

impl Record {
    /// The epoch of a thread that is outside.
    pub(crate) const IDLE: u64 = 0;

    pub(crate) fn new(slot: u32) -> Self {
        Self {
            epoch: AtomicU64::new(Self::IDLE),
            requests: AtomicU32::new(0),
            slot,
            bias: Bias::new(),
            mark: Mark::new(),
            tally: Tally::new(),
            owned: Owned(UnsafeCell::new(RetireList::new())),
            cells: AtomicPtr::new(core::ptr::null_mut()),
            mailbox: Mutex::new(Mailbox::new()),
        }
    }

    pub(crate) fn slot(&self) -> u32 {
        self.slot
    }
}

/// What only the occupant of the record touches.
pub(crate) struct Owned(UnsafeCell<RetireList>);

// SAFETY: only the thread that occupies the record reaches the cell (contract of `with`), and its contents are
// `Send`: another thread takes the record over only behind the registry lock.
unsafe impl Sync for Owned {}

impl Owned {
    /// Runs `f` on the occupant's retire list.
    ///
    /// # Safety
    /// The calling thread occupies this record, or nobody does and the caller holds the registry lock. `f` runs
    /// no user code and does not come back here.
    #[inline]
    pub(crate) unsafe fn with<R>(&self, f: impl FnOnce(&mut RetireList) -> R) -> R {
        // SAFETY: one thread, and no second borrow inside `f`, by the contract.
        f(unsafe { &mut *self.0.get() })
    }
}

/// Counters of one record. They run on through all occupants; a sum over all records is the process's.
pub(crate) struct Tally {
    pub(crate) retired: Counter,
    pub(crate) retired_bytes: Counter,
    pub(crate) reclaimed: Counter,
    pub(crate) reclaimed_bytes: Counter,
    pub(crate) passes: Counter,
    pub(crate) merged: Counter,
    /// Written by anyone, under the mailbox lock.
    pub(crate) merged_on_behalf: Counter,
}

impl Tally {
    fn new() -> Self {
        Self {
            retired: Counter::new(),
            retired_bytes: Counter::new(),
            reclaimed: Counter::new(),
            reclaimed_bytes: Counter::new(),
            passes: Counter::new(),
            merged: Counter::new(),
            merged_on_behalf: Counter::new(),
        }
    }
}

/// A number that one thread writes at a time, and all may read.
///
/// Not one of loom's atomics: statistics carry no ordering, and would only multiply what a model explores.
pub(crate) struct Counter(unmodelled::AtomicU64);

impl Counter {
    const fn new() -> Self {
        Self(unmodelled::AtomicU64::new(0))
    }

    /// Only the record's occupant calls this, or who holds a lock for it, so a load and a store are enough.
    #[inline]
    pub(crate) fn add(&self, n: u64) {
        self.0.store(self.0.load(Ordering::Relaxed).wrapping_add(n), Ordering::Relaxed);
    }

    pub(crate) fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}
