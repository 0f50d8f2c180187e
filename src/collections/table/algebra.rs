//! What works on many nodes at once, or moves keys out: bulk removal, taking all, set algebra, room.

use core::marker::PhantomData;
use core::ptr::{self, NonNull};

use super::block::{Index, free_with_contents, full_garbage};
use super::node::{Node, Present, Removed, Value};
use super::slot::Tag;
use super::{Locked, Table};
use crate::lock::{ObjectLock, section2};
use crate::runtime::{Garbage, Operation};
use crate::sync::atomic::Ordering;

impl<K, V: Value> Table<K, V> {
    /// [`locked`](Self::locked), with the lock of another object too.
    pub(crate) fn locked_with<'t, R>(
        &'t self,
        other: &ObjectLock,
        f: impl FnOnce(&Locked<'t, K, V>) -> R,
    ) -> R {
        section2(&self.lock, other, || f(&Locked { table: self }))
    }
}

impl<K: Send + Sync + 'static, V: Value> Table<K, V> {
    /// Takes all entries out.
    pub(crate) fn unlink_all<'o>(&self, operation: &'o Operation) -> Unlinked<'o, K, V> {
        self.locked(|locked| locked.unlink_all(operation))
    }
}

impl<K: 'static> Table<K, Present> {
    /// A table of keys that differ from each other, with their hashes. There are at most `count`.
    pub(crate) fn of_distinct(
        operation: &Operation,
        count: usize,
        keys: impl Iterator<Item = (u64, K)>,
    ) -> Self {
        let table = Self::with_capacity(count);
        // Without the lock: nobody else has the table.
        let locked = Locked { table: &table };
        for (hash, key) in keys {
            locked.insert(operation, hash, key, Present::RAW);
        }
        table
    }

    /// The keys, moved out in order. No user code runs.
    pub(crate) fn into_keys(self) -> Vec<K> {
        // Relaxed: nobody else has the table, and who had it is behind us.
        let block = self.block.swap(ptr::null_mut(), Ordering::Relaxed);
        // SAFETY: it was linked, so never retired; no reference to anything in the table outlives its borrow.
        unsafe { Index::from_raw(block).map_or_else(Vec::new, |index| moved_out(index)) }
    }
}

impl<K> Node<K> {
    /// The hash of the key, as the table hashes.
    pub(crate) fn hash(&self) -> u64 {
        self.hash
    }

    /// Where the node stands in the order. The caller holds the lock.
    pub(crate) fn place(&self) -> usize {
        self.place.get()
    }
}

/// Moves the keys out of a block and frees it.
///
/// # Safety
/// Nobody uses the block or anything in it any more.
unsafe fn moved_out<K>(index: Index<'_, K>) -> Vec<K> {
    let used = index.used();
    let mut keys = Vec::with_capacity(used);
    // SAFETY: the contract; each node is in one place of the order, and the block is freed without its nodes.
    unsafe {
        keys.extend((0..used).filter_map(|place| index.node_at(place)).map(|node| Node::into_key(node)));
        index.free();
    }
    keys
}

impl<'a, K, V: Value> Locked<'a, K, V> {
    /// Whether a node that this table had is there still.
    pub(crate) fn holds(&self, node: &Node<K>) -> bool {
        let place = node.place.get();
        self.index().is_some_and(|index| {
            place < index.used() && index.node_at(place).is_some_and(|at| ptr::eq(at.as_ptr(), node))
        })
    }

    /// The first node. Amortised O(1), however many before it were removed.
    pub(crate) fn first(&self) -> Option<&'a Node<K>> {
        // SAFETY: in the table, so alive under the lock, and for as long as the thread is inside.
        self.index()?.first().map(|node| unsafe { node.as_ref() })
    }

    /// The last node. Amortised O(1).
    pub(crate) fn last(&self) -> Option<&'a Node<K>> {
        // SAFETY: as in `first`.
        self.index()?.last().map(|node| unsafe { node.as_ref() })
    }

    /// Makes room for so many more. As growth does, leaves at least half of a new order free.
    pub(crate) fn reserve(&self, operation: &Operation, additional: usize)
    where
        K: 'static,
    {
        let (index, len) = (self.index(), self.len());
        if index.map_or(0, |index| index.capacity() - index.used()) < additional {
            let entries =
                len.checked_add(additional).expect("freethreaded: a collection outgrew the address space");
            self.rebuild(operation, index, entries.max(len * 2));
        }
    }

    /// Gives up room beyond `capacity` entries, as far as there is something to gain.
    pub(crate) fn shrink_to(&self, operation: &Operation, capacity: usize)
    where
        K: 'static,
    {
        let Some(index) = self.index() else { return };
        let entries = self.len().max(capacity);
        if entries == 0 {
            // Relaxed: null leads nowhere, and the table was empty before.
            self.table.block.store(ptr::null_mut(), Ordering::Relaxed);
            // SAFETY: unlinked just now, and without nodes.
            operation.retire(unsafe { index.into_garbage() });
        } else if Index::<K>::capacity_for(entries) < index.capacity() {
            self.rebuild(operation, Some(index), entries);
        }
    }

    fn index(&self) -> Option<Index<'a, K>> {
        // SAFETY: as in `find`.
        unsafe { self.table.index() }
    }
}

impl<K: Send + Sync + 'static, V: Value> Locked<'_, K, V> {
    /// Takes all entries out.
    pub(crate) fn unlink_all<'o>(&self, operation: &'o Operation) -> Unlinked<'o, K, V> {
        let table = self.table;
        let len = table.len.load(Ordering::Relaxed);
        table.len.store(0, Ordering::Relaxed);
        // Release: null leads nowhere, but who sees the table empty sees all that was before. No acquire: under the lock.
        let block = table.block.swap(ptr::null_mut(), Ordering::Release);
        Unlinked { operation, block, len, _values: PhantomData }
    }

    /// Puts all that `new` holds in the place of what is there.
    pub(crate) fn exchange_all<'o>(&self, operation: &'o Operation, new: Table<K, V>) -> Unlinked<'o, K, V> {
        let table = self.table;
        let len = table.len.load(Ordering::Relaxed);
        // Relaxed: nobody else has the new table, whose block goes over.
        let block = new.block.swap(ptr::null_mut(), Ordering::Relaxed);
        table.len.store(new.len(), Ordering::Relaxed);
        // Release: partner is the acquire in `index`. The block is complete.
        let block = table.block.swap(block, Ordering::Release);
        Unlinked { operation, block, len, _values: PhantomData }
    }
}

impl<K> Locked<'_, K, Present> {
    /// Puts an equal key in the place of a node that [`find`](Self::find) gave.
    ///
    /// Readers find the one node or the other, and both say that the key is there: the value of the old node stays. One place of the order is left
    /// empty behind the others, so that the [shape](Table::shape) changes.
    pub(crate) fn exchange(&self, operation: &Operation, node: &Node<K>, key: K) -> Removed<K>
    where
        K: 'static,
    {
        let index = self.with_room(operation);
        let place = node.place.get();
        let new = Node::allocate(node.hash, key, Present::RAW);
        // SAFETY: ours until it is published below.
        unsafe { new.as_ref() }.place.set(place);
        let word = Tag::of(node.hash).word(new);
        // Release, both: partners are the acquires in `Nodes` and `find`; the node is complete.
        index.order(place).store(new.as_ptr().cast(), Ordering::Release);
        index.slot_of(node).store(word, Ordering::Release);
        index.set_used(index.used() + 1);
        Removed { node: NonNull::from(node), value: Present::RAW }
    }
}

/// All that a table held, taken out of it at one moment. Given up when it is dropped, behind the lock: destroyed at once, or after a grace period.
#[must_use]
pub(crate) struct Unlinked<'o, K: Send + Sync + 'static, V: Value> {
    operation: &'o Operation,
    block: *mut (),
    len: usize,
    _values: PhantomData<(K, V)>,
}

impl<K: Send + Sync + 'static> Unlinked<'_, K, Present> {
    /// The keys in order: moved out if nobody can be reading them, else cloned.
    pub(crate) fn into_keys(mut self) -> Vec<K>
    where
        K: Clone,
    {
        // SAFETY: unlinked, and freed no earlier than `self` is dropped.
        let Some(index) = (unsafe { Index::<K>::from_raw(self.block) }) else { return Vec::new() };
        if self.operation.is_alone() {
            self.block = ptr::null_mut();
            // SAFETY: unlinked, and nobody can be reading.
            return unsafe { moved_out(index) };
        }
        let mut keys = Vec::with_capacity(self.len);
        for node in (0..index.used()).filter_map(|place| index.node_at(place)) {
            // SAFETY: alive as long as its block.
            keys.push(unsafe { node.as_ref() }.key.clone());
        }
        keys
    }
}

impl<K: Send + Sync + 'static, V: Value> Drop for Unlinked<'_, K, V> {
    fn drop(&mut self) {
        // SAFETY: unlinked by this operation; it was in use up to then.
        if let Some(index) = unsafe { Index::<K>::from_raw(self.block) } {
            if self.operation.is_alone() {
                // SAFETY: unlinked, and nobody can be reading.
                unsafe { free_with_contents::<K, V>(index) };
            } else {
                // SAFETY: unlinked.
                self.operation.retire(unsafe { full_garbage::<K, V>(index, self.len) });
            }
        }
    }
}

impl<K: Send + Sync + 'static> Removed<K> {
    /// Gives the node of a set up, at once or after a grace period.
    pub(crate) fn discard(self, operation: &Operation) {
        if operation.is_alone() {
            // SAFETY: unlinked, and nobody can be reading.
            unsafe { Node::free(self.node) };
        } else {
            // SAFETY: unlinked; keys may be dropped on any thread by this function's bounds.
            operation
                .retire(unsafe { Garbage::new(self.node.as_ptr().cast(), free::<K>, Node::<K>::bytes()) });
        }
    }

    /// The key of a set's node: moved out if nobody can be reading it, else cloned.
    pub(crate) fn into_key(self, operation: &Operation) -> K
    where
        K: Clone,
    {
        if operation.is_alone() {
            // SAFETY: unlinked, and nobody can be reading.
            return unsafe { Node::into_key(self.node) };
        }
        let mut rest = GivenUp::new(operation);
        let node = self.node;
        rest.push(self);
        // SAFETY: unlinked, and given up no earlier than `rest` is.
        let key = unsafe { node.as_ref() }.key.clone();
        rest.discard();
        key
    }
}

/// # Safety
/// As for [`Node::free`].
unsafe fn free<K>(raw: *mut ()) {
    // SAFETY: a node, by the caller's word.
    unsafe { Node::<K>::free(NonNull::new_unchecked(raw.cast())) }
}

/// Nodes that a set has given up under its lock. To be [discarded](Self::discard) behind it; if something unwinds, they are too.
pub(crate) struct GivenUp<'o, K: Send + Sync + 'static> {
    operation: &'o Operation,
    nodes: Vec<Removed<K>>,
    done: usize,
}

impl<'o, K: Send + Sync + 'static> GivenUp<'o, K> {
    pub(crate) fn new(operation: &'o Operation) -> Self {
        Self { operation, nodes: Vec::new(), done: 0 }
    }

    pub(crate) fn push(&mut self, node: Removed<K>) {
        self.nodes.push(node);
    }

    /// Gives them up in order. Destructors may unwind; the rest is given up all the same.
    pub(crate) fn discard(mut self) {
        self.run();
    }

    fn run(&mut self) {
        while let Some(node) = self.nodes.get(self.done) {
            let node = Removed { node: node.node, value: node.value };
            self.done += 1;
            node.discard(self.operation);
        }
    }
}

impl<K: Send + Sync + 'static> Drop for GivenUp<'_, K> {
    fn drop(&mut self) {
        // Nodes are left only while something unwinds. A second panic ends the process, as in `Vec`.
        self.run();
    }
}
