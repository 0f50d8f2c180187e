//! Objects that carry their own count: what a runtime with its own header implements, and what `Brc` is made of.

use super::erased::{discard, erase, is_thin, peek, restore};
use super::hot::{self, Advice};
use super::owner::Owner;
use super::shared::Shared;
use super::wide::{self, Step, Tenancy};
use super::word::{Begun, Decrement, RefCount, Subtracted};
use crate::runtime::{self, Delivery, Garbage, Me, Parcel};

/// An object with an embedded [`RefCount`]: what a runtime implements for objects with a header of its own.
///
/// | to do | with |
/// |---|---|
/// | make an object, for this thread, another, all, or for ever | [`RefCount::new`], [`new_owned`](RefCount::new_owned), [`new_merged`](RefCount::new_merged), [`new_immortal`](RefCount::new_immortal) |
/// | copy and drop references, one or many | [`retain`], [`release`]; [`RefCount::increment_by`], [`release_many`](super::release_many) |
/// | write in place to what nobody else sees | [`RefCount::is_unique`] |
/// | weak references | [`RefCount::make_weak`] before the first, then [`RefCount::try_increment`]; keeping the header's memory is the runtime's |
/// | make an object immortal | [`make_immortal`] |
/// | give objects to another thread | [`RefCount::transfer`], or [`disown`](RefCount::disown) and [`adopt`](RefCount::adopt) |
/// | count what all threads use at once | [`share_widely`] |
/// | run a finalizer, which may store the object | [`finalize`](super::finalize) |
/// | keep objects in [`Dict`](crate::Dict) and [`List`](crate::List) | [`SharedPtr`](super::SharedPtr) for the runtime's pointer type |
/// | let others merge while a thread blocks | [`Attached::detach`](crate::Attached::detach) |
/// | see what happened | [`runtime::stats`](crate::runtime::stats), [`shared_widely`] |
///
/// `examples/embed.rs` in the repository is a small dynamic object model that uses all of it.
///
/// ```
/// use freethreaded::refcount::{Counted, RefCount, release, retain};
///
/// #[repr(C)]
/// struct Object {
///     count: RefCount,
///     text: String,
/// }
///
/// // SAFETY: the count is where `count` says, `destroy` frees what `Box::into_raw` gave, and `Object` is Send and Sync.
/// unsafe impl Counted for Object {
///     unsafe fn count(this: *const Self) -> *const RefCount {
///         // SAFETY: `this` points to an object.
///         unsafe { &raw const (*this).count }
///     }
///     unsafe fn destroy(this: *mut Self) {
///         // SAFETY: the last reference is gone.
///         drop(unsafe { Box::from_raw(this) });
///     }
/// }
///
/// let object = Box::into_raw(Box::new(Object { count: RefCount::new(), text: "shared".into() }));
/// // SAFETY: one reference from the start, one more here, two given up.
/// unsafe {
///     retain(object);
///     assert_eq!((*object).text, "shared");
///     release(object);
///     release(object);
/// }
/// ```
///
/// # Safety
/// - `count` returns a pointer into the object, the same for its whole life.
/// - `destroy` is sound to call on any thread once the last reference is gone. So a type whose references reach other threads
///   is `Send` and `Sync` and borrows nothing; one whose references stay on one thread may be anything, and is destroyed there.
/// - References are given up with [`release`], or with [`RefCount::decrement`] and the result acted on.
pub unsafe trait Counted {
    /// The object's count.
    ///
    /// # Safety
    /// `this` points to an object that is not destroyed.
    unsafe fn count(this: *const Self) -> *const RefCount;

    /// Destroys the object and frees its memory. May run user code, and may find that this has stored the object again: see
    /// [`finalize`](super::finalize).
    ///
    /// # Safety
    /// The last reference to `this` is gone.
    unsafe fn destroy(this: *mut Self);

    /// [`destroy`](Self::destroy) of an object that nobody but its owner ever counted, and that was never
    /// [made weak](RefCount::make_weak): most objects end so. To be overridden where that saves a look at weak references;
    /// it does all else that `destroy` does, finalizers included.
    ///
    /// # Safety
    /// As for `destroy`, and the calling thread owned the object.
    #[inline]
    unsafe fn destroy_unshared(this: *mut Self) {
        // SAFETY: the caller's.
        unsafe { Self::destroy(this) }
    }

    /// The object's size in bytes, for the bounds of delayed destruction. Asked under locks of the crate: neither panics nor uses the crate.
    ///
    /// # Safety
    /// `this` points to an object that is not destroyed.
    unsafe fn bytes(this: *const Self) -> usize {
        // SAFETY: the caller's.
        unsafe { size_of_val(&*this) }
    }
}

/// One reference more.
///
/// # Safety
/// The caller holds a reference to `object`, or something that keeps one alive.
#[inline]
pub unsafe fn retain<T: ?Sized + Counted>(object: *const T) {
    // SAFETY: the object is alive.
    unsafe { (*T::count(object)).increment() }
}

/// One reference less; destroys the object if it was the last, or hands the reference to the thread that owns the object.
///
/// # Safety
/// The caller holds a reference to `object` and gives it up.
#[inline]
pub unsafe fn release<T: ?Sized + Counted>(object: *mut T) {
    runtime::with_me(|me| {
        // SAFETY: the caller's reference.
        match unsafe { RefCount::begin_decrement(T::count(object), me.id()) } {
            Begun::Alive => {}
            // SAFETY: as above.
            Begun::LastLocal => unsafe { release_last_local(object) },
            // SAFETY: as above.
            Begun::Foreign => unsafe { release_foreign(object, me) },
        }
    });
}

/// Out of line, so that a drop costs its caller little code.
///
/// # Safety
/// `begin_decrement` has just returned `LastLocal` for `object`.
#[inline(never)]
unsafe fn release_last_local<T: ?Sized + Counted>(object: *mut T) {
    // SAFETY: alive, since the last local reference is not settled yet.
    if unsafe { (*T::count(object)).is_dead_at_last_local() } {
        // SAFETY: the last reference is gone, and the shared word untouched.
        return unsafe { T::destroy_unshared(object) };
    }
    // SAFETY: the caller's.
    unsafe { release_rest(object, Begun::LastLocal) }
}

/// Not cold: threads that own nothing come here with every drop. The usual case makes no call and keeps no register.
///
/// # Safety
/// `begin_decrement` has just returned `Foreign` for `object`.
#[inline(never)]
unsafe fn release_foreign<T: ?Sized + Counted>(object: *mut T, me: &Me) {
    if hot::is_due(me) {
        // SAFETY: the caller's.
        return unsafe { release_and_look(object) };
    }
    // SAFETY: the caller's.
    match unsafe { RefCount::subtract(T::count(object)) } {
        Subtracted::Alive => {}
        // SAFETY: nothing is done yet.
        Subtracted::Owned(owner) if owner.is_detour() => unsafe { release_aside(object, owner, me) },
        // SAFETY: the same, both.
        Subtracted::Owned(_) => unsafe {
            if !RefCount::subtract_spare(T::count(object)) {
                release_rest(object, Begun::Foreign);
            }
        },
        // SAFETY: subtracted just now.
        Subtracted::Else(before) => unsafe { release_subtracted(object, before) },
    }
}

/// # Safety
/// As for [`release_foreign`]; the owner word is on a detour.
#[inline(never)]
unsafe fn release_aside<T: ?Sized + Counted>(object: *mut T, owner: Owner, me: &Me) {
    if !owner.is_aside(me.id()) {
        // SAFETY: the caller's reference keeps it alive.
        match wide::decrement_usual(unsafe { T::count(object) }.addr(), me) {
            Step::Done => return,
            // SAFETY: our reference is given up, and it was asked where the object is before.
            Step::Look(tenancy) => return unsafe { release_looking(object, tenancy) },
            Step::Impossible => {}
        }
    }
    // SAFETY: the caller's.
    unsafe { release_rest(object, Begun::Foreign) }
}

/// # Safety
/// The caller has held a reference to `object` when it asked for `tenancy`, and given it up since.
#[cold]
#[inline(never)]
unsafe fn release_looking<T: ?Sized + Counted>(object: *mut T, tenancy: Tenancy) {
    // SAFETY: what the look finds is the object of that tenancy, or nothing; if it is queued, the look has made the reference.
    unsafe { act_on(object, wide::look(tenancy)) }
}

/// # Safety
/// As for [`release_foreign`].
#[cold]
#[inline(never)]
unsafe fn release_and_look<T: ?Sized + Counted>(object: *mut T) {
    // SAFETY: the caller's reference.
    unsafe { reconsider(object) };
    // SAFETY: the caller's.
    unsafe { release_rest(object, Begun::Foreign) }
}

/// # Safety
/// The caller's reference was subtracted from the shared word, which was `before`.
#[inline(never)]
unsafe fn release_subtracted<T: ?Sized + Counted>(object: *mut T, before: Shared) {
    // SAFETY: the caller's; `before` is what the subtraction found.
    unsafe { act_on(object, RefCount::after_subtraction(T::count(object), before)) }
}

/// # Safety
/// `begun` is what `begin_decrement` has just returned for `object`.
#[inline(never)]
unsafe fn release_rest<T: ?Sized + Counted>(object: *mut T, begun: Begun) {
    // SAFETY: the caller's.
    unsafe { act_on(object, RefCount::finish_decrement(T::count(object), begun)) }
}

/// Does what is left to do after a decrement.
///
/// # Safety
/// A decrement of `object`, of references that the caller gave up, has just come to `outcome`.
#[inline(always)]
pub(super) unsafe fn act_on<T: ?Sized + Counted>(object: *mut T, outcome: Decrement) {
    match outcome {
        Decrement::Alive => {}
        // SAFETY: the last reference is gone.
        Decrement::Dead => unsafe { T::destroy(object) },
        // SAFETY: the reference was queued, so it is still ours.
        Decrement::Queued => unsafe { hand_over(object) },
    }
}

/// Has an object counted otherwise, if that is found to be better.
///
/// # Safety
/// The caller holds a reference to `object`, which the calling thread does not own.
#[cold]
#[inline(never)]
unsafe fn reconsider<T: ?Sized + Counted>(object: *mut T) {
    // SAFETY: the caller's reference keeps it alive, also below.
    let count = unsafe { &*T::count(object) };
    match hot::look(count) {
        Advice::Nothing => {}
        // SAFETY: the caller's; and another thread has changed the count while this one looked, for which it takes a reference.
        Advice::Widen => _ = unsafe { share_widely(object) },
        Advice::Narrow => wide::narrow(count),
        // SAFETY: the caller's.
        Advice::Merge => unsafe { ask_to_merge(object) },
    }
}

/// Asks the owner of `object` to merge when it comes to its mailbox. At once if the owner is away.
///
/// # Safety
/// The caller holds a reference to `object`.
pub(super) unsafe fn ask_to_merge<T: ?Sized + Counted>(object: *mut T) {
    // SAFETY: the caller's reference keeps it alive.
    let count = unsafe { &*T::count(object) };
    let Some(owner) = count.owner() else { return };
    if !count.queue_merge() {
        return;
    }
    // SAFETY: `merge_parcel` merges once, for the owner, and runs no user code.
    let parcel = unsafe { Parcel::new(erase(object), merge_parcel::<T>) };
    match runtime::deliver(owner, parcel) {
        Delivery::Left | Delivery::Opened(None) => {}
        Delivery::Opened(Some(_)) => unreachable!("the caller has a reference too"),
    }
}

/// Hands a queued reference to the owner of `object`, or drops it on the owner's behalf if that thread is away or has
/// finished. This is what a caller of [`RefCount::decrement`] does on [`Decrement::Queued`].
///
/// May destroy the object, and other objects that their owners have left undone past a bound.
///
/// # Safety
/// The caller's decrement of `object` was queued, and it has not handed it over yet.
#[cold]
#[inline(never)]
pub unsafe fn hand_over<T: ?Sized + Counted>(object: *mut T) {
    // SAFETY: as for this function.
    match unsafe { settle_queued(object) } {
        // Not delayed: on its own thread an object that is not Send is destroyed in this call.
        // SAFETY: the last reference is gone, and nothing but counted references led to the object.
        Decrement::Dead => unsafe { T::destroy(object) },
        Decrement::Queued => runtime::run_overdue_orphans(),
        Decrement::Alive => {}
    }
}

/// [`hand_over`], but leaves the destroying to the caller, and runs no user code.
///
/// # Safety
/// As for [`hand_over`].
pub(super) unsafe fn settle_queued<T: ?Sized + Counted>(object: *mut T) -> Decrement {
    // SAFETY: the queued reference keeps the object alive.
    let owner = unsafe { (*T::count(object)).owner() };
    let Some(owner) = owner else {
        // SAFETY: queued, and no owner.
        return unsafe { RefCount::decrement_queued(T::count(object)) };
    };
    // SAFETY: `merge_parcel` merges once, for the owner, and runs no user code.
    let parcel = unsafe { Parcel::new(erase(object), merge_parcel::<T>) };
    match runtime::deliver(owner, parcel) {
        Delivery::Left => Decrement::Queued,
        Delivery::Opened(None) => Decrement::Alive,
        Delivery::Opened(Some(garbage)) => {
            // SAFETY: `merge_parcel` has left it to what it found dead.
            unsafe { discard::<T>(garbage.object) };
            Decrement::Dead
        }
    }
}

/// Has the references of threads that do not own `object` counted in cells of those threads, from now on and until the object dies or
/// is found to be used by few. Returns whether that is so; not if the object is immortal, its pointer is fat, or no place is left.
///
/// Worth it for an object that several threads clone and drop at the same moment: they do not write to memory that others read. Hot objects
/// are found without being told, see [`set_adaptive`]. At most 128 objects are counted so at a time. The end of
/// such an object may be found late: see the [guide](super#when-an-object-is-destroyed).
///
/// # Safety
/// The caller holds a reference to `object`, and references to it may go from thread to thread: it is `Send`, `Sync` and `'static`.
#[cold]
#[inline(never)]
pub unsafe fn share_widely<T: ?Sized + Counted>(object: *mut T) -> bool {
    if !is_thin::<T>() {
        return false;
    }
    // SAFETY: the caller's reference keeps it alive.
    let (count, bytes) = unsafe { (&*T::count(object), T::bytes(object)) };
    // SAFETY: run once, when the object is dead.
    let garbage = unsafe { Garbage::new(object.cast(), destroy_erased::<T>, bytes) };
    // SAFETY: the caller's reference.
    unsafe { wide::widen(count, garbage, settle_erased::<T>) }
}

/// Whether objects that several threads clone and drop at the same moment are [shared widely](share_widely) by themselves. On by default; for
/// the whole process. Objects that are shared widely stay so.
///
/// ```
/// use freethreaded::refcount::{is_adaptive, set_adaptive};
/// set_adaptive(false);
/// assert!(!is_adaptive());
/// # set_adaptive(true);
/// ```
pub fn set_adaptive(on: bool) {
    hot::set(on);
}

/// What [`set_adaptive`] has set.
#[must_use]
pub fn is_adaptive() -> bool {
    hot::is_on()
}

/// How many objects are [shared widely](share_widely) at the moment, of the 128 that can be.
///
/// ```
/// use freethreaded::{Brc, refcount::shared_widely};
/// let config = Brc::new("settings");
/// assert!(Brc::share_widely(&config));
/// assert_eq!(shared_widely(), 1);
/// ```
#[must_use]
pub fn shared_widely() -> usize {
    wide::occupied()
}

/// # Safety
/// The `T` at `object` is alive by a queued reference, which this gives up.
unsafe fn settle_erased<T: ?Sized + Counted>(object: *mut ()) -> bool {
    // SAFETY: the caller's.
    unsafe { settle_queued(peek::<T>(object)) == Decrement::Dead }
}

/// Opens a parcel: merges, and says what to destroy.
///
/// # Safety
/// `erased` is a `T` with a queued reference, which this gives up; the calling thread owns it or acts for its owner.
unsafe fn merge_parcel<T: ?Sized + Counted>(erased: *mut ()) -> Option<Garbage> {
    // SAFETY: the queued reference keeps the object alive.
    let (count, bytes) = unsafe {
        let object: *mut T = peek(erased);
        (T::count(object), T::bytes(object))
    };
    // SAFETY: as for this function.
    match unsafe { RefCount::merge(count) } {
        // SAFETY: dead, and `Counted` allows any thread to destroy an object that others had references to.
        Decrement::Dead => Some(unsafe { Garbage::new(erased, destroy_erased::<T>, bytes) }),
        Decrement::Alive | Decrement::Queued => {
            // SAFETY: the parcel is used up.
            unsafe { discard::<T>(erased) };
            None
        }
    }
}

/// # Safety
/// The last reference to the `T` that `erased` is, is gone.
unsafe fn destroy_erased<T: ?Sized + Counted>(erased: *mut ()) {
    // SAFETY: the caller's.
    unsafe { T::destroy(restore(erased)) }
}

/// Makes `object` immortal: from then on, references to it cost nothing and it is never destroyed.
///
/// At once if the calling thread owns it, or nobody does, or the owner is away; else as soon as the owner comes to its mailbox.
///
/// # Safety
/// The caller holds a reference to `object`.
pub unsafe fn make_immortal<T: ?Sized + Counted>(object: *mut T) {
    // SAFETY: the caller's reference keeps it alive.
    let count = unsafe { &*T::count(object) };
    if count.make_immortal_here() {
        return;
    }
    let Some(owner) = count.owner() else {
        count.make_immortal_for_owner();
        return;
    };
    // The parcel's own reference, which keeps the object alive on the way and is never given up.
    count.increment();
    // SAFETY: `immortal_parcel` is what the owner, or who acts for it, may do, and runs no user code.
    let parcel = unsafe { Parcel::new(erase(object), immortal_parcel::<T>) };
    match runtime::deliver(owner, parcel) {
        Delivery::Left | Delivery::Opened(None) => {}
        Delivery::Opened(Some(_)) => unreachable!("nothing dies of immortality"),
    }
}

/// # Safety
/// `erased` is a live `T` with a reference that is given up to immortality; the calling thread owns it or acts for its owner.
unsafe fn immortal_parcel<T: ?Sized + Counted>(erased: *mut ()) -> Option<Garbage> {
    // SAFETY: the parcel's reference keeps it alive, and the parcel is used up.
    unsafe { (*T::count(restore::<T>(erased))).make_immortal_for_owner() };
    None
}
