//! The hash table under `Dict` and `Set`: lock-free reads, locked writes, insertion order.
//!
//! # Memory
//!
//! ```text
//! Table ── block ──▶ [ header │ slots: 2^n words (tag, node) │ order: 3/4 · 2^n node pointers ]
//!                                      └───────┬──────────────────────┘
//!                                              ▼
//!                                     Node { hash, value, place, key }
//! ```
//!
//! Open addressing with linear probing over the slots; `order` lists the nodes as they were inserted, tagged as in the slots. Nodes are shared
//! between an old and a new block.
//!
//! A *small* block, of up to eight entries, has no slots but a *look-up*, one word that says where in the order to look for a hash, see `lookup.rs`. What is said of slots below holds of
//! the look-up and the places there, but for two things. A place may be filled again, since a search does not end at an empty one. And a node is not moved within the block: a search
//! that has read the look-up before would miss it; a new block is made instead.
//!
//! # Protocol
//!
//! All writes hold the table's lock. Readers take no lock and never retry; they are inside the runtime.
//!
//! | write | stores, in this order | the moment it happens |
//! |---|---|---|
//! | insert | node complete; `order[used]` (release); slot (release); `used` (release); `len` | the slot; in a small block, the look-up |
//! | replace | the node's value (release), by a swap while the table is [free](crate::lock) | the store |
//! | remove | the node's value → null; slot → tombstone; `order[place]` → null; `used` back over nulls; `len` | the null |
//! | move | `order[new place]` (release); `used` or `first`; `order[old place]` → null | not visible but to a walk |
//! | rebuild | a new block, complete; `block` (release) | not visible |
//! | clear | `block` → null; `len` | the block |
//!
//! Rules that make a reader's single walk enough:
//! 1. A slot goes empty → node → tombstone, each at most once per block. So a node of key `k` that is in the table is found
//!    before the first empty slot of `k`'s probe sequence, and an empty slot met on the way means that `k` was absent then.
//! 2. An old block does not change after the new one is published, but for the values in the nodes. A reader that still walks it answers for
//!    the moment of the publication, which lies within its call, or for a later moment through the node's value.
//! 3. A removed node's value is null for ever, so a reader that finds the node late sees that it is gone. A key that comes back gets a new node.
//! 4. Nodes, values and blocks that readers may hold are retired, not freed.
//! 5. A place of the order may be used again once its node is gone: nodes are whole, so a walk that comes there gives one entry or another, and what stays in the
//!    table without being moved keeps its place.
//!
//! Checked by: `loom-tests/tests/loom_table.rs`; histories by `tests/linearizable/`.

mod algebra;
mod block;
mod bulk;
mod iter;
mod lookup;
mod node;
mod order;
mod slot;

use core::marker::PhantomData;
use core::ptr::{self, NonNull};

use equivalent::Equivalent;

use crate::lock::{ObjectLock, Turn, at_once, section, section_of_key};
use crate::runtime::Operation;
use crate::sync::atomic::{AtomicPtr, AtomicUsize, Ordering};

#[cfg(loom)]
pub(crate) use block::small;
use block::{Index, free_with_contents};
pub(crate) use bulk::{Entry, Owned, Taken};
pub(crate) use iter::Nodes;
pub(crate) use node::{Counted, Node, Present, Removed, Value, retire_value};
pub use order::End;
use slot::{TOMBSTONE, Tag};

/// See the [module](self).
pub(crate) struct Table<K, V: Value> {
    block: AtomicPtr<()>,
    len: AtomicUsize,
    lock: ObjectLock,
    _owns: PhantomData<(K, V)>,
}

/// See [`Table::shape`].
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Shape {
    block: *mut (),
    filled: usize,
    len: usize,
}

/// What a search [without the lock](Table::look) has found, and where.
pub(crate) struct Seen<'a, K> {
    block: *mut (),
    /// Slots that had been filled before the search began.
    filled: usize,
    node: Option<&'a Node<K>>,
}

impl<'a, K> Seen<'a, K> {
    #[inline(always)]
    pub(crate) fn found(&self) -> Found<'a, K> {
        match self.node {
            Some(node) => Found::Node(node),
            None => Found::Nothing,
        }
    }
}

/// What a write found under the lock.
pub(crate) enum Found<'a, K> {
    Node(&'a Node<K>),
    Nothing,
}

impl<K, V: Value> Table<K, V> {
    crate::sync::const_unless_loom! {
        pub(crate) const fn new() -> Self {
            Self {
                block: AtomicPtr::new(ptr::null_mut()),
                len: AtomicUsize::new(0),
                lock: ObjectLock::new(),
                _owns: PhantomData,
            }
        }
    }

    /// A table that takes `capacity` entries without a rebuild.
    pub(crate) fn with_capacity(capacity: usize) -> Self {
        let table = Self::new();
        if capacity > 0 {
            // Relaxed: nobody else has the table yet.
            table.block.store(Index::<K>::for_entries(capacity).into_raw(), Ordering::Relaxed);
        }
        table
    }

    /// Exact while nobody writes; otherwise it may be off by the writes under way.
    #[inline]
    pub(crate) fn len(&self) -> usize {
        self.len.load(Ordering::Relaxed)
    }

    /// What tells whether nodes came or went between two moments of one stay inside the runtime, under the lock: a block comes back no earlier than the stay ends,
    /// and within one an insertion adds to the filled slots, a removal takes from the entries alone.
    #[inline]
    pub(crate) fn shape(&self) -> Shape {
        // Relaxed, all: written under the lock only.
        let block = self.block.load(Ordering::Relaxed);
        // SAFETY: under the lock the block is current, and the calling thread is inside the runtime.
        let filled = unsafe { Index::<K>::from_raw(block) }.map_or(0, Index::filled);
        Shape { block, filled, len: self.len() }
    }

    /// The current block.
    ///
    /// # Safety
    /// During `'a` the calling thread is inside the runtime, or nobody else has the table.
    #[inline(always)]
    pub(crate) unsafe fn index<'a>(&self) -> Option<Index<'a, K>> {
        // Acquire: partner is the release with which the block was published.
        // SAFETY: published blocks are retired, so this one stays for as long as the caller says.
        unsafe { Index::from_raw(self.block.load(Ordering::Acquire)) }
    }

    /// The node of `key`, which may be being removed: its value tells. Calls `Eq`; takes no lock.
    ///
    /// # Safety
    /// During `'a` the calling thread is inside the runtime, or nobody else has the table.
    #[inline]
    pub(crate) unsafe fn find<'a, Q>(&self, hash: u64, key: &Q) -> Option<&'a Node<K>>
    where
        Q: Equivalent<K> + ?Sized,
    {
        // SAFETY: the caller's.
        unsafe { Self::find_in(self.index()?, hash, key) }
    }

    /// [`find`](Self::find) in a block that may be the current one no more.
    ///
    /// # Safety
    /// As for [`find`](Self::find).
    #[inline(always)]
    unsafe fn find_in<'a, Q>(index: Index<'a, K>, hash: u64, key: &Q) -> Option<&'a Node<K>>
    where
        Q: Equivalent<K> + ?Sized,
    {
        let tag = Tag::of(hash);
        if index.is_small() {
            // SAFETY: the caller's.
            return unsafe { Self::find_in_order(index, hash, key) };
        }
        let mut at = index.home(hash);
        loop {
            // Acquire: partner is the release in `insert`; the node is read next.
            let word = index.slot(at).load(Ordering::Acquire);
            if word.is_null() {
                return None;
            }
            // SAFETY: slots hold nothing else.
            if let Some(node) = unsafe { tag.matches::<K>(word) } {
                // SAFETY: a published node, which stays for as long as the caller says.
                let node = unsafe { node.as_ref() };
                // Not the whole hash first: the tag lets one other node in 32 768 through.
                if key.equivalent(&node.key) {
                    // A removed node whose slot is not a tombstone yet: a new node of this key may follow only
                    // once it is, so there is nothing further on that was there before our load.
                    return Some(node);
                }
            }
            at = index.next(at);
        }
    }

    /// [`find`](Self::find) in a small index.
    ///
    /// # Safety
    /// As for [`find`](Self::find).
    #[inline]
    unsafe fn find_in_order<'a, Q>(index: Index<'a, K>, hash: u64, key: &Q) -> Option<&'a Node<K>>
    where
        Q: Equivalent<K> + ?Sized,
    {
        let (tag, places) = (Tag::of(hash), index.places());
        index.lookup().places_of(hash).find_map(|place| {
            // Acquire: partner is the release in `Index::put`; the node is read next.
            // SAFETY: a look-up names places of its index.
            let word = NonNull::new(unsafe { places.get_unchecked(place) }.load(Ordering::Acquire))?;
            // SAFETY: places hold nothing else; a published node, which stays for as long as the caller says.
            let node = unsafe { tag.matches::<K>(word.as_ptr())?.as_ref() };
            key.equivalent(&node.key).then_some(node)
        })
    }

    pub(crate) fn lock(&self) -> &ObjectLock {
        &self.lock
    }

    /// Searches for a key that is to be written, before the lock is taken: so the user's `Eq` runs without it, and the lock is held for the few instructions of
    /// [`at_once`](Self::at_once).
    ///
    /// # Safety
    /// As for [`find`](Self::find).
    #[inline]
    pub(crate) unsafe fn look<'a, Q>(&self, hash: u64, key: &Q) -> Seen<'a, K>
    where
        Q: Equivalent<K> + ?Sized,
    {
        // Acquire: as in `index`.
        let block = self.block.load(Ordering::Acquire);
        // SAFETY: the caller's.
        let index = unsafe { Index::from_raw(block) };
        let filled = index.map_or(0, Index::filled);
        // SAFETY: the caller's.
        let node = index.and_then(|index| unsafe { Self::find_in(index, hash, key) });
        Seen { block, filled, node }
    }

    /// Runs `f` with the table's lock if that is there at once, and what was [seen](Self::look) is still so: the calling thread has been inside the runtime since. `f` runs
    /// no code of the user's, and gives nothing if it has done nothing.
    ///
    /// A node is in the table if the block in which it was found is current and it has a value. A key that was missed is absent if the block is current and no slot has been filled
    /// since: who sees a number of filled slots sees those slots. Also for a write that finds nothing to do: its answer has to wait for a section of another thread.
    #[inline(always)]
    pub(crate) fn at_once<'t, R>(
        &'t self,
        seen: &Seen<'_, K>,
        f: impl FnOnce(&Locked<'t, K, V>) -> Option<R>,
    ) -> Option<R> {
        at_once(&self.lock, || {
            // Relaxed: written under the lock only. The block is not another at the same address: the thread is inside.
            if self.block.load(Ordering::Relaxed) != seen.block {
                return None;
            }
            // SAFETY: current, under the lock.
            let index = unsafe { Index::<K>::from_raw(seen.block) };
            let is_as_full = || index.map_or(0, Index::filled) == seen.filled;
            let still = match seen.node {
                // A set may have put another node in its place, which counts as a slot that was filled.
                Some(node) => node.value().is_some() && (V::IS_SOMETHING || is_as_full()),
                None => is_as_full(),
            };
            if still { f(&Locked::new(self)) } else { None }
        })
    }

    /// Runs `f` with the table's lock. The calling thread is inside the runtime, for as long as it uses a node that `f` gave it.
    #[inline]
    pub(crate) fn locked<'t, R>(&'t self, f: impl FnOnce(&Locked<'t, K, V>) -> R) -> R {
        section(&self.lock, || f(&Locked::new(self)))
    }

    /// [`locked`](Self::locked) for an operation on one key, which others may do without the lock meanwhile, if it is a replacement: see
    /// [`free`](crate::lock::ObjectLock::is_free). `free` is such a replacement, tried first if the lock allows it.
    #[inline]
    pub(crate) fn locked_for_key<'t, C, R>(
        &'t self,
        context: &mut C,
        free: impl FnOnce(&mut C) -> Option<R>,
        f: impl FnOnce(&mut C, &Locked<'t, K, V>) -> R,
    ) -> R {
        section_of_key(&self.lock, context, free, |context, turn| f(context, &Locked { table: self, turn }))
    }

    /// Replaces the value of a key that was [seen](Self::look) without the lock. `None`, and nothing is done, if it was missed, has gone, or that is not allowed.
    /// The calling thread has been inside the runtime since.
    pub(crate) fn replace_freely(&self, seen: &Seen<'_, K>, value: NonNull<()>) -> Option<NonNull<()>> {
        let node = seen.node?;
        self.lock.freely(|| {
            // If the block is the one in which the node was found, the table has not been emptied since; what was removed has no value.
            // Relaxed: ordered by the acquire with which the lock was seen free. The block cannot be another at the same address: this thread is inside.
            if self.block.load(Ordering::Relaxed) == seen.block { node.replace_freely(value) } else { None }
        })
    }
}

impl<K: Send + Sync + 'static, V: Value> Table<K, V> {
    /// Removes everything.
    pub(crate) fn clear(&self, operation: &Operation) {
        self.locked(Locked::unlink_all).dispose(operation);
    }
}

/// A table whose lock the calling thread holds. Nobody else changes it, but for the values of keys in an operation on [one key](Table::locked_for_key).
pub(crate) struct Locked<'a, K, V: Value> {
    table: &'a Table<K, V>,
    turn: Turn,
}

impl<'a, K, V: Value> Locked<'a, K, V> {
    fn new(table: &'a Table<K, V>) -> Self {
        Self { table, turn: Turn::AtOnce }
    }

    /// The node of `key`. Calls `Eq`, under the lock; where that changes the table, this thread itself or another while the section is suspended, the
    /// search begins anew. So the answer is true when this returns.
    #[inline]
    pub(crate) fn find<Q>(&self, hash: u64, key: &Q) -> Found<'a, K>
    where
        Q: Equivalent<K> + ?Sized,
    {
        loop {
            let before = self.table.shape();
            // SAFETY: the calling thread is inside the runtime, by the contract of `locked`.
            let found = unsafe { self.table.find(hash, key) };
            if self.table.shape() == before {
                return match found {
                    Some(node) => Found::Node(node),
                    None => Found::Nothing,
                };
            }
        }
    }

    /// Whether one more node fits without a rebuild.
    #[inline(always)]
    pub(crate) fn has_room(&self) -> bool {
        // SAFETY: as in `find`.
        unsafe { self.table.index() }.is_some_and(Index::has_room)
    }

    /// All nodes, in order.
    pub(crate) fn nodes(&self) -> Nodes<'a, K> {
        // SAFETY: as in `find`.
        Nodes::new(unsafe { self.table.index() })
    }

    /// Exact, under the lock.
    pub(crate) fn len(&self) -> usize {
        self.table.len()
    }

    /// Replaces the value of a node that [`find`](Self::find) gave.
    #[inline]
    pub(crate) fn replace(&self, node: &Node<K>, value: NonNull<()>) -> NonNull<()> {
        let old = node.replace(value, self.table.lock.is_free());
        if let Turn::Waited = self.turn {
            self.table.lock.waited_to_replace();
        }
        old
    }

    /// Adds a node for a key that is not in the table, as [`find`](Self::find) has just said.
    pub(crate) fn insert(&self, operation: &Operation, hash: u64, key: K, value: NonNull<()>) -> &'a Node<K>
    where
        K: 'static,
    {
        let table = self.table;
        let index = self.with_room(operation);
        let node = Node::allocate(hash, key, value);
        let used = index.used();
        // SAFETY: ours until it is published below, and in the table from then on.
        let shared: &'a Node<K> = unsafe { node.as_ref() };
        shared.place.set(used);
        index.put(shared, used);
        index.make_findable(shared);
        index.count_filled();
        index.set_used(used + 1);
        table.len.store(table.len() + 1, Ordering::Relaxed);
        shared
    }

    /// Removes a node that [`find`](Self::find) or [`nodes`](Self::nodes) gave.
    pub(crate) fn remove(&self, node: &Node<K>) -> Removed<K> {
        let table = self.table;
        // SAFETY: as in `find`.
        let index = unsafe { table.index() }.expect("the node stands in it");
        // First, so that readers who find the node see that it is gone.
        let value = node.take_value(self.table.lock.is_free());
        index.change_slot(node, TOMBSTONE);
        // Release: leads nowhere, but who sees that the key is gone sees all that was before.
        index.order(node.place.get()).store(ptr::null_mut(), Ordering::Release);
        index.trim(node.place.get());
        table.len.store(table.len() - 1, Ordering::Relaxed);
        Removed { node: NonNull::from(node), value }
    }

    /// The block, with room for one more node: rebuilt if the order is full.
    fn with_room(&self, operation: &Operation) -> Index<'a, K>
    where
        K: 'static,
    {
        let table = self.table;
        // SAFETY: as in `find`.
        match unsafe { table.index() } {
            Some(index) if index.has_room() => index,
            // Twice what is in use, so that at least half of the new order is free.
            _ => self.rebuild(operation, (table.len() * 2).max(1), |_| 0),
        }
    }
}

impl<K, V: Value> Drop for Table<K, V> {
    fn drop(&mut self) {
        // Relaxed: nobody else has the table, and who had it is behind us.
        // SAFETY: what is linked now was never retired.
        if let Some(index) = unsafe { Index::<K>::from_raw(self.block.load(Ordering::Relaxed)) } {
            // SAFETY: no reference to anything in the table outlives its borrow.
            unsafe { free_with_contents::<K, V>(index) };
        }
    }
}
