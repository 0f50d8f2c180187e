//! The biased count: the protocol of PEP 703 over the scheme of Choi, Shull and Torrellas (PACT 2018).
//!
//! # The three fields
//!
//! | field | meaning | written by |
//! |---|---|---|
//! | `owner` | [`Owner`]: id of the thread that owns the object, nobody if merged or immortal; the detour | the owner, or who acts for it; the detour by [`wide`] |
//! | `local` | references counted by the owner; with the top bit set = immortal | the owner, or who acts for it |
//! | `shared` | [`Shared`]: signed count and state | anyone, by RMW |
//!
//! References in existence = `local` + count of `shared`, while the object is not immortal or saturated. Either part
//! alone says nothing: a reference counted in one may be dropped in the other, so the shared count can be negative.
//!
//! "Who acts for it": a thread that holds the owner's mailbox lock while the owner is absent or gone. The owner leaves and
//! takes that lock around every absence, so `owner` and `local` are never touched by two threads at once; they are atomics
//! because others read them (`local` for immortality, `owner` to compare). Accesses are relaxed but for the end of an ownership. The
//! detour is set and cleared by others, so ends of ownership are RMWs that leave it alone.
//!
//! # Transitions
//!
//! | who | operation | finds | does |
//! |---|---|---|---|
//! | anyone | any | `local` immortal | nothing |
//! | owner | increment | | `local` + 1; reaching the top bit makes it immortal |
//! | other | increment | | `shared` + 1, relaxed |
//! | owner | decrement | `local` > 1 | `local` − 1 |
//! | owner | decrement | `local` = 1, `shared` untouched | `local` = 0: **dead**, no RMW; `owner` stays |
//! | owner | decrement | `local` = 1, else | `owner` = 0, then `shared` → merged; **dead** if the count is 0 |
//! | other | decrement | default or weak, count ≤ 0 | `shared` → queued, count unchanged: the reference goes to the owner's mailbox |
//! | other | decrement | default or weak, count > 0; queued | count − 1 |
//! | other | decrement | merged | count − 1; **dead** if that makes 0 |
//! | owner or for it | open the parcel | owned | `local` and `owner` = 0, then `shared` → merged with `local` − 1 more; **dead** if 0 |
//! | owner or for it | open the parcel | merged meanwhile | as a decrement of a merged object |
//! | owner | any | a detour | merges: `local` and `owner` = 0, then `shared` → merged with `local` more; then as others |
//! | other | decrement | no owner | count − 1; **dead** if that makes merged and 0 (see below) |
//! | other | try-increment | untouched, or dead | fails |
//! | other | try-increment | else | count + 1, or a step in its cell on a detour |
//! | holder | make weak | default | state → weak |
//! | | transfer, adopt, disown | | see [`ownership`](super::ownership) |
//! | who is to destroy it | resurrect | **dead** | see [`resurrect`](super::resurrect) |
//! | | n references less | | see [`bulk`](super::bulk) |
//!
//! `owner` and `local` are written before the CAS to merged: behind it another thread may free the object.
//!
//! Who finds no owner subtracts without looking at the state first. If the merge is still on its way, the subtraction finds no
//! merged word, so it is not the one that finds the object dead; the merging thread's CAS is, which adds what there was in `local` to what is left.
//!
//! # Orderings
//!
//! - Every decrement of `shared` and every merge is a **release**: the uses before it come before the freeing.
//! - Whoever finds the object dead has an **acquire** of `shared`: the load in the owner's fast path, the fence
//!   behind the last merged decrement, the CAS of a merge.
//! - Increments are relaxed: the reference that is copied keeps the object alive. A try-increment acquires, as `Arc`'s upgrade
//!   does: it may be the first that this thread has of the object.
//!
//! Checked by: `loom-tests/tests/loom_refcount.rs`; by the table in `table_test.rs`.

use core::fmt;

use super::owner::Owner;
use super::shared::{Shared, State};
use super::wide;
use crate::runtime::{self, ThreadId, current_id, id_for_new_object};
use crate::sync::atomic::{AtomicU32, Ordering};
use crate::sync::{acquire, const_unless_loom};

/// What a decrement came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use = "a dead object must be destroyed, a queued one handed to its owner"]
pub enum Decrement {
    /// Other references exist; the caller must not touch the object any more.
    Alive,
    /// That was the last reference: the caller destroys the object.
    Dead,
    /// The reference was not subtracted: the caller hands it to the owner with [`hand_over`](super::hand_over).
    Queued,
}

/// How far the inlined part of a decrement came.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Begun {
    /// Done.
    Alive,
    /// `local` has become 0.
    LastLocal,
    /// The calling thread is not the owner; nothing is done yet.
    Foreign,
}

/// What came of a decrement that expects no owner.
pub(super) enum Subtracted {
    Alive,
    /// Nothing: the object has an owner, or is on a detour.
    Owned(Owner),
    /// Subtracted from this word: [`after_subtraction`](RefCount::after_subtraction) says what that means.
    Else(Shared),
}

/// A biased reference count, to be embedded in the header of an object.
///
/// 12 bytes, no allocation. The thread that made the object counts in plain memory; all others count in an atomic word;
/// when the two halves have to meet, the owner (or, while it is away, anyone) merges them. See the
/// [module](crate::refcount) for the protocol and [`Counted`](super::Counted) for how a runtime uses it with
/// its own objects.
///
/// ```
/// use freethreaded::refcount::{Decrement, RefCount};
/// let count = RefCount::new();
/// count.increment();
/// // SAFETY: `count` stands for two references, and nothing is destroyed by them.
/// unsafe {
///     assert_eq!(RefCount::decrement(&raw const count), Decrement::Alive);
///     assert_eq!(RefCount::decrement(&raw const count), Decrement::Dead);
/// }
/// ```
#[repr(C)]
pub struct RefCount {
    pub(super) owner: AtomicU32,
    pub(super) local: AtomicU32,
    pub(super) shared: AtomicU32,
}

/// `local` of an immortal object.
const IMMORTAL: u32 = u32::MAX;

/// Whether `local` says that the object is immortal: by one bit, so that whatever is added to it later changes nothing.
#[inline(always)]
const fn says_immortal(local: u32) -> bool {
    (local as i32) < 0
}

impl RefCount {
    /// A count of one reference, owned by the calling thread. Registers the thread on its first use.
    ///
    /// Inside [`detach`](crate::Attached::detach), and while thread-locals are destroyed, the object has no owner and
    /// is counted as `Arc` counts.
    #[inline]
    #[must_use]
    pub fn new() -> Self {
        let (id, ready) = runtime::id_and_readiness();
        let count = Self::with_fields(id, 1, Shared::UNTOUCHED);
        if !ready {
            count.begin_slow();
        }
        count
    }

    /// Makes a [`new`](Self::new) count in place: less code than moving one there.
    ///
    /// # Safety
    /// `this` may be written to.
    #[inline]
    pub(super) unsafe fn write_new(this: *mut Self) {
        let (id, ready) = runtime::id_and_readiness();
        // SAFETY: the caller's.
        unsafe { this.write(Self::with_fields(id, 1, Shared::UNTOUCHED)) };
        if !ready {
            // SAFETY: written just now.
            unsafe { (*this).begin_slow() };
        }
    }

    /// A new count on a thread that is not registered yet, has no id, or has mail.
    #[cold]
    #[inline(never)]
    fn begin_slow(&self) {
        // Relaxed: nobody else has the object yet.
        match id_for_new_object() {
            ThreadId::NO_ONE => {
                self.local.store(0, Ordering::Relaxed);
                self.owner.store(ThreadId::NOBODY, Ordering::Relaxed);
                self.shared.store(Shared::new(1, State::Merged).0, Ordering::Relaxed);
            }
            id => self.owner.store(id, Ordering::Relaxed),
        }
    }

    const_unless_loom! {
        /// A count of one reference, owned by `owner`, which then may destroy the object, whichever threads have the references.
        ///
        /// ```
        /// use freethreaded::{refcount::RefCount, runtime::on_this_thread};
        /// let _registered = freethreaded::attach();
        /// let count = RefCount::new_owned(on_this_thread().id.unwrap());
        /// assert!(count.is_unique());
        /// ```
        #[must_use]
        pub const fn new_owned(owner: ThreadId) -> Self {
            Self::with_fields(owner.get(), 1, Shared::UNTOUCHED)
        }
    }

    const_unless_loom! {
        /// A count of one reference without owner: every thread counts in the shared word.
        #[must_use]
        pub const fn new_merged() -> Self {
            Self::with_fields(ThreadId::NOBODY, 0, Shared::new(1, State::Merged))
        }
    }

    const_unless_loom! {
        /// The count of an object that is never destroyed; for `static` objects.
        ///
        /// ```
        /// use freethreaded::refcount::RefCount;
        /// static COUNT: RefCount = RefCount::new_immortal();
        /// COUNT.increment(); // nothing happens
        /// assert!(COUNT.is_immortal());
        /// ```
        #[must_use]
        pub const fn new_immortal() -> Self {
            Self::with_fields(ThreadId::NOBODY, IMMORTAL, Shared::new(1, State::Merged))
        }
    }

    const_unless_loom! {
        const fn with_fields(owner: u32, local: u32, shared: Shared) -> Self {
            Self { owner: AtomicU32::new(owner), local: AtomicU32::new(local), shared: AtomicU32::new(shared.0) }
        }
    }

    /// A count of no reference at all, on which every upgrade fails until [`publish`](Self::publish).
    pub(crate) fn new_unpublished() -> Self {
        Self::with_fields(ThreadId::NOBODY, 0, Shared::DEAD)
    }

    /// Gives an unpublished count its first reference, in state weak, and the calling thread as owner.
    pub(crate) fn publish(&self) {
        match id_for_new_object() {
            // Release: partner is the acquire in `try_increment`, whose thread then sees the value.
            ThreadId::NO_ONE => self.shared.store(Shared::new(1, State::Merged).0, Ordering::Release),
            id => {
                self.local.store(1, Ordering::Relaxed);
                self.owner.store(id, Ordering::Relaxed);
                // Release: as above; and after `owner`, which nobody uses while the shared word is dead.
                self.shared.store(Shared::new(0, State::Weak).0, Ordering::Release);
            }
        }
    }

    #[inline(always)]
    pub(super) fn load_shared(&self, ordering: Ordering) -> Shared {
        Shared(self.shared.load(ordering))
    }

    #[inline(always)]
    pub(super) fn load_owner(&self) -> Owner {
        // Relaxed: the owner's own id is the last value it has seen there, or it is not the owner; who sees no owner, or a detour, needs
        // nothing that came before.
        Owner(self.owner.load(Ordering::Relaxed))
    }

    /// Whether the calling thread counts in `local`.
    #[inline(always)]
    pub(super) fn is_mine(&self) -> bool {
        self.load_owner().is(current_id())
    }

    /// The calling thread owns the object or acts for its owner, and is about to merge: behind that CAS the object may be freed, so this comes before.
    pub(super) fn end_ownership(&self) {
        self.local.store(0, Ordering::Relaxed);
        // Release: partner is the acquire in `owner`.
        self.owner.fetch_and(Owner::DETOUR, Ordering::Release);
    }

    /// One reference more. The caller holds a reference, or something that keeps one alive.
    #[inline]
    pub fn increment(&self) {
        // First: in a library, asking for a thread-local counts as a call, over which what was loaded before would have to be kept.
        runtime::with_me(|me| {
            let local = self.local.load(Ordering::Relaxed);
            if says_immortal(local) {
                return;
            }
            let owner = self.load_owner();
            if owner.is(me.id()) {
                // The top bit is reached after 2^31 steps, and the object is then what it should be: immortal.
                self.local.store(local + 1, Ordering::Relaxed);
                return;
            }
            // For the layout only: the owner's path falls through.
            core::hint::cold_path();
            if owner.is_detour() && self.increment_aside(owner, me) {
                return;
            }
            // Relaxed: the caller's reference keeps the object alive.
            let before = Shared(self.shared.fetch_add(Shared::ONE, Ordering::Relaxed));
            if before.is_saturated() {
                self.recentre();
            }
        });
    }

    /// `n` references more; saturates as [`increment`](Self::increment) does.
    ///
    /// ```
    /// use freethreaded::refcount::RefCount;
    /// let count = RefCount::new();
    /// count.increment_by(9);
    /// assert_eq!(count.references(), 10);
    /// ```
    pub fn increment_by(&self, n: u32) {
        let local = self.local.load(Ordering::Relaxed);
        if says_immortal(local) {
            return;
        }
        if self.is_mine_here() {
            self.local.store(local.saturating_add(n), Ordering::Relaxed);
            return;
        }
        let mut seen = self.load_shared(Ordering::Relaxed);
        loop {
            let new = seen.plus(n);
            match self.shared.compare_exchange(seen.0, new.0, Ordering::Relaxed, Ordering::Relaxed) {
                Ok(_) => return,
                Err(now) => seen = Shared(now),
            }
        }
    }

    /// Sets a saturated count to the middle of its band, so that late steps cannot carry it out.
    #[cold]
    fn recentre(&self) {
        let mut seen = self.load_shared(Ordering::Relaxed);
        while seen.is_saturated() {
            let new = seen.recentred();
            match self.shared.compare_exchange(seen.0, new.0, Ordering::Relaxed, Ordering::Relaxed) {
                Ok(_) => return,
                Err(now) => seen = Shared(now),
            }
        }
    }

    /// One reference less.
    ///
    /// # Safety
    /// `this` points to a count of a live object, and the caller gives up a reference to it: unless the result says that the
    /// object is dead or the reference queued, the caller does not touch the object again.
    #[inline]
    pub unsafe fn decrement(this: *const Self) -> Decrement {
        // SAFETY: the caller's, for both.
        unsafe {
            match Self::begin_decrement(this, current_id()) {
                Begun::Alive => Decrement::Alive,
                rest => Self::finish_decrement(this, rest),
            }
        }
    }

    /// The part of a decrement that is worth inlining everywhere. `me` is [`current_id`].
    ///
    /// # Safety
    /// As for [`decrement`](Self::decrement); anything but `Alive` is [finished](Self::finish_decrement).
    #[inline(always)]
    pub(super) unsafe fn begin_decrement(this: *const Self, me: u32) -> Begun {
        // SAFETY: the caller's reference keeps the object alive up to the store below.
        let count = unsafe { &*this };
        let local = count.local.load(Ordering::Relaxed);
        if says_immortal(local) {
            return Begun::Alive;
        }
        if !count.load_owner().is(me) {
            core::hint::cold_path();
            return Begun::Foreign;
        }
        count.local.store(local - 1, Ordering::Relaxed);
        if local != 1 {
            Begun::Alive
        } else {
            core::hint::cold_path();
            Begun::LastLocal
        }
    }

    /// # Safety
    /// `begun` is what [`begin_decrement`](Self::begin_decrement) has just returned.
    #[inline]
    pub(super) unsafe fn finish_decrement(this: *const Self, begun: Begun) -> Decrement {
        // SAFETY: alive: the last local reference is ours to settle, or the shared one to subtract. The fields are all
        // atomics, so a reference to them may be older than the freeing.
        let count = unsafe { &*this };
        match begun {
            Begun::Alive => Decrement::Alive,
            Begun::LastLocal if count.is_dead_at_last_local() => Decrement::Dead,
            // SAFETY: this thread owns the object and has not merged it.
            Begun::LastLocal => unsafe { Self::last_local(this) },
            // SAFETY: not immortal, and the caller's reference is still there.
            Begun::Foreign => unsafe { Self::decrement_foreign(this) },
        }
    }

    /// Whether the object is dead now that the owner, which asks, has dropped its last own reference: nobody has ever counted
    /// in the shared word.
    #[inline(always)]
    pub(super) fn is_dead_at_last_local(&self) -> bool {
        // Acquire: partner is the release of every decrement; the uses of other threads come before the freeing.
        self.load_shared(Ordering::Acquire) == Shared::UNTOUCHED
    }

    /// The owner has dropped its last own reference, and the shared word has been touched.
    ///
    /// # Safety
    /// The calling thread owns the object, `local` is 0, and the object is alive.
    #[cold]
    unsafe fn last_local(this: *const Self) -> Decrement {
        // SAFETY: alive up to the CAS in `merge_into_shared`.
        let count = unsafe { &*this };
        count.end_ownership();
        // SAFETY: as above.
        unsafe { Self::merge_into_shared(this, 0) }
    }

    /// # Safety
    /// The calling thread acts for the owner, has set `owner` and `local` to 0, and the object is alive.
    pub(super) unsafe fn merge_into_shared(this: *const Self, more: i64) -> Decrement {
        // SAFETY: alive up to the successful CAS.
        let count = unsafe { &*this };
        let mut seen = count.load_shared(Ordering::Relaxed);
        loop {
            debug_assert!(!seen.is_merged());
            let new = seen.merged_with(more);
            let tenancy = if seen.is_wide() { wide::tenancy(this.addr()) } else { None };
            // Release: our uses come before a later freeing. Acquire: if it is dead now, the uses of others come
            // before our freeing.
            match count.shared.compare_exchange(seen.0, new.0, Ordering::AcqRel, Ordering::Relaxed) {
                Ok(_) if new == Shared::DEAD => return Decrement::Dead,
                Ok(_) => return tenancy.map_or(Decrement::Alive, wide::look),
                Err(now) => seen = Shared(now),
            }
        }
    }

    /// # Safety
    /// As for [`decrement`](Self::decrement), and the object is not immortal, nor is `local` the calling thread's.
    #[inline]
    unsafe fn decrement_foreign(this: *const Self) -> Decrement {
        // SAFETY: the caller's.
        let owner = match unsafe { Self::subtract(this) } {
            Subtracted::Alive => return Decrement::Alive,
            // SAFETY: subtracted just now.
            Subtracted::Else(before) => return unsafe { Self::after_subtraction(this, before) },
            Subtracted::Owned(owner) => owner,
        };
        if owner.is_detour() {
            core::hint::cold_path();
            // SAFETY: the caller's.
            return unsafe { Self::decrement_aside(this, owner) };
        }
        // SAFETY: the caller's.
        unsafe { Self::decrement_shared(this) }
    }

    /// [`decrement_foreign`](Self::decrement_foreign) of an object without owner, of which others are left.
    ///
    /// # Safety
    /// As for `decrement_foreign`. Only after `Owned` is the reference still there.
    #[inline(always)]
    pub(super) unsafe fn subtract(this: *const Self) -> Subtracted {
        // SAFETY: the caller's reference keeps the object alive up to the RMW.
        let count = unsafe { &*this };
        let owner = count.load_owner();
        if owner != Owner::NOBODY {
            return Subtracted::Owned(owner);
        }
        // Release: our uses come before the freeing. Partner: the acquire in `after_subtraction`, or of the merge.
        let before = Shared(count.shared.fetch_sub(Shared::ONE, Ordering::Release));
        if before.leaves_others() { Subtracted::Alive } else { Subtracted::Else(before) }
    }

    /// A decrement of an object with an owner, where that is simply a reference less. Returns whether it was; else nothing is done.
    ///
    /// # Safety
    /// As for [`decrement_foreign`](Self::decrement_foreign).
    #[inline(always)]
    pub(super) unsafe fn subtract_spare(this: *const Self) -> bool {
        // SAFETY: the caller's reference keeps the object alive up to the successful CAS.
        let count = unsafe { &*this };
        let seen = count.load_shared(Ordering::Relaxed);
        let less = seen.0.wrapping_sub(Shared::ONE);
        // Release: our uses come before the freeing by whoever merges.
        seen.can_spare_one()
            && count.shared.compare_exchange(seen.0, less, Ordering::Release, Ordering::Relaxed).is_ok()
    }

    /// What a subtraction from the word of an object without owner has come to, where that is not simply a reference less.
    ///
    /// # Safety
    /// The caller has subtracted, and `before` is what it found.
    #[inline]
    pub(super) unsafe fn after_subtraction(this: *const Self, before: Shared) -> Decrement {
        if before == Shared::DEAD.plus_one() {
            // SAFETY: dead by our subtraction, so it is ours to free.
            let count = unsafe { &*this };
            // Acquire: partner is the release of every earlier decrement.
            acquire!(count.shared);
            return Decrement::Dead;
        }
        core::hint::cold_path();
        if before.is_saturated() {
            // SAFETY: what is saturated is never freed.
            unsafe { (*this).recentre() };
        } else if before.is_wide() {
            wide::find_dead();
        }
        // Else its merge is on its way, and finds out.
        Decrement::Alive
    }

    /// # Safety
    /// As for [`decrement_foreign`](Self::decrement_foreign).
    #[inline]
    pub(super) unsafe fn decrement_shared(this: *const Self) -> Decrement {
        // SAFETY: the caller's reference keeps the object alive up to the successful CAS.
        let count = unsafe { &*this };
        let mut seen = count.load_shared(Ordering::Relaxed);
        loop {
            if seen.is_saturated() {
                return Decrement::Alive;
            }
            if seen.is_wide() {
                // SAFETY: as for this function.
                match unsafe { Self::decrement_wide_word(this, seen) } {
                    Ok(done) => return done,
                    Err(now) => {
                        seen = now;
                        continue;
                    }
                }
            }
            let queue = seen.state() < State::Queued && seen.count() <= 0;
            let new = if queue { seen.with_state(State::Queued) } else { seen.minus_one() };
            // Release: our uses come before the freeing by whoever merges or folds.
            match count.shared.compare_exchange(seen.0, new.0, Ordering::Release, Ordering::Relaxed) {
                Ok(_) if queue => return Decrement::Queued,
                Ok(_) if new == Shared::DEAD => {
                    // Acquire: partner is the release of every earlier decrement.
                    acquire!(count.shared);
                    return Decrement::Dead;
                }
                Ok(_) => return Decrement::Alive,
                Err(now) => seen = Shared(now),
            }
        }
    }

    /// The owner's id as it stands; `None` if the count was merged, or is just being merged, or the object is immortal.
    #[must_use]
    pub fn owner(&self) -> Option<ThreadId> {
        // Acquire: partner is the release in the merges. Who finds no owner may mark `local` as immortal, and that
        // mark must come after the merge's store of 0.
        Owner(self.owner.load(Ordering::Acquire)).id()
    }

    /// Gives up a queued reference of an object that was merged, or is just being merged.
    ///
    /// # Safety
    /// As for [`decrement`](Self::decrement); the caller's own decrement was queued, and it then saw no owner.
    pub(super) unsafe fn decrement_queued(this: *const Self) -> Decrement {
        // SAFETY: as for this function. The state is queued at least, so the result is never queued.
        unsafe { Self::decrement_shared(this) }
    }

    /// Merges the two halves and gives up one reference: what opening a parcel does.
    ///
    /// # Safety
    /// The calling thread owns the object or acts for its owner, and gives up a queued reference to it.
    pub(super) unsafe fn merge(this: *const Self) -> Decrement {
        // SAFETY: the queued reference keeps the object alive.
        let count = unsafe { &*this };
        let local = count.local.load(Ordering::Relaxed);
        if says_immortal(local) {
            return Decrement::Alive;
        }
        if count.owner().is_none() {
            // SAFETY: as for this function. Merged: the owner itself, or who acted for it, did so before.
            return unsafe { Self::decrement_shared(this) };
        }
        count.end_ownership();
        // SAFETY: as above.
        unsafe { Self::merge_into_shared(this, i64::from(local) - 1) }
    }

    /// One reference more, if the object is alive; for holders of a weak reference.
    ///
    /// The object must not be in its default state: [`make_weak`](Self::make_weak) comes before the first weak reference.
    ///
    /// ```
    /// use freethreaded::refcount::{Decrement, RefCount};
    /// let count = RefCount::new();
    /// count.make_weak();
    /// assert!(count.try_increment());
    /// # // SAFETY: a count without object.
    /// # unsafe { let _ = RefCount::decrement(&raw const count); }
    /// // SAFETY: the last of two references.
    /// assert_eq!(unsafe { RefCount::decrement(&raw const count) }, Decrement::Dead);
    /// assert!(!count.try_increment());
    /// ```
    #[inline]
    pub fn try_increment(&self) -> bool {
        let local = self.local.load(Ordering::Relaxed);
        if says_immortal(local) {
            return true;
        }
        let owner = self.load_owner();
        if owner.is(current_id()) {
            // 0: the owner's fast path has freed it, and its destructor is running.
            if local == 0 {
                return false;
            }
            self.local.store(local + 1, Ordering::Relaxed);
            return true;
        }
        // While it is in the table of wide objects it is not destroyed, and its address is that of no other object while a weak reference keeps
        // the memory: so a step needs no reference.
        let address = core::ptr::from_ref(self).addr();
        if owner.is_detour() && runtime::with_me(|me| wide::increment_usual(address, me)) {
            return true;
        }
        let mut seen = self.load_shared(Ordering::Relaxed);
        loop {
            if seen == Shared::UNTOUCHED || seen == Shared::DEAD {
                return false;
            }
            let new = seen.plus(1);
            // Acquire: partner is the release in `publish`, and of whoever gave us the weak reference.
            match self.shared.compare_exchange(seen.0, new.0, Ordering::Acquire, Ordering::Relaxed) {
                Ok(_) => return true,
                Err(now) => seen = Shared(now),
            }
        }
    }

    /// Moves the object out of its default state, so that [`try_increment`](Self::try_increment) may be used on it.
    /// The caller holds a reference.
    pub fn make_weak(&self) {
        // Relaxed: the state guards nothing but this word, and the caller's reference keeps the object alive.
        let mut seen = self.load_shared(Ordering::Relaxed);
        while seen.state() == State::Default {
            let new = seen.with_state(State::Weak);
            match self.shared.compare_exchange(seen.0, new.0, Ordering::Relaxed, Ordering::Relaxed) {
                Ok(_) => return,
                Err(now) => seen = Shared(now),
            }
        }
    }

    /// Whether the object is never destroyed.
    #[inline]
    #[must_use]
    pub fn is_immortal(&self) -> bool {
        says_immortal(self.local.load(Ordering::Relaxed))
    }

    /// Makes the object immortal if the calling thread may: it owns the object, or nobody does. Otherwise returns `false`
    /// and does nothing; [`make_immortal`](super::make_immortal) then asks the owner.
    ///
    /// The caller holds a reference; it and all others become uncounted.
    pub(super) fn make_immortal_here(&self) -> bool {
        if self.is_immortal() {
            return true;
        }
        if self.is_mine_here() || self.owner().is_none() {
            self.make_immortal_for_owner();
            return true;
        }
        false
    }

    /// Makes the object immortal. The calling thread owns the object or acts for its owner, or the object is merged.
    pub(super) fn make_immortal_for_owner(&self) {
        if self.is_immortal() {
            return;
        }
        // A reference that is never given up: threads that do not see the mark yet cannot count down to zero.
        // Relaxed: as an increment.
        let before = Shared(self.shared.fetch_add(Shared::ONE, Ordering::Relaxed));
        if before.is_saturated() {
            self.recentre();
        }
        // Relaxed: a thread that gets a reference from one that saw the mark sees the mark, by coherence; so no
        // reference that was not counted is ever subtracted.
        self.local.store(IMMORTAL, Ordering::Relaxed);
        self.owner.store(ThreadId::NOBODY, Ordering::Relaxed);
    }

    /// The number of references: exact when the calling thread is the owner or the object is merged, and no
    /// other thread counts meanwhile; else a snapshot that never was. `usize::MAX` if immortal.
    #[must_use]
    pub fn references(&self) -> usize {
        if self.is_immortal() {
            return usize::MAX;
        }
        self.open_mail_if_queued();
        let local = self.local.load(Ordering::Relaxed);
        let shared = self.load_shared(Ordering::Relaxed);
        let cells = if shared.is_wide() { wide::cells_of(self) } else { 0 };
        usize::try_from(i64::from(local) + i64::from(shared.count()) + cells).unwrap_or(0)
    }

    /// What was dropped elsewhere may lie in the owner's mailbox, and is not to be counted. On a detour too, for an object that was queued before it.
    pub(super) fn open_mail_if_queued(&self) {
        if self.state() == State::Queued && self.load_owner().id().is_some_and(|id| id.get() == current_id())
        {
            runtime::open_mail();
        }
    }

    /// The state of the shared half.
    #[must_use]
    pub fn state(&self) -> State {
        self.load_shared(Ordering::Relaxed).state()
    }

    /// Fails the model unless every access to the count happens before this.
    #[cfg(loom)]
    pub(crate) fn assert_exclusive(&mut self) {
        for field in [&mut self.owner, &mut self.local, &mut self.shared] {
            field.with_mut(|_| ());
        }
    }

    /// Whether the object never left its default state, so that nobody has a weak reference. The caller has found it
    /// dead.
    #[inline]
    pub(super) fn never_weak(&self) -> bool {
        self.load_shared(Ordering::Relaxed) == Shared::UNTOUCHED
    }
}

/// For the table test.
#[cfg(all(test, not(loom)))]
impl RefCount {
    pub(super) const fn from_parts(owner: u32, local: u32, shared: Shared) -> Self {
        Self::with_fields(owner, local, shared)
    }

    pub(super) fn parts(&self) -> (u32, u32, Shared) {
        let owner = self.owner.load(Ordering::Relaxed);
        (owner, self.local.load(Ordering::Relaxed), self.load_shared(Ordering::Relaxed))
    }
}

impl Default for RefCount {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for RefCount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shared = self.load_shared(Ordering::Relaxed);
        f.debug_struct("RefCount")
            .field("owner", &self.owner())
            .field("local", &self.local.load(Ordering::Relaxed))
            .field("shared", &shared.count())
            .field("state", &shared.state())
            .finish()
    }
}

const _: () = assert!(cfg!(loom) || size_of::<RefCount>() == 12);
