//! Feature `arc-swap`: a `Brc` in `ArcSwapAny`, whose readers mostly borrow and do not count.

use arc_swap::RefCnt;

use crate::Brc;

// SAFETY: what `RefCnt` asks, point by point.
//
// - `into_ptr`, `as_ptr` and `from_ptr` are `Brc`'s raw functions: one pointer, the value's, for the life of the object.
// - Equal pointers are of one object, also where the value has no size: a value comes behind the header of its block, so
//   two values at one address would have blocks that overlap. The same keeps an `Arc`'s address apart from ours. The address is a multiple
//   of 4, as that of the header is, so it is none of the small numbers that arc-swap keeps in the place of a pointer.
// - References cancel each other out whoever counts them: those in existence are the sum of both halves of the count, so
//   one that the owner adds in `local` may be dropped by another thread in `shared`, and the other way round. A thread that pays
//   the debt of another increments as itself, with a reference of its own that keeps the object alive; the debtor then
//   drops as itself. It acquires the payment first (the failed exchange on the debt), so by coherence its
//   decrement meets a count that has the payment in it.
// - An unpaid debt is a `Brc` that is not counted. Only `&Brc` of it can be had: `clone` counts on top of the container's reference
//   or of the writer's, who pays before giving up; `get_mut` and the like need `&mut` or the `Brc` itself, for which arc-swap pays.
// - Counting never unwinds. A drop can run destructors, as `Arc`'s, but also when it is not the last: of objects that others have left
//   undone past a bound (see `hand_over`). Where arc-swap drops, it has no state of its own open that a nested use could meet, and an
//   unwinding destructor leaks a reference at most.
// - `Brc` is `Unpin`, and what it points to does not move with it.
//
// `Send` and `Sync` of the container follow those of `Brc<T>`, so a `Brc` that must stay on its thread does. Another
// thread then never has the pointer that it would have to have to touch its count.
unsafe impl<T> RefCnt for Brc<T> {
    type Base = T;

    fn into_ptr(me: Self) -> *mut T {
        Self::into_raw(me).cast_mut()
    }

    fn as_ptr(me: &Self) -> *mut T {
        Self::as_ptr(me).cast_mut()
    }

    unsafe fn from_ptr(pointer: *const T) -> Self {
        // SAFETY: from `into_ptr`; arc-swap keeps a reference for it, or forgets it.
        unsafe { Self::from_raw(pointer) }
    }
}
