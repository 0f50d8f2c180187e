//! Walking a table in insertion order.

use core::iter::FusedIterator;
use core::ptr::NonNull;

use super::block::Index;
use super::node::Node;
use crate::sync::atomic::Ordering;

/// The nodes of one block, in order, as they are when the walk comes to them. A node may have been removed: its value tells.
pub(crate) struct Nodes<'a, K> {
    index: Option<Index<'a, K>>,
    place: usize,
}

impl<'a, K> Nodes<'a, K> {
    /// `index` and its nodes stay alive during `'a`, as its own contract says.
    pub(crate) fn new(index: Option<Index<'a, K>>) -> Self {
        Self { index, place: 0 }
    }

    /// At most so many are left, if nothing is added.
    pub(crate) fn at_most(&self) -> usize {
        self.index.map_or(0, |index| index.used() - self.place)
    }
}

impl<'a, K> Iterator for Nodes<'a, K> {
    type Item = &'a Node<K>;

    #[inline]
    fn next(&mut self) -> Option<&'a Node<K>> {
        let index = self.index?;
        while self.place < index.used() {
            // Acquire: partner is the release in `remove`: who misses a key here sees it gone. Nodes are published by `used`.
            let node = index.order(self.place).load(Ordering::Acquire);
            self.place += 1;
            if let Some(node) = NonNull::new(node.cast::<Node<K>>()) {
                // SAFETY: a published node of a block that is alive during `'a`; retired no earlier than the block's end or its removal,
                // either of which waits for the reader.
                return Some(unsafe { node.as_ref() });
            }
        }
        None
    }
}

impl<K> FusedIterator for Nodes<'_, K> {}
