//! The block of a table: the hash index and the order, in one piece of memory.

use core::marker::PhantomData;
use core::ptr::NonNull;

use super::super::block::Block;
use super::lookup::Lookup;
#[cfg(not(loom))]
use super::lookup::MOST_PLACES;
use super::node::{Node, Value};
use super::slot::Tag;
use crate::runtime::Garbage;
use crate::sync::atomic::{AtomicPtr, AtomicU64, AtomicUsize, Ordering};
use crate::sync::unmodelled;

/// Fewest slots of an index.
const MIN_SLOTS: usize = if cfg!(loom) { 2 } else { 8 };

/// Entries for which there are no slots: a search goes through the order. The first is the capacity of a new table.
#[cfg(not(loom))]
const SMALL: [usize; 2] = [4, MOST_PLACES];

/// Under loom as many as the model says, or none, so that others explore the slots with few keys.
#[cfg(loom)]
pub(crate) mod small {
    std::thread_local! {
        static PLACES: core::cell::Cell<usize> = const { core::cell::Cell::new(0) };
    }

    /// Has small tables on the calling thread of the machine, which runs all threads of a model.
    pub(crate) fn set(places: usize) {
        PLACES.set(places);
    }

    pub(super) fn get() -> [usize; 1] {
        [PLACES.get()]
    }
}

pub(crate) struct Header {
    /// Slots less one; a power of two of them, or none: [`NO_SLOTS`](Self::NO_SLOTS).
    mask: usize,
    /// Where the order ends: entries from here on are null.
    used: AtomicUsize,
    /// Where the order begins: entries below are null. Where a walk may begin, and no more than that to a reader.
    first: unmodelled::AtomicUsize,
    /// Slots that are not empty, tombstones among them, and in a small index the insertions so far. Written under the table's lock only; only grows.
    filled: AtomicUsize,
    /// Of a small index: where in the order to look for a hash.
    lookup: AtomicU64,
}

impl Header {
    /// None, less one.
    const NO_SLOTS: usize = usize::MAX;
}

/// A block with its meaning.
pub(crate) struct Index<'a, K> {
    block: Block<'a, Header>,
    _nodes: PhantomData<&'a Node<K>>,
}

impl<K> Clone for Index<'_, K> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<K> Copy for Index<'_, K> {}

/// Entries for so many slots. A quarter of the slots stays empty, so that every search ends.
const fn capacity_of(slots: usize) -> usize {
    slots / 4 * 3 + slots % 4 / 2
}

impl<'a, K> Index<'a, K> {
    /// Slots, and entries of the order.
    fn sizes_for(entries: usize) -> (usize, usize) {
        #[cfg(loom)]
        let small = small::get();
        #[cfg(not(loom))]
        let small = SMALL;
        if let Some(places) = small.into_iter().find(|&places| entries <= places) {
            return (0, places);
        }
        let mut slots = MIN_SLOTS;
        while capacity_of(slots) < entries {
            slots = slots.checked_mul(2).expect("freethreaded: a collection outgrew the address space");
        }
        (slots, capacity_of(slots))
    }

    /// The capacity of a new index for at least so many entries.
    pub(super) fn capacity_for(entries: usize) -> usize {
        Self::sizes_for(entries).1
    }

    /// A new index for at least so many entries.
    pub(super) fn for_entries(entries: usize) -> Self {
        let (slots, places) = Self::sizes_for(entries);
        let header = Header {
            mask: slots.wrapping_sub(1),
            used: AtomicUsize::new(0),
            first: unmodelled::AtomicUsize::new(0),
            filled: AtomicUsize::new(0),
            lookup: AtomicU64::new(Lookup::EMPTY.bits()),
        };
        Self { block: Block::allocate(header, slots + places), _nodes: PhantomData }
    }

    /// # Safety
    /// `raw` came from [`into_raw`](Self::into_raw) of an index of the same `K`, and is not freed during `'a`.
    #[inline(always)]
    pub(super) unsafe fn from_raw(raw: *mut ()) -> Option<Self> {
        // SAFETY: the caller's.
        unsafe { Block::from_raw(raw) }.map(|block| Self { block, _nodes: PhantomData })
    }

    pub(super) fn into_raw(self) -> *mut () {
        self.block.into_raw()
    }

    /// Whether there are no slots, but only the order, which is searched instead. Then a node keeps its place for as long as it is in this index.
    #[inline(always)]
    pub(super) fn is_small(self) -> bool {
        self.block.header().mask == Header::NO_SLOTS
    }

    #[inline(always)]
    fn slots(self) -> usize {
        self.block.header().mask.wrapping_add(1)
    }

    /// Where the search for a hash begins. Not in a small index.
    #[inline(always)]
    pub(super) fn home(self, hash: u64) -> usize {
        hash as usize & self.block.header().mask
    }

    #[inline(always)]
    pub(super) fn next(self, at: usize) -> usize {
        (at + 1) & self.block.header().mask
    }

    /// `at` comes from [`home`](Self::home) or [`next`](Self::next).
    #[inline(always)]
    pub(super) fn slot(self, at: usize) -> &'a AtomicPtr<()> {
        // SAFETY: masked, so below the number of slots.
        unsafe { self.block.slot(at) }
    }

    pub(crate) fn capacity(self) -> usize {
        self.block.count() - self.slots()
    }

    /// An entry of the order: null, or a node, tagged as in a slot.
    ///
    /// # Panics
    /// If `place` is not below the capacity.
    #[inline]
    pub(crate) fn order(self, place: usize) -> &'a AtomicPtr<()> {
        let at = self.slots() + place;
        assert!(at < self.block.count());
        // SAFETY: just checked.
        unsafe { self.block.slot(at) }
    }

    /// The node at a place of the order. Whoever searches or walks acquires it.
    #[inline]
    pub(super) fn node(self, place: usize, ordering: Ordering) -> Option<NonNull<Node<K>>> {
        NonNull::new(Tag::stripped(self.order(place).load(ordering)))
    }

    /// Puts a node at a place of the order. The caller holds the lock.
    #[inline]
    pub(super) fn put(self, node: &Node<K>, place: usize) {
        // Release: partner is the acquire of whoever comes to the place, which a reader may do by a stale end.
        self.order(place).store(Tag::of(node.hash).word(NonNull::from(node)), Ordering::Release);
    }

    /// All places of the order.
    #[inline]
    pub(super) fn places(self) -> &'a [AtomicPtr<()>] {
        // SAFETY: the order is what follows the slots, to the end of the block.
        unsafe { core::slice::from_raw_parts(self.block.slots_from(self.slots()), self.capacity()) }
    }

    /// Where a search of a small index has to look, all at one moment.
    #[inline(always)]
    pub(super) fn lookup(self) -> Lookup {
        debug_assert!(self.is_small());
        // Relaxed: what it leads to is acquired at its place; whoever has to find a key is behind its insertion.
        Lookup::of_bits(self.block.header().lookup.load(Ordering::Relaxed))
    }

    #[inline]
    pub(crate) fn used(self) -> usize {
        // Acquire: partner is the release in `set_used`; the order is read up to here.
        self.block.header().used.load(Ordering::Acquire)
    }

    pub(super) fn set_used(self, used: usize) {
        // Release: partner is the acquire in `used`.
        self.block.header().used.store(used, Ordering::Release);
    }

    #[inline]
    pub(crate) fn first(self) -> usize {
        // Relaxed: a hint. Entries only come to stand below it by a move or an insertion at the front, and who is behind that sees its store.
        self.block.header().first.load(Ordering::Relaxed)
    }

    pub(super) fn set_first(self, first: usize) {
        self.block.header().first.store(first, Ordering::Relaxed);
    }

    /// Slots that are not empty. Exact under the lock; without it, those slots can be seen filled.
    #[inline]
    pub(super) fn filled(self) -> usize {
        // Acquire: partner is the release in `set_filled`; the slots are searched next.
        self.block.header().filled.load(Ordering::Acquire)
    }

    /// One more slot is filled. Wraps in a small index, where places are filled again and again; only compared there.
    pub(super) fn count_filled(self) {
        self.set_filled(self.filled().wrapping_add(1));
    }

    pub(super) fn set_filled(self, filled: usize) {
        // Release: partner is the acquire in `filled`.
        self.block.header().filled.store(filled, Ordering::Release);
    }

    /// Lets searches find a node that stands in the order: puts it into the first empty slot for its hash, or, where there are no slots, adds its place to the look-up. The caller
    /// holds the lock, and the index has room.
    #[inline]
    pub(super) fn make_findable(self, node: &Node<K>) {
        if self.is_small() {
            let lookup = self.lookup().with(node.hash, node.place.get());
            let lookup = lookup.unwrap_or_else(|| self.lookup_anew());
            // Relaxed: as in `lookup`.
            self.block.header().lookup.store(lookup.bits(), Ordering::Relaxed);
        } else {
            // Release: partner is the acquire in `find`.
            self.free_slot(node.hash).store(Tag::of(node.hash).word(NonNull::from(node)), Ordering::Release);
        }
    }

    /// A look-up of what stands in the order, which is less than is ever in one. The caller holds the lock.
    #[cold]
    #[inline(never)]
    fn lookup_anew(self) -> Lookup {
        let mut lookup = Lookup::EMPTY;
        for place in 0..self.capacity() {
            // Relaxed: written under the lock only.
            if let Some(node) = self.node(place, Ordering::Relaxed) {
                // SAFETY: in the table, so alive.
                let hash = unsafe { node.as_ref() }.hash;
                lookup = lookup.with(hash, place).expect("a small index has fewer places than a look-up");
            }
        }
        lookup
    }

    /// Puts another word into the slot of a node, if there are slots. The caller holds the lock.
    #[inline]
    pub(super) fn change_slot(self, node: &Node<K>, word: *mut ()) {
        if !self.is_small() {
            // Release: partner is the acquire in `find`. A tombstone leads nowhere, but who sees that the key is gone sees all that was before.
            self.slot_of(node).store(word, Ordering::Release);
        }
    }

    fn free_slot(self, hash: u64) -> &'a AtomicPtr<()> {
        let mut at = self.home(hash);
        loop {
            let slot = self.slot(at);
            // Relaxed: written under the lock only.
            if slot.load(Ordering::Relaxed).is_null() {
                return slot;
            }
            at = self.next(at);
        }
    }

    /// The slot of a node that is in the index. The caller holds the lock.
    fn slot_of(self, node: &Node<K>) -> &'a AtomicPtr<()> {
        let tag = Tag::of(node.hash);
        let mut at = self.home(node.hash);
        loop {
            let slot = self.slot(at);
            // Relaxed: written under the lock only.
            let word = slot.load(Ordering::Relaxed);
            assert!(!word.is_null(), "a node in the table is found before an empty slot");
            // SAFETY: slots hold nothing else.
            if unsafe { tag.matches::<K>(word) } == Some(NonNull::from(node)) {
                return slot;
            }
            at = self.next(at);
        }
    }

    /// Fills this index, which nobody else has yet, with the nodes of `old`, from the place `first` of the order on. The caller holds the lock.
    pub(super) fn copy_from(self, old: Index<'_, K>, first: usize) {
        let mut used = first;
        for place in old.first()..old.used() {
            // Relaxed: written under the lock only.
            let Some(node) = old.node(place, Ordering::Relaxed) else {
                continue;
            };
            // SAFETY: in the table, so alive.
            let node = unsafe { node.as_ref() };
            node.place.set(used);
            // Published with the block, so their releases are for nothing, but they cost nothing either.
            self.put(node, used);
            self.make_findable(node);
            used += 1;
        }
        self.set_first(first);
        self.set_used(used);
        self.set_filled(used - first);
    }

    /// The memory of the block as garbage; its nodes live on.
    ///
    /// # Safety
    /// As for [`Block::into_garbage`].
    pub(super) unsafe fn into_garbage(self) -> Garbage {
        // SAFETY: the caller's.
        unsafe { self.block.into_garbage() }
    }
}

/// An index with its nodes and their values as garbage.
///
/// # Safety
/// The index is unlinked, and after a grace period nobody uses it. Keys may be dropped on any thread.
pub(super) unsafe fn full_garbage<K, V: Value>(index: Index<'_, K>, len: usize) -> Garbage {
    unsafe fn free<K, V: Value>(raw: *mut ()) {
        // SAFETY: the contract of `full_garbage`.
        if let Some(index) = unsafe { Index::<K>::from_raw(raw) } {
            // SAFETY: as above.
            unsafe { free_with_contents::<K, V>(index) };
        }
    }
    let bytes = Block::<Header>::bytes(index.block.count()) + len * (Node::<K>::bytes() + V::bytes());
    // SAFETY: the caller's.
    unsafe { Garbage::new(index.into_raw(), free::<K, V>, bytes) }
}

/// Drops all values and keys and frees all memory. Destructors may unwind; the rest is dropped all the same.
///
/// # Safety
/// Nobody uses the index or anything in it any more.
pub(super) unsafe fn free_with_contents<K, V: Value>(index: Index<'_, K>) {
    struct Rest<'a, K, V: Value> {
        index: Index<'a, K>,
        place: usize,
        _value: PhantomData<V>,
    }
    impl<K, V: Value> Rest<'_, K, V> {
        fn run(&mut self) {
            while self.place < self.index.used() {
                let node = self.index.node(self.place, Ordering::Relaxed);
                self.place += 1;
                if let Some(node) = node {
                    // SAFETY: the contract; each place is visited once.
                    unsafe {
                        let value = node.as_ref().value();
                        let _free = FreeNode(node);
                        if let Some(value) = value {
                            V::release(value);
                        }
                    }
                }
            }
        }
    }
    impl<K, V: Value> Drop for Rest<'_, K, V> {
        fn drop(&mut self) {
            // Reached with places left only while a destructor unwinds. A second panic ends the process, as in `Vec`.
            self.run();
            // SAFETY: the contract; all nodes are freed.
            unsafe { self.index.block.free() };
        }
    }
    struct FreeNode<K>(NonNull<Node<K>>);
    impl<K> Drop for FreeNode<K> {
        fn drop(&mut self) {
            // SAFETY: the contract of `free_with_contents`.
            unsafe { Node::free(self.0) };
        }
    }
    Rest::<K, V> { index, place: 0, _value: PhantomData }.run();
}
