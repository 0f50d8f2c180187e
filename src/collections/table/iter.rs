//! Walking a table in insertion order.

use core::iter::FusedIterator;

use super::block::Index;
use super::node::Node;
use crate::sync::atomic::Ordering;

/// The nodes of one block, in order, as they are when the walk comes to them. A node may have been removed: its value tells.
pub(crate) struct Nodes<'a, K> {
    /// None once the walk has come to an end, which stays.
    index: Option<Index<'a, K>>,
    front: usize,
    /// Where the walk from behind has come to. Until it begins, the end of the order is where it is when the walk from the front comes there.
    back: Option<usize>,
}

impl<'a, K> Nodes<'a, K> {
    /// `index` and its nodes stay alive during `'a`, as its own contract says.
    pub(crate) fn new(index: Option<Index<'a, K>>) -> Self {
        Self { index, front: index.map_or(0, Index::first), back: None }
    }

    /// At most so many are left, if nothing is added.
    pub(crate) fn at_most(&self) -> usize {
        // Saturating: the end of the order may have come back behind the front.
        self.index.map_or(0, |index| self.back.unwrap_or_else(|| index.used()).saturating_sub(self.front))
    }

    /// The node at a place of the order below the end.
    #[inline]
    fn at(index: Index<'a, K>, place: usize) -> Option<&'a Node<K>> {
        // Acquire: partners are the release of whoever put the node there, since the end that was read may be of an earlier time, and
        // the release in `remove`: who misses a key here sees it gone.
        let node = index.node(place, Ordering::Acquire);
        // SAFETY: a published node of a block that is alive during `'a`; retired no earlier than the block's end or its removal,
        // either of which waits for the reader.
        node.map(|node| unsafe { node.as_ref() })
    }
}

impl<'a, K> Iterator for Nodes<'a, K> {
    type Item = &'a Node<K>;

    #[inline]
    fn next(&mut self) -> Option<&'a Node<K>> {
        let index = self.index?;
        while self.front < self.back.unwrap_or_else(|| index.used()) {
            let node = Self::at(index, self.front);
            self.front += 1;
            if node.is_some() {
                return node;
            }
        }
        self.index = None;
        None
    }
}

impl<'a, K> DoubleEndedIterator for Nodes<'a, K> {
    #[inline]
    fn next_back(&mut self) -> Option<&'a Node<K>> {
        let index = self.index?;
        let back = self.back.get_or_insert_with(|| index.used());
        while self.front < *back {
            *back -= 1;
            if let Some(node) = Self::at(index, *back) {
                return Some(node);
            }
        }
        self.index = None;
        None
    }
}

impl<K> Clone for Nodes<'_, K> {
    fn clone(&self) -> Self {
        Self { index: self.index, front: self.front, back: self.back }
    }
}

impl<K> FusedIterator for Nodes<'_, K> {}
