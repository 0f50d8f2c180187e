//! What concerns a whole table, or two: snapshots, rebuilds, taking everything out.

use core::marker::PhantomData;
use core::mem::ManuallyDrop;
use core::ptr::{self, NonNull};

use super::block::{Index, free_with_contents, full_garbage};
use super::node::{Node, Value};
use super::slot::Tag;
use super::{Locked, Shape, Table};
use crate::lock::section2;
use crate::runtime::Operation;
use crate::sync::atomic::Ordering;

/// An entry as it was at one moment. Node and value stay readable for as long as the thread is inside the runtime.
pub(crate) struct Entry<'a, K> {
    pub(crate) node: &'a Node<K>,
    pub(crate) value: NonNull<()>,
}

impl<K, V: Value> Table<K, V> {
    /// Runs `f` with the locks of two tables, which may be the same. As [`locked`](Self::locked) otherwise.
    pub(crate) fn locked2<'t, W: Value, R>(
        &'t self,
        other: &'t Table<K, W>,
        f: impl FnOnce(&Locked<'t, K, V>, &Locked<'t, K, W>) -> R,
    ) -> R {
        section2(&self.lock, &other.lock, || f(&Locked::new(self), &Locked::new(other)))
    }

    /// A table that nobody else has needs no lock.
    pub(crate) fn exclusive(&mut self) -> Locked<'_, K, V> {
        Locked::new(self)
    }
}

impl<'a, K, V: Value> Locked<'a, K, V> {
    /// What all nodes and values are at this moment, in order. Runs no user code.
    pub(crate) fn entries(&self) -> Vec<Entry<'a, K>> {
        let mut entries = Vec::with_capacity(self.len());
        entries.extend(self.nodes().filter_map(|node| Some(Entry { node, value: node.value()? })));
        entries
    }

    /// See [`Table::shape`].
    pub(crate) fn shape(&self) -> Shape {
        self.table.shape()
    }

    /// Whether a node that was in the table is there still. Runs no user code.
    pub(crate) fn holds(&self, node: &Node<K>) -> bool {
        // SAFETY: the calling thread is inside the runtime, by the contract of `locked`.
        let Some(index) = (unsafe { self.table.index() }) else { return false };
        if index.is_small() {
            // Relaxed: written under the lock only.
            let place = node.place.get();
            return place < index.capacity()
                && index.node(place, Ordering::Relaxed) == Some(NonNull::from(node));
        }
        let tag = Tag::of(node.hash);
        let mut at = index.home(node.hash);
        loop {
            // Relaxed: written under the lock only.
            let word = index.slot(at).load(Ordering::Relaxed);
            if word.is_null() {
                return false;
            }
            // SAFETY: slots hold nothing else.
            if unsafe { tag.matches::<K>(word) } == Some(NonNull::from(node)) {
                return true;
            }
            at = index.next(at);
        }
    }

    /// A new block for at least so many entries, with the nodes of the current one. The first stands at the place that `front` says, given how
    /// many places are free.
    pub(super) fn rebuild(
        &self,
        operation: &Operation,
        entries: usize,
        front: impl FnOnce(usize) -> usize,
    ) -> Index<'a, K>
    where
        K: 'static,
    {
        let table = self.table;
        // SAFETY: the calling thread is inside the runtime, by the contract of `locked`.
        let old = unsafe { table.index() };
        let new = Index::for_entries(entries);
        if let Some(old) = old {
            new.copy_from(old, front(new.capacity() - self.len()));
        }
        // Release: partner is the acquire in `index`. The block is complete.
        table.block.store(new.into_raw(), Ordering::Release);
        if let Some(old) = old {
            // SAFETY: unlinked just now. Its nodes live on in the new block.
            operation.retire(unsafe { old.into_garbage() });
        }
        new
    }

    /// Makes room for so many more nodes.
    pub(crate) fn reserve(&self, operation: &Operation, additional: usize)
    where
        K: 'static,
    {
        // SAFETY: as in `rebuild`.
        let has_room =
            unsafe { self.table.index() }.map_or(additional == 0, |index| index.room() >= additional);
        if !has_room {
            let entries = self.len().checked_add(additional);
            let entries = entries.expect("freethreaded: a collection outgrew the address space");
            self.rebuild(operation, entries, |_| 0);
        }
    }

    /// Gives up room, but for what is there and for `capacity` entries in all.
    pub(crate) fn shrink_to(&self, operation: &Operation, capacity: usize)
    where
        K: 'static,
    {
        let entries = self.len().max(capacity);
        // SAFETY: as in `rebuild`.
        let Some(old) = (unsafe { self.table.index() }) else { return };
        if entries == 0 {
            // Release: null leads nowhere, but who sees the table empty sees all that was before.
            self.table.block.store(ptr::null_mut(), Ordering::Release);
            // SAFETY: unlinked just now; it holds no nodes.
            operation.retire(unsafe { old.into_garbage() });
        } else if Index::<K>::capacity_for(entries) < old.capacity() {
            self.rebuild(operation, entries, |_| 0);
        }
    }

    /// Takes everything out.
    pub(crate) fn unlink_all(&self) -> Unlinked<K, V> {
        self.publish(ptr::null_mut(), 0)
    }

    /// Puts the contents of `new`, which nobody else has, in the place of what is there.
    pub(crate) fn replace_all(&self, new: Table<K, V>) -> Unlinked<K, V> {
        let new = ManuallyDrop::new(new);
        // Relaxed: nobody else has it.
        self.publish(new.block.load(Ordering::Relaxed), new.len())
    }

    fn publish(&self, block: *mut (), len: usize) -> Unlinked<K, V> {
        let table = self.table;
        let old = table.len();
        table.len.store(len, Ordering::Relaxed);
        // Release: partner is the acquire in `index`; and null leads nowhere, but who sees the table empty sees all that was before.
        // No acquire: under the lock.
        Unlinked { block: table.block.swap(block, Ordering::Release), len: old, _owns: PhantomData }
    }
}

/// All that was in a table, which has given it up; readers may be at it still. To be [disposed](Self::dispose) of or
/// [taken](Self::take) after the lock is released.
#[must_use]
pub(crate) struct Unlinked<K, V: Value> {
    block: *mut (),
    len: usize,
    _owns: PhantomData<(K, V)>,
}

impl<K: Send + Sync + 'static, V: Value> Unlinked<K, V> {
    /// Destroys it, at once or after a grace period.
    pub(crate) fn dispose(self, operation: &Operation) {
        // SAFETY: it came out of a table, whole.
        if let Some(index) = unsafe { Index::<K>::from_raw(self.block) } {
            if operation.is_alone() {
                // SAFETY: unlinked, and nobody can be reading.
                unsafe { free_with_contents::<K, V>(index) };
            } else {
                self.retire(operation);
            }
        }
    }

    /// Has it destroyed after a grace period. Runs no user code.
    pub(crate) fn retire(self, operation: &Operation) {
        // SAFETY: it came out of a table, whole.
        if let Some(index) = unsafe { Index::<K>::from_raw(self.block) } {
            // SAFETY: unlinked.
            operation.retire(unsafe { full_garbage::<K, V>(index, self.len) });
        }
    }

    /// The contents as the caller's own if nobody can be reading them; else has them destroyed after a grace period, and gives what they are until
    /// the operation ends.
    pub(crate) fn take<'o>(self, operation: &'o Operation) -> Taken<'o, K, V> {
        // SAFETY: it came out of a table, whole.
        let Some(index) = (unsafe { Index::<K>::from_raw(self.block) }) else {
            return Taken::Shared(Vec::new());
        };
        if operation.is_alone() {
            return Taken::Owned(Owned { block: self.block, place: 0, left: self.len, _owns: PhantomData });
        }
        let nodes = super::Nodes::new(Some(index));
        let entries = nodes.filter_map(|node| Some(Entry { node, value: node.value()? })).collect();
        self.retire(operation);
        Taken::Shared(entries)
    }
}

/// See [`Unlinked::take`].
pub(crate) enum Taken<'o, K, V: Value> {
    Owned(Owned<K, V>),
    Shared(Vec<Entry<'o, K>>),
}

/// The contents of a table, one by one, as their owner: keys, and values that are the caller's to release.
pub(crate) struct Owned<K, V: Value> {
    block: *mut (),
    place: usize,
    left: usize,
    _owns: PhantomData<(K, V)>,
}

// SAFETY: it owns keys, and values of a kind that any thread may release.
unsafe impl<K: Send, V: Value> Send for Owned<K, V> {}
// SAFETY: `&Owned` gives nothing but a number.
unsafe impl<K: Sync, V: Value> Sync for Owned<K, V> {}

impl<K, V: Value> Owned<K, V> {
    pub(crate) fn new(table: Table<K, V>) -> Self {
        let table = ManuallyDrop::new(table);
        // Relaxed: nobody else has the table, and who had it is behind us.
        Self { block: table.block.load(Ordering::Relaxed), place: 0, left: table.len(), _owns: PhantomData }
    }

    fn index(&self) -> Option<Index<'_, K>> {
        // SAFETY: this value owns the block.
        unsafe { Index::from_raw(self.block) }
    }
}

impl<K, V: Value> Iterator for Owned<K, V> {
    type Item = (K, NonNull<()>);

    fn next(&mut self) -> Option<Self::Item> {
        let index = self.index()?;
        let (used, mut place) = (index.used(), self.place);
        while place < used {
            // Relaxed: nobody else has it.
            let node = index.order(place).swap(ptr::null_mut(), Ordering::Relaxed);
            place += 1;
            if let Some(node) = NonNull::new(Tag::stripped::<K>(node)) {
                self.place = place;
                self.left -= 1;
                // SAFETY: owned, and taken out of the order just now.
                return Some(unsafe {
                    let value = node.as_ref().take_value(false);
                    (Node::into_key(node), value)
                });
            }
        }
        self.place = place;
        None
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.left, Some(self.left))
    }
}

impl<K, V: Value> Drop for Owned<K, V> {
    fn drop(&mut self) {
        if let Some(index) = self.index() {
            // SAFETY: owned; what was given is no longer in the order.
            unsafe { free_with_contents::<K, V>(index) };
        }
    }
}
