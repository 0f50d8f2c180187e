//! Marks: what a thread is in the middle of, for whoever wants to forbid it and know when it is over.
//!
//! - *Doing* something to an object that needs no lock while it is allowed: `mark := object`; **light barrier**; look whether it is allowed (the caller's word);
//!   do it; `mark := nothing` (release).
//! - *Forbidding* it: forbid (the caller's word); **heavy barrier**; wait until no mark names the object (acquire). Whose mark came before the barrier is seen, or
//!   has been taken back, and then what it did is seen; whose mark comes later sees that it is forbidden.
//!
//! What is done under a mark is a few instructions and no user code, so the wait is short, but for a thread that is put to sleep there.
//!
//! Checked by: `loom-tests/tests/loom_free.rs`.

use super::current::Me;
use super::registry::registry;
use crate::sync::atomic::{AtomicUsize, Ordering};
use crate::sync::{barrier, hint};

/// The mark of a record.
pub(crate) struct Mark(AtomicUsize);

impl Mark {
    const NOTHING: usize = 0;

    pub(super) fn new() -> Self {
        Self(AtomicUsize::new(Self::NOTHING))
    }
}

/// Runs `f`, which looks whether it is allowed to do what it does to the object at `address`, and runs no user code. `None` if the calling thread has no record.
#[inline]
pub(crate) fn marked<R>(me: &Me, address: usize, f: impl FnOnce() -> R) -> Option<R> {
    let Mark(mark) = me.mark()?;
    // Release: as below, since it may be this mark that the acquire reads, and the one before it was of another object. The light barrier orders it
    // before what `f` looks at.
    mark.store(address, Ordering::Release);
    barrier::light();
    let result = f();
    // Release: partner is the acquire in `wait_for_unmarked`.
    mark.store(Mark::NOTHING, Ordering::Release);
    Some(result)
}

/// Waits until no other thread is in the middle of what the caller has forbidden to do to the object at `address`.
#[cold]
pub(crate) fn wait_for_unmarked(address: usize) {
    barrier::heavy();
    for record in registry().records() {
        // Acquire: partner is the release in `marked`.
        while record.mark.0.load(Ordering::Acquire) == address {
            hint::yield_now();
        }
    }
}
