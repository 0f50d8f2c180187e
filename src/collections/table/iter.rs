//! Walking a table in insertion order.

use core::iter::FusedIterator;
use core::ptr::NonNull;

use super::block::Index;
use super::node::Node;
use super::slot::Tag;
use crate::sync::atomic::{AtomicPtr, Ordering};

/// The nodes of one block, in order, as they are when the walk comes to them. A node may have been removed: its value tells.
pub(crate) struct Nodes<'a, K> {
    /// None once the walk has come to an end, which stays.
    index: Option<Index<'a, K>>,
    places: &'a [AtomicPtr<()>],
    front: usize,
    /// Up to here the walk from the front goes on without asking for the end again.
    end: usize,
    /// Where the walk from behind has come to. Until it begins, the end of the order is where it is when the walk from the front comes there.
    back: Option<usize>,
}

impl<'a, K> Nodes<'a, K> {
    /// `index` and its nodes stay alive during `'a`, as its own contract says.
    pub(crate) fn new(index: Option<Index<'a, K>>) -> Self {
        let front = index.map_or(0, Index::first);
        Self { index, places: index.map_or(&[], Index::places), front, end: front, back: None }
    }

    /// At most so many are left, if nothing is added.
    pub(crate) fn at_most(&self) -> usize {
        // Saturating: the end of the order may have come back behind the front.
        self.index.map_or(0, |index| self.back.unwrap_or_else(|| index.used()).saturating_sub(self.front))
    }

    /// The node at a place of the order.
    ///
    /// # Safety
    /// The place is below an end that the order had.
    #[inline(always)]
    unsafe fn at(&self, place: usize) -> Option<&'a Node<K>> {
        debug_assert!(place < self.places.len());
        // Acquire: partners are the release of whoever put the node there, since the end that was read may be of an earlier time, and
        // the release in `remove`: who misses a key here sees it gone.
        // SAFETY: the end is never beyond the places.
        let word = unsafe { self.places.get_unchecked(place) }.load(Ordering::Acquire);
        // SAFETY: a published node of a block that is alive during `'a`; retired no earlier than the block's end or its removal,
        // either of which waits for the reader.
        NonNull::new(Tag::stripped::<K>(word)).map(|node| unsafe { node.as_ref() })
    }

    /// Looks how far the walk from the front goes now. Returns whether it goes on.
    #[inline]
    fn goes_on(&mut self) -> bool {
        let Some(index) = self.index else { return false };
        self.end = self.back.unwrap_or_else(|| index.used());
        let goes_on = self.front < self.end;
        if !goes_on {
            self.index = None;
        }
        goes_on
    }
}

impl<'a, K> Iterator for Nodes<'a, K> {
    type Item = &'a Node<K>;

    #[inline]
    fn next(&mut self) -> Option<&'a Node<K>> {
        while self.front < self.end || self.goes_on() {
            let place = self.front;
            self.front += 1;
            // SAFETY: below the end.
            if let Some(node) = unsafe { self.at(place) } {
                return Some(node);
            }
        }
        None
    }
}

impl<'a, K> DoubleEndedIterator for Nodes<'a, K> {
    #[inline]
    fn next_back(&mut self) -> Option<&'a Node<K>> {
        let index = self.index?;
        let mut back = self.back.unwrap_or_else(|| index.used());
        while self.front < back {
            back -= 1;
            // The walk from the front ends here too.
            (self.back, self.end) = (Some(back), back);
            // SAFETY: below an end.
            if let Some(node) = unsafe { self.at(back) } {
                return Some(node);
            }
        }
        (self.index, self.end) = (None, self.front);
        None
    }
}

impl<K> Clone for Nodes<'_, K> {
    fn clone(&self) -> Self {
        Self { ..*self }
    }
}

impl<K> FusedIterator for Nodes<'_, K> {}
