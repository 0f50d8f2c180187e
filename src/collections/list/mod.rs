//! `List`: a growable array of shared objects.
//!
//! | file | what |
//! |---|---|
//! | `elements.rs` | the blocks: how they are read without the lock |
//! | `read.rs`, `iter.rs` | reads, iteration |
//! | `write.rs`, `bulk.rs`, `slices.rs` | writes of one place, of many, of slices; `slice.rs` has Python's arithmetic |
//! | `sort.rs`, `filter.rs` | writes that ask the user's code |
//! | `compare.rs`, `traits.rs` | traits of std |
//! | `locked.rs` | the view inside a critical section |

mod bulk;
mod compare;
mod elements;
mod filter;
mod iter;
mod locked;
mod read;
mod slice;
mod slices;
mod sort;
mod traits;
mod write;

use core::marker::PhantomData;
use core::ptr::{self, NonNull};

use super::block::Block;
use super::table::{Counted, retire_value};
use crate::lock::{HasLock, ObjectLock, section};
use crate::refcount::SharedPtr;
use crate::runtime::Operation;
use crate::sync::atomic::{AtomicPtr, Ordering};
use elements::{Draft, Elements, copied, free_with_elements, full_garbage, room};

pub use iter::{ListIntoIter, ListIter, ListOwnedIter};
pub use locked::LockedList;
pub use slice::{Place, Slice, SliceIndices, ZeroStep};
pub use slices::LengthMismatch;
pub use sort::Changed;
pub use write::NotExchanged;

/// An array of counted pointers that many threads share.
///
/// Reads take no lock, and only [`last`](Self::last) ever looks twice; writes take the list's own lock. All methods take `&self`. Every operation on one element is
/// linearizable: readers never see a half-done shift.
///
/// | method | lock | complexity | happens at |
/// |---|---|---|---|
/// | [`get`](Self::get), [`get_ref`](Self::get_ref), [`first`](Self::first), [`last`](Self::last), [`last_ref`](Self::last_ref), [`len`](Self::len) | none | O(1) | one moment |
/// | [`set`](Self::set), [`compare_exchange`](Self::compare_exchange), [`pop`](Self::pop) | the list's | O(1) | one moment |
/// | [`push`](Self::push) | the list's | O(1) amortised | one moment |
/// | [`update`](Self::update) | the list's | O(1) | one moment, unless the closure gives way |
/// | [`insert`](Self::insert), [`remove`](Self::remove), [`pop_first`](Self::pop_first), [`pop_at`](Self::pop_at), [`swap`](Self::swap), [`swap_remove`](Self::swap_remove) | the list's | O(n) | one moment |
/// | [`extend`](Self::extend), [`extend_from_list`](Self::extend_from_list) | the list's, both | O(added) amortised | one moment |
/// | [`truncate`](Self::truncate) | the list's | O(removed) | one moment |
/// | [`clear`](Self::clear) | the list's | O(1), O(n) when destroyed | one moment |
/// | [`take_all`](Self::take_all), [`drain`](Self::drain), [`splice`](Self::splice), [`replace_all`](Self::replace_all), [`fill`](Self::fill) | the list's | O(n) | one moment |
/// | [`slice`](Self::slice), [`snapshot`](Self::snapshot), [`snapshot_slice`](Self::snapshot_slice), [`repeat`](Self::repeat), `clone` | the list's | O(given) | one moment |
/// | [`remove_slice`](Self::remove_slice), [`assign_slice`](Self::assign_slice) | the list's | O(n) | one moment |
/// | [`concat`](Self::concat), [`assign_slice_from_list`](Self::assign_slice_from_list), [`swap_contents`](Self::swap_contents), `==`, `<` | of both lists | O(n) | one moment of both |
/// | [`reverse`](Self::reverse), [`rotate_left`](Self::rotate_left), [`rotate_right`](Self::rotate_right), [`reserve`](Self::reserve), [`shrink_to_fit`](Self::shrink_to_fit) | the list's | O(n) | one moment |
/// | [`sort`](Self::sort) and its kin | the list's | O(n log n) | one moment, or [`Changed`] |
/// | [`retain`](Self::retain), [`dedup`](Self::dedup) and its kin, [`remove_item`](Self::remove_item) | the list's | O(n) | one moment, unless the closure or `==` gives way |
/// | [`iter`](Self::iter), [`iter_owned`](Self::iter_owned), [`contains`](Self::contains), [`index_of`](Self::index_of), [`count`](Self::count), `Debug` | none | O(n) | each element by itself |
/// | [`binary_search`](Self::binary_search) and its kin, [`partition_point`](Self::partition_point) | none | O(log n) | each element by itself |
///
/// What moves elements (insertion and removal other than at the end, slices, sorting, swapping) builds a new block and publishes it with one store, so it costs a copy of the list's pointers.
///
/// # What user code runs, and under what
///
/// `Drop` of elements, conversions (`Into`) and iterators that are passed in run without the lock, but for what the closure of [`update`](Self::update) gives; nothing clones a target. The comparisons of `contains`, `index_of`, `count`, `binary_search`, `==` and `<`
/// run without the lock. Comparators and closures of the sorts, `retain`, `dedup`, `remove_item` and `update` run in the list's [critical section](crate::critical_section): other threads'
/// writes wait meanwhile, reads do not. Such code may do anything, also write to the list; each method says what comes of it. If it panics the list is as it was, and unlocked.
///
/// # How reads stay consistent
///
/// The list points to a *block*, which has its own length. What changes one place works in the block: `push` stores the element,
/// then the length; `pop` the length, then null; `get` looks at the length before and after the element. What moves elements builds a new block and publishes it with one store. So a reader that has loaded a
/// block sees one list that existed during its call.
///
/// ```
/// use freethreaded::{Brc, List};
/// let list: List<Brc<String>> = List::new();
/// list.push("a".to_string());
/// list.push("b".to_string());
/// assert_eq!(list.get(1).as_deref().map(String::as_str), Some("b"));
/// assert_eq!(list.pop().as_deref().map(String::as_str), Some("b"));
/// ```
pub struct List<P: SharedPtr> {
    block: AtomicPtr<()>,
    lock: ObjectLock,
    _pointers: PhantomData<P>,
}

impl<P: SharedPtr> List<P> {
    crate::sync::const_unless_loom! {
        /// An empty list. Allocates nothing; usable in a `static`.
        ///
        /// ```
        /// use freethreaded::{Brc, List};
        /// static LOG: List<Brc<String>> = List::new();
        /// LOG.push("started".to_string());
        /// assert_eq!(LOG.len(), 1);
        /// ```
        #[must_use]
        pub const fn new() -> Self {
            Self { block: AtomicPtr::new(ptr::null_mut()), lock: ObjectLock::new(), _pointers: PhantomData }
        }
    }

    /// An empty list with room for `capacity` elements.
    ///
    /// ```
    /// use freethreaded::{Brc, List};
    /// let list: List<Brc<u8>> = List::with_capacity(10);
    /// assert!(list.capacity() >= 10);
    /// ```
    #[must_use]
    pub fn with_capacity(capacity: usize) -> Self {
        if capacity == 0 { Self::new() } else { Self::of_block(Draft::new(capacity)) }
    }

    /// A list of what was drafted.
    fn of_block(draft: Draft) -> Self {
        let list = Self::new();
        // Relaxed: nobody else has the list yet.
        list.block.store(draft.finish().into_raw(), Ordering::Relaxed);
        list
    }

    /// A list of references that nothing else will release.
    fn of_raws(raws: impl ExactSizeIterator<Item = NonNull<()>>) -> Self {
        if raws.len() == 0 {
            return Self::new();
        }
        let mut draft = Draft::new(raws.len());
        raws.for_each(|raw| draft.push(raw));
        Self::of_block(draft)
    }

    /// The current block.
    ///
    /// # Safety
    /// During `'a` the calling thread is inside the runtime, or holds the lock and the block is still current, or nobody else has the list.
    #[inline(always)]
    unsafe fn elements<'a>(&self) -> Option<Elements<'a>> {
        // Acquire: partner is the release in `publish`.
        // SAFETY: published blocks are retired, so this one stays for as long as the caller says.
        unsafe { Block::from_raw(self.block.load(Ordering::Acquire)) }
    }

    /// Runs `f` with the lock and the current block, which stays current until `f` replaces it or calls user code.
    #[inline]
    fn under_lock<R>(&self, f: impl FnOnce(Option<Elements<'_>>) -> R) -> R {
        // SAFETY: under the lock the current block stays current but for what `f` does; where it calls user code it is inside the runtime.
        section(&self.lock, || f(unsafe { self.elements() }))
    }

    /// Publishes a block in place of the current one. Under the lock.
    fn publish(&self, block: Elements<'_>) {
        // Release: partner is the acquire in `elements`.
        self.block.store(block.into_raw(), Ordering::Release);
    }

    /// Publishes a block in place of the current one, whose memory is freed, at once or after a grace period: the references to its elements have moved to the new one,
    /// or are given up by the caller. Under the lock.
    fn replace_block(&self, operation: &Operation, old: Option<Elements<'_>>, new: Draft) {
        self.publish(new.finish());
        let Some(old) = old else { return };
        if operation.is_alone() {
            // SAFETY: unlinked just now, its elements are taken care of, and nobody can be reading.
            return unsafe { old.free() };
        }
        // SAFETY: unlinked just now; its elements are taken care of.
        operation.retire(unsafe { old.into_garbage() });
    }

    /// Makes the list empty. Under the lock.
    fn unlink(&self) {
        // Release: null leads nowhere, but who sees the list empty sees all that was before.
        self.block.store(ptr::null_mut(), Ordering::Release);
    }

    /// Puts other elements in the place of `skip` elements at `at`. Under the lock. Readers see all of it or nothing.
    fn exchange_range(
        &self,
        operation: &Operation,
        block: Option<Elements<'_>>,
        (at, skip): (usize, usize),
        with: impl ExactSizeIterator<Item = NonNull<()>>,
    ) {
        let (len, places) = (elements::length_of(block), block.map_or(0, Block::count));
        let added = with.len();
        let needed = (len - skip).checked_add(added).expect("freethreaded: a list outgrew the address space");
        match block {
            // At the end, with room: in place.
            Some(block) if at == len && needed <= places => {
                for (place, raw) in (len..).zip(with) {
                    // SAFETY: below the count.
                    unsafe { elements::replace(block, place, raw.as_ptr()) };
                }
                if added != 0 {
                    elements::set_length(block, needed);
                }
            }
            _ if added == 0 && skip == 0 => {}
            _ => {
                let mut draft = Draft::new(room(places, needed));
                draft.copy(block, 0..at);
                with.for_each(|raw| draft.push(raw));
                draft.copy(block, at + skip..len);
                self.replace_block(operation, block, draft);
            }
        }
    }

    /// Turns an element that the list no longer holds into the caller's reference.
    #[inline]
    fn give_up(operation: &Operation, raw: NonNull<()>) -> P {
        if operation.is_alone() {
            // SAFETY: the list's reference, unlinked, and nobody can be reading.
            return unsafe { P::from_raw(raw) };
        }
        // SAFETY: the list's reference exists until it is retired.
        let copy = unsafe { copied(raw) };
        retire_value::<Counted<P>>(operation, raw);
        copy
    }

    /// [`give_up`](Self::give_up) of each.
    fn give_up_all(operation: &Operation, raws: Vec<NonNull<()>>) -> Vec<P> {
        raws.into_iter().map(|raw| Self::give_up(operation, raw)).collect()
    }

    /// References of the caller's own to elements.
    ///
    /// # Safety
    /// The calling thread is inside the runtime since before the elements were found in a list.
    unsafe fn copies(raws: Vec<NonNull<()>>) -> Vec<P> {
        // SAFETY: the list's references are dropped a grace period after it gives them up.
        raws.into_iter().map(|raw| unsafe { copied(raw) }).collect()
    }
}

impl<P: SharedPtr> Drop for List<P> {
    fn drop(&mut self) {
        // SAFETY: no reference to anything in the list outlives its borrow, so nobody else uses the block.
        if let Some(block) = unsafe { self.elements() } {
            // SAFETY: as above.
            unsafe { free_with_elements::<P>(block) };
        }
    }
}

impl<P: SharedPtr> HasLock for List<P> {
    fn object_lock(&self) -> &ObjectLock {
        &self.lock
    }
}

/// A block that the list no longer has.
///
/// # Safety
/// It was unlinked by the calling thread, which then has not called user code, and the references to its elements are its own.
unsafe fn retire_full<P: SharedPtr>(operation: &Operation, block: Elements<'_>) {
    // SAFETY: the caller's.
    operation.retire(unsafe { full_garbage::<P>(block) });
}

/// The raw references of pointers, which are given away as the iterator goes.
fn into_raws<P: SharedPtr>(pointers: Vec<P>) -> impl ExactSizeIterator<Item = NonNull<()>> {
    pointers.into_iter().map(P::into_raw)
}

/// The pointers that an iterator gives, before any lock.
fn collected<P: SharedPtr, V: Into<P>>(values: impl IntoIterator<Item = V>) -> Vec<P> {
    values.into_iter().map(Into::into).collect()
}
