//! The mailbox of a thread: work on its objects that others leave for it.
//!
//! The refcount layer leaves *parcels*: an object, and a function that merges the object's counts. Opening a
//! parcel runs no user code. What it finds dead goes on the opener's pile and is destroyed where destructors may
//! run (see [`super::retire`]).
//!
//! # States
//!
//! | presence | the occupant | a parcel for it is |
//! |---|---|---|
//! | `Present(id)` | may touch the counts of its objects at any moment | left in the box |
//! | `Absent(id)` | is inside `detach`: its id reads "no one" | opened by the sender, under the lock |
//! | `Gone` | has finished, or never came | opened by the sender, under the lock |
//!
//! | transition | by | when |
//! |---|---|---|
//! | `Gone` → `Present` | the thread, registering | before its first object |
//! | `Present` → `Absent` | the thread, in `detach` | after it has stopped using its id and emptied the box, in one critical section |
//! | `Absent` → `Present` | the thread, back from `detach` | before it uses its id again |
//! | `Present` → `Gone` | the thread, at its end | as for `Absent` |
//!
//! So whoever holds the lock and reads `Absent` or `Gone` may touch the owner's side of the counts of its objects:
//! the owner has released the lock after its last touch, and takes it before its next. A parcel is thus found by
//! the owner, or opened by the sender, never both and never neither.
//!
//! Checked by: `loom-tests/tests/loom_refcount.rs` (`merge_on_behalf`, `enqueue_against_exit`).

use super::garbage::Garbage;
use super::id::ThreadId;

/// An object on which the owner has something to do.
pub(crate) struct Parcel {
    object: *mut (),
    open: unsafe fn(*mut ()) -> Option<Garbage>,
}

// SAFETY: the contract of `new` allows any thread to open it that may act for the owner.
unsafe impl Send for Parcel {}

impl Parcel {
    /// # Safety
    /// `open(object)` is sound to call once by the owner of `object`, or by a thread that acts for it, and runs
    /// no user code.
    pub(crate) unsafe fn new(object: *mut (), open: unsafe fn(*mut ()) -> Option<Garbage>) -> Self {
        Self { object, open }
    }

    /// # Safety
    /// The caller is the owner of the object, or holds the lock of the mailbox of an owner that is absent or
    /// gone.
    pub(crate) unsafe fn open(self) -> Option<Garbage> {
        // SAFETY: by the contracts of `new` and of this function; `self` is consumed.
        unsafe { (self.open)(self.object) }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Presence {
    Present(ThreadId),
    Absent(ThreadId),
    Gone,
}

pub(crate) struct Mailbox {
    pub(crate) presence: Presence,
    parcels: Vec<Parcel>,
}

impl Mailbox {
    pub(crate) fn new() -> Self {
        Self { presence: Presence::Gone, parcels: Vec::new() }
    }

    /// Returns whether the box was empty: then its owner is told.
    pub(crate) fn push(&mut self, parcel: Parcel) -> bool {
        let first = self.parcels.is_empty();
        if first {
            // Who drops one object of a thread mostly drops more.
            self.parcels.reserve(16);
        }
        self.parcels.push(parcel);
        first
    }

    /// Everything in the box; the box keeps no memory, so that a burst does not stay allocated.
    pub(crate) fn take(&mut self) -> Vec<Parcel> {
        core::mem::take(&mut self.parcels)
    }

    pub(crate) fn len(&self) -> usize {
        self.parcels.len()
    }
}
