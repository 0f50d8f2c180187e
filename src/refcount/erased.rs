//! Pointers to objects of every kind as one word, for parcels and garbage.
//!
//! A pointer of one word is itself. A fat pointer moves into a block of its own, which goes when the word is restored; only
//! references that are handed to another thread pay for that.

use core::alloc::Layout;
use core::mem;
use core::ptr::NonNull;

use crate::heap;

pub(super) const fn is_thin<T: ?Sized>() -> bool {
    size_of::<*mut T>() == size_of::<*mut ()>()
}

/// `pointer` as one word, to be given to [`restore`] or [`discard`] once.
#[inline]
pub(super) fn erase<T: ?Sized>(pointer: *mut T) -> *mut () {
    if is_thin::<T>() {
        return pointer.cast();
    }
    let block = heap::allocate(Layout::new::<*mut T>()).cast::<*mut T>();
    // SAFETY: freshly allocated for this type.
    unsafe { block.write(pointer) };
    block.as_ptr().cast()
}

/// The pointer that was erased; the word stays good.
///
/// # Safety
/// `erased` came from [`erase`] of a `*mut T`, and was not given back.
#[inline]
pub(super) unsafe fn peek<T: ?Sized>(erased: *mut ()) -> *mut T {
    if is_thin::<T>() {
        // SAFETY: a pointer of one word is the address alone, for every `T`.
        unsafe { mem::transmute_copy(&erased) }
    } else {
        // SAFETY: the block that `erase` wrote.
        unsafe { *erased.cast::<*mut T>() }
    }
}

/// Gives the word back.
///
/// # Safety
/// As for [`peek`]; `erased` is not used again.
#[inline]
pub(super) unsafe fn discard<T: ?Sized>(erased: *mut ()) {
    if !is_thin::<T>() {
        // SAFETY: the block that `erase` allocated with this layout.
        unsafe { heap::deallocate(NonNull::new_unchecked(erased).cast(), Layout::new::<*mut T>()) }
    }
}

/// The pointer that was erased, for the word.
///
/// # Safety
/// As for [`discard`].
#[inline]
pub(super) unsafe fn restore<T: ?Sized>(erased: *mut ()) -> *mut T {
    // SAFETY: the caller's.
    unsafe {
        let pointer = peek(erased);
        discard::<T>(erased);
        pointer
    }
}
