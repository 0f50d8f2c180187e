//! What a container asks of the pointers that it holds.

use core::ptr::NonNull;
use std::sync::Arc;

use super::brc::Brc;
use super::counted::retain;
use super::inner::Inner;

/// A counted pointer of one word that containers can keep in an atomic slot: [`Brc`], [`Arc`], or a runtime's own.
///
/// A container keeps one reference per slot as a raw pointer. Readers load the pointer and borrow the target or add a reference,
/// with no lock; that is sound because a container that gives its reference up drops it a grace period later.
///
/// One word, so `Brc<str>`, `Brc<[T]>` and `Brc<dyn Trait>`, which are two, are not among them: a slot of two words could not be read in one
/// moment. A `Brc<Brc<str>>` is.
///
/// # Safety
/// - `into_raw` and `from_raw` are inverse, and the pointer stays valid as long as the reference that was
///   turned into it exists.
/// - `borrow` and `increment` may be called on it from any thread during that time. `increment` adds a reference, runs no user code
///   and does not panic.
/// - Dropping `Self` is allowed on any thread, at any later time (hence the bounds).
pub unsafe trait SharedPtr: Clone + Send + Sync + 'static {
    /// What it points to.
    type Target;

    /// Turns the reference into a pointer.
    fn into_raw(this: Self) -> NonNull<()>;

    /// Turns the pointer back into the reference.
    ///
    /// # Safety
    /// `raw` came from `into_raw`, and the reference is taken back once.
    unsafe fn from_raw(raw: NonNull<()>) -> Self;

    /// The target.
    ///
    /// # Safety
    /// `raw` came from `into_raw`, and that reference exists during `'a`.
    unsafe fn borrow<'a>(raw: NonNull<()>) -> &'a Self::Target;

    /// Adds a reference.
    ///
    /// # Safety
    /// `raw` came from `into_raw`, and that reference exists during the call.
    unsafe fn increment(raw: NonNull<()>);

    /// Bytes that a drop may free, as far as the type tells; counted towards the bounds of delayed reclamation.
    fn bytes() -> usize {
        size_of::<Self::Target>()
    }
}

// SAFETY: the pointer is to the object; the rest is what `Brc` does on any thread.
unsafe impl<T: Send + Sync + 'static> SharedPtr for Brc<T> {
    type Target = T;

    #[inline]
    fn into_raw(this: Self) -> NonNull<()> {
        Brc::into_inner_ptr(this).cast()
    }

    #[inline]
    unsafe fn from_raw(raw: NonNull<()>) -> Self {
        // SAFETY: the caller's.
        unsafe { Brc::from_inner(raw.cast()) }
    }

    #[inline]
    unsafe fn borrow<'a>(raw: NonNull<()>) -> &'a T {
        // SAFETY: the reference keeps the object alive.
        unsafe { &(*raw.cast::<Inner<T>>().as_ptr()).value }
    }

    #[inline]
    unsafe fn increment(raw: NonNull<()>) {
        // SAFETY: the reference keeps the object alive.
        unsafe { retain(raw.cast::<Inner<T>>().as_ptr()) }
    }

    fn bytes() -> usize {
        size_of::<Inner<T>>()
    }
}

// SAFETY: the documented raw functions of `Arc`, which allow all of this.
unsafe impl<T: Send + Sync + 'static> SharedPtr for Arc<T> {
    type Target = T;

    #[inline]
    fn into_raw(this: Self) -> NonNull<()> {
        // SAFETY: `Arc` pointers are not null.
        unsafe { NonNull::new_unchecked(Arc::into_raw(this).cast_mut().cast()) }
    }

    #[inline]
    unsafe fn from_raw(raw: NonNull<()>) -> Self {
        // SAFETY: the caller's.
        unsafe { Arc::from_raw(raw.as_ptr().cast()) }
    }

    #[inline]
    unsafe fn borrow<'a>(raw: NonNull<()>) -> &'a T {
        // SAFETY: the reference keeps the value alive.
        unsafe { raw.cast().as_ref() }
    }

    #[inline]
    unsafe fn increment(raw: NonNull<()>) {
        // SAFETY: the reference keeps the value alive.
        unsafe { Arc::increment_strong_count(raw.as_ptr().cast::<T>()) }
    }
}
