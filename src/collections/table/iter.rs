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
    /// Where a walk from the back has come to. Before its first step it is beyond everything.
    end: usize,
}

impl<'a, K> Nodes<'a, K> {
    /// `index` and its nodes stay alive during `'a`, as its own contract says.
    pub(crate) fn new(index: Option<Index<'a, K>>) -> Self {
        Self { index, place: 0, end: usize::MAX }
    }

    /// At most so many are left, if nothing is added.
    pub(crate) fn at_most(&self) -> usize {
        self.index.map_or(0, |index| index.used().min(self.end) - self.place)
    }

    /// The node at a place below what was in use, unless it was removed.
    #[inline]
    fn at(index: Index<'a, K>, place: usize) -> Option<&'a Node<K>> {
        // Acquire: partner is the release in `remove`: who misses a key here sees it gone. Nodes are published by `used`.
        let node = NonNull::new(index.order(place).load(Ordering::Acquire).cast::<Node<K>>())?;
        // SAFETY: a published node of a block that is alive during `'a`; retired no earlier than the block's end or its removal,
        // either of which waits for the reader.
        Some(unsafe { node.as_ref() })
    }
}

impl<'a, K> Iterator for Nodes<'a, K> {
    type Item = &'a Node<K>;

    #[inline]
    fn next(&mut self) -> Option<&'a Node<K>> {
        let index = self.index?;
        while self.place < index.used().min(self.end) {
            self.place += 1;
            let node = Self::at(index, self.place - 1);
            if node.is_some() {
                return node;
            }
        }
        None
    }
}

/// What is added after the first step from the back is not given.
impl<K> DoubleEndedIterator for Nodes<'_, K> {
    #[inline]
    fn next_back(&mut self) -> Option<Self::Item> {
        let index = self.index?;
        self.end = self.end.min(index.used());
        while self.place < self.end {
            self.end -= 1;
            let node = Self::at(index, self.end);
            if node.is_some() {
                return node;
            }
        }
        None
    }
}

impl<K> FusedIterator for Nodes<'_, K> {}
