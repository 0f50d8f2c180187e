//! What is counted otherwise: the operations of a count whose object is on a detour, and those that bring it there and back.
//!
//! The protocol is that of [`wide`]; here is what it does to the words of a count.
//!
//! Checked by: `loom-tests/tests/loom_wide.rs`.

use super::owner::Owner;
use super::shared::{Shared, State};
use super::wide;
use super::word::{Decrement, RefCount};
use crate::runtime::{Me, current_id};
use crate::sync::atomic::Ordering;

impl RefCount {
    /// [`is_mine`](Self::is_mine), where the owner also answers a detour. The caller holds a reference.
    pub(super) fn is_mine_here(&self) -> bool {
        let owner = self.load_owner();
        if owner.is(current_id()) {
            return true;
        }
        if owner.is_detour() {
            self.come_aside(owner);
        }
        false
    }

    /// Merges, if the calling thread owns the object, which is on a detour. The caller holds a reference.
    #[cold]
    #[inline(never)]
    fn come_aside(&self, owner: Owner) {
        // A thread that owns nothing has an id that is nobody's.
        if owner.id().is_none_or(|id| id.get() != current_id()) {
            return;
        }
        let local = self.local.load(Ordering::Relaxed);
        self.end_ownership();
        let mut seen = self.load_shared(Ordering::Relaxed);
        loop {
            let new = seen.merged_with(i64::from(local));
            // Relaxed: the caller keeps a reference, and it is giving that up which releases.
            match self.shared.compare_exchange(seen.0, new.0, Ordering::Relaxed, Ordering::Relaxed) {
                Ok(_) => return,
                Err(now) => seen = Shared(now),
            }
        }
    }

    /// An increment on a detour: in the thread's cell. Returns whether it was possible.
    #[inline(never)]
    pub(super) fn increment_aside(&self, owner: Owner, me: &Me) -> bool {
        !owner.is_aside(me.id()) && wide::increment_usual(core::ptr::from_ref(self).addr(), me)
            || self.increment_aside_slow(owner)
    }

    #[cold]
    #[inline(never)]
    fn increment_aside_slow(&self, owner: Owner) -> bool {
        self.come_aside(owner);
        wide::increment(core::ptr::from_ref(self).addr())
    }

    /// # Safety
    /// As for [`decrement_foreign`](Self::decrement_foreign).
    #[inline(never)]
    pub(super) unsafe fn decrement_aside(this: *const Self, owner: Owner) -> Decrement {
        // SAFETY: the caller's reference keeps the object alive.
        unsafe { (*this).come_aside(owner) };
        match wide::decrement(this.addr()) {
            wide::Step::Done => Decrement::Alive,
            wide::Step::Look(tenancy) => wide::look(tenancy),
            // SAFETY: the caller's.
            wide::Step::Impossible => unsafe { Self::decrement_shared(this) },
        }
    }

    /// A decrement in the word of a wide object, which says nothing about death, whatever its count. If the word changes meanwhile, the new
    /// one is the error, and nothing is done.
    ///
    /// # Safety
    /// As for [`decrement_foreign`](Self::decrement_foreign).
    #[cold]
    #[inline(never)]
    pub(super) unsafe fn decrement_wide_word(this: *const Self, seen: Shared) -> Result<Decrement, Shared> {
        // Before the reference is given up.
        let tenancy = wide::tenancy(this.addr());
        // SAFETY: the caller's reference keeps the object alive up to the CAS.
        let count = unsafe { &*this };
        let new = seen.minus_one();
        // Release: our uses come before the freeing. Partner: the fold's acquire.
        match count.shared.compare_exchange(seen.0, new.0, Ordering::Release, Ordering::Relaxed) {
            Ok(_) if new.count() <= 0 => Ok(tenancy.map_or(Decrement::Alive, wide::look)),
            Ok(_) => Ok(Decrement::Alive),
            Err(now) => Err(Shared(now)),
        }
    }

    /// For [`wide`]: sends all threads on a detour, or has them count as ever. The object is wide, or the caller holds a reference.
    pub(super) fn set_detour(&self, on: bool) {
        // Relaxed, both: a hint.
        if on {
            self.owner.fetch_or(Owner::DETOUR, Ordering::Relaxed);
        } else {
            self.owner.fetch_and(!Owner::DETOUR, Ordering::Relaxed);
        }
    }

    /// For [`wide`]: marks the shared word, unless the object is immortal or saturated. The caller holds a reference.
    pub(super) fn make_wide(&self) -> bool {
        // Relaxed: the key of the slot publishes.
        let mut seen = self.load_shared(Ordering::Relaxed);
        loop {
            if seen.is_saturated() || self.is_immortal() {
                return false;
            }
            match self.shared.compare_exchange(seen.0, seen.wide().0, Ordering::Relaxed, Ordering::Relaxed) {
                Ok(_) => return true,
                Err(now) => seen = Shared(now),
            }
        }
    }

    /// For [`wide`]: replaces the shared word, or says what it is.
    pub(super) fn exchange_shared(&self, seen: Shared, new: Shared) -> Result<(), Shared> {
        // Acquire: partner is the release of every decrement; if the object is dead, the uses come before the freeing. Release: the steps
        // that were folded come before the freeing by whoever finds it dead later.
        match self.shared.compare_exchange(seen.0, new.0, Ordering::AcqRel, Ordering::Relaxed) {
            Ok(_) => Ok(()),
            Err(now) => Err(Shared(now)),
        }
    }

    /// Whether the references of threads that do not own the object are counted in cells of those threads.
    #[must_use]
    pub fn is_wide(&self) -> bool {
        self.load_shared(Ordering::Relaxed).is_wide()
    }

    /// For [`hot`](super::hot): whether another thread changes the count at this very moment.
    pub(super) fn is_changed_meanwhile(&self) -> bool {
        let local = self.local.load(Ordering::Relaxed);
        let seen = self.shared.load(Ordering::Relaxed);
        // Relaxed: nothing is changed.
        self.shared.compare_exchange(seen, seen, Ordering::Relaxed, Ordering::Relaxed).is_err()
            || self.local.load(Ordering::Relaxed) != local
    }

    /// Queues the object for a merge, unless it is queued or merged, or counted aside. Returns whether that was done; there is then one reference
    /// more, for the parcel. The caller holds a reference.
    pub(super) fn queue_merge(&self) -> bool {
        // Relaxed: as an increment; the mailbox orders the rest.
        let mut seen = self.load_shared(Ordering::Relaxed);
        loop {
            if seen.state() >= State::Queued || seen.is_wide() || seen.is_saturated() {
                return false;
            }
            let new = seen.plus(1).with_state(State::Queued);
            match self.shared.compare_exchange(seen.0, new.0, Ordering::Relaxed, Ordering::Relaxed) {
                Ok(_) => return true,
                Err(now) => seen = Shared(now),
            }
        }
    }
}
