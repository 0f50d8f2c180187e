//! Several references given up at once.
//!
//! | who | finds | does |
//! |---|---|---|
//! | owner | `local` > n | `local` − n |
//! | owner | `local` = n, `shared` untouched | `local` = 0: **dead** |
//! | owner | else | `owner` = 0, then `shared` → merged with `local` − n more; **dead** if the count is 0 |
//! | other | merged or queued, or count ≥ n | count − n; **dead** if merged and 0 |
//! | other | default or weak, count < n | `shared` → queued, count − (n − 1): the last of the n goes to the owner's mailbox |
//!
//! The same as n decrements one after the other, which would go down to 0, then queue one, and subtract the others. A wide object is counted
//! in cells that a step may open or close, so there it *is* n decrements.
//!
//! Checked by: the test below against single decrements; `loom-tests/tests/loom_embed.rs`.

use super::counted::{Counted, act_on, release};
use super::shared::{Shared, State};
use super::wide;
use super::word::{Decrement, RefCount};
use crate::sync::atomic::Ordering;
use crate::sync::hint;

/// `n` references less, as `n` calls of [`release`]. The other half of [`RefCount::increment_by`].
///
/// One operation on the count; `n` of them while the object is [shared widely](super::share_widely).
///
/// # Safety
/// The caller holds `n` references to `object` and gives them up.
///
/// ```
/// # use freethreaded::refcount::{Counted, RefCount};
/// use freethreaded::refcount::release_many;
/// # struct Object(RefCount);
/// # // SAFETY: the count is where `count` says, and `destroy` frees what `Box::into_raw` gave.
/// # unsafe impl Counted for Object {
/// #     unsafe fn count(this: *const Self) -> *const RefCount {
/// #         // SAFETY: `this` points to an object.
/// #         unsafe { &raw const (*this).0 }
/// #     }
/// #     unsafe fn destroy(this: *mut Self) {
/// #         // SAFETY: the last reference is gone.
/// #         drop(unsafe { Box::from_raw(this) });
/// #     }
/// # }
/// # let make_object = || Object(RefCount::new());
/// let object = Box::into_raw(Box::new(make_object()));
/// // SAFETY: one reference from the start, nine more here, all given up.
/// unsafe {
///     (*Object::count(object)).increment_by(9);
///     release_many(object, 10);
/// }
/// ```
pub unsafe fn release_many<T: ?Sized + Counted>(object: *mut T, n: u32) {
    // SAFETY: the caller's references.
    match unsafe { RefCount::decrement_by(T::count(object), n) } {
        // SAFETY: the references are given up; if the outcome is queued, one of them is left.
        Some(outcome) => unsafe { act_on(object, outcome) },
        None => {
            for _ in 0..n {
                // SAFETY: nothing was done, so all the references are ours, one for each round.
                unsafe { release(object) };
            }
        }
    }
}

impl RefCount {
    /// `n` references less. `None` if the object is wide: then nothing is done.
    ///
    /// # Safety
    /// As for [`decrement`](Self::decrement), for `n` references. If the result is queued, one of them is left.
    unsafe fn decrement_by(this: *const Self, n: u32) -> Option<Decrement> {
        // SAFETY: the caller's references keep the object alive up to the store or CAS that gives up the last.
        let count = unsafe { &*this };
        if n == 0 || count.is_immortal() {
            return Some(Decrement::Alive);
        }
        if !count.is_mine() {
            // SAFETY: as for this function, and not immortal.
            return unsafe { Self::decrement_shared_by(this, n) };
        }
        let local = count.local.load(Ordering::Relaxed);
        if local > n {
            count.local.store(local - n, Ordering::Relaxed);
            return Some(Decrement::Alive);
        }
        count.local.store(0, Ordering::Relaxed);
        if local == n && count.is_dead_at_last_local() {
            return Some(Decrement::Dead);
        }
        count.end_ownership();
        // SAFETY: this thread owns the object and has set `owner` and `local` to 0.
        Some(unsafe { Self::merge_into_shared(this, i64::from(local) - i64::from(n)) })
    }

    /// [`decrement`](Self::decrement) for who wants to know whether it was the last: counted in one word, which says so in time. Waits for
    /// threads that are in the middle of a step.
    ///
    /// # Safety
    /// As for `decrement`.
    pub(super) unsafe fn decrement_narrow(this: *const Self) -> Decrement {
        loop {
            // SAFETY: the caller's reference keeps the object alive, since nothing is done yet.
            let count = unsafe { &*this };
            if count.is_immortal() || count.is_mine_here() {
                // SAFETY: the caller's. Not wide, or not for this thread.
                return unsafe { Self::decrement(this) };
            }
            if count.is_wide() {
                wide::narrow(count);
            }
            // SAFETY: the caller's, and not immortal.
            if let Some(decrement) = unsafe { Self::decrement_shared_by(this, 1) } {
                return decrement;
            }
            hint::spin_loop();
        }
    }

    /// # Safety
    /// As for [`decrement_by`](Self::decrement_by); the object is not immortal, and `n` is not 0.
    unsafe fn decrement_shared_by(this: *const Self, n: u32) -> Option<Decrement> {
        // SAFETY: the caller's references keep the object alive up to the successful CAS.
        let count = unsafe { &*this };
        let mut seen = count.load_shared(Ordering::Relaxed);
        loop {
            if seen.is_saturated() {
                return Some(Decrement::Alive);
            }
            if seen.is_wide() {
                return None;
            }
            let queue = seen.state() < State::Queued && i64::from(seen.count()) < i64::from(n);
            let new = if queue { seen.minus(n - 1).with_state(State::Queued) } else { seen.minus(n) };
            // Release: our uses come before the freeing by another. Acquire: those of others before ours, if it is dead now.
            match count.shared.compare_exchange(seen.0, new.0, Ordering::AcqRel, Ordering::Relaxed) {
                Ok(_) if queue => return Some(Decrement::Queued),
                Ok(_) if new == Shared::DEAD => return Some(Decrement::Dead),
                Ok(_) => return Some(Decrement::Alive),
                Err(now) => seen = Shared(now),
            }
        }
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;
    use crate::runtime::{self, ThreadId};

    /// Word and outcome after `n` single decrements. One that is queued stays the caller's until the end, as in the bulk.
    fn singly(count: &RefCount, n: u32) -> Option<Decrement> {
        let mut outcome = Decrement::Alive;
        for _ in 0..n {
            // SAFETY: a count without object, which stands for more than n references.
            match unsafe { RefCount::decrement(count) } {
                Decrement::Alive => {}
                other if outcome == Decrement::Alive => outcome = other,
                _ => return None,
            }
        }
        Some(outcome)
    }

    #[test]
    fn the_same_as_single_decrements() {
        drop(crate::attach());
        let me = runtime::on_this_thread().id.expect("registered").get();
        let other = me + 1;
        let mut compared = 0;
        for (owner, states) in [
            (me, &[State::Default, State::Weak, State::Queued][..]),
            (other, &[State::Default, State::Weak, State::Queued]),
            (ThreadId::NOBODY, &[State::Merged]),
        ] {
            for &state in states {
                for local in if owner == 0 { 0..1 } else { 1..6 } {
                    for shared in -4..6 {
                        // A parcel that is queued for the owner stands for one of the references.
                        let spoken_for = i64::from(state == State::Queued);
                        let total = i64::from(local) + i64::from(shared) - spoken_for;
                        for n in 0..=u32::try_from(total.max(0)).expect("small") {
                            let make = || RefCount::from_parts(owner, local, Shared::new(shared, state));
                            let (bulk, single) = (make(), make());
                            let Some(expected) = singly(&single, n) else { continue };
                            // SAFETY: as above.
                            let outcome = unsafe { RefCount::decrement_by(&bulk, n) };
                            let word = (owner == me, local, shared, state, n);
                            assert_eq!((outcome, bulk.parts()), (Some(expected), single.parts()), "{word:?}");
                            compared += 1;
                        }
                    }
                }
            }
        }
        assert!(compared > 500, "{compared}");
    }
}
