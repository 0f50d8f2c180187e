//! The blocks of a list: what is read without the lock, and how new ones are made.
//!
//! A block of a list has places, of which the first `len` are elements. Under the lock a block that is current changes in three ways, and once
//! it has been replaced in none.
//!
//! | change | steps |
//! |---|---|
//! | elements at the end come | each into its place, the length, the count of changes |
//! | elements at the end go | the length, the count of changes, each place null |
//! | one element is replaced, with the lock or [without](crate::lock) | its place |
//!
//! *A place* is read between two looks at the length. The first shows that the place was an element's when the read began; the second that what was
//! found there is not an element that is only about to come: whoever sees that one sees, by the acquire, the length that an earlier pop left. An empty place was
//! popped behind the first look.
//!
//! *The last place* depends on two words, so a reader that has the length may find there what came only when the place was no longer the last. But between a change of the length and
//! the next write of a place the change is counted; so who finds such an element finds the count changed too, and looks again. With the count unchanged, what was found is either what
//! stood there when the length was read, or what replaced it while it was the last.

use core::marker::PhantomData;
use core::ops::Range;
use core::ptr::NonNull;

use super::super::block::{Block, Filling};
use crate::refcount::SharedPtr;
use crate::runtime::Garbage;
use crate::sync::atomic::{AtomicUsize, Ordering};

pub(super) struct Header {
    len: AtomicUsize,
    /// How often `len` was changed in place.
    changes: AtomicUsize,
}

impl Header {
    fn new(len: usize) -> Self {
        Self { len: AtomicUsize::new(len), changes: AtomicUsize::new(0) }
    }
}

pub(super) type Elements<'a> = Block<'a, Header>;

/// Fewest places of a block that grows.
const MIN_PLACES: usize = if cfg!(loom) { 1 } else { 4 };

#[inline(always)]
pub(super) fn length(block: Elements<'_>) -> usize {
    // Acquire: partner is the release in `set_length`; the places below are read next.
    block.header().len.load(Ordering::Acquire)
}

/// The length of the block or, where there is none, of an empty list.
pub(super) fn length_of(block: Option<Elements<'_>>) -> usize {
    block.map_or(0, length)
}

/// Under the lock.
#[inline(always)]
pub(super) fn set_length(block: Elements<'_>, len: usize) {
    let Header { len: at, changes } = block.header();
    // Release: partner is the acquire in `length`.
    at.store(len, Ordering::Release);
    // Relaxed: written under the lock only. Release: who sees the count sees the length.
    changes.store(changes.load(Ordering::Relaxed).wrapping_add(1), Ordering::Release);
}

/// What stands in a place below the block's count; `None` if it is empty.
#[inline]
pub(super) fn element(block: Elements<'_>, place: usize) -> Option<NonNull<()>> {
    debug_assert!(place < block.count());
    // SAFETY: lengths never exceed the count, and callers are below a length.
    // Acquire: partner is the release with which it was stored; its target is read next.
    NonNull::new(unsafe { block.slot(place) }.load(Ordering::Acquire))
}

/// The element at a place that was below the length at some moment: the one that the block's list has there at some moment from then on.
#[inline]
pub(super) fn element_below(block: Elements<'_>, place: usize) -> Option<NonNull<()>> {
    // Null: popped since that moment.
    let raw = element(block, place)?;
    if place < length(block) { Some(raw) } else { None }
}

/// The element that the block's list has at `index` at some moment of this call.
#[inline]
pub(super) fn element_at(block: Elements<'_>, index: usize) -> Option<NonNull<()>> {
    if index < length(block) { element_below(block, index) } else { None }
}

/// The element that is the last of the block's list at some moment of this call. Looks again while the length changes.
pub(super) fn last_element(block: Elements<'_>) -> Option<NonNull<()>> {
    let header = block.header();
    loop {
        // Acquire: partner is the release in `set_length`; the length is no older than the count.
        let changes = header.changes.load(Ordering::Acquire);
        let len = length(block);
        let last = element(block, len.checked_sub(1)?);
        // Relaxed: behind the acquire of the element, which shows the count of every change that came before it.
        if last.is_some() && header.changes.load(Ordering::Relaxed) == changes {
            return last;
        }
    }
}

/// The elements of some places. Under the lock.
///
/// # Panics
/// If a place is not below the length.
pub(super) fn raws(
    block: Option<Elements<'_>>,
    places: impl Iterator<Item = usize>,
) -> impl Iterator<Item = NonNull<()>> {
    let len = length_of(block);
    places.map(move |place| {
        let block = block.filter(|_| place < len).expect("a place of the list");
        // SAFETY: below the length.
        // Relaxed: as in `replace`.
        let raw = unsafe { block.slot(place) }.load(Ordering::Relaxed);
        NonNull::new(raw).expect("places below the length are not empty")
    })
}

/// A place of a block, to be written under the lock, or before the block is published.
///
/// # Safety
/// As for [`Block::slot`].
#[inline]
pub(super) unsafe fn replace(block: Elements<'_>, place: usize, raw: *mut ()) -> *mut () {
    // SAFETY: the caller's.
    let slot = unsafe { block.slot(place) };
    // Relaxed: written under the lock only, or without it before the holder's section began and was waited for, which orders it.
    let old = slot.load(Ordering::Relaxed);
    // Release: partner is the acquire in `element`. Of a null: who finds the place empty sees the length, and all that was before.
    slot.store(raw, Ordering::Release);
    old
}

/// Replaces the element of a place below the length, while others do so [without the lock](crate::lock). Lengths and blocks do not change meanwhile. `None` if the
/// place is not below the length.
pub(super) fn replace_freely(block: Elements<'_>, place: usize, raw: NonNull<()>) -> Option<NonNull<()>> {
    if place >= length(block) {
        return None;
    }
    // SAFETY: below the length. Release: partner is the acquire in `element`. Acquire: partner is the release of whoever stored the old element, which becomes ours.
    NonNull::new(unsafe { block.slot(place) }.swap(raw.as_ptr(), Ordering::AcqRel))
}

/// Takes the element out of a place above the length. Under the lock.
#[inline]
pub(super) fn vacate(block: Elements<'_>, place: usize) -> Option<NonNull<()>> {
    // SAFETY: was below the length, so below the count.
    NonNull::new(unsafe { replace(block, place, core::ptr::null_mut()) })
}

/// A block that is being made.
pub(super) struct Draft(Filling<Header>);

impl Draft {
    pub(super) fn new(places: usize) -> Self {
        Self(Filling::new(places))
    }

    /// Adds an element, whose reference the block has from now on.
    #[inline]
    pub(super) fn push(&mut self, raw: NonNull<()>) {
        self.0.push(raw.as_ptr());
    }

    /// Adds elements of the current block. Under the lock; their references move if it is replaced by this one.
    pub(super) fn copy(&mut self, from: Option<Elements<'_>>, places: Range<usize>) {
        if let Some(from) = from {
            // SAFETY: places are written under the lock, or without it in a list that is free, which ends before the section of a whole list begins.
            unsafe { self.0.copy(from, places) };
        } else {
            debug_assert!(places.is_empty());
        }
    }

    /// The block: its elements are what was added.
    pub(super) fn finish<'a>(self) -> Elements<'a> {
        let len = self.0.filled();
        self.0.finish(Header::new(len))
    }
}

/// Places for `needed` elements where there are `places` so far.
pub(super) fn room(places: usize, needed: usize) -> usize {
    if needed <= places { places } else { needed.max(places.saturating_mul(2)).max(MIN_PLACES) }
}

/// Releases every element and frees the block. Destructors may unwind; the rest is released all the same.
///
/// # Safety
/// Nobody uses the block any more, and its elements are references of kind `P` that nothing else will release.
pub(super) unsafe fn free_with_elements<P: SharedPtr>(block: Elements<'_>) {
    struct Rest<'a, P: SharedPtr>(Elements<'a>, usize, PhantomData<P>);
    impl<P: SharedPtr> Rest<'_, P> {
        fn run(&mut self) {
            while self.1 < length(self.0) {
                let place = self.1;
                self.1 += 1;
                if let Some(raw) = element(self.0, place) {
                    // SAFETY: the contract; each place is visited once.
                    drop(unsafe { P::from_raw(raw) });
                }
            }
        }
    }
    impl<P: SharedPtr> Drop for Rest<'_, P> {
        fn drop(&mut self) {
            // Reached with places left only while a destructor unwinds.
            self.run();
            // SAFETY: the contract.
            unsafe { self.0.free() };
        }
    }
    Rest::<P>(block, 0, PhantomData).run();
}

/// # Safety
/// The block is unlinked; after a grace period the contract of [`free_with_elements`] holds.
pub(super) unsafe fn full_garbage<P: SharedPtr>(block: Elements<'_>) -> Garbage {
    unsafe fn free<P: SharedPtr>(raw: *mut ()) {
        // SAFETY: the contract of `full_garbage`.
        if let Some(block) = unsafe { Block::from_raw(raw) } {
            // SAFETY: as above.
            unsafe { free_with_elements::<P>(block) };
        }
    }
    let bytes = Elements::bytes(block.count()) + length(block) * P::bytes();
    // SAFETY: the caller's; `SharedPtr` allows any thread to drop the elements.
    unsafe { Garbage::new(block.into_raw(), free::<P>, bytes) }
}

/// # Safety
/// `raw` came from `P::into_raw`, and that reference exists.
#[inline]
pub(super) unsafe fn copied<P: SharedPtr>(raw: NonNull<()>) -> P {
    // SAFETY: the caller's; the added reference is the one that is turned back.
    unsafe {
        P::increment(raw);
        P::from_raw(raw)
    }
}
