//! Resurrection: an object that is being destroyed gets a reference again.
//!
//! A finalizer is user code that sees the object once more, and may store it. So the object must be referred to while it runs. What it was when it died does not
//! matter: it begins anew, with one reference, owned by the thread that destroys it.
//!
//! | found dead as | who may look meanwhile | becomes |
//! |---|---|---|
//! | `local` = 0, `shared` untouched | nobody: there was never a weak reference | `local` = 1, `shared` untouched |
//! | `shared` = (0, merged) | who upgrades a weak reference: fails | `local` = 1, `owner` = this thread, then `shared` := (0, weak), release |
//! | either, on a thread without id | the same | `shared` := (1, merged) |
//!
//! The second row is what `RefCount::publish` does. An upgrade changes nothing in a dead word, so the plain store loses nothing; one that comes behind it acquires it, finds
//! one reference at least, and gives another.
//!
//! Checked by: `loom-tests/tests/loom_embed.rs`.

use super::counted::{Counted, settle_queued};
use super::shared::{Shared, State};
use super::word::{Decrement, RefCount};
use crate::runtime::{ThreadId, id_for_new_object};
use crate::sync::atomic::Ordering;

/// What a finalizer left of an object. See [`finalize`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use = "what is dead must be destroyed, what is not must be left alone"]
pub enum Finalized {
    /// Nobody refers to the object: the caller goes on to destroy it.
    Dead,
    /// There are references again: the caller does not touch the object any more. [`Counted::destroy`] is called again when they are gone.
    Resurrected,
}

impl RefCount {
    /// Gives a dead object a first reference again, which is the caller's, and the calling thread as its owner.
    ///
    /// For [`Counted::destroy`], before it runs user code that may store the object; [`finalize`] is this with its other half.
    /// References may then be made and stored as of any object. The caller's goes with [`decrement`](Self::decrement), whose result says
    /// whether the object is dead after all; if it is `Alive`, the caller does not touch it any more.
    ///
    /// Weak references that were there before work again from this call on. A runtime that wants it otherwise clears them before.
    ///
    /// # Safety
    /// The object was found dead, its destruction is the caller's, and has not begun.
    ///
    /// ```
    /// use freethreaded::refcount::{Decrement, RefCount};
    /// let count = RefCount::new();
    /// // SAFETY: the only reference; then the one that `resurrect` makes, and one more.
    /// unsafe {
    ///     assert_eq!(RefCount::decrement(&count), Decrement::Dead);
    ///     count.resurrect();
    ///     count.increment();
    ///     assert_eq!(RefCount::decrement(&count), Decrement::Alive);
    ///     assert_eq!(RefCount::decrement(&count), Decrement::Dead);
    /// }
    /// ```
    pub unsafe fn resurrect(&self) {
        debug_assert!(self.references() == 0 && !self.is_wide(), "only what is dead is resurrected");
        if !self.never_weak() {
            return self.publish();
        }
        // Relaxed, all: nobody else can look, and whoever gets a reference sees it through what hands that over.
        match id_for_new_object() {
            ThreadId::NO_ONE => {
                self.owner.store(ThreadId::NOBODY, Ordering::Relaxed);
                self.shared.store(Shared::new(1, State::Merged).0, Ordering::Relaxed);
            }
            id => {
                self.owner.store(id, Ordering::Relaxed);
                self.local.store(1, Ordering::Relaxed);
            }
        }
    }
}

/// Runs the finalizer of a dead object, which may store references to it, and says whether the object is dead still.
///
/// What [`Counted::destroy`] calls first in a runtime with finalizers. The object is alive while `finalizer` runs: it can be retained, released and put
/// into containers, and weak references lead to it. If it is stored, `destroy` is called again when the new references are gone, on any thread;
/// so an object whose finalizer is to run once has a flag of its own for that. (CPython has one, runs the finalizer before it clears the weak
/// references of an object whose count has come to zero, and clears them first for garbage in cycles.)
///
/// # Panics
/// If `finalizer` does. The object is then leaked.
///
/// # Safety
/// Called by [`Counted::destroy`] of `object`, before anything of it is destroyed; on `Resurrected`, `destroy` returns without touching the object.
///
/// ```
/// use std::sync::atomic::{AtomicPtr, Ordering};
/// use freethreaded::refcount::{Counted, Finalized, RefCount, finalize, release, retain};
///
/// static SAVED: AtomicPtr<Phoenix> = AtomicPtr::new(std::ptr::null_mut());
///
/// struct Phoenix { count: RefCount, lives: u32 }
///
/// // SAFETY: the count is where `count` says, `destroy` frees what `Box::into_raw` gave, and `Phoenix` is Send and Sync.
/// unsafe impl Counted for Phoenix {
///     unsafe fn count(this: *const Self) -> *const RefCount {
///         // SAFETY: `this` points to an object.
///         unsafe { &raw const (*this).count }
///     }
///     unsafe fn destroy(this: *mut Self) {
///         // SAFETY: dead, so nobody else uses it; and what is stored has a reference.
///         unsafe {
///             if (*this).lives > 0 {
///                 (*this).lives -= 1;
///                 let fate = finalize(this, || {
///                     retain(this);
///                     SAVED.store(this, Ordering::Release);
///                 });
///                 if fate == Finalized::Resurrected {
///                     return;
///                 }
///             }
///             drop(Box::from_raw(this));
///         }
///     }
/// }
///
/// let phoenix = Box::into_raw(Box::new(Phoenix { count: RefCount::new(), lives: 1 }));
/// // SAFETY: the reference from the start; then the one that the finalizer stored.
/// unsafe {
///     release(phoenix);
///     let saved = SAVED.load(Ordering::Acquire);
///     assert_eq!((*saved).lives, 0);
///     release(saved);
/// }
/// ```
pub unsafe fn finalize<T: ?Sized + Counted>(object: *mut T, finalizer: impl FnOnce()) -> Finalized {
    // SAFETY: the object is dead, and its destruction the caller's.
    unsafe { (*T::count(object)).resurrect() };
    finalizer();
    // SAFETY: the reference from `resurrect`, which is given up; a queued one is settled.
    let outcome = unsafe {
        match RefCount::decrement(T::count(object)) {
            // The finalizer has given the ownership away.
            Decrement::Queued => settle_queued(object),
            outcome => outcome,
        }
    };
    match outcome {
        Decrement::Dead => Finalized::Dead,
        Decrement::Alive | Decrement::Queued => Finalized::Resurrected,
    }
}
