//! `List`: a growable array of shared objects.

use core::fmt;
use core::iter::FusedIterator;
use core::marker::PhantomData;
use core::ptr::{self, NonNull};

use super::block::Block;
use super::table::{Counted, retire_value};
use crate::lock::{HasLock, ObjectLock, section};
use crate::refcount::SharedPtr;
use crate::runtime::{Attached, Garbage, Operation, operation, pin};
use crate::sync::atomic::{AtomicPtr, AtomicUsize, Ordering};

/// An array of counted pointers that many threads share.
///
/// Reads take no lock and, but for [`last`](Self::last), never retry; writes take the list's own lock. All methods take `&self`. Every operation on one element is
/// linearizable: readers never see a half-done shift.
///
/// | method | lock | complexity |
/// |---|---|---|
/// | [`get`](Self::get), [`get_ref`](Self::get_ref), [`first`](Self::first), [`last`](Self::last), [`len`](Self::len) | none | O(1) |
/// | [`set`](Self::set), [`pop`](Self::pop) | the list's | O(1) |
/// | [`push`](Self::push) | the list's | O(1) amortised |
/// | [`insert`](Self::insert), [`remove`](Self::remove) | the list's | O(n): readers keep the old block, a new one is published |
/// | [`truncate`](Self::truncate) | the list's | O(removed) |
/// | [`clear`](Self::clear) | the list's | O(1), O(n) when destroyed |
/// | [`snapshot`](Self::snapshot) | the list's | O(n), one moment |
/// | [`iter`](Self::iter), [`contains`](Self::contains) | none | O(n), each element by itself |
///
/// No user code runs under the lock: not `Drop`, not `PartialEq`, not `Clone` of a target.
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

struct Header {
    len: AtomicUsize,
}

type Elements<'a> = Block<'a, Header>;

/// Fewest places of a block.
const MIN_PLACES: usize = if cfg!(loom) { 1 } else { 4 };

#[inline(always)]
fn length(block: Elements<'_>) -> usize {
    // Acquire: partner is the release in `set_length`; the places below are read next.
    block.header().len.load(Ordering::Acquire)
}

#[inline(always)]
fn set_length(block: Elements<'_>, len: usize) {
    // Release: partner is the acquire in `length`.
    block.header().len.store(len, Ordering::Release);
}

/// The element at a place below the block's count; `None` if it is empty, or being popped.
#[inline]
fn element(block: Elements<'_>, place: usize) -> Option<NonNull<()>> {
    debug_assert!(place < block.count());
    // SAFETY: lengths never exceed the count, and callers are below a length.
    // Acquire: partner is the release with which it was stored; its target is read next.
    NonNull::new(unsafe { block.slot(place) }.load(Ordering::Acquire))
}

/// The element that the block's list has at `index` at some moment of this call.
#[inline]
fn element_at(block: Elements<'_>, index: usize) -> Option<NonNull<()>> {
    if index >= length(block) {
        return None;
    }
    // Null: popped after the length was read, and so gone during this call.
    let raw = element(block, index)?;
    // Again, since behind the first look the place may have been popped and be being filled by a push that has not stored its
    // length yet. Whoever sees that element here, by the acquire in `element`, sees the length that the pop left.
    if index < length(block) { Some(raw) } else { None }
}

fn new_block<'a>(places: usize) -> Elements<'a> {
    Block::allocate(Header { len: AtomicUsize::new(0) }, places)
}

/// Releases every element and frees the block. Destructors may unwind; the rest is released all the same.
///
/// # Safety
/// Nobody uses the block any more, and its elements are references of kind `P` that nothing else will release.
unsafe fn free_with_elements<P: SharedPtr>(block: Elements<'_>) {
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
unsafe fn full_garbage<P: SharedPtr>(block: Elements<'_>) -> Garbage {
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
unsafe fn copied<P: SharedPtr>(raw: NonNull<()>) -> P {
    // SAFETY: the caller's; the added reference is the one that is turned back.
    unsafe {
        P::increment(raw);
        P::from_raw(raw)
    }
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
        let list = Self::new();
        if capacity > 0 {
            // Relaxed: nobody else has the list yet.
            list.block.store(new_block(capacity).into_raw(), Ordering::Relaxed);
        }
        list
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

    /// The number of elements. Lock-free.
    ///
    /// ```
    /// use freethreaded::{Brc, List};
    /// let list: List<Brc<u8>> = [1, 2].into();
    /// assert_eq!(list.len(), 2);
    /// ```
    #[inline]
    #[must_use]
    pub fn len(&self) -> usize {
        let _pin = pin();
        // SAFETY: inside the runtime.
        unsafe { self.elements() }.map_or(0, length)
    }

    /// Whether [`len`](Self::len) is 0.
    #[inline]
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Elements that fit before the list grows.
    #[must_use]
    pub fn capacity(&self) -> usize {
        let _pin = pin();
        // SAFETY: inside the runtime.
        unsafe { self.elements() }.map_or(0, Block::count)
    }

    /// # Safety
    /// As for [`elements`](Self::elements).
    #[inline]
    unsafe fn find(&self, index: usize) -> Option<NonNull<()>> {
        // SAFETY: the caller's.
        element_at(unsafe { self.elements() }?, index)
    }

    /// A counted reference to the element at `index`. Lock-free.
    ///
    /// ```
    /// use freethreaded::{Brc, List};
    /// let list: List<Brc<u8>> = [1, 2].into();
    /// assert_eq!(list.get(1).as_deref(), Some(&2));
    /// assert!(list.get(2).is_none());
    /// ```
    #[inline]
    #[must_use]
    pub fn get(&self, index: usize) -> Option<P> {
        let _pin = pin();
        // SAFETY: inside the runtime, so the list's reference exists during the call.
        unsafe { self.find(index).map(|raw| copied(raw)) }
    }

    /// The element at `index`, borrowed for as long as the token is: no count, no write to shared memory. Lock-free.
    ///
    /// ```
    /// use freethreaded::{Brc, List, attach};
    /// let list: List<Brc<u8>> = [1, 2].into();
    /// let cx = attach();
    /// assert_eq!(list.get_ref(0, &cx), Some(&1));
    /// ```
    #[inline]
    #[must_use]
    pub fn get_ref<'a>(&'a self, index: usize, _token: &'a Attached<'_>) -> Option<&'a P::Target> {
        // SAFETY: inside the runtime for as long as the token is borrowed, so the list's reference is dropped after that.
        unsafe { self.find(index).map(|raw| P::borrow(raw)) }
    }

    /// The first element. Lock-free.
    ///
    /// ```
    /// use freethreaded::{Brc, List};
    /// let list: List<Brc<u8>> = [1, 2].into();
    /// assert_eq!(list.first().as_deref(), Some(&1));
    /// ```
    #[must_use]
    pub fn first(&self) -> Option<P> {
        self.get(0)
    }

    /// The last element. Lock-free; looks again if the end moves meanwhile.
    ///
    /// ```
    /// use freethreaded::{Brc, List};
    /// let list: List<Brc<u8>> = [1, 2].into();
    /// assert_eq!(list.last().as_deref(), Some(&2));
    /// ```
    #[must_use]
    pub fn last(&self) -> Option<P> {
        let _pin = pin();
        // SAFETY: inside the runtime.
        let block = unsafe { self.elements() }?;
        loop {
            let last = length(block).checked_sub(1)?;
            if let Some(raw) = element(block, last)
                && length(block) == last + 1
                && element(block, last) == Some(raw)
            {
                // SAFETY: inside the runtime, so the list's reference exists.
                return Some(unsafe { copied(raw) });
            }
        }
    }

    /// The elements in order, borrowed from the token.
    ///
    /// Weakly consistent: goes by index through the block that was current at the start, as its elements and length are when it comes to them. A list that only
    /// grows is given completely up to the block's end; after an [`insert`](Self::insert) or [`remove`](Self::remove), what is given is the list before it.
    ///
    /// ```
    /// use freethreaded::{Brc, List, attach};
    /// let list: List<Brc<u8>> = [1, 2].into();
    /// let cx = attach();
    /// assert!(list.iter(&cx).eq(&[1, 2]));
    /// ```
    pub fn iter<'a>(&'a self, _token: &'a Attached<'_>) -> ListIter<'a, P> {
        // SAFETY: inside the runtime for as long as the token is borrowed.
        ListIter { block: unsafe { self.elements() }, index: 0, _token: PhantomData }
    }

    /// Whether some element equals `value`. Lock-free; goes by [`iter`](Self::iter).
    ///
    /// ```
    /// use freethreaded::{Brc, List};
    /// let list: List<Brc<u8>> = [1, 2].into();
    /// assert!(list.contains(&2));
    /// ```
    pub fn contains<Q>(&self, value: &Q) -> bool
    where
        P::Target: PartialEq<Q>,
        Q: ?Sized,
    {
        let token = crate::attach();
        self.iter(&token).any(|element| element == value)
    }

    /// Runs `f` with the lock and the current block.
    #[inline]
    fn locked<R>(&self, f: impl FnOnce(Option<Elements<'_>>) -> R) -> R {
        // SAFETY: under the lock the current block stays current but for what `f` does.
        section(&self.lock, || f(unsafe { self.elements() }))
    }

    /// Publishes a block in place of the current one. Under the lock.
    fn publish(&self, block: Elements<'_>) {
        // Release: partner is the acquire in `elements`.
        self.block.store(block.into_raw(), Ordering::Release);
    }

    /// A new block with the elements of `old` but for `skip` places at `at`, and `gap` free places there instead. Under the lock; the elements' references move to it.
    fn rebuilt<'a>(
        old: Option<Elements<'_>>,
        places: usize,
        at: usize,
        skip: usize,
        gap: usize,
    ) -> Elements<'a> {
        let block = new_block(places);
        let len = old.map_or(0, length);
        if let Some(old) = old {
            for from in (0..at).chain(at + skip..len) {
                let to = if from < at { from } else { from - skip + gap };
                // SAFETY: `from` is below the old length, `to` below the new block's count, which the callers chose.
                // Relaxed: written under the lock only, and published with the block.
                unsafe { block.slot(to).store(old.slot(from).load(Ordering::Relaxed), Ordering::Relaxed) };
            }
        }
        set_length(block, len - skip + gap);
        block
    }

    /// Has the memory of a block that was replaced freed after a grace period.
    fn retire_block(operation: &Operation, old: Option<Elements<'_>>) {
        if let Some(old) = old {
            // SAFETY: unlinked; its elements' references have moved to the block that replaced it.
            operation.retire(unsafe { old.into_garbage() });
        }
    }

    fn grown(places: usize) -> usize {
        (places * 2).max(MIN_PLACES)
    }

    /// Adds an element at the end.
    ///
    /// ```
    /// use freethreaded::{Brc, List};
    /// let list: List<Brc<u8>> = List::new();
    /// list.push(7);
    /// assert_eq!(list.len(), 1);
    /// ```
    pub fn push(&self, value: impl Into<P>) {
        let raw = P::into_raw(value.into());
        let operation = operation();
        self.locked(|block| {
            let len = block.map_or(0, length);
            let places = block.map_or(0, Block::count);
            let roomy = match block {
                Some(block) if len < places => block,
                // Published after the element is in it: one store for both.
                _ => Self::rebuilt(block, Self::grown(places), len, 0, 0),
            };
            // SAFETY: `len` is below the count.
            // Release: partner is the acquire in `element`.
            unsafe { roomy.slot(len) }.store(raw.as_ptr(), Ordering::Release);
            set_length(roomy, len + 1);
            if len == places {
                self.publish(roomy);
                Self::retire_block(&operation, block);
            }
        });
    }

    /// Removes the last element and returns it.
    ///
    /// ```
    /// use freethreaded::{Brc, List};
    /// let list: List<Brc<u8>> = [1, 2].into();
    /// assert_eq!(list.pop().as_deref(), Some(&2));
    /// ```
    pub fn pop(&self) -> Option<P> {
        let operation = operation();
        let raw = self.locked(|block| {
            let block = block?;
            let last = length(block).checked_sub(1)?;
            // Then null, so that a place above the length is empty, and a reader that saw the old length finds nothing stale.
            set_length(block, last);
            Self::vacate(block, last)
        })?;
        let element = Self::give_up(&operation, raw);
        // Here, since a destructor that unwinds at the end of a scope leaks what is being returned.
        drop(operation);
        Some(element)
    }

    /// Takes the element out of a place above the length. Under the lock.
    fn vacate(block: Elements<'_>, place: usize) -> Option<NonNull<()>> {
        // SAFETY: was below the length, so below the count.
        let slot = unsafe { block.slot(place) };
        // Relaxed: written under the lock only, which orders it.
        let old = slot.load(Ordering::Relaxed);
        // Release: who finds the place empty sees the length, and all that was before.
        slot.store(ptr::null_mut(), Ordering::Release);
        NonNull::new(old)
    }

    /// Replaces the element at `index` and returns the old one.
    ///
    /// # Errors
    /// Returns `value` if the list is not that long.
    ///
    /// ```
    /// use freethreaded::{Brc, List};
    /// let list: List<Brc<u8>> = [1, 2].into();
    /// assert_eq!(*list.set(0, 9).unwrap(), 1);
    /// assert_eq!(*list.set(5, 9).unwrap_err(), 9);
    /// ```
    pub fn set(&self, index: usize, value: impl Into<P>) -> Result<P, P> {
        let mut value = Some(value.into());
        let operation = operation();
        let old = self.locked(|block| {
            let block = block.filter(|&block| index < length(block))?;
            let raw = P::into_raw(value.take()?);
            // SAFETY: below the length.
            let slot = unsafe { block.slot(index) };
            // Relaxed: written under the lock only, which orders it.
            let old = slot.load(Ordering::Relaxed);
            // Release: partner is the acquire in `element`.
            slot.store(raw.as_ptr(), Ordering::Release);
            NonNull::new(old)
        });
        let result = match (old, value) {
            (Some(old), _) => Ok(Self::give_up(&operation, old)),
            (None, Some(value)) => Err(value),
            (None, None) => unreachable!("places below the length are not empty"),
        };
        // As in `pop`.
        drop(operation);
        result
    }

    /// Inserts an element before `index`. What is behind it moves up: a new block is published.
    ///
    /// # Panics
    /// If `index` is greater than the length.
    ///
    /// ```
    /// use freethreaded::{Brc, List, attach};
    /// let list: List<Brc<u8>> = [1, 3].into();
    /// list.insert(1, 2);
    /// assert!(list.iter(&attach()).eq(&[1, 2, 3]));
    /// ```
    pub fn insert(&self, index: usize, value: impl Into<P>) {
        let mut value = Some(value.into());
        let operation = operation();
        let len = self.locked(|block| {
            let len = block.map_or(0, length);
            if index > len {
                return Err(len);
            }
            let places = block.map_or(0, Block::count);
            let places = if len < places { places } else { Self::grown(places) };
            let new = Self::rebuilt(block, places, index, 0, 1);
            if let Some(value) = value.take() {
                // SAFETY: the gap, below the new length. Relaxed: published with the block.
                unsafe { new.slot(index) }.store(P::into_raw(value).as_ptr(), Ordering::Relaxed);
            }
            self.publish(new);
            Self::retire_block(&operation, block);
            Ok(())
        });
        if let Err(len) = len {
            panic!("insertion index (is {index}) should be <= len (is {len})");
        }
    }

    /// Removes the element at `index` and returns it. What is behind it moves down: a new block is published, unless it is the last.
    ///
    /// ```
    /// use freethreaded::{Brc, List, attach};
    /// let list: List<Brc<u8>> = [1, 2, 3].into();
    /// assert_eq!(list.remove(1).as_deref(), Some(&2));
    /// assert!(list.remove(5).is_none());
    /// assert!(list.iter(&attach()).eq(&[1, 3]));
    /// ```
    pub fn remove(&self, index: usize) -> Option<P> {
        let operation = operation();
        let raw = self.locked(|block| {
            let block = block?;
            let len = length(block);
            if index >= len {
                return None;
            }
            if index + 1 == len {
                set_length(block, index);
                return Self::vacate(block, index);
            }
            let removed = element(block, index);
            let new = Self::rebuilt(Some(block), block.count(), index, 1, 0);
            self.publish(new);
            Self::retire_block(&operation, Some(block));
            removed
        })?;
        let element = Self::give_up(&operation, raw);
        // As in `pop`.
        drop(operation);
        Some(element)
    }

    /// Shortens the list to `len` elements; does nothing if it is not longer.
    ///
    /// ```
    /// use freethreaded::{Brc, List};
    /// let list: List<Brc<u8>> = [1, 2, 3].into();
    /// list.truncate(1);
    /// assert_eq!(list.len(), 1);
    /// ```
    pub fn truncate(&self, len: usize) {
        let operation = operation();
        self.locked(|block| {
            let Some(block) = block else { return };
            let old = length(block);
            if len < old {
                set_length(block, len);
                for raw in (len..old).filter_map(|place| Self::vacate(block, place)) {
                    retire_value::<Counted<P>>(&operation, raw);
                }
            }
        });
    }

    /// Removes all elements. They are destroyed in this call, or after a grace period.
    ///
    /// ```
    /// use freethreaded::{Brc, List};
    /// let list: List<Brc<u8>> = [1, 2].into();
    /// list.clear();
    /// assert!(list.is_empty());
    /// ```
    pub fn clear(&self) {
        let operation = operation();
        let block = self.locked(|block| {
            // Release: null leads nowhere, but who sees the list empty sees all that was before.
            self.block.store(ptr::null_mut(), Ordering::Release);
            block.map(Block::into_raw)
        });
        // SAFETY: unlinked just now, and not freed yet.
        if let Some(block) = block.and_then(|raw| unsafe { Elements::from_raw(raw) }) {
            // SAFETY: unlinked, with the references to its elements.
            operation.retire(unsafe { full_garbage::<P>(block) });
        }
    }

    /// All elements at one moment.
    ///
    /// ```
    /// use freethreaded::{Brc, List};
    /// let list: List<Brc<u8>> = [1, 2].into();
    /// let copy: Vec<Brc<u8>> = list.snapshot();
    /// list.clear();
    /// assert_eq!(*copy[1], 2);
    /// ```
    #[must_use]
    pub fn snapshot(&self) -> Vec<P> {
        let _pin = pin();
        self.locked(|block| {
            let len = block.map_or(0, length);
            let mut elements = Vec::with_capacity(len);
            if let Some(block) = block {
                // SAFETY: the list's references exist under the lock.
                elements.extend(
                    (0..len).filter_map(|place| element(block, place)).map(|raw| unsafe { copied::<P>(raw) }),
                );
            }
            elements
        })
    }

    /// Turns an element that the list no longer holds into the caller's reference.
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

impl<P: SharedPtr> Default for List<P> {
    fn default() -> Self {
        Self::new()
    }
}

impl<P: SharedPtr<Target: fmt::Debug>> fmt::Debug for List<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter(&crate::attach())).finish()
    }
}

impl<P: SharedPtr, V: Into<P>> Extend<V> for List<P> {
    fn extend<I: IntoIterator<Item = V>>(&mut self, elements: I) {
        for element in elements {
            self.push(element);
        }
    }
}

impl<P: SharedPtr, V: Into<P>> FromIterator<V> for List<P> {
    fn from_iter<I: IntoIterator<Item = V>>(elements: I) -> Self {
        let elements = elements.into_iter();
        let mut list = Self::with_capacity(elements.size_hint().0);
        list.extend(elements);
        list
    }
}

impl<P: SharedPtr, V: Into<P>, const N: usize> From<[V; N]> for List<P> {
    fn from(elements: [V; N]) -> Self {
        elements.into_iter().collect()
    }
}

/// Elements in order; see [`List::iter`].
pub struct ListIter<'a, P: SharedPtr> {
    block: Option<Elements<'a>>,
    index: usize,
    /// Neither `Send` nor `Sync`: what it gives is protected by the token of this thread.
    _token: PhantomData<(P, *mut ())>,
}

impl<'a, P: SharedPtr> Iterator for ListIter<'a, P> {
    type Item = &'a P::Target;

    #[inline]
    fn next(&mut self) -> Option<&'a P::Target> {
        let block = self.block?;
        let Some(raw) = element_at(block, self.index) else {
            // Once at the end, always at the end, whatever is pushed later.
            self.block = None;
            return None;
        };
        self.index += 1;
        // SAFETY: inside the runtime during `'a`, so the list's reference is dropped after it.
        Some(unsafe { P::borrow(raw) })
    }
}

impl<P: SharedPtr> FusedIterator for ListIter<'_, P> {}

impl<P: SharedPtr> fmt::Debug for ListIter<'_, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ListIter").field("index", &self.index).finish_non_exhaustive()
    }
}
