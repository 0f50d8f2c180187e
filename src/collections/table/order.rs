//! The ends of a table's order, and moving nodes there.

use core::ptr;

use super::Locked;
use super::block::Index;
use super::iter::Nodes;
use super::node::{Node, Value};
use crate::runtime::Operation;
use crate::sync::atomic::Ordering;

/// An end of a container's order.
///
/// ```
/// use freethreaded::collections::{Dict, End};
/// use freethreaded::Brc;
/// let dict: Dict<&str, Brc<u32>> = [("a", 1), ("b", 2), ("c", 3)].into();
/// dict.move_to_end("a", End::Last);
/// dict.move_to_end("c", End::First);
/// assert_eq!(format!("{dict:?}"), r#"{"c": 3, "b": 2, "a": 1}"#);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum End {
    /// Where iteration begins.
    First,
    /// Where new keys go.
    Last,
}

impl<K> Index<'_, K> {
    /// How many more nodes fit: into the order, and into the slots with enough of them left empty. The caller holds the lock.
    #[inline]
    pub(super) fn room(self) -> usize {
        let gone = if self.is_small() { self.used() } else { self.used().max(self.filled()) };
        self.capacity() - gone
    }

    #[inline]
    pub(super) fn has_room(self) -> bool {
        self.room() != 0
    }

    /// Takes what is empty at the ends off the order, after the entry at `place` was nulled, so that the ends are found at once. The caller holds the lock.
    #[inline]
    pub(super) fn trim(self, place: usize) {
        // Relaxed: written under the lock only.
        let is_empty = |place| self.order(place).load(Ordering::Relaxed).is_null();
        let (mut first, mut used) = (self.first(), self.used());
        if place + 1 == used {
            while used > first && is_empty(used - 1) {
                used -= 1;
            }
            self.set_used(used);
        }
        if place == first {
            while first < used && is_empty(first) {
                first += 1;
            }
            self.set_first(first);
        }
    }
}

impl<'a, K, V: Value> Locked<'a, K, V> {
    /// The node at an end of the order.
    pub(crate) fn at(&self, end: End) -> Option<&'a Node<K>> {
        // SAFETY: the calling thread is inside the runtime, by the contract of `locked`.
        let mut nodes = Nodes::new(unsafe { self.table.index() });
        match end {
            End::First => nodes.next(),
            End::Last => nodes.next_back(),
        }
    }

    /// Moves a node that is in the table to an end of the order. Look-ups do not see it; a walk sees the node at its old place, at the
    /// new one, at both or at none.
    pub(crate) fn move_to(&self, operation: &Operation, node: &Node<K>, end: End)
    where
        K: 'static,
    {
        // SAFETY: as in `at`.
        let index = unsafe { self.table.index() }.expect("the node stands in it");
        let is_there = match end {
            End::First => node.place.get() == index.first(),
            End::Last => node.place.get() + 1 == index.used(),
        };
        if is_there {
            return;
        }
        let enough = self.len() * 2;
        let index = match end {
            _ if index.is_small() => index,
            End::Last if index.used() == index.capacity() => self.rebuild(operation, enough, |_| 0),
            // Half of what is free comes to stand in front, so that as many moves need no other rebuild.
            End::First if index.first() == 0 => self.rebuild(operation, enough, |free| free / 2),
            _ => index,
        };
        // Also what had slots, if few are left in it.
        if index.is_small() {
            return self.move_in_small(operation, index, node, end);
        }
        let place = match end {
            End::Last => {
                let place = index.used();
                index.put(node, place);
                index.set_used(place + 1);
                place
            }
            End::First => {
                let place = index.first() - 1;
                index.put(node, place);
                index.set_first(place);
                place
            }
        };
        let old = node.place.replace(place);
        // Release: partner is the acquire in `Nodes::at`. Who finds the old place empty and goes on finds the new one.
        index.order(old).store(ptr::null_mut(), Ordering::Release);
        index.trim(old);
    }

    /// [`move_to`](Self::move_to) in a small index, whose nodes keep their places, or a search would miss what passes it by: makes another.
    fn move_in_small(&self, operation: &Operation, old: Index<'_, K>, node: &Node<K>, end: End)
    where
        K: 'static,
    {
        let new = Index::for_entries(old.capacity());
        let rest = self.nodes().filter(|other| !ptr::eq(*other, node));
        let (front, back) = match end {
            End::First => (Some(node), None),
            End::Last => (None, Some(node)),
        };
        let mut used = 0;
        for node in front.into_iter().chain(rest).chain(back) {
            node.place.set(used);
            new.put(node, used);
            new.make_findable(node);
            used += 1;
        }
        new.set_used(used);
        new.set_filled(used);
        // Release: partner is the acquire in `index`. The block is complete.
        self.table.block.store(new.into_raw(), Ordering::Release);
        // SAFETY: unlinked just now. Its nodes live on in the new block.
        operation.retire(unsafe { old.into_garbage() });
    }
}
