//! What sets need besides: a section with any other object, a table made of keys that differ, and another key in the place of an equal one.

use core::ptr::NonNull;

use super::node::{Node, Present, Removed, Value};
use super::slot::Tag;
use super::{Locked, Table};
use crate::lock::{ObjectLock, section2};
use crate::runtime::Operation;

impl<K, V: Value> Table<K, V> {
    /// [`locked`](Self::locked), with the lock of another object too.
    pub(crate) fn locked_with<'t, R>(
        &'t self,
        other: &ObjectLock,
        f: impl FnOnce(&Locked<'t, K, V>) -> R,
    ) -> R {
        section2(&self.lock, other, || f(&Locked::new(self)))
    }
}

impl<K: 'static> Table<K, Present> {
    /// Adds keys that differ from each other and from those that are there, with their hashes.
    pub(crate) fn fill(&mut self, operation: &Operation, keys: impl Iterator<Item = (u64, K)>) {
        let locked = self.exclusive();
        for (hash, key) in keys {
            locked.insert(operation, hash, key, Present::RAW);
        }
    }
}

impl<K> Node<K> {
    /// Where the node stands in the order. The caller holds the lock.
    pub(crate) fn place(&self) -> usize {
        self.place.get()
    }
}

impl<K> Locked<'_, K, Present> {
    /// Puts an equal key in the place of a node that [`find`](Self::find) gave.
    ///
    /// Readers find the one node or the other, and both say that the key is there: the value of the old node stays.
    pub(crate) fn exchange(&self, operation: &Operation, node: &Node<K>, key: K) -> Removed<K>
    where
        K: 'static,
    {
        let index = self.with_room(operation);
        let place = node.place.get();
        let new = Node::allocate(node.hash, key, Present::RAW);
        // SAFETY: ours until it is published below.
        unsafe { new.as_ref() }.place.set(place);
        // SAFETY: as above; complete.
        index.put(unsafe { new.as_ref() }, place);
        index.change_slot(node, Tag::of(node.hash).word(new));
        // No slot was filled. But a search that is interrupted by this has to begin anew, and the shape says so to it.
        index.count_filled();
        Removed { node: NonNull::from(node), value: Present::RAW }
    }
}
